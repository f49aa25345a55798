"""
REFI-QDA's markup read piece by piece: no document type, no entities, nothing fetched, and no more kept than is needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from qualcode.exchange.projects.record import UnreadableProjectError

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_HELD = 400_000
"""So many signs of elements and attributes may stand in one thing that is read whole."""
_BEFORE_ROOT = 200_000
_GUID_LENGTH = 36
_GUID = re.compile(r"\{?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\}?")
Handler = Callable[["Element"], None]


def walk(chunks: Iterable[bytes], handlers: dict[str, Handler], start: Handler) -> None:
    """
    Read markup and give each element named in *handlers*, by its local name, to its handler when it ends.

    Args:
        chunks: the bytes, piece by piece.
        handlers: what takes an element; afterwards it is emptied.
        start: takes the root, before anything else.

    Raises:
        UnreadableProjectError: it is no such markup, has a document type, or holds more than is read at once.
    """
    from lxml import etree

    names = [f"{{*}}{name}" for name in handlers]
    parser = etree.XMLPullParser(
        ("end",),
        tag=[*names, "{*}Code", "{*}CodeBook"],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    held = read = 0
    root: Element | None = None
    last: Element | None = None  # the one that was emptied before; a second in a row is taken away with it
    try:
        for chunk in chunks:
            held += chunk.count(b"<") + chunk.count(b"=")
            read += len(chunk)
            if root is None and b"<!DOCTYPE" in chunk.replace(b"\x00", b"")[:_BEFORE_ROOT]:
                raise UnreadableProjectError("it defines things of its own (a document type); no project needs that")
            parser.feed(chunk)
            for _, element in parser.read_events():
                if root is None:
                    root = element.getroottree().getroot()
                    if root.getroottree().docinfo.internalDTD is not None:
                        raise UnreadableProjectError("it has a document type; no project needs that")
                    start(root)
                handler = handlers.get(LOCAL.get(element.tag) or local(element))
                if handler is not None:
                    handler(element)
                    element.clear(keep_tail=False)
                    if last is not None and element.getprevious() is last:
                        _take_away(last)
                    last, held = element, 0
            if root is None and read > _BEFORE_ROOT:
                raise UnreadableProjectError("it begins with no project")
            if held > _HELD:
                raise UnreadableProjectError("one thing in it holds more than is read at once")
        parser.close()
    except etree.LxmlError:
        raise UnreadableProjectError("its markup is damaged, or nested too deep; export it again") from None
    except (ValueError, LookupError, AssertionError):
        raise UnreadableProjectError("its markup is damaged; export it again") from None
    if root is None:
        raise UnreadableProjectError("it holds no project")


def _take_away(element: Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def local(element: Element) -> str:
    """Return an element's name without its namespace."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    found = LOCAL.get(tag)
    if found is None:
        found = tag.rpartition("}")[2]
        if len(LOCAL) < _FEW:
            LOCAL[tag] = found
    return found


LOCAL: dict[str, str] = {}
"""Names without their namespaces, as they were met."""
_FEW = 1000


def guid_of(element: Element, name: str = "guid") -> str:
    """Return a guid in one form: lower case, no braces; whatever else stands there as it is; ``""`` for none."""
    return guid(element.get(name) or "")


def guid(told: str) -> str:
    """Return a guid in one form."""
    if len(told) == _GUID_LENGTH and told.isascii():
        return told.lower()
    match = _GUID.fullmatch(told.strip())
    return match[1].lower() if match else told.strip()[:200]


def child(element: Element, name: str) -> Element | None:
    """Return the first child of a name."""
    return next((c for c in element if local(c) == name), None)


def children(element: Element, name: str) -> list[Element]:
    """Return the children of a name, in order."""
    return [c for c in element if local(c) == name]


def words(element: Element, name: str) -> str:
    """Return the words of the first child of a name; ``""`` for none."""
    found = child(element, name)
    return "" if found is None else "".join(found.itertext())


def refs(element: Element, name: str) -> list[str]:
    """Return the guids that children of a name point to."""
    return [guid_of(c, "targetGUID") for c in children(element, name)]


def number(told: str | None) -> int | None:
    """Return a whole number; ``None`` where it is none, or none of a text."""
    if told and len(told) < 12 and told.isdecimal():
        return int(told)
    told = (told or "").strip()
    return int(told) if re.fullmatch(r"[+-]?[0-9]{1,12}", told) else None
