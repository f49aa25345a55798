"""
A coder's file: the excerpts one coder tagged in one document, and how far the coder has read.

One JSON object a line, sorted by place. A file is replaced whole, under a lock, and never over a
version that its writer has not seen; so a crash or a second writer loses nothing.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from qualcode.anchor import Anchor
from qualcode.errors import Problem, SourceError, WriteError, did_you_mean
from qualcode.source import day, read_text

_KEYS = (
    *("excerpt", "start", "end", "text", "quote", "before", "after"),
    *("case", "holder", "codes", "memo", "made", "origin"),
)
_READ_KEYS = ("read", "text", "made")
_SETTLED_KEYS = ("by", "on", "why")
_HASH = re.compile(r"[0-9a-f]{12}")
_ID = re.compile(r"e[0-9a-f]{10}")
_MADE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
ORIGINS = ("hand", "import", "suggestion", "published")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """
    A tagged stretch of a document.

    ``text`` is the hash of the text in which the place was taken. ``case`` says who speaks, only
    where the place does not tell; ``holder`` whose view it is, only where it is not the speaker's
    own. ``codes`` maps a code to its stance (-1 to 1) or ``None``. ``made`` is UTC.
    """

    id: str
    anchor: Anchor
    text: str
    codes: dict[str, float | None]
    made: str
    case: str | None = None
    holder: str | None = None
    memo: str | None = None
    origin: dict[str, str] = field(default_factory=lambda: {"how": "hand"})
    settled: dict[str, Any] | None = None
    line: int = field(default=0, compare=False)

    def to_json(self) -> str:
        """Write the excerpt as its one line, without the line's end."""
        a = self.anchor
        about: dict[str, Any] = {"excerpt": self.id, "start": a.start, "end": a.end, "text": self.text}
        about |= {"quote": a.quote, "before": a.before, "after": a.after}
        about |= {"case": self.case, "holder": self.holder}
        about |= {"codes": {c: _plain(self.codes[c]) for c in sorted(self.codes)}}
        about |= {"memo": self.memo, "made": self.made, "origin": {"how": self.origin["how"], **self.origin}}
        if self.settled is not None:
            about["settled"] = {k: self.settled[k] for k in _SETTLED_KEYS}
        return json.dumps(about, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """A stretch that the coder has read, whether or not anything in it was tagged."""

    start: int
    end: int
    text: str
    made: str
    line: int = field(default=0, compare=False)

    def to_json(self) -> str:
        """Write the reading as its one line, without the line's end."""
        return json.dumps({"read": [self.start, self.end], "text": self.text, "made": self.made})


@dataclass(frozen=True)
class CoderFile:
    """
    What one coder did with one document; excerpts sorted by place, then id.

    ``version`` stands for the file's bytes as they were read (``""``: there was no file).
    """

    coder: str
    document: str
    path: str
    excerpts: tuple[Excerpt, ...] = ()
    readings: tuple[Reading, ...] = ()
    version: str = field(default="", compare=False)

    def to_text(self) -> str:
        """Write the whole file."""
        excerpts = sorted(self.excerpts, key=lambda e: (e.anchor.start, e.anchor.end, e.id))
        readings = sorted(self.readings, key=lambda r: (r.start, r.end, r.made))
        return "".join(line + "\n" for line in [e.to_json() for e in excerpts] + [r.to_json() for r in readings])

    def with_excerpt(self, excerpt: Excerpt) -> CoderFile:
        """Add an excerpt, or put it in the place of the one with the same id."""
        others = tuple(e for e in self.excerpts if e.id != excerpt.id)
        return replace(
            self, excerpts=tuple(sorted((*others, excerpt), key=lambda e: (e.anchor.start, e.anchor.end, e.id)))
        )

    def without(self, excerpt_id: str) -> CoderFile:
        """Take an excerpt out."""
        return replace(self, excerpts=tuple(e for e in self.excerpts if e.id != excerpt_id))

    def with_reading(self, reading: Reading) -> CoderFile:
        """Add a stretch that was read; stretches of the same text that touch become one."""
        start, end, kept = reading.start, reading.end, []
        for old in self.readings:
            if old.text == reading.text and old.start <= end and start <= old.end:
                start, end = min(start, old.start), max(end, old.end)
            else:
                kept.append(old)
        merged = replace(reading, start=start, end=end)
        return replace(self, readings=tuple(sorted((*kept, merged), key=lambda r: (r.start, r.end, r.made))))


def now() -> str:
    """Return the present moment as excerpts carry it: UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def excerpt_id(coder: str, document: str, anchor: Anchor, made: str, taken: set[str]) -> str:
    """Make an excerpt's id from who, where, what and when; never one of *taken*."""
    for n in range(1_000_000):
        key = "\x1f".join((coder, document, str(anchor.start), str(anchor.end), anchor.quote, made, str(n)))
        new = "e" + sha256(key.encode("utf-8")).hexdigest()[:10]
        if new not in taken:
            return new
    raise AssertionError("a million excerpts at one place and second")


def read_coder_file(path: Path, name: str, coder: str) -> tuple[CoderFile, list[Problem]]:
    """Read a coder's file; a file that is not there is empty. Returns it and every problem in it."""
    document = path.stem
    if not path.exists():
        return CoderFile(coder, document, name), []
    try:
        text = read_text(path, name)
        version = sha256(path.read_bytes()).hexdigest()
    except SourceError as error:
        return CoderFile(coder, document, name), list(error.problems)
    excerpts: list[Excerpt] = []
    readings: list[Reading] = []
    problems: list[Problem] = []
    if text and not text.endswith("\n"):
        line = text.count("\n") + 1
        problems.append(Problem(name, line, "the last line is cut short; restore the file from its history"))
    for number, line_text in enumerate(text.split("\n")[: text.count("\n")], start=1):
        if not line_text.strip():
            continue
        found, wrong = _read_line(line_text, number)
        problems += [Problem(name, number, w) for w in wrong]
        if isinstance(found, Excerpt):
            excerpts.append(found)
        elif found:
            readings.append(found)
    return CoderFile(coder, document, name, tuple(excerpts), tuple(readings), version), problems


def _read_line(text: str, number: int) -> tuple[Excerpt | Reading | None, list[str]]:
    doubles: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [k for k, _ in pairs]
        doubles.extend(sorted({k for k in keys if keys.count(k) > 1}))
        return dict(pairs)

    try:
        about = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError):
        return None, ["not one JSON object; restore the line from the file's history"]
    if not isinstance(about, dict):
        return None, ["not one JSON object; restore the line from the file's history"]
    wrong = [f"key {k!r} stands here twice" for k in doubles]
    if "read" in about:
        return _reading(about, number, wrong)
    return _excerpt(about, number, wrong)


