"""
Krippendorff's alpha of 3 coders and 20 values, and its interval by resampled interviews.

    python benchmarks/bench_agreement.py
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
from measuring import main

from qualcode.agreement import agreement, alpha

VALUES, INTERVIEWS, CODES = 20, 40, 20


def ratings(size: int) -> Any:
    """Draw ratings, a tenth of them missing as -1."""
    random = np.random.default_rng(1)
    made = random.integers(0, VALUES, (3, size))
    made[random.random(made.shape) < 0.1] = -1
    return made


def ours(size: int) -> Callable[[], Any]:
    """Call alpha on coders by units with nan."""
    made = ratings(size).astype(float)
    made[made < 0] = np.nan
    return lambda: alpha(made)


def ours_lists(size: int) -> Callable[[], Any]:
    """Call alpha on lists with None."""
    made = [[None if value < 0 else value for value in row] for row in ratings(size).tolist()]
    return lambda: alpha(made)


def bare(size: int) -> Callable[[], Any]:
    """Count coincidences on arrays of numbers that are ready."""
    made = ratings(size)

    def run() -> float:
        m = (made >= 0).sum(axis=0)
        pairs = np.zeros((VALUES, VALUES))
        for one, other in ((0, 1), (0, 2), (1, 2)):
            both = (made[one] >= 0) & (made[other] >= 0)
            flat = made[one][both] * VALUES + made[other][both]
            pairs += np.bincount(flat, 1 / (m[both] - 1), minlength=VALUES**2).reshape(VALUES, VALUES)
        pairs += pairs.T
        n = pairs.sum(axis=0)
        return 1 - (n.sum() - 1) * (n.sum() - np.trace(pairs)) / (n.sum() ** 2 - (n**2).sum())

    return run


def plain(size: int) -> Callable[[], Any]:
    """Count coincidences in plain Python."""
    columns = list(zip(*ratings(size).tolist(), strict=True))

    def run() -> float:
        pairs: Counter[tuple[int, int]] = Counter()
        for column in columns:
            given = [value for value in column if value >= 0]
            for pair in permutations(given, 2):
                pairs[pair] += 1 / (len(given) - 1)
        n: Counter[int] = Counter()
        for (value, _), count in pairs.items():
            n[value] += count
        total = sum(n.values())
        apart = sum(count for (a, b), count in pairs.items() if a != b)
        return 1 - (total - 1) * apart / (total**2 - sum(count**2 for count in n.values()))

    return run


def tables(size: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Draw codings of 40 interviews, what was read, and the turns."""
    random = np.random.default_rng(1)
    names, turns = [f"interview-{n:02}" for n in range(INTERVIEWS)], size // INTERVIEWS
    units = pd.DataFrame({"document": np.repeat(names, turns), "start": np.tile(np.arange(turns) * 20, INTERVIEWS)})
    units["end"] = units["start"] + 18
    read = pd.DataFrame([(name, coder, 0, turns * 20) for name in names for coder in "abc"])
    read.columns = ["document", "coder", "start", "end"]
    n = size // 2
    tags = pd.DataFrame({"document": random.choice(names, n), "coder": random.choice(list("abc"), n)})
    tags["start"] = random.integers(0, turns * 20 - 20, n)
    tags["end"] = tags["start"] + 15
    tags["code"] = random.choice([f"family-{c % 4}/code-{c:02}" for c in range(CODES)], n)
    return tags, read, units


def table(size: int) -> Callable[[], Any]:
    """Make the whole table of agreement without intervals."""
    tags, read, units = tables(size)
    return lambda: agreement(tags, read, turns=units, resamples=0)


def table_with_interval(size: int) -> Callable[[], Any]:
    """Make it with 10,000 draws of the interviews."""
    tags, read, units = tables(size)
    return lambda: agreement(tags, read, turns=units, resamples=10_000)


if __name__ == "__main__":
    main(
        {
            "alpha: bare numpy": bare,
            "alpha: qualcode, an array": ours,
            "alpha: qualcode, lists with None": ours_lists,
            "alpha: plain Python": plain,
            "agreement of 20 codes: no interval": table,
            "agreement of 20 codes: 10,000 draws": table_with_interval,
        },
        {20_000: "20,000 units, 3 coders", 200_000: "200,000 units, 3 coders"},
    )
