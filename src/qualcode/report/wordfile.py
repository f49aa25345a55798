"""
The report as a Word document: for who comments in Word, or on paper.

A chapter or the whole, with a reference in brackets at all that may be cited, so that a comment finds its place
again (``exchange.comments``). Words of documents come through ``release``; code is left out.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qualcode.errors import UsageError, did_you_mean
from qualcode.exchange.review.references import cell_name, heading_id, visible
from qualcode.gate.built import note_made
from qualcode.left_out import MIME as LEFT_OUT
from qualcode.plaintext.durable import replace_durably
from qualcode.plaintext.words import count as words
from qualcode.plural import number_of
from qualcode.report import methods as how
from qualcode.report import prose
from qualcode.report.apparatus import STYLES, citation_runs, write_memos, write_references
from qualcode.report.bibliography import read_bibliography
from qualcode.report.citing import Citing, in_words
from qualcode.report.front import answers, notebook_paths, read_front
from qualcode.report.leftovers import WHOLE, clear
from qualcode.report.memos import Memos
from qualcode.report.paper import Paper, Run
from qualcode.report.parts import Cited, Heading, Named, Paragraph, Points, Words
from qualcode.report.proof import make_plots
from qualcode.report.settled import Settled, settled
from qualcode.report.site import suggestions
from qualcode.report.staleness import executed_path, plots_path
from qualcode.study import release
from qualcode.study.attribution import attributed
from qualcode.study.document import Document
from qualcode.study.excerpt import Excerpt
from qualcode.study.memo import Reference
from qualcode.study.opening import find_study, open_study
from qualcode.study.study import Study

_SEEN = ("text/markdown", "image/svg+xml", "image/png", "text/html", "text/plain")


def word(
    path: Path | None = None, chapter: str = "", *, excerpts: bool = False, say: Callable[[str], None] = print
) -> Path:
    """
    Run what changed of a study's notebooks and write them as ``build/word/CHAPTER.docx``; return that file.

    Args:
        chapter: the notebook's name; left out: all of them, the codebook, the memos and the methods, as
            ``build/word/report.docx``.
        excerpts: below each code of the codebook its excerpts, which may be half of all pages.
        say: is told each step before it begins.

    Raises:
        StudyError: the study has problems; nothing is written.
        UsageError: there is no such chapter, or as ``report``.
    """
    root = find_study(path)
    notebooks = notebook_paths(root)
    names = [n.stem for n in notebooks]
    if chapter and chapter not in names:
        raise UsageError(f"no chapter {chapter!r}{did_you_mean(chapter, names)}; there are {', '.join(names)}")
    make_plots(root, say=say)
    say(f"writing {chapter or 'all chapters'} for Word")
    target = root / "build" / "word" / f"{chapter or WHOLE}.docx"
    study = open_study(root)
    data = _Writer(study, root / "build", excerpts).write(notebooks, chapter)
    target.parent.mkdir(parents=True, exist_ok=True)
    replace_durably(target, data)
    note_made(target.with_suffix(".key"), study, data)
    clear(root / "build", notebooks, say, study)
    return target


class _Writer:
    """Writes one document; numbers of plots and tables count through all chapters, written or not."""

    def __init__(self, study: Study, build: Path, excerpts: bool) -> None:
        self.study, self.build, self.excerpts = study, build, excerpts
        self.title = study.codebook.title or "A study"
        self.paper = Paper(self.title)
        self.numbers: Counter[str] = Counter()
        self.counted = settled(study)
        self.coded = list(self.counted.coded)
        self.memos = Memos(study, self.counted, works=read_bibliography(study.root))
        self.citing = Citing(study, self.memos.works, frozenset(self.memos.withheld))
        self.quoted = _quotations(self.counted)
        codes = [(n, c.id) for c in study.codebook.codes.values() for n in (c.id, c.label)]
        twice = Counter(n for n, _ in set(codes))
        self.codes = {n: Reference("code", c) for n, c in codes if twice[n] == 1}

    def write(self, notebooks: list[Path], chapter: str) -> bytes:
        books = {n.stem: json.loads(executed_path(n, self.build).read_text("utf-8")) for n in notebooks}
        self.citing.require(books.items())
        self._front(books, chapter)
        for name, book in books.items():
            if chapter in ("", name):
                self._chapter(name, self.citing.book(book, name))
            else:
                self._count(book)
        if not chapter:
            self._codebook()
            write_memos(self.paper, self.memos)
            self._methods()
        write_references(self.paper, self.memos.works)
        return self.paper.to_bytes()

    def _front(self, books: dict[str, Any], chapter: str) -> None:
        self.paper.front(self.title)
        front = read_front(self.study.root)
        if front.notice:
            self.paper.paragraph([Run(front.notice, "Strong")], "Notice")
        if front.question:
            self.paper.paragraph([Run("Question. ", "Strong"), Run(front.question)])
        for text, _ in answers(front, self.build, self.study.root):
            for block in prose.blocks(self.memos.works.replaced(text, in_words), html=False):
                self.paper.paragraph(block.words, "ListBullet")
        if front.by:
            self.paper.paragraph(front.by)
        held = Counter(d.kind for d in self.study.documents.values())
        counted = ", ".join(number_of(n, k) for k, n in sorted(held.items()))
        total = sum(words(d.text[t.words_start : t.end]) for d in self.study.documents.values() for t in d.turns)
        which = (
            f"The chapter “{_title(books[chapter], chapter)}”."
            if chapter
            else "All chapters, the codebook, the memos and the methods."
        )
        self.paper.paragraph(
            f"{which} The study holds {counted}; {number_of(total, 'word')}; {number_of(len(self.coded), 'excerpt')}; "
            f"codebook version {self.study.codebook.version or '1'}."
        )
        self.paper.paragraph(
            "Comments are welcome anywhere: in Word on any words, plot or table, or with a pencil, citing what stands "
            "in brackets beside it. These references are names and stay the same when pages and numbers move.",
        )
        self.paper.contents()
        withheld = [
            (d.id, release.verdict(d).reason) for d in self.study.documents.values() if not release.verdict(d).quotable
        ]
        if withheld:
            self.paper.paragraph("Counted and not quoted", "TOCHeading")
            for name, why in withheld:
                self.paper.paragraph(f"{name}: {why}", "ListBullet")

    def _chapter(self, name: str, book: Any) -> None:
        title = _title(book, name)
        self.paper.chapter(title, Reference("chapter", name))
        section = title
        for cell in book["cells"]:
            if cell["cell_type"] == "markdown":
                section = self._prose("".join(cell["source"]), name, section)
            elif cell["cell_type"] == "code":
                self._outputs(cell, name, section)

    def _prose(self, text: str, chapter: str, section: str) -> str:
        """Write a Markdown text; return the words of the last heading in it, or *section*."""
        for block in prose.blocks(text):
            said = prose.words_of(block.words)
            if block.kind == "heading":
                if block.level > 1:
                    self.paper.heading(said, block.level, Reference("section", f"{chapter}#{heading_id(said)}"))
                section = said
            elif block.kind == "table":
                self._table(block, None)
            else:
                self.paper.paragraph(block.words, STYLES.get(block.kind, ""))
        return section

    def _outputs(self, cell: Any, chapter: str, section: str) -> None:
        name, shown = cell_name(cell), Counter[str]()
        about = cell["metadata"].get("mystnb", {})
        for output in cell["outputs"]:
            data = {kind: "".join(text) for kind, text in output.get("data", {}).items()}
            kind = next((k for k in _SEEN if k in data), "")
            if kind == "text/markdown":
                self._prose(data[kind], chapter, section)
            elif kind.startswith("image/"):
                self._plot(about, data, chapter, _nth(name, shown, "plot"))
            elif kind == "text/html":
                tables, around = prose.html_tables(data[kind])
                for table in tables:
                    caption = about.get("figure", {}).get("caption") or about.get("table", {}).get("caption") or section
                    self._table(table, (caption, Reference("table", f"{chapter}/{_nth(name, shown, 'table')}")))
                for line in around.split("\n") if around else ():
                    self.paper.paragraph(line)
            else:
                self.paper.paragraph(data.get(kind) or "".join(output.get("text", "")), "Listing")

    def _plot(self, about: Any, data: dict[str, str], chapter: str, name: str) -> None:
        kept = plots_path(Path(f"{chapter}.ipynb"), self.build) / f"{name}.png"
        picture = kept.read_bytes() if kept.exists() else b64decode(data.get("image/png", ""))
        self.numbers["plot"] += 1
        caption = [r for b in prose.blocks(about.get("figure", {}).get("caption", "")) for r in b.words]
        caption += [Run(f" {data[LEFT_OUT]}" if caption else data[LEFT_OUT])] if data.get(LEFT_OUT) else []
        alt = about.get("image", {}).get("alt", "")
        told = " ".join(f"{t.rstrip('.')}." for t in (alt, data.get("text/plain", "")) if t)
        at = Reference("plot", f"{chapter}/{name}")
        if picture:
            self.paper.picture(picture, told, caption, self.numbers["plot"], at)
        else:
            self.paper.paragraph(f"{told} (this drawing has no form for print; it is on the site) {visible(at)}", at=at)

    def _table(self, table: prose.Block, captioned: tuple[str, Reference] | None) -> None:
        if captioned:
            caption, at = captioned
            self.numbers["table"] += 1
            words_in_it = [
                r for b in prose.blocks(caption if caption[-1:] in ".?!" else f"{caption}.") for r in b.words
            ]
            self.paper.caption("Table", self.numbers["table"], words_in_it, at)
        written = prose.with_cells(table, self._cell) if captioned else table
        headings = [prose.words_of(c) for c in written.rows[0]]
        self.paper.table(headings, written.rows[1:], table.numeric)

    def _cell(self, said: str) -> tuple[Run, ...]:
        """Return a cell's words; codes lead to their places, a quotation is followed by its reference."""
        names = said.split("; ")
        if all(n in self.codes for n in names):
            linked = [r for n in names for r in (Run("; "), Run(n, to=self.codes[n]))]
            return tuple(linked[1:])
        for quotation in (said, said.split(" — ", maxsplit=1)[0]):
            found = self.quoted.get(quotation)
            if found:
                at = Reference("excerpt", found[1])
                return (Run(said), Run(" "), Run(visible(at, found[0]), "Reference", to=at))
        return (Run(said),)

    def _count(self, book: Any) -> None:
        """Count the plots and tables of a chapter that is not written."""
        for cell in book["cells"]:
            for output in cell.get("outputs", ()):
                data = output.get("data", {})
                kind = next((k for k in _SEEN if k in data), "")
                self.numbers["plot"] += kind.startswith("image/")
                if kind == "text/html":
                    self.numbers["table"] += len(prose.html_tables("".join(data[kind]))[0])

    def _codebook(self) -> None:
        book = self.study.codebook
        carries = ", and what each code carries" if self.excerpts else ""
        self.paper.chapter(f"The codebook{carries}", Reference("chapter", "codebook"))
        self.paper.paragraph(f"{book.title}, version {book.version or '1'}.")
        if not self.excerpts:
            self.paper.paragraph(
                "Each code's excerpts stand on the site, and here with the option --excerpts.", "Small"
            )
        for family in book.families.values():
            self.paper.heading(family.label, 2, Reference("section", f"codebook#{heading_id(family.id)}"))
            if family.rule:
                self.paper.paragraph(family.rule)
            for code in (c for c in book.codes.values() if c.family == family.id):
                self._code(code)
        if book.history:
            self.paper.heading("How it grew", 2, Reference("section", "codebook#how-it-grew"))
            for change in book.history:
                said = [Run(f"Version {change.version}, {change.on}: {change.change} "), Run(change.why, "Emphasis")]
                self.paper.paragraph(said, "ListBullet")

    def _code(self, code: Any) -> None:
        at = Reference("code", code.id)
        mine = [(d, e) for d, _, e in self.coded if code.id in e.codes]
        self.paper.heading(code.label, 3, at)
        self.paper.paragraph(
            [Run(f"{code.status}; {number_of(len(mine), 'excerpt')}. "), Run(visible(at), "Reference")],
            "Small",
            keep=bool(code.definition),
        )
        parts = [
            ("", code.definition),
            ("When to use. ", code.use),
            ("When not. ", code.not_),
            ("Proposition. ", code.proposition),
        ]
        if any(text for _, text in parts):
            runs = [r for name, text in parts if text for r in (Run(name, "Strong"), Run(f"{text.strip()} "))]
            self.paper.paragraph(runs)
        for document, excerpt in mine if self.excerpts else ():
            self._quote(document, excerpt, excerpt.codes[code.id])

    def _quote(self, document: Document, excerpt: Excerpt, stance: float | None) -> None:
        place, at = excerpt.anchor, Reference("excerpt", excerpt.id)
        turns = document.turns_in(place.start, place.end)
        language = turns[0].language if turns else document.language
        by = attributed(document, excerpt, self.study.cases)
        who = by.who(lambda case: self.study.cases[case].label)
        said = [who] if who else []
        said += [self.study.codebook.stance_label(stance)] if stance is not None else []
        self.paper.paragraph(
            [
                Run(by.quotation, language="" if language == "en" else language),
                Run(f" — {', '.join(said)} " if said else " "),
                Run(visible(at, document.id), "Reference", to=at),
            ],
            "Quote",
            at,
        )

    def _methods(self) -> None:
        self.paper.chapter(how.TITLE, Reference("chapter", how.PAGE))
        suggested = suggestions(self.study, self.build)
        for part in how.methods(self.study, suggested, self.counted, self.memos.works):
            if isinstance(part, Heading):
                self.paper.heading(part.words, 2, Reference("section", f"{how.PAGE}#{heading_id(part.words)}"))
            elif isinstance(part, Paragraph):
                self.paper.paragraph(_runs(part.words), "")
            elif isinstance(part, Points):
                for _, words in part.points:
                    self.paper.paragraph(_runs(words), "ListBullet")
            else:
                rows = [part.table.headings, *part.table.rows]
                written = tuple(tuple((Run(c),) for c in row) for row in rows)
                self._table(prose.Block("table", rows=written, numeric=part.table.numeric), None)
                if part.table.note:
                    self.paper.paragraph(part.table.note, "Small")


