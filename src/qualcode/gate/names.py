"""
The key: who is called what, kept outside the repository; and the forms in which a name stands in texts.

A key is a CSV with the columns ``name`` and ``pseudonym``, and as far as wanted ``surname`` (left out: the last word of
the name), ``aliases`` (by ``;``) and ``match``. Full names count in every form: any case, accents or none, first name
first or last, initials, hyphen or blank or line end or nothing between the parts, a plural or possessive s behind, an
alias for the first name, one name of a double surname; and so does a surname after a title. A surname or an alias
alone is often a common word; so ``match`` says when it counts alone: ``any`` spelling, ``exact-case`` (as it is written
in the key), or ``ask``, the default: never by itself, only proposed to a person (``missed``).
"""

from __future__ import annotations

import csv
import io
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from pathlib import Path

from qualcode.errors import MissingExtraError, Problem, SourceError, UsageError, did_you_mean
from qualcode.gate.decisions import beside, forms, read_decisions
from qualcode.gate.folded import fold

MATCHES = ("any", "exact-case", "ask")
_COLUMNS = ("name", "pseudonym", "surname", "aliases", "match")
_SYNCED = re.compile(
    r"(?:dropbox|onedrive|google ?drive|icloud(?: ?drive)?|mobile documents|nextcloud|owncloud|syncthing|seafile|pcloud"
    r"|mega(?:sync)?|box sync|sciebo)(?![a-z])"
)
_TITLES = "m|mr|mrs|ms|mx|mme|mlle|mm|dr|prof|pr|me|sr|sra|hr|fr|frau|herr|monsieur|madame|mademoiselle|maitre|docteur"
_PARTICLES = frozenset(
    [
        "van",
        "der",
        "den",
        "ter",
        "ten",
        "von",
        "vom",
        "zum",
        "zur",
        "das",
        "dos",
        "del",
        "della",
        "delle",
        "saint",
        "sainte",
    ]
)
_BETWEEN = r"[ .\-'_+]{0,20}"


