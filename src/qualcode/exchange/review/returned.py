"""
A Word document that came back: its blocks in order, the comments on them, and the changes that were tracked.

Word's and LibreOffice's way of writing are both read, and Word's strict one; names are compared without their
namespace. Nothing is run, unpacked to the disk or fetched; a file with definitions of its own is refused. The time it
takes grows with the file and no faster: a comment that stands on very much is cut short, and says by how much.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Set
from dataclasses import dataclass, field
from itertools import accumulate, chain
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from qualcode.errors import UsageError
from qualcode.plaintext.source import day

_MOST, _RATIO, _PARTS = 40_000_000, 400, 5_000
"""How many bytes the parts may have in all, how many times their packed size, and how many parts there may be."""
_DIRECTORY, _DIRECTORY_END = 2_000_000, b"PK\x05\x06"
_COMMENTS, _BOOKMARKS = 50_000, 200
"""How many comments there may be, and how many bookmarks that are open at one place."""
_LETTERS, _BLOCKS, _IN_ALL = 20_000, 200, 20_000_000
"""How many letters and paragraphs of what a comment stands on are kept, and how many letters of all comments."""
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

    ``answers`` is the id of the comment that it answers; ``pictures`` counts what it holds besides words; ``more`` the
    letters that it stands on besides ``words``, where that is very much.
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
    more: int = 0


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
        UsageError: it is not there, no .docx, damaged, larger than any review, or nothing that a word processor writes.
    """
    try:
        return _read(path)
    except RecursionError:
        raise UsageError(f"{path.name}: is nested deeper than a word processor nests; nothing was read") from None


def _read(path: Path) -> Returned:
    parts = _Parts(path)
    body = parts.read(parts.main)
    if body is None:
        raise UsageError(f"{path.name}: holds no Word document; save it as .docx and import that")
    said = parts.related("comments")
    extended = parts.related("commentsExtended")
    by_paragraph: dict[str, str] = {}
    comments: dict[str, Comment] = {}
    elements = [] if said is None else [e for e in said if _name(e) == "comment"]
    if len(elements) > _COMMENTS:
        raise UsageError(f"{path.name}: has {len(elements):,} comments, and no review has more than {_COMMENTS:,}")
    for number, element in enumerate(elements):
        comment = _comment(element)
        if comment.id in comments:
            comment.id += f"+{number}"
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
    walk.close()
    for comment in comments.values():
        parent = comments.get(comment.answers)
        if parent and not comment.blocks:
            comment.words, comment.blocks, comment.more = parent.words, list(parent.blocks), parent.more
    order = {id_: n for n, id_ in enumerate(walk.met)}
    ordered = sorted(comments.values(), key=lambda c: (order.get(c.answers or c.id, len(order)), bool(c.answers)))
    return Returned(walk.blocks, ordered, walk.formats)


class _Parts:
    """The parts of a packed document, read one at a time and never unpacked."""

    def __init__(self, path: Path) -> None:
        self.path, self._left = path, _MOST
        try:
            if path.is_file() and _directory_size(path) > _DIRECTORY:
                raise UsageError(f"{path.name}: is packed in a way no word processor packs; save it again as .docx")
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
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UsageError(f"{self.path.name}: is packed in a way no word processor packs; save it again as .docx")
        self._left -= entry.file_size
        if self._left < 0 or entry.file_size > _RATIO * max(entry.compress_size, 4096):
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


def _directory_size(path: Path) -> int:
    """Return how many bytes the list of parts has, before it is read; 0 where there is none."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 66_000))
        end = file.read()
    at = end.rfind(_DIRECTORY_END)
    return int.from_bytes(end[at + 12 : at + 16], "little") if at >= 0 else 0


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
        self.met: dict[str, None] = {}
        self.formats = 0
        self._comments, self._ended = comments, ended
        self._open: dict[str, int] = {}
        self._most = _LETTERS
        self._ranges: dict[str, list[tuple[int, int]]] = {}
        self._touched: list[tuple[int, str]] = []
        self._said: list[tuple[list[str], list[str]]] = []
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
        self._said.append(([], []))
        if len(self._bookmarks) > _BOOKMARKS:
            raise UsageError(f"more than {_BOOKMARKS} bookmarks are open at one place; no word processor writes that")
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
            self._end(id_)
        elif id_ in self._comments:
            if id_ not in self.met:
                self.met[id_] = None
                self._comments[id_].blocks = [self._here()]
            if name == "commentRangeStart":
                self._open.setdefault(id_, len(self._touched))

    def _here(self) -> int:
        return self._current[-1] if self._current else len(self.blocks)

    def _end(self, id_: str) -> None:
        start = self._open.pop(id_, None)
        if start is not None:
            self._ranges.setdefault(id_, []).append((start, len(self._touched)))

    def close(self) -> None:
        """Give each block its words, and each comment the words and blocks that it stands on."""
        for block, (words, was) in zip(self.blocks, self._said, strict=True):
            block.words, block.was = "".join(words), "".join(was)
        for id_ in list(self._open):  # a comment that nothing ends stands on all that follows
            self._end(id_)
        self._most = min(_LETTERS, _IN_ALL // max(1, len(self._ranges)))
        length = list(accumulate((len(words) for _, words in self._touched), initial=0))
        for id_, ranges in self._ranges.items():
            self._stand(self._comments[id_], ranges, length)

    def _stand(self, comment: Comment, ranges: list[tuple[int, int]], length: list[int]) -> None:
        """Let a comment stand on what it was open over; the first words it has take the place of its bare mark."""
        blocks: dict[int, None] = {}
        words: list[str] = []
        kept = 0
        for n in chain.from_iterable(range(start, end) for start, end in ranges):
            here, said = self._touched[n]
            if kept > self._most or len(blocks) > _BLOCKS or len(words) > self._most:
                break
            words += ["\n"] if blocks and here not in blocks else []
            blocks[here] = None
            words.append(said)
            kept += len(said)
        if blocks:
            comment.blocks, comment.words = list(blocks), "".join(words)
            comment.more = sum(length[end] - length[start] for start, end in ranges) - kept

    def _picture(self) -> None:
        if self._current:
            self.blocks[self._current[-1]].picture = True
        self._touched.append((self._here(), ""))

    def _write(self, words: str) -> None:
        if not self._current or not words:
            return
        here = self._current[-1]
        if not {"del", "moveFrom"} & set(self._change):
            self._said[here][0].append(words)
        if not {"ins", "moveTo"} & set(self._change):
            self._said[here][1].append(words)
        self._touched.append((here, words))


_MARKS = ("bookmarkStart", "bookmarkEnd", "commentRangeStart", "commentRangeEnd", "commentReference")
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "", "sym": "?"}


def _comment(element: Element) -> Comment:
    walk = _Walk({})
    walk.inside(element)
    walk.close()
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
