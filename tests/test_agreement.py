"""Agreement between coders: the published values, and no number where there is none."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import fewer
from qualcode.agreement import (
    agreement,
    alpha,
    by_document,
    by_round,
    cohen,
    cu_alpha,
    disagreements,
    fleiss,
    gwet_ac1,
    percent,
    readable,
    rounds,
    scott_pi,
    stance_agreement,
    u_alpha,
    u_alpha_binary,
    why_undefined,
)
from qualcode.errors import UsageError
from qualcode.left_out import lines

ORACLE = Path(__file__).parent / "oracles" / "agreement"
SETS = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(ORACLE.glob("*.json"))]
MEASURES = {
    "percent_agreement": percent,
    "cohen_kappa": cohen,
    "scott_pi": scott_pi,
    "fleiss_kappa": fleiss,
    "gwet_ac1": gwet_ac1,
    "krippendorff_alpha_nominal": alpha,
    "krippendorff_alpha_ordinal": lambda ratings: alpha(ratings, "ordinal"),
    "krippendorff_alpha_interval": lambda ratings: alpha(ratings, "interval"),
    "krippendorff_alpha_ratio": lambda ratings: alpha(ratings, "ratio"),
}
SPANS = {"u_alpha": u_alpha, "u_alpha_binary": u_alpha_binary, "cu_alpha": cu_alpha}


def cases(key: str) -> list[Any]:
    """List data set, measure and value for each value under *key*."""
    return [
        pytest.param(one, name, value, id=f"{one['name']}-{name}")
        for one in SETS
        for name, value in one.get(key, {}).items()
    ]


# ---- the books ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("data", "measure", "value"), cases("expected"))
def test_published_examples_come_out_to_the_printed_digits(data: Any, measure: str, value: float) -> None:
    """Krippendorff, Fleiss and Cohen printed three digits."""
    assert value == pytest.approx(MEASURES[measure](data["data"]), abs=data["tolerance"])


@pytest.mark.parametrize(("data", "measure", "value"), cases("recomputed"))
def test_recomputed_values_come_out_to_nine_digits(data: Any, measure: str, value: float) -> None:
    """What several programs agree on."""
    more = (data["length"],) if "length" in data else ()

    assert value == pytest.approx((MEASURES | SPANS)[measure](data["data"], *more), abs=1e-9)


@pytest.mark.parametrize(
    ("data", "measure"),
    [pytest.param(one, m, id=f"{one['name']}-{m}") for one in SETS for m in one.get("undefined", [])],
)
def test_what_is_not_defined_is_nan(data: Any, measure: str) -> None:
    """Never 1.0 and never an exception, with the reason in words."""
    assert math.isnan(MEASURES[measure](data["data"]))
    assert why_undefined(data["data"]) in {
        "no unit was judged by two coders",
        "only one value occurs: nothing shows that they could have differed",
    }


# ---- ratings as they come -------------------------------------------------------------------------


def test_missing_is_none_or_nan_and_words_are_values() -> None:
    """Lists, arrays and tables with the same ratings have the same alpha."""
    numbers = next(one for one in SETS if one["name"] == "krippendorff_2011_c")["data"]
    words = [[None if value is None else "abcde"[value - 1] for value in row] for row in numbers]
    nans = np.array(numbers, dtype=float)

    got = [alpha(ratings) for ratings in (numbers, words, nans, pd.DataFrame(nans), pd.DataFrame(words))]

    assert [pytest.approx(0.743421052631579, abs=1e-12)] * 5 == got
    assert why_undefined(words) == ""


def test_perfect_agreement_on_several_values_is_one() -> None:
    """They could have differed and did not."""
    assert [measure([[1, 2, 3], [1, 2, 3]]) for measure in list(MEASURES.values())[:6]] == [1.0] * 6


def test_nobody_at_all_agrees_on_nothing() -> None:
    """No units, no coders, a single coder: nan."""
    assert all(math.isnan(alpha(ratings)) for ratings in ([[], []], [[1, 2]], np.zeros((0, 3))))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: alpha([[1, 2], [1]]), "every coder needs a rating or None"),
        (lambda: alpha([[1], [2]], "nomial"), "unknown level 'nomial'; did you mean 'nominal'"),
        (lambda: alpha([["a"], ["b"]], "interval"), "words have the level 'nominal'"),
        (lambda: alpha([[-1, 1], [1, 1]], "ratio"), "0 or more"),
        (lambda: alpha(np.zeros(3)), "coders by units"),
        (lambda: cohen([[1], [1], [2]]), "two coders, not 3"),
        (lambda: u_alpha([[(0, 5, "a"), (4, 6, "a")], []], 9), "overlap at 4"),
        (lambda: u_alpha([[(0, 10, "a")], []], 9), "outside a text of 9"),
    ],
)
def test_wrong_ratings_are_refused(call: Any, message: str) -> None:
    """A wrong call is an error; an undefined measure is none."""
    with pytest.raises(UsageError, match=message):
        call()


# ---- a study's codings ----------------------------------------------------------------------------

TURNS = pd.DataFrame(
    [(d, t, 20 * t, 20 * t + 18) for d in ("i1", "i2", "i3") for t in range(6)],
    columns=["document", "turn", "start", "end"],
)
READ = pd.DataFrame(
    [
        ("i1", "ann", 0, 120),
        ("i1", "bob", 0, 120),
        ("i2", "ann", 0, 120),
        ("i2", "bob", 0, 59),
        ("i2", "bob", 59, 80),
        ("i3", "ann", 0, 120),
    ],
    columns=["document", "coder", "start", "end"],
)
TAGS = pd.DataFrame(
    [
        ("i1", "ann", 2, 9, "talk/loud"),
        ("i1", "bob", 4, 12, "talk/loud"),
        ("i1", "ann", 25, 45, "talk/loud"),
        ("i1", "bob", 22, 30, "talk/low"),
        ("i1", "bob", 41, 44, "talk/loud"),
        ("i1", "ann", 103, 110, "place/here"),
        ("i1", "bob", 104, 110, "place/here"),
        ("i2", "ann", 0, 10, "talk/loud"),
        ("i2", "bob", 60, 70, "talk/loud"),
        ("i2", "ann", 100, 110, "talk/low"),
        ("i3", "ann", 0, 10, "talk/low"),
        ("i2", "bob", 100, 110, "talk/low"),
        ("i1", "bob", 18, 20, "talk/low"),
    ],
    columns=["document", "coder", "start", "end", "code"],
).assign(family=lambda table: table["code"].str.split("/").str[0])

# i1's six turns and i2's first four were read by both; ann and bob, given (1) or not (0):
RATED = {
    "place/here": ([0, 0, 0, 0, 0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1, 0, 0, 0, 0]),
    "talk/loud": ([1, 1, 1, 0, 0, 0, 1, 0, 0, 0], [1, 0, 1, 0, 0, 0, 0, 0, 0, 1]),
    "talk/low": ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
}


def rows(table: pd.DataFrame) -> pd.DataFrame:
    """Index a table of agreement by scope, family and code."""
    return table.set_index(["scope", "family", "code"])


def test_a_code_is_a_judgement_a_turn() -> None:
    """Given or not given, turn by turn, over the turns that both have read to their end."""
    table = rows(agreement(TAGS, READ, turns=TURNS, resamples=50))

    for code, ratings in RATED.items():
        row = table.loc["code", code.split("/")[0], code]
        assert [m(ratings) for m in (alpha, percent, cohen, gwet_ac1)] == pytest.approx(
            [row["alpha"], row["percent"], row["cohen"], row["ac1"]], nan_ok=True
        )
        assert (10, 2, 2, sum(map(sum, ratings)), f"ann {sum(ratings[0])}; bob {sum(ratings[1])}") == tuple(
            row[["units", "coders", "interviews", "given", "by_coder"]]
        )


def test_codes_stand_before_families_and_families_before_all() -> None:
    """The order of rows is part of the table."""
    table = agreement(TAGS, READ, turns=TURNS, resamples=0)

    assert list(rows(table).index) == [
        ("code", "place", "place/here"),
        ("code", "talk", "talk/loud"),
        ("code", "talk", "talk/low"),
        ("family", "place", ""),
        ("family", "talk", ""),
        ("overall", "", ""),
    ]


def test_a_family_pools_its_codes_each_by_its_own_chance() -> None:
    """Observed over expected disagreement, summed over the codes; percent is the codes' mean."""
    table = rows(agreement(TAGS, READ, turns=TURNS, resamples=0))

    def parts(code: str) -> tuple[float, float]:
        yes = sum(map(sum, RATED[code]))
        apart = sum(a != b for a, b in zip(*RATED[code], strict=True))
        return 2 * apart / 20, 2 * yes * (20 - yes) / (20 * 19)

    observed, expected = np.sum([parts("talk/loud"), parts("talk/low")], axis=0)
    row = table.loc["family", "talk", ""]
    assert [1 - observed / expected, (percent(RATED["talk/loud"]) + 0.9) / 2] == pytest.approx(
        row[["alpha", "percent"]].tolist()
    )
    overall = np.sum([parts(code) for code in RATED], axis=0)
    assert 1 - overall[0] / overall[1] == pytest.approx(table.loc["overall", "", ""]["alpha"])


