"""
A page that is written once and shown twice: its headings, paragraphs, lists and tables, for the site and for Word.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from qualcode.exchange.review.references import heading_id
from qualcode.present import Table
from qualcode.report.bibliography import Citation
from qualcode.report.links import citation, slug
from qualcode.report.markup import Html, html, joined


@dataclass(frozen=True)
class Named:
    """The name of a case or a code, which leads to its page."""

    kind: str
    id: str
    label: str


@dataclass(frozen=True)
class Cited:
    """A citation of works."""

    citation: Citation


@dataclass(frozen=True)
class Stressed:
    """Words in italics."""

    words: str


Words = tuple[str | Named | Stressed | Cited, ...]


@dataclass(frozen=True)
class Heading:
    """A heading of a section."""

    words: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    words: Words


@dataclass(frozen=True)
class Points:
    """A list; each point has the name of its place, or none."""

    points: tuple[tuple[str, Words], ...]


@dataclass(frozen=True)
class Numbers:
    """A table; ``place`` is its name on the page."""

    table: Table
    place: str


Part = Heading | Paragraph | Points | Numbers


class Tables(Protocol):
    """Writes the tables of a page of the site."""

    def table(self, made: Table, page: str, place: str) -> Html:
        """Return *made* as HTML; *place* is its name on the *page*."""


def said(*words: str | Named | Stressed | Cited) -> Paragraph:
    """Return a paragraph."""
    return Paragraph(words)


def listed(names: Iterable[Named], otherwise: str) -> Words:
    """Return names with commas between them, or *otherwise*."""
    found: list[str | Named] = [w for name in names for w in (", ", name)]
    return tuple(found[1:]) or (otherwise,)


def as_html(parts: Iterable[Part], own: Tables, page: str) -> Html:
    """Write parts for the site; *page* is the page that they stand on."""
    return joined((_part(part, own, page) for part in parts), Html("\n"))


def _part(part: Part, own: Tables, page: str) -> Html:
    if isinstance(part, Heading):
        return html('<h2 id="{}">{}</h2>', heading_id(part.words), part.words)
    if isinstance(part, Paragraph):
        return html("<p>{}</p>", joined(map(_word, part.words)))
    if isinstance(part, Points):
        return html("<ul>\n{}\n</ul>", joined((_point(place, words) for place, words in part.points), Html("\n")))
    return own.table(part.table, page, part.place)


def _point(place: str, words: Words) -> Html:
    told = joined(map(_word, words))
    return html('<li id="{}">{}</li>', place, told) if place else html("<li>{}</li>", told)


def _word(word: str | Named | Stressed | Cited) -> Html:
    if isinstance(word, Cited):
        return citation(word.citation, "")
    if isinstance(word, Named):
        return html('<a href="{}s/{}.html">{}</a>', word.kind, slug(word.id), word.label)
    return html("<em>{}</em>", word.words) if isinstance(word, Stressed) else Html.escape(word)
