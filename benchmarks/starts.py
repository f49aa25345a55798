"""
How long a command takes to begin: whole commands on the exemplar, as CPU seconds beside ``import pandas`` alone.

Twice: with the bytecode that ``make`` compiles, and without, as where an environment cannot be written to.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = ["--version", "check", "table codings", "search commune", "network discourse", "divergence", "agreement"]
COMMANDS += ["suggest --coder coder-a"]


def cpu(command: list[str], times: int, **more: str) -> float:
    """Return the CPU seconds of a process, the least of several."""
    best = float("inf")
    around = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | more
    for _ in range(times):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=ROOT, env=around, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return best


def main() -> None:
    """Print the table."""
    none = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": str(ROOT / "build" / "no-bytecode")}
    python = [sys.executable, "-c", "import pandas"]
    floor, bare = cpu(python, 5), cpu(python, 2, **none)
    print("| command | CPU s | of `import pandas` | without bytecode |")
    print("|---|---:|---:|---:|")
    print(f"| `import pandas` | {floor:.2f} | 1.0 | {bare:.2f} |")
    for words in COMMANDS:
        command = [sys.executable, "-m", "qualcode", *words.split()]
        took = cpu(command, 5)
        print(f"| `qualcode {words}` | {took:.2f} | {took / floor:.1f} | {cpu(command, 2, **none):.2f} |")


if __name__ == "__main__":
    main()
