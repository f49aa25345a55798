"""
Claims in a table: a place, what is stated in our words, its value, an expression, and the verdict that is computed.

One format for notebooks, facts and manuscripts: a CSV file of the study with the columns `COLUMNS`. The verdict is
``agrees``, ``disagrees``, with what was found beside it, or ``cannot be told``; the last two need a note that says why.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

import pandas as pd

from qualcode.claims.counting import CannotTellError, Tables, compute, written
from qualcode.claims.language import ExpressionError, parse
from qualcode.claims.stated import holds, read_stated
from qualcode.errors import Problem, QualcodeError, SourceError
from qualcode.evidence import Behind, computed
from qualcode.left_out import before
from qualcode.plaintext.durable import put
from qualcode.plaintext.folder import oddity
from qualcode.plaintext.source import Row, read_csv, read_text
from qualcode.study.study import Study

COLUMNS = ("place", "statement", "stated", "expression", "found", "verdict", "note")
"""The columns of a table of claims: ``found`` and ``verdict`` are computed, the others written by a person."""
NEEDED = ("place", "statement", "stated", "expression")
AGREES, DISAGREES, CANNOT = "agrees", "disagrees", "cannot be told"
MOST_CLAIMS = 5_000


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim, what was found, the verdict, why it cannot be told, and the rows of facts that were counted."""

    row: Row
    found: str
    verdict: str
    why: str
    touched: tuple[tuple[str, tuple[int, ...]], ...]


def claims(study: Study, name: str) -> pd.DataFrame:
    r"""
    Compute the verdicts of the claims in a file of the study.

    Args:
        name: the file's path from the study's folder, such as ``data/claims.csv``.

    Returns:
        One row a claim in the file's order, all text: the file's columns, with ``found`` and ``verdict`` as they are
        now, then ``why`` (what cannot be told, and why) and ``claim`` (its line in the file, a number). What the tables
        that were asked leave out is in ``attrs``, as ``left_out`` has it.

    Raises:
        SourceError: the file is not there or is no table of claims, or an expression or a stated value cannot be
            read; all at once, each with its line.

    Example:
        >>> head = "place,statement,stated,expression\n"
        >>> done = (study.root / "claims.csv").write_text(head + "p. 2,turns in all,more than 2,count(turns)\n")
        >>> claims(study, "claims.csv")[["stated", "found", "verdict"]]
                stated found verdict
        0  more than 2    16  agrees
    """
    tables = Tables(study)
    checked = _checked(study, name, tables)
    rows = [one.row.values | {"found": one.found, "verdict": one.verdict, "why": one.why} for one in checked]
    columns = [*dict.fromkeys([*COLUMNS, *(c for row in rows for c in row if c != "why"), "why"])]
    table = pd.DataFrame([[row.get(c, "") for c in columns] for row in rows], columns=columns)
    table["claim"] = [one.row.line for one in checked]
    rests = [(one.row.line, *row) for one in checked for row in sorted({(t, p) for t, at in one.touched for p in at})]
    table.attrs |= {"name": name, "rests": rests, **before(*tables.known.values())}
    return table


def differences(study: Study, name: str) -> list[Problem]:
    r"""
    Return where a table of claims does not say what is so now, by line.

    That is: a verdict or a number found that is stored and is another now, a verdict that is not stored, and a claim
    that does not agree, or cannot be told, without a note.

    Raises:
        SourceError: as ``claims``.

    Example:
        >>> head = "place,statement,stated,expression,found,verdict\n"
        >>> done = (study.root / "claims.csv").write_text(head + "p. 2,turns in all,2,count(turns),2,agrees\n")
        >>> for problem in differences(study, "claims.csv"):
        ...     print(problem)
        claims.csv:2: the verdict stored is 'agrees' and the one computed 'disagrees'; `--write` stores it
        claims.csv:2: found is stored as '2' and is 16 now; `--write` stores it
        claims.csv:2: disagrees without a note; say in the column note what to mind
    """
    problems = []
    for one in _checked(study, name):
        row, at = one.row, (name, one.row.line)
        if row["verdict"] != one.verdict:
            stored = repr(row["verdict"]) if row["verdict"] else "nothing"
            what = f"the verdict stored is {stored} and the one computed {one.verdict!r}; `--write` stores it"
            problems.append(Problem(*at, what))
        if row["found"] != one.found:
            stored, now = repr(row["found"]) if row["found"] else "nothing", one.found or "nothing"
            problems.append(Problem(*at, f"found is stored as {stored} and is {now} now; `--write` stores it"))
        if one.verdict != AGREES and not row["note"]:
            why = "what to mind" if one.verdict == DISAGREES else f"why{f' ({one.why})' if one.why else ''}"
            problems.append(Problem(*at, f"{one.verdict} without a note; say in the column note {why}"))
    return problems


