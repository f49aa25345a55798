"""
A published text's block quotations laid down as a study's folder.

They go to ``documents/`` with ``kind: quotations`` and not to ``interviews/``: what is printed is an
author's choice from a conversation, without questions, in the order of an argument. Nothing may be
concluded from it about what was asked, passed over or never put.

One document a speaker and date, each quotation one turn, in the order of the source. The front matter's
``lines`` holds the source's line of each turn (``539+541`` where a page break was joined), ``source`` the
SHA-256 of the source's text, ``imported`` that of the words laid down. Literature is left out and listed. Who
speaks is said by a table of titles only; what it does not know is a problem, and with one problem nothing is
written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from qualcode.errors import Problem, SourceError, UsageError, did_you_mean
from qualcode.exchange.published.blocks import Quotation, Reading, read_quotations
from qualcode.plaintext.durable import put
from qualcode.plaintext.folder import bytes_of
from qualcode.plaintext.source import SLUG, Row, day, read_csv, read_given
from qualcode.plural import number_of
from qualcode.study.document import SORTS, Document
from qualcode.study.layout import lay_notebooks

__all__ = ["ImportReport", "Span", "Title", "import_quotations", "read_quotations", "read_titles", "spans"]

LEFT_OUT = "left-out"
_COLUMNS = ("printed", "line", "case", "kind", "date", "note")
_IMPORTED = "imported"
_NOTE = "printed words of a published text; cite the source"
BARE_CODEBOOK = """\
title: No codes yet
families:
  theme: {label: Themes, role: theme}
codes:
  theme/first: {label: First theme, status: provisional}
"""
STARTERS = ("coding/cases.csv", "coding/codebook.yaml")
"""What an import lays down once and never touches again."""


@dataclass(frozen=True, slots=True)
class Title:
    """
    One row of a table of titles: an attribution as ``printed``, or by its ``on_line``, and whose it is.

    ``kind`` is a kind of document or ``left-out``; ``date`` stands in for the printed one. ``line`` is
    the table's own.
    """

    printed: str
    on_line: int
    case: str
    kind: str
    date: date | None
    line: int


@dataclass(frozen=True, slots=True)
class Span:
    """Where one quotation stands in a document's text; ``line`` and ``nth`` name it in the source."""

    line: int
    nth: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """
    What an import came to. With ``problems`` nothing was written.

    ``documents``: id -> how many quotations it holds; ``left_out``: line and why; ``files``: what was
    written, relative to the study.
    """

    source: str
    found: int
    documents: dict[str, int]
    left_out: tuple[tuple[int, str], ...]
    notes: tuple[Problem, ...]
    problems: tuple[Problem, ...]
    files: tuple[str, ...]

    def __str__(self) -> str:
        lines = [str(p) for p in (*self.problems, *self.notes)]
        lines += [f"line {line}: {why}" for line, why in self.left_out]
        laid, out = sum(self.documents.values()), number_of(len(self.left_out), "is", "are")
        end = (
            "nothing was written"
            if self.problems
            else f"{number_of(len(self.documents), 'document holds', 'documents hold')} {laid} of them"
        )
        return "\n".join(
            [
                *lines,
                f"{number_of(self.found, 'block quotation')}; {end}, {out} left out",
            ]
        )


@dataclass(frozen=True, slots=True)
class _Placed:
    quotation: Quotation
    case: str
    kind: str
    day: date
    remark: str = ""


