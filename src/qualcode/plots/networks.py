"""
Plots of networks: figure by sign and tone, tie by line, size by a measure that the legend names.

A label covers no label and stands nearest to its own node; one without room is left out, and the plot's words
say so. A tie that was seen once is drawn as such.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch
from matplotlib.patheffects import withStroke

from qualcode.errors import UsageError
from qualcode.left_out import sentence
from qualcode.plots.drawing import DARK, GREY, INK, Plot, canvas, sign, styled
from qualcode.plots.labels import Box, Point, misplaced, place_labels
from qualcode.plots.places import Places
from qualcode.plural import number_of

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINES: tuple[Any, ...] = ("solid", (0, (5, 3)), (0, (6, 2, 1, 2)), (0, (1, 2)), (0, (8, 2, 1, 2, 1, 2)))
WITHIN, BETWEEN, BESIDE, CONFLICT = "within a figure", "between the figures", "with someone else", "more conflict"
ORGANISATION, SPOKEN_OF, OTHER = "organisation", "only spoken of", "other or not judged"
_MEASURES = ("statements", "meetings")
_SIZES = (8, 7, 6, 5)
_WIDE = 24


def network(
    graph: nx.Graph[str],
    positions: Places | Mapping[str, Point],
    labels: Mapping[str, str],
    contrast: Sequence[str],
    *,
    size: str | None = None,
    line: str = "figures",
) -> Plot:
    """
    Draw a network: figure by sign and tone, a node's area by a measure, a tie's width by its weight.

    A tie that rests on one excerpt on its weaker side, or on one occasion, is pale. Organisations and whoever
    is only spoken of have signs of their own. Directed ties are arrows, several between two nodes bend apart.

    Args:
        graph: used where they are there: of nodes ``actor_figure`` or ``figure``, ``kind``, ``seen`` and the
            measure; of ties ``weight`` (1 without), ``support`` or ``meetings``.
        positions: a place for every node, from 0 to 1; `places` reads frozen ones.
        labels: what to write beside a node; its name without.
        contrast: the two figures.
        size: the node attribute that areas show, named in the legend; left out, ``statements`` or
            ``meetings``, whichever nodes have.
        line: what the kind of line shows: the two figures (within, between, with someone else, conflict), or
            the words of an edge attribute, such as ``standing``, the commonest solid.

    Raises:
        UsageError: a node has no place, no node has the measure, or the attribute has more than five words.

    Example:
        >>> graph = nx.Graph([("ann", "ben", {"weight": 2.0}), ("ben", "cleo", {"weight": 1.0})])
        >>> nx.set_node_attributes(graph, {"ann": "issuer", "ben": "holder", "cleo": "holder"}, "figure")
        >>> network(graph, positions(graph), {"ann": "Ann"}, ("issuer", "holder")).words
        'A network of 3 actors and 2 ties.'
    """
    at = positions.at if isinstance(positions, Places) else positions
    nodes = sorted(graph.nodes)
    if lost := [n for n in nodes if n not in at]:
        raise UsageError(f"no place for {lost[0]!r}; lay the graph out that is drawn")
    measure, sizes = _sizes(graph, size)
    most = max(sizes.values(), default=1.0) or 1.0
    areas = {n: 50 + 330 * sizes[n] / most if measure else 120.0 for n in nodes}
    signs = {n: _node_sign(graph.nodes[n], contrast) for n in nodes}
    with styled():
        figure, axes = canvas(7.2, 5.9 * max(1.0, (len(nodes) / 20) ** 0.5))
        axes.set_xlim(-0.08, 1.08)
        axes.set_ylim(-0.08, 1.08)
        axes.set_axis_off()
        kinds = _draw_ties(axes, graph, at, areas, line, contrast)
        for node in nodes:
            _, colour, marker = signs[node]
            dot = axes.scatter(
                *at[node], s=areas[node], color=colour, marker=marker, edgecolor=INK, linewidth=0.9, zorder=2
            )
            dot.set_gid(f"node-{node}")
        handles = _node_handles(set(signs.values()), contrast) + _tie_handles(kinds)
        if measure:
            wide = (50 + 330) ** 0.5
            handles.append(_dot(GREY, "o", f"area: {measure}, at most {most:g}", wide * 0.5))
        below = (0.2 + 0.19 * -(-len(handles) // 3)) / figure.get_figheight()
        figure.set_layout_engine("none")  # no solver places anything, and nothing moves once labels are placed
        axes.set_position((0.01, below, 0.98, 0.99 - below))
        figure.legend(handles=handles, loc="lower center", ncols=3, fontsize=8)
        named = {n: fill(str(labels.get(n, n)), _WIDE, break_long_words=False) for n in nodes}
        unnamed = _write_labels(figure, axes, at, named, areas, sorted((a, b) for a, b, *_ in graph.edges))
    return Plot(figure, _words(graph, positions, [str(labels.get(n, n)) for n in unnamed]), sentence(graph))


def _words(graph: nx.Graph[str], positions: object, unnamed: Sequence[str]) -> str:
    words = f"A network of {number_of(len(graph), 'actor')} and {number_of(graph.number_of_edges(), 'tie')}."
    if isinstance(positions, Places) and not positions.frozen:
        words += " Laid out anew: its places are not frozen."
    if unnamed:
        words += f" No room for the label of {', '.join(unnamed)}."
    return words


def _sizes(graph: nx.Graph[str], size: str | None) -> tuple[str, dict[str, float]]:
    """Name the measure of the nodes, and give each node's."""
    there = {name for _, data in graph.nodes(data=True) for name in data}
    measure = size or next((name for name in _MEASURES if name in there), "")
    if measure and measure not in there and len(graph):
        raise UsageError(f"no node has {measure!r}; nodes have: {', '.join(sorted(there)) or 'nothing'}")
    found = {n: float(data.get(measure) or 0) if measure else 1.0 for n, data in graph.nodes(data=True)}
    return measure, {n: value if value > 0 else 0.0 for n, value in found.items()}


