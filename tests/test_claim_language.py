"""The closed language of claims: read, written and computed, and nothing of it ever run."""

from __future__ import annotations

import datetime
import shutil
import sys
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualcode
from conftest import CITIZEN_CARD
from qualcode.claims import CannotTellError, ExpressionError, Share, Tables, compute, computed_from, parse, printed
from qualcode.claims.language import (
    DEEPEST,
    FUNCTIONS,
    LONGEST,
    RELATIONS,
    Call,
    Column,
    Day,
    Expression,
    Joined,
    Names,
    Not,
    Number,
    Rows,
    Text,
)

DICTIONARY = """\
title: Desks
source: counted at the door
columns:
  town: {says: Where.}
  land: {says: Land., words: {coast: at sea, hills: above}}
  queue: {says: People who wait.}
  opened: {says: Day of opening.}
"""
TABLE = """\
town,land,queue,opened
Braine-l'Alleud,coast,4,2017-09-14
Mons,coast,10,2017-11-27
Liège,hills,1,2018-03-21
Sainte Ode,hills,,
"""


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> qualcode.Study:
    """Put a table of four desks beside the tiny second study; of one desk neither queue nor day is known."""
    card = Path(shutil.copytree(CITIZEN_CARD, tmp_path_factory.mktemp("desks") / "card"))
    (card / "data").mkdir()
    (card / "data/desks.csv").write_text(TABLE, "utf-8")
    (card / "data/desks.yaml").write_text(DICTIONARY, "utf-8")
    return qualcode.open_study(card)


NO_DESK = "desks where land = coast and land = hills"
BY_HAND = {
    "count(desks)": "4",
    "count(desks where land = coast)": "2",
    "count(desks where not land = coast or queue = 4)": "3",
    "count(desks where town = 'Braine-l''Alleud')": "1",
    "count(desks where town in {'Sainte Ode', Mons})": "2",
    "count(desks where queue = '')": "1",
    "count(desks where queue != '' and queue >= 4)": "2",
    "count(desks where opened != '' and opened < 2018-01-01)": "2",
    "share(desks where land = hills, desks)": "50.0 % (2 of 4)",
    "distinct(land, desks)": "2",
    "sum(queue, desks where queue != '')": "15",
    "mean(queue, desks where queue != '')": "5",
    "median(queue, desks where land = coast)": "7",
    "largest(queue, desks where queue != '')": "10",
    "smallest(opened, desks where opened != '')": "2017-09-14",
    "names(land, desks)": "{coast, hills}",
    "the(land, desks where town = Mons)": "coast",
    "most(land, desks where queue != '')": "{coast}",
    "fewest(land, desks where queue != '')": "{hills}",
    "rank('hills', land, desks where queue != '')": "2",
    "rank('hills', land, desks)": "1",
    "size(without(names(town, desks), {Mons, Liège}))": "2",
    "both({Mons, Namur}, names(town, desks))": "{Mons}",
    "'Namur' in names(town, desks)": "no",
    "{Mons, Liège} in names(town, desks)": "yes",
    "weekday(2017-09-14)": "Thursday",
    "days(2017-10-02, 2017-11-27)": "56",
    "months(2017-11-27, 2018-06-06)": "6",
    "months(2018-06-06, 2017-11-27)": "-6",
    "between(2017-11-27, 2017-09-01, 2018-06-30)": "yes",
    "1 + 2 * 3 - 4 / 2": "5",
    "(1 + 2) * 3 = 9 and not 1 > 2": "yes",
    "0.1 + 0.2 = 0.3": "yes",
    "count(desks) > 3 or count(desks) / 0 = 1 - 1": "",
}


