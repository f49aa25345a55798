"""
A quotation beside the words it quotes: what is other, and how it would be right.

The caller has asked release whether the words may be shown; what is shown goes through it all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qualcode.manuscript.finding import Finder, Place
from qualcode.manuscript.wording import Token, tokens
from qualcode.study import release


def differences(words: str, place: Place, finder: Finder) -> list[str]:
    """Tell which words of a quotation are other than the text's, side by side; the caller has asked release."""
    read = tokens(words)
    told: list[str] = []
    left: list[str] = []
    right: list[str] = []
    for token, word in [*place.laid.pairs, (0, 0)]:
        mine = read[token].word if token is not None else ""
        theirs = finder.index.spellings[finder.index.key[place.offset + word]] if word is not None else ""
        same = token is not None and mine in {"", theirs}
        if same or (token, word) == (0, 0):
            if left or right:
                told.append(_side_by_side(" ".join(left), " ".join(right)))
            left, right = [], []
            continue
        left += [words[read[token].start : read[token].end]] if token is not None else []
        right += [_written(place, finder, word, word)] if word is not None and not _is_note(place, finder, word) else []
    return told


def _is_note(place: Place, finder: Finder, word: int) -> bool:
    start, end = finder.word(place, word)
    text = place.document.text
    at = text.rfind("[", max(0, start - 200), start)
    return at >= 0 and "]" not in text[at:start] and "]" in text[end : end + 200]


def _side_by_side(mine: str, theirs: str) -> str:
    if mine and theirs:
        return f"'{mine}' is '{theirs}'"
    return f"'{mine}' does not stand" if mine else f"'{theirs}' is left out without a mark; it stands"


def _written(place: Place, finder: Finder, first: int, last: int) -> str:
    """Return the text's words from one to another, as release lets them be shown, in one line."""
    start, end = finder.word(place, first)[0], finder.word(place, last)[1]
    return " ".join(release.show(place.document, start, end).split())


def right_words(words: str, place: Place, finder: Finder) -> str:
    """
    Return a quotation put right: the text's words where they are other, a mark where some are left out.

    What the author marked stays. The caller has asked release.
    """
    edits = changes(words, place, finder)
    for start, end, new in reversed(edits):
        words = words[:start] + new + words[end:]
    return " ".join(words.replace("\u00ad", "").split())


def changes(words: str, place: Place, finder: Finder) -> list[tuple[int, int, str]]:
    """Return what must be written where in a quotation so that it is right: from, to, the new words."""
    read = tokens(words)
    found: list[tuple[int, int, str]] = []
    run: list[tuple[int | None, int | None]] = []
    after = 0
    for token, word in [*place.laid.pairs, (None, None)]:
        end = token is None and word is None
        mine = read[token].word if token is not None else ""
        theirs = finder.index.spellings[finder.index.key[place.offset + word]] if word is not None else ""
        if end or (token is not None and mine in {"", theirs}):
            found += _edit(run, read, after, place, finder)
            run = []
            after = read[token].end if token is not None else after
        else:
            run.append((token, word))
    return found


def _edit(
    run: list[tuple[int | None, int | None]],
    read: Sequence[Token],
    after: int,
    place: Place,
    finder: Finder,
) -> Iterator[tuple[int, int, str]]:
    mine = [read[t] for t, _ in run if t is not None]
    theirs = [w for _, w in run if w is not None and not _is_note(place, finder, w)]
    if mine:
        new = _written(place, finder, theirs[0], theirs[-1]) if theirs else ""
        start = mine[0].start if new else max(after, mine[0].start - 1)
        yield start, mine[-1].end, new
    elif theirs:
        yield after, after, " […]"
