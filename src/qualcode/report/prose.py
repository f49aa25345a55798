"""
Prose and tables for print: a Markdown text as headings, paragraphs, lists and tables; an HTML table as its rows.

What this cannot set stands as plain words: nothing is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt

from qualcode.report.paper import Run
from qualcode.study.memo import Reference

if TYPE_CHECKING:
    from markdown_it.token import Token

_HREF = re.compile(r'<a\b[^>]*?href="([^"]*)"')
_PAGE = re.compile(r"^(?:\.\./)*(documents|codes|cases|memos)/([\w-]+)\.html(?:#(e[0-9a-f]{10}))?$")
_WORK = re.compile(r"^(?:\.\./)*references\.html#(ref-[\w-]+)$")
_ATTRIBUTES = re.compile(r"^\{[.#][^}\n]*\}(?:\n|$)")
_MARKDOWN = MarkdownIt("commonmark").enable("table")
_PLAIN = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["html_block", "html_inline"])


@dataclass(frozen=True)
class Block:
    """A piece of prose: ``kind`` is heading, paragraph, bullet, number, quote, listing or table."""

    kind: str
    words: tuple[Run, ...] = ()
    level: int = 0
    rows: tuple[tuple[tuple[Run, ...], ...], ...] = ()
    numeric: tuple[bool, ...] = ()


def blocks(markdown: str, *, html: bool = True) -> list[Block]:
    """Return a Markdown text's blocks, in order; a table's first row is its heading. Without *html* tags are words."""
    reader = _Reader()
    tokens = (_MARKDOWN if html else _PLAIN).parse(markdown)
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "inline" and before is not None:
            reader.inline(token, before)
        else:
            reader.turn(token)
    return reader.found


class _Reader:
    """Where a reading of Markdown stands: in which lists, at which number, in which table."""

    def __init__(self) -> None:
        self.found: list[Block] = []
        self._around: list[str] = []
        self._numbers: list[int] = []
        self._rows: list[list[tuple[Run, ...]]] = []
        self._numeric: list[bool] = []

    def turn(self, token: Token) -> None:
        """Take what opens, closes or stands by itself."""
        kind = token.type
        if kind.startswith("t"):
            self._table(token)
        elif kind == "ordered_list_open":
            self._numbers.append(int(token.attrs.get("start", 1)) - 1)
        elif kind == "ordered_list_close":
            self._numbers.pop()
        elif kind == "list_item_open":
            self._around.append("number" if token.markup in (".", ")") else "bullet")
            if self._around[-1] == "number":
                self._numbers[-1] += 1
        elif kind == "blockquote_open":
            self._around.append("quote")
        elif kind in ("list_item_close", "blockquote_close"):
            self._around.pop()
        elif kind in ("fence", "code_block") and not token.info.startswith("{toctree}"):
            self.found.append(Block("listing", (Run(token.content.rstrip("\n")),)))
        elif kind == "html_block" and (words := plain_html(token.content)):
            self.found.append(Block("paragraph", (Run(words),)))

    def _table(self, token: Token) -> None:
        if token.type == "table_open":
            self._rows, self._numeric = [], []
        elif token.type == "tr_open":
            self._rows.append([])
        elif token.type == "th_open":
            self._numeric.append("right" in str(token.attrs.get("style", "")))
        elif token.type == "table_close":
            rows = tuple(map(tuple, self._rows))
            self.found.append(Block("table", rows=rows, numeric=tuple(self._numeric)))

    def inline(self, token: Token, before: Token) -> None:
        """Take the words of a heading, a cell, a paragraph or a point of a list."""
        words = tuple(_inline(token.children or ()))
        if before.type in ("th_open", "td_open"):
            self._rows[-1].append(words)
        elif before.type == "heading_open":
            self.found.append(Block("heading", words, int(before.tag[1])))
        elif words:
            kind = self._around[-1] if self._around else "paragraph"
            lead = (Run(f"{self._numbers[-1]}.\t"),) if kind == "number" else ()
            self.found.append(Block(kind, lead + words))


def words_of(runs: Sequence[Run]) -> str:
    """Return the plain words of runs."""
    return "".join(r.words for r in runs)


def _inline(children: Sequence[Token]) -> list[Run]:
    found: list[Run] = []
    style, to, address = "", None, ""
    for token in children:
        if token.type in ("strong_open", "em_open"):
            style = "Strong" if token.type == "strong_open" else "Emphasis"
        elif token.type in ("strong_close", "em_close"):
            style = ""
        elif token.type == "link_open":
            to, address = _leads(str(token.attrs.get("href", "")))
        elif token.type == "link_close":
            to, address = None, ""
        elif token.type == "html_inline":
            opened = _HREF.match(token.content)
            if opened:
                to, address = _leads(opened[1])
            elif token.content.startswith("</a"):
                to, address = None, ""
        elif token.type in ("softbreak", "hardbreak"):
            found.append(Run(" " if token.type == "softbreak" else "\n", style, to=to))
        elif token.type == "code_inline":
            found.append(Run(token.content, "Code"))
        elif token.type in ("text", "image", "text_special"):
            found.append(Run(token.content, style, to=to, address=address))
    if found and _ATTRIBUTES.match(found[0].words + "\n"):
        found = found[2:]
    return found


def _leads(href: str) -> tuple[Reference | None, str]:
    """Return what a page's link leads to, or its address if it leads elsewhere."""
    if re.match(r"https?:|mailto:", href):
        return None, href
    work, match = _WORK.match(href), _PAGE.match(href)
    if work:
        return Reference("reference", work[1]), ""
    if not match:
        return None, ""
    if match[3]:
        return Reference("excerpt", match[3]), ""
    kind = {"documents": "document", "codes": "code", "cases": "case", "memos": "memo"}[match[1]]
    return Reference(kind, match[2].replace("--", "/") if kind == "code" else match[2]), ""


