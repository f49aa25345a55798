"""
``speakers.yaml``: who speaks behind which label, for a whole folder of transcripts; proposed once, then edited.

A label that names somebody holds for all files; one that numbers speakers (``Speaker 1``, ``B``) is another person in
each file and is mapped by document. The file names people and is best kept beside the transcripts, outside the study.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qualcode.errors import Problem, SourceError, did_you_mean
from qualcode.exchange.transcripts.form import UNKNOWN
from qualcode.exchange.transcripts.table import Asked
from qualcode.plaintext.source import SLUG, Entries, day, read_text, read_yaml

NAME = "speakers.yaml"
_RESEARCHER_SPELT = (
    "q i int int. interviewer interviewerin intervieweur intervieweuse enquêteur enquêtrice enqueteur chercheur "
    "chercheuse researcher moderator moderatorin modérateur modératrice mod forscher forscherin investigator inv"
)
_RESEARCHER = frozenset(_RESEARCHER_SPELT.split())
_NOBODY_SPELT = "unknown inconnu inconnue unbekannt unidentified speaker"
_NOBODY = frozenset(_NOBODY_SPELT.split()) | {
    "unknown speaker",
    "",
}
_NUMBERED = re.compile(
    r"(?:speaker|sprecher|sprecherin|locuteur|locutrice|intervenant|participant|participante|respondent|répondant|"
    r"répondante|befragte|befragter|interviewee|interviewé|interviewée|ip|b|p|r|s|e|a|tn|client|person|personne|voice|"
    r"voix|teilnehmer|teilnehmerin|spk)?[ _.-]{0,2}\d{0,3}",
    re.IGNORECASE,
)
_TOP = ("language", "speakers", "not_speakers", "documents", "surveys")
_WHO = ("case", "organisation", "as")
_ABOUT = ("id", "date", "language", "speakers")
_ASKED = ("respondent", "questions")


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a label stands for; ``label`` is what the study's document shall call them (``""``: as the file does)."""

    case: str
    organisation: str = ""
    label: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class About:
    """What is said of one file: the id and date of its document, its language, and labels that are its own."""

    id: str = ""
    date: str = ""
    language: str = ""
    speakers: Mapping[str, Who] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Speakers:
    """A mapping: labels for all files, labels that are text, and what is said of single files, by the file's name."""

    speakers: Mapping[str, Who] = field(default_factory=dict, repr=False)
    not_speakers: frozenset[str] = field(default=frozenset(), repr=False)
    documents: Mapping[str, About] = field(default_factory=dict)
    surveys: Mapping[str, Asked] = field(default_factory=dict)
    language: str = ""

    def of(self, file: str) -> dict[str, Who]:
        """Return the labels that hold for a file."""
        return {**self.speakers, **self.documents.get(file, About()).speakers}


def is_researcher(label: str) -> bool:
    """Say whether a label is one of those that interviewers are given."""
    return label.casefold() in _RESEARCHER


def is_nobody(label: str) -> bool:
    """Say whether a label says that it is not known who speaks."""
    return label == UNKNOWN or label.casefold() in _NOBODY or set(label) <= {"?"}


def is_numbered(label: str) -> bool:
    """Say whether a label tells speakers apart in one file only."""
    return bool(_NUMBERED.fullmatch(label))


def slug(words: str) -> str:
    """Return an id made of some words, ``""`` where none can be."""
    plain = unicodedata.normalize("NFKD", words.casefold().replace("ß", "ss").replace("œ", "oe").replace("æ", "ae"))
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    return "-".join(re.findall(r"[a-z0-9]+", kept))


def read_speakers(path: Path) -> Speakers:
    """
    Read a mapping.

    Raises:
        SourceError: it is no mapping; every problem in it, with its line.
    """
    entries = read_yaml(read_text(path, path.name), path.name)
    reader = _Reader(entries, path.name)
    mapping = reader.mapping()
    if reader.problems:
        raise SourceError(reader.problems)
    return mapping


