"""
Pages on the study itself: each document with what was coded in it, each code with its excerpts, each
case with what it said, the codebook, and how the work was done.

Every page is Markdown for the renderer. Words of documents come through ``release`` only; a withheld
document has its page, its counts and the reason.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html import escape as escape_html
from itertools import pairwise

from qualcode import release
from qualcode.case import Case
from qualcode.codebook import Code
from qualcode.coding import CoderFile, Excerpt
from qualcode.document import Document, Turn, words
from qualcode.study import Study
from qualcode.suggest import tally

AROUND = 90
"""How many code points of context stand on each side of an excerpt."""
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")

Pages = dict[str, str]
Coded = list[tuple[Document, CoderFile, Excerpt]]


def study_pages(study: Study) -> Pages:
    """Return every page on the study, by its path without ending, sorted."""
    coded = list(study.excerpts())
    pages = {
        f"documents/{d.id}": _document(study, d, [c for c in coded if c[0] is d]) for d in study.documents.values()
    }
    pages |= {f"codes/{slug(c.id)}": _code(study, c, coded) for c in study.codebook.codes.values()}
    pages |= {f"cases/{c.id}": _case(study, c, coded) for c in study.cases.values()}
    pages["documents/index"] = _documents_index(study, coded)
    pages["codes/index"] = _codebook(study, coded)
    pages["cases/index"] = _cases_index(study)
    pages["methods"] = _methods(study, coded)
    return dict(sorted(pages.items()))


def links(study: Study) -> dict[str, str]:
    """Return where names in a chapter's tables lead: ids and labels, each to its page; ambiguous ones to none."""
    found: dict[str, set[str]] = {}
    for name, page in (
        *((d, f"documents/{d}.html") for d in study.documents),
        *((name, f"codes/{slug(c.id)}.html") for c in study.codebook.codes.values() for name in (c.id, c.label)),
        *((name, f"cases/{c.id}.html") for c in study.cases.values() for name in (c.id, c.label)),
        *((e.id, f"documents/{d.id}.html#{e.id}") for d, _, e in study.excerpts()),
    ):
        found.setdefault(name, set()).add(page)
    return {name: pages.pop() for name, pages in sorted(found.items()) if len(pages) == 1}


def slug(code: str) -> str:
    """Return a code's id as the name of its page."""
    return code.replace("/", "--")


def plain(text: str) -> str:
    """Escape a document's words so that the renderer shows them as they stand, in one paragraph's lines."""
    return "\n".join(_PUNCTUATION.sub(r"\\\1", line.strip()) for line in text.split("\n"))


def _link(href: str, text: str) -> str:
    return f'<a href="{href}">{escape_html(text)}</a>'


def _document(study: Study, document: Document, coded: Coded) -> str:
    verdict = release.verdict(document)
    lines = [f"# {plain(document.title)}", ""]
    about = [document.kind, f"{document.date}", document.language, document.mode, document.place]
    about += [f"{sum(words(document.text[t.words_start : t.end]) for t in document.turns):,} words"]
    about += [f"consent: {document.consent}", f"release: {document.release}"]
    lines += [f"{plain(' · '.join(a for a in about if a))}", ""]
    people = [*dict.fromkeys(s.case for s in document.speakers), *document.present]
    if people:
        lines += ["Speakers and present: " + ", ".join(_case_link(study, c, "..") for c in people), ""]
    if not verdict.quotable:
        codes = Counter(code for _, _, e in coded for code in e.codes)
        places = "".join(f'<a id="{e.id}"></a>' for _, _, e in coded)
        lines += [f"{places}**{plain(str(verdict))}** What was coded in it is counted:", ""]
        lines += [f"- {_code_link(study, c, '..')}: {n}" for c, n in sorted(codes.items())]
        return "\n".join(lines) + "\n"
    excerpts = [e for _, _, e in coded]
    for turn in document.turns:
        lines += _turn(study, document, turn, excerpts)
    return "\n".join(lines) + "\n"


def _turn(study: Study, document: Document, turn: Turn, excerpts: list[Excerpt]) -> list[str]:
    here = [e for e in excerpts if e.anchor.start < turn.end and turn.start < e.anchor.end]
    label = f"**{plain(turn.speaker.label)}** " if turn.speaker.label else ""
    time = f"<small>{turn.time}</small> " if turn.time else ""
    paragraphs = _paragraphs(document, turn, here)
    lines: list[str] = []
    for number, paragraph in enumerate(paragraphs):
        lines += [(label + time if number == 0 else "") + paragraph, ""]
    begun = [e for e in here if e.anchor.start >= turn.start]
    if begun:
        lines += ["{.codings}", *(f"- {_coding(study, document, e)}" for e in begun), ""]
    return lines


