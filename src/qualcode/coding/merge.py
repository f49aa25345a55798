"""
Two versions of a coder's file made one, excerpt by excerpt, against the version both came from.

What one side alone changed, added or took out is done; what both changed alike is done once; what both
changed differently is a conflict, left in the file with git's markers, so that no program reads over it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qualcode.coding.tidy import Group, tidied
from qualcode.errors import UsageError
from qualcode.plaintext.durable import put, replace_durably
from qualcode.plaintext.folder import bytes_of
from qualcode.plaintext.traces import joined
from qualcode.study.coderfile import CoderFile, Excerpt, Reading, united
from qualcode.study.excerpt import Lines

DRIVER = "qualcode"
ATTRIBUTES = (
    ("coding/coders/*/*.jsonl", f"merge={DRIVER}"),
    ("coding/agreed/*.jsonl", f"merge={DRIVER}"),
    ("coding/rejected/*/*.jsonl", f"merge={DRIVER}"),
)
_MARKER = re.compile(r"(?:<{7,}|>{7,}|\|{7,}|={7,})(?: .*)?")
_PARTS = ("case", "holder", "memo", "made", "origin", "settled")


class _UnreadableError(Exception):
    """A version is no coder's file."""


@dataclass(frozen=True)
class Version:
    """One version of a coder's file: its excerpts by id; ``torn`` are ids that a merge before left in two forms."""

    excerpts: Mapping[str, Excerpt]
    readings: tuple[Reading, ...]
    torn: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Merged:
    """What a merge came to; ``conflicts`` are the ids of excerpts that both sides changed differently."""

    text: str
    conflicts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Conflict:
    """One excerpt in its versions; ``None`` where a version has it not."""

    ours: Excerpt | None
    base: Excerpt | None
    theirs: Excerpt | None

    @property
    def place(self) -> tuple[int, int, str]:
        one = self.ours or self.theirs
        assert one is not None
        return one.place

    def to_text(self, marker: int, names: tuple[str, str, str]) -> str:
        def line(excerpt: Excerpt | None) -> str:
            return excerpt.to_json() + "\n" if excerpt else ""

        return (
            f"{'<' * marker} {names[0]}\n{line(self.ours)}{'|' * marker} {names[1]}\n{line(self.base)}"
            f"{'=' * marker}\n{line(self.theirs)}{'>' * marker} {names[2]}\n"
        )


def merge(
    base: str, ours: str, theirs: str, marker: int = 7, names: tuple[str, str, str] = ("ours", "base", "theirs")
) -> Merged | None:
    """
    Merge two versions of a coder's file.

    Args:
        base, ours, theirs: the files' texts; an empty one is a file without lines.
        marker: how long the markers of a conflict are.
        names: what is written behind them.

    Returns:
        The merged file; ``None`` where a version cannot be read as a coder's file, or has an excerpt twice.

    Example:
        >>> ours = '{"read": [0, 100], "text": "20ecca22aabe", "made": "2024-03-20T14:40:00Z"}'
        >>> theirs = '{"read": [100, 260], "text": "20ecca22aabe", "made": "2024-03-21T09:00:00Z"}'
        >>> merged = merge("", ours, theirs)
        >>> print(merged.text, end="")
        {"read": [0, 260], "text": "20ecca22aabe", "made": "2024-03-21T09:00:00Z"}
        >>> merged.conflicts
        ()
    """
    try:
        old, mine, other = _version(base, torn=True), _version(ours), _version(theirs)
    except _UnreadableError:
        return None
    kept: list[Excerpt | _Conflict] = []
    for name in sorted({*old.excerpts, *mine.excerpts, *other.excerpts}):
        was, here, there = old.excerpts.get(name), mine.excerpts.get(name), other.excerpts.get(name)
        if name in old.torn and here != there:
            found: Excerpt | _Conflict | None = _Conflict(here, was, there)
        else:
            found = _one(was, here, there)
        if found:
            kept.append(found)
    kept = _once_only(kept, old, mine, other)
    kept.sort(key=lambda k: k.place)
    readings = _readings(old.readings, mine.readings, other.readings)
    text = "".join(k.to_text(marker, names) if isinstance(k, _Conflict) else k.to_json() + "\n" for k in kept)
    text += "".join(r.to_json() + "\n" for r in readings)
    return Merged(text, tuple(k.place[2] for k in kept if isinstance(k, _Conflict)))


