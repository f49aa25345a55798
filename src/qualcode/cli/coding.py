"""
Commands on codings: follow moved excerpts, compare coders and settle, merge clones, recode.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import qualcode
from qualcode.cli.command import add_command

if TYPE_CHECKING:
    from qualcode.cli.command import Commands


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    anchor = add_command(
        commands,
        "reanchor",
        run_reanchor,
        "Show which excerpts moved with their text, and which cannot be followed; with --write, follow them.",
        "qualcode reanchor --take e0123456789=4711 --write",
    )
    anchor.add_argument("--write", action="store_true", help="write the new places (else they are only shown)")
    anchor.add_argument(
        "--take",
        metavar="ID[=START[-END]]",
        action="append",
        default=[],
        help="an excerpt that cannot be followed is there now (without a place: at its best candidate)",
    )
    driver = add_command(
        commands,
        "merge-driver",
        run_merge_driver,
        "Let `git merge` merge coders' files excerpt by excerpt; run once in every clone.",
        "qualcode merge-driver --install",
    )
    driver.add_argument("--install", action="store_true", help="set it up in this clone")
    driver.add_argument("versions", nargs="*", metavar="BASE OURS THEIRS MARKER PATH", help="what git gives a driver")


def run_reanchor(args: argparse.Namespace) -> int:
    """Show, or follow, the excerpts that moved with their text."""
    from qualcode import hand, release

    study = qualcode.open_study(args.study)
    named = [hand.placed(study, *_place(word)) for word in args.take]
    found = [*hand.moves(study), *named]
    for move in found:
        a = move.excerpt.anchor
        print(
            f"{move.path}:{move.excerpt.line}: excerpt {move.excerpt.id}: "
            f"{a.start}-{a.end} -> {move.to.start}-{move.to.end}"
        )
    left = [s for s in hand.strays(study) if s.excerpt.id not in {m.excerpt.id for m in named}]
    for stray in left:
        document = study.documents[stray.document]
        print(f"{stray.path}:{stray.excerpt.line}: excerpt {stray.excerpt.id}: {stray.found.how}, not followed")
        for c in stray.found.candidates[:5]:
            words = " ".join(release.show(document, c.start, c.end).split())
            short = words if len(words) <= 70 else f"{words[:40]} ... {words[-25:]}"
            print(f"    {c.likeness:.2f} alike: {c.start}-{c.end} ({document.path}:{document.line(c.start)}): {short}")
    if args.write:
        hand.reanchor(study, found)
    done = "written" if args.write else "to follow; nothing written (add --write)"
    stays = f"; {len(left)} cannot be followed and stay as they are" if left else ""
    print(f"{len(found)} excerpts {done}{stays}", file=sys.stderr)
    return 0


def _place(word: str) -> tuple[str, int | None, int | None]:
    from qualcode.errors import UsageError

    name, _, place = word.partition("=")
    start, _, end = place.partition("-")
    if not all(p.isdecimal() or not p for p in (start, end)):
        raise UsageError(f"{word!r} is not written ID, ID=START or ID=START-END")
    return name, int(start) if start else None, int(end) if end else None


def run_merge_driver(args: argparse.Namespace) -> int:
    """Set the merge driver up, or do what git asks of it."""
    from qualcode.errors import UsageError
    from qualcode.merging import install, merge_files

    if args.install:
        from qualcode.study import find_study

        print("\n".join(install(find_study(args.study))))
        return 0
    if len(args.versions) != 5:
        raise UsageError("git calls this; set it up with `qualcode merge-driver --install`")
    base, ours, theirs, marker, name = args.versions
    return merge_files(Path(base), Path(ours), Path(theirs), int(marker), name)
