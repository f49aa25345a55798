"""
How long the report takes: from a fresh clone, with nothing changed, and after one change; and how it grows.

Run from the root of the repository: `python benchmarks/report.py`. The tracked files are copied to a folder of
their own, so that `build/` is empty; CPU seconds are those of the command and of all that it starts. Then the same
for studies made up (`study_maker`): from nothing, nothing changed, one excerpt less, with the size of the site beside
that of the words; `python benchmarks/report.py 100 500` names the numbers of interviews.
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

from study_maker import make_study

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


def measured(study: Path, *command: str, package: Path | None = None) -> tuple[float, float, float]:
    """Return wall and CPU seconds of a command in *study*, and the largest process's peak of memory in MB."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    surroundings = {**os.environ, "PYTHONPATH": str(package or study / "src")}
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


def grown(sizes: list[int]) -> None:
    """Print how the report of a study grows with it: forty codings an interview."""
    print("\n| interviews | what | wall s | CPU s | peak MB | site MB | of the words | files | largest page MB |")
    print("|---:|---|---:|---:|---:|---:|---:|---:|---:|")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            study = make_study(Path(folder) / "study", size, 40 * size)
            words = sum(p.stat().st_size for p in (study / "interviews").iterdir())
            steps = [
                ("from nothing", None),
                ("nothing changed", None),
                ("one excerpt less", sorted((study / "coding/coders/coder-a").iterdir())[1]),
            ]
            for name, file in steps:
                if file:
                    first_line_gone(file)
                wall, cpu, peak = measured(study, "-m", "qualcode", "report", package=ROOT / "src")
                files = [p.stat().st_size for p in (study / "build/site").rglob("*") if p.is_file()]
                pages = [p.stat().st_size for p in (study / "build/site").rglob("*.html")]
                whole = sum(files)
                told = f"{whole / 1e6:.1f} | {whole / words:.1f} | {len(files)} | {max(pages) / 1e6:.2f}"
                print(f"| {size} | {name} | {wall:.1f} | {cpu:.1f} | {peak:.0f} | {told} |", flush=True)


def main() -> None:
    """Print the tables."""
    if len(sys.argv) > 1:
        grown([int(n) for n in sys.argv[1:]])
        return
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

    grown([20, 100])


if __name__ == "__main__":
    main()
