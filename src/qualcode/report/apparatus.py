"""
What stands behind the chapters in Word: the memos, and the works that were cited.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from qualcode.exchange.review.references import visible
from qualcode.plural import number_of
from qualcode.report import prose
from qualcode.report.bibliography import PAGE, TITLE, Bibliography, Citation
from qualcode.report.memos import REFERENCE, Memos
from qualcode.report.paper import Paper, Run
from qualcode.study.memo import Memo, Reference

STYLES = {"bullet": "ListBullet", "number": "ListNumber", "quote": "Quote", "listing": "Listing"}
"""The paragraph styles of kinds of prose."""


def write_memos(paper: Paper, memos: Memos) -> None:
    """Write the memos that are shown, by their days, each with what it is about."""
    study = memos.study
    if not study.memos:
        return
    paper.chapter("Memos", Reference("chapter", "memos"))
    if memos.withheld:
        hidden = number_of(len(memos.withheld), "memo")
        paper.paragraph(f"{hidden} on documents that may not be quoted, or with their words, not shown.", "Small")
    shown = [m for m in study.memos.values() if m.id not in memos.withheld]
    for memo in sorted(shown, key=lambda m: (m.on, m.id)):
        at = Reference("memo", memo.id)
        paper.heading(memo.title, 2, at)
        told = [Run(" · ".join(p for p in (str(memo.on), memo.by, memo.kind) if p))]
        for n, about in enumerate(memo.about):
            told += [Run(", " if n else " · about "), _referred(about, memos)]
        paper.paragraph([*told, Run(" "), Run(visible(at), "Reference")], "Small", keep=True)
        _write(paper, memo, memos)


def _write(paper: Paper, memo: Memo, memos: Memos) -> None:
    """Write a memo's text; what it refers to and cites is put in where signs stand for it."""
    found: list[list[Run]] = []

    def sign(runs: list[Run]) -> str:
        found.append(runs)
        return f"\ue000{len(found) - 1}\ue001"

    text = memo.text.replace("\ue000", "\ufffd").replace("\ue001", "\ufffd")
    text = REFERENCE.sub(lambda m: sign([_referred(Reference(m["kind"], m["id"].strip()), memos)]), text)
    text = memos.works.replaced(text, lambda c: sign(citation_runs(c)), f"memos/{memo.id}", memo.title)
    for block in prose.blocks(text, html=False):
        if block.kind == "table":
            rows = [[_put_in(cell, found) for cell in row] for row in block.rows]
            paper.table([prose.words_of(cell) for cell in rows[0]], rows[1:], block.numeric)
            continue
        runs = _put_in(block.words, found)
        if block.kind == "heading":
            runs = [replace(r, style="Strong") for r in runs]
        paper.paragraph(runs, STYLES.get(block.kind, ""), keep=block.kind == "heading")


def _put_in(words: Sequence[Run], found: Sequence[list[Run]]) -> list[Run]:
    """Put runs in where their signs stand."""
    made: list[Run] = []
    for run in words:
        for n, part in enumerate(re.split("\ue000(\\d+)\ue001", run.words)):
            made += found[int(part)] if n % 2 else [replace(run, words=part)]
    return [r for r in made if r.words]


def _referred(at: Reference, memos: Memos) -> Run:
    """Return what a memo refers to by its name, with a link to its place in the document."""
    study, (kind, name) = memos.study, (at.kind, at.id)
    if kind == "code" and name in study.codebook.codes:
        return Run(study.codebook.codes[name].label, to=at)
    if kind == "case" and name in study.cases:
        return Run(study.cases[name].label, to=at)
    if kind == "memo" and name in study.memos:
        if name in memos.withheld:
            return Run(f"a memo of {study.memos[name].on} that is withheld")
        return Run(study.memos[name].title, to=at)
    if kind == "excerpt":
        return Run(visible(at, memos.document_of.get(name, "?")), "Reference", to=at)
    return Run(visible(at), to=at)


def write_references(paper: Paper, works: Bibliography) -> None:
    """Write the list of the works that were cited; nothing where none was."""
    listed = works.listed()
    if listed:
        paper.chapter(TITLE, Reference("chapter", PAGE))
    for work in listed:
        runs = [Run(p.words, "Emphasis" if p.italic else "", address=p.address) for p in work.pieces]
        paper.paragraph(runs, "Bibliography", Reference("reference", work.place))


def citation_runs(cited: Citation) -> list[Run]:
    """Return a citation for print, each work's words a link to its place in the list of references."""
    return [Run(words, to=Reference("reference", work.place) if work else None) for words, work in cited.words]