def _reading(about: dict[str, Any], number: int, wrong: list[str]) -> tuple[Reading | None, list[str]]:
    wrong += _keys_wrong(about, _READ_KEYS, ())
    place = about.get("read")
    if not (isinstance(place, list) and len(place) == 2 and all(type(p) is int for p in place)):
        return None, [*wrong, "'read' takes [start, end]"]
    wrong += _stamp_wrong(about)
    if not 0 <= place[0] < place[1]:
        wrong.append(f"read place {place[0]}-{place[1]} is empty or reversed")
    return (None if wrong else Reading(place[0], place[1], about["text"], about["made"], number)), wrong


def _excerpt(about: dict[str, Any], number: int, wrong: list[str]) -> tuple[Excerpt | None, list[str]]:
    wrong += _keys_wrong(about, _KEYS, ("settled",))
    if wrong:
        return None, wrong
    if not (isinstance(about["excerpt"], str) and _ID.fullmatch(about["excerpt"])):
        wrong.append("excerpt id is not 'e' and ten hex digits")
    if not (type(about["start"]) is int and type(about["end"]) is int and 0 <= about["start"] < about["end"]):
        wrong.append(f"place {about['start']}-{about['end']} is empty, reversed or no number")
    wrong += [f"{k!r} takes words" for k in ("quote", "before", "after") if not isinstance(about[k], str)]
    wrong += [f"{k!r} takes words or null" for k in ("case", "holder", "memo") if not isinstance(about[k], str | None)]
    wrong += _stamp_wrong(about) + _codes_wrong(about["codes"])
    origin = about["origin"]
    if not (
        isinstance(origin, dict) and origin.get("how") in ORIGINS and all(isinstance(v, str) for v in origin.values())
    ):
        wrong.append(f"'origin' takes {{\"how\": one of {', '.join(ORIGINS)}}}")
    wrong += _settled_wrong(about.get("settled"))
    if wrong:
        return None, wrong
    anchor = Anchor(about["start"], about["end"], about["quote"], about["before"], about["after"])
    if len(anchor.quote) != anchor.end - anchor.start:
        return None, [
            f"place {anchor.start}-{anchor.end} is not as long as its quote ({len(anchor.quote)} code points)"
        ]
    made, case, holder = about["made"], about["case"], about["holder"]
    codes = {c: None if s is None else float(s) for c, s in about["codes"].items()}
    excerpt = Excerpt(
        about["excerpt"],
        anchor,
        about["text"],
        codes,
        made,
        case,
        holder,
        about["memo"],
        origin,
        about.get("settled"),
        number,
    )
    return excerpt, []


