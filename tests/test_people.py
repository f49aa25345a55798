"""For people: a sheet goes out, its answers come back as states, and consent is told in two languages."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualcode
from conftest import CITIZEN_CARD, PROJECT, fewer
from qualcode.cli import main
from qualcode.errors import SourceError, UsageError
from qualcode.people import account, quotations, receive, write_sheet
from qualcode.people.account import REASONS
from qualcode.people.answers import read_answers
from qualcode.people.sheet import form, page
from qualcode.people.told import IN_WORDS
from qualcode.people.words import WORDS
from qualcode.search.spelling import words_of
from qualcode.study import release, terms

ON = date(2024, 6, 1)
WORDS_OF_FIRST = (
    "They drew the thing and we told them where it would hurt. I call that designing it together, half of it anyway."
)
TALK = "2024-02-20-mediator"


def ids(study: qualcode.Study) -> list[str]:
    return [q.excerpt for q in quotations(study, "mediator")]


def filled(study: qualcode.Study, **answers: str) -> str:
    """Return the mediator's form with some answers, by excerpt: ``amend|words|why``."""
    text = form(study, "mediator")
    for name, given_ in answers.items():
        said, words, why = [*given_.split("|"), "", ""][:3]
        told = f"answer: {said}\nwords: {words}\nwhy: {why}\n"
        text = re.sub(rf"(\[{name}\][^\n]*\n>[^\n]*\n)answer:\nwords:\nwhy:\n", lambda m, told=told: m[1] + told, text)
    return text


def test_a_sheet_has_the_persons_own_words_in_their_turn_whatever_their_state(card: Path):
    path = card / f"interviews/{TALK}.md"
    path.write_text(path.read_text("utf-8").replace("release: open", "release: pending"), "utf-8")
    study = qualcode.open_study(card)
    found = quotations(study, "mediator")

    assert len(found) == 3
    assert (found[0].before, found[0].words, found[0].after) == ("We did, four times.", WORDS_OF_FIRST, "")
    assert {q.talk for q in found} == {"2024-02-20"}
    for q in found:
        assert q.words in unescape(page(study, "mediator"))
        assert q.words in form(study, "mediator")


