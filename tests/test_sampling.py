"""Whom to meet next: curves against plain counting, what was new, who was never met, what was said around an act."""

from __future__ import annotations

from itertools import combinations
from math import sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualcode
from conftest import fewer
from qualcode import plots, sampling, tables
from qualcode.cli import main
from qualcode.errors import UsageError
from small import excerpt_line, small_study

PEOPLE = st.dictionaries(st.sampled_from("abcdefg"), st.sets(st.sampled_from("123456789"), min_size=1), min_size=1)


def as_table(people: dict[str, set[str]]) -> pd.DataFrame:
    """Return one row a person and code."""
    return pd.DataFrame([(p, c) for p, codes in people.items() for c in codes], columns=["speaker", "theme"])


def plainly(people: dict[str, set[str]], met: int) -> float:
    """Count the codes of every so many people, and take the mean: no formula."""
    sizes = [len(set().union(*(people[p] for p in chosen))) for chosen in combinations(people, met)]
    return sum(sizes) / len(sizes)


@given(PEOPLE)
def test_the_curve_is_the_mean_over_every_choice_of_people(people: dict[str, set[str]]):
    curve = sampling.rarefaction(as_table(people))

    assert list(curve["met"]) == list(range(1, len(people) + 1))
    assert curve["codes"].tolist() == pytest.approx([plainly(people, met) for met in curve["met"]], abs=1e-12)


@given(PEOPLE)
def test_the_curve_rises_ever_less_and_its_interval_holds_it(people: dict[str, set[str]]):
    curve = sampling.rarefaction(as_table(people))
    steps = np.diff(curve["codes"])

    assert (steps >= -1e-9).all()
    assert (np.diff(steps) <= 1e-9).all()
    assert (curve["low"] <= curve["codes"] + 1e-9).all()
    assert (curve["codes"] <= curve["high"] + 1e-9).all()
    assert curve["low"].iloc[-1] == curve["codes"].iloc[-1]


