"""
The plot behind a divergence: every speaker has a sign, whoever was silent too.

Silence has a place of its own beside the axis: passed over and never put are not nought.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from qualcode.columns import choose, require
from qualcode.divergence import deviants
from qualcode.left_out import sentence
from qualcode.plots.drawing import DARK, INK, Plot, panels, settle, sign, styled
from qualcode.plots.labels import Box, place_labels
from qualcode.plural import number_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SILENCES = {
    "no stance": ("_", "no\nstance"),
    "passed over": ("x", "passed\nover"),
    "not put": (".", "never\nput"),
    "": (".", "not\nraised"),
}
"""State: its sign and the heading of its column."""
_APART, _DOT = 0.22, 28
_MOST_NAMED = 2
_NOBODY = {"share": "never put", "stance": "nobody"}


def divergence(
    dots: pd.DataFrame,
    result: pd.DataFrame,
    contrast: Sequence[str],
    themes: Sequence[tuple[str, str]],
    *,
    value: str = "share",
    tests: bool = False,
    labels: Mapping[str, str] | None = None,
) -> Plot:
    """
    Draw every speaker of two figures on each theme, with the means and with what to mind.

    A filled sign raised the theme unasked, a hollow one only when asked; to the left stand those who passed
    over it, those to whom it was never put and, for stances, those who took none. Named are the speakers
    who lie nearer to the other figure's mean than to their own (`divergence.deviants`), two of a figure at most.

    Args:
        dots: one row a theme and speaker, as `qualcode.divergence.speakers` gives them: theme, speaker,
            membership, share, stance, state.
        result: one row a theme, as `qualcode.divergence.divergence` or ``stance_divergence`` gives it: reason;
            remarks, p, p_max_t or p_holm, smallest_p if they are there.
        contrast: the two figures, in the order from above.
        themes: theme and label, from above.
        value: what lies along the axis, ``share`` or ``stance``.
        tests: whether the p is written beside; it is not, unless asked for.
        labels: what to write for a speaker; left out, or without one, the speaker as the table has it.

    Raises:
        UsageError: a column is missing, or *value* is another word.

    Example:
        >>> from qualcode.divergence import speakers, stance_divergence
        >>> contrast = ("issuer", "holder")
        >>> dots, result = speakers(statements, contrast), stance_divergence(statements, contrast)
        >>> themes = [("function/identification", "Identification")]
        >>> divergence(dots, result.reset_index(), contrast, themes, value="stance").words
        'Mean stance by figure. Identification: issuer +1.00, holder +1.00.'
    """
    choose(value, ("share", "stance"), "value")
    require(dots, ["theme", "speaker", "membership", "share", "stance", "state"], "dots")
    require(result, ["reason"], "results")
    shown = dots[dots["theme"].isin([t for t, _ in themes])].copy()
    shown[["share", "stance"]] = shown[["share", "stance"]].round(6) + 0.0  # a last digit moves no dot
    shown["silence"] = [
        _silence(state, share, stance, value)
        for state, share, stance in zip(shown["state"], shown["share"], shown["stance"], strict=True)
    ]
    columns = [s for s in SILENCES if s in set(shown["silence"])]
    with styled():
        figure, (left, middle, right) = panels(
            7.4, 1.35 + (1.12 if labels else 0.82) * len(themes), (0.5 * len(columns) + 0.02, 3.9, 1.6)
        )
        for row, (theme, _) in enumerate(themes):
            here = shown[shown["theme"] == theme].sort_values("speaker")
            for nth, name in enumerate(contrast):
                height = row + _APART * (2 * nth - 1)
                _draw_silent(left, _of(here, nth), columns, height)
                _draw_heard(middle, _of(here, nth), height, value, sign(name, contrast))
                mean = _mean(here, value, nth)
                if not np.isnan(mean):
                    middle.vlines(mean, height - 0.2, height + 0.2, color=INK, linewidth=1.8, zorder=1)
            right.text(0, row, _told(result, theme, tests), fontsize=6.5, va="center", color=INK)
        _dress(left, middle, right, [label for _, label in themes], columns)
        silence = "of those it reached, passed over as 0" if _some_unreached(shown) else "silence as 0"
        _scale(middle, shown, value, silence, _size(dots, result, contrast, tests))
        figure.legend(handles=_handles(contrast), loc="outside lower center", ncols=5, fontsize=7.5, handlelength=1.2)
        _name_the_deviant(figure, middle, shown, [t for t, _ in themes], value, labels or {})
    return Plot(figure, _words(shown, contrast, themes, value), sentence(result))


def _silence(state: str, share: float, stance: float, value: str) -> str | None:
    """Return in which column a silent speaker stands; None for whoever has a place on the axis."""
    if share > 0:
        return "no stance" if value == "stance" and np.isnan(stance) else None
    return (
        None if state in ("raised", "answered") and value == "share" else (state if state in SILENCES else "no stance")
    )


def _draw_silent(axes: Axes, mine: pd.DataFrame, columns: Sequence[str], height: float) -> None:
    for at, column in enumerate(columns):
        many = int((mine["silence"] == column).sum())
        step = min(0.13, 0.84 / max(many, 1))
        places = [at + step * (k - (many - 1) / 2) for k in range(many)]
        axes.scatter(places, [height] * many, s=20, marker=SILENCES[column][0], color=DARK, linewidth=0.9)


def _draw_heard(axes: Axes, mine: pd.DataFrame, height: float, value: str, signs: tuple[str, str]) -> None:
    axes.axhline(height, color="#e6e6e6", linewidth=0.6, zorder=0)
    heard = mine[mine["silence"].isna()]
    colour, marker = signs
    for _, place, lift, state in _lifted(heard, value):
        face = "white" if state == "answered" else colour
        axes.scatter(
            place, height + lift, s=_DOT, marker=marker, color=face, edgecolor=colour if face == "white" else INK,
            linewidth=1.3 if face == "white" else 0.6, zorder=2,
        )  # fmt: skip


def _mean(here: pd.DataFrame, value: str, nth: int) -> float:
    """Return a figure's mean over the speakers by their membership, of those whose value is known, as in the table."""
    values = here[value].dropna()
    w = here["membership"][values.index]
    w = 1 - w if nth else w
    return round(float((values * w).sum() / w.sum()), 6) + 0.0 if w.sum() else float("nan")


