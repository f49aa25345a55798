"""
Measure ways to do the same thing: each in a process of its own, by the CPU's clock and its peak of memory.

A benchmark is a script with a dictionary of ways; each builds its data, then hands back what is to be timed.
The floor is the bare arithmetic on arrays that are ready for it: what no library can do without.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Way = Callable[[int], Callable[[], Any]]


def main(ways: dict[str, Way], sizes: dict[int, str]) -> None:
    """Print a table of all ways at all sizes; as a child process, measure one."""
    if len(sys.argv) == 3:
        print(json.dumps(_measure(ways[sys.argv[1]], int(sys.argv[2]))))
        return
    print("| size | way | CPU s | peak MB | of which before |")
    print("|---|---|---:|---:|---:|")
    for size, words in sizes.items():
        for name in ways:
            command = [sys.executable, sys.argv[0], name, str(size)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            print(f"| {words} | {name} | {found['cpu']:.3f} | {found['peak']:.0f} | {found['before']:.0f} |")


def _measure(way: Way, size: int) -> dict[str, float]:
    """Time one way three times and take the best; memory is the process's peak, data and imports included."""
    task = way(size)
    before = peak()
    times = []
    for _ in range(3):
        start = time.process_time()
        task()
        times.append(time.process_time() - start)
        if times[-1] > 5:
            break
    return {"cpu": min(times), "peak": peak(), "before": before}


def peak() -> float:
    """
    Give the largest resident memory of this process so far, in MB.

    Linux tells ``getrusage`` of a process that was forked the peak of the one it came from; ``VmHWM`` is its own.
    """
    try:
        return int(Path("/proc/self/status").read_text("ascii").split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / (1024 * 1024 if sys.platform == "darwin" else 1024)
