"""
Passages: what a suggestion is about, a paragraph of a turn; and which codes it carries.

Interviews that share a speaker are one group: who learns from a person's words is not tested on that person.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from qualcode.errors import UsageError
from qualcode.search.spelling import fold, split
from qualcode.study.coderfile import CoderFile
from qualcode.study.document import Document, Turn
from qualcode.study.study import Study

_PARAGRAPH = re.compile(r"\S(?:.*\S)?(?:\n(?![ \t]*\n).*\S)*")
LEAST_WORDS = 3
"""A passage with fewer words than this says too little to be suggested."""


@dataclass(frozen=True)
class Passage:
    """A paragraph of a turn: its place in code points, its folded words, its group of interviews."""

    document: Document
    turn: Turn
    start: int
    end: int
    words: tuple[str, ...]
    group: int


@dataclass(frozen=True)
class Known:
    """A passage that was judged: which codes it carries, each with the excerpts that say so."""

    passage: Passage
    codes: dict[str, tuple[str, ...]]


folded = lru_cache(maxsize=200_000)(fold)


def passages(study: Study) -> list[Passage]:
    """Return every passage of a study with three words or more, by document, then place."""
    group = groups(study)
    found = []
    for document in study.documents.values():
        starts, ends, written = split(document.text)
        for turn in document.turns:
            for match in _PARAGRAPH.finditer(document.text, turn.words_start, turn.end):
                first, last = np.searchsorted(starts, match.start()), np.searchsorted(ends, match.end(), "right")
                words = tuple(w for w in map(folded, written[first:last]) if w)
                if len(words) >= LEAST_WORDS:
                    found.append(Passage(document, turn, match.start(), match.end(), words, group[document.id]))
    return found


def groups(study: Study) -> dict[str, int]:
    """Give documents that share a speaker, the researcher apart, one number."""
    number = {name: n for n, name in enumerate(study.documents)}
    spoken: defaultdict[str, set[str]] = defaultdict(set)
    for document in study.documents.values():
        for turn in document.turns:
            case = study.cases.get(turn.speaker.case)
            if case and case.kind != "researcher":
                spoken[case.id].add(document.id)
    for together in spoken.values():
        numbers = {number[name] for name in together}
        number = {name: min(numbers) if n in numbers else n for name, n in number.items()}
    return number


def settled(study: Study, coder: str | None) -> tuple[dict[str, CoderFile], list[str]]:
    """Return the codings to learn from by document, and the documents that two coders have not settled."""
    files, open_still = {}, []
    for name in study.documents:
        try:
            file = study.settled_on(name, coder)
        except UsageError:
            if coder is not None:
                raise
            open_still.append(name)
            continue
        if file:
            files[name] = file
    return files, open_still


def judged(held: Sequence[Passage], files: dict[str, CoderFile]) -> list[Known]:
    """Return the passages that were read to their end or tagged, with their codes."""
    documents = {p.document.id: p.document for p in held}
    read = {name: files[name].read_of(d.hash) for name, d in documents.items() if name in files}
    known = []
    for p in held:
        file = files.get(p.document.id)
        if file is None:
            continue
        codes: defaultdict[str, list[str]] = defaultdict(list)
        for excerpt in file.excerpts:
            if excerpt.anchor.start < p.end and p.start < excerpt.anchor.end:
                for code in excerpt.codes:
                    codes[code].append(excerpt.id)
        if codes or any(a <= p.start and p.end <= b for a, b in read[p.document.id]):
            known.append(Known(p, {c: tuple(ids) for c, ids in sorted(codes.items())}))
    return known


def tagged(p: Passage, file: CoderFile | None) -> bool:
    """Say whether a coder tagged anything in a passage."""
    return any(e.anchor.start < p.end and p.start < e.anchor.end for e in (file.excerpts if file else ()))
