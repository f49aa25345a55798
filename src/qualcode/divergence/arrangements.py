"""
All the ways in which the memberships could have fallen on the speakers.

A permutation test asks how many of them part the speakers at least as much as the arrangement we see.
Up to a stated number they are all visited, and the p is exact; beyond it some are drawn with a seed, the
one we see is counted among them, and the p has an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations
from math import comb, sqrt

import numpy as np
import numpy.typing as npt

ENUMERATE_UP_TO = 1_000_000
RESAMPLES = 20_000
SLACK = 1e-12
_CELLS = 400_000

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Arrangements:
    """The distinct re-assignments of ``weights`` to speakers: ``total`` of them, ``used`` of them visited."""

    weights: Floats
    total: int
    used: int
    exact: bool
    seed: int

    def __iter__(self) -> Iterator[Floats]:
        """Give them in chunks, one arrangement a row, one speaker a column."""
        return _all(self.weights, self.total) if self.exact else _some(self.weights, self.used, self.seed)

    def p(self, count: float) -> float:
        """Give the p of *count* arrangements at least as extreme: count/total, or (count+1)/(used+1)."""
        return float(count) / self.used if self.exact else (float(count) + 1) / (self.used + 1)

    def error(self, p: float) -> float:
        """Give the standard error of a p: 0 where it is exact, nan where there is no p."""
        return p * 0 if self.exact else sqrt(p * (1 - p) / self.used)

    @property
    def smallest(self) -> float:
        """
        Give the smallest two-sided p that these numbers of speakers allow.

        It is 2/total where exchanging the figures gives one of the arrangements, else 1/total; and never
        below 1/(used+1) where arrangements are drawn.
        """
        mirrored = np.allclose(np.sort(self.weights), np.sort(1 - self.weights), rtol=0, atol=SLACK)
        least = (2 if mirrored and self.total > 1 else 1) / self.total
        return least if self.exact else max(least, 1 / (self.used + 1))


def arrange(
    weights: Floats,
    enumerate_up_to: int = ENUMERATE_UP_TO,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Arrangements:
    """Visit all arrangements of *weights* if there are at most *enumerate_up_to*, else draw *resamples*."""
    total, left = 1, len(weights)
    for count in np.unique(weights, return_counts=True)[1].tolist():
        total *= comb(left, count)
        left -= count
    exact = total <= enumerate_up_to
    return Arrangements(weights, total, total if exact else resamples, exact, seed)


def _all(weights: Floats, total: int) -> Iterator[Floats]:
    """Visit every distinct arrangement once: place the rarer values one after the other, the rest is base."""
    values, counts = np.unique(weights, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    base, rarer = values[order[0]], order[1:]
    left = len(weights)
    levels = []
    for which in rarer:
        chosen = _combinations(left, int(counts[which]))
        left -= int(counts[which])
        levels.append((values[which], chosen, None if which == rarer[-1] else _rest(chosen, left)))
    step = max(1, _CELLS // len(weights))
    for first in range(0, total, step):
        number = np.arange(first, min(first + step, total))
        made = np.full((len(number), len(weights)), base)
        free = np.broadcast_to(np.arange(len(weights)), made.shape)
        for value, chosen, others in levels:
            number, which_one = np.divmod(number, len(chosen))
            np.put_along_axis(made, np.take_along_axis(free, chosen[which_one].astype(np.intp), 1), value, 1)
            if others is not None:
                free = np.take_along_axis(free, others[which_one], 1)
        yield made


def _combinations(n: int, k: int) -> npt.NDArray[np.int16]:
    """List the ways to choose *k* of *n* places."""
    flat = np.fromiter(chain.from_iterable(combinations(range(n), k)), dtype=np.int16, count=comb(n, k) * k)
    return flat.reshape(-1, k)


def _rest(chosen: npt.NDArray[np.int16], left: int) -> npt.NDArray[np.intp]:
    """List the *left* places that each choice leaves free."""
    free = np.ones((len(chosen), chosen.shape[1] + left), dtype=np.bool_)
    np.put_along_axis(free, chosen.astype(np.intp), False, axis=1)
    return np.asarray(np.flatnonzero(free) % free.shape[1]).reshape(-1, left)


def _some(weights: Floats, used: int, seed: int) -> Iterator[Floats]:
    """Draw arrangements at random."""
    random = np.random.default_rng(seed)
    step = max(1, _CELLS // len(weights))
    for first in range(0, used, step):
        yield random.permuted(np.tile(weights, (min(step, used - first), 1)), axis=1)
