"""Lengths on which coders agree, held against counting code point by code point."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from qualcode.agreement.lengths import measure

CODERS, DOCUMENTS, CODES = ("ann", "ben", "eve"), ("i1", "i2"), ("a/x", "a/y", "b/z")
Stretch = tuple[int, int]


def stretches(most: int) -> st.SearchStrategy[list[tuple[str, str, int, int]]]:
    place = st.tuples(st.integers(0, 24), st.integers(1, 9)).map(lambda p: (p[0], p[0] + p[1]))
    one = st.tuples(st.sampled_from(DOCUMENTS), st.sampled_from(CODERS), place)
    return st.lists(one.map(lambda o: (o[0], o[1], *o[2])), max_size=most)


def runs(points: set[int]) -> list[Stretch]:
    """Return the stretches that points in a row make."""
    return [(p, next(q for q in range(p, 99) if q not in points)) for p in sorted(points) if p - 1 not in points]


def overlapping(excerpts: list[Stretch]) -> list[Stretch]:
    """Unite excerpts that overlap; those that only touch stay two."""
    found: list[Stretch] = []
    for start, end in sorted(excerpts):
        if found and start < found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def cut(spans: list[Stretch], within: list[Stretch]) -> list[Stretch]:
    return [(max(a, c), min(b, d)) for a, b in spans for c, d in within if max(a, c) < min(b, d)]


def counted(
    tags: list[tuple[str, str, int, int]],
    given_code: list[str],
    read: list[tuple[str, str, int, int]],
    answers: list[Stretch],
) -> dict[tuple[str, str], tuple[float, float, float, float]]:
    """Return apart, given, squares and total by document and code, of the code points that are *answers*."""
    found = {}
    for document in DOCUMENTS:
        points = {c: {p for d, w, a, b in read if (d, w) == (document, c) for p in range(a, b)} for c in CODERS}
        reading = [c for c in CODERS if points[c]]
        common = set.intersection(*(points[c] for c in reading)) if len(reading) > 1 else set()
        judged = cut(runs(common), answers)
        for code in CODES:
            rows = list(zip(tags, given_code, strict=True))
            spans = [
                cut(overlapping([(a, b) for (d, w, a, b), k in rows if (d, w, k) == (document, c, code)]), judged)
                for c in reading
            ]
            m, length = len(reading), sum(b - a for a, b in judged)
            if not length:
                found[document, code] = 0.0, 0.0, 0.0, 0.0
                continue
            yes = [sum(a <= p < b for one in spans for a, b in one) for s, e in judged for p in range(s, e)]
            lengths = [b - a for one in spans for a, b in one]
            squares = sum(n * n for n in lengths) + m * length - sum(lengths)
            apart = sum(2 * g * (m - g) for g in yes) / (m - 1)
            found[document, code] = apart, sum(lengths), squares, m * length
    return found


@given(stretches(14), st.data(), stretches(8), st.booleans())
def test_lengths_are_those_counted_code_point_by_code_point(
    tags: list[tuple[str, str, int, int]], data: st.DataObject, read: list[tuple[str, str, int, int]], asked: bool
):
    codes = data.draw(st.lists(st.sampled_from(CODES), min_size=len(tags), max_size=len(tags)))
    edges = [0, *sorted(data.draw(st.sets(st.integers(1, 39), max_size=4))), 40]
    turns = pd.DataFrame(
        [(d, a, b, n % 2 == 1) for d in DOCUMENTS for n, (a, b) in enumerate(pairwise(edges))],
        columns=["document", "start", "end", "asks"],
    )
    coded = list(zip(tags, codes, strict=True))
    if asked:  # no code on a question, so that questions are units for nobody
        questions = [(a, b) for n, (a, b) in enumerate(pairwise(edges)) if n % 2]
        coded = [one for one in coded if not cut([one[0][2:]], questions)]
    kept, given_code = [tag for tag, _ in coded], [code for _, code in coded]
    codings = pd.DataFrame(kept, columns=["document", "coder", "start", "end"]).assign(code=given_code)
    every = [*read, *(("i1", coder, 50, 51) for coder in CODERS)]
    coverage = pd.DataFrame(every, columns=["document", "coder", "start", "end"])

    made = measure(codings, coverage, CODES, CODERS, turns if asked else None)

    answers = [(a, b) for n, (a, b) in enumerate(pairwise(edges)) if n % 2 == 0]
    expected = counted(kept, given_code, every, answers if asked and len(edges) > 2 else [(0, 60)])
    rows = {d: n for n, d in enumerate(sorted({*codings["document"], *coverage["document"]}))}
    for (document, code), values in expected.items():
        if document in rows:
            at = rows[document], made.codes.index(code)
            got = tuple(float(part[at]) for part in (made.apart, made.given, made.squares, made.total))
            assert np.allclose(got, values), (document, code)
