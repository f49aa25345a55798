"""
Networks without Python: every table, graph and plot of the room ``network``.

What a network leaves out is told beside it, so that the numbers can be read alone.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qualcode.cli.command import add_command, opened, print_table, say, write_out
from qualcode.plural import number_of

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

    from qualcode.cli.command import Commands
    from qualcode.plots import Plot
    from qualcode.study.study import Study

_GRAPHS = {
    "discourse": "who takes the same stances on the same themes, or opposed ones",
    "attendance": "who was at the same occasions",
    "ties": "memberships and acquaintances that documents state",
}
_TABLES = {
    "matrix": "the values of the discourse network as a matrix",
    "affiliation": "actors by themes",
    "strength": "the signs of strong and weak ties side by side",
    "presence": "who was seen at which occasion, and who was only spoken of",
    "groups": "E-I index with its interval, assortativity",
    "between": "each one's ties inside and between, constraint, betweenness",
    "brokerage": "Gould and Fernandez' roles",
    "circles": "declared circles against the core that is found",
    "losses": "what would go with each one that leaves",
    "polarisation": "the two camps that explain most",
    "stability": "each tie when documents are drawn anew",
    "ranks": "each actor's rank when documents are drawn anew",
}
KIND, NORMALISE = "subtract", "average"
"""How ties are made unless somebody asks for something else; the chapters' way, and a test compares them."""
_AS_MUCH = "pairs agree just as much as they disagree"
_DRAWN = ("discourse", "attendance", "ties", "strength", "presence")


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    parser = add_command(
        commands,
        "network",
        run_network,
        "Tie actors by what they say, where they met, and what is told of them.",
        "qualcode network discourse --kind subtract --normalise average --out actors.gexf --plot actors.svg",
    )
    told = "; ".join(f"{name}: {what}" for name, what in (_GRAPHS | _TABLES).items())
    parser.add_argument("what", choices=[*_GRAPHS, *_TABLES], metavar="WHAT", help=told)
    parser.add_argument(
        "--of", choices=list(_GRAPHS), default="discourse", help="the graph that groups, between, ... are of"
    )
    said = parser.add_argument_group("what is said")
    said.add_argument(
        "--actor", default="actor", help="the column to tie (default: actor; or organisation, actor_figure, theme)"
    )
    said.add_argument("--concept", default="theme", help="the column to tie through (default: theme; or family, actor)")
    said.add_argument(
        "--kind",
        help="subtract (default), congruence, conflict, ignore; affiliation: ignore (default), subtract, combine",
    )
    said.add_argument(
        "--normalise",
        help="average (default), none, jaccard, cosine, vector-cosine; affiliation: none (default), activity, "
        "prominence",
    )
    said.add_argument("--duplicates", default="include", help="include, document or study")
    said.add_argument("--threshold", type=float, default=0, help="ties must be further from 0 than this (default: 0)")
    said.add_argument(
        "--agreeing",
        action="store_true",
        help="without ties of more conflict than agreement; so always in tables of a graph, such as groups",
    )
    said.add_argument("--reported", action="store_true", help="count views that speakers report of others")
    said.add_argument("--coder", help="whose codings (default: the agreed ones, else the one coder's)")
    met = parser.add_argument_group("who met, who is tied")
    met.add_argument("--tie", action="append", metavar="KIND", help="only ties of this kind; repeat it")
    met.add_argument("--membership", action="append", metavar="KIND", help="a tie that makes a member; repeat it")
    met.add_argument(
        "--testimony", action="append", default=[], metavar="KIND", help="a tie of time or trust; repeat it"
    )
    met.add_argument(
        "--leave-out",
        action="append",
        default=[],
        metavar="CASE",
        help="switch a case off, such as the researcher; repeat it",
    )
    met.add_argument("--seen-only", action="store_true", help="without occasions that were only told of")
    parser.add_argument("--start", metavar="YYYY-MM-DD", help="the first day that counts")
    parser.add_argument("--end", metavar="YYYY-MM-DD", help="the last day that counts")
    parser.add_argument("--group", metavar="NAME", help="what groups nodes (default: their figure)")
    parser.add_argument(
        "--only", action="append", metavar="GROUP", help="a group that counts; repeat it (default: the contrast)"
    )
    parser.add_argument("--resamples", type=int, default=500, metavar="N", help="how many draws (default: 500)")
    parser.add_argument("--seed", type=int, default=0, help="of the draws (default: 0)")
    parser.add_argument("--size", metavar="NAME", help="the plot's areas: an attribute of nodes")
    parser.add_argument(
        "--line", default="figures", metavar="NAME", help="the plot's lines: figures, or an attribute of ties"
    )
    parser.add_argument(
        "--places", metavar="FILE", type=Path, help="frozen places to draw from (default: the notebooks')"
    )
    parser.add_argument("--freeze", metavar="FILE", type=Path, help="add the places that are drawn to FILE")
    parser.add_argument("--plot", metavar="FILE", type=Path, help=f"draw it: .svg, .pdf or .png ({', '.join(_DRAWN)})")
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=Path,
        help="write to FILE: graphs .graphml, .gexf, or .csv (with FILE-nodes.csv); tables .csv, .tsv, .json",
    )


