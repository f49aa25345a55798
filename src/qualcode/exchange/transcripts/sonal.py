"""
Sonal's interviews (.sonal): a page of segments, each with its times and the number of who speaks.

A segment's words stand in spans that may carry themes; the words come in, the themes are counted. Nothing that the
page names is fetched or run.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from qualcode.exchange.transcripts.bounds import ELEMENTS, bytes_of, letters
from qualcode.exchange.transcripts.captions import spoken
from qualcode.exchange.transcripts.form import MOST_TURNS, Note, Reading, Turn, UnreadableError

_SPEAKERS, _WORDS, _NOTES = "loc-json", "contenuText", "txtnotes"
_BLOCKS = ("p", "div", "li", "br")
_HOLDERS = ("span", "div", "script")
_LARGEST_LIST = 200_000


def read_sonal(path: Path) -> Reading:
    """
    Read an interview of Sonal; segments of one speaker that follow each other are one turn.

    Raises:
        UnreadableError: there is no segment in it.
    """
    counts: Counter[str] = Counter()
    page = _Page()
    page.feed(letters(bytes_of(path), counts))
    page.close()
    if not page.segments:
        raise UnreadableError("there is no segment of Sonal in it (no span of the class lblseg)")
    names = _names("".join(page.told))
    turns = []
    for number, (about, pieces) in enumerate(page.segments, start=1):
        label = _speaker(about, names)
        counts["segments that say no speaker the file names"] += not label
        turns.append(Turn(label, _start(about.get("data-deb")), "".join(pieces).strip(), number))
    counts["stretches with themes of Sonal: the themes dropped"] += page.themes
    counts["stretches marked as to be replaced by Sonal: as they stand"] += page.hidden
    read = spoken("Sonal", "segment", turns, [], counts)
    words = "\n".join(line.rstrip() for line in "".join(page.notes).strip().split("\n"))
    return replace(read, notes=(Note("note", words, 0),)) if words.strip() else read


class _Page(HTMLParser):
    """Gathers segments, the list of speakers and the notes of a page; each open element says where its words go."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.segments: list[tuple[dict[str, str], list[str]]] = []
        self.told: list[str] = []
        self.notes: list[str] = []
        self.themes = self.hidden = 0
        self._elements, self._inside = 0, False
        self._open: list[list[str] | None] = [None]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._elements += 1 + len(attrs)
        if self._elements > 4 * ELEMENTS:
            raise UnreadableError("it has more elements than an interview has")
        about = {k: v or "" for k, v in attrs}
        kinds = about.get("class", "").split()
        into = self._open[-1]
        if tag in _BLOCKS and into is not None:
            into.append("\n")
        if tag not in _HOLDERS:
            return
        if tag == "script":
            into = self.told if about.get("id") == _SPEAKERS else None
        elif about.get("id") == _NOTES:
            into = self.notes
        elif about.get("id") == _WORDS:
            self._inside, into = True, None
        elif "lblseg" in kinds and self._inside:
            if len(self.segments) >= MOST_TURNS:
                raise UnreadableError(f"it has more than {MOST_TURNS:,} segments; is it a transcript?")
            into = []
            self.segments.append((about, into))
        elif "ligloc" in kinds:
            into = None  # a speaker's name, written above the words
        self.themes += any(k.startswith("cat_") for k in kinds)
        self.hidden += "anon" in kinds
        self._open.append(into)

    def handle_endtag(self, tag: str) -> None:
        if tag in _HOLDERS and len(self._open) > 1:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        into = self._open[-1]
        if into is not None:
            into.append(data)


def _names(told: str) -> list[str]:
    """Return the speakers that a file lists, in one pair of braces too many; the first of them is nobody."""
    listed = told[told.find("[") : told.rfind("]") + 1]
    names: Any = []
    if len(listed) < _LARGEST_LIST:
        with suppress(ValueError, RecursionError):
            names = json.loads(listed)
    return [" ".join(n.split()) if isinstance(n, str) else "" for n in names] if isinstance(names, list) else []


def _speaker(about: dict[str, str], names: list[str]) -> str:
    """Return who speaks in a segment: by its number, else by the name that stands with it."""
    number = about.get("data-loc", "")
    at = int(number) if re.fullmatch(r"[0-9]{1,3}", number) else 0
    return (names[at] if 0 < at < len(names) else "") or " ".join(about.get("data-nomloc", "").split())


def _start(value: str | None) -> float | None:
    return float(value) if value and re.fullmatch(r"[0-9]{1,6}(?:\.[0-9]{1,9})?", value) else None
