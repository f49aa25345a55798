"""
How the program that wrote a REFI-QDA project counts places in a text: found, and proved by the project itself.

The standard says code points; programs differ in the unit, in the line's end CRLF and in the byte order mark. Eight
ways to read are tried: where selections carry their own words these decide, else how many selections begin and end
where words do. What the program is known for is taken only where nothing is proved, and is told as unproven. No place
is ever moved to a word's edge.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from qualcode.errors import UsageError, did_you_mean
from qualcode.exchange.projects.places import UNITS, Dialect, Text
from qualcode.plural import number_of

KNOWN = {
    "nvivo": Dialect("utf16", 2),
    "atlas.ti": Dialect("codepoint", 1),
    "maxqda": Dialect("codepoint", 1),
    "qualcoder": Dialect("codepoint", 1),
    "qualcode": Dialect("codepoint", 1),
    "refi": Dialect("codepoint", 2),
}
"""What programs are known for, and the standard by the letter."""
_QUOTED, _FIT, _LEAD, _LEFT, _ENOUGH, _FEWEST = 0.9, 0.95, 0.10, 0.8, 10, 3
_SAMPLE = 3000


class Marked(NamedTuple):
    """A selection as it is written: places, and words that may be its own."""

    text: Text
    start: int
    end: int
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """The way to read, whether it is proven, and by what."""

    dialect: Dialect
    proven: bool
    why: str


def named(told: str) -> Dialect:
    """
    Return the dialect that words mean: a program's name, or such as ``utf16,crlf2,bom``.

    Raises:
        UsageError: they mean none.

    Example:
        >>> str(named("nvivo")), str(named("codepoint,crlf1"))
        ('utf16, CRLF counts 2, mark not counted', 'codepoint, CRLF counts 1, mark not counted')
    """
    if told in KNOWN:
        return KNOWN[told]
    unit, eol, bom = "", 1, False
    for word in told.replace(" ", "").split(","):
        if word in UNITS:
            unit = word
        elif word in ("crlf1", "crlf2"):
            eol = int(word[-1])
        elif word == "bom":
            bom = True
        else:
            known = (*KNOWN, *UNITS, "crlf1", "crlf2", "bom")
            raise UsageError(f"--dialect {told}: unknown way {word!r}{did_you_mean(word, known)}; {_HOW}")
    if not unit:
        raise UsageError(f"--dialect {told}: says no unit; {_HOW}")
    return Dialect(unit, eol, bom)


_HOW = f"it takes {', '.join(KNOWN)}, or such as utf16,crlf2,bom (codepoint, utf16 or byte)"


def prior(origin: str) -> Dialect:
    """Return what the program that *origin* names is known for, else the standard by the letter."""
    folded = origin.casefold().strip()
    for name in ("nvivo for mac", "nvivo mac"):
        if name in folded:
            return Dialect("codepoint", 1)
    for name, dialect in KNOWN.items():
        if folded.startswith(name) or f" {name}" in folded:
            return dialect
    return Dialect("codepoint", 1) if folded.startswith("qc ") else KNOWN["refi"]


def judge(marked: Sequence[Marked], origin: str) -> Judged:
    """Return how to read the places of a project's selections."""
    expected = prior(origin)
    sample = [m for m in marked if m.start < m.end]
    candidates = _candidates(sample, expected)
    if len(candidates) == 1:
        return Judged(candidates[0], proven=True, why="every way to count gives the same")
    read = {c: [_slice(m, c) for m in sample] for c in candidates}
    out = {c: sum(one is None for one in read[c]) for c in candidates}
    candidates = _distinct([c for c in candidates if out[c] == min(out.values())], read)
    if len(candidates) > 1:
        return _by_quotations(sample, candidates, read, expected) or _by_words(sample, candidates, read, expected)
    only = candidates[0]
    fit, what = _fit(sample, read[only]), "all other ways to count lead out of the texts"
    return Judged(only, fit >= _LEFT * len(sample), f"{what}; {_fits(fit, sample)}")