@dataclass(frozen=True)
class Named:
    """
    One entry of the key: a person, place or institution, and what stands for it.

    Example:
        >>> rose = Named("Ann Rose", "the nurse")
        >>> [bool(rose.full.search(text)) for text in ("rose, ann", "a. rose", "a rose", "mrs rose", "rosemary")]
        [True, True, False, True, False]
    """

    name: str
    pseudonym: str
    surname: str = ""
    aliases: tuple[str, ...] = ()
    match: str = "ask"

    @cached_property
    def parts(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """First names and surname, folded, each in its words; a name of one word has no first names."""
        whole = _words(self.name)
        last = _words(self.surname) if self.surname else whole[-1:]
        firsts = whole[: -len(last)] if whole[-len(last) :] == last else tuple(w for w in whole if w not in last)
        return firsts, last

    @cached_property
    def full(self) -> re.Pattern[str]:
        """The forms of the whole name in folded text (group ``name``); a name of one word is whole by itself."""
        firsts, last = self.parts
        surname = _joined(last)
        if not firsts:
            return _bounded(surname)
        several = [_joined(firsts)]
        initials = {_BETWEEN.join(re.escape(w[0]) for w in firsts), re.escape(firsts[0][0])}
        marked = "|".join(sorted(f"{i}[.\\-_][ .\\-]{{0,5}}" for i in initials))  # "A. Rose", and never "a rose"
        if len(firsts) > 1:
            several += [re.escape(firsts[0]) + _BETWEEN + _BETWEEN.join(re.escape(w[0]) for w in firsts[1:])]
            several += [re.escape(firsts[0])]
        several += [_joined(words) for alias in self.aliases if (words := _words(alias)) and not set(words) & set(last)]
        first = "|".join(dict.fromkeys(several))
        surnames = "|".join([surname, *self._of_double])
        behind = f"(?:{surnames})[ ,.\\-]{{0,20}}(?:{_joined(firsts)}|{re.escape(firsts[0])})"
        return _bounded(f"(?:(?:{first}){_BETWEEN}|{marked})(?:{surnames})|{behind}", surnames)

    @cached_property
    def _of_double(self) -> tuple[str, ...]:
        """The names of a double surname that may stand for it: long enough, and no particle."""
        last = self.parts[1]
        single = [w for w in last if len(w) > 3 and w not in _PARTICLES] if len(last) > 1 else []
        return tuple(re.escape(w) for w in sorted(single, key=lambda w: (-len(w), w)))

    @cached_property
    def alone(self) -> re.Pattern[str]:
        """The forms of surname and aliases by themselves, in folded text (group ``name``)."""
        forms = [_joined(self.parts[1]), *(_joined(_words(a)) for a in self.aliases if _words(a))]
        return _bounded("|".join(sorted(dict.fromkeys(forms), key=lambda f: (-len(f), f))))

    @cached_property
    def first(self) -> re.Pattern[str] | None:
        """The first names by themselves, in folded text: replaced in a transcript, never a finding of the gate."""
        return _bounded(_joined(self.parts[0])) if self.parts[0] else None

    @cached_property
    def needles(self) -> tuple[str, ...]:
        """Words of which one stands in every text that any form stands in: looked for first, since that is quick."""
        found = {max(self.parts[1], key=len), *(w for w in self.parts[1] if re.escape(w) in self._of_double)} | {
            max(_words(a), key=len) for a in self.aliases if _words(a)
        }
        return tuple(sorted(found))

    def whole(self, folded: str) -> Iterator[re.Match[str]]:
        """Yield where the whole name stands in folded text: looked for around its needles only, since that is quick."""
        margin = 200 + 3 * len(self.name)  # further than any form reaches
        windows: list[tuple[int, int]] = []
        for needle in self.needles:
            at = folded.find(needle)
            while at >= 0:
                windows.append((max(0, at - margin), at + len(needle) + margin))
                at = folded.find(needle, at + 1)
        low, high = 0, -1
        for start, end in sorted(windows):
            if start > high:
                yield from self.full.finditer(folded, low, high) if high >= 0 else ()
                low = start
            high = max(high, end)
        yield from self.full.finditer(folded, low, high) if high >= 0 else ()


@dataclass(frozen=True)
class Key:
    """
    The entries of a key, longest name first, so that no name is taken for a part of another.

    Example:
        >>> [entry.pseudonym for entry in Key((Named("Ann Rose", "the nurse"),)).near("a rose is a rose")]
        ['the nurse']
    """

    entries: tuple[Named, ...]
    forms: tuple[tuple[str, str], ...] = ()
    """Forms that a person decided to replace, and by what; longest first. The gate does not look for them."""

    @cached_property
    def of_labels(self) -> Key:
        """The same key where surnames, aliases and first names alone are names, as they are in a label or an id."""
        return Key(tuple(replace(entry, match="any") for entry in self.entries), self.forms)

    def near(self, folded: str) -> Iterator[Named]:
        """Yield the entries of which any form may stand in a folded text."""
        for entry in self.entries:
            if any(needle in folded for needle in entry.needles):
                yield entry


def _words(name: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+", fold(name)))


def _joined(words: Sequence[str]) -> str:
    return _BETWEEN.join(map(re.escape, words))


def _bounded(forms: str, titled: str = "") -> re.Pattern[str]:
    """
    Return a pattern for forms between signs that are no letters, with an s of the plural or possessive behind.

    The form itself is the group ``name``, or ``titled`` for the surname behind a title.
    """
    title = rf"|(?:{_TITLES})\.? {{1,20}}(?P<titled>{titled})" if titled else ""
    return re.compile(rf"(?<![^\W\d_])(?:(?P<name>{forms}){title})(?:'?s)?(?![^\W\d_])")


_TITLED = re.compile(rf"(?<![^\W\d_])(?:{_TITLES})\.?[ _\-]+(?=\[)", re.IGNORECASE)


def untitled(text: str) -> str:
    """Return a label or an id without a title before what stands in brackets for a name."""
    return _TITLED.sub("", text)


def form_pattern(form: str) -> re.Pattern[str]:
    """Return the pattern of a form that a person decided on, in folded text: its words, however they are spelt."""
    return _bounded(r"[^\w\[\]]{1,10}".join(map(re.escape, re.findall(r"[^\W_]+", fold(form)))))


def read_key(path: Path, identity: Path | None = None) -> Key:
    r"""
    Read a key from where it is safe: no repository, no folder that a service copies away.

    What was decided of single forms, in the file beside it (``decisions``), comes with it.

    Args:
        path: a CSV, or one encrypted with age (``.age``).
        identity: the age identity that opens it.

    Raises:
        UsageError: the path lies in a git work tree or in a synchronised folder, or there is no such file.
        MissingExtraError: it is encrypted, and what opens it is not installed.
        SourceError: it is no key; all that is wrong, by line and without any name.

    Example:
        >>> _ = Path("key.csv").write_text("name,pseudonym\nAnn Rose,the nurse\n")
        >>> read_key(Path("key.csv")).entries[0].pseudonym
        'the nurse'
    """
    where = path.resolve()
    if not where.is_file():
        raise UsageError(f"{path}: there is no such key")
    _refuse_shared(where)
    data = where.read_bytes()
    if where.suffix == ".age":
        data = _opened(data, identity)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceError([Problem(path.name, 0, "the key is not UTF-8; save it as UTF-8")]) from None
    key = _parsed(text, path.name)
    return Key(key.entries, forms(read_decisions(beside(where))))


def _refuse_shared(where: Path) -> None:
    """Refuse a key that a repository or a service would carry away."""
    for part in where.parts:
        if _SYNCED.match(part.casefold()):
            raise UsageError(f"the key lies in a synchronised folder ({part}); keep it where no service copies it")
    asked = ["git", "-C", str(where.parent), "rev-parse", "--is-inside-work-tree"]
    try:
        inside = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() == "true"
    except FileNotFoundError:
        inside = any((folder / ".git").exists() for folder in where.parents)
    if inside:
        raise UsageError("the key lies in a git work tree; keep it outside, so that no commit ever takes it along")


def _opened(data: bytes, identity: Path | None) -> bytes:
    try:
        pyrage = import_module("pyrage")
    except ModuleNotFoundError:
        raise MissingExtraError("open an encrypted key", "key") from None
    if identity is None:
        raise UsageError("the key is encrypted: name the age identity that opens it (--identity FILE)")
    lines = [line for line in identity.read_text("utf-8").splitlines() if line.startswith("AGE-SECRET-KEY-")]
    try:
        opened: bytes = pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(line.strip()) for line in lines])
    except Exception as error:  # noqa: BLE001 - the library's own exceptions are not public
        raise UsageError(f"the key cannot be opened with this identity ({type(error).__name__})") from None
    return opened


