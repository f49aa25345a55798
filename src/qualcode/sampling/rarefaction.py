"""
How many codes so many people would have given: the expected curve over every order in which they could have been met.

The curve is exact for the people one has (no draws); its interval is for people like them, drawn like them. It says how
many more codes of this codebook further people of that kind may bring. It does not say that a theme is understood: a
codebook grows with its coder, and whoever was never looked for is in no curve (Braun & Clarke 2021).
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import pandas as pd

from qualcode.columns import require
from qualcode.errors import UsageError
from qualcode.left_out import LEFT_OUT, before
from qualcode.plural import number_of

CAVEAT = (
    "This holds for people like those who were met, found as they were found. What was said may still be little "
    "understood, and who was never looked for is in no curve."
)
"""What no curve says."""
_WIDTH = 1.959963984540054


def rarefaction(table: pd.DataFrame, unit: str = "speaker", code: str = "theme", by: str | None = None) -> pd.DataFrame:
    """
    Compute how many different codes are expected of any so many of the units.

    Args:
        table: one row a unit and code at least once, such as statements or codings; a row whose unit or code is empty
            is left out.
        unit: the column of who or what is met: people, or documents.
        code: the column of what they bring.
        by: a column by which there are several curves, such as the figure; a unit that has two values is in two.

    Returns:
        Columns, behind *by*: met (1 to all), codes (expected), low, high (95 %, unconditional, not below 0 nor below
        what is certain), next (what one more is expected to bring; of all: by the codes that one unit alone has),
        once (codes that one unit alone has), unseen (codes that nobody has named yet, estimated by Chao2; the same in
        every row of a curve). ``attrs["left_out"]`` counts the rows that are left out.

    Raises:
        UsageError: a column is missing, or one is named twice.

    Source: Colwell, Mao & Chang (2004), Ecology 85, 2717-2727: with s_j codes that j of H units have, tau(h) is the
    sum over j of (1 - a_jh) s_j with a_jh = C(H - j, h) / C(H, h), its variance the sum of (1 - a_jh)^2 s_j less
    tau(h)^2 / S. S is Chao2 in its bias-corrected form: observed + (H - 1)/H Q1 (Q1 - 1) / (2 (Q2 + 1)) (Chao 1987;
    Colwell 2013, EstimateS, appendix B), with Q1 codes of one unit and Q2 of two. A further unit brings
    Q1/H (Good 1953, Biometrika 40, 237-264).

    Example:
        >>> met = pd.DataFrame({"speaker": ["ann", "ann", "ben", "ben"], "theme": ["fee", "name", "fee", "door"]})
        >>> rarefaction(met)[["met", "codes", "next", "once", "unseen"]]
           met  codes  next  once  unseen
        0    1    2.0   1.0     2     0.25
        1    2    3.0   1.0     2     0.25
    """
    if len({unit, code, by}) < 3:
        raise UsageError(f"unit, code and by name one column twice: {unit!r}, {code!r}, {by!r}")
    wanted = [unit, code] if by is None else [by, unit, code]
    require(table, wanted, "table")
    held = table[wanted].astype("string").fillna("")
    full = (held[[unit, code]] != "").all(axis=1)
    held = held[full]
    curves = []
    groups = [("", held)] if by is None else list(held.groupby(by, sort=True))
    for name, rows in groups:
        curve = _curve(rows[[unit, code]].drop_duplicates(), unit, code)
        if by is not None:
            curve.insert(0, by, str(name))
        curves.append(curve)
    columns = [] if by is None else [by]
    columns += ["met", "codes", "low", "high", "next", "once", "unseen"]
    found = pd.concat(curves, ignore_index=True) if curves else pd.DataFrame(columns=columns)
    found = found.astype({"met": int, "once": int} | dict.fromkeys(["codes", "low", "high", "next", "unseen"], float))
    found.attrs |= before(table) | {LEFT_OUT: {"without a unit or code": int((~full).sum())}}
    return found[columns]


def _curve(pairs: pd.DataFrame, unit: str, code: str) -> pd.DataFrame:
    """Compute one curve of unit and code pairs, none twice."""
    people = int(pairs[unit].nunique())
    has = pairs.groupby(code)[unit].nunique().to_numpy(dtype=np.int64)
    once, twice = int((has == 1).sum()), int((has == 2).sum())
    unseen = (people - 1) / people * once * (once - 1) / (2 * (twice + 1)) if people else 0.0
    how_many, of_each = np.unique(has, return_counts=True)
    absent = np.ones(len(how_many))  # a_jh, from h to h + 1 by (H - j - h) / (H - h)
    rows = []
    for met in range(1, people + 1):
        absent = absent * np.clip(people - how_many - met + 1, 0, None) / (people - met + 1)
        codes = float(((1 - absent) * of_each).sum())
        spread = float(((1 - absent) ** 2 * of_each).sum()) - codes**2 / (len(has) + unseen)
        half = _WIDTH * sqrt(max(0.0, spread))
        low = max(0.0, codes - half, float(len(has)) if met == people else 0.0)
        rows.append((met, codes, low, codes + half))
    table = pd.DataFrame(rows, columns=["met", "codes", "low", "high"])
    further = np.diff(table["codes"].to_numpy(), append=len(has) + (once / people if people else 0.0))
    return table.assign(next=further, once=once, unseen=unseen)


def told(curve: pd.DataFrame, what: str = "code", who: str = "person", several: str = "persons") -> str:
    """
    Say in a sentence or two what a curve says; what none says is ``CAVEAT``, and belongs beside it.

    Args:
        curve: one curve, as `rarefaction` gives it without *by*.
        what, who, several: what is counted, and the units in singular and plural.

    Example:
        >>> met = pd.DataFrame({"speaker": ["ann", "ann", "ben", "ben"], "theme": ["fee", "name", "fee", "door"]})
        >>> told(rarefaction(met)).split(". ")[0]
        '2 persons gave 3 codes, 2 of which one person alone gave'
    """
    if curve.empty:
        return f"Nobody gave a {what}, so there is no curve."
    last = curve.iloc[-1]
    met, codes = int(last["met"]), number_of(round(float(last["codes"])), what)
    if met == 1:
        return f"1 {who} gave {codes}; of one there is no curve."
    alone = f"{int(last['once'])} of which one {who} alone gave"
    return f"{met} {several} gave {codes}, {alone}. One more is expected to bring {last['next']:.1f} that nobody gave."
