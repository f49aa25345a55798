"""A study goes out in other programs' formats: as far as released, the same bytes twice, and back where it can."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from qualcode import Study, open_study, tables
from qualcode.exchange.out import Exported, For, export_study
from qualcode.exchange.projects import import_project

ENDINGS = (
    *("qda", "highlights.html", "highlights.csv", "jsonld", "matrix.csv", "long.csv", "sps", "iramuteq.txt"),
    "statements.csv",
)
HELD = "2024-03-05-card-holder"


def rows(path: Path) -> list[list[str]]:
    """Return a table's rows."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def out(study: Study, path: Path, coder: str = "") -> Exported:
    """Write a study as a file."""
    return export_study(study, path, For(coder=coder))


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_study_gives_the_same_bytes_and_no_word_that_is_withheld(
    ending: str, card: Path, tmp_path: Path
) -> None:
    study = open_study(card)
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        done = out(open_study(card), folder / f"a.{ending}")
    assert [p.name for p in sorted(one.iterdir())] == sorted(done.files)
    for name in done.files:
        data = (one / name).read_bytes()
        assert data == (two / name).read_bytes()
        for excerpt in study.coded["reader", HELD].excerpts:
            assert excerpt.anchor.quote.encode() not in data
    if ending not in ("matrix.csv", "long.csv", "sps"):
        assert "consent allows paraphrase only" in done.withheld[HELD]


def test_a_qualcoder_project_out_and_in_again_has_the_same_codings(card: Path, tmp_path: Path) -> None:
    study = open_study(card)
    done = out(study, tmp_path / "card.qda")
    import_project(tmp_path / "card.qda", tmp_path / "again")
    again = open_study(tmp_path / "again")
    labels = {c.id: c.label for c in (*study.codebook.codes.values(), *again.codebook.codes.values())}

    def told(one: Study) -> list[tuple[object, ...]]:
        codings = tables.codings(one, "all")
        codings["code"] = [labels[c] for c in codings["code"]]
        kept = codings[codings["document"] != HELD][["document", "start", "end", "quote", "code", "coder", "memo"]]
        return sorted(tuple(row) for row in kept.itertuples(index=False))

    assert told(again) == told(study)
    assert done.counts == {"document": 4, "code": 10, "coding": 20}
    assert done.lost["stances"] == 14
    there = sqlite3.connect(tmp_path / "card.qda")
    assert there.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert there.execute("SELECT count(*) FROM code_text WHERE seltext = ''").fetchone() == (0,)
    there.close()


def test_annotations_out_come_in_again_at_their_words(card: Path, tmp_path: Path) -> None:
    study = open_study(card)
    out(study, tmp_path / "card.jsonld")
    for document in study.documents.values():
        (tmp_path / f"{document.id}.txt").write_text(document.text, "utf-8", newline="\n")
    found = json.loads((tmp_path / "card.jsonld").read_text("utf-8"))
    for one in found["items"]:
        one["target"]["source"] = one["target"]["source"].rpartition("/")[2].replace(".md", ".txt")
        place, quote = one["target"]["selector"]
        text = (tmp_path / one["target"]["source"]).read_text("utf-8")
        around = quote["prefix"] + quote["exact"] + quote["suffix"]
        assert text[place["start"] : place["end"]] == quote["exact"]
        assert around in text
    (tmp_path / "card.jsonld").write_text(json.dumps(found), "utf-8")
    done = import_project(tmp_path / "card.jsonld", tmp_path / "again")
    assert done.project.reading["words at their places"] == "20 of 20"


def test_highlights_come_in_again_as_taguette_reads_them(card: Path, tmp_path: Path) -> None:
    out(open_study(card), tmp_path / "card.highlights.csv")
    head, *told = rows(tmp_path / "card.highlights.csv")
    assert (head, len(told)) == (["id", "document", "tag", "content"], 20)
    done = import_project(tmp_path / "card.highlights.csv", tmp_path / "again")
    assert done.passages.codings == len({(row[1], row[2], row[3]) for row in told})  # the table has no coders


