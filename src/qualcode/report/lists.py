"""
What stands behind the numbers of a site: for each table a page with the rows that each of its numbers counts.

Words are not written there again. A list of excerpts, turns or judgements holds their numbers in the site's shards
of words (``register``), and the page's script sets the words in; whatever else is counted stands once on the page, and
its lists hold its number there. What is withheld is listed by its id, with the reason. A number that counts and is
not the length of its list is an error: nothing is rendered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from qualcode.errors import UsageError
from qualcode.evidence import UNITS, Lead
from qualcode.plural import number_of
from qualcode.report.links import case_link, code_link, document_link, place_of
from qualcode.report.markup import Html, html, joined, rendered
from qualcode.report.register import Register, ranges
from qualcode.report.settled import Settled, settled
from qualcode.study import release, voice
from qualcode.study.document import Document
from qualcode.study.excerpt import Excerpt
from qualcode.study.study import Study
from qualcode.tables import facts

FOLDER = "evidence"
IN_TEXT = ("excerpt", "coding", "statement", "turn", "given")
"""Units that are places in texts; the others are written on the page."""
_NAMES = {
    "case": ("person or organisation", "persons or organisations"),
    "attendance": ("presence", "presences"),
    "topic": ("meeting of a speaker with a theme", "meetings of a speaker with a theme"),
    "given": ("judgement: a code given to a turn", "judgements: codes given to turns"),
    "fact": ("row of a table of facts", "rows of tables of facts"),
    "word": ("speaker who says the word", "speakers who say the word"),
    "pair": ("pair", "pairs"),
}


@dataclass(frozen=True)
class Cell:
    """A number of a table that leads somewhere: its row and column, as they are read, and its list."""

    row: str
    column: str
    shown: str
    lead: Lead
    number: int


@dataclass
class Shown:
    """A table on the site: where it stands, what it is called, and its numbers that lead somewhere."""

    page: str
    place: str
    name: str
    caption: str
    cells: list[Cell] = field(default_factory=list)

    @property
    def evidence(self) -> str:
        """The page, without ending, of what stands behind it."""
        return f"{FOLDER}/{self.page.replace('/', '--')}--{self.place}"


class Evidence:
    """Makes lists from ids; words come in from the *register*."""

    def __init__(self, study: Study, counted: Settled | None = None, register: Register | None = None) -> None:
        self.study = study
        self.settled = counted or settled(study)
        self.register = register or Register(study, self.settled)
        self.facts: dict[str, list[list[tuple[str, str]]]] = {}
        self._ties = {(t.case, t.tie, t.to, t.since): t for t in study.ties}
        self._acts = {a.id: a for a in study.acts}

    def pages(self, shown: list[Shown]) -> dict[str, tuple[str, Html]]:
        """
        Return the pages' titles and bodies by their path without ending.

        Raises:
            UsageError: numbers that are not the length of their list; all of them.
        """
        wrong = [w for table in shown for w in self._mistaken(table)]
        if wrong:
            raise UsageError("numbers that are not what lies behind them:\n" + "\n".join(wrong))
        return {t.evidence: (f"Behind {t.name}", self._page(t)) for t in shown if self.listed(t)}

    def listed(self, table: Shown) -> bool:
        """Say whether a table has lists of its own."""
        return any(self.own_list(c.lead) for c in table.cells)

    @staticmethod
    def own_list(lead: Lead) -> bool:
        """Say whether a number leads to a list, and not to a formula or a place."""
        return bool(lead.ids) and not is_place(lead)

    def _mistaken(self, table: Shown) -> Iterator[str]:
        known: set[int] = set()
        for cell in table.cells:
            if cell.lead.counts and cell.number not in known:
                known.add(cell.number)
                self.numbers(cell.lead)
            if not cell.lead.counts:
                continue
            number = re.sub(r"[^\d.-]", "", cell.shown)
            lengths = {len(cell.lead.ids), self._total(cell.lead)}
            if not number or float(number) not in lengths:
                yield f"{table.name}, {cell.row}, {cell.column}: {cell.shown}, and behind it are {len(cell.lead.ids)}"

    def _total(self, lead: Lead) -> int:
        """Return how many words the turns or documents listed have, or how often the words listed were said."""
        if lead.unit == "word":
            return sum(int(i.rsplit("|", 1)[1]) for i in lead.ids)
        if lead.unit == "turn":
            return sum(self.register.words_of(i) for i in lead.ids)
        return len(lead.ids)

    def numbers(self, lead: Lead) -> list[str]:
        """
        Return what a list holds: places in texts as the register numbers them, everything else by its id.

        Raises:
            UsageError: the study does not have one of them.
        """
        return [self._number(lead.unit, i) for i in lead.ids]

    def _number(self, unit: str, id_: str) -> str:
        core, _, coder = id_.partition("@")
        parts = core.split("|")
        if len(parts) != len(UNITS[unit]):
            raise UsageError(f"no {unit} {id_!r}")
        try:
            if unit == "turn":
                return self.register.turn(*parts)
            if unit == "given":
                return self.register.given(parts[0], parts[1], parts[2], coder)
            if unit in IN_TEXT:
                return self.register.excerpt(parts[0], coder, parts[1] if len(parts) > 1 else "")
            _WRITERS[unit](self, parts)
        except (KeyError, IndexError, ValueError):
            raise UsageError(f"no {unit} {id_!r} in this study") from None
        return id_

    def _page(self, table: Shown) -> Html:
        lists: dict[int, list[Cell]] = {}
        for cell in table.cells:
            if self.own_list(cell.lead):
                lists.setdefault(cell.number, []).append(cell)
        things: dict[tuple[str, str], int] = {}
        told = []
        for number, cells in sorted(lists.items()):
            lead = cells[0].lead
            if lead.unit in IN_TEXT:
                of = ranges(self.numbers(lead))
            else:
                of = _spans([things.setdefault((lead.unit, i), len(things)) for i in lead.ids])
            told.append((number, self._heading(cells), _of(lead), lead.unit if lead.unit in IN_TEXT else "thing", of))
        written = [_WRITERS[unit](self, id_.split("|")) for unit, id_ in things]
        pairs = [self._rests_on(i) for unit, i in things if unit == "pair"]
        return rendered("lists.html", table=table, lists=told, things=written, pairs=pairs)

    @staticmethod
    def _heading(cells: list[Cell]) -> str:
        rows = list(dict.fromkeys(c.row for c in cells))
        if len(rows) == 1:
            told = ", ".join(f"{c.column} {c.shown}" for c in cells)
            return f"{rows[0]}: {told}" if rows[0] else told
        return "; ".join(f"{c.row}: {c.column} {c.shown}".removeprefix(": ") for c in cells)

    def back(self, shown: list[Shown]) -> tuple[dict[str, str], list[dict[str, object]]]:
        """
        Return the way back from excerpts to the tables that count or quote them.

        Returns:
            For each excerpt's id the tables' numbers with the numbers of their lists, ``3:4,5 7:0``; and the tables by
            their numbers: page, place, name, page of lists, and the headings of the lists.
        """
        found: dict[str, dict[int, set[int]]] = {}
        for n, table in enumerate(shown):
            for lead, number in {(c.lead, c.number) for c in table.cells}:
                if lead.unit in ("excerpt", "coding", "statement"):
                    for id_ in lead.ids:
                        found.setdefault(re.split(r"[|@]", id_, maxsplit=1)[0], {}).setdefault(n, set()).add(number)
        told = {
            e: " ".join(f"{n}:{','.join(map(str, sorted(k)))}" for n, k in sorted(where.items()))
            for e, where in found.items()
        }
        return told, [self._about(table) for table in shown]

    def _about(self, table: Shown) -> dict[str, object]:
        headings: dict[int, list[Cell]] = {}
        for cell in table.cells:
            if cell.lead.ids:
                headings.setdefault(cell.number, []).append(cell)
        return {
            "page": f"{table.page}.html#{table.place}",
            "name": table.name,
            "lists": f"{table.evidence}.html" if self.listed(table) else "",
            "headings": {str(n): self._heading(cells) for n, cells in sorted(headings.items())},
            "own": [n for n, cells in sorted(headings.items()) if self.own_list(cells[0].lead)],
        }

    def where(self, id_: str, coder: str = "") -> str:
        """Return the way from the first page to an excerpt in its context."""
        document, excerpt = self.register.find(id_, coder)
        place = place_of(document, excerpt, self.settled.by_id.get(id_, (None,))[0] is document)
        return f"documents/{document.id}.html#{place}"

    def _holder(self, document: Document, excerpt: Excerpt) -> str:
        return excerpt.holder or voice.speaker(document, excerpt, self.study.cases)

    def _document(self, parts: list[str]) -> Html:
        document = self.study.documents[parts[0]]
        return html("{}: {}, {}, {}", document_link(document.id), document.title, document.kind, document.date)

    def _pair(self, parts: list[str]) -> Html:
        a, b, through = parts
        between = html("{} and {}", case_link(self.study, a), case_link(self.study, b))
        return html('{}: <a href="#{}">on what it rests</a>', between, _pair_place(parts)) if through else between

    def _rests_on(self, pair: str) -> Html:
        """List on what a tie between two rests: excerpts by theme, whose words the page's script sets in; documents."""
        a, b, through = pair.split("|")
        if not through:
            return Html("")
        names, about = through.split("+"), list[Html]()
        rows: list[str] = []
        for name in names:
            if name in self.study.codebook.codes:
                here = [
                    self.register.excerpt(e.id, file.coder, name)
                    for d, file, e in self.settled.by_code.get(name, ())
                    if self._holder(d, e) in (a, b) and e.codes[name] is not None
                ]
                rows += here
                about.append(html("{} ({})", code_link(self.study, name), len(here)))
            else:
                about.append(document_link(name) if name in self.study.documents else Html.escape(name))
        return html(
            '<details class="list" id="{}" data-unit="coding" data-of="{}"><summary>{}</summary><p>{}</p></details>\n',
            _pair_place([a, b, through]),
            ranges(rows),
            f"{self.study.cases[a].label} and {self.study.cases[b].label}",
            joined(about, "; "),
        )

    def _tie(self, parts: list[str]) -> Html:
        tie = self._ties[parts[0], parts[1], parts[2], parts[3]]
        ends = html("{} {} {}", case_link(self.study, tie.case), tie.tie, case_link(self.study, tie.to))
        until = f", {tie.since or '?'}–{tie.until}" if tie.since or tie.until else ""
        by = joined((case_link(self.study, c) for c in tie.stated_by), ", ")
        source = html(", {}", document_link(tie.document)) if tie.document in self.study.documents else ""
        return html("{}{}{}{}", ends, until, html(", stated by {}", by) if by else "", source)

    def _act(self, parts: list[str]) -> Html:
        act = self._acts[parts[0]]
        document = self.study.documents.get(act.document)
        source = html(", {}", document_link(document.id)) if document else ""
        who = case_link(self.study, act.case)
        what = release.about(document, act.what) or act.did
        return html("{}, {}: {} ({}{})", act.date, who, what, act.certainty, source)

    def _fact(self, parts: list[str]) -> Html:
        name, _, row = parts[0].partition("/")
        if name not in self.facts:
            table = facts.facts(self.study, name)
            self.facts[name] = [
                list(zip(table.columns, map(str, r), strict=True)) for r in table.itertuples(index=False)
            ]
        told = self.facts[name][int(row)]
        return html("{} (data/{}.csv)", "; ".join(f"{c}: {v}" for c, v in told if v), name)


