"""
How sure a network is: the same ties and ranks when other interviews had been held.

Documents are drawn anew with replacement, as many as there are. What vanishes in many draws hangs on one or
two interviews, whatever its weight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Unpack

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd

from qualcode.columns import choose, codes, require
from qualcode.errors import UsageError
from qualcode.network.matrices import KINDS, NORMALISATIONS, tie
from qualcode.network.selection import ALL, Floats, Which, Words, select

Measure = Callable[["nx.Graph[str]"], Mapping[str, float]]


def stability(
    statements: pd.DataFrame,
    actor: str = "organisation",
    concept: str = "theme",
    kind: str = "congruence",
    normalise: str = "none",
    which: Which = ALL,
    *,
    threshold: float = 0,
    measure: Measure | None = None,
    resamples: int = 500,
    seed: int = 0,
    **words: Unpack[Words],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Draw the documents anew and say which ties and which ranks stay.

    Args:
        threshold: a tie is there if its absolute value exceeds it, as in `discourse_network`.
        measure: what actors are ranked by, a function from a graph (ties with ``weight``) to node and number,
            largest first; left out, the number of ties.
        resamples, seed: how many draws, and which.
        Everything else is as in `discourse_matrix`; ``document`` is required, and duplicates="study" is
        refused, since what is first in the study changes with every draw.

    Returns:
        Two tables.

        Ties, those in the table itself and no others, by label: ``a``, ``b``, ``value``, ``kept`` (share of
        the draws in which the tie is there, with the same sign), ``low``, ``high`` (95 percent of its values; 0
        where somebody is not drawn), ``documents`` (in how many documents the rarer of the two speaks).

        Actors, by rank: ``actor``, ``value``, ``rank`` (1 is the largest; equals share the mean rank),
        ``low``, ``high`` (95 percent of the ranks) and ``documents``.

        ``attrs`` of both: ``resamples``, ``documents``, ``left_out``.

    Raises:
        UsageError: as `discourse_matrix`, or fewer than two documents.

    Example:
        >>> said = pd.DataFrame(
        ...     [("i1", "choir", "card", 1), ("i1", "city", "card", 1), ("i2", "choir", "card", 1)],
        ...     columns=["document", "organisation", "theme", "stance"],
        ... )
        >>> found, ranks = stability(said, resamples=100)
        >>> found[["a", "b", "value", "documents"]]
               a     b  value  documents
        0  choir  city    2.0          1
    """
    choose(kind, KINDS, "kind")
    choose(normalise, NORMALISATIONS, "normalisation")
    which = which.but(**words)
    choose(which.duplicates, ("include", "document"), "duplicate rule for resampled documents")
    require(statements, ["document"], "statements")
    chosen = select(statements, actor, concept, which, stance=kind != "ignore")
    document, names = codes(statements["document"].iloc[chosen.at])
    if len(names) < 2:
        raise UsageError("one document cannot be drawn anew; stability needs two")
    labels, n = chosen.rows, len(chosen.rows)
    rank_by = measure or _ties
    upper = np.triu_indices(n, 1)

    def observe(times: npt.NDArray[np.intp]) -> tuple[Floats, Floats]:
        many = times[document]
        drawn = replace(
            chosen,
            row=np.repeat(chosen.row, many),
            column=np.repeat(chosen.column, many),
            level=np.repeat(chosen.level, many),
            times=np.repeat(chosen.times, many),
        )
        values = tie(drawn, kind, normalise, which.stance_range).to_numpy()
        found = rank_by(_graph(labels, values, threshold))
        return values[upper], np.array([found[label] for label in labels], dtype=np.float64)

    value, size = observe(np.ones(len(names), dtype=np.intp))
    random = np.random.default_rng(seed)
    draws = random.multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamples)
    seen = [observe(times) for times in draws]
    values, ranks = np.array([one for one, _ in seen]), np.array([_ranks(one) for _, one in seen])
    speaks = np.array([len(np.unique(document[chosen.row == at])) for at in range(n)])
    there = np.abs(value) > threshold
    low, high = np.percentile(values, [2.5, 97.5], axis=0)
    ties = pd.DataFrame(
        {
            "a": [labels[at] for at in upper[0][there]],
            "b": [labels[at] for at in upper[1][there]],
            "value": value[there],
            "kept": ((np.abs(values) > threshold) & (np.sign(values) == np.sign(value))).mean(axis=0)[there],
            "low": low[there],
            "high": high[there],
            "documents": np.minimum(speaks[upper[0]], speaks[upper[1]])[there],
        }
    )
    low, high = np.percentile(ranks, [2.5, 97.5], axis=0)
    actors = pd.DataFrame(
        {"actor": labels, "value": size, "rank": _ranks(size), "low": low, "high": high, "documents": speaks}
    ).sort_values(["rank", "actor"], ignore_index=True)
    for table in (ties, actors):
        table.attrs.update(resamples=resamples, documents=len(names), left_out=dict(chosen.left_out), **chosen.before)
    return ties, actors


def _graph(labels: list[str], values: Floats, threshold: float) -> nx.Graph[str]:
    """Make a graph of the ties beyond the threshold."""
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(labels)
    for a, b in np.argwhere(np.triu(np.abs(values) > threshold, 1)).tolist():
        graph.add_edge(labels[a], labels[b], weight=float(values[a, b]))
    return graph


def _ties(graph: nx.Graph[str]) -> Mapping[str, float]:
    """Count every node's ties."""
    return dict(graph.degree())


def _ranks(values: Floats) -> Floats:
    """Rank from the largest, 1, equals sharing the mean of their ranks."""
    return np.asarray(pd.Series(-values).rank(), dtype=np.float64)
