"""
Markdown and LaTeX without their markup, sign for sign: what is no word is blanked, and every word stays in its place.

Inside a word a soft hyphen stands for a sign of markup, since it is no part of a word's spelling; elsewhere a blank.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

SOFT = "\u00ad"
_EPIGRAPH = ("epigraph", "pull-quote", "highlights")
_PROSE = ("note", "warning", "tip", "important", "hint", "caution", "attention", "admonition", "margin", "sidebar")
_FENCE = re.compile(r"^(?P<lead>[ \t>]*)(?P<fence>`{3,}|~{3,}|:{3,})[ \t]*(?P<about>[^\n`]*)$", re.MULTILINE)
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-fA-F]{1,5}|[A-Za-z]{2,10});")
_ITEM = re.compile(r"[ \t>]*(?:[-+*][ \t]+|\d{1,3}[.)][ \t]+|\||\[\^[^\]\n]{1,40}\]:)")
ATTRIBUTION = re.compile(r"\s*(?:—|–|--{1,2})\s*\S")
"""How a line below a block quotation begins that says whose it is."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph of a text: where it begins, its words in their places, its kind."""

    start: int
    text: str = field(repr=False)
    kind: str


def _soft(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", SOFT, match[0])


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _sign(sign: str, room: int) -> str:
    return sign + SOFT * (room - len(sign)) if len(sign) <= room else SOFT * room


def _kept(group: int | str) -> Callable[[re.Match[str]], str]:
    """Return what keeps one group of a match and blanks the rest softly."""

    def keep(match: re.Match[str]) -> str:
        start, end = match.start(group) - match.start(), match.end(group) - match.start()
        return SOFT * start + match[group] + SOFT * (len(match[0]) - end)

    return keep


def _entity(match: re.Match[str]) -> str:
    sign = html.unescape(match[0])
    return _sign(" " if sign == "\u00a0" else sign, len(match[0]))


_MARKDOWN: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL), _blank),
    (re.compile(r"\$\$.{1,5000}?\$\$", re.DOTALL), _blank),
    (re.compile(r"\{[\w:.-]+\}(`+)[^`\n]+\1"), _blank),
    (re.compile(r"(?<!`)(`{1,2})(?!`)[^`\n]+\1(?!`)"), _blank),
    (re.compile(r"(?<![\w\\$])\$(?=\S)[^$\n]{1,200}(?<=\S)\$(?!\d)"), _blank),
    (re.compile(r"<sup>[^<\n]{0,20}</sup>|(?<!\n)\[\^[^\]\n]{1,40}\](?!:)"), _blank),
    (re.compile(r"<https?://[^>\s]{1,500}>"), _blank),
    (re.compile(r"!\[[^\]\n]{0,500}\]\([^)\n]{0,500}\)(?:\{[^}\n]{0,200}\})?"), _blank),
    (re.compile(r"\[(?P<words>[^\[\]]{0,2000})\]\([^()\n]{0,500}\)"), _kept("words")),
    (re.compile(r"(?<=\])\{[^{}\n]{0,200}\}"), _blank),
    (re.compile(r"</?[A-Za-z][^<>]{0,300}>"), _soft),
    (_ENTITY, _entity),
    (re.compile(r"\\(?=[\\`*_{}\[\]()#+.!\"'<>~|$-])"), lambda _: SOFT),
    (re.compile(r"(?<!\*)\*{1,3}(?=[^\s*])|(?<=[^\s*])\*{1,3}(?!\*)"), _soft),
    (re.compile(r"(?<![\w_])_{1,3}(?=[^\s_])|(?<=[^\s_])_{1,3}(?![\w_])"), _soft),
)


def markdown(text: str) -> Iterator[Piece]:
    r"""
    Yield the paragraphs of Markdown, MyST and Quarto, code left out.

    Example:
        >>> [(p.start, p.kind) for p in markdown("# A\n\n> so it *is*\n>\n> — Ann\n\nAnd on.")]
        [(0, 'heading'), (5, 'block'), (20, 'attribution'), (29, 'body')]
    """
    front = re.match(r"---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", text, re.DOTALL)
    plain = re.sub(r"[^\n]", " ", front[0]) + text[front.end() :] if front else text
    plain, inside = _unfenced(plain)
    for pattern, blank in _MARKDOWN:
        plain = pattern.sub(blank, plain)
    yield from _paragraphs(plain, inside)


def _unfenced(text: str) -> tuple[str, list[tuple[int, int, str]]]:
    """Blank code between fences, and the fences of prose; return where epigraphs and divisions for quotations are."""
    signs, inside, at = list(text), [], 0
    stack: list[tuple[str, int, str]] = []
    while match := _FENCE.search(text, at):
        at = match.end()
        fence, about = match["fence"], match["about"].strip()
        kind = re.sub(r"[{}.#\s].*$", "", about.lstrip("{. ")).casefold()
        known = [name for name in (*_EPIGRAPH, *_PROSE) if name == kind or f".{name}" in about]
        if not about and stack and stack[-1][0][0] == fence[0] and len(fence) >= len(stack[-1][0]):
            _, start, quoting = stack.pop()
            inside += [(start, match.start(), quoting)] if quoting else []
        elif fence[0] == ":" or (about.startswith("{") and known):
            quoting = "epigraph" if any(k in _EPIGRAPH for k in known) else ""
            stack.append((fence, match.end(), quoting))
        else:
            closing = re.compile(rf"^[ \t>]*{re.escape(fence[0])}{{{len(fence)},}}[ \t]*$", re.MULTILINE)
            end = closing.search(text, match.end())
            at = end.end() if end else len(text)
        for place in range(match.start(), at):
            signs[place] = "\n" if text[place] == "\n" else " "
    return "".join(signs), inside


