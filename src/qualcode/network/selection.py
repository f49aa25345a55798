"""
Which statements a network is made of, and how many are left out and why.

A statement is one row: somebody (an actor) takes up a theme (a concept), perhaps with a stance towards
the theme's proposition. Reported views are left out unless asked for. Everything that is left out is
counted by name; the names do not change with what is found.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypedDict, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from qualcode.columns import Flags, choose, codes, filled, own_views, require
from qualcode.errors import UsageError
from qualcode.left_out import before, told
from qualcode.sums import gathered, times_of

DUPLICATES = ("include", "document", "study")
Day = str | date

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


class Words(TypedDict, total=False):
    """The words of a call that say which statements count; each is a field of `Which`."""

    duplicates: str
    stance_range: tuple[float, float]
    reported: bool
    start: Day | None
    end: Day | None


@dataclass(frozen=True, slots=True)
class Which:
    """
    Which statements count, and when several are one: made once and given to every network of a chapter.

    Args:
        duplicates: ``include`` all, or keep the first of equal ones within a ``document`` or the ``study``.
        stance_range: the lowest and the highest stance there can be, not only those found.
        reported: whether views count that a speaker reports of somebody else.
        start, end: first and last day, both included; ``None`` is open.

    Each may also stand in a call by its own name: ``discourse_matrix(said, reported=True)`` is
    ``discourse_matrix(said, which=Which(reported=True))``.

    Example:
        >>> said = pd.DataFrame(
        ...     [("choir", "card", 1), ("city", "card", 1), ("city", "card", 1)],
        ...     columns=["organisation", "theme", "stance"],
        ... )
        >>> discourse_matrix(said, which=Which(duplicates="study")).loc["choir", "city"].item()
        1.0
        >>> discourse_matrix(said).loc["choir", "city"].item()
        2.0
    """

    duplicates: str = "include"
    stance_range: tuple[float, float] = (-1, 1)
    reported: bool = False
    start: Day | None = None
    end: Day | None = None

    def but(self, **words: Unpack[Words]) -> Which:
        """Return the same choice with some of its words changed."""
        return replace(self, **words)


ALL = Which()
"""Every statement of somebody's own, duplicates included, stances from -1 to 1."""


@dataclass(frozen=True, slots=True)
class Selection:
    """
    The statements that count, as numbers.

    ``row``, ``column`` and ``level`` have one entry a statement: places in ``rows``, ``columns`` (labels in
    code point order) and ``levels`` (the distinct stances, ascending; nan comes last). ``at`` is the
    statement's place in the table it came from, ``times`` how many equal ones it stands for. A row or column whose
    statements all lack a stance stays.
    """

    rows: list[str]
    columns: list[str]
    levels: Floats
    row: Places
    column: Places
    level: Places
    at: Places
    times: Floats
    left_out: dict[str, int] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """How many statements count."""
        return int(self.times.sum())


