"""The widget where it is used: JupyterLab with a real kernel, and what a saved notebook keeps of it."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
import wave
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import qualcode
from coderpage import STARTS, chromium
from qualcode.study.coderfile import read_coder_file
from qualcode.widget import lab_command, ready_notebook

pytestmark = pytest.mark.builds

OFFICER = "2024-02-12-desk-officer"
SENTENCE = "You show it and you are somebody"
PATIENCE = 120_000


@pytest.fixture
def lab(card: Path, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Start the JupyterLab of `qualcode code` on the ready notebook, with folders of its own."""
    study = qualcode.open_study(card)
    notebook = ready_notebook(study, OFFICER, "me")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folders = {f"JUPYTER_{n}_DIR": str(tmp_path / n.lower()) for n in ("CONFIG", "DATA", "RUNTIME")}
    folders |= {"IPYTHONDIR": str(tmp_path / "ipython"), "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings")}
    flags = ["--no-browser", "--ip=127.0.0.1", f"--port={port}", "--IdentityProvider.token=", "--allow-root"]
    flags += ["--ServerApp.port_retries=0", "--LabApp.news_url=None", "--expose-app-in-browser"]
    command = lab_command(study, notebook) + flags
    with (tmp_path / "lab.log").open("w") as log:
        running = subprocess.Popen(command, env=os.environ | folders, cwd=card, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{url}/api", timeout=1)
                break
            except (urllib.error.URLError, OSError):
                assert running.poll() is None, (tmp_path / "lab.log").read_text()
                time.sleep(0.25)
        yield notebook, f"{url}/lab/tree/{notebook.relative_to(card).as_posix()}"
    finally:
        running.terminate()
        running.wait(20)


def kept(card: Path) -> list[tuple[str, dict[str, float | None]]]:
    file = read_coder_file(card / f"coding/coders/me/{OFFICER}.jsonl", "file", "me")[0]
    return [(e.anchor.quote, e.codes) for e in file.excerpts]


def drag(page: Any, i: int, a: int, b: int) -> None:
    box = page.evaluate(
        """([i, a, b]) => {
          const node = document.querySelectorAll('.qc-words')[i].firstChild, r = document.createRange();
          r.setStart(node, a); r.setEnd(node, b);
          const c = r.getClientRects()[0];
          return [c.left, c.right, c.top + c.height / 2];
        }""",
        [i, a, b],
    )
    page.mouse.move(box[0] + 1, box[2])
    page.mouse.down()
    page.mouse.move(box[1] - 1, box[2], steps=4)
    page.mouse.up()


def opened(context: Any, url: str) -> Any:
    """Open a notebook in a tab of its own, and run its cell."""
    from playwright.sync_api import Error

    page = context.new_page()
    # JupyterLab may ask something of its own at any time; its first choice is taken, as a person would
    page.add_locator_handler(page.locator(".jp-Dialog"), lambda dialog: dialog.locator("button").last.click())
    page.goto(url)
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=PATIENCE)
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", timeout=PATIENCE, state="attached")
    for _ in range(12):  # on a busy machine the notebook may be drawn once more, and the keys be lost
        page.locator(".jp-CodeCell .cm-content").first.click()
        page.keyboard.press("Shift+Enter")
        with suppress(Error):
            page.wait_for_selector(".qc-words", timeout=PATIENCE / 12)
            break
    page.locator(".qc-doc").scroll_into_view_if_needed()
    for news in page.locator(".jp-toast-button:has-text('No')").all():
        news.click()
    return page


def said(page: Any, words: str) -> None:
    """Wait until a screen reader is told these words."""
    there = "w => document.querySelector('.qc-live').textContent.includes(w)"
    page.wait_for_function(there, arg=words, timeout=PATIENCE)


@pytest.mark.parametrize("which", STARTS)
def test_in_jupyterlab_a_selection_and_a_key_are_on_disk(
    card: Path, lab: tuple[Path, str], which: str, request: pytest.FixtureRequest, tmp_path: Path
):
    """Run the cell, drag, press; type what are commands of the notebook; save: no word is in the file."""
    notebook, url = lab
    fixture, start = STARTS[which]
    with start(request.getfixturevalue(fixture)) as started:
        page = opened(started.new_context(viewport={"width": 1280, "height": 1000}), url)
        drag(page, 1, 0, 9)
        page.keyboard.press("4")
        said(page, "Coded")
        assert kept(card) == [("Honestly?", {"function/identification": None})]
        drag(page, 1, 5, 17)
        page.keyboard.press("Enter")
        page.keyboard.type("ministry")
        page.keyboard.press("Enter")
        page.wait_for_function("document.querySelectorAll('.qc-tag').length === 2", timeout=PATIENCE)
        assert len(kept(card)) == 2
        cells = "document.querySelectorAll('.jp-Notebook .jp-Cell').length"
        before = page.evaluate(cells)
        for key in ("x", "b", "m", "y", "Shift+Enter", "Escape"):
            page.locator(".qc-doc").focus()
            page.keyboard.press(key)
        page.keyboard.press("Escape")
        assert page.evaluate(cells) == before
        page.screenshot(path=os.environ.get("QUALCODE_PICTURE", str(tmp_path / "lab.png")))
        page.locator(".jp-CodeCell .cm-content").first.click()
        page.keyboard.press("Control+s")
        page.wait_for_timeout(1500)

    saved = notebook.read_text("utf-8")
    assert "coded by me; run the cell to go on" in saved
    assert SENTENCE not in saved