def store(study: Study, name: str) -> int:
    r"""
    Write what was found and the verdicts into a table of claims; everything else in it stays. Return how many changed.

    Raises:
        SourceError: as ``claims``.
        WriteError: the file could not be written.

    Example:
        >>> head = "place,statement,stated,expression\n"
        >>> done = (study.root / "claims.csv").write_text(head + "p. 2,turns in all,16,count(turns)\n")
        >>> store(study, "claims.csv"), store(study, "claims.csv")
        (1, 0)
        >>> print((study.root / "claims.csv").read_text().splitlines()[1])
        p. 2,turns in all,16,count(turns),16,agrees
    """
    checked = _checked(study, name)
    changed = sum((one.row["found"], one.row["verdict"]) != (one.found, one.verdict) for one in checked)
    if changed:
        there = list(checked[0].row.values)
        columns = [*there, *(c for c in ("found", "verdict") if c not in there)]
        out = io.StringIO()
        sheet = csv.writer(out, lineterminator="\n")
        sheet.writerow(columns)
        for one in checked:
            values = one.row.values | {"found": one.found, "verdict": one.verdict}
            sheet.writerow([values[c] for c in columns])
        put(study.root, name, out.getvalue().encode("utf-8"))
    return changed


def behind(checked: pd.DataFrame, table: str) -> Behind:
    r"""
    Return on which rows of the facts *table* each claim of `claims` rests, for ``present.table``, by ``claim``.

    Example:
        >>> (study.root / "data").mkdir()
        >>> done = (study.root / "data/wards.csv").write_text("ward\nNorth\nSouth\n")
        >>> about = "title: W\nsource: I.\ncolumns:\n  ward: {says: Name.}\n"
        >>> done = (study.root / "data/wards.yaml").write_text(about)
        >>> head = "place,statement,stated,expression\n"
        >>> done = (study.root / "claims.csv").write_text(head + "p. 2,one,1,count(wards where ward = North)\n")
        >>> behind(claims(study, "claims.csv"), "wards").groups
        {('2',): ('wards/0',)}
    """
    rests = [(line, f"{of}/{place}") for line, of, place in checked.attrs.get("rests", ()) if of == table]
    return computed(pd.DataFrame(rests, columns=["claim", "fact"]), "fact", "claim", how="claim")


def _checked(study: Study, name: str, tables: Tables | None = None) -> list[Checked]:
    study.require_sound()
    if wrong := oddity(study.root, name):
        raise SourceError([Problem(name, 0, wrong)])
    rows, problems = read_csv(read_text(study.root / name, name), name, NEEDED, COLUMNS)
    if len(rows) > MOST_CLAIMS:
        raise SourceError([Problem(name, 0, f"{len(rows):,} claims; {MOST_CLAIMS:,} at most: make two files of it")])
    tables, checked = tables or Tables(study), []
    for row in rows:
        try:
            checked.append(_one(row, tables))
        except SourceError as error:
            problems += error.problems
        except QualcodeError as error:
            problems.append(Problem(name, row.line, str(error)))
    if problems:
        raise SourceError(sorted(set(problems)))
    return checked


def _one(row: Row, tables: Tables) -> Checked:
    told: dict[str, Any] = {"row": row, "found": "", "verdict": CANNOT, "why": ""}
    for column in ("place", "statement"):
        if not row[column]:
            raise ExpressionError(
                f"{column} is blank; say {'where it stands' if column == 'place' else 'what is stated'}"
            )
    stated = read_stated(row["stated"])
    tables.touched = []
    if stated.kind == "no date":
        told |= {"found": str(stated.value), "verdict": DISAGREES}
    elif row["expression"]:
        try:
            value = compute(_parsed(row["expression"]), tables)
            verdict = AGREES if holds(stated, value) else DISAGREES
            told |= {"found": written(value), "verdict": verdict}
        except CannotTellError as error:
            told["why"] = str(error)
    return Checked(**told, touched=tuple(tables.touched))


def _parsed(text: str) -> Any:
    try:
        return parse(text)
    except ExpressionError as error:
        raise ExpressionError(f"expression, {error}") from None
