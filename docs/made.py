"""
The two pages of the reference that are made: commands from the parser's own declarations, the API from public names.

``python docs/made.py`` writes them beside ``files.md``; a test says when that was forgotten.
"""

from __future__ import annotations

import argparse
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from qualcode.cli import build_parser

HERE = Path(__file__).parent
PUBLIC = HERE.parent / "tests" / "public-names.txt"
_CODE = re.compile(r"(`[^`]*`)")
_MARKS = re.compile(r"([\\*_<>\[\]|])")


def plain(words: str) -> str:
    """Let words mean themselves in Markdown; what stands in backticks is code already."""
    parts = _CODE.split(" ".join(words.split()))
    return "".join(part if part.startswith("`") else _MARKS.sub(r"\\\1", part) for part in parts)


def code(words: str) -> str:
    """Write words as code, in a cell of a table too."""
    return f"`{words.replace('|', chr(92) + '|')}`"


def leaves(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield the parsers of commands that run something, in the order of the help."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield parser
    for group in groups:
        for below in group.choices.values():
            yield from leaves(below)


def named(action: argparse.Action) -> str:
    """Say how an argument is written."""
    metavar = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    if action.choices is not None and action.metavar is None:
        metavar = "{" + ",".join(map(str, action.choices)) + "}"
    several = {"*": f"[{metavar} ...]", "+": f"{metavar} ...", "?": f"[{metavar}]"}
    value = "" if action.nargs == 0 else several.get(str(action.nargs), metavar)
    if isinstance(action.nargs, int) and action.nargs > 1:
        names = action.metavar if isinstance(action.metavar, tuple) else (metavar,) * action.nargs
        value = " ".join(names)
    return " ".join(part for part in (", ".join(action.option_strings), value) if part)


def commands_page() -> str:
    """Return the page of commands: what each does, its arguments, and its example, which a test runs."""
    lines = [
        "# Every command",
        "",
        "Made from what `qualcode COMMAND --help` says. Every command takes `--study PATH`; left out, the study is",
        "the one around the working folder. Exit status: 0 fine; 1 the study has problems, each on its own line; 2",
        "the command was used wrongly. The examples run as they stand in `tests/citizen-card`, where what they name",
        "is made before.",
    ]
    for parser in leaves(build_parser()):
        lines += ["", f"## {parser.prog}", "", plain(parser.description or "")]
        rows = [
            (code(named(action)), plain(_help(action)))
            for action in parser._actions
            if action.dest not in ("help", "study")
        ]
        if rows:
            lines += ["", "| argument | says |", "|---|---|", *(f"| {name} | {says} |" for name, says in rows)]
        lines += ["", "```sh", (parser.epilog or "").removeprefix("Example: "), "```"]
    return "\n".join(lines) + "\n"


def _help(action: argparse.Action) -> str:
    said = (action.help or "") % {**vars(action), "prog": "qualcode"}
    notes = ["needed"] if action.required and action.option_strings else []
    notes += ["may be repeated"] if isinstance(action, argparse._AppendAction) else []
    return said + (f" ({'; '.join(notes)})" if notes and not re.search("repeat", said) else "")


def rooms() -> dict[str, list[str]]:
    """Return the public names of every room, in the order in which they are written down."""
    found: dict[str, list[str]] = {}
    for line in PUBLIC.read_text("utf-8").splitlines():
        room, _, name = re.split(r"[(:]", line)[0].rpartition(".")
        found.setdefault(room, []).append(name)
    return found


def api_page() -> str:
    """Return the page of the API: each room with what it says of itself, and its public names."""
    lines = [
        "# Every public function",
        "",
        "What stands here keeps its name and meaning, or says so in the changelog. Examples find what a reader has",
        "after `from ROOM import *`, and besides: `pd` (pandas), `nx` (networkx), `date`, `Path`, `open_study`,",
        "`tables`; `study`, which is `tests/citizen-card`; and its tables under their names (`codings`, ...).",
    ]
    homes: dict[int, str] = {}
    for room, names in rooms().items():
        module = import_module(room)
        lines += ["", f"## {room}", "", "```{eval-rst}", f".. automodule:: {room}", "   :no-members:", ""]
        for name in names:
            what = getattr(module, name)
            home = homes.setdefault(id(what), room)
            if inspect.ismodule(what) or name == "__version__":
                continue
            if callable(what) and home != room:
                lines += [f"``{name}``: see ``{home}.{name}``.", ""]
                continue
            if not callable(what):
                value = repr(what)
                lines += [f"``{name}``: ``{value if len(value) < 100 else type(what).__name__}``", ""]
                continue
            lines += [f".. auto{'class' if inspect.isclass(what) else 'function'}:: {room}.{name}", ""]
        lines += ["```"]
    return "\n".join(lines) + "\n"


PAGES = {"reference/commands.md": commands_page, "reference/api.md": api_page}


if __name__ == "__main__":
    for made, page in PAGES.items():
        (HERE / made).write_text(page(), encoding="utf-8", newline="\n")
