"""
What is still to do in the field: who was named and never met, of which kind nobody was met, what was never put to whom.

*Met* is who speaks in an interview under a label of her own. Nothing here is advice on whom to leave alone: who
refused, withdrew or left stands beside, and is not taken off the list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import product

from qualcode.errors import UsageError, did_you_mean
from qualcode.rows import Rows, framed, rows_of
from qualcode.study import voice
from qualcode.study.reads import answered
from qualcode.study.study import Study
from qualcode.tables.asked import NOT_PUT, PASSED_OVER, topics

KINDS_OF_PEOPLE = ("figure", "position", "organisation", "circle")
"""What `cells` can be laid out by."""
_OTHERS = "of another kind than person"


@answered
@framed
def not_met(study: Study) -> Rows:
    """
    One row a person who speaks in no interview; most often named first, then by case.

    Columns: case, label, position, organisation, figure, circle, status, present (occasions noted, with her there),
    named_by (who named her: holders of reported views, stated ties and told acts; joined by ``'; '``), circles
    (of those; joined), times (documents in which she is named, notes among them), asked (how the last approach ended;
    empty: never asked), asked_on, through. ``attrs["left_out"]`` counts the cases that are no persons.

    Example:
        >>> not_met(study)[["case", "present", "named_by", "times"]]
                case  present named_by  times
        0  librarian        1               1
    """
    study.require_sound()
    met = set(_met(study))
    by: defaultdict[str, set[str]] = defaultdict(set)
    where: defaultdict[str, set[str]] = defaultdict(set)
    present: defaultdict[str, int] = defaultdict(int)
    ours = {c.id for c in study.cases.values() if c.kind == "researcher"}
    for who, whom, document in _namings(study):
        if who and who != whom and who not in ours:
            by[whom].add(who)
        if document:
            where[whom].add(document)
    for d in study.documents.values():
        for there in d.present:
            present[there] += 1
            where[there].add(d.id)
    last = {c.case: c for c in sorted(study.contacts, key=lambda c: c.outcome_on or c.on)}
    rows, others = [], 0
    for case in study.cases.values():
        if case.kind == "researcher" or case.id in met:
            continue
        if case.kind != "person":
            others += 1
            continue
        circles = sorted({study.cases[n].circle for n in by[case.id]} - {""})
        contact = last.get(case.id)
        asked = (contact.outcome, contact.outcome_on or contact.on, contact.through) if contact else ("", "", "")
        about = (case.id, case.label, case.position, case.organisation, case.figure, case.circle, case.status)
        named = ("; ".join(sorted(by[case.id])), "; ".join(circles), len(where[case.id]))
        rows.append((*about, present[case.id], *named, *asked))
    rows.sort(key=lambda row: (-len(by[row[0]]), -row[10], row[0]))
    columns = ["case", "label", "position", "organisation", "figure", "circle", "status", "present", "named_by"]
    columns += ["circles", "times", "asked", "asked_on", "through"]
    return Rows(columns, rows, attrs={"left_out": {_OTHERS: others}})


@answered
@framed
def cells(study: Study, by: Sequence[str] = ("figure", "position")) -> Rows:
    """
    One row a combination of what persons are, whether or not anybody is it: how many are known, how many were met.

    Columns: those of *by* (empty: nothing given), known (persons), met (of them, in an interview), others (the
    cases that were not met, joined by ``'; '``). Fewest met first, then most known, then in the order of *by*; every
    value that some person has is combined with every other.

    Args:
        by: one to three of figure, position, organisation, circle.

    Raises:
        UsageError: none, more than three, one twice, or another word.

    Example:
        >>> cells(study, ["figure"])
              figure  known  met     others
        0                 1    0  librarian
        1     holder      1    1
        2     issuer      1    1
        3  undecided      1    1
    """
    study.require_sound()
    if not 1 <= len(by) <= len(KINDS_OF_PEOPLE) - 1 or len(set(by)) < len(by):
        raise UsageError(f"one to three of {', '.join(KINDS_OF_PEOPLE)}, none twice; not {', '.join(by) or 'none'}")
    for column in by:
        if column not in KINDS_OF_PEOPLE:
            known = ", ".join(KINDS_OF_PEOPLE)
            raise UsageError(f"unknown column {column!r}{did_you_mean(column, KINDS_OF_PEOPLE)}; one of: {known}")
    people = [c for c in study.cases.values() if c.kind == "person"]
    met = set(_met(study))
    of: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for case in people:
        of[tuple(getattr(case, column) for column in by)].append(case.id)
    values = [sorted({getattr(case, column) for case in people}) for column in by]
    rows = []
    for cell in product(*values) if people else ():
        here = of.get(cell, [])
        missing = [c for c in here if c not in met]
        rows.append((*cell, len(here), len(here) - len(missing), "; ".join(sorted(missing))))
    n = len(by)
    rows.sort(key=lambda row: (row[n + 1], -row[n], row[:n]))
    left = len(study.cases) - len(people)
    return Rows([*by, "known", "met", "others"], rows, attrs={"left_out": {_OTHERS: left}})


@answered
@framed
def still_to_put(study: Study, coder: str | None = None) -> Rows:
    """
    One row a person who was met and a theme that was never put to her nor raised by her, or that she passed over.

    Columns: case, label, theme, theme_label, state (not_put or passed_over), spoke (how many of the others raised
    it or answered), met_on (the last interview), status, asked (how the last approach ended). By case, then what most
    others spoke of, then theme. ``attrs["left_out"]``: what `topics` leaves out.

    Raises:
        UsageError: a document has two coders and nothing agreed.

    Example:
        >>> still_to_put(study)[["case", "theme", "state", "spoke"]].head(2)
                  case                    theme        state  spoke
        0  card-holder  function/residence-proof  passed_over      1
        1  card-holder      governance/co-design      not_put      1
    """
    asked = rows_of(topics)(study, coder)
    at = {name: n for n, name in enumerate(asked.columns)}
    spoke: defaultdict[str, int] = defaultdict(int)
    for row in asked.rows:
        spoke[row[at["theme"]]] += row[at["state"]] not in (NOT_PUT, PASSED_OVER)
    met = _met(study)
    last = {c.case: c.outcome for c in sorted(study.contacts, key=lambda c: c.outcome_on or c.on)}
    rows = []
    for row in asked.rows:
        case, theme, state = row[at["speaker"]], row[at["theme"]], row[at["state"]]
        if state not in (NOT_PUT, PASSED_OVER) or case not in study.cases:
            continue
        about, code = study.cases[case], study.codebook.codes[theme]
        what = (theme, code.label, state, spoke[theme])
        rows.append((case, about.label, *what, met[case], about.status, last.get(case, "")))
    rows.sort(key=lambda row: (row[0], -row[5], row[2]))
    columns = ["case", "label", "theme", "theme_label", "state", "spoke", "met_on", "status", "asked"]
    return Rows(columns, rows, attrs=asked.attrs)


def _met(study: Study) -> dict[str, str]:
    """Return who speaks in interviews, the researcher apart, with the day of the last."""
    met: dict[str, str] = {}
    for document in sorted(study.documents.values(), key=lambda d: (d.date, d.id)):
        if document.kind == "interview":
            for label in document.speakers:
                case = study.cases.get(label.case)
                if case is not None and case.kind != "researcher":
                    met[case.id] = document.date.isoformat()
    return met


def _namings(study: Study) -> Iterable[tuple[str, str, str]]:
    """Yield who names whom in which document; a note's author names nobody, and the document counts."""
    for d in study.documents.values():
        for case in d.mentioned:
            yield "", case, d.id
    for file in (*study.coded.values(), *study.agreed.values()):
        document = study.documents.get(file.document)
        if document is None:
            continue
        for excerpt in file.excerpts:
            if excerpt.holder:
                yield voice.speaker(document, excerpt, study.cases), excerpt.holder, document.id
    for tie in study.ties:
        for who in tie.stated_by:
            yield who, tie.case, tie.document
            yield who, tie.to, tie.document
    for act in study.acts:
        source = study.documents.get(act.document)
        tellers = [s.case for s in source.speakers] if source and source.kind == "interview" else [""]
        for who in tellers:
            teller = study.cases.get(who)
            yield who if teller and teller.kind != "researcher" else "", act.case, act.document
