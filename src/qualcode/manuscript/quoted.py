"""
The quotations of a manuscript: block quotations, epigraphs, and what stands in quotation marks, of six words or more.

A mark opens or closes by what stands around it, so that straight marks need not balance. Where one does not, and in a
paragraph that only looks like a block quotation, the quotation is *unsure*: it counts where the study has its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from qualcode.exchange.published.blocks import read_quotations
from qualcode.manuscript.forms import Manuscript, Paragraph
from qualcode.manuscript.marked import SOFT
from qualcode.plaintext.source import MONTHS
from qualcode.plaintext.words import words_of

FEWEST = 6
"""A quotation has so many words at least; fewer are a term, or a manner of speaking."""
MOST = 1_000
"""A quotation of more words is looked for in parts of so many."""
_DOUBLE = re.compile("[“”„«»\"]|(?<![‘’'\\w])[‘'](?=\\w)|(?<=[\\w.,!?…)\\]])[’'](?![\\w’'])")
_OPENING, _CLOSING = "“„«", "”»"
_ENDS = re.compile(r"(?<=[.!?…])[”»\")]?\s+(?=[^\W\d_a-zà-ÿ]|[“«\"\[(])")
_BRACKETS = re.compile(rf"[\s{SOFT}.,;:]*\((?P<said>[^()]*(?:\([^()]*\)[^()]*)*)\)")
_CITED = re.compile(
    r"(?:@[\w:.#$%&+?<>~/-]+|\\[a-zA-Z]*cite[a-zA-Z]*|\{cite[\w:]*\})"
    rf"|\b(?!(?:{'|'.join(MONTHS)})\b)[A-ZÀ-Þ][\w'’-]+(?:(?:,? (?:and|et|&) |, )[A-ZÀ-Þ][\w'’-]+)*"
    r"(?: et al\.?)?,? \(?(?:1[5-9]|20)\d\d[a-z]?\b"
)


@dataclass(frozen=True, slots=True)
class Quoted:
    """
    A quotation of a manuscript.

    Args:
        number: counts the quotations of the file, from 1.
        paragraph: in which it stands; ``start`` and ``end`` are its place in that paragraph's text.
        form: ``inline``, ``block`` or ``epigraph``.
        said: who and when, as it stands in brackets after it or on the line of attribution; ``""`` where nothing does.
        said_at: where in the file that stands, -1 where that cannot be told.
        lead, tail: the sentence around it, before and after.
        literature: whether a work is cited for it.
        unsure: it may be none.
    """

    number: int
    paragraph: Paragraph
    start: int
    end: int
    form: str
    said: str = field(default="", repr=False)
    said_at: int = -1
    lead: str = field(default="", repr=False)
    tail: str = field(default="", repr=False)
    literature: bool = False
    unsure: bool = False

    @property
    def words(self) -> str:
        """The quotation's words, without markup."""
        return self.paragraph.text[self.start : self.end]

    @property
    def line(self) -> int:
        """Its line, or the number of its paragraph."""
        return self.paragraph.line + self.paragraph.text.count("\n", 0, self.start)


def quotations(manuscript: Manuscript) -> tuple[Quoted, ...]:
    r"""
    Return a manuscript's quotations, in their order.

    Example:
        >>> from qualcode.manuscript.forms import of_text
        >>> read = of_text('It hurt "with the police and with no one else" (mediator).\n', "x.md", "markdown")
        >>> [(q.form, q.line, q.said) for q in quotations(read)]
        [('inline', 1, 'mediator')]
    """
    found: list[Quoted] = []
    lines = _published(manuscript)
    for n, paragraph in enumerate(manuscript.paragraphs):
        if paragraph.kind in ("heading", "attribution"):
            continue
        here: list[Quoted] = []
        if paragraph.kind != "body":
            here = [_block(manuscript, n)]
        elif paragraph.line in lines:
            here = [_as_printed(manuscript, n, *lines[paragraph.line])]
        if not here or here[0].unsure:
            here += _inline(manuscript, paragraph)
        found += here
    long = [part for q in found for part in _parts(q)]
    return tuple(replace(q, number=n) for n, q in enumerate(long, 1))


def _parts(quoted: Quoted) -> Iterator[Quoted]:
    """Yield a quotation that is long enough; one that is longer than most are in parts, each with its own row."""
    words = list(words_of(quoted.words))
    for first in range(0, len(words), MOST):
        part = words[first : first + MOST]
        if len(part) >= FEWEST:
            last = first + MOST >= len(words)
            start = quoted.start + (part[0][0] if first else 0)
            yield replace(quoted, start=start, end=quoted.end if last else quoted.start + part[-1][1])