def _parsed(text: str, name: str) -> Key:
    rows = list(csv.reader(io.StringIO(text, newline="")))
    header = [c.strip() for c in rows[0]] if rows else []
    problems = [
        Problem(name, 1, f"unknown column {c!r}{did_you_mean(c, _COLUMNS)}; it takes {', '.join(_COLUMNS)}")
        for c in header
        if c not in _COLUMNS
    ]
    problems += [Problem(name, 1, f"the column {c!r} is missing") for c in ("name", "pseudonym") if c not in header]
    if problems:
        raise SourceError(problems)
    entries: list[Named] = []
    for line, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) > len(header):
            problems.append(Problem(name, line, f"{len(row)} cells under {len(header)} columns"))
            continue
        one = dict(zip(header, (cell.strip() for cell in row), strict=False))
        match = one.get("match") or "ask"
        aliases = tuple(a.strip() for a in one.get("aliases", "").split(";") if a.strip())
        if not _words(one.get("name", "")):
            problems.append(Problem(name, line, "no name"))
        if not one.get("pseudonym"):
            problems.append(Problem(name, line, "no pseudonym; write what stands for the name, such as a role"))
        if match not in MATCHES:
            problems.append(Problem(name, line, f"unknown match {match!r}; it takes {', '.join(MATCHES)}"))
        entries.append(Named(one.get("name", ""), one.get("pseudonym", ""), one.get("surname", ""), aliases, match))
    if not problems:
        problems += _collisions(entries, name)
    if problems:
        raise SourceError(problems)
    return Key(tuple(sorted(entries, key=lambda e: (-len(fold(e.name)), fold(e.name)))))


def _collisions(entries: Sequence[Named], name: str) -> list[Problem]:
    """List the pseudonyms that are somebody's name, or stand for two: they would hide or mix people."""
    found = []
    by: dict[str, str] = {}
    for line, entry in enumerate(entries, 2):
        told = fold(entry.pseudonym)
        if any(other.full.search(told) for other in entries):
            found.append(Problem(name, line, "the pseudonym is a name of the key; choose another"))
        if by.setdefault(told, fold(entry.name)) != fold(entry.name):
            found.append(Problem(name, line, "the pseudonym stands for somebody else already; choose another"))
    return found
