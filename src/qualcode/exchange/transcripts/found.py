"""
What a transcript holds once its labels are known: turns, and notes at them; and the mapping that is proposed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from qualcode.errors import Problem, QualcodeError
from qualcode.exchange.transcripts.bounds import even
from qualcode.exchange.transcripts.form import UNKNOWN, Note, Reading, Turn, Unclear, UnreadableError
from qualcode.exchange.transcripts.formats import TABLES, read_transcripts
from qualcode.exchange.transcripts.labels import notes_at, proposed, seeming_language, turns_in
from qualcode.exchange.transcripts.speakers import (
    About,
    Speakers,
    Who,
    is_nobody,
    is_numbered,
    is_researcher,
    slug,
)
from qualcode.exchange.transcripts.table import ANSWER, QUESTION, Asked, survey_in
from qualcode.plaintext.source import day
from qualcode.study.release import as_filed
from qualcode.study.study import Study

_DATES = (
    re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<s>[-_. ]?)(?P<m>\d\d)(?P=s)(?P<d>\d\d)(?!\d)"),
    re.compile(r"(?<!\d)(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>(?:19|20)\d\d)(?!\d)"),
)

LONGEST = 300
"""No label has more letters than this."""


@dataclass(frozen=True)
class Found:
    """
    A transcript whose turns are known.

    ``labels`` are those in it in the order in which they come; ``strange`` are places of labels that the mapping does
    not name. ``id`` is that of the document which it becomes, ``date`` "" where nothing tells it.
    """

    file: str
    id: str
    date: str
    reading: Reading
    turns: tuple[Turn, ...]
    notes: tuple[Note, ...]
    unclear: tuple[Unclear, ...]
    counts: Mapping[str, int]
    strange: tuple[int, ...] = ()
    labels: tuple[str, ...] = field(default=(), repr=False)

    @property
    def survey(self) -> bool:
        """Whether it is a respondent's answers."""
        return bool(self.reading.part)


def found_in(path: Path, mapping: Speakers | None, on: str = "") -> list[Found]:
    """
    Read a file and find its turns: with a mapping by what it says, else by what is proposed.

    Raises:
        UnreadableError: it cannot be read.
        MissingExtraError: its format needs a package that is not installed.
    """
    readings = read_transcripts(path, mapping.surveys if mapping else None)
    return [_found(path.name, reading, mapping, on) for reading in readings]


def _found(file: str, reading: Reading, mapping: Speakers | None, on: str) -> Found:
    about = mapping.documents.get(file, About()) if mapping else About()
    counts: Counter[str] = Counter(reading.counts)
    unclear, strange = list(reading.unclear), []
    turns: Sequence[Turn] = reading.turns
    notes = list(reading.notes)
    if reading.lines:
        labels, doubtful = proposed(reading.lines, about.language or reading.language)
        if mapping:
            known = mapping.of(file)
            wanted: Iterable[str] = known
            new = [label for label in labels if label not in known and label not in mapping.not_speakers]
            strange = [t.place for t in turns_in(reading.lines, new, Counter())[0] if t.label]
        else:
            wanted = labels
        cut, head, starts, doubts = turns_in(reading.lines, list(wanted), counts)
        unclear += [*doubtful, *doubts]
        notes = notes_at(notes, starts)
        if head:
            notes.insert(0, Note("text above the first turn", head, 0))
            counts["stretches of text above the first turn kept as a memo"] += 1
        turns = cut
    long = next((t for t in turns if len(t.label) > LONGEST), None)
    if long:
        raise UnreadableError(f"a speaker's name of more than {LONGEST} letters; is it the words?", long.place)
    turns = [replace(t, label=t.label or UNKNOWN, words=_whole(even(t.words, counts))) for t in turns]
    if mapping and not reading.part:
        known, aside = mapping.of(file), mapping.not_speakers
        counts["turns of labels that are listed as no speakers left out"] += sum(t.label in aside for t in turns)
        turns = [t for t in turns if t.label not in aside]
        strange += [t.place for t in turns if t.label not in known]
    dated = reading.date if reading.date and not isinstance(day(reading.date), str) else ""
    unclear += [Unclear(0, "it tells a day that does not exist")] if reading.date and not dated else []
    stem = Path(file).stem
    name = about.id or slug(stem)
    return Found(
        file=file,
        id=f"{name}-{slug(reading.part) or 'respondent'}" if reading.part else name,
        date=about.date or dated or date_of(stem) or on,
        reading=replace(reading, language=about.language or reading.language or (mapping.language if mapping else "")),
        turns=tuple(turns),
        notes=tuple(replace(n, text=_whole(even(n.text, Counter()))) for n in notes),
        unclear=tuple(unclear),
        counts={k: n for k, n in sorted(counts.items()) if n},
        strange=tuple(sorted(set(strange))),
        labels=tuple(dict.fromkeys(t.label for t in turns)),
    )