def test_unread_is_not_untagged() -> None:
    """What only one has read, tags where nothing was read and tags between turns are left out and counted."""
    table = agreement(TAGS, READ, turns=TURNS, codes=["talk/loud", "talk/low"], resamples=0)

    assert table.attrs["left_out"] == {
        "of another code or coder": 2,
        "outside every turn": 1,
        "where the coder has not read all": 1,
        "read by one coder only": 2,
    }


def test_a_code_that_nobody_gave_has_no_alpha_and_a_reason() -> None:
    """Percent agreement is 1 all the same: that is why it never stands alone."""
    row = rows(agreement(TAGS, READ, turns=TURNS, codes=["talk/never"])).loc["code", "talk", "talk/never"]

    assert row[["alpha", "low", "high", "cohen", "ac1"]].isna().all()
    assert tuple(row[["percent", "given", "reason"]]) == (
        1.0,
        0,
        "only one value occurs: nothing shows that they could have differed",
    )


def test_coders_who_share_nothing_have_no_agreement() -> None:
    """Nan with the reason in every row, and no exception."""
    alone = READ[READ["coder"] == "ann"]

    table = agreement(TAGS, alone, turns=TURNS)

    assert table[["alpha", "low", "high", "percent", "cohen", "ac1"]].isna().all(axis=None)
    assert {"no unit was judged by two coders"} == set(table["reason"])
    assert (table["units"].max(), table["interviews"].max()) == (0, 0)
    assert list(agreement(TAGS.head(0), alone, turns=TURNS)["scope"]) == ["overall"]


