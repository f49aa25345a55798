"""Projects of RQDA, QualCoder, Taguette and others, and tables of codings, become studies; hostile ones are refused."""

from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path

import pytest

import projectsmade as made
from qualcode import open_study, tables
from qualcode.errors import SourceError
from qualcode.exchange.projects import Asked, Laid, import_project
from qualcode.exchange.projects.sheets import sheet

MATERIAL = Path(__file__).parents[2] / "shared" / "material"
FIRST = "Bread at four \U0001f600"


def brought(project: Path, into: Path, **asked: object) -> tuple[Laid, list[tuple[object, ...]]]:
    """Import a project; return what is told, and its codings as the study's table has them."""
    done = import_project(project, into, Asked(**asked))  # type: ignore[arg-type]
    study = open_study(into)
    assert not study.problems
    found = tables.codings(study, "all")[["quote", "code", "coder", "memo"]]
    return done, [tuple(row) for row in found.itertuples(index=False)]


def told(done: Laid, fate: str) -> dict[str, int]:
    """Return the reasons of a fate, with how many."""
    found: Counter[str] = Counter()
    for one in done.project.losses.reasons():
        found[one["reason"]] += one["number"] * (one["fate"] == fate)
    return dict(+found)


def test_an_rqda_project_comes_in_by_code_points_without_what_was_deleted(tmp_path: Path) -> None:
    done, codings = brought(made.rqda(tmp_path / "ovens.rqda"), tmp_path / "study")
    assert codings == [
        (FIRST, "code/time", "ann", ""),
        ("loaf at six", "code/bread", "ann", ""),
        ("loaf at six", "code/bread", "ben", "fresh"),
    ]
    assert told(done, "dropped") == {
        "it was deleted in the project, and its file still has it": 2,
        "its code is not in the project": 1,
    }
    assert told(done, "changed") == {
        "it is in several categories; the others are sets": 1,
        "the words at its place are not those that the project keeps beside it": 1,
    }
    study = open_study(tmp_path / "study")
    assert study.codebook.codes["code/time"].parent == "code/day"
    assert (
        study.cases["the-baker"].further == {"oven": "wood"} if hasattr(study.cases["the-baker"], "further") else True
    )
    assert [m.title for m in study.memos.values()] == ["The project", "Monday"]
    assert str(study.documents["2018-04-03-baker"].date) == "2018-04-03"


def test_of_two_codes_under_one_id_the_first_comes_in_and_the_other_is_told(tmp_path: Path) -> None:
    project = made.rqda(tmp_path / "ovens.rqda")
    there = sqlite3.connect(project)
    there.execute("INSERT INTO freecode (name, id, status) VALUES ('again', 1, 1)")
    there.execute("INSERT INTO cases (name, id, status) VALUES ('Another', 1, 1)")
    there.commit()
    there.close()
    done, codings = brought(project, tmp_path / "study")
    assert (FIRST, "code/time", "ann", "") in codings
    assert told(done, "dropped")["another stands there under the same id"] == 2


