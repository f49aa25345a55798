"""
Codings of a foreign project as coders' files: each passage once a coder, every code on it, its words beside it.

A coding whose place or code is not there is told by its guid and never put where it seems to belong.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate

from qualcode.exchange.projects.names import UNTOLD, moment
from qualcode.exchange.projects.places import found_once
from qualcode.exchange.projects.record import Coding, Project, Source
from qualcode.exchange.projects.written import Named
from qualcode.plaintext.anchor import Anchor, text_hash
from qualcode.plural import number_of
from qualcode.study.coderfile import CoderFile, Excerpt, excerpt_id

_Key = tuple[str, str, int, int, str, str, str]


@dataclass
class Passages:
    """Coders' files of a project: by name, with every excerpt's id by the guids of its codings and passage."""

    files: dict[str, CoderFile] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    codings: int = 0


def passages_of(project: Project, named: Named, authors: dict[str, str]) -> Passages:
    """
    Return the coders' files.

    Args:
        project: the project; what does not come in is told in its losses.
        named: the ids of its things.
        authors: the case whose words a source is, by guid, where it is one.
    """
    sources = {s.guid: s for s in project.sources}
    stretches: dict[str, list[tuple[int, int, str]]] = {}
    for one in project.cases:
        for guid, start, end in one.stretches:
            if start is not None and end is not None:
                stretches.setdefault(guid, []).append((start, end, one.guid))
    wholes = {s.guid: _Whole(s, stretches.get(s.guid, [])) for s in project.sources if s.guid in named.documents}
    stance_of = {c.guid: bool(c.proposition) for c in project.codes}
    groups: dict[_Key, list[Coding]] = {}
    seen: set[tuple[_Key, str]] = set()
    for coding in project.codings:
        place = _place(coding, project, named, sources, wholes)
        if place is None:
            continue
        if coding.stance is not None and not (stance_of[coding.code] and -1 <= coding.stance <= 1):
            project.losses.change(
                "coding", "its stance is dropped: the code takes none, or it is no stance", coding.guid
            )
            coding.stance = None
        who = coding.case if coding.case in named.cases else wholes[coding.source].case_at(*place)
        case = "" if who == authors.get(coding.source) else named.cases.get(who, "")
        holder = named.cases.get(coding.holder, "")
        key = (named.coder(coding.coder), coding.source, *place, coding.memo.strip(), case, holder)
        if (key, coding.code) in seen:
            project.losses.drop("coding", "the same passage, code and coder once more", coding.guid)
            continue
        seen.add((key, coding.code))
        groups.setdefault(key, []).append(coding)
    return _written(project, named, wholes, groups)


def _written(project: Project, named: Named, wholes: dict[str, _Whole], groups: dict[_Key, list[Coding]]) -> Passages:
    done = Passages()
    taken: set[str] = set()
    excerpts: dict[tuple[str, str], list[Excerpt]] = {}
    untold = 0
    for key, codings in groups.items():
        coder, source, start, end, memo, case, holder = key
        document, whole = named.documents[source], wholes[source]
        made = min(filter(None, (moment(c.made) for c in codings)), default="")
        untold += not made
        about = {"how": "import", "from": project.format}
        guid = codings[0].passage or codings[0].guid
        about |= {"guid": guid} if guid.isascii() and guid.isprintable() and not set(guid) & set('"\\') else {}
        about |= {} if made else {"made": "not told"}
        anchor = Anchor.take(whole.text, start, end)
        when = made or moment(project.made) or UNTOLD
        name = excerpt_id(coder, document, anchor, when, taken)
        taken.add(name)
        codes = {named.codes[c.code]: c.stance for c in codings}
        one = Excerpt(name, anchor, whole.hash, codes, when, case or None, holder or None, memo or None, about)
        excerpts.setdefault((coder, document), []).append(one)
        done.ids |= dict.fromkeys((g for c in codings for g in (c.guid, c.passage) if g), name)
        done.codings += len(codes)
    for (coder, document), found in sorted(excerpts.items()):
        path = f"coding/coders/{coder}/{document}.jsonl"
        done.files[path] = CoderFile(coder, document, path, tuple(sorted(found, key=lambda e: e.place)))
    if untold:
        when = moment(project.made) or UNTOLD
        project.losses.remark(f"{number_of(untold, 'passage tells', 'passages tell')} no date: written as {when}")
    return done


def _place(
    coding: Coding, project: Project, named: Named, sources: dict[str, Source], wholes: dict[str, _Whole]
) -> tuple[int, int] | None:
    """Return where a coding is, or tell why it is nowhere."""
    why = ""
    if coding.source not in wholes:
        why = "its source has no text here" if coding.source in sources else "its source is not in the project"
    elif coding.code not in named.codes:
        why = "its code is not in the project"
    elif coding.quote and not coding.end:
        found = found_once(wholes[coding.source].text, coding.quote)
        if not isinstance(found, int):
            return found
        why = f"its words stand at {number_of(found, 'place')} of its source" if found else "its words are nowhere"
    elif coding.start == coding.end:
        why = "its passage is empty"
    elif coding.start > coding.end:
        why = "its passage ends before it begins"
    elif coding.start < 0 or coding.end > len(wholes[coding.source].text):
        why = "its passage goes past the text"
    else:
        return coding.start, coding.end
    project.losses.drop("coding", why, coding.guid)
    return None


class _Whole:
    """A source's text, and whose which stretch of it is."""

    def __init__(self, source: Source, stretches: list[tuple[int, int, str]]) -> None:
        self.text = source.text.stored
        self.hash = text_hash(self.text)
        self._stretches = sorted(stretches)
        self._starts = [start for start, _, _ in self._stretches]
        self._ends = list(accumulate((end for _, end, _ in self._stretches), max))

    def case_at(self, start: int, end: int) -> str:
        """Return the guid of the one case whose stretch holds a passage; ``""`` for none, or several."""
        at = bisect_right(self._starts, start) - 1
        found: set[str] = set()
        while at >= 0 and self._ends[at] >= end and len(found) < 2:
            if self._stretches[at][1] >= end:
                found.add(self._stretches[at][2])
            at -= 1
        return found.pop() if len(found) == 1 else ""
