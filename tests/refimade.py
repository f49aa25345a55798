"""Small REFI-QDA projects made by hand, in any way to count places; used by the tests of reading and writing them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

USER, OTHER = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
TEXT = "33333333-3333-4333-8333-333333333333"
TOP, EARLY, LATE = (f"4444444{n}-4444-4444-8444-444444444444" for n in range(3))
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


def guid(number: int) -> str:
    """Return a guid made of a number."""
    return f"{number:08x}-0000-4000-8000-{number:012x}"


def width(sign: str, unit: str) -> int:
    """Return how many units a sign has."""
    return len(sign.encode("utf-16-le")) // 2 if unit == "utf16" else 1


def count(text: str, place: int, unit: str = "codepoint", eol: int = 1, first: int = 0) -> int:
    """Count where a program that counts so has a place of a text with LF; *first*: units before the text."""
    return first + sum(eol if c == "\n" else width(c, unit) for c in text[:place])


def coding(number: int, code: str, user: str = USER) -> str:
    """Return a Coding element."""
    return (
        f'<Coding guid="{guid(number)}" creatingUser="{user}" creationDateTime="2024-02-0{number % 9 + 1}T10:00:00Z">'
        f'<CodeRef targetGUID="{code}"/></Coding>'
    )


def selection(number: int, start: int, end: int, inside: str = "", name: str | None = None) -> str:
    """Return a PlainTextSelection element."""
    named = "" if name is None else f" name={quoteattr(name)}"
    return (
        f'<PlainTextSelection guid="{guid(number)}"{named} startPosition="{start}" endPosition="{end}" '
        f'creatingUser="{USER}" creationDateTime="2024-02-01T10:00:00Z">{inside}</PlainTextSelection>'
    )


def project(
    sources: str,
    *,
    origin: str = "A program",
    codes: str | None = None,
    users: str | None = None,
    cases: str = "",
    variables: str = "",
    after: str = "",
    declared: str = "",
) -> str:
    """Return a project's markup; *after* stands behind the sources."""
    book = codes or (
        f'<Code guid="{TOP}" name="Time" isCodable="false"><Code guid="{EARLY}" name="Early" isCodable="true" '
        f'color="#0072B2"><Description>Before dawn</Description></Code></Code>'
        f'<Code guid="{LATE}" name="Late" isCodable="true"/>'
    )
    who = users or f'<User guid="{USER}" name="Ann"/><User guid="{OTHER}" name="Ben"/>'
    return (
        f'{HEAD}{declared}<Project xmlns="urn:QDA-XML:project:1.0" name="Ovens" origin={quoteattr(origin)} '
        f'creationDateTime="2024-01-01T08:00:00Z"><Users>{who}</Users><CodeBook><Codes>{book}</Codes></CodeBook>'
        f"{variables}{cases}<Sources>{sources}</Sources>{after}</Project>"
    )


def text_source(selections: str, *, name: str = "Baker", path: str = f"internal://{TEXT}.txt", inside: str = "") -> str:
    """Return a TextSource element of the text that ``packed`` puts in."""
    return (
        f'<TextSource guid="{TEXT}" name={quoteattr(name)} plainTextPath={quoteattr(path)} '
        f'creationDateTime="2024-01-15T09:00:00Z">{selections}{inside}</TextSource>'
    )


def packed(path: Path, markup: str, members: Mapping[str, bytes] | None = None, inner: str = "project.qde") -> Path:
    """Write a packed project."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(inner, markup.encode("utf-8"))
        for name, held in (members or {}).items():
            archive.writestr(name, held)
    path.write_bytes(data.getvalue())
    return path


def simple(path: Path, text: str, places: list[tuple[int, int]], **about: str) -> Path:
    """Write a project of one text with LF and a coding at each place."""
    marked = "".join(selection(100 + n, *place, coding(200 + n, EARLY)) for n, place in enumerate(places))
    return packed(path, project(text_source(marked), **about), {f"sources/{TEXT}.txt": text.encode("utf-8")})
