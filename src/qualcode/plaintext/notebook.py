"""
A study's notebooks, looked at as files: which there are, and that each is a notebook.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qualcode.errors import Problem, SourceError
from qualcode.plaintext.folder import listed, oddity
from qualcode.plaintext.source import read_text

FOLDER = "notebooks"


def notebook_names(root: Path) -> list[str]:
    """
    Return the names of a study's notebooks from *root*, sorted; none where it has none.

    Raises:
        SourceError: the folder cannot be looked into, or a notebook is no file of the study's; all are listed.
    """
    found = [f"{FOLDER}/{name}" for name in listed(root, FOLDER) if name.endswith(".ipynb")]
    problems = [Problem(name, 0, wrong) for name in found if (wrong := oddity(root, name))]
    if problems:
        raise SourceError(problems)
    return found


def read_notebook(root: Path, name: str) -> dict[str, Any]:
    """
    Read a notebook: a mapping whose ``cells`` are mappings with ``cell_type`` and ``source``.

    Raises:
        SourceError: it cannot be read, or is no notebook.
    """
    return parsed(read_text(root / name, name), name)


def parsed(text: str, name: str) -> dict[str, Any]:
    """
    Read the text of a notebook; see ``read_notebook``.

    Raises:
        SourceError: it is no notebook.
    """
    try:
        book = json.loads(text)
    except (ValueError, RecursionError):
        book = None
    if not isinstance(book, dict) or not all(map(_is_cell, _list(book.get("cells")))):
        what = "is no Jupyter notebook; restore it from its history, or move it away"
        raise SourceError([Problem(name, 0, what)])
    return book


def _list(cells: object) -> list[object]:
    return cells if isinstance(cells, list) else [None]


def _is_cell(cell: object) -> bool:
    if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
        return False
    source, outputs = cell.get("source"), cell.get("outputs", [])
    lines = source if isinstance(source, list) else [source]
    return all(isinstance(one, str) for one in lines) and isinstance(outputs, list)
