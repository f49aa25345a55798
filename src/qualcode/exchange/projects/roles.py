"""
What of a foreign project is what in a discourse network, said in a small YAML: themes, figures, stances, who speaks.

Codes are named with everything below them. A code that says a stance, a speaker or an organisation is no code of the
study any more: it gives what it says to the themes on the passages that it meets, by the same coder. Where two meet one
passage nothing is decided, and it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qualcode.errors import Problem, SourceError, did_you_mean
from qualcode.exchange.projects.names import UNTOLD, Ids, moment
from qualcode.exchange.projects.places import found_once
from qualcode.exchange.projects.record import Case, Code, Coding, Project, Source
from qualcode.exchange.transcripts.speakers import slug
from qualcode.plaintext.source import Entries, read_given, read_yaml
from qualcode.plural import number_of

_KEYS = ("theme", "figure", "stance", "actor", "organisation", "position", "leave_out")
_BY_VARIABLE = ("figure", "actor", "organisation", "position")
_FAMILIES = {"figure": ("Figures", "figure"), "theme": ("Themes", "theme"), "code": ("Other codes", "context")}
_TAKES = f"; it takes {', '.join(_KEYS)}"
_PATH = " > "


@dataclass
class Roles:
    """Codes by role, as their guids; the value of each stance's code; the variable of each role that has one."""

    codes: dict[str, set[str]] = field(default_factory=dict)
    stances: dict[str, float] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)


def take_roles(project: Project, path: Path) -> None:
    """
    Give a project's codes, cases and variables their roles, as the file *path* says.

    Raises:
        SourceError: the file cannot be read, or names what the project does not have; every problem with its line.

    Example:
        a file such as::

            theme: [Claims]                      # codes, each with all below it
            figure: [Kinds of actor]             # or {variable: NAME}: each case's figure
            stance: {agrees: 1, disagrees: -1}   # codes on the same passages
            actor: [Speakers]                    # codes below which each is a person; or {variable: NAME}
            organisation: {variable: Employer}   # or codes, each an organisation
            position: {variable: Job}
            leave_out: [To do]                   # codes that do not come in
    """
    roles = _read(project, path)
    _find_places(project)
    _people_of_variables(project, roles)
    markers = {guid: role for role in ("actor", "organisation") for guid in roles.codes.get(role, ())}
    _Meeting(project, roles, markers).give()
    gone = {*markers, *roles.stances, *roles.codes.get("leave_out", ())}
    for code in (c for c in project.codes if c.guid in roles.codes.get("leave_out", ())):
        project.losses.drop("code", "the mapping leaves it out", code.guid)
    project.codes = [c for c in project.codes if c.guid not in gone]
    for code in project.codes:
        code.family = next((r for r in ("figure", "theme") if code.guid in roles.codes.get(r, ())), "code")
        if code.parent in gone:
            code.parent = ""
        if code.family == "theme" and roles.stances and not code.proposition:
            code.proposition = code.description or code.name
    named = {c.family for c in project.codes}
    project.families = {name: about for name, about in _FAMILIES.items() if name in named} or {
        "code": _FAMILIES["code"]
    }
    _figures(project, roles)


def _read(project: Project, path: Path) -> Roles:
    entries = read_yaml(read_given(path), path.name)
    problems: list[Problem] = []

    def complain(told: str, *way: str | int) -> None:
        problems.append(Problem(path.name, entries.line(*way), told))

    if not isinstance(entries.value, dict):
        raise SourceError([Problem(path.name, 1, f"has no lines such as `theme: [A code]`{_TAKES}")])
    roles, tree = Roles(), _Tree(project.codes)
    for key, value in entries.value.items():
        if key not in _KEYS:
            complain(f"unknown {key!r}{did_you_mean(key, _KEYS) or _TAKES}", key)
        elif key == "stance":
            _stances(value, roles, tree, complain)
        elif isinstance(value, dict) and key in _BY_VARIABLE:
            _variable(project, key, value, roles, complain)
        elif isinstance(value, list) and key != "position":
            roles.codes[key] = {g for n, name in enumerate(value) for g in tree.found(name, complain, key, n)}
        else:
            complain(f"{key!r} takes {'a list of codes' if key != 'position' else '{variable: NAME}'}", key)
    _once(roles, tree, complain, entries)
    if problems:
        raise SourceError(problems)
    return roles


Complain = Callable[..., None]


