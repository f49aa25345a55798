"""Where coders disagree: the passages to talk about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from qualcode.agreement.judgements import judge

if TYPE_CHECKING:
    import pandas as pd


def disagreements(
    codings: pd.DataFrame,
    coverage: pd.DataFrame,
    *,
    turns: pd.DataFrame,
    codes: Sequence[str] | None = None,
    coders: Sequence[str] | None = None,
) -> pd.DataFrame:
    """
    List the passages on which coders disagree, those that cost most agreement first.

    Args:
        As `agreement`.

    Returns:
        One row a unit and code that one coder gave and another, who has read it, did not: the columns of
        *turns*, then ``code``, ``given_by``, ``not_given_by`` (coders joined by ``; ``), ``cost`` (its part
        of all disagreement, 0 to 1) and ``passage_cost`` (the same for the whole passage, all codes
        together). Passages by falling cost, then document and place; within a passage, by family and code.

    Raises:
        UsageError: as `agreement`.
    """
    judged = judge(codings, coverage, turns, codes, coders)
    unit, code, yes = judged.counts()
    m = judged.m[unit]
    cost = 2 * yes * (m - yes) / (m - 1)
    total = cost.sum()
    keep = np.flatnonzero(cost > 0)
    by_unit = np.bincount(unit, cost, minlength=len(judged.m))
    order = keep[np.lexsort((code[keep], unit[keep], -np.round(by_unit[unit[keep]], 9)))]
    gave: dict[tuple[int, int], list[int]] = {}
    for one, what, who in zip(judged.unit.tolist(), judged.code.tolist(), judged.coder.tolist(), strict=True):
        gave.setdefault((one, what), []).append(who)
    rows = judged.units.iloc[unit[order]].reset_index(drop=True)
    rows["code"] = [judged.codes[at] for at in code[order]]
    yes_names, no_names = [], []
    for pair in zip(unit[order].tolist(), code[order].tolist(), strict=True):
        givers = set(gave[pair])
        readers = np.flatnonzero(judged.read[:, pair[0]]).tolist()
        yes_names.append("; ".join(judged.coders[at] for at in readers if at in givers))
        no_names.append("; ".join(judged.coders[at] for at in readers if at not in givers))
    rows["given_by"], rows["not_given_by"] = yes_names, no_names
    rows["cost"] = cost[order] / total if len(order) else []
    rows["passage_cost"] = by_unit[unit[order]] / total if len(order) else []
    return rows
