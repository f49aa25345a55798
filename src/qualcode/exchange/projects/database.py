"""
Another program's SQLite database, read and nothing else: never written, nothing in it run.

It is opened as a file that does not change, its views, triggers and virtual tables are not looked at, its own
functions and extensions never loaded, and each question has a bound of work, rows and length. Tables and columns that
a version of the program does not have are empty, so that older and newer databases are read alike.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from qualcode.exchange.projects.record import UnreadableProjectError

LARGEST, LONGEST, ROWS, WORK = 1_000_000_000, 50_000_000, 2_000_000, 40_000
"""Bounds: bytes of a file, bytes of a value, rows of a table, thousands of steps of one question."""
_HEAD = b"SQLite format 3\x00"
_DAMAGED = "it is no SQLite database that can be read, or it is damaged; open it in its program and save it again"
_READ = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}

Row = dict[str, Any]


def is_database(path: Path) -> bool:
    """Say whether a file begins as an SQLite database does."""
    try:
        with path.open("rb") as file:
            return file.read(len(_HEAD)) == _HEAD
    except OSError:
        return False


class Database:
    """
    A database to read. ``tables`` maps each table, in small letters, to its columns.

    Raises:
        UnreadableProjectError: it is none, damaged, or larger than the bounds.
    """

    def __init__(self, path: Path) -> None:
        self.unread = ""
        try:
            if path.stat().st_size > LARGEST:
                raise UnreadableProjectError(f"it is larger than {LARGEST // 1_000_000} MB")
            if not is_database(path):
                raise UnreadableProjectError(_DAMAGED)
            for ending in ("-wal", "-journal"):
                beside = path.with_name(path.name + ending)
                if beside.is_file() and beside.stat().st_size:
                    raise UnreadableProjectError(
                        f"{beside.name} stands beside it: it was not closed; open it in its program and close it there"
                    )
        except OSError as error:
            raise UnreadableProjectError(f"it cannot be read ({error.strerror})") from None
        where = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
        self._steps = 0
        try:
            self._there = sqlite3.connect(where, uri=True, isolation_level=None)
            self._there.text_factory = bytes
            self._there.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
            for ask in ("trusted_schema=OFF", "query_only=ON", "cell_size_check=ON", "mmap_size=0"):
                self._there.execute(f"PRAGMA {ask}")
            self._there.set_progress_handler(self._tired, 1000)
            self.tables = self._tables()
        except (sqlite3.Error, OverflowError, UnicodeError):
            raise UnreadableProjectError(_DAMAGED) from None
        self._there.set_authorizer(lambda act, *_: sqlite3.SQLITE_OK if act in _READ else sqlite3.SQLITE_DENY)

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(sqlite3.Error):
            self._there.close()

    def _tired(self) -> int:
        self._steps += 1
        return int(self._steps > WORK)

    def _tables(self) -> dict[str, dict[str, str]]:
        """Return the columns of each plain table: in small letters, and as they are written."""
        names = self._there.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchmany(1001)
        if len(names) > 1000:
            raise UnreadableProjectError("it has more tables than a project has")
        found: dict[str, dict[str, str]] = {}
        self._names: dict[str, str] = {}
        for raw, sql in names:
            name = words(raw)
            if not name or name.startswith("sqlite_") or "virtual" in words(sql)[:40].casefold():
                continue
            columns = self._there.execute(f"PRAGMA table_info({_quoted(name)})").fetchmany(2001)
            found[name.casefold()] = {words(c[1]).casefold(): words(c[1]) for c in columns}
            self._names[name.casefold()] = name
        return found

    def has(self, *tables: str) -> bool:
        """Say whether all these tables are there."""
        return all(t.casefold() in self.tables for t in tables)

    def rows(self, table: str, *columns: str) -> Iterator[Row]:
        """
        Yield a table's rows in its own order, each with the columns asked for; ``None`` for one that is not there.

        Raises:
            UnreadableProjectError: the table is damaged, or has more than the bounds.
        """
        there = self.tables.get(table.casefold())
        if there is None:
            return
        known = [c for c in columns if c.casefold() in there]
        if not known:
            return
        self._steps = 0
        asked = ", ".join(_quoted(there[c.casefold()]) for c in known)
        try:
            question = f"SELECT {asked} FROM {_quoted(self._names[table.casefold()])}"  # noqa: S608  (names are quoted)
            got = self._there.execute(question)
            for number, row in enumerate(got):
                if number >= ROWS:
                    raise UnreadableProjectError(f"its table {table} has more than {ROWS:,} rows")
                yield dict.fromkeys(columns) | dict(zip(known, row, strict=True))
        except (sqlite3.Error, OverflowError):
            if self._steps > WORK:
                raise UnreadableProjectError(f"its table {table} takes too long to read") from None
            raise UnreadableProjectError(_DAMAGED) from None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def words(value: Any) -> str:
    """Return a value as words: UTF-8, or Windows-1252 where it is none; ``""`` for nothing."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        for encoding in ("utf-8", "cp1252", "latin-1"):
            with suppress(UnicodeDecodeError):
                return value.decode(encoding)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def number(value: Any) -> int:
    """Return a value as a whole number; -1 where it is none."""
    if isinstance(value, bytes):
        value = words(value).strip()
    try:
        found = int(value)
    except (TypeError, ValueError, OverflowError):
        try:
            found = int(float(value))
        except (TypeError, ValueError, OverflowError):
            return -1
    return found if -(10**15) < found < 10**15 else -1
