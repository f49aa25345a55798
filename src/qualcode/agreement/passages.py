"""Where coders disagree: the passages to talk about, and every single judgement behind a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from qualcode.agreement.judgements import judge
from qualcode.left_out import before

if TYPE_CHECKING:
    import pandas as pd


def given(
    codings: pd.DataFrame,
    coverage: pd.DataFrame,
    *,
    turns: pd.DataFrame,
    codes: Sequence[str] | None = None,
    coders: Sequence[str] | None = None,
) -> pd.DataFrame:
    """
    List what `agreement` counts as given: which coder gave which code to which unit that two have read.

    Args:
        As `agreement`.

    Returns:
        One row a unit, code and coder: the columns of *turns*, then ``code``, ``family``, ``coder`` and
        ``stance`` (the mean of what the coder gave there, nan without); by unit, then family and code, then coder.

    Raises:
        UsageError: as `agreement`.

    Example:
        >>> turns = pd.DataFrame({"document": "i1", "start": [0, 10], "end": [9, 19]})
        >>> coverage = pd.DataFrame({"document": "i1", "coder": ["ann", "ben"], "start": 0, "end": [19, 9]})
        >>> codings = pd.DataFrame({"start": [0, 12, 0], "end": [9, 19, 5], "coder": ["ann", "ann", "ben"]})
        >>> codings = codings.assign(document="i1", code="cost/fee")
        >>> found = given(codings, coverage, turns=turns)
        >>> found[["document", "start", "end", "code", "coder"]]
          document  start  end      code coder
        0       i1      0    9  cost/fee   ann
        1       i1      0    9  cost/fee   ben
    """
    judged = judge(codings, coverage, turns, codes, coders)
    order = np.lexsort((judged.coder, judged.code, judged.unit))
    rows = judged.units.iloc[judged.unit[order]].reset_index(drop=True)
    rows["code"] = [judged.codes[at] for at in judged.code[order]]
    rows["family"] = [judged.families[at] for at in judged.code[order]]
    rows["coder"] = [judged.coders[at] for at in judged.coder[order]]
    rows["stance"] = judged.stance[order]
    rows.attrs.update(left_out=dict(judged.left_out), **before(coverage))
    return rows


def read_by_two(
    codings: pd.DataFrame, coverage: pd.DataFrame, *, turns: pd.DataFrame, family: str = ""
) -> pd.DataFrame:
    """
    Return the rows of *turns* that at least two coders have read: the units of `agreement`.

    Args:
        family: only the units of this family, which may lack the researcher's questions; left out, all units.
        The others are as in `agreement`.

    Raises:
        UsageError: as `agreement`.

    Example:
        >>> turns = pd.DataFrame({"document": "i1", "start": [0, 10], "end": [9, 19]})
        >>> coverage = pd.DataFrame({"document": "i1", "coder": ["ann", "ben"], "start": 0, "end": [19, 9]})
        >>> codings = pd.DataFrame({"document": ["i1"], "start": 0, "end": 5, "coder": "ann", "code": "cost/fee"})
        >>> read_by_two(codings, coverage, turns=turns)
          document  start  end
        0       i1      0    9
    """
    judged = judge(codings, coverage, turns)
    if not family or family in judged.asked:
        return judged.units
    return judged.units[~judged.asks].reset_index(drop=True)


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
        ``attrs["left_out"]`` counts the tags left out, by reason.

    Raises:
        UsageError: as `agreement`.

    Example:
        >>> turns = pd.DataFrame({"document": "i1", "start": [0, 10], "end": [9, 19]})
        >>> coverage = pd.DataFrame({"document": "i1", "coder": ["ann", "ben"], "start": 0, "end": 19})
        >>> codings = pd.DataFrame({"start": [0, 12, 0], "end": [9, 19, 5], "coder": ["ann", "ann", "ben"]})
        >>> codings = codings.assign(document="i1", code="cost/fee")
        >>> found = disagreements(codings, coverage, turns=turns)
        >>> found[["start", "end", "code", "given_by", "not_given_by", "cost"]]
           start  end      code given_by not_given_by  cost
        0     10   19  cost/fee      ann          ben   1.0
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
    rows.attrs.update(left_out=dict(judged.left_out), **before(coverage))
    return rows
