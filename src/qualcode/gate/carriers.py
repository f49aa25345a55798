"""
What carries words out: files of many kinds, opened within bounds and turned into texts to be looked through.

A name hides in markup, escapes, attributes, comments, metadata, archives in archives, names of files and git's objects.
Nothing is written, nothing is extracted to disk, and what cannot be opened or is larger than the bounds is told: it was
*not looked into*, which is no all-clear.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import json
import re
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import unquote

from qualcode.plaintext.pdf import NotReadError, read_pdf

MEMBER, WHOLE, DEPTH, RATIO = 50_000_000, 500_000_000, 4, 500
"""Bounds: bytes of one member, of all members of one file, archives in archives, and how far a member may expand."""
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_TAG = re.compile(r"<[^<>]{1,5000}>")
_DATA = re.compile(r"data:[\w.+/-]*(?:;[\w=-]+)*;base64,([A-Za-z0-9+/\s]{40,}={0,2})")
_BASE64 = re.compile(r'"([A-Za-z0-9+/]{200,}+(?:\\n|[A-Za-z0-9+/=])*+)"')
_UNICODE = re.compile(r"\\u([0-9a-fA-F]{4})")
_MARKUP = (b"<", b"&")
_PICTURES = (b"\xff\xd8\xff", b"GIF8", b"RIFF")
_BROKEN = (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OSError)
_TRIED = 8
"""At how many places of a picture's metadata packed words are looked for; the format has one."""
_SKIPPED = (".woff", ".woff2", ".ttf", ".otf", ".eot")


@dataclass(frozen=True, slots=True)
class Text:
    """A text to look through: the file it is in, what in it carries the text, and the text."""

    path: str
    carrier: str
    text: str
    words: bool = True
    """Whether it is prose to look through for running words; spellings of markup are looked through for names only."""


@dataclass(frozen=True, slots=True)
class NotOpened:
    """Something that was not looked into, and why."""

    path: str
    carrier: str
    why: str


@dataclass(slots=True)
class _Bound:
    """What is left of the bytes that one file may expand to."""

    left: int = WHOLE


def texts_of(path: Path, name: str) -> Iterator[Text | NotOpened]:
    """Yield all texts that a file carries; *name* is what it is called in messages."""
    yield Text(name, "file name", name.replace("/", " / "))
    try:
        if path.stat().st_size > WHOLE:
            yield NotOpened(name, "file", f"larger than {WHOLE // 1_000_000} MB")
            return
        data = path.read_bytes()
    except OSError as error:
        yield NotOpened(name, "file", f"it cannot be read ({error.strerror})")
        return
    yield from _opened(data, name, "text", path.suffix.lower(), 0, _Bound())


def _opened(data: bytes, name: str, carrier: str, ending: str, depth: int, bound: _Bound) -> Iterator[Text | NotOpened]:
    """Yield the texts in some bytes, by what they are and not by what they are called."""
    if depth > DEPTH:
        yield NotOpened(name, carrier, f"archives more than {DEPTH} deep")
    elif ending in _SKIPPED:
        return
    elif data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _zip(data, name, depth, bound)
    elif data.startswith(b"\x1f\x8b"):
        yield from _gzip(data, name, depth, bound)
    elif data.startswith(b"\x89PNG\r\n\x1a\n"):
        yield from _png(data, name, carrier)
    elif data.startswith(b"%PDF-"):
        yield from _pdf(data, name)
    elif data.startswith((b"ID3", b"SQLite format 3\x00", *_PICTURES)):
        kind = "database" if data.startswith(b"SQLite") else "tags of a recording or picture"
        yield Text(name, kind, _loose(data))
    else:
        yield from _plain(data, name, carrier, depth, bound)


