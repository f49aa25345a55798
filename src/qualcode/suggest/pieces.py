"""
Texts as numbers: words and pieces of words, weighted, so that texts of like words are near one another.

A word gives itself and every four letters in a row of it, its borders included, so that forms of a word (motion,
motions; demander, demande) share most of what they give, in any language and without a model. Weights are
TF-IDF with 1 + ln(count) and ln((1 + n) / (1 + df)) + 1, each text of length 1; a likeness is a cosine, 0 to 1.

Source: Manning, Raghavan & Schütze (2008), Introduction to Information Retrieval, section 6.4; the idf as in
scikit-learn's TfidfVectorizer, so that nothing weighs 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
_BLOCK = 2048
_LETTERS = 4


@dataclass(frozen=True, eq=False)
class Weights:
    """The weights of texts, where they are not 0: the text's number, the piece's, the weight."""

    texts: int
    pieces: int
    text: npt.NDArray[np.int64]
    piece: npt.NDArray[np.int64]
    weight: Floats

    @staticmethod
    def of(texts: Sequence[Sequence[str]]) -> Weights:
        """Weigh texts, given as folded words; a piece that only one text has is left out."""
        counted = [Counter(p for word in words for p in pieces(word)) for words in texts]
        spread = Counter(p for counts in counted for p in counts)
        number = {p: n for n, p in enumerate(sorted(p for p, n in spread.items() if n > 1))}
        text = [t for t, counts in enumerate(counted) for p in counts if p in number]
        piece = [number[p] for counts in counted for p in counts if p in number]
        times = np.array([n for counts in counted for p, n in counts.items() if p in number], dtype=np.float64)
        rarity = np.array([np.log((1 + len(texts)) / (1 + spread[p])) + 1 for p in number])
        at, of = np.array(text, dtype=np.int64), np.array(piece, dtype=np.int64)
        weight = (1 + np.log(times)) * rarity[of] if len(of) else times
        length = np.sqrt(np.bincount(at, weight**2, minlength=len(texts)))
        return Weights(len(texts), len(number), at, of, weight / length[at] if len(at) else weight)

    def some(self, chosen: npt.NDArray[np.int64]) -> Weights:
        """Return the weights of some texts, in the order given."""
        new = np.full(self.texts, -1, dtype=np.int64)
        new[chosen] = np.arange(len(chosen))
        kept = new[self.text] >= 0
        return Weights(len(chosen), self.pieces, new[self.text[kept]], self.piece[kept], self.weight[kept])

    def likeness(self, other: Weights) -> Floats:
        """Return how alike each of these texts is to each of the others."""
        total = np.zeros((self.texts, other.texts))
        for low in range(0, self.pieces, _BLOCK):
            total += self._block(low) @ other._block(low).T
        return total

    def _block(self, low: int) -> Floats:
        here = (self.piece >= low) & (self.piece < low + _BLOCK)
        dense = np.zeros((self.texts, min(_BLOCK, self.pieces - low)))
        dense[self.text[here], self.piece[here] - low] = self.weight[here]
        return dense


@cache
def pieces(word: str) -> tuple[str, ...]:
    """Return a word and its pieces of four signs; a border is written ``|``."""
    inside = f"|{word}|"
    return (word, *(inside[n : n + _LETTERS] for n in range(len(inside) - _LETTERS + 1)))
