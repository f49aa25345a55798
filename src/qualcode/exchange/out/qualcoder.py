"""
A study as a QualCoder project (data.qda, database version 8); the same study gives the same bytes.

Put the file as ``data.qda`` into a folder ``NAME.qda``, which QualCoder opens. Families and codes with codes below are
categories; places are code points. What stands for it is said of each thing that QualCoder has no place for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from qualcode.exchange.out.formats import Exported, For
from qualcode.exchange.out.released import released
from qualcode.plaintext.durable import put
from qualcode.study.study import Study

_TABLES = """
project (databaseversion text, date text, memo text, about text, bookmarkfile integer, bookmarkpos integer,
    codername text);
source (id integer primary key, name text, fulltext text, mediapath text, memo text, owner text, date text,
    av_text_id integer, risid integer, unique(name));
code_image (imid integer primary key, id integer, x1 integer, y1 integer, width integer, height integer, cid
    integer, memo text, date text, owner text, important integer);
code_av (avid integer primary key, id integer, pos0 integer, pos1 integer, cid integer, memo text, date text,
    owner text, important integer);
annotation (anid integer primary key, fid integer, pos0 integer, pos1 integer, memo text, owner text, date text,
    unique(fid,pos0,pos1,owner));
attribute_type (name text primary key, date text, owner text, memo text, caseOrFile text, valuetype text);
attribute (attrid integer primary key, name text, attr_type text, value text, id integer, date text, owner text,
    unique(name,attr_type,id));
case_text (id integer primary key, caseid integer, fid integer, pos0 integer, pos1 integer, owner text, date
    text, memo text);
cases (caseid integer primary key, name text, memo text, owner text, date text, constraint ucm unique(name));
code_cat (catid integer primary key, name text, owner text, date text, memo text, supercatid integer,
    unique(name));
code_text (ctid integer primary key, cid integer, fid integer, seltext text, pos0 integer, pos1 integer, owner
    text, date text, memo text, avid integer, important integer, unique(cid,fid,pos0,pos1,owner));
code_name (cid integer primary key, name text, memo text, catid integer, owner text, date text, color text,
    unique(name));
journal (jid integer primary key, name text, jentry text, date text, owner text, unique(name));
stored_sql (title text, description text, grouper text, ssql text, unique(title))
"""
_OWNER, _COLOURS = "qualcode", ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#999999")
_VERSION = (3045000).to_bytes(4, "big")
"""Which SQLite the file says it was written by, whatever wrote it."""
_CASE = ("kind", "position", "organisation", "figure", "figure_weight", "circle", "status")


def write(study: Study, path: Path, asked: For) -> Exported:
    """Write the study; see ``out.export_study``."""
    whole = _Project(study, asked.coder)
    put(path.absolute().parent, path.name, whole.data())
    return whole.told(path)


class _Names:
    """Names that stand once; a second of the same gets its id."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, name: str, id_: str) -> str:
        found = name if name and name not in self._taken else f"{name} ({id_})"
        self._taken.add(found)
        return found