def run_network(args: argparse.Namespace) -> int:
    """Print a table or a graph's ties; write and draw them."""
    from qualcode.errors import UsageError

    if args.plot and args.what not in _DRAWN:
        raise UsageError(f"--plot draws {', '.join(_DRAWN)}; {args.what} has no plot")
    study = opened(args)
    if args.what in _GRAPHS:
        graph = _graph(study, args, args.what, agreeing=args.agreeing)
        _write_graph(graph, args.out)
        if args.plot:
            _draw(_drawn(study, args, graph), args.plot)
        return 0
    table = _table(study, args)
    print_table(table, args.out)
    if args.plot:
        _draw(_drawn(study, args, None), args.plot)
    return 0


def _graph(study: Study, args: argparse.Namespace, which: str, *, agreeing: bool) -> nx.Graph[str]:
    """Make one of the three graphs and say what is not in it; *agreeing*: without ties of more conflict."""
    from qualcode import network, tables
    from qualcode.network.ties import describe

    cases = tables.cases(study)
    window = {"start": args.start, "end": args.end}
    if which == "attendance":
        graph = network.attendance_network(
            tables.attendance(study),
            leave_out=args.leave_out,
            mentioned=tables.mentioned(study),
            cases=cases,
            told=not args.seen_only,
            **window,
        )
        if graph.graph["not_observed"]:
            say(f"only told of, not observed: {graph.graph['not_observed']}")
        if graph.graph["left_out"]:
            say(f"left out: switched off, {graph.graph['left_out']}")
        return graph
    if which == "ties":
        stated = network.tie_network(tables.ties(study), cases, kinds=args.tie, leave_out=args.leave_out, **window)
        say(f"{number_of(stated.number_of_edges(), 'tie')}; {stated.graph['outside']} outside the window")
        return stated
    graph = network.discourse_network(
        tables.statements(study, args.coder), threshold=args.threshold, **_said(args), **window
    )
    if agreeing:
        conflict = [(a, b) for a, b, tie in graph.edges(data=True) if tie["weight"] < 0]
        graph.remove_edges_from(conflict)
    if agreeing and (conflict or args.agreeing):
        say(f"left out: {number_of(len(conflict), 'tie')} of more conflict than agreement")
    off = [node for node in args.leave_out if node in graph]
    graph.remove_nodes_from(off)
    if off:
        say(f"left out: switched off, {', '.join(off)}")
    if set(graph) <= set(cases["case"]):
        describe(graph, cases)
    if graph.graph.get("minded"):
        say(f"to mind: {graph.graph['minded']}")
    left_out, hidden = graph.graph["left_out"] or "nothing", graph.graph["hidden"]
    said = number_of(graph.graph["statements"], "statement")
    say(f"{said}; left out: {left_out}; {number_of(hidden, 'tie')} at or below the threshold")
    if graph.graph.get("balanced"):
        many = number_of(graph.graph["balanced"], "pair agrees just as much as it disagrees", _AS_MUCH)
        say(f"{many}: without a tie here")
    return graph


def _said(args: argparse.Namespace) -> dict[str, Any]:
    """Return the arguments that say how statements tie, and say it."""
    names = ("actor", "concept", "duplicates", "reported")
    chosen = {name: getattr(args, name) for name in names}
    default = ("ignore", "none") if args.what == "affiliation" else (KIND, NORMALISE)
    chosen |= {"kind": args.kind or default[0], "normalise": args.normalise or default[1]}
    both = "congruence and conflict" if args.what == "polarisation" else chosen["kind"]
    say(f"kind {both}, normalise {chosen['normalise']}")
    return chosen


def _table(study: Study, args: argparse.Namespace) -> pd.DataFrame:
    """Make one of the tables."""
    from qualcode import network, tables

    window = {"start": args.start, "end": args.end}
    if args.what == "presence":
        return _presence(study)
    if args.what == "strength":
        return _strength(study, args)
    if args.what in ("matrix", "affiliation", "polarisation", "stability", "ranks"):
        statements = tables.statements(study, args.coder)
        said = _said(args)
        if args.what == "matrix":
            return _indexed(network.discourse_matrix(statements, **said, **window), args.actor)
        if args.what == "affiliation":
            return _indexed(network.affiliation_matrix(statements, **said, **window), args.actor)
        if args.what == "polarisation":
            del said["kind"]
            pair = [network.discourse_matrix(statements, kind=k, **said, **window) for k in ("congruence", "conflict")]
            camps = _camps(network.polarisation(*pair, seed=args.seed))
            camps.attrs.update(pair[0].attrs)
            return camps
        draws = {"threshold": args.threshold, "resamples": args.resamples, "seed": args.seed}
        ties, ranks = network.stability(statements, **said, **window, **draws)
        say(f"{number_of(ties.attrs['documents'], 'document')} drawn anew {number_of(args.resamples, 'time')}")
        return ties if args.what == "stability" else ranks
    return _of_graph(study, args)


