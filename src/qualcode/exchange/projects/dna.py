"""
A database of Discourse Network Analyzer (.dna, versions 2 and 3) into the one form of all projects.

A statement is a passage with variables. Its concept is a code of the family ``concept``, with its own words as the
proposition that the agreement is a stance on; its person, else its organisation, is the case who speaks; every other
short variable is a family of codes of its own; long text is the memo. Places count UTF-16 units, as Java does. Which
variable is which is known by usual names, or said in a mapping (``person``, ``organization``, ``concept``,
``agreement``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from qualcode.exchange.projects.database import Database, Row, number, words
from qualcode.exchange.projects.formats import Asked
from qualcode.exchange.projects.mapping import known_one, read_mapping
from qualcode.exchange.projects.names import Ids
from qualcode.exchange.projects.places import Dialect, Text
from qualcode.exchange.projects.proved import Kept, place
from qualcode.exchange.projects.record import Case, Code, Coder, Coding, Project, Source, UnreadableProjectError
from qualcode.plural import number_of

_USUAL = {
    "person": ("person", "actor", "speaker", "name"),
    "organization": ("organization", "organisation", "org"),
    "concept": ("concept", "category", "claim", "belief", "frame", "issue"),
    "agreement": ("agreement", "agree", "stance", "qualifier"),
}
_SHORT, _LONG, _NUMBERS = "datashorttext", "datalongtext", ("databoolean", "datainteger")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read(path: Path, asked: Asked) -> Project:
    """
    Read a database of Discourse Network Analyzer.

    Raises:
        UnreadableProjectError: it is none, damaged, or larger than the bounds.
        SourceError: the mapping cannot be read.
    """
    told = read_mapping(asked.mapping, tuple(_USUAL))
    with Database(path) as there:
        if not there.has("documents", "statements", "variables"):
            raise UnreadableProjectError(
                "it has no tables DOCUMENTS, STATEMENTS and VARIABLES, and is no .dna database"
            )
        return _Dna(path, there, told).read(asked.dialect)


class _Dna:
    def __init__(self, path: Path, there: Database, told: dict[str, str]) -> None:
        self.there, self.told = there, told
        self.project = Project(path.stem, "DNA")
        self.variables: dict[int, str] = {}
        self.roles: dict[int, str] = {}
        self.alias: dict[str, str] = {}
        self.same: dict[tuple[str, str], str] = {}

    def read(self, dialect: str) -> Project:
        p = self.project
        version = {words(r["property"]): words(r["value"]) for r in self.there.rows("settings", "property", "value")}
        p.origin = f"Discourse Network Analyzer {version.get('version', '')}".strip()
        p.coders = [Coder(str(number(r["id"])), words(r["name"])) for r in self.there.rows("coders", "id", "name")]
        self._documents()
        self._variables()
        self._entities()
        kept = self._statements()
        place(p, kept, Dialect("utf16", 2, bom=True), dialect)
        p.reading |= {role: self._names(role) for role in _USUAL if self._names(role)}
        p.losses.found |= Counter({"coder": len(p.coders), "code": len(p.codes), "case": len(p.cases)})
        return p

    def _names(self, role: str) -> str:
        return ", ".join(sorted({self.variables[v] for v, r in self.roles.items() if r == role}))

    def _documents(self) -> None:
        columns = ("id", "title", "text", "author", "source", "section", "notes", "type", "date")
        for row in self.there.rows("documents", *columns):
            self.project.losses.find("source")
            made = _moment(row["date"])
            source = Source(str(number(row["id"])), words(row["title"]), Text(words(row["text"])), made)
            source.description = words(row["notes"])
            told = {c: words(row[c]).strip() for c in ("author", "source", "section", "type")}
            source.variables = {c: v for c, v in told.items() if v}
            self.project.sources.append(source)

    def _variables(self) -> None:
        for row in self.there.rows("variables", "id", "variable"):
            self.variables[number(row["id"])] = words(row["variable"]).strip() or f"variable {number(row['id'])}"
        names = list(self.variables.values())
        for role, usual in _USUAL.items():
            if role in self.told:
                wanted = {known_one(role, self.told[role], names)}
            else:
                first = next((u for u in usual if any(u == n.casefold() for n in names)), "")
                wanted = {n for n in names if first and n.casefold() == first}
            for one, name in self.variables.items():
                if name in wanted:
                    self.roles.setdefault(one, role)

    def _entities(self) -> None:
        """Make every value of a short variable a case or a code: of version 3, of 2, or as statements have it."""
        p = self.project
        ids = Ids("variable")
        named = {v: ids.of(self.variables[v]) for v in sorted(self.variables)}
        self.family = {v: "concept" if self.roles.get(v) == "concept" else f"dna-{named[v]}" for v in self.variables}
        for table in ("entities", "attributes"):
            columns = ("id", "variableid", "value", "red", "green", "blue", "childof", "type", "alias", "notes")
            for row in self.there.rows(table, *columns):
                self._entity(f"entity {number(row['id'])}", number(row["variableid"]), words(row["value"]), row)
        asked: dict[int, Row] = {
            number(r["id"]): r for r in self.there.rows("attributevariables", "id", "attributevariable")
        }
        about: dict[str, Case] = {c.guid: c for c in p.cases}
        for row in self.there.rows("attributevalues", "entityid", "attributevariableid", "attributevalue"):
            case, value = about.get(f"entity {number(row['entityid'])}"), words(row["attributevalue"]).strip()
            name = words(asked.get(number(row["attributevariableid"]), {}).get("attributevariable"))
            if case and value and name:
                case.variables[name] = value
            elif value:
                p.losses.find("variable")
                p.losses.keep_aside("variable", "a concept has no attributes in a study", str(number(row["entityid"])))
                p.aside.setdefault("attributes", []).append([words(row["entityid"]), name, value])

    def _entity(self, guid: str, variable: int, value: str, row: Row | None = None) -> None:
        role = self.roles.get(variable, "")
        if not value.strip():  # DNA's own sign for none
            return
        first = self.same.setdefault((role or self.family.get(variable, ""), value), guid)
        if first != guid:  # a type of statements has variables of its own, of the same names
            self.alias[guid] = first
            return
        told = {k: words(row[k]).strip() for k in ("type", "alias", "notes")} if row else {}
        if role in ("person", "organization"):
            case = Case(guid, value, "person" if role == "person" else "organisation", told.pop("notes", ""))
            case.variables = {k: v for k, v in told.items() if v}
            self.project.cases.append(case)
            return
        above = f"entity {number(row['childof'])}" if row and number(row["childof"]) > 0 else ""
        above = self.alias.get(above, above)
        code = Code(guid, value, above, told.get("notes", ""))
        if row and all(0 <= number(row[c]) <= 255 for c in ("red", "green", "blue")):
            code.colour = "#" + "".join(f"{number(row[c]):02x}" for c in ("red", "green", "blue"))
        code.family = self.family.get(variable, "concept")
        code.proposition = value if role == "concept" else ""
        self.project.codes.append(code)
        label = self.variables.get(variable, "concept")
        self.project.families.setdefault(code.family, (label, "theme" if role == "concept" else "context"))

    def _values(self) -> dict[int, dict[int, str]]:
        """Return for each statement its short variables: variable to the guid of its value."""
        links = {
            number(r["id"]): number(r["variableid"]) for r in self.there.rows("rolevariablelinks", "id", "variableid")
        }
        known = {c.guid for c in self.project.codes} | {c.guid for c in self.project.cases}
        found: dict[int, dict[int, str]] = defaultdict(dict)
        made: set[str] = set()
        for row in self.there.rows(_SHORT, "statementid", "variableid", "rolevariablelinkid", "entity", "value"):
            variable = number(row["variableid"])
            variable = links.get(number(row["rolevariablelinkid"]), -1) if variable < 0 else variable
            of = row["entity"] if row["entity"] is not None else row["value"]
            guid = f"entity {number(of)}"
            if isinstance(of, bytes) and row["entity"] is None:  # version 2 before its table of attributes
                guid = f"{variable} {words(of)}"
                if guid not in known and guid not in made:
                    made.add(guid)
                    self._entity(guid, variable, words(of))
            found[number(row["statementid"])][variable] = self.alias.get(guid, guid)
        return found

    def _numbers(self) -> tuple[dict[int, dict[int, int]], dict[int, float]]:
        """Return for each statement its numbers by variable, and for each agreement what is full agreement."""
        found: dict[int, dict[int, int]] = defaultdict(dict)
        most: dict[int, float] = {}
        links = {
            number(r["id"]): number(r["variableid"]) for r in self.there.rows("rolevariablelinks", "id", "variableid")
        }
        for table in _NUMBERS:
            for row in self.there.rows(table, "statementid", "variableid", "rolevariablelinkid", "value"):
                variable = number(row["variableid"])
                variable = links.get(number(row["rolevariablelinkid"]), -1) if variable < 0 else variable
                value = _whole(row["value"])
                found[number(row["statementid"])][variable] = value
                most[variable] = max(most.get(variable, 1), abs(value))
                if table == "databoolean":
                    self.binary.add(variable)
        return found, most

    def _statements(self) -> list[Kept]:
        p = self.project
        self.binary: set[int] = set()
        short, (numbers, most) = self._values(), self._numbers()
        long: dict[int, list[str]] = defaultdict(list)
        for row in self.there.rows(_LONG, "statementid", "value"):
            if words(row["value"]).strip():
                long[number(row["statementid"])].append(words(row["value"]).strip())
        types = {number(r["id"]): words(r["label"]) for r in self.there.rows("statementtypes", "id", "label")}
        cases, codes = {c.guid: c for c in p.cases}, {c.guid: c for c in p.codes}
        speaks: dict[str, Counter[str]] = defaultdict(Counter)
        kept: list[Kept] = []
        columns = ("id", "statementtypeid", "documentid", "start", "stop", "coder")
        for row in self.there.rows("statements", *columns):
            one = number(row["id"])
            values, told = short.get(one, {}), numbers.get(one, {})
            roles = {self.roles[v]: g for v, g in values.items() if v in self.roles and g in cases}
            person, organisation = roles.get("person", ""), roles.get("organization", "")
            if person and organisation:
                speaks[person][organisation] += 1
                p.aside.setdefault("organisations", {})[str(one)] = organisation
            agrees = {v: n for v, n in told.items() if self.roles.get(v) == "agreement"}
            stance = next((self._stance(v, n, most[v]) for v, n in agrees.items()), None)
            more = {self.variables.get(v, str(v)): n for v, n in told.items() if v not in agrees}
            if more:
                p.aside.setdefault("numbers", {})[str(one)] = more
            mine = [g for g in values.values() if g in codes] or [self._of_type(number(row["statementtypeid"]), types)]
            if mine[0] not in codes:
                codes = {c.guid: c for c in p.codes}
            for guid in mine:
                p.losses.find("coding")
                coding = Coding(f"statement {one} {guid}", str(number(row["documentid"])), guid)
                coding.coder, coding.passage = str(number(row["coder"])), f"statement {one}"
                coding.memo = "\n".join(long.get(one, ()))
                coding.case = person or organisation
                coding.stance = stance if codes[guid].proposition else None
                p.codings.append(coding)
                kept.append(Kept(coding, number(row["start"]), number(row["stop"])))
        self._affiliations(speaks, cases)
        return kept

    def _stance(self, variable: int, value: int, most: float) -> float:
        if variable in self.binary:
            return 1.0 if value else -1.0
        return value / most

    def _of_type(self, kind: int, types: dict[int, str]) -> str:
        """Return the code of a statement that names none: its type."""
        guid = f"type {kind}"
        if all(c.guid != guid for c in self.project.codes):
            self.project.families.setdefault("statement-type", ("Type of statement", "context"))
            self.project.codes.append(Code(guid, types.get(kind, guid), family="statement-type"))
        return guid

    def _affiliations(self, speaks: dict[str, Counter[str]], cases: dict[str, Case]) -> None:
        several = 0
        for person, counts in speaks.items():
            cases[person].organisation = min(counts, key=lambda g: (-counts[g], g))
            several += sum(counts.values()) - max(counts.values())
            if len(counts) > 1:
                self.project.losses.change(
                    "case", "speaks for several organisations; the most frequent is theirs, all are kept aside", person
                )
        if several:
            told = number_of(several, "statement was", "statements were")
            self.project.losses.remark(
                f"{told} made for another organisation than the one that stands beside the person"
            )


def _whole(value: object) -> int:
    try:
        found = int(float(words(value)))
    except (ValueError, OverflowError):
        return 0
    return found if -(10**9) < found < 10**9 else 0


def _moment(value: object) -> str:
    """Return a document's time: seconds since 1970, or milliseconds in version 2; ``""`` where it is none."""
    try:
        since = float(words(value))
        since = since / 1000 if abs(since) > 100_000_000_000 else since
        when = _EPOCH + timedelta(seconds=round(since))
    except (ValueError, OverflowError):
        return ""
    return f"{when.year:04}-{when:%m-%dT%H:%M:%SZ}"
