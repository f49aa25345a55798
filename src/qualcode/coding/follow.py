"""
What was read follows its text: what stands unchanged stays read, what was put in is unread.

A reading carries a trace of its words (``plaintext.traces``), taken while the text was there. Readings written
before there were traces get one as soon as their file is written with the text still unchanged, or by ``reanchor``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from qualcode.plaintext.traces import standing, trace
from qualcode.study.coderfile import CoderFile, Reading
from qualcode.study.document import Document
from qualcode.study.study import Study


@dataclass(frozen=True, slots=True)
class Reread:
    """A reading of an earlier text, and what of it stands in the text as it is now: nothing, or ``to``."""

    path: str
    document: str
    reading: Reading
    to: tuple[Reading, ...]


def readings(study: Study) -> tuple[Reread, ...]:
    """Return the readings of earlier texts, by file and place, with what of them stands now."""
    return tuple(
        Reread(file.path, file.document, reading, _standing(reading, study.documents[file.document]))
        for file in study.coded.values()
        if file.document in study.documents
        for reading in file.readings
        if reading.text != study.documents[file.document].hash
    )


def untraced(study: Study) -> tuple[tuple[str, Reading], ...]:
    """Return the readings that stand and that an edit would lose, since they have no trace yet: path and reading."""
    return tuple(
        (file.path, reading)
        for file in study.coded.values()
        if file.document in study.documents
        for reading in file.readings
        if reading.text == study.documents[file.document].hash and reading.words is None
    )


def traced(file: CoderFile, document: Document) -> CoderFile:
    """Give readings of the text as it stands the trace by which they will be followed."""
    return replace(
        file,
        readings=tuple(
            replace(r, words=trace(document.text, r.start, r.end)) if r.text == document.hash and not r.words else r
            for r in file.readings
        ),
    )


def followed(file: CoderFile, document: Document) -> CoderFile:
    """Put what stands of earlier readings in their place; a reading of which nothing stands stays as it is."""
    kept: list[Reading] = []
    now: list[Reading] = []
    for reading in file.readings:
        stands = () if reading.text == document.hash else _standing(reading, document)
        now += stands
        kept += () if stands else (reading,)
    after = replace(file, readings=tuple(kept))
    for reading in now:
        after = after.with_reading(reading)
    return traced(after, document)


def _standing(reading: Reading, document: Document) -> tuple[Reading, ...]:
    if reading.words is None:
        return ()
    return tuple(
        Reading(start, end, document.hash, reading.made, trace(document.text, start, end))
        for start, end in standing(document.text, *reading.words)
    )
