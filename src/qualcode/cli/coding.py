"""
Commands on codings: follow moved excerpts, compare coders and settle, merge clones, recode.
"""

from __future__ import annotations

import argparse
import csv
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import qualcode
from qualcode.cli.command import add_command, add_for_coding, add_out, print_table
from qualcode.plural import number_of

if TYPE_CHECKING:
    from qualcode.cli.command import Commands
    from qualcode.recoding.recode import Recoding
    from qualcode.study.study import Study


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    anchor = add_command(
        commands,
        "reanchor",
        run_reanchor,
        "Show which excerpts moved with their text, and which cannot be followed; with --write, follow them.",
        "qualcode reanchor --take eab829ac2f7 --write",
    )
    anchor.add_argument("--write", action="store_true", help="write the new places (else they are only shown)")
    anchor.add_argument(
        "--take",
        metavar="ID[=START[-END]]",
        action="append",
        default=[],
        help="an excerpt that cannot be followed is there now (without a place: at its best candidate)",
    )
    anchor.add_argument(
        "--take-all", action="store_true", help="each is at its best candidate, where that one alone is --above"
    )
    anchor.add_argument(
        "--above", type=float, default=0.9, metavar="LIKENESS", help="with --take-all: how alike, 0 to 1 (default: 0.9)"
    )
    anchor.add_argument(
        "--give-up",
        metavar="ID",
        action="append",
        default=[],
        help="take an excerpt whose words are gone out of every file; a memo keeps what it was; repeat it",
    )
    tidy = add_command(
        commands,
        "tidy",
        run_tidy,
        "Show the excerpts of a coder that say the same twice, and how they would be made one; with --write, do it.",
        "qualcode tidy --write",
    )
    tidy.add_argument("--write", action="store_true", help="unite them (else it is only shown)")
    compare = add_command(
        commands,
        "compare",
        run_compare,
        "Show two coders' work on a document, passage by passage.",
        "qualcode compare reader second 2024-02-12-desk-officer --out differences.csv",
    )
    settle = add_command(
        commands,
        "settle",
        run_settle,
        "Take two coders' codings, and the decisions on their differences, into coding/agreed/.",
        "qualcode settle reader second 2024-02-12-desk-officer --decisions differences.csv",
    )
    for parser in (compare, settle):
        parser.add_argument("first", metavar="CODER")
        parser.add_argument("second", metavar="CODER")
        parser.add_argument("document", metavar="DOCUMENT")
    add_out(compare)
    for parser in (anchor, compare):
        add_for_coding(parser)
    compare.add_argument("--table", action="store_true", help="as CSV, with empty columns for decisions")
    settle.add_argument("--decisions", metavar="FILE", type=Path, help="what `compare` wrote, filled in")
    settle.add_argument("--by", default="", metavar="A,B", help="who decided (default: the two coders)")
    settle.add_argument("--on", default="", metavar="YYYY-MM-DD", help="the day (default: today)")
    _add_codebook(commands)
    driver = add_command(
        commands,
        "merge-driver",
        run_merge_driver,
        "Let `git merge` merge coders' files excerpt by excerpt; run once in every clone.",
        "qualcode merge-driver --install",
    )
    driver.add_argument("--install", action="store_true", help="set it up in this clone")
    driver.add_argument("versions", nargs="*", metavar="BASE OURS THEIRS MARKER PATH", help="what git gives a driver")


