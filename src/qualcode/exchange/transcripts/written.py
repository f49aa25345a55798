"""
Texts without a structure of their own: plain text and Markdown, rich text, and the text layer of a PDF.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

from qualcode.errors import MissingExtraError
from qualcode.exchange.transcripts.bounds import bytes_of, even, letters
from qualcode.exchange.transcripts.form import Line, Reading, Unclear, UnreadableError, lines_of, paragraphs_of
from qualcode.exchange.transcripts.labels import proposed, turns_in
from qualcode.plaintext.pdf import NotReadError
from qualcode.plaintext.pdf import read_pdf as pages_of

_FRONT = re.compile(r"---[ \t]*\n(?:.*\n){0,60}?---[ \t]*(?:\n|\Z)")
_NUMBERED = re.compile(
    r"\W*(?:p(?:age|\.)?|seite|s\.)?\W*\d{1,4}(?:\W{1,3}(?:of|de|sur|von|/)?\W{0,3}\d{1,4})?\W*", re.IGNORECASE
)


def read_text_file(path: Path) -> Reading:
    """Read a plain text or Markdown; in Markdown, signs of emphasis are words like others."""
    counts: Counter[str] = Counter()
    text = letters(bytes_of(path), counts)
    form = "Markdown" if path.suffix.lower() in (".md", ".markdown") else "plain text"
    front = _FRONT.match(text)
    unclear: tuple[Unclear, ...] = ()
    if front:
        unclear = (Unclear(1, "front matter of a file from elsewhere is not read; its entries were left out"),)
        counts["lines of front matter left out"] += front[0].count("\n")
    skipped = front[0].count("\n") if front else 0
    lines = tuple(Line(line.place + skipped, line.text) for line in lines_of(text[front.end() :] if front else text))
    return Reading(form, "line", lines, unclear=unclear, counts=counts)


def read_rtf(path: Path) -> Reading:
    """
    Read rich text.

    Raises:
        MissingExtraError: what reads it is not installed.
        UnreadableError: it is no rich text.
    """
    try:
        from striprtf.striprtf import rtf_to_text
    except ModuleNotFoundError:
        raise MissingExtraError("read rich text (.rtf)", "transcripts") from None
    data = bytes_of(path, 3_000_000)
    if not data.lstrip().startswith(b"{\\rtf"):
        raise UnreadableError("it is no rich text, whatever its name says")
    source = data.decode("cp1252", "surrogateescape")
    counts: Counter[str] = Counter()
    counts["stretches of bold, italic, underlined or coloured words: the look dropped"] += len(
        re.findall(r"\\(?:b|i|ul|strike)(?![a-z0-9])", source)
    )
    counts["pictures and drawings dropped"] += len(re.findall(r"\\(?:pict|object)(?![a-z])", source))
    notes = len(re.findall(r"\\(?:footnote|annotation|atnid)(?![a-z])", source))
    tables = len(re.findall(r"\\trowd(?![a-z])", source))
    try:
        text = rtf_to_text(source, errors="strict")  # type: ignore[no-untyped-call]
        text = text.encode("utf-16", "surrogatepass").decode("utf-16")
    except Exception as error:  # noqa: BLE001 - what strips rich text raises anything on a damaged one
        raise UnreadableError(f"its rich text is damaged ({type(error).__name__}); save it as .docx") from None
    lines, _ = paragraphs_of(even(text, counts).split("\n"))
    unclear = [Unclear(0, f"footnotes or comments of rich text are not kept apart ({notes}); save it as .docx")] * bool(
        notes
    )
    unclear += [Unclear(0, f"cells of tables are parted by '|' (rows: {tables})")] * bool(tables)
    return Reading("rich text", "paragraph", lines, unclear=tuple(unclear), counts=counts)


def read_pdf(path: Path) -> Reading:
    """
    Read the text layer of a PDF; lines that a page broke are joined again, and what each page repeats is dropped.

    Raises:
        MissingExtraError: what reads it is not installed.
        UnreadableError: it is none, locked, or has no text layer.
    """
    data = bytes_of(path, 30_000_000)
    counts: Counter[str] = Counter()
    try:
        pages = [even(page, Counter()).split("\n") for page in pages_of(data)[1]]
    except ModuleNotFoundError:
        raise MissingExtraError("read a PDF", "transcripts") from None
    except NotReadError as error:
        raise UnreadableError(str(error)) from None
    if not any(line.strip() for page in pages for line in page):
        raise UnreadableError("its pages are pictures without a text layer; ask for the text that it was made of")
    return Reading("PDF", "page", tuple(_unbroken(_bare(pages, counts), counts)), counts=counts)


def _bare(pages: list[list[str]], counts: Counter[str]) -> list[list[str]]:
    """Drop page numbers, the first or last line of every page where it is the same on all, and paragraphs' numbers."""
    pages = [_unnumbered(page, counts) for page in pages]
    if len(pages) < 2:
        return pages
    bare = [[line for line in page if line.strip()] for page in pages]
    for edge in (0, -1):
        lines = [page[edge] if page else "" for page in bare]
        same = len(set(lines)) == 1 and bool(lines[0])
        for page, line in zip(bare, lines, strict=True):
            if page and (same or _NUMBERED.fullmatch(line[:60])) and line == page[edge]:
                page.pop(edge)
                counts["page numbers and repeated heads or feet of pages dropped"] += 1
    for before, page in pairwise(bare):
        _once(before, page, counts)
    return bare


