"""
A map of silence: speaker by theme, and how each theme came up with each speaker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D

from qualcode.columns import require
from qualcode.left_out import sentence
from qualcode.plots.drawing import DARK, INK, Plot, canvas, styled
from qualcode.plural import number_of

if TYPE_CHECKING:
    import pandas as pd

_SIGNS: dict[str, tuple[str, dict[str, Any]]] = {
    "raised": ("raised unasked", {"marker": "o", "facecolor": INK, "edgecolor": INK, "s": 22}),
    "answered": ("asked and answered", {"marker": "o", "facecolor": "white", "edgecolor": INK, "s": 22}),
    "passed_over": ("asked and passed over", {"marker": "x", "color": INK, "s": 18}),
    "not_put": ("never put", {"marker": ".", "color": "#b0b0b0", "s": 8}),
}


def silence_map(
    topics: pd.DataFrame,
    speakers: Mapping[str, str],
    themes: Sequence[tuple[str, str]],
    groups: Sequence[str] = (),
    *,
    labels: Mapping[str, str] | None = None,
) -> Plot:
    """
    Draw for every speaker and theme whether it was raised, asked and answered, passed over, or never put.

    Args:
        topics: one row a speaker and theme: columns speaker, theme, state (raised, answered, passed_over,
            not_put).
        speakers: speaker to the group that he or she stands in (a figure, say); others are left out.
        themes: theme and label, from the left; a line parts them where what stands before ``/`` changes.
        groups: the groups from above; those that are not named follow by code point.

    Raises:
        UsageError: a column is missing.

    Example:
        >>> themes = [("function/access", "Access"), ("governance/ministry", "The ministry")]
        >>> silence_map(topics, {"mediator": "", "desk-officer": "issuer"}, themes).words
        '2 speakers by 2 themes: raised unasked 0, asked and answered 0, asked and passed over 1, never put 3.'
    """
    require(topics, ["speaker", "theme", "state"], "topics")
    state = {(str(s), str(t)): str(v) for s, t, v in topics[["speaker", "theme", "state"]].itertuples(index=False)}
    order = [*groups, *sorted(set(speakers.values()) - set(groups))]
    heard = {s for s, _ in state}
    rows = sorted((s for s in speakers if s in heard), key=lambda s: (order.index(speakers[s]), s))
    columns = [t for t, _ in themes]
    with styled():
        figure, axes = canvas(7.4, 2.9 + 0.19 * len(rows))
        for name, (_, look) in _SIGNS.items():
            places = [
                (x, y)
                for y, s in enumerate(rows)
                for x, t in enumerate(columns)
                if state.get((s, t), "not_put") == name
            ]
            axes.scatter([x for x, _ in places], [y for _, y in places], linewidth=0.9, zorder=2, **look)
        axes.set_yticks(range(len(rows)), [str((labels or {}).get(s, s)) for s in rows], fontsize=7)
        axes.set_xticks(range(len(columns)), [label for _, label in themes], rotation=90, fontsize=7)
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        axes.set_xlim(-0.6, len(columns) - 0.4)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.grid(color="#ececec", linewidth=0.5)
        axes.set_axisbelow(True)
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        for x in range(1, len(columns)):
            if columns[x].split("/")[0] != columns[x - 1].split("/")[0]:
                axes.axvline(x - 0.5, color=DARK, linewidth=0.8)
        for first, last, group in _stretches([speakers[s] for s in rows]):
            if last < len(rows) - 1:
                axes.axhline(last + 0.5, color=DARK, linewidth=0.8)
            axes.text(
                len(columns) - 0.3,
                (first + last) / 2,
                group or "not judged",
                fontsize=7,
                rotation=0,
                va="center",
                color=DARK,
            )
        figure.legend(handles=_handles(), loc="outside lower center", ncols=4, fontsize=7.5)
    counts = {name: sum(state.get((s, t), "not_put") == name for s in rows for t in columns) for name in _SIGNS}
    told = ", ".join(f"{_SIGNS[n][0]} {c}" for n, c in counts.items())
    return Plot(
        figure, f"{number_of(len(rows), 'speaker')} by {number_of(len(columns), 'theme')}: {told}.", sentence(topics)
    )


def _stretches(groups: Sequence[str]) -> list[tuple[int, int, str]]:
    """Return the first and the last row of each group, with its name."""
    lasts = [y for y, g in enumerate(groups) if y == len(groups) - 1 or groups[y + 1] != g]
    return [(before + 1, last, groups[last]) for before, last in zip([-1, *lasts[:-1]], lasts, strict=True)]


def _handles() -> list[Line2D]:
    """Return what the legend says."""
    handles = []
    for label, look in _SIGNS.values():
        edge = look.get("edgecolor", look.get("color"))
        drawn: dict[str, Any] = {"markerfacecolor": look.get("facecolor", edge), "markeredgecolor": edge}
        drawn |= {"marker": look["marker"], "markersize": look["s"] ** 0.5}
        handles.append(Line2D([], [], linestyle="none", label=label, **drawn))
    return handles
