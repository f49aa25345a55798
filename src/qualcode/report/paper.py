"""
A Word document as it is written: styled paragraphs, numbered captions, tables, plots, links, bookmarks.

The same calls give the same bytes: no date, no name, no path, parts in the order of their names. What is cited
has a bookmark; a link to something that the document does not hold becomes plain words.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Any

from docx import Document
from docx.enum.section import WD_SECTION
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Emu

from qualcode.exchange.review.references import bookmark, visible
from qualcode.study.memo import Reference

WIDTH = 15.0
"""Centimetres between the margins; the right one is left wide for a pencil."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_ILLEGAL = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LETTER = 0.155
"""Centimetres that a letter of a table takes, about."""
_SHORT = 16, 1500
"""A table of so many rows and letters at the most is kept on one page."""
_WORDML = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_BLANK = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" '
    f'ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    f'relationships+xml"/><Override PartName="/word/document.xml" ContentType="{_WORDML}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_WORDML}.styles+xml"/><Override '
    f'PartName="/word/numbering.xml" ContentType="{_WORDML}.numbering+xml"/><Override PartName="/word/settings.xml" '
    f'ContentType="{_WORDML}.settings+xml"/><Override PartName="/docProps/core.xml" '
    'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" '
    f'Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>',
    "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/styles" Target="styles.xml"/><Relationship Id="rId2" Type="{_OFFICE}/numbering" '
    f'Target="numbering.xml"/><Relationship Id="rId3" Type="{_OFFICE}/settings" Target="settings.xml"/>'
    "</Relationships>",
    "word/document.xml": f'<w:document {nsdecls("w", "r")}><w:body><w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar '
    'w:top="1418" w:right="1985" w:bottom="1418" w:left="1418" w:header="709" w:footer="709" w:gutter="0"/></w:sectPr>'
    "</w:body></w:document>",
    "word/settings.xml": f"<w:settings {nsdecls('w')}><w:updateFields w:val='true'/><w:defaultTabStop w:val='709'/>"
    '<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" '
    'w:val="15"/></w:compat></w:settings>',
}


@dataclass(frozen=True)
class Run:
    """Words of one kind: a character style's id, a language other than the document's, where they lead."""

    words: str
    style: str = ""
    language: str = ""
    to: Reference | None = None
    address: str = ""


Words = Sequence[Run]


