"""
The closed language of claims: counts, shares, ranks and comparisons over a study's tables.

An expression is parsed here into plain values, within bounds of size and depth, and is never run as code::

    share(municipalities where motion = voted and province = Luxembourg, municipalities where motion = voted)

Tables and columns are bare words; text is a bare word or stands in single quotes, a quote in it written twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from qualcode.errors import UsageError, did_you_mean
from qualcode.plaintext.source import day

LONGEST = 2_000
"""Signs in an expression, at most."""
DEEPEST = 20
"""Parentheses, calls and conditions inside each other, at most."""
MOST_STEPS = 100
"""Operators in an expression, at most."""

FUNCTIONS: dict[str, tuple[tuple[str, ...], str]] = {
    "count": (("rows",), "how many rows"),
    "share": (("rows", "rows"), "how many rows of the second the first are, in per cent"),
    "distinct": (("column", "rows"), "how many different values a column has"),
    "names": (("column", "rows"), "the set of a column's values"),
    "the": (("column", "rows"), "the value of the one row there is"),
    "sum": (("column", "rows"), "sum of a column's numbers"),
    "mean": (("column", "rows"), "mean of a column's numbers"),
    "median": (("column", "rows"), "median of a column's numbers"),
    "largest": (("column", "rows"), "largest number or latest date of a column"),
    "smallest": (("column", "rows"), "smallest number or earliest date of a column"),
    "most": (("column", "rows"), "the set of values that most rows have"),
    "fewest": (("column", "rows"), "the set of values that fewest rows have"),
    "rank": (("value", "column", "rows"), "place of a value by its number of rows, 1 for most; equals share a place"),
    "number": (("value",), "a number by the name that a chapter gave it"),
    "size": (("value",), "how many names a set has"),
    "both": (("value", "value"), "the names that stand in both sets"),
    "without": (("value", "value"), "the names of the first set that do not stand in the second"),
    "between": (("value", "value", "value"), "whether the first lies from the second to the third, both included"),
    "weekday": (("value",), "the day of the week of a date, in English"),
    "days": (("value", "value"), "days from the first date to the second"),
    "months": (("value", "value"), "whole months from the first date to the second"),
}
"""What may be called: the kinds of its arguments, and what it gives."""

RELATIONS = ("=", "!=", "<=", ">=", "<", ">", "in")
_KEYWORDS = ("where", "and", "or", "not", "in")
_WORD = re.compile(r"[^\W\d]\w*(?:[-’]\w+)*")
_TOKEN = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2}(?!\w))|(?P<number>\d{1,15}(?:\.\d{1,9})?(?![\w.]))|(?P<word>[^\W\d]\w*(?:[-’]\w+)*)"
    r"|(?P<text>'(?:[^']|'')*')|(?P<sign>!=|<=|>=|[-+*/=<>(){},])|(?P<blank>\s+)"
)


class ExpressionError(UsageError):
    """
    An expression of a claim cannot be read or computed; the message says at which sign of it.

    Example:
        >>> try:
        ...     parse("cuont(turns)")
        ... except ExpressionError as error:
        ...     print(error)
        at sign 1: no function 'cuont'; did you mean 'count'?
    """


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was written."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Day:
    """A date."""

    value: date


@dataclass(frozen=True, slots=True)
class Text:
    """Words."""

    value: str


@dataclass(frozen=True, slots=True)
class Names:
    """A set of names, in the order of writing."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a table, or those that meet a condition."""

    table: str
    where: Expression | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    name: str
    given: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """Two expressions with a relation, ``and``, ``or``, or a sign of arithmetic between them."""

    sign: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Not:
    """What is so when something is not."""

    what: Expression


Expression = Number | Day | Text | Names | Column | Rows | Call | Joined | Not

_LEVELS = {"or": 1, "and": 2, **dict.fromkeys(RELATIONS, 4), "+": 5, "-": 5, "*": 6, "/": 6}


