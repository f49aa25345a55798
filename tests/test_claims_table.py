"""What somebody states, held against what is found: how a value is read, and the table with its verdicts."""

from __future__ import annotations

import csv
import datetime
import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualcode
from conftest import PROJECT
from qualcode.claims import ExpressionError, Share, claims, differences, holds, read_stated, store, written
from qualcode.claims.counting import Value
from qualcode.claims.language import FUNCTIONS, parse, printed
from qualcode.cli import main
from qualcode.errors import SourceError

NOVEMBER = datetime.date(2017, 11, 27)
HOLDS: list[tuple[str, Value, bool]] = [
    ("42", Fraction(42), True),
    ("42", Fraction(43), False),
    ("forty", Fraction(40), True),
    ("douze", Fraction(12), True),
    ("1,000", Fraction(1000), True),
    ("200 000", Fraction(200_000), True),
    ("2.5", Fraction(249, 100), True),
    ("2.5", Fraction(241, 100), False),
    ("more than 40", Fraction(40), False),
    ("more than forty", Fraction(41), True),
    ("plus de 40", Fraction(41), True),
    ("fewer than 5", Fraction(5), False),
    ("at least five", Fraction(5), True),
    ("au plus 5", Fraction(6), False),
    ("nearly 70", Fraction(63), True),
    ("nearly 70", Fraction(62), False),
    ("nearly 70", Fraction(71), False),
    ("about 50", Fraction(55), True),
    ("environ 50", Fraction(44), False),
    ("ninth", Fraction(9), True),
    ("9th", Fraction(8), False),
    ("31 %", Share(13, 42), True),
    ("31.0 per cent", Share(13, 42), True),
    ("30.9 %", Share(13, 42), False),
    ("a third", Share(1, 3), True),
    ("a third", Share(13, 42), False),
    ("nearly a third", Share(13, 42), True),
    ("un tiers", Share(2, 6), True),
    ("about half", Share(9, 20), True),
    ("more than half", Share(1, 2), False),
    ("13 of 42", Share(13, 42), True),
    ("13 of 42", Share(26, 84), False),
    ("huit sur dix", Share(8, 10), True),
    ("most", Share(1, 2), False),
    ("la plupart", Share(2, 3), True),
    ("all", Share(3, 3), True),
    ("all", Share(2, 3), False),
    ("all but one", Share(18, 19), True),
    ("none", Share(0, 5), True),
    ("none", Fraction(1), False),
    ("27 November 2017", NOVEMBER, True),
    ("2017-11-27", NOVEMBER, True),
    ("October 2017", NOVEMBER, False),
    ("2017-11", NOVEMBER, True),
    ("2018", NOVEMBER, False),
    ("monday", "Monday", True),
    ("Tuesday", "Monday", False),
    ("{Mons, Wavre}", frozenset({"Wavre", "Mons"}), True),
    ("{Mons}", frozenset({"Wavre", "Mons"}), False),
    ("yes", True, True),
    ("yes", False, False),
    ("no", False, True),
]


@pytest.mark.parametrize(("stated", "found", "is_so"), HOLDS, ids=[f"{s}-{written(f)}" for s, f, _ in HOLDS])
def test_what_is_stated_holds_by_the_rules_that_are_written_down(stated: str, found: Value, is_so: bool):
    """By hand: 13 of 42 are 30.95 per cent; a tenth below 70 is 63."""
    assert holds(read_stated(stated), found) is is_so


@pytest.mark.parametrize(
    ("stated", "found", "said"),
    [
        ("", Fraction(1), "stated: nothing is"),
        ("nerly 70", Fraction(70), "stated is words (numbers are written 42, nearly 70"),
        ("a third", Fraction(1), "stated is a part of a whole, and the expression gives a number"),
        ("42", Share(1, 2), "stated is a number, and the expression gives a share, which is stated as 31 %"),
        ("all", Fraction(3), "stated is a quantifier, and the expression gives a number"),
        ("yes", Fraction(1), "stated is yes or no, and the expression gives a number"),
    ],
)
def test_what_cannot_be_held_against_what_is_found_is_said(stated: str, found: Value, said: str):
    with pytest.raises(ExpressionError) as caught:
        holds(read_stated(stated), found)

    assert said in str(caught.value)