class Paper:
    """A Word document in the making; ``to_bytes`` ends it."""

    def __init__(self, title: str, language: str = "en-GB") -> None:
        self._title, self._language = title, language
        self._document = Document(io.BytesIO(_blank(title, language)))
        self._names: set[str] = set()
        self._marks = 0
        self._contents: list[tuple[int, str, str]] = []
        self._contents_at: Any = None
        self._pictures = 0

    def paragraph(self, words: Words | str, style: str = "", at: Reference | None = None, *, keep: bool = False) -> Any:
        """Add a paragraph; with *at*, its bookmark lies around it; with *keep*, it stays with the next."""
        added = self._document.add_paragraph()._p
        self._dress(added, style, keep=keep)
        self._write(added, words, at)
        return added

    def heading(self, words: str, level: int, at: Reference, *, listed: bool = True) -> None:
        """Add a heading, in the table of contents down to level 2 unless told otherwise."""
        self.paragraph(words, f"Heading{min(level, 3)}", at)
        if listed and level <= 2:
            self._contents.append((level, words, bookmark(at)))

    def contents(self) -> None:
        """Let the table of contents stand here; it is written when all headings are there."""
        self.paragraph("Contents", "TOCHeading")
        self._contents_at = self.paragraph("")

    def chapter(self, title: str, at: Reference) -> None:
        """Begin a chapter on a new page, with its name and reference above every page of it."""
        section = self._document.add_section(WD_SECTION.NEW_PAGE)
        self._running(section, title, visible(at))
        self.heading(title, 1, at)

    def front(self, title: str) -> None:
        """Begin the document: its title, and page numbers at the foot of every page."""
        section = self._document.sections[0]
        foot = section.footer.paragraphs[0]._p
        self._dress(foot, "Footer")
        foot.append(_field("PAGE", "1"))
        self.paragraph(title, "Title", Reference("chapter", "front"))

    def picture(self, png: bytes, alt: str, caption: Words, number: int, at: Reference) -> None:
        """Add a plot at the size it is drawn for (at most the page's width), its alternative text and its caption."""
        holder = self._document.add_paragraph()
        self._dress(holder._p, "Plot")
        start, end = self._bookmark(at)
        holder._p.append(start)
        shape = holder.add_run().add_picture(io.BytesIO(png))
        if shape.width > Cm(WIDTH):
            shape.height, shape.width = Emu(shape.height * Cm(WIDTH) // shape.width), Cm(WIDTH)
        self._pictures += 1
        told = shape._inline.docPr
        name = visible(at)
        for key, value in (("id", str(self._pictures)), ("name", name), ("descr", _legal(alt))):
            told.set(key, value)
        for inner in shape._inline.iter(qn("pic:cNvPr")):
            inner.set("name", name)
        self.caption("Plot", number, caption, at, until=end)

    def caption(self, what: str, number: int, words: Words, at: Reference, *, until: Any = None) -> None:
        """
        Add a caption whose number is a field that always gives *number*, with the reference at its end.

        Its bookmark lies around it, or ends with it where *until* is the end of one that began before. A table's does
        not go on into the table, since LibreOffice loses such an end.
        """
        added = self._document.add_paragraph()._p
        self._dress(added, "Caption", keep=what == "Table")
        start, end = self._bookmark(at) if until is None else (None, until)
        if start is not None:
            added.append(start)
        self._write(added, [Run(f"{what} ", "Strong")])
        added.append(_field(f"SEQ {what} \\* ARABIC \\r {number}", str(number), "Strong"))
        self._write(added, [Run(". ", "Strong"), *words, Run(" "), Run(visible(at), "Reference")])
        added.append(end)

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[Words]], numeric: Sequence[bool]) -> None:
        """
        Add a table with a header row that every page repeats.

        A short table stays on one page; of a long one, no page begins or ends with a single row.
        """
        body = [list(row) for row in rows]
        said = [[h, *("".join(r.words for r in row[n]) for row in body)] for n, h in enumerate(headings)]
        longest = [max((len(w) for cell in column for w in _pieces(cell)), default=1) for column in said]
        widths = _widths([list(map(len, column)) for column in said], longest)
        table = parse_xml(
            f"<w:tbl {nsdecls('w')}><w:tblPr><w:tblStyle w:val='Result'/><w:tblW w:w='{sum(widths)}' w:type='dxa'/>"
            "<w:tblLayout w:type='fixed'/><w:tblLook w:firstRow='1' w:noVBand='1' w:noHBand='1' w:lastRow='0' "
            "w:firstColumn='0' w:lastColumn='0'/></w:tblPr><w:tblGrid>"
            + "".join(f"<w:gridCol w:w='{w}'/>" for w in widths)
            + "</w:tblGrid></w:tbl>"
        )
        short = len(body) <= _SHORT[0] and sum(len(cell) for column in said for cell in column) <= _SHORT[1]
        table.append(self._row([[Run(h)] for h in headings], widths, numeric, header=True, keep=True))
        for n, row in enumerate(body, start=1):
            keep = n < len(body) if short else n in (1, len(body) - 1)
            table.append(self._row(row, widths, numeric, keep=keep))
        sections = self._document.element.body
        sections.insert(len(sections) - 1, table)
        self.paragraph("", "Small")

    def to_bytes(self) -> bytes:
        """Write the contents and links, and return the document's bytes."""
        self._write_contents()
        for link in list(self._document.element.body.iter(qn("w:hyperlink"))):
            if link.get(qn("w:anchor"), "") not in self._names | {""}:
                for inner in list(link):
                    link.addprevious(inner)
                    for style in list(inner.iter(qn("w:rStyle"))):
                        style.getparent().remove(style)
                link.getparent().remove(link)
        out = io.BytesIO()
        self._document.save(out)
        return _plain_zip(
            {n: zipfile.ZipFile(out).read(n) for n in zipfile.ZipFile(out).namelist()}
            | {"docProps/core.xml": _core(self._title, self._language)}
        )

    def _row(
        self,
        cells: Sequence[Words],
        widths: Sequence[int],
        numeric: Sequence[bool],
        *,
        header: bool = False,
        keep: bool = False,
    ) -> Any:
        row = parse_xml(
            f"<w:tr {nsdecls('w')}><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if header else ''}</w:trPr></w:tr>"
        )
        stays = "<w:keepNext/>" if keep else ""
        for words, width, right in zip(cells, widths, numeric, strict=True):
            side = "<w:jc w:val='right'/>" if right else ""
            cell = parse_xml(
                f"<w:tc {nsdecls('w')}><w:tcPr><w:tcW w:w='{width}' w:type='dxa'/></w:tcPr>"
                f"<w:p><w:pPr><w:pStyle w:val='Cell'/>{stays}{side}</w:pPr></w:p></w:tc>"
            )
            marked = next((r.to for r in words if r.style == "Reference" and r.to), None)
            self._write(cell[-1], words, marked)
            row.append(cell)
        return row

    def _running(self, section: Any, title: str, reference: str) -> None:
        section.header.is_linked_to_previous = False
        head = section.header.paragraphs[0]._p
        self._dress(head, "Header")
        self._write(head, [Run(f"{title}\t{reference}")])

    def _dress(self, paragraph: Any, style: str, *, keep: bool = False) -> None:
        settings = paragraph.get_or_add_pPr()
        for old in list(settings):
            if old.tag in (qn("w:pStyle"), qn("w:keepNext")):
                settings.remove(old)
        if keep:
            settings.insert(0, OxmlElement("w:keepNext"))
        if style:
            settings.insert(0, OxmlElement("w:pStyle", attrs={qn("w:val"): style}))

    def _write(self, paragraph: Any, words: Words | str, at: Reference | None = None) -> None:
        start, end = self._bookmark(at) if at else (None, None)
        if start is not None:
            paragraph.append(start)
        for run in [Run(words)] if isinstance(words, str) else words:
            if not run.words:
                continue
            made = _run(run)
            if run.address or (run.to and run.style != "Reference"):
                link = OxmlElement("w:hyperlink")
                if run.address:
                    link.set(
                        qn("r:id"), self._document.part.relate_to(run.address, f"{_OFFICE}/hyperlink", is_external=True)
                    )
                elif run.to:
                    link.set(qn("w:anchor"), bookmark(run.to))
                link.append(made)
                made = link
            paragraph.append(made)
        if end is not None:
            paragraph.append(end)

    def _bookmark(self, at: Reference) -> tuple[Any, Any]:
        name, nth = bookmark(at), 1
        while name in self._names:
            nth += 1
            name = f"{bookmark(at)}_r{nth}"
        self._names.add(name)
        self._marks += 1
        number = str(self._marks)
        return (
            OxmlElement("w:bookmarkStart", attrs={qn("w:id"): number, qn("w:name"): name}),
            OxmlElement("w:bookmarkEnd", attrs={qn("w:id"): number}),
        )

    def _write_contents(self) -> None:
        """
        Write the headings as a table of contents, whose links are there without a program's updating it.

        The page of each is a field that the program fills when it opens the document, since only who breaks the
        pages knows it; a field around them all would keep LibreOffice from doing so.
        """
        if self._contents_at is None or not self._contents:
            return
        for level, words, name in self._contents:
            entry = OxmlElement("w:p")
            self._dress(entry, f"TOC{level}")
            link = OxmlElement("w:hyperlink", attrs={qn("w:anchor"): name})
            link.append(_run(Run(f"{words}\t")))
            for part in ("begin", f"PAGEREF {name} \\h", "separate", "end"):
                link.append(_field_part(part))
            entry.append(link)
            self._contents_at.addprevious(entry)
        self._contents_at.getparent().remove(self._contents_at)


