"""
A Taguette project (SQLite) into the one form of all projects.

A document is HTML there, and places count bytes (UTF-8) of its text without the tags. In the study a paragraph's end is
a line's end, which is counted and moves places with it. The snippet that each highlight keeps proves its place.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from html.parser import HTMLParser
from pathlib import Path

from qualcode.errors import UsageError
from qualcode.exchange.projects.database import Database, Row, number, words
from qualcode.exchange.projects.formats import Asked
from qualcode.exchange.projects.places import Dialect, Text
from qualcode.exchange.projects.record import Code, Coder, Coding, Note, Project, Source, UnreadableProjectError

_SPELT = (
    "address article aside blockquote br dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main nav "
    "ol p pre section table td th tr ul"
)
_BLOCKS = frozenset(_SPELT.split())


def read(path: Path, asked: Asked) -> Project:
    """
    Read the one project of a Taguette database, or that whose number ``asked.dialect`` is (``project=2``).

    Raises:
        UnreadableProjectError: it is none, damaged, larger than the bounds, or has several projects and none is named.
        UsageError: ``asked.dialect`` is no project.
    """
    with Database(path) as there:
        if not there.has("projects", "documents", "highlights", "tags"):
            raise UnreadableProjectError("it has no tables projects, documents, highlights and tags: not Taguette's")
        return _read(there, path.stem, asked.dialect)


def _read(there: Database, stem: str, told: str) -> Project:
    rows = list(there.rows("projects", "id", "name", "description", "created"))
    known = [number(r["id"]) for r in rows]
    if told:
        wanted = number(told.removeprefix("project="))
        if wanted not in known:
            raise UsageError(f"--dialect {told}: takes project={known[0] if known else 1}, the number of a project")
        rows = [r for r in rows if number(r["id"]) == wanted]
    if len(rows) != 1:
        raise UnreadableProjectError(
            f"it holds {len(rows)} projects ({', '.join(map(str, known[:20]))}); say which: --dialect project=NUMBER"
        )
    row = rows[0]
    p = Project(words(row["name"]) or stem, "Taguette", "Taguette", words(row["created"]))
    if words(row["description"]).strip():
        p.notes.append(Note("description", "The project", words(row["description"]), p.made))
        p.losses.find("note")
    mine = number(row["id"])
    _codes(p, there, mine)
    pages = {}
    for doc in there.rows("documents", "id", "name", "description", "filename", "created", "project_id", "contents"):
        if number(doc["project_id"]) == mine:
            p.losses.find("source")
            guid = f"document {number(doc['id'])}"
            page = _Page(words(doc["contents"]))
            pages[guid] = page
            source = Source(guid, words(doc["name"]) or words(doc["filename"]), page.text, words(doc["created"]))
            source.description = words(doc["description"])
            p.sources.append(source)
            if page.ends:
                p.losses.change("source", f"ends of paragraphs written as line ends ({len(page.ends):,})", guid)
    _codings(p, there, mine, pages)
    return p


def _codes(p: Project, there: Database, mine: int) -> None:
    tags = [r for r in there.rows("tags", "id", "project_id", "path", "description") if number(r["project_id"]) == mine]
    by_path = {words(r["path"]): f"tag {number(r['id'])}" for r in tags}
    for row in tags:
        p.losses.find("code")
        path = words(row["path"])
        above = path.rpartition(".")[0]
        while above and above not in by_path:
            above = above.rpartition(".")[0]
        p.codes.append(Code(by_path[path], path, by_path.get(above, ""), words(row["description"])))


def _codings(p: Project, there: Database, mine: int, pages: dict[str, _Page]) -> None:
    tagged: dict[int, list[int]] = {}
    for row in there.rows("highlight_tags", "highlight_id", "tag_id"):
        tagged.setdefault(number(row["highlight_id"]), []).append(number(row["tag_id"]))
    who = _authors(there, mine)
    p.coders = [Coder(name, name) for name in sorted({name for name, _ in who.values()})]
    p.losses.find("coder", len(p.coders))
    right = total = 0
    for row in there.rows("highlights", "id", "document_id", "start_offset", "end_offset", "snippet"):
        guid = f"document {number(row['document_id'])}"
        if guid not in pages:
            continue
        one, page = number(row["id"]), pages[guid]
        start, end = page.place(number(row["start_offset"])), page.place(number(row["end_offset"]), last=True)
        kept = "".join(_Page(words(row["snippet"])).raw.split())
        stands = "".join(page.text.stored[max(start, 0) : max(end, 0)].split()) == kept
        total += 1
        right += stands
        coder, made = who.get(one, ("", ""))
        tags = tagged.get(one, [])
        if not tags:
            p.losses.find("coding")
            p.losses.drop("coding", "a highlight without a tag", f"highlight {one}")
        for tag in tags:
            p.losses.find("coding")
            coding = Coding(f"highlight {one} tag {tag}", guid, f"tag {tag}", start, end, coder, made)
            coding.passage = f"highlight {one}"
            p.codings.append(coding)
            if not stands:
                told = "the words at its place are not those that the project keeps beside it"
                p.losses.change("coding", told, coding.guid)
    p.reading = {"places": "bytes of the text without tags", "proved": bool(total) and right >= 0.9 * total}
    p.reading["words at their places"] = f"{right:,} of {total:,}"


def _authors(there: Database, mine: int) -> dict[int, tuple[str, str]]:
    """Return who made each highlight, and when: the first in the project's log."""
    found: dict[int, tuple[str, str]] = {}
    for row in there.rows("commands", "date", "user_login", "project_id", "payload"):
        one = _highlight(row, mine)
        if one is not None and one not in found:
            found[one] = (words(row["user_login"]) or "unknown", words(row["date"]))
    return found


