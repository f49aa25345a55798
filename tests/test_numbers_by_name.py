"""Numbers by name: a chapter notes them while it runs, all chapters' are collected, and what is wrong is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import qualcode
from qualcode.claims import computed_from, number, numbers
from qualcode.claims.names import NUMBERS, collect
from qualcode.errors import SourceError, UsageError
from qualcode.kept import FOLDER, RUNNING
from qualcode.present import cited, named
from qualcode.report import store_notebooks
from qualcode.report.staleness import stale


def chapter(study: Path, name: str, *cells: str) -> Path:
    """Write a notebook of these cells."""
    told = [
        {"cell_type": "code", "id": f"c{n}", "metadata": {}, "source": c, "outputs": [], "execution_count": None}
        for n, c in enumerate(cells)
    ]
    (study / "notebooks").mkdir(exist_ok=True)
    file = study / f"notebooks/{name}.ipynb"
    file.write_text(json.dumps({"cells": told, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "utf-8")
    return file


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be a chapter that the report runs."""
    (tmp_path / RUNNING).write_text("a-cell", "utf-8")
    monkeypatch.setenv(FOLDER, str(tmp_path))
    return tmp_path / "numbers.jsonl"


def test_what_is_named_is_what_it_was_and_is_noted_as_it_is_shown(shown: Path):
    assert named("gap", 0.25, "25 points") == 0.25
    assert named("most", np.int64(7)) == 7
    assert named("day", pd.Timestamp("2018-05-07")) == pd.Timestamp("2018-05-07")
    assert named("gap", 0.25, "25 points") == 0.25

    assert [json.loads(line) for line in shown.read_text("utf-8").splitlines()] == [
        {"name": "gap", "value": "0.25", "shown": "25 points"},
        {"name": "most", "value": "7", "shown": "7"},
        {"name": "day", "value": "2018-05-07", "shown": "2018-05-07"},
    ]


def test_a_name_with_two_values_in_one_chapter_is_refused(shown: Path):
    named("gap", 1)

    with pytest.raises(UsageError, match="gap is named twice in this chapter, with two values"):
        named("gap", 2)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, None, pd.Series([1]), [1], b"1"])
def test_what_is_no_number_date_or_word_has_no_name(value: Any):
    with pytest.raises(UsageError, match="gap: a number by name is a number, a date or a word, and this is none"):
        named("gap", value)


@pytest.mark.parametrize(("value", "shown"), [("x" * 61, ""), (1, "x" * 61)])
def test_a_passage_is_no_number(value: Any, shown: str):
    with pytest.raises(UsageError, match="gap: a number by name is 60 signs long at most, and no place for passages"):
        named("gap", value, shown)


@pytest.mark.parametrize("name", ["", "Gap", "a b", "../gap", "a_b", "-a"])
def test_a_name_is_small_letters_digits_and_hyphens(name: str):
    with pytest.raises(UsageError, match="is no name of a number"):
        named(name, 1)


def collected(card: Path, **chapters: dict[str, str]) -> qualcode.Study:
    """Collect numbers of chapters that lie there."""
    noted = []
    for name, told in chapters.items():
        chapter(card, name, "1")
        file = card / f"{name}.numbers"
        file.write_text("".join(f"{json.dumps({'name': n, 'value': v, 'shown': v})}\n" for n, v in told.items()))
        noted.append((name, file))
    collect(card, [*noted, ("without", card / "without.numbers")])
    return qualcode.open_study(card)


def test_all_chapters_numbers_stand_in_one_plain_file_by_name(card: Path):
    study = collected(card, shares={"gap": "43", "base": "7"}, ties={"knot": "2018-05-07"})

    lines = (card / NUMBERS).read_text("utf-8").splitlines()
    assert [line.rpartition(",")[0] for line in lines] == [
        "name,value,shown,chapter",
        "base,7,7,shares",
        "gap,43,43,shares",
        "knot,2018-05-07,2018-05-07,ties",
    ]
    assert (number(study, "gap"), cited(study, "base"), list(numbers(study))) == ("43", "7", ["base", "gap", "knot"])
    assert computed_from(study, "number('gap') - number('base') = 36 and number('knot') > 2018-01-01") == "yes"


def test_a_name_that_two_chapters_give_is_told_with_both_and_nothing_is_written(card: Path):
    collected(card, shares={"base": "7"})

    with pytest.raises(UsageError, match="numbers that two chapters name: gap in shares and ties; give one of them"):
        collected(card, shares={"gap": "43"}, ties={"gap": "43"})
    assert "base" in (card / NUMBERS).read_text("utf-8")


def test_a_missing_name_is_told_with_the_nearest_and_a_chapter_that_changed_or_went_is_stale(card: Path):
    study = collected(card, shares={"gap": "43"}, ties={"knot": "2"})

    with pytest.raises(UsageError, match=r"no number 'gab'; did you mean 'gap'\?; build/numbers.csv lists"):
        number(study, "gab")
    chapter(card, "shares", "2")
    (card / "notebooks/ties.ipynb").unlink()
    with pytest.raises(SourceError) as caught:
        cited(study, "gap")
    assert [str(p) for p in caught.value.problems] == [
        f"{NUMBERS}:2: gap is stale: shares changed since it was run; run `qualcode report`",
        f"{NUMBERS}:3: knot is stale: ties changed since it was run; run `qualcode report`",
    ]


@pytest.mark.long
def test_a_chapter_cites_what_another_names_in_one_run_and_is_stale_when_that_is_another(card: Path):
    """The chapter that cites comes first by its name, and runs second."""
    naming = "from qualcode import present\nprint(present.named('many', {}))"
    first = chapter(
        card, "a-cites", "import qualcode\nfrom qualcode import present\npresent.cited(qualcode.open_study(), 'many')"
    )
    chapter(card, "b-names", naming.format(3))

    store_notebooks(card, say=lambda _: None)
    assert "'3'" in first.read_text("utf-8")
    assert not stale(first, card, card / "build")

    chapter(card, "b-names", naming.format(4))
    store_notebooks(card, say=lambda _: None)
    assert "'4'" in first.read_text("utf-8")
    collect(card, [])
    assert stale(first, card, card / "build")