def _stances(value: Any, roles: Roles, tree: _Tree, complain: Complain) -> None:
    if not isinstance(value, dict):
        complain("'stance' takes {a code: a number from -1 to 1}", "stance")
        return
    for name, told in value.items():
        try:
            number = float(str(told))
        except ValueError:
            number = 2.0
        if not -1 <= number <= 1:
            complain(f"the stance of {name!r} is no number from -1 to 1", "stance", name)
        roles.stances |= dict.fromkeys(tree.found(name, complain, "stance", name), number)


def _variable(project: Project, key: str, value: dict[str, Any], roles: Roles, complain: Complain) -> None:
    name = str(value.get("variable", ""))
    known = {v for case in project.cases for v in case.variables}
    known |= {v for source in project.sources for v in source.variables}
    same = {v.casefold(): v for v in known}
    if set(value) != {"variable"} or name.casefold() not in same:
        hint = did_you_mean(name, known) or f"; it has {', '.join(sorted(known)[:20]) or 'none'}"
        complain(f"{key!r} takes {{variable: NAME}}; the project has no variable {name!r}{hint}", key)
        return
    roles.variables[key] = same[name.casefold()]


def _once(roles: Roles, tree: _Tree, complain: Complain, entries: Entries) -> None:
    """Refuse a code with two roles."""
    seen: dict[str, str] = {}
    for role, guids in (*roles.codes.items(), ("stance", set(roles.stances))):
        for guid in sorted(guids):
            first = seen.setdefault(guid, role)
            if first != role and role in entries.value:
                complain(f"code {tree.names[guid]!r} is {first!r} already", role)


class _Tree:
    """A project's codes by name and by path."""

    def __init__(self, codes: list[Code]) -> None:
        self.names = {c.guid: c.name for c in codes}
        self._below: dict[str, list[str]] = {}
        self._by: dict[str, list[str]] = {}
        parents = {c.guid: c.parent for c in codes}
        for code in codes:
            self._below.setdefault(code.parent, []).append(code.guid)
            path, at = [code.name], code.parent
            while at in self.names and len(path) < 100:
                path.insert(0, self.names[at])
                at = parents[at]
            for told in {code.name, _PATH.join(path)}:
                self._by.setdefault(" ".join(told.split()).casefold(), []).append(code.guid)

    def found(self, name: Any, complain: Complain, *way: str | int) -> set[str]:
        """Return a code that a name or path means, with all below it."""
        guids = self._by.get(" ".join(str(name).split()).casefold(), [])
        if len(guids) != 1:
            what = f"{len(guids)} codes are called {name!r}; write the way to it: A{_PATH}B"
            missing = f"the project has no code {name!r}{did_you_mean(str(name), self.names.values())}"
            complain(what if guids else missing, *way)
        found: set[str] = set()
        waiting = list(guids[:1])
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += self._below.get(one, [])
        return found


def _find_places(project: Project) -> None:
    """Find the codings that have words and no places, so that it can be told which meet."""
    texts = {s.guid: s.text.stored for s in project.sources}
    for coding in project.codings:
        if coding.quote and not coding.end and coding.source in texts:
            place = found_once(texts[coding.source], coding.quote)
            if not isinstance(place, int):
                coding.start, coding.end = place


def _people_of_variables(project: Project, roles: Roles) -> None:
    """Make cases of what variables say: who speaks in a document, for whom a case speaks, a case's position."""
    made = _People(project)
    actor = roles.variables.get("actor")
    for source in project.sources if actor else ():
        if source.variables.get(actor or "", "").strip():
            made.person(source.variables[actor or ""], source)
    for case in list(project.cases):
        told = {**_of_documents(case, project), **case.variables}
        organisation = told.get(roles.variables.get("organisation", ""), "").strip()
        if organisation and case.kind == "person":
            case.organisation = made.organisation(organisation).guid
        case.position = told.get(roles.variables.get("position", ""), "").strip() or case.position


def _of_documents(case: Case, project: Project) -> dict[str, str]:
    """Return the variables of the documents that are a case's alone, where they say the same."""
    mine = {guid for guid, start, _ in case.stretches if start is None}
    values: dict[str, set[str]] = {}
    for source in project.sources:
        if source.guid in mine:
            for name, value in source.variables.items():
                values.setdefault(name, set()).add(value)
    return {name: said.pop() for name, said in values.items() if len(said) == 1}


