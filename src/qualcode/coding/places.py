"""
After a text was edited: where each excerpt's words stand now, and writing it down.

An excerpt that is found at one place only follows by itself; of any other, a person says where it is (see
``qualcode.plaintext.anchor`` for how places are found).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from qualcode.coding.follow import followed, readings, untraced
from qualcode.coding.hand import check_unchanged
from qualcode.errors import Problem, SourceError, UsageError
from qualcode.plaintext.anchor import Anchor, Found
from qualcode.plaintext.durable import replace_all
from qualcode.study.coderfile import CoderFile, Excerpt, read_coder_file
from qualcode.study.study import Study


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

    What was read follows its text too (see ``follow``), readings without a trace get one, and files whose lines are out
    of order are put in order.

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
    paths = {one.path for one in readings(study) if one.to} | {move.path for move in wanted}
    paths |= {path for path, _ in untraced(study)}
    touched = {file.document for file in study.files if file.path in paths}
    for name in sorted(touched):
        check_unchanged(study, study.document(name))
    replace_all(study.root, *with_moves(study, wanted, traces=True))


def with_moves(
    study: Study, wanted: Sequence[Move], *, traces: bool = False
) -> tuple[dict[str, bytes], dict[str, str]]:
    """
    Return what files will hold once *wanted* moves are made, and the versions of the files that were read.

    With *traces*, files with readings that have none are written too, and the readings get theirs.

    Raises:
        SourceError: a file that would be written has lines that cannot be read.
    """
    new: dict[str, bytes] = {}
    seen: dict[str, str] = {}
    problems: list[Problem] = []
    reread = {one.path for one in readings(study) if one.to}
    reread |= {path for path, _ in untraced(study)} if traces else set()
    by_path: dict[str, dict[str, Move]] = {}
    for move in wanted:
        by_path.setdefault(move.path, {})[move.excerpt.id] = move
    for file in study.files:
        mine = by_path.get(file.path, {})
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
    files = [(n, file) for n, file in enumerate(study.files) if file.document in study.documents]
    found: list[tuple[int, CoderFile, Excerpt, Found]] = []
    for n, file in sorted(files, key=lambda f: (f[1].document, f[0])):  # what is known of a text serves all its files
        document = study.documents[file.document]
        found += [(n, file, e, e.anchor.find(document.text)) for e in file.excerpts if e.text != document.hash]
    yield from (one[1:] for one in sorted(found, key=lambda f: f[0]))
