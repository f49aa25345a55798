"""Small projects of other programs made by hand, each after its program's own tables; used by the tests of reading."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

TEXT = "Bread at four \U0001f600.\nA loaf at five, an loaf at six.\nÀ la maison, no bread.\n"
WHEN = "2019-05-02 10:00:00"


def place(words: str, text: str = TEXT) -> tuple[int, int]:
    """Return where words first stand, in code points."""
    at = text.index(words)
    return at, at + len(words)


def database(path: Path, tables: Mapping[str, tuple[str, Sequence[Sequence[object]]]]) -> Path:
    """Make a database: table to its columns and rows."""
    there = sqlite3.connect(path)
    for name, (columns, rows) in tables.items():
        there.execute(f"CREATE TABLE {name} ({columns})")
        marks = ", ".join("?" * len(columns.split(",")))
        there.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
    there.commit()
    there.close()
    return path


def rqda(path: Path, text: str = TEXT) -> Path:
    """Make an RQDA project: two codes in three categories, a deleted coding, one whose words are others, a case."""
    four, six = place("Bread at four \U0001f600", text), place("loaf at six", text)
    stamp = "owner text, date text, dateM text, memo text, status integer"
    on = ("ann", "Thu May  2 10:00:00 2019", None, "", 1)
    return database(
        path,
        {
            "project": ("databaseversion text, date text, memo text", [("0.2.2", "Wed May  1 08:00:00 2019", "Ovens")]),
            "source": (f"name text, id integer, file text, {stamp}", [("2018-04-03 baker", 1, text, *on)]),
            "freecode": (
                f"name text, id integer, color text, {stamp}",
                [("time", 1, "red", *on[:3], "When", 1), ("bread", 2, None, *on), ("gone", 3, None, *on[:4], 0)],
            ),
            "codecat": (f"name text, catid integer, {stamp}", [("day", 1, *on), ("night", 2, *on)]),
            "treecode": ("cid integer, catid integer, status integer", [(1, 1, 1), (1, 2, 1), (2, 1, 0)]),
            "coding": (
                f"cid integer, fid integer, seltext text, selfirst real, selend real, {stamp}",
                [
                    (1, 1, "Bread at four \U0001f600", float(four[0]), float(four[1]), *on),
                    (2, 1, "loaf at six", float(six[0]), float(six[1]), "ben", "", None, "fresh", 1),
                    (2, 1, "oaf at six", float(six[0]), float(six[1]), *on),
                    (2, 1, "loaf at six", float(six[0]), float(six[1]), *on[:4], 0),
                    (3, 1, "loaf at six", float(six[0]), float(six[1]), *on),
                ],
            ),
            "cases": (f"name text, id integer, {stamp}", [("The baker", 1, *on)]),
            "caseAttr": ("variable text, value text, caseID integer, status integer", [("oven", "wood", 1, 1)]),
            "caselinkage": (
                "caseid integer, fid integer, selfirst real, selend real, status integer",
                [(1, 1, 0.0, float(len(text)), 1)],
            ),
            "journal": (f"name text, journal text, {stamp}", [("Monday", "Read it all.", *on)]),
        },
    )


def qualcoder(path: Path, text: str = TEXT, *, old: bool = False) -> Path:
    """Make a QualCoder project; *old*: of a version without ids of codings, importance and supercategories."""
    four, six = place("Bread at four \U0001f600", text), place("loaf at six", text)
    codings = [
        (1, 1, "Bread at four \U0001f600", *four, "ann", WHEN, ""),
        (2, 1, "loaf at six", *six, "ben", WHEN, "x"),
    ]
    coded = "cid integer, fid integer, seltext text, pos0 integer, pos1 integer, owner text, date text, memo text"
    tables: dict[str, tuple[str, Sequence[Sequence[object]]]] = {
        "project": ("databaseversion text, date text, memo text, about text", [("v8", WHEN, "", "QualCoder 3.5")]),
        "source": (
            "id integer, name text, fulltext text, mediapath text, memo text, owner text, date text",
            [
                (1, "2018-04-03 baker", text, None, "", "ann", WHEN),
                (2, "a.jpg", None, "/images/a.jpg", "", "ann", WHEN),
            ],
        ),
        "code_cat": ("name text, catid integer, owner text, date text, memo text", [("day", 1, "ann", WHEN, "")]),
        "code_name": (
            "name text, memo text, catid integer, owner text, date text, cid integer, color text",
            [("time", "When", 1, "ann", WHEN, 1, "#FF0000"), ("bread", "", None, "ann", WHEN, 2, "")],
        ),
        "code_text": (coded, codings),
        "cases": ("caseid integer, name text, memo text", [(1, "The baker", "")]),
        "case_text": ("caseid integer, fid integer, pos0 integer, pos1 integer", [(1, 1, 0, len(text))]),
        "attribute": ("name text, attr_type text, value text, id integer", [("oven", "case", "wood", 1)]),
        "code_image": ("imid integer, id integer, cid integer", [(1, 2, 1)]),
    }
    if not old:
        tables["code_cat"] = (
            "name text, catid integer, memo text, supercatid integer",
            [("day", 1, "", 2), ("all", 2, "", None)],
        )
        rows = [(n, *row, n == 1) for n, row in enumerate(codings, 1)]
        tables["code_text"] = (f"ctid integer, {coded}, important integer", rows)
    return database(path, tables)


HTML = "<p>Bread &amp; <b>eau</b> à four \U0001f600.</p><p>A loaf at five, a loaf at six.</p>"
BARE = "Bread & eau à four \U0001f600.A loaf at five, a loaf at six."


def taguette(path: Path, projects: int = 1) -> Path:
    """Make a Taguette database; its places count bytes of the text without tags."""

    def at(words: str) -> tuple[int, int]:
        start = BARE.encode().index(words.encode())
        return start, start + len(words.encode())

    marked = [(1, 1, *at("à four \U0001f600."), "à four \U0001f600."), (2, 1, *at("A loaf"), "A <i>loaf</i>")]
    marked.append((3, 1, *at("six."), "six."))
    made = json.dumps({"type": "highlight_add", "highlight_id": 1})
    return database(
        path,
        {
            "projects": (
                "id integer, name text, description text, created text",
                [(n, "Ovens", "", WHEN) for n in range(1, projects + 1)],
            ),
            "documents": (
                (
                    "id integer, name text, description text, filename text, created text, project_id integer, "
                    "contents text"
                ),
                [(1, "2018-04-03 baker.html", "", "b.html", WHEN, 1, HTML)],
            ),
            "tags": (
                "id integer, project_id integer, path text, description text",
                [(1, 1, "day", ""), (2, 1, "day.early", "Before dawn")],
            ),
            "highlights": (
                "id integer, document_id integer, start_offset integer, end_offset integer, snippet text",
                marked,
            ),
            "highlight_tags": ("highlight_id integer, tag_id integer", [(1, 1), (1, 2), (2, 2)]),
            "commands": (
                "id integer, date text, user_login text, project_id integer, payload text",
                [(1, WHEN, "ann", 1, made)],
            ),
        },
    )


def dna(path: Path, version: int = 3) -> Path:
    """Make a DNA database: of version 3, of 2 with its table of attributes, or of 1 with values as words."""
    names = ["person", "organization", "concept", "agreement", "place", "note"]
    values = [("Ann", 1), ("Bakers", 2), ("Bread is dear", 3), ("Bread is good", 3), ("Lyon", 5), ("Millers", 2)]
    about = {1: (0, 1, 2, 4), 2: (0, 5, 3), 3: (1, 2)}
    shorts = [(one, values[v][1], v) for one, mine in about.items() for v in mine]
    tables: dict[str, tuple[str, Sequence[Sequence[object]]]] = {
        "SETTINGS": ("Property text, Value text", [("version", "3.0.10")]),
        "CODERS": ("ID integer, Name text", [(1, "Admin")]),
        "DOCUMENTS": (
            "ID integer, Title text, Text text, Author text, Notes text, Date integer",
            [(1, "Baker", TEXT, "The Daily", "", 1522713600 * (1 if version == 3 else 1000))],
        ),
        "STATEMENTTYPES": ("ID integer, Label text", [(1, "DNA Statement"), (2, "Remark")]),
        "VARIABLES": (
            "ID integer, Variable text, StatementTypeId integer",
            [(n, name, 1) for n, name in enumerate(names, 1)],
        ),
        "STATEMENTS": (
            "ID integer, StatementTypeId integer, DocumentId integer, Start integer, Stop integer, Coder integer",
            [
                *[(1, 1, 1, *utf16("A loaf at five"), 1), (2, 1, 1, *utf16("À la maison"), 1), (3, 1, 1, 0, 5, 1)],
                (4, 2, 1, *utf16("no bread"), 1),
            ],
        ),
        "DATABOOLEAN": ("StatementId integer, VariableId integer, Value integer", [(1, 4, 1), (2, 4, 0)]),
        "DATALONGTEXT": ("StatementId integer, VariableId integer, Value text", [(1, 6, "At the market")]),
    }
    held = [(n, variable, value) for n, (value, variable) in enumerate(values, 1)]
    if version == 1:
        rows: list[tuple[object, ...]] = [(one, variable, values[v][0]) for one, variable, v in shorts]
        tables["DATASHORTTEXT"] = ("StatementId integer, VariableId integer, Value text", rows)
    else:
        column, table = ("Entity", "ENTITIES") if version == 3 else ("Value", "ATTRIBUTES")
        tables["DATASHORTTEXT"] = (
            f"StatementId integer, VariableId integer, {column} integer",
            [(one, variable, v + 1) for one, variable, v in shorts],
        )
        tables[table] = ("ID integer, VariableId integer, Value text", held)
    return database(path, tables)


def utf16(words: str) -> tuple[int, int]:
    """Return where words stand in UTF-16 units."""
    start = len(TEXT[: TEXT.index(words)].encode("utf-16-le")) // 2
    return start, start + len(words.encode("utf-16-le")) // 2


def xlsx(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    """Make a workbook of one sheet, words shared as spreadsheets share them."""
    shared = {c: n for n, c in enumerate(dict.fromkeys(c for row in rows for c in row if isinstance(c, str)))}
    sheet = []
    for n, row in enumerate(rows, 1):
        cells = [
            f'<c r="{chr(65 + k)}{n}" t="s"><v>{shared[c]}</v></c>'
            if isinstance(c, str)
            else f'<c r="{chr(65 + k)}{n}"><v>{c}</v></c>'
            for k, c in enumerate(row)
            if c not in ("", None)
        ]
        sheet.append(f'<row r="{n}">{"".join(cells)}</row>')
    strings = "".join(f'<si><t xml:space="preserve">{escape(s)}</t></si>' for s in shared)
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("xl/sharedStrings.xml", f"<sst {space}>{strings}</sst>")
        packed.writestr(
            "xl/worksheets/sheet1.xml", f"<worksheet {space}><sheetData>{''.join(sheet)}</sheetData></worksheet>"
        )
    return path


def annotations(path: Path) -> Path:
    """Make Web Annotations: a place and words, words between others, and one without a tag."""
    start, end = place("Bread at four")
    tag = {"type": "TextualBody", "purpose": "tagging", "value": "time"}
    note = {"type": "TextualBody", "purpose": "commenting", "value": "early"}
    position = {"type": "TextPositionSelector", "start": start, "end": end}
    between = {"type": "TextQuoteSelector", "exact": "loaf", "prefix": "an ", "suffix": " at six"}
    found = [
        {"id": "urn:1", "type": "Annotation", "body": [tag, note], "created": "2019-05-02T10:00:00Z", "creator": "ann"}
        | {
            "target": {
                "source": "baker.txt",
                "selector": [position, {"type": "TextQuoteSelector", "exact": "Bread at four"}],
            }
        },
        {"id": "urn:2", "type": "Annotation", "motivation": "tagging", "body": {"value": "bread"}}
        | {"target": {"source": "baker.txt", "selector": between}},
        {"id": "urn:3", "type": "Annotation", "target": "baker.txt"},
    ]
    page = {"@context": "http://www.w3.org/ns/anno.jsonld", "type": "AnnotationPage", "items": found}
    path.write_text(json.dumps(page), "utf-8")
    path.with_name("baker.txt").write_text(TEXT, "utf-8")
    return path
