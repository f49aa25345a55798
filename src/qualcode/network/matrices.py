"""
Actors tied through the themes they take up: matrices over the statements.

Let x(i,j,s) be the number of statements of row i on j with stance s, and n(i) the number of all its
statements that count. A theme is its proposition: two labels that stand for opposite propositions tie
nobody, so a table of themes must not merge them. Definitions after Leifeld's Discourse Network Analyzer
(2017, in The Oxford Handbook of Political Networks); where we deviate the docstring says so.
"""

from __future__ import annotations

from typing import Unpack

import numpy as np
import pandas as pd

from qualcode.columns import choose
from qualcode.errors import UsageError
from qualcode.network.selection import ALL, Floats, Selection, Which, Words, on_one_machine, select

KINDS = ("congruence", "conflict", "subtract", "ignore")
NORMALISATIONS = ("none", "average", "jaccard", "cosine", "vector-cosine")
AFFILIATIONS = ("ignore", "subtract", "combine")
SHARES = ("none", "activity", "prominence")


def discourse_matrix(
    statements: pd.DataFrame,
    actor: str = "organisation",
    concept: str = "theme",
    kind: str = "congruence",
    normalise: str = "none",
    which: Which = ALL,
    **words: Unpack[Words],
) -> pd.DataFrame:
    """
    Tie the values of one column through another: who agrees, or disagrees, with whom.

    With R the width of *stance_range*, two statements on the same concept with stances s and t are alike
    by 1 - abs(s-t)/R; with two opposite stances only, that is 1 or 0. The value of a pair i, i' is the sum
    over all pairs of their statements on the same concept of

    - ``congruence``: how alike they are;
    - ``conflict``: how unlike, 1 minus that;
    - ``subtract``: congruence minus conflict;
    - ``ignore``: 1, whatever the stances.

    *normalise* divides it by (0 stays 0)

    - ``none``: 1;
    - ``average``: the mean of n(i) and n(i');
    - ``jaccard``: i's statements in cells (concept, stance) that i' does not use, and the other way round,
      and the product of both counts over all cells; stances are kept apart even with ``ignore``;
    - ``cosine``: n(i) times n(i'), which is what the reference program calls so and is no cosine;
    - ``vector-cosine``: the root of G(i,i) G(i',i'), G being the congruence (with ``ignore``, the plain
      product): a cosine, from 0 to 1, for ``subtract`` from -1 to 1.

    *duplicates* counts the first of statements equal in actor, concept and stance (``ignore``: stance left
    out) within a ``document`` or the ``study``; "first" is the first row. Equal is meant after the choice of
    columns, so two people of one organisation are one voice in a network of organisations.

    Args:
        statements: one row a statement, or ``times`` equal ones, on this machine or in partitions, as Dask has them
            (with "first" in the order of stances); the columns *actor* and *concept*, ``stance`` (except for
            ``ignore``), ``document`` with duplicates="document", ``date`` with a window. ``reported``
            is used if it is there.
        actor, concept: the columns to tie and to tie through; exchange them for ties among themes.
        which: which statements count, as a `Which`; or its words, each by its own name: duplicates,
            stance_range, reported, start, end.

    Returns:
        A symmetric matrix of floats, labels in code point order, diagonal 0. Whoever has a statement but
        none with a stance stays as an isolate. ``attrs["statements"]`` is the number counted,
        ``attrs["left_out"]`` the number left out by reason: reported, without date, outside the window,
        without actor, without concept, without stance, duplicate.

    Raises:
        UsageError: an unknown word or column, a stance outside its range, or no statement left.

    Example:
        >>> said = pd.DataFrame(
        ...     [("choir", "card", 1), ("city", "card", 0), ("city", "fee", -1)],
        ...     columns=["organisation", "theme", "stance"],
        ... )
        >>> discourse_matrix(said)
               choir  city
        choir    0.0   0.5
        city     0.5   0.0
    """
    choose(kind, KINDS, "kind")
    choose(normalise, NORMALISATIONS, "normalisation")
    which = which.but(**words)
    statements = on_one_machine(statements, actor, concept, which)
    chosen = select(statements, actor, concept, which, stance=kind != "ignore")
    return tie(chosen, kind, normalise, which.stance_range)