def _of(here: pd.DataFrame, nth: int) -> pd.DataFrame:
    """Return the speakers nearer to the first figure, or to the second."""
    return here[(here["membership"] >= 0.5) == (nth == 0)]


def _lifted(heard: pd.DataFrame, value: str) -> list[tuple[str, float, float, str]]:
    """Return speaker, place, lift and state of every dot; dots that share a place are spread up and down."""
    groups: dict[float, list[tuple[str, str]]] = {}
    rounded = heard[value].round(2 if value == "share" else 1)
    for place, state, name in zip(rounded, heard["state"], heard["speaker"], strict=True):
        groups.setdefault(float(place), []).append((str(state), str(name)))
    found = []
    for place, those in sorted(groups.items()):
        step = min(0.1, 0.38 / max(1, len(those) - 1))
        lifts = [step * (k - (len(those) - 1) / 2) for k in range(len(those))]
        ordered = sorted(those, key=lambda one: (one[0] != "raised", one[1]))
        found += [(name, place, lift, state) for (state, name), lift in zip(ordered, lifts, strict=True)]
    return found


def _told(result: pd.DataFrame, theme: str, tests: bool) -> str:
    """Return what to mind about a theme, and its p if asked for."""
    if theme not in result.index:
        return ""
    said = str(result["remarks" if "remarks" in result.columns else "reason"][theme])
    lines = [fill(said, 27)] if said else []
    if tests and not np.isnan(result["p"][theme]):
        corrected = result["p_max_t" if "p_max_t" in result.columns else "p_holm"][theme]
        lines.insert(0, f"p {result['p'][theme]:.3f}, for all themes {corrected:.3f}")
    return "\n".join(lines)


def _size(dots: pd.DataFrame, result: pd.DataFrame, contrast: Sequence[str], tests: bool) -> str:
    """Return how many are compared and what so few allow."""
    w = dots.drop_duplicates("speaker")["membership"]
    a, b = int((w > 0.5).sum()), int((w < 0.5).sum())
    said = f"{a} {contrast[0]} and {number_of(b, f'{contrast[1]} speaker')}, chosen and not drawn"
    if min(a, b) < 4:
        return f"{said}: no p below 4 against 4"
    least = result["smallest_p"].min() if "smallest_p" in result.columns else float("nan")
    return f"{said}; no p can be smaller than {least:.4f}" if tests and not np.isnan(least) else said


def _dress(left: Axes, middle: Axes, right: Axes, labels: Sequence[str], columns: Sequence[str]) -> None:
    """Give the three panels their labels, and hide what is no axis."""
    first = left if columns else middle
    first.set_yticks(range(len(labels)), [fill(label, 24) for label in labels], fontsize=8)
    for axes in (left, middle, right):
        axes.set_ylim(len(labels) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)
        for row in range(1, len(labels)):
            axes.axhline(row - 0.5, color="#bbbbbb", linewidth=0.6)
    if columns:
        middle.tick_params(axis="y", labelleft=False)
    left.xaxis.tick_top()
    left.set_xticks(range(len(columns)), [SILENCES[c][1] for c in columns], fontsize=6.5)
    left.tick_params(axis="x", length=0)
    left.set_xlim(-0.5, max(len(columns), 0.1) - 0.5)
    for side in ("left", "bottom"):
        left.spines[side].set_visible(False)
        right.spines[side].set_visible(False)
    right.set_xticks([])
    right.tick_params(axis="y", labelleft=False)
    right.set_xlim(0, 1)


def _some_unreached(shown: pd.DataFrame) -> bool:
    """Say whether a share is unknown to the table since the theme was never put."""
    return bool(shown["share"].isna().any())


