"""
Where a turn begins: the labels of speakers, in the forms in which transcripts have them.

A declared label is read with a stamp before or behind it, in bold, behind a list's sign, or on a line of its own.
What looks like a label and is none declared is a problem, since the words behind it would go to whoever spoke
before. Ordinary prose ("Note: ...", "He said: ...") is no label; what is one, and in doubt, is told by its form.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Container, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_T = r"(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
_BOLD = r"(?:\*\*|__|\*|_)?"
_LEAD = (
    rf"^[ \t]*(?:[-*+>•–—][ \t]+)?{_BOLD}"
    rf"(?:(?P<before>\[{_T}\]|\({_T}\)|{_T})[ \t]*(?:[-–—|:][ \t]*)?)?{_BOLD}"
)
_LANGUAGE = r"(?: \((?P<language>[a-z]{2})\))?"
_STAMP = rf"(?:[ \t\u00a0]*[-–—|,]?[ \t\u00a0]*(?P<behind>\[{_T}\]|\({_T}\)|(?<=[ \t\u00a0]){_T}))"
_COLON = rf"{_BOLD}[ \u00a0\u202f]?[:：]{_BOLD}(?!//)(?:[ \t]|$|(?=[^\s\d]))"
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff"
)
_MARKS += "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3\u200c\u200d\u3099\u309a"
"""Signs of names that are set on letters, or part of them, in the scripts that have such."""
_IN_NAME = rf"[\w{_MARKS}.'’]"
_NAME = (
    rf"[^\W\d_]{_IN_NAME}*+(?:-{_IN_NAME}++)*+"
    rf"(?:[ \u00a0](?:[^\W_]{_IN_NAME}*+(?:-{_IN_NAME}++)*+|&|\d+)){{0,3}}"
)
_ALONE = rf"{_STAMP.replace('behind', 'alone')}?{_BOLD}[ \t]*$"
_NEXT_LINE = f"\n{_LEAD.removeprefix('^')}"
"""Lines are looked for by the sign that ends the one above, which is quick; so a text is read with one above it."""
_ANY = re.compile(rf"{_NEXT_LINE}(?P<name>{_NAME}){_LANGUAGE}(?:{_STAMP}?(?P<colon>{_COLON})|{_ALONE})", re.MULTILINE)
_BEFORE_A_LETTER = re.compile(rf"{_NEXT_LINE}(?=[^\W\d_])")
_LEADING, _TAIL = (
    re.compile(_LEAD, re.MULTILINE),
    re.compile(rf"{_LANGUAGE}(?:{_STAMP}?{_COLON}|{_ALONE})", re.MULTILINE),
)
_FEW = 60
"""Up to so many labels, or lengths of labels, are tried one after the other."""
_LATIN = "\u024f"
_Place = tuple[str, int, int, str, str]
_Tree = dict[str, "_Tree"]
_NUMBERED = re.compile(r"[^\W\d_]{1,2}\d{1,3}|[^\W\d_]{3,}[ _-]?\d{1,3}", re.IGNORECASE)
_LIKE_A_NAME = re.compile(rf"[^\W\d_][\w{_MARKS}'’]*\.?(?:-[\w{_MARKS}'’]+)*")


class Label(NamedTuple):
    """A declared label at a place: where its line begins, where the words begin, the turn's language and time."""

    label: str
    start: int
    words_start: int
    language: str
    time: str


def declared_labels(text: str, labels: Collection[str]) -> list[Label]:
    """
    Return where declared labels begin a turn, in order.

    ``time`` is ``HH:MM:SS``, without parts of seconds, or ``""``.
    """
    known, longest_first = frozenset(labels), sorted({len(label) for label in labels}, reverse=True)
    if len(longest_first) > _FEW or any(not label[:1].isalpha() or "\n" in label for label in known):
        places = (_of_few if len(known) <= _FEW else _of_many)(text, known)
        return [one for place in places for one in _headed(text, *place)]
    # A letter is no part of what may stand before a label, so that each line has one place where a label can begin.
    letters = {label[0] for label in known}
    found = []
    for lead in _BEFORE_A_LETTER.finditer(f"\n{text}") if known else ():
        begins = lead.end() - 1
        if text[begins] not in letters:
            continue
        for length in longest_first:
            label = text[begins : begins + length]
            tail = _TAIL.match(text, begins + length) if label in known else None
            if tail:
                stamp = lead["before"] or tail["behind"] or tail["alone"] or ""
                found += _headed(text, label, lead.start(), tail.end(), tail["language"] or "", stamp)
                break
    return found


def _of_few(text: str, labels: Collection[str]) -> Iterator[_Place]:
    """Yield where labels stand with what belongs to them; one pattern tries each at every line."""
    known = "|".join(re.escape(label) for label in sorted(labels, key=lambda one: (-len(one), one)))
    form = re.compile(rf"{_LEAD}(?P<label>{known}){_LANGUAGE}(?:{_STAMP}?{_COLON}|{_ALONE})", re.MULTILINE)
    for match in form.finditer(text):
        stamp = match["before"] or match["behind"] or match["alone"] or ""
        yield match["label"], match.start(), match.end(), match["language"] or "", stamp


def _of_many(text: str, labels: Collection[str]) -> Iterator[_Place]:
    """Yield the same, with labels in a tree: a line takes as long as it has letters, however many labels there are."""
    tree: _Tree = {}
    for label in labels:
        here = tree
        for letter in label:
            here = here.setdefault(letter, {})
        here[""] = {}
    start = 0
    while start <= len(text):
        place = _at_line(text, start, tree)
        if place:
            yield place
        start = text.find("\n", start) + 1 or len(text) + 1


