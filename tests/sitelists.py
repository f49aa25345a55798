"""
The lists behind a site's numbers, read from its files as the pages' script reads them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from qualcode.plaintext.shard import opened

QUOTED = "!document.querySelector('script[src$=\"quoted.js\"]') || document.documentElement.dataset.quoted === 'yes'"
"""What holds of a page as soon as its script has set its excerpts in."""
_LIST = re.compile(
    r'<details class="list" id="(?P<id>(?:list-\d+|pair-[\w-]+))" data-unit="(?P<unit>\w+)" data-of="(?P<of>[^"]*)">'
    r"<summary>(?P<heading>.*?)</summary><p>(?P<told>.*?)</p></details>",
    re.DOTALL,
)
_THINGS = re.compile(r'<ol class="things" hidden>(.*?)</ol>\s*(?:<h2|<script)', re.DOTALL)


@dataclass(frozen=True)
class List:
    """One list: what it is of, whether its number was computed, and its rows: document and place, or thing."""

    unit: str
    heading: str
    told: str
    rows: tuple[tuple[int, str], ...]


def shard(site: Path, name: str) -> Any:
    """Return what a file of the register holds."""
    told = (site / "_words" / f"{name}.js").read_text("utf-8")
    small = opened(told)
    if small:
        return json.loads(small[1])
    plain = re.fullmatch(r"qualcode\.take\('(?:\w+)', (.*)\);\n", told, re.DOTALL)
    assert plain, name
    return json.loads(plain[1])


def rows(of: str) -> tuple[tuple[int, str], ...]:
    """Return the rows of a list, as it is written in ``data-of``."""
    found: list[tuple[int, str]] = []
    for group in of.split():
        document, _, runs = group.rpartition(":")
        for run in runs.split(","):
            first, dash, last = run.partition("-")
            each = [str(n) for n in range(int(first), int(last) + 1)] if dash else [first]
            found += [(int(document or 0), one) for one in each]
    return tuple(found)


def lists(page: Path) -> dict[str, List]:
    """Return the lists of a page by their names."""
    return {
        m["id"]: List(m["unit"], unescape(m["heading"]), m["told"], rows(m["of"]))
        for m in _LIST.finditer(page.read_text("utf-8"))
    }


def things(page: Path) -> list[str]:
    """Return what is written on a page of lists itself, each once."""
    found = _THINGS.search(page.read_text("utf-8"))
    return re.findall(r"<li>(.*?)</li>\n", found[1], re.DOTALL) if found else []


def document(site: Path, number: int) -> dict[str, Any]:
    """Return what the register has of a document, by its number."""
    size = shard(site, "names")["shard"]
    return dict(shard(site, str(number // size))[number % size])


def as_shown(site: Path, browser: str, folders: tuple[str, ...] = ("codes", "cases", "documents")) -> dict[str, str]:
    """Return pages as a browser shows them, their excerpts set in, by their paths in the site."""
    from playwright.sync_api import sync_playwright

    found = {}
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_context(offline=True).new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        for path in sorted(p for folder in folders for p in (site / folder).glob("*.html")):
            page.goto(path.as_uri())
            page.wait_for_function(QUOTED)
            found[path.relative_to(site).as_posix()] = page.content()
        chromium.close()
    assert wrong == []
    return found