def test_the_interval_draws_interviews() -> None:
    """The same seed, the same interval; one interview alone has none; it lies around alpha."""
    table, again = (agreement(TAGS, READ, turns=TURNS, resamples=500) for _ in range(2))
    one = agreement(TAGS, READ[READ["document"] == "i1"], turns=TURNS)

    pd.testing.assert_frame_equal(table, again)
    loud = rows(table).loc["code", "talk", "talk/loud"]
    assert loud["low"] < loud["alpha"] < loud["high"]
    assert one[["low", "high"]].isna().all(axis=None)
    assert one["remarks"].str.contains("fewer than 15 interviews").all()


def test_no_measure_is_printed_on_fewer_than_ten_units() -> None:
    """The percentage and the counts stay; spans count code points and are left as they are."""
    table = agreement(TAGS, READ, turns=TURNS, resamples=100)
    enough, few = readable(table, least=int(table["units"].min())), readable(table, least=int(table["units"].max()) + 1)
    sides = stance_agreement(TAGS.assign(stance=1.0), READ, turns=TURNS)
    spans = agreement(TAGS, READ, unit="span", resamples=0)

    pd.testing.assert_frame_equal(enough, table)
    assert few[["alpha", "low", "high", "cohen", "ac1"]].isna().all(axis=None)
    pd.testing.assert_frame_equal(few[["percent", "units", "given"]], table[["percent", "units", "given"]])
    assert few["reason"][0] == f"{table['units'][0]} units: no number below {table['units'].max() + 1}"
    assert (few.attrs, readable(sides).attrs) == (table.attrs, sides.attrs)
    pd.testing.assert_frame_equal(readable(spans, least=10**9), spans)


def test_the_interval_is_the_percentile_of_resampled_alphas() -> None:
    """Two interviews can be drawn in three ways: the first twice, the second twice, or both."""
    a, b = RATED["talk/loud"]
    first, second = (a[:6], b[:6]), (a[6:], b[6:])
    ways = [(np.hstack([x, y])).tolist() for x, y in ((first, first), (first, second), (second, second))]

    row = rows(agreement(TAGS, READ, turns=TURNS, resamples=2000)).loc["code", "talk", "talk/loud"]

    assert [min(map(alpha, ways)), max(map(alpha, ways))] == pytest.approx([row["low"], row["high"]])


