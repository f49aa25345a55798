"""Excerpts stay on their words, or say that they may not: properties over thousands of random edits."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import SequenceMatcher
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualcode.anchor import CONTEXT, FURTHEST, Anchor, AnchorError, occurrences

SAID = [
    "oui, oui, oui. ",
    "Enfin, c'est-a\u0300-dire, la ville n'a rien répondu.\n",
    "COORDINATOR [00:01:12]: The motion should go to everyone, in substance. ",
    "\n\nQ: Et après ?\n\n",
    "the letter box\u00a0; the letter\u00a0box ",
    "👩‍👩‍👧 we were there 🎉 all of us ",
    "No. No. No, I said no. ",
    "They asked for a list of names, and nobody wrote one. ",
    "e\u0301te\u0301 2018, l'été ",
    "In the end it was the mayor who rang us, at seven in the morning, about a comma. ",
    "ADAS: We hold the keys. ",
    "in 1998 ",
]
Stretch = tuple[int, int]


@dataclass
class Edited:
    """
    A text under edits, with the oracle: where every excerpt's own code points may be now.

    Some edits give the very same text in more than one way: taking one "oui, " from "oui, oui, " may
    have taken either. So an excerpt has a set of places, one for each way, and ``None`` where in some
    way it was hit itself. ``copied`` says that passages were put in twice.
    """

    text: str
    places: list[set[Stretch | None]] = field(default_factory=list)
    copied: bool = False

    def replace(self, start: int, end: int, new: str) -> None:
        old = self.text[start:end]
        same = 0
        while same < min(len(old), len(new)) and old[same] == new[same]:
            same += 1
        start, old, new = start + same, old[same:], new[same:]
        same = 0
        while same < min(len(old), len(new)) and old[-1 - same] == new[-1 - same]:
            same += 1
        old, new = old[: len(old) - same], new[: len(new) - same]
        ways = self._ways(start, old, new) if bool(old) != bool(new) else [start]
        for n, places in enumerate(self.places):
            self.places[n] = {_followed(p, at, len(old), len(new)) for p in places for at in ways}
        self.text = self.text[:start] + new + self.text[start + len(old) :]

    def _ways(self, start: int, old: str, new: str) -> list[int]:
        """Return all places at which the same change gives the same text."""
        whole = self.text if old else self.text[:start] + new + self.text[start:]
        length = len(old or new)
        ways = [start]
        at = start
        while at > 0 and whole[at - 1] == whole[at - 1 + length]:
            at -= 1
            ways.append(at)
        at = start
        while at + length < len(whole) and whole[at] == whole[at + length]:
            at += 1
            ways.append(at)
        return ways

    def move(self, start: int, end: int, to: int) -> None:
        """Cut a passage out and put it in elsewhere; what lies whole in it goes with it."""
        words = self.text[start:end]
        inside = [{p for p in places if p and start <= p[0] and p[1] <= end} for places in self.places]
        self.replace(start, end, "")
        to = min(to, len(self.text))
        self.replace(to, to, words)
        for n, places in enumerate(inside):
            self.places[n] |= {(p[0] - start + to, p[1] - start + to) for p in places}


def _followed(place: Stretch | None, at: int, gone: int, came: int) -> Stretch | None:
    if place is None or at >= place[1]:
        return place
    if at + gone <= place[0]:
        return place[0] - gone + came, place[1] - gone + came
    return None


def _history(seed: int) -> tuple[str, list[Anchor], Edited]:
    """Return a text, excerpts taken from it, and the text after some edits."""
    chance = Random(seed)
    text = "".join(chance.choice(SAID) for _ in range(chance.randint(2, 60)))
    if chance.random() < 0.3:
        text += text[: chance.randrange(len(text))]
    anchors = []
    for _ in range(8):
        start = chance.randrange(len(text))
        anchors.append(Anchor.take(text, start, min(len(text), start + chance.choice([1, 3, 8, 30, 90, 300]))))
    edited = Edited(text, [{(a.start, a.end)} for a in anchors])
    for _ in range(chance.choice([1, 1, 2, 4, 8])):
        size = len(edited.text)
        start = chance.randint(0, size)
        end = min(size, start + chance.choice([0, 1, 2, 7, 40, 200]))
        what = chance.randrange(8)
        if what <= 1:
            edited.replace(start, start, chance.choice([*SAID, "x", "\n", "\u0301", "🎉", "\u00a0"]))
        elif what == 2:
            edited.replace(start, end, "")
        elif what == 3:
            edited.replace(start, end, chance.choice([*SAID, "y", " "]))
        elif what == 4:
            words = edited.text[start:end]
            edited.replace(start, end, words.replace("\u00a0", " ").replace("e\u0301", "é").replace("oui", "Oui"))
        elif what == 5:
            edited.copied = True
            block = edited.text[max(0, start - 250) : end + 250]
            at = chance.choice([max(0, start - 250), chance.randint(0, size), 0])
            edited.replace(at, at, block)
        elif what == 6:
            edited.move(start, end, chance.randint(0, size))
        else:
            edited.replace(max(0, start - 1), start, "")
    return text, anchors, edited


def _judge(seed: int) -> dict[str, int]:
    """Say how each excerpt of a history fared; a place that is claimed and is not its own is 'shifted'."""
    before, anchors, edited = _history(seed)
    fared: dict[str, int] = {}
    for anchor, places in zip(anchors, edited.places, strict=True):
        if edited.text == before:
            continue
        found = anchor.find(edited.text)
        how = found.how
        if found.anchor:
            claimed = (found.anchor.start, found.anchor.end)
            assert edited.text[claimed[0] : claimed[1]] == anchor.quote
            if claimed not in places:
                how = "copy" if edited.copied and _is_a_copy(anchor, claimed, places, edited.text) else "shifted"
        fared[how] = fared.get(how, 0) + 1
    return fared


def _is_a_copy(anchor: Anchor, claimed: Stretch, places: set[Stretch | None], text: str) -> bool:
    """Say whether the passage stands whole in a copy, and no longer is itself where it was."""
    kept = anchor.before + anchor.quote + anchor.after
    whole = text[max(0, claimed[0] - len(anchor.before)) : claimed[1] + len(anchor.after)] == kept
    left = []
    for place in places:
        if place:
            there = text[max(0, place[0] - len(anchor.before)) : place[1] + len(anchor.after)]
            left.append(sum(b.size for b in SequenceMatcher(None, kept, there, autojunk=False).get_matching_blocks()))
    return whole and max(left, default=0) < 0.7 * len(kept)


@given(st.integers(0, 2**32))
def test_after_any_edits_an_excerpt_is_right_or_reported(seed: int):
    """The oracle follows every code point; no excerpt is on other words than its own and says nothing."""
    assert 0 == _judge(seed).get("shifted", 0)
