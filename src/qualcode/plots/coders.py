"""
Agreement between coders as dots and lines: alpha, its interval, and on what it rests.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from qualcode.columns import require
from qualcode.left_out import sentence
from qualcode.plots.drawing import BLUE, DARK, INK, Plot, canvas, styled
from qualcode.plural import number_of

if TYPE_CHECKING:
    import pandas as pd

_CONVENTIONS = (0.667, 0.8)


def agreement(table: pd.DataFrame, labels: Mapping[str, str] | None = None) -> Plot:
    """
    Draw alpha with its interval: all codes together, each family, then each code, the best agreed first.

    How often a code was given stands beside it. Where alpha is undefined the reason stands in its place.

    Args:
        table: as `qualcode.agreement.agreement` gives it: scope, code, family, alpha, low, high, given, units,
            interviews, reason.
        labels: code or family to what is written; others are written as they are.

    Raises:
        UsageError: a column is missing.

    Example:
        >>> rows = [("overall", "", "", 0.7), ("code", "cost/fee", "cost", 0.75), ("code", "cost/time", "cost", 0.65)]
        >>> table = pd.DataFrame(rows, columns=["scope", "code", "family", "alpha"])
        >>> table = table.assign(given=9, low=0.5, high=0.9, units=20, interviews=4, reason="")
        >>> agreement(table, {"cost/fee": "The fee"}).words
        'Alpha of 2 codes; all together: 0.70.'
    """
    needed = ["scope", "code", "family", "alpha", "low", "high", "given", "units", "interviews", "reason"]
    require(table, needed, "agreement tables")
    rank = {"overall": 0, "family": 1, "code": 2}
    table = table.assign(**table[["alpha", "low", "high"]].round(6))
    rows = table.assign(rank=table["scope"].map(rank), key=-table["alpha"].round(9))
    rows = rows.sort_values(["rank", "key", "family", "code"], na_position="last").reset_index(drop=True)
    names = [_name(s, c, f, labels or {}) for s, c, f in zip(rows["scope"], rows["code"], rows["family"], strict=True)]
    lowest = float(np.nanmin([-0.25, *rows["alpha"], *rows["low"]]))
    with styled():
        figure, axes = canvas(7.2, 1.1 + 0.2 * len(rows))
        for place in _CONVENTIONS:
            axes.axvline(place, color="#bbbbbb", linewidth=0.7, linestyle=(0, (2, 2)), zorder=0)
        axes.axvline(0, color="#bbbbbb", linewidth=0.7, zorder=0)
        for y, (_, one) in enumerate(rows.iterrows()):
            alone = one["scope"] == "code"
            if np.isnan(one["alpha"]):
                axes.text(0.02, y, str(one["reason"]), fontsize=6.5, va="center", color=DARK, style="italic")
                continue
            if not np.isnan(one["low"]):
                axes.hlines(y, one["low"], one["high"], color=INK, linewidth=1.1 if alone else 1.8, zorder=1)
            face = BLUE if alone else INK
            axes.scatter(
                one["alpha"], y, s=22 if alone else 34, marker="o" if alone else "D", color=face, edgecolor=INK,
                linewidth=0.6, zorder=2,
            )  # fmt: skip
        axes.set_yticks(range(len(rows)), names, fontsize=7)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlim(lowest - 0.05, 1.05)
        axes.tick_params(axis="y", length=0)
        beside = axes.secondary_yaxis("right")
        beside.set_yticks(range(len(rows)), [str(n) for n in rows["given"]], fontsize=7)
        beside.tick_params(length=0)
        beside.spines["right"].set_visible(False)
        axes.set_xlabel(
            "Krippendorff's alpha (nominal) with its 95% interval over documents\n"
            "dotted: .667 and .800, conventions and no verdict; right: how often given, all coders together\n"
            f"{number_of(int(rows['units'].max()), 'unit')} in {number_of(int(rows['interviews'].max()), 'document')} "
            "that two have read",
            fontsize=7.5,
        )
    overall = table.loc[table["scope"] == "overall", "alpha"]
    value = float(overall.iloc[0]) if len(overall) else float("nan")
    told = "undefined" if np.isnan(value) else f"{value:.2f}"
    return Plot(
        figure,
        f"Alpha of {number_of(int((rows['scope'] == 'code').sum()), 'code')}; all together: {told}.",
        sentence(table),
    )


def _name(scope: str, code: str, family: str, labels: Mapping[str, str]) -> str:
    if scope == "overall":
        return "ALL CODES TOGETHER"
    return labels.get(family, family).upper() if scope == "family" else labels.get(code, code)