def test_two_of_three_coders_may_be_chosen() -> None:
    """A third coder changes nothing if not asked for; Cohen's kappa is for two."""
    third = pd.concat([READ, READ[READ["coder"] == "ann"].assign(coder="cid")])
    tags = pd.concat([TAGS, TAGS[TAGS["coder"] == "ann"].assign(coder="cid")])

    chosen = agreement(tags, third, turns=TURNS, coders=["bob", "ann"], resamples=0)
    three = agreement(tags, third, turns=TURNS, resamples=0)

    pd.testing.assert_frame_equal(agreement(TAGS, READ, turns=TURNS, resamples=0), chosen)
    assert three["cohen"].isna().all()
    assert ({3}, {18}) == (set(three["coders"]), set(three["units"]))
    ann, bob = RATED["talk/loud"]
    missing = [None] * 2
    ratings = [ann + [0, 0] + [0] * 6, bob + missing + [None] * 6, ann + [0, 0] + [0] * 6]
    assert alpha(ratings) == pytest.approx(rows(three).loc["code", "talk", "talk/loud"]["alpha"])


def test_spans_are_measured_in_code_points() -> None:
    """One code in one interview: u-alpha of the oracle, whatever else is in the codebook."""
    data = next(one for one in SETS if one["name"] == "u_alpha_1_two_coders_one_code")
    tags = pd.DataFrame(
        [("i1", coder, a, b, "x/k") for coder, one in zip("ab", data["data"], strict=True) for a, b, _ in one]
        + [("i1", "a", 10, 20, "x/k"), ("i1", "a", 0, 90, "x/other"), ("i2", "a", 0, 5, "x/k")],
        columns=["document", "coder", "start", "end", "code"],
    )
    read = pd.DataFrame(
        [("i1", "a", 0, 50), ("i1", "a", 50, 90), ("i1", "b", 0, 90), ("i2", "a", 0, 90)],
        columns=["document", "coder", "start", "end"],
    )

    row = rows(agreement(tags, read, "span")).loc["code", "x", "x/k"]

    assert data["recomputed"]["u_alpha"] == pytest.approx(row["alpha"], abs=1e-9)
    assert tuple(row[["units", "coders", "interviews", "given", "by_coder"]]) == (90, 2, 1, 6, "a 3; b 3")


def test_passages_that_touch_stay_two() -> None:
    """Two excerpts end to end are two spans, overlapping ones are one."""
    tags = pd.DataFrame(
        [("i1", "a", 0, 12, "x/k"), ("i1", "a", 10, 20, "x/k"), ("i1", "b", 0, 10, "x/k"), ("i1", "b", 10, 20, "x/k")],
        columns=["document", "coder", "start", "end", "code"],
    )
    read = pd.DataFrame([("i1", "a", 0, 30), ("i1", "b", 0, 30)], columns=["document", "coder", "start", "end"])

    row = agreement(tags, read, "span").iloc[0]

    assert (row["given"], row["by_coder"]) == (3, "a 1; b 2")
    assert u_alpha([[(0, 20, "k")], [(0, 10, "k"), (10, 20, "k")]], 30) == row["alpha"] == 1.0


def test_spans_count_only_where_all_have_read() -> None:
    """A text read half is compared half: the part both know, with what is cut off left out."""
    tags = pd.DataFrame(
        [("i1", "a", 5, 15, "x/k"), ("i1", "b", 8, 30, "x/k"), ("i1", "a", 40, 45, "x/k")],
        columns=["document", "coder", "start", "end", "code"],
    )
    read = pd.DataFrame([("i1", "a", 0, 60), ("i1", "b", 0, 20)], columns=["document", "coder", "start", "end"])

    row = agreement(tags, read, "span").iloc[0]

    expected = u_alpha([[(5, 15, "k")], [(8, 20, "k")]], 20)
    assert [expected, 0.6, 20, 2] == pytest.approx(row[["alpha", "percent", "units", "given"]].tolist())


