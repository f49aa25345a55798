"""
How often a difference of a given size would be found with so few speakers, by simulation.

Speakers' own shares scatter around their figure's as a beta distribution does: the larger the clustering
number, the more alike the speakers of a figure. Real interviews need not do that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualcode.divergence.arrangements import ENUMERATE_UP_TO, RESAMPLES, arrange
from qualcode.divergence.panel import FEW_SPEAKERS
from qualcode.divergence.permutation import permute
from qualcode.errors import UsageError


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
    Say how often the exact test would find a theme whose share differs by *shift*.

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
