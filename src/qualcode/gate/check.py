"""
Whether what is about to be published carries a name of the key, or words that may not be quoted.

A finding says file, carrier and rule, and never what was found: the log of a check is public. A check without the key,
or without the secret of the list that stands for it, says that names were *not* checked, and is no all-clear.
"""

from __future__ import annotations

import hmac
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qualcode.errors import Problem, SourceError, UsageError
from qualcode.gate.carriers import NotOpened, Text, texts_of, texts_of_git, texts_of_notebook
from qualcode.gate.folded import VERSION, fold, words_of
from qualcode.gate.names import Key
from qualcode.plaintext.folder import no_file
from qualcode.plural import number_of
from qualcode.study import release
from qualcode.study.study import Study

RUNNING = 8
"""So many words in a row of a text that may not be quoted are a quotation of it."""
NAME, WORDS = "a name of the key", f"{RUNNING} words in a row of a text that may not be quoted"
_CANARY = "canary of the list"
_LONGEST = 5
_IGNORED = {".git", "__pycache__", ".ipynb_checkpoints", ".venv", "node_modules"}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """
    Something that may not go out: the file, what in it carries it, the rule, and how often.

    Example:
        >>> print(Finding("page.html", "text", "a name of the key", 2))
        page.html: text: a name of the key (2 times)
    """

    path: str
    carrier: str
    rule: str
    times: int = 1

    def __str__(self) -> str:
        often = "" if self.times == 1 else f" ({self.times} times)"
        return f"{self.path}: {self.carrier}: {self.rule}{often}"


@dataclass(frozen=True, slots=True)
class Checked:
    """
    What a check found: ``findings`` and ``not_opened`` by path; how many ``files`` were looked into; ``names`` says by
    what names were checked (``key``, ``list`` or ``""``: not), ``runs`` of how many stretches words were looked for.
    """

    findings: tuple[Finding, ...]
    not_opened: tuple[NotOpened, ...]
    files: int
    names: str
    runs: int

    @property
    def clean(self) -> bool:
        """Whether nothing was found and everything was looked into."""
        return not self.findings and not self.not_opened

    def told(self) -> list[str]:
        """Return the check in lines: what was found, what was not looked into, and what was not checked."""
        lines = [*map(str, self.findings)]
        lines += [f"{n.path}: {n.carrier}: not looked into: {n.why}" for n in self.not_opened]
        what = {"key": "names checked with the key", "list": "names checked with the list", "": "NAMES NOT CHECKED"}
        words = "no text is withheld" if not self.runs else "words of withheld texts checked"
        found = number_of(len(self.findings), "finding") if self.findings else "nothing found"
        return [*lines, f"{number_of(self.files, 'file')}: {found}; {what[self.names]}; {words}; pixels are not read"]


@dataclass(slots=True)
class _Look:
    """What to look for."""

    key: Key | None
    hashes: frozenset[bytes]
    secret: bytes
    runs: frozenset[tuple[str, ...]]
    vocabulary: frozenset[str]
    seen: dict[str, bool] = field(default_factory=dict)

    def at(self, text: Text) -> Iterator[str]:
        """Yield the rule for each time that a text carries something."""
        if not (self.key or self.hashes or (self.runs and text.words)):
            return
        folded = fold(text.text)
        if self.key:
            for entry in self.key.near(folded):
                times = sum(1 for _ in entry.full.finditer(folded))
                if not times and entry.match == "any":
                    times = sum(1 for _ in entry.alone.finditer(folded))
                if not times and entry.match == "exact-case":
                    forms = [entry.surname or entry.name.split()[-1], *entry.aliases]
                    times = len(re.findall("|".join(rf"(?<!\w){re.escape(f)}(?!\w)" for f in forms), text.text))
                yield from [NAME] * times
        if not self.hashes and not (self.runs and text.words):
            return
        words = words_of(folded)
        if self.hashes:
            yield from (NAME for gram in _grams(words) if self.listed(gram))
        if self.runs and text.words:
            yield from (WORDS for _ in self.quoted(words))

    def listed(self, gram: str) -> bool:
        """Say whether a run of words is on the list."""
        if gram not in self.seen:
            self.seen[gram] = _mark(gram, self.secret) in self.hashes
        return self.seen[gram]

    def quoted(self, words: Sequence[str]) -> Iterator[int]:
        """Yield where a withheld text is quoted, once for each stretch."""
        row, last = 0, -RUNNING
        for at, word in enumerate(words):
            row = row + 1 if word in self.vocabulary else 0
            if row >= RUNNING and tuple(words[at - RUNNING + 1 : at + 1]) in self.runs:
                if at - last > 1:
                    yield at
                last = at


