"""
Where an excerpt sits in its text, and how it is found again when the text has changed.

Places count Unicode code points from 0 and the end is excluded, so ``text[start:end]`` is the
quote. The hash of the text decides whether a search is needed at all: with the same text the place
is right by construction, with another text nothing is believed because it looks right.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256

from qualcode.errors import QualcodeError
from qualcode.plaintext.likeness import Candidate, alike, like_places, much_alike
from qualcode.plural import number_of

CONTEXT = 32
"""How many code points before and after the quote are kept, and more where these stand elsewhere too."""
FURTHEST = 2048
"""More than this is never kept: what is as long and stands twice is not told apart, and never followed."""


class AnchorError(QualcodeError):
    """A place cannot be taken from this text."""


def text_hash(text: str) -> str:
    """Return the first 12 hex digits of the SHA-256 of *text* in UTF-8."""
    return sha256(text.encode("utf-8")).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Found:
    """
    What a search in a changed text came to.

    ``how``: ``same`` place, ``moved`` (elsewhere, and only one place it can be), ``several`` (it could
    be at more than one place), ``changed`` (one place has the words among others, or like words),
    ``lost`` (nothing like the words is there). ``anchor`` is set for the first two only;
    ``candidates`` are the places it could be otherwise, best first.
    """

    how: str
    anchor: Anchor | None
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Anchor:
    """A half-open stretch of a text with its words and what is around them; ordered by place, shown without words."""

    start: int
    end: int
    quote: str = field(repr=False)
    before: str = field(default="", repr=False)
    after: str = field(default="", repr=False)

    @classmethod
    def take(cls, text: str, start: int, end: int) -> Anchor:
        """
        Take the stretch from *start* to *end* of *text*.

        32 code points before and after are kept with it, and twice as many as often as what is kept
        stands at another place too.

        Raises:
            AnchorError: the stretch is empty, reversed or outside the text.
        """
        if not 0 <= start < end <= len(text):
            raise AnchorError(
                f"place {start}-{end} is no stretch of a text of {len(text)} code points; "
                "start must be below end, and both inside the text"
            )
        around = CONTEXT
        while around < FURTHEST and (around < start or around < len(text) - end):
            kept = text[max(0, start - around) : end + around]
            first = text.find(kept)
            if first == max(0, start - around) and text.find(kept, first + 1) < 0:
                break
            around *= 2
        return cls(start, end, text[start:end], text[max(0, start - around) : start], text[end : end + around])

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
            raise AnchorError(f"the words occur {number_of(len(places), 'time')}; nth={nth} does not exist")
        start = places[(nth or 1) - 1]
        return cls.take(text, start, start + len(quote))

    def stands_in(self, text: str) -> bool:
        """Say whether the quote stands at its place in *text*."""
        return 0 <= self.start < self.end <= len(text) and text[self.start : self.end] == self.quote

    def surrounded_in(self, text: str) -> bool:
        """Say whether what is kept of the surroundings stands around its place in *text*."""
        before, after = len(self.before), len(self.after)
        return (
            (before >= CONTEXT or before == self.start)
            and (after >= CONTEXT or self.end + after == len(text))
            and text.endswith(self.before, 0, self.start)
            and text.startswith(self.after, self.end)
        )

    def right_in(self, text: str) -> bool:
        """Say whether the quote stands at its place in *text*, and what is kept of its surroundings around it."""
        if self.end - self.start != len(self.quote) or not text.startswith(self.quote, self.start):
            return False
        return self.surrounded_in(text)

    def find(self, text: str) -> Found:
        """
        Find the words again in *text*, which is known to differ from the text they were taken from.

        The place is followed only where the words and all that is kept of their surroundings stand
        together at exactly one place, and no other place is much like it: that other one may be where
        the words were. Everything else is reported with its candidates and left to a person.
        """
        kept = self.before + self.quote + self.after
        whole = [p + len(self.before) for p in occurrences(text, kept)]
        told_apart = max(len(self.before), len(self.after)) < FURTHEST
        if len(whole) == 1 and told_apart:
            rivals = alike(text, kept, whole[0] - len(self.before))
            if not rivals:
                place = Anchor.take(text, whole[0], whole[0] + len(self.quote))
                return Found("same" if whole[0] == self.start else "moved", place)
        found = like_places(text, self.quote, self.before, self.after, self.start)
        if not found:
            return Found("lost", None)
        if not whole and told_apart and self._alone(text, found):
            place = Anchor.take(text, found[0].start, found[0].end)
            return Found("same" if place.start == self.start else "moved", place)
        if len(whole) == 1 and len(found) == 1 and told_apart:
            found = (*found, *(Candidate(r, min(len(text), r + len(self.quote)), 0.0) for r in rivals[:1]))
        return Found("changed" if len(found) == 1 else "several", None, found)

    def _alone(self, text: str, found: tuple[Candidate, ...]) -> bool:
        """
        Say whether the words stand unchanged at one place only, most of what stood around them stands there still
        (a letter was mended near them), and no other place is much like it.
        """
        best = found[0]
        if len(found) > 1 or text[best.start : best.end] != self.quote or len(occurrences(text, self.quote)) > 1:
            return False
        start, end = best.start - len(self.before), best.end + len(self.after)
        pairs = ((self.before, text[max(0, start - 8) : best.start]), (self.after, text[best.end : end + 8]))
        return all(much_alike(a, b) for a, b in pairs) and not alike(text, self.before + self.quote + self.after, start)

    def shift(self, by: int) -> Anchor:
        """Move by *by* code points; the words stay."""
        return replace(self, start=self.start + by, end=self.end + by)


def occurrences(text: str, quote: str) -> list[int]:
    """Return the starts of *quote* in *text* in order, overlapping ones included."""
    places: list[int] = []
    at = text.find(quote) if quote else -1
    while at >= 0:
        places.append(at)
        at = text.find(quote, at + 1)
    return places
