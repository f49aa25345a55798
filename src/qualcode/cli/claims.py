"""
The command that holds what somebody states against a study's tables.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from qualcode.cli.command import add_command, add_out, opened, print_table, say
from qualcode.plural import number_of

if TYPE_CHECKING:
    from qualcode.cli.command import Commands


def add(commands: Commands) -> None:
    """Declare the command of this module."""
    claims = add_command(
        commands,
        "claims",
        run_claims,
        "Compute the verdicts of a table of claims; status 1 where one stored is another, or disagrees without a note.",
        "qualcode claims data/claims.csv --write",
    )
    claims.add_argument("file", type=Path, metavar="FILE", help="place, statement, stated, expression in a CSV file")
    claims.add_argument("--write", action="store_true", help="store what was found and the verdicts in FILE")
    add_out(claims)


def run_claims(args: argparse.Namespace) -> int:
    """Compute, print and compare verdicts; store them where that is asked."""
    from qualcode.claims.table import AGREES, CANNOT, DISAGREES, claims, differences, store
    from qualcode.errors import UsageError

    study = opened(args)
    inside = study.root / args.file  # an absolute path stays what it is
    given = args.file if args.file.exists() and not inside.exists() else inside
    try:
        name = given.resolve().relative_to(study.root.resolve()).as_posix()
    except ValueError:
        raise UsageError(f"{args.file} is no file of the study in {study.root}; put the claims into it") from None
    if args.write:
        say(f"{name}: {number_of(store(study, name), 'verdict')} stored")
    table = claims(study, name)
    print_table(table[["claim", "place", "statement", "stated", "found", "verdict", "note", "why"]], args.out)
    problems = differences(study, name)
    for problem in problems:
        say(str(problem))
    many = table["verdict"].value_counts()
    say(", ".join(f"{many.get(verdict, 0)} {verdict}" for verdict in (AGREES, DISAGREES, CANNOT)))
    return 1 if problems else 0
