"""
How far coders agree beyond what chance would give, unit by unit.

Ratings are coders by units: one row a coder, one column a unit, ``None`` or nan where a coder was not
asked. Tagging nothing is a judgement and must be a value; not having read is missing. Whatever is not
defined is nan, never 1.0: if everybody always says the same, nothing shows that they could have differed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from qualcode.columns import choose
from qualcode.errors import UsageError

NOTHING_SHARED = "no unit was judged by two coders"
ONE_VALUE = "only one value occurs: nothing shows that they could have differed"
LEVELS = ("nominal", "ordinal", "interval", "ratio")

Floats = npt.NDArray[np.float64]
Ratings = Sequence[Sequence[Any]] | npt.NDArray[Any] | pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """``codes``: coders by units, places in ``values`` (ascending), -1 for missing; ``m``: coders a unit."""

    codes: npt.NDArray[np.intp]
    values: list[Any]
    m: npt.NDArray[np.intp]


def alpha(ratings: Ratings, level: str = "nominal") -> float:
    """
    Compute Krippendorff's alpha, for any number of coders and with missing ratings.

    Args:
        ratings: C coders by U units; ``None`` or nan is missing. Units with fewer than two ratings do not
            count. Given the wrong way round the result is another number: see to it that rows are coders.
        level: ``nominal``, ``ordinal`` (ranks are the distinct values in order), ``interval`` or ``ratio``
            (values of 0 or more).

    Returns:
        At most 1; 0 is what chance gives; below 0 is disagreement by system. nan if no unit has two ratings
        or only one value occurs.

    Raises:
        UsageError: an unknown level, rows of unequal length, or values that are no numbers where the level
            needs numbers.

    Source: Krippendorff (2011), Computing Krippendorff's alpha-reliability.

    Example:
        >>> ann, ben = [1, 1, 0, 0], [1, 0, 0, None]
        >>> round(alpha([ann, ben]), 3)
        0.444
        >>> round(alpha([[1, 0.5, -1], [1, 0, -1]], level="interval"), 3)
        0.95
    """
    choose(level, LEVELS, "level")
    judged = _read(ratings, numbers=level != "nominal")
    pairs = _coincidences(judged)
    margins = pairs.sum(axis=1)
    distance = _distance(judged.values, margins, level)
    expected = float(margins @ distance @ margins)
    total = float(margins.sum())
    if expected <= 0:
        return float("nan")
    return 1 - (total - 1) * float((pairs * distance).sum()) / expected


def percent(ratings: Ratings) -> float:
    """
    Give the share of agreeing pairs of coders, averaged over the units with two ratings or more.

    Args:
        ratings: as `alpha`.

    Returns:
        0 to 1, nan if no unit has two ratings. It is high whenever one value dominates: never print it alone.

    Example:
        >>> round(percent([[1, 1, 0, 0], [1, 0, 0, None]]), 3)
        0.667
    """
    return _agreeing(_read(ratings))


def cohen(ratings: Ratings) -> float:
    """
    Compute Cohen's kappa of two coders over the units that both have judged.

    Returns:
        At most 1, nan if they share no unit or each uses one and the same value.

    Raises:
        UsageError: not two coders.

    Source: Cohen (1960), Educational and Psychological Measurement 20(1).

    Example:
        >>> cohen([[1, 1, 0, 0], [1, 0, 0, 0]])
        0.5
    """
    crossed = _crossed(ratings)
    if not crossed.sum():
        return float("nan")
    shares = crossed / crossed.sum()
    return _beyond(float(np.trace(shares)), float(shares.sum(axis=1) @ shares.sum(axis=0)))


def scott_pi(ratings: Ratings) -> float:
    """
    Compute Scott's pi of two coders over the units that both have judged.

    As `cohen`, but both coders are expected to use the values as often as the two do together.

    Source: Scott (1955), Public Opinion Quarterly 19(3).

    Example:
        >>> round(scott_pi([[1, 1, 0, 0], [1, 0, 0, 0]]), 3)
        0.467
    """
    crossed = _crossed(ratings)
    if not crossed.sum():
        return float("nan")
    shares = crossed / crossed.sum()
    return _beyond(float(np.trace(shares)), float((((shares.sum(axis=1) + shares.sum(axis=0)) / 2) ** 2).sum()))


def fleiss(ratings: Ratings) -> float:
    """
    Compute Fleiss' kappa, for units that all have the same number of ratings.

    Returns:
        At most 1; nan if the number of ratings differs between units, is below two, or one value is all.

    Source: Fleiss (1971), Psychological Bulletin 76(5).

    Example:
        >>> fleiss([["yes", "no", "yes"], ["yes", "no", "no"], ["yes", "no", "yes"]])
        0.55
    """
    judged = _read(ratings)
    m = judged.m[judged.m > 0]
    if not len(m) or m.min() != m.max() or m[0] < 2:
        return float("nan")
    shares = _used(judged) / judged.m.sum()
    return _beyond(_agreeing(judged), float((shares**2).sum()))


def gwet_ac1(ratings: Ratings) -> float:
    """
    Compute Gwet's AC1, which does not collapse when one value dominates.

    Categories are those that occur. A unit with one rating counts for how common the values are, not for
    agreement.

    Returns:
        At most 1; nan if no unit has two ratings or only one value occurs.

    Source: Gwet (2008), British Journal of Mathematical and Statistical Psychology 61(1).

    Example:
        >>> round(gwet_ac1([[1, 1, 0, 0], [1, 0, 0, 0]]), 3)
        0.529
    """
    judged = _read(ratings)
    q = len(judged.values)
    if q < 2 or not (judged.m >= 2).any():
        return float("nan")
    rated = judged.m > 0
    each = 1 / np.where(rated, judged.m, 1)
    share = np.zeros(q)
    for row in judged.codes:
        share += np.bincount(row[row >= 0], each[row >= 0], minlength=q)
    share /= rated.sum()
    return _beyond(_agreeing(judged), float((share * (1 - share)).sum()) / (q - 1))


def why_undefined(ratings: Ratings) -> str:
    """
    Say why `alpha` is nan for these ratings, or nothing where it is defined.

    Example:
        >>> alpha([[1, 1], [1, 1]]), why_undefined([[1, 1], [1, 1]])
        (nan, 'only one value occurs: nothing shows that they could have differed')
    """
    judged = _read(ratings)
    if not (judged.m >= 2).any():
        return NOTHING_SHARED
    return ONE_VALUE if int((_coincidences(judged).sum(axis=1) > 0).sum()) < 2 else ""


def _read(ratings: Ratings, *, numbers: bool = False) -> Judged:
    """Give the values numbers; missing is -1."""
    if isinstance(ratings, pd.DataFrame):
        table = ratings.to_numpy()
    elif isinstance(ratings, np.ndarray):
        table = ratings
    else:
        lengths = {len(row) for row in ratings}
        if len(lengths) > 1:
            raise UsageError(f"every coder needs a rating or None for every unit; rows have {sorted(lengths)}")
        table = _object_table(ratings)
    if table.ndim != 2:
        raise UsageError("ratings are coders by units: one row a coder, one column a unit")
    flat, uniques = pd.factorize(table.ravel())
    values = [one.item() if isinstance(one, np.generic) else one for one in uniques]
    if numbers and not all(isinstance(one, (int, float)) for one in values):
        raise UsageError("this level needs numbers; words have the level 'nominal'")
    order = sorted(range(len(values)), key=lambda at: values[at] if numbers else (str(values[at]), at))
    place = np.empty(len(values) + 1, dtype=np.intp)
    place[order] = np.arange(len(values))
    place[-1] = -1
    codes = place[flat].reshape(table.shape)
    return Judged(codes, [values[at] for at in order], (codes >= 0).sum(axis=0))


def _object_table(rows: Sequence[Sequence[Any]]) -> npt.NDArray[Any]:
    """Keep every value as it is: numpy would make text of a number beside a word."""
    table = np.empty((len(rows), len(rows[0]) if len(rows) else 0), dtype=object)
    for at, row in enumerate(rows):
        table[at] = row
    return table


def _coincidences(judged: Judged) -> Floats:
    """Count the pairs of values within units, each unit's pairs weighing 1/(m-1)."""
    q = len(judged.values)
    pairs = np.zeros(q * q)
    weight = 1 / np.maximum(judged.m - 1, 1)
    for one, other in combinations(judged.codes, 2):
        both = (one >= 0) & (other >= 0)
        pairs += np.bincount(one[both] * q + other[both], weight[both], minlength=q * q)
    square = pairs.reshape(q, q)
    return square + square.T


