"""`qualcode network`: every table, graph and plot of the tiny second study, which knows no name of the exemplar."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import qualcode
from conftest import CITIZEN_CARD
from qualcode import network, tables
from qualcode.coding import hand
from qualcode.left_out import lines
from small import small_interviews, small_study
from test_cli import run

if TYPE_CHECKING:
    import networkx as nx

TABLES = {
    "matrix": "actor,card-holder,city,desk-officer,librarian,mediator",
    "affiliation": "actor,function/access,function/identification,function/residence-proof,governance/co-design,"
    "universality/stigma,universality/wide-use",
    "strength": "a,b,meetings,meeting_weight,memberships,shared,stated,standing,testimony,since,signs,overlap",
    "presence": "document,date,case,organisation,involvement,head_count,how",
    "groups": "value,external,internal,expected,low,high,p,nodes,without_group,assortativity",
    "between": "node,group,ties,inside,between,unknown,ei,constraint,betweenness,core_number",
    "brokerage": "node,group,coordinator,consultant,gatekeeper,liaison,all",
    "circles": "node,declared,core_number,found,differs",
    "losses": "node,ties,between,bridged,pieces,largest,alone",
    "polarisation": "camp,actor",
    "stability": "a,b,value,kept,low,high,documents",
    "ranks": "actor,value,rank,low,high,documents",
}


@pytest.mark.parametrize("what", list(TABLES))
def test_every_table_is_given_without_python(capsys: pytest.CaptureFixture[str], what: str):
    status, out, _ = run(capsys, "network", what, "--resamples", "20", "--study", CITIZEN_CARD)

    assert status == 0
    assert out.splitlines()[0] == TABLES[what]
    assert len(out.splitlines()) > 1


def test_a_matrix_has_kinds_normalisations_columns_and_a_window_and_says_what_it_leaves_out(
    capsys: pytest.CaptureFixture[str],
):
    words = ["network", "matrix", "--actor", "organisation", "--concept", "family", "--kind", "subtract"]
    words += ["--normalise", "average", "--duplicates", "document", "--start", "2024-02-01", "--end", "2024-03-05"]
    status, out, err = run(capsys, *words, "--study", CITIZEN_CARD)
    expected = network.discourse_matrix(
        tables.statements(qualcode.open_study(CITIZEN_CARD)),
        concept="family",
        kind="subtract",
        normalise="average",
        duplicates="document",
        start="2024-02-01",
        end="2024-03-05",
    )

    assert status == 0
    assert list(csv.reader(io.StringIO(out)))[1:] == [
        [name, *map(str, row)] for name, row in zip(expected.index, expected.to_numpy().tolist(), strict=True)
    ]
    assert err.splitlines() == ["kind subtract, normalise average", *lines(expected)]
    assert "outside the window" in err


@pytest.mark.parametrize("what", ["discourse", "attendance", "ties"])
def test_a_graph_is_written_whole_by_its_files_ending_and_reads_back_equal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, what: str
):
    for ending in ("graphml", "gexf", "csv"):
        assert run(capsys, "network", what, "--out", tmp_path / f"g.{ending}", "--study", CITIZEN_CARD)[0] == 0
    one = network.from_graphml((tmp_path / "g.graphml").read_text("utf-8"))
    two = network.from_gexf((tmp_path / "g.gexf").read_text("utf-8"))

    def ties(graph: nx.Graph[str]) -> list[object]:
        return sorted((*sorted((a, b)), sorted(data.items())) for a, b, data in graph.edges(data=True))

    assert (dict(one.nodes(data=True)), ties(one)) == (dict(two.nodes(data=True)), ties(two))
    three = network.from_csv((tmp_path / "g-nodes.csv").read_text("utf-8"), (tmp_path / "g.csv").read_text("utf-8"))
    assert (set(three), three.number_of_edges()) == (set(one), one.number_of_edges())
    _, out, _ = run(capsys, "network", what, "--study", CITIZEN_CARD)
    assert out == (tmp_path / "g.csv").read_text("utf-8")


@pytest.mark.parametrize("what", ["discourse", "attendance", "ties", "strength", "presence"])
@pytest.mark.parametrize(("ending", "begins"), [("svg", b"<?xml"), ("pdf", b"%PDF"), ("png", b"\x89PNG")])
def test_what_can_be_drawn_is_drawn_by_the_files_ending(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, what: str, ending: str, begins: bytes
):
    file = tmp_path / f"plot.{ending}"
    status, _, _ = run(capsys, "network", what, "--plot", file, "--study", CITIZEN_CARD)

    assert status == 0
    assert file.read_bytes().startswith(begins)


def test_a_plot_says_that_its_places_are_not_frozen_until_they_are(
    capsys: pytest.CaptureFixture[str], card: Path, tmp_path: Path
):
    """Frozen into the notebooks' file they are found there; before, nothing is written."""
    plot, frozen = tmp_path / "a.svg", card / "notebooks" / "positions.csv"
    _, _, before = run(capsys, "network", "discourse", "--plot", plot, "--study", card)
    assert "has no frozen places and was laid out anew" in before
    assert not frozen.exists()

    frozen.parent.mkdir(exist_ok=True)
    run(capsys, "network", "discourse", "--plot", plot, "--freeze", frozen, "--study", card)
    _, _, after = run(capsys, "network", "discourse", "--plot", plot, "--study", card)

    assert "laid out anew" not in after
    assert len(frozen.read_text("utf-8").splitlines()) == 1 + 5


