"""
Coded passages that may go out, one by one, and what is held back of each document, with why.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from qualcode.plural import number_of
from qualcode.study import release, voice
from qualcode.study.codebook import Code, Codebook
from qualcode.study.coderfile import Excerpt
from qualcode.study.document import Document
from qualcode.study.study import Study


@dataclass(frozen=True, slots=True)
class Passage:
    """An excerpt whose words may go out, with its document, coder, speaker and holder (cases, ``""`` for nobody)."""

    document: Document
    excerpt: Excerpt
    coder: str
    speaker: str
    holder: str

    @property
    def words(self) -> str:
        """The words, as released."""
        return release.show(self.document, self.excerpt.anchor.start, self.excerpt.anchor.end)


@dataclass
class Passages:
    """Passages by document, then place, then coder; ``withheld``: documents and why; ``astray``: text is another."""

    found: list[Passage] = field(default_factory=list)
    withheld: dict[str, str] = field(default_factory=dict)
    astray: int = 0

    @property
    def codings(self) -> int:
        """How many codings they carry."""
        return sum(len(p.excerpt.codes) for p in self.found)


def passages(study: Study, coder: str = "") -> Passages:
    """Return the passages of a coder, or of all, that may go out."""
    done = Passages()
    held: dict[str, Counter[str]] = {}
    every: dict[str, list[tuple[Excerpt, str]]] = {}
    for file in study.coded.values():
        if not coder or file.coder == coder:
            every.setdefault(file.document, []).extend((e, file.coder) for e in file.excerpts)
    for name, document in study.documents.items():
        for excerpt, who in sorted(every.get(name, ()), key=lambda one: (one[0].place, one[1])):
            start, end = excerpt.anchor.start, excerpt.anchor.end
            judged = release.verdict(document, start, end)
            if not judged.quotable:
                held.setdefault(name, Counter())[judged.reason] += 1
            elif excerpt.text != document.hash:
                done.astray += 1
            else:
                speaker = voice.speaker(document, excerpt, study.cases)
                done.found.append(Passage(document, excerpt, who, speaker, excerpt.holder or speaker))
    for name, reasons in held.items():
        told = (f"{number_of(n, 'passage')}, {reason}" for reason, n in sorted(reasons.items()))
        done.withheld[name] = "; ".join(told)
    return done


def path_of(code: str, book: Codebook, between: str) -> str:
    """Return a code's label behind those of the codes above it, the family's first."""
    found: Code | None = book.codes[code]
    labels: list[str] = []
    seen: set[str] = set()
    while found and found.id not in seen:
        seen.add(found.id)
        labels.append(found.label)
        found = book.codes.get(found.parent)
    family = book.families[code.split("/", maxsplit=1)[0]].label
    return between.join([family, *reversed(labels)])
