"""
A REFI-QDA project or codebook into the one form of all projects.

Everything is read as it is written first; places are read when all texts are known, in the one way that the project
itself proves (see ``dialects``). What REFI-QDA holds and a study does not is kept aside with its guid.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qualcode.exchange.projects.archive import Archive
from qualcode.exchange.projects.formats import Asked
from qualcode.exchange.projects.record import Project, UnreadableProjectError
from qualcode.exchange.projects.refi.elements import Elements
from qualcode.exchange.projects.refi.joined import joined
from qualcode.exchange.projects.refi.markup import Handler, local, walk
from qualcode.exchange.projects.refi.own import ORIGIN, TITLE, own_of
from qualcode.exchange.transcripts.bounds import bytes_of
from qualcode.exchange.transcripts.form import UnreadableError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_CODEBOOK = 40_000_000


def read(path: Path, asked: Asked) -> Project:
    """
    Read a project (.qdpx) or a codebook (.qdc).

    Raises:
        UnreadableProjectError: it is damaged, hostile, or no such file.
        UsageError: ``asked.dialect`` is no way to count.
    """
    if path.suffix.lower() == ".qdc":
        try:
            data = bytes_of(path, _CODEBOOK)
        except UnreadableError as error:
            raise UnreadableProjectError(error.why) from None
        found = Elements(path.stem)
        walk([data], found.handlers(), _rooted(found, "CodeBook", "Project"))
        found.count()
        return joined(found, None, asked.dialect)
    with Archive(path) as archive:
        found = Elements(path.stem)
        walk(archive.chunks(_inner(archive)), found.handlers(), _rooted(found, "Project"))
        found.count()
        own = None
        if found.origin == ORIGIN:
            notes = {g: n for g, n in found.notes.items() if n.name.startswith(TITLE)}
            own = own_of({n.name: n.content or "" for n in notes.values()})
            found.notes = {g: n for g, n in found.notes.items() if g not in notes}
            found.losses.found["note"] -= len(notes)
        project = joined(found, archive, asked.dialect)
        project.own = own
        return project


def _rooted(found: Elements, *names: str) -> Handler:
    def begun(root: Element) -> None:
        if local(root) not in names:
            raise UnreadableProjectError("it is no REFI-QDA project or codebook, whatever its name says")
        found.root(root)

    return begun


def _inner(archive: Archive) -> str:
    """Return the one project in an archive: at its root, else the only one there is."""
    every = [n for n in archive.names if n.lower().endswith(".qde")]
    rooted = [n for n in every if "/" not in n]
    for found in (rooted, [n for n in every if n.lower() == "project.qde"], every):
        if len(found) == 1:
            return found[0]
    what = f"{len(every)} projects" if every else "no project"
    raise UnreadableProjectError(f"it holds {what} (.qde), and is to hold one")
