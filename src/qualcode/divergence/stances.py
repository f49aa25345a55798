"""
Whether two figures take different sides on the same theme.

A speaker's balance is the mean of the stances in the speaker's excerpts on a theme. Only speakers who took
a stance on it are compared, and the memberships are re-assigned among them alone: who kept silent is no
opponent.
"""

from __future__ import annotations

from typing import Unpack

import numpy as np
import pandas as pd

from qualcode.columns import require
from qualcode.divergence.arrangements import arrange
from qualcode.divergence.panel import EXACT, FEW_SPEAKERS, Chance, ChanceWords, Weights, note, panel
from qualcode.divergence.permutation import cliffs_delta, holm, permute
from qualcode.divergence.themes import DEFINITIONAL
from qualcode.errors import UsageError
from qualcode.plural import number_of


def stance_divergence(
    statements: pd.DataFrame,
    contrast: tuple[str, str],
    weights: Weights | None = None,
    chance: Chance = EXACT,
    **words: Unpack[ChanceWords],
) -> pd.DataFrame:
    """
    Compare the stances of two figures theme by theme; the unit is the speaker.

    Args:
        As `divergence`; the column ``stance`` is required.

    Returns:
        One row a theme on which anybody took a stance, by code point, with ``balance_a``, ``balance_b`` (mean
        of the speakers' balances, weighted by membership), ``difference``, ``p`` (exact, among those who took
        a stance), ``p_holm`` over the themes, ``p_error``, ``cliffs_delta``, ``speakers_a``, ``speakers_b``
        (who took a stance), ``arrangements``, ``smallest_p``, ``excerpts``, ``definitional``, ``reason``.
        There is no max-T: who can be re-assigned differs from theme to theme. nan where a figure is silent.

        ``attrs`` as `divergence`, with ``left_out["without stance"]``.

    Raises:
        UsageError: as `divergence`, or nobody takes a stance.

    Example:
        >>> found = stance_divergence(statements, ("issuer", "holder"))
        >>> found[["balance_a", "balance_b", "difference", "excerpts"]]
                                 balance_a  balance_b  difference  excerpts
        theme
        function/access                NaN        1.0         NaN         1
        function/identification        1.0        1.0         0.0         3
        universality/stigma           -1.0        NaN         NaN         1
        universality/wide-use          NaN        1.0         NaN         1
    """
    require(statements, ["stance"], "statements")
    chance = chance.but(**words)
    made = panel(statements, contrast, weights, chance)
    stance = pd.to_numeric(made.rows["stance"], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    taken = ~np.isnan(stance)
    if not taken.any():
        raise UsageError(f"none of the {number_of(int(made.times.sum()), 'statement')} has a stance")
    sums, counts = np.zeros_like(made.counts), np.zeros_like(made.counts)
    np.add.at(sums, (made.row[taken], made.column[taken]), stance[taken] * made.times[taken])
    np.add.at(counts, (made.row[taken], made.column[taken]), made.times[taken])
    rows = {}
    for at in np.flatnonzero(counts.sum(axis=0)).tolist():
        who = counts[:, at] > 0
        balance, w = (sums[who, at] / counts[who, at])[:, None], made.weights[who]
        size_a, size_b = int((w > 0.5).sum()), int((w < 0.5).sum())
        both = 0 < w.sum() < len(w)
        reason = "" if made.tested[at] else DEFINITIONAL
        if not reason and min(size_a, size_b) < FEW_SPEAKERS:
            least = f"{FEW_SPEAKERS} against {FEW_SPEAKERS}"
            reason = f"{size_a} against {number_of(size_b, 'speaker')} took a stance: no p below {least}"
        ways = arrange(w, chance.enumerate_up_to, chance.resamples, chance.seed)
        p = float(permute(balance, ways, np.array([not reason]))[0][0]) if both else np.nan
        a = float(w @ balance[:, 0] / w.sum()) if w.sum() else np.nan
        b = float((1 - w) @ balance[:, 0] / (1 - w).sum()) if (1 - w).sum() else np.nan
        rows[made.themes[at]] = {
            "balance_a": a,
            "balance_b": b,
            "difference": a - b,
            "p": p,
            "p_holm": np.nan,
            "p_error": ways.error(p),
            "cliffs_delta": float(cliffs_delta(balance, w)[0]) if both else np.nan,
            "speakers_a": size_a,
            "speakers_b": size_b,
            "arrangements": ways.total,
            "smallest_p": ways.smallest,
            "excerpts": int(counts[:, at].sum()),
            "definitional": not made.tested[at],
            "reason": reason,
        }
    result = pd.DataFrame.from_dict(rows, orient="index").rename_axis("theme")
    result["p_holm"] = holm(result["p"].to_numpy(dtype=np.float64))
    note(result, made, contrast, weights)
    result.attrs["left_out"]["without stance"] = int(made.times[~taken].sum())
    return result
