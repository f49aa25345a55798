"""What a reader opens: drawings that are light, numbers beside turns, a search that says where."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coderpage import FLAGS
from conftest import CITIZEN_CARD
from qualcode import open_study
from qualcode.errors import SourceError
from qualcode.report.front import Front, answers, figure_of, in_order, read_front
from qualcode.report.pictures import lighter
from sitelists import QUOTED

coordinates = st.floats(-2000, 2000, allow_nan=False)
places = st.tuples(coordinates, coordinates)
steps = st.one_of(
    st.tuples(st.sampled_from("ML"), st.tuples(places)),
    st.tuples(st.just("Q"), st.tuples(places, places)),
    st.tuples(st.just("C"), st.tuples(places, places, places)),
    st.tuples(st.just("z"), st.just(())),
)


def ends(outline: str) -> list[tuple[str, list[tuple[float, float]]]]:
    """Read an outline's steps as the SVG specification has them; small letters count from where the last step ended."""
    found: list[tuple[str, list[tuple[float, float]]]] = []
    at = begun = (0.0, 0.0)
    for step, told in re.findall(r"([MLQCmlqcz])([^MLQCmlqcz]*)", outline):
        numbers = [float(n) for n in re.findall(r"-?[0-9.]+(?:e-?[0-9]+)?", told)]
        pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
        if step.islower() and step != "z":
            pairs = [(x + at[0], y + at[1]) for x, y in pairs]
        at = begun if step == "z" else pairs[-1]
        begun = at if step in "Mm" else begun
        found.append((step.upper(), pairs))
    return found


@given(st.lists(steps, max_size=30).map(lambda more: [("M", ((1.0, 2.0),)), *more]))
def test_a_lighter_drawing_goes_through_the_same_places_to_a_hundredth(drawn: list[tuple[str, Any]]):
    outline = " \n".join(" ".join([step, *(f"{x:f} {y:f}" for x, y in at)]) for step, at in drawn)

    made = lighter(f'<path d="{outline}"/>'.encode()).decode()

    written = ends(made.removeprefix('<path d="').removesuffix('"/>'))
    assert [step for step, _ in written] == [step.upper() for step, _ in drawn]
    for (_, mine), (_, theirs) in zip(written, drawn, strict=True):
        for a, b in zip(mine, theirs, strict=True):
            assert a == pytest.approx(b, abs=0.006)


@pytest.mark.parametrize(
    "kept",
    [
        '<path d="M 1 2 A 3 3 0 1 1 4 4"/>',
        '<path d="M 1"/>',
        '<path d="M one two"/>',
        '<text id="d=&quot;">M 1.23456 2</text>',
    ],
)
def test_a_drawing_of_another_hand_stays_as_it_is(kept: str):
    assert lighter(kept.encode()) == kept.encode()
    assert lighter(b"\xff" + kept.encode()) == b"\xff" + kept.encode()


@pytest.fixture(scope="module")
def read(written: Path, browser: str) -> dict[str, Any]:
    """Open pages of the tiny study from disk, on a phone, and note what stands there."""
    from playwright.sync_api import sync_playwright

    site = written / "build" / "site"
    found: dict[str, Any] = {}
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser, args=list(FLAGS))
        page = chromium.new_context(offline=True, viewport={"width": 390, "height": 800}).new_page()
        for asked in ("card", "mark", "officer"):
            page.goto(f"{site.as_uri()}/search.html?q={asked}")
            page.wait_for_selector("#search-results[data-ready]")
            found[asked] = page.evaluate(
                """() => ({ says: document.querySelector('[role=status]').textContent,
                  named: [...document.querySelectorAll('ul.named a')].map(a => a.getAttribute('href')),
                  hits: [...document.querySelectorAll('ol.hits > li')].map(li =>
                    [li.querySelector('a').getAttribute('href'), li.querySelector('small').textContent.trim()]) })"""
            )
        for name in ("corpus", "divergences", "documents/2024-02-12-desk-officer"):
            page.goto(f"{site.as_uri()}/{name}.html")
            page.wait_for_function(QUOTED)
            found[name] = page.evaluate(
                """() => ({ wide: document.documentElement.scrollWidth,
                  cut: [...document.querySelectorAll('div.wide')].filter(e => e.scrollWidth > e.clientWidth)
                    .map(e => getComputedStyle(e).backgroundImage.split('linear-gradient').length - 1),
                  hints: [...document.querySelectorAll('figure')].filter(e => e.scrollWidth > e.clientWidth)
                    .map(e => getComputedStyle(e, '::before').content),
                  numbered: [...document.querySelectorAll('div.turns > p')]
                    .map(e => [e.id, getComputedStyle(e, '::before').content]) })"""
            )
        chromium.close()
    return found


def test_a_search_says_turn_speaker_kind_and_day_of_each_hit_and_how_many(read: dict[str, Any]):
    study = open_study(CITIZEN_CARD)
    hits = [(href, told) for href, told in read["card"]["hits"] if "documents/" in href]
    assert len(hits) > 3
    for href, told in hits:
        name, number = re.fullmatch(r".*documents/(.*)\.html#turn-(\d+)", href).groups()
        document = study.documents[name]
        turn = document.turns[int(number) - 1]
        parts = [
            turn.speaker.label,
            f"turn {number}" if len(document.turns) > 1 else "",
            document.kind,
            str(document.date),
        ]
        assert told == " · ".join(p for p in parts if p)
    number = len(read["card"]["hits"])
    assert read["card"]["says"].startswith(f"“card” stands at {number} places in ")


def test_the_label_of_a_code_or_a_case_leads_to_its_page(read: dict[str, Any]):
    assert "./codes/universality--stigma.html" in read["mark"]["named"]
    assert "./cases/desk-officer.html" in read["officer"]["named"]
    assert read["officer"]["says"].endswith("in the name.")


