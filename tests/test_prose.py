"""Prose that states how many is found; each such sentence of a chapter stands on data, or needs no guard and why."""

from __future__ import annotations

import ast
import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import PROJECT
from qualcode.claims.prose import quantities, sentences, unguarded

STARTERS = PROJECT / "src/qualcode/study/starter/notebooks"
ALLOWED = PROJECT / "tests/prose-allowed.csv"


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Three of them spoke.", ["Three"]),
        ("It differs as in nothing else.", ["nothing"]),
        ("Most did, nobody refused, everybody was asked.", ["Most", "nobody", "everybody"]),
        ("All but one of the 34 documents are open.", ["All", "one of", "34"]),
        ("About 40 % or 12 per cent.", ["40", "%", "12", "per cent"]),
        ("The largest gap, the strongest tie, the latest note.", ["largest", "strongest"]),
        ("More than half is a third of the twenty-two.", ["More than", "half", "a third", "twenty-two"]),
        ("No one came; only she did.", ["No one", "only"]),
        ("It was said on 29 June 2018, between 20 and 30 June, after Spradley (1980).", []),
        ("His arrest was of interest to the guest.", []),
        ("See plot 5 and page 12 of i05.", []),
        (
            "Trois d'entre eux ont parlé, la plupart le 29 juin 2018, et personne n'a refusé.",
            ["Trois", "la plupart", "personne n'"],
        ),
        ("Tous sauf un, soit vingt-deux sur 34 ; aucune n'est seule.", ["Tous", "vingt-deux", "34", "aucune", "seule"]),
        (
            "Plus de la moitié, et c'est le plus fort écart, au moins deux fois.",
            ["Plus de", "moitié", "le plus", "au moins", "deux"],
        ),
        ("Une personne de plus est venue, puis de moins en moins, à l'ouest.", []),
    ],
)
def test_words_that_say_how_many_are_found_and_dates_and_years_are_none(sentence: str, found: list[str]):
    assert quantities(sentence) == found


def test_code_formulas_links_and_words_in_quotation_marks_are_no_prose_of_the_chapter():
    text = (
        "# One title\nThe `three` and $x_2$ of [two people](https://x.org/4).\n\n```python\nall = 5\n```\n\n"
        '- She said: "I told nobody." Then:\n- {cite}`a2018` agrees. *Nobody* else.\n\n| a | 7 |\n'
    )

    assert sentences(text) == [
        "One title",
        "The and of two people.",
        "She said:",
        "Then:",
        "agrees.",
        "*Nobody* else.",
        "a | 7 |",
    ]
    assert unguarded(text) == ["The and of two people.", "*Nobody* else.", "a | 7 |"]


def test_a_memo_that_is_cited_is_called_what_stands_there_and_its_name_counts_nothing():
    text = (
        "He agreed ([[memo 2018-05-08-two-languages|memo of 8 May]]), and of [[code motion/scope-everyone]] he spoke."
    )

    assert sentences(text) == ["He agreed (memo of 8 May), and of he spoke."]
    assert unguarded(text) == []


@given(st.text(max_size=200))
def test_any_text_has_sentences_whose_words_stand_in_it(text: str):
    for sentence in sentences(text):
        assert all(word in text for word in sentence.split()), sentence


def prose() -> dict[str, list[str]]:
    """Return each chapter's unguarded sentences."""
    found = {}
    for path in [*sorted((PROJECT / "notebooks").glob("*.ipynb")), *sorted(STARTERS.glob("*.ipynb"))]:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        told = [s for c in cells if c["cell_type"] == "markdown" for s in unguarded("".join(c["source"]))]
        told += [s for c in cells for words in captions(c) for s in unguarded(words) if path.parent != STARTERS]
        found[path.relative_to(PROJECT).as_posix()] = told
    return found


def captions(cell: dict[str, Any]) -> list[str]:
    """Return the captions of a cell, and the words for who cannot see its drawing."""
    told = cell["metadata"].get("mystnb", {})
    return [
        told.get(kind, {}).get(key, "") for kind, key in (("figure", "caption"), ("table", "caption"), ("image", "alt"))
    ]


def allowed() -> list[dict[str, str]]:
    """Return the sentences that need no guard, each with why."""
    with ALLOWED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_sentence_that_says_how_many_is_a_claim_or_was_read_and_needs_none():
    known = {(row["notebook"], row["sentence"]) for row in allowed()}
    loose = [
        f"{notebook}: {sentence} ({', '.join(quantities(sentence))})"
        for notebook, told in prose().items()
        for sentence in told
        if (notebook, sentence) not in known
    ]

    assert loose == [], "write it with present.claim, or say in tests/prose-allowed.csv why it needs no guard"


def test_the_list_of_what_needs_no_guard_has_a_reason_each_and_nothing_that_went():
    there = {(notebook, sentence) for notebook, told in prose().items() for sentence in told}
    rows = allowed()

    assert [row for row in rows if not row["why"]] == []
    assert [row["sentence"] for row in rows if (row["notebook"], row["sentence"]) not in there] == []
    assert len({(row["notebook"], row["sentence"]) for row in rows}) == len(rows)


@pytest.mark.parametrize("path", sorted((PROJECT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_no_cell_of_a_chapter_makes_prose_past_its_claims(path: Path):
    """What a cell says in words is a claim: Markdown that is put together beside it carries no condition."""
    cells = [c for c in json.loads(path.read_text("utf-8"))["cells"] if c["cell_type"] == "code"]
    made = [
        ast.unparse(n)
        for c in cells
        for n in ast.walk(ast.parse("".join(c["source"])))
        if isinstance(n, ast.Call)
        and getattr(n.func, "id", getattr(n.func, "attr", "")) in ("Markdown", "HTML", "print")
        and any(
            isinstance(k, ast.Constant) and re.search(r"[^\W\d_]{3}", str(k.value))
            for k in ast.walk(n)
            if k not in _keys(n)
        )
    ]

    assert made == []


def _keys(call: ast.Call) -> list[ast.AST]:
    """Return what names a column or an entry in a call, and says nothing."""
    return [n.slice for n in ast.walk(call) if isinstance(n, ast.Subscript)]


@pytest.mark.parametrize("path", sorted((PROJECT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_no_claim_of_a_chapter_holds_whatever_the_data_say(path: Path):
    """A condition that is written out, such as True, guards nothing."""
    cells = [c for c in json.loads(path.read_text("utf-8"))["cells"] if c["cell_type"] == "code"]
    calls = [n for c in cells for n in ast.walk(ast.parse("".join(c["source"]))) if isinstance(n, ast.Call)]
    claims = [n for n in calls if getattr(n.func, "id", getattr(n.func, "attr", "")) == "claim"]

    assert [ast.unparse(n) for n in claims if all(isinstance(a, ast.Constant) for a in n.args[1:])] == []