@given(PEOPLE, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_changes_a_curve(people: dict[str, set[str]], draw):
    table = as_table(people)
    rows = [*range(len(table)), *draw.choices(range(len(table)), k=3)]
    draw.shuffle(rows)

    pd.testing.assert_frame_equal(sampling.rarefaction(table.iloc[rows]), sampling.rarefaction(table))


def test_the_interval_and_the_codes_that_nobody_named_by_hand():
    """
    Three people, four codes: one that all have, one that two have, two of one alone.

    By hand after Colwell, Mao & Chang (2004). Of two people, a = C(3-j, 2)/C(3, 2): for j=1 1/3, j=2 and j=3 0.
    tau(2) = 2(2/3) + 1 + 1 = 10/3. Chao2: 4 + 2/3 * 2*1/(2*(1+1)) = 4 + 1/3. Variance: 2(4/9) + 1 + 1 - (100/9)/(13/3)
    = 26/9 - 300/117.
    """
    curve = sampling.rarefaction(as_table({"ann": {"all", "two", "a"}, "ben": {"all", "two", "b"}, "cid": {"all"}}))
    half = 1.959963984540054 * sqrt(26 / 9 - 300 / 117)

    assert curve.columns.tolist() == ["met", "codes", "low", "high", "next", "once", "unseen"]
    assert curve.iloc[1].tolist() == pytest.approx([2, 10 / 3, 10 / 3 - half, 10 / 3 + half, 2 / 3, 2, 1 / 3])
    assert curve["next"].iloc[2] == pytest.approx(2 / 3)


def test_rows_without_a_unit_or_a_code_are_left_out_and_told_and_each_figure_has_its_curve():
    table = pd.DataFrame(
        {
            "speaker": ["ann", "ann", "", "ben", None, "cid"],
            "theme": ["fee", "", "fee", "fee", "fee", "name"],
            "figure": ["x", "x", "x", "y", "y", "y"],
        }
    )
    curve = sampling.rarefaction(table, by="figure")

    assert curve[["figure", "met", "codes"]].values.tolist() == [["x", 1, 1.0], ["y", 1, 1.0], ["y", 2, 2.0]]
    assert curve.attrs["left_out"] == {"without a unit or code": 3}


def test_of_nobody_and_of_one_person_there_is_no_curve():
    nobody = sampling.rarefaction(pd.DataFrame({"speaker": [], "theme": []}))
    one = sampling.rarefaction(as_table({"ann": {"fee", "name"}}))

    assert nobody.empty
    assert sampling.told(nobody, "theme") == "Nobody gave a theme, so there is no curve."
    assert sampling.told(one, "theme") == "1 person gave 2 themes; of one there is no curve."
    assert plots.curves(nobody, what="themes").words == "Nobody gave any themes."
    assert plots.curves(one, what="themes").to_bytes("svg")[:5] == b"<?xml"


def test_a_column_named_twice_is_refused():
    with pytest.raises(UsageError, match="name one column twice"):
        sampling.rarefaction(as_table({"ann": {"fee"}}), unit="theme")


DOCUMENTS = pd.DataFrame(
    {
        "document": ["i3", "i1", "n1", "i2"],
        "date": pd.to_datetime(["2020-03-01", "2020-01-01", "2020-01-02", "2020-02-01"]),
        "kind": ["interview", "interview", "fieldnote", "interview"],
    }
)


def said(*rows: tuple[str, str, float, bool]) -> pd.DataFrame:
    """Return statements."""
    return pd.DataFrame(rows, columns=["document", "theme", "stance", "reported"])


NONE = float("nan")
STATEMENTS = said(
    ("i1", "fee", 1.0, False),
    ("i1", "fee", 0.5, False),
    ("i2", "fee", 1.0, False),
    ("i2", "fee", -1.0, True),
    ("n1", "name", 0.0, False),
    ("i3", "fee", -1.0, False),
    ("i3", "name", NONE, False),
)


def test_what_each_interview_brought_that_none_before_it_had():
    found = sampling.newness(STATEMENTS, DOCUMENTS)

    assert found.drop(columns="date").values.tolist() == [
        ["i1", 1, 1, 1, "fee (for)"],
        ["i2", 1, 0, 1, ""],
        ["i3", 2, 2, 3, "fee (against); name (without a stance)"],
    ]
    assert found.attrs["left_out"] == {"reported": 1, "outside interviews": 1}


def test_the_last_interview_that_brought_something_new_theme_by_theme():
    found = sampling.last_new(STATEMENTS, DOCUMENTS)

    assert found.drop(columns="date").values.tolist() == [
        ["fee", "i1", "i3", "against", 0, 3],
        ["name", "i3", "i3", "without a stance", 0, 1],
    ]
    assert sampling.still_moving(found, 1) == "The last interview brought something new on 2 of 2 themes."
    earlier = sampling.last_new(STATEMENTS[STATEMENTS["document"] != "i3"], DOCUMENTS)
    assert earlier[["theme", "last", "since"]].values.tolist() == [["fee", "i1", 2]]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["i1", "i2", "i3", "n1"]),
            st.sampled_from(["fee", "name"]),
            st.sampled_from([1.0, 0.0, -1.0, NONE]),
            st.booleans(),
        )
    )
)
def test_nothing_is_new_twice_and_nothing_gets_lost(rows: list[tuple[str, str, float, bool]]):
    statements = said(*rows)
    found = sampling.newness(statements, DOCUMENTS)
    own = {
        (t, sampling.newness(said((d, t, s, r)), DOCUMENTS)["which"].max())
        for d, t, s, r in rows
        if d != "n1" and not r
    }

    assert found["new"].sum() == len(own) == found["heard"].iloc[-1]
    assert sum(found.attrs["left_out"].values()) + len(sampling.own_in_interviews(statements, DOCUMENTS)) == len(rows)