def _published(manuscript: Manuscript) -> dict[int, tuple[str, bool, bool]]:
    """Return the paragraphs that are block quotations without a mark: line, attribution, literature, unsure."""
    if manuscript.form != "markdown":
        return {}
    found = {}
    for quotation in read_quotations(manuscript.text, manuscript.name).quotations:
        told = quotation.attribution
        said = ", ".join(part for part in (told.title, told.mode, told.printed_date) if part) if told else ""
        unsure = quotation.kind not in ("speech", "document") or quotation.form == "lead-in"
        for line in quotation.lines:
            found[line] = (said, quotation.kind == "literature", unsure)
    return found


def _as_printed(manuscript: Manuscript, n: int, said: str, literature: bool, unsure: bool) -> Quoted:
    paragraph = manuscript.paragraphs[n]
    start, end = _trimmed(paragraph.text, 0, len(paragraph.text))
    closing = re.search(r"[\s.]\(([^()]*)\)\.?\s*\Z", paragraph.text)
    at = -1
    if closing and said:
        end = _trimmed(paragraph.text, 0, closing.start() + 1)[1]
        at = paragraph.start + closing.start(1)
    elif said:
        end = len(paragraph.text)
        at = manuscript.paragraphs[n + 1].start if n + 1 < len(manuscript.paragraphs) else -1
    lead = "" if said else _led_in(manuscript, n)
    return Quoted(0, paragraph, start, end, "block", said, at, lead, "", literature, unsure)


def _block(manuscript: Manuscript, n: int) -> Quoted:
    """Take a block quotation, with the brackets that close it or the line of attribution that follows."""
    paragraph = manuscript.paragraphs[n]
    text = paragraph.text
    start, end, said, at = 0, len(text), "", -1
    closing = re.search(r"[\s.!?…”»\"]\((?P<said>[^()]*)\)[\s.]*\Z", text)
    line = re.search(r"\n[ \t]*(?:—|–|--{1,2})[ \t]*(?P<said>[^\n]+)\s*\Z", text)
    if match := line or closing:
        end, said, at = match.start() + 1, match["said"], match.start("said")
        at = paragraph.start + at if paragraph.start >= 0 else -1
    else:
        for after in manuscript.paragraphs[n + 1 :]:
            if after.kind == "attribution":
                said = re.sub(r"\A\s*(?:—|–|-)+\s*", "", after.text)
                at = after.start + after.text.index(said) if after.start >= 0 and said else -1
            if after.kind != paragraph.kind:
                break
    start, end = _trimmed(text, start, end)
    lead = "" if said else _led_in(manuscript, n)
    cited = bool(_CITED.search(said)) or bool(_CITED.search(_raw(manuscript, paragraph, end, end + 60)))
    return Quoted(0, paragraph, start, end, paragraph.kind, _plain(said), at, lead, "", cited)


def _led_in(manuscript: Manuscript, n: int) -> str:
    """Return the sentence before a block quotation, where a colon leads it in."""
    before = manuscript.paragraphs[n - 1] if n else None
    if before is None or before.kind != "body" or not before.text.rstrip(f" \n{SOFT}").endswith(":"):
        return ""
    return _plain(_ENDS.split(before.text)[-1])


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a stretch without blanks, and without the marks that stand around the whole of it."""
    edge = f" \t\n{SOFT}"
    while start < end and text[start] in edge:
        start += 1
    while start < end and text[end - 1] in edge:
        end -= 1
    if end - start > 1 and text[start] in '“„«"' and text[end - 1] in '”“»"':
        return _trimmed(text, start + 1, end - 1)
    return start, end


def _plain(text: str) -> str:
    return " ".join(text.replace(SOFT, "").split())


def _raw(manuscript: Manuscript, paragraph: Paragraph, start: int, end: int) -> str:
    """Return the file's own signs at a place of a paragraph, markup and all."""
    if paragraph.start < 0:
        return paragraph.text[start:end]
    return manuscript.text[paragraph.start + start : min(paragraph.start + end, len(manuscript.text))]


