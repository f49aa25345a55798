"""
Short references that stand in print and are found again: in brackets for the eye, as bookmarks for a word processor.

``[corpus]`` is a chapter, ``[corpus: plot timeline]`` and ``[corpus: table corpus-09]`` are what a cell of it shows,
``[2024-03-05-card-holder e5c7d4b953c]`` is an excerpt, ``[code topic/first]`` a code. They are made of names that the
study's files hold, never of numbers or pages, so that a comment on paper cites them for as long as the thing is there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from qualcode.plaintext.notebook import notebook_names, read_notebook
from qualcode.study.memo import Reference
from qualcode.study.study import Study

PAGES = ("front", "codebook", "methods", "memos", "references")
"""Chapters that are no notebook."""
_SHORT = {"plot": "plot-", "table": "table-"}
_VISIBLE = re.compile(
    r"\[(?:(?P<document>[a-z0-9][a-z0-9-]*)\s+(?P<excerpt>e[0-9a-f]{10})"
    r"|(?P<kind>code|document|case|memo)\s+(?P<id>[a-z0-9/-]+)"
    r"|(?P<chapter>[\w.-]+)(?::\s+(?P<what>plot|table|section)\s+(?P<name>[^\]\s]+))?)\]"
)
_MOST = 36
"""How many letters a bookmark's name has at most; Word allows 40, and a second one of a name has ``_r2`` after it."""
_AGAIN = re.compile(r"_r\d+$")


def visible(reference: Reference, document: str = "") -> str:
    """Return the reference as it stands in print; an excerpt's names its *document* too."""
    kind, name = reference.kind, reference.id
    if kind == "excerpt":
        return f"[{document} {name}]"
    if kind in ("code", "document", "case", "memo"):
        return f"[{kind} {name}]"
    if kind == "chapter":
        return f"[{name}]"
    chapter, _, rest = name.partition("#" if kind == "section" else "/")
    return f"[{chapter}: {kind} {rest.removeprefix(_SHORT.get(kind, '#'))}]"


def bookmark(reference: Reference) -> str:
    """Return the name of the reference's bookmark: letters, digits, underscores, another for each."""
    plain = re.sub(r"[^A-Za-z0-9]+", "_", f"{reference.kind}_{reference.id}")
    if reference.kind == "excerpt":
        return plain
    tail = sha256(f"{reference.kind} {reference.id}".encode()).hexdigest()[:8]
    return f"{plain[: _MOST - 9]}_{tail}"


def heading_id(words: str) -> str:
    """Return a heading's id, as the site's pages have it."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def cell_name(cell: dict[str, Any]) -> str:
    """Return the name by which what a notebook's cell shows is kept."""
    figure = cell.get("metadata", {}).get("mystnb", {}).get("figure", {})
    return str(figure.get("name") or cell.get("id"))


def headings(source: str) -> list[tuple[int, str]]:
    """Return level and words of a Markdown text's headings."""
    return [(len(m[1]), m[2].strip()) for m in re.finditer(r"^(#{1,6}) +(.+?)#* *$", source, re.MULTILINE)]


class References:
    """Every reference that a study's report may hold, found by its bookmark or by how it stands in print."""

    def __init__(self, study: Study) -> None:
        self._documents = {e.id: d for (_, d), f in sorted(study.coded.items()) for e in f.excerpts}
        self._documents |= {e.id: d for d, f in sorted(study.agreed.items()) for e in f.excerpts}
        known = [Reference("excerpt", e) for e in self._documents]
        known += [Reference("code", c) for c in study.codebook.codes]
        known += [Reference("document", d) for d in study.documents]
        known += [Reference("case", c) for c in study.cases]
        known += [Reference("memo", m) for m in study.memos]
        known += [Reference("chapter", c) for c in PAGES]
        for name in notebook_names(study.root):
            known += _of_notebook(study.root, name)
        self._by_bookmark = {bookmark(r): r for r in known}
        self._by_print = {self.visible(r): r for r in known}

        self._by_heading = _headings(study)

    def __contains__(self, reference: Reference) -> bool:
        return bookmark(reference) in self._by_bookmark

    def visible(self, reference: Reference) -> str:
        """Return a reference as it stands in print."""
        return visible(reference, self._documents.get(reference.id, "?"))

    def by_bookmark(self, name: str) -> Reference | None:
        """Return what a bookmark stands for; ``None`` for one that is not the report's, or of something gone."""
        return self._by_bookmark.get(_AGAIN.sub("", name))

    def by_heading(self, words: str, chapter: str) -> Reference | None:
        """Return the chapter, or the section of *chapter*, that has these words for its heading."""
        plain = " ".join(words.split())
        return self._by_heading.get((chapter, plain)) or self._by_heading.get(("", plain))

    def in_print(self, words: str) -> list[Reference]:
        """
        Return the references that stand in *words*, in order, each once.

        Those of something that is gone from the study are returned too, but never as a chapter: any word in
        brackets might be one.
        """
        found = []
        for match in _VISIBLE.finditer(words):
            reference = self._by_print.get(" ".join(match[0].split())) or _parsed(match)
            if reference:
                found.append(reference)
        return list(dict.fromkeys(found))


def _parsed(match: re.Match[str]) -> Reference | None:
    if match["excerpt"]:
        return Reference("excerpt", match["excerpt"])
    if match["kind"]:
        return Reference(match["kind"], match["id"])
    if not match["what"]:
        return None
    if match["what"] == "section":
        return Reference("section", f"{match['chapter']}#{match['name']}")
    return Reference(match["what"], f"{match['chapter']}/{_SHORT['plot'] * (match['what'] == 'plot')}{match['name']}")


def _headings(study: Study) -> dict[tuple[str, str], Reference]:
    """Return chapters by their titles and sections by chapter and heading, as they are printed."""
    found: dict[tuple[str, str], Reference] = {}
    for file in notebook_names(study.root):
        chapter, cells = PurePosixPath(file).stem, read_notebook(study.root, file)["cells"]
        texts = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]
        for n, (_, words) in enumerate(h for t in texts for h in headings(t)):
            plain = re.sub(r"[*_`]", "", words)
            key = ("" if n == 0 else chapter, plain)
            kind, name = ("chapter", chapter) if n == 0 else ("section", f"{chapter}#{heading_id(plain)}")
            found.setdefault(key, Reference(kind, name))
    return found


def _of_notebook(root: Path, file: str) -> Iterator[Reference]:
    """Yield the chapter, its sections, and a plot or table for each of its code cells, up to three a cell."""
    chapter = PurePosixPath(file).stem
    yield Reference("chapter", chapter)
    for cell in read_notebook(root, file)["cells"]:
        if cell["cell_type"] == "markdown":
            for _, words in headings("".join(cell["source"])):
                yield Reference("section", f"{chapter}#{heading_id(re.sub(r'[*_`]', '', words))}")
        elif cell["cell_type"] == "code":
            for name in (cell_name(cell), f"{cell_name(cell)}-2", f"{cell_name(cell)}-3"):
                yield Reference("table", f"{chapter}/{name}")
                yield Reference("plot", f"{chapter}/{name}")
