"""
A foreign project brought into a study that is there: what it adds comes beside, what is the same is one.

A document is the same where its words are, under the same name; a code where its name, the codes above it and its
stance are, and no two definitions differ; a case where its name is, and no two values differ; a coder where the name
is. What has the name of another and differs comes in under an id of its own, and is told; nothing that is there is
changed but by lines that are added.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath

from qualcode.exchange.projects.names import Ids
from qualcode.exchange.projects.passages import Passages
from qualcode.exchange.projects.record import Case, Code, Note, Project
from qualcode.exchange.projects.written import Named, cases_of, codebook_of, flat, stem
from qualcode.plaintext.anchor import text_hash
from qualcode.plaintext.folder import bytes_of, read_bytes
from qualcode.plaintext.rewrite import CodebookText
from qualcode.plaintext.source import decoded
from qualcode.plural import number_of
from qualcode.study.case import KINDS
from qualcode.study.coderfile import as_text, now
from qualcode.study.excerpt import Excerpt, Lines
from qualcode.study.layout import with_cases
from qualcode.study.release import as_filed
from qualcode.study.study import CASES, CODEBOOK, Study


class Beside(Named):
    """
    The ids that the things of a project get in a study that is there.

    ``same``: guids of what the study has already. What differs under the same name is told in the project's losses.
    """

    def __init__(self, project: Project, study: Study) -> None:  # its ids depend on what is there
        self.study, self.project = study, project
        self.same: set[str] = set()
        self.documents = self._documents()
        self.paths = {
            guid: study.documents[name].path if guid in self.same else f"documents/{name}.md"
            for guid, name in self.documents.items()
        }
        self.families, self._family = self._families()
        self.codes = self._codes()
        names = Ids("coder")
        self.coders = {c.guid: names.of(c.name) for c in project.coders}
        if any(c.coder not in self.coders for c in project.codings):
            self.unknown = names.of("unknown")
        self.cases = self._cases()
        self._tell()

    def _documents(self) -> dict[str, str]:
        there = {d.hash: d for d in self.study.documents.values()}
        names, found, taken = Ids("document", self.study.documents), dict[str, str](), set[str]()
        for source in self.project.sources:
            if not source.text.stored.strip():
                continue
            one, wanted = there.get(text_hash(source.text.stored)), Ids("document").of(stem(source.name))
            alike = one and (as_filed(one).title.casefold() == flat(source.name).casefold() or one.id == wanted)
            if one and alike and one.id not in taken:
                found[source.guid] = one.id
                taken.add(one.id)
                self.same.add(source.guid)
                continue
            found[source.guid] = names.of(stem(source.name))
            if wanted in self.study.documents:
                what = f"a document of its name is there with another text; it comes beside as {found[source.guid]}"
                self.project.losses.change("source", what, source.guid)
        return found

    def _families(self) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
        """Return the families that are new, and which family of the study each of the project is."""
        there = self.study.codebook.families
        names, new, which = Ids("code", there), dict[str, tuple[str, str]](), dict[str, str]()
        for family, (label, role) in (self.project.families or {"code": ("Codes of the project", "theme")}).items():
            same = family in there and there[family].role == role
            which[family] = family if same else names.of(family)
            if not same:
                new[which[family]] = label, role
        return new, which

    def family(self, code: Code) -> str:
        """Return the study's family that a code of the project is in."""
        return self._family.get(code.family) or next(iter(self._family.values()))

    def _codes(self) -> dict[str, str]:
        book = self.study.codebook.codes
        there: dict[tuple[str, ...], list[str]] = {}
        for one in book.values():
            way, above = [one.label.casefold()], one.parent
            while above in book and len(way) < 100:
                way.append(book[above].label.casefold())
                above = book[above].parent
            there.setdefault((one.family, *way), []).append(one.id)
        mine = {c.guid: c for c in self.project.codes}
        taken = {code.partition("/")[2] for code in book}
        names: dict[str, Ids] = {}
        found: dict[str, str] = {}
        for code in self.project.codes:
            family, way, above = self.family(code), [flat(code.name).casefold()], code.parent
            while above in mine and len(way) < 100:
                way.append(flat(mine[above].name).casefold())
                above = mine[above].parent
            known = [c for c in there.get((family, *way), ()) if c not in found.values()]
            alike = [c for c in known if not self._differs(code, c)]
            if alike:
                found[code.guid] = alike[0]
                self.same.add(code.guid)
                if flat(code.description) and not book[alike[0]].definition:
                    self.project.losses.change("code", "the code that is there has no definition yet", code.guid)
                continue
            ids = names.setdefault(family, Ids("code", taken))
            found[code.guid] = f"{family}/{ids.of(code.name)}"
            if known:
                what = (
                    f"{known[0]} has its name and another definition or stance; it comes beside as {found[code.guid]}"
                )
                self.project.losses.change("code", what, code.guid)
        return found

    def _differs(self, code: Code, name: str) -> bool:
        there = self.study.codebook.codes[name]
        said, stands = flat(code.description), flat(there.definition)
        return bool(said and stands and said != stands) or flat(code.proposition) != flat(there.proposition)

    def _cases(self) -> dict[str, str]:
        there = {c.label.casefold(): c for c in self.study.cases.values()}
        names, found = Ids("case", self.study.cases), dict[str, str]()
        for case in self.project.cases:
            one = there.get(flat(case.name).casefold())
            if one and one.id not in found.values() and not self._case_differs(case, one.attributes, one.kind):
                found[case.guid] = one.id
                self.same.add(case.guid)
                if any(flat(v) and k not in one.attributes for k, v in case.variables.items()):
                    self.project.losses.change("case", "values of it that the study has no column for", case.guid)
                continue
            found[case.guid] = names.of(case.name)
            if one:
                what = f"{one.id} has its name and other values; it comes beside as {found[case.guid]}"
                self.project.losses.change("case", what, case.guid)
        return found

    def _case_differs(self, case: Case, attributes: Mapping[str, str], kind: str) -> bool:
        mine = case.kind if case.kind in KINDS else "person"
        return mine != kind or any(
            attributes.get(k) and v.strip() and attributes[k] != v.strip() for k, v in case.variables.items()
        )

    def speaks(self, source: str, case: str) -> bool:
        """Say whether a document that is there has the author that the project tells."""
        return self.study.documents[self.documents[source]].author == self.cases.get(case, "")

    def _tell(self) -> None:
        p = self.project
        kinds = (("document", p.sources), ("code", p.codes), ("case", p.cases))
        same = [number_of(n, what) for what, those in kinds if (n := sum(o.guid in self.same for o in those))]
        there = {f.coder for f in self.study.coded.values()}
        same += [number_of(n, "coder")] if (n := len(there.intersection(self.coders.values()))) else []
        if same:
            p.losses.remark(f"the study has {', '.join(same)} already: taken for the same")


