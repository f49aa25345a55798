"""
Tidy tables of a study: one row one thing, in the order of documents, then of places.

Words of documents appear here only as the room ``release`` lets them through. A study with problems
gives no table: the first problem is raised.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from qualcode.tables.asked import ANSWERED, NOT_PUT, PASSED_OVER, RAISED, topics
from qualcode.tables.coded import codings, settled, statements
from qualcode.tables.people import acts, attendance, cases, mentioned, not_observed, ties
from qualcode.tables.permission import consents, contacts
from qualcode.tables.retrieval import cooccurrence
from qualcode.tables.texts import coverage, documents, turns, vocabulary

if TYPE_CHECKING:
    import pandas as pd

TABLES: dict[str, Callable[..., pd.DataFrame]] = {
    "acts": acts,
    "attendance": attendance,
    "cases": cases,
    "codings": codings,
    "consents": consents,
    "contacts": contacts,
    "cooccurrence": cooccurrence,
    "coverage": coverage,
    "documents": documents,
    "mentioned": mentioned,
    "not_observed": not_observed,
    "statements": statements,
    "ties": ties,
    "topics": topics,
    "turns": turns,
}
"""The tables by name, as ``qualcode table`` gives them."""

__all__ = [
    "ANSWERED",
    "NOT_PUT",
    "PASSED_OVER",
    "RAISED",
    "TABLES",
    "acts",
    "attendance",
    "cases",
    "codings",
    "consents",
    "contacts",
    "cooccurrence",
    "coverage",
    "documents",
    "mentioned",
    "not_observed",
    "settled",
    "statements",
    "ties",
    "topics",
    "turns",
    "vocabulary",
]
