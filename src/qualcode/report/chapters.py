"""
Chapters: executed notebooks made ready to render.

Code is folded away, each table gets its number, its caption and a place to be led to, names in it lead to
their pages, quotations to their excerpts, and numbers to what stands behind them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from qualcode.evidence import MIME, Lead, from_json
from qualcode.left_out import MIME as LEFT_OUT
from qualcode.present import Table
from qualcode.report.links import plain, slug
from qualcode.report.lists import Cell, Evidence, Shown, is_place

if TYPE_CHECKING:
    import pandas as pd

_ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r'<td class="(number|words)">(.*?)</td>', re.DOTALL)
_HEADING = re.compile(r"<th [^>]*>(.*?)</th>", re.DOTALL)
_REGION = 'tabindex="0" role="region" aria-label'
"""A table may be wider than the screen: it can be reached and moved by the keyboard."""
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
            html = "".join(output.get("data", {}).get("text/html", ""))
            if _CLASS not in html:
                continue
            nth = sum(s.place.partition(".")[0] == cell["id"] for s in shown)
            caption = str(cell["metadata"].get("mystnb", {}).get("table", {}).get("caption", ""))
            place = f"{cell['id']}{f'.{nth + 1}' if nth else ''}"
            table = Shown(name, place, f"Table {first + len(shown)}", caption)
            output["data"]["text/html"] = led(html, table, output["data"].pop(MIME, None), leads, evidence)
            shown.append(table)
    return shown


def _say_what_is_left_out(cell: dict[str, Any], note: str) -> None:
    """Put what a plot leaves out into its caption."""
    if note:
        figure = cell["metadata"].setdefault("mystnb", {}).setdefault("figure", {})
        caption = str(figure.get("caption", ""))
        if plain(note) not in caption:
            figure["caption"] = f"{caption} {plain(note)}".strip()


def led(
    html: str,
    table: Shown,
    written: Mapping[str, Any] | None,
    leads: Mapping[str, str],
    evidence: Evidence,
    up: str = "",
    *,
    numbered: bool = True,
) -> str:
    """Let a table's names, quotations and numbers lead somewhere, and note them in *table*."""
    cells, lists = from_json(written) if written else ({}, [])
    headings = [unescape(h).strip() for h in _HEADING.findall(html)]
    row = -2  # the first row holds the headings

    def one_row(match: re.Match[str]) -> str:
        nonlocal row
        row += 1
        found = _CELL.findall(match[1])
        if row < 0 or not found:
            return match[0]
        side, words = found[0]
        head = unescape(words) if side == "words" else f"{headings[0]} {words}"
        told = []
        for column, (side, words) in enumerate(found):
            number = cells.get((row, column))
            if number is None:
                told.append(
                    f'<td class="{side}{_size(words)}">{_names(words, leads, up) if side == "words" else words}</td>'
                )
                continue
            lead = lists[number]
            table.cells.append(
                Cell("" if head == unescape(words) else _short(head), headings[column], unescape(words), lead, number)
            )
            told.append(
                f'<td class="{side}{_size(words)}">{_linked(words, side, lead, table, number, evidence, up)}</td>'
            )
        return f"<tr>{''.join(told)}</tr>"

    made = _ROW.sub(one_row, html)
    if not numbered:
        return f'<div class="wide" id="{table.place}" {_REGION}="{escape(table.name)}">{made}</div>'
    says = f'<span class="caption-number">{table.name}.</span> {escape(table.caption)}'.strip()
    to = f' <a class="headerlink" href="#{table.place}" title="Link to this table">#</a>'
    return (
        f'<figure class="table" id="{table.place}">\n<figcaption>{says}{to}</figcaption>\n'
        f'<div class="wide" {_REGION}="{table.name}">{made}</div>\n</figure>'
    )


class Tables(Protocol):
    """Writes the tables of the pages on the study."""

    def table(self, made: Table, page: str, place: str) -> str:
        """Return *made* as Markdown; *place* is its name on the *page*."""


class PlainTables:
    """Writes them as they are, for paper."""

    def table(self, made: Table, page: str, place: str) -> str:
        """Return *made* as a Markdown table; *page* and *place* do not show."""
        del page, place
        sides = ["---:" if n else "---" for n in made.numeric]
        rows = [made.headings, sides, *made.rows]
        told = [f"| {' | '.join(plain(c) if c not in sides else c for c in row)} |" for row in rows]
        return "\n".join([*told, "", plain(made.note)] if made.note else told)


class OwnTables:
    """Writes the tables of the site's own pages, and remembers them."""

    def __init__(self, leads: Mapping[str, str], evidence: Evidence) -> None:
        self.leads, self.evidence = leads, evidence
        self.shown: list[Shown] = []

    def table(self, made: Table, page: str, place: str) -> str:
        """Return *made* as a block that the renderer takes as it is; *place* is its name on the *page*."""
        shown = Shown(page, place, f"the table “{place.replace('-', ' ')}”", "")
        bundle = made._repr_mimebundle_()
        up = "../" * page.count("/")
        html = led(bundle["text/html"], shown, bundle.get(MIME), self.leads, self.evidence, up, numbered=False)
        self.shown.append(shown)
        return f"```{{raw}} html\n{html}\n```"


def excerpts_in(coded: pd.DataFrame, by: str = "document") -> dict[str, int]:
    """Return how many excerpts there are in each document, or by another column."""
    return {str(name): int(number) for name, number in coded.groupby(by)["excerpt"].nunique().items()}


def read_chapters(
    executed: Iterable[Path], leads: Mapping[str, str], evidence: Evidence
) -> tuple[dict[str, dict[str, Any]], list[Shown]]:
    """Return every chapter ready to render, by its name, and all their tables, numbered through."""
    books, shown = {}, list[Shown]()
    for path in executed:
        book = json.loads(path.read_text("utf-8"))
        shown += chapter(book, path.stem, len(shown) + 1, leads, evidence)
        books[path.stem] = book
    return books, shown


def _linked(words: str, side: str, lead: Lead, table: Shown, number: int, evidence: Evidence, up: str) -> str:
    href = _goal(lead, table, number, evidence)
    if side == "words" and is_place(lead):
        return f'{words} <a class="place" href="{up}{href}">in context</a>' if words else ""
    return f'<a class="lead" href="{up}{href}">{words}</a>' if words else ""


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


def _names(cell: str, leads: Mapping[str, str], up: str) -> str:
    """Link the names in a table's cell, of which several are joined by semicolons."""
    names = unescape(cell).split("; ")
    return "; ".join(f'<a href="{up}{leads[n]}">{escape(n)}</a>' if n in leads else escape(n) for n in names)


def _size(words: str) -> str:
    """Return the class of a cell that must not be broken, or needs room."""
    text = unescape(words)
    return " long" if len(text) > 60 else " short" if len(text) <= 12 and " " not in text else ""


def _short(words: str) -> str:
    """Shorten what a row is called by; never a quotation's words."""
    return words if len(words) <= 60 else f"{words[:57].rstrip()} …"
