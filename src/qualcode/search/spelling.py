"""
The words of a whole text at once, for an index of millions; what a word is says ``plaintext.words``.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from qualcode.plaintext.words import belongs, fold, words_of

__all__ = ["Numbers", "belongs", "fold", "split", "words_of"]

Numbers = npt.NDArray[np.int64]

_SIGNS, _NOT_YET = 0x110000, 2


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