MORE_CASES = """cleo,Cleo,person,,club,a,1,b,2020-01-01,core,,,
dan,Dan,person,clerk,,,,,,core,,,
club,The club,organisation,,,,,,,,,,
"""
NOTE = """---
title: N
date: 2020-03-01
language: en
place: hall
involvement: active
present: [researcher, dan, anna]
mentioned: [cleo]
consent: quote
release: open
---
## Observed

They sat.
"""


@pytest.fixture
def field(tmp_path: Path) -> Path:
    """Lay out a study with two interviews, a note, a contact, a tie and two acts."""
    text = "Q: Why so?\n\n{0}: alpha beta gamma delta.\n\nQ: And then?\n\n{0}: epsilon zeta.\n"
    made = small_study(
        tmp_path / "s", {"i1": ("ANNA", "anna", text.format("ANNA")), "i2": ("BO", "bo", text.format("BO"))}
    )
    with (made / "coding/cases.csv").open("a", encoding="utf-8") as cases:
        cases.write(MORE_CASES)
    (made / "fieldnotes").mkdir(exist_ok=True)
    (made / "fieldnotes/n1.md").write_text(NOTE, "utf-8")
    (made / "coding/contacts.csv").write_text(
        "case,on,through,how,outcome,outcome_on,document,note\n"
        "cleo,2020-01,anna,e-mail,no-answer,2020-02,,\ncleo,2020-03-05,anna,e-mail,refused,2020-03-06,,\n",
        "utf-8",
    )
    (made / "coding/ties.csv").write_text(
        "case,tie,to,since,until,stated_by,disputed_by,document,note\nbo,works-with,dan,,,bo,,i2,\n", "utf-8"
    )
    (made / "coding/acts.csv").write_text(
        "act,date,case,did,what,theme,stance,document,certainty,note\n"
        "a1,2020-01-01,anna,asked,Asked,topic/x,1,i1,told,\na2,2020-01,cleo,left,Left,topic/x,,i1,told,\n"
        "a3,2020-01-01,anna,sang,Sang,,,i1,told,\n",
        "utf-8",
    )
    for n, (document, words, codes) in enumerate(
        [("i1", "Why so", {"topic/y": None}), ("i1", "alpha beta", {"topic/x": 1.0}), ("i2", "zeta", {"topic/y": None})]
    ):
        excerpt_line(made, "me", document, words, codes, f"e{n:010x}")
    assert qualcode.open_study(made).problems == ()
    return made


def test_who_was_never_met_stands_with_who_named_her_and_what_came_of_asking(field: Path):
    found = tables.not_met(qualcode.open_study(field))

    columns = ["case", "present", "named_by", "circles", "times", "asked", "asked_on", "through"]
    assert found[columns].values.tolist() == [
        ["cleo", 0, "anna", "", 2, "refused", "2020-03-06", "anna"],
        ["dan", 1, "bo", "", 2, "", "", ""],
    ]
    assert found.attrs["left_out"] == {"of another kind than person": 1}


def test_every_combination_of_what_people_are_has_a_row_whether_or_not_anybody_is_it(field: Path):
    found = tables.cells(qualcode.open_study(field), ["figure", "circle"])

    assert found.values.tolist() == [
        ["", "core", 1, 0, "dan"],
        ["a", "core", 1, 0, "cleo"],
        ["", "", 0, 0, ""],
        ["b", "core", 0, 0, ""],
        ["a", "", 1, 1, ""],
        ["b", "", 1, 1, ""],
    ]


@pytest.mark.parametrize("by", [[], ["figure", "figure"], ["figure", "position", "organisation", "circle"], ["age"]])
def test_cells_of_nothing_of_the_same_twice_or_of_another_word_are_refused(field: Path, by: list[str]):
    with pytest.raises(UsageError):
        tables.cells(qualcode.open_study(field), by)


def test_a_theme_that_was_put_to_one_and_not_to_the_other_is_still_to_be_put(field: Path):
    found = tables.still_to_put(qualcode.open_study(field))

    assert found[["case", "theme", "state", "spoke", "met_on", "asked"]].values.tolist() == [
        ["anna", "topic/y", "passed_over", 1, "2020-01-02", ""],
        ["bo", "topic/x", "not_put", 1, "2020-01-02", ""],
    ]


