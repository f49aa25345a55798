"""
A study as a REFI-QDA project (.qdpx) or codebook (.qdc), valid by its schema; the same study gives the same bytes.

By the letter: UTF-8, LF, code points, the end excluded; a passage's name is its quotation, by which others can prove
the places. For NVivo as it reads: UTF-16 units, CRLF and a mark in the texts, one code a passage. What REFI-QDA has no
place for stands in a note of its own, by which the package's own import gives the same study again (see ``refi.own``).
"""

from __future__ import annotations

import io
import re
import zipfile
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from qualcode.exchange.out.formats import Exported, For
from qualcode.exchange.out.markup import lost_signs, text, value
from qualcode.exchange.out.released import Released, released
from qualcode.exchange.projects.laid import record_of
from qualcode.exchange.projects.refi.own import ORIGIN, kept_note
from qualcode.plaintext.durable import put
from qualcode.study.case import Case
from qualcode.study.codebook import Code
from qualcode.study.coderfile import Excerpt
from qualcode.study.document import Document
from qualcode.study.study import Study

_SPACE = UUID("6f7c5a0e-6f39-5a41-9c58-6b4d8f0f3a11")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_COLOUR = re.compile(r"#(?:[0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})")
_NAME = 200
_CASE = ("kind", "position", "organisation", "figure", "figure_weight", "figure_basis", "figure_on", "circle", "status")
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


def write(study: Study, path: Path, asked: For) -> Exported:
    """Write the study; see ``out.export_study``."""
    whole = _Project(study, asked)
    if path.name.lower().endswith(".qdc"):
        data = whole.codebook().encode("utf-8")
        put(path.absolute().parent, path.name, data)
        return Exported((path.name,), {"code": len(study.codebook.codes)})
    put(path.absolute().parent, path.name, whole.packed())
    return whole.told(path)