def _scale(axes: Axes, shown: pd.DataFrame, value: str, silence: str, size: str) -> None:
    axes.tick_params(axis="x", labelsize=7.5)
    if value == "stance":
        axes.set_xlim(-1.15, 1.15)
        axes.set_xticks([-1, -0.5, 0, 0.5, 1], ["against", "−0.5", "0", "0.5", "for"])
        axes.set_xlabel(f"a speaker's mean stance on the proposition; bar: mean of the figure\n{size}", fontsize=7.5)
        return
    axes.set_xlim(-0.01, max(0.1, float(shown["share"].max() if len(shown) else 0) * 1.12))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
    axes.set_xlabel(f"share of a speaker's statements; bar: mean of the figure, {silence}\n{size}", fontsize=7.5)


def _handles(contrast: Sequence[str]) -> list[Line2D]:
    """Return what the legend says."""
    filled = [(name, *sign(name, contrast)) for name in contrast]
    plain: dict[str, Any] = {"linestyle": "none", "markersize": 5.5}
    handles = [
        Line2D([], [], marker=m, markerfacecolor=c, markeredgecolor=INK, label=f"{n}, unasked", **plain)
        for n, c, m in filled
    ]
    hollow: dict[str, Any] = {"markerfacecolor": "white", "markeredgecolor": DARK, "markeredgewidth": 1.3}
    handles.append(Line2D([], [], marker="o", label="hollow: only when asked", **hollow, **plain))
    handles.append(Line2D([], [], marker="|", color=INK, markeredgewidth=1.8, label="mean", linestyle="none"))
    return handles


def _name_the_deviant(
    figure: Figure, axes: Axes, shown: pd.DataFrame, themes: Sequence[str], value: str, labels: Mapping[str, str]
) -> None:
    """Write the names of those who do not fit where they cover nothing, with a thread to their dot."""
    settle(figure)
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    frame = axes.get_window_extent(renderer)
    for row, theme in enumerate(themes):
        here = shown[shown["theme"] == theme]
        means = [_mean(here, value, nth) for nth in (0, 1)]
        lost = deviants(here, value)["speaker"].tolist()
        points: dict[str, tuple[float, float]] = {}
        named: list[str] = []
        bars = []
        for nth in (0, 1):
            heard = _of(here, nth)[_of(here, nth)["silence"].isna()].sort_values("speaker")
            height = row + _APART * (2 * nth - 1)
            for name, place, lift, _ in _lifted(heard, value):
                points[name] = _pixel(axes, place, height + lift)
            named += [name for name in lost if name in set(heard["speaker"])][:_MOST_NAMED]
            if not np.isnan(means[nth]):
                bars.append((_pixel(axes, means[nth], height - 0.2), _pixel(axes, means[nth], height + 0.2)))
        edges = sorted(_pixel(axes, 0, row + d)[1] for d in (-0.49, 0.49))
        told = {n: fill(str(labels.get(n, n)), 25) for n in named}
        extents = {n: _extent(axes, told[n], renderer) if n in told else (0.0, 0.0) for n in points}
        radii = dict.fromkeys(points, 4.6 * figure.dpi / 72)
        placed = place_labels(points, radii, extents, Box(frame.x0, edges[0], frame.x1, edges[1]), bars)
        for name in sorted(named):
            _write(axes, told[name], placed[name], points[name], 6.5 * figure.dpi / 72)


def _write(axes: Axes, name: str, box: Box, point: tuple[float, float], near: float) -> None:
    """Write a name in its box; if that is not near, with a thread to its point."""
    back = axes.transData.inverted()
    x, y = back.transform((box.left, box.bottom))
    text = axes.text(x, y, name, fontsize=6, color=INK, va="bottom", ha="left", zorder=1.9, linespacing=1.05)
    text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.4})
    if box.distance(point) > near:
        end = (min(max(point[0], box.left), box.right), min(max(point[1], box.bottom), box.top))
        (x1, y1), (x2, y2) = back.transform(point), back.transform(end)
        axes.plot([x1, x2], [y1, y2], color=DARK, linewidth=0.6, zorder=1.5)


def _pixel(axes: Axes, x: float, y: float) -> tuple[float, float]:
    across, up = axes.transData.transform((x, y))
    return float(across), float(up)


def _extent(axes: Axes, words: str, renderer: Any) -> tuple[float, float]:
    text = axes.text(0, 0, words, fontsize=6, linespacing=1.05)
    box = text.get_window_extent(renderer)
    text.remove()
    return float(box.width), float(box.height)


def _words(shown: pd.DataFrame, contrast: Sequence[str], themes: Sequence[tuple[str, str]], value: str) -> str:
    """Return the means in words, for who cannot see the drawing."""
    said = []
    for theme, label in themes:
        here = shown[shown["theme"] == theme]
        means = [_mean(here, value, nth) for nth in (0, 1)]
        told = [
            f"{name} {_NOBODY[value] if np.isnan(mean) else f'{mean:.0%}' if value == 'share' else f'{mean:+.2f}'}"
            for name, mean in zip(contrast, means, strict=True)
        ]
        said.append(f"{label}: {', '.join(told)}")
    return f"Mean {value} by figure. {'; '.join(said)}."
