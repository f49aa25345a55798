"""
The commands: one a verb, each a thin twin of a public function.

Exit status: 0 fine; 1 the study has problems, each on its own line; 2 the command was used wrongly.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import qualcode

if TYPE_CHECKING:
    import pandas as pd

    _Commands = argparse._SubParsersAction["_Parser"]

Command = Callable[[argparse.Namespace], int]
_TABLE_NAMES = [
    "acts",
    "attendance",
    "cases",
    "codings",
    "coverage",
    "documents",
    "statements",
    "ties",
    "topics",
    "turns",
]


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    from qualcode.errors import QualcodeError, SourceError, StudyError

    parser = build_parser()
    args = parser.parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    try:
        command: Command = args.run
        return command(args)
    except (StudyError, SourceError) as error:
        print("\n".join(map(str, error.problems)), file=sys.stderr)
        return 1
    except QualcodeError as error:
        print(f"qualcode: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def build_parser() -> argparse.ArgumentParser:
    """Return the parser that knows every command; documentation and tests read it too."""
    parser = _Parser(prog="qualcode", description="Qualitative coding in plain text.")
    parser.add_argument("--version", action="version", version=f"qualcode {qualcode.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_new(commands)
    _add(commands, "check", run_check, "Read everything and list every problem.", "qualcode check")
    table = _add(
        commands, "table", run_table, "Print a tidy table as CSV.", "qualcode table statements --out statements.csv"
    )
    table.add_argument("name", choices=_TABLE_NAMES, metavar="NAME", help=", ".join(_TABLE_NAMES))
    table.add_argument("--coder", help="whose codings (default: the agreed ones, else the one coder's)")
    _add_out(table)
    anchor = _add(
        commands,
        "reanchor",
        run_reanchor,
        "Show which excerpts moved with their text; with --write, follow them.",
        "qualcode reanchor --write",
    )
    anchor.add_argument("--write", action="store_true", help="write the new places (else they are only shown)")
    _add_exchange(commands)
    report = _add(
        commands, "report", run_report, "Run the notebooks and render them to build/site/.", "qualcode report"
    )
    report.add_argument("--fresh", action="store_true", help="run every notebook again, changed or not")
    _add(
        commands,
        "notebooks",
        run_notebooks,
        "Run the notebooks and store them with their outputs (make report never does).",
        "qualcode notebooks",
    )
    return parser


class _Parser(argparse.ArgumentParser):
    """A parser that ends with status 2 and one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def _add(commands: _Commands, name: str, run: Command, says: str, example: str) -> argparse.ArgumentParser:
    added = commands.add_parser(
        name,
        help=says,
        description=says,
        epilog=f"Example: {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    assert isinstance(added, argparse.ArgumentParser)
    added.add_argument("--study", metavar="PATH", type=Path, help="the study's folder (default: the one around here)")
    added.set_defaults(run=run)
    return added


def _add_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", metavar="FILE", type=Path, help="write to FILE: .csv, .tsv or .json by its ending")


def _add_new(commands: _Commands) -> None:
    new = commands.add_parser("new", help="Lay out a study, an interview or a fieldnote.")
    kinds = new.add_subparsers(metavar="KIND", required=True)
    study = _add(kinds, "study", run_new_study, "Lay out an empty study.", "qualcode new study my-study")
    study.add_argument("folder", type=Path)
    interview = _add(
        kinds,
        "interview",
        run_new_interview,
        "Lay out an interview.",
        "qualcode new interview 2018-05-07-coordinator --case coordinator",
    )
    interview.add_argument("id", help="such as 2018-05-07-coordinator")
    interview.add_argument("--case", required=True, help="who is interviewed; added to cases.csv if new")
    note = _add(
        kinds, "fieldnote", run_new_fieldnote, "Lay out a fieldnote.", "qualcode new fieldnote 2018-04-26-meeting"
    )
    note.add_argument("id", help="such as 2018-04-26-meeting")
    note.add_argument("--place", default="")
    for parser in (interview, note):
        parser.add_argument("--title", default="")
        parser.add_argument("--date", default="", metavar="YYYY-MM-DD", help="where the id does not begin with it")
        parser.add_argument("--language", default="en")


def _add_exchange(commands: _Commands) -> None:
    bring = _add(
        commands,
        "import",
        run_import,
        "Make a study of what another text holds.",
        "qualcode import --quotations thesis.md --into thesis-study",
    )
    bring.add_argument("--quotations", metavar="FILE", type=Path, required=True, help="a text with block quotations")
    bring.add_argument("--into", metavar="FOLDER", type=Path, required=True, help="the study to make")
    bring.add_argument("--titles", metavar="FILE", type=Path, help="the table that joins the titles of one person")
    attach = _add(
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


def run_new_study(args: argparse.Namespace) -> int:
    """Lay out an empty study."""
    from qualcode.layout import new_study

    for name in new_study(args.folder):
        print(f"{args.folder}/{name}")
    print(f"next: cd {args.folder}; qualcode new interview 2024-05-02-baker --case baker", file=sys.stderr)
    return 0


def run_new_interview(args: argparse.Namespace) -> int:
    """Lay out an interview."""
    from qualcode.layout import new_interview
    from qualcode.study import find_study

    root = find_study(args.study)
    print("\n".join(new_interview(root, args.id, args.case, args.title, args.date, args.language)))
    return 0


def run_new_fieldnote(args: argparse.Namespace) -> int:
    """Lay out a fieldnote."""
    from qualcode.layout import new_fieldnote
    from qualcode.study import find_study

    root = find_study(args.study)
    print("\n".join(new_fieldnote(root, args.id, args.place, args.title, args.date, args.language)))
    return 0


def run_check(args: argparse.Namespace) -> int:
    """List every problem of a study."""
    study = qualcode.open_study(args.study)
    for problem in study.problems:
        print(problem)
    excerpts = sum(len(f.excerpts) for f in study.coded.values())
    what = (
        f"{len(study.documents)} documents, {len(study.cases)} cases, {excerpts} excerpts by {len(study.coders)} coders"
    )
    print(f"{what}: {len(study.problems) or 'no'} problem{'' if len(study.problems) == 1 else 's'}", file=sys.stderr)
    return 1 if study.problems else 0


def run_table(args: argparse.Namespace) -> int:
    """Print one table."""
    from qualcode import tables

    study = qualcode.open_study(args.study)
    make = tables.TABLES[args.name]
    coded = args.name in ("codings", "statements", "topics")
    if args.coder and not coded:
        from qualcode.errors import UsageError

        raise UsageError(f"table {args.name!r} does not depend on a coder; leave out --coder")
    print_table(make(study, args.coder) if coded else make(study), args.out)
    return 0


def run_reanchor(args: argparse.Namespace) -> int:
    """Show, or follow, the excerpts that moved with their text."""
    from qualcode.hand import moves, reanchor

    study = qualcode.open_study(args.study)
    found = moves(study)
    for move in found:
        a = move.excerpt.anchor
        print(
            f"{move.path}:{move.excerpt.line}: excerpt {move.excerpt.id}: "
            f"{a.start}-{a.end} -> {move.to.start}-{move.to.end}"
        )
    if args.write:
        reanchor(study, found)
    print(
        f"{len(found)} excerpts {'written' if args.write else 'to follow; nothing written (add --write)'}",
        file=sys.stderr,
    )
    return 0


def run_import(args: argparse.Namespace) -> int:
    """Make a study of a text's quotations."""
    from qualcode.exchange.quotations import import_quotations

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


def run_report(args: argparse.Namespace) -> int:
    """Render the report."""
    from qualcode.report import report

    print(report(args.study, fresh=args.fresh, say=_say))
    return 0


def run_notebooks(args: argparse.Namespace) -> int:
    """Run and store the notebooks."""
    from qualcode.report import store_notebooks

    for path in store_notebooks(args.study, say=_say):
        print(path)
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def print_table(table: pd.DataFrame, out: Path | None) -> None:
    """Write *table* as CSV to the terminal, or to *out* by its ending."""
    from qualcode.errors import UsageError

    if out is None:
        sys.stdout.write(table.to_csv(index=False, lineterminator="\n"))
    elif out.suffix in (".csv", ".tsv"):
        separator = "," if out.suffix == ".csv" else "\t"
        out.write_text(table.to_csv(index=False, lineterminator="\n", sep=separator), "utf-8", newline="\n")
    elif out.suffix == ".json":
        text = table.to_json(orient="records", force_ascii=False, indent=1, date_format="iso")
        out.write_text(f"{text}\n", "utf-8", newline="\n")
    else:
        raise UsageError(f"cannot write {out.name!r}; name it .csv, .tsv or .json")


if __name__ == "__main__":
    raise SystemExit(main())
