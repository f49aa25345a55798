"""A study from a stranger: read, checked and worked on, it writes nowhere else, runs nothing and never hangs."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualcode
from conftest import CITIZEN_CARD, HERE
from damaging import DAMAGES, do
from qualcode.errors import UsageError
from qualcode.tables import TABLES

HOSTILE = sorted(p.name for p in (HERE / "hostile").iterdir() if p.is_dir())
ONLY_POSIX = pytest.mark.skipif(os.name == "nt", reason="links and pipes are made as on Unix")
pytestmark = ONLY_POSIX
SECRET = "---\ntitle: Somebody else's diary, marmalade\n---\nmarmalade\n"
CODE = "function/access"
WORK = [
    "check",
    "table codings",
    "search card",
    "reanchor --write",
    f"codebook rename {CODE} function/entry --why Clearer.",
    "new interview 2024-05-01-x --case mediator",
    "finish --write",
    "finish --drop",
]
"""Commands that read, and commands that write."""


def hostile(kind: str, below: Path) -> Path:
    """
    Lay out a study of this kind beside a folder with somebody's secret; return the study.

    What lies in tests/hostile/KIND lies over the sound study. ``laid.txt`` says what else there is, one a line:
    ``link PATH TARGET``, ``pipe PATH``, ``socket PATH``, ``folder PATH``, ``sized PATH BYTES`` (zeros),
    ``text PATH BEFORE REPEATED TIMES AFTER``, ``renamed PATH NAME`` (NAME with escapes: bytes).
    """
    outside = below / "outside"
    outside.mkdir(parents=True)
    (outside / "secret.md").write_text(SECRET, "utf-8")
    (outside / "folder").mkdir()
    (outside / "folder" / "2024-01-01-secret.md").write_text(SECRET, "utf-8")
    study = Path(shutil.copytree(CITIZEN_CARD, below / "card"))
    shutil.copytree(HERE / "hostile" / kind, study, dirs_exist_ok=True)
    laid = study / "laid.txt"
    for line in laid.read_text("utf-8").splitlines() if laid.exists() else ():
        _lay(study, *shlex.split(line))
    laid.unlink(missing_ok=True)
    (study / "expected.txt").unlink()
    return study


def _lay(study: Path, what: str, name: str, *rest: str) -> None:
    path = study / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if what == "renamed":
        new = rest[0].encode().decode("unicode_escape").encode("latin-1")
        path.rename(path.with_name(os.fsdecode(new)))
        return
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    if what == "link":
        path.symlink_to(rest[0])
    elif what == "pipe":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    elif what == "socket":
        here = Path.cwd()
        os.chdir(path.parent)  # the address of a socket is short
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
        os.chdir(here)
    elif what == "sized":
        path.touch()
        os.truncate(path, int(rest[0]))
    elif what == "text":
        before, repeated, times, after = (r.encode("latin-1", "replace").decode("unicode_escape") for r in rest)
        path.write_text(before + repeated * int(times) + after, "utf-8", newline="")
    else:
        raise AssertionError(what)


def watched(study: Path, *commands: str) -> dict[str, Any]:
    """
    Run commands on a study, watched; see tests/watching.py.

    What they take is measured in CPU seconds: where much else runs a minute by the clock is no measure.
    """
    done = subprocess.run(
        [sys.executable, "-X", "utf8", str(HERE / "watching.py"), str(study), *commands],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        stdin=subprocess.DEVNULL,
    )
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def what_is_outside(study: Path) -> dict[str, str]:
    folder = study.parent / "outside"
    return {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.long
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_strangers_study_is_told_in_lines_and_nothing_else_happens(kind: str, tmp_path: Path):
    """
    expected.txt was written by hand: what `check` says of it, and no more than that happens.

    Then commands that read and commands that write are tried on it.
    """
    study = hostile(kind, tmp_path)
    expected = (HERE / "hostile" / kind / "expected.txt").read_text("utf-8").splitlines()
    before = what_is_outside(study)

    found = watched(study, *WORK)

    status, said, _ = found["commands"][0]
    assert expected == [line for line in said.splitlines() if not line.endswith((" problem", " problems"))]
    assert status == (2 if expected and expected[0].startswith("qualcode: ") else 1 if expected else 0)
    assert [escaped for _, _, escaped in found["commands"] if escaped] == []
    assert [said for _, said, _ in found["commands"] if "marmalade" in said or "Traceback" in said] == []
    assert (found["outside"], what_is_outside(study)) == ([], before)
    assert (found["seconds"] < 5, found["megabytes"] < 1000) == (True, True)


@pytest.mark.long
@pytest.mark.parametrize("link", ["build", "build/site", "build/plots", "build/site/assets"])
def test_a_report_is_not_written_through_a_link_in_build(link: str, tmp_path: Path):
    study = Path(shutil.copytree(CITIZEN_CARD, tmp_path / "card"))
    (tmp_path / "outside").mkdir()
    (study / link).parent.mkdir(parents=True, exist_ok=True)
    (study / link).symlink_to(tmp_path / "outside")

    found = watched(study, "report", "report --word")

    assert [(status, escaped) for status, _, escaped in found["commands"]] == [(2, "")] * 2
    assert "build: a link leads out of the study" in found["commands"][0][1]
    assert list((tmp_path / "outside").iterdir()) == []


LOADED_BY_NAME = (
    "json",
    "qualcode",
    "pandas",
    "numpy",
    "sphinx",
    "pypdf",
    "spacy",
    "docx",
    "matplotlib",
    "sitecustomize",
)
LOADED_BY_NAME += ("usercustomize", "jupyter_server_config", "jupyter_lab_config", "jupyter_config", "conf", "conftest")
SETTINGS = "text.usetex: True\nbackend: module://pandas\nsavefig.bbox: tight\n"


@pytest.mark.long
def test_no_program_and_no_setting_of_the_studys_folder_is_loaded(card: Path):
    """Python, Jupyter and matplotlib have files that they load from the folder in which they are called."""
    for name in LOADED_BY_NAME:
        (card / f"{name}.py").write_text(f"open({str(card.parent / 'ran')!r}, 'a').write({name!r})\n", "utf-8")
    (card / "matplotlibrc").write_text(SETTINGS, "utf-8")
    (card / "2024-05-01-talk.pdf").write_bytes(b"%PDF-1.4\n%%EOF\n")
    for words in (
        "check", "table statements --out a.xlsx", "suggest --coder reader", "search card", "report --untrusted",
        "network discourse --plot a.svg", "divergence --plot b.svg", "import 2024-05-01-talk.pdf",
        "code --coder me --write",
        "release check .",
    ):  # fmt: skip
        command = [sys.executable, "-P", "-m", "qualcode", *words.split()]  # as the script `qualcode` is called
        done = subprocess.run(command, cwd=card, capture_output=True, text=True, check=False)
        assert (words, "Traceback" in done.stderr) == (words, False)

    assert not (card.parent / "ran").exists()
    ours, theirs = card / "a.svg", card.parent / "a.svg"
    command = [
        sys.executable,
        "-P",
        "-m",
        "qualcode",
        "network",
        "discourse",
        "--study",
        str(card),
        "--plot",
        str(theirs),
    ]
    assert subprocess.run(command, cwd=card.parent, capture_output=True, check=False).returncode == 0
    assert ours.read_bytes() == theirs.read_bytes()


def test_python_beside_a_notebook_to_code_in_is_refused(card: Path):
    """JupyterLab is not opened in the study's folder; the notebook's own folder is, and holds notebooks only."""
    (card / "build" / "coding").mkdir(parents=True)
    (card / "build" / "coding" / "qualcode.py").write_text("", "utf-8")

    found = watched(card, "code 2024-02-20-mediator --coder me --write")
    assert found["commands"][0][:2] == [
        2,
        "qualcode: build/coding: qualcode.py is nothing that is laid there; delete build/coding and repeat\n",
    ]


@pytest.mark.long
@pytest.mark.parametrize(
    "words", ["table cases --out out.csv", "network discourse --plot out.svg", "agreement --out out.csv"]
)
def test_a_link_in_the_study_leads_no_file_that_is_named_elsewhere(words: str, card: Path):
    victim = card.parent / "victim"
    victim.write_text("mine", "utf-8")
    for name in ("out.csv", "out.svg"):
        (card / name).symlink_to(victim)

    (status, said, _), *_ = watched(card, words)["commands"]
    assert (status, victim.read_text("utf-8")) == (2, "mine")
    assert "a link leads out of the study" in said


BUILT = {
    "a script of the theme": "chapters/_static/scripts/furo.js",
    "a page": "site/extra.html",
    "a picture": "chapters/_images/a.png",
    "counted suggestions": "suggestions.csv",
    "an executed notebook": "notebooks/corpus.ipynb",
}


@pytest.mark.long
def test_nothing_that_came_in_build_is_in_the_site_of_a_stranger(card: Path):
    """Also where it carries the key that a report of this study would have."""
    mark = "planted-in-build"
    for name in BUILT.values():
        (card / "build" / name).parent.mkdir(parents=True, exist_ok=True)
        (card / "build" / name).write_text(f"{mark}\n", "utf-8")
    for name in ("chapters.key", "suggestions.key", "site.key", "notebooks/corpus.key"):
        (card / "build" / name).write_text("0" * 64, "utf-8")
    found = watched(card, "report --untrusted")

    assert (found["commands"][0][0], found["outside"]) == (0, [])
    site = card / "build" / "site"
    assert [p.name for p in site.rglob("*") if p.is_file() and mark.encode() in p.read_bytes()] == []
    furo = Path(str(files("furo"))) / "theme/furo/static/scripts/furo.js"
    assert (site / "_static/scripts/furo.js").read_text("utf-8") == furo.read_text("utf-8")


ODD = ['"><img src=x onerror=window.ran=1>', "x\\1", "index", "search", "{{ 7 }}", "a#b?c", "%2e%2e", "A", "a"]


@pytest.mark.long
def test_a_notebooks_name_is_words(card: Path):
    """It becomes no markup, no address and no other page."""
    (card / "notebooks").mkdir()
    for name in ODD:
        (card / "notebooks" / f"{name}.ipynb").write_text('{"cells": []}', "utf-8")
    found = watched(card, "report --untrusted")

    assert (found["commands"][0][0], found["outside"]) == (0, [])
    site = card / "build" / "site"
    text = (site / "index.html").read_text("utf-8")
    assert "<img src=x" not in text
    assert sorted(p.name for p in site.glob("*.html") if p.stem in ("A", "a") or p.stem.startswith("notebook-")) == [
        "A.html", *(f"notebook-{n}.html" for n in range(1, 9)),
    ]  # fmt: skip


NO_NOTEBOOKS = {
    "not-json": "{",
    "a-list": "[]",
    "without-cells": "{}",
    "cells-that-are-none": '{"cells": [1]}',
    "a-source-that-is-none": '{"cells": [{"cell_type": "code", "source": {}}]}',
    "nested-deep": "[" * 100_000,
}


@pytest.mark.long
@pytest.mark.parametrize("how", NO_NOTEBOOKS)
def test_a_notebook_that_is_none_is_named(how: str, tmp_path: Path):
    study = Path(shutil.copytree(CITIZEN_CARD, tmp_path / "card"))
    (study / "notebooks").mkdir()
    (study / "notebooks" / "a.ipynb").write_text(NO_NOTEBOOKS[how], "utf-8")

    found = watched(
        study, "report", "report --word", "plots --write", f"codebook rename {CODE} function/entry --why C."
    )

    assert [escaped for _, _, escaped in found["commands"] if escaped] == []
    assert [said for _, said, _ in found["commands"][:3]] == [
        "notebooks/a.ipynb: is no Jupyter notebook; restore it from its history, or move it away\n"
    ] * 3
    assert "Traceback" not in found["commands"][3][1]


PLACES = sorted({p.relative_to(CITIZEN_CARD).as_posix() for p in CITIZEN_CARD.rglob("*")})


@pytest.mark.long
@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(DAMAGES)), min_size=1, max_size=3))
def test_whatever_stands_where_a_file_was_the_study_opens_or_is_none(
    tmp_path_factory: pytest.TempPathFactory, damages: list[tuple[str, str]]
):
    """Names, kinds and links: never a traceback; every problem is one line with a path inside the study."""
    study = tmp_path_factory.getbasetemp() / "elsewhere" / "card"
    shutil.rmtree(study, ignore_errors=True)
    shutil.copytree(CITIZEN_CARD, study)
    for name, damage in damages:
        do(damage, study / name)
    try:
        problems = qualcode.open_study(study).problems
    except UsageError as error:
        if "is no study (no coding/codebook.yaml)" not in str(error):
            raise
        return

    assert [p for p in problems if "\n" in str(p) or "\x1b" in str(p) or p.path.startswith(("/", ".."))] == []
    for table in ("codings", "documents"):
        if not problems:
            TABLES[table](qualcode.open_study(study))


def bound() -> list[str]:
    """Return what to put before a command so that permissions bind it, also where root runs the tests."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("permissions do not bind root, and there is no setpriv here")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


