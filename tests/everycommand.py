"""
Every command of the parser on a study in a bad way; run as a script by tests/test_every_command.py.

``everycommand.py FOLDER BAD`` copies the tiny study below FOLDER for each command, spoils it as BAD says, runs the
command in this process, and prints as JSON each command with its status, what it said, and what it let escape.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from watching import run

HERE = Path(__file__).parent
TALK, OTHER = "2024-02-12-desk-officer", "2024-02-20-mediator"
WORDS: dict[str, tuple[str, ...]] = {
    "new study": ("mine", "locked/mine", "odd", "coding/codebook.yaml", "coding/codebook.yaml/mine", "a" * 300),
    "new interview": (
        "2024-05-01-x --case mediator",
        "2024-05-01-x --case new --title '\x1b[2J'",
        "x" * 300 + " --case y",
    ),
    "new fieldnote": ("2024-05-01-x --place '\x1b[2J'",),
    "claims": (
        "data/claims.csv",
        "data/claims.csv --write",
        "coding/cases.csv",
        "coding/cases.csv --write",
        "/dev/zero",
        "data",
        "nowhere.csv --out OUT.xlsx",
        "'\x1b[2J'",
    ),
    "manuscript": (
        "fieldnotes/2024-03-14-library-desk.md --format sarif --out OUT.csv",
        "documents/2024-01-30-leaflet.md --fill --set odd --filter OUT.lua",
        "BAD",
        "coding/cases.csv",
        "nowhere.md",
        "odd/x.docx --titles BAD",
        "'\x1b[2J.md'",
    ),
    "check": ("", "--strict", "--study nowhere", "--study coding/cases.csv", "--study /dev/zero"),
    "finish": ("", "--write", "--drop"),
    "table": (
        "codings",
        "statements --out OUT.csv",
        "documents --out OUT.xlsx",
        "turns --out OUT.json",
        "memos",
        "'\x1b[2J'",
        "codings --out OUT.parquet",
        "codings --out coding",
        "codings --out odd/x.csv",
    ),
    "code": ("2024-02-12-desk-officer --coder me --write",),
    "reanchor": ("", "--write", "--take nothing --write", "--take-all --write"),
    "tidy": ("", "--write"),
    "compare": (f"reader second {TALK}", f"reader second {TALK} --out OUT.csv", "reader '\x1b[2J' x"),
    "settle": (
        f"reader second {TALK}",
        f"reader second {TALK} --decisions BAD",
        f"reader second {TALK} --decisions coding",
    ),
    "codebook rename": ("function/access function/entry --why x", "a/b '\x1b[2J' --why x"),
    "codebook merge": ("universality/stigma --into universality/wide-use --stances keep --why x",),
    "codebook split": (
        "function/access --decisions BAD --why x",
        "function/access --decisions coding --why x",
        "function/access",
    ),
    "codebook move": ("governance/ministry --under governance/co-design --why x",),
    "codebook retire": ("governance/ministry --why x",),
    "merge-driver": ("--install", "BAD BAD BAD 7 coding/coders/reader/x.jsonl", "coding coding coding", "a b c d e"),
    "search": (
        "card",
        "card --out OUT.csv",
        "DEEP",
        "'\x1b[2J' --in-context",
        "card --by-figure",
        "'['",
        "'*'",
        "'/(/'",
    ),
    "suggest": (
        "--coder reader",
        "--coder reader --out OUT.csv",
        "--coder reader --decisions BAD",
        "--coder reader --accept x",
        "--coder reader --model nowhere",
        "--coder reader --open OUT.html",
    ),
    "agreement": ("", "--out OUT.csv", "--plot OUT.svg", "--plot coding", "--plot OUT.exe"),
    "divergence": ("", "--out OUT.csv", "--plot OUT.svg", "--weights BAD", "'\x1b[2J'"),
    "next": ("", "people --out OUT.csv", "--plot OUT.svg", "topics --case '\x1b[2J'", "cells --by BAD", "--out x.csv"),
    "around": ("a01", "a01 --out OUT.xlsx", "BAD", "'\x1b[2J'"),
    "network": (
        "discourse --out OUT.graphml",
        "discourse --plot OUT.svg",
        "ties --out OUT.gexf",
        "attendance --places BAD",
        "discourse --places BAD --freeze",
        "discourse --out odd/x.csv",
    ),
    "import": (
        "BAD",
        "coding",
        "nowhere.docx",
        "odd",
        "--comments BAD",
        "BAD --dry-run",
        "BAD --speakers BAD",
        "/dev/zero",
        "pipe",
        "--quotations BAD --into new",
        "--quotations BAD --into locked/new",
        "odd --speakers locked/s.yaml",
    ),
    "attach": ("nowhere", "coding", ". --published coding"),
    "export": (
        *("--parquet OUT", "--parquet coding", "--parquet locked/x", "--parquet OUT --with nowhere", ""),
        *("OUT.qda", "OUT.highlights.html", "OUT.sps", "OUT.jsonld --coder nobody"),
        *("locked/x.iramuteq.txt", "OUT.none"),
    ),
    "deposit": ("OUT", "coding", "locked/x", "OUT --access none", "OUT --on 2024-13-01"),
    "release check": (".", "coding", "nowhere", "odd", "pipe", ". --key BAD", ". --list BAD", ". --git", "BAD"),
    "release sheet": ("mediator --out locked", "mediator --out locked/x", "mediator --out .", "'\x1b[2J' --out ../x"),
    "release receive": ("BAD", "coding", "nowhere", "pipe", "BAD --on x --write"),
    "release report": ("", "--language fr", "--out coding", "--out locked/x"),
    "release withdraw": (
        "mediator",
        "mediator --write",
        "mediator --remove --write",
        "mediator --scope '\x1b[2J'",
        "'\x1b[2J'",
        "mediator --on 2024-02-31",
    ),
    "release hooks": ("", "--key BAD", "--key nowhere"),
    "release staged": ("", "--key BAD"),
    "release push": ("origin https://example.org/x.git", "'\x1b[2J' BAD", "-x y"),
    "release list": ("--key BAD", "--key coding", "--key nowhere", "--key BAD --identity BAD"),
    "pseudonymise": ("--key BAD", "--key coding", "--key nowhere", "--key BAD --identity BAD", "--key KEY --write"),
    "report": ("--untrusted", "--since x --untrusted", "--coder nobody --untrusted"),
    "plots": ("--check", "--into locked"),
    "review": ("", "--mark first", "--mark '\x1b[2J'"),
    "notebooks": ("--check",),
}
"""Command to what it is given: places that may not be written, files that are none, words that are none."""
RUNS_NOTEBOOKS = ("plots", "notebooks")


def deep(study: Path) -> None:
    """Nest everything that nests."""
    nested = "[" * 20_000
    with (study / "coding/codebook.yaml").open("a", encoding="utf-8") as book:
        book.write(f"more: {nested}\n")
    for name in (
        "coding/coders/reader/2024-03-05-card-holder.jsonl",
        "notebooks/deep.ipynb",
        "coding/.unfinished.json",
    ):
        (study / name).parent.mkdir(exist_ok=True)
        (study / name).write_text(nested, "utf-8")
    (study / "coding/memos/2024-04-01-deep.md").write_text(
        f"---\ntitle: x\non: 2024-04-01\n---\n{'> ' * 9000}x\n", "utf-8"
    )


def not_utf8(study: Path) -> None:
    """Give files names that are no UTF-8."""
    for folder in (
        "interviews",
        "notebooks",
        "data",
        "coding",
        "coding/memos",
        "coding/coders",
        "coding/agreed",
        "documents",
    ):
        (study / folder).mkdir(exist_ok=True)
        (study / folder / os.fsdecode(b"\xff\x1b[2J.md")).write_text("x", "utf-8")
    (study / "notebooks" / os.fsdecode(b"\xff.ipynb")).write_text('{"cells": []}', "utf-8")


def no_notebooks(study: Path) -> None:
    """Lay notebooks that are none."""
    none = {"a": "{", "b": "[]", "c": '{"cells": [1]}', "d": "[" * 100_000, "e": '{"cells": [{"cell_type": "code"}]}'}
    for name, text in none.items():
        (study / "notebooks").mkdir(exist_ok=True)
        (study / "notebooks" / f"{name}.ipynb").write_text(text, "utf-8")
    (study / "notebooks" / "f.ipynb").mkdir()
    (study / "notebooks" / "manifest.json").write_text("[" * 100_000, "utf-8")
    (study / "notebooks" / "positions.csv").write_text("\0\n", "utf-8")


def closed(*names: str, rights: int = 0) -> Callable[[Path], None]:
    """Take rights to places away."""

    def spoil(study: Path) -> None:
        for name in names:
            (study / name).mkdir(exist_ok=True) if "." not in name else None
            (study / name).chmod(rights)

    return spoil


BAD: dict[str, Callable[[Path], None]] = {
    "sound": lambda _: None,
    "deep": deep,
    "names that are no UTF-8": not_utf8,
    "notebooks that are none": no_notebooks,
    "unreadable folders": closed("coding/memos", "interviews", "notebooks", "data", "build"),
    "unreadable coding": closed("coding"),
    "unreadable files": closed("coding/codebook.yaml", "coding/cases.csv", "documents/2024-01-30-leaflet.md"),
    "nothing may be written": closed(
        "coding/coders/reader",
        "coding/coders/second",
        "coding/agreed",
        "coding/memos",
        "interviews",
        "coding",
        ".",
        rights=0o555,
    ),
}


def lay(study: Path, bad: str) -> None:
    """Copy the tiny study and spoil it."""
    if study.exists():
        free(study)
        shutil.rmtree(study)
    shutil.copytree(HERE / "citizen-card", study)
    (study / "locked").mkdir(0o555)
    (study / "BAD").write_bytes(b'\xff\x00[{\x1b[2J,"\n')
    (study / "KEY").write_text("name,pseudonym\nmarmalade,somebody\n", "utf-8")
    (study / "odd").mkdir()
    (study / "odd" / os.fsdecode(b"2024-01-01-\xff.txt")).write_text("Q: x\n", "utf-8")
    os.mkfifo(study / "pipe")
    BAD[bad](study)


def free(study: Path) -> None:
    """Give rights back, so that the folder can be deleted."""
    study.chmod(0o755)
    for here, folders, _ in os.walk(study):
        for name in folders:
            Path(here, name).chmod(0o755)


class LateError(BaseException):
    """A command takes more than twenty seconds; nothing catches it on the way."""


def late(*_: object) -> None:
    """End a command that hangs."""
    raise LateError


def every(below: Path, bad: str) -> list[tuple[str, int, str, str]]:
    """Run every command on the study; return the words, the status, what was said, what escaped."""
    found = []
    study = below / "card"
    signal.signal(signal.SIGALRM, late)
    for command, given in WORDS.items():
        if command in RUNS_NOTEBOOKS and bad not in ("deep", "notebooks that are none", "unreadable folders"):
            continue
        for words in given if bad in ("sound", "nothing may be written") else given[:2]:
            lay(study, bad)
            os.chdir(study)
            told = words.replace("OUT", "locked/out").replace("DEEP", f"'{'(' * 5000}'")
            signal.alarm(20)
            status, said, escaped = run(f"{command} {told}")
            signal.alarm(0)
            found.append((f"{command} {words}"[:120], status, said[:3000], escaped))
            os.chdir(below)
    return found


if __name__ == "__main__":
    print(json.dumps(every(Path(sys.argv[1]), sys.argv[2])))