@pytest.mark.parametrize("old", [False, True], ids=["version 8", "an early version"])
@pytest.mark.parametrize("eol", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_qualcoder_project_comes_in_whatever_its_version_and_line_ends(tmp_path: Path, old: bool, eol: str) -> None:
    project = made.qualcoder(tmp_path / "ovens.qda", made.TEXT.replace("\n", eol), old=old)
    done, codings = brought(project, tmp_path / "study")
    assert codings == [(FIRST, "code/time", "ann", ""), ("loaf at six", "code/bread", "ben", "x")]
    assert done.project.reading["proved"]
    assert told(done, "dropped") == {"it is on picture, and a study codes text": 1}
    assert told(done, "aside") == {"it has no text to code": 1}


def test_qualcoders_folder_is_its_project(tmp_path: Path) -> None:
    folder = tmp_path / "ovens.qda"
    folder.mkdir()
    made.qualcoder(folder / "data.qda")
    done, codings = brought(folder, tmp_path / "study")
    assert (done.project.name, len(codings)) == ("ovens", 2)


def test_taguettes_bytes_become_places_and_its_paragraphs_lines(tmp_path: Path) -> None:
    done, codings = brought(made.taguette(tmp_path / "ovens.sqlite3"), tmp_path / "study")
    assert codings == [
        ("à four \U0001f600.", "code/day", "ann", ""),
        ("à four \U0001f600.", "code/day-early", "ann", ""),
        ("A loaf", "code/day-early", "unknown", ""),
    ]
    text = open_study(tmp_path / "study").documents["2018-04-03-baker"].text
    assert text == "Bread & eau à four \U0001f600.\nA loaf at five, a loaf at six."
    assert told(done, "dropped") == {"a highlight without a tag": 1}
    assert done.project.reading["words at their places"] == "3 of 3"


def test_of_several_taguette_projects_one_is_named(tmp_path: Path) -> None:
    project = made.taguette(tmp_path / "two.sqlite3", 2)
    with pytest.raises(SourceError, match="it holds 2 projects"):
        import_project(project, tmp_path / "study")
    assert len(brought(project, tmp_path / "study", dialect="project=1")[1]) == 3


@pytest.mark.parametrize("version", [1, 2, 3])
def test_statements_of_dna_keep_actor_organisation_concept_and_agreement(tmp_path: Path, version: int) -> None:
    done, _ = brought(made.dna(tmp_path / "bread.dna", version), tmp_path / "study")
    study = open_study(tmp_path / "study")
    found = tables.statements(study)[["actor", "organisation", "theme", "stance"]]
    assert [tuple(r) for r in found.fillna(9).itertuples(index=False)] == [
        ("bakers", "bakers", "concept/bread-is-dear", 9),
        ("ann", "bakers", "concept/bread-is-dear", 1.0),
        ("ann", "bakers", "concept/bread-is-good", -1.0),
    ]
    quotes = tables.codings(study)
    assert sorted(set(quotes["quote"])) == ["A loaf at five", "Bread", "no bread", "À la maison"]
    assert set(quotes["code"]) >= {"dna-place/lyon", "statement-type/remark"}
    assert "At the market" in set(quotes["memo"])
    assert str(study.documents["baker"].date) == "2018-04-03"
    assert any("1 statement was made for another organisation" in r for r in done.project.losses.remarks)


def test_a_person_of_two_types_of_statement_is_one(tmp_path: Path) -> None:
    project = made.dna(tmp_path / "bread.dna")
    there = sqlite3.connect(project)
    there.execute("INSERT INTO VARIABLES VALUES (7, 'person', 2)")
    there.execute("INSERT INTO ENTITIES VALUES (7, 7, 'Ann'), (8, 3, '')")
    there.execute("INSERT INTO DATASHORTTEXT VALUES (4, 7, 7), (4, 3, 8)")
    there.commit()
    there.close()
    brought(project, tmp_path / "study")
    study = open_study(tmp_path / "study")
    assert [c for c in study.cases if c.startswith("ann")] == ["ann"]
    assert not [c for c in study.codebook.codes if "empty" in c]
    found = tables.codings(study)
    assert found[found["quote"] == "no bread"][["case", "code"]].to_numpy().tolist() == [
        ["ann", "statement-type/remark"]
    ]


def test_a_workbook_of_many_thousand_segments_is_read(tmp_path: Path) -> None:
    rows = [["document", "code", "quote"], *(["baker", f"c{n % 50}", f"bread_x000A_{n}."] for n in range(20_000))]
    head, found = sheet(made.xlsx(tmp_path / "many.xlsx", rows))
    assert (head, len(found), found[-1]) == (rows[0], 20_000, (20_001, ["baker", "c49", "bread\n19999."]))


def test_a_mapping_says_which_variable_is_what(tmp_path: Path) -> None:
    (tmp_path / "which.yaml").write_text("concept: place\n", "utf-8")
    made.dna(tmp_path / "bread.dna")
    brought(tmp_path / "bread.dna", tmp_path / "study", mapping=tmp_path / "which.yaml")
    assert set(tables.statements(open_study(tmp_path / "study"))["theme"]) == {"concept/lyon"}
    (tmp_path / "which.yaml").write_text("concept: plce\nactor: person\n", "utf-8")
    with pytest.raises(SourceError, match=r"which\.yaml:2: unknown 'actor'"):
        import_project(tmp_path / "bread.dna", tmp_path / "other", Asked(mapping=tmp_path / "which.yaml"))


def test_a_table_of_codings_finds_its_texts_beside_it(tmp_path: Path) -> None:
    (tmp_path / "baker.txt").write_text(made.TEXT, "utf-8")
    start, end = made.place("À la maison")
    (tmp_path / "codings.csv").write_text(
        "document,start,end,quote,code,coder\n"
        f"baker,{start},{end},,place,ann\n"
        "baker,,,loaf at six,bread > late,ann\n"
        "baker,3,7,Bread at four,time,ben\n"
        "baker,,,bread at noon,time,ben\n"
        "baker,,,loaf at,time,ben\n"
        'miller,,,"Flour,\nfine.",bread,ben\n'
        "miller,,,Fine.,bread,ben\n"
        "baker,,,Bread,,ben\n",
        "utf-8",
    )
    done, codings = brought(tmp_path / "codings.csv", tmp_path / "study")
    assert codings == [
        ("Bread at four", "code/time", "ben", ""),
        ("loaf at six", "code/late", "ann", ""),
        ("À la maison", "code/place", "ann", ""),
        ("Flour,\nfine.", "code/bread", "ben", ""),
        ("Fine.", "code/bread", "ben", ""),
    ]
    assert told(done, "dropped") == {
        "it names no code": 1,
        "its words are nowhere": 1,
        "its words stand at 2 places of its source": 1,
    }
    assert told(done, "changed") == {
        "its text is not in the folder; it is its 2 passages, one after the other": 1,
        "its words stand elsewhere than its table says, at one place": 1,
    }
    assert open_study(tmp_path / "study").documents["miller"].text == "Flour,\nfine.\n\nFine."


def test_maxqdas_exported_segments_come_in_by_their_words(tmp_path: Path) -> None:
    (tmp_path / "baker.txt").write_text(made.TEXT, "utf-8")
    head = ["Color", "Comment", "Document group", "Document name", "Code", "Beginning", "End", "Segment", "Created by"]
    rows = [head, ["●", "=1+1", "", "baker", "Day\\Early", 1, 1, "Bread at four", "ann"]]
    made.xlsx(tmp_path / "segments.xlsx", rows)
    done, codings = brought(tmp_path / "segments.xlsx", tmp_path / "study")
    assert codings == [("Bread at four", "code/early", "ann", "=1+1")]
    assert done.project.origin == "MAXQDA"
    assert "columns that are not read: Color, Beginning, End" in done.project.losses.remarks


def test_taguettes_highlights_as_csv_keep_the_paths_of_tags(tmp_path: Path) -> None:
    (tmp_path / "highlights.csv").write_text("id,document,tag,content\n1,baker,day.early,'- Four.\n", "utf-8")
    _, codings = brought(tmp_path / "highlights.csv", tmp_path / "study")
    assert codings == [("- Four.", "code/early", "unknown", "")]


def test_a_table_of_codes_is_a_codebook(tmp_path: Path) -> None:
    (tmp_path / "codes.csv").write_text(
        "code;definition;parent;colour\nday;All of it;;#fff\nearly;Before dawn;day;\nday;Twice;;\n;x;;\n", "utf-8"
    )
    done, _ = brought(tmp_path / "codes.csv", tmp_path / "study")
    codes = open_study(tmp_path / "study").codebook.codes
    assert [(c.id, c.parent, c.definition) for c in codes.values()] == [
        ("code/day", "", "All of it"),
        ("code/early", "code/day", "Before dawn"),
    ]
    assert told(done, "dropped") == {"a code of this name stands above it": 1, "it has no name": 1}


def test_web_annotations_are_tags_on_words(tmp_path: Path) -> None:
    done, codings = brought(made.annotations(tmp_path / "notes.jsonld"), tmp_path / "study")
    assert codings == [("Bread at four", "code/time", "ann", "early"), ("loaf", "code/bread", "unknown", "")]
    assert told(done, "dropped") == {"it has no target in a text, or no tag": 1}


def test_views_and_what_was_not_closed_are_not_read(tmp_path: Path) -> None:
    path = made.rqda(tmp_path / "ovens.rqda")
    there = sqlite3.connect(path)
    there.execute("ALTER TABLE source RENAME TO hidden")
    there.execute(
        "CREATE VIEW source AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
        "SELECT '' AS name, x AS id, '' AS file FROM n"
    )
    there.commit()
    there.close()
    with pytest.raises(SourceError, match="it has no tables source"):
        import_project(path, tmp_path / "study")
    made.rqda(tmp_path / "open.rqda")
    (tmp_path / "open.rqda-wal").write_bytes(b"x")
    with pytest.raises(SourceError, match="it was not closed"):
        import_project(tmp_path / "open.rqda", tmp_path / "study")
    assert not (tmp_path / "study").exists()


@pytest.mark.skipif(not MATERIAL.is_dir(), reason="real material is not at hand")
def test_a_published_rqda_project_gives_its_published_counts(tmp_path: Path) -> None:
    import lzma

    packed = MATERIAL / "weise-2015-opcw" / "OPCW.rqda.xz"
    (tmp_path / "OPCW.rqda").write_bytes(lzma.decompress(packed.read_bytes()))
    done, codings = brought(tmp_path / "OPCW.rqda", tmp_path / "study")
    assert len(codings) == 1023
    assert done.project.reading["words at their places"] == "1,021 of 1,023"


@pytest.mark.skipif(not MATERIAL.is_dir(), reason="real material is not at hand")
@pytest.mark.long
def test_every_published_segment_of_maxqda_is_found_in_its_transcript(tmp_path: Path) -> None:
    pytest.importorskip("pypdf")
    for path in (MATERIAL / "kerrigan-2024-pdpilot").glob("*.pdf"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    done = import_project(tmp_path / "coded-segments.pdf", tmp_path / "study")
    assert done.project.reading["words at their places"] == "261 of 261"
    assert sum("it is its" in r for r in told(done, "changed")) == 4
