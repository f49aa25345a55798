"""
The codebook: families of codes, what each code means, and how the book grew.

Nothing in the program knows the name of a family or a code. What it knows is a family's role:
``figure`` (how someone acts), ``theme`` (what is at issue), ``process`` and ``context``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from qualcode.errors import Problem, SourceError, did_you_mean
from qualcode.plaintext.source import SLUG, Entries, day, read_text, read_yaml
from qualcode.study.pattern import read_pattern

ROLES = ("figure", "theme", "process", "context")
STATUS = ("provisional", "in use", "retired")
OPPOSED = ("mixed", "left out")
CODE = re.compile(rf"{SLUG.pattern}/{SLUG.pattern}")

_TOP = (
    "title",
    "language",
    "version",
    "contrast",
    "counts",
    "stances",
    "opposed",
    "families",
    "codes",
    "history",
    "note",
)
_FAMILY = ("label", "role", "exclusive", "rule")
_CODE = (
    *("label", "definition", "use", "not", "example", "parent", "stance", "definitional"),
    *("key", "status", "patterns", "note"),
)
_HISTORY = ("version", "on", "change", "why")


@dataclass(frozen=True, slots=True)
class Family:
    """A family of codes; ``exclusive`` means at most one of its codes on an excerpt."""

    id: str
    label: str
    role: str
    exclusive: bool = False
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """
    One code. ``proposition`` is the sentence a stance on it agrees or disagrees with; a code
    without one takes no stance. ``example`` is a document's id and a quote, or two empty strings.
    ``definitional``: figures were assigned by it, so nothing about figures is tested on it.
    """

    id: str
    family: str
    label: str
    definition: str = ""
    use: str = ""
    not_: str = ""
    example: tuple[str, str] = ("", "")
    parent: str = ""
    proposition: str = ""
    definitional: bool = False
    key: str = ""
    status: str = "in use"
    patterns: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the codebook's history."""

    version: str
    on: date
    change: str
    why: str


@dataclass(frozen=True)
class Codebook:
    """
    Families and codes in the order of the file; ``contrast`` names the two figures compared.

    ``opposed``: what becomes of a statement that one coder gave different stances, ``mixed`` or ``left out``.
    ``counts``: whose codings count of a document that several coded and on which nothing is agreed, if anybody's.
    """

    path: str
    title: str
    version: str
    contrast: tuple[str, ...]
    stances: dict[str, float]
    families: dict[str, Family]
    codes: dict[str, Code]
    history: tuple[Change, ...] = ()
    opposed: str = "mixed"
    counts: str = ""
    counts_line: int = field(default=0, compare=False)

    def role(self, code: str) -> str:
        """Return the role of a code's family."""
        return self.families[code.split("/", maxsplit=1)[0]].role

    def with_role(self, role: str) -> tuple[Code, ...]:
        """Return the codes whose family has *role*, in the order of the file."""
        return tuple(c for c in self.codes.values() if self.families[c.family].role == role)

    @cached_property
    def figures(self) -> tuple[str, ...]:
        """The figures' short names, as cases carry them."""
        return tuple(c.id.split("/")[1] for c in self.with_role("figure"))

    def stance_label(self, value: float) -> str:
        """Return the label of a stance, or the number where the codebook has none for it."""
        return next((label for label, number in self.stances.items() if number == value), f"{value:+g}")


def read_codebook(path: Path, name: str) -> tuple[Codebook | None, list[Problem]]:
    """Read the codebook; return it, or ``None`` where it cannot be made, and every problem in it."""
    try:
        text = read_text(path, name)
    except SourceError as error:
        return None, list(error.problems)
    return codebook_from(text, name)


def codebook_from(text: str, name: str) -> tuple[Codebook | None, list[Problem]]:
    """Read the text of a codebook; see ``read_codebook``."""
    try:
        entries = read_yaml(text, name)
    except SourceError as error:
        return None, list(error.problems)
    reader = _Reader(entries, name)
    return reader.codebook(), sorted(set(reader.problems))


