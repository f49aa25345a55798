"""
The browser's side in one piece: the modules of ``script/`` joined in the order their imports ask for.

Each is an ES module by itself; a notebook carries one. The whole is stamped with its hash, by which a view that
runs another script than the kernel's, or a kernel older than the files, is told apart.
"""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent / "script"
STYLE = Path(__file__).parent / "coder.css"
_FIRST = "view"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([a-z]+)\.js";\n', re.MULTILINE)
_UNSTAMPED = "not stamped"


def joined(first: str = _FIRST) -> tuple[str, str]:
    """Return the whole script of a view as it now is on disk, and its stamp; *first*: the module that is the view."""
    pieces: dict[str, str] = {}
    _take(first, pieces)
    whole = "\n".join(pieces.values())
    stamp = sha256((whole + STYLE.read_text("utf-8")).encode("utf-8")).hexdigest()[:12]
    return whole.replace(_UNSTAMPED, stamp), stamp


def _take(name: str, pieces: dict[str, str]) -> None:
    if name not in pieces:
        source = (FOLDER / f"{name}.js").read_text("utf-8")
        for needed in _IMPORT.findall(source):
            _take(needed, pieces)
        pieces[name] = _IMPORT.sub("", source)