def parse(text: str) -> Expression:
    """
    Parse an expression of a claim.

    Raises:
        ExpressionError: it is none, or too long or too deep; the message says at which sign and what is allowed.

    Example:
        >>> parse("count(turns)")
        Call(name='count', given=(Rows(table='turns', where=None),))
        >>> parse("cuont(turns)")
        Traceback (most recent call last):
            ...
        qualcode.claims.language.ExpressionError: at sign 1: no function 'cuont'; did you mean 'count'?
    """
    if len(text) > LONGEST:
        raise ExpressionError(f"{len(text):,} signs; an expression has {LONGEST:,} at most: make two claims of it")
    parser = _Parser(_tokens(text), len(text))
    made = parser.choice(parser.relation)
    parser.end()
    return made


def printed(expression: Expression) -> str:
    """
    Write an expression so that `parse` reads the same again.

    Example:
        >>> printed(parse("count( turns where speaker='Anna' ) >3"))
        'count(turns where speaker = Anna) > 3'
    """
    return _printed(expression)


def _printed(made: Expression, above: int = 0) -> str:
    match made:
        case Number(value):
            return f"{value:f}"
        case Day(value):
            return value.isoformat()
        case Text(value):
            return _quoted(value)
        case Names(values):
            return "{" + ", ".join(_bare(v) for v in values) + "}"
        case Column(name):
            return name
        case Rows(table, where):
            return f"{table} where {_condition(where)}" if where else table
        case Call(name, given):
            return f"{name}({', '.join(_printed(g) for g in given)})"
        case Not(what):
            return _wrapped(f"not {_printed(what, 3)}", 3, above)
        case Joined(sign, left, right):
            level = _LEVELS[sign]
            first = _printed(left, level if level != 4 else 5)
            return _wrapped(f"{first} {sign} {_printed(right, level + 1)}", level, above)


def _condition(made: Expression, above: int = 0) -> str:
    match made:
        case Not(what):
            return _wrapped(f"not {_condition(what, 3)}", 3, above)
        case Joined(sign, Column(name), right):
            value = _bare(right.value) if isinstance(right, Text) else _printed(right)
            return f"{name} {sign} {value}"
        case Joined(sign, left, right):
            level = _LEVELS[sign]
            return _wrapped(f"{_condition(left, level)} {sign} {_condition(right, level + 1)}", level, above)
    raise ExpressionError("a condition compares columns with values")


def _wrapped(words: str, level: int, above: int) -> str:
    return f"({words})" if level < above else words


