"""
A quotation's words laid beside those of a text: which are the same, which are other, and what the author marked.

Words are compared, not capitals, accents or punctuation. Three dots, alone or in brackets, stand for words left out,
and words in square brackets for what the author put in: both may stand for words of the text or for none. What a
transcriber noted in brackets in the text, such as ``[laughs]``, need not be quoted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qualcode.plaintext.words import words_of

Numbers = npt.NDArray[np.int64]
GAP = -1
"""The key of a mark that stands for any words, or none."""
_MARKED = re.compile(r"[\[(]\s*(?:\.\s?){2,4}[\])]|[\[(]\s*…\s*[\])]|(?:\.\s?){3,4}|…|(?<!\w)\[[^\[\]]{0,200}\](?!\w)")
_LETTER = re.compile(r"(?<!\w)\[(\w{1,3})\](?=\w)|(?<=\w)\[(\w{1,4})\](?!\w)")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a quotation, folded, or a mark (``""``); where it stands."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Laid:
    """
    A quotation laid beside a text.

    ``cost`` counts the words that are other; ``first`` and ``last`` are the words of the text it covers (numbers, both
    included); ``pairs`` are token and word of the text, with None where one has nothing beside it.
    """

    cost: int
    first: int
    last: int
    pairs: tuple[tuple[int | None, int | None], ...]


def tokens(text: str) -> list[Token]:
    """
    Return the words and marks of a quotation, in order.

    Example:
        >>> [t.word for t in tokens("[T]hey drew [...] the thing [the card] and")]
        ['they', 'drew', '', 'the', 'thing', '', 'and']
    """
    # "[T]hey" is one word, with a letter that the author changed
    plain = _LETTER.sub(lambda m: "\u00ad" + (m[1] or m[2]) + "\u00ad", text)
    found, at = [], 0
    for mark in _MARKED.finditer(plain):
        found += [Token(w, a, b) for a, b, w in words_of(plain, at, mark.start())]
        found.append(Token("", *mark.span()))
        at = mark.end()
    return [*found, *(Token(w, a, b) for a, b, w in words_of(plain, at))]


def laid(quotation: Sequence[int], text: Sequence[int] | Numbers, free: npt.NDArray[np.bool_]) -> Laid:
    """
    Lay a quotation beside a stretch of text where it costs least; its ends lie anywhere.

    Args:
        quotation: keys of its words, ``GAP`` for a mark.
        text: keys of the text's words; ``free`` says which need not be quoted.

    Example:
        >>> laid([1, 2, 9], [7, 1, 2, 3, 8], np.zeros(5, bool)).cost
        1
        >>> laid([1, GAP, 8], [7, 1, 2, 3, 8], np.zeros(5, bool)).pairs
        ((0, 1), (1, None), (2, 4))
    """
    keys = np.asarray(text, np.int64)
    step = np.concatenate([[0], np.cumsum(~free)]).astype(np.int64)
    rows = np.zeros((len(quotation) + 1, len(keys) + 1), np.int64)
    for n, key in enumerate(quotation, 1):
        before, here = rows[n - 1], rows[n]
        if key == GAP:
            here[:] = np.minimum.accumulate(before)
            continue
        here[:] = before + 1
        here[1:] = np.minimum(here[1:], before[:-1] + (keys != key))
        here[:] = np.minimum.accumulate(here - step) + step
    return _way_back(list(quotation), keys, rows)


def _way_back(quotation: list[int], keys: Numbers, rows: npt.NDArray[np.int64]) -> Laid:
    n, m = len(quotation), int(rows[-1].argmin())
    cost = int(rows[n, m])
    pairs: list[tuple[int | None, int | None]] = []
    while n:
        here, key = rows[n, m], quotation[n - 1]
        if key == GAP:
            while rows[n - 1, m] != here:
                m -= 1
            pairs.append((n - 1, None))
            n -= 1
        elif m and here == rows[n - 1, m - 1] + (keys[m - 1] != key):
            pairs.append((n - 1, m - 1))
            n, m = n - 1, m - 1
        elif here == rows[n - 1, m] + 1:
            pairs.append((n - 1, None))
            n -= 1
        else:
            pairs.append((None, m - 1))
            m -= 1
    pairs.reverse()
    there = [t for q, t in pairs if t is not None and q is not None]
    return Laid(cost, min(there, default=0), max(there, default=-1), tuple(pairs))
