"""Plots: the same bytes from the same input, and labels that can be read."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256

import networkx as nx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qualcode
from conftest import CITIZEN_CARD
from qualcode import plots, tables
from qualcode.errors import UsageError
from qualcode.network import discourse_network
from qualcode.placing import Box, place_labels

CONTRAST = ("issuer", "holder")


def drawn() -> dict[str, plots.Plot]:
    """Draw each kind of plot from the tiny second study."""
    study = qualcode.open_study(CITIZEN_CARD)
    cases = tables.cases(study)
    graph = discourse_network(tables.statements(study), actor="actor", kind="subtract", carry=("actor_figure",))
    speakers = pd.DataFrame(
        {
            "theme": ["t", "t", "t"],
            "speaker": ["a", "b", "c"],
            "membership": [1.0, 0.0, 0.0],
            "share": [0.5, 0.25, 0.25],
        }
    )
    return {
        "timeline": plots.timeline(tables.documents(study)),
        "words": plots.spoken_words(tables.turns(study), cases, CONTRAST),
        "network": plots.network(graph, plots.positions(graph), cases.set_index("case")["label"].to_dict(), CONTRAST),
        "dots": plots.speaker_dots(speakers, CONTRAST, [("t", "A theme")]),
    }


def hashes() -> str:
    """Return a line for each plot and ending."""
    return "\n".join(
        f"{name}.{ending} {sha256(plot.to_bytes(ending)).hexdigest()}"
        for name, plot in sorted(drawn().items())
        for ending in ("svg", "pdf", "png")
    )


def test_the_same_input_gives_the_same_bytes_whatever_the_surroundings():
    """Another process, hash seed, time zone and language; drawn twice in this one."""
    code = "import test_plots; print(test_plots.hashes())"
    runs = set()
    for seed, zone, language in (("1", "Asia/Tokyo", "C.UTF-8"), ("2", "America/Lima", "C")):
        around = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language, "MPLBACKEND": "agg"}
        run = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env=around,
            cwd=CITIZEN_CARD.parent,
        )
        runs.add(run.stdout.strip())

    assert runs == {hashes()}
    assert hashes() == hashes()


@pytest.mark.parametrize("name", ["timeline", "words", "network", "dots"])
def test_a_plot_tells_no_date_and_no_program(name: str):
    plot = drawn()[name]
    for ending, marks in {
        "svg": (b"dc:date", b"dc:creator"),
        "pdf": (b"/CreationDate", b"/Producer"),
        "png": (b"Software",),
    }.items():
        data = plot.to_bytes(ending)
        assert [m for m in marks if m in data] == []


def test_a_plot_has_words_for_who_cannot_see_it():
    assert {n: p.words for n, p in drawn().items()} == {
        "timeline": "5 documents from 2024-01-30 to 2024-03-14, one row a kind.",
        "words": "Words of 4 speakers; most: desk-officer.",
        "network": "A network of 5 actors and 6 ties.",
        "dots": "Shares of 1 themes for 3 speakers, one dot each.",
    }


def test_a_notebook_is_given_the_drawing_and_the_words():
    bundle = drawn()["timeline"]._repr_mimebundle_()

    assert sorted(bundle) == ["image/svg+xml", "text/plain"]
    assert bundle["image/svg+xml"].startswith("<?xml")


def test_an_ending_that_cannot_be_drawn_is_an_error():
    with pytest.raises(UsageError, match="cannot draw 'gif'; it takes svg, pdf or png"):
        drawn()["dots"].to_bytes("gif")


def test_words_with_signs_of_formulas_are_drawn_as_they_stand():
    """A label from a transcript may hold what another program takes for a formula."""
    graph = nx.Graph()
    graph.add_node("a", statements=1, actor_figure="")

    assert plots.network(graph, {"a": (0.5, 0.5)}, {"a": r"$\frac{$ & <b>"}, CONTRAST).to_bytes("svg")


def test_positions_do_not_depend_on_the_order_of_rows():
    study = qualcode.open_study(CITIZEN_CARD)
    table = tables.statements(study)
    one = discourse_network(table, actor="actor", kind="subtract")
    other = nx.Graph()
    other.add_nodes_from(reversed(list(one.nodes(data=True))))
    other.add_edges_from(reversed(list(one.edges(data=True))))

    assert plots.positions(one) == plots.positions(other)


@st.composite
def drawings(draw: st.DrawFn) -> tuple[dict[str, tuple[float, float]], dict[str, tuple[float, float]]]:
    """Nodes at random places of a page, no two on one spot, with labels of random length."""
    places = draw(st.lists(st.tuples(st.integers(1, 13), st.integers(1, 9)), min_size=2, max_size=16, unique=True))
    points = {f"n{n}": (x * 50.0, y * 45.0) for n, (x, y) in enumerate(places)}
    return points, {n: (draw(st.integers(20, 130)) * 1.0, 10.0) for n in points}


@settings(max_examples=200)
@given(drawings())
def test_no_label_covers_a_label_and_each_stands_nearest_to_its_own_node(
    drawing: tuple[dict[str, tuple[float, float]], dict[str, tuple[float, float]]],
):
    """Two hundred random drawings, as dense as one node every 45 to 50 units."""
    points, extents = drawing
    placed = place_labels(points, dict.fromkeys(points, 6.0), extents, Box(0, 0, 700, 450))
    names = sorted(points)

    covering = [(a, b) for n, a in enumerate(names) for b in names[n + 1 :] if placed[a].overlap(placed[b]) > 0]
    strayed = [a for a in names if any(placed[a].distance(points[b]) < placed[a].distance(points[a]) for b in names)]
    assert (covering, strayed) == ([], [])
