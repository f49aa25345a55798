"""
What a study's own codings teach: a score for every passage and code, and how well it would have done.

Ridge regression on likenesses, for all codes at once. Its scores for interviews left out follow from one
solution: with H the hat matrix and g the left-out rows, y - f = (I - H_gg)^-1 (y - Hy)_g, exact, no refit.

Source: Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, section 7.10 and exercise 7.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qualcode.plural import number_of
from qualcode.suggest.passages import Known
from qualcode.suggest.pieces import Floats, Weights

PENALTY = 1.0
LEAST_PASSAGES = 10
LEAST_INTERVIEWS = 3
_BLOCK = 256
MOST = 4000
"""More judged passages than this are not learnt from; they are then taken evenly spaced."""

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Learnt:
    """
    What was learnt: from which passages (*known*, weighed in *weights*), for which *codes*, one column each.

    ``left_out``: the scores of the known passages when their group was left out; ``threshold``: the score from
    which a passage is suggested, chosen so that F1 of these is largest.
    """

    known: tuple[Known, ...]
    weights: Weights
    codes: tuple[str, ...]
    carried: npt.NDArray[np.bool_]
    coefficients: Floats
    left_out: Floats
    threshold: Floats

    def scores(self, texts: Weights) -> Floats:
        """Score other texts, one row each, one column a code."""
        found: Floats = texts.spread(self.weights.gathered(self.coefficients)) + self.coefficients.sum(axis=0)
        return found

    def near(self, texts: Weights, rows: Sequence[int], code: str) -> dict[int, Floats]:
        """
        Return for some rows of other *texts* how alike they are to each known passage that carries *code*.

        One number a known passage; -1 for those that do not carry it.
        """
        carriers = np.flatnonzero(self.carried[:, self.codes.index(code)])
        asked = texts.some(np.array(sorted(set(rows)), dtype=np.int64))
        given = np.zeros((asked.pieces, asked.texts))
        given[asked.piece, asked.text] = asked.weight
        alike = self.weights.some(carriers).spread(given)
        found = {}
        for n, row in enumerate(sorted(set(rows))):
            found[row] = np.full(len(self.known), -1.0)
            found[row][carriers] = alike[:, n]
        return found


def declined(known: Sequence[Known], codes: Sequence[str]) -> dict[str, str]:
    """Say of codes why they are not learnt: too few passages, or from too few interviews."""
    reasons = {}
    for code in codes:
        mine = [k.passage for k in known if code in k.codes]
        interviews = len({p.group for p in mine})
        if len(mine) < LEAST_PASSAGES:
            reasons[code] = f"{number_of(len(mine), 'coded passage')}, {LEAST_PASSAGES} are needed"
        elif interviews < LEAST_INTERVIEWS:
            reasons[code] = f"coded in {number_of(interviews, 'unconnected interview')}, {LEAST_INTERVIEWS} are needed"
    return reasons


def chosen(known: Sequence[Known]) -> Numbers:
    """Return the numbers of the passages that are learnt from."""
    if len(known) <= MOST:
        return np.arange(len(known), dtype=np.int64)
    return np.unique(np.linspace(0, len(known) - 1, MOST).round().astype(np.int64))


def learn(known: Sequence[Known], weights: Weights, codes: Sequence[str]) -> Learnt:
    """Learn from judged passages, of which *weights* are the weights; *codes* must not be declined."""
    carried = np.array([[c in k.codes for c in codes] for k in known], dtype=np.bool_).reshape(len(known), len(codes))
    y = carried.astype(np.float64)
    whole = weights.likeness(weights)
    whole += 1
    whole[np.diag_indices(len(known))] += PENALTY
    root = root_inverted(whole)
    coefficients = root.T @ (root @ y)
    fitted = y - PENALTY * coefficients
    groups = np.array([k.passage.group for k in known])
    left_out = np.zeros_like(y)
    for group in np.unique(groups):
        g = np.flatnonzero(groups == group)
        mine = root[g[0] :, g]
        left_out[g] = y[g] - np.linalg.solve(PENALTY * (mine.T @ mine), y[g] - fitted[g])
    threshold = np.array([best_threshold(left_out[:, n], carried[:, n]) for n in range(len(codes))])
    return Learnt(tuple(known), weights, tuple(codes), carried, coefficients, left_out, threshold)


def root_inverted(a: Floats) -> Floats:
    """
    Return, in its place, R of a symmetric matrix with positive eigenvalues, lower triangular: its inverse is R'R.

    The Cholesky factor block by block, then its inverse row by row of blocks; only below the diagonal is looked at.
    """
    edges = list(range(0, len(a), _BLOCK))
    blocks = [slice(low, low + _BLOCK) for low in edges]
    for n, here in enumerate(blocks):
        a[here, here] = np.tril(np.linalg.inv(np.linalg.cholesky(a[here, here])))
        below = slice(here.stop, None)
        a[below, here] = a[below, here] @ a[here, here].T
        for m in range(n + 1, len(blocks)):
            a[edges[m] :, blocks[m]] -= a[edges[m] :, here] @ a[blocks[m], here].T
    for n, here in enumerate(blocks):
        low, own = edges[n], a[here, here]
        beside = a[here, :low].copy()
        for first, there in zip(edges[:n], blocks[:n], strict=True):
            a[here, there] = -own @ (beside[:, first:] @ a[first:low, there])
        a[here, low + _BLOCK :] = 0
    return a


def best_threshold(scores: Floats, carried: npt.NDArray[np.bool_]) -> float:
    """Return the score from which suggesting has the largest F1; of several, the highest."""
    if not carried.any():
        return float("inf")
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(carried[order])
    f1 = 2 * right / (np.arange(1, len(order) + 1) + carried.sum())
    return float(scores[order][int(np.argmax(f1))])


def would_suggest(learnt: Learnt) -> npt.NDArray[np.bool_]:
    """
    Say for each known passage and code whether it would have been suggested, its own group left out.

    The threshold too is chosen on the other groups' scores.
    """
    groups = np.array([k.passage.group for k in learnt.known])
    said = np.zeros_like(learnt.carried)
    for group in np.unique(groups):
        here = groups == group
        for n in range(len(learnt.codes)):
            bar = best_threshold(learnt.left_out[~here, n], learnt.carried[~here, n])
            said[here, n] = learnt.left_out[here, n] >= bar
    return said
