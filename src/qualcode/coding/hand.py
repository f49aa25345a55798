"""
Coding by hand: the acts of a coder, each one call, each on disk before it returns.

Notebooks, the command line and the coding widget all go through these; none writes a coder's file
in another way.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qualcode.coding.follow import traced
from qualcode.coding.tidy import refuse_twice, standing_already
from qualcode.errors import SourceError, UsageError, WriteError, did_you_mean
from qualcode.plaintext.anchor import Anchor, AnchorError, text_hash
from qualcode.plaintext.durable import replace_all
from qualcode.plaintext.source import SLUG, read_text
from qualcode.study.coderfile import CoderFile, Excerpt, Reading, change_coder_file, excerpt_id, now, read_coder_file
from qualcode.study.document import Document, split_front_matter
from qualcode.study.study import Study


def __getattr__(name: str) -> object:
    """Give what stood here when places after an edit were in this module (now ``qualcode.coding.places``)."""
    from qualcode.moved import still_found

    return still_found(__name__, name)


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
        The excerpt as it stands on disk: the one that is there already where the coder tagged the same words with
        the same codes before.

    Raises:
        UsageError: an unknown document, code, case, stance or coder's id; or one of the codes stands on some of
            the words already, so that one statement would stand there twice.
        AnchorError: the words are not there, or stand at several places.
        WriteError: the document or the coder's file changed on disk since the study was opened.

    Example:
        >>> codes = {"governance/co-design": "enables"}
        >>> made = code_excerpt(study, "2024-02-20-mediator", "four times", codes, coder="me")
        >>> made.anchor.start, made.anchor.end, made.codes
        (69, 79, {'governance/co-design': 1.0})
    """
    anchor = Anchor.of(study.document(document).text, quote, nth)
    return code_place(
        study, document, anchor.start, anchor.end, codes, coder=coder, case=case, holder=holder, memo=memo
    )


def code_place(
    study: Study,
    document: str,
    start: int,
    end: int,
    codes: Mapping[str, float | str | None],
    *,
    coder: str,
    quote: str | None = None,
    case: str | None = None,
    holder: str | None = None,
    memo: str | None = None,
    origin: Mapping[str, str] | None = None,
) -> Excerpt:
    """
    Tag the stretch from *start* to *end* (code points, half-open); see ``code_excerpt``.

    Args:
        quote: the words the caller saw there; where others stand, nothing is written.
        origin: where the tag comes from; left out: by hand.

    Raises:
        AnchorError: no such stretch, or other words than *quote* stand there.

    Example:
        >>> codes = {"governance/co-design": "enables"}
        >>> made = code_place(study, "2024-02-20-mediator", 69, 79, codes, coder="me")
        >>> made.anchor.quote, made.codes
        ('four times', {'governance/co-design': 1.0})
    """
    source = study.document(document)
    checked = checked_codes(study, codes)
    check_coder(coder)
    check_cases(study, case, holder)
    anchor = stretch(source, start, end, quote)
    check_unchanged(study, source)
    made = now()
    result: list[Excerpt] = []

    def add(file: CoderFile) -> CoderFile:
        about = dict(origin or {"how": "hand"})
        new = Excerpt("", anchor, source.hash, checked, made, case, holder, memo or None, about)
        there = standing_already(file, new)
        if there:
            result[:] = [there]
            return file
        refuse_twice(file, new)
        taken = {e.id for e in file.excerpts}
        name = excerpt_id(coder, document, anchor, made, taken)
        while name in study.excerpt_ids:
            taken.add(name)
            name = excerpt_id(coder, document, anchor, made, taken)
        result[:] = [replace(new, id=name)]
        return file.with_excerpt(result[0])

    change_file(study, coder, document, add)
    return result[0]


@dataclass(frozen=True, slots=True)
class Tag:
    """One of many acts of coding: a stretch of a document and its codes, as `code_place` takes them."""

    document: str
    start: int
    end: int
    codes: Mapping[str, float | str | None]
    quote: str | None = None
    case: str | None = None
    holder: str | None = None
    memo: str | None = None
    origin: Mapping[str, str] | None = None


def code_places(study: Study, tags: Sequence[Tag], *, coder: str) -> list[Excerpt]:
    """
    Tag many stretches in one step, all or none: each document's file is written once; see `code_place`.

    Returns:
        The excerpts as they stand on disk, in the order of *tags*.

    Raises:
        UsageError, AnchorError: as `code_place`, for the first that is wrong; nothing is written.
        SourceError: a file of the coder's has problems.
        WriteError: a document or a file of the coder's changed since the study was opened, or the disk refused.

    Example:
        >>> tags = [Tag("2024-01-30-leaflet", 0, 13, {"function/access": None})]
        >>> [made.anchor.quote for made in code_places(study, tags, coder="third")]
        ['One city, one']
    """
    check_coder(coder)
    sheets: dict[str, _Sheet] = {}
    taken = set(study.excerpt_ids)
    made, result = now(), []
    for tag in tags:
        source = study.document(tag.document)
        if tag.document not in sheets:
            check_unchanged(study, source)
            path, name = coder_path(study, coder, tag.document)
            was, problems = read_coder_file(path, name, coder)
            if problems:
                raise SourceError(problems)
            sheets[tag.document] = _Sheet(was)
            taken |= {e.id for e in was.excerpts}
        sheet = sheets[tag.document]
        checked = checked_codes(study, tag.codes)
        check_cases(study, tag.case, tag.holder)
        anchor, about = stretch(source, tag.start, tag.end, tag.quote), dict(tag.origin or {"how": "hand"})
        new = Excerpt("", anchor, source.hash, checked, made, tag.case, tag.holder, tag.memo or None, about)
        near = sheet.near(new)
        there = standing_already(near, new)
        if there is None:
            refuse_twice(near, new)
            there = replace(new, id=excerpt_id(coder, tag.document, anchor, made, taken))
            taken.add(there.id)
            sheet.add(there)
        result.append(there)
    written = {s.was.path: s.to_text().encode("utf-8") for s in sheets.values() if s.changed}
    replace_all(study.root, written, {s.was.path: s.was.version for s in sheets.values()})
    return result


