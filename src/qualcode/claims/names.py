"""
Numbers by name: what a chapter computed, kept under a name that other chapters and a manuscript can cite.

While the report runs a chapter, `named` notes name and value; all chapters' are collected in one plain file,
``build/numbers.csv``. Two values under one name, a name that is missing, and a chapter that changed since it
was run are told.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from math import isfinite
from pathlib import Path

from qualcode.errors import Problem, SourceError, UsageError, did_you_mean
from qualcode.kept import FOLDER, NUMBERS
from qualcode.plaintext.durable import put
from qualcode.plaintext.notebook import notebook_names, read_notebook
from qualcode.plaintext.source import SLUG, read_csv, read_text
from qualcode.study.reads import answered
from qualcode.study.study import Study

NOTED = "numbers.jsonl"
"""Beside what a running chapter shows: its numbers, a line each."""
LONGEST = 60
COLUMNS = ("name", "value", "shown", "chapter", "cells")


def named(name: str, value: float | date | str, shown: str = "") -> float | date | str:
    """
    Give a number a name under which it can be cited, and return it.

    Args:
        name: small letters, digits and hyphens, once in all chapters of a study.
        value: a number, a date, or a word.
        shown: how it is written where it is cited; left out, as it is.

    Raises:
        UsageError: the name is none, has another value in this chapter already, or the value is none of these.

    Example:
        >>> f"They differ by {named('pressure-gap', 43)} points."
        'They differ by 43 points.'
    """
    if not SLUG.fullmatch(name):
        raise UsageError(
            f"{name!r} is no name of a number; use small letters, digits and hyphens, such as pressure-gap"
        )
    plain = value.item() if hasattr(value, "item") and not hasattr(value, "__len__") else value
    if (
        isinstance(plain, bool)
        or not isinstance(plain, int | float | str | date)
        or (isinstance(plain, float) and not isfinite(plain))
    ):
        raise UsageError(f"{name}: a number by name is a number, a date or a word, and this is none")
    if (isinstance(plain, str) and len(plain) > LONGEST) or len(shown) > LONGEST:
        raise UsageError(f"{name}: a number by name is {LONGEST} signs long at most, and no place for passages")
    told = plain.isoformat()[:10] if isinstance(plain, date) else str(plain)
    if os.environ.get(FOLDER):
        file = Path(os.environ[FOLDER]) / NOTED
        row = json.dumps({"name": name, "value": told, "shown": shown or told}, ensure_ascii=False)
        lines = file.read_text("utf-8").splitlines() if file.exists() else []
        same = [line for line in lines if json.loads(line)["name"] == name]
        if same and same != [row]:
            raise UsageError(f"{name} is named twice in this chapter, with two values; give one another name")
        if not same:
            file.write_text("".join(f"{line}\n" for line in [*lines, row]), "utf-8")
    return value


def collect(root: Path, noted: Iterable[tuple[str, Path]]) -> None:
    """
    Write all chapters' numbers to ``build/numbers.csv``.

    Args:
        noted: chapter (the notebook's name without ending) and the file of its numbers, in reading order.

    Raises:
        UsageError: two chapters give one name; all such names are listed, and nothing is written.
    """
    rows = []
    for chapter, file in noted:
        found = file.read_text("utf-8").splitlines() if file.exists() else []
        cells = cells_hash(root, chapter) if found else ""
        rows += [(r["name"], r["value"], r["shown"], chapter, cells) for r in map(json.loads, found)]
    chapters: dict[str, list[str]] = {}
    for row in rows:
        chapters.setdefault(row[0], []).append(row[3])
    twice = [f"{name} in {' and '.join(where)}" for name, where in sorted(chapters.items()) if len(where) > 1]
    if twice:
        raise UsageError(f"numbers that two chapters name: {'; '.join(twice)}; give one of them another name")
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([COLUMNS, *sorted(rows)])
    put(root, NUMBERS, out.getvalue().encode("utf-8"))


def cells_hash(root: Path, chapter: str) -> str:
    """Return by what the cells of a chapter are known: twelve digits of a hash; none where there is no such chapter."""
    name = f"notebooks/{chapter}.ipynb"
    if name not in notebook_names(root):
        return ""
    cells = [c["source"] for c in read_notebook(root, name)["cells"] if c["cell_type"] == "code"]
    return sha256(json.dumps(["".join(c) for c in cells]).encode("utf-8")).hexdigest()[:12]


def numbers(study: Study) -> dict[str, dict[str, str]]:
    """
    Return the numbers that chapters named: name to ``value``, ``shown``, ``chapter`` and ``cells``, sorted by name.

    Raises:
        UsageError: no chapter was run yet.
        SourceError: a chapter changed, or is gone, since it named a number; all are listed.

    Example:
        >>> numbers(study)
        Traceback (most recent call last):
            ...
        qualcode.errors.UsageError: build/numbers.csv is not there; run `qualcode report`, which collects it
    """
    if not (study.root / NUMBERS).exists():
        raise UsageError(f"{NUMBERS} is not there; run `qualcode report`, which collects it")
    rows, problems = read_csv(read_text(study.root / NUMBERS, NUMBERS), NUMBERS, COLUMNS, COLUMNS)
    now: dict[str, str] = {}
    for row in rows:
        chapter = row["chapter"]
        now.setdefault(chapter, cells_hash(study.root, chapter))
        if row["cells"] != now[chapter]:
            what = f"{row['name']} is stale: {chapter} changed since it was run; run `qualcode report`"
            problems.append(Problem(NUMBERS, row.line, what))
    if problems:
        raise SourceError(problems)
    return {row["name"]: {c: row[c] for c in COLUMNS[1:]} for row in rows}


@answered
def number(study: Study, name: str) -> str:
    """
    Return the value of a number by its name, as text.

    Raises:
        UsageError: there is none of this name, or no chapter was run yet.
        SourceError: as ``numbers``.

    Example:
        >>> number(study, "pressure-gap")
        Traceback (most recent call last):
            ...
        qualcode.errors.UsageError: build/numbers.csv is not there; run `qualcode report`, which collects it
    """
    known = numbers(study)
    if name not in known:
        raise UsageError(f"no number {name!r}{did_you_mean(name, known)}; {NUMBERS} lists them")
    return known[name]["value"]


@answered
def cited(study: Study, name: str) -> str:
    r"""
    Return a number that a chapter named as it is written where it is cited.

    A chapter that cites runs after those that do not, and again when the number is another.

    Raises:
        UsageError, SourceError: as ``number``.

    Example:
        >>> from qualcode.claims.names import collect
        >>> noted = study.root / "noted"
        >>> done = noted.write_text('{"name": "gap", "value": "0.4321", "shown": "43 points"}\n')
        >>> collect(study.root, [("shares", noted)])
        >>> cited(study, "gap")
        '43 points'
    """
    number(study, name)
    return numbers(study)[name]["shown"]
