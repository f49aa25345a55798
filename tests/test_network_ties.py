"""Meetings, memberships and what people say of each other: signs of a tie, side by side."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from qualcode.errors import UsageError
from qualcode.network import attendance_network, neighbourhood_overlap, tie_network, tie_strength

ATTENDED = pd.DataFrame(
    [
        ("n1", "2018-05-01", "ada", "passive"),
        ("n1", "2018-05-01", "bob", "passive"),
        ("n1", "2018-05-01", "me", "passive"),
        ("n2", "2018-06-01", "ada", "none"),
        ("n2", "2018-06-01", "bob", "none"),
        ("n2", "2018-06-01", "cec", "none"),
        ("n3", "2018-07-01", "dot", "active"),
        ("n3", "2018-07-01", "me", "active"),
    ],
    columns=["document", "date", "case", "involvement"],
)
CASES = pd.DataFrame(
    [
        ("ada", "person", "club"),
        ("bob", "person", "hall"),
        ("cec", "person", None),
        ("club", "organisation", None),
        ("hall", "organisation", None),
    ],
    columns=["case", "kind", "organisation"],
)
TIES = pd.DataFrame(
    [
        ("ada", "member", "club", "2015", "", "ada", ""),
        ("bob", "member", "club", "2017-03", "2018-05-31", "bob;ada", ""),
        ("ada", "trusts", "bob", "2016", "", "ada;bob", ""),
        ("bob", "met", "ada", "2015-02", "", "bob", ""),
        ("cec", "signed", "club", "", "", "ada", "cec"),
        ("cec", "knows", "ada", "", "", "dot", ""),
        ("cec", "knows", "bob", "", "", "", ""),
    ],
    columns=["case", "tie", "to", "since", "until", "stated_by", "disputed_by"],
)

# ---- meetings -------------------------------------------------------------------------------------


def test_a_meeting_ties_by_how_small_it_is() -> None:
    """Three people at a table: each pair one half a meeting; the researcher counts for the size even switched off."""
    graph = attendance_network(ATTENDED, leave_out=["me"])

    assert {(a, b): data for a, b, data in graph.edges(data=True)} == {
        ("ada", "bob"): {"meetings": 2, "weight": 1.0, "documents": "n1; n2"},
        ("ada", "cec"): {"meetings": 1, "weight": 0.5, "documents": "n2"},
        ("bob", "cec"): {"meetings": 1, "weight": 0.5, "documents": "n2"},
    }
    assert dict(graph.nodes(data="meetings")) == {"ada": 2, "bob": 2, "cec": 1, "dot": 1}
    assert graph.graph == {"occasions": 3, "left_out": "me", "not_observed": "n2"}


def test_what_was_only_told_can_be_left_out_and_stays_listed() -> None:
    graph = attendance_network(ATTENDED, leave_out=["me"], told=False)

    assert dict(graph.nodes(data="meetings")) == {"ada": 1, "bob": 1, "dot": 1}
    assert (graph.graph["occasions"], graph.graph["not_observed"]) == (2, "n2")


def test_the_researcher_can_be_switched_on() -> None:
    """With the researcher everybody looks connected: attendance maps a diary."""
    graph = attendance_network(ATTENDED)

    assert list(graph) == ["ada", "bob", "cec", "dot", "me"]
    assert nx.is_connected(graph)


def test_a_crowd_ties_less_than_its_named_people() -> None:
    """Twenty-one in the room, three of them named: one twentieth each."""
    counted = ATTENDED.assign(head_count=[21, 21, 21, None, None, None, 1, 1])

    graph = attendance_network(counted)

    assert [graph["ada"]["bob"]["weight"], graph["dot"]["me"]["weight"]] == [0.05 + 0.5, 1.0]


def test_who_is_only_mentioned_is_drawn_as_such() -> None:
    """A name that fell at a meeting is a node without ties."""
    mentioned = pd.DataFrame({"document": ["n1", "n1", "n9"], "case": ["eve", "cec", "far"]})

    graph = attendance_network(ATTENDED, mentioned=mentioned, end="2018-05-31", cases=CASES)

    assert dict(graph.nodes(data=True)) == {
        "ada": {"meetings": 1, "seen": True, "kind": "person", "organisation": "club"},
        "bob": {"meetings": 1, "seen": True, "kind": "person", "organisation": "hall"},
        "cec": {"meetings": 0, "seen": False, "kind": "person", "organisation": ""},
        "eve": {"meetings": 0, "seen": False, "kind": "", "organisation": ""},
        "me": {"meetings": 1, "seen": True, "kind": "", "organisation": ""},
    }


def test_no_occasion_is_an_error() -> None:
    """An empty window would look like people who never meet."""
    with pytest.raises(UsageError, match="no occasion is left of 3"):
        attendance_network(ATTENDED, start="2019-01-01")


# ---- stated ties ----------------------------------------------------------------------------------


def test_a_tie_says_who_states_it() -> None:
    """One side, both, others, nobody, or disputed; who belongs to an organisation speaks for it, not for both."""
    graph = tie_network(TIES, CASES)

    assert {(a, b, key): standing for a, b, key, standing in graph.edges(keys=True, data="standing")} == {
        ("ada", "club", "member"): "one side",
        ("bob", "club", "member"): "both sides",
        ("ada", "bob", "trusts"): "both sides",
        ("bob", "ada", "met"): "one side",
        ("cec", "club", "signed"): "disputed",
        ("cec", "ada", "knows"): "others",
        ("cec", "bob", "knows"): "nobody",
    }
    assert list(graph) == ["ada", "bob", "cec", "club"]


@pytest.mark.parametrize(
    ("start", "end", "held"),
    [
        ("2018-06-01", None, 6),
        ("2018-05-31", None, 7),
        (None, "2014", 3),
        (None, "2015", 5),
        ("2015", "2015-01-31", 4),
        (None, None, 7),
    ],
)
def test_a_tie_holds_from_its_first_to_its_last_day(start: str | None, end: str | None, held: int) -> None:
    """A year is all its days; an empty date is open; what lies outside is counted."""
    graph = tie_network(TIES, start=start, end=end)

    assert (held, 7 - held) == (graph.number_of_edges(), graph.graph["outside"])


def test_the_same_tie_twice_is_two_edges() -> None:
    """Left and come back: nothing is lost."""
    graph = tie_network(pd.concat([TIES.head(1), TIES.head(1).assign(since="2020", until="")]))

    assert [key for *_, key in graph.edges(keys=True)] == ["member", "member#2"]


def test_unknown_ties_and_dates_are_refused() -> None:
    """The message lists what there is, or how dates are written."""
    with pytest.raises(UsageError, match="no tie 'loves'; there are: knows, member, met, signed, trusts"):
        tie_network(TIES, kinds=["loves"])
    with pytest.raises(UsageError, match="'May 2018' is no date"):
        tie_network(TIES.assign(since="May 2018"), start="2018")


# ---- strength -------------------------------------------------------------------------------------


def test_the_signs_of_a_strong_tie_stand_side_by_side() -> None:
    """Meetings, memberships, statements, testimony: how many there are, and each for itself."""
    table = tie_strength(attendance=ATTENDED, ties=TIES, cases=CASES, testimony=["trusts"], leave_out=["me"]).set_index(
        ["a", "b"]
    )

    assert table.loc[("ada", "bob")].to_dict() == {
        "meetings": 2,
        "meeting_weight": 1.0,
        "memberships": 1,
        "shared": "club",
        "stated": "met; trusts",
        "standing": "one side",
        "testimony": "trusts",
        "since": "2015-02",
        "signs": 4,
        "overlap": 1.0,
    }
    assert table.loc[[("ada", "cec"), ("bob", "cec")], "signs"].tolist() == [3, 3]


def test_memberships_are_the_ties_that_are_said_to_make_members() -> None:
    """Signing a text is not belonging, unless one says so."""
    everything = tie_strength(ties=TIES, cases=CASES).set_index(["a", "b"])
    members = tie_strength(ties=TIES, cases=CASES, memberships=["member"]).set_index(["a", "b"])

    assert tuple(table.loc[("ada", "cec"), "memberships"] for table in (everything, members)) == (1, 0)
    with pytest.raises(UsageError, match="needs attendance, ties, or both"):
        tie_strength(cases=CASES)


def test_a_bridge_has_no_overlap() -> None:
    """Two triangles joined by one tie; a pair on its own has no neighbours to share."""
    graph = nx.Graph(["ab", "bc", "ca", "cd", "de", "ef", "fd", "xy"])

    table = neighbourhood_overlap(graph).set_index(["a", "b"])["overlap"]

    assert [table["c", "d"], table["a", "b"], table["a", "c"]] == [0.0, 1 / 1, 1 / 2]
    assert np.isnan(table["x", "y"])
