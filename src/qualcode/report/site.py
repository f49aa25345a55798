"""
The site: executed notebooks as chapters, in one set of pages that needs no network.

Sphinx with myst-nb renders; this room writes its source folder. Code is folded away, and the first
page says what the study holds and what is withheld.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from importlib.resources import files
from pathlib import Path

import pandas as pd

from qualcode import tables
from qualcode.errors import UsageError
from qualcode.report.changes import PAGE as CHANGES
from qualcode.report.changes import changes_page, since_key
from qualcode.report.chapters import read_chapters
from qualcode.report.links import links
from qualcode.report.lists import FOLDER, Evidence
from qualcode.report.pages import study_pages
from qualcode.report.printed import citable
from qualcode.report.runs import at_once
from qualcode.report.staleness import Now, digest, executed_path
from qualcode.study import release
from qualcode.study.coderfile import replace_durably
from qualcode.study.study import COUNTS, PARTS, Study
from qualcode.suggest import tally

_SEARCH = """<h1>Search</h1>
<form class="search-again" action="search.html" method="get">
<label>Words <input type="search" name="q"></label> <button type="submit">Search</button>
</form>
<div id="search-results"></div>"""
_LANDMARKS = (
    ('<p class="caption" role="heading">', '<p class="caption" role="heading" aria-level="2">'),
    ('<aside class="sidebar-drawer">', '<aside class="sidebar-drawer" aria-label="All pages">'),
    ('<aside class="toc-drawer">', '<aside class="toc-drawer" aria-label="On this page">'),
    ('<div id="search-results"></div>', _SEARCH),
    ('<aside class="toc-drawer no-toc">', '<aside class="toc-drawer no-toc" aria-label="On this page">'),
)
"""What the theme leaves without a name, for those who hear the page."""
_STUB = f"{FOLDER}/stub"
_TITLE, _BODY = "Title of the page", "Body of the page"
_STUB_TEXT = f"---\norphan: true\nnosearch: true\n---\n# {_TITLE}\n\n{_BODY}\n"
"""A page is rendered once, and the pages of what stands behind numbers are made from it."""
_CONF = """
project = {title!r}
html_title = {title!r}
language = "en"
extensions = ["myst_nb"]
nb_execution_mode = "off"
nb_merge_streams = True
smartquotes = False
myst_enable_extensions = ["attrs_block", "attrs_inline"]
numfig = True
numfig_format = {{"figure": "Plot %s", "table": "Table %s"}}
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["report.css", "review.css"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {{"footer_icons": [], "top_of_page_buttons": []}}
html_use_index = False
exclude_patterns = []
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"
"""


def site_key(root: Path, build: Path, notebooks: list[Path], since: str = "") -> str:
    """Return the hash by which a built site is known."""
    parts = [digest(root, lambda room: room != "cli"), since_key(root, since), os.environ.get(COUNTS, "")]
    for notebook in notebooks:
        kept = executed_path(notebook, build)
        parts.append(sha256(kept.read_bytes()).hexdigest() if kept.exists() else "not run")
    return sha256("\n".join(parts).encode("utf-8")).hexdigest()


def site_is_current(root: Path, build: Path, notebooks: list[Path], since: str = "") -> bool:
    """Say whether the site that is there shows what is there now."""
    mark = build / "site.key"
    there = (build / "site" / "index.html").exists() and mark.exists()
    return there and mark.read_text("utf-8") == site_key(root, build, notebooks, since)


def build_site(study: Study, build: Path, notebooks: list[Path], since: str = "", read: str = "") -> None:
    """
    Render the executed notebooks into ``build/site``; the old site stays until the new one is whole.

    Args:
        since: the state with which the page of changes compares.
        read: ``digest`` of what *study* was opened from. If it is another when the site is done, somebody changed
            something meanwhile, and the next run makes the site again.

    Raises:
        UsageError: the renderer found fault; its words are in the message.
    """
    bring_back(build)
    source, new, old = build / "site-source", build / "site-new", build / "site-old"
    for folder in (source, new, old):
        shutil.rmtree(folder, ignore_errors=True)
    evidence = _write_source(study, source, build, notebooks, since)
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-q", "-E", "-W", "--keep-going"]
    command += ["-j", str(at_once())]
    command += ["-d", str(build / "site-doctrees"), str(source), str(new)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        words = "\n".join(line.replace(f"{source}/", "") for line in done.stderr.strip().splitlines())
        raise UsageError(f"the pages could not be rendered:\n{words}")
    _lay_evidence(new, evidence)
    for page in new.rglob("*.html"):
        text = page.read_text("utf-8")
        for old_words, new_words in _LANDMARKS:
            text = text.replace(old_words, new_words)
        text = citable(text, page.relative_to(new).with_suffix("").as_posix())
        page.write_text(text, "utf-8", newline="\n")
    shutil.rmtree(new / "_sources", ignore_errors=True)
    for left_over in ("objects.inv", ".buildinfo", ".buildinfo.bak"):
        (new / left_over).unlink(missing_ok=True)
    (build / "site.key").unlink(missing_ok=True)  # from here on it would speak of another site
    put_in_place(new, build / "site", old)
    if digest(study.root) == read:
        replace_durably(build / "site.key", site_key(study.root, build, notebooks, since).encode("utf-8"))


def put_in_place(new: Path, site: Path, old: Path) -> None:
    """Put *new* where *site* is, in one step where the system can; the former site goes by way of *old*."""
    if site.exists() and not _exchange(new, site):
        site.rename(old)
        new.rename(site)
    elif not site.exists():
        new.rename(site)
    for former in (new, old):
        shutil.rmtree(former, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change names at once; say whether the system could (Linux, since 2014)."""
    library = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    if library is None or not hasattr(library, "renameat2"):
        return False
    here = -100  # AT_FDCWD
    return bool(library.renameat2(here, os.fsencode(one), here, os.fsencode(other), 2) == 0)  # RENAME_EXCHANGE


def bring_back(build: Path) -> None:
    """Put the last good site back if somebody ended a run between its going and the new one's coming."""
    site, old = build / "site", build / "site-old"
    if old.exists() and not site.exists():
        old.rename(site)


def _write_source(
    study: Study, source: Path, build: Path, notebooks: list[Path], since: str
) -> dict[str, tuple[str, str]]:
    """Write what the renderer reads; return the titles and bodies of the pages that are made from one it renders."""
    title = study.codebook.title or "A study"
    css = {f"_static/{n}": (files("qualcode.report") / n).read_text("utf-8") for n in ("report.css", "review.css")}
    leads, evidence = links(study), Evidence(study)
    books, shown = read_chapters((executed_path(n, build) for n in notebooks), leads, evidence)
    pages, own = study_pages(study, evidence, leads, shown, suggestions(study, build))
    made = {f"{name}.md": text for name, text in pages.items()}
    made |= {f"{name}.ipynb": json.dumps(book, ensure_ascii=False) for name, book in books.items()}
    made |= {"conf.py": _CONF.format(title=title), f"{_STUB}.md": _STUB_TEXT, **css}
    made["index.md"] = _index(study, title, notebooks)
    made |= changes_page(study, [executed_path(n, build) for n in notebooks], since)
    for name, text in made.items():
        replace_durably(source / name, text.encode("utf-8"))
    return evidence.pages([*shown, *own])


def suggestions(study: Study, build: Path) -> pd.DataFrame:
    """Return ``suggest.tally``, which takes seconds, kept until something that it reads changes."""
    kept = build / "suggestions.csv"
    mark = kept.with_suffix(".key")
    now = Now(study.root)
    parts = [now.content(json.dumps(["part", name]), kept) for name in PARTS if name not in ("ties", "acts", "memos")]
    known = sha256(
        "\n".join([*parts, digest(study.root, lambda room: room in ("suggest", "search"), ())]).encode()
    ).hexdigest()
    if not (kept.exists() and mark.exists() and mark.read_text("utf-8") == known):
        mark.unlink(missing_ok=True)
        replace_durably(kept, tally(study).to_csv(index=False, lineterminator="\n").encode("utf-8"))
        replace_durably(mark, known.encode("utf-8"))
    numbers = ("proposed", "accepted", "rejected")
    return pd.read_csv(kept, dtype=str, keep_default_na=False).astype(dict.fromkeys(numbers, int))


def _lay_evidence(site: Path, pages: Mapping[str, tuple[str, str]]) -> None:
    """Make each page of what stands behind numbers from the one that was rendered in its place."""
    stub = site / f"{_STUB}.html"
    text = stub.read_text("utf-8")
    stub.unlink()
    for name, (title, body) in pages.items():
        page = text.replace(_TITLE, escape(title)).replace(f"<p>{_BODY}</p>", body)
        (site / f"{name}.html").write_text(page, "utf-8", newline="\n")


def _index(study: Study, title: str, notebooks: list[Path]) -> str:
    documents = tables.documents(study)
    kinds = Counter(documents["kind"])
    counted = ", ".join(
        f"{kinds[k]} {k}{'s' if kinds[k] != 1 else ''}" for k in ("interview", "fieldnote", "document") if kinds[k]
    )
    excerpts = sum(len(f.excerpts) for f in study.coded.values())
    coders = f"{len(study.coders)} coder{'s' if len(study.coders) != 1 else ''}"
    version = f"codebook version {study.codebook.version or '1'}"
    people = sum(c.kind == "person" for c in study.cases.values())
    withheld = [(d.id, release.verdict(d).reason) for d in study.documents.values() if not release.verdict(d).quotable]
    lines = [
        f"# {title}",
        "",
        f"{counted}; {documents['words'].sum():,} words; {people} persons; {excerpts} excerpts by {coders}; {version}.",
        "",
        "Each chapter opens with its question and its inputs.",
        "The code that made a table or a plot is folded above it.",
        f"[What changed since the last review]({CHANGES}.md) tells what became of comments, side by side.",
        "Nothing on these pages is fetched from elsewhere.",
        "",
        "```{toctree}",
        ":maxdepth: 1",
        ":caption: Chapters",
        "",
        *(n.stem for n in notebooks),
        "```",
        "",
        "```{toctree}",
        ":maxdepth: 1",
        ":caption: The study",
        "",
        *("codes/index", "documents/index", "cases/index", "methods", CHANGES),
        "```",
        "",
        "## What is withheld",
        "",
    ]
    if withheld:
        lines += ["These documents are counted and not quoted:", "", "| document | why |", "|---|---|"]
        lines += [f"| {name} | {reason} |" for name, reason in withheld]
    else:
        lines += ["Nothing: every document may be quoted."]
    return "\n".join(lines) + "\n"
