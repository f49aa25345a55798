"""
What a number leaves out, and why: one form, and one sentence for it wherever the number is shown.

A table has it in ``attrs["left_out"]``, an ordered mapping from the reason to how many; where whole speakers are left
out, in ``attrs["speakers_left_out"]``, from the reason to their names. What counts and is yet to be minded, such as
opposed stances counted as mixed, is in ``attrs["minded"]``. What was told of the rows that a table was made from stands
apart, under the same names with ``_before``. A graph, which files must hold, has all of it in words.
Nothing of it goes unprinted: commands, tables and plots ask here. A command names all speakers; a caption, which
stands beside every table of a chapter, names up to three of a reason and counts more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from qualcode.plural import counted

LEFT_OUT, SPEAKERS, MINDED = "left_out", "speakers_left_out", "minded"
BEFORE = "_before"
_NAMED = 3
MIME = "application/vnd.qualcode.left-out+text"
"""Under this name a shown plot carries what it leaves out, for its caption."""


def told(counts: Mapping[str, int]) -> str:
    """Return reasons that left something out, as a graph keeps them: ``2 without stance, 1 reported``."""
    return ", ".join(counted(count, reason) for reason, count in counts.items() if count)


def lines(made: Any) -> list[str]:
    """Return what a table or graph leaves out and what is to be minded, one reason a line; nothing where nothing is."""
    about: Mapping[str, Any] = getattr(made, "attrs", None) or getattr(made, "graph", None) or {}
    if isinstance(about.get(LEFT_OUT), str):
        heads = {"left out": about[LEFT_OUT], "to mind": about.get(MINDED)}
        return [f"{head}: {words}" for head, words in heads.items() if words]
    counts = total([about.get(LEFT_OUT + BEFORE, {}), about.get(LEFT_OUT, {})])
    said = [f"left out: {counted(count, reason)}" for reason, count in counts.items() if count]
    minded = total([about.get(MINDED + BEFORE, {}), about.get(MINDED, {})])
    said += [f"speakers left out, {reason}: {', '.join(who)}" for reason, who in _people(about).items() if len(who)]
    return said + [f"to mind: {counted(count, reason)}" for reason, count in minded.items() if count]


def sentence(made: Any) -> str:
    """Return the same as one sentence for a caption, or nothing: ``Left out: 2 without stance; 1 reported.``"""
    every = lines(made)
    about: Mapping[str, Any] = getattr(made, "attrs", None) or getattr(made, "graph", None) or {}
    said = [line.removeprefix("left out: ") for line in every if line.startswith("left out: ")]
    people = [
        f"{', '.join(who) if len(who) <= _NAMED else len(who)} ({why})"
        for why, who in _people(about).items()
        if len(who)
    ]
    said += [f"speakers: {', '.join(people)}"] if people else []
    minded = [line.removeprefix("to mind: ") for line in every if line.startswith("to mind: ")]
    told_ = [f"{head}: {'; '.join(which)}." for head, which in (("Left out", said), ("To mind", minded)) if which]
    return " ".join(told_)


def _people(about: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**about.get(SPEAKERS + BEFORE, {}), **about.get(SPEAKERS, {})}


def before(*sources: Any) -> dict[str, Any]:
    """Return what tables left out, and had left out before, as ``attrs`` of a table that is made from them."""
    counts = total(s.attrs.get(name, {}) for s in sources for name in (LEFT_OUT + BEFORE, LEFT_OUT))
    minded = total(s.attrs.get(name, {}) for s in sources for name in (MINDED + BEFORE, MINDED))
    people = {r: w for s in sources for n in (SPEAKERS + BEFORE, SPEAKERS) for r, w in s.attrs.get(n, {}).items()}
    found: dict[str, Any] = {LEFT_OUT + BEFORE: counts} if counts else {}
    found |= {MINDED + BEFORE: minded} if any(minded.values()) else {}
    return found | ({SPEAKERS + BEFORE: people} if people else {})


def total(every: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Sum how many each reason leaves out, in the order in which reasons first occur."""
    counts: dict[str, int] = {}
    for one in every:
        for reason, count in one.items():
            counts[reason] = counts.get(reason, 0) + int(count)
    return counts
