"""
An RQDA project (.rqda) into the one form of all projects.

What has another status than 1 was deleted in RQDA and is still in its file: it does not come in, and is told. Places
are code points. A code in a category is below it; a code in several is below the first, and the others are sets.
"""

from __future__ import annotations

from pathlib import Path

from qualcode.exchange.projects.database import Database, Row, number, words
from qualcode.exchange.projects.formats import Asked
from qualcode.exchange.projects.owned import Owned
from qualcode.exchange.projects.places import Dialect, Text
from qualcode.exchange.projects.proved import Kept
from qualcode.exchange.projects.record import (
    Case,
    Code,
    Coding,
    Group,
    Project,
    Source,
    UnreadableProjectError,
)

_GONE = "it was deleted in the project, and its file still has it"
_PICTURES = "a study codes text; pictures are not read"
_LINE = ("memo", "owner", "date", "status")


def read(path: Path, asked: Asked) -> Project:
    """
    Read an RQDA project.

    Raises:
        UnreadableProjectError: it is none, damaged, or larger than the bounds.
        UsageError: ``asked.dialect`` is no way to count.
    """
    with Database(path) as there:
        if not there.has("source", "freecode", "coding"):
            raise UnreadableProjectError("it has no tables source, freecode and coding, and is no RQDA project")
        return _Rqda(there, path.stem, "RQDA").read(asked.dialect)


class _Rqda(Owned):
    def read(self, dialect: str) -> Project:
        p = self.project
        self.begin("RQDA")
        if p.notes:
            p.losses.find("note")
        self._codes()
        self._sources()
        kept = list(self._codings())
        self._cases()
        self._notes()
        for table in ("image", "imageCoding"):
            pictures = list(self.there.rows(table, "status"))
            for n, _ in enumerate(pictures, 1):
                p.losses.find("picture")
                p.losses.drop("picture", _PICTURES, f"{table} {n}")
        return self.end(kept, dialect)

    def _live(self, table: str, element: str, *columns: str) -> list[tuple[int, Row]]:
        """Return the rows that were not deleted, each with its number; count all, tell those that were."""
        found = []
        for n, row in enumerate(self.there.rows(table, *columns, *_LINE), 1):
            self.project.losses.find(element)
            if row["status"] is not None and number(row["status"]) != 1:
                self.project.losses.drop(element, _GONE, f"{table} {n}")
            else:
                found.append((n, row))
        return found

    def _codes(self) -> None:
        p = self.project
        categories = [(number(r["catid"]), r) for _, r in self._live("codecat", "code", "name", "catid")]
        p.codes += [Code(f"category {n}", words(r["name"]), "", words(r["memo"]), codable=False) for n, r in categories]
        known = {c.guid for c in p.codes}
        above: dict[int, list[str]] = {}
        for row in self.there.rows("treecode", "cid", "catid", "status"):
            category = f"category {number(row['catid'])}"
            if number(row["status"]) == 1 and category in known:
                above.setdefault(number(row["cid"]), []).append(category)
        further: dict[str, list[tuple[str, str]]] = {}
        for _, row in self._live("freecode", "code", "name", "id", "color"):
            cid = number(row["id"])
            first, *others = above.get(cid) or [""]
            p.codes.append(Code(f"code {cid}", words(row["name"]), first, words(row["memo"]), words(row["color"])))
            for other in others:
                further.setdefault(other, []).append(("code", f"code {cid}"))
                p.losses.change("code", "it is in several categories; the others are sets", f"code {cid}")
        names = {c.guid: c.name for c in p.codes}
        for guid, members in further.items():
            p.losses.find("set")
            p.losses.keep_aside("set", "a study has no sets", guid)
            p.groups.append(Group(guid, names[guid], members=members))

    def _sources(self) -> None:
        p = self.project
        for _, row in self._live("source", "source", "name", "id", "file"):
            guid = f"file {number(row['id'])}"
            text = Text(words(row["file"]))
            p.sources.append(Source(guid, words(row["name"]), text, words(row["date"]), words(row["memo"])))
        sources = {s.guid: s for s in p.sources}
        for _, row in self._live("fileAttr", "variable", "variable", "value", "fileID"):
            source = sources.get(f"file {number(row['fileID'])}")
            if source:
                source.variables[words(row["variable"])] = words(row["value"])
        groups: dict[int, Group] = {}
        for _, row in self._live("filecat", "set", "name", "catid"):
            catid = number(row["catid"])
            groups[catid] = Group(f"file category {catid}", words(row["name"]), words(row["memo"]))
            p.losses.keep_aside("set", "a study has no sets", groups[catid].guid)
        for row in self.there.rows("treefile", "fid", "catid", "status"):
            if number(row["status"]) == 1 and number(row["catid"]) in groups:
                groups[number(row["catid"])].members.append(("source", f"file {number(row['fid'])}"))
        p.groups += groups.values()

    def _codings(self) -> list[Kept]:
        found = []
        columns = ("cid", "fid", "seltext", "selfirst", "selend")
        for n, row in self._live("coding", "coding", *columns):
            made, memo = words(row["date"]), words(row["memo"])
            coding = Coding(f"coding {n}", f"file {number(row['fid'])}", f"code {number(row['cid'])}")
            coding.coder, coding.made, coding.memo = self.owner(row["owner"]), made, memo
            self.project.codings.append(coding)
            found.append(Kept(coding, number(row["selfirst"]), number(row["selend"]), words(row["seltext"])))
        return found

    def _cases(self) -> None:
        p = self.project
        for _, row in self._live("cases", "case", "name", "id"):
            p.cases.append(Case(f"case {number(row['id'])}", words(row["name"]), "person", words(row["memo"])))
        cases = {c.guid: c for c in p.cases}
        for _, row in self._live("caseAttr", "variable", "variable", "value", "caseID"):
            case = cases.get(f"case {number(row['caseID'])}")
            if case:
                case.variables[words(row["variable"])] = words(row["value"])
        sources = {s.guid: s for s in p.sources}
        for _, row in self._live("caselinkage", "link", "caseid", "fid", "selfirst", "selend"):
            case, source = cases.get(f"case {number(row['caseid'])}"), sources.get(f"file {number(row['fid'])}")
            if not case or not source:
                continue
            start, end = (source.text.place(number(row[c]), Dialect()) for c in ("selfirst", "selend"))
            whole = start is None or end is None or (start.at == 0 and end.at >= len(source.text.stored) - 1)
            case.stretches.append(
                (source.guid, None, None) if whole or not start or not end else (source.guid, start.at, end.at)
            )

    def _notes(self) -> None:
        for n, row in self._live("journal", "note", "name", "journal"):
            self.note(f"journal {n}", words(row["name"]), words(row["journal"]), words(row["date"]), row["owner"], [])
        for n, row in self._live("annotation", "note", "fid", "position", "annotation"):
            fid, at = number(row["fid"]), number(row["position"])
            about = [("source", f"file {fid}")]
            said, made = words(row["annotation"]), words(row["date"])
            self.note(f"annotation {n}", f"Annotation at {at}", said, made, row["owner"], about)
