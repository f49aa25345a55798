"""
A participant's sheet: every quotation of one person, in its context and under the name that the report gives her.

It goes to that person and to nobody else: it has her words whatever their state, since it is what she decides by. It is
written outside the study, as one page that needs no network and as a plain text to fill in; the answers come back
through ``answers``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qualcode.errors import UsageError, WriteError, did_you_mean
from qualcode.people.words import LANGUAGES, WORDS
from qualcode.plaintext.durable import replace_durably
from qualcode.report.markup import rendered
from qualcode.study import release, voice
from qualcode.study.attribution import SAID, how_given
from qualcode.study.document import Document
from qualcode.study.study import Study

AROUND = 240
"""How many code points of the turn stand before and after a quotation."""
HEAD = "qualcode sheet 1"
"""The first line of a form; another version is not read."""


@dataclass(frozen=True)
class Quoted:
    """A quotation on a sheet: the excerpt's id, the talk, and the words with what stands around them."""

    excerpt: str
    talk: str
    before: str
    words: str
    after: str


def quotations(study: Study, case: str) -> list[Quoted]:
    """
    Return the quotations of a person, by day and place: her own words, as they are coded and counted; what
    was observed of her, and what stands around her words in a note, is the researcher's and not among them.

    Raises:
        UsageError: no such case, or the researcher.

    Example:
        >>> found = quotations(study, "mediator")
        >>> [(q.excerpt, q.before, q.words[:20]) for q in found][0]
        ('e9aa4d72059', 'We did, four times.', 'They drew the thing ')
    """
    if case not in study.cases:
        raise UsageError(f"unknown case {case!r}{did_you_mean(case, study.cases) or '; see `qualcode table cases`'}")
    if study.cases[case].kind != "person":
        raise UsageError(f"{case!r} is no person; a sheet is one person's")
    study.require_sound()
    return list(_quotations(study, case))


def _quotations(study: Study, case: str) -> Iterator[Quoted]:
    for document in sorted(study.documents.values(), key=lambda d: (d.date, d.id)):
        if document.kind == "document":
            continue
        files = [study.agreed[document.id]] if document.id in study.agreed else []
        files = files or [f for (_, name), f in study.coded.items() if name == document.id]
        places: set[tuple[int, int]] = set()
        for excerpt in (e for f in files for e in f.excerpts):
            at = excerpt.anchor.start, excerpt.anchor.end
            own = voice.speaker(document, excerpt, study.cases) == case and how_given(document, *at) == SAID
            if own and at not in places and excerpt.text == document.hash:
                places.add(at)
                yield Quoted(excerpt.id, f"{document.date}", *_in_context(document, *at))


def _in_context(document: Document, start: int, end: int) -> tuple[str, str, str]:
    text = release.for_coding(document)
    turns = document.turns_in(start, end)
    if document.kind == "fieldnote":  # what stands around it is the researcher's, and others'
        return "", " ".join(text[start:end].split()), ""
    low = max(turns[0].words_start if turns else 0, start - AROUND)
    high = min(turns[-1].end if turns else len(text), end + AROUND)
    low = min(low, start)
    before, after = text[low:start], text[end : max(high, end)]
    if low > (turns[0].words_start if turns else 0):
        before = f"… {before[before.find(' ') + 1 :]}"
    if high < (turns[-1].end if turns else len(text)):
        after = f"{after[: after.rfind(' ') + 1]}…"
    return " ".join(before.split()), " ".join(text[start:end].split()), " ".join(after.split())


def page(study: Study, case: str, language: str = "en") -> str:
    """Return the sheet as one page of HTML: to be read, printed, or filled in and saved as a text."""
    told = WORDS[_known(language)]
    found = quotations(study, case)
    return str(rendered("sheet.html", told=told, language=language, head=HEAD, case=case, **_about(study, case, found)))


def form(study: Study, case: str, language: str = "en") -> str:
    """
    Return the sheet as plain text, with an ``answer:`` to fill in below each quotation.

    Example:
        >>> print(form(study, "mediator").splitlines()[0])
        qualcode sheet 1
    """
    told = WORDS[_known(language)]
    found = quotations(study, case)
    lines = [HEAD, f"case: {case}", "", told["form"].format(name=study.cases[case].label), ""]
    for q in found:
        around = f"{q.before} «« {q.words} »» {q.after}".strip()
        lines += [f"[{q.excerpt}] {q.talk}", f"> {around}", "answer:", "words:", "why:", ""]
    return "\n".join(lines)


def _about(study: Study, case: str, found: list[Quoted]) -> dict[str, object]:
    return {"name": study.cases[case].label, "title": study.codebook.title or "", "quotations": found}


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise UsageError(f"unknown language {language!r}; there are {', '.join(LANGUAGES)}")
    return language


def write_sheet(study: Study, case: str, folder: Path, language: str = "en") -> tuple[Path, Path]:
    """
    Write the page and the form into *folder*; return both.

    Raises:
        UsageError: the folder is within the study: a sheet has words that may not be shown, and is one person's.
        WriteError: the disk or a permission refused.
    """
    if folder.resolve().is_relative_to(study.root.resolve()):
        raise UsageError(f"{folder} is within the study; a sheet is one person's, name a folder outside with --out")
    made = {folder / f"{case}.html": page(study, case, language), folder / f"{case}.txt": form(study, case, language)}
    for path, text in made.items():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            replace_durably(path, text.encode("utf-8"))
        except OSError as error:
            raise WriteError(f"{path}: not written ({error.strerror}); name another folder with --out") from None
    html, text_ = made
    return html, text_
