"""
Block quotations of a published text: found, attributed, told apart; and laid down as a study.

A block quotation is a paragraph followed by an attribution in italics, or closed by one in brackets,
or led in by a paragraph that ends with a colon. A quotation of several whole paragraphs cannot be seen
in plain Markdown: only its last one is found. Inline quotations are not read.

The copy is plain text: emphasis and footnote marks are the author's and not the speaker's, so they are
dropped; brackets and dots are kept; where a page break cut a quotation its parts are joined with a blank,
nothing is put between them, and the report says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qualcode.errors import Problem
from qualcode.exchange.published.attribution import Attribution, parse_attribution
from qualcode.plaintext.anchor import text_hash

_RULE = re.compile(r"([-*_])(?: ?\1){2,}")
_FOOTNOTE = re.compile(r"<sup>[^<]{1,4}</sup>|\[\^[^\]]+\]:|!\[|<?https?://\S+>?$")
_ITALIC = re.compile(r"\*(?!\*)[^*].*(?<!\*)\*|_(?!_).+_", re.DOTALL)
_CLOSING = re.compile(r"[.!?…] (?P<source>\([^()]+\))$")
_BRACKETS = re.compile(r"\(([^()]+)\)")
_CLOSED = tuple(".!?…:;\"”»’'])")


@dataclass(frozen=True, slots=True)
class Quotation:
    """
    One block quotation: ``line`` on which it starts, all ``lines`` of its parts, its plain ``text``.

    ``nth`` counts the quotations that start on that line, from 1. ``form`` is ``line`` (an attribution
    line follows), ``brackets`` or ``lead-in``; only the last may have no attribution.
    """

    line: int
    nth: int
    lines: tuple[int, ...]
    text: str
    form: str
    attribution: Attribution | None

    @property
    def hash(self) -> str:
        """The first 12 hex digits of the SHA-256 of the plain text."""
        return text_hash(self.text)

    @property
    def key_line(self) -> int:
        """The line by which a table of titles names it: the attribution's, else its own."""
        return self.attribution.line if self.attribution else self.line

    @property
    def kind(self) -> str:
        """``speech``, ``document``, ``literature``, or ``unattributed``."""
        return self.attribution.kind if self.attribution else "unattributed"