def _pieces(cell: str) -> list[str]:
    """Return what of a cell stands in one line wherever it can: its words, and the parts of very long ones."""
    return [p for w in cell.split() for p in (re.split(r"(?<=[-/])", w) if len(w) > 14 else [w])]


def _widths(letters: Sequence[Sequence[int]], longest: Sequence[int]) -> list[int]:
    """Share a table's width among its columns, in twentieths of a point: each longest word whole where it can be."""
    wanted = [max(n) * _LETTER + 0.35 for n in letters]
    if sum(wanted) > WIDTH:
        least = [min(n, 24) * _LETTER * 1.1 + 0.3 for n in longest]
        room = WIDTH - sum(least)
        weights = [max(0.0, w - m) ** 0.75 for w, m in zip(wanted, least, strict=True)]
        if room > 0 and sum(weights):
            wanted = [m + room * w / sum(weights) for m, w in zip(least, weights, strict=True)]
        else:
            wanted = [m * WIDTH / sum(least) for m in least]
    return [round(w * 567) for w in wanted]


def _run(run: Run) -> Any:
    made = OxmlElement("w:r")
    style = run.style or ("Hyperlink" if run.to or run.address else "")
    if style or run.language:
        settings = OxmlElement("w:rPr")
        if style:
            settings.append(OxmlElement("w:rStyle", attrs={qn("w:val"): style}))
        if run.language:
            settings.append(OxmlElement("w:lang", attrs={qn("w:val"): run.language}))
        made.append(settings)
    for n, line in enumerate(_legal(run.words).split("\n")):
        if n:
            made.append(OxmlElement("w:br"))
        for m, piece in enumerate(line.split("\t")):
            if m:
                made.append(OxmlElement("w:tab"))
            text = OxmlElement("w:t", attrs={qn("xml:space"): "preserve"})
            text.text = piece
            made.append(text)
    return made


