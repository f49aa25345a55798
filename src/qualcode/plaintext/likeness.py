"""
Where a changed text has words that are like given words: places to offer, never to follow.

A text is searched for short pieces of the words; pieces that stand in the same order at the same
distances point to one place. Likeness is a number from 0 to 1: how many of the words are the same,
and how much of what stood around them stands there too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

_PIECE, _STEP = 8, 4
_COMMON = 200
"""A piece that stands at more places than this points nowhere."""
_DRIFT = 24
"""So many code points may have come in or gone between two pieces of one place."""
_INDEXED = 4_000_000
"""Texts of more code points are searched for each piece anew: where all their pieces stand would not fit."""
_ENOUGH = 0.4
_MOST = 100
_EDGE = 16
_WORD = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stretch that may be the one looked for, and how alike it is (0 to 1)."""

    start: int
    end: int
    likeness: float


def alike(text: str, kept: str, at: int) -> list[int]:
    """
    Return starts of other places in *text* that share a third or more of *kept*, which stands at *at*.

    What is so alike may be where *kept* was before somebody changed it. Words of which a third stands all
    over the text are alike to all of it.
    """
    if _alone(text, kept, at):
        return []
    votes, offsets, common = _votes(text, kept)
    if common * 3 >= offsets:
        return [0]
    return [d for d, share in _clusters(votes, offsets) if share * 3 >= 1 and abs(d - at) > _DRIFT]


def like_places(text: str, quote: str, before: str, after: str, start: int) -> tuple[Candidate, ...]:
    """Return where *quote* may be in *text*, best first: the words themselves, or words like them."""
    found = [Candidate(p, p + len(quote), 0.0) for p in _all(text, quote, _MOST)]
    exact = {c.start for c in found}
    found += [Candidate(a, b, 0.0) for a, b in _between(text, before, after, len(quote)) if a not in exact]
    if not exact and len(quote) >= 3 * _PIECE:
        votes, offsets, _ = _votes(text, quote)
        for place, share in _clusters(votes, offsets)[:5]:
            if share >= 0.2:
                found.append(_fitted(text, quote, place))
    judged = [
        Candidate(c.start, c.end, _likeness(text, c, quote, before, after)) for c in found if 0 <= c.start < c.end
    ]
    judged.sort(key=lambda c: (-c.likeness, abs(c.start - start), c.start, c.end))
    kept: list[Candidate] = []
    for one in judged:
        words_are_there = one.start in exact
        if (words_are_there or one.likeness >= _ENOUGH) and all(
            one.end <= other.start or other.end <= one.start or (words_are_there and other.start in exact)
            for other in kept
        ):
            kept.append(one)
    return tuple(kept[:_MOST])


