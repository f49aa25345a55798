"""
What two coders settle on goes into ``coding/agreed/``, with who decided, when and why.

A document is settled whole: every difference has a decision, or nothing is written. What both had alike
needs none. A memo of the day lists the decisions, also those that took a code off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from qualcode.coding.compare import AGREED, HOW, Row, compare
from qualcode.coding.tidy import tidied
from qualcode.errors import UsageError
from qualcode.plaintext.durable import replace_all, version_of
from qualcode.study.coderfile import CoderFile, Excerpt
from qualcode.study.study import Study
from qualcode.study.unsettled import Decided, decided, title

NEITHER = "neither"
BOTH_HAD_IT = "Both had it."
Key = tuple[str, str]
"""A row of a comparison: its code, and its ``excerpts``."""


@dataclass(frozen=True, slots=True)
class Decision:
    """
    Whose tagging of a code on a passage stands (a coder, or ``neither``), and why.

    Example:
        >>> row = ("universality/stigma", "e808b134730 | e282c16abcd")
        >>> {row: Decision(take="reader", why="Said so.")}
        {('universality/stigma', 'e808b134730 | e282c16abcd'): Decision(take='reader', why='Said so.')}
    """

    take: str
    why: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What was written: how many excerpts, how many of them on decisions of this time, and the files."""

    excerpts: int
    decided: int
    files: tuple[str, ...]


def settle(
    study: Study,
    first: str,
    second: str,
    document: str,
    decisions: Mapping[Key, Decision],
    *,
    by: Sequence[str] = (),
    on: date,
) -> Settled:
    """
    Take two coders' codings of a document into ``coding/agreed/``.

    Args:
        decisions: for each row of ``compare`` that is not agreed, whose tagging stands and why.
        by: who decided; left out, the two coders.
        on: the day.

    Rows without a decision keep the one taken before, where ``coding/agreed/`` has their excerpts or a memo of an
    earlier settling names them; what was added since needs one.

    Raises:
        UsageError: differences without a decision or a reason, or decisions on what is no row (any more);
            all are listed, and nothing is written.
        WriteError: a file changed since the study was opened, or the disk refused.

    Example:
        >>> from qualcode.coding.compare import compare, table
        >>> rows = table(study, compare(study, "reader", "second", "2024-02-12-desk-officer"))
        >>> for row in rows:
        ...     row.update({"decision": "reader", "why": "Shown, agreed."} if row["difference"] != "agreed" else {})
        >>> decided = decisions_from(rows)
        >>> done = settle(study, "reader", "second", "2024-02-12-desk-officer", decided, on=date(2024, 4, 3))
        >>> done.excerpts, done.decided, done.files[1]
        (7, 6, 'coding/memos/2024-04-03-settled-2024-02-12-desk-officer.md')
    """
    compared = compare(study, first, second, document)
    before = study.agreed.get(document) or CoderFile("agreed", document, f"coding/agreed/{document}.jsonl")
    earlier = {e.id: e for e in before.excerpts}
    _refuse(compared.rows, decisions, earlier, (first, second), decided(document, study.memos.values()))
    who = list(by) or [first, second]
    taken: dict[str, Excerpt] = {}
    codes: dict[str, dict[str, float | None]] = {}
    whys: dict[str, list[str]] = {}
    kept_codes: dict[str, set[str]] = {}
    for row in compared.rows:
        decision = decisions.get((row.code, row.excerpts))
        if decision is None and row.how == AGREED:
            decision = Decision(first, BOTH_HAD_IT)
        sides = {first: row.first, second: row.second, NEITHER: ()}
        if decision is None:
            for excerpt in (*row.first, *row.second):
                if excerpt.id in earlier and row.code in earlier[excerpt.id].codes:
                    kept_codes.setdefault(excerpt.id, set()).add(row.code)
                    taken[excerpt.id] = excerpt
            continue
        for excerpt in sides[decision.take]:
            taken[excerpt.id] = excerpt
            codes.setdefault(excerpt.id, {})[row.code] = excerpt.codes[row.code]
            if decision.why != BOTH_HAD_IT:
                whys.setdefault(excerpt.id, []).append(f"{row.code}: {decision.why}")
    settled: list[Excerpt] = []
    for name, excerpt in taken.items():
        old = earlier.get(name)
        all_codes = codes.get(name, {}) | {c: excerpt.codes[c] for c in kept_codes.get(name, ())}
        new = replace(excerpt, codes=all_codes, settled=None, line=0)
        about: dict[str, Any] = {"by": who, "on": on.isoformat(), "why": " ".join(whys.get(name, [])) or BOTH_HAD_IT}
        if old and name not in whys and replace(old, settled=None) == new:
            about = old.settled or about
        settled.append(replace(new, settled=about))
    whole = tidied(replace(before, excerpts=tuple(settled)), keep=earlier, anew=False).after
    agreed = whole.to_text().encode("utf-8")
    files = {before.path: agreed} if version_of(agreed) != before.version else {}
    memo = _memo(study, compared.rows, decisions, document, who, on)
    files |= {memo[0]: memo[1].encode("utf-8")} if memo else {}
    seen = {before.path: before.version, compared.first.path: compared.first.version}
    replace_all(study.root, files, seen | {compared.second.path: compared.second.version})
    return Settled(len(whole.excerpts), len(decisions), tuple(sorted(files)))


