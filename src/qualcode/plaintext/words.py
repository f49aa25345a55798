"""
What counts as a word, and which spellings are the same word: one rule for every count and every search.

A word is a run of letters and digits with the accents and soft hyphens among them; apostrophes, hyphens and
everything else part words. Two words are the same if they are equal once folded: without regard to capitals,
accents (composed or not), soft hyphens, and to whether œ and æ are written as one letter or two. Marks that are no
accents but part of a letter are kept: the vowel signs of Hindi or Thai, the strokes that make ga of ka in Japanese.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

_INSIDE = "\u00ad\u200c\u200d"
_LETTERS = re.compile(r"[^\W_]+")
_COMMON = re.compile(r"[\x00-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf]*")
"""Signs of which each is a letter, a digit, or parts words: no accent stands apart among them."""
_AS_TWO = str.maketrans({"œ": "oe", "æ": "ae"})


@cache
def belongs(sign: str) -> bool:
    """Say whether a sign is part of a word."""
    return sign.isalnum() or sign in _INSIDE or unicodedata.category(sign).startswith("M")


def fold(word: str) -> str:
    """Return what all spellings of a word have in common."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFD", word.casefold().translate(_AS_TWO))
    kept = "".join(s for s in apart if s not in _INSIDE and not _is_accent(s)).translate(_AS_TWO)
    return unicodedata.normalize("NFC", kept)


def _is_accent(sign: str) -> bool:
    """Say whether a sign is set on a letter and no part of it: by its combining class, of points or of accents."""
    kind = unicodedata.combining(sign)
    return kind >= 200 or 10 <= kind <= 36


def words_of(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, str]]:
    """Yield the words of a text, in order: start, end, folded. What folds to nothing is no word."""
    until = len(text) if end is None else end
    for match in _runs(text[start:until]).finditer(text, start, until):
        folded = fold(match[0])
        if folded:
            yield match.start(), match.end(), folded


def count(text: str) -> int:
    """Count the words of a text: as many as ``words_of`` yields, without folding where no accent stands apart."""
    if _COMMON.fullmatch(text) or all(sign.isalnum() or not belongs(sign) for sign in set(text)):
        return len(_LETTERS.findall(text))
    return sum(1 for _ in words_of(text))


def _runs(text: str) -> re.Pattern[str]:
    """Return what matches a run of signs that belong to words, among the signs that *text* has."""
    return _pattern("".join(sorted(s for s in set(text) if belongs(s))))


@lru_cache(maxsize=256)
def _pattern(signs: str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(signs)}]+" if signs else r"(?!)")
