"""
Where the modules of before the house was laid anew stand now, so that scripts and notebooks written then still run.

An old path gives the module itself, under its new name, and a ``PendingDeprecationWarning`` that says where it is.
"""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

MOVED = {
    "amending": "coding.amend",
    "anchor": "plaintext.anchor",
    "behind": "evidence",
    "case": "study.case",
    "codebook": "study.codebook",
    "comparing": "coding.compare",
    "crosscheck": "study.crosscheck",
    "document": "study.document",
    "durable": "plaintext.durable",
    "excerpt": "study.excerpt",
    "exchange.attribution": "exchange.published.attribution",
    "exchange.blocks": "exchange.published.blocks",
    "exchange.comments": "exchange.review.comments",
    "exchange.quotations": "exchange.published.quotations",
    "exchange.references": "exchange.review.references",
    "exchange.returned": "exchange.review.returned",
    "exchange.reviews": "exchange.review.reviews",
    "exchange.wordless": "exchange.published.wordless",
    "facts": "tables.facts",
    "hand": "coding.hand",
    "keeping": "kept",
    "layout": "study.layout",
    "likeness": "plaintext.likeness",
    "memo": "study.memo",
    "merging": "coding.merge",
    "pattern": "study.pattern",
    "placing": "plots.labels",
    "plainyaml": "plaintext.yaml",
    "present.claims": "claims.sentences",
    "recodingplan": "recoding.plan",
    "release": "study.release",
    "report.evidence": "report.lists",
    "report.linking": "report.links",
    "report.proving": "report.proof",
    "report.running": "report.runs",
    "report.serving": "report.server",
    "retrieval": "tables.retrieval",
    "rewriting": "plaintext.rewrite",
    "search.asking": "search.query",
    "search.finding": "search.hits",
    "search.folding": "search.spelling",
    "search.wording": "search.phrase",
    "settling": "coding.settle",
    "source": "plaintext.source",
    "suggest.deciding": "suggest.decisions",
    "suggest.marked": "suggest.patterns",
    "suggest.ranking": "suggest.ranker",
    "suggest.reading": "suggest.reread",
    "suggest.suggesting": "suggest.proposals",
    "watching": "study.reads",
    "widget.offered": "widget.suggestions",
    "widget.starting": "widget.notebook",
    "widget.steps": "widget.undo",
}
"""Old module to new, both below ``qualcode``."""
ROOMS_NOW = {
    "qualcode.coding": "qualcode.study.coderfile",
    "qualcode.coding.hand": "qualcode.coding.places",
}
"""Modules that became two, or gave their name to a room: what they held is found under the old name still."""


def now_at(old: str) -> str:
    """Return where the module *old* is now, and tell whoever asked for it; "" where it never was."""
    new = MOVED.get(old.removeprefix("qualcode."))
    if new is None or not old.startswith("qualcode."):
        return ""
    warnings.warn(f"{old} is now qualcode.{new}", PendingDeprecationWarning, stacklevel=3)
    return f"qualcode.{new}"


def still_found(room: str, name: str) -> object:
    """
    Return what a module held that gave its name to a room.

    Raises:
        AttributeError: it held nothing of this name.
    """
    now = ROOMS_NOW[room]
    if name.startswith("_") or not hasattr(import_module(now), name):
        raise AttributeError(f"module {room!r} has no attribute {name!r}")
    warnings.warn(f"{room}.{name} is now {now}.{name}", PendingDeprecationWarning, stacklevel=3)
    return getattr(import_module(now), name)


class _Forwarding(MetaPathFinder, Loader):
    """Import an old path as the module that it is now."""

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        known = fullname.startswith("qualcode.") and fullname.removeprefix("qualcode.") in MOVED
        return ModuleSpec(fullname, self) if known else None

    def exec_module(self, module: ModuleType) -> None:
        sys.modules[module.__name__] = import_module(now_at(module.__name__))


def forward() -> None:
    """Let old paths be imported."""
    if not any(type(finder).__name__ == "_Forwarding" for finder in sys.meta_path):
        sys.meta_path.append(_Forwarding())
