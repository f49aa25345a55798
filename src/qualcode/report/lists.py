"""
What stands behind the numbers of a site: for each table a page with the rows that each of its numbers counts,
and for each document a page that says which numbers count its excerpts.

Words of documents come through ``release`` only; what is withheld is listed by its id, with the reason. A
number that counts and is not the length of its list is an error: nothing is rendered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape

from qualcode.errors import UsageError
from qualcode.evidence import CODED, UNITS, Lead
from qualcode.plaintext.words import count
from qualcode.report.links import case_link, code_link, document_link, link, place_of, turn_place
from qualcode.study import release, voice
from qualcode.study.document import Document
from qualcode.study.excerpt import Excerpt
from qualcode.study.study import Study
from qualcode.tables import facts

FOLDER = "evidence"
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
    """Makes lists from ids, with a study's words as far as they are released."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.settled: dict[str, tuple[Document, Excerpt]] = {e.id: (d, e) for d, _, e in study.excerpts()}
        self.by_coder: dict[tuple[str, str], tuple[Document, Excerpt]] = {
            (e.id, f.coder): (study.documents[f.document], e)
            for f in (*study.coded.values(), *study.agreed.values())
            for e in f.excerpts
        }
        self.any = {id_: found for (id_, _), found in self.by_coder.items()} | self.settled
        self.facts: dict[str, list[list[tuple[str, str]]]] = {}

    def pages(self, shown: list[Shown]) -> dict[str, tuple[str, str]]:
        """
        Return the pages' titles and bodies (HTML) by their path without ending.

        Raises:
            UsageError: numbers that are not the length of their list; all of them.
        """
        wrong = [w for table in shown for w in self._mistaken(table)]
        if wrong:
            raise UsageError("numbers that are not what lies behind them:\n" + "\n".join(wrong))
        made = {t.evidence: (f"Behind {t.name}", "".join(self._page(t))) for t in shown if self.listed(t)}
        counted = self.counted_in(shown)
        for name, document in self.study.documents.items():
            body = "".join(self._counted(document, counted))
            made[f"{FOLDER}/document--{name}"] = (f"Where {name} is counted", body)
        return made

    def listed(self, table: Shown) -> bool:
        """Say whether a table has lists of its own."""
        return any(self.own_list(c.lead) for c in table.cells)

    @staticmethod
    def own_list(lead: Lead) -> bool:
        """Say whether a number leads to a list, and not to a formula or a place."""
        return bool(lead.ids) and not is_place(lead)

    def _mistaken(self, table: Shown) -> Iterator[str]:
        for cell in table.cells:
            if not cell.lead.counts:
                continue
            for id_ in cell.lead.ids:
                self.written(cell.lead.unit, id_)
            number = re.sub(r"[^\d.-]", "", cell.shown)
            lengths = {len(cell.lead.ids), self._total(cell.lead)}
            if not number or float(number) not in lengths:
                yield f"{table.name}, {cell.row}, {cell.column}: {cell.shown}, and behind it are {len(cell.lead.ids)}"

    def _total(self, lead: Lead) -> int:
        """Return how many words the turns or documents listed have, or how often the words listed were said."""
        if lead.unit == "word":
            return sum(int(i.rsplit("|", 1)[1]) for i in lead.ids)
        if lead.unit == "turn":
            return sum(_words_of(self.study, i) for i in lead.ids)
        return len(lead.ids)

    def _page(self, table: Shown) -> Iterator[str]:
        where = f'<a href="../{table.page}.html#{table.place}">{escape(table.name)}</a>'
        yield f"<p>What each number of {where} counts, or was computed from. {escape(table.caption)}</p>\n"
        lists: dict[int, list[Cell]] = {}
        for cell in table.cells:
            if self.own_list(cell.lead):
                lists.setdefault(cell.number, []).append(cell)
        yield '<nav class="all" aria-label="Lists of this table">\n<ul>\n'
        yield '<li><a href="#all">All lists below one another</a></li>\n'
        for number, cells in sorted(lists.items()):
            yield f'<li><a href="#list-{number}">{self._heading(cells)}</a></li>\n'
        yield '</ul></nav>\n<div class="lists" id="all">\n'
        pairs: dict[str, None] = {}
        for number, cells in sorted(lists.items()):
            lead = cells[0].lead
            yield f'<section class="list" id="list-{number}">\n<h2>{self._heading(cells)}</h2>\n'
            yield f"<p>{_of(lead)}</p>\n<ol>\n"
            for id_ in lead.ids:
                yield f"<li>{self.written(lead.unit, id_)}</li>\n"
                if lead.unit == "pair":
                    pairs[id_] = None
            yield "</ol>\n</section>\n"
        yield from (self._rests_on(pair) for pair in pairs)
        yield "</div>\n"

    @staticmethod
    def _heading(cells: list[Cell]) -> str:
        rows = list(dict.fromkeys(c.row for c in cells))
        if len(rows) == 1:
            told = ", ".join(f"{c.column} {c.shown}" for c in cells)
            return escape(f"{rows[0]}: {told}" if rows[0] else told)
        return escape("; ".join(f"{c.row}: {c.column} {c.shown}".removeprefix(": ") for c in cells))

    def counted_in(self, shown: list[Shown]) -> dict[str, list[tuple[Shown, Cell]]]:
        """Return the numbers and quotations in which each excerpt stands, by its id."""
        found: dict[str, list[tuple[Shown, Cell]]] = {}
        for table in shown:
            for cell in table.cells:
                if cell.lead.unit in CODED[:3]:
                    for id_ in dict.fromkeys(re.split(r"[|@]", i)[0] for i in cell.lead.ids):
                        found.setdefault(id_, []).append((table, cell))
        return found

    def _counted(self, document: Document, counted: dict[str, list[tuple[Shown, Cell]]]) -> Iterator[str]:
        yield f"<p>Which numbers and quotations stand on the excerpts of {document_link(document.id)}.</p>\n"
        for excerpt in (e for d, e in self.settled.values() if d is document):
            yield f'<section id="{excerpt.id}">\n<h2>{self._first(document, excerpt)}</h2>\n<ul>\n'
            tables: dict[str, list[Cell]] = {}
            shown: dict[str, Shown] = {}
            for table, cell in counted.get(excerpt.id, ()):
                tables.setdefault(table.evidence, []).append(cell)
                shown[table.evidence] = table
            for name, cells in tables.items():
                table = shown[name]
                told = "; ".join(dict.fromkeys(f"{c.row}: {c.column}" if c.row else c.column for c in cells))
                to = f'<a href="../{table.page}.html#{table.place}">{escape(table.name)}</a>'
                yield f"<li>{to}: {escape(told)}</li>\n"
            yield "</ul>\n</section>\n" if tables else "<li>in no table of the chapters</li></ul>\n</section>\n"

    def written(self, unit: str, id_: str) -> str:
        """
        Write one thing that is counted, with links.

        Raises:
            UsageError: the study does not have it.
        """
        core, _, coder = id_.partition("@")
        parts = core.split("|")
        if len(parts) != len(UNITS[unit]):
            raise UsageError(f"no {unit} {id_!r}")
        try:
            if unit in ("excerpt", "coding", "statement"):
                return self._excerpt(parts[0], coder, parts[1] if len(parts) > 1 else "")
            return _WRITERS[unit](self, parts, coder)
        except KeyError:
            raise UsageError(f"no {unit} {id_!r} in this study") from None

    def find(self, id_: str, coder: str = "") -> tuple[Document, Excerpt]:
        """Return an excerpt, *coder*'s where it is said whose."""
        return self.by_coder[id_, coder] if coder else self.any[id_]

    def where(self, id_: str, coder: str = "") -> str:
        """Return the way from the first page to an excerpt in its context."""
        document, excerpt = self.find(id_, coder)
        place = place_of(document, excerpt, self.settled.get(id_, (None,))[0] is document)
        return f"documents/{document.id}.html#{place}"

    def _holder(self, document: Document, excerpt: Excerpt) -> str:
        return excerpt.holder or voice.speaker(document, excerpt, self.study.cases)

    def _first(self, document: Document, excerpt: Excerpt) -> str:
        shown = release.show(document, excerpt.anchor.start, excerpt.anchor.end).split()
        text = " ".join(shown[:8]) + (" …" if len(shown) > 8 else "")
        return link(f"../{self.where(excerpt.id)}", text)

    def _excerpt(self, id_: str, coder: str, code: str) -> str:
        document, excerpt = self.find(id_, coder)
        quote = self._words(document, excerpt)
        names = [excerpt.holder, voice.speaker(document, excerpt, self.study.cases)]
        who = next((n for n in names if n in self.study.cases), None)
        by = f"{case_link(self.study, who)}, " if who else ""
        codes = [code] if code else sorted(excerpt.codes)
        coded = ", ".join(self._coded_as(c, excerpt.codes[c]) for c in codes)
        whose = f" by {escape(coder)}" if coder else ""
        return (
            f'{quote} — {by}<a href="../{self.where(id_, coder)}">{escape(document.id)}</a>'
            f"<br><small>coded{whose}: {coded}</small>"
        )

    def _coded_as(self, code: str, stance: float | None) -> str:
        says = f" ({escape(self.study.codebook.stance_label(stance))})" if stance is not None else ""
        return f"{code_link(self.study, code)}{says}"

    def _turn(self, parts: list[str], _: str) -> str:
        document = self.study.documents[parts[0]]
        turn = document.turns[int(parts[1]) - 1]
        who = f", {case_link(self.study, turn.speaker.case)}" if turn.speaker.case in self.study.cases else ""
        number = _words_of(self.study, "|".join(parts))
        return f"{document_link(document.id, turn_place(turn))}, turn {turn.number}{who}: {number} words"

    def _given(self, parts: list[str], coder: str) -> str:
        document, code = self.study.documents[parts[0]], parts[2]
        turn = document.turns[int(parts[1]) - 1]
        file = self.study.coded[coder, document.id]
        here = [e for e in file.excerpts if code in e.codes and e.anchor.start < turn.end and turn.start < e.anchor.end]
        said = "; ".join(self._words(document, e) for e in here)
        where = self._turn(parts[:2], "").rpartition(":")[0]
        return f"{said} — {where}<br><small>coded by {escape(coder)}: {code_link(self.study, code)}</small>"

    def _words(self, document: Document, excerpt: Excerpt) -> str:
        """Quote an excerpt, or give its id and why it is withheld."""
        shown = escape(" ".join(release.show(document, excerpt.anchor.start, excerpt.anchor.end).split()))
        return f"“{shown}”" if release.verdict(document).quotable else f"<code>{excerpt.id}</code> {shown}"

    def _document(self, parts: list[str], _: str) -> str:
        document = self.study.documents[parts[0]]
        return f"{document_link(document.id)}: {escape(document.title)}, {document.kind}, {document.date}"

    def _pair(self, parts: list[str], _: str) -> str:
        a, b, through = parts
        between = f"{case_link(self.study, a)} and {case_link(self.study, b)}"
        return f'{between}: <a href="#{_pair_place(parts)}">on what it rests</a>' if through else between

    def _rests_on(self, pair: str) -> str:
        """List on what a tie between two rests: excerpts by theme, or documents."""
        a, b, through = pair.split("|")
        if not through:
            return ""
        told: list[str] = []
        for name in through.split("+"):
            if name in self.study.codebook.codes:
                said = [
                    f"{case_link(self.study, self._holder(d, e))}: {self._first(d, e)}"
                    for d, e in self.settled.values()
                    if e.codes.get(name) is not None and self._holder(d, e) in (a, b)
                ]
                listed = "".join(f"<li>{one}</li>" for one in said)
                told.append(f"<li>{code_link(self.study, name)}<ul>{listed}</ul></li>\n")
            else:
                told.append(f"<li>{document_link(name) if name in self.study.documents else escape(name)}</li>\n")
        names = escape(f"{self.study.cases[a].label} and {self.study.cases[b].label}")
        place = _pair_place([a, b, through])
        return f'<section class="list" id="{place}">\n<h2>{names}</h2>\n<ol>\n{"".join(told)}</ol>\n</section>\n'

    def _tie(self, parts: list[str], _: str) -> str:
        for tie in self.study.ties:
            if [tie.case, tie.tie, tie.to, tie.since] == parts:
                until = f", {tie.since or '?'}–{tie.until}" if tie.since or tie.until else ""
                source = f", {document_link(tie.document)}" if tie.document in self.study.documents else ""
                by = ", ".join(case_link(self.study, c) for c in tie.stated_by)
                ends = f"{case_link(self.study, tie.case)} {escape(tie.tie)} {case_link(self.study, tie.to)}"
                return f"{ends}{until}{f', stated by {by}' if by else ''}{source}"
        raise KeyError(parts[0])

    def _act(self, parts: list[str], _: str) -> str:
        act = next((a for a in self.study.acts if a.id == parts[0]), None)
        if act is None:
            raise KeyError(parts[0])
        document = self.study.documents.get(act.document)
        hidden = str(release.verdict(document)) if document else ""
        source = f", {document_link(document.id)}" if document else ""
        who = case_link(self.study, act.case)
        return f"{act.date}, {who}: {escape(hidden or act.what or act.did)} ({escape(act.certainty)}{source})"

    def _fact(self, parts: list[str], _: str) -> str:
        name, _, row = parts[0].partition("/")
        if name not in self.facts:
            table = facts.facts(self.study, name)
            self.facts[name] = [
                list(zip(table.columns, map(str, r), strict=True)) for r in table.itertuples(index=False)
            ]
        told = self.facts[name][int(row)]
        return "; ".join(f"{escape(c)}: {escape(v)}" for c, v in told if v) + f" (data/{escape(name)}.csv)"