def test_what_is_cut_on_a_phone_shows_that_it_scrolls_and_the_page_itself_does_not(read: dict[str, Any]):
    pages = [read["corpus"], read["divergences"]]
    assert max(p["wide"] for p in pages) <= 391
    cut = [n for p in pages for n in p["cut"]]
    hints = [h for p in pages for h in p["hints"]]
    assert len(cut) > 1
    assert set(cut) == {4}
    assert len(hints) > 1
    assert all("scroll it" in h for h in hints)


def test_every_turn_has_its_number_beside_it(read: dict[str, Any]):
    turns = open_study(CITIZEN_CARD).documents["2024-02-12-desk-officer"].turns
    numbered = [(id_, content) for id_, content in read["documents/2024-02-12-desk-officer"]["numbered"] if id_]
    assert [id_ for id_, _ in numbered] == [f"turn-{t.number}" for t in turns]
    assert {content for _, content in numbered} == {"counter(place)"}


BOOK = {"cells": [{"cell_type": "code", "id": "one", "metadata": {}, "outputs": [], "source": ""}]}
SHOWN = "Of 3 people 2.5 came. *Two* of them (in U.S. terms) spoke! Why? 34 did not."


def told(root: Path, yaml: str) -> Path:
    """Give a folder settings, and a chapter whose cell shows sentences."""
    (root / "notebooks").mkdir()
    (root / "build" / "notebooks").mkdir(parents=True)
    for name in ("corpus", "a", "b"):
        (root / "notebooks" / f"{name}.ipynb").write_text(json.dumps(BOOK), "utf-8")
    shown = {"output_type": "display_data", "data": {"text/markdown": SHOWN}, "metadata": {}}
    book = {"cells": [{**BOOK["cells"][0], "outputs": [shown]}]}
    (root / "build" / "notebooks" / "a.ipynb").write_text(json.dumps(book), "utf-8")
    (root / "notebooks" / "report.yaml").write_text(yaml, "utf-8")
    return root


def test_the_answer_is_sentences_that_a_chapter_showed(tmp_path: Path):
    root = told(tmp_path, 'answer: ["a/one 2", "a/one 3-4", "a/one"]\nchapters: [b, a]\n')
    front = read_front(root)
    assert answers(front, root / "build", root) == [
        ("*Two* of them (in U.S. terms) spoke!", "a"),
        ("Why? 34 did not.", "a"),
        (SHOWN, "a"),
    ]
    assert in_order(["a", "corpus", "b", "z"], front) == ["b", "a", "corpus", "z"]
    assert in_order(["b", "corpus", "a"], read_front(tmp_path / "nowhere")) == ["corpus", "a", "b"]


def test_an_answer_that_no_chapter_shows_stops_the_report_and_says_where(tmp_path: Path):
    root = told(tmp_path, "question: Who?\nanswer:\n  - a/two\n  - a/one 4-5\n")
    with pytest.raises(SourceError) as caught:
        answers(read_front(root), root / "build", root)
    assert str(caught.value).splitlines() == [
        "notebooks/report.yaml:3: a has no cell 'two' that shows a sentence",
        "notebooks/report.yaml:4: cell 'one' of a shows 4 sentences, and 5 are asked for",
    ]


def test_every_fault_of_the_settings_is_told(tmp_path: Path):
    root = told(tmp_path, "notise: x\nquestion: [a]\nanswer: [of course]\nchapters: [corpus, c, corpus]\n")
    with pytest.raises(SourceError) as caught:
        read_front(root)
    lines = str(caught.value).splitlines()
    assert [line.split("; ")[0][:70] for line in lines] == [
        "notebooks/report.yaml:1: unknown entry 'notise'",
        "notebooks/report.yaml:2: 'question' takes words",
        "notebooks/report.yaml:3: 'of course' is not written CHAPTER/CELL, or CHAPTER/CELL"[:70],
        "notebooks/report.yaml:4: 'corpus' stands here twice",
        "notebooks/report.yaml:4: there is no notebook 'c'",
    ]


def test_a_plot_of_the_first_page_is_the_chapters_own(tmp_path: Path):
    page = '<figure class="align-default" id="plot-x">\n<img alt="A" src="_images/1.svg" /><figcaption>\n<p>'
    page += '<span class="caption-number">Plot 1 </span><span class="caption-text">What it shows.</span>'
    page += '<a class="h">#</a></p>'
    front = Front(plot="a/plot-x")
    picture, caption, goal = figure_of(front, {"a": f"{page}</figcaption></figure>"})
    assert (picture, caption, goal) == ('<img alt="A" src="_images/1.svg" />', "What it shows.", "a.html#plot-x")
    with pytest.raises(SourceError, match=r"there is no plot 'a/plot-y'.*did you mean 'a/plot-x'"):
        figure_of(Front(plot="a/plot-y"), {"a": f"{page}</figcaption></figure>"})
    assert figure_of(Front(), {}) == ("", "", "")


def test_an_outline_that_is_drawn_twice_stands_once():
    twice = "M 1 2 " + "L 3.5 4.25 L 1 1 " * 20 + "z"
    xlink = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
    drawn = f'<svg {xlink}><defs></defs><path d="{twice}" style="a"/><path d="{twice}" style="b"/></svg>'
    made = lighter(drawn.encode()).decode()
    outline = "M1 2" + "l2.5 2.25l-2.5-3.25" + "l2.5 3.25l-2.5-3.25" * 19 + "z"
    uses = '<use xlink:href="#same-0" style="a"/><use xlink:href="#same-0" style="b"/>'
    assert made == f'<svg {xlink}><defs><path id="same-0" d="{outline}"/></defs>{uses}</svg>'