def _one(was: Excerpt | None, here: Excerpt | None, there: Excerpt | None) -> Excerpt | _Conflict | None:
    if there in (here, was):
        return here
    if here == was:
        return there
    if not (was and here and there):
        return _Conflict(here, was, there)
    parts: dict[str, Any] = {}
    for part in _PARTS:
        pair = _chosen(getattr(was, part), getattr(here, part), getattr(there, part))
        if pair is None and part == "made":  # a stamp is no judgement: the later one holds
            pair = (max(here.made, there.made),)
        if pair is None:
            return _Conflict(here, was, there)
        parts[part] = pair[0]
    place = _chosen((was.anchor, was.text), (here.anchor, here.text), (there.anchor, there.text))
    codes = _codes(was.codes, here.codes, there.codes)
    if place is None or not codes:
        return _Conflict(here, was, there)
    return replace(here, anchor=place[0][0], text=place[0][1], codes=codes, line=0, **parts)


def _once_only(
    kept: list[Excerpt | _Conflict], old: Version, mine: Version, other: Version
) -> list[Excerpt | _Conflict]:
    """Unite what was tagged on either side anew and says the same: the same code on the very same words."""
    conflicts = [k for k in kept if isinstance(k, _Conflict)]
    new = [set(side.excerpts) - set(old.excerpts) for side in (mine, other)]

    def of_both(_: str, group: Group) -> bool:
        ids = {e.id for e in group}
        if len({(e.anchor.start, e.anchor.end) for e in group}) > 1:
            return False
        return bool(ids & (new[0] - new[1])) and bool(ids & (new[1] - new[0])) and ids <= new[0] | new[1]

    file = CoderFile("", "", "", tuple(k for k in kept if isinstance(k, Excerpt)))
    return [*conflicts, *tidied(file, only=of_both, anew=False).after.excerpts]


def _chosen(was: Any, here: Any, there: Any) -> tuple[Any] | None:
    if there in (here, was):
        return (here,)
    return (there,) if here == was else None


_ABSENT = object()


def _codes(
    was: Mapping[str, float | None], here: Mapping[str, float | None], there: Mapping[str, float | None]
) -> dict[str, float | None] | None:
    """Merge code by code; ``None`` where both sides differ on one."""
    codes: dict[str, float | None] = {}
    for code in sorted({*was, *here, *there}):
        pair = _chosen(was.get(code, _ABSENT), here.get(code, _ABSENT), there.get(code, _ABSENT))
        if pair is None:
            return None
        if pair[0] is not _ABSENT:
            codes[code] = pair[0]
    return codes


def _readings(was: Iterable[Reading], here: Iterable[Reading], there: Iterable[Reading]) -> list[Reading]:
    """Unite what both sides have read, but for what one of them took back."""
    was, here, there = set(was), set(here), set(there)
    if there in (here, was):
        return _in_order(here)
    if here == was:
        return _in_order(there)
    merged = []
    for text in sorted({r.text for r in here | there}):
        old, mine, other = (united((r.start, r.end) for r in one if r.text == text) for one in (was, here, there))
        taken_back = united([*_less(old, mine), *_less(old, other)])
        for start, end in _less(united([*mine, *other]), taken_back):
            parts = [r for r in here | there if r.text == text and r.start < end and start < r.end]
            merged.append(Reading(start, end, text, max(r.made for r in parts), _words(parts, start, end)))
    return _in_order(merged)


def _words(parts: Iterable[Reading], start: int, end: int) -> tuple[int, str] | None:
    """Join the traces of readings; ``None`` where one has none, or where only a part of one is left."""
    words: tuple[int, str] | None = None
    for n, part in enumerate(sorted(parts, key=lambda r: (r.start, r.end))):
        if part.words is None or part.start < start or end < part.end:
            return None
        words = part.words if n == 0 else words and joined(words, part.words)
    return words


def _less(stretches: list[tuple[int, int]], gone: list[tuple[int, int]]) -> list[tuple[int, int]]:
    left = []
    for start, end in stretches:
        at = start
        for a, b in gone:
            if a < end and at < b:
                if at < a:
                    left.append((at, a))
                at = max(at, b)
        if at < end:
            left.append((at, end))
    return left


def _in_order(readings: Iterable[Reading]) -> list[Reading]:
    return sorted(readings, key=lambda r: (r.start, r.end, r.made, r.text, r.words or (0, "")))


