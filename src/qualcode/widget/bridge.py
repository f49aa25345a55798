"""
The widget itself: carries messages between the script in the browser and a session, and holds nothing.

No transcript, code or excerpt is a synced trait, since those land in saved notebooks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import anywidget
import traitlets

from qualcode.plural import number_of
from qualcode.widget.browser import STYLE, joined
from qualcode.widget.seating import Seating
from qualcode.widget.session import PROTOCOL, Message, Session

SCRIPT, STAMP = joined()


def replies(session: Session, content: Mapping[str, Any]) -> Iterator[Message]:
    """Answer one message of a view; one that runs another script than the files hold is told so first."""
    if content.get("type") == "ready":
        if joined()[1] != STAMP:
            yield _stale(
                content, "qualcode was updated since this kernel began; restart the kernel, run the cell again"
            )
        elif content.get("script") != STAMP:
            yield _stale(content, "this view is older than the kernel; reload the page and run the cell again")
    yield from session.handle(content)


def _stale(content: Mapping[str, Any], reason: str) -> Message:
    return {"type": "error", "seq": None, "view": content.get("view"), "reason": reason, "stale": True}


class SpeakersWidget(anywidget.AnyWidget):
    """Labels of transcripts and whose they are, in a cell; made by ``qualcode.widget.speakers``."""

    _esm = joined("speakers")[0]
    _css = STYLE

    def __init__(self, seating: Seating) -> None:
        super().__init__()
        self._seating = seating
        self.on_msg(self._heard)

    def __repr__(self) -> str:
        """Say how many labels there are; a saved notebook keeps this and nothing more."""
        return f"<{number_of(len(self._seating.labels), 'label')} of transcripts; run the cell to go on>"

    def _heard(self, _: object, content: dict[str, Any], __: object) -> None:
        for reply in self._seating.handle(content):
            self.send(reply)


class CoderWidget(anywidget.AnyWidget):
    """A transcript to code, in a cell; made by ``qualcode.widget.coder``."""

    _esm = SCRIPT
    _css = STYLE
    protocol = traitlets.Int(PROTOCOL).tag(sync=True)
    rev = traitlets.Int(0).tag(sync=True)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.on_msg(self._heard)

    def __repr__(self) -> str:
        """Name the document and the coder; a saved notebook keeps this and nothing more."""
        return f"<{self._session.document.id}, coded by {self._session.coder}; run the cell to go on>"

    def _heard(self, _: object, content: dict[str, Any], __: object) -> None:
        for reply in replies(self._session, content):
            self.send(reply)
        self.rev = self._session.rev
