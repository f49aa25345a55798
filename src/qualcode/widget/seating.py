"""
Who speaks in transcripts, asked in a notebook: labels with first words, a case for each, every answer on disk at once.

The answers are the mapping that ``qualcode import`` reads, ``speakers.yaml``; it is written as that command proposes
it. What somebody wrote into it beside, a comment say, is never written over: then the file is edited by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qualcode.errors import QualcodeError, UsageError
from qualcode.exchange.transcripts.intake import Looked, lay_mapping, look
from qualcode.exchange.transcripts.speakers import About, Speakers, Who, is_numbered, read_speakers, written
from qualcode.plaintext.durable import replace_durably
from qualcode.plaintext.source import SLUG
from qualcode.plural import number_of
from qualcode.study.study import Study

Message = dict[str, Any]
_FIRST = 80


@dataclass
class Label:
    """A label as it stands in transcripts; ``files``: where; one that holds for a file of its own has one."""

    name: str = field(repr=False)
    files: list[str] = field(default_factory=list)
    own: bool = False
    turns: int = 0
    sample: str = field(default="", repr=False)


class Seating:
    """
    Labels of transcripts and the mapping that says whose they are.

    Raises:
        UsageError, SourceError: as ``look``.
        WriteError: the disk refused the proposed mapping.
    """

    def __init__(self, study: Study, transcripts: Sequence[Path], mapping: Path | None = None, on: str = "") -> None:
        self.study = study
        looked = look(study, [Path(p) for p in transcripts], mapping, on)
        if looked.found:
            lay_mapping(looked)
        self.looked: Looked = looked
        self.mapping = read_speakers(looked.speakers) if looked.speakers.is_file() else looked.mapping
        self.labels = self._labels()

    def _labels(self) -> list[Label]:
        found: dict[tuple[str, str], Label] = {}
        for one in (f for f in self.looked.found if not f.survey):
            own = self.mapping.documents.get(one.file, About()).speakers
            for turn in one.turns:
                alone = turn.label in own or (turn.label not in self.mapping.speakers and is_numbered(turn.label))
                label = found.setdefault((one.file if alone else "", turn.label), Label(turn.label, own=alone))
                label.turns += 1
                label.files += [] if one.file in label.files else [one.file]
                label.sample = label.sample or " ".join(turn.words[:_FIRST].split())
        return list(found.values())

    def handle(self, content: Mapping[str, Any]) -> Iterator[Message]:
        """Answer one message of a view: ``ready``, ``case`` (id, case) or ``text`` (id, on)."""
        view, kind, number = content.get("view"), content.get("type"), content.get("id")
        try:
            if kind == "ready":
                self._read()
                yield self._table(view)
                return
            if not isinstance(number, int) or not 0 <= number < len(self.labels):
                raise UsageError("there is no such label; run the cell again")
            self._read()
            if kind == "case":
                said = self._seat(self.labels[number], str(content.get("case", "")))
            elif kind == "text":
                said = self._leave(self.labels[number], on=content.get("on") is True)
            else:
                return
            yield {"type": "row", "view": view, "row": self._row(number), "said": said}
        except QualcodeError as error:
            yield {"type": "error", "view": view, "id": number, "reason": f"not written: {error}"}

    def _read(self) -> None:
        """Take the mapping as it stands on disk now; somebody may have edited it."""
        if self.looked.speakers.is_file():
            self.mapping = read_speakers(self.looked.speakers)

    def _table(self, view: object) -> Message:
        failed = number_of(len(self.looked.problems), "file was", "files were")
        caption = f"{number_of(len(self.labels), 'label')} in {number_of(len(self.looked.found), 'transcript')}"
        caption += f"; {failed} not read: qualcode import --dry-run says why" if self.looked.problems else ""
        mapped = {w.case for w in self.mapping.speakers.values()}
        mapped |= {w.case for a in self.mapping.documents.values() for w in a.speakers.values()}
        rows = [self._row(n) for n in range(len(self.labels))]
        return {
            "type": "table",
            "view": view,
            "caption": caption,
            "rows": rows,
            "cases": sorted({*self.study.cases, *mapped}),
        }

    def _row(self, number: int) -> Message:
        label = self.labels[number]
        who = self._who(label)
        text = label.name in self.mapping.not_speakers and who is None
        told = "" if text else "not named yet" if who is None else "" if who.case in self.study.cases else "a new case"
        if who and who.label:
            told = f"{told}; called {who.label} in the study".removeprefix("; ")
        where = label.files[0] if len(label.files) == 1 else number_of(len(label.files), "file")
        about = {"id": number, "label": label.name, "where": where, "sample": label.sample, "turns": label.turns}
        return about | {"case": who.case if who else "", "text": text, "told": told}

    def _who(self, label: Label) -> Who | None:
        own = self.mapping.documents.get(label.files[0], About()).speakers if label.own else {}
        return own.get(label.name) or self.mapping.speakers.get(label.name)

    def _seat(self, label: Label, case: str) -> str:
        """Give a label a case."""
        if not SLUG.fullmatch(case):
            raise UsageError(f"case {case!r} is no id; use a-z, 0-9 and hyphens")
        was = self._who(label) or Who(case)
        self._write(self._with(label, replace(was, case=case)))
        return f"{label.name} is {case}"

    def _leave(self, label: Label, *, on: bool) -> str:
        """Say that a label is no speaker but text, or that it is one."""
        if on:
            self._write(self._with(label, None))
            return f"{label.name} is no speaker"
        mapping = replace(self.mapping, not_speakers=self.mapping.not_speakers - {label.name})
        self._write(mapping)
        return f"{label.name} is a speaker; say who"

    def _with(self, label: Label, who: Who | None) -> Speakers:
        """Return the mapping with a label's case, or with the label among those that are no speakers."""
        told = {label.name: who} if who else {}
        rest = {k: w for k, w in self.mapping.speakers.items() if k != label.name}
        documents = dict(self.mapping.documents)
        if label.own or not who:
            for file in label.files:
                about = documents.get(file, About())
                others = {k: w for k, w in about.speakers.items() if k != label.name}
                documents[file] = replace(about, speakers={**others, **told})
        speakers = self.mapping.speakers if label.own and who else {**rest, **told} if not label.own else rest
        aside = self.mapping.not_speakers - {label.name} if who else self.mapping.not_speakers | {label.name}
        return replace(self.mapping, speakers=speakers, documents=documents, not_speakers=aside)

    def _write(self, mapping: Speakers) -> None:
        path = self.looked.speakers
        stands = path.read_text("utf-8") if path.is_file() else ""
        ours = set(written(self.mapping).splitlines())
        if any("#" in line and line not in ours for line in stands.splitlines()):
            raise UsageError(f"{path.name} has comments that would be lost; edit it there")
        replace_durably(path, written(mapping).encode("utf-8"))
        self.mapping = mapping