def _runs(words: Words) -> list[Run]:
    """Return words for print; names stand as they are."""
    found: list[Run] = []
    for w in words:
        if isinstance(w, Cited):
            found += citation_runs(w.citation)
        elif isinstance(w, str):
            found.append(Run(w))
        else:
            found.append(Run(w.label) if isinstance(w, Named) else Run(w.words, "Emphasis"))
    return found


def _nth(name: str, shown: Counter[str], kind: str) -> str:
    """Return the name of the next plot or table that a cell shows, as ``kept`` gives it."""
    shown[kind] += 1
    return name if shown[kind] == 1 else f"{name}-{shown[kind]}"


def _title(book: Any, otherwise: str) -> str:
    """Return a chapter's title: its first heading."""
    for cell in book["cells"]:
        if cell["cell_type"] == "markdown":
            for block in prose.blocks("".join(cell["source"])):
                if block.kind == "heading":
                    return prose.words_of(block.words)
    return otherwise


def _quotations(counted: Settled) -> dict[str, tuple[str, str]]:
    """Return the words of each excerpt that may be quoted, in one line, with document and id; the first of equals."""
    found: dict[str, tuple[str, str]] = {}
    for document, _, excerpt in counted.coded:
        by = attributed(document, excerpt, counted.study.cases)
        if not by.withheld:
            marked = f"[{by.mark}] {by.words}" if by.mark else by.words
            for shown in (by.quotation, marked, by.words):
                found.setdefault(shown, (document.id, excerpt.id))
    return found