@dataclass(frozen=True, slots=True)
class Reading:
    """
    What was found in a text, in its order.

    ``notes`` say what was joined, dropped or resolved, and where a part may be missing; ``problems`` are
    what a table of titles has to decide: a day that does not exist, an ``Ibid.`` that may mean either of two.
    """

    quotations: tuple[Quotation, ...]
    notes: tuple[Problem, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Paragraph:
    line: int
    kind: str  # heading, aside (rule, footnote), other (table, list), italic, body
    text: str


def read_quotations(text: str, name: str = "source") -> Reading:
    """
    Find the block quotations of a Markdown text, in its order.

    Args:
        text: the whole text; lines split on LF.
        name: how notes and problems call the file.
    """
    return _Reader(text, name).read()


def plain(text: str) -> str:
    """Drop Markdown's emphasis, links and escapes and footnote marks; runs of blanks become one."""
    text = re.sub(r"<sup>[^<]*</sup>|\[\^[^\]]+\]", "", text)
    text = re.sub(r"\[([^\]]*)\]\([^)\s]*\)", r"\1", text)
    text = re.sub(r"<(https?://[^>\s]+)>", r"\1", text)
    text = re.sub(r"(?<!\\)(\*{1,3})(?=\S)(.+?)(?<=[^\s\\])\1", r"\2", text)
    text = re.sub(r"(?<![\w\\])(_{1,2})(?=\S)(.+?)(?<=[^\s\\])\1(?!\w)", r"\2", text)
    text = re.sub(r"\\([\\`*_{}\[\]()#+.!-])", r"\1", text)
    return re.sub(r"\s+", " ", text).strip()


def _paragraphs(text: str) -> Iterator[_Paragraph]:
    held: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if line.strip():
            held.append(line.strip())
        elif held:
            whole = "\n".join(held)
            yield _Paragraph(number - len(held), _kind(whole), whole)
            held = []


def _kind(text: str) -> str:
    if re.match(r"#{1,6} ", text):
        return "heading"
    if _RULE.fullmatch(text) or _FOOTNOTE.match(text):
        return "aside"
    if re.match(r"\||[-+*] |\d+[.)] |```|<[a-z/!]", text):
        return "other"
    return "italic" if _ITALIC.fullmatch(text) else "body"


class _Reader:
    """One pass over one text; gathers quotations, notes and problems."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.parts = [p for p in _paragraphs(text) if p.kind != "aside"]
        self.taken: set[int] = set()
        self.found: list[Quotation] = []
        self.notes: list[Problem] = []
        self.problems: list[Problem] = []
        self.ends: dict[int, int] = {}

    def read(self) -> Reading:
        for at in range(1, len(self.parts)):
            self._by_line(at)
        for at in range(len(self.parts)):
            if at not in self.taken and self.parts[at].kind == "body":
                self._by_brackets(at)
        self.found.sort(key=lambda q: q.line)
        self._resolve_ibid()
        return Reading(tuple(self.found), tuple(sorted(self.notes)), tuple(sorted(self.problems)))

    def _by_line(self, at: int) -> None:
        """Take the paragraph above an attribution line, with the parts that a page break cut off."""
        if self.parts[at].kind != "italic" or self.parts[at - 1].kind != "body":
            return
        attribution = parse_attribution(self.parts[at].text, self.parts[at].line)
        if attribution and attribution.title:
            first = self._first_part(at - 1)
            self.taken.update(range(first, at + 1))
            self._add(self.parts[first:at], "line", attribution, self.parts[at].line)

    def _first_part(self, at: int) -> int:
        """Go back over page breaks: a part goes on in lower case where the one before was not closed."""
        while at > 0 and self.parts[at - 1].kind == "body":
            lower, closed = self.parts[at].text[:1].islower(), self.parts[at - 1].text.endswith(_CLOSED)
            if lower != (not closed):
                what = (
                    "starts in lower case after a closed sentence" if lower else "stands under an unfinished sentence"
                )
                self._note(self.parts[at].line, f"the quotation {what}; is a part of it missing above?")
            if closed or not lower:
                break
            at -= 1
        return at

    def _by_brackets(self, at: int) -> None:
        """Take a paragraph that a colon leads in, or that an attribution in brackets closes."""
        paragraph = self.parts[at]
        led_in = at > 0 and self.parts[at - 1].kind == "body" and self.parts[at - 1].text.endswith(":")
        closing = _CLOSING.search(paragraph.text)
        attribution = None
        if closing:
            line = paragraph.line + paragraph.text.count("\n", 0, closing.start("source"))
            attribution = parse_attribution(closing["source"], line)
        if attribution and attribution.title and closing:
            cut = _Paragraph(paragraph.line, "body", paragraph.text[: closing.start("source")])
            self._add([cut], "brackets", attribution, paragraph.line)
        elif led_in:
            self._add([paragraph], "lead-in", None, paragraph.line)

    def _add(self, parts: list[_Paragraph], form: str, attribution: Attribution | None, end: int) -> None:
        lines = tuple(p.line for p in parts)
        text = ""
        for part in parts:
            text += ("" if not text or re.search(r"\w-$", text) else " ") + plain(part.text)
        if len(lines) > 1:
            where = ", ".join(str(n) for n in lines)
            self._note(lines[0], f"cut by a page break; lines {where} were joined and nothing was put between them")
        if attribution and attribution.stray:
            self._note(attribution.line, f"a stray {attribution.stray!r} after the date was not read")
        if attribution and attribution.wrong:
            self._problem(
                attribution.line, f"{attribution.wrong}; give the day in the table of titles, in a row for this line"
            )
        nth = 1 + sum(q.line == lines[0] for q in self.found)
        self.found.append(Quotation(lines[0], nth, lines, text, form, attribution))
        self.ends[lines[0]] = end

    def _resolve_ibid(self) -> None:
        """Say whom each ``Ibid.`` repeats; where another attribution stands between, it is a problem."""
        before: Quotation | None = None
        for quotation in self.found:
            here = quotation.attribution
            if here and here.ibid:
                self._one_ibid(quotation, here, before)
            before = quotation if here else before

    def _one_ibid(self, quotation: Quotation, here: Attribution, before: Quotation | None) -> None:
        if before is None or before.attribution is None:
            self._problem(
                here.line, "'Ibid.' with no attribution before it; give its line a row in the table of titles"
            )
            return
        between = [
            p.line
            for p in self.parts
            if self.ends[before.line] < p.line < quotation.line and p.kind == "body"
            for inside in _BRACKETS.findall(p.text)
            if (cited := parse_attribution(inside, p.line)) and cited.kind != "literature"
        ]
        if between:
            what = f"'Ibid.' may mean the quotation of line {before.line} or the attribution within line {between[-1]}"
            self._problem(here.line, f"{what}; give this line a row in the table of titles")
        else:
            self._note(here.line, f"'Ibid.' is read as the speaker of line {before.attribution.line}")

    def _note(self, line: int, message: str) -> None:
        self.notes.append(Problem(self.name, line, message))

    def _problem(self, line: int, message: str) -> None:
        self.problems.append(Problem(self.name, line, message))
