"""
Plots of divergence: every speaker as a dot.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from qualcode.left_out import sentence
from qualcode.plots.drawing import INK, Plot, canvas, figure_handles, sign, styled
from qualcode.plural import number_of

if TYPE_CHECKING:
    import pandas as pd

_ONE_BY_ONE = 1_000
"""More dots than this are drawn row by row, which looks the same and takes a tenth of the time."""


def speaker_dots(speakers: pd.DataFrame, contrast: Sequence[str], themes: Sequence[tuple[str, str]]) -> Plot:
    """
    Draw each speaker's share of each theme as a dot, the two figures one above the other.

    A bar marks each figure's mean share; speakers at the same place are stacked.

    Args:
        speakers: one row a theme and speaker: columns theme, speaker, membership (in the first figure, 0
            to 1), share (0 to 1; nan for whom the theme never reached, who has no dot).
        contrast: the two figures, in the order from above.
        themes: theme and label, from above.

    Example:
        >>> from qualcode.divergence import speakers
        >>> dots = speakers(statements, ("issuer", "holder"))
        >>> themes = [("function/access", "Access"), ("function/identification", "Identification")]
        >>> speaker_dots(dots, ("issuer", "holder"), themes).words
        'Shares of 2 themes for 2 speakers, one dot each.'
    """
    one_by_one = int(speakers["theme"].isin([t for t, _ in themes]).sum()) <= _ONE_BY_ONE
    with styled():
        figure, axes = canvas(7.2, 1.0 + 0.62 * len(themes))
        for row, (theme, _) in enumerate(themes):
            here = speakers[speakers["theme"] == theme]
            for nth, name in enumerate(contrast):
                values = here.loc[(here["membership"] >= 0.5) == (nth == 0), "share"].dropna().round(6).sort_values()
                colour, marker = sign(name, contrast)
                height = row - 0.16 + 0.46 * nth
                axes.hlines(height, 0, 1, color="#e6e6e6", linewidth=0.6, zorder=0)
                dots = [(value, height - lift) for value, lift in _stacked(values)]
                for some in [[dot] for dot in dots] if one_by_one else [dots]:
                    x, y = [x for x, _ in some], [y for _, y in some]
                    axes.scatter(x, y, s=26, color=colour, marker=marker, edgecolor=INK, linewidth=0.6, zorder=2)
                if len(values):
                    axes.vlines(
                        round(float(values.mean()), 6), height - 0.14, height + 0.14, color=INK, linewidth=1.6, zorder=1
                    )
        axes.set_yticks(range(len(themes)), [label for _, label in themes])
        axes.set_ylim(len(themes) - 0.4, -0.6)
        shown = speakers.loc[speakers["theme"].isin([t for t, _ in themes]), "share"]
        axes.set_xlim(-0.02, min(1.02, float(shown.max() if len(shown) else 1) * 1.08 + 0.02))
        axes.set_xlabel("share of a speaker's statements (dot) and the figure's mean (bar)")
        axes.tick_params(axis="y", length=0)
        figure.legend(handles=figure_handles(contrast, others=False), loc="outside lower center", ncols=2)
    heard, unasked = speakers["speaker"].nunique(), int(shown.isna().sum())
    never = f" Without one, since the theme was never put: {unasked}." if unasked else ""
    return Plot(
        figure,
        f"Shares of {number_of(len(themes), 'theme')} for {number_of(heard, 'speaker')}, one dot each.{never}",
        sentence(speakers),
    )


def _stacked(values: pd.Series) -> Iterator[tuple[float, float]]:
    """Yield each value with how far to lift its dot off the ones already there."""
    last, lift = None, 0.0
    for value in values:
        lift = lift + 0.06 if last is not None and abs(value - last) < 0.006 else 0.0
        last = float(value)
        yield float(value), lift
