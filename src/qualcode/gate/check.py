"""
Whether what is about to be published carries a name of the key, or words that may not be quoted.

A finding says file, carrier and rule, and never what was found: the log of a check is public. A check without the key,
or without the secret of the list that stands for it, says that names were *not* checked, and is no all-clear.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from qualcode.errors import UsageError
from qualcode.gate.history import texts_of_git
from qualcode.gate.look import Look, Weighed, withheld_runs
from qualcode.gate.marks import read_list
from qualcode.gate.names import Key
from qualcode.gate.texts import NotOpened
from qualcode.plaintext.folder import no_file
from qualcode.plural import number_of
from qualcode.study.study import Study

_IGNORED = {".git", ".venv", "node_modules"}


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
    hashes = read_list(names, secret) if names and not key else frozenset()
    runs = withheld_runs(study) if study else frozenset()
    look = Look(key, hashes, secret.encode("utf-8"), runs)
    found: Weighed = {}
    not_opened: list[NotOpened] = []
    files = 0
    for path, name in _files(paths, not_opened):
        files += 1
        for where, times in look.weigh_file(path, name, not_opened).items():
            found[where] = found.get(where, 0) + times
    if git:
        found |= look.weigh(texts_of_git(git, since), not_opened)
    findings = tuple(sorted(Finding(*where, times) for where, times in found.items()))
    by = "key" if key else "list" if hashes else ""
    return Checked(findings, tuple(sorted(not_opened, key=lambda n: (n.path, n.carrier))), files, by, len(runs))


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
