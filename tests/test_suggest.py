"""Suggestions: on a study made so that the answer is known, and on the tiny one, where there is too little."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualcode
from conftest import CITIZEN_CARD
from qualcode.coding.hand import code_place, mark_read
from qualcode.errors import NotYetError, UsageError
from qualcode.search import Where, index_of, typical
from qualcode.study.pattern import Pattern, read_pattern
from qualcode.suggest import (
    MODEL,
    accept,
    found_by_one,
    lesson,
    still_blind,
    suggest,
    uncoded_like_coded,
    unlike_its_code,
    worth,
)
from qualcode.suggest.passages import Known, Passage, groups, judged, passages
from qualcode.suggest.patterns import marks
from qualcode.suggest.pieces import Weights, pieces
from qualcode.suggest.ranker import PENALTY, best_threshold, declined, learn, would_suggest
from qualcode.suggest.worth import _worst, rates
from test_cli import run

BREAD = ("we bake the bread at night", "the oven and the flour", "flour for the bread again", "an oven full of bread")
RIVER = ("the boat went down the river", "a river and its water", "water in the old boat", "boats on the water")
BOOK = """\
title: Trades
version: 1
contrast: [baker, boatman]
stances: {for: 1, against: -1}
families:
  figure: {label: Figure, role: figure}
  topic: {label: Topic, role: theme}
codes:
  figure/baker: {label: Baker, definition: Bakes.}
  figure/boatman: {label: Boatman, definition: Rows.}
  topic/bread: {label: Bread, definition: What is baked., patterns: [flour, "oven*"]}
  topic/river: {label: On the river, definition: What flows., stance: The river is good.}
  topic/rare: {label: Rare, definition: Hardly ever.}
