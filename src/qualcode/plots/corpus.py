"""
Plots of a corpus: when it was made, who speaks how much, how far the researcher took part.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.dates import AutoDateLocator, date2num

from qualcode.plots.drawing import BLUE, INK, Plot, canvas, figure_handles, sign, styled, write_labels
from qualcode.plural import number_of

INVOLVEMENT = ("none", "passive", "moderate", "active", "complete")
_FEW_DAYS = 6


def timeline(documents: pd.DataFrame) -> Plot:
    """
    Draw when each document was made: one row a kind, a dot's area by its words.

    Args:
        documents: columns document, kind, date, words.

    Example:
        >>> plot = timeline(documents)
        >>> plot.words
        '5 documents from 2024-01-30 to 2024-03-14, one row a kind.'
    """
    kinds = sorted(documents["kind"].unique())
    with styled():
        figure, axes = canvas(7.2, 0.9 + 0.55 * len(kinds))
        for row, kind in enumerate(kinds):
            these = documents[documents["kind"] == kind].sort_values(["date", "document"])
            area = 20 + 260 * these["words"] / max(1, documents["words"].max())
            axes.scatter(
                these["date"], [row] * len(these), s=area, color=BLUE, alpha=0.55, edgecolor=INK, linewidth=0.6
            )
        axes.set_yticks(range(len(kinds)), [f"{k}s" for k in kinds])
        axes.set_ylim(-0.6, len(kinds) - 0.4)
        axes.margins(x=0.06)
        first, last = documents["date"].min(), documents["date"].max()
        if len(documents) and (last - first).days < _FEW_DAYS:  # a day has no width of its own
            axes.set_xlim(first - pd.Timedelta(days=_FEW_DAYS), last + pd.Timedelta(days=_FEW_DAYS))
        axes.xaxis.set_major_locator(AutoDateLocator(maxticks=8))  # type: ignore[no-untyped-call]
        axes.grid(axis="x", color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
        for label in axes.get_xticklabels():
            label.set_rotation(0)
    first, last = documents["date"].min(), documents["date"].max()
    said = number_of(len(documents), "document")
    return Plot(figure, f"{said} from {first:%Y-%m-%d} to {last:%Y-%m-%d}, one row a kind.")


def spoken_words(turns: pd.DataFrame, cases: pd.DataFrame, contrast: Sequence[str]) -> Plot:
    """
    Draw how many words each speaker has, most first; the figure by colour and sign.

    Args:
        turns: columns case, words; turns of nobody are left out.
        cases: columns case, label, kind, figure.
        contrast: the two figures.

    Example:
        >>> spoken_words(turns, cases, ("issuer", "holder")).words
        'Words of 4 speakers; most: desk-officer.'
    """
    about = cases.set_index("case")
    spoken = turns[turns["case"] != ""].groupby("case")["words"].sum()
    spoken = spoken[[about.loc[c, "kind"] != "researcher" for c in spoken.index]]
    order = sorted(spoken.index, key=lambda c: (spoken[c], c))
    with styled():
        figure, axes = canvas(7.2, 0.9 + 0.27 * len(order))
        for row, case in enumerate(order):
            colour, marker = sign(str(about.loc[case, "figure"]), contrast)
            axes.hlines(row, 0, spoken[case], color="#bbbbbb", linewidth=1.2, zorder=1)
            axes.scatter(spoken[case], row, s=46, color=colour, marker=marker, edgecolor=INK, linewidth=0.8, zorder=2)
        axes.set_yticks(range(len(order)), [str(about.loc[c, "label"]) for c in order])
        axes.set_xlim(0, None)
        axes.set_xlabel("words in all documents")
        figure.legend(handles=figure_handles(contrast), loc="outside lower center", ncols=3)
    return Plot(figure, f"Words of {number_of(len(order), 'speaker')}; most: {order[-1] if order else 'nobody'}.")


def involvement(documents: pd.DataFrame) -> Plot:
    """
    Draw how far the researcher took part, occasion by occasion (Spradley 1980).

    Args:
        documents: columns document, date, involvement (none, passive, moderate, active, complete); documents
            without it are left out.

    Example:
        >>> plot = involvement(documents)
        >>> plot.words
        'Involvement at 1 occasion: library-desk passive.'
        >>> plot.to_bytes("svg")[:5]
        b'<?xml'
    """
    noted = documents[documents["involvement"].isin(INVOLVEMENT)].sort_values(["date", "document"])
    levels = [INVOLVEMENT.index(level) for level in noted["involvement"]]
    days = [float(date2num(day)) for day in noted["date"]]  # type: ignore[no-untyped-call]
    with styled():
        figure, axes = canvas(7.2, 3.3)
        axes.scatter(days, levels, s=46, color=BLUE, edgecolor=INK, linewidth=0.8, zorder=2)
        axes.set_yticks(range(len(INVOLVEMENT)), INVOLVEMENT)
        axes.set_ylim(-0.6, len(INVOLVEMENT) - 0.4)
        axes.margins(x=0.14)
        axes.xaxis_date()
        axes.xaxis.set_major_locator(AutoDateLocator(maxticks=8))  # type: ignore[no-untyped-call]
        axes.grid(axis="x", color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
        names = {d: d[11:] if d[:4].isdigit() else d for d in noted["document"]}
        write_labels(
            figure, axes, dict(zip(noted["document"], zip(days, levels, strict=True), strict=True)), names, 3.8
        )
    told = "; ".join(f"{names[d]} {level}" for d, level in zip(noted["document"], noted["involvement"], strict=True))
    return Plot(figure, f"Involvement at {number_of(len(noted), 'occasion')}: {told}.")
