"""
A packed project read member by member, within bounds; nothing is unpacked to the disk.

What a file says of its sizes may lie: bytes are counted while they are read. Names that lead elsewhere, stand twice,
are links or are locked are refused before anything is read.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from qualcode.exchange.projects.record import UnreadableProjectError

MEMBERS, DIRECTORY = 40_000, 6_000_000
"""Bounds: members, and bytes of their directory."""
FLOOR, RATIO, MOST = 8_000_000, 60, 2**31 - 1
"""A member may unpack to so many bytes whatever its size, else to so many times its size; and no more than these."""
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, struct.error, ValueError, OSError, EOFError, RuntimeError),
    *(IndexError, OverflowError),
)
_CHUNK = 1 << 16
_TOO_MUCH = "a member of it unpacks to more than a project's can"


class Archive:
    """The members of a packed project, by name; used in a ``with``."""

    def __init__(self, path: Path) -> None:
        try:
            _refuse_directory(path)
            self._zip = zipfile.ZipFile(path)
        except _BROKEN:
            raise UnreadableProjectError(
                "it is damaged, or not packed as its name says; export it again where it was made"
            ) from None
        self._left = max(4 * FLOOR, RATIO * path.stat().st_size)
        self._entries: dict[str, zipfile.ZipInfo] = {}
        self._folded: dict[str, str] = {}
        try:
            for entry in self._zip.infolist():
                self._take(entry)
        except UnreadableProjectError:
            self._zip.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._zip.close()

    def _take(self, entry: zipfile.ZipInfo) -> None:
        name = entry.filename.replace("\\", "/")
        if len(self._entries) >= MEMBERS:
            raise UnreadableProjectError(f"it has more than {MEMBERS:,} members")
        if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/") or "\x00" in name:
            raise UnreadableProjectError("a member's name leads out of it; nothing was read")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise UnreadableProjectError("a member of it is a link; nothing was read")
        if entry.flag_bits & 1:
            raise UnreadableProjectError("it is locked with a password; export it without")
        if name in self._entries:
            raise UnreadableProjectError("two members of it have the same name; nothing was read")
        self._entries[name] = entry
        self._folded.setdefault(name.casefold(), name)

    @property
    def names(self) -> tuple[str, ...]:
        """The members' names, in the order of the archive."""
        return tuple(self._entries)

    def found(self, name: str) -> str:
        """Return the member of this name, whatever its case; ``""`` where there is none."""
        return name if name in self._entries else self._folded.get(name.casefold(), "")

    def chunks(self, name: str, most: int = MOST) -> Iterator[bytes]:
        """
        Yield what a member holds, piece by piece.

        Raises:
            UnreadableProjectError: it is damaged, or unpacks to more than a project's can.
        """
        entry = self._entries[name]
        bound = min(most, max(FLOOR, RATIO * entry.compress_size))
        if entry.file_size > min(bound, self._left):
            raise UnreadableProjectError(_TOO_MUCH)
        try:
            with self._zip.open(entry) as stream:
                while part := stream.read(_CHUNK):
                    bound -= len(part)
                    self._left -= len(part)
                    if bound < 0 or self._left < 0:
                        raise UnreadableProjectError(_TOO_MUCH)
                    yield part
        except _BROKEN:
            raise UnreadableProjectError("a member of it is damaged; export it again where it was made") from None

    def bytes_of(self, name: str, most: int = 64_000_000) -> bytes:
        """Return what a member holds; see ``chunks``."""
        return b"".join(self.chunks(name, most))


def _refuse_directory(path: Path) -> None:
    """Refuse a packed file whose directory alone would fill the memory."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 66_000))
        tail = file.read(66_000)
        sizes = [struct.unpack_from("<L", tail, m.start() + 12)[0] for m in _ends(tail, b"PK\x05\x06", 16)]
        for match in _ends(tail, b"PK\x06\x07", 16):
            file.seek(min(struct.unpack_from("<Q", tail, match.start() + 8)[0], size))
            far = file.read(56)
            sizes += [struct.unpack_from("<Q", far, 40)[0]] if far.startswith(b"PK\x06\x06") and len(far) == 56 else []
    if any(s > DIRECTORY for s in sizes if s != 0xFFFFFFFF):
        raise UnreadableProjectError("it has more members than a project has")


def _ends(tail: bytes, sign: bytes, after: int) -> list[re.Match[bytes]]:
    return [m for m in re.finditer(re.escape(sign), tail) if len(tail) >= m.start() + after]