def import_quotations(source: Path, into: Path, titles: Path | None = None, language: str = "en") -> ImportReport:
    """
    Lay the block quotations of *source* down as a study in the folder *into*.

    Args:
        source: a published text in Markdown.
        into: the study; made where it is not there. A file that is there and differs is a problem.
        titles: the table of titles (CSV: printed, line, case, kind, date, note). A row is keyed by the
            attribution as printed, or by its line (the quotation's own, where it has none); a row by line
            comes first. ``kind`` is empty for speech, else a kind of document, or ``left-out``. Without a
            table every attribution is a problem, which lists what a table has to say.
        language: of the quotations; attributions are read in English.

    Returns:
        The report, with every problem at once.

    Raises:
        SourceError: *source* or *titles* cannot be read.

    Example:
        >>> print(Path("ovens.md").read_text("utf-8"), end="")
        We light it at four.
        <BLANKLINE>
        *Baker, personal communication, 3 March 2019*
        >>> found = import_quotations(Path("ovens.md"), Path("again"), Path("titles.csv"))
        >>> found.documents, found.files[-1]
        ({'2019-03-03-baker': 1}, 'documents/2019-03-03-baker.md')
    """
    if not source.is_file():
        raise UsageError(f"{source}: there is no such file; give the text whose quotations are wanted")
    text = read_given(source)
    reading = read_quotations(text, source.name)
    table = read_titles(titles) if titles else ()
    sorter = _Sorter(source.name, titles.name if titles else "a table of titles", table)
    sorter.sort(reading)
    files = _files(sorter.placed, source_hash(text), language)
    kept = {n for n in STARTERS if (into / n).exists()}
    files = {n: text for n, text in files.items() if n not in kept}
    problems = sorter.problems or _in_the_way(files, into)
    report = ImportReport(
        source_hash(text),
        len(reading.quotations),
        {} if problems else _count(sorter.placed),
        tuple(sorter.left_out),
        tuple(sorted((*reading.notes, *sorter.notes))),
        tuple(sorted(problems)),
        () if problems else tuple(sorted(files)),
    )
    for name in report.files:
        put(into, name, files[name].encode("utf-8"))
    if not problems:
        lay_notebooks(into)
    return report


def source_hash(text: str) -> str:
    """Return the SHA-256 of a source's text as 64 hex digits; line ends and a BOM do not count."""
    return sha256(text.encode("utf-8")).hexdigest()


def read_titles(path: Path) -> tuple[Title, ...]:
    """
    Read a table of titles.

    Raises:
        SourceError: it is not there or has problems; all of them are listed.
    """
    if not path.is_file():
        raise SourceError([Problem(path.name, 0, f"no such table; it has the columns {', '.join(_COLUMNS)}")])
    rows, problems = read_csv(read_given(path), path.name, _COLUMNS[:4], _COLUMNS)
    found: list[Title] = []
    for row in rows:
        title, wrong = _title(row)
        if any((t.printed, t.on_line) == (title.printed, title.on_line) for t in found):
            wrong.append("this attribution stands here twice; keep one row")
        problems += [Problem(path.name, row.line, w) for w in wrong]
        found.append(title)
    if problems:
        raise SourceError(problems)
    return tuple(found)


def _title(row: Row) -> tuple[Title, list[str]]:
    wrong = []
    number = int(row["line"]) if row["line"].isdecimal() and len(row["line"]) < 10 else 0
    if bool(number) == bool(row["printed"]):
        wrong.append("a row is keyed by 'printed' or by 'line' (a number from 1), not by both or neither")
    kind = row["kind"] or "quotations"
    if kind not in (*SORTS, LEFT_OUT):
        hint = did_you_mean(kind, (*SORTS, LEFT_OUT)) or f"; it takes {', '.join((*SORTS, LEFT_OUT))}"
        wrong.append(f"unknown kind {kind!r}{hint}")
    if kind != LEFT_OUT and not SLUG.fullmatch(row["case"]):
        wrong.append(f"case {row['case']!r} is no slug; use a-z, 0-9 and hyphens")
    on = day(row["date"]) if row["date"] else None
    if isinstance(on, str):
        wrong.append(on)
        on = None
    return Title(_folded(row["printed"]), number, row["case"], kind, on, row.line), wrong


def _folded(title: str) -> str:
    return " ".join(title.replace("\u2019", "'").split()).casefold()


