"""
How many there are of something, in words: ``1 document``, ``2 documents``; one function for every place that says so.
"""

from __future__ import annotations


def number_of(number: int, one: str, many: str = "") -> str:
    """
    Say a number of things; *many* where it is not *one* with an s.

    Example:
        >>> number_of(1, "document"), number_of(0, "document"), number_of(1200, "person", "persons")
        ('1 document', '0 documents', '1,200 persons')
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
