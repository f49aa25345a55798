"""The commands that compare coders and figures, on a study with few speakers: reasons, and no exception."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from conftest import CITIZEN_CARD
from test_cli import run

FEW = "1 against 1 speaker: no p below 4 against 4"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_agreement_lists_codes_then_families_then_all_and_says_why_a_number_is_missing(
    capsys: pytest.CaptureFixture[str],
):
    status, out, err = run(capsys, "agreement", "--study", CITIZEN_CARD)
    table = rows(out)

    assert status == 0
    assert [r["scope"] for r in table] == ["code"] * 10 + ["family"] * 4 + ["overall"]
    one = next(r for r in table if r["code"] == "function/access")
    assert (one["alpha"], one["reason"]) == ("", "only one value occurs: nothing shows that they could have differed")
    assert (table[-1]["units"], table[-1]["by_coder"]) == ("4", "reader 6; second 2")
    assert err.startswith("Agreement is not validity")


def test_the_passages_that_cost_most_stand_in_context_once_for_each_code(capsys: pytest.CaptureFixture[str]):
    _, out, _ = run(capsys, "agreement", "--passages", "--most", "1", "--study", CITIZEN_CARD)

    assert rows(out) == [
        {
            "document": "2024-02-12-desk-officer",
            "turn": "1",
            "speaker": "Q",
            "code": "function/identification",
            "given_by": "reader",
            "not_given_by": "second",
            "cost": "0.25",
            "before": "",
            "words": "Q: What would the card change at your desk?",
            "after": "OFFICER [00:00:21]: Honestly? Queues. We'd have one thing to look at instead of, I don't know, "
            "six kinds of paper. And for the person too. You show it and you are somebody, you're done in two minutes.",
        }
    ]


def test_passages_of_a_document_that_may_not_be_quoted_are_withheld(capsys: pytest.CaptureFixture[str], card: Path):
    path = card / "interviews/2024-02-12-desk-officer.md"
    path.write_text(path.read_text("utf-8").replace("release: open", "release: closed"), "utf-8")
    codebook = card / "coding/codebook.yaml"
    kept = [line for line in codebook.read_text("utf-8").splitlines() if "example: {document: 2024-02-12" not in line]
    codebook.write_text("\n".join(kept) + "\n", "utf-8")

    _, out, _ = run(capsys, "agreement", "--passages", "--study", card)

    closed = "[withheld: the document is closed]"
    assert {(r["before"], r["words"], r["after"]) for r in rows(out)} == {
        ("", closed, closed),
        (closed, closed, closed),
    }


@pytest.mark.parametrize(
    ("option", "first"),
    [
        ("--by-round", {"round": "2024-03", "scope": "code"}),
        ("--stances", {"code": "function/identification", "units": "1"}),
    ],
)
def test_agreement_by_round_and_on_stances(capsys: pytest.CaptureFixture[str], option: str, first: dict[str, str]):
    _, out, _ = run(capsys, "agreement", option, "--study", CITIZEN_CARD)

    assert first.items() <= rows(out)[0].items()


def test_free_spans_are_measured_in_code_points(capsys: pytest.CaptureFixture[str]):
    _, out, _ = run(capsys, "agreement", "--unit", "span", "--study", CITIZEN_CARD)

    assert rows(out)[-1]["units"] == "500"


@pytest.mark.parametrize(
    ("table", "columns", "many"),
    [
        ("themes", ["theme", "share_a", "share_b", "difference", "p"], 4),
        ("stances", ["theme", "balance_a", "balance_b", "difference", "p"], 4),
        ("speakers", ["theme", "speaker", "membership", "excerpts", "of"], 8),
        ("without", ["theme", "difference", "lowest", "lowest_without", "highest"], 4),
        ("word-and-deed", ["case", "theme", "said", "stance_said", "acts"], 2),
        ("missing", ["case", "figure", "why"], 2),
        ("by-excerpt", ["theme", "speaker_a", "speaker_b", "excerpt_a", "excerpt_b"], 6),
        ("log-odds", ["theme", "count_a", "count_b", "log_odds", "z"], 4),
        ("distance", ["bits", "p", "null_median", "p_error", "arrangements"], 1),
    ],
)
def test_every_table_of_divergence_is_there_without_python(
    capsys: pytest.CaptureFixture[str], table: str, columns: list[str], many: int
):
    status, out, _ = run(capsys, "divergence", table, "--study", CITIZEN_CARD)
    found = rows(out)

    assert (status, len(found), list(found[0])[:5]) == (0, many, columns)


def test_with_one_speaker_against_one_there_is_a_reason_and_no_p(capsys: pytest.CaptureFixture[str]):
    _, out, err = run(capsys, "divergence", "--study", CITIZEN_CARD)

    assert {(r["p"], r["p_max_t"], r["reason"]) for r in rows(out)} == {("", "", FEW)}
    assert f"{FEW}." in err.splitlines()


def test_the_pool_says_its_rule_and_withholds_what_may_not_be_quoted(capsys: pytest.CaptureFixture[str]):
    _, out, err = run(capsys, "divergence", "pool", "--theme", "function/access", "--study", CITIZEN_CARD)

    assert [(r["speaker"], r["quote"]) for r in rows(out)] == [
        ("card-holder", "[withheld: consent allows paraphrase only]")
    ]
    rule = "2 of every speaker's own excerpts on function/access, drawn with seed 0; choose from it, and say why"
    out_of = ["6 the researcher's own words", "1 nobody's words", "14 on another theme"]
    minded = "to mind: 10 speakers with fewer than 5 statements kept, since nobody has as many"
    assert err.splitlines() == [rule, *(f"left out: {reason}" for reason in out_of), minded]


def test_partial_membership_comes_from_a_column(capsys: pytest.CaptureFixture[str]):
    _, out, _ = run(capsys, "divergence", "speakers", "--weights", "weight", "--study", CITIZEN_CARD)

    assert {(r["speaker"], r["membership"]) for r in rows(out)} == {("card-holder", "0.0"), ("desk-officer", "0.9")}


def test_another_contrast_may_be_asked_for(capsys: pytest.CaptureFixture[str]):
    status, _, err = run(capsys, "divergence", "--contrast", "issuer", "holdr", "--study", CITIZEN_CARD)

    assert status == 2
    assert "did you mean 'holder'?" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["divergence", "words"],
            "qualcode: words of two languages are not compared: add --language, such as --language en\n",
        ),
        (["divergence", "pool"], "qualcode: the pool is of one theme: add --theme CODE\n"),
        (
            ["divergence", "missing", "--plot", "x.svg"],
            "qualcode: --plot draws the tables themes and stances; others have no plot\n",
        ),
        (["agreement", "--coder", "redaer"], "qualcode: 'redaer' has read nothing; there are: reader, second\n"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_status_2(capsys: pytest.CaptureFixture[str], words: list[str], said: str):
    assert run(capsys, *words, "--study", CITIZEN_CARD) == (2, "", said)


@pytest.mark.parametrize("words", [["agreement"], ["divergence"], ["divergence", "stances"]], ids=" ".join)
def test_a_plot_is_written_beside_the_table(capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str]):
    run(capsys, *words, "--plot", tmp_path / "plot.svg", "--out", tmp_path / "table.csv", "--study", CITIZEN_CARD)

    assert (tmp_path / "plot.svg").read_bytes().startswith(b"<?xml")
    assert len(rows((tmp_path / "table.csv").read_text("utf-8"))) >= 4
