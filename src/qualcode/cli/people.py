"""
Commands for what people are owed: ``release withdraw`` and its like, below ``release``.
"""

from __future__ import annotations

import argparse
from datetime import date
from typing import TYPE_CHECKING

import qualcode
from qualcode.cli.command import add_command, say
from qualcode.plural import number_of

if TYPE_CHECKING:
    from qualcode.cli.command import Commands


def add(verbs: Commands) -> None:
    """Declare the commands of this module, below ``release``."""
    withdraw = add_command(
        verbs,
        "withdraw",
        run_withdraw,
        "Withdraw what a person agreed to, and take what is stored and built with it; --write does it.\n"
        "Tells what stays, and what git and states sent to be read still hold, with the commands that rewrite them.",
        "qualcode release withdraw mediator --on 2024-06-01",
    )
    withdraw.add_argument("case", metavar="CASE", help="the person, by id")
    withdraw.add_argument("--scope", metavar="SCOPE", action="append", help="quote, sound, ... (default: all)")
    withdraw.add_argument("--on", metavar="YYYY-MM-DD", default="", help="the day it was said (default: today)")
    withdraw.add_argument("--remove", action="store_true", help="take the words out of the study's own files too")
    withdraw.add_argument("--write", action="store_true", help="do it (else only tell)")


def _day(given: str) -> date:
    from qualcode.errors import UsageError
    from qualcode.plaintext.source import day

    found = day(given) if given else date.today()  # noqa: DTZ011 - the researcher's own day is meant
    if isinstance(found, str):
        raise UsageError(f"--on: {found}")
    return found


def run_withdraw(args: argparse.Namespace) -> int:
    """Withdraw what a person agreed to."""
    from qualcode.people import withdraw

    study = qualcode.open_study(args.study)
    scopes = tuple(args.scope or ("all",))
    plan = withdraw(study, args.case, scopes, on=_day(args.on), remove=args.remove, write=args.write)
    print(plan)
    if not args.write:
        say("nothing was written; --write does it")
        return 0
    left = qualcode.open_study(args.study).problems
    for problem in left:
        print(problem)
    say(f"withdrawn; {number_of(len(left), 'problem')} to mend, above" if left else "withdrawn")
    return 0
