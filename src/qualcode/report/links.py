"""
Where a name leads: ids and labels to the pages of documents, codes and cases, and words made safe for a page.
"""

from __future__ import annotations

import re
from html import escape

from qualcode.study.document import Document, Turn
from qualcode.study.excerpt import Excerpt
from qualcode.study.study import Study

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def slug(code: str) -> str:
    """Return a code's id as the name of its page."""
    return code.replace("/", "--")


def plain(text: str) -> str:
    """Escape a document's words so that the renderer shows them as they stand, in one paragraph's lines."""
    return "\n".join(_PUNCTUATION.sub(r"\\\1", line.strip()) for line in text.split("\n"))


def link(href: str, text: str) -> str:
    """Return a link; *text* is escaped."""
    return f'<a href="{href}">{escape(text)}</a>'


def code_link(study: Study, code: str, up: str = "..") -> str:
    """Link a code's label to its page; *up* is the way from the page to the first one."""
    return link(f"{up}/codes/{slug(code)}.html", study.codebook.codes[code].label)


def case_link(study: Study, case: str, up: str = "..") -> str:
    """Link a case's label to its page."""
    return link(f"{up}/cases/{case}.html", study.cases[case].label)


def document_link(document: str, place: str = "", up: str = "..") -> str:
    """Link a document's id to its page, or to a place on it."""
    return link(f"{up}/documents/{document}.html{f'#{place}' if place else ''}", document)


def turn_place(turn: Turn) -> str:
    """Return the name of a turn's place on its document's page."""
    return f"turn-{turn.number}"


def place_of(document: Document, excerpt: Excerpt, shown: bool) -> str:
    """Return an excerpt's place on its document's page: its own where it is *shown* there, else its turn's."""
    if shown:
        return excerpt.id
    turns = document.turns_in(excerpt.anchor.start, excerpt.anchor.end)
    return turn_place(turns[0]) if turns else ""


def links(study: Study) -> dict[str, str]:
    """Return where names in a chapter's tables lead: ids and labels, each to its page; ambiguous ones to none."""
    found: dict[str, set[str]] = {}
    for name, page in (
        *((d, f"documents/{d}.html") for d in study.documents),
        *((name, f"codes/{slug(c.id)}.html") for c in study.codebook.codes.values() for name in (c.id, c.label)),
        *((name, f"cases/{c.id}.html") for c in study.cases.values() for name in (c.id, c.label)),
        *((e.id, f"documents/{d.id}.html#{e.id}") for d, _, e in study.excerpts()),
    ):
        found.setdefault(name, set()).add(page)
    return {name: pages.pop() for name, pages in sorted(found.items()) if len(pages) == 1}
