"""
What became of everything in a foreign project: found, imported, changed, kept aside, dropped; by element and reason.

Each thing that did not come in as it was is named by its guid. No word of a document stands here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from qualcode.errors import plain

FATES = ("changed", "aside", "dropped")
_SHOWN = 5


@dataclass(frozen=True, slots=True, order=True)
class Loss:
    """One thing that is not as it was: its element, its fate (one of ``FATES``), why, and its guid."""

    element: str
    fate: str
    reason: str
    guid: str = ""


@dataclass
class Losses:
    """The table of losses; an element's ``imported`` is what was found and neither kept aside nor dropped."""

    found: Counter[str] = field(default_factory=Counter)
    entries: list[Loss] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def remark(self, told: str) -> None:
        """Tell something of many things at once, with their number."""
        if told not in self.remarks:
            self.remarks.append(told)

    def find(self, element: str, number: int = 1) -> None:
        """Count things that the project has."""
        self.found[element] += number

    def change(self, element: str, reason: str, guid: str = "") -> None:
        """Tell that a thing came in otherwise than it was."""
        self.entries.append(Loss(element, "changed", reason, guid))

    def keep_aside(self, element: str, reason: str, guid: str = "") -> None:
        """Tell that a thing has no place in the study and is kept in the record beside it."""
        self.entries.append(Loss(element, "aside", reason, guid))

    def drop(self, element: str, reason: str, guid: str = "") -> None:
        """Tell that a thing did not come in."""
        self.entries.append(Loss(element, "dropped", reason, guid))

    def rows(self) -> list[dict[str, Any]]:
        """Return a row an element: element, found, imported, changed, aside, dropped."""
        fates: Counter[tuple[str, str]] = Counter()
        seen: set[tuple[str, str, str]] = set()
        for one in self.entries:
            key = one.element, one.fate, one.guid
            fates[one.element, one.fate] += not one.guid or key not in seen
            seen.add(key)
        rows = []
        for element in sorted({*self.found, *(e.element for e in self.entries)}):
            told = {fate: fates[element, fate] for fate in FATES}
            found = self.found[element]
            rows.append(
                {"element": element, "found": found, "imported": max(0, found - told["aside"] - told["dropped"])} | told
            )
        return rows

    def reasons(self) -> list[dict[str, Any]]:
        """Return a row an element, fate and reason: how many, and the guids of them."""
        groups: dict[tuple[str, str, str], list[str]] = {}
        for one in self.entries:
            groups.setdefault((one.element, one.fate, one.reason), []).append(one.guid)
        return [
            {"element": e, "fate": f, "reason": r, "number": len(guids), "guids": [g for g in guids if g]}
            for (e, f, r), guids in sorted(groups.items())
        ]

    def as_json(self) -> dict[str, Any]:
        """Return the table and the reasons, as JSON holds them."""
        return {"elements": self.rows(), "reasons": self.reasons(), "remarks": self.remarks}

    def __str__(self) -> str:
        rows = self.rows()
        if not rows:
            return "\n".join(map(plain, self.remarks))
        heads = list(rows[0])
        cells = [heads, *([str(r[h]) for h in heads] for r in rows)]
        widths = [max(len(c[n]) for c in cells) for n in range(len(heads))]
        lines = [
            "  ".join(c.ljust(w) if not n else c.rjust(w) for n, (c, w) in enumerate(zip(row, widths, strict=True)))
            for row in cells
        ]
        for told in self.reasons():
            guids = told["guids"]
            named = f" ({', '.join(guids[:_SHOWN])}{', ...' if len(guids) > _SHOWN else ''})" if guids else ""
            fate = "kept aside" if told["fate"] == "aside" else told["fate"]
            lines.append(f"{told['element']}: {told['number']} {fate}: {told['reason']}{named}")
        return "\n".join(plain(line) for line in (*lines, *self.remarks))
