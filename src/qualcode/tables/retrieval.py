"""
What carries a code, and which codes meet: retrieved from the excerpts with one pass over them.

Words come through the room ``release``. Whose excerpts are counted is as in ``Study.settled_on``. ``together`` counts
excerpts as they stand in a file; ``cooccurrence``, the table, counts places, so that words tagged twice are one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from qualcode.errors import UsageError, did_you_mean
from qualcode.plaintext.words import words_of
from qualcode.rows import Rows, framed
from qualcode.study import release
from qualcode.study.coderfile import Excerpt
from qualcode.study.document import Document
from qualcode.study.reads import answered
from qualcode.study.statement import united
from qualcode.study.study import Study
from qualcode.study.voice import speaker


@dataclass(frozen=True, slots=True)
class Passage:
    """An excerpt that carries a code, with its words and what stands around them, as released."""

    document: str
    coder: str
    excerpt: Excerpt
    before: str
    words: str
    after: str


def passages(study: Study, code: str, *, around: int = 200, coder: str | None = None) -> Iterator[Passage]:
    r"""
    Yield the excerpts that carry a code, by document, then place; with *around* code points each side.

    Raises:
        UsageError: no such code; or two coders and nothing agreed, and no *coder* named.
        StudyError: the study has problems.

    Example:
        >>> found = next(passages(study, "universality/stigma", around=20))
        >>> found.document, found.coder, found.words
        ('2024-02-12-desk-officer', 'agreed', "If only people without papers ask for it, then it's a label")
        >>> found.before, found.after
        (" That's the... yes. ", ", isn't it. Then it\n")
    """
    study.require_sound()
    if code not in study.codebook.codes:
        raise UsageError(f"unknown code {code!r}{did_you_mean(code, study.codebook.codes)}")
    for document, file, excerpt in study.excerpts(coder):
        if code not in excerpt.codes:
            continue
        start, end = excerpt.anchor.start, excerpt.anchor.end
        withheld = str(release.verdict(document, start, end))
        if withheld:
            yield Passage(document.id, file.coder, excerpt, "", withheld, "")
        else:
            low, high = release.reach(document, start, end, around)
            before, after = release.show(document, low, start), release.show(document, end, high)
            words = release.show(document, start, end)
            yield Passage(document.id, file.coder, excerpt, before, words, after)


def by_case(study: Study, *, coder: str | None = None) -> Counter[tuple[str, str]]:
    """
    Count excerpts by code and by the case that speaks (``""`` where nobody does, or several do).

    Raises:
        UsageError, StudyError: as ``passages``.

    Example:
        >>> counts = by_case(study)
        >>> counts["function/identification", "desk-officer"], counts["function/identification", "mediator"]
        (2, 1)
    """
    study.require_sound()
    counts: Counter[tuple[str, str]] = Counter()
    for document, _, excerpt in study.excerpts(coder):
        case = speaker(document, excerpt, study.cases)
        for code in excerpt.codes:
            counts[code, case] += 1
    return counts


def together(study: Study, *, coder: str | None = None) -> Counter[tuple[str, str]]:
    """
    Count the pairs of overlapping excerpts of one coder that carry two codes, by pair in order of the codes.

    Two codes on one excerpt meet there once. Excerpts that only touch do not overlap, and what two coders
    tagged never meets.

    Raises:
        UsageError, StudyError: as ``passages``.

    Example:
        >>> together(study)["figure/issuer", "function/identification"]
        1
    """
    study.require_sound()
    pairs: Counter[tuple[str, str]] = Counter()
    still: list[tuple[int, str]] = []
    before: Document | None = None
    for document, _, excerpt in study.excerpts(coder):
        if document is not before:
            still, before = [], document
        start, end = excerpt.anchor.start, excerpt.anchor.end
        if still:
            still = [s for s in still if s[0] > start]
        for code in sorted(excerpt.codes) if len(excerpt.codes) > 1 else excerpt.codes:
            for _, other in still:
                if other != code:
                    pairs[(code, other) if code < other else (other, code)] += 1
            still.append((end, code))
    return pairs


NOWHERE = "codes of the codebook given nowhere"
"""Why a code is in no row of `cooccurrence`."""


@answered
@framed
def cooccurrence(study: Study, coder: str | None = None, *, near: int | None = None) -> Rows:
    """
    One row a code that was given, one column the same codes: at how many pairs of places two codes meet.

    A place is where one coder gave one speaker a code: excerpts that overlap are one place, as for a statement, so
    that words tagged twice count once. Two places of one coder and document meet where they share a code point, or,
    with *near*, where at most so many words lie between.

    Columns: code, places (of the code), then a column a code, in code point order; symmetric. On the diagonal is how
    many pairs of places of the same code meet: of two speakers, or near each other.

    Args:
        coder: whose codings; left out, as in `codings`.
        near: how many words may lie between, labels being none, as in ``search``; left out, places must overlap.

    ``attrs["left_out"]`` counts what coders added since a document was settled, and the codes that nobody gave, which
    have no row.

    Raises:
        UsageError: *near* is negative; a document has two coders and nothing agreed.

    Example:
        >>> found = cooccurrence(study).set_index("code")
        >>> found.loc["figure/issuer", ["places", "function/identification", "universality/stigma"]].tolist()
        [1, 1, 0]
    """
    if near is not None and near < 0:
        raise UsageError(f"near is a number of words, 0 or more, not {near}")
    study.require_sound()
    places = Counter[str]()
    pairs = Counter[tuple[str, str]]()
    for document, file in study.counted(coder):
        found = united(document, file.excerpts, study.cases)
        places.update(one.code for one in found)
        _meet(pairs, _reaches([(one.start, one.end, one.code) for one in found], document, near))
    names = sorted(places)
    rows = [(a, places[a], *(pairs[min(a, b), max(a, b)] for b in names)) for a in names]
    added = {reason: count for reason, count in study.not_counted(coder).items() if count}
    left_out = added | {NOWHERE: len(set(study.codebook.codes) - set(names))}
    return Rows(["code", "places", *names], rows, attrs={"left_out": left_out})


Reach = tuple[int, int, int, str]
"""Where a place begins and ends, how far it reaches to what it meets, and its code."""


def _reaches(places: list[tuple[int, int, str]], document: Document, near: int | None) -> list[Reach]:
    """Say how far each place reaches: to its end, or over so many words more and to the end of the last."""
    if near is None:
        return [(start, end, end, code) for start, end, code in places]
    spoken = [(t.words_start, t.end) for t in document.turns] or [(0, len(document.text))]
    words = [(a, b) for start, end in spoken for a, b, _ in words_of(document.text, start, end)]
    starts, ends = [a for a, _ in words], [b for _, b in words]

    def first(at: int) -> int:
        return bisect_right(ends, at)

    def behind(at: int) -> int:
        return bisect_left(starts, at)

    return [(first(a), max(first(a), behind(b)), max(first(a), behind(b)) + near + 1, code) for a, b, code in places]


def _meet(pairs: Counter[tuple[str, str]], places: list[Reach]) -> None:
    """Count the pairs of places of which the later begins before the earlier's reach ends."""
    still: list[tuple[int, str]] = []
    for start, _, reach, code in sorted(places):
        still = [s for s in still if s[0] > start]
        pairs.update((min(code, other), max(code, other)) for _, other in still)
        still.append((reach, code))
