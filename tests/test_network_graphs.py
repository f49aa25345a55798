"""Discourse networks as graphs: the matrix's ties, with what they rest on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualcode.errors import UsageError
from qualcode.network import discourse_matrix, discourse_network

STATEMENTS = pd.read_csv(Path(__file__).parent / "oracles" / "discourse-networks" / "statements.csv")
SAID = pd.DataFrame(
    [
        ("ada", "scope", 1, "hall", "authority"),
        ("ada", "scope", 1, "hall", "authority"),
        ("bob", "scope", 1, "club", "member"),
        ("bob", "money", 1, "club", "member"),
        ("bob", "money", 1, "", "member"),
        ("cec", "money", -1, "", "member"),
        ("cec", "money", 1, "party", "member"),
        ("dot", "scope", -1, "party", "member"),
        ("eve", "scope", None, "party", "member"),
    ],
    columns=["actor", "theme", "stance", "organisation", "position"],
)


def carried(rows: list[tuple[str, str, float]], a: str, b: str, kind: str) -> tuple[str, int, int]:
    """Return through which themes two are tied, and on how many statements of either at least: pair by pair."""

    def meets(one: tuple[str, str, float], other: tuple[str, str, float]) -> bool:
        apart = abs(one[2] - other[2]) / 2
        likeness = {"congruence": 1 - apart, "conflict": apart, "subtract": 1 - 2 * apart, "ignore": 1}[kind]
        return one[1] == other[1] and likeness != 0

    mine, theirs = ([row for row in rows if row[0] == who] for who in (a, b))
    through = sorted({one[1] for one in mine for other in theirs if meets(one, other)})
    sides = [sum(any(meets(x, y) for y in others) for x in own) for own, others in ((mine, theirs), (theirs, mine))]
    return "; ".join(through), len(through), min(sides)


def test_an_edge_says_through_what_and_on_how_little() -> None:
    """Weight, themes and the number of statements on the weaker side; contradicting oneself counts both ways."""
    graph = discourse_network(SAID, "actor")

    assert {(a, b): data for a, b, data in graph.edges(data=True)} == {
        ("ada", "bob"): {"weight": 2.0, "through": "scope", "concepts": 1, "support": 1},
        ("bob", "cec"): {"weight": 2.0, "through": "money", "concepts": 1, "support": 1},
    }


def test_an_actor_without_ties_is_a_node() -> None:
    """Isolates stay, and so does who said nothing with a stance."""
    graph = discourse_network(SAID, "actor")

    assert list(graph) == ["ada", "bob", "cec", "dot", "eve"]
    assert (graph.graph["left_out"], graph.graph["statements"]) == ("1 without stance", 8)


def test_nodes_take_along_what_the_table_says_of_them() -> None:
    """Somebody who speaks for two organisations shows both."""
    said = pd.concat([SAID, SAID.tail(1).assign(actor="ada", stance=0, theme="x")])

    graph = discourse_network(said, "actor")

    assert graph.nodes["ada"] == {"statements": 3, "organisation": "hall; party", "position": "authority; member"}
    assert graph.nodes["cec"] == {"statements": 2, "organisation": "party", "position": "member"}


def test_what_the_threshold_hides_is_counted() -> None:
    """A drawing of the strong ties says how many weak ones it leaves out."""
    everything = discourse_network(STATEMENTS, concept="concept")
    strong = discourse_network(STATEMENTS, concept="concept", threshold=10)

    assert everything.number_of_edges() == strong.number_of_edges() + strong.graph["hidden"]
    assert (0, list(everything)) == (everything.graph["hidden"], list(strong))
    assert all(data["weight"] > 10 for _, _, data in strong.edges(data=True))


def test_conflict_ties_by_opposite_stances() -> None:
    """The same table, the other question."""
    graph = discourse_network(SAID, "actor", kind="conflict")

    assert list(graph.edges) == [("ada", "dot"), ("bob", "cec"), ("bob", "dot")]


def test_a_negative_threshold_is_refused() -> None:
    """It would draw every pair."""
    with pytest.raises(UsageError, match="0 or more"):
        discourse_network(SAID, "actor", threshold=-1)


ROWS = st.lists(
    st.tuples(st.sampled_from("abcde"), st.sampled_from("xyz"), st.sampled_from([-1.0, 0.0, 0.5, 1.0])),
    min_size=1,
    max_size=30,
)


@given(ROWS, st.sampled_from(["congruence", "conflict", "subtract", "ignore"]), st.randoms())
@settings(deadline=None)
def test_a_graph_holds_the_matrix(rows: list[Any], kind: str, random: Any) -> None:
    """Weights are the matrix's values; the order of rows changes neither the graph nor its order."""
    said = pd.DataFrame(rows, columns=["organisation", "theme", "stance"])

    matrix = discourse_matrix(said, kind=kind)
    graph = discourse_network(said, kind=kind)
    again = discourse_network(said.sample(frac=1, random_state=random.randrange(99)), kind=kind)

    assert {(a, b): matrix.loc[a, b] for a in matrix for b in matrix if a < b and matrix.loc[a, b]} == {
        (a, b): data["weight"] for a, b, data in graph.edges(data=True)
    }
    for a, b, data in graph.edges(data=True):
        assert (data["through"], data["concepts"], data["support"]) == carried(rows, a, b, kind)
    assert list(graph.edges(data=True)) == list(again.edges(data=True))
    assert list(graph.nodes(data=True)) == list(again.nodes(data=True))
