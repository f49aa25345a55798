"""
A document's page: its words, as far as they are released, with what was coded in them below each turn.

A withheld document has its page, the reason, and its excerpts by their ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from qualcode.plaintext.words import count
from qualcode.report.links import case_link, code_link, link, plain, turn_place
from qualcode.report.lists import FOLDER
from qualcode.study import release
from qualcode.study.document import Document, Turn
from qualcode.study.excerpt import Excerpt
from qualcode.study.study import Study


def document_page(study: Study, document: Document, excerpts: list[Excerpt], counted: Mapping[str, int]) -> str:
    """
    Write a document's page.

    Args:
        excerpts: those to count, by place.
        counted: in how many tables of the chapters each excerpt stands, by its id.
    """
    verdict = release.verdict(document)
    lines = [f"# {plain(document.title)}", ""]
    about = [document.kind, f"{document.date}", document.language, document.mode, document.place]
    about += [f"{sum(count(document.text[t.words_start : t.end]) for t in document.turns):,} words"]
    about += [f"consent: {document.consent}", f"release: {document.release}"]
    lines += [f"{plain(' · '.join(a for a in about if a))}", ""]
    people = [*dict.fromkeys(s.case for s in document.speakers), *document.present]
    if people:
        lines += ["Speakers and present: " + ", ".join(case_link(study, c) for c in people), ""]
    if not verdict.quotable:
        places = "".join(f'<a id="{turn_place(t)}"></a>' for t in document.turns)
        lines += [f"{places}**{plain(str(verdict))}** What was coded in it is counted:", ""]
        return "\n".join([*lines, *(_withheld(study, document, e, counted) for e in excerpts)]) + "\n"
    for turn in document.turns:
        lines += _turn(study, document, turn, excerpts, counted)
    return "\n".join(lines) + "\n"


def _turn(
    study: Study, document: Document, turn: Turn, excerpts: list[Excerpt], counted: Mapping[str, int]
) -> list[str]:
    here = [e for e in excerpts if e.anchor.start < turn.end and turn.start < e.anchor.end]
    place = f'<a id="{turn_place(turn)}"></a>'
    label = f"**{plain(turn.speaker.label)}** " if turn.speaker.label else ""
    time = f"<small>{turn.time}</small> " if turn.time else ""
    paragraphs = list(_paragraphs(document, turn, here)) or [""]
    lines: list[str] = []
    for number, paragraph in enumerate(paragraphs):
        lines += [(place + label + time if number == 0 else "") + paragraph, ""]
    begun = [e for e in here if e.anchor.start >= turn.start]
    if begun:
        lines += ["{.codings}", *(f"- {_coding(study, document, e, counted)}" for e in begun), ""]
    return lines


def _paragraphs(document: Document, turn: Turn, here: list[Excerpt]) -> Iterator[str]:
    """Yield the turn's paragraphs with their coded stretches marked; places beyond the turn are cut to it."""
    start = turn.words_start
    for part in re.finditer(r"(?:[^\n]|\n(?!\n))+", document.text[turn.words_start : turn.end]):
        yield "".join(_segments(document, start + part.start(), start + part.end(), here)).strip()


def _segments(document: Document, start: int, end: int, here: list[Excerpt]) -> Iterator[str]:
    edges = sorted({start, end, *(p for e in here for p in (e.anchor.start, e.anchor.end) if start < p < end)})
    for left, right in pairwise(edges):
        yield from (f'<a id="{e.id}"></a>' for e in here if e.anchor.start == left)
        over = sum(e.anchor.start <= left and right <= e.anchor.end for e in here)
        text = release.show(document, left, right)
        shown = plain(text)
        lead, tail = (" " if text[:1].isspace() else ""), (" " if text[-1:].isspace() else "")
        if over and shown.strip():
            yield f"{lead}[{shown.strip()}]{{.coded .over{min(over, 3)}}}{tail}"
        else:
            yield f"{lead}{shown.strip()}{tail}" if shown.strip() else lead


def _coding(study: Study, document: Document, excerpt: Excerpt, counted: Mapping[str, int]) -> str:
    """Write an excerpt's codings in one line: its first words, its codes with stance, holder and memo."""
    shown = release.show(document, excerpt.anchor.start, excerpt.anchor.end).split()
    first = link(f"#{excerpt.id}", " ".join(shown[:6]) + (" …" if len(shown) > 6 else ""))
    return f"{first}: {_coded(study, document, excerpt, counted)}"


def _withheld(study: Study, document: Document, excerpt: Excerpt, counted: Mapping[str, int]) -> str:
    return f'- <a id="{excerpt.id}"></a>`{excerpt.id}`: {_coded(study, document, excerpt, counted)}'


def _coded(study: Study, document: Document, excerpt: Excerpt, counted: Mapping[str, int]) -> str:
    codes = ", ".join(coded_as(study, c, s) for c, s in sorted(excerpt.codes.items()))
    held = f"; held by {case_link(study, excerpt.holder)}" if excerpt.holder else ""
    by = f"; spoken by {case_link(study, excerpt.case)}" if excerpt.case else ""
    memo = f"; {plain(excerpt.memo)}" if excerpt.memo and release.verdict(document).quotable else ""
    n = counted.get(excerpt.id, 0)
    told = link(f"../{FOLDER}/document--{document.id}.html#{excerpt.id}", f"in {n} table{'s' if n != 1 else ''}")
    return f"{codes}{by}{held}{memo}{f'; {told}' if n else ''}".replace("\n", " ")


def coded_as(study: Study, code: str, stance: float | None) -> str:
    """Link a code, with the stance in words where it has one."""
    says = f" ({plain(study.codebook.stance_label(stance))})" if stance is not None else ""
    return f"{code_link(study, code)}{says}"
