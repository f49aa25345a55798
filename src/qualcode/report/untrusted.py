"""
Chapters of a study that somebody else wrote: nothing is run, and nothing is read as more than words.

A notebook's Markdown is shown in the safe subset that memos have, code and outputs as they stand. Of stored outputs
text and pictures of dots (PNG) are shown, and tables by their words; what would be HTML, SVG or a script is named and
left out.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from binascii import Error as BinasciiError
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from qualcode.report.frame import Page
from qualcode.report.markup import NOTHING, Html, html, joined, prose, rendered
from qualcode.report.prose import html_tables, words_of

_HEADING = re.compile(r"^# +(.+)$", re.MULTILINE)
_PNG = b"\x89PNG\r\n\x1a\n"
_KINDS = ("image/png", "text/html", "text/markdown", "text/plain")


def untrusted_chapters(notebooks: Iterable[Path]) -> tuple[dict[str, Page], dict[str, bytes]]:
    """Return a page for each notebook as it is stored, and the pictures that they show, by their paths in the site."""
    pages: dict[str, Page] = {}
    pictures: dict[str, bytes] = {}
    for path in notebooks:
        try:
            cells = json.loads(path.read_text("utf-8"))["cells"]
            body = joined((_cell(c, pictures) for c in cells), Html("\n"))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            cells, body = [], html("<p>{} is no notebook that can be read.</p>", path.name)
        title = _title(cells) or path.stem
        told = html('<p class="memos">Shown as it is stored; nothing of it was run.</p>\n')
        pages[path.stem] = Page(title, html("<h1>{}</h1>\n{}{}", title, told, body), NOTHING)
    return pages, pictures


def _source(told: Any) -> str:
    return "".join(told) if isinstance(told, list) else str(told)


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
    return joined([*told, *(_output(o, pictures) for o in cell.get("outputs", ()))], Html("\n"))


def _output(output: Any, pictures: dict[str, bytes]) -> Html:
    data = output.get("data", {})
    if not data:
        return html("<pre>{}</pre>", _source(output.get("text", "")) or str(output.get("evalue", "")))
    picture = _picture(_source(data["image/png"])) if "image/png" in data else b""
    if picture:
        name = f"_images/{sha256(picture).hexdigest()}.png"
        pictures[name] = picture
        alt = " ".join(_source(data.get("text/plain", "")).split()) or "A picture"
        return html('<figure><img src="{}" alt="{}"></figure>', name, alt)
    tables, around = html_tables(_source(data["text/html"])) if "text/html" in data else ([], "")
    if tables or around:
        shown = [rendered("stored.html", rows=[[words_of(c) for c in row] for row in t.rows]) for t in tables]
        return joined([*shown, html("<pre>{}</pre>", around) if around else NOTHING], Html("\n"))
    if "text/markdown" in data:
        return prose(_source(data["text/markdown"]))
    plain = html("<pre>{}</pre>", _source(data["text/plain"])) if "text/plain" in data else NOTHING
    left = ", ".join(sorted(str(kind) for kind in data if kind not in _KINDS))
    return joined([plain, html("<p><small>Not shown: {}.</small></p>", left) if left else NOTHING])


def _picture(written: str) -> bytes:
    try:
        found = b64decode("".join(written.split()), validate=True)
    except (BinasciiError, ValueError):
        return b""
    return found if found.startswith(_PNG) else b""
