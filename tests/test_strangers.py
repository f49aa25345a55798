"""A study from a stranger: read, checked and worked on, it writes nowhere else, runs nothing and never hangs."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
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
    """Run commands on a study, watched; see tests/watching.py. Nothing may take longer than a minute."""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", str(HERE / "watching.py"), str(study), *commands],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def what_is_outside(study: Path) -> dict[str, str]:
    folder = study.parent / "outside"
    return {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in sorted(folder.rglob("*")) if p.is_file()}


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