class _People:
    """Makes cases of names, each once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._by = {(c.kind, slug(c.name)): c for c in project.cases}
        self._ids = Ids("case", (c.guid for c in project.cases))

    def person(self, name: str, source: Source | None = None) -> Case:
        """Return the person of a name; *source*: a document that is theirs."""
        case = self._of(name, "person")
        if source is not None and (source.guid, None, None) not in case.stretches:
            case.stretches.append((source.guid, None, None))
        return case

    def organisation(self, name: str) -> Case:
        """Return the organisation of a name."""
        return self._of(name, "organisation")

    def _of(self, name: str, kind: str) -> Case:
        key = kind, slug(name)
        if key not in self._by:
            self._by[key] = Case(f"{kind} {self._ids.of(name)}", " ".join(name.split()), kind)
            self._project.cases.append(self._by[key])
        return self._by[key]


class _Meeting:
    """Gives the themes on a passage what other codes on it say: a stance, who speaks, for whom."""

    def __init__(self, project: Project, roles: Roles, markers: dict[str, str]) -> None:
        self.project, self.roles, self.markers = project, roles, markers
        self.names = {c.guid: c.name for c in project.codes}
        self.people = _People(project)

    def give(self) -> None:
        """Take out the codings that say something of others, and give what they say."""
        say = {*self.markers, *self.roles.stances}
        leave = self.roles.codes.get("leave_out", set())
        themes = self.roles.codes.get("theme", set())
        kept: list[Coding] = []
        saying: dict[tuple[str, str], list[Coding]] = {}
        for coding in self.project.codings:
            if coding.code in leave:
                self.project.losses.drop("coding", "the mapping leaves its code out", coding.guid)
            elif coding.code in say:
                saying.setdefault((coding.source, coding.coder), []).append(coding)
            else:
                kept.append(coding)
        used: set[str] = set()
        undecided = 0
        for coding in kept:
            here = list(self._meeting(coding, saying)) if coding.code in themes else []
            used |= {one.guid for one in here}
            undecided += self._told(coding, here)
        for one in (c for group in saying.values() for c in group):
            what = "it says a stance" if one.code in self.roles.stances else "it says who speaks"
            if one.guid in used:
                self.project.losses.change("coding", f"{what} of the themes on its passage", one.guid)
            else:
                self.project.losses.drop("coding", f"{what}, and no theme is on its passage", one.guid)
        if undecided:
            what = "say several stances, or several who speak"
            self.project.losses.remark(f"{number_of(undecided, 'theme')} on passages that {what}: none was taken")
        self.project.codings = kept

    def _meeting(self, coding: Coding, saying: dict[tuple[str, str], list[Coding]]) -> Iterator[Coding]:
        for one in saying.get((coding.source, coding.coder), ()):
            if one.start < coding.end and coding.start < one.end:
                yield one

    def _told(self, coding: Coding, here: list[Coding]) -> bool:
        """Give a theme's coding what others say; return whether they say several things."""
        stances = {self.roles.stances[c.code] for c in here if c.code in self.roles.stances}
        actors = {c.code for c in here if self.markers.get(c.code) == "actor"}
        houses = {c.code for c in here if self.markers.get(c.code) == "organisation"}
        if len(stances) == 1:
            coding.stance = stances.pop()
        house = self.people.organisation(self.names[next(iter(houses))]) if len(houses) == 1 else None
        if len(actors) == 1:
            person = self.people.person(self.names[next(iter(actors))])
            coding.case = person.guid
            if house and not person.organisation:
                person.organisation = house.guid
        elif house and not actors:
            coding.case = house.guid
        return max(len(stances), len(actors), len(houses)) > 1


def _figures(project: Project, roles: Roles) -> None:
    """Write the figure of each case that a variable tells; each value is a figure."""
    variable = roles.variables.get("figure", "")
    known = {slug(c.name) for c in project.codes if c.family == "figure"}
    for case in project.cases if variable else ():
        told = {**_of_documents(case, project), **case.variables}.get(variable, "").strip()
        if not slug(told) or case.kind != "person":
            continue
        if slug(told) not in known:
            known.add(slug(told))
            project.codes.append(Code(f"figure {slug(told)}", told, family="figure"))
            project.families["figure"] = _FAMILIES["figure"]
        case.figure = slug(told)
        case.figure_basis = f"the project's variable {variable}"
        case.figure_on = (moment(project.made) or UNTOLD)[:10]