def test_rounds_stand_one_below_the_other() -> None:
    """Coders who talk agree more, or do not: the same codes in every round."""
    table = by_round(TAGS, READ, {"i1": "1", "i2": "2"}, turns=TURNS, resamples=0)

    assert (list(table["round"]), len(table)) == (["1"] * 6 + ["2"] * 6, 12)
    first = agreement(TAGS[TAGS["document"] == "i1"], READ, turns=TURNS[TURNS["document"] == "i1"])
    assert first["alpha"].tolist() == pytest.approx(table["alpha"][:6].tolist(), nan_ok=True)


def test_each_round_and_document_says_what_it_leaves_out() -> None:
    """Bob has not read i2's last two turns; on i3 there is only ann. Fixed by hand from the tables above."""
    documents = by_document(TAGS, READ, turns=TURNS)
    told = documents.groupby("document", sort=False)["left_out"].unique().map(list).to_dict()
    assert told == {
        "i1": ["1 outside every turn"],
        "i2": ["1 where the coder has not read all; 1 read by one coder only"],
    }
    assert documents.attrs["left_out"]["in a document that two have not read"] == 1
    rounds_ = by_round(TAGS, READ, {"i1": "1", "i2": "2"}, turns=TURNS, resamples=0)
    assert rounds_.groupby("round")["left_out"].unique().map(list).to_dict() == {"1": told["i1"], "2": told["i2"]}
    assert rounds_.attrs["left_out"]["in a document of no round"] == 1
    assert documents.attrs["left_out"]["outside every turn"] == 1


def test_documents_add_up_to_the_whole_also_where_questions_are_units_in_one_of_them() -> None:
    """A question coded in one interview makes questions units of that family in all, wherever one looks."""
    turns = TURNS.assign(asks=TURNS["turn"].eq(3))
    questions = pd.DataFrame([("i1", "ann", 62, 69, "place/here", "place")], columns=[*TAGS.columns])
    tags = pd.concat([TAGS[TAGS["start"].ne(60)], questions], ignore_index=True)
    whole = agreement(tags, READ, turns=turns, resamples=0)
    each = by_document(tags, READ, turns=turns)

    assert rows(whole)["units"].to_dict() == rows(each).groupby(level=[0, 1, 2])["units"].sum().to_dict()
    assert whole.set_index("code").loc[["place/here", "talk/low"], "units"].tolist() == [10, 8]
    assert each.attrs["notes"] == whole.attrs["notes"]


def test_a_chosen_coder_who_has_not_read_a_document_does_not_stop_it() -> None:
    read = pd.concat([READ, pd.DataFrame([("i1", "cat", 0, 120)], columns=READ.columns)], ignore_index=True)

    each = by_document(TAGS, read, turns=TURNS, coders=["ann", "bob", "cat"])

    assert each.groupby("document")["coders"].max().to_dict() == {"i1": 3, "i2": 2}


def test_without_two_readers_anywhere_there_is_no_document_to_compare() -> None:
    found = by_document(TAGS, READ[READ["coder"] == "ann"], turns=TURNS)

    assert (len(found), list(found.columns)[:2]) == (0, ["document", "scope"])
    assert found.attrs["left_out"] == {"in a document that two have not read": len(TAGS)}


def test_spans_count_the_tags_that_not_every_coder_has_read() -> None:
    """Bob stops at 80 in i2: ann's tag at 100 is not compared, nor bob's; one that reaches over is, up to 80."""
    over = pd.DataFrame([("i2", "ann", 75, 90, "talk/loud", "talk")], columns=TAGS.columns)

    found = agreement(pd.concat([TAGS, over], ignore_index=True), READ, "span", resamples=0).attrs["left_out"]

    assert found["where not every coder has read"] == 2  # ann's and bob's at 100 in i2
    assert found["read by one coder only"] == 1  # ann's in i3
    assert found["read by every coder in part only"] == 1


def test_stance_agreement_counts_the_tags_without_a_stance_and_those_of_one_coder() -> None:
    stances = pd.Series([1.0, None, 1.0], name="stance")
    tags = pd.DataFrame(
        [("i1", "ann", 2, 9, "talk/loud"), ("i1", "bob", 4, 12, "talk/loud"), ("i1", "ann", 25, 30, "talk/low")],
        columns=["document", "coder", "start", "end", "code"],
    )

    found = stance_agreement(tags.assign(stance=stances), READ, turns=TURNS).attrs["left_out"]

    assert (found["without stance"], found["with a stance of one coder only"]) == (1, 2)


