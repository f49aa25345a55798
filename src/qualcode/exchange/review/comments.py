"""
A supervisor's comments on the report, as memos on what they stand at.

Nothing is lost and nothing applied: a comment that finds no place becomes a memo that says so, a tracked change one
that tells it. A memo's name is made of what was said and when, so that importing again adds nothing.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from qualcode.errors import UsageError
from qualcode.exchange.review.references import References
from qualcode.exchange.review.returned import Block, Comment, Returned, read_returned
from qualcode.plaintext.durable import replace_all
from qualcode.plaintext.folder import listed
from qualcode.plaintext.source import SLUG, day
from qualcode.plural import number_of
from qualcode.study.memo import Reference
from qualcode.study.study import Study

KIND = "review"
_OURS = (
    "It stands on:",
    "In [[",
    "Not in the study now:",
    "No place was found for it",
    "It names [[",
    "Not told here: ",
    "Marked as resolved",
    "Proposed in the file, and not applied.",
)
"""How the paragraphs begin that stand below a reader's words."""
_CITED = re.compile(r"\[\[(\w{1,40}) ([^\]\n]{1,400})\]\]")
_CONFLICT = re.compile(r"^(?=(?:<{7}|>{7}) )", re.MULTILINE)
_MOST = 400
"""How many letters of the words a comment stands on are told."""


@dataclass(frozen=True)
class Placed:
    """One comment or change as a memo: its id, whether it is new, who, when, where, and its first words."""

    memo: str
    new: bool
    by: str
    on: str
    at: tuple[Reference, ...]
    said: str = ""
    resolved: bool = False
    text: str = ""


@dataclass(frozen=True)
class Imported:
    """What came in. ``changes`` counts paragraphs with tracked words, ``formats`` tracked changes of other kinds."""

    placed: tuple[Placed, ...]
    changes: int
    formats: int
    references: References

    def __str__(self) -> str:
        lines = []
        for p in self.placed:
            where = ", ".join(self.references.visible(r) for r in p.at) or "[no place found]"
            state = f"{'' if p.new else ' (was there already)'}{' (resolved)' if p.resolved else ''}"
            lines.append(f"{p.on} {p.by} {where}{state}: {p.said}\n    coding/memos/{p.memo}.md")
        added, nowhere = sum(p.new for p in self.placed), sum(not p.at for p in self.placed)
        lines.append(
            f"{number_of(len(self.placed) - self.changes, 'comment')} and "
            f"{number_of(self.changes, 'paragraph')} with tracked words, {added} of "
            f"them new; {nowhere} without a place; {number_of(self.formats, 'tracked change')} without words not kept. "
            "Nothing was changed in the study's texts."
        )
        return "\n".join(lines)


def import_comments(
    study: Study, path: Path, *, names: Mapping[str, str] | None = None, on: str = "", named: bool = False
) -> Imported:
    """
    Write each comment and each paragraph with tracked changes of a returned .docx as a memo of kind ``review``.

    A memo's author is the comment's initials: enough to tell two readers apart, and not a person's name, which would
    stay in the study's history for good.

    Args:
        names: author as the file has it -> who the memo shall say it is by (``supervisor``).
        on: the day (YYYY-MM-DD) of comments that carry none.
        named: write authors' names as the file has them.

    Raises:
        UsageError: the file cannot be read, a comment has no date and there is no *on*.
        WriteError: the disk refused; nothing was written.
    """
    returned = read_returned(path)
    if on and isinstance(day(on), str):
        raise UsageError(f"--on {on}: {day(on)}")
    undated = sum(not c.date for c in returned.comments)
    undated += sum(not d for b in returned.blocks if _changed(b) for d in b.authors.values())
    if undated and not on:
        raise UsageError(
            f"{path.name}: {number_of(undated, 'comment or change carries', 'comments or changes carry')} no date; "
            "say when the review was made: --on YYYY-MM-DD"
        )
    there = {p.stem[-8:]: p.stem for p in map(Path, listed(study.root, "coding/memos")) if p.suffix == ".md"}
    coming = _Coming(returned, References(study), _authors(returned, names or {}, named=named), on, there)
    placed = coming.comments()
    changes = coming.changes()
    new = {f"coding/memos/{p.memo}.md": p.text.encode("utf-8") for p in (*placed, *changes) if p.new}
    replace_all(study.root, new, dict.fromkeys(new, ""))
    return Imported((*placed, *changes), len(changes), returned.formats, coming.references)


