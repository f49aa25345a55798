"""
The plain shape of front matter read fast: one entry a line, lists and mappings on one line or indented once.

Whatever is not of this shape, down to an unusual sign, is refused here and left to the full reader; what
is read comes out exactly as the full reader gives it, which a property test holds it to.
"""

from __future__ import annotations

import re
from typing import Any

Lines = dict[tuple[str | int, ...], int]

_SIGNS = r"[\w .,;'’()/+?!…«»–—€%-]"
# Nothing once taken is given back ("*+"): no line is read more than once.
_PLAIN = rf"\w(?:{_SIGNS}|:(?=\w))*+"
_QUOTED = rf'"(?:{_SIGNS}|[:#\[\]{{}}])*+"'
_ATOM = r"\w[\w .'’()/+-]*+"
_KEY = r"[^\W\d_][\w.'’-]*+(?: [\w.'’-]++)*+"
_PAIR = rf"{_KEY}: {_ATOM}"
_ENTRY = re.compile(
    rf"(?P<indent>(?:  )?)(?P<key>{_KEY}):"
    rf"(?: ++(?:(?P<plain>{_PLAIN})|(?P<quoted>{_QUOTED})"
    rf"|\[(?P<list>(?:{_ATOM}(?:, {_ATOM})*+)?+)\]|\{{(?P<map>{_PAIR}(?:, {_PAIR})*+)\}}))? *"
)
_ITEM = re.compile(rf"  - ++(?:(?P<plain>{_PLAIN})|(?P<quoted>{_QUOTED})) *")


def read_plain(text: str, first_line: int) -> tuple[dict[str, Any], Lines] | None:
    """Read *text*, which starts on *first_line* of its file; ``None`` where it is not of the plain shape."""
    value: dict[str, Any] = {}
    lines: Lines = {}
    inside: str | None = None
    for number, line in enumerate(text.split("\n"), start=first_line):
        if not line:
            continue
        match = _ENTRY.fullmatch(line)
        if match is None:
            item = _ITEM.fullmatch(line)
            if item is None or inside is None or not _add_item(value, lines, inside, item, number):
                return None
            continue
        lines.setdefault((), number)
        key = match["key"]
        if match["indent"]:
            if inside is None or (value[inside] != "" and not isinstance(value[inside], dict)):
                return None
            here: tuple[str | int, ...] = (inside, key)
            into: dict[str, Any] = value[inside] or {}
            value[inside] = into
        else:
            here, into = (key,), value
        if key in into:
            return None
        found = _value(match)
        if found is None:
            return None
        into[key] = found
        lines[here] = number
        for name in found if isinstance(found, dict) else range(len(found)) if isinstance(found, list) else ():
            lines[(*here, name)] = number
        if not match["indent"]:
            inside = key if found == "" and match["quoted"] is None else None
    return (value, lines) if value else None


def _value(match: re.Match[str]) -> Any:
    if match["plain"] is not None:
        return match["plain"].rstrip(" ")
    if match["quoted"] is not None:
        return match["quoted"][1:-1]
    if match["list"] is not None:
        return [item.strip(" ") for item in match["list"].split(",")] if match["list"] else []
    if match["map"] is not None:
        pairs = [pair.split(": ", 1) for pair in match["map"].split(", ")]
        found = {k: v.strip(" ") for k, v in pairs}
        return found if len(found) == len(pairs) else None
    return ""


def _add_item(value: dict[str, Any], lines: Lines, inside: str, item: re.Match[str], number: int) -> bool:
    if value[inside] == "":
        value[inside] = []
    if not isinstance(value[inside], list):
        return False
    lines[(inside, len(value[inside]))] = number
    value[inside].append(item["plain"].rstrip(" ") if item["plain"] is not None else item["quoted"][1:-1])
    return True
