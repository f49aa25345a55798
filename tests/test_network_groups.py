"""Between the figures, core and periphery, two blocs: indices that mean what they say."""

from __future__ import annotations

import gzip
import json
from itertools import combinations
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualcode.errors import UsageError
from qualcode.network import (
    assortativity,
    brokerage,
    circles,
    core_periphery,
    discourse_matrix,
    ei_index,
    losses,
    polarisation,
    standing_between,
    two_bloc_misfit,
)

ORACLE = Path(__file__).parent / "oracles" / "discourse-networks"
MISFIT = json.loads(gzip.decompress((ORACLE / "expected.json.gz").read_bytes()))["self_computed"]["two_bloc_misfit"]
STATEMENTS = pd.read_csv(ORACLE / "statements.csv")


def tied(*pairs: str, directed: bool = False, **groups: str) -> Any:
    """Make a graph from pairs of letters; ``red="abc"`` gives nodes a group."""
    graph = nx.DiGraph() if directed else nx.Graph()
    graph.add_nodes_from(sorted({one for pair in pairs for one in pair} | set("".join(groups.values()))))
    graph.add_edges_from(pairs)
    for name, members in groups.items():
        for node in members:
            graph.nodes[node]["actor_figure"] = name
    return graph


# ---- E-I, assortativity ---------------------------------------------------------------------------


def test_the_e_i_index_counts_ties_between_and_inside() -> None:
    """Three inside, one between; the expected value follows from the sizes of the groups."""
    graph = tied("ab", "cd", "ce", "bc", "xa", red="ab", blue="cde")

    index = ei_index(graph)

    assert (index.value, index.external, index.internal, index.nodes, index.without_group) == (-0.5, 1.0, 3.0, 5, 1)
    assert index.expected == pytest.approx(2 * (1 - 8 / 20) - 1)
    assert index.low <= index.expected <= index.high
    assert index.p > 0.05


def test_only_the_groups_that_are_asked_for_count() -> None:
    """Who is undecided is no third camp, unless one makes it so."""
    graph = tied("ab", "cd", "bc", "ax", red="ab", blue="cd", undecided="x")

    two, three = ei_index(graph, only=["red", "blue"]), ei_index(graph)

    assert [(i.external, i.internal, i.without_group) for i in (two, three)] == [(1.0, 2.0, 1), (2.0, 2.0, 0)]
    assert list("abcd") == list(brokerage(graph, only=["red", "blue"]).index)
    with pytest.raises(UsageError, match="unknown group 'rod'; did you mean 'red'"):
        assortativity(graph, only=["rod"])


def test_two_camps_that_never_meet_are_further_apart_than_chance() -> None:
    """Minus one, and few permutations come as far; assortativity says the same from another side."""
    camps = ["abcdef", "uvwxyz"]
    graph = tied(*("".join(p) for camp in camps for p in combinations(camp, 2)), red=camps[0], blue=camps[1])

    index = ei_index(graph)

    assert (index.value, index.p < 0.01) == (-1.0, True)
    assert assortativity(graph) == 1.0


def test_an_index_of_nothing_is_nan() -> None:
    """No ties, or one group only; nobody in a group is an error."""
    assert np.isnan(ei_index(tied(red="ab", blue="c")).value)
    assert np.isnan(assortativity(tied("ab", red="ab")))
    assert np.isnan(assortativity(tied(red="ab")))
    with pytest.raises(UsageError, match="no node has 'actor_figure'; nodes have: nothing"):
        ei_index(tied("ab"))


@given(st.lists(st.sampled_from([a + b for a, b in combinations("abcdef", 2)]), min_size=1, unique=True))
@settings(deadline=None, max_examples=30)
def test_assortativity_is_that_of_networkx(pairs: list[str]) -> None:
    """Where networkx gives a number, ours is the same."""
    graph = tied(*pairs, red="ace", blue="bd", green="f")
    if len({graph.nodes[node]["actor_figure"] for pair in pairs for node in pair}) > 1:
        expected = nx.attribute_assortativity_coefficient(graph, "actor_figure")
        assert expected == pytest.approx(assortativity(graph), nan_ok=True)


