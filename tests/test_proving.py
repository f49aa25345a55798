"""Plots and tables proved: made again, and compared with what is claimed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import qualcode
from conftest import CITIZEN_CARD
from qualcode.cli import main
from qualcode.coding import hand
from qualcode.errors import UsageError
from qualcode.report import check_plots, copy_plots, make_plots, write_manifest
from qualcode.study.layout import lay_notebooks
from small import small_study

CODINGS = "coding/coders/reader/2024-02-20-mediator.jsonl"


def quiet(_: str) -> None:
    """Say nothing."""


@pytest.fixture(scope="module")
def proved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the tiny second study with one notebook and its manifest."""
    study = tmp_path_factory.mktemp("proved") / "card"
    shutil.copytree(CITIZEN_CARD, study)
    lay_notebooks(study)
    for name in ("actor-network.ipynb", "divergences.ipynb"):
        (study / "notebooks" / name).unlink()
    write_manifest(study, say=quiet)
    return study


@pytest.fixture
def study(proved: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(proved, tmp_path / "card"))


def changed(study: Path, old: str, new: str, name: str = CODINGS) -> None:
    path = study / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_every_plot_is_there_in_three_forms_and_every_table_as_csv(proved: Path, tmp_path: Path):
    made = make_plots(proved, say=quiet)
    copy_plots(made, tmp_path / "figures")
    copied = sorted(p.name for p in (tmp_path / "figures" / "corpus").iterdir())

    assert [n for n in copied if n.startswith("plot-timeline")] == [f"plot-timeline.{e}" for e in ("pdf", "png", "svg")]
    assert sum(n.endswith(".csv") for n in copied) == 4
    apart = {"plot-timeline", "plot-words", "corpus-09", "corpus-13", "corpus-15"}  # those that carry data or ids
    assert {n.split("/")[1] for n in made} - set(copied) == {f"{name}.data.json" for name in apart}


def test_nothing_changed_is_no_difference(study: Path):
    assert check_plots(study, say=quiet) == []


def test_made_again_from_nothing_it_is_the_same(study: Path):
    shutil.rmtree(study / "build")

    assert check_plots(study, say=quiet) == []


def test_the_manifest_holds_no_date_and_no_path_of_a_machine(proved: Path):
    text = (proved / "notebooks" / "manifest.json").read_text("utf-8")

    assert str(proved.parent) not in text
    assert sorted(json.loads(text)) == ["code", "inputs", "libraries", "outputs"]


def test_a_changed_coding_names_what_moved_and_which_input_moved_it(study: Path):
    """One excerpt less changes the table that counts them, and what lies behind its numbers."""
    lines = (study / CODINGS).read_text("utf-8").splitlines(keepends=True)
    (study / CODINGS).write_text("".join(lines[1:]), "utf-8")

    assert [str(p) for p in check_plots(study, say=quiet)] == [
        "notebooks/manifest.json: corpus/corpus-15.csv differs",
        "notebooks/manifest.json: corpus/corpus-15.data.json differs",
        f"notebooks/manifest.json: inputs that changed since: {CODINGS}",
    ]


def test_a_plot_that_is_new_or_gone_is_named(study: Path):
    changed(study, '"plot-words"', '"plot-spoken"', "notebooks/corpus.ipynb")
    said = [p.message for p in check_plots(study, say=quiet)]

    assert "corpus/plot-words.svg is not made any more" in said
    assert "corpus/plot-spoken.svg is not in the manifest" in said


def test_a_picture_drawn_past_the_package_is_named(study: Path):
    """Drawn with matplotlib itself, or shown from a file, it is in no manifest."""
    path = study / "notebooks" / "corpus.ipynb"
    book = json.loads(path.read_text("utf-8"))
    source = "from IPython.display import SVG\nSVG('<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>')"
    book["cells"].insert(-1, {**book["cells"][1], "id": "by-hand", "metadata": {}, "source": source})
    path.write_text(json.dumps(book), "utf-8")
    said = [str(p) for p in check_plots(study, say=quiet)]

    number = len(book["cells"]) - 1
    told = f"notebooks/corpus.ipynb: cell {number} (by-hand) shows a picture that is in no manifest; draw it with"
    assert f"{told} qualcode.plots" in said


def test_with_another_matplotlib_the_data_are_compared_and_that_is_said(study: Path):
    """Other bytes and the same data are no difference; other data are one."""
    path = study / "notebooks" / "manifest.json"
    claimed = json.loads(path.read_text("utf-8"))
    claimed["libraries"]["matplotlib"] = "3.0.0"
    claimed["outputs"]["corpus/plot-words.svg"]["sha256"] = "0" * 64
    path.write_text(json.dumps(claimed), "utf-8")
    said: list[str] = []
    assert check_plots(study, say=said.append) == []
    assert "and 3.0.0 in the manifest: drawings are compared by the data they draw" in said[-1]

    claimed["outputs"]["corpus/plot-words.data.json"]["sha256"] = "0" * 64
    path.write_text(json.dumps(claimed), "utf-8")
    assert "corpus/plot-words.data.json differs" in [p.message for p in check_plots(study, say=quiet)]


def test_without_a_manifest_the_check_says_how_one_is_made(study: Path):
    (study / "notebooks" / "manifest.json").unlink()

    with pytest.raises(UsageError, match=r"there is no notebooks/manifest.json; `qualcode plots --write` makes one"):
        check_plots(study, say=quiet)


def test_showing_a_plot_outside_the_report_writes_nothing(
    proved: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    from qualcode import open_study, plots, tables

    monkeypatch.chdir(tmp_path)
    plots.timeline(tables.documents(open_study(proved)))._repr_mimebundle_()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.long
def test_a_document_that_nobody_settled_stops_no_plot_and_the_coder_who_counts_is_noted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """Left out and told; with --coder counted, and the manifest proves what that coder's codings give."""
    study = small_study(tmp_path / "s", {"i1": ("ANNA", "anna", "Q: Why?\n\nANNA: one two.\n")})
    for notebook in (study / "notebooks").glob("*.ipynb"):
        notebook.unlink()
    for coder, words in (("c1", "one"), ("c2", "two")):
        hand.code_excerpt(qualcode.open_study(study), "i1", words, {"topic/x": 1}, coder=coder)
    source = (
        "from qualcode import open_study, present, tables\npresent.table(tables.statements(open_study())[['excerpt']])"
    )
    cell = {"cell_type": "code", "id": "said-01", "metadata": {}, "source": source, "execution_count": None}
    whole = {"cells": [cell | {"outputs": []}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (study / "notebooks/said.ipynb").write_text(json.dumps(whole), "utf-8")
    here = ["--study", str(study)]

    assert main(["plots", *here]) == 0
    told = capsys.readouterr().err
    what = "interviews/i1.md: coded by c1, c2, and nothing is agreed: no coding of it counts here; say --coder, or"
    assert what in told
    assert "coder=" not in told
    table = study / "build/plots/said/said-01.csv"
    assert table.read_text("utf-8").splitlines() == ["excerpt"]
    assert main(["plots", "--write", "--coder", "c2", *here]) == 0
    (excerpt,) = qualcode.open_study(study).coded["c2", "i1"].excerpts
    assert table.read_text("utf-8").splitlines() == ["excerpt", excerpt.id]
    assert json.loads((study / "notebooks/manifest.json").read_text("utf-8"))["coder"] == "c2"
    assert main(["plots", "--check", *here]) == 0
    capsys.readouterr()
    assert main(["plots", "--coder", "c3", *here]) == 2
    assert "unknown coder 'c3'; coders are c1, c2" in capsys.readouterr().err
