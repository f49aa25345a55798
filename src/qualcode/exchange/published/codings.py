"""
Codings of a published text, kept without the text, and put onto the study a reader made from it.

A line of ``codings.jsonl`` names a quotation by the source's line and its length, and a stretch in it by place,
under the one hash of the whole source; the words stay with whoever has the text. Nothing is attached unless all of
it fits: the same source, and quotations as they were imported.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qualcode.errors import Problem, SourceError, UsageError
from qualcode.exchange.published.quotations import Span, as_imported, is_starter, source_hash, spans
from qualcode.exchange.published.wordless import CODINGS, EXCERPT_KEYS, FORM, READ_KEYS, read_published
from qualcode.plaintext.anchor import Anchor, text_hash
from qualcode.plaintext.durable import put, replace_all, version_of
from qualcode.plaintext.folder import bytes_of
from qualcode.plaintext.source import read_given, read_text
from qualcode.plural import number_of
from qualcode.study.coderfile import CoderFile, Excerpt, Reading, read_coder_file
from qualcode.study.document import Document, read_document

BESIDE = ("codebook.yaml", "cases.csv", "ties.csv", "acts.csv")
"""What is put into a study's ``coding/`` beside the codings."""
RUN = 4
"""So many running words of a quotation may not stand in what is published."""

_Run = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttachReport:
    """
    What ``attach`` or ``publish`` came to. With ``problems`` nothing was written.

    ``documents``: id -> how many excerpts; ``files``: what was written, none where all was there already.
    """

    coder: str
    documents: dict[str, int]
    files: tuple[str, ...]
    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        if self.problems:
            return "\n".join([*map(str, self.problems), "nothing was written"])
        excerpts = sum(self.documents.values())
        done = f"{number_of(len(self.files), 'file')} written" if self.files else "all of it was there already"
        where = number_of(len(self.documents), "document")
        return f"{number_of(excerpts, 'excerpt')} in {where}, coder {self.coder!r}; {done}"


@dataclass(frozen=True, slots=True)
class _Place:
    """A quotation in a study: its document and where it stands there."""

    document: Document
    span: Span

    @property
    def words(self) -> str:
        return self.document.text[self.span.start : self.span.end]

    @property
    def where(self) -> dict[str, Any]:
        return {"line": self.span.line, "nth": self.span.nth, "length": len(self.words)}


def attach(study: Path, published: Path) -> AttachReport:
    """
    Put a published coding onto the study that an import made from the same text.

    Args:
        study: the folder of the study.
        published: the folder with ``codings.jsonl`` and the codebook, cases, ties and acts.

    Returns:
        The report. All reasons to refuse are listed: another source, a document that is not as it was imported, a
        quotation that is not there or has another length, a file that is there and differs. A codebook or cases as
        an import left them are replaced; what is identical is left alone, so a second call writes nothing.

    Raises:
        SourceError: ``codings.jsonl`` cannot be read as such, or a document of the study cannot.

    Example:
        >>> print(attach(Path("reader"), Path("published/ovens")))
        1 excerpt in 1 document, coder 'ann'; 1 file written
        >>> tables.codings(open_study("reader"))[["coder", "quote", "code"]]
          coder    quote         code
        0   ann  at four  theme/first
    """
    head, entries = read_published(published / CODINGS)
    documents = _documents(study)
    problems = _source_problems(study, documents, head["source"])
    places = {} if problems else _places(documents)
    coded: dict[str, CoderFile] = {}
    for number, entry in entries if places else ():
        wrong = _wrong(entry, places)
        if wrong:
            problems.append(Problem(CODINGS, number, wrong))
        else:
            _take(entry, places[entry["line"], entry["nth"]], head["coder"], coded)
    files = {f"coding/coders/{head['coder']}/{d}.jsonl": _settled(f, documents[d]) for d, f in coded.items()}
    files |= {f"coding/{n}": read_text(published / n, n) for n in BESIDE if (published / n).is_file()}
    new = {n: t for n, t in files.items() if bytes_of(study, n) != t.encode("utf-8")}
    problems += _in_the_way(study, new)
    if not problems:
        seen = {n: version_of(bytes_of(study, n)) for n in new}
        replace_all(study, {n: t.encode("utf-8") for n, t in new.items()}, seen)
    counts = {d: len(f.excerpts) for d, f in sorted(coded.items())}
    return AttachReport(head["coder"], counts, () if problems else tuple(sorted(new)), tuple(sorted(set(problems))))


