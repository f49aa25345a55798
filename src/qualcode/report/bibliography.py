"""
The works that a study cites: ``references.bib`` beside its folders, BibTeX as Zotero exports it, read by pybtex.

Notebooks and memos cite as MyST does: ``[@key]``, ``[see @key, p. 3; @other]``, ``[-@key]`` for the year alone, and
``{cite:p}`key```, ``{cite:t}`key```. One reading serves the site, the memos and Word. The file is a stranger's: what
pybtex makes of its LaTeX is words, and becomes markup nowhere but in ``markup`` and ``paper``. Works behind the
formulas of this package come with it (``formulas.bib``), and may be cited by every study; a work that the study's list
has too, under its key or another, stands there once, as the study has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from importlib.resources import files
from itertools import groupby
from pathlib import Path

from pybtex.database import Person
from pybtex.database.input.bibtex import LowLevelParser, month_names
from pybtex.exceptions import PybtexError
from pybtex.richtext import Text

from qualcode.errors import Problem, SourceError, did_you_mean
from qualcode.plaintext.folder import bytes_of
from qualcode.plaintext.source import decoded
from qualcode.report.staleness import WORKS

FILE = WORKS
PAGE = "references"
TITLE = "References"
_MOST = 5_000_000
"""How many bytes of works a study may have: some ten thousand."""
_LONGEST = 20_000
"""How many letters a field may have when its parts are put together."""
_TOLD = 50
"""How many problems of a file are told."""
_KEY = re.compile(r"[\w:.+/-]+")
_CITED = re.compile(
    r"(?P<fence>^[ ]{0,3}(?P<tick>```+|~~~+).*?(?:^[ ]{0,3}(?P=tick)[^\n]*$|\Z))"
    r"|\{cite(?::(?P<form>\w*))?\}`(?P<keys>[^`\n]*)`"
    r"|(?P<code>(?<!`)(?P<around>`+)(?!`).+?(?<!`)(?P=around)(?!`))"
    r"|\[(?P<group>(?:[^\[\]@\n`]{0,80}[\s;])?-?@[^\[\]`]{1,400})\](?![(\[])",
    re.MULTILINE | re.DOTALL,
)
_ONE = re.compile(r"\s*(?P<before>[^@]*?)(?P<bare>-?)@(?P<key>[\w:.+/-]*[\w+/-])(?:,\s*(?P<after>.*))?\s*", re.DOTALL)
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True)
class Piece:
    """Some words of a reference, in italics or not; ``address`` is where they lead on the web."""

    words: str
    italic: bool = False
    address: str = ""


@dataclass(frozen=True)
class Work:
    """A work: its key, its authors as a text names them, its year, and the whole reference."""

    key: str
    authors: str
    year: str
    pieces: tuple[Piece, ...]
    line: int = field(default=0, compare=False)
    told_by: frozenset[str] = field(default=frozenset(), compare=False)
    """By what it is known to be the same work under another key: its DOI, its year and title."""

    @property
    def place(self) -> str:
        """The name of its place in the list of references."""
        plain = re.sub(r"[^A-Za-z0-9-]", "-", self.key)
        return f"ref-{plain}" + ("" if plain == self.key else f"-{sha256(self.key.encode()).hexdigest()[:6]}")


@dataclass(frozen=True)
class Citation:
    """A citation as it is shown: words, each with the work to which they lead, or none."""

    words: tuple[tuple[str, Work | None], ...]


@dataclass
class Bibliography:
    """The works that may be cited, by key, and who has cited which so far."""

    works: Mapping[str, Work]
    own: bool = True
    """Whether the study has a list of works; without one only works behind formulas are cited by ``[@key]``."""
    cited: dict[str, dict[str, str]] = field(default_factory=dict)
    """By key: the pages that cite it, and what they are called."""

    def replaced(self, text: str, write: Callable[[Citation], str], page: str = "", called: str = "") -> str:
        """
        Return a Markdown text with every citation written anew; what stands in code stays as it is.

        Args:
            page, called: who cites, noted in ``cited``.

        Raises:
            KeyError: a citation of no work that is there, or that cannot be understood; ``faults`` tells all of them.
        """

        def one(match: re.Match[str]) -> str:
            if not self._cites(match):
                return match[0]
            found = self._citation(match)
            for _, work in found.words:
                if work and page:
                    self.cited.setdefault(work.key, {}).setdefault(page, called)
            return write(found)

        return _CITED.sub(one, text)

    def faults(self, text: str) -> Iterator[tuple[int, str]]:
        """Yield the line of each citation that is none, and what is wrong with it."""
        for match in _CITED.finditer(text):
            if self._cites(match):
                try:
                    self._citation(match)
                except KeyError as error:
                    yield text.count("\n", 0, match.start()) + 1, str(error.args[0])

    def _cites(self, match: re.Match[str]) -> bool:
        """Say whether what was found cites: not what stands in code, and ``[@word]`` where there is a list of works."""
        if match["fence"] or match["code"]:
            return False
        keys = _ONE.findall(match["group"] or "")
        return match["group"] is None or self.own or all(key in self.works for _, _, key, _ in keys)

    def _citation(self, match: re.Match[str]) -> Citation:
        if match["group"] is not None:
            parts = [_ONE.fullmatch(part) for part in match["group"].split(";")]
            told = [(p["before"], p["bare"], p["key"], p["after"] or "") if p else None for p in parts]
            if None in told:
                raise KeyError("a citation that cannot be understood; write [@key] or [see @key, p. 3; @other]")
            given = [t for t in told if t]
            if len(given) == 1 and given[0][1]:
                work = self._work(given[0][2])
                return Citation((("(", None), (_joined("", work.year, given[0][3]), work), (")", None)))
            within = [
                (before, self._work(key), bool(bare), " ".join(after.split())) for before, bare, key, after in given
            ]
            words: list[tuple[str, Work | None]] = []
            for n, (before, work, bare, after) in enumerate(within):
                lead = " ".join(before.split())
                words += [("(" if n == 0 else "; ", None), (f"{lead} " if lead else "", None)]
                words += [(_joined("" if bare else work.authors, work.year, after), work)]
            return Citation(tuple(w for w in (*words, (")", None)) if w[0]))
        form, keys = match["form"] or "p", [k.strip() for k in match["keys"].split(",")]
        if form not in ("p", "ps", "t", "ts", "year"):
            raise KeyError(f"unknown form of citation {form!r}; use cite:p or cite:t")
        works = [self._work(key) for key in keys]
        if form.startswith("t"):
            told_in_text = [[(f"{w.authors} (", None), (w.year, w), (")", None)] for w in works]
            return Citation(tuple(p for n, one in enumerate(told_in_text) for p in ([(", ", None)] if n else []) + one))
        listed = [(w.year if form == "year" else _joined(w.authors, w.year, ""), w) for w in works]
        between = [p for n, one in enumerate(listed) for p in ([("; ", None)] if n else []) + [one]]
        return Citation((("(", None), *between, (")", None)))

    def _work(self, key: str) -> Work:
        if key not in self.works:
            near = did_you_mean(key, self.works)
            raise KeyError(f"cites {key!r}, which is not in {FILE}{near}; add it there, or mend the key")
        return self.works[key]

    def listed(self) -> list[Work]:
        """Return the works that were cited, by authors and year."""
        return sorted((self.works[key] for key in self.cited), key=_order)


def _joined(authors: str, year: str, after: str) -> str:
    return ", ".join(p for p in (f"{authors} {year}".strip(), after) if p)


def _order(work: Work) -> tuple[str, str, str]:
    return work.authors.casefold(), work.year, work.key


def read_bibliography(root: Path) -> Bibliography:
    """
    Read the works that a study may cite: those of its ``references.bib``, and those behind the formulas.

    Raises:
        SourceError: the file is no BibTeX: with lines, all of them up to fifty.

    Example:
        >>> work = read_bibliography(study.root).works["holm1979"]
        >>> work.authors, work.year, work.pieces[1].words
        ('Holm', '1979', 'Scandinavian Journal of Statistics')
    """
    ours = read_works((files("qualcode.report") / "formulas.bib").read_text("utf-8"), "formulas.bib")
    data = bytes_of(root, FILE, _MOST)
    theirs = read_works(decoded(data, FILE), FILE) if data is not None else {}
    apart = {w.key: w for w in ours.values() if not any(w.told_by & t.told_by for t in theirs.values())}
    works = _told_apart(apart | theirs)
    for key, work in ours.items():
        for same in theirs.values() if key not in works else ():
            if work.told_by & same.told_by:
                works[key] = works[same.key]
    return Bibliography(works, own=data is not None)


def read_works(text: str, name: str) -> dict[str, Work]:
    """
    Read the works of a BibTeX text; *name* is what a message calls it.

    Raises:
        SourceError: as ``read_bibliography``.
    """
    problems: list[Problem] = []

    def wrong(error: Exception) -> None:
        what = str(error.args[0]) if error.args else "it cannot be read"
        problems.append(Problem(name, parser.lineno, f"is no BibTeX: {what}"))
        if len(problems) >= _TOLD:
            raise SourceError(problems)

    parser = LowLevelParser(text, macros=_Macros(month_names), handle_error=wrong)
    works: dict[str, Work] = {}
    known = 0
    try:
        for kind, told in parser:
            broken, known = len(problems) > known, len(problems)
            if broken or kind.lower() in ("string", "preamble", "comment"):
                continue
            key, fields = told
            line = text.count("\n", 0, parser.command_start or 0) + 1
            found = _work(str(kind).lower(), str(key), fields, line)
            if isinstance(found, Work) and found.key in works:
                found = f"{found.key!r} is there already, in line {works[found.key].line}"
            if isinstance(found, Work):
                works[found.key] = found
            else:
                problems.append(Problem(name, line, found))
                known += 1
    except (PybtexError, RecursionError) as error:
        wrong(error)
    if problems:
        raise SourceError(problems[:_TOLD])
    return works


class _Macros(dict[str, str]):
    """Words that a file gives names to; each is bounded, so that names of names of names do not grow."""

    def __setitem__(self, key: str, value: str) -> None:
        if len(value) <= _LONGEST:
            super().__setitem__(key, value)


def _work(kind: str, key: str, fields: Iterable[tuple[str, list[str]]], line: int) -> Work | str:
    """Make a work of an entry's fields, or say what is wrong with it."""
    if not _KEY.fullmatch(key):
        return f"the key {key[:40]!r} has signs that cannot be cited; use letters, digits and - _ : . +"
    told: dict[str, str] = {}
    for name, parts in fields:
        if sum(map(len, parts)) > _LONGEST:
            return f"{key!r}: the field {name.lower()!r} is longer than {_LONGEST:,} letters"
        if name.lower() in told:
            return f"{key!r} has the field {name.lower()!r} twice"
        told[name.lower()] = "".join(parts)
    try:
        people = {role: _people(told.get(role, "")) for role in ("author", "editor")}
        plain = {name: _plain(value) for name, value in told.items() if name not in people}
    except (PybtexError, RecursionError, ValueError) as error:
        return f"{key!r}: {type(error).__name__}: a name or some LaTeX in it cannot be read"
    year = plain.get("year") or plain.get("date", "")[:4] or "n.d."
    names = people["author"] or people["editor"]
    title = plain.get("title", "")
    authors = _in_text([last for last, _ in names]) or plain.get("organization") or plain.get("institution") or title
    if not authors:
        return f"{key!r} has neither author nor editor nor title"
    whole = _whole(names, authors)
    pieces = _reference(kind, whole, year, plain, people["editor"], bool(people["author"]))
    told_by = [plain.get("doi", "").removeprefix("https://doi.org/"), f"{year} {title}" if title else ""]
    known = frozenset(t.casefold() for t in told_by if t)
    return Work(key, authors, year, tuple(p for p in pieces if p.words), line, known)


