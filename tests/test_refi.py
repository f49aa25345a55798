"""REFI-QDA projects in: places read as the project proves, everything accounted for, nothing hostile let through."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import fewer
from qualcode import open_study, tables
from qualcode.cli import main
from qualcode.errors import SourceError, UsageError
from qualcode.exchange.projects import Asked, import_project
from qualcode.exchange.projects.formats import read_project
from qualcode.exchange.projects.places import Dialect, Text
from qualcode.exchange.projects.refi.dialects import Marked, judge, named, prior
from refimade import (
    EARLY,
    LATE,
    OTHER,
    TEXT,
    TOP,
    USER,
    coding,
    count,
    guid,
    packed,
    project,
    selection,
    simple,
    text_source,
)

ORACLES = Path(__file__).parents[2] / "shared" / "oracles" / "interchange"
SYNTHETIC = ("spec", "nvivo_windows", "atlas_ti", "maxqda", "qualcoder_crlf")


def oracle(name: str) -> Path:
    if not (ORACLES / name).is_file():
        pytest.skip("the files of other programs are not here")
    return ORACLES / name


@pytest.mark.parametrize("name", SYNTHETIC)
def test_every_quotation_of_a_project_comes_out_right_with_its_codes_and_its_coder(name: str, tmp_path: Path) -> None:
    told = json.loads(oracle("expected.json").read_text("utf-8"))
    meant = told["files"][f"{name}.qdpx"]["quotations"]
    done = import_project(oracle(f"{name}.qdpx"), tmp_path / "study")
    study = open_study(tmp_path / "study")
    assert study.problems == ()
    (document,) = study.documents.values()
    assert hashlib.sha256(document.text.encode()).hexdigest() == told["text_sha256"]
    labels = {c.id: c.label for c in study.codebook.codes.values()}
    found = sorted(
        (e.anchor.start, e.anchor.end, e.anchor.quote, sorted(labels[c] for c in e.codes), f.coder[-1].upper())
        for f in study.coded.values()
        for e in f.excerpts
    )
    assert found == sorted((q["start"], q["end"], q["quote"], sorted(q["codes"]), q["coder"]) for q in meant)
    assert done.project.reading["proven"] == "yes"
    rows = tables.codings(study, "all")
    assert sorted(rows["quote"]) == sorted(q["quote"] for q in meant for _ in q["codes"])
    coding_row = next(r for r in done.project.losses.rows() if r["element"] == "coding")
    assert (coding_row["found"], coding_row["imported"]) == (14, 14)


def test_selections_that_are_whole_lines_are_the_lines_that_their_names_say(tmp_path: Path) -> None:
    import_project(oracle("qc_demo_scrubbed.qdpx"), tmp_path / "study")
    study = open_study(tmp_path / "study")
    record = json.loads((tmp_path / "study/coding/imported/qc-project.json").read_text("utf-8"))
    names = record["aside"]["selection names"]
    lines = study.documents["meeting"].text.split("\n")
    with (tmp_path / "study/coding/imported/qc-project-passages.csv").open(encoding="utf-8") as table:
        passage = {row["excerpt"]: row["passage"] for row in csv.DictReader(table)}
    found = [(names[passage[e.id]], e.anchor.quote, len(e.codes)) for f in study.coded.values() for e in f.excerpts]
    assert len(found) == 158
    assert sum(codes for _, _, codes in found) == 205
    assert all(quote == lines[int(name.removeprefix("line:"))] + "\n" for name, quote, _ in found)


def test_a_project_of_codes_and_empty_texts_is_a_study_that_tells_so(tmp_path: Path) -> None:
    done = import_project(oracle("qc_nvivo_project.qdpx"), tmp_path / "study")
    study = open_study(tmp_path / "study")
    assert (study.problems, len(study.codebook.codes), len(study.documents)) == ((), 262, 0)
    depth = {"": 0}
    for code in study.codebook.codes.values():
        depth[code.id] = depth[code.parent] + 1
    assert max(depth.values()) == 7
    aside = [r for r in done.project.losses.reasons() if r["element"] == "source"]
    assert [(r["reason"], r["number"]) for r in aside] == [("it has no text to code", 2)]


SIGNS = st.text(st.sampled_from("abc déé \n\U0001f600\U00020bb7"), min_size=30, max_size=200)


@given(st.data())
@fewer(3)
def test_whatever_way_a_program_counts_its_quotations_prove_it(data: st.DataObject) -> None:
    """Selections that carry their words are read right in every way to count, or every way gives the same."""
    text = data.draw(SIGNS)
    unit, eol, counted = (data.draw(st.sampled_from(x)) for x in (("codepoint", "utf16"), (1, 2), (False, True)))
    raw = "\ufeff" + text.replace("\n", "\r\n")
    held = Text(raw)
    places = [
        tuple(sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))) for _ in range(12)
    ]
    places = [p for p in places if text[p[0] : p[1]].strip()]
    marked = [
        Marked(held, *(count(text, p, unit, eol, int(counted)) for p in place), (text[slice(*place)],))
        for place in places
    ]
    judged = judge(marked, "A program")
    if not judged.proven:
        return
    for one, (start, end) in zip(marked, places, strict=True):
        found = [held.place(p, judged.dialect) for p in (one.start, one.end)]
        here = text[found[0].at : found[1].at] if found[0] and found[1] else None
        assert here is not None
        assert " ".join(here.split()) == " ".join(text[start:end].split()) or "quotations" not in judged.why


def test_what_nothing_proves_is_read_as_the_program_is_known_for_and_told_so(tmp_path: Path) -> None:
    text = "x\U0001f600x " * 40
    path = simple(tmp_path / "p.qdpx", text, [(3, 5), (8, 10)], origin="NVivo for Windows 14")
    done = import_project(path, tmp_path / "study")
    assert done.project.reading["places"] == str(Dialect("utf16", 2))
    assert done.project.reading["proven"] == "no"
    asked = read_project(path, Asked("codepoint"))
    assert [(c.start, c.end) for c in asked.codings] == [(3, 5), (8, 10)]
    assert asked.reading["by"] == "given by whoever imports"


@pytest.mark.parametrize(
    ("origin", "dialect"),
    [
        ("NVivo for Windows 12.6", Dialect("utf16", 2)),
        ("nvivo 14", Dialect("utf16", 2)),
        ("QSR NVivo", Dialect("utf16", 2)),
        ("NVivo for Mac 15.0.0", Dialect("codepoint", 1)),
        ("ATLAS.ti Windows (Version 23.4)", Dialect("codepoint", 1)),
        ("MAXQDA 24 (Release 24.7.0)", Dialect("codepoint", 1)),
        ("QualCoder 3.8", Dialect("codepoint", 1)),
        ("qc 1.3.2", Dialect("codepoint", 1)),
        ("", Dialect("codepoint", 2)),
    ],
)
def test_programs_are_known_by_their_names(origin: str, dialect: Dialect) -> None:
    assert prior(origin) == dialect


def test_a_dialect_is_named_by_a_program_or_by_its_parts() -> None:
    assert named("utf16, crlf2, bom") == Dialect("utf16", 2, bom=True)
    for wrong in ("utf18", "crlf2", "bom", "nvivo,crlf1"):
        with pytest.raises(UsageError, match="dialect"):
            named(wrong)


def tag(name: str, number: int, inside: str = "", attributes: str = "") -> str:
    return f'<{name} guid="{guid(number)}" {attributes}>{inside}</{name}>'


def ref(name: str, target: str) -> str:
    return f'<{name} targetGUID="{target}"/>'


def rich(path: Path) -> Path:
    """Write a project with everything: cases, variables, notes, sets, links, a PDF, a recording, what has no place."""
    text = "Bread at four.\nA loaf at five, and one at six.\n"
    marked = selection(1, 0, 13, coding(11, EARLY) + coding(12, LATE))
    marked += selection(2, 0, 13, coding(13, LATE, OTHER))
    marked += selection(3, 15, 29, coding(14, EARLY) + f'<NoteRef targetGUID="{guid(50)}"/>')
    marked += selection(4, 15, 15, "<Description>Here she laughs</Description>")
    marked += selection(5, 20, 20) + selection(6, 30, 20, coding(15, EARLY)) + selection(7, 0, 4000, coding(16, EARLY))
    marked += selection(8, 0, 5, coding(17, guid(99)))
    marked += selection(9, 31, 46, "<Description>my own words</Description>" + coding(18, LATE))
    whole = (
        coding(19, LATE)
        + f'<VariableValue><VariableRef targetGUID="{guid(60)}"/><TextValue>rye</TextValue></VariableValue>'
    )
    area = 'firstX="1" firstY="1" secondX="2" secondY="2"'
    shown = selection(73, 0, 8, coding(21, EARLY))
    pdf = tag(
        "PDFSource",
        70,
        tag("PDFSelection", 71, coding(20, EARLY), f'page="0" {area}')
        + tag("Representation", 72, shown, 'plainTextPath="internal://leaflet.txt"'),
        'name="Leaflet" path="internal://leaflet.pdf"',
    )
    points = tag("SyncPoint", 82, "", 'timeStamp="0" position="0"') + tag("SyncPoint", 83, "", 'position="7"')
    ends = f'fromSyncPoint="{guid(82)}" toSyncPoint="{guid(83)}"'
    said = "<PlainTextContent>We rise at four</PlainTextContent>" + points
    said += tag("TranscriptSelection", 84, coding(22, EARLY), ends)
    sound = tag("AudioSource", 80, tag("Transcript", 81, said), 'name="Tape"')
    sound += tag("PictureSource", 85, tag("PictureSelection", 86, coding(23, EARLY), area), 'name="Oven"')
    variables = tag("Variable", 60, "", 'name="flour" typeOfVariable="Text"')
    variables += tag("Variable", 61, "", 'name="age" typeOfVariable="Integer"')
    age = f"<VariableValue>{ref('VariableRef', guid(61))}<IntegerValue>50</IntegerValue></VariableValue>"
    baker = f"<Description>Rises early</Description>{age}{ref('SourceRef', TEXT)}"
    cases = tag("Case", 30, baker, 'name="The baker"')
    cases += tag("Case", 31, ref("SelectionRef", "{" + guid(9).upper() + "}"))
    notes = tag(
        "Note",
        50,
        "<PlainTextContent>She always does</PlainTextContent>",
        'name="Laughter" creationDateTime="2024-03-01T10:00:00Z"',
    )
    notes += tag("Note", 51, "<PlainTextContent>Alone</PlainTextContent>", 'name="Loose"')
    link = tag("Link", 90, "", f'name="see" direction="OneWay" originGUID="{guid(1)}" targetGUID="{guid(3)}"')
    group = tag("Set", 91, ref("MemberSource", TEXT), 'name="All"')
    graph = tag("Graph", 92, tag("Vertex", 93, "", 'firstX="1" firstY="2"'), 'name="Map"')
    after = f"<Notes>{notes}</Notes><Links>{link}</Links><Sets>{group}</Sets><Graphs>{graph}</Graphs>"
    after += "<Description>About ovens</Description>"
    variables, cases = f"<Variables>{variables}</Variables>", f"<Cases>{cases}</Cases>"
    markup = project(text_source(marked, inside=whole) + pdf + sound, variables=variables, cases=cases, after=after)
    return packed(path, markup, {f"sources/{TEXT}.txt": text.encode(), "sources/leaflet.txt": b"Bake now, eat now."})


def test_everything_in_a_project_comes_in_or_is_kept_or_told(tmp_path: Path) -> None:
    done = import_project(rich(tmp_path / "rich.qdpx"), tmp_path / "study")
    study = open_study(tmp_path / "study")
    assert study.problems == ()
    found = {
        (f.coder, f.document, e.anchor.quote, e.case, e.memo): sorted(e.codes)
        for f in study.coded.values()
        for e in f.excerpts
    }
    whole = study.documents["baker"].text
    early, late = "code/early", "code/late"
    assert found == {
        ("ann", "baker", "Bread at four", None, None): [early, late],
        ("ben", "baker", "Bread at four", None, None): [late],
        ("ann", "baker", "A loaf at five", None, None): [early],
        ("ann", "baker", "and one at six.", "case", "my own words"): [late],
        ("ann", "baker", whole, None, None): [late],
        ("ann", "leaflet", "Bake now", None, None): [early],
        ("ann", "tape", "We rise", None, None): [early],
    }
    told = {(r["element"], r["fate"], r["reason"]): r["guids"] for r in done.project.losses.reasons()}
    assert told["coding", "dropped", "its passage ends before it begins"] == [guid(15)]
    assert told["coding", "dropped", "its passage goes past the text"] == [guid(16)]
    assert told["coding", "dropped", "its code is not in the project"] == [guid(17)]
    assert told["coding", "changed", "it codes its whole source: all of its words"] == [guid(19)]
    assert told["coding", "aside", "it is a part of a picture, and no words are told"] == [guid(23)]
    assert told["coding", "aside", "it is a part of a page, and no words are told"] == [guid(20)]
    assert told["selection", "aside", "it has no code and says nothing"] == [guid(5)]
    assert told["graph", "aside", "a study has no drawings of a project"] == [guid(92)]
    assert study.documents["baker"].author == "the-baker"
    assert study.cases["the-baker"].attributes == {"age": "50"}
    assert study.cases["the-baker"].note == "Rises early"
    memos = {m.title: ([(a.kind, a.id) for a in m.about], m.text) for m in study.memos.values()}
    laughed = next(e.id for f in study.coded.values() for e in f.excerpts if e.anchor.quote == "A loaf at five")
    assert memos["Laughter"] == ([("excerpt", laughed)], "She always does\n")
    assert memos["Comment at a point"][0] == [("document", "baker")]
    assert set(memos) == {"Laughter", "Loose", "Comment at a point", "The project"}
    assert (tmp_path / "study/data/document-variables.csv").read_text() == "document,flour\nbaker,rye\n"
    record = json.loads((tmp_path / "study/coding/imported/ovens.json").read_text())
    assert [link["guid"] for link in record["links"]] == [guid(90)]
    assert "Vertex" in record["aside"]["graphs"][0]


def test_a_guid_that_stands_twice_or_is_missing_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    codes = f'<Code guid="{EARLY}" name="One" isCodable="true"/><Code guid="{EARLY}" name="Two" isCodable="true"/>'
    codes += '<Code name="Three" isCodable="true"/>'
    marked = selection(1, 0, 5, coding(11, EARLY))
    path = packed(
        tmp_path / "p.qdpx",
        project(text_source(marked), codes=codes).replace(
            f'guid="{EARLY}" name="One"', f'guid="{{{EARLY.upper()}}}" name="One"'
        ),
        {f"Sources/{TEXT.upper()}.TXT": b"Bread at four."},
        inner="My project.QDE",
    )
    done = import_project(path, tmp_path / "study")
    study = open_study(tmp_path / "study")
    assert [c.label for c in study.codebook.codes.values()] == ["One", "Two", "Three"]
    assert [list(e.codes) for f in study.coded.values() for e in f.excerpts] == [["code/one"]]
    assert {r["reason"] for r in done.project.losses.reasons() if r["element"] == "code"} == {
        "its guid stands there twice",
        "it has no guid",
    }


def test_a_text_outside_the_project_is_never_opened(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("a secret")
    for path in (
        f"absolute://{tmp_path}/secret.txt",
        "relative:///../secret.txt",
        "../secret.txt",
        "internal://../secret.txt",
    ):
        markup = project(text_source(selection(1, 0, 5, coding(11, EARLY)), path=path))
        done = read_project(packed(tmp_path / "p.qdpx", markup), Asked())
        assert [s.text.raw for s in done.sources] == [""]
        assert any("its text is" in r["reason"] for r in done.losses.reasons())


def test_a_codebook_comes_in_by_itself_whatever_its_namespace(tmp_path: Path) -> None:
    for space in ("codebook:1.0", "codebook:0:4", "codebook:1:0"):
        path = tmp_path / "book.qdc"
        path.write_text(
            f'<CodeBook xmlns="urn:QDA-XML:{space}" origin="x"><Codes><Code guid="{TOP}" name="Time" isCodable="true">'
            f'<Code guid="{EARLY}" name="Early" isCodable="true"/></Code></Codes><Sets/></CodeBook>'
        )
        study = tmp_path / space.replace(":", "-")
        assert main(["import", str(path), "--into", str(study)]) == 0
        assert [(c.id, c.parent) for c in open_study(study).codebook.codes.values()] == [
            ("code/time", ""),
            ("code/early", "code/time"),
        ]


def test_quotations_in_the_encoding_of_windows_and_in_utf_16_are_read(tmp_path: Path) -> None:
    for encoding in ("cp1252", "utf-16", "utf-8-sig"):
        path = packed(
            tmp_path / "p.qdpx",
            project(text_source(selection(1, 0, 7, coding(11, EARLY)))),
            {f"sources/{TEXT}.txt": "Levé à quatre".encode(encoding)},
        )
        done = read_project(path, Asked())
        (source,) = done.sources
        assert [source.text.stored[c.start : c.end] for c in done.codings] == ["Levé à "]


def test_the_users_of_one_name_stay_two_and_who_is_nobody_is_unknown(tmp_path: Path) -> None:
    users = f'<User guid="{USER}" name="Ann"/><User guid="{OTHER}" name="Ann"/>'
    marked = selection(1, 0, 5, coding(11, EARLY)) + selection(2, 0, 5, coding(12, EARLY, OTHER))
    marked += selection(3, 6, 8, coding(13, EARLY, guid(77)))
    path = packed(
        tmp_path / "p.qdpx", project(text_source(marked), users=users), {f"sources/{TEXT}.txt": b"Bread at four."}
    )
    import_project(path, tmp_path / "study")
    assert open_study(tmp_path / "study").coders == ("ann", "ann-2", "unknown")


@pytest.mark.parametrize(
    ("markup", "told"),
    [
        ("", "its markup is damaged"),
        ("<Project", "damaged"),
        ("<html/>", "it holds no project"),
        ('<CodeBook xmlns="urn:QDA-XML:project:1.0"/>', "no REFI-QDA project"),
        (project("").replace("<Project ", '<!DOCTYPE Project [<!ENTITY a "b">]><Project '), "document type"),
        (project("", declared="<!DOCTYPE Project>"), "document type"),
        ("<Project>" + "<a>" * 400 + "</a>" * 400 + "</Project>", "nested too deep"),
        (" " * 300_000, "begins with no project"),
    ],
)
def test_markup_that_is_none_or_hostile_is_refused_in_a_sentence(markup: str, told: str, tmp_path: Path) -> None:
    path = packed(tmp_path / "p.qdpx", markup)
    with pytest.raises(SourceError, match=told):
        import_project(path, tmp_path / "study")
    assert [p.name for p in tmp_path.iterdir()] == ["p.qdpx"]
