"""
What a number leaves out, and why: one form, and one sentence for it wherever the number is shown.

A table has it in ``attrs["left_out"]``, an ordered mapping from the reason to how many; where whole speakers are left
out, in ``attrs["speakers_left_out"]``, from the reason to their names. What was left out of the rows that it was made
from stands apart, under the same names with ``_before``. A graph, which files must hold, has all of it in words.
Nothing of it goes unprinted: commands, tables and plots ask here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

LEFT_OUT, SPEAKERS = "left_out", "speakers_left_out"
BEFORE = "_before"
MIME = "application/vnd.qualcode.left-out+text"
"""Under this name a shown plot carries what it leaves out, for its caption."""


def told(counts: Mapping[str, int]) -> str:
    """Return reasons that left something out, as a graph keeps them: ``2 without stance, 1 reported``."""
    return ", ".join(f"{count} {reason}" for reason, count in counts.items() if count)


def lines(made: Any) -> list[str]:
    """Return what a table or graph leaves out, one reason a line; nothing where it leaves out nothing."""
    about: Mapping[str, Any] = getattr(made, "attrs", None) or getattr(made, "graph", None) or {}
    if isinstance(about.get(LEFT_OUT), str):
        return [f"left out: {about[LEFT_OUT]}"] if about[LEFT_OUT] else []
    counts = total([about.get(LEFT_OUT + BEFORE, {}), about.get(LEFT_OUT, {})])
    said = [f"left out: {count} {reason}" for reason, count in counts.items() if count]
    people = {**about.get(SPEAKERS + BEFORE, {}), **about.get(SPEAKERS, {})}
    return said + [f"speakers left out, {reason}: {', '.join(who)}" for reason, who in people.items() if len(who)]


def sentence(made: Any) -> str:
    """Return the same as one sentence for a caption, or nothing: ``Left out: 2 without stance; 1 reported.``"""
    said = [line.removeprefix("left out: ") for line in lines(made)]
    return f"Left out: {'; '.join(said)}." if said else ""


def before(*sources: Any) -> dict[str, Any]:
    """Return what tables left out, and had left out before, as ``attrs`` of a table that is made from them."""
    counts = total(s.attrs.get(name, {}) for s in sources for name in (LEFT_OUT + BEFORE, LEFT_OUT))
    people = {r: w for s in sources for n in (SPEAKERS + BEFORE, SPEAKERS) for r, w in s.attrs.get(n, {}).items()}
    found: dict[str, Any] = {LEFT_OUT + BEFORE: counts} if counts else {}
    return found | ({SPEAKERS + BEFORE: people} if people else {})


def total(every: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Sum how many each reason leaves out, in the order in which reasons first occur."""
    counts: dict[str, int] = {}
    for one in every:
        for reason, count in one.items():
            counts[reason] = counts.get(reason, 0) + int(count)
    return counts