# ---- brokerage and loss ---------------------------------------------------------------------------


def test_each_role_of_a_broker_is_told_by_three_groups() -> None:
    """One open triad a to b to c for every role."""
    roles = {
        "coordinator": {"red": "abc"},
        "consultant": {"red": "ac", "blue": "b"},
        "gatekeeper": {"red": "a", "blue": "bc"},
        "representative": {"red": "ab", "blue": "c"},
        "liaison": {"red": "a", "blue": "b", "green": "c"},
    }
    for role, groups in roles.items():
        row = brokerage(tied("ab", "bc", directed=True, **groups)).loc["b"]

        assert [role, "all"] == [name for name, count in row.drop("group").items() if count]


def test_a_closed_triad_has_no_broker() -> None:
    """Whom a can reach without b needs no b; in a directed graph only the way there counts."""
    assert brokerage(tied("ab", "bc", "ac", directed=True, red="abc"))["all"].sum() == 0
    assert brokerage(tied("ab", "bc", "ca", directed=True, red="abc"))["all"].tolist() == [1, 1, 1]
    assert brokerage(tied("ab", "bc", "ac", red="abc"))["all"].sum() == 0


def test_an_undirected_triad_counts_once() -> None:
    """Gatekeeper and representative are one and the same seen from two ends."""
    table = brokerage(tied("ab", "bc", "bd", red="ab", blue="cd"))

    assert list(table.columns) == ["group", "coordinator", "consultant", "gatekeeper", "liaison", "all"]
    assert table.loc["b"].tolist() == ["red", 0, 1, 2, 0, 3]


def test_who_stands_between_is_free_to() -> None:
    """Ties inside and between, and constraint: the go-between has the least."""
    graph = tied("ab", "bc", "ac", "cd", "de", "ef", "df", "gx", red="abc", blue="defg")

    table = standing_between(graph)

    assert table.loc["c", ["group", "ties", "inside", "between", "unknown"]].tolist() == ["red", 3, 2, 1, 0]
    assert table.loc["c", "ei"] == pytest.approx(-1 / 3)
    assert table.loc["c", "constraint"] == table["constraint"].min() == table.loc["d", "constraint"]
    assert table.loc["x", ["group", "ties", "inside", "between", "unknown"]].tolist() == ["", 1, 0, 0, 1]


def test_what_the_network_loses_with_a_person() -> None:
    """The bridge parts two triangles: nine pairs less six pairs left among the others."""
    table = losses(tied("ab", "bc", "ac", "cd", "de", "ef", "df", "xy", red="abc", blue="def"))

    assert table.loc["c"].to_dict() == {"ties": 3, "between": 1, "bridged": 6, "pieces": 3, "largest": 3, "alone": 0}
    assert table.loc["a"].to_dict() == {"ties": 2, "between": 0, "bridged": 0, "pieces": 2, "largest": 5, "alone": 0}
    assert table.loc["x"].to_dict() == {"ties": 1, "between": 0, "bridged": 0, "pieces": 1, "largest": 6, "alone": 1}
    assert table.attrs == {"pieces": 2, "largest": 6}


# ---- core and periphery ---------------------------------------------------------------------------

STAR = tied("ab", "ac", "bc", "ad", "ae", "bf", "cg", "ch")


def test_a_core_with_a_fringe_is_found() -> None:
    """Three who are all tied, five who are tied to them only."""
    core = core_periphery(STAR)

    assert (core.core, core.fit, core.exact, core.equal) == (("a", "b", "c"), 1.0, True, 0)


def test_ties_to_the_core_can_be_asked_for() -> None:
    """Where everybody in the core should know everybody, the same pattern fits less."""
    assert 0 < core_periphery(STAR, "tied").fit < 1
    with pytest.raises(UsageError, match="unknown rule for ties between core and periphery 'all'"):
        core_periphery(STAR, "all")


