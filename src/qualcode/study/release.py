"""
What may be shown: the one door for a document's text.

Whoever prints, renders, draws or exports words of a document asks here first. What the front
matter's ``consent`` and ``release`` do not allow is withheld, and the place says so.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from qualcode.errors import UsageError
from qualcode.study.document import Document

_CLOSED = {
    "closed": "the document is closed",
    "pending": "its release is pending",
}
_CONSENT = {
    "paraphrase": "consent allows paraphrase only",
    "none": "there is no consent to quote",
}


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


def verdict(document: Document) -> Verdict:
    """
    Say whether *document* may be quoted; the stricter of consent and release wins.

    Example:
        >>> verdict(study.documents["2024-03-05-card-holder"])
        Verdict(quotable=False, reason='consent allows paraphrase only')
        >>> str(verdict(study.documents["2024-03-05-card-holder"]))
        '[withheld: consent allows paraphrase only]'
    """
    if _own_screen.get():
        return Verdict(True)
    reason = _CLOSED.get(document.release) or _CONSENT.get(document.consent)
    return Verdict(False, reason) if reason else Verdict(True)


def show(document: Document, start: int, end: int) -> str:
    """
    Return the words of *document* from *start* to *end*, or the words that say why not.

    Example:
        >>> show(study.documents["2024-02-20-mediator"], 69, 79)
        'four times'
        >>> show(study.documents["2024-03-05-card-holder"], 3, 29)
        '[withheld: consent allows paraphrase only]'
    """
    judged = verdict(document)
    return document.text[start:end] if judged.quotable else str(judged)


def about(document: Document | None, words: str) -> str:
    """
    Return what somebody wrote about a document, or a place in it: a memo, a note, what was done; or why not.

    It may repeat the document's words, and so is shown as far as they are. Without a document it is shown.

    Example:
        >>> about(study.documents["2024-02-20-mediator"], "she smiles")
        'she smiles'
        >>> about(study.documents["2024-03-05-card-holder"], "she smiles")
        '[withheld: consent allows paraphrase only]'
    """
    return words if not words or document is None else str(verdict(document)) or words


def for_coding(document: Document) -> str:
    """
    Return the whole text for the one who codes it, whatever its release: who codes must read.

    It goes to that person's screen only. Whoever asks keeps it out of notebooks, outputs and files.

    Example:
        >>> for_coding(study.documents["2024-03-05-card-holder"])[:29]
        'Q: What would you use it for?'
    """
    return document.text