def _add_codebook(commands: Commands) -> None:
    book = commands.add_parser("codebook", help="Rename, merge, split, move or retire codes; every file follows.")
    verbs = book.add_subparsers(metavar="VERB", required=True)
    name = add_command(
        verbs,
        "rename",
        run_rename,
        "Give a code another id; every file that names it follows.",
        "qualcode codebook rename governance/co-design governance/designed --why shorter --dry-run",
    )
    name.add_argument("old", metavar="OLD")
    name.add_argument("new", metavar="NEW")
    name.add_argument("--label", default="", help="and another label")
    merge = add_command(
        verbs,
        "merge",
        run_merge,
        "Make several codes one; those given up are retired.",
        "qualcode codebook merge universality/stigma --into universality/wide-use --stances keep --why inseparable",
    )
    merge.add_argument("codes", metavar="CODE", nargs="+")
    merge.add_argument("--into", metavar="CODE", required=True)
    merge.add_argument("--stances", choices=["keep", "reverse"], help="what becomes of stances on the codes given up")
    split = add_command(
        verbs,
        "split",
        run_split,
        "Part a code by decisions, one for every excerpt; without them, print the table to fill in.",
        "qualcode codebook split function/access --decisions split.csv --why two-meanings --dry-run",
    )
    split.add_argument("code", metavar="CODE")
    add_for_coding(split)
    split.add_argument(
        "--decisions", metavar="FILE", type=Path, help="CSV: what (excerpt or act), into (codes; by ';')"
    )
    move = add_command(
        verbs,
        "move",
        run_move,
        "Put a code, with those below it, into another family or under another code.",
        "qualcode codebook move governance/ministry --under governance/co-design --why subordinate",
    )
    move.add_argument("code", metavar="CODE")
    where = move.add_mutually_exclusive_group(required=True)
    where.add_argument("--family", default="", metavar="FAMILY")
    where.add_argument("--under", default="", metavar="CODE")
    retire = add_command(
        verbs,
        "retire",
        run_retire,
        "Take a code out of use that nothing carries any more.",
        "qualcode codebook retire governance/cost --why unused",
    )
    retire.add_argument("code", metavar="CODE")
    for parser in (name, merge, split, move, retire):
        parser.add_argument("--why", default="", help="the reason, for the codebook's history (asked for unless given)")
        parser.add_argument("--on", default="", metavar="YYYY-MM-DD", help="the day, for the history (default: today)")
        parser.add_argument("--dry-run", action="store_true", help="show what would change; write nothing")


def run_tidy(args: argparse.Namespace) -> int:
    """Show, or unite, what is said twice."""
    from qualcode.coding.tidy import tidy

    found = tidy(qualcode.open_study(args.study), write=args.write)
    for file in found:
        print("\n".join((*file.united, *file.left)))
    united, left = sum(len(f.united) for f in found), sum(len(f.left) for f in found)
    done = "written" if args.write else "to unite; nothing written (add --write)"
    stays = f"; {number_of(left, 'stays as it is', 'stay as they are')}" if left else ""
    print(f"{united} {done}{stays}", file=sys.stderr)
    return 0


def run_compare(args: argparse.Namespace) -> int:
    """Compare two coders."""
    from qualcode.coding import compare

    study = qualcode.open_study(args.study)
    compared = compare.compare(study, args.first, args.second, args.document)
    if args.out is None and not args.table:
        print(compare.as_text(study, compared))
        return 0
    import pandas as pd

    rows = compare.table(study, compared)
    columns = [*compare.COLUMNS, args.first, args.second, "excerpts", "decision", "why", "words"]
    print_table(pd.DataFrame(rows, columns=columns), args.out)
    return 0


def run_settle(args: argparse.Namespace) -> int:
    """Settle on a document."""
    from qualcode.coding import settle
    from qualcode.errors import SourceError
    from qualcode.plaintext.source import read_csv, read_given

    study = qualcode.open_study(args.study)
    decisions: dict[settle.Key, settle.Decision] = {}
    if args.decisions:
        name = args.decisions.name
        filled, problems = read_csv(read_given(args.decisions), name, ("code", "excerpts", "decision", "why"), ())
        if problems:
            raise SourceError(problems)
        decisions = settle.decisions_from([row.values for row in filled])
    by = [name.strip() for name in args.by.split(",") if name.strip()]
    done = settle.settle(study, args.first, args.second, args.document, decisions, by=by, on=_day(args.on))
    print("\n".join(done.files))
    print(f"{number_of(done.excerpts, 'excerpt')} agreed, on {number_of(done.decided, 'decision')}", file=sys.stderr)
    return 0


