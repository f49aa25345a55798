"""
The memos: each on a page of its own, listed by date and by what they are about.

A memo on an excerpt of a document that may not be quoted, or on the document itself, is named by its day and not shown;
so is one that repeats a run of such a document's words. Its Markdown is shown in a safe subset.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from qualcode.exchange.review.references import heading_id, visible
from qualcode.plural import number_of
from qualcode.report.bibliography import Bibliography
from qualcode.report.frame import Page, aside
from qualcode.report.links import case_link, citation, code_link, document_link, link
from qualcode.report.markup import Html, html, joined, prose, rendered
from qualcode.report.printed import site_place
from qualcode.report.settled import Settled
from qualcode.study import release
from qualcode.study.document import Document
from qualcode.study.excerpt import Excerpt
from qualcode.study.memo import IN_REPORT, Memo, Reference
from qualcode.study.study import Study

FOLDER = "memos"
INDEX = f"{FOLDER}/index"
RUN = 8
"""How many running words of a withheld document keep a memo from being shown."""
_WORD = re.compile(r"[^\W_]+")
REFERENCE = re.compile(r"\[\[(?P<kind>\w+) (?P<id>[^\]\n]+)\]\]")
_GROUPS = {
    "code": "Codes",
    "case": "People and organisations",
    "document": "Documents",
    "excerpt": "Excerpts",
    "memo": "Memos",
    "chapter": "The report",
}


@dataclass
class Memos:
    """A study's memos, and links to them from what they are about."""

    study: Study
    counted: Settled
    places: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The names of places on the chapters' pages, by chapter; others are named and not linked."""
    works: Bibliography = field(default_factory=lambda: Bibliography({}, own=False))
    """What the memos may cite."""
    cited_in: Mapping[str, list[str]] = field(default_factory=dict)
    """By memo: the chapters that cite it."""
    chapters: Mapping[str, str] = field(default_factory=dict)
    """The chapters' titles, by name."""

    def __post_init__(self) -> None:
        study = self.study
        self.document_of = {e.id: f.document for f in study.files for e in f.excerpts}
        self.excerpts: dict[str, list[tuple[Document, Excerpt]]] = {}
        for f in study.files:
            for e in f.excerpts if f.document in study.documents else ():
                self.excerpts.setdefault(e.id, []).append((study.documents[f.document], e))
        repeated = _repeating(study)
        self.withheld = {m.id for m in study.memos.values() if m.id in repeated or self._closed(m)}
        self.about: dict[tuple[str, str], list[Memo]] = {}
        for memo in study.memos.values():
            for at in dict.fromkeys((r.kind, r.id) for r in (*memo.about, *memo.cites)):
                self.about.setdefault(at, []).append(memo)
                if at[0] == "excerpt" and at[1] in self.document_of:
                    here = self.about.setdefault(("document", self.document_of[at[1]]), [])
                    if memo not in here:
                        here.append(memo)

    def _closed(self, memo: Memo) -> bool:
        documents = self.study.documents
        for at in (*memo.about, *memo.cites):
            if at.kind == "document" and at.id in documents and release.about(documents[at.id], memo.text) != memo.text:
                return True
            if at.kind == "excerpt" and any(
                not release.verdict(d, e.anchor.start, e.anchor.end).quotable for d, e in self.excerpts.get(at.id, ())
            ):
                return True
        return False

    def on(self, kind: str, id_: str) -> Html:
        """Return a paragraph with links to the memos on something; nothing where there is none that is shown."""
        mine = [m for m in self.about.get((kind, id_), ()) if m.id not in self.withheld]
        told = joined((link(f"../{FOLDER}/{m.id}.html", m.title) for m in mine), ", ")
        return html('<p class="memos">{}: {}</p>', "Memos" if len(mine) > 1 else "Memo", told) if mine else Html("")

    def pages(self) -> dict[str, Page]:
        """Return a page for each memo that is shown, and the list of all."""
        shown = [m for m in self.study.memos.values() if m.id not in self.withheld]
        made = {f"{FOLDER}/{m.id}": Page(m.title, self._page(m)) for m in shown}
        body = self._index(sorted(shown, key=lambda m: (m.on, m.id), reverse=True))
        return made | {INDEX: Page("Memos", body, aside(body))}

    def _page(self, memo: Memo) -> Html:
        later = [m for m in self.study.memos.values() if Reference("memo", memo.id) in m.supersedes]
        return rendered(
            "memo.html",
            memo=memo,
            about=joined((self.reference(r) for r in memo.about), ", "),
            supersedes=joined((self.reference(r) for r in memo.supersedes), ", "),
            superseded=joined((self.reference(Reference("memo", m.id)) for m in later), ", "),
            cited=joined((link(f"../{c}.html", self.chapters.get(c, c)) for c in self.cited_in.get(memo.id, ())), ", "),
            text=self._text(memo),
        )

    def _text(self, memo: Memo) -> Html:
        """Return a memo's text; what it refers to is put in when it is HTML, where signs stand for it."""
        found: list[Html] = []

        def sign(leads: Html) -> str:
            found.append(leads)
            return f"\ue000{len(found) - 1}\ue001"

        kept = memo.text.replace("\ue000", "\ufffd").replace("\ue001", "\ufffd")
        kept = REFERENCE.sub(lambda m: sign(self.reference(Reference(m["kind"], m["id"].strip()))), kept)
        page = f"{FOLDER}/{memo.id}"
        made = prose(self.works.replaced(kept, lambda c: sign(citation(c)), page, f"{memo.title}, {memo.on}"))
        return Html(re.sub("\ue000(\\d+)\ue001", lambda m: found[int(m[1])], made))

    def _index(self, shown: list[Memo]) -> Html:
        by_subject: dict[str, dict[str, list[Memo]]] = {}
        for memo in sorted(shown, key=lambda m: (m.on, m.id)):
            for r in memo.about:
                group = _GROUPS["chapter" if r.kind in IN_REPORT else r.kind]
                by_subject.setdefault(group, {}).setdefault(f"{r.kind} {r.id}", []).append(memo)
        groups = [
            (name, [(self.reference(_parsed(at)), memos) for at, memos in sorted(by_subject[name].items())])
            for name in dict.fromkeys(_GROUPS.values())
            if name in by_subject
        ]
        return rendered(
            "memos.html",
            memos=shown,
            groups=[(heading_id(name), name, subjects) for name, subjects in groups],
            withheld=number_of(len(self.withheld), "memo"),
            some_withheld=bool(self.withheld),
        )

    def reference(self, at: Reference, up: str = "..") -> Html:
        """Return a reference as a link to its place on the site, where it has one."""
        study, (kind, name) = self.study, (at.kind, at.id)
        if kind == "code" and name in study.codebook.codes:
            return code_link(study, name, up)
        if kind == "case" and name in study.cases:
            return case_link(study, name, up)
        if kind == "document" and name in study.documents:
            return document_link(name, up=up)
        if kind == "memo" and name in study.memos:
            if name in self.withheld:
                return Html.escape(f"a memo of {study.memos[name].on} that is withheld")
            return link(f"{up}/{FOLDER}/{name}.html", study.memos[name].title)
        if kind == "excerpt" and name in self.document_of:
            document = self.document_of[name]
            here = name in self.counted.by_id
            return link(f"{up}/documents/{document}.html{f'#{name}' if here else ''}", f"{document} {name}")
        chapter, _, rest = name.partition("#" if kind == "section" else "/")
        if kind in IN_REPORT and chapter in self.places:
            place = site_place(rest, self.places[chapter]) if kind == "table" else rest
            return link(f"{up}/{chapter}.html{f'#{place}' if place in self.places[chapter] else ''}", visible(at))
        return Html.escape(f"memo {name}" if kind == "memo" else visible(at, self.document_of.get(name, "?")))

    def searched(self) -> list[dict[str, object]]:
        """Return the memos that are shown as search reads them."""
        return [
            {
                "title": m.title,
                "kind": "memo",
                "when": str(m.on),
                "href": f"{FOLDER}/{m.id}.html",
                "words": [["", " ".join(REFERENCE.sub("", m.text).split())]],
            }
            for m in self.study.memos.values()
            if m.id not in self.withheld
        ]


def _parsed(at: str) -> Reference:
    kind, _, name = at.partition(" ")
    return Reference(kind, name)


def _repeating(study: Study) -> set[str]:
    """Return the memos that repeat running words of a document which may not be quoted, and no other has."""
    runs: dict[tuple[str, ...], set[str]] = {}
    for memo in study.memos.values():
        for run in _runs(f"{memo.title}\n{memo.text}"):
            runs.setdefault(run, set()).add(memo.id)
    stretches = [(d, *part) for d in study.documents.values() for part in release.parts(d)] if runs else []
    hit = {run for d, a, b, free in stretches if not free for run in _runs(d.text[a:b]) if run in runs}
    if hit:
        hit -= {run for d, a, b, free in stretches if free for run in _runs(d.text[a:b])}
    return {memo for run in hit for memo in runs[run]}


def _runs(text: str) -> Iterable[tuple[str, ...]]:
    words = [w.casefold() for w in _WORD.findall(text)]
    return zip(*(words[k:] for k in range(RUN)), strict=False)
