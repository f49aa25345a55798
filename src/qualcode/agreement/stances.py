"""
Whether coders who give the same code also hear the same stance.

A judgement of its own: only units where two coders gave the code with a stance are compared, so it says
nothing about whether they would give the code.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from qualcode.agreement.judgements import judge
from qualcode.agreement.measures import NOTHING_SHARED, ONE_VALUE, alpha, percent
from qualcode.columns import require
from qualcode.left_out import before


def stance_agreement(
    codings: pd.DataFrame,
    coverage: pd.DataFrame,
    *,
    turns: pd.DataFrame,
    codes: Sequence[str] | None = None,
    coders: Sequence[str] | None = None,
    level: str = "interval",
) -> pd.DataFrame:
    """
    Compare the stances that coders gave with the same code on the same unit.

    Args:
        codings: as `agreement`, with ``stance``; a coder's stance on a unit is the mean of the excerpts.
        level: how far apart two stances are, as in `alpha`.
        The others are as in `agreement`.

    Returns:
        One row a code with any stance, by family and code: ``family``, ``alpha``, ``percent`` (the same
        stance), ``units`` (with two stances), ``coders`` (who gave them), ``interviews``, ``reason`` (why
        alpha is nan). ``attrs["left_out"]`` counts the tags left out, by reason, those without a stance among them.

    Raises:
        UsageError: as `agreement`, or there is no column ``stance``.

    Example:
        >>> turns = pd.DataFrame({"document": "i1", "start": [0, 10], "end": [9, 19]})
        >>> coverage = pd.DataFrame({"document": "i1", "coder": ["ann", "ben"], "start": 0, "end": 19})
        >>> codings = pd.DataFrame({"start": [0, 10] * 2, "end": [9, 19] * 2, "stance": [1, -1, 1, 0]})
        >>> codings = codings.assign(document="i1", coder=["ann", "ann", "ben", "ben"], code="cost/fee")
        >>> stance_agreement(codings, coverage, turns=turns)[["code", "alpha", "percent", "units"]].round(3)
               code  alpha  percent  units
        0  cost/fee  0.727      0.5      2
    """
    require(codings, ["stance"], "codings")
    judged = judge(codings, coverage, turns, codes, coders)
    rows = []
    for at, code in enumerate(judged.codes):
        mine = (judged.code == at) & ~np.isnan(judged.stance)
        if not mine.any():
            continue
        units, place = np.unique(judged.unit[mine], return_inverse=True)
        ratings = np.full((len(judged.coders), len(units)), np.nan)
        ratings[judged.coder[mine], place] = judged.stance[mine]
        both = (~np.isnan(ratings)).sum(axis=0) >= 2
        value = alpha(ratings, level)
        rows.append(
            {
                "code": code,
                "family": judged.families[at],
                "alpha": value,
                "percent": percent(ratings),
                "units": int(both.sum()),
                "coders": int((~np.isnan(ratings[:, both])).any(axis=1).sum()),
                "interviews": len(np.unique(judged.document[units[both]])),
                "reason": "" if not np.isnan(value) else (ONE_VALUE if both.any() else NOTHING_SHARED),
            }
        )
    columns = ["code", "family", "alpha", "percent", "units", "coders", "interviews", "reason"]
    table = pd.DataFrame(rows, columns=columns)
    bare = np.isnan(judged.stance)
    _, many = np.unique((judged.unit * max(len(judged.codes), 1) + judged.code)[~bare], return_counts=True)
    alone = {"without stance": int(bare.sum()), "with a stance of one coder only": int((many == 1).sum())}
    table.attrs.update(left_out={**judged.left_out, **alone}, **before(coverage))
    return table
