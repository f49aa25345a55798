"""Who codes reads on her own terminal what others may not see; nothing else ever gets it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

import qualcode
from qualcode.cli import main
from qualcode.coding import code_excerpt, mark_read
from qualcode.errors import UsageError
from qualcode.study import release

HOLDER = "2024-03-05-card-holder"
WORDS = "the ferryman keeps a second ledger"
REFUSED = "qualcode: words that others may not see go to your own terminal only; this goes elsewhere\n"
COMMANDS = {
    "search": ["search", "second ledger"],
    "search in context": ["search", "second ledger", "--in-context"],
    "compare": ["compare", "reader", "second", HOLDER],
    "suggest": ["suggest", HOLDER, "--coder", "third", "--code", "universality/wide-use"],
    "split": ["codebook", "split", "function/access"],
}


@pytest.fixture
def paraphrase_only(card: Path) -> Path:
    """Return the study with a sentence in an interview that may be paraphrased only, coded by two."""
    path = card / f"interviews/{HOLDER}.md"
    text = path.read_text("utf-8").replace("consent: quote", "consent: paraphrase")
    path.write_text(f"{text.rstrip()} And {WORDS}.\n", "utf-8")
    book = card / "coding/codebook.yaml"
    text = book.read_text("utf-8")
    assert text.count("    key: w\n") == 1
    book.write_text(text.replace("    key: w\n", "    key: w\n    patterns: [ferryman]\n"), "utf-8")
    for file in (card / "coding").rglob(f"{HOLDER}.jsonl"):
        file.unlink()
    study = qualcode.open_study(card)
    for coder, code in (("reader", "function/access"), ("second", "universality/stigma")):
        code_excerpt(study, HOLDER, WORDS, {code: None}, coder=coder)
    mark_read(study, HOLDER, coder="third")
    return card


def on_a_terminal(words: list[str]) -> tuple[int, str]:
    """Run a command whose output is a terminal; return its status and what the terminal shows."""
    mine, its = pty.openpty()
    run = subprocess.Popen([sys.executable, "-m", "qualcode", *words], stdout=its, stderr=subprocess.STDOUT)
    os.close(its)
    shown = b""
    while True:
        try:
            more = os.read(mine, 65536)
        except OSError:  # the other end is closed
            break
        if not more:
            break
        shown += more
    os.close(mine)
    return run.wait(), shown.decode("utf-8")


@pytest.mark.long
@pytest.mark.parametrize("name", COMMANDS)
def test_on_her_own_terminal_the_words_are_there(name: str, paraphrase_only: Path):
    words = [*COMMANDS[name], "--study", str(paraphrase_only)]

    assert "second ledger" not in on_a_terminal(words)[1]
    status, shown = on_a_terminal([*words, "--for-coding"])
    assert (status, "second ledger" in " ".join(shown.split())) == (0, True)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_pipe_or_a_log_gets_a_refusal_and_no_word(
    name: str, paraphrase_only: Path, capfd: pytest.CaptureFixture[str]
):
    assert 2 == main([*COMMANDS[name], "--for-coding", "--study", str(paraphrase_only)])
    told = capfd.readouterr()
    assert (
        "",
        "qualcode: words that others may not see go to your own terminal only; this goes elsewhere\n",
    ) == (
        told.out,
        told.err,
    )


def test_a_file_gets_none_even_from_a_terminal(paraphrase_only: Path, tmp_path: Path):
    words = ["search", "ferryman", "--for-coding", "--out", str(tmp_path / "x.csv"), "--study", str(paraphrase_only)]

    status, shown = on_a_terminal(words)

    assert (status, "leave out --out" in shown, (tmp_path / "x.csv").exists()) == (2, True, False)


def test_python_in_a_notebook_gets_none(paraphrase_only: Path):
    document = qualcode.open_study(paraphrase_only).documents[HOLDER]

    with pytest.raises(UsageError, match="your own terminal only"), release.on_own_screen():
        raise AssertionError
    assert "[withheld: consent allows paraphrase only]" == release.show(document, 0, 10)