def _whole(words: str) -> str:
    """Refuse half a sign, which no file of text can hold."""
    try:
        words.encode("utf-8")
    except UnicodeEncodeError:
        raise UnreadableError("it holds half a sign (a surrogate by itself), which no text can hold") from None
    return words


def date_of(stem: str) -> str:
    """Return the day that a file's name tells, ``""`` where it tells none."""
    for form in _DATES:
        for match in form.finditer(stem):
            told = f"{match['y']}-{int(match['m']):02}-{int(match['d']):02}"
            if not isinstance(day(told), str):
                return told
    return ""


def files_of(paths: Sequence[Path], endings: Sequence[str]) -> tuple[list[Path], list[Problem]]:
    """
    Return the files that are meant, folders opened once and sorted, and those in a folder that are not read.

    Hidden files and the mapping itself are passed over.
    """
    files: list[Path] = []
    left: list[Problem] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        for inside in sorted(path.iterdir()):
            if inside.name.startswith((".", "~$")) or inside.suffix.lower() in (".yaml", ".yml") or inside.is_dir():
                continue
            if inside.suffix.lower() in endings:
                files.append(inside)
            else:
                left.append(Problem(inside.name, 0, "not read: no ending of a transcript"))
    return list(dict.fromkeys(files)), left


def propose(found: Sequence[Found], study: Study, paths: Sequence[Path]) -> Speakers:
    """
    Propose a mapping: cases of the study where a label is known there, else ids made of the labels.

    A label that only numbers speakers is proposed by file, since it is another person in each.
    """
    known = _known(study)
    researcher = next((c.id for c in study.cases.values() if c.kind == "researcher"), "researcher")
    speakers: dict[str, Who] = {}
    documents: dict[str, About] = {}
    for one in (f for f in found if not f.survey):
        own: dict[str, Who] = {}
        others = [label for label in one.labels if not is_researcher(label) and not is_nobody(label)]
        for n, label in enumerate(one.labels, start=1):
            if is_researcher(label):
                speakers.setdefault(label, Who(researcher))
            elif is_nobody(label):
                speakers.setdefault(label, Who("unknown"))
            elif is_numbered(label):
                bare = re.sub(r"^\d{4}-\d{2}-\d{2}-", "", one.id)
                own[label] = Who(bare if len(others) == 1 else f"{bare}-{slug(label) or n}")
            else:
                case = known.get(label.casefold()) or slug(label) or f"{one.id}-speaker-{n}"
                speakers.setdefault(label, Who(case))
        documents[one.file] = About(one.id, one.date, "", own)
    surveys: dict[str, Asked] = {}
    for path in paths:
        if path.suffix.lower() in TABLES and any(f.survey and f.file == path.name for f in found):
            surveys[path.name] = survey_in(path)
    if any(f.survey for f in found):
        speakers.setdefault(QUESTION, Who(researcher))
    seeming = (
        f.reading.language or seeming_language("\n".join(t.words for t in f.turns[:400])) for f in found if f.turns
    )
    languages = Counter(code for code in seeming if code)
    language = languages.most_common(1)[0][0] if languages else ""
    return Speakers(speakers, frozenset(), documents, surveys, language)


def _known(study: Study) -> dict[str, str]:
    """Return the case of each label that stands for one only in the study, and of each case's own id and label."""
    cases: dict[str, set[str]] = {}
    for document in study.documents.values():
        for speaker in as_filed(document).speakers:
            if not is_numbered(speaker.label):
                cases.setdefault(speaker.label.casefold(), set()).add(speaker.case)
    for case in study.cases.values():
        cases.setdefault(case.label.casefold(), set()).add(case.id)
        cases.setdefault(case.id, set()).add(case.id)
    return {label: next(iter(those)) for label, those in cases.items() if len(those) == 1}


def who_speaks(one: Found, mapping: Speakers, researcher: str) -> dict[str, Who]:
    """Return whom each label of a transcript stands for; a survey's answers are its respondent's."""
    if not one.survey:
        known = mapping.of(one.file)
        return {label: known[label] for label in one.labels if label in known}
    given = mapping.speakers.get(QUESTION, Who(researcher))
    part = slug(one.reading.part) or one.id
    answers = Who(part if not part.isdecimal() else f"respondent-{part}")
    return {QUESTION: given, ANSWER: answers}


def failed(file: str, error: QualcodeError, place: int = 0) -> Problem:
    """Say why a file, or what stands at a place in it, did not come in."""
    told = error.place if isinstance(error, UnreadableError) else 0
    return Problem(file, told or place, f"{error}")
