"""
Where the words of a quotation stand in a study's texts: by runs of three words, then by two, then laid side by side.

Only the runs that the quotations have are looked up, all at once, so that hundreds of quotations are found in millions
of words in a few seconds. A run that stands at many places says little and is asked last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qualcode.manuscript.wording import GAP, Laid, Numbers, laid, tokens
from qualcode.search.index import Index
from qualcode.study.document import Document

COMMON = 300
"""Runs that stand at more places are asked only where a quotation has no rarer one."""
_MOST = 6
"""So many places are laid beside a quotation, at most."""
_LIKE, _SHORT = 0.6, 8
_APART = 1500
"""So many words may be left out at all marks of a quotation together."""
_BITS = 21
_FAR = 1 << 32


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a study's texts beside a quotation; ``start`` and ``end`` are of the document's text."""

    document: Document
    start: int
    end: int
    laid: Laid
    offset: int
    likeness: float

    @property
    def exact(self) -> bool:
        """Whether no word is other."""
        return self.laid.cost == 0


class Finder:
    """
    Finds quotations in documents.

    Example:
        >>> finder = Finder(study.documents.values())
        >>> [p.document.id for p in finder.find(["They drew the thing and we told them"])[0]]
        ['2024-02-20-mediator']
    """

    def __init__(self, documents: Iterable[Document]) -> None:
        self.index = Index.of(documents)
        self._bounds = np.searchsorted(self.index.document, np.arange(len(self.index.documents) + 1))

    def find(self, quotations: Sequence[str]) -> list[tuple[Place, ...]]:
        """Return the places of each quotation, those with fewest other words first; none where nothing is like it."""
        read = [tokens(q) for q in quotations]
        keys = [[GAP if not t.word else self.index.number.get(t.word, -2) for t in q] for q in read]
        found: list[tuple[Place, ...]] = [()] * len(read)
        left = list(range(len(read)))
        for size in (3, 2):
            runs = {n: _runs(keys[n], size) for n in left}
            places = self._stand({run for of in runs.values() for run in of}, size)
            for n in left:
                found[n] = self._places(keys[n], runs[n], places)
            left = [n for n in left if not found[n]]
        return found

    def _stand(self, runs: set[int], size: int) -> dict[int, Numbers]:
        """Return where each run of words stands, as numbers of words."""
        wanted = np.array(sorted(runs), np.int64)
        key = self.index.key
        if not len(wanted) or len(key) < size:
            return {}
        hits, which = [], []
        for low in range(0, len(key) - size + 1, 1 << 19):
            part = key[low : low + (1 << 19) + size - 1].astype(np.int64)
            packed = part[: len(part) - size + 1]
            for n in range(1, size):
                packed = (packed << _BITS) | part[n : len(part) - size + 1 + n]
            at = np.searchsorted(wanted, packed)
            at[at == len(wanted)] = 0
            here = np.flatnonzero(wanted[at] == packed)
            hits.append(here + low)
            which.append(at[here])
        place, number = np.concatenate(hits), np.concatenate(which)
        order = np.argsort(number, kind="stable")
        place, edges = place[order], np.searchsorted(number[order], np.arange(len(wanted) + 1))
        return {int(run): place[edges[n] : edges[n + 1]] for n, run in enumerate(wanted)}

    def _places(self, keys: list[int], runs: dict[int, list[int]], places: dict[int, Numbers]) -> tuple[Place, ...]:
        held = {run: places[run] for run in runs if len(places.get(run, ()))}
        rare = {run: at for run, at in held.items() if len(at) <= COMMON} or held
        if not rare:
            return ()
        wide = 2 * len(keys) + 10 + (_APART if GAP in keys else 0)
        at = np.concatenate(list(rare.values()))
        at = at + self.index.document[at].astype(np.int64) * _FAR  # no window reaches from one document into another
        of = np.concatenate([np.full(len(p), n) for n, p in enumerate(rare.values())])
        found = [self._beside(keys, low % _FAR, high % _FAR) for low, high in _windows(at, of, wide)]
        words = sum(k != GAP for k in keys)
        enough = _LIKE if words >= _SHORT else 1 - 2 / max(words, 1)
        kept = {(p.document.id, p.start, p.end): p for p in found if p and p.likeness >= enough - 1e-9}
        return tuple(sorted(kept.values(), key=lambda p: (p.laid.cost, p.end - p.start, p.document.id, p.start)))

    def _beside(self, keys: list[int], low: int, high: int) -> Place | None:
        index = self.index
        number = int(index.document[low])
        first, last = int(self._bounds[number]), int(self._bounds[number + 1])
        reach = len(keys) + 5
        high_reach = reach + (_APART if GAP in keys else 0)
        start, end = max(first, low - reach), min(last, high + high_reach)
        document = index.documents[number]
        free = _noted(document, index.start[start:end])
        beside = laid(keys, index.key[start:end].astype(np.int64), free)
        if beside.last < beside.first:
            return None
        words = sum(k != GAP for k in keys)
        here = int(index.start[start + beside.first]), int(index.end[start + beside.last])
        return Place(document, *here, beside, start, 1 - beside.cost / max(words, 1))

    def word(self, place: Place, number: int) -> tuple[int, int]:
        """Return where a word of the text beside a quotation stands in its document."""
        at = place.offset + number
        return int(self.index.start[at]), int(self.index.end[at])


def _runs(keys: list[int], size: int) -> dict[int, list[int]]:
    """Return the runs of words of a quotation, and where in it; what crosses a mark or an unknown word is none."""
    found: dict[int, list[int]] = {}
    for n in range(len(keys) - size + 1):
        run = keys[n : n + size]
        if min(run) >= 0:
            packed = run[0]
            for key in run[1:]:
                packed = (packed << _BITS) | key
            found.setdefault(packed, []).append(n)
    return found


def _windows(at: Numbers, of: Numbers, wide: int) -> list[tuple[int, int]]:
    """Return the stretches of words in which most different runs of a quotation stand, best first."""
    order = np.argsort(at, kind="stable")
    at, of = at[order], of[order]
    scored: list[tuple[int, int, int]] = []
    counts: dict[int, int] = {}
    low = 0
    for high in range(len(at)):
        counts[int(of[high])] = counts.get(int(of[high]), 0) + 1
        while at[high] - at[low] > wide:
            counts[int(of[low])] -= 1
            if not counts[int(of[low])]:
                del counts[int(of[low])]
            low += 1
        scored.append((-len(counts), int(at[low]), int(at[high])))
    scored.sort()
    kept: list[tuple[int, int, int]] = []
    for score, start, end in scored:
        if all(end < a or b < start for _, a, b in kept):
            kept.append((score, start, end))
        if len(kept) == _MOST:
            break
    best = -kept[0][0]
    return [(start, end) for score, start, end in kept if -score * 2 >= best]


def _noted(document: Document, starts: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
    """Say of words whether they stand in square brackets, where a transcriber notes what is no word of the speaker."""
    free = np.zeros(len(starts), bool)
    if not len(starts):
        return free
    low, high = int(starts[0]), int(starts[-1]) + 1
    text = document.text
    at = text.find("[", max(0, low - 200), high)
    while at >= 0:
        end = text.find("]", at, at + 200)
        if end >= 0:
            free |= (starts > at) & (starts < end)
        at = text.find("[", at + 1, high)
    return free
