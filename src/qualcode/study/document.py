"""
Documents: interviews, fieldnotes, and what others wrote; and the turns they are made of.

A document is one file: front matter between two lines ``---``, then the text. A turn begins where a
line starts with a label that the front matter declares; everything else is text.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path, PurePosixPath

from qualcode.errors import Problem, SourceError, did_you_mean
from qualcode.plaintext.anchor import text_hash
from qualcode.plaintext.source import SLUG, Entries, day, read_text, read_yaml
from qualcode.plaintext.words import count as words  # noqa: F401 - the name by which others know it
from qualcode.study.labels import declared_labels, spellings, undeclared_labels

FOLDERS = {"interviews": "interview", "fieldnotes": "fieldnote", "documents": "document"}
CONSENT = ("quote", "paraphrase", "none", "informal")
RELEASE = ("open", "pending", "closed")
PENDING_ON = ("participant", "third-party")
"""On whom a release may wait, besides a case."""
MODES = ("recorded", "reconstructed", "written")
INVOLVEMENT = ("none", "passive", "moderate", "active", "complete")
"""How far the researcher took part; Spradley (1980), Participant Observation, pp. 58-62."""
SORTS = ("motion", "leaflet", "e-mail", "press", "minutes", "report", "quotations", "other")
HEADINGS = ("Jottings", "Observed", "Reflection", "Method")

MOST_OF_A_FRONT = 200_000
"""How many letters a front matter may have: thousands of speakers."""

MOST_PROBLEMS = 1000
"""After how many problems of one kind a text is not looked at further."""

_COMMON = ("title", "date", "language", "consent", "release", "pending_on", "note")
_KEYS = {
    "interview": (*_COMMON, "mode", "speakers", "minutes", "place", "not_speakers", "source", "lines", "imported"),
    "fieldnote": (*_COMMON, "place", "involvement", "present", "mentioned", "head_count", "written", "not_speakers"),
    "document": (*_COMMON, "kind", "author", "speakers", "not_speakers", "mode", "source", "lines", "imported"),
}
_NEEDED = {
    "interview": ("title", "date", "language", "consent", "release", "mode", "speakers"),
    "fieldnote": ("title", "date", "language", "consent", "release", "place", "involvement", "present"),
    "document": ("title", "date", "language", "consent", "release", "kind"),
}


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who a label stands for: a case, and the organisation for which they speak here; no repr shows the label."""

    label: str = field(repr=False)
    case: str
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """
    One turn of speech, ``start`` to ``end`` in the document's text, label included.

    ``words_start`` is where the words begin; ``number`` counts from 1; ``time`` is ``HH:MM:SS`` or
    ``""``. A text without speakers is one turn with the label ``""``.
    """

    number: int
    speaker: Speaker
    language: str
    time: str
    start: int
    words_start: int
    end: int


