"""A second project comes into a study beside what is there: the same is one, the rest is told, nothing is changed."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

import projectsmade as made
from conftest import CITIZEN_CARD
from qualcode import open_study
from qualcode.cli import main
from qualcode.errors import QualcodeError, UsageError
from qualcode.exchange.projects import import_project


def files(study: Path) -> dict[str, str]:
    """Return what a study holds, its locks aside."""
    every = (p for p in sorted(study.rglob("*")) if p.is_file() and "build" not in p.parts)
    return {p.relative_to(study).as_posix(): p.read_text("utf-8") for p in every}


def rows(path: Path, *changes: str) -> Path:
    """Change a database."""
    there = sqlite3.connect(path)
    for change in changes:
        there.execute(change)
    there.commit()
    there.close()
    return path


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """Return a study made of an RQDA project."""
    import_project(made.rqda(tmp_path / "first.rqda"), tmp_path / "study")
    return tmp_path / "study"


def test_what_is_the_same_is_one_and_the_rest_comes_beside(first: Path, tmp_path: Path) -> None:
    before = files(first)
    done = import_project(made.qualcoder(tmp_path / "second.qda"), first)
    after = files(first)

    assert "the study has 1 document, 1 code, 1 case, 2 coders already: taken for the same" in str(done)
    assert sorted(after.keys() - before.keys()) == [
        "coding/imported/second-passages.csv",
        "coding/imported/second.json",
    ]
    lost = {n: [line for line in t.splitlines() if line not in after[n].splitlines()] for n, t in before.items()}
    assert {n: lines for n, lines in lost.items() if lines} == {
        "coding/codebook.yaml": ["version: 1", "history: []"],
    }
    study = open_study(first)
    assert study.problems == ()
    assert list(study.documents) == ["2018-04-03-baker"]
    assert list(study.codebook.codes) == [
        *("code/day", "code/night", "code/time", "code/bread"),
        *("code/day-2", "code/all", "code/time-2"),
    ]
    assert [(c.id, c.parent) for c in study.codebook.codes.values() if c.id.endswith("-2")] == [
        ("code/day-2", "code/all"),
        ("code/time-2", "code/day-2"),
    ]
    assert study.codebook.history[-1].change == "3 codes added, of the project second"


def test_the_same_file_again_adds_nothing_and_a_later_export_only_what_is_new(first: Path, tmp_path: Path) -> None:
    path = made.qualcoder(tmp_path / "second.qda")
    import_project(path, first)
    before = files(first)
    assert import_project(path, first).there
    assert import_project(tmp_path / "first.rqda", first).there
    assert files(first) == before

    excerpts = len(open_study(first).excerpt_ids)
    rows(path, "UPDATE code_text SET memo = 'later' WHERE ctid = (SELECT min(ctid) FROM code_text)")
    import_project(path, first)
    changed = {n for n, t in files(first).items() if before.get(n) != t}
    assert changed == {
        *("coding/imported/second-2.json", "coding/imported/second-2-passages.csv"),
        "coding/coders/ann/2018-04-03-baker.jsonl",
    }
    assert len(open_study(first).excerpt_ids) == excerpts + 1


def test_a_study_of_two_exports_of_one_project_goes_out_with_each_set_and_link_once(tmp_path: Path) -> None:
    import re
    import zipfile

    from qualcode.exchange.out import export_study
    from test_refi import rich

    path = rich(tmp_path / "rich.qdpx")
    import_project(path, tmp_path / "study")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("sources/more.txt", "later")
    import_project(path, tmp_path / "study")
    assert len([n for n in files(tmp_path / "study") if n.startswith("coding/imported/") and n.endswith(".json")]) == 2
    assert len(open_study(tmp_path / "study").documents) == 3
    export_study(open_study(tmp_path / "study"), tmp_path / "out.qdpx")
    with zipfile.ZipFile(tmp_path / "out.qdpx") as archive:
        markup = archive.read("project.qde").decode()
    for element in ("Set", "Link", "TextSource", "PlainTextSelection", "Code"):
        guids = re.findall(rf'<{element} guid="([^"]+)"', markup)
        assert len(guids) == len(set(guids))


def test_what_has_the_name_of_another_and_differs_is_told_and_neither_is_changed(first: Path, tmp_path: Path) -> None:
    path = rows(
        made.rqda(tmp_path / "other.rqda"),
        "UPDATE source SET file = file || ' And more.'",
        "UPDATE freecode SET memo = 'Something else' WHERE name = 'time'",
    )
    done = import_project(path, first)
    study = open_study(first)

    assert list(study.documents) == ["2018-04-03-baker", "2018-04-03-baker-2"]
    assert (study.codebook.codes["code/time"].definition, study.codebook.codes["code/time-2"].definition) == (
        "When",
        "Something else",
    )
    told = [reason["reason"] for reason in done.project.losses.reasons()]
    assert "code/time has its name and another definition or stance; it comes beside as code/time-2" in told
    assert "a document of its name is there with another text; it comes beside as 2018-04-03-baker-2" in told
    mine = study.coded["ann", "2018-04-03-baker-2"].excerpts
    assert {code for e in mine for code in e.codes} <= {"code/time-2", "code/bread"}


def test_a_study_of_ones_own_takes_a_project_in_and_keeps_every_line_of_its_codebook(tmp_path: Path) -> None:
    card = Path(shutil.copytree(CITIZEN_CARD, tmp_path / "card"))
    before = files(card)
    import_project(made.rqda(tmp_path / "first.rqda"), card)
    after, study = files(card), open_study(card)

    assert study.problems == ()
    assert [line for line in before["coding/cases.csv"].splitlines() if line not in after["coding/cases.csv"]] == []
    book = before["coding/codebook.yaml"].splitlines()
    assert [line for line in book if line not in after["coding/codebook.yaml"].splitlines()] == ["version: 2"]
    assert {n for n in before if before[n] != after[n]} <= {"coding/codebook.yaml", "coding/cases.csv"}
    assert list(study.codebook.families) == ["figure", "function", "universality", "governance", "code"]


def test_a_dry_run_writes_nothing_and_says_what_would_be(
    first: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(first)
    path = made.qualcoder(tmp_path / "second.qda")
    assert main(["import", str(path), "--into", str(first), "--dry-run"]) == 0
    told = capsys.readouterr()
    assert "already: taken for the same" in told.out
    assert told.err.splitlines()[-1] == "nothing was written"
    assert files(first) == before


def test_what_is_no_study_or_not_sound_takes_nothing_in(first: Path, tmp_path: Path) -> None:
    path = made.qualcoder(tmp_path / "second.qda")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/mine.txt").write_text("x", "utf-8")
    with pytest.raises(UsageError, match="there and not empty"):
        import_project(path, tmp_path / "other")
    (first / "coding/cases.csv").write_text("case,label\n", "utf-8")
    before = files(first)
    with pytest.raises(QualcodeError):
        import_project(path, first)
    assert files(first) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["first.rqda", "other", "second.qda", "study"]
