"""
A foreign project laid down as a study: whole or not at all, proved by reading it again.

The study holds what a study can hold; everything else stands in ``coding/imported/NAME.json``, with every name and
guid that the project had, so that it can be written back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qualcode.errors import Problem, SourceError
from qualcode.exchange.projects.beside import Beside, beside, coded_beside, free_name, memos_beside
from qualcode.exchange.projects.names import UNTOLD, Ids
from qualcode.exchange.projects.passages import Passages, passages_of
from qualcode.exchange.projects.record import Note, Project
from qualcode.exchange.projects.roles import take_roles
from qualcode.exchange.projects.written import (
    Named,
    cases_of,
    codebook_of,
    dates_of,
    document_of,
    memos_of,
    variables_of,
)
from qualcode.plaintext.anchor import text_hash
from qualcode.plaintext.folder import listed, read_bytes
from qualcode.plaintext.laid import lay_folder
from qualcode.plural import number_of
from qualcode.study.coderfile import read_coder_file
from qualcode.study.crosscheck import Known, check_coder_files, check_memos
from qualcode.study.layout import bare_study
from qualcode.study.memo import read_memo
from qualcode.study.opening import open_study
from qualcode.study.study import CASES, CODEBOOK, Study

IMPORTED = "coding/imported"


@dataclass(frozen=True)
class Choices:
    """
    What whoever imports decides: ``language`` and ``on`` (YYYY-MM-DD) of documents that tell none, and what their
    ``consent`` and ``release`` are; ``roles``: a file that says what is what in a discourse network (see ``roles``).
    """

    language: str = "und"
    on: str = ""
    consent: str = "quote"
    release: str = "open"
    roles: Path | None = None


@dataclass(frozen=True)
class Laid:
    """A study as it will be, or is: its files, and what became of everything."""

    project: Project
    files: dict[str, bytes] = field(repr=False)
    passages: Passages = field(repr=False)
    texts: dict[str, str] = field(repr=False)
    there: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON holds it: what was read and how, and the table of losses."""
        p = self.project
        about = {"project": p.name, "format": p.format, "origin": p.origin, "reading": p.reading}
        return {**about, "losses": p.losses.as_json()}

    def __str__(self) -> str:
        p = self.project
        excerpts = sum(self.passages.excerpts.values())
        documents = len(self.texts)
        coders = {name.split("/")[2] for name in self.passages.files}
        counts = [number_of(documents, "document"), number_of(len(p.codes), "code"), number_of(len(p.cases), "case")]
        counts += [f"{number_of(self.passages.codings, 'coding')} in {number_of(excerpts, 'passage')}"]
        counts += [number_of(len(coders), "coder")]
        head = f"{p.format}{f', written by {p.origin}' if p.origin else ''}: {', '.join(counts)}"
        told = [f"{key}: {value}" for key, value in p.reading.items()]
        return "\n".join([head, *told, str(p.losses)])


