"""
The excerpts that the pages count, and what they leave out: a document that two coded and nobody settled on.

Such a document stops no page. It is named on the first one, and none of its excerpts is counted there.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from qualcode import tables
from qualcode.study import voice
from qualcode.study.coderfile import CoderFile, Excerpt
from qualcode.study.document import Document
from qualcode.study.study import Study

if TYPE_CHECKING:
    import pandas as pd

Coded = tuple[Document, CoderFile, Excerpt]


@dataclass(frozen=True)
class Settled:
    """A study's excerpts to count, looked up in several ways; ``unsettled`` are the documents left out."""

    study: Study
    coded: tuple[Coded, ...]
    unsettled: tuple[str, ...] = ()
    by_document: dict[str, list[Excerpt]] = field(default_factory=dict)
    by_code: dict[str, list[Coded]] = field(default_factory=dict)
    by_case: dict[str, list[Coded]] = field(default_factory=dict)
    by_id: dict[str, tuple[Document, Excerpt]] = field(default_factory=dict)

    @cached_property
    def codings(self) -> pd.DataFrame:
        """``tables.codings`` of what is counted."""
        return tables.codings(self.study)


def settled(study: Study) -> Settled:
    """Look up the excerpts to count, once for all pages."""
    coded: list[Coded] = []
    unsettled: list[str] = []
    open_still = several(study)
    for name, document in study.documents.items():
        file = None if name in open_still and not study.counts else study.settled_on(name)
        if name in open_still and file is None:
            unsettled.append(name)
        coded += [(document, file, e) for e in file.excerpts] if file else []
    found = Settled(study, tuple(coded), tuple(unsettled))
    found.by_document.update({name: [] for name in study.documents})
    for one in coded:
        document, _, excerpt = one
        found.by_document[document.id].append(excerpt)
        found.by_id[excerpt.id] = (document, excerpt)
        for code in excerpt.codes:
            found.by_code.setdefault(code, []).append(one)
        for case in voices(study, document, excerpt):
            found.by_case.setdefault(case, []).append(one)
    return found


def several(study: Study) -> set[str]:
    """Return the documents that several coded and nobody settled."""
    coded = Counter(document for _, document in study.coded)
    return {d for d, n in coded.items() if n > 1 and d not in study.agreed and d in study.documents}


def unsettled_notices(study: Study) -> list[str]:
    """Return the notices of documents that several coded and nobody settled, as ``counting`` has them told."""
    paths = {study.documents[name].path for name in several(study)}
    return [str(notice) for notice in study.notices if notice.path in paths]


def voices(study: Study, document: Document, excerpt: Excerpt) -> list[str]:
    """Return whom an excerpt is about: who says it (the case it names, else the speakers), then whose view it is."""
    turns = voice.heard(document, excerpt.anchor.start, excerpt.anchor.end, study.cases)
    said = [excerpt.case] if excerpt.case else [t.speaker.case for t in turns]
    return [*dict.fromkeys(case for case in (*said, excerpt.holder) if case)]


def overlapping(excerpts: list[Excerpt], starts: list[int], longest: int, start: int, end: int) -> list[Excerpt]:
    """Return those of *excerpts*, sorted by place, with a sign in a stretch; none is longer than *longest*."""
    first, last = bisect_left(starts, start - longest), bisect_left(starts, end)
    return [e for e in excerpts[first:last] if start < e.anchor.end]
