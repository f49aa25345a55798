"""Quotations in the right mouth: who says it, of whom, and what nobody said."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualcode
from conftest import CITIZEN_CARD, PROJECT
from qualcode import tables
from qualcode.plaintext.anchor import Anchor
from qualcode.present import excerpts, side_by_side
from qualcode.study.attribution import OBSERVED, SAID, WRITTEN, Attributed, attributed
from qualcode.study.document import document_of
from qualcode.study.excerpt import Excerpt
from small import small_study

NOTE = """---
title: N
date: 2020-01-02
language: en
place: hall
involvement: passive
present: [anna, bo]
consent: {consent}
release: open
---
## Observed

{text}
"""


def noted(text: str, words: str, consent: str = "quote", **about: str) -> Attributed:
    """Attribute *words* of a fieldnote with this *text*, an excerpt of Anna."""
    document, problems = document_of(NOTE.format(text=text, consent=consent), "fieldnotes/n.md", "fieldnote")
    assert problems == []
    assert document is not None
    anchor = Anchor.of(document.text, words, 1)
    return attributed(document, Excerpt("e00000000ab", anchor, document.hash, {}, "", case="anna", **about), {})


def label(case: str) -> str:
    return case.title()


@pytest.mark.parametrize(
    "text, words, shown",
    [
        ('She said "It is dry." and left.', '"It is dry."', ("said", "“It is dry.”")),
        ('She said "It is dry." and left.', "It is dry", ("said", "“It is dry”")),
        ("Elle dit « C'est sec » et part.", "« C'est sec »", ("said", "“C'est sec”")),
        ("She said “It is dry.” and left.", "“It is dry.”", ("said", "“It is dry.”")),
        ("She said „Es ist trocken“ and left.", "Es ist", ("said", "“Es ist”")),
        ('He: [verbatim] "Tape." Gone.', '[verbatim] "Tape."', ("said", "“Tape.”")),
        ("He: [verbatim] it is on tape. He left.", "it is on tape", ("said", "“it is on tape”")),
        ("He: [verbatim] it is on tape. He left.", "He left.", ("observed", "He left.")),
        ('She said "It is dry." and left.', "She said", ("observed", "She said")),
        ('She said "It is dry." and left.', 'said "It is dry."', ("observed", 'said "It is dry."')),
        ('"One." She went. "Two."', "She went.", ("observed", "She went.")),
        ('"One." She went. "Two."', '"One." She went. "Two."', ("observed", '"One." She went. "Two."')),
        ("[paraphrase] It was for all. She went.", "It was for all", ("observed", "[paraphrase] It was for all")),
        ("[reconstruction] Well, and us? He went.", "and us?", ("observed", "[reconstruction] and us?")),
        ("[paraphrase] It was for all. She went.", "She went.", ("observed", "She went.")),
        ("[paraphrase] It was.", "[paraphrase] It was.", ("observed", "[paraphrase] It was.")),
        ('A 5" nail. She took it.', "She took it.", ("observed", "She took it.")),
        ('A 5" nail.\n\nShe took it "home".', "She took it", ("observed", "She took it")),
    ],
)
def test_of_a_note_only_what_stands_in_quotation_marks_or_is_marked_was_said(
    text: str, words: str, shown: tuple[str, str]
):
    found = noted(text, words)

    assert shown == (found.how, found.quotation)
    assert ("observed: Anna" if shown[0] == "observed" else "Anna") == found.who(label)


def test_who_says_it_comes_first_and_whose_view_it_is_second():
    assert noted('"Dry."', '"Dry."', holder="bo").who(label) == "Anna, of Bo"
    assert noted("It rained.", "It rained.", holder="bo").who(label) == "observed: Anna, of Bo"
    assert noted('"Dry."', '"Dry."', holder="anna").who(label) == "Anna"


def test_words_that_may_not_be_shown_are_in_no_quotation_marks():
    found = noted('"Dry."', '"Dry."', consent="paraphrase")

    assert (found.quotation, found.withheld) == ("[withheld: consent allows paraphrase only]", True)


@given(st.text(st.sampled_from('ab"“”«» [].\n!?'), min_size=1, max_size=40), st.data())
def test_whatever_a_note_holds_an_observation_is_never_in_our_quotation_marks(text: str, data: st.DataObject):
    """And what was said is some of the excerpt's own words, without its marks."""
    text = f"[verbatim] a {text} b"
    document, _ = document_of(NOTE.format(text=text, consent="quote"), "fieldnotes/n.md", "fieldnote")
    assert document is not None
    start = data.draw(st.integers(0, len(document.text) - 1))
    end = data.draw(st.integers(start + 1, len(document.text)))
    excerpt = Excerpt("e00000000ab", Anchor.take(document.text, start, end), document.hash, {}, "", case="anna")
    found = attributed(document, excerpt, {})

    assert found.how in (SAID, OBSERVED)
    assert start <= found.start <= found.end <= end
    assert found.words == " ".join(document.text[found.start : found.end].split())
    if found.how == OBSERVED:
        assert (found.start, found.end) == (start, end)
        assert found.quotation.removeprefix("[paraphrase] ") == found.words


