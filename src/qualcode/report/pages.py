"""
Pages on the study itself: the first one, each code with its excerpts, each case with what it said, the codebook, the
lists, the memos.

Every page is HTML, made from data by a template. Words of documents come through ``release`` only; a withheld
document is counted, and the page says why it is not quoted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import pandas as pd

from qualcode import tables
from qualcode.evidence import counts
from qualcode.plural import number_of
from qualcode.present import table
from qualcode.report import methods as how
from qualcode.report.bibliography import PAGE as REFERENCES
from qualcode.report.bibliography import TITLE, Bibliography, Piece
from qualcode.report.chapters import OwnTables
from qualcode.report.documents import document_page
from qualcode.report.explore import PAGE as EXPLORED
from qualcode.report.explore import TITLE as EXPLORED_TITLE
from qualcode.report.frame import Page, aside
from qualcode.report.front import Front
from qualcode.report.links import case_link, document_link, link, slug
from qualcode.report.lists import Evidence, Shown
from qualcode.report.markup import NOTHING, Html, html, joined, prose_line, rendered
from qualcode.report.memos import INDEX as MEMOS
from qualcode.report.memos import Memos
from qualcode.report.parts import as_html
from qualcode.report.register import ranges
from qualcode.report.settled import Settled, several
from qualcode.study import release
from qualcode.study.attribution import OBSERVED, attributed
from qualcode.study.case import Case
from qualcode.study.codebook import Code
from qualcode.study.study import Study

KINDS = ("interview", "fieldnote", "document")
PARTS = (
    ("codes/index", "The codebook"),
    ("documents/index", "Documents"),
    ("cases/index", "People and organisations"),
    (MEMOS, "Memos"),
    (how.PAGE, how.TITLE),
    (EXPLORED, EXPLORED_TITLE),
    (REFERENCES, TITLE),
)


def study_pages(
    study: Study,
    evidence: Evidence,
    leads: Mapping[str, str],
    back: Mapping[str, int],
    suggested: pd.DataFrame,
    memos: Memos,
    works: Bibliography,
) -> tuple[dict[str, Page], list[Shown]]:
    """
    Return every page on the study, by its path without ending, sorted; and the tables on them.

    Args:
        leads: names to where they lead, from the first page.
        back: in how many tables of the chapters each excerpt stands, by its id.
        suggested: what became of suggestions, as ``suggest.tally`` counts it.
        memos: the memos, as far as they are shown.
        works: what the formulas cite.
    """
    own, counted = OwnTables(leads, evidence), evidence.settled
    pages: dict[str, Page] = {}
    for name, document in study.documents.items():
        mine = counted.by_document[name]
        number = partial(evidence.register.counted, name)
        body = document_page(study, document, mine, back, memos.on("document", name), number)
        pages[f"documents/{name}"] = Page(document.title, body + _QUOTED if mine else body)
    for code in study.codebook.codes.values():
        pages[f"codes/{slug(code.id)}"] = Page(code.label, _code(study, code, evidence, memos))
    for case in study.cases.values():
        pages[f"cases/{case.id}"] = Page(case.label, _case(study, case, evidence, memos))
    pages |= memos.pages()
    pages["documents/index"] = Page("Documents", _documents_index(study, own, counted))
    pages["codes/index"] = _headed("The codebook", _codebook(study, own, counted))
    pages["cases/index"] = Page("People and organisations", _cases_index(study, own))
    told = as_html(how.methods(study, suggested, counted, works), own, how.PAGE)
    pages[how.PAGE] = _headed(how.TITLE, html("<h1>{}</h1>\n{}", how.TITLE, told))
    pages["search"] = Page("Search", rendered("search.html"))
    return dict(sorted(pages.items())), own.shown


def references_page(works: Bibliography, titles: Mapping[str, str]) -> Page:
    """Return the list of what was cited, each work with the pages that cite it."""
    listed = [
        (
            work.place,
            joined(_piece(piece) for piece in work.pieces),
            joined((link(f"{page}.html", titles.get(page) or called or page) for page, called in by.items()), "; "),
        )
        for work in works.listed()
        for by in [works.cited[work.key]]
    ]
    return Page(TITLE, rendered("references.html", title=TITLE, works=listed))


def _piece(piece: Piece) -> Html:
    told = html("<em>{}</em>", piece.words) if piece.italic else Html.escape(piece.words)
    return link(piece.address, told) if piece.address else told


_QUOTED = html('<script src="../_static/quoted.js"></script>\n')


@dataclass(frozen=True)
class Opening:
    """With what the first page opens: what the report says of itself, its answer by chapter, a plot."""

    front: Front = field(default_factory=Front)
    answer: Sequence[tuple[str, str]] = ()
    picture: Html = NOTHING
    caption: Html = NOTHING
    goal: str = ""


OWN, OF_OTHERS, NOTED = "What they say", "What others say of them", "What was observed of them"
HEARD = (OWN, OF_OTHERS, NOTED)
"""The headings under which a case's page has excerpts: one's own words, others' words, and nobody's."""


def _headed(title: str, body: Html) -> Page:
    return Page(title, body, aside(body))


def first_page(
    study: Study, title: str, chapters: list[tuple[str, str]], counted: Settled, changes: str, told: Opening
) -> Page:
    """Return the site's first page: question and answer, what the study holds, what is withheld and what to mind."""
    named = dict(chapters)
    frame = tables.documents(study)
    kinds = Counter(frame["kind"])
    held = [number_of(kinds[k], k) for k in KINDS if kinds[k]]
    about = [", ".join(held) or "no documents", number_of(int(frame["words"].sum()), "word")]
    about += [number_of(sum(c.kind == "person" for c in study.cases.values()), "person", "persons")]
    excerpts = number_of(sum(len(f.excerpts) for f in study.coded.values()), "excerpt")
    about += [f"{excerpts} by {number_of(len(study.coders), 'coder')}"]
    about += [f"codebook version {study.codebook.version or '1'}"]
    open_still = {study.documents[name].path: name for name in several(study)} if study.counts else {}
    verdicts = [(d.id, release.verdict(d)) for d in study.documents.values()]
    body = rendered(
        "first.html",
        title=title,
        front=told.front,
        answer=[(prose_line(text), page, named.get(page, page)) for text, page in told.answer],
        picture=told.picture,
        caption=told.caption,
        goal=told.goal,
        unlisted=[name for name, _ in chapters if told.front.chapters and name not in told.front.chapters],
        about="; ".join(about),
        chapters=chapters,
        parts=[*PARTS, (changes, "What changed since the last review")],
        changes=changes,
        notices=[n for n in study.notices if n.path not in open_still],
        one_counts=sorted(open_still.values()) if study.counts else [],
        counts=study.counts,
        unsettled=counted.unsettled,
        withheld=[(name, verdict.reason) for name, verdict in verdicts if not verdict.quotable],
    )
    return Page(title, body, aside(body))


