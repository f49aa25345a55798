"""
The arithmetic of comparing two weighted groups of speakers: differences, permutation, corrections.

Every function takes speakers by columns (of themes, or of anything that has one number a speaker) and the
speakers' memberships in figure a.
"""

from __future__ import annotations

from collections.abc import Callable

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


def means(values: Floats, w: Floats, mask: Flags | None = None) -> tuple[Floats, Floats]:
    """Return each column's weighted mean in figure a and in b, among whom *mask* names; nan where there is nobody."""
    here = np.ones(values.shape) if mask is None else mask.astype(np.float64)
    in_a, in_b = w @ here, (1 - w) @ here
    with np.errstate(invalid="ignore", divide="ignore"):
        a = np.where(in_a > SLACK, w @ (values * here) / in_a, np.nan)
        b = np.where(in_b > SLACK, (1 - w) @ (values * here) / in_b, np.nan)
    return a, b


def permute(
    values: Floats, ways: Arrangements, test: Flags, mask: Flags | None = None
) -> tuple[Floats, Floats, Floats]:
    """
    Chance the difference of weighted means of every column of *values* that *test* names.

    With *mask* (speakers by columns) a column's means are among whom it names. The memberships are handed out among
    all speakers; since those named then fall otherwise on the two sides, differences are held against each other in
    units of their spread among those named. An arrangement that leaves a side empty parts nobody.

    Returns:
        p; p corrected by max-T over the tested columns; the smallest p that a column's values allow. nan
        where *test* says no.
    """
    empty = np.full(values.shape[1], np.nan)
    p, p_max_t, least = empty.copy(), empty.copy(), empty.copy()
    tested = np.flatnonzero(test)
    if not len(tested):
        return p, p_max_t, least
    apart = _spread_apart(values[:, tested], ways.weights, None if mask is None else mask[:, tested])
    seen = apart(ways.weights[None, :])[0]
    as_far, as_far_t = np.zeros(len(tested)), np.zeros(len(tested))
    largest, at_largest = np.zeros(len(tested)), np.zeros(len(tested))
    for chunk in ways:
        found = apart(chunk)
        as_far += (found >= seen - SLACK).sum(axis=0)
        as_far_t += (found.max(axis=1)[:, None] >= seen - SLACK).sum(axis=0)
        peak = found.max(axis=0)
        more = peak > largest + SLACK
        largest = np.maximum(largest, peak)
        at_largest = np.where(more, 0, at_largest) + (found >= largest - SLACK).sum(axis=0)
    p[tested] = [ways.p(count) for count in as_far]
    p_max_t[tested] = [ways.p(count) for count in as_far_t]
    least[tested] = at_largest / ways.used if ways.exact else np.maximum(at_largest, 1) / (ways.used + 1)
    return p, p_max_t, least


def _spread_apart(values: Floats, w: Floats, mask: Flags | None) -> Callable[[Floats], Floats]:
    """Return what gives, for arrangements by rows, each column's difference in units of its spread, without sign."""
    n = len(w)
    if mask is None or mask.all():
        in_a, in_b = w.sum(), (1 - w).sum()
        offset, scale = values.sum(axis=0) / in_b, 1 / in_a + 1 / in_b
        spread = np.sqrt(((w - w.mean()) ** 2).sum() * ((values - values.mean(0)) ** 2).sum(0) / (n - 1)) * scale
        flat = spread < SLACK
        unit = np.where(flat, 1, spread)
        return lambda chunk: np.asarray(np.where(flat, 0, np.abs(chunk @ values * scale - offset) / unit))
    here = mask.astype(np.float64)
    held, many = values * here, here.sum(axis=0)
    total = held.sum(axis=0)
    squares = ((values - total / np.maximum(many, 1)) ** 2 * here).sum(axis=0) / np.maximum(many - 1, 1)

    def among(chunk: Floats) -> Floats:
        in_a, in_a2, sum_a = chunk @ here, chunk**2 @ here, chunk @ held
        in_b = many - in_a
        both = (in_a > SLACK) & (in_b > SLACK)
        a, b = np.where(both, in_a, 1), np.where(both, in_b, 1)
        scale = 1 / a + 1 / b
        spread = np.sqrt(np.maximum(in_a2 - in_a**2 / np.maximum(many, 1), 0) * squares) * scale
        seen = both & (spread >= SLACK)
        return np.asarray(np.where(seen, np.abs(sum_a * scale - total / b) / np.where(seen, spread, 1), 0))

    return among


def cliffs_delta(values: Floats, w: Floats, mask: Flags | None = None) -> Floats:
    """Compare every two different speakers whom *mask* names on every column; a pair weighs w(i)(1-w(k))."""
    pairs = np.multiply.outer(w, 1 - w)
    np.fill_diagonal(pairs, 0)
    found = np.full(values.shape[1], np.nan)
    for at, column in enumerate(values.T):
        here = pairs if mask is None else pairs * np.multiply.outer(mask[:, at], mask[:, at])
        one, all_of_them = np.subtract.outer(column, column), float(here.sum())
        if all_of_them > 0:
            found[at] = float((here * (one > SLACK)).sum() - (here * (one < -SLACK)).sum()) / all_of_them
    return found


def without_each(values: Floats, w: Floats, mask: Flags | None = None) -> Floats:
    """
    Give the difference of every column without each speaker in turn; nan where a figure would be empty.

    Without whom *mask* does not name nothing changes.
    """
    here = np.ones(values.shape) if mask is None else mask.astype(np.float64)
    w_a, w_b = w[:, None] * here, (1 - w)[:, None] * here
    in_a, in_b = w_a.sum(0) - w_a, w_b.sum(0) - w_b
    left_a, left_b = (w_a * values).sum(0) - w_a * values, (w_b * values).sum(0) - w_b * values
    return np.asarray(left_a / np.where(in_a > SLACK, in_a, np.nan) - left_b / np.where(in_b > SLACK, in_b, np.nan))