class _Project:
    def __init__(self, study: Study, coder: str) -> None:
        self.study = study
        self.out = released(study, coder)
        self.codings = self.twice = self.stances = self.holders = 0
        made = [e.made for f in self.out.files for e in f.excerpts]
        self.when = _when(max(made, default="1970-01-01T00:00:00Z"))

    def data(self) -> bytes:
        there = sqlite3.connect(":memory:", isolation_level=None)
        try:
            there.execute("PRAGMA page_size=4096")
            there.execute("BEGIN")
            for table in _TABLES.split(";"):
                there.execute(f"CREATE TABLE {table}")
            for table, rows in self._rows():
                for row in rows:
                    marks = ", ".join("?" * len(row))
                    there.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))  # noqa: S608
            there.execute("COMMIT")
            there.execute("VACUUM")
            data = bytearray(there.serialize())
        finally:
            there.close()
        data[24:28] = data[92:96] = (1).to_bytes(4, "big")
        data[96:100] = _VERSION
        return bytes(data)

    def _rows(self) -> Iterable[tuple[str, Iterable[dict[str, Any]]]]:
        title = self.study.codebook.title or "Study"
        about = {"databaseversion": "v8", "date": self.when, "memo": title, "about": "qualcode", "codername": _OWNER}
        yield "project", [about | {"bookmarkfile": None, "bookmarkpos": None}]
        yield "source", self._sources()
        yield "code_cat", self._categories()
        yield "code_name", self._codes()
        yield "code_text", self._texts()
        yield from self._cases()
        names = _Names()
        yield (
            "journal",
            [
                {"name": names.of(m.title, m.id), "jentry": m.text, "date": f"{m.on} 00:00:00", "owner": m.by or _OWNER}
                for m in self.out.memos.values()
            ],
        )

    def _sources(self) -> Iterable[dict[str, Any]]:
        self.files = {name: n for n, name in enumerate(self.out.documents, 1)}
        for name, n in self.files.items():
            document = self.out.documents[name]
            told = {"id": n, "name": name, "fulltext": self.out.texts[name], "memo": document.title}
            yield told | {"owner": _OWNER, "date": f"{document.date} 00:00:00"}

    def _categories(self) -> Iterable[dict[str, Any]]:
        """Yield families, and codes that have codes below: those are codes too."""
        book = self.study.codebook
        above = {c.parent for c in book.codes.values() if c.parent}
        folders = [*(f"/{f}" for f in book.families), *(c for c in book.codes if c in above)]
        self.folders = {name: n for n, name in enumerate(folders, 1)}
        names = _Names()
        for name, n in self.folders.items():
            family = book.families.get(name[1:]) if name.startswith("/") else None
            label = family.label if family else f"{book.codes[name].label} and below"
            memo = (family.rule if family else "") or ""
            parent = None if family else self._folder(name)
            told = {"catid": n, "name": names.of(label, name.strip("/")), "memo": memo, "supercatid": parent}
            yield told | {"owner": _OWNER, "date": self.when}

    def _folder(self, code: str) -> int:
        one = self.study.codebook.codes[code]
        return self.folders.get(one.parent) or self.folders[f"/{one.family}"]

    def _codes(self) -> Iterable[dict[str, Any]]:
        book = self.study.codebook
        self.codes = {name: n for n, name in enumerate(book.codes, 1)}
        names = _Names()
        for name, n in self.codes.items():
            one = book.codes[name]
            memo = "\n\n".join(
                filter(None, (one.definition, one.use and f"Use: {one.use}", one.not_ and f"Not: {one.not_}"))
            )
            folder = self.folders.get(name) or self._folder(name)
            told = {"cid": n, "name": names.of(one.label, name), "memo": memo, "catid": folder}
            yield told | {"owner": _OWNER, "date": self.when, "color": _COLOURS[n % len(_COLOURS)]}

    def _texts(self) -> Iterable[dict[str, Any]]:
        seen: set[tuple[object, ...]] = set()
        marked = [(f, e) for f in self.out.files for e in f.excerpts]
        for file, excerpt in sorted(marked, key=lambda one: (self.files[one[0].document], one[1].place, one[0].coder)):
            document = self.out.documents[file.document]
            if excerpt.text != document.hash:
                continue
            self.holders += bool(excerpt.case or excerpt.holder)
            words = self.out.texts[document.id][excerpt.anchor.start : excerpt.anchor.end]
            for code, stance in sorted(excerpt.codes.items()):
                place: dict[str, Any] = {"cid": self.codes[code], "fid": self.files[file.document]}
                place |= {"pos0": excerpt.anchor.start, "pos1": excerpt.anchor.end, "owner": file.coder}
                if tuple(place.values()) in seen:
                    self.twice += 1
                    continue
                seen.add(tuple(place.values()))
                self.codings += 1
                self.stances += stance is not None
                told = {"seltext": words, "date": _when(excerpt.made), "memo": excerpt.memo or ""}
                yield place | told

    def _cases(self) -> Iterable[tuple[str, Iterable[dict[str, Any]]]]:
        cases = {name: n for n, name in enumerate(self.study.cases, 1)}
        stamp = {"owner": _OWNER, "date": self.when}
        names = _Names()
        yield (
            "cases",
            [
                {"caseid": n, "name": names.of(self.study.cases[c].label, c), "memo": self.study.cases[c].note} | stamp
                for c, n in cases.items()
            ],
        )
        held = {c: self._values(c) for c in cases}
        kinds = sorted({k for values in held.values() for k in values})
        yield (
            "attribute_type",
            [{"name": k, "memo": "", "caseOrFile": "case", "valuetype": "character"} | stamp for k in kinds],
        )
        yield (
            "attribute",
            [
                {"name": k, "attr_type": "case", "value": held[c].get(k, ""), "id": n} | stamp
                for c, n in cases.items()
                for k in kinds
            ],
        )
        yield (
            "case_text",
            [
                {"caseid": cases[t.speaker.case], "fid": self.files[d.id], "pos0": t.start, "pos1": t.end, "memo": ""}
                | stamp
                for d in self.out.documents.values()
                for t in d.turns
                if t.speaker.case in cases and t.start < t.end
            ],
        )

    def _values(self, name: str) -> dict[str, str]:
        case = self.study.cases[name]
        own = {k: str(v) for k in _CASE if (v := getattr(case, k)) not in ("", None)}
        return own | {k: v for k, v in case.attributes.items() if v}

    def told(self, path: Path) -> Exported:
        """Tell what is in the file and what is not."""
        counts = {"document": len(self.files), "code": len(self.codes), "coding": self.codings}
        lost = {
            "codings of withheld documents": self.out.codings_withheld,
            "memos on withheld documents": self.out.memos_withheld,
            "codings of one coder and code at one place twice": self.twice,
            "stances": self.stances,
            "who speaks, and whose view a passage is, where the place does not tell": self.holders,
            "ties": len(self.study.ties),
            "acts": len(self.study.acts),
            "what memos are about": sum(bool(m.about) for m in self.out.memos.values()),
        }
        return Exported((path.name,), counts, self.out.withheld, lost)


def _when(moment: str) -> str:
    return moment.replace("T", " ").removesuffix("Z")
