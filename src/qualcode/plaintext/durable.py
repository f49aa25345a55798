"""
Files replaced whole and durably, one or several in one step, by one writer at a time.

One file: written beside, flushed to the disk, renamed over. Several: all written beside, then a
record of what is meant, then renamed; whoever comes next after a crash finishes what is recorded and
sweeps away what is not. One lock a study holds between processes, in ``build/locks``.
"""

from __future__ import annotations

import os
import stat
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from hashlib import sha256
from itertools import count
from pathlib import Path

from qualcode.errors import Problem, WriteError, plain
from qualcode.plaintext.folder import bytes_of, check_place
from qualcode.plaintext.step import PART, UNFINISHED, Replacement, Step, is_written, read_record, to_record
from qualcode.plural import number_of

__all__ = ["PART", "UNFINISHED", "Replacement", "Step"]

PATIENCE = 30.0
"""How many seconds a writer waits for the one before."""
_TRIES, _PAUSE = 40, 0.05
_FEW, _AT_ONCE = 8, 16
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

    check_place(locks.parent.parent, f"{locks.parent.name}/{locks.name}/writing.lock")
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


def put(root: Path, name: str, data: bytes) -> None:
    """
    Replace a file of the study in *root* whole, if *name* leads nowhere else; see ``replace_durably``.

    Raises:
        WriteError: a link leads out of the study, what is there is no file, or the disk or a permission refused.
    """
    check_place(root, name)
    try:
        replace_durably(root / name, data)
    except OSError as error:
        what = f"not written ({error.strerror}); what was there before is still there"
        raise WriteError(f"{plain(name)}: {what}") from None


def sweep(path: Path) -> None:
    """Take away what writers that were cut off left beside *path*; the caller holds the lock."""
    with suppress(OSError):
        for left in path.parent.glob(f".{path.name}.*.part"):
            if PART.fullmatch(left.name):
                with suppress(OSError):
                    left.unlink()


def _sweep_all(root: Path, names: Sequence[str]) -> None:
    """Take away what writers that were cut off left beside any of *names*, each folder looked into once."""
    for folder in sorted({n.rpartition("/")[0] for n in names}):
        with suppress(OSError):
            there = [p for p in os.listdir(root / folder) if PART.fullmatch(p)]  # noqa: PTH208 - names are enough
            mine = {n.rpartition("/")[2] for n in names if n.rpartition("/")[0] == folder} if there else set()
            for left in there:
                if left[1:].rsplit(".", 2)[0] in mine:
                    with suppress(OSError):
                        (root / folder / left).unlink()


def _flush_all(paths: Sequence[Path]) -> None:
    """Flush files to the disk, many at once: a disk takes them together in the time of a few."""

    def flush(path: Path) -> None:
        opened = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
        try:
            os.fsync(opened)
        finally:
            os.close(opened)

    if len(paths) <= _FEW:
        for path in paths:
            flush(path)
        return
    with ThreadPoolExecutor(_AT_ONCE) as several:
        list(several.map(flush, paths))


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
    assert all(is_written(name) for name in new), sorted(new)
    check_place(root, UNFINISHED, *sorted({*new, *seen}))
    with one_writer(locks_of(root), min(new)):
        waiting = finish(root)
        if waiting:
            raise WriteError(f"{waiting[0]}; nothing was written")
        before: dict[str, str] = {}
        for name in sorted({*new, *seen}):
            before[name] = version_of(bytes_of(root, name))
            if name in seen and before[name] != seen[name]:
                raise WriteError(f"{name}: changed since it was read; nothing was written; repeat the command")
        beside: dict[str, Path] = {}
        try:
            _sweep_all(root, sorted(new))
            for name in sorted(new):
                beside[name] = _write_beside(root / name, new[name], flushed=False)
            _flush_all(list(beside.values()))
            for folder in sorted({p.parent for p in beside.values()}):
                _flush_folder(folder)
            step = [
                Replacement(n, beside[n].relative_to(root).as_posix(), version_of(new[n]), before[n])
                for n in sorted(new)
            ]
            replace_durably(root / UNFINISHED, to_record(root, step))
        except OSError as error:
            if not (root / UNFINISHED).exists():
                for path in beside.values():
                    with suppress(OSError):
                        path.unlink(missing_ok=True)
                raise WriteError(f"{_at(root, error)}: not written ({error.strerror}); nothing was changed") from None
        left = carry_out(root, Step(tuple(step), True, ()), fresh=True)
        if left:
            raise WriteError(
                f"{left[0].path}: {left[0].message}; the rest of the step waits in {UNFINISHED} "
                "and is finished by the next command"
            )


def finish(root: Path) -> list[Problem]:
    """
    Finish a step over several files that was cut off, if this user began it here; the caller holds the lock.

    Returns what stands in the way: nothing where there was nothing to finish, or all of it is done.
    """
    step = read_record(root)
    if step is None:
        return []
    if step.wrong:
        return list(step.wrong)
    if not step.mine:
        what = f"a step over {number_of(len(step.replacements), 'file')} that was not begun by you on this machine"
        return [Problem(UNFINISHED, 0, f"{what}; nothing was done; look at it with `qualcode finish`")]
    return _gone(root, step) or _newer(root, step) or carry_out(root, step)


