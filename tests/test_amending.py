"""What a coder changes afterwards is on disk when the call returns, and can be taken back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import qualcode
from qualcode.coding.amend import (
    add_code,
    put_back,
    put_readings_back,
    recode,
    remove_excerpt,
    resize,
    set_holder,
    set_memo,
)
from qualcode.coding.hand import code_excerpt, code_place, mark_read
from qualcode.errors import QualcodeError, UsageError, WriteError
from qualcode.plaintext.anchor import AnchorError
from qualcode.study.coderfile import CoderFile, read_coder_file

OFFICER = "2024-02-12-desk-officer"
IDENTIFIED = {"function/identification": 1.0}


def kept(study: Path) -> CoderFile:
    """Return what stands on disk."""
    file, problems = read_coder_file(study / f"coding/coders/me/{OFFICER}.jsonl", "file", "me")
    assert problems == []
    return file


def test_each_act_is_on_disk_when_it_returns(card: Path):
    study = qualcode.open_study(card)
    made = code_excerpt(study, OFFICER, "Queues.", {"governance/ministry": None}, coder="me")
    text = study.document(OFFICER).text
    end = text.index("six kinds")
    acts = [
        recode(study, OFFICER, made.id, IDENTIFIED, coder="me"),
        resize(study, OFFICER, made.id, made.anchor.start, end, coder="me", quote=text[made.anchor.start : end]),
        set_memo(study, OFFICER, made.id, " Says it first. ", coder="me"),
        set_holder(study, OFFICER, made.id, "city", coder="me"),
    ]
    (last,) = kept(card).excerpts

    assert last == acts[-1]
    assert (last.id, last.made, last.codes) == (made.id, made.made, IDENTIFIED)
    assert (last.anchor.start, last.anchor.end, last.memo, last.holder) == (
        made.anchor.start,
        end,
        "Says it first.",
        "city",
    )
    assert remove_excerpt(study, OFFICER, made.id, coder="me") == last
    assert kept(card).excerpts == ()
    assert qualcode.open_study(card).problems == ()


def test_what_was_taken_away_is_put_back_as_it_was(card: Path):
    study = qualcode.open_study(card)
    made = code_excerpt(study, OFFICER, "Queues.", IDENTIFIED, coder="me", memo="First.")
    as_written = (card / f"coding/coders/me/{OFFICER}.jsonl").read_bytes()
    remove_excerpt(study, OFFICER, made.id, coder="me")
    put_back(study, OFFICER, None, made, coder="me")

    assert (card / f"coding/coders/me/{OFFICER}.jsonl").read_bytes() == as_written


def test_nothing_is_put_back_over_what_somebody_wrote_since(card: Path):
    study = qualcode.open_study(card)
    made = code_excerpt(study, OFFICER, "Queues.", IDENTIFIED, coder="me")
    recoded = recode(study, OFFICER, made.id, {"governance/ministry": None}, coder="me")
    set_memo(study, OFFICER, made.id, "From the other kernel.", coder="me")

    with pytest.raises(WriteError, match="was changed elsewhere since; nothing was written"):
        put_back(study, OFFICER, recoded, made, coder="me")
    with pytest.raises(WriteError, match="was changed elsewhere; look again, then repeat"):
        remove_excerpt(study, OFFICER, made.id, coder="me", seen=made)
    assert kept(card).excerpts[0].memo == "From the other kernel."


def test_what_was_read_is_unread_again(card: Path):
    study = qualcode.open_study(card)
    mark_read(study, OFFICER, coder="me", end=40)
    first = kept(card).readings
    mark_read(study, OFFICER, coder="me", end=90)
    second = kept(card).readings
    put_readings_back(study, OFFICER, second, first, coder="me")

    assert [(r.start, r.end) for r in kept(card).readings] == [(0, 40)]
    with pytest.raises(WriteError, match="what was read was changed elsewhere"):
        put_readings_back(study, OFFICER, second, first, coder="me")


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda s, e: recode(s, OFFICER, "e0000000000", IDENTIFIED, coder="me"), "has no excerpt 'e0000000000'"),
        (lambda s, e: recode(s, OFFICER, e, {}, coder="me"), "no code given"),
        (lambda s, e: recode(s, OFFICER, e, {"function/acess": None}, coder="me"), "did you mean 'function/access'"),
        (lambda s, e: set_holder(s, OFFICER, e, "the-city", coder="me"), "unknown case 'the-city'; did you mean"),
        (lambda s, e: resize(s, OFFICER, e, 5, 5, coder="me"), "place 5-5 is no stretch"),
        (lambda s, e: resize(s, OFFICER, e, 3, 5, coder="me", quote="No"), "holds other words than were seen"),
        (lambda s, e: code_place(s, OFFICER, 3, 5, IDENTIFIED, coder="me", quote="No"), "holds other words"),
    ],
)
def test_what_does_not_fit_is_refused_and_the_file_stays(card: Path, act, message: str):
    study = qualcode.open_study(card)
    made = code_excerpt(study, OFFICER, "Queues.", IDENTIFIED, coder="me")
    before = kept(card)

    with pytest.raises(QualcodeError, match=message):
        act(study, made.id)
    assert kept(card) == before


def test_a_provisional_code_is_added_and_the_comments_stay(card: Path):
    path = card / "coding/codebook.yaml"
    before = path.read_text("utf-8")
    study = qualcode.open_study(card)
    code = add_code(
        study, "Une étiquette", "universality", definition="In the words.", why="Said twice.", on=date(2024, 4, 2)
    )
    after = path.read_text("utf-8").split("\n")
    again = qualcode.open_study(card)

    assert (code.id, code.status) == ("universality/une-etiquette", "provisional")
    assert [line for line in before.split("\n") if line not in after] == ["version: 2"]
    assert again.problems == ()
    assert list(again.codebook.codes).index(code.id) == list(again.codebook.codes).index("universality/stigma") + 1
    assert again.codebook.history[-1].why == "Said twice."
    for label, family, message in (
        ("Une etiquette", "universality", "is in the codebook already"),
        ("A label", "universalty", "unknown family 'universalty'; did you mean 'universality'"),
        ("?!", "universality", "at least one letter or digit"),
    ):
        with pytest.raises(UsageError, match=message):
            add_code(study, label, family, why="x")


def test_words_are_not_in_the_message_about_other_words(card: Path):
    with pytest.raises(AnchorError) as caught:
        code_place(qualcode.open_study(card), OFFICER, 3, 9, IDENTIFIED, coder="me", quote="secret")

    assert "secret" not in str(caught.value)
