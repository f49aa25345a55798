"""
Suggestions as a view shows them: rows of ``suggest`` that nobody decided on yet, each with why.

Where a document is coded by two, they stay hidden until it is read to its end, or until they are asked for: what is
coded after a suggestion agrees with the suggestion.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from qualcode import suggest
from qualcode.columns import require
from qualcode.errors import QualcodeError, UsageError
from qualcode.study import release
from qualcode.study.coderfile import CoderFile, Excerpt, read_coder_file
from qualcode.study.document import Document
from qualcode.study.study import REJECTED, Study
from qualcode.suggest import NEEDED, still_blind, suggestion_id
from qualcode.widget.undo import Step

_LIKE = re.compile(r"like (\S+) \(([\d.]+)\)")
_WORDS = 160
Row = Mapping[str, Any]


class Offers:
    """The suggestions a session was given, for all its documents."""

    def __init__(self, study: Study, coder: str, table: pd.DataFrame | Sequence[Row]) -> None:
        """Take rows of ``suggest``; a UsageError names all of which the text or the code has changed since."""
        rows = table.to_dict("records") if isinstance(table, pd.DataFrame) else [dict(row) for row in table]
        require(pd.DataFrame(rows, columns=None if rows else list(NEEDED)), NEEDED, "suggestions")
        self.coder, self.asked = coder, False
        self._told: dict[str, dict[str, Any]] = {}
        self.rows: dict[str, Row] = {str(r["suggestion"]): {str(k): v for k, v in r.items()} for r in rows}
        self._blind = frozenset(still_blind(study, coder) if self.rows else ())
        if changed := [name for name, row in self.rows.items() if not _as_listed(study, name, row)]:
            raise UsageError(f"their text or code changed since they were listed; suggest again: {', '.join(changed)}")

    def of(self, study: Study, document: Document, file: CoderFile) -> dict[str, Row]:
        """Return those of a document that are still to be decided on."""
        mine = {name: row for name, row in self.rows.items() if row["document"] == document.id}
        if not mine:
            return {}
        turned = self.rejected(study, document)
        left = {n: row for n, row in mine.items() if not _meets(row, file.excerpts)}
        return {n: row for n, row in left.items() if row.get("rejected") is True or not _meets(row, turned.values())}

    def rejected(self, study: Study, document: Document) -> dict[str, Excerpt]:
        """Return what the coder turned down in a document, by id, as it now is on disk."""
        name = f"coding/{REJECTED}/{self.coder}/{document.id}.jsonl"
        return {e.id: e for e in read_coder_file(study.root / name, name, self.coder)[0].excerpts}

    def accept(self, study: Study, document: Document, row: Row, part: tuple[int, int] | None) -> tuple[Step, Excerpt]:
        """Make a suggestion, or *part* of its passage, a coding, by the act that all share."""
        before = self.rejected(study, document)
        start, end = part or (None, None)
        made = suggest.accept(study, row, coder=self.coder, start=start, end=end)
        after = self.rejected(study, document)
        besides = tuple(Step(after.get(n), e, rejected=True) for n, e in before.items() if after.get(n) != e)
        return Step(made, None, besides=besides), made

    def reject(self, study: Study, row: Row) -> tuple[Step, Excerpt]:
        """Turn a suggestion down, by the act that all share."""
        turned = suggest.reject(study, row, coder=self.coder)
        return Step(turned, None, rejected=True), turned

    def hidden(self, study: Study, document: Document, file: CoderFile) -> bool:
        """Whether they are not to be seen yet."""
        if self.asked:
            return False
        now = replace(study, coded={**study.coded, (self.coder, document.id): file})
        return document.id in still_blind(now, self.coder)

    def message(self, study: Study, document: Document, file: CoderFile) -> dict[str, Any]:
        """Return what a view is told of them."""
        rows = self.of(study, document, file)
        hidden = bool(rows) and self.hidden(study, document, file)
        if not hidden:
            self._told |= {name: self._shown(study, name, row) for name, row in rows.items() if name not in self._told}
        shown = [] if hidden else [self._told[name] for name in rows]
        return {"type": "suggestions", "suggestions": shown, "count": len(rows), "hidden": hidden, "asked": self.asked}

    def _shown(self, study: Study, name: str, row: Row) -> dict[str, Any]:
        why = str(row["why"]).split("; ")
        place = {"id": name, "start": int(row["start"]), "end": int(row["end"]), "codes": {str(row["code"]): None}}
        nearest = [self._near(study, *found.groups()) for w in why if (found := _LIKE.fullmatch(w))]
        patterns = [w for w in why if not _LIKE.fullmatch(w)]
        return place | {"by": str(row["with"]), "why": patterns, "like": [n for n in nearest if n]}

    def _near(self, study: Study, excerpt: str, likeness: str) -> dict[str, Any] | None:
        """Return a coded excerpt that is why; its words only as released, and not of what is still to be read."""
        for file in (*study.coded.values(), *study.agreed.values()):
            for e in file.excerpts:
                if e.id == excerpt:
                    source = study.documents[file.document]
                    words = release.show(source, e.anchor.start, min(e.anchor.end, e.anchor.start + _WORDS))
                    unread = source.id in self._blind
                    return {"document": source.id, "words": "" if unread else words, "likeness": likeness}
        return None


def _as_listed(study: Study, name: str, row: Row) -> bool:
    try:
        source = study.document(str(row["document"]))
        named = suggestion_id(source, str(row["code"]), int(row["start"]), int(row["end"]))
    except (QualcodeError, TypeError, ValueError):
        return False
    return name == named and row["code"] in study.codebook.codes


def _meets(row: Row, excerpts: Iterable[Excerpt]) -> bool:
    """Whether one of *excerpts* has the row's code within its passage."""
    return any(row["code"] in e.codes and e.anchor.start < row["end"] and row["start"] < e.anchor.end for e in excerpts)
