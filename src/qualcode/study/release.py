"""
What may be shown: the one door for a document's text.

Whoever prints, renders, draws or exports words of a document asks here first. What the front
matter's ``consent`` and ``release`` do not allow is withheld, and the place says so.
"""

from __future__ import annotations

from dataclasses import dataclass

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


def verdict(document: Document) -> Verdict:
    """
    Say whether *document* may be quoted; the stricter of consent and release wins.

    Example:
        >>> verdict(study.documents["2024-03-05-card-holder"])
        Verdict(quotable=False, reason='consent allows paraphrase only')
        >>> str(verdict(study.documents["2024-03-05-card-holder"]))
        '[withheld: consent allows paraphrase only]'
    """
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


def for_coding(document: Document) -> str:
    """
    Return the whole text for the one who codes it, whatever its release: who codes must read.

    It goes to that person's screen only. Whoever asks keeps it out of notebooks, outputs and files.

    Example:
        >>> for_coding(study.documents["2024-03-05-card-holder"])[:29]
        'Q: What would you use it for?'
    """
    return document.text
