"""A study whose every free word is hostile does nothing: its words stand on the pages as they were written."""

from __future__ import annotations

import html as markup
import json
import re
import select
import shutil
import socket
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from coderpage import STARTS
from hostilestudy import SECRET, lay_hostile
from qualcode import open_study
from qualcode.report import report, word
from qualcode.report.frame import NOTHING, Page, policy
from qualcode.report.markup import html, joined, prose
from sitelists import QUOTED

pytestmark = pytest.mark.builds

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Lay the hostile study and make its site and its Word document; return its folder and the payloads."""
    study = tmp_path_factory.mktemp("hostile") / "study"
    payloads = lay_hostile(study)
    open_study(study).require_sound()
    report(study, say=lambda _: None)
    word(study, say=lambda _: None)
    return study, payloads


def one_line(words: str) -> str:
    return " ".join(words.split())


@pytest.fixture(scope="module")
def seen(hostile: tuple[Path, list[str]], browser: str) -> dict[str, Any]:
    """Open every page of the site in Chromium, from disk and with all lists open; return what it saw."""
    from playwright.sync_api import sync_playwright

    study, payloads = hostile
    site = study / "build" / "site"
    asked: list[str] = []
    told: list[str] = []
    pages: dict[str, dict[str, Any]] = {}
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser, args=list(FLAGS))
        page = chromium.new_context().new_page()
        page.on("request", lambda r: asked.append(r.url))
        page.on("dialog", lambda d: (told.append(f"dialog {d.message}"), d.dismiss()))
        page.on("console", lambda m: told.append(f"{page.url}: {m.text}") if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: told.append(f"{page.url}: {e}"))
        names = [p.relative_to(site).as_posix() for p in sorted(site.rglob("*.html"))]
        searches = [
            f"search.html?q={q}" for q in ("script", "window", "%3Cscript%3Ewindow.ran=1%3C/script%3E", "so on")
        ]
        for name in [*names, *searches]:
            page.goto(f"{site.as_uri()}/{name}")
            page.wait_for_function(QUOTED)
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
            page.wait_for_selector("details.list:not([data-ready])", state="detached", timeout=20_000)
            if name in searches:
                page.wait_for_selector("#search-results[data-ready]", timeout=20_000)
            pages[name] = page.evaluate(
                """() => ({ ran: window.ran, title: document.title,
                  heading: document.querySelector('h1')?.firstChild?.textContent ?? '',
                  words: document.querySelector('article').textContent })"""
            )
        chromium.close()
    return {"asked": asked, "told": told, "pages": pages, "payloads": payloads}


LOOKED_AT = ("index", "search", "changes", "methods", "corpus", "actor-network", "divergences", "documents/index")
LOOKED_AT += ("documents/d-00", "documents/d-22", "codes/theme--t-04", "cases/case-05", "memos/2024-02-01-memo-00")


def test_firefox_obeys_the_policy_and_runs_the_reports_own_scripts(hostile: tuple[Path, list[str]], firefox: str):
    """From disk: lists open, the search finds, the theme's switch turns; nothing of the study runs or is asked for."""
    study, payloads = hostile
    site = study / "build" / "site"
    asked: list[str] = []
    told: list[str] = []
    with STARTS["firefox"][1](firefox) as started:
        page = started.new_context().new_page()
        page.on("request", lambda r: asked.append(r.url))
        page.on("dialog", lambda d: (told.append(f"dialog {d.message}"), d.dismiss()))
        page.on("console", lambda m: told.append(f"{page.url}: {m.text}") if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: told.append(f"{page.url}: {e}"))
        for name in LOOKED_AT:
            page.goto(f"{site.as_uri()}/{name}.html")
            page.wait_for_function(QUOTED)
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
            page.wait_for_selector("details.list:not([data-ready])", state="detached", timeout=20_000)
            assert (name, page.evaluate("window.ran === undefined")) == (name, True)
        page.goto(f"{site.as_uri()}/search.html?q=window")
        page.wait_for_selector("#search-results[data-ready]", timeout=20_000)
        found = page.evaluate("document.querySelector('#search-results').textContent")
        before, after = (page.evaluate(TURNED) for _ in range(2))
        assert {url.split(":")[0] for url in asked} <= {"file", "data"}
        # the second wall, by itself: what a mistake of ours would let in is not run and asks no host
        host = socket.create_server(("127.0.0.1", 0))
        page.evaluate(
            """port => {
              const ours = ["script", { textContent: "window.ran = 1" }];
              const theirs = ["script", { src: `http://127.0.0.1:${port}/s` }];
              for (const [tag, about] of [ours, theirs, ["iframe", { src: `http://127.0.0.1:${port}/f` }]])
                document.body.append(Object.assign(document.createElement(tag), about));
              document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.ran = 1'>");
            }""",
            host.getsockname()[1],
        )
        page.wait_for_timeout(300)
        assert page.evaluate("window.ran === undefined")
        assert select.select([host], [], [], 0) == ([], [], [])  # nobody called
        host.close()

    assert payloads[0] in found
    assert before != after
    assert [line for line in told if "The page’s settings blocked" not in line] == []
    assert len(told) == 4


