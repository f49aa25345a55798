"""
What a coder changes afterwards: other codes, boundaries, a memo, a holder, gone, and back again.

Each act is one call and on disk before it returns; ``hand`` is where excerpts begin. An act is undone by
putting back what stood there, and only while nobody has written there since.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from qualcode.coding.hand import change_file, check_cases, check_coder, check_unchanged, checked_codes, stretch
from qualcode.coding.tidy import refuse_twice
from qualcode.errors import SourceError, UsageError, WriteError, did_you_mean
from qualcode.plaintext.durable import replace_all, version_of
from qualcode.plaintext.folder import read_bytes
from qualcode.plaintext.rewrite import CodebookText
from qualcode.plaintext.source import decoded
from qualcode.study.codebook import Code, codebook_from
from qualcode.study.coderfile import CoderFile, Excerpt, Reading, now
from qualcode.study.study import CODEBOOK, Study


def recode(
    study: Study,
    document: str,
    excerpt: str,
    codes: Mapping[str, float | str | None],
    *,
    coder: str,
    seen: Excerpt | None = None,
) -> Excerpt:
    """
    Give an excerpt other codes, all at once; a code it carries already may stay though it is retired.

    Args:
        excerpt: its id.
        seen: the excerpt as the caller saw it: where it stands otherwise on disk, nothing is written.

    Raises:
        UsageError: no such excerpt, or codes that ``code_excerpt`` would refuse too.
        WriteError: it was changed elsewhere, or the coder's file cannot be written.

    Example:
        >>> codes = {"function/residence-proof": "risks"}
        >>> changed = recode(study, "2024-02-20-mediator", "edd6d2f2f00", codes, coder="reader")
        >>> changed.id, changed.codes
        ('edd6d2f2f00', {'function/residence-proof': -1.0})
    """

    def change(was: Excerpt) -> Excerpt:
        return replace(was, codes=checked_codes(study, codes, kept=was.codes))

    return _amend(study, document, excerpt, coder, seen, change)


def resize(
    study: Study,
    document: str,
    excerpt: str,
    start: int,
    end: int,
    *,
    coder: str,
    quote: str | None = None,
    seen: Excerpt | None = None,
) -> Excerpt:
    """
    Move an excerpt's boundaries to *start* and *end*; see ``code_place`` and ``recode``.

    Example:
        >>> kept = resize(study, "2024-02-12-desk-officer", "eeb04e9254a", 184, 195, coder="second")
        >>> kept.anchor.start, kept.anchor.end, kept.anchor.quote
        (184, 195, 'You show it')
    """
    source = study.document(document)
    anchor = stretch(source, start, end, quote)
    check_unchanged(study, source)
    return _amend(study, document, excerpt, coder, seen, lambda e: replace(e, anchor=anchor, text=source.hash))


def set_memo(
    study: Study, document: str, excerpt: str, memo: str | None, *, coder: str, seen: Excerpt | None = None
) -> Excerpt:
    """
    Write a memo on an excerpt; nothing, or blanks only, takes it away. See ``recode``.

    Example:
        >>> changed = set_memo(study, "2024-02-20-mediator", "e9aa4d72059", "Which half of it?", coder="reader")
        >>> changed.memo
        'Which half of it?'
    """
    return _amend(study, document, excerpt, coder, seen, lambda e: replace(e, memo=(memo or "").strip() or None))


def set_holder(
    study: Study, document: str, excerpt: str, holder: str | None, *, coder: str, seen: Excerpt | None = None
) -> Excerpt:
    """
    Say whose view an excerpt gives (a case), or with ``None`` that it is the speaker's own. See ``recode``.

    Example:
        >>> changed = set_holder(study, "2024-02-12-desk-officer", "e282c16abcd", "city", coder="second")
        >>> changed.holder
        'city'
    """
    check_cases(study, holder)
    return _amend(study, document, excerpt, coder, seen, lambda e: replace(e, holder=holder))


def remove_excerpt(study: Study, document: str, excerpt: str, *, coder: str, seen: Excerpt | None = None) -> Excerpt:
    """
    Take an excerpt out of the coder's file and return what stood there. See ``recode``.

    Example:
        >>> gone = remove_excerpt(study, "2024-02-12-desk-officer", "eeb04e9254a", coder="second")
        >>> gone.id, gone.codes
        ('eeb04e9254a', {'function/identification': 1.0})
        >>> tables.codings(open_study(study.root), "second")["excerpt"].tolist()
        ['e282c16abcd']
    """
    gone: list[Excerpt] = []

    def change(was: Excerpt) -> None:
        gone[:] = [was]

    _amend(study, document, excerpt, coder, seen, change)
    return gone[0]


def put_back(study: Study, document: str, stands: Excerpt | None, instead: Excerpt | None, *, coder: str) -> None:
    """
    Undo an act, or do it again: where *stands* is on disk, write *instead*; ``None`` is no excerpt.

    Raises:
        WriteError: something else stands there now; nothing is written.

    Example:
        >>> gone = remove_excerpt(study, "2024-02-12-desk-officer", "eeb04e9254a", coder="second")
        >>> put_back(study, "2024-02-12-desk-officer", None, gone, coder="second")
        >>> tables.codings(open_study(study.root), "second")["excerpt"].tolist()
        ['eeb04e9254a', 'e282c16abcd']
    """
    one = stands or instead
    if one is None:
        return

    def change(file: CoderFile) -> CoderFile:
        if next((e for e in file.excerpts if e.id == one.id), None) != stands:
            raise WriteError(f"{file.path}: excerpt {one.id!r} was changed elsewhere since; nothing was written")
        return file.with_excerpt(instead) if instead else file.without(one.id)

    change_file(study, coder, document, change)


def put_readings_back(
    study: Study, document: str, stand: Sequence[Reading], instead: Sequence[Reading], *, coder: str
) -> None:
    """
    Undo ``mark_read``, or do it again: where exactly *stand* are on disk, write *instead*; else a WriteError.

    Example:
        >>> [read] = study.coded["second", "2024-02-12-desk-officer"].readings
        >>> put_readings_back(study, "2024-02-12-desk-officer", [read], [], coder="second")
        >>> open_study(study.root).coded["second", "2024-02-12-desk-officer"].readings
        ()
    """

    def change(file: CoderFile) -> CoderFile:
        if file.readings != tuple(stand):
            raise WriteError(f"{file.path}: what was read was changed elsewhere since; nothing was written")
        return replace(file, readings=tuple(instead))

    change_file(study, coder, document, change)


def add_code(study: Study, label: str, family: str, *, definition: str = "", why: str, on: date | None = None) -> Code:
    """
    Write a provisional code into the codebook, comments kept, with a line of history; return it.

    Its id is made of *label*. The study that was passed does not know it yet: open the study again, or
    read its codebook.

    Args:
        family: the id of a family in the book; the code stands behind the family's last.
        why: the reason, for the history.
        on: the date in the history; left out: today (UTC).

    Raises:
        UsageError: an unknown family, an id that is taken, or a label without letters.
        SourceError: the codebook on disk has problems.
        WriteError: it was changed in between, or the disk refused.

    Example:
        >>> code = add_code(study, "Who pays", "governance", why="Nobody asked so far.")
        >>> code.id, code.status
        ('governance/who-pays', 'provisional')
        >>> open_study(study.root).codebook.history[-1].change
        'governance/who-pays added, provisional'
    """
    data = read_bytes(study.root, CODEBOOK)
    book, problems = codebook_from(decoded(data, CODEBOOK), CODEBOOK)
    if problems or book is None:
        raise SourceError(problems)
    if family not in book.families:
        raise UsageError(f"unknown family {family!r}{did_you_mean(family, book.families)}")
    bare = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    short = re.sub(r"[^a-z0-9]+", "-", bare)[:40].strip("-")
    if not short:
        raise UsageError("a code's label needs at least one letter or digit")
    code = f"{family}/{short}"
    if code in book.codes:
        raise UsageError(f"code {code!r} is in the codebook already; choose it, or another label")
    about = {"label": " ".join(label.split()), "definition": " ".join(definition.split()), "status": "provisional"}
    behind = [c.id for c in book.codes.values() if c.family == family] or list(book.codes)
    edited = CodebookText(decoded(data, CODEBOOK))
    edited.add(code, {k: v for k, v in about.items() if v}, behind[-1])
    edited.record(on or date.fromisoformat(now()[:10]), f"{code} added, provisional", why)
    text = edited.to_text()
    new, problems = codebook_from(text, CODEBOOK)
    if problems or new is None:
        raise SourceError(problems)
    replace_all(study.root, {CODEBOOK: text.encode("utf-8")}, {CODEBOOK: version_of(data)})
    return new.codes[code]


def _amend(
    study: Study,
    document: str,
    excerpt: str,
    coder: str,
    seen: Excerpt | None,
    change: Callable[[Excerpt], Excerpt | None],
) -> Excerpt:
    check_coder(coder)
    result: list[Excerpt] = []

    def amend(file: CoderFile) -> CoderFile:
        was = next((e for e in file.excerpts if e.id == excerpt), None)
        if was is None:
            raise UsageError(f"{file.path} has no excerpt {excerpt!r}; it may have been removed elsewhere")
        if seen is not None and was != seen:
            raise WriteError(f"{file.path}: excerpt {excerpt!r} was changed elsewhere; look again, then repeat")
        becomes = change(was)
        result[:] = [becomes or was]
        if becomes is None:
            return file.without(excerpt)
        if becomes != was:
            refuse_twice(file, becomes, was)
        return file if becomes == was else file.with_excerpt(becomes)

    study.document(document)
    change_file(study, coder, document, amend)
    return result[0]