def _keys_wrong(about: dict[str, Any], needed: tuple[str, ...], further: tuple[str, ...]) -> list[str]:
    wrong = [f"key {k!r} is missing" for k in needed if k not in about]
    known = needed + further
    return wrong + [f"unknown key {k!r}{did_you_mean(k, known)}" for k in about if k not in known]


def _stamp_wrong(about: dict[str, Any]) -> list[str]:
    wrong = []
    if not (isinstance(about.get("text"), str) and _HASH.fullmatch(about["text"])):
        wrong.append("'text' is not the 12 hex digits of a text's hash")
    made = about.get("made")
    if not (isinstance(made, str) and _MADE.fullmatch(made)):
        wrong.append("'made' is not written 2018-05-07T09:00:00Z")
    elif isinstance(found := day(made[:10]), str):
        wrong.append(f"'made': {found}")
    return wrong


def _codes_wrong(codes: Any) -> list[str]:
    if not isinstance(codes, dict) or not codes:
        return ["'codes' takes {code: stance or null}, at least one"]
    return [
        f"stance of {code!r} is no number from -1 to 1, nor null"
        for code, stance in codes.items()
        if stance is not None
        and (isinstance(stance, bool) or not isinstance(stance, int | float) or not -1 <= stance <= 1)
    ]


def _settled_wrong(settled: Any) -> list[str]:
    if settled is None:
        return []
    right = (
        isinstance(settled, dict)
        and set(settled) == set(_SETTLED_KEYS)
        and isinstance(settled["by"], list)
        and all(isinstance(c, str) for c in settled["by"])
        and isinstance(settled["why"], str)
    )
    if not right:
        return ["'settled' takes {by: [coders], on: date, why: words}"]
    found = day(str(settled["on"]))
    return [f"'settled': {found}"] if isinstance(found, str) else []


def _plain(stance: float | None) -> float | int | None:
    return int(stance) if stance is not None and stance == int(stance) else stance


def change_coder_file(
    path: Path, name: str, coder: str, change: Callable[[CoderFile], CoderFile], locks: Path, seen: str | None = None
) -> CoderFile:
    """
    Read, change and replace a coder's file in one step, under a lock that holds between processes.

    *seen* is the version the caller looked at: where the file has changed since, nothing is written.

    Raises:
        SourceError: the file that is there has problems; it is left as it is.
        WriteError: it changed since, or the disk refused; what was there before is still there.
    """
    from filelock import FileLock, Timeout

    locks.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(locks / f"{coder}--{path.stem}.lock", timeout=30):
            before, problems = read_coder_file(path, name, coder)
            if problems:
                raise SourceError(problems)
            if seen is not None and seen != before.version:
                raise WriteError(f"{name}: changed since it was read; read it again, then repeat the change")
            after = change(before)
            data = after.to_text().encode("utf-8")
            if data or path.exists():
                replace_durably(path, data)
            return replace(after, version=sha256(data).hexdigest())
    except Timeout:
        raise WriteError(f"{name}: another program has held its lock for 30 seconds; close it and repeat") from None
    except OSError as error:
        raise WriteError(f"{name}: not written ({error.strerror}); what was there before is still there") from None


def replace_durably(path: Path, data: bytes) -> None:
    """Replace a file whole: written beside it, flushed to the disk, then renamed over it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(13, "the file is read-only")
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        for attempt in range(20):
            try:
                beside.replace(path)
                break
            except PermissionError:  # Windows: someone has the file open for a moment
                if attempt == 19:
                    raise
                time.sleep(0.05)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    if hasattr(os, "O_DIRECTORY"):
        folder = os.open(path.parent, os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
