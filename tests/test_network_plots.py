"""Networks drawn for a thesis: every label can be read, the legend says what is there, places can be frozen."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest

import qualcode
from conftest import CITIZEN_CARD, PROJECT
from qualcode import network, plots, tables
from qualcode.errors import UsageError
from qualcode.plots.labels import Box, misplaced

CONTRAST = ("issuer", "holder")


def standing(plot: plots.Plot) -> tuple[dict[str, Box], dict[str, tuple[float, float]]]:
    """Return, in pixels, the labels of a drawn network as they are on the page, and its nodes."""
    axes = plot.figure.axes[0]
    renderer = plot.figure.canvas.get_renderer()
    boxes = {
        text.get_gid().removeprefix("label-"): text.get_window_extent(renderer) for text in axes.texts if text.get_gid()
    }
    dots = {d.get_gid().removeprefix("node-"): axes.transData.transform(d.get_offsets())[0] for d in axes.collections}
    return {n: Box(b.x0, b.y0, b.x1, b.y1) for n, b in boxes.items()}, {n: (x, y) for n, (x, y) in dots.items()}


def unreadable(plot: plots.Plot) -> list[str]:
    """Name labels that cover one another, leave the page, or stand no nearer to their own node than to another."""
    boxes, nodes = standing(plot)
    wide, high = plot.figure.canvas.get_width_height()
    off = [n for n, b in boxes.items() if b.left < -1 or b.right > wide + 1 or b.bottom < 0 or b.top > high]
    return sorted({*misplaced(boxes, nodes), *off})


def random_graph(seed: int) -> tuple[nx.Graph[str], dict[str, str]]:
    """Make a graph of 2 to 30 nodes, thin or thick, with labels of 5 to 50 letters."""
    draw = random.Random(seed)
    graph: nx.Graph[str] = nx.relabel_nodes(
        nx.gnp_random_graph(draw.randint(2, 30), draw.choice([0.05, 0.1, 0.2, 0.4]), seed=seed), lambda n: f"n{n:02d}"
    )
    for a, b in graph.edges:
        graph.edges[a, b].update(weight=round(draw.uniform(-1, 2), 2), support=draw.randint(1, 4))
    for n in graph:
        graph.nodes[n].update(statements=draw.randint(1, 90), actor_figure=draw.choice([*CONTRAST, ""]))
    words = {n: " ".join("abcdefgh"[: draw.randint(1, 8)] for _ in range(draw.randint(2, 7))) for n in graph}
    return graph, words


@pytest.mark.long
def test_in_random_networks_every_label_can_be_read(request: pytest.FixtureRequest):
    """None covers another, none is nearer to another's node, none leaves the page, and none is missing."""
    wrong: list[tuple[int, list[str]]] = []
    for seed in range(1_000 if request.config.getoption("--thorough") else 60):
        graph, words = random_graph(seed)
        plot = plots.network(graph, plots.positions(graph), words, CONTRAST)
        missing = ["missing"] if "No room" in plot.words else []
        if found := unreadable(plot) + missing:
            wrong.append((seed, found))

    assert wrong == []


@pytest.mark.long
def test_in_the_networks_drawn_from_the_exemplar_every_label_can_be_read():
    """Who speaks alike, who met, who says to know whom: with everybody in it, and as few as the notebook draws."""
    study = qualcode.open_study(PROJECT)
    cases, attended = tables.cases(study), tables.attendance(study)
    label, contrast = cases.set_index("case")["label"].to_dict(), study.codebook.contrast
    spoken = network.discourse_network(tables.statements(study), actor="actor", kind="subtract", normalise="average")
    met = network.attendance_network(attended, leave_out=["researcher"], mentioned=tables.mentioned(study), cases=cases)
    stated = network.tie_network(tables.ties(study), cases)
    few = spoken.subgraph([n for n, said in spoken.nodes(data="statements") if said >= 5]).copy()

    found = {}
    for name, graph in {"spoken": spoken, "few": few, "met": met, "stated": stated}.items():
        line = "standing" if name == "stated" else "figures"
        plot = plots.network(graph, plots.positions(graph), label, contrast, line=line)
        found[name] = (unreadable(plot), "No room" in plot.words)
    assert found == dict.fromkeys(("spoken", "few", "met", "stated"), ([], False))


def test_a_label_without_room_is_left_out_and_named():
    """Two nodes on one spot: a label cannot be nearer to its own."""
    graph = nx.Graph([("a", "b")])

    plot = plots.network(graph, {"a": (0.5, 0.5), "b": (0.5, 0.5)}, {"a": "An", "b": "Bo"}, CONTRAST)

    assert unreadable(plot) == []
    assert plot.words == "A network of 2 actors and 1 tie. No room for the label of An, Bo."


def legend(plot: plots.Plot) -> list[str]:
    return [text.get_text() for text in plot.figure.legends[0].get_texts()]