def is_place(lead: Lead) -> bool:
    """Say whether a lead goes straight to an excerpt, a document, a case or a code: one, and none is counted."""
    return len(lead.ids) == 1 and not lead.counts and not lead.how


def _spans(numbers: list[int]) -> str:
    """Write numbers in their order, those that follow one another as ``first-last``."""
    return ranges([f":{n}" for n in numbers]).replace(":", "").replace(",", " ")


def _pair_place(parts: list[str]) -> str:
    return "pair-" + "--".join([*parts[:2], sha256(parts[2].encode("utf-8")).hexdigest()[:6]])


def _of(lead: Lead) -> Html:
    one, many = _NAMES.get(lead.unit, (lead.unit, f"{lead.unit}s"))
    number = number_of(len(lead.ids), one, many)
    if lead.how:
        return html('Computed from {}; <a href="../methods.html#formula-{}">how</a>.', number, lead.how)
    return html("{}:", number)


_WRITERS: dict[str, Callable[[Evidence, list[str]], Html]] = {
    "document": Evidence._document,
    "pair": Evidence._pair,
    "tie": Evidence._tie,
    "act": Evidence._act,
    "fact": Evidence._fact,
    "case": lambda self, parts: case_link(self.study, parts[0]),
    "code": lambda self, parts: code_link(self.study, parts[0]),
    "attendance": lambda self, parts: html(
        "{}, {}", case_link(self.study, parts[1]), document_link(self.study.documents[parts[0]].id)
    ),
    "topic": lambda self, parts: html("{} and {}", case_link(self.study, parts[0]), code_link(self.study, parts[1])),
    "word": lambda self, parts: html("{}: {} times", case_link(self.study, parts[0]), parts[2]),
}
