"""
Ids and moments of what comes from elsewhere: slugs, each once; times in the one way excerpts carry them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from qualcode.exchange.transcripts.speakers import slug
from qualcode.plaintext.source import day

_LONGEST = 60
_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?", re.ASCII
)
_LONG = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d{2}:\d{2}:\d{2}) (\d{4})", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UNTOLD = "1970-01-01T00:00:00Z"
"""The moment of what tells none; every excerpt has one."""


class Ids:
    """Gives each thing an id of its own, made of its name; the same names in the same order give the same ids."""

    def __init__(self, fallback: str, taken: Iterable[str] = ()) -> None:
        self._fallback, self._taken = fallback, set(taken)
        self._next: dict[str, int] = {}

    def of(self, name: str) -> str:
        """Return an id that nothing had before."""
        base = slug(name[:500])[:_LONGEST].strip("-") or self._fallback
        found, number = base, self._next.get(base, 1)
        while found in self._taken:
            number += 1
            found = f"{base}-{number}"
        self._next[base] = number
        self._taken.add(found)
        return found


@lru_cache(maxsize=1 << 16)
def moment(told: str) -> str:
    """
    Return a time as excerpts carry it (UTC, to the second); ``""`` where it is none.

    A time without a zone is taken as UTC.

    Example:
        >>> moment("2012-05-01 10:00:00"), moment("2019-03-04T12:00:00.123+02:00"), moment("Fri Sep 21 10:11:12 2012")
        ('2012-05-01T10:00:00Z', '2019-03-04T10:00:00Z', '2012-09-21T10:11:12Z')
    """
    told = told.strip()
    long = _LONG.fullmatch(told)
    if long and long[1] in _MONTHS:
        told = f"{long[4]}-{_MONTHS.index(long[1]) + 1:02}-{int(long[2]):02} {long[3]}"
    match = _ISO.fullmatch(told)
    if not match or isinstance(day(match[1]), str):
        return ""
    try:
        zone = (match[4] or "+00:00").replace("Z", "+00:00")
        when = datetime.fromisoformat(f"{match[1]}T{match[2] or '00:00'}:{match[3] or '00'}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    return f"{when.year:04}-{when:%m-%dT%H:%M:%SZ}"
