"""
The command that holds a manuscript's quotations, names and claims against a study.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from qualcode.cli.command import add_command, add_out, opened, print_table, say, write_out
from qualcode.plural import number_of

if TYPE_CHECKING:
    from qualcode.cli.command import Commands
    from qualcode.study.study import Study

FORMATS = ("text", "sarif", "junit")


def add(commands: Commands) -> None:
    """Declare the command of this module."""
    manuscript = add_command(
        commands,
        "manuscript",
        run_manuscript,
        "Hold the quotations of a manuscript (.md, .qmd, .tex, .docx, .odt, .ipynb) against the study's texts: the\n"
        "words, who said them, when, and whether they may be quoted; status 1 where something is wrong.",
        "qualcode manuscript chapter.md",
    )
    manuscript.add_argument("file", metavar="FILE", nargs="+", type=Path, help="the manuscript's files, in order")
    manuscript.add_argument("--fill", action="store_true", help="put right what has one way, and check again")
    manuscript.add_argument("--format", choices=FORMATS, default="text", help="how it is told (default: text)")
    manuscript.add_argument("--titles", metavar="FILE", type=Path, help="whom a printed title means: a CSV table")
    manuscript.add_argument(
        "--claims", metavar="FILE", action="append", default=[], help="a table of what it states, in the study"
    )
    manuscript.add_argument("--key", metavar="FILE", type=Path, help="the key of names, kept outside of the study")
    manuscript.add_argument("--strict", action="store_true", help="a quotation that is of nobody is wrong too")
    manuscript.add_argument("--set", metavar="FOLDER", type=Path, help="write the files with their references set")
    manuscript.add_argument("--filter", metavar="FILE", type=Path, help="write a Lua filter that sets them in pandoc")
    manuscript.add_argument("--style", default="", help="how references are attributed: {who} {date} {turn} {document}")
    add_out(manuscript)


def run_manuscript(args: argparse.Namespace) -> int:
    """Check the files, mend them where that is asked, and print what is wrong."""
    from qualcode.exchange.published.quotations import read_titles
    from qualcode.manuscript import told
    from qualcode.manuscript.judged import NOBODYS
    from qualcode.manuscript.mended import mend
    from qualcode.manuscript.verdicts import check_manuscript

    study = opened(args)
    if args.fill:
        for done in mend(study, args.file, read_titles(args.titles) if args.titles else ()):
            for line in done.right:
                say(f"{done.file}: {line}")
            for line in done.left:
                say(f"{done.file}: {line}")
    judged = check_manuscript(study, args.file, args.titles)
    if args.out:
        print_table(told.table(judged), args.out)
    if args.format == "text":
        sys.stdout.write("".join(f"{line}\n" for line in told.lines(judged)))
    else:
        sys.stdout.write(told.sarif(judged) if args.format == "sarif" else told.junit(judged))
    of_nobody = [one for one in judged if one.wording == NOBODYS]
    for one in of_nobody if args.strict else ():
        say(f"{one}")
    if of_nobody and not args.strict:
        what = number_of(len(of_nobody), "quotation is", "quotations are")
        say(f"{what} not in the study's texts and said of nobody; --strict lists them")
    wrong = any(one.wrong for one in judged) or bool(of_nobody and args.strict)
    wrong |= bool(_references(study, args)) | bool(_gate(study, args))
    return 1 if _claims(study, args.claims) or wrong else 0


def _references(study: Study, args: argparse.Namespace) -> int:
    """Check references to excerpts and numbers, and set them where that is asked; return how many lead nowhere."""
    from qualcode.errors import UsageError
    from qualcode.manuscript.forms import PLAIN, read_manuscript
    from qualcode.manuscript.references import STYLE, lua_filter, references, set_in

    style = args.style or STYLE
    read = [read_manuscript(path) for path in args.file]
    found = [one for manuscript in read for one in references(study, manuscript, style)]
    wrong = [one for one in found if one.wrong]
    for one in wrong:
        say(str(one))
    if wrong:
        return len(wrong)
    if args.filter:
        write_out(args.filter, lua_filter(found))
    for path, manuscript in zip(args.file, read, strict=True) if args.set else ():
        if manuscript.form not in PLAIN:
            raise UsageError(f"{path.name}: references are set in Markdown and LaTeX only")
        if args.set.resolve() == path.resolve().parent:
            raise UsageError(f"{path.name}: name another folder with --set; the manuscript itself is not written to")
        args.set.mkdir(parents=True, exist_ok=True)
        write_out(args.set / path.name, set_in(study, manuscript, style))
    return 0


def _gate(study: Study, args: argparse.Namespace) -> int:
    """Look for names of the key and for words of withheld texts; return how much was found."""
    from qualcode.gate import check_out, read_key

    checked = check_out(args.file, study=study, key=read_key(args.key) if args.key else None)
    for line in checked.told():
        say(line)
    return len(checked.findings) + len(checked.not_opened)


def _claims(study: Study, names: list[str]) -> int:
    """Compare tables of claims with the study; return how many differ."""
    from qualcode.claims import differences

    found = [problem for name in names for problem in differences(study, name)]
    for problem in found:
        say(str(problem))
    return len(found)
