"""
What carries words out: files of many kinds, opened within bounds and turned into texts to be looked through.

A name hides in markup, escapes, attributes, comments, metadata, archives in archives and names of files. Nothing is
written, nothing is extracted to disk, and what cannot be opened or is larger than the bounds is told: it was *not
looked into*, which is no all-clear.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from qualcode.gate.media import reads
from qualcode.gate.packed import unpacks
from qualcode.gate.texts import DEPTH, WHOLE, Bound, Inside, NotOpened, Text, decoded
from qualcode.plaintext import shard

__all__ = ["NotOpened", "Text", "opened", "texts_of"]

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_TAG = re.compile(r"<[^<>]{1,5000}>")
_COMMENT = re.compile(r"<!--(.{1,200000}?)-->", re.DOTALL)
_TOLD = re.compile(r"[\w:-]{1,40}=(?:\"([^\"<>]{20,5000})\"|'([^'<>]{20,5000})')")
_DRAWN = re.compile(r"\s(?:d|points|transform|style)=\"[^\"]*\"")
_DATA = re.compile(r"data:[\w.+/-]*(?:;[\w=-]+)*;base64,([A-Za-z0-9+/\s]{40,}={0,2})")
_BASE64 = re.compile(r'"([A-Za-z0-9+/]{200,}+(?:\\n|[A-Za-z0-9+/=])*+)"')
_SHORT = re.compile(r"[A-Za-z0-9+/\n]{16,}={0,2}\s*")
_UNICODE = re.compile(r"\\u([0-9a-fA-F]{4})")
_MARKUP = (b"<", b"&")
_SKIPPED = (".woff", ".woff2", ".ttf", ".otf", ".eot")


def texts_of(path: Path, name: str, data: bytes | None = None) -> Iterator[Text | NotOpened]:
    """
    Yield all texts that a file carries, its own name first.

    Args:
        name: what it is called in messages.
        data: its bytes, where they were read already.
    """
    yield Text(name, "file name", name.replace("/", " / "))
    if data is None:
        try:
            if path.stat().st_size > WHOLE:
                yield NotOpened(name, "file", f"larger than {WHOLE // 1_000_000} MB")
                return
            data = path.read_bytes()
        except OSError as error:
            yield NotOpened(name, "file", f"it cannot be read ({error.strerror})")
            return
    yield from opened(data, name, "text", path.suffix.lower())


def opened(data: bytes, name: str, carrier: str, ending: str = "") -> Iterator[Text | NotOpened]:
    """Yield the texts in some bytes, by what they are and not by what they are called."""
    yield from _opened(Inside(name, carrier, data, ending), 0, Bound())


def _opened(inside: Inside, depth: int, bound: Bound) -> Iterator[Text | NotOpened]:
    data, name, carrier = inside.data, inside.path, inside.carrier
    if depth > DEPTH:
        yield NotOpened(name, carrier, f"archives more than {DEPTH} deep")
        return
    if inside.ending in _SKIPPED:
        return
    unpack, read = unpacks(data), reads(data)
    if unpack:
        found: Iterator[Text | NotOpened | Inside] = unpack(data, name, bound)
    elif read:
        found = read(data, name, carrier)
    else:
        found = _plain(data, name, carrier, bound)
        if inside.ending == ".ipynb" or data.startswith(b'{\n "cells"'):
            found = (one for part in (found, _notebook(data, name, bound)) for one in part)
    for one in found:
        if isinstance(one, Inside):
            yield from _opened(one, depth + 1, bound)
        else:
            yield one


def _plain(data: bytes, name: str, carrier: str, bound: Bound) -> Iterator[Text | NotOpened | Inside]:
    text = decoded(data)
    if text.startswith("qualcode.take("):
        yield from _shard(text, name, bound)
    marked = any(sign in data for sign in _MARKUP)
    if "\\u" in text:
        text = _UNICODE.sub(lambda m: chr(int(m[1], 16)), text)
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    plain = text.replace("\\n", "\n") if '"' in text and "\\n" in text else text
    yield Text(name, carrier, plain, words=not marked)
    if marked:
        yield from _marked(plain.replace('\\"', '"'), name)
    if re.search(r"%[0-9A-Fa-f]{2}", text):
        yield Text(name, "address", unquote(text), words=False)
    for found in _DATA.finditer(text):
        yield from _base64(found[1], name, "data address", bound)
    for found in _BASE64.finditer(text):
        yield from _base64(found[1].replace("\\n", ""), name, "picture in a notebook", bound)


def _shard(text: str, name: str, bound: Bound) -> Iterator[NotOpened | Inside]:
    """Open what the pages' scripts look up: words that are compressed."""
    try:
        found = shard.opened(text)
    except ValueError:
        yield NotOpened(name, "words of a site", "it is no whole shard")
        return
    if found and not bound.take(len(found[1])):
        yield NotOpened(name, "words of a site", f"more than {WHOLE // 1_000_000} MB in one file")
    elif found:
        yield Inside(name, "words of a site", found[1])


def _marked(plain: str, name: str) -> Iterator[Text]:
    """Yield the texts of markup: with escapes read, between tags and across them, in attributes and in comments."""
    if "&" in plain:
        yield Text(name, "escaped text", html.unescape(plain), words=False)
    shown = _DRAWN.sub("", plain)
    if "&" in shown:
        shown = html.unescape(html.unescape(shown))
    inside = [a or b for a, b in _TOLD.findall(shown) if (a or b).count(" ") > 5]
    inside += [words for words in _COMMENT.findall(shown) if words.count(" ") > 5]
    if inside:
        yield Text(name, "attribute or comment", "\n".join(inside))
    yield Text(name, "text between tags", _TAG.sub(" ", shown))
    yield Text(name, "text across tags", _TAG.sub("", shown))


def _base64(text: str, name: str, carrier: str, bound: Bound) -> Iterator[NotOpened | Inside]:
    try:
        data = base64.b64decode(re.sub(r"\s", "", text), validate=True)
    except (binascii.Error, ValueError):
        return
    if not bound.take(len(data)):
        yield NotOpened(name, carrier, f"more than {WHOLE // 1_000_000} MB in one file")
        return
    yield Inside(name, carrier, data)


def _notebook(data: bytes, name: str, bound: Bound) -> Iterator[Text | NotOpened | Inside]:
    """
    Yield the strings of a notebook each by itself, joined where the format keeps lines apart.

    What is packed as base64 is opened: pictures, attachments of a cell, buffers of a widget.
    """
    try:
        book = json.loads(data)
    except (ValueError, RecursionError):
        return
    stack = [book]
    while stack:
        here = stack.pop()
        if isinstance(here, dict):
            stack += here.values()
            stack += [key for key in here if len(key) > 24]
        elif isinstance(here, list) and here and all(isinstance(x, str) for x in here):
            yield from _string("".join(here), name, bound)
        elif isinstance(here, list):
            stack += here
        elif isinstance(here, str):
            yield from _string(here, name, bound)


def _string(text: str, name: str, bound: Bound) -> Iterator[Text | NotOpened | Inside]:
    if _SHORT.fullmatch(text):
        yield from _base64(text, name, "attachment or widget of a notebook", bound)
    elif "<" not in text:
        yield Text(name, "cell or output", text)
