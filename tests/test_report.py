"""The report: whole, offline, quick when nothing changed, and never half there."""

from __future__ import annotations

import os
import re
import shutil
from html import unescape
from pathlib import Path

import pytest

from conftest import CITIZEN_CARD
from qualcode import open_study
from qualcode.errors import StudyError, UsageError
from qualcode.report import report, store_notebooks
from qualcode.report.staleness import digest
from qualcode.study.layout import lay_notebooks
from sitelists import as_shown

CHAPTERS = ["actor-network.html", "corpus.html", "divergences.html"]
WITHHELD = ["My son wants the library", "that is\nnot nothing", "Everything is a risk"]


@pytest.fixture(scope="module")
def rendered(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the tiny second study with its site, and the notebooks every study begins with."""
    return Path(shutil.copytree(written, tmp_path_factory.mktemp("rendered") / "card"))


def pages(study: Path) -> dict[str, str]:
    return {p.name: p.read_text("utf-8") for p in sorted((study / "build" / "site").glob("*.html"))}


def test_another_study_with_other_figures_runs_through_everything(rendered: Path):
    """No theme and no figure of the exemplar is on the pages of a study that has others."""
    site = pages(rendered)

    assert [c for c in CHAPTERS if c not in site] == []
    for name in CHAPTERS:
        words = re.sub(r"<[^>]+>", " ", site[name])
        assert re.findall(r"\b(professional|activist|motion|Collective)\b", words) == [], name
        assert name == "actor-network.html" or "issuer" in words  # there it is in the plot


def test_the_pages_name_no_host(rendered: Path):
    """Whatever a browser would fetch by itself is beside the page."""
    fetched = re.compile(
        r"""(?:<(?:script|img|iframe|source|audio|video)[^>]+src|<link[^>]+href)=["'](?:https?:)?//[^"']+"""
    )
    styled = re.compile(r"""(?:@import|url\()\s*["']?(?:https?:)?//[^"')]+""")
    found = {name: fetched.findall(text) for name, text in pages(rendered).items()}
    for sheet in (rendered / "build" / "site").rglob("*.css"):
        found[sheet.name] = styled.findall(sheet.read_text("utf-8", "replace"))

    assert {name: hits for name, hits in found.items() if hits} == {}


def test_a_withheld_documents_words_are_in_no_file_of_the_build(rendered: Path):
    """The card holder's consent is to paraphrase; the first page says so."""
    held = [p for p in (rendered / "build").rglob("*") if p.is_file()]
    found = [p.name for p in held for words in WITHHELD if words.encode() in p.read_bytes()]

    assert found == []
    assert "consent allows paraphrase only" in pages(rendered)["index.html"]


def test_every_link_inside_the_site_leads_to_a_page_and_a_place_on_it(rendered: Path):
    site = rendered / "build" / "site"
    texts = {p: p.read_text("utf-8") for p in sorted(site.rglob("*.html"))}
    places = {p: set(re.findall(r'\bid="([^"]+)"', text)) for p, text in texts.items()}
    broken = []
    for page, text in texts.items():
        for href in re.findall(r'<a\b[^>]*\bhref="([^"]+)"', text):
            if re.match(r"[a-z]+:", href):
                continue
            path, _, place = href.partition("#")
            target = (page.parent / path).resolve() if path else page
            if target not in places or (place and place not in places[target]):
                broken.append((page.name, href))

    assert broken == []


@pytest.fixture(scope="module")
def shown(rendered: Path, browser: str) -> dict[str, str]:
    """Return the pages of codes, cases and documents as a browser shows them."""
    return as_shown(rendered / "build" / "site", browser)


def test_every_excerpt_has_its_place_in_its_document_and_a_way_back_from_its_codes(
    rendered: Path, shown: dict[str, str]
):
    """Those of the withheld document have a place on its page, without their words."""
    site = rendered / "build" / "site"
    for document, _, excerpt in open_study(rendered).excerpts():
        page = (site / "documents" / f"{document.id}.html").read_text("utf-8")

        assert page.count(f'<a id="{excerpt.id}">') == 1
        for code in excerpt.codes:
            back = shown[f"codes/{code.replace('/', '--')}.html"]
            assert f'href="../documents/{document.id}.html#{excerpt.id}"' in back


def test_names_in_a_chapters_tables_lead_to_their_pages(rendered: Path):
    corpus = pages(rendered)["corpus.html"]

    assert (
        '<td class="words"><a href="documents/2024-02-12-desk-officer.html">2024-02-12-desk-officer</a></td>' in corpus
    )
    assert '<td class="words"><a href="cases/librarian.html">A librarian</a></td>' in corpus


def test_words_are_shown_letter_by_letter_as_they_stand(rendered: Path):
    """No typographic quotes are put in, no sign is taken for markup."""
    page = (rendered / "build" / "site" / "documents" / "2024-02-12-desk-officer.html").read_text("utf-8")
    shown = re.sub(r"\s+", " ", unescape(re.sub(r"<(?!/?p)[^>]+>", "", page)))

    assert (
        "We'd have one thing to look at instead of, I don't know, six kinds of paper. And for the person too." in shown
    )


def test_nothing_of_this_machine_is_on_the_pages(rendered: Path):
    around = [
        str(rendered.parent),
        os.fspath(Path.home()),
        os.uname().nodename if hasattr(os, "uname") else "no-such-host",
    ]
    found = [
        (p.name, a)
        for p in (rendered / "build" / "site").rglob("*")
        if p.suffix in (".html", ".js", ".css", ".svg")
        for a in around
        if len(a) > 5 and a in p.read_text("utf-8", "replace")
    ]

    assert found == []


def test_nothing_changed_means_nothing_is_run_and_no_file_touched(rendered: Path):
    before = {p: p.stat().st_mtime_ns for p in (rendered / "build").rglob("*") if p.is_file()}
    said: list[str] = []
    report(rendered, say=said.append)

    assert said == []
    assert before == {p: p.stat().st_mtime_ns for p in (rendered / "build").rglob("*") if p.is_file()}


def test_two_builds_in_two_folders_are_the_same_bytes(rendered: Path, tmp_path: Path):
    other = tmp_path / "elsewhere"
    shutil.copytree(CITIZEN_CARD, other)
    lay_notebooks(other)
    report(other, say=lambda _: None)
    one, two = (
        {p.relative_to(s).as_posix(): p.read_bytes() for p in (s / "build" / "site").rglob("*") if p.is_file()}
        for s in (rendered, other)
    )

    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []


def test_an_output_of_a_run_is_no_input_of_the_next(rendered: Path):
    before = digest(rendered)
    (rendered / "build" / "something").write_text("new", "utf-8")
    after = digest(rendered)
    (rendered / "build" / "something").unlink()

    assert before == after


def test_a_failing_notebook_is_told_by_cell_and_leaves_the_last_good_site(rendered: Path, tmp_path: Path):
    study = tmp_path / "card"
    shutil.copytree(rendered, study)
    good = pages(study)
    path = study / "notebooks" / "corpus.ipynb"
    path.write_text(path.read_text("utf-8").replace("plots.timeline(documents)", "plots.timeline(nothing)"), "utf-8")

    with pytest.raises(UsageError, match=r"^corpus.ipynb, cell 5: NameError: name 'nothing' is not defined$"):
        report(study, say=lambda _: None)
    assert pages(study) == good


def test_a_study_with_problems_is_not_rendered_and_keeps_its_last_good_site(rendered: Path, tmp_path: Path):
    study = tmp_path / "card"
    shutil.copytree(rendered, study)
    good = pages(study)
    path = study / "coding/acts.csv"
    path.write_text(path.read_text("utf-8").replace("a02,", "a01,"), "utf-8")

    with pytest.raises(StudyError, match="act 'a01' stands here twice"):
        report(study, say=lambda _: None)
    assert pages(study) == good


def test_the_pages_open_without_a_network_and_without_an_error(rendered: Path, browser: str):
    """Chromium, offline: nothing but files is asked for, nothing fails, each plot is a picture."""
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    asked, wrong = [], []
    with sync_playwright() as play:
        chromium = play.chromium.launch(
            executable_path=browser, args=[*flags, "--disable-component-update", "--disable-sync"]
        )
        page = chromium.new_context(offline=True).new_page()
        page.on("request", lambda r: asked.append(r.url))
        page.on("requestfailed", lambda r: wrong.append(r.url))
        page.on("pageerror", lambda e: wrong.append(str(e)))
        for name in ["index.html", *CHAPTERS]:
            page.goto((rendered / "build" / "site" / name).as_uri())
            broken = "[...document.images].filter(i => !i.naturalWidth).map(i => i.src)"
            wrong.extend(page.evaluate(broken))
        plots = page.evaluate("document.images.length")
        chromium.close()

    assert wrong == []
    assert {url.split(":")[0] for url in asked} <= {"file", "data"}
    assert plots == 1  # divergences, the last chapter, has one plot


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_accessibility_engine_finds_no_fault_on_any_kind_of_page(rendered: Path, browser: str, scheme: str):
    """axe-core in Chromium, in a light and a dark theme: contrast, landmarks, names, alternative texts."""
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    site = rendered / "build" / "site"
    kinds = ["index.html", *CHAPTERS, "methods.html", "search.html", "codes/index.html", "documents/index.html"]
    kinds += ["documents/2024-02-12-desk-officer.html", "documents/2024-03-05-card-holder.html"]
    kinds += ["codes/universality--wide-use.html", "cases/mediator.html", "changes.html"]
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    found = []
    with sync_playwright() as play:
        chromium = play.chromium.launch(
            executable_path=browser, args=[*flags, "--disable-component-update", "--disable-sync"]
        )
        page = chromium.new_context(color_scheme=scheme, offline=True).new_page()
        for name in kinds:
            page.goto(f"{site.as_uri()}/{name}")
            found += [(name, v["id"], v["nodes"][0]["html"][:80]) for v in Axe().run(page).response["violations"]]
        chromium.close()

    assert found == []


@pytest.mark.long
def test_storing_the_notebooks_freezes_where_their_networks_stand_and_reading_never_does(card: Path):
    """A second run gives the same bytes; a report runs nothing again, and writes no places."""
    lay_notebooks(card)
    for name in ("corpus", "divergences"):  # no network is drawn in these
        (card / "notebooks" / f"{name}.ipynb").unlink()
    frozen = card / "notebooks" / "positions.csv"
    report(card, say=lambda _: None)
    assert not frozen.exists()

    store_notebooks(card, say=lambda _: None)
    first = frozen.read_bytes()
    frozen.write_bytes(first + b"0123456789ab,gone,0.1000,0.2000\n")
    store_notebooks(card, say=lambda _: None)

    assert frozen.read_bytes() == first
    assert first.startswith(b"graph,node,x,y\n")
    steps: list[str] = []
    report(card, say=steps.append)
    assert [step for step in steps if step.startswith("running")] == []
    assert "Laid out anew" not in (card / "notebooks" / "actor-network.ipynb").read_text("utf-8")


def test_an_excerpt_on_its_codes_page_stands_among_whole_words(shown: dict[str, str]):
    """Dots stand where the paragraph goes on, on that side only, and no word is cut in two."""
    page = shown["codes/function--identification.html"]
    before = re.findall(r"<small>([^<]*)</small> <strong>You show it and you are somebody</strong>", page)
    page = shown["codes/universality--stigma.html"]
    around = re.findall(r"<small>([^<]*)</small> <strong>If only[^<]*</strong><small>([^<]*)</small>", page)

    assert [unescape(b) for b in before] == [
        "… thing to look at instead of, I don't know, six kinds of paper. And for the person too."
    ]
    assert [(unescape(a), unescape(b)) for a, b in around] == [
        (
            "OFFICER [00:01:40]: That's the... yes.",
            ", isn't it. Then it points at them. My colleagues say everyone must have it, the library, …",
        )
    ]
