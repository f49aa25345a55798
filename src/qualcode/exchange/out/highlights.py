"""
Coded passages as a page to read (.highlights.html) or a table (.highlights.csv: id, document, tag, content).

One row, or one tag, a coding; a passage that may not be shown is not in it, and is told.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from qualcode.exchange.out.formats import Exported, For
from qualcode.exchange.out.markup import text, value
from qualcode.exchange.out.passages import Passages, passages, path_of
from qualcode.plaintext.durable import put
from qualcode.plaintext.spreadsheet import cell, quoting
from qualcode.study.study import Study

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = (
    "body{font:1rem/1.5 serif;max-width:44rem;margin:2rem auto;padding:0 1rem}blockquote{margin:1rem 0 .2rem;"
    "padding-left:1rem;border-left:3px solid #999;white-space:pre-line}p{margin:0 0 0 1.2rem;color:#444}"
)


def write(study: Study, path: Path, asked: For) -> Exported:
    """Write the passages; see ``out.export_study``."""
    found = passages(study, asked.coder)
    html = path.name.lower().endswith(".html")
    made = "".join(_page(study, found)) if html else _table(study, found)
    put(path.absolute().parent, path.name, made.encode("utf-8", "replace"))
    lost = {"passages whose text is another now": found.astray}
    return Exported((path.name,), {"passage": len(found.found), "coding": found.codings}, found.withheld, lost)


def _table(study: Study, found: Passages) -> str:
    rows = [["id", "document", "tag", "content"]]
    for one in found.found:
        for code in sorted(one.excerpt.codes):
            tag = path_of(code, study.codebook, ".")
            rows.append([one.excerpt.id, one.document.id, tag, one.words])
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n", quoting=quoting(c for row in rows for c in row))
    writer.writerows([cell(c) for c in row] for row in rows)
    return made.getvalue()


def _page(study: Study, found: Passages) -> Iterator[str]:
    title = study.codebook.title or "Highlights"
    yield f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{text(title)}</title>\n'
    yield f'<meta http-equiv="Content-Security-Policy" content={value(_POLICY)}><style>{_STYLE}</style></head>\n'
    yield f"<body><h1>{text(title)}</h1>\n"
    at = ""
    for one in found.found:
        if one.document.id != at:
            at = one.document.id
            yield f"<h2>{text(one.document.title or at)}</h2>\n"
        tags = "; ".join(path_of(code, study.codebook, " \u203a ") for code in sorted(one.excerpt.codes))
        who = study.cases[one.holder].label if one.holder in study.cases else ""
        yield f"<blockquote id={value(one.excerpt.id)}>{text(one.words)}</blockquote>\n"
        told = " \u2013 ".join(filter(None, (who, tags, one.coder)))
        yield f"<p>{text(told)}</p>\n"
    for name, why in sorted(found.withheld.items()):
        yield f"<p>Withheld: {text(name)}: {text(why)}</p>\n"
    yield "</body></html>\n"
