"""
Plain files read strictly: text, YAML and CSV, each thing with the line it stands on.

Every scalar is a string, so that ``2018-06-31`` and ``no`` get a message with a line and not a
surprise. What cannot be read is said; nothing is repaired and nothing skipped.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qualcode.errors import Problem, SourceError, did_you_mean
from qualcode.plaintext.folder import MOST, read_at
from qualcode.plaintext.yaml import read_plain

if TYPE_CHECKING:
    from ruamel.yaml.events import Event

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MAX_YAML = 1_000_000
MAX_DEPTH = 12
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_CONFLICT = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)

Key = tuple[str | int, ...]


def read_text(path: Path, name: str) -> str:
    """
    Read a file of a study as UTF-8: a BOM removed, CRLF and CR read as LF, nothing else changed.

    *name* is the file's path from the study's folder, as messages tell it.

    Raises:
        SourceError: not UTF-8 (with the encoding it seems to be), unreadable, no file of the study's (see
            ``folder.read_bytes``), or left in the middle of a merge.
    """
    try:
        data = read_at(path, name)
    except FileNotFoundError as error:
        raise SourceError([Problem(name, 0, f"cannot be read ({error.strerror}); check its permissions")]) from None
    return decoded(data, name)


def read_given(path: Path) -> str:
    """
    Read a file that a person named, wherever it is, as ``read_text`` does; a pipe is read too.

    Raises:
        SourceError: as ``read_text``; or more than a text can have.
    """
    try:
        with path.open("rb") as file:
            parts, size = [], 0
            while size <= MOST and (part := file.read(1 << 20)):
                parts.append(part)
                size += len(part)
    except OSError as error:
        what = f"cannot be read ({error.strerror}); check its name and permissions"
        raise SourceError([Problem(path.name, 0, what)]) from None
    if size > MOST:
        raise SourceError([Problem(path.name, 0, f"has more than {MOST // 1_000_000} MB; it was not read")])
    return decoded(b"".join(parts), path.name)


def decoded(data: bytes, name: str) -> str:
    """
    Decode what a file holds; see ``read_text``.

    Raises:
        SourceError: not UTF-8, or left in the middle of a merge.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8; it seems to be {seeming_encoding(data)}; save it again as UTF-8"
        raise SourceError([Problem(name, line, message)]) from None
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "<<<<<<< " in text or ">>>>>>> " in text:
        conflict = _CONFLICT.search(text)
        if conflict:
            line = text.count("\n", 0, conflict.start()) + 1
            what = "a merge was left unfinished here; choose a side and remove the markers"
            raise SourceError([Problem(name, line, what)])
    return text


def seeming_encoding(data: bytes) -> str:
    """Name the encoding that bytes which are not UTF-8 seem to have."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    if data[:200].count(0) > len(data[:200]) // 4:
        return "UTF-16 without a mark"
    frequent = "éèêàâçùûîôïëüöäÉÀ’«»“”œ…–"
    counts = []
    for encoding, label in (("cp1252", "Windows-1252"), ("mac_roman", "Mac Roman"), ("cp850", "DOS (code page 850)")):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        counts.append((sum(map(text.count, frequent)), label))
    return max(counts, key=lambda c: c[0])[1] if counts else "no encoding this program knows"


@dataclass
class Entries:
    """
    What a YAML text says: ``value`` of dicts, lists and strings, and the line of each path in it.

    ``line`` takes the path of keys and indices; a path that is not there has its parent's line.
    """

    value: Any
    lines: dict[Key, int] = field(default_factory=dict)

    def line(self, *path: str | int) -> int:
        """Return the file's line of what stands at *path*."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(text: str, name: str, first_line: int = 1) -> Entries:
    """
    Read YAML in which every scalar is a string; an empty one is ``""``.

    *first_line* is the file's line on which *text* starts. Refused: aliases and anchors, tags,
    double keys, more than one document, over 1 MB, nesting deeper than 12.

    Raises:
        SourceError: one of these, or no YAML at all; with the line.
    """
    plain = read_plain(text, first_line) if len(text) <= MAX_YAML else None
    return Entries(*plain) if plain else read_any_yaml(text, name, first_line)


