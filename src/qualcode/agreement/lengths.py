"""
From what coders tagged and read to lengths: on how many code points they give the same code.

For agreement on where passages begin and end. Only text that every coder of a document has read is
compared; a code's overlapping excerpts by one coder are united, excerpts that only touch stay two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from qualcode.agreement.judgements import Compared, Floats, Line, Places, check, chosen_codings, numbers, unite

if TYPE_CHECKING:
    import pandas as pd


def measure(
    codings: pd.DataFrame,
    coverage: pd.DataFrame,
    wanted: Sequence[str] | None = None,
    coders: Sequence[str] | None = None,
    turns: pd.DataFrame | None = None,
    asked: Sequence[str] | None = None,
) -> Compared:
    """
    Sum what u-alpha needs by document and code.

    With *turns* that say who ``asks``, the researcher's questions are compared for those families only of which a
    code was given on a question alone, or those that *asked* names.

    Raises:
        UsageError: a column is missing, or a coder that is asked for has read nothing.
    """
    known, names = check(codings, coverage, wanted, coders)
    line = Line.of(codings, coverage)
    chosen = chosen_codings(codings, known, names)
    answers, found, questions = _answers(line, turns, chosen, known)
    asked = found if asked is None else tuple(asked)
    read = _read_by_two(line, coverage, names, answers)
    everywhere = np.array([answers is None or family in asked for family in known.values()], dtype=np.bool_)
    length = np.where(everywhere, read.length[:, None], read.answered[:, None])
    total = (length * read.many[:, None]).astype(np.float64)
    spans = _spans(line, chosen, list(known), names, read, everywhere)
    shape = total.shape
    cell, sizes = spans.document * shape[1] + spans.code, spans.end - spans.start
    given = np.bincount(cell, sizes.astype(np.float64), minlength=total.size).astype(np.float64).reshape(shape)
    squares = total - given + np.bincount(cell, sizes.astype(np.float64) ** 2, minlength=total.size).reshape(shape)
    apart = _apart(spans, cell, read.many, shape)
    by_coder = np.zeros((len(names), shape[1]), dtype=np.intp)
    np.add.at(by_coder, (spans.coder, spans.code), 1)
    size = length.sum(axis=0).astype(np.intp)
    nothing = np.full(shape[1], np.nan)
    whole = total.sum(axis=0)
    return Compared(
        codes=list(known),
        families=list(known.values()),
        coders=names,
        apart=apart,
        given=given,
        squares=squares,
        total=total,
        differ=np.divide(apart.sum(axis=0), whole, out=nothing.copy(), where=whole > 0),
        chance_ac1=nothing,
        chance_cohen=nothing,
        by_coder=by_coder,
        size=size,
        readers=read.readers,
        left_out={"of another code or coder": len(codings) - len(chosen), **_outside(line, chosen, read)},
        asked=asked,
        questions=questions,
    )


def _answers(
    line: Line, turns: pd.DataFrame | None, chosen: pd.DataFrame, known: dict[str, str]
) -> tuple[tuple[Places, Places] | None, tuple[str, ...], int]:
    """Give what is not the researcher's, the families that were given on questions, and how many those are."""
    if turns is None or "asks" not in turns.columns or not turns["asks"].any():
        return None, (), 0
    turns = turns[turns["document"].astype(str).isin(line.documents)]
    ours = turns[turns["asks"].astype(bool)]
    others = turns[~turns["asks"].astype(bool)]
    answers = line.places(others)
    on_question = _meets(line, chosen, ours) & ~_meets(line, chosen, others)
    asked = tuple(sorted({known[code] for code in chosen.loc[on_question, "code"].astype(str)}))
    order = np.argsort(answers[0], kind="stable")
    return (answers[0][order], answers[1][order]), asked, len(ours)


