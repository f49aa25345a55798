"""
Chapters set by Sphinx with myst-nb: the one kind of page that is somebody's Markdown.

Only their bodies are taken; the frame is ours. They are set again when one of them, or what sets them, is another.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import unescape
from importlib.resources import files
from pathlib import Path
from typing import Any

from qualcode.errors import UsageError
from qualcode.plaintext.durable import replace_durably
from qualcode.report.frame import Page
from qualcode.report.markup import Html
from qualcode.report.staleness import surroundings

_CONF = """
import sys

sys.modules["rfc3987_syntax"] = None  # a grammar of addresses, seconds to compile, that no notebook's check asks for
project = "chapters"
language = "en"
extensions = ["myst_nb"]
nb_execution_mode = "off"
nb_merge_streams = True
smartquotes = False
myst_enable_extensions = ["attrs_block", "attrs_inline"]
numfig = True
numfig_format = {"figure": "Plot %s", "table": "Table %s"}
html_theme = "furo"
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {"footer_icons": [], "top_of_page_buttons": []}
html_use_index = False
exclude_patterns = []
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"
"""
SETTING = "chapters-new"
"""Where chapters are set, below ``build``; it goes when they are."""
_STYLES = ("pygments.css", "styles/furo.css", "mystnb.*.css", "styles/furo-extensions.css")
_SCRIPTS = ("scripts/furo.js", "scripts/furo.js.LICENSE.txt")
_ARTICLE = '<article role="main" id="furo-main-content">'
_TITLE = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
_TOC = re.compile(r'<div class="toc-tree">(.*?)</div>\s*</div>\s*</div>\s*</aside>', re.DOTALL)
_OWN_LINK = re.compile(r'<a class="headerlink".*?</a>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_LEAD_IN = re.compile(r"<p>(?=(?:(?!</?p\b).)*:</p>)", re.DOTALL)
"""A paragraph that leads to what follows it, and stays with that on paper."""


@dataclass(frozen=True)
class Typeset:
    """The chapters' pages by name, and the folder with what they show and how the theme looks."""

    pages: dict[str, Page]
    folder: Path

    def images(self) -> dict[str, Path]:
        """Return the pictures that the pages show, by their paths in the site."""
        return {f"_images/{p.name}": p for p in sorted((self.folder / "_images").glob("*"))}

    def theme(self) -> dict[str, str]:
        """Return the theme's script, and all of its styles in one, by their paths in the site."""
        static = self.folder / "_static" if (self.folder / "_static").is_dir() else self.folder
        styles = [p for name in _STYLES for p in sorted(static.glob(name))]
        told = "\n".join(re.sub(r"/\*# sourceMappingURL=.*?\*/", "", p.read_text("utf-8")) for p in styles)
        return {"theme.css": told} | {n: (static / n).read_text("utf-8") for n in _SCRIPTS if (static / n).exists()}


def theme_folder() -> Path:
    """Return the theme's own folder of styles and scripts, as it is installed."""
    return Path(str(files("furo"))) / "theme" / "furo" / "static"


def typeset(build: Path, books: Mapping[str, dict[str, Any]], jobs: int) -> Typeset:
    """
    Set chapters, or return them as they were set before from the same notebooks.

    Args:
        build: the study's folder for what is made; chapters are kept in ``chapters`` below it.
        books: executed notebooks made ready (``chapters``), by name, in reading order.
        jobs: how many processes may work at once.

    Raises:
        UsageError: the renderer found fault; its words are in the message.
    """
    made = {f"{name}.ipynb": json.dumps(book, ensure_ascii=False) for name, book in books.items()}
    names = "\n".join(books)
    listed = f"```{{toctree}}\n{names}\n```\n" if books else ""
    made |= {"conf.py": _CONF, "index.md": f"# Chapters\n\n{listed}"}
    known = sha256("\0".join([surroundings(), *(part for item in made.items() for part in item)]).encode()).hexdigest()
    folder, mark = build / "chapters", build / "chapters.key"
    if not (folder.is_dir() and mark.exists() and mark.read_text("utf-8") == known):
        mark.unlink(missing_ok=True)
        _set(build, made, jobs)
        replace_durably(mark, known.encode("utf-8"))
    return Typeset({name: _page(folder / f"{name}.html", name) for name in books}, folder)


def _set(build: Path, made: Mapping[str, str], jobs: int) -> None:
    """Set the chapters in a folder of their own, of which nothing stays: what Sphinx keeps holds every word again."""
    work = build / SETTING
    source, new = work / "source", work / "chapters"
    shutil.rmtree(work, ignore_errors=True)
    source.mkdir(parents=True)
    try:
        for name, text in made.items():
            (source / name).write_text(text, "utf-8", newline="\n")
        command = [sys.executable, "-P", "-m", "sphinx", "-b", "html", "-q", "-E", "-W", "--keep-going"]
        command += ["-j", str(jobs), "-d", str(work / "doctrees"), str(source), str(new)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            words = "\n".join(line.replace(f"{source}/", "") for line in done.stderr.strip().splitlines())
            raise UsageError(f"the pages could not be rendered:\n{words}")
        for kept in ("_sources", "searchindex.js"):
            shutil.rmtree(new / kept) if (new / kept).is_dir() else (new / kept).unlink(missing_ok=True)
        shutil.rmtree(build / "chapters", ignore_errors=True)
        new.rename(build / "chapters")
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _page(path: Path, name: str) -> Page:
    text = path.read_text("utf-8")
    body = text[text.index(_ARTICLE) + len(_ARTICLE) : text.rindex("</article>")].strip()
    body = _LEAD_IN.sub('<p class="lead-in">', body)
    found = _TITLE.search(body)
    title = " ".join(unescape(_TAG.sub("", _OWN_LINK.sub("", found[1]))).split()) if found else name
    toc = _TOC.search(text)
    return Page(title, Html(body), Html(toc[1].strip() if toc else ""), styled=True)
