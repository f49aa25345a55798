"""The matrices of discourse networks: equal to the reference program, and honest about what they leave out."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualcode.errors import UsageError
from qualcode.network import affiliation_matrix, discourse_matrix

ORACLE = Path(__file__).parent / "oracles" / "discourse-networks"
EXPECTED = json.loads(gzip.decompress((ORACLE / "expected.json.gz").read_bytes()))
STATEMENTS = pd.read_csv(ORACLE / "statements.csv")


def table(*rows: tuple[str, str, float | None], **columns: list[Any]) -> pd.DataFrame:
    """Statements of organisations, their theme and their stance, with further columns by name."""
    made = pd.DataFrame(rows, columns=["organisation", "theme", "stance"])
    return made.assign(**columns)


def by_pair(matrix: pd.DataFrame, *pairs: tuple[str, str]) -> list[float]:
    """Give the values of some pairs."""
    return [float(matrix.loc[pair]) for pair in pairs]


# ---- the reference program ------------------------------------------------------------------------


@pytest.mark.parametrize("case", EXPECTED["matrices"], ids=lambda case: case["id"])
def test_a_matrix_equals_the_reference_program(case: dict[str, Any]) -> None:
    """Every one of the 94 matrices, its labels and its number of statements."""
    if case["network"] == "one-mode":
        made = discourse_matrix
        other = case["via"]
    else:
        made = affiliation_matrix
        other = case["column_variable"]
    matrix = made(
        STATEMENTS,
        case["row_variable"],
        other,
        kind=case["aggregation"],
        normalise=case["normalisation"],
        duplicates=case["duplicates"],
    )

    assert case["rows"] == list(matrix.index)
    assert case["columns"] == list(matrix.columns)
    assert case["statements_used"] == matrix.attrs["statements"]
    np.testing.assert_allclose(matrix.to_numpy(), case["values"], rtol=0, atol=1e-9)


def test_a_vector_cosine_is_a_cosine() -> None:
    """The reference program's cosine is none; ours has another name and divides by the lengths."""
    expected = EXPECTED["self_computed"]["vector_cosine"]
    matrix = discourse_matrix(STATEMENTS, concept="concept", normalise="vector-cosine")

    assert expected["rows"] == list(matrix.index)
    np.testing.assert_allclose(matrix.to_numpy(), np.array(expected["values"]) * (1 - np.eye(9)), rtol=0, atol=1e-9)


# ---- stances --------------------------------------------------------------------------------------


def test_the_same_word_with_opposite_propositions_ties_nobody() -> None:
    """A theme is its proposition: two that share a word are two themes."""
    said = table(("union", "scope/everyone", 1), ("hall", "scope/the-few", 1))

    assert by_pair(discourse_matrix(said), ("hall", "union")) == [0.0]


def test_stances_between_for_and_against_count_in_part() -> None:
    """Half of the range apart is half alike and half in conflict."""
    said = table(("hall", "scope", 1), ("union", "scope", 0))

    got = {
        kind: by_pair(discourse_matrix(said, kind=kind), ("hall", "union"))
        for kind in ("congruence", "conflict", "subtract", "ignore")
    }

    assert got == {"congruence": [0.5], "conflict": [0.5], "subtract": [0.0], "ignore": [1.0]}


def test_the_range_of_stances_is_stated_and_not_found() -> None:
    """Two neighbouring points of a scale of five are close, although they are the extremes of what was said."""
    said = table(("hall", "scope", 4), ("union", "scope", 5))

    assert by_pair(discourse_matrix(said, stance_range=(1, 5)), ("hall", "union")) == [0.75]


def test_a_stance_outside_its_range_is_refused() -> None:
    """A typing mistake must not make a tie."""
    with pytest.raises(UsageError, match="row 0: stance 4 lies outside -1 to 1"):
        discourse_matrix(table(("hall", "scope", 4)))


def test_statements_without_stance_are_left_out_and_counted() -> None:
    """Who says something, but nothing with a stance, stays as an isolate."""
    said = table(("hall", "scope", 1), ("union", "scope", 1), ("club", "scope", None))

    matrix = discourse_matrix(said)

    assert list(matrix.index) == ["club", "hall", "union"]
    assert by_pair(matrix, ("club", "hall"), ("hall", "union")) == [0.0, 1.0]
    assert matrix.attrs["statements"] == 2
    assert matrix.attrs["left_out"]["without stance"] == 1


