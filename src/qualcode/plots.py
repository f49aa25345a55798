"""
Plots: matplotlib drawings that are the same bytes from run to run.

Everything is drawn in a fixed order, with the font that comes with matplotlib, and no date or
version is written into a file. Colours stay apart in grey, and colour is never the only sign.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from qualcode.errors import UsageError
from qualcode.placing import Box, place_labels

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd
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
BLUE, ORANGE, GREY, INK = "#0072B2", "#E69F00", "#8c8c8c", "#1a1a1a"
_SIGNS = ((BLUE, "o"), (ORANGE, "s"))
_OTHER = ("white", "^")


@dataclass(frozen=True)
class Plot:
    """A finished drawing; a notebook shows it as SVG, with ``words`` for who cannot see it."""

    figure: Figure
    words: str

    def to_bytes(self, ending: str = "svg") -> bytes:
        """
        Return the drawing as ``svg``, ``pdf`` or ``png``.

        Raises:
            UsageError: another ending.
        """
        if ending not in _METADATA:
            raise UsageError(f"cannot draw {ending!r}; it takes svg, pdf or png")
        out = io.BytesIO()
        with _styled():
            self.figure.savefig(out, format=ending, metadata=_METADATA[ending])
        return out.getvalue()

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"image/svg+xml": self.to_bytes().decode("utf-8"), "text/plain": self.words}


@contextmanager
def _styled() -> Iterator[None]:
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


def _canvas(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def _sign(figure: str, contrast: Sequence[str]) -> tuple[str, str]:
    return _SIGNS[list(contrast).index(figure)] if figure in contrast else _OTHER


def timeline(documents: pd.DataFrame) -> Plot:
    """
    Draw when each document was made: one row a kind, a dot's area by its words.

    Args:
        documents: columns document, kind, date, words.
    """
    kinds = sorted(documents["kind"].unique())
    with _styled():
        figure, axes = _canvas(7.2, 0.9 + 0.55 * len(kinds))
        for row, kind in enumerate(kinds):
            these = documents[documents["kind"] == kind].sort_values(["date", "document"])
            area = 20 + 260 * these["words"] / max(1, documents["words"].max())
            axes.scatter(
                these["date"], [row] * len(these), s=area, color=BLUE, alpha=0.55, edgecolor=INK, linewidth=0.6
            )
        axes.set_yticks(range(len(kinds)), [f"{k}s" for k in kinds])
        axes.set_ylim(-0.6, len(kinds) - 0.4)
        axes.margins(x=0.06)
        axes.xaxis.set_major_locator(AutoDateLocator(maxticks=8))
        axes.grid(axis="x", color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
        for label in axes.get_xticklabels():
            label.set_rotation(0)
    first, last = documents["date"].min(), documents["date"].max()
    return Plot(figure, f"{len(documents)} documents from {first:%Y-%m-%d} to {last:%Y-%m-%d}, one row a kind.")


def spoken_words(turns: pd.DataFrame, cases: pd.DataFrame, contrast: Sequence[str]) -> Plot:
    """
    Draw how many words each speaker has, most first; the figure by colour and sign.

    Args:
        turns: columns case, words; turns of nobody are left out.
        cases: columns case, label, kind, figure.
        contrast: the two figures.
    """
    about = cases.set_index("case")
    spoken = turns[turns["case"] != ""].groupby("case")["words"].sum()
    spoken = spoken[[about.loc[c, "kind"] != "researcher" for c in spoken.index]]
    order = sorted(spoken.index, key=lambda c: (spoken[c], c))
    with _styled():
        figure, axes = _canvas(7.2, 0.9 + 0.27 * len(order))
        for row, case in enumerate(order):
            colour, marker = _sign(str(about.loc[case, "figure"]), contrast)
            axes.hlines(row, 0, spoken[case], color="#bbbbbb", linewidth=1.2, zorder=1)
            axes.scatter(spoken[case], row, s=46, color=colour, marker=marker, edgecolor=INK, linewidth=0.8, zorder=2)
        axes.set_yticks(range(len(order)), [str(about.loc[c, "label"]) for c in order])
        axes.set_xlim(0, None)
        axes.set_xlabel("words in all documents")
        figure.legend(handles=_figure_handles(contrast), loc="outside lower center", ncols=3)
    return Plot(figure, f"Words of {len(order)} speakers; most: {order[-1] if order else 'nobody'}.")


def speaker_dots(speakers: pd.DataFrame, contrast: Sequence[str], themes: Sequence[tuple[str, str]]) -> Plot:
    """
    Draw each speaker's share of each theme as a dot, the two figures one above the other.

    A bar marks each figure's mean share; speakers at the same place are stacked.

    Args:
        speakers: one row a theme and speaker: columns theme, speaker, membership (in the first figure, 0
            to 1), share (0 to 1).
        contrast: the two figures, in the order from above.
        themes: theme and label, from above.
    """
    with _styled():
        figure, axes = _canvas(7.2, 1.0 + 0.62 * len(themes))
        for row, (theme, _) in enumerate(themes):
            here = speakers[speakers["theme"] == theme]
            for nth, name in enumerate(contrast):
                values = here.loc[(here["membership"] >= 0.5) == (nth == 0), "share"].sort_values()
                colour, marker = _sign(name, contrast)
                height = row - 0.16 + 0.46 * nth
                axes.hlines(height, 0, 1, color="#e6e6e6", linewidth=0.6, zorder=0)
                for value, lift in _stacked(values):
                    axes.scatter(
                        value, height - lift, s=26, color=colour, marker=marker, edgecolor=INK, linewidth=0.6, zorder=2
                    )
                if len(values):
                    axes.vlines(values.mean(), height - 0.14, height + 0.14, color=INK, linewidth=1.6, zorder=1)
        axes.set_yticks(range(len(themes)), [label for _, label in themes])
        axes.set_ylim(len(themes) - 0.4, -0.6)
        shown = speakers.loc[speakers["theme"].isin([t for t, _ in themes]), "share"]
        axes.set_xlim(-0.02, min(1.02, float(shown.max() if len(shown) else 1) * 1.08 + 0.02))
        axes.set_xlabel("share of a speaker's statements (dot) and the figure's mean (bar)")
        axes.tick_params(axis="y", length=0)
        figure.legend(handles=_figure_handles(contrast, others=False), loc="outside lower center", ncols=2)
    heard = speakers["speaker"].nunique()
    return Plot(figure, f"Shares of {len(themes)} themes for {heard} speakers, one dot each.")


def _stacked(values: pd.Series) -> Iterator[tuple[float, float]]:
    """Yield each value with how far to lift its dot off the ones already there."""
    last, lift = None, 0.0
    for value in values:
        lift = lift + 0.06 if last is not None and abs(value - last) < 0.006 else 0.0
        last = float(value)
        yield float(value), lift


def network(
    graph: nx.Graph[str], positions: dict[str, tuple[float, float]], labels: dict[str, str], contrast: Sequence[str]
) -> Plot:
    """
    Draw a network: figure by colour and sign, a node's area by its statements, a tie's width by weight.

    A tie between the two figures is dashed; a tie of negative weight is dotted; a tie that rests on one
    excerpt on its weaker side is thin and grey.

    Args:
        graph: nodes with ``actor_figure`` and ``statements``, edges with ``weight`` and ``support``.
        positions: a place for every node, from 0 to 1.
        labels: what to write beside a node.
        contrast: the two figures.
    """
    nodes = sorted(graph.nodes)
    heaviest = max((abs(d["weight"]) for _, _, d in graph.edges(data=True)), default=1.0)
    most = max((graph.nodes[n].get("statements", 1) for n in nodes), default=1)
    with _styled():
        figure, axes = _canvas(7.2, 5.6)
        axes.set_xlim(-0.08, 1.08)
        axes.set_ylim(-0.08, 1.08)
        axes.set_axis_off()
        for a, b, about in sorted((min(a, b), max(a, b), i) for i, (a, b) in enumerate(graph.edges)):
            data = graph.edges[a, b]
            style = _tie_style(graph, a, b, data, contrast)
            width = 0.5 + 2.6 * abs(data["weight"]) / heaviest
            (x1, y1), (x2, y2) = positions[a], positions[b]
            colour = "#b3b3b3" if data.get("support", 2) < 2 else "#5a5a5a"
            axes.plot([x1, x2], [y1, y2], linestyle=style, linewidth=width, color=colour, zorder=1, gid=f"tie-{about}")
        for node in nodes:
            colour, marker = _sign(str(graph.nodes[node].get("actor_figure", "")), contrast)
            area = 50 + 330 * graph.nodes[node].get("statements", 1) / most
            axes.scatter(*positions[node], s=area, color=colour, marker=marker, edgecolor=INK, linewidth=0.9, zorder=2)
        axes.legend(handles=_network_handles(contrast), loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=3)
        sizes = {n: graph.nodes[n].get("statements", 1) / most for n in nodes}
        _write_labels(figure, axes, nodes, positions, labels, sizes, sorted(graph.edges))
    return Plot(figure, f"A network of {len(nodes)} actors and {graph.number_of_edges()} ties.")


def _tie_style(graph: nx.Graph[str], a: str, b: str, data: dict[str, Any], contrast: Sequence[str]) -> Any:
    if data["weight"] < 0:
        return (0, (1, 2))
    figures = {str(graph.nodes[n].get("actor_figure", "")) for n in (a, b)}
    return (0, (5, 3)) if set(contrast) == figures else "solid"


def _write_labels(
    figure: Figure,
    axes: Axes,
    nodes: Sequence[str],
    positions: dict[str, tuple[float, float]],
    labels: dict[str, str],
    sizes: dict[str, float],
    ties: Sequence[tuple[str, str]],
) -> None:
    """Write the labels where they cover neither each other nor a node."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # nothing may move once labels are placed
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    extents = {}
    for node in nodes:
        text = axes.text(0, 0, labels[node], fontsize=8)
        box = text.get_window_extent(renderer)
        extents[node] = (box.width, box.height)
        text.remove()
    points = {n: tuple(axes.transData.transform(positions[n])) for n in nodes}
    pixels = figure.dpi / 72
    radii = {n: pixels * (50 + 330 * sizes[n]) ** 0.5 / 2 + 1 for n in nodes}
    frame = axes.get_window_extent(renderer)
    lines = [(points[a], points[b]) for a, b in ties]
    placed = place_labels(points, radii, extents, Box(frame.x0, frame.y0, frame.x1, frame.y1), lines)
    back = axes.transData.inverted()
    for node in nodes:
        x, y = back.transform((placed[node].left, placed[node].bottom))
        text = axes.text(x, y, labels[node], fontsize=8, color=INK, va="bottom", ha="left", zorder=3)
        text.set_path_effects([withStroke(linewidth=2.2, foreground="white")])