def test_what_the_documentation_says_of_values_and_expressions_is_read():
    page = (PROJECT / "docs/how-to/sentences.md").read_text("utf-8")
    language = page[page.index("## The language") :]
    rows = re.findall(r"^\| (`.+`) \| (?!where|what)[^|]+\|$", page[page.index("| written |") :], re.MULTILINE)
    values = [value for row in rows for value in re.findall(r"`([^`]+)`", row)]

    assert len(values) > 30
    assert [v for v in values if read_stated(v).kind == "words"] == []
    (block,) = re.findall(r"```text\n(.*?)```", language, re.DOTALL)
    assert [printed(parse(line)) for line in block.splitlines()] == block.splitlines()
    assert [name for name in FUNCTIONS if f"`{name}" not in language] == []


@given(st.text(max_size=40))
def test_no_stated_value_lets_anything_else_escape(text: str):
    try:
        read_stated(text)
    except ExpressionError:
        return


@given(st.integers(0, 10**6), st.integers(-3, 3))
def test_a_plain_number_holds_for_itself_and_for_nothing_beside_it(number: int, beside: int):
    assert holds(read_stated(f"{number:,}"), Fraction(number + beside)) is (beside == 0)


@given(st.integers(0, 200), st.integers(1, 200))
def test_a_share_rounded_to_whole_per_cent_holds(part: int, more: int):
    whole = part + more

    assert holds(read_stated(f"{100 * part / whole:.0f} %"), Share(part, whole))


HEAD = "place,statement,stated,expression,found,verdict,note\n"
GOOD = (
    "p. 1,turns in all,16,count(turns),16,agrees,\n"
    "p. 2,turns of a month,more than 20,count(turns),16,disagrees,they counted lines\n"
    "p. 3,who voted,half,,,cannot be told,nobody wrote it down\n"
)


def lay(card: Path, rows: str, head: str = HEAD) -> qualcode.Study:
    """Put a table of claims into the tiny second study."""
    (card / "data").mkdir(exist_ok=True)
    (card / "data/claims.csv").write_text(head + rows, "utf-8")
    return qualcode.open_study(card)


def told(study: qualcode.Study) -> list[str]:
    """Return what differs, as it is told."""
    return [str(problem) for problem in differences(study, "data/claims.csv")]


def test_a_table_whose_verdicts_are_so_differs_in_nothing(card: Path, capsys: pytest.CaptureFixture[str]):
    study = lay(card, GOOD)
    table = claims(study, "data/claims.csv")

    assert told(study) == []
    assert table["verdict"].tolist() == ["agrees", "disagrees", "cannot be told"]
    assert table["claim"].tolist() == [2, 3, 4]
    assert main(["claims", "data/claims.csv", "--study", str(card)]) == 0
    assert capsys.readouterr().err.endswith("1 agrees, 1 disagrees, 1 cannot be told\n")


def test_a_verdict_that_is_another_now_and_a_disagreement_without_a_note_are_told_and_end_with_1(
    card: Path, capsys: pytest.CaptureFixture[str]
):
    rows = GOOD.replace("16,agrees", "11,agrees").replace("they counted lines", "").replace("nobody wrote it down", "")
    rows = rows.replace("16,disagrees", "16,agrees")
    study = lay(card, rows)
    expected = [
        "data/claims.csv:2: found is stored as '11' and is 16 now; `--write` stores it",
        "data/claims.csv:3: the verdict stored is 'agrees' and the one computed 'disagrees'; `--write` stores it",
        "data/claims.csv:3: disagrees without a note; say in the column note what to mind",
        "data/claims.csv:4: cannot be told without a note; say in the column note why",
    ]

    assert told(study) == expected
    assert main(["claims", "data/claims.csv", "--study", str(card)]) == 1
    assert [line for line in capsys.readouterr().err.splitlines() if line in expected] == expected


