"""
Coding by hand: the acts of a coder, each one call, each on disk before it returns.

Notebooks, the command line and the coding widget all go through these; none writes a coder's file
in another way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qualcode.coding.follow import followed, readings, traced
from qualcode.coding.tidy import refuse_twice, standing_already
from qualcode.errors import Problem, SourceError, UsageError, WriteError, did_you_mean
from qualcode.plaintext.anchor import Anchor, AnchorError, Found, text_hash
from qualcode.plaintext.durable import replace_all
from qualcode.plaintext.source import SLUG, read_text
from qualcode.study.coderfile import CoderFile, Excerpt, Reading, change_coder_file, excerpt_id, now, read_coder_file
from qualcode.study.document import Document, split_front_matter
from qualcode.study.study import Study


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
    was: dict[str, CoderFile] = {}
    files: dict[str, CoderFile] = {}
    taken = set(study.excerpt_ids)
    made, result = now(), []
    for tag in tags:
        source = study.document(tag.document)
        if tag.document not in files:
            check_unchanged(study, source)
            path, name = coder_path(study, coder, tag.document)
            was[tag.document], problems = read_coder_file(path, name, coder)
            if problems:
                raise SourceError(problems)
            files[tag.document] = was[tag.document]
            taken |= {e.id for e in was[tag.document].excerpts}
        checked = checked_codes(study, tag.codes)
        check_cases(study, tag.case, tag.holder)
        anchor, about = stretch(source, tag.start, tag.end, tag.quote), dict(tag.origin or {"how": "hand"})
        new = Excerpt("", anchor, source.hash, checked, made, tag.case, tag.holder, tag.memo or None, about)
        there = standing_already(files[tag.document], new)
        if there is None:
            refuse_twice(files[tag.document], new)
            there = replace(new, id=excerpt_id(coder, tag.document, anchor, made, taken))
            taken.add(there.id)
            files[tag.document] = files[tag.document].with_excerpt(there)
        result.append(there)
    written = {f.path: f.to_text().encode("utf-8") for d, f in files.items() if f is not was[d]}
    replace_all(study.root, written, {f.path: f.version for f in was.values()})
    return result


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


@dataclass(frozen=True, slots=True)
class Move:
    """An excerpt whose words moved with their document; ``to`` is where they stand now."""

    path: str
    excerpt: Excerpt
    to: Anchor
    text: str


@dataclass(frozen=True, slots=True)
class Stray:
    """An excerpt that cannot be followed in the changed text; ``found`` says why, with its candidates."""

    path: str
    excerpt: Excerpt
    document: str
    found: Found


def moves(study: Study) -> tuple[Move, ...]:
    r"""
    Return the excerpts whose words can be followed to one place only, by file and place.

    Example:
        >>> leaflet = study.root / "documents/2024-01-30-leaflet.md"
        >>> above = leaflet.read_text("utf-8").replace("One city", "Our card.\n\nOne city")
        >>> done = leaflet.write_text(above, "utf-8")
        >>> [(move.excerpt.anchor.start, move.to.start) for move in moves(open_study(study.root))]
        [(20, 31), (53, 64)]
    """
    return found_again(study)[0]


def strays(study: Study) -> tuple[Stray, ...]:
    """
    Return the excerpts that cannot be followed, with the places each may be at, by file and place.

    Example:
        >>> leaflet = study.root / "documents/2024-01-30-leaflet.md"
        >>> done = leaflet.write_text(leaflet.read_text("utf-8").replace("belongs here", "is at home"), "utf-8")
        >>> [(stray.excerpt.id, stray.document) for stray in strays(open_study(study.root))]
        [('eab829ac2f7', '2024-01-30-leaflet'), ('ee307d473d4', '2024-01-30-leaflet')]
    """
    return found_again(study)[1]


def found_again(study: Study) -> tuple[tuple[Move, ...], tuple[Stray, ...]]:
    """Return `moves` and `strays`, looked for once."""
    followed: list[Move] = []
    left: list[Stray] = []
    for file, excerpt, found in _looked_for(study):
        if found.anchor:
            followed.append(Move(file.path, excerpt, found.anchor, study.documents[file.document].hash))
        else:
            left.append(Stray(file.path, excerpt, file.document, found))
    return tuple(followed), tuple(left)


def placed(study: Study, excerpt: str, start: int | None = None, end: int | None = None) -> tuple[Move, ...]:
    """
    Say where an excerpt that cannot be followed now is; its quote becomes the words that stand there.

    Every file that has it follows: the coder's, and what was agreed.

    Args:
        excerpt: its id.
        start: where it begins now; left out, at its best candidate.
        end: where it ends now; left out, as the candidate at *start* does, or as far on as it was long.

    Raises:
        UsageError: no such excerpt among those that cannot be followed, no candidate, or no such place.
    """
    there = [s for s in strays(study) if s.excerpt.id == excerpt]
    if not there:
        raise UsageError(f"excerpt {excerpt!r} is not one that cannot be followed; see `qualcode reanchor`")
    return tuple(_placed(study, stray, start, end) for stray in there)


def likely(study: Study, above: float) -> tuple[Move, ...]:
    """
    Place the excerpts that cannot be followed at their best candidate, where that one alone is as alike as *above*.

    Raises:
        UsageError: *above* is no likeness, which lies between 0 and 1.
    """
    if not 0 < above <= 1:
        raise UsageError(f"a likeness lies above 0 and up to 1, not {above:g}")
    return tuple(
        _placed(study, stray, None, None)
        for stray in strays(study)
        if sum(c.likeness >= above for c in stray.found.candidates) == 1
    )


def _placed(study: Study, stray: Stray, start: int | None, end: int | None) -> Move:
    excerpt = stray.excerpt.id
    document, candidates = study.document(stray.document), stray.found.candidates
    if start is None:
        if not candidates:
            what = f"excerpt {excerpt!r} is lost; say where it is now: {excerpt}=START-END"
            raise UsageError(f"{what}, or give it up: --give-up {excerpt}")
        start, end = candidates[0].start, candidates[0].end
    if end is None:
        known = [c.end for c in candidates if c.start == start]
        end = known[0] if known else start + len(stray.excerpt.anchor.quote)
    if not 0 <= start < end <= len(document.text):
        raise UsageError(f"place {start}-{end} is no stretch of {document.path} (0-{len(document.text)})")
    return Move(stray.path, stray.excerpt, Anchor.take(document.text, start, end), document.hash)


def reanchor(study: Study, wanted: Sequence[Move]) -> None:
    r"""
    Write the new places of *wanted* moves, in all files or in none; what is not wanted stays as it is.

    What was read follows its text too (see ``follow``), and files whose lines are out of order are put in order.

    Raises:
        SourceError: a file that would be written has lines that cannot be read.
        WriteError: a file or a document changed since the study was opened, or the disk refused.

    Example:
        >>> leaflet = study.root / "documents/2024-01-30-leaflet.md"
        >>> above = leaflet.read_text("utf-8").replace("One city", "Our card.\n\nOne city")
        >>> done = leaflet.write_text(above, "utf-8")
        >>> now = open_study(study.root)
        >>> reanchor(now, moves(now))
        >>> tables.codings(open_study(study.root))["start"].tolist()[:2]
        [31, 64]
    """
    reread = {one.path for one in readings(study) if one.to}
    touched = {file.document for file in study.files if file.path in reread or any(m.path == file.path for m in wanted)}
    for name in sorted(touched):
        check_unchanged(study, study.document(name))
    replace_all(study.root, *with_moves(study, wanted))


def with_moves(study: Study, wanted: Sequence[Move]) -> tuple[dict[str, bytes], dict[str, str]]:
    """
    Return what files will hold once *wanted* moves are made, and the versions of the files that were read.

    Raises:
        SourceError: a file that would be written has lines that cannot be read.
    """
    new: dict[str, bytes] = {}
    seen: dict[str, str] = {}
    problems: list[Problem] = []
    reread = {one.path for one in readings(study) if one.to}
    for file in study.files:
        mine = {m.excerpt.id: m for m in wanted if m.path == file.path}
        if mine or file.disorder or file.path in reread:
            problems += read_coder_file(study.root / file.path, file.path, file.coder)[1]
            excerpts = tuple(
                replace(e, anchor=mine[e.id].to, text=mine[e.id].text) if e.id in mine else e for e in file.excerpts
            )
            after = replace(file, excerpts=excerpts)
            if file.document in study.documents:
                after = followed(after, study.documents[file.document])
            new[file.path] = after.to_text().encode("utf-8")
            seen[file.path] = file.version
    if problems:  # a line that cannot be read would not be written again
        raise SourceError(problems)
    return new, seen


def _looked_for(study: Study) -> Iterator[tuple[CoderFile, Excerpt, Found]]:
    for file in study.files:
        document = study.documents.get(file.document)
        if document is not None:
            for excerpt in file.excerpts:
                if excerpt.text != document.hash:
                    yield file, excerpt, excerpt.anchor.find(document.text)


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
