"""
What of a study may go out: its documents as far as they are released, and what is said of them.

Everything that a writer puts into a file goes through here; what is held back is listed, with why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from qualcode.study import release
from qualcode.study.coderfile import CoderFile, Excerpt
from qualcode.study.document import Document
from qualcode.study.memo import Memo
from qualcode.study.study import Study


@dataclass(frozen=True)
class Released:
    """
    Documents that go out, by id; those withheld, with why; memos and coders' files that go with the documents.

    ``texts``: the words that go out; where parts of a document are withheld, blanks stand in their place, and the
    document is ``in_part``.
    """

    documents: dict[str, Document]
    texts: dict[str, str]
    withheld: dict[str, str]
    in_part: frozenset[str]
    memos: dict[str, Memo]
    files: tuple[CoderFile, ...]
    memos_withheld: int = 0
    codings_withheld: int = 0


def released(study: Study, coder: str = "") -> Released:
    """Return what may go out; *coder*: whose codings (left out: everybody's)."""
    judged = {name: release.verdict(document) for name, document in study.documents.items()}
    told = {name: v.reason for name, v in judged.items() if not v.quotable}
    texts = {
        name: release.blanked(d) for name, d in study.documents.items() if name not in told or release.is_in_part(d)
    }
    documents = {name: study.documents[name] for name in texts}
    in_part = frozenset(name for name, text in texts.items() if text != study.documents[name].text)
    withheld = {name: why for name, why in told.items() if name not in documents}
    files = [f for f in study.coded.values() if not coder or f.coder == coder]
    whole = documents.keys() - told.keys()
    held = {
        e.id for f in study.files if f.document not in whole for e in f.excerpts if not may_go(study, f.document, e)
    }
    memos = {n: m for n, m in study.memos.items() if not _speaks_of(m, withheld, held)}
    while gone := [n for n, m in memos.items() if _names(m) & (study.memos.keys() - memos.keys())]:
        memos = {n: m for n, m in memos.items() if n not in gone}
    going = tuple(f for f in files if f.document in documents)
    left = sum(len(e.codes) for f in files for e in f.excerpts if e.id in held)
    going = tuple(replace(f, excerpts=tuple(e for e in f.excerpts if e.id not in held)) for f in going)
    kept = {n: m for n, m in memos.items() if not _of_parts(m, in_part, documents)}
    told = withheld | {name: f"{told.get(name, 'labels are called otherwise')}; blanks stand there" for name in in_part}
    counts = len(study.memos) - len(kept), left
    return Released(documents, texts, told, in_part, kept, going, *counts)


def may_go(study: Study, document: str, excerpt: Excerpt) -> bool:
    """Say whether an excerpt's words may be shown."""
    of = study.documents.get(document)
    return of is not None and release.verdict(of, excerpt.anchor.start, excerpt.anchor.end).quotable


def _of_parts(memo: Memo, in_part: frozenset[str], documents: dict[str, Document]) -> bool:
    """Say whether a memo on a document that is withheld in part may repeat what is."""
    about = {one.id for one in (*memo.about, *memo.cites) if one.kind == "document"}
    return any(release.about(documents[name], memo.text) != memo.text for name in about & in_part)


def _speaks_of(memo: Memo, withheld: dict[str, str], held: set[str]) -> bool:
    """Say whether a memo is about, or cites, a document that is withheld, or a passage of it."""
    return any(
        (one.kind == "document" and one.id in withheld) or (one.kind == "excerpt" and one.id in held)
        for one in (*memo.about, *memo.cites)
    )


def _names(memo: Memo) -> set[str]:
    """Return the memos that a memo is about, cites or supersedes."""
    return {one.id for one in (*memo.about, *memo.cites, *memo.supersedes) if one.kind == "memo"}
