"""
Networks for other programs, and back: GraphML, GEXF, and two plain tables.

Texts only: whoever calls writes them down. Nodes, edges and their attributes go out and come back equal, and
the same graph gives the same text, since the time of writing is left out.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from io import BytesIO, StringIO
from typing import Any

import networkx as nx

from qualcode.errors import UsageError
from qualcode.plaintext.spreadsheet import cell, words

_KEY = "edge_key"
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def to_graphml(graph: nx.Graph[str]) -> str:
    """
    Write a graph as GraphML, for Gephi, Visone and others.

    Every edge has an id of its own (``e0``, ``e1``, ...), since programs drop a second edge of one id; what tells
    several ties of the same two apart is their attribute ``edge_key``.

    Raises:
        UsageError: an attribute is not a text, a number or a truth value, or has a sign that XML cannot hold.

    Example:
        >>> graph = nx.Graph([("ann", "ben", {"weight": 2.5})])
        >>> [line.strip() for line in to_graphml(graph).splitlines() if "<edge" in line or "<data" in line]
        ['<edge source="ann" target="ben" id="e0">', '<data key="d0">2.5</data>']
    """
    _scalars(graph)
    _xml(graph)
    out: nx.MultiGraph[str] = nx.MultiDiGraph() if graph.is_directed() else nx.MultiGraph()
    out.graph.update(graph.graph)
    out.add_nodes_from(graph.nodes(data=True))
    edges: list[tuple[str, str, dict[str, Any]]] = list(graph.edges(data=True))
    if isinstance(graph, nx.MultiGraph):
        edges = [(a, b, {_KEY: str(key), **data}) for a, b, key, data in graph.edges(keys=True, data=True)]
    for number, (a, b, data) in enumerate(edges):
        out.add_edge(a, b, f"e{number}", **data)
    return "\n".join(nx.generate_graphml(out)) + "\n"


def from_graphml(text: str) -> nx.Graph[str]:
    """
    Read a graph that `to_graphml` wrote; the graph's own attributes come back too.

    Example:
        >>> graph = from_graphml(to_graphml(nx.Graph([("ann", "ben", {"weight": 2.5})], kind="congruence")))
        >>> graph.graph, list(graph.edges(data=True))
        ({'kind': 'congruence'}, [('ann', 'ben', {'weight': 2.5})])
    """
    read: nx.Graph[str] = nx.parse_graphml(text, node_type=str, force_multigraph=True)
    edges = list(read.edges(data=True))
    several = any(_KEY in data for *_, data in edges)
    single: nx.Graph[str] = nx.DiGraph() if read.is_directed() else nx.Graph()
    multi: nx.MultiGraph[str] = nx.MultiDiGraph() if read.is_directed() else nx.MultiGraph()
    found = multi if several else single
    found.graph.update(read.graph)
    found.add_nodes_from(read.nodes(data=True))
    for a, b, data in edges:
        if several:
            multi.add_edge(a, b, data.pop(_KEY), **data)
        else:
            single.add_edge(a, b, **data)
    return _bare(found)


def to_gexf(graph: nx.Graph[str]) -> str:
    """
    Write a graph as GEXF 1.2, for Gephi, which shows a node's ``label``, or its name without.

    The graph's own attributes have no place in GEXF.

    Raises:
        UsageError: an attribute is not a text, a number or a truth value, or has a sign that XML cannot hold.

    Example:
        >>> graph = nx.Graph([("ann", "ben", {"weight": 2.5})])
        >>> [line.strip() for line in to_gexf(graph).splitlines() if "<edge " in line]
        ['<edge source="ann" target="ben" id="0" weight="2.5" />']
    """
    _scalars(graph)
    _xml(graph)
    text = "\n".join(nx.generate_gexf(graph)) + "\n"
    return re.sub(r"\s*<meta.*?</meta>", "", text, flags=re.DOTALL)


def from_gexf(text: str) -> nx.Graph[str]:
    """
    Read a graph that `to_gexf` wrote; labels that are all the nodes' names are taken for none.

    Example:
        >>> graph = from_gexf(to_gexf(nx.Graph([("ann", "ben", {"weight": 2.5})])))
        >>> list(graph.nodes(data=True)), list(graph.edges(data=True))
        ([('ann', {}), ('ben', {})], [('ann', 'ben', {'weight': 2.5})])
    """
    found: nx.Graph[str] = nx.read_gexf(BytesIO(text.encode("utf-8")), node_type=str)
    if all(data["label"] == node for node, data in found.nodes(data=True)):
        for _, data in found.nodes(data=True):
            del data["label"]
    for *_, data in found.edges(data=True):
        data.pop("id", None)
    found.graph.pop("mode", None)
    return _bare(found)


def to_csv(graph: nx.Graph[str]) -> tuple[str, str]:
    """
    Write a graph as two plain tables: nodes (``Id`` and attributes) and edges (``Source``, ``Target``,
    ``Type``).

    Texts stand in quotes and numbers do not; truth values are 1 and 0. An edge's key, where a graph has them,
    is the column ``Key``. What a node or edge lacks is an empty text. Columns are sorted by name. No cell is a
    formula to a spreadsheet (`qualcode.plaintext.spreadsheet`).

    Raises:
        UsageError: an attribute is not a text, a number or a truth value.

    Example:
        >>> nodes, edges = to_csv(nx.Graph([("ann", "ben", {"weight": 2.5})]))
        >>> nodes.splitlines(), edges.splitlines()
        (['"Id"', '"ann"', '"ben"'], ['"Source","Target","Type","weight"', '"ann","ben","Undirected",2.5'])
    """
    _scalars(graph)
    nodes = [{"Id": node, **data} for node, data in graph.nodes(data=True)]
    kind = "Directed" if graph.is_directed() else "Undirected"
    edges: list[dict[str, Any]]
    if isinstance(graph, nx.MultiGraph):
        edges = [
            {"Source": a, "Target": b, "Type": kind, "Key": key, **data}
            for a, b, key, data in graph.edges(keys=True, data=True)
        ]
        return _table(nodes, ["Id"]), _table(edges, ["Source", "Target", "Type", "Key"])
    edges = [{"Source": a, "Target": b, "Type": kind, **data} for a, b, data in graph.edges(data=True)]
    return _table(nodes, ["Id"]), _table(edges, ["Source", "Target", "Type"])


def from_csv(nodes: str, edges: str) -> nx.Graph[str]:
    """
    Read a graph that `to_csv` wrote; with no edge at all it comes back undirected.

    Example:
        >>> nodes, edges = to_csv(nx.Graph([("ann", "ben", {"weight": 2.5})]))
        >>> list(from_csv(nodes, edges).edges(data=True))
        [('ann', 'ben', {'weight': 2.5})]
    """
    rows = _rows(edges)
    directed = bool(rows) and rows[0]["Type"] == "Directed"
    several = "Key" in edges.split("\n", 1)[0]
    single: nx.Graph[str] = nx.DiGraph() if directed else nx.Graph()
    multi: nx.MultiGraph[str] = nx.MultiDiGraph() if directed else nx.MultiGraph()
    graph = multi if several else single
    for row in _rows(nodes):
        graph.add_node(row.pop("Id"), **row)
    for row in rows:
        a, b, _ = row.pop("Source"), row.pop("Target"), row.pop("Type")
        if several:
            multi.add_edge(a, b, row.pop("Key"), **row)
        else:
            single.add_edge(a, b, **row)
    return graph


def _table(rows: list[dict[str, Any]], first: list[str]) -> str:
    """Write rows as CSV."""
    names = first + sorted({name for row in rows for name in row} - set(first))
    out = StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        values = (row.get(name, "") for name in names)
        writer.writerow(map(_cell, values))
    return out.getvalue()


def _rows(text: str) -> list[dict[str, Any]]:
    """Read rows from CSV; whole numbers come back whole."""
    names, *rows = csv.reader(StringIO(text, newline=""), quoting=csv.QUOTE_NONNUMERIC)
    return [dict(zip(names, map(_value, row), strict=True)) for row in rows]


def _cell(value: Any) -> Any:
    """Give a value as a cell: truth values as numbers, words as words."""
    if isinstance(value, bool):
        return int(value)
    return cell(value) if isinstance(value, str) else value


def _value(cell: Any) -> Any:
    """Give a cell's value; whole numbers come back whole."""
    if isinstance(cell, str):
        return words(cell)
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _bare(graph: nx.Graph[str]) -> nx.Graph[str]:
    """Drop what networkx adds on reading."""
    for name in ("node_default", "edge_default"):
        graph.graph.pop(name, None)
    return graph


def _xml(graph: nx.Graph[str]) -> None:
    """Refuse signs that no XML file holds: controls, halves of pairs, and two that are no characters."""
    texts = [*graph.nodes, *(v for _, data in graph.nodes(data=True) for v in data.values())]
    texts += [v for *_, data in graph.edges(data=True) for v in data.values()]
    for text in (t for t in texts if isinstance(t, str)):
        wrong = _NO_XML.search(text)
        if wrong:
            at, sign = wrong.start(), f"U+{ord(wrong[0]):04X}"
            kind = unicodedata.category(wrong[0])
            raise UsageError(f"a name or attribute has {sign} ({kind}) at sign {at + 1}: XML cannot hold it")


def _scalars(graph: nx.Graph[str]) -> None:
    """Refuse attributes that no file format holds."""
    places = [("the graph", graph.graph), *((str(n), data) for n, data in graph.nodes(data=True))]
    places += [(f"{a} and {b}", data) for a, b, data in graph.edges(data=True)]
    for where, data in places:
        for name, value in data.items():
            if not isinstance(value, (str, int, float)):
                raise UsageError(f"attribute {name!r} of {where} is {type(value).__name__}: no file can hold it")