def run_rename(args: argparse.Namespace) -> int:
    """Rename a code."""
    from qualcode.recoding import recode

    study = qualcode.open_study(args.study)
    return _recode(args, study, recode.rename(study, args.old, args.new, label=args.label, **_reason(args)))


def run_merge(args: argparse.Namespace) -> int:
    """Merge codes."""
    from qualcode.recoding import recode

    study = qualcode.open_study(args.study)
    return _recode(args, study, recode.merge(study, args.codes, args.into, stances=args.stances, **_reason(args)))


def run_split(args: argparse.Namespace) -> int:
    """Split a code, or print what has to be decided."""
    from qualcode.plaintext.source import read_csv, read_given
    from qualcode.recoding import recode
    from qualcode.study import release

    study = qualcode.open_study(args.study)
    if args.decisions is None:
        rows = recode.carriers(study, args.code)
        out = csv.writer(sys.stdout, lineterminator="\n")
        out.writerow(["what", "into", "file", "line", "document", "coder", "words"])
        for row in rows:
            document = study.documents.get(row["document"])
            shown = release.show(document, int(row["start"]), int(row["end"])) if document and row["start"] else ""
            out.writerow([*(row[c] for c in ("what", "into", "file", "line", "document", "coder")), shown])
        print(f"{len(rows)} to decide: fill in the column 'into', then give the file with --decisions", file=sys.stderr)
        return 0
    text = read_given(args.decisions)
    filled, problems = read_csv(text, args.decisions.name, ("what", "into"), ())
    if problems:
        from qualcode.errors import SourceError

        raise SourceError(problems)
    decisions = {r["what"]: [c.strip() for c in r["into"].split(";") if c.strip()] for r in filled if r["into"]}
    return _recode(args, study, recode.split(study, args.code, decisions, **_reason(args)))


def run_move(args: argparse.Namespace) -> int:
    """Move a code."""
    from qualcode.recoding import recode

    study = qualcode.open_study(args.study)
    plan = recode.move(study, args.code, family=args.family, under=args.under, **_reason(args))
    return _recode(args, study, plan)


def run_retire(args: argparse.Namespace) -> int:
    """Retire a code."""
    from qualcode.recoding import recode

    study = qualcode.open_study(args.study)
    return _recode(args, study, recode.retire(study, args.code, **_reason(args)))


def _reason(args: argparse.Namespace) -> dict[str, Any]:
    why = args.why
    if not why and args.dry_run:
        why = "(asked for when it is written)"
    if not why and sys.stdin.isatty():
        why = input("Why? (one sentence, for the codebook's history) ")
    return {"why": why, "on": _day(args.on)}


def _day(written: str) -> date:
    from qualcode.errors import UsageError
    from qualcode.plaintext.source import day

    on = day(written) if written else date.today()  # noqa: DTZ011 - the researcher's own day is meant
    if isinstance(on, str):
        raise UsageError(on)
    return on


def _recode(args: argparse.Namespace, study: Study, plan: Recoding) -> int:
    from qualcode.recoding.recode import carry_out

    print(plan)
    if args.dry_run:
        print(
            f"{number_of(len(plan.files), 'file')} would change; nothing written (leave out --dry-run)", file=sys.stderr
        )
        return 0
    carry_out(study, plan)
    run_again = "; run the notebooks again" if any(name.endswith(".ipynb") for name in plan.files) else ""
    print(f"{number_of(len(plan.files), 'file')} written{run_again}", file=sys.stderr)
    return 0