def test_what_the_table_cannot_tell_is_no_error_and_is_told_why(card: Path):
    row = 'p. 1,nobody,1,"mean(stance, statements where stance > 5)",,cannot be told,none is so far\n'
    study = lay(card, row)

    assert claims(study, "data/claims.csv")["why"].tolist() == ["no row of statements is meant"]
    assert told(study) == []


def test_all_that_cannot_be_read_is_told_at_once_with_its_line(card: Path):
    study = lay(card, "p. 1,a,1,cuont(turns),,,\n,b,1,count(turns),,,\np. 3,c,,count(turns),,,\np. 4,d,1,1/,,,\n")

    with pytest.raises(SourceError) as caught:
        claims(study, "data/claims.csv")

    wanted = "a number, a date, text in '', a set in {} or a function is wanted"
    assert [str(p) for p in caught.value.problems] == [
        "data/claims.csv:2: expression, at sign 1: no function 'cuont'; did you mean 'count'?",
        "data/claims.csv:3: place is blank; say where it stands",
        "data/claims.csv:4: stated: nothing is; write the value as it stands, such as 42, nearly 70 or a third",
        f"data/claims.csv:5: expression, at sign 3: it ends here where {wanted}",
    ]


def test_a_date_that_does_not_exist_disagrees_and_is_told_with_what_the_month_has(card: Path):
    study = lay(
        card, "p. 1,met on,31 June 2018,,date '2018-06-31' does not exist (June has 30 days),disagrees,no day\n"
    )

    assert claims(study, "data/claims.csv")["verdict"].tolist() == ["disagrees"]
    assert told(study) == []


def test_what_the_tables_that_are_asked_leave_out_is_told_beside_the_verdicts(
    card: Path, capsys: pytest.CaptureFixture[str]
):
    lay(card, "p. 1,statements,2,count(statements),2,agrees,\n")
    capsys.readouterr()
    main(["table", "statements", "--study", str(card)])
    told_of_the_table = [line for line in capsys.readouterr().err.splitlines() if line.startswith("left out")]
    main(["claims", "data/claims.csv", "--study", str(card)])

    assert told_of_the_table
    assert [x for x in capsys.readouterr().err.splitlines() if x.startswith("left out")] == told_of_the_table


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("place,statement,stated\n", "data/claims.csv:1: column 'expression' is missing"),
        ("place;statement\n", "data/claims.csv:1: columns are separated by ';'; save it with commas"),
    ],
)
def test_a_file_that_is_no_table_of_claims_is_refused(card: Path, head: str, said: str):
    with pytest.raises(SourceError) as caught:
        claims(lay(card, "", head), "data/claims.csv")

    assert said in str(caught.value)


def test_a_table_outside_the_study_or_nowhere_is_refused_in_a_line(
    card: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "claims.csv").write_text(HEAD, "utf-8")
    lay(card, GOOD)
    (card / "data/away.csv").symlink_to(tmp_path / "claims.csv")

    assert main(["claims", str(tmp_path / "claims.csv"), "--study", str(card)]) == 2
    assert "is no file of the study" in capsys.readouterr().err
    assert main(["claims", "data/nowhere.csv", "--study", str(card)]) == 1
    assert main(["claims", "data/away.csv", "--study", str(card)]) == 2


def test_storing_verdicts_keeps_every_other_cell_column_and_row(card: Path):
    head = "note,place,page_in_print,statement,stated,expression\n"
    study = lay(card, '"a, ""b""",p. 1,7,turns,16,count(turns)\n,p. 2,,none,1,\n', head)

    assert store(study, "data/claims.csv") == 2
    with (card / "data/claims.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows == [
        {
            "note": 'a, "b"', "place": "p. 1", "page_in_print": "7", "statement": "turns", "stated": "16",
            "expression": "count(turns)", "found": "16", "verdict": "agrees",
        },
        {
            "note": "", "place": "p. 2", "page_in_print": "", "statement": "none", "stated": "1", "expression": "",
            "found": "", "verdict": "cannot be told",
        },
    ]  # fmt: skip
    before = (card / "data/claims.csv").read_bytes()
    assert (store(study, "data/claims.csv"), (card / "data/claims.csv").read_bytes()) == (0, before)
