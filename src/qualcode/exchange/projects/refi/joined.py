"""
A REFI-QDA project's elements joined: texts read, places proved and mapped, references followed or told as dangling.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from qualcode.exchange.projects.archive import Archive
from qualcode.exchange.projects.places import Dialect, Place, Text
from qualcode.exchange.projects.record import Case, Coding, Note, Project, Source, UnreadableProjectError
from qualcode.exchange.projects.refi.dialects import Judged, Marked, judge, named, prior, quotes, sampled
from qualcode.exchange.projects.refi.elements import Coded, Elements, Selection, Written
from qualcode.exchange.transcripts.form import UnreadableError

_TEXT = 64_000_000


def joined(found: Elements, archive: Archive | None, dialect: str) -> Project:
    """Return the project that some elements make."""
    return _Joining(found, archive, named(dialect) if dialect else None).project


class _Joining:
    def __init__(self, found: Elements, archive: Archive | None, asked: Dialect | None) -> None:
        self.found, self.archive, self.losses = found, archive, found.losses
        kind = "REFI-QDA" if archive else "REFI-QDA codebook"
        self.project = p = Project(found.name, kind, found.origin, found.made, losses=found.losses)
        p.coders, p.codes, p.groups, p.links, p.aside = (
            found.coders,
            found.codes,
            found.groups,
            found.links,
            found.aside,
        )
        self.codes = {c.guid for c in found.codes}
        self.texts: dict[str, Text] = {}
        self.homes: dict[str, str] = {}
        self._sources()
        judged = self._judged(asked)
        self.stretches: dict[str, tuple[str, int, int]] = {}
        self.pointed = {s for c in found.cases for s in c.selections}
        self.cased: dict[str, list[tuple[str, int | None, int | None]]] = {c.guid: [] for c in found.cases}
        self.notes: dict[str, list[tuple[str, str]]] = {}
        for guid in found.notes_on_all:
            self.notes.setdefault(guid, [])
        for note, code in found.code_notes:
            self.notes.setdefault(note, []).append(("code", code))
        if judged:
            self.maps = {guid: text.places(judged.dialect) for guid, text in self.texts.items()}
            for one in found.selections:
                self._selection(one)
            found.selections.clear()
        self._wholes()
        self._cases()
        self._notes()
        self._beside()

    def _sources(self) -> None:
        """Read the texts of all sources, representations and transcripts."""
        for guid, one in self.found.sources.items():
            self.homes[guid] = guid
            inside = [t for t in self.found.texts.values() if t.of == guid] if one.medium != "text" else []
            if one.medium == "text" or not inside:
                self._take(one, self._read(one) if one.medium == "text" else Text(""), one)
            for n, text in enumerate(inside):
                home = guid if not n else text.guid
                self.homes[text.guid] = home
                self._take(one if not n else text, self._read(text), one)
        coded = {s.of for s in self.found.selections}
        for guid, note in self.found.notes.items():
            if guid in coded:
                self.homes[guid] = guid
                self._take(note, self._read(note), note)
                self.losses.change("note", "it is coded, and so a document", guid)

    def _take(self, one: Written, text: Text, source: Written) -> None:
        values = {self.found.variables.get(k, k): v for k, v in source.variables}
        self.texts[one.guid] = text
        name = one.name or source.name or PurePosixPath(one.path.rpartition("//")[2]).name
        self.project.sources.append(
            Source(one.guid, name, text, one.made or source.made, one.description, values, source.medium)
        )

    def _read(self, one: Written) -> Text:
        """Return a text: what stands in the markup, else the plain member that it names."""
        if not one.path:
            if one.content is None and one.rich:
                self.losses.change("source", "it has rich text only, which is not read; ask for plain text", one.guid)
            return Text(one.content or "")
        name = one.path.replace("\\", "/")
        scheme, _, rest = name.rpartition("://")
        member = ""
        if self.archive and scheme.lower() in ("", "internal", "relative", "absolute"):
            bare = rest.lstrip("/")
            places = (f"sources/{bare}", bare, f"sources/{PurePosixPath(bare).name}")
            member = next((m for p in places if (m := self.archive.found(p))), "")
        if not member or self.archive is None:
            where = "outside the project's file" if scheme.lower() in ("relative", "absolute") else "not in it"
            self.losses.change("source", f"its text is {where}", one.guid)
            return Text(one.content or "")
        try:
            return Text(letters_of(self.archive.bytes_of(member, _TEXT)))
        except UnreadableError as error:
            raise UnreadableProjectError(f"the text {member}: {error.why}") from None

    def _judged(self, asked: Dialect | None) -> Judged | None:
        """Find how places are read, and tell it."""
        placed = [s for s in self.found.selections if s.start is not None and s.end is not None]
        if not placed:
            return Judged(asked or prior(self.found.origin), proven=False, why="") if self.found.selections else None
        told = [(self.homes.get(s.of, s.of), s) for s in placed]
        ends = [(home, s.end or 0) for home, s in told]
        marked = [
            Marked(self.texts[home], s.start or 0, s.end or 0, (s.name, s.description))
            for home, s in (told[n] for n in sampled(ends))
            if home in self.texts
        ]
        judged = (
            Judged(asked, proven=False, why="given by whoever imports") if asked else judge(marked, self.found.origin)
        )
        yes = "yes" if judged.proven else "no"
        self.project.reading = {"places": str(judged.dialect), "proven": yes, "by": judged.why}
        return judged

    def _selection(self, one: Selection) -> None:
        home = self.homes.get(one.of, one.of)
        text = self.texts.get(home)
        start, end = -1, -1
        if text is not None and one.start is not None and one.end is not None:
            start, end = self._place(one, text, self.maps[home])
        elif text is not None and one.quote:
            text = text if text.stored else None
        elif one.kind != "text":
            self._far(one)
            return
        memo, name = one.description, one.name
        if memo or name:
            here = text.stored[max(start, 0) : max(end, 0)] if text is not None else ""
            memo, name = (w if w.strip() and not quotes((w,), here, 0, len(here)) else "" for w in (memo, name))
        if name:
            self.losses.keep_aside("selection name", "a passage has no name of its own", one.guid)
            self.losses.find("selection name")
            self.project.aside.setdefault("selection names", {})[one.guid] = name
        if one.guid in self.pointed:
            self.stretches[one.guid] = (home, start, end)
        for coded in one.codings:
            self._coding(coded, home, start, end, memo, one)
        if one.codings:
            self._about(one.notes, "coding", one.guid)
        else:
            self._uncoded(one, home, start, end, memo)

    def _place(self, one: Selection, text: Text, place: Callable[[int], Place | None]) -> tuple[int, int]:
        """Return a selection's place in the stored text, or one that is outside it."""
        assert one.start is not None
        assert one.end is not None
        first, last = place(one.start), place(one.end)
        if (first and first.inside) or (last and last.inside):
            self.losses.change("selection", "its place lies inside a sign, or between CR and LF", one.guid)
        return first.at if first else -1, last.at if last else len(text.stored) + 1

    def _coding(self, coded: Coded, home: str, start: int, end: int, memo: str, one: Selection) -> None:
        if coded.code in self.cased and coded.code not in self.codes:
            self.cased[coded.code].append((home, start, end))
            self.losses.change("coding", "it says whose the passage is, and is so taken", coded.guid)
            return
        quote = one.quote if start < 0 and one.quote else ""
        place = (0, 0) if quote else (start, end)
        self.project.codings.append(
            Coding(
                coded.guid,
                home,
                coded.code,
                *place,
                coder=coded.coder or one.coder,
                made=coded.made or one.made,
                memo=memo,
                quote=quote,
                passage=one.guid,
            )
        )
        self._about(coded.notes, "coding", coded.guid)

    def _about(self, notes: list[str], kind: str, guid: str) -> None:
        for note in notes:
            self.notes.setdefault(note, []).append((kind, guid))

    def _uncoded(self, one: Selection, home: str, start: int, end: int, memo: str) -> None:
        """Keep what was said of a passage that no code is on: as a memo about its source."""
        if not memo.strip() and not one.notes:
            self.losses.keep_aside("selection", "it has no code and says nothing", one.guid)
        else:
            self._about(one.notes, "source", home)
        if memo.strip():
            self.losses.change("selection", "it has no code; what it says is a memo about its source", one.guid)
            text = self.texts.get(home)
            line = text.stored.count("\n", 0, max(start, 0)) + 1 if text is not None else 0
            said = f"{memo.strip()}\n\nAt {start}-{end} of the text, line {line}."
            title = "Comment on a passage" if start < end else "Comment at a point"
            self.project.notes.append(Note(f"{one.guid} comment", title, said, one.made, one.coder, [("source", home)]))
        kept: dict[str, Any] = {"guid": one.guid, "source": home, "start": start, "end": end, "name": one.name}
        kept |= {"description": one.description, "coder": one.coder, "made": one.made, "notes": one.notes}
        self.project.aside.setdefault("selections without code", []).append(kept)

    def _far(self, one: Selection) -> None:
        """Keep aside a selection of a picture, a recording or a page, which no words stand for."""
        why = f"it is a part of a {'page' if one.kind == 'pdf' else one.kind}, and no words are told"
        self.losses.keep_aside("selection", why, one.guid)
        for coded in one.codings:
            self.losses.keep_aside("coding", why, coded.guid)
        kept: dict[str, Any] = {
            "guid": one.guid,
            "of": one.of,
            "name": one.name,
            "description": one.description,
            "kind": one.kind,
        }
        kept["codings"] = [{"guid": c.guid, "code": c.code, "coder": c.coder, "made": c.made} for c in one.codings]
        self.project.aside.setdefault("parts of pictures, recordings and pages", []).append(kept)

    def _wholes(self) -> None:
        """Take codings that hang on a whole source as codings of all its words."""
        for one in (*self.found.sources.values(), *self.found.texts.values()):
            home = self.homes.get(one.guid, one.guid)
            self._about(one.notes, "source", home)
            for coded in one.codings:
                end = len(self.texts[home].stored) if home in self.texts else 0
                self.losses.change("coding", "it codes its whole source: all of its words", coded.guid)
                self.project.codings.append(
                    Coding(coded.guid, home, coded.code, 0, end, coded.coder or one.coder, coded.made or one.made)
                )
                self._about(coded.notes, "coding", coded.guid)

    def _cases(self) -> None:
        for one in self.found.cases:
            stretches = [(self.homes.get(s, s), None, None) for s in one.sources]
            marked = [self.stretches[s] for s in one.selections if s in self.stretches]
            lost = [s for s in one.sources if s not in self.found.sources]
            lost += [s for s in one.selections if s not in self.stretches]
            for guid in lost:
                self.losses.change("case", f"it points to {guid}, which is not in the project", one.guid)
            if one.codes:
                self.losses.change("case", "codes on a case as a whole are kept aside", one.guid)
                self.project.aside.setdefault("codes of cases", {})[one.guid] = one.codes
            values = {self.found.variables.get(k, k): v for k, v in one.variables}
            self.project.cases.append(
                Case(
                    one.guid,
                    one.name,
                    description=one.description,
                    variables=values,
                    stretches=[*stretches, *marked, *self.cased[one.guid]],
                )
            )
        if self.found.types:
            self.project.aside["variables"] = [
                {"guid": k, "name": self.found.variables[k], "type": v} for k, v in self.found.types.items()
            ]

    def _notes(self) -> None:
        known = {s.guid for s in self.project.sources}
        for link in self.project.links:
            ends = ((link.origin, link.target), (link.target, link.origin))
            for note, other in ends:
                if note in self.found.notes and other not in self.found.notes:
                    kind = "source" if self.homes.get(other, other) in known else "coding"
                    self._about([note], kind, self.homes.get(other, other))
        for guid, one in self.found.notes.items():
            if guid in self.texts:
                continue
            about = list(dict.fromkeys(self.notes.pop(guid, [])))
            text = self._read(one).stored
            self.project.notes.append(Note(guid, one.name or one.description, text, one.made, one.coder, about))
        for guid in self.notes:
            if guid not in self.found.notes:
                self.losses.find("note")
                self.losses.drop("note", "it is named and not in the project", guid)
        if self.found.description.strip():
            self.project.notes.append(
                Note("project description", "The project", self.found.description, self.found.made)
            )

    def _beside(self) -> None:
        for one in self.project.groups:
            self.losses.keep_aside("set", "a study has no sets; its members stand in the record", one.guid)
        for link in self.project.links:
            self.losses.keep_aside("link", "a study has no links between any two things", link.guid)
        for code in self.project.codes:
            if code.colour:
                self.losses.find("colour")
                self.losses.keep_aside("colour", "a codebook has no colours", code.guid)
        for source in self.project.sources:
            if source.variables:
                self.losses.change("source", "its variables stand in data/document-variables.csv", source.guid)


def letters_of(data: bytes) -> str:
    """
    Decode a text as it stands, its mark and its line ends kept: UTF-16 by its mark, else UTF-8, else Windows-1252.

    Raises:
        UnreadableError: it is none of these.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return "\ufeff" + data.decode("utf-16")
        except UnicodeDecodeError:
            raise UnreadableError("it begins as UTF-16 and is none") from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return data.decode("cp1252")
        except UnicodeDecodeError:
            raise UnreadableError("its letters are in no encoding this program reads; save it as UTF-8") from None
