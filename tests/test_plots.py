"""Plots: the same bytes from the same input, and labels that can be read."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.collections import PathCollection

import qualcode
from conftest import CITIZEN_CARD
from qualcode import agreement, divergence, plots, tables
from qualcode.errors import UsageError
from qualcode.network import discourse_network
from qualcode.plots.labels import Box, misplaced, place_labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
    statements, topics = tables.statements(study), tables.topics(study)
    dots = divergence.speakers(statements, CONTRAST, topics=topics)
    shares = divergence.divergence(statements, CONTRAST, topics=topics)
    stances = divergence.stance_divergence(statements, CONTRAST)
    themes = [(t, study.codebook.codes[t].label) for t in shares.index]
    codings = pd.concat([tables.codings(study, coder) for coder in study.coders])
    agreed = agreement.agreement(codings, tables.coverage(study), turns=tables.turns(study))
    return {
        "agreement": plots.agreement(agreed),
        "divergence": plots.divergence(dots, shares, CONTRAST, themes, tests=True),
        "stances": plots.divergence(dots, stances, CONTRAST, themes, value="stance"),
        "silence": plots.silence_map(topics, cases.set_index("case")["figure"].to_dict(), themes, CONTRAST),
        "involvement": plots.involvement(tables.documents(study)),
        "timeline": plots.timeline(tables.documents(study)),
        "words": plots.spoken_words(tables.turns(study), cases, CONTRAST),
        "network": plots.network(graph, plots.positions(graph), cases.set_index("case")["label"].to_dict(), CONTRAST),
        "dots": plots.speaker_dots(speakers, CONTRAST, [("t", "A theme")]),
    }


@cache
def kept_drawings() -> dict[str, plots.Plot]:
    """Return drawings that several tests look at."""
    return drawn()


def hashes() -> str:
    """Return a line for each plot and ending."""
    return "\n".join(
        f"{name}.{ending} {sha256(plot.to_bytes(ending)).hexdigest()}"
        for name, plot in sorted(drawn().items())
        for ending in ("svg", "pdf", "png")
    )


@pytest.mark.long
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

    here = hashes()
    assert runs == {here}
    assert hashes() == here


NAMES = ["agreement", "divergence", "stances", "silence", "involvement", "timeline", "words", "network", "dots"]


@pytest.mark.parametrize("name", NAMES)
def test_a_plot_tells_no_date_and_no_program(name: str):
    plot = kept_drawings()[name]
    for ending, marks in {
        "svg": (b"dc:date", b"dc:creator"),
        "pdf": (b"/CreationDate", b"/Producer"),
        "png": (b"Software",),
    }.items():
        data = plot.to_bytes(ending)
        assert [m for m in marks if m in data] == []


def test_a_plot_has_words_for_who_cannot_see_it():
    assert {n: p.words for n, p in kept_drawings().items()} == {
        "agreement": "Alpha of 10 codes; all together: 0.39.",
        "divergence": "Mean share by figure. Access: issuer never put, holder 33%; Identification: issuer 67%, holder "
        "33%; Marking: issuer 33%, holder 0%; Everyone has it: issuer 0%, holder 33%.",
        "stances": "Mean stance by figure. Access: issuer nobody, holder +1.00; Identification: issuer +1.00, "
        "holder +1.00; Marking: issuer -1.00, holder nobody; Everyone has it: issuer nobody, holder +1.00.",
        "silence": "3 speakers by 4 themes: raised unasked 3, asked and answered 2, asked and passed over 2, "
        "never put 5.",
        "involvement": "Involvement at 1 occasion: library-desk passive.",
        "timeline": "5 documents from 2024-01-30 to 2024-03-14, one row a kind.",
        "words": "Words of 4 speakers; most: desk-officer.",
        "network": "A network of 5 actors and 6 ties.",
        "dots": "Shares of 1 theme for 3 speakers, one dot each.",
    }


def test_a_notebook_is_given_the_drawing_and_the_words():
    bundle = kept_drawings()["timeline"]._repr_mimebundle_()

    assert sorted(bundle) == ["image/svg+xml", "text/plain"]
    assert bundle["image/svg+xml"].startswith("<?xml")


def test_an_ending_that_cannot_be_drawn_is_an_error():
    with pytest.raises(UsageError, match="cannot draw 'gif'; it takes svg, pdf or png"):
        kept_drawings()["dots"].to_bytes("gif")


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


# ---- every speaker, and who was silent --------------------------------------------------------------

DOTS = pd.DataFrame(
    [
        ("t", "ann", 1.0, 0.5, 1.0, "raised"),
        ("t", "bea", 1.0, 0.25, np.nan, "answered"),
        ("t", "cem", 1.0, 0.0, np.nan, "passed over"),
        ("t", "dan", 0.0, 0.0, np.nan, "not put"),
        ("t", "eva", 0.0, 0.25, -1.0, "raised"),
    ],
    columns=["theme", "speaker", "membership", "share", "stance", "state"],
)
RESULT = pd.DataFrame(
    {"reason": ["3 against 2 speakers: no p below 4 against 4"], "p": [np.nan]},
    index=["t"],
)


def words_in(plot: plots.Plot) -> list[str]:
    """Return what is written in a plot, its legend left out."""
    axes = plot.figure.axes
    ticks = [label.get_text() for a in axes for label in (*a.get_yticklabels(), *a.get_xticklabels())]
    return [w.replace("\n", " ") for w in [*(t.get_text() for a in axes for t in a.texts), *ticks] if w]


def marks(axes: Axes) -> list[tuple[int, str]]:
    """Return how many signs each drawing step made, and whether they are filled with white."""
    made = [c for c in axes.collections if isinstance(c, PathCollection) and len(c.get_offsets())]
    return [(len(c.get_offsets()), "hollow" if c.get_facecolor()[0][:3].min() == 1 else "filled") for c in made]


def test_who_raised_who_answered_and_who_was_silent_have_signs_and_places_of_their_own():
    """Ann filled, Bea hollow, Eva filled on the axis; Cem and Dan beside it, each in a column."""
    left, middle, _ = plots.divergence(DOTS, RESULT, ("baker", "miller"), [("t", "Flour")]).figure.axes

    assert [n for n, _ in marks(left)] == [1, 1]
    assert [label.get_text() for label in left.get_xticklabels()] == ["passed\nover", "never\nput"]
    assert sorted(kind for _, kind in marks(middle)) == ["filled", "filled", "hollow"]


def test_the_bars_are_the_means_with_silence_as_nought():
    plot = plots.divergence(DOTS, RESULT, ("baker", "miller"), [("t", "Flour")])

    assert plot.words == "Mean share by figure. Flour: baker 25%, miller 12%."


def test_a_stance_is_a_mean_over_those_who_take_one():
    """Bea raised the theme and took no stance: she stands beside the axis, in a column of her own."""
    plot = plots.divergence(DOTS, RESULT, ("baker", "miller"), [("t", "Flour")], value="stance")

    headings = [label.get_text() for label in plot.figure.axes[0].get_xticklabels()]
    assert headings == ["no\nstance", "passed\nover", "never\nput"]
    assert plot.words == "Mean stance by figure. Flour: baker +1.00, miller -1.00."


def test_what_so_few_cannot_show_is_written_in_the_plot():
    plot = plots.divergence(DOTS, RESULT, ("baker", "miller"), [("t", "Flour")])

    assert "3 against 2 speakers: no p below 4 against 4" in words_in(plot)
    assert (
        plot.figure.axes[1]
        .get_xlabel()
        .endswith("3 baker and 2 miller speakers, chosen and not drawn: no p below 4 against 4")
    )


def test_a_p_is_written_only_if_it_is_asked_for():
    result = RESULT.assign(reason="", p=0.02, p_max_t=0.1, smallest_p=0.01)

    asked, unasked = (
        words_in(plots.divergence(DOTS, result, ("baker", "miller"), [("t", "Flour")], tests=tests))
        for tests in (True, False)
    )

    assert "p 0.020, for all themes 0.100" in asked
    assert [w for w in unasked if w.startswith("p ")] == []


def test_those_who_do_not_fit_are_named():
    """Bakers' mean 25%, millers' 12%: Cem's nought is nearer to the millers', but silence has no place to be named."""
    named = words_in(plots.divergence(DOTS, RESULT, ("baker", "miller"), [("t", "Flour")]))

    assert [n for n in ("ann", "bea", "cem", "dan", "eva") if n in named] == ["eva"]


def test_the_map_of_silence_has_a_sign_for_each_of_four_states():
    states = ["raised", "answered", "passed_over", "not_put"]
    topics = pd.DataFrame({"speaker": ["ann"] * 4, "theme": list("wxyz"), "state": states})

    axes = plots.silence_map(topics, {"ann": "baker"}, [(t, t) for t in "wxyz"]).figure.axes[0]

    assert len(marks(axes)) == 4
    assert len({tuple(map(tuple, c.get_paths()[0].vertices)) for c in axes.collections}) == 3
    assert [kind for _, kind in marks(axes)][:2] == ["filled", "hollow"]


def test_agreement_is_drawn_best_first_with_the_reason_where_there_is_no_number():
    plot = drawn()["agreement"]
    rows = [label.get_text() for label in plot.figure.axes[0].get_yticklabels()]

    assert rows[0] == "ALL CODES TOGETHER"
    assert rows[5:8] == ["universality/stigma", "function/identification", "figure/issuer"]
    assert "only one value occurs: nothing shows that they could have differed" in words_in(plot)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 40), st.integers(0, 30), st.integers(0, 30)), max_size=9))
def test_misplaced_labels_are_those_told_pair_by_pair(drawn: list[tuple[int, int, int, int]]):
    points = {f"n{n}": (float(x), float(y)) for n, (x, y, _, _) in enumerate(drawn)}
    placed = {f"n{n}": Box(x + a, y + b, x + a + 20, y + b + 8) for n, (x, y, a, b) in enumerate(drawn)}

    covering = {a for a in placed for b in placed if a != b and placed[a].overlap(placed[b]) > 0}
    strayed = {
        a for a in placed for b in placed if a != b and placed[a].distance(points[b]) <= placed[a].distance(points[a])
    }
    assert misplaced(placed, points) == sorted(covering | strayed)


def test_the_plot_names_whom_the_table_of_deviants_lists():
    """One rule: two of a figure at most, the furthest first; alone in a figure nobody can fail to fit."""
    said = [("b0", "issuer", 9), ("b1", "issuer", 8), ("b2", "issuer", 1), ("m0", "holder", 1), ("m1", "holder", 2)]
    rows = [(who, side, theme) for who, side, n in said for theme in ["x"] * n + ["y"] * (10 - n)]
    table = pd.DataFrame(rows, columns=["actor", "actor_figure", "theme"]).assign(stance=None)
    dots = divergence.speakers(table, CONTRAST)
    dots["state"] = "raised"
    listed = divergence.deviants(dots).query("theme == 'x'")["speaker"].tolist()
    drawn_ = plots.divergence(dots, divergence.divergence(table, CONTRAST), CONTRAST, [("x", "X")])
    written = {text.get_text() for axes in drawn_.figure.axes for text in axes.texts}

    assert listed == ["b2"]  # .1 against .85 of the other issuers and .15 of the holders
    assert written & {who for who, *_ in said} == {"b2"}
