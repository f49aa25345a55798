"""
Words written as XML: every sign that it has, and the sign for a missing one in place of those it cannot have.
"""

from __future__ import annotations

import re

_NONE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_VALUE = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)
_SPECIAL = re.compile('[&<>"\x00-\x1f\ud800-\udfff\ufffe\uffff]')


def text(words: str) -> str:
    """
    Write words between tags.

    Example:
        >>> text("a < b & c")
        'a &lt; b &amp; c'
    """
    return _NONE.sub("\ufffd", words).translate(_TEXT)


def value(words: str) -> str:
    """
    Write words as an attribute's value, quotes around it.

    Example:
        >>> value('say "a"')
        '"say &quot;a&quot;"'
    """
    if not _SPECIAL.search(words):
        return f'"{words}"'
    return f'"{_NONE.sub(chr(0xFFFD), words).translate(_VALUE)}"'


def lost_signs(*words: str) -> int:
    """Count the signs that XML cannot have."""
    return sum(len(_NONE.findall(w)) for w in words)