def test_the_researcher_is_a_node_that_can_be_switched_off(capsys: pytest.CaptureFixture[str]):
    _, on, _ = run(capsys, "network", "attendance", "--study", CITIZEN_CARD)
    _, off, _ = run(capsys, "network", "attendance", "--leave-out", "researcher", "--study", CITIZEN_CARD)

    assert (on.count("researcher"), off.count("researcher"), len(off.splitlines())) == (2, 0, 2)


def test_what_was_only_told_is_named_and_can_be_left_out(capsys: pytest.CaptureFixture[str], card: Path):
    note = card / "fieldnotes/2024-03-14-library-desk.md"
    note.write_text(note.read_text("utf-8").replace("involvement: passive", "involvement: none"), "utf-8")

    status, _, err = run(capsys, "network", "attendance", "--study", card)
    assert (status, err) == (0, "only told of, not observed: 2024-03-14-library-desk\n")
    assert run(capsys, "network", "attendance", "--seen-only", "--study", card) == (
        2,
        "",
        "qualcode: no occasion is left of 1\n",
    )
    _, out, _ = run(capsys, "network", "presence", "--study", card)
    assert out.count("at the telling") == 3


def test_conflict_can_be_left_out_of_the_graph(capsys: pytest.CaptureFixture[str]):
    words = ["network", "discourse", "--kind", "subtract", "--study", CITIZEN_CARD]
    _, both, _ = run(capsys, *words)
    _, agreeing, _ = run(capsys, *words, "--agreeing")

    values = [float(row.rsplit(",", 1)[1]) for row in both.splitlines()[1:]]
    assert min(values) < 0
    assert len(agreeing.splitlines()) - 1 == sum(value > 0 for value in values)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["matrix", "--kind", "congruent"], "unknown kind 'congruent'; did you mean 'congruence'?"),
        (["matrix", "--actor", "actr"], "statements need a column 'actr'; did you mean 'actor'?"),
        (["matrix", "--start", "2030-01-01"], "no statement is left of 15"),
        (["groups", "--group", "colour"], "no node has 'colour'"),
        (["brokerage", "--plot", "b.svg"], "--plot draws discourse, attendance, ties, strength, presence"),
        (["ties", "--out", "g.xlsx"], "cannot write 'g.xlsx'; name it .graphml, .gexf or .csv"),
        (["ties", "--tie", "marries"], "no tie 'marries'; there are: employed, works-with"),
        (["discourse", "--plot", "g.svg", "--size", "wealth"], "no node has 'wealth'"),
    ],
)
def test_what_cannot_be_done_is_status_2_with_a_reason(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], says: str
):
    monkeypatch.chdir(tmp_path)
    status, _, err = run(capsys, "network", *words, "--study", CITIZEN_CARD)

    assert status == 2
    assert says in err
    assert list(tmp_path.iterdir()) == []