def publish(study: Path, published: Path, coder: str) -> AttachReport:
    """
    Write ``codings.jsonl``: what *coder* coded in a study of quotations, without one word of it.

    Args:
        study: a study that ``import_quotations`` made and somebody coded.
        published: the folder to write into. Only ``codings.jsonl`` is written; the files beside it are
            yours, and are checked.
        coder: whose codings.

    Returns:
        The report. Reasons to refuse: a document that is not as it was imported, an excerpt that does not lie
        within one quotation or whose words are not the text, and four running words of a quotation in a memo or
        in a file beside.

    Raises:
        SourceError: a coder's file or a document has problems.

    Example:
        >>> done = publish(Path("ovens"), Path("published/ovens"), coder="ann")
        >>> print(done)
        1 excerpt in 1 document, coder 'ann'; 1 file written
        >>> done.documents
        {'2019-03-03-baker': 1}
    """
    documents = _documents(study)
    sources = sorted({_source(d) for d in documents.values()})
    if len(sources) != 1:
        raise UsageError(f"{study}: its quotations come from {len(sources)} texts; publish takes a study of one")
    lines: list[dict[str, Any]] = []
    problems: list[Problem] = []
    counts: dict[str, int] = {}
    quoted = {run for d in documents.values() for run in _quoted(d)}
    for name, document in documents.items():
        path = study / "coding" / "coders" / coder / f"{name}.jsonl"
        file, wrong = read_coder_file(path, f"coding/coders/{coder}/{name}.jsonl", coder)
        problems += wrong
        here, wrong = _without_words(file, document, quoted)
        lines += here
        problems += wrong
        counts |= {name: len(file.excerpts)} if file.excerpts else {}
    if not lines and not problems:
        raise UsageError(f"{study}: coder {coder!r} has coded nothing here")
    problems += _altered(study, documents)
    problems += _leaks(published, quoted)
    if not problems:
        head = {"published": FORM, "coder": coder, "source": sources[0]}
        text = "".join(json.dumps(e, ensure_ascii=False) + "\n" for e in (head, *sorted(lines, key=_order)))
        put(published, CODINGS, text.encode("utf-8"))
    return AttachReport(coder, counts, () if problems else (CODINGS,), tuple(sorted(set(problems))))


def find_published(text: Path, under: Path) -> Path:
    """
    Return the folder under *under* whose codings were made from *text*: a source, or a study made of one.

    Raises:
        UsageError: none was, or several.

    Example:
        >>> find_published(Path("ovens.md"), Path("published")).as_posix()
        'published/ovens'
    """
    made = (_source(d) for d in _documents(text).values()) if text.is_dir() else (source_hash(read_given(text)),)
    sources = set(made)
    found = [p.parent for p in sorted(under.glob(f"*/{CODINGS}")) if read_published(p)[0]["source"] in sources]
    if len(found) != 1:
        what = "no published coding is of this text" if not found else "several published codings are of this text"
        names = ", ".join(p.name for p in found) or f"looked in {under}"
        raise UsageError(f"{text}: {what} ({names}); say which folder")
    return found[0]


def _documents(study: Path) -> dict[str, Document]:
    """Read the documents that an import of quotations made, by id."""
    found: dict[str, Document] = {}
    problems: list[Problem] = []
    for path in sorted((study / "documents").glob("*.md")):
        document, wrong = read_document(path, f"documents/{path.name}", "document")
        problems += wrong
        if document and _source(document):
            found[document.id] = document
    if problems:
        raise SourceError(problems)
    if not found:
        raise UsageError(f"{study}: there are no imported quotations; run `qualcode import --quotations` first")
    return found


def _source(document: Document) -> str:
    return document.attributes.get("source", "").removeprefix("sha256 ")


def _source_problems(study: Path, documents: dict[str, Document], source: str) -> list[Problem]:
    what = "made from another text (SHA-256 {}...) than the coding ({}...); import the text that was coded"
    problems = [
        Problem(str(study / d.path), 0, what.format(_source(d)[:12], source[:12]))
        for d in documents.values()
        if _source(d) != source
    ]
    for document in documents.values():
        if not spans(document):
            what = "its 'lines' do not fit its turns; import it again"
            problems.append(Problem(str(study / document.path), 0, what))
    return problems + _altered(study, documents)


def _altered(study: Path, documents: dict[str, Document]) -> list[Problem]:
    """List the documents whose words were changed after the import: no place in them is what was meant."""
    what = "its words are not those that were imported; restore them, or import it again"
    return [Problem(str(study / d.path), 0, what) for d in documents.values() if not as_imported(d)]


def _places(documents: dict[str, Document]) -> dict[tuple[int, int], _Place]:
    return {(s.line, s.nth): _Place(d, s) for d in documents.values() for s in spans(d)}


def _wrong(entry: dict[str, Any], places: dict[tuple[int, int], _Place]) -> str:
    """Say why a published line does not fit the study; empty where it does."""
    line = entry["line"]
    place = places.get((line, entry["nth"]))
    if place is None:
        return f"the study has no quotation {entry['nth']} that starts on line {line} of the source"
    here = place.where
    if entry["length"] != here["length"]:
        return (
            f"the quotation of line {line} is another: {here['length']} code points where the coding has "
            f"{entry['length']}"
        )
    if "hash" in entry and entry["hash"] != text_hash(place.words):
        return f"the quotation of line {line} is another: its {here['length']} code points have another hash"
    start, end = entry["read"] if "read" in entry else (entry["start"], entry["end"])
    if not 0 <= start < end <= here["length"]:
        return f"place {start}-{end} is no stretch of the quotation of line {line}; the file is damaged"
    if "words" in entry and text_hash(place.words[start:end]) != entry["words"]:
        return f"the words at {start}-{end} of the quotation of line {line} are others; the file is damaged"
    return ""


