"""
Pages on the study itself: each code with its excerpts, each case with what it said, the codebook, the lists.

Every page is Markdown for the renderer. Words of documents come through ``release`` only; a withheld
document is counted, and the page says why it is not quoted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from qualcode import tables
from qualcode.evidence import counts
from qualcode.present import table
from qualcode.report.chapters import OwnTables, Tables, excerpts_in
from qualcode.report.documents import coded_as, document_page
from qualcode.report.links import case_link, link, plain, slug
from qualcode.report.lists import Evidence, Shown
from qualcode.report.methods import methods
from qualcode.study import release, voice
from qualcode.study.case import Case
from qualcode.study.codebook import Code
from qualcode.study.coderfile import CoderFile, Excerpt
from qualcode.study.document import Document
from qualcode.study.study import Study

AROUND = 90
"""How many code points of context stand on each side of an excerpt."""

Pages = dict[str, str]
Coded = list[tuple[Document, CoderFile, Excerpt]]


def study_pages(
    study: Study, evidence: Evidence, leads: Mapping[str, str], chapters: list[Shown], suggested: pd.DataFrame
) -> tuple[Pages, list[Shown]]:
    """
    Return every page on the study, by its path without ending, sorted; and the tables on them.

    Args:
        leads: names to where they lead, from the first page.
        chapters: the tables of the chapters, whose excerpts lead back to them.
        suggested: what became of suggestions, as ``suggest.tally`` counts it.
    """
    coded = list(study.excerpts())
    own = OwnTables(leads, evidence)
    by_document: dict[str, list[Excerpt]] = {name: [] for name in study.documents}
    for document, _, excerpt in coded:
        by_document[document.id].append(excerpt)
    counted = {e: len({t.evidence for t, _ in where}) for e, where in evidence.counted_in(chapters).items()}
    pages = {f"documents/{n}": document_page(study, d, by_document[n], counted) for n, d in study.documents.items()}
    pages |= {f"codes/{slug(c.id)}": _code(study, c, coded) for c in study.codebook.codes.values()}
    pages |= {f"cases/{c.id}": _case(study, c, coded) for c in study.cases.values()}
    pages["documents/index"] = _documents_index(study, own)
    pages["codes/index"] = _codebook(study, own)
    pages["cases/index"] = _cases_index(study, own)
    pages["methods"] = methods(study, own, suggested)
    for kind, title in (("documents", "Documents"), ("codes", "The codebook"), ("cases", "People and organisations")):
        for name in [n for n in pages if n.startswith(f"{kind}/") and n != f"{kind}/index"]:
            pages[name] = f"---\norphan: true\n---\n{_up(title)}{pages[name]}"
    return dict(sorted(pages.items())), own.shown


def _up(title: str) -> str:
    """Lead from a page to the list that it stands in; the side of the page lists only the lists."""
    return f'<p class="up"><a href="index.html">{title}</a></p>\n\n'


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
    who = excerpt.holder or voice.speaker(document, excerpt, study.cases)
    name = case_link(study, who) if who in study.cases else ""
    says = f", {plain(study.codebook.stance_label(stance))}" if stance is not None else ""
    place = link(f"../documents/{document.id}.html#{excerpt.id}", document.id)
    if not release.verdict(document).quotable:
        return [f"{{.excerpt}}\n{plain(str(release.verdict(document)))} — {name}, {place}{says}", ""]
    before, after = _around(document, anchor.start, anchor.end)
    quote = plain(release.show(document, anchor.start, anchor.end)).strip().replace("\n\n", " ")
    gap, rest = (" " if before[-1:].isspace() else ""), (" " if after[:1].isspace() else "")
    around = f"<small>{plain(before)}</small>{gap}**{quote}**{rest}<small>{plain(after)}</small>"
    text = f"{around} — {name}, {place}{says}"
    return ["{.excerpt}", text.replace("\n", " "), ""]


def _around(document: Document, start: int, end: int) -> tuple[str, str]:
    """Return what stands before and after in the same paragraph, in whole words; dots where more of it stands."""
    low, high = max(0, start - AROUND), min(len(document.text), end + AROUND)
    *above, before = release.show(document, low, start).split("\n\n")
    after, *below = release.show(document, end, high).split("\n\n")
    if low and not above:
        before = "… " + before[before.find(" ") + 1 :]
    if high < len(document.text) and not below:
        after = after[: after.rfind(" ") + 1] + "…"
    return before, after


def _case(study: Study, case: Case, coded: Coded) -> str:
    lines = [f"# {plain(case.label)}", ""]
    about = [case.kind, case.position.replace("-", " "), case.circle and f"{case.circle} circle", case.status]
    lines += [plain(" · ".join(a for a in about if a)), ""]
    if case.organisation:
        lines += [f"Organisation: {case_link(study, case.organisation)}", ""]
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
            ends = f"{case_link(study, tie.case)} {plain(tie.tie)} {case_link(study, tie.to)}"
            lines += [f"- {ends}{f', {when}' if when else ''}{_source(tie.document)}"]
        lines += [""]
    acts = [a for a in study.acts if a.case == case.id]
    if acts:
        lines += ["## Acts", ""]
        lines += [
            f"- {a.date}: {plain(a.what or a.did)} ({a.certainty or 'source'}{_source(a.document)})" for a in acts
        ]
        lines += [""]
    said = [(d, f, e) for d, f, e in coded if case.id in _voices(study, d, e)]
    if said:
        lines += ["## Excerpts", ""]
        for document, _, excerpt in said:
            codes = ", ".join(coded_as(study, c, s) for c, s in sorted(excerpt.codes.items()))
            lines += [*_quoted(study, document, excerpt, None), f"{codes}", ""]
    return "\n".join(lines) + "\n"


def _source(document: str) -> str:
    return f", {link(f'../documents/{document}.html', document)}" if document else ""


def _voices(study: Study, document: Document, excerpt: Excerpt) -> set[str]:
    if excerpt.holder or excerpt.case:
        return {excerpt.holder or excerpt.case or ""}
    return {t.speaker.case for t in voice.heard(document, excerpt.anchor.start, excerpt.anchor.end, study.cases)}


def _documents_index(study: Study, own: Tables) -> str:
    coded = tables.codings(study)
    frame = tables.documents(study).assign(
        excerpts=lambda t: t["document"].map(excerpts_in(coded)).fillna(0).astype(int)
    )
    columns = ("document", "kind", "date", "title", "consent", "release", "words", "excerpts")
    turns = tables.turns(study)
    behind = {
        "excerpts": counts(coded, "excerpt", "document"),
        "words": counts(turns, "turn", "document", total="words"),
    }
    shown = own.table(table(frame[list(columns)], behind=behind), "documents/index", "documents")
    return f"# Documents\n\n{shown}\n"


def _codebook(study: Study, own: Tables) -> str:
    book = study.codebook
    coded = tables.codings(study)
    numbers = excerpts_in(coded, "code")
    lines = ["# The codebook", "", f"{plain(book.title)}, version {book.version or '1'}.", ""]
    for family in book.families.values():
        lines += [f"## {plain(family.label)}", "", *([plain(family.rule), ""] if family.rule else [])]
        mine = [c for c in book.codes.values() if c.family == family.id]
        rows = [(c.id, c.label, c.definition, c.status, numbers.get(c.id, 0)) for c in mine]
        frame = pd.DataFrame(rows, columns=["id", "code", "definition", "status", "excerpts"])
        behind = {"excerpts": counts(coded, "excerpt", {"id": "code"})}
        shown = table(frame, {c: c for c in ("code", "definition", "status", "excerpts")}, behind=behind)
        lines += [own.table(shown, "codes/index", family.id), ""]
    if book.history:
        lines += ["## How it grew", ""]
        lines += [f"- Version {plain(c.version)}, {c.on}: {plain(c.change)} *{plain(c.why)}*" for c in book.history]
    return "\n".join([*lines, ""]) + "\n"


def _cases_index(study: Study, own: Tables) -> str:
    frame = pd.DataFrame(
        [
            (c.label, c.kind, c.position.replace("-", " "), c.figure or ("not judged" if c.kind == "person" else ""))
            for c in study.cases.values()
        ],
        columns=["case", "kind", "position", "figure"],
    )
    return f"# People and organisations\n\n{own.table(table(frame), 'cases/index', 'cases')}\n"
