"""
Opening a study: its folder read whole and checked whole, in one pass.

A study with problems opens, so that they can be looked at; what is not read is named.
"""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from os.path import lexists
from pathlib import Path
from typing import Any

from qualcode.errors import Problem, SourceError, UsageError, did_you_mean
from qualcode.plaintext.durable import PART, UNFINISHED, finish_if_needed
from qualcode.plaintext.folder import astray, listed, oddity
from qualcode.plaintext.source import SLUG
from qualcode.study import crosscheck, reads
from qualcode.study.case import Case, read_acts, read_cases, read_ties
from qualcode.study.codebook import Codebook, read_codebook
from qualcode.study.coderfile import CoderFile, read_coder_file
from qualcode.study.consent import Consent, check_consents, read_consents
from qualcode.study.contact import Contact, read_contacts
from qualcode.study.document import FOLDERS, Document, read_document
from qualcode.study.excerpt import Lines
from qualcode.study.memo import Memo, read_memo
from qualcode.study.notices import notices_of
from qualcode.study.study import (
    ACTS,
    AGREED,
    CASES,
    CODEBOOK,
    CONSENT,
    CONTACTS,
    COUNTS,
    REJECTED,
    TIES,
    Study,
    counts_of,
)
from qualcode.study.terms import called, notices_on_terms, on_terms

_TABLES = ("codebook.yaml", "cases.csv", "ties.csv", "acts.csv", "reviews.csv", "remotes.csv", "speakers.yaml")
_OF_PEOPLE = ("consent.csv", "contacts.csv")
_IN_CODING = (*_TABLES, "names.json", *_OF_PEOPLE, "coders", AGREED, REJECTED, "memos", "published", "imported")
_RECORDINGS = (".mp3", ".m4a", ".wav", ".ogg", ".flac", ".opus", ".mp4")
_NOT_OURS = (".DS_Store", "Thumbs.db", "desktop.ini", "README.md", ".gitkeep", ".ipynb_checkpoints")
_STRAY = re.compile(
    r"""
    (?P<of>.+?)                                                   # the name, then what was put behind it:
    (?: [ ]?\(\d+\)                                               #   name (1).md
      | [ ]\d                                                     #   name 2.md
      | [ ]?\([^)]*(?:conflict|konflikt|conflit)[^)]*\)            #   name (conflicted copy 2024-02-12).md
      | \.sync-conflict-[\w-]+                                    #   name.sync-conflict-20240212-101010.md
      | [ ]?-[ ]?(?:Copy|Copie|Kopie)(?:[ ]?\(\d+\))?             #   name - Copy.md
    ) (?P<ending>\.\w+)
    | (?P<of2>.+?\.\w+) (?:~|\.orig|\.bak|\.tmp)
    | \.\# (?P<of3>.+)
    """,
    re.IGNORECASE | re.VERBOSE,
)


def find_study(path: Path | str | None = None) -> Path:
    """
    Return the folder of the study at *path*, or around the working folder.

    Raises:
        UsageError: there is no study.

    Example:
        >>> import os
        >>> os.chdir(study.root / "coding")
        >>> find_study().name
        'card'
    """
    start = Path(path) if path is not None else Path.cwd()
    for folder in [start] if path is not None else [start, *start.resolve().parents]:
        if (folder / CODEBOOK).is_file():
            return folder
    where = f"{start} is no study" if path is not None else "there is no study around the working folder"
    raise UsageError(f"{where} (no {CODEBOOK}); `qualcode new study FOLDER` lays one out")


def open_study(path: Path | str | None = None) -> Study:
    """
    Read and check the whole study at *path*, or the one around the working folder.

    Raises:
        UsageError: there is no study.

    Example:
        >>> study = open_study(study.root)
        >>> list(study.documents)[:2], study.problems
        (['2024-01-30-leaflet', '2024-02-12-desk-officer'], ())
        >>> study.cases["mediator"].label
        'A mediator'
    """
    if reads.on():
        with reads.quiet():
            return _watched(_read(find_study(path)))
    return _read(find_study(path))


@contextmanager
def counting(root: Path, coder: str) -> Iterator[None]:
    """
    Open studies so that a document that nobody settled stops no table: *coder*'s codings count; "", those
    that the codebook names, if it does, and else nobody's.

    Raises:
        UsageError: the study at *root* has no such coder.
        SourceError: the coders' folder is none of the study's.
    """
    within = "coding/coders"
    coders = [name for name in (listed(root, within) if coder else ()) if (root / within / name).is_dir()]
    if coder and coder not in coders:
        raise UsageError(f"unknown coder {coder!r}{did_you_mean(coder, coders)}; coders are {', '.join(coders)}")
    before = os.environ.get(COUNTS)
    os.environ[COUNTS] = coder
    try:
        yield
    finally:
        if before is None:
            del os.environ[COUNTS]
        else:
            os.environ[COUNTS] = before


