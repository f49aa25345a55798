"""Divergence between two figures: exact where it can be, and silent where it cannot tell."""

from __future__ import annotations

import json
from itertools import combinations, permutations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualcode.divergence import (
    by_excerpt,
    deviants,
    divergence,
    heard,
    jensen_shannon,
    leave_one_out,
    log_odds,
    membership,
    missing,
    pool,
    power,
    power_here,
    speakers,
    stance_divergence,
    word_and_deed,
)
from qualcode.divergence.arrangements import arrange
from qualcode.errors import UsageError

ORACLE = Path(__file__).parent / "oracles" / "divergence"
EXPECTED = json.loads((ORACLE / "expected.json").read_text(encoding="utf-8"))
TOY = pd.read_csv(ORACLE / "data.csv").rename(columns={"speaker": "actor"})
TOY["actor_figure"] = np.where(TOY["weight"] == 1, "baker", "miller")
CONTRAST = ("baker", "miller")


def said(**themes: dict[str, int]) -> pd.DataFrame:
    """Statements from ``speaker={theme: how often}``; names beginning with b are bakers, with m millers."""
    figures = {"b": "baker", "m": "miller"}
    return pd.DataFrame(
        [
            (who, figures.get(who[0], ""), theme)
            for who, counts in themes.items()
            for theme, n in counts.items()
            for _ in range(n)
        ],
        columns=["actor", "actor_figure", "theme"],
    )


FIVE = said(
    **{f"b{n}": {"flour": 3 + n, "water": 2} for n in range(5)},
    **{f"m{n}": {"flour": 1, "water": 4 + n} for n in range(5)},
)

# ---- the worked toy -------------------------------------------------------------------------------

COLUMNS = {
    "mean_share_a": "share_a",
    "mean_share_b": "share_b",
    "d": "difference",
    "p_exact": "p",
    "p_max_t": "p_max_t",
    "p_holm": "p_holm",
    "cliffs_delta": "cliffs_delta",
}


def test_the_toy_comes_out_theme_by_theme() -> None:
    """Shares, differences, the three p and Cliff's delta, computed twice elsewhere."""
    table = divergence(TOY, CONTRAST)

    assert sorted(EXPECTED["themes"]) == list(table.index)
    for ours, theirs in ((column, name) for name, column in COLUMNS.items()):
        expected = [EXPECTED["themes"][theme][theirs] for theme in table.index]
        np.testing.assert_allclose(table[ours], expected, rtol=0, atol=1e-9, err_msg=ours)
    assert {924} == set(table["arrangements"])
    np.testing.assert_allclose(table["smallest_p"], EXPECTED["smallest_possible_p"], rtol=0, atol=1e-9)


def test_memberships_may_be_given_instead_of_figures() -> None:
    """Weights of 1 and 0 are the figures under another name; no column of figures is needed then."""
    weights = TOY.groupby("actor")["weight"].first()

    given_ones = divergence(TOY[["actor", "theme"]], CONTRAST, weights)

    pd.testing.assert_frame_equal(divergence(TOY, CONTRAST), given_ones)
    pd.testing.assert_frame_equal(given_ones, divergence(TOY, CONTRAST, weights.to_dict()))


def test_the_toys_speakers_come_out_one_by_one() -> None:
    """Every speaker's count and share, also of whoever speaks in two documents."""
    table = speakers(TOY, CONTRAST).set_index(["speaker", "theme"])

    for speaker in EXPECTED["speakers"]:
        for theme in EXPECTED["themes"]:
            row = table.loc[(speaker["speaker"], theme)]
            assert (speaker["counts"][theme], speaker["excerpts"]) == (row["excerpts"], row["of"])
            assert speaker["shares"][theme] == pytest.approx(row["share"], abs=1e-9)


def test_the_toys_distance_stands_beside_its_null() -> None:
    """Jensen-Shannon divergence, its p and the median that chance alone gives."""
    distance = jensen_shannon(TOY, CONTRAST)

    assert EXPECTED["jsd"] == pytest.approx(
        {"bits": distance.bits, "p_exact": distance.p, "null_median": distance.null_median}, abs=1e-9
    )
    assert (
        distance.arrangements,
        distance.speakers_a,
        distance.speakers_b,
        distance.themes,
        distance.reason,
    ) == (924, 6, 6, 5, "")


def test_the_toys_themes_are_ranked_by_log_odds() -> None:
    """Log-odds, z and the p of permuted speakers, most typical of a first."""
    table = log_odds(TOY, CONTRAST, prior=EXPECTED["monroe_prior_mass"])

    for theme, row in table.iterrows():
        expected = EXPECTED["themes"][theme]
        assert expected["log_odds"] == pytest.approx(row["log_odds"], abs=1e-9)
        assert expected["z"] == pytest.approx(row["z"], abs=1e-9)
        assert expected["z_p_exact"] == pytest.approx(row["p"], abs=1e-9)
    assert sorted(table["z"], reverse=True) == list(table["z"])
    assert all(table["p_max"] >= table["p"])


def test_counts_and_occurrences_rank_alike() -> None:
    """Words may come one a row or counted."""
    counted = TOY.groupby(["actor", "actor_figure", "theme"]).size().rename("n").reset_index()

    expected = log_odds(TOY, CONTRAST)
    got = log_odds(counted, CONTRAST, count="n")

    pd.testing.assert_frame_equal(expected, got)