def _paragraphs(document: Document, turn: Turn, here: list[Excerpt]) -> Iterator[str]:
    """Yield the turn's paragraphs with their coded stretches marked; places beyond the turn are cut to it."""
    start = turn.words_start
    for part in re.finditer(r"(?:[^\n]|\n(?!\n))+", document.text[turn.words_start : turn.end]):
        yield "".join(_segments(document, start + part.start(), start + part.end(), here)).strip()


def _segments(document: Document, start: int, end: int, here: list[Excerpt]) -> Iterator[str]:
    edges = sorted({start, end, *(p for e in here for p in (e.anchor.start, e.anchor.end) if start < p < end)})
    for left, right in pairwise(edges):
        yield from (f'<a id="{e.id}"></a>' for e in here if e.anchor.start == left)
        over = sum(e.anchor.start <= left and right <= e.anchor.end for e in here)
        text = release.show(document, left, right)
        shown = plain(text)
        lead, tail = (" " if text[:1].isspace() else ""), (" " if text[-1:].isspace() else "")
        if over and shown.strip():
            yield f"{lead}[{shown.strip()}]{{.coded .over{min(over, 3)}}}{tail}"
        else:
            yield f"{lead}{shown.strip()}{tail}" if shown.strip() else lead


def _coding(study: Study, document: Document, excerpt: Excerpt) -> str:
    """Write an excerpt's codings in one line: its first words, its codes with stance, holder and memo."""
    anchor = excerpt.anchor
    shown = release.show(document, anchor.start, anchor.end)
    first = " ".join(shown.split()[:6]) + (" …" if len(shown.split()) > 6 else "")
    codes = ", ".join(_coded_as(study, c, s, "..") for c, s in sorted(excerpt.codes.items()))
    held = f"; held by {_case_link(study, excerpt.holder, '..')}" if excerpt.holder else ""
    by = f"; spoken by {_case_link(study, excerpt.case, '..')}" if excerpt.case else ""
    memo = f"; {plain(excerpt.memo)}" if excerpt.memo else ""
    return f"{_link(f'#{excerpt.id}', first)}: {codes}{by}{held}{memo}".replace("\n", " ")


def _coded_as(study: Study, code: str, stance: float | None, up: str) -> str:
    says = f" ({plain(study.codebook.stance_label(stance))})" if stance is not None else ""
    return f"{_code_link(study, code, up)}{says}"


def _code_link(study: Study, code: str, up: str) -> str:
    return _link(f"{up}/codes/{slug(code)}.html", study.codebook.codes[code].label)


def _case_link(study: Study, case: str, up: str) -> str:
    return _link(f"{up}/cases/{case}.html", study.cases[case].label)


def _code(study: Study, code: Code, coded: Coded) -> str:
    mine = [(d, f, e) for d, f, e in coded if code.id in e.codes]
    lines = [
        f"# {plain(code.label)}",
        "",
        f"`{code.id}` · {plain(study.codebook.families[code.family].label)} · {code.status}",
        "",
    ]
    for title, text in (
        ("Definition", code.definition),
        ("When to use", code.use),
        ("When not", code.not_),
        ("Proposition", code.proposition),
    ):
        if text:
            lines += [f"**{title}.** {plain(text)}", ""]
    if code.definitional:
        lines += [
            "Figures were assigned by this theme: it is described, and nothing about figures is tested on it.",
            "",
        ]
    stances = Counter(
        "no stance" if e.codes[code.id] is None else study.codebook.stance_label(e.codes[code.id] or 0)
        for _, _, e in mine
    )
    counted = ", ".join(f"{n} {s}" for s, n in sorted(stances.items()))
    lines += [f"{len(mine)} excerpts{f': {plain(counted)}' if mine else ''}.", ""]
    for document, _, excerpt in mine:
        lines += _quoted(study, document, excerpt, excerpt.codes[code.id])
    return "\n".join(lines) + "\n"


