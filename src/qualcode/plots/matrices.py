"""
A network as a sorted matrix: everybody has a row and a column, and no tie lies on another.

From a drawing of lines one cannot read who is in which camp once there are more than some thirty ties. Here camps are
blocks, a tie between them stands outside the blocks, and what rests on one passage is pale.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D

from qualcode.errors import UsageError
from qualcode.left_out import sentence
from qualcode.plots.drawing import DARK, INK, Plot, canvas, figure_handles, sign, styled
from qualcode.plural import number_of

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes

MOST = 60
_PALE, _WIDE, _MANY = "#a8a8a8", 36, 30
_Pairs = dict[tuple[str, str], tuple[float, bool, str]]
_Looks = dict[str, dict[str, Any]]


def tie_matrix(
    graph: nx.Graph[str],
    labels: Mapping[str, str],
    contrast: Sequence[str],
    *,
    camps: Sequence[Collection[str]] = (),
    line: str = "",
    words: Sequence[str] = (),
    most: int = MOST,
) -> Plot:
    """
    Draw a network as a matrix, sorted by camp: filled for agreement or a tie, hollow for conflict, area by weight.

    A tie that rests on one excerpt on its weaker side, or on one occasion, is pale. Inside a camp whoever is tied
    most to it, and least across, comes first. To the right stands which part of a person's ties, by weight and
    without conflicts, goes to another camp: who bridges. In a directed network the row names the column, and only
    those stand in a row or a column who name or are named.

    Args:
        graph: of nodes ``actor_figure`` or ``figure`` where they are there; of ties ``weight`` (1 without), ``support``
            or ``meetings``.
        labels: what to write beside a row; the node's name without.
        contrast: the two figures.
        camps: nodes by camp, in the order from above; whoever is in none comes last. Without camps all are one.
        line: an edge attribute, such as ``standing``, whose words take the place of sign and pale: filled, hollow, a
            point, a cross.
        words: the order of these words; left out, the commonest first.
        most: how many nodes are drawn at most, those with the largest sum of weights; the others are counted.

    Raises:
        UsageError: a camp names a node that is not there or in another camp, or *line* has more than four words.

    Example:
        >>> graph = nx.Graph([("ann", "ben", {"weight": 2.0}), ("ben", "cleo", {"weight": -1.0})])
        >>> nx.set_node_attributes(graph, {"ann": "issuer", "ben": "issuer", "cleo": "holder"}, "figure")
        >>> tie_matrix(graph, {"ann": "Ann"}, ("issuer", "holder"), camps=[["ann", "ben"], ["cleo"]]).words
        'A matrix of 3 actors and 2 ties, 1 of them of conflict. Camp 1: ben, Ann. Camp 2: cleo. Across: nobody.'
    """
    placed = [node for camp in camps for node in camp]
    for node in placed:
        if node not in graph:
            raise UsageError(f"a camp names {node!r}, who is not in the network")
        if placed.count(node) > 1:
            raise UsageError(f"{node!r} is in two camps")
    pairs = _pairs(graph, line)
    there = sorted({w for *_, w in pairs.values()}, key=lambda w: (-sum(w == o for *_, o in pairs.values()), w))
    looks = _looks([w for w in words if w in there] + [w for w in there if w not in words], line)
    of = {node: at for at, camp in enumerate(camps) for node in camp}
    strength = {n: sum(abs(w) for (a, b), (w, *_) in pairs.items() if n in (a, b)) for n in graph}
    chosen = set(sorted(graph, key=lambda n: (-round(strength[n], 9), n))[:most])
    order = _order(pairs, chosen, of, len(camps))
    across = _across(pairs, order, of) if len(camps) > 1 else {}
    rows, columns = _sides(graph, pairs, order)
    with styled():
        figure, axes = canvas(7.4, (2.6 if graph.is_directed() else 1.2) + 0.25 * max(len(rows), 4))
        _draw(axes, graph, pairs, (rows, columns), line, looks)
        _dress(axes, graph, (rows, columns), labels, contrast, of)
        if across:
            _beside(axes, [f"{across[n]:.0%}" if n in across else "" for n in rows])
        handles = figure_handles(contrast) + _tie_handles(graph, pairs, line, looks)
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=7.5)
    left = f"{number_of(len(graph) - len(order), 'actor')} with fewer ties" if len(graph) > len(order) else ""
    told = "; ".join(part for part in (sentence(graph), left and f"not drawn: {left}") if part)
    return Plot(figure, _words(graph, pairs, order, labels, of, across), told)


def _pairs(graph: nx.Graph[str], line: str) -> _Pairs:
    """Return of each cell the weight, whether it rests on one passage, and its word."""
    found: _Pairs = {}
    for a, b, data in sorted(graph.edges(data=True), key=lambda e: (e[0], e[1], str(e[2].get(line, "")))):
        weight = float(data.get("weight", 1.0))
        once = data.get("support", data.get("meetings", 2)) < 2
        before = found.get((a, b))
        word = str(data.get(line, "")) if line else ""
        if before:
            weight, once = before[0] + weight, before[1] and once
            word = word if word == before[2] else " and ".join(sorted({*before[2].split(" and "), word}))
        found[a, b] = (weight, once, word)
    return found


def _order(pairs: _Pairs, chosen: set[str], of: Mapping[str, int], camps: int) -> list[str]:
    """Sort by camp, then by how much of one's ties keeps inside it."""
    inside = dict.fromkeys(chosen, 0.0)
    for (a, b), (weight, *_) in pairs.items():
        if a in chosen and b in chosen:
            same = of.get(a, camps) == of.get(b, camps)
            for node in (a, b):
                inside[node] += weight if same else -weight
    return sorted(chosen, key=lambda n: (of.get(n, camps), -round(inside[n], 9), n))


