"""Out to other programs and back: nothing lost, nothing added, the same text each time."""

from __future__ import annotations

from typing import Any

import networkx as nx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualcode.errors import UsageError
from qualcode.network import (
    discourse_network,
    from_csv,
    from_gexf,
    from_graphml,
    tie_network,
    to_csv,
    to_gexf,
    to_graphml,
)

WAYS = {
    "graphml": lambda graph: from_graphml(to_graphml(graph)),
    "gexf": lambda graph: from_gexf(to_gexf(graph)),
    "csv": lambda graph: from_csv(*to_csv(graph)),
}
TIES = pd.DataFrame(
    {
        "case": ["ada", "ada", "bob"],
        "tie": ["member", "signed", "member"],
        "to": ["club", "club", "ada"],
        "since": ["2015", "", "2016-02"],
    }
)


def content(graph: Any) -> tuple[Any, ...]:
    """Give all that a graph holds, in order."""
    keys = {"keys": True} if graph.is_multigraph() else {}
    return graph.is_directed(), list(graph.nodes(data=True)), list(graph.edges(data=True, **keys))


@pytest.mark.parametrize("way", WAYS)
def test_a_network_of_ties_comes_back(way: str) -> None:
    """Directed, several ties between two, dates that look like numbers, labels."""
    cases = pd.DataFrame({"case": ["ada", "bob", "club"], "label": ["Ada", "bob", 'Œuvre & <Club>, "x"']})
    graph = tie_network(TIES, cases)

    assert content(graph) == content(WAYS[way](graph))


NAMES = st.sampled_from(["ada", "bob", "Épicéa", "œuvre", "7", "x;y, z"])
ROWS = st.lists(st.tuples(NAMES, st.sampled_from("tuv"), st.sampled_from([1.0, 0.3, -1.0])), min_size=1)


@pytest.mark.parametrize("way", WAYS)
@given(rows=ROWS)
@settings(deadline=None, max_examples=25)
def test_a_discourse_network_comes_back(way: str, rows: list[Any]) -> None:
    """Weights to the last digit, isolates, attributes, accents."""
    table = pd.DataFrame(rows, columns=["actor", "theme", "stance"]).assign(position="2018")
    graph = discourse_network(table, "actor")
    graph.add_node("nobody", statements=0, position="")

    assert content(graph) == content(WAYS[way](graph))


def test_graphml_keeps_what_the_graph_says_of_itself() -> None:
    """How it was made travels along."""
    graph = discourse_network(TIES.assign(stance=1), "case", "to", threshold=0.5)

    assert graph.graph == from_graphml(to_graphml(graph)).graph


def test_no_text_tells_when_it_was_written() -> None:
    """The same graph gives the same bytes tomorrow."""
    text = to_gexf(tie_network(TIES))

    assert "lastmodified" not in text
    assert text == to_gexf(tie_network(TIES))


def test_what_no_file_can_hold_is_refused() -> None:
    """A list as an attribute would come back as something else."""
    graph = nx.Graph()
    graph.add_node("ada", friends=["bob"])

    for write in (to_graphml, to_gexf, to_csv):
        with pytest.raises(UsageError, match="'friends' of ada is list"):
            write(graph)
