"""
The site beside the work: served to this machine alone, made again on each change, and reloaded by itself.

What reloads a page is put into it on its way to the browser; the files of the site stay as they are. An error is
shown on the page, over the last good site.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from qualcode.errors import QualcodeError, SourceError, StudyError
from qualcode.report.staleness import INPUTS
from qualcode.study.study import find_study

HOST = "127.0.0.1"
CHANGES = "/-/changes"
"""Where a page asks for what has changed since it was served; no page of the site has this address."""
_HEARTBEAT = 15.0
_SCRIPT = """<script>
(() => {
  const changes = new EventSource("%s?since=%d");
  changes.onmessage = (event) => {
    const told = JSON.parse(event.data);
    let box = document.getElementById("qualcode-says");
    if (told.reload) { changes.close(); location.reload(); return; }
    if (!box) {
      box = document.createElement("pre");
      box.id = "qualcode-says";
      box.setAttribute("role", "alert");
      box.style.cssText = "position:sticky;top:0;z-index:1000;margin:0;padding:0.6rem 1rem;background:#8a1c1c;"
        + "color:#fff;white-space:pre-wrap;font-size:0.9rem";
      document.body.prepend(box);
    }
    box.textContent = told.error;
    box.hidden = !told.error;
  };
  addEventListener("pagehide", () => changes.close());
})();
</script>
</body>"""
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
    server = ThreadingHTTPServer((HOST, port), partial(_Page, state=state, directory=str(root / "build" / "site")))
    server.daemon_threads = True
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


class _Page(SimpleHTTPRequestHandler):
    """Answers this machine's browsers: files of the site, and what has changed."""

    protocol_version = "HTTP/1.0"

    def __init__(self, *args: object, state: State, directory: str) -> None:
        self.state = state
        super().__init__(*args, directory=directory)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Answer a request; another host's name in it is refused, so that no other page reads this one."""
        if (self.headers.get("Host") or "").rsplit(":", 1)[0] not in (HOST, "localhost"):
            self.send_error(403)
        elif urlsplit(self.path).path == CHANGES:
            self._tell_changes()
        else:
            self._page()

    def do_HEAD(self) -> None:
        """Answer like a request, without the page."""
        self.do_GET() if urlsplit(self.path).path != CHANGES else self.send_error(405)

    def _page(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        made = self.state.made
        if path.suffix != ".html":
            super().do_GET()
            return
        if not path.is_file() and path.name != "index.html":
            self.send_error(404)
            return
        text = path.read_text("utf-8") if path.is_file() else _NOTHING
        page = text.replace("</body>", _SCRIPT % (CHANGES, made)).encode("utf-8")
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(page)

    def _tell_changes(self) -> None:
        since = int((parse_qs(urlsplit(self.path).query).get("since") or ["0"])[0])
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
        except (BrokenPipeError, ConnectionResetError):
            return

    def end_headers(self) -> None:
        """Let nothing be kept by the browser."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing of each request."""