# ---- where it cannot tell -------------------------------------------------------------------------


def test_there_is_no_p_below_four_against_four() -> None:
    """Shares and delta remain; the reason stands where the p would."""
    table = divergence(FIVE[~FIVE["actor"].isin(["b0", "b1"])], CONTRAST)

    assert table[["p", "p_max_t", "p_holm", "p_error", "smallest_p_here"]].isna().all(axis=None)
    assert table[["share_a", "share_b", "difference", "cliffs_delta"]].notna().all(axis=None)
    assert {"3 against 5 speakers: no p below 4 against 4"} == set(table["reason"])


def test_a_definitional_theme_is_described_and_never_tested() -> None:
    """To test what the figures were defined by would be circular; the others are corrected without it."""
    marked = TOY.assign(definitional=TOY["theme"] == "migrant_role")

    table = divergence(marked, CONTRAST)
    plain = divergence(TOY, CONTRAST)

    assert list(table.loc[["migrant_role"], "definitional"]) == [True]
    assert table.loc["migrant_role", ["p", "p_max_t", "p_holm"]].isna().all()
    assert plain.loc["migrant_role", "share_a"] == table.loc["migrant_role", "share_a"]
    assert "definitional" in table.loc["migrant_role", "reason"]
    others = table.index != "migrant_role"
    pd.testing.assert_series_equal(plain["p"][others], table["p"][others])
    assert table.loc["city_attitude", "p_holm"] == pytest.approx(4 * plain.loc["city_attitude", "p"])
    assert log_odds(marked, CONTRAST).loc["migrant_role", ["p", "p_max"]].isna().all()
    assert jensen_shannon(marked, CONTRAST).themes == 4


def test_a_definitional_theme_can_leave_the_denominator() -> None:
    """Shares add up to 1, so what defines the figures moves all other shares unless it is left out."""
    marked = TOY.assign(definitional=TOY["theme"] == "migrant_role")

    table = divergence(marked, CONTRAST, of="tested")
    without = divergence(TOY[TOY["theme"] != "migrant_role"], CONTRAST)

    kept = table.drop(index="migrant_role")
    pd.testing.assert_frame_equal(without[list(COLUMNS.values())], kept[list(COLUMNS.values())])
    assert divergence(TOY, CONTRAST).loc["migrant_role", "share_a"] == table.loc["migrant_role", "share_a"]
    assert any("Shares add up to 1" in sentence for sentence in divergence(marked, CONTRAST).attrs["notes"])


def test_other_figures_are_left_out_by_name() -> None:
    """Undecided, both and not judged are three different things, and the figures' names are the table's."""
    more = said(u1={"flour": 2}, x1={"flour": 1}, z1={"water": 3})
    more["actor_figure"] = more["actor"].map({"u1": "undecided", "x1": "both", "z1": None})

    table = divergence(pd.concat([FIVE, more]), CONTRAST)

    pd.testing.assert_frame_equal(divergence(FIVE, CONTRAST), table)
    assert table.attrs["left_out"] == {
        "reported": 0,
        "without actor": 0,
        "without theme": 0,
        "figure both": 1,
        "figure undecided": 2,
        "without figure": 3,
    }
    assert table.attrs["speakers_left_out"] == {
        "figure both": ["x1"],
        "figure undecided": ["u1"],
        "without figure": ["z1"],
    }


def test_reported_views_stand_apart() -> None:
    """What somebody says others think is no theme of theirs, unless asked for."""
    heard = pd.concat([FIVE.assign(reported=False), FIVE.assign(reported=True, theme="yeast")])

    own, everything = divergence(heard, CONTRAST), divergence(heard, CONTRAST, reported=True)

    assert (["flour", "water"], len(FIVE)) == (list(own.index), own.attrs["left_out"]["reported"])
    assert list(everything.index) == ["flour", "water", "yeast"]


def test_a_theme_that_rests_on_one_speaker_says_so() -> None:
    """Who holds a theme, who turns it round, and the least p it allows at all."""
    table = divergence(pd.concat([FIVE, said(b0={"yeast": 3}, m0={"yeast": 1})]), CONTRAST)
    row = table.loc["yeast"]

    assert tuple(row[["excerpts", "speakers_with", "top_speaker", "top_speaker_share", "flips_without"]]) == (
        4,
        2,
        "b0",
        0.75,
        "b0",
    )
    assert row["smallest_p_here"] > 0.05 > row["smallest_p"]
    assert "rests on two speakers; turns round without b0; no p below 0." in row["remarks"]


def test_few_excerpts_are_named() -> None:
    """A share of two excerpts is hardly a share."""
    table = divergence(pd.concat([FIVE, said(m9={"flour": 2})]), CONTRAST)

    assert [name for name in table.attrs["few_excerpts"] if name == "m9"] == ["m9"]
    assert any("m9" in sentence for sentence in table.attrs["notes"])


