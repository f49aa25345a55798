"""
How often a difference of a given size would be found with so few speakers, by simulation.

Speakers' own shares scatter around their figure's as a beta distribution does: the larger the clustering
number, the more alike the speakers of a figure. Real interviews need not do that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qualcode.divergence.arrangements import ENUMERATE_UP_TO, RESAMPLES, arrange
from qualcode.divergence.panel import AS_TAGGED, FEW_SPEAKERS, Sides, Weights, note, panel
from qualcode.divergence.permutation import permute
from qualcode.divergence.reached import reached, reasons
from qualcode.errors import UsageError

_ARRANGEMENTS = 2_000


@dataclass(frozen=True, slots=True)
class Power:
    """``found`` is the share of ``runs`` with p at or below ``level``, ``error`` its standard error."""

    found: float
    error: float
    level: float
    runs: int


def power(
    speakers_a: int,
    speakers_b: int,
    shift: float,
    *,
    share: float = 0.2,
    excerpts: tuple[int, int] = (8, 39),
    clustering: float = 25,
    level: float = 0.05,
    runs: int = 400,
    seed: int = 0,
) -> Power:
    """
    Say how often the exact test would find one theme, tested alone, whose share differs by *shift*.

    For a study that is planned; for the one at hand `power_here` has its own counts and all its tests.

    Args:
        speakers_a, speakers_b: how many are compared.
        shift: how much larger the theme's share is in figure a than its *share* in b.
        excerpts: the fewest and the most excerpts a speaker has, any number between being equally likely.
        clustering: sum of the beta distribution's parameters; 25 is moderate, 8 strong clustering.

    Raises:
        UsageError: fewer than four against four, or shares outside 0 to 1.

    Example:
        >>> power(6, 6, shift=0.8, share=0.1, runs=20)
        Power(found=1.0, error=0.0, level=0.05, runs=20)
    """
    if min(speakers_a, speakers_b) < FEW_SPEAKERS:
        raise UsageError(f"there is no p below {FEW_SPEAKERS} against {FEW_SPEAKERS} speakers")
    if not (0 < share < 1 and 0 < share + shift < 1):
        raise UsageError(f"shares must lie between 0 and 1: {share} and {share + shift}")
    random = np.random.default_rng(seed)
    w = np.repeat([1.0, 0.0], [speakers_a, speakers_b])
    ways = arrange(w, ENUMERATE_UP_TO, RESAMPLES, seed)
    mean = np.where(w > 0, share + shift, share)[:, None]
    own = random.beta(mean * clustering, (1 - mean) * clustering, size=(len(w), runs))
    number = random.integers(excerpts[0], excerpts[1] + 1, size=own.shape)
    values = random.binomial(number, own) / number
    p = permute(values, ways, np.ones(runs, dtype=np.bool_))[0]
    found = float((p <= level).mean())
    return Power(found, float(np.sqrt(found * (1 - found) / runs)), level, runs)


def power_here(
    statements: pd.DataFrame,
    contrast: tuple[str, str],
    weights: Weights | None = None,
    *,
    topics: pd.DataFrame | None = None,
    among: str = "reached",
    shifts: Sequence[float] = (0.1, 0.15, 0.2),
    clustering: float = 25,
    level: float = 0.05,
    runs: int = 400,
    seed: int = 0,
    sides: Sides = AS_TAGGED,
) -> pd.DataFrame:
    """
    Say what could be found in this study: how often a difference of a given size would be, if there were one.

    Every speaker has as many statements as here, every theme reaches whom it reached here, and takes the mean share
    that it has here among them (all brought to add up to 1). Then one theme, drawn from those that are tested, is made
    larger by the shift in one figure, the others giving way evenly, and all themes are tested together (up to 2,000
    arrangements).

    Args:
        topics, among: as `divergence`.
        shifts: how much larger the theme's share is in one figure, 0 to 1.
        clustering: sum of the Dirichlet distribution's parameters from which speakers' own shares come.

    Returns:
        One row a shift, index ``shift``: ``alone`` (share of the runs in which the theme has p at or below *level*),
        ``corrected`` (p corrected by max-T), ``error`` (standard error of ``corrected``), ``themes`` (how many are
        tested) and ``runs``. ``attrs`` as `divergence`.

    Raises:
        UsageError: as `divergence`, no theme can be tested, or a shift leaves no room for the others.

    Example:
        >>> figures = ["issuer"] * 4 + ["holder"] * 4
        >>> said = pd.DataFrame({"actor": list("abcdefgh") * 8, "actor_figure": figures * 8})
        >>> said["theme"] = ["fee", "name"] * 32
        >>> power_here(said, ("issuer", "holder"), shifts=[0.0], runs=20)[["themes", "runs"]]
               themes  runs
        shift
        0.0         2    20
    """
    made = panel(statements, contrast, weights, sides)
    mask = reached(topics, made, among)
    testable = np.array([not why for why in reasons(made, mask, "definitional")])
    if not testable.any():
        raise UsageError("no theme can be tested: nothing could be found here, however different the figures are")
    counts, w = made.counts.sum(axis=1).astype(int), made.weights
    here = np.ones_like(made.counts) if mask is None else mask.astype(np.float64)
    base = (made.shares() * here).sum(axis=0) / here.sum(axis=0)
    base /= base.sum()
    ways = arrange(w, _ARRANGEMENTS, _ARRANGEMENTS, seed)
    random = np.random.default_rng(seed)
    rows = []
    for shift in shifts:
        fits = np.flatnonzero(testable & (base + shift < 1))
        if shift < 0 or not len(fits):
            raise UsageError(f"a shift of {shift:g} leaves no room for other themes")
        alone = corrected = 0
        for _ in range(runs):
            at, side = random.choice(fits), random.integers(2)
            larger = base * (1 - base[at] - shift) / (1 - base[at])
            larger[at] = base[at] + shift
            share = (w if side else 1 - w)[:, None]
            mean = share * larger + (1 - share) * base
            own = random.gamma(np.maximum(mean * clustering, 1e-6))
            own /= own.sum(axis=1, keepdims=True)
            values = random.multinomial(counts, own) / counts[:, None]
            p, p_max_t, _least = permute(values, ways, testable, mask)
            alone, corrected = alone + (p[at] <= level), corrected + (p_max_t[at] <= level)
        found = corrected / runs
        error = float(np.sqrt(found * (1 - found) / runs))
        rows.append((shift, alone / runs, found, error, int(testable.sum()), runs))
    columns = ["shift", "alone", "corrected", "error", "themes", "runs"]
    return note(pd.DataFrame(rows, columns=columns).set_index("shift"), made, contrast, weights)