@pytest.mark.parametrize(("expression", "found"), BY_HAND.items())
def test_what_an_expression_gives_is_what_one_counts_by_hand(desks: qualcode.Study, expression: str, found: str):
    """Weekday and days from a calendar; the last one divides by nought, and that cannot be told."""
    if found:
        assert computed_from(desks, expression) == found
    else:
        with pytest.raises(CannotTellError, match="divides by nought"):
            computed_from(desks, expression)


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("mean(queue, desks)", "not every row of desks that is meant has a queue"),
        ("count(desks where queue > 3)", "not every row of desks that is meant has a queue"),
        ("the(queue, desks)", "4 rows of desks are meant where one is"),
        (
            "share(desks where land = coast and land = hills, desks where land = coast and land = hills)",
            "no row of desks",
        ),
        (f"largest(queue, {NO_DESK})", "no row of desks is meant"),
    ],
)
def test_what_the_table_does_not_hold_cannot_be_told_and_is_never_nought(desks: Any, expression: str, why: str):
    with pytest.raises(CannotTellError) as caught:
        computed_from(desks, expression)

    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("", "at sign 1: it ends here where a number, a date, text in '', a set in {} or a function is wanted"),
        ("cuont(desks)", "at sign 1: no function 'cuont'; did you mean 'count'?"),
        ("count(desk)", "no table 'desk'; did you mean 'desks'?"),
        ("count(desks where lnd = coast)", "desks has no column 'lnd'; did you mean 'land'?"),
        ("count(desks where land = cost)", "desks has no land 'cost'; did you mean 'coast'?"),
        ("count(codings where quote = x)", "codings has no column 'quote'"),
        ("count(desks where land)", "at sign 23: ')' stands here where one of = != <= >= < > in is wanted"),
        (
            "count(desks where land in coast)",
            "at sign 27: 'coast' stands here where a set of names, such as {Namur",
        ),
        ("count(desks", "at sign 12: it ends here where ')' is wanted"),
        ("1 = 2 = 3", "at sign 7: '=' stands here where an operator or the end is wanted"),
        ("1 and 2", "'and' stands beside a number; it joins what is so or is not"),
        ("2017-02-30 = 2017-03-01", "at sign 1: date '2017-02-30' does not exist (February has 28 days)"),
        ("2017-02-03 = 3", "a date and a number stand on the two sides of '='"),
        ("'open", "at sign 1: \"'\" text begins here and does not end; close it with '"),
        ("1; 2", "at sign 2: ';' cannot be read"),
        ("desks", "at sign 1: 'desks' is no number, date or set; text stands in single quotes"),
        ("sum(town, desks)", "sum: column 'town' of desks holds no numbers"),
        ("share(desks, turns)", "share: the first rows must be some of the second ones"),
        ("size(3)", "size wants sets of names"),
        ("weekday(3)", "weekday wants a date"),
        ("number('gap')", "build/numbers.csv is not there; run `qualcode report`"),
        (f"1{' + 1' * 600}", "2,401 signs; an expression has 2,000 at most: make two claims of it"),
        (f"1{'+1' * 101}", "more than 100 operators: make two claims of it"),
        (f"{'(' * 21}1{')' * 21}", "deeper than 20 levels: make two claims of it"),
        ("not " * 30 + "1 = 1", "deeper than 20 levels"),
    ],
)
def test_what_cannot_be_read_or_computed_is_said_with_its_place_and_what_is_allowed(
    desks: qualcode.Study, expression: str, said: str
):
    with pytest.raises(qualcode.errors.UsageError) as caught:
        computed_from(desks, expression)

    assert said in str(caught.value)


def test_a_share_is_exact_and_compares_as_per_cent(desks: qualcode.Study):
    tables = Tables(desks)

    assert compute(parse("share(desks where land = coast, desks)"), tables) == Share(2, 4)
    assert compute(parse("share(desks where land = coast, desks) - 0.5"), tables) == Fraction(99, 2)


words = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
names = st.from_regex(r"[a-z_]\w{0,8}", fullmatch=True).filter(lambda w: w not in ("where", "and", "or", "not", "in"))
numbers = st.decimals(0, 10**9, places=2, allow_nan=False).map(lambda d: Number(Decimal(f"{d:f}")))
dates = st.dates(datetime.date(1000, 1, 1)).map(Day)
plain = numbers | dates | words.map(Text)
sets = st.lists(words, max_size=3).map(lambda v: Names(tuple(v)))
comparisons = st.builds(
    lambda column, sign, value, among: Joined(sign, Column(column), among if sign == "in" else value),
    names,
    st.sampled_from(RELATIONS),
    plain,
    sets,
)


def logic(leaf: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Join what may stand under and, or and not."""
    return st.recursive(
        leaf,
        lambda inside: inside.map(Not) | st.builds(Joined, st.sampled_from(["and", "or"]), inside, inside),
        max_leaves=4,
    )


rows = st.builds(Rows, names, st.none() | logic(comparisons))


def calls(inside: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Call any function with arguments of its kinds."""
    kinds = {"rows": rows, "column": names.map(Column), "value": inside}
    return st.sampled_from(sorted(FUNCTIONS)).flatmap(
        lambda name: st.tuples(*(kinds[k] for k in FUNCTIONS[name][0])).map(lambda given: Call(name, given))
    )


signs = st.sampled_from([*RELATIONS, "+", "-", "*", "/"])
expressions = logic(
    st.recursive(plain | sets, lambda inside: calls(inside) | st.builds(Joined, signs, inside, inside), max_leaves=6)
)


@given(expressions)
def test_an_expression_that_is_written_is_read_the_same_again(expression: Expression):
    written = printed(expression)
    if len(written) <= LONGEST:
        assert parse(written) == expression


@pytest.fixture
def nothing_runs() -> Iterator[list[str]]:
    """Watch for code that is compiled or run, and for files and processes that are opened."""
    seen: list[str] = []
    on = [True]

    def hear(event: str, args: tuple[Any, ...]) -> None:
        if on[0] and event in ("compile", "exec", "open", "os.system", "subprocess.Popen", "import"):
            seen.append(f"{event} {args[:1]}")

    sys.addaudithook(hear)
    yield seen
    on[0] = False


HOSTILE = (
    "__import__('os').system('true')",
    "(lambda: 1)()",
    "[x for x in (1).__class__.__mro__]",
    "f'{1}'",
    "count(turns where speaker = 'x' or __class__ = 'y')",
    "turns.query('1')",
    "@pd.eval('1')",
    "9" * 1990,
    "9**9**9",
    "'" * 1999,
    "(" * 1999,
    "{" * 1999,
    "not " * 499,
    "count(" * 333,
    "\x1b[2J\x00",
    "\ud800",
    "１ ＋ １",
    "1e999",
    "0x10",
    "=cmd|' /C calc'!A0",
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_expression_is_refused_in_a_sentence_and_runs_nothing(
    text: str, desks: qualcode.Study, nothing_runs: list[str]
):
    tables = Tables(desks)
    tables["turns"]
    nothing_runs.clear()
    with pytest.raises(ExpressionError):
        compute(parse(text), tables)

    assert nothing_runs == []


pieces = st.lists(st.sampled_from([*FUNCTIONS, *"(){},='<>+-*/ 19", " where ", " not ", "desks"])).map("".join)


@given(st.text(max_size=80) | pieces)
def test_no_string_whatever_lets_anything_else_escape_than_what_is_wrong_with_it(text: str):
    try:
        made = parse(text)
    except ExpressionError:
        return
    assert parse(printed(made)) == made


def test_the_deepest_and_the_longest_that_are_allowed_are_computed(desks: qualcode.Study):
    assert computed_from(desks, f"{'(' * DEEPEST}1{')' * DEEPEST} = 1") == "yes"
    assert computed_from(desks, f"1{'+1' * 100}") == "101"
    assert computed_from(desks, f"1 = 1{' ' * (LONGEST - 5)}") == "yes"
