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
        "Make a study of what another text holds.",
        "qualcode import --quotations thesis.md --into thesis-study",
    )
    bring.add_argument("--quotations", metavar="FILE", type=Path, required=True, help="a text with block quotations")
    bring.add_argument("--into", metavar="FOLDER", type=Path, required=True, help="the study to make")
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
    """Make a study of a text's quotations."""
    from qualcode.errors import UsageError
    from qualcode.exchange.quotations import import_quotations

    if not args.quotations.is_file():
        raise UsageError(f"{args.quotations}: there is no such file; give the text whose quotations are wanted")
    titles = args.titles or _published(args, args.quotations) / "titles.csv"
    done = import_quotations(args.quotations, args.into, titles)
    print(done)
    return 1 if done.problems else 0


def run_attach(args: argparse.Namespace) -> int:
    """Attach published codings."""
    from qualcode.exchange.published import attach

    done = attach(args.folder, _published(args, args.folder))
    print(done)
    return 1 if done.problems else 0


def _published(args: argparse.Namespace, of: Path) -> Path:
    """Return the folder of published codings that *args* name, or that belongs to a text or study."""
    from qualcode.exchange.published import find_published
    from qualcode.study import find_study

    named: Path | None = args.published
    return named or find_published(of, find_study(args.study) / "coding" / "published")