def files_of(project: Project, sha256: str, choices: Choices, into: Study | None = None) -> Laid:
    """
    Return a study's files, made of a project; of a study that is there, those that are new or other than before.

    *sha256* is that of the project's file; *into*: the study that is there.
    """
    if choices.roles is not None:
        take_roles(project, choices.roles)
    _once(project)
    named = Beside(project, into) if into else Named(project)
    authors = _authors(project)
    if isinstance(named, Beside):
        authors = {g: c for g, c in authors.items() if g not in named.same or named.speaks(g, c)}
    dates = {} if project.own else dates_of(project, choices.on)
    passages = passages_of(project, named, authors, into.excerpt_ids if into else ())
    files = {} if into else {n: t.encode("utf-8") for n, t in bare_study().items()}
    if isinstance(named, Beside):
        coded_beside(named.study, passages)
        new, memos = beside(project, named, choices.on)
        files |= new
    else:
        book, memos = ("", []) if project.own else codebook_of(project, named)
        cases, further = ("", []) if project.own else cases_of(project, named)
        memos += further
        files |= {CODEBOOK: book.encode("utf-8"), CASES: cases.encode("utf-8")}
    memos += _descriptions(project, named)
    mode = choices.consent, choices.release
    for source in project.sources:
        if source.guid in named.documents and source.guid not in named.same:
            author = named.cases.get(authors.get(source.guid, ""), "")
            if project.own and source.guid in project.own.heads:
                text = project.own.heads[source.guid][1] + source.text.stored
            else:
                text = document_of(source, author, choices.language, dates.get(source.guid, UNTOLD[:10]), mode)
            files[named.paths[source.guid]] = text.encode("utf-8")
    files |= passages.files
    notes = {} if project.own else memos_of(project, named, memos, passages.ids)
    notes = memos_beside(into, notes) if into else notes
    files |= {n: t.encode("utf-8") for n, t in (project.own.files if project.own else notes).items()}
    variables = variables_of(project, named)
    free = (lambda stem, ending: free_name(into.root, stem, ending)) if into else "{}{}".format
    files |= {free("data/document-variables", ".csv"): variables.encode("utf-8")} if variables else {}
    _tell(project, named, authors, choices)
    record = _record(project, named, sha256)
    path = free(f"{IMPORTED}/{Ids('project').of(project.name)}", ".json")
    if passages.table:
        files[f"{path.removesuffix('.json')}-passages.csv"] = passages.table.encode("utf-8")
    project.codings.clear()  # they stand in the files now
    files[path] = (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    texts = {named.documents[s.guid]: text_hash(s.text.stored) for s in project.sources if s.guid in named.documents}
    return Laid(project, files, passages, texts)


def _descriptions(project: Project, named: Named) -> list[Note]:
    """Return what is said of sources, as memos; tell what their texts are not as they were."""
    memos = []
    for source in project.sources:
        if source.guid in named.documents:
            if source.description.strip():
                about = [("source", source.guid)]
                memos.append(
                    Note(f"{source.guid} description", "Description", source.description, source.made, "", about)
                )
            for what, number in source.text.changes.items():
                project.losses.change("source", f"{what} ({number:,})", source.guid)
        else:
            project.losses.keep_aside("source", "it has no text to code", source.guid)
    return memos


def _once(project: Project) -> None:
    """Keep the first of things that a project has under one id; the others are told."""
    every: dict[str, list[Any]] = {"code": project.codes, "source": project.sources, "case": project.cases}
    for element, things in (every | {"coder": project.coders}).items():
        first = {one.guid: one for one in reversed(things)}
        for one in things:
            if first[one.guid] is not one:
                project.losses.drop(element, "another stands there under the same id", one.guid)
        things[:] = [one for one in things if first[one.guid] is one]


def lay_down(laid: Laid, study: Path) -> None:
    """
    Write the study, if all of it is right when it is read again.

    Raises:
        UsageError: the folder is there and not empty.
        SourceError: what was written has problems when it is read again; nothing is there.
        WriteError: the disk or a permission refused; nothing is there.
    """

    def prove(folder: Path) -> None:
        aside = folder.parent / "aside"
        aside.mkdir()
        late = [name for name in ("coders", "memos") if (folder / "coding" / name).is_dir()]
        for name in late:
            (folder / "coding" / name).rename(aside / name)
        there = open_study(folder)  # all but the codings, which are many and looked at one file after the other
        problems = list(there.problems)
        for name in late:
            (aside / name).rename(folder / "coding" / name)
        known, ids = Known(there.documents, there.cases, there.codebook), set[str]()
        for name, number in laid.passages.excerpts.items():
            if laid.project.own:  # not made here: read as every study is
                file, wrong = read_coder_file(folder / name, name, name.split("/")[2])
                wrong = [*wrong, *check_coder_files([file], known)]
                problems += wrong
                if wrong:
                    continue
            _hold(name, read_bytes(folder, name), number, known, ids, made_here=laid.project.own is None)
        memos = {n: read_memo(folder / n, n) for n in laid.files if n.startswith("coding/memos/")}
        problems += [problem for _, wrong in memos.values() for problem in wrong]
        problems += check_memos({m.id: m for m, _ in memos.values() if m}, ids, known)
        if problems:
            raise SourceError(problems)
        for name, hash_ in laid.texts.items():
            if there.documents[name].hash != hash_:
                raise AssertionError(f"{name}: the text is not as it was read")

    lay_folder(study, laid.files, prove)


def _hold(name: str, data: bytes, number: int, known: Known, ids: set[str], *, made_here: bool) -> None:
    """Hold each line of a coder's file against the text, the codebook and the order; take its excerpts' ids."""
    document = known.documents[name.rpartition("/")[2].removesuffix(".jsonl")]
    codes, text, hash_ = known.codebook.codes if known.codebook else {}, document.text, document.hash
    right, last = 0, (0, 0, "")
    for about in json.loads(b"[" + b",".join(line for line in data.splitlines() if line) + b"]"):
        if "excerpt" not in about:
            continue
        start, end, excerpt = about["start"], about["end"], about["excerpt"]
        place = start, end, excerpt
        if text[start:end] == about["quote"] and place > last and excerpt not in ids:
            right += not made_here or (about["text"] == hash_ and all(c in codes for c in about["codes"]))
        ids.add(excerpt)
        last = place
    if right != number:
        raise AssertionError(f"{name}: an excerpt is not the words at its place, or stands there twice")


def records_of(root: Path) -> list[dict[str, Any]]:
    """Return the records of the imports that made a study, or came into it, by name; none where there was none."""
    folder, records = root / IMPORTED, list[dict[str, Any]]()
    for name in listed(root, IMPORTED) if folder.is_dir() else ():
        if name.endswith(".json"):
            try:
                found = json.loads(read_bytes(root, f"{IMPORTED}/{name}"))
            except (ValueError, RecursionError):
                found = None
            if not isinstance(found, dict):
                what = "is no record of an import; restore it from its history"
                raise SourceError([Problem(f"{IMPORTED}/{name}", 0, what)])
            records.append(found)
    return records


def record_of(root: Path) -> dict[str, Any]:
    """Return the records of all imports as one, the first of what two say otherwise; empty where there was none."""
    found: dict[str, Any] = {}
    for record in records_of(root):
        for key, value in record.items():
            there = found.setdefault(key, value)
            if there is not value and isinstance(there, list) and isinstance(value, list):
                known = {one.get("guid") for one in there} if key in ("sets", "links") else set()
                found[key] = [*there, *(one for one in value if one.get("guid") not in known)]
    return found


def is_in(study: Path, sha256: str) -> bool:
    """Say whether a study was made of the file with this hash, or has taken it in."""
    return any(record.get("sha256") == sha256 for record in records_of(study))


def _authors(project: Project) -> dict[str, str]:
    """Return the case to which all of a source belongs, where it is one."""
    whole: dict[str, set[str]] = {}
    for case in project.cases:
        for source, start, _ in case.stretches:
            if start is None:
                whole.setdefault(source, set()).add(case.guid)
    return {source: cases.pop() for source, cases in whole.items() if len(cases) == 1}


def _tell(project: Project, named: Named, authors: Mapping[str, str], choices: Choices) -> None:
    """Tell once, with numbers, what the one who goes on should know."""
    losses = project.losses
    if project.own:
        losses.remark("written by this package: the same study again, by a note of its own")
        return
    orphans = sum(guid not in authors for guid in named.documents)
    if orphans:
        what = f"{number_of(orphans, 'document belongs', 'documents belong')} to no one case"
        losses.remark(f"{what}: statements in them are nobody's, unless a passage says whose; name their author")
    if named.documents:
        what = f"written with consent: {choices.consent} and release: {choices.release}, which the project does not say"
        losses.remark(f"{number_of(len(named.documents), 'document is', 'documents are')} {what}; see that it is so")
    busy = {k.coder for k in project.codings}
    for guid in (c.guid for c in project.coders if c.guid not in busy):
        losses.keep_aside("coder", "has coded nothing here", guid)


def _record(project: Project, named: Named, sha256: str) -> dict[str, Any]:
    """Return what stands beside the study: names, guids, and what a study has no place for."""
    p = project
    about: dict[str, Any] = {"project": p.name, "format": p.format, "origin": p.origin, "made": p.made}
    about |= {"sha256": sha256, "reading": p.reading}
    about["coders"] = [{"coder": named.coders[c.guid], "guid": c.guid, "name": c.name} for c in p.coders]
    about["codes"] = [
        {"code": named.codes[c.guid], "guid": c.guid, "name": c.name, "description": c.description}
        | {"colour": c.colour, "codable": c.codable}
        for c in p.codes
    ]
    about["documents"] = [
        {"document": named.documents.get(s.guid, ""), "guid": s.guid, "name": s.name, "made": s.made}
        | {"medium": s.medium, "variables": s.variables, "description": s.description}
        for s in p.sources
    ]
    about["cases"] = [
        {"case": named.cases[c.guid], "guid": c.guid, "name": c.name, "description": c.description}
        | {"variables": c.variables, "stretches": [list(s) for s in c.stretches]}
        for c in p.cases
    ]
    about["sets"] = [
        {"guid": g.guid, "name": g.name, "description": g.description, "members": g.members} for g in p.groups
    ]
    about["links"] = [
        {"guid": k.guid, "name": k.name, "origin": k.origin, "target": k.target, "direction": k.direction}
        for k in p.links
    ]
    return about | {"aside": p.aside, "losses": p.losses.as_json()}
