"""
Statements as Discourse Network Analyzer lists them (.statements.csv): person, organisation, concept, agreement.

The rows are those of ``tables.statements``; agreement is 1 above the middle, 0 below, empty in it or without a stance.
"""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

from qualcode import tables
from qualcode.exchange.out.formats import Exported, For
from qualcode.plaintext.durable import put
from qualcode.plaintext.spreadsheet import cell, quoting
from qualcode.study import release
from qualcode.study.study import Study

_HEAD = (
    *("statement_id", "statement_type", "document", "date", "coder", "start", "stop", "text", "person"),
    *("organization", "concept", "agreement", "stance"),
)


def write(study: Study, path: Path, asked: For) -> Exported:
    """Write the statements; see ``out.export_study``."""
    found = tables.statements(study, asked.coder or None)
    rows: list[list[object]] = [list(_HEAD)]
    withheld: dict[str, str] = {}
    middle = 0
    for one in found.to_dict("records"):
        document = study.documents[one["document"]]
        judged = release.verdict(document, one["start"], one["end"])
        if not judged.quotable:
            withheld[document.id] = f"the words of its statements: {judged.reason}"
        stance = None if math.isnan(one["stance"]) else one["stance"]
        middle += stance == 0
        agrees = "" if not stance else int(stance > 0)
        organisation = study.cases.get(one["organisation"])
        told = [one["excerpt"], "statement", document.id, f"{one['date']:%Y-%m-%d}", one["coder"]]
        told += [one["start"], one["end"], release.show(document, one["start"], one["end"])]
        told += [study.cases[one["actor"]].label, organisation.label if organisation else ""]
        rows.append([*told, study.codebook.codes[one["theme"]].label, agrees, "" if stance is None else f"{stance:g}"])
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n", quoting=quoting(c for row in rows for c in row))
    last = len(_HEAD) - 1
    writer.writerows([cell(c) if isinstance(c, str) and n < last else c for n, c in enumerate(row)] for row in rows)
    put(path.absolute().parent, path.name, made.getvalue().encode("utf-8", "replace"))
    lost = {k: int(v) for k, v in found.attrs["left_out"].items()}
    lost["agreement of statements in the middle"] = middle
    return Exported((path.name,), {"statement": len(rows) - 1}, withheld, {k: v for k, v in lost.items() if v})