def _field(code: str, shown: str, style: str = "") -> Any:
    field = OxmlElement("w:fldSimple", attrs={qn("w:instr"): f" {code} "})
    field.append(_run(Run(shown, style)))
    return field


def _field_part(part: str) -> Any:
    made = OxmlElement("w:r")
    if part in ("begin", "separate", "end"):
        made.append(OxmlElement("w:fldChar", attrs={qn("w:fldCharType"): part}))
    else:
        code = OxmlElement("w:instrText", attrs={qn("xml:space"): "preserve"})
        code.text = f" {part} "
        made.append(code)
    return made


def _legal(words: str) -> str:
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", words)


def _core(title: str, language: str) -> bytes:
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(_legal(title), quote=False)}</dc:title>"
        f"<dc:language>{language}</dc:language></cp:coreProperties>"
    ).encode()


def _blank(title: str, language: str) -> bytes:
    parts = {name: f"{_HEAD}{text}".encode() for name, text in _BLANK.items()}
    for name in ("styles", "numbering"):
        parts[f"word/{name}.xml"] = (files("qualcode.report") / f"word-{name}.xml").read_bytes().replace(b"\r\n", b"\n")
    parts["word/styles.xml"] = parts["word/styles.xml"].replace(b"en-GB", language.encode())
    parts["docProps/core.xml"] = _core(title, language)
    return _plain_zip(parts)


def _plain_zip(parts: dict[str, bytes]) -> bytes:
    """Pack parts in the order of their names, the list of their types first, without a date."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for name in sorted(parts, key=lambda n: (n != "[Content_Types].xml", n)):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            packed.writestr(entry, parts[name])
    return out.getvalue()