def much_alike(one: str, other: str) -> bool:
    """Say whether nearly all of *one* stands in *other*, in order: a letter or two were mended."""
    same = sum(b.size for b in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks())
    return len(one) - same <= max(2, len(one) // 16)


def _alone(text: str, kept: str, at: int) -> bool:
    """
    Say whether so few pieces of *kept* point anywhere but to *at* that no other place can share a third of them.

    Counted by stretches of the text, of which a place takes two at most: quick, and never wrong where it says so.
    """
    if len(kept) < _PIECE or len(text) > _INDEXED:
        return False
    pieces, wide = _pieces(text), _DRIFT + 1
    offsets = range(0, max(1, len(kept) - _PIECE + 1), _STEP)
    votes: dict[int, int] = {}
    common = 0
    for offset in offsets:
        places = pieces.at(kept[offset : offset + _PIECE])
        common += len(places) >= _COMMON
        for place in places if len(places) < _COMMON else ():
            here = (place - offset - at) // wide
            votes[here] = votes.get(here, 0) + 1
    votes.pop(0, None)  # what begins less than a stretch behind *at* is the place itself
    few = all((many + votes.get(here + 1, 0)) * 3 < len(offsets) for here, many in votes.items())
    return few and common * 3 < len(offsets)


def _votes(text: str, words: str) -> tuple[dict[int, set[int]], int, int]:
    """Return which pieces of *words* point to which place; how many there are; how many are too common."""
    offsets = range(0, max(1, len(words) - _PIECE + 1), _STEP)
    votes: defaultdict[int, set[int]] = defaultdict(set)
    common = 0
    pieces = _pieces(text) if len(words) >= _PIECE and len(text) <= _INDEXED else None
    for offset in offsets:
        piece = words[offset : offset + _PIECE]
        places = _all(text, piece, _COMMON) if pieces is None else pieces.at(piece)
        if len(places) < _COMMON:
            for place in places:
                votes[place - offset].add(offset)
        else:
            common += 1
    return votes, len(offsets), common


class _Pieces:
    """Where each piece of a text stands; most stand at one place only."""

    def __init__(self, text: str) -> None:
        self._first: dict[str, int] = {}
        self._more: dict[str, list[int]] = {}
        for at in range(len(text) - _PIECE + 1):
            piece = text[at : at + _PIECE]
            before = self._first.setdefault(piece, at)
            if before != at:
                self._more.setdefault(piece, [before]).append(at)

    def at(self, piece: str) -> Sequence[int]:
        """Return the places of a piece, in order."""
        more = self._more.get(piece)
        if more is not None:
            return more
        return (self._first[piece],) if piece in self._first else ()


@lru_cache(maxsize=2)
def _pieces(text: str) -> _Pieces:
    """Return where the pieces of a text stand; made once, since many excerpts are looked for in one text."""
    return _Pieces(text)


def _clusters(votes: dict[int, set[int]], offsets: int) -> list[tuple[int, float]]:
    """Return the places that pieces point to, with the share of the pieces, best first."""
    ordered = sorted(votes)
    found: list[tuple[int, float]] = []
    for n, place in enumerate(ordered):
        here: set[int] = set()
        ahead = n
        while ahead < len(ordered) and ordered[ahead] - place <= _DRIFT:
            here |= votes[ordered[ahead]]
            ahead += 1
        found.append((place, len(here) / offsets))
    found.sort(key=lambda f: (-f[1], -len(votes[f[0]]), f[0]))
    apart: list[tuple[int, float]] = []
    for place, share in found[:_MOST]:
        if all(abs(place - other) > _DRIFT for other, _ in apart):
            apart.append((place, share))
    return apart


def _all(text: str, words: str, most: int) -> list[int]:
    places: list[int] = []
    at = text.find(words) if words else -1
    while at >= 0 and len(places) < most:
        places.append(at)
        at = text.find(words, at + 1)
    return places


def _between(text: str, before: str, after: str, length: int) -> list[tuple[int, int]]:
    """Return the stretches between what stood before and what stood after."""
    head, tail = after[:_EDGE], before[-_EDGE:]
    if len(head) < _EDGE // 2 or len(tail) < _EDGE // 2:
        return []
    found = []
    for place in _all(text, tail, _MOST):
        start = place + len(tail)
        end = text.find(head, start, start + 3 * length + 4 * _EDGE)
        if end > start:
            found.append((start, end))
    return found


def _fitted(text: str, quote: str, place: int) -> Candidate:
    """Return the stretch around *place* whose words are most like those of *quote*."""
    low = max(0, place - 2 * _DRIFT)
    there = [(m.start() + low, m[0]) for m in _WORD.finditer(text[low : place + len(quote) + 4 * _DRIFT])]
    wanted = _WORD.findall(quote)
    blocks = [b for b in _matcher(wanted, [w for _, w in there]).get_matching_blocks() if b.size]
    if not blocks:
        return Candidate(max(0, place), min(len(text), max(0, place) + len(quote)), 0.0)
    first = max(0, blocks[0].b - blocks[0].a)
    last = min(len(there) - 1, blocks[-1].b + blocks[-1].size - 1 + len(wanted) - blocks[-1].a - blocks[-1].size)
    return Candidate(there[first][0], there[last][0] + len(there[last][1]), 0.0)


def _likeness(text: str, place: Candidate, quote: str, before: str, after: str) -> float:
    there = text[place.start : place.end]
    same = 1.0 if there == quote else _matcher(_WORD.findall(quote), _WORD.findall(there)).ratio()
    ahead = _shared(before[-32:][::-1], text[max(0, place.start - 32) : place.start][::-1])
    behind = _shared(after[:32], text[place.end : place.end + 32])
    around = len(before[-32:]) + len(after[:32])
    return round((2 * same + (ahead + behind) / around) / 3 if around else same, 3)


def _shared(one: str, other: str) -> int:
    """Count the code points that two texts have in common from their beginning."""
    n = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        n += 1
    return n


def _matcher(one: list[str], other: list[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, one, other, autojunk=len(one) > 400)
