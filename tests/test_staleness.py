"""Only what reads a change is run again, and never is a chapter left that a fresh run would write otherwise."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from conftest import CITIZEN_CARD, PROJECT
from qualcode import open_study, tables
from qualcode.report.front import notebook_paths
from qualcode.report.runs import run_notebooks
from qualcode.report.staleness import Now, executed_path, reads_path, stale
from qualcode.study import reads
from qualcode.study.layout import lay_notebooks
from qualcode.study.study import PARTS, Study

MORE = """{"cells": [
 {"cell_type": "code", "id": "words", "metadata": {}, "execution_count": null, "outputs": [],
  "source": "from qualcode import open_study, present, tables\\nstudy = open_study()\\nlen(study.memos), study.ties"},
 {"cell_type": "code", "id": "quote", "metadata": {}, "execution_count": null, "outputs": [],
  "source": "present.table(present.excerpts(study, tables.codings(study)['excerpt'][:0].tolist()))"},
 {"cell_type": "code", "id": "acts", "metadata": {}, "execution_count": null, "outputs": [],
  "source": "present.table(tables.acts(study)[['act', 'what']])"},
 {"cell_type": "code", "id": "file", "metadata": {}, "execution_count": null, "outputs": [],
  "source": "open('../data/numbers.csv').read()"}],
 "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
"""
"""A notebook that reads what the others do not: memos, ties, acts, a file of its own."""


def quiet(_: str) -> None:
    """Say nothing."""


def longer(text: str) -> str:
    return f"{text}\nAnd one line more.\n"


def with_last_line_gone(text: str) -> str:
    return "".join(text.splitlines(keepends=True)[:-1])


def with_first_line_gone(text: str) -> str:
    return "".join(text.splitlines(keepends=True)[1:])


def with_another_label(text: str) -> str:
    """Call the first case, or the first code, otherwise."""
    return text.replace("A librarian", "Another librarian", 1).replace("label: ", "label: The ", 1)


CHANGES: dict[str, Callable[[str], str]] = {
    "interviews/2024-02-12-desk-officer.md": longer,
    "interviews/2024-02-20-mediator.md": longer,
    "interviews/2024-03-05-card-holder.md": longer,
    "fieldnotes/2024-03-14-library-desk.md": longer,
    "documents/2024-01-30-leaflet.md": longer,
    "coding/acts.csv": with_last_line_gone,
    "coding/ties.csv": with_last_line_gone,
    "coding/cases.csv": with_another_label,
    "coding/codebook.yaml": with_another_label,
    "coding/memos/2024-03-21-a-label.md": longer,
    "coding/agreed/2024-02-12-desk-officer.jsonl": with_first_line_gone,
    "coding/coders/reader/2024-01-30-leaflet.jsonl": with_first_line_gone,
    "coding/coders/reader/2024-02-12-desk-officer.jsonl": with_first_line_gone,
    "coding/coders/reader/2024-02-20-mediator.jsonl": with_first_line_gone,
    "coding/coders/reader/2024-03-05-card-holder.jsonl": with_first_line_gone,
    "coding/coders/reader/2024-03-14-library-desk.jsonl": with_first_line_gone,
    "coding/coders/second/2024-02-12-desk-officer.jsonl": with_first_line_gone,
    "data/numbers.csv": longer,
}
"""Every file of the tiny study that a chapter may read, and a change of it after which the study is sound."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the tiny study with four notebooks that have been run."""
    study = tmp_path_factory.mktemp("staleness") / "card"
    shutil.copytree(CITIZEN_CARD, study)
    lay_notebooks(study)
    (study / "data").mkdir()
    (study / "data" / "numbers.csv").write_text("1\n2\n", "utf-8")
    (study / "notebooks" / "more.ipynb").write_text(MORE, "utf-8")
    run_notebooks(notebook_paths(study), study, study / "build", quiet)
    return study


@pytest.fixture
def study(run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(run, tmp_path / "card"))


def chapters_to_run(study: Path) -> list[str]:
    now = Now(study)
    return [n.stem for n in notebook_paths(study) if stale(n, study, study / "build", now)]


def change(study: Path, name: str) -> None:
    path = study / name
    before = path.read_text("utf-8")
    after = CHANGES[name](before)
    assert after != before, name
    path.write_text(after, "utf-8", newline="\n")
    open_study(study).require_sound()


def test_every_file_of_the_tiny_study_is_among_the_changes(run: Path):
    there = [
        p.relative_to(run).as_posix()
        for f in ("interviews", "fieldnotes", "documents", "coding", "data")
        for p in (run / f).rglob("*")
        if p.is_file()
    ]

    assert sorted(set(there) - set(CHANGES)) == []


def test_every_part_of_a_study_is_known_by_its_files():
    """A part that is new, and forgotten here, is read from everything: late, and never stale."""
    from dataclasses import fields

    assert sorted(PARTS) == sorted({f.name for f in fields(Study)} - {"root", "problems", "notices"})


def test_nothing_changed_is_nothing_to_run(study: Path):
    assert chapters_to_run(study) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("coding/coders/second/2024-02-12-desk-officer.jsonl", ["corpus"]),
        ("coding/coders/reader/2024-02-20-mediator.jsonl", ["corpus", "actor-network", "divergences", "more"]),
        ("coding/memos/2024-03-21-a-label.md", ["more"]),
        ("coding/ties.csv", ["more"]),
        ("coding/acts.csv", ["more"]),
        ("data/numbers.csv", ["more"]),
    ],
)
def test_only_the_chapters_that_read_a_change_are_run_again(study: Path, name: str, expected: list[str]):
    """The second coder's codings of a document that was settled are shown in the corpus alone."""
    change(study, name)

    assert chapters_to_run(study) == expected