def _code(study: Study, code: Code, evidence: Evidence, memos: Memos) -> Html:
    mine = evidence.settled.by_code.get(code.id, [])
    stances = Counter(
        "no stance" if e.codes[code.id] is None else study.codebook.stance_label(e.codes[code.id] or 0)
        for _, _, e in mine
    )
    told = [
        ("Definition", code.definition),
        ("When to use", code.use),
        ("When not", code.not_),
        ("Proposition", code.proposition),
    ]
    return rendered(
        "code.html",
        code=code,
        family=study.codebook.families[code.family].label,
        told=[(title, text) for title, text in told if text],
        number=number_of(len(mine), "excerpt"),
        stances=", ".join(f"{n:,} {s}" for s, n in sorted(stances.items())),
        memos=memos.on("code", code.id),
        which=evidence.register.code[code.id],
        of=ranges(evidence.register.counted(d.id, e) for d, _, e in mine),
        scripts=_QUOTED,
    )


def _case(study: Study, case: Case, evidence: Evidence, memos: Memos) -> Html:
    about = [case.kind, case.position.replace("-", " "), case.circle and f"{case.circle} circle", case.status]
    weight = f", {case.figure_weight:g}" if case.figure_weight is not None else ""
    told: dict[str, list[str]] = {title: [] for title in HEARD}
    for document, _, excerpt in evidence.settled.by_case.get(case.id, []):
        by = attributed(document, excerpt, study.cases)
        title = OF_OTHERS if case.id == by.holder else NOTED if by.how == OBSERVED else OWN
        told[title].append(evidence.register.counted(document.id, excerpt))
    return rendered(
        "case.html",
        case=case,
        about=" · ".join(a for a in about if a),
        organisation=case_link(study, case.organisation) if case.organisation in study.cases else "",
        figure=f"{case.figure}{weight}, judged on {case.figure_on}." if case.figure else "",
        memos=memos.on("case", case.id),
        ties=list(_ties(study, case)),
        acts=list(_acts(study, case)),
        which=evidence.register.case[case.id],
        heard=[(title, ranges(of)) for title, of in told.items() if of],
        scripts=_QUOTED,
    )


