"""
Statements added up: a row that stands for several equal statements, and tables that lie on more than one machine.

A table of statements may have a column ``times``: so many statements are alike in all other columns. Matrices and
divergences of such a table are those of the table with each row written so often. A table in partitions, as Dask has
it (anything with ``map_partitions`` and ``compute``), is added up partition by partition, where it lies, and then once
more; so what comes together on one machine is as large as there are *different* statements.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from qualcode.columns import require
from qualcode.errors import UsageError

TIMES = "times"
_NEIGHBOURS = 4
Floats = npt.NDArray[np.float64]


def times_of(table: pd.DataFrame) -> Floats:
    """
    Return for each row of how many equal statements it stands: 1 where there is no column ``times``.

    Raises:
        UsageError: ``times`` holds something that is no whole number from 1.
    """
    if TIMES not in table.columns:
        return np.ones(len(table))
    times = pd.to_numeric(table[TIMES], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    if not np.all((times >= 1) & (times == np.floor(times))):
        raise UsageError("the column 'times' must hold whole numbers from 1")
    return times


def added(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """
    Add up the rows that are equal in *columns*; those of *columns* that are not there are passed over.

    Returns:
        One row for each different one, in the order of its values, empty ones last, with the column ``times``.
        Adding up parts and then the parts' sums gives the same as adding up all at once.

    Example:
        >>> said = pd.DataFrame({"actor": ["a", "b", "a"], "theme": ["x", "x", "x"], "start": [1, 2, 3]})
        >>> added(said, ["actor", "theme"])
          actor theme  times
        0     a     x      2
        1     b     x      1
    """
    kept = [c for c in dict.fromkeys(columns) if c in table.columns]
    counted = table[kept].assign(**{TIMES: times_of(table).astype(np.int64)})
    return pd.DataFrame(counted.groupby(kept, dropna=False, sort=True, observed=True)[TIMES].sum().reset_index())


def gathered(table: Any, columns: Sequence[str]) -> pd.DataFrame:
    """
    Return a table on this machine: as it is, or added up over *columns* where it lies in partitions.

    Raises:
        UsageError: the table is in partitions and none of *columns* is there.
    """
    if not hasattr(table, "map_partitions"):
        found: pd.DataFrame = table
        return found
    kept = [c for c in dict.fromkeys(columns) if c in table.columns]
    if not kept:
        require(table, columns[:1], "statements")
    parts = table.map_partitions(added, kept, meta=added(table._meta_nonempty, kept).iloc[:0])
    return brought_together(parts, added, kept)


def brought_together(parts: Any, add: Callable[..., pd.DataFrame], *args: Any) -> pd.DataFrame:
    """Add up sums that lie in partitions, a few neighbours at a time: no machine ever holds those of many."""
    while hasattr(parts, "repartition") and parts.npartitions > 1:
        fewer = parts.repartition(npartitions=-(-parts.npartitions // _NEIGHBOURS))
        parts = fewer.map_partitions(add, *args, meta=parts._meta)
    return add(parts.compute(), *args)
