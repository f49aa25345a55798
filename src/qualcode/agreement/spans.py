"""
How far coders agree when each chooses where a passage begins and ends.

A coder's spans are ``(start, end, value)``, half-open, none overlapping another of the same coder; what no
span covers is a gap. One code on its own, with its overlapping excerpts united, is such a list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations
from typing import Any

import numpy as np
import numpy.typing as npt

from qualcode.errors import UsageError

Span = tuple[int, int, Any]
Spans = Sequence[Sequence[Span]]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Continuum:
    """``pairs``: length on which one coder says c and another k; ``squares``: sum of squared lengths of c."""

    values: list[Any]
    pairs: Floats
    squares: Floats
    total: float


def u_alpha(spans: Spans, length: int) -> float:
    """
    Compute u-alpha: agreement on where the passages lie and what they are called, gaps included.

    Args:
        spans: one list of spans a coder.
        length: length of the text, from 0.

    Returns:
        At most 1; nan with fewer than two coders or if nobody, or everybody everywhere, has the same value.

    Raises:
        UsageError: spans of one coder overlap, or a span lies outside the text.

    Source: Krippendorff, Mathet, Bouvry & Widlöcher (2016), Quality & Quantity 50, 2347-2364. With m coders,
    length L, l(c) the length of value c over all coders and q(c) the sum of its squared lengths (of a gap,
    its length), c and k are expected together on mL l(c)l(k) / ((mL)^2 - sum of q).

    Example:
        >>> ann, ben = [(0, 10, "fee")], [(0, 10, "fee")]
        >>> u_alpha([ann, ben], length=40)
        1.0
        >>> round(u_alpha([ann, [(5, 15, "fee")]], length=40), 3)
        0.36
    """
    return _u(_sweep(spans, length))


def u_alpha_binary(spans: Spans, length: int) -> float:
    """
    Compute u-alpha with every span given one value: agreement on where there is something at all.

    Args, returns and raises: as `u_alpha`.

    Example:
        >>> u_alpha_binary([[(0, 10, "fee")], [(0, 10, "name")]], length=40)
        1.0
        >>> round(u_alpha([[(0, 10, "fee")], [(0, 10, "name")]], length=40), 3)
        0.41
    """
    return u_alpha([[(start, end, True) for start, end, _ in one] for one in spans], length)


def cu_alpha(spans: Spans, length: int) -> float:
    """
    Compute cu-alpha: agreement on what the passages are called, where two coders both have one.

    The nominal alpha over the length on which two coders have a span each. The definition has been checked
    by two implementations of our own, not against the paper.

    Args, raises: as `u_alpha`.

    Returns:
        At most 1; nan if no two spans of two coders meet or only one value does.

    Example:
        >>> ann = [(0, 10, "fee"), (10, 20, "name")]
        >>> ben = [(5, 10, "fee"), (10, 15, "name")]
        >>> cu_alpha([ann, ben], length=40)
        1.0
    """
    found = _sweep(spans, length)
    named = [at for at, value in enumerate(found.values) if value is not None]
    pairs = found.pairs[np.ix_(named, named)]
    margins, total = pairs.sum(axis=1), float(pairs.sum())
    expected = _different(margins)
    if expected <= 0:
        return float("nan")
    return 1 - (total - 1) * (total - float(np.trace(pairs))) / expected


def _u(found: Continuum) -> float:
    """Turn observed and expected lengths into u-alpha."""
    lengths = found.pairs.sum(axis=1)
    rest = found.total**2 - float(found.squares.sum())
    apart = _different(lengths)
    if rest <= 0 or apart <= 0:
        return float("nan")
    observed = float(found.pairs.sum() - np.trace(found.pairs))
    return 1 - observed * rest / (found.total * apart)


def _different(lengths: Floats) -> float:
    """Sum the products of the lengths of every two different values."""
    return float(lengths @ (1 - np.eye(len(lengths))) @ lengths)


def _sweep(spans: Spans, length: int) -> Continuum:
    """Lay the coders' spans beside each other; the value of a gap is ``None``, its place the last."""
    ordered = [sorted(one, key=lambda span: (span[0], span[1])) for one in spans]
    for one in ordered:
        for start, end, _ in one:
            if not 0 <= start < end <= length:
                raise UsageError(f"span {start} to {end} lies outside a text of {length}, or is empty")
        for (_, end, _), (start, _, _) in pairwise(one):
            if start < end:
                raise UsageError(f"spans of one coder overlap at {start}; unite them first")
    values = sorted({span[2] for one in spans for span in one}, key=lambda value: (str(type(value)), str(value)))
    place = {value: at for at, value in enumerate(values)}
    cuts = np.unique([0, length, *(edge for one in spans for span in one for edge in span[:2])])
    sizes = np.diff(cuts).astype(np.float64)
    q = len(values) + 1
    labels = np.full((len(spans), len(sizes)), q - 1)
    squares = np.zeros(q)
    for row, one in zip(labels, ordered, strict=True):
        for start, end, value in one:
            row[np.searchsorted(cuts, start) : np.searchsorted(cuts, end)] = place[value]
            squares[place[value]] += (end - start) ** 2
        squares[q - 1] += sizes[row == q - 1].sum()
    pairs = np.zeros(q * q)
    for first, second in permutations(range(len(spans)), 2):
        pairs += np.bincount(labels[first] * q + labels[second], sizes, minlength=q * q) / (len(spans) - 1)
    return Continuum([*values, None], pairs.reshape(q, q), squares, float(len(spans) * length))
