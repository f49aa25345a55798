"""
How long the report takes: from a fresh clone, with nothing changed, and after one change.

Run from the root of the repository: `python benchmarks/report.py`. The tracked files are copied to a folder of
their own, so that `build/` is empty; CPU seconds are those of the command and of all that it starts.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FLOOR = """
import json, os
from pathlib import Path
os.chdir("notebooks")
for path in sorted(Path().glob("*.ipynb")):
    names = {}
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
"""
"""The cells of all notebooks, one after the other in one process: no kernel, nothing shown, nothing kept, no page."""


def measured(study: Path, *command: str) -> tuple[float, float, float]:
    """Return wall and CPU seconds of a command in *study*, and the largest process's peak of memory in MB."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    surroundings = {**os.environ, "PYTHONPATH": str(study / "src")}
    subprocess.run([sys.executable, *command], cwd=study, check=True, capture_output=True, env=surroundings)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, cpu, after.ru_maxrss / 1024


def first_line_gone(path: Path) -> None:
    """Take an excerpt out of a coder's file."""
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[1:]), "utf-8", newline="\n")


def line_added(path: Path) -> None:
    """Write a line below a memo."""
    path.write_text(f"{path.read_text('utf-8')}\nOne line more.\n", "utf-8", newline="\n")


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "study"
        listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
        for name in listed.splitlines():
            (study / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, study / name)
        report = ("-m", "qualcode", "report")
        print("| what | wall s | CPU s | peak MB |\n|---|---:|---:|---:|")
        steps = [
            ("the floor: all cells in one process, nothing shown", None, ("-c", FLOOR)),
            ("from a fresh clone", None, report),
            ("nothing changed", None, report),
            ("a memo longer", lambda: line_added(study / "coding/memos/2018-10-02-the-barriers.md"), report),
            (
                "one coding less of the second coder, in a settled document",
                lambda: first_line_gone(study / "coding/coders/coder-b/2018-05-29-spokesperson.jsonl"),
                report,
            ),
            (
                "one coding less that is counted",
                lambda: first_line_gone(study / "coding/coders/coder-a/2018-07-20-citizen.jsonl"),
                report,
            ),
        ]
        for name, change, command in steps:
            if change:
                change()
            print("| {} | {:.1f} | {:.1f} | {:.0f} |".format(name, *measured(study, *command)), flush=True)


if __name__ == "__main__":
    main()