def test_a_table_without_any_stance_is_refused_where_one_is_needed() -> None:
    """A matrix of zeros would look like a finding."""
    said = table(("hall", "scope", None), ("union", "scope", None))

    with pytest.raises(UsageError, match=r"2 without stance.*kind='ignore' needs no stance"):
        discourse_matrix(said)
    with pytest.raises(UsageError, match="need a column 'stance'"):
        discourse_matrix(said.drop(columns="stance"))


def test_only_the_columns_used_are_required() -> None:
    """Anyone's table will do: without stance, date, document or reported."""
    said = pd.DataFrame({"who": ["a", "b", "b"], "what": ["x", "x", "y"]})

    matrix = discourse_matrix(said, "who", "what", kind="ignore", normalise="jaccard")

    assert by_pair(matrix, ("a", "b")) == [0.5]
    assert affiliation_matrix(said, "who", "what").to_numpy().tolist() == [[1.0, 0.0], [1.0, 1.0]]


def test_a_stance_in_between_counts_as_both() -> None:
    """The reference program knows no middle; we do not let a mixed statement vanish as 'none'."""
    said = table(("hall", "scope", 0), ("union", "scope", -1), ("club", "scope", 1), ("club", "money", 1))

    matrix = affiliation_matrix(said, kind="combine")

    assert matrix.to_dict("index") == {
        "club": {"money": 1.0, "scope": 1.0},
        "hall": {"money": 0.0, "scope": 3.0},
        "union": {"money": 0.0, "scope": 2.0},
    }


def test_codes_are_not_normalised() -> None:
    """'both' divided by a number of statements means nothing."""
    with pytest.raises(UsageError, match="holds codes"):
        affiliation_matrix(table(("hall", "scope", 1)), kind="combine", normalise="activity")


# ---- what counts ----------------------------------------------------------------------------------


def test_reported_views_are_left_out_unless_asked_for() -> None:
    """Whoever voices another's fear does not hold it."""
    said = table(("hall", "scope", 1), ("union", "scope", 1), reported=[False, True])

    own, all_views = discourse_matrix(said), discourse_matrix(said, reported=True)

    assert (list(own.index), own.attrs["left_out"]["reported"]) == (["hall"], 1)
    assert (by_pair(all_views, ("hall", "union")), all_views.attrs["left_out"]["reported"]) == ([1.0], 0)


def test_a_window_has_its_first_and_its_last_day() -> None:
    """Text, dates and timestamps with an hour mean the same days."""
    said = table(
        ("a", "t", 1),
        ("b", "t", 1),
        ("c", "t", 1),
        ("d", "t", 1),
        ("e", "t", 1),
        date=["2018-05-31", "2018-06-01", "2018-06-30", "2018-07-01", ""],
    )
    hours = said.assign(date=pd.to_datetime(said["date"].where(said["date"] != "")) + pd.Timedelta(hours=18))

    for dated in (said, hours):
        for start, end in (("2018-06-01", "2018-06-30"), (date(2018, 6, 1), date(2018, 6, 30))):
            matrix = discourse_matrix(dated, start=start, end=end)

            assert list(matrix.index) == ["b", "c"]
            assert (
                matrix.attrs["left_out"]["without date"],
                matrix.attrs["left_out"]["outside the window"],
            ) == (1, 2)


def test_an_empty_window_is_an_error_that_counts() -> None:
    """An empty drawing would look like silence."""
    said = table(("hall", "scope", 1), date=["2018-05-31"])

    with pytest.raises(UsageError, match=r"no statement is left of 1 \(1 outside the window\)"):
        discourse_matrix(said, start="2019-01-01")
    with pytest.raises(UsageError, match=r"ends .2018-01-01. before it starts"):
        discourse_matrix(said, start="2019-01-01", end="2018-01-01")


def test_an_empty_table_is_an_error() -> None:
    """Nothing in, nothing out, and said."""
    with pytest.raises(UsageError, match="the table is empty"):
        discourse_matrix(table())


