"""
Ties between people that do not come from what they say: meetings shared, memberships, testimony.

Attendance maps the researcher's diary as much as the field, so the researcher is a node that can be
switched off. A stated tie says who states it and who disputes it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from itertools import combinations
from typing import Any

import networkx as nx
import pandas as pd

from qualcode.columns import filled, require
from qualcode.errors import UsageError
from qualcode.network.selection import Day

STANDINGS = ("disputed", "both sides", "one side", "others", "nobody")
_CASE_COLUMNS = ("label", "kind", "position", "organisation", "figure", "circle", "status")


def attendance_network(
    attendance: pd.DataFrame,
    *,
    leave_out: Collection[str] = (),
    mentioned: pd.DataFrame | None = None,
    cases: pd.DataFrame | None = None,
    told: bool = True,
    start: Day | None = None,
    end: Day | None = None,
) -> nx.Graph[str]:
    """
    Tie people who were at the same occasions.

    Args:
        attendance: one row an occasion and person: ``document``, ``case``; ``date`` with a window. Used if
            they are there: ``head_count`` (how many were in the room, named or not) and ``involvement``.
        leave_out: people to switch off, such as the researcher; they still count for an occasion's size.
        mentioned: ``document``, ``case``: people spoken of who were not there; they become nodes without
            ties.
        cases: attributes for nodes, by ``case``.
        told: whether occasions at which the researcher took no part tie and count too, as they were told.
        start, end: first and last day, both included.

    Returns:
        A graph of people in code point order. Nodes have ``meetings`` and ``seen`` (false for whoever is only
        mentioned); edges ``meetings`` (how many shared), ``weight`` (each occasion of n people counts
        1/(n-1), so that a rally ties less than a table; Newman 2001) and ``documents``, joined by ``; ``.
        ``graph`` has ``occasions``, ``left_out`` (people switched off) and ``not_observed``: occasions at
        which the researcher took no part.

    Raises:
        UsageError: a column is missing, or no occasion is left.

    Example:
        >>> graph = attendance_network(attendance, leave_out=["researcher"], mentioned=mentioned)
        >>> list(graph.edges(data=True))
        [('card-holder', 'librarian', {'meetings': 1, 'weight': 0.125, 'documents': '2024-03-14-library-desk'})]
        >>> dict(graph.nodes(data="seen"))
        {'card-holder': True, 'desk-officer': False, 'librarian': True}
    """
    require(attendance, ["document", "case"], "attendance")
    rows = attendance[_days(attendance, start, end) & filled(attendance["case"])]
    unseen: list[str] = []
    if "involvement" in rows.columns:
        unseen = sorted(set(rows.loc[rows["involvement"] == "none", "document"].astype(str)))
    if not told:
        rows = rows[~rows["document"].astype(str).isin(unseen)]
    if rows.empty:
        raise UsageError(f"no occasion is left of {attendance['document'].nunique()}")
    graph: nx.Graph[str] = nx.Graph()
    present = {str(d): sorted(set(map(str, group["case"]))) for d, group in rows.groupby("document")}
    met: dict[tuple[str, str], list[str]] = {}
    weight: dict[tuple[str, str], float] = {}
    size = {document: len(people) for document, people in present.items()}
    if "head_count" in rows.columns:
        counted = pd.to_numeric(rows["head_count"], errors="coerce").groupby(rows["document"].astype(str)).max()
        size = {d: n if pd.isna(counted[d]) else max(n, int(counted[d])) for d, n in size.items()}
    for document, people in sorted(present.items()):
        for pair in combinations([who for who in people if who not in leave_out], 2):
            met.setdefault(pair, []).append(document)
            weight[pair] = weight.get(pair, 0.0) + 1 / (size[document] - 1)
    seen = {who for people in present.values() for who in people} - set(leave_out)
    spoken_of: set[str] = set()
    if mentioned is not None:
        require(mentioned, ["document", "case"], "mentioned")
        spoken_of = set(mentioned["case"].astype(str)[mentioned["document"].astype(str).isin(list(present))])
    for who in sorted((seen | spoken_of) - set(leave_out)):
        meetings = sum(who in people for people in present.values())
        graph.add_node(who, meetings=meetings, seen=who in seen)
    for (a, b), documents in sorted(met.items()):
        graph.add_edge(a, b, meetings=len(documents), weight=weight[a, b], documents="; ".join(documents))
    describe(graph, cases)
    graph.graph.update(occasions=len(present), left_out="; ".join(sorted(leave_out)), not_observed="; ".join(unseen))
    return graph


def tie_network(
    ties: pd.DataFrame,
    cases: pd.DataFrame | None = None,
    *,
    kinds: Collection[str] | None = None,
    leave_out: Collection[str] = (),
    start: Day | None = None,
    end: Day | None = None,
) -> nx.MultiDiGraph[str]:
    """
    Draw the ties that documents state: memberships, foundings, signatures, acquaintances.

    Args:
        ties: ``case``, ``tie``, ``to``; used if they are there: ``since``, ``until`` (YYYY, YYYY-MM or
            YYYY-MM-DD), ``stated_by``, ``disputed_by`` (joined by ``;``), ``document``, ``note``.
        cases: attributes for nodes, by ``case``; with ``organisation``, whoever belongs to an organisation
            speaks for its side of a tie.
        kinds: the ties to draw; left out, all.
        start, end: draw what held on any day between, both included; a year is all its days, an empty date
            is open.

    Returns:
        A directed graph, nodes in code point order, an edge from ``case`` to ``to`` for every row, its key
        the tie (and a number, if repeated). Edges have ``tie``, ``since``, ``until``, ``stated_by``,
        ``disputed_by``, ``document``, ``note`` and ``standing``: disputed, both sides, one side, others,
        nobody (who states it). ``graph["outside"]`` counts the ties outside the window.

    Raises:
        UsageError: a column or kind is not there, or a date cannot be read.

    Example:
        >>> graph = tie_network(ties, cases, kinds=["employed"])
        >>> [(a, b, tie["since"], tie["standing"]) for a, b, tie in graph.edges(data=True)]
        [('desk-officer', 'city', '', 'one side'), ('mediator', 'neighbourhood-association', '2019', 'one side')]
    """
    require(ties, ["case", "tie", "to"], "ties")
    present = sorted(set(map(str, ties["tie"])))
    for kind in sorted(set(kinds or ())):
        if kind not in present:
            raise UsageError(f"no tie {kind!r}; there are: {', '.join(present)}")
    gone = {str(one) for one in leave_out}
    known = [
        {str(key): "" if pd.isna(value) else str(value) for key, value in row.items()}
        for row in ties.to_dict("records")
    ]
    known = [row for row in known if (not kinds or row["tie"] in kinds) and not {row["case"], row["to"]} & gone]
    first = _edge(start, last=False) if isinstance(start, str) else start
    last = _edge(end, last=True) if isinstance(end, str) else end
    drawn = [row for row in known if _holds(row.get("since", ""), row.get("until", ""), first, last)]
    home = _homes(cases)
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(outside=len(known) - len(drawn))
    graph.add_nodes_from(sorted({row[end_] for row in drawn for end_ in ("case", "to")}))
    columns = ["since", "until", "stated_by", "disputed_by", "document", "note"]
    for row in sorted(drawn, key=lambda row: [row[c] for c in ("case", "to", "tie")] + [row.get("since", "")]):
        there: dict[Any, Any] = graph.get_edge_data(row["case"], row["to"], default={})
        number = sum(str(key).split("#")[0] == row["tie"] for key in there)
        key = row["tie"] if not number else f"{row['tie']}#{number + 1}"
        more = {column: row.get(column, "") for column in columns}
        graph.add_edge(row["case"], row["to"], key=key, tie=row["tie"], standing=standing(row, home), **more)
    describe(graph, cases)
    return graph


def describe(graph: nx.Graph[str], cases: pd.DataFrame | None) -> None:
    """Give the nodes what *cases* says of them, as text, empty where it says nothing."""
    if cases is None:
        return
    require(cases, ["case"], "cases")
    told = cases.set_index(cases["case"].astype(str))
    for column in _CASE_COLUMNS:
        if column in told.columns:
            values = {case: "" if pd.isna(value) else str(value) for case, value in told[column].items()}
            nx.set_node_attributes(graph, {node: values.get(node, "") for node in graph}, column)


def standing(row: dict[str, str], home: dict[str, str]) -> str:
    """Say who states a tie: disputed, both sides, one side, others, nobody."""
    stated = {one.strip() for one in row.get("stated_by", "").split(";") if one.strip()}
    if row.get("disputed_by", "").strip():
        return STANDINGS[0]
    if not stated:
        return STANDINGS[4]
    sides = 0
    for mine, theirs in ((row["case"], row["to"]), (row["to"], row["case"])):
        sides += mine in stated or any(home.get(who) == mine for who in stated - {theirs})
    return STANDINGS[3 - sides]


def _homes(cases: pd.DataFrame | None) -> dict[str, str]:
    """Say to which organisation everyone belongs."""
    if cases is None or "organisation" not in cases.columns:
        return {}
    return {str(c): str(o) for c, o in zip(cases["case"], cases["organisation"], strict=True) if o and not pd.isna(o)}


def _days(table: pd.DataFrame, start: Day | None, end: Day | None) -> pd.Series:
    """Say which rows lie in the window."""
    inside = pd.Series(True, index=table.index)
    if start is None and end is None:
        return inside
    require(table, ["date"], "attendance")
    days = pd.to_datetime(table["date"], format="ISO8601")
    if start is not None:
        inside &= days >= pd.Timestamp(start)
    if end is not None:
        inside &= days.dt.normalize() <= pd.Timestamp(end)
    return inside


def _holds(since: str, until: str, first: date | None, last: date | None) -> bool:
    """Say whether a tie holds on any day from *first* to *last*."""
    begins, ends = _edge(since, last=False), _edge(until, last=True)
    return not ((begins and last and begins > last) or (ends and first and ends < first))


def _edge(day: str, *, last: bool) -> date | None:
    """Read the first or last day of YYYY, YYYY-MM or YYYY-MM-DD; empty is open."""
    if not day:
        return None
    try:
        period = pd.Period(day, freq={4: "Y", 7: "M", 10: "D"}[len(day)])
    except (ValueError, KeyError):
        raise UsageError(f"{day!r} is no date; write YYYY, YYYY-MM or YYYY-MM-DD") from None
    return (period.end_time if last else period.start_time).date()