def test_never_put_is_not_zero() -> None:
    """
    Whom a theme never reached says nothing on it. Flour is known of b0, b3, b4 (3/5, 6/8, 7/9) and b1 (4/6), and of m0,
    who passed it over, and m1 to m4 (1/6 to 1/9); of b2 it is known that it was never put.
    """
    topics = pd.DataFrame(
        [
            ("b0", "flour", 1, 0, 0, 0),
            ("b1", "flour", 0, 1, 0, 0),
            ("b2", "flour", 0, 0, 0, 1),
            ("m0", "flour", 0, 0, 1, 0),
            ("zz", "flour", 1, 0, 0, 0),
        ],
        columns=["speaker", "theme", "raised", "answered", "passed_over", "not_put"],
    )

    silent = FIVE[~((FIVE["theme"] == "flour") & FIVE["actor"].isin(["b2", "m0"]))]
    states = speakers(silent, CONTRAST, topics=topics).set_index(["theme", "speaker"])["state"]
    assert [states["flour", who] for who in ("b0", "b1", "b2", "m0")] == [
        "raised",
        "answered",
        "not put",
        "passed over",
    ]
    table = divergence(silent, CONTRAST, topics=topics)
    flour = table.loc["flour"]
    assert flour[["raised_a", "raised_b", "reached_a", "reached_b"]].tolist() == [3 / 4, 4 / 5, 4, 5]
    assert flour["share_a"] == pytest.approx((3 / 5 + 6 / 8 + 7 / 9 + 4 / 6) / 4)
    assert flour["share_b"] == pytest.approx((0 + 1 / 6 + 1 / 7 + 1 / 8 + 1 / 9) / 5)
    everybody = divergence(silent, CONTRAST, topics=topics, among="everybody").loc["flour"]
    assert everybody["share_a"] == pytest.approx((3 / 5 + 6 / 8 + 7 / 9 + 4 / 6 + 0) / 5)
    assert (table.attrs["among"], flour["cliffs_delta"]) == ("reached", 1)
    without = leave_one_out(speakers(silent, CONTRAST, topics=topics)).loc["flour"]
    assert without["difference"] == pytest.approx(flour["difference"])


def test_whoever_spoke_of_a_theme_in_no_interview_raised_it() -> None:
    """The topics know interviews only; a word at a meeting was not an answer to the researcher."""
    topics = pd.DataFrame(
        [("b0", "flour", 0, 0, 0), ("m0", "flour", 0, 0, 1)],
        columns=["speaker", "theme", "raised", "answered", "passed_over"],
    )

    states = speakers(FIVE, CONTRAST, topics=topics).set_index(["theme", "speaker"])["state"]

    assert [states["flour", who] for who in ("b0", "m0", "m1")] == ["raised", "raised", "raised"]


def test_leaving_out_any_one_speaker_says_between_what_the_difference_moves() -> None:
    """By hand: bakers .8 and .2, millers .4 and .4; without the first baker the difference turns round."""
    table = said(b0={"x": 8, "y": 2}, b1={"x": 2, "y": 8}, m0={"x": 4, "y": 6}, m1={"x": 4, "y": 6})

    found = leave_one_out(speakers(table, CONTRAST)).loc["x"]

    assert found["difference"] == pytest.approx(0.1)
    assert (found["lowest"], found["highest"]) == (pytest.approx(-0.2), pytest.approx(0.4))
    assert found[["lowest_without", "highest_without", "turns_without"]].tolist() == ["b0", "b1", "b0"]


def test_only_speakers_of_whom_enough_is_heard_are_kept_and_the_others_named() -> None:
    """A share of one statement is nought or everything; a view reported of someone is not the person's own."""
    table = said(b0={"x": 5}, b1={"x": 4}, m0={"x": 6}).assign(reported=False)
    told = said(b1={"x": 3}).assign(reported=True)

    kept = heard(pd.concat([table, told]))

    assert sorted(kept["actor"].unique()) == ["b0", "m0"]
    assert (kept.attrs["few"], kept.attrs["least"]) == (["b1"], 5)


def test_where_nobody_says_enough_everybody_is_kept() -> None:
    kept = heard(said(b0={"x": 2}, m0={"x": 1}))

    assert (len(kept), kept.attrs["few"]) == (3, [])


@pytest.mark.parametrize(
    ("change", "words", "message"),
    [
        ({"actor_figure": "baker"}, {}, "no speaker .* belongs to 'miller'; there are: baker"),
        ({}, {"contrast": ("baker", "miler")}, "did you mean 'miller'"),
        ({}, {"contrast": ("baker", "baker")}, "two different figures"),
        ({}, {"weights": {"b0": 1.5, "m0": 0}}, "membership of 'b0' is 1.5"),
        ({"theme": None}, {}, "no statement is left of 70: 70 without theme"),
        ({}, {"speaker": "speaker"}, "need a column 'speaker'"),
        ({}, {"of": "some"}, "unknown denominator"),
    ],
)
def test_a_wrong_question_is_refused(change: dict[str, Any], words: dict[str, Any], message: str) -> None:
    """The message says what there is."""
    with pytest.raises(UsageError, match=message):
        divergence(FIVE.assign(**change), **{"contrast": CONTRAST, **words})


