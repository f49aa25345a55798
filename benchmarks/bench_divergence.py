"""
Exact permutation of 30 themes over speakers: six against six, eleven against eleven, and in parts.

    python benchmarks/bench_divergence.py
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from measuring import main

from qualcode.divergence import divergence

THEMES, EXCERPTS = 30, 40


def counts(size: int) -> Any:
    """Draw how often each of the speakers takes up each theme."""
    return np.random.default_rng(1).multinomial(EXCERPTS, np.full(THEMES, 1 / THEMES), size=2 * size)


def statements(size: int) -> pd.DataFrame:
    """Make the table of excerpts."""
    rows = [
        (f"speaker-{who:02}", "a" if who < size else "b", f"theme-{theme:02}")
        for who, row in enumerate(counts(size).tolist())
        for theme, count in enumerate(row)
        for _ in range(count)
    ]
    return pd.DataFrame(rows, columns=["actor", "actor_figure", "theme"])


def ours(size: int) -> Callable[[], Any]:
    """Make the whole table: p, max-T, Holm, delta, who turns it round."""
    table = statements(size)
    return lambda: divergence(table, ("a", "b"))


def ours_in_parts(size: int) -> Callable[[], Any]:
    """Make it with partial memberships: more arrangements than two groups have, or draws."""
    table = statements(size)
    third = size // 3
    values = [1.0] * (size - third) + [0.75] * third + [0.25] * third + [0.0] * (size - third)
    weights = {f"speaker-{who:02}": value for who, value in enumerate(values)}
    return lambda: divergence(table, ("a", "b"), weights)


def bare(size: int) -> Callable[[], Any]:
    """Visit the arrangements with arrays: p and max-T only."""
    shares = counts(size) / EXCERPTS

    def run() -> Any:
        chosen = np.array(list(combinations(range(2 * size), size)))
        w = np.zeros((len(chosen), 2 * size))
        np.put_along_axis(w, chosen, 1.0, axis=1)
        apart = np.abs(w @ shares - (1 - w) @ shares) / size
        seen = apart[0]
        largest = (apart / apart.std(axis=0)).max(axis=1)
        return (apart >= seen - 1e-12).mean(axis=0), (largest[:, None] >= seen / apart.std(axis=0)).mean(axis=0)

    return run


def plain(size: int) -> Callable[[], Any]:
    """Visit the arrangements in plain Python: p only."""
    shares = (counts(size) / EXCERPTS).tolist()

    def run() -> Any:
        everyone = range(2 * size)
        totals = [sum(shares[who][theme] for who in everyone) for theme in range(THEMES)]
        seen, as_far, ways = [0.0] * THEMES, [0] * THEMES, 0
        for group in combinations(everyone, size):
            for theme in range(THEMES):
                inside = sum(shares[who][theme] for who in group)
                apart = abs(2 * inside - totals[theme]) / size
                seen[theme] = seen[theme] if ways else apart
                as_far[theme] += apart >= seen[theme] - 1e-12
            ways += 1
        return [count / ways for count in as_far]

    return run


if __name__ == "__main__":
    main(
        {"bare numpy": bare, "qualcode": ours, "qualcode, partial membership": ours_in_parts, "plain Python": plain},
        {6: "6 against 6 speakers, 30 themes", 11: "11 against 11 speakers, 30 themes"},
    )
