"""
How stretches of text lie to one another: overlapping, inside, near, one after the other.

A stretch is (number of the document, start, end); a list of stretches is sorted and holds none twice. Distances
are counted in words: between neighbours lie 0 words.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from qualcode.search.index import APART, Index
from qualcode.search.spelling import Numbers

Stretch = tuple[int, int, int]
Flags = npt.NDArray[np.bool_]


def overlapping(ones: Sequence[Stretch], others: Sequence[Stretch]) -> Flags:
    """Say of each of *ones* whether it shares a sign with one of *others*."""
    (a, b), (c, d) = _line(ones), _line(others)
    before = np.searchsorted(c, b, "left")
    return _reach(d)[before] > a


def inside(ones: Sequence[Stretch], others: Sequence[Stretch]) -> Flags:
    """Say of each of *ones* whether it lies within one of *others*, or is the same."""
    (a, b), (c, d) = _line(ones), _line(others)
    begun = np.searchsorted(c, a, "right")
    return (_reach(d)[begun] >= b) & (begun > 0)


def followed_by(index: Index, ones: Sequence[Stretch], others: Sequence[Stretch], words: int) -> Flags:
    """Say of each of *ones* whether one of *others* begins behind it, with at most so many *words* between."""
    _, last = _in_words(index, ones)
    first = np.sort(_in_words(index, others)[0])
    if not len(first):
        return np.zeros(len(ones), np.bool_)
    ahead = np.searchsorted(first, last, "left")
    return (ahead < len(first)) & (first[np.minimum(ahead, len(first) - 1)] - last <= words)


def near(
    index: Index, ones: Sequence[Stretch], others: Sequence[Stretch], words: int, *, elsewhere: bool = False
) -> Flags:
    """
    Say of each of *ones* whether one of *others* overlaps it or has at most so many *words* between.

    With *elsewhere* the same stretch does not count: a word is not near itself.
    """
    (first, last), (begins, ends) = _in_words(index, ones), _in_words(index, others)
    around = np.searchsorted(np.sort(begins), last + words, "right") - np.searchsorted(
        np.sort(ends), first - words, "left"
    )
    known = set(others) if elsewhere else set()
    itself = np.fromiter((s in known for s in ones), np.int64, len(ones))
    return around > itself


def _line(stretches: Sequence[Stretch]) -> tuple[Numbers, Numbers]:
    """Put stretches on one line on which documents never meet."""
    table = np.array(stretches, dtype=np.int64).reshape(-1, 3)
    line = table[:, 0] * APART
    return line + table[:, 1], line + table[:, 2]


def _reach(ends: Numbers) -> Numbers:
    """Return how far the first n of some stretches reach, for n from 0."""
    return np.concatenate([[np.int64(-1)], np.maximum.accumulate(ends)])


def _in_words(index: Index, stretches: Sequence[Stretch]) -> tuple[Numbers, Numbers]:
    """Return the number of each stretch's first word and of the word behind its last, documents kept apart."""
    start, end = _line(stretches)
    first = np.searchsorted(index.ends, start, "right")
    behind = np.searchsorted(index.starts, end, "left")
    apart = start // APART * APART
    return apart + first, apart + np.maximum(first, behind)
