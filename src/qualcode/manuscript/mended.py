"""
A manuscript put right where there is one way: the text's words for others, a mark for words left out, the right day.

Nothing else in the file changes. Where markup stands among the words, where they stand at two places of the study, or
where a sentence would have to be written anew, nothing is done and that is told. What would be written is judged again
first, and is written only where each quotation that was mended is right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qualcode.errors import Problem, SourceError, WriteError
from qualcode.exchange.published.quotations import Title
from qualcode.manuscript.compared import changes
from qualcode.manuscript.finding import Finder
from qualcode.manuscript.forms import PLAIN, Manuscript, of_text, read_manuscript
from qualcode.manuscript.judged import CHANGED, DATE, HOLDER, SPEAKER, WITHHELD, Judged
from qualcode.manuscript.naming import FRENCH, days
from qualcode.manuscript.references import escaped
from qualcode.manuscript.verdicts import judge
from qualcode.plaintext.durable import UnconfirmedError, replace_durably
from qualcode.plaintext.folder import check_given
from qualcode.plaintext.source import MONTHS, decoded, read_given
from qualcode.study.study import Study

_SURE = 0.75
"""A quotation is mended where at least so many of its words are the text's."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What was put right in a file, and what was left, each with where and why."""

    file: str
    right: tuple[str, ...]
    left: tuple[str, ...]


def mend(study: Study, files: Sequence[Path], titles: Sequence[Title] = ()) -> list[Mended]:
    """
    Put right what is wrong with the quotations of a manuscript where there is one way, each file written whole.

    Raises:
        StudyError: the study has problems.
        SourceError, UsageError: a file cannot be read.
        WriteError: a file cannot be written, or changed meanwhile.

    Example:
        >>> said = "“We did, four times. They drew the thing and we told him where it would hurt” (mediator)."
        >>> done = Path("chapter.md").write_text(said, "utf-8")
        >>> mend(study, [Path("chapter.md")])[0].right
        ('line 1: the words are as in 2024-02-20-mediator',)
        >>> print(Path("chapter.md").read_text("utf-8"))
        “We did, four times. They drew the thing and we told them where it would hurt” (mediator).
    """
    study.require_sound()
    finder = Finder(study.documents.values())
    read = [read_manuscript(path) for path in files]
    judged = judge(study, read, titles, finder)
    found = []
    for path, manuscript in zip(files, read, strict=True):
        own = {id(paragraph) for paragraph in manuscript.paragraphs}  # two files may have one name
        mine = [one for one in judged if one.wrong and one.quoted and id(one.quoted.paragraph) in own]
        found.append(_mend_one(study, path, manuscript, mine, titles, finder))
    return found


def _mend_one(
    study: Study, path: Path, manuscript: Manuscript, judged: list[Judged], titles: Sequence[Title], finder: Finder
) -> Mended:
    right, left = [], []
    edits: list[tuple[int, int, str]] = []
    for one in judged:
        made, why = _edits(manuscript, one, finder)
        edits += made
        if made:
            right.append(f"{one.where}: {_said(one)}")
        if why:
            left.append(f"{one.where}: {why}")
    if edits:
        text = manuscript.text
        for start, end, new in sorted(set(edits), reverse=True):
            text = text[:start] + new + text[end:]
        again = judge(study, [of_text(text, manuscript.name, manuscript.form)], titles, finder)
        before = sum(len({*one.wrong} & {CHANGED, DATE}) for one in judged)
        after = sum(len({*one.wrong} & {CHANGED, DATE}) for one in again)
        done = sum(len({*one.wrong} & {CHANGED, DATE}) for one in judged if _edits(manuscript, one, finder)[0])
        if after > before - done:
            what = "what would be written is not right either; nothing was written, put it right by hand"
            return Mended(manuscript.name, (), (*left, what))
        _write(path, manuscript, text)
    return Mended(manuscript.name, tuple(right), tuple(left))


def _said(one: Judged) -> str:
    told = [f"the words are as in {one.document}"] if CHANGED in one.wrong else []
    return " and ".join([*told, *([f"the day is {one.date}"] if DATE in one.wrong else [])])