def check_out(
    paths: Iterable[Path],
    *,
    study: Study | None = None,
    key: Key | None = None,
    names: Path | None = None,
    secret: str = "",
    git: Path | None = None,
    since: str = "",
) -> Checked:
    r"""
    Open what is about to be published, and look for names and for words that may not be quoted.

    Args:
        paths: files and folders.
        study: whose texts may not be quoted where consent or release say so.
        key: names in every form; else *names*, a list that `listed` made, with the *secret* it was made with.
        git: a repository whose objects, messages and names are looked through too; *since*: what came after it only.

    Raises:
        UsageError: a path is not there, or a list is given without its secret.
        SourceError: the list was made by another version, or with another secret: nothing would ever be found.

    Example:
        >>> _ = Path("page.html").write_text("<p>Ann <b>Rose</b> said so.</p>")
        >>> done = check_out([Path("page.html")], key=Key((Named("Ann Rose", "the nurse"),)))
        >>> print(*done.told(), sep="\n")
        page.html: text across tags: a name of the key
        page.html: text between tags: a name of the key
        1 file: 2 findings; names checked with the key; no text is withheld; pixels are not read
    """
    hashes = _read_list(names, secret) if names and not key else frozenset()
    runs = withheld_runs(study) if study else frozenset()
    look = _Look(key, hashes, secret.encode("utf-8"), runs, frozenset(w for run in runs for w in run))
    found: dict[tuple[str, str, str], int] = {}
    not_opened: list[NotOpened] = []
    files = 0
    for path, name in _files(paths, not_opened):
        files += 1
        for text in _texts(path, name):
            _weigh(text, look, found, not_opened)
    if git:
        for text in texts_of_git(git, since):
            _weigh(text, look, found, not_opened)
    findings = tuple(sorted(Finding(*where, times) for where, times in found.items()))
    by = "key" if key else "list" if hashes else ""
    return Checked(findings, tuple(sorted(not_opened, key=lambda n: (n.path, n.carrier))), files, by, len(runs))


def _weigh(
    text: Text | NotOpened, look: _Look, found: dict[tuple[str, str, str], int], not_opened: list[NotOpened]
) -> None:
    if isinstance(text, NotOpened):
        not_opened.append(text)
        return
    for rule in look.at(text):
        where = (text.path, text.carrier, rule)
        found[where] = found.get(where, 0) + 1


def _files(paths: Iterable[Path], not_opened: list[NotOpened]) -> Iterator[tuple[Path, str]]:
    """Yield the files below some paths by name; what is no file, or cannot be looked into, is told."""
    for path in paths:
        found: dict[str, Path] = {}
        top = path if path.is_dir() else path.parent
        if path.is_dir():

            def closed(error: OSError, top: Path = path) -> None:
                inside = Path(str(error.filename)).relative_to(top).as_posix()
                not_opened.append(NotOpened(inside, "folder", f"it cannot be looked into ({error.strerror})"))

            for here, folders, names in os.walk(path, onerror=closed):
                folders[:] = [f for f in folders if f not in _IGNORED]
                linked = [f for f in folders if Path(here, f).is_symlink()]
                found |= {Path(here, name).relative_to(path).as_posix(): Path(here, name) for name in (*names, *linked)}
        elif os.path.lexists(path):
            found = {path.name: path}
        else:
            raise UsageError(f"{path}: there is nothing to check here")
        for name, file in sorted(found.items(), key=lambda one: one[0].split("/")):
            what = "a link that leads nowhere" if not os.path.lexists(file.resolve()) else no_file(file)
            if what:
                not_opened.append(NotOpened(name, "file", f"{what} and no file" if "link" not in what else what))
            elif not set(file.relative_to(top).parts) & _IGNORED:
                yield file, name


