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

from conftest import CITIZEN_CARD, HERE

HOSTILE = sorted(p.name for p in (HERE / "hostile").iterdir())
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
        path.rename(os.fsencode(path.parent) + b"/" + rest[0].encode().decode("unicode_escape").encode("latin-1"))
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
        before, repeated, times, after = (r.encode("latin-1", "backslashreplace").decode("unicode_escape") for r in rest)
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
