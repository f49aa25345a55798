"""
How often the tests raise a false alarm, and how often they find something.

Six against six speakers, 8 to 39 excerpts each, five themes, no true difference. Speakers' own shares scatter
around the common ones as a Dirichlet distribution does. Every run is one call of ``divergence``.

    python benchmarks/calibration.py [runs]
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from qualcode.divergence import divergence, power

SHARES = np.array([0.35, 0.25, 0.2, 0.12, 0.08])
CLUSTERING = {"none": None, "moderate (25)": 25.0, "strong (8)": 8.0}


def study(random: np.random.Generator, clustering: float | None) -> pd.DataFrame:
    """Draw the excerpts of twelve speakers who do not differ by figure."""
    who, what = [], []
    for speaker in range(12):
        own = SHARES if clustering is None else random.dirichlet(SHARES * clustering)
        themes = random.choice(len(SHARES), size=random.integers(8, 40), p=own)
        who += [speaker] * len(themes)
        what += themes.tolist()
    table = pd.DataFrame({"actor": who, "theme": what})
    return table.assign(
        actor_figure=np.where(table["actor"] < 6, "a", "b"),
        actor=table["actor"].map("s{:02}".format),
        theme=table["theme"].map("t{}".format),
    )


def excerpt_level(table: pd.DataFrame) -> float:
    """Give the largest standardised difference of shares if excerpts were independent, which they are not."""
    counts = table.groupby(["actor_figure", "theme"]).size().unstack(fill_value=0)
    n = counts.sum(axis=1)
    share, pooled = counts.div(n, axis=0), counts.sum() / n.sum()
    z = (share.loc["a"] - share.loc["b"]) / np.sqrt(pooled * (1 - pooled) * (1 / n["a"] + 1 / n["b"]))
    return float((z.abs() > 1.96).mean())


def false_alarms(runs: int) -> None:
    """Print the share of runs and themes with p at or below 0.05."""
    print("| clustering | p, per theme | any p | any p_max_t | any p_holm | excerpt level, per theme | error |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, clustering in CLUSTERING.items():
        random = np.random.default_rng(2018)
        hits = []
        for _ in range(runs):
            table = study(random, clustering)
            found = divergence(table, ("a", "b"))[["p", "p_max_t", "p_holm"]] <= 0.05
            hits.append([found["p"].mean(), *found.any().astype(float), excerpt_level(table)])
        rates = np.mean(hits, axis=0)
        error = (rates[1] * (1 - rates[1]) / runs) ** 0.5
        print(f"| {name} | {' | '.join(f'{rate:.3f}' for rate in rates)} | {error:.3f} |")


def found_differences() -> None:
    """Print how often a theme of 20 percent is found when it differs."""
    print("\n| speakers | shift | found, moderate clustering | found, strong clustering |")
    print("|---|---:|---:|---:|")
    for size in (5, 6, 9):
        for shift in (0.1, 0.2, 0.3):
            rates = [power(size, size, shift, clustering=c, runs=400).found for c in (25, 8)]
            words = [f"{rate:.2f}" for rate in rates]
            print(f"| {size} against {size} | {shift:.0%} | {' | '.join(words)} |")


if __name__ == "__main__":
    false_alarms(int(sys.argv[1]) if len(sys.argv) > 1 else 800)
    found_differences()
