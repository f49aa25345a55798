"""
A study's plain files, made of a foreign project: documents, codebook, cases, memos.

Names become ids, each once; nothing is decided that the project does not say. Codes are provisional until somebody
defines them; a description is their definition, in the words of whoever wrote it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from qualcode.exchange.projects.names import UNTOLD, Ids, moment
from qualcode.exchange.projects.record import Case, Code, Note, Own, Project, Source
from qualcode.exchange.transcripts.speakers import quoted
from qualcode.plural import number_of
from qualcode.study.case import CASE_COLUMNS, KINDS

CONSENT, RELEASE = "quote", "open"
_LONG = 2000
"""A description longer than this is a memo, since a codebook is for reading."""
_MERGE = re.compile(r"^(?=(?:<{7}|>{7}) )", re.MULTILINE)
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def flat(words: str) -> str:
    """Return words on one line."""
    return " ".join(words.split())


class Named:
    """The ids that the things of a project get in a study, by guid; ``same``: guids of what is there already."""

    same: frozenset[str] | set[str] = frozenset()

    def __init__(self, project: Project) -> None:
        names = Ids("document")
        self.documents = {s.guid: names.of(stem(s.name)) for s in project.sources if s.text.stored.strip()}
        self.families = project.families or {"code": ("Codes of the project", "theme")}
        first = next(iter(self.families))
        each = {family: Ids("code") for family in self.families}
        self.codes: dict[str, str] = {}
        for code in project.codes:
            family = code.family if code.family in self.families else first
            self.codes[code.guid] = f"{family}/{each[family].of(code.name)}"
        names = Ids("coder")
        self.coders = {c.guid: names.of(c.name) for c in project.coders}
        if any(c.coder not in self.coders for c in project.codings):
            self.unknown = names.of("unknown")
        names = Ids("case")
        self.cases = {c.guid: names.of(c.name) for c in project.cases}
        self.paths = {guid: f"documents/{name}.md" for guid, name in self.documents.items()}
        if project.own:
            self._as_they_were(project.own)

    def _as_they_were(self, own: Own) -> None:
        """Take the ids that a study of this package had."""
        self.paths |= {g: path for g, (path, _) in own.heads.items() if g in self.documents}
        self.documents = {g: PurePosixPath(path).stem for g, path in self.paths.items()}
        self.codes |= {g: name for g, name in own.codes.items() if g in self.codes}
        self.coders |= {g: name for g, name in own.coders.items() if g in self.coders}

    def coder(self, guid: str) -> str:
        """Return a coder's id; who is not told is one coder of their own."""
        return self.coders.get(guid) or self.unknown


def stem(name: str) -> str:
    """Return a file's name without its ending, where it looks like one."""
    return re.sub(r"\.(?:txt|docx?|odt|rtf|pdf|md|html?)$", "", name.strip(), flags=re.IGNORECASE)


def codebook_of(project: Project, named: Named) -> tuple[str, list[Note]]:
    """Return the codebook's text, and as memos the descriptions that are too long for it."""
    lines = [f"title: {quoted(flat(project.name) or 'Codebook')}", "version: 1"]
    if any(c.proposition for c in project.codes):
        lines.append("stances: {for: 1, mixed: 0, against: -1}")
    lines.append("families:")
    for family, (label, role) in named.families.items():
        lines += [f"  {family}:", f"    label: {quoted(flat(label) or family)}", f"    role: {role}"]
    lines.append("codes:")
    if not project.codes:
        project.losses.remark("the project has no codes; the codebook has one to begin with")
        lines += [f"  {next(iter(named.families))}/first:", "    label: A first code", "    status: provisional"]
    memos: list[Note] = []
    parents = {c.guid: c.parent for c in project.codes}
    for code in project.codes:
        lines += _code(code, named, parents, project, memos)
    undefined = sum(not c.description.strip() for c in project.codes)
    if project.codes:
        told = f"{number_of(len(project.codes), 'code is', 'codes are')} provisional until defined"
        project.losses.remark(f"{told}; {number_of(undefined, 'has', 'have')} no definition" if undefined else told)
    return "\n".join([*lines, "history: []"]) + "\n", memos