def _meets(line: Line, rows: pd.DataFrame, turns: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Say which rows hold words of some of the turns, which do not overlap."""
    behind = (turns["words_start"] - turns["start"]).to_numpy(dtype=np.intp) if "words_start" in turns.columns else 0
    (start, end), (from_, to) = line.places(turns), line.places(rows)
    order = np.argsort(start, kind="stable")
    words = (start + behind)[order]
    first, last = np.searchsorted(end[order], from_, side="right"), np.searchsorted(words, to, side="left")
    return np.asarray(last > first)


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """
    What all readers of a document have read, where there are two: stretches on the line, and of them the answers.

    ``length``, ``answered`` and ``many``, the number of readers, by document; ``reads``: documents by coders.
    """

    pieces: tuple[Places, Places]
    answers: tuple[Places, Places]
    length: Places
    answered: Places
    many: Places
    reads: npt.NDArray[np.bool_]
    readers: int


def _read_by_two(line: Line, coverage: pd.DataFrame, names: list[str], answers: tuple[Places, Places] | None) -> _Read:
    """Find the stretches that every reader of a document has read."""
    documents, coders = numbers(coverage["document"], line.documents), numbers(coverage["coder"], names)
    mine = coders >= 0
    key = documents * len(names) + coders
    united = _united(key[mine], *(part[mine] for part in line.places(coverage)), touching=True)
    reads = np.zeros((len(line.documents), len(names)), dtype=np.bool_)
    reads.reshape(-1)[united[0]] = True
    many = reads.sum(axis=1)
    starts, ends = [_NONE], [_NONE]
    bounds = np.searchsorted(united[0], np.arange(len(line.documents) + 1) * len(names))
    for d in np.flatnonzero(many >= 2).tolist():
        here = slice(bounds[d], bounds[d + 1])
        start, end = _in_all(united[1][here], united[2][here], int(many[d]))
        starts.append(start)
        ends.append(end)
    pieces = np.concatenate(starts), np.concatenate(ends)
    shared = pieces if answers is None else _cut(*pieces, *answers)[1:]
    edges = np.append(line.shift, np.iinfo(np.intp).max)
    length, answered = (_by_document(edges, *part) for part in (pieces, shared))
    counted = np.where(length > 0, many, 0)
    return _Read(pieces, shared, length, answered, counted, reads, int(reads[length > 0].any(axis=0).sum()))


@dataclass(frozen=True, slots=True, eq=False)
class _Spans:
    """Stretches of compared text on which a coder gives a code, in no order."""

    document: Places
    coder: Places
    code: Places
    start: Places
    end: Places


def _outside(line: Line, chosen: pd.DataFrame, read: _Read) -> dict[str, int]:
    """Count the codings that hold words which not every coder of the document has read: all of them, or a part."""
    start, end = line.places(chosen)
    row, from_, to = _cut(start, end, *read.pieces)
    inside = np.bincount(row, to - from_, minlength=len(chosen))
    compared = read.length[numbers(chosen["document"], line.documents)] > 0
    return {
        "read by one coder only": int((~compared).sum()),
        "where not every coder has read": int((compared & (inside == 0)).sum()),
        "read by every coder in part only": int((compared & (inside > 0) & (inside < end - start)).sum()),
    }


def _spans(
    line: Line,
    chosen: pd.DataFrame,
    codes: list[str],
    names: list[str],
    read: _Read,
    everywhere: npt.NDArray[np.bool_],
) -> _Spans:
    """Unite each coder's excerpts of a code, and cut them where what was read by all is cut."""
    document, coder = numbers(chosen["document"], line.documents), numbers(chosen["coder"], names)
    key = (document * len(names) + coder) * len(codes) + numbers(chosen["code"], codes)
    key, start, end = _united(key, *line.places(chosen), touching=False)
    whose = key // len(codes)
    own = read.reads.reshape(-1)[whose]
    key, start, end = key[own], start[own], end[own]
    all_of_it = everywhere[key % len(codes)]
    parts = []
    for wanted, within in ((all_of_it, read.pieces), (~all_of_it, read.answers)):
        row, cut_start, cut_end = _cut(start[wanted], end[wanted], *within)
        parts.append((key[wanted][row], cut_start, cut_end))
    key, start, end = (np.concatenate(part) for part in zip(*parts, strict=True))
    whose = key // len(codes)
    return _Spans(whose // len(names), whose % len(names), key % len(codes), start, end)


_NONE: Places = np.zeros(0, dtype=np.intp)


def _united(key: Places, start: Places, end: Places, *, touching: bool) -> tuple[Places, Places, Places]:
    """Unite the ranges that have the same key; by key, then place."""
    if not len(key):
        return _NONE, _NONE, _NONE
    apart = int(end.max()) + 2
    whole_start, whole_end = unite(key * apart + start, key * apart + end, touching=touching)
    key = whole_start // apart
    return key, whole_start - key * apart, whole_end - key * apart


def _in_all(start: Places, end: Places, many: int) -> tuple[Places, Places]:
    """Give the stretches that lie in a range of each of *many*, cut wherever a range of any begins or ends."""
    cuts = np.unique(np.concatenate([start, end]))
    steps = np.zeros(len(cuts), dtype=np.intp)
    np.add.at(steps, np.searchsorted(cuts, start), 1)
    np.add.at(steps, np.searchsorted(cuts, end), -1)
    inside = np.cumsum(steps)[:-1] == many
    return cuts[:-1][inside], cuts[1:][inside]


def _cut(start: Places, end: Places, from_: Places, to: Places) -> tuple[Places, Places, Places]:
    """Cut ranges by sorted ranges that do not overlap: for each stretch of both, which range it is of, and where."""
    first, last = np.searchsorted(to, start, side="right"), np.searchsorted(from_, end, side="left")
    many = np.maximum(last - first, 0)
    row = np.repeat(np.arange(len(start)), many)
    by = np.repeat(first - np.cumsum(many) + many, many) + np.arange(len(row))
    start, end = np.maximum(start[row], from_[by]), np.minimum(end[row], to[by])
    some = start < end
    return row[some], start[some], end[some]


def _by_document(edges: Places, start: Places, end: Places) -> Places:
    """Sum the lengths of stretches by document; *edges* are where documents begin on the line, and its end."""
    at = np.searchsorted(edges, start, side="right") - 1
    return np.bincount(at, end - start, minlength=len(edges) - 1).astype(np.intp)


def _apart(spans: _Spans, cell: Places, many: Places, shape: tuple[int, ...]) -> Floats:
    """Sum the lengths on which one coder gives the code and another does not, over ordered pairs, by m-1."""
    cells = np.concatenate([cell, cell])
    edges = np.concatenate([spans.start, spans.end])
    steps = np.repeat([1, -1], len(cell))
    order = np.lexsort((edges, cells))
    cells, edges, giving = cells[order], edges[order], np.cumsum(steps[order])
    m = many[cells // max(1, shape[1])]
    value = 2 * giving[:-1] * (m[:-1] - giving[:-1]) * np.diff(edges)
    found = np.bincount(cells[:-1], value, minlength=shape[0] * shape[1]).reshape(shape)
    return np.asarray(found / np.maximum(many - 1, 1)[:, None])