def test_a_pair_whose_agreement_and_disagreement_cancel_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Both for x, one for and one against y: 1 - 1 is no tie, and not the same as having nothing in common."""
    text = "Q: Why?\n\n{}: alpha beta.\n"
    study = small_study(tmp_path / "s", {f"i-{w}": (w.upper(), w, text.format(w.upper())) for w in ("anna", "bo")})
    for who, other in (("anna", 1.0), ("bo", -1.0)):
        hand.code_excerpt(qualcode.open_study(study), f"i-{who}", "alpha", {"topic/x": 1.0}, coder="me")
        hand.code_excerpt(qualcode.open_study(study), f"i-{who}", "beta", {"topic/y": other}, coder="me")

    _, out, err = run(capsys, "network", "discourse", "--study", study)
    assert len(out.splitlines()) == 1
    assert err.splitlines()[-1] == "1 pair agrees just as much as it disagrees: without a tie here"
    _, out, err = run(capsys, "network", "discourse", "--kind", "congruence", "--study", study)
    assert (len(out.splitlines()), "just as much" in err) == (2, False)


def test_people_without_a_stance_keep_their_figure_and_are_in_no_camp(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """
    Anna and Cy (a), Bo (b) agree on x; Di and Ed (b) raise y without a stance. By hand: 2 ties between, 1 inside:
    E-I 1/3; of 5 people in groups of 2 and 3, a tie drawn blindly is inside with (2*1 + 3*2)/(5*4), so E-I is 0.2.
    """
    people = {"anna": "a", "bo": "b", "cy": "a", "di": "b", "ed": "b"}
    text = "Q: Why?\n\n{}: alpha beta.\n"
    study = small_study(
        tmp_path / "s", {f"i-{who}": (who.upper(), who, text.format(who.upper())) for who in ("anna", "bo")}
    )
    with (study / "coding/cases.csv").open("a", encoding="utf-8") as file:
        file.writelines(
            f"{who},{who.title()},person,,,{people[who]},1,b,2020-01-01,,,,\n" for who in ("cy", "di", "ed")
        )
    small_interviews(study, {f"i-{who}": (who.upper(), who, text.format(who.upper())) for who in ("cy", "di", "ed")})
    for who in people:
        codes = {"topic/x": 1.0} if who in ("anna", "bo", "cy") else {"topic/y": None}
        hand.code_excerpt(qualcode.open_study(study), f"i-{who}", "alpha", codes, coder="me")
    here = ["--study", study]

    _, out, _ = run(capsys, "network", "groups", *here)
    (found,) = csv.DictReader(io.StringIO(out))
    assert [float(found[k]) for k in ("value", "external", "internal")] == pytest.approx([1 / 3, 2, 1])
    assert float(found["expected"]) == pytest.approx(0.2)
    assert (found["nodes"], found["without_group"]) == ("5", "0")
    _, out, _ = run(capsys, "network", "between", *here)
    assert {r["node"]: r["group"] for r in csv.DictReader(io.StringIO(out))} == people
    _, out, _ = run(capsys, "network", "polarisation", *here)
    assert [r["actor"] for r in csv.DictReader(io.StringIO(out)) if r["camp"] == "neither"] == ["di", "ed"]
    run(capsys, "network", "discourse", "--out", tmp_path / "g.csv", *here)
    nodes = csv.DictReader(io.StringIO((tmp_path / "g-nodes.csv").read_text("utf-8")))
    assert {r["Id"]: (r["actor_figure"], r["figure"]) for r in nodes} == {w: (f, f) for w, f in people.items()}
