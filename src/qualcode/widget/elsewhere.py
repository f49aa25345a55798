"""
The excerpts of a code over all of a coder's documents, as they now are on disk: to go to, from one to the next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from qualcode.coding.hand import coder_path
from qualcode.study import release
from qualcode.study.coderfile import Excerpt, read_coder_file
from qualcode.study.document import Document
from qualcode.study.study import Study

_WORDS = 90


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
