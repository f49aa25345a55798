"""The widget's script in real browsers, on a bare page, with real sessions and files behind it."""

from __future__ import annotations

import io
import os
import random
import wave
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import qualcode
from coderpage import STARTS, Page
from conftest import PROJECT
from qualcode.coding.hand import code_excerpt
from qualcode.study.coderfile import read_coder_file
from qualcode.study.study import Study
from qualcode.suggest import suggest
from qualcode.widget.bridge import SCRIPT, STAMP
from qualcode.widget.session import Session
from test_suggest import trades

pytestmark = pytest.mark.builds

OFFICER = "2024-02-12-desk-officer"
HARD = (
    "Q: Where \U0001f3d9\ufe0f do you begin?\n\n"
    "OFFICER [00:00:05]: With families \U0001f468\u200d\U0001f469\u200d\U0001f467 and flags "
    "\U0001f1e7\U0001f1ea\U0001f1eb\U0001f1f7, cafe\u0301 et the\u0301, 100\u00a0% sure.\n"
    "A second line\twith a tab,  two spaces, \U00020bb7 and oui\u202fmais \U0001d518.\n\n"
    "Q: And <b>&amp; this</b>?\n\n"
    "OFFICER: No mark-up \U0001f600 at all; e\u0301e\u0301 \U0001f44d\U0001f3fd target.\n"
)


