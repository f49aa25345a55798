"""
Plots of the field: everything in time, and how many codes so many people give.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle

import pandas as pd
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.ticker import MaxNLocator

from qualcode.left_out import sentence
from qualcode.plots.drawing import BLUE, DARK, GREY, INK, ORANGE, Plot, canvas, styled
from qualcode.plural import number_of

_ROWS = ("contact", "interview", "fieldnote", "document", "act")
_NAMES = {
    "contact": "somebody asked",
    "interview": "interviews",
    "fieldnote": "occasions noted",
    "document": "documents",
    "act": "acts told of",
}
_MARKS = {"contact": "x", "interview": "o", "fieldnote": "s", "document": "D", "act": "|"}
_INVOLVED = {"none": "white", "passive": "#d9d9d9", "moderate": "#a6a6a6", "active": "#636363", "complete": INK}
_LINES = ((BLUE, "-", "o"), (ORANGE, "--", "s"), (INK, ":", "^"), (GREY, "-.", "D"), (DARK, (0, (1, 3)), "v"))


def chronicle(table: pd.DataFrame) -> Plot:
    """
    Draw the field in time: one row a kind of event, an occasion's square the darker the more the researcher took part.

    Args:
        table: columns date, day, what, involvement, as ``tables.chronicle`` gives it. What is known to the month or
            the year only is drawn as a line over it. Several of one kind on one day stand above one another.

    Example:
        >>> chronicle(tables.chronicle(study)).words
        '7 events from 2024-01-30 to 2024-03-14: 3 interviews, 1 occasion noted, 1 document, 2 acts told of.'
    """
    kinds = [kind for kind in _ROWS if (table["what"] == kind).any()]
    with styled():
        figure, axes = canvas(7.2, 1.0 + 0.62 * max(1, len(kinds)))
        for row, kind in enumerate(reversed(kinds)):
            these = table[table["what"] == kind].sort_values(["date", "name"], kind="stable")
            for day, same in these.groupby("day", sort=True):
                start = pd.Timestamp(same["date"].iloc[0])
                end = start + _length(str(day))
                for n, level in enumerate(same["involvement"]):
                    height = row + min(0.32, 0.08 * n)
                    if end > start:
                        axes.hlines(height, start, end, color=DARK, linewidth=1.4)  # type: ignore[arg-type]
                        continue
                    filled = _INVOLVED.get(str(level), BLUE) if kind == "fieldnote" else BLUE
                    bare = _MARKS[kind] in "x|"
                    look = {"color": DARK, "linewidth": 1.1} if bare else {"color": filled, "edgecolor": INK}
                    axes.scatter([start], [height], s=34, marker=_MARKS[kind], **look)  # type: ignore[arg-type]
        axes.set_yticks(range(len(kinds)), [_NAMES[kind] for kind in reversed(kinds)])
        axes.set_ylim(-0.6, max(1, len(kinds)) - 0.3)
        axes.margins(x=0.04)
        if not table.empty:
            locator = AutoDateLocator(maxticks=8)  # type: ignore[no-untyped-call]
            axes.xaxis.set_major_locator(locator)
            axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
        axes.grid(axis="x", color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
    if table.empty:
        return Plot(figure, "Nothing is dated yet.")
    many = {kind: int((table["what"] == kind).sum()) for kind in kinds}
    said = ", ".join(number_of(n, *_singular(kind)) for kind, n in many.items())
    first, last = table["date"].min(), table["date"].max()
    return Plot(figure, f"{number_of(len(table), 'event')} from {first:%Y-%m-%d} to {last:%Y-%m-%d}: {said}.")


def curves(
    table: pd.DataFrame, by: str | None = None, labels: Mapping[str, str] | None = None, what: str = "codes"
) -> Plot:
    """
    Draw how many codes so many people give, with the interval as a band; one line a figure.

    Args:
        table: as ``sampling.rarefaction`` gives it.
        by: the column that says whose curve a row is of; left out, there is one.
        labels: what a curve is called; left out, as the column says.
        what: what is counted, for the axis.

    Example:
        >>> from qualcode.sampling import own_in_interviews, rarefaction
        >>> curves(rarefaction(own_in_interviews(statements, documents))).words
        '3 persons gave 6 codes; 1 is expected to give 2.3.'
    """
    groups = [("", table)] if by is None else [(str(n), rows) for n, rows in table.groupby(by, sort=True)]
    called = {name: (labels or {}).get(name, name or ("not judged" if by else "")) for name, _ in groups}
    alone = [called[name] for name, rows in groups if by is not None and len(rows) == 1]
    drawn = [(name, rows) for name, rows in groups if len(rows) > (by is not None)]
    with styled():
        figure, axes = canvas(5.4, 3.4)
        for (name, rows), (colour, line, mark) in zip(drawn, cycle(_LINES)):
            axes.fill_between(rows["met"], rows["low"], rows["high"], color=colour, alpha=0.13, linewidth=0)
            look = {"color": colour, "linestyle": line, "marker": mark}
            axes.plot(rows["met"], rows["codes"], linewidth=1.5, markersize=4, label=called[name], **look)  # type: ignore[arg-type]
        axes.set_xlim(0, max(1.0, float(table["met"].max()) if len(table) else 1.0) + 0.5)
        axes.set_ylim(0, None)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel("people met, in any order")
        axes.set_ylabel(f"different {what}, expected")
        axes.grid(color="#e5e5e5", linewidth=0.5)
        axes.set_axisbelow(True)
        if by is not None and drawn:
            axes.legend(loc="lower right")
    told = " ".join(_told(called[name], rows, what) for name, rows in drawn)
    lacking = f"No curve of one person: {', '.join(alone)}." if alone else ""
    return Plot(figure, told or f"Nobody gave any {what}.", " ".join(filter(None, (lacking, sentence(table)))))


def _told(called: str, rows: pd.DataFrame, what: str) -> str:
    """Say a curve's ends in words."""
    first, last = rows.iloc[0], rows.iloc[-1]
    who = f"{called}: " if called else ""
    said = f"{who}{number_of(int(last['met']), 'person', 'persons')} gave {last['codes']:.0f} {what}"
    return f"{said}; 1 is expected to give {first['codes']:.1f}."


def _singular(kind: str) -> Sequence[str]:
    """Return a kind of event in the singular and the plural."""
    one = {"contact": "approach", "fieldnote": "occasion noted", "act": "act told of"}.get(kind, kind)
    many = {"contact": "approaches", "fieldnote": "occasions noted", "act": "acts told of"}.get(kind, f"{kind}s")
    return one, many


def _length(day: str) -> pd.Timedelta:
    """Return how far beyond its first day a day may lie: nothing, most of a month, most of a year."""
    return pd.Timedelta(days={4: 364, 7: 27}.get(len(day), 0))