def affiliation_matrix(
    statements: pd.DataFrame,
    actor: str = "organisation",
    concept: str = "theme",
    kind: str = "ignore",
    normalise: str = "none",
    which: Which = ALL,
    **words: Unpack[Words],
) -> pd.DataFrame:
    """
    Count who takes up what: actors by concepts.

    *kind* says what a cell holds:

    - ``ignore``: the number of statements;
    - ``subtract``: the sum of their stances, so agreements minus disagreements for stances 1 and -1;
    - ``combine``: 0 no statement, 1 agreement only (stance above 0), 2 disagreement only (below 0), 3 both.
      A stance of exactly 0 is both: our choice, since the reference program has no stance in between.

    *normalise*: ``activity`` divides a row by the actor's number of statements, ``prominence`` a column by
    the concept's (0 stays 0); ``combine`` is a code and takes ``none`` only.

    Everything else is as in `discourse_matrix`.

    Returns:
        A matrix of floats, labels in code point order, with the same ``attrs``.

    Raises:
        UsageError: an unknown word or column, ``combine`` normalised, or no statement left.

    Example:
        >>> said = pd.DataFrame(
        ...     [("choir", "card", 1), ("city", "card", 0), ("city", "fee", -1)],
        ...     columns=["organisation", "theme", "stance"],
        ... )
        >>> affiliation_matrix(said, kind="subtract")
               card  fee
        choir   1.0  0.0
        city    0.0 -1.0
    """
    choose(kind, AFFILIATIONS, "kind")
    choose(normalise, SHARES, "normalisation")
    if kind == "combine" and normalise != "none":
        raise UsageError("kind 'combine' holds codes, not amounts: use normalise='none'")
    which = which.but(**words)
    statements = on_one_machine(statements, actor, concept, which)
    chosen = select(statements, actor, concept, which, stance=kind != "ignore")
    stances = chosen.levels[chosen.level]
    if kind == "ignore":
        values = _cells(chosen)
    elif kind == "subtract":
        values = _cells(chosen, stances)
    else:
        agreed = _cells(chosen, (stances >= 0).astype(np.float64)) > 0
        values = agreed + 2.0 * (_cells(chosen, (stances <= 0).astype(np.float64)) > 0)
    if normalise != "none":
        totals = _cells(chosen).sum(axis=1 if normalise == "activity" else 0)
        divisor = np.broadcast_to(totals[:, None] if normalise == "activity" else totals, values.shape)
        np.divide(values, divisor, out=values, where=divisor != 0)
    return _frame(values, chosen.rows, chosen.columns, chosen)


_NOTHING = 1e-9
"""Sums of likenesses below this are what rounding leaves of agreement and disagreement that cancel: no tie."""


def tie(chosen: Selection, kind: str, normalise: str, stance_range: tuple[float, float]) -> pd.DataFrame:
    """Make the matrix that `discourse_matrix` describes out of the statements that count."""
    values = _pairs(chosen, likeness(chosen.levels, kind, stance_range))
    values[np.abs(values) < _NOTHING] = 0
    if normalise != "none":
        divisor = _divisor(chosen, kind, normalise, stance_range)
        np.divide(values, divisor, out=values, where=divisor != 0)
    np.fill_diagonal(values, 0)
    return _frame(values, chosen.rows, chosen.rows, chosen)


def likeness(levels: Floats, kind: str, stance_range: tuple[float, float]) -> Floats:
    """Say what a pair of statements counts, by the places of their stances in *levels*."""
    if kind == "ignore":
        return np.ones((len(levels), len(levels)))
    low, high = stance_range
    apart = np.nan_to_num(np.abs(np.subtract.outer(levels, levels)) / (high - low))
    return {"congruence": 1 - apart, "conflict": apart, "subtract": 1 - 2 * apart}[kind]


def _cells(chosen: Selection, weights: Floats | None = None) -> Floats:
    """Add up statements, or their *weights*, per row and column."""
    shape = len(chosen.rows), len(chosen.columns)
    amounts = chosen.times if weights is None else weights * chosen.times
    flat = np.bincount(chosen.row * shape[1] + chosen.column, amounts, minlength=shape[0] * shape[1])
    return flat.reshape(shape).astype(np.float64, copy=False)


def _level_cells(chosen: Selection, level: int) -> Floats:
    """Count the statements with one stance per row and column."""
    return _cells(chosen, (chosen.level == level).astype(np.float64))


def _pairs(chosen: Selection, alike: Floats) -> Floats:
    """Sum *alike* over the pairs of statements of every two rows on the same column, diagonal included."""
    if np.all(alike == 1):
        counts = _cells(chosen)
        return counts @ counts.T
    values = np.zeros((len(chosen.rows), len(chosen.rows)))
    for level in np.unique(chosen.level):
        values += _level_cells(chosen, level) @ _cells(chosen, alike[level, chosen.level]).T
    if np.any(alike != np.round(alike)):  # fractions are rounded: make both halves the same again
        values += values.T.copy()
        values /= 2
    return values


def _divisor(chosen: Selection, kind: str, normalise: str, stance_range: tuple[float, float]) -> Floats:
    """Give the divisor of every pair."""
    n = np.bincount(chosen.row, chosen.times, minlength=len(chosen.rows)).astype(np.float64)
    if normalise == "average":
        return np.add.outer(n / 2, n / 2)
    if normalise == "cosine":
        return np.multiply.outer(n, n)
    if normalise == "vector-cosine":
        alike = likeness(chosen.levels, "ignore" if kind == "ignore" else "congruence", stance_range)
        norms = np.sqrt(_norms(chosen, alike))
        return np.multiply.outer(norms, norms)
    total = np.add.outer(n, n)
    for level in np.unique(chosen.level):
        counts = _level_cells(chosen, level)
        shared = counts @ (counts > 0).astype(np.float64).T
        shared += shared.T.copy()
        total += counts @ counts.T
        total -= shared
    return total


def _norms(chosen: Selection, alike: Floats) -> Floats:
    """Sum *alike* over the pairs of statements of each row with itself."""
    norms = np.zeros(len(chosen.rows))
    for level in np.unique(chosen.level):
        norms += (_level_cells(chosen, level) * _cells(chosen, alike[level, chosen.level])).sum(axis=1)
    return norms


def _frame(values: Floats, rows: list[str], columns: list[str], chosen: Selection) -> pd.DataFrame:
    """Label the matrix and say what it was made of."""
    table = pd.DataFrame(values, index=rows, columns=columns, copy=False)
    table.attrs["statements"] = chosen.number
    table.attrs.update(left_out=dict(chosen.left_out), **chosen.before)
    return table
