"""
What the statistics ask of a table: the columns they use and no others.

A table may come from anyone. A missing column or an unknown word is an error that says what there is;
a row that cannot be used is left out and counted, under a name, in ``DataFrame.attrs["left_out"]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from qualcode.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

Flags = npt.NDArray[np.bool_]


def require(table: pd.DataFrame, columns: Iterable[str], what: str) -> None:
    """
    Check that *table* has *columns*.

    Raises:
        UsageError: a column is missing; the message names *what* the table is and the nearest column.
    """
    for column in columns:
        if column not in table.columns:
            there = [str(name) for name in table.columns]
            raise UsageError(
                f"{what} need a column {column!r}{did_you_mean(column, there)}; there are: {', '.join(there)}"
            )


def choose(value: str, known: Sequence[str], what: str) -> str:
    """
    Give *value* back if it is one of the *known* words.

    Raises:
        UsageError: it is not; the message lists the known words.
    """
    if value not in known:
        raise UsageError(f"unknown {what} {value!r}{did_you_mean(str(value), known)}; one of: {', '.join(known)}")
    return value


def filled(column: pd.Series[Any]) -> Flags:
    """Say, row by row, whether *column* holds something: not missing and not an empty text."""
    return np.asarray(column.notna() & (column != ""), dtype=np.bool_)


def own_views(table: pd.DataFrame) -> Flags:
    """
    Say, row by row, whether a view is the speaker's own; all are where there is no column ``reported``.

    Raises:
        UsageError: ``reported`` holds something that is neither true nor false.
    """
    if "reported" not in table.columns:
        return np.ones(len(table), dtype=np.bool_)
    column = table["reported"]
    if not column.isin([True, False]).all():
        raise UsageError("the column 'reported' must hold true or false in every row")
    return ~np.asarray(column.astype(bool), dtype=np.bool_)


def count_out(times: npt.NDArray[np.float64], out: Mapping[str, Flags]) -> dict[str, int]:
    """
    Count the statements that each reason leaves out; one that an earlier reason leaves out is not counted again.

    Args:
        times: of how many statements each row stands, as ``sums.times_of`` tells it.
        out: by reason, which rows it leaves out.
    """
    counts: dict[str, int] = {}
    gone = np.zeros(len(times), dtype=np.bool_)
    for reason, here in out.items():
        counts[reason] = int(times[here & ~gone].sum())
        gone |= here
    return counts


def codes(column: pd.Series[Any]) -> tuple[npt.NDArray[np.intp], list[str]]:
    """
    Give numbers to the labels of *column* in code point order.

    Returns:
        Per row the number of its label, -1 where the column is empty, and the sorted labels as text.
    """
    import pandas as pd

    raw, uniques = pd.factorize(column.where(filled(column)))
    names = [str(name) for name in uniques]
    labels = sorted(set(names))
    place = {label: at for at, label in enumerate(labels)}
    translate = np.array([place[name] for name in names] + [-1], dtype=np.intp)
    return translate[raw], labels
