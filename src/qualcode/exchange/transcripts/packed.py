"""
Word's and OpenDocument's text files: their paragraphs in order, with footnotes and comments at their place.

Words that were deleted in a tracked change are left out, inserted ones are in, both counted. Bold and italic are
dropped, pictures and fields too, counted; a table becomes a paragraph a row, its cells parted by tabs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from qualcode.exchange.transcripts.bounds import Element, Parts, attribute, name_of
from qualcode.exchange.transcripts.form import Note, Reading, Unclear, UnreadableError, paragraphs_of

_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad", "ptab": "\t"}
_DRAWN = ("drawing", "pict", "object", "frame", "image")
_UNSPOKEN = ("instrText", "delInstrText", "pPr", "sectPr", "tblPr", "trPr", "tcPr", "tracked-changes", "rPr")


class _Pages:
    """Goes through a document's body: gathers paragraphs, and notes with the number of paragraphs before them."""

    def __init__(self) -> None:
        self.paragraphs: list[str] = []
        self.notes: list[tuple[str, str, int, str, str]] = []
        self.counts: Counter[str] = Counter()
        self.unclear: list[Unclear] = []
        self._open: list[list[str]] = []
        self._cells = 0

    def write(self, words: str) -> None:
        """Add words to the paragraph that is open."""
        if self._open:
            self._open[-1].append(words)
        elif words.strip():
            self.paragraphs.append(words)

    def paragraph(self, element: Element) -> None:
        """Take a paragraph: its own, or inside a table's row a line of its cell."""
        if self._cells and self._open:
            if self._open[-1] and self._open[-1][-1] not in ("\t", "\n"):
                self._open[-1].append("\n")
            self.inside(element)
            return
        self._open.append([])
        self.inside(element)
        self.paragraphs.append("".join(self._open.pop()))

    def row(self, cells: list[Element]) -> None:
        """Take a table's row as one paragraph, its cells parted by tabs."""
        self._open.append([])
        self._cells += 1
        for n, cell in enumerate(cells):
            if n:
                self._open[-1].append("\t")
            self.inside(cell)
        self._cells -= 1
        self.paragraphs.append("".join(self._open.pop()))

    def table(self, element: Element, row: str, cell: tuple[str, ...]) -> None:
        """Take a table, and say that it was one."""
        self.unclear.append(Unclear(len(self.paragraphs) + 1, "a table begins here: a paragraph a row, tabs between"))
        for one in _rows(element, row):
            self.row([c for c in one if name_of(c) in cell])

    def note(self, kind: str, text: str, by: str = "", on: str = "") -> None:
        """Keep a note at the paragraph that is open."""
        if text.strip():
            self.notes.append((kind, text.strip(), len(self.paragraphs) + 1, by, on))

    def inside(self, element: Element) -> None:
        """Go through what an element holds."""
        raise NotImplementedError

    def reading(self, form: str) -> Reading:
        """Return what was read."""
        lines, ends = paragraphs_of(self.paragraphs)
        notes = tuple(
            Note(kind, text, ends[min(at, len(ends)) - 1] if ends else 0, by, on)
            for kind, text, at, by, on in self.notes
        )
        return Reading(form, "paragraph", lines, notes=notes, unclear=tuple(self.unclear), counts=Counter(self.counts))


def _rows(element: Element, row: str) -> Iterator[Element]:
    """Yield a table's own rows, in order; those of a table in a cell are that table's."""
    for child in element:
        if name_of(child) == row:
            yield child
        else:
            yield from _rows(child, row)


class _Word(_Pages):
    """Word's way of writing, its strict one too."""

    def __init__(self, footnotes: dict[str, Element], comments: dict[str, Element]) -> None:
        super().__init__()
        self._footnotes, self._comments = footnotes, comments

    def inside(self, element: Element) -> None:
        for child in element:
            self._take(child, name_of(child))

    def _take(self, element: Element, name: str) -> None:
        if name == "p":
            self.paragraph(element)
        elif name == "tbl":
            self.table(element, "tr", ("tc", "sdt"))
        elif name in ("t", "delText"):
            self.write(element.text or "")
        elif name in _SIGNS:
            self.write(_SIGNS[name])
        elif name == "sym":
            self._symbol(element)
        elif name in ("del", "moveFrom"):
            self.counts["tracked deletions left out"] += 1
        elif name in _DRAWN:
            self.counts["pictures and drawings dropped"] += 1
            for box in (e for e in element.iter() if name_of(e) == "txbxContent"):
                self.note("text box", "".join(t.text or "" for t in box.iter() if name_of(t) == "t"))
        elif name in ("footnoteReference", "endnoteReference"):
            self._refer(name[:-9], attribute(element, "id"))
        elif name == "commentReference":
            self._comment(attribute(element, "id"))
        elif name == "AlternateContent":
            self.inside(next(iter(element), element))
        elif name not in _UNSPOKEN or name == "rPr":
            self._run(element, name)

    def _run(self, element: Element, name: str) -> None:
        if name == "rPr":
            for child in element:
                if name_of(child) in ("b", "i", "u", "strike", "highlight", "smallCaps", "caps"):
                    on = attribute(child, "val") not in ("0", "false", "none", "off")
                    self.counts["stretches of bold, italic, underlined or coloured words: the look dropped"] += on
            return
        self.counts["tracked insertions taken as they stand"] += name in ("ins", "moveTo")
        self.counts["page breaks and fields dropped"] += name in ("fldSimple", "lastRenderedPageBreak")
        self.inside(element)

    def _symbol(self, element: Element) -> None:
        try:
            self.write(chr(int(attribute(element, "char"), 16)))
        except (ValueError, OverflowError):
            self.counts["signs of a symbol font dropped"] += 1
            return
        self.counts["signs of a symbol font kept by their number"] += 1

    def _refer(self, kind: str, id_: str) -> None:
        there = self._footnotes.get(f"{kind} {id_}")
        if there is not None:
            self.note("footnote", _plain(there, "t"))
            self.counts["footnotes kept as memos"] += 1

    def _comment(self, id_: str) -> None:
        there = self._comments.pop(id_, None)
        if there is not None:
            by = attribute(there, "initials") or "".join(w[0] for w in attribute(there, "author").split())
            self.note("comment", _plain(there, "t"), by, attribute(there, "date")[:10])
            self.counts["comments kept as memos"] += 1


