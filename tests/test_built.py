"""What was stored and built before a document was closed does not go on telling it: `check` tells, `report` removes."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import qualcode
from qualcode.cli import main
from qualcode.gate.built import note_made, stored_problems
from qualcode.gate.folded import fold, words_of
from qualcode.report import report, word
from qualcode.report.front import notebook_paths
from qualcode.report.leftovers import clear

MEDIATOR = "2024-02-20-mediator"
HOLDS = "8 words in a row of a text that may not be quoted"
AGAIN = "`qualcode report` makes anew what may be shown, and removes the rest"


def close(root: Path, document: str = MEDIATOR) -> str:
    """Close a document; return its words."""
    path = root / f"interviews/{document}.md"
    text = path.read_text("utf-8")
    assert "release: open" in text
    path.write_text(text.replace("release: open", "release: closed"), "utf-8")
    return qualcode.open_study(root).documents[document].text


def a_run(words: str) -> str:
    """Return eight words of a text that stand in one turn."""
    turn = max(words.split("\n\n"), key=len).partition(": ")[2]
    assert len(turn.split()) > 8
    return " ".join(turn.split()[:8])


def told(root: Path) -> list[str]:
    return [str(one) for one in stored_problems(qualcode.open_study(root))]


def stored(root: Path, name: str, words: str) -> Path:
    """Store a notebook that showed words."""
    path = root / "notebooks" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    shown = {"output_type": "stream", "name": "stdout", "text": [f"{words}\n"]}
    cell = {"cell_type": "code", "id": "a", "source": "", "metadata": {}, "outputs": [shown], "execution_count": 1}
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "utf-8")
    return path


def test_while_everything_may_be_quoted_nothing_is_told(card: Path):
    stored(card, "said.ipynb", a_run(qualcode.open_study(card).documents[MEDIATOR].text))

    assert told(card) == []


def test_outputs_stored_with_a_notebook_are_told_when_their_text_is_closed(card: Path):
    words = close(card)
    stored(card, "said.ipynb", a_run(words))
    stored(card, ".ipynb_checkpoints/said-checkpoint.ipynb", a_run(words))
    stored(card, "other.ipynb", "nothing of it")

    assert told(card) == [
        f"notebooks/.ipynb_checkpoints/said-checkpoint.ipynb: holds {HOLDS}; delete it",
        (
            f"notebooks/said.ipynb: holds {HOLDS}; `qualcode notebooks` stores it anew; "
            "what its cells themselves say of the text is yours to take out"
        ),
    ]


def test_what_is_built_is_told_by_its_folder_and_each_word_file_by_itself(card: Path):
    run = a_run(close(card))
    for name in ("site/a.html", "site/_words/b.js", "chapters/a.html", "word/report.docx", "word/corpus.docx", "a.txt"):
        (card / "build" / name).parent.mkdir(parents=True, exist_ok=True)
        (card / "build" / name).write_text(run, "utf-8")

    assert told(card) == [
        f"build/a.txt: holds {HOLDS}; delete it",
        f"build/chapters: 1 file holds {HOLDS}, such as a.html; {AGAIN}",
        f"build/site: 2 files hold {HOLDS}, such as a.html; {AGAIN}",
        f"build/word/corpus.docx: it holds {HOLDS}; {AGAIN}",
        f"build/word/report.docx: it holds {HOLDS}; {AGAIN}",
    ]


def test_a_document_that_is_gone_is_told_too_by_what_was_noted(card: Path):
    """Nobody can look for words that are not there any more: so it is noted whose could be quoted."""
    (card / "build/site").mkdir(parents=True)
    (card / "build/word").mkdir()
    (card / "build/word/report.docx").write_bytes(b"x")
    note_made(card / "build/quotable.key", qualcode.open_study(card))
    note_made(card / "build/word/report.key", qualcode.open_study(card), b"x")
    assert told(card) == []
    (card / f"interviews/{MEDIATOR}.md").unlink()

    assert told(card) == [
        f"build/site: it was made when {MEDIATOR} could be quoted; {AGAIN}",
        f"build/word/report.docx: it was written when {MEDIATOR} could be quoted; {AGAIN}",
    ]


def test_outputs_stored_when_a_document_was_there_are_noticed(card: Path):
    (card / "notebooks").mkdir(exist_ok=True)
    inputs = {f"interviews/{MEDIATOR}.md": "x", "interviews/2024-01-01-gone.md": "x", "coding/gone.csv": "x"}
    (card / "notebooks/manifest.json").write_text(json.dumps({"inputs": inputs}), "utf-8")

    assert told(card) == [
        (
            "notebooks/manifest.json: outputs were stored when interviews/2024-01-01-gone.md was there; "
            "`qualcode notebooks` and `qualcode plots --write` store them anew"
        )
    ]


def test_a_link_in_build_is_not_followed_and_is_told(card: Path, tmp_path: Path):
    (tmp_path / "outside.html").write_text(a_run(close(card)), "utf-8")
    (card / "build").mkdir()
    (card / "build/page.html").symlink_to(tmp_path / "outside.html")

    assert told(card) == [
        "build/page.html: 1 thing stored or built could not be looked into, this first (a link, or no file)"
    ]


@pytest.mark.parametrize("wrong", ["", "[]", '{"quotable": 3}', '{"quotable": [[1]]}', "[" * 100_000])
def test_a_note_that_is_none_stops_nothing(card: Path, wrong: str):
    (card / "build/site").mkdir(parents=True)
    (card / "notebooks").mkdir(exist_ok=True)
    for name in ("build/quotable.key", "build/seen.key", "notebooks/manifest.json"):
        (card / name).write_text(wrong, "utf-8")
    stored_problems(qualcode.open_study(card))


def test_what_had_nothing_is_not_looked_through_again_until_something_is_another(card: Path):
    run = a_run(qualcode.open_study(card).documents[MEDIATOR].text)
    page = card / "build" / "site" / "a.html"
    page.parent.mkdir(parents=True)
    page.write_text(run, "utf-8")
    assert told(card) == []
    assert told(card) == []
    close(card)
    assert len(told(card)) == 1
    page.write_text("clean", "utf-8")
    assert told(card) == []
    before = page.stat()
    page.write_text(run[:5], "utf-8")
    os.utime(page, ns=(before.st_atime_ns, before.st_mtime_ns))  # what looks the same is not read: so it is quick
    assert told(card) == []
    page.write_text(run, "utf-8")
    assert len(told(card)) == 1


def test_check_ends_with_status_1_and_says_what_to_do_and_no_word_of_it(card: Path, capsys: pytest.CaptureFixture[str]):
    run = a_run(close(card))
    stored(card, "said.ipynb", run)

    assert main(["check", "--study", str(card)]) == 1
    out, said = capsys.readouterr()
    assert "notebooks/said.ipynb: holds 8 words" in out
    assert said.strip().endswith(": 1 problem")
    assert run.split()[4] not in out.replace("words in a row", "")


# what report removes


@pytest.fixture
def made_before(card: Path) -> Callable[..., list[str]]:
    """Write a file for Word as the report does, change the study, clear what may not stay; return what is told."""
    (card / "notebooks").mkdir(exist_ok=True)
    stored(card, "said.ipynb", "x")

    def after(change: Callable[[], object], edited: bool = False, name: str = "report") -> list[str]:
        path = card / f"build/word/{name}.docx"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"as it was written")
        note_made(path.with_suffix(".key"), qualcode.open_study(card), path.read_bytes())
        if edited:
            path.write_bytes(b"as it was written, and a comment in it")
        change()
        said: list[str] = []
        clear(card / "build", notebook_paths(card), said.append, qualcode.open_study(card))
        return said

    return after


def test_a_word_file_is_removed_when_a_document_in_it_is_closed(made_before: Callable[..., list[str]], card: Path):
    assert made_before(lambda: close(card)) == [
        (
            f"removed build/word/report.docx: it was written when {MEDIATOR} could be quoted; "
            "`qualcode report --word` writes what there is to write now"
        )
    ]
    assert list((card / "build/word").iterdir()) == []


def test_a_word_file_that_somebody_wrote_in_is_never_removed(made_before: Callable[..., list[str]], card: Path):
    assert made_before(lambda: close(card), edited=True) == [
        (
            f"build/word/report.docx: it was written when {MEDIATOR} could be quoted; it is not as it was written, and "
            "is left: take its comments in (`qualcode import build/word/report.docx --comments`), "
            "then delete it"
        )
    ]
    assert (card / "build/word/report.docx").read_bytes() == b"as it was written, and a comment in it"


def test_a_word_file_of_a_chapter_that_is_no_more_is_removed(made_before: Callable[..., list[str]]):
    assert made_before(lambda: None, name="gone") == [
        (
            "removed build/word/gone.docx: its chapter is no more; "
            "`qualcode report --word` writes what there is to write now"
        )
    ]


def test_a_word_file_stays_while_it_may(made_before: Callable[..., list[str]], card: Path):
    assert made_before(lambda: None) == []
    assert (card / "build/word/report.docx").exists()


def test_copies_of_chapters_that_are_no_more_and_of_earlier_versions_go(card: Path):
    stored(card, "said.ipynb", "x")
    for name in ("notebooks/gone.ipynb", "notebooks/gone.key", "notebooks/said.ipynb", "jupyter_execute/gone.ipynb"):
        (card / "build" / name).parent.mkdir(parents=True, exist_ok=True)
        (card / "build" / name).write_text("x", "utf-8")
    (card / "build/plots/gone").mkdir(parents=True)
    said: list[str] = []
    clear(card / "build", notebook_paths(card), said.append)

    assert said == ["removed 4 copies of chapters that are no more (gone)"]
    assert [p.relative_to(card).as_posix() for p in sorted((card / "build").rglob("*")) if p.is_file()] == [
        "build/notebooks/said.ipynb"
    ]


@pytest.mark.long
def test_after_a_withdrawal_no_byte_of_the_text_is_left_in_what_was_made(written: Path, tmp_path: Path):
    """A site and a Word file are there; a document is closed, one renamed, a chapter deleted; the report is made."""
    root = Path(shutil.copytree(written, tmp_path / "card"))
    assert told(root) == []
    words = close(root)
    (root / "notebooks/actor-network.ipynb").unlink()
    for path in [
        root / "interviews/2024-02-12-desk-officer.md",
        *(root / "coding").rglob("2024-02-12-desk-officer.jsonl"),
    ]:
        path.rename(path.with_name(path.name.replace("desk-officer", "official")))
    for path in (root / "coding").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"2024-02-12-desk-officer", b"2024-02-12-official"))
    assert {line.partition(":")[0] for line in told(root)} >= {"build/site", "build/word/report.docx"}
    said: list[str] = []
    report(root, say=said.append)

    assert [line for line in said if line.startswith("removed")] == [
        "removed 5 copies of chapters that are no more (actor-network)",
        (
            "removed build/word/report.docx: it was written when 2024-02-12-desk-officer, 2024-02-20-mediator could be "
            "quoted; `qualcode report --word` writes what there is to write now"
        ),
    ]
    assert told(root) == []
    left = sorted(p for p in (root / "build").rglob("*") if p.is_file())
    assert [p for p in left if "actor-network" in p.name or "02-12-desk-officer" in p.name] == []
    told_there = " ".join(words_of(fold(" ".join(p.read_bytes().decode("utf-8", "replace") for p in left))))
    turns = [" ".join(words_of(fold(turn.partition(": ")[2]))) for turn in words.split("\n\n")]
    assert [turn for turn in turns if len(turn.split()) > 4 and turn in told_there] == []
    assert word(root, say=said.append).exists()
    assert told(root) == []
