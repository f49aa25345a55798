"""
Plots of ties between people: the signs of a strong tie side by side, and who was seen where.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from qualcode.columns import require
from qualcode.errors import UsageError
from qualcode.plots.drawing import DARK, GREY, INK, Plot, figure_handles, sign, styled
from qualcode.plural import number_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_STANDING = {"both sides": ("o", INK), "one side": ("o", GREY), "others": ("o", "white"), "disputed": ("X", "white")}
_NOBODY = ("d", "white")


def tie_signs(strength: pd.DataFrame, labels: Mapping[str, str], most: int = 24) -> Plot:
    """
    Draw the signs of each tie side by side; they are never added up.

    Pairs with most signs come first, among them those with the heavier meetings, then by name.

    Args:
        strength: as `network.tie_strength` gives it.
        labels: names of people.
        most: how many pairs at most.

    Raises:
        UsageError: a column is missing, or there is no pair.

    Example:
        >>> from qualcode.network import tie_strength
        >>> strength = tie_strength(attendance=tables.attendance(study), ties=ties, cases=cases)
        >>> tie_signs(strength, {}).words
        'Signs of 4 of 4 ties, one row a pair, five signs side by side.'
    """
    columns = ["a", "b", "meetings", "meeting_weight", "memberships", "stated", "standing", "testimony", "signs"]
    require(strength, [*columns, "overlap"], "signs of ties")
    if strength.empty:
        raise UsageError("nobody is tied to anybody by any sign")
    order = strength.sort_values(["signs", "meeting_weight", "a", "b"], ascending=[False, False, True, True]).head(most)
    rows = list(range(len(order)))
    with styled():
        names = [f"{labels.get(a, a)}\n{labels.get(b, b)}" for a, b in zip(order["a"], order["b"], strict=True)]
        figure, (met, weight, shared, stated, overlap) = _laid_out(
            names, [1, 1, 0.7, 2.4, 1], 0.33 * len(rows), above=0.45, below=0.65
        )
        for axes, title in (
            (met, "occasions\nshared"),
            (weight, "weighted by\ntheir size"),
            (shared, "shared\ngroups"),
            (stated, "ties that are stated;\ntestimony IN CAPITALS"),
            (overlap, "neighbours\nshared"),
        ):
            axes.set_title(title, fontsize=7)
            axes.tick_params(labelsize=7, length=2)
            axes.hlines(rows, 0, 1, transform=axes.get_yaxis_transform(), color="#e4e4e4", linewidth=0.6, zorder=0)
            axes.tick_params(axis="y", length=0, labelleft=axes is met)
            axes.spines["left"].set_visible(axes is met)
        met.set_yticks(rows, names, linespacing=1.1, fontsize=7)
        met.set_ylim(len(rows) - 0.4, -0.6)
        _bars(met, rows, order["meetings"].tolist(), whole=True)
        _bars(weight, rows, order["meeting_weight"].tolist())
        _bars(overlap, rows, order["overlap"].tolist(), top=1.0)
        shared.set_xlim(0, 1)
        shared.set_xticks([])
        stated.set_xlim(0, 1)
        stated.set_xticks([])
        for row, (number, words, standing, trusted) in enumerate(
            zip(order["memberships"], order["stated"], order["standing"], order["testimony"], strict=True)
        ):
            if number:
                shared.text(0.5, row, str(number), ha="center", va="center", fontsize=7.5)
            if words:
                marker, colour = _STANDING.get(standing, _NOBODY)
                stated.plot(0.05, row, marker, color=colour, markeredgecolor=INK, markersize=5)
                bold = {word for word in trusted.split("; ") if word}
                told = [word.upper() if word in bold else word for word in words.split("; ")]
                stated.text(0.11, row, ", ".join(told), va="center", fontsize=6.5)
        figure.legend(handles=_standing_handles(set(order["standing"])), loc="lower center", ncols=3, fontsize=7.5)
    return Plot(
        figure, f"Signs of {len(order)} of {number_of(len(strength), 'tie')}, one row a pair, five signs side by side."
    )


def attendance(
    attended: pd.DataFrame,
    mentioned: pd.DataFrame,
    cases: pd.DataFrame,
    contrast: Sequence[str],
    *,
    leave_out: Collection[str] = (),
) -> Plot:
    """
    Draw who was seen at which occasion, and who was only spoken of there.

    People of the first figure come first, then the second, then others; within, those seen most. Occasions
    go by date, with the number of people there; one that was only told of is shaded and names nobody.

    Args:
        attended, mentioned: as `tables.attendance` and `tables.mentioned` give them.
        cases: ``case``, ``label``, ``figure``.
        contrast: the two figures.
        leave_out: people to switch off, such as the researcher.

    Raises:
        UsageError: a column is missing, or nobody was anywhere.

    Example:
        >>> seen, named = tables.attendance(study), tables.mentioned(study)
        >>> attendance(seen, named, cases, ("issuer", "holder"), leave_out=["researcher"]).words
        '3 people and 1 occasion: who was seen, who was only spoken of.'
    """
    require(attended, ["document", "date", "case", "involvement", "head_count"], "attendance")
    require(mentioned, ["document", "case"], "mentioned")
    require(cases, ["case", "label", "figure"], "cases")
    told = set(attended.loc[attended["involvement"] == "none", "document"])
    there, spoken = (t[~t["case"].isin(list(leave_out)) & ~t["document"].isin(told)] for t in (attended, mentioned))
    if there.empty:
        raise UsageError("nobody was seen anywhere")
    about = cases.set_index("case")
    times = there["case"].value_counts().to_dict()
    rank = {figure: number for number, figure in enumerate(contrast)}
    people = sorted(
        {*there["case"], *spoken["case"]},
        key=lambda who: (rank.get(str(about["figure"].get(who)), len(rank)), -times.get(who, 0), who),
    )
    rows = {who: number for number, who in enumerate(people)}
    occasions = attended.drop_duplicates("document").sort_values(["date", "document"])
    columns = {document: number for number, document in enumerate(occasions["document"])}
    with styled():
        names = [str(about["label"].get(who, who)) for who in people]
        figure, (axes,) = _laid_out(names, [1], 0.21 * len(people), above=0.3, below=1.3)
        for column, (involvement, counted) in enumerate(
            zip(occasions["involvement"], occasions["head_count"].fillna(0), strict=True)
        ):
            if involvement == "none":
                axes.axvspan(column - 0.5, column + 0.5, facecolor="#f0f0f0", edgecolor=GREY, hatch="///", linewidth=0)
                continue
            size = str(int(counted)) if counted > 0 else ""
            axes.text(column, -0.9, size, ha="center", va="bottom", fontsize=7)
        axes.text(-0.9, -0.9, "people there", ha="right", va="bottom", fontsize=7)
        for document, who in sorted(zip(there["document"], there["case"], strict=True)):
            colour, marker = sign(str(about["figure"].get(who)), contrast)
            axes.scatter(columns[document], rows[who], s=34, color=colour, marker=marker, edgecolor=INK, linewidth=0.8)
        for document, who in sorted(zip(spoken["document"], spoken["case"], strict=True)):
            if document in columns:
                axes.scatter(columns[document], rows[who], s=16, color=DARK, marker="x", linewidth=0.9)
        axes.set_yticks(range(len(people)), names, fontsize=7)
        axes.set_xticks(
            range(len(columns)), [f"{day:%d %b %Y}" for day in occasions["date"]], rotation=60, ha="right", fontsize=7
        )
        axes.set_xlim(-0.6, len(columns) - 0.4)
        axes.set_ylim(len(people) - 0.4, -0.7)
        axes.tick_params(length=0)
        axes.grid(color="#ececec", linewidth=0.6)
        axes.set_axisbelow(True)
        cross = Line2D([], [], linestyle="none", marker="x", color=DARK, label="only spoken of there")
        shade = Patch(facecolor="#f0f0f0", edgecolor=GREY, hatch="////", linewidth=0, label="told, not seen")
        handles = [*figure_handles(contrast), cross, *([shade] if told else [])]
        figure.legend(handles=handles, loc="lower center", ncols=3, fontsize=7.5)
    return Plot(
        figure,
        f"{number_of(len(people), 'person', 'people')} and {number_of(len(columns), 'occasion')}: "
        "who was seen, who was only spoken of.",
    )


def _laid_out(
    names: Sequence[str], widths: Sequence[float], high: float, *, above: float, below: float
) -> tuple[Figure, list[Axes]]:
    """Return panels beside names, *high* inches and what is above and below; no solver places them."""
    whole = high + above + below
    figure = Figure(figsize=(7.2, whole))
    FigureCanvasAgg(figure)
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    texts = [figure.text(0, 0, name, fontsize=7) for name in names]
    left = (max(text.get_window_extent(renderer).width for text in texts) / figure.dpi + 0.18) / 7.2
    for text in texts:
        text.remove()
    box = {"left": left, "right": 0.985, "bottom": below / whole, "top": 1 - above / whole}
    grid = figure.add_gridspec(1, len(widths), width_ratios=list(widths), wspace=0.14, **box)
    first = figure.add_subplot(grid[0])
    return figure, [first, *(figure.add_subplot(grid[n], sharey=first) for n in range(1, len(widths)))]


def _bars(axes: Axes, rows: list[int], values: list[float], *, top: float | None = None, whole: bool = False) -> None:
    """Draw a bar a row, none for 0 or where there is no value."""
    for row, value in zip(rows, values, strict=True):
        if value > 0:
            axes.barh(row, value, height=0.5, color=GREY, edgecolor=INK, linewidth=0.5)
    axes.set_xlim(0, top or (max((v for v in values if not isnan(v)), default=1.0) or 1.0) * 1.05)
    if whole:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=2))


def _standing_handles(there: set[str]) -> list[Line2D]:
    told = {**_STANDING, "nobody": _NOBODY}
    words = {
        "both sides": "stated by both sides",
        "one side": "by one side",
        "others": "by others only",
        "nobody": "nobody says so",
    }
    return [
        Line2D(
            [],
            [],
            linestyle="none",
            marker=marker,
            markersize=5,
            markerfacecolor=colour,
            markeredgecolor=INK,
            label=words.get(name, name),
        )
        for name, (marker, colour) in told.items()
        if name in there
    ]