@dataclass(frozen=True, slots=True)
class Held:
    """A stretch of a document that may not be shown, and why; see ``study.terms``."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True)
class Document:
    """
    One file of a study.

    ``kind`` is ``interview``, ``fieldnote`` or ``document``; ``sort`` says which kind of document
    (a leaflet, a motion). ``text`` is what follows the front matter; ``first_line`` is the file's
    line on which it starts. ``attributes`` holds the front matter's further entries as strings. Shown in a notebook it
    has no word of the text, the title or the attributes: words are had through ``release``.

    In a study, ``title``, ``place``, ``attributes`` and the speakers' labels are what may be shown of them
    (``study.terms``); ``filed`` is the document as its file has it, where that is another. ``pending_on`` says whose
    approval is waited for; ``held`` and ``uncounted`` are stretches that may not be shown, or not be analysed.
    """

    id: str
    path: str
    kind: str
    title: str = field(repr=False)
    date: date
    language: str
    mode: str
    consent: str
    release: str
    text: str = field(repr=False)
    first_line: int
    turns: tuple[Turn, ...]
    speakers: tuple[Speaker, ...] = ()
    sort: str = ""
    author: str = field(default="", repr=False)
    place: str = field(default="", repr=False)
    involvement: str = ""
    present: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict, repr=False)
    case_lines: dict[str, int] = field(default_factory=dict, repr=False, compare=False)
    pending_on: str = ""
    state: str = ""
    held: tuple[Held, ...] = field(default=(), repr=False)
    uncounted: tuple[tuple[int, int], ...] = field(default=(), repr=False)
    filed: Document | None = field(default=None, repr=False, compare=False)

    @cached_property
    def hash(self) -> str:
        """The text's hash, as excerpts carry it."""
        return text_hash(self.text)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0] + [m.end() for m in re.finditer("\n", self.text)]

    def line(self, place: int) -> int:
        """Return the file's line, from 1, of a place in the text."""
        return self.first_line + bisect_right(self._line_starts, place) - 1

    def turn_at(self, place: int) -> Turn | None:
        """Return the turn a place lies in, or ``None`` between turns."""
        at = bisect_right(self._turn_starts, place) - 1
        return self.turns[at] if at >= 0 and place < self.turns[at].end else None

    def turns_in(self, start: int, end: int) -> tuple[Turn, ...]:
        """Return the turns of which *start* to *end* holds some words, in order."""
        ends, begins = self._turn_edges
        return self.turns[bisect_right(ends, start) : bisect_left(begins, end)]

    @cached_property
    def _turn_edges(self) -> tuple[list[int], list[int]]:
        return [t.end for t in self.turns], [t.words_start for t in self.turns]

    @cached_property
    def _turn_starts(self) -> list[int]:
        return [t.start for t in self.turns]

    @cached_property
    def _turn_ends(self) -> list[int]:
        return [t.end for t in self.turns]

    @cached_property
    def _words_starts(self) -> list[int]:
        return [t.words_start for t in self.turns]


def read_document(path: Path, name: str, kind: str) -> tuple[Document | None, list[Problem]]:
    """
    Read one document.

    Returns:
        The document, or ``None`` where it cannot be made at all, and every problem found in it.
    """
    try:
        whole = read_text(path, name)
    except SourceError as error:
        return None, list(error.problems)
    return document_of(whole, name, kind)


def document_of(whole: str, name: str, kind: str) -> tuple[Document | None, list[Problem]]:
    """Read a document of what its file holds, or would hold; see ``read_document``."""
    stem = PurePosixPath(name).stem
    try:
        head, text, first_line = split_front_matter(whole, name)
        entries = read_yaml(head, name, first_line=2)
    except SourceError as error:
        return None, list(error.problems)
    if not isinstance(entries.value, dict):
        return None, [Problem(name, 2, "the front matter is no list of 'key: value' lines")]
    front = _Front(entries, name, kind)
    front.check_keys()
    problems = front.problems
    if not SLUG.fullmatch(stem):
        problems.append(Problem(name, 0, f"id {stem!r} is no slug; use a-z, 0-9 and hyphens in the file's name"))
    speakers = front.speakers()
    language = front.word("language", r"[a-z]{2,3}", "a language code such as en or fr")
    on = front.date()
    document = Document(
        id=stem,
        path=name,
        kind=kind,
        title=front.text("title"),
        date=on or date(1, 1, 1),
        language=language,
        mode=front.choice("mode", MODES),
        consent=front.choice("consent", CONSENT) or "none",
        release=front.choice("release", RELEASE) or "closed",
        text=text,
        first_line=first_line,
        turns=_turns(text, speakers, language, front.text("author")),
        speakers=tuple(speakers.values()),
        sort=front.choice("kind", SORTS),
        author=front.text("author"),
        place=front.text("place"),
        involvement=front.choice("involvement", INVOLVEMENT),
        present=front.cases("present"),
        mentioned=front.cases("mentioned"),
        attributes={k: str(v) for k, v in entries.value.items() if isinstance(v, str) and k in _EXTRA},
        case_lines=front.case_lines,
        pending_on=front.text("pending_on"),
    )
    if document.pending_on:
        if document.release != "pending":
            front.complain(f"pending_on is written, and release is {document.release or 'empty'!r}", "pending_on")
        elif document.pending_on not in PENDING_ON and not SLUG.fullmatch(document.pending_on):
            front.complain(f"pending_on takes {', '.join(PENDING_ON)}, or a case", "pending_on")
        if document.pending_on not in PENDING_ON:
            front.case_lines.setdefault(document.pending_on, front.entries.line("pending_on"))
    counted = front.word("head_count", r"[1-9][0-9]{0,8}", "a whole number of people")
    if counted.isdecimal() and len(counted) < 10 and 0 < int(counted) < len(document.present):
        front.complain(f"head_count is {counted}, and {len(document.present)} are named as present", "head_count")
    problems += _body_problems(document, front)
    return (document if on else None), sorted(set(problems))


