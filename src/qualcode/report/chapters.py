"""
Chapters: executed notebooks made ready to render.

Code is folded away, each table gets its number, its caption and a place to be led to, names in it lead to
their pages, quotations to their excerpts, and numbers to what stands behind them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from html import unescape
from pathlib import Path
from typing import Any

from qualcode.evidence import MIME, Lead, from_json
from qualcode.left_out import MIME as LEFT_OUT
from qualcode.present import Table, in_markdown
from qualcode.report.citing import Citing
from qualcode.report.links import slug
from qualcode.report.lists import Cell, Evidence, Shown, is_place
from qualcode.report.markup import Html, html, joined

_ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r'<td class="(number|words)">(.*?)</td>', re.DOTALL)
_HEADING = re.compile(r"<th [^>]*>(.*?)</th>", re.DOTALL)
_CLASS = '<table class="qualcode">'


def chapter(book: dict[str, Any], name: str, first: int, leads: Mapping[str, str], evidence: Evidence) -> list[Shown]:
    """
    Make an executed notebook ready to render, in place.

    Args:
        name: the chapter's page.
        first: the number of its first table.
        leads: names to where they lead, from the first page.

    Returns:
        Its tables, in their order.
    """
    shown: list[Shown] = []
    for cell in book["cells"]:
        if cell["cell_type"] != "code":
            continue
        tags = cell["metadata"].setdefault("tags", [])
        if "hide-input" not in tags:
            tags.append("hide-input")
        for output in cell["outputs"]:
            _say_what_is_left_out(cell, "".join(output.get("data", {}).pop(LEFT_OUT, "")))
            written = "".join(output.get("data", {}).get("text/html", ""))
            if _CLASS not in written:
                continue
            nth = sum(s.place.partition(".")[0] == cell["id"] for s in shown)
            caption = str(cell["metadata"].get("mystnb", {}).get("table", {}).get("caption", ""))
            place = f"{cell['id']}{f'.{nth + 1}' if nth else ''}"
            table = Shown(name, place, f"Table {first + len(shown)}", caption)
            output["data"]["text/html"] = str(
                led(Html(written), table, output["data"].pop(MIME, None), leads, evidence)
            )
            shown.append(table)
    return shown


def _say_what_is_left_out(cell: dict[str, Any], note: str) -> None:
    """Put what a plot leaves out into its caption."""
    if note:
        figure = cell["metadata"].setdefault("mystnb", {}).setdefault("figure", {})
        caption = str(figure.get("caption", ""))
        if in_markdown(note) not in caption:
            figure["caption"] = f"{caption} {in_markdown(note)}".strip()


def led(
    made: Html,
    table: Shown,
    written: Mapping[str, Any] | None,
    leads: Mapping[str, str],
    evidence: Evidence,
    up: str = "",
    *,
    numbered: bool = True,
) -> Html:
    """Let the names, quotations and numbers of a table of ``present`` lead somewhere, and note them in *table*."""
    cells, lists = from_json(written) if written else ({}, [])
    headings = [unescape(h).strip() for h in _HEADING.findall(made)]
    row = -2  # the first row holds the headings

    def one_row(match: re.Match[str]) -> str:
        nonlocal row
        row += 1
        found = [(side, unescape(words)) for side, words in _CELL.findall(match[1])]
        if row < 0 or not found:
            return match[0]
        side, words = found[0]
        head = words if side == "words" else f"{headings[0]} {words}"
        told = []
        for column, (side, words) in enumerate(found):
            number = cells.get((row, column))
            if number is None:
                shown = _names(words, leads, up) if side == "words" else Html.escape(words)
            else:
                lead = lists[number]
                table.cells.append(Cell("" if head == words else _short(head), headings[column], words, lead, number))
                shown = _linked(words, side, lead, table, number, evidence, up)
            told.append(html('<td class="{}">{}</td>', f"{side}{_size(words)}", shown))
        return html("<tr>{}</tr>", joined(told))

    body = Html(_ROW.sub(one_row, made))
    if not numbered:
        return html(
            '<div class="wide" id="{}" tabindex="0" role="region" aria-label="{}">{}</div>',
            table.place,
            table.name,
            body,
        )
    says = html('<span class="caption-number">{}.</span> {}', table.name, table.caption).strip()
    return html(
        '<figure class="table" id="{}">\n<figcaption>{} <a class="headerlink" href="#{}" title="Link to this table">'
        '#</a></figcaption>\n<div class="wide" tabindex="0" role="region" aria-label="{}">{}</div>\n</figure>',
        *(table.place, says, table.place, table.name, body),
    )


class OwnTables:
    """Writes the tables of the site's own pages, and remembers them."""

    def __init__(self, leads: Mapping[str, str], evidence: Evidence) -> None:
        self.leads, self.evidence = leads, evidence
        self.shown: list[Shown] = []

    def table(self, made: Table, page: str, place: str) -> Html:
        """Return *made* as HTML; *place* is its name on the *page*."""
        shown = Shown(page, place, f"the table “{place.replace('-', ' ')}”", "")
        bundle = made._repr_mimebundle_()
        up = "../" * page.count("/")
        told = led(Html(bundle["text/html"]), shown, bundle.get(MIME), self.leads, self.evidence, up, numbered=False)
        self.shown.append(shown)
        return told


def read_chapters(
    executed: Iterable[Path], leads: Mapping[str, str], evidence: Evidence, citing: Citing
) -> tuple[dict[str, dict[str, Any]], list[Shown]]:
    """
    Return every chapter ready to render, by its name, and all their tables, numbered through.

    Raises:
        SourceError: a chapter or a memo cites what is not there.
    """
    books = {path.stem: json.loads(path.read_text("utf-8")) for path in executed}
    citing.require(books.items())
    shown: list[Shown] = []
    for name, book in books.items():
        shown += chapter(citing.book(book, name), name, len(shown) + 1, leads, evidence)
    return books, shown


def _linked(words: str, side: str, lead: Lead, table: Shown, number: int, evidence: Evidence, up: str) -> Html:
    if not words:
        return Html("")
    href = up + _goal(lead, table, number, evidence)
    if side == "words" and is_place(lead):
        return html('{} <a class="place" href="{}">in context</a>', words, href)
    return html('<a class="lead" href="{}">{}</a>', href, words)


def _goal(lead: Lead, table: Shown, number: int, evidence: Evidence) -> str:
    if not lead.ids:
        return f"methods.html#formula-{lead.how}"
    if not is_place(lead):
        return f"{table.evidence}.html#list-{number}"
    core, _, coder = lead.ids[0].partition("@")
    first, _, rest = core.partition("|")
    pages = {"case": f"cases/{first}.html", "code": f"codes/{slug(first)}.html", "document": f"documents/{first}.html"}
    pages["turn"] = f"documents/{first}.html#turn-{rest}"
    return pages.get(lead.unit) or evidence.where(first, coder)


def _names(words: str, leads: Mapping[str, str], up: str) -> Html:
    """Link the names in a table's cell, of which several are joined by semicolons."""
    names = words.split("; ")
    return joined((html('<a href="{}{}">{}</a>', up, leads[n], n) if n in leads else n for n in names), "; ")


def _size(words: str) -> str:
    """Return the class of a cell that must not be broken, or needs room."""
    if len(words) > 400:
        return " long longest"
    return " long" if len(words) > 60 else " short" if len(words) <= 12 and " " not in words else ""


def _short(words: str) -> str:
    """Shorten what a row is called by; never a quotation's words."""
    return words if len(words) <= 60 else f"{words[:57].rstrip()} …"