def _at_line(text: str, start: int, tree: _Tree) -> _Place | None:
    lead = _LEADING.match(text, start)
    for at in range(lead.end(), start - 1, -1) if lead else ():
        ends = _ends(text, at, tree) if text[at : at + 1] in tree else []
        before = _LEADING.fullmatch(text, start, at) if ends else None
        for end in reversed(ends) if before else ():
            behind = _TAIL.match(text, end)
            if before and behind:
                stamp = before["before"] or behind["behind"] or behind["alone"] or ""
                return text[at:end], start, behind.end(), behind["language"] or "", stamp
    return None


def _ends(text: str, at: int, tree: _Tree) -> list[int]:
    """Return where labels that begin at a place end, the shortest first."""
    ends, here, letter = [], tree, at
    while letter < len(text) and text[letter] in here:
        here = here[text[letter]]
        letter += 1
        if "" in here:
            ends.append(letter)
    return ends


def _headed(text: str, label: str, start: int, end: int, language: str, stamp: str) -> list[Label]:
    """Return the label, unless it is a name on a line of its own that stands over nothing."""
    bare = ":" not in text[start:end] and "：" not in text[start:end]
    return [] if bare and not _heads(text, start, end) else [Label(label, start, end, language, _time(stamp))]


@dataclass(frozen=True, slots=True)
class Undeclared:
    """What looks like a label and is none declared: where it stands, and the label as it is written."""

    start: int
    name: str


def undeclared_labels(
    text: str, known: Container[int], free: Collection[str], language: str = "en"
) -> Iterator[Undeclared]:
    """
    Yield what looks like a speaker's label and is none that is declared or listed as no speaker.

    Args:
        known: where declared labels begin.
        free: labels that are declared, and those listed under ``not_speakers``.
        language: the document's, whose common words before a colon are no names.
    """
    candidates = [
        m for m in _ANY.finditer(f"\n{text}") if m.start() not in known and m["name"] not in free
    ]  # a match's end is one too far, and its start is that of its line
    often = Counter(m["name"] for m in candidates if m["colon"])
    heads = Counter(m["name"] for m in candidates if not m["colon"] and _heads(text, m.start(), m.end() - 1))
    judged: dict[str, bool] = {}
    for match in candidates:
        name = match["name"]
        stamped = bool(match["before"] or match["behind"] or match["alone"])
        if not match["colon"] and not stamped and not _heads(text, match.start(), match.end() - 1):
            continue
        if stamped and (name[0].isupper() or _certain(name)):
            yield Undeclared(match.start(), name)
        elif match["colon"]:
            if name not in judged:
                judged[name] = _certain(name) or _may_be(name, text, often[name], language)
            if judged[name]:
                yield Undeclared(match.start(), name)
        elif (_certain(name) or _is_name(name, language)) and (heads[name] > 1 or often[name] or _role(name)):
            yield Undeclared(match.start(), name)


@cache
def _words(kind: str) -> frozenset[str]:
    """Return the words of one kind: ``particles``, ``roles``, or a language's ordinary words."""
    _, found, told = (files("qualcode.study") / "labels.txt").read_text("utf-8").partition(f"[{kind}]")
    return frozenset(told.partition("[")[0].split() if found else ())


def _certain(name: str) -> bool:
    """Say whether a label can be nothing else: shouted, numbered, or a role in an interview."""
    bare = name.rstrip(".")
    return _role(bare) or (bare.upper() == bare and bare.lower() != bare and len(name) <= 31)


def _role(name: str) -> bool:
    """Say whether a label is numbered (P1, Speaker 2), or a role in an interview."""
    if _NUMBERED.fullmatch(name):
        return name[0].isupper() or len(name) <= 3
    return name.casefold().rstrip(".") in _words("roles")


def _may_be(name: str, text: str, often: int, language: str) -> bool:
    """Say whether words before a colon are a name: several capitalised ones, or one that is no common word."""
    if name[0].lower() == name[0].upper():  # a script without capitals: told by how often it stands there
        return often > 1
    if name[0] > _LATIN and often < 2:  # of these languages no common words are known
        return False
    if not _is_name(name, language):
        return False
    return (
        len(name.split()) > 1
        or name.lower() not in text
        or not re.search(rf"(?<![\w.]){re.escape(name.lower())}(?!\w)", text)
    )


def _is_name(name: str, language: str) -> bool:
    """Say whether all words of a name are capitalised, but for particles, and none begins a common phrase."""
    words = name.split()
    ordinary = _words(language) or _words("en")
    first, last = words[0].casefold().rstrip("."), words[-1]
    if first in ordinary or name.casefold() in ordinary or last in _words("particles"):
        return False
    return all((w[0].isupper() and _LIKE_A_NAME.fullmatch(w)) or w in _words("particles") for w in words)


def spellings(label: str) -> tuple[str, ...]:
    """Return a label as it may stand in a text: as it is declared, and with its accents composed or apart."""
    return tuple(dict.fromkeys((label, unicodedata.normalize("NFC", label), unicodedata.normalize("NFD", label))))


def _heads(text: str, start: int, end: int) -> bool:
    """Say whether a line stands over a paragraph: nothing above it, words right below."""
    above = text[max(0, start - 200) : start].rstrip(" \t")
    below = text[end : end + 1 + 200].lstrip(" \t")
    return (
        (not above or above.endswith("\n\n") or (start == 0))
        and below[:1] == "\n"
        and bool(below[1:].split("\n", 1)[0].strip())
    )


def _time(stamp: str) -> str:
    if not stamp:
        return ""
    parts = re.split(r"[.,]", stamp.strip("[]()"))[0].split(":")
    return ":".join(p.zfill(2) for p in ["00", *parts][-3:])
