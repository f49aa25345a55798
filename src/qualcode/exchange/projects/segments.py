"""
MAXQDA's list of coded segments as PDF into the one form of all projects: document, code, words, by the columns' places.

A row begins where something stands in the first column. The segments come in by their words, at the texts of the same
folder (the documents that MAXQDA exported), or as they are where a text is not there.
"""

from __future__ import annotations

import re
from pathlib import Path

from qualcode.errors import MissingExtraError
from qualcode.exchange.projects.formats import Asked
from qualcode.exchange.projects.mapping import read_mapping
from qualcode.exchange.projects.record import Project, UnreadableProjectError
from qualcode.exchange.projects.tabled import COLUMNS, _path
from qualcode.exchange.projects.texts import Passage, joined
from qualcode.exchange.transcripts.bounds import bytes_of
from qualcode.exchange.transcripts.form import UnreadableError
from qualcode.plaintext.pdf import NotReadError, read_pdf

_GAP = re.compile(r" {2,}")


def read(path: Path, asked: Asked) -> Project:
    """
    Read a list of coded segments.

    Raises:
        UnreadableProjectError: it is no such list, or cannot be read.
        MissingExtraError: what reads PDF is not installed.
        SourceError, UsageError: the mapping cannot be read, or its folder of texts is not there.
    """
    told = read_mapping(asked.mapping, ("texts",))
    try:
        _, pages = read_pdf(bytes_of(path, 100_000_000), in_columns=True)
    except ModuleNotFoundError:
        raise MissingExtraError("read PDF", "transcripts") from None
    except UnreadableError as error:
        raise UnreadableProjectError(error.why) from None
    except NotReadError as error:
        raise UnreadableProjectError(str(error)) from None
    rows = _rows(pages)
    if not rows:
        raise UnreadableProjectError(
            "it is no list of coded segments (a page with the columns Document name, Code, Segment); a PDF of a "
            "transcript comes in by `qualcode import FILE`, without --into"
        )
    project = Project(path.stem, "list of coded segments", "MAXQDA")
    passages = [
        Passage(document, _path(code), n, "\n".join(words)) for n, (document, code, words) in enumerate(rows, 1)
    ]
    return joined(project, passages, path.parent / told.get("texts", "."))


def _rows(pages: list[str]) -> list[tuple[str, str, list[str]]]:
    """Return document, code and lines of each segment; one that a page broke and shows again is one."""
    documents = COLUMNS["document"].split("|")
    rows: list[tuple[str, str, list[str]]] = []
    begun = False
    for page in pages:
        before = len(rows)
        for line in page.split("\n"):
            cells = _GAP.split(line.rstrip(), maxsplit=2)
            if [c.casefold() for c in cells[:2]] in [[d, "code"] for d in documents]:
                begun = True
            elif not begun or not line.strip():
                if rows and begun:
                    rows[-1][2].append("")
            elif len(cells) == 3 and cells[0]:
                rows.append((cells[0].strip(), cells[1].strip(), [cells[2].strip()]))
            elif rows and not line.startswith(line.strip()[:1]):
                rows[-1][2].append(line.strip())
        if 0 < before < len(rows) and _goes_on(rows[before - 1], rows[before]):
            del rows[before - 1]
    return [(d, c, w) for d, c, w in rows if c]


def _goes_on(last: tuple[str, str, list[str]], first: tuple[str, str, list[str]]) -> bool:
    """Say whether a page's first segment is the last one of the page before, shown again from its beginning."""
    words, again = ("".join("".join(one[2]).split()) for one in (last, first))
    return last[:2] == first[:2] and again.startswith(words)