def test_a_speaker_has_one_figure() -> None:
    """Judged twice and differently is a mistake in the table, not a second person."""
    twice = pd.concat([FIVE, FIVE.tail(1).assign(actor_figure="baker")])

    with pytest.raises(UsageError, match="'m4' has several figures: baker, miller"):
        divergence(twice, CONTRAST)


# ---- partial membership ---------------------------------------------------------------------------


def test_three_quarters_of_a_baker_count_three_quarters() -> None:
    """Means are weighted by membership on both sides."""
    weights = dict.fromkeys(FIVE["actor"].unique(), 0.0) | {f"b{n}": 1.0 for n in range(4)} | {"b4": 0.75}
    share = {who: (rows["theme"] == "flour").mean() for who, rows in FIVE.groupby("actor")}

    row = divergence(FIVE, CONTRAST, weights).loc["flour"]

    a = sum(w * share[who] for who, w in weights.items()) / 4.75
    b = sum((1 - w) * share[who] for who, w in weights.items()) / 5.25
    assert [a, b, 10 * 126] == pytest.approx([row["share_a"], row["share_b"], row["arrangements"]])


def test_partial_memberships_are_permuted_like_whole_ones() -> None:
    """All 40,320 ways to hand eight weights to eight people, written out, give the same p and max-T."""
    counts = {"b0": (9, 1, 2), "b1": (6, 3, 3), "b2": (7, 2, 1), "b3": (4, 4, 4)}
    counts |= {"m0": (2, 6, 3), "m1": (5, 5, 1), "m2": (1, 7, 4), "m3": (3, 4, 6)}
    table = said(**{who: dict(zip("xyz", n, strict=True)) for who, n in counts.items()})
    weights = np.array([1.0, 1.0, 0.75, 0.75, 0.25, 0.0, 0.0, 0.0])
    shares = np.array([np.array(n) / sum(n) for n in counts.values()])

    made = divergence(table, CONTRAST, dict(zip(counts, weights, strict=True)))

    ways = np.array(list(permutations(weights)))
    apart = np.abs(ways @ shares / weights.sum() - (1 - ways) @ shares / (1 - weights).sum())
    t = apart / (ways @ shares / weights.sum() - (1 - ways) @ shares / (1 - weights).sum()).std(axis=0)
    np.testing.assert_allclose(made["p"], (apart >= apart[0] - 1e-12).mean(axis=0))
    np.testing.assert_allclose(made["p_max_t"], (t.max(axis=1)[:, None] >= t[0] - 1e-12).mean(axis=0))
    assert {8 * 7 * 6 * 5 * 4 // 2 // 2} == set(made["arrangements"])


def test_a_predominance_becomes_a_membership() -> None:
    """Three quarters a miller is one quarter a baker; without a weight the figure holds entirely."""
    people = pd.DataFrame(
        {
            "actor": ["b", "m", "n", "o"],
            "actor_figure": ["baker", "miller", "miller", "both"],
            "weight": [0.9, 0.75, None, 0.5],
        }
    )

    assert membership(people, CONTRAST).to_dict() == {"b": 0.9, "m": 0.25, "n": 0.0}
    with pytest.raises(UsageError, match="'b' has two"):
        membership(pd.concat([people, people.assign(weight=1)]), CONTRAST)


def test_whoever_has_no_membership_is_named() -> None:
    """Left out of the weights is left out of the comparison, and said."""
    weights = {who: float(who[0] == "b") for who in FIVE["actor"].unique() if who != "m4"}

    assert divergence(FIVE, CONTRAST, weights).attrs["speakers_left_out"]["without membership"] == ["m4"]


@given(st.lists(st.sampled_from([0.0, 0.25, 0.75, 1.0]), min_size=1, max_size=7))
@settings(deadline=None)
def test_every_arrangement_is_visited_once(weights: list[float]) -> None:
    """As many as there are distinct permutations, and the same ones."""
    ways = arrange(np.array(weights))

    visited = [tuple(row) for chunk in ways for row in chunk.tolist()]

    assert len(visited) == ways.total
    assert set(permutations(weights)) == set(visited)


def test_past_a_stated_size_some_arrangements_are_drawn() -> None:
    """With a seed and an error; close to the exact p, and never 0."""
    exact = divergence(TOY, CONTRAST)
    drawn = divergence(TOY, CONTRAST, enumerate_up_to=923, resamples=4000, seed=7)

    pd.testing.assert_frame_equal(drawn, divergence(TOY, CONTRAST, enumerate_up_to=923, resamples=4000, seed=7))
    assert (abs(drawn["p"] - exact["p"]) < 4 * drawn["p_error"] + 1e-3).all()
    assert (drawn[["p", "p_error"]] > 0).all(axis=None)
    assert any("4000 of 924 ways" in sentence for sentence in drawn.attrs["notes"])
    assert jensen_shannon(TOY, CONTRAST, enumerate_up_to=9, resamples=4000).p == pytest.approx(0.039, abs=0.02)


# ---- stances --------------------------------------------------------------------------------------


def test_stances_are_compared_among_those_who_took_one() -> None:
    """Five against five speak, four against five take a stance: 126 arrangements; silence is no zero."""
    table = FIVE[FIVE["theme"] == "flour"].drop_duplicates().assign(stance=1.0)
    table.loc[table["actor_figure"] == "miller", "stance"] = -1.0
    table.loc[table["actor"] == "b0", "stance"] = None

    row = stance_divergence(table, CONTRAST).loc["flour"]

    assert pytest.approx(
        row[
            [
                "balance_a",
                "balance_b",
                "difference",
                "p",
                "p_holm",
                "cliffs_delta",
                "speakers_a",
                "speakers_b",
                "arrangements",
                "excerpts",
            ]
        ].tolist()
    ) == [1.0, -1.0, 2.0, 1 / 126, 1 / 126, 1.0, 4, 5, 126, 9]
    assert stance_divergence(table, CONTRAST).attrs["left_out"]["without stance"] == 1


def test_a_stance_of_one_figure_only_has_no_difference() -> None:
    """Nobody to differ from is nan with a reason."""
    table = FIVE.assign(stance=np.where(FIVE["actor_figure"] == "baker", 1.0, np.nan))

    row = stance_divergence(table, CONTRAST).loc["flour"]

    assert row[["balance_b", "difference", "p", "cliffs_delta"]].isna().all()
    assert row["reason"].startswith("5 against 0 speakers took a stance")
    with pytest.raises(UsageError, match="none of the 70 statements has a stance"):
        stance_divergence(FIVE.assign(stance=None), CONTRAST)


# ---- the two readings, and what one can find --------------------------------------------------------


def test_the_excerpts_figure_is_set_against_the_speakers() -> None:
    """Both readings side by side, and how many excerpts speak against their speaker's figure."""
    tagged = FIVE.assign(figure=FIVE["actor_figure"])
    tagged.loc[tagged["actor"] == "b0", "figure"] = "miller"
    tagged.loc[tagged["actor"] == "m0", "figure"] = ""

    table = by_excerpt(tagged, CONTRAST)

    assert {theme: row.tolist() for theme, row in table[["against", "tagged", "untagged"]].astype(int).iterrows()} == {
        "flour": [3, 29, 1],
        "water": [2, 36, 4],
    }
    bakers = FIVE[FIVE["actor_figure"] == "baker"]
    assert table.loc["flour", "speaker_a"] == (bakers["theme"] == "flour").mean()
    assert table.loc["flour", "excerpt_a"] == (bakers[bakers["actor"] != "b0"]["theme"] == "flour").mean()


def test_who_does_not_fit_stands_out() -> None:
    """A baker who talks like a miller deviates; everyone else does not."""
    odd = pd.concat([FIVE, said(b9={"flour": 1, "water": 9})])

    table = speakers(odd, CONTRAST)

    flour = table[table["theme"] == "flour"].set_index("speaker")
    assert list(flour.index[flour["deviance"] > 0]) == ["b9"]
    without = divergence(odd[odd["actor"] != "b9"], CONTRAST)
    assert without.loc["flour", "difference"] == pytest.approx(flour.loc["b9", "difference_without"])


def test_power_is_small_with_a_dozen_people() -> None:
    """A shift of 15 points among six and six is found about as often as not, and a larger one more often."""
    small, large = power(6, 6, 0.15, runs=200), power(6, 6, 0.45, runs=200)

    assert 0.2 < small.found < 0.75 < large.found
    with pytest.raises(UsageError, match="4 against 4"):
        power(3, 6, 0.1)


@pytest.mark.parametrize("clustering", [8, 25, 1000])
def test_where_there_is_no_difference_five_in_a_hundred_are_found(clustering: float) -> None:
    """However alike or unlike the speakers of a figure are: the test keeps what its name says."""
    assert 0.03 < power(6, 6, 0, clustering=clustering, runs=2000).found < 0.07


def test_what_could_be_found_here_is_simulated_with_this_studys_own_counts_and_tests() -> None:
    """Without any difference about five in a hundred are found alone; more tests and fewer asked find less."""
    many = said(**{f"{side}{n}": dict.fromkeys("uvwxyz", 4) for side in "bm" for n in range(6)})
    few_asked = asked((f"{side}{n}", theme) for side in "bm" for n in range(6) for theme in "uvwxyz")

    none, some, large = power_here(many, CONTRAST, shifts=[0.0, 0.2, 0.6], runs=200).itertuples()
    put = power_here(many, CONTRAST, shifts=[0.2], runs=50, topics=few_asked)

    assert 0.01 < none.alone < 0.1
    assert none.corrected <= none.alone
    assert none.corrected < some.corrected < some.alone < large.alone
    assert large.corrected > 0.9
    assert put["themes"].tolist() == [6]
    with pytest.raises(UsageError, match="no theme can be tested"):
        power_here(said(b0={"x": 1}, m0={"x": 1}), CONTRAST)
    with pytest.raises(UsageError, match="leaves no room"):
        power_here(many, CONTRAST, shifts=[1.0])


# ---- beside the numbers -----------------------------------------------------------------------------


def test_a_pool_has_something_of_everybody() -> None:
    """Two excerpts a speaker, however talkative; what is quoted from outside the rule stays visible."""
    table = FIVE.assign(document="i1", excerpt=[f"e{n:02}" for n in range(len(FIVE))], start=range(len(FIVE)))
    last = table[(table["actor"] == "b4") & (table["theme"] == "flour")]["excerpt"].tolist()

    drawn = pool(table, CONTRAST, "flour")
    again = pool(table.sample(frac=1, random_state=1), CONTRAST, "flour", quoted=last)

    assert drawn.groupby("actor", sort=False).size().tolist() == [2] * 5 + [1] * 5
    assert set(drawn["excerpt"]) <= set(again["excerpt"])
    assert (set(last) - set(drawn["excerpt"]), 7) == (set(again.attrs["outside"]), again["quoted"].sum())
    assert sorted(set(FIVE["actor"]) - {"b4"}) == again.attrs["never_quoted"]
    assert again.attrs["rule"] == "2 of every speaker's own excerpts on flour, drawn with seed 0"


def test_an_excerpt_that_is_not_on_the_theme_cannot_be_quoted_for_it() -> None:
    """What was recoded since must not go on standing in a page."""
    table = FIVE.assign(document="i1", excerpt=[f"e{n:02}" for n in range(len(FIVE))], start=range(len(FIVE)))
    water = table.loc[table["theme"] == "water", "excerpt"].iloc[0]

    with pytest.raises(UsageError, match=f"excerpt '{water}' is no baker or miller speaker's own view on 'flour'"):
        pool(table, CONTRAST, "flour", quoted=[water])


def test_those_who_do_not_fit_come_furthest_first() -> None:
    """
    Each is held against the means of the others: b1, at .1, lies .8 from b0 and .1 from the millers' .2; m1, at .4, .4
    from m0 and .1 from the bakers' .5; b0, at .9, .8 from b1 and .7 from the millers. m0, at 0, fits: .4 and .5.
    """
    table = said(b0={"x": 9, "y": 1}, b1={"x": 1, "y": 9}, m0={"y": 9}, m1={"x": 4, "y": 6})
    table = pd.concat([table, said(m0={"z": 1})])

    found = deviants(speakers(table, CONTRAST)).query("theme == 'x'")

    assert found[["speaker", "share"]].to_numpy().tolist() == [["b1", 0.1], ["m1", 0.4], ["b0", 0.9]]
    means = found[["own", "other", "deviance"]].to_numpy().round(6).tolist()
    assert means == [[0.9, 0.2, 0.7], [0.0, 0.5, 0.3], [0.1, 0.2, 0.1]]


def test_whoever_was_never_asked_does_not_fail_to_fit() -> None:
    """Of the two bakers who say nothing of x one passed it over, the other was never asked."""
    table = said(b0={"x": 9, "y": 1}, b1={"y": 9}, b2={"y": 9}, m0={"y": 9}, m1={"y": 9})
    topics = pd.DataFrame(
        [("b0", "x", 1, 0, 0), ("b1", "x", 0, 0, 1), ("m0", "x", 0, 0, 1), ("m1", "x", 0, 0, 1)],
        columns=["speaker", "theme", "raised", "answered", "passed_over"],
    )

    found = deviants(speakers(table, CONTRAST, topics=topics)).query("theme == 'x'")

    assert found["speaker"].tolist() == ["b1"]


def test_whoever_takes_no_stance_does_not_fail_to_fit() -> None:
    """Of b1 there is no stance; m1 is for, like the bakers."""
    table = said(b0={"x": 1}, b1={"x": 1}, m0={"x": 1}, m1={"x": 1}, m2={"x": 1})
    table = table.assign(stance=[1.0, np.nan, -1.0, 1.0, -1.0])

    assert deviants(speakers(table, CONTRAST), "stance")["speaker"].tolist() == ["m1"]


def test_words_are_set_against_deeds() -> None:
    """Who says one thing and does another comes first; acts on no theme are counted."""
    words = pd.DataFrame(
        [("ada", "t", 1.0, False), ("ada", "t", 0.5, False), ("ada", "t", -1.0, True), ("bob", "t", 1.0, False)],
        columns=["actor", "theme", "stance", "reported"],
    )
    acts = pd.DataFrame(
        [
            ("a1", "ada", "t", -1.0),
            ("a2", "bob", "t", 1.0),
            ("a3", "cec", "t", 1.0),
            ("a4", "ada", "", None),
            ("a5", "bob", "u", None),
            ("a6", "ada", "t", None),
        ],
        columns=["act", "case", "theme", "stance"],
    )

    table = word_and_deed(words, acts)

    assert list(table.drop(columns=["certainty", "what"]).head(2).itertuples(index=False, name=None)) == [
        ("ada", "t", 2, 0.75, "a1; a6", -1.0, 1.75),
        ("bob", "t", 1, 1.0, "a2", 1.0, 0.0),
    ]
    assert list(zip(table["case"][2:], table["theme"][2:], strict=True)) == [("bob", "u"), ("cec", "t")]
    assert table.attrs["without_theme"] == 1


def test_deeds_are_told_by_date_in_their_own_words() -> None:
    words = pd.DataFrame([("ada", "t", 1.0)], columns=["actor", "theme", "stance"])
    acts = pd.DataFrame(
        [("a2", "2024-05-02", "ada", "t", -1.0, "Left"), ("a1", "2024-04-01", "ada", "t", 1.0, "Came")],
        columns=["act", "date", "case", "theme", "stance", "what"],
    )

    assert word_and_deed(words, acts)["what"].tolist() == ["2024-04-01: Came; 2024-05-02: Left"]


def test_who_is_missing_is_listed_with_the_reason() -> None:
    """A page about two figures names those it leaves out."""
    cases = pd.DataFrame(
        [("b0", "baker"), ("b8", "baker"), ("m8", "miller"), ("u", "undecided"), ("n", None), ("hall", "baker")],
        columns=["case", "figure"],
    ).assign(kind=["person"] * 5 + ["organisation"])
    heard = pd.concat([FIVE.assign(reported=False), FIVE.head(1).assign(actor="m8", reported=True)])

    table = missing(cases, heard, CONTRAST)

    assert list(table.itertuples(index=False, name=None)) == [
        ("b8", "baker", "no statement at all"),
        ("m8", "miller", "only reported by others"),
        ("n", "", "no figure judged"),
        ("u", "undecided", "another figure"),
    ]


def test_who_said_too_little_to_be_compared_did_say_something() -> None:
    """Counted before anybody is left out; where nobody says enough, `heard` keeps everybody and nobody is missing."""
    cases = pd.DataFrame([("b0", "baker"), ("b1", "baker"), ("m0", "miller")], columns=["case", "figure"])
    said_much = said(b0={"x": 5}, b1={"x": 2}).assign(times=1)
    several = said_much.assign(times=[1] * 5 + [3, 1])

    assert missing(cases, said_much, CONTRAST, least=5).to_numpy().tolist() == [
        ["b1", "baker", "fewer than 5 statements: 2"],
        ["m0", "miller", "no statement at all"],
    ]
    assert missing(cases, several, CONTRAST, least=5)["why"].tolist() == [
        "fewer than 5 statements: 4",
        "no statement at all",
    ]
    assert missing(cases, said_much, CONTRAST, least=9)["case"].tolist() == ["m0"]


# ---- invariants -----------------------------------------------------------------------------------

SPEAKERS = [f"{side}{n}" for side in "bm" for n in range(4)]
ROWS = st.lists(st.tuples(st.sampled_from(SPEAKERS), st.sampled_from("xyz")), max_size=60)


def everyone(rows: list[Any]) -> pd.DataFrame:
    """Statements in which every speaker has at least one."""
    return said(**{who: {"x": 1} for who in SPEAKERS}).pipe(
        lambda table: pd.concat([table, *(said(**{who: {theme: 1}}) for who, theme in rows)])
    )


@given(ROWS, st.randoms())
@settings(deadline=None, max_examples=30)
def test_the_order_of_rows_does_not_matter(rows: list[Any], random: Any) -> None:
    """Shuffled excerpts give the same table."""
    table = everyone(rows)

    shuffled = table.sample(frac=1, random_state=random.randrange(999))

    pd.testing.assert_frame_equal(divergence(table, CONTRAST), divergence(shuffled, CONTRAST))


@given(ROWS)
@settings(deadline=None, max_examples=30)
def test_exchanging_the_figures_turns_every_sign(rows: list[Any]) -> None:
    """Neither figure is the first; the p do not know which is which."""
    table = everyone(rows)
    there, back = divergence(table, CONTRAST), divergence(table, CONTRAST[::-1])

    np.testing.assert_allclose(there["difference"], -back["difference"], atol=1e-12)
    np.testing.assert_allclose(there["cliffs_delta"], -back["cliffs_delta"], atol=1e-12)
    for p in ("p", "p_max_t", "p_holm", "smallest_p_here"):
        np.testing.assert_allclose(there[p], back[p], atol=1e-12)


@given(ROWS)
@settings(deadline=None, max_examples=30)
def test_new_names_change_nothing_but_the_names(rows: list[Any]) -> None:
    """Other labels for people, themes and figures, the same numbers."""
    table = everyone(rows)
    renamed = table.assign(
        actor=table["actor"].map({who: f"q{99 - at}" for at, who in enumerate(SPEAKERS)}),
        actor_figure=table["actor_figure"].map({"baker": "1", "miller": "2"}),
        theme=table["theme"].str.upper(),
    )
    numbers = [*COLUMNS.values(), "smallest_p_here", "excerpts", "top_speaker_share", "speakers_with"]

    expected, got = divergence(table, CONTRAST)[numbers], divergence(renamed, ("1", "2"))[numbers]

    np.testing.assert_allclose(expected, got, atol=1e-12)


def asked(pairs: Any) -> pd.DataFrame:
    """Return a table of topics in which the questions on these themes were put to these speakers, and passed over."""
    columns = ["speaker", "theme", "raised", "answered", "passed_over"]
    return pd.DataFrame([(who, theme, 0, 0, 1) for who, theme in pairs], columns=columns)


@given(ROWS)
@settings(deadline=None, max_examples=30)
def test_where_everything_was_put_to_everybody_nothing_changes(rows: list[Any]) -> None:
    """The two ways to compare are one where all were asked."""
    table, topics = everyone(rows), asked((who, theme) for who in SPEAKERS for theme in "xyz")
    plain, put = divergence(table, CONTRAST), divergence(table, CONTRAST, topics=topics)

    pd.testing.assert_frame_equal(plain, put[plain.columns], check_exact=False, atol=1e-12)
    there, here = jensen_shannon(table, CONTRAST), jensen_shannon(table, CONTRAST, topics=topics)
    assert (there.p, there.themes) == (here.p, here.themes)
    assert there.bits == pytest.approx(here.bits)


@given(ROWS, st.sets(st.tuples(st.sampled_from(SPEAKERS), st.sampled_from("xyz")), min_size=1))
@settings(deadline=None, max_examples=30)
def test_shares_and_chances_are_among_those_whom_a_theme_reached(rows: list[Any], put: set[Any]) -> None:
    """Each number as a plain loop over speakers, and over all ways to hand out the figures, gives it."""
    table = everyone(rows)
    found = divergence(table, CONTRAST, topics=asked(put))
    counts = table.groupby(["actor", "theme"]).size().unstack(fill_value=0)
    shares = counts.div(counts.sum(axis=1), axis=0)
    bakers = [set(chosen) for chosen in combinations(SPEAKERS, 4)]
    t: dict[str, list[float]] = {}
    for theme in counts:
        here = [who for who in SPEAKERS if counts[theme][who] or (who, theme) in put]
        values = {who: shares[theme][who] for who in here}
        a, b = ([values[who] for who in here if who[0] == side] for side in "bm")
        expected = (np.mean(a) if a else np.nan) - (np.mean(b) if b else np.nan)
        np.testing.assert_allclose(found.loc[theme, "difference"], expected, atol=1e-12)
        assert found.loc[theme, ["reached_a", "reached_b"]].tolist() == [len(a), len(b)]
        if a and b:
            wins = np.mean([np.sign(round(one - two, 12)) for one in a for two in b])
            assert found.loc[theme, "cliffs_delta"] == pytest.approx(wins)
        if min(len(a), len(b)) < 4:
            assert np.isnan(found.loc[theme, "p"])
            continue
        t[theme] = [_studentised(values, chosen & set(here), here) for chosen in bakers]
    seen = bakers.index(set(SPEAKERS[:4]))
    largest = np.max(list(t.values()), axis=0) if t else np.array([])
    for theme, values in t.items():
        assert found.loc[theme, "p"] == pytest.approx(np.mean(np.array(values) >= values[seen] - 1e-9))
        assert found.loc[theme, "p_max_t"] == pytest.approx(np.mean(largest >= values[seen] - 1e-9))


def _studentised(values: dict[str, float], side: set[str], here: list[str]) -> float:
    """Difference of means over its spread in a random partition of these sizes (Cochran 1977, eq. 2.21), 0 if flat."""
    others = [who for who in here if who not in side]
    if not side or not others:
        return 0.0
    apart = abs(np.mean([values[who] for who in side]) - np.mean([values[who] for who in others]))
    spread = np.sqrt(np.var(list(values.values()), ddof=1) * (1 / len(side) + 1 / len(others)))
    return float(apart / spread) if spread > 1e-9 else 0.0


def test_without_any_question_put_everybody_is_compared_and_told_so() -> None:
    """A study that does not tag its questions cannot tell silence from never asked; it is said, and not guessed."""
    topics = pd.DataFrame(
        [("b0", "flour", 1, 0, 0), ("m0", "flour", 0, 0, 0)],
        columns=["speaker", "theme", "raised", "answered", "passed_over"],
    )

    found = divergence(FIVE, CONTRAST, topics=topics)

    assert found.attrs["among"] == "everybody"
    assert found.attrs["notes"][-1].startswith("No question is tagged with a theme")
    pd.testing.assert_frame_equal(found[list(COLUMNS.values())], divergence(FIVE, CONTRAST)[list(COLUMNS.values())])


def test_a_theme_that_reached_one_figure_only_is_no_difference() -> None:
    """Nobody asked the millers about x: there is nothing to hold the bakers' share against."""
    table = said(b0={"x": 5, "y": 5}, b1={"y": 5}, m0={"y": 5}, m1={"y": 5})

    found = divergence(table, CONTRAST, topics=asked([("b1", "x"), ("m0", "y")]))
    far = jensen_shannon(table, CONTRAST, topics=asked([("b1", "x"), ("m0", "y")]))

    assert found.loc["x", ["share_a", "reached_a", "reached_b"]].tolist() == [0.25, 2, 0]
    assert found.loc["x", ["share_b", "difference", "p", "cliffs_delta"]].isna().all()
    assert (far.themes, far.bits, far.about["left_out"]["themes that reached one figure only"]) == (1, 0, 1)
    with pytest.raises(UsageError, match="no theme reached speakers of both figures"):
        jensen_shannon(said(b0={"x": 1}, m0={"y": 1}), CONTRAST, topics=asked([("b0", "x")]))


@given(ROWS)
@settings(deadline=None, max_examples=30)
def test_corrected_p_are_never_smaller(rows: list[Any]) -> None:
    """Looking at several themes makes no theme surer."""
    table = divergence(everyone(rows), CONTRAST)

    assert (table["p_max_t"] >= table["p"] - 1e-12).all()
    assert (table["p_holm"] >= table["p"] - 1e-12).all()
    assert (table["p"] >= table["smallest_p_here"] - 1e-12).all()
    assert (table["smallest_p_here"] >= table["smallest_p"] - 1e-12).all()
