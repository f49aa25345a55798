"""
What coders added to a document after it was settled: theirs, but neither agreed nor decided on, so not counted.

A code on an excerpt is settled where what was agreed has the code on words of the excerpt, or where a memo of a
settling names both. What is neither, and older than the settling, was left out then; the rest came after.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qualcode.study.coderfile import CoderFile
from qualcode.study.excerpt import Excerpt
from qualcode.study.memo import Memo

NOT_SETTLED = "not settled"
"""Why a coding does not count though its coder made it."""
UNSETTLED = "of another coder, on documents on which nothing is agreed"
"""Why a coding does not count in a report."""
_LINE = re.compile(r"^- \[\[code (?P<code>[^\]]+)\]\] on (?P<excerpts>.*?) \(", re.MULTILINE)
_EXCERPT = re.compile(r"\[\[excerpt (\w+)\]\]")


@dataclass(frozen=True)
class Decided:
    """What the memos of a document's settlings name: pairs of code and excerpt, and the last day of one."""

    pairs: frozenset[tuple[str, str]]
    on: str


def title(document: str) -> str:
    """Return the title of a memo on the settling of a document."""
    return f"Settled: {document}"


def decided(document: str, memos: Iterable[Memo]) -> Decided:
    """Read what was decided on a document from the memos that ``settle`` wrote."""
    pairs: set[tuple[str, str]] = set()
    on = ""
    for memo in memos:
        if memo.title == title(document) and memo.kind == "method":
            on = max(on, memo.on.isoformat())
            for line in _LINE.finditer(memo.text):
                pairs |= {(line["code"], e) for e in _EXCERPT.findall(line["excerpts"])}
    return Decided(frozenset(pairs), on)


def unsettled(file: CoderFile, agreed: CoderFile, memos: Mapping[str, Memo]) -> list[tuple[Excerpt, str]]:
    """Return the codes that a coder gave since the document was settled: excerpt and code, by place, then code."""
    told = decided(file.document, memos.values())
    days = [str(e.settled["on"]) for e in agreed.excerpts if e.settled]
    last = max([told.on, *days])
    if not last:
        return []
    by_code: dict[str, list[Excerpt]] = {}
    for excerpt in agreed.excerpts:
        for code in excerpt.codes:
            by_code.setdefault(code, []).append(excerpt)
    return [
        (excerpt, code)
        for excerpt in file.excerpts
        if told.on or excerpt.made[:10] >= last
        for code in sorted(excerpt.codes)
        if (code, excerpt.id) not in told.pairs and not any(_meet(excerpt, other) for other in by_code.get(code, ()))
    ]


def _meet(one: Excerpt, other: Excerpt) -> bool:
    return one.anchor.start < other.anchor.end and other.anchor.start < one.anchor.end