def _plain(element: Element, words: str) -> str:
    paragraphs = [e for e in element.iter() if name_of(e) in ("p", "h")]
    return "\n\n".join(
        "".join((e.text or "") for e in p.iter() if name_of(e) == words) if words == "t" else "".join(p.itertext())
        for p in paragraphs
    ).strip()


def read_docx(path: Path) -> Reading:
    """
    Read a Word document.

    Raises:
        UnreadableError: it is none, or damaged, locked, or larger than the bounds.
    """
    parts = Parts(path)
    main = next((n for n in ("word/document.xml", "word/document2.xml") if n in parts.names), "word/document.xml")
    root = parts.root(main)
    if root is None:
        raise UnreadableError("it holds no Word document; save it as .docx")
    footnotes: dict[str, Element] = {}
    for kind in ("footnote", "endnote"):
        held = parts.root(f"word/{kind}s.xml")
        for note in () if held is None else held:
            if attribute(note, "type") not in ("separator", "continuationSeparator", "continuationNotice"):
                footnotes[f"{kind} {attribute(note, 'id')}"] = note
    said = parts.root("word/comments.xml")
    walk = _Word(footnotes, {attribute(c, "id"): c for c in (() if said is None else said)})
    walk.inside(root)
    edges = sum(n.startswith(("word/header", "word/footer")) for n in parts.names)
    walk.counts["headers and footers of pages dropped"] += edges
    return walk.reading("Word")


class _Open(_Pages):
    """OpenDocument's way of writing."""

    def __init__(self, shown: dict[str, bool]) -> None:
        super().__init__()
        self._shown = shown

    def inside(self, element: Element) -> None:
        self.write(element.text or "")
        for child in element:
            self._take(child, name_of(child))
            self.write(child.tail or "")

    def _take(self, element: Element, name: str) -> None:
        if name in ("p", "h"):
            self.paragraph(element)
        elif name == "table":
            self.table(element, "table-row", ("table-cell", "covered-table-cell"))
        elif name == "s":
            number = attribute(element, "c")
            self.write(" " * (min(int(number[:9]), 10_000) if number.isdecimal() else 1))
        elif name in ("tab", "line-break"):
            self.write("\t" if name == "tab" else "\n")
        elif name == "note":
            body = [e for e in element if name_of(e) == "note-body"]
            self.note("footnote", "\n\n".join(_plain(e, "") for e in body))
            self.counts["footnotes kept as memos"] += 1
        elif name == "annotation":
            told = {name_of(e): "".join(e.itertext()) for e in element}
            by = told.get("creator-initials") or "".join(w[0] for w in told.get("creator", "").split())
            self.note("comment", _plain(element, ""), by, told.get("date", "")[:10])
            self.counts["comments kept as memos"] += 1
        elif name in _DRAWN:
            self.counts["pictures and drawings dropped"] += 1
            self.note("text box", _plain(element, ""))
        elif name == "tracked-changes":
            self.counts["tracked deletions left out"] += sum(name_of(e) == "deletion" for e in element.iter())
        elif name not in _UNSPOKEN:
            self.counts["stretches of bold, italic, underlined or coloured words: the look dropped"] += bool(
                name == "span" and self._shown.get(attribute(element, "style-name"))
            )
            self.inside(element)

    def write(self, words: str) -> None:
        if self._open:
            super().write(" ".join(words.splitlines()) if "\n" in words else words)


def read_odt(path: Path) -> Reading:
    """
    Read an OpenDocument text.

    Raises:
        UnreadableError: it is none, or damaged, locked, or larger than the bounds.
    """
    parts = Parts(path)
    root = parts.root("content.xml")
    body = None if root is None else next((e for e in root.iter() if name_of(e) == "text" and len(e)), None)
    if root is None or body is None:
        raise UnreadableError("it holds no OpenDocument text; save it as .odt")
    looks: dict[str, bool] = {}
    for style in (e for e in root.iter() if name_of(e) == "style"):
        told = {k.rpartition("}")[2]: v for e in style for k, v in e.items()}
        looks[attribute(style, "name")] = any(
            told.get(k, "normal") not in ("normal", "none")
            for k in ("font-weight", "font-style", "text-underline-style", "text-line-through-style")
        )
    walk = _Open(looks)
    walk.inside(body)
    return walk.reading("OpenDocument")