class _Coming:
    """Comments on their way to being memos: where each block stands, who said what, what is there already."""

    def __init__(
        self, returned: Returned, references: References, by: Mapping[str, str], on: str, there: Mapping[str, str]
    ) -> None:
        self.returned, self.references, self._by, self._on, self._there = returned, references, by, on, there
        self._places = _places(returned.blocks, references)
        self._counted: Counter[str] = Counter()

    def comments(self) -> list[Placed]:
        """Return a memo for each comment; answers come after what they answer."""
        placed: dict[str, Placed] = {}
        for comment in self.returned.comments:
            at = self._at(comment)
            parent = placed.get(comment.answers)
            about = [r for r in at if r in self.references]
            about += [Reference("memo", parent.memo)] if parent else []
            title = "Answer to a comment" if parent else "Comment"
            key = f"{comment.date}\n{comment.text}\n{parent.memo[-8:] if parent else ''}"
            text = self._told(comment, at)
            made = self._memo(key, title, comment.date[:10] or self._on, self._by[comment.author], at, about, text)
            said = " ".join(comment.text.split())
            said = said if len(said) <= 60 else f"{said[:58]} …"
            placed[comment.id] = replace(made, said=said, resolved=comment.resolved)
        return list(placed.values())

    def changes(self) -> list[Placed]:
        """Return a memo for each paragraph with tracked words: as they were, and as they would be."""
        made = []
        for block, places in zip(self.returned.blocks, self._places, strict=True):
            if _changed(block):
                when = max(d[:10] for d in block.authors.values()) or self._on
                who = ", ".join(dict.fromkeys(self._by[a] for a in block.authors))
                before, after = (_harmless(" ".join(w.split()), self.references) for w in (block.was, block.words))
                text = "Proposed in the file, and not applied.\n\n"
                text += f"Before: {before or '(nothing)'}\n\nAfter: {after or '(nothing)'}\n"
                about = [r for r in places[-1:] if r in self.references]
                key = f"{when}\n{before}\n{after}"
                memo = self._memo(key, "Tracked change", when, who, places[-1:], about, text)
                made.append(replace(memo, said="words changed"))
        return made

    def _memo(
        self, key: str, title: str, when: str, by: str, at: list[Reference], about: list[Reference], text: str
    ) -> Placed:
        """Make a memo; what has the same *key* is told apart by its number."""
        self._counted[key] += 1
        tail = sha256(f"{key}\n{self._counted[key]}".encode("utf-8", "replace")).hexdigest()[:8]
        name = self._there.get(tail)
        if name:
            return Placed(name, False, by, when, tuple(at))
        on = "without a place" if not at else f"on {self.references.visible(at[0]).strip('[]')}"
        on += f" and {len(at) - 1} more" if len(at) > 1 else ""
        head = [f"title: {json.dumps(f'{title} {on}')}", f"on: {when}", f"by: {json.dumps(by, ensure_ascii=False)}"]
        head += ["about:", *(f'  - "{r.kind} {r.id}"' for r in about)] if about else []
        lines = ["---", *head, f"kind: {KIND}", "---", text.strip()]
        return Placed(f"{when}-{KIND}-{tail}", True, by, when, tuple(at), text="\n".join(lines) + "\n")

    def _at(self, comment: Comment) -> list[Reference]:
        """Return what a comment stands at: what its words name, the nearest of each block; of many cells, the table."""
        here = [n for n in comment.blocks if n < len(self._places)]
        tables = {self.returned.blocks[n].table for n in here}
        whole = [r for n in here[:1] for r in self._places[n] if r.kind == "table"]
        if len(here) > 1 and len(tables) == 1 and whole:
            return whole
        nearest = [self._places[n][-1] for n in here if self._places[n]]
        named = [r for r in self.references.in_print(comment.words) if r in self.references]
        things = [r for r in nearest if r.kind not in ("chapter", "section")]
        return list(dict.fromkeys([*named, *things] or nearest))

    def _told(self, comment: Comment, at: list[Reference]) -> str:
        """Write a comment's memo: its words, then where it stood."""
        known = self.references
        lines = [_harmless(comment.text, known) or "(no words)"]
        if comment.pictures:
            pictures = number_of(comment.pictures, "picture in the comment is", "pictures in the comment are")
            lines += [f"({pictures} in the file that came back.)"]
        quoted = " ".join(comment.words.split())
        short = quoted if len(quoted) <= _MOST else f"{quoted[: _MOST // 2]} … {quoted[-_MOST // 2 :]}"
        lines += ["It stands on:", f"> {_harmless(short, known)}"] if quoted else []
        if comment.more:
            lines += [f"Not told here: {comment.more:,} more letters on which it stands."]
        around = next((self._places[n] for n in comment.blocks if n < len(self._places)), [])
        lines += _listed("In", [r for r in around if r not in at and r in known])
        gone = ", ".join(f"{r.kind} {r.id}" for r in at if r not in known)
        lines += [f"Not in the study now: {gone}."] if gone else []
        lines += [] if at else ["No place was found for it in the report."]
        named = known.in_print(_CITED.sub("", comment.text))
        lines += _listed("It names", [r for r in named if r in known and r not in at])
        lines += ["Marked as resolved in the file."] if comment.resolved else []
        return "\n\n".join(lines)