def carry_out(root: Path, step: Step, *, fresh: bool = False) -> list[Problem]:
    """
    Carry a step out, or the rest of it; the caller holds the lock and answers for the step. See ``finish``.

    *fresh*: what is to be put in place was just written, and is not read again.
    """
    try:
        for one in step.replacements:
            path, beside = root / one.file, root / one.beside
            if fresh or version_of(bytes_of(root, one.beside)) == one.version:
                _rename(beside, path)
            elif version_of(bytes_of(root, one.file)) != one.version:
                return [Problem(one.file, 0, f"was to be replaced from {one.beside}, which is gone or damaged")]
        for folder in sorted({(root / one.file).parent for one in step.replacements}):
            _flush_folder(folder)
        (root / UNFINISHED).unlink()
        _flush_folder((root / UNFINISHED).parent)
    except OSError as error:
        return [Problem(_at(root, error), 0, f"cannot be replaced ({error.strerror}); close what has it open")]
    return []


def waiting(root: Path) -> tuple[Step | None, list[str]]:
    """
    Return the step that waits in the study in *root*, and in words what it would do to each file.

    No word of any file is told. ``None`` where no step waits.
    """
    step = read_record(root)
    told = []
    for one in step.replacements if step and not step.wrong else ():
        there, new = bytes_of(root, one.file), bytes_of(root, one.beside)
        if version_of(there) == one.version:
            told.append(f"{one.file}: is there already")
        elif version_of(new) != one.version:
            told.append(f"{one.file}: cannot follow; {one.beside} is gone or damaged")
        else:
            changed = (
                "" if not one.before or version_of(there) == one.before else ", which undoes what was written since"
            )
            old, now = Counter((there or b"").split(b"\n")), Counter((new or b"").split(b"\n"))
            lines = f"+{(now - old).total()} -{(old - now).total()} lines"
            told.append(f"{one.file}: {'is made anew' if there is None else lines}, from {one.beside}{changed}")
    return step, told


def finish_waiting(root: Path) -> int:
    """
    Carry out the step that waits, whoever began it, and return over how many files it goes.

    Raises:
        WriteError: none waits, or it leads out of the study or to files that no step replaces, or cannot be finished.
    """
    with one_writer(locks_of(root), UNFINISHED):
        step = _decided(root)
        left = _gone(root, step) or carry_out(root, step)
        if left:
            raise WriteError(f"{left[0]}; the step waits")
    return len(step.replacements)


def drop_waiting(root: Path) -> int:
    """
    Give up the step that waits: its record goes, and with it the files that were to be put in place; return how many.

    What the step has replaced already stays replaced.

    Raises:
        WriteError: none waits, or it leads out of the study or to files that no step replaces.
    """
    with one_writer(locks_of(root), UNFINISHED):
        step = _decided(root)
        (root / UNFINISHED).unlink()
        for one in step.replacements:
            (root / one.beside).unlink(missing_ok=True)
    return len(step.replacements)


def _decided(root: Path) -> Step:
    step = read_record(root)
    if step is None:
        raise WriteError(f"{UNFINISHED}: there is none; no step waits to be finished")
    if step.wrong:
        raise WriteError("\n".join(map(str, step.wrong)) + "\nnothing was done; remove the record by hand")
    return step


def _gone(root: Path, step: Step) -> list[Problem]:
    """Name the first file that can neither be put in place nor is there, before anything is."""
    for one in step.replacements:
        if one.version not in (version_of(bytes_of(root, one.beside)), version_of(bytes_of(root, one.file))):
            return [Problem(one.file, 0, f"was to be replaced from {one.beside}, which is gone or damaged")]
    return []


def _newer(root: Path, step: Step) -> list[Problem]:
    """Name the first file that was written since the step was begun: an old record, come back, undoes no newer work."""
    for one in step.replacements:
        if version_of(bytes_of(root, one.file)) not in (one.before, one.version):
            what = "was written since a step over it was begun; nothing was done; look at it with `qualcode finish`"
            return [Problem(one.file, 0, what)]
    return []


def finish_if_needed(root: Path) -> list[Problem]:
    """Finish a step that was cut off, or wait for one that is under way; see ``finish``."""
    step = read_record(root)
    if step is None:
        return []
    if step.wrong or not step.mine:
        return finish(root)
    try:
        with one_writer(locks_of(root), UNFINISHED):
            return finish(root)
    except WriteError:
        return [Problem(UNFINISHED, 0, "a step over several files was cut off, and cannot be finished from here")]


def _write_beside(path: Path, data: bytes, *, flushed: bool = True) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    there = path.stat() if path.exists() else None
    if there and not (there.st_mode & stat.S_IWUSR and os.access(path, os.W_OK)):
        raise PermissionError(13, "the file is read-only", str(path))
    beside = path.with_name(f".{path.name}.{os.getpid()}-{next(_numbers)}.part")
    try:
        with beside.open("xb") as file:  # a file or a link that stands there is somebody else's
            file.write(data)
            file.flush()
            if flushed:
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