history: [{version: 1, on: 2024-01-01, change: All., why: Beginning.}]
"""
NAMES = ("anna", "ben", "cleo", "dora", "emil", "fay", "gus", "hana")


def trades(root: Path, *, coded: int = 6) -> Path:
    """Lay out eight interviews about bread and rivers; a coder tagged and read the first *coded*."""
    (root / "interviews").mkdir(parents=True)
    (root / "coding").mkdir()
    (root / "coding/codebook.yaml").write_text(BOOK, "utf-8")
    cases = [f"{n},{n.title()},person,{'baker' if i % 2 else 'boatman'},Seen,2024-01-01" for i, n in enumerate(NAMES)]
    (root / "coding/cases.csv").write_text(
        "\n".join(["case,label,kind,figure,figure_basis,figure_on", "researcher,R,researcher,,,", *cases]) + "\n",
        "utf-8",
    )
    for n, name in enumerate(NAMES):
        said = [p for pair in zip(BREAD, RIVER, strict=True) for p in pair]
        turns = "\n\n".join(f"{name.upper()}: {s}, says {name}" for s in said)
        front = f"title: {name}\ndate: 2024-01-0{n + 1}\nlanguage: en\nmode: recorded\n"
        front += f"speakers: {{{name.upper()}: {{case: {name}}}, Q: {{case: researcher}}}}\n"
        front += f"consent: {'paraphrase' if name == 'hana' else 'quote'}\nrelease: open\n"
        (root / f"interviews/{name}.md").write_text(f"---\n{front}---\n{turns}\n", "utf-8")
    study = qualcode.open_study(root)
    for name in NAMES[:coded]:
        for n, turn in enumerate(study.documents[name].turns):
            code = "topic/river" if n % 2 else "topic/bread"
            place = (turn.words_start, turn.end)
            code_place(study, name, *place, {code: None}, coder="me")
        mark_read(study, name, coder="me")
    return root


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trades(tmp_path_factory.mktemp("study") / "trades")


@pytest.fixture
def study(made: Path) -> qualcode.Study:
    return qualcode.open_study(made)


# Patterns


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("sans papiers", Pattern("sans papiers", words="sans papiers")),
        ("fr: hous*", Pattern("fr: hous*", "fr", "hous*")),
        ("lemma: go home", Pattern("lemma: go home", words="go home", lemma=True)),
        ("en: lemma: go", Pattern("en: lemma: go", "en", "go", lemma=True)),
        ('[{"LOWER": "a"}]', Pattern('[{"LOWER": "a"}]', tokens=({"LOWER": "a"},))),
        ('[{"LOWER": "l’"}]', Pattern('[{"LOWER": "l’"}]', tokens=({"LOWER": "l'"},))),
        ("...", "a pattern needs a word"),
        ("lemma:", "a pattern needs a word"),
        ("[flour]", 'a token pattern is a JSON list of tokens, such as [{"LOWER": "carte"}, {"IS_ALPHA": true}]'),
        ("[]", 'a token pattern is a JSON list of tokens, such as [{"LOWER": "carte"}, {"IS_ALPHA": true}]'),
    ],
)
def test_a_pattern_is_words_a_lemma_or_tokens(written: str, expected: Pattern | str):
    assert read_pattern(written) == expected


def with_patterns(root: Path, patterns: str) -> Path:
    path = root / "coding/codebook.yaml"
    path.write_text(path.read_text("utf-8").replace('[flour, "oven*"]', patterns), "utf-8")
    return root


def test_a_pattern_that_cannot_be_read_is_a_problem_with_its_line(tmp_path: Path):
    root = with_patterns(trades(tmp_path / "t", coded=0), '[flour, "[oven"]')

    problems = qualcode.open_study(root).problems
    assert [(p.path, p.line) for p in problems] == [("coding/codebook.yaml", 11)]
    assert problems[0].message.startswith("a token pattern is a JSON list of tokens, such as [{")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ('"flour"', ["flour", "flour"]),
        ('"fr: flour"', []),
        ('\'[{"LOWER": "oven"}, {"OP": "?"}, {"LOWER": "the"}]\'', ["oven and the"]),
        ('\'[{"LOWER": "flour"}, {"LOWER": "for"}]\'', ["flour for"]),
        ('\'[{"ORTH": "Flour"}]\'', []),
        ('"lemma: boat"', ["boat", "boat"]),
    ],
)
def test_patterns_are_found_where_they_stand(tmp_path: Path, pattern: str, expected: list[str]):
    """A lemma without a model is matched as written, and that is said."""
    found_in = qualcode.open_study(with_patterns(trades(tmp_path / "t", coded=0), f"[{pattern}]"))
    found, notes = marks(found_in, ["topic/bread"], index_of(found_in))
    text = found_in.documents["anna"].text

    assert [text[m.place[1] : m.place[2]] for m in found if m.place[0] == 0] == expected
    if "{" in pattern:
        assert re.fullmatch(r"token patterns in 'en': a blank pipeline of spaCy [\d.]+ for 'en'", notes[0])


def test_a_token_pattern_that_spacy_refuses_names_its_code(tmp_path: Path):
    root = with_patterns(trades(tmp_path / "t", coded=0), "['[{\"LOUD\": 1}]']")
    refused = qualcode.open_study(root)

    with pytest.raises(UsageError, match="spaCy refuses a token pattern of 'topic/bread'"):
        marks(refused, ["topic/bread"], index_of(refused))


# What is learnt


def test_passages_are_paragraphs_of_turns(study: qualcode.Study):
    found = passages(study)

    assert len(found) == 8 * 8
    assert found[0].words == ("we", "bake", "the", "bread", "at", "night", "says", "anna")


def test_documents_that_share_a_speaker_are_one_group(tmp_path: Path):
    """Anna speaks in Ben's interview and Ben in Cleo's: the three hang together, the researcher joins nobody."""
    root = trades(tmp_path / "t", coded=0)
    for name, guest in (("ben", "anna"), ("cleo", "ben")):
        path = root / f"interviews/{name}.md"
        text = path.read_text("utf-8").replace("speakers: {", f"speakers: {{{guest.upper()}: {{case: {guest}}}, ")
        path.write_text(f"{text}\n{guest.upper()}: I was here too\n\nQ: and so was I\n", "utf-8")

    path = root / "interviews/emil.md"
    path.write_text(path.read_text("utf-8") + "\nQ: as I am everywhere\n", "utf-8")

    assert list(groups(qualcode.open_study(root)).values()) == [0, 0, 0, 3, 4, 5, 6, 7]


def test_a_passage_is_judged_if_it_was_read_to_its_end_or_tagged(tmp_path: Path):
    """Gus was read but for the last sign of his second passage; an excerpt fills what is between two and three."""
    root = trades(tmp_path / "t")
    study = qualcode.open_study(root)
    first, second, third = [p for p in passages(study) if p.document.id == "gus"][:3]
    mark_read(study, "gus", coder="me", end=second.end - 1)
    code_place(study, "gus", second.end, third.start, {"topic/rare": None}, coder="me")
    study = qualcode.open_study(root)
    held = judged([first, second, third], {"gus": study.coded["me", "gus"]})

    assert [(k.passage.start, k.codes) for k in held] == [(first.start, {})]


def test_a_word_gives_itself_and_its_pieces():
    assert pieces("motion") == ("motion", "|mot", "moti", "otio", "tion", "ion|")
    assert pieces("le") == ("le", "|le|")
    assert pieces("a") == ("a",)


def test_likeness_is_a_cosine_of_weights():
    """Three texts, "a" in all, "b" in two: idf 1 and 1 + ln(4/3); "a a" counts 1 + ln 2."""
    near = Weights.of([["a", "b"], ["b", "a", "a"], ["a"]])
    rare = 1 + np.log(4 / 3)
    twice = 1 + np.log(2)
    first, second = np.array([1, rare]), np.array([twice, rare])
    expected = first @ second / np.linalg.norm(first) / np.linalg.norm(second)

    assert near.likeness(near)[0, 1] == pytest.approx(expected)
    assert near.likeness(near)[0, 2] == pytest.approx(1 / np.linalg.norm(first))
    assert np.diag(near.likeness(near)) == pytest.approx([1, 1, 1])


def known(rows: list[tuple[int, bool, list[str]]], study: qualcode.Study) -> list[Known]:
    """Make judged passages from group, whether the code is there, words."""
    document = study.documents["anna"]
    turn = document.turns[0]
    return [
        Known(Passage(document, turn, n, n + 1, tuple(words), group), {"f/a": ("e",)} if there else {})
        for n, (group, there, words) in enumerate(rows)
    ]


texts = st.lists(st.sampled_from(["bread", "oven", "boat", "water", "the"]), min_size=1, max_size=5)
rows = st.lists(st.tuples(st.integers(0, 3), st.booleans(), texts), min_size=4, max_size=15)


@given(rows)
def test_scores_of_what_was_left_out_are_those_of_learning_without_it(drawn: list[tuple[int, bool, list[str]]]):
    """The closed form against a refit for each group."""
    held = known(drawn, exemplary())
    weights = Weights.of([k.passage.words for k in held])
    learnt = learn(held, weights, ["f/a"])
    near = weights.likeness(weights) + 1
    y = np.array([float(there) for _, there, _ in drawn])
    of = np.array([group for group, _, _ in drawn])
    for group in set(of.tolist()):
        out, rest = np.flatnonzero(of == group), np.flatnonzero(of != group)
        if len(rest):
            refit = np.linalg.solve(near[np.ix_(rest, rest)] + PENALTY * np.eye(len(rest)), y[rest])
            assert learnt.left_out[out, 0] == pytest.approx(near[np.ix_(out, rest)] @ refit, abs=1e-9)


def exemplary() -> qualcode.Study:
    """Return a study whose documents lend their names."""
    card = qualcode.open_study(CITIZEN_CARD)
    some = next(d for d in card.documents.values() if d.turns)
    return qualcode.Study(card.root, {"anna": some}, card.codebook, {}, (), (), {}, {}, {}, ())


def test_the_threshold_is_where_f1_is_largest():
    """At .5: two of three right, F1 4/5; at .4: F1 4/6; nothing carried: never."""
    scores, carried = np.array([0.9, 0.8, 0.5, 0.4]), np.array([True, False, True, False])

    assert best_threshold(scores, carried) == 0.5
    assert best_threshold(scores, np.zeros(4, bool)) == float("inf")


def test_precision_and_recall_are_counted():
    said, there = np.array([1, 1, 1, 0, 0], bool), np.array([1, 0, 0, 1, 0], bool)

    assert rates(said, there) == pytest.approx((1 / 3, 1 / 2, 2 / 5))
    assert np.isnan(rates(np.zeros(2, bool), np.ones(2, bool))[0])


def test_the_worst_interview_has_three_passages_with_the_code_or_more():
    said = np.array([True, False, False], bool)
    three = known([(0, True, ["a"])] * 3, exemplary())

    assert _worst(three, said, np.ones(3, bool)) == (three[0].passage.document.id, pytest.approx(0.5))
    assert _worst(three[:2], said[:2], np.ones(2, bool))[0] == ""


def test_the_threshold_of_an_interview_is_chosen_on_the_others():
    """Scores .9 in one interview; .6, not there, and .5 in the other: .9 is the bar for the other, .5 for the one."""
    held = known([(0, True, ["a"]), (1, False, ["a"]), (1, True, ["a"])], exemplary())
    learnt = learn(held, Weights.of([k.passage.words for k in held]), ["f/a"])
    scored = replace(learnt, left_out=np.array([[0.9], [0.6], [0.5]]))

    assert would_suggest(scored).tolist() == [[True], [False], [False]]


def test_two_themes_without_a_word_in_common_are_told_apart(study: qualcode.Study):
    """24 passages in 6 interviews each; the word list misses "we bake the bread at night"."""
    table = worth(study).set_index("code")

    assert table.loc["topic/bread", ["passages", "interviews", "precision"]].tolist() == [24, 6, 1]
    assert table.loc["topic/bread", "recall"] >= 23 / 24
    assert table.loc["topic/bread", "always_f1"] == pytest.approx(2 / 3)
    assert table.loc["topic/bread", "majority_f1"] == 0
    assert table.loc["topic/bread", ["words_precision", "words_recall", "word_list"]].tolist() == [1, 0.75, "patterns"]
    assert table.loc["topic/river", ["words_recall", "word_list"]].tolist() == [0.5, "river"]
    assert table.loc["topic/bread", "worst_f1"] >= 0.85
    assert table.loc["topic/rare", "reason"] == "0 coded passages, 10 are needed"


def test_ten_passages_of_three_interviews_are_enough_and_one_less_of_either_is_not():
    def reasons(*groups: int) -> dict[str, str]:
        return declined(known([(g, True, ["a"]) for g in groups], exemplary()), ["f/a"])

    assert reasons(*[0] * 8, 1, 2) == {}
    assert reasons(*[0] * 7, 1, 2) == {"f/a": "9 coded passages, 10 are needed"}
    assert reasons(*[0] * 8, 1, 1) == {"f/a": "coded in 2 unconnected interviews, 3 are needed"}


def test_a_code_of_two_interviews_is_declined(tmp_path: Path):
    few = worth(qualcode.open_study(trades(tmp_path / "t", coded=2))).set_index("code")

    assert few.loc["topic/bread", "reason"] == "8 coded passages, 10 are needed"


def test_too_little_is_declined_and_never_an_exception():
    study = qualcode.open_study(CITIZEN_CARD)
    table = worth(study)

    reasons = set(table["reason"].str.replace(r"\d+ coded passages?,", "n coded passages,", regex=True))
    assert reasons == {"n coded passages, 10 are needed"}
    assert len(suggest(study, "reader")) == 0
    assert len(uncoded_like_coded(study)) == 0


# What is suggested


def test_what_nobody_tagged_is_suggested_with_why(study: qualcode.Study):
    """Gus was not coded; Hana was not either and may not be quoted."""
    table = suggest(study, codes=["topic/bread", "topic/rare"], most=8)
    first = table.iloc[0]
    excerpts = {e.id: e for _, _, e in study.excerpts()}

    assert table["document"].tolist() == ["gus"] * len(table)
    assert set(table["words"][table["likely"]]) == {f"{s}, says gus" for s in BREAD}
    assert table.attrs["withheld"] == {"hana": 8 - len(table)}
    assert table.attrs["declined"] == {"topic/rare": "0 coded passages, 10 are needed"}
    assert first["with"] == "pattern and ranker"
    assert first["why"].startswith("pattern 'flour'; like e") or first["why"].startswith("pattern 'oven*'; ")
    near = re.findall(r"like (e\w+) \((\d\.\d\d)\)", first["why"])
    assert len(near) == 3
    assert all("topic/bread" in excerpts[name].codes for name, _ in near)
    assert [float(n) for _, n in near] == sorted((float(n) for _, n in near), reverse=True)
    assert first["words"].split(",")[0] == excerpts[near[0][0]].anchor.quote.split(",")[0]
    assert first["nearest"] == excerpts[near[0][0]].anchor.quote


def test_patterns_alone_suggest_where_nothing_can_be_learnt(tmp_path: Path):
    study = qualcode.open_study(trades(tmp_path / "t", coded=0))
    table = suggest(study, "me", ["topic/bread"], most=3)

    assert table["words"].tolist() == [f"{BREAD[1]}, says {name}" for name in NAMES[:3]]
    assert table["why"].tolist() == ["pattern 'oven*'; pattern 'flour'"] * 3
    assert table["score"].isna().all()
    assert not table["likely"].any()


def test_the_same_study_gives_the_same_suggestions(study: qualcode.Study, made: Path):
    again = suggest(qualcode.open_study(made))

    assert suggest(study).to_csv() == again.to_csv()
    assert re.fullmatch(r"qualcode \S+; codebook 1; patterns [0-9a-f]{12}; codings [0-9a-f]{12}", again["version"][0])


def test_a_suggestion_is_no_coding_until_a_person_accepts_it(tmp_path: Path):
    root = trades(tmp_path / "t")
    before = sorted(p.read_bytes() for p in root.rglob("*.jsonl"))
    study = qualcode.open_study(root)
    row = suggest(study, codes=["topic/river"]).iloc[0]

    assert before == sorted(p.read_bytes() for p in root.rglob("*.jsonl"))
    kept = accept(study, row, coder="me", end=int(row["end"]) - len(", says gus"), stance="for")
    again = qualcode.open_study(root)
    line = json.loads((root / "coding/coders/me/gus.jsonl").read_text("utf-8"))
    assert again.problems == ()
    assert again.coded["me", "gus"].excerpts == (kept,)
    assert line["quote"] in RIVER
    assert line["codes"] == {"topic/river": 1}
    assert line["origin"] == {
        "how": "suggestion",
        "with": "ranker",
        "model": MODEL,
        "version": row["version"],
        "why": row["why"],
    }
    assert row["start"] not in suggest(again, codes=["topic/river"])["start"].tolist()
    assert "1 of the excerpts were themselves suggested" in lesson(again).notes[1]


def test_what_is_agreed_on_is_not_suggested_to_either_coder(tmp_path: Path):
    root = trades(tmp_path / "t")
    study = qualcode.open_study(root)
    turn = study.documents["gus"].turns[0]
    excerpt = code_place(study, "gus", turn.words_start, turn.end, {"topic/bread": None}, coder="other")
    (root / "coding/coders/other/gus.jsonl").unlink()
    settled = replace(excerpt, settled={"by": ["me", "other"], "on": "2024-02-01", "why": "Yes."})
    (root / "coding/agreed").mkdir()
    (root / "coding/agreed/gus.jsonl").write_text(settled.to_json() + "\n", "utf-8")
    agreed = qualcode.open_study(root)

    assert agreed.problems == ()
    assert set(suggest(agreed, "me", ["topic/bread"], most=99)["turn"]) == {2, 3, 4, 5, 6, 7, 8}


def test_only_a_row_of_suggestions_is_accepted(study: qualcode.Study):
    with pytest.raises(UsageError, match="suggestions need a column 'suggestion'"):
        accept(study, {"code": "topic/river", "document": "gus", "start": 1, "end": 2}, coder="me")


def test_who_codes_second_sees_no_suggestion_before_having_read_all(tmp_path: Path):
    root = trades(tmp_path / "t")
    study = qualcode.open_study(root)
    gus = study.documents["gus"]
    mark_read(study, "gus", coder="other")
    mark_read(study, "gus", coder="me", end=gus.turns[-2].end)
    half = qualcode.open_study(root)

    assert still_blind(half, "me") == ["gus"]
    assert still_blind(half, "other") == list(NAMES[:6])
    shown = suggest(half, "me", ["topic/bread"], learn_from="me")
    assert set(shown["document"]) <= {"hana"}
    assert shown.attrs["notes"][-2] == "hidden until me has read them to the end, since others code them: gus"
    mark_read(half, "gus", coder="me")
    assert set(suggest(qualcode.open_study(root), "me", ["topic/bread"], learn_from="me")["document"]) == {"gus"}


def test_the_nearest_excerpt_is_shown_only_as_released_and_not_before_its_document_may_be_seen(tmp_path: Path):
    """Hana, who may not be quoted, is coded too, and what she says is the nearest; then "other" has read nothing."""
    root = trades(tmp_path / "t")
    study = qualcode.open_study(root)
    turn = study.documents["hana"].turns[0]
    code_place(study, "hana", turn.words_start, turn.end, {"topic/bread": None}, coder="me")
    path = root / "interviews/gus.md"
    path.write_text(path.read_text("utf-8").replace("at night, says gus", "at night, says hana"), "utf-8")

    table = suggest(qualcode.open_study(root), "me", ["topic/bread"]).set_index("words")
    assert table.loc["we bake the bread at night, says hana", "nearest"] == "[withheld: consent allows paraphrase only]"
    blind = suggest(qualcode.open_study(root), "other", ["topic/bread"], learn_from="me")
    assert set(blind["document"]) == {"gus"}
    assert set(blind["nearest"]) == {""}


def test_of_two_coders_one_is_named(tmp_path: Path):
    root = trades(tmp_path / "t")
    mark_read(qualcode.open_study(root), "anna", coder="other")

    with pytest.raises(UsageError, match="the coders are me, other; name one"):
        suggest(qualcode.open_study(root))
    with pytest.raises(UsageError, match="unknown code 'topic/bred'; did you mean 'topic/bread'"):
        suggest(qualcode.open_study(root), "me", ["topic/bred"])


def test_what_two_coders_have_not_settled_is_not_learnt_from(tmp_path: Path):
    root = trades(tmp_path / "t")
    mark_read(qualcode.open_study(root), "anna", coder="other")

    assert lesson(qualcode.open_study(root)).notes == (
        "learnt 2 of 5 codes from 40 passages read or tagged",
        "not learnt from anna: two coders, and nothing agreed",
    )


# What to read again


def test_uncoded_text_that_looks_like_coded_text_is_listed(tmp_path: Path):
    """Of Fay's eight passages the last, on boats, lost its code."""
    root = trades(tmp_path / "t")
    path = root / "coding/coders/me/fay.jsonl"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:7] + lines[8:]), "utf-8")
    table = uncoded_like_coded(qualcode.open_study(root))

    assert table[["document", "turn", "code", "words"]].to_numpy().tolist() == [
        ["fay", 8, "topic/river", "boats on the water, says fay"]
    ]
    assert table["score"][0] > table["threshold"][0]


