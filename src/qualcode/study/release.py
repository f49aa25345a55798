"""
What may be shown: the one door for a document's text.

Whoever prints, renders, draws or exports words of a document asks here first. What its front matter, the consent of
who speaks, or an excerpt's own state do not allow (``study.terms``) is withheld, and the place says so.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from qualcode.errors import UsageError
from qualcode.plaintext.words import words_of
from qualcode.study.document import Document
from qualcode.study.terms import strictness

_CLOSED = {
    "closed": "the document is closed",
    "pending": "its release is pending",
}
_CONSENT = {
    "paraphrase": "consent allows paraphrase only",
    "none": "there is no consent to quote",
    "informal": "it was an informal talk, and nobody signed a form",
}
_RUNNING = 4
"""How many running words of what is withheld a note may not have."""
_WAITS_FOR = {"participant": "the participant has", "third-party": "somebody else has"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a document may be quoted, and in words why not."""

    quotable: bool
    reason: str = ""

    def __str__(self) -> str:
        return "" if self.quotable else f"[withheld: {self.reason}]"


def has_own_screen() -> bool:
    """
    Say whether what is printed goes to a terminal: no notebook, pipe, file or log keeps it.

    Example:
        >>> import contextlib, io
        >>> with contextlib.redirect_stdout(io.StringIO()):
        ...     seen = has_own_screen()
        >>> seen
        False
    """
    return sys.stdout.isatty() and os.isatty(sys.stdout.fileno())


_own_screen: ContextVar[bool] = ContextVar("own_screen", default=False)


@contextmanager
def on_own_screen() -> Iterator[None]:
    """
    Let the one who codes read, on her own terminal, what others may not: inside, every document may be quoted.

    Raises:
        UsageError: what is printed does not go to a terminal: a notebook, a pipe, a file or a log would keep it.

    Example:
        >>> with on_own_screen():  # where the output is a terminal, words are shown inside
        ...     print(show(study.documents["2024-03-05-card-holder"], 0, 20))
        Traceback (most recent call last):
        qualcode.errors.UsageError: words that others may not see go to your own terminal only; this goes elsewhere
    """
    if not has_own_screen():
        raise UsageError("words that others may not see go to your own terminal only; this goes elsewhere")
    before = _own_screen.set(True)
    try:
        yield
    finally:
        _own_screen.reset(before)


def verdict(document: Document, start: int | None = None, end: int | None = None) -> Verdict:
    """
    Say whether *document* may be quoted, the whole of it, or from *start* to *end*; the strictest of its terms wins.

    A stretch over words that may be shown and words that may not may not be shown.

    Example:
        >>> verdict(study.documents["2024-03-05-card-holder"])
        Verdict(quotable=False, reason='consent allows paraphrase only')
        >>> str(verdict(study.documents["2024-03-05-card-holder"], 3, 29))
        '[withheld: consent allows paraphrase only]'
        >>> verdict(study.documents["2024-02-20-mediator"], 69, 79).quotable
        True
    """
    if _own_screen.get():
        return Verdict(True)
    whole = _of_all(document)
    if whole or not document.held:
        return Verdict(False, whole) if whole else Verdict(True)
    if start is not None and end is not None:
        here = [h.reason for h in document.held if h.start < max(end, start + 1) and start < h.end]
        return Verdict(False, max(here, key=strictness)) if here else Verdict(True)
    reasons = list(dict.fromkeys(h.reason for h in document.held))
    if document.state == "open" or len(reasons) > 1:
        return Verdict(False, f"parts of it are withheld: {'; '.join(reasons)}")
    return Verdict(False, reasons[0])


def _of_all(document: Document) -> str:
    reason = _CLOSED.get(document.release) or _CONSENT.get(document.consent) or ""
    if document.release == "pending" and document.pending_on:
        return f"{reason}: {_WAITS_FOR.get(document.pending_on, f'{document.pending_on} has')} to agree"
    return reason


def show(document: Document, start: int, end: int) -> str:
    """
    Return the words of *document* from *start* to *end*, or the words that say why not.

    A speaker's label in them is as it may be shown.

    Example:
        >>> show(study.documents["2024-02-20-mediator"], 69, 79)
        'four times'
        >>> show(study.documents["2024-03-05-card-holder"], 3, 29)
        '[withheld: consent allows paraphrase only]'
    """
    judged = verdict(document, start, end)
    if not judged.quotable:
        return str(judged)
    if _own_screen.get() or document.filed is None or document.filed.turns == document.turns:
        return document.text[start:end]
    return "".join(_relabelled(document, start, end))


