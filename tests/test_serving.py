"""The site beside the work: it follows changes by itself, shows errors, and leaves nothing of that in its files."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from conftest import CITIZEN_CARD
from qualcode.report import report
from qualcode.study.layout import lay_notebooks

CODINGS = "coding/coders/reader/2024-02-20-mediator.jsonl"
UNTOUCHED = "document.documentElement.dataset.untouched = 'yes'"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the tiny study with one notebook and its site."""
    study = tmp_path_factory.mktemp("serving") / "card"
    shutil.copytree(CITIZEN_CARD, study)
    lay_notebooks(study)
    for name in ("actor-network.ipynb", "divergences.ipynb"):
        (study / "notebooks" / name).unlink()
    report(study, say=lambda _: None)
    return study


@pytest.fixture
def study(rendered: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(rendered, tmp_path / "card"))


@pytest.fixture
def served(study: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Serve the study in a process of its own; give the process and its port."""
    command = [sys.executable, "-u", "-m", "qualcode", "report", "--serve", "--study", str(study)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stderr
    address = re.search(r"http://127\.0\.0\.1:(\d+)/", process.stderr.readline())
    assert address
    yield process, int(address[1])
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)


def get(port: int, path: str, host: str = "127.0.0.1") -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers={"Host": f"{host}:{port}"})
    answer = connection.getresponse()
    told = answer.status, answer.read().decode("utf-8", "replace")
    connection.close()
    return told


def one_excerpt_less(study: Path) -> None:
    lines = (study / CODINGS).read_text("utf-8").splitlines(keepends=True)
    (study / CODINGS).write_text("".join(lines[1:]), "utf-8")


def wait_for(what: Callable[[], bool], seconds: float = 120) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(0.2)
    return False


def test_a_changed_coding_shows_up_in_the_open_page_by_itself(
    study: Path, served: tuple[subprocess.Popen[str], int], browser: str
):
    """Chromium, never touched after it was opened; then an error on the page, then its end."""
    from playwright.sync_api import sync_playwright

    _, port = served
    before = (study / "build/site/corpus.html").read_text("utf-8")
    number = "document.querySelector('table.qualcode:last-of-type')?.innerText || ''"
    notebook = study / "notebooks" / "corpus.ipynb"
    cells = notebook.read_text("utf-8")
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser, args=FLAGS)
        page = chromium.new_page()
        page.goto(f"http://127.0.0.1:{port}/corpus.html")
        page.evaluate(UNTOUCHED)
        first = page.locator("#corpus-15").inner_text()

        one_excerpt_less(study)
        page.wait_for_selector("html:not([data-untouched])", timeout=120_000)
        page.wait_for_load_state()
        second = page.locator("#corpus-15").inner_text()
        assert second != first

        page.evaluate(UNTOUCHED)
        notebook.write_text(cells.replace("plots.timeline(documents)", "plots.timeline(nothing)"), "utf-8")
        page.wait_for_selector("#qualcode-says:not([hidden])", timeout=120_000)
        assert page.locator("#qualcode-says").inner_text() == (
            "corpus.ipynb, cell 5: NameError: name 'nothing' is not defined"
        )
        assert page.evaluate("document.documentElement.dataset.untouched") == "yes"
        assert page.locator("#corpus-15").inner_text() == second

        notebook.write_text(cells, "utf-8")
        page.wait_for_selector("html:not([data-untouched])", timeout=120_000)
        page.wait_for_load_state()
        assert page.locator("#qualcode-says").count() == 0
        assert page.evaluate(number) is not None
        chromium.close()

    after = (study / "build/site/corpus.html").read_text("utf-8")
    assert after != before
    assert [n for n, data in files(study / "build" / "site").items() if b"EventSource" in data] == []


def test_interrupted_it_ends_cleanly_and_the_site_is_whole(study: Path, served: tuple[subprocess.Popen[str], int]):
    process, port = served
    assert get(port, "/")[0] == 200
    before = files(study / "build" / "site")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert process.returncode == 0
    assert said.splitlines()[-1] == "ended"
    assert files(study / "build" / "site") == before


def test_only_this_machine_is_answered_and_only_under_its_own_name(served: tuple[subprocess.Popen[str], int]):
    """Another page's script may reach our port under a name of its own; it is refused."""
    _, port = served

    assert get(port, "/", host="evil.example")[0] == 403
    assert get(port, "/-/changes", host="evil.example")[0] == 403
    assert get(port, "/no-such-page.html")[0] == 404
    assert get(port, "/../coding/codebook.yaml")[0] == 404
    status, page = get(port, "/")
    assert status == 200
    assert '<script src="/-/follow.js?made=0"></script>' in page
    assert "EventSource" in get(port, "/-/follow.js")[1]


KILLED = """
import os, signal, sys
from pathlib import Path
import importlib
module, _, name = {where!r}.rpartition(":")
here = importlib.import_module(module)
owner = here
*way, last = name.split(".")
for part in way:
    owner = getattr(owner, part)
def kill(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
before = getattr(owner, last)
if {after!r}:
    def late(*args, **kwargs):
        before(*args, **kwargs)
        kill()
    setattr(owner, last, late)
else:
    setattr(owner, last, kill)
if {fallback!r}:
    importlib.import_module("qualcode.report.site")._exchange = lambda one, other: False
from qualcode.report import report
report(Path({study!r}))
"""


@pytest.mark.skipif(not hasattr(os, "kill") or sys.platform == "win32", reason="no such signal here")
@pytest.mark.parametrize(
    ("where", "after", "fallback"),
    [
        ("qualcode.report.runs:_Run._keep", False, False),
        ("qualcode.report.runs:_Run._keep", True, False),
        ("qualcode.report.typeset:_set", True, False),
        ("qualcode.report.site:first_page", False, False),
        ("qualcode.report.site:put_in_place", False, False),
        ("qualcode.report.site:_exchange", True, False),
        ("pathlib:Path.rename", True, True),
    ],
    ids=[
        "a notebook has run",
        "a notebook is kept",
        "Sphinx has rendered",
        "half of the pages are written",
        "before the change of place",
        "after it",
        "between the two steps where there is no single one",
    ],
)
def test_a_killed_run_leaves_a_whole_site_and_the_next_run_makes_the_new_one(
    study: Path, where: str, after: bool, fallback: bool
):
    """SIGKILL at this step. Only between the two steps is the site gone, and the next command brings it back."""
    good = files(study / "build" / "site")
    if "runs" in where:
        one_excerpt_less(study)
    else:  # a memo is on the pages and in no notebook: nothing is run
        memo = "---\ntitle: A new one\non: 2024-05-01\nby: reader\n---\nSome words.\n"
        (study / "coding/memos/2024-05-01-new.md").write_text(memo, "utf-8")
    if "typeset" in where:
        (study / "build" / "chapters.key").unlink()
    script = KILLED.format(where=where, after=after, fallback=fallback, study=str(study))
    if where == "pathlib:Path.rename":  # only the rename that takes the site away
        script = script.replace(
            "before(*args, **kwargs)\n        kill()",
            "before(*args, **kwargs)\n        args[0].name == 'site' and kill()",
        )
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()

    if fallback:
        from qualcode.report.current import bring_back

        assert not (study / "build" / "site").exists()
        bring_back(study / "build")
    left = files(study / "build" / "site")
    if where.endswith("_exchange"):
        assert sorted(set(left) - set(good)) == ["memos/2024-05-01-new.html"]
        assert left["memos/index.html"] != good["memos/index.html"]
    else:
        assert left == good


def test_after_a_killed_run_the_next_one_makes_what_a_fresh_one_would(study: Path, tmp_path: Path):
    one_excerpt_less(study)
    script = KILLED.format(where="qualcode.report.site:_exchange", after=True, fallback=False, study=str(study))
    subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    report(study, say=lambda _: None)
    fresh = Path(shutil.copytree(study, tmp_path / "fresh", ignore=shutil.ignore_patterns("build")))
    report(fresh, say=lambda _: None)

    assert files(study / "build" / "site") == files(fresh / "build" / "site")
    assert not (study / "build" / "site-old").exists()
    assert not (study / "build" / "site-new").exists()


def test_another_site_reads_nothing_neither_by_a_script_nor_by_a_frame(served: tuple[subprocess.Popen[str], int]):
    """A browser says who asks. A link may be followed; a script, a picture, a frame or a request of others may not."""
    _, port = served

    def asked(**headers: str) -> int:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        told = {"Host": f"127.0.0.1:{port}"} | {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", "/corpus.html", headers=told)
        status = connection.getresponse().status
        connection.close()
        return status

    script = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "script"}
    frame = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"}
    link = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    assert (asked(**script), asked(**frame), asked(Origin="http://evil.example")) == (403, 403, 403)
    assert asked(Sec_Fetch_Site="same-site", Sec_Fetch_Mode="no-cors", Sec_Fetch_Dest="script") == 403
    assert (asked(), asked(**link), asked(Sec_Fetch_Site="same-origin")) == (200, 200, 200)
    assert asked(Origin=f"http://127.0.0.1:{port}") == 200


def test_a_link_out_of_the_site_is_not_followed_and_a_strange_question_is_refused(
    study: Path, served: tuple[subprocess.Popen[str], int]
):
    """A symlink to a file, and one to a folder; a number that is none."""
    process, port = served
    site = study / "build" / "site"
    (study / "secret.html").write_text("secret", "utf-8")
    (site / "file.html").symlink_to(study / "secret.html")
    (site / "folder").symlink_to(study)

    assert get(port, "/file.html")[0] == 404
    assert get(port, "/folder/secret.html")[0] == 404
    assert get(port, "/folder/coding/codebook.yaml")[0] == 404
    assert get(port, "/%00.html")[0] == 404
    assert [get(port, f"/-/changes?since={n}")[0] for n in ("abc", "-1", "9" * 13, "1e3")] == [400] * 4
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert "Traceback" not in process.communicate(timeout=60)[1]


def test_a_thousand_idle_connections_end_nothing(study: Path):
    """Those that say nothing are closed after a while, and somebody who asks then is answered."""
    import socket
    import threading

    from qualcode.report import server

    patience, server._Page.timeout = server._Page.timeout, 1.0
    started = server.Server(study / "build" / "site", server.State())
    thread = threading.Thread(target=started.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    port = started.server_port
    idle = []
    try:
        for _ in range(1000):
            one = socket.socket()
            one.settimeout(5)
            one.connect(("127.0.0.1", port))
            idle.append(one)

        def answered() -> bool:
            try:
                return get(port, "/")[0] == 200
            except OSError:
                return False

        assert wait_for(answered, 30)
        assert threading.active_count() < 200
    finally:
        for one in idle:
            one.close()
        started.shutdown()
        started.server_close()
        thread.join()
        server._Page.timeout = patience