class _Sorter:
    """Say of each quotation whose it is and when, by the table; gathers what it cannot say."""

    def __init__(self, source: str, titles: str, table: tuple[Title, ...]) -> None:
        self.source, self.titles = source, titles
        self.by_line = {t.on_line: t for t in table if t.on_line}
        self.by_title = {t.printed: t for t in table if t.printed}
        self.placed: list[_Placed] = []
        self.left_out: list[tuple[int, str]] = []
        self.notes: list[Problem] = []
        self.problems: list[Problem] = []

    def sort(self, reading: Reading) -> None:
        lines = {q.key_line for q in reading.quotations}
        for title in self.by_line.values():
            if title.on_line not in lines:
                what = f"no attribution stands on line {title.on_line} of {self.source}; is it another text?"
                self.problems.append(Problem(self.titles, title.line, what))
        self.problems += [p for p in reading.problems if p.line not in self.by_line]
        before: Title | None = None
        for quotation in reading.quotations:
            whose = self._title(quotation, before)
            self._place(quotation, whose)
            before = whose if quotation.attribution else before
        self._note_twins()

    def _note_twins(self) -> None:
        """Note two days of one speaker that differ in the month alone; neither is changed."""
        first: dict[tuple[str, date], int] = {}
        for placed in self.placed:
            first.setdefault((placed.case, placed.day), placed.quotation.key_line)
        for (case, later), line in first.items():
            for other, earlier in first:
                if other == case and (earlier.year, earlier.day) == (later.year, later.day) and earlier < later:
                    what = f"{later} and {earlier} of {case!r} differ in the month alone; a slip? both are kept"
                    self.notes.append(Problem(self.source, line, what))

    def _title(self, quotation: Quotation, before: Title | None) -> Title | None:
        by_line = self.by_line.get(quotation.key_line)
        here = quotation.attribution
        if by_line or here is None:
            return by_line
        return before if here.ibid else self.by_title.get(_folded(here.title))

    def _place(self, quotation: Quotation, title: Title | None) -> None:
        here, line = quotation.attribution, quotation.key_line
        if title is None and quotation.kind == "literature":
            self.left_out.append((quotation.line, "literature, not speech; left out"))
        elif title is None:
            self._unknown(quotation)
        elif title.kind == LEFT_OUT:
            self.left_out.append((quotation.line, f"left out, as {self.titles}:{title.line} says"))
        else:
            own = title.date if title.on_line == line else None
            when = own or (here.date if here else None)
            remark = ""
            if own and here and own != here.date:
                printed = here.wrong or f"printed date '{here.printed_date}' is not used"
                what = f"{printed}; filed under {own}, as {self.titles}:{title.line} says"
                self.notes.append(Problem(self.source, line, what))
                remark = f"; line {line} prints '{here.printed_date}', the day is that of the table of titles"
            if when:
                self.placed.append(_Placed(quotation, title.case, title.kind, when, remark))
            elif not (here and here.wrong and line not in self.by_line):
                what = f"no day to file it under; give one in {self.titles}, in a row for line {line}"
                self.problems.append(Problem(self.source, line, what))

    def _unknown(self, quotation: Quotation) -> None:
        line = quotation.key_line
        if quotation.attribution is None:
            what = "a quotation without attribution; say whose it is"
        elif quotation.attribution.ibid:
            what = "'Ibid.' repeats an attribution that is not known; mend that one first, or say whose it is"
        else:
            what = "an attribution that the table does not know; add it as printed, or say whose it is"
        row = f"{what} in {self.titles}, in a row for line {line} (kind {LEFT_OUT} leaves it out)"
        self.problems.append(Problem(self.source, line, row))


def _document_id(placed: _Placed) -> str:
    tail = "" if placed.kind == "quotations" else f"-{placed.kind}"
    return f"{placed.day}-{placed.case}{tail}"


def _count(placed: list[_Placed]) -> dict[str, int]:
    ids = [_document_id(p) for p in placed]
    return {i: ids.count(i) for i in sorted(set(ids))}


