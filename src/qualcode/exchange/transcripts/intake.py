"""
Transcripts into a study: what was found is shown, the speakers mapped, interviews laid down in one step.

Every file stands for itself: one that fails is named, and the others go on. What comes in is written whole or not at
all, nothing over what is there; a corrected transcript replaces the text of its document only when asked to, and the
codings follow as `reanchor` lets them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from qualcode.coding.follow import traced
from qualcode.coding.places import moves, strays, with_moves
from qualcode.errors import MissingExtraError, Problem, SourceError, UsageError
from qualcode.exchange.transcripts.form import UnreadableError
from qualcode.exchange.transcripts.formats import ENDINGS
from qualcode.exchange.transcripts.found import Found, failed, files_of, found_in, propose, who_speaks
from qualcode.exchange.transcripts.interviews import body_of, changed, memos_of, prove, whole_of
from qualcode.exchange.transcripts.renamed import Rename, renamed
from qualcode.exchange.transcripts.speakers import NAME, Speakers, Who, read_speakers, written
from qualcode.plaintext.durable import replace_all, replace_durably, version_of
from qualcode.plaintext.source import day, read_text
from qualcode.plural import counted, number_of
from qualcode.study.case import CASE_COLUMNS
from qualcode.study.document import Document, document_of, split_front_matter
from qualcode.study.layout import with_cases
from qualcode.study.study import CASES, Study

Say = Callable[[str], None]


@dataclass(frozen=True)
class Looked:
    """What stands in some files, before anything is written: transcripts, the mapping, and what failed or was left."""

    found: tuple[Found, ...]
    mapping: Speakers
    problems: tuple[Problem, ...]
    left: tuple[Problem, ...]
    speakers: Path
    mapped: bool


@dataclass
class Brought:
    """What came in: a line for each document, with what was dropped and altered; and what did not come in."""

    lines: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(self.lines)


def look(
    study: Study, paths: Sequence[Path], speakers: Path | None = None, on: str = "", say: Say = lambda _: None
) -> Looked:
    """
    Read transcripts and find who speaks in them; nothing is written.

    Args:
        study: the study that they shall come into.
        paths: files, or folders of files.
        speakers: the mapping's file (left out: ``speakers.yaml`` beside the first file).
        on: the day (YYYY-MM-DD) of transcripts that tell none.
        say: is told of each file as it is read.

    Raises:
        UsageError: no file is meant, or *on* is no day.
        SourceError: the mapping cannot be read.
    """
    if on and isinstance(day(on), str):
        raise UsageError(f"--on {on}: {day(on)}")
    files, left = files_of(paths, ENDINGS)
    if not files:
        raise UsageError("there is no transcript to import; name files, or a folder that holds some")
    first = paths[0] if paths[0].is_dir() else paths[0].parent
    place = speakers or first / NAME
    mapped = place.is_file()
    if speakers and not mapped and not speakers.parent.is_dir():
        raise UsageError(f"{speakers}: there is no folder {speakers.parent}")
    mapping = read_speakers(place) if mapped else None
    found: list[Found] = []
    problems: list[Problem] = []
    for n, path in enumerate(files, start=1):
        if len(files) > 1:
            say(f"{n} of {len(files)}: {path.name}")
        try:
            found += found_in(path, mapping, on)
        except (UnreadableError, MissingExtraError) as error:
            problems.append(failed(path.name, error))
    shown = mapping or propose(found, study, files)
    return Looked(tuple(found), shown, tuple(problems), tuple(left), place, mapped)


def unclear_in(one: Found) -> list[str]:
    """Say what was not understood in a transcript, each with its place."""
    return [f"{one.reading.unit} {u.place}: {u.what}" if u.place else u.what for u in one.unclear]


def lay_mapping(looked: Looked) -> None:
    """Write the proposed mapping; never over one that is there."""
    if not looked.speakers.exists():
        replace_durably(looked.speakers, written(looked.mapping).encode("utf-8"))


def bring(
    study: Study, looked: Looked, *, add_cases: bool = False, update: bool = False, rename: Rename | None = None
) -> Brought:
    """
    Lay transcripts down as interviews, in one step.

    Args:
        study: the study as it is.
        looked: what stands in the files, with the mapping.
        add_cases: add cases that are missing to ``cases.csv``, with what a survey tells of its respondents.
        update: replace the text of documents that are there and differ, and let their codings follow.
        rename: replaces names (``renamed``); no name it knows is written anywhere, else nothing is.

    Raises:
        WriteError: a file changed meanwhile, or the disk refused; nothing was written.
        SourceError: a coder's file that would be written has lines that cannot be read.
    """
    intake = _Intake(study, looked, add_cases=add_cases, update=update)
    for one in looked.found:
        row = one.turns[0].place if one.survey and one.turns else 0
        told = rename.short(one.file) if rename else one.file
        try:
            if rename:
                one, intake.mapping = renamed(one, looked.mapping, rename)
            intake.take(one)
        except UnreadableError as error:
            intake.done.problems.append(failed(told, error, row))
    if rename:
        intake.prove_renamed(rename)
    intake.write()
    intake.done.problems[:0] = without_names_in(looked.problems, rename)
    intake.done.lines += [str(p) for p in without_names_in(looked.left, rename)]
    return intake.done


def without_names_in(problems: Sequence[Problem], rename: Rename | None) -> list[Problem]:
    """Return problems with the names in files' names replaced."""
    return [replace(p, path=rename.short(p.path)) if rename else p for p in problems]


