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
from xml.parsers import expat

from qualcode.exchange.projects.record import UnreadableProjectError
from qualcode.exchange.transcripts.bounds import Parts, bytes_of, letters
from qualcode.exchange.transcripts.form import UnreadableError
from qualcode.plaintext.spreadsheet import words

LARGEST, ROWS, WIDEST = 200_000_000, 1_000_000, 500
ENDINGS = (".csv", ".tsv", ".tab", ".xlsx")
_ESCAPED = re.compile(r"_x(00[0-9A-Fa-f]{2})_")
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
    names = sorted(n for n in parts.names if re.fullmatch(r"xl/worksheets/sheet[0-9]+\.xml", n))
    if not names:
        raise UnreadableError("it is no workbook with a sheet")
    shared = _Reading(parts.bytes_of("xl/sharedStrings.xml") or b"<sst/>").strings
    yield from _Reading(parts.bytes_of(min(names, key=lambda n: (len(n), n))) or b"", shared).rows


def _column(where: str, following: int) -> int:
    match = _CELL.fullmatch(where)
    at = 0
    for letter in match[1] if match else "":
        at = at * 26 + ord(letter) - 64
    found = at - 1 if match else following
    if found < following or found >= WIDEST:
        raise UnreadableError(f"its cells are out of order, or it has more than {WIDEST} columns")
    return found


class _Reading:
    """A sheet, or the words that a workbook shares, read once from top to bottom: no tree of it is kept."""

    def __init__(self, data: bytes, shared: list[str] | None = None) -> None:
        self.strings: list[str] = []
        self.rows: list[tuple[int, list[str]]] = []
        self._shared = shared or []
        self._told: list[str] = []
        self._where = self._kind = ""
        self._inside = self._takes = self._beside = False
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._words
        parser.StartDoctypeDeclHandler = self._refuse
        try:
            parser.Parse(data, True)
        except expat.ExpatError:
            raise UnreadableError("its markup is damaged") from None

    def _refuse(self, *_: object) -> None:
        raise UnreadableError("it defines things of its own (a document type); no workbook needs that")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "row":
            told = attributes.get("r", "")
            self.rows.append((int(told) if told.isascii() and told.isdigit() and len(told) < 9 else 0, []))
            if len(self.rows) > ROWS:
                raise UnreadableError(f"it has more than {ROWS:,} rows")
        elif name == "c":
            self._inside, self._told = True, []
            self._where, self._kind = attributes.get("r", ""), attributes.get("t", "")
        elif name == "si":
            self._told = []
        self._beside = self._beside or name == "rPh"  # how a word is read aloud
        self._takes = name in ("t", "v") and not self._beside

    def _words(self, words: str) -> None:
        if self._takes:
            self._told.append(words)

    def _end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        self._takes = False
        self._beside = self._beside and name != "rPh"
        if name == "si":
            self.strings.append(_ESCAPED.sub(lambda m: chr(int(m[1], 16)), "".join(self._told)))
        elif name == "c" and self._inside and self.rows:
            self._inside = False
            cells = self.rows[-1][1]
            cells += [""] * (_column(self._where, len(cells)) - len(cells))
            cells.append(self._value("".join(self._told)))

    def _value(self, told: str) -> str:
        if self._kind != "s":
            return told if self._kind in ("inlineStr", "str") else told.removesuffix(".0")
        at = int(told) if told.isascii() and told.isdigit() and len(told) < 9 else -1
        if not 0 <= at < len(self._shared):
            raise UnreadableError("a cell of it names words that are not there")
        return self._shared[at]
