"""
What a study's numbers do not tell by themselves: told beside them, and stopping nothing.

A problem makes a number meaningless, a notice is what a number leaves open: a passage with two stances, a reading
of a text that is gone, codings that nobody settled. No notice repeats a document's words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from qualcode.errors import Notice
from qualcode.plural import number_of
from qualcode.study.case import Case
from qualcode.study.codebook import Codebook
from qualcode.study.coderfile import CoderFile
from qualcode.study.document import Document
from qualcode.study.excerpt import Excerpt
from qualcode.study.memo import Memo
from qualcode.study.statement import Statement, stance_of, united
from qualcode.study.unsettled import NOT_SETTLED, title, unsettled
from qualcode.study.voice import SEVERAL, not_heard, speaker


def notices_of(
    documents: Mapping[str, Document],
    cases: Mapping[str, Case],
    codebook: Codebook,
    coded: Iterable[CoderFile],
    agreed: Mapping[str, CoderFile],
    memos: Mapping[str, Memo],
    counts: str | None = None,
) -> Iterator[Notice]:
    """Yield every notice of a study, in no order; *counts* is as in ``Study``."""
    files = list(coded)
    themes = frozenset(code.id for code in codebook.with_role("theme"))
    for file in (*files, *agreed.values()):
        document = documents.get(file.document)
        if document is not None:
            yield from _old_readings(file, document)
            yield from _said_twice(file, document, cases, codebook)
            yield from _of_several(file, document, cases, themes)
    yield from _of_an_import(files, documents, cases, codebook)
    by_document: dict[str, list[CoderFile]] = {}
    for file in files:
        by_document.setdefault(file.document, []).append(file)
    settlings: dict[str, dict[str, Memo]] = {}
    for id_, memo in memos.items():
        settlings.setdefault(memo.title, {})[id_] = memo
    for name, mine in by_document.items():
        if name in agreed:
            yield from _not_settled(mine, agreed[name], settlings.get(title(name), {}))
        elif len(mine) > 1 and name in documents and counts is not None:
            who = ", ".join(sorted(f.coder for f in mine))
            count = f"the codings of {counts} count" if counts else "no coding of it counts"
            what = f"coded by {who}, and nothing is agreed: {count} here"
            yield Notice(documents[name].path, 0, f"{what}; say --coder, or `qualcode compare` and `qualcode settle`")


def _old_readings(file: CoderFile, document: Document) -> Iterator[Notice]:
    for reading in file.readings:
        if reading.text == document.hash:
            continue
        what = f"what {file.coder} read ({reading.start}-{reading.end}) is of an earlier text of {document.path}"
        if reading.words:
            yield Notice(file.path, reading.line, f"{what}; `qualcode reanchor --write` keeps what stands unchanged")
        else:
            yield Notice(file.path, reading.line, f"{what} and counts as unread; read it again and mark it as read")


def _said_twice(file: CoderFile, document: Document, cases: Mapping[str, Case], codebook: Codebook) -> Iterator[Notice]:
    """Tell where one coder gave one speaker the same code more than once at one place."""
    if not _meet(file.excerpts) or not any(map(_of_this_file, file.excerpts)):
        return
    for said in united(document, [e for e in file.excerpts if e.text == document.hash], cases):
        if len(said.excerpts) < 2:
            continue
        line = max(e.line for e in said.excerpts)
        named = " and ".join(f"{e.id} (line {e.line})" for e in said.excerpts)
        if not said.opposed:
            if all(e.origin["how"] == "import" for e in said.excerpts):
                continue  # told once for all
            what = f"excerpts {named} overlap and carry the same code {said.code!r}: counted as one statement"
            yield Notice(file.path, line, f"{what}; `qualcode tidy` unites them")
            continue
        stances = " and ".join(codebook.stance_label(s) for s in said.stances)
        yield Notice(
            file.path,
            line,
            f"excerpts {named} overlap and give {said.code!r} different stances, {stances}: "
            f"{_counted_as(said, codebook)}; look which is meant, or leave it so",
        )


def _of_an_import(
    files: Iterable[CoderFile], documents: Mapping[str, Document], cases: Mapping[str, Case], codebook: Codebook
) -> Iterator[Notice]:
    """Tell once, with its number, what an import brought and nobody went over yet."""
    brought = [f for f in files if f.document in documents and any(e.origin["how"] == "import" for e in f.excerpts)]
    used = {code for f in brought for e in f.excerpts if e.origin["how"] == "import" for code in e.codes}
    bare = sorted(c.id for c in codebook.codes.values() if c.id in used and not c.definition and c.status != "retired")
    if bare:
        what = f"{number_of(len(bare), 'code')} of imported codings {'has' if len(bare) == 1 else 'have'} no definition"
        yield Notice(
            codebook.path, 0, f"{what} ({', '.join(bare[:3])}{', ...' if len(bare) > 3 else ''}); write what it means"
        )
    twice = 0
    for file in brought:
        document = documents[file.document]
        mine = [e for e in file.excerpts if e.text == document.hash and e.origin["how"] == "import"]
        if _meet(mine):
            twice += sum(len(s.excerpts) > 1 and not s.opposed for s in united(document, mine, cases))
    if twice:
        what = f"imported codings give {number_of(twice, 'statement')} more than once, with passages that overlap"
        yield Notice("coding/coders", 0, f"{what}: each is counted once; `qualcode tidy` unites them")


def _of_this_file(excerpt: Excerpt) -> bool:
    """Say whether what an excerpt says twice is told of its file: all but an import's without a stance, told once."""
    return excerpt.origin["how"] != "import" or any(s is not None for s in excerpt.codes.values())


def _meet(excerpts: Iterable[Excerpt]) -> bool:
    """Say whether any of the excerpts, which are in order, begins before another of the same code ends."""
    ends: dict[str, int] = {}
    for excerpt in excerpts:
        for code in excerpt.codes:
            if excerpt.anchor.start < ends.get(code, 0):
                return True
            ends[code] = excerpt.anchor.end
    return False


def _counted_as(said: Statement, codebook: Codebook) -> str:
    stance, left_out = stance_of(said, codebook)
    if left_out or stance is None:
        return "the statement is left out"
    return f"one statement, counted as {codebook.stance_label(stance)}"


def _of_several(
    file: CoderFile, document: Document, cases: Mapping[str, Case], themes: frozenset[str]
) -> Iterator[Notice]:
    """Tell which excerpts with a theme are nobody's, since several respondents speak in them."""
    for excerpt in file.excerpts:
        if excerpt.holder or excerpt.text != document.hash or themes.isdisjoint(excerpt.codes):
            continue
        alone = len(document.turns_in(excerpt.anchor.start, excerpt.anchor.end)) < 2
        if alone or speaker(document, excerpt, cases) or not_heard(document, excerpt, cases) != SEVERAL:
            continue
        what = f"several people speak in excerpt {excerpt.id}, so that it is nobody's statement and left out"
        yield Notice(file.path, excerpt.line, f"{what}; say whose it is ('case'), or make one excerpt of each")


def _not_settled(files: Iterable[CoderFile], agreed: CoderFile, memos: Mapping[str, Memo]) -> Iterator[Notice]:
    """Tell how much coders added to a document since it was settled."""
    for file in files:
        new = unsettled(file, agreed, memos)
        if new:
            what = f"{number_of(len(new), 'coding')} {NOT_SETTLED} and not counted: made since {agreed.path}"
            how = "`qualcode compare` and `qualcode settle` take a second round"
            yield Notice(file.path, new[0][0].line, f"{what}; {how}")