def _across(pairs: _Pairs, order: Sequence[str], of: Mapping[str, int]) -> dict[str, float]:
    """Return which part of a person's agreement goes to another camp, of those who have any."""
    found = {}
    for node in order:
        mine = [(a if b == node else b, w) for (a, b), (w, *_) in pairs.items() if node in (a, b) and w > 0]
        total = sum(w for _, w in mine)
        if total and node in of:
            found[node] = sum(w for other, w in mine if of.get(other) != of[node]) / total
    return found


def _looks(words: Sequence[str], line: str) -> dict[str, dict[str, Any]]:
    """Return how each word, or sign and tone, is drawn."""
    if not line:
        full: dict[str, Any] = {"marker": "s", "linewidth": 0.8}
        return {
            "agreement": full | {"facecolor": INK, "edgecolor": INK},
            "agreement, one": full | {"facecolor": _PALE, "edgecolor": _PALE},
            "conflict": full | {"facecolor": "white", "edgecolor": INK},
            "conflict, one": full | {"facecolor": "white", "edgecolor": _PALE},
        }
    kinds: list[dict[str, Any]] = [{"marker": "s", "facecolor": face, "edgecolor": INK} for face in (INK, "white")]
    kinds += [{"marker": marker, "color": INK} for marker in ".x"]
    if len(words) > len(kinds):
        raise UsageError(f"{line!r} has {len(words)} words and there are {len(kinds)} signs: {', '.join(words)}")
    return dict(zip(words, kinds, strict=False))


def _look(weight: float, once: bool, word: str, line: str) -> str:
    return word if line else f"{'agreement' if weight >= 0 else 'conflict'}{', one' if once else ''}"


