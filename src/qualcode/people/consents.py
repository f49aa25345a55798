"""
``consent.csv`` rewritten: what somebody takes back, written into her rows, or the file begun.

A file begun for one person has a row for everybody who speaks in an interview, as the documents have it: else it would
withhold the words of all the others.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from qualcode.plaintext.folder import bytes_of
from qualcode.plaintext.source import decoded
from qualcode.study.consent import ALL, QUOTE
from qualcode.study.release import as_filed
from qualcode.study.study import CONSENT, Study
from qualcode.study.terms import respondents

_BEGUN = ("case", "version", "from", "analyse", "quote", "identity", "withdrawn_on", "withdrawn_scope", "note")


def taken_back(study: Study, case: str, scopes: Sequence[str], on: date) -> tuple[str, str]:
    """Return what ``consent.csv`` holds once *case* has taken *scopes* back, and what becomes of it in words."""
    raw = bytes_of(study.root, CONSENT)
    if raw is None:
        rows = [dict(zip(_BEGUN, row, strict=True)) for row in _begun(study)]
        header = list(_BEGUN)
        said = f"begun, with a row for each of {len(rows)} people as their documents have it"
    else:
        records = list(csv.reader(io.StringIO(decoded(raw, CONSENT))))
        header = [c.strip() for c in records[0]]
        header += [c for c in ("withdrawn_on", "withdrawn_scope") if c not in header]
        rows = [dict(zip(header, [*r, "", ""], strict=False)) for r in records[1:] if any(c.strip() for c in r)]
        said = ""
    mine = [row for row in rows if row["case"].strip() == case]
    if not mine:
        mine = [dict.fromkeys(header, "") | {"case": case, "version": "1", "from": _first(study, case, on)}]
        rows += mine
        said = said or "a row that allows nothing"
    for row in mine:
        before = tuple(s.strip() for s in row["withdrawn_scope"].split(";") if s.strip())
        whole = ALL in (*scopes, *before) or (bool(row["withdrawn_on"].strip()) and not before)
        if not (whole and row["withdrawn_on"].strip() and ALL not in scopes):
            row["withdrawn_on"] = max(str(on), row["from"].strip()) if row["from"].strip() else str(on)
        row["withdrawn_scope"] = ALL if whole else ";".join(dict.fromkeys((*before, *scopes)))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([row.get(c, "") for c in header] for row in rows)
    what = f"withdrawn: {', '.join(scopes)}, on {on}" + (f"; {said}" if said else "")
    return out.getvalue(), what


def _first(study: Study, case: str, on: date) -> str:
    days = [d.date for d in study.documents.values() if case in {t.speaker.case for t in d.turns}]
    return str(min([*days, on]))


def _begun(study: Study) -> Iterable[tuple[str, ...]]:
    """Yield a row for everybody who speaks in an interview: as far as the front matter goes, no further."""
    spoken: dict[str, list[tuple[date, str]]] = {}
    for document in study.documents.values():
        filed = as_filed(document)
        if filed.kind == "interview":
            for case in respondents(filed, study.cases):
                spoken.setdefault(case, []).append((filed.date, filed.consent))
    named = {"quote": "verbatim", "paraphrase": "paraphrase"}
    for case, where in sorted(spoken.items()):
        quotes = [named.get(consent, "none") for _, consent in where]
        quote = max(quotes, key=QUOTE.index)  # each document's front matter holds beside it
        note = "from the documents; the form is to be looked up"
        yield case, "1", str(min(day for day, _ in where)), "yes", quote, "pseudonym", "", "", note
