"""
Captions: WebVTT, SubRip and TTML. Cues of one speaker become one turn; a turn's time is its first cue's.

Voices stand in ``<v Name>`` (Teams, YouTube) or before a colon (Zoom). Tags of looks and places are dropped, counted.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from qualcode.exchange.transcripts.bounds import Element, attribute, bytes_of, letters, markup, name_of
from qualcode.exchange.transcripts.form import MOST_TURNS, Line, Reading, Turn, Unclear, UnreadableError, joined, split
from qualcode.exchange.transcripts.labels import proposed, seconds

_ARROW = re.compile(
    r"[ \t]*((?:\d{1,4}:)?\d{1,2}:\d{2}[.,]\d{1,3})[ \t]*-->[ \t]*(?:\d{1,4}:)?\d{1,2}:\d{2}[.,]\d{1,3}"
)
_VOICE = re.compile(r"<v(?:\.[^\s>]{0,80})?[ \t]([^<>\n]{1,200})>|</v>")
_TAG = re.compile(r"</?(?:c|i|b|u|s|ruby|rt|lang|font)(?:[.\s][^<>\n]{0,200})?>|<\d{1,3}:\d\d(?::\d\d)?\.\d{3}>")
_PLACED = re.compile(r"\{\\[a-z]{1,4}[^{}\n]{0,40}\}")
_OFFSET = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s|f|t)")


def read_captions(path: Path) -> Reading:
    """
    Read WebVTT or SubRip.

    Raises:
        UnreadableError: there is no cue in it.
    """
    counts: Counter[str] = Counter()
    text = letters(bytes_of(path), counts)
    form = "WebVTT" if text.lstrip().startswith("WEBVTT") else "SubRip"
    unclear: list[Unclear] = []
    turns: list[Turn] = []
    for place, start, words in _cues(split(text), counts, unclear):
        counts["tags of looks and places dropped"] += len(_TAG.findall(words)) + len(_PLACED.findall(words))
        shown = _PLACED.sub("", _TAG.sub("", words))
        if len(turns) > MOST_TURNS:
            raise UnreadableError(f"it has more than {MOST_TURNS:,} cues; is it a transcript?")
        turns += [Turn(v, start, _unescaped(w, form, counts), place) for v, w in _voices(shown)]
    if not turns:
        raise UnreadableError("there is no cue in it (no line with '-->')")
    return spoken(form, "line", turns, unclear, counts)


def _cues(lines: list[str], counts: Counter[str], unclear: list[Unclear]) -> Iterator[tuple[int, float | None, str]]:
    n = 0
    head = next((m for m, line in enumerate(lines) if not line.strip()), len(lines)) if lines[0][:6] == "WEBVTT" else 0
    while n < len(lines):
        arrow = _ARROW.match(lines[n])
        if not arrow:
            if lines[n].startswith(("NOTE", "STYLE", "REGION")):
                counts["notes and styles of WebVTT dropped"] += 1
                while n < len(lines) and lines[n].strip():
                    n += 1
            elif "-->" in lines[n]:
                unclear.append(Unclear(n + 1, "a time of a cue that cannot be read; its words go on with nobody"))
            elif (
                lines[n].strip()
                and n >= head
                and not _named_cue(lines, n)
                and not lines[n].lstrip("\ufeff").startswith("WEBVTT")
            ):
                unclear.append(Unclear(n + 1, "a line outside every cue was left out"))
                counts["lines outside cues left out"] += 1
            n += 1
            continue
        place, n = n + 1, n + 1
        words = []
        while n < len(lines) and lines[n].strip() and not _ARROW.match(lines[n]):
            words.append(lines[n])
            n += 1
        if n < len(lines) and _ARROW.match(lines[n]) and words and words[-1].strip().isdecimal():
            words.pop()
        dashed = sum(w.lstrip().startswith(("-", "–")) for w in words)
        if dashed > 1:
            unclear.append(Unclear(place, "a cue in which dashes seem to part two voices; they are not told apart"))
        counts["lines of cues joined"] += max(0, len(words) - 1) if dashed < 2 else 0
        yield place, seconds(arrow[1]), ("\n" if dashed > 1 else " ").join(w.strip() for w in words)


def _named_cue(lines: list[str], n: int) -> bool:
    """Say whether a line is the name or number of the cue below."""
    return n + 1 < len(lines) and bool(_ARROW.match(lines[n + 1]))


def _voices(words: str) -> Iterator[tuple[str, str]]:
    voice, at = "", 0
    for tag in _VOICE.finditer(words):
        if words[at : tag.start()].strip():
            yield voice, words[at : tag.start()].strip()
        voice, at = " ".join((tag[1] or "").split()), tag.end()
    if words[at:].strip():
        yield voice, words[at:].strip()


def _unescaped(words: str, form: str, counts: Counter[str]) -> str:
    if form == "SubRip" or "&" not in words:
        return words
    plain = html.unescape(words)
    counts["signs of markup written out (&amp; and others)"] += plain != words
    return plain


def spoken(form: str, unit: str, turns: list[Turn], unclear: list[Unclear], counts: Counter[str]) -> Reading:
    """Return a reading of cues, joined; where no voice is told, names before a colon are taken for voices."""
    if not any(t.label for t in turns):
        firsts = [Line(t.place, t.words.split("\n")[0]) for t in turns]
        names, doubtful = proposed(firsts)
        unclear += doubtful
        turns = _by_colon(turns, frozenset(names))
        if not any(t.label for t in turns):
            unclear.append(Unclear(0, "no speaker is told; all words are nobody's"))
    done = joined(turns, counts)
    counts["ends of cues and parts of a second dropped"] += len(turns)
    return Reading(form, unit, turns=done, unclear=tuple(unclear), counts=counts)


def _by_colon(turns: list[Turn], names: frozenset[str]) -> list[Turn]:
    """Give each cue the name before its colon, or that of the cue above."""
    named: list[Turn] = []
    for turn in turns:
        before, colon, rest = turn.words.partition(":")
        spoken = bool(colon) and " ".join(before.split()) in names
        label = " ".join(before.split()) if spoken else named[-1].label if named else ""
        named.append(Turn(label, turn.start, rest.strip() if spoken else turn.words, turn.place))
    return named


def read_ttml(path: Path) -> Reading:
    """
    Read TTML (also DFXP): ``<p begin=... ttm:agent=...>``.

    Raises:
        UnreadableError: no TTML, or damaged.
    """
    root = markup(bytes_of(path))
    counts: Counter[str] = Counter()
    names = {
        attribute(a, "id"): next(("".join(e.itertext()).strip() for e in a if name_of(e) == "name"), "")
        for a in root.iter()
        if name_of(a) == "agent"
    }
    turns = []
    for number, p in enumerate((e for e in root.iter() if name_of(e) == "p"), start=1):
        agent = attribute(p, "agent") or next((attribute(s, "agent") for s in p if attribute(s, "agent")), "")
        counts["tags of looks and places dropped"] += sum(name_of(e) == "span" for e in p)
        turns.append(Turn(names.get(agent) or agent, _begun(attribute(p, "begin")), _words(p), number))
    if not turns:
        raise UnreadableError("there is no cue in it (no <p>)")
    return spoken("TTML", "cue", turns, [], counts)


def _words(element: Element) -> str:
    pieces = [element.text or ""]
    for child in element:
        pieces.append(" " if name_of(child) == "br" else _words(child))
        pieces.append(child.tail or "")
    return " ".join(line.strip() for line in "".join(pieces).split("\n")).strip()


def _begun(value: str) -> float | None:
    if ":" in value:
        return seconds(value)
    match = _OFFSET.fullmatch(value)
    if not match or match[2] in "ft":
        return None
    return float(match[1]) * {"h": 3600, "m": 60, "s": 1, "ms": 0.001}[match[2]]
