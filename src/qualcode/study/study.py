"""
A study: what its folder of plain text holds, whose codings count, and the names of its parts.

A study with problems can be looked at; its tables refuse.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from qualcode.errors import Notice, Problem, StudyError, UnsettledError, UsageError, did_you_mean
from qualcode.plaintext.durable import locks_of
from qualcode.plural import number_of
from qualcode.study.case import Act, Case, Tie
from qualcode.study.codebook import Codebook
from qualcode.study.coderfile import CoderFile, Excerpt
from qualcode.study.consent import Consent
from qualcode.study.contact import Contact
from qualcode.study.document import FOLDERS, Document
from qualcode.study.memo import Memo
from qualcode.study.terms import NOT_ANALYSED
from qualcode.study.unsettled import NOT_SETTLED, UNSETTLED, unsettled

CODEBOOK = "coding/codebook.yaml"
CASES = "coding/cases.csv"
TIES = "coding/ties.csv"
ACTS = "coding/acts.csv"
CONSENT = "coding/consent.csv"
CONTACTS = "coding/contacts.csv"
AGREED = "agreed"
COUNTS = "QUALCODE_COUNTS"
"""Set while a report runs: whose codings count of documents that nobody settled; see ``Study.counts``."""
REJECTED = "rejected"
EVERYBODY = "all"
"""In place of a coder, where codings are only listed: every coder's, unless a coder is called so."""
PARTS = {
    "documents": (*FOLDERS, CONSENT),
    "codebook": (CODEBOOK,),
    "cases": (CASES, CONSENT),
    "consents": (CONSENT,),
    "contacts": (CONTACTS,),
    "ties": (TIES,),
    "acts": (ACTS,),
    "memos": ("coding/memos",),
    "coded": ("coding/coders",),
    "agreed": (f"coding/{AGREED}",),
    "rejected": (f"coding/{REJECTED}",),
}
"""Parts of a study and the files that each is read from; every other part, such as its problems, is read from all."""


def counts_of(codebook: Codebook) -> str | None:
    """Return whose codings count where nothing is agreed: as a command says, else the codebook; see `Study.counts`."""
    said = os.environ.get(COUNTS)
    return said or codebook.counts or said


