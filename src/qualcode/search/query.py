"""
The language of code queries: which stretches of text carry which codes, and how these lie to one another.

::

    motion/housing                     the excerpts with this code; * stands for anything: motion/*, */hous*
    "residence card"                   where these words stand
    A and B      A or B      not A     excerpts that are both, either, or (of all coded ones) not
    A overlapping B                    those of A that share words with one of B
    A inside B                         those of A that lie within one of B
    A near B                           those of A with one of B at most so many words away
    A followed by B                    those of A behind which one of B begins, at most so many words on

``not`` binds first, then the four that relate, then ``and``, then ``or``; brackets say otherwise. The stretches
that come back are always those of A, never cut or joined.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from qualcode.errors import UsageError, did_you_mean
from qualcode.search.index import Index
from qualcode.search.phrase import Wording
from qualcode.search.stretches import Flags, Stretch, followed_by, inside, near, overlapping

RELATIONS = ("overlapping", "inside", "near", "followed")
MOST_DEEP = 50
"""How many brackets and ``not`` may stand in one another."""
_PART = re.compile(r'\s*(?:(?P<quoted>"[^"]*")|(?P<bracket>[()])|(?P<word>[^\s()"]+))')


@dataclass(frozen=True)
class Coded:
    """The stretches of each code, and the index of the words around them."""

    index: Index
    by_code: dict[str, list[Stretch]]
    words: int = 10

    def all(self) -> set[Stretch]:
        """Return all coded stretches."""
        return {s for stretches in self.by_code.values() for s in stretches}


def ask(coded: Coded, query: str) -> list[Stretch]:
    """
    Return the stretches that a query asks for, in order.

    Raises:
        UsageError: the query cannot be read (the message says at which word), or names a code that is not there.
    """
    return sorted(_Asking(coded, query).whole())


class _Asking:
    """Read a query from left to right and answer it at the same time."""

    def __init__(self, coded: Coded, query: str) -> None:
        self.coded, self.query, self.at, self.deep = coded, query, 0, 0
        self.parts = _parts(query)

    def whole(self) -> set[Stretch]:
        found = self.either()
        if self.at < len(self.parts):
            raise self.wrong(f"did not expect {self.parts[self.at]!r}")
        return found

    def either(self) -> set[Stretch]:
        found = self.both()
        while self.take("or"):
            found = found | self.both()
        return found

    def both(self) -> set[Stretch]:
        found = self.related()
        while self.take("and"):
            found = found & self.related()
        return found

    def related(self) -> set[Stretch]:
        found = self.one()
        while self.at < len(self.parts) and self.parts[self.at].lower() in RELATIONS:
            relation = self.parts[self.at].lower()
            self.at += 1
            if relation == "followed" and not self.take("by"):
                raise self.wrong("'followed' needs 'by'")
            quoted = self.at < len(self.parts) and self.parts[self.at].startswith('"')
            ones, others = sorted(found), sorted(self.one())
            there = self.relate(relation, ones, others, elsewhere=quoted)
            found = {s for s, kept in zip(ones, there.tolist(), strict=True) if kept}
        return found

    def relate(self, relation: str, ones: Sequence[Stretch], others: Sequence[Stretch], *, elsewhere: bool) -> Flags:
        if relation == "overlapping":
            return overlapping(ones, others)
        if relation == "inside":
            return inside(ones, others)
        index, words = self.coded.index, self.coded.words
        if relation == "near":
            return near(index, ones, others, words, elsewhere=elsewhere)
        return followed_by(index, ones, others, words)

    def one(self) -> set[Stretch]:
        self.deep += 1
        if self.deep > MOST_DEEP:
            raise self.wrong(f"more than {MOST_DEEP} brackets and 'not' stand in one another")
        found = self.some()
        self.deep -= 1
        return found

    def some(self) -> set[Stretch]:
        if self.take("not"):
            return self.coded.all() - self.one()
        if self.take("("):
            found = self.either()
            if not self.take(")"):
                raise self.wrong("a bracket is not closed")
            return found
        if self.at == len(self.parts):
            raise self.wrong("something is missing at the end")
        part = self.parts[self.at]
        if part in ("(", ")", "and", "or", "by", *RELATIONS):
            raise self.wrong(f"did not expect {part!r}")
        self.at += 1
        if part.startswith('"'):
            return set(stretches(self.coded.index, Wording.of(part.strip('"'))))
        return self.code(part)

    def code(self, name: str) -> set[Stretch]:
        known = self.coded.by_code
        meant = [c for c in known if fnmatchcase(c, name)]
        if not meant:
            raise UsageError(
                f"unknown code {name!r} in the query"
                + (did_you_mean(name, known) or '; words to look for stand in double quotes, "like this"')
            )
        return {s for c in meant for s in known[c]}

    def take(self, word: str) -> bool:
        if self.at < len(self.parts) and self.parts[self.at].lower() == word:
            self.at += 1
            return True
        return False

    def wrong(self, what: str) -> UsageError:
        return UsageError(
            f"the query cannot be read: {what} (part {min(self.at + 1, len(self.parts))} of {len(self.parts)}); "
            'codes are joined by and, or, not, overlapping, inside, near, followed by; words stand in "quotes"'
        )


def stretches(index: Index, wording: Wording) -> list[Stretch]:
    """Return where words stand, as stretches, in order."""
    first, last = wording.find(index)
    return list(zip(index.document[first].tolist(), index.start[first].tolist(), index.end[last].tolist(), strict=True))


def _parts(query: str) -> list[str]:
    parts, at, text = [], 0, query.rstrip()
    while at < len(text):
        match = _PART.match(text, at)
        if not match:
            raise UsageError('the query cannot be read: a double quote is not closed; write "words"')
        parts.append(match[match.lastgroup or 0])
        at = match.end()
    if not parts:
        raise UsageError('the query is empty; write a code, or words in double quotes, "like this"')
    return parts
