"""
A small YAML beside a foreign project that says which of its columns or variables is what: ``code: Theme``.
"""

from __future__ import annotations

from pathlib import Path

from qualcode.errors import Problem, SourceError, did_you_mean
from qualcode.exchange.projects.record import UnreadableProjectError
from qualcode.exchange.transcripts.bounds import bytes_of
from qualcode.exchange.transcripts.form import UnreadableError
from qualcode.plaintext.source import decoded, read_yaml


def read_mapping(path: Path | None, known: tuple[str, ...]) -> dict[str, str]:
    """
    Return what a mapping says; nothing without a file.

    Args:
        path: the file.
        known: what may be said.

    Raises:
        SourceError: it cannot be read, or says something else; every problem with its line.
    """
    if path is None:
        return {}
    try:
        data = bytes_of(path, 1_000_000)
    except UnreadableError as error:
        raise SourceError([Problem(path.name, 0, error.why)]) from None
    entries = read_yaml(decoded(data, path.name), path.name)
    takes = f"takes lines such as `{known[0]}: name` ({', '.join(known)})"
    if not isinstance(entries.value, dict):
        raise SourceError([Problem(path.name, 1, takes)])
    problems = []
    for key, value in entries.value.items():
        if key not in known:
            problems.append(
                Problem(path.name, entries.line(key), f"unknown {key!r}{did_you_mean(key, known)}; {takes}")
            )
        elif not isinstance(value, str) or not value.strip():
            problems.append(Problem(path.name, entries.line(key), f"{key!r} takes one name"))
    if problems:
        raise SourceError(problems)
    return {k: v.strip() for k, v in entries.value.items()}


def known_one(found: str, wanted: str, among: list[str]) -> str:
    """
    Return which of *among* the mapping means by *wanted* for *found*, whatever their case.

    Raises:
        UnreadableProjectError: it is none of them.
    """
    folded = {one.strip().casefold(): one for one in reversed(among)}
    if wanted.casefold() not in folded:
        hint = did_you_mean(wanted, among)
        raise UnreadableProjectError(
            f"the mapping's {found}: {wanted!r} is not in it{hint}; it has {', '.join(among[:30])}"
        )
    return folded[wanted.casefold()]
