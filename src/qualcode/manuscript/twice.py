"""
One utterance quoted in two wordings: of a stretch of a text, or by two quotations that are not found and alike.
"""

from __future__ import annotations

from dataclasses import replace

from qualcode.manuscript.judged import MISSING, TWICE, WRONG, Judged
from qualcode.manuscript.wording import tokens
from qualcode.plaintext.words import words_of


def told_twice(found: list[Judged]) -> list[Judged]:
    """Tell where a stretch of a text is quoted in two wordings, or two quotations that are not found are alike."""
    told = list(found)
    by_document: dict[str, list[int]] = {}
    for n, one in enumerate(found):
        if one.place is not None:
            by_document.setdefault(one.document, []).append(n)
    for several in by_document.values():
        several.sort(key=lambda n: (found[n].place.start, n))  # type: ignore[union-attr]
        for at, n in enumerate(several):
            for other in several[at + 1 :]:
                first, second = found[n].place, found[other].place
                assert first
                assert second
                if second.start >= first.end:
                    break
                shared = min(first.end, second.end) - second.start
                shorter = min(first.end - first.start, second.end - second.start)
                if shared * 2 > shorter and (first.laid.cost or second.laid.cost):
                    worse = max(n, other, key=lambda m: (found[m].place.laid.cost > 0, m))  # type: ignore[union-attr]
                    _tell_twice(told, found, n + other - worse, worse)
    missing = [n for n, one in enumerate(found) if one.wording == MISSING]
    sets = {n: [w for _, _, w in words_of(found[n].quoted.words)] for n in missing}  # type: ignore[union-attr]
    runs: dict[tuple[str, ...], list[int]] = {}
    for n in missing:
        for at in range(len(sets[n]) - 3):
            runs.setdefault(tuple(sets[n][at : at + 4]), []).append(n)
    pairs = {(a, b) for several in runs.values() for a in several for b in several if a < b and len(several) < 50}
    for a, b in sorted(pairs):
        if sets[a] != sets[b] and len({*sets[a]} & {*sets[b]}) >= 0.6 * min(len({*sets[a]}), len({*sets[b]})):
            joined = " ".join(sets[a]), " ".join(sets[b])
            if joined[0] not in joined[1] and joined[1] not in joined[0]:
                _tell_twice(told, found, a, b)
    return told


def _tell_twice(told: list[Judged], found: list[Judged], first: int, second: int) -> None:
    a, b = found[first], found[second]
    if _same_where_both(a, b):
        return
    what = f"is quoted in other words at {a.file}, {a.where}"
    if TWICE not in told[second].wrong:
        wrong = tuple(k for k in WRONG if k in {*told[second].wrong, TWICE})
        told[second] = replace(told[second], wrong=wrong, why=(*told[second].why, what))


def _same_where_both(a: Judged, b: Judged) -> bool:
    """Say whether two quotations have the same words where they quote the same stretch."""
    if a.place is None or b.place is None:
        return False

    def beside(one: Judged) -> dict[int, str]:
        assert one.place
        assert one.quoted
        read = tokens(one.quoted.words)
        return {
            one.place.offset + w: read[t].word if t is not None else ""
            for t, w in one.place.laid.pairs
            if w is not None
        }

    mine, theirs = beside(a), beside(b)
    return all(mine[w] == theirs[w] for w in mine if w in theirs)
