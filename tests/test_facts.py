"""Facts from elsewhere are read against a dictionary, and counted whole."""

from __future__ import annotations

from pathlib import Path

import pytest

import qualcode
from conftest import PROJECT
from qualcode.errors import SourceError, UsageError
from qualcode.tables.facts import cross, facts

DICTIONARY = """\
title: Desks
source: counted at the door
columns:
  town: {says: Where.}
  card: {says: Whether the desk takes the card., words: {"yes": a sign, "no": none, unsure: nobody knew}}
  day: {says: When., words: {monday: first, friday: last}}
"""
TABLE = "town,card,day\nnorth,yes,friday\nsouth,no,friday\neast,yes,monday\n"


def lay(card: Path, table: str = TABLE, dictionary: str = DICTIONARY) -> qualcode.Study:
    """Put a table of facts beside the tiny second study."""
    (card / "data").mkdir()
    (card / "data" / "desks.csv").write_text(table, "utf-8")
    (card / "data" / "desks.yaml").write_text(dictionary, "utf-8")
    return qualcode.open_study(card)


def test_a_table_keeps_its_rows_and_the_order_of_its_dictionarys_words(card: Path):
    table = facts(lay(card), "desks")

    assert table.astype(str).to_numpy().tolist() == [
        ["north", "yes", "friday"],
        ["south", "no", "friday"],
        ["east", "yes", "monday"],
    ]
    assert list(table["day"].cat.categories) == ["monday", "friday"]
    assert (table.attrs["title"], table.attrs["source"]) == ("Desks", "counted at the door")
    assert table.attrs["words"]["card"]["unsure"] == "nobody knew"


def test_a_cross_table_is_whole_with_what_never_occurs_and_with_sums(card: Path):
    assert cross(facts(lay(card), "desks"), "card", "day").to_numpy().tolist() == [
        ["yes", 1, 1, 2],
        ["no", 0, 1, 1],
        ["unsure", 0, 0, 0],
        ["all", 1, 2, 3],
    ]


def test_every_value_that_the_dictionary_does_not_list_is_a_problem_with_its_line(card: Path):
    study = lay(card, TABLE.replace("south,no", "south,maybe").replace("east,yes,monday", "east,yes,mondy"))

    with pytest.raises(SourceError) as caught:
        facts(study, "desks")

    assert [str(p) for p in caught.value.problems] == [
        "data/desks.csv:3: unknown card 'maybe'; one of: yes, no, unsure",
        "data/desks.csv:4: unknown day 'mondy'; did you mean 'monday'?; one of: monday, friday",
    ]


@pytest.mark.parametrize(
    ("table", "dictionary", "said"),
    [
        ("town,card\nnorth,yes\n", DICTIONARY, "data/desks.csv:1: column 'day' is missing"),
        ("town,card,day,hour\nnorth,yes,friday,9\n", DICTIONARY, "data/desks.csv:2: unknown column 'hour'"),
        (
            TABLE,
            "title: Desks\nsource: door\n",
            "data/desks.yaml:1: 'columns' is empty; name every column of the table",
        ),
        (TABLE, DICTIONARY.replace("says: Where.", "says: ''"), "data/desks.yaml:4: 'town' says nothing"),
    ],
    ids=["column missing", "column unknown", "no columns", "a column that says nothing"],
)
def test_a_table_that_does_not_keep_to_its_dictionary_is_refused(card: Path, table: str, dictionary: str, said: str):
    with pytest.raises(SourceError) as caught:
        facts(lay(card, table, dictionary), "desks")

    assert said in str(caught.value)


def test_a_table_that_is_not_there_is_named_with_the_nearest(card: Path):
    study = lay(card)

    with pytest.raises(UsageError, match=r"no table data/deks.csv; did you mean 'desks'\?; there are: desks"):
        facts(study, "deks")


def test_the_exemplars_municipalities_sum_as_their_source_says():
    """The source's last row: 98 municipalities concerned, 42 motions voted."""
    table = facts(qualcode.open_study(PROJECT), "municipalities")
    counted = cross(table, "motion", "motion_rating").set_index("motion")

    assert len(table) == 98
    assert counted.loc["voted"].tolist() == [19, 8, 9, 6, 0, 42]
    assert counted.loc["rejected", "all"] == 4
