"""Who speaks, asked in a notebook: every answer is in the mapping's file, and no word or label in what is saved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coderpage import chromium
from qualcode import open_study
from qualcode.exchange.transcripts.intake import bring, look
from qualcode.exchange.transcripts.speakers import Who, read_speakers
from qualcode.widget import speakers
from qualcode.widget.browser import STYLE, joined
from qualcode.widget.seating import Seating

TALK = "Int: What do you do?\nAnna Example: I bake marigold bread.\nNote: the door.\n"
TALK += "Int: And then?\nAnna Example: I sleep.\n"
NEW = "a new case"
OTHER = "Speaker 1: Who are you?\nSpeaker 2: Nobody with a saffron name.\n"


@pytest.fixture
def inbox(card: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "2024-05-02-one.txt").write_text(TALK, "utf-8")
    (folder / "2024-05-03-two.txt").write_text(OTHER, "utf-8")
    return folder


def asked(seating: Seating, **message: Any) -> dict[str, Any]:
    """Send one message; return the one answer."""
    (reply,) = seating.handle({"view": "s1", **message})
    return reply


def test_the_table_shows_each_label_with_first_words_and_the_case_proposed(card: Path, inbox: Path) -> None:
    told = asked(Seating(open_study(card), [inbox]), type="ready")

    assert told["caption"] == "4 labels in 2 transcripts"
    assert [(r["label"], r["where"], r["sample"], r["turns"], r["case"], r["told"]) for r in told["rows"]] == [
        ("Int", "2024-05-02-one.txt", "What do you do?", 2, "researcher", ""),
        (
            "Anna Example",
            "2024-05-02-one.txt",
            "I bake marigold bread. Note: the door.",
            2,
            "anna-example",
            "a new case",
        ),
        ("Speaker 1", "2024-05-03-two.txt", "Who are you?", 1, "two-speaker-1", NEW),
        ("Speaker 2", "2024-05-03-two.txt", "Nobody with a saffron name.", 1, "two-speaker-2", NEW),
    ]
    assert {"researcher", "mediator", "anna-example"} <= set(told["cases"])
    assert (inbox / "speakers.yaml").is_file()


def test_an_answer_is_on_disk_at_once_and_import_takes_it(card: Path, inbox: Path) -> None:
    seating = Seating(open_study(card), [inbox])
    assert asked(seating, type="case", id=1, case="mediator")["said"] == "Anna Example is mediator"
    assert asked(seating, type="case", id=3, case="librarian")["row"]["told"] == ""
    assert asked(seating, type="case", id=2, case="researcher")["said"] == "Speaker 1 is researcher"
    mapping = read_speakers(inbox / "speakers.yaml")
    assert mapping.speakers["Anna Example"] == Who("mediator")
    assert mapping.documents["2024-05-03-two.txt"].speakers == {
        "Speaker 1": Who("researcher"),
        "Speaker 2": Who("librarian"),
    }
    done = bring(open_study(card), look(open_study(card), [inbox]))
    assert (done.problems, done.documents) == ([], ["2024-05-02-one", "2024-05-03-two"])


def test_a_label_that_is_no_speaker_is_listed_as_such_and_may_become_one_again(card: Path, inbox: Path) -> None:
    seating = Seating(open_study(card), [inbox])
    assert asked(seating, type="text", id=3, on=True)["row"] | {"sample": ""} == {
        "id": 3,
        "label": "Speaker 2",
        "where": "2024-05-03-two.txt",
        "sample": "",
        "turns": 1,
        "case": "",
        "text": True,
        "told": "",
    }
    mapping = read_speakers(inbox / "speakers.yaml")
    assert (mapping.not_speakers, list(mapping.documents["2024-05-03-two.txt"].speakers)) == (
        {"Speaker 2"},
        ["Speaker 1"],
    )
    assert asked(seating, type="text", id=3, on=False)["said"] == "Speaker 2 is a speaker; say who"
    assert asked(seating, type="case", id=3, case="librarian")["row"]["case"] == "librarian"
    assert read_speakers(inbox / "speakers.yaml").not_speakers == frozenset()


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ({"type": "case", "id": 1, "case": "Anna Example"}, "case 'Anna Example' is no id; use a-z, 0-9 and hyphens"),
        ({"type": "case", "id": 9, "case": "x"}, "there is no such label; run the cell again"),
        ({"type": "case", "id": "1", "case": "x"}, "there is no such label; run the cell again"),
    ],
)
def test_what_is_no_answer_is_refused_and_nothing_written(
    card: Path, inbox: Path, message: dict[str, Any], reason: str
) -> None:
    seating = Seating(open_study(card), [inbox])
    before = (inbox / "speakers.yaml").read_bytes()
    assert asked(seating, **message)["reason"] == f"not written: {reason}"
    assert (inbox / "speakers.yaml").read_bytes() == before


def test_what_somebody_edited_meanwhile_holds_and_a_comment_of_theirs_is_never_lost(card: Path, inbox: Path) -> None:
    seating = Seating(open_study(card), [inbox])
    path = inbox / "speakers.yaml"
    path.write_text(path.read_text("utf-8").replace("case: anna-example", "case: desk-officer"), "utf-8")
    asked(seating, type="case", id=2, case="researcher")
    assert read_speakers(path).speakers["Anna Example"] == Who("desk-officer")
    path.write_text(path.read_text("utf-8") + "# ask her again\n", "utf-8")
    assert asked(seating, type="case", id=2, case="mediator")["reason"] == (
        "not written: speakers.yaml has comments that would be lost; edit it there"
    )
    assert path.read_text("utf-8").endswith("# ask her again\n")


def test_a_saved_notebook_keeps_no_label_and_no_word(card: Path, inbox: Path) -> None:
    widget = speakers(open_study(card), inbox)
    kept = repr(widget) + json.dumps(
        {k: v for k, v in widget.get_state().items() if k not in ("_esm", "_css")}, default=str
    )
    assert repr(widget) == "<4 labels of transcripts; run the cell to go on>"
    assert [w for w in ("Anna", "marigold", "saffron", "Speaker 1", "anna-example") if w in kept] == []


PAGE = """<!doctype html><html lang=en><meta charset=utf-8><title>Labels</title><link rel=stylesheet href=/coder.css>
<body style="margin:8px"><main><h1 style="font-size:1em">A notebook</h1><div id=host></div></main>"""
MOUNT = """async () => {
  const listeners = [];
  const model = { on: (_, f) => listeners.push(f), off() {},
    send: m => window.kernel(m).then(all => JSON.parse(all).forEach(r => listeners.forEach(f => f(r)))) };
  (await import("/speakers.js")).render({ model, el: document.getElementById("host") });
}"""


@pytest.fixture
def page(card: Path, inbox: Path, browser: str) -> Iterator[Any]:
    """Return a page with the table in it."""
    seating = Seating(open_study(card), [inbox])
    served = {
        "/speakers.js": ("text/javascript", joined("speakers")[0]),
        "/coder.css": ("text/css", STYLE.read_text("utf-8")),
    }
    with chromium(browser) as started:
        shown = started.new_page()

        def serve(route: Any) -> None:
            path = "/" + route.request.url.split("/", 3)[3]
            kind, body = served.get(path, ("text/html", PAGE))
            route.fulfill(body=body, content_type=f"{kind}; charset=utf-8")

        shown.route("http://localhost/**", serve)
        shown.expose_function("kernel", lambda m: json.dumps([*seating.handle(m)]))
        shown.goto("http://localhost/")
        shown.evaluate(MOUNT)
        shown.wait_for_selector("tbody tr")
        yield shown


def test_all_of_it_goes_by_keyboard_and_axe_finds_nothing(page: Any, inbox: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.get_by_label("Case of Anna Example").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("mediator")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.qc-live').textContent === 'Anna Example is mediator'")
    assert page.evaluate("document.activeElement.ariaLabel") == "Case of Speaker 1"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('.qc-live').textContent === 'Speaker 1 is no speaker'")
    page.get_by_label("Case of Speaker 2").fill("No Id")
    page.keyboard.press("Tab")
    page.wait_for_function("document.querySelector('.qc-live').textContent.startsWith('not written: case')")
    assert page.get_by_label("Case of Speaker 2").input_value() == "two-speaker-2"
    mapping = read_speakers(inbox / "speakers.yaml")
    assert (mapping.speakers["Anna Example"].case, mapping.not_speakers) == ("mediator", {"Speaker 1"})
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page).response["violations"]
        assert [(v["id"], [n["html"][:90] for n in v["nodes"]]) for v in found] == []
