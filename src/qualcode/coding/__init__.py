"""
What a coder does: tag, amend, mark as read, follow a changed text, compare with another coder, settle, merge clones.

Each act is one call and on disk when it returns. By hand: the names below; what comes afterwards is in the modules
``amend``, ``compare``, ``settle`` and ``merge``.
"""

from qualcode.coding.hand import code_excerpt, code_place, mark_read
from qualcode.coding.places import moves, reanchor, strays

__all__ = ["code_excerpt", "code_place", "mark_read", "moves", "reanchor", "strays"]


def __getattr__(name: str) -> object:
    """Give what stood here when a coder's file was this module (now ``qualcode.study.coderfile``)."""
    from qualcode.moved import still_found

    return still_found(__name__, name)
