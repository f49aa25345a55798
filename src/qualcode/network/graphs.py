"""
Networks for drawing and for indices: graphs out of statements and out of occasions.

A graph is made after a threshold, since drawing needs few ties. Nodes and edges are added in code point
order, so the same table gives the same graph. Every edge says on how little it rests.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import networkx as nx
import numpy as np
import pandas as pd

from qualcode.columns import filled, require
from qualcode.errors import UsageError
from qualcode.network.matrices import discourse_matrix, likeness
from qualcode.network.selection import Day, select

CARRIED = ("organisation", "position", "actor_figure")


def discourse_network(
    statements: pd.DataFrame,
    actor: str = "organisation",
    concept: str = "theme",
    kind: str = "congruence",
    normalise: str = "none",
    duplicates: str = "include",
    stance_range: tuple[float, float] = (-1, 1),
    *,
    threshold: float = 0,
    reported: bool = False,
    start: Day | None = None,
    end: Day | None = None,
    carry: Sequence[str] = CARRIED,
) -> nx.Graph[str]:
    """
    Draw out of `discourse_matrix` the ties whose absolute value exceeds *threshold*.

    Args:
        threshold: a tie must be further from 0 than this.
        carry: columns of *statements* that nodes take along where they are there: the one value the actor
            has, several joined by ``; ``, empty if none.
        Everything else is as in `discourse_matrix`.

    Returns:
        A graph with a node for every row of the matrix, isolates included. Nodes have ``statements`` (number
        counted) and what is carried. Edges have

        - ``weight``: the value in the matrix;
        - ``through``: the concepts that tie, in code point order, joined by ``; ``, and ``concepts``,
          their number;
        - ``support``: on how many statements the tie rests on its weaker side. 1 says that without one
          statement there would be no tie.

        ``graph`` has ``kind``, ``normalise``, ``duplicates``, ``threshold``, ``statements``, ``left_out``
        (in words) and ``hidden``, the number of ties at or below the threshold.

    Raises:
        UsageError: as `discourse_matrix`, or a negative threshold.
    """
    if threshold < 0:
        raise UsageError(f"a threshold is 0 or more, not {threshold}")
    matrix = discourse_matrix(
        statements,
        actor,
        concept,
        kind,
        normalise,
        duplicates,
        stance_range,
        reported=reported,
        start=start,
        end=end,
    )
    values = matrix.to_numpy()
    labels = [str(label) for label in matrix.index]
    graph: nx.Graph[str] = nx.Graph(
        kind=kind,
        normalise=normalise,
        duplicates=duplicates,
        threshold=threshold,
        statements=matrix.attrs["statements"],
        left_out=", ".join(f"{count} {name}" for name, count in matrix.attrs["left_out"].items() if count),
    )
    chosen = select(
        statements,
        actor,
        concept,
        stance=kind != "ignore",
        stance_range=stance_range,
        duplicates=duplicates,
        stance_in_key=kind != "ignore",
        reported=reported,
        start=start,
        end=end,
    )
    made = np.bincount(chosen.row, minlength=len(labels))
    seen = _carried(statements.iloc[chosen.at], actor, [name for name in carry if name != actor])
    for label, count in zip(labels, made, strict=True):
        graph.add_node(label, statements=int(count), **seen.get(label, dict.fromkeys(seen["_names"], "")))

    ties = likeness(chosen.levels, kind, stance_range) != 0
    said: dict[int, dict[int, dict[int, int]]] = {}
    for row, column, level in zip(chosen.row, chosen.column, chosen.level, strict=True):
        levels = said.setdefault(int(row), {}).setdefault(int(column), {})
        levels[int(level)] = levels.get(int(level), 0) + 1
    hidden = 0
    for one, other in np.argwhere(np.triu(values != 0, 1)):
        if abs(values[one, other]) <= threshold:
            hidden += 1
            continue
        mine, theirs, through = 0, 0, []
        for column in sorted(said[one].keys() & said[other].keys()):
            left, right = said[one][column], said[other][column]
            here = sum(n for s, n in left.items() if any(ties[s, t] for t in right))
            if here:
                mine += here
                theirs += sum(n for t, n in right.items() if any(ties[s, t] for s in left))
                through.append(chosen.columns[column])
        graph.add_edge(
            labels[one],
            labels[other],
            weight=float(values[one, other]),
            through="; ".join(through),
            concepts=len(through),
            support=min(mine, theirs),
        )
    graph.graph["hidden"] = hidden
    return graph
