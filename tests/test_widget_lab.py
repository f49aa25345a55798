"""The widget where it is used: JupyterLab with a real kernel, and what a saved notebook keeps of it."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import qualcode
from coderpage import chromium
from qualcode.coding import read_coder_file
from qualcode.widget import lab_command, ready_notebook

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


def test_in_jupyterlab_a_selection_and_a_key_are_on_disk(
    card: Path, lab: tuple[Path, str], browser: str, tmp_path: Path
):
    """Run the cell, drag, press; type what are commands of the notebook; save: no word is in the file."""
    from playwright.sync_api import Error

    notebook, url = lab
    with chromium(browser) as started:
        page = started.new_context(viewport={"width": 1280, "height": 1000}).new_page()
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
        drag(page, 1, 0, 9)
        page.keyboard.press("4")
        page.wait_for_function("document.querySelector('.qc-live').textContent.includes('Coded')", timeout=PATIENCE)
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
