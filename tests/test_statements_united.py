"""A statement is one speaker on one theme at one place, however often it was tagged; no act of ours tags it twice."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualcode
from qualcode import divergence, network, tables
from qualcode.cli import main
from qualcode.coding import amend, hand
from qualcode.coding.compare import compare
from qualcode.coding.settle import Decision, settle
from qualcode.coding.tidy import redundant, tidied
from qualcode.errors import UsageError
from qualcode.left_out import lines, sentence
from qualcode.plaintext.anchor import Anchor
from qualcode.recoding import recode
from qualcode.study.codebook import codebook_from
from qualcode.study.coderfile import CoderFile
from qualcode.study.excerpt import Excerpt
from qualcode.study.statement import Statement, stance_of
from small import BOOK, excerpt_line, small_study

TEXT = "Q: Why?\n\nANNA: alpha beta gamma delta.\n"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return small_study(
        tmp_path / "s", {"i1": ("ANNA", "anna", TEXT), "i2": ("BO", "bo", "Q: Why?\n\nBO: alpha beta.\n")}
    )


def said(study: Path) -> list[tuple[str, str, int, int, float]]:
    found = tables.statements(qualcode.open_study(study))
    return list(found[["actor", "theme", "start", "end", "stance"]].itertuples(index=False, name=None))


def test_the_same_words_and_overlapping_words_are_one_statement_on_their_union(study: Path):
    excerpt_line(study, "me", "i1", "alpha beta", {"topic/x": 1}, "e0000000001")
    excerpt_line(study, "me", "i1", "alpha beta", {"topic/x": 1}, "e0000000002")
    excerpt_line(study, "me", "i1", "beta gamma", {"topic/x": None, "topic/y": 1}, "e0000000003")

    assert said(study) == [("anna", "topic/x", 15, 31, 1.0), ("anna", "topic/y", 21, 31, 1.0)]
    found = tables.statements(qualcode.open_study(study))
    assert found[["excerpt", "also"]].to_numpy().tolist() == [
        ["e0000000001", "e0000000002; e0000000003"],
        ["e0000000003", ""],
    ]


def test_excerpts_that_only_touch_are_two_and_so_are_two_holders(study: Path):
    excerpt_line(study, "me", "i1", "alpha ", {"topic/x": 1}, "e0000000001")
    excerpt_line(study, "me", "i1", "beta", {"topic/x": 1}, "e0000000002")
    hand.code_excerpt(qualcode.open_study(study), "i1", "beta", {"topic/x": -1}, coder="me", holder="bo")

    assert [row[0] for row in said(study)] == ["anna", "anna", "bo"]


def test_ties_shares_and_topics_count_statements(study: Path):
    for n, words in enumerate(("alpha beta", "alpha beta", "beta gamma"), start=1):
        excerpt_line(study, "me", "i1", words, {"topic/x": 1}, f"e000000000{n}")
    excerpt_line(study, "me", "i1", "delta", {"topic/y": 1}, "e0000000009")
    for code, words in (("topic/x", "alpha"), ("topic/y", "beta")):
        hand.code_excerpt(qualcode.open_study(study), "i2", words, {code: 1}, coder="me")

    opened = qualcode.open_study(study)
    matrix = network.discourse_matrix(tables.statements(opened), actor="actor")
    assert matrix.loc["anna", "bo"] == 2.0
    assert tables.topics(opened).set_index(["speaker", "theme"])["raised"].to_dict() == {
        ("anna", "topic/x"): 1,
        ("anna", "topic/y"): 1,
        ("bo", "topic/x"): 1,
        ("bo", "topic/y"): 1,
    }


def test_question_and_answer_in_one_excerpt_are_the_respondents(study: Path):
    hand.code_excerpt(qualcode.open_study(study), "i1", "Q: Why?\n\nANNA: alpha", {"topic/x": 1}, coder="me")
    hand.code_excerpt(qualcode.open_study(study), "i2", "Q: Why", {"topic/x": None}, coder="me")

    opened = qualcode.open_study(study)
    assert said(study) == [("anna", "topic/x", 0, 20, 1.0)]
    assert tables.codings(opened)["case"].tolist() == ["anna", "researcher"]
    assert lines(tables.statements(opened)) == ["left out: 1 the researcher's own words"]
    topics = tables.topics(opened).set_index(["speaker", "theme"])["state"].to_dict()
    assert (topics["anna", "topic/x"], topics["bo", "topic/x"]) == ("answered", "passed_over")


@pytest.mark.parametrize(
    ("stances", "given_", "expected"),
    [
        ("{for: 1, mixed: 0, against: -1}", (-1.0, 1.0), (0.0, False)),
        ("{for: 1, mixed: 0, against: -1}", (0.0, 1.0), (0.0, False)),
        ("{for: 1, rather: 0.5, mixed: 0, against: -1}", (0.0, 1.0), (0.5, False)),
        ("{for: 1, against: -1}", (-1.0, 1.0), (None, True)),
        ("{}", (-1.0, 0.5), (-0.25, False)),
        ("{for: 1, mixed: 0, against: -1}", (1.0,), (1.0, False)),
        ("{for: 1, mixed: 0, against: -1}", (), (None, False)),
    ],
)
def test_opposed_stances_meet_in_the_middle_of_the_codebooks_scale(
    stances: str, given_: tuple[float, ...], expected: tuple[float | None, bool]
):
    book = codebook_from(BOOK.replace("{for: 1, mixed: 0, against: -1}", stances), "codebook.yaml")[0]
    assert book
    assert stance_of(Statement("topic/x", "anna", "anna", [], 0, given_), book) == expected


def test_what_counts_and_is_to_be_minded_is_told_of_all_that_is_made_from_it(study: Path):
    """For and against on the same words count as mixed; twice for, as once: both are told, wherever they count."""
    excerpt_line(study, "me", "i1", "alpha beta", {"topic/x": 1}, "e0000000001")
    excerpt_line(study, "me", "i1", "beta gamma", {"topic/x": -1}, "e0000000002")
    excerpt_line(study, "me", "i1", "delta", {"topic/y": 1}, "e0000000003")
    excerpt_line(study, "me", "i1", "delta", {"topic/y": 1}, "e0000000004")
    excerpt_line(study, "me", "i2", "alpha", {"topic/x": 1, "topic/y": 1}, "e0000000005")
    statements = tables.statements(qualcode.open_study(study))
    told = [
        "to mind: 1 tagged more than once, counted once",
        "to mind: 1 with opposed stances at one place, counted as one in the middle",
    ]

    assert statements["stance"].tolist() == [0, 1, 1, 1]
    assert lines(statements) == told
    assert sentence(statements) == f"To mind: {'; '.join(t.removeprefix('to mind: ') for t in told)}."
    matrix = network.discourse_matrix(statements, actor="actor")
    assert [line for line in lines(matrix) if line.startswith("to mind")] == told
    shares = divergence.divergence(statements, ("a", "b"))
    assert [line for line in lines(shares) if line.startswith("to mind")] == told
    graph = network.discourse_network(statements, actor="actor")
    assert lines(graph)[-1] == f"to mind: {', '.join(t.removeprefix('to mind: ') for t in told)}"


def test_few_speakers_who_are_kept_all_the_same_are_told():
    said = pd.DataFrame({"actor": ["a", "b"], "theme": "x"})
    kept = divergence.heard(said, 5)
    assert len(kept) == 2
    assert lines(kept) == ["to mind: 2 speakers with fewer than 5 statements kept, since nobody has as many"]


def test_coding_the_same_again_writes_nothing_and_another_overlap_is_refused(study: Path):
    first = hand.code_excerpt(qualcode.open_study(study), "i1", "alpha beta", {"topic/x": 1}, coder="me")
    again = hand.code_excerpt(qualcode.open_study(study), "i1", "alpha beta", {"topic/x": 1}, coder="me")
    assert again.id == first.id
    for words, stance in (("beta gamma", 1), ("alpha beta", -1)):
        with pytest.raises(UsageError, match=f"'topic/x' stands on 15-25 \\(excerpt {first.id}\\) already"):
            hand.code_excerpt(qualcode.open_study(study), "i1", words, {"topic/x": stance}, coder="me")

    other = hand.code_excerpt(qualcode.open_study(study), "i1", "delta", {"topic/x": 1, "topic/y": 1}, coder="me")
    with pytest.raises(UsageError, match="already"):
        amend.resize(qualcode.open_study(study), "i1", other.id, 21, 37, coder="me")
    assert len(qualcode.open_study(study).coded["me", "i1"].excerpts) == 2


def test_tidy_shows_first_and_unites_what_others_wrote(study: Path, capsys: pytest.CaptureFixture[str]):
    excerpt_line(study, "me", "i1", "alpha beta", {"topic/x": 1}, "e0000000001")
    excerpt_line(study, "me", "i1", "beta gamma", {"topic/x": 1, "topic/y": 1}, "e0000000002")
    excerpt_line(study, "me", "i1", "delta", {"topic/y": 1}, "e0000000003")
    excerpt_line(study, "me", "i1", "delta", {"topic/y": -1}, "e0000000004")
    before, counted = (study / "coding/coders/me/i1.jsonl").read_bytes(), said(study)

    assert main(["tidy", "--study", str(study)]) == 0
    assert (study / "coding/coders/me/i1.jsonl").read_bytes() == before
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "coding/coders/me/i1.jsonl:2: topic/x on e0000000001 and e0000000002: one excerpt, e0000000001, 15-31",
        "coding/coders/me/i1.jsonl:4: topic/y on e0000000003 and e0000000004: their stances differ; left as it is",
    ]
    assert err == "1 to unite; nothing written (add --write); 1 stays as it is\n"
    main(["tidy", "--write", "--study", str(study)])
    kept = {e.id: dict(e.codes) for e in qualcode.open_study(study).coded["me", "i1"].excerpts}
    assert kept == {
        "e0000000001": {"topic/x": 1.0},
        "e0000000002": {"topic/y": 1.0},
        "e0000000003": {"topic/y": 1.0},
        "e0000000004": {"topic/y": -1.0},
    }
    assert said(study) == counted


def test_codes_that_become_one_leave_one_excerpt(study: Path):
    excerpt_line(study, "me", "i1", "alpha beta", {"topic/x": 1}, "e0000000001")
    excerpt_line(study, "me", "i1", "alpha beta", {"topic/y": 1}, "e0000000002")
    opened = qualcode.open_study(study)
    plan = recode.merge(opened, ["topic/y"], "topic/x", stances="keep", why="Same.", on=date(2024, 1, 1))
    assert "united: coding/coders/me/i1.jsonl:2: topic/x on e0000000001 and e0000000002" in str(plan)
    recode.carry_out(opened, plan)

    assert [e.id for e in qualcode.open_study(study).coded["me", "i1"].excerpts] == ["e0000000001"]
    assert qualcode.open_study(study).notices == ()


def test_what_is_settled_stands_once_though_a_coder_tagged_it_twice(study: Path):
    """Two overlapping excerpts of one coder, written elsewhere, are agreed on: one excerpt on their union."""
    excerpt_line(study, "c1", "i1", "alpha beta", {"topic/x": 1}, "e0000000001")
    excerpt_line(study, "c1", "i1", "beta gamma", {"topic/x": 1}, "e0000000002")
    hand.mark_read(qualcode.open_study(study), "i1", coder="c2")
    opened = qualcode.open_study(study)
    decisions = {(r.code, r.excerpts): Decision("c1", "So.") for r in compare(opened, "c1", "c2", "i1").rows}

    done = settle(opened, "c1", "c2", "i1", decisions, on=date(2024, 3, 1))
    after = qualcode.open_study(study)
    (agreed,) = after.agreed["i1"].excerpts
    assert (done.excerpts, agreed.anchor.quote, agreed.codes) == (1, "alpha beta gamma", {"topic/x": 1})
    assert after.problems == ()


def test_two_clones_that_tag_the_same_words_have_one_excerpt(study: Path):
    def git(*words: str) -> None:
        who = ["-c", "user.name=x", "-c", "user.email=x@y"]
        subprocess.run(["git", *who, *words], cwd=study, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    assert main(["merge-driver", "--install", "--study", str(study)]) == 0
    excerpt_line(study, "me", "i1", "gamma", {"topic/y": 1}, "e0000000000")
    git("add", "-A")
    git("commit", "-qm", "a")
    git("checkout", "-qb", "laptop")
    excerpt_line(study, "me", "i1", "alpha", {"topic/x": 1}, "e0000000001")
    git("commit", "-qam", "b")
    git("checkout", "-q", "main")
    excerpt_line(study, "me", "i1", "alpha", {"topic/x": 1}, "e0000000002")
    git("commit", "-qam", "c")
    git("merge", "-q", "laptop", "-m", "m")

    assert [e.id for e in qualcode.open_study(study).coded["me", "i1"].excerpts] == ["e0000000001", "e0000000000"]


def excerpts() -> st.SearchStrategy[list[Excerpt]]:
    """Draw excerpts of one text, each on a place, with codes and stances."""
    text = "".join(chr(97 + n % 26) for n in range(40))
    place = st.tuples(st.integers(0, 38), st.integers(1, 8)).map(lambda p: (p[0], min(40, p[0] + p[1])))
    codes = st.dictionaries(st.sampled_from(["t/x", "t/y"]), st.sampled_from([None, 1.0, -1.0]), min_size=1)
    one = st.tuples(place, codes, st.none() | st.just("m"))

    def made(drawn: list[tuple[tuple[int, int], dict[str, float | None], str | None]]) -> list[Excerpt]:
        return [
            Excerpt(f"e{n:010x}", Anchor.take(text, *p), "0" * 12, c, "2024-01-01T00:00:00Z", memo=m)
            for n, (p, c, m) in enumerate(drawn)
        ]

    return st.lists(one, max_size=8).map(made)


@given(excerpts())
def test_tidying_keeps_every_tagged_word_every_stance_and_every_memo(drawn: list[Excerpt]):
    def covered(file: CoderFile) -> set[tuple[str, int]]:
        return {(c, at) for e in file.excerpts for c in e.codes for at in range(e.anchor.start, e.anchor.end)}

    file = CoderFile("me", "d", "p", tuple(sorted(drawn, key=lambda e: e.place)))
    after = tidied(file)

    assert covered(after.after) == covered(file)
    assert all(e.codes and e.anchor.end - e.anchor.start == len(e.anchor.quote) for e in after.after.excerpts)
    assert any(e.memo for e in file.excerpts) == any(e.memo for e in after.after.excerpts)
    for code, group in redundant(after.after.excerpts):
        assert len({e.codes[code] for e in group} - {None}) > 1
    assert tidied(after.after).after == after.after
