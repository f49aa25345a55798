"""
What RQDA's and QualCoder's databases have in common: one row on the project, and rows that say who owns them.

Places count code points of the text as the database has it, and every coding keeps its words beside its place.
"""

from __future__ import annotations

from collections.abc import Sequence

from qualcode.exchange.projects.database import Database, words
from qualcode.exchange.projects.places import Dialect
from qualcode.exchange.projects.proved import Kept, place
from qualcode.exchange.projects.record import Coder, Note, Project


class Owned:
    """A database on its way to a project; who owns a row is a coder, each told once."""

    def __init__(self, there: Database, name: str, program: str) -> None:
        self.there = there
        self.project = Project(name, program)
        self._coders: dict[str, Coder] = {}

    def begin(self, program: str = "") -> None:
        """Take what the database says of itself: when it was made, by which version, and the memo on the project."""
        p = self.project
        for row in self.there.rows("project", "databaseversion", "date", "memo", "about"):
            p.origin = f"{program or words(row['about']) or p.format} (database {words(row['databaseversion'])})"
            p.made = words(row["date"])
            self.note("project", "The project", words(row["memo"]), words(row["date"]), "", [])

    def owner(self, value: object) -> str:
        """Return who owns a row, ``""`` for nobody."""
        name = words(value).strip()
        if name and name not in self._coders:
            self._coders[name] = Coder(name, name)
            self.project.losses.find("coder")
        return name

    def note(self, guid: str, title: str, text: str, made: str, owner: object, about: list[tuple[str, str]]) -> None:
        """Take a memo; one without words is none."""
        if text.strip():
            self.project.notes.append(Note(guid, title, text, made, self.owner(owner), about))

    def end(self, kept: Sequence[Kept], dialect: str) -> Project:
        """Put the codings at their places, and return the project."""
        place(self.project, kept, Dialect(), dialect)
        self.project.coders = list(self._coders.values())
        return self.project
