"""
Codings of a foreign project as coders' files: each passage once a coder, every code on it, its words beside it.

A coding whose place or code is not there is told by its guid and never put where it seems to belong.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate

from qualcode.exchange.projects.around import Anchors
from qualcode.exchange.projects.names import UNTOLD, moment
from qualcode.exchange.projects.places import found_once
from qualcode.exchange.projects.record import Coding, Own, Project, Source, UnreadableProjectError
from qualcode.exchange.projects.written import Named
from qualcode.plaintext.anchor import Anchor, text_hash
from qualcode.plural import number_of
from qualcode.study.coderfile import id_of
from qualcode.study.excerpt import Excerpt, flat, line_of

_Key = tuple[str, int, int, str, str, str]


@dataclass
class Passages:
    """
    Coders' files of a project, by name; how many excerpts each has, and how many codings all have.

    ``ids``: excerpts by the guids of codings and passages that notes are about. ``table``: which excerpt is which
    passage and which codings of the project, as CSV. ``there``: how many excerpts the study had already.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    excerpts: dict[str, int] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    codings: int = 0
    table: str = ""
    there: int = 0


def passages_of(project: Project, named: Named, authors: dict[str, str], taken: Iterable[str] = ()) -> Passages:
    """
    Return the coders' files.

    Args:
        project: the project; what does not come in is told in its losses.
        named: the ids of its things.
        authors: the case whose words a source is, by guid, where it is one.
        taken: ids that no excerpt may have.
    """
    return _Placing(project, named, authors, set(taken)).done


