"""
Networks for drawing and for indices: graphs out of statements.

A graph is made after a threshold, since drawing needs few ties. Nodes and edges are added in code point
order, so the same table gives the same graph. Every edge says on how little it rests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Unpack

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd

from qualcode.columns import choose
from qualcode.errors import UsageError
from qualcode.left_out import BEFORE, LEFT_OUT, MINDED, told
from qualcode.network.matrices import KINDS, NORMALISATIONS, likeness, tie
from qualcode.network.selection import ALL, Selection, Which, Words, on_one_machine, select

CARRIED = ("organisation", "position", "actor_figure")
_THROUGH = ("through", "documents", "document")


def discourse_network(
    statements: pd.DataFrame,
    actor: str = "organisation",
    concept: str = "theme",
    kind: str = "congruence",
    normalise: str = "none",
    which: Which = ALL,
    *,
    threshold: float = 0,
    carry: Sequence[str] = CARRIED,
    **words: Unpack[Words],
) -> nx.Graph[str]:
    """
    Draw out of `discourse_matrix` the ties whose absolute value exceeds *threshold*.

    Args:
        threshold: a tie must be further from 0 than this.
        carry: columns of *statements* that nodes take along where they are there: the one value the actor
            has, several joined by ``'; '``, empty if none.
        Everything else is as in `discourse_matrix`.

    Returns:
        A graph with a node for every row of the matrix, isolates included. Nodes have ``statements`` (number
        counted) and what is carried. Edges have

        - ``weight``: the value in the matrix;
        - ``through``: the concepts that tie, in code point order, joined by ``'; '``, and ``concepts``,
          their number;
        - ``support``: on how many statements the tie rests on its weaker side. 1 says that without one
          statement there would be no tie.

        ``graph`` has ``kind``, ``normalise``, ``duplicates``, ``threshold``, ``statements``, ``left_out``
        (in words) and ``hidden``, the number of ties at or below the threshold; ``minded`` where there is something;
        with ``subtract``, ``balanced``: how many pairs agree just as much as they disagree, so that no tie is left.

    Raises:
        UsageError: as `discourse_matrix`, or a negative threshold.

    Example:
        >>> graph = discourse_network(statements, threshold=0.5)
        >>> [(a, b, tie["weight"], tie["through"]) for a, b, tie in graph.edges(data=True)]
        [('library', 'neighbourhood-association', 0.75, 'function/residence-proof')]
        >>> graph.graph["left_out"], graph.graph["hidden"]
        ("6 the researcher's own words, 1 nobody's words, 2 reported, 3 without organisation", 2)
    """
    choose(kind, KINDS, "kind")
    choose(normalise, NORMALISATIONS, "normalisation")
    if threshold < 0:
        raise UsageError(f"a threshold is 0 or more, not {threshold}")
    which = which.but(**words)
    statements = on_one_machine(statements, actor, concept, which, carry)
    chosen = select(statements, actor, concept, which, stance=kind != "ignore")
    values = tie(chosen, kind, normalise, which.stance_range).to_numpy()
    there = np.triu(values != 0, 1)
    drawn = there & (np.abs(values) > threshold)
    graph: nx.Graph[str] = nx.Graph(
        kind=kind,
        normalise=normalise,
        duplicates=which.duplicates,
        threshold=threshold,
        statements=chosen.number,
        left_out=told({**chosen.before.get(LEFT_OUT + BEFORE, {}), **chosen.left_out}),
        hidden=int(there.sum() - drawn.sum()),
    )
    if kind == "subtract":
        met = np.zeros((len(chosen.rows), len(chosen.columns)))
        met[chosen.row, chosen.column] = 1
        graph.graph["balanced"] = int(np.triu((met @ met.T > 0) & (values == 0), 1).sum())
    if MINDED + BEFORE in chosen.before:
        graph.graph[MINDED] = told(chosen.before[MINDED + BEFORE])
    made = np.bincount(chosen.row, chosen.times, minlength=len(chosen.rows))
    carried = _carried(statements, chosen, actor, carry)
    for label, count, along in zip(chosen.rows, made, carried, strict=True):
        graph.add_node(label, statements=int(count), **along)
    alike = likeness(chosen.levels, kind, which.stance_range) != 0
    for one, other, through, support in _carriers(chosen, alike, drawn):
        graph.add_edge(
            chosen.rows[one],
            chosen.rows[other],
            weight=float(values[one, other]),
            through="; ".join(through),
            concepts=len(through),
            support=support,
        )
    return graph


def pairs(graph: nx.Graph[str], *, ends: bool = False) -> pd.DataFrame:
    """
    Return the ties of a graph as a table, without their direction.

    Args:
        ends: each tie twice, with the column ``node``, once for either end.

    Returns:
        One row a tie, by label: ``a`` before ``b``, ``through`` (concepts or documents joined by ``'; '``, empty
        where ties have neither), then what ties carry; with *ends* by ``node``, then label. A graph without ties
        gives the same columns.

    Example:
        >>> graph = nx.Graph([("city", "choir", {"weight": 2.0, "through": "card; fee"})])
        >>> pairs(graph)
               a     b    through  weight
        0  choir  city  card; fee     2.0
    """
    rows = [
        {
            "a": min(a, b),
            "b": max(a, b),
            "through": next((carried[k] for k in _THROUGH if carried.get(k)), ""),
            **carried,
        }
        for a, b, carried in graph.edges(data=True)
    ]
    told = ["concepts", "support"] if "kind" in graph.graph else ["meetings", "documents"]
    table = pd.DataFrame(rows, columns=None if rows else ["a", "b", "through", "weight", *told])
    table = table.sort_values(["a", "b"], ignore_index=True)
    if not ends:
        return table
    both = pd.concat([table.assign(node=table["a"]), table.assign(node=table["b"])])
    return both.sort_values(["node", "a", "b"], ignore_index=True)


def _carried(statements: pd.DataFrame, chosen: Selection, actor: str, carry: Sequence[str]) -> list[dict[str, str]]:
    """
    Collect per row the values that nodes take along.

    Who has no statement that counts, only some without a stance, is who they are all the same.
    """
    along: list[dict[str, str]] = [{} for _ in chosen.rows]
    for name in carry:
        if name == actor or name not in statements.columns:
            continue
        found: list[set[str]] = [set() for _ in chosen.rows]
        values: list[Any] = statements[name].iloc[chosen.at].tolist()
        for row, value in zip(chosen.row.tolist(), values, strict=True):
            if not pd.isna(value) and value != "":
                found[row].add(str(value))
        silent = {chosen.rows[row] for row, names in enumerate(found) if not names}
        known: dict[str, set[str]] = {label: set() for label in silent}
        for label, value in zip(statements[actor].tolist(), statements[name].tolist(), strict=True):
            if str(label) in known and not pd.isna(value) and value != "":
                known[str(label)].add(str(value))
        found = [names or known[label] for names, label in zip(found, chosen.rows, strict=True)]
        for node, names in zip(along, found, strict=True):
            node[name] = "; ".join(sorted(names))
    return along


def _carriers(
    chosen: Selection, alike: npt.NDArray[np.bool_], drawn: npt.NDArray[np.bool_]
) -> Iterator[tuple[int, int, list[str], int]]:
    """
    Yield the ties that are drawn, by their rows: the columns that tie, and how many statements carry it on its
    weaker side.

    A statement carries a tie where the other has said something on the same column whose stance is *alike*, which
    holds both ways.
    """
    stances = len(chosen.levels)
    said, place = np.unique(chosen.column * stances + chosen.level, return_inverse=True)
    counts = np.zeros((len(chosen.rows), len(said)))
    np.add.at(counts, (chosen.row, place), chosen.times)
    has = counts > 0
    column, level = said // max(1, stances), said % max(1, stances)
    begins = np.flatnonzero(np.diff(column, prepend=-1))
    answers = np.zeros_like(has)
    for begin, end in zip(begins.tolist(), [*begins[1:].tolist(), len(said)], strict=True):
        here = level[begin:end]
        answers[:, begin:end] = has[:, begin:end].astype(np.float64) @ alike[np.ix_(here, here)].astype(np.float64) > 0
    carry = counts @ answers.T
    weaker = np.minimum(carry, carry.T).astype(np.int64)
    names = np.array([chosen.columns[c] for c in column[begins].tolist()], dtype=object)
    for one in range(len(chosen.rows)):
        others = np.flatnonzero(drawn[one])
        if len(others):
            ties = np.logical_or.reduceat(has[one] & answers[others], begins, axis=1)
            for other, through in zip(others.tolist(), ties, strict=True):
                yield one, other, names[through].tolist(), int(weaker[one, other])
