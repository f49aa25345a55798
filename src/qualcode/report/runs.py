"""
Notebooks run in fresh kernels, in the folder they lie in, several at once, and kept with what they read.

A run is kept whole or not at all: what its cells show, what they read, and the executed copy. ``staleness`` says
when it must be run again.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from qualcode import errors
from qualcode.claims.names import NOTED, collect
from qualcode.errors import UsageError
from qualcode.kept import FOLDER, RUNNING
from qualcode.plots.places import FREEZE_TO, Places, freeze, read_places
from qualcode.report.front import notebook_paths
from qualcode.report.staleness import (
    POSITIONS,
    cites,
    executed_path,
    key,
    plots_path,
    reads_path,
    stale,
    what_was_read,
)
from qualcode.study import reads
from qualcode.study.coderfile import replace_durably

_WORDLESS = ("AttributeError", "ImportError", "ModuleNotFoundError", "NameError", "SyntaxError")
_WATCH = "--IPKernelApp.exec_lines=import qualcode.study.reads; qualcode.study.reads.watch()"
_MOST_AT_ONCE = 4
_GRAMMARS = "rfc3987_syntax"


def at_once() -> int:
    """Return how many notebooks are run at the same time: one a processor that we may use, four at most."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(_MOST_AT_ONCE, usable))


def run_notebooks(
    notebooks: Sequence[Path],
    root: Path,
    build: Path,
    say: Callable[[str], None],
    *,
    store: bool = False,
    noted: Path | None = None,
) -> None:
    """
    Run notebooks, several at once, the longest first, and keep the executed copies; with *store*, where they lie too.

    With *noted*, the places of the networks they draw are written there when all have run.

    A chapter that has too little to work on so far (``NotYetError``) ends at that cell and says why; it is
    not stored so.

    Raises:
        UsageError: a cell failed; the message names the notebook, the cell and the error, never a document's
            words. The others were run and kept. Or two chapters name a number alike.
    """
    if not notebooks:
        return
    told = {n.name: f"running {n.name} ({k} of {len(notebooks)})" for k, n in enumerate(notebooks, 1)}
    first = _run_all([n for n in notebooks if not cites(n)], root, build, store, noted, told, say)
    collect_numbers(root, build)
    citing = [n for n in notebook_paths(root) if cites(n) and (n in notebooks or stale(n, root, build))]
    runs = first + _run_all(citing, root, build, store, noted, told, say)
    collect_numbers(root, build)
    if noted:
        frozen = {graph: at for run in runs for graph, at in read_places(run.places).items()}
        noted.unlink(missing_ok=True)
        if frozen:
            freeze([Places(at, graph, frozen=True) for graph, at in sorted(frozen.items())], noted)


def _run_all(
    notebooks: Sequence[Path],
    root: Path,
    build: Path,
    store: bool,
    noted: Path | None,
    told: dict[str, str],
    say: Callable[[str], None],
) -> list[_Run]:
    """Run notebooks at the same time; the first that failed, in reading order, is told when all have ended."""
    _load_client()
    runs = [_Run(n, root, build, store, noted is not None) for n in notebooks]
    order = sorted(runs, key=lambda run: -len(run.text))
    with ThreadPoolExecutor(at_once()) as pool:
        waiting = {run.notebook: pool.submit(run.run, partial(_begin, told, say)) for run in order}
    for notebook in notebooks:
        waiting[notebook].result()
    return runs


def _load_client() -> None:
    """
    Load what reads and runs notebooks, without a library that compiles the grammar of addresses for seconds.

    jsonschema takes it where it is installed, to check formats of which notebooks have none, and does without it else.
    """
    unknown = _GRAMMARS not in sys.modules
    if unknown:
        sys.modules[_GRAMMARS] = None  # type: ignore[assignment]
    try:
        import nbclient  # noqa: F401
    finally:
        if unknown:
            del sys.modules[_GRAMMARS]


def _begin(told: dict[str, str], say: Callable[[str], None], name: str) -> None:
    say(told.get(name, f"running {name} again"))


def collect_numbers(root: Path, build: Path) -> None:
    """
    Collect what the chapters named, in one file; see ``claims.names``.

    Raises:
        UsageError: two chapters give a number one name.
    """
    books = notebook_paths(root)
    collect(root, [(book.stem, executed_path(book, build).with_suffix(".numbers")) for book in books])


