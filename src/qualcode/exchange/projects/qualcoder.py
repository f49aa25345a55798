"""
A QualCoder project (its data.qda) into the one form of all projects.

Places are code points of the text as its database has it. Categories are codes that nothing is coded with. Codings of
pictures, sound and film are told and stay outside: a study codes text. Databases of all versions are read alike: what
an older one does not have is empty, and what a newer one has beside is counted.
"""

from __future__ import annotations

from pathlib import Path

from qualcode.exchange.projects.database import Database, number, words
from qualcode.exchange.projects.formats import Asked
from qualcode.exchange.projects.owned import Owned
from qualcode.exchange.projects.places import Dialect, Text
from qualcode.exchange.projects.proved import Kept
from qualcode.exchange.projects.record import Case, Code, Coding, Project, Source, UnreadableProjectError

_MEDIA = {"images": "picture", "audio": "audio", "video": "video"}
_SPELT = (
    "annotation attribute attribute_type case_text cases code_cat code_name code_text journal project source "
    "code_image code_av stored_sql files_filter code_visual ris coder_names"
)
_KNOWN = frozenset(_SPELT.split())


def is_it(path: Path) -> bool:
    """Say whether a database is QualCoder's."""
    try:
        with Database(path) as there:
            return there.has("code_name", "code_text", "source")
    except UnreadableProjectError:
        return True  # and let its reader say what is wrong


def read(path: Path, asked: Asked) -> Project:
    """
    Read a QualCoder project.

    Raises:
        UnreadableProjectError: it is none, damaged, or larger than the bounds.
        UsageError: ``asked.dialect`` is no way to count.
    """
    with Database(path) as there:
        if not there.has("source", "code_name", "code_text"):
            raise UnreadableProjectError("it has no tables source, code_name and code_text: no QualCoder project")
        return _QualCoder(path, there).read(asked.dialect)


