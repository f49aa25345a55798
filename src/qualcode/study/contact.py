"""
Contacts: whom the researcher approached, through whom, when, and what came of it.

Who refused or never answered is as much part of a study as who spoke; nothing here holds a number or an address.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from qualcode.errors import Problem
from qualcode.study.case import Table

OUTCOMES = ("agreed", "refused", "no-answer", "postponed", "withdrew")
COLUMNS = ("case", "on", "through", "how", "outcome", "outcome_on", "document", "note")


@dataclass(frozen=True, slots=True)
class Contact:
    """
    One approach to a person or an organisation.

    Args:
        on, outcome_on: YYYY, YYYY-MM or YYYY-MM-DD, as far as it is known.
        through: the case that made the contact, ``""`` where nobody did.
        how: in a word: ``e-mail``, ``in-person``.
        outcome: one of ``OUTCOMES``.
        document: the interview or note that came of it.
        note: shown as far as that document is; without one, never beyond the researcher's own tables.
    """

    case: str
    on: str
    outcome: str
    through: str = ""
    how: str = ""
    outcome_on: str = ""
    document: str = ""
    note: str = field(default="", repr=False)
    line: int = field(default=0, compare=False)


def read_contacts(path: Path, name: str) -> tuple[tuple[Contact, ...], list[Problem]]:
    """Read ``contacts.csv``; contacts in the order of the file, and every problem in it."""
    table = Table(path, name, ("case", "on", "outcome"), COLUMNS)
    contacts = []
    for row in table.rows:
        if not row["on"]:
            table.complain(row, "on is empty; write YYYY, YYYY-MM or YYYY-MM-DD")
        on, outcome_on = table.when(row, "on"), table.when(row, "outcome_on")
        if on and outcome_on and outcome_on < on[: len(outcome_on)]:
            table.complain(row, f"outcome_on {outcome_on!r} lies before on {on!r}")
        contacts.append(
            Contact(
                case=table.slug(row, "case"),
                on=on,
                outcome=table.choice(row, "outcome", OUTCOMES, needed=True),
                through=row["through"],
                how=row["how"],
                outcome_on=outcome_on,
                document=row["document"],
                note=row["note"],
                line=row.line,
            )
        )
    return tuple(contacts), table.problems