def _decoded(data: bytes) -> str:
    """Decode text: UTF-8; UTF-16 with its mark; else Latin-1, in which nothing is wrong, and what of it is UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return f"{data.decode('latin-1')}\n{data.decode('utf-8', 'replace')}"


def _loose(data: bytes) -> str:
    """Decode the texts in other bytes: as Latin-1, and as UTF-16 both ways."""
    kept = data[:MEMBER]
    found = [kept.decode("utf-8", "replace"), kept.decode("latin-1")]
    found += [kept[at:].decode(way, "replace") for at in (0, 1) for way in ("utf-16-le",)]
    return "\n".join(found).replace("\ufeff", "\n")


def _plain(data: bytes, name: str, carrier: str, depth: int, bound: _Bound) -> Iterator[Text | NotOpened]:
    text = _decoded(data)
    marked = any(sign in data for sign in _MARKUP)
    if "\\u" in text:
        text = _UNICODE.sub(lambda m: chr(int(m[1], 16)), text)
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    plain = text.replace("\\n", "\n") if '"' in text and "\\n" in text else text
    yield Text(name, carrier, plain, words=not marked)
    if marked:
        shown = html.unescape(html.unescape(plain))
        yield Text(name, "escaped text", html.unescape(plain), words=False) if "&" in plain else Text(name, carrier, "")
        yield Text(name, "text between tags", _TAG.sub(" ", shown))
        yield Text(name, "text across tags", _TAG.sub("", shown), words=False)
    if re.search(r"%[0-9A-Fa-f]{2}", text):
        yield Text(name, "address", unquote(text), words=False)
    for found in _DATA.finditer(text):
        yield from _base64(found[1], name, "data address", depth, bound)
    for found in _BASE64.finditer(text):
        yield from _base64(found[1].replace("\\n", ""), name, "picture in a notebook", depth, bound)


def _base64(text: str, name: str, carrier: str, depth: int, bound: _Bound) -> Iterator[Text | NotOpened]:
    try:
        data = base64.b64decode(re.sub(r"\s", "", text), validate=True)
    except (binascii.Error, ValueError):
        return
    bound.left -= len(data)
    if bound.left < 0:
        yield NotOpened(name, carrier, f"more than {WHOLE // 1_000_000} MB in one file")
        return
    yield from _opened(data, name, carrier, "", depth + 1, bound)


def _zip(data: bytes, name: str, depth: int, bound: _Bound) -> Iterator[Text | NotOpened]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        yield NotOpened(name, "archive", f"it cannot be opened ({type(error).__name__})")
        return
    if archive.comment:
        yield Text(name, "comment of an archive", _decoded(archive.comment))
    for member in archive.infolist():
        inside = f"{name}!{member.filename}"
        yield Text(name, "name in an archive", member.filename.replace("/", " / "))
        if member.is_dir():
            continue
        if member.file_size > MEMBER or member.file_size > RATIO * max(member.compress_size, 1) + 1_000_000:
            yield NotOpened(inside, "member", "it is larger than the bounds or expands too far")
            continue
        try:
            with archive.open(member) as stream:
                read = stream.read(min(MEMBER, bound.left) + 1)
        except (*_BROKEN, zlib.error, EOFError, RuntimeError) as error:
            yield NotOpened(inside, "member", f"it cannot be opened ({type(error).__name__})")
            continue
        bound.left -= len(read)
        if len(read) > MEMBER or bound.left < 0:
            yield NotOpened(inside, "member", "it is larger than the bounds")
            return
        yield from _opened(read, inside, "member", Path(member.filename).suffix.lower(), depth + 1, bound)


def _gzip(data: bytes, name: str, depth: int, bound: _Bound) -> Iterator[Text | NotOpened]:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            read = stream.read(min(MEMBER, bound.left) + 1)
    except (OSError, EOFError, zlib.error) as error:
        yield NotOpened(name, "archive", f"it cannot be opened ({type(error).__name__})")
        return
    bound.left -= len(read)
    if len(read) > MEMBER or bound.left < 0:
        yield NotOpened(name, "archive", "it is larger than the bounds")
        return
    yield from _opened(read, f"{name}!", "member", "", depth + 1, bound)


def _png(data: bytes, name: str, carrier: str) -> Iterator[Text | NotOpened]:
    """Yield the texts beside a picture's pixels; words drawn as pixels are not read."""
    at = 8
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        chunk = data[at + 8 : at + 8 + size]
        if kind in (b"tEXt", b"iTXt", b"zTXt", b"eXIf"):
            pieces = [chunk.replace(b"\x00", b"\n")]
            for start in [m.end() for m in islice(re.finditer(rb"\x00", chunk), _TRIED)]:
                try:
                    pieces.append(zlib.decompressobj().decompress(chunk[start:], 1_000_000))
                except zlib.error:
                    continue
            yield Text(name, f"metadata of a picture ({carrier})", "\n".join(map(_decoded, pieces)))
        at += 12 + size


def _pdf(data: bytes, name: str) -> Iterator[Text | NotOpened]:
    try:
        about, pages = read_pdf(data)
    except ModuleNotFoundError:
        yield NotOpened(name, "PDF", "what reads PDF is not installed: pip install 'qualcode[gate]'")
        return
    except NotReadError as error:
        yield NotOpened(name, "PDF", str(error))
        return
    yield Text(name, "metadata of a PDF", "\n".join(about))
    yield Text(name, "text of a PDF", "\n".join(pages))


def texts_of_notebook(path: Path, name: str) -> Iterator[Text]:
    """Yield the strings of a notebook each by itself, joined where the format keeps lines apart."""
    try:
        book = json.loads(path.read_text("utf-8"))
    except (ValueError, OSError, RecursionError):
        return
    stack = [book]
    while stack:
        here = stack.pop()
        if isinstance(here, dict):
            stack += here.values()
        elif isinstance(here, list) and here and all(isinstance(x, str) for x in here):
            joined = "".join(here)
            yield Text(name, "cell or output", joined)
        elif isinstance(here, list):
            stack += here


def texts_of_git(root: Path, since: str = "") -> Iterator[Text | NotOpened]:
    """
    Yield what a repository's history carries: every object, message, and name of a branch or tag.

    Args:
        since: only what came after this revision, as a push would send it.
    """
    span = ["--all"] if not since else ["HEAD", f"^{since}"]
    try:
        listed = _git(root, "rev-list", "--objects", "--no-object-names", *span).split()
    except OSError as error:
        yield NotOpened(".git", "history", str(error))
        return
    yield Text(
        ".git",
        "names of branches and tags",
        _git(root, "for-each-ref", "--format=%(refname)").decode("utf-8", "replace"),
    )
    command, wanted = ["git", "-C", str(root), "cat-file", "--batch"], b"\n".join(listed) + b"\n"
    asked = subprocess.run(command, input=wanted, capture_output=True, check=False).stdout
    at = 0
    while at < len(asked):
        end = asked.index(b"\n", at)
        head = asked[at:end].split()
        if len(head) != 3:
            at = end + 1
            continue
        size = int(head[2])
        data, at = asked[end + 1 : end + 1 + size], end + 2 + size
        name = f"git {head[1].decode()} {head[0].decode()[:10]}"
        if head[1] == b"tree":
            names = re.findall(rb"\d+ ([^\x00]+)\x00.{20}", data, re.DOTALL)
            yield Text(name, "names of files", "\n".join(n.decode("utf-8", "replace") for n in names))
        else:
            yield from _opened(data, name, "message" if head[1] != b"blob" else "object", "", 0, _Bound())


def _git(root: Path, *words: str) -> bytes:
    done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=False)
    if done.returncode:
        raise OSError("this is no git repository, or git is not there")
    return done.stdout
