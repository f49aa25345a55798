"""
What a chapter's prose cites: works of the bibliography, and memos, codes, cases, documents and excerpts of the study.

``[[memo 2024-03-01-first-look]]`` in a notebook's Markdown is a link to that memo, called by its day, or as it is
written behind a stroke: ``[[memo 2024-03-01-first-look|the first look]]``. What leads nowhere stops the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any

from qualcode.errors import Problem, SourceError, did_you_mean
from qualcode.plaintext.source import read_text
from qualcode.present import in_markdown
from qualcode.report.bibliography import PAGE, Bibliography, Citation
from qualcode.report.links import slug
from qualcode.study import release
from qualcode.study.study import Study

_REFERENCE = re.compile(
    r"(?P<code>^[ ]{0,3}(?P<tick>```+|~~~+).*?(?:^[ ]{0,3}(?P=tick)[^\n]*$|\Z)"
    r"|(?<!`)(?P<around>`+)(?!`).+?(?<!`)(?P=around)(?!`))"
    r"|\[\[(?P<kind>\w{1,40}) (?P<id>[^\]|\n]{1,400})(?:\|(?P<words>[^\]\n]{1,400}))?\]\]",
    re.MULTILINE | re.DOTALL,
)
_MARKDOWN = ("text/markdown",)


def called(text: str) -> str:
    """
    Return a chapter's Markdown with what it cites called by its words, and no reference in double brackets.

    Example:
        >>> called("The [[memo 2024-03-01-first-look|first look]], and [[case mayor]].")
        'The first look, and mayor.'
    """
    return _REFERENCE.sub(lambda m: m[0] if m["code"] else m["words"] or m["id"].strip(), text)


@dataclass
class Citing:
    """Puts links for citations into notebooks; notes which chapters cite which memos."""

    study: Study
    works: Bibliography
    withheld: frozenset[str] = frozenset()
    """Memos that are not shown."""
    memos: dict[str, list[str]] = field(default_factory=dict)
    """By memo: the chapters that cite it."""

    def book(self, book: dict[str, Any], name: str) -> dict[str, Any]:
        """Put links into the Markdown of an executed notebook, and of what it shows, in place."""
        for cell in book["cells"]:
            if cell["cell_type"] == "markdown":
                cell["source"] = self._linked("".join(cell["source"]), name)
            for output in cell.get("outputs", ()):
                for kind in set(_MARKDOWN) & set(output.get("data", {})):
                    output["data"][kind] = self._linked("".join(output["data"][kind]), name)
            for of, kept in cell["metadata"].get("mystnb", {}).items():
                if of in ("figure", "table") and kept.get("caption"):
                    written = _in_caption if of == "figure" else in_words
                    kept["caption"] = self.works.replaced(str(kept["caption"]), written, name)
        return book

    def _linked(self, text: str, name: str) -> str:
        return _REFERENCE.sub(lambda m: self._reference(m, name), self.works.replaced(text, as_markdown, name))

    def _reference(self, match: re.Match[str], name: str) -> str:
        if match["code"]:
            return match[0]
        kind, id_ = match["kind"], match["id"].strip()
        href, called = self._leads(kind, id_)
        words = in_markdown(match["words"] or called)
        words += " (withheld)" if not href else ""
        if kind == "memo":
            self.memos.setdefault(id_, [])
            if name not in self.memos[id_]:
                self.memos[id_].append(name)
        return f'<a href="{escape(href)}">{words}</a>' if href else words

    def _leads(self, kind: str, id_: str) -> tuple[str, str]:
        """
        Return the page of what is cited, from the first one, and what it is called.

        Raises:
            KeyError: there is no such thing.
        """
        study = self.study
        known: dict[str, Iterable[str]] = {
            "memo": study.memos,
            "code": study.codebook.codes,
            "case": study.cases,
            "document": study.documents,
        }
        if kind not in known:
            raise KeyError(f"unknown kind of reference {kind!r}; kinds in a chapter are {', '.join(known)}")
        if id_ not in known[kind]:
            raise KeyError(f"there is no {kind} {id_!r}{did_you_mean(id_, known[kind])}; mend the reference")
        if kind == "memo":
            on = study.memos[id_].on
            return "" if id_ in self.withheld else f"memos/{id_}.html", f"memo of {on.day} {on:%B %Y}"
        if kind == "code":
            return f"codes/{slug(id_)}.html", study.codebook.codes[id_].label
        if kind == "case":
            return f"cases/{id_}.html", study.cases[id_].label
        title = study.documents[id_].title if release.verdict(study.documents[id_]).quotable else id_
        return f"documents/{id_}.html", title

    def require(self, books: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """
        Hold everything that chapters and memos cite against what there is.

        Raises:
            SourceError: a citation of no work, or a reference to nothing; all of them, with their places.
        """
        problems = [p for name, book in books for p in self._of_book(name, book)]
        for memo in self.study.memos.values():
            text = read_text(self.study.root / memo.path, memo.path)
            problems += [Problem(memo.path, line, what) for line, what in self.works.faults(text)]
        if problems:
            raise SourceError(dict.fromkeys(problems))

    def _of_book(self, name: str, book: dict[str, Any]) -> Iterator[Problem]:
        for cell in book["cells"]:
            texts = ["".join(cell["source"])] if cell["cell_type"] == "markdown" else []
            for output in cell.get("outputs", ()):
                texts += ["".join(output["data"][kind]) for kind in _MARKDOWN if kind in output.get("data", {})]
            about = cell["metadata"].get("mystnb", {})
            texts += [str(about.get(of, {}).get("caption", "")) for of in ("figure", "table")]
            for text in texts:
                for line, what in [*self.works.faults(text), *self._faults(text)]:
                    yield Problem(f"notebooks/{name}.ipynb", 0, f"cell {cell['id']}, line {line}: {what}")

    def _faults(self, text: str) -> Iterator[tuple[int, str]]:
        for match in _REFERENCE.finditer(text):
            if not match["code"]:
                try:
                    self._leads(match["kind"], match["id"].strip())
                except KeyError as error:
                    yield text.count("\n", 0, match.start()) + 1, str(error.args[0])


def in_words(citation: Citation) -> str:
    """Return a citation as words that lead nowhere."""
    return "".join(words for words, _ in citation.words)


def _in_caption(citation: Citation) -> str:
    return in_markdown(in_words(citation))


def as_markdown(citation: Citation) -> str:
    """Return a citation as Markdown: each work's words a link to its place in the list of references."""
    told = []
    for words, work in citation.words:
        before, after = " " * words.startswith(" "), " " * words.endswith(" ")
        shown = f"{before}{in_markdown(words)}{after}"
        told.append(f'<a class="cite" href="{PAGE}.html#{escape(work.place)}">{shown}</a>' if work else shown)
    return "".join(told)