def test_two_tabs_with_a_kernel_each_show_both_and_one_killed_loses_nothing(
    card: Path, lab: tuple[Path, str], browser: str, tmp_path: Path
):
    """Two notebooks on one document and one coder; SIGKILL for the second's kernel between two acts of the first."""
    notebook, url = lab
    shutil.copy(notebook, notebook.with_name("again.ipynb"))
    with chromium(browser) as started:
        context = started.new_context(viewport={"width": 1280, "height": 1000})
        one, two = opened(context, url), opened(context, url.replace(notebook.name, "again.ipynb"))
        tags = "n => document.querySelectorAll('.qc-tag').length === n"
        for tab, other, a, count in ((one, two, 0, 1), (two, one, 10, 2), (one, two, 20, 3)):
            tab.bring_to_front()
            drag(tab, 1, a, a + 6)
            tab.keyboard.press("4")
            said(tab, "Coded")
            other.bring_to_front()
            other.wait_for_function(tags, arg=count, timeout=PATIENCE)
        assert len(kept(card)) == 3
        two.bring_to_front()
        drag(two, 3, 0, 10)
        two.keyboard.press("6")
        said(two, "as Access")
        os.kill(kernel_of(url, "again.ipynb"), signal.SIGKILL)
        one.bring_to_front()
        one.wait_for_function(tags, arg=4, timeout=PATIENCE)
        drag(one, 5, 0, 8)
        one.keyboard.press("9")
        said(one, "as Designed together")
        one.screenshot(path=os.environ.get("QUALCODE_PICTURE_TABS", str(tmp_path / "tabs.png")))
        assert len(kept(card)) == 5
        two.bring_to_front()
        two.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", timeout=PATIENCE, state="attached")
        two.wait_for_selector(".qc-alarm:not([hidden])", timeout=PATIENCE)
        assert "does not answer" in two.inner_text("[role=alert]")
        two.locator(".jp-CodeCell .cm-content").first.click()
        two.keyboard.press("Shift+Enter")
        two.wait_for_function(tags, arg=5, timeout=PATIENCE)


def kernel_of(url: str, notebook: str) -> int:
    """Return the process of the kernel behind a notebook; the server names the kernel, its command line has it."""
    with urllib.request.urlopen(url.split("/lab/", maxsplit=1)[0] + "/api/sessions") as answer:
        sessions = json.load(answer)
    name = next(s["kernel"]["id"] for s in sessions if s["path"].endswith(notebook))
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if name.encode() in (process / "cmdline").read_bytes():
                return int(process.name)
    pytest.skip("this system has no /proc to find the kernel's process in")


def test_in_jupyterlab_a_turns_time_plays_the_recording_beside_the_transcript(
    card: Path, lab: tuple[Path, str], browser: str
):
    """Two minutes of a tone, served by JupyterLab from its own folder; the page says where it is and that it sounds."""
    with wave.open(str(card / f"interviews/{OFFICER}.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes(128 + round(60 * math.sin(n * 440 * 2 * math.pi / 8000)) for n in range(8000 * 130)))
    _, url = lab
    with chromium(browser) as started:
        page = opened(started.new_context(viewport={"width": 1280, "height": 1000}), url)
        asked: list[tuple[str, int]] = []
        page.on("response", lambda r: asked.append((r.url, r.status)) if "/files/" in r.url else None)
        page.click("text=▶ 00:01:40")
        said(page, "Playing from 00:01:40")
        sound = "document.querySelector('.qc audio')"
        page.wait_for_function(f"{sound}.currentTime > 100.3", timeout=PATIENCE)
        now = page.evaluate(f"[{sound}.currentTime, {sound}.paused, {sound}.duration, {sound}.error]")

    assert 100.3 < now[0] < 128
    assert now[1:] == [False, 130, None]
    assert {u.split("/files/")[1].split("?")[0] for u, _ in asked} == {f"interviews/{OFFICER}.wav"}
    assert {status for _, status in asked} <= {200, 206}


def test_an_executed_notebook_and_its_html_hold_no_word_of_the_document(card: Path):
    """Widget states are stored by default when a notebook is executed, and they land in its HTML."""
    from nbconvert import HTMLExporter

    notebook = ready_notebook(qualcode.open_study(card), OFFICER, "me")
    book = nbformat.read(notebook, as_version=4)
    NotebookClient(book, timeout=120, resources={"metadata": {"path": str(notebook.parent)}}).execute()
    written = json.dumps(book)
    html = HTMLExporter().from_notebook_node(book)[0]
    words = [w for w in re.split(r"[\n.?]", qualcode.open_study(card).document(OFFICER).text) if len(w) > 20]

    assert "application/vnd.jupyter.widget-view+json" in written
    assert [w for w in words if w.strip() in written or w.strip() in html] == []
    assert len(words) > 4