@dataclass(frozen=True)
class Study:
    """
    Everything a study holds. Dictionaries are in the order of their ids, cases and ties in that of
    their files. ``coded`` maps (coder, document) to the coder's file, ``agreed`` a document to what
    the coders settled on; ``rejected`` (coder, document) to the suggestions the coder turned down, written as
    excerpts that do *not* carry their codes.
    ``consents`` are the rows of consent.csv, ``None`` without that file: documents and cases stand as they allow
    (``study.terms``). ``contacts`` are whom one approached. ``problems`` and ``notices`` are sorted by path and line.
    """

    root: Path
    documents: dict[str, Document]
    codebook: Codebook
    cases: dict[str, Case]
    ties: tuple[Tie, ...]
    acts: tuple[Act, ...]
    memos: dict[str, Memo]
    coded: dict[tuple[str, str], CoderFile]
    agreed: dict[str, CoderFile]
    problems: tuple[Problem, ...]
    rejected: dict[tuple[str, str], CoderFile] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    consents: tuple[Consent, ...] | None = None
    contacts: tuple[Contact, ...] = ()

    def __repr__(self) -> str:
        """Count what there is; a notebook that shows a study shows no word of it."""
        excerpts = sum(len(f.excerpts) for f in self.coded.values())
        counts = f"{number_of(len(self.documents), 'document')}, {number_of(len(self.cases), 'case')}"
        counts += f", {number_of(excerpts, 'excerpt')}"
        return (
            f"<Study: {counts}, {number_of(len(self.problems), 'problem')}, {number_of(len(self.notices), 'notice')}>"
        )

    @cached_property
    def counts(self) -> str | None:
        """
        Whose codings count of documents that several coded and nobody settled; see ``counting``.

        The codebook may say so; ``""``: nobody's; ``None``: to ask for them is an error.
        """
        return counts_of(self.codebook)

    @cached_property
    def coders(self) -> tuple[str, ...]:
        """The coders, sorted."""
        return tuple(sorted({coder for coder, _ in self.coded}))

    @property
    def locks(self) -> Path:
        """Where locks live."""
        return locks_of(self.root)

    @cached_property
    def excerpt_ids(self) -> frozenset[str]:
        """The ids of all excerpts of all coders, and of what they rejected."""
        return frozenset(e.id for f in (*self.coded.values(), *self.rejected.values()) for e in f.excerpts)

    @property
    def files(self) -> tuple[CoderFile, ...]:
        """Every file that names places and codes: the coders', what was agreed, what was rejected."""
        return (*self.coded.values(), *self.agreed.values(), *self.rejected.values())

    @cached_property
    def _by_document(self) -> dict[str, list[CoderFile]]:
        files: dict[str, list[CoderFile]] = {}
        for (_, document), file in self.coded.items():
            files.setdefault(document, []).append(file)
        return files

    @cached_property
    def written(self) -> dict[tuple[str, str], CoderFile]:
        """
        Coders' files as this session last wrote them; believed only while the file's bytes are the same.

        What the study holds stays as it was opened.
        """
        return {}

    def document(self, name: str) -> Document:
        """
        Return a document.

        Raises:
            UsageError: there is none with this id.
        """
        if name not in self.documents:
            raise UsageError(
                f"unknown document {name!r}{did_you_mean(name, self.documents) or '; see `qualcode table documents`'}"
            )
        return self.documents[name]

    def settled_on(self, document: str, coder: str | None = None) -> CoderFile | None:
        """
        Return the codings to count for a document: *coder*'s; else the agreed, else the one coder's.

        Excerpts of who did not agree to be analysed are not among them.

        Raises:
            UsageError: several coders and nothing agreed, or an unknown coder.
        """
        file = self._settled_on(document, coder)
        of = self.documents.get(document)
        return _analysed(of, file) if of and file else file

    def _settled_on(self, document: str, coder: str | None) -> CoderFile | None:
        if coder is not None:
            if coder not in (*self.coders, AGREED):
                raise UsageError(
                    f"unknown coder {coder!r}{did_you_mean(coder, self.coders)}; coders are {', '.join(self.coders)}"
                )
            return self.agreed.get(document) if coder == AGREED else self.coded.get((coder, document))
        if document in self.agreed:
            return self.agreed[document]
        files = self._by_document.get(document, [])
        if len(files) > 1:
            if self.counts is None:
                raise UnsettledError(document, [f.coder for f in files])
            return self.coded.get((self.counts, document))
        return files[0] if files else None

    def counted(self, coder: str | None = None) -> Iterator[tuple[Document, CoderFile]]:
        """
        Yield each document of which codings count, with the file they are in (see ``settled_on``).
        """
        for name, document in self.documents.items():
            file = self.settled_on(name, coder)
            if file:
                yield document, file

    def not_counted(self, coder: str | None = None) -> dict[str, int]:
        """Count the codings that their coders made since a document was settled; see ``unsettled``."""
        if coder is not None:
            return {NOT_SETTLED: 0} | self._not_analysed(coder)
        files = [f for f in self.coded.values() if f.document in self.agreed]
        added = sum(len(unsettled(f, self.agreed[f.document], self.memos)) for f in files)
        unsettled_ = {UNSETTLED: self._uncounted()} if self.counts is not None else {}
        return {NOT_SETTLED: added} | unsettled_ | self._not_analysed(coder)

    def _not_analysed(self, coder: str | None) -> dict[str, int]:
        """Count the codings of who did not agree to be analysed; nothing where all did."""
        held = [d for d in self.documents.values() if d.uncounted]
        files = [(d, self._settled_on(d.id, coder)) for d in held]
        count = sum(len(e.codes) for d, f in files if f for e in f.excerpts if e not in _analysed(d, f).excerpts)
        return {NOT_ANALYSED: count} if count else {}

    def _uncounted(self) -> int:
        open_ = [d for d, files in self._by_document.items() if len(files) > 1 and d not in self.agreed]
        return sum(
            len(e.codes) for d in open_ for f in self._by_document[d] if f.coder != self.counts for e in f.excerpts
        )

    def excerpts(self, coder: str | None = None) -> Iterator[tuple[Document, CoderFile, Excerpt]]:
        """Yield the excerpts to count (see ``settled_on``), by document, then place."""
        for document, file in self.counted(coder):
            for excerpt in file.excerpts:
                yield document, file, excerpt

    def require_sound(self) -> None:
        """
        Refuse to go on with problems.

        Raises:
            StudyError: the study has problems.
        """
        if self.problems:
            raise StudyError(self.problems)


def _analysed(document: Document, file: CoderFile) -> CoderFile:
    """Return a coder's file without the excerpts of who did not agree to be analysed."""
    if not document.uncounted:
        return file
    kept = tuple(
        e for e in file.excerpts if not any(a < e.anchor.end and e.anchor.start < b for a, b in document.uncounted)
    )
    return file if len(kept) == len(file.excerpts) else replace(file, excerpts=kept)
