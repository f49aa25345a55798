"""
What a REFI-QDA project says, element by element, as it is written: places not yet read, nothing yet joined.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qualcode.exchange.projects.losses import Losses
from qualcode.exchange.projects.record import Code, Coder, Group, Link
from qualcode.exchange.projects.refi.markup import (
    LOCAL,
    Handler,
    child,
    children,
    guid,
    guid_of,
    local,
    number,
    refs,
    words,
)

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_MEDIA = {"TextSource": "text", "PDFSource": "pdf", "PictureSource": "picture"}
_MEDIA |= {"AudioSource": "audio", "VideoSource": "video"}
_VALUES = ("TextValue", "BooleanValue", "IntegerValue", "FloatValue", "DateValue", "DateTimeValue")
_NONE: list[str] = []
_KEPT = 200_000
"""An element that is kept aside as it is written may have so many letters."""


@dataclass(slots=True)
class Coded:
    """A Coding element: guid, code, coder, when, and the notes it names."""

    guid: str
    code: str
    coder: str
    made: str
    notes: list[str]


@dataclass(slots=True)
class Selection:
    """A selection: of what, from where to where as written, its words, who made it when, its codings and notes."""

    guid: str
    of: str
    start: int | None
    end: int | None
    name: str
    description: str
    coder: str
    made: str
    codings: list[Coded]
    notes: list[str]
    quote: str = ""
    kind: str = "text"


@dataclass(slots=True)
class Written:
    """A text: of a source, a representation, a transcript or a note; where it is, and what hangs on it as a whole."""

    guid: str
    name: str
    path: str
    rich: str
    content: str | None
    made: str
    coder: str
    description: str
    medium: str = "text"
    of: str = ""
    codings: list[Coded] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    variables: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Cased:
    """A Case element: its values by variable, and what it points to."""

    guid: str
    name: str
    description: str
    variables: list[tuple[str, str]]
    codes: list[str]
    sources: list[str]
    selections: list[str]


class Elements:
    """Gathers a project's elements as they end."""

    def __init__(self, stem: str) -> None:
        self.name, self.origin, self.made, self.coder = stem, "", "", ""
        self.description = ""
        self.notes_on_all: list[str] = []
        self.coders: list[Coder] = []
        self.codes: list[Code] = []
        self.code_notes: list[tuple[str, str]] = []
        self.variables: dict[str, str] = {}
        self.types: dict[str, str] = {}
        self.cases: list[Cased] = []
        self.sources: dict[str, Written] = {}
        self.texts: dict[str, Written] = {}
        self.notes: dict[str, Written] = {}
        self.selections: list[Selection] = []
        self.groups: list[Group] = []
        self.links: list[Link] = []
        self.aside: dict[str, Any] = {}
        self.losses = Losses()
        self._seen: dict[str, set[str]] = {}
        self._nameless = 0
        self._parent: Element | None = None
        self._of = ""
        self._strings: dict[str, str] = {}
        self._guids: dict[str, str] = {}
        self._points: dict[str, int | None] = {}

    def root(self, root: Element) -> None:
        """Take what stands at the root."""
        self.name = root.get("name") or self.name
        self.origin, self.made = root.get("origin") or "", root.get("creationDateTime") or ""
        self.coder = guid_of(root, "creatingUserGUID")
        for key in ("basePath", "modifiedDateTime", "modifyingUserGUID"):
            if root.get(key) and key != "basePath":
                self.aside[key] = root.get(key)

    def handlers(self) -> dict[str, Handler]:
        """Return what takes each element."""
        sources = dict.fromkeys(_MEDIA, self._source)
        texts = dict.fromkeys(("Representation", "Transcript", "TextDescription"), self._text)
        far = dict.fromkeys(("PictureSelection", "AudioSelection", "VideoSelection", "PDFSelection"), self._far)
        one: dict[str, Handler] = {"User": self._user, "Codes": self._codes, "Variable": self._variable}
        one |= {"Case": self._case, "PlainTextSelection": self._selection, "TranscriptSelection": self._transcribed}
        one |= {"SyncPoint": self._point, "Note": self._note, "Link": self._link, "Set": self._set}
        return {**sources, **texts, **far, **one, "Graph": self._graph, "Project": self._end}

    def _id(self, element: Element, kind: str) -> str:
        """Return an element's guid; one that is missing, or stands there twice, is told and gets another."""
        found = guid(element.get("guid") or "")
        seen = self._seen.get(kind)
        if seen is None:
            seen = self._seen[kind] = set()
        if not found or found in seen:
            self._nameless += 1
            told = "its guid stands there twice" if found else "it has no guid"
            new = f"{found}#{self._nameless}" if found else f"none#{self._nameless}"
            self.losses.change(kind, told, new)
            found = new
        seen.add(found)
        return found

    def count(self) -> None:
        """Count what was found, when all of it was."""
        for kind, seen in self._seen.items():
            self.losses.found[kind] += len(seen)

    def _user(self, element: Element) -> None:
        self.coders.append(Coder(self._id(element, "coder"), element.get("name") or element.get("id") or ""))

    def _codes(self, element: Element) -> None:
        waiting: list[tuple[Element, str]] = [(c, "") for c in reversed(children(element, "Code"))]
        while waiting:
            one, parent = waiting.pop()
            mine = self._id(one, "code")
            codable = (one.get("isCodable") or "true").strip().lower() not in ("false", "0")
            about = words(one, "Description"), one.get("color") or ""
            self.codes.append(Code(mine, one.get("name") or "", parent, *about, codable))
            self.code_notes += [(note, mine) for note in refs(one, "NoteRef")]
            waiting += [(c, mine) for c in reversed(children(one, "Code"))]

    def _variable(self, element: Element) -> None:
        guid = self._id(element, "variable")
        self.variables[guid] = element.get("name") or guid
        self.types[guid] = element.get("typeOfVariable") or "Text"
        if words(element, "Description").strip():
            self.aside.setdefault("variable descriptions", {})[guid] = words(element, "Description")

    def _values(self, element: Element) -> list[tuple[str, str]]:
        found = []
        for value in children(element, "VariableValue"):
            said = next((c for c in value if local(c) in _VALUES), None)
            for target in refs(value, "VariableRef")[:1]:
                found.append((target, "" if said is None else "".join(said.itertext())))
        return found

    def _case(self, element: Element) -> None:
        self.cases.append(
            Cased(
                self._id(element, "case"),
                element.get("name") or "",
                words(element, "Description"),
                self._values(element),
                refs(element, "CodeRef"),
                refs(element, "SourceRef"),
                refs(element, "SelectionRef"),
            )
        )

    def _inside(self, element: Element) -> tuple[str, list[Coded], list[str]]:
        """Return what a selection or a source holds: its description, its codings, the notes it names."""
        description, codings, notes = "", [], []
        for one in element:
            tag = one.tag
            name = LOCAL.get(tag) or local(one)
            if name == "Coding":
                codings.append(self._coding(one, element))
            elif name == "NoteRef":
                notes.append(guid_of(one, "targetGUID"))
            elif name == "Description" and not description:
                description = one.text or ""
        return description, codings, notes

    def _coding(self, one: Element, of: Element) -> Coded:
        code, notes = "", _NONE
        for inside in one:
            name = LOCAL.get(inside.tag) or local(inside)
            if name == "CodeRef" and not code:
                target = inside.get("targetGUID") or ""
                code = self._guids.get(target) or self._known(target)
            elif name == "NoteRef":
                notes = [*notes, guid_of(inside, "targetGUID")]
        get, guids = one.get, self._guids
        coder = get("creatingUser") or of.get("creatingUser") or ""
        made = get("creationDateTime") or of.get("creationDateTime") or ""
        strings = self._strings
        return Coded(
            self._id(one, "coding"), code, guids.get(coder) or self._known(coder), strings.setdefault(made, made), notes
        )

    def _known(self, told: str) -> str:
        """Return the one form of a guid that many things refer to."""
        found = self._guids[told] = guid(told)
        return found

    def _selection(self, element: Element) -> None:
        parent = element.getparent()
        start, end = number(element.get("startPosition")), number(element.get("endPosition"))
        if parent is not self._parent:
            self._parent, self._of = parent, "" if parent is None else guid_of(parent)
        self._mark(element, self._of, start, end)

    def _mark(
        self, element: Element, of: str, start: int | None, end: int | None, quote: str = "", kind: str = "text"
    ) -> None:
        description, codings, notes = self._inside(element)
        get = element.get
        coder, made, name = get("creatingUser") or "", get("creationDateTime") or "", get("name") or ""
        about = self._guids.get(coder) or self._known(coder), self._strings.setdefault(made, made)
        self.selections.append(
            Selection(
                self._id(element, "selection"),
                of,
                start,
                end,
                name,
                description,
                *about,
                codings,
                notes,
                quote,
                kind,
            )
        )

    def _point(self, element: Element) -> None:
        self._points[guid_of(element)] = number(element.get("position"))

    def _transcribed(self, element: Element) -> None:
        parent = element.getparent()
        start, end = (self._points.get(guid_of(element, f"{side}SyncPoint")) for side in ("from", "to"))
        self._mark(element, "" if parent is None else guid_of(parent), start, end)

    def _far(self, element: Element) -> None:
        """Take a selection of a picture, a recording or a page; a page's may carry the words that are in it."""
        parent = element.getparent()
        inside = self.texts.pop(guid_of(r), None) if (r := child(element, "Representation")) is not None else None
        quote = (inside.content or "") if inside else ""
        kind = local(element).removesuffix("Selection").lower()
        self._mark(element, "" if parent is None else guid_of(parent), None, None, quote, kind)

    def _written(self, element: Element, guid: str, medium: str) -> Written:
        content = child(element, "PlainTextContent")
        description, codings, notes = self._inside(element)
        return Written(
            guid,
            element.get("name") or "",
            element.get("plainTextPath") or "",
            element.get("richTextPath") or "",
            None if content is None else "".join(content.itertext()),
            element.get("creationDateTime") or "",
            guid_of(element, "creatingUser"),
            description,
            medium,
            "",
            codings,
            notes,
            self._values(element),
        )

    def _source(self, element: Element) -> None:
        guid = self._id(element, "source")
        self.sources[guid] = self._written(element, guid, _MEDIA[local(element)])

    def _text(self, element: Element) -> None:
        guid, parent = guid_of(element), element.getparent()
        one = self._written(element, guid, "text")
        one.of = "" if parent is None else guid_of(parent)
        self.texts[guid] = one

    def _note(self, element: Element) -> None:
        guid = self._id(element, "note")
        self.notes[guid] = self._written(element, guid, "text")

    def _link(self, element: Element) -> None:
        ends = guid_of(element, "originGUID"), guid_of(element, "targetGUID")
        one = Link(self._id(element, "link"), element.get("name") or "", *ends, element.get("direction") or "")
        self.links.append(one)
        if element.get("color"):
            self.aside.setdefault("link colours", {})[one.guid] = element.get("color")

    def _set(self, element: Element) -> None:
        members = [
            (kind, guid)
            for name, kind in (("MemberCode", "code"), ("MemberSource", "source"), ("MemberNote", "note"))
            for guid in refs(element, name)
        ]
        guid = self._id(element, "set")
        self.groups.append(Group(guid, element.get("name") or "", words(element, "Description"), members))

    def _graph(self, element: Element) -> None:
        from lxml import etree

        guid = self._id(element, "graph")
        written = etree.tostring(element, encoding="unicode", with_tail=False)
        if len(written) > _KEPT:
            self.losses.drop("graph", "it is larger than is kept aside", guid)
            return
        self.aside.setdefault("graphs", []).append(written)
        self.losses.keep_aside("graph", "a study has no drawings of a project", guid)

    def _end(self, element: Element) -> None:
        self.description = words(element, "Description")
        self.notes_on_all = refs(element, "NoteRef")
        known = ("Users", "CodeBook", "Variables", "Cases", "Sources", "Notes", "Links", "Sets", "Graphs")
        for one in element:
            if local(one) not in (*known, "Description", "NoteRef"):
                self.losses.find("unknown element")
                self.losses.drop("unknown element", f"no element of REFI-QDA 1.5 at {local(one)!r}", guid_of(one))
