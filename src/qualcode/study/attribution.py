"""
Whose words an excerpt is, and whether it is anybody's: the one function that makes an attributed quotation.

In an interview a person says it; if it is somebody else's view, it is *of* that person and still said by the first.
What others wrote is theirs, as written. A fieldnote's prose is the observer's: only what stands in it inside quotation
marks, or behind ``[verbatim]``, was said by the person whom the excerpt names. The rest is observed, is never put
between quotation marks, and keeps the note's own mark: ``[paraphrase]``, ``[reconstruction]``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from qualcode.study import release, voice
from qualcode.study.case import Case
from qualcode.study.document import Document
from qualcode.study.excerpt import Excerpt

SAID, WRITTEN, OBSERVED = "said", "written", "observed"
HOW = (SAID, WRITTEN, OBSERVED)
_VERBATIM = r"(?:\[verbatim\]\s*)?"
_SPOKEN = re.compile(
    rf"""{_VERBATIM}(?:"[^"\n]*"|“[^”\n]*”|«[^»\n]*»|„[^“\n]*“)"""
    r"""|\[verbatim\]\s*[^"“«„.!?\n][^"“«„.!?\n]*[.!?]?"""
)
_MARKED = re.compile(r"\[(paraphrase|reconstruction)\][^.!?\n]*[.!?]?")
_BEFORE = re.compile(r"\s*(?:\[verbatim\]\s*)?[\"“”«»„]?\s*")
_AFTER = re.compile(r"\s*[\"“”«»]?\s*\Z")


@dataclass(frozen=True, slots=True)
class Attributed:
    """
    An excerpt's words and whose they are.

    Args:
        how: ``said``, ``written`` or ``observed``.
        words: as released, in one line; a withheld document's words say why.
        withheld: whether they do.
        start, end: where the words themselves stand, a note's quotation marks left out.
        speaker: the case whose words they are, or who was observed; ``""`` for nobody, or several.
        holder: the case whose view it is, where that is another; else ``""``.
        mark: ``paraphrase`` or ``reconstruction`` where the note says so of this stretch.
    """

    how: str
    words: str
    withheld: bool
    start: int
    end: int
    speaker: str
    holder: str = ""
    mark: str = ""

    @property
    def quotation(self) -> str:
        """The words as they are printed: between quotation marks only where they are somebody's."""
        if self.withheld:
            return self.words
        if self.how == OBSERVED:
            return f"[{self.mark}] {self.words}" if self.mark else self.words
        return f"“{self.words}”"

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """Whose they are, piece by piece: what stands before a name, and the case; nothing where nobody is named."""
        told = (("observed: " if self.how == OBSERVED else "", self.speaker), (", of ", self.holder))
        named = tuple((before, case) for before, case in told if case)
        if not self.speaker and named:
            return (("of ", self.holder),)
        return named

    def who(self, label: Callable[[str], str]) -> str:
        """Say whose they are, with the names that *label* gives; ``""`` where nobody is named."""
        return "".join(before + label(case) for before, case in self.parts)


def attributed(document: Document, excerpt: Excerpt, cases: Mapping[str, Case]) -> Attributed:
    """
    Attribute an excerpt's words.

    Example:
        >>> mediator = study.documents["2024-02-20-mediator"]
        >>> told = [attributed(mediator, e, study.cases) for e in study.coded["reader", mediator.id].excerpts]
        >>> [(one.who(lambda case: case), one.words) for one in told][2]
        ('mediator, of card-holder', 'just a card')
    """
    speaker = voice.speaker(document, excerpt, cases)
    holder = excerpt.holder or ""
    holder = "" if holder == speaker else holder
    start, end = excerpt.anchor.start, excerpt.anchor.end
    how = how_given(document, start, end)
    mark = _mark(document, start) if how == OBSERVED else ""
    if how == SAID and document.kind == "fieldnote":
        start, end = _bare(document.text, start, end)
    words = " ".join(release.show(document, start, end).split())
    return Attributed(how, words, not release.verdict(document, start, end).quotable, start, end, speaker, holder, mark)


def how_given(document: Document, start: int, end: int) -> str:
    """Say how a stretch is given: ``said``, ``written`` by others, or ``observed`` by the researcher."""
    if document.kind == "interview":
        return SAID
    if document.kind != "fieldnote":
        return WRITTEN
    turn = document.turn_at(start)
    if turn is not None and turn.speaker.label:
        return SAID
    stretch = document.text[start:end]
    start, end = start + len(stretch) - len(stretch.lstrip()), end - len(stretch) + len(stretch.rstrip())
    inside = any(a <= start and end <= b for a, b in _stretches(_SPOKEN, document, start, end))
    return SAID if inside else OBSERVED


def how_of(document: Document, excerpts: Iterable[Excerpt]) -> str:
    """Say how the words of several excerpts are given together: observed where any is."""
    found = {how_given(document, e.anchor.start, e.anchor.end) for e in excerpts}
    return found.pop() if len(found) == 1 else OBSERVED


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the stretch without a note's quotation marks and its ``[verbatim]``."""
    before, after = _BEFORE.match(text, start, end), _AFTER.search(text, start, end)
    first, last = (before.end() if before else start), (after.start() if after else end)
    return (first, last) if first < last else (start, end)


def _mark(document: Document, start: int) -> str:
    for match in _MARKED.finditer(document.text, *_paragraph(document, start, start)):
        if match.start() < start < match.end():
            return match[1]
    return ""


def _stretches(pattern: re.Pattern[str], document: Document, start: int, end: int) -> list[tuple[int, int]]:
    return [match.span() for match in pattern.finditer(document.text, *_paragraph(document, start, end))]


def _paragraph(document: Document, start: int, end: int) -> tuple[int, int]:
    """Return the place of the lines that hold a stretch: no quotation goes on over a line's end."""
    first, last = document.text.rfind("\n", 0, start) + 1, document.text.find("\n", end)
    return first, len(document.text) if last < 0 else last
