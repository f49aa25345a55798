"""
Who speaks in lines of text: labels and times found in every form that people and programs write them.

What a study reads as a label is one here (``study.labels``); forms that only other programs write, f4's
``#00:01:02-3#``, spans, a time behind the colon, a tab for a colon, are brought to it first. Which labels are
speakers' is proposed, and decided by the researcher: what she lists is taken as she says.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import accumulate

from qualcode.exchange.transcripts.form import MOST_TURNS, Line, Note, Turn, Unclear, UnreadableError
from qualcode.study.labels import declared_labels, undeclared_labels

_CLOCK = r"(?:\d{1,3}:)?[0-5]?\d:[0-5]\d(?:[.,]\d{1,3})?"
_F4 = r"#(?P<f4>\d{1,3}:\d\d:\d\d)-\d{1,3}#"
_SPAN = re.compile(rf"[\[(]?[ ]?(?P<from>{_CLOCK})[ ]?(?:-->|-|–)[ ]?{_CLOCK}[ ]?[\])]?[ \t]{{0,20}}(?=\S)")
_LEADING = re.compile(rf"[ \t]{{0,20}}(?:{_F4}|[{{<](?P<in>{_CLOCK})[}}>])[ \t]{{0,20}}")
_BEHIND = re.compile(rf"(?:[\[(<{{][ ]?(?P<in>{_CLOCK})[ ]?[\])>}}]|{_F4})[ \t]{{0,20}}")
_HARD = re.compile(rf"[ \t]{{0,20}}([\[(]?{_CLOCK}[\])]?)[ \t]{{0,20}}[\u00a0\u202f][ \t\u00a0\u202f]{{0,20}}")
_TABBED = re.compile(r"([^\W\d_][\w.]{0,11})\t+(?=\S)")
_ODD = re.compile(
    r"(?:\*\*)?(\?{1,3}|[^\W\d_][\w .'’-]{0,30} ?\([^()\n:0-9][^()\n:]{0,28}\))(?:\*\*)?[ \u00a0\u202f]?[:：](?=\s|$)"
)
_LIKE = re.compile(r"[ \t*_]{0,6}([^\W\d_][\w .'’-]{0,30}?)[ \u00a0\u202f]?[:：](?=\s|$)")
_STAMPED = re.compile(rf"[ \t]{{0,20}}(?:[\[(]?(?P<before>{_CLOCK})[\])]?)[ \t]{{0,20}}[-–]?[ \t]{{0,20}}(?P<rest>.*)")
_F4_END = re.compile(rf"{_F4}\Z")
_ASIDES_SPELT = (
    "nb ps pps date datum lieu ort place duration durée dauer length titre titel title project projet projekt "
    "file audio recording enregistrement transcript transcription transkript transkription language langue "
    "sprache participants teilnehmer version location subject re cc"
)
_ASIDES = frozenset(_ASIDES_SPELT.split())
_COMMON = {
    "en": "the and of to is that it was you",
    "fr": "le la les et de est que c'est on vous",
    "de": "der die und ist das ich nicht wir ein",
    "es": "el los que es una por con lo muy",
    "it": "il che è non per una sono gli di",
    "nl": "het een en van ik dat niet ook maar",
}
_MOST_LABELS, _MOST_LETTERS = 1_000, 4_000_000


def seconds(clock: str) -> float | None:
    """Return the seconds of ``1:02``, ``00:01:02.5`` or ``#00:01:02-3#``; of a span, those of its beginning."""
    found = re.search(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?", clock)
    if not found:
        return None
    hours, minutes, whole, part = found.groups()
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(whole) + (float(f"0.{part}") if part else 0.0)


def seeming_language(text: str) -> str:
    """Return the language whose common words stand in a text most, "" where that is not clear."""
    words = Counter(re.findall(r"[^\W\d_]+(?:'est)?", text[:200_000].lower()))
    counted = sorted(((sum(words[w] for w in common.split()), code) for code, common in _COMMON.items()), reverse=True)
    return counted[0][1] if counted[0][0] > max(4, 1.5 * counted[1][0]) else ""


def plain_form(lines: Sequence[Line]) -> list[str]:
    """Return lines with what other programs write before a label's words brought to the form that a study reads."""
    tabbed = Counter(m[1] for line in lines if (m := _TABBED.match(line.text)))
    often = {label for label, times in tabbed.items() if times > 2}
    done = []
    for line in lines:
        text = line.text
        lead = _LEADING.match(text)
        span = None if lead else _SPAN.match(text)
        tab = _TABBED.match(text)
        if lead:
            text = f"[{lead['f4'] or lead['in']}] {text[lead.end() :]}"
        elif span:
            text = f"[{span['from']}] {text[span.end() :]}"
        elif hard := _HARD.match(text):
            text = f"{hard[1]} {text[hard.end() :]}"
        elif tab and tab[1] in often:
            text = f"{tab[1]}: {text[tab.end() :]}"
        done.append(text)
    return done


def proposed(lines: Sequence[Line], language: str = "") -> tuple[list[str], list[Unclear]]:
    """
    Return the labels that seem to be speakers', in the order in which they come, and the lines that only look like it.

    Args:
        lines: the text.
        language: its language, whose common words before a colon are no names; left out: the one it seems to be in.

    Raises:
        UnreadableError: more labels than a transcript has.
    """
    like: dict[int, str] = {}
    for n, line in enumerate(lines):
        match = _LIKE.match(line.text[:60])
        if match:
            like[n] = match[1]
            if len(like) > MOST_TURNS:
                raise UnreadableError("it has more labels than a transcript has")
    if len(set(like.values())) > _MOST_LABELS:
        raise UnreadableError("it has more labels than a transcript has")
    text = _whole(plain_form(lines))
    tongue = language if language in _COMMON else seeming_language(text)
    tongues = (tongue,) if tongue else tuple(_COMMON)
    found = {u.start: u.name for u in undeclared_labels(text, {}, (), tongues[0])}
    for other in tongues[1:] if found else ():
        there = {u.start for u in undeclared_labels(text, {}, (), other)}
        found = {start: name for start, name in found.items() if start in there}
    starts = _starts(text)
    for n, line in enumerate(lines):
        odd = _ODD.match(line.text[:80])
        if odd:
            found.setdefault(starts[n], odd[1].strip())
    named = dict.fromkeys(found[s] for s in sorted(found) if found[s].casefold().rstrip(".") not in _ASIDES)
    doubtful = [
        Unclear(lines[n].place, "looks like a speaker's label and was taken as text")
        for n, label in like.items()
        if label not in named and len(label.split()) <= 3
    ]
    return list(named), doubtful


def _whole(lines: Sequence[str]) -> str:
    text = "\n".join(lines)
    if len(text) > _MOST_LETTERS:
        raise UnreadableError(f"it has more than {_MOST_LETTERS:,} letters; is it one transcript?")
    return text


def _starts(text: str) -> list[int]:
    return [0, *accumulate(len(line) + 1 for line in text.split("\n")[:-1])]


def turns_in(
    lines: Sequence[Line], speakers: Collection[str], counts: Counter[str]
) -> tuple[list[Turn], str, list[int], list[Unclear]]:
    """
    Cut lines into turns at the labels of *speakers*; every other line goes on with the turn above.

    Returns:
        The turns; the text above the first; for each turn the line (from 0) where it begins; what is doubtful.
    """
    formed = plain_form(lines)
    text = _whole(formed)
    found = declared_labels(text, [s for s in speakers if s])
    if not found:
        return _unlabelled(lines, counts)
    if len(found) > MOST_TURNS:
        raise UnreadableError(f"it has more than {MOST_TURNS:,} turns; is it a transcript?")
    starts = _starts(text)
    cuts = [bisect_right(starts, label.start) - 1 for label in found]
    turns: list[Turn] = []
    for label, n, until in zip(found, cuts, [*cuts[1:], len(lines)], strict=True):
        rest = text[label.words_start : starts[n] + len(formed[n])] if label.words_start < len(text) else ""
        start = seconds(label.time)
        behind = _BEHIND.match(rest.lstrip()) if start is None else None
        if behind:
            start, rest = seconds(behind["in"] or behind["f4"]), rest.lstrip()[behind.end() :]
        counts["times written into the labels, parts of a second dropped"] += start is not None
        words = "\n".join([rest, *(line.text for line in lines[n + 1 : until])]).strip()
        turns.append(Turn(label.label, start, words, lines[n].place))
    head = "\n".join(line.text for line in lines[: cuts[0]]).strip()
    return _f4(turns, counts), head, cuts, []


def _unlabelled(lines: Sequence[Line], counts: Counter[str]) -> tuple[list[Turn], str, list[int], list[Unclear]]:
    """Cut lines without labels where a time stands at a line's beginning; else all is one turn."""
    whole = [Unclear(0, "no speaker's label was found; all words are nobody's")]
    starts = [(n, m) for n, line in enumerate(lines) if (m := _STAMPED.match(line.text))]
    if not starts:
        text = "\n".join(line.text for line in lines).strip()
        return ([Turn("", None, text, lines[0].place)] if text else []), "", [0], whole
    if len(starts) > MOST_TURNS:
        raise UnreadableError(f"it has more than {MOST_TURNS:,} turns; is it a transcript?")
    turns = []
    for (n, match), until in zip(starts, [*(s for s, _ in starts[1:]), len(lines)], strict=True):
        words = "\n".join([match["rest"], *(line.text for line in lines[n + 1 : until])]).strip()
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
        ended = seconds(end["f4"]) if end else None
        counts["f4 times at a turn's end written into the next label"] += end is not None
        moved.append(Turn(turn.label, start, words, turn.place))
    return moved


def notes_at(notes: Sequence[Note], starts: Sequence[int]) -> list[Note]:
    """Return notes that counted lines so that they count turns; *starts* are the lines where turns begin."""
    return [Note(n.kind, n.text, sum(1 for s in starts if s < n.at), n.by, n.on) for n in notes]