def test_no_chapter_is_left_that_a_fresh_run_would_write_otherwise(
    run: Path, tmp_path: Path, request: pytest.FixtureRequest
):
    """A file is changed, and what is not to be run again is run all the same; with ``--thorough`` every file."""
    few = ["coding/coders/second/2024-02-12-desk-officer.jsonl", "coding/acts.csv", "coding/cases.csv"]
    for number, name in enumerate(CHANGES if request.config.getoption("--thorough") else few):
        study = Path(shutil.copytree(run, tmp_path / str(number)))
        change(study, name)
        left = sorted({n.stem for n in notebook_paths(study)} - set(chapters_to_run(study)))
        wanted = [n for n in notebook_paths(study) if n.stem in left]
        kept = {n.stem: executed_path(n, study / "build").read_bytes() for n in wanted}
        run_notebooks(wanted, study, study / "build", quiet)
        fresh = {n.stem: executed_path(n, study / "build").read_bytes() for n in wanted}
        assert [n for n in kept if kept[n] != fresh[n]] == [], name
        shutil.rmtree(study)


def test_a_change_undone_is_no_change(study: Path):
    path = study / "coding/ties.csv"
    before = path.read_text("utf-8")
    path.write_text(with_last_line_gone(before), "utf-8")
    assert chapters_to_run(study) == ["more"]
    path.write_text(before, "utf-8")

    assert chapters_to_run(study) == []


def test_a_new_file_beside_those_that_were_listed_is_a_change(study: Path):
    """Who was looked at as a whole is stale when something new stands in it."""
    new = (study / "coding/memos/2024-03-21-a-label.md").read_text("utf-8")
    (study / "coding/memos/2024-03-22-another.md").write_text(new, "utf-8")

    assert chapters_to_run(study) == ["more"]


def test_changed_cells_frozen_places_and_modules_beside_are_changes(study: Path):
    (study / "notebooks" / "helping.py").write_text("x = 1\n", "utf-8")
    assert len(chapters_to_run(study)) == 4
    (study / "notebooks" / "helping.py").unlink()
    assert chapters_to_run(study) == []
    (study / "notebooks" / "positions.csv").write_text("graph,node,x,y\n", "utf-8")
    assert len(chapters_to_run(study)) == 4


def test_without_a_note_of_what_was_read_all_is_run_again(study: Path):
    for notebook in notebook_paths(study):
        reads_path(notebook, study / "build").unlink()
    change(study, "coding/ties.csv")

    assert len(chapters_to_run(study)) == 4


def test_what_is_noted_holds_no_word_of_a_document(run: Path):
    """Names, hashes and what was asked for are noted; of no document as much as four words on end."""
    paths = sorted((run / "build" / "notebooks").glob("*.reads"))
    texts = [d.text.split() for d in open_study(run).documents.values()]
    runs = {" ".join(said[n : n + 4]) for said in texts for n in range(len(said) - 3)}

    assert len(paths) == 4
    for path in paths:
        noted = json.loads(path.read_text("utf-8"))
        assert {json.loads(line)[0] for line in noted} >= {"own", "part", "answer", "module"}
        assert [said for said in sorted(runs) if any(said in one for one in (*noted, *noted.values()))] == []


def test_the_hash_of_an_answer_tells_a_number_from_its_text_and_sees_what_is_attached():
    number, text = pd.DataFrame({"a": [1]}), pd.DataFrame({"a": ["1"]})
    attached = number.copy()
    attached.attrs["left_out"] = {"nobody": 3}

    assert len({reads.digest(t) for t in (number, text, attached, number.rename(columns={"a": "b"}))}) == 4


def test_outside_a_run_nothing_is_noted(card: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(reads.FILE, raising=False)
    study = open_study(card)
    tables.codings(study)

    assert type(study) is Study
    assert not reads.on()


def test_a_function_that_raises_has_read_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    noted = tmp_path / "reads"
    monkeypatch.setenv(reads.FILE, str(noted))
    monkeypatch.setattr(reads, "_seen", set())

    @reads.answered
    def breaking(study: object) -> None:
        raise ValueError(study)

    with pytest.raises(ValueError, match="x"):
        breaking("x")
    assert noted.read_text("utf-8") == '["part", "everything"]\n'
    assert PROJECT.is_dir()


def test_what_tells_whether_a_report_is_current_loads_nothing_that_makes_one():
    heavy = ("matplotlib", "nbformat", "networkx", "numpy", "pandas", "pybtex", "sphinx")
    told = f"import sys; import qualcode.report; print([n for n in {heavy} if n in sys.modules])"

    assert subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True).stdout == "[]\n"


def test_running_chapters_loads_no_grammar_of_addresses_and_leaves_it_to_others():
    told = "import sys; from qualcode.report import runs; runs._load_client()"
    told += "; print('nbformat' in sys.modules, 'rfc3987_syntax' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True)
    assert done.stdout == "True False\n"