class _Watched(Study):
    """A study that notes which of its parts are looked at."""

    def __getattribute__(self, name: str) -> Any:
        if name in _PARTS:
            reads.note("part", name)
        return super().__getattribute__(name)


_PARTS = frozenset(f.name for f in fields(Study)) - {"root", "problems", "notices"}


def _watched(study: Study) -> Study:
    return _Watched(**{f.name: getattr(study, f.name) for f in fields(Study)})


def _read(root: Path) -> Study:
    opening = _Opening(root)
    collecting = gc.isenabled()
    gc.disable()  # nothing read here points back at what holds it; looking for such circles costs a fifth
    try:
        return opening.study()
    finally:
        if collecting:
            gc.enable()


class _Opening:
    """Read a study's files one kind after the other; gathers problems."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.unreadable: set[str] = set()
        self.cases_read = self.folders_read = True
        self.lines = Lines()

    def study(self) -> Study:
        self.problems += finish_if_needed(self.root)
        documents = self._documents()
        codebook, problems = read_codebook(self.root / CODEBOOK, CODEBOOK)
        self.problems += problems
        cases = self._cases()
        ties, problems = read_ties(self.root / TIES, TIES) if lexists(self.root / TIES) else ((), [])
        self.problems += problems
        acts, problems = read_acts(self.root / ACTS, ACTS) if lexists(self.root / ACTS) else ((), [])
        self.problems += problems
        consents, contacts = self._consents(), self._contacts()
        memos = self._memos()
        coded = {(f.coder, f.document): f for f in self._coder_files("coders")}
        rejected = {(f.coder, f.document): f for f in self._coder_files(REJECTED)}
        settled = self._folder_of_codings(AGREED, f"coding/{AGREED}")
        agreed = {f.document: f for f in settled}
        self._unread("coding", _IN_CODING)
        book = codebook or Codebook(CODEBOOK, "", "", (), {}, {}, {})
        files = [*coded.values(), *agreed.values()]
        unreadable = frozenset(self.unreadable)
        rows = consents or ()
        self.problems += check_consents(rows, CONSENT, cases, cases_read=self.cases_read)
        filed, cases = cases, called(cases, consents)
        documents = on_terms(documents, filed, consents, (*files, *rejected.values()))
        known = crosscheck.Known(documents, cases, codebook, unreadable, self.cases_read, self.folders_read)
        self.problems += crosscheck.check_contacts(contacts, CONTACTS, known)
        self.problems += crosscheck.check_documents(known)
        self.problems += crosscheck.check_coder_files(files, known)
        self.problems += crosscheck.check_rejected(rejected.values(), known)
        self.problems += crosscheck.check_excerpt_ids((*coded.values(), *rejected.values()))
        self.problems += crosscheck.check_excerpt_ids(tuple(agreed.values()))
        self.problems += crosscheck.check_ties(ties, TIES, known)
        self.problems += crosscheck.check_acts(acts, ACTS, known)
        if codebook:
            self.problems += crosscheck.check_cases(cases, CASES, codebook)
            self.problems += crosscheck.check_codebook(codebook, known)
            self.problems += crosscheck.check_counts(codebook, {coder for coder, _ in coded})
        excerpts = (e.id for f in files for e in f.excerpts) if memos else ()
        self.problems += crosscheck.check_memos(memos, excerpts, known)
        problems = sorted(set(self.problems))
        counts = counts_of(book)
        notices = set(notices_of(documents, cases, book, coded.values(), agreed, memos, counts))
        notices |= set(notices_on_terms(documents, cases, consents, CONSENT))
        parts = (documents, book, cases, ties, acts, memos, coded, agreed)
        of_people = consents if consents is None else tuple(consents), contacts
        return Study(self.root, *parts, tuple(problems), rejected, tuple(sorted(notices)), *of_people)

    def _documents(self) -> dict[str, Document]:
        documents: dict[str, Document] = {}
        paths: dict[str, str] = {}
        for folder, kind in FOLDERS.items():
            self.unreadable |= {name.removesuffix(".md") for name in self._names(folder)}  # unless read below
            for path, name in self._files(folder, ".md", _RECORDINGS):
                document, problems = read_document(path, name, kind)
                self.problems += problems
                same = paths.setdefault(path.stem.casefold(), name)
                if same != name:
                    self.problems.append(
                        Problem(name, 0, f"id {path.stem!r} is also that of {same}; rename one of them")
                    )
                elif document:
                    documents[document.id] = document
        self.unreadable -= documents.keys()
        self.folders_read = not any(p.path in FOLDERS for p in self.problems)
        return dict(sorted(documents.items()))

    def _cases(self) -> dict[str, Case]:
        if not lexists(self.root / CASES):
            self.problems.append(Problem(CASES, 0, "the file is missing; write one with the columns case, label, kind"))
            self.cases_read = False
            return {}
        cases, problems = read_cases(self.root / CASES, CASES)
        self.problems += problems
        self.cases_read = bool(cases) or not problems
        return cases

    def _consents(self) -> tuple[Consent, ...] | None:
        if not lexists(self.root / CONSENT):
            return None
        consents, problems = read_consents(self.root / CONSENT, CONSENT)
        self.problems += problems
        return consents

    def _contacts(self) -> tuple[Contact, ...]:
        if not lexists(self.root / CONTACTS):
            return ()
        contacts, problems = read_contacts(self.root / CONTACTS, CONTACTS)
        self.problems += problems
        return contacts

    def _memos(self) -> dict[str, Memo]:
        memos = {}
        for path, name in self._files("coding/memos", ".md"):
            memo, problems = read_memo(path, name)
            self.problems += problems
            if memo:
                memos[memo.id] = memo
        return memos

    def _coder_files(self, within: str) -> Iterator[CoderFile]:
        coders: dict[str, str] = {}
        for coder in self._names(f"coding/{within}"):
            name = f"coding/{within}/{coder}"
            if coder in _NOT_OURS:
                continue
            wrong = astray(self.root, name)
            if wrong or not (self.root / name).is_dir():
                what = wrong or "a file beside the coders' folders is not read; move it"
                self.problems.append(Problem(name, 0, what))
                continue
            if not SLUG.fullmatch(coder):
                self.problems.append(Problem(name, 0, f"coder {coder!r} is no slug; use a-z, 0-9 and hyphens"))
            same = coders.setdefault(coder.casefold(), coder)
            if same != coder:
                self.problems.append(Problem(name, 0, f"coder {coder!r} differs from {same!r} only in case"))
            yield from self._folder_of_codings(coder, name)

    def _folder_of_codings(self, coder: str, name: str) -> Iterator[CoderFile]:
        for path, file_name in self._files(name, ".jsonl"):
            file, problems = read_coder_file(path, file_name, coder, self.lines)
            self.problems += problems
            yield file

    def _names(self, folder: str) -> list[str]:
        """Return the names in a folder of the study; name the folder where it cannot be looked into."""
        try:
            return listed(self.root, folder)
        except SourceError as error:
            self.problems += error.problems
            return []

    def _files(self, folder: str, ending: str, beside: tuple[str, ...] = ()) -> Iterator[tuple[Path, str]]:
        """Yield the files to read in a folder, by name; name each that is not read."""
        for name in self._names(folder):
            path, here = self.root / folder / name, f"{folder}/{name}"
            if name in _NOT_OURS or path.suffix.lower() in beside or PART.fullmatch(name):
                continue  # what a writer has beside a file is not ours to judge: it may be at work
            of = _stray_copy_of(name)
            if of:
                self.problems.append(Problem(here, 0, f"a stray copy of {of!r}; compare the two, keep one"))
            elif path.suffix != ending and not path.is_dir():
                self.problems.append(Problem(here, 0, f"not read: files in {folder} end in {ending}"))
            elif path.is_dir() and not astray(self.root, here):
                self.problems.append(Problem(here, 0, "a folder in here is not read; move its files up"))
            elif oddity(self.root, here):
                self.problems.append(Problem(here, 0, oddity(self.root, here)))
            elif any("\udc80" <= c <= "\udcff" for c in name):
                self.problems.append(Problem(here, 0, "the file's name is not UTF-8; rename it"))
            else:
                yield path, here

    def _unread(self, folder: str, known: tuple[str, ...]) -> None:
        for name in self._names(folder):
            if name not in (*known, *_NOT_OURS, Path(UNFINISHED).name) and not PART.fullmatch(name):
                of = _stray_copy_of(name)
                stray = f"a stray copy of {of!r}; compare the two, keep one"
                what = stray if of else f"not read{did_you_mean(name, known)}"
                self.problems.append(Problem(f"{folder}/{name}", 0, what))


def _stray_copy_of(name: str) -> str:
    """Return the name of the file that a sync tool or an editor left *name* beside, or ``""``."""
    match = _STRAY.fullmatch(name)
    if not match:
        return ""
    return match["of2"] or match["of3"] or f"{match['of']}{match['ending']}"
