"""A coder's file, read and written: what goes in comes out, however a line is read."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualcode
from qualcode.coding import hand, places
from qualcode.errors import UsageError
from qualcode.plaintext.anchor import Anchor
from qualcode.study.coderfile import CoderFile, Excerpt, Reading, read_coder_file, united
from qualcode.study.excerpt import Lines, _carefully, read_line
from qualcode.tables import retrieval

CODES = st.dictionaries(
    st.sampled_from(["a/b", "a/c", "b/d-e", "odd code", "é"]),
    st.sampled_from([None, 1.0, 0.0, -1.0, 0.5, 1e-3]),
    min_size=1,
)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SOMEBODY = st.sampled_from([None, "case-a", "Case B", ""])


@st.composite
def excerpts(draw: st.DrawFn) -> Excerpt:
    quote = draw(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
    start = draw(st.integers(0, 10_000))
    anchor = Anchor(start, start + len(quote), quote, draw(WORDS), draw(WORDS))
    origin = draw(st.sampled_from([{"how": "hand"}, {"how": "import", "with": "x y"}, {"how": "suggestion", "a": "é"}]))
    settled = draw(st.sampled_from([None, {"by": ["a"], "on": "2018-05-07", "why": "Both."}]))
    name = f"e{draw(st.integers(0, 16**10 - 1)):010x}"
    made = draw(st.sampled_from(["2018-05-07T09:00:00Z", "2024-02-29T23:59:59Z"]))
    memo = draw(st.one_of(st.none(), WORDS))
    who = draw(SOMEBODY), draw(SOMEBODY)
    return Excerpt(name, anchor, "0d9f85cc0e56", draw(CODES), made, *who, memo, origin, settled)


@given(excerpts())
def test_an_excerpt_written_and_read_is_the_same(excerpt: Excerpt):
    line = excerpt.to_json()

    assert "\n" not in line
    assert read_line(line, 1) == (excerpt, [])


@given(st.lists(excerpts(), max_size=5), st.integers(0, 2**32))
def test_the_fast_way_of_reading_a_line_says_what_the_careful_way_says(some: list[Excerpt], seed: int):
    """Also of lines that somebody damaged: one sign of each is changed, doubled or dropped."""
    chance = Random(seed)
    lines = Lines()
    for excerpt in some:
        line = excerpt.to_json()
        at = chance.randrange(len(line))
        sign = chance.choice(['"', "\\", ",", " ", "0", "-", "e", "}", "\t", "é", "\\u0041", "\\ud800"])
        damaged = [line, line[:at] + line[at + 1 :], line[:at] + sign + line[at:], line[:at] + sign + line[at + 1 :]]
        for text in damaged:
            assert lines.read(text, 3) == _carefully(text, 3)


@pytest.mark.parametrize(
    ("was", "now", "wrong"),
    [
        ('"end": 7', '"end": 8', "place 3-8 is not as long as its quote (4 code points)"),
        ('{"a/b": 1}', '{"a/b": 1, "a/b": null}', "key 'a/b' stands here twice"),
        ('{"a/b": 1}', '{"a/b": 2}', "stance of 'a/b' is no number from -1 to 1, nor null"),
        ('{"a/b": 1}', "{}", "'codes' takes {code: stance or null}, at least one"),
        ('"how": "hand"', '"how": "guess"', "'origin' takes {\"how\": one of hand, import, suggestion, published}"),
        ("2018-05-07", "2018-02-30", "'made': date '2018-02-30' does not exist (February has 28 days)"),
        ("e0000000000", "e000000000G", "excerpt id is not 'e' and ten hex digits"),
    ],
)
def test_a_line_that_looks_like_one_of_ours_and_is_not_gets_its_message(was: str, now: str, wrong: str):
    anchor = Anchor(3, 7, "wait", "so ", " a moment")
    line = Excerpt("e0000000000", anchor, "0d9f85cc0e56", {"a/b": 1.0}, "2018-05-07T09:00:00Z").to_json()
    assert line.count(was) == 1

    assert read_line(line.replace(was, now), 1) == (None, [wrong])


@given(st.lists(excerpts(), max_size=6, unique_by=lambda e: e.id), st.integers(0, 5))
def test_a_file_written_and_read_is_the_same(tmp_path_factory: pytest.TempPathFactory, some: list[Excerpt], n: int):
    path = tmp_path_factory.getbasetemp() / "d.jsonl"
    readings = tuple(Reading(k * 10, k * 10 + 5, "0d9f85cc0e56", "2018-05-07T09:00:00Z") for k in range(n))
    file = CoderFile("a", "d", "d.jsonl", tuple(sorted(some, key=lambda e: e.place)), readings)
    path.write_text(file.to_text(), "utf-8", newline="\n")

    again, problems = read_coder_file(path, "d.jsonl", "a")

    assert (again, problems, again.disorder, again.to_text()) == (file, [], 0, file.to_text())


def test_half_a_character_is_refused():
    """It could never be written again."""
    line = Excerpt("e0000000000", Anchor(0, 1, "x"), "0d9f85cc0e56", {"a/b": None}, "2018-05-07T09:00:00Z").to_json()

    found, wrong = read_line(line.replace('"memo": null', '"memo": "\\ud83d"'), 1)

    assert (found, wrong) == (
        None,
        ["half of a character (\\ud800 or the like) stands here; restore the line from the file's history"],
    )


def test_stretches_that_touch_are_one():
    assert united([(5, 9), (0, 3), (3, 4), (8, 12)]) == [(0, 4), (5, 12)]


# what carries a code, and which codes meet


def brute_force_pairs(file: CoderFile) -> dict[tuple[str, str], int]:
    """Every code of every excerpt against every other."""
    tags = [(e.anchor.start, e.anchor.end, c) for e in file.excerpts for c in sorted(e.codes)]
    pairs: dict[tuple[str, str], int] = {}
    for n, (start, end, code) in enumerate(tags):
        for other_start, other_end, other in tags[n + 1 :]:
            if code != other and start < other_end and other_start < end:
                key = (min(code, other), max(code, other))
                pairs[key] = pairs.get(key, 0) + 1
    return pairs


def test_codes_meet_where_excerpts_of_one_coder_overlap(card: Path):
    """Held against every pair tried one by one; what two coders tagged never meets."""
    study = qualcode.open_study(card)
    text = study.documents["2024-02-12-desk-officer"].text
    chance = Random(3)
    for n in range(40):
        start = chance.randrange(len(text) - 60)
        quote = text[start : start + chance.randint(5, 50)]
        code = chance.choice(["function/access", "governance/co-design", "universality/stigma"])
        if text.count(quote) == 1:
            with contextlib.suppress(UsageError):  # what is tagged with the code already is not tagged again
                hand.code_excerpt(study, "2024-02-12-desk-officer", quote, {code: None}, coder=("anna", "ben")[n % 2])
    study = qualcode.open_study(card)

    for coder in ("anna", "ben"):
        expected = brute_force_pairs(study.coded[coder, "2024-02-12-desk-officer"])
        assert retrieval.together(study, coder=coder) == expected
        assert sum(expected.values()) > 5


def test_passages_of_a_code_come_with_their_surroundings_as_released(card: Path):
    study = qualcode.open_study(card)

    found = [
        (p.document, p.before, p.words, p.after)
        for p in retrieval.passages(study, "universality/stigma", around=10, coder="second")
    ]

    words = "If only people without papers ask for it, then it's a label"
    assert found == [("2024-02-12-desk-officer", "e... yes. ", words, ", isn't it")]


def test_codes_are_counted_by_who_speaks(card: Path):
    counts = retrieval.by_case(qualcode.open_study(card), coder="second")

    assert counts == {("function/identification", "desk-officer"): 1, ("universality/stigma", "desk-officer"): 1}


def test_an_unknown_code_is_not_an_empty_answer(card: Path):
    with pytest.raises(UsageError, match="unknown code 'function/acces'; did you mean 'function/access'"):
        list(retrieval.passages(qualcode.open_study(card), "function/acces"))


def test_an_excerpt_that_cannot_be_followed_is_placed_by_hand(card: Path, capsys: pytest.CaptureFixture[str]):
    """The words were mended; reanchor shows where, writes nothing, and then takes the place that was named."""
    from qualcode.cli import main

    path = card / "interviews/2024-02-12-desk-officer.md"
    path.write_text(path.read_text("utf-8").replace("you are somebody", "you're somebody"), "utf-8")
    file = card / "coding/coders/second/2024-02-12-desk-officer.jsonl"
    before = file.read_bytes()

    assert main(["reanchor", "--study", str(card)]) == 0
    said = capsys.readouterr()
    assert file.read_bytes() == before
    where = "coding/coders/second/2024-02-12-desk-officer.jsonl"
    assert f"{where}:1: excerpt eeb04e9254a: changed, not followed\n" in said.out
    assert "184-215 (interviews/2024-02-12-desk-officer.md:16): You show it and you're somebody\n" in said.out
    assert f"{where}:2: excerpt e282c16abcd: 314-373 -> 313-372\n" in said.out

    ids = ["eeb04e9254a", "e5c7d4b953c"]
    stray = {s.excerpt.id for s in places.strays(qualcode.open_study(card))}
    words = [w for name in sorted({*ids} & stray) for w in ("--take", name)]
    assert main(["reanchor", "--write", *words, "--study", str(card)]) == 0
    line = json.loads(file.read_text("utf-8").splitlines()[0])
    assert (line["start"], line["end"], line["quote"]) == (184, 215, "You show it and you're somebody")
    assert (line["made"], line["codes"]) == ("2024-03-20T17:20:00Z", {"function/identification": 1})
