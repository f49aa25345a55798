"""
A study's folder, entered with care: it may have been written by a stranger.

A link is followed only where it ends inside the study; pipes, sockets and devices are never opened; a file
larger than any text is not read; names are told so that a terminal shows them and obeys none.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath

from qualcode.errors import Problem, SourceError, WriteError, plain

MOST = 256_000_000
"""How many bytes a file of a study may have: a thousand times a long interview."""
_WINDOWS = os.name == "nt"
_READING = os.O_RDONLY | sum(getattr(os, flag, 0) for flag in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"))


def astray(root: Path, name: str) -> str:
    """Say what is wrong with the way from *root* to *name*, which may not be there; nothing wrong is ``""``."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or (_WINDOWS and set(name) & set(":\\")):
        return "is no place in the study"
    here = str(root)
    for part in parts:
        here = f"{here}/{part}"
        try:
            linked = stat.S_ISLNK(os.lstat(here).st_mode)
        except OSError:
            return ""
        if linked or (_WINDOWS and os.path.realpath(here) != here):
            ends, base = Path(os.path.realpath(root / name)), Path(os.path.realpath(root))
            inside = ends.relative_to(base).parts if ends.is_relative_to(base) else ("..",)
            if any(p.startswith(".") for p in inside):
                return "a link leads out of the study; put what is meant into the study itself"
            return "" if os.path.lexists(ends) else "a link that leads nowhere"
    return ""


def no_file(path: Path) -> str:
    """Say what is no file at *path*, links followed (a folder, a pipe, a socket, a device); else ``""``."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return ""
    return "" if stat.S_ISREG(mode) else next((what for test, what in _KINDS if test(mode)), "no file")


_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def read_bytes(root: Path, name: str, most: int = MOST, told: str = "") -> bytes:
    """
    Read a file of the study in *root*.

    Args:
        most: how many bytes it may have.
        told: what a message calls it (default: *name*).

    Raises:
        FileNotFoundError: there is nothing of this name.
        SourceError: a link leads out of the study, it is no file, too large, or cannot be read.
    """
    path, told = root / name, told or name
    wrong = oddity(root, name)
    if wrong:
        raise SourceError([Problem(told, 0, wrong)])
    try:
        with os.fdopen(os.open(path, _READING), "rb") as file:
            there = os.fstat(file.fileno())
            if not stat.S_ISREG(there.st_mode):
                raise SourceError([Problem(told, 0, "is no file; it was not read")])
            if there.st_size > most:
                size = f"has {there.st_size / 1e6:,.0f} MB, and no text has more than {most / 1e6:,.0f}"
                raise SourceError([Problem(told, 0, f"{size}; it was not read")])
            return file.read()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise SourceError([Problem(told, 0, f"cannot be read ({error.strerror}); check its permissions")]) from None


def read_at(path: Path, name: str) -> bytes:
    """Read the file at *path* as ``read_bytes`` does; *name*: its path from the study's folder, where it is in one."""
    if path.as_posix().endswith(f"/{name}") or path.as_posix() == name:
        return read_bytes(path.parents[name.count("/")], name)
    return read_bytes(path.parent, path.name, told=name)


def bytes_of(root: Path, name: str, most: int = MOST) -> bytes | None:
    """Read a file of the study in *root* as ``read_bytes`` does; ``None`` where there is none."""
    try:
        return read_bytes(root, name, most)
    except FileNotFoundError:
        return None


def listed(root: Path, name: str) -> list[str]:
    """
    Return the names in a folder of the study in *root*, sorted; none where there is no such folder.

    Raises:
        SourceError: a link leads out of the study, it is no folder, or cannot be looked into.
    """
    wrong = astray(root, name)
    if not wrong and os.path.lexists(root / name) and not (root / name).is_dir():
        wrong = "is no folder; move it away"
    if wrong:
        raise SourceError([Problem(name, 0, wrong)])
    try:
        return sorted(p.name for p in (root / name).iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        what = f"the folder cannot be looked into ({error.strerror}); check its permissions"
        raise SourceError([Problem(name, 0, what)]) from None


def oddity(root: Path, name: str) -> str:
    """Say why what stands at *name* is not to be opened; ``""`` where it is a file, or nothing is there."""
    wrong = astray(root, name)
    what = "" if wrong else no_file(root / name)
    return f"is {what} and no file; it was not opened" if what else wrong


def check_links(root: Path, folder: str) -> None:
    """
    Refuse a folder that is written to and may be deleted, such as ``build``, where any link in it leads out.

    Raises:
        WriteError: one does.
    """
    wrong = astray(root, folder)
    for here, folders, files in os.walk(root / folder) if not wrong else ():
        for name in (*folders, *files):
            if not wrong and Path(here, name).is_symlink():
                wrong = astray(root, Path(here, name).relative_to(root).as_posix())
    if wrong:
        raise WriteError(f"{folder}: {wrong}; nothing was written; delete {folder} and repeat")


def check_given(path: Path) -> None:
    """
    Refuse to write to a file or folder that a person named, where it lies in a study and a link of it leads out.

    Raises:
        WriteError: one does.
    """
    whole = Path(os.path.abspath(path))  # noqa: PTH100 - links are not to be followed here
    for folder in whole.parents:
        if os.path.lexists(folder / "coding" / "codebook.yaml"):
            wrong = astray(folder, whole.relative_to(folder).as_posix())
            if "leads" in wrong:
                raise WriteError(f"{plain(str(path))}: {wrong}; nothing was written")


def check_place(root: Path, *names: str) -> None:
    """
    Refuse to write where a link leads out of the study, or where something stands that is no file.

    Raises:
        WriteError: one of *names* is no such place.
    """
    for name in names:
        wrong = astray(root, name)
        what = "" if wrong else no_file(root / name)
        if what:
            wrong = f"is {what} and no file"
        if wrong:
            raise WriteError(f"{plain(name)}: {wrong}; nothing was written")