def _paragraphs(plain: str, inside: list[tuple[int, int, str]]) -> Iterator[Piece]:
    """Part a text at blank lines, list items, table rows, headings, and where a block quotation begins or ends."""
    held: list[tuple[int, str]] = []
    kind = ""
    at = 0
    for line in [*plain.split("\n"), ""]:
        mark = re.match(r"[ \t]{0,3}(?:>[ \t]?)+", line)
        bare = " " * len(mark[0]) + line[len(mark[0]) :] if mark else line
        now = "block" if mark else "heading" if re.match(r"[ \t]{0,3}#{1,6}[ \t]", line) else "body"
        now = next((k for a, b, k in inside if a <= at < b), now)
        if now in ("block", "epigraph") and ATTRIBUTION.match(bare):
            now = "attribution"
        if held and (
            not bare.strip(f" \t{SOFT}|:-") or now != kind or kind == "heading" or (now == "body" and _ITEM.match(line))
        ):
            yield _piece(held, kind)
            held = []
        if bare.strip(f" \t{SOFT}|:-"):
            if not held:
                kind = now
            held.append((at, bare))
        at += len(line) + 1
    if held:
        yield _piece(held, kind)


def _piece(held: list[tuple[int, str]], kind: str) -> Piece:
    return Piece(held[0][0], "\n".join(line for _, line in held), kind)


_ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "c": "\u0327", "=": "\u0304",
    "v": "\u030c", "u": "\u0306", "H": "\u030b", ".": "\u0307", "r": "\u030a", "k": "\u0328",
}  # fmt: skip


def _accent(match: re.Match[str]) -> str:
    letter = match["letter"].lstrip("\\")
    made = unicodedata.normalize("NFC", letter + _ACCENTS[match["accent"]])
    return _sign(made, len(match[0]))


def _fixed(sign: str) -> Callable[[re.Match[str]], str]:
    return lambda match: _sign(sign, len(match[0]))


def _opening(match: re.Match[str]) -> str:
    """Return a command that opens a quotation: its note in brackets is an attribution, kept after an en dash."""
    return SOFT * (len(match[0]) - 1) + "“"


_BRACES = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
_LATEX: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(?<!\\)%[^\n]*"), _blank),
    (
        re.compile(
            r"\\begin\{(verbatim|lstlisting|equation|align|tikzpicture|comment|tabular|minted)\*?\}"
            r".*?(?:\\end\{\1\*?\}|\Z)",
            re.DOTALL,
        ),
        _blank,
    ),
    (re.compile(r"\$\$.{1,5000}?\$\$|\\\[.{1,5000}?\\\]", re.DOTALL), _blank),
    (re.compile(r"(?<!\\)\$[^$\n]{1,300}\$"), _blank),
    (re.compile(rf"\\quoted(?:\[[^\]\n]*\])?{_BRACES}"), _blank),
    (re.compile(r"""\\(?P<accent>['`^"~=.]|[cvuHrk](?=[ {]))\s?\{?(?P<letter>\\?[A-Za-z])\}?"""), _accent),
    (re.compile(r"\\oe(?:\{\}| |(?![A-Za-z]))"), _fixed("œ")),
    (re.compile(r"\\ae(?:\{\}| |(?![A-Za-z]))"), _fixed("æ")),
    (re.compile(r"\\og(?:\{\}|~|\b)"), _fixed("«")),
    (re.compile(r"\\fg(?:\{\}|\b)"), _fixed("»")),
    (re.compile(r"\\(?:ldots|dots|textellipsis)(?:\{\}|\b)"), _fixed("…")),
    (re.compile(r"``"), _fixed("“")),
    (re.compile(r"''"), _fixed("”")),
    (
        re.compile(r"\\(?:label|ref|pageref|autoref|cref|input|include|index|bibliography|usepackage)\{[^{}\n]*\}"),
        _blank,
    ),
    (re.compile(r"\\[a-zA-Z]*cite[a-zA-Z]*\*?(?:\[[^\]\n]*\]){0,2}\{[^{}\n]*\}"), _blank),
)