def sampled(ends: Sequence[tuple[str, int]]) -> list[int]:
    """
    Return which of some selections are looked at: all, or some thousands spread over all and the last of each text.

    *ends*: the text of each, and where it ends.
    """
    if len(ends) <= _SAMPLE:
        return list(range(len(ends)))
    last: dict[str, int] = {}
    for n, (text, end) in enumerate(ends):
        if end >= ends[last.get(text, n)][1]:
            last[text] = n
    return sorted({n * len(ends) // _SAMPLE for n in range(_SAMPLE)} | set(last.values()))


def _candidates(marked: Sequence[Marked], expected: Dialect) -> list[Dialect]:
    """Return the ways that can differ in these texts, the expected one first."""
    ways: set[str] = set()
    for text in {id(m.text): m.text for m in marked}.values():
        ways |= text.ways()
    units = ("codepoint", "utf16") if "astral" in ways else (expected.unit,)
    eols = (1, 2) if "crlf" in ways else (expected.eol,)
    boms = (False, True) if "mark" in ways else (expected.bom,)
    every = [Dialect(u, e, b) for u, e, b in product(units, eols, boms)]
    return sorted(every, key=lambda d: (d != expected, d))


_Slice = tuple[int, int] | None


def _slice(one: Marked, dialect: Dialect) -> _Slice:
    start, end = one.text.place(one.start, dialect), one.text.place(one.end, dialect)
    if start is None or end is None or start.inside or end.inside:
        return None
    return start.at, end.at


def _distinct(candidates: Iterable[Dialect], read: dict[Dialect, list[_Slice]]) -> list[Dialect]:
    """Leave out ways that read every selection as one before them does."""
    seen: list[list[_Slice]] = []
    kept = []
    for one in candidates:
        if read[one] not in seen:
            seen.append(read[one])
            kept.append(one)
    return kept


def _by_quotations(
    sample: Sequence[Marked], candidates: list[Dialect], read: dict[Dialect, list[_Slice]], expected: Dialect
) -> Judged | None:
    """Let the words decide that selections carry of themselves, if they are such."""
    right = dict.fromkeys(candidates, 0)
    quotations = 0
    for n, one in enumerate(sample):
        hits = [c for c in candidates if (place := read[c][n]) and quotes(one.words, one.text.stored, *place)]
        if len(hits) < len(candidates):
            quotations += bool(hits)
            for c in hits:
                right[c] += 1
    if quotations < _FEWEST:
        return None
    best = max(candidates, key=lambda c: (right[c], c == expected))
    next_ = max((right[c] for c in candidates if c != best), default=0)
    if right[best] < _QUOTED * quotations or next_ >= right[best]:
        return None
    return Judged(best, proven=True, why=f"{right[best]} of {quotations} quotations that tell ways apart are right")


def _by_words(
    sample: Sequence[Marked], candidates: list[Dialect], read: dict[Dialect, list[_Slice]], expected: Dialect
) -> Judged:
    """Let the edges of words decide, if enough selections stand on them; else what the program is known for."""
    fit = {c: _fit(sample, read[c]) for c in candidates}
    ranked = sorted(candidates, key=lambda c: (-fit[c], c != expected))
    best, next_ = ranked[0], fit[ranked[1]]
    told = f"{_fits(fit[best], sample)}, in the next way {next_}"
    if len(sample) >= _ENOUGH and fit[best] >= _FIT * len(sample) and fit[best] - next_ >= _LEAD * len(sample):
        return Judged(best, proven=True, why=told)
    use = expected if expected in candidates else best
    return Judged(use, proven=False, why=f"what the program is known for, since nothing proves it ({told})")


def _fit(sample: Sequence[Marked], read: Sequence[_Slice]) -> int:
    return sum(place is not None and at_edges(m.text.stored, *place) for m, place in zip(sample, read, strict=True))


def _fits(fit: int, sample: Sequence[Marked]) -> str:
    return f"{fit} of {number_of(len(sample), 'passage')} begin and end where words do"


def quotes(words: Iterable[str], text: str, start: int, end: int) -> bool:
    """Say whether any of some words are those of a passage, blanks folded; an ellipsis at the end means a beginning."""
    here = ""
    for one in words:
        folded = " ".join(one.split())
        if not folded:
            continue
        here = here or " ".join(text[start:end].split())
        bare = folded.removesuffix("…").removesuffix("...").rstrip()
        if here == folded or (bare != folded and len(bare) > 2 and here.startswith(bare)):
            return True
    return False


def at_edges(text: str, start: int, end: int) -> bool:
    """Say whether a passage cuts no word at either end."""
    return not (_inside(text, start) or _inside(text, end))


def _inside(text: str, at: int) -> bool:
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()