def without_privileges(study: Path, *words: str) -> tuple[int, str]:
    """Run a command on a study as one whom permissions bind."""
    command = [*bound(), sys.executable, "-X", "utf8", "-m", "qualcode", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=study)
    return done.returncode, done.stdout + done.stderr


def test_what_may_not_be_read_or_written_is_told_in_one_sentence(card: Path):
    (card / "coding" / "memos").chmod(0)
    (card / "documents" / "2024-01-30-leaflet.md").chmod(0)
    (card / "locked").mkdir(0o555)

    status, said = without_privileges(card, "check")
    assert (status, said.splitlines()[:-1]) == (
        1,
        [
            "coding/memos: the folder cannot be looked into (Permission denied); check its permissions",
            "documents/2024-01-30-leaflet.md: cannot be read (Permission denied); check its permissions",
        ],
    )
    (card / "coding" / "memos").chmod(0o755)
    (card / "documents" / "2024-01-30-leaflet.md").chmod(0o644)
    assert without_privileges(card, "table", "cases", "--out", "locked/cases.csv") == (
        2,
        "qualcode: locked/cases.csv cannot be written: Permission denied\n",
    )
    assert without_privileges(card, "new", "study", "locked/mine") == (
        2,
        "qualcode: README.md: not written (Permission denied); what was there before is still there\n",
    )


SLICE = 500
"""How many damaged studies one process looks at."""


@pytest.mark.long
def test_ten_thousand_damaged_studies_are_read_and_shown_or_say_why(tmp_path: Path, request: pytest.FixtureRequest):
    """
    See damaging.py: no traceback, no write elsewhere, nothing run, no foreign word, none slow, none large.

    Half of them are sound enough to be rendered.
    """
    slices = 10_000 // SLICE if request.config.getoption("--thorough") else 1
    times = SLICE if slices > 1 else 40
    rendered = 0
    for n in range(slices):
        found = damaged(tmp_path / f"slice-{n}", times, seed=1_000_000 + n * times)
        assert (found["wrong"], found["outside"]) == ([], [])
        assert (found["seconds"] < 5, found["megabytes"] < 1000) == (True, True), found
        rendered += found["rendered"]

    assert rendered > slices * times / 5


def damaged(below: Path, times: int, seed: int) -> dict[str, Any]:
    """Run damaging.py as one whom permissions bind."""
    below.mkdir()
    script = [sys.executable, "-X", "utf8", str(HERE / "damaging.py"), str(below), str(times), str(seed)]
    done = subprocess.run([*bound(), *script], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
