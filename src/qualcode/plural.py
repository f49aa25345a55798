"""
How many there are of something, in words: ``1 document``, ``2 documents``; one function for every place that says so.
"""

from __future__ import annotations

import re

_ONE = {"pictures and drawings": "picture or drawing", "headers and footers": "header or footer"}
_ONE |= {"notes and styles": "note or style", "breaks and fields": "break or field", "stretches": "stretch"}
_ONE |= {
    f"{one}s": one
    for one in (
        *("act", "annotation", "blank", "bullet", "code", "comment", "cue", "deletion", "end", "footnote", "hyphen"),
        *("insertion", "interview", "label", "line", "mark", "name", "note", "question", "reading", "row", "segment"),
        *("sign", "speaker", "tab", "tag", "tier", "time", "token", "turn", "value", "word"),
    )
}
_FIRST = re.compile(rf"^((?:(?:dependent|empty|line|page|time|tracked) )?)({'|'.join(_ONE)})\b")


def number_of(number: int, one: str, many: str = "") -> str:
    """
    Say a number of things; *many* where it is not *one* with an s.

    Example:
        >>> number_of(1, "document"), number_of(0, "document"), number_of(1200, "person", "persons")
        ('1 document', '0 documents', '1,200 persons')
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def counted(number: int, what: str) -> str:
    """
    Say a number of what a phrase names in the plural with its first or second word; a phrase without is left as it is.

    Example:
        >>> counted(2, "readings of an earlier text"), counted(1, "readings of an earlier text")
        ('2 readings of an earlier text', '1 reading of an earlier text')
        >>> counted(1, "line ends written as LF"), counted(1, "without stance")
        ('1 line end written as LF', '1 without stance')
    """
    return f"{number} {_FIRST.sub(lambda m: m[1] + _ONE[m[2]], what) if number == 1 else what}"
