"""
Every public function has an example in its docstring, and every example says what comes.

An example finds what a reader has after ``from ROOM import *``: the room's public names; ``pd``, ``nx``, ``date``,
``Path``, ``open_study`` and ``tables``; ``study``, the tiny second study in a copy of its own, so that it may be
written to; and the study's tables under their names (``codings``, ``statements``, ...) where the room has no such
name itself. The working folder is one of the example's own; what stands in it is in `WORKING`.
"""

from __future__ import annotations

import doctest
import inspect
import json
import re
import shutil
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pytest

from qualcode import open_study, tables
from qualcode.coding import code_excerpt
from qualcode.exchange.published import import_quotations, publish
from test_public import ROOMS

CITIZEN_CARD = Path(__file__).parent / "citizen-card"

GIVEN = {
    "qualcode.Study": "open_study",
    "qualcode.coding.compare.Comparison": "compare",
    "qualcode.claims.Share": "written",
    "qualcode.claims.Stated": "read_stated",
    "qualcode.claims.Tables": "compute",
    "qualcode.coding.compare.Row": "compare",
    "qualcode.coding.merge.Merged": "merge",
    "qualcode.coding.merge.Version": "merge",
    "qualcode.coding.settle.Settled": "settle",
    "qualcode.divergence.Distance": "jensen_shannon",
    "qualcode.divergence.Power": "power",
    "qualcode.gate.Checked": "check_out",
    "qualcode.gate.Replaced": "replaced",
    "qualcode.network.Core": "core_periphery",
    "qualcode.network.EIndex": "ei_index",
    "qualcode.network.Polarisation": "polarisation",
    "qualcode.plots.Places": "read_places",
    "qualcode.plots.Plot": "involvement",
    "qualcode.present.Table": "table",
    "qualcode.recoding.Plan": "rename",
    "qualcode.recoding.Recoding": "carry_out",
    "qualcode.search.Index": "index_of",
    "qualcode.study.Study": "open_study",
    "qualcode.study.release.Verdict": "verdict",
    "qualcode.suggest.Decided": "decide",
    "qualcode.tables.retrieval.Passage": "passages",
    "qualcode.manuscript.Judged": "check_manuscript",
    "qualcode.widget.ReadOnly": "read_only",
}
"""Classes that nobody makes by hand: the function that gives one, or is made of them, shows it."""

OVENS = "We light it at four.\n\n*Baker, personal communication, 3 March 2019*\n"


def lay_ovens(folder: Path) -> None:
    """
    Lay down a published text of one quotation: ``ovens.md``, with the table ``titles.csv``.

    ``ovens`` is a study made of it, in which ``ann`` tagged two words, ``reader`` one that nobody coded yet;
    ``published/ovens`` has her coding without the words.
    """
    (folder / "ovens.md").write_text(OVENS, encoding="utf-8")
    (folder / "titles.csv").write_text("printed,line,case,kind\nBaker,,baker,\n", encoding="utf-8")
    for study in ("ovens", "reader"):
        assert not import_quotations(folder / "ovens.md", folder / study, folder / "titles.csv").problems
    code_excerpt(open_study(folder / "ovens"), "2019-03-03-baker", "at four", {"theme/first": None}, coder="ann")
    wordless = folder / "published" / "ovens"
    wordless.mkdir(parents=True)
    for name in ("codebook.yaml", "cases.csv"):
        shutil.copy(folder / "ovens" / "coding" / name, wordless)
    assert not publish(folder / "ovens", wordless, "ann").problems


def lay_pattern(folder: Path) -> None:
    """Give the code ``governance/co-design`` of the study a pattern to find passages by."""
    book = folder / "card" / "coding" / "codebook.yaml"
    stance = "    stance: The card was made together with those concerned.\n"
    text = book.read_text(encoding="utf-8")
    book.write_text(text.replace(stance, f"{stance}    patterns: [sat at the table]\n"), encoding="utf-8")


