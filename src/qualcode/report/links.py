"""
Where a name leads: ids and labels to the pages of documents, codes, cases and memos.
"""

from __future__ import annotations

from qualcode.report.bibliography import PAGE as REFERENCES
from qualcode.report.bibliography import Citation
from qualcode.report.markup import Html, html, joined
from qualcode.study.attribution import Attributed
from qualcode.study.document import Document, Turn
from qualcode.study.excerpt import Excerpt
from qualcode.study.study import Study


def slug(code: str) -> str:
    """Return a code's id as the name of its page."""
    return code.replace("/", "--")


def link(href: str, words: str | Html) -> Html:
    """Return a link."""
    return html('<a href="{}">{}</a>', href, words)


def code_link(study: Study, code: str, up: str = "..") -> Html:
    """Link a code's label to its page; *up* is the way from the page to the first one."""
    return link(f"{up}/codes/{slug(code)}.html", study.codebook.codes[code].label)


def case_link(study: Study, case: str, up: str = "..") -> Html:
    """Link a case's label to its page."""
    return link(f"{up}/cases/{case}.html", study.cases[case].label)


def named(study: Study, by: Attributed, up: str = "..") -> Html:
    """Say whose words an excerpt is, each name linked to its page; nothing where nobody is named."""
    return joined(html("{}{}", before, case_link(study, case, up)) for before, case in by.parts if case in study.cases)


def document_link(document: str, place: str = "", up: str = "..", words: str = "") -> Html:
    """Link a document's id, or other *words*, to its page, or to a place on it."""
    return link(f"{up}/documents/{document}.html{f'#{place}' if place else ''}", words or document)


def citation(cited: Citation, up: str = "../") -> Html:
    """Return a citation, each work's words a link to its place in the list of references."""
    return joined(
        link(f"{up}{REFERENCES}.html#{work.place}", words) if work else Html.escape(words)
        for words, work in cited.words
    )


def turn_place(turn: Turn) -> str:
    """Return the name of a turn's place on its document's page."""
    return f"turn-{turn.number}"


def place_of(document: Document, excerpt: Excerpt, shown: bool) -> str:
    """Return an excerpt's place on its document's page: its own where it is *shown* there, else its turn's."""
    if shown:
        return excerpt.id
    turns = document.turns_in(excerpt.anchor.start, excerpt.anchor.end)
    return turn_place(turns[0]) if turns else ""


def links(study: Study, settled: dict[str, tuple[Document, Excerpt]]) -> dict[str, str]:
    """
    Return where names in a chapter's tables lead: ids and labels, each to its page; ambiguous ones to none.

    Args:
        settled: the excerpts that are counted, by id.
    """
    found: dict[str, set[str]] = {}
    for name, page in (
        *((d, f"documents/{d}.html") for d in study.documents),
        *((name, f"codes/{slug(c.id)}.html") for c in study.codebook.codes.values() for name in (c.id, c.label)),
        *((name, f"cases/{c.id}.html") for c in study.cases.values() for name in (c.id, c.label)),
        *((e, f"documents/{d.id}.html#{e}") for e, (d, _) in settled.items()),
    ):
        found.setdefault(name, set()).add(page)
    return {name: pages.pop() for name, pages in sorted(found.items()) if len(pages) == 1}
