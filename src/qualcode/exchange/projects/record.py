"""
The one form that every foreign project is read into, before anything is laid down as a study.

Everything has a ``guid``: whatever the project itself names it by, unique among its kind. A reader fills this and
counts in ``losses`` what it found and what it could not read; it writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from qualcode.errors import QualcodeError
from qualcode.exchange.projects.losses import Losses
from qualcode.exchange.projects.places import Text

ROLES = ("figure", "theme", "process", "context")


@dataclass(frozen=True)
class Own:
    """
    What a project says of itself that this package wrote (see ``refi.own``), so that it becomes the same study again.

    ``files``: the study's files beside texts and codings, as they are; ``heads``: a document's path and front matter,
    by guid; ``codes``, ``coders``: ids by guid; ``origin``: that of excerpts which say no other; ``excerpts``: what an
    excerpt has beside its place, words and codes; ``readings``: lines of what was read, by file.
    """

    files: dict[str, str] = field(default_factory=dict)
    heads: dict[str, tuple[str, str]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    coders: dict[str, str] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)
    excerpts: dict[str, dict[str, Any]] = field(default_factory=dict)
    readings: dict[str, list[str]] = field(default_factory=dict)

    def excerpt(self, passage: str) -> str:
        """Return the id of the excerpt that a passage was, which its guid ends with."""
        return f"e{passage[-10:]}"


class UnreadableProjectError(QualcodeError):
    """A file is no project that can be read: why, without a word of it."""


@dataclass(slots=True)
class Coder:
    """Who codes; two of one name are two."""

    guid: str
    name: str


@dataclass(slots=True)
class Code:
    """
    A code, with the code above it (``parent``, a guid).

    ``codable``: not a mere folder. ``proposition``: what a stance on it agrees with; a code without takes none.
    ``family``: one of ``Project.families``; left out: the one family of all.
    """

    guid: str
    name: str
    parent: str = ""
    description: str = field(default="", repr=False)
    colour: str = ""
    codable: bool = True
    proposition: str = ""
    family: str = ""
    status: str = "provisional"


@dataclass(slots=True)
class Source:
    """
    A document of the project.

    ``made``: when, as the project tells (``2019-05-02`` or a longer time). ``variables``: name to value.
    ``medium``: ``text``, ``pdf``, ``picture``, ``audio`` or ``video``; one without text is not laid down.
    """

    guid: str
    name: str
    text: Text
    made: str = ""
    description: str = field(default="", repr=False)
    variables: dict[str, str] = field(default_factory=dict)
    medium: str = "text"
    language: str = ""


@dataclass(slots=True)
class Coding:
    """
    One code on one passage by one coder.

    ``start`` and ``end``: code points in the stored text; or ``quote`` alone (``end`` 0): words to be found at exactly
    one place. ``passage``: the guid of the selection that several codings may share. ``case`` (who speaks), ``holder``:
    guids of cases. ``made``: when, ``""`` where not told.
    """

    guid: str
    source: str
    code: str
    start: int = 0
    end: int = 0
    coder: str = ""
    made: str = ""
    memo: str = field(default="", repr=False)
    stance: float | None = None
    case: str = ""
    holder: str = ""
    quote: str = field(default="", repr=False)
    passage: str = ""


@dataclass(slots=True)
class Case:
    """
    A person, an organisation or another unit, with variables.

    ``stretches``: what of which source is the case's: its guid, start and end in the stored text, or ``None`` and
    ``None`` for all of it. ``organisation``: the guid of a case. ``figure``: a code's id without its family.
    """

    guid: str
    name: str
    kind: str = "person"
    description: str = field(default="", repr=False)
    variables: dict[str, str] = field(default_factory=dict)
    stretches: list[tuple[str, int | None, int | None]] = field(default_factory=list)
    organisation: str = ""
    position: str = ""
    figure: str = ""
    figure_basis: str = ""
    figure_on: str = ""


@dataclass(slots=True)
class Note:
    """A memo: its words, who wrote it when, and what it is about: kind (code, coding, case, source) and guid."""

    guid: str
    title: str
    text: str = field(repr=False)
    made: str = ""
    coder: str = ""
    about: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Group:
    """A set: its name, and its members by kind and guid."""

    guid: str
    name: str
    description: str = field(default="", repr=False)
    members: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Link:
    """A relation between two things of the project."""

    guid: str
    name: str
    origin: str
    target: str
    direction: str = ""


@dataclass(slots=True)
class Project:
    """
    A foreign project as read.

    ``format``: such as ``REFI-QDA``; ``origin``: the program that wrote it, as it says; ``reading``: how places were
    read and why that is right, as a table of a few words. ``families``: id to label and role, where a reader has
    families of its own. ``aside``: what has no place in a study and is kept for writing back, as JSON can hold it.
    """

    name: str
    format: str
    origin: str = ""
    made: str = ""
    reading: dict[str, Any] = field(default_factory=dict)
    families: dict[str, tuple[str, str]] = field(default_factory=dict)
    coders: list[Coder] = field(default_factory=list)
    codes: list[Code] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    codings: list[Coding] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    aside: dict[str, Any] = field(default_factory=dict)
    losses: Losses = field(default_factory=Losses)
    own: Own | None = None