def test_readings_of_an_earlier_text_are_told_beside_the_agreement() -> None:
    read = READ.copy()
    read.attrs["left_out"] = {"readings of an earlier text": 2}

    for table in (
        agreement(TAGS, read, turns=TURNS, resamples=0),
        by_document(TAGS, read, turns=TURNS),
        by_round(TAGS, read, {"i1": "1"}, turns=TURNS, resamples=0),
        disagreements(TAGS, read, turns=TURNS),
        stance_agreement(TAGS.assign(stance=1.0), read, turns=TURNS),
    ):
        assert "left out: 2 readings of an earlier text" in lines(table)


def test_a_document_belongs_to_the_round_in_which_its_second_coder_had_read_it() -> None:
    """A third reading, or a second of the same coder, moves nothing; what one has read has no round."""
    read = pd.DataFrame(
        [
            ("i1", "ann", "2024-02-28T10:00:00Z"),
            ("i1", "bob", "2024-03-02T10:00:00Z"),
            ("i1", "cat", "2024-05-02T10:00:00Z"),
            ("i2", "ann", "2024-02-01T10:00:00Z"),
            ("i2", "ann", "2024-04-01T10:00:00Z"),
        ],
        columns=["document", "coder", "made"],
    )

    assert rounds(read) == {"i1": "2024-03"}
    assert rounds(read, ["ann", "cat"]) == {"i1": "2024-05"}


def test_stances_are_compared_where_two_coders_heard_one() -> None:
    """A turn's stance is its excerpts' mean; a code without a second stance says why it has no alpha."""
    tags = pd.DataFrame(
        [
            ("i1", "ann", 0, 5, "f/x", 1.0),
            ("i1", "ann", 6, 9, "f/x", 0.0),
            ("i1", "bob", 0, 5, "f/x", 0.5),
            ("i1", "ann", 21, 25, "f/x", -1.0),
            ("i1", "bob", 21, 25, "f/x", 1.0),
            ("i2", "ann", 21, 25, "f/x", 1.0),
            ("i2", "bob", 21, 25, "f/x", None),
            ("i2", "ann", 1, 5, "f/y", 1.0),
            ("i2", "bob", 1, 5, "f/z", None),
        ],
        columns=["document", "coder", "start", "end", "code", "stance"],
    )

    table = stance_agreement(tags, READ, turns=TURNS).set_index("code")

    assert list(table.index) == ["f/x", "f/y"]
    assert alpha([[0.5, -1.0, 1.0], [0.5, 1.0, None]], "interval") == pytest.approx(table.loc["f/x", "alpha"])
    assert table.loc["f/x", ["percent", "units", "coders", "interviews", "reason"]].tolist() == [0.5, 2, 2, 1, ""]
    assert tuple(table.loc["f/y", ["units", "reason"]]) == (0, "no unit was judged by two coders")


def test_the_dearest_passages_come_first() -> None:
    """Who gave what and who did not; a passage with two disagreements costs twice."""
    table = disagreements(TAGS, READ, turns=TURNS)

    assert list(
        table[["document", "turn", "code", "given_by", "not_given_by", "cost", "passage_cost"]].itertuples(
            index=False, name=None
        )
    ) == [
        ("i1", 1, "talk/loud", "ann", "bob", 0.25, 0.5),
        ("i1", 1, "talk/low", "bob", "ann", 0.25, 0.5),
        ("i2", 0, "talk/loud", "ann", "bob", 0.25, 0.25),
        ("i2", 3, "talk/loud", "bob", "ann", 0.25, 0.25),
    ]
    assert disagreements(TAGS.head(0), READ, turns=TURNS).empty


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: agreement(TAGS, READ), "needs turns="),
        (lambda: agreement(TAGS, READ, "sentence", turns=TURNS), "unknown unit 'sentence'"),
        (lambda: agreement(TAGS, READ, turns=TURNS, coders=["cid"]), "'cid' has read nothing; there are: ann, bob"),
        (lambda: agreement(TAGS.drop(columns="coder"), READ, turns=TURNS), "codings need a column 'coder'"),
        (lambda: agreement(TAGS, READ.drop(columns="end"), turns=TURNS), "coverage need a column 'end'"),
        (lambda: agreement(TAGS, READ, turns=TURNS.assign(end=TURNS["end"] + 5)), "turns overlap in 'i1' at 20"),
        (lambda: agreement(TAGS, READ, turns=TURNS, confidence=95), "between 0 and 1"),
        (lambda: by_round(TAGS, READ, {}, turns=TURNS), "in which round"),
    ],
)
def test_a_wrong_question_is_refused(call: Any, message: str) -> None:
    """The message says what is missing and what there is."""
    with pytest.raises(UsageError, match=message):
        call()


