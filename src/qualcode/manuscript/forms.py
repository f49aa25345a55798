"""
A manuscript as paragraphs: Markdown, MyST, Quarto, LaTeX, Word, OpenDocument and notebooks read into one form.

Markup is blanked and never cut, so that a place in a paragraph's text is the same place in the file. Of Word and
OpenDocument the paragraphs are counted, of a notebook the cells; such a place can be told and not written to.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qualcode.errors import Problem, SourceError, UsageError
from qualcode.exchange.transcripts.bounds import Element, Parts, attribute, name_of
from qualcode.exchange.transcripts.form import UnreadableError
from qualcode.manuscript.marked import ATTRIBUTION, Piece, latex, markdown
from qualcode.plaintext.notebook import parsed
from qualcode.plaintext.source import read_given

FORMS = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".myst": "markdown",
    ".qmd": "markdown",
    ".rmd": "markdown",
    ".txt": "markdown",
    ".tex": "latex",
    ".ltx": "latex",
    ".docx": "word",
    ".odt": "opendocument",
    ".ipynb": "notebook",
}
"""The endings that are read, and as what."""
PLAIN = ("markdown", "latex")
"""Forms in which a place of a paragraph is a place of the file."""
_QUOTES = re.compile(r"quot|citation|block ?text|epigra|épigra|zitat|verbatim", re.IGNORECASE)
_INDENT = 500
"""A paragraph of Word that is set in by so many twentieths of a point on the left is a block quotation."""
_BLOCK_TAG = re.compile(
    r"</?(?:p|div|td|th|tr|li|ul|ol|h\d|br|table|figure|blockquote|details|summary)\b[^>]*>", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """
    A paragraph: its ``text`` without markup, where it begins in the file (``start``, -1 where that cannot be told).

    ``kind`` is ``body``, ``heading``, ``block`` (a block quotation), ``epigraph`` or ``attribution``. ``place`` says
    in words where it stands: a line, a paragraph, a cell; ``line`` is a number to sort by and for programs.
    """

    line: int
    start: int
    text: str = field(repr=False)
    kind: str = "body"
    cell: int = 0

    def place(self, form: str, at: int = 0) -> str:
        """Say where a place in it stands, as a person looks for it."""
        if form in ("word", "opendocument"):
            return f"paragraph {self.line}"
        line = self.line + self.text.count("\n", 0, at)
        return f"cell {self.cell}, line {line}" if form == "notebook" else f"line {line}"


@dataclass(frozen=True, slots=True)
class Manuscript:
    """A file that was read: its ``name``, its ``form``, the file's ``text`` where that is plain, its paragraphs."""

    name: str
    form: str
    text: str = field(repr=False)
    paragraphs: tuple[Paragraph, ...] = field(repr=False)


def read_manuscript(path: Path) -> Manuscript:
    r"""
    Read a manuscript by its ending: .md, .myst, .qmd, .tex, .docx, .odt, .ipynb.

    Raises:
        UsageError: an ending that is not read; the message lists those that are.
        SourceError: the file cannot be read, or is not what its ending says.

    Example:
        >>> _ = Path("chapter.md").write_text("# One\n\nShe said *so*.\n", "utf-8")
        >>> [(p.line, p.kind) for p in read_manuscript(Path("chapter.md")).paragraphs]
        [(1, 'heading'), (3, 'body')]
    """
    form = FORMS.get(path.suffix.lower())
    if form is None:
        raise UsageError(f"{path.name}: this ending is not read; there are: {', '.join(sorted(FORMS))}")
    name = path.name if path.is_absolute() else path.as_posix()
    if form in ("word", "opendocument"):
        try:
            parts = Parts(path)
            found = tuple(_word(parts) if form == "word" else _opendocument(parts))
        except UnreadableError as error:
            raise SourceError([Problem(path.name, 0, str(error))]) from None
        return Manuscript(name, form, "", found)
    return of_text(read_given(path), name, form)


def of_text(text: str, name: str, form: str) -> Manuscript:
    r"""
    Read a manuscript's text, in the form ``markdown``, ``latex`` or ``notebook``.

    Example:
        >>> of_text("> A line.\n", "x.md", "markdown").paragraphs[0].kind
        'block'
    """
    if form == "notebook":
        return Manuscript(name, form, "", tuple(_notebook(parsed(text, name))))
    pieces = markdown(text) if form == "markdown" else latex(text)
    return Manuscript(name, form, text, tuple(_placed(pieces, text)))


def _placed(pieces: Iterator[Piece], text: str, cell: int = 0) -> Iterator[Paragraph]:
    line, at = 1, 0
    for piece in pieces:
        line += text.count("\n", at, piece.start)
        at = piece.start
        yield Paragraph(line, piece.start if not cell else -1, piece.text, piece.kind, cell)


