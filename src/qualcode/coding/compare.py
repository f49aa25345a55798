"""
Two coders' work on one document, passage by passage: where they agree, where not, and in what.

A passage is a stretch that excerpts of either cover without a gap. What a coder has not read is told
apart from what a coder read and left untagged: only the second is a judgement. One person's second
coding, weeks later, is another coder's folder and is compared the same way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qualcode.errors import UsageError, did_you_mean
from qualcode.study import release
from qualcode.study.coderfile import CoderFile, Excerpt
from qualcode.study.document import Document
from qualcode.study.study import Study

AGREED, STANCE, HOLDER, BOUNDARY = "agreed", "stance", "holder", "boundary"
CODE, UNTAGGED, UNREAD = "code", "untagged", "unread"
HOW = {
    AGREED: "both, alike",
    STANCE: "both, with different stances",
    HOLDER: "both, as different people's view",
    BOUNDARY: "both, with different boundaries",
    CODE: "one of them; the other gave another code here",
    UNTAGGED: "one of them; the other read it and left it untagged",
    UNREAD: "one of them; the other has not read it",
}
"""What may be so of a code on a passage, in words."""
_SILENT = {CODE: "gave another code here", UNTAGGED: "read it and left it untagged", UNREAD: "has not read it"}
_DIFFERS = {STANCE: " (stances differ)", HOLDER: " (whose view differs)", BOUNDARY: " (boundaries differ)"}


@dataclass(frozen=True, slots=True)
class Row:
    """One code on one passage: ``how`` the two differ (a key of ``HOW``), and the excerpts of each that carry it."""

    passage: int
    start: int
    end: int
    code: str
    how: str
    first: tuple[Excerpt, ...]
    second: tuple[Excerpt, ...]

    @property
    def excerpts(self) -> str:
        """The ids of both, as a table of decisions names the row."""
        return " | ".join(" ".join(e.id for e in side) or "-" for side in (self.first, self.second))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two coders on one document; rows by passage, then code, then place."""

    document: Document
    first: CoderFile
    second: CoderFile
    rows: tuple[Row, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many codes on passages are so, by the keys of ``HOW``."""
        return {how: sum(r.how == how for r in self.rows) for how in HOW}


def compare(study: Study, first: str, second: str, document: str) -> Comparison:
    """
    Compare what two coders did with a document.

    Raises:
        UsageError: unknown coder or document, one coder twice, or one has done nothing with it.
        StudyError: the study has problems; places that moved cannot be compared.

    Example:
        >>> compare(study, "reader", "second", "2024-02-12-desk-officer").counts
        {'agreed': 2, 'stance': 0, 'holder': 0, 'boundary': 0, 'code': 0, 'untagged': 5, 'unread': 1}
    """
    study.require_sound()
    text = study.document(document)
    if first == second:
        raise UsageError(f"{first!r} is one coder; name two (a second coding of one's own has its own folder)")
    files = []
    for coder in (first, second):
        if coder not in study.coders:
            hint = did_you_mean(coder, study.coders) or f"; coders are {', '.join(study.coders)}"
            raise UsageError(f"unknown coder {coder!r}{hint}")
        if (coder, document) not in study.coded:
            raise UsageError(f"{coder!r} has neither tagged nor read anything in {document!r}")
        files.append(study.coded[coder, document])
    one, other = files
    rows = []
    for number, (start, end) in enumerate(_passages([*one.excerpts, *other.excerpts]), start=1):
        mine, theirs = ([e for e in f.excerpts if start <= e.anchor.start < end] for f in (one, other))
        for code in sorted({c for e in (*mine, *theirs) for c in e.codes}):
            with_it = [[e for e in side if code in e.codes] for side in (mine, theirs)]
            for low, high in _passages([*with_it[0], *with_it[1]]):
                a, b = (tuple(e for e in side if low <= e.anchor.start < high) for side in with_it)
                how = _how(code, a, b, _other_side(text, one, other, a, b, (low, high)))
                rows.append(Row(number, low, high, code, how, a, b))
    return Comparison(text, one, other, tuple(rows))


def _how(code: str, a: tuple[Excerpt, ...], b: tuple[Excerpt, ...], alone: str) -> str:
    if not (a and b):
        return alone
    sides = [
        (
            {e.codes[code] for e in side},
            {(e.case, e.holder) for e in side},
            {(e.anchor.start, e.anchor.end) for e in side},
        )
        for side in (a, b)
    ]
    for part, how in enumerate((STANCE, HOLDER, BOUNDARY)):
        if sides[0][part] != sides[1][part]:
            return how
    return AGREED


def _other_side(
    text: Document,
    one: CoderFile,
    other: CoderFile,
    a: tuple[Excerpt, ...],
    b: tuple[Excerpt, ...],
    place: tuple[int, int],
) -> str:
    """Say what whoever did not give the code did with the place."""
    giver, silent = (one, other) if a else (other, one)
    if a and b:
        return AGREED
    if not any(start <= place[0] and place[1] <= end for start, end in silent.read_of(text.hash)):
        return UNREAD
    given, instead = (
        {c for e in f.excerpts if e.anchor.start < place[1] and place[0] < e.anchor.end for c in e.codes}
        for f in (giver, silent)
    )
    return CODE if instead - given else UNTAGGED


def _passages(excerpts: Iterable[Excerpt]) -> list[tuple[int, int]]:
    """Return the stretches that excerpts cover, those that overlap made one; excerpts that only touch stay apart."""
    found: list[tuple[int, int]] = []
    for start, end in sorted((e.anchor.start, e.anchor.end) for e in excerpts):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


COLUMNS = ("passage", "line", "start", "end", "code", "difference")


def table(study: Study, compared: Comparison) -> list[dict[str, str]]:
    """
    Return the rows as a table, in words; ``decision`` and ``why`` are empty, to be filled in for ``settle``.

    Columns: passage, line, start, end, code, difference (a key of ``HOW``), one named after each coder
    (stance and place of the excerpts that carry the code), excerpts, decision, why, words (as released).

    Example:
        >>> rows = table(study, compare(study, "reader", "second", "2024-02-12-desk-officer"))
        >>> [rows[2][name] for name in ("line", "code", "difference", "reader", "second", "excerpts")]
        ['15', 'function/identification', 'untagged', 'enables 93-158', '', 'e5f009575c9 | -']
    """
    return [
        {
            "passage": str(row.passage),
            "line": str(compared.document.line(row.start)),
            "start": str(row.start),
            "end": str(row.end),
            "code": row.code,
            "difference": row.how,
            compared.first.coder: _said(study, row.code, row.first),
            compared.second.coder: _said(study, row.code, row.second),
            "excerpts": row.excerpts,
            "decision": "",
            "why": "",
            "words": release.show(compared.document, row.start, row.end),
        }
        for row in compared.rows
    ]


def as_text(study: Study, compared: Comparison) -> str:
    r"""
    Return the comparison to be read beside the text: each passage with its words, as released.

    Example:
        >>> words = as_text(study, compare(study, "reader", "second", "2024-02-12-desk-officer"))
        >>> print(words.split("\n\n")[3])
        passage 3, line 16 (184-216)
          You show it and you are somebody
            function/identification: reader enables 184-216; second enables 184-216
        >>> words.splitlines()[-1]
        'codes on passages: 2 agreed, 5 untagged, 1 unread'
    """
    a, b = compared.first.coder, compared.second.coder
    lines = [f"{compared.document.path}: {a} and {b}"]
    passage = 0
    places = _passages([*compared.first.excerpts, *compared.second.excerpts])
    for row in compared.rows:
        if row.passage != passage:
            passage = row.passage
            start, end = places[passage - 1]
            where = f"passage {passage}, line {compared.document.line(start)} ({start}-{end})"
            words = release.show(compared.document, start, end).replace("\n", "\n  ")
            lines += ["", where, f"  {words}"]
        sides = ((a, row.first), (b, row.second))
        said = [f"{c} {_said(study, row.code, s) if s else _SILENT[row.how]}" for c, s in sides]
        lines.append(f"    {row.code}: {'; '.join(said)}{_DIFFERS.get(row.how, '')}")
    counted = [f"{n} {how}" for how, n in compared.counts.items() if n]
    return "\n".join([*lines, "", f"codes on passages: {', '.join(counted) or 'none'}"])


def _said(study: Study, code: str, excerpts: tuple[Excerpt, ...]) -> str:
    parts = []
    for e in excerpts:
        stance = e.codes[code]
        label = "" if stance is None else f"{study.codebook.stance_label(stance)} "
        parts.append(f"{label}{e.anchor.start}-{e.anchor.end}" + (f" held by {e.holder}" if e.holder else ""))
    return ", ".join(parts)