def _highlight(row: Row, mine: int) -> int | None:
    if number(row["project_id"]) != mine:
        return None
    try:
        told = json.loads(words(row["payload"]))
    except (ValueError, RecursionError):
        return None
    if isinstance(told, dict) and told.get("type") == "highlight_add":
        return number(told.get("highlight_id", told.get("id")))
    return None


class _Page(HTMLParser):
    """The text of HTML: ``raw`` as a browser counts it, ``text`` with a line's end where a paragraph ends without."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._length = 0
        self._broken: list[int] = []
        self.feed(html.replace("\r\n", "\n").replace("\r", "\n"))
        self.close()
        self.raw = "".join(self._parts)
        self.ends = self._needed()
        pieces, before = [], 0
        for at in self.ends:
            pieces += [self.raw[before:at], "\n"]
            before = at
        self.text = Text("".join([*pieces, self.raw[before:]]))

    def handle_data(self, data: str) -> None:
        self._parts.append(data)
        self._length += len(data)

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._broken.append(self._length)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._broken.append(self._length)

    def _needed(self) -> list[int]:
        """Return where a paragraph ends and no line does."""
        return [at for at in sorted(set(self._broken)) if 0 < at < len(self.raw) and not self._blank(self.raw, at)]

    @staticmethod
    def _blank(raw: str, at: int) -> bool:
        return raw[at - 1] in "\r\n" or raw[at] in "\r\n"

    def place(self, position: int, *, last: bool = False) -> int:
        """Return where a byte of the bare text is in the stored one; -1 outside; *last*: the end of a stretch."""
        raw_at = _codepoint(self.raw, position)
        if raw_at < 0:
            return -1
        more = bisect_left(self.ends, raw_at) if last else bisect_right(self.ends, raw_at)
        found = self.text.place(raw_at + more, Dialect("codepoint", 2, bom=True))
        return found.at if found else -1


def _codepoint(text: str, byte: int) -> int:
    """Return the code point at a byte of a text; -1 outside."""
    data = text.encode("utf-8", "surrogatepass")
    if not 0 <= byte <= len(data):
        return -1
    while byte < len(data) and 0x80 <= data[byte] <= 0xBF:
        byte += 1
    return len(data[:byte].decode("utf-8", "surrogatepass"))
