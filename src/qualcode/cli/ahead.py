"""
Commands for the field: whom to meet next, what still to put to whom, and what was said around an act.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qualcode.cli.command import add_command, add_out, opened, print_table, say, write_out
from qualcode.plural import number_of

if TYPE_CHECKING:
    import pandas as pd

    from qualcode.cli.command import Commands
    from qualcode.study.study import Study

_TABLES = {
    "people": "who was named and never met, by whom, and whether she was asked",
    "cells": "of which figure and position how many are known and met (or --by)",
    "topics": "what was never put to whom, or passed over (one person: --case)",
    "interviews": "what each interview brought that none before it had",
    "themes": "the last interview that brought something new, theme by theme",
    "curve": "how many themes so many people give, by figure, with what one more may bring",
}
_LINES = 8


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    parser = add_command(
        commands,
        "next",
        run_next,
        "Say whom to meet next and what still to put to whom; or give one of the tables behind it.",
        "qualcode next topics --case mediator",
    )
    told = "; ".join(f"{name}: {what}" for name, what in _TABLES.items())
    parser.add_argument("table", nargs="?", choices=list(_TABLES), metavar="TABLE", help=f"{told} (default: a summary)")
    parser.add_argument("--case", metavar="CASE", help="of topics: one person's, as a guide for tomorrow")
    parser.add_argument(
        "--by", nargs="+", metavar="COLUMN", help="of cells: one to three of figure, position, organisation, circle"
    )
    parser.add_argument("--coder", help="whose codings (default: the agreed ones, else the one coder's)")
    parser.add_argument("--plot", metavar="FILE", type=Path, help="draw the curve too: .svg, .pdf or .png")
    add_out(parser)
    parser = add_command(
        commands,
        "around",
        run_around,
        "List what was said on an act's theme before it and after it, by whom.",
        "qualcode around a01",
    )
    parser.add_argument("act", metavar="ACT", help="the act's id, as in coding/acts.csv")
    parser.add_argument("--coder", help="whose codings (default: the agreed ones, else the one coder's)")
    add_out(parser)


def run_next(args: argparse.Namespace) -> int:
    """Print a summary, or one table."""
    from qualcode.errors import UsageError

    wrong = [
        f"--{option} belongs to {table!r}; write `qualcode next {table}`"
        for option, table, given in (("case", "topics", args.case), ("by", "cells", args.by))
        if given and args.table != table
    ]
    if args.out and not args.table:
        wrong.append(f"--out takes one table; name it: {', '.join(_TABLES)}")
    if args.plot and args.table not in (None, "curve"):
        wrong.append("--plot draws the curve; write `qualcode next curve`")
    if wrong:
        raise UsageError("; ".join(wrong))
    study = opened(args)
    if args.plot:
        _draw(study, args)
    if args.table is None:
        sys.stdout.write("\n".join(_summary(study, args.coder)) + "\n")
    else:
        print_table(_table(study, args), args.out)
    return 0


def run_around(args: argparse.Namespace) -> int:
    """Print what was said around an act."""
    from qualcode.rows import rows_of
    from qualcode.tables.chronicle import around

    print_table(rows_of(around)(opened(args), args.act, args.coder), args.out)
    return 0


def _table(study: Study, args: argparse.Namespace) -> pd.DataFrame:
    """Return the table that was asked for."""
    from qualcode import sampling, tables
    from qualcode.errors import UsageError, did_you_mean
    from qualcode.tables import ahead

    if args.table == "people":
        return ahead.not_met(study)
    if args.table == "cells":
        return ahead.cells(study, args.by or ("figure", "position"))
    if args.table == "topics":
        found = ahead.still_to_put(study, args.coder)
        if args.case:
            if args.case not in study.cases:
                raise UsageError(f"no case {args.case!r}{did_you_mean(args.case, study.cases)}")
            found = found[found["case"] == args.case]
        return found
    statements, documents = tables.statements(study, args.coder), tables.documents(study)
    if args.table == "curve":
        return _curve(statements, documents)
    return (sampling.newness if args.table == "interviews" else sampling.last_new)(statements, documents)


def _curve(statements: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """Return the curves of people's own statements in interviews, by their figure."""
    from qualcode import sampling

    return sampling.rarefaction(sampling.own_in_interviews(statements, documents), by="actor_figure")


def _draw(study: Study, args: argparse.Namespace) -> None:
    """Draw the curves to the file that was named."""
    from qualcode import plots, tables

    curve = _curve(tables.statements(study, args.coder), tables.documents(study))
    write_out(args.plot, plots.curves(curve, "actor_figure", what="themes").to_bytes(args.plot.suffix[1:]))


def _summary(study: Study, coder: str | None) -> list[str]:
    """Say what the tables say, the first lines of each, and how many more there are."""
    from qualcode import sampling, tables
    from qualcode.left_out import lines
    from qualcode.tables import ahead

    people, cells, topics = ahead.not_met(study), ahead.cells(study), ahead.still_to_put(study, coder)
    statements, documents = tables.statements(study, coder), tables.documents(study)
    moved, said = sampling.last_new(statements, documents), sampling.own_in_interviews(statements, documents)
    for table in (people, topics, moved):
        for line in lines(table):
            say(line)
    rows = people.to_dict("records")
    found = [f"Named or present, and never met: {number_of(len(rows), 'person', 'persons')}"]
    found += _some([f"  {r['case']}: {_how_named(r)}" for r in rows], "people")
    alone = cells[(cells["known"] > 0) & (cells["met"] == 0)].to_dict("records")
    nobody = int((cells["known"] == 0).sum())
    found.append(f"Known, and none of them met: {len(alone)} of {number_of(len(cells), 'cell')} of figure and position")
    found += _some([f"  {_or(r['figure'])}, {_or(r['position'])}: {r['others']}" for r in alone], "cells")
    found.append(f"  ({number_of(nobody, 'cell')} in which the study knows nobody)")
    found.append("Themes never put to who was met, nor raised by her, or passed over:")
    for case, of_case in topics.groupby("case", sort=True):
        passed = int((of_case["state"] == "passed_over").sum())
        found.append(f"  {case}: {len(of_case) - passed} never put, {passed} passed over")
    found.append(sampling.still_moving(moved, min(3, len(documents[documents["kind"] == "interview"])) or 1))
    for figure, curve in sampling.rarefaction(said, by="actor_figure").groupby("actor_figure", sort=True):
        found.append(f"{_or(figure)}: {sampling.told(curve, 'theme')}")
    return [*found, sampling.CAVEAT]


def _some(said: list[str], table: str) -> list[str]:
    """Return the first lines, and where the others are."""
    more = len(said) - _LINES
    return said if more <= 0 else [*said[:_LINES], f"  and {more} more: `qualcode next {table}`"]


def _how_named(row: Mapping[Any, Any]) -> str:
    """Say who named a person, where she was, and what came of asking."""
    by = f"named by {row['named_by']}" if row["named_by"] else "named by nobody who was met"
    there = f"present at {number_of(row['present'], 'occasion')}" if row["present"] else ""
    asked = f"asked, {str(row['asked']).replace('-', ' ')} ({row['asked_on']})" if row["asked"] else "never asked"
    return "; ".join(filter(None, (by, there, asked)))


def _or(word: object) -> str:
    """Return a word, or that nothing is given."""
    return str(word) or "not judged"
