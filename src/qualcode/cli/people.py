"""
Commands for what people are owed: ``release withdraw`` and its like, below ``release``.
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import qualcode
from qualcode.cli.command import add_command, say, write_out
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

    sheet = add_command(
        verbs,
        "sheet",
        run_sheet,
        "Write a person's quotations in their context, for her to let stand, amend or take back: a page and a form.",
        "qualcode release sheet mediator --out ../sheets",
    )
    sheet.add_argument("case", metavar="CASE", help="the person, by id")
    sheet.add_argument("--out", metavar="FOLDER", type=Path, required=True, help="a folder outside the study")
    _add_language(sheet)
    receive = add_command(
        verbs,
        "receive",
        run_receive,
        "Take in a sheet that came back: what was said of each quotation becomes its state; --write writes it.",
        "qualcode release receive ../mediator-answers.txt --on 2024-06-01",
    )
    receive.add_argument("file", metavar="FILE", type=Path, help="the form, filled in")
    receive.add_argument("--on", metavar="YYYY-MM-DD", default="", help="the day it was answered (default: today)")
    receive.add_argument("--write", action="store_true", help="write the states (else only tell)")
    account = add_command(
        verbs,
        "report",
        run_report,
        "Give an account of consent in plain words, for an ethics board: who agreed to what, what is withheld where.",
        "qualcode release report --language fr",
    )
    _add_language(account)
    account.add_argument("--out", metavar="FILE", type=Path, help="write it to FILE (default: print it)")


def _add_language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--language", choices=("en", "fr"), default="en", help="en or fr (default: en)")


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


def run_sheet(args: argparse.Namespace) -> int:
    """Write a participant's sheet."""
    from qualcode.people import write_sheet

    page, form = write_sheet(qualcode.open_study(args.study), args.case, args.out, args.language)
    print(f"{page}\n{form}")
    say("they hold one person's words: send them to her and to nobody else, and delete them here")
    return 0


def run_receive(args: argparse.Namespace) -> int:
    """Take in a sheet that came back."""
    from qualcode.people import receive

    print(receive(qualcode.open_study(args.study), args.file, on=_day(args.on), write=args.write))
    say("written" if args.write else "nothing was written; --write does it")
    return 0


def run_report(args: argparse.Namespace) -> int:
    """Print an account of consent."""
    from qualcode.people import account

    told = account(qualcode.open_study(args.study), args.language)
    if args.out:
        write_out(args.out, told)
    else:
        print(told, end="")
    return 0