def test_a_statement_of_nobody_is_counted() -> None:
    """People who speak for no organisation do not drop from a network of organisations in silence."""
    said = table(("hall", "scope", 1), ("", "scope", 1), (None, "scope", 1), ("union", None, 1))  # type: ignore[arg-type]

    left_out = discourse_matrix(said).attrs["left_out"]

    assert left_out == {
        "reported": 0,
        "without date": 0,
        "outside the window": 0,
        "without organisation": 2,
        "without theme": 1,
        "without stance": 0,
        "duplicate": 0,
    }


def test_duplicates_are_equal_statements_of_a_document_or_of_the_study() -> None:
    """Said twice in one interview is said once; said again in the next, once or twice as asked."""
    said = table(
        ("hall", "scope", 1),
        ("hall", "scope", 1),
        ("hall", "scope", -1),
        ("hall", "scope", 1),
        document=["i1", "i1", "i1", "i2"],
    )

    counted = {
        rule: discourse_matrix(said, duplicates=rule).attrs["statements"] for rule in ("include", "document", "study")
    }

    assert counted == {"include": 4, "document": 3, "study": 2}
    assert affiliation_matrix(said, duplicates="document").loc["hall", "scope"] == 2.0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"kind": "congruent"}, "unknown kind 'congruent'; did you mean 'congruence'"),
        ({"normalise": "mean"}, "unknown normalisation 'mean'"),
        ({"duplicates": "week"}, "unknown duplicate rule 'week'; one of: include, document, study"),
        ({"actor": "organization"}, "need a column 'organization'; did you mean 'organisation'"),
        ({"concept": "organisation"}, "cannot be tied through itself"),
        ({"stance_range": (1, 1)}, "must be .lowest, highest."),
        ({"start": "June"}, "YYYY-MM-DD"),
    ],
)
def test_a_wrong_word_is_named(words: dict[str, Any], message: str) -> None:
    """The message says what was asked, what there is and what was probably meant."""
    said = table(("hall", "scope", 1), date=["2018-05-31"])

    with pytest.raises(UsageError, match=message):
        discourse_matrix(said, **words)


# ---- invariants -----------------------------------------------------------------------------------

STANCES = st.sampled_from([-1.0, -0.5, 0.0, 0.25, 1.0])
ROWS = st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("xyz"), STANCES), min_size=1, max_size=40)
KINDS = st.sampled_from(["congruence", "conflict", "subtract", "ignore"])
NORMALISE = st.sampled_from(["none", "average", "jaccard", "cosine", "vector-cosine"])


@pytest.mark.long
@given(ROWS, KINDS, NORMALISE, st.randoms())
@settings(deadline=None)
def test_the_order_of_rows_does_not_matter(rows: list[Any], kind: str, normalise: str, random: Any) -> None:
    """Shuffled statements give the same matrix."""
    shuffled = random.sample(rows, len(rows))

    expected = discourse_matrix(table(*rows), kind=kind, normalise=normalise)
    got = discourse_matrix(table(*shuffled), kind=kind, normalise=normalise)

    pd.testing.assert_frame_equal(expected, got, rtol=0, atol=1e-12)


@given(ROWS, KINDS, NORMALISE)
@settings(deadline=None)
def test_new_labels_change_nothing_but_the_labels(rows: list[Any], kind: str, normalise: str) -> None:
    """Renaming actors and themes, in reverse alphabetical order, permutes the matrix."""
    renamed = [(chr(ord("z") - ord(a) + ord("a")), t.upper(), s) for a, t, s in rows]

    expected = discourse_matrix(table(*rows), kind=kind, normalise=normalise)
    got = discourse_matrix(table(*renamed), kind=kind, normalise=normalise)

    np.testing.assert_allclose(got.to_numpy()[::-1, ::-1], expected.to_numpy(), rtol=0, atol=1e-12)


