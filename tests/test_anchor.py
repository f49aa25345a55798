"""Excerpts stay on their words, or say that they may not: properties over thousands of random edits."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import SequenceMatcher
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualcode.plaintext import likeness
from qualcode.plaintext.anchor import CONTEXT, FURTHEST, Anchor, AnchorError, occurrences

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
        """Put *new* in the place of what stands from *start* to *end*."""
        old = self.text[start:end]
        self.copied = self.copied or new in SAID
        same = 0
        while same < min(len(old), len(new)) and old[same] == new[same]:
            same += 1
        start, old, new = start + same, old[same:], new[same:]
        same = 0
        while same < min(len(old), len(new)) and old[-1 - same] == new[-1 - same]:
            same += 1
        old, new = old[: len(old) - same], new[: len(new) - same]
        if old == new:
            return
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
        to = min(to, len(self.text) - len(words))
        if to == start:
            return
        inside = [{p for p in places if p and start <= p[0] and p[1] <= end} for places in self.places]
        self.replace(start, end, "")
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
    often = chance.choice([0.1, 0.5, 0.9])
    text = "".join(
        chance.choice(SAID) if chance.random() < often else _sentence(chance) for _ in range(chance.randint(2, 60))
    )
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
            for old, new in (("\u00a0", " "), ("e\u0301", "é"), ("oui", "Oui")):
                for at in reversed(occurrences(edited.text[start:end], old)):
                    edited.replace(start + at, start + at + len(old), new)
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


def _sentence(chance: Random) -> str:
    """Return a sentence that hardly comes twice."""
    words = ("".join(chance.choices("aeinorst", k=chance.randint(1, 8))) for _ in range(chance.randint(3, 15)))
    return " ".join(words) + chance.choice([". ", ".\n\n", " — ", "? "])


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
    """
    Say whether the passage stands whole in a copy, and no longer is itself where it was.

    Where the two overlap, what belongs to the copy is not counted as left of the original: of such a text
    nobody can say whether a copy was put in before the end or a remnant after it.
    """
    kept = anchor.before + anchor.quote + anchor.after
    copy = max(0, claimed[0] - len(anchor.before)), claimed[1] + len(anchor.after)
    left = []
    for start, end in sorted(p for p in places if p):
        low, high = max(0, start - len(anchor.before)), end + len(anchor.after)
        there = text[low : min(high, max(low, copy[0]))] + text[max(low, copy[1]) : high]
        left.append(sum(b.size for b in SequenceMatcher(None, kept, there, autojunk=False).get_matching_blocks()))
    return text[copy[0] : copy[1]] == kept and max(left, default=0) < 0.7 * len(kept)


@pytest.mark.long
@given(st.integers(0, 2**32))
def test_after_any_edits_an_excerpt_is_right_or_reported(seed: int):
    """
    The oracle follows every code point; no excerpt is on other words than its own and says nothing.

    Ten histories an example: some 1,000 texts with 8,000 excerpts and 3,000 edits, and twenty times as
    many with --thorough.
    """
    assert [n for n in range(seed, seed + 10) if "shifted" in _judge(n)] == []


@given(st.integers(0, 2**32))
def test_a_change_far_from_an_excerpt_of_unlike_words_is_followed(seed: int):
    """Reporting everything would be right and useless."""
    chance = Random(seed)
    text = "".join(_sentence(chance) for _ in range(40))
    start = chance.randrange(400, len(text) - 400)
    anchor = Anchor.take(text, start, start + chance.choice([3, 30, 200]))
    at = chance.choice([chance.randrange(start - 40), chance.randrange(anchor.end + 40, len(text))])
    new = chance.choice(SAID)
    moved = len(new) if at < start else 0

    found = anchor.find(text[:at] + new + text[at:])

    assert ("moved" if moved else "same", anchor.shift(moved)) == (found.how, found.anchor)


@given(st.integers(0, 2**32))
def test_changed_words_are_offered_at_their_place_first(seed: int):
    """A word in the middle was mended; the best candidate is the mended stretch."""
    chance = Random(seed)
    text = "".join(_sentence(chance) for _ in range(40))
    start = chance.randrange(100, len(text) - 400)
    anchor = Anchor.take(text, start, start + chance.randrange(60, 200))
    at = chance.randrange(start + 20, anchor.end - 20)
    changed = "Vorspann. " + text[:at] + "[sic]" + text[at + 3 :]

    found = anchor.find(changed)

    assert ("changed", None) == (found.how, found.anchor)
    assert (start + 10, anchor.end + 12) == (found.candidates[0].start, found.candidates[0].end)


def test_a_like_block_inserted_above_is_not_taken_for_the_words():
    """Place, quote and surroundings all look right there; only the text's hash says that a search is due."""
    block = "Q: And then?\n\nADAS: Oui. We went to the desk, and nobody knew what to do with us.\n\n"
    text = block + "Q: Later, in the autumn, was it still so, or had they learnt?\n"
    anchor = Anchor.of(text, "Oui. We went to the desk")

    found = anchor.find(block + text)

    assert ("several", None) == (found.how, found.anchor)
    assert [anchor.start, anchor.start + len(block)] == sorted(c.start for c in found.candidates)


