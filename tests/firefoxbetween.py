"""
A Debian Firefox for Playwright: stands between the two, and answers the commands this Firefox does not know.

Playwright drives stock Firefox over WebDriver BiDi, but asks every page for a colour scheme in a command that came
later than Firefox ESR. Run as a program with Firefox's path and arguments; Playwright takes it for Firefox.
"""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
from typing import ClassVar

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketClientConnection, WebSocketHandler, websocket_connect

UNKNOWN = ("emulation.setMediaFeaturesOverride",)
LARGEST = 2**28


class Between(WebSocketHandler):
    """One connection of Playwright's, and the one to Firefox behind it."""

    firefox: ClassVar[str]

    async def open(self, *_: str) -> None:
        """Connect to Firefox; what comes before that waits."""
        self.behind: WebSocketClientConnection | None = None
        self.waiting: list[str | bytes] = []
        address = self.firefox + str(self.request.path)
        self.behind = await websocket_connect(address, on_message_callback=self.back, max_message_size=LARGEST)
        for message in self.waiting:
            await self.behind.write_message(message)

    def check_origin(self, origin: str) -> bool:
        """Let any caller of this machine in; there is no page behind this."""
        return True

    def back(self, message: str | bytes | None) -> None:
        """Hand on what Firefox says."""
        if message is None:
            self.close()
        else:
            self.write_message(message)

    def on_message(self, message: str | bytes) -> None:
        """Hand on what Playwright asks, unless Firefox would refuse it."""
        asked = json.loads(message)
        if asked.get("method") in UNKNOWN:
            self.write_message(json.dumps({"type": "success", "id": asked["id"], "result": {}}))
        elif self.behind is None:
            self.waiting.append(message)
        else:
            self.behind.write_message(message)

    def on_close(self) -> None:
        """Let Firefox go."""
        if self.behind is not None:
            self.behind.close()


async def main(command: list[str]) -> int:
    """Start Firefox; say where it listens as if it were here."""
    running = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.terminate)
    sockets = bind_sockets(0, "127.0.0.1")
    port = sockets[0].getsockname()[1]
    HTTPServer(Application([(r"/.*", Between)], websocket_max_message_size=LARGEST)).add_sockets(sockets)
    assert running.stderr is not None
    while line := await running.stderr.readline():
        words = line.decode("utf-8", "replace")
        if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", words):
            Between.firefox = found[1]
            words = words.replace(found[1], f"ws://127.0.0.1:{port}")
        print(words, end="", file=sys.stderr, flush=True)
    return await running.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