def test_the_legend_names_what_is_drawn_and_nothing_else():
    graph = nx.Graph()
    graph.add_node("a", statements=4, actor_figure="issuer")
    graph.add_node("b", statements=1, actor_figure="holder")
    graph.add_edge("a", "b", weight=1.0, support=1)
    at = {"a": (0.0, 0.0), "b": (1.0, 1.0)}

    assert legend(plots.network(graph, at, {}, CONTRAST)) == [
        "issuer",
        "holder",
        "between the figures",
        "rests on one excerpt",
        "area: statements, at most 4",
    ]
    graph.edges["a", "b"].update(weight=-1.0, support=2)
    graph.nodes["b"]["actor_figure"] = "undecided"
    assert legend(plots.network(graph, at, {}, CONTRAST))[2:3] == ["more conflict"]


def test_a_tie_beside_the_two_figures_is_not_drawn_as_one_within():
    graph = nx.Graph()
    graph.add_node("a", actor_figure="issuer")
    graph.add_node("b", actor_figure="undecided")
    graph.add_edge("a", "b")

    assert "with someone else" in legend(plots.network(graph, {"a": (0, 0), "b": (1, 1)}, {}, CONTRAST))


def test_who_is_only_spoken_of_and_what_was_seen_once_have_signs_of_their_own():
    study = qualcode.open_study(CITIZEN_CARD)
    graph = network.attendance_network(
        tables.attendance(study), mentioned=tables.mentioned(study), cases=tables.cases(study)
    )

    plot = plots.network(graph, plots.positions(graph), {}, CONTRAST)

    assert legend(plot) == [
        "holder",
        "other or not judged",
        "only spoken of",
        "with someone else",
        "one occasion only",
        "area: meetings, at most 1",
    ]


def test_a_line_can_show_an_attribute_and_parallel_ties_bend_apart():
    study = qualcode.open_study(CITIZEN_CARD)
    graph = network.tie_network(tables.ties(study), tables.cases(study))
    graph.add_edge("desk-officer", "city", key="speaks-for", tie="speaks-for", standing="disputed")

    plot = plots.network(graph, plots.positions(graph), {}, CONTRAST, line="standing")
    bends = [p.get_connectionstyle().rad for p in plot.figure.axes[0].patches]

    assert legend(plot)[-2:] == ["one side", "disputed"]
    assert bends == [0.11, -0.11, 0.0, 0.0]


def test_what_cannot_be_drawn_is_an_error():
    graph = nx.Graph()
    for n in range(6):
        graph.add_edge(f"a{n}", f"b{n}", tie=f"t{n}")

    with pytest.raises(UsageError, match="no place for 'a0'"):
        plots.network(graph, {}, {}, CONTRAST)
    with pytest.raises(UsageError, match="no node has 'wealth'; nodes have: nothing"):
        plots.network(graph, plots.positions(graph), {}, CONTRAST, size="wealth")
    with pytest.raises(UsageError, match="'tie' has 6 words and there are 5 kinds of line: t0, t1, t2"):
        plots.network(graph, plots.positions(graph), {}, CONTRAST, line="tie")


def test_frozen_places_are_read_back_whatever_the_order_of_the_graph(tmp_path: Path):
    graph = nx.Graph()
    graph.add_weighted_edges_from([("a", "b", 1.0), ("b", "c", 0.5)])
    other = nx.Graph()
    other.add_weighted_edges_from([("c", "b", 0.5), ("b", "a", 1.0)])
    file = tmp_path / "positions.csv"
    moved = plots.Places({"a": (0.1, 0.2), "b": (0.5, 0.5), "c": (1.0, 0.0)}, plots.graph_key(graph), frozen=False)

    plots.freeze([moved], file)

    assert file.read_text("utf-8") == (
        "graph,node,x,y\n"
        + "".join(f"{moved.graph},{n}\n" for n in ("a,0.1000,0.2000", "b,0.5000,0.5000", "c,1.0000,0.0000"))
    )
    assert plots.places(other, file) == plots.Places(moved.at, moved.graph, frozen=True)


def test_a_graph_that_is_not_frozen_is_laid_out_and_said_to_be_and_nothing_is_written(tmp_path: Path):
    graph = nx.Graph([("a", "b")])
    frozen = nx.Graph()
    frozen.add_edge("a", "b", weight=2.0)
    file = tmp_path / "positions.csv"
    plots.freeze([plots.places(frozen, file)], file)
    before = file.read_bytes()

    found = plots.places(graph, file)

    assert (found.frozen, found.at) == (False, plots.positions(graph))
    assert plots.network(graph, found, {}, CONTRAST).words.endswith("Laid out anew: its places are not frozen.")
    assert (file.read_bytes(), sorted(tmp_path.iterdir())) == (before, [file])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("node,x\n", "positions.csv is no table of places: its columns must be graph, node, x, y"),
        ("graph,node,x,y\nk,a,1,2\nk,b,left,0\n", "positions.csv:3: a place is a graph, a node and two numbers"),
    ],
)
def test_a_damaged_file_of_places_is_named_with_its_line(tmp_path: Path, text: str, says: str):
    (tmp_path / "positions.csv").write_text(text, "utf-8")

    with pytest.raises(UsageError, match=says):
        plots.read_places(tmp_path / "positions.csv")


