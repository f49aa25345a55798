"""A command and the chapter that shows the same table say the same, unless somebody asks for something else."""

from __future__ import annotations

import ast
import inspect
import json
from pathlib import Path
from random import Random

import pandas as pd
import pytest

import qualcode
from qualcode import divergence, network, tables
from qualcode.cli import build_parser, main
from qualcode.cli import network as network_command
from small import BOOK, excerpt_line
from test_small_studies import HEADER, NOTEBOOKS, shown_names


@pytest.fixture(scope="module")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve speakers, six a figure; three of them with fewer than five statements."""
    from qualcode.study.layout import new_study

    study = tmp_path_factory.mktemp("twelve") / "s"
    new_study(study)
    themes = [f"topic/{c}" for c in "xyzuvw"]
    more = "".join(
        f"  {t}: {{label: {t[-1]}, definition: d, use: u, not: n, status: in use, stance: So.}}\n" for t in themes[2:]
    )
    (study / "coding/codebook.yaml").write_text(BOOK.replace("history:", f"{more}history:"), "utf-8")
    rows = [HEADER, "researcher,The researcher,researcher,,,,,,,,,,"]
    chance = Random(12)
    words = [f"w{n:02d}" for n in range(30)]
    for n in range(12):
        rows.append(f"p{n},P{n},person,,,{'ab'[n % 2]},1,b,2020-01-01,,,,")
    (study / "coding/cases.csv").write_text("\n".join(rows) + "\n", "utf-8")
    for n in range(12):
        head = (
            f"title: T\ndate: 2020-01-{n + 1:02d}\nlanguage: en\nmode: recorded\nspeakers:\n  Q: {{case: researcher}}\n"
        )
        head += f"  P{n}: {{case: p{n}}}\nconsent: quote\nrelease: open\n"
        (study / f"interviews/i{n}.md").write_text(f"---\n{head}---\nQ: Why?\n\nP{n}: {' '.join(words)}.\n", "utf-8")
        for k in range(2 if n in (0, 5, 7) else chance.randint(6, 12)):
            code = chance.choice(themes[:3] if n % 2 else themes[2:])
            excerpt_line(study, "me", f"i{n}", words[k], {code: chance.choice([-1, 0, 1])}, f"e{n:02d}{k:08d}")
    return study


@pytest.mark.parametrize(("table", "name"), [("themes", "result"), ("stances", "stances")])
def test_divergence_and_its_chapter_have_the_same_numbers(twelve: Path, tmp_path: Path, table: str, name: str):
    notebook = next(n for n in NOTEBOOKS if n.stem == "divergences")
    chapter = shown_names(notebook, twelve)[name]
    out = tmp_path / "out.csv"

    assert main(["divergence", table, "--study", str(twelve), "--out", str(out)]) == 0
    command = pd.read_csv(out).set_index("theme")["difference"]
    assert isinstance(chapter, pd.DataFrame)
    shown = chapter.reset_index().set_index("theme")["difference"].dropna()
    pd.testing.assert_series_equal(command.loc[shown.index], shown)


def test_the_network_and_its_chapter_have_the_same_ties(twelve: Path, tmp_path: Path):
    """Twelve people, and every tie between two of them: its sign and its size."""
    graph = shown_names(next(n for n in NOTEBOOKS if n.stem == "actor-network"), twelve)["graph"]
    pairs = network.pairs(graph).set_index(["a", "b"])["weight"]
    drawn, matrix = tmp_path / "drawn.csv", tmp_path / "matrix.csv"

    assert main(["network", "discourse", "--study", str(twelve), "--out", str(drawn)]) == 0
    command = pd.read_csv(drawn).set_index(["Source", "Target"])["weight"]
    assert command.to_dict() == pytest.approx(pairs.to_dict())
    assert len(pairs) > 30
    assert main(["network", "matrix", "--study", str(twelve), "--out", str(matrix)]) == 0
    cells = pd.read_csv(matrix, index_col="actor").stack()
    assert {pair: value for pair, value in cells.items() if pair in pairs} == pytest.approx(pairs.to_dict())


@pytest.mark.parametrize("what", ["groups", "between", "brokerage", "losses"])
def test_tables_of_a_graph_are_of_agreement_and_say_how_much_conflict_they_leave_out(
    twelve: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, what: str
):
    graph = shown_names(next(n for n in NOTEBOOKS if n.stem == "actor-network"), twelve)["graph"]
    conflict = sum(w < 0 for _, _, w in graph.edges(data="weight"))
    out = tmp_path / "out.csv"

    assert main(["network", what, "--study", str(twelve), "--out", str(out)]) == 0
    assert conflict > 5
    assert f"left out: {conflict} ties of more conflict than agreement" in capsys.readouterr().err
    if what in ("between", "losses"):
        ends = pd.read_csv(out).set_index("node")["ties"]
        assert ends.sum() == 2 * (graph.number_of_edges() - conflict)


CHAPTERS = [*NOTEBOOKS, *sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))]
SAYS = {
    "discourse_network": ["network", "discourse"],
    "stability": ["network", "stability"],
    "heard": ["divergence"],
    "agreement": ["agreement"],
}


def calls(chapter: Path) -> list[tuple[str, dict[str, object]]]:
    """Return what a chapter calls that a command calls too, with the arguments that are plain values."""
    found = []
    for cell in json.loads(chapter.read_text("utf-8"))["cells"]:
        for node in ast.walk(ast.parse("".join(cell["source"]))) if cell["cell_type"] == "code" else ():
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                plain = {k.arg: k.value.value for k in node.keywords if k.arg and isinstance(k.value, ast.Constant)}
                found += [(name, plain)] if name in SAYS else []
    return found


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda c: f"{c.parent.parent.name}-{c.stem}")
def test_no_chapter_asks_for_another_way_than_its_command(chapter: Path):
    for name, plain in calls(chapter):
        said = vars(build_parser().parse_args(SAYS[name]))
        said["kind"], said["normalise"] = network_command.KIND, network_command.NORMALISE
        asked = {k: v for k, v in plain.items() if k in said and (k, v) != ("unit", "span")}
        assert asked == {k: said[k] for k in asked}, name


def test_deeds_are_of_everybody_who_did_something_however_much_they_said(twelve: Path, tmp_path: Path):
    """p0 has two statements, too few for a share; one of them stands beside what p0 did."""
    theme = tables.statements(qualcode.open_study(twelve)).set_index("actor").loc["p0", "theme"].iloc[0]
    acts = twelve / "coding/acts.csv"
    acts.write_text(
        "act,date,case,did,what,theme,stance,document,certainty,note\na1,2020-01-01,p0,left,it,"
        f"{theme},1,i0,documented,\n",
        "utf-8",
    )
    out = tmp_path / "deeds.csv"
    try:
        assert main(["divergence", "word-and-deed", "--study", str(twelve), "--out", str(out)]) == 0
    finally:
        acts.unlink()
    assert pd.read_csv(out)[["case", "theme"]].to_numpy().tolist() == [["p0", theme]]
    assert pd.read_csv(out)["said"].tolist() == [1]


def test_speakers_with_few_statements_are_left_out_alike(capsys: pytest.CaptureFixture[str], twelve: Path):
    main(["divergence", "--study", str(twelve)])

    assert "speakers left out, fewer than 5 statements: p0, p5, p7" in capsys.readouterr().err
    least = inspect.signature(divergence.heard).parameters["least"].default
    assert build_parser().parse_args(["divergence"]).least == least
    cells = json.loads(next(n for n in NOTEBOOKS if n.stem == "divergences").read_text("utf-8"))["cells"]
    assert any("heard(statements)" in "".join(c["source"]) for c in cells)
    assert qualcode.open_study(twelve).problems == ()
