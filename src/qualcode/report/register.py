"""
The register: the released words of a study once more, small, for the scripts of the pages to look up.

It lies beside the pages as scripts, so that a page opened from disk can load it, and holds eight documents a shard:
their turns and excerpts, compressed. The page of search reads all of them, a list behind a number those that it needs.
Of a withheld document there are places and no words. Places count UTF-16 units, as scripts do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from qualcode.plaintext.shard import packed
from qualcode.plaintext.words import count as words
from qualcode.report.settled import Settled
from qualcode.study import release
from qualcode.study.attribution import OBSERVED, attributed
from qualcode.study.coderfile import CoderFile, Excerpt
from qualcode.study.document import Document
from qualcode.study.study import AGREED, Study

FOLDER = "_words"
A_SHARD = 8
"""How many documents are in one; fixed, so that a change of one document is a change of one shard."""


class Register:
    """Numbers for documents, turns, excerpts, codes and cases, and what the scripts look up by them."""

    def __init__(self, study: Study, counted: Settled) -> None:
        self.study, self.settled = study, counted
        self.documents = list(study.documents)
        self.document = {name: n for n, name in enumerate(self.documents)}
        self.code = {name: n for n, name in enumerate(study.codebook.codes)}
        self.case = {name: n for n, name in enumerate(study.cases)}
        self.coders = [*study.coders, AGREED]
        self.held: dict[str, list[tuple[CoderFile, Excerpt, bool]]] = {name: [] for name in self.documents}
        files: dict[str, list[CoderFile]] = {}
        for file in (*study.agreed.values(), *study.coded.values()):
            files.setdefault(file.document, []).append(file)
        for name in self.documents:
            first = None if name in counted.unsettled else study.settled_on(name)
            mine = first.path if first else None
            counts = {e.id for e in first.excerpts} if first else set()
            for file in sorted(files.get(name, ()), key=lambda f: (f.path != mine, f.coder)):
                self.held[name] += [(file, e, file.path == mine and e.id in counts) for e in file.excerpts]
        self._by_coder: dict[tuple[str, str], tuple[int, int]] = {}
        self._any: dict[str, tuple[int, int]] = {}
        self._counted: dict[tuple[str, str], str] = {}
        for name, here in self.held.items():
            for n, (file, excerpt, is_counted) in enumerate(here):
                at = self.document[name], n
                if is_counted:
                    self._counted[name, excerpt.id] = f"{at[0]}:{n}"
                self._by_coder[excerpt.id, file.coder] = at
                self._any.setdefault(excerpt.id, at)
        self._words: dict[str, list[int]] = {}

    def counted(self, document: str, excerpt: Excerpt) -> str:
        """
        Return the number of an excerpt that is counted, ``12:3``.

        Raises:
            KeyError: it is not.
        """
        return self._counted[document, excerpt.id]

    def find(self, id_: str, coder: str = "") -> tuple[Document, Excerpt]:
        """
        Return an excerpt, *coder*'s where it is said whose, else the one that is counted.

        Raises:
            KeyError: there is none.
        """
        document, n = self._by_coder[id_, coder] if coder else self._any[id_]
        name = self.documents[document]
        return self.study.documents[name], self.held[name][n][1]

    def excerpt(self, id_: str, coder: str, code: str = "") -> str:
        """Return an excerpt's number, ``12:3``; with one of several codes, ``12:3.1``."""
        document, n = self._by_coder[id_, coder] if coder else self._any[id_]
        codes = sorted(self.held[self.documents[document]][n][1].codes)
        if code:
            which = codes.index(code)
            return f"{document}:{n}.{which}" if len(codes) > 1 else f"{document}:{n}"
        return f"{document}:{n}"

    def turn(self, document: str, number: str) -> str:
        """Return a turn's number."""
        if not 1 <= int(number) <= len(self.study.documents[document].turns):
            raise KeyError(number)
        return f"{self.document[document]}:{int(number)}"

    def given(self, document: str, number: str, code: str, coder: str) -> str:
        """Return the number of a judgement: turn, coder, code."""
        return f"{self.turn(document, number)}.{self.coders.index(coder)}.{self.code[code]}"

    def words_of(self, turn: str) -> int:
        """Return how many words a turn has, by its id ``document|number``."""
        name, number = turn.split("|")
        return self._turn_words(name)[int(number) - 1]

    def _turn_words(self, name: str) -> list[int]:
        if name not in self._words:
            document = self.study.documents[name]
            self._words[name] = [words(document.text[t.words_start : t.end]) for t in document.turns]
        return self._words[name]

    def files(
        self,
        tables: list[dict[str, object]],
        back: Mapping[str, str],
        pages: Sequence[dict[str, Any]],
        cited: Mapping[str, Sequence[tuple[str, str]]],
    ) -> Iterator[tuple[str, str]]:
        """
        Yield the register's files, by their paths in the site.

        Args:
            tables, back: the tables of the chapters, and which of them count each excerpt (``lists.Evidence.back``).
            pages: what else is searched: ``title``, ``kind``, ``href``, ``words`` as places and texts.
            cited: where the chapters lead to an excerpt, by its id: page with place, and title.
        """
        yield f"{FOLDER}/names.js", f"qualcode.take('names', {_json(self._names())});\n"
        yield f"{FOLDER}/tables.js", f"qualcode.take('tables', {_json(tables)});\n"
        yield f"{FOLDER}/pages.js", _packed("pages", list(pages))
        for first in range(0, len(self.documents), A_SHARD):
            told = [self._document(name, back, cited) for name in self.documents[first : first + A_SHARD]]
            yield f"{FOLDER}/{first // A_SHARD}.js", _packed(str(first // A_SHARD), told)

    def _names(self) -> dict[str, object]:
        study = self.study
        return {
            "shard": A_SHARD,
            "documents": [[d.id, d.kind, str(d.date), d.title] for d in study.documents.values()],
            "codes": [[c.id, c.label] for c in study.codebook.codes.values()],
            "cases": [[c.id, c.label] for c in study.cases.values()],
            "coders": self.coders,
            "stances": [[number, label] for label, number in study.codebook.stances.items()],
        }

    def _document(
        self, name: str, back: Mapping[str, str], cited: Mapping[str, Sequence[tuple[str, str]]]
    ) -> dict[str, object]:
        document = self.study.documents[name]
        verdict = release.verdict(document)
        stretches = release.parts(document)
        some = any(free for _, _, free in stretches)
        held = [(a, b) for a, b, free in stretches if some and not free]
        at = _units(document.text)
        speakers = list(dict.fromkeys((t.speaker.label, t.speaker.case) for t in document.turns))
        turns = [
            [at(t.start), at(t.words_start), at(t.end), speakers.index((t.speaker.label, t.speaker.case)), said]
            for t, said in zip(document.turns, self._turn_words(name), strict=True)
        ]
        return {
            "words": release.blanked(document) if some else "",
            "withheld": "" if some else str(verdict),
            "held": [[at(a), at(b), str(release.verdict(document, a, b))] for a, b in held],
            "speakers": [[label, self.case.get(case, -1)] for label, case in speakers],
            "turns": turns,
            "excerpts": [
                [
                    *self._told(document, e, at),
                    *(self.coders.index(file.coder), int(first)),
                    [[self.code[c], s] for c, s in sorted(e.codes.items()) if c in self.code],
                    *(self._more(document, e) if first else ()),
                ]
                for file, e, first in self.held[name]
            ],
            "back": {e.id: back[e.id] for _, e, first in self.held[name] if first and e.id in back},
            "cited": {e.id: cited[e.id] for _, e, first in self.held[name] if first and e.id in cited},
        }

    def _more(self, document: Document, excerpt: Excerpt) -> list[object]:
        """Return whom an excerpt itself names as speaker and holder, and its memo as released; nothing of most."""
        free = release.verdict(document, excerpt.anchor.start, excerpt.anchor.end).quotable
        memo = (excerpt.memo or "") if free else ""
        if not (excerpt.case or excerpt.holder or memo):
            return []
        return [[*(self.case.get(name or "", -1) for name in (excerpt.case, excerpt.holder)), memo]]

    def _told(self, document: Document, excerpt: Excerpt, at: Any) -> list[object]:
        """Return where an excerpt's words stand, and whose they are: a case, or how, speaker, holder and mark."""
        by = attributed(document, excerpt, self.study.cases)
        speaker, holder = self.case.get(by.speaker, -1), self.case.get(by.holder, -1)
        plain = by.how != OBSERVED and holder < 0
        who: object = speaker if plain else [int(by.how == OBSERVED), speaker, holder, by.mark]
        return [excerpt.id, at(by.start), at(by.end), who]


def ranges(numbers: Iterable[str]) -> str:
    """Write numbers of places in their order: ``12:0-4,7,9.1 13:2``, those that follow one another as first-last."""
    groups: list[tuple[str, list[list[str]]]] = []
    for one in numbers:
        document, _, n = one.partition(":")
        if not groups or groups[-1][0] != document:
            groups.append((document, []))
        runs = groups[-1][1]
        if runs and n.isdecimal() and runs[-1][1].isdecimal() and int(runs[-1][1]) + 1 == int(n):
            runs[-1][1] = n
        else:
            runs.append([n, n])
    return " ".join(
        f"{document}:{','.join(first if first == last else f'{first}-{last}' for first, last in runs)}"
        for document, runs in groups
    )


def _units(text: str) -> Any:
    """Return what turns a place in code points into one in UTF-16 units."""
    if text.isascii() or max(text) < "\U00010000":
        return lambda place: place
    before = [0, *accumulate(2 if sign >= "\U00010000" else 1 for sign in text)]
    return before.__getitem__


def _json(told: object) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _packed(name: str, told: object) -> str:
    return packed(name, json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8"))