class _Project:
    def __init__(self, study: Study, asked: For) -> None:
        self.study, self.asked = study, asked
        self.out: Released = released(study, asked.coder)
        self.nvivo = asked.receiver == "nvivo"
        self.record = record_of(study.root)
        self.known = {
            kind: {one[key]: one["guid"] for one in self.record.get(kind, ()) if one.get(key) and _is_guid(one["guid"])}
            for kind, key in (("codes", "code"), ("documents", "document"), ("cases", "case"), ("coders", "coder"))
        }
        self.base = str(uuid5(_SPACE, study.codebook.title))[:24]
        self.codes = {name: self.guid("codes", name) for name in study.codebook.codes}
        self.coders = sorted({f.coder for f in self.out.files if f.excerpts})
        self.codings = self.signs = 0

    def guid(self, kind: str, name: str) -> str:
        """Return a thing's guid: the one it was imported with, else one made of its kind and name."""
        return self.known.get(kind, {}).get(name) or str(
            uuid5(_SPACE, f"{self.study.codebook.title}\x1f{kind}\x1f{name}")
        )

    # the parts, in the order of the schema

    def markup(self) -> Iterator[str]:
        """Yield the project piece by piece."""
        yield (
            f'{_HEAD}<Project xmlns="urn:QDA-XML:project:1.0" name={self.value(self.study.codebook.title or "Study")} '
            f"origin={value(ORIGIN if not self.asked.receiver else f'{ORIGIN} for {self.asked.receiver}')}>"
        )
        names = {c["coder"]: c["name"] for c in self.record.get("coders", ())}
        users = [
            f"<User guid={value(self.guid('coders', c))} name={self.value(names.get(c) or c)}/>" for c in self.coders
        ]
        yield from _in("Users", users)
        yield from _in("CodeBook", _in("Codes", self._codes()))
        yield from _in("Variables", self._variables())
        yield from _in("Cases", (self._case(c) for c in self.study.cases.values()))
        yield from _in("Sources", self._sources())
        yield from _in("Notes", self._notes())
        yield from _in("Links", self._links())
        yield from _in("Sets", self._sets())
        yield "</Project>\n"

    def value(self, words: str) -> str:
        self.signs += lost_signs(words)
        return value(words)

    def text(self, words: str) -> str:
        self.signs += lost_signs(words)
        return text(words)

    def _description(self, words: str) -> str:
        return f"<Description>{self.text(words)}</Description>" if words else ""

    def _codes(self) -> Iterator[str]:
        """Yield the codes as a tree; a family is a folder, unless it is all that a project had."""
        book = self.study.codebook
        below: dict[str, list[Code]] = {}
        for code in book.codes.values():
            below.setdefault(code.parent or f"/{code.family}", []).append(code)
        for family in book.families.values():
            inside = "".join(self._code(c, below) for c in below.get(f"/{family.id}", ()))
            if not inside:
                continue
            if self.known["codes"] and family.id == "code":
                yield inside
            else:
                guid = self.guid("families", family.id)
                yield f'<Code guid="{guid}" name={self.value(family.label)} isCodable="false">'
                yield f"{self._description(family.rule)}{inside}</Code>"

    def _code(self, code: Code, below: dict[str, list[Code]]) -> str:
        told: dict[str, Any] = next((c for c in self.record.get("codes", ()) if c.get("code") == code.id), {})
        colour = told.get("colour") or ""
        colour = f' color="{colour}"' if _COLOUR.fullmatch(colour) else ""
        codable = "false" if told.get("codable") is False else "true"
        same = " ".join(str(told.get("description", "")).split()) == code.definition
        said = self._description(str(told["description"]) if told and same else code.definition)
        inside = said + self._refs("code", code.id) + "".join(self._code(c, below) for c in below.get(code.id, ()))
        head = f'<Code guid="{self.codes[code.id]}" name={self.value(code.label)} isCodable="{codable}"{colour}'
        return f"{head}>{inside}</Code>" if inside else f"{head}/>"

    def _refs(self, kind: str, name: str) -> str:
        """Return references to the memos about a thing."""
        about = self._about.get((kind, name), ())
        return "".join(f'<NoteRef targetGUID="{self.guid("memos", memo)}"/>' for memo in about)

    @cached_property
    def _about(self) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = {}
        for memo in self.out.memos.values():
            for one in memo.about:
                found.setdefault((one.kind, one.id), []).append(memo.id)
        return found

    def _values(self, case: Case) -> dict[str, str]:
        own = {k: str(v) for k in _CASE if (v := getattr(case, k)) not in ("", None)}
        return own | {k: v for k, v in case.attributes.items() if v}

    def _variables(self) -> Iterator[str]:
        for name in sorted({name for case in self.study.cases.values() for name in self._values(case)}):
            yield f'<Variable guid="{self.guid("variables", name)}" name={self.value(name)} typeOfVariable="Text"/>'

    def _case(self, case: Case) -> str:
        inside = self._description(case.note)
        for name, held in self._values(case).items():
            inside += f'<VariableValue><VariableRef targetGUID="{self.guid("variables", name)}"/>'
            inside += f"<TextValue>{self.text(held)}</TextValue></VariableValue>"
        for document in self.out.documents.values():
            if case.id in {document.author, *document.present, *(s.case for s in document.speakers)}:
                inside += f'<SourceRef targetGUID="{self.guid("documents", document.id)}"/>'
        return f'<Case guid="{self.guid("cases", case.id)}" name={self.value(case.label)}>{inside}</Case>'

    def _sources(self) -> Iterator[str]:
        by_document: dict[str, list[tuple[str, Excerpt]]] = {}
        for file in self.out.files:
            by_document.setdefault(file.document, []).extend((file.coder, e) for e in file.excerpts)
        names = {d["document"]: d["name"] for d in self.record.get("documents", ())}
        users = {c: self.guid("coders", c) for c in self.coders}
        for name, document in self.out.documents.items():
            guid = self.guid("documents", name)
            yield (
                f'<TextSource guid="{guid}" name={self.value(names.get(name) or document.title or name)} '
                f'plainTextPath="internal://{guid}.txt">'
            )
            count = _Count(self.out.texts[name], nvivo=self.nvivo)
            marked = sorted(by_document.get(name, ()), key=lambda one: (one[1].place, one[0]))
            yield "".join([self._selection(document, e, users[coder], count) for coder, e in marked])
            yield f"{self._refs('document', name)}</TextSource>"

    def _selection(self, document: Document, excerpt: Excerpt, user: str, count: _Count) -> str:
        """
        Write a passage with its codings; for NVivo a passage for each coding.

        In its guid, and those of its codings, the excerpt's id can be read.
        """
        if excerpt.text != document.hash:
            return ""  # its text is another now; check tells
        anchor = excerpt.anchor
        who = f'creatingUser="{user}" creationDateTime="{excerpt.made}"'
        shown = anchor.quote if len(anchor.quote) <= _NAME else anchor.quote[:_NAME] + "…"
        place = f'startPosition="{count.of(anchor.start)}" endPosition="{count.of(anchor.end)}"'
        first, coding, last = f"5e{self.base[2:]}", f"c0{self.base[2:]}", excerpt.id[1:]
        codes, names = self.codes, sorted(excerpt.codes) if len(excerpt.codes) > 1 else excerpt.codes
        codings = [
            f'<Coding guid="{coding}{n:02x}{last}" {who}><CodeRef targetGUID="{codes[c]}"/></Coding>'
            for n, c in enumerate(names)
        ]
        self.codings += len(codings)
        said, refs = self._description(excerpt.memo or ""), self._refs("excerpt", excerpt.id)
        parts = codings if self.nvivo else ["".join(codings)]
        return "".join(
            f'<PlainTextSelection guid="{first}{n:02x}{last}" name={value(shown)} {place} {who}>'
            f"{said}{part}{refs}</PlainTextSelection>"
            for n, part in enumerate(parts)
        )

    def _notes(self) -> Iterator[str]:
        for memo in self.out.memos.values():
            yield (
                f'<Note guid="{self.guid("memos", memo.id)}" name={self.value(memo.title)} '
                f'creationDateTime="{memo.on}T00:00:00Z"><PlainTextContent>{self.text(memo.text)}</PlainTextContent></Note>'
            )
        if not self.asked.receiver and not self.asked.coder:
            whole = {name: d for name, d in self.out.documents.items() if name not in self.out.in_part}
            heads = {self.guid("documents", name): d.path for name, d in whole.items()}
            guids = {"documents": heads, "coders": {self.guid("coders", c): c for c in self.coders}}
            guids["codes"] = {guid: name for name, guid in self.codes.items()}
            for number, (title, held) in enumerate(kept_note(self.study, whole, self.out.memos, guids)):
                guid = self.guid("kept", str(number))
                yield f'<Note guid="{guid}" name={value(title)}>'
                yield f"<PlainTextContent>{text(held)}</PlainTextContent></Note>"

    def _links(self) -> Iterator[str]:
        there = {*self.codes.values(), *(self.guid("documents", d) for d in self.out.documents)}
        for one in self.record.get("links", ()):
            ends = one["origin"], one["target"]
            if _is_guid(one["guid"]) and there.issuperset(ends):
                way = one["direction"] if one["direction"] in ("Associative", "OneWay", "Bidirectional") else ""
                way = f' direction="{way}"' if way else ""
                yield (
                    f'<Link guid="{one["guid"]}" name={self.value(one["name"])}{way} '
                    f'originGUID="{ends[0]}" targetGUID="{ends[1]}"/>'
                )

    def _sets(self) -> Iterator[str]:
        there = {"code": set(self.codes.values())}
        there["source"] = {self.guid("documents", d) for d in self.out.documents}
        for one in self.record.get("sets", ()):
            if not _is_guid(one["guid"]):
                continue
            inside = self._description(one["description"])
            for kind, name in (("code", "MemberCode"), ("source", "MemberSource")):
                mine = [guid for k, guid in one["members"] if k == kind and guid in there[kind]]
                inside += "".join(f'<{name} targetGUID="{guid}"/>' for guid in mine)
            yield f'<Set guid="{one["guid"]}" name={self.value(one["name"])}>{inside}</Set>'

    # the files

    def codebook(self) -> str:
        """Return a codebook alone."""
        inside = "".join(_in("Codes", self._codes()))
        return f'{_HEAD}<CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin={value(ORIGIN)}>{inside}</CodeBook>\n'

    def packed(self) -> bytes:
        """Return the packed project."""
        data = io.BytesIO()
        folder = "Sources" if self.nvivo else "sources"
        with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            with archive.open(_entry("project.qde"), "w", force_zip64=True) as inner:
                for piece in self.markup():
                    inner.write(piece.encode("utf-8"))
            for name, held in self.out.texts.items():
                if self.nvivo:
                    held = "\ufeff" + held.replace("\n", "\r\n")
                archive.writestr(_entry(f"{folder}/{self.guid('documents', name)}.txt"), held.encode("utf-8"))
        return data.getvalue()

    def told(self, path: Path) -> Exported:
        """Tell what is in the file and what is not."""
        stances = sum(s is not None for f in self.out.files for e in f.excerpts for s in e.codes.values())
        people = sum(bool(e.case or e.holder) for f in self.out.files for e in f.excerpts)
        kept = not self.asked.receiver and not self.asked.coder
        where = "only in a note that other programs do not understand" if kept else "not told"
        lost = {
            "codings of withheld documents": self.out.codings_withheld,
            "memos on withheld documents": self.out.memos_withheld,
            f"stances: {where}": stances,
            f"who speaks, and whose view a passage is: {where}": people,
            f"ties: {where}": len(self.study.ties),
            f"acts: {where}": len(self.study.acts),
            "settled codings: not told": sum(len(f.excerpts) for f in self.study.agreed.values()),
            "suggestions that were turned down: not told": sum(len(f.excerpts) for f in self.study.rejected.values()),
            "signs that XML cannot have, written as U+FFFD": self.signs,
        }
        counts = {"document": len(self.out.documents), "code": len(self.codes), "coding": self.codings}
        return Exported((path.name,), counts | {"memo": len(self.out.memos)}, self.out.withheld, lost)


class _Count:
    """Counts places of a text as the receiver does."""

    def __init__(self, text: str, *, nvivo: bool) -> None:
        self.wider: list[int] = []
        if nvivo:
            self.wider = [m.start() for m in re.finditer("[\n\U00010000-\U0010ffff]", text)]

    def of(self, place: int) -> int:
        """Return a place as the receiver counts it."""
        return place + bisect_left(self.wider, place) if self.wider else place


def _in(name: str, parts: Iterator[str] | list[str]) -> Iterator[str]:
    """Yield parts inside an element; nothing where there are none, since no container may be empty."""
    begun = False
    for part in parts:
        if not begun:
            yield f"<{name}>"
            begun = True
        yield part
    if begun:
        yield f"</{name}>"


def _is_guid(told: object) -> bool:
    return isinstance(told, str) and _GUID.fullmatch(told) is not None


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
    return entry
