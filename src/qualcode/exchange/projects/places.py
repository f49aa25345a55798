"""
Places of another program in a text, and where they are in the text as a study stores it.

Programs count code points, UTF-16 units or bytes, a line's end CRLF as one or two, a byte order mark or not. The
stored text is the same letters with the mark dropped and every line's end as LF; a place is mapped, never searched for
and never snapped to a word.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

UNITS = ("codepoint", "utf16", "byte")
_MERGE = re.compile(r"^(?=(?:<{7}|>{7}) )", re.MULTILINE)
_LATER = re.compile(r"[\U00010000-\U0010ffff]")
_WIDE = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True, slots=True, order=True)
class Dialect:
    """
    How a program counts places in a text.

    ``unit``: ``codepoint``, ``utf16`` or ``byte`` (of UTF-8); ``eol``: how many units the line's end CRLF is (1 or 2);
    ``bom``: whether a byte order mark at the beginning is counted.
    """

    unit: str = "codepoint"
    eol: int = 1
    bom: bool = False

    def __str__(self) -> str:
        return f"{self.unit}, CRLF counts {self.eol}, mark {'counted' if self.bom else 'not counted'}"


class Place(NamedTuple):
    """A place in the stored text; ``inside``: the program's own place lay inside a sign, or between CR and LF."""

    at: int
    inside: bool = False


@dataclass
class Text:
    """
    A source's text: ``raw`` as the other program has it, ``stored`` as a study has it.

    ``changes`` counts what is not as it was: a mark dropped, line ends written as LF, a blank before what looks like
    an unfinished merge.
    """

    raw: str = field(repr=False)
    stored: str = field(init=False, repr=False)
    changes: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        body = self.raw.removeprefix("\ufeff")
        even = body.replace("\r\n", "\n").replace("\r", "\n") if "\r" in body else body
        self._blanks = [m.start() for m in _MERGE.finditer(even)] if "<<<<<<< " in even or ">>>>>>> " in even else []
        self.stored = _MERGE.sub(" ", even) if self._blanks else even
        told = {
            "byte order mark dropped": len(self.raw) - len(body),
            "line ends written as LF": body.count("\r"),
            "blanks put before what looks like an unfinished merge": len(self._blanks),
        }
        self.changes = {what: number for what, number in told.items() if number}
        self._maps: dict[Dialect, _Map] = {}

    def place(self, position: int, dialect: Dialect) -> Place | None:
        """Return where a place of the other program is in the stored text; ``None`` where it is outside the text."""
        return self.places(dialect)(position)

    def places(self, dialect: Dialect) -> Callable[[int], Place | None]:
        """Return what maps places of a program that counts so, see ``place``; for many places of one text."""
        if dialect not in self._maps:
            self._maps[dialect] = _Map(self.raw, dialect)
        stored, blanks = self._maps[dialect].stored, self._blanks

        def found(position: int) -> Place | None:
            there = stored(position)
            return Place(there.at + bisect_right(blanks, there.at), there.inside) if there else None

        return found if blanks else stored

    def ways(self) -> frozenset[str]:
        """Say what in this text lets dialects differ: ``astral``, ``wide``, ``crlf``, ``mark``."""
        told = {"astral": _LATER.search(self.raw), "wide": _WIDE.search(self.raw), "crlf": "\r\n" in self.raw}
        return frozenset(k for k, there in {**told, "mark": self.raw.startswith("\ufeff")}.items() if there)


class _Map:
    """Where units beyond one a stored sign stand, in the program's own counting; so many are taken off a place."""

    def __init__(self, raw: str, dialect: Dialect) -> None:
        marked = raw.startswith("\ufeff")
        self._first = {"codepoint": 1, "utf16": 1, "byte": 3}[dialect.unit] if marked and dialect.bom else 0
        text = (raw[1:] if marked else raw).replace("\r\n", "\n" if dialect.eol == 1 else "\r\n")
        widths = _widths(text, dialect.unit)
        self._extra: list[int] = []
        if dialect.eol == 2:
            widths += [(m.start(), -1) for m in re.finditer("\r\n", text)]
            widths.sort()
        before = 0
        for at, width in widths:  # a sign of *width* units more than one at code point *at*; CRLF: its LF is one more
            if width < 0:
                self._extra.append(at + before + 1)
            else:
                self._extra += range(at + before + 1, at + before + 1 + width)
                before += width
        self._length = len(text) + before

    def stored(self, position: int) -> Place | None:
        at = position - self._first
        if at < 0:
            return Place(0, inside=position > 0) if position >= 0 else None
        if at > self._length:
            return None
        less = bisect_left(self._extra, at)
        return Place(at - less, less < len(self._extra) and self._extra[less] == at)


def _widths(text: str, unit: str) -> list[tuple[int, int]]:
    """Return where signs of more than one unit stand, by code points, and how many more they have."""
    if unit == "utf16":
        return [(m.start(), 1) for m in _LATER.finditer(text)]
    if unit == "byte":
        return [(m.start(), len(m[0].encode("utf-8", "surrogatepass")) - 1) for m in _WIDE.finditer(text)]
    return []


def found_once(text: str, quote: str) -> tuple[int, int] | int:
    r"""
    Find words in a text: where they stand at exactly one place, that place; else at how many they stand.

    Blanks and line ends are alike, and of any number; first letter by letter, then so.

    Example:
        >>> found_once("a loaf\nof bread", "loaf of")
        (2, 9)
        >>> found_once("a loaf, a loaf", "loaf")
        2
    """
    if not quote.strip():
        return 0
    first = text.find(quote)
    if first >= 0:
        more = text.find(quote, first + 1)
        return (first, first + len(quote)) if more < 0 else _times(text, quote)
    bare, places = _bare(text)
    wanted = "".join(quote.split())
    first = bare.find(wanted)
    if first < 0:
        return 0
    if bare.find(wanted, first + 1) >= 0:
        return _times(bare, wanted)
    return places[first], places[first + len(wanted) - 1] + 1


@lru_cache(maxsize=4)
def _bare(text: str) -> tuple[str, array[int]]:
    """Return a text without its blanks, and where each sign of it stands."""
    return "".join(text.split()), array("q", (n for n, c in enumerate(text) if not c.isspace()))


def _times(text: str, words: str) -> int:
    number, at = 0, text.find(words)
    while at >= 0:
        number, at = number + 1, text.find(words, at + 1)
    return number


def line_starts(text: str) -> list[int]:
    """Return where each line of a text begins."""
    return [0, *accumulate(len(line) + 1 for line in text.split("\n")[:-1])]