def own_words(text: str) -> str:
    """Return of a memo's text what the reader said, without what ``import_comments`` wrote below it."""
    said = text.split("\n\n")
    end = next((n for n, part in enumerate(said) if part.startswith(_OURS)), len(said))
    return "\n\n".join(said[:end]).strip()


def _listed(lead: str, references: list[Reference]) -> list[str]:
    return [f"{lead} {', '.join(f'[[{r.kind} {r.id}]]' for r in references)}."] if references else []


def _changed(block: Block) -> bool:
    return block.changes > 0 and block.words != block.was


def _places(blocks: list[Block], references: References) -> list[list[Reference]]:
    """
    Return for each block what it is a part of, from the widest to the nearest: chapter, section, the thing itself.

    Bookmarks say it; where a program dropped them, the reference at a paragraph's end, the caption before a table or
    below a picture, and the headings' words do.
    """
    own = [_own(b, references) for b in blocks]
    first: dict[int, int] = {}
    for n, block in enumerate(blocks):
        if block.table:
            begins = first.setdefault(block.table, n)
            before = own[begins - 1] if begins else []
            own[n] = [r for r in before if r.kind == "table" and r not in own[n]] + own[n]
        elif block.picture and not own[n] and n + 1 < len(blocks):
            own[n] = [r for r in own[n + 1] if r.kind == "plot"]
    found: list[list[Reference]] = []
    chapter: Reference | None = None
    section: Reference | None = None
    for block, mine in zip(blocks, own, strict=True):
        heading = next((r for r in mine if r.kind in ("chapter", "section")), None)
        if not mine and not block.table:
            heading = references.by_heading(block.words, chapter.id if chapter else "")
        if heading and heading.kind == "chapter":
            chapter, section = heading, None
        elif heading:
            chapter, section = Reference("chapter", heading.id.split("#", maxsplit=1)[0]), heading
        elif mine and mine[-1].kind == "code":
            section = mine[-1]
        around = [r for r in (chapter, section) if r]
        found.append(list(dict.fromkeys([*around, *(r for r in mine if r.kind not in ("chapter", "section"))])))
    return found


def _own(block: Block, references: References) -> list[Reference]:
    """Return what the block itself is: by its bookmarks, an excerpt last, else by the reference it ends with."""
    marked = [r for r in map(references.by_bookmark, block.bookmarks) if r]
    if marked:
        return sorted(marked, key=lambda r: r.kind == "excerpt")
    return references.in_print(block.words[-160:])[-1:] if block.words.rstrip().endswith("]") else []


def _harmless(words: str, known: References) -> str:
    """Return words in which nothing is taken for a reference that leads nowhere, or for an unfinished merge."""
    plain = _CITED.sub(lambda m: m[0] if Reference(m[1], m[2].strip()) in known else f"[ [{m[1]} {m[2]}]]", words)
    return _CONFLICT.sub(" ", plain.replace("\r\n", "\n").replace("\r", "\n"))


def _authors(returned: Returned, names: Mapping[str, str], *, named: bool) -> dict[str, str]:
    """Return for each author in the file who the memo says it is by; two with the same initials are told apart."""
    given = {a: "" for b in returned.blocks for a in b.authors} | {c.author: c.initials for c in returned.comments}
    unknown = sorted(set(names) - set(given))
    if unknown:
        raise UsageError(f"nobody called {unknown[0]!r} wrote in this file")
    found = dict(names)
    taken: Counter[str] = Counter()
    for author in sorted(set(given) - set(names)):
        short = _initials(author, given[author])
        taken[short] += 1
        numbered = short if taken[short] == 1 else f"{short}-{taken[short]}"
        found[author] = author if named and author else numbered
    return found


def _initials(author: str, initials: str) -> str:
    """Return at most four letters for an author; a program may have put the whole name where initials belong."""
    given = initials if len(initials) <= 4 else ""
    plain = (given or "".join(w[0] for w in re.findall(r"[^\W\d_]+", author))[:4]).lower()
    return plain if SLUG.fullmatch(plain) else "reviewer"