def test_coded_text_that_looks_like_nothing_else_under_its_code_is_listed(tmp_path: Path):
    """Fay's first passage, on baking at night, was put under the river too."""
    root = trades(tmp_path / "t")
    study = qualcode.open_study(root)
    turn = study.documents["fay"].turns[0]
    code_place(study, "fay", turn.words_start, turn.end, {"topic/river": None}, coder="me")
    table = unlike_its_code(qualcode.open_study(root), most=2)

    assert table.loc[0, ["document", "turn", "code"]].tolist() == ["fay", 1, "topic/river"]
    assert table["likeness"][0] < table["likeness"][1]


def test_who_repeats_himself_is_not_like_others(tmp_path: Path):
    """Fay says the same odd thing three times, under the river; nobody else does."""
    root = trades(tmp_path / "t", coded=0)
    path = root / "interviews/fay.md"
    path.write_text(path.read_text("utf-8") + "\nFAY: zebras zebras zebras\n" * 3, "utf-8")
    study = qualcode.open_study(root)
    for name in NAMES[:6]:
        for turn in study.documents[name].turns[1::2] if name != "fay" else study.documents[name].turns[8:]:
            code_place(study, name, turn.words_start, turn.end, {"topic/river": None}, coder="me")
        mark_read(study, name, coder="me")
    table = unlike_its_code(qualcode.open_study(root), most=3)

    assert table[["document", "likeness"]].to_numpy().tolist() == [["fay", 0.0]] * 3