def _unnumbered(page: list[str], counts: Counter[str]) -> list[str]:
    """Drop the numbers of paragraphs that stood beside the text and come after it: three and more, one by one up."""
    end = len(page)
    while end and not page[end - 1].strip():
        end -= 1
    start = end
    while start and re.fullmatch(r"\s*[0-9]{1,5}\s*", page[start - 1]):
        if start < end and int(page[start - 1]) + 1 != int(page[start]):
            break
        start -= 1
    if end - start < 3:
        return page
    counts["paragraph numbers beside the text dropped"] += end - start
    return page[:start]


def _once(before: list[str], page: list[str], counts: Counter[str]) -> None:
    """Drop from a page's top the words that the page before ends with: clipped from sight, still in the text layer."""
    end, top = ("".join("".join(lines).split()) for lines in (before[-30:], page[:30]))
    same = next((n for n in range(min(len(end), len(top)), 24, -1) if end.endswith(top[:n])), 0)
    if not same:
        return
    counts["words that a page repeats from the end of the one before dropped"] += 1
    while page and len("".join(page[0].split())) <= same:
        same -= len("".join(page.pop(0).split()))
    while same:
        same -= not page[0][0].isspace()
        page[0] = page[0][1:]


def _unbroken(pages: list[list[str]], counts: Counter[str]) -> list[Line]:
    """Join lines that follow each other, unless one may begin a turn or begins with a blank; tabs become blanks."""
    flat = [(n, line) for n, page in enumerate(pages, start=1) for line in page]
    lines = [Line(n, text.replace("\t", " ").rstrip()) for n, text in flat]
    begun = turns_in(lines, proposed(lines)[0], Counter())
    heads = set(begun[2])
    done: list[tuple[int, list[str]]] = []
    for at, (number, text) in enumerate(flat):
        counts["tabs read as blanks"] += text.count("\t")
        text = text.replace("\t", " ").rstrip()
        if not text or not done or at in heads or text[0].isspace() or not done[-1][1][-1]:
            done.append((number, [text]))
            continue
        hyphen = done[-1][1][-1].endswith("-")
        counts["hyphens at a line's end kept, the line joined"] += hyphen
        counts["lines of a page joined"] += 1
        done[-1][1].extend([text] if hyphen else [" ", text])
    return [Line(number, "".join(pieces)) for number, pieces in done]
