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

from qualcode.suggest.passages import Known
from qualcode.suggest.pieces import Floats, Weights

PENALTY = 1.0
LEAST_PASSAGES = 10
LEAST_INTERVIEWS = 3
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
        return (texts.likeness(self.weights) + 1) @ self.coefficients


def declined(known: Sequence[Known], codes: Sequence[str]) -> dict[str, str]:
    """Say of codes why they are not learnt: too few passages, or from too few interviews."""
    reasons = {}
    for code in codes:
        mine = [k.passage for k in known if code in k.codes]
        interviews = len({p.group for p in mine})
        if len(mine) < LEAST_PASSAGES:
            reasons[code] = f"{len(mine)} coded passages, {LEAST_PASSAGES} are needed"
        elif interviews < LEAST_INTERVIEWS:
            reasons[code] = f"coded in {interviews} unconnected interviews, {LEAST_INTERVIEWS} are needed"
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
    near = weights.likeness(weights) + 1
    inverse = np.linalg.inv(near + PENALTY * np.eye(len(known)))
    hat = near @ inverse
    fitted = hat @ y
    groups = np.array([k.passage.group for k in known])
    left_out = np.zeros_like(y)
    for group in np.unique(groups):
        g = np.flatnonzero(groups == group)
        left_out[g] = y[g] - np.linalg.solve(np.eye(len(g)) - hat[np.ix_(g, g)], y[g] - fitted[g])
    threshold = np.array([best_threshold(left_out[:, n], carried[:, n]) for n in range(len(codes))])
    return Learnt(tuple(known), weights, tuple(codes), carried, inverse @ y, left_out, threshold)


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
