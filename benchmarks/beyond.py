"""
Twenty million statements on workers of 1 GB each: discourse and affiliation matrices, and a divergence, on Dask.

Statements are made up and seeded, and written as Parquet in a folder of their own, 100,000 in a file. With one worker
and with two the numbers must be the same, and the same as of the counts from which the files were made. The wall time
is that of the calls alone; the largest memory is what the workers and the process that asks them came to.

    python benchmarks/beyond.py              # 20 million
    python benchmarks/beyond.py 2000000
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

IN_A_FILE = 100_000
ACTORS, THEMES, STANCES = 400, 60, (-1.0, 0.0, 1.0)


def write(folder: Path, statements: int) -> pd.DataFrame:
    """Write so many statements; return how often each different one stands there, counted while they are made."""
    draw = np.random.default_rng(0)
    actors = np.array([f"actor-{n:03d}" for n in range(ACTORS)], dtype=object)
    themes = np.array([f"theme/issue-{n:02d}" for n in range(THEMES)], dtype=object)
    figures = np.where(np.arange(ACTORS) % 2, "giver", "taker").astype(object)
    total = np.zeros(ACTORS * THEMES * len(STANCES), dtype=np.int64)
    for n in range(-(-statements // IN_A_FILE)):
        many = min(IN_A_FILE, statements - n * IN_A_FILE)
        who, what = (draw.zipf(1.3, many) % size for size in (ACTORS, THEMES))
        how = draw.integers(0, len(STANCES), many)
        total += np.bincount((who * THEMES + what) * len(STANCES) + how, minlength=len(total))
        told = {"document": f"d{n:05d}", "start": np.arange(many) * 100, "actor": actors[who], "theme": themes[what]}
        told |= {"stance": np.array(STANCES)[how], "actor_figure": figures[who], "reported": False}
        pd.DataFrame(told).to_parquet(folder / f"d{n:05d}.parquet", engine="pyarrow", index=False)
    there = np.flatnonzero(total)
    who, what, how = there // len(STANCES) // THEMES, there // len(STANCES) % THEMES, there % len(STANCES)
    counted = {"actor": actors[who], "theme": themes[what], "stance": np.array(STANCES)[how]}
    return pd.DataFrame(counted | {"actor_figure": figures[who], "reported": False, "times": total[there]})


def answers(statements: Any) -> dict[str, pd.DataFrame]:
    """Return what is measured."""
    from qualcode.divergence import divergence
    from qualcode.network import affiliation_matrix, discourse_matrix

    return {
        "congruence, average": discourse_matrix(statements, actor="actor", normalise="average"),
        "affiliation": affiliation_matrix(statements, actor="actor", kind="combine"),
        "divergence": divergence(statements, ("giver", "taker")),
    }


def run(folder: Path, workers: int, expected: dict[str, pd.DataFrame]) -> None:
    """Print one line of the table."""
    import dask.dataframe as dd
    from dask.distributed import Client, LocalCluster

    set_up = {"n_workers": workers, "threads_per_worker": 1, "memory_limit": "1GB", "dashboard_address": None}
    with LocalCluster(**set_up) as cluster, Client(cluster) as client:
        client.run(lambda: __import__("qualcode.network") and __import__("qualcode.divergence"))
        begun = time.perf_counter()
        made = answers(dd.read_parquet(str(folder / "*.parquet")))
        wall = time.perf_counter() - begun
        most = client.run(lambda: __import__("resource").getrusage(__import__("resource").RUSAGE_SELF).ru_maxrss / 1024)
    for name, table in made.items():
        pd.testing.assert_frame_equal(table, expected[name], check_dtype=False, rtol=1e-9)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| {workers} | {wall:.1f} | {max(most.values()):.0f} | {own:.0f} |", flush=True)


def main() -> None:
    """Print the table."""
    statements = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        expected = answers(write(folder, statements))
        size = sum(p.stat().st_size for p in folder.iterdir()) / 1e6
        print(f"{statements:,} statements, {len(list(folder.iterdir()))} files, {size:.0f} MB; {ACTORS} actors\n")
        print(
            "| workers of 1 GB | wall s | largest worker, peak MB | the process that asks, MB |\n|---:|---:|---:|---:|"
        )
        for workers in (1, 2):
            run(folder, workers, expected)


if __name__ == "__main__":
    main()