def _quoted(study: Study, document: Document, excerpt: Excerpt, stance: float | None) -> list[str]:
    """Quote an excerpt in its context, with a link to its place."""
    anchor = excerpt.anchor
    who = (
        excerpt.holder
        or excerpt.case
        or next((t.speaker.case for t in document.turns_in(anchor.start, anchor.end)), "")
    )
    name = _case_link(study, who, "..") if who in study.cases else ""
    says = f", {plain(study.codebook.stance_label(stance))}" if stance is not None else ""
    place = _link(f"../documents/{document.id}.html#{excerpt.id}", document.id)
    if not release.verdict(document).quotable:
        return [f"{{.excerpt}}\n{plain(str(release.verdict(document)))} — {name}, {place}{says}", ""]
    before = release.show(document, max(0, anchor.start - AROUND), anchor.start).split("\n\n")[-1]
    after = release.show(document, anchor.end, anchor.end + AROUND).split("\n\n")[0]
    quote = plain(release.show(document, anchor.start, anchor.end)).strip().replace("\n\n", " ")
    gap, rest = (" " if before[-1:].isspace() else ""), (" " if after[:1].isspace() else "")
    around = f"<small>… {plain(before)}</small>{gap}**{quote}**{rest}<small>{plain(after)} …</small>"
    text = f"{around} — {name}, {place}{says}"
    return ["{.excerpt}", text.replace("\n", " "), ""]


def _case(study: Study, case: Case, coded: Coded) -> str:
    lines = [f"# {plain(case.label)}", ""]
    about = [case.kind, case.position.replace("-", " "), case.circle and f"{case.circle} circle", case.status]
    lines += [plain(" · ".join(a for a in about if a)), ""]
    if case.organisation:
        lines += [f"Organisation: {_case_link(study, case.organisation, '..')}", ""]
    if case.figure:
        weight = f", {case.figure_weight:g}" if case.figure_weight is not None else ""
        lines += [
            f"**Figure:** {plain(case.figure + weight)}, judged on {case.figure_on}. {plain(case.figure_basis)}",
            "",
        ]
    elif case.kind == "person":
        lines += ["**Figure:** not judged.", ""]
    ties = [t for t in study.ties if case.id in (t.case, t.to)]
    if ties:
        lines += ["## Ties", ""]
        for tie in ties:
            when = "–".join(p for p in (tie.since, tie.until) if p)
            ends = f"{_case_link(study, tie.case, '..')} {plain(tie.tie)} {_case_link(study, tie.to, '..')}"
            lines += [f"- {ends}{f', {when}' if when else ''}{_source(tie.document)}"]
        lines += [""]
    acts = [a for a in study.acts if a.case == case.id]
    if acts:
        lines += ["## Acts", ""]
        lines += [
            f"- {a.date}: {plain(a.what or a.did)} ({a.certainty or 'source'}{_source(a.document)})" for a in acts
        ]
        lines += [""]
    said = [(d, f, e) for d, f, e in coded if case.id in _voices(d, e)]
    if said:
        lines += ["## Excerpts", ""]
        for document, _, excerpt in said:
            codes = ", ".join(_coded_as(study, c, s, "..") for c, s in sorted(excerpt.codes.items()))
            lines += [*_quoted(study, document, excerpt, None), f"{codes}", ""]
    return "\n".join(lines) + "\n"


def _source(document: str) -> str:
    return f", {_link(f'../documents/{document}.html', document)}" if document else ""


def _voices(document: Document, excerpt: Excerpt) -> set[str]:
    if excerpt.holder or excerpt.case:
        return {excerpt.holder or excerpt.case or ""}
    return {t.speaker.case for t in document.turns_in(excerpt.anchor.start, excerpt.anchor.end)}


def _toctree(names: list[str]) -> list[str]:
    return ["```{toctree}", ":hidden:", "", *names, "```", ""]


def _documents_index(study: Study, coded: Coded) -> str:
    counts = Counter(d.id for d, _, _ in coded)
    lines = ["# Documents", "", "| document | kind | date | title | excerpts |", "|---|---|---|---|---:|"]
    for d in study.documents.values():
        lines += [f"| {_link(f'{d.id}.html', d.id)} | {d.kind} | {d.date} | {plain(d.title)} | {counts[d.id]} |"]
    return "\n".join([*lines, "", *_toctree(list(study.documents))]) + "\n"