class _Sheet:
    """A coder's file while many excerpts are added to it: kept by place, so that what is near one is found at once."""

    def __init__(self, was: CoderFile) -> None:
        self.was, self.changed = was, False
        self._excerpts = sorted(was.excerpts, key=lambda e: e.place)
        self._longest = max((e.anchor.end - e.anchor.start for e in was.excerpts), default=0)

    def near(self, new: Excerpt) -> CoderFile:
        """Return the file with no more than the excerpts that may overlap another."""
        first = bisect_left(self._excerpts, new.anchor.start - self._longest, key=_start)
        last = bisect_left(self._excerpts, new.anchor.end, key=_start)
        return replace(self.was, excerpts=tuple(self._excerpts[first:last]))

    def add(self, new: Excerpt) -> None:
        """Add an excerpt."""
        insort(self._excerpts, new, key=lambda e: e.place)
        self._longest = max(self._longest, new.anchor.end - new.anchor.start)
        self.changed = True

    def to_text(self) -> str:
        """Write the whole file."""
        return replace(self.was, excerpts=tuple(self._excerpts)).to_text()


def _start(excerpt: Excerpt) -> int:
    return excerpt.anchor.start


def mark_read(study: Study, document: str, *, coder: str, start: int = 0, end: int | None = None) -> Reading:
    """
    Say that *coder* has read a document from *start* to *end* (left out: to its end).

    What was read and left untagged is a judgement; what was not read is none.

    Raises:
        UsageError: an unknown document, or a place outside its text.
        WriteError: the document changed on disk since the study was opened.

    Example:
        >>> read = mark_read(study, "2024-02-20-mediator", coder="me", end=217)
        >>> read.start, read.end
        (0, 217)
    """
    source = study.document(document)
    check_coder(coder)
    until = len(source.text) if end is None else end
    if not 0 <= start < until <= len(source.text):
        raise UsageError(f"place {start}-{until} is no stretch of {source.path} (0-{len(source.text)})")
    check_unchanged(study, source)
    reading = Reading(start, until, source.hash, now())
    change_file(study, coder, document, lambda file: traced(file.with_reading(reading), source))
    return reading


def stretch(source: Document, start: int, end: int, quote: str | None) -> Anchor:
    """Take a stretch of a document; where *quote* is given, only if those words stand there."""
    anchor = Anchor.take(source.text, start, end)
    if quote is not None and quote != anchor.quote:
        raise AnchorError(f"place {start}-{end} of {source.path} holds other words than were seen; open it again")
    return anchor


def check_cases(study: Study, *cases: str | None) -> None:
    """Refuse cases that the study does not have."""
    for name in cases:
        if name is not None and name not in study.cases:
            raise UsageError(f"unknown case {name!r}{did_you_mean(name, study.cases)}")


def checked_codes(
    study: Study, codes: Mapping[str, float | str | None], kept: Mapping[str, float | None] | None = None
) -> dict[str, float | None]:
    """
    Return *codes* with stances as numbers, or refuse what the codebook does not allow.

    A retired code may stay where it is among *kept*.
    """
    book = study.codebook
    checked: dict[str, float | None] = {}
    if not codes:
        raise UsageError("no code given; an excerpt needs at least one")
    for name, stance in codes.items():
        code = book.codes.get(name)
        if code is None:
            raise UsageError(f"unknown code {name!r}{did_you_mean(name, book.codes) or '; add it to the codebook'}")
        if code.status == "retired" and name not in (kept or {}):
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


def check_coder(coder: str) -> None:
    """Refuse what is no coder's id."""
    if not SLUG.fullmatch(coder):
        raise UsageError(f"coder {coder!r} is no slug; use a-z, 0-9 and hyphens")


def check_unchanged(study: Study, source: Document) -> None:
    """Refuse to go on where the document changed on disk since the study was opened."""
    text = split_front_matter(read_text(study.root / source.path, source.path), source.path)[1]
    if text_hash(text) != source.hash:
        raise WriteError(f"{source.path}: changed on disk since the study was opened; open the study again")


def coder_path(study: Study, coder: str, document: str) -> tuple[Path, str]:
    """Return where a coder's file on a document is, and how the study names it."""
    name = f"coding/coders/{coder}/{document}.jsonl"
    return study.root / name, name


def change_file(study: Study, coder: str, document: str, change: Callable[[CoderFile], CoderFile]) -> None:
    """Change a coder's file on a document in one step; see ``coding.change_coder_file``."""
    path, name = coder_path(study, coder, document)
    known = study.written.get((coder, document)) or study.coded.get((coder, document))
    study.written[coder, document] = change_coder_file(path, name, coder, change, study.locks, known=known)
