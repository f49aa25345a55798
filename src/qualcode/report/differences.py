"""
Two states of a study compared: documents, codings, the codebook, memos, and what the chapters showed.

Compared are names, counts and our own words. Of documents' words only what ``release`` shows of them today is told:
a word that was taken out of a text, or stands in one that is withheld now, is counted and not repeated.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from qualcode.exchange.review.references import cell_name, heading_id
from qualcode.plaintext.words import count
from qualcode.plaintext.words import words_of as folded_words
from qualcode.plural import number_of
from qualcode.report.citing import called
from qualcode.report.prose import blocks, html_tables, words_of
from qualcode.study import release
from qualcode.study.codebook import Code
from qualcode.study.document import Document
from qualcode.study.excerpt import Excerpt
from qualcode.study.study import Study

_LABEL = re.compile(r"<!--(.*?)-->|<text[^>]*>([^<]*)<", re.DOTALL)
_IN_CELL, _IN_PROSE = 4, 8
"""How many running words of a withheld text hide an earlier cell, or an earlier paragraph of our own."""
_NOT_SHOWN = "[not shown any more]"
Piece = tuple[str, str]
"""``same``, ``new`` or ``gone`` and the words; of what is gone from a document, how many there were."""


class Allowed:
    """What of an earlier state may be shown today: nothing of texts withheld now, taken out, or renamed persons."""

    def __init__(self, old: Study, new: Study) -> None:
        open_now = [d.text[a:b] for d in new.documents.values() for a, b, free in release.parts(d) if free]
        closed = [d for s in (old, new) for d in s.documents.values() if not self._open(d.id, new)]
        every = [*(d.text for d in closed), *(d.text for d in old.documents.values())]
        self._closed = {n: _runs(every, n) - _runs(open_now, n) for n in (*range(1, _IN_CELL + 1), _IN_PROSE)}
        self._closed[1] -= {one for one in self._closed[1] if one[0].isdigit()} | _runs(_ours(new), 1)
        self._quotes = {
            " ".join(d.text[e.anchor.start : e.anchor.end].split())
            for s in (old, new)
            for d in s.documents.values()
            if not self._open(d.id, new)
            for e in _excerpts_of(s, d.id)
        }
        labels = {c.label for c in new.cases.values()}
        self._names = {c.label for c in old.cases.values()} - labels
        self._short = {q for q in self._quotes if " " in q}
        self._single = {one for q in self._quotes for one in _runs([q], 1) if len(q.split()) == 1} & self._closed[1]

    @staticmethod
    def _open(name: str, new: Study) -> bool:
        return name in new.documents and release.verdict(new.documents[name]).quotable

    def cell(self, words: str) -> str:
        """Return an earlier cell's words, or why they are not shown."""
        plain = " ".join(words.split())
        hidden = plain in self._quotes or any(q in plain for q in self._short) or self._hides(plain, _IN_CELL)
        many = len([*folded_words(plain)])  # a cell of a few words is hidden where they are all of a withheld text
        few = 0 < many < _IN_CELL and self._hides(plain, many)
        return _NOT_SHOWN if hidden or few or not self._single.isdisjoint(_runs([plain], 1)) else words

    def title(self, then: Document, now: Document) -> str:
        """Return a document's earlier title; nothing of one that is withheld, or was, is told of what it had."""
        quotable = all(release.verdict(d).quotable for d in (then, now))
        own = release.as_filed(now).title == now.title
        return self.cell(then.title) if quotable and own else _NOT_SHOWN

    def case(self, name: str, new: Study) -> str:
        """Return the id of an earlier case, where the study still has it."""
        return name if name in new.cases else "somebody who is called otherwise now"

    def prose(self, words: str) -> str:
        """Return an earlier paragraph of a chapter, or of a comment, or why it is not shown."""
        return _NOT_SHOWN if self._hides(words, _IN_PROSE) else words

    def drawing(self, svg: str) -> bool:
        """Say whether an earlier drawing may be shown: it names nobody whom the study now calls otherwise."""
        return not self._hides(" | ".join(comment or text for comment, text in _LABEL.findall(svg)), _IN_CELL)

    def _hides(self, words: str, n: int) -> bool:
        return any(name in words for name in self._names) or not self._closed[n].isdisjoint(_runs([words], n))


