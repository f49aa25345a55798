"""Published studies, revived: each notebook of the example gives the numbers that are stored in it."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
MATERIAL = PROJECT.parent / "shared" / "material"
NOTEBOOKS = sorted((PROJECT / "examples" / "revive").glob("*.ipynb"))


def code(path: Path) -> list[tuple[str, str]]:
    """Return the code cells of a notebook: source, and what it printed when it was stored."""
    cells = [c for c in json.loads(path.read_text("utf-8"))["cells"] if c["cell_type"] == "code"]
    return [
        ("".join(c["source"]), "".join("".join(o["text"]) for o in c["outputs"] if o.get("name") == "stdout"))
        for c in cells
    ]


@pytest.mark.long
@pytest.mark.skipif(not MATERIAL.is_dir(), reason="what was published is not at hand")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_gives_the_numbers_that_it_stores(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pypdf")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MATERIAL", str(MATERIAL))
    here: dict[str, object] = {}
    for source, printed in code(path):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(source, here)
        assert said.getvalue() == printed


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("weise-opcw", ("30 of 30 published counts are equal", "34 of 34 published sums are equal")),
        ("kerrigan-pdpilot", ("90 of 91 codes are equal", "1 with 32 uses is not in the list of segments")),
        ("lejeune-fieldnote", ("3 of 3 passages stand at one place",)),
    ],
)
def test_what_the_page_promises_is_what_the_notebook_stores(name: str, said: tuple[str, ...]) -> None:
    printed = "".join(p for _, p in code(PROJECT / "examples" / "revive" / f"{name}.ipynb"))
    assert [one for one in said if one not in printed] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_no_stored_notebook_names_a_machine(path: Path) -> None:
    assert not re.search(r"/(?:home|root|tmp|Users|var|work)/[\w.-]+", path.read_text("utf-8"))