@dataclass
class _Run:
    """One notebook's run, with a folder of its own for what it shows and notes."""

    notebook: Path
    root: Path
    build: Path
    store: bool
    freezing: bool

    def __post_init__(self) -> None:
        self.text = self.notebook.read_text("utf-8")
        self.folder = self.build / "running" / self.notebook.stem
        self.shown, self.reads, self.places = (self.folder / name for name in ("shown", "reads", "places.csv"))

    def run(self, begin: Callable[[str], None]) -> None:
        """Run it and keep what came of it."""
        import nbformat
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError

        begin(self.notebook.name)
        known = key(self.notebook, self.root)
        book = nbformat.read(self.notebook, as_version=4)  # type: ignore[no-untyped-call]
        shutil.rmtree(self.folder, ignore_errors=True)
        self.shown.mkdir(parents=True)
        self.reads.touch()
        client = NotebookClient(
            book,
            timeout=600,
            kernel_name="python3",
            resources={"metadata": {"path": str(self.notebook.parent)}},
            extra_arguments=[_WATCH],
            on_cell_start=lambda cell, **_: (self.shown / RUNNING).write_text(_name(cell), "utf-8"),
        )
        try:
            asyncio.run(client.async_execute(stderr=subprocess.DEVNULL, env=self._environment()))
        except CellExecutionError as error:
            number = next((n for n, c in enumerate(book.cells, 1) if _failed(c)), 0)
            if error.ename != "NotYetError" or self.store:
                why = _without_words(error.ename, error.evalue)
                raise UsageError(f"{self.notebook.name}, cell {number}: {why}") from None
            _end_here(book, number, error.evalue)
        self._keep(book, known)

    def _environment(self) -> dict[str, str]:
        told = {"PYTHONHASHSEED": "0", "TZ": "UTC", "PYTHONIOENCODING": "utf-8", FOLDER: str(self.shown.resolve())}
        told |= {reads.FILE: str(self.reads.resolve()), reads.ROOT: str(self.root.resolve())}
        told |= {FREEZE_TO: str(self.places.resolve())} if self.freezing else {}
        return {**os.environ, **told}

    def _keep(self, book: Any, known: str) -> None:
        """Keep the run; its key comes last, so that what is half kept is run again."""
        kept = executed_path(self.notebook, self.build)
        mark, reads = kept.with_suffix(".key"), reads_path(self.notebook, self.build)
        mark.unlink(missing_ok=True)
        (self.shown / RUNNING).unlink(missing_ok=True)
        plots = plots_path(self.notebook, self.build)
        shutil.rmtree(plots, ignore_errors=True)
        plots.parent.mkdir(parents=True, exist_ok=True)
        numbers = kept.with_suffix(".numbers")
        numbers.unlink(missing_ok=True)
        if (self.shown / NOTED).exists():
            numbers.parent.mkdir(parents=True, exist_ok=True)
            (self.shown / NOTED).rename(numbers)
        self.shown.rename(plots)
        text = plain_notebook(book)
        replace_durably(kept, text.encode("utf-8"))
        found = what_was_read(self.reads.read_text("utf-8"), self.notebook, self.root)
        replace_durably(reads, (json.dumps(found, ensure_ascii=False, indent=0) + "\n").encode("utf-8"))
        if self.store:
            replace_durably(self.notebook, text.encode("utf-8"))
        if key(self.notebook, self.root) == known:  # else something was changed meanwhile: run it again next time
            replace_durably(mark, known.encode("utf-8"))


def keep_places(notebooks: Sequence[Path], root: Path, build: Path, noted: Path) -> None:
    """Put the places *noted* in a run of all notebooks beside them, and know the runs by them."""
    frozen = notebooks[0].with_name(POSITIONS)
    if noted.exists():
        replace_durably(frozen, noted.read_bytes())
        noted.unlink()
    elif frozen.exists():
        frozen.unlink()
    for notebook in notebooks:
        lines = "\n".join(json.loads(reads_path(notebook, build).read_text("utf-8")))
        found = what_was_read(lines, notebook, root)
        replace_durably(reads_path(notebook, build), (json.dumps(found, ensure_ascii=False, indent=0) + "\n").encode())
        mark = executed_path(notebook, build).with_suffix(".key")
        replace_durably(mark, key(notebook, root).encode("utf-8"))


def _name(cell: Any) -> str:
    figure = cell["metadata"].get("mystnb", {}).get("figure", {})
    return str(figure.get("name") or cell.get("id"))


def _end_here(book: Any, number: int, why: str) -> None:
    """End a chapter before cell *number*, which has too little to work on, and say so."""
    book.cells = book.cells[:number]
    book.cells[-1] = _prose(f"*This chapter ends here for now: {why}.*", book.cells[-1].get("id", ""))


def _prose(text: str, cell_id: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": cell_id, "metadata": {}, "source": text}


def plain_notebook(book: Any) -> str:
    """
    Write a notebook so that the same run gives the same bytes.

    Timestamps, widget state and the machine's kernel are dropped; cells without an id get one by
    their number.
    """
    cells = []
    for number, cell in enumerate(book["cells"], start=1):
        plain = {k: v for k, v in cell.items() if k != "id"}
        plain["id"] = cell.get("id") or f"cell-{number:02d}"
        plain["metadata"] = {k: v for k, v in cell["metadata"].items() if k != "execution"}
        cells.append(plain)
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    whole = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _failed(cell: Any) -> bool:
    return any(o.get("output_type") == "error" for o in cell.get("outputs", ()))


def _without_words(name: str, message: str) -> str:
    """Tell an error without what it may quote: our own messages and those on names hold no document's words."""
    ours = name in _WORDLESS or isinstance(getattr(errors, name, None), type)
    return f"{name}: {message.splitlines()[0]}" if ours and message else f"{name}; run the notebook to see it"