def test_words_are_no_markup_formula_or_command_in_what_goes_out(card: Path, tmp_path: Path) -> None:
    book = card / "coding/codebook.yaml"
    label = "=1+1 <script>alert(1)</script> '.\\nERASE FILE='x'"
    book.write_text(book.read_text("utf-8").replace("label: Identification", f'label: "{label}"'), "utf-8")
    study = open_study(card)
    for ending in ENDINGS:
        out(study, tmp_path / f"a.{ending}")
    html = (tmp_path / "a.highlights.html").read_text("utf-8")
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    for name in ("a.highlights.csv", "a.statements.csv", "a.long.csv", "a.matrix.csv"):
        assert not [c for row in rows(tmp_path / name) for c in row if c.startswith(("=", "+", "@"))]
    syntax = (tmp_path / "a.sps").read_text("utf-8").splitlines()
    assert not [line for line in syntax if line.startswith("ERASE")]
    assert any("''x''" in line for line in syntax)


def test_a_case_has_a_code_or_not(card: Path, tmp_path: Path) -> None:
    study = open_study(card)
    done = out(study, tmp_path / "a.matrix.csv")
    head, *told = rows(tmp_path / "a.matrix.csv")
    codings = tables.codings(study)
    names = dict(zip(study.codebook.codes, head[5:], strict=True))
    for row in told:
        mine = set(codings[codings["holder"] == row[0]]["code"])
        assert {c for c, v in zip(names, row[5:], strict=True) if v == "1"} == mine
    assert [row[0] for row in told] == ["city", "desk-officer", "mediator", "card-holder", "librarian"]
    assert done.counts["coding"] + done.lost["the researcher's own words"] + 1 == len(codings)
    assert done.lost["codings of nobody, or of several"] == 1


def test_a_corpus_for_iramuteq_has_a_text_a_turn_with_stars(card: Path, tmp_path: Path) -> None:
    done = out(open_study(card), tmp_path / "a.iramuteq.txt")
    lines = (tmp_path / "a.iramuteq.txt").read_text("utf-8").split("\n")
    stars = [line for line in lines if line.startswith("****")]
    assert len(stars) == done.counts["text"] == 6
    assert stars[1] == "**** *doc_20240212deskofficer *who_deskofficer *figure_issuer *theme_functionidentification"
    assert not [line for line in lines if "*" in line and not line.startswith("****")]
    assert done.lost["turns of the researcher"] == 7


def test_a_star_in_the_words_is_no_variable_and_is_told(card: Path, tmp_path: Path) -> None:
    leaflet = card / "documents/2024-01-30-leaflet.md"
    leaflet.write_text(f"{leaflet.read_text('utf-8').rstrip()}\n**** *who_nobody\n", "utf-8")
    for coder in ("coders", "agreed", "rejected"):
        shutil.rmtree(card / "coding" / coder, ignore_errors=True)
    shutil.rmtree(card / "coding/memos", ignore_errors=True)
    done = out(open_study(card), tmp_path / "a.iramuteq.txt")
    lines = (tmp_path / "a.iramuteq.txt").read_text("utf-8").split("\n")
    assert [line for line in lines if "*" in line and not line.startswith("**** *doc_")] == []
    assert "who_nobody" in lines[1]
    assert done.lost["stars in the words"] == 5


def test_statements_go_out_with_actor_organisation_concept_and_agreement(card: Path, tmp_path: Path) -> None:
    study = open_study(card)
    out(study, tmp_path / "a.statements.csv")
    head, *told = rows(tmp_path / "a.statements.csv")
    assert len(told) == len(tables.statements(study))
    first = dict(zip(head, told[0], strict=True))
    assert first["text"] == "Whoever lives here belongs here."
    assert [first[k] for k in ("person", "concept", "agreement", "stance")] == ["The city", "Everyone has it", "1", "1"]
    assert [row[7] for row in told if row[2] == HELD] == ["[withheld: consent allows paraphrase only]"] * sum(
        tables.statements(study)["document"] == HELD
    )


def test_a_study_without_codings_goes_out_in_every_format(card: Path, tmp_path: Path) -> None:
    shutil.rmtree(card / "coding/coders")
    shutil.rmtree(card / "coding/agreed", ignore_errors=True)
    shutil.rmtree(card / "coding/memos", ignore_errors=True)
    study = open_study(card)
    assert not study.problems
    for ending in ENDINGS:
        assert out(study, tmp_path / f"a.{ending}").counts.get("coding", 0) == 0
