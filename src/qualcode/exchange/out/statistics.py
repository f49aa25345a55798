"""
Codings for R and SPSS: which case has which code (.matrix.csv), one row a coding (.long.csv), both with syntax (.sps).

Only codings that count (see ``Study.counted``). A name that SPSS could not have is made one that it can; the codebook's
labels stand in the syntax. Words of documents are in none of them.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from pathlib import Path
from typing import Any

from qualcode import tables
from qualcode.exchange.out.formats import Exported, For
from qualcode.plaintext.durable import put
from qualcode.plaintext.spreadsheet import cell
from qualcode.study.study import Study

_ABOUT = ("kind", "organisation", "position", "figure")
_NOBODY = "codings of nobody, or of several"


def write(study: Study, path: Path, asked: For) -> Exported:
    """Write the table, the long one or both with their syntax; see ``out.export_study``."""
    names = variables(list(study.codebook.codes))
    stem = path.name
    for ending in (".matrix.csv", ".long.csv", ".sps"):
        if stem.lower().endswith(ending):
            stem, kind = stem[: -len(ending)], ending
            break
    rows = tables.codings(study, asked.coder or None)
    left = Counter({k: int(v) for k, v in rows.attrs["left_out"].items()})
    every = rows.to_dict("records")
    told = [r for r in every if r["holder"] in study.cases and study.cases[r["holder"]].kind != "researcher"]
    asked_ = sum(r["holder"] in study.cases for r in every) - len(told)
    left["the researcher's own words"] += asked_
    matrix = _matrix(study, told, names)
    long = _long(study, told)
    made = {f"{stem}.matrix.csv": _csv(matrix), f"{stem}.long.csv": _csv(long)}
    if kind != ".sps":
        made = {path.name: made[f"{stem}{kind}"]}
    else:
        made[path.name] = _syntax(study, stem, matrix[0], long, names)
    for name, text in made.items():
        put(path.absolute().parent, name, text.encode("utf-8"))
    left[_NOBODY] += len(rows) - len(told) - asked_
    counts = {"case": len(matrix) - 1, "code": len(names), "coding": len(told)}
    return Exported(tuple(sorted(made)), counts, {}, {k: v for k, v in left.items() if v})


def variables(codes: list[str]) -> dict[str, str]:
    """
    Return a name for each code that R and SPSS can have: letters, digits and ``_``, no two alike whatever their case.

    Example:
        >>> variables(["theme/wide-use", "theme/wide_use", "9/x"])
        {'theme/wide-use': 'theme_wide_use', 'theme/wide_use': 'theme_wide_use_2', '9/x': 'c_9_x'}
    """
    found: dict[str, str] = {}
    taken: set[str] = {"case", *_ABOUT}
    for code in codes:
        base = re.sub(r"[^a-z0-9]+", "_", code.lower()).strip("_")[:56]
        base = base if base[:1].isalpha() else f"c_{base}"
        name, number = base, 1
        while name in taken:
            number += 1
            name = f"{base}_{number}"
        taken.add(name)
        found[code] = name
    return found


def _matrix(study: Study, told: list[dict[Any, Any]], names: dict[str, str]) -> list[list[str]]:
    speak = {t.speaker.case for d in study.documents.values() for t in d.turns}
    has: dict[str, set[str]] = {}
    for row in told:
        has.setdefault(str(row["holder"]), set()).add(str(row["code"]))
    cases = [c for c in study.cases.values() if c.kind != "researcher" and (c.id in has or c.id in speak)]
    rows = [["case", *_ABOUT, *names.values()]]
    for case in cases:
        about = [str(getattr(case, k) or "") for k in _ABOUT]
        rows.append([case.id, *about, *("1" if c in has.get(case.id, ()) else "0" for c in names)])
    return rows


def _long(study: Study, told: list[dict[Any, Any]]) -> list[list[str]]:
    rows = [["document", "date", "excerpt", "case", "speaker", "figure", "coder", "code", "family", "stance"]]
    for row in told:
        holder, stance = str(row["holder"]), row["stance"]
        shown = "" if math.isnan(stance) else f"{stance:g}"
        date = str(study.documents[str(row["document"])].date)
        figure = study.cases[holder].figure
        told_ = [row["document"], date, row["excerpt"], holder, row["case"], figure, row["coder"], row["code"]]
        rows.append([*(str(t) for t in told_), str(row["family"]), shown])
    return rows


def _csv(rows: list[list[str]]) -> str:
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows([[c if _is_number(c) else cell(c) for c in row] for row in rows])
    return made.getvalue()


def _is_number(words: str) -> bool:
    return re.fullmatch(r"-?[0-9.]+(?:e-?[0-9]+)?", words) is not None


def _quoted(words: str) -> str:
    """Write words as a string of SPSS: on one line, quotation marks doubled."""
    return "'" + " ".join(words.split())[:120].replace("'", "''") + "'"


def _syntax(study: Study, stem: str, matrix: list[str], long: list[list[str]], names: dict[str, str]) -> str:
    book = study.codebook
    lines = ["* Encoding: UTF-8.", "* One row a case: which code the case has.", *_data(f"{stem}.matrix.csv", matrix)]
    lines += ["VARIABLE LABELS"]
    lines += [f"  {names[c]} {_quoted(book.codes[c].label)}" for c in names]
    lines += ["  .", "VALUE LABELS", f"  {' '.join(names.values())}", "  0 'no' 1 'yes'.", "EXECUTE.", ""]
    lines += ["* One row a coding.", *_data(f"{stem}.long.csv", long[0]), "VALUE LABELS code"]
    lines += [f"  {_quoted(c)} {_quoted(book.codes[c].label)}" for c in names]
    lines += ["  .", "EXECUTE.", ""]
    return "\n".join(lines)


def _data(name: str, columns: list[str]) -> list[str]:
    """Return what reads a table: words as words, 0 and 1 and stances as numbers."""
    words = {"case", *_ABOUT, "document", "excerpt", "speaker", "coder", "code", "family"}
    kinds = {
        c: "A200" if c in words else "SDATE10" if c == "date" else "F8.3" if c == "stance" else "F1" for c in columns
    }
    lines = [f"GET DATA /TYPE=TXT /FILE={_quoted(name)} /ENCODING='UTF8' /DELIMITERS=',' /QUALIFIER='\"'"]
    lines += ["  /ARRANGEMENT=DELIMITED /FIRSTCASE=2 /VARIABLES="]
    return [*lines, *(f"  {c} {kind}" for c, kind in kinds.items()), "  ."]
