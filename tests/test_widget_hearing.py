"""
What is heard and held against rules: the accessibility tree, the words of the live region, axe-core.

No screen reader runs here; what one reads from is tested: roles, names, and what is announced when.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import qualcode
from coderpage import STARTS, Page
from qualcode.suggest import suggest
from qualcode.widget.session import Session
from test_suggest import trades

pytestmark = pytest.mark.builds

OFFICER = "2024-02-12-desk-officer"
LIGHT_AND_DARK = "<style>:root{color-scheme:light dark}</style>"


@pytest.fixture(scope="module", params=STARTS)
def started(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Start each browser once."""
    fixture, start = STARTS[request.param]
    with start(request.getfixturevalue(fixture)) as running:
        yield running


def violations(page: Page) -> list[tuple[str, str]]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page.page).response["violations"]
    return [(v["id"], node["html"][:90]) for v in found for node in v["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state_of_the_widget(card: Path, tmp_path: Path, started: Any, scheme: str):
    """Firefox ESR cannot be asked for the dark from outside: there it is looked at in the light, twice."""
    context = started.new_context(viewport={"width": 1180, "height": 900}, color_scheme=scheme)
    page = Page(context, LIGHT_AND_DARK)
    page.mount(Session(qualcode.open_study(card), OFFICER, "reader"))
    page.select(3, 60, 3, 60)
    page.page.click("summary")
    page.page.get_by_role("button", name="Others' tags").click()
    page.page.wait_for_selector(".qc-other")
    found = {"open": violations(page)}
    for name, keys in (("help", "?"), ("palette", "Enter"), ("memo", "Shift+M"), ("stance", "Shift+S")):
        page.select(3, 60, 3, 90 if name == "palette" else 60)
        page.press(keys)
        page.page.wait_for_selector("dialog")
        found[name] = violations(page)
        page.press("Escape")
        page.page.wait_for_selector("dialog", state="detached")
    page.select(1, 0, 1, 3)
    page.press("1")
    page.said("Coded")
    page.press("2")
    page.page.wait_for_selector(".qc-alarm:not([hidden])")
    found["refused"] = violations(page)
    context.close()
    study = qualcode.open_study(trades(tmp_path / "t"))
    context = started.new_context(viewport={"width": 1180, "height": 900}, color_scheme=scheme)
    page = Page(context, LIGHT_AND_DARK)
    page.mount(Session(study, "gus", "me", suggest(study, "me", ["topic/bread"])))
    page.page.wait_for_selector(".qc-suggested")
    page.select(0, 1, 0, 1)
    page.page.wait_for_selector(".qc-why")
    found["suggestion"] = violations(page)
    page.press("Shift+C")
    page.page.wait_for_selector("dialog")
    page.press("Enter")
    page.page.wait_for_selector("dialog[aria-label*='go to which']")
    found["excerpts of a code"] = violations(page)
    context.close()

    assert {state: wrong for state, wrong in found.items() if wrong} == {}
    assert len(found) == 8


def test_each_change_is_announced_once_it_is_on_disk(card: Path, started: Any):
    """Key by key, what the polite live region says; a refusal is an alert."""
    context = started.new_context(viewport={"width": 1180, "height": 900})
    page = Page(context)
    on = Session(qualcode.open_study(card), OFFICER, "me")
    page.mount(on)
    heard = []
    page.select(1, 0, 1, 9)
    for keys, words in (
        (["4"], "Coded 9 characters as Identification"),
        (["6"], "Access added"),
        (["6"], "Access stands there already"),
        (["Shift+G"], "Read to here"),
        (["Control+z"], "Undone: read to here"),
        (["Control+z"], "Undone: Identification and Access"),
        (["Control+y"], "Done again: Identification and Access"),
        (["Space"], "stands there already"),
        (["]", "ArrowRight"], "ends: "),
        (["Escape"], "Left as it was"),
        (["Backspace"], "Removed "),
        (["Shift+S"], "No excerpt is in focus; put the caret into one"),
        (["Control+s"], "Every act is on disk already"),
    ):
        page.press(*keys)
        page.said(words)
        heard.append(page.live())
    live = page.page.evaluate(
        """() => ['.qc-live', '.qc-alarm'].map(s => {
          const e = views[0].host.querySelector(s); return [e.getAttribute('role'), e.getAttribute('aria-live')]; })"""
    )
    context.close()

    assert live == [["status", "polite"], ["alert", None]]
    assert len(heard) == 13
    assert on.file.excerpts == ()


def test_the_tree_names_the_widget_its_turns_codes_and_keys(card: Path, started: Any):
    context = started.new_context(viewport={"width": 1180, "height": 900})
    page = Page(context)
    page.mount(Session(qualcode.open_study(card), OFFICER, "reader"))
    page.select(3, 60, 3, 60)
    tree = page.page.locator("#hosts").aria_snapshot()
    keys = page.page.evaluate("views[0].host.querySelector('[data-code=\"function/access\"]').ariaKeyShortcuts")
    context.close()

    for line in (
        'region "An officer at the population desk, coded by reader"',
        'toolbar "Codes"',
        'group "What the card does"',
        'button "Access"',
        'textbox "Transcript. Select words with Shift and arrows, then press 1 to 9 or Enter for a code.',
        'group "Turn 4, OFFICER: Marking (risks); Everyone has it (enables), view of The city, with a memo"',
        'region "Excerpt in focus"',
        'group "Marking"',
        'button "risks" [pressed]',
    ):
        assert line in tree, line
    assert keys == "6 a"
    assert "status" in tree
