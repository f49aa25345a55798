"""
From what coders tagged and read to lengths: on how many code points they give the same code.

For agreement on where passages begin and end. Only text that every coder of a document has read is
compared; a code's overlapping excerpts by one coder are united, excerpts that only touch stay two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from qualcode.agreement.judgements import Compared, Line, Places, check, chosen_codings, unite

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
    shape = len(line.documents), len(known)
    apart, given, squares, total = np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape)
    by_coder = np.zeros((len(names), shape[1]), dtype=np.intp)
    size, readers = np.zeros(shape[1], dtype=np.intp), set()
    rows = _ranges(line, chosen, ["document", "coder", "code"], touching=False)
    ranges = _ranges(line, coverage, ["document", "coder"], touching=True)
    given_in: dict[str, set[str]] = {}
    for document, _, code in rows:
        given_in.setdefault(document, set()).add(code)
    outside = _Outside(line, chosen)
    for d, document in enumerate(line.documents):
        reading = [name for name in names if (document, name) in ranges]
        if len(reading) < 2:
            continue
        pieces = ranges[document, reading[0]]
        for name in reading[1:]:
            pieces = _common(*pieces, *ranges[document, name])
        if not int((pieces[1] - pieces[0]).sum()):
            continue
        outside.shared(document, pieces)
        readers |= set(reading)
        m = len(reading)
        read = int((pieces[1] - pieces[0]).sum())
        answered = read if answers is None else 0
        if answers is not None:
            shared = _common(*pieces, *answers)
            answered = int((shared[1] - shared[0]).sum())
        for k, (code, family) in enumerate(known.items()):
            everywhere = family in asked or answers is None
            length = read if everywhere else answered
            if not length:
                continue
            size[k] += length
            total[d, k] = squares[d, k] = m * length
            if code not in given_in.get(document, ()):
                continue
            judged = pieces if everywhere else shared
            spans = [_common(*judged, *rows.get((document, name, code), _NOTHING)) for name in reading]
            lengths = np.array([(end - start).sum() for start, end in spans])
            squares[d, k] = sum(float(((end - start) ** 2).sum()) for start, end in spans)
            squares[d, k] += total[d, k] - lengths.sum()
            given[d, k] = lengths.sum()
            apart[d, k] = _apart(spans)
            for name, (start, _) in zip(reading, spans, strict=True):
                by_coder[names.index(name), k] += len(start)
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
        readers=len(readers),
        left_out={"of another code or coder": len(codings) - len(chosen), **outside.counts()},
        asked=tuple(asked),
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


class _Outside:
    """The codings that hold words which not every coder of the document has read: all of them, or a part."""

    def __init__(self, line: Line, chosen: pd.DataFrame) -> None:
        self._start, self._end = line.places(chosen)
        self._inside = np.full(len(chosen), -1, dtype=np.intp)
        self._rows: dict[str, list[int]] = {}
        for n, document in enumerate(chosen["document"].astype(str)):
            self._rows.setdefault(document, []).append(n)

    def shared(self, document: str, pieces: tuple[Places, Places]) -> None:
        """Take note of what all coders of a document have read."""
        rows = self._rows.get(document, [])
        start, end = (edge[rows][:, None] for edge in (self._start, self._end))
        within = np.minimum(end, pieces[1][None, :]) - np.maximum(start, pieces[0][None, :])
        self._inside[rows] = np.maximum(within, 0).sum(axis=1)

    def counts(self) -> dict[str, int]:
        """Count the codings of which nothing is compared, and those of which a part is not."""
        part = (self._inside > 0) & (self._inside < self._end - self._start)
        alone = {"read by one coder only": int((self._inside < 0).sum())}
        return alone | {
            "where not every coder has read": int((self._inside == 0).sum()),
            "read by every coder in part only": int(part.sum()),
        }


_NOTHING: tuple[Places, Places] = (np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp))


def _ranges(
    line: Line, table: pd.DataFrame, keys: list[str], *, touching: bool
) -> dict[tuple[str, ...], tuple[Places, Places]]:
    """Unite the ranges of the rows that have the same keys."""
    start, end = line.places(table)
    held: dict[tuple[str, ...], list[int]] = {}
    for n, key in enumerate(zip(*(table[k].astype(str).tolist() for k in keys), strict=True)):
        held.setdefault(key, []).append(n)
    return {key: unite(start[rows], end[rows], touching=touching) for key, rows in held.items()}


def _common(a: Places, a_end: Places, b: Places, b_end: Places) -> tuple[Places, Places]:
    """Give the stretches that two lists of ranges share, cut where either is cut."""
    start = np.maximum(a[:, None], b[None, :])
    end = np.minimum(a_end[:, None], b_end[None, :])
    there = start < end
    order = np.argsort(start[there], kind="stable")
    return start[there][order], end[there][order]


def _apart(spans: list[tuple[Places, Places]]) -> float:
    """Sum the lengths on which one coder gives the code and another does not, over ordered pairs, by m-1."""
    edges = np.concatenate([edge for span in spans for edge in span])
    steps = np.concatenate([np.repeat([1, -1], len(start)) for start, _ in spans])
    order = np.argsort(edges, kind="stable")
    giving = np.cumsum(steps[order])[:-1]
    sizes = np.diff(edges[order])
    m = len(spans)
    return float((2 * giving * (m - giving) * sizes).sum() / (m - 1))
