"""
A coder's file: the excerpts one coder tagged in one document, and how far the coder has read.

One JSON object a line, sorted by place. A file is replaced whole, under a lock, and never over a
version that its writer has not seen; so a crash or a second writer loses nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from qualcode.errors import Problem, SourceError, WriteError
from qualcode.plaintext.anchor import Anchor
from qualcode.plaintext.durable import UnconfirmedError, finish, one_writer, replace_durably, sweep, version_of
from qualcode.plaintext.folder import bytes_of, check_place, read_at
from qualcode.plaintext.source import decoded
from qualcode.plaintext.traces import joined
from qualcode.study.excerpt import Excerpt, Line, Lines, Reading

__all__ = [
    "CoderFile",
    "Excerpt",
    "Reading",
    "change_coder_file",
    "excerpt_id",
    "now",
    "read_coder_file",
    "replace_durably",
    "united",
]

MOST_OF_A_LINE = 16_000_000
"""How many bytes a line may have: an excerpt of a text of millions of words."""
MOST_PROBLEMS = 1000
"""After how many problems a file is not read on."""


@dataclass(frozen=True)
class CoderFile:
    """
    What one coder did with one document; excerpts sorted by place, then id.

    ``version`` stands for the file's bytes as they were read (``""``: there was no file). ``disorder``
    is the first line that stands before the one above it should, 0 where all are in order. ``whole``:
    every line could be read; what could not is in none of these, so such a file is never written again.
    """

    coder: str
    document: str
    path: str
    excerpts: tuple[Excerpt, ...] = ()
    readings: tuple[Reading, ...] = ()
    version: str = field(default="", compare=False)
    disorder: int = field(default=0, compare=False)
    whole: bool = field(default=True, compare=False)

    def to_text(self) -> str:
        """Write the whole file."""
        excerpts = sorted(self.excerpts, key=lambda e: e.place)
        readings = sorted(self.readings, key=_reading_order)
        lines: list[Line] = [*excerpts, *readings]
        return "".join(line.to_json() + "\n" for line in lines)

    def with_excerpt(self, excerpt: Excerpt) -> CoderFile:
        """Add an excerpt, or put it in the place of the one with the same id."""
        others = [e for e in self.excerpts if e.id != excerpt.id]
        others.insert(bisect_left(others, excerpt.place, key=lambda e: e.place), excerpt)
        return replace(self, excerpts=tuple(others))

    def without(self, excerpt_id: str) -> CoderFile:
        """Take an excerpt out."""
        return replace(self, excerpts=tuple(e for e in self.excerpts if e.id != excerpt_id))

    def with_reading(self, reading: Reading) -> CoderFile:
        """Add a stretch that was read; stretches of the same text that touch become one."""
        kept, merged = [], replace(reading, line=0)
        for old in sorted(self.readings, key=_reading_order):
            if old.text == reading.text and old.start <= merged.end and merged.start <= old.end:
                words = joined(merged.words, old.words) if merged.words and old.words else None
                start, end = min(merged.start, old.start), max(merged.end, old.end)
                merged = replace(merged, start=start, end=end, words=words)
            else:
                kept.append(old)
        return replace(self, readings=tuple(sorted((*kept, merged), key=_reading_order)))

    def read_of(self, text: str) -> list[tuple[int, int]]:
        """
        Return the stretches of the text with this hash that the coder has read, in order, none touching.

        Tagging is reading: an excerpt's own stretch counts.
        """
        here = [(r.start, r.end) for r in self.readings if r.text == text]
        return united([*here, *((e.anchor.start, e.anchor.end) for e in self.excerpts if e.text == text)])


def united(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the same stretches in order, those that touch or overlap made one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def now() -> str:
    """Return the present moment as excerpts carry it: UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def excerpt_id(coder: str, document: str, anchor: Anchor, made: str, taken: set[str] | frozenset[str]) -> str:
    """Make an excerpt's id from who, where, what and when; never one of *taken*."""
    return id_of(coder, document, (anchor.start, anchor.end, anchor.quote), made, taken)


def id_of(coder: str, document: str, what: tuple[int, int, str], made: str, taken: set[str] | frozenset[str]) -> str:
    """Make an excerpt's id as ``excerpt_id`` does, of a place and its words."""
    start, end, quote = what
    for n in range(1_000_000):
        key = f"{coder}\x1f{document}\x1f{start}\x1f{end}\x1f{quote}\x1f{made}\x1f{n}"
        new = "e" + sha256(key.encode("utf-8")).hexdigest()[:10]
        if new not in taken:
            return new
    raise AssertionError("a million excerpts at one place and second")


def read_coder_file(path: Path, name: str, coder: str, lines: Lines | None = None) -> tuple[CoderFile, list[Problem]]:
    """
    Read a coder's file; a file that is not there is empty. Returns it and every problem in it.

    *lines* may be given where many files are read: what their lines have in common is then kept once.
    """
    empty = CoderFile(coder, path.stem, name)
    try:
        data = read_at(path, name)
        wrong = _endless(data, name)
        if wrong:
            return replace(empty, whole=False), [wrong]
        text = decoded(data, name)
    except FileNotFoundError:
        return empty, []
    except SourceError as error:
        return replace(empty, whole=False), list(error.problems)
    return _parsed(empty, text, version_of(data), lines or Lines())


