"""
W3C Web Annotations (JSON-LD) into the one form of all projects: each annotation's tags are codes on its target.

The target's words (TextQuoteSelector) and place (TextPositionSelector, code points) are read; bodies with the purpose
``tagging`` or ``classifying`` are codes, others are its memo. Nothing that the file names is fetched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qualcode.exchange.projects.database import number
from qualcode.exchange.projects.formats import Asked
from qualcode.exchange.projects.mapping import read_mapping
from qualcode.exchange.projects.record import Project, UnreadableProjectError
from qualcode.exchange.projects.texts import Passage, joined
from qualcode.exchange.transcripts.bounds import bytes_of
from qualcode.exchange.transcripts.form import UnreadableError

_TAGS = ("tagging", "classifying", "identifying", "oa:tagging", "oa:classifying")


def is_it(path: Path) -> bool:
    """Say whether a JSON file speaks of annotations near its beginning."""
    try:
        with path.open("rb") as file:
            return b"Annotation" in file.read(1 << 16)
    except OSError:
        return True


def read(path: Path, asked: Asked) -> Project:
    """
    Read annotations: one, a list of them, a page or a collection.

    Raises:
        UnreadableProjectError: it is no JSON, no annotations, or larger than the bounds.
        SourceError, UsageError: the mapping cannot be read, or its folder of texts is not there.
    """
    told = read_mapping(asked.mapping, ("texts",))
    try:
        data = bytes_of(path, 200_000_000)
        found = json.loads(data.decode("utf-8-sig"))
    except UnreadableError as error:
        raise UnreadableProjectError(error.why) from None
    except (ValueError, RecursionError):
        raise UnreadableProjectError("it is no JSON that can be read") from None
    project = Project(path.stem, "Web Annotations", _who(found.get("generator")) if isinstance(found, dict) else "")
    passages: list[Passage] = []
    for n, one in enumerate(_annotations(found), 1):
        mine = list(_passages(one, n))
        if not mine:
            project.losses.find("coding")
            project.losses.drop(
                "coding", "it has no target in a text, or no tag", str(one.get("id", f"annotation {n}"))
            )
        passages += mine
    if not passages and not project.losses.entries:
        raise UnreadableProjectError("it holds no annotations")
    for n, passage in enumerate(passages, 1):
        passage.line = n
    return joined(project, passages, path.parent / told.get("texts", "."))


def _annotations(found: Any) -> Iterator[dict[str, Any]]:
    """Yield annotations, in a list, a page, or the pages of a collection."""
    left = [found]
    while left:
        one = left.pop(0)
        if isinstance(one, list):
            left = [*one, *left]
        elif isinstance(one, dict):
            if "target" in one:
                yield one
            else:
                left = [
                    one[k] for k in ("first", "items", "@graph", "next") if isinstance(one.get(k), dict | list)
                ] + left


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _who(value: Any) -> str:
    for one in _listed(value):
        if isinstance(one, dict):
            return str(one.get("name") or one.get("nickname") or one.get("id") or "")
        if isinstance(one, str):
            return one
    return ""


def _passages(one: dict[str, Any], number_: int) -> Iterator[Passage]:
    target = next((t for t in _listed(one["target"]) if isinstance(t, dict)), None)
    if target is None:
        return
    source = target.get("source")
    source = source.get("id") if isinstance(source, dict) else source
    start = end = -1
    quote = before = after = ""
    for selector in (s for s in _listed(target.get("selector")) if isinstance(s, dict)):
        if selector.get("type") == "TextPositionSelector":
            start, end = number(selector.get("start")), number(selector.get("end"))
        elif selector.get("type") == "TextQuoteSelector":
            quote, before, after = (str(selector.get(k) or "") for k in ("exact", "prefix", "suffix"))
    tags: list[str] = []
    memos: list[str] = []
    for body in _listed(one.get("body")) or _listed(one.get("bodyValue")):
        if isinstance(body, str):
            memos.append(body)
            continue
        if not isinstance(body, dict):
            continue
        value = body.get("value") or body.get("source") or body.get("id")
        purposes = _listed(body.get("purpose")) or _listed(one.get("motivation"))
        if isinstance(value, str) and value.strip():
            (tags if any(p in _TAGS for p in purposes) else memos).append(value.strip())
    if not isinstance(source, str) or (not quote and end < 0):
        return
    name = source.rstrip("/").rpartition("/")[2] or source
    for tag in tags:
        passage = Passage(name, (tag,), 0, quote, start, end, _who(one.get("creator")), "\n".join(memos))
        passage.made, passage.before, passage.after = str(one.get("created") or ""), before, after
        passage.passage = str(one.get("id") or f"annotation {number_}")
        yield passage
