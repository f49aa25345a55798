"""
The field in time: what happened, was said, was seen and was asked, in one order; and what was said around an act.

A day that is known to the month or the year only stands at its first day and keeps its own precision beside it.
"""

from __future__ import annotations

from datetime import date

from qualcode.errors import UsageError, did_you_mean
from qualcode.rows import DATE, Rows, framed, rows_of
from qualcode.study import release
from qualcode.study.reads import answered
from qualcode.study.study import Study
from qualcode.tables.coded import statements

WHAT = ("document", "act", "interview", "fieldnote", "contact")
"""What stands in a chronicle, in the order in which it stands on one day."""


@answered
@framed
def chronicle(study: Study) -> Rows:
    """
    One row a document, act and approach, by day, then in the order of ``WHAT``, then by name.

    Columns: date (its first day, where only a month or a year is known), day (as it is known), what (interview,
    fieldnote, document, act or contact), name (the document's or act's id; the case that was approached), who (whose
    interview or act it is, who was there, whom one approached; joined by ``'; '``), told (what was done, as released;
    what came of an approach; the place of an occasion), involvement (the researcher's, of a fieldnote), certainty (of
    an act: observed, told or documented), document (the source).

    Example:
        >>> chronicle(study)[["day", "what", "name", "who"]].head(3)
                  day       what                     name           who
        0  2024-01-30   document       2024-01-30-leaflet          city
        1  2024-01-30        act                      a01          city
        2  2024-02-12  interview  2024-02-12-desk-officer  desk-officer
    """
    study.require_sound()
    rows: list[tuple[date, str, str, str, str, str, str, str, str]] = []
    for d in study.documents.values():
        ours = {c.id for c in study.cases.values() if c.kind == "researcher"}
        who = {s.case for s in d.speakers} | set(d.present) | ({d.author} if d.kind == "document" else set())
        place = release.about(d, d.place) if d.place else ""
        there = "; ".join(sorted(who - ours - {""}))
        rows.append((d.date, d.date.isoformat(), d.kind, d.id, there, place, d.involvement, "", d.id))
    for a in study.acts:
        done = release.about(study.documents.get(a.document), a.what)
        rows.append((_first_day(a.date), a.date, "act", a.id, a.case, done or a.did, "", a.certainty, a.document))
    for c in study.contacts:
        rows.append((_first_day(c.on), c.on, "contact", c.case, c.case, c.outcome, "", "", c.document))
    rows.sort(key=lambda row: (row[0], WHAT.index(row[2]), row[3], row[1]))
    columns = ["date", "day", "what", "name", "who", "told", "involvement", "certainty", "document"]
    return Rows(columns, rows, {"date": DATE})


@answered
@framed
def around(study: Study, act: str, coder: str | None = None) -> Rows:
    """
    One row a statement on an act's theme: what was said before the act, of its day, and after, by whom.

    Columns: when (before, same day, after; unclear: the act is known to the month or year only, and the statement
    falls in it), days (from the act to the statement, below 0 before it; <NA> where unclear), document, date, actor,
    speaker, reported, actor_figure, stance, excerpt, own (the actor of the statement is the actor of the act). By
    date, then document, then place. What is said after an act is not said because of it. ``attrs["left_out"]``: as
    ``statements``, and statements on other themes.

    Raises:
        UsageError: an act that is not there, or one without a theme.

    Example:
        >>> around(study, "a01")[["when", "days", "actor", "stance"]]
               when  days        actor  stance
        0  same day     0         city     1.0
        1     after    13         city     1.0
        2     after    35  card-holder     1.0
        3     after    44    librarian     0.0
    """
    known = {a.id: a for a in study.acts}
    if act not in known:
        raise UsageError(f"no act {act!r}{did_you_mean(act, known)}; `qualcode table acts` lists them")
    done = known[act]
    if not done.theme:
        raise UsageError(f"act {act!r} has no theme, so nothing is said to be about it; name one in coding/acts.csv")
    all_of_it = rows_of(statements)(study, coder)
    at = {name: n for n, name in enumerate(all_of_it.columns)}
    first, precise = _first_day(done.date), len(done.date) == len("2018-06-30")
    rows, others = [], 0
    for row in all_of_it.rows:
        if row[at["theme"]] != done.theme:
            others += 1
            continue
        day = row[at["date"]]
        if precise:
            days = (day - first).days
            when = "before" if days < 0 else "after" if days else "same day"
        else:
            within = day.isoformat().startswith(done.date)
            days = None if within else (day - first).days
            when = "unclear" if within else "before" if day < first else "after"
        said = tuple(row[at[c]] for c in ("document", "date", "actor", "speaker", "reported", "actor_figure", "stance"))
        rows.append((when, days, *said, row[at["excerpt"]], row[at["actor"]] == done.case, row[at["start"]]))
    rows.sort(key=lambda row: (row[3], row[2], row[-1]))
    columns = ["when", "days", "document", "date", "actor", "speaker", "reported", "actor_figure", "stance"]
    left_out = {**all_of_it.attrs.get("left_out", {}), "of other themes": others}
    kinds = {"date": DATE, "days": "Int64", "stance": "float"}
    return Rows([*columns, "excerpt", "own"], [row[:-1] for row in rows], kinds, {"left_out": left_out})


def _first_day(day: str) -> date:
    """Return the first day that YYYY, YYYY-MM or YYYY-MM-DD may be."""
    return date.fromisoformat(f"{day}-01-01"[: len("2018-01-01")])
