"""Reading interviews, fieldnotes and documents."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import CITIZEN_CARD
from qualcode import open_study
from qualcode.study.document import Document, Speaker, Turn, read_document, words

HEAD = """---
title: A talk
date: 2024-05-03
language: fr
mode: recorded
speakers:
  Q: {case: researcher}
  LA MAIRE: {case: mayor, organisation: city}
  MAIRE: {case: deputy}
consent: quote
release: open
---
"""


def interview(folder: Path, body: str, head: str = HEAD) -> Document:
    """Read an interview with this body, which must be free of problems."""
    path = folder / "2024-05-03-talk.md"
    path.write_bytes((head + body).encode("utf-8"))
    document, problems = read_document(path, "interviews/2024-05-03-talk.md", "interview")

    assert problems == []
    assert document is not None
    return document


def spoken(document: Document) -> list[tuple[str, str, str, str]]:
    """Return label, language, time and words of each turn."""
    return [(t.speaker.label, t.language, t.time, document.text[t.words_start : t.end]) for t in document.turns]


def test_a_turn_has_its_speaker_language_time_and_words(tmp_path: Path):
    document = interview(
        tmp_path,
        "Q: Et alors ?\n\nLA MAIRE (nl) [00:01:12]: Nou ja.\nTweede regel.\n\nEen alinea.\n\nMAIRE : Oui.\n",
    )

    assert spoken(document) == [
        ("Q", "fr", "", "Et alors ?"),
        ("LA MAIRE", "nl", "00:01:12", "Nou ja.\nTweede regel.\n\nEen alinea."),
        ("MAIRE", "fr", "", "Oui."),
    ]
    assert [t.speaker.case for t in document.turns] == ["researcher", "mayor", "deputy"]


def test_a_no_break_space_before_the_colon_is_french_and_no_other_label(tmp_path: Path):
    document = interview(tmp_path, "Q\u00a0: Oui ?\n\nMAIRE\u202f: Non.\n")

    assert [(label, said) for label, _, _, said in spoken(document)] == [("Q", "Oui ?"), ("MAIRE", "Non.")]


def test_what_is_no_declared_label_is_text(tmp_path: Path):
    """Lower case, in the middle of a line, or not followed by a colon."""
    body = "Q: One.\nNote: not a label.\nHe said MAIRE: and left.\nMAIRES come and go.\n"

    assert spoken(interview(tmp_path, body)) == [("Q", "fr", "", body[3:].rstrip())]


def test_line_ends_and_the_byte_order_mark_do_not_change_the_text(tmp_path: Path):
    plain = interview(tmp_path, "Q: One.\n\nMAIRE: Two.\n")
    path = tmp_path / "2024-05-03-talk.md"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    windows, problems = read_document(path, "interviews/2024-05-03-talk.md", "interview")

    assert problems == []
    assert windows == plain
    assert windows is not None
    assert windows.hash == plain.hash


def test_accents_are_left_as_they_were_written(tmp_path: Path):
    """Composed and decomposed are different texts: no normalisation."""
    composed, decomposed = interview(tmp_path, "Q: café\n"), interview(tmp_path, "Q: cafe\u0301\n")

    assert (len(composed.text), len(decomposed.text)) == (8, 9)
    assert composed.hash != decomposed.hash


def test_a_place_is_told_by_the_files_line(tmp_path: Path):
    """The front matter takes twelve lines."""
    document = interview(tmp_path, "Q: One.\n\nMAIRE: Two.\n")

    assert [document.line(p) for p in (0, 7, 8, 9, len(document.text) - 1)] == [13, 13, 14, 15, 15]


def test_a_line_separator_is_no_line_end(tmp_path: Path):
    """Lines split on LF only: U+2028, form feed and the like are text."""
    document = interview(tmp_path, "Q: One\u2028MAIRE: no\x0bMAIRE: no\n")

    assert len(document.turns) == 1


def test_a_text_without_speakers_is_one_turn_of_its_author(tmp_path: Path):
    path = tmp_path / "2024-05-04-leaflet.md"
    path.write_text(
        "---\ntitle: A leaflet\ndate: 2024-05-04\nlanguage: en\nkind: leaflet\nauthor: city\n"
        "consent: quote\nrelease: open\n---\nWelcome.\n",
        "utf-8",
    )
    document, problems = read_document(path, "documents/2024-05-04-leaflet.md", "document")

    assert problems == []
    assert document is not None
    assert [(t.speaker.case, t.start, t.words_start, t.end) for t in document.turns] == [("city", 0, 0, 9)]


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("l'accueil, c'est-à-dire l’État", 8), ("one two\u00a0three—four", 4), ("1,000 x_y 🦁", 4)],
)
def test_words_are_runs_of_letters_and_digits_as_search_has_them(text: str, count: int):
    assert words(text) == count


LINES = st.lists(
    st.tuples(
        st.sampled_from(["Q: ", "LA MAIRE: ", "MAIRE [00:00:01]: ", "MAIRE (en): ", "", "  ", "\t"]),
        st.text(max_size=20),
    ),
    min_size=1,
    max_size=12,
)


@given(LINES)
def test_turns_stand_in_order_and_hold_all_words_after_the_first_label(lines: list[tuple[str, str]]):
    """Whatever the text: turns do not overlap, and what no turn holds is white space."""
    from qualcode.study.document import Speaker, _turns

    text = "Q: first\n" + "\n".join(a + b for a, b in lines)
    speakers = {s: Speaker(s, s.lower()) for s in ("Q", "LA MAIRE", "MAIRE")}
    turns: tuple[Turn, ...] = _turns(text, speakers, "fr", "")
    edges = [p for t in turns for p in (t.start, t.words_start, t.end)]
    between = [text[a.end : b.start] for a, b in pairwise(turns)]

    assert edges == sorted(edges)
    assert [t.number for t in turns] == list(range(1, len(turns) + 1))
    assert all(not gap.strip() for gap in [*between, text[turns[-1].end :]])
    assert all(text.startswith(t.speaker.label, t.start) for t in turns)


@given(st.text(max_size=60) | st.text(alphabet="aé\u0301\u00ad _-'ßœ1²ñ\u3042\u0939\u093f\n", max_size=60))
def test_a_count_of_words_is_as_many_as_there_are(text: str):
    from qualcode.plaintext.words import count, words_of

    assert count(text) == len(list(words_of(text)))


@pytest.mark.long
@given(st.integers(0, 60), st.integers(1, 30))
def test_the_turns_in_a_stretch_are_those_that_have_words_in_it(start: int, length: int):
    """Found by bisection; the same as by looking at each."""
    from dataclasses import replace as changed

    turns = (Turn(1, Speaker("A", "a"), "en", "", 0, 3, 10), Turn(2, Speaker("B", "b"), "en", "", 12, 15, 15))
    turns = (*turns, Turn(3, Speaker("A", "a"), "en", "", 17, 20, 44), Turn(4, Speaker("B", "b"), "en", "", 46, 49, 60))
    document = changed(open_study(CITIZEN_CARD).documents["2024-02-12-desk-officer"], turns=turns)
    end = start + length

    assert document.turns_in(start, end) == tuple(t for t in turns if t.words_start < end and start < t.end)


def test_a_head_count_of_thousands_of_digits_is_a_problem_and_no_error(tmp_path: Path):
    """Found by damaging studies at random: Python refuses to make a number of so many digits."""
    path = tmp_path / "f.md"
    head = "title: M\ndate: 2020-02-29\nlanguage: en\nplace: hall\ninvolvement: passive\npresent: [anna]\n"
    head += f"head_count: {'9' * 5000}\nconsent: quote\nrelease: open\n"
    path.write_text(f"---\n{head}---\n## Observed\n\nThey met.\n", "utf-8")
    problems = read_document(path, "fieldnotes/f.md", "fieldnote")[1]

    assert [(p.line, "a whole number of people" in str(p)) for p in problems] == [(8, True)]
