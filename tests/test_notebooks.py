"""The stored notebooks: run, argued, and free of what should not travel."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from conftest import PROJECT
from qualcode.study.layout import starter_notebooks

NOTEBOOKS = sorted((PROJECT / "notebooks").glob("*.ipynb"))
MACHINE = re.compile(r"/(?:home|root|tmp|Users|var|work)/[\w.-]+|[A-Z]:\\\\Users")


def cells(path: Path, kind: str) -> list[dict[str, Any]]:
    return [c for c in json.loads(path.read_text("utf-8"))["cells"] if c["cell_type"] == kind]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


@pytest.fixture(params=NOTEBOOKS, ids=lambda p: p.stem)
def notebook(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


def test_every_code_cell_was_executed_in_order(notebook: Path):
    """A stripped notebook would pass every comparison of outputs, since there are none."""
    counts = [c["execution_count"] for c in cells(notebook, "code")]

    assert counts == list(range(1, len(counts) + 1))


def test_every_cell_that_ends_in_a_value_has_its_output(notebook: Path):
    silent = [
        n
        for n, c in enumerate(cells(notebook, "code"), start=1)
        if not c["outputs"] and re.match(r"(present|plots|Markdown)\b|\)$", source(c).splitlines()[-1])
    ]

    assert silent == []


def test_no_cell_failed_or_warned(notebook: Path):
    kinds = {o["output_type"] for c in cells(notebook, "code") for o in c["outputs"]}

    assert kinds <= {"execute_result", "display_data"}


def test_the_first_cell_has_question_inputs_and_answer(notebook: Path):
    first = source(json.loads(notebook.read_text("utf-8"))["cells"][0])

    assert re.findall(r"\*\*(Question|Inputs|Answer)\.\*\*", first) == ["Question", "Inputs", "Answer"]


def test_notebooks_argue_and_the_package_computes(notebook: Path):
    """No function is defined in a notebook, and a cell is short."""
    long = [source(c) for c in cells(notebook, "code") if len(source(c).splitlines()) > 10 or "def " in source(c)]

    assert long == []


def test_words_stand_between_cells_of_code_and_at_the_end(notebook: Path):
    """At most three cells of code follow one another, and the last cell is prose."""
    kinds = [c["cell_type"] for c in json.loads(notebook.read_text("utf-8"))["cells"]]

    assert "code code code code" not in " ".join(kinds)
    assert kinds[-1] == "markdown"


def test_every_plot_has_a_caption_and_words_for_who_cannot_see_it(notebook: Path):
    drawn = [c for c in cells(notebook, "code") if any("image/svg+xml" in o.get("data", {}) for o in c["outputs"])]
    told = [c["metadata"].get("mystnb", {}) for c in drawn]

    assert [m for m in told if not (m.get("figure", {}).get("caption") and m.get("image", {}).get("alt"))] == []


def test_no_widget_state_and_no_path_of_a_machine_is_stored(notebook: Path):
    text = notebook.read_text("utf-8")

    assert "widgets" not in json.loads(text)["metadata"]
    assert MACHINE.findall(re.sub(r'"image/svg\+xml":.*', "", text)) == []


@pytest.mark.parametrize("name", sorted(starter_notebooks()))
def test_a_notebook_to_begin_with_holds_no_outputs_and_no_names(name: str):
    """They are laid into studies whose text they have not seen."""
    cells = [c for c in json.loads(starter_notebooks()[name])["cells"] if c["cell_type"] == "code"]

    assert [c for c in cells if c["outputs"] or c["execution_count"]] == []
    assert [c for c in cells if re.search(r"professional|activist|motion|issuer|holder", source(c))] == []