# ---- invariants -----------------------------------------------------------------------------------

VALUES = st.sampled_from([None, 1, 2, 3])
RATINGS = st.integers(2, 4).flatmap(
    lambda coders: st.integers(1, 8).flatmap(
        lambda units: st.lists(st.lists(VALUES, min_size=units, max_size=units), min_size=coders, max_size=coders)
    )
)


@given(RATINGS, st.sampled_from(["nominal", "ordinal", "interval", "ratio"]), st.randoms())
@settings(deadline=None)
def test_neither_coders_nor_units_have_an_order(ratings: Any, level: str, random: Any) -> None:
    """Shuffled rows and columns have the same alpha."""
    columns = random.sample(range(len(ratings[0])), len(ratings[0]))
    shuffled = [[row[at] for at in columns] for row in random.sample(ratings, len(ratings))]

    assert alpha(ratings, level) == pytest.approx(alpha(shuffled, level), nan_ok=True)


@given(RATINGS)
@settings(deadline=None)
def test_the_names_of_values_do_not_matter(ratings: Any) -> None:
    """Nominal alpha, percent and AC1 know no order and no distance."""
    renamed = [[None if value is None else "zyx"[value - 1] for value in row] for row in ratings]

    for measure in (alpha, percent, gwet_ac1):
        assert measure(ratings) == pytest.approx(measure(renamed), nan_ok=True)


@given(RATINGS)
@settings(deadline=None)
def test_with_two_values_every_level_of_distance_is_nominal(ratings: Any) -> None:
    """Ordinal and interval alpha of a yes or no are the nominal one."""
    binary = [[None if value is None else int(value > 1) for value in row] for row in ratings]

    assert [alpha(binary)] * 2 == pytest.approx([alpha(binary, "ordinal"), alpha(binary, "interval")], nan_ok=True)


TAGGED = st.lists(
    st.tuples(
        st.sampled_from(["i1", "i2", "i3"]),
        st.sampled_from(["ann", "bob", "cid"]),
        st.integers(0, 110),
        st.integers(1, 30),
        st.sampled_from(["f/x", "f/y", "g/z"]),
    ),
    max_size=25,
)


@pytest.mark.long
@given(TAGGED, st.randoms())
@fewer(4)
def test_the_table_is_alpha_over_turns(tagged: Any, random: Any) -> None:
    """Every code's alpha is alpha of its ratings written out, in whatever order the tables come."""
    tags = pd.DataFrame(tagged, columns=["document", "coder", "start", "end", "code"])
    tags["end"] += tags["start"]
    read = pd.concat([READ, pd.DataFrame([("i3", "cid", 0, 70), ("i2", "cid", 30, 120)], columns=READ.columns)])
    mixed = [part.sample(frac=1, random_state=random.randrange(99)) for part in (tags, read, TURNS)]

    table = agreement(*mixed[:2], turns=mixed[2], resamples=0)

    def rating(coder: str, code: str, turn: Any) -> int | None:
        ranges = read[(read["coder"] == coder) & (read["document"] == turn.document)]
        points = {p for r in ranges.itertuples() for p in range(r.start, r.end)}
        if not points >= set(range(turn.start, turn.end)):
            return None
        mine = tags[(tags["coder"] == coder) & (tags["code"] == code) & (tags["document"] == turn.document)]
        return int(any(t.start < turn.end and t.end > turn.start for t in mine.itertuples()))

    for row in table[table["scope"] == "code"].itertuples():
        ratings = [[rating(c, row.code, t) for t in TURNS.itertuples()] for c in ("ann", "bob", "cid")]
        paired = [column for column in zip(*ratings, strict=True) if 3 - column.count(None) >= 2]
        assert alpha(ratings) == pytest.approx(row.alpha, nan_ok=True)
        assert percent(ratings) == pytest.approx(row.percent)
        assert len(paired) == row.units
        if not math.isnan(row.alpha):
            assert gwet_ac1(list(zip(*paired, strict=True))) == pytest.approx(row.ac1)
