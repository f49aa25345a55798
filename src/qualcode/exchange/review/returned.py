"""
A Word document that came back: its blocks in order, the comments on them, and the changes that were tracked.

Word's and LibreOffice's way of writing are both read, and Word's strict one; names are compared without their
namespace. Nothing is run, unpacked to the disk or fetched; a file with definitions of its own is refused.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Set
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from qualcode.errors import UsageError
from qualcode.plaintext.source import day

_MOST, _RATIO, _PARTS = 100_000_000, 400, 5_000
_MAIN = "word/document.xml"
Element = ElementTree.Element


@dataclass
class Block:
    """A paragraph: its words as they are now and as they were, its table, the bookmarks around it, what it holds."""

    words: str = ""
    was: str = ""
    table: int = 0
    bookmarks: list[str] = field(default_factory=list)
    picture: bool = False
    changes: int = 0
    authors: dict[str, str] = field(default_factory=dict)


@dataclass
class Comment:
    """
    A comment: who, when (as the file has it, ``""`` where not), what it says, and on which words of which blocks.

    ``answers`` is the id of the comment that it answers; ``pictures`` counts what it holds besides words.
    """

    id: str
    author: str
    initials: str
    date: str
    text: str
    pictures: int = 0
    answers: str = ""
    resolved: bool = False
    words: str = ""
    blocks: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Returned:
    """What came back; ``formats`` counts tracked changes that are no words."""

    blocks: list[Block]
    comments: list[Comment]
    formats: int


def read_returned(path: Path) -> Returned:
    """
    Read a document that came back from review; comments are in the order of their places, those without one last.

    Raises:
        UsageError: it is not there, no .docx, damaged, or nothing that a word processor writes.
    """
    parts = _Parts(path)
    body = parts.read(parts.main)
    if body is None:
        raise UsageError(f"{path.name}: holds no Word document; save it as .docx and import that")
    said = parts.related("comments")
    extended = parts.related("commentsExtended")
    by_paragraph: dict[str, str] = {}
    comments: dict[str, Comment] = {}
    for element in () if said is None else (e for e in said if _name(e) == "comment"):
        comment = _comment(element)
        while comment.id in comments:
            comment.id += "+"
        comments[comment.id] = comment
        for paragraph in element.iter():
            if _name(paragraph) == "p" and _get(paragraph, "paraId"):
                by_paragraph[_get(paragraph, "paraId")] = comment.id
    for element in () if extended is None else extended:
        mine = comments.get(by_paragraph.get(_get(element, "paraId"), ""))
        if mine:
            mine.resolved = _get(element, "done") in ("1", "true", "on")
            mine.answers = by_paragraph.get(_get(element, "paraIdParent"), "")
    walk = _Walk(comments, {_get(e, "id") for e in body.iter() if _name(e) == "bookmarkEnd"})
    walk.inside(body)
    for comment in comments.values():
        parent = comments.get(comment.answers)
        if parent and not comment.blocks:
            comment.words, comment.blocks = parent.words, list(parent.blocks)
    order = {id_: n for n, id_ in enumerate(walk.met)}
    ordered = sorted(comments.values(), key=lambda c: (order.get(c.answers or c.id, len(order)), bool(c.answers)))
    return Returned(walk.blocks, ordered, walk.formats)


class _Parts:
    """The parts of a packed document, read one at a time and never unpacked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except FileNotFoundError:
            raise UsageError(f"{path}: there is no such file; give the .docx that came back") from None
        except (OSError, zipfile.BadZipFile):
            raise UsageError(f"{path.name}: is no .docx; open it in Word or LibreOffice and save it as .docx") from None
        if len(self._zip.namelist()) > _PARTS or len(set(self._zip.namelist())) < len(self._zip.namelist()):
            raise UsageError(f"{path.name}: is packed in a way no word processor packs; save it again as .docx")
        found = self._types("_rels/.rels", "")
        self.main = found.get("officeDocument", _MAIN)
        folder, name = posixpath.split(self.main)
        self._related = self._types(f"{folder}/_rels/{name}.rels", folder)

    def related(self, kind: str) -> Element | None:
        """Return the part of a kind that belongs to the document."""
        return self.read(self._related.get(kind, f"word/{kind}.xml"))

    def read(self, name: str) -> Element | None:
        """Return a part's root; ``None`` where there is no such part."""
        try:
            entry = self._zip.getinfo(name)
        except KeyError:
            return None
        if entry.file_size > _MOST or entry.file_size > _RATIO * max(entry.compress_size, 4096):
            raise UsageError(f"{self.path.name}: {name} is too large to be a document's; nothing was read")
        try:
            data = self._zip.read(entry)
            _refuse_definitions(data)
            return ElementTree.fromstring(data)  # noqa: S314  (no definitions, no entities: refused above)
        except (expat.ExpatError, ElementTree.ParseError, RuntimeError, zipfile.BadZipFile, ValueError, OSError):
            raise UsageError(
                f"{self.path.name}: {name} cannot be read; open the file, save it again as .docx"
            ) from None

    def _types(self, name: str, folder: str) -> dict[str, str]:
        """Return where the related parts are, by the last word of their type."""
        root = self.read(name)
        found: dict[str, str] = {}
        for element in () if root is None else root:
            target, kind = element.get("Target", ""), element.get("Type", "").rsplit("/", 1)[-1]
            if element.get("TargetMode") != "External":
                path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                found.setdefault(kind, posixpath.normpath(path))
        return found


