"""What a reader sees of passages and quotations: words by id, side by side, only as released."""

from __future__ import annotations

import pandas as pd
import pytest

import qualcode
from conftest import CITIZEN_CARD
from qualcode import present, tables
from qualcode.errors import UsageError


@pytest.fixture(scope="module")
def study() -> qualcode.Study:
    return qualcode.open_study(CITIZEN_CARD)


def test_an_excerpt_is_quoted_by_its_id_with_who_said_it_and_when(study: qualcode.Study):
    codings = tables.codings(study)
    wanted = [codings.loc[codings["case"] == who, "excerpt"].iloc[-1] for who in ("card-holder", "desk-officer")]

    found = present.excerpts(study, wanted)

    assert found["excerpt"].tolist() == wanted
    assert found["who"].tolist() == [
        "A woman who would hold the card, 5 March 2024",
        "An officer at the population desk, of The city, 12 February 2024",
    ]
    assert found["quote"][0] == "[withheld: consent allows paraphrase only]"
    assert found["quote"][1] in study.documents["2024-02-12-desk-officer"].text


def test_an_excerpt_that_is_gone_is_an_error(study: qualcode.Study):
    with pytest.raises(UsageError, match="no excerpt 'e0'"):
        present.excerpts(study, ["e0"])


def test_two_figures_stand_side_by_side_and_the_shorter_column_stays_empty():
    chosen = pd.DataFrame(
        [
            ("baker", "more flour", "Ada, 1 May 2024", "plainest"),
            ("miller", "[withheld: the document is closed]", "Bob, 2 May 2024", "the contrary"),
            ("baker", "less water", "Ada, 1 May 2024", "second thought"),
        ],
        columns=["actor_figure", "quote", "who", "why"],
    )

    table = present.side_by_side(chosen, ("baker", "miller"))

    assert table.headings == ("baker", "miller")
    assert table.rows == (
        (
            "“more flour” — Ada, 1 May 2024. Chosen: plainest.",
            "[withheld: the document is closed] — Bob, 2 May 2024. Chosen: the contrary.",
        ),
        ("“less water” — Ada, 1 May 2024. Chosen: second thought.", ""),
    )


def test_an_excerpt_of_neither_figure_is_not_set_beside_another():
    chosen = pd.DataFrame([("cook", "x", "y", "z")], columns=["actor_figure", "quote", "who", "why"])

    with pytest.raises(UsageError, match="'cook' is none of the two figures: baker, miller"):
        present.side_by_side(chosen, ("baker", "miller"))


def test_a_passage_has_the_turns_around_it_on_one_line_each(study: qualcode.Study):
    turns = tables.turns(study).query("document == '2024-02-12-desk-officer'")

    shown = present.in_context(study, turns.iloc[[0, 2]])

    assert shown["before"].tolist()[0] == ""
    assert shown["words"].tolist() == ["Q: What would the card change at your desk?", "Q: And who would take one?"]
    assert shown["after"].tolist()[0] == shown["before"].tolist()[1]
    assert shown["after"].tolist()[0].startswith("OFFICER [00:00:21]: Honestly?")
