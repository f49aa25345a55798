"""
What the commands share: how one is declared, and how tables and progress are written.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    import pandas as pd

    Commands = argparse._SubParsersAction["Parser"]

Command = Callable[[argparse.Namespace], int]


class Parser(argparse.ArgumentParser):
    """A parser that ends with status 2 and one line."""

    def error(self, message: str) -> NoReturn:
        """End with one line that says what was wrong and where help is."""
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
    parser.add_argument("--out", metavar="FILE", type=Path, help="write to FILE: .csv, .tsv or .json by its ending")


def say(line: str) -> None:
    """Tell the person at the terminal what is being done; in one piece, since several notebooks run at once."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def write_out(out: Path, data: str | bytes) -> None:
    """
    Write what a command made to the file that the person named.

    Raises:
        WriteError: the disk or a permission refused.
    """
    from qualcode.errors import WriteError

    try:
        out.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    except OSError as error:
        raise WriteError(f"{out}: not written ({error.strerror}); name another file with --out") from None


def print_table(table: pd.DataFrame, out: Path | None) -> None:
    """Write *table* as CSV to the terminal, or to *out* by its ending."""
    from qualcode.errors import UsageError

    if out is None:
        sys.stdout.write(table.to_csv(index=False, lineterminator="\n"))
    elif out.suffix in (".csv", ".tsv"):
        separator = "," if out.suffix == ".csv" else "\t"
        write_out(out, table.to_csv(index=False, lineterminator="\n", sep=separator))
    elif out.suffix == ".json":
        text = table.to_json(orient="records", force_ascii=False, indent=1, date_format="iso")
        write_out(out, f"{text}\n")
    else:
        raise UsageError(f"cannot write {out.name!r}; name it .csv, .tsv or .json")