_EXTRA = ("minutes", "head_count", "written", "note", "source", "lines", "imported")


def split_front_matter(whole: str, name: str) -> tuple[str, str, int]:
    """
    Split a file into front matter, text, and the line on which the text starts.

    Raises:
        SourceError: the two lines ``---`` are not there.
    """
    if not whole.startswith("---\n"):
        raise SourceError([Problem(name, 1, "no front matter; begin the file with a line '---', entries, and '---'")])
    close = re.compile(r"^---[ \t]*(?:\n|\Z)", re.MULTILINE).search(whole, 4)
    if not close:
        raise SourceError([Problem(name, 1, "the front matter is not closed; end it with a line '---'")])
    if close.start() > MOST_OF_A_FRONT:
        what = f"the front matter has more than {MOST_OF_A_FRONT // 1000} kB; is a line '---' missing below it?"
        raise SourceError([Problem(name, 1, what)])
    return whole[4 : close.start()], whole[close.end() :], whole.count("\n", 0, close.end()) + 1


class _Front:
    """The front matter of one document, typed entry by entry; gathers its problems."""

    def __init__(self, entries: Entries, name: str, kind: str) -> None:
        self.entries, self.name, self.kind = entries, name, kind
        self.value: dict[str, object] = entries.value
        self.problems: list[Problem] = []
        self.case_lines: dict[str, int] = {}

    def complain(self, message: str, *path: str | int) -> None:
        self.problems.append(Problem(self.name, self.entries.line(*path), message))

    def check_keys(self) -> None:
        known = _KEYS[self.kind]
        for key in self.value:
            if key not in known:
                hint = did_you_mean(key, known) or f"; a {self.kind} has {', '.join(known)}"
                self.complain(f"unknown entry {key!r}{hint}", key)
        for key in _NEEDED[self.kind]:
            if key not in self.value:
                self.complain(f"{key!r} is missing{_WHY.get(key, '')}")

    def text(self, key: str) -> str:
        value = self.value.get(key, "")
        if not isinstance(value, str):
            self.complain(f"{key!r} takes words, not a list", key)
            return ""
        if key in self.value and not value and key in _NEEDED[self.kind]:
            self.complain(f"{key!r} is empty{_WHY.get(key, '')}", key)
        return value

    def word(self, key: str, pattern: str, what: str) -> str:
        value = self.text(key)
        if value and not re.fullmatch(pattern, value):
            self.complain(f"{key} {value!r} is not {what}", key)
        return value

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        value = self.text(key)
        if value and value not in choices:
            hint = did_you_mean(value, choices) or f"; it takes {', '.join(choices)}"
            self.complain(f"unknown {key} {value!r}{hint}", key)
            return ""
        return value

    def date(self) -> date | None:
        value = self.text("date")
        found = day(value) if value else None
        if isinstance(found, str):
            self.complain(found, "date")
            return None
        return found

    def cases(self, key: str) -> tuple[str, ...]:
        value = self.value.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self.complain(f"{key!r} takes a list of cases: [a, b]", key)
            return ()
        for n, case in enumerate(value):
            self.case_lines.setdefault(case, self.entries.line(key, n))
            if case in value[:n]:
                self.complain(f"case {case!r} stands in {key!r} twice", key, n)
        return tuple(value)

    def speakers(self) -> dict[str, Speaker]:
        value = self.value.get("speakers", {})
        if not isinstance(value, dict):
            self.complain("'speakers' takes LABEL: {case: id} lines", "speakers")
            return {}
        speakers: dict[str, Speaker] = {}
        for label, about in value.items():
            path = ("speakers", label)
            if not isinstance(about, dict) or not all(isinstance(v, str) for v in about.values()):
                self.complain(f"speaker {label!r} takes {{case: id, organisation: id}}", *path)
                continue
            for key in about:
                if key not in ("case", "organisation"):
                    self.complain(
                        f"unknown entry {key!r} of speaker {label!r}; it takes case, organisation", *path, key
                    )
            if not about.get("case"):
                self.complain(f"speaker {label!r} has no case; write {{case: id}}", *path)
                continue
            speakers[label] = Speaker(label, about["case"], about.get("organisation", ""))
            for case in (about["case"], about.get("organisation", "")):
                if case:
                    self.case_lines.setdefault(case, self.entries.line(*path))
        return speakers

    def not_speakers(self) -> tuple[str, ...]:
        value = self.value.get("not_speakers", [])
        return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


