"""
Commands that bring text in and put published codings onto it.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from qualcode.cli.command import add_command

if TYPE_CHECKING:
    from qualcode.cli.command import Commands


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    bring = add_command(
        commands,
        "import",
        run_import,
        "Bring in the comments on the report that came back in Word, or make a study of a text's quotations.",
        "qualcode import review.docx --comments",
    )
    bring.add_argument("file", metavar="FILE", type=Path, nargs="?", help="the .docx that came back")
    bring.add_argument("--comments", action="store_true", help="write its comments as memos on what they stand at")
    bring.add_argument("--on", metavar="DATE", default="", help="the day (YYYY-MM-DD) of comments that carry none")
    bring.add_argument(
        "--author",
        metavar="NAME=WHO",
        action="append",
        default=[],
        help="whose comments: the name in the file, and who the memo says (default: initials; repeat for others)",
    )
    bring.add_argument("--named", action="store_true", help="keep authors' names as the file has them")
    bring.add_argument("--quotations", metavar="FILE", type=Path, help="a text with block quotations")
    bring.add_argument("--into", metavar="FOLDER", type=Path, help="the study to make of them")
    bring.add_argument("--titles", metavar="FILE", type=Path, help="the table that joins the titles of one person")
    attach = add_command(
        commands,
        "attach",
        run_attach,
        "Put published codings onto a study made from one's own copy of the text.",
        "qualcode attach thesis-study",
    )
    attach.add_argument("folder", metavar="FOLDER", type=Path, help="the study made by `qualcode import --quotations`")
    for parser in (bring, attach):
        parser.add_argument(
            "--published",
            metavar="FOLDER",
            type=Path,
            help="a folder of coding/published/ (default: the one there for this text)",
        )


def run_import(args: argparse.Namespace) -> int:
    """Bring in comments, or make a study of a text's quotations."""
    from qualcode.errors import UsageError
    from qualcode.exchange.published.quotations import import_quotations

    if args.comments and args.file:
        return _import_comments(args)
    if args.file or args.comments or not (args.quotations and args.into):
        raise UsageError(
            "say what comes in: `qualcode import FILE.docx --comments`, or --quotations FILE --into FOLDER"
        )
    if not args.quotations.is_file():
        raise UsageError(f"{args.quotations}: there is no such file; give the text whose quotations are wanted")
    titles = args.titles or _published(args, args.quotations) / "titles.csv"
    done = import_quotations(args.quotations, args.into, titles)
    print(done)
    return 1 if done.problems else 0


def _import_comments(args: argparse.Namespace) -> int:
    from qualcode.errors import UsageError
    from qualcode.exchange.review.comments import import_comments
    from qualcode.study.study import open_study

    pairs = [a.partition("=") for a in args.author]
    if any(not (name and who) for name, _, who in pairs):
        raise UsageError('--author takes NAME=WHO, such as "A. Reader=supervisor"')
    names = {name: who for name, _, who in pairs}
    print(import_comments(open_study(args.study), args.file, names=names, on=args.on, named=args.named))
    return 0


def run_attach(args: argparse.Namespace) -> int:
    """Attach published codings."""
    from qualcode.exchange.published.codings import attach

    done = attach(args.folder, _published(args, args.folder))
    print(done)
    return 1 if done.problems else 0


def _published(args: argparse.Namespace, of: Path) -> Path:
    """Return the folder of published codings that *args* name, or that belongs to a text or study."""
    from qualcode.exchange.published.codings import find_published
    from qualcode.study.study import find_study

    named: Path | None = args.published
    return named or find_published(of, find_study(args.study) / "coding" / "published")