def is_place(lead: Lead) -> bool:
    """Say whether a lead goes straight to an excerpt, a document, a case or a code: one, and none is counted."""
    return len(lead.ids) == 1 and not lead.counts and not lead.how


def _pair_place(parts: list[str]) -> str:
    return "pair-" + "--".join([*parts[:2], sha256(parts[2].encode("utf-8")).hexdigest()[:6]])


def _of(lead: Lead) -> str:
    one, many = _NAMES.get(lead.unit, (lead.unit, f"{lead.unit}s"))
    number = f"{len(lead.ids)} {one if len(lead.ids) == 1 else many}"
    if lead.how:
        return f'Computed from {number}; <a href="../methods.html#formula-{lead.how}">how</a>.'
    return f"{number}:"


def _words_of(study: Study, turn: str) -> int:
    document, number = turn.split("|")
    here = study.documents[document].turns[int(number) - 1]
    return count(study.documents[document].text[here.words_start : here.end])


_WRITERS: dict[str, Callable[[Evidence, list[str], str], str]] = {
    "turn": Evidence._turn,
    "given": Evidence._given,
    "document": Evidence._document,
    "pair": Evidence._pair,
    "tie": Evidence._tie,
    "act": Evidence._act,
    "fact": Evidence._fact,
    "case": lambda self, parts, _: case_link(self.study, parts[0]),
    "code": lambda self, parts, _: code_link(self.study, parts[0]),
    "attendance": lambda self, parts, _: (
        f"{case_link(self.study, parts[1])}, {document_link(self.study.documents[parts[0]].id)}"
    ),
    "topic": lambda self, parts, _: f"{case_link(self.study, parts[0])} and {code_link(self.study, parts[1])}",
    "word": lambda self, parts, _: f"{case_link(self.study, parts[0])}: {escape(parts[2])} times",
}