class _Placing:
    """Takes a project's codings source by source."""

    def __init__(self, project: Project, named: Named, authors: dict[str, str], taken: set[str]) -> None:
        self.project, self.named, self.authors = project, named, authors
        self.done = Passages()
        self.sources = {s.guid: s for s in project.sources}
        self.takes_stance = {c.guid: bool(c.proposition) for c in project.codes}
        self.wanted = {guid for n in project.notes for kind, guid in n.about if kind == "coding"}
        self.taken = taken
        self.untold = 0
        self.alone: dict[str, str] = {}
        self.lines = ["excerpt,passage,codings"]
        stretches: dict[str, list[tuple[int, int, str]]] = {}
        for one in project.cases:
            for guid, start, end in one.stretches:
                if start is not None and end is not None:
                    stretches.setdefault(guid, []).append((start, end, one.guid))
        by_source: dict[str, list[Coding]] = {}
        for coding in project.codings:
            by_source.setdefault(coding.source, []).append(coding)
        for guid, codings in by_source.items():
            whole = _Whole(self.sources[guid], stretches.get(guid, [])) if guid in named.documents else None
            groups = self._grouped(codings, whole)
            if groups and whole and project.own:
                self._write_own(guid, whole, groups, project.own)
            elif groups and whole:
                self._write(guid, whole, groups)
        for path, lines in (project.own.readings if project.own else {}).items():
            if path not in self.done.files:
                self.done.files[path] = "".join(f"{line}\n" for line in lines).encode("utf-8")
                self.done.excerpts[path] = 0
        self.done.table = "\n".join(self.lines) + "\n" if self.done.files else ""
        if self.untold:
            when = moment(project.made) or UNTOLD
            told = number_of(self.untold, "passage tells", "passages tell")
            project.losses.remark(f"{told} no date: written as {when}")

    def _grouped(self, codings: list[Coding], whole: _Whole | None) -> dict[_Key, list[Coding]]:
        """Return the codings of one source that have a place, by coder and passage."""
        groups: dict[_Key, list[Coding]] = {}
        losses, cases = self.project.losses, self.named.cases
        for coding in codings:
            place = self._place(coding, whole)
            if place is None or whole is None:
                continue
            if coding.stance is not None and not (self.takes_stance[coding.code] and -1 <= coding.stance <= 1):
                what = "its stance is dropped: the code takes none, or it is no stance"
                losses.change("coding", what, coding.guid)
                coding.stance = None
            who = coding.case if coding.case in cases else whole.case_at(*place)
            case = "" if who == self.authors.get(coding.source) else cases.get(who, "")
            memo = coding.memo.strip()
            if self.project.own:  # passages that were two stay two
                memo, case = coding.passage, ""
            key = (self.named.coder(coding.coder), *place, memo, case, cases.get(coding.holder, ""))
            there = groups.setdefault(key, [])
            if there and any(c.code == coding.code for c in there):
                losses.drop("coding", "the same passage, code and coder once more", coding.guid)
            else:
                there.append(coding)
        return groups

    def _write(self, source: str, whole: _Whole, groups: dict[_Key, list[Coding]]) -> None:
        """Write the coders' files on one source."""
        document, text, anchors = self.named.documents[source], whole.text, Anchors(whole.text)
        otherwise = moment(self.project.made) or UNTOLD
        lines: dict[str, list[tuple[int, int, str, str]]] = {}
        origin = {"how": "import", "from": self.project.format}
        told, untold = flat(origin), flat(origin | {"made": "not told"})
        for (coder, start, end, memo, case, holder), codings in groups.items():
            made = moment(codings[0].made)
            if len(codings) > 1:
                made = min(filter(None, (moment(c.made) for c in codings)), default="")
            self.untold += not made
            first, last = anchors.reach(start, end)
            when, quote = made or otherwise, text[start:end]
            name = id_of(coder, document, (start, end, quote), when, self.taken)
            self.taken.add(name)
            only = codings[0] if len(codings) == 1 and codings[0].stance is None else None
            codes = self.alone.get(only.code) if only else None
            if codes is None:
                codes = flat(self._codes(codings))
                if only:
                    self.alone[only.code] = codes
            words, who = (quote, text[first:start], text[end:last]), (case or None, holder or None, memo or None)
            line = line_of(name, start, end, whole.hash, words, who, codes, when, told if made else untold)
            lines.setdefault(coder, []).append((start, end, name, line))
            self.done.codings += len(codings)
            self._remember(name, codings)
        for coder, found in lines.items():
            path = f"coding/coders/{coder}/{document}.jsonl"
            self.done.files[path] = "".join(line + "\n" for *_, line in sorted(found)).encode("utf-8")
            self.done.excerpts[path] = len(found)

    def _write_own(self, source: str, whole: _Whole, groups: dict[_Key, list[Coding]], own: Own) -> None:
        """Write the coders' files on one source as they were; see ``record.Own``."""
        document, text, anchors = self.named.documents[source], whole.text, Anchors(whole.text)
        lines: dict[str, list[tuple[int, int, str, str]]] = {}
        for (coder, start, end, passage, *_), codings in groups.items():
            name = own.excerpt(passage)
            beside = own.excerpts.get(name, {})
            first, last = anchors.reach(start, end)
            if "around" in beside:
                first, last = start - int(beside["around"][0]), end + int(beside["around"][1])
            stances = beside.get("stances", {})
            codes = {self.named.codes[c.code]: stances.get(self.named.codes[c.code]) for c in codings}
            one = Excerpt(
                name,
                Anchor(start, end, text[start:end], text[first:start], text[end:last]),
                whole.hash,
                codes,
                codings[0].made,
                beside.get("case"),
                beside.get("holder"),
                beside.get("memo") or codings[0].memo or None,
                beside.get("origin") or own.origin,
                release=beside.get("release"),
            )
            try:
                line = one.to_json()
            except (KeyError, TypeError, AttributeError, ValueError):
                raise UnreadableProjectError("its note of what REFI-QDA has no place for is damaged") from None
            lines.setdefault(coder, []).append((start, end, name, line))
            self.done.codings += len(codings)
            self._remember(name, codings)
        for coder, found in lines.items():
            path = f"coding/coders/{coder}/{document}.jsonl"
            read = own.readings.get(path, ())
            text_ = "".join(f"{line}\n" for line in (*(line for *_, line in sorted(found)), *read))
            self.done.files[path] = text_.encode("utf-8")
            self.done.excerpts[path] = len(found)

    def _codes(self, codings: list[Coding]) -> dict[str, float | None]:
        """Return codes and stances as a line has them: sorted, a whole number written as one."""
        codes = {self.named.codes[c.code]: c.stance for c in codings}
        if len(codes) > 1 or codings[0].stance is not None:
            return {c: int(s) if s is not None and s == int(s) else s for c, s in sorted(codes.items())}
        return codes

    def _remember(self, name: str, codings: list[Coding]) -> None:
        """Write down which passage and codings of the project an excerpt is."""
        passage = codings[0].passage
        guids = codings[0].guid if len(codings) == 1 else " ".join([c.guid for c in codings])
        if self.wanted:
            mine = {c.guid for c in codings} | {c.passage for c in codings}
            self.done.ids |= dict.fromkeys(mine & self.wanted, name)
        both = passage + guids
        plain = '"' not in both and "," not in both and both.isprintable()
        self.lines.append(f"{name},{passage},{guids}" if plain else f"{name},{_cell(passage)},{_cell(guids)}")

    def _place(self, coding: Coding, whole: _Whole | None) -> tuple[int, int] | None:
        """Return where a coding is, or tell why it is nowhere."""
        why = ""
        if whole is None:
            why = "its source has no text here" if coding.source in self.sources else "its source is not in the project"
        elif coding.code not in self.named.codes:
            why = "its code is not in the project"
        elif coding.quote and not coding.end:
            found = found_once(whole.text, coding.quote)
            if not isinstance(found, int):
                return found
            why = f"its words stand at {number_of(found, 'place')} of its source" if found else "its words are nowhere"
        elif coding.start == coding.end:
            why = "its passage is empty"
        elif coding.start > coding.end:
            why = "its passage ends before it begins"
        elif coding.start < 0 or coding.end > len(whole.text):
            why = "its passage goes past the text"
        else:
            return coding.start, coding.end
        self.project.losses.drop("coding", why, coding.guid)
        return None


def _cell(words: str) -> str:
    quoted = words.replace('"', '""')
    return f'"{quoted}"' if any(c in words for c in '",\r\n') else words


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