@dataclass
class _Cells(HTMLParser):
    """Reads the tables of an HTML text, and the words around them."""

    tables: list[Block] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._rows: list[list[str]] = []
        self._numeric: list[bool] = []
        self._cell: list[str] | None = None
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("style", "script"):
            self._hidden += 1
        elif tag == "table":
            self._rows, self._numeric = [], []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._cell = []
            if len(self._rows) <= 1:
                self._numeric.append("number" in (dict(attrs).get("class") or "").split())
        elif tag == "br":
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script"):
            self._hidden -= 1
        elif tag in ("td", "th") and self._cell is not None:
            if not self._rows:
                self._rows.append([])
            self._rows[-1].append("".join(self._cell).strip())
            self._cell = None
        elif tag == "table" and self._rows:
            most = max(map(len, self._rows))
            rows = tuple(tuple((Run(c),) for c in [*row, *[""] * (most - len(row))]) for row in self._rows if row)
            numeric = tuple([*self._numeric, *[False] * most][:most])
            self.tables.append(Block("table", rows=rows, numeric=numeric))
        elif tag in ("p", "div", "li"):
            self.handle_data("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            (self.words if self._cell is None else self._cell).append(data)


def html_tables(html: str) -> tuple[list[Block], str]:
    """Return the tables of an HTML text, heading row first, and the words that stand outside of them."""
    reader = _Cells()
    reader.feed(html)
    reader.close()
    return reader.tables, re.sub(r"\s*\n\s*", "\n", "".join(reader.words)).strip()


def plain_html(html: str) -> str:
    """Return the words of an HTML text."""
    tables, words = html_tables(html)
    cells = [words_of(cell) for table in tables for row in table.rows for cell in row]
    return " ".join([words, *cells]).strip()


def with_cells(table: Block, change: Callable[[str], tuple[Run, ...]]) -> Block:
    """Return a table with each cell below its heading written anew."""
    head, *body = table.rows
    rows: list[Any] = [head, *(tuple(change(words_of(cell)) for cell in row) for row in body)]
    return replace(table, rows=tuple(rows))