def _codebook(study: Study, coded: Coded) -> str:
    book = study.codebook
    counts = Counter(code for _, _, e in coded for code in e.codes)
    lines = ["# The codebook", "", f"{plain(book.title)}, version {book.version or '1'}.", ""]
    for family in book.families.values():
        lines += [f"## {plain(family.label)}", "", *([plain(family.rule), ""] if family.rule else [])]
        lines += ["| code | definition | status | excerpts |", "|---|---|---|---:|"]
        for code in (c for c in book.codes.values() if c.family == family.id):
            lines += [
                (
                    f"| {_link(f'{slug(code.id)}.html', code.label)} | {plain(code.definition)} "
                    f"| {code.status} | {counts[code.id]} |"
                )
            ]
        lines += [""]
    if book.history:
        lines += ["## How it grew", ""]
        lines += [f"- Version {plain(c.version)}, {c.on}: {plain(c.change)} *{plain(c.why)}*" for c in book.history]
    return "\n".join([*lines, "", *_toctree([slug(c) for c in book.codes])]) + "\n"


def _cases_index(study: Study) -> str:
    lines = ["# People and organisations", "", "| case | kind | position | figure |", "|---|---|---|---|"]
    for c in study.cases.values():
        figure = c.figure or ("not judged" if c.kind == "person" else "")
        lines += [
            f"| {_link(f'{c.id}.html', c.label)} | {c.kind} | {plain(c.position.replace('-', ' '))} | {plain(figure)} |"
        ]
    return "\n".join([*lines, "", *_toctree(list(study.cases))]) + "\n"


def _suggestions(study: Study) -> list[str]:
    """Count what programs suggested and what people made of it."""
    table = tally(study)
    lines = ["## Suggestions", ""]
    decided = int(table["accepted"].sum()), int(table["rejected"].sum())
    if not any(decided):
        lines += ["No suggestion of a program was accepted or rejected: no coding has its origin in one.", ""]
    if len(table):
        lines += [
            "Proposed are those that were decided on, and those that `qualcode suggest` lists now, ten a code at most.",
            "",
        ]
        lines += [
            "| coder | with | model | version | proposed | accepted | rejected |",
            "|---|---|---|---|---:|---:|---:|",
        ]
        lines += ["| " + " | ".join(plain(str(cell)) for cell in row) + " |" for row in table.itertuples(index=False)]
    return lines


def _methods(study: Study, coded: Coded) -> str:
    """Say how the work was done, from the data alone."""
    book = study.codebook
    by_coder = {c: [f for (name, _), f in study.coded.items() if name == c] for c in study.coders}
    lines = [
        "# How the work was done",
        "",
        "Written from the data; nothing on this page is typed by hand.",
        "",
        "## Coders",
        "",
    ]
    for coder, files in by_coder.items():
        made = sorted(e.made[:10] for f in files for e in f.excerpts)
        when = f", from {made[0]} to {made[-1]}" if made else ""
        lines += [f"- `{coder}`: {sum(len(f.excerpts) for f in files)} excerpts in {len(files)} documents{when}"]
    settled = Counter(len(e.settled["by"]) if e.settled else 0 for f in study.agreed.values() for e in f.excerpts)
    lines += ["", f"Settled for {len(study.agreed)} documents ({sum(settled.values())} excerpts).", ""]
    origins = Counter(e.origin["how"] for _, _, e in coded)
    lines += [
        "Where the codings counted in the chapters come from: "
        + ", ".join(f"{n} {o}" for o, n in sorted(origins.items()))
        + ".",
        "",
    ]
    lines += [*_suggestions(study), ""]
    lines += ["## Codebook", ""]
    status = Counter(c.status for c in book.codes.values())
    lines += [f"Version {book.version or '1'}: " + ", ".join(f"{n} {s}" for s, n in sorted(status.items())) + ".", ""]
    lines += [f"- Version {plain(c.version)}, {c.on}: {plain(c.change)} *{plain(c.why)}*" for c in book.history]
    lines += ["", "## Figures", ""]
    judged = [c for c in study.cases.values() if c.figure]
    lines += [f"{len(judged)} persons were judged, each with a basis and a date.", ""]
    first = min((e.made[:10] for _, _, e in coded), default="")
    late = sorted(c.id for c in judged if first and c.figure_on > first)
    lines += [f"Judged after the first coding was made ({first}): {plain(', '.join(late)) or 'nobody'}.", ""]
    lines += ["## Consent and release", "", "| consent | release | documents |", "|---|---|---:|"]
    pairs = Counter((d.consent, d.release) for d in study.documents.values())
    lines += [f"| {c} | {r} | {n} |" for (c, r), n in sorted(pairs.items())]
    return "\n".join(lines) + "\n"
