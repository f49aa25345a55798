"""
From what coders tagged and read to lengths: on how many code points they give the same code.

For agreement on where passages begin and end. Only text that every coder of a document has read is
compared; a code's overlapping excerpts by one coder are united, excerpts that only touch stay two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from qualcode.agreement.judgements import Compared, Line, Places, check, chosen_codings, unite

if TYPE_CHECKING:
    import pandas as pd


def measure(
    codings: pd.DataFrame,
    coverage: pd.DataFrame,
    wanted: Sequence[str] | None = None,
    coders: Sequence[str] | None = None,
) -> Compared:
    """
    Sum what u-alpha needs by document and code.

    Raises:
        UsageError: a column is missing, or a coder that is asked for has read nothing.
    """
    known, names = check(codings, coverage, wanted, coders)
    line = Line.of(codings, coverage)
    chosen = chosen_codings(codings, known, names)
    shape = len(line.documents), len(known)
    apart, given, squares, total = np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape[0])
    by_coder = np.zeros((len(names), shape[1]), dtype=np.intp)
    size, readers = 0, set()
    rows = _ranges(line, chosen, ["document", "coder", "code"], touching=False)
    ranges = _ranges(line, coverage, ["document", "coder"], touching=True)
    given_in: dict[str, set[str]] = {}
    for document, _, code in rows:
        given_in.setdefault(document, set()).add(code)
    compared = 0
    for d, document in enumerate(line.documents):
        reading = [name for name in names if (document, name) in ranges]
        if len(reading) < 2:
            continue
        pieces = ranges[document, reading[0]]
        for name in reading[1:]:
            pieces = _common(*pieces, *ranges[document, name])
        length = int((pieces[1] - pieces[0]).sum())
        if not length:
            continue
        size += length
        readers |= set(reading)
        m = len(reading)
        total[d] = m * length
        squares[d] = total[d]
        for k, code in enumerate(known):
            if code not in given_in.get(document, ()):
                continue
            spans = [_common(*pieces, *rows.get((document, name, code), _NOTHING)) for name in reading]
            lengths = np.array([(end - start).sum() for start, end in spans])
            squares[d, k] = sum(float(((end - start) ** 2).sum()) for start, end in spans)
            squares[d, k] += total[d] - lengths.sum()
            given[d, k] = lengths.sum()
            apart[d, k] = _apart(spans)
            for name, (start, _) in zip(reading, spans, strict=True):
                by_coder[names.index(name), k] += len(start)
                compared += len(start)
    nothing = np.full(shape[1], np.nan)
    whole = total.sum()
    return Compared(
        codes=list(known),
        families=list(known.values()),
        coders=names,
        apart=apart,
        given=given,
        squares=squares,
        total=total,
        differ=apart.sum(axis=0) / whole if whole else nothing,
        chance_ac1=nothing,
        chance_cohen=nothing,
        by_coder=by_coder,
        size=size,
        readers=len(readers),
        left_out={"of another code or coder": len(codings) - len(chosen)},
    )


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