def test_what_was_observed_of_a_person_and_what_stands_around_it_is_not_on_the_sheet(card: Path):
    """The librarian's two words in quotation marks are hers; the rest of the note is the researcher's."""
    text = form(qualcode.open_study(card), "librarian")

    assert "boy waits by the door" not in text
    assert "The desk does the sorting" not in text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_asks_no_other_host_and_markup_in_words_is_words(card: Path, language: str):
    path = card / f"interviews/{TALK}.md"
    text = path.read_text("utf-8").replace("We did, four times.", "We did <img src=x onerror=alert(1)>, four.")
    path.write_text(text, "utf-8")
    from qualcode.coding.hand import code_excerpt

    code_excerpt(qualcode.open_study(card), TALK, "<img src=x onerror=alert(1)>", {"function/access": None}, coder="x")
    shown = page(_sound(card), "mediator", language)

    assert "<img" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown
    assert re.findall(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//", shown) == []
    assert "default-src 'none'" in shown
    assert WORDS[language]["heading"] in shown


def _sound(card: Path) -> qualcode.Study:
    """Give up the excerpts whose words are gone."""
    (card / f"coding/coders/reader/{TALK}.jsonl").unlink()
    return qualcode.open_study(card)


def test_a_sheet_is_written_outside_the_study_only(card: Path, tmp_path: Path):
    study = qualcode.open_study(card)
    with pytest.raises(UsageError, match="is within the study"):
        write_sheet(study, "mediator", card / "build" / "sheets")
    html, text = write_sheet(study, "mediator", tmp_path / "out" / "sheets")

    assert html.read_text("utf-8") == page(study, "mediator")
    assert text.read_text("utf-8") == form(study, "mediator")
    assert not (card / "build").exists()


def test_answers_become_states_with_their_day_and_hold_at_once(card: Path, tmp_path: Path):
    study = qualcode.open_study(card)
    first, second, third = ids(study)
    back = tmp_path / "back.txt"
    answers = {first: "confirm", second: "amend|It says where she lives.|Too plain.", third: "withdraw"}
    back.write_text(filled(study, **answers), "utf-8")
    before = (card / f"coding/coders/reader/{TALK}.jsonl").read_text("utf-8")
    planned = receive(study, back, on=ON)

    assert (card / f"coding/coders/reader/{TALK}.jsonl").read_text("utf-8") == before
    assert planned.open == ()
    receive(study, back, on=ON, write=True)
    study = qualcode.open_study(card)
    study.require_sound()
    document = study.documents[TALK]
    states = {e.id: e.release for e in study.coded["reader", TALK].excerpts}
    shown = {
        e.id: release.verdict(document, e.anchor.start, e.anchor.end) for e in study.coded["reader", TALK].excerpts
    }

    told = {"by": "participant", "on": "2024-06-01"}
    assert states == {
        first: {"state": "open", **told, "why": "", "words": ""},
        second: {"state": "amended", **told, "why": "Too plain.", "words": "It says where she lives."},
        third: {"state": "withdrawn", **told, "why": "", "words": ""},
    }
    assert {e: v.quotable for e, v in shown.items()} == {first: True, second: False, third: False}
    for words in ("It says where she lives", "Too plain"):
        assert all(words not in make(study).to_csv() for make in qualcode.tables.TABLES.values())


def test_what_is_left_open_stays_and_is_told(card: Path, tmp_path: Path):
    study = qualcode.open_study(card)
    first, second, third = ids(study)
    back = tmp_path / "back.txt"
    back.write_text(filled(study, **{first: "oui"}), "utf-8")
    received = receive(study, back, on=ON)

    assert received.open == (second, third)
    assert str(received).splitlines()[0] == (
        "mediator: 1 quotation may stand, 0 to be said otherwise, 0 taken back, 2 left open"
    )


@pytest.mark.parametrize("said", ["retirer", "Withdraw.", "WITHDRAW"])
def test_answers_are_understood_as_people_write_them(card: Path, tmp_path: Path, said: str):
    study = qualcode.open_study(card)
    back = tmp_path / "back.txt"
    back.write_text(filled(study, **{ids(study)[0]: said}).replace("\n", "\r\n"), "utf-8")

    assert [a.said for a in receive(study, back, on=ON).answers] == ["withdraw"]


def test_everything_that_is_wrong_with_a_form_is_told_at_once_and_nothing_is_written(card: Path, tmp_path: Path):
    study = qualcode.open_study(card)
    first, second, third = ids(study)
    back = tmp_path / "back.txt"
    text = filled(study, **{first: "perhaps", second: "confirm|other words", third: "withdraw"})
    back.write_text(text + f"[{third}] again\nanswer: confirm\n\n[e0000000000] x\nanswer: confirm\n", "utf-8")
    with pytest.raises(SourceError) as raised:
        receive(study, back, on=ON, write=True)

    assert [p.message for p in sorted(raised.value.problems)] == [
        f"[{first}]: unknown answer; it is confirm, amend or withdraw (confirmer, modifier, retirer)",
        f"[{second}]: other words stand here, and the answer is not amend; which is meant?",
        next(p.message for p in raised.value.problems if "stands here twice" in p.message),
        "[e0000000000] is no quotation of this person now; was it coded anew since the sheet was sent?",
    ]
    assert '"release"' not in (card / f"coding/coders/reader/{TALK}.jsonl").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no sheet: it begins with 'qualcode sheet 1'"),
        ("qualcode sheet 2\ncase: mediator\n", "no sheet: it begins with 'qualcode sheet 1'"),
        ("qualcode sheet 1\ncase: mediatr\n", "unknown case 'mediatr'; did you mean 'mediator'?"),
    ],
)
def test_what_is_no_sheet_of_this_study_is_refused(card: Path, tmp_path: Path, text: str, message: str):
    (tmp_path / "back.txt").write_text(text, "utf-8")
    with pytest.raises(SourceError, match=re.escape(message)):
        receive(qualcode.open_study(card), tmp_path / "back.txt", on=ON)


def test_what_the_researcher_closed_a_participant_does_not_open(card: Path, tmp_path: Path):
    path = card / f"coding/coders/reader/{TALK}.jsonl"
    closed = '"release": {"state": "closed", "by": "reader", "on": "2024-05-01", "why": "", "words": ""}}\n'
    first, *rest = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([f"{first.rstrip()[:-1]}, {closed}", *rest]), "utf-8")
    study = qualcode.open_study(card)
    study.require_sound()
    back = tmp_path / "back.txt"
    back.write_text(filled(study, **{ids(study)[0]: "confirm"}), "utf-8")
    received = receive(study, back, on=ON, write=True)

    assert received.kept == (f"coding/coders/reader/{TALK}.jsonl: {ids(study)[0]} stays closed, as reader decided",)
    assert received.files == {}


PLAIN = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="|>[]:"), min_size=1, max_size=20)


