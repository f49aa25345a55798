"""The fast reader of plain front matter says what the full reader says, or nothing."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import CITIZEN_CARD, PROJECT
from qualcode.errors import SourceError
from qualcode.plaintext.source import read_any_yaml, read_yaml
from qualcode.plaintext.yaml import read_plain
from qualcode.study.document import split_front_matter

PIECES = [
    *("title", "speakers", "Q", "COORDINATOR", "M. DUPONT", "on", "été", "a b", "x-1", "1", "_a", "no", "null", "~"),
    *(": ", ":", ":  ", " : ", "\n", "\n", "\n  ", "\n  ", "\n    ", "\n  - ", "\n- ", "\n\n", " ", "  ", "\t"),
    *("[", "]", "{", "}", ", ", ",", "[a, b]", "[]", "{case: a, organisation: b}", "{case: a, case: b}", "{}"),
    *('"', "'", '"a: b # c"', '"é \\" x"', "it's", "«oui»", "# note", " # note", "#", "&a", "*a", "!x", "|", ">"),
    *(
        "%",
        "@",
        "`",
        "---",
        "...",
        "?",
        "? ",
        "- ",
        "2018-05-07",
        "10:30",
        "a: b: c",
        "\u00a0",
        "\u2028",
        "🎉",
        "\ufeff",
    ),
    *("the dome's office, second floor", "yes", "what; else (more)", "100 %", "a - b", "x:y", "\u0301", "\x85", "½"),
]
WHOLE = [
    "title: The coordinator, again\n",
    "date: 2018-05-07\n",
    "speakers:\n  COORDINATOR: {case: coordinator, organisation: ngo-dome}\n  Q: {case: researcher}\n",
    "about: [code motion/scope, excerpt e0123456789]\n",
    "supersedes:\n  - 2018-06-01-x\n  - 'y'\n",
    'title: "Settled: 10 % (maybe)"\n',
    "note: Invented for the study.\n  and more\n",
    "present: []\n",
    'codes:\n  city/desk:\n    label: Desk\n    use: Where it is, said "so".\n    patterns: ["desk*", at the desk]\n',
    "  city/fee: {label: Fee, definition: What it costs., parent: city/desk}\n",
    '    example: {document: 2018-05-07-x, quote: "Now: the clinic {rings} [it]"}\n    key: i\n',
    'history:\n  - {version: 1, on: 2018-05-02, change: "a: b", why: "c"}\n',
    '  - version: 2\n    on: 2018-05-03\n    change: "d"\n',
    "# A remark\n",
    "stances: {for: 1, against: -1}  # two\n",
    "key: 'a \"b\" c'   # so\n",
    'patterns: [\'en: [{"LOWER": "x"}]\', plain]\n',
    "empty:    # nothing\n  inner: -2\n",
    "  # one more\n",
    "empty:\n",
    'empty: ""\n  x: y\n',
]


def same_or_nothing(text: str, first_line: int) -> bool:
    """Say whether the fast reader read *text*; hold it to the full one if it did."""
    fast = read_plain(text, first_line)
    if fast is None:
        return False
    full = read_any_yaml(text, "x.md", first_line)
    assert fast == (full.value, full.lines)
    return True


@given(st.lists(st.sampled_from(PIECES), max_size=14), st.integers(1, 3))
def test_pieces_of_yaml_put_together_are_read_as_the_full_reader_does(pieces: list[str], first_line: int):
    same_or_nothing("".join(pieces), first_line)


@given(st.lists(st.one_of(st.sampled_from(WHOLE), st.sampled_from(PIECES)), max_size=8))
def test_entries_with_something_odd_among_them_are_read_as_the_full_reader_does(pieces: list[str]):
    same_or_nothing("".join(pieces), 2)


@given(
    st.integers(0, 90),
    st.integers(1, 25),
    st.lists(st.tuples(st.integers(0, 2_000), st.sampled_from(PIECES)), max_size=2),
)
def test_lines_of_a_codebook_with_something_put_in_are_read_as_the_full_reader_does(
    first: int, many: int, put_in: list[tuple[int, str]]
):
    lines = (CITIZEN_CARD / "coding/codebook.yaml").read_text("utf-8").split("\n")
    text = "\n".join(["codes:", *lines[first : first + many]])
    for place, piece in put_in:
        text = f"{text[:place]}{piece}{text[place:]}"
    same_or_nothing(text, 1)


def test_codebooks_as_we_write_them_are_of_the_plain_shape():
    for study in (PROJECT, CITIZEN_CARD):
        assert same_or_nothing((study / "coding/codebook.yaml").read_text("utf-8"), 1)


def test_many_random_front_matters_are_read_alike(request: pytest.FixtureRequest):
    """Enough of them are of the plain shape for this to say something."""
    many = 200_000 if request.config.getoption("--thorough") else 8_000
    chance = Random(7)
    plain = 0
    for _ in range(many):
        text = "".join(chance.choice(WHOLE if chance.random() < 0.5 else PIECES) for _ in range(chance.randint(1, 9)))
        plain += same_or_nothing(text, 2)
    assert plain > many / 100


def heads(study: Path) -> list[Path]:
    return sorted([*study.glob("interviews/*.md"), *study.glob("*notes/*.md"), *study.glob("coding/memos/*.md")])


@pytest.mark.parametrize("path", [*heads(CITIZEN_CARD), *heads(PROJECT)], ids=lambda p: p.stem)
def test_the_front_matter_of_the_studies_is_read_alike(path: Path):
    head = split_front_matter(path.read_text("utf-8"), path.name)[0]
    full = read_any_yaml(head, path.name, 2)

    read = read_yaml(head, path.name, 2)

    assert (read.value, read.lines) == (full.value, full.lines)


def test_most_front_matter_is_of_the_plain_shape():
    texts = [split_front_matter(p.read_text("utf-8"), p.name)[0] for p in heads(PROJECT)]

    assert sum(read_plain(t, 2) is not None for t in texts) > 0.8 * len(texts)


def test_what_is_no_yaml_still_gets_its_message():
    with pytest.raises(SourceError, match=r"x.md:3: key 'title' stands here twice; keep one"):
        read_yaml("title: a\ntitle: b\n", "x.md", 2)
