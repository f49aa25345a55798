"""
Commands that run notebooks and render them.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from qualcode.cli.command import add_command, say
from qualcode.plural import number_of

if TYPE_CHECKING:
    from qualcode.cli.command import Commands


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    report = add_command(
        commands, "report", run_report, "Run the notebooks and render them to build/site/.", "qualcode report"
    )
    plots = add_command(
        commands,
        "plots",
        run_plots,
        "Make every plot (SVG, PDF, PNG) and result table (CSV) of the notebooks.",
        "qualcode plots --into figures",
    )
    plots.add_argument("--into", metavar="FOLDER", type=Path, help="copy them into FOLDER")
    plots.add_argument("--check", action="store_true", help="compare with notebooks/manifest.json, byte by byte")
    plots.add_argument("--write", action="store_true", help="write notebooks/manifest.json")
    _add_coder(plots)
    report.add_argument(
        "--word",
        metavar="CHAPTER",
        nargs="?",
        const="",
        help="write the chapter, or without a name all of them, to build/word/ for who comments in Word or on paper",
    )
    report.add_argument(
        "--excerpts", action="store_true", help="with --word: below each code its excerpts, which are half of the pages"
    )
    report.add_argument(
        "--serve", action="store_true", help="show the report in a browser of this machine and follow every change"
    )
    report.add_argument(
        "--since",
        metavar="REVIEW",
        default="",
        help="the review, or git revision, with which the page of changes compares (default: the latest review)",
    )
    _add_coder(report)
    report.add_argument(
        "--untrusted",
        action="store_true",
        help="for a study that somebody else wrote: run no notebook, and show what is in them as words",
    )
    report.add_argument("--fresh", action="store_true", help="run every notebook again, changed or not")
    review = add_command(
        commands,
        "review",
        run_review,
        "Note which state of the study went to review, for the page of changes; without --mark, list the reviews.",
        "qualcode review --mark first-draft",
    )
    review.add_argument("--mark", metavar="NAME", help="note the state that is committed now in coding/reviews.csv")
    review.add_argument("--on", metavar="YYYY-MM-DD", default="", help="the day (default: today)")
    notebooks = add_command(
        commands,
        "notebooks",
        run_notebooks,
        "Run the notebooks, store them with their outputs, freeze where their networks stand (report never does).",
        "qualcode notebooks",
    )
    notebooks.add_argument(
        "--check", action="store_true", help="store nothing: run them and compare with what is stored (pytest --nbval)"
    )
    _add_coder(notebooks)


def _add_coder(parser: argparse.ArgumentParser) -> None:
    """Let a command that runs notebooks say whose codings count where nothing is agreed."""
    parser.add_argument(
        "--coder",
        default="",
        metavar="NAME",
        help="whose codings count of documents that nobody settled (default: nobody's, and it is said)",
    )


def run_review(args: argparse.Namespace) -> int:
    """Note a review, or list those that are noted."""
    from datetime import date

    from qualcode.exchange.review.reviews import mark, reviews
    from qualcode.study.opening import find_study

    root = find_study(args.study)
    if args.mark:
        today = date.today().isoformat()  # noqa: DTZ011 - the researcher's own day is meant
        noted = [mark(root, args.mark, args.on or today)]
    else:
        noted = reviews(root)
    for review in noted:
        print(f"{review.on} {review.name} {review.revision[:10]}")
    return 0


def run_plots(args: argparse.Namespace) -> int:
    """Make the plots and tables; copy them, write their manifest, or compare with it."""
    from qualcode.report import check_plots, copy_plots, make_plots, write_manifest

    if args.check:
        problems = check_plots(args.study, coder=args.coder, say=say)
        for problem in problems:
            print(problem)
        differ = f"{number_of(len(problems) - 1, 'output differs', 'outputs differ')}"
        say(differ if problems else "every plot and table is as the manifest says")
        return 1 if problems else 0
    if args.write:
        print(write_manifest(args.study, coder=args.coder, say=say))
        return 0
    made = make_plots(args.study, coder=args.coder, say=say)
    if args.into:
        copy_plots(made, args.into)
    for name in made:
        if not name.endswith(".data.json"):
            print(name)
    return 0


def run_report(args: argparse.Namespace) -> int:
    """Render the report, or write it for Word."""
    from functools import partial

    from qualcode.errors import UsageError
    from qualcode.report import report, serve, word
    from qualcode.study.opening import counting, find_study

    if args.serve:
        serve(args.study, say=say, build=partial(report, coder=args.coder, untrusted=args.untrusted))
        return 0
    if args.word is not None:
        if args.untrusted:
            raise UsageError("--word runs the notebooks, and --untrusted runs none: leave one of them out")
        with counting(find_study(args.study), args.coder):
            print(word(args.study, args.word, excerpts=args.excerpts, say=say))
        return 0
    if args.excerpts:
        raise UsageError("--excerpts is for --word: add it, or open the pages of the codes")
    print(report(args.study, fresh=args.fresh, since=args.since, coder=args.coder, untrusted=args.untrusted, say=say))
    return 0


def run_notebooks(args: argparse.Namespace) -> int:
    """Run and store the notebooks, or compare them with what they show when run."""
    from qualcode.report import check_notebooks, store_notebooks
    from qualcode.study.opening import counting, find_study

    if args.check:
        with counting(find_study(args.study), args.coder):
            return check_notebooks(args.study)
    for path in store_notebooks(args.study, coder=args.coder, say=say):
        print(path)
    return 0
