"""
Cases: the persons and organisations of a study, their ties, and what they did.

A figure is a judgement about a case and comes with its basis and date; ``undecided``, ``both`` and
not judged (empty) are three different things. A position is a plain attribute.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from qualcode.errors import Problem, SourceError, did_you_mean
from qualcode.plaintext.source import SLUG, Row, day, partial_day, read_csv, read_text

KINDS = ("person", "organisation", "researcher")
OPEN_FIGURES = ("undecided", "both")
CERTAINTY = ("observed", "documented", "told")
CASE_COLUMNS = (
    *("case", "label", "kind", "position", "organisation", "figure", "figure_weight"),
    *("figure_basis", "figure_on", "circle", "status", "left_on", "note"),
)
TIE_COLUMNS = ("case", "tie", "to", "since", "until", "stated_by", "disputed_by", "document", "note")
ACT_COLUMNS = ("act", "date", "case", "did", "what", "theme", "stance", "document", "certainty", "note")


@dataclass(frozen=True, slots=True)
class Case:
    """
    A person, an organisation or the researcher.

    ``figure_weight`` (0 to 1, ``None`` where not given) says how far the judged figure is
    predominant. ``attributes`` holds further columns of the file.
    """

    id: str
    label: str
    kind: str
    position: str = ""
    organisation: str = ""
    figure: str = ""
    figure_weight: float | None = None
    figure_basis: str = field(default="", repr=False)
    figure_on: str = ""
    circle: str = ""
    status: str = ""
    left_on: str = ""
    note: str = field(default="", repr=False)
    attributes: dict[str, str] = field(default_factory=dict, repr=False)
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Tie:
    """Who is tied to whom, how, from when to when, and who says so or disputes it."""

    case: str
    tie: str
    to: str
    since: str = ""
    until: str = ""
    stated_by: tuple[str, ...] = ()
    disputed_by: tuple[str, ...] = ()
    document: str = ""
    note: str = field(default="", repr=False)
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Act:
    """What someone did, refused, conceded or left; with its source and how certain it is."""

    id: str
    date: str
    case: str
    did: str
    what: str = field(default="", repr=False)
    theme: str = ""
    stance: float | None = None
    document: str = ""
    certainty: str = ""
    note: str = field(default="", repr=False)
    line: int = field(default=0, compare=False)


class Table:
    """Read one CSV file row by row; gathers problems."""

    def __init__(self, path: Path, name: str, needed: tuple[str, ...], known: tuple[str, ...]) -> None:
        self.name = name
        try:
            self.rows, self.problems = read_csv(read_text(path, name), name, needed, known)
        except SourceError as error:
            self.rows, self.problems = [], list(error.problems)

    def complain(self, row: Row, message: str) -> None:
        """Note what is wrong in a row."""
        self.problems.append(Problem(self.name, row.line, message))

    def slug(self, row: Row, column: str) -> str:
        """Return an id; complain where it is none."""
        value = row[column]
        if not SLUG.fullmatch(value):
            what = f"{column} {value!r} is no slug; use a-z, 0-9 and hyphens" if value else f"{column} is empty"
            self.complain(row, what)
        return value

    def choice(self, row: Row, column: str, choices: tuple[str, ...], *, needed: bool = False) -> str:
        """Return one of several words; complain where it is none of them."""
        value = row[column]
        if (value or needed) and value not in choices:
            hint = did_you_mean(value, choices) or f"; it takes {', '.join(choices)}"
            self.complain(row, f"unknown {column} {value!r}{hint}")
        return value

    def number(self, row: Row, column: str, low: float, high: float) -> float | None:
        """Return a number between two others, ``None`` where none is given; complain where it is none."""
        value = row[column]
        if not value:
            return None
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not low <= number <= high:
            self.complain(row, f"{column} {value!r} is no number from {low:g} to {high:g}")
            return None
        return number

    def when(self, row: Row, column: str) -> str:
        """Return a year, month or day as it is written; complain where it is none."""
        wrong = partial_day(row[column]) if row[column] else ""
        if wrong:
            self.complain(row, f"{column}: {wrong}")
        return row[column]


def read_cases(path: Path, name: str) -> tuple[dict[str, Case], list[Problem]]:
    """Read ``cases.csv``; cases in the order of the file, and every problem in it."""
    table = Table(path, name, ("case", "label", "kind"), CASE_COLUMNS)
    cases: dict[str, Case] = {}
    people: dict[str, str] = {}
    folded: dict[str, str] = {}
    for row in table.rows:
        case = table.slug(row, "case")
        same = folded.get(case.casefold())
        if same:
            table.complain(row, f"case {case!r} stands here twice (line {cases[same].line}); keep one")
            continue
        folded[case.casefold()] = case
        kind = table.choice(row, "kind", KINDS, needed=True)
        label = row["label"]
        if not label:
            table.complain(row, f"case {case!r} has no label; write how the report should call it")
        elif kind == "person" and label.casefold() in people:
            table.complain(
                row,
                f"one person under two ids? {case!r} and {people[label.casefold()]!r} have the same label; "
                "keep one id, or make the labels differ",
            )
        if kind == "person":
            people.setdefault(label.casefold(), case)
        judged = day(row["figure_on"]) if row["figure_on"] else None
        if isinstance(judged, str):
            table.complain(row, f"figure_on: {judged}")
        if row["figure"] and not (row["figure_basis"] and row["figure_on"]):
            table.complain(row, f"the figure of {case!r} has no basis or no date; fill figure_basis and figure_on")
        cases[case] = Case(
            id=case,
            label=label,
            kind=kind,
            position=row["position"],
            organisation=row["organisation"],
            figure=row["figure"],
            figure_weight=table.number(row, "figure_weight", 0, 1),
            figure_basis=row["figure_basis"],
            figure_on=row["figure_on"],
            circle=row["circle"],
            status=row["status"],
            left_on=table.when(row, "left_on"),
            note=row["note"],
            attributes={k: v for k, v in row.values.items() if k not in CASE_COLUMNS},
            line=row.line,
        )
    return cases, table.problems


def read_ties(path: Path, name: str) -> tuple[tuple[Tie, ...], list[Problem]]:
    """Read ``ties.csv``; ties in the order of the file, and every problem in it."""
    table = Table(path, name, ("case", "tie", "to"), TIE_COLUMNS)
    ties = []
    for row in table.rows:
        since, until = table.when(row, "since"), table.when(row, "until")
        if since and until and until < since[: len(until)]:
            table.complain(row, f"until {until!r} lies before since {since!r}")
        ties.append(
            Tie(
                case=row["case"],
                tie=table.slug(row, "tie"),
                to=row["to"],
                since=since,
                until=until,
                stated_by=_several(row["stated_by"]),
                disputed_by=_several(row["disputed_by"]),
                document=row["document"],
                note=row["note"],
                line=row.line,
            )
        )
    return tuple(ties), table.problems


def read_acts(path: Path, name: str) -> tuple[tuple[Act, ...], list[Problem]]:
    """Read ``acts.csv``; acts in the order of the file, and every problem in it."""
    table = Table(path, name, ("act", "date", "case", "did", "document"), ACT_COLUMNS)
    acts: list[Act] = []
    for row in table.rows:
        act = table.slug(row, "act")
        if any(a.id == act for a in acts):
            table.complain(row, f"act {act!r} stands here twice; give it an id of its own")
        if not row["date"]:
            table.complain(row, "date is empty; write YYYY, YYYY-MM or YYYY-MM-DD")
        acts.append(
            Act(
                id=act,
                date=table.when(row, "date"),
                case=row["case"],
                did=table.slug(row, "did"),
                what=row["what"],
                theme=row["theme"],
                stance=table.number(row, "stance", -1, 1),
                document=row["document"],
                certainty=table.choice(row, "certainty", CERTAINTY),
                note=row["note"],
                line=row.line,
            )
        )
    return tuple(acts), table.problems


def _several(value: str) -> tuple[str, ...]:
    return tuple(v.strip() for v in value.split(";") if v.strip())
