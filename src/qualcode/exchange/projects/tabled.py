"""
Codings in a table (.csv, .tsv, .xlsx) into the one form of all projects; or a codebook, where no column is a document.

One coding a row: document, code, and its words or its place (start and end in code points) or both; coder, memo and
date where they are there. Columns are known by the usual names in English, German and French, among them those of
MAXQDA's exported segments and of Taguette's highlights; a mapping says what others are.
"""

from __future__ import annotations

from pathlib import Path

from qualcode.exchange.projects.database import number
from qualcode.exchange.projects.formats import Asked
from qualcode.exchange.projects.mapping import known_one, read_mapping
from qualcode.exchange.projects.record import Code, Project, UnreadableProjectError
from qualcode.exchange.projects.sheets import sheet
from qualcode.exchange.projects.texts import Passage, joined

COLUMNS = {
    "document": "document|document name|dokumentname|nom du document|file|source|filename|doc|dokument|transcript",
    "quote": "quote|segment|content|text|words|quotation|coded text|passage|zitat|extrait|seltext",
    "start": "start|pos0|selfirst|start_offset|from|begin offset",
    "end": "end|pos1|selend|end_offset|to|end offset",
    "code": "code|tag|codes|theme|label|codename|code name|kode",
    "coder": "coder|author|owner|created by|bearbeitet von|autor|auteur|creator|annotator|erstellt von|modified by",
    "memo": "memo|comment|kommentar|commentaire|note",
    "made": "made|created|creation date|date|erstellt am|bearbeitet am|datum|modified|cree le",
    "group": "document group|dokumentgruppe|groupe de documents",
    "definition": "definition|description|memo|comment|beschreibung|note",
    "parent": "parent|parent code|oberkategorie|above|category|obercode",
    "colour": "colour|color|farbe|couleur",
    "texts": "",
}
_BOOK = ("code", "definition", "parent", "colour")
_LINES = ("Beginning", "Anfang", "Begin", "Début")
"""MAXQDA's own columns of paragraphs, which are no places."""
_PARTED = (" > ", "\\", " / ", "::")


def read(path: Path, asked: Asked) -> Project:
    """
    Read a table of codings, or of codes.

    Raises:
        UnreadableProjectError: it is no table of either, damaged, or larger than the bounds.
        SourceError: the mapping cannot be read.
        UsageError: the mapping's folder of texts is not there.
    """
    told = read_mapping(asked.mapping, tuple(COLUMNS))
    head, rows = sheet(path)
    at = _columns(head, told)
    if "code" not in at:
        raise UnreadableProjectError(
            f"no column of it is the code; say which in a mapping (it has {', '.join(head[:30])})"
        )
    project = Project(path.stem, "table of codings", _origin(head))
    if "document" not in at:
        return _codebook(project, at, rows)
    if "quote" not in at and not ("start" in at and "end" in at):
        raise UnreadableProjectError("no column of it has the words, nor start and end; say which in a mapping")
    passages = []
    taguette = project.origin == "Taguette"
    for line, row in rows:
        cells = {k: row[n] for k, n in at.items()}
        path_ = _path(cells["code"], dotted=taguette)
        if not path_:
            project.losses.find("coding")
            project.losses.drop("coding", "it names no code", f"line {line}")
            continue
        start, end = (number(cells.get(k, "").strip() or -1) for k in ("start", "end"))
        document = "/".join(filter(None, (cells.get("group", "").strip(), cells["document"].strip()))) or "unnamed"
        one = Passage(document, path_, line, cells.get("quote", ""), start, end, cells.get("coder", "").strip())
        one.memo, one.made = cells.get("memo", "").strip(), cells.get("made", "").strip()
        passages.append(one)
    unread = [h for n, h in enumerate(head) if n not in at.values() and h]
    if unread:
        project.losses.remark(f"columns that are not read: {', '.join(unread[:30])}")
    folder = path.parent / told["texts"] if "texts" in told else path.parent
    return joined(project, passages, folder)


def _origin(head: list[str]) -> str:
    folded = [h.casefold() for h in head]
    if {"id", "document", "tag", "content"} <= set(folded):
        return "Taguette"
    if "segment" in folded and any(h.casefold() in ("code", "codesystem") for h in head):
        return "MAXQDA"
    return ""


def _columns(head: list[str], told: dict[str, str]) -> dict[str, int]:
    """Return which column is what: as the mapping says, else by the usual names; none twice."""
    found = {k: head.index(known_one(k, v, head)) for k, v in told.items() if k != "texts"}
    folded = [h.strip().casefold() for h in head]
    document = "document" in found or any(n in folded for n in COLUMNS["document"].split("|"))
    wanted = [k for k in COLUMNS if k not in _BOOK[1:]] if document else list(_BOOK)
    for key in wanted:
        if key in found:
            continue
        for name in COLUMNS[key].split("|") if COLUMNS[key] else ():
            if name in folded and folded.index(name) not in found.values():
                found[key] = folded.index(name)
                break
    if any(h in head for h in _LINES):
        for key in ("start", "end"):
            if key not in told:
                found.pop(key, None)
    if not document and "code" not in found and "name" in folded:
        found["code"] = folded.index("name")
    return found


def _path(told: str, *, dotted: bool = False) -> tuple[str, ...]:
    """Return a code's path, from the top."""
    for mark in (".",) if dotted else _PARTED:
        if mark in told:
            return tuple(filter(None, (p.strip() for p in told.split(mark))))
    return (told.strip(),) if told.strip() else ()


def _codebook(project: Project, at: dict[str, int], rows: list[tuple[int, list[str]]]) -> Project:
    project.format = "table of codes"
    by_name: dict[str, str] = {}
    for line, row in rows:
        cells = {k: row[n].strip() for k, n in at.items()}
        path = _path(cells["code"])
        project.losses.find("code")
        if not path:
            project.losses.drop("code", "it has no name", f"line {line}")
            continue
        guid = " > ".join(path)
        if guid in by_name:
            project.losses.drop("code", "a code of this name stands above it", f"line {line}")
            continue
        by_name[guid] = guid
        above = cells.get("parent", "") or " > ".join(path[:-1])
        project.codes.append(Code(guid, path[-1], above, cells.get("definition", ""), cells.get("colour", "")))
    return project