def test_reading_lists_count_what_they_do_not_show(tmp_path: Path):
    """Hana was coded too: eight passages, each under one code."""
    root = trades(tmp_path / "t", coded=8)
    table = unlike_its_code(qualcode.open_study(root), most=99)

    assert len(table) == 56
    assert "hana" not in set(table["document"])
    assert table.attrs["notes"][-1] == "not shown, since their documents may not be quoted: 8 of the passages"


def test_themes_that_one_coder_finds_are_listed_with_their_words():
    table = found_by_one(qualcode.open_study(CITIZEN_CARD))

    assert table[["code", "turn", "given_by", "not_given_by"]].to_numpy().tolist() == [
        ["function/identification", 1, "reader", "second"],
        ["universality/wide-use", 3, "reader", "second"],
        ["universality/wide-use", 4, "reader", "second"],
    ]
    assert table["words"][1] == "Q: And who would take one?"


# Words by figure


def test_words_are_ranked_by_figure_over_speakers(tmp_path: Path):
    """
    Four bakers say "loaf" twice each, one says "ben" eight times: the same counts, another p.

    Of 70 ways to part eight speakers only two set the four apart; "ben" is Ben's in all of them.
    """
    root = trades(tmp_path / "t", coded=0)
    for n, name in enumerate(NAMES):
        path = root / f"interviews/{name}.md"
        text = path.read_text("utf-8").replace("consent: paraphrase", "consent: quote")
        path.write_text(text + ("loaf loaf" if n % 2 else "plank plank") + "\n", "utf-8")
    study = qualcode.open_study(root)
    table = typical(study, speakers=1)

    assert table.loc["loaf", ["count_a", "count_b", "speakers_with"]].tolist() == [8, 0, 4]
    assert table.loc["ben", ["count_a", "count_b", "speakers_with"]].tolist() == [8, 0, 1]
    assert table.loc["loaf", "z"] == pytest.approx(table.loc["ben", "z"])
    assert table.loc["loaf", "p"] == pytest.approx(2 / 70)
    assert table.loc["ben", "p"] == 1
    assert [typical(study).index[0], typical(study).index[-1]] == ["loaf", "plank"]
    assert "ben" not in typical(study).index
    assert table.attrs["language"] == "en"
    assert table.attrs["notes"][0] == "words in en: 472 of 472 that the two figures say"


