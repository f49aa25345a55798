"""
Passages: what a suggestion is about, a paragraph of a turn; and which codes it carries.

Interviews that share a speaker are one group: who learns from a person's words is not tested on that person.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from qualcode.errors import UsageError
from qualcode.search.spelling import fold, split
from qualcode.study.coderfile import CoderFile
from qualcode.study.document import Document, Turn
from qualcode.study.excerpt import Excerpt
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


class _Folded(dict[str, str]):
    """Words as they are written, and folded; each is folded once."""

    def __missing__(self, word: str) -> str:
        self[word] = found = fold(word)
        return found


def passages(study: Study) -> list[Passage]:
    """Return every passage of a study with three words or more, by document, then place."""
    group = groups(study)
    known = _Folded()
    found = []
    for document in study.documents.values():
        starts, ends, written = split(document.text)
        places = [
            (turn, match.start(), match.end())
            for turn in document.turns
            for match in _PARAGRAPH.finditer(document.text, turn.words_start, turn.end)
        ]
        first = np.searchsorted(starts, [start for _, start, _ in places]).tolist()
        last = np.searchsorted(ends, [end for _, _, end in places], "right").tolist()
        for (turn, start, end), low, high in zip(places, first, last, strict=True):
            words = tuple(filter(None, map(known.__getitem__, written[low:high])))
            if len(words) >= LEAST_WORDS:
                found.append(Passage(document, turn, start, end, words, group[document.id]))
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
        if len(numbers) < 2:
            continue
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
    laid = {name: Laid.of(file) for name, file in files.items()}
    known = []
    for p in held:
        if p.document.id not in laid:
            continue
        codes: defaultdict[str, list[str]] = defaultdict(list)
        for excerpt in laid[p.document.id].meeting(p.start, p.end):
            for code in excerpt.codes:
                codes[code].append(excerpt.id)
        if codes or any(a <= p.start and p.end <= b for a, b in read[p.document.id]):
            known.append(Known(p, {c: tuple(ids) for c, ids in sorted(codes.items())}))
    return known


@dataclass(frozen=True)
class Laid:
    """A file's excerpts in their order, with where each begins and how far all up to it reach."""

    excerpts: tuple[Excerpt, ...] = ()
    begins: tuple[int, ...] = ()
    reach: tuple[int, ...] = ()

    @staticmethod
    def of(file: CoderFile | None) -> Laid:
        """Lay out the excerpts of a file, if there is one."""
        excerpts = tuple(sorted(file.excerpts, key=lambda e: e.anchor.start)) if file else ()
        return Laid(
            excerpts,
            tuple(e.anchor.start for e in excerpts),
            tuple(accumulate((e.anchor.end for e in excerpts), max)),
        )

    def meeting(self, start: int, end: int) -> Iterator[Excerpt]:
        """Yield the excerpts that hold words of a stretch."""
        for excerpt in self.excerpts[bisect_right(self.reach, start) : bisect_left(self.begins, end)]:
            if start < excerpt.anchor.end:
                yield excerpt


def tagged(p: Passage, file: Laid) -> bool:
    """Say whether a coder tagged anything in a passage."""
    return next(file.meeting(p.start, p.end), None) is not None
