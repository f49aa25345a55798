"""A network as a sorted matrix: who is in which camp, who bridges, which tie rests on one passage."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualcode import plots
from qualcode.errors import UsageError

CONTRAST = ("issuer", "holder")
CAMPS = [["ann", "ben"], ["cleo", "dora"]]


def four() -> nx.Graph[str]:
    """Ann and Ben agree, Cleo and Dora do; Ben agrees with Cleo on one excerpt, and Ann is against Dora."""
    graph: nx.Graph[str] = nx.Graph()
    graph.add_edge("ann", "ben", weight=2.0, support=3)
    graph.add_edge("cleo", "dora", weight=1.0, support=2)
    graph.add_edge("ben", "cleo", weight=1.0, support=1)
    graph.add_edge("ann", "dora", weight=-1.5, support=2)
    nx.set_node_attributes(graph, {"ann": "issuer", "ben": "issuer", "cleo": "holder"}, "actor_figure")
    return graph


def cells(plot: plots.Plot) -> dict[str, list[list[int]]]:
    """Return the places of the cells by the colours of face and edge; signs and the diagonal are no cells."""
    axes = plot.figure.axes[0]
    found: dict[str, list[list[int]]] = {}
    for drawn in axes.collections:
        places = [[int(x), int(y)] for x, y in drawn.get_offsets() if x >= 0 and x != y]
        if places:
            face, edge = (round(float(tone[0][0]), 1) for tone in (drawn.get_facecolor(), drawn.get_edgecolor()))
            found.setdefault(f"{face} {edge}", []).extend(places)
    return {tone: sorted(places) for tone, places in found.items()}


def test_camps_are_blocks_and_what_crosses_stands_outside_them():
    plot = plots.tie_matrix(four(), {"ann": "Ann"}, CONTRAST, camps=CAMPS)

    assert plot.words == (
        "A matrix of 4 actors and 4 ties, 1 of them of conflict. Camp 1: Ann, ben. Camp 2: dora, cleo. "
        "Across: cleo 50%, ben 33%."
    )
    # rows: ann, ben | dora, cleo: dora keeps all her agreement inside, cleo has half of hers across
    assert cells(plot) == {
        "0.1 0.1": [[0, 1], [1, 0], [2, 3], [3, 2]],
        "0.7 0.7": [[1, 3], [3, 1]],
        "1.0 0.1": [[0, 2], [2, 0]],
    }
    told = {text.get_text() for text in plot.figure.legends[0].get_texts()}
    assert told == {"issuer", "holder", "other or not judged", "agreement", "rests on one excerpt", "conflict"}


def test_in_a_directed_network_the_row_names_the_column_and_words_have_signs():
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_edge("ann", "union", tie="member", standing="one side")
    graph.add_edge("ben", "union", tie="member", standing="one side")
    graph.add_edge("ben", "ann", tie="trusts", standing="both sides")
    graph.add_edge("ben", "ann", tie="knows", standing="both sides")

    plot = plots.tie_matrix(graph, {}, CONTRAST, line="standing", words=["both sides", "one side"])

    axes = plot.figure.axes[0]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["ben", "ann"]
    assert [t.get_text() for t in axes.get_xticklabels()] == ["union", "ann"]
    assert plot.words == "A matrix of 3 actors and 3 ties."
    drawn = {str(c.get_facecolor()[0][0].round(1)): c.get_offsets().tolist() for c in axes.collections[:2]}
    assert drawn == {"0.1": [[1.0, 0.0]], "1.0": [[0.0, 0.0], [0.0, 1.0]]}


def test_of_more_actors_than_can_be_read_those_with_fewer_ties_are_counted():
    graph = four()
    graph.add_edge("ann", "zoe", weight=0.1)

    plot = plots.tie_matrix(graph, {}, CONTRAST, most=4)

    assert [t.get_text().split()[0] for t in plot.figure.axes[0].get_yticklabels()] == ["ben", "cleo", "ann", "dora"]
    assert plot.left_out == "not drawn: 1 actor with fewer ties"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"camps": [["ann", "zoe"]]}, "a camp names 'zoe', who is not in the network"),
        ({"camps": [["ann"], ["ann"]]}, "'ann' is in two camps"),
        ({"line": "support", "words": []}, "'through' has 5 words"),
    ],
)
def test_what_cannot_be_drawn_is_an_error(words: dict[str, Any], says: str):
    graph = four()
    if "line" in words:
        graph.add_edge("ann", "cleo", through="five")
        for at, (*_, data) in enumerate(sorted(graph.edges(data=True), key=str)):
            data["through"] = f"word {at}"
        words = {"line": "through"}

    with pytest.raises(UsageError, match=says):
        plots.tie_matrix(graph, {}, CONTRAST, **words)


NODES = st.sampled_from("abcdef")


@given(
    st.lists(st.tuples(NODES, NODES, st.floats(-2, 2)), max_size=12),
    st.sets(NODES),
)
@settings(max_examples=10, deadline=None)
def test_any_network_can_be_drawn_and_its_order_hangs_on_no_order_of_edges(ties: list[Any], first: set[str]):
    """None, one, two alike; camps of nobody; the same bytes whichever way round the ties came."""
    drawn = []
    for order in (ties, ties[::-1]):
        graph: nx.Graph[str] = nx.Graph()
        graph.add_nodes_from(first)
        for a, b, _ in order:
            if a != b and not graph.has_edge(a, b):
                graph.add_edge(a, b, weight=next(w for x, y, w in ties if {x, y} == {a, b}))
        drawn.append(plots.tie_matrix(graph, {}, CONTRAST, camps=[first, set(graph) - first]).to_bytes())

    assert drawn[0] == drawn[1]
