"""Other interviews, other ties: what stays when documents are drawn anew."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pandas as pd
import pytest

from qualcode.errors import UsageError
from qualcode.network import discourse_matrix, stability

STATEMENTS = pd.read_csv(Path(__file__).parent / "oracles" / "discourse-networks" / "statements.csv")
SAID = pd.DataFrame(
    [(f"i{n}", who, "scope", 1) for n in range(6) for who in ("ada", "bob")] + [("i0", "cec", "scope", 1)],
    columns=["document", "actor", "theme", "stance"],
)


def test_a_tie_of_one_interview_is_often_not_there() -> None:
    """Ada and Bob agree in every interview; Cec was heard once, and is drawn in two thirds of the draws."""
    ties, _ = stability(SAID, "actor", resamples=2000)

    kept = ties.set_index(["a", "b"])["kept"]
    assert kept["ada", "bob"] == 1.0
    assert kept["ada", "cec"] == pytest.approx(1 - (5 / 6) ** 6, abs=0.04)
    assert ties["documents"].tolist() == [6, 1, 1]
    assert ties.set_index(["a", "b"]).loc[("ada", "cec"), ["low", "high"]].tolist()[0] == 0


def test_the_table_itself_stands_first() -> None:
    """Values are those of the matrix, ranks those of its ties."""
    matrix = discourse_matrix(STATEMENTS, concept="concept", normalise="average")
    ties, actors = stability(STATEMENTS, concept="concept", normalise="average", resamples=20)

    assert {(a, b): matrix.loc[a, b] for a in matrix for b in matrix if a < b and matrix.loc[a, b]} == {
        (row.a, row.b): row.value for row in ties.itertuples()
    }
    assert sorted((matrix > 0).sum(), reverse=True) == actors["value"].tolist()
    assert (actors["low"] <= actors["high"]).all()
    reasons = ["reported", "without date", "outside the window", "without organisation", "without concept"]
    left_out = dict.fromkeys([*reasons, "without stance"], 0)
    assert ties.attrs == {
        "resamples": 20,
        "documents": STATEMENTS["document"].nunique(),
        "left_out": {**left_out, "duplicate": 0},
    }


def test_the_same_seed_gives_the_same_tables() -> None:
    """And the order of rows does not matter."""
    first = stability(SAID, "actor", resamples=50, seed=3)
    again = stability(SAID.sample(frac=1, random_state=1), "actor", resamples=50, seed=3)

    for one, other in zip(first, again, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_actors_are_ranked_by_what_one_asks() -> None:
    """Any function from a graph to numbers, such as betweenness."""
    _, actors = stability(SAID, "actor", measure=nx.betweenness_centrality, resamples=20)

    assert actors["rank"].tolist() == [2.0, 2.0, 2.0]


def test_what_cannot_be_drawn_anew_is_refused() -> None:
    """One document, or a rule that looks across documents."""
    with pytest.raises(UsageError, match="needs two"):
        stability(SAID[SAID["document"] == "i0"], "actor")
    with pytest.raises(UsageError, match="unknown duplicate rule for resampled documents 'study'"):
        stability(SAID, "actor", duplicates="study")


def test_a_tie_that_turns_its_sign_is_not_the_same_tie() -> None:
    """
    Ada and Bob agree in one document and differ in two: drawn anew, the tie is negative or positive. By hand, of the 27
    draws of three documents: more differing than agreeing ones in 8 + 12 = 20.
    """
    rows = []
    for document, other in (("d1", 1), ("d2", -1), ("d3", -1)):
        theme = f"t-{document}"
        rows += [(document, "ada", theme, 1), (document, "bob", theme, other)]
    table = pd.DataFrame(rows, columns=["document", "actor", "concept", "stance"])

    ties, _ = stability(table, "actor", concept="concept", kind="subtract", resamples=4000)

    assert ties["value"].tolist() == [-1.0]
    assert ties["kept"].tolist() == [pytest.approx(20 / 27, abs=0.03)]
