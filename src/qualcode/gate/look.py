"""
What is looked for in texts: names of a key, or of the list that stands for it, and words that may not be quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from qualcode.gate.carriers import texts_of
from qualcode.gate.folded import fold, words_of
from qualcode.gate.marks import grams, mark
from qualcode.gate.names import Key
from qualcode.gate.texts import WHOLE, NotOpened, Text
from qualcode.study import release
from qualcode.study.document import Document
from qualcode.study.study import Study

RUNNING = 8
"""So many words in a row of a text that may not be quoted are a quotation of it."""
NAME, WORDS = "a name of the key", f"{RUNNING} words in a row of a text that may not be quoted"
Weighed = dict[tuple[str, str, str], int]
"""How often something was found: by path, carrier and rule."""


@dataclass(repr=False)
class Look:
    """What to look for."""

    key: Key | None = None
    hashes: frozenset[bytes] = frozenset()
    secret: bytes = b""
    runs: frozenset[tuple[str, ...]] = frozenset()
    seen: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.vocabulary = frozenset(word for run in self.runs for word in run)
        self.known: dict[tuple[bytes, str], tuple[str, Weighed]] = {}

    def at(self, text: Text) -> Iterator[str]:
        """Yield the rule for each time that a text carries something."""
        if not (self.key or self.hashes or (self.runs and text.words)):
            return
        folded = fold(text.text)
        if self.key:
            for entry in self.key.near(folded):
                times = sum(1 for _ in entry.whole(folded))
                if not times and entry.match == "any":
                    times = sum(1 for _ in entry.alone.finditer(folded))
                if not times and entry.match == "exact-case":
                    forms = [entry.surname or entry.name.split()[-1], *entry.aliases]
                    times = len(re.findall("|".join(rf"(?<!\w){re.escape(f)}(?!\w)" for f in forms), text.text))
                yield from [NAME] * times
        if not self.hashes and not (self.runs and text.words):
            return
        words = words_of(folded)
        if self.hashes:
            yield from (NAME for gram in grams(words) if self.listed(gram))
        if self.runs and text.words:
            yield from (WORDS for _ in self.quoted(words))

    def listed(self, gram: str) -> bool:
        """Say whether a run of words is on the list."""
        if gram not in self.seen:
            self.seen[gram] = mark(gram, self.secret) in self.hashes
        return self.seen[gram]

    def quoted(self, words: Sequence[str]) -> Iterator[int]:
        """Yield where a withheld text is quoted, once for each stretch."""
        row, last = 0, -RUNNING
        for at, word in enumerate(words):
            row = row + 1 if word in self.vocabulary else 0
            if row >= RUNNING and tuple(words[at - RUNNING + 1 : at + 1]) in self.runs:
                if at - last > 1:
                    yield at
                last = at

    def weigh(self, texts: Iterable[Text | NotOpened], not_opened: list[NotOpened]) -> Weighed:
        """Count what is found in some texts; add to *not_opened* what was not looked into."""
        found: Weighed = {}
        for text in texts:
            if isinstance(text, NotOpened):
                not_opened.append(text)
                continue
            for rule in self.at(text):
                where = (text.path, text.carrier, rule)
                found[where] = found.get(where, 0) + 1
        return found

    def weigh_file(self, path: Path, name: str, not_opened: list[NotOpened]) -> Weighed:
        """Count what is found in a file called *name*; bytes that another file had too are looked through once."""
        try:
            data = path.read_bytes() if path.stat().st_size <= WHOLE else None
        except OSError:
            data = None
        if data is None:
            return self.weigh(texts_of(path, name), not_opened)
        same = (sha256(data).digest(), path.suffix.lower())
        first, told = self.known.get(same, ("", {}))
        if first:
            own = self.weigh([Text(name, "file name", name.replace("/", " / "))], not_opened)
            return own | {(p.replace(first, name, 1), c, r): n for (p, c, r), n in told.items() if c != "file name"}
        before = len(not_opened)
        found = self.weigh(texts_of(path, name, data), not_opened)
        if len(not_opened) == before:
            self.known[same] = (name, found)
        return found


def withheld_runs(study: Study) -> frozenset[tuple[str, ...]]:
    """
    Return every run of eight folded words of the texts that may not be quoted.

    A run that stands in a text that may be quoted as well is no secret, and is not among them.

    Example:
        >>> {len(run) for run in withheld_runs(study)}
        {8}
    """
    held: set[tuple[str, ...]] = set()
    known: dict[str, str] = {}
    free = []
    for document in study.documents.values():
        for start, end, quotable in release.parts(document):
            if quotable:
                free.append((document, start, end))
                continue
            words = [known.setdefault(w, w) for w in _words(document, start, end)]
            held.update(tuple(words[at : at + RUNNING]) for at in range(len(words) - RUNNING + 1))
    for document, start, end in free if held else ():
        row = 0
        words = _words(document, start, end)
        for at, word in enumerate(words, 1):
            row = row + 1 if word in known else 0
            if row >= RUNNING:
                held.discard(tuple(words[at - RUNNING : at]))
    return frozenset(held)


def _words(document: Document, start: int, end: int) -> list[str]:
    return words_of(fold(release.for_coding(document)[start:end]))
