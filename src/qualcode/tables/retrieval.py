"""
What carries a code, and which codes meet: retrieved from the excerpts with one pass over them.

Words come through the room ``release``. Whose excerpts are counted is as in ``Study.settled_on``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from qualcode.errors import UsageError, did_you_mean
from qualcode.study import release
from qualcode.study.coderfile import Excerpt
from qualcode.study.document import Document
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
    shown: Document | None = None
    withheld = ""
    for document, file, excerpt in study.excerpts(coder):
        if code not in excerpt.codes:
            continue
        if document is not shown:
            shown, withheld = document, str(release.verdict(document))
        start, end = excerpt.anchor.start, excerpt.anchor.end
        if withheld:
            yield Passage(document.id, file.coder, excerpt, "", withheld, "")
        else:
            before = release.show(document, max(0, start - around), start)
            words, after = release.show(document, start, end), release.show(document, end, end + around)
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
