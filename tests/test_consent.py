"""Consent by person, version and scope, release by document, and an excerpt's own state: the strictest holds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualcode
from conftest import CITIZEN_CARD
from qualcode import tables
from qualcode.search import concordance, search
from qualcode.study import Study, release
from qualcode.study.document import Held
from qualcode.study.terms import NOT_ANALYSED, NOT_ON_FILE
from qualcode.tables import retrieval

HEADER = "case,version,from,until,analyse,quote,identity,withdrawn_on,withdrawn_scope\n"
TALK = "2024-02-20-mediator"
FULL = "desk-officer,1,2024-01-01,,yes,verbatim,pseudonym,,\ncard-holder,1,2024-01-01,,yes,paraphrase,pseudonym,,\n"


def agreed(card: Path, rows: str, header: str = HEADER) -> Study:
    (card / "coding/consent.csv").write_text(header + rows, "utf-8")
    return qualcode.open_study(card)


def told(study: Study) -> list[str]:
    return [str(p) for p in study.problems]


def test_every_problem_of_the_file_is_told_at_once(card: Path):
    """Dates, words, order of days, who is unknown: seven rows of eight, each wrong in its own way."""
    rows = (
        "mediator,1,2024-02-30,,yes,verbatim,pseudonym,,\n"
        "desk-officer,1,2024-01-01,,yes,verbatim,named,,\n"
        "city,x,2024-01-01,2023-12-31,maybe,quote,real name,,\n"
        "card-holder,1,2024-01-01,,yes,none,role,2023-12-01,all\n"
        "librarian,1,2024-01-01,,yes,none,role,,quote\n"
        "nobody,1,2024-01-01,,yes,none,role,,\n"
        "researcher,1,2024-01-01,,yes,none,role,,\n"
        "librarian,2,2024-05-01,,yes,none,role,2024-06-01,quotes\n"
    )
    at = "coding/consent.csv"
    assert told(agreed(card, rows)) == [
        f"{at}:2: from: date '2024-02-30' does not exist (February has 29 days)",
        f"{at}:4: unknown analyse 'maybe'; it takes yes, no",
        f"{at}:4: unknown identity 'real name'; it takes role, pseudonym, named",
        f"{at}:4: unknown quote 'quote'; it takes none, paraphrase, verbatim",
        f"{at}:4: until 2023-12-31 lies before from 2024-01-01",
        f"{at}:4: version 'x' is no whole number from 1",
        f"{at}:5: withdrawn_on 2023-12-01 lies before from 2024-01-01",
        f"{at}:6: something is withdrawn, and withdrawn_on is empty; write the day, YYYY-MM-DD",
        f"{at}:7: unknown case 'nobody'; add it to coding/cases.csv",
        f"{at}:8: 'researcher' is the researcher, who needs no consent",
        f"{at}:9: unknown withdrawn_scope 'quotes'; did you mean 'quote'?",
    ]


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ("mediator,1,2024-01-01,,yes,none,,,\nmediator,1,2025-01-01,,yes,none,,,\n", "stands here twice (line 4)"),
        ("mediator,1,2024-01-01,,yes,none,,,\nmediator,2,2025-01-01,,yes,none,,,\n", "version 1 of 'mediator' has no"),
        ("mediator,2,2024-01-01,2024-02-01,yes,none,,,\nmediator,1,2025-01-01,,yes,none,,,\n", "begins before version"),
        ("mediator,1,2024-01-01,2025-01-01,yes,none,,,\nmediator,2,2025-01-01,,yes,none,,,\n", "goes to 2025-01-01"),
    ],
)
def test_versions_of_one_person_follow_one_another(card: Path, rows: str, wrong: str):
    assert [wrong in line for line in told(agreed(card, FULL + rows))] == [True]


def test_who_is_called_by_the_role_has_one(card: Path):
    cases = card / "coding/cases.csv"
    cases.write_text(cases.read_text("utf-8").replace("A mediator,person,association-worker", "A mediator,person,"))

    assert told(agreed(card, FULL + "mediator,1,2024-01-01,,yes,none,role,,\n")) == [
        (
            "coding/consent.csv:4: 'mediator' is to be called by the role, and has none; write it under 'position'"
            " in coding/cases.csv, or allow another identity"
        )
    ]


def test_a_study_without_the_file_is_as_it_was():
    study = qualcode.open_study(CITIZEN_CARD)

    assert study.consents is None
    assert {d.held for d in study.documents.values()} == {()}
    assert {d.id: release.as_filed(d).title == d.title for d in study.documents.values()} == dict.fromkeys(
        study.documents, True
    )


WHOLE = {
    "verbatim,pseudonym,,": "",
    "paraphrase,pseudonym,,": "consent allows paraphrase only",
    "none,pseudonym,,": "there is no consent to quote",
    ",pseudonym,,": "there is no consent to quote",
    "verbatim,pseudonym,2024-05-01,quote": "consent to quote was withdrawn",
    "verbatim,pseudonym,2024-05-01,sound": "",
    "verbatim,pseudonym,2024-05-01,all": "consent was withdrawn",
    "verbatim,pseudonym,2024-05-01,": "consent was withdrawn",
}


@pytest.mark.parametrize("quote", WHOLE)
@pytest.mark.parametrize("front", ["quote", "paraphrase", "none"])
def test_the_stricter_of_front_matter_and_table_holds(card: Path, quote: str, front: str):
    path = card / f"interviews/{TALK}.md"
    path.write_text(path.read_text("utf-8").replace("consent: quote", f"consent: {front}"), "utf-8")
    study = agreed(card, FULL + f"mediator,1,2024-01-01,,yes,{quote}\n")
    fronts = {"quote": "", "paraphrase": "consent allows paraphrase only", "none": "there is no consent to quote"}

    judged = release.verdict(study.documents[TALK])
    assert judged.reason in {fronts[front], WHOLE[quote]} - {""} or judged.quotable
    assert judged.quotable == (not fronts[front] and not WHOLE[quote])
    assert release.show(study.documents[TALK], 69, 79) == (str(judged) or "four times")


@pytest.mark.parametrize(("until", "why"), [("2024-02-20", ""), ("2024-02-19", NOT_ON_FILE)])
def test_a_version_holds_for_the_documents_of_its_days(card: Path, until: str, why: str):
    study = agreed(card, FULL + f"mediator,1,2024-02-20,{until},yes,verbatim,pseudonym,,\n")
    if until < "2024-02-20":
        assert told(study) == ["coding/consent.csv:4: until 2024-02-19 lies before from 2024-02-20"]
    study = agreed(card, FULL + f"mediator,1,2024-01-01,{until},yes,verbatim,pseudonym,,\n")

    assert release.verdict(study.documents[TALK]).reason == why
    covered = [n for n in study.notices if "no consent of 'mediator' covers 2024-02-20" in str(n)]
    assert len(covered) == (1 if why else 0)


def test_who_has_no_form_on_file_is_withheld_not_counted_and_told(card: Path):
    study = agreed(card, FULL)
    before = qualcode.open_study(CITIZEN_CARD)

    mine = tables.codings(before)["document"].eq(TALK).sum()
    assert mine == 4
    assert tables.codings(study)["document"].eq(TALK).sum() == 0
    assert tables.statements(study).attrs["left_out"][NOT_ANALYSED] == 4
    assert [n.path for n in study.notices if "no consent of" in n.message] == [f"interviews/{TALK}.md"]


GROUP = """---
title: Two at the desk
date: 2024-04-02
language: en
mode: recorded
speakers:
  Q: {case: researcher}
  MED: {case: mediator}
  LIB: {case: librarian}
