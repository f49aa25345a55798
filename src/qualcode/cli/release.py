"""
Commands that keep in what may not go out: the gate, its list, and pseudonyms.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import qualcode
from qualcode.cli import people
from qualcode.cli.command import add_command, say
from qualcode.plural import number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qualcode.cli.command import Commands
    from qualcode.gate import Key

SECRET = "QUALCODE_SECRET"  # noqa: S105 - the name of a variable, and no secret
KEY = "QUALCODE_KEY"
LIST = "coding/names.json"
PUBLISHED = ("build/site", "build/word", "notebooks")
"""What a study gives to others, looked through where nothing else is named."""


def add(commands: Commands) -> None:
    """Declare the commands of this module."""
    release = commands.add_parser("release", help="Look through what is about to go out, and list names for CI.")
    verbs = release.add_subparsers(metavar="WHAT", required=True)
    check = add_command(
        verbs,
        "check",
        run_check,
        "Open what is about to be published: is a name of the key in it, or words that may not be quoted?\n"
        f"Without --key, and without a list and its secret ({SECRET}), it says that names were not checked.",
        "qualcode release check build/site",
    )
    check.add_argument(
        "path",
        metavar="PATH",
        nargs="*",
        type=Path,
        help="files and folders (default: build/site, build/word, notebooks)",
    )
    _add_key(check)
    check.add_argument("--list", metavar="FILE", type=Path, help=f"a list that stands for the key (default: {LIST})")
    check.add_argument("--git", action="store_true", help="look through the repository's history too")
    check.add_argument("--since", metavar="REVISION", default="", help="of the history, what came after this only")
    names = add_command(
        verbs,
        "list",
        run_list,
        f"Print the list by which CI checks names without the key; made with the secret in {SECRET}.",
        "qualcode release list --key ../key.csv",
    )
    _add_key(names)
    people.add(verbs)
    hooks = add_command(
        verbs,
        "hooks",
        run_hooks,
        "Let git look through what is staged before each commit, and through what it would send before each push.",
        "qualcode release hooks --key ../key.csv",
    )
    _add_key(hooks)
    staged = add_command(
        verbs,
        "staged",
        run_staged,
        "Look through what is staged for the next commit, as the hook does.",
        "qualcode release staged",
    )
    _add_key(staged)
    push = add_command(
        verbs,
        "push",
        run_push,
        "Look through what a push would send; git's hook calls it, and tells which branches on its input (else HEAD).\n"
        "Texts of the study are refused for every remote that coding/remotes.csv does not name.",
        "qualcode release push origin https://example.org/study.git",
    )
    push.add_argument("remote", metavar="REMOTE", help="what git calls the remote")
    push.add_argument("url", metavar="URL", help="its address")
    _add_key(push)
    pseudonymise = add_command(
        commands,
        "pseudonymise",
        run_pseudonymise,
        "Replace the names of a key in all texts of the study, with every coding at its words; --write writes.",
        "qualcode pseudonymise --key ../key.csv",
    )
    _add_key(pseudonymise)
    doing = pseudonymise.add_mutually_exclusive_group()
    doing.add_argument("--write", action="store_true", help="write the texts and codings (else only tell)")
    doing.add_argument(
        "--propose",
        action="store_true",
        help="list beside the key, in KEY.decisions.csv, what it may miss; each form is decided once there",
    )
    doing.add_argument(
        "--reverse", metavar="DOCUMENT", default="", help="show a document with its names, on your own terminal only"
    )


def _add_key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--key", metavar="FILE", type=Path, help=f"the key of names, outside the study (or {KEY})")
    parser.add_argument("--identity", metavar="FILE", type=Path, help="the age identity that opens an encrypted key")


def _key(args: argparse.Namespace) -> Key | None:
    from qualcode.gate import read_key

    path = args.key or (Path(os.environ[KEY]) if os.environ.get(KEY) else None)
    return read_key(path, args.identity) if path else None


def _key_of_hook(args: argparse.Namespace, root: Path) -> Key | None:
    """Return the key that is named, or else the one that was noted for this clone."""
    from qualcode.gate import read_key
    from qualcode.gate.hooks import noted_key

    key = _key(args)
    if key is not None:
        return key
    path, identity = noted_key(root)
    return read_key(path, args.identity or identity) if path else None


def _key_needed(args: argparse.Namespace) -> Key:
    from qualcode.errors import UsageError

    key = _key(args)
    if key is None:
        raise UsageError(f"name the key of names: --key FILE, or the variable {KEY}")
    return key


def run_check(args: argparse.Namespace) -> int:
    """Look through what is about to go out."""
    from qualcode.gate import check_out
    from qualcode.study.opening import find_study

    root = find_study(args.study)
    made = [root / name for name in PUBLISHED if (root / name).exists()]
    done = check_out(
        args.path or made or [root / PUBLISHED[0]],
        study=qualcode.open_study(root),
        key=_key(args),
        names=args.list or ((root / LIST) if (root / LIST).is_file() else None),
        secret=os.environ.get(SECRET, ""),
        git=root if args.git else None,
        since=args.since,
    )
    *found, told = done.told()
    for line in found:
        print(line)
    say(told)
    return 0 if done.clean else 1


def run_list(args: argparse.Namespace) -> int:
    """Print the list that stands for the key."""
    from qualcode.gate import listed

    print(listed(_key_needed(args), os.environ.get(SECRET, "")), end="")
    return 0


def run_hooks(args: argparse.Namespace) -> int:
    """Lay git's hooks."""
    from qualcode.gate import lay_hooks
    from qualcode.study.opening import find_study

    key = args.key or (Path(os.environ[KEY]) if os.environ.get(KEY) else None)
    if key:
        _key(args)  # one that cannot be read is told now, and not at the next commit
    for line in lay_hooks(find_study(args.study), key, args.identity):
        print(line)
    if not key:
        say("names are not checked by the hooks until they know the key: qualcode release hooks --key FILE")
    return 0


