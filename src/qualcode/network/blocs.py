"""
Polarisation: how far two camps account for who agrees and who disagrees with whom.

The reference program's search maximises a quantity that measures misfit, so its best split is a bad one. Here
the measure is what a split explains: agreement inside the camps and conflict between them, of all there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qualcode.errors import UsageError
from qualcode.network.selection import Floats

if TYPE_CHECKING:
    import pandas as pd

EXACT_UP_TO = 20


@dataclass(frozen=True, slots=True)
class Polarisation:
    """
    The split into two blocs that explains most, the bloc with the first label first.

    ``explained``: congruence inside plus conflict between, of all congruence and conflict, 0 to 1;
    ``undivided``: the same if all were one bloc; ``gain``: what the split adds of what was left, 0 (no camps)
    to 1 (two camps that agree inside and only disagree between). ``exact``: every split was tried; ``equal``:
    how many other splits explain as much. ``neither``: who agrees and disagrees with nobody is in no bloc.
    """

    explained: float
    undivided: float
    gain: float
    blocs: tuple[tuple[str, ...], tuple[str, ...]]
    exact: bool
    equal: int
    neither: tuple[str, ...] = ()


def polarisation(
    congruence: pd.DataFrame, conflict: pd.DataFrame, *, exact_up_to: int = EXACT_UP_TO, seed: int = 0
) -> Polarisation:
    """
    Split actors into the two blocs that explain most of who agrees and who disagrees.

    Args:
        congruence, conflict: matrices of `discourse_matrix` with the same labels, any normalisation.
        exact_up_to: beyond so many actors the split is searched from many starts with *seed*.

    Raises:
        UsageError: the labels differ, there are fewer than two actors, or nobody shares anything.

    Example:
        >>> names = ["ann", "ben", "cleo"]
        >>> congruence = pd.DataFrame([[0, 3, 0], [3, 0, 0], [0, 0, 0]], names, names)
        >>> conflict = pd.DataFrame([[0, 0, 1], [0, 0, 0], [1, 0, 0]], names, names)
        >>> found = polarisation(congruence, conflict)
        >>> found.blocs, found.explained, found.undivided, found.gain
        ((('ann', 'ben'), ('cleo',)), 1.0, 0.75, 1.0)
    """
    every, g, c = _matrices(congruence, conflict)
    tied = (np.abs(g) + np.abs(c)).sum(axis=1) > 0
    labels = [label for label, here in zip(every, tied, strict=True) if here]
    neither = tuple(label for label, here in zip(every, tied, strict=True) if not here)
    g, c = g[np.ix_(tied, tied)], c[np.ix_(tied, tied)]
    n, total = len(labels), float(g.sum() + c.sum()) / 2
    if total <= 0:
        raise UsageError("nobody agrees or disagrees with anybody: there is nothing to explain")
    undivided = float(g.sum()) / 2 / total
    gains = c - g
    exact = n <= exact_up_to
    rows, best = _all(gains) if exact else _search(gains, np.random.default_rng(seed))
    # whoever is in the first bloc has 0, so a split and its mirror image are one
    sets = sorted({tuple(np.flatnonzero(row != row[0]).tolist()) for row in rows}, key=lambda s: (len(s), s))
    second = sets[0]
    explained = undivided + best / total
    blocs = (
        tuple(label for at, label in enumerate(labels) if at not in second),
        tuple(labels[at] for at in second),
    )
    left = 1 - undivided
    gain = max(0.0, best / total / left) if left > 0 else 0.0
    return Polarisation(explained, undivided, gain, blocs, exact, len(sets) - 1, neither)


def two_bloc_misfit(congruence: pd.DataFrame, conflict: pd.DataFrame, bloc: set[str]) -> float:
    """
    Give the reference program's distance of a split from an ideal one: small is good.

    For comparison only. It expects the same congruence for every pair of a bloc and the same conflict for
    every pair between: each bloc's part of the mean congruence, and half of the mean conflict, so that a split
    that explains everything does not reach 0 where anybody disagrees. Of a bloc of one it expects nothing, so one
    actor against all can look well parted. `polarisation` has a measure without these faults.

    Args:
        congruence, conflict: average-normalised matrices with the same labels.
        bloc: the labels of one bloc; the others are the second.

    Returns:
        0 to 1. 0 is reached where nobody disagrees, one bloc has one actor without ties, and all pairs of the
        other agree alike; two unanimous opposed camps of four have 0.25. With G and C the matrices, g and c
        the sums of all their cells, v and w the numbers of ordered pairs within and between blocs, n a bloc's size
        and m the other's, ``e = n(n-1)/v * g/v`` and ``f = n*m/w * c/w``: the sum of ``abs(G - e) + C`` within and of
        ``G + abs(C - f)`` between, divided by ``2(g + c)``.

    Raises:
        UsageError: the labels differ, or a bloc is empty or unknown.

    Example:
        >>> names = ["ann", "ben", "cleo"]
        >>> congruence = pd.DataFrame([[0, 3, 0], [3, 0, 0], [0, 0, 0]], names, names)
        >>> conflict = pd.DataFrame([[0, 0, 1], [0, 0, 1], [1, 1, 0]], names, names)
        >>> two_bloc_misfit(congruence, conflict, {"ann", "ben"})  # 4 |1 - 0.5| / (2 (6 + 4)): half the conflict
        0.1
        >>> round(two_bloc_misfit(congruence, conflict, {"ann", "cleo"}), 3)
        0.8
    """
    labels, g, c = _matrices(congruence, conflict)
    if not bloc or not bloc < set(labels):
        raise UsageError("a bloc is some of the labels, and not all")
    side = np.array([label in bloc for label in labels])
    same = side[:, None] == side[None, :]
    np.fill_diagonal(same, False)
    n, sizes = len(labels), np.array([(~side).sum(), side.sum()])
    within = float((sizes * (sizes - 1)).sum())
    between = n * (n - 1) - within
    ideal = (sizes * (sizes - 1) / within * g.sum() / within)[side.astype(int)] if within else np.zeros(n)
    apart = sizes[0] * sizes[1] / between * c.sum() / between
    other = ~same
    np.fill_diagonal(other, False)
    misfit = (np.abs(g - ideal[:, None]) + c)[same].sum() + (g + np.abs(c - apart))[other].sum()
    return float(misfit / (2 * (g.sum() + c.sum())))


def _matrices(congruence: pd.DataFrame, conflict: pd.DataFrame) -> tuple[list[str], Floats, Floats]:
    """Check that two matrices belong together."""
    labels = [str(label) for label in congruence.index]
    if not congruence.index.equals(conflict.index) or not congruence.index.equals(congruence.columns):
        raise UsageError("congruence and conflict must be square and have the same labels")
    if len(labels) < 2:
        raise UsageError(f"two blocs need two actors, not {len(labels)}")
    return labels, congruence.to_numpy(dtype=np.float64), conflict.to_numpy(dtype=np.float64)


def _cut(rows: Floats, gains: Floats) -> Floats:
    """Sum the gains between the two sides of every row."""
    return np.asarray(np.round(((rows @ gains) * (1 - rows)).sum(axis=1), 9))


def _all(gains: Floats) -> tuple[Floats, float]:
    """Try every split; the first actor stays on its side."""
    n = len(gains)
    best, found = -np.inf, np.zeros((0, n))
    for first in range(1, 2 ** (n - 1), 2**14):
        number = np.arange(first, min(first + 2**14, 2 ** (n - 1)))
        rows = ((number[:, None] << 1 >> np.arange(n)) & 1).astype(np.float64)
        cuts = _cut(rows, gains)
        top = float(cuts.max())
        if top >= best:
            found = rows[cuts == top] if top > best else np.vstack([found, rows[cuts == top]])
            best = top
    return found, best


def _search(gains: Floats, random: np.random.Generator) -> tuple[Floats, float]:
    """Climb from many starts by moving one actor at a time."""
    n = len(gains)
    best, found = -np.inf, np.zeros((0, n))
    for _ in range(50):
        here = (random.random(n) < 0.5).astype(np.float64)
        if here.min() == here.max():
            here[0] = 1 - here[0]
        while True:
            near = np.vstack([here, np.abs(here - np.eye(n))])
            cuts = _cut(near, gains)
            cuts[(near.min(axis=1) == near.max(axis=1))] = -np.inf
            if cuts.argmax() == 0:
                break
            here = near[cuts.argmax()]
        if cuts[0] >= best:
            found = here[None] if cuts[0] > best else np.vstack([found, here])
            best = float(cuts[0])
    return found, best
