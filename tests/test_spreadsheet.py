"""Tables for spreadsheets: no word of a study is a formula there, and every word comes back."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualcode.cli import main
from qualcode.errors import MissingExtraError, UsageError, WriteError
from qualcode.plaintext.spreadsheet import cell, words
from qualcode.present import table
from qualcode.rows import DATE, Rows
from qualcode.tables.written import as_csv, write_table

HOSTILE = [
    "=1+1",
    "+41 79",
    "-2+3",
    "- Oui, dit-elle.",
    "@SUM(A1)",
    "\t=x",
    "\r=x",
    " =x",
    "'=x",
    "＝1",
    "plain",
    "'tis",
]
FRAME = pd.DataFrame({"quote": HOSTILE, "stance": [-1.0, None, *[0.5] * 10], "=n": range(12), "yes": [True] * 12})


@given(st.text(alphabet=st.sampled_from("'=+-@\t\r\n ax＝"), max_size=6) | st.text(max_size=20))
def test_a_cell_gives_its_words_back_and_is_never_a_formula(said: str):
    made = cell(said)

    assert said == words(made)
    assert not made.lstrip().startswith(("=", "+", "-", "@", "＝"))


def test_a_table_as_csv_has_words_as_words_and_numbers_as_numbers():
    rows = list(csv.reader(StringIO(as_csv(FRAME), newline="")))

    assert ["quote", "stance", "'=n", "yes"] == rows[0]
    assert HOSTILE == [words(row[0]) for row in rows[1:]]
    assert ["-1.0", "", *["0.5"] * 10] == [row[1] for row in rows[1:]]
    assert ["'=1+1", "'+41 79", "'-2+3", "'- Oui, dit-elle.", "'@SUM(A1)"] == [row[0] for row in rows[1:6]]


ROW = st.tuples(
    st.sampled_from(HOSTILE) | st.text(max_size=5),
    st.none() | st.floats(-1, 1) | st.just(float("nan")) | st.just(-1),
    st.booleans(),
    st.integers(0, 9),
    st.dates(),
)


@given(st.lists(ROW, max_size=4), st.sampled_from(",\t"))
def test_plain_rows_are_written_as_their_data_frame_is(rows: list[tuple[object, ...]], separator: str):
    kinds = {"stance": "float", "said": "bool", "n": "int", "date": DATE}
    made = Rows(["quote", "stance", "said", "n", "date"], rows, kinds)

    assert as_csv(made.frame(), separator) == as_csv(made, separator)


def test_a_table_that_is_read_has_no_formula_in_its_csv_either():
    assert "'=1+1" in table(FRAME, {"quote": "quote"}).to_csv()


def test_xlsx_holds_words_as_words_and_the_same_bytes_twice(tmp_path: Path):
    """Read back by another program's library than the one that wrote it."""
    from openpyxl import load_workbook

    for name in ("one.xlsx", "two.xlsx"):
        write_table(FRAME, tmp_path / name)
    sheet = load_workbook(tmp_path / "one.xlsx").active
    rows = list(sheet.iter_rows(values_only=True))

    assert [("quote", "stance", "=n", "yes")] == rows[:1]
    assert [("=1+1", -1, 0, True), ("+41 79", None, 1, True), ("-2+3", 0.5, 2, True)] == rows[1:4]
    assert {"s", "n", "b"} == {c.data_type for row in sheet.iter_rows() for c in row}
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_another_ending_is_refused_before_anything_is_written(tmp_path: Path):
    with pytest.raises(UsageError, match=r"name it .csv, .tsv, .json or .xlsx"):
        write_table(FRAME, tmp_path / "table.ods")

    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", ["csv", "tsv", "json", "xlsx"])
def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path, ending: str):
    with pytest.raises(WriteError, match="cannot be written: No such file or directory"):
        write_table(FRAME, tmp_path / "nowhere" / f"table.{ending}")


def test_without_its_extra_xlsx_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import sys

    monkeypatch.setitem(sys.modules, "xlsxwriter", None)

    with pytest.raises(
        MissingExtraError, match=r"to write .xlsx, install what it needs: pip install 'qualcode\[xlsx\]'"
    ):
        write_table(FRAME, tmp_path / "table.xlsx")


def test_the_report_for_word_says_what_to_install_too(card: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    import sys

    import qualcode.report

    for name in [n for n in sys.modules if n.startswith(("docx", "qualcode.report.wordfile", "qualcode.report.paper"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(qualcode.report, "paper", raising=False)
    monkeypatch.setitem(sys.modules, "docx", None)

    assert 2 == main(["report", "--word", "--study", str(card)])
    assert "pip install 'qualcode[word]'" in capsys.readouterr().err


def test_a_table_of_a_study_goes_out_as_xlsx(card: Path, tmp_path: Path):
    from openpyxl import load_workbook

    out = tmp_path / "documents.xlsx"

    assert 0 == main(["table", "documents", "--study", str(card), "--out", str(out)])
    assert ["document", "kind", "title", "date"] == [c.value for c in next(load_workbook(out).active.rows)][:4]