@given(
    st.lists(st.sampled_from([a + b for a, b in combinations("abcdefg", 2)]), min_size=3, max_size=18, unique=True),
    st.sampled_from(["ignored", "tied"]),
)
@settings(deadline=None, max_examples=40)
def test_no_other_core_fits_better(pairs: list[str], between: str) -> None:
    """The correlation is numpy's, over the pairs that count; found is its maximum, and every core that has it."""
    graph = tied(*pairs, red="abcdefg")
    nodes, ties = sorted(graph), nx.to_numpy_array(graph, nodelist=sorted(graph))

    def fit(core: tuple[str, ...]) -> float:
        seen = []
        for i, j in combinations(range(len(nodes)), 2):
            members = (nodes[i] in core) + (nodes[j] in core)
            if members != 1 or between == "tied":
                seen.append((ties[i, j], float(members == 2 or (members == 1 and between == "tied"))))
        x, y = np.array(seen).T
        return float(np.corrcoef(x, y)[0, 1]) if x.std() and y.std() else -2.0

    fits = {core: round(fit(core), 9) for size in range(2, 6) for core in combinations(nodes, size)}
    best = max(fits.values())
    alike = [set(core) for core, one in fits.items() if one == best]
    found = core_periphery(graph, between)

    assert best == pytest.approx(found.fit, abs=1e-9)
    assert found.equal == len(alike) - 1
    assert set(found.core) == set.intersection(*alike)
    assert set(found.undecided) == set.union(*alike) - set.intersection(*alike)


def test_past_a_stated_size_the_core_is_searched() -> None:
    """Not exact, and said; on a clear pattern the same."""
    found = core_periphery(STAR, exact_up_to=4)

    assert (found.core, found.fit, found.exact) == (("a", "b", "c"), 1.0, False)


def test_declared_circles_are_set_against_found_ones() -> None:
    """Who is said to be in the core and is not, and the other way round."""
    graph = STAR.copy()
    nx.set_node_attributes(graph, {"a": "core", "b": "core", "d": "core", "c": "outer", "e": "outer"}, "circle")

    table = circles(graph)

    assert list(table.index[table["differs"]]) == ["c", "d"]
    assert table["core_number"][:4].tolist() == [2, 2, 2, 1]
    assert table.attrs == {"fit": 1.0, "exact": True, "equal": 0}


@pytest.mark.parametrize("graph", [tied("ab", "bc"), tied(red="abcd"), tied("ab", "ac", "ad", "bc", "bd", "cd")])
def test_there_is_no_core_where_all_are_alike(graph: Any) -> None:
    """Too few, nobody tied, everybody tied."""
    with pytest.raises(UsageError, match=r"four nodes|neither core nor periphery"):
        core_periphery(graph)


# ---- two blocs ------------------------------------------------------------------------------------


