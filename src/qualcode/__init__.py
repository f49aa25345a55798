"""
Qualitative coding in plain text.

A study is a folder of plain text. ``open_study`` reads and checks it; ``qualcode.tables`` turns it
into tidy tables; ``qualcode.agreement``, ``qualcode.network`` and ``qualcode.divergence`` compute
from those tables. Importing the package loads none of the heavy libraries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qualcode.moved import MOVED, forward, now_at

if TYPE_CHECKING:
    from qualcode.errors import Problem, QualcodeError
    from qualcode.study import Study, open_study

__version__ = "0.1.0"
__all__ = ["Problem", "QualcodeError", "Study", "__version__", "open_study"]

_ROOMS = {"agreement", "coding", "divergence", "exchange", "network", "plots", "present", "recoding"}
_ROOMS |= {"search", "study", "suggest", "tables", "widget"}
_HOMES = {"Problem": "errors", "QualcodeError": "errors", "Study": "study", "open_study": "study"}

forward()


def __getattr__(name: str) -> object:
    """Load a public name from its room, or a room, when it is first asked for."""
    from importlib import import_module

    if name in _ROOMS:
        return import_module(f"qualcode.{name}")
    if name in _HOMES:
        return getattr(import_module(f"qualcode.{_HOMES[name]}"), name)
    if name in MOVED:
        return import_module(now_at(f"qualcode.{name}"))
    raise AttributeError(f"module 'qualcode' has no attribute {name!r}")
