"""
Where an excerpt sits in its text, and how it is found again when the text has changed.

Places count Unicode code points from 0 and the end is excluded, so ``text[start:end]`` is the
quote. The hash of the text decides whether a search is needed at all: with the same text the place
is right by construction, with another text nothing is believed because it looks right.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256

from qualcode.errors import QualcodeError

CONTEXT = 32
"""How many code points before and after the quote are kept."""


class AnchorError(QualcodeError):
    """A place cannot be taken from this text."""


def text_hash(text: str) -> str:
    """Return the first 12 hex digits of the SHA-256 of *text* in UTF-8."""
    return sha256(text.encode("utf-8")).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Found:
    """
    What a search in a changed text came to.

    ``how``: ``same`` place, ``moved`` (elsewhere, and only one place it can be), ``several`` (the
    words stand at more than one place it could be), ``changed`` (the words are there, what stands
    around them is not), ``lost`` (the words are not there). ``anchor`` is set for the first two
    only; ``candidates`` are the starts it could be, best first.
    """

    how: str
    anchor: Anchor | None
    candidates: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Anchor:
    """A half-open stretch of a text with its words and what stands around them; ordered by place."""

    start: int
    end: int
    quote: str
    before: str = ""
    after: str = ""

    @classmethod
    def take(cls, text: str, start: int, end: int) -> Anchor:
        """
        Take the stretch from *start* to *end* of *text*.

        Raises:
            AnchorError: the stretch is empty, reversed or outside the text.
        """
        if not 0 <= start < end <= len(text):
            raise AnchorError(
                f"place {start}-{end} is no stretch of a text of {len(text)} code points; "
                "start must be below end, and both inside the text"
            )
        before = text[max(0, start - CONTEXT) : start]
        return cls(start, end, text[start:end], before, text[end : end + CONTEXT])

    @classmethod
    def of(cls, text: str, quote: str, nth: int | None = None) -> Anchor:
        """
        Take the words *quote* from *text*; *nth* (from 1) says which, where they stand more than once.

        Raises:
            AnchorError: the words are not there, or stand at several places and *nth* is not given.
        """
        places = occurrences(text, quote)
        if not places:
            raise AnchorError("the words are not in the text; copy them exactly as they stand there")
        if nth is None and len(places) > 1:
            raise AnchorError(f"the words occur {len(places)} times; say which with nth, or quote more words")
        if nth is not None and not 1 <= nth <= len(places):
            raise AnchorError(f"the words occur {len(places)} times; nth={nth} does not exist")
        start = places[(nth or 1) - 1]
        return cls.take(text, start, start + len(quote))

    def stands_in(self, text: str) -> bool:
        """Say whether the quote stands at its place in *text*."""
        return 0 <= self.start < self.end <= len(text) and text[self.start : self.end] == self.quote

    def find(self, text: str) -> Found:
        """
        Find the words again in *text*, which is known to differ from the text they were taken from.

        The place is followed only where words, before and after stand together at exactly one
        place. Everything else is reported with its candidates and left to a person.
        """
        places = occurrences(text, self.quote)
        if not places:
            return Found("lost", None)
        whole = [p for p in places if self._surrounded(text, p)]
        if len(whole) == 1:
            found = Anchor.take(text, whole[0], whole[0] + len(self.quote))
            return Found("same" if whole[0] == self.start else "moved", found)
        if whole:
            return Found("several", None, tuple(whole))
        nearest = sorted(places, key=lambda p: (abs(p - self.start), p))
        return Found("changed" if len(places) == 1 else "several", None, tuple(nearest))

    def shift(self, by: int) -> Anchor:
        """Move by *by* code points; the words stay."""
        return replace(self, start=self.start + by, end=self.end + by)

    def _surrounded(self, text: str, start: int) -> bool:
        # A context cut short by the text's edge is compared as it is: what was added beyond the edge
        # must not make the true place look wrong, nor a copy at the edge look right.
        before, after = len(self.before), len(self.after)
        end = start + len(self.quote)
        return text[max(0, start - before) : start] == self.before and text[end : end + after] == self.after


def occurrences(text: str, quote: str) -> list[int]:
    """Return the starts of *quote* in *text* in order, overlapping ones included."""
    places: list[int] = []
    at = text.find(quote) if quote else -1
    while at >= 0:
        places.append(at)
        at = text.find(quote, at + 1)
    return places
