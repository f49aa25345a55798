"""
Commands that bring text in and put published codings onto it.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from qualcode.cli.command import add_command, say
from qualcode.plural import number_of

if TYPE_CHECKING:
    from qualcode.cli.command import Commands
    from qualcode.exchange.transcripts.intake import Looked
    from qualcode.exchange.transcripts.renamed import Rename


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    bring = add_command(
        commands,
        "import",
        run_import,
        "Bring transcripts into a study, or the comments on the report that came back in Word, or make a study of "
        "another program's project or a text's quotations.",
        "qualcode import transcripts/ --dry-run",
    )
    bring.add_argument(
        "files",
        metavar="FILE",
        type=Path,
        nargs="*",
        help="transcripts, or folders of them; with --into a project; with --comments the .docx that came back",
    )
    bring.add_argument(
        "--dry-run", action="store_true", help="show who speaks in transcripts, or what a project holds; write nothing"
    )
    bring.add_argument(
        "--speakers",
        metavar="FILE",
        type=Path,
        help="which label is which case (default: speakers.yaml beside the transcripts; proposed where there is none)",
    )
    bring.add_argument(
        "--key", metavar="FILE", type=Path, help="the key of names: they are replaced before anything is written"
    )
    bring.add_argument("--identity", metavar="FILE", type=Path, help="the age identity that opens an encrypted key")
    bring.add_argument("--add-cases", action="store_true", help="add cases that are missing to coding/cases.csv")
    bring.add_argument(
        "--update", action="store_true", help="replace the text of interviews that are there; codings follow"
    )
    bring.add_argument("--comments", action="store_true", help="write its comments as memos on what they stand at")
    bring.add_argument("--on", metavar="DATE", default="", help="the day (YYYY-MM-DD) of what carries none")
    bring.add_argument(
        "--author",
        metavar="NAME=WHO",
        action="append",
        default=[],
        help="whose comments: the name in the file, and who the memo says (default: initials; repeat for others)",
    )
    bring.add_argument("--named", action="store_true", help="keep authors' names as the file has them")
    bring.add_argument("--quotations", metavar="FILE", type=Path, help="a text with block quotations")
    bring.add_argument(
        "--into",
        metavar="FOLDER",
        type=Path,
        help="the study to make of a project, or of quotations; a project comes into one that is there",
    )
    bring.add_argument("--dialect", metavar="WAY", default="", help="how a project counts places, where it is known")
    bring.add_argument("--mapping", metavar="FILE", type=Path, help="which column or variable of a project is what")
    bring.add_argument("--language", metavar="CODE", default="und", help="the language of a project's documents")
    bring.add_argument("--consent", default="quote", help="what a project's people agreed to (default: quote)")
    bring.add_argument("--release", default="open", help="whether a project's documents may be shown (default: open)")
    bring.add_argument(
        "--roles", metavar="FILE", type=Path, help="which codes, cases, variables of a project are what in a network"
    )
    bring.add_argument("--report", metavar="FILE", type=Path, help="what became of everything in a project, as JSON")
    bring.add_argument("--titles", metavar="FILE", type=Path, help="the table that joins the titles of one person")
    out = add_command(
        commands,
        "export",
        run_export,
        "Write a study as a file of another program, by its ending; or its tables as Parquet, for programs that read "
        "many at once.",
        "qualcode export --parquet tables/",
    )
    out.add_argument("file", metavar="FILE", type=Path, nargs="?", help="the file to write")
    out.add_argument("--for", dest="receiver", metavar="PROGRAM", default="", help="the program that shall read it")
    out.add_argument("--coder", default="", help="whose codings (default: everybody's)")
    out.add_argument("--parquet", metavar="FOLDER", type=Path, help="tables as Parquet: a new folder, or an empty one")
    out.add_argument(
        "--with",
        dest="others",
        metavar="STUDY",
        type=Path,
        action="append",
        default=[],
        help="another study, whose rows are written too, with ids by study (repeat for others)",
    )
    give = add_command(
        commands,
        "deposit",
        run_deposit,
        "Lay down what a data archive asks for: documents and codings as far as they are released, the codebook to "
        "read, a README, a list of files, checksums, RO-Crate and PROV.",
        "qualcode deposit for-the-archive",
    )
    give.add_argument("folder", metavar="FOLDER", type=Path, help="a new folder, or an empty one")
    give.add_argument(
        "--access", default="open", help="who will have access: open, safeguarded or controlled (default: open)"
    )
    give.add_argument("--licence", metavar="NAME", default="", help="the licence: its address, or its name")
    give.add_argument("--on", metavar="DATE", default="", help="the day (default: that of the last coding)")
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
    """Bring in transcripts or comments, or make a study of a text's quotations."""
    from qualcode.errors import UsageError
    from qualcode.exchange.published.quotations import import_quotations

    if args.key and (args.comments or args.into or args.quotations):
        raise UsageError("--key replaces names in transcripts as they come in; `qualcode pseudonymise` does in a study")
    if args.comments and len(args.files) == 1:
        return _import_comments(args)
    if args.files and args.into and not (args.comments or args.quotations):
        return _import_project(args)
    if args.files and not (args.comments or args.quotations or args.into or args.author or args.named):
        return _import_transcripts(args)
    if args.files or args.comments or not (args.quotations and args.into):
        raise UsageError(
            "say what comes in: `qualcode import FILES` (transcripts), `qualcode import PROJECT --into FOLDER`, "
            "`qualcode import FILE.docx --comments`, or --quotations FILE --into FOLDER"
        )
    if not args.quotations.is_file():
        raise UsageError(f"{args.quotations}: there is no such file; give the text whose quotations are wanted")
    titles = args.titles or _published(args, args.quotations) / "titles.csv"
    done = import_quotations(args.quotations, args.into, titles)
    print(done)
    return 1 if done.problems else 0


