"""
The record of a step over several files: what is to be put where, and whether this user on this machine wrote it.

A record is a file of the study, and so may come from a stranger. It is believed only where every place in it is one
that this package writes, inside the study, and where it carries this user's mark; anything else waits for a person.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from qualcode.errors import Problem, SourceError, plain
from qualcode.plaintext.folder import astray, no_file, read_bytes
from qualcode.plaintext.mark import is_mine, mark

UNFINISHED = "coding/.unfinished.json"
"""The record of a step over several files; only there while the step is under way, or was cut off."""
PART = re.compile(r"\..+\.\d+-\d+\.part", re.DOTALL)
"""The name of a file that a writer has beside the one it is about to replace."""
_MOST = 16_000_000
_WRITTEN = re.compile(
    r"coding/(?:[^/]+\.(?:yaml|csv)|(?:coders|rejected)/[^/]+/[^/]+\.jsonl|agreed/[^/]+\.jsonl|memos/[^/]+\.md)"
    r"|coding/imported/[^/]+\.(?:json|csv)|data/[^/]+\.csv"
    r"|notebooks/[^/]+\.(?:ipynb|csv)|(?:interviews|fieldnotes|documents)/[^/]+\.md"
)
"""The files that steps replace."""
_VERSION = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Replacement:
    """One file of a step: what is to be replaced, from which file beside it; the version before, and the one after."""

    file: str
    beside: str
    version: str
    before: str


@dataclass(frozen=True, slots=True)
class Step:
    """A record as it was read; ``wrong`` says what forbids to carry it out, ``mine`` whether this user wrote it."""

    replacements: tuple[Replacement, ...]
    mine: bool
    wrong: tuple[Problem, ...]


def is_written(name: str) -> bool:
    """Say whether *name* is that of a file which a step may replace."""
    return _WRITTEN.fullmatch(name) is not None and not any(part.startswith(".") for part in name.split("/"))


def to_record(root: Path, replacements: Iterable[Replacement]) -> bytes:
    """Write the record of a step on the study in *root*, with this user's mark."""
    step = [asdict(r) for r in replacements]
    about = {"step": step, "mark": mark(root, _words(step))}
    return (json.dumps(about, indent=1) + "\n").encode("utf-8")


def read_record(root: Path) -> Step | None:
    """Read the record of the study in *root*; ``None`` where there is none."""
    try:
        data = read_bytes(root, UNFINISHED, _MOST)
    except FileNotFoundError:
        return None
    except SourceError as error:
        return Step((), False, tuple(error.problems))
    try:
        about = json.loads(data)
        step = [
            {k: one[k] for k in ("file", "beside", "version")} | {"before": one.get("before", "")}
            for one in about["step"]
        ]
        if not (step and all(isinstance(v, str) for one in step for v in one.values())):
            raise ValueError
        marked = str(about["mark"])
    except (ValueError, KeyError, TypeError, RecursionError):
        what = "is no record of a step; compare the study with its history, then delete it"
        return Step((), False, (Problem(UNFINISHED, 0, what),))
    replacements = tuple(Replacement(**one) for one in step)
    wrong = sorted({w for r in replacements if (w := _wrong(root, r))})
    return Step(replacements, is_mine(root, _words(step), marked), tuple(Problem(UNFINISHED, 0, w) for w in wrong))


def _words(step: list[dict[str, str]]) -> str:
    return json.dumps(step, sort_keys=True)


def _wrong(root: Path, one: Replacement) -> str:
    """Say why a replacement is none that this package would have recorded; ``""`` where it may be."""
    folder, _, name = one.file.rpartition("/")
    beside_folder, _, beside = one.beside.rpartition("/")
    shown = plain(repr(one.file))
    if not is_written(one.file):
        return f"{shown} is no file that a step replaces"
    if beside_folder != folder or not PART.fullmatch(beside) or not beside.startswith(f".{name}."):
        return f"{shown} is to be replaced from a file that no step left"
    if not (_VERSION.fullmatch(one.version) and (one.before == "" or _VERSION.fullmatch(one.before))):
        return f"{shown} comes without its version"
    astray_ = astray(root, one.file) or astray(root, one.beside)
    odd = no_file(root / one.file) or no_file(root / one.beside)
    return f"{shown}: {astray_}" if astray_ else f"{shown} is {odd} and no file" if odd else ""
