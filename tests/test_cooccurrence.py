"""Which codes meet: codes by codes, each place once, and what the table leaves out."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualcode
from qualcode import tables
from qualcode.cli import main
from qualcode.coding import hand
from qualcode.errors import UsageError
from qualcode.left_out import lines
from qualcode.search import Where, search_codes
from qualcode.tables import retrieval
from small import excerpt_line, small_study

TEXT = "Q: Why?\n\nANNA: one two three four five six seven eight nine ten.\n"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return small_study(tmp_path / "s", {"i1": ("ANNA", "anna", TEXT)})


def cells(study: Path, **about: int) -> dict[tuple[str, str], int]:
    """Return the table's cells that are not 0, the diagonal and one half."""
    table = tables.cooccurrence(qualcode.open_study(study), **about).set_index("code")
    found = {(a, b): int(table.loc[a, b]) for a in table.index for b in table.index if a <= b}
    assert all(table.loc[a, b] == table.loc[b, a] for a in table.index for b in table.index)
    return {pair: count for pair, count in found.items() if count}


def test_codes_that_share_a_code_point_meet_and_those_that_touch_do_not(study: Path):
    excerpt_line(study, "me", "i1", "one two", {"topic/x": 1}, "e0000000001")
    excerpt_line(study, "me", "i1", "two three", {"topic/y": 1}, "e0000000002")
    excerpt_line(study, "me", "i1", " three", {"figure/a": None}, "e0000000003")

    assert cells(study) == {("topic/x", "topic/y"): 1, ("figure/a", "topic/y"): 1}
    assert retrieval.together(qualcode.open_study(study)) == cells(study)
    table = tables.cooccurrence(qualcode.open_study(study))
    assert table[["code", "places"]].to_numpy().tolist() == [["figure/a", 1], ["topic/x", 1], ["topic/y", 1]]


def test_words_tagged_twice_are_one_place(study: Path):
    """By hand: x stands at one place (two excerpts that overlap), y at one; they meet once, not twice."""
    excerpt_line(study, "me", "i1", "one two", {"topic/x": 1}, "e0000000001")
    excerpt_line(study, "me", "i1", "two three", {"topic/x": 1}, "e0000000002")
    excerpt_line(study, "me", "i1", "two", {"topic/y": 1}, "e0000000003")

    assert cells(study) == {("topic/x", "topic/y"): 1}
    assert retrieval.together(qualcode.open_study(study)) == {("topic/x", "topic/y"): 2}


def test_near_counts_the_words_between(study: Path):
    """Between *two* and *six* lie three, four and five: three words."""
    excerpt_line(study, "me", "i1", "one two", {"topic/x": 1}, "e0000000001")
    excerpt_line(study, "me", "i1", "six", {"topic/y": 1}, "e0000000002")
    excerpt_line(study, "me", "i1", "eight", {"topic/y": 1}, "e0000000003")

    assert [cells(study, near=n) for n in (0, 2)] == [{}, {("topic/y", "topic/y"): 1}]
    assert cells(study, near=3) == {("topic/x", "topic/y"): 1, ("topic/y", "topic/y"): 1}
    assert cells(study, near=5) == {("topic/x", "topic/y"): 2, ("topic/y", "topic/y"): 1}
    with pytest.raises(UsageError, match="0 or more, not -1"):
        cells(study, near=-1)


def test_near_is_near_to_search_too(card: Path):
    """For every two codes of the tiny study, all quotable: the table has a pair where the search finds one."""
    for path in card.glob("*/*.md"):
        text = re.sub(r"^consent: .*$", "consent: quote", path.read_text("utf-8"), flags=re.MULTILINE)
        path.write_text(re.sub(r"^release: .*$", "release: open", text, flags=re.MULTILINE), "utf-8")
    opened = qualcode.open_study(card)
    for words in (0, 4, 20):
        table = tables.cooccurrence(opened, near=words).set_index("code")
        for one, other in combinations(table.index, 2):
            query = f"({one} near {other}) or ({one} and {other})"
            hits = search_codes(opened, query, Where(distance=words))
            assert bool(table.loc[one, other]) == bool(len(hits)), (words, one, other)


PLACE = st.tuples(st.integers(0, 9), st.integers(1, 4), st.sampled_from(["topic/x", "topic/y", "figure/a"]))


@given(st.lists(PLACE, max_size=8))
def test_every_pair_of_places_counts_once(drawn: list[tuple[int, int, str]]):
    """Held against all pairs tried one by one, over places that were united by hand."""
    from collections import Counter

    from qualcode.tables.retrieval import _meet

    places = sorted((start, start + length, code) for start, length, code in drawn)
    expected = Counter(
        (min(a[2], b[2]), max(a[2], b[2])) for a, b in combinations(places, 2) if a[0] < b[1] and b[0] < a[1]
    )
    found = Counter[tuple[str, str]]()
    _meet(found, [(start, end, end, code) for start, end, code in places])
    assert found == expected


def test_what_two_coders_tagged_never_meets_and_what_is_left_out_is_told(
    study: Path, capsys: pytest.CaptureFixture[str]
):
    hand.code_excerpt(qualcode.open_study(study), "i1", "one two", {"topic/x": 1}, coder="c1")
    hand.code_excerpt(qualcode.open_study(study), "i1", "two three", {"topic/y": 1}, coder="c2")

    assert main(["table", "cooccurrence", "--study", str(study)]) == 2
    assert "say --coder NAME" in capsys.readouterr().err
    assert main(["table", "cooccurrence", "--coder", "c1", "--study", str(study)]) == 0
    shown = capsys.readouterr()
    assert shown.out == "code,places,topic/x\ntopic/x,1,0\n"
    assert shown.err == "left out: 3 codes of the codebook given nowhere\n"


def test_the_table_goes_into_a_workbook(study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    hand.code_excerpt(qualcode.open_study(study), "i1", "one two", {"topic/x": 1, "topic/y": 1}, coder="me")
    out = tmp_path / "meet.xlsx"

    assert main(["table", "cooccurrence", "--near", "2", "--out", str(out), "--study", str(study)]) == 0
    assert pd.read_excel(out).to_numpy().tolist() == [["topic/x", 1, 0, 1], ["topic/y", 1, 1, 0]]
    capsys.readouterr()
    assert main(["table", "codings", "--near", "2", "--study", str(study)]) == 2
    assert "leave it out here" in capsys.readouterr().err


def test_without_codings_the_table_is_empty(study: Path):
    table = tables.cooccurrence(qualcode.open_study(study))
    assert (len(table), list(table.columns)) == (0, ["code", "places"])
    assert lines(table) == ["left out: 4 codes of the codebook given nowhere"]
