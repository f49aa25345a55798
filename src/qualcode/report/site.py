"""
The site: executed notebooks as chapters and the study itself, in one set of pages that needs no network.

Chapters are set by Sphinx (``typeset``); everything else is data and is made straight into HTML. A page whose bytes
are those of before is not written again, and the old site stays until the new one is whole.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from html import unescape
from pathlib import Path

import pandas as pd

from qualcode.plaintext.durable import replace_durably
from qualcode.report.bibliography import PAGE as REFERENCES
from qualcode.report.bibliography import Bibliography, read_bibliography
from qualcode.report.changes import PAGE as CHANGES
from qualcode.report.changes import TITLE, changes_page
from qualcode.report.chapters import read_chapters
from qualcode.report.citing import Citing, in_words
from qualcode.report.current import bring_back, site_key
from qualcode.report.explore import PAGE as EXPLORED
from qualcode.report.explore import Explored
from qualcode.report.frame import Frame, Page, static
from qualcode.report.front import answers, figure_of, read_front
from qualcode.report.links import links
from qualcode.report.lists import Evidence
from qualcode.report.markup import Html, html
from qualcode.report.memos import Memos
from qualcode.report.pages import PARTS, Opening, first_page, references_page, study_pages
from qualcode.report.pictures import lighter
from qualcode.report.runs import at_once
from qualcode.report.settled import settled
from qualcode.report.staleness import Now, digest, executed_path
from qualcode.report.typeset import Typeset, theme_folder, typeset
from qualcode.report.untrusted import untrusted_chapters
from qualcode.study.study import PARTS as FILES
from qualcode.study.study import Study
from qualcode.suggest import tally

_ID = re.compile(r'\sid="([^"]+)"')
_SECTION = re.compile(r'<section id="([^"]+)">')
_UNSEEN = re.compile(r"<(script|style|details|table)\b.*?</\1>|<[^>]+>", re.DOTALL)


_NOT_COMPARED = Page(
    TITLE,
    html(
        "<h1>{}</h1>\n<p>A study of others is compared with no earlier state: git runs what its folder says.</p>\n",
        TITLE,
    ),
)


def build_site(
    study: Study, build: Path, notebooks: list[Path], since: str = "", read: str = "", *, untrusted: bool = False
) -> None:
    """
    Make the pages in ``build/site``; the old site stays until the new one is whole.

    Args:
        since: the state with which the page of changes compares.
        read: ``digest`` of what *study* was opened from. If it is another when the site is done, somebody changed
            something meanwhile, and the next run makes the site again.
        untrusted: show the notebooks as words (``untrusted``) and compare with no earlier state.

    Raises:
        UsageError: the renderer of the chapters found fault, or a number is not what lies behind it.
    """
    bring_back(build)
    new, old = build / "site-new", build / "site-old"
    for folder in (new, old):
        shutil.rmtree(folder, ignore_errors=True)
    _lay(made(study, build, notebooks, since, untrusted), new, build / "site")
    (build / "site.key").unlink(missing_ok=True)  # from here on it would speak of another site
    put_in_place(new, build / "site", old)
    if not untrusted and digest(study.root) == read:
        replace_durably(build / "site.key", site_key(study.root, build, notebooks, since).encode("utf-8"))


_LED = re.compile(r'<section id="(?P<section>[^"]+)"|href="documents/[\w-]+\.html#(?P<excerpt>e[0-9a-f]{10})"')
HEAVY = 400_000
"""A drawing with more bytes than this is shown by its points, where these are fewer."""


def made(
    study: Study, build: Path, notebooks: list[Path], since: str, untrusted: bool
) -> Iterable[tuple[str, bytes | Path]]:
    """Yield every file of the site: its path, and its bytes or the file that has them."""
    executed = [executed_path(n, build) for n in notebooks]
    counted = settled(study)
    evidence = Evidence(study, counted)
    leads = links(study, counted.by_id)
    memos = Memos(study, counted, works=read_bibliography(study.root))
    citing = Citing(study, memos.works, frozenset(memos.withheld))
    books, shown = read_chapters([] if untrusted else executed, leads, evidence, citing)
    pictures: dict[str, bytes] = {}
    if untrusted:  # nothing that lies in build/ is believed: it came with the study
        stored, pictures = untrusted_chapters(study.root, notebooks)
        chapters, suggested = Typeset(stored, theme_folder()), tally(study, looked=False)
    else:
        chapters, suggested = typeset(build, books, at_once()), suggestions(study, build)
    back, tables = evidence.back(shown)
    memos.places = {name: frozenset(_ID.findall(p.body)) for name, p in chapters.pages.items()}
    memos.chapters, memos.cited_in = {name: p.title for name, p in chapters.pages.items()}, citing.memos
    in_tables = {e: len(t.split()) for e, t in back.items()}
    pages, own = study_pages(study, evidence, leads, in_tables, suggested, memos, memos.works)
    pages[REFERENCES] = references_page(memos.works, memos.chapters)
    pages |= chapters.pages
    pages |= {name: Page(title, body) for name, (title, body) in evidence.pages([*shown, *own]).items()}
    title = study.codebook.title or "A study"
    listed = [(name, page.title) for name, page in chapters.pages.items()]
    opening = Opening() if untrusted else _opening(study, build, chapters, memos.works)
    pages["index"] = first_page(study, title, listed, counted, CHANGES, opening)
    pages[CHANGES], drawings = (_NOT_COMPARED, {}) if untrusted else changes_page(study, executed, since)
    drawn, pages[CHANGES] = _drawn({} if pictures else chapters.images(), drawings, pages[CHANGES])
    heavy = {} if untrusted else _points(build, drawn)
    for name, (other, data) in heavy.items():
        del drawn[name]
        drawn[other] = data
    for chapter in chapters.pages if heavy else ():
        body = pages[chapter].body
        for name, (other, _) in heavy.items():
            body = body.replace(html('src="{}"', name), html('src="{}"', other))
        pages[chapter] = replace(pages[chapter], body=body)
    explored = Explored(study, evidence.register)
    pages[EXPLORED] = explored.page()
    frame = Frame(title, listed, [*PARTS, (CHANGES, TITLE)])
    for name, page in pages.items():
        yield f"{name}.html", frame.page(name, page).encode("utf-8")
    yield "_static/nav.js", frame.navigation().encode("utf-8")
    searched = [*_searched(chapters), *memos.searched()]
    for name, text in (*evidence.register.files(tables, back, searched, _cited(chapters)), *_static(chapters).items()):
        yield name, text.encode("utf-8")
    for name, text in explored.files():
        yield name, text.encode("utf-8")
    yield from pictures.items()
    yield from drawn.items()
    for name, picture in chapters.images().items() if not pictures else ():
        if name not in drawn and name not in heavy:
            yield name, picture


def _opening(study: Study, build: Path, chapters: Typeset, works: Bibliography) -> Opening:
    """Return with what the first page opens, as ``report.yaml`` has it."""
    front = read_front(study.root)
    answer = [(works.replaced(text, in_words), chapter) for text, chapter in answers(front, build, study.root)]
    picture, caption, goal = figure_of(front, {name: str(page.body) for name, page in chapters.pages.items()})
    return Opening(front, answer, Html(picture), Html(caption), goal)


def _drawn(images: Mapping[str, Path], drawings: Mapping[str, str], changes: Page) -> tuple[dict[str, bytes], Page]:
    """Return the drawings, lighter, by their paths, and the page of changes, which shows those of now from there."""
    found = {name: lighter(path.read_bytes()) for name, path in images.items() if name.endswith(".svg")}
    places = {drawing.strip(): name for name, drawing in found.items()}
    body = changes.body
    for name, text in drawings.items():
        drawing = lighter(text.encode("utf-8"))
        if drawing.strip() in places:
            body = body.replace(html('src="{}"', name), html('src="{}"', places[drawing.strip()]))
        else:
            found[name] = drawing
    return found, replace(changes, body=body)


def _points(build: Path, drawn: Mapping[str, bytes]) -> dict[str, tuple[str, bytes]]:
    """
    Return the drawings that have so many lines that their points are lighter: under which name, and the points.

    They were drawn with the drawing; a drawing whose points are not beside it stays as it is.
    """
    heavy = [name for name, data in drawn.items() if len(data) > HEAVY]
    kept = {}
    for path in sorted((build / "plots").rglob("*.svg")) if heavy else ():
        points = path.with_suffix(".png")
        if path.stat().st_size > HEAVY and points.exists():
            kept[lighter(path.read_bytes()).strip()] = points
    found = {}
    for name in heavy:
        beside = kept.get(drawn[name].strip())
        if beside is not None and beside.stat().st_size < len(drawn[name]):
            found[name] = f"{name.removesuffix('.svg')}.png", beside.read_bytes()
    return found


def _static(chapters: Typeset) -> dict[str, str]:
    """Return scripts and styles by their paths; the styles in one file."""
    theme, ours = chapters.theme(), static()
    styles = [theme.pop("theme.css"), *(ours.pop(name) for name in list(ours) if name.endswith(".css"))]
    return {f"_static/{n}": t for n, t in (theme | ours | {"site.css": "\n".join(styles)}).items()}


def _cited(chapters: Typeset) -> dict[str, list[tuple[str, str]]]:
    """Return where the chapters lead to an excerpt, by its id: page with the section, and the chapter's title."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, page in chapters.pages.items():
        section = ""
        for place in _LED.finditer(page.body):
            section = place["section"] or section
            goal = f"{name}.html{f'#{section}' if section else ''}", page.title
            if place["excerpt"] and goal not in found.setdefault(place["excerpt"], []):
                found[place["excerpt"]].append(goal)
    return found