def _runs(texts: Iterable[str], n: int) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for text in texts:
        words = [word for _, _, word in folded_words(text)]
        found.update(zip(*(words[k:] for k in range(n)), strict=False))
    return found


def _ours(study: Study) -> list[str]:
    """Return the names that the study itself gives today: of codes, figures, people."""
    book = study.codebook
    told = [*book.codes, *(c.label for c in book.codes.values()), *(c.label for c in study.cases.values())]
    return [*told, *study.cases, *study.documents]


def _excerpts_of(study: Study, document: str) -> Iterator[Excerpt]:
    for file in _files(study).values():
        if file[0] == document:
            yield from file[1].values()


def _files(study: Study) -> dict[tuple[str, str], tuple[str, dict[str, Excerpt]]]:
    """Return every coder's excerpts, and the agreed ones, by coder and document."""
    files = {(coder, name): f for (coder, name), f in study.coded.items()}
    files |= {("agreed", name): f for name, f in study.agreed.items()}
    return {key: (key[1], {e.id: e for e in f.excerpts}) for key, f in sorted(files.items())}


@dataclass(frozen=True)
class TextChange:
    """What became of a document: ``what`` in words, words before and after, and pairs of paragraphs then and now."""

    document: str
    what: tuple[str, ...]
    words: tuple[int, int]
    pairs: tuple[tuple[list[Piece], list[Piece]], ...] = ()
    withheld: str = ""


def texts(old: Study, new: Study, allowed: Allowed) -> list[TextChange]:
    """Return what changed of documents: added, gone, text, consent, release, title; by id."""
    found = []
    for name in sorted({*old.documents, *new.documents}):
        then, now = old.documents.get(name), new.documents.get(name)
        counts = (count(then.text) if then else 0, count(now.text) if now else 0)
        if then is None or now is None:
            found.append(TextChange(name, ("new" if now else "gone",), counts))
            continue
        what = [f"title: {allowed.title(then, now)} → {now.title}"] if then.title != now.title else []
        what += [
            f"{k}: {getattr(then, k)} → {getattr(now, k)}"
            for k in ("date", "consent", "release")
            if getattr(then, k) != getattr(now, k)
        ]
        if then.text != now.text:
            judged = release.verdict(now)
            pairs = tuple(_paragraphs(then, now)) if judged.quotable else ()
            found.append(TextChange(name, (*what, "text"), counts, pairs, str(judged)))
        elif what:
            found.append(TextChange(name, tuple(what), counts))
    return found


def _paragraphs(then: Document, now: Document) -> Iterator[tuple[list[Piece], list[Piece]]]:
    """Yield the paragraphs that differ, side by side; the words of today through ``release``."""
    before = re.split(r"\n{2,}", then.text.strip("\n"))
    spans = [(m.start(), m.end()) for m in re.finditer(r"(?:[^\n]|\n(?!\n))+", now.text)]
    after = [release.show(now, *span).strip("\n") for span in spans]
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            yield beside("\n\n".join(before[i:j]), "\n\n".join(after[k:m]), counted=True)


def beside(before: str, after: str, *, counted: bool = False) -> tuple[list[Piece], list[Piece]]:
    """
    Return two texts side by side, word by word.

    With *counted* the words that are gone are counted only: what was taken out of a document may have been taken
    out for a reason.
    """
    one, two = (re.findall(r"\S+\s*|^\s+", t) for t in (before, after))
    words = [[w.strip() for w in side] for side in (one, two)]
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, words[0], words[1], autojunk=False).get_opcodes():
        old, new = "".join(one[i:j]), "".join(two[k:m])
        if tag == "equal":
            left.append(("same", old))
            right.append(("same", new))
            continue
        if old:
            left.append(("gone", f"[{number_of(count(old), 'word')}] " if counted else old))
        if new:
            right.append(("new", new))
    return left, right


