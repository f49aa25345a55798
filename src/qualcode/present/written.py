"""
Tables as files, by their ending: ``.csv``, ``.tsv``, ``.json``, ``.xlsx``; the same table gives the same bytes.

Words of a study are no formula in any of them (`qualcode.plaintext.spreadsheet`). JSON, which no spreadsheet opens
by a click, holds them as they are.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from qualcode.errors import MissingExtraError, UsageError, WriteError
from qualcode.plaintext.spreadsheet import cell, quoting

ENDINGS = (".csv", ".tsv", ".json", ".xlsx")


def as_csv(table: pd.DataFrame, separator: str = ",") -> str:
    """Return a table as CSV: a heading, then a line a row, LF."""
    safe = table.copy()
    for at, kind in enumerate(table.dtypes):
        if not (pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_datetime64_any_dtype(kind)):
            column = [cell(v) if isinstance(v, str) else v for v in table.iloc[:, at]]
            safe.isetitem(at, np.array([*column, None], dtype=object)[:-1])
    safe.columns = [cell(str(c)) for c in table.columns]
    return safe.to_csv(index=False, lineterminator="\n", sep=separator, quoting=quoting(safe.to_numpy().flat))


def write_table(table: pd.DataFrame, out: Path) -> None:
    """
    Write a table to a file, by its ending.

    Raises:
        UsageError: another ending; for ``.xlsx`` the extra that writes it is not installed.
        WriteError: the file cannot be written.
    """
    if out.suffix not in ENDINGS:
        raise UsageError(f"cannot write {out.name!r}; name it .csv, .tsv, .json or .xlsx")
    try:
        if out.suffix == ".xlsx":
            _write_xlsx(table, out)
            return
        if out.suffix == ".json":
            text = f"{table.to_json(orient='records', force_ascii=False, indent=1, date_format='iso')}\n"
        else:
            text = as_csv(table, "," if out.suffix == ".csv" else "\t")
        out.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise WriteError(f"{out} cannot be written: {error.strerror}") from None


def _write_xlsx(table: pd.DataFrame, out: Path) -> None:
    """Write one sheet: words as words, numbers as numbers, a heading that stays in view."""
    try:
        xlsxwriter: Any = import_module("xlsxwriter")
    except ModuleNotFoundError:
        raise MissingExtraError("write .xlsx", "xlsx") from None
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
