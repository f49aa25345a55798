"""
The site beside the work: served to this machine alone, made again on each change, and reloaded by itself.

What reloads a page is put into it on its way to the browser; the files of the site stay as they are. An error is
shown on the page, over the last good site.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from qualcode.errors import QualcodeError, SourceError, StudyError
from qualcode.report.staleness import INPUTS
from qualcode.study.opening import find_study

HOST = "127.0.0.1"
CHANGES = "/-/changes"
"""Where a page asks for what has changed since it was served; no page of the site has this address."""
SCRIPT = "/-/follow.js"
"""The script that asks, put into each page on its way to the browser."""
MOST = 64
"""How many connections are held at once; others are closed, and the browser asks again."""
PATIENCE = 20.0
"""After how many seconds a connection that says nothing is closed."""
_HEARTBEAT = 15.0
_FOLLOW = '<script src="{}?made={}"></script>\n</body>'
_NOTHING = "<!doctype html><html lang='en'><title>No site yet</title><body><h1>There is no site yet</h1></body></html>"


@dataclass
class State:
    """What the pages are told: how often the site was made, and what is wrong now."""

    made: int = 0
    error: str = ""
    closing: bool = False
    changed: threading.Condition = field(default_factory=threading.Condition)

    def tell(self, *, made: int | None = None, error: str = "", closing: bool = False) -> None:
        """Set it, and wake who waits."""
        with self.changed:
            self.made = self.made if made is None else made
            self.error, self.closing = error, closing
            self.changed.notify_all()


def serve(
    path: Path | None = None,
    *,
    say: Callable[[str], None] = print,
    build: Callable[..., Path] | None = None,
    port: int = 0,
    every: float = 0.5,
) -> None:
    """
    Serve a study's site to this machine until interrupted, and make it again whenever the study changes.

    Args:
        say: is told the address, each step and each error.
        build: makes the site; left out, ``report``.
        port: 0 takes a free one.
        every: seconds between two looks at the study's files.

    Raises:
        UsageError: there is no study.

    Example:
        >>> serve(study.root, port=8000)  # doctest: +SKIP
        http://127.0.0.1:8000/
    """
    from qualcode.report import report

    root = find_study(path)
    make = build or report
    state = State()
    server = Server(root / "build" / "site", state, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        seen: dict[str, tuple[int, int]] = {}
        say(f"http://{HOST}:{server.server_port}/ shows the report and follows your changes; Ctrl+C ends it")
        while True:
            now = _files(root)
            if now == seen:
                time.sleep(every)
                continue
            while (later := _files(root)) != now:  # somebody is still writing
                now = later
                time.sleep(every / 2)
            seen = now
            _make(root, make, state, say)
    except KeyboardInterrupt:
        say("ended")
    finally:
        state.tell(closing=True)
        server.shutdown()
        server.server_close()
        thread.join()


def _make(root: Path, make: Callable[..., Path], state: State, say: Callable[[str], None]) -> None:
    """Make the site; what is wrong is told, and the last good one stays."""
    mark = root / "build" / "site.key"
    before = mark.read_bytes() if mark.exists() else b""
    try:
        make(root, say=say)
    except (StudyError, SourceError) as error:
        state.tell(error="\n".join(map(str, error.problems)))
    except QualcodeError as error:
        state.tell(error=str(error))
    else:
        after = mark.read_bytes() if mark.exists() else b""
        state.tell(made=state.made + (after != before or bool(state.error)))
        return
    say(state.error)


def _files(root: Path) -> dict[str, tuple[int, int]]:
    """Return when each file that a report may read was changed, and its size."""
    found: dict[str, tuple[int, int]] = {}
    for folder in (*INPUTS, "notebooks"):
        for file in (root / folder).rglob("*"):
            if file.name.startswith(".") or ".ipynb_checkpoints" in file.parts:
                continue
            try:
                about = file.stat()
            except FileNotFoundError:  # gone while we looked
                continue
            found[str(file)] = (about.st_mtime_ns, about.st_size)
    return found


class Server(ThreadingHTTPServer):
    """A server of one folder that holds so many connections at once and no more; ``open`` are those it holds."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, folder: Path, state: State, port: int = 0) -> None:
        self.open = threading.BoundedSemaphore(MOST)
        super().__init__((HOST, port), partial(_Page, state=state, directory=str(folder)))

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer a request in a thread of its own, or close it where there are too many."""
        if not self.open.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self.open.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer one request."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.open.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a connection that broke off."""


