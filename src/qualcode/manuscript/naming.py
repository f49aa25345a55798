"""
Whom and which day a manuscript names for a quotation: read in what stands in brackets, below it, or in its sentence.

A case is named by its id, its label or the beginning of that, a speaker's label, or as a table of titles says. In a
sentence a name counts only where it is the one who says it; in brackets and on a line of attribution any name counts.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from qualcode.exchange.published.quotations import Title
from qualcode.plaintext.source import MONTHS
from qualcode.plaintext.words import words_of
from qualcode.study.study import Study

FRENCH = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
_NUMBER = {m.casefold(): n % 12 + 1 for n, m in enumerate([*MONTHS, *FRENCH])}
_MONTH = rf"(?P<month>{'|'.join([*MONTHS, *FRENCH])})"
_YEAR = r"(?P<year>(?:1[5-9]|20)\d\d)"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er)?"
_DATES = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?<!\d)(?P<year>(?:1[5-9]|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)",
        rf"(?<![\w]){_DAY}(?: of)? {_MONTH},? {_YEAR}",
        rf"\b{_MONTH} {_DAY},? {_YEAR}",
        rf"\b{_YEAR}, ?{_MONTH} {_DAY}\b",
    )
)
_SAYS = frozenset(
    [
        "said",
        "says",
        "say",
        "told",
        "tells",
        "tell",
        "puts",
        "put",
        "explains",
        "explained",
        "explain",
        "adds",
        "added",
        "add",
        "recalls",
        "recalled",
        "remembers",
        "remembered",
        "notes",
        "noted",
        "insists",
        "insisted",
        "complains",
        "complained",
        "answers",
        "answered",
        "replies",
        "replied",
        "asks",
        "asked",
        "states",
        "stated",
        "declares",
        "declared",
        "concludes",
        "concluded",
        "describes",
        "described",
        "argues",
        "argued",
        "remarks",
        "remarked",
        "sums",
        "continues",
        "continued",
        "dit",
        "disait",
        "explique",
        "expliquait",
        "ajoute",
        "raconte",
        "affirme",
        "declare",
        "repond",
        "selon",
    ]
)
_HEADS = frozenset(
    [
        "of",
        "the",
        "for",
        "in",
        "at",
        "on",
        "from",
        "and",
        "with",
        "without",
        "to",
        "who",
        "de",
        "du",
        "des",
        "la",
        "le",
        "les",
        "d",
        "l",
        "et",
        "qui",
        "a",
        "au",
        "aux",
    ]
)
_ARTICLES = frozenset(["the", "a", "an", "le", "la", "les", "un", "une", "l", "our"])
_SLUG = re.compile(r"(?<![\w-])[a-z0-9][a-z0-9-]*(?![\w-])")
IBID = re.compile(r"\s*ibid(?:em)?\b", re.IGNORECASE)
OBSERVED = re.compile(
    r"field ?-?notes?|field ?-?diary|field ?-?journal|notes? de terrain|carnet|journal de terrain|observ|my notes",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Day:
    """A date in a text: where, the day, or why it is none."""

    start: int
    end: int
    day: date | None
    wrong: str = ""


def days(text: str) -> list[Day]:
    """
    Return the dates of a text, English, French and ISO; one that does not exist has a reason instead.

    Example:
        >>> [d.wrong or d.day.isoformat() for d in days("Ann, 7 May 2018; June 31, 2018; le 2 mai 2018")]
        ['2018-05-07', "date 'June 31' does not exist (June has 30 days)", '2018-05-02']
    """
    found: dict[int, Day] = {}
    for form in _DATES:
        for match in form.finditer(text):
            if any(d.start < match.end() and match.start() < d.end for d in found.values()):
                continue
            named = match["month"]
            month = int(named) if named.isdecimal() else _NUMBER[named.casefold()]
            year, number = int(match["year"]), int(match["day"])
            wrong = ""
            if not 1 <= month <= 12:
                wrong = f"date '{match[0]}' does not exist (a year has 12 months)"
            elif not 1 <= number <= (last := monthrange(year, month)[1]):
                name = MONTHS[month - 1]
                wrong = f"date '{name} {number}' does not exist ({name} has {last} days)"
            day = None if wrong else date(year, month, number)
            found[match.start()] = Day(match.start(), match.end(), day, wrong)
    return [found[at] for at in sorted(found)]


@dataclass(frozen=True, slots=True)
class Named:
    """Who is named for a quotation, which document, which days; ``told`` says it as the manuscript does."""

    cases: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    days: tuple[Day, ...] = ()
    observed: bool = False

    @property
    def dates(self) -> frozenset[date]:
        """The days that exist."""
        return frozenset(d.day for d in self.days if d.day)


class Names:
    """
    The names of a study's cases and documents, found in words.

    Example:
        >>> names = Names(study)
        >>> sorted(names.read("A mediator, 20 February 2024").cases)
        ['mediator']
        >>> sorted(names.who_says("As the mediator said", ""))
        ['mediator']
    """

    def __init__(self, study: Study, titles: Iterable[Title] = ()) -> None:
        self._forms: dict[tuple[str, ...], set[str]] = {}
        self._ids = {document.casefold(): document for document in study.documents}
        for case in study.cases.values():
            words = _words(case.label)
            for form in {_words(case.id.replace("-", " ")), words, _words(case.id), *_beginnings(words)}:
                self._add(form, case.id)
        for document in study.documents.values():
            for speaker in document.speakers:
                if len(speaker.label) > 1:
                    self._add(_words(speaker.label), speaker.case)
        for title in titles:
            if title.printed and title.case:
                self._forms[_words(title.printed)] = {title.case}
        self._lines = {title.on_line: title for title in titles if title.on_line and title.case}
        self._longest = max(map(len, self._forms), default=0)

    def _add(self, form: tuple[str, ...], case: str) -> None:
        form = form[1:] if form and form[0] in _ARTICLES else form
        if form and not (len(form) == 1 and (len(form[0]) < 2 or form[0] in _HEADS | _ARTICLES)):
            self._forms.setdefault(form, set()).add(case)

    def read(self, said: str, line: int = 0) -> Named:
        """Return whom and what a line of attribution names; *line* is looked up in the table of titles."""
        by_line = self._lines.get(line)
        if by_line:
            own = (Day(0, 0, by_line.date),) if by_line.date else tuple(days(said))
            return Named(frozenset({by_line.case}), days=own)
        found = days(said)
        bare = said
        for day in reversed(found):
            bare = f"{bare[: day.start]} {bare[day.end :]}"
        lower = said.casefold()
        documents = frozenset(self._ids[i] for i in _SLUG.findall(lower) if i in self._ids)
        for document in documents:
            bare = bare.replace(document, " ")
        cases = frozenset(case for _, _, several in self._standing(list(words_of(bare))) for case in several)
        dates = () if documents else tuple(found)
        return Named(cases, documents, dates, bool(OBSERVED.search(said)))

    def _standing(self, words: list[tuple[int, int, str]]) -> Iterator[tuple[int, int, set[str]]]:
        """Yield the names in some words, the longest at each place: from which word, to which, which cases."""
        at = 0
        folded = [w for _, _, w in words]
        while at < len(folded):
            for size in range(min(self._longest, len(folded) - at), 0, -1):
                cases = self._forms.get(tuple(folded[at : at + size]))
                if cases:
                    yield at, at + size, cases
                    at += size
                    break
            else:
                at += 1

    def who_says(self, lead: str, tail: str) -> frozenset[str]:
        """
        Return who says a quotation by its sentence: the one name before a verb of saying, or after one that follows.

        Two names leave it open, and it is said of nobody.
        """
        before = list(words_of(lead))
        named = list(self._standing(before))
        if len(named) == 1:
            _, end, cases = named[0]
            after = [w for _, _, w in before[end : end + 12]]
            first = before[: named[0][0]]
            according = [w for _, _, w in first[-4:]]
            if (
                set(after) & _SAYS
                or (not after and lead.rstrip().endswith((":", ",")))
                or {"according", "selon", "d'apres"} & set(according)
            ):
                return frozenset(cases)
        if named:
            return frozenset()
        behind = list(words_of(tail))[:8]
        for start, end, cases in self._standing(behind):
            near = {w for _, _, w in behind[:start]} | {w for _, _, w in behind[end : end + 2]}
            only = start <= 3 and all(w in _ARTICLES | _SAYS for _, _, w in behind[:start])
            if near & _SAYS and only:
                return frozenset(cases)
            break
        return frozenset()


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for _, _, word in words_of(text))


def _beginnings(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Return what a label begins with, before each word such as *of* or *who*."""
    cuts = [n for n, word in enumerate(words) if word in _HEADS and n]
    return {words[:n] for n in cuts if n > 1 or words[0] not in _ARTICLES}
