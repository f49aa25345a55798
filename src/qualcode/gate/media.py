"""
Pictures, recordings, PDF and tables in columns: the texts that they carry beside what is seen or heard.

Words drawn as pixels, and words spoken, are not read.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import islice

from qualcode.gate.texts import NotOpened, Text, decoded, loose
from qualcode.plaintext.pdf import NotReadError, read_pdf

Found = Iterator[Text | NotOpened]
_LOOSE = (b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\x00", b"MM\x00*")
_HEARD = (b"ID3", b"OggS", b"fLaC", b"\x1aE\xdf\xa3")
_TRIED = 8
"""At how many places of a picture's metadata packed words are looked for; the format has one."""
_CELLS = 20_000_000
"""How many cells of a table in columns are looked through."""


def reads(data: bytes) -> Callable[[bytes, str, str], Found] | None:
    """Return what reads some bytes of these kinds; ``None`` where they are something else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png
    if data.startswith(b"%PDF-"):
        return _pdf
    if data.startswith((b"PAR1", b"ARROW1")):
        return _columns
    if data.startswith((*_LOOSE, *_HEARD, b"SQLite format 3\x00", b"\xd0\xcf\x11\xe0")) or data[4:8] == b"ftyp":
        return _tags
    return None


def _tags(data: bytes, name: str, _: str) -> Found:
    kind = "tags of a recording or picture"
    if data.startswith((b"SQLite", b"\xd0\xcf")):
        kind = "database" if data.startswith(b"SQLite") else "document of an older office program"
    yield Text(name, kind, loose(data))


def _png(data: bytes, name: str, carrier: str) -> Found:
    """Yield the texts beside a picture's pixels."""
    at = 8
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        chunk = data[at + 8 : at + 8 + size]
        if kind in (b"tEXt", b"iTXt", b"zTXt", b"eXIf"):
            pieces = [loose(chunk) if kind == b"eXIf" else decoded(chunk.replace(b"\x00", b"\n"))]
            for start in [m.end() for m in islice(re.finditer(rb"\x00", chunk), _TRIED)]:
                try:
                    pieces.append(decoded(zlib.decompressobj().decompress(chunk[start:], 1_000_000)))
                except zlib.error:
                    continue
            yield Text(name, f"metadata of a picture ({carrier})", "\n".join(pieces))
        at += 12 + size


def _pdf(data: bytes, name: str, _: str) -> Found:
    try:
        about, pages = read_pdf(data)
    except ModuleNotFoundError:
        yield NotOpened(name, "PDF", "what reads PDF is not installed: pip install 'qualcode[gate]'")
        return
    except NotReadError as error:
        yield NotOpened(name, "PDF", str(error))
        return
    yield Text(name, "metadata of a PDF", "\n".join(about))
    text = "\n".join(pages)
    yield Text(name, "text of a PDF", text)
    if "-\n" in text:
        yield Text(name, "text of a PDF, lines joined", text.replace("-\n", ""))


def _columns(data: bytes, name: str, _: str) -> Found:
    """Yield the texts of a Parquet, Feather or Arrow file: names of columns, metadata, every cell."""
    kind = "Parquet" if data.startswith(b"PAR1") else "Arrow"
    try:
        arrow = import_module("pyarrow")
        table = (
            import_module("pyarrow.parquet").read_table(arrow.BufferReader(data))
            if kind == "Parquet"
            else import_module("pyarrow.feather").read_table(arrow.BufferReader(data))
        )
    except ModuleNotFoundError:
        yield NotOpened(name, kind, "what reads it is not installed: pip install 'qualcode[dask]'")
        return
    except Exception as error:  # noqa: BLE001 - whatever the library makes of a damaged file
        yield NotOpened(name, kind, f"it cannot be opened ({type(error).__name__})")
        return
    if table.num_rows * table.num_columns > _CELLS:
        yield NotOpened(name, kind, f"more than {_CELLS // 1_000_000} million cells")
        return
    about = [loose(part) for pair in (table.schema.metadata or {}).items() for part in pair]
    yield Text(name, f"metadata of {kind}", "\n".join([*map(str, table.column_names), *about]))
    for column in table.columns:
        for chunk in column.unique().to_pylist():
            if isinstance(chunk, str | bytes):
                yield Text(name, f"cell of {kind}", chunk if isinstance(chunk, str) else loose(chunk))
            elif isinstance(chunk, list | dict):
                yield Text(name, f"cell of {kind}", str(chunk))