consent: quote
release: open
---
Q: Who asks first?

MED: The families ask in plain marigold words.

LIB: Nobody asks, they wait in a heliotrope silence.

Q: And then?

LIB: Then they leave with a periwinkle slip.

Q: What do you tell the town?

MED: That the town tells us saffron stories.
"""
FREE, HELD = ("marigold", "saffron"), ("heliotrope", "periwinkle", "And then?", "What do you tell")


def test_in_a_meeting_each_speakers_turns_stand_on_that_persons_consent(card: Path):
    (card / "interviews/2024-04-02-two.md").write_text(GROUP, "utf-8")
    rows = "mediator,1,2024-01-01,,yes,verbatim,pseudonym,,\nlibrarian,1,2024-01-01,,yes,paraphrase,pseudonym,,\n"
    study = agreed(card, FULL + rows)
    study.require_sound()
    document = study.documents["2024-04-02-two"]
    place = document.text.index
    turns = {t.number: release.verdict(document, t.start, t.end).reason for t in document.turns}
    only = "consent allows paraphrase only"

    assert turns == {1: "", 2: "", 3: only, 4: only, 5: only, 6: only, 7: ""}
    assert release.show(document, place("marigold"), place("heliotrope")) == f"[withheld: {only}]"
    assert release.verdict(document).reason == f"parts of it are withheld: {only}"
    blanked = release.blanked(document)
    assert len(blanked) == len(document.text)
    assert [w for w in (*FREE, *HELD) if w in blanked] == list(FREE)
    hits = search(study, ["marigold", "heliotrope", "periwinkle", "saffron"])
    assert hits["words"].tolist() == ["marigold", "saffron"]
    assert hits.attrs["withheld"] == {"2024-04-02-two": 2}
    lines = concordance(study, hits, width=500).to_csv()
    assert [w for w in (*FREE, *HELD) if w in lines] == list(FREE)
    words = set(tables.TABLES["turns"](study)["document"])
    assert "2024-04-02-two" in words


def with_state(card: Path, state: str, coder: str = "reader", number: int = 0) -> tuple[int, int]:
    """Give one excerpt of a coder a state of its own; return its place."""
    path = card / f"coding/coders/{coder}/{TALK}.jsonl"
    lines = path.read_text("utf-8").splitlines()
    about = json.loads(lines[number])
    about["release"] = {"state": state, "by": "participant", "on": "2024-05-02", "why": "", "words": ""}
    lines[number] = json.dumps(about, ensure_ascii=False)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return about["start"], about["end"]


@pytest.mark.parametrize("state", ["paraphrase", "amended", "pending", "closed", "withdrawn"])
def test_an_excerpts_own_state_holds_for_its_words_everywhere(card: Path, state: str):
    start, end = with_state(card, state)
    study = qualcode.open_study(card)
    study.require_sound()
    document = study.documents[TALK]
    words = document.text[start:end]

    assert not release.verdict(document, start, end).quotable
    assert not release.verdict(document, start + 1, start + 2).quotable
    assert release.verdict(document, 0, start).quotable
    assert release.verdict(document, end, len(document.text)).quotable
    passages = [p for code in study.codebook.codes for p in retrieval.passages(study, code, around=400)]
    assert [p for p in passages if words in f"{p.before}{p.words}{p.after}"] == []
    assert {p.words for p in passages if p.excerpt.anchor.start == start} == {
        str(release.verdict(document, start, end))
    }


def test_an_excerpt_said_to_be_open_opens_nothing(card: Path):
    start, end = with_state(card, "open")
    assert release.verdict(qualcode.open_study(card).documents[TALK], start, end).quotable
    path = card / f"interviews/{TALK}.md"
    path.write_text(path.read_text("utf-8").replace("consent: quote", "consent: paraphrase"), "utf-8")

    assert not release.verdict(qualcode.open_study(card).documents[TALK], start, end).quotable


def test_a_line_with_a_state_is_written_as_it_was_read(card: Path):
    with_state(card, "closed")
    study = qualcode.open_study(card)
    path = card / f"coding/coders/reader/{TALK}.jsonl"

    assert study.coded["reader", TALK].to_text() == path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace('"state": "closed"', '"state": "shut"'), "utf-8")
    assert told(qualcode.open_study(card)) == [
        (
            f"coding/coders/reader/{TALK}.jsonl:1: 'release' takes {{state: one of open, paraphrase, amended, pending, "
            "closed, withdrawn, by: whom, on: date, why: words, words: words}"
        )
    ]


def test_words_whose_place_is_not_known_any_more_close_their_document(card: Path):
    with_state(card, "closed")
    path = card / f"interviews/{TALK}.md"
    text = path.read_text("utf-8")
    path.write_text(text[: text.index("\nQ: ") + 1] + "MEDIATOR: Other words altogether now.\n", "utf-8")

    assert [d.held[0].end == len(d.text) for d in [qualcode.open_study(card).documents[TALK]]] == [True]


@pytest.mark.parametrize(
    ("front", "shown"),
    [
        ("consent: quote\nrelease: closed", "a closed interview, 2024-02"),
        ("consent: quote\nrelease: pending", "an interview whose release is pending, 2024-02"),
        ("consent: none\nrelease: open", "an interview without consent, 2024-02"),
        ("consent: informal\nrelease: open", "an informal talk, 2024-02"),
        ("consent: paraphrase\nrelease: open", "A mediator of a neighbourhood association"),
    ],
)
def test_a_title_a_place_and_labels_are_shown_as_far_as_their_document(card: Path, front: str, shown: str):
    path = card / f"interviews/{TALK}.md"
    path.write_text(
        path.read_text("utf-8").replace("consent: quote\nrelease: open", f"{front}\nplace: Ground floor"), "utf-8"
    )
    document = qualcode.open_study(card).documents[TALK]
    kept = shown.startswith("A mediator")

    assert (document.title, document.place) == (shown, "Ground floor" if kept else "")
    assert [s.label for s in document.speakers] == ["Q", "MEDIATOR" if kept else "speaker 2"]
    assert {t.speaker.label for t in document.turns} == {s.label for s in document.speakers}
    assert "MEDIATOR" not in repr(document)
    assert release.as_filed(document).title == "A mediator of a neighbourhood association"


def test_pending_says_whose_decision_is_awaited(card: Path):
    path = card / f"interviews/{TALK}.md"
    text = path.read_text("utf-8")
    path.write_text(text.replace("release: open", "release: pending\npending_on: participant"), "utf-8")
    reason = release.verdict(qualcode.open_study(card).documents[TALK]).reason
    path.write_text(text.replace("release: open", "release: pending\npending_on: city"), "utf-8")
    of_city = release.verdict(qualcode.open_study(card).documents[TALK]).reason
    path.write_text(text.replace("release: open", "release: open\npending_on: cty"), "utf-8")

    assert reason == "its release is pending: the participant has to agree"
    assert of_city == "its release is pending: city has to agree"
    assert told(qualcode.open_study(card)) == [
        f"interviews/{TALK}.md:12: pending_on is written, and release is 'open'",
        f"interviews/{TALK}.md:12: unknown case 'cty'; did you mean 'city'?",
    ]


def test_who_is_called_by_the_role_is_called_so_everywhere(card: Path):
    study = agreed(card, FULL + "mediator,1,2024-01-01,,yes,verbatim,role,,\n")
    document = study.documents[TALK]

    assert study.cases["mediator"].label == "Association worker"
    assert document.title == "Interview with association worker, 2024-02"
    assert {t.speaker.label for t in document.turns} == {"Q", "ASSOCIATION WORKER"}
    shown = release.show(document, 0, len(document.text))
    assert "MEDIATOR" not in shown
    assert shown.count("ASSOCIATION WORKER: ") == 2
    assert "MEDIATOR" not in release.blanked(document)
    assert release.show(document, 69, 79) == "four times"


def test_of_two_with_the_same_role_the_second_has_a_number(card: Path):
    roles = "librarian,1,2024-01-01,,yes,verbatim,role,,\ndesk-officer,1,2024-01-01,,yes,verbatim,role,,\n"
    study = agreed(card, roles)

    assert [study.cases[c].label for c in ("desk-officer", "librarian")] == ["Authority", "Authority 2"]


def test_who_withdrew_everything_is_neither_shown_nor_counted(card: Path):
    study = agreed(card, FULL + "mediator,1,2024-01-01,,yes,verbatim,pseudonym,2024-06-01,all\n")
    document = study.documents[TALK]

    assert document.title == "a withdrawn interview, 2024-02"
    assert study.cases["mediator"].label == "Somebody who withdrew"
    assert TALK not in set(tables.codings(study)["document"])
    assert tables.statements(study).attrs["left_out"][NOT_ANALYSED] == 4
    assert release.show(document, 69, 79) == "[withheld: consent was withdrawn]"


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 60), st.sampled_from("ab")), max_size=6), st.data())
def test_nothing_held_is_ever_part_of_what_is_shown(places: list[tuple[int, int, str]], data: st.DataObject):
    """Whatever stretches are held: what is shown, in parts or whole, has none of their signs; places stay."""
    whole = qualcode.open_study(CITIZEN_CARD).documents[TALK]
    marked = "".join(chr(0x4E00 + n) for n in range(len(whole.text)))  # each sign stands once
    ends = len(marked)
    held = tuple(Held(min(a, ends - 1), min(a + n, ends), why) for a, n, why in sorted(places))
    document = replace(whole, text=marked, held=held, state="open", filed=None)
    hidden = {c for h in held for c in marked[h.start : h.end]}
    a = data.draw(st.integers(0, ends - 1))
    b = data.draw(st.integers(a + 1, ends))

    assert hidden.isdisjoint(release.show(document, a, b)) or not hidden
    assert (release.show(document, a, b) == marked[a:b]) == hidden.isdisjoint(marked[a:b])
    low, high = release.reach(document, a, b, 50)
    if hidden.isdisjoint(marked[a:b]):
        assert hidden.isdisjoint(marked[low:high])
