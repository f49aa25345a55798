"""
Which words, or themes, are typical of either figure.

A ranking and not a test: the pooled z counts excerpts, so one talkative person makes a word typical. The p
beside it comes from re-assigning the memberships to speakers.
"""

from __future__ import annotations

from typing import Unpack

import numpy as np
import pandas as pd

from qualcode.divergence.arrangements import SLACK, arrange
from qualcode.divergence.panel import EXACT, Chance, ChanceWords, Weights, note, panel
from qualcode.divergence.permutation import Floats
from qualcode.divergence.themes import DEFINITIONAL
from qualcode.errors import UsageError
from qualcode.sums import TIMES

_CELLS = 50_000_000


def log_odds(
    occurrences: pd.DataFrame,
    contrast: tuple[str, str],
    weights: Weights | None = None,
    *,
    count: str | None = None,
    prior: float = 10,
    chance: Chance = EXACT,
    **words: Unpack[ChanceWords],
) -> pd.DataFrame:
    """
    Rank words or themes by weighted log-odds with an informative Dirichlet prior.

    With y_a the count in figure a (weighted by membership), n_a the total, alpha = *prior* times the theme's
    share in everything and alpha_0 = *prior*, it is ln[(y_a+alpha)/(n_a+alpha_0-y_a-alpha)] minus the same
    for b; z divides it by the root of 1/(y_a+alpha) + 1/(y_b+alpha).

    Args:
        occurrences: one row an occurrence, or, with the column *count*, one row a speaker and theme. What is
            ranked is the column ``theme``, or another: ``theme="word"``.
        prior: the mass of the prior; more draws rare themes towards 0.
        Everything else is as in `divergence`; arrangements times themes stay below 50 million as well.

    Returns:
        One row a theme, from most typical of a to most typical of b, ties by code point: ``count_a``,
        ``count_b``, ``log_odds``, ``z``, ``p`` (share of the arrangements whose absolute z is at least as
        large), ``p_max`` (the same against the largest of all themes), ``p_error``, ``speakers_with``,
        ``reason``.

    Raises:
        UsageError: as `divergence`; only one theme; a negative count or prior.

    Source: Monroe, Colaresi & Quinn (2008), Political Analysis 16(4), 372-403.

    Example:
        >>> said = pd.DataFrame(
        ...     [("ann", "issuer", "fee", 3), ("ben", "holder", "fee", 1), ("ben", "holder", "name", 2)],
        ...     columns=["actor", "actor_figure", "word", "said"],
        ... )
        >>> found = log_odds(said, ("issuer", "holder"), theme="word", count="said", prior=6)
        >>> found[["count_a", "count_b", "log_odds"]].round(2)
              count_a  count_b  log_odds
        word
        fee       3.0      1.0      1.03
        name      0.0      2.0     -1.03
    """
    chance = chance.but(**words)
    made = panel(occurrences, contrast, weights, chance)
    counts = made.counts
    if count is not None:
        amounts = pd.to_numeric(made.rows[count], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        if not np.all(amounts >= 0):
            raise UsageError(f"the column {count!r} must hold counts of 0 or more")
        counts = np.zeros_like(counts)
        np.add.at(counts, (made.row, made.column), amounts if count == TIMES else amounts * made.times)
    if prior <= 0:
        raise UsageError(f"the prior must exceed 0, not {prior}")
    if counts.shape[1] < 2:
        raise UsageError(f"only one {chance.theme}: there is nothing to rank")
    w = made.weights
    share = prior * counts.sum(axis=0) / counts.sum()
    odds, z = (one[0] for one in _score(w[None, :], counts, share, prior))
    testable = made.tested & (made.too_few == "")
    p, p_max = np.full(len(z), np.nan), np.full(len(z), np.nan)
    ways = arrange(w, min(chance.enumerate_up_to, _CELLS // len(z)), chance.resamples, chance.seed)
    if testable.any():
        as_far, as_far_max = np.zeros(len(z)), np.zeros(len(z))
        step = max(1, 4_000_000 // len(z))
        for chunk in ways:
            for first in range(0, len(chunk), step):
                far = np.abs(_score(chunk[first : first + step], counts, share, prior)[1])
                as_far += (far >= np.abs(z) - SLACK).sum(axis=0)
                largest = np.sort(far[:, testable].max(axis=1))
                as_far_max += len(largest) - np.searchsorted(largest, np.abs(z) - SLACK)
        p[testable] = [ways.p(n) for n in as_far[testable]]
        p_max[testable] = [ways.p(n) for n in as_far_max[testable]]
    table = pd.DataFrame(
        {
            "count_a": w @ counts,
            "count_b": (1 - w) @ counts,
            "log_odds": odds,
            "z": z,
            "p": p,
            "p_max": p_max,
            "p_error": [ways.error(one) for one in p.tolist()],
            "speakers_with": (counts > 0).sum(axis=0),
            "reason": [made.too_few if tested else DEFINITIONAL for tested in made.tested],
        },
        index=pd.Index(made.themes, name=chance.theme),
    )
    order = np.argsort(-np.round(z, 12), kind="stable")
    return note(table.iloc[order], made, contrast, weights)


def _score(w: Floats, counts: Floats, alpha: Floats, prior: float) -> tuple[Floats, Floats]:
    """Give log-odds and z for every row of memberships."""
    a = w @ counts
    b = counts.sum(axis=0) - a
    n_a = a.sum(axis=1, keepdims=True) + prior
    n_b = b.sum(axis=1, keepdims=True) + prior
    a += alpha
    b += alpha
    odds = np.log(a / (n_a - a)) - np.log(b / (n_b - b))
    return odds, odds / np.sqrt(1 / a + 1 / b)
