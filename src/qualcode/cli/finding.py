"""
Commands that look for something in the texts.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from qualcode.cli.command import add_command, add_for_coding, add_out, opened, print_table, say

if TYPE_CHECKING:
    import pandas as pd

    from qualcode.cli.command import Commands
    from qualcode.rows import Rows
    from qualcode.search import Where
    from qualcode.study.study import Study

_TO_FILL_IN = ("decision", "stance", "note")


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    _add_search(commands)
    _add_suggest(commands)


def _add_search(commands: Commands) -> None:
    parser = add_command(
        commands,
        "search",
        run_search,
        "Find words, phrases, lemmas or codes: as concordance lines, excerpts in context, or counts by figure.\n"
        "Capitals and accents make no difference; * stands for any letters, _ for one.",
        "qualcode search library --near pool --within universality/* --sort right",
    )
    parser.add_argument("words", nargs="*", metavar="WORDS", help="a word or a quoted phrase; of several, any")
    parser.add_argument(
        "--codes",
        metavar="QUERY",
        help="codes (* stands for anything) joined by and, or, not, overlapping, inside, near, followed by; "
        "words in double quotes may stand for a code",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--exact", action="store_true", help="capitals, accents and signs as written; no wildcards")
    how.add_argument("--lemma", action="store_true", help="every form of a word, where a spaCy model is installed")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--in-context", action="store_true", help="with the turns around, not as lines")
    shape.add_argument("--by-figure", action="store_true", help="only counts, by the figure of who speaks")
    shape.add_argument(
        "--typical", action="store_true", help="no words given: which words one figure uses more than the other"
    )
    for name, what in (
        ("document", "the document with this id"),
        ("speaker", "this speaker's label or case"),
        ("figure", "cases with this figure"),
        ("kind", "this kind of document: interview, fieldnote, leaflet, ..."),
    ):
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar=name.upper(), help=f"only {what}; repeat it"
        )
    parser.add_argument("--language", default="", help="only turns in this language, such as en")
    parser.add_argument("--since", default="", metavar="YYYY-MM-DD", help="only documents of this day or later")
    parser.add_argument("--until", default="", metavar="YYYY-MM-DD", help="only documents of this day or earlier")
    parser.add_argument("--within", default="", metavar="QUERY", help="only inside text with these codes (* is any)")
    parser.add_argument("--outside", default="", metavar="QUERY", help="only outside text with these codes")
    parser.add_argument("--near", default="", metavar="WORDS", help="only near these words")
    parser.add_argument("--near-code", default="", metavar="QUERY", help="only near text with these codes")
    parser.add_argument(
        "--distance", type=int, default=10, metavar="N", help="near is N words or fewer between (default: 10)"
    )
    parser.add_argument("--coder", help="whose codings (default: the agreed ones, else the one coder's)")
    _add_model(parser)
    parser.add_argument("--width", type=int, default=60, metavar="N", help="signs left and right (default: 60)")
    parser.add_argument(
        "--sort", choices=("place", "left", "hit", "right"), default="place", help="order of lines (default: place)"
    )
    _add_open(parser)
    add_out(parser)
    add_for_coding(parser)


def run_search(args: argparse.Namespace) -> int:
    """Find words or codes."""
    from qualcode.errors import UsageError
    from qualcode.rows import rows_of
    from qualcode.search import by_figure, lemma_index, search, search_codes, typical
    from qualcode.search.lines import lines_of

    if bool(args.words) + bool(args.codes) + args.typical != 1:
        raise UsageError("give one of these: words to look for, --codes QUERY, --typical")
    if (args.codes and (args.exact or args.lemma)) or (args.typical and args.exact):
        raise UsageError("--exact and --lemma are for words to look for")
    if args.open is not None and (args.typical or args.by_figure):
        raise UsageError("counts stand at no place; leave out --open")
    study = opened(args)
    where = _where(args)
    if args.typical:
        found = typical(study, where=where, index=lemma_index(study, _models(args)) if args.lemma else None)
        for note in found.attrs["notes"]:
            say(note)
        to_add = [f"--language {found.attrs['language']}", *(f"--figure {f}" for f in found.attrs["where"].figure)]
        say(f"the lines behind a word: the same with the word for --typical, and {' '.join(to_add)}")
        print_table(found.reset_index(), args.out)
        return 0
    if args.codes:
        hits = rows_of(search_codes)(study, args.codes, where)
    else:
        index = lemma_index(study, _models(args)) if args.lemma else None
        hits = rows_of(search)(study, args.words, where, exact=args.exact, index=index)
    for note in hits.attrs["notes"]:
        say(note)
    if args.by_figure:
        print_table(rows_of(by_figure)(study, hits), args.out)
        return 0
    table = _in_context(study, hits) if args.in_context else lines_of(study, hits, width=args.width, sort=args.sort)
    if args.open is not None:
        return _open(study, table, args.open, args.coder)
    print_table(table, args.out)
    return 0


def _add_open(parser: argparse.ArgumentParser) -> None:
    what = "print no table: open JupyterLab at its row N, from 1, to be coded by --coder"
    parser.add_argument("--open", type=int, metavar="N", help=what)


def _in_context(study: Study, hits: Rows) -> pd.DataFrame:
    """Return hits with the turns around them."""
    from qualcode import present

    return present.in_context(study, hits.frame())


def _open(study: Study, table: pd.DataFrame | Rows, number: int, coder: str | None) -> int:
    """Open a row of a table where it stands in its document."""
    from qualcode.cli.widget import open_lab
    from qualcode.errors import UsageError
    from qualcode.rows import Rows
    from qualcode.widget import ready_notebook

    if isinstance(table, Rows):
        table = table.frame()
    if "start" not in table:
        raise UsageError("this table has no places; leave out --open")
    if not 1 <= number <= len(table):
        raise UsageError(f"there is no row {number} to open; the table has {len(table)}")
    row = table.iloc[number - 1]
    path = ready_notebook(study, str(row["document"]), coder, (int(row["start"]), int(row["end"])))
    print(path)
    return open_lab(study, path)


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        action="append",
        default=[],
        metavar="LANGUAGE=NAME",
        help="the spaCy model of a language, by name or folder; repeat it (default: the largest installed)",
    )


def _models(args: argparse.Namespace) -> dict[str, str] | None:
    """Return which model is meant for each language, ``None`` where none is named."""
    from qualcode.errors import UsageError

    wrong = [word for word in args.model if not all(word.partition("="))]
    if wrong:
        raise UsageError(f"--model {wrong[0]!r} is not written LANGUAGE=NAME, such as fr=fr_core_news_sm")
    return dict(word.split("=", 1) for word in args.model) or None


def _where(args: argparse.Namespace) -> Where:
    """Return which part of the study is searched."""
    from qualcode.search import Where

    return Where(
        document=args.document,
        speaker=args.speaker,
        figure=args.figure,
        kind=args.kind,
        language=args.language,
        since=args.since,
        until=args.until,
        within=args.within,
        outside=args.outside,
        near=args.near,
        near_code=args.near_code,
        distance=args.distance,
        coder=args.coder,
    )


def _add_suggest(commands: Commands) -> None:
    parser = add_command(
        commands,
        "suggest",
        run_suggest,
        "Suggest untagged passages for codes, each with why; nothing is a coding until a person accepts it.\n"
        "With --accept, --reject or --decisions, take decisions; what was rejected is not proposed again.",
        "qualcode suggest --coder reader --accept s5d70837b3a --reject s872946db7d",
    )
    parser.add_argument("document", nargs="*", metavar="DOCUMENT", help="only in these (default: in all)")
    parser.add_argument("--coder", help="for whom (default: the study's one coder)")
    parser.add_argument(
        "--code", action="append", default=[], metavar="CODE", help="a code; repeat it (default: all in use)"
    )
    parser.add_argument("--most", type=int, default=10, metavar="N", help="how many a code, or a list (default: 10)")
    parser.add_argument(
        "--learn-from", metavar="CODER", help="whose codings (default: the agreed ones, else the one coder's)"
    )
    parser.add_argument("--accept", action="append", default=[], metavar="ID", help="code this suggestion; repeat it")
    parser.add_argument("--reject", action="append", default=[], metavar="ID", help="turn it down; repeat it")
    parser.add_argument("--stance", default="", help="with --accept: the stance, a number or the codebook's word")
    parser.add_argument("--note", default="", help="with --accept or --reject: a memo on each")
    _add_model(parser)
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        "--decisions",
        metavar="FILE",
        type=Path,
        help="what `suggest --out FILE.csv` wrote, with accept or reject in the column decision",
    )
    kind.add_argument("--rejected", action="store_true", help="list what was rejected as well")
    kind.add_argument(
        "--worth", action="store_true", help="precision and recall by code, each interview left out, beside baselines"
    )
    kind.add_argument("--uncoded", action="store_true", help="passages read and left uncoded that look like coded ones")
    kind.add_argument("--unlike", action="store_true", help="coded passages that look like nothing else under a code")
    kind.add_argument("--one-coder", action="store_true", help="themes that one coder finds where another does not")
    _add_open(parser)
    add_out(parser)
    add_for_coding(parser)


def run_suggest(args: argparse.Namespace) -> int:
    """Suggest passages, or list what to read again."""
    from qualcode import suggest

    study = opened(args)
    if args.accept or args.reject or args.decisions:
        return _decide(study, args)
    if args.worth:
        table = suggest.worth(study, args.code, learn_from=args.learn_from, models=_models(args))
    elif args.uncoded:
        table = suggest.uncoded_like_coded(study, args.code, most=args.most, learn_from=args.learn_from)
    elif args.unlike:
        table = suggest.unlike_its_code(study, args.code, most=args.most, learn_from=args.learn_from)
    elif args.one_coder:
        table = suggest.found_by_one(study)
    else:
        how = {"documents": args.document, "most": args.most, "rejected": args.rejected, "models": _models(args)}
        table = suggest.suggest(study, args.coder, args.code, learn_from=args.learn_from, **how)
        for n, name in enumerate(_TO_FILL_IN, 1):
            table.insert(n, name, "")
    for note in table.attrs.get("notes", ()):
        say(note)
    for code, reason in table.attrs.get("declined", {}).items():
        say(f"{code} is not learnt: {reason}")
    if args.open is not None:
        return _open(study, table, args.open, args.coder)
    if "words" in table:  # a line a row, also in a terminal
        table["words"] = [" ".join(words.split()) for words in table["words"]]
    print_table(table, args.out)
    return 0


def _decide(study: Study, args: argparse.Namespace) -> int:
    """Accept and reject."""
    from qualcode import suggest
    from qualcode.errors import SourceError, UsageError
    from qualcode.plaintext.source import read_csv, read_given

    coder = suggest.for_whom(study, args.coder)
    if args.decisions:
        if args.accept or args.reject:
            raise UsageError("give decisions in a file or by id, not both")
        name = args.decisions.name
        columns = (*suggest.NEEDED, *_TO_FILL_IN)
        filled, problems = read_csv(read_given(args.decisions), name, columns, ())
        if problems:
            raise SourceError(problems)
        rows: pd.DataFrame | list[dict[str, str]] = [dict(row.values) for row in filled]
    else:
        twice = sorted({*args.accept} & {*args.reject})
        if twice:
            raise UsageError(f"{', '.join(twice)}: accepted and rejected at once; choose")
        only = [*dict.fromkeys([*args.accept, *args.reject])]
        table = suggest.suggest(
            study, coder, only=only, learn_from=args.learn_from, rejected=True, models=_models(args)
        )
        table["decision"] = ["accept" if s in args.accept else "reject" for s in table["suggestion"]]
        table["stance"] = [args.stance if s in args.accept else "" for s in table["suggestion"]]
        rows = table.assign(note=args.note)
    done = suggest.decide(study, rows, coder=coder)
    if done.files:
        print("\n".join(done.files))
    say(f"{len(done.accepted)} accepted, {len(done.rejected)} rejected")
    return 0