def _node_sign(data: Mapping[str, Any], contrast: Sequence[str]) -> tuple[str, str, str]:
    """Return what a node is called in the legend, its colour and its marker."""
    if data.get("seen") is False:
        return SPOKEN_OF, "white", "X"
    if data.get("kind") == "organisation":
        return ORGANISATION, "#cccccc", "D"
    figure = str(data.get("actor_figure", data.get("figure", "")))
    colour, marker = sign(figure, contrast)
    return figure if figure in contrast else OTHER, colour, marker


def _draw_ties(
    axes: Axes,
    graph: nx.Graph[str],
    at: Mapping[str, Point],
    areas: Mapping[str, float],
    line: str,
    contrast: Sequence[str],
) -> list[tuple[str, Any, str]]:
    """Draw the ties and return, for the legend, what each kind of line and tone says."""
    edges = sorted(
        graph.edges(data=True), key=lambda e: (e[0], e[1], str(e[2].get(line, "")), str(e[2].get("tie", "")))
    )
    heaviest = max((abs(d.get("weight", 1.0)) for _, _, d in edges), default=1.0) or 1.0
    styles = _styles(graph, line, contrast)
    many: dict[tuple[str, str], int] = {}
    pairs = [(min(a, b), max(a, b)) for a, b, _ in edges]
    found: dict[str, tuple[str, Any, str]] = {}
    for number, (a, b, data) in enumerate(edges):
        kind = _kind(graph, a, b, data, line, contrast)
        once = data.get("support", data.get("meetings", 2)) < 2
        colour = "#b3b3b3" if once else DARK
        width = 0.5 + 2.6 * abs(data.get("weight", 0.3 * heaviest)) / heaviest
        found.setdefault(kind, (kind, styles[kind], DARK))
        if once:
            about = "rests on one excerpt" if "support" in data else "one occasion only"
            found.setdefault(about, (about, "solid", "#b3b3b3"))
        pair = pairs[number]
        nth, together = many.get(pair, 0), pairs.count(pair)
        many[pair] = nth + 1
        bend = (nth - (together - 1) / 2) * 0.22 * (1 if (a, b) == pair else -1)
        shape = "-|>" if graph.is_directed() else "-"
        axes.add_patch(
            FancyArrowPatch(
                at[a],
                at[b],
                arrowstyle=shape,
                connectionstyle=f"arc3,rad={bend:.3f}",
                mutation_scale=8,
                shrinkA=0,
                shrinkB=areas[b] ** 0.5 / 2 if graph.is_directed() else 0,
                linestyle=styles[kind],
                linewidth=width,
                color=colour,
                zorder=1,
                gid=f"tie-{number}",
            )
        )
    order = [*styles, "rests on one excerpt", "one occasion only"]
    return [found[kind] for kind in order if kind in found]