def _plain(latex: str) -> str:
    """Return what LaTeX says, as words in one line."""
    return " ".join(str(Text.from_latex(latex)).replace("---", "—").replace("--", "–").split())


def _people(names: str) -> list[tuple[str, str]]:
    """Return the last and the first names of people, of whom BibTeX has an *and* in between."""
    found = []
    for name in re.split(r"\s+and\s+", names.strip()) if names.strip() else ():
        if name.startswith("{") and name.endswith("}"):
            found.append((_plain(name), ""))
            continue
        person = Person(name)
        last = _plain(" ".join([*person.prelast_names, *person.last_names, *person.lineage_names]))
        found.append((last, _plain(" ".join([*person.first_names, *person.middle_names]))))
    return found


def _in_text(last: list[str]) -> str:
    if len(last) > 2:
        return f"{last[0]} et al."
    return " and ".join(last)


def _whole(names: list[tuple[str, str]], otherwise: str = "") -> str:
    """Name people, the first by the last name, since the list is sorted by it."""
    told = [f"{first} {last}".strip() for last, first in names]
    if otherwise:
        told = [", ".join(p for p in names[0] if p), *told[1:]] if names else [otherwise]
    return f"{', '.join(told[:-1])} and {told[-1]}" if len(told) > 1 else "".join(told)


