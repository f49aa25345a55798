"""
A statement is one speaker on one theme at one place.

Excerpts of one coder that overlap and carry the same code, with the same speaker and holder, are one statement,
however often somebody tagged the words. Its place is the union of theirs, its stance the one on which they agree;
an excerpt without a stance says nothing against one that has it. Excerpts that only touch are two statements.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from qualcode.study.case import Case
from qualcode.study.codebook import Codebook
from qualcode.study.document import Document
from qualcode.study.excerpt import Excerpt
from qualcode.study.voice import speaker

OPPOSED = "opposed stances at one place"
"""Why a statement is left out whose stance cannot be told."""
OPPOSED_COUNTED = "with opposed stances at one place, counted as one in the middle"
TWICE = "tagged more than once, counted once"
"""What is to be minded of statements that count."""


@dataclass(slots=True)
class Statement:
    """
    One statement: whose (``actor`` is the holder, ``who`` the speaker), on what, and the excerpts that make it.

    ``stances``: those that the excerpts give, ascending, each once.
    """

    code: str
    who: str
    actor: str
    excerpts: list[Excerpt]
    end: int
    stances: tuple[float, ...] = field(default=())

    @property
    def start(self) -> int:
        """Where it begins."""
        return self.excerpts[0].anchor.start

    @property
    def opposed(self) -> bool:
        """Say whether its excerpts differ in their stance."""
        return len(self.stances) > 1


def united(
    document: Document,
    excerpts: Iterable[Excerpt],
    cases: Mapping[str, Case],
    codes: Collection[str] | None = None,
) -> list[Statement]:
    """
    Return the statements that one coder's excerpts of a document make, by place, then code.

    Args:
        excerpts: of one coder and document, by place.
        codes: only on these; left out, on all.
    """
    found: list[Statement] = []
    last: dict[tuple[str, str, str], Statement] = {}
    for excerpt in excerpts:
        who = speaker(document, excerpt, cases)
        actor = excerpt.holder or who
        for code in sorted(excerpt.codes):
            if codes is not None and code not in codes:
                continue
            here = last.get((code, actor, who))
            if here is None or excerpt.anchor.start >= here.end:
                here = last[code, actor, who] = Statement(code, who, actor, [], 0)
                found.append(here)
            stance = excerpt.codes[code]
            here.excerpts.append(excerpt)
            here.end = max(here.end, excerpt.anchor.end)
            if stance is not None and stance not in here.stances:
                here.stances = tuple(sorted((*here.stances, stance)))
    return found


def stance_of(statement: Statement, codebook: Codebook) -> tuple[float | None, bool]:
    """
    Return a statement's stance, and whether it is left out because its excerpts differ too far.

    Where excerpts differ, the codebook's ``opposed`` says what becomes of the statement. ``mixed`` (the default):
    the codebook's stance nearest to the middle between the two that are furthest apart, of two as near the one
    nearer to 0; where the book's scale has none in the middle (only for and against), it is left out.
    ``left out``: always left out.
    """
    if not statement.opposed:
        return (statement.stances[0] if statement.stances else None), False
    if codebook.opposed == "left out":
        return None, True
    middle = (statement.stances[0] + statement.stances[-1]) / 2
    if not codebook.stances:
        return middle, False
    far = {s: (round(abs(s - middle), 9), abs(s)) for s in codebook.stances.values()}
    nearest = [s for s in far if far[s] == min(far.values())]
    return (nearest[0], False) if len(nearest) == 1 else (None, True)
