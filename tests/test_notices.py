"""What numbers do not tell by themselves is told beside them, and stops nothing."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import qualcode
from qualcode import tables
from qualcode.cli import main
from qualcode.coding import hand
from qualcode.coding.abandon import give_up
from qualcode.coding.compare import compare
from qualcode.coding.settle import Decision, settle
from qualcode.errors import Notice, UnsettledError
from qualcode.left_out import lines
from small import excerpt_line, small_study

INTERVIEW = (
    "Q: First question of the morning, asked in the kitchen?\n\nANNA: One two three. Four five six seven eight.\n"
)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return small_study(
        tmp_path / "s", {"i1": ("ANNA", "anna", INTERVIEW), "i2": ("BO", "bo", "Q: Why?\n\nBO: Nine.\n")}
    )


def edit(study: Path, old: str, new: str) -> None:
    path = study / "interviews/i1.md"
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def test_a_sound_study_has_no_notice(study: Path, capsys: pytest.CaptureFixture[str]):
    assert (qualcode.open_study(study).notices, main(["check", "--study", str(study)])) == ((), 0)
    assert capsys.readouterr().err.endswith("no problems\n")


def test_a_notice_stops_no_table_and_check_counts_it(study: Path, capsys: pytest.CaptureFixture[str]):
    hand.mark_read(qualcode.open_study(study), "i1", coder="me")
    edit(study, "First", "Firsst")

    opened = qualcode.open_study(study)
    assert [n.path for n in opened.notices] == ["coding/coders/me/i1.jsonl"]
    assert tables.documents(opened)["document"].tolist() == ["i1", "i2"]
    assert main(["check", "--study", str(study)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(
        "coding/coders/me/i1.jsonl:1: what me read (0-105) is of an earlier text of interviews/i1.md;"
    )
    assert "Firsst" not in out + err
    assert err.endswith(": no problems, 1 notice\n")
    assert main(["check", "--strict", "--study", str(study)]) == 1


@pytest.mark.parametrize(
    "command",
    [
        "table documents",
        "search one",
        "search --codes topic/x",
        "agreement",
        "divergence missing",
        "network matrix",
        "suggest",
    ],
)
def test_a_command_that_shows_numbers_prints_what_they_do_not_tell(
    study: Path, command: str, capsys: pytest.CaptureFixture[str]
):
    """Each notice, where the numbers are shown; of very many the first ten, and how many more there are."""
    hand.mark_read(qualcode.open_study(study), "i1", coder="me")
    hand.code_excerpt(qualcode.open_study(study), "i2", "Nine", {"topic/x": 1}, coder="me")
    edit(study, "First", "Firsst")
    (notice,) = qualcode.open_study(study).notices
    main([*command.split(), "--study", str(study)])

    assert capsys.readouterr().err.splitlines().count(str(notice)) == 1


def test_of_very_many_notices_a_command_prints_ten_and_counts_the_rest(
    study: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    from qualcode.cli import command

    hand.mark_read(qualcode.open_study(study), "i1", coder="me")
    hand.mark_read(qualcode.open_study(study), "i1", coder="you")
    hand.mark_read(qualcode.open_study(study), "i1", coder="they")
    edit(study, "First", "Firsst")
    monkeypatch.setattr(command, "TOLD", 2)
    main(["table", "documents", "--study", str(study)])

    assert capsys.readouterr().err.splitlines()[2:] == ["and 1 further notice: `qualcode check` lists all"]


def test_what_was_read_survives_a_mended_letter(study: Path):
    for coder in ("c1", "c2"):
        hand.code_excerpt(qualcode.open_study(study), "i1", "seven", {"topic/x": 1}, coder=coder)
        hand.mark_read(qualcode.open_study(study), "i1", coder=coder)
    before = units(study)
    edit(study, "First", "Firsst")
    assert len(qualcode.open_study(study).notices) == 2

    assert main(["reanchor", "--write", "--study", str(study)]) == 0
    assert (before, units(study), qualcode.open_study(study).notices) == (1, 1, ())


def test_a_reading_of_before_there_were_traces_gets_one_and_then_survives_an_edit(
    study: Path, capsys: pytest.CaptureFixture[str]
):
    hand.mark_read(qualcode.open_study(study), "i1", coder="me")
    path = study / "coding/coders/me/i1.jsonl"
    traced = path.read_text("utf-8")
    path.write_text(re.sub(r', "words": [^]]*]', "", traced), "utf-8")
    assert path.read_text("utf-8") != traced

    assert main(["reanchor", "--study", str(study)]) == 0
    shown = capsys.readouterr()
    assert shown.out == "coding/coders/me/i1.jsonl:1: read 0-105: gets the trace by which it follows an edit\n"
    assert shown.err == "0 excerpts and 1 reading to follow; nothing written (add --write)\n"
    assert main(["reanchor", "--write", "--study", str(study)]) == 0
    assert path.read_text("utf-8") == traced
    edit(study, "First", "Firsst")
    main(["reanchor", "--write", "--study", str(study)])
    assert tables.coverage(qualcode.open_study(study))[["start", "end"]].to_numpy().tolist() == [[0, 106]]
    capsys.readouterr()
    main(["reanchor", "--study", str(study)])
    assert capsys.readouterr().err == "0 excerpts to follow; nothing written (add --write)\n"


def units(study: Path) -> int:
    from qualcode import agreement

    opened = qualcode.open_study(study)
    codings = pd.concat([tables.codings(opened, c) for c in opened.coders])
    found = agreement.agreement(codings, tables.coverage(opened), turns=tables.turns(opened), resamples=0)
    return int(found.set_index("scope").loc["overall", "units"])


def test_what_was_put_in_is_unread(study: Path):
    hand.mark_read(qualcode.open_study(study), "i1", coder="me")
    edit(study, "\n\nANNA:", "\n\nANNA: Wait, somebody is at the door. I come.\n\nQ: Go on.\n\nANNA:")
    main(["reanchor", "--write", "--study", str(study)])

    opened = qualcode.open_study(study)
    text = opened.documents["i1"].text
    read = [text[a:b] for a, b in tables.coverage(opened)[["start", "end"]].itertuples(index=False)]
    assert [r.strip(" \n:.?,") for r in read] == [
        "Q: First question of the morning, asked in the kitchen?\n\nANNA",
        "One two three. Four five six seven eight",
    ]


def test_a_reading_without_a_trace_is_told_to_be_read_again(study: Path):
    path = study / "coding/coders/me/i1.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text('{"read": [0, 20], "text": "000000000000", "made": "2024-01-01T00:00:00Z"}\n', "utf-8")

    said = "what me read (0-20) is of an earlier text of interviews/i1.md and counts as unread; "
    said += "read it again and mark it as read"
    opened = qualcode.open_study(study)
    assert opened.notices == (Notice("coding/coders/me/i1.jsonl", 1, said),)
    assert lines(tables.coverage(opened)) == ["left out: 1 reading of an earlier text"]
    main(["reanchor", "--write", "--study", str(study)])
    assert path.read_text("utf-8").count("\n") == 1


def test_opposed_stances_are_named_and_counted_as_the_codebook_says(study: Path):
    excerpt_line(study, "me", "i1", "One two", {"topic/x": 1}, "e0000000001")
    excerpt_line(study, "me", "i1", "two three", {"topic/x": -1}, "e0000000002")

    opened = qualcode.open_study(study)
    told = "excerpts e0000000001 (line 1) and e0000000002 (line 2) overlap and give 'topic/x' different stances"
    how = "against and for: one statement, counted as mixed; look which is meant, or leave it so"
    assert [n.message for n in opened.notices] == [f"{told}, {how}"]
    assert tables.statements(opened)["stance"].tolist() == [0.0]
    book = study / "coding/codebook.yaml"
    book.write_text(book.read_text("utf-8").replace("families:", "opposed: left out\nfamilies:"), "utf-8")
    opened = qualcode.open_study(study)
    assert len(tables.statements(opened)) == 0
    assert lines(tables.statements(opened)) == ["left out: 1 opposed stances at one place"]


def test_an_excerpt_over_two_respondents_is_nobodys_and_told(tmp_path: Path):
    text = "Q: Why?\n\nANNA: One.\n\nBO: Two.\n"
    study = small_study(tmp_path / "s", {"i1": ("ANNA", "anna", text)}, more="  BO: {case: bo}\n")
    hand.code_excerpt(qualcode.open_study(study), "i1", "One.\n\nBO: Two", {"topic/x": 1}, coder="me")

    opened = qualcode.open_study(study)
    assert [n.message.split(";")[0].split(" ", 5)[-1] for n in opened.notices] == [
        f"{opened.coded['me', 'i1'].excerpts[0].id}, so that it is nobody's statement and left out"
    ]
    assert lines(tables.statements(opened)) == ["left out: 1 several speakers' words"]


def test_what_is_coded_after_settling_is_told_and_settled_in_a_second_round(study: Path):
    for coder in ("c1", "c2"):
        hand.code_excerpt(qualcode.open_study(study), "i1", "One two", {"topic/x": 1}, coder=coder)
        hand.mark_read(qualcode.open_study(study), "i1", coder=coder)
    hand.code_excerpt(qualcode.open_study(study), "i1", "six", {"topic/y": 1}, coder="c1")
    opened = qualcode.open_study(study)
    undecided = [r for r in compare(opened, "c1", "c2", "i1").rows if r.how != "agreed"]
    off = {(r.code, r.excerpts): Decision("neither", "Not meant.") for r in undecided}
    settle(opened, "c1", "c2", "i1", off, on=date(2024, 3, 1))
    assert qualcode.open_study(study).notices == ()

    hand.code_excerpt(qualcode.open_study(study), "i1", "eight", {"topic/y": -1}, coder="c2")
    opened = qualcode.open_study(study)
    assert [n.message.split(" and not")[0] for n in opened.notices] == ["1 coding not settled"]
    for table in (tables.codings, tables.statements):
        assert lines(table(opened)) == ["left out: 1 not settled"]
    new = [r for r in compare(opened, "c1", "c2", "i1").rows if r.start > 90]
    settle(
        opened, "c1", "c2", "i1", {(new[0].code, new[0].excerpts): Decision("c2", "Seen late.")}, on=date(2024, 4, 1)
    )

    opened = qualcode.open_study(study)
    assert opened.notices == ()
    assert tables.codings(opened)["code"].tolist() == ["topic/x", "topic/y"]


def test_an_unsettled_document_is_told_in_the_words_of_a_command(study: Path, capsys: pytest.CaptureFixture[str]):
    for coder in ("c1", "c2"):
        hand.code_excerpt(qualcode.open_study(study), "i1", "One two", {"topic/x": 1}, coder=coder)

    with pytest.raises(UnsettledError, match="'i1' was coded by c1, c2 and nothing is agreed; say coder="):
        tables.statements(qualcode.open_study(study))
    assert main(["table", "statements", "--study", str(study)]) == 2
    err = capsys.readouterr().err
    assert ("--coder NAME" in err, "coder=" in err) == (True, False)
    assert main(["table", "codings", "--study", str(study)]) == 0  # a list counts nothing: it shows who gave what
    told = capsys.readouterr()
    assert [line.split(",")[8] for line in told.out.splitlines()[1:]] == ["c1", "c2"]
    assert told.err.startswith("'i1' was coded by c1, c2 and nothing is agreed: every coder's codings are listed")


@pytest.mark.parametrize(("coder", "rows"), [("", 0), ("c2", 1)])
def test_a_report_counts_one_coder_or_nobody_where_nothing_is_agreed(study: Path, coder: str, rows: int):
    from qualcode.study.opening import counting

    for one in ("c1", "c2"):
        hand.code_excerpt(qualcode.open_study(study), "i1", "One two", {"topic/x": 1}, coder=one)
    with counting(study, coder):
        opened = qualcode.open_study(study)
        found = tables.statements(opened)
        assert len(found) == rows
        assert lines(found) == [f"left out: {2 - rows} of another coder, on documents on which nothing is agreed"]
        assert [n.path for n in opened.notices] == ["interviews/i1.md"]


def test_the_codebook_says_whose_codings_count_where_nothing_is_agreed(study: Path):
    """It holds for every command and chapter, is told with a count, and the command's --coder goes before it."""
    from qualcode.study.opening import counting

    hand.code_excerpt(qualcode.open_study(study), "i1", "One two", {"topic/x": 1}, coder="c1")
    hand.code_excerpt(qualcode.open_study(study), "i1", "Four five", {"topic/y": 0}, coder="c2")
    book = study / "coding/codebook.yaml"
    text = book.read_text("utf-8")
    book.write_text(text.replace("contrast: [a, b]\n", "contrast: [a, b]\ncounts: c2\n"), "utf-8")

    found = tables.codings(qualcode.open_study(study))
    with counting(study, "c1"):
        other = tables.codings(qualcode.open_study(study))
    with counting(study, ""):  # as a report does without --coder
        pd.testing.assert_frame_equal(tables.codings(qualcode.open_study(study)), found)
    book.write_text(text.replace("contrast: [a, b]\n", "contrast: [a, b]\ncounts: c3\n"), "utf-8")
    lacking = qualcode.open_study(study).problems

    assert (found["code"].tolist(), other["code"].tolist()) == (["topic/y"], ["topic/x"])
    assert lines(found) == ["left out: 1 of another coder, on documents on which nothing is agreed"]
    assert [str(problem) for problem in lacking] == [
        "coding/codebook.yaml:4: counts names 'c3', of whom there are no codings"
    ]