def _code(code: Code, named: Named, parents: Mapping[str, str], project: Project, memos: list[Note]) -> list[str]:
    name = named.codes[code.guid]
    lines = [f"  {name}:", f"    label: {quoted(flat(code.name) or name.split('/')[1])}"]
    words = code.description.strip()
    if len(words) > _LONG:
        memos.append(Note(f"{code.guid} description", "Description", words, project.made, "", [("code", code.guid)]))
        project.losses.change("code", "its long description is a memo about it", code.guid)
    elif words:
        lines.append(f"    definition: {quoted(flat(words))}")
        if flat(words) != words:
            project.losses.change("code", "line ends and runs of blanks in its description are one blank", code.guid)
    above = code.parent
    if above and (above not in named.codes or _circular(code.guid, parents)):
        project.losses.change("code", "the code above it is not there, or below it", code.guid)
        above = ""
    if above and named.codes[above].split("/")[0] == name.split("/")[0]:
        lines.append(f"    parent: {named.codes[above]}")
    if code.proposition:
        lines.append(f"    stance: {quoted(flat(code.proposition))}")
    if not code.codable:
        lines.append("    note: A folder of codes where it comes from; nothing was coded with it.")
    return [*lines, f"    status: {code.status}"]


def _circular(guid: str, parents: Mapping[str, str]) -> bool:
    seen, at = {guid}, parents.get(guid, "")
    while at in parents:
        if at in seen:
            return True
        seen.add(at)
        at = parents[at]
    return False


def document_of(source: Source, author: str, language: str, on: str, mode: tuple[str, str]) -> str:
    """Return a document's file: what is known of it, then its text."""
    head = [
        f"title: {quoted(flat(source.name) or 'Without a name')}",
        f"date: {on}",
        f"language: {source.language if _LANGUAGE.fullmatch(source.language) else language}",
        "kind: other",
        *([f"author: {author}"] if author else []),
        f"consent: {mode[0]}",
        f"release: {mode[1]}",
    ]
    return "\n".join(["---", *head, "---", source.text.stored])


def dates_of(project: Project, fallback: str) -> dict[str, str]:
    """Return each source's day: its name's, its own, that of its first coding, the fallback; the last is told."""
    first: dict[str, str] = {}
    for coding in project.codings:
        made = moment(coding.made)
        if made and (coding.source not in first or made < first[coding.source]):
            first[coding.source] = made
    found, untold = {}, 0
    for source in project.sources:
        made = moment(source.name.strip()[:10]) or moment(source.made) or first.get(source.guid, "")
        untold += not made
        found[source.guid] = (made or fallback or moment(project.made) or UNTOLD)[:10]
    if untold:
        given = fallback or moment(project.made)[:10] or UNTOLD[:10]
        project.losses.remark(f"{number_of(untold, 'document tells', 'documents tell')} no date: written as {given}")
    return found


def cases_of(project: Project, named: Named, *, researcher: bool = True) -> tuple[str, list[Note]]:
    """
    Return the table of cases, and as memos the descriptions that are too long for it.

    *researcher*: add a row for who asks, where the project has none.
    """
    columns = _columns(project)
    memos: list[Note] = []
    labels: set[str] = set()
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*CASE_COLUMNS, *columns.values()])
    if researcher and not any(c.kind == "researcher" for c in project.cases):
        mine = "researcher" if "researcher" not in named.cases.values() else "the-researcher"
        writer.writerow([mine, "The researcher", "researcher", *[""] * (len(CASE_COLUMNS) + len(columns) - 3)])
    for case in project.cases:
        row = dict.fromkeys(CASE_COLUMNS, "")
        row |= {"case": named.cases[case.guid], "label": _label(case, labels, project)}
        row["kind"] = case.kind if case.kind in KINDS else "person"
        row["organisation"] = named.cases.get(case.organisation, "")
        row |= {k: getattr(case, k) for k in ("position", "figure", "figure_basis", "figure_on")}
        words = flat(case.description)
        if words != case.description.strip() or len(words) > _LONG:
            told = case.description.strip()
            memos.append(Note(f"{case.guid} description", "Description", told, "", "", [("case", case.guid)]))
        else:
            row["note"] = words
        further = {columns[k]: _value(v) for k, v in case.variables.items()}
        writer.writerow([*row.values(), *(further.get(c, "") for c in columns.values())])
    return out.getvalue(), memos