class _QualCoder(Owned):
    def __init__(self, path: Path, there: Database) -> None:
        super().__init__(there, path.parent.stem if path.name == "data.qda" else path.stem, "QualCoder")

    def read(self, dialect: str) -> Project:
        self.begin()
        self._codes()
        self._sources()
        kept = self._codings()
        self._cases()
        self._attributes()
        self._rest()
        self.project.losses.find("note", len(self.project.notes))
        return self.end(kept, dialect)

    def _codes(self) -> None:
        p = self.project
        for row in self.there.rows("code_cat", "name", "catid", "memo", "supercatid"):
            above = number(row["supercatid"])
            parent = f"category {above}" if above >= 0 else ""
            guid = f"category {number(row['catid'])}"
            p.codes.append(Code(guid, words(row["name"]), parent, words(row["memo"]), codable=False))
        for row in self.there.rows("code_name", "name", "cid", "memo", "catid", "color", "supercid"):
            category, code = number(row["catid"]), number(row["supercid"])
            parent = f"code {code}" if code >= 0 else f"category {category}" if category >= 0 else ""
            guid = f"code {number(row['cid'])}"
            p.codes.append(Code(guid, words(row["name"]), parent, words(row["memo"]), words(row["color"])))
        p.losses.find("code", len(p.codes))

    def _sources(self) -> None:
        p = self.project
        transcripts = {
            number(r["av_text_id"]) for r in self.there.rows("source", "av_text_id") if r["av_text_id"] is not None
        }
        for row in self.there.rows("source", "id", "name", "fulltext", "mediapath", "memo", "date"):
            p.losses.find("source")
            where = words(row["mediapath"]).replace("\\", "/")
            folder = where.partition(":")[2].strip("/") if ":" in where[:8] else where.strip("/")
            medium = _MEDIA.get(folder.partition("/")[0], "text")
            if number(row["id"]) in transcripts:
                medium = "text"
            source = Source(f"file {number(row['id'])}", words(row["name"]), Text(words(row["fulltext"])))
            source.made, source.description, source.medium = words(row["date"]), words(row["memo"]), medium
            p.sources.append(source)

    def _codings(self) -> list[Kept]:
        p = self.project
        kept, marked = [], 0
        columns = ("ctid", "cid", "fid", "seltext", "pos0", "pos1", "owner", "date", "memo", "important")
        for n, row in enumerate(self.there.rows("code_text", *columns), 1):
            p.losses.find("coding")
            guid = f"coding {n if row['ctid'] is None else number(row['ctid'])}"
            coding = Coding(guid, f"file {number(row['fid'])}", f"code {number(row['cid'])}")
            coding.coder = self.owner(row["owner"])
            coding.made, coding.memo = words(row["date"]), words(row["memo"])
            if number(row["important"]) == 1:
                marked += 1
                p.aside.setdefault("important", []).append(guid)
            p.codings.append(coding)
            kept.append(Kept(coding, number(row["pos0"]), number(row["pos1"]), words(row["seltext"])))
        if marked:
            p.losses.remark(f"{marked:,} codings are marked as important; the mark is kept aside")
        for table, what in (("code_image", "picture"), ("code_av", "sound or film")):
            for n, _ in enumerate(self.there.rows(table, "cid"), 1):
                p.losses.find("coding")
                p.losses.drop("coding", f"it is on {what}, and a study codes text", f"{table} {n}")
        return kept

    def _cases(self) -> None:
        p = self.project
        for row in self.there.rows("cases", "caseid", "name", "memo"):
            p.losses.find("case")
            p.cases.append(Case(f"case {number(row['caseid'])}", words(row["name"]), "person", words(row["memo"])))
        cases, sources = {c.guid: c for c in p.cases}, {s.guid: s for s in p.sources}
        for n, row in enumerate(self.there.rows("case_text", "caseid", "fid", "pos0", "pos1"), 1):
            case = cases.get(f"case {number(row['caseid'])}")
            source = sources.get(f"file {number(row['fid'])}")
            if case is None or source is None:
                p.losses.find("link")
                p.losses.drop("link", "its case or source is not in the project", f"case_text {n}")
                continue
            start, end = source.text.place(number(row["pos0"]), Dialect()), number(row["pos1"])
            until = source.text.place(end, Dialect())
            if start and start.at == 0 and (until is None or until.at >= len(source.text.stored) - 1):
                case.stretches.append((source.guid, None, None))
            elif start and until:
                case.stretches.append((source.guid, start.at, until.at))

    def _attributes(self) -> None:
        p = self.project
        cases, sources = {c.guid: c for c in p.cases}, {s.guid: s for s in p.sources}
        for n, row in enumerate(self.there.rows("attribute", "name", "attr_type", "value", "id"), 1):
            p.losses.find("variable")
            kind, value = words(row["attr_type"]), words(row["value"])
            of = cases.get(f"case {number(row['id'])}") if kind == "case" else None
            found = of or (sources.get(f"file {number(row['id'])}") if kind == "file" else None)
            if found is not None:
                found.variables[words(row["name"])] = value
            else:
                p.losses.drop("variable", "what it is of is not in the project", f"attribute {n}")

    def _rest(self) -> None:
        p = self.project
        for n, row in enumerate(self.there.rows("journal", "name", "jentry", "date", "owner"), 1):
            self.note(f"journal {n}", words(row["name"]), words(row["jentry"]), words(row["date"]), row["owner"], [])
        for n, row in enumerate(self.there.rows("annotation", "fid", "pos0", "memo", "owner", "date"), 1):
            about = [("source", f"file {number(row['fid'])}")]
            title = f"Annotation at {number(row['pos0'])}"
            self.note(f"annotation {n}", title, words(row["memo"]), words(row["date"]), row["owner"], about)
        beside = sorted(t for t in self.there.tables if t not in _KNOWN and not t.startswith(("gr_", "manage_")))
        if beside:
            p.losses.remark(f"tables that are not read: {', '.join(beside[:20])}")
