"""
A study as a corpus for IRaMuTeQ (.iramuteq.txt): a text a turn, with who speaks, the figure and the themes as starred
variables.

Only turns of those who answer, as far as they may be shown; a theme stands with a turn that a counted coding lies in.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from qualcode.exchange.out.formats import Exported, For
from qualcode.plaintext.durable import put
from qualcode.plural import number_of
from qualcode.study import release
from qualcode.study.document import Document, Turn
from qualcode.study.study import Study
from qualcode.study.voice import asks


def write(study: Study, path: Path, asked: For) -> Exported:
    """Write the corpus; see ``out.export_study``."""
    corpus = _Corpus(study, asked.coder)
    put(path.absolute().parent, path.name, "\n".join(corpus.lines()).encode("utf-8", "replace"))
    withheld = {
        name: "; ".join(f"{number_of(n, 'turn')}, {why}" for why, n in sorted(reasons.items()))
        for name, reasons in corpus.withheld.items()
    }
    lost = {
        "turns of the researcher": corpus.asked,
        "turns of nobody": corpus.nobody,
        "stars in the words": corpus.stars,
    }
    return Exported((path.name,), {"text": corpus.texts}, withheld, lost)


class _Corpus:
    def __init__(self, study: Study, coder: str) -> None:
        self.study = study
        self.texts = self.asked = self.nobody = self.stars = 0
        self.withheld: dict[str, Counter[str]] = {}
        themes = {c.id for c in study.codebook.with_role("theme")}
        self.themes: dict[str, list[tuple[int, int, str]]] = {}
        for document, file in study.counted(coder or None):
            self.themes[document.id] = [
                (e.anchor.start, e.anchor.end, c) for e in file.excerpts for c in e.codes if c in themes
            ]
        self._names: dict[tuple[str, str], str] = {}

    def lines(self) -> list[str]:
        lines: list[str] = []
        for document in self.study.documents.values():
            for turn in document.turns:
                lines += self._turn(document, turn)
        return [*lines, ""]

    def _turn(self, document: Document, turn: Turn) -> list[str]:
        who = turn.speaker.case or document.author
        if asks(self.study.cases, who):
            self.asked += 1
            return []
        if who not in self.study.cases:
            self.nobody += 1
            return []
        judged = release.verdict(document, turn.words_start, turn.end)
        if not judged.quotable:
            self.withheld.setdefault(document.id, Counter())[judged.reason] += 1
            return []
        words = release.show(document, turn.words_start, turn.end)
        self.stars += words.count("*")
        words = " ".join(words.replace("*", " ").split())
        if not words:
            return []
        self.texts += 1
        here = {c for a, b, c in self.themes.get(document.id, ()) if a < turn.end and turn.start < b}
        figure = self.study.cases[who].figure
        told = [("doc", document.id), ("who", who), *([("figure", figure)] if figure else [])]
        stars = [
            f"*{variable}_{self._value(variable, v)}" for variable, v in (*told, *(("theme", t) for t in sorted(here)))
        ]
        return [f"**** {' '.join(stars)}", words, ""]

    def _value(self, variable: str, name: str) -> str:
        """Return a name as letters and digits only, no two alike within a variable."""
        if (variable, name) not in self._names:
            base = re.sub(r"[^a-z0-9]", "", name.lower())
            taken = {v for (k, _), v in self._names.items() if k == variable}
            found, number = base, 1
            while found in taken:
                number += 1
                found = f"{base}x{number}"
            self._names[variable, name] = found
        return self._names[variable, name]
