"""Plain files, read strictly."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualcode.errors import SourceError
from qualcode.plaintext.source import day, partial_day, read_csv, read_text, read_yaml, seeming_encoding


def test_every_scalar_is_a_string_and_has_its_line():
    entries = read_yaml("date: 2018-06-31\nno: yes\nlist: [1, ~]\ndeep:\n  a: {b: 0x10}\n", "x.yaml", first_line=2)

    assert entries.value == {"date": "2018-06-31", "no": "yes", "list": ["1", "~"], "deep": {"a": {"b": "0x10"}}}
    assert [entries.line(*p) for p in [("date",), ("no",), ("list", 1), ("deep", "a", "b"), ("deep", "gone")]] == [
        2,
        3,
        4,
        6,
        5,
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x 1\nb: *x\n", "x.yaml:1: a YAML anchor (&name); write the value out where it is used"),
        ("a: 1\na: 2\n", "x.yaml:2: key 'a' stands here twice; keep one"),
        ("a: !!int 1\n", "x.yaml:1: a YAML tag (tag:yaml.org,2002:int); plain values only"),
        ("a: 1\n---\nb: 2\n", "x.yaml:2: a second YAML document ('---'); keep one"),
        ("? [a]\n: 1\n", "x.yaml:1: a key that is not a word; did a brace or a bracket slip in?"),
        (
            "a: [1\n",
            "x.yaml:2: not YAML here (expected ',' or ']', but got '<stream end>'); words with ': ' or '#' need quotes",
        ),
        ("[" * 40 + "]" * 40, "x.yaml:1: nested too deep for a study's file"),
        ("a: " + "x" * 1_000_001, "x.yaml:1: more than 1 MB of YAML; split it, or is this another file?"),
    ],
)
def test_yaml_that_could_surprise_is_refused(text: str, message: str):
    with pytest.raises(SourceError) as caught:
        read_yaml(text, "x.yaml")

    assert str(caught.value.problems[0]) == message


def test_a_chain_of_aliases_cannot_grow():
    """The well-known bomb: refused at its first anchor, not expanded."""
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"

    with pytest.raises(SourceError) as caught:
        read_yaml(bomb, "x.yaml")

    assert [p.line for p in caught.value.problems] == [1, 2, 2, 2, 3, 3, 3]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("2024-02-29", date(2024, 2, 29)),
        ("2018-06-31", "date '2018-06-31' does not exist (June has 30 days)"),
        ("2023-02-29", "date '2023-02-29' does not exist (February has 28 days)"),
        ("2024-02-30", "date '2024-02-30' does not exist (February has 29 days)"),
        ("2024-12-32", "date '2024-12-32' does not exist (December has 31 days)"),
        ("2024-13-01", "date '2024-13-01' does not exist (there is no month 13)"),
        ("3 May 2024", "date '3 May 2024' is not written YYYY-MM-DD"),
        ("2024-5-3", "date '2024-5-3' is not written YYYY-MM-DD"),
    ],
)
def test_a_date_is_a_date_or_a_sentence(value: str, found: date | str):
    assert day(value) == found


@given(st.dates())
def test_every_date_is_read_as_itself(on: date):
    assert day(f"{on:%Y-%m-%d}".zfill(10)) == on


@pytest.mark.parametrize("value", ["2018", "2018-06", "2018-06-30"])
def test_part_of_a_date_will_do_for_a_tie(value: str):
    assert partial_day(value) == ""


FRENCH = "Déjà l’été, où la forêt s’éveille ; ça et là, à Liège, un cœur très naïf.\n"


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1252", "Windows-1252"),
        ("mac_roman", "Mac Roman"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16 without a mark"),
    ],
)
def test_the_encoding_a_file_seems_to_have_is_named(encoding: str, name: str):
    assert seeming_encoding(FRENCH.encode(encoding)) == name


def test_a_word_in_an_old_encoding_is_told_by_its_line(tmp_path: Path):
    path = tmp_path / "x.md"
    path.write_bytes(b"one\ntwo\n" + FRENCH.encode("cp1252"))

    with pytest.raises(SourceError, match=r"^x.md:3: not UTF-8; it seems to be Windows-1252; save it again as UTF-8$"):
        read_text(path, "x.md")


def test_a_heading_underlined_with_equals_signs_is_no_unfinished_merge(tmp_path: Path):
    path = tmp_path / "x.md"
    path.write_text("Title\n=======\n", "utf-8")

    assert read_text(path, "x.md") == "Title\n=======\n"


def test_a_table_keeps_the_lines_of_rows_with_line_breaks_in_them():
    rows, problems = read_csv('a,b\n1,"two\nlines"\n\n3,4\n', "x.csv", ("a",), ("a", "b"))

    assert problems == []
    assert [(r.line, r.values) for r in rows] == [(2, {"a": "1", "b": "two\nlines"}), (5, {"a": "3", "b": "4"})]


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_a_problem(tmp_path_factory: pytest.TempPathFactory, data: bytes):
    """Never another exception, and never a character that stands for a lost one."""
    path = tmp_path_factory.getbasetemp() / "any.md"
    path.write_bytes(data)
    try:
        text = read_text(path, "any.md")
    except SourceError as error:
        refused = error.problems
    else:
        refused = ()
        assert text.encode("utf-8") == data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    assert len(refused) <= 1