TURNED = """() => { document.querySelector('.theme-toggle').click(); return document.body.dataset.theme; }"""


def test_the_first_page_tells_notices_as_words(card: Path):
    """What to mind is told beside the study's title, which is somebody's words."""
    words = "<img src=x onerror=window.ran=1>"
    shutil.rmtree(card / "coding/agreed")
    book = (card / "coding/codebook.yaml").read_text("utf-8")
    (card / "coding/codebook.yaml").write_text(book.replace("A card for everyone", words), "utf-8")
    first = report(card, untrusted=True, say=lambda _: None).read_text("utf-8")

    assert "1 notice" in first
    assert "What to mind" in first
    assert words not in first
    assert markup.escape(words, quote=False) in first


def test_nothing_of_it_runs_and_nothing_is_asked_for(seen: dict[str, Any]):
    """No script ran, no dialog, and not even the policy had to stop anything: it was words all along."""
    assert [name for name, page in seen["pages"].items() if page["ran"] is not None] == []
    assert seen["told"] == []
    assert {url.split(":")[0] for url in seen["asked"]} <= {"file", "data"}
    assert [url for url in seen["asked"] if "secret" in url] == []


def test_no_page_holds_words_of_a_file_that_is_not_the_studys(hostile: tuple[Path, list[str]], seen: dict[str, Any]):
    study, _ = hostile
    held = [p for p in (study / "build").rglob("*") if p.is_file()]

    assert [p.name for p in held if SECRET.encode() in p.read_bytes()] == []
    assert [name for name, page in seen["pages"].items() if SECRET in page["words"]] == []


def test_each_word_can_be_read_on_its_page_as_it_was_written(seen: dict[str, Any]):
    """Labels and titles as headings; definitions, figures, places, memos, turns and quotations in the text."""
    pages = seen["pages"]
    wrong = []
    for n, payload in enumerate(seen["payloads"]):
        words = one_line(payload)
        for page, heading in (
            (f"cases/case-{n:02d}.html", f"Case {n} {words}"),
            (f"codes/theme--t-{n:02d}.html", f"Code {n} {words}"),
            (f"documents/d-{n:02d}.html", f"Talk {n} {words}"),
            (f"memos/2024-02-01-memo-{n:02d}.html", f"Memo {n} {words}"),
        ):
            if one_line(pages[page]["heading"]) != heading:
                wrong.append((page, pages[page]["heading"]))
        document = one_line(pages[f"documents/d-{n:02d}.html"]["words"])
        if document.count(words) < 4:  # title, place, the answer, the question
            wrong.append((f"document {n}", document[:200]))
        code = one_line(pages[f"codes/theme--t-{n:02d}.html"]["words"])
        if code.count(words) < 5:
            wrong.append((f"code {n}", code[:200]))

    assert wrong == []


def test_labels_stand_in_the_chapters_tables_as_they_were_written(seen: dict[str, Any]):
    network = one_line(seen["pages"]["actor-network.html"]["words"])
    divergences = one_line(seen["pages"]["divergences.html"]["words"])

    assert [p for n, p in enumerate(seen["payloads"]) if one_line(f"Case {n} {p}") not in network] == []
    assert [p for n, p in enumerate(seen["payloads"]) if one_line(f"Code {n} {p}") not in divergences] == []


def test_the_word_document_holds_the_words_and_asks_for_nothing(hostile: tuple[Path, list[str]]):
    study, payloads = hostile
    with zipfile.ZipFile(study / "build" / "word" / "report.docx") as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    for name, data in parts.items():
        if name.endswith((".xml", ".rels")):
            ElementTree.fromstring(data)
    body = ElementTree.fromstring(parts["word/document.xml"])
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    told = one_line(" ".join("".join(t.text or "" for t in p.iter(f"{space}t")) for p in body.iter(f"{space}p")))

    assert [p for n, p in enumerate(payloads) if one_line(f"Code {n} {p}") not in told] == []
    related = [e for n, d in parts.items() if n.endswith(".rels") for e in ElementTree.fromstring(d)]
    abroad = {e.get("Type", "").rpartition("/")[2] for e in related if "host.invalid" in e.get("Target", "")}
    assert abroad <= {"hyperlink"}  # a memo's link leads there when it is followed; nothing is fetched when it opens
    assert [e for e in body.iter(f"{space}instrText") if "SECRET" in (e.text or "") or "host" in (e.text or "")] == []
    assert SECRET not in told


