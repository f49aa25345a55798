"""
What an expression of a claim gives: a number, a share, a date, words, a set of names, or yes and no.

Counted exactly, in fractions. What a table does not hold is never taken for nought: ``CannotTellError`` says why.
Words of documents are no columns here.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import partial
from math import isfinite
from typing import Any, cast

import pandas as pd

from qualcode.claims.language import (
    Call,
    Column,
    Day,
    Expression,
    ExpressionError,
    Joined,
    Names,
    Not,
    Number,
    Rows,
    Text,
)
from qualcode.claims.names import number
from qualcode.errors import UsageError, did_you_mean
from qualcode.plaintext.source import day
from qualcode.study.study import Study
from qualcode.tables import TABLES
from qualcode.tables.facts import facts, facts_there

NOT_OFFERED = ("quote", "memo", "text")
"""Columns that hold words of documents and memos: no claim names them."""
_TOLD = 12


class CannotTellError(UsageError):
    """
    The tables do not hold what a claim asks; the message says what is missing.

    Example:
        >>> try:
        ...     computed_from(study, "mean(stance, statements where stance > 1)")
        ... except CannotTellError as error:
        ...     print(error)
        no row of statements is meant
    """


@dataclass(frozen=True, slots=True)
class Share:
    """Part of a whole, both counted."""

    part: int
    whole: int

    @property
    def percent(self) -> Fraction:
        """The share in per cent."""
        return Fraction(100 * self.part, self.whole)


Value = Fraction | Share | date | str | frozenset[str] | bool


def written(value: Value) -> str:
    """
    Write what an expression gave, as the column ``found`` has it.

    Example:
        >>> written(Share(13, 42)), written(frozenset({"Mons", "Arlon"})), written(True), written(date(2018, 5, 7))
        ('31.0 % (13 of 42)', '{Arlon, Mons}', 'yes', '2018-05-07')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Share):
        return f"{float(value.percent):.1f} % ({value.part} of {value.whole})"
    if isinstance(value, Fraction):
        return str(value.numerator) if value.denominator == 1 else f"{float(value):.2f}"
    if isinstance(value, frozenset):
        return "{" + ", ".join(sorted(value)) + "}"
    return value.isoformat() if isinstance(value, date) else value


class Tables:
    """
    The tables that claims may name: those of the study, and its facts; each read once.

    ``touched`` keeps which rows the expressions computed with it counted: table, and places of rows.
    """

    def __init__(self, study: Study) -> None:
        self.study = study
        self.known: dict[str, pd.DataFrame] = {}
        self.touched: list[tuple[str, tuple[int, ...]]] = []
        self.makers: dict[str, Callable[[], pd.DataFrame]] = {
            name: partial(make, study) for name, make in TABLES.items() if name != "cooccurrence"
        }
        self.makers |= {name: partial(facts, study, name) for name in facts_there(study)}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self.makers:
            raise ExpressionError(f"no table {name!r}{_choice(name, self.makers)}")
        if name not in self.known:
            self.known[name] = self.makers[name]().reset_index(drop=True)
        return self.known[name]

    def rows(self, rows: Rows) -> pd.DataFrame:
        """Return the rows that are meant."""
        table = self[rows.table]
        return table[_met(rows.table, table, rows.where)] if rows.where else table


def compute(made: Expression, tables: Tables) -> Value:
    """
    Compute an expression.

    Raises:
        ExpressionError: it names what is not there, or joins what cannot be joined.
        CannotTellError: the tables do not hold what it asks.

    Example:
        >>> written(compute(parse("share(statements where stance > 0, statements)"), Tables(study)))
        '60.0 % (9 of 15)'
    """
    match made:
        case Number(value):
            return Fraction(value)
        case Day(value):
            return value
        case Text(value):
            return value
        case Names(values):
            return frozenset(values)
        case Not(what):
            return not _truth(compute(what, tables), "not")
        case Joined(sign, left, right):
            return _joined(sign, compute(left, tables), compute(right, tables))
        case Call(name, given):
            return _called(name, given, tables)
    raise ExpressionError("rows and columns stand inside functions, such as count(...)")


def _called(name: str, given: tuple[Expression, ...], tables: Tables) -> Value:
    rows = [(g.table, tables.rows(g)) for g in given if isinstance(g, Rows)]
    if not rows:
        return _of_values(name, [compute(g, tables) for g in given], tables)
    told, table = rows[0]
    tables.touched.append((told, tuple(map(int, table.index))))
    if name == "count":
        return Fraction(len(table))
    if name == "share":
        return _share(rows)
    column = next(g.name for g in given if isinstance(g, Column))
    cells = _column(told, tables[told], column).loc[table.index]
    if name == "rank":
        value = compute(given[0], tables)
        if not isinstance(value, str):
            raise ExpressionError(f"rank asks for the place of a word, such as rank('x', {column}, ...)")
        _known(told, column, _column(told, tables[told], column), [value])
        many = _words(cells).value_counts()
        return Fraction(1 + int((many > many.get(value, 0)).sum()))
    if name in ("distinct", "names", "most", "fewest"):
        return _named(name, _words(cells), told, column)
    if name == "the":
        if len(cells) != 1:
            raise CannotTellError(f"{len(cells)} rows of {told} are meant where one is")
        return _typed(cells.iloc[0], told, column)
    return _added(name, cells, told, column)