def test_words_that_may_not_be_quoted_are_not_ranked(study: qualcode.Study):
    """Hana bakes; without her the bakers are three."""
    table = typical(study, where=Where(within="topic/bread"), speakers=1, least=1)

    assert "hana" not in table.index
    assert "boat" not in table.index
    assert "left out, since they may not be quoted: hana" in table.attrs["notes"]


def test_one_language_is_compared_at_a_time(tmp_path: Path):
    root = trades(tmp_path / "t", coded=0)
    for name in NAMES[:3]:
        path = root / f"interviews/{name}.md"
        path.write_text(path.read_text("utf-8").replace("language: en", "language: fr"), "utf-8")
    study = qualcode.open_study(root)

    assert "anna" not in typical(study, least=1, speakers=1).index
    assert typical(study, least=1, speakers=1, where=Where(language="fr")).attrs["language"] == "fr"


def test_nothing_to_compare_is_said():
    with pytest.raises(NotYetError, match="'issuer' has no words to compare here"):
        typical(qualcode.open_study(CITIZEN_CARD))


# The commands


def test_the_command_suggests_and_says_what_it_does_not(capsys: pytest.CaptureFixture[str], made: Path):
    status, out, err = run(capsys, "suggest", "--most", "1", "--code", "topic/river", "--study", made)

    assert status == 0
    assert out.splitlines()[0].startswith("suggestion,decision,stance,note,code,rank,score,likely,document")
    assert re.match(r"s[0-9a-f]{10},,,,topic/river,1,", out.splitlines()[1])
    assert err.splitlines()[0] == "learnt 1 of 1 code from 48 passages read or tagged"


