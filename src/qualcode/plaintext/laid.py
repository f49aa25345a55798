"""
A folder of files laid down whole or not at all: made beside, flushed to the disk, proved, then renamed.

Whoever is cut off leaves nothing under the folder's own name.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from qualcode.errors import UsageError, WriteError
from qualcode.plaintext.durable import _flush_all, _flush_folder
from qualcode.plaintext.folder import check_given


def free(folder: Path) -> None:
    """
    Refuse a folder that is there and holds something, or cannot be made.

    Raises:
        UsageError: it is there and not empty, or no folder, or the folder it shall stand in is not there.
        WriteError: a link of a study around it leads out of that study.
    """
    check_given(folder)
    try:
        if os.path.lexists(folder) and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder} is there and not empty; name a new folder")
        if not folder.absolute().parent.is_dir():
            raise UsageError(f"{folder}: there is no folder {folder.absolute().parent} to make it in")
    except OSError as error:
        raise UsageError(f"{folder}: cannot be looked at ({error.strerror}); name another folder") from None


def lay_folder(folder: Path, files: Mapping[str, bytes], prove: Callable[[Path], None] = lambda _: None) -> None:
    """
    Lay down *folder* with *files* (name to what it holds), which are given to *prove* before it has its name.

    Raises:
        UsageError: see ``free``.
        WriteError: the disk or a permission refused; nothing is there.
    """
    free(folder)
    folder = folder.absolute()
    beside = None
    try:
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name[:100]}.", suffix=".laying", dir=folder.parent))
        beside.chmod(0o777 & ~_umask())
        inside = beside / "all"
        inside.mkdir()
        for name in sorted({n.rpartition("/")[0] for n in files}):
            (inside / name).mkdir(parents=True, exist_ok=True)
        paths = []
        for name, data in sorted(files.items()):
            if name.endswith("/"):
                continue
            path = inside / name
            path.write_bytes(data)
            paths.append(path)
        _flush_all(paths)
        for place in sorted({p.parent for p in paths}):
            _flush_folder(place)
        prove(inside)
        if folder.is_dir():
            folder.rmdir()
        inside.rename(folder)
        _flush_folder(folder.parent)
    except OSError as error:
        raise WriteError(f"{folder}: not written ({error.strerror}); nothing is there") from None
    finally:
        if beside is not None:
            with suppress(OSError):
                shutil.rmtree(beside)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
