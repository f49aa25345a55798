"""
Who speaks in a stretch of a document: the respondent where there is one, else the researcher, else nobody.

A question and its answer in one excerpt are the answer's: what the researcher asks is there to be answered. Words
of two respondents belong to neither, unless the excerpt says whose they are.
"""

from __future__ import annotations

from collections.abc import Mapping

from qualcode.study.case import Case
from qualcode.study.document import Document, Turn
from qualcode.study.excerpt import Excerpt

RESEARCHER, NOBODY, SEVERAL = "the researcher's own words", "nobody's words", "several speakers' words"
"""Why an excerpt is no statement."""
_NO_CASES: Mapping[str, Case] = {}


def asks(cases: Mapping[str, Case], case: str) -> bool:
    """Say whether a case is the researcher."""
    return case in cases and cases[case].kind == "researcher"


def heard(document: Document, start: int, end: int, cases: Mapping[str, Case]) -> tuple[Turn, ...]:
    """Return the turns to which the words from *start* to *end* belong: the respondents', else the researcher's."""
    here = document.turns_in(start, end)
    return tuple(t for t in here if not asks(cases, t.speaker.case)) or here


def speaker(document: Document, excerpt: Excerpt, cases: Mapping[str, Case] = _NO_CASES) -> str:
    """
    Return the case that speaks: as the excerpt says, else by its turns, else ``""`` (nobody, or several).

    Args:
        cases: by which the researcher is told from respondents; left out, everybody is a respondent.
    """
    if excerpt.case:
        return excerpt.case
    if not document.turns:
        return ""
    here = heard(document, excerpt.anchor.start, excerpt.anchor.end, cases)
    names = {t.speaker.case for t in here}
    if len(names) > 1 and all(asks(cases, name) for name in names):
        return here[0].speaker.case
    return names.pop() if len(names) == 1 else ""


def not_heard(document: Document, excerpt: Excerpt, cases: Mapping[str, Case]) -> str:
    """Say why nobody's statement is in an excerpt of which ``speaker`` is ``""``."""
    names = {t.speaker.case for t in heard(document, excerpt.anchor.start, excerpt.anchor.end, cases)}
    return SEVERAL if len(names) > 1 else NOBODY
