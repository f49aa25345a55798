"""The pages on paper: no menus, no code, whole plots, and the references that a comment cites."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from pypdf import PdfReader

from conftest import CITIZEN_CARD
from qualcode import open_study
from qualcode.report.printed import citable, site_place
from sitelists import QUOTED

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PAGES = {
    "corpus": "corpus.html",
    "divergences": "divergences.html",
    "code": "codes/universality--wide-use.html",
    "document": "documents/2024-02-12-desk-officer.html",
    "withheld": "documents/2024-03-05-card-holder.html",
    "changes": "changes.html",
}


@pytest.fixture(scope="module")
def printed(written: Path, browser: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Print pages of the tiny second study from Chromium, in a dark theme; return readers and measures."""
    from playwright.sync_api import sync_playwright

    study = Path(shutil.copytree(written, tmp_path_factory.mktemp("printed") / "card"))
    site = study / "build" / "site"
    found: dict[str, Any] = {}
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser, args=FLAGS)
        page = chromium.new_context(offline=True, color_scheme="dark").new_page()
        for name, path in PAGES.items():
            page.goto((site / path).as_uri())
            page.wait_for_function(QUOTED)
            page.pdf(path=str(study / f"{name}.pdf"), prefer_css_page_size=True)
            found[name] = PdfReader(study / f"{name}.pdf")
        page.set_viewport_size({"width": 642, "height": 900})  # what A4 leaves between the margins, at 96 dots an inch
        page.emulate_media(media="print")
        page.goto((site / PAGES["corpus"]).as_uri())
        found["boxes"] = page.evaluate(
            "[...document.querySelectorAll('img, table')].map(e => [e.tagName, e.getBoundingClientRect().right,"
            " e.tagName == 'IMG' ? e.getBoundingClientRect().height : 0])"
        )
        found["study"] = study
        found["paper"] = page.evaluate("getComputedStyle(document.body).backgroundColor")
        chromium.close()
    return found


def words(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_no_menu_no_search_and_no_bar_for_code_is_printed(printed: dict[str, Any]):
    for name in PAGES:
        for menu in (
            "Show the code",
            "Hide the code",
            "Search",
            "Back to top",
            "Skip to content",
            "On this page",
            "Next",
        ):
            assert menu not in words(printed[name]), name
    assert "open_study" not in words(printed["corpus"])


def test_chapters_plots_tables_and_excerpts_can_be_cited_from_paper(printed: dict[str, Any]):
    """As in the Word document."""
    ids = [e.id for d, _, e in open_study(CITIZEN_CARD).excerpts() if d.id == "2024-02-12-desk-officer"]

    for reference in ("[corpus]", "[corpus: plot timeline]", "[corpus: plot words]", "[corpus: table corpus-09]"):
        assert words(printed["corpus"]).count(reference) == 1
    assert "[document 2024-02-12-desk-officer]" in words(printed["document"])
    assert [e for e in ids if f"[{e}]" not in words(printed["document"])] == []
    assert re.search(r"2024-\d\d-\d\d-[\w-]+ \[e[0-9a-f]{10}\]", words(printed["code"]))


def test_plots_and_tables_have_one_number_and_caption_on_the_site_and_in_word(printed: dict[str, Any]):
    """The same reference in brackets stands behind both; a table without a caption has its section's name in Word."""
    body = Document(str(printed["study"] / "build" / "word" / "report.docx")).element.body
    lines = ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p"))]
    in_word = {line.rsplit(" [", 1)[1]: line for line in lines if re.match(r"(Plot|Table) \d+\. .*\]$", line)}

    for chapter in ("corpus", "divergences"):
        text = words(printed[chapter])
        named = [n for n in in_word if n.startswith(f"{chapter}: ")]
        assert named != []
        for name in named:
            number, caption = in_word[name].rsplit(" [", 1)[0].split(". ", 1)
            assert re.search(rf"{number}\.? ({re.escape(caption.rstrip('.'))})?.{{0,3}}\[{re.escape(name)}", text), name


def test_withheld_words_are_not_printed(printed: dict[str, Any]):
    assert "consent allows paraphrase only" in words(printed["withheld"])
    for name in PAGES:
        for held in ("My son wants", "Everything is a risk"):
            assert held not in words(printed[name])


def test_pages_are_a4_numbered_and_white_and_nothing_is_cut(printed: dict[str, Any]):
    """Also where the screen is dark: plots and tables end within the page, and plots are no higher than it."""
    for name in PAGES:
        first = printed[name].pages[0]
        assert (round(first.mediabox.width), round(first.mediabox.height)) == (595, 842)
        assert "1" in first.extract_text().split(), "the page's number"
    assert printed["paper"] == "rgb(255, 255, 255)"
    assert len(printed["boxes"]) >= 6
    assert [box for box in printed["boxes"] if box[1] > 643 or box[2] > 215 / 25.4 * 96] == []


def test_references_are_put_where_they_belong_and_nowhere_else():
    html = (
        '<h1>T</h1><figure class="align-default" id="plot-a"><img><figcaption><p>x</p></figcaption></figure>'
        '<figure class="table" id="c-02.2"><figcaption>y</figcaption></figure>'
        '<a href="documents/d.html#e0123456789">d</a> <a href="documents/d.html">d</a> <a href="#c-02">#</a>'
    )
    made = citable(html, "chapter")

    assert re.findall(r'data-print="([^"]+)"', made) == [
        "[chapter]",
        "[chapter: plot a]",
        "[chapter: table c-02-2]",
        "[e0123456789]",
    ]
    assert re.sub(r' data-print="[^"]+"', "", made) == html
    assert citable("<h1>T</h1>", "codes/a--b") == '<h1 data-print="[code a/b]">T</h1>'
    assert citable("<h1>T</h1>", "documents/d-1") == '<h1 data-print="[document d-1]">T</h1>'
    assert citable("<h1>T</h1>", "documents/index") == citable("<h1>T</h1>", "index") == "<h1>T</h1>"


def test_the_second_table_of_a_cell_has_its_place_on_the_site():
    assert [site_place(n, ["c-02", "c-02-2"]) for n in ("c-02", "c-02-2", "plain")] == ["c-02", "c-02.2", "plain"]


@pytest.mark.parametrize("name", ["corpus", "divergences", "code", "document"])
def test_no_heading_and_no_caption_of_a_table_stands_alone_at_a_pages_foot(printed: dict[str, Any], name: str):
    page = (printed["study"] / "build" / "site" / PAGES[name]).read_text("utf-8")
    heading = r"<(?:h[234]|figcaption)\b[^>]*>(.*?)</(?:h[234]|figcaption)>"
    headings = [re.sub(r"<[^>]+>|¶|#", "", h) for h in re.findall(heading, page, re.DOTALL)]
    plain = {" ".join(unescape(h).split()) for h in headings}
    for sheet in printed[name].pages:
        lines = [line.strip() for line in sheet.extract_text().splitlines() if not line.strip().isdigit()]
        assert [line for line in lines if line][-1] not in plain