def read_any_yaml(text: str, name: str, first_line: int = 1) -> Entries:
    """Read YAML of any shape, as ``read_yaml`` does; slower."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    if len(text) > MAX_YAML:
        raise SourceError([Problem(name, first_line, "more than 1 MB of YAML; split it, or is this another file?")])
    builder = _Builder(name, first_line)
    try:
        for event in YAML(typ="safe", pure=True).parse(io.StringIO(text)):
            builder.take(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        what = (error.problem or "not readable").replace("\n", " ")
        raise SourceError(
            [Problem(name, line, f"not YAML here ({what}); words with ': ' or '#' need quotes")]
        ) from None
    except (YAMLError, RecursionError) as error:
        raise SourceError([Problem(name, first_line, f"not YAML ({type(error).__name__})")]) from None
    if builder.problems:
        raise SourceError(builder.problems)
    return Entries(builder.value, builder.lines)


class _Builder:
    """Turn parse events into dicts, lists and strings, with their lines."""

    def __init__(self, name: str, first_line: int) -> None:
        self.name, self.first = name, first_line
        self.value: Any = None
        self.lines: dict[Key, int] = {(): first_line}
        self.problems: list[Problem] = []
        self.stack: list[tuple[Any, Key]] = []
        self.keys: list[str | None] = []
        self.documents = 0

    def take(self, event: Event) -> None:
        kind = type(event).__name__
        if kind == "AliasEvent":
            self._refuse(event, "a YAML alias (*name); write the value out")
            self._put("", event)
        elif kind == "DocumentStartEvent":
            self.documents += 1
            if self.documents > 1:
                self._refuse(event, "a second YAML document ('---'); keep one")
        elif kind in ("ScalarEvent", "MappingStartEvent", "SequenceStartEvent"):
            self._start(kind, event)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self.stack.pop()
            self.keys.pop()

    def _start(self, kind: str, event: Any) -> None:
        if event.anchor:
            self._refuse(event, "a YAML anchor (&name); write the value out where it is used")
        tag = getattr(event, "tag", None)
        if tag and str(tag) not in ("!", "None"):
            self._refuse(event, f"a YAML tag ({tag}); plain values only")
        if kind == "ScalarEvent":
            self._put(str(event.value), event)
            return
        new: Any = {} if kind == "MappingStartEvent" else []
        path = self._put(new, event)
        self.stack.append((new, path))
        self.keys.append(None)
        if len(self.stack) > MAX_DEPTH:
            raise SourceError([Problem(self.name, self._line(event), "nested too deep for a study's file")])

    def _put(self, value: Any, event: Event) -> Key:
        line = self._line(event)
        if not self.stack:
            self.value = value
            self.lines[()] = line
            return ()
        inside, path = self.stack[-1]
        if isinstance(inside, list):
            here: Key = (*path, len(inside))
            inside.append(value)
        elif self.keys[-1] is None:
            if not isinstance(value, str):
                self._refuse(event, "a key that is not a word; did a brace or a bracket slip in?")
                value = f"?{line}"
            if value in inside:
                self._refuse(event, f"key {value!r} stands here twice; keep one")
            self.keys[-1] = value
            self.lines[(*path, value)] = line
            return (*path, value)
        else:
            key = self.keys[-1]
            here = (*path, key)
            inside[key] = value
            self.keys[-1] = None
            line = self.lines.get(here, line)
        self.lines[here] = line
        return here

    def _line(self, event: Any) -> int:
        return self.first + int(event.start_mark.line)

    def _refuse(self, event: Event, what: str) -> None:
        self.problems.append(Problem(self.name, self._line(event), what))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a CSV file: its values by column, and its line number."""

    values: dict[str, str]
    line: int

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")


def read_csv(text: str, name: str, needed: tuple[str, ...], known: tuple[str, ...]) -> tuple[list[Row], list[Problem]]:
    """
    Read a CSV file (comma, double quotes, a header); blank around values is dropped.

    *needed* columns must be there, else no row is read. Columns that are neither needed nor *known* are kept, unless
    they look like a slip of a known one. Rows of the wrong length are problems.
    """
    problems: list[Problem] = []
    reader = csv.reader(io.StringIO(text), strict=True)
    rows: list[Row] = []
    try:
        header = [c.strip() for c in next(reader, [])]
        problems += _header_problems(header, name, needed, known)
        if set(needed) - set(header):
            return [], problems
        before = reader.line_num
        for cells in reader:
            line, before = before + 1, reader.line_num
            if not any(c.strip() for c in cells):
                continue
            if len(cells) != len(header):
                what = f"{len(cells)} values where the header has {len(header)}; quote values that hold a comma"
                problems.append(Problem(name, line, what))
                continue
            rows.append(Row({c: v.strip() for c, v in zip(header, cells, strict=True)}, line))
    except csv.Error as error:
        problems.append(Problem(name, reader.line_num, f"not CSV here ({error}); check the double quotes"))
    return rows, problems


def _header_problems(header: list[str], name: str, needed: tuple[str, ...], known: tuple[str, ...]) -> list[Problem]:
    if len(header) == 1 and ";" in header[0]:
        return [Problem(name, 1, "columns are separated by ';'; save it with commas")]
    problems = [Problem(name, 1, f"column {c!r} is missing") for c in needed if c not in header]
    for column in sorted(set(header)):
        if header.count(column) > 1:
            problems.append(Problem(name, 1, f"column {column!r} stands here twice"))
        if column not in needed + known and column not in header[: header.index(column)]:
            hint = did_you_mean(column, set(known) - set(header))
            if hint:
                problems.append(Problem(name, 1, f"unknown column {column!r}{hint}"))
    return problems


def day(value: str) -> date | str:
    """Read ``YYYY-MM-DD``; return the date, or what is wrong with it in words."""
    match = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", value)
    if not match:
        return f"date {value!r} is not written YYYY-MM-DD"
    year, month, number = map(int, match.groups())
    if not 1 <= month <= 12:
        return f"date {value!r} does not exist (there is no month {month})"
    try:
        return date(year, month, number)
    except ValueError:
        last = (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days
        return f"date {value!r} does not exist ({MONTHS[month - 1]} has {last} days)"


def partial_day(value: str) -> str:
    """Return what is wrong with ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; nothing wrong is ``""``."""
    if re.fullmatch(r"\d{4}", value):
        return ""
    full = day(f"{value}-01" if re.fullmatch(r"\d{4}-\d{2}", value) else value)
    return full.replace("YYYY-MM-DD", "YYYY, YYYY-MM or YYYY-MM-DD") if isinstance(full, str) else ""