def _searched(chapters: Typeset) -> list[dict[str, object]]:
    """Return the chapters as search reads them: their words by section, without code."""
    told: list[dict[str, object]] = []
    for name, page in chapters.pages.items():
        parts = _SECTION.split(page.body)
        places = [["", parts[0]], *([parts[n], parts[n + 1]] for n in range(1, len(parts), 2))]
        words = [[place, " ".join(unescape(_UNSEEN.sub(" ", text)).split())] for place, text in places]
        told.append(
            {"title": page.title, "kind": "chapter", "href": f"{name}.html", "words": [w for w in words if w[1]]}
        )
    return told


def _lay(files: Iterable[tuple[str, bytes | Path]], new: Path, site: Path) -> None:
    """Write a site to the folder *new*; a file that is in the old *site* with the same bytes is taken from there."""
    folders: set[Path] = set()
    for name, content in files:
        path, before = new / name, site / name
        if path.parent not in folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            folders.add(path.parent)
        data = content if isinstance(content, bytes) else content.read_bytes()
        if not (_same(before, data) and _linked(before, path)):
            path.write_bytes(data)


def _same(path: Path, data: bytes) -> bool:
    try:
        return not path.is_symlink() and path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


def _linked(before: Path, path: Path) -> bool:
    """Let a file stand in a second folder without copying it; say whether the system could."""
    try:
        os.link(before, path)
    except OSError:
        return False
    return True


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


def suggestions(study: Study, build: Path) -> pd.DataFrame:
    """Return ``suggest.tally``, which takes seconds, kept until something that it reads changes."""
    kept = build / "suggestions.csv"
    mark = kept.with_suffix(".key")
    now = Now(study.root)
    parts = [now.content(json.dumps(["part", name]), kept) for name in FILES if name not in ("ties", "acts", "memos")]
    known = sha256(
        "\n".join([*parts, digest(study.root, lambda room: room in ("suggest", "search"), ())]).encode()
    ).hexdigest()
    if not (kept.exists() and mark.exists() and mark.read_text("utf-8") == known):
        mark.unlink(missing_ok=True)
        replace_durably(kept, tally(study).to_csv(index=False, lineterminator="\n").encode("utf-8"))
        replace_durably(mark, known.encode("utf-8"))
    numbers = ("proposed", "accepted", "rejected")
    return pd.read_csv(kept, dtype=str, keep_default_na=False).astype(dict.fromkeys(numbers, int))