_WHY = {
    "consent": "; write what the person agreed to: quote, paraphrase or none",
    "release": "; write open, pending or closed",
}


def _turns(text: str, speakers: dict[str, Speaker], language: str, author: str) -> tuple[Turn, ...]:
    if not speakers:
        whole = Turn(1, Speaker("", author), language, "", 0, 0, len(text))
        return (whole,) if text.strip() else ()
    spelt = {form: speaker for label, speaker in speakers.items() for form in spellings(label)}
    found = declared_labels(text, spelt)
    turns = []
    ends = [*(label.start for label in found[1:]), len(text)]
    for n, (label, until) in enumerate(zip(found, ends, strict=True), start=1):
        end = label.words_start + len(text[label.words_start : until].rstrip())
        spoken = label.language or language
        turns.append(Turn(n, spelt[label.label], spoken, label.time, label.start, label.words_start, end))
    return tuple(turns)


def _body_problems(document: Document, front: _Front) -> list[Problem]:
    if not document.text.strip():
        return [Problem(document.path, document.first_line, "there is no text after the front matter")]
    if document.kind == "fieldnote":
        return _heading_problems(document)
    if document.speakers:
        return _label_problems(document, front)
    return []


def _label_problems(document: Document, front: _Front) -> list[Problem]:
    problems: list[Problem] = []
    declared = {s.label for s in document.speakers}
    folded = {label.casefold(): label for label in declared}
    free = {form for label in (*declared, *front.not_speakers()) for form in spellings(label)}
    known = {turn.start for turn in document.turns}
    for found in undeclared_labels(document.text, known, free, document.language):
        if len(problems) >= MOST_PROBLEMS:
            what = "so much looks like labels from here on that it was not looked at; are the speakers declared?"
            problems.append(Problem(document.path, document.line(found.start), what))
            break
        near = did_you_mean(found.name, declared)
        if found.name.casefold() in folded:
            what = f"a speaker's label that is declared as {folded[found.name.casefold()]!r}; write it the same way"
        else:
            what = f"this line begins like a speaker's label that is not declared{near}; declare it under 'speakers'"
            what += ", or list it under 'not_speakers' if it is text"
        problems.append(Problem(document.path, document.line(found.start), what))
    first = document.turns[0].start if document.turns else len(document.text)
    if document.text[:first].strip():
        what = "text before the first speaker's label belongs to nobody; give it a label"
        problems.append(Problem(document.path, document.first_line, what))
    return problems


def _heading_problems(document: Document) -> list[Problem]:
    problems = []
    seen: set[str] = set()
    for match in re.finditer(r"^## ++(?P<name>.*)$", document.text, re.MULTILINE):
        name, line = match["name"].rstrip(" \t"), document.line(match.start())
        rereading = re.fullmatch(r"Rereading (\S+)", name)
        wrong = day(rereading[1]) if rereading else None
        if isinstance(wrong, str):
            known = re.fullmatch(r"[\d-]{8,10}", rereading[1]) if rereading else None
            problems.append(Problem(document.path, line, wrong if known else "a rereading is headed by YYYY-MM-DD"))
        if not rereading and name not in HEADINGS:
            hint = did_you_mean(name, HEADINGS) or f"; a fieldnote has {', '.join(HEADINGS)}, Rereading YYYY-MM-DD"
            problems.append(Problem(document.path, line, f"this heading is unknown{hint}"))
        if name in seen:
            problems.append(Problem(document.path, line, "this heading stands here twice"))
        seen.add(name)
        if len(problems) >= MOST_PROBLEMS:
            problems.append(Problem(document.path, line, "so many headings are wrong that it was not read on"))
            break
    if "Observed" not in seen:
        problems.append(Problem(document.path, document.first_line, "heading '## Observed' is missing"))
    return problems