def beside(project: Project, named: Beside, on: str) -> tuple[dict[str, bytes], list[Note]]:
    """Return the codebook and the table of cases where something is new in them, and memos on what is new."""
    files: dict[str, bytes] = {}
    book, memos = _codebook(project, named, on or now()[:10])
    table, further = cases_of(
        replace(project, cases=[c for c in project.cases if c.guid not in named.same]), named, researcher=False
    )
    cases = _case_table(named, table)
    files |= {CODEBOOK: book} if book else {}
    files |= {CASES: cases} if cases else {}
    return files, [*memos, *further]


def _codebook(project: Project, named: Beside, on: str) -> tuple[bytes | None, list[Note]]:
    """Return the study's codebook with the codes that are new (``None``: there are none), and memos of theirs."""
    new = [c for c in project.codes if c.guid not in named.same]
    if not new:
        return None, []
    from ruamel.yaml import YAML

    text, memos = codebook_of(replace(project, codes=new), named)
    told = YAML(typ="rt").load(text)
    old = read_bytes(named.study.root, CODEBOOK)
    book = CodebookText(decoded(old, CODEBOOK))
    book.take({k: told["families"][k] for k in named.families}, told["codes"], told.get("stances"))
    what = f"{number_of(len(new), 'code')} added, of the project {flat(project.name) or 'without a name'}"
    book.record(date.fromisoformat(on), what, f"Imported from {project.format}.")
    return book.to_text().encode("utf-8"), memos


def _case_table(named: Beside, table: str) -> bytes | None:
    """Return the study's table of cases with the rows of *table* that are new; ``None`` where none is."""
    rows = list(csv.DictReader(io.StringIO(table)))
    if not rows:
        return None
    labels = {c.label.casefold() for c in named.study.cases.values()}
    for row in rows:
        base, number = row["label"], 1
        while row["label"].casefold() in labels:
            number += 1
            row["label"] = f"{base} ({number})"
        labels.add(row["label"].casefold())
    text = decoded(read_bytes(named.study.root, CASES), CASES)
    return with_cases(text, [{k: v for k, v in row.items() if v} for row in rows]).encode("utf-8")


def coded_beside(study: Study, passages: Passages) -> None:
    """
    Make of a project's coders' files those that are written: what a file that is there says already is left out.

    What memos and the table say of such an excerpt goes to the one that is there.
    """
    lines, again = Lines(), dict[str, str]()
    for path, data in list(passages.files.items()):
        there = study.coded.get((PurePosixPath(path).parts[2], PurePosixPath(path).stem))
        old = bytes_of(study.root, path)
        if there is None or old is None:
            continue
        read = (lines.read(line, n)[0] for n, line in enumerate(data.decode("utf-8").splitlines(), 1))
        known = {_said(e): e.id for e in there.excerpts}
        excerpts = [e for e in read if isinstance(e, Excerpt)]
        new = [e for e in excerpts if _said(e) not in known]
        again |= {e.id: known[_said(e)] for e in excerpts if _said(e) in known}
        after = replace(there, excerpts=(*there.excerpts, *new))
        passages.files[path] = as_text(there, after, decoded(old, path)).encode("utf-8")
        passages.excerpts[path] = len(new)
    passages.ids = {guid: again.get(name, name) for guid, name in passages.ids.items()}
    rows = (line.partition(",") for line in passages.table.splitlines())
    passages.table = "".join(f"{again.get(name, name)}{comma}{rest}\n" for name, comma, rest in rows)
    passages.there = len(again)


def _said(excerpt: Excerpt) -> tuple[object, ...]:
    place = excerpt.anchor.start, excerpt.anchor.end, excerpt.text
    return *place, tuple(sorted(excerpt.codes.items(), key=str)), excerpt.case, excerpt.holder, excerpt.memo


def memos_beside(study: Study, memos: Mapping[str, str]) -> dict[str, str]:
    """Return the memos that the study does not have, by a name that none of its has."""
    there = {decoded(read_bytes(study.root, m.path), m.path) for m in study.memos.values()}
    taken, found = {m.path for m in study.memos.values()}, dict[str, str]()
    for name, text in memos.items():
        if text in there:
            continue
        free, number = name, 1
        while free in taken:
            number += 1
            free = f"{name.removesuffix('.md')}-{number}.md"
        taken.add(free)
        found[free] = text
    return found


def free_name(root: Path, name: str, ending: str) -> str:
    """Return a file's name that the study does not have, with a number where it has."""
    found, number = f"{name}{ending}", 1
    while bytes_of(root, found) is not None:
        number += 1
        found = f"{name}-{number}{ending}"
    return found
