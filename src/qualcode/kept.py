"""
What a notebook shows, kept as files too while the report runs it.

The runner names a folder in the environment and, in it, the cell that is running; a plot or table that
is shown writes itself there. Nowhere else does showing write anything.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

FOLDER = "QUALCODE_KEEP"
"""The environment's name for the folder; not set, nothing is kept."""
RUNNING = "running"
"""The file in it that names what the running cell shows."""
NUMBERS = "build/numbers.csv"
"""The file in the study's folder with the numbers that chapters named (``claims.names``)."""


def keep(endings: Mapping[str, Callable[[], bytes]]) -> None:
    """Write what is being shown, once for each ending, as ``NAME.ENDING``, the second of a cell ``NAME-2.ENDING``."""
    if not os.environ.get(FOLDER):
        return
    folder = Path(os.environ[FOLDER])
    name = (folder / RUNNING).read_text("utf-8")
    nth, there = 1, name
    while any((folder / f"{there}.{ending}").exists() for ending in endings):
        nth += 1
        there = f"{name}-{nth}"
    for ending, make in endings.items():
        (folder / f"{there}.{ending}").write_bytes(make())
