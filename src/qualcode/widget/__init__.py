"""
Coding inside a notebook: a transcript to select in, keys that tag, each act on disk at once.

``coder`` shows a document to the one who codes it. ``read_only`` shows codings to whoever may read them,
without a script, and only what the document's release allows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qualcode.study import Study
from qualcode.widget.readonly import ReadOnly, read_only
from qualcode.widget.starting import lab_command, ready_notebook
from qualcode.widget.view import Suggestion

if TYPE_CHECKING:
    from qualcode.widget.bridge import CoderWidget

__all__ = ["ReadOnly", "Suggestion", "coder", "lab_command", "read_only", "ready_notebook"]


def coder(study: Study, document: str, *, coder: str, suggestions: Sequence[Suggestion] = ()) -> CoderWidget:
    """
    Show a document as turns, to be coded by *coder*; the last expression of a notebook's cell.

    Every act is a call of ``qualcode.hand`` or ``qualcode.amending`` and is on disk before the view says
    so. The saved notebook holds no word of the document.

    Args:
        suggestions: tags a program proposes; they are shown as such, and count once accepted.

    Raises:
        UsageError: an unknown document or code, no coder's id, or a coder's file that has problems.
    """
    from qualcode.widget.bridge import CoderWidget
    from qualcode.widget.session import Session

    return CoderWidget(Session(study, document, coder, suggestions))