@pytest.fixture(scope="module", params=STARTS)
def started(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Start each browser once."""
    fixture, start = STARTS[request.param]
    with start(request.getfixturevalue(fixture)) as running:
        yield running


def is_firefox(started: Any) -> bool:
    return bool(started.browser_type.name != "chromium")


only_in_chromium = pytest.mark.parametrize("started", ["chromium"], indirect=True)


@pytest.fixture
def page(started: Any) -> Iterator[Page]:
    context = started.new_context(viewport={"width": 1180, "height": 820})
    shown = Page(context)
    yield shown
    context.close()
    assert shown.errors == []


def hard(card: Path) -> Study:
    """Put the hard text into the tiny study."""
    path = card / f"interviews/{OFFICER}.md"
    head = path.read_text("utf-8").split("---\n")[1]
    path.write_text(f"---\n{head}---\n{HARD}", "utf-8")
    for file in (card / "coding").rglob(f"{OFFICER}.jsonl"):
        file.unlink()
    return qualcode.open_study(card)


def mine(study: Path, coder: str = "me") -> list[tuple[str, dict[str, float | None]]]:
    file, problems = read_coder_file(study / f"coding/coders/{coder}/{OFFICER}.jsonl", "file", coder)
    assert problems == []
    return [(e.anchor.quote, e.codes) for e in file.excerpts]


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def test_three_hundred_random_selections_are_the_words_python_sees(card: Path, page: Page):
    """Emoji, flags, combining accents, NBSP, tabs and what looks like mark-up; counted in code points."""
    on = Session(hard(card), OFFICER, "me")
    page.mount(on)
    text, turns = on.document.text, on.document.turns
    draw, wanted = random.Random(7), []
    while len(wanted) < 320:
        i = draw.randrange(len(turns))
        j = draw.randrange(i, len(turns))
        a = draw.randrange(turns[i].words_start, turns[i].end)
        b = draw.randrange(turns[j].words_start + 1, turns[j].end + 1)
        if b > a and text[a:b].strip():
            wanted.append(
                (i, units(text[turns[i].words_start : a]), j, units(text[turns[j].words_start : b]), text[a:b])
            )
    got = page.page.evaluate(
        """async wanted => {
          const view = views[0], words = [...view.host.querySelectorAll('.qc-words')].map(w => w.firstChild);
          const doc = view.host.querySelector('.qc-doc'), found = [];
          const send = view.model.send;
          view.model.send = m => { if (m.type === 'code') found[found.length - 1][0] = m; };
          for (const [i, a, j, b] of wanted) {
            doc.focus({ preventScroll: true });
            document.getSelection().setBaseAndExtent(words[i], a, words[j], b);
            found.push([null, document.getSelection().toString()]);
            const about = { key: '4', code: 'Digit4', bubbles: true, cancelable: true };
            doc.dispatchEvent(new KeyboardEvent('keydown', about));
          }
          view.model.send = send;
          return found;
        }""",
        [w[:4] for w in wanted],
    )

    differing = 0
    for (*_, words), (message, as_browser_says) in zip(wanted, got, strict=True):
        assert message is not None
        assert text[message["start"] : message["end"]] == message["quote"] == words.strip()
        differing += as_browser_says != words
    assert differing > 0  # what the browser calls the selection's text is not to be relied on
    assert on.handle({**got[0][0], "uid": "x"})[-1]["type"] == "ack"


def test_the_text_stands_as_it_is_and_carriage_returns_count(card: Path, page: Page):
    """A session's text has no CRLF, since Python reads LF; the script would count one all the same."""
    on = Session(hard(card), OFFICER, "me")
    page.mount(on)
    shown = page.page.evaluate("[...views[0].host.querySelectorAll('.qc-words')].map(w => w.firstChild.data)")
    counted = page.page.evaluate(
        r"""async text => {
          const s = await import('/coder.js'), a = s.astralsOf(text);
          const there = [...text.matchAll(/target|\r/gu)].map(m => m.index);
          return there.map(i => [s.toPoints(a, i), s.toUnits(a, s.toPoints(a, i)) - i]);
        }""",
        HARD.replace("\n", "\r\n"),
    )

    assert shown == [on.document.text[t.words_start : t.end] for t in on.document.turns]
    crlf = HARD.replace("\n", "\r\n")
    assert counted == [[i, 0] for i, c in enumerate(crlf) if c == "\r" or crlf.startswith("target", i)]


def test_keys_alone_tag_recode_annotate_and_remove(card: Path, page: Page):
    on = Session(qualcode.open_study(card), OFFICER, "me")
    page.mount(on)
    page.page.evaluate("views[0].host.querySelector('.qc-doc').focus()")
    page.press("Control+Home", *["ArrowDown"] * 1, "Home", *["Control+Shift+ArrowRight"] * 2, "6")
    page.said("Coded")
    quote = mine(card)[0][0]
    page.press("Shift+S")
    page.page.wait_for_selector("dialog")
    assert "The card opens services that were closed." in page.page.inner_text("dialog")
    page.page.keyboard.type("risk")
    page.press("Enter")
    page.said("Access: risks")
    page.press("Shift+M")
    page.page.keyboard.type("Says it first.")
    page.press("Control+Enter")
    page.said("memo kept")
    page.press("Shift+H")
    page.page.keyboard.type("city")
    page.press("Enter")
    page.said("view of The city")
    assert mine(card) == [(quote, {"function/access": -1.0})]
    page.press("Shift+R")
    page.page.keyboard.type("marking")
    page.press("Enter")
    page.said("Access taken off; Marking added")
    page.press("]", "ArrowRight", "ArrowRight", "Enter")
    page.said("boundaries moved")
    longer = mine(card)[0][0]
    assert longer.startswith(quote)
    assert len(longer.split()) == len(quote.split()) + 2
    page.press("Backspace")
    page.said("Removed Marking")
    assert mine(card) == []
    page.press("Control+z")
    page.said("Undone: Marking")
    assert mine(card) == [(longer, {"universality/stigma": None})]
    page.press("Control+z", "Control+y")
    page.said("Done again")
    page.press("Escape")
    assert page.page.evaluate("document.activeElement.tagName") == "BUTTON"


def test_a_memo_on_a_question_and_a_stance_by_its_number(card: Path, page: Page):
    on = Session(qualcode.open_study(card), OFFICER, "me")
    page.mount(on)
    page.select(2, 0, 2, 7)
    assert on.document.turns[2].speaker.label == "Q"
    page.press("Shift+M")
    page.page.wait_for_selector("dialog input")
    page.page.keyboard.type("access")
    page.press("Enter")
    page.page.wait_for_selector("dialog textarea")
    page.page.keyboard.type("A leading question.")
    page.press("Control+Enter")
    page.said("Coded 7 characters as Access")
    page.press("Shift+S")
    page.page.wait_for_selector("dialog input")
    page.press("3")
    page.said("Access: risks")
    page.press("Shift+M")
    page.page.wait_for_selector("dialog textarea")
    assert page.page.input_value("dialog textarea") == "A leading question."
    page.press("Escape")

    (made,) = on.file.excerpts
    assert (made.anchor.quote, made.codes, made.memo) == (
        on.document.text[made.anchor.start : made.anchor.end],
        {"function/access": -1.0},
        "A leading question.",
    )
    assert made.anchor.start == on.document.turns[2].words_start


def test_keys_faster_than_the_answers_lose_nothing(card: Path, page: Page):
    """Two keys on an excerpt before the first is answered: the second knows of the first."""
    on = Session(qualcode.open_study(card), OFFICER, "me")
    page.mount(on)
    page.select(1, 0, 1, 9)
    page.press("4")
    page.said("Coded")
    page.select(1, 2, 1, 2)
    page.page.evaluate(
        """for (const n of [6, 7, 8]) document.activeElement.dispatchEvent(new KeyboardEvent('keydown',
             { key: String(n), code: `Digit${n}`, bubbles: true, cancelable: true }))"""
    )
    page.said("Marking added")

    assert set(mine(card)[0][1]) == {
        "function/identification",
        "function/access",
        "universality/wide-use",
        "universality/stigma",
    }


def test_codebook_keys_azerty_digits_repeat_palette_and_buttons_all_tag(card: Path, page: Page):
    on = Session(qualcode.open_study(card), OFFICER, "me")
    page.mount(on)
    page.select(1, 0, 1, 9)
    page.press("i")
    page.said("Identification")
    page.select(1, 10, 1, 17)
    page.typed("&", "Digit1")
    page.said("Issuer")
    page.select(3, 0, 3, 6)
    page.press("Space")
    page.said("as Issuer")
    page.select(3, 7, 3, 20)
    page.press("Enter")
    page.page.keyboard.type("ministry")
    page.press("Enter")
    page.said("The ministry")
    page.drag(5, 0, 8)
    page.page.click("button[data-code='function/access']")
    page.said("as Access")

    book = [next(iter(codes)) for _, codes in mine(card)]
    assert book == [
        "function/identification",
        "figure/issuer",
        "figure/issuer",
        "governance/ministry",
        "function/access",
    ]


def test_overlapping_codings_by_mouse_are_both_there_and_the_caret_goes_round_them(card: Path, page: Page):
    """Pressing the mouse inside a selection must begin a new one, not drag its text away."""
    on = Session(qualcode.open_study(card), OFFICER, "me")
    page.mount(on)
    page.drag(1, 3, 20)
    page.press("4")
    page.said("as Identification")
    page.drag(1, 10, 40)
    page.press("9")
    page.said("as Designed together")

    assert len(mine(card)) == 2
    assert [len(t) for t in page.lanes()] == [0, 2, 0, 0, 0, 0]
    page.select(1, 15, 1, 15)
    page.press("Shift+O")
    page.said("2 here")
    first = page.live()
    page.press("Shift+O")
    page.said("of 2 here")
    page.page.wait_for_function("was => views[0].host.querySelector('.qc-live').textContent !== was", arg=first)


def test_it_opens_at_a_place_scrolled_to_selected_and_said_so(card: Path, started: Any):
    """A low window, so that the last turn is out of sight; a key then tags what was opened at."""
    study = hard(card)
    start = study.document(OFFICER).text.index("target")
    context = started.new_context(viewport={"width": 1180, "height": 420})
    page = Page(context)
    page.mount(Session(study, OFFICER, "me", at=(start, start + 6)))
    page.said("opened, 6 characters selected. Turn 4, OFFICER: no codings")
    seen = page.page.evaluate(
        """() => {
          const line = document.getSelection().getRangeAt(0).getBoundingClientRect();
          const box = views[0].host.querySelector('.qc-doc').getBoundingClientRect();
          return [box.top <= line.top, line.bottom <= box.bottom, String(document.getSelection())];
        }"""
    )
    assert seen == [True, True, "target"]
    page.press("4")
    page.said("Coded 6 characters")
    name = Session(study, OFFICER, "me").file.excerpts[0].id
    page.mount(Session(study, OFFICER, "me", at=name))
    page.said("opened, 6 characters selected. Turn 4, OFFICER: Identification", n=1)
    assert "Identification" in page.page.inner_text(".qc >> nth=1 >> .qc-detail")
    context.close()


LANES = """() => [...views[0].host.querySelectorAll('.qc-turn')].map(turn => {
  const box = e => { const r = e.getBoundingClientRect(); return [r.left, r.right, r.top, r.bottom]; };
  const text = turn.querySelector('.qc-words').firstChild, words = document.createRange();
  words.selectNodeContents(text);
  return {
    bars: [...turn.querySelectorAll('.qc-bar')].map(b => [b.dataset.id, ...box(b.querySelector('.qc-line'))]),
    tags: [...turn.querySelectorAll('.qc-tag')].map(t => [t.dataset.id, ...box(t)]),
    words: box(words), turn: box(turn) };
})"""


@pytest.mark.parametrize("width", [1180, 560, 400])
def test_overlapping_codings_are_lanes_beside_their_lines_with_their_names(card: Path, started: Any, width: int):
    """By the geometry of the page: a lane each, as high as the lines they cover, no name on another."""
    context = started.new_context(viewport={"width": width, "height": 1000})
    page = Page(context, "<style>.qc-doc{max-height:none!important}</style>")  # lanes are drawn where they are seen
    on = Session(qualcode.open_study(card), OFFICER, "reader")
    page.mount(on)
    for a, b, key in ((10, 90, "1"), (40, 120, "6"), (60, 100, "9")):
        page.select(3, a, 3, b)
        page.press(key)
        page.said("Coded")
    page.frames(6)
    turns = page.page.evaluate(LANES)
    for there, turn in zip(on.document.turns, turns, strict=True):
        start, end = there.words_start, there.end
        here = {e.id: e.anchor for e in on.file.excerpts if e.anchor.start < end and start < e.anchor.end}
        assert {b[0] for b in turn["bars"]} == {t[0] for t in turn["tags"]} == set(here)
        for one, left, right, top, bottom in turn["bars"]:
            assert turn["words"][1] - 3 <= left <= right <= turn["turn"][1]
            assert turn["words"][2] - 4 <= top < bottom <= turn["words"][3] + 4
            for other, x, *_ in turn["bars"]:  # who overlap stand side by side
                apart = here[one].end <= here[other].start or here[other].end <= here[one].start
                assert one == other or apart or abs(x - left) > 5
        for (one, _, right, _, bottom), (_, left, _, top, _) in pairwise(turn["tags"]):
            assert bottom <= top or right <= left, one
    crowd = turns[3]
    assert len({round(b[1]) for b in crowd["bars"]}) >= 3
    if width > 500:  # a name stands at the line where its excerpt begins, or right below the name before
        assert min(t[1] for t in crowd["tags"]) > max(b[2] for b in crowd["bars"])
        for turn in turns:
            bottom = 0.0
            for bar, tag in zip(turn["bars"], turn["tags"], strict=True):
                assert bar[0] == tag[0]
                assert abs(tag[3] - max(bar[3], bottom)) < 10
                bottom = tag[4]
    last = page.page.evaluate("[...views[0].host.querySelectorAll('.qc-bar')].at(-1).dataset.id")
    page.page.locator(".qc-bar").last.locator(".qc-hit").dispatch_event("mousedown")
    assert page.page.evaluate("views[0].host.querySelector('.qc-tag[data-focus]').dataset.id") == last
    context.close()


def test_dead_keys_and_typing_leave_the_transcript_as_it_was(card: Path, page: Page, started: Any):
    on = Session(hard(card), OFFICER, "me")
    page.mount(on)
    get = "[...views[0].host.querySelectorAll('.qc-words')].map(w => w.textContent)"
    before = page.page.evaluate(get)
    page.select(1, 0, 1, 0)
    if is_firefox(started):  # no input method can be driven there; it would write into the element like this
        page.page.evaluate("views[0].host.querySelectorAll('.qc-words')[1].firstChild.insertData(0, '^ê')")
    else:
        typing = page.page.context.new_cdp_session(page.page)
        typing.send("Input.imeSetComposition", {"text": "^", "selectionStart": 1, "selectionEnd": 1})
        typing.send("Input.insertText", {"text": "ê"})
    page.page.keyboard.type("xyz ")
    page.press("Enter", "Escape")
    page.page.wait_for_timeout(100)

    assert page.page.evaluate(get) == before
    page.select(3, 0, 3, 7)
    page.press("4")
    page.said("Coded")
    assert mine(card)[0][0] == "No mark"


def test_two_views_show_each_others_acts_and_keep_their_own_highlights(card: Path, page: Page):
    study = qualcode.open_study(card)
    for _ in range(2):
        page.mount(Session(study, OFFICER, "me"))
    page.select(1, 0, 1, 9, n=0)
    page.press("4")
    page.said("Coded", n=0)
    page.page.wait_for_function("views[1].host.querySelectorAll('.qc-tag').length === 1", timeout=8000)
    page.select(1, 10, 1, 17, n=1)
    page.press("9")
    page.said("Coded", n=1)
    page.page.wait_for_function("views[0].host.querySelectorAll('.qc-tag').length === 2", timeout=8000)
    names = page.page.evaluate("views[1].close(), [...CSS.highlights.keys()]")

    assert len(mine(card)) == 2
    assert len({n.split("-")[0] for n in names}) == 1
    assert any(not n.endswith(("focus", "pending")) for n in names)


def test_in_a_shadow_root_mouse_and_keys_select_too(card: Path, page: Page):
    on = Session(qualcode.open_study(card), OFFICER, "me")
    page.mount(on, shadow=True)
    page.page.wait_for_timeout(200)
    page.drag(1, 0, 9)
    page.press("4")
    page.said("Coded 9 characters")

    assert [q for q, _ in mine(card)] == ["Honestly?"]


def test_a_refusal_is_shown_and_spoken_and_nothing_looks_saved(card: Path, page: Page):
    on = Session(qualcode.open_study(card), OFFICER, "me")
    page.mount(on)
    page.select(1, 0, 1, 9)
    page.press("1")
    page.said("Issuer")
    page.press("2")
    page.page.wait_for_selector(".qc-alarm:not([hidden])")

    assert "Not saved: " in page.page.inner_text("[role=alert]")
    assert "family 'figure' is exclusive" in page.page.inner_text("[role=alert]")
    assert page.lanes()[1] == ["Issuer"]

    page.press("?")  # asking for something is no act: the bar stays
    page.press("Escape")
    assert page.page.is_visible(".qc-alarm")
    page.press("4")  # the next act that is saved takes the bar away: nothing is left unsaved
    page.page.wait_for_selector(".qc-alarm", state="hidden")


def test_a_view_of_another_version_is_told_to_restart(card: Path, page: Page, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("qualcode.widget.session.PROTOCOL", 99)
    page.sessions.append(Session(qualcode.open_study(card), OFFICER, "me"))
    page.page.evaluate(__import__("coderpage").MOUNT, [0, False, False])
    page.page.wait_for_selector(".qc-alarm:not([hidden])")

    assert "restart the kernel" in page.page.inner_text("[role=alert]")


def test_what_the_kernel_did_not_answer_stays_pending_and_is_sent_again(card: Path, page: Page):
    on = Session(qualcode.open_study(card), OFFICER, "me")
    page.mount(on)
    page.page.evaluate(
        """() => { const m = views[0].model; views[0].kept = m.send; m.send = x => views[0].sent.push(x); }"""
    )
    page.select(1, 0, 1, 9)
    page.press("4")
    assert page.page.evaluate("[...CSS.highlights.keys()].some(k => k.endsWith('pending'))")
    assert page.lanes()[1] == []
    page.page.evaluate("() => { views[0].model.send = views[0].kept; }")
    page.page.wait_for_function("document.querySelector('.qc-live').textContent.includes('Coded')", timeout=25_000)

    assert len(mine(card)) == 1
    assert page.page.evaluate("![...CSS.highlights.keys()].some(k => k.endsWith('pending'))")


def test_a_screen_reader_hears_turns_codings_and_a_list(card: Path, page: Page):
    on = Session(qualcode.open_study(card), OFFICER, "reader")
    page.mount(on)
    page.page.click("summary")
    page.page.wait_for_selector(".qc-list li li")
    tree = page.page.locator(".qc").aria_snapshot()

    assert "textbox" in tree
    assert "Turn 4, OFFICER: Marking (risks); Everyone has it (enables), view of The city, with a memo" in tree
    assert 'toolbar "Codes"' in tree
    assert "Everyone has it (enables), view of The city, with a memo: “My colleagues say" in tree
    page.page.get_by_role("button", name="My colleagues say").click()
    assert page.page.evaluate("document.activeElement.className") == "qc-doc"
    assert "View of The city" in page.page.inner_text(".qc-detail")
    page.select(5, 1, 5, 1)
    page.said("Turn 6, OFFICER: ")


def test_uncoded_passages_coverage_excerpts_of_a_code_and_others_tags(card: Path, page: Page):
    (card / f"coding/agreed/{OFFICER}.jsonl").unlink()
    on = Session(qualcode.open_study(card), OFFICER, "me")
    page.mount(on)
    page.select(1, 0, 1, 9)
    page.press("6")
    page.said("Coded")
    for key, where in (("Shift+N", "1 of 3. Turn 2"), ("Shift+N", "2 of 3. Turn 4"), ("Shift+P", "1 of 3. Turn 2")):
        page.press(key)  # what the interviewer asks is no passage left uncoded
        page.said(f"Uncoded, {where}, OFFICER")
    page.page.get_by_role("button", name="Others' tags").click()
    page.page.wait_for_selector(".qc-alarm:not([hidden])")
    assert "turns are not read" in page.page.inner_text("[role=alert]")
    assert page.page.query_selector(".qc-other") is None
    page.select(2, 1, 2, 1)
    page.press("Shift+G")
    page.said("Read to here")
    assert page.page.evaluate("views[0].host.querySelectorAll('[data-read]').length") == 3
    page.select(5, 1, 5, 1)
    page.press("Shift+G")
    page.said("100 percent")
    page.page.get_by_role("button", name="Others' tags").click()
    page.page.wait_for_selector(".qc-other")
    page.select(5, 1, 5, 1)
    page.press("Shift+C")
    page.page.wait_for_selector("dialog")
    page.press("Enter")
    page.page.wait_for_selector("dialog[aria-label^='Access: go to which']")
    page.press("Enter")
    page.said("Access, 1 of 1")


def test_words_become_a_code(card: Path, page: Page):
    page.mount(Session(qualcode.open_study(card), OFFICER, "me"))
    page.select(3, 0, 3, 10)
    page.press("Shift+V")
    page.page.wait_for_selector("dialog input")
    page.press("Enter")
    page.page.wait_for_selector("dialog [role=listbox]")
    page.press("Enter")
    page.said("New code")

    assert [c.status for c in qualcode.open_study(card).codebook.codes.values()].count("provisional") == 2
    assert qualcode.open_study(card).problems == ()


def test_a_suggestion_is_shown_as_such_with_why_accepted_rejected_and_back(tmp_path: Path, page: Page):
    root = trades(tmp_path / "t")
    study = qualcode.open_study(root)
    on = Session(study, "gus", "me", suggest(study, "me", ["topic/bread"]))
    page.mount(on)
    page.page.wait_for_selector(".qc-suggested")
    row = [n for n, tags in enumerate(page.lanes()) if tags]
    page.select(row[0], 2, row[0], 2)
    page.page.wait_for_selector(".qc-detail button")
    detail = page.page.inner_text(".qc-detail")
    assert "Suggested (" in detail
    assert "Why: " in detail
    assert "likeness" in detail
    assert page.lanes()[row[0]] == ["Bread suggested"]
    assert page.lanes()[row[1]] == ["Bread suggested: pattern 'oven*'; pattern 'flour'"]
    page.press("Shift+D")
    page.said("Rejected Bread")
    assert page.lanes()[row[0]] == []
    page.press("Control+z")
    page.said("Undone: rejection of Bread")
    page.select(row[1], 0, row[1], 0)
    page.page.wait_for_selector(".qc-detail button")
    page.select(row[1], 0, row[1], 10)
    page.press("Shift+A")
    page.said("Accepted Bread")
    (kept,) = on.file.excerpts
    assert len(kept.anchor.quote.rstrip()) <= 10
    assert on.document.turns[row[1]].words_start == kept.anchor.start
    assert kept.origin["how"] == "suggestion"
    assert len(page.lanes()[row[0]]) == 1


def test_a_row_of_suggestions_opens_with_the_suggestion_in_focus(tmp_path: Path, page: Page):
    study = qualcode.open_study(trades(tmp_path / "t"))
    table = suggest(study, "me", ["topic/bread"])
    row = table[table["document"] == "gus"].iloc[2]
    on = Session(study, "gus", "me", [row.to_dict()], (int(row["start"]), int(row["end"])))
    page.mount(on)
    page.said("Suggested: Bread")
    page.press("Shift+A")
    page.said("Accepted Bread")
    assert (on.file.excerpts[0].anchor.start, on.file.excerpts[0].origin["why"]) == (row["start"], row["why"])


def test_a_page_from_before_an_update_is_told_to_reload(card: Path, page: Page):
    """The same protocol, another script: the browser kept an old one."""
    old = SCRIPT.replace(STAMP, "0123456789ab")
    page.page.route("**/coder.js", lambda r: r.fulfill(body=old, content_type="text/javascript; charset=utf-8"))
    page.mount(Session(qualcode.open_study(card), OFFICER, "me"))
    page.page.wait_for_selector(".qc-alarm:not([hidden])")

    assert "this view is older than the kernel; reload the page" in page.page.inner_text("[role=alert]")


def test_in_double_coding_suggestions_wait_until_asked_for(tmp_path: Path, page: Page):
    root = trades(tmp_path / "t")
    table = suggest(qualcode.open_study(root), "me", ["topic/bread"])
    code_excerpt(qualcode.open_study(root), "gus", "says gus", {"topic/bread": None}, coder="second", nth=1)
    page.mount(Session(qualcode.open_study(root), "gus", "me", table))
    asking = page.page.get_by_role("button", name="Suggestions (")
    asking.wait_for()
    assert page.page.query_selector(".qc-suggested") is None
    assert asking.get_attribute("aria-pressed") == "false"
    asking.click()
    page.page.wait_for_selector(".qc-suggested")
    assert asking.get_attribute("aria-pressed") == "true"


def test_from_a_code_to_its_excerpts_in_another_document_and_back(tmp_path: Path, page: Page):
    root = trades(tmp_path / "t")
    on = Session(qualcode.open_study(root), "gus", "me")
    page.mount(on)
    page.select(3, 5, 3, 9)
    page.press("3")
    page.said("Coded")
    page.press("Shift+C")
    page.page.wait_for_selector("dialog input")
    page.page.keyboard.type("bread")
    page.press("Enter")
    page.page.wait_for_selector("dialog[aria-label^='Bread: go to which']")
    options = page.page.locator("dialog li").all_inner_texts()
    assert sum("here" in o for o in options) == 1
    page.page.keyboard.type("ben")
    page.press("Enter")
    page.said("ben · me opened")
    assert page.page.evaluate("document.activeElement.className") == "qc-doc"
    assert on.document.id == "ben"
    focused = "document.querySelector('.qc-tag[data-focus]')?.textContent"
    page.page.wait_for_function(focused)
    assert page.page.evaluate(focused) == "Bread"
    page.press("Control+z")
    page.said("Nothing to undo")
    page.press("Shift+K")
    page.said("gus · me opened")
    page.press("Control+z")
    page.said("Undone: Bread")


def test_a_turns_time_plays_the_recording_from_there(card: Path, started: Any):
    sound = card / f"interviews/{OFFICER}.wav"
    with wave.open(str(sound), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(4000)
        file.writeframes(bytes(4000 * 130))
    root = card.resolve().as_posix()
    context = started.new_context()
    config = f'{{"baseUrl": "/", "serverRoot": "{root}"}}'
    page = Page(context, f'<script id="jupyter-config-data" type="application/json">{config}</script>')
    page.page.route("**/files/**", lambda r: r.fulfill(body=sound.read_bytes(), content_type="audio/wav"))
    page.mount(Session(qualcode.open_study(card), OFFICER, "me"))
    assert qualcode.open_study(card).problems == ()
    page.page.click("text=▶ 00:01:40")
    page.page.wait_for_function("views[0].host.querySelector('audio')?.readyState > 0")

    assert page.page.evaluate("views[0].host.querySelector('audio').src").endswith(f"/files/interviews/{OFFICER}.wav")
    page.said("Playing from 00:01:40")
    context.close()


@only_in_chromium  # Firefox ESR cannot be told a colour scheme from outside
@pytest.mark.parametrize(("scheme", "width"), [("light", 1180), ("dark", 1180), ("dark", 520)])
def test_nothing_is_cut_off_in_the_dark_or_at_twice_the_size(card: Path, started: Any, scheme: str, width: int):
    """Twice the size leaves half the width: the margin goes below the words, and nothing scrolls sideways."""
    context = started.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = Page(context, "<style>:root{color-scheme:light dark}</style>")
    page.mount(Session(qualcode.open_study(card), OFFICER, "reader"))
    wide = page.page.evaluate(
        "[document.documentElement, views[0].host.querySelector('.qc-doc')].map(e => e.scrollWidth - e.clientWidth)"
    )
    dark = page.page.evaluate("views[0].host.querySelector('.qc').dataset.dark")
    colours = page.page.evaluate(
        """() => {
          const s = getComputedStyle(views[0].host.querySelector('.qc'));
          return [s.color, s.backgroundColor];
        }"""
    )
    context.close()

    assert wide == [0, 0]
    assert dark == str(scheme == "dark").lower()
    assert colours == (
        ["rgb(255, 255, 255)", "rgb(18, 18, 18)"] if scheme == "dark" else ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    )


def test_the_read_only_view_asks_for_nothing_from_anywhere(card: Path, started: Any):
    from qualcode.widget import read_only

    html = read_only(qualcode.open_study(card), OFFICER, coder="reader").to_html()
    (card / "shown.html").write_text(f"<!doctype html><meta charset=utf-8>{html}", "utf-8")
    context = started.new_context(offline=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    page.goto((card / "shown.html").as_uri())
    marks = page.evaluate("document.querySelectorAll('mark').length")
    context.close()

    assert asked in ([(card / "shown.html").as_uri()], [])  # Firefox does not report the file itself
    assert marks >= 7


@only_in_chromium
def test_the_readmes_picture_is_of_this_widget(card: Path, started: Any):
    """Every run takes the picture; QUALCODE_PICTURES=1 stores it. The stored one says which script it shows."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    context = started.new_context(viewport={"width": 1080, "height": 900})
    page = Page(context)
    page.mount(Session(qualcode.open_study(card), OFFICER, "reader"))
    for i, a, b, key in ((5, 0, 19, "9"), (3, 40, 90, "1"), (3, 60, 140, "6")):
        page.select(i, a, i, b)
        page.press(key)
        page.said("Coded")
    page.select(3, 70, 3, 70)
    page.press("Shift+O")
    page.said("here")
    page.frames(6)
    taken = page.page.locator(".qc").screenshot()
    bars = page.page.evaluate("document.querySelectorAll('.qc-turn:nth-child(4) .qc-bar').length")
    context.close()
    stored = PROJECT / "docs" / "widget.png"
    if os.environ.get("QUALCODE_PICTURES"):
        about = PngInfo()
        about.add_text("script", STAMP)
        Image.open(io.BytesIO(taken)).convert("P", palette=Image.Palette.ADAPTIVE).save(stored, pnginfo=about)

    assert bars == 4
    with Image.open(stored) as kept:
        assert kept.info["script"] == STAMP, "run this test with QUALCODE_PICTURES=1, and look at docs/widget.png"
        assert abs(kept.width - Image.open(io.BytesIO(taken)).width) < 40