@fewer(4)
@given(st.lists(st.tuples(st.sampled_from(["confirm", "amend", "withdraw", ""]), PLAIN, PLAIN), min_size=3, max_size=3))
def test_what_is_filled_in_is_what_is_read(tmp_path_factory: pytest.TempPathFactory, said: list[tuple[str, str, str]]):
    study = qualcode.open_study(CITIZEN_CARD)
    back = tmp_path_factory.mktemp("back") / "back.txt"
    answers = {
        e: "|".join((a, words if a == "amend" else "", why))
        for e, (a, words, why) in zip(ids(study), said, strict=True)
    }
    back.write_text(filled(study, **answers), "utf-8")
    case, read, problems = read_answers(back, "back.txt")

    assert (case, problems) == ("mediator", [])
    assert [(a.excerpt, a.said, a.words, a.why) for a in read] == [
        (e, a, w if a == "amend" else "", why) for e, (a, w, why) in zip(ids(study), said, strict=True) if a
    ]


def test_who_sees_the_quotations_first_is_shown_only_what_stood(card: Path, tmp_path: Path):
    head = "case,version,from,analyse,quote,identity,review\n"
    rows = "desk-officer,1,2024-01-01,yes,verbatim,pseudonym,none\ncard-holder,1,2024-01-01,yes,paraphrase,role,none\n"
    rows += "mediator,1,2024-01-01,yes,verbatim,pseudonym,before-publication\n"
    (card / "coding/consent.csv").write_text(head + rows, "utf-8")
    study = qualcode.open_study(card)
    assert release.verdict(study.documents[TALK]).reason == terms.UNSEEN
    back = tmp_path / "back.txt"
    back.write_text(filled(study, **{ids(study)[0]: "confirm", ids(study)[1]: "amend|x"}), "utf-8")
    receive(study, back, on=ON, write=True)
    document = qualcode.open_study(card).documents[TALK]
    text = document.text

    free = [" ".join(text[a:b].split()) for a, b, quotable in release.parts(document) if quotable and text[a:b].strip()]
    assert free == [WORDS_OF_FIRST]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_account_names_every_form_and_everything_withheld_and_says_no_word_of_anybody(language: str):
    study = qualcode.open_study(PROJECT)
    told = account(study, language)
    named = set().union(*(_runs(c.label) for c in study.cases.values()))
    runs = _runs(told) - named

    assert sum(line.startswith("- ") and " 2018-" in line for line in told.splitlines()) >= len(study.consents or ())
    held = [d.id for d in study.documents.values() if not release.verdict(d).quotable]
    assert [d for d in held if f"- {d}: " not in told] == []
    for document in study.documents.values():
        assert runs.isdisjoint(_runs(document.text)), document.id
    assert ("has to agree" in told) == (language == "en")


def _runs(text: str) -> set[tuple[str, ...]]:
    words = [w for _, _, w in words_of(text)]
    return set(zip(*(words[k:] for k in range(6)), strict=False))


def test_an_account_without_consent_and_contacts_says_so():
    told = account(qualcode.open_study(CITIZEN_CARD))

    assert "There is no register of consent; the 3 people interviewed stand by what each document says." in told
    assert "- 2024-03-05-card-holder: may be paraphrased only, open" in told
    assert "There is no log of contacts." in told


def test_both_languages_say_everything():
    assert set(IN_WORDS["en"]) == set(IN_WORDS["fr"])
    assert set(WORDS["en"]) == set(WORDS["fr"])
    for key, said in IN_WORDS["en"].items():
        assert set(re.findall(r"{\w+}", said)) == set(re.findall(r"{\w+}", IN_WORDS["fr"][key])), key


def test_every_reason_to_withhold_has_its_words_in_french():
    """Reasons of front matter, of consent and of excerpts: none is left in English."""
    ours = {*release._CLOSED.values(), *release._CONSENT.values(), *terms._STRICTNESS}

    assert ours - set(REASONS) == set()


def test_the_commands_do_it_from_the_folder_of_the_study(card: Path, capsys: pytest.CaptureFixture[str]):
    at = ["--study", str(card)]
    assert main(["release", "sheet", "mediator", "--out", str(card.parent / "s"), "--language", "fr", *at]) == 0
    sheet = card.parent / "s" / "mediator.txt"
    sheet.write_text(sheet.read_text("utf-8").replace("\nanswer:", "\nanswer: confirmer", 1), "utf-8")
    assert main(["release", "receive", str(sheet), "--on", "2024-06-01", "--write", *at]) == 0
    capsys.readouterr()
    assert main(["release", "report", "--language", "fr", *at]) == 0
    assert "- confirmé par la personne: 1" in capsys.readouterr().out