@dataclass(frozen=True)
class CodingChange:
    """An excerpt of a coder that is new, gone, or not as it was; *then* and *now* in words of the codebook."""

    coder: str
    document: str
    excerpt: str
    what: str
    then: str = ""
    now: str = ""


def codings(old: Study, new: Study, allowed: Allowed) -> list[CodingChange]:
    """Return every excerpt that was added, removed or changed, by coder and document; the agreed ones as ``agreed``."""
    then, now = _files(old), _files(new)
    found = []
    for coder, document in sorted({*then, *now}):
        before = then.get((coder, document), ("", {}))[1]
        after = now.get((coder, document), ("", {}))[1]
        for name in sorted({*before, *after}):
            left, right = (_coded(s, e[name]) if name in e else "" for s, e in ((old, before), (new, after)))
            what = "" if left == right else "changed"
            if left:
                left = _coded(old, before[name], lambda case: allowed.case(case, new))
            if name not in before or name not in after:
                what = "added" if name in after else "removed"
            elif not what and before[name].anchor.quote != after[name].anchor.quote:
                what = "other boundaries"
            elif not what and before[name].memo != after[name].memo:
                what = "another memo"
            if what:
                found.append(CodingChange(coder, document, name, what, left, right))
    return found


def _coded(study: Study, excerpt: Excerpt, called: Callable[[str], str] = str) -> str:
    """Tell an excerpt's codes with their stances, its holder and who speaks, as they are *called*."""
    told = [
        f"{code}{f' ({study.codebook.stance_label(stance)})' if stance is not None else ''}"
        for code, stance in sorted(excerpt.codes.items())
    ]
    told += [f"held by {called(excerpt.holder)}"] if excerpt.holder else []
    told += [f"spoken by {called(excerpt.case)}"] if excerpt.case else []
    return "; ".join(told)


_FIELDS = {
    "label": "label",
    "definition": "definition",
    "use": "when to use",
    "not_": "when not",
    "proposition": "proposition",
    "status": "status",
    "parent": "parent",
}


def codebook(old: Study, new: Study, allowed: Allowed) -> list[tuple[str, str, str, str]]:
    """Return code, what, then and now for every code that was added, went, or reads otherwise."""
    before, after = old.codebook.codes, new.codebook.codes
    found: list[tuple[str, str, str, str]] = []
    for name in sorted({*before, *after}):
        if name not in after:
            found.append((name, "gone", allowed.cell(_defined(before[name])), ""))
        elif name not in before:
            found.append((name, "new", "", _defined(after[name])))
        else:
            for key, what in _FIELDS.items():
                then, now = (str(getattr(c[name], key)) for c in (before, after))
                if then != now:
                    found.append((name, what, allowed.cell(then), now))
    return found


def _defined(code: Code) -> str:
    return f"{code.label}: {code.definition}" if code.definition else code.label


@dataclass
class Shown:
    """
    What a notebook's stored or executed copy shows: paragraphs by section, tables and drawings by their cell's name.

    ``title`` is its first heading; ``outputs`` says whether any output is stored.
    """

    title: str = ""
    sections: dict[str, list[str]] = field(default_factory=dict)
    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    plots: dict[str, str] = field(default_factory=dict)
    captions: dict[str, str] = field(default_factory=dict)
    outputs: bool = False

    @property
    def prose(self) -> list[str]:
        """All its paragraphs, in order."""
        return [p for section in self.sections.values() for p in section]

    def read(self, markdown: str) -> None:
        """Take a Markdown text's paragraphs."""
        for block in blocks(called(markdown)):
            said = words_of(block.words).strip()
            if block.kind == "heading":
                self.title = self.title or said
                self.sections.setdefault(heading_id(said), [])
            if said:
                here = next(reversed(self.sections), "")
                self.sections.setdefault(here, []).append(said)


