"""
What a study has stored and built, held against what may not be quoted now.

A document that is closed or withdrawn is still told by what was made before: outputs stored with notebooks, the site,
files for Word, copies of chapters. Two things say so: eight words in a row of a text that is withheld, and a note of
which documents could be quoted when it was made, which also tells of a document that is gone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from qualcode.errors import Notice, Problem, SourceError, WriteError
from qualcode.gate.folded import VERSION
from qualcode.gate.look import RUNNING, Look, withheld_runs
from qualcode.gate.texts import NotOpened
from qualcode.plaintext.durable import put, replace_durably
from qualcode.plaintext.folder import astray, bytes_of
from qualcode.plural import number_of
from qualcode.study import release
from qualcode.study.study import Study

MADE = "build/quotable.key"
"""Which documents could be quoted when the site was made."""
SEEN = "build/seen.key"
"""The hash of all that was looked through and had nothing: while it is the same, it is not looked through again."""
MANIFEST = "notebooks/manifest.json"
_BY_ITSELF = "build/word"
_AGAIN = "`qualcode report` makes anew what may be shown, and removes the rest"
_LOCKS = "build/locks"
_DRAWN = (".pdf", ".png")


def quotable(study: Study) -> list[str]:
    """
    Return the documents that may be quoted now, by id; where parts of one may, with a mark of which.

    Example:
        >>> quotable(study)[:2]
        ['2024-01-30-leaflet', '2024-02-12-desk-officer']
    """
    found = []
    for document in study.documents.values():
        free = [(start, end) for start, end, quotable in release.parts(document) if quotable]
        if free and free != [(0, len(document.text))]:
            found.append(f"{document.id}#{sha256(str(free).encode()).hexdigest()[:12]}")
        elif free or not document.text:
            found.append(document.id)
    return sorted(found)


def note_made(path: Path, study: Study, data: bytes = b"") -> None:
    """Note which documents may be quoted, now that something is made, and the hash of its bytes, if it is one file."""
    told = {"quotable": quotable(study), "sha256": sha256(data).hexdigest() if data else ""}
    replace_durably(path, (json.dumps(told, indent=0) + "\n").encode("utf-8"))


def made(root: Path, name: str) -> tuple[frozenset[str], str]:
    """Return what was noted of something made: which documents could be quoted, and its hash; empty where nothing."""
    try:
        told = json.loads(bytes_of(root, name) or b"{}")
        return frozenset(map(str, told.get("quotable", ()))), str(told.get("sha256", ""))
    except (ValueError, RecursionError, AttributeError, TypeError, SourceError):
        return frozenset(), ""


def held_in(study: Study, name: str, look: Look) -> str:
    """Say why a file for Word may not be kept, ``""`` where it may; *name* is its path in the study."""
    before, _ = made(study.root, name.removesuffix(".docx") + ".key")
    held = sorted(before - set(quotable(study)))
    if held:
        return f"it was written when {_some(held)} could be quoted"
    if look.runs and look.weigh_file(study.root / name, name, []):
        return f"it holds {RUNNING} words in a row of a text that may not be quoted"
    return ""


def stored_problems(study: Study) -> list[Problem | Notice]:
    """
    Tell what is stored with notebooks, or built, and holds words that may not be quoted now.

    Returns:
        Problems by path: each notebook, each file for Word, each other folder in ``build``; a notice for what was not
        looked into. None where nothing is withheld and nothing was made before.

    Example:
        >>> _ = (study.root / "build").mkdir()
        >>> words = study.documents["2024-03-05-card-holder"].text
        >>> _ = (study.root / "build" / "page.html").write_text(words)
        >>> print(*stored_problems(study))
        build/page.html: holds 8 words in a row of a text that may not be quoted; delete it
    """
    found: list[Problem | Notice] = list(_missing_inputs(study))
    files: dict[str, list[str]] = {}
    not_opened: list[NotOpened] = []
    names = list(_files(study.root, not_opened))
    seen = _as_seen(study, names)
    look = Look(runs=withheld_runs(study) if (names or not_opened) and _seen(study.root) != seen else frozenset())
    for name in names:
        if name.startswith(f"{_BY_ITSELF}/") and name.endswith(".docx"):
            why = held_in(study, name, look)
            found += [Problem(name, 0, f"{why}; {_AGAIN}")] if why else []
        elif look.runs and look.weigh_file(study.root / name, name, not_opened):
            files.setdefault(_told_as(name), []).append(name)
    before, _ = made(study.root, MADE)
    gone = sorted(before - set(quotable(study)))
    if gone and (study.root / "build" / "site").is_dir():
        found.append(Problem("build/site", 0, f"it was made when {_some(gone)} could be quoted; {_AGAIN}"))
        files.pop("build/site", None)
    found += [_problem(where, names) for where, names in files.items()]
    if look.runs and not_opened:
        what = f"{number_of(len(not_opened), 'thing')} stored or built could not be looked into"
        found.append(Notice(not_opened[0].path, 0, f"{what}, this first ({not_opened[0].why})"))
    if look.runs and not found and (study.root / "build").is_dir():
        with suppress(WriteError):  # a study that may only be read is looked through each time
            put(study.root, SEEN, seen)
    return sorted(found, key=str)


def _seen(root: Path) -> bytes | None:
    try:
        return bytes_of(root, SEEN)
    except SourceError:
        return None


def _as_seen(study: Study, names: Iterable[str]) -> bytes:
    """Return one hash of the files that are there, as the folder tells of them, and of the texts that are withheld."""
    told = [str(VERSION), *(f"{d.id} {d.hash} {release.parts(d)}" for d in study.documents.values())]
    for name in names:
        with suppress(OSError):
            about = (study.root / name).stat()
            told.append(f"{name} {about.st_size} {about.st_mtime_ns}")
    return sha256("\n".join(told).encode("utf-8", "surrogateescape")).hexdigest().encode()


def _told_as(name: str) -> str:
    """Return as what a file is told: by itself, or by its folder in ``build``."""
    parts = name.split("/")
    return "/".join(parts[:2]) if parts[0] == "build" else name


def _problem(where: str, names: list[str]) -> Problem:
    holds = f"{RUNNING} words in a row of a text that may not be quoted"
    if where.endswith(".ipynb") and ".ipynb_checkpoints" not in where:
        how = "`qualcode notebooks` stores it anew; what its cells themselves say of the text is yours to take out"
        return Problem(where, 0, f"holds {holds}; {how}")
    if names == [where]:
        return Problem(where, 0, f"holds {holds}; delete it")
    which = f"{number_of(len(names), 'file holds', 'files hold')} {holds}, such as {names[0].removeprefix(where + '/')}"
    return Problem(where, 0, f"{which}; {_AGAIN}")


def _missing_inputs(study: Study) -> Iterator[Notice]:
    """Tell of documents that are gone, and of which stored outputs may still tell."""
    try:
        inputs = json.loads(bytes_of(study.root, MANIFEST) or b"{}").get("inputs", {})
        named = [name for name in inputs if isinstance(name, str)]
    except (ValueError, RecursionError, AttributeError, TypeError, SourceError):
        return
    texts = sorted(n for n in named if n.partition("/")[0] in ("interviews", "fieldnotes", "documents"))
    gone = [n for n in texts if not os.path.lexists(study.root / n)]
    if gone:
        how = "`qualcode notebooks` and `qualcode plots --write` store them anew"
        yield Notice(MANIFEST, 0, f"outputs were stored when {_some(gone)} was there; {how}")


def _some(names: list[str]) -> str:
    """Name three of some documents; a mark of which parts is left out."""
    return f"{', '.join(n.partition('#')[0] for n in names[:3])}{' and others' if len(names) > 3 else ''}"


def _files(root: Path, not_opened: list[NotOpened]) -> Iterator[str]:
    """
    Yield the files stored and built, by path from *root*, sorted; a link out of the study is never followed.

    Of a plot that is drawn three times one drawing is looked through: the words are the same.
    """
    for top in ("notebooks", "build"):
        if astray(root, top) or not (root / top).is_dir():
            continue
        for here, folders, names in os.walk(root / top):
            base = Path(here).relative_to(root).as_posix()
            folders[:] = sorted(f for f in folders if f"{base}/{f}" != _LOCKS)
            there = set(names)
            for file in sorted(names):
                name = f"{base}/{file}"
                stem, dot, ending = file.rpartition(".")
                if name == SEEN:
                    continue
                if base.startswith("build/plots") and dot + ending in _DRAWN and f"{stem}.svg" in there:
                    continue
                if Path(here, file).is_symlink() or not Path(here, file).is_file():
                    not_opened.append(NotOpened(name, "file", "a link, or no file"))
                else:
                    yield name
