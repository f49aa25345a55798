"""
A table before it is a data frame: names of columns, plain rows, and what is attached; no pandas is loaded for it.

Whoever computes with a table asks for the data frame; whoever only prints it takes the rows, since loading pandas takes
longer than reading most studies. A function that gives rows and is `framed` gives the data frame to all who call it,
and its rows to `rows_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from inspect import signature, unwrap
from math import nan
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ParamSpec, cast

if TYPE_CHECKING:
    import pandas as pd

P = ParamSpec("P")
DATE = "datetime64[s]"


@dataclass(frozen=True, slots=True)
class Rows:
    """
    A table's columns and rows.

    Args:
        columns: names, in order.
        rows: one tuple a row, as long as *columns*: texts, numbers, truth values, dates; ``None`` or nan is empty.
        kinds: pandas' type of a column, where it does not follow from the values; dates are `DATE`.
        attrs: what a data frame carries in ``attrs``.
    """

    columns: Sequence[str]
    rows: list[tuple[Any, ...]]
    kinds: dict[str, str] = field(default_factory=dict)
    attrs: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        rows: Iterable[Mapping[str, Any]],
        columns: Sequence[str],
        kinds: Mapping[str, str] = MappingProxyType({}),
        attrs: Mapping[str, Any] = MappingProxyType({}),
    ) -> Rows:
        """Return rows that are written by names; what one does not name is empty."""
        return cls(columns, [tuple(row.get(c, nan) for c in columns) for row in rows], dict(kinds), dict(attrs))

    def frame(self) -> pd.DataFrame:
        """Return the same as a data frame."""
        import pandas as pd

        table = pd.DataFrame(self.rows, columns=list(self.columns))
        for column, kind in self.kinds.items():
            dtype: Any = kind
            table[column] = pd.to_datetime(table[column]) if kind == DATE else table[column].astype(dtype)
        table.attrs.update(self.attrs)
        return table


def framed(function: Callable[P, Rows]) -> Callable[P, pd.DataFrame]:
    """Let a function that makes rows return them as a data frame."""

    @wraps(function)
    def made(*args: P.args, **kwargs: P.kwargs) -> pd.DataFrame:
        return function(*args, **kwargs).frame()

    made.__annotations__ = {**function.__annotations__, "return": "pd.DataFrame"}
    made.__signature__ = signature(function).replace(return_annotation="pd.DataFrame")  # type: ignore[attr-defined]
    return made


def rows_of(table: Callable[P, pd.DataFrame]) -> Callable[P, Rows]:
    """Return the function below a `framed` one, which gives plain rows."""
    return cast("Callable[P, Rows]", unwrap(table))
