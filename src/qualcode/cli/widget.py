"""
The command that opens JupyterLab on a document to code.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import qualcode
from qualcode.cli.command import add_command, say

if TYPE_CHECKING:
    from pathlib import Path

    from qualcode.cli.command import Commands
    from qualcode.study.study import Study


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    code = add_command(
        commands,
        "code",
        run_code,
        "Open JupyterLab on a ready notebook that shows a document to be coded.",
        "qualcode code 2024-02-20-mediator --coder me",
    )
    code.add_argument("document", metavar="DOCUMENT", nargs="?", help="left out: the first not read to its end")
    code.add_argument("--coder", metavar="NAME", help="who codes (left out: the study's only coder)")
    code.add_argument("--at", metavar="PLACE", type=place, help="open there: START-END, or the id of an excerpt")
    code.add_argument("--write", action="store_true", help="only write the notebook, and print where it is")


def place(words: str) -> tuple[int, int] | str:
    """Read a place: two numbers with a hyphen between them, or an excerpt's id."""
    found = re.fullmatch(r"(\d+)-(\d+)", words)
    return (int(found[1]), int(found[2])) if found else words


def run_code(args: argparse.Namespace) -> int:
    """Write the notebook; open JupyterLab on it, unless asked not to."""
    from qualcode.widget import ready_notebook

    study = qualcode.open_study(args.study)
    path = ready_notebook(study, args.document, args.coder, args.at)
    print(path)
    return 0 if args.write else open_lab(study, path)


def open_lab(study: Study, notebook: Path) -> int:
    """Open JupyterLab on a notebook of a study; return how it ended."""
    from qualcode.widget import lab_command

    say("JupyterLab opens; press Ctrl+C here twice to close it")
    # not in the study's folder, whose settings of Jupyter, if it has any, would be programs
    return subprocess.run(lab_command(study, notebook), check=False, cwd=sys.prefix).returncode