def _ties(study: Study, case: Case) -> Iterator[Html]:
    for tie in study.ties:
        if case.id in (tie.case, tie.to):
            when = "–".join(p for p in (tie.since, tie.until) if p)
            ends = html("{} {} {}", case_link(study, tie.case), tie.tie, case_link(study, tie.to))
            yield html("{}{}{}", ends, f", {when}" if when else "", _source(study, tie.document))


def _acts(study: Study, case: Case) -> Iterator[Html]:
    for act in study.acts:
        if act.case == case.id:
            document = study.documents.get(act.document)
            what = release.about(document, act.what) or act.did
            yield html("{}: {} ({}{})", act.date, what, act.certainty or "source", _source(study, act.document))


def _source(study: Study, document: str) -> Html:
    return html(", {}", document_link(document)) if document in study.documents else Html("")


def _documents_index(study: Study, own: OwnTables, counted: Settled) -> Html:
    coded = counted.codings
    excerpts = {name: len({e.id for e in here}) for name, here in counted.by_document.items()}
    frame = tables.documents(study).assign(excerpts=lambda t: t["document"].map(excerpts).fillna(0).astype(int))
    columns = ("document", "kind", "date", "title", "consent", "release", "words", "excerpts")
    turns = tables.turns(study)
    behind = {
        "excerpts": counts(coded, "excerpt", "document"),
        "words": counts(turns, "turn", "document", total="words"),
    }
    shown = own.table(table(frame[list(columns)], behind=behind), "documents/index", "documents")
    return html("<h1>Documents</h1>\n{}", shown)


def _codebook(study: Study, own: OwnTables, counted: Settled) -> Html:
    book, coded = study.codebook, counted.codings
    numbers = {code: len(mine) for code, mine in counted.by_code.items()}
    families = []
    for family in book.families.values():
        mine = [c for c in book.codes.values() if c.family == family.id]
        rows = [(c.id, c.label, c.definition, c.status, numbers.get(c.id, 0)) for c in mine]
        frame = pd.DataFrame(rows, columns=["id", "code", "definition", "status", "excerpts"])
        behind = {"excerpts": counts(coded, "excerpt", {"id": "code"})}
        shown = table(frame, {c: c for c in ("code", "definition", "status", "excerpts")}, behind=behind)
        families.append((family, own.table(shown, "codes/index", family.id)))
    return rendered(
        "codebook.html", book=book, families=families, history=as_html(how.history(study), own, "codes/index")
    )


def _cases_index(study: Study, own: OwnTables) -> Html:
    frame = pd.DataFrame(
        [
            (c.label, c.kind, c.position.replace("-", " "), c.figure or ("not judged" if c.kind == "person" else ""))
            for c in study.cases.values()
        ],
        columns=["case", "kind", "position", "figure"],
    )
    return html("<h1>People and organisations</h1>\n{}", own.table(table(frame), "cases/index", "cases"))
