"""
Chapters of a study that somebody else wrote: nothing is run, and nothing is read as more than words.

A notebook's Markdown is shown in the safe subset that memos have, code and outputs as they stand. Of stored outputs
text and pictures of dots (PNG) are shown, and tables by their words; what would be HTML, SVG or a script is named and
left out. What is read of a notebook grows with the file and no faster.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as BinasciiError
from collections.abc import Iterable
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any

from qualcode.errors import SourceError, plain
from qualcode.plaintext.notebook import FOLDER, read_notebook
from qualcode.report.frame import Page
from qualcode.report.markup import NOTHING, Html, html, joined, prose, rendered

_HEADING = re.compile(r"^# ++(.+)$", re.MULTILINE)
_PNG = b"\x89PNG\r\n\x1a\n"
_KINDS = ("image/png", "text/html", "text/markdown", "text/plain")
_PAGE = re.compile(r"[A-Za-z0-9][\w-]{0,80}", re.ASCII)
_TAKEN = ("index", "search", "changes", "methods", "genindex")
_PIECE = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)[^<>]*>|<[!/?][^<>]*>|[^<]+|<")
_HIDDEN = ("script", "style")


def untrusted_chapters(root: Path, notebooks: Iterable[Path]) -> tuple[dict[str, Page], dict[str, bytes]]:
    """Return a page for each notebook as it is stored, and the pictures that they show, by their paths in the site."""
    pages: dict[str, Page] = {}
    pictures: dict[str, bytes] = {}
    for path in notebooks:
        try:
            cells = read_notebook(root, f"{FOLDER}/{path.name}")["cells"]
            body = joined((_cell(c, pictures) for c in cells), Html("\n"))
        except SourceError:
            cells, body = [], html("<p>{} is no notebook that can be read.</p>", plain(path.name))
        title = _title(cells) or plain(path.stem)
        told = html('<p class="memos">Shown as it is stored; nothing of it was run.</p>\n')
        pages[_name(path.stem, pages)] = Page(title, html("<h1>{}</h1>\n{}{}", title, told, body), NOTHING)
    return pages, pictures


def _name(stem: str, pages: dict[str, Page]) -> str:
    """Return the page's name: the notebook's, if it is a plain one and no other page's, else a number."""
    if _PAGE.fullmatch(stem) and stem.casefold() not in {*_TAKEN, *(p.casefold() for p in pages)}:
        return stem
    return next(name for n in range(1, len(pages) + 2) if (name := f"notebook-{n}") not in pages)


def _source(told: Any) -> str:
    """Return the words of an entry, which may be a list of lines; what is no text is none."""
    lines = told if isinstance(told, list) else [told]
    words = "".join(one for one in lines if isinstance(one, str))
    return words.encode("utf-8", "replace").decode("utf-8")  # half a sign that JSON can write and a file cannot


def _title(cells: list[Any]) -> str:
    texts = (_source(c["source"]) for c in cells if c.get("cell_type") == "markdown")
    return next((m[1].strip() for t in texts if (m := _HEADING.search(t))), "")


def _cell(cell: Any, pictures: dict[str, bytes]) -> Html:
    source = _source(cell["source"])
    if cell.get("cell_type") == "markdown":
        return prose(source)
    if cell.get("cell_type") != "code":
        return html("<pre>{}</pre>", source)
    told = [html("<details><summary>Show the code</summary><pre>{}</pre></details>", source)]
    outputs = (o for o in cell.get("outputs", ()) if isinstance(o, dict))
    return joined([*told, *(_output(o, pictures) for o in outputs)], Html("\n"))


def _output(output: dict[str, Any], pictures: dict[str, bytes]) -> Html:
    data = output.get("data", {})
    if not data or not isinstance(data, dict):
        return html("<pre>{}</pre>", _source(output.get("text", "")) or _source(output.get("evalue", "")))
    picture = _picture(_source(data["image/png"])) if "image/png" in data else b""
    if picture:
        name = f"_images/{sha256(picture).hexdigest()}.png"
        pictures[name] = picture
        alt = " ".join(_source(data.get("text/plain", "")).split()) or "A picture"
        return html('<figure><img src="{}" alt="{}"></figure>', name, alt)
    tables, around = tables_of(_source(data["text/html"])) if "text/html" in data else ([], "")
    if tables or around:
        shown = [rendered("stored.html", rows=rows) for rows in tables]
        return joined([*shown, html("<pre>{}</pre>", around) if around else NOTHING], Html("\n"))
    if "text/markdown" in data:
        return prose(_source(data["text/markdown"]))
    words = html("<pre>{}</pre>", _source(data["text/plain"])) if "text/plain" in data else NOTHING
    left = ", ".join(sorted(_source(kind) for kind in data if kind not in _KINDS))
    return joined([words, html("<p><small>Not shown: {}.</small></p>", left) if left else NOTHING])


def tables_of(written: str) -> tuple[list[list[list[str]]], str]:
    """
    Return the words in the tables of some HTML, by row and cell, and the words around them; scripts have none.

    One pass, whatever is opened and never closed.
    """
    tables: list[list[list[str]]] = []
    around: list[str] = []
    cell: list[str] | None = None
    hidden = False
    for piece in _PIECE.finditer(written):
        closing, tag = piece[1], (piece[2] or "").lower()
        if tag in _HIDDEN:
            hidden = not closing
        elif tag == "table":
            cell = None
            if not closing:
                tables.append([])
        elif tag == "tr" and not closing and tables:
            cell = None
            tables[-1].append([])
        elif tag in ("td", "th"):
            _end(tables, cell)
            cell = None if closing or not (tables and tables[-1]) else []
        elif not hidden:
            words = "" if tag else unescape(piece[0]) if piece[0][:2] not in ("<!", "</", "<?") else ""
            (around if cell is None else cell).append("\n" if tag in ("br", "p", "div", "li") else words)
    _end(tables, cell)
    told = [[row for row in rows if row] for rows in tables]
    return [rows for rows in told if rows], re.sub(r"\s*+\n\s*+", "\n", "".join(around)).strip()


def _end(tables: list[list[list[str]]], cell: list[str] | None) -> None:
    """Put a cell that ends into its row."""
    if cell is not None and tables and tables[-1]:
        tables[-1][-1].append(" ".join("".join(cell).split()))


def _picture(written: str) -> bytes:
    try:
        found = b64decode("".join(written.split()), validate=True)
    except (BinasciiError, ValueError):
        return b""
    return found if found.startswith(_PNG) else b""