def _value(words: str) -> str:
    return words.strip()[:100_000].replace("\x00", " ")


def _label(case: Case, labels: set[str], project: Project) -> str:
    """Return a case's label; persons of one name are told apart by a number."""
    base = flat(case.name) or "Without a name"
    label, number = base, 1
    while label.casefold() in labels:
        number += 1
        label = f"{base} ({number})"
    if label != case.name:
        project.losses.change("case", "its label was missing, double or had runs of blanks", case.guid)
    labels.add(label.casefold())
    return label


def _columns(project: Project) -> dict[str, str]:
    """Return the column of each variable; none has the name of a column with a meaning of its own."""
    found: dict[str, str] = {}
    taken = set(CASE_COLUMNS)
    for case in project.cases:
        for name in case.variables:
            if name not in found:
                base = flat(name) or "variable"
                base = f"{base} (variable)" if base in CASE_COLUMNS else base
                column, number = base, 1
                while column in taken:
                    number += 1
                    column = f"{base} ({number})"
                if column != name:
                    project.losses.change("variable", f"written as the column {column!r}", name)
                taken.add(column)
                found[name] = column
    return found


def variables_of(project: Project, named: Named) -> str:
    """Return a table of the documents' variables; ``""`` where no document has any."""
    told = [s for s in project.sources if s.variables and s.guid in named.documents]
    columns = list(dict.fromkeys(name for s in told for name in s.variables))
    if not columns:
        return ""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["document", *(flat(c) for c in columns)])
    writer.writerows([named.documents[s.guid], *(_value(s.variables.get(c, "")) for c in columns)] for s in told)
    return out.getvalue()


def memos_of(project: Project, named: Named, further: list[Note], excerpts: Mapping[str, str]) -> dict[str, str]:
    """Return the memos' files; *excerpts* are the ids of excerpts by the guid of a coding or a passage."""
    ids = Ids("memo")
    coders = {c.guid: c.name for c in project.coders}
    known = {"code": named.codes, "source": named.documents, "case": named.cases, "coding": excerpts}
    kinds = {"code": "code", "source": "document", "case": "case", "coding": "excerpt"}
    made: dict[str, str] = {}
    for note in (*project.notes, *further):
        on = (moment(note.made) or moment(project.made) or UNTOLD)[:10]
        about, lost = [], 0
        for kind, guid in note.about:
            target = known.get(kind, {}).get(guid)
            about += [f"{kinds[kind]} {target}"] if target else []
            lost += not target
        if lost:
            project.losses.change("note", "what it is about is not in the study", note.guid)
        text = _MERGE.sub(" ", note.text.replace("\r\n", "\n").replace("\r", "\n").replace("[[", "[ ["))
        if text != note.text:
            project.losses.change("note", "line ends are LF, and two brackets that would cite are parted", note.guid)
        head = [f"title: {quoted(flat(note.title) or 'Memo')}", f"on: {on}"]
        head.append(f"by: {quoted(flat(coders.get(note.coder, '')) or 'unknown')}")
        head += [*(["about:"] if about else []), *(f"  - {quoted(one)}" for one in dict.fromkeys(about))]
        name = f"coding/memos/{on}-{ids.of(note.title)}.md"
        made[name] = "\n".join(["---", *head, "kind: import", "---", text]) + ("" if text.endswith("\n") else "\n")
    return made
