"""
Documents of which only codings came, found as files beside them; or made of their own quoted passages.

A table of codings has no texts. They are looked for in a folder, by the document's name; where there is none, the
document of the study is the passages themselves, one after the other, and it is told that it is no more than that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from qualcode.errors import UsageError
from qualcode.exchange.projects.places import Dialect, Text, found_once
from qualcode.exchange.projects.record import Code, Coder, Coding, Project, Source
from qualcode.exchange.transcripts.bounds import bytes_of
from qualcode.exchange.transcripts.form import UnreadableError
from qualcode.exchange.transcripts.formats import read_transcripts
from qualcode.plural import number_of

_PLAIN = (".txt", ".md", ".text")
_OTHERS = (".docx", ".odt", ".rtf", ".pdf")
_MOST = 20_000


@dataclass(slots=True)
class Passage:
    """
    A coding as a table has it: its document by name, its code by path (from the top), words or a place or both.

    ``before`` and ``after``: words that stand beside, where the format has them. ``line``: where it is told.
    """

    document: str
    code: tuple[str, ...]
    line: int
    quote: str = field(default="", repr=False)
    start: int = -1
    end: int = -1
    coder: str = ""
    memo: str = field(default="", repr=False)
    made: str = ""
    before: str = field(default="", repr=False)
    after: str = field(default="", repr=False)
    passage: str = ""


class Folder:
    """
    The texts of a folder, by name.

    Raises:
        UsageError: the folder is not there.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise UsageError(f"{folder}: there is no such folder; the mapping's texts: names the folder of the texts")
        self._files: dict[str, list[Path]] = {}
        for n, path in enumerate(sorted(folder.iterdir())):
            if n >= _MOST:
                break
            if path.suffix.lower() in (*_PLAIN, *_OTHERS) and path.is_file():
                for name in {path.name.casefold(), path.stem.casefold()}:
                    self._files.setdefault(name, []).append(path)

    def text(self, name: str) -> tuple[Text, str] | None:
        """
        Return a document's text and the name of its file; plain text before others.

        ``None`` where there is none, or several alike.
        """
        folded = name.strip().casefold()
        found = self._files.get(folded) or self._files.get(folded.rpartition("/")[2]) or []
        for endings in (_PLAIN, _OTHERS):
            mine = [p for p in found if p.suffix.lower() in endings]
            if len(mine) == 1:
                try:
                    return Text(_plain(mine[0]) if endings is _PLAIN else _words(mine[0])), mine[0].name
                except UnreadableError:
                    return None
        return None


def _plain(path: Path) -> str:
    data = bytes_of(path)
    for encoding in ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableError("its letters are in no encoding this program reads; save it as UTF-8")


def _words(path: Path) -> str:
    """Return a document's words, a line a paragraph; a label and its words are one line."""
    readings = read_transcripts(path)
    reading = readings[0]
    if reading.turns:
        return "\n".join(f"{t.label}: {t.words}" for t in reading.turns)
    text = "\n".join(line.text for line in reading.lines)
    return text.replace(":\n ", ": ")


def joined(project: Project, passages: list[Passage], folder: Path) -> Project:
    """Put passages at their places in the texts of *folder*, as *project*'s codes, coders, sources and codings."""
    _codes(project, passages)
    names = list(dict.fromkeys(p.coder for p in passages if p.coder))
    project.coders += [Coder(n, n) for n in names]
    project.losses.find("coder", len(names))
    texts, own = Folder(folder), {}
    by_document: dict[str, list[Passage]] = {}
    for one in passages:
        by_document.setdefault(one.document, []).append(one)
    made = 0
    for name, mine in by_document.items():
        project.losses.find("source")
        found = texts.text(name)
        if found is None:
            made += 1
            quotes = list(dict.fromkeys(p.quote.strip("\r\n") for p in mine if p.quote.strip()))
            own[name] = _after_each_other(quotes)
            found = Text("\n\n".join(quotes)), ""
            why = f"its text is not in the folder; it is its {number_of(len(quotes), 'passage')}, one after the other"
            project.losses.change("source", why, name)
        project.sources.append(Source(name, name, found[0]))
    sources = {s.guid: s.text for s in project.sources}
    right = told = 0
    for one in passages:
        coding = Coding(f"line {one.line}", one.document, " > ".join(one.code), quote=one.quote, coder=one.coder)
        coding.memo, coding.made, coding.passage = one.memo, one.made, one.passage
        right += _placed(project, coding, one, sources[one.document], own.get(one.document, {}))
        told += bool(one.quote.strip())
        project.codings.append(coding)
    project.losses.find("coding", len(passages))
    project.reading = {"places": "by their words, where these stand once" if told else "code points, as written"}
    project.reading["words at their places"] = f"{right:,} of {told:,}"
    if made:
        project.losses.remark(f"{number_of(made, 'document has', 'documents have')} no text beside the codings")
    return project


def _codes(project: Project, passages: list[Passage]) -> None:
    known = {c.guid for c in project.codes}
    for one in passages:
        for depth in range(1, len(one.code) + 1):
            guid = " > ".join(one.code[:depth])
            if guid not in known:
                known.add(guid)
                project.losses.find("code")
                project.codes.append(Code(guid, one.code[depth - 1], " > ".join(one.code[: depth - 1])))


def _after_each_other(quotes: list[str]) -> dict[str, tuple[int, int]]:
    found, at = {}, 0
    for quote in quotes:
        length = len(Text(quote).stored)
        found[quote] = (at, at + length)
        at += length + 2
    return found


def _placed(project: Project, coding: Coding, one: Passage, text: Text, own: dict[str, tuple[int, int]]) -> bool:
    """Put a coding where its table says, or where its words stand once; say whether its words stand there."""
    quote = one.quote.strip("\r\n")
    if quote in own:
        coding.start, coding.end = own[quote]
        return True
    start, end = (text.place(p, Dialect("codepoint", 2, bom=True)) for p in (one.start, one.end))
    if start and end and start.at < end.at:
        there = text.stored[start.at : end.at]
        if not quote.strip() or "".join(there.split()) == "".join(quote.split()):
            coding.start, coding.end = start.at, end.at
            return bool(quote.strip())
    if not quote.strip():
        coding.start = coding.end = -1
        return False
    place = found_once(text.stored, quote)
    if isinstance(place, int) and place > 1 and (one.before or one.after):
        place = _beside(text.stored, one)
    if isinstance(place, int):
        coding.end = 0
        return False
    coding.start, coding.end = place
    if one.end > 0:
        project.losses.change("coding", "its words stand elsewhere than its table says, at one place", coding.guid)
    return True


def _beside(text: str, one: Passage) -> tuple[int, int] | int:
    """Return where words stand between the words beside them."""
    at, found = text.find(one.quote), []
    while at >= 0:
        end = at + len(one.quote)
        if text[:at].endswith(one.before) and text.startswith(one.after, end):
            found.append((at, end))
        at = text.find(one.quote, at + 1)
    return found[0] if len(found) == 1 else len(found)
