"""
Files from elsewhere opened within bounds: bytes, letters, packed parts, markup.

Nothing is unpacked to the disk, fetched or run. Sizes are held while reading, since what a file says of itself may
lie; a file that defines entities of its own, names a part twice or hides one is refused.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from qualcode.exchange.transcripts.form import UnreadableError

LARGEST, PACKED, PART, ELEMENTS = 10_000_000, 500_000_000, 40_000_000, 400_000
"""Bounds: bytes of a plain file, of a packed one, of one part unpacked; elements and attributes of markup."""
_DIRECTORY, _RATIO, _DEEPEST = 1_000_000, 400, 200
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, ValueError, OSError, EOFError, RuntimeError)
Element = ElementTree.Element


def bytes_of(path: Path, largest: int = LARGEST) -> bytes:
    """
    Return what a file holds.

    Raises:
        UnreadableError: it is not there, no file, or larger than a transcript is.
    """
    try:
        if not path.is_file():
            raise UnreadableError("there is no such file")
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        raise UnreadableError(f"it cannot be read ({error.strerror})") from None
    if len(data) > largest:
        raise UnreadableError(f"it is larger than {largest // 1_000_000} MB; is it a transcript?")
    return data


def letters(data: bytes, counts: Counter[str]) -> str:
    """
    Decode a text: by its byte order mark (UTF-8, UTF-16), else UTF-8, else Windows-1252; which is counted.

    CRLF, CR and Word's line break (vertical tab) become LF, counted.

    Raises:
        UnreadableError: it is none of these.
    """
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = data.decode("utf-16")
            counts["text read as UTF-16"] += 1
        else:
            text = data.decode("utf-8-sig")
            counts["byte order mark dropped"] += data.startswith(b"\xef\xbb\xbf")
    except UnicodeDecodeError:
        text = _windows(data)
        counts["text read as Windows-1252"] += 1
    if "\x00" in text:
        raise UnreadableError("it holds zero bytes and is no text, or UTF-16 without a mark; save it as UTF-8")
    return even(text, counts)


def _windows(data: bytes) -> str:
    wrong = "its letters are in no encoding this program reads; save it as UTF-8"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError(wrong)
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise UnreadableError(wrong, data.count(b"\n", 0, error.start) + 1) from None


def even(text: str, counts: Counter[str]) -> str:
    """Write every line's end as LF, counted; nothing else changes."""
    if "\r" in text or "\v" in text:
        counts["line ends written as LF"] += text.count("\r\n")
        text = text.replace("\r\n", "\n")
        counts["line ends written as LF"] += text.count("\r") + text.count("\v")
        text = text.replace("\r", "\n").replace("\v", "\n")
    return text


class Parts:
    """The parts of a packed document, read one at a time."""

    def __init__(self, path: Path) -> None:
        try:
            _refuse_directory(path)
            self._zip = zipfile.ZipFile(path)
        except FileNotFoundError:
            raise UnreadableError("there is no such file") from None
        except _BROKEN:
            raise UnreadableError(
                "it is damaged, or not packed as its name says; open it where it was made and save it again"
            ) from None
        names = self._zip.namelist()
        if len(set(names)) < len(names):
            raise UnreadableError("it names one part twice, as no word processor does")
        self.names = frozenset(names)

    def bytes_of(self, name: str) -> bytes | None:
        """Return a part unpacked; ``None`` where there is none of this name."""
        if name not in self.names:
            return None
        entry = self._zip.getinfo(name)
        if entry.flag_bits & 1:
            raise UnreadableError("it is locked with a password; save it without")
        bound = min(PART, _RATIO * max(entry.compress_size, 4096))
        try:
            with self._zip.open(entry) as stream:
                data = stream.read(bound + 1)
        except _BROKEN:
            raise UnreadableError(f"its part {name} is damaged") from None
        if len(data) > bound:
            raise UnreadableError(f"its part {name} expands too far to be a transcript's; nothing was read")
        return data

    def root(self, name: str) -> Element | None:
        """Return a part's markup; ``None`` where there is no such part."""
        data = self.bytes_of(name)
        return None if data is None else markup(data, declared=False)


def _refuse_directory(path: Path) -> None:
    """Refuse a packed file whose directory alone would fill the memory."""
    size = path.stat().st_size
    if size > PACKED:
        raise UnreadableError(f"it is larger than {PACKED // 1_000_000} MB")
    with path.open("rb") as file:
        file.seek(max(0, size - 66_000))
        tail = file.read(66_000)
    at = tail.find(b"PK\x05\x06")
    while at >= 0:
        if len(tail) >= at + 16 and struct.unpack_from("<L", tail, at + 12)[0] > _DIRECTORY:
            raise UnreadableError("it has more parts than a document has")
        at = tail.find(b"PK\x05\x06", at + 1)
    if b"PK\x06\x07" in tail:
        raise UnreadableError("it has more parts than a document has")


def markup(data: bytes, *, declared: bool = True) -> Element:
    """
    Return the root of some XML.

    Args:
        declared: whether a document type may be named; entities may be defined nowhere.

    Raises:
        UnreadableError: no XML, definitions in it, or more elements than a transcript has.
    """
    left, depth = ELEMENTS, 0

    def refuse(*_: object) -> None:
        raise UnreadableError("it defines things of its own (a document type); no transcript needs that")

    def count(_: str, attributes: dict[str, str]) -> None:
        nonlocal left, depth
        left -= 1 + len(attributes)
        depth += 1
        if left < 0 or depth > _DEEPEST:
            raise UnreadableError("its markup has more elements, or deeper ones, than a transcript has")

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler = count
    parser.EndElementHandler = end
    parser.EntityDeclHandler = refuse
    if not declared:
        parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
        return ElementTree.fromstring(data)  # noqa: S314  (no entities: refused above)
    except expat.ExpatError as error:
        raise UnreadableError("its markup is damaged", getattr(error, "lineno", 0)) from None
    except (ElementTree.ParseError, ValueError, LookupError, RecursionError):
        raise UnreadableError("its markup is damaged") from None


def name_of(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def attribute(element: Element, name: str) -> str:
    """Return an attribute by its name, whatever its namespace; ``""`` where there is none."""
    return next((v for k, v in element.items() if k.rpartition("}")[2] == name), "")
