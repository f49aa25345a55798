"""
Text as HTML: the one place where words become markup, and the type that says that they are.

``Html`` is text that is HTML already; everything else is words, and is escaped when it is put among markup. The type
checker tells the two apart: an f-string of ``Html`` is a ``str`` again, and no page takes one for its body. Templates
escape by themselves. Words as Markdown are ``present.in_markdown``'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup as Html

from qualcode.plural import number_of

__all__ = ["NOTHING", "Html", "html", "joined", "prose", "prose_line", "rendered"]

NOTHING = Html("")
_LEADS = ("https:", "http:", "mailto:", "#", "./", "../")
"""How a link in a memo may begin; everything else is shown as it is written."""


def html(pattern: str, *words: object) -> Html:
    """Put *words* into the places ``{}`` of an HTML *pattern*, which is the program's; what is no HTML is escaped."""
    return Html(pattern).format(*words)  # noqa: S704 - here text becomes HTML


def joined(parts: Iterable[str | Html], between: str = "") -> Html:
    """Join parts, escaping those that are words; *between* is words too."""
    return Html(between if isinstance(between, Html) else Html.escape(between)).join(parts)  # noqa: S704


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("qualcode.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["count"] = number_of
    return made


def rendered(template: str, **told: Any) -> Html:
    """Fill a template of this room; what is no HTML is escaped."""
    return Html(_templates().get_template(template).render(**told))  # noqa: S704


class _Safe(MarkdownIt):
    """Markdown without HTML, pictures and frames; a link leads where a browser may go without running anything."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the name is the library's
        return url.strip().lower().startswith(_LEADS)


@cache
def _markdown(tables: bool) -> MarkdownIt:
    made = _Safe("commonmark", {"html": False, "linkify": False, "typographer": False})
    made.disable(["image", "html_block", "html_inline"])
    return made.enable("table") if tables else made


def _has_sane_tables(markdown: str) -> bool:
    """Say whether tables, their short rows filled up, have no more cells than the text has letters."""
    cells = columns = 0
    for line in markdown.splitlines():
        if not line.strip():
            columns = 0
        elif not set(line) - set(" \t|:->"):
            columns = max(columns, line.count("|") + 1)
        cells += columns
    return cells <= len(markdown) + 100


def prose(markdown: str) -> Html:
    """
    Return somebody's Markdown as HTML, in its safe subset: paragraphs, headings, lists, emphasis, quotations, code,
    tables, links; HTML and pictures stand as they were written.

    A heading stands one level below where it was written, since the page has a title of its own. Where a few rows
    would be filled up to a table of very many cells, tables stand as they were written.
    """
    reader = _markdown(_has_sane_tables(markdown))
    tokens = reader.parse(markdown)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 1)}"
    return Html(reader.renderer.render(tokens, reader.options, {}))  # noqa: S704


def prose_line(markdown: str) -> Html:
    """Return somebody's sentence in Markdown as HTML within a line: emphasis, code and links, and no blocks."""
    return Html(_markdown(tables=False).renderInline(markdown))  # noqa: S704
