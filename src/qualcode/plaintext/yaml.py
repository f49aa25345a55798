"""
The plain shape of our YAML read fast: one entry a line, lists and mappings on one line or indented by two.

Whatever is not of this shape, down to an unusual sign, is refused here and left to the full reader; what
is read comes out exactly as the full reader gives it, which a property test holds it to.
"""

from __future__ import annotations

import re
from typing import Any

Key = tuple[str | int, ...]
Lines = dict[Key, int]

_SIGNS = r"[\w .,;'’()/+?!…«»“”–—€%-]"
_INSIDE = r"[\w .,;’()/+?!…«»“”–—€%:#*&@=<>|~^$\[\]{}-]"
# Nothing once taken is given back ("*+"): no line is read more than once.
_PLAIN = rf"-?+\w(?:{_SIGNS}|:(?=\w))*+"
_QUOTED = rf"(?:\"(?:{_INSIDE}|')*+\"|'(?:{_INSIDE}|\")*+')"
_ATOM = r"-?+\w[\w .'’()/+-]*+"
_KEY = r"[^\W\d_][\w.'’/-]*+(?: [\w.'’/-]++)*+"
_LISTED = rf"(?:{_ATOM}|{_QUOTED})"
_PAIR = rf"{_KEY}: {_LISTED}"
_VALUE = (
    rf"(?:(?P<plain>{_PLAIN})|(?P<quoted>{_QUOTED})"
    rf"|\[(?P<list>(?:{_LISTED}(?:, {_LISTED})*+)?+)\]|\{{(?P<map>{_PAIR}(?:, {_PAIR})*+)\}})"
)
_REST = rf" *+(?:(?<= )#(?:{_INSIDE}|['\"])*+)?+"
_ENTRY = re.compile(rf"(?P<indent>(?:  )*+)(?P<item>- )?+(?P<key>{_KEY}):(?: ++{_VALUE})?{_REST}")
_ITEM = re.compile(rf"(?P<indent>(?:  )++)- ++{_VALUE}{_REST}")
_REMARK = re.compile(rf" *+#(?:{_INSIDE}|['\"])*+")
_PAIRS = re.compile(rf"({_KEY}): ({_LISTED})")
_LIST = re.compile(_LISTED)
_DEEPEST = 6


def read_plain(text: str, first_line: int) -> tuple[dict[str, Any], Lines] | None:
    """Read *text*, which starts on *first_line* of its file; ``None`` where it is not of the plain shape."""
    reading = _Reading()
    for number, line in enumerate(text.split("\n"), start=first_line):
        match = _ENTRY.fullmatch(line) or _ITEM.fullmatch(line)
        if match:
            if not reading.take(match, number):
                return None
        elif line and not _REMARK.fullmatch(line):
            return None
    return (reading.value, reading.lines) if reading.value else None


class _Reading:
    """What was read so far, and where the next line may go on."""

    def __init__(self) -> None:
        self.value: dict[str, Any] = {}
        self.lines: Lines = {}
        self.open: list[tuple[Any, Key]] = [(self.value, ())]  # what holds entries at each depth, and the way there
        self.empty: tuple[dict[str, Any], str, Key] | None = None  # the entry above that has no value yet

    def take(self, match: re.Match[str], number: int) -> bool:
        """Put a line where it belongs; ``False`` where it belongs nowhere, or a key stands there twice."""
        listed = match.re is _ITEM or match["item"] is not None
        depth = len(match["indent"]) // 2
        self.lines.setdefault((), number)
        if depth > _DEEPEST or not self._opened(depth, listed):
            return False
        into, way = self.open[depth]
        if listed:
            way = (*way, len(into))
            self.lines[way] = number
            if match.re is _ITEM:
                return _put(into, len(into), match, way, self.lines, number)
            into.append({})
            into = into[-1]
            self.open.append((into, way))
        key = match["key"]
        if key in into:
            return False
        here = (*way, key)
        self.lines[here] = number
        if not _put(into, key, match, here, self.lines, number):
            return False
        if into[key] == "" and match["quoted"] is None:
            self.empty = into, key, here
        return True

    def _opened(self, depth: int, listed: bool) -> bool:
        """Open what a line at this depth belongs to, and close what lies deeper; say whether it can stand there."""
        if depth == len(self.open) and self.empty is not None:
            holder, key, way = self.empty
            holder[key] = [] if listed else {}
            self.open.append((holder[key], way))
        self.empty = None
        del self.open[depth + 1 :]
        return depth < len(self.open) and isinstance(self.open[depth][0], list if listed else dict)


def _put(into: Any, at: Any, match: re.Match[str], way: Key, lines: Lines, number: int) -> bool:
    """Put a line's value in its place; ``False`` where a key stands in it twice."""
    found: Any = ""
    if match["plain"] is not None:
        found = match["plain"].rstrip(" ")
    elif match["quoted"] is not None:
        found = match["quoted"][1:-1]
    elif match["list"] is not None:
        found = [_said(one) for one in _LIST.findall(match["list"])]
        for n in range(len(found)):
            lines[(*way, n)] = number
    elif match["map"] is not None:
        pairs = _PAIRS.findall(match["map"])
        found = {key: _said(one) for key, one in pairs}
        if len(found) < len(pairs):
            return False
        for key in found:
            lines[(*way, key)] = number
    if isinstance(into, list):
        into.append(found)
    else:
        into[at] = found
    return True


def _said(one: str) -> str:
    return one[1:-1] if one[0] in "'\"" else one.rstrip(" ")
