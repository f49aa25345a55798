"""
Files replaced whole and durably, one or several in one step, by one writer at a time.

One file: written beside, flushed to the disk, renamed over. Several: all written beside, then a
record of what is meant, then renamed; whoever comes next after a crash finishes what is recorded and
sweeps away what is not. One lock a study holds between processes, in ``build/locks``.
"""

from __future__ import annotations

import json
import os
import re
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from itertools import count
from pathlib import Path

from qualcode.errors import Problem, WriteError

PART = re.compile(r"\..+\.\d+-\d+\.part")
"""The name of a file that a writer has beside the one it is about to replace."""
UNFINISHED = "coding/.unfinished.json"
"""The record of a step over several files; only there while the step is under way, or was cut off."""
PATIENCE = 30.0
"""How many seconds a writer waits for the one before."""
_TRIES, _PAUSE = 40, 0.05
_WINDOWS = os.name == "nt"
_numbers = count()


def version_of(data: bytes | None) -> str:
    """Return what stands for a file's bytes; no file is ``""``."""
    return "" if data is None else sha256(data).hexdigest()


def locks_of(root: Path) -> Path:
    """Return the folder in which the locks of a study live."""
    return root / "build" / "locks"


class UnconfirmedError(OSError):
    """A file was replaced, and the disk did not confirm that it will last."""


@contextmanager
def one_writer(locks: Path, name: str) -> Iterator[None]:
    """
    Hold the study's lock for writing; *name* is what a message calls the file.

    Raises:
        WriteError: another program holds it for too long, or the lock cannot be made.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(locks / "writing.lock", thread_local=False)
    try:
        locks.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=PATIENCE)
    except Timeout:
        raise WriteError(
            f"{name}: not written; another program has held the study's lock for {PATIENCE:.0f} seconds; "
            "close it and repeat"
        ) from None
    except OSError as error:
        raise WriteError(f"{name}: not written; no lock can be made in build/locks ({error.strerror})") from None
    try:
        yield
    finally:
        lock.release()


def replace_durably(path: Path, data: bytes) -> None:
    """
    Replace a file whole: written beside it, flushed to the disk, then renamed over it.

    Raises:
        UnconfirmedError: the file was replaced, and the disk did not confirm that it will last.
        OSError: the disk or a permission refused; what was there before is still there.
    """
    path = path.resolve() if path.is_symlink() else path
    beside = _write_beside(path, data)
    try:
        _rename(beside, path)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    _flush_folder(path.parent)


def sweep(path: Path) -> None:
    """Take away what writers that were cut off left beside *path*; the caller holds the lock."""
    with suppress(OSError):
        for left in path.parent.glob(f".{path.name}.*.part"):
            if PART.fullmatch(left.name):
                with suppress(OSError):
                    left.unlink()


def replace_all(root: Path, new: Mapping[str, bytes], seen: Mapping[str, str]) -> None:
    """
    Replace several files of a study in one step that happens whole or not at all.

    Args:
        root: the study's folder.
        new: what each file, named from *root*, will hold.
        seen: the version (see ``version_of``) of each file that the caller looked at, whether or not it
            is replaced: where one of them has changed since, nothing is written.

    Raises:
        WriteError: one changed since, or the disk or a permission refused. Either nothing was written, or
            the message says that the step will be finished by the next command that opens the study.
    """
    if not new:
        return
    with one_writer(locks_of(root), min(new)):
        finish(root)
        for name in sorted({*new, *seen}):
            path = root / name
            if name in seen and version_of(path.read_bytes() if path.is_file() else None) != seen[name]:
                raise WriteError(f"{name}: changed since it was read; nothing was written; repeat the command")
        beside: dict[str, Path] = {}
        try:
            for name in sorted(new):
                sweep(root / name)
                beside[name] = _write_beside(root / name, new[name])
            for folder in sorted({p.parent for p in beside.values()}):
                _flush_folder(folder)
            step = [
                {"file": n, "beside": beside[n].relative_to(root).as_posix(), "version": version_of(new[n])}
                for n in sorted(new)
            ]
            replace_durably(root / UNFINISHED, (json.dumps(step, indent=1) + "\n").encode("utf-8"))
        except OSError as error:
            if not (root / UNFINISHED).exists():
                for path in beside.values():
                    with suppress(OSError):
                        path.unlink(missing_ok=True)
                raise WriteError(f"{_at(root, error)}: not written ({error.strerror}); nothing was changed") from None
        left = finish(root)
        if left:
            raise WriteError(
                f"{left[0].path}: {left[0].message}; the rest of the step waits in {UNFINISHED} "
                "and is finished by the next command"
            )


def finish(root: Path) -> list[Problem]:
    """
    Finish a step over several files that was cut off; the caller holds the lock.

    Returns what stands in the way: nothing where there was nothing to finish, or all of it is done.
    """
    record = root / UNFINISHED
    if not record.is_file():
        return []
    try:
        step = json.loads(record.read_bytes())
        for one in step:
            path, beside = root / one["file"], root / one["beside"]
            if beside.is_file() and version_of(beside.read_bytes()) == one["version"]:
                _rename(beside, path)
            elif version_of(path.read_bytes() if path.is_file() else None) != one["version"]:
                return [Problem(one["file"], 0, f"was to be replaced from {one['beside']}, which is gone or damaged")]
        for folder in sorted({(root / one["file"]).parent for one in step}):
            _flush_folder(folder)
        record.unlink()
        _flush_folder(record.parent)
    except OSError as error:
        return [Problem(_at(root, error), 0, f"cannot be replaced ({error.strerror}); close what has it open")]
    except (ValueError, KeyError, TypeError):
        return [Problem(UNFINISHED, 0, "is no record of a step; compare the study with its history, then delete it")]
    return []


def finish_if_needed(root: Path) -> list[Problem]:
    """Finish a step that was cut off, or wait for one that is under way; see ``finish``."""
    if not (root / UNFINISHED).exists():
        return []
    try:
        with one_writer(locks_of(root), UNFINISHED):
            return finish(root)
    except WriteError:
        return [Problem(UNFINISHED, 0, "a step over several files was cut off, and cannot be finished from here")]


def _write_beside(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    there = path.stat() if path.exists() else None
    if there and not (there.st_mode & stat.S_IWUSR and os.access(path, os.W_OK)):
        raise PermissionError(13, "the file is read-only", str(path))
    beside = path.with_name(f".{path.name}.{os.getpid()}-{next(_numbers)}.part")
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if there:
            beside.chmod(stat.S_IMODE(there.st_mode))
    except OSError:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    return beside


def _rename(beside: Path, path: Path) -> None:
    for attempt in range(_TRIES):
        try:
            beside.replace(path)
            return
        except PermissionError:  # Windows: someone has the file open for a moment
            if not _WINDOWS or attempt == _TRIES - 1:
                raise
            time.sleep(_PAUSE)


def _flush_folder(folder: Path) -> None:
    if hasattr(os, "O_DIRECTORY"):
        opened = os.open(folder, os.O_DIRECTORY)
        try:
            os.fsync(opened)
        except OSError as error:
            raise UnconfirmedError(error.errno, error.strerror, str(folder)) from None
        finally:
            os.close(opened)


def _at(root: Path, error: OSError) -> str:
    if not error.filename:
        return str(root)
    path = Path(error.filename)
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