def _refuse_definitions(data: bytes) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("a document type definition")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(data, True)


class _Walk:
    """Goes through a document's body and keeps what is open: bookmarks, comments, tables, tracked changes."""

    def __init__(self, comments: dict[str, Comment], ended: Set[str] = frozenset()) -> None:
        self.blocks: list[Block] = []
        self.met: list[str] = []
        self.formats = 0
        self._comments, self._ended = comments, ended
        self._open: dict[str, None] = {}
        self._begun: set[str] = set()
        self._bookmarks: dict[str, str] = {}
        self._tables: list[int] = []
        self._table_count = 0
        self._current: list[int] = []
        self._change: list[str] = []

    def inside(self, element: Element) -> None:
        """Go through what an element holds."""
        for child in element:
            self._take(child, _name(child))

    def _take(self, element: Element, name: str) -> None:
        if name == "p":
            self._paragraph(element)
        elif name == "tbl":
            self._table_count += 1
            self._tables.append(self._table_count)
            self.inside(element)
            self._tables.pop()
        elif name in ("ins", "del", "moveTo", "moveFrom"):
            self._changed(element, name)
        elif name in _MARKS:
            self._mark(element, name)
        elif name in _SIGNS or name in ("t", "delText"):
            self._write((element.text or "") if name in ("t", "delText") else _SIGNS[name])
        elif name in ("drawing", "pict", "object"):
            self._picture()
            self.inside(element)
        elif name.endswith("PrChange"):
            self.formats += 1
        elif name == "AlternateContent":
            self.inside(next(iter(element), element))
        elif name not in ("instrText", "delInstrText"):
            self.inside(element)

    def _paragraph(self, element: Element) -> None:
        self.blocks.append(
            Block(table=self._tables[-1] if self._tables else 0, bookmarks=list(self._bookmarks.values()))
        )
        self._current.append(len(self.blocks) - 1)
        self.inside(element)
        self._current.pop()

    def _changed(self, element: Element, name: str) -> None:
        if self._current and len(element):
            block = self.blocks[self._current[-1]]
            date = _get(element, "date")
            block.authors.setdefault(_get(element, "author"), "" if isinstance(day(date[:10]), str) else date)
            block.changes += 1
        else:
            self.formats += 1
        self._change.append(name)
        self.inside(element)
        self._change.pop()

    def _mark(self, element: Element, name: str) -> None:
        id_ = _get(element, "id")
        if name == "bookmarkStart":
            if self._current:
                self.blocks[self._current[-1]].bookmarks.append(_get(element, "name"))
            if id_ in self._ended:  # LibreOffice loses some ends; such a bookmark is its own paragraph's
                self._bookmarks[id_] = _get(element, "name")
        elif name == "bookmarkEnd":
            self._bookmarks.pop(id_, None)
        elif name == "commentRangeEnd":
            self._open.pop(id_, None)
        elif id_ in self._comments:
            if id_ not in self.met:
                self.met.append(id_)
                self._comments[id_].blocks = [self._here()]
            if name == "commentRangeStart":
                self._open[id_] = None

    def _here(self) -> int:
        return self._current[-1] if self._current else len(self.blocks)

    def _touch(self, words: str) -> None:
        """Let every open comment stand on the current block; the first words it has take the place of its bare mark."""
        for id_ in self._open:
            comment = self._comments[id_]
            if id_ not in self._begun:
                self._begun.add(id_)
                comment.blocks = []
            if self._here() not in comment.blocks:
                comment.words += "\n" if comment.blocks else ""
                comment.blocks.append(self._here())
            comment.words += words

    def _picture(self) -> None:
        if self._current:
            self.blocks[self._current[-1]].picture = True
        self._touch("")

    def _write(self, words: str) -> None:
        if not self._current or not words:
            return
        block = self.blocks[self._current[-1]]
        block.words += "" if {"del", "moveFrom"} & set(self._change) else words
        block.was += "" if {"ins", "moveTo"} & set(self._change) else words
        self._touch(words)


_MARKS = ("bookmarkStart", "bookmarkEnd", "commentRangeStart", "commentRangeEnd", "commentReference")
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "", "sym": "?"}


def _comment(element: Element) -> Comment:
    walk = _Walk({})
    walk.inside(element)
    text = "\n\n".join(b.words.strip() for b in walk.blocks if b.words.strip())
    date = _get(element, "date")
    return Comment(
        id=_get(element, "id") or "?",
        author=_get(element, "author").strip(),
        initials=_get(element, "initials").strip(),
        date=date if not isinstance(day(date[:10]), str) else "",
        text=text,
        pictures=sum(b.picture for b in walk.blocks),
    )


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _get(element: Element, name: str) -> str:
    """Return an attribute by its name, whatever its namespace."""
    return next((v for k, v in element.items() if k.rpartition("}")[2] == name), "")
