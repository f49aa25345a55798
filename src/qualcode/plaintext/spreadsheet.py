"""
Cells for spreadsheets: words stay words, whatever a program would make of them.

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line end is a formula to Excel, LibreOffice and others,
and a transcript is full of dashes. Such words get an apostrophe before them, as one types it there oneself; words that
begin with apostrophes before such a sign get one more, so that `words` gives back exactly what `cell` was given.
Numbers are no words.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import Literal

_SIGNS = r"[\s']*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_FORMULA = re.compile(_SIGNS)
_MARKED = re.compile(f"'(?={_SIGNS})")


def cell(words: str) -> str:
    """
    Return words as a cell that no spreadsheet takes for a formula.

    Example:
        >>> cell("- Yes, she said."), cell("Yes."), cell("=1+1")
        ("'- Yes, she said.", 'Yes.', "'=1+1")
    """
    return f"'{words}" if _FORMULA.match(words) else words


def words(cell: str) -> str:
    """
    Return the words of a cell that `cell` made.

    Example:
        >>> words("'- Yes, she said."), words("'tis so")
        ('- Yes, she said.', "'tis so")
    """
    return cell[1:] if _MARKED.match(cell) else cell


def quoting(cells: Iterable[object]) -> Literal[0, 2]:
    """Return how the csv module is to quote: minimally, but all words where one has a CR, which would end a row."""
    return csv.QUOTE_NONNUMERIC if any(isinstance(c, str) and "\r" in c for c in cells) else csv.QUOTE_MINIMAL
