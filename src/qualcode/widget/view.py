"""
What the browser is told: a document, its codebook, and a coder's excerpts here and in other documents, as plain data.

Places stay code points, as they stand on disk; the script turns them into its own. None of this is
stored in a notebook: it goes as messages that nobody keeps.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from qualcode.coding.hand import coder_path
from qualcode.plaintext.folder import astray, listed
from qualcode.plural import number_of
from qualcode.study import release
from qualcode.study.coderfile import CoderFile, Excerpt, read_coder_file
from qualcode.study.document import Document
from qualcode.study.study import Study

RECORDINGS = (".mp3", ".m4a", ".wav", ".ogg", ".flac", ".opus", ".mp4")
"""What a recording beside a transcript may end in, in the order they are looked for."""
_WORDS = 90
"""How many signs of an excerpt a list of excerpts shows."""


def opened(study: Study, document: Document, coder: str) -> dict[str, Any]:
    """Return all a view needs to show *document* to *coder*."""
    path, name = coder_path(study, coder, document.id)
    file = read_coder_file(path, name, coder)[0]
    placed = [e for e in file.excerpts if e.text == document.hash]
    return {
        "document": document.id,
        "title": release.as_filed(document).title,
        "coder": coder,
        "text": release.for_coding(document),
        "parts": parts(study, release.as_filed(document)),
        "excerpts": [excerpt(e) for e in placed],
        "waiting": len(file.excerpts) - len(placed),
        "cases": [[c.id, c.label] for c in study.cases.values()],
        "recording": recording(study, document),
        **codebook(study),
    }


def codebook(study: Study) -> dict[str, Any]:
    """Return families, codes and stances in the order of the book; codes in use get the digits 1 to 9."""
    book = study.codebook
    used = [c.id for c in book.codes.values() if c.status != "retired"]
    codes = [
        {
            "id": c.id,
            "label": c.label or c.id,
            "family": c.family,
            "proposition": c.proposition,
            "definition": c.definition,
            "use": c.use,
            "not": c.not_,
            "key": c.key,
            "status": c.status,
            "digit": used.index(c.id) + 1 if c.id in used[:9] else 0,
        }
        for c in book.codes.values()
    ]
    families = [{"id": f.id, "label": f.label or f.id, "role": f.role} for f in book.families.values()]
    return {"codes": codes, "families": families, "stances": [[k, v] for k, v in book.stances.items()]}


def parts(study: Study, document: Document) -> list[dict[str, Any]]:
    """Return the turns; a text without speakers is parted at blank lines. Together they hold every word."""
    text = document.text
    if not document.speakers:
        stretches = [m.span() for m in re.finditer(r"\S(?:.|\n(?!\s*\n))*", text)]
        return [
            {"number": n, "label": "", "question": False, "time": "", "start": a, "words": a, "end": b}
            for n, (a, b) in enumerate(stretches, start=1)
        ]
    return [
        {
            "number": t.number,
            "label": t.speaker.label,
            "question": t.speaker.case in study.cases and study.cases[t.speaker.case].kind == "researcher",
            "time": t.time,
            "start": t.start,
            "words": min(t.words_start, t.end),
            "end": t.end,
        }
        for t in document.turns
    ]


def excerpt(one: Excerpt) -> dict[str, Any]:
    """Return an excerpt as the view knows it; its words are sliced from the text there."""
    a = one.anchor
    about = {"id": one.id, "start": a.start, "end": a.end, "codes": one.codes, "memo": one.memo}
    return about | {"holder": one.holder, "how": one.origin["how"], "why": one.origin.get("why", "")}


def of_others(study: Study, document: Document, coder: str) -> list[dict[str, Any]]:
    """Return what the other coders tagged in this text, as it now is on disk, by coder and place."""
    found = []
    for other in listed(study.root, "coding/coders"):
        if other != coder and not astray(study.root, f"coding/coders/{other}"):
            path, name = coder_path(study, other, document.id)
            file = read_coder_file(path, name, other)[0]
            here = [e for e in file.excerpts if e.text == document.hash]
            found += [excerpt(e) | {"coder": other, "memo": None} for e in here]
    return found


def unread(document: Document, file: CoderFile) -> int:
    """Return how many turns the coder has not read to their end."""
    read = file.read_of(document.hash)
    last = len(document.text.rstrip())
    stretches = [(t.words_start, min(t.end, last)) for t in document.turns]
    return sum(1 for a, b in stretches if a < b and not any(x <= a + 1 and b <= y for x, y in read))


def share_read(document: Document, file: CoderFile) -> int:
    """Return how much of the text was read, in whole percent, rounded down."""
    read = sum(b - a for a, b in file.read_of(document.hash))
    return 100 if not unread(document, file) else min(99, 100 * read // max(1, len(document.text)))


def recording(study: Study, document: Document) -> dict[str, str] | None:
    """Return where the recording beside a transcript lies, or ``None``; the browser fetches it from the server."""
    here = (study.root / document.path).resolve()
    for ending in RECORDINGS:
        path = here.with_suffix(ending)
        if path.is_file():
            home = Path.home()
            short = f"~/{path.relative_to(home).as_posix()}" if path.is_relative_to(home) else ""
            return {"path": path.as_posix(), "short": short, "name": path.name}
    return None


def names(study: Study, codes: Iterable[str] | Mapping[str, Any]) -> str:
    """Return the labels of codes, joined by ``and``."""
    book = study.codebook.codes
    return " and ".join(book[c].label or c if c in book else c for c in codes)


def change(study: Study, was: Excerpt, becomes: Excerpt) -> str:
    """Say in words what an act changed on an excerpt."""
    book = study.codebook
    said = []
    if was.codes != becomes.codes:
        for code in sorted({*was.codes, *becomes.codes}):
            label = names(study, [code])
            if code not in becomes.codes:
                said.append(f"{label} taken off")
            elif code not in was.codes:
                said.append(f"{label} added")
            elif was.codes[code] != becomes.codes[code]:
                value = becomes.codes[code]
                said.append(f"{label}: {'no stance' if value is None else book.stance_label(value)}")
    if was.anchor != becomes.anchor:
        said.append(f"boundaries moved, now {number_of(becomes.anchor.end - becomes.anchor.start, 'character')}")
    if was.memo != becomes.memo:
        said.append("memo kept" if becomes.memo else "memo taken away")
    if was.holder != becomes.holder:
        case = study.cases.get(becomes.holder or "")
        said.append(f"view of {case.label if case else becomes.holder}" if becomes.holder else "the speaker's own view")
    return "; ".join(said)


def tagged(study: Study, coder: str) -> Iterator[tuple[Document, Excerpt]]:
    """Yield the coder's excerpts, by document and place; those made on another text are left out."""
    for document in study.documents.values():
        path, name = coder_path(study, coder, document.id)
        if path.exists():
            for e in read_coder_file(path, name, coder)[0].excerpts:
                if e.text == document.hash:
                    yield document, e


def counts(study: Study, coder: str) -> dict[str, int]:
    """Return how many excerpts each code has."""
    return dict(Counter(code for _, e in tagged(study, coder) for code in e.codes))


def of_code(study: Study, coder: str, code: str) -> list[dict[str, Any]]:
    """Return where a code's excerpts are, with their first words, for the coder's own screen."""
    found = []
    for document, e in tagged(study, coder):
        if code in e.codes:
            place = {"excerpt": e.id, "document": document.id, "start": e.anchor.start, "end": e.anchor.end}
            words = release.for_coding(document)[e.anchor.start : min(e.anchor.end, e.anchor.start + _WORDS)]
            found.append(place | {"words": words, "stance": e.codes[code], "title": document.title})
    return found