def _inline(manuscript: Manuscript, paragraph: Paragraph) -> Iterator[Quoted]:
    for start, end, unsure in spans(paragraph.text):
        inner, outer = _trimmed(paragraph.text, start, end)
        rest = paragraph.text[end + 1 :]
        brackets = _BRACKETS.match(rest)
        said, at = "", -1
        if brackets:
            said = _plain(brackets["said"])
            at = paragraph.start + end + 1 + brackets.start("said") if paragraph.start >= 0 else -1
        lead = _plain(_ENDS.split(paragraph.text[: max(0, start - 1)])[-1])
        tail = _plain(_ENDS.split(rest)[0])[:200]
        near = _raw(manuscript, paragraph, end + 1, end + 1 + (brackets.end() if brackets else 12) + 40)
        near = near[: brackets.end() + 30] if brackets else near
        cited = bool(_CITED.search(said)) or bool(re.match(r"[\s.,;)]*(?:\[[^\]]*@|\\[a-z]*cite|\{cite)", near))
        cited = cited or bool(re.search(r"(?:@[\w:-]+|\(?(?:1[5-9]|20)\d\d[a-z]?\)?),?:? ?\Z", lead))
        yield Quoted(0, paragraph, inner, outer, "inline", said, at, lead, tail, cited, unsure)


def spans(text: str) -> list[tuple[int, int, bool]]:
    """
    Return what stands in quotation marks, outermost only: from where to where, and whether that is unsure.

    Example:
        >>> spans('He said "go" and « allez », and "so on')
        [(9, 11, False), (18, 25, False), (33, 38, True)]
    """
    open_at: list[tuple[str, int, bool]] = []
    found: list[tuple[int, int, bool]] = []
    straight: set[tuple[int, int]] = set()
    for match in _DOUBLE.finditer(text):
        sign, at = match[0], match.start()
        opens, told = _opens(text, at, sign, open_at)
        if opens:
            open_at.append((sign, at + 1, told))
            continue
        single = sign in "’'"
        of = [n for n, (s, _, _) in enumerate(open_at) if (s in "‘'") == single]
        if of:
            begun, start, by_shape = open_at[of[-1]]
            del open_at[of[-1] :]
            found.append((start, at, by_shape != told))
            straight |= {(start, at)} if begun == sign == '"' else set()
        elif not single:
            found.append((max((b + 1 for _, b, u in found if not u), default=0), at, True))
    found += [(start, len(text), True) for sign, start, _ in open_at if sign not in "‘'"]
    return _outermost(text, found, straight)


def _outermost(
    text: str, found: list[tuple[int, int, bool]], straight: set[tuple[int, int]]
) -> list[tuple[int, int, bool]]:
    """Leave out what stands in another quotation; straight marks around straight ones do not make one for sure."""
    long = {s[:2] for s in found if sum(1 for _ in words_of(text, s[0], s[1])) >= FEWEST}

    def holds(outer: tuple[int, int], kinds: set[tuple[int, int]]) -> bool:
        return any(i != outer and outer[0] <= i[0] and i[1] <= outer[1] for i in kinds)

    around = {s[:2] for s in found if not s[2] and s[:2] in straight and holds(s[:2], straight & long)}
    sure = [s for s in found if not s[2] and s[:2] not in around]
    outermost = [s for s in sure if not any(o != s and o[0] <= s[0] and s[1] <= o[1] for o in sure)]
    kept = [s[:2] for s in outermost if s[:2] in long]
    unsure = [s for s in found if s[2] and not any(s[0] < b and a < s[1] for a, b in kept)]
    return sorted({*outermost, *unsure, *((a, b, True) for a, b in around)})


def _opens(text: str, at: int, sign: str, open_at: list[tuple[str, int, bool]]) -> tuple[bool, bool]:
    """Say whether a mark opens, by its shape or by what stands around it; and whether that told it."""
    before = text[max(0, at - 9) : at].rstrip(SOFT)[-1:] or " "
    after = text[at + 1 : at + 10].lstrip(SOFT)[:1] or " "
    pending = open_at[-1][0] if open_at else ""
    if sign in "‘’'":
        closed = before.isalnum() or before in ".,!?…)]"
        return sign == "‘" or (sign == "'" and not closed and after.isalnum()), True
    if sign in _OPENING:
        return not ((sign == "“" and pending == "„") or (sign == "«" and pending == "»")), True
    if sign in _CLOSING:
        return sign == "»" and not open_at and (before.isspace() or not at) and not after.isspace(), True
    left = before.isspace() or before in "([{—–-/“«‘'\u00a0"
    right = after.isspace() or after in ".,;:!?)]}…—–”»’'"
    if left != right:
        return left, True
    return not any(s == '"' for s, _, _ in open_at), False
