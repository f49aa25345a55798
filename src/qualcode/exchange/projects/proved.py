"""
How a program counts places, proved by the words that it keeps beside each of them.

Each way to count is tried on every coding that has its words; the one by which most words stand at their places is
taken. Where none is right nearly always, the program's own way stays, and the reading says that it is not proved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from qualcode.exchange.projects.places import UNITS, Dialect, Text
from qualcode.exchange.projects.record import Coding, Project
from qualcode.exchange.projects.refi.dialects import named

PROVED = 0.9
"""A share of words at their places from which on a way to count is proved."""


@dataclass(slots=True)
class Kept:
    """A coding as the program has it: its place in the program's own counting, and the words kept beside it."""

    coding: Coding
    start: int
    end: int
    words: str = field(default="", repr=False)


def place(project: Project, kept: Sequence[Kept], own: Dialect, told_dialect: str = "") -> None:
    """
    Put every coding at its place in the stored texts, and say in ``project.reading`` how places were read.

    Args:
        project: its sources have their texts.
        kept: the codings.
        own: how the program counts.
        told_dialect: how somebody says that it counts; ``""``: nobody does.

    Raises:
        UsageError: *told_dialect* is no way to count.
    """
    asked = named(told_dialect) if told_dialect else None
    texts = {s.guid: s.text for s in project.sources}
    ways = set().union(*(t.ways() for t in texts.values())) if texts else set()
    tried = [asked] if asked else _ways(own, ways)
    told = [k for k in kept if k.words.strip() and k.coding.source in texts]
    score = {way: sum(_stands(texts[k.coding.source], k, way) for k in told) for way in tried}
    chosen = max(tried, key=lambda way: (score[way], way == own))
    right = score[chosen]
    proved = bool(told) and right >= PROVED * len(told)
    if not proved and not asked:
        chosen, right = own, score[own]
    for one in kept:
        text = texts.get(one.coding.source)
        start, end = (text.place(p, chosen) for p in (one.start, one.end)) if text else (None, None)
        one.coding.start = start.at if start else -1
        one.coding.end = end.at if end else -1
        if (start and start.inside) or (end and end.inside):
            project.losses.change("coding", "its place lay inside a sign, or between CR and LF", one.coding.guid)
        if text and start and end and one.words.strip() and not _same(text.stored[start.at : end.at], one.words):
            project.losses.change(
                "coding", "the words at its place are not those that the project keeps beside it", one.coding.guid
            )
    project.reading = {"places": str(chosen), "proved": proved}
    project.reading["words at their places"] = f"{right:,} of {len(told):,}" if told else "none are kept to prove it"


def _ways(own: Dialect, ways: set[str] | frozenset[str]) -> list[Dialect]:
    """Return the ways to count that differ in these texts, the program's own first."""
    found = [own]
    for unit in UNITS:
        for eol in (1, 2):
            for bom in (False, True):
                differs = (unit != own.unit and ways & {"astral", "wide"}) or (eol != own.eol and "crlf" in ways)
                if differs or (bom != own.bom and "mark" in ways):
                    found.append(Dialect(unit, eol, bom))
    return found


def _stands(text: Text, one: Kept, way: Dialect) -> bool:
    start, end = text.place(one.start, way), text.place(one.end, way)
    return bool(start and end and _same(text.stored[start.at : end.at], one.words))


def _same(found: str, words: str) -> bool:
    return found == words or found == Text(words).stored
