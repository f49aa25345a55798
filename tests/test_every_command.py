"""Every command, whatever state a study is in and whatever it is given: a status of its own, and never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import HERE
from everycommand import BAD, WORDS
from test_command_examples import COMMANDS
from test_strangers import ONLY_POSIX, bound

pytestmark = ONLY_POSIX


def test_every_command_is_tried():
    """Who adds a command says here what it is given."""
    assert {f"qualcode {name}" for name in WORDS} == set(COMMANDS)


@pytest.mark.long
@pytest.mark.parametrize("bad", BAD)
def test_no_command_ends_in_a_traceback(bad: str, tmp_path: Path):
    """
    Nested deep, names that are no UTF-8, notebooks that are none, folders that may not be read or written.

    Each says why in lines that a terminal obeys nothing of, and none hangs.
    """
    script = [sys.executable, "-X", "utf8", str(HERE / "everycommand.py"), str(tmp_path), bad]
    done = subprocess.run(
        [*bound(), *script], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=900
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)

    assert [(words, escaped) for words, _, _, escaped in found if escaped] == []
    assert [(words, status) for words, status, _, _ in found if status not in (0, 1, 2)] == []
    assert [words for words, _, said, _ in found if "Traceback" in said or "\x1b" in said] == []
    assert [words for words, status, said, _ in found if status and not said.strip()] == []