def _styles(graph: nx.Graph[str], line: str, contrast: Sequence[str]) -> dict[str, Any]:
    """Give every kind of tie its line."""
    if line == "figures":
        kinds = [WITHIN, BETWEEN, BESIDE, CONFLICT] if contrast else [BESIDE, WITHIN, BETWEEN, CONFLICT]
        return dict(zip(kinds, LINES, strict=False))
    counted = Counter(str(data.get(line, "")) for *_, data in graph.edges(data=True))
    kinds = sorted(counted, key=lambda kind: (-counted[kind], kind))
    if len(kinds) > len(LINES):
        raise UsageError(
            f"{line!r} has {len(kinds)} words and there are {len(LINES)} kinds of line: {', '.join(kinds)}"
        )
    return dict(zip(kinds, LINES, strict=False))


def _kind(graph: nx.Graph[str], a: str, b: str, data: Mapping[str, Any], line: str, contrast: Sequence[str]) -> str:
    """Name a tie's kind."""
    if line != "figures":
        return str(data.get(line, ""))
    if data.get("weight", 1) < 0:
        return CONFLICT
    one, other = (str(graph.nodes[n].get("actor_figure", graph.nodes[n].get("figure", ""))) for n in (a, b))
    if one in contrast and other in contrast:
        return WITHIN if one == other else BETWEEN
    return BESIDE


def _node_handles(signs: set[tuple[str, str, str]], contrast: Sequence[str]) -> list[Line2D]:
    order = [*contrast, OTHER, ORGANISATION, SPOKEN_OF]
    return [_dot(colour, marker, name) for name, colour, marker in sorted(signs, key=lambda s: order.index(s[0]))]


def _dot(colour: str, marker: str, name: str, wide: float = 6.0) -> Line2D:
    return Line2D(
        [],
        [],
        linestyle="none",
        marker=marker,
        markersize=wide,
        markerfacecolor=colour,
        markeredgecolor=INK,
        label=name,
    )


def _tie_handles(kinds: Sequence[tuple[str, Any, str]]) -> list[Line2D]:
    return [Line2D([], [], color=tone, linestyle=style, label=name or "not said") for name, style, tone in kinds]


def _write_labels(
    figure: Figure,
    axes: Axes,
    at: Mapping[str, Point],
    labels: Mapping[str, str],
    areas: Mapping[str, float],
    ties: Sequence[tuple[str, str]],
) -> list[str]:
    """Write the labels, as small as need be, and return the nodes for whose label there is no room."""
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    points = {n: tuple(axes.transData.transform(at[n])) for n in labels}
    pixels = figure.dpi / 72
    radii = {n: pixels * areas[n] ** 0.5 / 2 + 1 for n in labels}
    frame = axes.get_window_extent(renderer)
    lines = [(points[a], points[b]) for a, b in ties]
    written, unnamed = dict(labels), []
    for size in _SIZES:
        extents = {n: _extent(axes, words, size, renderer) for n, words in written.items()}
        placed = place_labels(points, radii, extents, Box(frame.x0, frame.y0, frame.x1, frame.y1), lines)
        if not misplaced(placed, points):
            break
    while wrong := misplaced(placed, points):
        unnamed.append(min(wrong, key=lambda n: (radii[n], n)))
        del placed[unnamed[-1]], written[unnamed[-1]]
    back = axes.transData.inverted()
    for node in sorted(written):
        x, y = back.transform((placed[node].left, placed[node].bottom))
        text = axes.text(
            x, y, written[node], fontsize=size, color=INK, va="bottom", ha="left", zorder=3, linespacing=1.1
        )
        text.set_path_effects([withStroke(linewidth=2.2, foreground="white")])
        text.set_gid(f"label-{node}")
    return sorted(unnamed)


def _extent(axes: Axes, words: str, size: float, renderer: Any) -> Point:
    """Measure words as they will be drawn."""
    text = axes.text(0, 0, words, fontsize=size, linespacing=1.1)
    box = text.get_window_extent(renderer)
    text.remove()
    return float(box.width), float(box.height)
