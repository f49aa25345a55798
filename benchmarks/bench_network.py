"""
Congruence with average normalisation: ours, the bare arithmetic, and plain Python.

    python benchmarks/bench_network.py
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from measuring import main

from qualcode.network import discourse_matrix

ACTORS = {20_000: 200, 200_000: 2_000}
CONCEPTS = 300


def numbers(size: int) -> tuple[Any, Any, Any]:
    """Draw actors, concepts and stances."""
    random = np.random.default_rng(1)
    return (
        random.integers(0, ACTORS[size], size),
        random.integers(0, CONCEPTS, size),
        random.choice([-1.0, 1.0], size),
    )


def table(size: int) -> pd.DataFrame:
    """Make a table of statements with names."""
    actor, concept, stance = numbers(size)
    actors = np.array([f"organisation-{n:04}" for n in range(ACTORS[size])], dtype=object)
    concepts = np.array([f"family/theme-{n:03}" for n in range(CONCEPTS)], dtype=object)
    return pd.DataFrame({"organisation": actors[actor], "theme": concepts[concept], "stance": stance})


def ours(size: int) -> Callable[[], Any]:
    """Call the library on a table."""
    statements = table(size)
    return lambda: discourse_matrix(statements, normalise="average")


def bare(size: int) -> Callable[[], Any]:
    """Multiply arrays of numbers that are ready."""
    actor, concept, stance = numbers(size)

    def run() -> Any:
        n = np.bincount(actor, minlength=ACTORS[size])
        total = np.zeros((ACTORS[size], ACTORS[size]))
        for sign in (-1, 1):
            mine = stance == sign
            cells = np.bincount(actor[mine] * CONCEPTS + concept[mine], minlength=ACTORS[size] * CONCEPTS)
            counts = cells.reshape(-1, CONCEPTS).astype(float)
            total += counts @ counts.T
        total /= np.add.outer(n, n) / 2
        return total

    return run


def plain(size: int) -> Callable[[], Any]:
    """Loop over pairs of actors in plain Python."""
    actor, concept, stance = (column.tolist() for column in numbers(size))

    def run() -> Any:
        cells = Counter(zip(actor, concept, stance, strict=True))
        by_cell: dict[Any, list[tuple[int, int]]] = {}
        for (who, what, sign), count in cells.items():
            by_cell.setdefault((what, sign), []).append((who, count))
        n, values = Counter(actor), Counter()
        for who in by_cell.values():
            for (a, x), (b, y) in combinations(sorted(who), 2):
                values[a, b] += x * y
        return {pair: value / ((n[pair[0]] + n[pair[1]]) / 2) for pair, value in values.items()}

    return run


if __name__ == "__main__":
    main(
        {"bare numpy": bare, "qualcode": ours, "plain Python": plain},
        {20_000: "20,000 statements, 200 actors", 200_000: "200,000 statements, 2,000 actors"},
    )
