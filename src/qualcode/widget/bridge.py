"""
The widget itself: carries messages between the script in the browser and a session, and holds nothing.

No transcript, code or excerpt is a synced trait, since those land in saved notebooks.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from qualcode.widget.session import PROTOCOL, Session

HERE = Path(__file__).parent
SCRIPT, STYLE = HERE / "coder.js", HERE / "coder.css"
_AS_LOADED = sha256(SCRIPT.read_bytes()).hexdigest()


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
        if content.get("type") == "ready" and sha256(SCRIPT.read_bytes()).hexdigest() != _AS_LOADED:
            reason = "qualcode was updated since this kernel began; restart the kernel and run the cell again"
            self.send({"type": "error", "seq": None, "view": content.get("view"), "reason": reason, "stale": True})
        for reply in self._session.handle(content):
            self.send(reply)
        self.rev = self._session.rev
