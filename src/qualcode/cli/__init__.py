"""
The commands: one a verb, each a thin twin of a public function.

Exit status: 0 fine; 1 the study has problems, each on its own line; 2 the command was used wrongly.
"""

from __future__ import annotations

import argparse
import sys

import qualcode
from qualcode.cli import (
    ahead,
    analysis,
    claims,
    coding,
    exchange,
    finding,
    manuscript,
    network,
    release,
    reporting,
    study,
    widget,
)
from qualcode.cli.command import Command, Parser, for_coding, safe_streams
from qualcode.errors import QualcodeError, SourceError, StudyError, UnsettledError, plain

MODULES = (study, widget, coding, finding, analysis, ahead, claims, manuscript, network, exchange, release, reporting)
"""Where commands are declared, in the order of the help."""


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = build_parser()
    args = parser.parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    with safe_streams():
        return _run(args)


def _run(args: argparse.Namespace) -> int:
    try:
        command: Command = args.run
        with for_coding(args):
            return command(args)
    except (StudyError, SourceError) as error:
        print("\n".join(map(str, error.problems)), file=sys.stderr)
        return 1
    except UnsettledError as error:
        print(f"qualcode: {plain(error.for_command)}", file=sys.stderr)
        return 2
    except QualcodeError as error:
        print(f"qualcode: {_told(error)}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        name = plain(str(error.filename or "a file"))
        print(f"qualcode: {name}: cannot be read or written ({error.strerror}); nothing more was done", file=sys.stderr)
        return 2
    except MemoryError:
        print("qualcode: there is not memory enough for this", file=sys.stderr)
        return 2


def _told(error: Exception) -> str:
    """Return an error's words line by line, each as a terminal may be given it."""
    return "\n".join(map(plain, str(error).split("\n")))


def build_parser() -> Parser:
    """Return the parser that knows every command; documentation and tests read it too."""
    parser = Parser(prog="qualcode", description="Qualitative coding in plain text.")
    parser.add_argument("--version", action="version", version=f"qualcode {qualcode.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in MODULES:
        module.add(commands)
    return parser
