"""
A deposit laid down whole or not at all, and opened again as a study before it has its name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from qualcode.errors import SourceError, UsageError, did_you_mean
from qualcode.exchange.deposit.contents import contents
from qualcode.exchange.deposit.described import described
from qualcode.plaintext.laid import lay_folder
from qualcode.plaintext.source import day
from qualcode.plural import number_of
from qualcode.study.consent import ARCHIVE
from qualcode.study.opening import open_study
from qualcode.study.study import Study

ACCESS = tuple(a for a in ARCHIVE if a != "none")


@dataclass(frozen=True)
class Deposit:
    """What was laid down: files, sorted; ``withheld``: documents and why; ``left``: what else stays, with counts."""

    files: tuple[str, ...]
    documents: int
    withheld: dict[str, str] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        lines = [f"{number_of(self.documents, 'document')}, {number_of(len(self.files), 'file')}"]
        lines += [f"withheld: {name}: {why}" for name, why in sorted(self.withheld.items())]
        return "\n".join([*lines, *(f"not in it: {what} ({n:,})" for what, n in self.left.items() if n)])


def deposit(study: Study, folder: Path, *, access: str = "open", licence: str = "", on: str = "") -> Deposit:
    """
    Lay down what a data archive asks for: documents and codings as far as release allows, described, with checksums.

    Args:
        study: the study.
        folder: new, or empty.
        access: who will have access: ``open``, ``safeguarded`` or ``controlled``; people whose consent to archiving
            does not go so far are withheld with their documents.
        licence: its address (https://...), or its name.
        on: the day of the deposit; left out: that of the last coding or document.

    Returns:
        The files, and what was withheld.

    Raises:
        StudyError: the study has problems.
        UsageError: the folder holds something, or *access* or *on* is none.
        WriteError: the disk refused; nothing is there.

    Example:
        >>> done = deposit(study, Path("for-the-archive"))
        >>> done.documents, done.withheld
        (4, {'2024-03-05-card-holder': 'consent allows paraphrase only'})
    """
    study.require_sound()
    if access not in ACCESS:
        raise UsageError(f"unknown access {access!r}{did_you_mean(access, ACCESS)}; it takes {', '.join(ACCESS)}")
    if on and isinstance(found := day(on), str):
        raise UsageError(f"--on {on}: {found}")
    done = contents(study, access)
    days = [str(d.date) for d in done.documents.values()]
    days += [e.made[:10] for f in done.coded for e in f.excerpts]
    about = {"on": on or max(days, default="1970-01-01"), "licence": " ".join(licence.split()), "access": access}
    files = described(study, done, about)

    def prove(there: Path) -> None:
        opened = open_study(there)
        if opened.problems:
            raise SourceError(opened.problems)

    lay_folder(folder, files, prove)
    return Deposit(tuple(sorted(files)), len(done.documents), done.withheld, done.left)
