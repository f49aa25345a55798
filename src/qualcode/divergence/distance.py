"""
How far two figures lie apart over all themes at once, beside how far chance alone would put them.

The Jensen-Shannon divergence is never 0 among few speakers: it is biased upward. So it is read against
its median over all re-assignments of the memberships, not against 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from qualcode.divergence.arrangements import SLACK, arrange
from qualcode.divergence.panel import EXACT, Chance, ChanceWords, Weights, panel
from qualcode.divergence.permutation import Floats
from qualcode.divergence.reached import reached
from qualcode.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Distance:
    """
    The Jensen-Shannon divergence of two figures, in bits: 0 alike, 1 nothing in common.

    ``null_median`` is its median over the arrangements, ``p`` the share of them at least as far apart (nan
    below four against four, with the ``reason``), ``p_error`` its standard error, 0 where it is exact. ``about``: what
    is left out, as ``attrs`` of a table.
    """

    bits: float
    p: float
    null_median: float
    p_error: float
    arrangements: int
    speakers_a: int
    speakers_b: int
    themes: int
    reason: str
    about: dict[str, Any] = field(default_factory=dict, compare=False)


def jensen_shannon(
    statements: pd.DataFrame,
    contrast: tuple[str, str],
    weights: Weights | None = None,
    chance: Chance = EXACT,
    *,
    topics: pd.DataFrame | None = None,
    among: str = "reached",
    **words: Unpack[ChanceWords],
) -> Distance:
    """
    Compare the two figures' mean shares over all themes that are not definitional.

    With a and b the mean shares (as in `divergence`, of the tested themes' excerpts) and m their mean, it is
    half of KL(a, m) plus half of KL(b, m), logarithms to base 2: the divergence, not its square root. With *topics*
    the means are among those whom a theme reached; themes that reached one figure only are left out, and counted, and
    the others' means are brought to add up to 1.

    Args:
        As `divergence`.

    Raises:
        UsageError: as `divergence`, or every theme is definitional, or none reached both figures.

    Example:
        >>> said = pd.DataFrame(
        ...     [("ann", "issuer", "fee"), ("ben", "holder", "name")],
        ...     columns=["actor", "actor_figure", "theme"],
        ... )
        >>> found = jensen_shannon(said, ("issuer", "holder"))
        >>> found.bits, found.reason
        (1.0, '1 against 1 speaker: no p below 4 against 4')
    """
    chance = chance.but(**words)
    made = panel(statements, contrast, weights, chance, of="tested")
    if not made.tested.any():
        raise UsageError("every theme is definitional: nothing is left to compare")
    shares, w = made.shares("tested")[:, made.tested], made.weights
    ways = arrange(w, chance.enumerate_up_to, chance.resamples, chance.seed)
    mask = reached(topics, made, among)
    here = None if mask is None else mask[:, made.tested].astype(np.float64)
    bits = float(_bits(w[None, :], shares, here)[0])
    null = np.concatenate([_bits(chunk, shares, here) for chunk in ways])
    both = np.ones(shares.shape[1], dtype=np.bool_) if here is None else (w @ here > SLACK) & ((1 - w) @ here > SLACK)
    if not both.any():
        raise UsageError("no theme reached speakers of both figures: nothing is left to compare")
    apart = {} if both.all() else {"themes that reached one figure only": int((~both).sum())}
    p = np.nan if made.too_few else ways.p(int((null >= bits - SLACK).sum()))
    return Distance(
        bits=bits,
        p=p,
        null_median=float(np.median(null)),
        p_error=ways.error(p),
        arrangements=ways.total,
        speakers_a=made.size_a,
        speakers_b=made.size_b,
        themes=int(both.sum()),
        reason=made.too_few,
        about={
            "left_out": dict(made.left_out) | apart,
            "speakers_left_out": dict(made.speakers_left_out),
            **made.before,
        },
    )


def _bits(w: Floats, shares: Floats, here: Floats | None) -> Floats:
    """Give the divergence for every row of memberships, among whom *here* names."""
    if here is None:
        a = w @ shares / w.sum(axis=1, keepdims=True)
        b = (1 - w) @ shares / (1 - w).sum(axis=1, keepdims=True)
    else:
        in_a, in_b = w @ here, (1 - w) @ here
        both = (in_a > SLACK) & (in_b > SLACK)
        a = np.where(both, w @ (shares * here) / np.where(both, in_a, 1), 0)
        b = np.where(both, (1 - w) @ (shares * here) / np.where(both, in_b, 1), 0)
        a, b = (side / np.maximum(side.sum(axis=1, keepdims=True), SLACK) for side in (a, b))
    m = (a + b) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(a > 0, a * np.log2(a / m), 0) + np.where(b > 0, b * np.log2(b / m), 0)
    return np.asarray(parts.sum(axis=1) / 2)