def _version(text: str, *, torn: bool = False) -> Version:
    """Read a version; with *torn*, one that a merge before left with markers."""
    lines = Lines()
    excerpts: dict[str, Excerpt] = {}
    readings: list[Reading] = []
    double: set[str] = set()
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or (torn and _MARKER.fullmatch(line)):
            continue
        found, wrong = lines.read(line, number)
        if found is None or wrong:
            raise _UnreadableError
        if isinstance(found, Reading):
            readings.append(found)
        elif found.id in excerpts:
            double.add(found.id)
        else:
            excerpts[found.id] = found
    if double and not torn:
        raise _UnreadableError
    return Version(excerpts, tuple(readings), frozenset(double))


def merge_files(base: Path, ours: Path, theirs: Path, marker: int = 7, name: str = "") -> int:
    """
    Do what git asks of a merge driver: merge into *ours*; return 0, or 1 where conflicts are left.

    A version that is no coder's file is merged line by line, and always left as a conflict to look at.

    Example:
        >>> base, ours, theirs = Path("base.jsonl"), Path("ours.jsonl"), Path("theirs.jsonl")
        >>> done = base.write_text(""), ours.write_text("")
        >>> done = theirs.write_text('{"read": [0, 260], "text": "20ecca22aabe", "made": "2024-03-21T09:00:00Z"}')
        >>> merge_files(base, ours, theirs)
        0
        >>> print(ours.read_text(), end="")
        {"read": [0, 260], "text": "20ecca22aabe", "made": "2024-03-21T09:00:00Z"}
    """
    old, mine, other = (_text_of(p) for p in (base, ours, theirs))
    merged = None if old is None or mine is None or other is None else merge(old, mine, other, marker)
    if merged is None:
        by_line = ["git", "merge-file", f"--marker-size={marker}", "-L", "ours", "-L", "base", "-L", "theirs"]
        subprocess.run([*by_line, str(ours), str(base), str(theirs)], check=False, capture_output=True)
        print(f"{name or ours}: not a coder's file as it should be; merged by line, look at it", file=sys.stderr)
        return 1
    replace_durably(ours, merged.text.encode("utf-8"))
    for conflict in merged.conflicts:
        print(f"{name or ours}: excerpt {conflict} was changed on both sides; choose one", file=sys.stderr)
    return 1 if merged.conflicts else 0


def _text_of(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def install(root: Path) -> list[str]:
    """
    Let plain ``git merge`` merge coders' files of the study at *root* by excerpt; return what was done, in words.

    The lines of ``.gitattributes`` are for everybody and want a commit; the driver is named in this clone's
    own configuration, so whoever clones runs this once.

    Raises:
        UsageError: *root* is in no git work tree.

    Example:
        >>> import subprocess
        >>> ran = subprocess.run(["git", "init", "--quiet", study.root], check=True)
        >>> print(install(study.root)[0])
        git configuration of this clone: merge driver 'qualcode'
    """
    top = _git(root, "rev-parse", "--show-toplevel")
    inside = _git(root, "rev-parse", "--show-prefix")
    command = Path(sys.executable).as_posix()
    _git(root, "config", f"merge.{DRIVER}.name", "coders' files, excerpt by excerpt")
    _git(root, "config", f"merge.{DRIVER}.driver", f'"{command}" -P -m qualcode merge-driver %O %A %B %L %P')
    done = [f"git configuration of this clone: merge driver {DRIVER!r}"]
    there = (bytes_of(Path(top), ".gitattributes") or b"").decode("utf-8")
    wanted = [f'"{inside}{what}" {how}' if " " in inside else f"{inside}{what} {how}" for what, how in ATTRIBUTES]
    missing = [line for line in wanted if line not in there.splitlines()]
    if missing:
        before = there + ("\n" if there and not there.endswith("\n") else "")
        put(Path(top), ".gitattributes", (before + "".join(f"{line}\n" for line in missing)).encode("utf-8"))
        done += [f".gitattributes: added '{line}'; commit it" for line in missing]
    return done


def _git(root: Path, *words: str) -> str:
    try:
        done = subprocess.run(["git", *words], cwd=root, capture_output=True, check=False)
    except OSError:
        raise UsageError("git was not found; install it, or merge by hand and run `qualcode check`") from None
    if done.returncode != 0:
        raise UsageError(f"{root} is in no git work tree; run `git init` first")
    return done.stdout.decode("utf-8").removesuffix("\n")
