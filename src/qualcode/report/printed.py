"""
What a page needs to be read on paper: the references that a comment may cite, beside what they stand for.

They are the same as in the Word document, and the screen does not show them: ``review.css`` does, for print.
"""

from __future__ import annotations

import re
from collections.abc import Container
from html import escape

from qualcode.exchange.review.references import visible
from qualcode.study.memo import Reference

_FIGURE = re.compile(r'(<figure class="(?P<kind>[\w -]*)" id="(?P<id>[\w.-]+)")>(?P<inside>.*?<figcaption)>', re.DOTALL)
_EXCERPT = re.compile(r'(<a (?:class="[^"]*" )?href="(?:[^"#]*?documents/[\w-]+\.html)?#(?P<id>e[0-9a-f]{10})")>')
_KINDS = {"": "chapter", "documents": "document", "codes": "code", "cases": "case"}
_NOT_CITED = ("index", "search", "genindex", "changes")
_NTH = re.compile(r"[.](?=[0-9]+$)")
_DAY = re.compile(r'<td class="words">(?=\d{4}-\d{2}-\d{2}</td>)')


def citable(html: str, page: str) -> str:
    """
    Return a page's HTML with a reference for print at its title, its plots and tables, and links to excerpts.

    A day in a table's cell is kept in one line.
    """
    folder, _, name = page.rpartition("/")
    if folder in _KINDS and name not in _NOT_CITED:
        title = visible(Reference(_KINDS[folder], name.replace("--", "/") if folder == "codes" else name))
        html = str(html).replace("<h1>", f'<h1 data-print="{escape(title)}">', 1)

    def figure(match: re.Match[str]) -> str:
        kind = "table" if "table" in match["kind"].split() else "plot"
        name = visible(Reference(kind, f"{page}/{_NTH.sub('-', match['id'])}"))
        return f'{match[1]}>{match["inside"]} data-print="{escape(name)}">'

    html = _DAY.sub('<td class="words day">', html)
    return _EXCERPT.sub(r'\1 data-print="[\g<id>]">', _FIGURE.sub(figure, html))


def site_place(name: str, tables: Container[str]) -> str:
    """Return the id on its page of a table that is kept as *name*: the second of a cell is ``cell.2`` there."""
    cell, _, nth = name.rpartition("-")
    return f"{cell}.{nth}" if nth.isdigit() and cell in tables else name
