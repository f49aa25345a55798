"""
``codings.jsonl``: the codings of a published text without its words; how a line is written.

The first line names the coder and the SHA-256 of the source. Every other names a quotation by the source's
``line``, ``nth`` on it and its ``length``, and is either an excerpt in it (``start``, ``end``, and what the coder
said of it) or a stretch that was ``read``. No line has a hash of its own words: few words are soon guessed, and a
hash tells when the guess is right. Files of before (``published`` 1) have two, and are read as they are.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from qualcode.errors import Problem, SourceError
from qualcode.plaintext.source import SLUG, read_text

CODINGS = "codings.jsonl"
HEAD_KEYS = ("published", "coder", "source")
FORM = 2
"""The form of the file that is written; 1 is read too."""
WHERE = ("line", "nth", "length")
_ABOUT = ("case", "holder", "codes", "memo", "made", "origin")
EXCERPT_KEYS = ("excerpt", *WHERE, "start", "end", *_ABOUT)
READ_KEYS = ("read", *WHERE, "made")
_KEYS = {
    1: (("excerpt", *WHERE, "hash", "start", "end", "words", *_ABOUT), ("read", *WHERE, "hash", "made")),
    FORM: (EXCERPT_KEYS, READ_KEYS),
}


def read_published(path: Path) -> tuple[dict[str, Any], list[tuple[int, dict[str, Any]]]]:
    """
    Read ``codings.jsonl``: its head and its lines with their numbers.

    Raises:
        SourceError: it is not there, or a line is not what it should be; all are listed.
    """
    if not path.is_file():
        raise SourceError([Problem(str(path), 0, "no such file; it holds the codings without their text")])
    lines: list[tuple[int, dict[str, Any]]] = []
    problems: list[Problem] = []
    ids: defaultdict[str, list[int]] = defaultdict(list)
    form = FORM
    for number, text in enumerate(read_text(path, path.name).rstrip("\n").split("\n"), 1):
        entry, wrong = _entry(text, number, form)
        form = entry["published"] if number == 1 and not wrong else form
        problems += [Problem(path.name, number, w) for w in wrong]
        lines.append((number, entry))
        ids[str(entry.get("excerpt", f"-{number}"))].append(number)
    problems += [Problem(path.name, n[1], "this excerpt's id stands here twice") for n in ids.values() if len(n) > 1]
    if not lines:
        problems.append(Problem(path.name, 0, "the file is empty"))
    if problems:
        raise SourceError(problems)
    return lines[0][1], lines[1:]


def _entry(text: str, number: int, form: int) -> tuple[dict[str, Any], list[str]]:
    try:
        entry = json.loads(text)
    except (ValueError, RecursionError):
        return {}, ["not one JSON object; restore the line from the file's history"]
    if not isinstance(entry, dict):
        return {}, ["not one JSON object; restore the line from the file's history"]
    keys = HEAD_KEYS if number == 1 else _KEYS[form]["read" in entry]
    if tuple(entry) != keys:
        return entry, [f"its keys are not {', '.join(keys)}"]
    return entry, _head_wrong(entry) if number == 1 else _values_wrong(entry)


def _head_wrong(entry: dict[str, Any]) -> list[str]:
    known = type(entry["published"]) is int and entry["published"] in _KEYS
    wrong = [] if known else ["'published' is neither 1 nor 2; a later version wrote this file"]
    if not (isinstance(entry["coder"], str) and SLUG.fullmatch(entry["coder"])):
        wrong.append("'coder' is no slug")
    if not (isinstance(entry["source"], str) and re.fullmatch(r"[0-9a-f]{64}", entry["source"])):
        wrong.append("'source' is not the 64 hex digits of a SHA-256")
    return wrong


def _values_wrong(entry: dict[str, Any]) -> list[str]:
    stretch = entry["read"] if "read" in entry else [entry["start"], entry["end"]]
    if not (isinstance(stretch, list) and len(stretch) == 2):
        return ["'read' takes [start, end]"]
    numbers = [entry["line"], entry["nth"], entry["length"], *stretch]
    wrong = [] if all(type(n) is int and n >= 0 for n in numbers) else ["a place, line or length is no number"]
    codes = entry.get("codes", {"": None})
    if (
        not isinstance(codes, dict)
        or not codes
        or not all(s is None or type(s) in (int, float) for s in codes.values())
    ):
        wrong.append("'codes' takes {code: stance or null}, at least one")
    return wrong
