"""
Who speaks in lines of text: labels and times found in every form that people and programs write them.

``Name:``, ``NAME [00:01:02]:``, ``[00:01:02] Name:``, ``00:01:02 Name:``, ``Name (00:01:02)`` or ``Name  1:02`` on a
line of its own, ``**Name:**``, f4's ``#00:01:02-3#``. Whether a label is a speaker's is proposed, by how it is written
and how often, and decided by the researcher: what she lists is taken as she says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field

from qualcode.exchange.transcripts.form import MOST_TURNS, Line, Note, Turn, Unclear, UnreadableError

_CLOCK = r"(?:\d{1,3}:)?[0-5]?\d:[0-5]\d(?:[.,]\d{1,3})?"
_TIME = (
    rf"(?:[\[({{<][ ]?{_CLOCK}(?:[ ]?(?:-|–|-->)[ ]?{_CLOCK})?[ ]?[\])}}>]"
    rf"|\#\d{{1,3}}:\d\d:\d\d-\d{{1,3}}\#|{_CLOCK})"
)
_BRACKETED = rf"(?:[\[({{<][ ]?{_CLOCK}[ ]?[\])}}>]|\#\d{{1,3}}:\d\d:\d\d-\d{{1,3}}\#)"
_NAME = r"(?:[^\W\d_][^\n\t:：\[\](){}#<>*?!;\"“”«»…]{0,39}?(?:[ ]?\([^()\n:0-9][^()\n:]{0,28}\))?|\?{1,3})"
_B = r"[ \t\u00a0\u202f]{0,20}"
_OPENED = re.compile(
    rf"""{_B}(?:(?P<before>{_TIME}){_B}[-–]?{_B})?
    (?P<mark>\*\*|__|)(?P<label>{_NAME}){_B}(?P=mark)
    (?:{_B}(?P<middle>{_TIME}))?{_B}[:：]
    (?=[\s\*]|$|(?<=^\S:)|(?<=^\S\S:)|(?<=^\S\S\S:))
    (?:{_B}(?P<after>{_BRACKETED}))?{_B}""",
    re.VERBOSE,
)
_MARKED = re.compile(rf"{_B}(?P<mark>\*\*|__)(?P<label>{_NAME}){_B}[:：](?P=mark){_B}")
_HEADING = re.compile(
    rf"{_B}(?P<mark>\*\*|__|)(?P<label>{_NAME})(?P=mark){_B}[,;|–-]?{_B}(?P<before>{_TIME}){_B}"
)
_TIMED = re.compile(rf"{_B}(?P<before>{_TIME}){_B}(?P<label>{_NAME}){_B}")
_TABBED = re.compile(r"(?P<label>[^\W\d_][\w.]{0,11})\t+(?=\S)")
_ALONE = re.compile(rf"(?P<label>{_NAME}){_B}")
_STAMPED = re.compile(rf"{_B}(?P<before>{_TIME}){_B}[-–]?{_B}(?P<rest>.*)")
_F4_END = re.compile(r"#(?P<time>\d{1,3}:\d\d:\d\d)-\d{1,3}#\Z")
_LINK = re.compile(r"https?|ftp|mailto|file", re.IGNORECASE)
_PARTICLE = frozenset("de da di du des van von der den la le el al ten ter y und et and bin ibn".split())
_ASIDES = frozenset(
    "nb ps pps note notes remark remarks remarque date datum day place lieu ort duration durée dauer length title titre "
    "titel project projet projekt file datei fichier audio recording transcript transcription transkript language sprache "
    "langue participants participant(s) teilnehmer participants: version time heure zeit location subject re cc from to "
    "example exemple beispiel e.g i.e etc bref question answer réponse total".split()
)


_NEEDED = {"heading": 2, "timed": 2, "tabbed": 3}
"""How often a label must stand in a file where its form alone says little."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """
    Something at a line's beginning that may be a speaker's label.

    ``line`` counts lines from 0; ``rest`` is what follows on the line; ``sure`` where a time stands beside it.
    """

    line: int
    label: str
    start: float | None
    rest: str = field(repr=False)
    sure: bool
    form: str


def seconds(clock: str) -> float | None:
    """Return the seconds of ``1:02``, ``00:01:02.5`` or ``#00:01:02-3#``; of a span, those of its beginning."""
    found = re.search(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?", clock)
    if not found:
        return None
    hours, minutes, whole, part = found.groups()
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(whole) + (float(f"0.{part}") if part else 0.0)


def candidates(lines: tuple[Line, ...]) -> tuple[Candidate, ...]:
    """Return what may be a label, in order; names alone on a line only where no other form is found."""
    found: list[Candidate] = []
    for n, line in enumerate(lines):
        one = _candidate(n, line.text)
        if one:
            found.append(one)
    if len(found) > MOST_TURNS:
        raise UnreadableError(f"it has more than {MOST_TURNS:,} turns; is it a transcript?")
    times = Counter(c.label for c in found)
    found = [c for c in found if times[c.label] >= _NEEDED.get(c.form, 1) or (c.form == "heading" and _named(c.label))]
    return tuple(found) if any(_named(c.label) or c.sure for c in found) else (*found, *_alone(lines, found))


def _candidate(n: int, text: str) -> Candidate | None:
    if not text or text.isspace():
        return None
    match = _HEADING.fullmatch(text) if len(text) <= 100 else None
    if match:
        label = _tidy(match["label"])
        return Candidate(n, label, seconds(match["before"]), "", _named(label), "heading")
    match = _OPENED.match(text) or _MARKED.match(text)
    if match and not (_LINK.fullmatch(match["label"]) and text.startswith("//", match.end())):
        given = match.groupdict()
        time = given.get("before") or given.get("middle") or given.get("after")
        return Candidate(n, _tidy(match["label"]), seconds(time or ""), text[match.end() :], bool(time), "opened")
    match = _TIMED.fullmatch(text) if len(text) <= 100 else None
    if match and _named(match["label"]):
        return Candidate(n, _tidy(match["label"]), seconds(match["before"]), "", True, "timed")
    match = _TABBED.match(text)
    if match:
        return Candidate(n, match["label"], None, text[match.end() :], False, "tabbed")
    return None


def _alone(lines: tuple[Line, ...], found: list[Candidate]) -> list[Candidate]:
    """Return names that stand alone on a line above words, each at least twice."""
    taken = {c.line for c in found}
    here: list[Candidate] = []
    for n, line in enumerate(lines[:-1]):
        above = n == 0 or not lines[n - 1].text.strip()
        if above and n not in taken and len(line.text) <= 60 and line.text and not line.text[0].isspace():
            below = lines[n + 1].text.strip() or (n + 2 < len(lines) and lines[n + 2].text.strip())
            match = _ALONE.fullmatch(line.text) if below else None
            if match and _named(match["label"]) and not match["label"].endswith("."):
                here.append(Candidate(n, _tidy(match["label"]), None, "", False, "alone"))
    times = Counter(c.label for c in here)
    return [c for c in here if times[c.label] > 1]


def _tidy(label: str) -> str:
    return " ".join(label.split())


def _named(label: str) -> bool:
    """Say whether a label is written as names and roles are: few words, with capitals, or a sign for nobody known."""
    if set(label) == {"?"}:
        return True
    words = label.split("(")[0].split()
    if not 0 < len(words) <= 4 or label.casefold().rstrip(".") in _ASIDES:
        return False
    capital = [w for w in words if w.casefold() not in _PARTICLE]
    return bool(capital) and all(w[0].isupper() or w[0].isdigit() or not w[0].isalpha() for w in capital)


def proposed(found: tuple[Candidate, ...]) -> tuple[set[str], set[str]]:
    """Return the labels that seem to be speakers', and those that seem to be text; the researcher decides."""
    times = Counter(c.label for c in found)
    sure = {c.label for c in found if c.sure and len(c.label.split()) <= 5}
    wordy = {label for label in times if len(label.split()) > 2}
    uncommon = {label for label in times if times[label] > 2 and len(label.split()) <= 2}
    unasked = {label for label in times if label.casefold().rstrip(".") in _ASIDES}
    named = {label for label in times if _named(label) and (label not in wordy or times[label] > 1 or label.isupper())}
    speakers = (sure | uncommon | named) - unasked
    return speakers, set(times) - speakers


def turns_in(
    lines: tuple[Line, ...], found: tuple[Candidate, ...], speakers: Set[str], counts: Counter[str]
) -> tuple[list[Turn], str, list[int], list[Unclear]]:
    """
    Cut lines into turns at the labels of *speakers*; every other line goes on with the turn above.

    Returns:
        The turns; the text above the first; for each turn the line (from 0) where it begins; what is doubtful.
    """
    cuts = [c for c in found if c.label in speakers]
    if not cuts:
        return _unlabelled(lines, counts)
    unclear = [
        Unclear(lines[c.line].place, "looks like a speaker's label and was taken as text")
        for c in found
        if c.label not in speakers and len(c.label.split()) <= 3
    ]
    turns: list[Turn] = []
    for cut, after in zip(cuts, [*cuts[1:], None], strict=True):
        below = [line.text for line in lines[cut.line + 1 : after.line if after else len(lines)]]
        turns.append(Turn(cut.label, cut.start, "\n".join([cut.rest, *below]).strip(), lines[cut.line].place))
    counts["times written into the labels, parts of a second dropped"] += sum(c.start is not None for c in cuts)
    head = "\n".join(line.text for line in lines[: cuts[0].line]).strip()
    return _f4(turns, counts), head, [c.line for c in cuts], unclear


def _unlabelled(
    lines: tuple[Line, ...], counts: Counter[str]
) -> tuple[list[Turn], str, list[int], list[Unclear]]:
    """Cut lines without labels where a time stands at a line's beginning; else all is one turn."""
    whole = [Unclear(0, "no speaker's label was found; all words are nobody's")]
    starts = [(n, m) for n, line in enumerate(lines) if (m := _STAMPED.match(line.text)) and m["before"]]
    if not starts:
        text = "\n".join(line.text for line in lines).strip()
        return ([Turn("", None, text, lines[0].place)] if text else []), "", [0], whole
    turns = []
    for (n, match), after in zip(starts, [*(s for s, _ in starts[1:]), len(lines)], strict=True):
        words = "\n".join([match["rest"], *(line.text for line in lines[n + 1 : after])]).strip()
        turns.append(Turn("", seconds(match["before"]), words, lines[n].place))
    counts["times written into the labels, parts of a second dropped"] += len(turns)
    return turns, "\n".join(line.text for line in lines[: starts[0][0]]).strip(), [n for n, _ in starts], whole


def _f4(turns: list[Turn], counts: Counter[str]) -> list[Turn]:
    """Move the times that f4 writes at a turn's end to the label of the next turn, which begins there."""
    moved: list[Turn] = []
    ended: float | None = None
    for turn in turns:
        end = _F4_END.search(turn.words, max(0, len(turn.words) - 20))
        start = turn.start if turn.start is not None else ended
        words = turn.words[: end.start()].rstrip() if end else turn.words
        ended = seconds(end["time"]) if end else None
        counts["f4 times at a turn's end written into the next label"] += end is not None
        moved.append(Turn(turn.label, start, words, turn.place))
    return moved


def lead_of(notes: tuple[Note, ...], starts: list[int]) -> list[Note]:
    """Return notes that counted lines so that they count turns."""
    return [
        Note(n.kind, n.text, sum(1 for s in starts if s < max(n.at, 1)) if n.at else 0, n.by, n.on) for n in notes
    ]
