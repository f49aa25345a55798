"""
The excerpts that the pages count, and what they leave out: a document that two coded and nobody settled on.

Such a document stops no page. It is named on the first one, and none of its excerpts is counted there.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from qualcode import tables
from qualcode.errors import UsageError
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
    def whole(self) -> Study:
        """The study without the codings of the documents left out, so that every table can be made of it."""
        if not self.unsettled:
            return self.study
        coded = {key: file for key, file in self.study.coded.items() if key[1] not in self.unsettled}
        return replace(self.study, coded=coded)

    @cached_property
    def codings(self) -> pd.DataFrame:
        """``tables.codings`` of what is counted."""
        return tables.codings(self.whole)


def settled(study: Study) -> Settled:
    """Look up the excerpts to count, once for all pages."""
    coded: list[Coded] = []
    unsettled: list[str] = []
    for name, document in study.documents.items():
        try:
            file = study.settled_on(name)
        except UsageError:
            unsettled.append(name)
            continue
        coded += [(document, file, e) for e in file.excerpts] if file else []
    found = Settled(study, tuple(coded), tuple(unsettled))
    found.by_document.update({name: [] for name in study.documents})
    for one in coded:
        document, _, excerpt = one
        found.by_document[document.id].append(excerpt)
        found.by_id[excerpt.id] = (document, excerpt)
        for code in excerpt.codes:
            found.by_code.setdefault(code, []).append(one)
        for case in voices(document, excerpt):
            found.by_case.setdefault(case, []).append(one)
    return found


def voices(document: Document, excerpt: Excerpt) -> list[str]:
    """Return whose words an excerpt is: the holder's, the case's it names, else the speakers'; each once, in order."""
    if excerpt.holder or excerpt.case:
        return [excerpt.holder or excerpt.case or ""]
    turns = document.turns_in(excerpt.anchor.start, excerpt.anchor.end)
    return list(dict.fromkeys(t.speaker.case for t in turns))


def overlapping(excerpts: list[Excerpt], starts: list[int], longest: int, start: int, end: int) -> list[Excerpt]:
    """Return those of *excerpts*, sorted by place, with a sign in a stretch; none is longer than *longest*."""
    first, last = bisect_left(starts, start - longest), bisect_left(starts, end)
    return [e for e in excerpts[first:last] if start < e.anchor.end]