def test_signs_of_ties_stand_side_by_side_strongest_first():
    study = qualcode.open_study(CITIZEN_CARD)
    strength = network.tie_strength(
        attendance=tables.attendance(study),
        ties=tables.ties(study),
        cases=tables.cases(study),
        leave_out=["researcher"],
    )

    plot = plots.tie_signs(strength, {"card-holder": "H", "librarian": "L"})
    panels = plot.figure.axes

    assert [t.get_title(loc="left").replace("\n", " ") for t in panels] == [
        "occasions shared",
        "weighted by their size",
        "shared groups",
        "ties that are stated; testimony IN CAPITALS",
        "neighbours shared",
    ]
    assert panels[0].get_yticklabels()[0].get_text() == "H\nL"
    assert plot.words == f"Signs of {len(strength)} of {len(strength)} ties, one row a pair, five signs side by side."
    with pytest.raises(UsageError, match="nobody is tied to anybody"):
        plots.tie_signs(strength.head(0), {})


def test_the_plot_of_attendance_names_nobody_at_what_was_only_told():
    """What was told in confidence has its date, and no names."""
    study = qualcode.open_study(CITIZEN_CARD)
    attended, mentioned, cases = tables.attendance(study), tables.mentioned(study), tables.cases(study)

    seen = plots.attendance(attended, mentioned, cases, CONTRAST, leave_out=["researcher"])
    people = [t.get_text() for t in seen.figure.axes[0].get_yticklabels()]

    assert people == ["An officer at the population desk", "A woman who would hold the card", "A librarian"]
    assert seen.words == "3 people and 1 occasion: who was seen, who was only spoken of."
    told = attended.assign(document="told", involvement="none", case="mediator")
    both = plots.attendance(pd.concat([attended, told]), mentioned, cases, CONTRAST, leave_out=["researcher"])
    assert [t.get_text() for t in both.figure.axes[0].get_yticklabels()] == people
    assert both.words == "3 people and 2 occasions: who was seen, who was only spoken of."
    with pytest.raises(UsageError, match="nobody was seen anywhere"):
        plots.attendance(attended.assign(involvement="none"), mentioned, cases, CONTRAST)


def hashes() -> str:
    """Return a line for the two plots that are no networks."""
    study = qualcode.open_study(CITIZEN_CARD)
    attended, mentioned, cases = tables.attendance(study), tables.mentioned(study), tables.cases(study)
    strength = network.tie_strength(attendance=attended, ties=tables.ties(study), cases=cases)
    both = (plots.attendance(attended, mentioned, cases, CONTRAST), plots.tie_signs(strength, {}))
    return "\n".join(sha256(plot.to_bytes(ending)).hexdigest() for plot in both for ending in ("svg", "pdf", "png"))


@pytest.mark.long
def test_presence_and_signs_are_the_same_bytes_in_another_process():
    """No solver places their panels: it would differ from run to run by a hundredth of a point."""
    around = os.environ | {"PYTHONHASHSEED": "7"}
    command = [sys.executable, "-c", "import test_network_plots; print(test_network_plots.hashes())"]
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=around, cwd=CITIZEN_CARD.parent)

    assert run.stdout.strip() == hashes()


@pytest.mark.long
def test_five_hundred_actors_are_laid_out_without_scipy():
    """In a process where scipy cannot be imported; the same places twice, within the page, tied ones nearer."""
    code = """
import sys
sys.modules["scipy"] = None
import networkx as nx
from qualcode.plots.places import positions
graph = nx.Graph()
graph.add_weighted_edges_from((f"a{n:03d}", f"a{(n // 10) * 10:03d}", 1.0) for n in range(500) if n % 10)
found = positions(graph)
assert found == positions(graph)
assert len(found) == 500 and len(set(found.values())) == 500
assert all(0 <= v <= 1 for at in found.values() for v in at)
def apart(a, b):
    return ((found[a][0] - found[b][0]) ** 2 + (found[a][1] - found[b][1]) ** 2) ** 0.5
tied = sum(apart(a, b) for a, b in graph.edges) / graph.number_of_edges()
others = sum(apart(f"a{n:03d}", f"a{(n + 250) % 500:03d}") for n in range(500)) / 500
assert tied < others / 2, (tied, others)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.stderr == ""
