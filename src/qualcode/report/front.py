"""
What the report says of itself: ``notebooks/report.yaml``, read strictly, and what its first page makes of it.

What the study is, its question, who made it, the order of the chapters. The answer is no typed text: each of its
sentences is one that a chapter's cell computed and showed, so that its numbers are the chapter's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qualcode.errors import Problem, SourceError, UsageError, did_you_mean
from qualcode.plaintext.folder import bytes_of, check_links
from qualcode.plaintext.notebook import FOLDER as NOTEBOOKS
from qualcode.plaintext.notebook import notebook_names, read_notebook
from qualcode.plaintext.source import Entries, decoded, read_yaml
from qualcode.plural import number_of
from qualcode.report.staleness import executed_path

FILE = "notebooks/report.yaml"
_KEYS = ("notice", "question", "answer", "plot", "by", "chapters")
_ANSWER = re.compile(r"(?P<chapter>[\w.-]+)/(?P<cell>[\w.-]+)(?: (?P<first>[1-9][0-9]?)(?:-(?P<last>[1-9][0-9]?))?)?")
_NEXT = re.compile(r"(?<=[.!?])\s+(?=[\"“(*_]*[A-ZÀ-Þ0-9])")


@dataclass(frozen=True)
class Asked:
    """What the first page takes from a chapter: its cell, and from which to which of its sentences, 0 for all."""

    chapter: str
    cell: str
    first: int
    last: int
    line: int


@dataclass(frozen=True)
class Front:
    """What ``report.yaml`` says; everything may be left out."""

    notice: str = ""
    question: str = ""
    by: str = ""
    plot: str = ""
    plot_line: int = 0
    answer: tuple[Asked, ...] = ()
    chapters: tuple[str, ...] = ()


def read_front(root: Path) -> Front:
    """
    Read ``notebooks/report.yaml``; nothing is said where there is none.

    Raises:
        SourceError: an entry that is unknown or not what it should be, or a chapter that is not there; all of them.

    Example:
        >>> settings = study.root / "notebooks" / "report.yaml"
        >>> written = settings.write_text("chapters: [sum]")
        >>> read_front(study.root).chapters
        ('sum',)
    """
    data = bytes_of(root, FILE)
    if data is None:
        return Front()
    entries = read_yaml(decoded(data, FILE), FILE)
    top = entries.value
    if not isinstance(top, dict):
        raise SourceError([Problem(FILE, 1, f"is no list of 'key: value' lines; it may have {', '.join(_KEYS)}")])
    problems = [
        Problem(
            FILE, entries.line(key), f"unknown entry {key!r}{did_you_mean(key, _KEYS)}; it may have {', '.join(_KEYS)}"
        )
        for key in top
        if key not in _KEYS
    ]
    words = {}
    for key in ("notice", "question", "by", "plot"):
        words[key] = top.get(key, "")
        if not isinstance(words[key], str):
            problems.append(Problem(FILE, entries.line(key), f"{key!r} takes words"))
            words[key] = ""
    names = [Path(name).stem for name in notebook_names(root)]
    chapters = _strings(top, "chapters", entries, problems)
    for n, chapter in enumerate(chapters):
        if chapter not in names:
            near = did_you_mean(chapter, names)
            problems.append(Problem(FILE, entries.line("chapters", n), f"there is no notebook {chapter!r}{near}"))
        elif chapter in chapters[:n]:
            problems.append(Problem(FILE, entries.line("chapters", n), f"{chapter!r} stands here twice"))
    answer = []
    for n, told in enumerate(_strings(top, "answer", entries, problems)):
        found, line = _ANSWER.fullmatch(told), entries.line("answer", n)
        if found and found["chapter"] in names:
            first, last = int(found["first"] or 0), int(found["last"] or found["first"] or 0)
            answer.append(Asked(found["chapter"], found["cell"], first, max(first, last), line))
        else:
            what = "is not written CHAPTER/CELL, or CHAPTER/CELL 2 or 2-3 for some of its sentences; chapters are "
            what += ", ".join(names)
            problems.append(Problem(FILE, line, f"{told[:60]!r} {what}"))
    if problems:
        raise SourceError(problems)
    return Front(**words, plot_line=entries.line("plot"), answer=tuple(answer), chapters=tuple(chapters))


def _strings(top: Mapping[str, Any], key: str, entries: Entries, problems: list[Problem]) -> list[str]:
    told = top.get(key) or []
    if not isinstance(told, list) or not all(isinstance(one, str) for one in told):
        problems.append(Problem(FILE, entries.line(key), f"{key!r} takes a list of words"))
        return []
    return told


def notebook_paths(root: Path) -> list[Path]:
    """
    Return a study's notebooks in reading order: as ``report.yaml`` has it, else ``corpus`` first, then by name.

    Raises:
        UsageError: it has none.
        SourceError: one is no notebook, or no file of the study's; ``report.yaml`` is not what it should be.
        WriteError: a link in ``build`` leads out of the study.
    """
    check_links(root, "build")
    names = notebook_names(root)
    for name in names:
        read_notebook(root, name)
    order = in_order([Path(name).stem for name in names], read_front(root))
    found = [root / NOTEBOOKS / f"{name}.ipynb" for name in order]
    if not found:
        raise UsageError(f"{root / 'notebooks'} holds no notebook; `qualcode new study` shows three to begin with")
    return found


def in_order(names: Iterable[str], front: Front) -> list[str]:
    """Return the chapters in the order of the argument; after them those it does not name, ``corpus`` before others."""
    place = {name: n for n, name in enumerate(front.chapters)}
    return sorted(names, key=lambda name: (place.get(name, len(place)), name != "corpus", name))


def answers(front: Front, build: Path, root: Path) -> list[tuple[str, str]]:
    """
    Return the sentences of the answer, as Markdown, each with its chapter.

    Raises:
        SourceError: a cell that is not there, or shows no such sentence; all of them.
    """
    books = {
        name: json.loads(executed_path(root / "notebooks" / f"{name}.ipynb", build).read_text("utf-8"))
        for name in {asked.chapter for asked in front.answer}
    }
    found: list[tuple[str, str]] = []
    problems: list[Problem] = []
    for asked in front.answer:
        shown = list(_shown(books[asked.chapter], asked.cell))
        sentences = _NEXT.split(" ".join(" ".join(shown).split()))
        if not shown:
            cells = [
                str(c.get("id")) for c in books[asked.chapter]["cells"] if any(_shown({"cells": [c]}, c.get("id")))
            ]
            what = f"{asked.chapter} has no cell {asked.cell!r} that shows a sentence{did_you_mean(asked.cell, cells)}"
            problems.append(Problem(FILE, asked.line, what))
        elif asked.last > len(sentences):
            number = number_of(len(sentences), "sentence")
            what = f"cell {asked.cell!r} of {asked.chapter} shows {number}, and {asked.last} are asked for"
            problems.append(Problem(FILE, asked.line, what))
        else:
            found.append((" ".join(sentences[max(0, asked.first - 1) : asked.last or None]), asked.chapter))
    if problems:
        raise SourceError(problems)
    return found


def _shown(book: Mapping[str, Any], cell: object) -> Iterator[str]:
    for one in book["cells"]:
        for output in one.get("outputs", ()) if one.get("id") == cell else ():
            if "text/markdown" in output.get("data", {}):
                yield "".join(output["data"]["text/markdown"])


def figure_of(front: Front, pages: Mapping[str, str]) -> tuple[str, str, str]:
    """
    Return the picture of the plot that the first page shows, its caption, and where it stands; nothing where none is.

    Args:
        pages: the chapters' bodies as they were set, by name.

    Raises:
        SourceError: there is no such plot.
    """
    if not front.plot:
        return "", "", ""
    chapter, _, name = front.plot.partition("/")
    figures = re.findall(r'<figure\b[^>]*\sid="([^"]+)"[^>]*>\s*(.*?)</figure>', pages.get(chapter, ""), re.DOTALL)
    inside = dict(figures).get(name, "")
    picture = re.search(r"<img\b[^>]*>", inside)
    if not picture:
        near = did_you_mean(front.plot, [f"{c}/{n}" for c, page in pages.items() for n in _plots(page)])
        raise SourceError(
            [Problem(FILE, front.plot_line, f"there is no plot {front.plot!r}{near}; write CHAPTER/NAME")]
        )
    caption = re.search(r'<span class="caption-text">(.*?)</span>\s*(?:<a |</p>)', inside, re.DOTALL)
    return picture[0], caption[1] if caption else "", f"{chapter}.html#{name}"


def _plots(page: str) -> Sequence[str]:
    return re.findall(r'<figure\b[^>]*\sid="([^"]+)"[^>]*>\s*<img', page)