class _Reader:
    """Type the codebook's entries one by one; gathers problems."""

    def __init__(self, entries: Entries, name: str) -> None:
        self.entries, self.name = entries, name
        self.problems: list[Problem] = []

    def complain(self, message: str, *path: str | int) -> None:
        self.problems.append(Problem(self.name, self.entries.line(*path), message))

    def codebook(self) -> Codebook | None:
        top = self.entries.value
        if not isinstance(top, dict):
            self.complain("the codebook is no list of 'key: value' lines")
            return None
        self._known(top, _TOP, "the codebook")
        for key in ("title", "families", "codes"):
            if not top.get(key):
                self.complain(f"{key!r} is missing or empty")
        families = self._families(self._mapping(top, "families"))
        stances = self._stances(self._mapping(top, "stances"))
        codes = self._codes(self._mapping(top, "codes"), families)
        book = Codebook(
            path=self.name,
            title=self._text(top, "title"),
            version=self._text(top, "version"),
            contrast=self._list(top, "contrast"),
            stances=stances,
            families=families,
            codes=codes,
            history=self._history(top.get("history", [])),
            opposed=self._opposed(top),
            counts=self._text(top, "counts"),
            counts_line=self.entries.line("counts") if "counts" in top else 0,
        )
        self._contrast(book)
        return book

    def _opposed(self, top: dict[str, object]) -> str:
        word = self._text(top, "opposed") or OPPOSED[0]
        if word not in OPPOSED:
            hint = did_you_mean(word, OPPOSED) or f"; it takes {' or '.join(OPPOSED)}"
            self.complain(f"unknown word {word!r} for 'opposed'{hint}", "opposed")
            return OPPOSED[0]
        return word

    def _known(self, value: dict[str, object], known: tuple[str, ...], where: str, *path: str | int) -> None:
        for key in value:
            if key not in known:
                hint = did_you_mean(key, known) or f"; it takes {', '.join(known)}"
                self.complain(f"unknown entry {key!r} in {where}{hint}", *path, key)

    def _mapping(self, value: dict[str, object], key: str) -> dict[str, object]:
        found = value.get(key) or {}
        if not isinstance(found, dict):
            self.complain(f"{key!r} takes 'name: ...' lines", key)
            return {}
        return found

    def _text(self, value: dict[str, object], key: str, *path: str | int) -> str:
        found = value.get(key, "")
        if not isinstance(found, str):
            self.complain(f"{key!r} takes words, not a list", *path, key)
            return ""
        return " ".join(found.split())

    def _list(self, value: dict[str, object], key: str, *path: str | int) -> tuple[str, ...]:
        found = value.get(key) or []
        if not isinstance(found, list) or not all(isinstance(v, str) for v in found):
            self.complain(f"{key!r} takes a list: [a, b]", *path, key)
            return ()
        return tuple(found)

    def _flag(self, value: dict[str, object], key: str, *path: str | int) -> bool:
        word = self._text(value, key, *path)
        if word not in ("", "yes", "no"):
            self.complain(f"{key!r} takes yes or no, not {word!r}", *path, key)
        return word == "yes"

    def _families(self, value: dict[str, object]) -> dict[str, Family]:
        families = {}
        for name, about in value.items():
            path = ("families", name)
            if not SLUG.fullmatch(name):
                self.complain(f"family {name!r} is no slug; use a-z, 0-9 and hyphens", *path)
            if not isinstance(about, dict):
                self.complain(f"family {name!r} takes label, role, exclusive, rule", *path)
                about = {}
            self._known(about, _FAMILY, f"family {name!r}", *path)
            role = self._text(about, "role", *path)
            if role not in ROLES:
                hint = did_you_mean(role, ROLES) or f"; a family's role is {', '.join(ROLES)}"
                self.complain(f"unknown role {role!r} of family {name!r}{hint}", *path, "role")
                role = "context"
            families[name] = Family(
                name,
                self._text(about, "label", *path) or name,
                role,
                self._flag(about, "exclusive", *path),
                self._text(about, "rule", *path),
            )
        return families

    def _stances(self, value: dict[str, object]) -> dict[str, float]:
        stances = {}
        for label, number in value.items():
            try:
                stances[label] = float(str(number))
            except ValueError:
                stances[label] = 2.0
            if not -1 <= stances[label] <= 1:
                self.complain(f"stance {label!r} takes a number from -1 to 1", "stances", label)
                stances[label] = 0.0
        return stances

    def _codes(self, value: dict[str, object], families: dict[str, Family]) -> dict[str, Code]:
        codes: dict[str, Code] = {}
        keys: dict[str, str] = {}
        for name, about in value.items():
            path = ("codes", name)
            family = name.split("/")[0]
            if not CODE.fullmatch(name):
                self.complain(f"code {name!r} is not written family/code in a-z, 0-9 and hyphens", *path)
                continue
            if family not in families:
                hint = did_you_mean(family, families) or "; declare it under families"
                self.complain(f"unknown family {family!r} of code {name!r}{hint}", *path)
                continue
            if not isinstance(about, dict):
                self.complain(f"code {name!r} takes label, definition, use, not ...", *path)
                about = {}
            codes[name] = code = self._code(name, family, about)
            if code.key and code.key in keys:
                self.complain(f"key {code.key!r} is taken by {keys[code.key]!r}; choose another", *path, "key")
            keys.setdefault(code.key, name)
        for code in codes.values():
            if code.parent and (code.parent not in codes or not code.parent.startswith(f"{code.family}/")):
                hint = did_you_mean(code.parent, (c for c in codes if c.startswith(f"{code.family}/")))
                self.complain(f"unknown parent {code.parent!r}{hint}", "codes", code.id, "parent")
            elif self._circular(code, codes):
                self.complain(f"code {code.id!r} is its own ancestor", "codes", code.id, "parent")
        return codes

    @staticmethod
    def _circular(code: Code, codes: dict[str, Code]) -> bool:
        seen, at = {code.id}, code.parent
        while at in codes:
            if at in seen:
                return at == code.id
            seen.add(at)
            at = codes[at].parent
        return False

    def _code(self, name: str, family: str, about: dict[str, object]) -> Code:
        path = ("codes", name)
        self._known(about, _CODE, f"code {name!r}", *path)
        status = self._text(about, "status", *path) or "in use"
        if status not in STATUS:
            hint = did_you_mean(status, STATUS) or f"; it takes {', '.join(STATUS)}"
            self.complain(f"unknown status {status!r}{hint}", *path, "status")
        if status == "in use" and not about.get("definition"):
            self.complain(f"code {name!r} is in use and has no definition; write one, or make it provisional", *path)
        key = self._text(about, "key", *path)
        if len(key) > 1:
            self.complain(f"key {key!r} takes one character", *path, "key")
        example = about.get("example") or {}
        if not isinstance(example, dict) or not {"document", "quote"} >= set(example):
            self.complain("'example' takes {document: id, quote: words}", *path, "example")
            example = {}
        return Code(
            id=name,
            family=family,
            label=self._text(about, "label", *path) or name,
            definition=self._text(about, "definition", *path),
            use=self._text(about, "use", *path),
            not_=self._text(about, "not", *path),
            example=(str(example.get("document", "")), str(example.get("quote", ""))),
            parent=self._text(about, "parent", *path),
            proposition=self._text(about, "stance", *path),
            definitional=self._flag(about, "definitional", *path),
            key=key,
            status=status,
            patterns=self._patterns(about, *path),
            line=self.entries.line(*path),
        )

    def _patterns(self, about: dict[str, object], *path: str | int) -> tuple[str, ...]:
        written = self._list(about, "patterns", *path)
        for n, pattern in enumerate(written):
            wrong = read_pattern(pattern)
            if isinstance(wrong, str):
                self.complain(wrong, *path, "patterns", n)
        return written

    def _history(self, value: object) -> tuple[Change, ...]:
        changes = []
        if not isinstance(value, list):
            self.complain("'history' takes a list of {version, on, change, why}", "history")
            return ()
        for n, about in enumerate(value):
            path = ("history", n)
            if not isinstance(about, dict):
                self.complain("a line of the history takes {version, on, change, why}", *path)
                continue
            self._known(about, _HISTORY, "the history", *path)
            on = day(self._text(about, "on", *path))
            if isinstance(on, str):
                self.complain(on, *path, "on")
                continue
            for key in ("change", "why"):
                if not about.get(key):
                    self.complain(f"{key!r} is missing in the history; say it in one sentence", *path)
            what, why = self._text(about, "change", *path), self._text(about, "why", *path)
            changes.append(Change(self._text(about, "version", *path), on, what, why))
        return tuple(changes)

    def _contrast(self, book: Codebook) -> None:
        if book.contrast and len(set(book.contrast)) != 2:
            self.complain("'contrast' takes two different figures", "contrast")
        for n, figure in enumerate(book.contrast):
            if figure not in book.figures:
                hint = did_you_mean(figure, book.figures) or "; it takes codes of a family with role figure"
                self.complain(f"unknown figure {figure!r} in contrast{hint}", "contrast", n)
