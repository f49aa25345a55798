"""
Which reader takes which project: by its ending, and by its first bytes where the ending does not tell.

To add a reader: a module here with ``read(path, asked) -> Project`` (see ``record``), and a row in ``READERS``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from qualcode.exchange.projects.record import Project, UnreadableProjectError


@dataclass(frozen=True, slots=True)
class Asked:
    """What whoever imports asks of a reader: ``dialect``, in a reader's own words; ``mapping``: a file beside."""

    dialect: str = ""
    mapping: Path | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """
    A format of projects: its name, its endings, the module of its reader (with a function ``read``), and what tells
    its files from others of the same ending: a function of the path, or nothing.
    """

    name: str
    endings: tuple[str, ...]
    module: str
    is_it: Callable[[Path], bool] = lambda _: True


READERS: tuple[Format, ...] = (
    Format("REFI-QDA project", (".qdpx",), "refi.read"),
    Format("REFI-QDA codebook", (".qdc",), "refi.read"),
    Format("RQDA", (".rqda",), "rqda"),
    Format("QualCoder", (".qda",), "qualcoder"),
    Format("Taguette", (".sqlite3", ".sqlite", ".taguette", ".db"), "taguette"),
    Format("Discourse Network Analyzer", (".dna",), "dna"),
    Format("table of codings or codes", (".csv", ".tsv", ".tab", ".xlsx"), "tabled"),
    Format("MAXQDA's list of coded segments", (".pdf",), "segments"),
    Format("Web Annotations", (".jsonld", ".json"), "annotations"),
)
_CLOSED = {
    **dict.fromkeys((".mx", ".mx18", ".mx20", ".mx22", ".mx24", ".mex24", ".mx26"), "MAXQDA"),
    **dict.fromkeys((".nvp", ".nvpx"), "NVivo"),
    **dict.fromkeys((".atlproj", ".atlproj9", ".atlproj22", ".atlproj23", ".hpr7"), "ATLAS.ti"),
}


def endings() -> tuple[str, ...]:
    """Return the endings of projects that are read, sorted."""
    return tuple(sorted({ending for one in READERS for ending in one.endings}))


def format_of(path: Path) -> Format:
    """
    Return the format of a project's file.

    Raises:
        UnreadableProjectError: it is of none that is read.
    """
    ending = path.suffix.lower()
    if ending in _CLOSED:
        raise UnreadableProjectError(
            f"it is {_CLOSED[ending]}'s own format, which is closed; export a REFI-QDA project (.qdpx) there"
        )
    for one in READERS:
        if ending in one.endings and one.is_it(path):
            return one
    raise UnreadableProjectError(f"it is no project that is read ({', '.join(endings())})")


def read_project(path: Path, asked: Asked | None = None) -> Project:
    """
    Read a project.

    Raises:
        UnreadableProjectError: it is of no format that is read, damaged, hostile, or larger than the bounds.
        MissingExtraError: its format needs a package that is not installed.
    """
    reader = import_module(f"qualcode.exchange.projects.{format_of(path).module}")
    try:
        project: Project = reader.read(path, asked or Asked())
    except (RecursionError, MemoryError):
        raise UnreadableProjectError("it is nested deeper, or larger, than a project is") from None
    return project
