"""
Texts as numbers: words and pieces of words, weighted, so that texts of like words are near one another.

A word gives itself and every four letters in a row of it, its borders included, so that forms of a word (motion,
motions; demander, demande) share most of what they give, in any language and without a model. Weights are
TF-IDF with 1 + ln(count) and ln((1 + n) / (1 + df)) + 1, each text of length 1; a likeness is a cosine, 0 to 1.

Source: Manning, Raghavan & Schütze (2008), Introduction to Information Retrieval, section 6.4; the idf as in
scikit-learn's TfidfVectorizer, so that nothing weighs 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int32]
_BLOCK = 1024
_AT_ONCE, _WORDS_AT_ONCE = 1_000_000, 200_000
_OFTEN, _OFTEN_GIVEN = 25, 50
"""
A piece that more than one text in so many has is multiplied densely, the others pair by pair: for likenesses, and
for what texts and pieces give each other.
"""
_LETTERS = 4


@dataclass(frozen=True, eq=False)
class Weights:
    """The weights of texts, where they are not 0: the text's number, the piece's, the weight."""

    texts: int
    pieces: int
    text: Numbers
    piece: Numbers
    weight: Floats

    @staticmethod
    def of(texts: Sequence[Sequence[str]]) -> Weights:
        """Weigh texts, given as folded words; a piece that only one text has is left out."""
        number: dict[str, int] = {}
        word: defaultdict[str, int] = defaultdict()
        word.default_factory = word.__len__
        spoken = np.fromiter(map(word.__getitem__, chain.from_iterable(texts)), np.int32)
        of_words = [[number.setdefault(p, len(number)) for p in pieces(w)] for w in word]
        text, every, often = _counted(
            spoken, np.array([len(words) for words in texts], np.int64), of_words, len(number)
        )
        spread = np.bincount(every, minlength=len(number))
        names = list(number)
        kept = sorted((n for n in range(len(names)) if spread[n] > 1), key=names.__getitem__)
        new = np.full(len(names), -1, dtype=np.int32)
        new[kept] = np.arange(len(kept), dtype=np.int32)
        piece = new[every]
        del every
        known = piece >= 0
        if not known.all():
            text, piece, often = text[known], piece[known], often[known]
        if not len(piece):
            return Weights(len(texts), len(kept), text, piece, np.empty(0))
        weight = np.log(often)
        del often
        weight += 1
        weight *= (np.log((1 + len(texts)) / (1 + spread[kept])) + 1)[piece]
        length = np.sqrt(np.bincount(text, np.square(weight), minlength=len(texts)))
        weight /= length[text]
        return Weights(len(texts), len(kept), text, piece, weight)

    def some(self, chosen: npt.NDArray[np.int64]) -> Weights:
        """Return the weights of some texts, in the order given."""
        begins = self._begins
        if begins is not None and (np.diff(chosen) > 0).all():
            sizes = begins[chosen + 1] - begins[chosen]
            rows = np.repeat(begins[chosen] - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
            text = np.repeat(np.arange(len(chosen), dtype=np.int32), sizes)
            return Weights(len(chosen), self.pieces, text, self.piece[rows], self.weight[rows])
        new = np.full(self.texts, -1, dtype=np.int32)
        new[chosen] = np.arange(len(chosen), dtype=np.int32)
        kept = new[self.text] >= 0
        return Weights(len(chosen), self.pieces, new[self.text[kept]], self.piece[kept], self.weight[kept])

    @cached_property
    def _begins(self) -> npt.NDArray[np.int64] | None:
        """Where each text's weights begin, where texts are in order."""
        if (np.diff(self.text) < 0).any():
            return None
        return np.searchsorted(self.text, np.arange(self.texts + 1)).astype(np.int64)

    def likeness(self, other: Weights) -> Floats:
        """Return how alike each of these texts is to each of the others."""
        if other is self:
            return self._among_themselves()
        total = np.zeros((self.texts, other.texts))
        for low in range(0, self.pieces, _BLOCK):
            total += self._block(low) @ other._block(low).T
        return total

    def gathered(self, given: Floats) -> Floats:
        """Return for each piece the sum of what is *given* to texts, one row a text, times its weights there."""
        often = self._column >= 0
        seldom = np.flatnonzero(~often[self.piece])
        seldom = seldom[np.argsort(self.piece[seldom], kind="stable")]
        total = _summed(self.piece[seldom], self.text[seldom], self.weight[seldom], given, self.pieces)
        for texts, dense in self._often():
            total[often] += dense.T @ given[texts]
        return total

    def spread(self, given: Floats) -> Floats:
        """Return for each text the sum of what is *given* to pieces, one row a piece, times its weights of them."""
        often = self._column >= 0
        seldom = np.flatnonzero(~often[self.piece])
        if self._begins is None:
            seldom = seldom[np.argsort(self.text[seldom], kind="stable")]
        total = _summed(self.text[seldom], self.piece[seldom], self.weight[seldom], given, self.texts)
        for texts, dense in self._often():
            total[texts] += dense @ given[often]
        return total

    @cached_property
    def _column(self) -> npt.NDArray[np.int64]:
        """Number the pieces that many texts have, in order; -1 for all others."""
        often = np.bincount(self.piece, minlength=self.pieces) > self.texts / _OFTEN_GIVEN
        return np.where(often, np.cumsum(often) - 1, -1)

    def _often(self) -> Iterator[tuple[slice, Floats]]:
        """Yield, block by block of the texts, their weights of the pieces that many have, one row a text."""
        many = int(self._column.max(initial=-1)) + 1
        order = None if self._begins is not None else np.argsort(self.text, kind="stable")
        ordered = self.text if order is None else self.text[order]
        begins = np.searchsorted(ordered, np.arange(0, self.texts + _BLOCK, _BLOCK)).tolist()
        for n, low in enumerate(range(0, self.texts if many else 0, _BLOCK)):
            here: Any = slice(begins[n], begins[n + 1])
            here = here if order is None else order[here]
            at = self._column[self.piece[here]]
            kept = at >= 0
            dense = np.zeros((min(_BLOCK, self.texts - low), many))
            dense[self.text[here][kept] - low, at[kept]] = self.weight[here][kept]
            yield slice(low, low + _BLOCK), dense

    def _among_themselves(self) -> Floats:
        """Return the likenesses of these texts to each other: frequent pieces densely, rare ones pair by pair."""
        n = self.texts
        has = np.bincount(self.piece, minlength=self.pieces)
        frequent = np.flatnonzero(has > n / _OFTEN)
        total = np.zeros((n, n))
        number = np.full(self.pieces, -1, dtype=np.int64)
        number[frequent] = np.arange(len(frequent))
        column = number[self.piece]
        for low in range(0, len(frequent), _BLOCK):
            here = (column >= low) & (column < low + _BLOCK)
            dense = np.zeros((n, min(_BLOCK, len(frequent) - low)))
            dense[self.text[here], column[here] - low] = self.weight[here]
            for first in range(0, n, _BLOCK):
                strip = slice(first, first + _BLOCK)
                total[strip, : first + _BLOCK] += dense[strip] @ dense[: first + _BLOCK].T
        for first in range(0, n, _BLOCK):
            strip = slice(first, first + _BLOCK)
            total[:first, strip] = total[strip, :first].T
        rare = np.flatnonzero(column < 0)
        rare = rare[np.argsort(self.piece[rare], kind="stable")]
        text, weight, many = self.text[rare].astype(np.int64), self.weight[rare], has[self.piece[rare]]
        flat = total.reshape(-1)
        for d in np.unique(many).tolist():
            texts, weights = (part[many == d].reshape(-1, d) for part in (text, weight))
            one, other = np.triu_indices(d)
            step = max(1, _AT_ONCE // len(one))
            for low in range(0, len(texts), step):
                t, w = texts[low : low + step], weights[low : low + step]
                first, second = t[:, one].ravel(), t[:, other].ravel()
                value = (w[:, one] * w[:, other]).ravel()
                np.add.at(flat, first * n + second, value)
                apart = first != second
                np.add.at(flat, second[apart] * n + first[apart], value[apart])
        return total

    def _block(self, low: int) -> Floats:
        here = (self.piece >= low) & (self.piece < low + _BLOCK)
        dense = np.zeros((self.texts, min(_BLOCK, self.pieces - low)))
        dense[self.text[here], self.piece[here] - low] = self.weight[here]
        return dense


def _counted(
    spoken: Numbers, lengths: npt.NDArray[np.int64], of_words: Sequence[Sequence[int]], many: int
) -> tuple[Numbers, Numbers, Numbers]:
    """Count the pieces of each text: texts and pieces in order, and how often each piece stands there."""
    sizes = np.array([len(o) for o in of_words], np.int64)
    begins = np.concatenate([[0], np.cumsum(sizes)])[:-1]
    flat = np.fromiter((p for o in of_words for p in o), np.int64)
    texts = np.repeat(np.arange(len(lengths)), lengths)
    ends = np.cumsum(lengths)
    found: tuple[list[Numbers], ...] = ([np.empty(0, np.int32)], [np.empty(0, np.int32)], [np.empty(0, np.int32)])
    low = 0
    while low < len(lengths):
        first = int(ends[low - 1]) if low else 0
        high = max(low + 1, int(np.searchsorted(ends, first + _WORDS_AT_ONCE, "right")))
        here = slice(first, int(ends[high - 1]))
        size = sizes[spoken[here]]
        within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        piece = flat[np.repeat(begins[spoken[here]], size) + within]
        key, often = np.unique(np.repeat(texts[here], size) * many + piece, return_counts=True)
        for part, values in zip(found, (key // max(1, many), key % max(1, many), often), strict=True):
            part.append(values.astype(np.int32))
        low = high
    return np.concatenate(found[0]), np.concatenate(found[1]), np.concatenate(found[2])


def _summed(into: Numbers, of: Numbers, weight: Floats, given: Floats, rows: int) -> Floats:
    """Sum rows of *given* times weights into *rows* rows; *into* is in order."""
    total = np.zeros((rows, given.shape[1]))
    starts = np.flatnonzero(np.diff(into, prepend=-1))
    step = max(1, _AT_ONCE // max(1, given.shape[1]))
    low = 0
    while low < len(starts) and given.shape[1]:
        high = max(low + 1, int(np.searchsorted(starts, starts[low] + step, "right")) - 1)
        until = int(starts[high]) if high < len(starts) else len(into)
        here = slice(int(starts[low]), until)
        total[into[starts[low:high]]] = np.add.reduceat(
            given[of[here]] * weight[here, None], starts[low:high] - starts[low], axis=0
        )
        low = high
    return total


@cache
def pieces(word: str) -> tuple[str, ...]:
    """Return a word and its pieces of four signs; a border is written ``|``."""
    inside = f"|{word}|"
    return (word, *(inside[n : n + _LETTERS] for n in range(len(inside) - _LETTERS + 1)))
