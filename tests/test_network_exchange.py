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


THREE = pd.DataFrame(
    {
        "case": ["anna", "bo", "anna"],
        "tie": ["knows", "knows", "trusts"],
        "to": ["bo", "anna", "bo"],
        "since": ["2010", "2011", "2012"],
    }
)


def ids(text: str, element: str) -> list[str]:
    """Give the ids of all elements of a kind, with another reader of XML than the one that wrote them."""
    from xml.etree import ElementTree

    return [one.attrib["id"] for one in ElementTree.fromstring(text).iter(f"{{{GRAPHML}}}{element}")]


GRAPHML = "http://graphml.graphdrawing.org/xmlns"


@pytest.mark.parametrize("graph", [tie_network(THREE), discourse_network(TIES.assign(stance=1), "case", "to")])
def test_every_edge_and_every_key_of_graphml_has_an_id_of_its_own(graph: Any) -> None:
    """Gephi's import keeps one edge an id and drops the others without a word."""
    edges, keys = ids(to_graphml(graph), "edge"), ids(to_graphml(graph), "key")

    assert [f"e{n}" for n in range(graph.number_of_edges())] == edges
    assert sorted(set(keys)) == sorted(keys)


def test_igraph_reads_every_tie_with_its_attributes(tmp_path: Any) -> None:
    """Another program's reader: three ties, their kinds and years."""
    import igraph

    path = tmp_path / "ties.graphml"
    path.write_text(to_graphml(tie_network(THREE)), "utf-8")
    read = igraph.Graph.Read_GraphML(str(path))
    names = read.vs["id"]

    assert [
        ("anna", "bo", "knows", "2010"),
        ("anna", "bo", "trusts", "2012"),
        ("bo", "anna", "knows", "2011"),
    ] == sorted((names[e.source], names[e.target], e["tie"], e["since"]) for e in read.es)


SIGNS = ["<b>&\"'", "=1+1", "@x", "+x", "-2+3", "\tx", "'=x", "''-x", "[^1]", "*no*", "`x`", "{ref}`x`", "a;b,c\nd"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sign", SIGNS)
def test_signs_come_through_whatever_they_mean_elsewhere(way: str, sign: str) -> None:
    graph = discourse_network(pd.DataFrame({"actor": [sign, "b"], "theme": "t", "stance": 1.0}), "actor")
    nx.set_node_attributes(graph, sign, "position")

    assert content(graph) == content(WAYS[way](graph))


@pytest.mark.parametrize("sign", SIGNS)
def test_no_cell_of_the_two_tables_is_a_formula(sign: str) -> None:
    import csv
    from io import StringIO

    graph = discourse_network(pd.DataFrame({"actor": [sign, "b"], "theme": sign, "stance": 1.0}), "actor")

    for text in to_csv(graph):
        cells = [c for row in csv.reader(StringIO(text, newline="")) for c in row]
        assert [] == [c for c in cells if c.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize("write", [to_graphml, to_gexf])
def test_a_sign_that_xml_cannot_hold_is_refused_by_its_number(write: Any) -> None:
    graph = nx.Graph()
    graph.add_node("ada", label="A\x1bda")

    with pytest.raises(UsageError, match=r"U\+001B \(Cc\) at sign 2: XML cannot hold it"):
        write(graph)
