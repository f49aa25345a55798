"""
Commands that look for something in the texts.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import qualcode
from qualcode.cli.command import add_command, add_out, print_table, say

if TYPE_CHECKING:
    from qualcode.cli.command import Commands
    from qualcode.search import Where


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    _add_search(commands)


def _add_search(commands: Commands) -> None:
    parser = add_command(
        commands,
        "search",
        run_search,
        "Find words, phrases, lemmas or codes: as concordance lines, excerpts in context, or counts by figure.\n"
        "Capitals and accents make no difference; * stands for any letters, _ for one.",
        "qualcode search housing --near guarantee --within motion/* --sort right",
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
    for name, what in (
        ("document", "the document with this id"),
        ("speaker", "this speaker's label or case"),
        ("figure", "cases with this figure"),
        ("kind", "this kind of document: interview, fieldnote, leaflet, ..."),
    ):
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar=name.upper(), help=f"only {what}; repeat it"
        )
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
    parser.add_argument("--width", type=int, default=60, metavar="N", help="signs left and right (default: 60)")
    parser.add_argument(
        "--sort", choices=("place", "left", "hit", "right"), default="place", help="order of lines (default: place)"
    )
    add_out(parser)


def run_search(args: argparse.Namespace) -> int:
    """Find words or codes."""
    from qualcode import present
    from qualcode.errors import UsageError
    from qualcode.search import by_figure, concordance, lemma_index, search, search_codes

    if bool(args.words) == bool(args.codes):
        raise UsageError("give either words to look for or --codes QUERY")
    if args.codes and (args.exact or args.lemma):
        raise UsageError("--exact and --lemma are for words, not for --codes")
    study = qualcode.open_study(args.study)
    where = _where(args)
    if args.codes:
        hits = search_codes(study, args.codes, where)
    else:
        index = lemma_index(study) if args.lemma else None
        hits = search(study, args.words, where, exact=args.exact, index=index)
    for note in hits.attrs["notes"]:
        say(note)
    if args.by_figure:
        table = by_figure(study, hits)
    elif args.in_context:
        table = present.in_context(study, hits)
    else:
        table = concordance(study, hits, width=args.width, sort=args.sort)
    print_table(table, args.out)
    return 0


def _where(args: argparse.Namespace) -> Where:
    """Return which part of the study is searched."""
    from qualcode.search import Where

    return Where(
        document=args.document,
        speaker=args.speaker,
        figure=args.figure,
        kind=args.kind,
        since=args.since,
        until=args.until,
        within=args.within,
        outside=args.outside,
        near=args.near,
        near_code=args.near_code,
        distance=args.distance,
        coder=args.coder,
    )