def test_an_interview_is_said_and_what_others_wrote_is_written():
    study = qualcode.open_study(CITIZEN_CARD)
    told = {(d.kind, attributed(d, e, study.cases).how) for d, _, e in study.excerpts()}

    assert told == {("interview", SAID), ("document", WRITTEN), ("fieldnote", OBSERVED)}


def test_tables_keep_said_written_and_observed_apart():
    study = qualcode.open_study(PROJECT)
    kind = {d.id: d.kind for d in study.documents.values()}
    for table in (tables.codings(study), tables.statements(study)):
        told = set(zip(table["document"].map(kind), table["how"], strict=True))
        assert told == {
            ("interview", SAID),
            ("document", WRITTEN),
            ("fieldnote", SAID),
            ("fieldnote", OBSERVED),
        }


def test_two_alike_of_which_one_is_observed_are_observed_together(tmp_path: Path):
    """One statement of two excerpts that overlap: the quotation, and the sentence around it."""
    root = small_study(tmp_path / "s", {"i1": ("P", "anna", "Q: So?\n\nP: alpha.\n")})
    note = NOTE.format(text='She said "alpha beta" and left.', consent="quote")
    (root / "fieldnotes").mkdir(exist_ok=True)
    (root / "fieldnotes/n.md").write_text(note, "utf-8")
    folder = root / "coding/coders/me"
    folder.mkdir(parents=True)
    text = qualcode.open_study(root).documents["n"]
    made = []
    for number, words in enumerate(('said "alpha beta"', '"alpha beta"')):
        excerpt = Excerpt(
            f"e0000000{number:03x}",
            Anchor.of(text.text, words, 1),
            text.hash,
            {"topic/x": 1.0},
            "2024-01-01T00:00:00Z",
            case="anna",
        )
        made.append(excerpt.to_json())
    (folder / "n.jsonl").write_text("\n".join(made) + "\n", "utf-8")

    study = qualcode.open_study(root)
    assert study.problems == ()
    assert tables.statements(study)["how"].tolist() == [OBSERVED]
    assert tables.codings(study)["how"].tolist() == [OBSERVED, SAID]


def test_in_a_chapter_a_reported_view_is_the_speakers_and_an_observation_has_no_quotation_marks():
    study = qualcode.open_study(PROJECT)
    reported = tables.statements(study).query("reported and how == 'said'").iloc[0]
    observed = tables.codings(study).query("how == 'observed' and not quote.str.startswith('[')").iloc[0]
    chosen = excerpts(study, [reported["excerpt"], observed["excerpt"]])
    names = study.cases
    shown = side_by_side(chosen.assign(actor_figure="a", why="so"), ["a", "b"]).rows

    assert (
        chosen["who"].iloc[0].startswith(f"{names[reported['speaker']].label}, of {names[reported['actor']].label}, ")
    )
    assert chosen["who"].iloc[1].startswith(f"observed: {names[observed['case']].label}, ")
    assert shown[0][0].startswith("“")
    assert not shown[1][0].startswith("“")
