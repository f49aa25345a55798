"""
Agreement code by code, with how sure it is and on what it rests.

Every code is a judgement of its own, given or not given. A family, and all codes together, pool what was
observed and what chance would give, each code by its own frequency: agreeing that rare codes are rare
earns nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qualcode.agreement.judgements import Compared, Floats, compare, judge
from qualcode.agreement.lengths import measure
from qualcode.agreement.measures import NOTHING_SHARED, ONE_VALUE
from qualcode.columns import choose, require
from qualcode.errors import UsageError
from qualcode.left_out import LEFT_OUT, before, told, total
from qualcode.plural import number_of

FEW_UNITS, FEW_GIVEN, FEW_INTERVIEWS, DOMINANT = 30, 5, 15, 0.8
LEAST_UNITS = 10
_AT_ONCE = 2_000_000
"""How many numbers of draws are held at a time."""
NOTES = (
    "Agreement is not validity: coders can agree on a bad codebook.",
    "Krippendorff's .800, and .667 for tentative conclusions, are conventions and no verdict.",
)


def agreement(
    codings: pd.DataFrame,
    coverage: pd.DataFrame,
    unit: str = "turn",
    *,
    turns: pd.DataFrame | None = None,
    codes: Sequence[str] | None = None,
    coders: Sequence[str] | None = None,
    resamples: int = 10_000,
    confidence: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """
    Compare coders code by code, over what at least two of them have read.

    Args:
        codings: one row an excerpt and code: ``document``, ``start``, ``end``, ``coder``, ``code``;
            ``family`` if it is there, else what stands before the first ``/`` of a code.
        coverage: what was read: ``document``, ``coder``, ``start``, ``end``. A unit counts for whoever has
            read all of it; unread is not untagged.
        unit: ``turn``, a row of *turns*, to which an excerpt belongs if it holds words of it; or ``span``,
            every code point, for agreement on where passages begin and end (u-alpha).
        turns: ``document``, ``start``, ``end``: turns, sentences, or any passages fixed before coding. With
            ``asks``, as `tables.turns` has it, the researcher's questions are units for those families only of
            which somebody gave a code on a question (the notes say which); with ``words_start``, labels are no
            words.
        codes: the codes to compare; left out, those that anybody gave.
        coders: the coders to compare; left out, all who have read.
        resamples: how often the interviews are drawn anew, with *seed*; 0 for no interval.
        confidence: what the interval covers, between 0 and 1.

    Returns:
        One row a code (by family, then code), then one a family, then one for all (``scope`` says code,
        family or overall), with

        - ``alpha``: Krippendorff's, nominal, of given or not given; for spans u-alpha. ``low``, ``high``:
          percentile interval over resampled interviews, nan with fewer than two;
        - ``percent``: agreeing pairs; for spans, the length on which two agree. ``cohen``, with exactly two
          coders, and ``ac1`` (Gwet) are pooled like alpha, and nan for spans;
        - ``units`` that two have read (code points for spans), ``coders``, ``interviews``; ``given``: how
          often the code was given (for spans, how many spans), ``by_coder`` the same in words;
        - ``resamples``: in how many alpha is defined; ``reason``: why alpha is nan; ``remarks``: what to
          mind.

        ``attrs`` has ``unit``, ``left_out`` (tags by reason) and ``notes``.

    Raises:
        UsageError: a column or *turns* is missing, turns overlap, a coder asked for has read nothing.

    Source: Krippendorff (2011); for spans Krippendorff, Mathet, Bouvry & Widlöcher (2016).

    Example:
        >>> turns = pd.DataFrame({"document": "i1", "start": [0, 10, 20, 30], "end": [9, 19, 29, 39]})
        >>> coverage = pd.DataFrame({"document": "i1", "coder": ["ann", "ben"], "start": 0, "end": 39})
        >>> codings = pd.DataFrame({"start": [0, 12, 0], "end": [9, 19, 5], "coder": ["ann", "ann", "ben"]})
        >>> codings = codings.assign(document="i1", code="cost/fee")
        >>> found = agreement(codings, coverage, turns=turns)
        >>> found.loc[found["scope"] == "code", ["code", "percent", "cohen", "units", "by_coder"]]
               code  percent  cohen  units      by_coder
        0  cost/fee     0.75    0.5      4  ann 2; ben 1
    """
    found = _judged(codings, coverage, unit, turns, codes, coders)
    table = _table(found, unit, resamples, confidence, seed)
    table.attrs.update(before(coverage))
    return table


def readable(table: pd.DataFrame, least: int = LEAST_UNITS) -> pd.DataFrame:
    """
    Take out of a table the measures that rest on too few units to be read: every command, plot and chapter shows it so.

    Args:
        table: as `agreement`, `by_round`, `by_document` or `stance_agreement` give it.
        least: how many units it takes; spans, which count code points, are left as they are.

    Returns:
        The same table; where fewer than *least* units were judged by two, ``alpha``, ``low``, ``high``, ``cohen`` and
        ``ac1`` are nan, and ``reason`` says so. ``percent`` and the counts stay.

    Raises:
        UsageError: a column is missing.

    Example:
        >>> few = pd.DataFrame({"code": ["cost/fee"], "alpha": [0.73], "units": [4], "percent": [0.75], "reason": [""]})
        >>> readable(few)[["code", "alpha", "percent", "reason"]]
               code  alpha  percent                           reason
        0  cost/fee    NaN     0.75  4 units: no number below 10
    """
    require(table, ["alpha", "units", "reason"], "table")
    if table.attrs.get("unit") == "span":
        return table
    made = table.copy()
    few = (made["units"] < least) & made["alpha"].notna()
    made.loc[few, [name for name in ("alpha", "low", "high", "cohen", "ac1") if name in made.columns]] = np.nan
    told = [f"{number_of(int(n), 'unit')}: no number below {least}" for n in made.loc[few, "units"]]
    made.loc[few, "reason"] = told
    made.attrs.update(table.attrs)
    return made


def by_round(
    codings: pd.DataFrame,
    coverage: pd.DataFrame,
    rounds: Mapping[str, str],
    unit: str = "turn",
    *,
    turns: pd.DataFrame | None = None,
    codes: Sequence[str] | None = None,
    coders: Sequence[str] | None = None,
    resamples: int = 10_000,
    confidence: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """
    Compare coders round by round of their work.

    Args:
        rounds: document to round; documents that are not in it are left out.
        The others are as in `agreement`.

    Returns:
        The tables of `agreement` one below the other, with a first column ``round``, rounds by code point, and a last
        one ``left_out``, what the round leaves out, in words; all have the same codes, and questions are units for
        the same families in all.

    Raises:
        UsageError: as `agreement`, or there is no round.

    Example:
        >>> turns = pd.DataFrame({"document": ["i1", "i2"], "start": 0, "end": 9})
        >>> coverage = pd.DataFrame({"document": ["i1", "i1", "i2", "i2"], "coder": ["ann", "ben"] * 2})
        >>> codings = pd.DataFrame({"document": ["i1", "i2", "i2"], "coder": ["ann", "ann", "ben"], "code": "cost/fee"})
        >>> coverage, codings = coverage.assign(start=0, end=9), codings.assign(start=0, end=9)
        >>> months = {"i1": "2024-03", "i2": "2024-04"}
        >>> found = by_round(codings, coverage, months, turns=turns, resamples=0)
        >>> found.loc[found["scope"] == "code", ["round", "code", "percent", "units"]]
             round      code  percent  units
        0  2024-03  cost/fee      0.0      1
        3  2024-04  cost/fee      1.0      1
    """
    if not rounds:
        raise UsageError("rounds must say for every document in which round it was coded")
    same = sorted(set(map(str, codings["code"]))) if codes is None else codes
    parts = {name: [d for d, its in rounds.items() if its == name] for name in sorted(set(rounds.values()))}
    made = _by_part("round", codings, coverage, parts, _Way(unit, turns, same, coders, resamples, confidence, seed))
    elsewhere = int((~codings["document"].astype(str).isin(list(rounds))).sum())
    made.attrs[LEFT_OUT] |= {"in a document of no round": elsewhere}
    return made


def by_document(
    codings: pd.DataFrame,
    coverage: pd.DataFrame,
    unit: str = "turn",
    *,
    turns: pd.DataFrame | None = None,
    codes: Sequence[str] | None = None,
    coders: Sequence[str] | None = None,
) -> pd.DataFrame:
    """
    Compare coders document by document, over all coders of each.

    Args:
        As `agreement`.

    Returns:
        The tables of `agreement` one below the other, with a first column ``document``, by name, and a last one
        ``left_out``, what the document leaves out, in words; all have the same codes, and questions are units for
        the same families in all. There is no interval: one document cannot be drawn anew. Documents of which fewer
        than two coders have read something are left out; ``attrs["left_out"]`` counts their tags.

    Raises:
        UsageError: as `agreement`.

    Example:
        >>> turns = pd.DataFrame({"document": ["i1", "i2"], "start": 0, "end": 9})
        >>> coverage = pd.DataFrame({"document": ["i1", "i1", "i2", "i2"], "coder": ["ann", "ben"] * 2})
        >>> codings = pd.DataFrame({"document": ["i1", "i2", "i2"], "coder": ["ann", "ann", "ben"], "code": "cost/fee"})
        >>> coverage, codings = coverage.assign(start=0, end=9), codings.assign(start=0, end=9)
        >>> found = by_document(codings, coverage, turns=turns)
        >>> found.loc[found["scope"] == "code", ["document", "code", "percent", "by_coder"]]
          document      code  percent      by_coder
        0       i1  cost/fee      0.0  ann 1; ben 0
        3       i2  cost/fee      1.0  ann 1; ben 1
    """
    same = sorted(set(map(str, codings["code"]))) if codes is None else codes
    mine = coverage if coders is None else coverage[coverage["coder"].astype(str).isin(list(coders))]
    many = mine.groupby(mine["document"].astype(str))["coder"].nunique()
    parts = {name: [name] for name in sorted(many[many >= 2].index)}
    made = _by_part("document", codings, coverage, parts, _Way(unit, turns, same, coders, 0, 0.95, 0))
    elsewhere = int((~codings["document"].astype(str).isin(list(parts))).sum())
    made.attrs[LEFT_OUT] |= {"in a document that two have not read": elsewhere}
    return made


def rounds(coverage: pd.DataFrame, coders: Sequence[str] | None = None) -> dict[str, str]:
    """
    Tell in which month a document had been read by two coders, as rounds for `by_round`.

    Args:
        coverage: ``document``, ``coder`` and ``made``, a time that begins with year and month.
        coders: whose readings count; left out, everybody's.

    Returns:
        Document to month (YYYY-MM), by document; those read by fewer than two coders are left out.

    Raises:
        UsageError: a column is missing.

    Example:
        >>> rounds(coverage)
        {'2024-02-12-desk-officer': '2024-03'}
    """
    require(coverage, ["document", "coder", "made"], "coverage")
    mine = coverage if coders is None else coverage[coverage["coder"].astype(str).isin(list(coders))]
    first = mine.groupby(["document", "coder"])["made"].min().reset_index()
    ends = first.sort_values("made").groupby("document")["made"].agg(list)
    return {str(document): str(times[1])[:7] for document, times in ends.items() if len(times) >= 2}


def _asked(found: Compared) -> list[str]:
    """Say for which families the researcher's questions are units, where there are any."""
    if not found.questions:
        return []
    which = ", ".join(found.asked) or "none"
    many = number_of(found.questions, "question is a unit", "questions are units")
    told = f"The researcher's {many} for the families of which a code was given on one"
    return [f"Units are the respondents' turns. {told}: {which}."]