def _texts(path: Path, name: str) -> Iterator[Text | NotOpened]:
    yield from texts_of(path, name)
    if path.suffix == ".ipynb":
        yield from texts_of_notebook(path, name)


def withheld_runs(study: Study) -> frozenset[tuple[str, ...]]:
    """
    Return every run of eight folded words of the texts that may not be quoted.

    A run that stands in a text that may be quoted as well is no secret, and is not among them.

    Example:
        >>> {len(run) for run in withheld_runs(study)}
        {8}
    """
    held: set[tuple[str, ...]] = set()
    free: set[tuple[str, ...]] = set()
    for document in study.documents.values():
        for start, end, quotable in release.parts(document):
            words = words_of(fold(release.for_coding(document)[start:end]))
            into = free if quotable else held
            into.update(tuple(words[at : at + RUNNING]) for at in range(len(words) - RUNNING + 1))
    return frozenset(held - free)


def listed(key: Key, secret: str) -> str:
    """
    Return the list that stands for a key where the key may not be: keyed hashes of its names, as JSON.

    Who has neither the key nor the secret cannot try out names on it. Marks are the first 8 bytes of HMAC-SHA256. Full
    names are on it in every order and glued; initials and titles are not, since a list of words knows no dots.

    Raises:
        UsageError: the secret has fewer than 20 signs.

    Example:
        >>> "rose" in listed(Key((Named("Ann Rose", "the nurse"),)), "twenty signs and some more").casefold()
        False
    """
    if len(secret) < 20:
        raise UsageError("the secret of a list has at least 20 signs; draw one: python -c 'import secrets; ...'")
    marks = set()
    for entry in key.entries:
        firsts, last = entry.parts
        forms = [(*firsts, *last), (*last, *firsts), (*firsts[:1], *last), (*last, *firsts[:1])]
        if entry.match == "any" or not firsts:
            forms += [last, *(tuple(words_of(fold(a))) for a in entry.aliases)]
        else:
            forms = [f for f in forms if f != last]
        for form in forms:
            marks |= {" ".join(form), "".join(form)} if len("".join(form)) > 5 else {" ".join(form)}
    told = sorted(_mark(m, secret.encode("utf-8")).hex() for m in marks)
    head = {"folding": VERSION, "canary": _mark(_CANARY, secret.encode("utf-8")).hex()}
    return json.dumps(head | {"names": told}, indent=0) + "\n"


def _mark(words: str, secret: bytes) -> bytes:
    return hmac.digest(secret, f"name\x1f{words}".encode(), "sha256")[:8]


def _grams(words: Sequence[str]) -> Iterator[str]:
    """Yield every run of one to five words."""
    for many in range(1, _LONGEST + 1):
        for at in range(len(words) - many + 1):
            yield " ".join(words[at : at + many])


def _read_list(path: Path, secret: str) -> frozenset[bytes]:
    if not secret:
        return frozenset()
    try:
        told = json.loads(path.read_text("utf-8"))
        version, canary = told["folding"], bytes.fromhex(told["canary"])
        marks = frozenset(bytes.fromhex(m) for m in told["names"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise SourceError([Problem(path.name, 0, "no list of names; make one with `qualcode release list`")]) from None
    if version != VERSION:
        raise SourceError([Problem(path.name, 0, "made by another version: nothing would be found; make it again")])
    if canary != _mark(_CANARY, secret.encode("utf-8")):
        raise SourceError([Problem(path.name, 0, "made with another secret: nothing would be found; make it again")])
    return marks
