"""
Where the nodes of a network go, and places frozen in a file so that a graph is drawn alike on any machine.

A graph is known by a hash over its nodes, ties and weights. Reading never writes: a graph that was not frozen
is laid out anew, and says so.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from qualcode.errors import UsageError
from qualcode.plaintext.folder import check_given
from qualcode.plots.labels import Point

if TYPE_CHECKING:
    import networkx as nx

COLUMNS = ("graph", "node", "x", "y")
FREEZE_TO = "QUALCODE_FREEZE"
"""The variable by which `qualcode notebooks` names the file that `places` adds to."""
_IN_A_ROW = 5
_MANY = 500
"""From so many nodes on networkx lays out with scipy, which this package does not need; then we do it with numpy."""


@dataclass(frozen=True)
class Places:
    """Where each node of the graph known as ``graph`` goes, and whether that was ``frozen``."""

    at: dict[str, Point]
    graph: str
    frozen: bool


def graph_key(graph: nx.Graph[str]) -> str:
    """
    Return twelve hexadecimals for a graph's nodes, ties and weights (to six decimals), in whatever order.

    Example:
        >>> one = nx.Graph([("ann", "ben", {"weight": 1.0})])
        >>> graph_key(one) == graph_key(nx.Graph([("ben", "ann", {"weight": 1.0000001})]))
        True
        >>> graph_key(one) == graph_key(nx.Graph([("ann", "ben", {"weight": 2.0})]))
        False
    """
    ties = sorted(
        (*((a, b) if graph.is_directed() else sorted((a, b))), f"{float(weight):.6f}".replace("-0.000000", "0.000000"))
        for a, b, weight in graph.edges(data="weight", default=1)
    )
    lines = [*sorted(map(str, graph)), *("\0".join(tie) for tie in ties)]
    return sha256("\n".join(lines).encode("utf-8")).hexdigest()[:12]


def places(graph: nx.Graph[str], file: Path | str = "positions.csv") -> Places:
    """
    Return the frozen places of a graph, or lay it out where *file* does not know it.

    Under ``qualcode notebooks``, which freezes what notebooks draw, the places are noted for that command; they
    count as frozen.

    Raises:
        UsageError: *file* is no table of places.

    Example:
        >>> graph = nx.Graph([("ann", "ben", {"weight": 1.0})])
        >>> placed = places(graph)
        >>> placed.frozen, sorted(placed.at)
        (False, ['ann', 'ben'])
    """
    key = graph_key(graph)
    known = read_places(file).get(key)
    found = known or positions(graph)
    to = os.environ.get(FREEZE_TO)
    if to:
        freeze([Places(found, key, frozen=True)], to)
    return Places(found, key, frozen=bool(known or to))


def freeze(drawn: Iterable[Places], file: Path | str) -> None:
    """
    Write places to *file*, beside those of other graphs that are there; the only function that writes.

    Example:
        >>> placed = places(nx.Graph([("ann", "ben")]))
        >>> freeze([placed], "positions.csv")
        >>> places(nx.Graph([("ann", "ben")]), "positions.csv").frozen
        True
    """
    path = Path(file)
    check_given(path)
    known = read_places(path) | {one.graph: one.at for one in drawn}
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for key, at in sorted(known.items()):
        writer.writerows((key, node, f"{x:.4f}", f"{y:.4f}") for node, (x, y) in sorted(at.items()))
    path.write_text(out.getvalue(), "utf-8", newline="\n")


def read_places(file: Path | str) -> dict[str, dict[str, Point]]:
    """
    Read the frozen places of every graph; without *file* there are none.

    Raises:
        UsageError: *file* has other columns, or a place is no two numbers.

    Example:
        >>> placed = places(nx.Graph([("ann", "ben")]))
        >>> freeze([placed], "positions.csv")
        >>> read_places("positions.csv") == {placed.graph: placed.at}
        True
    """
    path = Path(file)
    if not path.is_file():
        return {}
    names, *rows = csv.reader(StringIO(path.read_text("utf-8"), newline="")) or [[]]
    if tuple(names) != COLUMNS:
        raise UsageError(f"{path.name} is no table of places: its columns must be {', '.join(COLUMNS)}")
    found: dict[str, dict[str, Point]] = {}
    for number, row in enumerate(rows, start=2):
        try:
            key, node, x, y = row
            found.setdefault(key, {})[node] = (float(x), float(y))
        except ValueError:
            raise UsageError(f"{path.name}:{number}: a place is a graph, a node and two numbers") from None
    return found


def positions(graph: nx.Graph[str], seed: int = 1) -> dict[str, Point]:
    """
    Return a place for every node, 0 to 1 both ways, rounded to four places.

    A spring layout (Fruchterman & Reingold 1991) in which agreement pulls and conflict hardly does; then
    nodes that lie on one another are moved apart. Isolates stand in rows below. From 500 nodes on the same forces
    are computed here, in fewer steps.

    Example:
        >>> positions(nx.empty_graph(["ann", "ben"]))
        {'ann': (0.25, 0.0), 'ben': (0.75, 0.0)}
    """
    import networkx as nx

    tied = [n for n in sorted(graph.nodes) if graph.degree(n)]
    alone = [n for n in sorted(graph.nodes) if not graph.degree(n)]
    plain: nx.Graph[str] = nx.Graph()
    plain.add_nodes_from(tied)
    pull: dict[tuple[str, str], float] = {}
    for a, b, weight in graph.edges(data="weight", default=1.0):
        pair = (min(a, b), max(a, b))
        pull[pair] = pull.get(pair, 0.0) + weight
    strongest = max(pull.values(), default=1.0)
    strongest = strongest if strongest > 0 else 1.0
    plain.add_weighted_edges_from((a, b, max(w / strongest, 0.03) ** 0.5) for (a, b), w in sorted(pull.items()))
    _join_pieces(plain)
    apart = 3.5 / max(1, len(tied)) ** 0.5
    if len(tied) < _MANY:
        laid = nx.spring_layout(plain, seed=seed, iterations=300, k=apart) if tied else {}
        found = {n: (float(x), float(y)) for n, (x, y) in laid.items()}
    else:
        found = _springs(plain, seed, apart)
    rows, wide = -(-len(alone) // _IN_A_ROW), max(1, min(len(alone), _IN_A_ROW))
    low, step = (0.02 + 0.14 * rows if alone else 0.0), (0.14 if tied else 1 / max(1, rows))
    ends = [_unit([found[n][axis] for n in tied]) for axis in (0, 1)]
    spread = (_spread if len(tied) < _MANY else _spread_many)(ends, 0.8 / max(4, len(tied)) ** 0.5)
    placed = {n: (x, low + (1 - low) * y) for n, x, y in zip(tied, *spread, strict=True)}
    placed |= {n: ((k % wide + 0.5) / wide, step * (k // wide)) for k, n in enumerate(alone)}
    return {node: (round(x, 4), round(y, 4)) for node, (x, y) in sorted(placed.items())}


def _join_pieces(plain: nx.Graph[str]) -> None:
    """Tie smaller pieces loosely to the largest, by those with most ties, so that they stay on the page."""
    import networkx as nx

    pieces = sorted(map(sorted, nx.connected_components(plain)), key=lambda piece: (-len(piece), piece))
    hubs = [max(piece, key=lambda n: plain.degree[n]) for piece in pieces]
    plain.add_weighted_edges_from((hubs[0], hub, 0.3) for hub in hubs[1:])


def _springs(plain: nx.Graph[str], seed: int, apart: float, steps: int = 80) -> dict[str, Point]:
    """Return a spring layout of many nodes: Fruchterman & Reingold's forces, all pairs at once, cooling to nothing."""
    import networkx as nx
    import numpy as np

    nodes = list(plain)
    pull = nx.to_numpy_array(plain, nodelist=nodes, weight="weight")
    at = np.random.RandomState(seed).rand(len(nodes), 2)
    for step in range(steps):
        x, y = at[:, 0], at[:, 1]
        dx, dy = np.subtract.outer(x, x), np.subtract.outer(y, y)
        distance = np.maximum(np.hypot(dx, dy), 0.01)
        force = apart * apart / distance**2 - pull * distance / apart
        moved = np.stack(((dx * force).sum(axis=1), (dy * force).sum(axis=1)), axis=1)
        length = np.maximum(np.hypot(moved[:, 0], moved[:, 1]), 0.01)
        at = at + moved * (0.1 * (1 - step / steps) / length)[:, None]
    return {node: (float(a), float(b)) for node, (a, b) in zip(nodes, at, strict=True)}


def _spread_many(axes: list[list[float]], apart: float, steps: int = 40) -> list[list[float]]:
    """Do as ``_spread`` does, all points at once."""
    import numpy as np

    x, y = np.array(axes[0]), np.array(axes[1])
    order = np.arange(len(x), dtype=float)
    for _ in range(steps):
        dx, dy = np.subtract.outer(x, x), np.subtract.outer(y, y)
        same = (dx == 0) & (dy == 0)
        dx = np.where(same, 1e-3 * np.subtract.outer(order, order), dx)
        distance = np.hypot(dx, dy)
        np.fill_diagonal(distance, 1.0 + apart)
        push = np.where(distance < apart, 0.25 * (apart - distance) / distance, 0.0)
        x, y = x + (dx * push).sum(axis=1), y + (dy * push).sum(axis=1)
    return [_unit(x.tolist()), _unit(y.tolist())]


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
