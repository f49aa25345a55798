"""
From what coders tagged and read to judgements: for every code, who gave it where, among those who read it.

Units are the respondents' turns, and the researcher's questions for those families only of which a code was given
on a question. An excerpt is a judgement on every turn of which it holds words, a speaker's label being none; one
over question and answer is a judgement on the answer.

Unread is not untagged: a turn counts for a coder who has read the whole of it; words that somebody tagged are read,
as the coverage has it. Tagging nothing on a turn is then a judgement. Only units that two coders have read count at
all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from qualcode.columns import require
from qualcode.errors import UsageError

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """
    What the agreement on every code is computed from; documents by codes, codes by family and name.

    ``apart`` and ``given`` count, each unit's pairs of coders weighing 1/(m-1), where one says yes and
    another no, and yes; ``squares`` sums the squared sizes of what was judged and ``total`` the sizes, by
    document and code: a turn has size 1. ``differ``, ``chance_ac1``, ``chance_cohen``: per code, the share of
    disagreeing pairs and what chance would give. ``by_coder``: coders by codes, how often given. ``size``: by
    code, units or code points. ``asked``: the families for which the researcher's questions are units, and
    ``questions`` how many questions there are that two have read.
    """

    codes: list[str]
    families: list[str]
    coders: list[str]
    apart: Floats
    given: Floats
    squares: Floats
    total: Floats
    differ: Floats
    chance_ac1: Floats
    chance_cohen: Floats
    by_coder: Places
    size: Places
    readers: int
    left_out: dict[str, int]
    asked: tuple[str, ...] = ()
    questions: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Judgements:
    """
    Who gave which code on which unit.

    ``units``: the units read by two coders, in order of place; ``m`` how many have read each, ``document``
    its place in ``documents``, ``read`` coders by units. ``unit``, ``code``, ``coder``: one entry a judgement
    "given"; ``stance`` is the mean of its excerpts, nan without. ``asks``: the units that are the researcher's
    questions; they are units for the families in ``asked`` only. ``questions``: how many were read by two.
    """

    documents: list[str]
    coders: list[str]
    codes: list[str]
    families: list[str]
    units: pd.DataFrame
    m: Places
    document: Places
    read: npt.NDArray[np.bool_]
    unit: Places
    code: Places
    coder: Places
    stance: Floats
    left_out: dict[str, int]
    asks: npt.NDArray[np.bool_]
    asked: tuple[str, ...]
    questions: int

    def counts(self) -> tuple[Places, Places, Places]:
        """Give unit, code and the number of coders who gave it, where anybody did."""
        width = max(len(self.codes), 1)
        cells, yes = np.unique(self.unit * width + self.code, return_counts=True)
        return cells // width, cells % width, yes


def judge(
    codings: pd.DataFrame,
    coverage: pd.DataFrame,
    units: pd.DataFrame,
    wanted: Sequence[str] | None = None,
    coders: Sequence[str] | None = None,
    asked: Sequence[str] | None = None,
) -> Judgements:
    """
    Find out who gave which code on which unit; an excerpt counts for every unit of which it holds words.

    Used of *units* if they are there: ``words_start``, where words begin behind a label; ``asks``, whether the
    researcher speaks. *asked*: the families for which questions are units; left out, as the codings say.

    Raises:
        UsageError: a column is missing, units overlap, or a coder that is asked for has read nothing.
    """
    known, names = check(codings, coverage, wanted, coders)
    require(units, ["document", "start", "end"], "turns")
    line = Line.of(units, codings, coverage)
    begins, ends = line.places(units)
    order = np.argsort(begins, kind="stable")
    units, begins, end = units.iloc[order], begins[order], ends[order]
    if (begins[1:] < end[:-1]).any():
        twice = units.iloc[int(np.flatnonzero(begins[1:] < end[:-1])[0]) + 1]
        raise UsageError(f"turns overlap in {twice['document']!r} at {twice['start']}")
    start = begins
    if "words_start" in units.columns:
        start = begins + (units["words_start"] - units["start"]).to_numpy(dtype=np.intp)
    asks = _flags(units, "asks", value=True)

    mine = codings[codings["coder"].astype(str).isin(names)]
    unit_of, row_of = _touched(*line.places(mine), start, end, asks)
    read = np.zeros((len(names), len(units)), dtype=np.bool_)
    for row, coder in zip(read, names, strict=True):
        row[:] = _inside(start, end, *unite(*line.places(coverage[coverage["coder"].astype(str) == coder])))
    m = read.sum(axis=0)

    is_chosen = np.asarray(mine["code"].astype(str).isin(list(known)), dtype=np.bool_)
    chosen = mine[is_chosen]
    wanted_only = is_chosen[row_of]
    unit_of, row_of = unit_of[wanted_only], (np.cumsum(is_chosen) - 1)[row_of[wanted_only]]
    codes = numbers(chosen["code"], list(known))
    families = np.array(list(known.values()), dtype=object)
    if asked is None:
        asked = sorted(set(families[codes[row_of[asks[unit_of]]]]))
    questions = int((asks & (m >= 2)).sum())
    both = (m >= 2) & (~asks | bool(asked))
    many = np.bincount(row_of, minlength=len(chosen))
    triples = np.stack([unit_of, codes[row_of], numbers(chosen["coder"], names)[row_of]], axis=1)
    cells, which = np.unique(triples, axis=0, return_inverse=True)
    unit, code, coder = cells.T
    stance = _mean(chosen, row_of, which.ravel(), len(cells))
    seen = read[coder, unit]
    keep = seen & both[unit]
    return Judgements(
        documents=line.documents,
        coders=names,
        codes=list(known),
        families=list(known.values()),
        units=units[both].reset_index(drop=True),
        m=m[both],
        document=numbers(units["document"][both], line.documents),
        read=read[:, both],
        unit=(np.cumsum(both) - 1)[unit[keep]],
        code=code[keep],
        coder=coder[keep],
        stance=stance[keep],
        left_out={
            "of another code or coder": len(codings) - len(chosen),
            "outside every turn": int((many == 0).sum()),
            "where the coder has not read all": int((~seen).sum()),
            "read by one coder only": int((seen & ~both[unit]).sum()),
        },
        asks=asks[both],
        asked=tuple(asked),
        questions=questions,
    )


def compare(judged: Judgements) -> Compared:
    """Sum the judgements by document and code."""
    shape = len(judged.documents), len(judged.codes)
    unit, code, yes = judged.counts()
    m, document = judged.m[unit], judged.document[unit]
    apart, given = np.zeros(shape), np.zeros(shape)
    np.add.at(apart, (document, code), 2 * yes * (m - yes) / (m - 1))
    np.add.at(given, (document, code), yes)
    plain = ~judged.asks
    of_all = np.bincount(judged.document, judged.m, minlength=shape[0]).astype(np.float64)
    of_answers = np.bincount(judged.document[plain], judged.m[plain], minlength=shape[0]).astype(np.float64)
    takes = np.array([family in judged.asked for family in judged.families], dtype=np.bool_)
    total = np.where(takes, of_all[:, None], of_answers[:, None])
    size = np.where(takes, len(judged.m), int(plain.sum())).astype(np.intp)
    some = np.maximum(size, 1)
    differ = np.bincount(code, 2 * yes * (m - yes) / (m * (m - 1)), minlength=shape[1]) / some
    share = np.bincount(code, yes / m, minlength=shape[1]) / some
    by_coder = np.zeros((len(judged.coders), shape[1]), dtype=np.intp)
    np.add.at(by_coder, (judged.coder, judged.code), 1)
    readers = judged.read.any(axis=1)
    chance_cohen = np.full(shape[1], np.nan)
    if readers.sum() == 2:
        one, other = by_coder[readers] / some
        chance_cohen = one * (1 - other) + other * (1 - one)
    return Compared(
        codes=judged.codes,
        families=judged.families,
        coders=judged.coders,
        apart=apart,
        given=given,
        squares=total,
        total=total,
        differ=differ,
        chance_ac1=1 - 2 * share * (1 - share),
        chance_cohen=chance_cohen,
        by_coder=by_coder,
        size=size,
        readers=int(readers.sum()),
        left_out=judged.left_out,
        asked=judged.asked,
        questions=judged.questions,
    )


def check(
    codings: pd.DataFrame,
    coverage: pd.DataFrame,
    wanted: Sequence[str] | None,
    coders: Sequence[str] | None,
) -> tuple[dict[str, str], list[str]]:
    """Give the codes that are compared with their families, by family and name, and the coders by name."""
    require(codings, ["document", "start", "end", "coder", "code"], "codings")
    require(coverage, ["document", "coder", "start", "end"], "coverage")
    present = sorted(set(map(str, coverage["coder"].unique())))
    names = present if coders is None else sorted(set(coders))
    for name in names:
        if name not in present:
            raise UsageError(f"{name!r} has read nothing; there are: {', '.join(present) or 'no coders'}")
    found = codings.loc[codings["coder"].astype(str).isin(names), "code"]
    which = set(map(str, found.unique())) if wanted is None else set(wanted)
    family = {code: code.split("/", 1)[0] for code in which}
    if "family" in codings.columns:
        told = codings[["code", "family"]].drop_duplicates(keep="last").astype(str)
        family |= {c: f for c, f in zip(told["code"], told["family"], strict=True) if c in family}
    return {code: family[code] for code in sorted(which, key=lambda code: (family[code], code))}, names


def chosen_codings(codings: pd.DataFrame, known: dict[str, str], names: list[str]) -> pd.DataFrame:
    """Keep the codings of these codes and coders."""
    return codings[codings["code"].astype(str).isin(list(known)) & codings["coder"].astype(str).isin(names)]


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """All documents laid one after the other, so that a place anywhere is one number."""

    documents: list[str]
    shift: Places

    @classmethod
    def of(cls, *tables: pd.DataFrame) -> Line:
        """Lay out the documents of the tables by name; between two of them is a place that is in neither."""
        ends = pd.concat([table[["document", "end"]].astype({"document": str}) for table in tables])
        lengths = ends.groupby("document")["end"].max().sort_index()
        sizes = lengths.to_numpy(dtype=np.intp) + 1
        return cls(sorted(map(str, lengths.index)), np.cumsum(sizes) - sizes)

    def places(self, table: pd.DataFrame) -> tuple[Places, Places]:
        """Give start and end of every row on the line."""
        shift = self.shift[numbers(table["document"], self.documents)]
        return table["start"].to_numpy(dtype=np.intp) + shift, table["end"].to_numpy(dtype=np.intp) + shift


def unite(start: Places, end: Places, *, touching: bool = True) -> tuple[Places, Places]:
    """Unite ranges that overlap and, unless told otherwise, ranges that only touch."""
    order = np.argsort(start, kind="stable")
    start, end = start[order], end[order]
    if not len(start):
        return start, end
    reach = np.maximum.accumulate(end)
    new = np.ones(len(start), dtype=np.bool_)
    new[1:] = start[1:] > reach[:-1] if touching else start[1:] >= reach[:-1]
    return start[new], np.append(reach[np.flatnonzero(new)[1:] - 1], reach[-1])


def numbers(column: pd.Series, labels: list[str]) -> Places:
    """Give the place of every label in *labels*; -1 where it is not there."""
    which, each = pd.factorize(column, use_na_sentinel=False)
    place = {label: at for at, label in enumerate(labels)}
    return np.array([place.get(str(label), -1) for label in each], dtype=np.intp)[which]


def _mean(chosen: pd.DataFrame, row: Places, cell: Places, size: int) -> Floats:
    """Give the mean stance of the excerpts behind every judgement."""
    if "stance" not in chosen.columns:
        return np.full(size, np.nan)
    told = pd.to_numeric(chosen["stance"]).to_numpy(dtype=np.float64, na_value=np.nan)[row]
    there = ~np.isnan(told)
    count = np.bincount(cell[there], minlength=size)
    total = np.bincount(cell[there], told[there], minlength=size)
    return np.asarray(np.divide(total, count, out=np.full(size, np.nan), where=count > 0))


def _flags(units: pd.DataFrame, column: str, *, value: object) -> npt.NDArray[np.bool_]:
    """Say which units have *value* in a column; none where there is no such column."""
    if column not in units.columns:
        return np.zeros(len(units), dtype=np.bool_)
    return np.asarray(units[column] == value, dtype=np.bool_)


def _touched(
    from_: Places, to: Places, start: Places, end: Places, asks: npt.NDArray[np.bool_]
) -> tuple[Places, Places]:
    """Give the units of which each row holds words, and the row; of question and answer only the answer."""
    first, last = np.searchsorted(end, from_, side="right"), np.searchsorted(start, to, side="left")
    many = np.maximum(last - first, 0)
    unit, row = np.repeat(first, many) + _count_up(many), np.repeat(np.arange(len(from_)), many)
    answers = np.bincount(row[~asks[unit]], minlength=len(from_)) > 0
    keep = ~asks[unit] | ~answers[row]
    return unit[keep], row[keep]


def _inside(start: Places, end: Places, from_: Places, to: Places) -> npt.NDArray[np.bool_]:
    """Say which stretches lie within one of the sorted ranges."""
    if not len(from_):
        return np.zeros(len(start), dtype=np.bool_)
    at = np.searchsorted(from_, start, side="right") - 1
    return np.asarray((at >= 0) & (to[at] >= end))


def _count_up(lengths: Places) -> Places:
    """Give 0, 1, ... for every length in turn."""
    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - lengths, lengths)
