r"""
Quotations and numbers by reference: an excerpt's id, or a number's name, in a form that a manuscript's program passes.

Pandoc and Quarto let ``[@q:e1d191f4dd7]`` and ``[@n:gap]`` pass, MyST the roles ``{quote}`` and ``{number}``, LaTeX the
macros ``\quoted{}`` and ``\named{}``. What they stand for is put in as words and never as markup, through release;
the manuscript itself is not written to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qualcode.claims import numbers
from qualcode.errors import Problem, QualcodeError, SourceError, UsageError, did_you_mean
from qualcode.manuscript.forms import PLAIN, Manuscript
from qualcode.plaintext.source import MONTHS
from qualcode.study import attribution
from qualcode.study.excerpt import Excerpt
from qualcode.study.study import Study

STYLE = "({who}, {date}, turn {turn})"
"""How an attribution is written where nothing else is asked: ``{who}``, ``{date}``, ``{turn}``, ``{document}``."""
_FORMS = re.compile(
    r"\[@(?P<a>[qn]):(?P<b>[a-z0-9][a-z0-9-]*)\]|\{(?P<c>quote|number)\}`(?P<d>[a-z0-9][a-z0-9-]*)`"
    r"|\\(?P<e>quoted|named)\{(?P<f>[a-z0-9][a-z0-9-]*)\}"
)
_QUOTES = ("q", "quote", "quoted")
_LATEX = str.maketrans(
    {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {s: f"\\{s}" for s in "&%$#_"}
)
_MARKDOWN = str.maketrans({s: f"\\{s}" for s in "\\`*_[]<>#|$~^@&{}"})


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference of a manuscript: what it names, where, what stands for it, or why nothing does."""

    file: str
    line: int
    start: int
    end: int
    name: str
    words: str = ""
    wrong: str = ""

    def __str__(self) -> str:
        return f"{self.file}: line {self.line}: {self.name}: {self.wrong or 'stands'}"


def escaped(words: str, form: str) -> str:
    r"""
    Return words so that they are words in a manuscript of a form, and no markup.

    Example:
        >>> escaped("50 % of *it*", "latex"), escaped("50 % of *it*", "markdown")
        ('50 \\% of *it*', '50 % of \\*it\\*')
    """
    return words.translate(_LATEX if form == "latex" else _MARKDOWN)


def references(study: Study, manuscript: Manuscript, style: str = STYLE) -> list[Reference]:
    """
    Return a manuscript's references, in order, with what stands for each.

    Raises:
        UsageError: the style has a field that is not known.

    Example:
        >>> from qualcode.manuscript.forms import of_text
        >>> [(r.line, r.wrong) for r in references(study, of_text("See [@q:0].", "x.md", "markdown"))]
        [(1, 'no such excerpt in the study; `qualcode table codings` lists them')]
    """
    unknown = set(re.findall(r"\{([^{}]*)\}", style)) - {"who", "date", "turn", "document"}
    if unknown:
        raise UsageError(f"--style has {', '.join(sorted(unknown))}; there are: who, date, turn, document")
    if manuscript.form not in PLAIN:
        return []
    known = {e.id: (name, e) for (_, name), file in sorted(study.coded.items()) for e in file.excerpts}
    found = []
    for match in _FORMS.finditer(manuscript.text):
        kind = match["a"] or match["c"] or match["e"]
        name = match["b"] or match["d"] or match["f"]
        where = (manuscript.name, manuscript.text.count("\n", 0, match.start()) + 1, match.start(), match.end(), name)
        if kind not in _QUOTES:
            words, wrong = _number(study, name)
        elif name in known:
            words, wrong = _quotation(study, *known[name], style)
        else:
            words, wrong = "", "no such excerpt in the study; `qualcode table codings` lists them"
        found.append(Reference(*where, words, wrong))
    return found


def _number(study: Study, name: str) -> tuple[str, str]:
    try:
        known = numbers(study)
    except SourceError as error:
        return "", str(error.problems[0])
    except QualcodeError as error:
        return "", str(error)
    return (known[name]["shown"], "") if name in known else ("", f"no number of this name{did_you_mean(name, known)}")


def _quotation(study: Study, name: str, excerpt: Excerpt, style: str) -> tuple[str, str]:
    document = study.documents[name]
    told = attribution.attributed(document, excerpt, study.cases)
    if told.withheld:
        return "", f"may not be quoted: {told.words.strip('[]')}"
    turn = document.turn_at(told.start)
    number = str(turn.number) if turn and turn.speaker.label else ""
    if not number:
        style = re.sub(r",?\s*\w+ \{turn\}", "", style)
    day = f"{document.date.day} {MONTHS[document.date.month - 1]} {document.date.year}"

    def label(case: str) -> str:
        return study.cases[case].label if case in study.cases else case

    fields = {"who": told.who(label) or document.title, "date": day, "turn": number, "document": name}
    return f"{told.quotation} " + re.sub(r"\{(\w+)\}", lambda m: fields[m[1]], style), ""


def set_in(study: Study, manuscript: Manuscript, style: str = STYLE) -> str:
    r"""
    Return a manuscript's text with its references set.

    Raises:
        SourceError: a reference leads nowhere, or to words that may not be quoted; all are listed.

    Example:
        >>> from qualcode.manuscript.forms import of_text
        >>> excerpt = study.coded["reader", "2024-02-20-mediator"].excerpts[2].id
        >>> print(set_in(study, of_text(f"She said \\quoted{{{excerpt}}}.", "x.tex", "latex")))
        She said “It proves where she lives, it proves nothing he wants.” (A mediator, 20 February 2024, turn 4).
    """
    found = references(study, manuscript, style)
    problems = [Problem(r.file, r.line, f"{r.name}: {r.wrong}") for r in found if r.wrong]
    if problems:
        raise SourceError(problems)
    text = manuscript.text
    for one in reversed(found):
        text = text[: one.start] + escaped(one.words, manuscript.form) + text[one.end :]
    return text


def lua_filter(found: Sequence[Reference]) -> str:
    """
    Return a filter for pandoc and Quarto that sets references written as citations: ``[@q:...]`` and ``[@n:...]``.

    Their words stand in it, as strings of Lua; so it is made anew with each change, and kept where built things are.

    Example:
        >>> print(lua_filter([Reference("x.md", 1, 0, 8, "gap", "43")]).splitlines()[1])
        local words = {["gap"] = "43"}
    """
    held = {one.name: one.words for one in found if not one.wrong}
    table = ", ".join(f"[{_lua(name)}] = {_lua(words)}" for name, words in sorted(held.items()))
    return f"""-- made by qualcode: quotations and numbers of a study, by reference; made anew, never committed
local words = {{{table}}}
function Cite(cite)
  local made = pandoc.List()
  for _, one in ipairs(cite.citations) do
    local told = words[one.id:match("^[qn]:([a-z0-9-]+)$") or ""]
    if told == nil then return nil end
    if #made > 0 then made:insert(pandoc.Space()) end
    local first = true
    for word in told:gmatch("%S+") do
      if not first then made:insert(pandoc.Space()) end
      made:insert(pandoc.Str(word))
      first = false
    end
  end
  return made
end
"""


def _lua(words: str) -> str:
    """Return words as a string of Lua: everything but plain letters by its bytes."""
    return '"' + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\{b:03d}" for b in words.encode()) + '"'
