"""
What is told of one quotation of a manuscript: its wording, what is wrong with it by kind, and what to write instead.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from qualcode.manuscript.finding import Place
from qualcode.manuscript.quoted import Quoted

VERBATIM, MARKED, ELSEWHERE = "verbatim", "verbatim but for marks", "from literature"
NOBODYS = "not found, of nobody"
"""In quotation marks, not in the study's texts, and nobody is named who said it: a title, a term, another's text."""
CHANGED, MISSING = "changed", "not found"
SPEAKER, DATE, HOLDER, NO_DATE = "another speaker", "another date", "the holder's name", "no such date"
TWICE, PROSE, WITHHELD = "two wordings", "a note's prose as speech", "withheld"
WRONG = (WITHHELD, MISSING, CHANGED, SPEAKER, HOLDER, DATE, NO_DATE, TWICE, PROSE)
"""What is wrong with a quotation, by kind; the gravest first."""


@dataclass(frozen=True)
class Judged:
    """
    A quotation and what was found of it.

    Args:
        file, where, line: in which file it stands; ``where`` is in words, ``line`` a number.
        words: how many words it has.
        wording: ``verbatim``, ``verbatim but for marks``, ``changed``, ``not found`` or ``from literature``.
        wrong: what is wrong, by kind of ``WRONG``; empty where nothing is.
        attributed: who and when as the manuscript says; as far as the study knows the name, its case.
        speaker, holder: whose words they are, and whose view; cases, ``""`` where nobody is known.
        document, turn, date, consent, release: where the words stand, and what is allowed with them.
        why: what is wrong, in a sentence each.
        instead: what to write.
    """

    file: str
    where: str
    line: int
    words: int
    wording: str
    wrong: tuple[str, ...] = ()
    attributed: str = ""
    speaker: str = ""
    holder: str = ""
    document: str = ""
    turn: int = 0
    date: str = ""
    consent: str = ""
    release: str = ""
    why: tuple[str, ...] = ()
    instead: str = ""
    quoted: Quoted | None = field(default=None, repr=False, compare=False)
    place: Place | None = field(default=None, repr=False, compare=False)
    several: bool = field(default=False, repr=False, compare=False)

    def __str__(self) -> str:
        """Tell the quotation in one line: where, what is wrong, what to write instead."""
        told = "; ".join(self.why) or self.wording
        instead = f"; write instead: {self.instead}" if self.instead and self.wrong else ""
        return f"{self.file}: {self.where}: {told}{instead}"
