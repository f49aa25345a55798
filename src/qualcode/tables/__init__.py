"""
Tidy tables of a study: one row one thing, in the order of documents, then of places.

Words of documents appear here only as the room ``release`` lets them through. A study with problems
gives no table: the first problem is raised.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from qualcode.tables.ahead import cells, not_met, still_to_put
from qualcode.tables.asked import ANSWERED, NOT_PUT, PASSED_OVER, RAISED, topics
from qualcode.tables.chronicle import around, chronicle
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
    "chronicle": chronicle,
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
    "around",
    "attendance",
    "cases",
    "cells",
    "chronicle",
    "codings",
    "consents",
    "contacts",
    "cooccurrence",
    "coverage",
    "documents",
    "mentioned",
    "not_met",
    "not_observed",
    "settled",
    "statements",
    "still_to_put",
    "ties",
    "topics",
    "turns",
    "vocabulary",
]
