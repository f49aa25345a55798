"""
Whether the site that is there shows what is there now, told without loading what makes one.
"""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from qualcode.errors import QualcodeError
from qualcode.exchange.review.reviews import chosen, is_here
from qualcode.plaintext.folder import bytes_of
from qualcode.report.front import FILE as FRONT
from qualcode.report.staleness import WORKS, digest, executed_path
from qualcode.study.study import COUNTS


def site_key(root: Path, build: Path, notebooks: list[Path], since: str = "") -> str:
    """Return the hash by which a built site is known."""
    parts = [digest(root, lambda room: room != "cli"), since_key(root, since), os.environ.get(COUNTS, "")]
    parts += [sha256(bytes_of(root, name) or b"").hexdigest() for name in (WORKS, FRONT)]
    for notebook in notebooks:
        kept = executed_path(notebook, build)
        parts.append(sha256(kept.read_bytes()).hexdigest() if kept.exists() else "not run")
    return sha256("\n".join(parts).encode("utf-8")).hexdigest()


def site_is_current(root: Path, build: Path, notebooks: list[Path], since: str = "") -> bool:
    """Say whether the site that is there shows what is there now."""
    mark = build / "site.key"
    there = (build / "site" / "index.html").exists() and mark.exists()
    return there and mark.read_text("utf-8") == site_key(root, build, notebooks, since)


def bring_back(build: Path) -> None:
    """Put the last good site back if somebody ended a run between its going and the new one's coming."""
    site, old = build / "site", build / "site-old"
    if old.exists() and not site.exists():
        old.rename(site)


def since_key(root: Path, since: str = "") -> str:
    """Return what the page's other state is known by: its revision, or why there is none."""
    try:
        review = chosen(root, since)
        return f"{review} {is_here(root, review)}" if review else ""
    except QualcodeError as error:
        return str(error)