def run_reanchor(args: argparse.Namespace) -> int:
    """Show, or follow, the excerpts that moved with their text."""
    from qualcode.coding import places
    from qualcode.coding.follow import readings, untraced
    from qualcode.errors import UsageError
    from qualcode.study import release

    study = qualcode.open_study(args.study)
    if args.give_up and (args.take or args.take_all):
        raise UsageError("give excerpts up, or take their places, not both at once")
    if args.give_up:
        return _give_up(study, args)
    named = [move for word in args.take for move in places.placed(study, *_place(word))]
    taken = {m.excerpt.id for m in named}
    if args.take_all:
        named += [m for m in places.likely(study, args.above) if m.excerpt.id not in taken]
    followed, astray = places.found_again(study)
    found = [*followed, *named]
    for move in found:
        a = move.excerpt.anchor
        print(
            f"{move.path}:{move.excerpt.line}: excerpt {move.excerpt.id}: "
            f"{a.start}-{a.end} -> {move.to.start}-{move.to.end}"
        )
    left = [s for s in astray if s.excerpt.id not in {m.excerpt.id for m in named}]
    for stray in left:
        document = study.documents[stray.document]
        print(f"{stray.path}:{stray.excerpt.line}: excerpt {stray.excerpt.id}: {stray.found.how}, not followed")
        for c in stray.found.candidates[:5]:
            words = " ".join(release.show(document, c.start, c.end).split())
            short = words if len(words) <= 70 else f"{words[:40]} ... {words[-25:]}"
            print(f"    {c.likeness:.2f} alike: {c.start}-{c.end} ({document.path}:{document.line(c.start)}): {short}")
    reread = readings(study)
    for one in reread:
        r = one.reading
        now = ", ".join(f"{to.start}-{to.end}" for to in one.to) or "nothing of it can be told to stand; stays as it is"
        print(f"{one.path}:{r.line}: read {r.start}-{r.end} -> {now}")
    bare = untraced(study)
    for path, r in bare:
        print(f"{path}:{r.line}: read {r.start}-{r.end}: gets the trace by which it follows an edit")
    if args.write:
        places.reanchor(study, found)
    done = "written" if args.write else "to follow; nothing written (add --write)"
    stays = (
        f"; {number_of(len(left), 'cannot be followed and stays as it is', 'cannot be followed and stay as they are')}"
        if left
        else ""
    )
    following = sum(bool(one.to) for one in reread) + len(bare)
    read = f" and {number_of(following, 'reading')}" if reread or bare else ""
    print(f"{number_of(len(found), 'excerpt')}{read} {done}{stays}", file=sys.stderr)
    return 0


def _give_up(study: Study, args: argparse.Namespace) -> int:
    from qualcode.coding import places
    from qualcode.coding.abandon import give_up

    if not args.write:
        for stray in places.strays(study):
            if stray.excerpt.id in args.give_up:
                print(f"{stray.path}:{stray.excerpt.line}: excerpt {stray.excerpt.id}")
        print("would be given up; nothing written (add --write)", file=sys.stderr)
        return 0
    print("\n".join(give_up(study, args.give_up, on=_day(""))))
    return 0


def _place(word: str) -> tuple[str, int | None, int | None]:
    from qualcode.errors import UsageError

    name, _, place = word.partition("=")
    start, _, end = place.partition("-")
    if not all((p.isdecimal() and len(p) < 10) or not p for p in (start, end)):
        raise UsageError(f"{word!r} is not written ID, ID=START or ID=START-END")
    return name, int(start) if start else None, int(end) if end else None


def run_merge_driver(args: argparse.Namespace) -> int:
    """Set the merge driver up, or do what git asks of it."""
    from qualcode.coding.merge import install, merge_files
    from qualcode.errors import UsageError

    if args.install:
        from qualcode.study.opening import find_study

        print("\n".join(install(find_study(args.study))))
        return 0
    if len(args.versions) != 5 or not args.versions[3].isdecimal() or len(args.versions[3]) > 9:
        raise UsageError("git calls this; set it up with `qualcode merge-driver --install`")
    base, ours, theirs, marker, name = args.versions
    return merge_files(Path(base), Path(ours), Path(theirs), int(marker), name)
