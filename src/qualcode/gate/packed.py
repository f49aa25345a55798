"""
Archives and packed files, opened in memory within bounds: nothing is written, nothing is extracted to disk.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from qualcode.gate.texts import MEMBER, RATIO, Bound, Inside, NotOpened, Text, decoded

Found = Iterator[Text | NotOpened | Inside]
_BROKEN = (
    *(zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError, zlib.error, struct.error),
    *(ValueError, NotImplementedError, OSError, EOFError, RuntimeError),
)
_LOCKED = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "RAR", b"\x28\xb5\x2f\xfd": "Zstandard"}


def unpacks(data: bytes) -> Callable[[bytes, str, Bound], Found] | None:
    """Return what opens some bytes that are an archive or packed; ``None`` where they are neither."""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip
    if data.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")):
        return _packed
    if data[257:262] == b"ustar":
        return _tar
    return _locked if any(data.startswith(sign) for sign in _LOCKED) else None


def _locked(data: bytes, name: str, _: Bound) -> Found:
    kind = next(kind for sign, kind in _LOCKED.items() if data.startswith(sign))
    yield NotOpened(name, "archive", f"{kind} is not opened here; unpack it and look through the folder")


def _zip(data: bytes, name: str, bound: Bound) -> Found:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        yield NotOpened(name, "archive", f"it cannot be opened ({type(error).__name__})")
        return
    if archive.comment:
        yield Text(name, "comment of an archive", decoded(archive.comment))
    for member in archive.infolist():
        yield Text(name, "name in an archive", member.filename.replace("/", " / "))
        if member.comment:
            yield Text(name, "comment of an archive", decoded(member.comment))
        if member.is_dir():
            continue
        inside = f"{name}!{member.filename}"
        if member.file_size > MEMBER or member.file_size > RATIO * max(member.compress_size, 1) + 1_000_000:
            yield NotOpened(inside, "member", "it is larger than the bounds or expands too far")
            continue
        try:
            with archive.open(member) as stream:
                read = _bounded(stream, bound)
        except _BROKEN as error:
            yield NotOpened(inside, "member", f"it cannot be opened ({type(error).__name__})")
            continue
        if read is None:
            yield NotOpened(inside, "member", "it is larger than the bounds")
            return
        yield Inside(inside, "member", read, Path(member.filename).suffix.lower())


def _packed(data: bytes, name: str, bound: Bound) -> Found:
    """Open what is packed by itself: gzip, bzip2, xz."""
    opens: Callable[[IO[bytes]], IO[bytes]] = gzip.open  # type: ignore[assignment]
    opens = {b"BZ": bz2.open, b"\xfd7": lzma.open}.get(data[:2], opens)  # type: ignore[assignment]
    try:
        with opens(io.BytesIO(data)) as stream:
            read = _bounded(stream, bound)
    except _BROKEN as error:
        yield NotOpened(name, "archive", f"it cannot be opened ({type(error).__name__})")
        return
    if read is None:
        yield NotOpened(name, "archive", "it is larger than the bounds")
        return
    yield Inside(f"{name}!", "member", read)


def _tar(data: bytes, name: str, bound: Bound) -> Found:
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for member in archive:
                about = [member.name, member.linkname, member.uname, member.gname, *member.pax_headers.values()]
                yield Text(name, "name in an archive", " / ".join(about).replace("/", " / "))
                stream = archive.extractfile(member) if member.isfile() else None
                if stream is None:
                    continue
                read = _bounded(stream, bound)
                if read is None:
                    yield NotOpened(f"{name}!{member.name}", "member", "it is larger than the bounds")
                    return
                yield Inside(f"{name}!{member.name}", "member", read, Path(member.name).suffix.lower())
    except _BROKEN as error:
        yield NotOpened(name, "archive", f"it cannot be opened ({type(error).__name__})")


def _bounded(stream: IO[bytes], bound: Bound) -> bytes | None:
    """Read a stream within bounds; ``None`` where it is larger."""
    read = stream.read(min(MEMBER, max(bound.left, 0)) + 1)
    return read if len(read) <= MEMBER and bound.take(len(read)) else None
