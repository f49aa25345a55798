"""
Coding by hand: the acts of a coder, each one call, each on disk before it returns.

Notebooks, the command line and the coding widget all go through these; none writes a coder's file
in another way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from qualcode.anchor import Anchor
from qualcode.coding import CoderFile, Excerpt, Reading, change_coder_file, excerpt_id, now
from qualcode.document import Document, read_document
from qualcode.errors import Problem, StudyError, UsageError, WriteError, did_you_mean
from qualcode.source import SLUG
from qualcode.study import Study


def code_excerpt(
    study: Study,
    document: str,
    quote: str,
    codes: Mapping[str, float | str | None],
    *,
    coder: str,
    nth: int | None = None,
    case: str | None = None,
    holder: str | None = None,
    memo: str | None = None,
) -> Excerpt:
    """
    Tag the words *quote* of a document with *codes* and write them to the coder's file.

    Args:
        codes: code to stance: a number from -1 to 1, a stance label of the codebook, or ``None``.
        nth: which occurrence, from 1, where the words stand more than once.
        case, holder: who speaks, and whose view it is, where the place does not tell.

    Returns:
        The excerpt as it stands on disk.

    Raises:
        UsageError: an unknown document, code, case, stance or coder's id.
        AnchorError: the words are not there, or stand at several places.
        WriteError: the document or the coder's file changed on disk since the study was opened.
    """
    source = study.document(document)
    checked = _checked_codes(study, codes)
    _check_coder(coder)
    for name in (case, holder):
        if name is not None and name not in study.cases:
            raise UsageError(f"unknown case {name!r}{did_you_mean(name, study.cases)}")
    anchor = Anchor.of(source.text, quote, nth)
    _check_unchanged(study, source)
    made = now()
    result: list[Excerpt] = []

    def add(file: CoderFile) -> CoderFile:
        taken = {e.id for f in study.coded.values() for e in f.excerpts} | {e.id for e in file.excerpts}
        new = excerpt_id(coder, document, anchor, made, taken)
        result[:] = [Excerpt(new, anchor, source.hash, checked, made, case, holder, memo)]
        return file.with_excerpt(result[0])

    path, name = _coder_path(study, coder, document)
    change_coder_file(path, name, coder, add, study.locks)
    return result[0]


def mark_read(study: Study, document: str, *, coder: str, start: int = 0, end: int | None = None) -> Reading:
    """
    Say that *coder* has read a document from *start* to *end* (left out: to its end).

    What was read and left untagged is a judgement; what was not read is none.

    Raises:
        UsageError: an unknown document, or a place outside its text.
        WriteError: the document changed on disk since the study was opened.
    """
    source = study.document(document)
    _check_coder(coder)
    until = len(source.text) if end is None else end
    if not 0 <= start < until <= len(source.text):
        raise UsageError(f"place {start}-{until} is no stretch of {source.path} (0-{len(source.text)})")
    _check_unchanged(study, source)
    reading = Reading(start, until, source.hash, now())
    path, name = _coder_path(study, coder, document)
    change_coder_file(path, name, coder, lambda file: file.with_reading(reading), study.locks)
    return reading


@dataclass(frozen=True, slots=True)
class Move:
    """An excerpt whose words moved with their document; ``to`` is where they stand now."""

    path: str
    excerpt: Excerpt
    to: Anchor
    text: str


def moves(study: Study) -> tuple[Move, ...]:
    """Return the excerpts whose words can be followed to one place only, by file and place."""
    found: list[Move] = []
    for file in [*study.coded.values(), *study.agreed.values()]:
        document = study.documents.get(file.document)
        if document is None:
            continue
        for excerpt in file.excerpts:
            if excerpt.text != document.hash:
                place = excerpt.anchor.find(document.text).anchor
                if place:
                    found.append(Move(file.path, excerpt, place, document.hash))
    return tuple(found)


def reanchor(study: Study, wanted: tuple[Move, ...]) -> None:
    """
    Write the new places of *wanted* moves; what cannot be followed stays as it is.

    Raises:
        WriteError: a file changed since the study was opened; files before it in order are written.
    """
    for file in [*study.coded.values(), *study.agreed.values()]:
        mine = {m.excerpt.id: m for m in wanted if m.path == file.path}
        if mine:

            def follow(before: CoderFile, mine: dict[str, Move] = mine) -> CoderFile:
                excerpts = tuple(
                    replace(e, anchor=mine[e.id].to, text=mine[e.id].text) if e.id in mine else e
                    for e in before.excerpts
                )
                return replace(before, excerpts=excerpts)

            change_coder_file(study.root / file.path, file.path, file.coder, follow, study.locks, seen=file.version)


def _checked_codes(study: Study, codes: Mapping[str, float | str | None]) -> dict[str, float | None]:
    book = study.codebook
    checked: dict[str, float | None] = {}
    if not codes:
        raise UsageError("no code given; an excerpt needs at least one")
    for name, stance in codes.items():
        code = book.codes.get(name)
        if code is None:
            raise UsageError(f"unknown code {name!r}{did_you_mean(name, book.codes) or '; add it to the codebook'}")
        if code.status == "retired":
            raise UsageError(f"code {name!r} is retired")
        if isinstance(stance, str):
            if stance not in book.stances:
                raise UsageError(
                    f"unknown stance {stance!r}{did_you_mean(stance, book.stances)}; it takes {', '.join(book.stances)}"
                )
            stance = book.stances[stance]
        if stance is not None and not code.proposition:
            raise UsageError(f"code {name!r} takes no stance (it has no proposition)")
        if stance is not None and not -1 <= stance <= 1:
            raise UsageError(f"stance {stance} of {name!r} is no number from -1 to 1")
        rivals = [c for c in checked if c.split("/")[0] == code.family]
        if rivals and book.families[code.family].exclusive:
            raise UsageError(f"family {code.family!r} is exclusive; choose {rivals[0]!r} or {name!r}")
        checked[name] = stance
    return checked


def _check_coder(coder: str) -> None:
    if not SLUG.fullmatch(coder):
        raise UsageError(f"coder {coder!r} is no slug; use a-z, 0-9 and hyphens")


def _check_unchanged(study: Study, source: Document) -> None:
    again, problems = read_document(study.root / source.path, source.path, source.kind)
    if again is None:
        raise StudyError(problems or [Problem(source.path, 0, "cannot be read any more")])
    if again.hash != source.hash:
        raise WriteError(f"{source.path}: changed on disk since the study was opened; open the study again")


def _coder_path(study: Study, coder: str, document: str) -> tuple[Path, str]:
    name = f"coding/coders/{coder}/{document}.jsonl"
    return study.root / name, name