def latex(text: str) -> Iterator[Piece]:
    r"""
    Yield the paragraphs of LaTeX, its preamble, mathematics and comments left out.

    Example:
        >>> [p.kind for p in latex("He said \\enquote{so}.\n\n\\begin{quote}\nSo it is.\n\\end{quote}")]
        ['body', 'block']
        >>> [p.kind for p in latex("\\epigraph{So it is.}{Ann, 7 May 2018}")]
        ['epigraph', 'attribution']
    """
    begun = text.find("\\begin{document}")
    plain = text
    if begun >= 0:
        head = begun + len("\\begin{document}")
        plain = re.sub(r"[^\n]", " ", text[:head]) + text[head:]
    for pattern, blank in _LATEX:
        plain = pattern.sub(blank, plain)
    signs = list(plain)
    _commands(plain, signs)
    plain = "".join(signs)
    inside: list[tuple[int, int, str]] = []
    cuts = [m.start() for m in re.finditer("\x00|\x01|\x02", plain)]
    for n, at in enumerate(cuts):
        end = cuts[n + 1] if n + 1 < len(cuts) else len(plain)
        kind = {"\x00": "", "\x01": "block", "\x02": "epigraph"}[plain[at]]
        inside += [(at, end, kind)] if kind else []
    yield from _latex_paragraphs(plain, inside)


_COMMAND = re.compile(r"\\(?P<name>[A-Za-z]+)\*?(?P<notes>(?:\[[^\]\n]*\])*)|\\.")
_QUOTING = {"enquote": 0, "textquote": 0, "blockquote": 0, "foreignquote": 1, "foreigntextquote": 1, "hyphenquote": 1}
_SECTIONS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph", "title")
_QUOTE_SPACES = ("quote", "quotation", "displayquote", "quoting", "verse", "epigraphs")


def _commands(plain: str, signs: list[str]) -> None:
    """Blank commands in *signs*; where one quotes, its braces become quotation marks, and a note one in brackets."""
    for match in _COMMAND.finditer(plain):
        name, start, end = match["name"] or "", match.start(), match.end()
        for place in range(start, end):
            signs[place] = "\n" if plain[place] == "\n" else SOFT
        group = _group(plain, end)
        if not name:
            signs[start] = " " if plain[start + 1] in "\\,;: " else signs[start]
            signs[start + 1] = plain[start + 1] if plain[start + 1] in "%&_#${}" else signs[start + 1]
        elif name in (*_SECTIONS, "item", "par"):
            signs[start] = "\n" if name in ("item", "par") else "\x00"
        elif group and name in ("begin", "end"):
            _space(plain[group[0] + 1 : group[1]].rstrip("*"), name, start, signs)
            signs[end : group[1] + 1] = [" "] * (group[1] + 1 - end)
        elif group:
            _argument(plain, name, start, group, signs)
    for place, sign in enumerate(signs):
        if sign in "{}" and plain[place] == sign and (not place or plain[place - 1] != "\\"):
            signs[place] = SOFT
        elif sign == "~":
            signs[place] = " "


def _space(space: str, name: str, start: int, signs: list[str]) -> None:
    """Mark where an environment begins or ends; zero signs say of which kind it is, for ``latex``."""
    kind = "\x02" if "epigraph" in space else "\x01" if space in _QUOTE_SPACES else "\n"
    signs[start] = kind if name == "begin" or kind == "\n" else "\x00"


def _argument(plain: str, name: str, start: int, group: tuple[int, int], signs: list[str]) -> None:
    """Set quotation marks, brackets or the signs of an epigraph in place of a command's braces."""
    if name == "epigraph":
        signs[start], signs[group[0]], signs[group[1]] = "\x02", SOFT, "\x00"
        if after := _group(plain, group[1] + 1):
            signs[group[1]], signs[after[0]], signs[after[1]] = "\x02", "—", "\x00"
    elif name in _QUOTING:
        for _ in range(_QUOTING[name]):
            if behind := _group(plain, group[1] + 1):
                signs[group[0] : group[1] + 1] = [SOFT] * (group[1] + 1 - group[0])
                group = behind
        signs[group[0]], signs[group[1]] = "“", "”"
    elif name == "footnote":
        signs[start], signs[group[0]], signs[group[1]] = " ", "(", ")"


def _group(plain: str, at: int) -> tuple[int, int] | None:
    """Return where the braces after *at* open and close."""
    while at < len(plain) and plain[at] in " \n":
        at += 1
    if at >= len(plain) or plain[at] != "{":
        return None
    depth = 0
    for place in range(at, min(len(plain), at + 20_000)):
        if plain[place] == "{" and plain[place - 1] != "\\":
            depth += 1
        elif plain[place] == "}" and plain[place - 1] != "\\":
            depth -= 1
            if not depth:
                return at, place
    return None


def _latex_paragraphs(plain: str, inside: list[tuple[int, int, str]]) -> Iterator[Piece]:
    at = 0
    for part in re.split("(\n[ \t]*\n\\s*|[\x00\x01\x02])", plain):
        if part.strip(f" \t\n\x00\x01\x02{SOFT}"):
            lead = len(part) - len(part.lstrip(f" \t\n{SOFT}"))
            start = at + lead
            kind = next((k for a, b, k in inside if a <= start < b), "body")
            text = part[lead:]
            if kind != "body" and ATTRIBUTION.match(text):
                kind = "attribution"
            yield Piece(start, text, kind)
        at += len(part)
