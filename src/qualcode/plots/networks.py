"""
Plots of networks, and where their nodes go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from qualcode.placing import Box, place_labels
from qualcode.plots.drawing import INK, Plot, canvas, figure_handles, sign, styled

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


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
    with styled():
        figure, axes = canvas(7.2, 5.6)
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
            colour, marker = sign(str(graph.nodes[node].get("actor_figure", "")), contrast)
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


def _network_handles(contrast: Sequence[str]) -> list[Line2D]:
    dashes: list[tuple[str, Any]] = [
        ("within", "solid"),
        ("between the figures", (0, (5, 3))),
        ("more conflict", (0, (1, 2))),
    ]
    lines = [Line2D([], [], color="#5a5a5a", linestyle=style, label=name) for name, style in dashes]
    return [*figure_handles(contrast), *lines]


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
