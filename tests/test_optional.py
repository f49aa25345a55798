"""Every optional entry and every optional cell may be absent: the study is sound, and each table and network works."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import qualcode
from qualcode import network, tables
from qualcode.errors import UsageError
from qualcode.study.document import _KEYS, _NEEDED, FOLDERS

CITIZEN_CARD = Path(__file__).parent / "citizen-card"
NEEDED = {
    "cases.csv": ("case", "label", "kind"),
    "ties.csv": ("case", "tie", "to"),
    "acts.csv": ("act", "date", "case"),
}
NEEDED["acts.csv"] += ("did", "document", "certainty")
TOGETHER = ("figure", "figure_weight", "figure_basis", "figure_on")


def entries() -> Iterator[tuple[str, str]]:
    """Name each optional entry of a document: the file, and the line that has it."""
    for folder, kind in FOLDERS.items():
        for path in sorted((CITIZEN_CARD / folder).glob("*.md")):
            head = path.read_text("utf-8").split("\n---\n")[0]
            for line in head.split("\n"):
                key = line.split(":")[0]
                if key in _KEYS[kind] and key not in (*_NEEDED[kind], "speakers", "not_speakers"):
                    yield f"{folder}/{path.name}", line


def cells() -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """Name each optional cell of a table: the file, the row, and the columns that are emptied together."""
    for name, needed in NEEDED.items():
        path = CITIZEN_CARD / "coding" / name
        for n, row in enumerate(csv.DictReader(io.StringIO(path.read_text("utf-8")))):
            for column, value in row.items():
                if value and column not in needed:
                    yield name, n, TOGETHER if column in TOGETHER else (column,)


def everything(study: qualcode.Study) -> None:
    """Make every table and every network; a network of nothing says so."""
    for make in tables.TABLES.values():
        make(study)
    statements, attended = tables.statements(study), tables.attendance(study)
    people, ties = tables.cases(study), tables.ties(study)
    for what in (
        lambda: network.discourse_network(statements, actor="actor"),
        lambda: network.attendance_network(attended, mentioned=tables.mentioned(study), cases=people),
        lambda: network.tie_network(ties, people),
        lambda: network.tie_strength(attendance=attended, ties=ties, cases=people),
        lambda: network.circles(network.attendance_network(attended, cases=people)),
        lambda: network.ei_index(network.attendance_network(attended, cases=people), "figure"),
    ):
        try:
            what()
        except UsageError:
            continue


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(CITIZEN_CARD, tmp_path_factory.mktemp("optional") / "card")


def test_there_are_optional_entries_and_cells():
    assert (len(list(entries())) > 5, len(list(cells())) > 20) == (True, True)


@pytest.mark.parametrize(("name", "line"), list(entries()))
def test_a_document_without_an_optional_entry(card: Path, name: str, line: str):
    path = card / name
    before = path.read_text("utf-8")
    try:
        path.write_text(before.replace(f"{line}\n", "", 1), "utf-8")
        study = qualcode.open_study(card)
        assert study.problems == ()
        everything(study)
    finally:
        path.write_text(before, "utf-8")


@pytest.mark.parametrize(("name", "row", "columns"), sorted(set(cells())))
def test_a_table_without_an_optional_cell(card: Path, name: str, row: int, columns: tuple[str, ...]):
    path = card / "coding" / name
    before = path.read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(before)))
    rows[row] |= dict.fromkeys(columns, "")
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    try:
        path.write_text(out.getvalue(), "utf-8")
        study = qualcode.open_study(card)
        if not study.problems:  # an organisation that somebody's row needs is not optional
            everything(study)
    finally:
        path.write_text(before, "utf-8")
