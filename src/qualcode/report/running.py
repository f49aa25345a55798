"""
Notebooks run in a fresh kernel, in the folder they lie in, and kept by what they were run on.

A run is known by a hash over the notebook's cells, every file of the study, this package and the
versions of the libraries; while that stays the same, the notebook is not run again.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from qualcode import errors
from qualcode.coding import replace_durably
from qualcode.errors import UsageError
from qualcode.keeping import FOLDER, RUNNING
from qualcode.plots.places import FREEZE_TO

INPUTS = ("interviews", "fieldnotes", "documents", "coding", "data")
POSITIONS = "positions.csv"
LIBRARIES = ("ipykernel", "matplotlib", "myst-nb", "networkx", "numpy", "pandas", "spacy", "sphinx")
NOT_READ = ("cli", "report", "starter")
"""Rooms of this package that no notebook reads: a change in them runs nothing again."""
_WORDLESS = ("AttributeError", "ImportError", "ModuleNotFoundError", "NameError", "SyntaxError")
_SUFFIXES = (".py", ".css", ".js", ".html")


def notebook_paths(root: Path) -> list[Path]:
    """
    Return a study's notebooks in reading order: ``corpus`` first, then by name.

    Raises:
        UsageError: it has none.
    """
    found = sorted((root / "notebooks").glob("*.ipynb"), key=lambda p: (p.stem != "corpus", p.name))
    if not found:
        raise UsageError(f"{root / 'notebooks'} holds no notebook; `qualcode new study` shows three to begin with")
    return found


def digest(root: Path, rooms: Callable[[str], bool] = lambda room: room not in NOT_READ) -> str:
    """
    Return one hash over everything a notebook may read: the study, this package, the libraries.

    *rooms* says which rooms of the package count; left out: all but those no notebook reads.
    """
    package = Path(__file__).resolve().parents[1]
    total = sha256()
    for folder in (*(root / f for f in INPUTS), package):
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            if folder == package and (path.suffix not in _SUFFIXES or not rooms(path.relative_to(package).parts[0])):
                continue
            total.update(f"{path.relative_to(folder.parent).as_posix()}\0".encode())
            total.update(sha256(path.read_bytes()).digest())
    for name in LIBRARIES:
        total.update(f"{name}={version(name)}\0".encode())
    total.update(sys.version.encode())
    return total.hexdigest()


def executed_path(notebook: Path, build: Path) -> Path:
    """Return where the executed copy of a notebook is kept."""
    return build / "notebooks" / notebook.name


def plots_path(notebook: Path, build: Path) -> Path:
    """Return where the plots and tables that a notebook shows are kept as files."""
    return build / "plots" / notebook.stem


def key(notebook: Path, root: Path) -> str:
    """Return the hash by which a run of *notebook* is known."""
    cells = [(c["cell_type"], c["source"], c.get("metadata", {})) for c in _load(notebook)["cells"]]
    frozen = notebook.with_name(POSITIONS)
    places = sha256(frozen.read_bytes()).hexdigest() if frozen.exists() else ""
    return sha256((json.dumps(cells, sort_keys=True) + places + digest(root)).encode("utf-8")).hexdigest()


def stale(notebook: Path, root: Path, build: Path) -> bool:
    """Say whether a notebook must be run (again)."""
    kept = executed_path(notebook, build)
    mark = kept.with_suffix(".key")
    return not (kept.exists() and mark.exists() and mark.read_text("utf-8") == key(notebook, root))


def run_notebook(
    notebook: Path, root: Path, build: Path, *, store: bool = False, freeze_to: Path | None = None
) -> None:
    """
    Run a notebook in a fresh kernel and keep the executed copy; with *store*, in its own place too.

    With *freeze_to*, the places of the networks it draws are noted there.

    A chapter that has too little to work on so far (``NotYetError``) ends at that cell and says why; it is
    not stored so.

    Raises:
        UsageError: a cell failed; the message names the cell and the error, never a document's words.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    known = key(notebook, root)
    book = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    shown = build / "shown"
    shutil.rmtree(shown, ignore_errors=True)
    shown.mkdir(parents=True)
    environment = {"PYTHONHASHSEED": "0", "TZ": "UTC", "JUPYTER_PREFER_ENV_PATH": "1", "PYTHONIOENCODING": "utf-8"}
    if freeze_to:
        environment[FREEZE_TO] = str(freeze_to.resolve())
    environment |= {FOLDER: str(shown.resolve())}
    old = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        client = NotebookClient(
            book,
            timeout=600,
            kernel_name="python3",
            resources={"metadata": {"path": str(notebook.parent)}},
            on_cell_start=lambda cell, **_: (shown / RUNNING).write_text(_name(cell), "utf-8"),
        )
        client.execute(stderr=subprocess.DEVNULL)
    except CellExecutionError as error:
        number = next((n for n, c in enumerate(book.cells, 1) if _failed(c)), 0)
        if error.ename == "NotYetError" and not store:
            _end_here(book, number, error.evalue)
            _keep_shown(shown, plots_path(notebook, build))
            _keep(book, executed_path(notebook, build), known)
            return
        raise UsageError(f"{notebook.name}, cell {number}: {_without_words(error.ename, error.evalue)}") from None
    finally:
        for name, value in old.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
    _keep_shown(shown, plots_path(notebook, build))
    text = _keep(book, executed_path(notebook, build), known)
    if store:
        replace_durably(notebook, text.encode("utf-8"))


def keep_places(notebooks: list[Path], root: Path, build: Path, noted: Path) -> None:
    """Put the places *noted* in a run of all notebooks beside them, and know the runs by them."""
    frozen = notebooks[0].with_name(POSITIONS)
    if noted.exists():
        replace_durably(frozen, noted.read_bytes())
        noted.unlink()
    elif frozen.exists():
        frozen.unlink()
    for notebook in notebooks:
        mark = executed_path(notebook, build).with_suffix(".key")
        replace_durably(mark, key(notebook, root).encode("utf-8"))


def _keep(book: Any, kept: Path, known: str) -> str:
    text = plain_notebook(book)
    replace_durably(kept, text.encode("utf-8"))
    replace_durably(kept.with_suffix(".key"), known.encode("utf-8"))
    return text


def _keep_shown(shown: Path, kept: Path) -> None:
    """Put what the cells showed in the place of what an earlier run had shown."""
    (shown / RUNNING).unlink(missing_ok=True)
    shutil.rmtree(kept, ignore_errors=True)
    kept.parent.mkdir(parents=True, exist_ok=True)
    shown.rename(kept)


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


def _load(notebook: Path) -> Any:
    return json.loads(notebook.read_text("utf-8"))


def _failed(cell: Any) -> bool:
    return any(o.get("output_type") == "error" for o in cell.get("outputs", ()))


def _without_words(name: str, message: str) -> str:
    """Tell an error without what it may quote: our own messages and those on names hold no document's words."""
    ours = name in _WORDLESS or isinstance(getattr(errors, name, None), type)
    return f"{name}: {message.splitlines()[0]}" if ours and message else f"{name}; run the notebook to see it"
