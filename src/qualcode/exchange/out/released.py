"""
What of a study may go out: its documents as far as they are released, and what is said of them.

Everything that a writer puts into a file goes through here; what is held back is listed, with why.
"""

from __future__ import annotations

from dataclasses import dataclass

from qualcode.study import release
from qualcode.study.coderfile import CoderFile
from qualcode.study.document import Document
from qualcode.study.memo import Memo
from qualcode.study.study import Study

_LABELS = "labels in it may not be shown; put others in their place with `qualcode pseudonymise`"


@dataclass(frozen=True)
class Released:
    """Documents that go out, by id; those withheld, with why; memos and coders' files that go with the documents."""

    documents: dict[str, Document]
    withheld: dict[str, str]
    memos: dict[str, Memo]
    files: tuple[CoderFile, ...]
    memos_withheld: int = 0
    codings_withheld: int = 0


def released(study: Study, coder: str = "") -> Released:
    """Return what may go out; *coder*: whose codings (left out: everybody's)."""
    judged = {name: release.verdict(document) for name, document in study.documents.items()}
    withheld = {name: v.reason for name, v in judged.items() if not v.quotable}
    withheld |= {n: _LABELS for n, d in study.documents.items() if n not in withheld and _relabelled(d)}
    documents = {name: d for name, d in study.documents.items() if name not in withheld}
    files = [f for f in study.coded.values() if not coder or f.coder == coder]
    held = {e.id for f in study.files if f.document in withheld for e in f.excerpts}
    memos = {n: m for n, m in study.memos.items() if not _speaks_of(m, withheld, held)}
    while gone := [n for n, m in memos.items() if _names(m) & (study.memos.keys() - memos.keys())]:
        memos = {n: m for n, m in memos.items() if n not in gone}
    going = tuple(f for f in files if f.document in documents)
    left = sum(len(e.codes) for f in files if f.document in withheld for e in f.excerpts)
    return Released(documents, withheld, memos, going, len(study.memos) - len(memos), left)


def _speaks_of(memo: Memo, withheld: dict[str, str], held: set[str]) -> bool:
    """Say whether a memo is about, or cites, a document that is withheld, or a passage of it."""
    return any(
        (one.kind == "document" and one.id in withheld) or (one.kind == "excerpt" and one.id in held)
        for one in (*memo.about, *memo.cites)
    )


def _names(memo: Memo) -> set[str]:
    """Return the memos that a memo is about, cites or supersedes."""
    return {one.id for one in (*memo.about, *memo.cites, *memo.supersedes) if one.kind == "memo"}


def _relabelled(document: Document) -> bool:
    """Say whether a speaker may not be shown under the label that the text has."""
    filed = document.filed
    return filed is not None and [t.speaker.label for t in filed.turns] != [t.speaker.label for t in document.turns]