def _import_project(args: argparse.Namespace) -> int:
    import json

    from qualcode.errors import UsageError
    from qualcode.exchange.projects import Asked, Choices, import_project
    from qualcode.plaintext.durable import replace_durably
    from qualcode.plaintext.folder import check_given

    if len(args.files) != 1:
        raise UsageError("--into makes a study of one project; name one file")
    choices = Choices(args.language, args.on, args.consent, args.release, args.roles)
    beside = (args.into / "coding" / "codebook.yaml").is_file()
    done = import_project(args.files[0], args.into, Asked(args.dialect, args.mapping), choices, dry_run=args.dry_run)
    print(done)
    if args.report:
        check_given(args.report)
        told = json.dumps(done.as_json(), ensure_ascii=False, indent=1) + "\n"
        replace_durably(args.report, told.encode("utf-8"))
    if done.there:
        say(f"{args.into}: has this very file already; nothing was changed")
    elif args.dry_run:
        say("nothing was written")
    else:
        what = "has it now beside what was there" if beside else "a study now"
        say(
            f"{args.into}: {what}; look at it with `qualcode check --study {args.into}` and "
            f"`qualcode table codings --coder all --study {args.into}`"
        )
    return 0


def _import_comments(args: argparse.Namespace) -> int:
    from qualcode.errors import UsageError
    from qualcode.exchange.review.comments import import_comments
    from qualcode.study.opening import open_study

    pairs = [a.partition("=") for a in args.author]
    if any(not (name and who) for name, _, who in pairs):
        raise UsageError('--author takes NAME=WHO, such as "A. Reader=supervisor"')
    names = {name: who for name, _, who in pairs}
    print(import_comments(open_study(args.study), args.files[0], names=names, on=args.on, named=args.named))
    return 0


def _import_transcripts(args: argparse.Namespace) -> int:
    from qualcode.exchange.transcripts.intake import bring, lay_mapping, look
    from qualcode.exchange.transcripts.renamed import without_names
    from qualcode.exchange.transcripts.shown import as_table
    from qualcode.study.opening import open_study
    from qualcode.study.release import has_own_screen

    study = open_study(args.study)
    looked = look(study, args.files, args.speakers, args.on, say)
    rename = _renaming(args, looked) if args.key else None
    if rename:
        found = tuple(replace(one, id=rename.id(one.id)) for one in looked.found)
        mapping = looked.mapping if looked.mapped else without_names(looked.mapping, rename)
        looked = replace(looked, found=found, mapping=mapping)
    if args.dry_run or not looked.mapped:
        print(as_table(looked, study, words=has_own_screen()))
        if not args.dry_run and looked.found:
            lay_mapping(looked)
            say(f"{looked.speakers}: proposed; nothing was imported. Look at every line of it, then import again")
        problems = looked.problems
    else:
        done = bring(study, looked, add_cases=args.add_cases, update=args.update, rename=rename)
        print(done)
        here = number_of(len(done.documents), "transcript is", "transcripts are")
        say(f"{here} in the study, {number_of(len(done.problems), 'file or answer is', 'files or answers are')} not")
        problems = tuple(done.problems)
    for problem in problems:
        say(str(problem))
    return 1 if problems else 0


def _renaming(args: argparse.Namespace, looked: Looked) -> Rename:
    """Return what replaces names as transcripts come in; tell what the key may miss in them, beside the key."""
    from qualcode.cli.release import propose, say_how_safe
    from qualcode.exchange.transcripts.renamed import Rename
    from qualcode.gate import read_key, replaced
    from qualcode.gate.names import untitled

    key = read_key(args.key, args.identity)
    say_how_safe(args.key)
    rename = Rename(
        lambda words: replaced(words, key).text, lambda words: untitled(replaced(words, key.of_labels).text)
    )
    texts = [(rename.id(one.id), "\n\n".join(t.words for t in one.turns), one.reading.language) for one in looked.found]
    propose(args.key, key, texts, write=not args.dry_run)
    return rename


def run_export(args: argparse.Namespace) -> int:
    """Write a study as another program's file, or its tables as Parquet."""
    from qualcode.errors import UsageError
    from qualcode.exchange.parquet import write_parquet
    from qualcode.study.opening import open_study

    if bool(args.file) == bool(args.parquet):
        raise UsageError("say what is written: `qualcode export FILE`, or --parquet FOLDER")
    if args.file:
        from qualcode.exchange.out import For, export_study

        if args.others:
            raise UsageError("--with puts several studies into one with --parquet only; leave it out")
        print(export_study(open_study(args.study), args.file, For(args.receiver, args.coder)))
        return 0
    if args.receiver or args.coder:
        raise UsageError("--for and --coder go with a FILE; leave them out with --parquet")
    studies = [open_study(path) for path in (args.study, *args.others)]
    written = write_parquet(studies if args.others else studies[0], args.parquet)
    say(f"{args.parquet}: {number_of(len(written), 'file', 'files')} written")
    return 0


def run_deposit(args: argparse.Namespace) -> int:
    """Lay down a deposit."""
    from qualcode.exchange.deposit import deposit
    from qualcode.study.opening import open_study

    done = deposit(open_study(args.study), args.folder, access=args.access, licence=args.licence, on=args.on)
    print(done)
    say(f"{args.folder}: look through it with `qualcode release check {args.folder}` before it goes")
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
    from qualcode.study.opening import find_study

    named: Path | None = args.published
    return named or find_published(of, find_study(args.study) / "coding" / "published")
