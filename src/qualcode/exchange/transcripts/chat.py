"""
CHAT (.cha) of CHILDES and TalkBank: main lines as turns, with the times of their bullets.

CHAT's own signs inside a line are kept as they stand; dependent tiers are left out, counted.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from qualcode.exchange.transcripts.bounds import bytes_of, letters
from qualcode.exchange.transcripts.form import Note, Reading, Turn, Unclear, UnreadableError, joined, split

_BULLET = re.compile("\x15[ ]?(\\d{1,9})_(\\d{1,9})[ ]?\x15")
_MAIN = re.compile(r"\*(?P<label>[^:\s]{1,40}):[ \t]*(?P<words>.*)", re.DOTALL)
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_LANGUAGES = {"eng": "en", "fra": "fr", "deu": "de", "nld": "nl", "spa": "es", "ita": "it", "por": "pt"}


def read_chat(path: Path) -> Reading:
    """
    Read a CHAT file.

    Raises:
        UnreadableError: there is no main line (``*ABC:``) in it.
    """
    counts: Counter[str] = Counter()
    lines = split(letters(bytes_of(path), counts))
    turns: list[Turn] = []
    notes: list[Note] = []
    unclear: list[Unclear] = []
    told: dict[str, str] = {}
    for place, line in _whole(lines, counts):
        main = _MAIN.match(line)
        if main:
            bullets = _BULLET.findall(main["words"])
            words = _BULLET.sub("", main["words"]).strip()
            counts["time bullets written into the labels"] += len(bullets)
            turns.append(Turn(main["label"], int(bullets[0][0]) / 1000 if bullets else None, words, place))
        elif line.startswith("%"):
            counts["dependent tiers left out"] += 1
        elif line.startswith("@Comment:"):
            notes.append(Note("comment", line.partition(":")[2].strip(), len(turns)))
            counts["comments kept as memos"] += 1
        elif line.startswith("@"):
            key, _, value = line.partition(":")
            told[key] = value.strip()
            counts["lines about the file (its header) dropped"] += 1
        elif line.strip():
            unclear.append(Unclear(place, "a line that CHAT does not know was left out"))
            counts["lines that CHAT does not know left out"] += 1
    if not turns:
        raise UnreadableError("there is no main line in it (*ABC: words)")
    before = Counter(n.at for n in notes)
    done = joined(turns, counts, "lines") if not before else tuple(turns)
    language = told.get("@Languages", "")[:3]
    return Reading(
        "CHAT",
        "line",
        turns=done,
        date=_day(told.get("@Date", "")),
        language=_LANGUAGES.get(language, language if re.fullmatch("[a-z]{3}", language) else ""),
        notes=tuple(notes),
        unclear=tuple(unclear),
        counts=counts,
    )


def _whole(lines: list[str], counts: Counter[str]) -> list[tuple[int, str]]:
    """Return the lines with those that go on behind a tab joined."""
    whole: list[tuple[int, list[str]]] = []
    for place, line in enumerate(lines, start=1):
        if line.startswith("\t") and whole:
            whole[-1][1].append(line.strip())
            counts["lines of one turn joined"] += 1
        else:
            whole.append((place, [line]))
    return [(place, " ".join(pieces)) for place, pieces in whole]


def _day(value: str) -> str:
    match = re.fullmatch(r"(\d{2})-([A-Z]{3})-(\d{4})", value)
    if not match or match[2] not in _MONTHS:
        return ""
    return f"{match[3]}-{_MONTHS.index(match[2]) + 1:02}-{match[1]}"
