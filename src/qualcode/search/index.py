"""
Where each word of a study stands: an index of its words, made from the plain texts in memory and never stored.

It takes a second or two for millions of words and less than a blink for a study of interviews, so that there is
no second store which could differ from the texts or be left lying about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from qualcode.plaintext.words import fold
from qualcode.search.spelling import Numbers, split
from qualcode.study.document import Document

Keys = npt.NDArray[np.int32]
APART = 1 << 40
"""Words of two documents are at least so many words, and signs, apart."""


@dataclass(frozen=True, eq=False)
class Index:
    """
    The words of documents, in order: word number *n* stands in ``documents[document[n]]`` from ``start[n]`` to
    ``end[n]``, in the turn ``turn[n]`` (counted over all documents), and is spelled ``spellings[key[n]]``, folded.

    Labels of speakers are no words. With ``lemmas`` the key is that of a word's lemma where one is known, and
    ``notes`` say by which models; ``models`` are these, by language.
    """

    documents: tuple[Document, ...]
    document: Keys
    turn: Keys
    start: Numbers
    end: Numbers
    key: Keys
    spellings: tuple[str, ...]
    lemmas: bool = False
    notes: tuple[str, ...] = ()
    models: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def of(documents: Iterable[Document]) -> Index:
        """Make the index of some documents."""
        return Index.made(documents, lambda document: split(document.text))

    @staticmethod
    def made(
        documents: Iterable[Document],
        read: Callable[[Document], tuple[Numbers, Numbers, list[str]]],
        *,
        lemmas: bool = False,
        notes: tuple[str, ...] = (),
        models: Mapping[str, str] | None = None,
    ) -> Index:
        """Make an index of words that *read* finds in a document: starts, ends, words or their lemmas."""
        held = tuple(documents)
        written: defaultdict[str, int] = defaultdict()
        written.default_factory = written.__len__
        parts: dict[str, list[npt.NDArray[np.integer]]] = {k: [] for k in ("document", "turn", "start", "end", "key")}
        turns = 0
        for number, document in enumerate(held):
            start, end, words = read(document)
            key = np.fromiter(map(written.__getitem__, words), np.int32, len(words))
            at = np.searchsorted(np.array([t.words_start for t in document.turns], np.int64), start, "right") - 1
            until = np.array([t.end for t in document.turns] or [0], np.int64)
            kept = (at >= 0) & (end <= until[at])
            parts["document"].append(np.full(int(kept.sum()), number, np.int32))
            parts["turn"].append((at[kept] + turns).astype(np.int32))
            for name, values in (("start", start), ("end", end), ("key", key)):
                parts[name].append(values[kept])
            turns += len(document.turns)
        whole = {k: np.concatenate(v) if v else np.empty(0, np.int64) for k, v in parts.items()}
        spellings, key = _one_key_a_word(list(written), whole["key"])
        there = key >= 0
        if not there.all():
            whole = {k: v[there] for k, v in whole.items()}
        return Index(
            held,
            whole["document"].astype(np.int32),
            whole["turn"].astype(np.int32),
            whole["start"],
            whole["end"],
            key[there],
            spellings,
            lemmas,
            notes,
            models or {},
        )

    @cached_property
    def number(self) -> dict[str, int]:
        """The key of each folded spelling."""
        return {word: n for n, word in enumerate(self.spellings)}

    @cached_property
    def _postings(self) -> tuple[Numbers, Numbers]:
        counts = np.bincount(self.key, minlength=len(self.spellings))
        return np.argsort(self.key, kind="stable"), np.concatenate([[0], np.cumsum(counts)])

    def ready(self) -> Index:
        """Make what a first query would make; returns the index itself."""
        assert self._postings
        assert self.number is not None
        return self

    def at(self, keys: Iterable[int]) -> Numbers:
        """Return where words with these keys stand, in no order."""
        order, offsets = self._postings
        found = [order[offsets[k] : offsets[k + 1]] for k in keys]
        return np.concatenate(found) if found else np.empty(0, np.int64)

    def how_many(self, keys: Iterable[int]) -> int:
        """Count the words with these keys."""
        _, offsets = self._postings
        return sum(int(offsets[k + 1] - offsets[k]) for k in keys)

    def places(self, document: npt.NDArray[np.integer], place: npt.NDArray[np.integer]) -> Numbers:
        """Put places of documents on one line on which documents never meet."""
        return document.astype(np.int64) * APART + place

    @cached_property
    def starts(self) -> Numbers:
        """Where words start, on that line."""
        return self.places(self.document, self.start)

    @cached_property
    def ends(self) -> Numbers:
        """Where words end, on that line."""
        return self.places(self.document, self.end)

    @cached_property
    def turns_before(self) -> Numbers:
        """How many turns the documents before each document have."""
        return np.concatenate([[0], np.cumsum([len(d.turns) for d in self.documents], dtype=np.int64)])


def _one_key_a_word(written: list[str], key: npt.NDArray[np.integer]) -> tuple[tuple[str, ...], Keys]:
    """Give all spellings of a word one number, in the order of the folded words; -1 where nothing is left."""
    folded = [fold(w) for w in written]
    spellings = tuple(sorted(set(folded) - {""}))
    number = {word: n for n, word in enumerate(spellings)} | {"": -1}
    new = np.array([number[w] for w in folded], dtype=np.int32)
    return spellings, new[key] if len(key) else np.empty(0, np.int32)
