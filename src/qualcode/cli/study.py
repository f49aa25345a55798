"""
Commands on a study itself: lay one out, check it, print its tables.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import qualcode
from qualcode.cli.command import add_command, add_out, opened, print_table, say
from qualcode.errors import plain
from qualcode.plural import number_of

if TYPE_CHECKING:
    from qualcode.cli.command import Commands

_TABLE_NAMES = [
    "acts",
    "attendance",
    "cases",
    "chronicle",
    "codings",
    "consents",
    "contacts",
    "cooccurrence",
    "coverage",
    "documents",
    "mentioned",
    "not_observed",
    "statements",
    "ties",
    "topics",
    "turns",
]


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    _add_new(commands)
    check = add_command(
        commands,
        "check",
        run_check,
        "Read everything; list every problem, then every notice: what numbers do not tell by themselves.",
        "qualcode check --strict",
    )
    check.add_argument("--strict", action="store_true", help="end with status 1 for notices too")
    finish = add_command(
        commands,
        "finish",
        run_finish,
        "Show a step over several files that was cut off and that is not finished unasked; finish it, or give it up.",
        "qualcode finish --write",
    )
    done = finish.add_mutually_exclusive_group()
    done.add_argument("--write", action="store_true", help="finish it (else it is only shown)")
    done.add_argument("--drop", action="store_true", help="give it up: the record and what was to be put in place go")
    table = add_command(
        commands, "table", run_table, "Print a tidy table as CSV.", "qualcode table statements --out statements.csv"
    )
    table.add_argument("name", choices=_TABLE_NAMES, metavar="NAME", help=", ".join(_TABLE_NAMES))
    table.add_argument(
        "--coder",
        help="whose codings (default: the agreed ones, else the one coder's; the table codings lists all coders' where "
        "nothing is agreed, or with --coder all)",
    )
    table.add_argument(
        "--near", type=int, metavar="N", help="cooccurrence: codes at most N words apart (default: they must overlap)"
    )
    add_out(table)


def _add_new(commands: Commands) -> None:
    new = commands.add_parser("new", help="Lay out a study, an interview or a fieldnote.")
    kinds = new.add_subparsers(metavar="KIND", required=True)
    study = add_command(kinds, "study", run_new_study, "Lay out an empty study.", "qualcode new study my-study")
    study.add_argument("folder", type=Path)
    interview = add_command(
        kinds,
        "interview",
        run_new_interview,
        "Lay out an interview.",
        "qualcode new interview 2024-04-02-neighbour --case card-holder",
    )
    interview.add_argument("id", help="such as 2018-05-07-coordinator")
    interview.add_argument("--case", required=True, help="who is interviewed; added to cases.csv if new")
    note = add_command(
        kinds, "fieldnote", run_new_fieldnote, "Lay out a fieldnote.", "qualcode new fieldnote 2024-04-02-meeting"
    )
    note.add_argument("id", help="such as 2018-04-26-meeting")
    note.add_argument("--place", default="")
    for parser in (interview, note):
        parser.add_argument("--title", default="")
        parser.add_argument("--date", default="", metavar="YYYY-MM-DD", help="where the id does not begin with it")
        parser.add_argument("--language", default="en")


def run_new_study(args: argparse.Namespace) -> int:
    """Lay out an empty study."""
    from qualcode.errors import UsageError, WriteError
    from qualcode.gate.hooks import lay_hooks
    from qualcode.study.layout import new_study

    for name in new_study(args.folder):
        print(f"{args.folder}/{name}")
    try:
        for line in lay_hooks(args.folder):
            print(line)
    except (UsageError, WriteError) as error:
        if "in no git work tree" in str(error):
            error = UsageError(
                "no git here yet; after `git init`, `qualcode release hooks` keeps raw texts from remotes"
            )
        print(error, file=sys.stderr)
    print(f"next: cd {args.folder}; qualcode new interview 2024-05-02-baker --case baker", file=sys.stderr)
    return 0


def run_new_interview(args: argparse.Namespace) -> int:
    """Lay out an interview."""
    from qualcode.study.layout import new_interview
    from qualcode.study.opening import find_study

    root = find_study(args.study)
    print("\n".join(new_interview(root, args.id, args.case, args.title, args.date, args.language)))
    return 0


def run_new_fieldnote(args: argparse.Namespace) -> int:
    """Lay out a fieldnote."""
    from qualcode.study.layout import new_fieldnote
    from qualcode.study.opening import find_study

    root = find_study(args.study)
    print("\n".join(new_fieldnote(root, args.id, args.place, args.title, args.date, args.language)))
    return 0


def run_check(args: argparse.Namespace) -> int:
    """List every problem and every notice of a study."""
    from qualcode.errors import Notice
    from qualcode.gate.built import stored_problems

    study = qualcode.open_study(args.study)
    stored = stored_problems(study)
    notices = [*study.notices, *(one for one in stored if isinstance(one, Notice))]
    problems = [*study.problems, *(one for one in stored if not isinstance(one, Notice))]
    for told in (*problems, *notices):
        print(told)
    excerpts = sum(len(f.excerpts) for f in study.coded.values())
    what = f"{number_of(len(study.documents), 'document')}, {number_of(len(study.cases), 'case')}, "
    what += f"{number_of(excerpts, 'excerpt')} by {number_of(len(study.coders), 'coder')}"
    found = number_of(len(problems), "problem") if problems else "no problems"
    if notices:
        found += f", {number_of(len(notices), 'notice')}"
    print(f"{what}: {found}", file=sys.stderr)
    return 1 if problems or (args.strict and notices) else 0


def run_finish(args: argparse.Namespace) -> int:
    """Show, finish or give up a step that was cut off."""
    from qualcode.plaintext.durable import drop_waiting, finish_waiting, waiting
    from qualcode.study.opening import find_study

    root = find_study(args.study)
    step, told = waiting(root)
    if step is None:
        print("no step waits to be finished", file=sys.stderr)
        return 0
    for line in (*map(str, step.wrong), *told):
        print(plain(line))
    if args.write:
        print(f"{number_of(finish_waiting(root), 'file')} written", file=sys.stderr)
    elif args.drop:
        print(f"a step over {number_of(drop_waiting(root), 'file')} is given up", file=sys.stderr)
    else:
        whose = "begun by you on this machine" if step.mine else "not begun by you on this machine"
        print(f"a step {whose}; nothing done (--write finishes it, --drop gives it up)", file=sys.stderr)
    return 1 if step.wrong else 0


def run_table(args: argparse.Namespace) -> int:
    """Print one table."""
    from qualcode import tables
    from qualcode.errors import UnsettledError, UsageError
    from qualcode.rows import rows_of

    study = opened(args)
    make = tables.TABLES[args.name]
    coded = args.name in ("codings", "cooccurrence", "statements", "topics")
    if args.coder and not coded:
        raise UsageError(f"table {args.name!r} does not depend on a coder; leave out --coder")
    if args.name == "cooccurrence":
        print_table(rows_of(tables.cooccurrence)(study, args.coder, near=args.near), args.out)
        return 0
    if args.near is not None:
        raise UsageError("--near says how far codes may be apart in the table cooccurrence; leave it out here")
    rows = rows_of(make)
    try:
        table = rows(study, args.coder) if coded else rows(study)
    except UnsettledError as error:
        if args.name != "codings":
            raise
        say(f"{plain(str(error).partition(';')[0])}: every coder's codings are listed (--coder NAME: one coder's)")
        table = rows(study, "all")
    print_table(table, args.out)
    return 0
