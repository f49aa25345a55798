"""
Concordance lines: each hit with what stands left and right of it, one line each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from qualcode.columns import choose, require
from qualcode.plaintext.words import belongs, words_of
from qualcode.rows import Rows
from qualcode.study import release
from qualcode.study.study import Study

if TYPE_CHECKING:
    import pandas as pd

_BLANKS = re.compile(r"\s\s+|[^\S ]")
_PARTS = ("left", "hit", "right")
ORDERS = ("place", "left", "hit", "right")


def concordance(study: Study, hits: pd.DataFrame, *, width: int = 60, sort: str = "place") -> pd.DataFrame:
    """
    Set each hit in its line.

    Args:
        hits: ``document``, ``start``, ``end`` (code points), such as a search returns; other columns are kept.
        width: how many signs left and right at most; words are not cut, and no turn's border is crossed.
        sort: ``place`` (as *hits* are), ``left`` (by the words before, the nearest first), ``hit`` or ``right``;
            capitals and accents make no difference, ties stay in their order.

    Returns:
        The rows of *hits* without ``words``, and ``left``, ``hit``, ``right``, which read on from one to the next,
        blanks made one; of a document that may not be quoted ``hit`` says why.

    Raises:
        UsageError: a column is missing, a document or the order is unknown.

    Example:
        >>> hits = search(study, "label")
        >>> concordance(study, hits, width=24)[["left", "hit", "right"]]
                               left    hit                right
        0  ask for it, then it's a   label  , isn't it. Then it
    """
    require(hits, ["document", "start", "end"], "hits")
    made = _lines(study, zip(hits["document"], hits["start"], hits["end"], strict=True), width, sort)
    columns = {name: [line[at] for _, line in made] for at, name in enumerate(_PARTS)}
    table = hits.drop(columns="words", errors="ignore").iloc[[row for row, _ in made]].reset_index(drop=True)
    table = table.assign(**columns)
    table.attrs = dict(hits.attrs)
    return table


def lines_of(study: Study, hits: Rows, *, width: int = 60, sort: str = "place") -> Rows:
    """Return `concordance` as plain rows, of the plain rows of a search."""
    at = [hits.columns.index(c) for c in ("document", "start", "end")]
    kept = [n for n, c in enumerate(hits.columns) if c != "words"]
    made = _lines(study, ((row[at[0]], row[at[1]], row[at[2]]) for row in hits.rows), width, sort)
    rows = [(*(hits.rows[row][n] for n in kept), *line) for row, line in made]
    return Rows([*(hits.columns[n] for n in kept), *_PARTS], rows, hits.kinds, hits.attrs)


def _lines(
    study: Study, places: Iterable[tuple[Any, Any, Any]], width: int, sort: str
) -> list[tuple[int, tuple[str, str, str]]]:
    """Return the line of each place behind its row's number, in the order asked for."""
    choose(sort, ORDERS, "order")
    told = [(n, _line(study, str(d), int(a), int(b), width)) for n, (d, a, b) in enumerate(places)]
    return told if sort == "place" else sorted(told, key=lambda numbered: _folded(numbered[1], sort))


def _line(study: Study, name: str, start: int, end: int, width: int) -> tuple[str, str, str]:
    document = study.document(name)
    verdict = release.verdict(document, start, end)
    if not verdict.quotable:
        return "", str(verdict), ""
    here = document.turn_at(start)
    low, high = release.reach(document, start, end, width)
    first = max(low, here.words_start if here else 0)
    last = min(high, max(end, here.end) if here else len(document.text))
    text = document.text
    while first > 0 and first < start and belongs(text[first - 1]) and belongs(text[first]):
        first += 1
    while end < last < len(text) and belongs(text[last - 1]) and belongs(text[last]):
        last -= 1
    parts = (release.show(document, *place) for place in ((first, start), (start, end), (end, last)))
    left, hit, right = (_BLANKS.sub(" ", p) for p in parts)
    return left.lstrip(), hit, right.rstrip()


def _folded(line: tuple[str, str, str], sort: str) -> Any:
    left, hit, right = ([w for _, _, w in words_of(part)] for part in line)
    return {"left": left[::-1], "hit": hit, "right": right}[sort]