def _sides(graph: nx.Graph[str], pairs: _Pairs, order: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return rows and columns: everybody twice; in a directed network whoever names, and who is named most first."""
    if not graph.is_directed():
        return list(order), list(order)
    here = [(a, b) for a, b in sorted(pairs) if a in set(order) and b in set(order)]
    named, naming = ([pair[at] for pair in here] for at in (1, 0))
    columns = sorted(set(named), key=lambda n: (-named.count(n), n))
    return sorted(set(naming), key=lambda n: (-naming.count(n), n)), columns


def _draw(
    axes: Axes, graph: nx.Graph[str], pairs: _Pairs, sides: tuple[list[str], list[str]], line: str, looks: _Looks
) -> None:
    """Draw the cells: both halves where the network has no direction."""
    row, column = ({node: at for at, node in enumerate(side)} for side in sides)
    heaviest = max((abs(w) for w, *_ in pairs.values()), default=1.0) or 1.0
    largest = min(130.0, 4000 / max(len(row), len(column), 1))
    cells: dict[str, list[tuple[int, int, float]]] = {name: [] for name in looks}
    for (a, b), (weight, once, word) in sorted(pairs.items()):
        area = largest * (0.35 if line else max(abs(weight) / heaviest, 0.05))
        for one, other in ((a, b),) if graph.is_directed() else ((a, b), (b, a)):
            if one in row and other in column:
                cells[_look(weight, once, word, line)].append((column[other], row[one], area))
    for name, look in looks.items():
        here = sorted(cells[name])
        axes.scatter([x for x, *_ in here], [y for _, y, _ in here], s=[z for *_, z in here], zorder=2, **look)


def _dress(
    axes: Axes,
    graph: nx.Graph[str],
    sides: tuple[list[str], list[str]],
    labels: Mapping[str, str],
    contrast: Sequence[str],
    of: Mapping[str, int],
) -> None:
    """Write the rows' labels with the figures' signs, number or name the columns, and part the camps."""
    rows, columns = sides
    n, small = len(rows), len(rows) > _MANY
    directed = graph.is_directed()
    names = [fill(str(labels.get(node, node)), _WIDE, max_lines=2, placeholder=" …") for node in rows]
    axes.set_yticks(
        range(n),
        names if directed else [f"{name}  {at + 1:>2}" for at, name in enumerate(names)],
        fontsize=5 if small else 6.5,
    )
    told = [fill(str(labels.get(node, node)), _WIDE, max_lines=2, placeholder=" …") for node in columns]
    if directed:
        axes.set_xticks(range(len(columns)), told, rotation=90, fontsize=5 if small else 6.5)
    else:
        axes.set_xticks(range(n), [str(at + 1) for at in range(n)], fontsize=4.5 if small else 6.5)
    axes.xaxis.tick_top()
    axes.tick_params(length=0, pad=2)
    axes.set_xlim(-1.3, len(columns) - 0.4)
    axes.set_ylim(n - 0.4, -0.6)
    axes.set_axisbelow(True)
    axes.grid(color="#ececec", linewidth=0.5)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    for at, node in enumerate(rows):
        data = graph.nodes[node]
        colour, marker = sign(str(data.get("actor_figure", data.get("figure", ""))), contrast)
        axes.scatter(-0.95, at, s=10 if small else 22, color=colour, marker=marker, edgecolor=INK, linewidth=0.6)
        if not directed:
            axes.scatter(at, at, s=4, color="#cccccc", marker=".", zorder=1)
    for at in range(1, n if not directed else 0):
        if of.get(rows[at]) != of.get(rows[at - 1]):
            axes.axhline(at - 0.5, color=DARK, linewidth=1.1)
            axes.axvline(at - 0.5, color=DARK, linewidth=1.1)


def _beside(axes: Axes, told: Sequence[str]) -> None:
    """Write beside each row which part of its agreement goes to another camp."""
    beside = axes.secondary_yaxis("right")
    beside.set_yticks(range(len(told)), told, fontsize=6.5)
    beside.tick_params(length=0)
    beside.spines["right"].set_visible(False)
    axes.set_xlabel("right: which part of a person's agreement goes to the other camp", fontsize=7, loc="right")


def _tie_handles(graph: nx.Graph[str], pairs: _Pairs, line: str, looks: _Looks) -> list[Line2D]:
    """Return what the legend says of the cells that are there."""
    there = {_look(*cell, line) for cell in pairs.values()}
    signed = any(weight < 0 for weight, *_ in pairs.values())
    one = "one excerpt" if any("support" in d for *_, d in graph.edges(data=True)) else "one occasion"
    said = {"agreement": "agreement" if signed else "a tie", "agreement, one": f"rests on {one}"}
    said |= {"conflict": "conflict", "conflict, one": f"conflict, on {one}"}
    handles = []
    for name, look in looks.items():
        if name not in there:
            continue
        face = look.get("facecolor", look.get("color"))
        handles.append(
            Line2D(
                [],
                [],
                linestyle="none",
                marker=look["marker"],
                markerfacecolor=face,
                markeredgecolor=look.get("edgecolor", look.get("color")),
                label=(name or "not said") if line else said[name],
            )
        )
    return handles


def _words(
    graph: nx.Graph[str],
    pairs: _Pairs,
    order: Sequence[str],
    labels: Mapping[str, str],
    of: Mapping[str, int],
    across: Mapping[str, float],
) -> str:
    """Say in words what the matrix shows: the camps, and who has most of the agreement across."""
    against = sum(weight < 0 for weight, *_ in pairs.values())
    conflict = f", {against} of them of conflict" if against else ""
    words = [f"A matrix of {number_of(len(graph), 'actor')} and {number_of(len(pairs), 'tie')}{conflict}."]
    for camp in sorted(set(of.values())):
        named = ", ".join(str(labels.get(n, n)) for n in order if of.get(n) == camp)
        words.append(f"Camp {camp + 1}: {named}.")
    if across:
        first = sorted((n for n in across if across[n] > 0), key=lambda n: (-round(across[n], 9), n))[:3]
        words.append("Across: " + (", ".join(f"{labels.get(n, n)} {across[n]:.0%}" for n in first) or "nobody") + ".")
    return " ".join(words)