@pytest.mark.long
@given(ROWS)
@settings(deadline=None)
def test_congruence_and_conflict_make_up_all(rows: list[Any]) -> None:
    """What is not alike is unlike: the two add up to 'ignore' and differ by 'subtract'."""
    made = {k: discourse_matrix(table(*rows), kind=k) for k in ("congruence", "conflict", "subtract", "ignore")}

    pd.testing.assert_frame_equal(made["ignore"], made["congruence"] + made["conflict"])
    pd.testing.assert_frame_equal(made["subtract"], made["congruence"] - made["conflict"], atol=1e-12)


@given(ROWS, KINDS, NORMALISE)
@settings(deadline=None)
def test_a_matrix_is_the_formula_written_out(rows: list[Any], kind: str, normalise: str) -> None:
    """Plain loops over pairs of statements, straight from the docstring, give the same."""

    def alike(s: float, t: float) -> float:
        apart = abs(s - t) / 2
        return {"congruence": 1 - apart, "conflict": apart, "subtract": 1 - 2 * apart, "ignore": 1}[kind]

    def product(i: str, k: str, score: Any) -> float:
        return sum(score(s, t) for a, x, s in rows for b, y, t in rows if (a, b) == (i, k) and x == y)

    def cells(i: str) -> dict[tuple[str, float], int]:
        mine = [(x, s) for a, x, s in rows if a == i]
        return {cell: mine.count(cell) for cell in mine}

    def own(i: str) -> float:
        return product(i, i, lambda s, t: 1 if kind == "ignore" else 1 - abs(s - t) / 2)

    def divisor(i: str, k: str) -> float:
        mine, theirs = cells(i), cells(k)
        n, m = sum(mine.values()), sum(theirs.values())
        one_sided = sum(c for cell, c in mine.items() if cell not in theirs)
        one_sided += sum(c for cell, c in theirs.items() if cell not in mine)
        both = sum(mine[cell] * theirs[cell] for cell in mine.keys() & theirs.keys())
        return {
            "none": 1,
            "average": (n + m) / 2,
            "cosine": n * m,
            "jaccard": one_sided + both,
            "vector-cosine": (own(i) * own(k)) ** 0.5,
        }[normalise]

    matrix = discourse_matrix(table(*rows), kind=kind, normalise=normalise)

    labels = sorted({a for a, _, _ in rows})
    expected = [[0.0 if i == k else product(i, k, alike) / divisor(i, k) for k in labels] for i in labels]
    assert labels == list(matrix.index)
    np.testing.assert_allclose(matrix.to_numpy(), expected, rtol=0, atol=1e-9)


@pytest.mark.long
@given(ROWS, KINDS, st.sampled_from(["include", "document", "study"]))
@settings(deadline=None)
def test_every_statement_is_counted_or_left_out(rows: list[Any], kind: str, duplicates: str) -> None:
    """Nothing is lost: counted and left out add up to the table."""
    said = table(*rows, ("f", "x", None), ("", "x", 1.0)).assign(document="i1", reported=False)
    said.loc[len(said)] = ["a", "x", 1.0, "i1", True]

    attrs = discourse_matrix(said, kind=kind, duplicates=duplicates).attrs

    assert len(said) == attrs["statements"] + sum(attrs["left_out"].values())


@pytest.mark.long
@given(ROWS)
@settings(deadline=None)
def test_shares_of_activity_and_prominence_add_up(rows: list[Any]) -> None:
    """Every actor's activity and every theme's prominence is one in all."""
    activity = affiliation_matrix(table(*rows), normalise="activity")
    prominence = affiliation_matrix(table(*rows), normalise="prominence")

    np.testing.assert_allclose(activity.sum(axis=1), 1)
    np.testing.assert_allclose(prominence.sum(axis=0), 1)


def test_graded_stances_that_cancel_leave_no_ghost_of_a_tie() -> None:
    """Three themes on which they agree by a third each, and one on which they are opposed: 3/3 - 1 is 0, no tie."""
    rows = [(who, theme, s) for theme in "xyz" for who, s in (("a", 1.0), ("b", 1 / 3))]
    table = pd.DataFrame([*rows, ("a", "w", 1.0), ("b", "w", -1.0)], columns=["actor", "theme", "stance"])

    found = discourse_matrix(table, "actor", kind="subtract", normalise="average")
    assert found.to_numpy().tolist() == [[0, 0], [0, 0]]