@pytest.mark.parametrize("kind", ["--worth", "--uncoded", "--unlike", "--one-coder"])
def test_every_list_runs_on_a_study_with_too_little(capsys: pytest.CaptureFixture[str], kind: str):
    status, out, err = run(capsys, "suggest", kind, "--study", CITIZEN_CARD)

    assert status == 0
    assert out
    assert "Traceback" not in err


def test_no_list_holds_the_words_of_a_withheld_document(capsys: pytest.CaptureFixture[str], made: Path):
    """Whatever Hana says ends with her name; she consented to paraphrase only."""
    for command in (["suggest"], *(["suggest", k] for k in ("--worth", "--uncoded", "--unlike", "--one-coder"))):
        out = run(capsys, *command, "--study", made)[1]
        assert "says hana" not in out, command
    for command in (["search", "says"], ["search", "says", "--in-context"], ["search", "--typical"]):
        out = run(capsys, *command, "--study", made)[1]
        assert "hana" not in out, command


def test_typical_words_are_a_search_without_words(capsys: pytest.CaptureFixture[str], made: Path):
    status, out, err = run(capsys, "search", "--typical", "--within", "topic/*", "--study", made)

    assert status == 0
    assert out.splitlines()[0].startswith("word,count_a,count_b,log_odds,z,p,p_max")
    assert err.startswith("words in en: ")
    behind = ["--within", "topic/*", *err.splitlines()[-1].partition("and --")[2].split()]
    word = dict(zip(out.splitlines()[0].split(","), out.splitlines()[1].split(","), strict=True))
    lines = run(capsys, "search", word["word"], *behind[:2], f"--{behind[2]}", *behind[3:], "--study", made)[1]
    assert len(lines.splitlines()) - 1 == float(word["count_a"]) + float(word["count_b"])
    assert run(capsys, "search", "--typical", "--study", CITIZEN_CARD)[0] == 2