def test_a_lost_excerpt_is_given_up_in_every_file_and_a_memo_keeps_what_it_was(study: Path):
    hand.code_excerpt(qualcode.open_study(study), "i1", "Four five six", {"topic/x": 1}, coder="me", memo="Odd.")
    (study / "coding/agreed").mkdir(exist_ok=True)
    line = (study / "coding/coders/me/i1.jsonl").read_text("utf-8").split("\n")[0]
    (study / "coding/agreed/i1.jsonl").write_text(line + "\n", "utf-8")
    edit(study, "One two three. Four five six seven eight.", "Nothing at all.")
    lost = qualcode.open_study(study).coded["me", "i1"].excerpts[0].id

    written = give_up(qualcode.open_study(study), [lost], on=date(2024, 5, 6))
    assert written == (
        "coding/agreed/i1.jsonl",
        "coding/coders/me/i1.jsonl",
        "coding/memos/2024-05-06-given-up-i1.md",
    )
    opened = qualcode.open_study(study)
    assert opened.problems == ()
    memo = opened.memos["2024-05-06-given-up-i1"].text
    assert ("Odd." in memo, "topic/x" in memo, "Four" in memo) == (True, True, False)


def test_take_places_an_excerpt_in_every_file_that_has_it(study: Path):
    hand.code_excerpt(qualcode.open_study(study), "i1", "Four five six seven eight", {"topic/x": 1}, coder="me")
    (study / "coding/agreed").mkdir(exist_ok=True)
    (study / "coding/agreed/i1.jsonl").write_text((study / "coding/coders/me/i1.jsonl").read_text("utf-8"), "utf-8")
    edit(study, "Four five six seven eight", "Four five sixx seven eight")
    assert len(qualcode.open_study(study).problems) == 2

    name = qualcode.open_study(study).coded["me", "i1"].excerpts[0].id
    assert main(["reanchor", "--take", name, "--write", "--study", str(study)]) == 0
    assert qualcode.open_study(study).problems == ()