def _endless(data: bytes, name: str) -> Problem | None:
    """Name the first line that is longer than any excerpt; it is not read."""
    if len(data) <= MOST_OF_A_LINE:
        return None
    start = number = 0
    while start < len(data):
        number += 1
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        if end - start > MOST_OF_A_LINE:
            what = f"the line has {(end - start) / 1e6:.0f} MB, and no excerpt has more than {MOST_OF_A_LINE / 1e6:.0f}"
            return Problem(name, number, f"{what}; the file was not read; restore it from its history")
        start = end + 1
    return None


def _parsed(empty: CoderFile, text: str, version: str, lines: Lines) -> tuple[CoderFile, list[Problem]]:
    excerpts: list[Excerpt] = []
    readings: list[Reading] = []
    problems: list[Problem] = []
    disorder = 0
    last = (0, 0, "")
    written = text.split("\n")
    if written.pop():
        wrong = "the last line is cut short; restore the file from its history"
        problems.append(Problem(empty.path, len(written) + 1, wrong))
    for number, line in enumerate(written, start=1):
        if not line or line.isspace():
            continue
        found, wrongs = lines.read(line, number)
        if wrongs:
            problems += [Problem(empty.path, number, w) for w in wrongs]
            if len(problems) > MOST_PROBLEMS:
                what = "so many lines before this one cannot be read that the file was not read on"
                problems.append(Problem(empty.path, number, what))
                break
        if isinstance(found, Excerpt):
            if (readings or found.place < last) and not disorder:
                disorder = number
            last = found.place
            excerpts.append(found)
        elif found:
            if readings and _reading_order(found) < _reading_order(readings[-1]) and not disorder:
                disorder = number
            readings.append(found)
    if disorder:
        excerpts.sort(key=lambda e: e.place)
        readings.sort(key=_reading_order)
    file = replace(empty, excerpts=tuple(excerpts), readings=tuple(readings), version=version)
    return replace(file, disorder=disorder, whole=not problems), problems


def change_coder_file(
    path: Path,
    name: str,
    coder: str,
    change: Callable[[CoderFile], CoderFile],
    locks: Path,
    seen: str | None = None,
    known: CoderFile | None = None,
) -> CoderFile:
    """
    Read, change and replace a coder's file in one step, under a lock that holds between processes.

    Args:
        path, name, coder: the file, how the study names it, and whose it is.
        change: from the file as it stands to the file as it shall be.
        locks: where the study's locks live.
        seen: the version the caller looked at: where the file has changed since, nothing is written.
        known: what the caller read of the file before; where it still stands so, it is not read again.

    Returns:
        The file as it now stands on the disk.

    Raises:
        SourceError: the file that is there has problems; it is left as it is.
        WriteError: it changed since, or the disk refused; what was there before is still there.
    """
    root = path.parents[name.count("/")]
    check_place(root, name)
    with one_writer(locks, name):
        try:
            left = finish(root)
            if left:
                raise WriteError(f"{left[0]}; nothing was written")
            sweep(path)
            data = bytes_of(root, name)
            version = version_of(data)
            if seen is not None and seen != version:
                raise WriteError(f"{name}: changed since it was read; read it again, then repeat the change")
            text = decoded(data or b"", name)
            if known is not None and known.whole and data is not None and known.version == version:
                before = known
            else:
                before, problems = _parsed(CoderFile(coder, path.stem, name), text, version, Lines())
                if problems:
                    raise SourceError(problems)
            after = change(before)
            new = as_text(before, after, text).encode("utf-8")
            if new != data and (new or data is not None):
                replace_durably(path, new)
            return replace(after, version=version_of(new) if new or data is not None else "", disorder=0)
        except UnconfirmedError as error:
            raise WriteError(
                f"{name}: written, but the disk did not confirm it ({error.strerror}); look again"
            ) from None
        except OSError as error:
            raise WriteError(f"{name}: not written ({error.strerror}); what was there before is still there") from None


def as_text(before: CoderFile, after: CoderFile, text: str) -> str:
    """Write *after*; a line that a change left alone is taken from *text* as it stands."""
    by_id = {line[13:24]: line for line in text.split("\n") if line.startswith('{"excerpt": "')}
    alone = len(by_id) == len(before.excerpts)  # an id that stands there twice would lose one of its lines
    kept = {id(e): by_id[e.id] for e in before.excerpts if e.id in by_id} if alone else {}
    excerpts = sorted(after.excerpts, key=lambda e: e.place)
    wanted: list[Line] = [*excerpts, *sorted(after.readings, key=_reading_order)]
    return "".join((kept.get(id(one)) or one.to_json()) + "\n" for one in wanted)


def _reading_order(reading: Reading) -> tuple[int, int, str]:
    return reading.start, reading.end, reading.made
