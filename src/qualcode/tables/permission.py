"""
Who agreed to what, and whom one approached: consent and contacts as tables.
"""

from __future__ import annotations

from qualcode.rows import Rows, framed
from qualcode.study import release
from qualcode.study.consent import SCOPES
from qualcode.study.reads import answered
from qualcode.study.study import Study


@answered
@framed
def consents(study: Study) -> Rows:
    r"""
    One row a person and version of the form, in the order of ``consent.csv``; without that file, none.

    Columns: case, version, from, until, evidence, then each scope as it stands today, what was withdrawn taken off
    (record, analyse, quote, translate, identity, sound, archive, reuse_teaching), review, withdrawn_on, withdrawn (the
    scopes, joined by ``;``). Notes are not shown.

    Example:
        >>> head = "case,version,from,analyse,quote,identity,withdrawn_on,withdrawn_scope\n"
        >>> rows = "mediator,1,2024-02-20,yes,verbatim,pseudonym,2024-04-02,quote\n"
        >>> rows += "desk-officer,1,2024-02-01,yes,verbatim,role,,\n"
        >>> done = (study.root / "coding/consent.csv").write_text(head + rows)
        >>> consents(open_study(study.root))[["case", "from", "analyse", "quote", "sound", "withdrawn"]]
                   case        from analyse     quote sound withdrawn
        0      mediator  2024-02-20     yes      none    no     quote
        1  desk-officer  2024-02-01     yes  verbatim    no
    """
    study.require_sound()
    rows = [
        (
            *(c.case, c.version, str(c.since), str(c.until or ""), c.evidence),
            *(c.granted(scope) for scope in SCOPES),
            *(c.review, str(c.withdrawn_on or ""), ";".join(c.withdrawn)),
        )
        for c in study.consents or ()
    ]
    columns = ["case", "version", "from", "until", "evidence", *SCOPES, "review", "withdrawn_on", "withdrawn"]
    return Rows(columns, rows)


@answered
@framed
def contacts(study: Study) -> Rows:
    r"""
    One row an approach, in the order of ``contacts.csv``; without that file, none.

    Columns: case, on, through, how, outcome (agreed, refused, no-answer, postponed, withdrew), outcome_on, document,
    note (as far as the words of that document are shown; without a document, never: nobody agreed to anything).

    Example:
        >>> rows = "case,on,outcome,through,note\ncity,2024-01,refused,mediator,By telephone\n"
        >>> done = (study.root / "coding/contacts.csv").write_text(rows)
        >>> contacts(open_study(study.root))[["case", "on", "through", "outcome", "note"]]
           case       on   through  outcome note
        0  city  2024-01  mediator  refused
    """
    study.require_sound()
    rows = []
    for c in study.contacts:
        note = release.about(study.documents[c.document], c.note) if c.document in study.documents else ""
        rows.append((c.case, c.on, c.through, c.how, c.outcome, c.outcome_on, c.document, note))
    columns = ["case", "on", "through", "how", "outcome", "outcome_on", "document", "note"]
    return Rows(columns, rows)
