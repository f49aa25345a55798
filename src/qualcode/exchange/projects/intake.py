"""
A project in: read, laid down as a study, told. A second import of the same file changes nothing.
"""

from __future__ import annotations

import gc
import shutil
import tempfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from qualcode.errors import Problem, SourceError, UsageError
from qualcode.exchange.projects.formats import Asked, read_project
from qualcode.exchange.projects.laid import Choices, Laid, files_of, is_in, lay_down
from qualcode.exchange.projects.record import UnreadableProjectError
from qualcode.plaintext.durable import replace_all, version_of
from qualcode.plaintext.folder import bytes_of
from qualcode.plaintext.laid import free
from qualcode.plaintext.source import day
from qualcode.study.document import FOLDERS
from qualcode.study.opening import open_study
from qualcode.study.study import CODEBOOK, Study

_INSIDE = "data.qda"


def import_project(
    path: Path, study: Path, asked: Asked | None = None, choices: Choices | None = None, *, dry_run: bool = False
) -> Laid:
    """
    Make a study of another program's project.

    Args:
        path: the project's file.
        study: the folder of the study, new or empty; or a study, into which comes what it does not have.
        asked: how the file is read, where it does not tell by itself.
        choices: what the project does not say of its documents.
        dry_run: read and tell; write nothing.

    Returns:
        The study's files and what became of everything; ``there``: it was imported before, and nothing was written.

    Raises:
        SourceError: the file cannot be read; nothing was written.
        StudyError: the study that is there has problems.
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
        into = open_study(study) if (study / CODEBOOK).is_file() else None
        there = into is not None and is_in(study, digest)
        if into is None and not dry_run:
            free(study)
        project = read_project(path, asked)
        if into is not None and not there:
            into.require_sound()
            if project.own:
                raise UsageError(f"{path.name} is a study of this package; import it into a folder of its own")
        laid = files_of(project, digest, chosen, None if there else into)
    except UnreadableProjectError as error:
        raise SourceError([Problem(path.name, 0, str(error))]) from None
    if there:
        return replace(laid, there=True)
    if not dry_run:
        if into is None:
            lay_down(laid, study)
        else:
            _lay_into(laid, into)
    return laid


def _lay_into(laid: Laid, study: Study) -> None:
    """
    Write what a project adds to a study that is there, in one step, if the study is sound with it.

    Raises:
        SourceError: with it the study would have problems; nothing was written.
        WriteError: a file changed meanwhile, or the disk refused; nothing was written.
    """
    root = study.root
    coded = {f.path: f.version for f in study.coded.values()}
    seen = {n: coded.get(n) or version_of(bytes_of(root, n)) for n in laid.files}
    new = {n: data for n, data in laid.files.items() if version_of(data) != seen[n]}
    with tempfile.TemporaryDirectory(prefix=f".{root.name[:100]}.", dir=root.absolute().parent) as beside_it:
        there = Path(beside_it) / root.name
        for folder in (*FOLDERS, "coding"):
            if (root / folder).is_dir():
                shutil.copytree(root / folder, there / folder, symlinks=True)
        for name, data in new.items():
            (there / name).parent.mkdir(parents=True, exist_ok=True)
            (there / name).write_bytes(data)
        opened = open_study(there)
        if opened.problems:
            raise SourceError(opened.problems)
        for name, hash_ in laid.texts.items():
            if opened.documents[name].hash != hash_:
                raise AssertionError(f"{name}: the text is not as it was read")
    replace_all(root, new, seen)


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
