"""The network to explore: the ties of the matrices, chosen by sign, strength and period, opened to their words."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import qualcode
from qualcode import network, tables
from qualcode.report import report
from qualcode.report.explore import library

if TYPE_CHECKING:
    import pandas as pd
    from playwright.sync_api import Page

pytestmark = pytest.mark.long
HOSTILE = '<img src=x onerror="document.title=1">$x$ "Ann"'


@pytest.fixture(scope="module")
def study(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the tiny study in which one person's label is markup; its site is made anew."""
    mine = Path(shutil.copytree(written, tmp_path_factory.mktemp("explored") / "card"))
    path = mine / "coding/cases.csv"
    text = path.read_text("utf-8")
    before = next(c.label for c in qualcode.open_study(mine).cases.values() if c.id == "desk-officer")
    quoted = HOSTILE.replace('"', '""')
    path.write_text(text.replace(f",{before},", f',"{quoted}",', 1), "utf-8")
    report(mine, say=lambda _: None)
    return mine


@pytest.fixture(scope="module")
def page(study: Path, browser: str) -> Iterator[Page]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_context(offline=True).new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda e: wrong.append(str(e)))
        page.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
        page.goto((study / "build/site/network.html").as_uri())
        page.wait_for_selector("#network-drawing[data-ready]", timeout=60_000)
        assert wrong == []
        yield page
        assert wrong == []
        chromium.close()


def held(study: Path, until: str = "9") -> pd.DataFrame:
    """Return the statements that tie persons, up to a day."""
    opened = qualcode.open_study(study)
    said = tables.statements(opened)
    kind = {case.id: case.kind for case in opened.cases.values()}
    said = said[~said["reported"] & ~said["definitional"] & said["actor"].map(kind).eq("person")]
    return said[said["stance"].notna() & (said["date"].astype(str).str[:10] <= until)]


def as_matrices(said: pd.DataFrame) -> dict[tuple[str, ...], tuple[float, int]]:
    """Return the ties as `network.discourse_network` has them: weight and support by pair."""
    graph = network.discourse_network(said, actor="actor", kind="subtract", normalise="average")
    return {tuple(sorted((a, b))): (round(d["weight"], 12), d["support"]) for a, b, d in graph.edges(data=True)}


def as_page(page: Page, said: pd.DataFrame, until: str = "") -> dict[tuple[str, ...], tuple[float, int]]:
    """Return the ties as the page computes them."""
    actors = sorted(said["actor"].unique())
    found: list[Any] = page.evaluate(
        "until => qualcode.ties('', until).all.map(t => [t.a, t.b, t.weight, t.support])", until
    )
    return {tuple(sorted((actors[a], actors[b]))): (round(w, 12), s) for a, b, w, s in found}


def test_the_page_ties_as_the_matrices_do_whatever_the_period(study: Path, page: Page):
    everything = held(study)
    days = sorted(set(everything["date"].astype(str).str[:10]))

    assert as_matrices(everything) == as_page(page, everything)
    assert as_matrices(everything) != {}
    for day in days:
        assert as_matrices(held(study, day)) == as_page(page, everything, day)


def test_a_tie_opens_to_the_words_it_rests_on_by_keyboard_alone(page: Page):
    page.fill("#network-choice [name=least]", "0")
    page.fill("#network-choice [name=support]", "1")
    person = page.locator("#network-people button").first
    person.focus()
    page.keyboard.press("Enter")
    tie = page.locator("#network-about button").first
    tie.focus()
    page.keyboard.press("Enter")
    page.locator("#network-about summary").first.focus()
    if not page.locator("#network-about details[open]").count():
        page.keyboard.press("Enter")
    page.wait_for_selector("#network-about ol li")

    assert page.locator("#network-about ol li a[href*='documents/']").count() >= 2


def test_choosing_a_sign_shows_these_ties_only_and_says_how_many(study: Path, page: Page):
    every = as_matrices(held(study))
    page.fill("#network-choice [name=least]", "0")
    page.fill("#network-choice [name=support]", "1")
    for sign, kept in (("conflict", -1), ("agreement", 1)):
        page.select_option("#network-choice [name=sign]", sign)
        many = sum(weight * kept > 0 for weight, _ in every.values())
        assert f"{many} of {len(every)} ties shown." in page.inner_text("#network-told")
    page.select_option("#network-choice [name=sign]", "all")


def test_a_label_that_is_markup_stays_words(page: Page):
    assert HOSTILE in page.inner_text("#network-people")
    assert (page.title() != "1", page.locator("main img, article img").count()) == (True, 0)


def test_the_data_hold_numbers_and_the_library_evaluates_nothing(study: Path):
    """No word of a document lies in the page's data, and the script needs no eval, so that the policy stands."""
    told = (study / "build/site/_words/ties.js").read_text("utf-8")
    data = json.loads(told.removeprefix("qualcode.take('ties', ").removesuffix(");\n"))

    assert sorted(data) == ["actors", "contrast", "statements"]
    assert {type(one) for row in data["statements"] for one in row[:3]} <= {int, float}
    assert [sign for sign in ("new Function", "eval(") if sign in library()] == []
