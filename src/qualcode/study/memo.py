"""
Memos: what a researcher noted about codes, excerpts, cases and documents, on a day.

A memo is never rewritten in silence: a later one supersedes it, and both stay.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from qualcode.errors import Problem, SourceError, did_you_mean
from qualcode.plaintext.source import SLUG, day, read_text, read_yaml
from qualcode.study.document import split_front_matter

IN_REPORT = ("chapter", "section", "plot", "table")
"""Parts of the report that a memo may be about: ``chapter corpus``, ``plot corpus/plot-when``."""
ABOUT = ("code", "excerpt", "case", "document", "memo", *IN_REPORT)
_KEYS = ("title", "on", "by", "about", "supersedes", "kind")
_REFERENCE = re.compile(r"\[\[(?P<kind>\w{1,40}) (?P<id>[^\]\n]{1,400})\]\]")


@dataclass(frozen=True, slots=True)
class Reference:
    """What a memo speaks about: a kind and an id, and the line that says so."""

    kind: str
    id: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Memo:
    """One memo; ``about`` are its declared subjects, ``cites`` those in its text, in order."""

    id: str
    path: str
    title: str = field(repr=False)
    on: date
    by: str
    about: tuple[Reference, ...]
    cites: tuple[Reference, ...]
    supersedes: tuple[Reference, ...]
    text: str = field(repr=False)
    kind: str = ""


def read_memo(path: Path, name: str) -> tuple[Memo | None, list[Problem]]:
    """Read one memo; return it, or ``None`` where it cannot be made, and every problem in it."""
    try:
        head, text, first_line = split_front_matter(read_text(path, name), name)
        entries = read_yaml(head, name, first_line=2)
    except SourceError as error:
        return None, list(error.problems)
    top = entries.value
    if not isinstance(top, dict):
        return None, [Problem(name, 2, "the front matter is no list of 'key: value' lines")]
    problems = [
        Problem(name, entries.line(key), f"unknown entry {key!r}{did_you_mean(key, _KEYS)}")
        for key in top
        if key not in _KEYS
    ]
    problems += [Problem(name, 2, f"{key!r} is missing") for key in ("title", "on", "by") if not top.get(key)]
    if not SLUG.fullmatch(path.stem):
        problems.append(Problem(name, 0, f"id {path.stem!r} is no slug; use a-z, 0-9 and hyphens in the file's name"))
    on = day(str(top.get("on", ""))) if top.get("on") else None
    if isinstance(on, str):
        problems.append(Problem(name, entries.line("on"), on))
    about = []
    for n, subject in enumerate(_strings(top.get("about"))):
        line = entries.line("about", n)
        kind, _, target = subject.partition(" ")
        if kind not in ABOUT or not target:
            problems.append(Problem(name, line, f"{subject!r} is not written 'kind id'; kinds are {', '.join(ABOUT)}"))
        else:
            about.append(Reference(kind, target.strip(), line))
    supersedes = [
        Reference("memo", m, entries.line("supersedes", n)) for n, m in enumerate(_strings(top.get("supersedes")))
    ]
    cites = []
    line, before = first_line, 0
    for match in _REFERENCE.finditer(text):
        line += text.count("\n", before, match.start())
        before = match.start()
        if match["kind"] in ABOUT:
            cites.append(Reference(match["kind"], match["id"].strip(), line))
        else:
            problems.append(Problem(name, line, f"unknown kind of reference; kinds are {', '.join(ABOUT)}"))
    if not isinstance(on, date):
        return None, problems
    memo = Memo(
        id=path.stem,
        path=name,
        title=str(top.get("title", "")),
        on=on,
        by=str(top.get("by", "")),
        about=tuple(about),
        cites=tuple(cites),
        supersedes=tuple(supersedes),
        text=text,
        kind=str(top.get("kind", "")),
    )
    return memo, problems


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []
