"""
Commands that run notebooks and render them.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from qualcode.cli.command import add_command, say

if TYPE_CHECKING:
    from qualcode.cli.command import Commands


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    report = add_command(
        commands, "report", run_report, "Run the notebooks and render them to build/site/.", "qualcode report"
    )
    report.add_argument("--fresh", action="store_true", help="run every notebook again, changed or not")
    add_command(
        commands,
        "notebooks",
        run_notebooks,
        "Run the notebooks, store them with their outputs, freeze where their networks stand (report never does).",
        "qualcode notebooks",
    )


def run_report(args: argparse.Namespace) -> int:
    """Render the report."""
    from qualcode.report import report

    print(report(args.study, fresh=args.fresh, say=say))
    return 0


def run_notebooks(args: argparse.Namespace) -> int:
    """Run and store the notebooks."""
    from qualcode.report import store_notebooks

    for path in store_notebooks(args.study, say=say):
        print(path)
    return 0
