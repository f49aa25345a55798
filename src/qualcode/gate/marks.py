"""
The list that stands for a key where the key may not be: keyed hashes of its names.

Marks are the first 8 bytes of HMAC-SHA256; the list says by which rules texts are folded, and carries a mark of its own
by which another secret is told. Who has neither the key nor the secret cannot try out names on it.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from qualcode.errors import Problem, SourceError, UsageError
from qualcode.gate.folded import VERSION, fold, words_of
from qualcode.gate.names import Key

_CANARY = "canary of the list"
_LONGEST = 5


def listed(key: Key, secret: str) -> str:
    """
    Return the list that stands for a key where the key may not be: keyed hashes of its names, as JSON.

    Who has neither the key nor the secret cannot try out names on it. Marks are the first 8 bytes of HMAC-SHA256. Full
    names are on it in every order and glued; initials and titles are not, since a list of words knows no dots.

    Raises:
        UsageError: the secret has fewer than 20 signs.

    Example:
        >>> "rose" in listed(Key((Named("Ann Rose", "the nurse"),)), "twenty signs and some more").casefold()
        False
    """
    if len(secret) < 20:
        raise UsageError("the secret of a list has at least 20 signs; draw one: python -c 'import secrets; ...'")
    marks = set()
    for entry in key.entries:
        firsts, last = entry.parts
        forms = [(*firsts, *last), (*last, *firsts), (*firsts[:1], *last), (*last, *firsts[:1])]
        if entry.match == "any" or not firsts:
            forms += [last, *(tuple(words_of(fold(a))) for a in entry.aliases)]
        else:
            forms = [f for f in forms if f != last]
        for form in forms:
            marks |= {" ".join(form), "".join(form)} if len("".join(form)) > 5 else {" ".join(form)}
    told = sorted(mark(m, secret.encode("utf-8")).hex() for m in marks)
    head = {"folding": VERSION, "canary": mark(_CANARY, secret.encode("utf-8")).hex()}
    return json.dumps(head | {"names": told}, indent=0) + "\n"


def mark(words: str, secret: bytes) -> bytes:
    """Return the mark of some folded words."""
    return hmac.digest(secret, f"name\x1f{words}".encode(), "sha256")[:8]


def grams(words: Sequence[str]) -> Iterator[str]:
    """Yield every run of one to five words, joined by blanks."""
    for many in range(1, _LONGEST + 1):
        for at in range(len(words) - many + 1):
            yield " ".join(words[at : at + many])


def read_list(path: Path, secret: str) -> frozenset[bytes]:
    """
    Read a list; empty without a secret, since then nothing can be looked for.

    Raises:
        SourceError: it is none, or was made by another version or with another secret: nothing would ever be found.
    """
    if not secret:
        return frozenset()
    try:
        told = json.loads(path.read_text("utf-8"))
        version, canary = told["folding"], bytes.fromhex(told["canary"])
        marks = frozenset(bytes.fromhex(m) for m in told["names"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise SourceError([Problem(path.name, 0, "no list of names; make one with `qualcode release list`")]) from None
    if version != VERSION:
        raise SourceError([Problem(path.name, 0, "made by another version: nothing would be found; make it again")])
    if canary != mark(_CANARY, secret.encode("utf-8")):
        raise SourceError([Problem(path.name, 0, "made with another secret: nothing would be found; make it again")])
    return marks