def _quoted(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


def _bare(words: str) -> str:
    return words if _WORD.fullmatch(words) and words not in _KEYWORDS else _quoted(words)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    words: str
    at: int


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match:
            what = "text begins here and does not end; close it with '" if text[at] == "'" else "cannot be read"
            raise ExpressionError(f"at sign {at + 1}: {text[at]!r} {what}")
        kind, words = str(match.lastgroup), match[0]
        if kind == "word" and words in _KEYWORDS:
            kind = "sign"
        if kind != "blank":
            found.append(_Token(kind, words, at + 1))
        at = match.end()
    return found


class _Parser:
    """Recursive descent; `choice` and what lies below it take the level that stands below all logic."""

    def __init__(self, tokens: list[_Token], length: int) -> None:
        self.tokens, self.at, self.depth, self.steps = tokens, 0, 0, 0
        self.last = _Token("end", "", length + 1)

    @property
    def now(self) -> _Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else self.last

    def wrong(self, what: str, token: _Token | None = None) -> ExpressionError:
        return ExpressionError(f"at sign {(token or self.now).at}: {what}")

    def wanted(self, what: str) -> ExpressionError:
        there = f"{self.now.words!r} stands here" if self.now.words else "it ends here"
        return self.wrong(f"{there} where {what} is wanted")

    def take(self, *signs: str) -> str:
        """Take one of these signs if it is next; else nothing."""
        if self.now.kind == "sign" and self.now.words in signs:
            self.at += 1
            return self.tokens[self.at - 1].words
        return ""

    def need(self, sign: str) -> None:
        if not self.take(sign):
            raise self.wanted(repr(sign))

    def word(self, what: str) -> _Token:
        if self.now.kind != "word":
            raise self.wanted(what)
        self.at += 1
        return self.tokens[self.at - 1]

    def end(self) -> None:
        if self.now.kind != "end":
            raise self.wanted("an operator or the end")

    def deeper(self, inside: Callable[[], Expression]) -> Expression:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.wrong(f"deeper than {DEEPEST} levels: make two claims of it")
        made = inside()
        self.depth -= 1
        return made

    def chain(self, below: Callable[[], Expression], *signs: str) -> Expression:
        made = below()
        while sign := self.take(*signs):
            self.step()
            made = Joined(sign, made, below())
        return made

    def step(self) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise self.wrong(f"more than {MOST_STEPS} operators: make two claims of it")

    def choice(self, leaf: Callable[[], Expression]) -> Expression:
        return self.chain(lambda: self.chain(lambda: self.negation(leaf), "and"), "or")

    def negation(self, leaf: Callable[[], Expression]) -> Expression:
        if self.take("not"):
            return Not(self.deeper(lambda: self.negation(leaf)))
        return leaf()

    def relation(self) -> Expression:
        made = self.sum()
        if sign := self.take(*RELATIONS):
            self.step()
            return Joined(sign, made, self.sum())
        return made

    def sum(self) -> Expression:
        return self.chain(lambda: self.chain(self.value, "*", "/"), "+", "-")

    def comparison(self) -> Expression:
        if self.take("("):
            made = self.deeper(lambda: self.choice(self.comparison))
            self.need(")")
            return made
        column = Column(self.word("a column").words)
        sign = self.take(*RELATIONS)
        if not sign:
            raise self.wanted(f"one of {' '.join(RELATIONS)}")
        self.step()
        if sign == "in" and not (self.now.kind == "sign" and self.now.words == "{"):
            raise self.wanted("a set of names, such as {Namur, Mons},")
        if self.now.kind == "word":
            return Joined(sign, column, Text(self.word("a value").words))
        if self.now.kind == "sign" and self.now.words != "{":
            raise self.wanted("a value")
        return Joined(sign, column, self.value())

    def value(self) -> Expression:
        token = self.now
        self.at += 1
        match token.kind:
            case "number":
                return Number(Decimal(token.words))
            case "date":
                found = day(token.words)
                if isinstance(found, str):
                    raise self.wrong(found, token)
                return Day(found)
            case "text":
                return Text(_unquoted(token.words))
            case "word":
                return self.call(token)
        if token.words == "{":
            return self.names()
        if token.words == "(":
            made = self.deeper(lambda: self.choice(self.relation))
            self.need(")")
            return made
        self.at -= 1
        raise self.wanted("a number, a date, text in '', a set in {} or a function")

    def names(self) -> Expression:
        found: list[str] = []
        while not self.take("}"):
            if found:
                self.need(",")
            if self.now.kind not in ("word", "text", "number"):
                raise self.wanted("a name")
            token = self.tokens[self.at]
            found.append(_unquoted(token.words) if token.kind == "text" else token.words)
            self.at += 1
        return Names(tuple(found))

    def call(self, name: _Token) -> Expression:
        if name.words not in FUNCTIONS:
            if self.now.words != "(":
                raise self.wrong(f"{name.words!r} is no number, date or set; text stands in single quotes", name)
            hint = did_you_mean(name.words, FUNCTIONS) or f"; there are: {', '.join(sorted(FUNCTIONS))}"
            raise self.wrong(f"no function {name.words!r}{hint}", name)
        self.need("(")
        given: list[Expression] = []
        for kind in FUNCTIONS[name.words][0]:
            if given:
                self.need(",")
            given.append(self.deeper(lambda kind=kind: self.argument(kind)))  # type: ignore[misc]
        self.need(")")
        return Call(name.words, tuple(given))

    def argument(self, kind: str) -> Expression:
        if kind == "column":
            return Column(self.word("a column").words)
        if kind == "rows":
            table = self.word("a table").words
            return Rows(table, self.choice(self.comparison) if self.take("where") else None)
        return self.choice(self.relation)


def _unquoted(words: str) -> str:
    return words[1:-1].replace("''", "'")
