"""
A mark that only this user on this machine can have made: a keyed hash, its key kept in the user's state folder.

Not in the study, which may come from a stranger, and not in ``build/``, which may be deleted at any time.
"""

from __future__ import annotations

import hmac
import os
import secrets
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

_LENGTH = 32


def state_folder() -> Path | None:
    """Return the folder in which this user's programs keep their state; ``None`` where the user has none."""
    given = os.environ.get("XDG_STATE_HOME", "")
    if given and Path(given).is_absolute():
        return Path(given) / "qualcode"
    if os.name == "nt":
        local = os.environ.get("LOCALAPPDATA", "")
        return Path(local) / "qualcode" if local else None
    try:
        home = Path.home()
    except RuntimeError:
        return None
    below = "Library/Application Support" if sys.platform == "darwin" else ".local/state"
    return home / below / "qualcode"


def mark(root: Path, words: str) -> str:
    """Return this user's mark for *words* about the study in *root*; ``""`` where no key can be kept."""
    key = _key(make=True)
    return _signed(key, root, words) if key else ""


def is_mine(root: Path, words: str, marked: str) -> bool:
    """Say whether *marked* is this user's mark for *words* about the study in *root*."""
    key = _key(make=False)
    return key is not None and hmac.compare_digest(
        _signed(key, root, words).encode(), marked.encode("utf-8", "replace")
    )


def _signed(key: bytes, root: Path, words: str) -> str:
    said = f"{os.path.realpath(root)}\n{words}".encode("utf-8", "surrogateescape")
    return hmac.new(key, said, sha256).hexdigest()


def _key(*, make: bool) -> bytes | None:
    folder = state_folder()
    if folder is None:
        return None
    path = folder / "key"
    with suppress(OSError):
        if make and not path.exists():
            _make(folder, path)
        key = path.read_bytes()
        return key if len(key) == _LENGTH else None
    return None


def _make(folder: Path, path: Path) -> None:
    """Put a new key there whole, unless another program just did."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = folder / f".key.{os.getpid()}-{secrets.token_hex(4)}"
    opened = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(opened, "wb") as file:
            file.write(secrets.token_bytes(_LENGTH))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(beside, path)
    finally:
        with suppress(OSError):
            beside.unlink()
