"""
Whether a notebook must be run again: what it read, held against what there is now.

While nothing of the study, the package and the libraries changed, one hash says so. Else each thing that the run
noted (``reads``) is looked up again: files, folders, parts of the study, modules, and the answers of functions,
which are asked again. All the same: the notebook would show the same, and is not run.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from qualcode.errors import QualcodeError
from qualcode.kept import NUMBERS
from qualcode.plaintext.durable import replace_durably
from qualcode.study import reads
from qualcode.study.opening import open_study
from qualcode.study.study import COUNTS, PARTS, Study

INPUTS = ("interviews", "fieldnotes", "documents", "coding", "data")
POSITIONS = "positions.csv"
WORKS = "references.bib"
LIBRARIES = ("ipykernel", "matplotlib", "myst-nb", "networkx", "numpy", "pandas", "spacy", "sphinx")
NOT_READ = ("cli", "report")
"""Rooms of this package that no notebook reads: a change in them runs nothing again."""
_SUFFIXES = (".py", ".css", ".js", ".html", ".ipynb", ".xml", ".yaml", ".csv", ".md", ".txt", ".json", ".bib")


def executed_path(notebook: Path, build: Path) -> Path:
    """Return where the executed copy of a notebook is kept."""
    return build / "notebooks" / notebook.name


def plots_path(notebook: Path, build: Path) -> Path:
    """Return where the plots and tables that a notebook shows are kept as files."""
    return build / "plots" / notebook.stem


def reads_path(notebook: Path, build: Path) -> Path:
    """Return where it is kept what a notebook read."""
    return executed_path(notebook, build).with_suffix(".reads")


def digest(
    root: Path, rooms: Callable[[str], bool] = lambda room: room not in NOT_READ, inputs: Sequence[str] = INPUTS
) -> str:
    """
    Return one hash over everything a notebook may read: the study, this package, the libraries.

    *rooms* says which rooms of the package count; left out: all but those no notebook reads. *inputs* are the
    study's folders.
    """
    package = Path(__file__).resolve().parents[1]
    total = sha256()
    for folder in (*(root / f for f in inputs), package):
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            if folder == package and (path.suffix not in _SUFFIXES or not rooms(path.relative_to(package).parts[0])):
                continue
            total.update(f"{path.relative_to(folder.parent).as_posix()}\0".encode())
            total.update(sha256(path.read_bytes()).digest())
    total.update(surroundings().encode())
    return total.hexdigest()


def surroundings() -> str:
    """Return the versions of Python and of the libraries, in one text."""
    return "\n".join([*(f"{name}={version(name)}" for name in LIBRARIES), sys.version])


def own_key(notebook: Path) -> str:
    """Return the hash of what a run needs besides what it reads: cells, frozen places, modules beside it, libraries."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    told = [(c["cell_type"], c["source"], c.get("metadata", {})) for c in cells]
    frozen = notebook.with_name(POSITIONS)
    beside = [frozen] if frozen.exists() else []
    beside += sorted(p for p in notebook.parent.rglob("*.py") if ".ipynb_checkpoints" not in p.parts)
    files = [(p.name, sha256(p.read_bytes()).hexdigest()) for p in beside]
    return sha256(json.dumps([told, files, surroundings()], sort_keys=True).encode("utf-8")).hexdigest()


def cites(notebook: Path) -> bool:
    """Say whether a notebook cites numbers that other chapters named, by the calls in its cells."""
    return bool(re.search(r"\b(?:cited|claims)\(", notebook.read_text("utf-8")))


def key(notebook: Path, root: Path) -> str:
    """Return the hash by which a run of *notebook* is known while nothing at all changed."""
    named = sha256((root / NUMBERS).read_bytes()).hexdigest() if cites(notebook) and (root / NUMBERS).is_file() else ""
    told = own_key(notebook) + digest(root) + os.environ.get(COUNTS, "") + named
    return sha256(told.encode("utf-8")).hexdigest()


def stale(notebook: Path, root: Path, build: Path, now: Now | None = None) -> bool:
    """
    Say whether a notebook must be run (again).

    Args:
        now: what has been looked up of the study so far, where several notebooks are asked about.
    """
    kept = executed_path(notebook, build)
    mark = kept.with_suffix(".key")
    if not (kept.exists() and mark.exists() and plots_path(notebook, build).is_dir()):
        return True
    now_key = key(notebook, root)
    if mark.read_text("utf-8") == now_key:
        return False
    reads = reads_path(notebook, build)
    if not reads.exists() or (now or Now(root)).differs(json.loads(reads.read_text("utf-8")), notebook):
        return True
    replace_durably(mark, now_key.encode("utf-8"))
    return False


@dataclass
class Now:
    """What there is now of what notebooks read, looked up once."""

    root: Path
    known: dict[str, str] = field(default_factory=dict)

    @cached_property
    def study(self) -> Study:
        """The study as it is now."""
        return open_study(self.root)

    def differs(self, reads: dict[str, str], notebook: Path) -> bool:
        """Say whether anything of what was read is another now; what is quick to look up comes first."""
        order = {"own": 0, "file": 1, "listing": 1, "part": 2, "module": 2, "answer": 3}
        lines = sorted(reads, key=lambda line: (order.get(json.loads(line)[0], 4), line))
        return any(self.content(line, notebook) != reads[line] for line in lines)

    def content(self, line: str, notebook: Path) -> str:
        """Return the content of one thing that was read, as it is now, as a hash."""
        kind, *what = json.loads(line)
        if kind == "own":
            return own_key(notebook)
        if line not in self.known:
            look: dict[str, Callable[..., str]] = {"file": self._file, "listing": self._listing, "part": self._part}
            look |= {"module": _module, "package": _package, "answer": self._answer}
            self.known[line] = look[kind](*what) if kind in look else "never the same"
        return self.known[line]

    def _file(self, name: str) -> str:
        path = self.root / name
        return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""

    def _listing(self, name: str) -> str:
        path = self.root / name
        return "\n".join(sorted(p.name for p in path.iterdir())) if path.is_dir() else ""

    def _part(self, name: str) -> str:
        total = sha256()
        for place in PARTS.get(name, INPUTS):
            path = self.root / place
            for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
                if file.is_file():
                    total.update(f"{file.relative_to(self.root).as_posix()}\0".encode())
                    total.update(sha256(file.read_bytes()).digest())
        return total.hexdigest()

    def _answer(self, function: str, args: list[Any], kwargs: dict[str, Any], then: str) -> str:
        module, _, name = function.partition(":")
        try:
            found = getattr(importlib.import_module(module), name)(self.study, *args, **kwargs)
        except (QualcodeError, AttributeError, ImportError, TypeError) as error:
            return f"{type(error).__name__}, not {then}"
        return reads.digest(found)


def what_was_read(noted: str, notebook: Path, root: Path) -> dict[str, str]:
    """
    Return each thing that a run noted with its content, after the run; answers have theirs with them.

    Content is looked up when the run is over. Who changes a file meanwhile has a run that read one thing and a
    note of another; so the runner compares the key before the run with the one after it.
    """
    now = Now(root)
    lines = [*dict.fromkeys(noted.splitlines()), json.dumps(["own"])]
    found = {}
    for line in lines:
        kind, *what = json.loads(line)
        found[line] = what[-1] if kind == "answer" else now.content(line, notebook)
    return found


def _package(name: str) -> str:
    path = Path(__file__).resolve().parents[1] / name
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _module(name: str) -> str:
    """Return the hash of a module's source."""
    try:
        found = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return ""
    if found is None or not found.origin:
        return ""
    return sha256(Path(found.origin).read_bytes()).hexdigest()
