"""The exemplar's sample chapter is right, and is no longer when a coding makes one of its numbers false."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import qualcode
from qualcode.cli import main
from qualcode.manuscript.forms import read_manuscript
from qualcode.manuscript.references import references

PROJECT = Path(__file__).parents[1]
FOLDERS = ("interviews", "fieldnotes", "documents", "coding", "data", "manuscript")


@pytest.fixture
def exemplar(tmp_path: Path) -> Path:
    """Return a copy of the exemplar without its notebooks."""
    for folder in FOLDERS:
        shutil.copytree(PROJECT / folder, tmp_path / "e" / folder)
    return tmp_path / "e"


def checked(study: Path) -> int:
    words = [str(study / "manuscript/chapter.md"), "--claims", "manuscript/claims.csv", "--study", str(study)]
    return main(["manuscript", *words, "--set", str(study / "build/manuscript")])


def test_the_chapter_is_right_and_its_references_are_set(exemplar: Path):
    assert checked(exemplar) == 0
    assert "[@q:" in (exemplar / "manuscript/chapter.md").read_text("utf-8")
    assert "[@q:" not in (exemplar / "build/manuscript/chapter.md").read_text("utf-8")
    found = references(qualcode.open_study(exemplar), read_manuscript(exemplar / "manuscript/chapter.md"))
    assert [one.wrong for one in found] == ["", ""]


def test_a_coding_that_makes_a_number_false_breaks_it(exemplar: Path, capsys: pytest.CaptureFixture[str]):
    file = exemplar / "coding/coders/coder-a/2018-05-16-clinic-worker.jsonl"
    lines = file.read_text("utf-8").splitlines(keepends=True)
    gone = next(n for n, line in enumerate(lines) if '"migrants/women"' in line)
    file.write_text("".join(lines[:gone] + lines[gone + 1 :]), "utf-8")
    assert checked(exemplar) == 1
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("manuscript/claims.csv")]
    assert len(told) > 1
    assert "manuscript/claims.csv:7: found is stored as '32' and is 31 now; `--write` stores it" in told


def test_a_word_of_a_transcript_that_is_mended_breaks_it(exemplar: Path):
    file = exemplar / "interviews/2018-06-26-farleft-activist.md"
    text = file.read_text("utf-8")
    file.write_text(
        text.replace("what won things here was never a meeting", "what won us things here was no meeting"), "utf-8"
    )
    assert checked(exemplar) == 1
