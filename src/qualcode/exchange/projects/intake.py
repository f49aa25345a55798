"""
A project in: read, laid down as a study, told. A second import of the same file changes nothing.
"""

from __future__ import annotations

import gc
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from qualcode.errors import Problem, SourceError, UsageError
from qualcode.exchange.projects.formats import Asked, read_project
from qualcode.exchange.projects.laid import Choices, Laid, files_of, lay_down, sha256_in
from qualcode.exchange.projects.record import UnreadableProjectError
from qualcode.plaintext.laid import free
from qualcode.plaintext.source import day

_INSIDE = "data.qda"


def import_project(
    path: Path, study: Path, asked: Asked | None = None, choices: Choices | None = None, *, dry_run: bool = False
) -> Laid:
    """
    Make a study of another program's project.

    Args:
        path: the project's file.
        study: the folder of the study, new or empty; or the one that the same file was imported into, which stays.
        asked: how the file is read, where it does not tell by itself.
        choices: what the project does not say of its documents.
        dry_run: read and tell; write nothing.

    Returns:
        The study's files and what became of everything; ``there``: it was imported before, and nothing was written.

    Raises:
        SourceError: the file cannot be read; nothing was written.
        UsageError: the folder holds something else.
        WriteError: the disk refused; nothing was written.
    """
    chosen = choices or Choices()
    collecting = gc.isenabled()
    gc.disable()  # nothing read here points back at what holds it; looking for such circles takes half the time
    try:
        return _imported(path, study, asked, chosen, dry_run=dry_run)
    finally:
        if collecting:
            gc.enable()


def _imported(path: Path, study: Path, asked: Asked | None, chosen: Choices, *, dry_run: bool) -> Laid:
    if path.is_dir() and (path / _INSIDE).is_file():  # QualCoder's project is a folder
        path /= _INSIDE
    if chosen.on and isinstance(day(chosen.on), str):
        raise UsageError(f"--on {chosen.on}: {day(chosen.on)}")
    try:
        digest = _hash(path)
        there = study.is_dir() and sha256_in(study) == digest
        if not there and not dry_run:
            free(study)
        laid = files_of(read_project(path, asked), digest, chosen)
    except UnreadableProjectError as error:
        raise SourceError([Problem(path.name, 0, str(error))]) from None
    if there:
        return replace(laid, there=True)
    if not dry_run:
        lay_down(laid, study)
    return laid


def _hash(path: Path) -> str:
    try:
        if not path.is_file():
            raise UnreadableProjectError("there is no such file")
        with path.open("rb") as file:
            digest = sha256()
            while part := file.read(1 << 20):
                digest.update(part)
    except OSError as error:
        raise UnreadableProjectError(f"it cannot be read ({error.strerror})") from None
    return digest.hexdigest()