def run_staged(args: argparse.Namespace) -> int:
    """Look through what is staged."""
    from qualcode.gate import check_staged
    from qualcode.gate.sending import told_briefly

    study = qualcode.open_study(args.study)
    done = check_staged(study, _key_of_hook(args, study.root))
    for line in told_briefly(done):
        say(line)
    if not done.clean:
        say("nothing was committed; take it out, or, where it may stay, say so with git commit --no-verify")
    return 0 if done.clean else 1


def run_push(args: argparse.Namespace) -> int:
    """Look through what a push would send."""
    from qualcode.gate import check_push
    from qualcode.gate.sending import told_briefly

    study = qualcode.open_study(args.study)
    refs: list[str] = []
    with suppress(OSError):  # nobody tells which branches: the one that is out
        refs = [] if sys.stdin is None or sys.stdin.isatty() else sys.stdin.read().splitlines()
    done = check_push(study, args.remote, args.url, refs, _key_of_hook(args, study.root))
    for line in told_briefly(done):
        say(line)
    return 0 if done.clean else 1


def say_how_safe(path: Path) -> None:
    """Tell where others may read the key."""
    if os.name == "posix" and path.is_file() and path.stat().st_mode & 0o077:
        say(f"{path.name}: others on this machine may read it; chmod 600 keeps it to you")


def propose(path: Path, key: Key, texts: Sequence[tuple[str, str, str]], *, write: bool = True) -> None:
    """List beside a key what it may miss in texts, each with document and language, if *write*; tell how many wait."""
    from qualcode.gate.decisions import beside, read_decisions, remember
    from qualcode.gate.missed import missed, models_of

    entities, lines = models_of({name: language for name, _, language in texts})
    for line in lines:
        say(line)
    where = beside(path.resolve())
    found = missed([(name, text) for name, text, _ in texts], key, entities)
    there = read_decisions(where)
    known = remember(where, found, there) if write else {one.known: one for one in found} | there
    open_ = [one for one in known.values() if not one.decision and one.known in {f.known for f in found}]
    kinds = Counter(one.kind for one in open_)
    told = ", ".join(f"{kind} {kinds[kind]}" for kind in sorted(kinds))
    if open_:
        say(f"{where.name}: {number_of(len(open_), 'form')} to decide ({told}): keep, or replace with a pseudonym")
    else:
        say(f"{where.name}: nothing to decide; what points at a person without a name is yours to read for")


def run_pseudonymise(args: argparse.Namespace) -> int:
    """Replace names, propose what the key misses, or show a document with its names."""
    from qualcode.errors import UsageError, did_you_mean
    from qualcode.gate import pseudonymise, restored
    from qualcode.study.release import as_filed, for_coding, has_own_screen

    study, key = qualcode.open_study(args.study), _key_needed(args)
    path = args.key or Path(os.environ[KEY])
    say_how_safe(path)
    if args.reverse:
        if args.reverse not in study.documents:
            raise UsageError(f"no document {args.reverse!r}{did_you_mean(args.reverse, study.documents)}")
        if not has_own_screen():
            raise UsageError("names go to your own terminal only; this goes elsewhere")
        print(restored(for_coding(study.documents[args.reverse]), key))
        return 0
    if args.propose:
        filed = [as_filed(d) for d in study.documents.values()]
        texts = [
            (d.id, "\n\n".join(d.text[t.words_start : t.end] for t in d.turns) or d.text, d.language) for d in filed
        ]
        propose(path, key, texts)
        return 0
    told = pseudonymise(study, key, write=args.write)
    for document, counts in told.items():
        print(f"{document}: {', '.join(f'{name} {times}' for name, times in counts.items())}")
    number = sum(times for counts in told.values() for times in counts.values())
    where = f"{number_of(number, 'name')} in {number_of(len(told), 'document')}"
    say(f"{where} {'replaced' if args.write else 'would be replaced; --write does it'}")
    return 0