def shown(book: Mapping[str, Any]) -> Shown:
    """Read what a notebook shows."""
    found = Shown()
    for cell in book["cells"]:
        if cell["cell_type"] == "markdown":
            found.read("".join(cell["source"]))
        for output in cell.get("outputs", ()) if cell["cell_type"] == "code" else ():
            found.outputs = True
            data = {k: "".join(v) for k, v in output.get("data", {}).items() if isinstance(v, (str, list))}
            name = cell_name(cell)
            if "text/markdown" in data:
                found.read(data["text/markdown"])
            elif "image/svg+xml" in data:
                name = _free(name, found.plots)
                found.plots[name] = data["image/svg+xml"]
                found.captions[name] = str(cell["metadata"].get("mystnb", {}).get("figure", {}).get("caption", ""))
            elif "text/html" in data:
                for table in html_tables(data["text/html"])[0]:
                    found.tables[_free(name, found.tables)] = [[words_of(c) for c in row] for row in table.rows]
    return found


def _free(name: str, taken: Mapping[str, Any]) -> str:
    nth, free = 1, name
    while free in taken:
        nth += 1
        free = f"{name}-{nth}"
    return free


def passages(old: Sequence[str], new: Sequence[str], allowed: Allowed) -> list[tuple[list[Piece], list[Piece]]]:
    """Return the paragraphs of a chapter that differ, side by side; an earlier one only as far as it may be shown."""
    found = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            before = "\n\n".join(allowed.prose(p) for p in old[i:j])
            found.append(beside(before, "\n\n".join(new[k:m])))
    return found


def paired(old: Mapping[str, Sequence[Sequence[str]]], new: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, str]:
    """
    Return for each table of today the earlier one that it continues, by name.

    It has the same name and at least half of the headings, else just the same headings: a cell's name may have moved.
    """
    found = {n: n for n in new if n in old and len({*old[n][0]} & {*new[n][0]}) * 2 >= len({*old[n][0], *new[n][0]})}
    left = [n for n in old if n not in found.values()]
    for name, table in new.items():
        same = next((n for n in left if list(old[n][0]) == list(table[0])), None) if name not in found else None
        if same:
            found[name] = same
            left.remove(same)
    return found


Cell = tuple[str, str]
"""What stood in a cell, and what stands there now; of a row or column that is new or gone one of them is empty."""


def numbers(old: Sequence[Sequence[str]], new: Sequence[Sequence[str]], allowed: Allowed) -> list[list[Cell]]:
    """
    Return a table's rows that differ, each cell then and now; the first row holds the headings.

    Columns are matched by heading, rows by their first cell, the second of the same after the first.
    """
    if old == new:
        return []
    old_heads, new_heads = _unique(old[0]), _unique(new[0])
    heads = [*new_heads, *(h for h in old_heads if h not in new_heads)]
    before, after = _rows(old, old_heads), _rows(new, new_heads)
    known = {h: h if h in new_heads else allowed.cell(h) for h in old_heads}
    found = [[(known.get(h, ""), "" if h not in new_heads else h) for h in heads]]
    for key in [*after, *(k for k in before if k not in after)]:
        then, now = ({h: rows.get(key, {}).get(h, "") for h in heads} for rows in (before, after))
        if then != now or (key in before) != (key in after):
            found.append([(then[h] if then[h] == now[h] else allowed.cell(then[h]), now[h]) for h in heads])
    return found


def _unique(headings: Sequence[str]) -> list[str]:
    return [f"{h} ({headings[:n].count(h) + 1})" if h in headings[:n] else h for n, h in enumerate(headings)]


def _rows(table: Sequence[Sequence[str]], heads: Sequence[str]) -> dict[tuple[str, int], dict[str, str]]:
    seen: Counter[str] = Counter()
    found: dict[tuple[str, int], dict[str, str]] = {}
    for row in table[1:]:
        seen[row[0]] += 1
        found[row[0], seen[row[0]]] = dict(zip(heads, row, strict=False))
    return found
