"""
Transcripts in XML: TEI with ``<sp who>`` or ``<u who>``, GUM's tokens a line, Transcriber, and ELAN's tiers.

Text that stands in no turn becomes notes. Tokens get the blanks that their punctuation asks for, by rule; what TEI
marks as a gap or a sound is put into brackets; both are counted.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from qualcode.exchange.transcripts.bounds import Element, attribute, bytes_of, markup, name_of
from qualcode.exchange.transcripts.captions import read_ttml
from qualcode.exchange.transcripts.form import MOST_TURNS, Note, Reading, Turn, Unclear, UnreadableError, joined
from qualcode.exchange.transcripts.labels import seconds

_SOUNDS = ("incident", "vocal", "kinesic", "stage", "gap", "pause", "event", "Event")
_BLOCKS = ("p", "ab", "l", "lg", "item", "head", "list", "caption", "figure")
_NO_BLANK_BEFORE = re.compile(r"[,.;:?!)\]}%…]+|['’](?:s|d|m|ll|re|ve|t)?|n['’]t|/", re.IGNORECASE)
_NO_BLANK_AFTER = re.compile(r"[(\[{$£€#¿¡/]+")
_MOST_VOICES = 100
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_xml(path: Path) -> Reading:
    """
    Read XML by its root: ELAN, Transcriber, TTML, else whatever has ``<sp>`` or ``<u>``.

    Raises:
        UnreadableError: none of these, or no turn in it.
    """
    root = markup(bytes_of(path))
    name = name_of(root)
    if name == "ANNOTATION_DOCUMENT":
        return _elan(root)
    if name == "Trans":
        return _transcriber(root)
    if name == "tt":
        return read_ttml(path)
    walk = _Encoded(root)
    walk.go(root, None)
    if not walk.turns:
        raise UnreadableError("there is no turn in it (no <sp> or <u>)")
    return walk.reading()


class _Words:
    """The words of one turn on their way: pieces of text, and tokens with their blanks."""

    def __init__(self, counts: Counter[str]) -> None:
        self.pieces: list[str] = []
        self._counts, self._glued, self._first, self._after = counts, False, True, ""

    def text(self, text: str, *, glue: bool) -> None:
        """Add running text, or tokens a line with tabs behind."""
        if "\t" in text and all("\t" in line for line in text.split("\n") if line.strip()):
            for line in text.split("\n"):
                if line.strip():
                    word, kind = line.split("\t")[:2]
                    self._token(word, kind, glue)
            return
        spaced = re.sub(r"\s*\n\s*", " ", text)
        self._counts["line ends inside markup read as blanks"] += spaced != text and bool(text.strip())
        if spaced.strip() or (self.pieces and not self._after):
            self.pieces.append(spaced)

    def _token(self, word: str, kind: str, glue: bool) -> None:
        near = self._first or (glue and self._glued) or kind in ("''", "POS") or bool(_NO_BLANK_BEFORE.fullmatch(word))
        opened = self._after == "``" or bool(_NO_BLANK_AFTER.fullmatch(self._after))
        self.pieces += [word] if near or opened else [" ", word]
        self._counts["blanks between tokens put by rule"] += 1
        self._first, self._glued, self._after = False, glue, "``" if kind == "``" else word

    def word(self) -> None:
        """Begin a group of tokens that are written as one word."""
        self._glued = False

    def block(self) -> None:
        """Begin a paragraph."""
        if self.pieces:
            self.pieces.append("\n\n")
        self._first, self._after = True, ""

    def __str__(self) -> str:
        return re.sub(r" *\n\n[\n ]*", "\n\n", "".join(self.pieces)).strip()


class _Encoded:
    """Goes through TEI or the like, gathers turns and what stands outside them."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.turns: list[Turn] = []
        self.notes: list[Note] = []
        self.counts: Counter[str] = Counter()
        self._times = _timeline(root)
        self._outside = _Words(self.counts)
        self._number = 0

    def go(self, element: Element, words: _Words | None, *, glue: bool = False) -> None:
        """Take what an element holds; *words* are those of the turn around it."""
        into = words if words is not None else self._outside
        into.text(element.text or "", glue=glue)
        for child in element:
            self._take(child, words, glue)
            into.text(child.tail or "", glue=glue)

    def _take(self, element: Element, words: _Words | None, glue: bool) -> None:
        name = name_of(element)
        into = words if words is not None else self._outside
        if name in ("teiHeader", "Comment") or not isinstance(element.tag, str):
            self.counts["lines about the file (its header) dropped"] += name == "teiHeader"
        elif name in ("sp", "u") and words is None:
            self._turn(element)
        elif name == "speaker" and words is not None:
            self.counts["names of speakers written above their turn, dropped beside the label"] += 1
        elif name == "note" and words is not None:
            self.notes.append(Note("footnote", " ".join("".join(element.itertext()).split()), len(self.turns) + 1))
            self.counts["notes kept as memos"] += 1
        elif name in _SOUNDS:
            told = " ".join("".join(element.itertext()).split()) or attribute(element, "reason") or name
            into.pieces.append(f" [{told}] ")
            self.counts["marks of gaps, sounds and gestures put into brackets"] += 1
        else:
            if name in _BLOCKS or name == "s":
                into.block() if name in _BLOCKS else None
            if name == "w":
                into.word()
            self.counts["stretches of bold, italic, underlined or coloured words: the look dropped"] += name == "hi"
            into.pieces += ["\n"] if name == "lb" else []
            self.go(element, words, glue=glue or name == "w")

    def _turn(self, element: Element) -> None:
        self._keep_outside()
        self._number += 1
        if self._number > MOST_TURNS:
            raise UnreadableError(f"it has more than {MOST_TURNS:,} turns; is it a transcript?")
        names = [w.removeprefix("#") for w in attribute(element, "who").split(maxsplit=_MOST_VOICES)]
        if len(names) > _MOST_VOICES:
            raise UnreadableError(f"a turn of more than {_MOST_VOICES} speakers", self._number)
        spoken = next(("".join(e.itertext()) for e in element if name_of(e) == "speaker"), "")
        label = " and ".join(names) or " ".join(spoken.split()).rstrip(" .:")
        words = _Words(self.counts)
        self.go(element, words)
        start = self._times.get(attribute(element, "start").removeprefix("#"))
        if str(words):
            self.turns.append(Turn(label, start, str(words), self._number))
        else:
            self.counts["turns without words"] += 1

    def _keep_outside(self) -> None:
        text = str(self._outside)
        if text:
            self.notes.append(Note("text outside the turns", text, len(self.turns)))
            self.counts["stretches of text outside the turns kept as memos"] += 1
        self._outside = _Words(self.counts)

    def reading(self) -> Reading:
        """Return what was read."""
        self._keep_outside()
        dated = [attribute(self.root, "dateCreated")]
        dated += [attribute(e, "when") for e in self.root.iter() if name_of(e) == "date" and attribute(e, "when")]
        language = attribute(self.root, "lang")[:2]
        title = attribute(self.root, "title")
        tokens = "blanks between tokens put by rule" in self.counts
        self.counts["markup of words (part of speech, lemma and others) dropped"] += tokens
        return Reading(
            "XML with turns",
            "turn",
            turns=tuple(self.turns),
            title=title,
            date=next((d for d in dated if _DAY.fullmatch(d)), ""),
            language=language if language.islower() and language.isascii() else "",
            notes=tuple(self.notes),
            counts=self.counts,
        )


def _timeline(root: Element) -> dict[str, float | None]:
    times: dict[str, float | None] = {}
    for when in (e for e in root.iter() if name_of(e) == "when"):
        told, interval = attribute(when, "absolute"), attribute(when, "interval")
        if re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", interval):
            times[attribute(when, "id")] = float(interval)
        elif ":" in told or not interval:
            times[attribute(when, "id")] = seconds(told) if told else 0.0
    return times


def _transcriber(root: Element) -> Reading:
    counts: Counter[str] = Counter()
    names = {attribute(e, "id"): attribute(e, "name") for e in root.iter() if name_of(e) == "Speaker"}
    turns = []
    for number, turn in enumerate((e for e in root.iter() if name_of(e) == "Turn"), start=1):
        words = _Words(counts)
        words.text(turn.text or "", glue=False)
        for child in turn:
            if name_of(child) == "Event":
                words.pieces.append(f" [{attribute(child, 'desc')}] ")
                counts["marks of gaps, sounds and gestures put into brackets"] += 1
            else:
                words.pieces.append(" ")
                counts["times inside turns dropped"] += name_of(child) == "Sync"
            words.text(child.tail or "", glue=False)
        label = " and ".join(names.get(i, i) for i in attribute(turn, "speaker").split())
        turns.append(Turn(label, _number(attribute(turn, "startTime")), " ".join(str(words).split()), number))
    if not turns:
        raise UnreadableError("there is no turn in it (no <Turn>)")
    return Reading("Transcriber", "turn", turns=joined(turns, counts, "turns"), counts=counts)


def _number(value: str) -> float | None:
    return float(value) if re.fullmatch(r"\d{1,6}(?:\.\d{1,9})?", value) else None


def _elan(root: Element) -> Reading:
    counts: Counter[str] = Counter()
    unclear: list[Unclear] = []
    slots = {attribute(e, "TIME_SLOT_ID"): attribute(e, "TIME_VALUE") for e in root.iter() if name_of(e) == "TIME_SLOT"}
    said: list[tuple[float, float, int, Turn]] = []
    for number, tier in enumerate((e for e in root if name_of(e) == "TIER"), start=1):
        notes = [e for e in tier.iter() if name_of(e) in ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION")]
        if attribute(tier, "PARENT_REF"):
            counts["annotations on tiers that depend on others left out"] += len(notes)
            unclear.append(Unclear(number, "a tier that depends on another is not read")) if notes else None
            continue
        label = " ".join((attribute(tier, "PARTICIPANT") or attribute(tier, "TIER_ID")).split())
        for note in notes:
            words = "".join("".join(e.itertext()) for e in note if name_of(e) == "ANNOTATION_VALUE")
            start, end = (_number(slots.get(attribute(note, f"TIME_SLOT_REF{n}"), "")) for n in (1, 2))
            counts["annotations whose time is not told"] += start is None
            place = 0.0 if start is None else start / 1000
            turn = Turn(label, None if start is None else place, " ".join(words.split("\n")), number)
            said.append((place, place if end is None else end / 1000, number, turn))
    if not said:
        raise UnreadableError("there is no annotation on a tier of its own in it")
    said.sort(key=lambda s: s[:3])
    latest = 0.0
    for start, end, *_ in said:
        counts["turns that begin while another goes on"] += start < latest
        latest = max(latest, end)
    return Reading(
        "ELAN",
        "tier",
        turns=joined([turn for *_, turn in said], counts, "annotations"),
        unclear=tuple(unclear),
        counts=counts,
    )
