"""
Rows of a table from elsewhere: CSV, TSV or a sheet of .xlsx, within bounds; a formula is never worked out.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from qualcode.exchange.projects.record import UnreadableProjectError
from qualcode.exchange.transcripts.bounds import Parts, bytes_of, letters, name_of
from qualcode.exchange.transcripts.form import UnreadableError
from qualcode.plaintext.spreadsheet import words

LARGEST, ROWS, WIDEST = 200_000_000, 1_000_000, 500
ENDINGS = (".csv", ".tsv", ".tab", ".xlsx")
_CELL = re.compile(r"([A-Z]{1,3})[0-9]+")


def sheet(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """
    Return a table's head, and its rows with their line (CSV) or row.

    Raises:
        UnreadableProjectError: it is no table, damaged, or larger than the bounds.
    """
    try:
        rows = list(_xlsx(path) if path.suffix.lower() == ".xlsx" else _csv(path))
    except UnreadableError as error:
        raise UnreadableProjectError(error.why) from None
    except csv.Error:
        raise UnreadableProjectError(
            "a row of it cannot be read: a quotation mark is open, or a cell too long"
        ) from None
    if not rows:
        raise UnreadableProjectError("it has no rows")
    head = [c.strip() for c in rows[0][1]]
    return head, [(n, [*row, *[""] * (len(head) - len(row))]) for n, row in rows[1:] if any(c.strip() for c in row)]


def _csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    text = letters(bytes_of(path, LARGEST), Counter())
    first = text.lstrip("\n").split("\n", 1)[0]
    parted = max("\t;,|", key=first.count)
    csv.field_size_limit(max(csv.field_size_limit(), 10_000_000))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=parted, strict=True)
    line = 1
    for row in reader:
        if line > ROWS or len(row) > WIDEST:
            raise UnreadableProjectError(f"it has more than {ROWS:,} rows or {WIDEST} columns")
        yield line, [words(c) for c in row]
        line = reader.line_num + 1


def _xlsx(path: Path) -> Iterator[tuple[int, list[str]]]:
    parts = Parts(path)
    shared: list[str] = []
    told = parts.root("xl/sharedStrings.xml")
    for one in told if told is not None else ():
        shared.append("".join(_strings(one)))
    names = sorted(n for n in parts.names if re.fullmatch(r"xl/worksheets/sheet[0-9]+\.xml", n))
    if not names:
        raise UnreadableError("it is no workbook with a sheet")
    root = parts.root(min(names, key=lambda n: (len(n), n)))
    for row in root.iter() if root is not None else ():
        if name_of(row) != "row":
            continue
        number = row.get("r", "")
        cells: list[str] = []
        for cell in row:
            at = _column(cell.get("r", ""), len(cells))
            cells += [""] * (at - len(cells))
            cells.append(_value(cell, shared))
        yield int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0, cells


def _column(where: str, following: int) -> int:
    match = _CELL.fullmatch(where)
    at = 0
    for letter in match[1] if match else "":
        at = at * 26 + ord(letter) - 64
    found = at - 1 if match else following
    if found < following or found >= WIDEST:
        raise UnreadableError(f"its cells are out of order, or it has more than {WIDEST} columns")
    return found


def _strings(element: Element) -> Iterator[str]:
    for one in element.iter():
        if name_of(one) == "t":
            yield one.text or ""


def _value(cell: Element, shared: list[str]) -> str:
    kind = cell.get("t", "")
    if kind == "inlineStr":
        return "".join(_strings(cell))
    value = next((one.text or "" for one in cell if name_of(one) == "v"), "")
    if kind == "s":
        at = int(value) if value.isascii() and value.isdigit() and len(value) < 9 else -1
        if not 0 <= at < len(shared):
            raise UnreadableError("a cell of it names words that are not there")
        return shared[at]
    return value.removesuffix(".0")
