"""
Tables as files, by their ending: ``.csv``, ``.tsv``, ``.json``, ``.xlsx``; the same table gives the same bytes.

Words of a study are no formula in any of them (`qualcode.plaintext.spreadsheet`). JSON, which no spreadsheet opens
by a click, holds them as they are.
"""

from __future__ import annotations

import csv
import io
import math
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qualcode.errors import MissingExtraError, UsageError, WriteError
from qualcode.plaintext.folder import check_given
from qualcode.plaintext.spreadsheet import cell, quoting
from qualcode.rows import Rows

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = (".csv", ".tsv", ".json", ".xlsx")


def as_csv(table: pd.DataFrame | Rows, separator: str = ",") -> str:
    """Return a table as CSV: a heading, then a line a row, LF."""
    if isinstance(table, Rows):
        return _rows_as_csv(table, separator)
    import numpy as np
    import pandas as pd

    safe = table.copy()
    for at, kind in enumerate(table.dtypes):
        if not (pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_datetime64_any_dtype(kind)):
            column = [cell(v) if isinstance(v, str) else v for v in table.iloc[:, at]]
            safe.isetitem(at, np.array([*column, None], dtype=object)[:-1])
    safe.columns = [cell(str(c)) for c in table.columns]
    return safe.to_csv(index=False, lineterminator="\n", sep=separator, quoting=quoting(safe.to_numpy().flat))


def _rows_as_csv(table: Rows, separator: str) -> str:
    """Write plain rows as pandas writes their data frame."""
    counted = {n for n, c in enumerate(table.columns) if table.kinds.get(c) == "float"}
    rows = [
        [_plain(float(v) if n in counted and v is not None else v) for n, v in enumerate(row)] for row in table.rows
    ]
    made = io.StringIO()
    how = quoting(v for row in rows for v in row)
    writer = csv.writer(made, delimiter=separator, lineterminator="\n", quoting=how)
    writer.writerows([[cell(c) for c in table.columns], *rows])
    return made.getvalue()


def _plain(value: Any) -> Any:
    """Return a value as a cell: words that are no formula, nothing for what is empty."""
    if isinstance(value, str):
        return cell(value)
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else value


def write_table(table: pd.DataFrame | Rows, out: Path) -> None:
    """
    Write a table to a file, by its ending.

    Raises:
        UsageError: another ending; for ``.xlsx`` the extra that writes it is not installed.
        WriteError: the file cannot be written.
    """
    if out.suffix not in ENDINGS:
        raise UsageError(f"cannot write {out.name!r}; name it .csv, .tsv, .json or .xlsx")
    check_given(out)
    try:
        if out.suffix == ".xlsx":
            _write_xlsx(_frame(table), out)
            return
        if out.suffix == ".json":
            text = f"{_frame(table).to_json(orient='records', force_ascii=False, indent=1, date_format='iso')}\n"
        else:
            text = as_csv(table, "," if out.suffix == ".csv" else "\t")
        out.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise WriteError(f"{out} cannot be written: {error.strerror}") from None


def _frame(table: pd.DataFrame | Rows) -> pd.DataFrame:
    return table.frame() if isinstance(table, Rows) else table


def _write_xlsx(table: pd.DataFrame, out: Path) -> None:
    """Write one sheet: words as words, numbers as numbers, a heading that stays in view."""
    try:
        xlsxwriter: Any = import_module("xlsxwriter")
    except ModuleNotFoundError:
        raise MissingExtraError("write .xlsx", "xlsx") from None
    import pandas as pd

    out.open("ab").close()  # whether it can be written is known before it is made
    words = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(str(out), words)
    book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)})
    sheet = book.add_worksheet("table")
    bold = book.add_format({"bold": True})
    for column, name in enumerate(table.columns):
        sheet.write_string(0, column, str(name), bold)
        for row, value in enumerate(table.iloc[:, column].tolist(), 1):
            if isinstance(value, bool):
                sheet.write_boolean(row, column, value)
            elif isinstance(value, int | float):
                if math.isfinite(value):
                    sheet.write_number(row, column, value)
            elif value is not None and value is not pd.NaT and value is not pd.NA:
                sheet.write_string(row, column, str(value))
    sheet.freeze_panes(1, 0)
    book.close()