def test_drawings_are_well_formed_and_hold_no_script(hostile: tuple[Path, list[str]]):
    study, _ = hostile
    drawings = [p for p in (study / "build").rglob("*.svg") if "site-source" not in p.parts]

    assert len(drawings) >= 4
    for path in drawings:
        root = ElementTree.parse(path).getroot()
        tags = {e.tag.rpartition("}")[2] for e in root.iter() if isinstance(e.tag, str)}
        assert tags & {"script", "foreignObject", "iframe", "image"} == set(), path
        assert [a for e in root.iter() for a in e.attrib if a.lower().startswith("on")] == [], path


def test_every_page_carries_the_policy(hostile: tuple[Path, list[str]]):
    """Before anything else that a browser could follow, and the same on each kind of page."""
    study, _ = hostile
    strict, styled = policy(Page("", NOTHING)), policy(Page("", NOTHING, styled=True))
    for path in (study / "build" / "site").rglob("*.html"):
        text = path.read_text("utf-8")
        found = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">', text)
        assert found in ([strict], [styled]), path
        assert re.findall(r"<(?:script|link|img|style|body)", text.partition("http-equiv")[0]) == []
        assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
    assert "connect-src 'none'" in strict
    assert "unsafe" not in strict


@pytest.mark.parametrize("payload", json.loads((Path(__file__).parent / "hostile/payloads.json").read_text("utf-8")))
def test_words_put_among_markup_are_words(payload: str):
    """Each function that makes HTML escapes what it is given, and memos keep to a safe subset."""
    for made in (html("<p>{}</p>", payload), html("<p>{}</p>", joined([payload, "x"], ", "))):
        assert re.findall(r"<[^>]*>", made) == ["<p>", "</p>"]
        assert payload in markup.unescape(made)
    tags = re.findall(r"<\/?(\w+)", prose(payload))
    safe = {"p", "a", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "hr", "br"}
    assert set(tags) <= safe | {"h2", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td"}
    assert re.findall(r"href=\"(?!https?:|mailto:|#|\./|\.\./)[^\"]*\"", prose(payload)) == []


STRANGE = "<script>window.ran = 1</script>"
NOTEBOOK: dict[str, Any] = {
    "cells": [
        {
            "cell_type": "markdown",
            "id": "a",
            "metadata": {},
            "source": f"# A title {STRANGE}\n\n```{{include}} SECRET\n```\n\n![x](http://host.invalid/x.png) "
            "<img src=x onerror=window.ran=1> {ref}`index` *stressed*",
        },
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {},
            "execution_count": 1,
            "source": "open('RAN', 'w')",
            "outputs": [
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {
                        "text/html": f"<table><tr><th>{STRANGE}n</th></tr><tr><td>7<b>x</b></td></tr></table>{STRANGE}"
                    },
                },
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {"image/svg+xml": f"<svg>{STRANGE}</svg>", "application/javascript": "window.ran = 1"},
                },
                {"output_type": "display_data", "metadata": {}, "data": {"text/markdown": f"{STRANGE} *x*"}},
                {"output_type": "display_data", "metadata": {}, "data": {"image/png": "bm8gcGljdHVyZQ=="}},
                {"output_type": "stream", "name": "stdout", "text": [STRANGE, "\x1b[31mred"]},
            ],
        },
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def test_a_strangers_notebooks_are_words_nothing_of_them_runs(card: Path, browser: str):
    """Neither their cells nor their Markdown nor their stored outputs; one that is no notebook is named."""
    from playwright.sync_api import sync_playwright

    secret = card.parent / "secret.txt"
    secret.write_text(SECRET, "utf-8")
    notebooks = card / "notebooks"
    notebooks.mkdir()
    told = json.dumps(NOTEBOOK).replace("SECRET", str(secret)).replace("RAN", str(card / "ran"))
    (notebooks / "strange.ipynb").write_text(told, "utf-8")
    (notebooks / "broken.ipynb").write_text("{", "utf-8")
    site = report(card, untrusted=True, say=lambda _: None).parent
    asked: list[str] = []
    wrong: list[str] = []
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser, args=list(FLAGS))
        page = chromium.new_page()
        page.on("request", lambda r: asked.append(r.url))
        page.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
        page.goto((site / "strange.html").as_uri())
        words = one_line(page.evaluate("document.querySelector('article').textContent"))
        ran = page.evaluate("window.ran === undefined")
        chromium.close()

    assert ran
    assert wrong == []
    assert not (card / "ran").exists()
    assert {url.split(":")[0] for url in asked} <= {"file", "data"}
    assert words.count(STRANGE) == 4  # the heading twice, Markdown that is shown, what was printed
    assert "![x]" not in words  # a link, and no picture
    assert "{ref}index stressed" in words
    assert "Not shown: application/javascript, image/svg+xml." in words
    assert SECRET not in words
    assert "broken.ipynb is no notebook that can be read." in (site / "broken.html").read_text("utf-8")
    assert "git runs what" in (site / "changes.html").read_text("utf-8")
