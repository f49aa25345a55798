"""
Commands that compare coders and figures: every table without Python, and its plot.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qualcode.cli.command import add_command, add_out, opened, print_table, say, write_out
from qualcode.plural import number_of

if TYPE_CHECKING:
    import pandas as pd

    from qualcode.cli.command import Commands
    from qualcode.study.study import Study

_TABLES = {
    "themes": "shares by figure, difference, p, what to mind",
    "stances": "mean stance by figure, with the same test",
    "speakers": "every speaker and theme",
    "without": "what changes when any one speaker is left out",
    "pool": "excerpts to choose quotations from (needs --theme)",
    "word-and-deed": "what people say beside what they did",
    "missing": "who is not in the comparison",
    "by-excerpt": "the excerpt's figure against the speaker's",
    "log-odds": "themes ranked by how typical they are of a figure",
    "words": "words ranked the same way, of what may be quoted (needs --language)",
    "distance": "how far apart over all themes, beside chance",
}


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    _add_agreement(commands)
    _add_divergence(commands)


def _add_agreement(commands: Commands) -> None:
    parser = add_command(
        commands,
        "agreement",
        run_agreement,
        "Compare coders code by code, over what two of them have read.",
        "qualcode agreement --coder reader --coder second --plot agreement.svg",
    )
    parser.add_argument("--unit", choices=("turn", "span"), default="turn", help="what is compared (default: turn)")
    parser.add_argument("--coder", action="append", metavar="NAME", help="a coder; repeat it (default: all)")
    parser.add_argument(
        "--code", action="append", metavar="CODE", help="a code; repeat it (default: all that are given)"
    )
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        "--by",
        choices=("document", "round"),
        help="document by document, or round by round (by the month of the second reading)",
    )
    kind.add_argument("--by-round", action="store_const", const="round", dest="by", help="the same as --by round")
    kind.add_argument("--stances", action="store_true", help="whether coders hear the same stance")
    kind.add_argument("--passages", action="store_true", help="the passages that cost most agreement, in context")
    parser.add_argument("--most", type=int, default=20, metavar="N", help="how many passages (default: 20)")
    parser.add_argument("--plot", metavar="FILE", type=Path, help="draw it too: .svg, .pdf or .png")
    add_out(parser)


def _add_divergence(commands: Commands) -> None:
    parser = add_command(
        commands,
        "divergence",
        run_divergence,
        "Compare two figures theme by theme; the unit is the speaker.",
        "qualcode divergence stances --contrast issuer holder --out stances.csv",
    )
    told = "; ".join(f"{name}: {what}" for name, what in _TABLES.items())
    parser.add_argument("table", nargs="?", choices=list(_TABLES), default="themes", metavar="TABLE", help=told)
    parser.add_argument("--contrast", nargs=2, metavar=("A", "B"), help="two figures (default: the codebook's)")
    parser.add_argument("--coder", help="whose codings (default: the agreed ones, else the one coder's)")
    parser.add_argument(
        "--weights", metavar="COLUMN", help="partial membership: a column of the statements, such as weight, 0 to 1"
    )
    parser.add_argument(
        "--least", type=int, default=5, metavar="N", help="only speakers with N statements of their own (default: 5)"
    )
    parser.add_argument(
        "--of", choices=("all", "tested"), default="all", help="shares of all excerpts, or of the tested themes'"
    )
    parser.add_argument(
        "--among",
        choices=("reached", "everybody"),
        default="reached",
        help="shares among those to whom a theme was put or who raised it, or among everybody, silence as nought "
        "(default: reached, where any question is tagged)",
    )
    parser.add_argument("--reported", action="store_true", help="count views that speakers report of others")
    parser.add_argument("--theme", metavar="CODE", help="the theme of the pool")
    parser.add_argument("--language", metavar="LANGUAGE", help="the language of the words, such as en")
    parser.add_argument("--seed", type=int, default=0, help="of the pool and of drawn arrangements (default: 0)")
    parser.add_argument("--plot", metavar="FILE", type=Path, help="draw themes or stances too: .svg, .pdf or .png")
    add_out(parser)


def run_agreement(args: argparse.Namespace) -> int:
    """Compare coders."""
    from qualcode import agreement, tables

    study = opened(args)
    coverage, turns = tables.coverage(study), tables.turns(study)
    codings = _of_all_coders(study)
    chosen = {"codes": args.code, "coders": args.coder}
    if args.passages:
        found = agreement.disagreements(codings, coverage, turns=turns, **chosen)
        from qualcode import present

        every = found[["document", "turn"]].drop_duplicates()
        places = every.head(args.most)
        if len(places) < len(every):
            say(f"left out: {number_of(len(every) - len(places), 'passage')} that cost less (--most {args.most})")
        shown = present.in_context(study, found.merge(places, on=["document", "turn"]))
        shown.attrs.update(found.attrs)
        columns = [
            "document",
            "turn",
            "speaker",
            "code",
            "given_by",
            "not_given_by",
            "cost",
            "before",
            "words",
            "after",
        ]
        table = shown[columns]
    elif args.stances:
        table = agreement.stance_agreement(codings, coverage, turns=turns, **chosen)
    elif args.by == "document":
        table = agreement.by_document(codings, coverage, args.unit, turns=turns, **chosen)
    elif args.by == "round":
        rounds = agreement.rounds(coverage, args.coder)
        table = agreement.by_round(codings, coverage, rounds, args.unit, turns=turns, **chosen)
    else:
        table = agreement.agreement(codings, coverage, args.unit, turns=turns, **chosen)
    for note in table.attrs.get("notes", ()):
        say(note)
    print_table(table if args.passages else agreement.readable(table), args.out)
    if args.plot:
        from qualcode import plots

        labels = {c.id: c.label for c in study.codebook.codes.values()}
        labels |= {name: family.label for name, family in study.codebook.families.items()}
        whole = agreement.agreement(codings, coverage, args.unit, turns=turns, **chosen)
        _draw(plots.agreement(agreement.readable(whole), labels), args.plot)
    return 0


def run_divergence(args: argparse.Namespace) -> int:
    """Compare two figures."""
    from dataclasses import asdict

    import pandas as pd

    from qualcode import divergence, tables
    from qualcode.errors import UsageError

    if args.plot and args.table not in ("themes", "stances"):
        raise UsageError("--plot draws the tables themes and stances; others have no plot")
    study = opened(args)
    topics = tables.topics(study, args.coder)
    statements = divergence.heard(tables.statements(study, args.coder), args.least)
    contrast = tuple(args.contrast or study.codebook.contrast)
    if len(contrast) != 2:
        raise UsageError("the codebook names no contrast; give --contrast A B")
    weights = divergence.membership(statements, contrast, weight=args.weights) if args.weights else None
    if args.table in ("pool", "missing", "word-and-deed", "by-excerpt"):
        print_table(_beside(study, statements, contrast, args), args.out)
        return 0
    more: dict[str, Any] = {"reported": args.reported}
    asked: dict[str, Any] = {"topics": topics, "among": args.among}
    if args.table == "themes":
        result = divergence.divergence(statements, contrast, weights, of=args.of, seed=args.seed, **asked, **more)
    elif args.table == "stances":
        result = divergence.stance_divergence(statements, contrast, weights, seed=args.seed, **more)
    elif args.table == "log-odds":
        result = divergence.log_odds(statements, contrast, weights, seed=args.seed, **more)
    elif args.table == "words":
        result = _words(study, contrast, weights, args)
    elif args.table == "distance":
        distance = divergence.jensen_shannon(statements, contrast, weights, seed=args.seed, **asked, **more)
        result = pd.DataFrame([{k: v for k, v in asdict(distance).items() if k != "about"}])
        result.attrs.update(distance.about)
    else:
        result = divergence.speakers(statements, contrast, weights, of=args.of, **asked, **more)
        result = divergence.leave_one_out(result) if args.table == "without" else result
    for note in result.attrs.get("notes", ()):
        say(note)
    print_table(result if args.table in ("speakers", "distance") else result.reset_index(), args.out)
    if args.plot:
        from qualcode import plots

        dots = divergence.speakers(statements, contrast, weights, of=args.of, **asked, **more)
        order = result["difference"].abs().sort_values(ascending=False, kind="stable").index
        titles = [(theme, study.codebook.codes[theme].label) for theme in order]
        value = "share" if args.table == "themes" else "stance"
        names = {case.id: case.label for case in study.cases.values()}
        _draw(plots.divergence(dots, result, contrast, titles, value=value, tests=True, labels=names), args.plot)
    return 0


def _beside(
    study: Study, statements: pd.DataFrame, contrast: tuple[str, str], args: argparse.Namespace
) -> pd.DataFrame:
    """Return one of the tables that stand beside the numbers."""
    from qualcode import divergence, tables
    from qualcode.errors import UsageError

    if args.table == "missing":
        everybody = tables.statements(study, args.coder)
        return divergence.missing(tables.cases(study), everybody, contrast, least=args.least)
    if args.table == "word-and-deed":
        return divergence.word_and_deed(tables.statements(study, args.coder), tables.acts(study))
    if args.table == "by-excerpt":
        return divergence.by_excerpt(statements, contrast, reported=args.reported).reset_index()
    if not args.theme:
        raise UsageError("the pool is of one theme: add --theme CODE")
    table = divergence.pool(statements, contrast, args.theme, seed=args.seed)
    say(f"{table.attrs['rule']}; choose from it, and say why")
    quotes = tables.codings(study, args.coder).drop_duplicates(["document", "excerpt"])
    made = table.drop(columns="quoted").merge(quotes[["document", "excerpt", "quote"]], on=["document", "excerpt"])
    made.attrs.update(table.attrs)
    return made


def _words(
    study: Study, contrast: tuple[str, str], weights: pd.Series | None, args: argparse.Namespace
) -> pd.DataFrame:
    """Return the words of one language, ranked by how typical they are of a figure."""
    from qualcode import divergence, tables
    from qualcode.errors import UsageError

    if not args.language:
        raise UsageError("words of two languages are not compared: add --language, such as --language en")
    spoken = tables.vocabulary(study, args.language)
    return divergence.log_odds(spoken, contrast, weights, theme="word", count="count", prior=100, seed=args.seed)


def _of_all_coders(study: Study) -> pd.DataFrame:
    """Return the codings of every coder, one below the other."""
    import pandas as pd

    from qualcode import tables

    found = [tables.codings(study, coder) for coder in study.coders]
    return pd.concat(found, ignore_index=True) if found else tables.codings(study)


def _draw(plot: object, file: Path) -> None:
    """Write a plot by its file's ending."""
    from qualcode.plots import Plot

    assert isinstance(plot, Plot)
    write_out(file, plot.to_bytes(file.suffix.removeprefix(".")))
