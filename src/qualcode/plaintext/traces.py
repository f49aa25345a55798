"""
Which words of a text stand unchanged in a later one, told from a trace of the earlier: two signs a word.

A trace tells one word from another (one pair in 4,096 is alike) and tells nobody what the word was. A word that
was mended among words that stand is the same word mended, for who has read it; what was put in is new. Accents that
were composed and are apart now make no other word.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from difflib import SequenceMatcher
from hashlib import sha256
from itertools import pairwise

from qualcode.plaintext.words import words_of

_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
TRACE = re.compile(r"(?:[A-Za-z0-9_-]{2})*")
"""What a trace is written in."""
_RUN = 4
"""So many words that stand together tell a place in a long text."""
MENDED = 4
"""Of a line's words at most one in so many may be mended; more, and the line was written anew."""
Stretch = tuple[int, int]


def trace(text: str, start: int = 0, end: int | None = None) -> tuple[int, str]:
    """Return which word of *text* is the first between *start* and *end*, from 0, and the trace of those there."""
    until = len(text) if end is None else end
    words = list(words_of(text))
    first = bisect_left(words, start, key=lambda w: w[0])
    return first, "".join(_two_signs(text[a:b]) for a, b, _ in words[first:] if b <= until)


def joined(one: tuple[int, str], other: tuple[int, str]) -> tuple[int, str] | None:
    """Join two traces of one text that overlap or touch; ``None`` where they do neither, or contradict."""
    (first, mine), (second, theirs) = sorted((one, other))
    shared = len(mine) // 2 - (second - first)
    if shared < 0 or not (
        mine[2 * (second - first) :].startswith(theirs) or theirs.startswith(mine[2 * (second - first) :])
    ):
        return None
    return first, mine + theirs[2 * shared :]


def standing(text: str, first: int, traced: str) -> list[Stretch]:
    """
    Return the stretches of *text* whose words stand in an earlier one, of which *traced* is a trace.

    Args:
        first: which word of the earlier text the trace begins with; 0 is its first.

    Returns:
        Stretches in order, apart from one another; what stands between words goes with either neighbour.
        A mended word counts as standing where at most one in four of its line's words was, and as many words
        stood there before.
    """
    words = list(words_of(text))
    if not words or not traced:
        return []
    old = [traced[n : n + 2] for n in range(0, len(traced), 2)]
    new = [_two_signs(text[a:b]) for a, b, _ in words]
    if first and _places(old, new) > 1:  # which of them was read, nobody knows
        return []
    stands, mended = _compared(old, new, at_start=first == 0)
    for a, b in _lines(text, [w[0] for w in words]):
        changed = [n for n in range(a, b) if not stands[n]]
        if changed and len(changed) * MENDED <= b - a and all(mended[n] for n in changed):
            stands[a:b] = [True] * (b - a)
    found: list[Stretch] = []
    for n, here in enumerate(stands):
        if here:
            start = words[n - 1][1] if n else 0
            end = words[n + 1][0] if n + 1 < len(words) else len(text)
            if found and start <= found[-1][1]:
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
    return found


def _places(old: list[str], new: list[str]) -> int:
    return sum(new[n : n + len(old)] == old for n in range(len(new) - len(old) + 1))


def _two_signs(word: str) -> str:
    digest = sha256(unicodedata.normalize("NFC", word).encode("utf-8")).digest()
    return _SIGNS[digest[0] & 63] + _SIGNS[digest[1] & 63]


def _lines(text: str, starts: Sequence[int]) -> list[tuple[int, int]]:
    """Return which words each line of the text has: first, and the one behind the last."""
    edges = [0, *(bisect_right(starts, m.start()) for m in re.finditer("\n", text)), len(starts)]
    return [(a, b) for a, b in pairwise(edges) if a < b]


def _compared(old: list[str], new: list[str], *, at_start: bool) -> tuple[list[bool], list[bool]]:
    """Say of each new word whether it stands in the old ones, and whether it is an old one mended."""
    stands, mended = [False] * len(new), [False] * len(new)
    gaps = []
    head = _shared(old, new) if at_start else 0
    middle_old, middle_new = old[head:], new[head:]
    stands[:head] = [True] * head
    a, b = head, head
    for block in _matches(_runs(middle_old), _runs(middle_new)):
        i, j, size = block
        size += _RUN - 1 if size else 0
        if size and (head + i < a or head + j < b):  # it overlaps the run before by some words
            skip = max(a - head - i, b - head - j)
            i, j, size = i + skip, j + skip, size - skip
        if not size:
            i, j = len(middle_old), len(middle_new)
        gaps.append((a, head + i, b, head + j))
        stands[head + j : head + j + size] = [True] * size
        a, b = head + i + size, head + j + size
    for a, i, b, j in gaps:
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, old[a:i], new[b:j], autojunk=False).get_opcodes():
            if tag == "equal":
                stands[b + j1 : b + j2] = [True] * (j2 - j1)
            elif tag == "replace" and i2 - i1 >= j2 - j1:
                mended[b + j1 : b + j2] = [True] * (j2 - j1)
    return stands, mended


def _matches(old: list[tuple[str, ...]], new: list[tuple[str, ...]]) -> list[tuple[int, int, int]]:
    return [(m.a, m.b, m.size) for m in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()]


def _runs(words: list[str]) -> list[tuple[str, ...]]:
    return list(zip(*(words[n:] for n in range(_RUN)), strict=False))


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    n = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        n += 1
    return n