def said(**stances: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make congruence and conflict of actors from one sign a theme: ``a="++-"``."""
    rows = [
        (who, f"t{at}", 1 if sign == "+" else -1)
        for who, signs in stances.items()
        for at, sign in enumerate(signs)
        if sign != "."
    ]
    table = pd.DataFrame(rows, columns=["organisation", "theme", "stance"])
    return discourse_matrix(table, normalise="average"), discourse_matrix(table, kind="conflict", normalise="average")


def test_two_unanimous_opposed_camps_are_found_entire() -> None:
    """Where the reference program mixes the camps, the split that explains everything is the true one."""
    matrices = said(**dict.fromkeys("abcd", "+-+"), **dict.fromkeys("wxyz", "-+-"))

    found = polarisation(*matrices)

    assert found.blocs == (("a", "b", "c", "d"), ("w", "x", "y", "z"))
    assert pytest.approx((found.explained, found.gain, found.exact, found.equal)) == (1.0, 1.0, True, 0)
    assert found.undivided == pytest.approx(12 / 28)
    assert two_bloc_misfit(*matrices, set("abcd")) == pytest.approx(0.25)


def test_where_all_agree_there_are_no_camps() -> None:
    """Any split loses agreement, so nothing is gained."""
    found = polarisation(*said(a="++", b="++", c="++"))

    assert (found.gain, found.undivided) == (0.0, 1.0)
    assert found.explained < 1


@given(st.lists(st.text("+-.", min_size=3, max_size=3), min_size=3, max_size=6))
@settings(deadline=None, max_examples=40)
def test_no_other_split_explains_more(signs: list[str]) -> None:
    """Every split tried by hand; the search finds it too, on so small a group."""
    matrices = said(**dict(zip("abcdef", signs, strict=False)), g="+++", h="-++")
    g, c = (matrix.to_numpy() for matrix in matrices)
    labels = list(matrices[0].index)
    total = g.sum() + c.sum()

    def explained(bloc: tuple[str, ...]) -> float:
        side = np.array([label in bloc for label in labels])
        same = side[:, None] == side[None, :]
        return float((g[same].sum() + c[~same].sum()) / total)

    best = max(explained(bloc) for size in range(1, len(labels)) for bloc in combinations(labels, size))

    assert best == pytest.approx(polarisation(*matrices).explained, abs=1e-8)
    assert best == pytest.approx(explained(polarisation(*matrices).blocs[0]), abs=1e-8)
    assert best == pytest.approx(polarisation(*matrices, exact_up_to=1).explained, abs=1e-8)


def test_the_misfit_by_hand_of_a_split_that_explains_everything() -> None:
    """
    Ann and Ben agree (3), both disagree with Cleo (1): within N_w = 2, |G| = 6, e = 3, nothing amiss; between N_b = 4,
    |C| = 4, f = 2/4 * 4/4 = 0.5, so four cells miss by 0.5 each: 2 of 2(6 + 4). 0 needs that nobody disagrees.
    """
    names = ["ann", "ben", "cleo"]
    congruence = pd.DataFrame([[0, 3, 0], [3, 0, 0], [0, 0, 0]], names, names)
    conflict = pd.DataFrame([[0, 0, 1], [0, 0, 1], [1, 1, 0]], names, names)

    assert two_bloc_misfit(congruence, conflict, {"ann", "ben"}) == pytest.approx(2 / 20)
    assert two_bloc_misfit(congruence, conflict * 0, {"ann", "ben"}) == 0
    assert polarisation(congruence, conflict).gain == 1.0


def test_the_misfit_of_every_split_is_the_oracles() -> None:
    """The reference program's measure, its best split and its worst, over all 255."""
    matrices = [
        discourse_matrix(STATEMENTS, concept="concept", kind=k, normalise="average") for k in ("congruence", "conflict")
    ]
    labels = list(matrices[0].index)
    blocs = [set(b) for size in range(1, 9) for b in combinations(labels, size) if labels[0] in b]
    found = {tuple(sorted(bloc)): two_bloc_misfit(*matrices, bloc) for bloc in blocs}

    assert MISFIT["partitions"] == len(found)
    for which, pick in (("smallest", min), ("largest", max)):
        bloc = pick(found, key=lambda one: found[one])
        assert MISFIT[which]["value"] == pytest.approx(found[bloc], abs=1e-9)
        assert set(bloc) in (set(MISFIT[which]["bloc_1"]), set(MISFIT[which]["bloc_2"]))


def test_matrices_that_do_not_belong_together_are_refused() -> None:
    """Other labels, nothing shared, or no bloc at all."""
    congruence, conflict = said(a="+.", b=".+", c="-.")
    with pytest.raises(UsageError, match="same labels"):
        polarisation(congruence, conflict.iloc[:2, :2])
    with pytest.raises(UsageError, match="nothing to explain"):
        polarisation(congruence.iloc[:2, :2], conflict.iloc[:2, :2])
    with pytest.raises(UsageError, match="some of the labels"):
        two_bloc_misfit(congruence, conflict, {"z"})
