"""
Commands that keep in what may not go out: the gate, its list, and pseudonyms.
"""

from __future__ import annotations

import argparse
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import qualcode
from qualcode.cli.command import add_command, say
from qualcode.plural import number_of

if TYPE_CHECKING:
    from qualcode.cli.command import Commands
    from qualcode.gate import Key

SECRET = "QUALCODE_SECRET"  # noqa: S105 - the name of a variable, and no secret
KEY = "QUALCODE_KEY"


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    release = commands.add_parser("release", help="Look through what is about to go out, and list names for CI.")
    verbs = release.add_subparsers(metavar="WHAT", required=True)
    check = add_command(
        verbs,
        "check",
        run_check,
        "Open what is about to be published: is a name of the key in it, or words that may not be quoted?\n"
        f"Without --key, and without a list and its secret ({SECRET}), it says that names were not checked.",
        "qualcode release check build/site",
    )
    check.add_argument("path", metavar="PATH", nargs="*", type=Path, help="files and folders (default: build/site)")
    _add_key(check)
    check.add_argument("--list", metavar="FILE", type=Path, help="a list that stands for the key (see release list)")
    check.add_argument("--git", action="store_true", help="look through the repository's history too")
    check.add_argument("--since", metavar="REVISION", default="", help="of the history, what came after this only")
    names = add_command(
        verbs,
        "list",
        run_list,
        f"Print the list by which CI checks names without the key; made with the secret in {SECRET}.",
        "qualcode release list --key ../key.csv",
    )
    _add_key(names)
    _add_people(verbs)
    pseudonymise = add_command(
        commands,
        "pseudonymise",
        run_pseudonymise,
        "Replace the names of a key in all texts of the study, with every coding at its words; --write writes.",
        "qualcode pseudonymise --key ../key.csv",
    )
    _add_key(pseudonymise)
    pseudonymise.add_argument("--write", action="store_true", help="write the texts and codings (else only tell)")


def _add_people(verbs: Commands) -> None:
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


def _add_key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--key", metavar="FILE", type=Path, help=f"the key of names, outside the study (or {KEY})")
    parser.add_argument("--identity", metavar="FILE", type=Path, help="the age identity that opens an encrypted key")


def _key(args: argparse.Namespace) -> Key | None:
    from qualcode.gate import read_key

    path = args.key or (Path(os.environ[KEY]) if os.environ.get(KEY) else None)
    return read_key(path, args.identity) if path else None


def _key_needed(args: argparse.Namespace) -> Key:
    from qualcode.errors import UsageError

    key = _key(args)
    if key is None:
        raise UsageError(f"name the key of names: --key FILE, or the variable {KEY}")
    return key


def run_check(args: argparse.Namespace) -> int:
    """Look through what is about to go out."""
    from qualcode.gate import check_out
    from qualcode.study.opening import find_study

    root = find_study(args.study)
    done = check_out(
        args.path or [root / "build" / "site"],
        study=qualcode.open_study(root),
        key=_key(args),
        names=args.list,
        secret=os.environ.get(SECRET, ""),
        git=root if args.git else None,
        since=args.since,
    )
    *found, told = done.told()
    for line in found:
        print(line)
    say(told)
    return 0 if done.clean else 1


def run_list(args: argparse.Namespace) -> int:
    """Print the list that stands for the key."""
    from qualcode.gate import listed

    print(listed(_key_needed(args), os.environ.get(SECRET, "")), end="")
    return 0


def run_pseudonymise(args: argparse.Namespace) -> int:
    """Replace names."""
    from qualcode.gate import pseudonymise

    told = pseudonymise(qualcode.open_study(args.study), _key_needed(args), write=args.write)
    for document, counts in told.items():
        print(f"{document}: {', '.join(f'{name} {times}' for name, times in counts.items())}")
    number = sum(times for counts in told.values() for times in counts.values())
    where = f"{number_of(number, 'name')} in {number_of(len(told), 'document')}"
    say(f"{where} {'replaced' if args.write else 'would be replaced; --write does it'}")
    return 0


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
