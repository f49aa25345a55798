"""
A document's page: its words, as far as they are released, with what was coded in them below each turn.

A withheld document has its page, the reason, and its excerpts by their ids.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from qualcode.plaintext.words import count as words
from qualcode.plural import number_of
from qualcode.report.links import case_link, code_link, turn_place
from qualcode.report.markup import Html, html, joined, rendered
from qualcode.report.register import ranges
from qualcode.report.settled import overlapping
from qualcode.study import release
from qualcode.study.document import Document, Turn
from qualcode.study.excerpt import Excerpt
from qualcode.study.study import Study

_PARAGRAPH = re.compile(r"(?:[^\n]|\n(?!\n))+")


@dataclass(frozen=True)
class Said:
    """A turn as the page shows it: its place and label, its paragraphs, and what was coded in it."""

    place: str
    label: str
    time: str
    paragraphs: list[Html]
    codings: str


def document_page(
    study: Study,
    document: Document,
    excerpts: list[Excerpt],
    counted: Mapping[str, int],
    memos: Html,
    number: Callable[[Excerpt], str],
) -> Html:
    """
    Write a document's page.

    Args:
        excerpts: those to count, by place.
        counted: in how many tables of the chapters each excerpt stands, by its id.
        memos: links to the memos on it.
        number: an excerpt's number in the register.
    """
    verdict = release.verdict(document)
    some = any(free for _, _, free in release.parts(document))
    about = [document.kind, f"{document.date}", document.language, document.mode, document.place]
    about += [number_of(sum(words(document.text[t.words_start : t.end]) for t in document.turns), "word")]
    about += [f"consent: {document.consent}", f"release: {document.release}"]
    people = [*dict.fromkeys(s.case for s in document.speakers), *document.present]
    return rendered(
        "document.html",
        document=document,
        about=" · ".join(a for a in about if a),
        people=joined((case_link(study, c) for c in people if c in study.cases), ", "),
        memos=memos,
        withheld=str(verdict),
        places=[turn_place(t) for t in document.turns],
        held=[] if some else [(e.id, _coded(study, document, e, counted)) for e in excerpts],
        turns=list(_turns(document, excerpts, number)) if some else [],
        coded=bool(excerpts),
    )


def _turns(document: Document, excerpts: list[Excerpt], number: Callable[[Excerpt], str]) -> Iterator[Said]:
    starts = [e.anchor.start for e in excerpts]
    longest = max((e.anchor.end - e.anchor.start for e in excerpts), default=0)
    placed: set[str] = set()
    for turn in document.turns:
        here = overlapping(excerpts, starts, longest, turn.start, turn.end)
        begun = [e for e in here if e.id not in placed]
        placed.update(e.id for e in begun)
        yield Said(
            turn_place(turn),
            turn.speaker.label,
            turn.time,
            list(_paragraphs(document, turn, here, begun)) or [Html("")],
            ranges(map(number, begun)),
        )


def _paragraphs(document: Document, turn: Turn, here: list[Excerpt], begun: list[Excerpt]) -> Iterator[Html]:
    """
    Yield the turn's paragraphs with their coded stretches marked; places beyond the turn are cut to it.

    Each excerpt of *begun* has its place once: where it begins, or where the next words do.
    """
    waiting = [e.id for e in begun]
    parts = list(_PARAGRAPH.finditer(document.text[turn.words_start : turn.end]))
    for number, part in enumerate(parts):
        start, end = turn.words_start + part.start(), turn.words_start + part.end()
        early = [e.id for e in begun if e.anchor.start < start and e.id in waiting]
        inside = [e for e in begun if start <= e.anchor.start < end]
        late = [e.id for e in begun if e.anchor.start >= end] if number == len(parts) - 1 else []
        shown = joined(_segments(document, start, end, here, inside)).strip()
        places = joined(html('<a id="{}"></a>', name) for name in (*early, *late))
        waiting = [name for name in waiting if name not in early and name not in {e.id for e in inside}]
        yield places + shown


def _segments(document: Document, start: int, end: int, here: list[Excerpt], begun: list[Excerpt]) -> Iterator[Html]:
    own = [p for e in here for p in (e.anchor.start, e.anchor.end)]
    own += [p for a, b, _ in release.parts(document) for p in (a, b)]
    edges = sorted({start, end, *(p for p in own if start < p < end)})
    told = ""
    for left, right in pairwise(edges):
        yield from (html('<a id="{}"></a>', e.id) for e in begun if e.anchor.start == left)
        over = sum(e.anchor.start <= left and right <= e.anchor.end for e in here)
        why = str(release.verdict(document, left, right))
        shown, told = (Html("") if why and why == told else Html.escape(release.show(document, left, right))), why
        bare = shown.strip()
        if over and bare:
            lead, tail = (" " if shown[:1].isspace() else ""), (" " if shown[-1:].isspace() else "")
            deep = html(' class="over{}"', min(over, 3)) if over > 1 else Html("")
            yield html("{}<u{}>{}</u>{}", lead, deep, bare, tail)
        else:
            yield shown


def _coded(study: Study, document: Document, excerpt: Excerpt, counted: Mapping[str, int]) -> Html:
    told = [joined((coded_as(study, c, s) for c, s in sorted(excerpt.codes.items())), ", ")]
    told += [html("spoken by {}", case_link(study, excerpt.case))] if excerpt.case else []
    told += [html("held by {}", case_link(study, excerpt.holder))] if excerpt.holder else []
    if excerpt.memo and release.verdict(document, excerpt.anchor.start, excerpt.anchor.end).quotable:
        told.append(Html.escape(excerpt.memo))
    back = counted.get(excerpt.id)
    if back:
        told.append(html('<details class="in"><summary>in {}</summary></details>', number_of(back, "table")))
    return joined(told, "; ")


def coded_as(study: Study, code: str, stance: float | None) -> Html:
    """Link a code, with the stance in words where it has one."""
    if stance is None:
        return code_link(study, code)
    return html("{} ({})", code_link(study, code), study.codebook.stance_label(stance))