def _figure_handles(contrast: Sequence[str], *, others: bool = True) -> list[Line2D]:
    signs = [(name, *_sign(name, contrast)) for name in contrast] + (
        [("other or not judged", *_OTHER)] if others else []
    )
    return [
        Line2D([], [], linestyle="none", marker=m, markerfacecolor=c, markeredgecolor=INK, label=name)
        for name, c, m in signs
    ]


def _network_handles(contrast: Sequence[str]) -> list[Line2D]:
    dashes: list[tuple[str, Any]] = [
        ("within", "solid"),
        ("between the figures", (0, (5, 3))),
        ("more conflict", (0, (1, 2))),
    ]
    lines = [Line2D([], [], color="#5a5a5a", linestyle=style, label=name) for name, style in dashes]
    return [*_figure_handles(contrast), *lines]


def positions(graph: nx.Graph[str], seed: int = 1) -> dict[str, tuple[float, float]]:
    """
    Return a place for every node, 0 to 1 both ways, rounded to four places.

    A spring layout (Fruchterman & Reingold 1991) in which agreement pulls and conflict hardly does; then
    nodes that lie on one another are moved apart. Isolates stand in a row below.
    """
    import networkx as nx

    tied = [n for n in sorted(graph.nodes) if graph.degree(n)]
    alone = [n for n in sorted(graph.nodes) if not graph.degree(n)]
    plain: nx.Graph[str] = nx.Graph()
    plain.add_nodes_from(tied)
    strongest = max((d["weight"] for _, _, d in graph.edges(data=True)), default=1.0) or 1.0
    pulls = sorted((min(a, b), max(a, b), max(d["weight"] / strongest, 0.03)) for a, b, d in graph.edges(data=True))
    plain.add_weighted_edges_from([(a, b, pull**0.5) for a, b, pull in pulls])
    found = nx.spring_layout(plain, seed=seed, iterations=300, k=3.5 / max(1, len(tied)) ** 0.5) if tied else {}
    low = 0.14 if alone else 0.0
    places = _spread([_unit([float(found[n][axis]) for n in tied]) for axis in (0, 1)], 0.8 / max(4, len(tied)) ** 0.5)
    placed = {n: (x, low + (1 - low) * y) for n, x, y in zip(tied, *places, strict=True)}
    placed |= {n: ((k + 0.5) / len(alone), 0.0) for k, n in enumerate(alone)}
    return {node: (round(x, 4), round(y, 4)) for node, (x, y) in sorted(placed.items())}


def _unit(values: list[float]) -> list[float]:
    """Stretch values to 0 to 1."""
    least, most = min(values, default=0.0), max(values, default=1.0)
    return [(v - least) / ((most - least) or 1.0) for v in values]


def _spread(axes: list[list[float]], apart: float) -> list[list[float]]:
    """Move points that lie nearer than *apart* away from one another, a little at a time."""
    xs, ys = axes
    for _ in range(120):
        for i in range(len(xs)):
            for j in range(i):
                dx, dy = xs[i] - xs[j], ys[i] - ys[j]
                distance = (dx * dx + dy * dy) ** 0.5
                if distance >= apart:
                    continue
                if distance == 0:
                    dx, dy, distance = 1e-3 * (i - j), 1e-3, 1e-3
                push = 0.25 * (apart - distance) / distance
                xs[i], xs[j] = xs[i] + dx * push, xs[j] - dx * push
                ys[i], ys[j] = ys[i] + dy * push, ys[j] - dy * push
    return [_unit(xs), _unit(ys)]