def _take(entry: dict[str, Any], place: _Place, coder: str, coded: dict[str, CoderFile]) -> None:
    """Turn a published line into an excerpt or a reading of its document."""
    document, at = place.document, place.span.start
    path = f"coding/coders/{coder}/{document.id}.jsonl"
    file = coded.setdefault(document.id, CoderFile(coder, document.id, path))
    if "read" in entry:
        start, end = entry["read"]
        coded[document.id] = file.with_reading(Reading(at + start, at + end, document.hash, entry["made"]))
        return
    anchor = Anchor.take(document.text, at + entry["start"], at + entry["end"])
    about = {k: entry[k] for k in ("codes", "made", "case", "holder", "memo", "origin")}
    coded[document.id] = file.with_excerpt(Excerpt(entry["excerpt"], anchor, document.hash, **about))


def _settled(file: CoderFile, document: Document) -> str:
    """Write a coder's file; readings that leave out nothing but labels become one of the whole text."""
    read = [(r.start, r.end) for r in file.readings]
    if all(any(a <= s.start and s.end <= b for a, b in read) for s in spans(document)):
        made = max(r.made for r in file.readings)
        whole = Reading(0, len(document.text), document.hash, made)
        file = CoderFile(file.coder, file.document, file.path, file.excerpts, (whole,))
    return file.to_text()


def _in_the_way(study: Path, new: dict[str, str]) -> list[Problem]:
    """List the files that are there, differ, and are not as an import leaves them."""
    what = "is there and differs; nothing is overwritten, move it away or attach to a fresh import"
    return [
        Problem(str(study / n), 0, what)
        for n in new
        if (study / n).exists() and not is_starter(n, read_text(study / n, n))
    ]


def _without_words(
    file: CoderFile, document: Document, quoted: set[_Run]
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Turn a coder's file into published lines; list what cannot be published."""
    lines: list[dict[str, Any]] = []
    problems: list[Problem] = []
    places = [_Place(document, s) for s in spans(document)]
    for excerpt in file.excerpts:
        place = next((p for p in places if _within(excerpt, p.span)), None)
        wrong = _unpublishable(excerpt, place, document, quoted)
        problems += [Problem(file.path, excerpt.line, w) for w in wrong]
        if place and not wrong:
            lines.append(_published(excerpt, place))
    for reading in file.readings:
        if reading.text != document.hash:
            problems.append(Problem(file.path, reading.line, "another text was read; read it again"))
        for place in places:
            start, end = max(reading.start, place.span.start), min(reading.end, place.span.end)
            if start < end:
                stretch = [start - place.span.start, end - place.span.start]
                about = {"read": stretch, **place.where, "made": reading.made}
                lines.append({k: about[k] for k in READ_KEYS})
    return lines, problems


def _within(excerpt: Excerpt, span: Span) -> bool:
    return span.start <= excerpt.anchor.start and excerpt.anchor.end <= span.end


def _unpublishable(excerpt: Excerpt, place: _Place | None, document: Document, quoted: set[_Run]) -> list[str]:
    if excerpt.text != document.hash or not excerpt.anchor.stands_in(document.text):
        return ["its words are not the text at its place; run `qualcode check`"]
    if place is None:
        return ["does not lie within one quotation; split it"]
    if _runs(excerpt.memo or "").keys() & quoted:
        return [f"its memo repeats {RUN} running words of a quotation; say it in your own"]
    return []


def _published(excerpt: Excerpt, place: _Place) -> dict[str, Any]:
    start, end = excerpt.anchor.start - place.span.start, excerpt.anchor.end - place.span.start
    about = json.loads(excerpt.to_json())
    about |= {**place.where, "start": start, "end": end}
    return {k: about[k] for k in EXCERPT_KEYS}


def _order(entry: dict[str, Any]) -> tuple[Any, ...]:
    stretch = entry.get("read") or [entry["start"], entry["end"]]
    return entry["line"], entry["nth"], "read" in entry, *stretch, entry.get("excerpt", "")


def _leaks(published: Path, words: set[_Run]) -> list[Problem]:
    """List the files to be published that hold running words of a quotation."""
    problems = []
    for path in sorted(published.glob("*")) if published.is_dir() else ():
        if path.is_file() and path.name != CODINGS:
            text = read_text(path, path.name)
            lines = {text.count("\n", 0, at) + 1 for run, at in _runs(text).items() if run in words}
            what = f"repeats {RUN} running words of a quotation; say it in your own"
            problems += [Problem(str(path), number, what) for number in sorted(lines)]
    return problems


def _quoted(document: Document) -> set[_Run]:
    """Return the runs of words of a document's quotations, its labels left out."""
    return {run for s in spans(document) for run in _runs(document.text[s.start : s.end])}


def _runs(text: str) -> dict[_Run, int]:
    """Return every run of ``RUN`` words, case folded, and where it starts."""
    found = [(m[0], m.start()) for m in re.finditer(r"\w+", text.casefold())]
    return {tuple(w for w, _ in found[n : n + RUN]): found[n][1] for n in range(len(found) - RUN + 1)}
