"""
Who there is, who belongs where, who did what, who was there and who was only spoken of.
"""

from __future__ import annotations

from qualcode.rows import DATE, Rows, framed
from qualcode.study import release
from qualcode.study.reads import answered
from qualcode.study.study import Study


@answered
@framed
def cases(study: Study) -> Rows:
    """
    One row a case: the columns of ``cases.csv`` in the order of the file, then its further ones.

    Example:
        >>> cases(study)[["case", "kind", "organisation", "figure", "figure_weight"]].tail(3)
                  case    kind               organisation     figure  figure_weight
        5     mediator  person  neighbourhood-association  undecided            NaN
        6  card-holder  person                                holder            1.0
        7    librarian  person                    library                       NaN
    """
    study.require_sound()
    columns = ["case", "label", "kind", "position", "organisation", "figure", "figure_weight"]
    columns += ["figure_basis", "figure_on", "circle", "status", "left_on", "note"]
    rows = [
        {**{c: getattr(case, "id" if c == "case" else c) for c in columns}, **case.attributes}
        for case in study.cases.values()
    ]
    further = sorted({a for case in study.cases.values() for a in case.attributes})
    return Rows.of(rows, [*columns, *further], {"figure_weight": "float"})


@answered
@framed
def ties(study: Study) -> Rows:
    """
    One row a tie: the columns of ``ties.csv``; stated_by and disputed_by joined by ``;``.

    A note is shown as far as the words of the document that the tie was read from.

    Example:
        >>> ties(study)[["case", "tie", "to", "since", "until", "stated_by"]]
                   case         tie                         to    since       until     stated_by
        0  desk-officer    employed                       city                       desk-officer
        1      mediator    employed  neighbourhood-association     2019                  mediator
        2      mediator  works-with                       city  2023-11  2024-01-30      mediator
    """
    study.require_sound()
    rows = []
    for t in study.ties:
        note = release.about(study.documents.get(t.document), t.note)
        by = ";".join(t.stated_by), ";".join(t.disputed_by)
        rows.append((t.case, t.tie, t.to, t.since, t.until, *by, t.document, note))
    columns = ["case", "tie", "to", "since", "until", "stated_by", "disputed_by", "document", "note"]
    return Rows(columns, rows)


@answered
@framed
def acts(study: Study) -> Rows:
    """
    One row an act: the columns of ``acts.csv``; stance is NaN where none is given.

    What was done, and a note on it, are shown as far as the words of the document that tells it.

    Example:
        >>> acts(study)[["act", "date", "case", "did", "theme", "stance", "certainty"]]
           act        date       case        did                     theme  stance   certainty
        0  a01  2024-01-30       city  announced     universality/wide-use     1.0  documented
        1  a02  2024-03-14  librarian    refused  function/residence-proof    -1.0    observed
    """
    study.require_sound()
    rows = []
    for a in study.acts:
        what, note = (release.about(study.documents.get(a.document), told) for told in (a.what, a.note))
        rows.append((a.id, a.date, a.case, a.did, what, a.theme, a.stance, a.document, a.certainty, note))
    columns = ["act", "date", "case", "did", "what", "theme", "stance", "document", "certainty", "note"]
    return Rows(columns, rows, {"stance": "float"})


@answered
@framed
def attendance(study: Study) -> Rows:
    """
    One row a fieldnote and person present.

    Columns: document, date, case, organisation (the case's own), involvement (the researcher's; none: what
    was told to the researcher, who was not there), head_count (how many were there, named or not; <NA> where
    nobody counted).

    Example:
        >>> attendance(study)[["date", "case", "organisation", "involvement", "head_count"]]
                date         case organisation involvement  head_count
        0 2024-03-14   researcher                  passive           9
        1 2024-03-14    librarian      library     passive           9
        2 2024-03-14  card-holder                  passive           9
    """
    return _at_occasions(study, "present")


@answered
@framed
def mentioned(study: Study) -> Rows:
    """
    One row a fieldnote and person who is spoken of in it and was not there.

    Columns: as `attendance`.

    Example:
        >>> mentioned(study)[["document", "case", "organisation"]]
                          document          case organisation
        0  2024-03-14-library-desk  desk-officer         city
    """
    return _at_occasions(study, "mentioned")


@answered
@framed
def not_observed(study: Study) -> Rows:
    """
    List what the study knows of without having seen it: nobody there was counted by the researcher.

    One row a fieldnote with involvement ``none``, and one an act that is not ``observed`` and whose date is no
    fieldnote's that was; by date, then name.

    Columns: date, what (fieldnote or act), name (its id), certainty (told or documented), case (whose act;
    empty for a fieldnote), document (the source).

    Example:
        >>> not_observed(study)[["date", "what", "name", "certainty", "case"]]
                 date what name   certainty  case
        0  2024-01-30  act  a01  documented  city
    """
    study.require_sound()
    notes = [d for d in study.documents.values() if d.kind == "fieldnote"]
    seen = {d.date.isoformat() for d in notes if d.involvement != "none"}
    rows = [(d.date.isoformat(), "fieldnote", d.id, "told", "", d.id) for d in notes if d.involvement == "none"]
    rows += [
        (a.date, "act", a.id, a.certainty, a.case, a.document)
        for a in study.acts
        if a.certainty != "observed" and a.date not in seen
    ]
    return Rows(["date", "what", "name", "certainty", "case", "document"], sorted(rows))


def _at_occasions(study: Study, how: str) -> Rows:
    """Return one row a fieldnote and person who is named as *how*."""
    study.require_sound()
    rows = [
        {
            "document": d.id,
            "date": d.date,
            "case": case,
            "organisation": study.cases[case].organisation,
            "involvement": d.involvement,
            "head_count": int(d.attributes["head_count"]) if "head_count" in d.attributes else None,
        }
        for d in study.documents.values()
        for case in getattr(d, how)
    ]
    columns = ["document", "date", "case", "organisation", "involvement", "head_count"]
    return Rows.of(rows, columns, {"date": DATE, "head_count": "Int64"})