def _reference(
    kind: str, authors: str, year: str, told: Mapping[str, str], editors: list[tuple[str, str]], authored: bool
) -> Iterator[Piece]:
    """Yield a reference: who, when, what, in what, by whom, where to be found."""
    title = told.get("title", "")
    around = told.get("journal") or told.get("journaltitle") or told.get("booktitle") or ""
    by = "" if authored or not editors else " (eds.)" if len(editors) > 1 else " (ed.)"
    title = "" if title == authors else title
    yield Piece(f"{authors}{by} ({year}). ")
    if around:
        inside = kind in ("incollection", "inproceedings", "inbook", "conference")
        named = _whole(editors) if authored else ""
        yield from [Piece(f"{title}{'' if title[-1:] in '.?!' else '.'} {'In ' if inside else ''}")] if title else []
        yield from [Piece(f"{named} (ed{'s' if len(editors) > 1 else ''}.), ")] if inside and named else []
        yield Piece(around, italic=True)
        number = told.get("number") or told.get("issue", "")
        volume = f"{told.get('volume', '')}{f'({number})' if number else ''}"
        rest = [p for p in (volume, told.get("pages", "")) if p]
        yield Piece(f"{', ' + ', '.join(rest) if rest else ''}.")
    elif title:
        yield Piece(title, italic=True)
        yield Piece("" if title[-1:] in ".?!" else ".")
    made = [
        told.get(n, "") for n in ("type", "publisher", "school", "institution", "howpublished", "address", "location")
    ]
    published = ", ".join(dict.fromkeys(p for p in made if p and p != authors and not _ADDRESS.search(p)))
    if published:
        yield Piece(f" {published}.")
    address = (
        f"https://doi.org/{told['doi'].removeprefix('https://doi.org/')}" if told.get("doi") else told.get("url", "")
    )
    if _ADDRESS.fullmatch(address):
        yield Piece(" ")
        yield Piece(address, address=address)


def _told_apart(works: Mapping[str, Work]) -> dict[str, Work]:
    """Give a letter to the years of works whose authors and year are the same."""
    found: dict[str, Work] = {}
    for _, same in groupby(sorted(works.values(), key=_order), key=lambda w: (w.authors, w.year)):
        several = list(same)
        for n, work in enumerate(several):
            if len(several) == 1 or n > 25:
                found[work.key] = work
                continue
            year = f"{work.year}{chr(ord('a') + n)}"
            first, *rest = work.pieces
            found[work.key] = replace(
                work, year=year, pieces=(Piece(first.words.replace(f"({work.year})", f"({year})")), *rest)
            )
    return found