class _Intake:
    """Gathers what will be written, file by file."""

    def __init__(self, study: Study, looked: Looked, *, add_cases: bool, update: bool) -> None:
        self.study, self.mapping, self.update, self.add_cases = study, looked.mapping, update, add_cases
        self.done = Brought()
        self.new: dict[str, bytes] = {}
        self.seen: dict[str, str] = {}
        self.cases: dict[str, dict[str, str]] = {}
        self.documents: dict[str, Document] = {}
        self._files: dict[str, str] = {}
        researchers = [c.id for c in study.cases.values() if c.kind == "researcher"]
        self.researcher = researchers[0] if researchers else "researcher"

    def take(self, one: Found) -> None:
        """Take one transcript: it becomes a document, or an error says why not; then nothing of it is kept."""
        name = f"interviews/{one.id}.md"
        who = self._checked(one)
        counts: Counter[str] = Counter(one.counts)
        body = body_of(one, who, counts)
        there = self.study.documents.get(one.id)
        path = self.study.root / name
        if path.exists() or there:
            said = self._again(one, who, name, body)
        else:
            whole = whole_of(one, who, body)
            prove(whole, name, one, who)
            self.new[name], self.seen[name] = whole.encode("utf-8"), ""
            said = f"{name}: {number_of(len(one.turns), 'turn')} of {number_of(len(one.labels), 'label')}"
            said += "; fill in consent" + ("" if one.reading.language else ", language")
        memos = memos_of(one, list(self.study.memos)) if said else {}
        self.new |= {n: t.encode("utf-8") for n, t in memos.items()}
        self.seen |= dict.fromkeys(memos, "")
        self._files[one.id] = one.file
        self._need_cases(one, who)
        self.done.documents.append(one.id)
        self.done.lines.append(f"{one.file} ({one.reading.format}) -> {said}")
        self.done.lines += [f"    {counted(times, what)}" for what, times in sorted(counts.items()) if times]
        self.done.lines += [f"    {told}" for told in unclear_in(one)]
        self.done.lines += [f"    {number_of(len(memos), 'memo')} in coding/memos"] if memos else []

    def _checked(self, one: Found) -> dict[str, Who]:
        if not one.id:
            raise UnreadableError("no id can be made of its name; give it one under documents in speakers.yaml")
        if one.id in self._files:
            raise UnreadableError(f"its document would have the id {one.id!r}, which another file of this run has")
        if not one.turns:
            raise UnreadableError("there are no words in it")
        if not one.date:
            raise UnreadableError(
                "nothing tells its date; begin the file's name with it, write it under documents in speakers.yaml, "
                "or say --on YYYY-MM-DD"
            )
        if one.strange:
            places = ", ".join(map(str, one.strange[:10]))
            more = f" and {len(one.strange) - 10} more" if len(one.strange) > 10 else ""
            raise UnreadableError(
                f"{number_of(len(one.strange), 'label')} that speakers.yaml does not name "
                f"({one.reading.unit} {places}{more}); "
                "see them with --dry-run and list each under speakers or not_speakers",
                one.strange[0],
            )
        who = who_speaks(one, self.mapping, self.researcher)
        missing = sorted({c for w in who.values() for c in (w.case, w.organisation)} - {"", *self.study.cases})
        if missing and not self.add_cases:
            raise UnreadableError(
                f"{number_of(len(missing), 'case')} that {CASES} does not have ({', '.join(missing[:5])}"
                f"{', ...' if len(missing) > 5 else ''}); add them, or import with --add-cases"
            )
        return who

    def _again(self, one: Found, who: dict[str, Who], name: str, body: str) -> str:
        """Take a transcript whose document is there."""
        path = self.study.root / name
        if not path.exists():
            other = self.study.documents[one.id].path
            raise UnreadableError(
                f"the id {one.id!r} is that of {other}; give another under documents in speakers.yaml"
            )
        old = read_text(path, name)
        try:
            before = split_front_matter(old, name)[1]
        except SourceError:
            raise UnreadableError(f"{name} is there and cannot be read; mend it first") from None
        if before == body:
            return f"{name}: is there already, with the same text"
        if not self.update:
            raise UnreadableError(
                f"{name} is there with another text; with --update it is replaced, and its codings follow"
            )
        whole = changed(old, name, one, who, body)
        prove(whole, name, one, who)
        made = document_of(whole, name, "interview")[0]
        assert made is not None
        self.new[name], self.seen[name] = whole.encode("utf-8"), version_of(path.read_bytes())
        self.documents[one.id] = made
        return f"{name}: its text is replaced{self._follow(one.id, made)}"

    def _follow(self, name: str, made: Document) -> str:
        after = self._after({name: made})
        mine = {f.path for f in self.study.files if f.document == name}
        wanted = [m for m in moves(after) if m.path in mine]
        lost = [s for s in strays(after) if s.document == name]
        if not wanted and not lost:
            return ""
        stay = number_of(len(lost), "cannot be followed and stays as it is", "cannot be followed and stay as they are")
        stays = f"; {stay}: `qualcode reanchor`" if lost else ""
        return f"; {number_of(len(wanted), 'excerpt follows', 'excerpts follow')}{stays}"

    def _after(self, made: dict[str, Document]) -> Study:
        """Return the study as it is once documents have other texts; what was read of them leaves its trace first."""
        there = self.study.documents
        coded = {k: traced(f, there[f.document]) if f.document in made else f for k, f in self.study.coded.items()}
        return replace(self.study, documents={**there, **made}, coded=coded)

    def _need_cases(self, one: Found, who: dict[str, Who]) -> None:
        for w in who.values():
            for case, kind in ((w.case, "person"), (w.organisation, "organisation")):
                if case and case not in self.study.cases and case not in self.cases:
                    kind = "researcher" if case == self.researcher else kind
                    self.cases[case] = {"case": case, "label": case.replace("-", " ").capitalize(), "kind": kind}
                    if one.survey and kind == "person" and one.reading.attributes:
                        told = {k: v for k, v in one.reading.attributes.items() if k not in CASE_COLUMNS}
                        self.cases[case] |= told

    def prove_renamed(self, rename: Rename) -> None:
        """
        See that no name is left in what will be written.

        Raises:
            UsageError: one is; nothing was written.
        """
        rows = {CASES: "\n".join(v for row in self.cases.values() for v in row.values())}
        texts = {name: data.decode("utf-8") for name, data in self.new.items() if name.endswith(".md")} | rows
        left = [n for n, text in texts.items() if rename.words(text) != text or rename.short(n) != n]
        if left:
            what = "names of the key would still stand in what was to be written"
            raise UsageError(
                f"{what} ({', '.join(map(rename.short, left[:3]))}); look at ids, labels and titles in speakers.yaml"
            )

    def write(self) -> None:
        """Write all in one step."""
        if self.documents:
            after = self._after(self.documents)
            mine = {f.path for f in self.study.files if f.document in self.documents}
            new, seen = with_moves(after, [m for m in moves(after) if m.path in mine])
            self.new |= new
            self.seen |= seen
        if self.cases:
            path = self.study.root / CASES
            text = read_text(path, CASES)
            labels = {c.label.casefold() for c in self.study.cases.values()}
            for case, row in self.cases.items():
                row["label"] = case if row["label"].casefold() in labels else row["label"]
            self.new[CASES] = with_cases(text, list(self.cases.values())).encode("utf-8")
            self.seen[CASES] = version_of(path.read_bytes())
            self.done.lines.append(f"{CASES}: added {', '.join(self.cases)}; fill in what you know")
        replace_all(self.study.root, self.new, self.seen)