def _relabelled(document: Document, start: int, end: int) -> Iterator[str]:
    """Yield the words from *start* to *end*; of a label that is called otherwise, what it is called."""
    at = start
    for turn, filed in zip(document.turns, document.filed.turns if document.filed else (), strict=True):
        if turn.speaker.label != filed.speaker.label and turn.start < end and at < turn.words_start:
            yield document.text[at : max(at, turn.start)]
            if at <= turn.start:
                yield f"{turn.speaker.label}: " if end >= turn.words_start else turn.speaker.label
            at = min(end, turn.words_start)
    yield document.text[at:end]


def reach(document: Document, start: int, end: int, around: int) -> tuple[int, int]:
    """
    Return how far words around a stretch may be shown: to *around* code points each side, or to what is withheld.

    Example:
        >>> reach(study.documents["2024-02-20-mediator"], 69, 79, 10)
        (59, 89)
    """
    low, high = max(0, start - around), min(len(document.text), end + around)
    if not _own_screen.get():
        low = max([low, *(h.end for h in document.held if h.end <= start)])
        high = min([high, *(h.start for h in document.held if h.start >= end)])
    return low, high


def parts(document: Document) -> tuple[tuple[int, int, bool], ...]:
    """
    Return a document's text in stretches, from where to where, and whether each may be quoted.

    Example:
        >>> parts(study.documents["2024-03-05-card-holder"])
        ((0, 260, False),)
    """
    held = [(0, len(document.text))] if _of_all(document) else [(h.start, h.end) for h in document.held]
    found: list[tuple[int, int, bool]] = []
    at = 0
    for start, end in held if not _own_screen.get() else ():
        if at < start:
            found.append((at, start, True))
        found.append((start, end, False))
        at = end
    if at < len(document.text):
        found.append((at, len(document.text), True))
    return tuple(found)


def blanked(document: Document) -> str:
    """
    Return the whole text with every sign of what is withheld, and of labels that are called otherwise, as a blank.

    Places are as in the text. Of a document of which nothing may be quoted it is all blanks.

    Example:
        >>> blanked(study.documents["2024-03-05-card-holder"]).strip()
        ''
    """
    told = [document.text[a:b] if free else " " * (b - a) for a, b, free in parts(document)]
    text = "".join(told)
    if document.filed is not None and not _own_screen.get():
        for turn, filed in zip(document.turns, document.filed.turns, strict=True):
            if turn.speaker.label != filed.speaker.label:
                room = turn.words_start - turn.start
                text = f"{text[: turn.start]}{' ' * room}{text[turn.words_start :]}"
    return text


def about(document: Document | None, words: str, start: int | None = None, end: int | None = None) -> str:
    """
    Return what somebody wrote about a document, or a place in it: a memo, a note, what was done; or why not.

    It may repeat the document's words, and so is shown as far as they are; of a document of which parts are withheld,
    unless it has four running words of these. Without a document it is shown.

    Example:
        >>> about(study.documents["2024-02-20-mediator"], "she smiles")
        'she smiles'
        >>> about(study.documents["2024-03-05-card-holder"], "she smiles")
        '[withheld: consent allows paraphrase only]'
    """
    if not words or document is None:
        return words
    judged = verdict(document, start, end)
    if judged.quotable or (start is None and is_in_part(document) and not repeats(document, words)):
        return words
    return str(judged)


def is_in_part(document: Document) -> bool:
    """
    Say whether some words of a document may be quoted and others not.

    Example:
        >>> is_in_part(study.documents["2024-03-05-card-holder"])
        False
    """
    return len({free for a, b, free in parts(document) if document.text[a:b].strip()}) > 1


def repeats(document: Document, words: str) -> bool:
    """
    Say whether words have some running words of what is withheld of a document.

    Example:
        >>> repeats(study.documents["2024-03-05-card-holder"], "What would you use it for?")
        True
        >>> repeats(study.documents["2024-03-05-card-holder"], "she smiles")
        False
    """
    said = _folded(words)
    many = min(_RUNNING, len(said))
    runs = set(zip(*(said[k:] for k in range(many)), strict=False))
    held = (_folded(document.text[a:b]) for a, b, free in parts(document) if not free)
    return any(not runs.isdisjoint(zip(*(h[k:] for k in range(many)), strict=False)) for h in held)


def _folded(words: str) -> list[str]:
    return [word for _, _, word in words_of(words)]


def as_filed(document: Document) -> Document:
    """
    Return the document as its file has it, with its title and labels, for who codes it or rewrites its file.

    As with ``for_coding``, whoever asks keeps it out of notebooks, outputs and files.

    Example:
        >>> as_filed(study.documents["2024-02-20-mediator"]).title
        'A mediator of a neighbourhood association'
    """
    return document.filed or document


def for_coding(document: Document) -> str:
    """
    Return the whole text for the one who codes it, whatever its release: who codes must read.

    It goes to that person's screen only. Whoever asks keeps it out of notebooks, outputs and files.

    Example:
        >>> for_coding(study.documents["2024-03-05-card-holder"])[:29]
        'Q: What would you use it for?'
    """
    return document.text
