"""
What every plot is made with: its style, its bytes, the signs of the figures.

Everything is drawn in a fixed order, with the font that comes with matplotlib, and no date or
version is written into a file. Colours stay apart in grey, and colour is never the only sign.
"""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from qualcode.errors import UsageError
from qualcode.kept import keep
from qualcode.left_out import MIME
from qualcode.plots.labels import Box, place_labels
from qualcode.plots.letters import told

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "figure.facecolor": "white",
    "legend.frameon": False,
    "pdf.fonttype": 42,
    "savefig.dpi": 150,
    "svg.fonttype": "path",
    "svg.hashsalt": "qualcode",
    "text.parse_math": False,
}
_METADATA: dict[str, dict[str, Any]] = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "ModDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
}
BLUE, ORANGE, GREY, DARK, INK = "#0072B2", "#E69F00", "#8c8c8c", "#5a5a5a", "#1a1a1a"
_SIGNS = ((BLUE, "o"), (ORANGE, "s"))
_OTHER = ("white", "^")


@dataclass(frozen=True)
class Plot:
    """
    A finished drawing; a notebook shows it as SVG, with ``words`` for who cannot see it.

    ``left_out`` is what is not drawn, by reason, for its caption.
    """

    figure: Figure
    words: str
    left_out: str = ""

    def __post_init__(self) -> None:
        lacking = told(self.figure)
        if lacking:
            self.figure.text(0.995, 0.998, lacking, fontsize=5.5, color=DARK, va="top", ha="right")
            object.__setattr__(self, "words", f"{self.words} {lacking}")
        settle(self.figure)

    def to_bytes(self, ending: str = "svg") -> bytes:
        """
        Return the drawing as ``svg``, ``pdf`` or ``png``.

        Raises:
            UsageError: another ending.
        """
        if ending not in _METADATA:
            raise UsageError(f"cannot draw {ending!r}; it takes svg, pdf or png")
        out = io.BytesIO()
        with styled():
            self.figure.savefig(out, format=ending, metadata=_METADATA[ending])
        return out.getvalue()

    def data(self) -> list[Any]:
        """Return what is drawn, apart from how: lines, points and texts with their places, rounded to 6 places."""
        drawn: list[Any] = []
        for axes in self.figure.axes:
            drawn += [["line", _rounded(line.get_xydata())] for line in axes.lines]
            drawn += [["points", _rounded(c.get_offsets())] for c in axes.collections]
            drawn += [["text", t.get_text(), _rounded([t.get_position()])] for t in axes.texts if t.get_text()]
            drawn += [["labels", [t.get_text() for t in (*axes.get_xticklabels(), *axes.get_yticklabels())]]]
        return drawn

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        shown = self.to_bytes()
        made = {ending: partial(self.to_bytes, ending) for ending in _METADATA} | {"svg": lambda: shown}
        keep(made | {"data.json": lambda: json.dumps(self.data(), ensure_ascii=False).encode("utf-8")})
        told = {"image/svg+xml": shown.decode("utf-8"), "text/plain": f"{self.words} {self.left_out}".strip()}
        return told | {MIME: self.left_out} if self.left_out else told


def _rounded(points: Any) -> list[list[float]]:
    """Return points as plain numbers; a date counts in days."""
    return [[round(float(date2num(v) if hasattr(v, "year") else v), 6) + 0.0 for v in p] for p in points]  # type: ignore[no-untyped-call]


def settle(figure: Figure) -> None:
    """
    Let the layout's solver place the axes once, and round their places; nothing moves afterwards.

    The solver's last digits differ from machine to machine, and show in the bytes.
    """
    if figure.get_layout_engine() is None:
        return
    with styled():
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        for axes in figure.axes:
            left, bottom, width, height = axes.get_position().bounds
            axes.set_position((round(left, 4), round(bottom, 4), round(width, 4), round(height, 4)))


@contextmanager
def styled() -> Iterator[None]:
    """Draw in this style, whatever the surroundings have set."""
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from", UserWarning)  # told below the drawing
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """Return an empty drawing, *width* by *height* inches, that no window shows."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def panels(width: float, height: float, widths: Sequence[float]) -> tuple[Figure, list[Axes]]:
    """Return an empty drawing with panels side by side that share their rows."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(1, len(widths), width_ratios=list(widths), wspace=0.02)
    first = figure.add_subplot(grid[0])
    return figure, [first, *(figure.add_subplot(grid[n], sharey=first) for n in range(1, len(widths)))]


def sign(figure: str, contrast: Sequence[str]) -> tuple[str, str]:
    """Return colour and marker of a figure; whoever is of neither has a third."""
    return _SIGNS[list(contrast).index(figure)] if figure in contrast else _OTHER


def figure_handles(contrast: Sequence[str], *, others: bool = True) -> list[Line2D]:
    """Return what a legend says of the figures, and of others if asked."""
    signs = [(name, *sign(name, contrast)) for name in contrast] + (
        [("other or not judged", *_OTHER)] if others else []
    )
    return [
        Line2D([], [], linestyle="none", marker=m, markerfacecolor=c, markeredgecolor=INK, label=name)
        for name, c, m in signs
    ]


def write_labels(
    figure: Figure,
    axes: Axes,
    places: Mapping[str, tuple[float, float]],
    labels: Mapping[str, str],
    radius: float,
    size: float = 7,
) -> None:
    """Write labels beside points of one *radius* (in points) where they cover neither label nor point."""
    settle(figure)
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    extents = {}
    for name, words in labels.items():
        text = axes.text(*places[name], words, fontsize=size)
        box = text.get_window_extent(renderer)
        extents[name] = (float(box.width), float(box.height))
        text.remove()
    points = {n: tuple(axes.transData.transform(place)) for n, place in places.items()}
    frame = axes.get_window_extent(renderer)
    radii = dict.fromkeys(points, radius * figure.dpi / 72)
    placed = place_labels(points, radii, extents, Box(frame.x0, frame.y0, frame.x1, frame.y1))
    back = axes.transData.inverted()
    for name in sorted(labels):
        x, y = back.transform((placed[name].left, placed[name].bottom))
        axes.text(x, y, labels[name], fontsize=size, color=INK, va="bottom", ha="left", zorder=3)