def lay_notebook(folder: Path) -> None:
    """Give the study one notebook of one cell."""
    code = {"cell_type": "code", "id": "sum", "metadata": {}, "execution_count": None, "outputs": [], "source": "1 + 1"}
    (folder / "card" / "notebooks").mkdir()
    notebook = {"cells": [code], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "card" / "notebooks" / "sum.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def lay_transcripts(folder: Path) -> None:
    """Lay down a transcript of two speakers."""
    (folder / "transcripts").mkdir()
    (folder / "transcripts" / "2024-05-02-baker.txt").write_text("Q: When?\nBAKER: At four.\n", encoding="utf-8")


WORKING = {
    "qualcode.widget.speakers": lay_transcripts,
    "qualcode.exchange.published": lay_ovens,
    "qualcode.report.check_notebooks": lay_notebook,
    "qualcode.report.store_notebooks": lay_notebook,
    "qualcode.suggest": lay_pattern,
}
"""What stands in the working folder, beside the study's copy, of a room's examples or of one."""

FLAGS = doctest.NORMALIZE_WHITESPACE


def names_of(room: str) -> dict[str, Any]:
    """Return the public names of a room."""
    module = import_module(room)
    own = [n for n, what in vars(module).items() if not n.startswith("_") and inspect.getmodule(what) is module]
    return {name: getattr(module, name) for name in sorted(getattr(module, "__all__", own))}


PUBLIC = {
    f"{room}.{name}": what
    for room in ROOMS
    for name, what in names_of(room).items()
    if callable(what) and f"{room}.{name}" not in GIVEN
}
"""What needs an example."""


def steps_of(name: str) -> list[doctest.Example]:
    """Read the steps of the example of a public name."""
    return doctest.DocTestParser().get_examples(inspect.getdoc(PUBLIC[name]) or "")


def example_of(name: str, study: Path) -> doctest.DocTest:
    """Return the example of a public name with what it finds; *study* is the copy that it may change."""
    says = inspect.getdoc(PUBLIC[name]) or ""
    known: dict[str, Any] = {"pd": pd, "nx": nx, "date": date, "Path": Path}
    known |= {"open_study": open_study, "tables": tables}
    opened = open_study(study)
    known |= {n: table(opened) for n, table in tables.TABLES.items() if re.search(rf"\b{n}\b", says)}
    known |= names_of(name.rpartition(".")[0])
    known["study"] = opened
    return doctest.DocTest(steps_of(name), known, name, None, None, says)


def test_every_public_name_has_an_example_that_uses_it_and_shows_a_value():
    bare = []
    for name in PUBLIC:
        steps = steps_of(name)
        used = any(re.search(rf"\b{name.rpartition('.')[2]}\b", step.source + step.want) for step in steps)
        if not used or not any(step.want for step in steps):
            bare.append(name)

    assert [] == bare


def test_whoever_gives_a_class_is_public_itself():
    missing = [f"{of.rpartition('.')[0]}.{name}" for of, name in GIVEN.items()]

    assert [] == [name for name in missing if name not in PUBLIC]


BUILT = [name for name in PUBLIC if name.startswith("qualcode.report.") and name not in WORKING]
"""Whose study is one that was run already, with the starter's notebooks."""

SHOWN_ONLY = {"qualcode.report.serve": "it serves until it is stopped"}
"""Whose examples are not run, and why."""


def test_only_these_examples_are_not_run():
    skipped = [name for name in PUBLIC if any(doctest.SKIP in step.options for step in steps_of(name))]

    assert list(SHOWN_ONLY) == skipped


KERNEL = {"qualcode.report.check_notebooks", "qualcode.report.store_notebooks"}
OTHERS = [name for name in PUBLIC if name not in BUILT]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.builds] if name in KERNEL else []) for name in OTHERS]
)
def test_what_an_example_shows_is_what_comes(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    come_true(name, CITIZEN_CARD, tmp_path, monkeypatch)


@pytest.mark.parametrize("name", BUILT)
def test_what_an_example_of_the_report_shows_is_what_comes(
    name: str, written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    come_true(name, written, tmp_path, monkeypatch)


def come_true(name: str, of: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the example of *name* on a copy of the study *of*."""
    study = Path(shutil.copytree(of, tmp_path / "card"))
    lay = WORKING.get(name) or WORKING.get(name.rpartition(".")[0])
    if lay:
        lay(tmp_path)
    monkeypatch.chdir(tmp_path)
    heard: list[str] = []

    with pd.option_context("display.width", 110, "display.max_columns", 20):
        ran = doctest.DocTestRunner(optionflags=FLAGS, verbose=False).run(example_of(name, study), out=heard.append)

    assert not ran.failed, "".join(heard)