def _share(rows: list[tuple[str, pd.DataFrame]]) -> Share:
    (one, part), (other, whole) = rows
    if one != other or not part.index.isin(whole.index).all():
        raise ExpressionError("share: the first rows must be some of the second ones")
    if whole.empty:
        raise CannotTellError(f"no row of {other} is meant, so there is no share of them")
    return Share(len(part), len(whole))


def _named(name: str, words: pd.Series[str], table: str, column: str) -> Value:
    if name == "distinct":
        return Fraction(words.nunique())
    if name == "names":
        return frozenset(words)
    if words.empty:
        raise CannotTellError(f"no row of {table} that is meant has a {column}")
    many = words.value_counts()
    return frozenset(map(str, many[many == (many.max() if name == "most" else many.min())].index))


def _added(name: str, cells: pd.Series[Any], table: str, column: str) -> Value:
    values = [_typed(cell, table, column) for cell in cells]
    if name != "sum" and not values:
        raise CannotTellError(f"no row of {table} is meant")
    if name in ("largest", "smallest") and all(isinstance(v, date) for v in values):
        dates = cast("list[date]", values)
        return max(dates) if name == "largest" else min(dates)
    odd = [v for v in values if not isinstance(v, Fraction)]
    if odd:
        raise ExpressionError(f"{name}: column {column!r} of {table} holds no numbers")
    numbers = sorted(cast("list[Fraction]", values))
    if name in ("largest", "smallest"):
        return numbers[-1 if name == "largest" else 0]
    if name == "median":
        half = len(numbers) // 2
        return numbers[half] if len(numbers) % 2 else (numbers[half - 1] + numbers[half]) / 2
    total = sum(numbers, Fraction(0))
    return total if name == "sum" else total / len(numbers)


def _of_values(name: str, given: list[Value], tables: Tables) -> Value:
    sets = [v for v in given if isinstance(v, frozenset)]
    dates = [v for v in given if isinstance(v, date)]
    if name in ("size", "both", "without") and len(sets) == len(given):
        if name == "size":
            return Fraction(len(sets[0]))
        return sets[0] & sets[1] if name == "both" else sets[0] - sets[1]
    if name == "weekday" and dates:
        return calendar.day_name[dates[0].weekday()]
    if name in ("days", "months") and len(dates) == len(given):
        first, second = dates
        return Fraction((second - first).days if name == "days" else _months(first, second))
    if name == "between":
        return bool(_joined(">=", given[0], given[1]) and _joined("<=", given[0], given[2]))
    if name == "number" and isinstance(given[0], str):
        found = number(tables.study, given[0])
        return Fraction(Decimal(found)) if _is_number(found) else _read(found)
    wants = {"weekday": "a date", "days": "two dates", "months": "two dates", "number": "a name in ''"}
    raise ExpressionError(f"{name} wants {wants.get(name, 'sets of names')}")


def _months(first: date, second: date) -> int:
    if second < first:
        return -_months(second, first)
    return 12 * (second.year - first.year) + second.month - first.month - (second.day < first.day)


def _joined(sign: str, left: Value, right: Value) -> Value:
    if sign in ("and", "or"):
        one, other = _truth(left, sign), _truth(right, sign)
        return one and other if sign == "and" else one or other
    left, right = _plain(left), _plain(right)
    if sign == "in":
        if isinstance(right, frozenset) and isinstance(left, str | frozenset):
            return left in right if isinstance(left, str) else left <= right
        raise ExpressionError("'in' wants a name or a set before it and a set after it")
    if isinstance(left, bool) or isinstance(right, bool) or type(left) is not type(right):
        raise ExpressionError(f"{_kind(left)} and {_kind(right)} stand on the two sides of {sign!r}")
    if sign in ("=", "!="):
        return (left == right) == (sign == "=")
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return _arithmetic(sign, left, right) if sign in "+-*/" else _ordered(sign, left, right)
    if isinstance(left, date) and isinstance(right, date) and sign not in "+-*/":
        return _ordered(sign, left, right)
    raise ExpressionError(f"{sign!r} does not go between {_kind(left)} and {_kind(right)}")


def _plain(value: Value) -> Value:
    return value.percent if isinstance(value, Share) else value


def _arithmetic(sign: str, left: Fraction, right: Fraction) -> Fraction:
    if sign == "/" and not right:
        raise CannotTellError("it divides by nought")
    return {"+": left.__add__, "-": left.__sub__, "*": left.__mul__, "/": left.__truediv__}[sign](right)


