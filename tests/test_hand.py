"""The acts of a coder: each is on disk when its call returns."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualcode
from qualcode.coding import hand
from qualcode.coding.hand import code_excerpt, mark_read
from qualcode.coding.places import moves, reanchor
from qualcode.errors import QualcodeError, UsageError, WriteError
from qualcode.plaintext import likeness
from qualcode.plaintext.anchor import Anchor, AnchorError
from qualcode.study.coderfile import read_coder_file

OFFICER = "2024-02-12-desk-officer"


def kept(study: Path, coder: str, document: str = OFFICER) -> list[tuple[str, dict[str, float | None]]]:
    """Return quote and codes of what stands on disk."""
    file, problems = read_coder_file(study / f"coding/coders/{coder}/{document}.jsonl", "file", coder)
    assert problems == []
    return [(e.anchor.quote, e.codes) for e in file.excerpts]


def test_a_coded_passage_is_on_disk_and_the_study_is_sound(card: Path):
    study = qualcode.open_study(card)
    made = code_excerpt(
        study, OFFICER, "You show it and you are somebody", {"function/identification": "enables"}, coder="me"
    )

    assert kept(card, "me") == [("You show it and you are somebody", {"function/identification": 1.0})]
    again = qualcode.open_study(card)
    assert again.problems == ()
    assert again.coded["me", OFFICER].excerpts == (made,)


def test_excerpts_stand_in_the_order_of_the_text(card: Path):
    study = qualcode.open_study(card)
    for quote in ("The ministry always has a view.", "Queues.", "Honestly?"):
        code_excerpt(study, OFFICER, quote, {"governance/ministry": None}, coder="me")

    assert [quote for quote, _ in kept(card, "me")] == ["Honestly?", "Queues.", "The ministry always has a view."]


def test_reading_grows_together(card: Path):
    study = qualcode.open_study(card)
    for start, end in ((0, 10), (40, 50), (10, 30)):
        mark_read(study, OFFICER, coder="me", start=start, end=end)
    file = qualcode.open_study(card).coded["me", OFFICER]

    assert [(r.start, r.end) for r in file.readings] == [(0, 30), (40, 50)]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"quote": "you are nobody"}, "the words are not in the text"),
        ({"quote": "view"}, "the words occur 2 times; say which with nth"),
        ({"quote": "view", "nth": 3}, "the words occur 2 times; nth=3 does not exist"),
        ({"codes": {}}, "no code given"),
        (
            {"codes": {"function/identificaton": None}},
            "unknown code 'function/identificaton'; did you mean 'function/identification'?",
        ),
        ({"codes": {"governance/ministry": 1}}, "code 'governance/ministry' takes no stance"),
        ({"codes": {"function/access": "enabled"}}, "unknown stance 'enabled'; did you mean 'enables'?"),
        ({"codes": {"function/access": 2}}, "stance 2 of 'function/access' is no number from -1 to 1"),
        ({"codes": {"figure/issuer": None, "figure/holder": None}}, "family 'figure' is exclusive"),
        ({"coder": "My Self"}, "coder 'My Self' is no slug"),
        ({"holder": "the-city"}, "unknown case 'the-city'; did you mean 'city'?"),
        ({"document": "2024-02-12-desk-oficer"}, "unknown document '2024-02-12-desk-oficer'; did you mean"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(card: Path, wrong: dict[str, object], message: str):
    fine = {"document": OFFICER, "quote": "Queues.", "codes": {"function/access": None}, "coder": "me"}
    before = sorted(p for p in card.rglob("*") if p.is_file())

    with pytest.raises(QualcodeError, match=message.replace("(", r"\(").replace("?", r"\?")):
        code_excerpt(qualcode.open_study(card), **(fine | wrong))
    assert before == sorted(p for p in card.rglob("*") if p.is_file() and "locks" not in p.parts)


def test_a_text_that_changed_since_the_study_was_opened_is_not_coded(card: Path):
    study = qualcode.open_study(card)
    path = card / f"interviews/{OFFICER}.md"
    path.write_text(path.read_text("utf-8").replace("Queues", "Lines"), "utf-8")

    with pytest.raises(WriteError, match="changed on disk since the study was opened; open the study again"):
        code_excerpt(study, OFFICER, "Queues.", {"function/access": None}, coder="me")


def test_places_outside_the_text_are_not_marked_as_read(card: Path):
    with pytest.raises(UsageError, match="place 0-99999 is no stretch"):
        mark_read(qualcode.open_study(card), OFFICER, coder="me", end=99999)


def test_the_words_beside_an_anchor_error_are_not_repeated(card: Path):
    with pytest.raises(AnchorError) as caught:
        code_excerpt(qualcode.open_study(card), OFFICER, "secret words", {"function/access": None}, coder="me")

    assert "secret" not in str(caught.value)


def test_a_heading_above_moves_every_excerpt_and_reanchor_follows(card: Path):
    path = card / f"interviews/{OFFICER}.md"
    path.write_text(
        path.read_text("utf-8").replace("---\nQ: What", "---\nQ: Before we begin: thank you.\n\nQ: What"), "utf-8"
    )
    study = qualcode.open_study(card)
    shift = len("Q: Before we begin: thank you.\n\n")
    mine = [m for m in moves(study) if m.path == f"coding/coders/reader/{OFFICER}.jsonl"]

    assert [m.to.start - m.excerpt.anchor.start for m in mine] == [shift] * len(study.coded["reader", OFFICER].excerpts)
    reanchor(study, moves(study))
    assert qualcode.open_study(card).problems == ()


def test_many_tags_are_one_step_with_the_same_excerpts_as_one_by_one(card: Path):
    """All or none; each file written once."""
    study = qualcode.open_study(card)
    text = study.documents[OFFICER].text
    places = [(m.start(), m.end()) for m in re.finditer(r"\w{5,}", text)]
    tags = [hand.Tag(OFFICER, a, b, {"function/access": None}, memo="m") for a, b in places]

    made = hand.code_places(study, tags, coder="third")
    wrong = [hand.Tag(OFFICER, 0, 1, {"function/access": None}), hand.Tag(OFFICER, 0, 1, {"function/acess": None})]
    with pytest.raises(UsageError, match="unknown code"):
        hand.code_places(study, wrong, coder="third")

    again = qualcode.open_study(card)
    assert again.problems == ()
    assert sorted((e.anchor.start, e.anchor.end, e.memo) for e in again.coded["third", OFFICER].excerpts) == sorted(
        (a, b, "m") for a, b in places
    )
    assert [e.anchor.quote for e in made] == [text[a:b] for a, b in places]
    assert len({e.id for e in made}) == len(made)


def test_a_batch_says_the_same_as_its_acts_one_by_one(card: Path):
    study = qualcode.open_study(card)
    one = hand.code_place(study, OFFICER, 3, 20, {"function/access": 1}, coder="third", case="mediator")
    made = hand.code_places(study, [hand.Tag(OFFICER, 3, 20, {"function/access": 1}, case="mediator")], coder="fourth")

    assert replace(made[0], id=one.id, made=one.made) == one


@given(
    st.text("ab c\n", min_size=20, max_size=200),
    st.integers(0, 199),
    st.text("ab c\n", max_size=30),
    st.integers(0, 199),
)
def test_pieces_made_once_find_what_searching_for_each_found(text: str, at: int, new: str, cut: int):
    """The same candidates, whether where pieces stand is looked up or searched for."""
    at, cut = at % len(text), cut % len(text)
    words = Anchor.take(text, min(at, cut), max(at, cut) + 1)
    edited = text[:cut] + new + text[cut:]

    looked_up = words.find(edited)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(likeness, "_INDEXED", -1)
        searched = words.find(edited)

    assert looked_up == searched