class _Reader:
    """Types what a mapping's file says; gathers its problems."""

    def __init__(self, entries: Entries, name: str) -> None:
        self.entries, self.name = entries, name
        self.problems: list[Problem] = []

    def mapping(self) -> Speakers:
        top = self._entries(self.entries.value, _TOP)
        not_speakers = self._words(top.get("not_speakers"), "not_speakers")
        return Speakers(
            self._speakers(top.get("speakers"), "speakers"),
            frozenset(not_speakers),
            {f: self._about(v, f) for f, v in self._entries(top.get("documents"), None, "documents").items()},
            {f: self._asked(v, f) for f, v in self._entries(top.get("surveys"), None, "surveys").items()},
            self._language(top.get("language"), "language"),
        )

    def _complain(self, message: str, *path: str | int) -> None:
        self.problems.append(Problem(self.name, self.entries.line(*path), message))

    def _entries(self, value: Any, known: tuple[str, ...] | None, *path: str | int) -> dict[str, Any]:
        if value in (None, "", []):
            return {}
        if not isinstance(value, dict):
            self._complain(f"{path[-1] if path else 'the file'!r} takes 'key: value' lines", *path)
            return {}
        for n, key in enumerate(value):
            if known and key not in known:
                hint = did_you_mean(key, known) or f"; it takes {', '.join(known)}"
                self._complain(f"unknown entry no. {n + 1}{hint}", *path, key)
        return value

    def _words(self, value: Any, *path: str | int) -> tuple[str, ...]:
        if value in (None, ""):
            return ()
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self._complain(f"{path[-1]!r} takes a list of words: [a, b]", *path)
            return ()
        return tuple(value)

    def _text(self, value: Any, *path: str | int) -> str:
        if value is not None and not isinstance(value, str):
            self._complain(f"{path[-1]!r} takes words, not a list", *path)
        return value if isinstance(value, str) else ""

    def _slug(self, value: Any, *path: str | int) -> str:
        word = self._text(value, *path)
        if word and not SLUG.fullmatch(word):
            self._complain(f"{path[-1]} {word!r} is no slug; use a-z, 0-9 and hyphens", *path)
        return word

    def _language(self, value: Any, *path: str | int) -> str:
        word = self._text(value, *path)
        if word and not re.fullmatch(r"[a-z]{2,3}", word):
            self._complain(f"language {word!r} is not a language code such as en or fr", *path)
        return word

    def _speakers(self, value: Any, *path: str | int) -> dict[str, Who]:
        found = {}
        for label, about in self._entries(value, None, *path).items():
            here = (*path, label)
            told = self._entries({"case": about} if isinstance(about, str) and about else about, _WHO, *here)
            case = self._slug(told.get("case"), *here, "case")
            if not case:
                self._complain("a label without a case; write LABEL: {case: id}, or list it under not_speakers", *here)
            organisation = self._slug(told.get("organisation"), *here, "organisation")
            found[label] = Who(case, organisation, " ".join(self._text(told.get("as"), *here, "as").split()))
        return found

    def _about(self, value: Any, file: str) -> About:
        here = ("documents", file)
        told = self._entries(value, _ABOUT, *here)
        date = self._text(told.get("date"), *here, "date")
        wrong = day(date) if date else None
        if isinstance(wrong, str):
            self._complain(wrong, *here, "date")
        return About(
            self._slug(told.get("id"), *here, "id"),
            date,
            self._language(told.get("language"), *here, "language"),
            self._speakers(told.get("speakers"), *here, "speakers"),
        )

    def _asked(self, value: Any, file: str) -> Asked:
        told = self._entries(value, _ASKED, "surveys", file)
        return Asked(
            self._text(told.get("respondent"), "surveys", file, "respondent"),
            self._words(told.get("questions"), "surveys", file, "questions"),
        )


_HEAD = """\
# Who speaks in these transcripts. Proposed by `qualcode import`: look at every line, then import again.
# A label stands for a case of coding/cases.csv; several labels may stand for one; yours is `researcher`.
# {case: id, organisation: id, as: LABEL}: for whom they speak, and what the study shall call them instead of a name.
# This file names people: keep it where the transcripts are, and not in what others will see.
"""


def written(mapping: Speakers) -> str:
    """Write a mapping as its file."""
    lines = [_HEAD + f"language: {mapping.language}".rstrip() + "     # en, fr, ...: where a transcript does not tell"]
    lines += ["speakers:", *_labels(mapping.speakers, "  ")]
    lines += [f"not_speakers: [{', '.join(quoted(label) for label in sorted(mapping.not_speakers))}]"]
    lines += ["documents:"] if mapping.documents else []
    for file, about in mapping.documents.items():
        lines += [f"  {quoted(file)}:", f"    id: {about.id}".rstrip(), f"    date: {about.date}".rstrip()]
        lines += [f"    language: {about.language}"] if about.language else []
        lines += ["    speakers:", *_labels(about.speakers, "      ")] if about.speakers else []
    lines += ["surveys:"] if mapping.surveys else []
    for file, asked in mapping.surveys.items():
        lines += [f"  {quoted(file)}:", f"    respondent: {quoted(asked.respondent)}"]
        lines += [f"    questions: [{', '.join(map(quoted, asked.questions))}]"]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, Who], indent: str) -> list[str]:
    return [f"{indent}{quoted(label)}: {told(who)}" for label, who in labels.items()]


def told(who: Who) -> str:
    """Write whom a label stands for as YAML."""
    organisation = f", organisation: {who.organisation}" if who.organisation else ""
    return f"{{case: {who.case}{organisation}{f', as: {quoted(who.label)}' if who.label else ''}}}"


def quoted(word: str) -> str:
    """Write a word as a YAML key or value: plain where that is safe, else in quotes."""
    if re.fullmatch(r"[^\W\d_][\w'’-]*(?:[ ][\w'’-]+)*", word) and word.isprintable():
        return word
    inside = json.dumps(word, ensure_ascii=False)[1:-1]
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in inside) + '"'


def slugs_of(labels: Iterable[str], taken: Mapping[str, str], fallback: str) -> dict[str, str]:
    """Return a case for each label that names somebody: one of *taken* (folded label to case), else a slug of it."""
    return {label: taken.get(label.casefold()) or slug(label) or f"{fallback}-{n}" for n, label in enumerate(labels, 1)}
