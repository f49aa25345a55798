"""
Text with its spellings made alike, and the way back to the place where it stood.

Folded are case, accents, ligatures and wide letters (NFKD, marks taken off, case folded); signs that are not seen
(soft hyphens, zero widths) go; every dash is a hyphen, every blank or line end a blank, every apostrophe one sign.
One sign may become several or none, so each folded sign knows the sign that it came from.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

VERSION = 1
"""Of these rules: a list made by another version is refused, since nothing in it would ever be found."""

_UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff\u180e")
_APOSTROPHES = frozenset("'’‘ʼ´`′ʹ")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded ``text``; ``at`` gives for each of its signs, and for its end, the place in the text it came from."""

    text: str
    at: tuple[int, ...]


def _sign(sign: str) -> str:
    """Fold one sign."""
    if sign in _UNSEEN:
        return ""
    if sign in _APOSTROPHES:
        return "'"
    kind = unicodedata.category(sign)
    if kind == "Pd" or sign == "\u2212":
        return "-"
    if sign.isspace() or kind in ("Zs", "Zl", "Zp"):
        return " "
    plain = "".join(c for c in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(c))
    return plain.casefold()


def fold(text: str) -> str:
    """
    Return the text with its spellings made alike.

    Example:
        >>> fold("L’Évêque Œuvre–Nord")
        "l'eveque œuvre-nord"
    """
    if not text.isascii():
        text = _BEYOND.sub(lambda m: m[0].translate(_TABLE), text)
    text = text.lower()
    for sign, plain in _PLAIN:
        text = text.replace(sign, plain)
    return text


_BEYOND = re.compile("[^\x00-\x7f]+")
_PLAIN = (
    ("`", "'"),
    ("\n", " "),
    ("\t", " "),
    ("\r", " "),
    ("\x0b", " "),
    ("\x0c", " "),
    *((chr(c), " ") for c in range(0x1C, 0x20)),
)


class _Table(dict[int, str]):
    """Signs folded so far, by code point."""

    def __missing__(self, code: int) -> str:
        plain = self[code] = _sign(chr(code))
        return plain


_TABLE = _Table()


def fold_with_places(text: str) -> Folded:
    """Return the folded text with the place of each sign."""
    signs: list[str] = []
    at: list[int] = []
    for place, sign in enumerate(text):
        plain = _TABLE[ord(sign)]
        signs.append(plain)
        at += [place] * len(plain)
    return Folded("".join(signs), (*at, len(text)))


def words_of(folded: str) -> list[str]:
    """Return the words of a folded text: runs of letters and digits."""
    return _WORD.findall(folded)
