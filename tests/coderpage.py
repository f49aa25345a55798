"""
A bare page with the widget's script in it: a browser on one side, real sessions on real files on the other.

The page's model is a stub that hands each message to Python and gives back what Python answers.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qualcode.widget.bridge import SCRIPT, replies
from qualcode.widget.browser import STYLE
from qualcode.widget.session import Session

BETWEEN = Path(__file__).parent / "firefoxbetween.py"
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
HTML = """<!doctype html><html lang=en><meta charset=utf-8><title>A transcript</title>
<link rel=stylesheet href=/coder.css>
<body style="margin:8px">HEAD<main><h1 style="font-size:1em">A notebook</h1><div id=hosts></div></main>"""
MOUNT = """async ([n, shadow, silent]) => {
  const listeners = [], sent = [];
  const model = {
    get: () => 1, set() {}, save_changes() {}, off: (_, f) => listeners.splice(listeners.indexOf(f), 1),
    on: (name, f) => listeners.push(f),
    send: m => {
      sent.push(m);
      if (!silent) window.kernel(n, m).then(all => {
        window.views[n].came ??= performance.now();
        JSON.parse(all).forEach(r => listeners.forEach(f => f(r)));
      });
    },
  };
  let host = document.createElement("div");
  document.getElementById("hosts").append(host);
  if (shadow) {
    const inside = host.attachShadow({ mode: "open" });
    const sheet = document.createElement("link"); sheet.rel = "stylesheet"; sheet.href = "/coder.css";
    host = document.createElement("div");
    inside.append(sheet, host);
  }
  const script = await import("/coder.js");
  window.views ??= [];
  window.views[n] = { sent, model, host, listeners };
  window.views[n].close = script.render({ model, el: host });
}"""


class Page:
    """A browser's page with one view or more, each on a session."""

    def __init__(self, context: Any, head: str = "") -> None:
        self.sessions: list[Session] = []
        self.errors: list[str] = []
        self.page = context.new_page()
        self.page.on("pageerror", lambda e: self.errors.append(str(e)))
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        files = {"/coder.js": ("text/javascript", SCRIPT), "/coder.css": ("text/css", STYLE.read_text("utf-8"))}

        def serve(route: Any) -> None:
            path = "/" + route.request.url.split("/", 3)[3]
            if path in files:
                route.fulfill(body=files[path][1], content_type=f"{files[path][0]}; charset=utf-8")
            elif path == "/":
                route.fulfill(body=HTML.replace("HEAD", head), content_type="text/html; charset=utf-8")
            else:
                route.fulfill(status=204)

        self.page.route("http://localhost/**", serve)
        self.page.expose_function("kernel", lambda n, m: json.dumps([*replies(self.sessions[n], m)]))
        self.page.goto("http://localhost/")

    def mount(self, session: Session, *, shadow: bool = False, silent: bool = False) -> int:
        """Show a session's document; return the view's number."""
        self.sessions.append(session)
        n = len(self.sessions) - 1
        self.page.evaluate(MOUNT, [n, shadow, silent])
        if not silent:
            self.page.wait_for_function("n => views[n].host.querySelector('.qc-words')", arg=n)
        return n

    def sent(self, n: int = 0) -> list[dict[str, Any]]:
        """Return the messages a view sent, but those that only look."""
        return [m for m in self.page.evaluate("n => views[n].sent", n) if m["type"] != "look"]

    def select(self, i: int, a: int, j: int, b: int, n: int = 0) -> None:
        """Select from UTF-16 unit *a* of part *i* to *b* of part *j*, in view *n*; wait until the view has noticed."""
        self.page.evaluate(
            """([n, i, a, j, b]) => {
              const words = views[n].host.querySelectorAll('.qc-words');
              views[n].host.querySelector('.qc-doc').focus({ preventScroll: true });
              document.getSelection().setBaseAndExtent(words[i].firstChild, a, words[j].firstChild, b);
            }""",
            [n, i, a, j, b],
        )
        self.frames(4)

    def drag(self, i: int, a: int, b: int, n: int = 0) -> None:
        """Select with the mouse, within one line of part *i*."""
        box = self.page.evaluate(
            """([n, i, a, b]) => {
              const node = views[n].host.querySelectorAll('.qc-words')[i].firstChild, r = document.createRange();
              r.setStart(node, a); r.setEnd(node, b);
              const c = r.getClientRects()[0];
              return [c.left, c.right, c.top + c.height / 2];
            }""",
            [n, i, a, b],
        )
        self.page.mouse.move(box[0] + 1, box[2])
        self.page.mouse.down()
        self.page.mouse.move(box[1] - 1, box[2], steps=4)
        self.page.mouse.up()

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def typed(self, key: str, code: str) -> None:
        """Press a key of another keyboard: what it prints, and where it lies."""
        about = {"key": key, "code": code, "bubbles": True, "cancelable": True}
        self.page.evaluate("a => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', a))", about)

    def frames(self, count: int) -> None:
        """Wait until the page was drawn *count* times."""
        self.page.evaluate("async n => { while (n--) await new Promise(done => requestAnimationFrame(done)); }", count)

    def live(self, n: int = 0) -> str:
        """Return what a screen reader was told last."""
        return str(self.page.evaluate("n => views[n].host.querySelector('.qc-live').textContent", n))

    def said(self, words: str, n: int = 0) -> None:
        """Wait until a screen reader is told these words."""
        from playwright.sync_api import Error

        there = "([n, w]) => views[n].host.querySelector('.qc-live').textContent.includes(w)"
        try:
            self.page.wait_for_function(there, arg=[n, words], timeout=8000)
        except Error as error:
            raise AssertionError(f"{words!r} was not said; said was {self.live(n)!r}; {self.errors}") from error

    def lanes(self, n: int = 0) -> list[list[str]]:
        """Return the names in the margin of each turn."""
        return list(
            self.page.evaluate(
                """n => [...views[n].host.querySelectorAll('.qc-lane')].map(
                  l => [...l.querySelectorAll('.qc-tag')].map(t => t.innerText.replace(/\\s+/g, ' ').trim()))""",
                n,
            )
        )


@contextmanager
def chromium(path: str) -> Iterator[Any]:
    """Start Debian's Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=path, args=list(FLAGS))
        yield started
        started.close()


@contextmanager
def firefox(path: str) -> Iterator[Any]:
    """Start Debian's Firefox."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        between = Path(folder) / "firefox"
        between.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{BETWEEN}" "{path}" "$@"\n', "utf-8")
        between.chmod(0o755)
        started = play.firefox.launch(executable_path=between, channel="moz-firefox")
        yield started
        started.close()


STARTS = {"chromium": ("browser", chromium), "firefox": ("firefox", firefox)}
"""Browsers, each with the fixture that finds it and what starts it."""