def _of_graph(study: Study, args: argparse.Namespace) -> pd.DataFrame:
    """Make one of the tables that are of a graph."""
    import pandas as pd

    from qualcode import network

    graph = _graph(study, args, args.of, agreeing=True)
    group = args.group or ("actor_figure" if args.of == "discourse" else "figure")
    only = args.only or (study.codebook.contrast if not args.group else ())
    if args.what == "groups":
        index = network.ei_index(graph, group, only=only, seed=args.seed)
        return pd.DataFrame([asdict(index) | {"assortativity": network.assortativity(graph, group, only=only)}])
    if args.what == "brokerage":
        return network.brokerage(graph, group, only=only).reset_index()
    if args.what == "between":
        return network.standing_between(graph, group).reset_index()
    if args.what == "circles":
        found = network.circles(graph)
        others = number_of(found.attrs["equal"], "other core fits", "other cores fit")
        say(f"fit {found.attrs['fit']:.3f}; {others} as well")
        return found.reset_index()
    lost = network.losses(graph, group)
    say(f"with everybody: {number_of(lost.attrs['pieces'], 'piece')}, the largest of {lost.attrs['largest']}")
    return lost.reset_index()


def _presence(study: Study) -> pd.DataFrame:
    """List who was seen and who was only spoken of, by occasion."""
    import pandas as pd

    from qualcode import tables

    there = tables.attendance(study).assign(how="present")
    there.loc[there["involvement"] == "none", "how"] = "at the telling"
    return pd.concat([there, tables.mentioned(study).assign(how="only spoken of")], ignore_index=True).sort_values(
        ["date", "document", "how", "case"], ascending=[True, True, False, True], ignore_index=True
    )


def _strength(study: Study, args: argparse.Namespace) -> pd.DataFrame:
    from qualcode import network, tables

    attended = tables.attendance(study)
    if args.seen_only:
        attended = attended[attended["involvement"] != "none"]
    return network.tie_strength(
        attendance=attended,
        ties=tables.ties(study),
        cases=tables.cases(study),
        memberships=args.membership,
        testimony=args.testimony,
        leave_out=args.leave_out,
        start=args.start,
        end=args.end,
    )


def _camps(found: Any) -> pd.DataFrame:
    """Return two camps, one a row, and say how much they explain."""
    import pandas as pd

    how, others = "every split tried" if found.exact else "searched", "others explain"
    say(
        f"explained {found.explained:.3f}, undivided {found.undivided:.3f}, gain {found.gain:.3f}; "
        f"{how}; {number_of(found.equal, 'other explains', others)} as much"
    )
    rows = [(str(number), actor) for number, bloc in enumerate(found.blocs, start=1) for actor in bloc]
    rows += [("neither", actor) for actor in found.neither]
    return pd.DataFrame(rows, columns=["camp", "actor"])


def _indexed(matrix: pd.DataFrame, name: str) -> pd.DataFrame:
    """Turn a matrix's labels into a first column."""
    table = matrix.rename_axis(name).reset_index()
    table.attrs.update(matrix.attrs)
    return table


def _drawn(study: Study, args: argparse.Namespace, graph: nx.Graph[str] | None) -> Plot:
    """Draw what was asked for."""
    from qualcode import plots, tables

    cases = tables.cases(study)
    label, contrast = dict(zip(cases["case"], cases["label"], strict=True)), study.codebook.contrast
    if args.what == "strength":
        return plots.tie_signs(_strength(study, args), label)
    if graph is None:
        attended, mentioned = tables.attendance(study), tables.mentioned(study)
        return plots.attendance(attended, mentioned, cases, contrast, leave_out=args.leave_out)
    label |= {code.id: code.label for code in study.codebook.codes.values()}
    places = plots.places(graph, args.places or study.root / "notebooks" / "positions.csv")
    if args.freeze:
        plots.freeze([places], args.freeze)
    elif not places.frozen:
        say(f"graph {places.graph} has no frozen places and was laid out anew; --freeze FILE keeps them")
    return plots.network(graph, places, label, contrast, size=args.size, line=args.line)


def _draw(plot: Plot, file: Path) -> None:
    """Write a plot by its file's ending."""
    write_out(file, plot.to_bytes(file.suffix.removeprefix(".")))


def _write_graph(graph: nx.Graph[str], out: Path | None) -> None:
    """Print a graph's ties, or write all of it by the file's ending."""
    from qualcode import network
    from qualcode.errors import UsageError

    if out is None:
        sys.stdout.write(network.to_csv(graph)[1])
    elif out.suffix in (".graphml", ".gexf"):
        text = network.to_graphml(graph) if out.suffix == ".graphml" else network.to_gexf(graph)
        write_out(out, text)
    elif out.suffix == ".csv":
        nodes, edges = network.to_csv(graph)
        write_out(out, edges)
        write_out(out.with_name(f"{out.stem}-nodes.csv"), nodes)
    else:
        raise UsageError(f"cannot write {out.name!r}; name it .graphml, .gexf or .csv")