def _files(placed: list[_Placed], source: str, language: str) -> dict[str, str]:
    files = {}
    for name in sorted({_document_id(p) for p in placed}):
        files[f"documents/{name}.md"] = _document([p for p in placed if _document_id(p) == name], source, language)
    kinds = {p.case: "person" if p.kind == "quotations" else "organisation" for p in reversed(placed)}
    files["coding/cases.csv"] = bare_cases(kinds)
    files["coding/codebook.yaml"] = BARE_CODEBOOK
    return files


def bare_cases(kinds: dict[str, str]) -> str:
    """Write the table of cases an import starts with: ids and kinds only, nothing judged."""
    return "case,label,kind\n" + "".join(f"{c},{c.replace('-', ' ')},{kinds[c]}\n" for c in sorted(kinds))


def is_starter(name: str, text: str) -> bool:
    """Say whether a file is as an import leaves it, so that nobody's work is in it."""
    if name == "coding/codebook.yaml":
        return text == BARE_CODEBOOK
    rows = [line.split(",") for line in text.split("\n")[1:-1]]
    kinds = {row[0]: row[2] for row in rows if len(row) == 3}
    return name == "coding/cases.csv" and bool(kinds) and text == bare_cases(kinds)


def _document(placed: list[_Placed], source: str, language: str) -> str:
    first = placed[0]
    speech = first.kind == "quotations"
    label = first.case.upper()
    head = [
        f"title: {'Quotations of' if speech else first.kind.capitalize() + ' by'} {first.case}, {first.day}",
        f"date: {first.day}",
        f"language: {language}",
        f"kind: {first.kind}",
        f"author: {first.case}",
    ]
    if speech:
        head += ["speakers:", f"  {label}: {{case: {first.case}}}"]
    if all(p.quotation.attribution and p.quotation.attribution.written for p in placed):
        head.append("mode: written")
    lines = " ".join("+".join(map(str, p.quotation.lines)) for p in placed)
    note = _NOTE + "".join(p.remark for p in placed)
    head += ["consent: quote", "release: open", f"note: {note}", f"source: sha256 {source}", f"lines: {lines}"]
    turns = [(f"{label}: " if speech else "") + p.quotation.text for p in placed]
    body = "\n\n".join(turns) + "\n"
    head.append(f"{_IMPORTED}: sha256 {source_hash(body)}")
    return "---\n" + "\n".join(head) + "\n---\n" + body


def _in_the_way(files: dict[str, str], into: Path) -> list[Problem]:
    """List what stands in the study already and is not what this import makes."""
    what = "is there and differs; move it away, or import into another folder"
    return [
        Problem(str(into / name), 0, what)
        for name, text in files.items()
        if (there := bytes_of(into, name)) is not None and there not in (text.encode("utf-8"), _of_before(text))
    ]


def _of_before(text: str) -> bytes:
    """Return a document as imports laid it down before they noted the hash of its words."""
    return re.sub(rf"^{_IMPORTED}: .*\n", "", text, count=1, flags=re.MULTILINE).encode("utf-8")


def as_imported(document: Document) -> bool:
    """Say whether a document's words are those an import laid down; true where an early import did not note them."""
    noted = document.attributes.get(_IMPORTED, "").removeprefix("sha256 ")
    return not noted or noted == source_hash(document.text)


def spans(document: Document) -> tuple[Span, ...]:
    """
    Return where each quotation stands in a document that an import made; empty for any other.

    A turn is one quotation; in a document without speakers a paragraph is.
    """
    lines = document.attributes.get("lines", "").split()
    if not document.attributes.get("source") or not all(re.fullmatch(r"\d+(\+\d+)*", n) for n in lines):
        return ()
    places = list(_places(document))
    if len(places) != len(lines):
        return ()
    found: list[Span] = []
    for printed, (start, end) in zip(lines, places, strict=True):
        line = int(printed.split("+")[0])
        found.append(Span(line, 1 + sum(s.line == line for s in found), start, end))
    return tuple(found)


def _places(document: Document) -> Iterator[tuple[int, int]]:
    if document.speakers:
        yield from ((t.words_start, t.end) for t in document.turns)
    else:
        yield from ((m.start(), m.end()) for m in re.finditer(r"[^\n]+", document.text))
