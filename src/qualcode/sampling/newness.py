"""
What was new: positions on themes that no earlier interview held, interview by interview, and theme by theme.

A *position* is a theme with the sign of its stance: for, against, in the middle, or without one. Only what speakers
hold themselves counts, and only in interviews. Interviews of one day are taken by name: nothing says which was first.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from qualcode.columns import require
from qualcode.left_out import LEFT_OUT, before
from qualcode.plural import number_of

FOR, AGAINST, MIDDLE, WITHOUT = "for", "against", "in the middle", "without a stance"


def newness(statements: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """
    One row an interview, by date, then name: how many positions were spoken, and how many were new.

    Args:
        statements: columns document, theme, stance, reported, as ``tables.statements`` gives them.
        documents: columns document, date, kind.

    Returns:
        Columns document, date, positions (that it holds), new (that no earlier interview holds), heard (new ones so
        far, this one's among them), which (the new ones, joined by ``'; '``). An interview without statements has
        none. ``attrs["left_out"]``: statements that are reported, and statements outside interviews.

    Raises:
        UsageError: a column is missing.

    Example:
        >>> newness(statements, documents)[["document", "positions", "new", "heard"]]
                          document  positions  new  heard
        0  2024-02-12-desk-officer          2    2      2
        1      2024-02-20-mediator          2    2      4
        2   2024-03-05-card-holder          3    2      6
    """
    held, order = _held(statements, documents)
    known: set[tuple[str, str]] = set()
    rows = []
    for document, date in order:
        here = held.get(document, set())
        new = sorted(here - known)
        known |= here
        rows.append((document, date, len(here), len(new), len(known), "; ".join(f"{t} ({p})" for t, p in new)))
    table = pd.DataFrame(rows, columns=["document", "date", "positions", "new", "heard", "which"])
    table.attrs |= _left_out(statements, documents)
    return table


def last_new(statements: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """
    One row a theme that somebody spoke of in an interview: the last interview that brought something new on it.

    Args:
        statements, documents: as of `newness`.

    Returns:
        Columns theme, first (document), last (document), date (of *last*), what (which positions were new there),
        since (interviews after it), interviews (that speak of the theme). By *since*, fewest first, then theme: at the
        top is what was still moving when the interviews ended. ``attrs["left_out"]``: as of `newness`.

    Raises:
        UsageError: a column is missing.

    Example:
        >>> last_new(statements, documents).loc[[1, 4], ["theme", "last", "what", "since", "interviews"]]
                             theme                     last what  since  interviews
        1     universality/wide-use   2024-03-05-card-holder  for      0           1
        4  function/identification  2024-02-12-desk-officer  for      2           2
    """
    held, order = _held(statements, documents)
    place = {document: n for n, (document, _) in enumerate(order)}
    dates = dict(order)
    rows: list[tuple[Any, ...]] = []
    for theme in sorted({theme for here in held.values() for theme, _ in here}):
        speak = [d for d, _ in order if any(t == theme for t, _ in held.get(d, ()))]
        known: set[str] = set()
        last, what = "", list[str]()
        for document in speak:
            here = {p for t, p in held[document] if t == theme}
            if here - known:
                last, what = document, sorted(here - known)
                known |= here
        since = len(order) - 1 - place[last]
        rows.append((theme, speak[0], last, dates[last], ", ".join(what), since, len(speak)))
    columns = ["theme", "first", "last", "date", "what", "since", "interviews"]
    table = pd.DataFrame(rows, columns=columns).sort_values(["since", "theme"], ignore_index=True)
    table.attrs |= _left_out(statements, documents)
    return table


def _held(
    statements: pd.DataFrame, documents: pd.DataFrame
) -> tuple[dict[str, set[tuple[str, str]]], list[tuple[str, pd.Timestamp]]]:
    """Return the positions of each interview that has some, and all interviews with their dates, in order."""
    require(statements, ["document", "theme", "stance", "reported"], "statements")
    require(documents, ["document", "date", "kind"], "documents")
    talks = documents[documents["kind"] == "interview"].sort_values(["date", "document"])
    order = list(zip(talks["document"].astype(str), talks["date"], strict=True))
    own = statements[~statements["reported"].astype(bool) & statements["document"].isin(talks["document"])]
    held: dict[str, set[tuple[str, str]]] = {}
    for document, theme, stance in zip(own["document"], own["theme"], own["stance"], strict=True):
        held.setdefault(str(document), set()).add((str(theme), _sign(stance)))
    return held, order


def _sign(stance: float) -> str:
    """Say which side a stance is on."""
    if pd.isna(stance):
        return WITHOUT
    return FOR if stance > 0 else AGAINST if stance < 0 else MIDDLE


def own_in_interviews(statements: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """
    Return the statements that speakers hold themselves and say in interviews: what the curves are drawn of.

    Args:
        statements, documents: as of `newness`; ``attrs["left_out"]`` counts the others.

    Example:
        >>> len(statements), len(own_in_interviews(statements, documents))
        (15, 8)
    """
    _held(statements, documents)
    talks = set(documents.loc[documents["kind"] == "interview", "document"])
    kept = statements[~statements["reported"].astype(bool) & statements["document"].isin(talks)].copy()
    kept.attrs = {}
    kept.attrs |= _left_out(statements, documents)
    return kept


def _left_out(statements: pd.DataFrame, documents: pd.DataFrame) -> dict[Any, Any]:
    """Count the statements that are not looked at, by reason, and keep what was left out before."""
    talks = set(documents.loc[documents["kind"] == "interview", "document"])
    outside = ~statements["document"].isin(talks)
    reported = statements["reported"].astype(bool) & ~outside
    return before(statements) | {LEFT_OUT: {"reported": int(reported.sum()), "outside interviews": int(outside.sum())}}


def still_moving(table: pd.DataFrame, within: int) -> str:
    """
    Say how many themes brought something new in the last so many interviews.

    Args:
        table: as `last_new` gives it.
        within: how many interviews count as the last ones.

    Example:
        >>> still_moving(last_new(statements, documents), 1)
        'The last interview brought something new on 2 of 6 themes.'
    """
    moved = int((table["since"] < within).sum())
    last = "The last interview" if within == 1 else f"The last {within} interviews"
    return f"{last} brought something new on {moved} of {number_of(len(table), 'theme')}."
