"""
A document of which parts are withheld, as it goes out: words that say why stand in their place, and codings move along.

Labels stay, so that who spoke can be seen; a coding that touches what is withheld does not go, nor does a word of it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from qualcode.plaintext.anchor import Anchor, text_hash
from qualcode.study import release
from qualcode.study.coderfile import CoderFile, Excerpt, Reading
from qualcode.study.document import Document


@dataclass(frozen=True)
class Parted:
    """
    A document's text as it goes, and where what stays of it stands there.

    ``stretches``: of the text as it was: from where to where, where that begins now, and whether it is as it was.
    """

    document: Document
    text: str
    stretches: tuple[tuple[int, int, int, bool], ...]

    def file(self, file: CoderFile) -> CoderFile:
        """Return a coder's file with what goes of it, at the places of the new text."""
        excerpts = [moved for e in file.excerpts if (moved := self._moved(e))]
        read = [self._read(r) for r in file.readings if r.text == self.document.hash]
        return replace(file, excerpts=tuple(sorted(excerpts, key=lambda e: e.place)), readings=tuple(read))

    def _moved(self, excerpt: Excerpt) -> Excerpt | None:
        anchor = excerpt.anchor
        if excerpt.text != self.document.hash or not self._goes(anchor.start, anchor.end):
            return None
        start = self._place(anchor.start)
        memo = excerpt.memo and release.about(self.document, excerpt.memo)
        settled = excerpt.settled and {
            k: release.about(self.document, v) if isinstance(v, str) else v for k, v in excerpt.settled.items()
        }
        anchor = Anchor.take(self.text, start, start + anchor.end - anchor.start)
        return replace(excerpt, anchor=anchor, text=text_hash(self.text), memo=memo, settled=settled)

    def _goes(self, start: int, end: int) -> bool:
        """Say whether a stretch is as it was, all of it."""
        a, b, _, same = self._at(start)
        return same and a <= start and end <= b and release.verdict(self.document, start, end).quotable

    def _read(self, reading: Reading) -> Reading:
        start, end = self._place(reading.start), self._place(reading.end)
        return replace(reading, start=start, end=max(end, start + 1), text=text_hash(self.text), words=None)

    def _at(self, place: int) -> tuple[int, int, int, bool]:
        at = bisect_right(self.stretches, place, key=lambda s: s[0]) - 1
        return self.stretches[max(at, 0)]

    def _place(self, place: int) -> int:
        """Return where a place is now; one in what is withheld is where that begins."""
        a, b, now, same = self._at(place)
        if same:
            return now + place - a
        return now if place < b else len(self.text)


def parted(document: Document) -> Parted:
    """Return a document as it goes out."""
    pieces: list[str] = []
    stretches: list[tuple[int, int, int, bool]] = []
    at = 0
    for start, end, words in _pieces(document):
        said = document.text[start:end] if words is None else words
        stretches.append((start, end, at, words is None))
        pieces.append(said)
        at += len(said)
    return Parted(document, "".join(pieces), tuple(stretches))


def _pieces(document: Document) -> Iterator[tuple[int, int, str | None]]:
    """Yield stretches of a text, and what stands in the place of each: ``None`` where it stays."""
    text = document.text
    edges = sorted({p for t in document.turns for p in (t.start, t.words_start, t.end)})
    for start, end, free in release.parts(document):
        if free:
            yield start, end, None
            continue
        cuts = [start, *(p for p in edges if start < p < end), end]
        for a, b in pairwise(cuts):
            if any(t.start <= a and b <= t.words_start for t in document.turns) or not text[a:b].strip():
                yield a, b, None  # a label, or what parts two turns
            else:
                blank = text[a:b][len(text[a:b].rstrip()) :]
                yield a, b, f"{release.verdict(document, a, b)}{blank}"
