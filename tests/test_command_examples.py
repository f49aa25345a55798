"""
Every command's ``--help`` ends with an example, and the example does what it says, with status 0.

It is run in a copy of the tiny second study. What else it names is made before: `BEFORE` says what.
"""

from __future__ import annotations

import argparse
import csv
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from conftest import CITIZEN_CARD
from qualcode import open_study
from qualcode.cli import build_parser, main
from qualcode.coding.amend import add_code
from test_examples import lay_notebook, lay_ovens, lay_pattern

LEAFLET = "documents/2024-01-30-leaflet.md"


def declared(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield the parsers that run something, in the order of the help."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield parser
    for group in groups:
        for below in group.choices.values():
            yield from declared(below)


COMMANDS = {parser.prog: (parser.epilog or "").removeprefix("Example: ") for parser in declared(build_parser())}
"""Command to its example."""

NOT_RUN = {"qualcode code": "it opens JupyterLab and stays"}
"""Commands whose example is not run, and why."""

NOTEBOOKS = ("qualcode report", "qualcode plots")
"""Commands that want a study whose notebooks were run."""


def another_text(study: Path) -> None:
    """Change the words before an excerpt, so that it cannot be followed."""
    text = (study / LEAFLET).read_text("utf-8").replace("One city, one card.", "One card.")
    (study / LEAFLET).write_text(text, "utf-8")


def decided(study: Path) -> None:
    """Compare the two coders, and decide every difference."""
    out = study / "differences.csv"
    assert 0 == main(["compare", "reader", "second", "2024-02-12-desk-officer", "--out", str(out)])
    fill(out, lambda row: row["difference"] != "agreed", {"decision": "reader", "why": "Shown, agreed."})


def parted(study: Path) -> None:
    """Print the table of a split, and say where each excerpt goes."""
    with redirect_stdout(StringIO()) as told:
        assert 0 == main(["codebook", "split", "function/access"])
    (study / "split.csv").write_text(told.getvalue(), "utf-8")
    fill(study / "split.csv", lambda row: True, {"into": "function/library"})


def fill(file: Path, where: Callable[[dict[str, str]], bool], words: dict[str, str]) -> None:
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, rows[0])
        writer.writeheader()
        writer.writerows(row | (words if where(row) else {}) for row in rows)


def unused_code(study: Path) -> None:
    assert "governance/cost" == add_code(open_study(study), "Cost", "governance", why="Asked for.").id


def repository(study: Path) -> None:
    author = ["-c", "user.name=n", "-c", "user.email=e"]
    for words in (["init", "-q"], ["add", "-A"], [*author, "commit", "-q", "-m", "All"]):
        subprocess.run(["git", *words], cwd=study, check=True)


def pattern(study: Path) -> None:
    lay_pattern(study.parent)


def own_copy(study: Path) -> None:
    """Make a study of one's own copy of a published text, with the coding of it beside."""
    lay_ovens(study.parent)
    (study.parent / "reader").rename(study / "thesis-study")
    (study.parent / "published").rename(study / "coding" / "published")


def transcripts(study: Path) -> None:
    (study / "transcripts").mkdir()
    talk = "Q: What would it open?\nCLERK: The pool, the library.\nQ: And the ministry?\nCLERK: I could not say.\n"
    (study / "transcripts" / "2024-04-02-clerk.txt").write_text(talk, "utf-8")


def answers(study: Path) -> None:
    """Write a form that a person filled in, beside the study."""
    said = "qualcode sheet 1\ncase: mediator\n\n[edd6d2f2f00]\nanswer: confirm\n"
    (study.parent / "mediator-answers.txt").write_text(said, "utf-8")


def key(study: Path) -> None:
    """Write a key of names where it is safe: outside the study."""
    (study.parent / "key.csv").write_text("name,pseudonym\nAnn Rose,the nurse\n", "utf-8")


def texts_allowed(study: Path) -> None:
    listed = "remote,may_have,why\nhttps://example.org/study.git,texts,ours\n"
    (study / "coding" / "remotes.csv").write_text(listed, "utf-8")
    repository(study)


def repository_and_key(study: Path) -> None:
    repository(study)
    key(study)


def site(study: Path) -> None:
    (study / "build" / "site").mkdir(parents=True)
    (study / "build" / "site" / "index.html").write_text("<p>A card for everyone</p>", "utf-8")


def claims(study: Path) -> None:
    """Write down what is stated somewhere, beside how it can be counted."""
    (study / "data").mkdir()
    rows = "place,statement,stated,expression\np. 2,turns,more than ten,count(turns)\n"
    (study / "data" / "claims.csv").write_text(rows, "utf-8")


def chapter(study: Path) -> None:
    (study / "chapter.md").write_text("“It proves where she lives, it proves nothing he wants” (mediator).\n", "utf-8")


BEFORE: dict[str, Callable[[Path], None]] = {
    "qualcode attach": own_copy,
    "qualcode claims": claims,
    "qualcode codebook retire": unused_code,
    "qualcode codebook split": parted,
    "qualcode import": transcripts,
    "qualcode manuscript": chapter,
    "qualcode merge-driver": repository,
    "qualcode pseudonymise": key,
    "qualcode reanchor": another_text,
    "qualcode release check": site,
    "qualcode release hooks": repository_and_key,
    "qualcode release push": texts_allowed,
    "qualcode release staged": repository,
    "qualcode release list": key,
    "qualcode release receive": answers,
    "qualcode review": repository,
    "qualcode settle": decided,
    "qualcode suggest": pattern,
}
"""What a command's example needs beside the study."""


def test_every_command_has_an_example_of_itself():
    assert [] == [command for command, example in COMMANDS.items() if not f"{example} ".startswith(f"{command} ")]


def test_what_is_said_of_commands_is_said_of_some():
    assert [] == [command for command in (*NOT_RUN, *NOTEBOOKS, *BEFORE) if command not in COMMANDS]


@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in (*NOT_RUN, *NOTEBOOKS, "qualcode notebooks")])
def test_an_example_of_a_command_runs(command: str, card: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(card)
    monkeypatch.setenv("QUALCODE_SECRET", "drawn for this test alone")
    BEFORE.get(command, lambda _: None)(card)

    succeeds(COMMANDS[command])


@pytest.mark.parametrize("command", NOTEBOOKS)
def test_an_example_of_a_command_on_notebooks_runs(
    command: str, written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(shutil.copytree(written, tmp_path / "card"))

    succeeds(COMMANDS[command])


@pytest.mark.builds
def test_the_example_that_stores_notebooks_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """One short notebook will do."""
    monkeypatch.chdir(shutil.copytree(CITIZEN_CARD, tmp_path / "card"))
    lay_notebook(tmp_path)

    succeeds(COMMANDS["qualcode notebooks"])


def succeeds(example: str) -> None:
    _, *words = shlex.split(example)

    assert (example, 0) == (example, main(words))
