"""
The arithmetic of comparing two weighted groups of speakers: differences, permutation, corrections.

Every function takes speakers by columns (of themes, or of anything that has one number a speaker) and the
speakers' memberships in figure a.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from qualcode.columns import Flags
from qualcode.divergence.arrangements import SLACK, Arrangements

Floats = npt.NDArray[np.float64]


def holm(p: Floats) -> Floats:
    """Correct several p after Holm's step-down (1979); nan stays nan and does not count."""
    corrected = np.full(len(p), np.nan)
    order = np.argsort(p, kind="stable")[: int((~np.isnan(p)).sum())]
    steps = p[order] * np.arange(len(order), 0, -1)
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1) if len(order) else steps
    return corrected


def permute(values: Floats, ways: Arrangements, test: Flags) -> tuple[Floats, Floats, Floats]:
    """
    Chance the difference of weighted means of every column of *values* that *test* names.

    Returns:
        p; p corrected by max-T over the tested columns; the smallest p that a column's values allow. nan
        where *test* says no.
    """
    empty = np.full(values.shape[1], np.nan)
    p, p_max_t, least = empty.copy(), empty.copy(), empty.copy()
    tested = np.flatnonzero(test)
    if not len(tested):
        return p, p_max_t, least
    chosen, w = values[:, tested], ways.weights
    in_a, in_b, n = w.sum(), (1 - w).sum(), len(w)
    offset = chosen.sum(axis=0) / in_b
    scale = 1 / in_a + 1 / in_b
    seen = np.abs(w @ chosen * scale - offset)
    spread = np.sqrt(((w - w.mean()) ** 2).sum() * ((chosen - chosen.mean(0)) ** 2).sum(0) / (n - 1)) * scale
    flat = spread < SLACK
    spread[flat] = 1
    seen_t = np.where(flat, 0, seen / spread)
    as_far, as_far_t = np.zeros(len(tested)), np.zeros(len(tested))
    largest, at_largest = np.zeros(len(tested)), np.zeros(len(tested))
    for chunk in ways:
        apart = np.abs(chunk @ chosen * scale - offset)
        as_far += (apart >= seen - SLACK).sum(axis=0)
        top = np.where(flat, 0, apart / spread).max(axis=1)
        as_far_t += (top[:, None] >= seen_t - SLACK).sum(axis=0)
        peak = apart.max(axis=0)
        more = peak > largest + SLACK
        largest = np.maximum(largest, peak)
        at_largest = np.where(more, 0, at_largest) + (apart >= largest - SLACK).sum(axis=0)
    p[tested] = [ways.p(count) for count in as_far]
    p_max_t[tested] = [ways.p(count) for count in as_far_t]
    least[tested] = at_largest / ways.used if ways.exact else np.maximum(at_largest, 1) / (ways.used + 1)
    return p, p_max_t, least


def cliffs_delta(values: Floats, w: Floats) -> Floats:
    """Compare every two different speakers on every column of *values*; a pair weighs w(i)(1-w(k))."""
    pairs = np.multiply.outer(w, 1 - w)
    np.fill_diagonal(pairs, 0)
    order = (np.subtract.outer(column, column) for column in values.T)
    wins = [float((pairs * (one > SLACK)).sum() - (pairs * (one < -SLACK)).sum()) for one in order]
    return np.array(wins, dtype=np.float64) / float(pairs.sum())


def without_each(values: Floats, w: Floats) -> Floats:
    """Give the difference of every column without each speaker in turn; nan where a figure would be empty."""
    in_a, in_b = w.sum() - w, (1 - w).sum() - (1 - w)
    a = np.where(in_a > SLACK, in_a, np.nan)[:, None]
    b = np.where(in_b > SLACK, in_b, np.nan)[:, None]
    left_a = (w[:, None] * values).sum(0) - w[:, None] * values
    left_b = ((1 - w)[:, None] * values).sum(0) - (1 - w)[:, None] * values
    return np.asarray(left_a / a - left_b / b)
