"""
Between the groups: how far ties keep to one's own, and who stands between.

A group is a node's attribute, whatever it is called. Nodes without one take no part; they are counted. The
graphs are small and the people chosen: an index describes these ties, and its permutation interval says
what it would be if the same ties fell on the groups by chance.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd

from qualcode.columns import choose
from qualcode.errors import UsageError

ROLES = ("coordinator", "consultant", "gatekeeper", "representative", "liaison")


@dataclass(frozen=True, slots=True)
class EIndex:
    """
    Krackhardt and Stern's E-I index: -1 all ties inside groups, 1 all between; nan without ties.

    ``expected`` is its mean, ``low`` and ``high`` the middle 95 percent over permuted groups; ``p`` the share
    of permutations at least as far from ``expected``. ``without_group`` nodes took no part.
    """

    value: float
    external: float
    internal: float
    expected: float
    low: float
    high: float
    p: float
    nodes: int
    without_group: int


def ei_index(
    graph: nx.Graph[str],
    group: str = "actor_figure",
    *,
    only: Collection[str] = (),
    weight: str | None = None,
    resamples: int = 10_000,
    seed: int = 0,
) -> EIndex:
    """
    Compare ties between groups with ties inside: (E - I) / (E + I).

    Args:
        group: the node attribute; empty or absent is no group.
        only: the groups that count, such as the two figures of a contrast; left out, all. Whoever is in
            another counts as without group.
        weight: an edge attribute to sum (its absolute value) instead of counting ties.
        resamples: permutations of the groups over the nodes, drawn with *seed*.

    Raises:
        UsageError: no node has the attribute.

    Source: Krackhardt & Stern (1988), Social Psychology Quarterly 51(2). The expected value is exact.

    Example:
        >>> graph = nx.Graph([("ann", "ben"), ("ben", "cleo"), ("cleo", "dora")])
        >>> figures = {"ann": "holder", "ben": "holder", "cleo": "issuer", "dora": "issuer"}
        >>> nx.set_node_attributes(graph, figures, "figure")
        >>> found = ei_index(graph, "figure")
        >>> found.external, found.internal, round(found.value, 3), round(found.expected, 3)
        (1.0, 2.0, -0.333, 0.333)
    """
    nodes, labels, without = grouped(graph, group, only)
    place = {node: at for at, node in enumerate(nodes)}
    edges = [
        (place[a], place[b], abs(float(data[weight])) if weight else 1.0)
        for a, b, data in graph.edges(data=True)
        if a != b and a in place and b in place
    ]
    total = sum(size for _, _, size in edges)
    if not total:
        nan = float("nan")
        return EIndex(nan, 0.0, 0.0, nan, nan, nan, nan, len(nodes), without)
    one, other, size = (np.array(column) for column in zip(*edges, strict=True))
    external = float(size[labels[one] != labels[other]].sum())
    sizes, n = np.bincount(labels), len(nodes)
    expected = 2 * (1 - float((sizes * (sizes - 1)).sum()) / (n * (n - 1))) - 1
    mixed = np.random.default_rng(seed).permuted(np.tile(labels, (resamples, 1)), axis=1)
    null = 2 * ((mixed[:, one] != mixed[:, other]) @ size) / total - 1
    value = 2 * external / total - 1
    low, high = np.percentile(null, [2.5, 97.5])
    as_far = int((np.abs(null - expected) >= abs(value - expected) - 1e-12).sum())
    p = (as_far + 1) / (resamples + 1)
    return EIndex(value, external, total - external, expected, float(low), float(high), p, n, without)


def assortativity(graph: nx.Graph[str], group: str = "actor_figure", *, only: Collection[str] = ()) -> float:
    """
    Give Newman's assortativity by group: 1 all ties inside, 0 by chance; nan without ties or with one group.

    *only*: as `ei_index`.

    Source: Newman (2003), Physical Review E 67, 026126.

    Example:
        >>> graph = nx.Graph([("ann", "ben"), ("ben", "cleo"), ("cleo", "dora")])
        >>> figures = {"ann": "holder", "ben": "holder", "cleo": "issuer", "dora": "issuer"}
        >>> nx.set_node_attributes(graph, figures, "figure")
        >>> round(assortativity(graph, "figure"), 3)
        0.333
    """
    nodes, labels, _ = grouped(graph, group, only)
    place = dict(zip(nodes, labels.tolist(), strict=True))
    mixing = np.zeros((labels.max() + 1, labels.max() + 1))
    for a, b in graph.edges():
        if a != b and a in place and b in place:
            mixing[place[a], place[b]] += 1
            if not graph.is_directed():
                mixing[place[b], place[a]] += 1
    if not mixing.sum():
        return float("nan")
    mixing /= mixing.sum()
    chance = float(mixing.sum(axis=1) @ mixing.sum(axis=0))
    return (float(np.trace(mixing)) - chance) / (1 - chance) if chance < 1 else float("nan")


def brokerage(graph: nx.Graph[str], group: str = "actor_figure", *, only: Collection[str] = ()) -> pd.DataFrame:
    """
    Count the roles in which each node stands between two others who are not tied.

    For every open triad a, b, c counted for b: coordinator (all one group), consultant (a and c one group, b
    another), gatekeeper (a outside, b and c one group), representative (a and b one group, c outside),
    liaison (three groups). In an undirected graph every triad counts once, and gatekeeper and representative
    coincide: there is no column ``representative``.

    Returns:
        One row a node with a group, by code point: ``group``, the roles, and ``all``.

    Raises:
        UsageError: no node has the attribute.

    *only*: as `ei_index`.

    Source: Gould & Fernandez (1989), Sociological Methodology 19.

    Example:
        >>> graph = nx.Graph([("ann", "ben"), ("ben", "cleo")])
        >>> nx.set_node_attributes(graph, {"ann": "holder", "ben": "mediator", "cleo": "issuer"}, "figure")
        >>> brokerage(graph, "figure").loc["ben"].to_dict()
        {'group': 'mediator', 'coordinator': 0, 'consultant': 0, 'gatekeeper': 0, 'liaison': 1, 'all': 1}
    """
    nodes, labels, _ = grouped(graph, group, only)
    of = dict(zip(nodes, labels.tolist(), strict=True))
    directed = graph.is_directed()
    out = {node: (set(graph[node]) & of.keys()) - {node} for node in nodes}
    into = {node: {other for other in nodes if node in out[other]} for node in nodes}
    rows = []
    for b in nodes:
        counts = dict.fromkeys(ROLES, 0)
        for a in sorted(into[b]):
            for c in sorted(out[b] - {a} - out[a]):
                if directed or a < c:
                    counts[_role(of[a], of[b], of[c])] += 1
        if not directed:
            counts["gatekeeper"] += counts.pop("representative")
        rows.append({"node": b, "group": graph.nodes[b][group], **counts, "all": sum(counts.values())})
    return pd.DataFrame(rows).set_index("node")


def standing_between(graph: nx.Graph[str], group: str = "actor_figure") -> pd.DataFrame:
    """
    List for every node how its ties divide and how free it is to stand between.

    Returns:
        One row a node, by code point: ``group`` (empty without), ``ties``, ``inside``, ``between``,
        ``unknown`` (with nodes without group, or its own if it has none), ``ei`` (its own E-I index, nan
        without ties), ``constraint`` (Burt 1992: low is free; nan without ties), ``betweenness`` (0 to 1) and
        ``core_number``.

    Example:
        >>> graph = nx.Graph([("ann", "ben"), ("ben", "cleo")])
        >>> nx.set_node_attributes(graph, {"ann": "holder", "ben": "holder", "cleo": "issuer"}, "figure")
        >>> standing_between(graph, "figure")[["ties", "inside", "between", "ei", "betweenness"]]
              ties  inside  between   ei  betweenness
        node
        ann      1       1        0 -1.0          0.0
        ben      2       1        1  0.0          1.0
        cleo     1       0        1  1.0          0.0
    """
    plain = simple(graph)
    constraint = nx.constraint(plain) if len(plain) else {}
    betweenness = nx.betweenness_centrality(plain)
    cores = nx.core_number(plain)
    rows = []
    for node in sorted(plain):
        mine = str(graph.nodes[node].get(group) or "")
        theirs = [str(graph.nodes[other].get(group) or "") for other in plain[node]]
        inside = sum(bool(mine) and other == mine for other in theirs)
        between = sum(bool(mine and other) and other != mine for other in theirs)
        known = inside + between
        rows.append(
            {
                "node": node,
                "group": mine,
                "ties": len(theirs),
                "inside": inside,
                "between": between,
                "unknown": len(theirs) - known,
                "ei": (between - inside) / known if known else np.nan,
                "constraint": constraint[node],
                "betweenness": betweenness[node],
                "core_number": cores[node],
            }
        )
    columns = ["node", "group", "ties", "inside", "between", "unknown", "ei", "constraint", "betweenness"]
    return pd.DataFrame(rows, columns=[*columns, "core_number"]).set_index("node")


def losses(graph: nx.Graph[str], group: str = "actor_figure") -> pd.DataFrame:
    """
    Say what the network would lose with each person: before and after.

    Returns:
        One row a node, by code point: ``ties`` lost, ``between`` (ties between groups among them),
        ``bridged`` (pairs of others that are connected with the node and no more without), ``pieces``
        (connected components of more than one person after; ``attrs["pieces"]`` before), ``largest`` (people
        in the largest piece after; ``attrs["largest"]`` before), ``alone`` (people left without any tie).

    Example:
        >>> graph = nx.Graph([("ann", "ben"), ("ben", "cleo"), ("cleo", "dora")])
        >>> losses(graph)[["ties", "bridged", "pieces", "largest", "alone"]]
              ties  bridged  pieces  largest  alone
        node
        ann      1        0       1        3      0
        ben      2        2       1        2      1
        cleo     2        2       1        2      1
        dora     1        0       1        3      0
    """
    plain = simple(graph)
    before = sorted((len(piece) for piece in nx.connected_components(plain)), reverse=True)
    rows = []
    for node in sorted(plain):
        rest = plain.copy()
        rest.remove_node(node)
        after = [len(piece) for piece in nx.connected_components(rest)]
        home = len(nx.node_connected_component(plain, node)) - 1
        linked = sum(n * (n - 1) // 2 for n in after)
        had = sum(n * (n - 1) // 2 for n in before) - home
        mine = graph.nodes[node].get(group) or ""
        others = [graph.nodes[other].get(group) or "" for other in plain[node]]
        rows.append(
            {
                "node": node,
                "ties": plain.degree[node],
                "between": sum(bool(mine and other) and other != mine for other in others),
                "bridged": had - linked,
                "pieces": sum(n > 1 for n in after),
                "largest": max(after, default=0),
                "alone": sum(rest.degree[other] == 0 for other in plain[node]),
            }
        )
    columns = ["node", "ties", "between", "bridged", "pieces", "largest", "alone"]
    table = pd.DataFrame(rows, columns=columns).set_index("node")
    table.attrs.update(pieces=sum(n > 1 for n in before), largest=max(before, default=0))
    return table


def simple(graph: nx.Graph[str]) -> nx.Graph[str]:
    """Give the graph of who is tied to whom: undirected, unweighted, without loops, nodes by code point."""
    plain: nx.Graph[str] = nx.Graph()
    plain.add_nodes_from(sorted(graph))
    plain.add_edges_from(sorted({(min(a, b), max(a, b)) for a, b in graph.edges() if a != b}))
    return plain


def grouped(
    graph: nx.Graph[str], group: str, only: Collection[str] = ()
) -> tuple[list[str], npt.NDArray[np.intp], int]:
    """Give the nodes with a group by code point, their group's number, and how many have none."""
    nodes = sorted(node for node in graph if graph.nodes[node].get(group))
    if not nodes:
        there = sorted({str(name) for _, data in graph.nodes(data=True) for name in data})
        raise UsageError(f"no node has {group!r}; nodes have: {', '.join(there) or 'nothing'}")
    known = sorted({str(graph.nodes[node][group]) for node in nodes})
    for name in only:
        choose(name, known, "group")
    nodes = [node for node in nodes if not only or str(graph.nodes[node][group]) in only]
    names = sorted({str(graph.nodes[node][group]) for node in nodes})
    labels = np.array([names.index(str(graph.nodes[node][group])) for node in nodes], dtype=np.intp)
    return nodes, labels, len(graph) - len(nodes)


def _role(a: int, b: int, c: int) -> str:
    """Name the role of b between a and c by their groups."""
    if a == c:
        return ROLES[0] if a == b else ROLES[1]
    if b == c:
        return ROLES[2]
    return ROLES[3] if a == b else ROLES[4]
