"""What leaves a hostile study by other doors than the report: graphs, tables, drawings, the terminal, the widget."""

from __future__ import annotations

import csv
import io
import os
import pty
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx as nx
import pytest

from coderpage import STARTS, Page
from hostilestudy import SECRET, lay_hostile
from qualcode import open_study
from qualcode.errors import UsageError
from qualcode.network import to_gexf, to_graphml
from qualcode.network.exchange import from_graphml
from qualcode.study.study import Study
from qualcode.tables import TABLES
from qualcode.tables.written import as_csv
from qualcode.widget import read_only
from qualcode.widget.session import Session

FORBIDDEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32)))
"""Signs that XML cannot hold."""


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, list[str]]:
    """Lay the hostile study, whose payloads now hold what a terminal obeys too."""
    folder = tmp_path_factory.mktemp("hostile") / "study"
    payloads = lay_hostile(folder, TERMINAL)
    study = open_study(folder)
    study.require_sound()
    return study, payloads


TERMINAL = [
    "\x1b]0;ran\x07\x1b[2J\x1b[1;31mred",
    "\x9b31mred\x90x\x9c",
    "a\u202egnp.exe",
    "=1+1|'x'!A1",
    "+SUM(1)",
    "@x",
    "\t=1",
]


def test_a_graph_for_other_programs_holds_labels_as_words(laid: tuple[Study, list[str]]):
    _, payloads = laid
    graph: nx.Graph[str] = nx.Graph()
    held = [p for p in payloads if p == p.translate(FORBIDDEN)]
    for n, words in enumerate(held):
        graph.add_node(f"case-{n:02d}", label=f"Case {n} {words}", note=words)
        graph.add_edge(f"case-{n:02d}", "group", tie=words, weight=1.0)
    for text in (to_graphml(graph), to_gexf(graph)):
        assert "<!DOCTYPE" not in text.partition(">")[0] + text.partition(">")[2].partition(">")[0]
        root = ElementTree.fromstring(text)
        tags = {e.tag.rpartition("}")[2] for e in root.iter()}
        assert tags & {"script", "img", "svg", "iframe", "x"} == set()
        found = {e.get("label") or e.text or "" for e in root.iter()} | {e.get("value") or "" for e in root.iter()}
        plain = {" ".join(one.split()) for one in found}
        assert [p for p in held if " ".join(p.split()) not in plain] == []
    back = from_graphml(to_graphml(graph))
    assert [back.nodes[f"case-{n:02d}"]["note"] for n in range(len(held))] == held
    graph.add_node("odd", label=TERMINAL[0])
    with pytest.raises(UsageError, match=r"U\+001B \(Cc\) at sign 1: XML cannot hold it"):
        to_graphml(graph)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_no_cell_of_a_table_is_a_formula(name: str, laid: tuple[Study, list[str]]):
    study, _ = laid
    rows = list(csv.reader(io.StringIO(as_csv(TABLES[name](study)), newline="")))

    cells = [cell for row in rows for cell in row]
    assert [c for c in cells if c[:1] in ("=", "+", "@", "\t", "\r") or (c[:1] == "-" and not number(c))] == []
    assert [c for c in cells if SECRET in c] == []


def number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


SAID = ["check", "table cases", "table codings", "table memos", "search so --in-context", "search well", "divergence"]
SAID += ["compare reader x d-00", "network discourse", "table '\x1b[2J'", "suggest --coder reader", "reanchor"]
SAID += ["report --untrusted --coder '\x1b]0;x\x07'"]


@pytest.mark.long
def test_nothing_that_a_terminal_obeys_reaches_it(laid: tuple[Study, list[str]]):
    """Commands in a terminal of their own; all signs but line ends are printable, and words stand written out."""
    study, _ = laid
    for words in SAID:
        said = in_a_terminal(study.root, words)
        strange = {c for c in said if not c.isprintable() and c not in "\n\t\u00a0\u2003\u202f"}
        assert (words, strange) == (words, set())
    assert "\\x1b]0;ran\\x07\\x1b[2J" in in_a_terminal(study.root, "table cases")


def in_a_terminal(folder: Path, words: str) -> str:
    """Run a command whose output is a terminal; return what it wrote there."""
    mine, theirs = pty.openpty()
    command = [sys.executable, "-X", "utf8", "-m", "qualcode", *shlex.split(words)]
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=theirs, cwd=folder) as running:
        os.close(theirs)
        told = b""
        while True:
            try:
                part = os.read(mine, 1 << 16)
            except OSError:
                break
            if not part:
                break
            told += part
        running.wait(30)
    os.close(mine)
    return told.decode("utf-8").replace("\r\n", "\n")


@pytest.fixture(scope="module", params=STARTS)
def started(request: pytest.FixtureRequest) -> Iterator[Any]:
    fixture, start = STARTS[request.param]
    with start(request.getfixturevalue(fixture)) as running:
        yield running


@pytest.mark.long
def test_the_widget_and_the_read_only_view_show_words_and_run_nothing(laid: tuple[Study, list[str]], started: Any):
    """Each document in the read-only view on one page; a few in the widget, with their memos, codes and suggestions."""
    study, payloads = laid
    context = started.new_context()
    asked: list[str] = []
    context.on("request", lambda r: asked.append(r.url))
    page = context.new_page()
    whole = "".join(f"<section>{read_only(study, name).to_html()}</section>" for name in study.documents)
    page.set_content(f"<!doctype html><meta charset=utf-8><body>{whole}")
    shown = page.evaluate("[...document.querySelectorAll('section')].map(s => s.textContent)")
    assert (
        page.evaluate(
            "window.ran === undefined && document.querySelectorAll('section *:not(p,b,div,mark,style)').length"
        )
        == 0
    )
    told = [" ".join(one.split()) for one in shown]
    assert [p for p, one in zip(payloads, told, strict=True) if " ".join(p.split()) not in one] == []

    widget = Page(context)
    for n in (0, 4, 22, 54, len(payloads) - 1):
        widget.mount(Session(study, f"d-{n:02d}", "reader"))
    assert widget.page.evaluate("window.ran === undefined")
    assert widget.errors == []
    assert [url for url in asked if "host.invalid" in url or "secret" in url] == []
    context.close()