def _ordered(sign: str, left: Any, right: Any) -> bool:
    return bool({"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign])


def _truth(value: Value, sign: str) -> bool:
    if not isinstance(value, bool):
        raise ExpressionError(f"{sign!r} stands beside {_kind(value)}; it joins what is so or is not")
    return value


def _kind(value: Value) -> str:
    names = {bool: "yes or no", Fraction: "a number", Share: "a share", frozenset: "a set", str: "words"}
    return next((told for kind, told in names.items() if isinstance(value, kind)), "a date")


def _met(name: str, table: pd.DataFrame, where: Expression) -> pd.Series[bool]:
    """Say which rows meet a condition."""
    match where:
        case Not(what):
            return ~_met(name, table, what)
        case Joined("and" | "or" as sign, left, right):
            met = _met(name, table, left)
            open_still = table[met if sign == "and" else ~met]  # so that `stance != '' and stance > 0` asks no blank
            rest = _met(name, open_still, right).reindex(table.index, fill_value=sign == "or")
            return met & rest if sign == "and" else met | rest
        case Joined(sign, Column(column), right):
            return _compared(name, column, _column(name, table, column), sign, right)
    raise ExpressionError("a condition compares columns with values")


def _compared(table: str, column: str, cells: pd.Series[Any], sign: str, right: Expression) -> pd.Series[bool]:
    if sign in ("=", "!=", "in"):
        wanted = [*right.values] if isinstance(right, Names) else [_as_word(right)]
        if isinstance(right, Names) != (sign == "in"):
            raise ExpressionError(f"{column} {sign}: 'in' goes with a set of names, = and != with one value")
        if wanted == [""]:
            blank = cells.map(_blank).astype(bool)
            return ~blank if sign == "!=" else blank
        if pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells):
            numbers = [Fraction(w) if _is_number(w) else w for w in wanted]
            met = cells.map(lambda cell: not _blank(cell) and _typed(cell, table, column) in numbers)
        else:
            words = cells.map(_word)
            _known(table, column, cells, wanted)
            met = words.isin(wanted)
        return ~met.astype(bool) if sign == "!=" else met.astype(bool)
    value = _simple(right)
    typed = [_typed(cell, table, column) for cell in cells]
    if any(type(one) is not type(value) for one in typed) or not isinstance(value, Fraction | date):
        raise ExpressionError(f"{column} {sign}: the column and {written(value)!r} are not both numbers or dates")
    return pd.Series([_ordered(sign, one, value) for one in typed], index=cells.index, dtype=bool)


def _as_word(made: Expression) -> str:
    return f"{made.value:f}" if isinstance(made, Number) else written(_simple(made))


def _simple(made: Expression) -> Value:
    match made:
        case Number(value):
            return Fraction(value)
        case Day(value):
            return value
        case Text(value):
            return value
        case Names(values):
            return frozenset(values)
    raise ExpressionError("a condition compares a column with a number, a date, words or a set")


def _column(name: str, table: pd.DataFrame, column: str) -> pd.Series[Any]:
    offered = [str(c) for c in table.columns if c not in NOT_OFFERED]
    if column not in offered:
        raise ExpressionError(f"{name} has no column {column!r}{_choice(column, offered)}")
    return table[column]


def _known(name: str, column: str, cells: pd.Series[Any], wanted: list[str]) -> None:
    there = set(cells.cat.categories) if isinstance(cells.dtype, pd.CategoricalDtype) else set(cells.map(_word))
    for word in wanted:
        if word not in there:
            raise ExpressionError(f"{name} has no {column} {word!r}{_choice(word, map(str, there))}")


def _choice(word: str, known: Iterator[str] | Mapping[str, Any] | list[str]) -> str:
    names = sorted(n for n in known if n)
    more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
    return did_you_mean(word, names) or f"; there are: {', '.join(names[:_TOLD])}{more}"


def _blank(cell: Any) -> bool:
    return cell is None or cell == "" or bool(pd.isna(cell))


def _word(cell: Any) -> str:
    """Return a cell as a condition names it."""
    if isinstance(cell, bool) or type(cell).__name__ == "bool_":
        return "yes" if cell else "no"
    if _blank(cell):
        return ""
    return cell.date().isoformat() if isinstance(cell, datetime) else str(cell)


def _words(cells: pd.Series[Any]) -> pd.Series[str]:
    words = cells.astype(object).map(_word)
    return words[words != ""]


def _typed(cell: Any, table: str, column: str) -> Value:
    """Return a cell as a value; a blank one cannot be told."""
    if _blank(cell):
        raise CannotTellError(f"not every row of {table} that is meant has a {column}")
    word = _word(cell)
    return Fraction(Decimal(word)) if _is_number(word) else _read(word)


def _read(word: str) -> Value:
    found = day(word)
    return word if isinstance(found, str) else found


def _is_number(word: str) -> bool:
    try:
        return len(word) < 40 and "_" not in word and isfinite(float(word)) and abs(float(word)) < 1e18
    except ValueError:
        return False


def computed_from(study: Study, expression: str) -> str:
    """
    Compute an expression over a study's tables, and write what it gives.

    Raises:
        ExpressionError, CannotTellError: as ``parse`` and ``compute``.

    Example:
        >>> computed_from(study, "count(statements where theme = 'universality/wide-use')")
        '4'
    """
    from qualcode.claims.language import parse

    return written(compute(parse(expression), Tables(study)))
