"""
What the commands share: how one is declared, and how tables and progress are written.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO, cast

from qualcode.errors import did_you_mean
from qualcode.plural import number_of

if TYPE_CHECKING:
    import pandas as pd

    from qualcode.rows import Rows
    from qualcode.study.study import Study

    Commands = argparse._SubParsersAction["Parser"]

Command = Callable[[argparse.Namespace], int]


class Parser(argparse.ArgumentParser):
    """A parser that ends with status 2 and one line."""

    def error(self, message: str) -> NoReturn:
        """End with one line that says what was wrong and where help is."""
        wrong = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", message)
        if wrong:
            known = re.findall(r"[\w-]+", wrong[2])
            message = f"unknown {wrong[1]!r}{did_you_mean(wrong[1], known)}"
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def add_command(commands: Commands, name: str, run: Command, says: str, example: str) -> argparse.ArgumentParser:
    """Declare a command: what runs it, what it does in one sentence, and an example."""
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


def add_out(parser: argparse.ArgumentParser) -> None:
    """Let a command write its table to a file."""
    parser.add_argument(
        "--out", metavar="FILE", type=Path, help="write to FILE: .csv, .tsv, .json or .xlsx by its ending"
    )


def add_for_coding(parser: argparse.ArgumentParser) -> None:
    """Let who codes read on her own terminal what others may not see."""
    parser.add_argument(
        "--for-coding",
        action="store_true",
        help="show words that others may not see, for who codes them; refused where the output is no terminal",
    )


def for_coding(args: argparse.Namespace) -> AbstractContextManager[None]:
    """
    Return what a command that may show words runs in: nothing, or with --for-coding the coder's own screen.

    Raises:
        UsageError: the output is no terminal, or goes to a file.
    """
    from qualcode.errors import UsageError
    from qualcode.study.release import on_own_screen

    if not getattr(args, "for_coding", False):
        return nullcontext()
    if getattr(args, "out", None):
        raise UsageError("--for-coding shows words on your own terminal and writes none to a file: leave out --out")
    return on_own_screen()


def say(line: str) -> None:
    """Tell the person at the terminal what is being done; in one piece, since several notebooks run at once."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


TOLD = 10
"""How many notices a command prints; `qualcode check` lists all."""


def opened(args: argparse.Namespace) -> Study:
    """Open the study of a command that shows numbers of it, and print its notices: what these do not tell."""
    import qualcode

    study = qualcode.open_study(args.study)
    for notice in study.notices[:TOLD]:
        say(str(notice))
    if len(study.notices) > TOLD:
        say(f"and {number_of(len(study.notices) - TOLD, 'further notice')}: `qualcode check` lists all")
    return study


def write_out(out: Path, data: str | bytes) -> None:
    """
    Write what a command made to the file that the person named.

    Raises:
        WriteError: the disk or a permission refused.
    """
    from qualcode.errors import WriteError
    from qualcode.plaintext.folder import check_given

    check_given(out)
    try:
        out.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    except OSError as error:
        raise WriteError(f"{out}: not written ({error.strerror}); name another file with --out") from None


def print_table(table: pd.DataFrame | Rows, out: Path | None) -> None:
    """
    Write *table* as CSV to the terminal, or to *out* by its ending; say what it leaves out.

    No cell is a formula to a spreadsheet.
    """
    from qualcode.left_out import lines
    from qualcode.tables.written import as_csv, write_table

    for line in lines(table):
        say(line)

    if out is None:
        sys.stdout.write(as_csv(table))
    else:
        write_table(table, out)


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def on_terminal(words: str) -> str:
    """Return words as a terminal may have them: control signs, which could move it or rename it, are written out."""
    return _CONTROL.sub(lambda sign: sign[0].encode("unicode_escape").decode("ascii"), words)


class Terminal:
    """A stream to a terminal: everything that is written to it goes through ``on_terminal``."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, words: str) -> int:
        """Write words, and return how many signs of them; all."""
        self._stream.write(on_terminal(words))
        return len(words)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def safe_streams() -> Iterator[None]:
    """
    Let nothing of a study reach a terminal as a command: messages never, output where it is a terminal.

    A table that goes to a file or to another program keeps its words.
    """
    out, told = sys.stdout, sys.stderr
    sys.stderr = cast("TextIO", Terminal(told))
    if out.isatty():
        sys.stdout = cast("TextIO", Terminal(out))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = out, told