class _Page(SimpleHTTPRequestHandler):
    """Answers this machine's browsers: files of the site, and what has changed."""

    protocol_version = "HTTP/1.0"
    timeout = PATIENCE

    def __init__(self, *args: object, state: State, directory: str) -> None:
        self.state = state
        super().__init__(*args, directory=directory)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answer a request of this machine's own pages, or of whoever opens one; no other site reads this one."""
        path = urlsplit(self.path).path
        if not self._ours():
            self.send_error(403)
        elif path == CHANGES:
            self._tell_changes()
        elif path == SCRIPT:
            self._send(_script(), "text/javascript; charset=utf-8")
        else:
            self._page()

    def do_HEAD(self) -> None:
        """Answer like a request, without the page."""
        self.do_GET() if urlsplit(self.path).path != CHANGES else self.send_error(405)

    def _ours(self) -> bool:
        """
        Say whether a request comes from our own pages, or from the person at the browser.

        Another name than this machine's is another site that leads its name here. A browser says of each request
        whether another site asks (``Sec-Fetch-Site``); such a one gets a page to look at, when somebody follows a
        link, and nothing to read by a script, a picture or a frame.
        """
        names = {f"{name}:{self.server.server_address[1]}" for name in (HOST, "localhost")}  # type: ignore[index]
        if self.headers.get("Host") not in names:
            return False
        origin = self.headers.get("Origin")
        if origin is not None and origin not in {f"http://{name}" for name in names}:
            return False
        if self.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin"):
            return True
        return self.headers.get("Sec-Fetch-Mode") == "navigate" and self.headers.get("Sec-Fetch-Dest") == "document"

    def _file(self) -> Path | None:
        """Return the file that is asked for, if it lies in the site's folder and no link leads out of it."""
        asked = Path(self.translate_path(self.path))
        folder = Path(self.directory)
        try:
            asked = asked / "index.html" if asked.is_dir() else asked
            real = asked.resolve(strict=True)
            within = real.is_relative_to(folder.resolve(strict=True)) and real.is_file()
        except (OSError, ValueError, RuntimeError):
            return None
        return real if within else None

    def _page(self) -> None:
        made = self.state.made
        path = self._file()
        if path is None:
            if (Path(self.directory) / "index.html").exists() or urlsplit(self.path).path != "/":
                self.send_error(404)
                return
            text = _NOTHING
        elif path.suffix != ".html":
            self._send(path.read_bytes(), self.guess_type(str(path)))
            return
        else:
            text = path.read_text("utf-8")
        followed = text.replace("connect-src 'none'", "connect-src 'self'", 1)
        followed = followed.replace("</body>", _FOLLOW.format(SCRIPT, made))
        self._send(followed.encode("utf-8"), "text/html; charset=utf-8")

    def _send(self, data: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def _tell_changes(self) -> None:
        asked = (parse_qs(urlsplit(self.path).query).get("since") or ["0"])[0]
        if not re.fullmatch(r"[0-9]{1,12}", asked):
            self.send_error(400)
            return
        since = int(asked)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        told = ""
        try:
            while not self.state.closing:
                with self.state.changed:
                    if self.state.made == since and self.state.error == told:
                        self.state.changed.wait(_HEARTBEAT)
                    made, error = self.state.made, self.state.error
                line = json.dumps({"reload": made != since, "error": error})
                self.wfile.write(
                    f"data: {line}\n\n".encode() if made != since or error != told else b": still here\n\n"
                )
                self.wfile.flush()
                if made != since:
                    return
                told = error
        except OSError:  # the page was closed
            return

    def end_headers(self) -> None:
        """Let nothing be kept by the browser, and nothing be read by another site's page."""
        self.send_header("Cache-Control", "no-store")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "SAMEORIGIN")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing of each request."""


def _script() -> bytes:
    return (files("qualcode.report") / "static" / "follow.js").read_bytes().replace(b"CHANGES", CHANGES.encode())