def test_of_two_like_passages_the_one_that_is_left_is_not_taken_for_the_one_that_went():
    """What is kept of the surroundings grows until it stands at one place only."""
    refrain = "And then we sang the song about the letter box, all of us, on the stairs, twice over. "
    text = "In May. " + refrain + "In June. " + refrain + "In July."
    anchor = Anchor.of(text, "the letter box", nth=1)

    found = anchor.find(text.replace("In May. " + refrain, ""))

    assert "In May. " in anchor.before
    assert ("changed", None) == (found.how, found.anchor)
    assert [(41, 14)] == [(c.start, c.end - c.start) for c in found.candidates]


def test_what_is_longer_than_is_kept_and_stands_twice_is_never_followed():
    """Several pages that stand there twice, and one of them goes: nothing tells which."""
    chance = Random(1)
    page = "".join(_sentence(chance) for _ in range(200))
    assert len(page) > 8000
    text = page + "***" + page
    anchor = Anchor.take(text, 4000, 4010)

    assert FURTHEST == len(anchor.before)
    assert anchor.find(text + " ").how == "several"
    assert (anchor.find("***" + page).how, anchor.find("***" + page).anchor) == ("changed", None)


def test_deleted_words_are_lost_and_stay_quoted():
    text = "We rang twice. Nobody came to the door that day. So we left a note, and that was all."
    anchor = Anchor.of(text, "Nobody came to the door that day. ")

    found = anchor.find(text.replace(anchor.quote, ""))

    assert ("lost", None, ()) == (found.how, found.anchor, found.candidates)


def test_the_words_in_new_surroundings_are_offered_and_not_followed():
    text = "At nine we stood there. The key was with the neighbour. Nobody minded, it was cold."
    anchor = Anchor.of(text, "The key was with the neighbour.")

    found = anchor.find("Somebody else wrote: The key was with the neighbour. (p. 3)")

    assert "changed" == found.how
    assert [(21, 52)] == [(c.start, c.end) for c in found.candidates]


def test_accents_written_another_way_are_changed_words():
    """No folding in silence: the stretch is offered."""
    text = "Avant tout, la réunion était très animée, dit-elle, et puis c'était l'été. Voilà."
    anchor = Anchor.of(text, "la réunion était très animée, dit-elle")
    decomposed = text.replace("é", "e\u0301")

    found = anchor.find(decomposed)

    assert "changed" == found.how
    assert (
        "la re\u0301union e\u0301tait très anime\u0301e, dit-elle"
        == decomposed[found.candidates[0].start : found.candidates[0].end]
    )


def test_places_are_code_points_whatever_stands_before():
    text = "👩‍👩‍👧🎉 e\u0301té\u00a0: voilà. C'est fini."
    anchor = Anchor.of(text, "voilà")

    assert (14, 19) == (anchor.start, anchor.end)
    assert Anchor.of("🎉" + text, "voilà") == anchor.find("🎉" + text).anchor


@given(st.text("ab ", min_size=1, max_size=300), st.integers(0, 299), st.integers(1, 30))
def test_what_an_anchor_keeps_stands_at_one_place_only(text: str, start: int, length: int):
    """Or reaches to both ends of the text."""
    start = min(start, len(text) - 1)
    anchor = Anchor.take(text, start, min(len(text), start + length))
    kept = anchor.before + anchor.quote + anchor.after

    assert [start - len(anchor.before)] == occurrences(text, kept)
    assert anchor.stands_in(text)
    assert anchor.surrounded_in(text)
    assert len(anchor.before) in (start, *(CONTEXT * 2**n for n in range(7)))


@pytest.mark.parametrize(("start", "end"), [(3, 3), (4, 2), (-1, 2), (0, 99)])
def test_a_place_that_is_no_stretch_is_refused(start: int, end: int):
    with pytest.raises(AnchorError, match=f"place {start}-{end} is no stretch of a text of 11 code points"):
        Anchor.take("oui, merci.", start, end)


def test_words_at_two_places_are_refused_without_a_number():
    with pytest.raises(AnchorError, match="occur 2 times"):
        Anchor.of("oui, oui", "oui")
    assert 5 == Anchor.of("oui, oui", "oui", nth=2).start


@given(
    st.lists(
        st.sampled_from(["the city ", "a motion ", "signed ", "was it so? ", "xyzzy plugh ", "éèà “so” ", "\n\n"]),
        min_size=4,
        max_size=60,
    ),
    st.integers(0, 300),
    st.integers(1, 160),
    st.sampled_from((0, 3, 40)),
)
def test_where_a_quick_count_finds_no_rival_the_patient_one_finds_none(words: list[str], at: int, size: int, off: int):
    text = "".join(words)
    kept = text[at : at + size] or "nothing of it"

    votes, pieces, common = likeness._votes(text, kept)
    there = max(0, min(at, len(text)) - off)
    rivals = [
        d for d, share in likeness._clusters(votes, pieces) if share * 3 >= 1 and abs(d - there) > likeness._DRIFT
    ]
    assert likeness.alike(text, kept, there) == ([0] if common * 3 >= pieces else rivals)


def test_most_excerpts_are_told_apart_by_the_quick_count():
    """Else the property above would hold and nothing be quick."""
    draw = Random(3)
    text = " ".join("".join(draw.choices("abcdefghij", k=draw.randint(2, 9))) for _ in range(1_500))

    assert sum(likeness._alone(text, text[n : n + 120], n) for n in range(0, 8_000, 100)) == 80
