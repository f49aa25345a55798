"""
What comes out of a file that is looked through: texts, things inside that are opened in turn, and what was not opened.
"""

from __future__ import annotations

from dataclasses import dataclass

MEMBER, WHOLE, DEPTH, RATIO = 50_000_000, 500_000_000, 4, 500
"""Bounds: bytes of one member, of all members of one file, archives in archives, and how far a member may expand."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text to look through: the file it is in, what in it carries the text, and the text."""

    path: str
    carrier: str
    text: str
    words: bool = True
    """Whether it is prose to look through for running words; spellings of markup are looked through for names only."""


@dataclass(frozen=True, slots=True)
class NotOpened:
    """Something that was not looked into, and why."""

    path: str
    carrier: str
    why: str


@dataclass(frozen=True, slots=True)
class Inside:
    """Bytes found in a file, to be opened in turn: an archive's member, a picture in a notebook."""

    path: str
    carrier: str
    data: bytes
    ending: str = ""


@dataclass(slots=True)
class Bound:
    """What is left of the bytes that one file may expand to."""

    left: int = WHOLE

    def take(self, size: int) -> bool:
        """Take as many bytes of what is left; say whether they were there."""
        self.left -= size
        return self.left >= 0


def decoded(data: bytes) -> str:
    """Decode text: UTF-8; UTF-16 with its mark; else Latin-1, in which nothing is wrong, and what of it is UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return f"{data.decode('latin-1')}\n{data.decode('utf-8', 'replace')}"


def loose(data: bytes) -> str:
    """Decode the texts in other bytes: as UTF-8, as Latin-1, and as UTF-16 from both places."""
    kept = data[:MEMBER]
    found = [kept.decode("utf-8", "replace"), kept.decode("latin-1")]
    found += [kept[at:].decode("utf-16-le", "replace") for at in (0, 1)]
    return "\n".join(found).replace("\ufeff", "\n")
