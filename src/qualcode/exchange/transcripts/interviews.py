"""
Interviews laid down: a transcript as a document of the study, proved by reading it again.

Words are written as they were found. ``consent`` is left empty on purpose, as in a new interview: ``check`` asks.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256

from qualcode.exchange.transcripts.form import Note, Turn, UnreadableError
from qualcode.exchange.transcripts.found import Found
from qualcode.exchange.transcripts.speakers import Who, quoted, told
from qualcode.plaintext.source import day
from qualcode.plural import number_of
from qualcode.study.document import document_of, split_front_matter
from qualcode.study.labels import declared_labels, undeclared_labels
from qualcode.study.release import as_filed

KIND = "transcript"
"""The kind of memos that keep what a transcript has beside its turns."""
_CONFLICT = re.compile(r"^(?=(?:<{7}|>{7}) )", re.MULTILINE)


def written_labels(one: Found, who: Mapping[str, Who]) -> dict[str, Who]:
    """Return the labels as the document has them, and whom each stands for."""
    return {who[label].label or label: who[label] for label in one.labels}


def body_of(one: Found, who: Mapping[str, Who], counts: Counter[str]) -> str:
    """
    Return a document's text: a turn a paragraph, its label and time before the words.

    A line inside a turn that would begin another one is joined to the line above, counted.
    """
    declared = list(written_labels(one, who))
    turns = [(who[t.label].label or t.label, t) for t in one.turns]
    counts["labels written as the mapping says"] += sum(label != t.label for label, t in turns)
    blocks = [_block(label, turn) for label, turn in turns]
    text = "\n\n".join(blocks) + "\n"
    starts = set()
    at = 0
    for block in blocks:
        starts.add(at)
        at += len(block) + 2
    wrong = [label.start for label in declared_labels(text, declared) if label.start not in starts]
    for place in reversed(wrong):
        above = len(text[:place].rstrip("\n"))
        text = f"{text[:above]} {text[place:].lstrip(' ')}"
    counts["line ends written as a blank, since the next line begins like a speaker's label"] += len(wrong)
    return text


def _block(label: str, turn: Turn) -> str:
    time = ""
    if turn.start is not None and turn.start < 360_000:
        hours, rest = divmod(int(turn.start), 3600)
        time = f" [{hours:02}:{rest // 60:02}:{rest % 60:02}]"
    return f"{label}{time}: {turn.words}".rstrip()


def whole_of(one: Found, who: Mapping[str, Who], body: str) -> str:
    """Return the whole file of a new interview."""
    labels = written_labels(one, who)
    known = {label.start: label for label in declared_labels(body, labels)}
    free = {*labels}
    aside = sorted({u.name for u in undeclared_labels(body, known, free, one.reading.language)})
    title = one.reading.title or (f"{one.file} {one.reading.part}" if one.reading.part else one.file.rpartition(".")[0])
    head = [
        f"title: {_title(title)}",
        f"date: {one.date}".rstrip(),
        f"language: {one.reading.language}".rstrip(),
        f"mode: {one.reading.mode:<19} # recorded | reconstructed | written",
        "speakers:",
        *(f"  {quoted(label)}: {told(Who(w.case, w.organisation))}" for label, w in labels.items()),
        *([f"not_speakers: [{', '.join(map(quoted, aside))}]"] if aside else []),
        "consent:                  # quote | paraphrase | none: what the person agreed to",
        "release: pending          # open | pending | closed: whether it may be shown yet",
    ]
    return "\n".join(["---", *head, "---", body])


def _title(words: str) -> str:
    return quoted(" ".join(words.split()) or "transcript")


def changed(whole: str, name: str, one: Found, who: Mapping[str, Who], body: str) -> str:
    """
    Return a document's file with another text: its front matter stays, labels that are new are declared in it.

    Raises:
        UnreadableError: labels are new and ``speakers`` is not written a label a line.
    """
    head = whole[: len(whole) - len(split_front_matter(whole, name)[1])]
    there = document_of(whole, name, "interview")[0]
    declared = {s.label for s in as_filed(there).speakers} if there else set()
    new = {label: w for label, w in written_labels(one, who).items() if label not in declared}
    if not new:
        return head + body
    line = re.search(r"^speakers:[ \t]*\n(?=[ ]+\S)", head, re.MULTILINE)
    if not line:
        raise UnreadableError(
            f"{number_of(len(new), 'label is', 'labels are')} new; declare each under speakers in {name}, on a line"
        )
    lines = "".join(f"  {quoted(label)}: {told(Who(w.case, w.organisation))}\n" for label, w in new.items())
    return head[: line.end()] + lines + head[line.end() :] + body


def prove(whole: str, name: str, one: Found, who: Mapping[str, Who]) -> None:
    """
    Read a document again and hold it against the turns that were found.

    Raises:
        UnreadableError: they are not the same: who, when and which words, letter by letter but for the ends of lines.
    """
    document, problems = document_of(whole, name, "interview")
    if document is None:
        raise UnreadableError(f"what was made of it cannot be read again: {problems[0].message}")
    meant = [(who[t.label].label or t.label, "".join(t.words.split())) for t in one.turns]
    there = [(t.speaker.label, "".join(document.text[t.words_start : t.end].split())) for t in document.turns]
    if meant != there:
        n = next(
            (n for n, pair in enumerate(zip(meant, there, strict=False)) if pair[0] != pair[1]),
            min(len(meant), len(there)),
        )
        place = one.turns[min(n, len(one.turns) - 1)].place
        raise UnreadableError("its turns would not be read again as they are; look at the lines around this one", place)
    if ("<<<<<<< " in whole or ">>>>>>> " in whole) and _CONFLICT.search(whole):
        raise UnreadableError("a line of it looks like an unfinished merge; put a blank before it")


def memos_of(one: Found, there: Sequence[str]) -> dict[str, str]:
    """
    Return memos that keep footnotes, comments and text outside the turns: file to text.

    A memo's name is made of what it says and where, so that importing again adds nothing; *there* are the ids of
    memos that are there.
    """
    known = {name[-8:] for name in there}
    made: dict[str, str] = {}
    for number, note in enumerate(one.notes, start=1):
        tail = sha256(f"{one.id}\n{note.kind}\n{note.text}\n{number}".encode()).hexdigest()[:8]
        on = note.on if note.on and not isinstance(day(note.on), str) else one.date
        if tail not in known:
            made[f"coding/memos/{on}-{KIND}-{tail}.md"] = _memo(one, note, on)
    return made


def _memo(one: Found, note: Note, on: str) -> str:
    where = f"At turn {note.at} of {len(one.turns)}." if note.at else "Above the first turn."
    title = f"{note.kind.capitalize()} of the transcript {one.id}"
    text = _CONFLICT.sub(" ", note.text.replace("[[", "[ ["))
    by = json.dumps(note.by.casefold() if note.by.isalpha() and len(note.by) <= 4 else "transcript", ensure_ascii=False)
    head = [f"title: {json.dumps(title)}", f"on: {on}", f"by: {by}", "about:", f'  - "document {one.id}"']
    return "\n".join(["---", *head, f"kind: {KIND}", "---", f"{text}\n\n{where}"]) + "\n"
