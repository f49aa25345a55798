"""
Deciding on suggestions: accepted, one becomes a coding; rejected, it is kept and not proposed again.

What was rejected stands in ``coding/rejected/CODER/DOCUMENT.jsonl``, written like an excerpt that does *not* carry
its codes; so it is checked, followed through changed texts and codebooks, and merged as excerpts are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import pandas as pd

from qualcode.coding.hand import check_coder, check_unchanged, checked_codes, coder_path
from qualcode.columns import require
from qualcode.errors import QualcodeError, SourceError, UsageError, WriteError
from qualcode.plaintext.anchor import Anchor
from qualcode.plaintext.durable import replace_all
from qualcode.study.coderfile import CoderFile, Excerpt, change_coder_file, excerpt_id, now, read_coder_file
from qualcode.study.document import Document
from qualcode.study.study import REJECTED, Study

ORIGIN = ("why", "with", "model", "version")
NEEDED = ("suggestion", "code", "document", "start", "end", *ORIGIN)
ACCEPT, REJECT = "accept", "reject"


@dataclass(frozen=True, slots=True)
class Decided:
    """What ``decide`` wrote: the new excerpts, what was rejected, and the files."""

    accepted: tuple[Excerpt, ...]
    rejected: tuple[Excerpt, ...]
    files: tuple[str, ...]


def accept(
    study: Study,
    suggestion: Mapping[str, Any] | pd.Series[Any],
    *,
    coder: str,
    start: int | None = None,
    end: int | None = None,
    stance: float | str | None = None,
    note: str = "",
) -> Excerpt:
    """
    Make a suggestion a coding of *coder*, who has read it; an earlier rejection of it is taken back.

    Args:
        suggestion: a row of ``suggest``.
        start, end: the stretch that carries the code, where it is not all of the passage (code points).
        stance: as in ``hand.code_excerpt``.
        note: the excerpt's memo.

    Returns:
        The excerpt as it stands on disk; its ``origin`` says that it was suggested, with what, by which model in
        which version, and why.

    Raises:
        UsageError, SourceError, WriteError: as ``decide``.

    Example:
        >>> rows = suggest(study, "reader", ["governance/co-design"])
        >>> made = accept(study, rows.iloc[0], coder="reader", stance="enables")
        >>> made.codes, made.origin["how"]
        ({'governance/co-design': 1.0}, 'suggestion')
    """
    row = {**dict(suggestion), "decision": ACCEPT, "stance": stance, "note": note}
    return _decide(study, [row], coder, (start, end)).accepted[0]


def reject(study: Study, suggestion: Mapping[str, Any] | pd.Series[Any], *, coder: str, note: str = "") -> Excerpt:
    """
    Turn a suggestion down; *coder* is not shown it again unless asking for it.

    Returns:
        What stands in the coder's file of rejected suggestions: the passage, and the code it does not carry.

    Raises:
        UsageError, SourceError, WriteError: as ``decide``.

    Example:
        >>> rows = suggest(study, "reader", ["governance/co-design"])
        >>> turned = reject(study, rows.iloc[0], coder="reader", note="A question only.")
        >>> turned.codes, turned.memo
        ({'governance/co-design': None}, 'A question only.')
    """
    return _decide(study, [{**dict(suggestion), "decision": REJECT, "note": note}], coder).rejected[0]


def put_back(study: Study, document: str, stands: Excerpt | None, instead: Excerpt | None, *, coder: str) -> None:
    """
    Undo a rejection, or do it again: where *stands* is among the rejected, write *instead*; ``None`` is none.

    Raises:
        SourceError: the file has problems.
        WriteError: something else stands there now; nothing is written.

    Example:
        >>> rows = suggest(study, "reader", ["governance/co-design"])
        >>> turned = reject(study, rows.iloc[0], coder="reader")
        >>> put_back(study, "2024-02-20-mediator", turned, None, coder="reader")
        >>> len(suggest(open_study(study.root), "reader", ["governance/co-design"]))
        2
    """
    one = stands or instead
    if one is None:
        return
    name = f"coding/{REJECTED}/{coder}/{study.document(document).id}.jsonl"

    def change(file: CoderFile) -> CoderFile:
        if next((e for e in file.excerpts if e.id == one.id), None) != stands:
            raise WriteError(f"{name}: {one.id!r} was changed elsewhere since; nothing was written")
        return file.with_excerpt(instead) if instead else file.without(one.id)

    change_coder_file(study.root / name, name, coder, change, study.locks)


def decide(study: Study, table: pd.DataFrame | Sequence[Mapping[str, Any]], *, coder: str) -> Decided:
    """
    Accept and reject several suggestions at once, all or none.

    Args:
        table: rows of ``suggest`` with ``decision`` (accept, reject, or empty for not yet), and where wanted
            ``stance`` (a number or a label of the codebook) and ``note`` (the memo).

    Returns:
        What was written. To reject again what is rejected changes nothing.

    Raises:
        UsageError: no rows of ``suggest``; a decision that is neither; a suggestion whose text or code has changed
            since it was listed; a code that *coder* gave the passage already; a code or stance that
            ``hand.code_excerpt`` would refuse. All are listed, and nothing is written.
        SourceError: a file of the coder's has problems.
        WriteError: a document or a file changed since, or the disk refused.

    Example:
        >>> rows = suggest(study, "reader", ["governance/co-design"])
        >>> decide(study, rows.assign(decision="reject", stance="", note=""), coder="reader").files
        ('coding/rejected/reader/2024-02-20-mediator.jsonl', 'coding/rejected/reader/2024-03-14-library-desk.jsonl')
    """
    rows = table.to_dict("records") if isinstance(table, pd.DataFrame) else [dict(r) for r in table]
    return _decide(study, [{str(k): v for k, v in row.items()} for row in rows], coder)


def suggestion_id(document: Document, code: str, start: int, end: int) -> str:
    """
    Name a suggestion by the code, the place and the text it is about: the same as long as these are.

    Example:
        >>> rows = suggest(study, "reader", ["governance/co-design"])
        >>> document = study.documents["2024-02-20-mediator"]
        >>> suggestion_id(document, "governance/co-design", 3, 38) == rows.iloc[0]["suggestion"]
        True
    """
    key = "\x1f".join((document.id, document.hash, code, str(start), str(end)))
    return "s" + sha256(key.encode("utf-8")).hexdigest()[:10]


def rejected_places(study: Study, coder: str) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """Return, for each document and code, the stretches for which *coder* rejected it."""
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for (name, document), file in study.rejected.items():
        for e in file.excerpts if name == coder else ():
            for code in e.codes:
                found.setdefault((document, code), []).append((e.anchor.start, e.anchor.end))
    return found


def _decide(
    study: Study,
    rows: Iterable[Mapping[str, Any]],
    coder: str,
    part: tuple[int | None, int | None] = (None, None),
) -> Decided:
    held = [row for row in map(_filled, rows) if row.get("decision", "") != ""]
    require(pd.DataFrame(held, columns=None if held else [*NEEDED]), NEEDED, "suggestions")
    check_coder(coder)
    wrong: list[str] = []
    pens: dict[tuple[str, str], _Pen] = {}
    done: dict[str, list[Excerpt]] = {ACCEPT: [], REJECT: []}
    for row in held:
        try:
            source = study.document(str(row["document"]))
            coded, rejected = (_pen(study, pens, kind, coder, source) for kind in ("coders", REJECTED))
            done[_verb(row)].append(_one(study, source, row, coded, rejected, part))
        except SourceError:
            raise
        except QualcodeError as error:
            wrong.append(f"{row['suggestion']} ({row['code']}): {error}")
    if wrong:
        raise UsageError("nothing was decided:\n" + "\n".join(wrong))
    for name in {pen.file.document for pen in pens.values()}:
        check_unchanged(study, study.documents[name])
    new = {p.file.path: p.file.to_text().encode("utf-8") for p in pens.values() if p.file != p.was}
    replace_all(study.root, new, {p.file.path: p.was.version for p in pens.values()})
    return Decided(tuple(done[ACCEPT]), tuple(done[REJECT]), tuple(sorted(new)))


@dataclass(slots=True)
class _Pen:
    """A file as it was read from the disk, and as it will be; ``taken``: ids that no new excerpt may have."""

    was: CoderFile
    file: CoderFile
    taken: set[str]

    def write(self, coder: str, new: Excerpt) -> Excerpt:
        name = excerpt_id(coder, self.file.document, new.anchor, f"{new.made} {'; '.join(new.codes)}", self.taken)
        self.taken.add(name)
        new = replace(new, id=name)
        self.file = self.file.with_excerpt(new)
        return new


def _pen(study: Study, pens: dict[tuple[str, str], _Pen], kind: str, coder: str, source: Document) -> _Pen:
    if (kind, source.id) not in pens:
        path, name = coder_path(study, coder, source.id)
        if kind == REJECTED:
            name = f"coding/{REJECTED}/{coder}/{source.id}.jsonl"
            path = study.root / name
        file, problems = read_coder_file(path, name, coder)
        if problems:
            raise SourceError(problems)
        taken = next((pen.taken for pen in pens.values()), None)
        taken = set(study.excerpt_ids) if taken is None else taken
        taken |= {e.id for e in file.excerpts}
        pens[kind, source.id] = _Pen(file, file, taken)
    return pens[kind, source.id]


def _verb(row: Mapping[str, Any]) -> str:
    verb = str(row["decision"]).strip().lower()
    if verb not in (ACCEPT, REJECT):
        raise UsageError(f"decision {verb!r} is neither {ACCEPT} nor {REJECT}; leave it empty where there is none yet")
    return verb


def _one(
    study: Study,
    source: Document,
    row: Mapping[str, Any],
    coded: _Pen,
    rejected: _Pen,
    part: tuple[int | None, int | None],
) -> Excerpt:
    """Take one decision."""
    code = str(row["code"])
    given = (str(row[c]) for c in ("start", "end"))
    start, end = (int(place) if place.isdecimal() and len(place) < 10 else -1 for place in given)
    if str(row["suggestion"]) != suggestion_id(source, code, start, end):
        raise UsageError("its text or its code changed since it was listed; list suggestions again")
    verb, note = _verb(row), str(row.get("note", "")).strip() or None
    origin = {"how": "suggestion", **{k: str(row[k]) for k in ("with", "model", "version", "why")}}

    def written(pen: _Pen, at: tuple[int, int], codes: dict[str, float | None]) -> Excerpt:
        anchor = Anchor.take(source.text, *at)
        new = Excerpt("", anchor, source.hash, codes, now(), memo=note, origin=origin)
        return pen.write(coded.file.coder, new)

    there = [e for e in rejected.file.excerpts if code in e.codes and _meet(e.anchor, start, end)]
    if any(code in e.codes and _meet(e.anchor, start, end) for e in coded.file.excerpts):
        raise UsageError("the passage carries this code already")
    if verb == REJECT:
        checked_codes(study, {code: None})
        if there:
            return there[0]
        return written(rejected, (start, end), {code: None})
    checked = checked_codes(study, {code: _number(row.get("stance", ""))})
    first, last = (given if given is not None else whole for given, whole in zip(part, (start, end), strict=True))
    if not start <= first < last <= end:
        raise UsageError(f"{first}-{last} is no stretch of the passage ({start}-{end})")
    for old in there:
        fewer = {c: s for c, s in old.codes.items() if c != code}
        left = rejected.file.without(old.id)
        rejected.file = left.with_excerpt(replace(old, codes=fewer)) if fewer else left
    return written(coded, (first, last), checked)


def _meet(anchor: Anchor, start: int, end: int) -> bool:
    return anchor.start < end and start < anchor.end


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with nothing where a table has no value."""
    return {
        k: "" if v is None or v is pd.NaT or (isinstance(v, float) and math.isnan(v)) else v for k, v in row.items()
    }


def _number(stance: Any) -> float | str | None:
    """Return a stance as a number where it is written as one, ``None`` where none is given."""
    if stance == "":
        return None
    try:
        return float(stance)
    except ValueError:
        return str(stance).strip()
