"""
What a number leaves out, and why: one form, and one sentence for it wherever the number is shown.

A table has it in ``attrs["left_out"]``, an ordered mapping from the reason to how many; and where whole speakers are
left out, in ``attrs["speakers_left_out"]``, from the reason to their names. A graph, which files must hold, has the
same in words. Nothing in either goes unprinted: commands, tables and plots all ask here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LEFT_OUT, SPEAKERS = "left_out", "speakers_left_out"
MIME = "application/vnd.qualcode.left-out+text"
"""Under this name a shown plot carries what it leaves out, for its caption."""


def told(counts: Mapping[str, int]) -> str:
    """Return reasons that left something out, as a graph keeps them: ``2 without stance, 1 reported``."""
    return ", ".join(f"{count} {reason}" for reason, count in counts.items() if count)


def lines(made: Any) -> list[str]:
    """Return what a table or graph leaves out, one reason a line; nothing where it leaves out nothing."""
    about: Mapping[str, Any] = getattr(made, "attrs", None) or getattr(made, "graph", None) or {}
    counts = about.get(LEFT_OUT, {})
    if isinstance(counts, str):
        return [f"left out: {counts}"] if counts else []
    said = [f"left out: {count} {reason}" for reason, count in counts.items() if count]
    people: Mapping[str, Any] = about.get(SPEAKERS, {})
    return said + [f"speakers left out, {reason}: {', '.join(who)}" for reason, who in people.items() if len(who)]


def sentence(made: Any) -> str:
    """Return the same as one sentence for a caption, or nothing: ``Left out: 2 without stance; 1 reported.``"""
    said = [line.removeprefix("left out: ") for line in lines(made)]
    return f"Left out: {'; '.join(said)}." if said else ""


def carried(made: Any, *sources: Any) -> None:
    """Give a table what the tables left out that it was made from, its own last."""
    counts: dict[str, int] = {}
    for source in (*sources, made):
        for reason, count in source.attrs.get(LEFT_OUT, {}).items():
            counts[reason] = counts.get(reason, 0) + int(count)
    made.attrs[LEFT_OUT] = counts