def decisions_from(rows: Sequence[Mapping[str, str]]) -> dict[Key, Decision]:
    """
    Read decisions from the table that ``compare`` made; rows without one are left out.

    Example:
        >>> row = {"code": "universality/stigma", "excerpts": "e808b134730", "decision": "reader", "why": "Said so."}
        >>> decisions_from([row])
        {('universality/stigma', 'e808b134730'): Decision(take='reader', why='Said so.')}
    """
    return {
        (row["code"], row["excerpts"]): Decision(row["decision"].strip(), row["why"].strip())
        for row in rows
        if row["decision"].strip()
    }


def _refuse(
    rows: Sequence[Row],
    decisions: Mapping[Key, Decision],
    earlier: Mapping[str, Excerpt],
    coders: tuple[str, str],
    before: Decided,
) -> None:
    wrong = []
    known = {(r.code, r.excerpts): r for r in rows}
    for key, decision in sorted(decisions.items()):
        row = known.get(key)
        if row is None:
            wrong.append(f"{key[0]} on {key[1]}: no such row (any more); compare again")
            continue
        where = f"passage {row.passage}, {row.code}"
        sides = {coders[0]: row.first, coders[1]: row.second}
        if decision.take not in (*coders, NEITHER):
            wrong.append(f"{where}: decision {decision.take!r} is none of {coders[0]}, {coders[1]}, {NEITHER}")
        elif decision.take != NEITHER and not sides[decision.take]:
            wrong.append(f"{where}: {decision.take} has no excerpt with it to take")
        if not decision.why:
            wrong.append(f"{where}: say why")
    for row in rows:
        ids = {e.id for e in (*row.first, *row.second)}
        known_already = ids & set(earlier) or all((row.code, e) in before.pairs for e in ids)
        if row.how != AGREED and (row.code, row.excerpts) not in decisions and not known_already:
            wrong.append(f"passage {row.passage}, {row.code}: undecided ({HOW[row.how]})")
    if wrong:
        raise UsageError("nothing was settled:\n" + "\n".join(wrong))


def _memo(
    study: Study,
    rows: Sequence[Row],
    decisions: Mapping[Key, Decision],
    document: str,
    who: Sequence[str],
    on: date,
) -> tuple[str, str] | None:
    """Return the name and text of the memo on the decisions; no document's word is in it."""
    lines = []
    for row in rows:
        decision = decisions.get((row.code, row.excerpts))
        if decision:
            ids = ", ".join(f"[[excerpt {e.id}]]" for e in (*row.first, *row.second))
            taken = "taken off" if decision.take == NEITHER else f"as {decision.take} has it"
            lines.append(f"- [[code {row.code}]] on {ids} ({HOW[row.how]}): {taken}. {decision.why}")
    if not lines:
        return None
    name = base = f"{on}-settled-{document}"
    number = 1
    while name in study.memos or (study.root / f"coding/memos/{name}.md").exists():
        number += 1
        name = f"{base}-{number}"
    head = ["---", f'title: "{title(document)}"', f"on: {on}", f'by: "{", ".join(who)}"']
    head += [f"about: [document {document}]", "kind: method", "---"]
    return f"coding/memos/{name}.md", "\n".join([*head, *lines]) + "\n"
