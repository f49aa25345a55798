"""One rule for words in the whole house: however letters are written, every count and every search has the same."""

from __future__ import annotations

import unicodedata
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import qualcode
from qualcode import divergence, tables
from qualcode.plaintext.words import count, fold, words_of
from qualcode.present import in_markdown
from qualcode.search import by_figure, search
from qualcode.study.layout import new_study
from small import BOOK
from test_small_studies import HEADER

FRENCH = "Le préfet a refusé l'été dernier; la préfète aussi, à côté du marché."
"""14 words: l' and été are two, as for the search."""


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (FRENCH, 14),
        ("हिन्दी में किताब अच्छी है।", 5),
        ("كِتَابٌ جَدِيدٌ مُفِيدٌ", 3),
        ("می‌خواهم بروم", 2),  # with a joiner that is none of its neighbours' end
        ("क्‍षेत्र", 1),
        ("co\u00adoperate", 1),
        ("한국어 말", 2),
        ("don't well-known", 4),
        ("... — ;", 0),
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_words_are_counted_alike_in_any_script_composed_or_not(text: str, number: int, form: str):
    written = unicodedata.normalize(form, text)
    assert count(written) == number
    assert [w for *_, w in words_of(written)] == [w for *_, w in words_of(text)]


@pytest.mark.parametrize(
    ("one", "other"),
    [("côté", "COTE"), ("كِتَابٌ", "كتاب"), ("שָׁלוֹם", "שלום"), ("می‌خواهم", "میخواهم"), ("œuvre", "oeuvre")],
)
def test_accents_points_and_joiners_make_no_other_word(one: str, other: str):
    assert fold(one) == fold(other) == unicodedata.normalize("NFC", fold(one))


@pytest.mark.parametrize(("one", "other"), [("कुल", "कल"), ("ガス", "カス"), ("ไม่", "ไม้"), ("क़लम", "कलम")])
def test_marks_that_are_part_of_a_letter_make_another_word(one: str, other: str):
    """Hindi: total, tomorrow; Japanese: gas, dregs; Thai: not, wood."""
    assert fold(one) != fold(other)


@given(st.text(max_size=30))
def test_a_word_folded_twice_is_folded_once_and_counts_agree(text: str):
    found = [w for *_, w in words_of(text)]
    assert [fold(w) for w in found] == found
    assert count(text) == len(found)


def test_eight_people_who_say_the_same_in_two_spellings_say_the_same(tmp_path: Path):
    """Four transcripts composed, four decomposed: the same numbers everywhere, and no word is typical of anybody."""
    study = tmp_path / "s"
    new_study(study)
    (study / "coding/codebook.yaml").write_text(BOOK, "utf-8")
    rows = [HEADER, "researcher,The researcher,researcher,,,,,,,,,,"]
    rows += [f"p{n},P{n},person,,,{'ab'[n > 3]},1,b,2020-01-01,,,," for n in range(8)]
    (study / "coding/cases.csv").write_text("\n".join(rows) + "\n", "utf-8")
    for n in range(8):
        head = "title: T\ndate: 2020-01-02\nlanguage: fr\nmode: recorded\nspeakers:\n  Q: {case: researcher}\n"
        said = unicodedata.normalize("NFC" if n < 4 else "NFD", FRENCH)
        head += f"  P{n}: {{case: p{n}}}\nconsent: quote\nrelease: open\n"
        (study / f"interviews/i{n}.md").write_text(f"---\n{head}---\nQ: Quoi ?\n\nP{n}: {said}\n", "utf-8")
    opened = qualcode.open_study(study)

    assert tables.documents(opened)["words"].tolist() == [15] * 8
    assert tables.turns(opened)["words"].tolist() == [1, 14] * 8
    spoken = tables.vocabulary(opened, "fr")
    assert spoken.groupby("actor")["count"].sum().tolist() == [14] * 8
    ranked = divergence.log_odds(spoken, ("a", "b"), theme="word", count="count")
    pd.testing.assert_series_equal(ranked["count_a"], ranked["count_b"], check_names=False)
    assert set(ranked["p"]) == {1.0}
    hits = by_figure(opened, search(opened, "prefet")).set_index("figure")
    assert hits.loc[["a", "b"], ["hits", "words"]].to_numpy().tolist() == [[4, 56], [4, 56]]


SIGNS = st.text(st.sampled_from("ab1 []^*_`{}<>&#|!\\~()-+.:\"'$é\n"), min_size=1, max_size=25)


@given(SIGNS)
def test_words_in_markdown_are_shown_as_they_stand(words: str):
    """``[^1]``, ``*no*``, backticks, ``{ref}``: rendered they are what was written, in one paragraph."""
    shown = MarkdownIt("commonmark", {"html": True}).enable("table").render(in_markdown(words))
    expected = " ".join(words.split())
    assert unescape(shown) == (f"<p>{expected}</p>\n" if expected else "")