def _edits(manuscript: Manuscript, one: Judged, finder: Finder) -> tuple[list[tuple[int, int, str]], str]:
    """Return what to write where in the file, or why not; both where a part can be mended."""
    mendable = {CHANGED, DATE} & {*one.wrong}
    if not mendable or one.place is None or one.quoted is None:
        return [], "not put right: there is no one way"
    if manuscript.form not in PLAIN:
        return [], f"not put right: in a {manuscript.form} file that is done by hand"
    if WITHHELD in one.wrong or one.several or one.place.likeness < _SURE or one.quoted.unsure:
        return [], "not put right: more than one way, or words that are withheld"
    if {SPEAKER, HOLDER} & {*one.wrong}:
        return [], "not put right: the sentence must say another speaker"
    edits: list[tuple[int, int, str]] = []
    if CHANGED in mendable:
        quoted = one.quoted
        at = quoted.paragraph.start + quoted.start
        for start, end, new in changes(quoted.words, one.place, finder):
            if manuscript.text[at + start : at + end] != quoted.words[start:end]:
                return [], "not put right: markup stands among the words"
            edits.append((at + start, at + end, _escaped(new, manuscript.form)))
    if DATE in mendable:
        day = _day(manuscript, one)
        if day is None:
            return [], "not put right: the day stands in more than one way"
        edits.append(day)
    rest = {*one.wrong} - mendable
    return edits, f"still to put right by hand: {', '.join(sorted(rest))}" if rest else ""


def _escaped(words: str, form: str) -> str:
    """Return words of a text so that they are words in the manuscript too; the mark for words left out stays."""
    return words if words == " […]" else escaped(words, form)


def _day(manuscript: Manuscript, one: Judged) -> tuple[int, int, str] | None:
    """Return where the one day of an attribution stands in the file, and the right day in the same form."""
    assert one.quoted
    if one.quoted.said_at < 0:
        return None
    at = one.quoted.said_at
    end = manuscript.text.find("\n", at)
    stretch = manuscript.text[at : min(end if end >= 0 else len(manuscript.text), at + 300)]
    found = days(stretch)
    if not found or found[0].day is None or len(days(one.quoted.said)) != 1:
        return None
    year, month, number = (int(n) for n in one.date.split("-"))
    printed = stretch[found[0].start : found[0].end]
    if re.fullmatch(r"\d{4}-\d\d-\d\d", printed):
        new = one.date
    else:
        french = any(m in printed.casefold() for m in FRENCH)
        named = FRENCH[month - 1] if french else MONTHS[month - 1]
        if printed[0].isdecimal() and not re.match(r"\d{4}", printed):
            new = f"{number} {named} {year}"
        elif re.match(r"\d{4}", printed):
            new = f"{year}, {named} {number}"
        else:
            new = f"{named} {number}, {year}"
    return at + found[0].start, at + found[0].end, new


def _write(path: Path, manuscript: Manuscript, text: str) -> None:
    check_given(path)
    data = path.read_bytes()
    if decoded(data, path.name) != manuscript.text or read_given(path) != manuscript.text:
        raise WriteError(f"{path.name}: changed since it was read; nothing was written; repeat the command")
    ends = (
        "\r\n" if manuscript.text.replace("\n", "\r\n").encode("utf-8") == data.removeprefix(b"\xef\xbb\xbf") else "\n"
    )
    if ends == "\n" and manuscript.text.encode("utf-8") != data.removeprefix(b"\xef\xbb\xbf"):
        what = "its lines end in several ways; save it with one kind of line end"
        raise SourceError([Problem(path.name, 0, what)])
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    try:
        replace_durably(path, mark + text.replace("\n", ends).encode("utf-8"))
    except UnconfirmedError:
        raise WriteError(f"{path.name}: written, but the disk did not confirm that it will last") from None
    except OSError as error:
        what = f"not written ({error.strerror}); what was there before is still there"
        raise WriteError(f"{path.name}: {what}") from None
