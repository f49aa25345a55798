"""
What counts as a word, and which spellings are the same word.

A word is a run of letters and digits with the accents and soft hyphens among them; apostrophes, hyphens and
everything else part words. Two words are the same if they are equal once folded: without regard to capitals,
accents (composed or not), soft hyphens, and to whether œ and æ are written as one letter or two.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]

_INSIDE = "\u00ad\u200c\u200d"
_AS_TWO = str.maketrans({"œ": "oe", "æ": "ae"})
_SIGNS, _NOT_YET = 0x110000, 2


@cache
def belongs(sign: str) -> bool:
    """Say whether a sign is part of a word."""
    return sign.isalnum() or sign in _INSIDE or unicodedata.category(sign).startswith("M")


def fold(word: str) -> str:
    """Return what all spellings of a word have in common."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFD", word.casefold().translate(_AS_TWO))
    return "".join(s for s in apart if s not in _INSIDE and unicodedata.category(s) != "Mn").translate(_AS_TWO)


def words_of(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, str]]:
    """Yield the words of a text, sign by sign: start, end, folded. What folds to nothing is no word."""
    begun = -1
    until = len(text) if end is None else end
    for at in range(start, until + 1):
        if at < until and belongs(text[at]):
            begun = at if begun < 0 else begun
        elif begun >= 0:
            folded = fold(text[begun:at])
            if folded:
                yield begun, at, folded
            begun = -1


def split(text: str) -> tuple[Numbers, Numbers, list[str]]:
    """Return the same words as ``words_of`` all at once: starts, ends, words as they are written."""
    signs = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
    if not len(signs):
        return np.empty(0, np.int64), np.empty(0, np.int64), []
    inside = _inside(signs)
    edges = np.flatnonzero(np.diff(inside, prepend=False, append=False)).astype(np.int64)
    apart = np.where(inside, signs, np.uint32(32)).astype("<u4")
    return edges[0::2], edges[1::2], apart.tobytes().decode("utf-32-le").split()


def _inside(signs: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """Say of each sign whether it is part of a word; a sign is judged when it first occurs."""
    known = _judged()
    found = known[signs]
    new = found == _NOT_YET
    if new.any():
        fresh = np.unique(signs[new])
        known[fresh] = [belongs(chr(n)) for n in fresh.tolist()]
        found = known[signs]
    return found.view(np.bool_)


@cache
def _judged() -> npt.NDArray[np.uint8]:
    return np.full(_SIGNS, _NOT_YET, dtype=np.uint8)