def test_take_all_takes_what_one_place_alone_is_like(study: Path):
    hand.code_excerpt(qualcode.open_study(study), "i1", "Four five six seven eight", {"topic/x": 1}, coder="me")
    edit(study, "Four five six seven eight", "Four five sixx seven eight")
    main(["reanchor", "--take-all", "--above", "0.5", "--study", str(study)])
    assert len(qualcode.open_study(study).problems) == 1
    main(["reanchor", "--take-all", "--above", "0.999", "--write", "--study", str(study)])
    assert len(qualcode.open_study(study).problems) == 1
    main(["reanchor", "--take-all", "--above", "0.5", "--write", "--study", str(study)])
    assert qualcode.open_study(study).problems == ()


def test_a_typo_near_an_excerpt_needs_no_taking_unless_a_rival_is_near(tmp_path: Path):
    said = "We met in the old hall, and everybody had brought something to eat for the others."
    one = small_study(tmp_path / "a", {"i1": ("ANNA", "anna", f"Q: Why?\n\nANNA: {said}\n")})
    two = small_study(tmp_path / "b", {"i1": ("ANNA", "anna", f"Q: Why?\n\nANNA: {said} {said}\n")})
    hand.code_excerpt(qualcode.open_study(one), "i1", "everybody had brought", {"topic/x": 1}, coder="me")
    hand.code_excerpt(qualcode.open_study(two), "i1", "everybody had brought", {"topic/x": 1}, coder="me", nth=1)
    for study in (one, two):
        path = study / "interviews/i1.md"
        path.write_text(path.read_text("utf-8").replace("old hall", "olde hall", 1), "utf-8")
        main(["reanchor", "--write", "--study", str(study)])

    assert (len(qualcode.open_study(one).problems), len(qualcode.open_study(two).problems)) == (0, 1)