def _scopes(found: Compared) -> tuple[pd.DataFrame, Floats]:
    """Name the rows, and say which codes each is made of: codes by rows."""
    families = sorted(set(found.families))
    rows = [("code", code, family) for code, family in zip(found.codes, found.families, strict=True)]
    rows += [("family", "", family) for family in families] + [("overall", "", "")]
    member = [[family == one for one in families] for family in found.families]
    n = len(found.codes)
    groups = np.hstack([np.eye(n), np.array(member, dtype=np.float64).reshape(n, len(families)), np.ones((n, 1))])
    return pd.DataFrame(rows, columns=["scope", "code", "family"]), groups


def _chance(given: Floats, squares: Floats, total: Floats) -> Floats:
    """Give what chance would put apart: 2 yes no total / (total squared - *squares*)."""
    rest = np.square(total) - squares
    product = 2 * given * (total - given) * total
    return np.asarray(np.divide(product, rest, out=np.zeros_like(product), where=rest > 0))


def _pool(apart: Floats, chance: Floats, groups: Floats) -> Floats:
    """Give 1 - observed/expected, summed over the codes of each group; nan where nothing is expected."""
    expected = chance @ groups
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(expected > 0, 1 - apart @ groups / expected, np.nan))


def _interval(
    found: Compared, groups: Floats, resamples: int, confidence: float, seed: int
) -> tuple[Floats, Floats, Floats]:
    """Draw the interviews anew and give the percentiles, and in how many draws alpha is defined."""
    read = found.total.any(axis=1)
    nothing = np.full(groups.shape[1], np.nan)
    if resamples <= 0 or read.sum() < 2 or not groups.shape[0]:
        return nothing, nothing, np.zeros(groups.shape[1], dtype=int)
    n = int(read.sum())
    chances = np.random.default_rng(seed)
    sums = [part[read] for part in (found.given, found.squares, found.total, found.apart)]
    blocks = []
    for begun in range(0, resamples, max(1, _AT_ONCE // n)):  # the same draws as all at once
        many = min(max(1, _AT_ONCE // n), resamples - begun)
        drawn = chances.multinomial(n, np.full(n, 1 / n), size=many).astype(np.float64)
        given, squares, total, apart = (drawn @ part for part in sums)
        blocks.append(_pool(apart, _chance(given, squares, total), groups))
    values = np.concatenate(blocks)
    tail = (1 - confidence) / 2 * 100
    defined = (~np.isnan(values)).sum(axis=0)
    low, high = nothing.copy(), nothing.copy()
    for at in np.flatnonzero(defined):
        column = values[:, at]
        low[at], high[at] = np.percentile(column[~np.isnan(column)], [tail, 100 - tail])
    return low, high, defined


def _remarks(table: pd.DataFrame, counts: Floats, share: Floats, unit: str) -> list[str]:
    """Say in words what to mind about each row."""
    remarks = []
    columns = zip(table["given"], table["units"], table["interviews"], counts.T, share, strict=True)
    for given, units, interviews, by_coder, part in columns:
        said = []
        if unit == "turn" and units < FEW_UNITS:
            said.append(f"fewer than {FEW_UNITS} units")
        if interviews < FEW_INTERVIEWS:
            said.append(f"fewer than {FEW_INTERVIEWS} interviews: the interval is too narrow")
        if given < FEW_GIVEN:
            said.append(f"given fewer than {FEW_GIVEN} times")
        if unit == "turn" and max(part, 1 - part) > DOMINANT:
            said.append("one value dominates: see ac1")
        if given >= 2 * FEW_GIVEN and by_coder.max() > 2 * by_coder.min():
            said.append("one coder gives it more than twice as often")
        remarks.append("; ".join(said))
    return remarks


_ORDER = ["scope", "code", "family", "alpha", "low", "high", "percent", "cohen", "ac1", "units", "coders"]
_ORDER += ["interviews", "given", "by_coder", "resamples", "reason", "remarks"]


@dataclass(frozen=True, slots=True)
class _Way:
    """How parts of the work are compared: alike, so that they can be held against one another."""

    unit: str
    turns: pd.DataFrame | None
    codes: Sequence[str]
    coders: Sequence[str] | None
    resamples: int
    confidence: float
    seed: int


def _by_part(
    name: str, codings: pd.DataFrame, coverage: pd.DataFrame, parts: Mapping[str, list[str]], way: _Way
) -> pd.DataFrame:
    """Compare part by part, each of some documents; what each leaves out stands in its rows."""
    whole = _judged(codings, coverage, way.unit, way.turns, way.codes, way.coders)
    tables, out = [], list[dict[str, int]]()
    for part, documents in parts.items():
        here, read = (t[t["document"].astype(str).isin(documents)] for t in (codings, coverage))
        turns = None if way.turns is None else way.turns[way.turns["document"].astype(str).isin(documents)]
        there = set(read["coder"].astype(str))
        coders = None if way.coders is None else [name for name in way.coders if name in there]
        found = _judged(here, read, way.unit, turns, way.codes, coders, whole.asked)
        table = _table(found, way.unit, way.resamples, way.confidence, way.seed)
        table.insert(0, name, part)
        table["left_out"] = told(table.attrs[LEFT_OUT]).replace(", ", "; ")
        out.append(table.attrs[LEFT_OUT])
        tables.append(table)
    made = pd.concat(tables, ignore_index=True) if tables else _empty(name)
    made.attrs.update(unit=way.unit, left_out=total(out), notes=[*NOTES, *_asked(whole)], **before(coverage))
    return made


def _empty(name: str) -> pd.DataFrame:
    return pd.DataFrame(columns=[name, *_ORDER, "left_out"])


def _judged(
    codings: pd.DataFrame,
    coverage: pd.DataFrame,
    unit: str,
    turns: pd.DataFrame | None,
    codes: Sequence[str] | None,
    coders: Sequence[str] | None,
    asked: Sequence[str] | None = None,
) -> Compared:
    """Sum what the agreement on every code is computed from, over turns or spans."""
    choose(unit, ("turn", "span"), "unit")
    if unit == "span":
        return measure(codings, coverage, codes, coders, turns, asked)
    if turns is None:
        raise UsageError("unit='turn' needs turns=, a table with document, start and end")
    return compare(judge(codings, coverage, turns, codes, coders, asked))


def _table(found: Compared, unit: str, resamples: int, confidence: float, seed: int) -> pd.DataFrame:
    """Give the measures for every code, every family, and all."""
    if not 0 < confidence < 1:
        raise UsageError(f"confidence lies between 0 and 1, not {confidence}")
    table, groups = _scopes(found)
    chance = _chance(found.given.sum(axis=0), found.squares.sum(axis=0), found.total.sum(axis=0))
    table["alpha"] = _pool(found.apart.sum(axis=0), chance, groups)
    table["low"], table["high"], table["resamples"] = _interval(found, groups, resamples, confidence, seed)
    defined = groups * (chance > 0)[:, None]
    sizes = np.maximum(groups.sum(axis=0), 1)
    units = np.array([found.size[members > 0].max(initial=0) for members in groups.T], dtype=np.intp)
    table["percent"] = np.where(units > 0, 1 - found.differ @ groups / sizes, np.nan)
    table["cohen"] = _pool(found.differ, found.chance_cohen, defined)
    table["ac1"] = _pool(found.differ, found.chance_ac1, defined)
    table["units"], table["coders"] = units, found.readers
    here = [found.total[:, members > 0].any(axis=1).sum() for members in groups.T]
    table["interviews"] = np.array(here, dtype=int)
    counts = (found.by_coder @ groups).astype(int)
    table["given"] = counts.sum(axis=0)
    table["by_coder"] = [
        "; ".join(f"{name} {n}" for name, n in zip(found.coders, column, strict=True)) for column in counts.T
    ]
    lacking = [ONE_VALUE if n else NOTHING_SHARED for n in units]
    table["reason"] = [why if gone else "" for gone, why in zip(table["alpha"].isna(), lacking, strict=True)]
    parts = found.given.sum(axis=0) / np.maximum(found.total.sum(axis=0), 1)
    share = np.append(parts, [0.5] * (len(table) - len(chance)))
    table["remarks"] = _remarks(table, counts, share, unit)
    made = table[_ORDER]
    made.attrs.update(unit=unit, left_out=dict(found.left_out), notes=[*NOTES, *_asked(found)])
    return made
