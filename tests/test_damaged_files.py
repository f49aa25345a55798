"""Files from elsewhere, damaged at random: a sound study comes of each, or a sentence that says why not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from damagedfiles import PROJECTS, TRANSCRIPTS

HERE = Path(__file__).parent
SLICE = 2500
"""How many damaged files one process reads."""


@pytest.mark.long
@pytest.mark.parametrize("reader", [*TRANSCRIPTS, *PROJECTS])
def test_ten_thousand_damaged_files_of_each_form_come_in_or_are_refused_in_words(
    reader: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """See damagedfiles.py: no traceback, nothing written elsewhere, no study that is half or has problems."""
    slices = 4 if request.config.getoption("--thorough") else 1
    times = SLICE if slices > 1 else 30
    for n in range(slices):
        script = [sys.executable, "-X", "utf8", str(HERE / "damagedfiles.py"), str(tmp_path / f"slice-{n}"), reader]
        done = subprocess.run(
            [*script, str(times), str(5_000_000 + n * times)], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        found = json.loads(done.stdout)
        assert (found["wrong"], found["outside"]) == ([], [])
        assert found["taken"] > 0
        assert found["seconds"] < 5
