"""
What REFI-QDA has no place for, in a note that the package writes and reads itself: out and in again is the same study.

The note holds what the study's files say beside texts, codes and passages: front matter, codebook, cases, ties, acts,
memos, what was settled and read, and of passages who speaks, stances and where they come from. Only what is released
is in it. It is believed only where the project says that this package wrote it, and proved like every import.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from qualcode.exchange.projects.around import Anchors
from qualcode.exchange.projects.record import Own, UnreadableProjectError
from qualcode.plaintext.source import SLUG, read_text
from qualcode.study.coderfile import CoderFile
from qualcode.study.document import Document, split_front_matter
from qualcode.study.excerpt import Excerpt
from qualcode.study.memo import Memo
from qualcode.study.study import ACTS, CASES, CODEBOOK, TIES, Study

ORIGIN = "qualcode"
TITLE = "qualcode: what REFI-QDA has no place for"
_PART = 4_000_000
_S = SLUG.pattern
_FILE = re.compile(
    rf"coding/(?:codebook\.yaml|cases\.csv|ties\.csv|acts\.csv|memos/{_S}\.md|agreed/{_S}\.jsonl"
    rf"|rejected/{_S}/{_S}\.jsonl)"
)
_DOCUMENT = re.compile(rf"(?:interviews|fieldnotes|documents)/{_S}\.md")


def kept_note(
    study: Study,
    documents: Mapping[str, Document],
    memos: Mapping[str, Memo],
    guids: Mapping[str, Mapping[str, str]],
) -> Iterator[tuple[str, str]]:
    """
    Yield the note, in parts that every reader of XML takes: title and words.

    Args:
        study: the study.
        documents, memos: those that are released.
        guids: paths of documents, ids of coders and of codes, by guid.
    """
    files = [f for f in study.coded.values() if f.document in documents]
    origins = Counter(tuple(e.origin.items()) for f in files for e in f.excerpts)
    common = max(sorted(origins), key=origins.__getitem__, default=(("how", "hand"),))
    origin = dict(common)
    excerpts: dict[str, dict[str, Any]] = {}
    by_document: dict[str, list[CoderFile]] = {}
    for file in files:
        by_document.setdefault(file.document, []).append(file)
    for name, document in documents.items():
        anchors = Anchors(document.text)
        for file in by_document.get(name, ()):
            for excerpt in file.excerpts:
                beside = _beside(excerpt, anchors, document, origin)
                if beside:
                    excerpts[excerpt.id] = beside
    about = {
        "files": _files(study, documents, memos),
        "documents": {g: [path, _head(study, path)] for g, path in guids["documents"].items()},
        "codes": guids["codes"],
        "coders": guids["coders"],
        "origin": origin,
        "excerpts": excerpts,
        "readings": {f.path: [r.to_json() for r in f.readings] for f in files if f.readings},
    }
    written = json.dumps(about, ensure_ascii=False, sort_keys=True)
    parts = [written[n : n + _PART] for n in range(0, len(written), _PART)]
    for number, part in enumerate(parts, start=1):
        yield f"{TITLE} ({number} of {len(parts)})", part


def _beside(excerpt: Excerpt, anchors: Anchors, document: Document, origin: dict[str, str]) -> dict[str, Any]:
    """Return what an excerpt has that REFI-QDA does not hold."""
    found: dict[str, Any] = {k: v for k in ("case", "holder") if (v := getattr(excerpt, k))}
    if any(s is not None for s in excerpt.codes.values()):
        found["stances"] = {c: s for c, s in excerpt.codes.items() if s is not None}
    if excerpt.origin != origin:
        found["origin"] = excerpt.origin
    if excerpt.release is not None:
        found["release"] = excerpt.release
    if excerpt.memo and excerpt.memo != excerpt.memo.strip():
        found["memo"] = excerpt.memo
    if excerpt.text == document.hash:
        anchor = excerpt.anchor
        first, last = anchors.reach(anchor.start, anchor.end)
        if (anchor.start - first, last - anchor.end) != (len(anchor.before), len(anchor.after)):
            found["around"] = [len(anchor.before), len(anchor.after)]
    return found


def _head(study: Study, path: str) -> str:
    whole = read_text(study.root / path, path)
    return whole[: len(whole) - len(split_front_matter(whole, path)[1])]


def _files(study: Study, documents: Mapping[str, Document], memos: Mapping[str, Memo]) -> dict[str, str]:
    """Return the files beside texts and codings, without what they say of documents that are withheld."""
    found = {CODEBOOK: read_text(study.root / CODEBOOK, CODEBOOK)}
    found[CASES] = _called(read_text(study.root / CASES, CASES), study)
    for name in (TIES, ACTS):
        if (study.root / name).is_file():
            found[name] = _without(read_text(study.root / name, name), set(study.documents) - set(documents))
    found |= {m.path: read_text(study.root / m.path, m.path) for m in memos.values()}
    judged = (*study.agreed.values(), *study.rejected.values())
    return found | {f.path: read_text(study.root / f.path, f.path) for f in judged if f.document in documents}


def _called(table: str, study: Study) -> str:
    """Return the table of cases with labels and notes as they may be shown."""
    rows = list(csv.reader(io.StringIO(table)))
    head = [c.strip() for c in rows[0]]
    case, changed = head.index("case"), False
    for row in rows[1:]:
        shown = study.cases.get(row[case].strip()) if len(row) == len(head) else None
        for column in ("label", "note", "figure_basis"):
            at = head.index(column) if column in head else -1
            if shown and at >= 0 and row[at].strip() != getattr(shown, column):
                row[at], changed = getattr(shown, column), True
    if not changed:
        return table
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _without(table: str, withheld: set[str]) -> str:
    """Return a table without the rows that rest on a withheld document."""
    rows = list(csv.reader(io.StringIO(table)))
    column = rows[0].index("document") if rows and "document" in rows[0] else -1
    kept = [r for r in rows if not (0 <= column < len(r) and r[column].strip() in withheld)]
    if column < 0 or len(kept) == len(rows):
        return table
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(kept)
    return out.getvalue()


def own_of(parts: Mapping[str, str]) -> Own | None:
    """
    Read the note of its parts, title to words; ``None`` where there are none.

    Raises:
        UnreadableProjectError: it is damaged, or names files that no study of this package has.
    """
    if not parts:
        return None
    number = re.compile(r"\((\d{1,6}) of \d{1,6}\)$")
    ordered = sorted(parts, key=lambda t: int(m[1]) if (m := number.search(t)) else 0)
    try:
        about = json.loads("".join(parts[t] for t in ordered))
        own = Own(
            {str(k): str(v) for k, v in about["files"].items()},
            {str(g): (str(path), str(head)) for g, (path, head) in about["documents"].items()},
            {str(k): str(v) for k, v in about["codes"].items()},
            {str(k): str(v) for k, v in about["coders"].items()},
            {str(k): str(v) for k, v in about["origin"].items()},
            {str(k): dict(v) for k, v in about["excerpts"].items()},
            {str(k): [str(line) for line in v] for k, v in about["readings"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UnreadableProjectError(
            f"its note {TITLE!r} is damaged; delete the note, and import what is left"
        ) from None
    right = all(_FILE.fullmatch(n) for n in own.files) and all(_DOCUMENT.fullmatch(p) for p, _ in own.heads.values())
    slugs = all(SLUG.fullmatch(c) for c in own.coders.values())
    lines = all(re.fullmatch(rf"coding/coders/{_S}/{_S}\.jsonl", n) for n in own.readings)
    if not (right and slugs and lines):
        raise UnreadableProjectError(f"its note {TITLE!r} names files that no study has; nothing was written")
    return own