def select(statements: pd.DataFrame, row: str, column: str, which: Which, *, stance: bool) -> Selection:
    """
    Choose the statements that a network counts.

    Args:
        statements: one row a statement, in the order in which "first" is meant.
        row, column: the columns whose labels are tied.
        which: which of them, and when several are one.
        stance: whether a statement without stance is left out, and equal means equal in stance too.

    Raises:
        UsageError: a column or word is not there, a stance lies outside its range, or nothing is left.
    """
    duplicates, start, end = which.duplicates, which.start, which.end
    choose(duplicates, DUPLICATES, "duplicate rule")
    if row == column:
        raise UsageError(f"{row!r} cannot be tied through itself: name two different columns")
    windowed = start is not None or end is not None
    needed = [row, column, *(["stance"] if stance else []), *(["date"] if windowed else [])]
    require(statements, [*needed, *(["document"] if duplicates == "document" else [])], "statements")

    keep = np.ones(len(statements), dtype=np.bool_)
    times = times_of(statements)
    left_out: dict[str, int] = {}

    def leave(name: str, out: Flags) -> None:
        left_out[name] = int(times[keep & out].sum())
        keep[out] = False

    leave("reported", np.zeros_like(keep) if which.reported else ~own_views(statements))
    undated, outside = _window(statements, start, end) if windowed else (~keep & False, ~keep & False)
    leave("without date", undated)
    leave("outside the window", outside)
    row_code, rows = codes(statements[row])
    column_code, columns = codes(statements[column])
    leave(f"without {row}", row_code < 0)
    leave(f"without {column}", column_code < 0)
    rows, row_code = _present(rows, row_code, keep)
    columns, column_code = _present(columns, column_code, keep)
    values = _stances(statements, which.stance_range)
    leave("without stance", np.isnan(values) if stance else np.zeros_like(keep))
    levels, level = np.unique(values, return_inverse=True)

    place = np.flatnonzero(keep)
    parts = {"row": row_code[place], "column": column_code[place]}
    if stance:
        parts["level"] = level[place]
    if duplicates == "document":
        parts["document"] = codes(statements["document"].iloc[place])[0]
    again = np.zeros(len(place), dtype=np.bool_)
    if duplicates != "include":
        again = np.asarray(pd.DataFrame(parts).duplicated())
    counted_times = times[place] if duplicates == "include" else (~again).astype(np.float64)
    left_out["duplicate"] = int(times[place].sum() - counted_times.sum())
    place, counted_times = place[~again], counted_times[~again]
    if not len(place):
        counted = told(left_out)
        hint = "; kind='ignore' needs no stance" if left_out["without stance"] else ""
        raise UsageError(f"no statement is left of {int(times.sum())} ({counted or 'the table is empty'}){hint}")
    return Selection(
        rows,
        columns,
        levels,
        row_code[place],
        column_code[place],
        level[place],
        place,
        counted_times,
        left_out,
        before(statements),
    )


def on_one_machine(statements: Any, row: str, column: str, which: Which, carry: Sequence[str] = ()) -> pd.DataFrame:
    """Return the statements here, added up over the columns that a network needs where they lie in partitions."""
    needed = [row, column, "stance", "reported", *carry]
    needed += ["date"] if which.start is not None or which.end is not None else []
    needed += ["document"] if which.duplicates == "document" else []
    return gathered(statements, needed)


def _present(labels: list[str], code: Places, keep: Flags) -> tuple[list[str], Places]:
    """Forget the labels of which no row is kept."""
    seen = np.zeros(len(labels) + 1, dtype=np.bool_)
    seen[code[keep]] = True
    renumber = np.where(seen, np.cumsum(seen) - 1, -1)
    return [label for label, here in zip(labels, seen, strict=False) if here], renumber[code]


def _stances(statements: pd.DataFrame, stance_range: tuple[float, float]) -> Floats:
    """Read the stances as numbers, nan where there is none."""
    low, high = stance_range
    if not low < high:
        raise UsageError(f"stance_range must be (lowest, highest), not ({low}, {high})")
    if "stance" not in statements.columns:
        return np.full(len(statements), np.nan)
    try:
        values = pd.to_numeric(statements["stance"]).to_numpy(dtype=np.float64, na_value=np.nan)
    except (ValueError, TypeError):
        raise UsageError("the column 'stance' must hold numbers, or nothing") from None
    wrong = ~np.isnan(values) & ~((values >= low) & (values <= high))
    if wrong.any():
        where: Hashable = statements.index[wrong][0]
        raise UsageError(f"row {where}: stance {values[wrong][0]:g} lies outside {low:g} to {high:g}; set stance_range")
    return values


def _day(day: Day | None) -> pd.Timestamp | None:
    """Read a day; ``None`` is open."""
    return None if day is None else pd.Timestamp(date.fromisoformat(day) if isinstance(day, str) else day)


def _window(statements: pd.DataFrame, start: Day | None, end: Day | None) -> tuple[Flags, Flags]:
    """Say which rows have no date, and which have one before *start* or after *end*."""
    try:
        first, last = _day(start), _day(end)
        days = pd.to_datetime(statements["date"].where(filled(statements["date"])), format="ISO8601")
    except (ValueError, TypeError):
        raise UsageError("dates must be written YYYY-MM-DD, in the table and as start or end") from None
    if first is not None and last is not None and first > last:
        raise UsageError(f"the window ends ({last:%Y-%m-%d}) before it starts ({first:%Y-%m-%d})")
    undated = np.asarray(days.isna(), dtype=np.bool_)
    early = np.zeros(len(days), dtype=np.bool_) if first is None else np.asarray(days < first)
    late = np.zeros(len(days), dtype=np.bool_) if last is None else np.asarray(days.dt.normalize() > last)
    return undated, early | late