def _notebook(book: dict[str, Any]) -> Iterator[Paragraph]:
    """Yield the paragraphs of Markdown cells, and of what cells put out as Markdown or HTML."""
    for number, cell in enumerate(book["cells"], 1):
        if cell["cell_type"] == "markdown":
            source = "".join(cell["source"])
            yield from _placed(markdown(source), source, number)
        for output in cell.get("outputs", []):
            data = output.get("data", {}) if isinstance(output, dict) else {}
            for kind in ("text/markdown", "text/html"):
                told = data.get(kind)
                if told:
                    words = "".join(told)
                    words = _of_html(words) if kind == "text/html" else words
                    yield from _placed(markdown(words), words, number)
                    break


def _of_html(words: str) -> str:
    words = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", words, flags=re.DOTALL | re.IGNORECASE)
    words = re.sub(r"<[^<>]*>", "", _BLOCK_TAG.sub("\n\n", words))
    return re.sub(r"\n(?=\s*[>#])", " ", html.unescape(words))


def _word(parts: Parts) -> Iterator[Paragraph]:
    """Yield the paragraphs of a Word file, then those of its notes; deleted words are none."""
    styles = {}
    root = parts.root("word/styles.xml")
    for style in root.iter() if root is not None else ():
        if name_of(style) == "style":
            named = next((attribute(s, "val") for s in style if name_of(s) == "name"), "")
            styles[attribute(style, "styleId")] = named
    number = 0
    for part in ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml"):
        root = parts.root(part)
        if root is None and part == "word/document.xml":
            raise UnreadableError("it has no text; is it a Word document?")
        for one in root.iter() if root is not None else ():
            if name_of(one) == "p":
                number += 1
                text = _words_of(one)
                if text.strip():
                    yield Paragraph(number, -1, text, _kind(text, _kind_in_word(one, styles)))


def _kind(text: str, kind: str) -> str:
    """Tell a line of attribution, which a dash begins, from the block quotation above it."""
    return "attribution" if kind in ("block", "epigraph") and ATTRIBUTION.match(text) else kind


def _kind_in_word(paragraph: Element, styles: dict[str, str]) -> str:
    about = next((e for e in paragraph if name_of(e) == "pPr"), None)
    if about is None:
        return "body"
    style = next((attribute(e, "val") for e in about if name_of(e) == "pStyle"), "")
    named = f"{style} {styles.get(style, '')}"
    if _QUOTES.search(named):
        return "epigraph" if "pigra" in named else "block"
    if re.search(r"heading|title|titre|überschrift", named, re.IGNORECASE):
        return "heading"
    listed = any(name_of(e) == "numPr" for e in about)
    indent = next((e for e in about if name_of(e) == "ind"), None)
    left = attribute(indent, "left") or attribute(indent, "start") if indent is not None else ""
    return "block" if not listed and left.isdecimal() and int(left) >= _INDENT else "body"


def _words_of(paragraph: Element) -> str:
    found: list[str] = []

    def walk(element: Element) -> None:
        for one in element:
            name = name_of(one)
            if name in ("del", "moveFrom", "instrText", "annotation", "p", "tracked-changes"):
                continue
            if name == "t":
                found.append(one.text or "")
            elif name in ("tab", "br", "cr"):
                found.append(" ")
            elif name == "noBreakHyphen":
                found.append("-")
            else:
                walk(one)

    walk(paragraph)
    return "".join(found)


def _opendocument(parts: Parts) -> Iterator[Paragraph]:
    """Yield the paragraphs of an OpenDocument text; its notes stand after the paragraph that has them."""
    root = parts.root("content.xml")
    if root is None:
        raise UnreadableError("it has no content; is it an OpenDocument text?")
    parents = {
        attribute(style, "name"): attribute(style, "parent-style-name")
        for style in root.iter()
        if name_of(style) == "style"
    }
    deeper = {
        attribute(style, "name")
        for style in root.iter()
        if name_of(style) == "style"
        for about in style
        if (margin := re.fullmatch(r"([\d.]+)(cm|in|mm|pt)", attribute(about, "margin-left")))
        and float(margin[1]) * {"cm": 567, "in": 1440, "mm": 56.7, "pt": 20}[margin[2]] >= _INDENT
    }
    numbers = iter(range(1, 10**9))

    def walk(element: Element) -> Iterator[Paragraph]:
        for one in element:
            name = name_of(one)
            if name == "tracked-changes":
                continue
            if name not in ("p", "h"):
                yield from walk(one)
                continue
            number = next(numbers)
            text = _odt_words(one)
            style = attribute(one, "style-name")
            named = f"{style} {parents.get(style, '')}"
            kind = "heading" if name == "h" else "block" if _QUOTES.search(named) or style in deeper else "body"
            if "pigra" in named:
                kind = "epigraph"
            if text.strip():
                yield Paragraph(number, -1, text, _kind(text, kind))
            for note in one.iter():
                if name_of(note) == "note-body":
                    yield from walk(note)

    body = next((e for e in root if name_of(e) == "body"), root)
    yield from walk(body)


def _odt_words(element: Element) -> str:
    found = [element.text or ""]
    for one in element:
        name = name_of(one)
        if name in ("s", "tab", "line-break"):
            count = attribute(one, "c")
            found.append(" " * (min(int(count), 1000) if count.isdecimal() else 1))
        elif name not in ("note", "annotation"):
            found.append(_odt_words(one))
        found.append(one.tail or "")
    return "".join(found)
