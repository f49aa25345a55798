"""
Transcripts and answers in a table (CSV, TSV): a turn a row, or a respondent a row with open questions as columns.

A column is an open question where its name ends in a question mark or one answer has eight words; the others are
attributes of the respondent. The researcher may say otherwise.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qualcode.errors import did_you_mean
from qualcode.exchange.transcripts.bounds import bytes_of, letters
from qualcode.exchange.transcripts.form import MOST_TURNS, Reading, Turn, UnreadableError, joined
from qualcode.exchange.transcripts.labels import seconds
from qualcode.plaintext.source import day

_SPEAKER_SPELT = (
    "speaker speakers label name sprecher sprecherin locuteur locutrice intervenant who qui wer participant person"
)
SPEAKER = frozenset(_SPEAKER_SPELT.split()) | {"speaker label", "speaker name"}
_WORDS_SPELT = "words text transcript utterance content transkript texte paroles propos inhalt said message turn"
WORDS = frozenset(_WORDS_SPELT.split())
_TIME_SPELT = "time start timestamp timecode begin zeit heure temps from"
TIME = frozenset(_TIME_SPELT.split()) | {
    "start time",
    "time start",
}
_RESPONDENT_SPELT = (
    "id respondent respondent_id respondentid case nr no number participant teilnehmer répondant code token"
)
RESPONDENT = frozenset(_RESPONDENT_SPELT.split()) | {"respondent id", "response id", "participant id"}
_DAY = ("date", "datum", "day", "submitted", "submitdate", "timestamp", "start date", "startdate", "horodateur")
MOST_ANSWERS = 400_000
"""How many cells a survey may have."""
QUESTION, ANSWER = "Q", "A"
"""The labels of a survey's questions and of its answers."""
_OPEN = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """How a survey's table is read: whose row it is, and which columns are open questions."""

    respondent: str
    questions: tuple[str, ...]
    attributes: tuple[str, ...] = ()


def _rows(path: Path, counts: Counter[str]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    text = letters(bytes_of(path), counts)
    first = text.lstrip("\n").split("\n", 1)[0]
    parted = max("\t;,|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=parted, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        header = [c.strip() for c in next(reader, [])]
        before = reader.line_num
        for cells in reader:
            place, before = before + 1, reader.line_num
            if not any(c.strip() for c in cells):
                counts["empty rows"] += bool(cells)
                continue
            if len(cells) != len(header):
                raise UnreadableError(f"{len(cells)} values where the head has {len(header)}", place)
            rows.append((place, cells))
            if len(rows) > MOST_TURNS:
                raise UnreadableError(f"it has more than {MOST_TURNS:,} rows")
    except csv.Error as error:
        raise UnreadableError(f"it is no table here ({error})", reader.line_num) from None
    if len(header) < 2 or not rows:
        raise UnreadableError("it is no table with a head, two columns and a row")
    if len(set(header)) < len(header):
        raise UnreadableError("two of its columns have one name", 1)
    return header, rows


def _column(header: Sequence[str], names: frozenset[str]) -> int:
    return next((n for n, c in enumerate(header) if c.casefold().replace("_", " ").strip() in names), -1)


def read_table(path: Path, asked: Mapping[str, Asked] | None = None) -> list[Reading]:
    """
    Read a table: one reading of its turns, or a reading for each respondent.

    Args:
        asked: how surveys are read, by the file's name.

    Raises:
        UnreadableError: it is no table, or has no column for what is needed.
    """
    counts: Counter[str] = Counter()
    header, rows = _rows(path, counts)
    speaker, words = _column(header, SPEAKER), _column(header, WORDS)
    told = (asked or {}).get(path.name)
    if told is None and speaker >= 0 and words >= 0 and speaker != words:
        return [_transcript(header, rows, speaker, words, counts)]
    return _survey(header, rows, told or survey_of(header, [cells for _, cells in rows]), counts)


def _transcript(
    header: list[str], rows: list[tuple[int, list[str]]], speaker: int, words: int, counts: Counter[str]
) -> Reading:
    time = _column(header, TIME)
    others = [n for n in range(len(header)) if n not in (speaker, words, time)]
    turns = []
    for place, cells in rows:
        counts["values in other columns left out"] += sum(bool(cells[n].strip()) for n in others)
        label = " ".join(cells[speaker].split())
        turns.append(Turn(label, _time(cells[time]) if time >= 0 else None, cells[words].strip(), place))
    if time < 0:
        return Reading("table of turns", "row", turns=joined(turns, counts, "rows"), counts=counts)
    counts["ends of rows and parts of a second dropped"] += sum("." in cells[time] for _, cells in rows)
    return Reading("table of turns", "row", turns=joined(turns, counts, "rows"), counts=counts)


def _time(value: str) -> float | None:
    if ":" in value:
        return seconds(value)
    found = re.fullmatch(r"\s*(\d{1,6}(?:[.,]\d{1,6})?)\s*s?\s*", value)
    return float(found[1].replace(",", ".")) if found else None


def survey_of(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Asked:
    """Propose how a survey's table is read."""
    respondent = _column(header, RESPONDENT)
    questions: list[str] = []
    attributes: list[str] = []
    for n, column in enumerate(header):
        if n != respondent and column:
            long = any(len(cells[n].split()) >= _OPEN for cells in rows)
            (questions if column.endswith("?") or long else attributes).append(column)
    return Asked(header[respondent] if respondent >= 0 else "", tuple(questions), tuple(attributes))


def survey_in(path: Path) -> Asked:
    """Propose how the survey's table in a file is read; see ``survey_of``."""
    header, rows = _rows(path, Counter())
    return survey_of(header, [cells for _, cells in rows])


def _survey(header: list[str], rows: list[tuple[int, list[str]]], asked: Asked, counts: Counter[str]) -> list[Reading]:
    for column in (*asked.questions, asked.respondent):
        if column and column not in header:
            raise UnreadableError(f"it has no column {column!r}{did_you_mean(column, header)}", 1)
    if not asked.questions:
        raise UnreadableError(
            "it has neither columns for speaker and words, nor an open question; name its columns so, "
            "or say under surveys which are questions"
        )
    if len(rows) * len(header) > MOST_ANSWERS:
        raise UnreadableError(f"it has more than {MOST_ANSWERS:,} answers; import its questions by parts")
    known = [c for c in header if c and c not in asked.questions and c != asked.respondent]
    readings = []
    for number, (place, cells) in enumerate(rows, start=1):
        row = dict(zip(header, cells, strict=True))
        mine: Counter[str] = Counter(counts if number == 1 else ())
        turns = []
        for question in asked.questions:
            if not row[question].strip():
                mine["questions without an answer left out"] += 1
                continue
            turns += [Turn(QUESTION, None, question, place), Turn(ANSWER, None, row[question].strip(), place)]
        dated = next((row[c].strip()[:10] for c in header if c.casefold() in _DAY and row[c].strip()), "")
        who = row[asked.respondent].strip() if asked.respondent else ""
        readings.append(
            Reading(
                "answers to a survey",
                "row",
                turns=tuple(turns),
                mode="written",
                counts=mine,
                part=who or str(number),
                date="" if isinstance(day(dated), str) else dated,
                attributes={c: row[c].strip() for c in known if row[c].strip()},
            )
        )
    if len({r.part for r in readings}) < len(readings):
        raise UnreadableError(f"two rows have one value in {asked.respondent!r}; a respondent has one row")
    return readings
