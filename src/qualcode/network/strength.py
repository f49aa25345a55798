"""
How strong a tie is, by several independent signs.

They stand side by side and are never melted into one number: people can meet weekly and trust each other
little.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from qualcode.errors import UsageError
from qualcode.network.selection import Day
from qualcode.network.ties import attendance_network, tie_network

_WEAKEST = ("disputed", "nobody", "others", "one side", "both sides")


def tie_strength(
    *,
    attendance: pd.DataFrame | None = None,
    ties: pd.DataFrame | None = None,
    cases: pd.DataFrame | None = None,
    memberships: Collection[str] | None = None,
    testimony: Collection[str] = (),
    leave_out: Collection[str] = (),
    start: Day | None = None,
    end: Day | None = None,
) -> pd.DataFrame:
    """
    Set the signs of a strong tie side by side, for every two people who have any.

    Args:
        attendance, ties, cases: as in `attendance_network` and `tie_network`; one of the first two at least.
        memberships: the ties that make members, such as those of an employee or a founder; left out, every
            tie whose ``to`` is an organisation in *cases*, or without *cases* every tie.
        testimony: the ties in which people speak of time and trust, which is what Granovetter (1973) meant.

    Returns:
        One row a pair ``a``, ``b`` (a before b by code point; rows in that order):

        - ``meetings``, ``meeting_weight``: as in `attendance_network`;
        - ``memberships``: to how many organisations both belong, ``shared`` which;
        - ``stated``: the direct ties between the two, joined by ``; ``, and ``standing``, the weakest of them
          (disputed before one side before both sides), empty without;
        - ``testimony``: the ties among them that are testimony; ``since``: the earliest date among the
          direct;
        - ``signs``: how many of the four (meetings, memberships, stated, testimony) there are;
        - ``overlap``: of the neighbours either has in this table, the part both have (Onnela et al. 2007);
          nan where neither has another neighbour.

    Raises:
        UsageError: as the two networks, or there is neither attendance nor ties.

    Example:
        >>> told = [("ann", "employed", "city"), ("ben", "employed", "city"), ("ann", "knows", "ben")]
        >>> colleagues = pd.DataFrame(told, columns=["case", "tie", "to"])
        >>> found = tie_strength(ties=colleagues, memberships=["employed"], testimony=["knows"])
        >>> found[["a", "b", "meetings", "shared", "stated", "testimony", "signs"]]
             a    b  meetings shared stated testimony  signs
        0  ann  ben         0   city  knows     knows      3
    """
    if attendance is None and ties is None:
        raise UsageError("a tie's strength needs attendance, ties, or both")
    meetings: nx.Graph[str] = nx.Graph()
    if attendance is not None:
        meetings = attendance_network(attendance, leave_out=leave_out, start=start, end=end)
    stated: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    if ties is not None:
        stated = tie_network(ties, cases, leave_out=leave_out, start=start, end=end)
    places = _organisations(stated, cases, memberships)
    belongs: dict[str, set[str]] = {}
    direct: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for a, b, data in stated.edges(data=True):
        if b in places and (memberships is None or data["tie"] in memberships):
            belongs.setdefault(a, set()).add(b)
        elif a != b:
            direct.setdefault((min(a, b), max(a, b)), []).append(data)
    pairs = {(min(a, b), max(a, b)) for a, b in meetings.edges} | set(direct)
    pairs |= {(a, b) for a, b in combinations(sorted(belongs), 2) if belongs[a] & belongs[b]}
    web: nx.Graph[str] = nx.Graph(sorted(pairs))
    overlap = neighbourhood_overlap(web).set_index(["a", "b"])["overlap"].to_dict()
    rows = []
    for a, b in sorted(pairs):
        met = meetings.get_edge_data(a, b, default={})
        shared = sorted(belongs.get(a, set()) & belongs.get(b, set()))
        said = direct.get((a, b), [])
        trust = sorted({data["tie"] for data in said if data["tie"] in testimony})
        signs = [bool(met), bool(shared), bool(said), bool(trust)]
        rows.append(
            {
                "a": a,
                "b": b,
                "meetings": met.get("meetings", 0),
                "meeting_weight": met.get("weight", 0.0),
                "memberships": len(shared),
                "shared": "; ".join(shared),
                "stated": "; ".join(sorted({data["tie"] for data in said})),
                "standing": next((s for s in _WEAKEST if any(d["standing"] == s for d in said)), ""),
                "testimony": "; ".join(trust),
                "since": min((data["since"] for data in said if data["since"]), default=""),
                "signs": sum(signs),
                "overlap": overlap[a, b],
            }
        )
    columns = ["a", "b", "meetings", "meeting_weight", "memberships", "shared", "stated", "standing"]
    return pd.DataFrame(rows, columns=[*columns, "testimony", "since", "signs", "overlap"])


def neighbourhood_overlap(graph: nx.Graph[str]) -> pd.DataFrame:
    """
    Say for every tie how far the two have the same neighbours.

    Returns:
        One row an edge, ``a`` before ``b`` by code point: ``overlap``, n / ((k_a - 1) + (k_b - 1) - n) with n
        common neighbours and degrees k, from 0 (a bridge) to 1; nan where neither has another neighbour.

    Source: Onnela et al. (2007), PNAS 104(18): in calls, weak ties have small overlap, as Granovetter said.

    Example:
        >>> neighbourhood_overlap(nx.Graph([("ann", "ben"), ("ben", "cleo"), ("ann", "cleo"), ("cleo", "dora")]))
              a     b  overlap
        0   ann   ben      1.0
        1   ann  cleo      0.5
        2   ben  cleo      0.5
        3  cleo  dora      0.0
    """
    plain: nx.Graph[str] = nx.Graph()
    plain.add_edges_from((a, b) for a, b in graph.edges() if a != b)
    rows = []
    for a, b in sorted((min(a, b), max(a, b)) for a, b in plain.edges):
        common = len(set(plain[a]) & set(plain[b]))
        others = plain.degree[a] + plain.degree[b] - 2 - common
        rows.append((a, b, common / others if others else np.nan))
    return pd.DataFrame(rows, columns=["a", "b", "overlap"]).astype({"overlap": float})


def _organisations(
    stated: nx.MultiDiGraph[str], cases: pd.DataFrame | None, memberships: Collection[str] | None
) -> set[str]:
    """Say to what one can belong."""
    if cases is not None and "kind" in cases.columns:
        return set(cases.loc[cases["kind"] == "organisation", "case"].astype(str))
    return {b for _, b, data in stated.edges(data=True) if memberships is None or data["tie"] in memberships}
