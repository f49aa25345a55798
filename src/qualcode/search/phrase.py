"""
What is looked for: a word, or words that stand one after the other in one turn.

``*`` stands for any letters or none, ``_`` for one, and a ``*`` by itself for any one word. What stands between two
words (a space, a line's end, an apostrophe, a hyphen, a comma) makes no difference, unless the wording is exact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from qualcode.errors import UsageError
from qualcode.plaintext.words import belongs, fold, words_of
from qualcode.search.index import Index
from qualcode.search.spelling import Numbers


@dataclass(frozen=True)
class Wording:
    """
    Words that follow each other: for each the keys that are meant, folded, ``*`` and ``_`` unread.

    ``exact`` wordings are looked up by their folded words, and then held against the text as it stands:
    capitals, accents and signs between words as written, any blank for a blank.
    """

    asked: str
    words: tuple[str, ...]
    exact: bool = False

    @staticmethod
    def of(asked: str, *, exact: bool = False) -> Wording:
        """
        Read what was asked for.

        Raises:
            UsageError: there is no word in it, or none but ``*``.
        """
        words = tuple([w for _, _, w in words_of(asked)] if exact else _with_wildcards(asked))
        if not any(w.strip("*") for w in words):
            raise UsageError(f"there is no word in {asked!r} to look for")
        return Wording(asked, words, exact)

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str] | None, ...]:
        """A pattern for each word with a wildcard."""
        return tuple(_pattern(w) if not self.exact and ("*" in w or "_" in w) else None for w in self.words)

    @cached_property
    def _as_written(self) -> re.Pattern[str]:
        places = list(words_of(self.asked))
        inner = self.asked[places[0][0] : places[-1][1]]
        return re.compile(r"\s+".join(map(re.escape, inner.split())))

    def keys(self, index: Index) -> list[list[int]]:
        """Return, for each word, the keys in *index* that it stands for."""
        meant = []
        for word, pattern in zip(self.words, self._patterns, strict=True):
            if pattern is None:
                meant.append([index.number[word]] if word in index.number else [])
            else:
                meant.append([n for n, w in enumerate(index.spellings) if pattern.fullmatch(w)])
        return meant

    def find(self, index: Index) -> tuple[Numbers, Numbers]:
        """
        Return every place: the numbers of its first and of its last word, in order; places may overlap.

        Each is held against the text before it is returned.
        """
        n = len(self.words)
        fixed = [w for w in range(n) if self.words[w] != "*"]
        meant = dict(zip(range(n), self.keys(index), strict=True)) if fixed else {}
        rarest = min(fixed, key=lambda w: index.how_many(meant[w]))
        first = np.sort(index.at(meant[rarest]), kind="stable") - rarest
        first = first[(first >= 0) & (first + n <= len(index.key))]
        for w in fixed:
            if w != rarest:
                there = index.key[first + w]
                first = first[there == meant[w][0]] if len(meant[w]) == 1 else first[np.isin(there, meant[w])]
        last = first + n - 1
        together = index.turn[first] == index.turn[last]
        return self._held_against_the_text(index, first[together], last[together])

    def _held_against_the_text(self, index: Index, first: Numbers, last: Numbers) -> tuple[Numbers, Numbers]:
        kept = np.fromiter(
            (
                self.says(index.documents[d].text[a:b], lemmas=index.lemmas)
                for d, a, b in zip(
                    index.document[first].tolist(), index.start[first].tolist(), index.end[last].tolist(), strict=True
                )
            ),
            np.bool_,
            len(first),
        )
        return first[kept], last[kept]

    def says(self, text: str, *, lemmas: bool = False) -> bool:
        """
        Say whether a stretch of text, from a word's first sign to a word's last, is what was asked for.

        Of *lemmas* the letters say nothing: so many words must be there, no more.
        """
        if self.exact:
            return self._as_written.fullmatch(text) is not None
        there = [w for _, _, w in words_of(text)]
        return len(there) == len(self.words) and (
            lemmas
            or all(
                word == "*" or (pattern.fullmatch(found) is not None if pattern else word == found)
                for word, pattern, found in zip(self.words, self._patterns, there, strict=True)
            )
        )


def _with_wildcards(asked: str) -> list[str]:
    """Split what was asked into folded words, wildcards kept in them."""
    words, begun = [], ""
    for sign in f"{asked} ":
        if belongs(sign) or sign in "*_":
            begun += sign
        elif begun:
            words.append("".join(p if p in "*_" else fold(p) for p in re.split(r"([*_])", begun)))
            begun = ""
    return [w for w in ("*" if w and not w.strip("*") else w for w in words) if w]


def _pattern(word: str) -> re.Pattern[str]:
    """Make a pattern that reads a word once: what stands between two ``*`` is taken where it first stands."""
    first, *others = ("".join("." if p == "_" else re.escape(p) for p in re.split(r"(_)", w)) for w in word.split("*"))
    if not others:
        return re.compile(first)
    *between, last = others
    return re.compile(first + "".join(f"(?>.*?{part})" for part in between if part) + f".*{last}")
