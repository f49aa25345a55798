"""
Consent: what each person agreed to, for which time, and what was taken back.

One row a person and version of the form. What is not said is not allowed. A version covers documents of its days,
``from`` to ``until``; what was withdrawn is withdrawn from every one of them, whenever it was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path

from qualcode.errors import Problem, did_you_mean
from qualcode.plaintext.source import Row, day
from qualcode.study.case import Case, Table

QUOTE = ("none", "paraphrase", "verbatim")
IDENTITY = ("role", "pseudonym", "named")
ARCHIVE = ("none", "controlled", "safeguarded", "open")
REVIEW = ("none", "before-publication")
"""Each from the strictest on; review is no permission and has no order."""
YES_OR_NO = ("record", "analyse", "translate", "sound", "reuse_teaching")
SCOPES = ("record", "analyse", "quote", "translate", "identity", "sound", "archive", "reuse_teaching")
"""What may be agreed to, and withdrawn, each by itself."""
ALL = "all"
NEEDED = ("case", "version", "from", "analyse", "quote")
COLUMNS = (
    *("case", "version", "from", "until", "evidence", "analyse", "quote", "record", "translate", "identity", "sound"),
    *("archive", "reuse_teaching", "review", "withdrawn_on", "withdrawn_scope", "note"),
)


@dataclass(frozen=True, slots=True)
class Consent:
    """
    What one person agreed to in one version of the form.

    Args:
        since, until: the days whose documents it covers, both included; ``until`` ``None``: no end.
        evidence: the id of the signed form, which is kept elsewhere.
        analyse: whether what the person says may be counted.
        quote: ``verbatim``, ``paraphrase`` or ``none``.
        identity: how the report may call the person: ``named``, ``pseudonym``, ``role``.
        archive: who may have the texts from a deposit: ``open``, ``safeguarded``, ``controlled``, ``none``.
        review: ``before-publication`` where the person sees her quotations first.
        withdrawn_on, withdrawn: when something was taken back, and what: names of scopes, or ``all``.
        attributes: further columns of the file.
    """

    case: str
    version: int
    since: date
    until: date | None
    evidence: str
    record: bool
    analyse: bool
    quote: str
    translate: bool
    identity: str
    sound: bool
    archive: str
    reuse_teaching: bool
    review: str
    withdrawn_on: date | None = None
    withdrawn: tuple[str, ...] = ()
    note: str = field(default="", repr=False)
    attributes: dict[str, str] = field(default_factory=dict, repr=False)
    line: int = field(default=0, compare=False)

    def covers(self, on: date) -> bool:
        """Say whether it is in force for a document of that day."""
        return self.since <= on and (self.until is None or on <= self.until)

    def took_back(self, scope: str) -> bool:
        """Say whether a scope was withdrawn, by itself or with all."""
        return scope in self.withdrawn or ALL in self.withdrawn

    @property
    def gone(self) -> bool:
        """Whether everything was withdrawn."""
        return ALL in self.withdrawn

    def granted(self, scope: str) -> str:
        """
        Return what is agreed to today: ``yes`` or ``no``, or the scope's own value.

        Example:
            >>> from datetime import date
            >>> said = (True, True, "verbatim", False, "pseudonym", False, "none", False, "none")
            >>> one = Consent("ann", 1, date(2018, 5, 7), None, "f1", *said, date(2018, 9, 1), ("quote",))
            >>> one.granted("quote"), one.granted("analyse"), one.granted("identity")
            ('none', 'yes', 'pseudonym')
        """
        strictest = {"quote": QUOTE[0], "identity": IDENTITY[0], "archive": ARCHIVE[0]}
        if self.took_back(scope):
            return strictest.get(scope, "no")
        value = getattr(self, scope)
        return value if isinstance(value, str) else "yes" if value else "no"


def read_consents(path: Path, name: str) -> tuple[tuple[Consent, ...], list[Problem]]:
    """Read ``consent.csv``; rows in the order of the file, and every problem in it."""
    table = Table(path, name, NEEDED, COLUMNS)
    consents = [_consent(table, row) for row in table.rows]
    kept = tuple(c for c in consents if c is not None)
    table.problems += _several_versions(kept, name)
    return kept, table.problems


def _consent(table: Table, row: Row) -> Consent | None:
    before = len(table.problems)
    case = table.slug(row, "case")
    version = row["version"]
    if not (version.isascii() and version.isdecimal() and len(version) < 10 and int(version) > 0):
        table.complain(row, f"version {version!r} is no whole number from 1" if version else "version is empty")
    since, until, withdrawn_on = (_day(table, row, c) for c in ("from", "until", "withdrawn_on"))
    if not row["from"]:
        table.complain(row, "from is empty; write the day of the form, YYYY-MM-DD")
    if since and until and until < since:
        table.complain(row, f"until {until} lies before from {since}")
    if since and withdrawn_on and withdrawn_on < since:
        table.complain(row, f"withdrawn_on {withdrawn_on} lies before from {since}")
    scope = _scope(table, row)
    if scope and not row["withdrawn_on"]:
        table.complain(row, "something is withdrawn, and withdrawn_on is empty; write the day, YYYY-MM-DD")
    said = {c: table.choice(row, c, ("yes", "no")) == "yes" for c in YES_OR_NO}
    quote, identity = table.choice(row, "quote", QUOTE), table.choice(row, "identity", IDENTITY)
    archive, review = table.choice(row, "archive", ARCHIVE), table.choice(row, "review", REVIEW)
    if len(table.problems) > before or since is None:
        return None
    return Consent(
        case=case,
        version=int(version),
        since=since,
        until=until,
        evidence=row["evidence"],
        record=said["record"],
        analyse=said["analyse"],
        quote=quote or QUOTE[0],
        translate=said["translate"],
        identity=identity or IDENTITY[0],
        sound=said["sound"],
        archive=archive or ARCHIVE[0],
        reuse_teaching=said["reuse_teaching"],
        review=review or REVIEW[0],
        withdrawn_on=withdrawn_on,
        withdrawn=(scope or (ALL,)) if withdrawn_on else (),
        note=row["note"],
        attributes={k: v for k, v in row.values.items() if k not in COLUMNS},
        line=row.line,
    )


def _day(table: Table, row: Row, column: str) -> date | None:
    found = day(row[column]) if row[column] else None
    if isinstance(found, str):
        table.complain(row, f"{column}: {found}")
        return None
    return found


def _scope(table: Table, row: Row) -> tuple[str, ...]:
    named = tuple(s.strip() for s in row["withdrawn_scope"].split(";") if s.strip())
    for scope in named:
        if scope not in (*SCOPES, ALL):
            hint = did_you_mean(scope, (*SCOPES, ALL)) or f"; it takes all, or some of {', '.join(SCOPES)}"
            table.complain(row, f"unknown withdrawn_scope {scope!r}{hint}")
    return (ALL,) if ALL in named else named


def _several_versions(consents: Iterable[Consent], name: str) -> Iterator[Problem]:
    by_case: dict[str, list[Consent]] = {}
    for consent in consents:
        by_case.setdefault(consent.case, []).append(consent)
    for case, mine in by_case.items():
        numbers: dict[int, int] = {}
        for one in mine:
            if one.version in numbers:
                what = f"version {one.version} of {case!r} stands here twice (line {numbers[one.version]}); keep one"
                yield Problem(name, one.line, what)
            numbers.setdefault(one.version, one.line)
        ordered = sorted(mine, key=lambda c: (c.since, c.version))
        for earlier, later in pairwise(ordered):
            if earlier.version == later.version:
                continue
            if earlier.version > later.version:
                what = f"version {later.version} of {case!r} begins before version {earlier.version} does"
                yield Problem(name, earlier.line, f"{what}; number them in the order of their days")
            if earlier.until is None or earlier.until >= later.since:
                end = "has no end" if earlier.until is None else f"goes to {earlier.until}"
                what = (
                    f"version {earlier.version} of {case!r} {end}, and version {later.version} begins on {later.since}"
                )
                yield Problem(name, earlier.line, f"{what}; write in 'until' until when the earlier one holds")


def check_consents(
    consents: Iterable[Consent], path: str, cases: Mapping[str, Case], *, cases_read: bool = True
) -> Iterator[Problem]:
    """Whoever agreed is a case, and not the researcher; who is called by her role has one."""
    for one in consents:
        case = cases.get(one.case)
        if case is None:
            if cases_read:
                hint = did_you_mean(one.case, cases) or "; add it to coding/cases.csv"
                yield Problem(path, one.line, f"unknown case {one.case!r}{hint}")
        elif case.kind == "researcher":
            yield Problem(path, one.line, f"{one.case!r} is the researcher, who needs no consent")
        elif not one.gone and identity_of(one.case, consents) == "role" and not case.position:
            what = f"{one.case!r} is to be called by the role, and has none; write it under 'position' in"
            yield Problem(path, one.line, f"{what} coding/cases.csv, or allow another identity")


def in_force(case: str, on: date, consents: Iterable[Consent]) -> Consent | None:
    """Return the consent of a case that covers a day; ``None`` where none does."""
    return next((c for c in consents if c.case == case and c.covers(on)), None)


def identity_of(case: str, consents: Iterable[Consent]) -> str:
    """Return how a case may be called, by its strictest version; ``""`` where it has no consent on file."""
    mine = [c.granted("identity") for c in consents if c.case == case]
    return min(mine, key=IDENTITY.index, default="")