def _distance(values: list[Any], margins: Floats, level: str) -> Floats:
    """Give the squared difference of every two values."""
    if level == "nominal":
        return 1 - np.eye(len(values))
    if level == "ordinal":
        middle = np.cumsum(margins) - margins / 2
        return np.asarray(np.subtract.outer(middle, middle) ** 2)
    v = np.array(values, dtype=np.float64)
    apart = np.subtract.outer(v, v)
    if level == "interval":
        return np.asarray(apart**2)
    if (v < 0).any():
        raise UsageError("the level 'ratio' needs values of 0 or more")
    sums = np.add.outer(v, v)
    return np.asarray(np.divide(apart, sums, out=np.zeros_like(apart), where=sums > 0) ** 2)


def _agreeing(judged: Judged) -> float:
    """Give the mean share of agreeing pairs."""
    paired = judged.m >= 2
    if not paired.any():
        return float("nan")
    equal = np.zeros(len(judged.m))
    for one, other in combinations(judged.codes, 2):
        equal += (one == other) & (one >= 0)
    return float((equal[paired] / (judged.m[paired] * (judged.m[paired] - 1) / 2)).mean())


def _used(judged: Judged) -> Floats:
    """Count how often each value occurs."""
    found = judged.codes[judged.codes >= 0]
    return np.bincount(found, minlength=len(judged.values)).astype(np.float64)


def _crossed(ratings: Ratings) -> Floats:
    """Cross the values of two coders over the units that both judged."""
    judged = _read(ratings)
    if len(judged.codes) != 2:
        raise UsageError(f"this measure compares two coders, not {len(judged.codes)}; use alpha")
    one, other = judged.codes
    both = (one >= 0) & (other >= 0)
    q = len(judged.values)
    return np.bincount(one[both] * q + other[both], minlength=q * q).astype(np.float64).reshape(q, q)


def _beyond(observed: float, expected: float) -> float:
    """Give the part of the agreement beyond *expected*, nan if nothing is left beyond it."""
    return (observed - expected) / (1 - expected) if expected < 1 else float("nan")
