"""
The one form that every transcript is read into, before anything is laid down in a study.

A file is either *lines*, in which labels still have to be found, or *turns*, which its format tells. Either way
nothing is lost in silence: what was dropped or altered is counted by kind, what was not understood has its place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from qualcode.errors import QualcodeError

UNKNOWN = "UNKNOWN"
"""The label of words that no label stands at."""
MOST_TURNS = 30_000
"""More turns than this no interview has."""


class UnreadableError(QualcodeError):
    """A file is no transcript that can be read: why, without a word of it, and the place in it (0: the whole)."""

    def __init__(self, why: str, place: int = 0) -> None:
        super().__init__(why)
        self.why, self.place = why, place


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and its place in the source, counted from 1 in the reading's unit."""

    place: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one label says: from when (seconds; ``None`` where not told), its words, its place in the source."""

    label: str
    start: float | None
    words: str = field(repr=False)
    place: int


@dataclass(frozen=True, slots=True)
class Note:
    """
    A footnote, a comment, or text that belongs to no turn.

    ``at`` counts the lines, or the turns, that stand before the note and the one that it stands at (0: before all).
    """

    kind: str
    text: str = field(repr=False)
    at: int = 0
    by: str = ""
    on: str = ""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Something that was not understood: where, and what it looks like; never its words."""

    place: int
    what: str


@dataclass(frozen=True)
class Reading:
    """
    What a file says. ``unit`` is what its places count: line, paragraph, cue, row, page.

    ``lines`` are to be searched for labels, ``turns`` are told by the format; one of the two is empty. ``counts``
    says what was dropped or altered on the way, kind to how often. ``part`` names one of several readings of one
    file; ``attributes`` are what a survey's table tells of the respondent.
    """

    format: str
    unit: str
    lines: tuple[Line, ...] = ()
    turns: tuple[Turn, ...] = ()
    title: str = field(default="", repr=False)
    date: str = ""
    language: str = ""
    mode: str = "recorded"
    notes: tuple[Note, ...] = ()
    unclear: tuple[Unclear, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    part: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict, repr=False)


def lines_of(text: str) -> tuple[Line, ...]:
    """Return the lines of a text, each with its number."""
    return tuple(Line(n, line) for n, line in enumerate(split(text), start=1))


def split(text: str) -> list[str]:
    """
    Return a text's lines.

    Raises:
        UnreadableError: more than a transcript has.
    """
    if text.count("\n") > 200_000:
        raise UnreadableError("it has more than 200,000 lines; is it a transcript?")
    return text.split("\n")


def paragraphs_of(paragraphs: list[str]) -> tuple[tuple[Line, ...], list[int]]:
    """
    Return the lines of paragraphs, with an empty line between two; a paragraph without words gives none.

    The list says for each paragraph how many lines stand up to its end, so that notes keep their place.
    """
    lines: list[Line] = []
    ends: list[int] = []
    for number, paragraph in enumerate(paragraphs, start=1):
        if paragraph.strip():
            if lines:
                lines.append(Line(number, ""))
            lines += [Line(number, line) for line in paragraph.split("\n")]
        ends.append(len(lines))
    return tuple(lines), ends


def joined(turns: list[Turn], counts: Counter[str], what: str = "cues") -> tuple[Turn, ...]:
    """
    Make one turn of those that follow each other with one label; the times of the later ones are counted.

    A blank joins them, and an empty line where a sentence ends and a minute has gone by since the last one.
    """
    if len(turns) > MOST_TURNS:
        raise UnreadableError(f"it has more than {MOST_TURNS:,} turns; is it a transcript?")
    done: list[Turn] = []
    run: list[str] = []
    since: float | None = None
    for turn in turns:
        if not turn.words.strip():
            counts[f"{what} without words"] += 1
            continue
        if done and done[-1].label == turn.label:
            counts[f"{what} joined to the turn above, their times dropped"] += 1
            late = since is not None and turn.start is not None and turn.start - since >= 60
            ended = late and run[-1].rstrip("\"'”»’ )").endswith((".", "?", "!", "…"))
            run += ["\n\n" if ended else " ", turn.words.strip()]
            since = turn.start if ended else since
            continue
        _close(done, run)
        done.append(turn)
        run, since = [turn.words.strip()], turn.start
    _close(done, run)
    return tuple(done)


def _close(done: list[Turn], run: list[str]) -> None:
    if done:
        last = done[-1]
        done[-1] = Turn(last.label, last.start, "".join(run), last.place)