def test_the_chronicle_has_all_that_is_dated_in_one_order(field: Path):
    found = tables.chronicle(qualcode.open_study(field))

    assert found[["day", "what", "name", "who"]].values.tolist() == [
        ["2020-01-01", "act", "a1", "anna"],
        ["2020-01", "act", "a2", "cleo"],
        ["2020-01-01", "act", "a3", "anna"],
        ["2020-01", "contact", "cleo", "cleo"],
        ["2020-01-02", "interview", "i1", "anna"],
        ["2020-01-02", "interview", "i2", "bo"],
        ["2020-03-01", "fieldnote", "n1", "anna; dan"],
        ["2020-03-05", "contact", "cleo", "cleo"],
    ]
    assert plots.chronicle(found).words == (
        "8 events from 2020-01-01 to 2020-03-05: 2 approaches, 2 interviews, 1 occasion noted, 3 acts told of."
    )
    assert plots.chronicle(found.iloc[:0]).words == "Nothing is dated yet."


def test_what_was_said_around_an_act_is_before_it_after_it_or_cannot_be_told(
    field: Path, capsys: pytest.CaptureFixture[str]
):
    study = qualcode.open_study(field)

    assert tables.around(study, "a1")[["when", "days", "actor", "own"]].values.tolist() == [["after", 1, "anna", True]]
    (unclear,) = tables.around(study, "a2")[["when", "days", "own"]].values.tolist()
    assert (unclear[0], unclear[1] is pd.NA, unclear[2]) == ("unclear", True, False)
    assert tables.around(study, "a1").attrs["left_out"]["of other themes"] == 1
    assert main(["around", "a1", "--study", str(field)]) == 0
    assert "left out: 1 of other themes" in capsys.readouterr().err.splitlines()
    with pytest.raises(UsageError, match="no act 'a9'"):
        tables.around(study, "a9")
    with pytest.raises(UsageError, match="has no theme"):
        tables.around(study, "a3")


def test_the_summary_says_it_in_sentences(field: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["next", "--study", str(field)]) == 0
    told = capsys.readouterr()

    assert told.out.splitlines() == [
        "Named or present, and never met: 2 persons",
        "  cleo: named by anna; asked, refused (2020-03-06)",
        "  dan: named by bo; present at 1 occasion; never asked",
        "Known, and none of them met: 1 of 6 cells of figure and position",
        "  not judged, clerk: dan",
        "  (3 cells in which the study knows nobody)",
        "Themes never put to who was met, nor raised by her, or passed over:",
        "  anna: 0 never put, 1 passed over",
        "  bo: 1 never put, 0 passed over",
        "The last 2 interviews brought something new on 2 of 2 themes.",
        "a: 1 person gave 1 theme; of one there is no curve.",
        "b: 1 person gave 1 theme; of one there is no curve.",
        sampling.CAVEAT,
    ]
    assert "left out: 1 of another kind than person" in told.err.splitlines()


@pytest.mark.parametrize(
    "words", [["people", "--case", "anna"], ["--by", "figure"], ["--out", "x.csv"], ["topics", "--plot", "x.svg"]]
)
def test_an_option_beside_the_wrong_table_says_where_it_belongs(
    field: Path, words: list[str], capsys: pytest.CaptureFixture[str]
):
    assert main(["next", *words, "--study", str(field)]) == 2
    assert "qualcode next" in capsys.readouterr().err or words[0] == "--out"


@fewer(10)
@given(PEOPLE)
def test_a_drawn_curve_has_the_numbers_of_its_table(people: dict[str, set[str]]):
    curve = sampling.rarefaction(as_table(people))
    drawn = [d for d in plots.curves(curve).data() if d[0] == "line"]

    assert drawn[0][1] == [[met, round(codes, 6)] for met, codes in zip(curve["met"], curve["codes"], strict=True)]
