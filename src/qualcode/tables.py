"""
Tidy tables of a study: one row one thing, in the order of documents, then of places.

Words of documents appear here only as the room ``release`` lets them through. A study with problems
gives no table: the first problem is raised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from qualcode import release
from qualcode.coding import CoderFile, Excerpt
from qualcode.document import Document, Turn, words
from qualcode.study import Study

RAISED, ANSWERED, PASSED_OVER, NOT_PUT = "raised", "answered", "passed_over", "not_put"


def documents(study: Study) -> pd.DataFrame:
    """
    One row a document.

    Columns: document, kind, title, date (datetime), language, mode, consent, release, turns, words
    (of the speakers' words, labels left out), involvement, place.
    """
    study.require_sound()
    rows = [
        {
            "document": d.id,
            "kind": d.kind,
            "title": d.title,
            "date": pd.Timestamp(d.date),
            "language": d.language,
            "mode": d.mode,
            "consent": d.consent,
            "release": d.release,
            "turns": len(d.turns),
            "words": sum(words(d.text[t.words_start : t.end]) for t in d.turns),
            "involvement": d.involvement,
            "place": d.place,
        }
        for d in study.documents.values()
    ]
    columns = ["document", "kind", "title", "date", "language", "mode", "consent", "release", "turns", "words"]
    return pd.DataFrame(rows, columns=[*columns, "involvement", "place"])


def turns(study: Study) -> pd.DataFrame:
    """
    One row a turn.

    Columns: document, turn (from 1), speaker (label), case, language, start, end (code points, label
    included), time (HH:MM:SS or empty), words.
    """
    study.require_sound()
    rows = [
        {
            "document": d.id,
            "turn": t.number,
            "speaker": t.speaker.label,
            "case": t.speaker.case,
            "language": t.language,
            "start": t.start,
            "end": t.end,
            "time": t.time,
            "words": words(d.text[t.words_start : t.end]),
        }
        for d in study.documents.values()
        for t in d.turns
    ]
    return pd.DataFrame(
        rows, columns=["document", "turn", "speaker", "case", "language", "start", "end", "time", "words"]
    )


def codings(study: Study, coder: str | None = None) -> pd.DataFrame:
    """
    One row an excerpt and code.

    Columns: document, excerpt, start, end, quote (as released), case (who speaks), holder (whose view
    it is), coder, code, family, stance (float, NaN: none), memo.

    Args:
        coder: whose codings; left out: the agreed ones where a document has them, else those of the
            one coder there is.

    Raises:
        UsageError: a document has two coders and nothing agreed.
    """
    study.require_sound()
    rows = []
    for document, file, excerpt in study.excerpts(coder):
        speaker = _speaker(document, excerpt)
        for code in sorted(excerpt.codes):
            rows.append(
                {
                    "document": document.id,
                    "excerpt": excerpt.id,
                    "start": excerpt.anchor.start,
                    "end": excerpt.anchor.end,
                    "quote": release.show(document, excerpt.anchor.start, excerpt.anchor.end),
                    "case": speaker,
                    "holder": excerpt.holder or speaker,
                    "coder": file.coder,
                    "code": code,
                    "family": code.split("/")[0],
                    "stance": excerpt.codes[code],
                    "memo": excerpt.memo or "",
                }
            )
    columns = [
        "document",
        "excerpt",
        "start",
        "end",
        "quote",
        "case",
        "holder",
        "coder",
        "code",
        "family",
        "stance",
        "memo",
    ]
    return _stanced(pd.DataFrame(rows, columns=columns))


def statements(study: Study, coder: str | None = None, *, researcher: bool = False) -> pd.DataFrame:
    """
    One row an excerpt and theme (codes of families with role ``theme``).

    Columns: document, date, excerpt, start, actor (the holder), speaker, reported (the holder is not
    the speaker), organisation (for which the actor speaks), position, actor_figure (the case's),
    weight (the case's figure_weight), figure (the excerpt's own), theme, family, definitional,
    stance (float, NaN: none), coder.

    Excerpts of the researcher's own turns (questions) and of nobody are left out unless
    ``researcher`` is true; ``attrs["left_out"]`` counts them by reason.
    """
    study.require_sound()
    themes = {c.id: c for c in study.codebook.with_role("theme")}
    figures = {c.id for c in study.codebook.with_role("figure")}
    left_out = {"the researcher's own words": 0, "nobody's words": 0}
    rows: list[dict[str, Any]] = []
    for document, file, excerpt in study.excerpts(coder):
        speaker = _speaker(document, excerpt)
        actor = excerpt.holder or speaker
        mine = [c for c in sorted(excerpt.codes) if c in themes]
        case = study.cases.get(actor)
        if case is None or case.kind == "researcher":
            reason = "the researcher's own words" if case else "nobody's words"
            left_out[reason] += len(mine)
            if not (researcher and case):
                continue
        assert case is not None
        figure = next((c.split("/")[1] for c in sorted(excerpt.codes) if c in figures), "")
        for theme in mine:
            rows.append(
                {
                    "document": document.id,
                    "date": pd.Timestamp(document.date),
                    "excerpt": excerpt.id,
                    "start": excerpt.anchor.start,
                    "actor": actor,
                    "speaker": speaker,
                    "reported": actor != speaker,
                    "organisation": _organisation(study, document, excerpt, actor),
                    "position": case.position,
                    "actor_figure": case.figure,
                    "weight": case.figure_weight,
                    "figure": figure,
                    "theme": theme,
                    "family": themes[theme].family,
                    "definitional": themes[theme].definitional,
                    "stance": excerpt.codes[theme],
                    "coder": file.coder,
                }
            )
    columns = ["document", "date", "excerpt", "start", "actor", "speaker", "reported", "organisation", "position"]
    columns += ["actor_figure", "weight", "figure", "theme", "family", "definitional", "stance", "coder"]
    table = _stanced(pd.DataFrame(rows, columns=columns))
    table = table.astype({"weight": float, "reported": bool, "definitional": bool})
    table.attrs["left_out"] = left_out
    return table


def topics(study: Study, coder: str | None = None) -> pd.DataFrame:
    """
    One row a speaker and theme: was it raised, asked and answered, passed over, or never put?

    Columns: speaker (case), theme, family, raised, answered, passed_over (counts of excerpts or
    questions), not_put (bool: none of these), state (the strongest of the four, in this order:
    raised, answered, passed_over, not_put).

    A theme is *answered* where a speaker's excerpt on it lies in a turn that follows a question
    tagged with it, before the next question; *passed over* where the question was tagged and no
    excerpt follows; every other excerpt of the speaker on it is *raised*. Only interviews count, and
    of what was said only the speaker's own views.
    """
    study.require_sound()
    themes = [c for c in study.codebook.with_role("theme") if c.status != "retired"]
    counts: dict[tuple[str, str], dict[str, int]] = {}
    speakers: list[str] = []
    for document in study.documents.values():
        if document.kind != "interview":
            continue
        for label in document.speakers:
            if label.case not in speakers and not _asks(study, label.case):
                speakers.append(label.case)
        file = study.settled_on(document.id, coder)
        if file is not None:
            _count_topics(study, document, file, counts)
    rows = []
    for speaker in sorted(speakers):
        for code in themes:
            count = counts.get((speaker, code.id), {})
            state = next((s for s in (RAISED, ANSWERED, PASSED_OVER) if count.get(s)), NOT_PUT)
            rows.append(
                {
                    "speaker": speaker,
                    "theme": code.id,
                    "family": code.family,
                    **{s: count.get(s, 0) for s in (RAISED, ANSWERED, PASSED_OVER)},
                    NOT_PUT: state == NOT_PUT,
                    "state": state,
                }
            )
    return pd.DataFrame(rows, columns=["speaker", "theme", "family", RAISED, ANSWERED, PASSED_OVER, NOT_PUT, "state"])


def _count_topics(
    study: Study, document: Document, file: CoderFile, counts: dict[tuple[str, str], dict[str, int]]
) -> None:
    by_turn: dict[int, list[Excerpt]] = {}
    for excerpt in file.excerpts:
        turn = document.turn_at(excerpt.anchor.start)
        if turn:
            by_turn.setdefault(turn.number, []).append(excerpt)
    for asked, answers in _exchanges(study, document):
        put = {c for t in asked for e in by_turn.get(t.number, ()) for c in e.codes}
        met: dict[str, set[str]] = {}
        for turn in answers:
            who = turn.speaker.case
            met.setdefault(who, set())
            for excerpt in by_turn.get(turn.number, ()):
                if excerpt.holder not in (None, who):
                    continue
                for code in excerpt.codes:
                    met[who].add(code)
                    _add(counts, who, code, ANSWERED if code in put else RAISED)
        for who, codes in met.items():
            for code in sorted(put - codes):
                _add(counts, who, code, PASSED_OVER)


def _exchanges(study: Study, document: Document) -> Iterable[tuple[list[Turn], list[Turn]]]:
    """Yield questions with the answers that follow them."""
    asked: list[Turn] = []
    answers: list[Turn] = []
    for turn in document.turns:
        if _asks(study, turn.speaker.case):
            if answers:
                yield asked, answers
                asked, answers = [], []
            asked.append(turn)
        else:
            answers.append(turn)
    if asked or answers:
        yield asked, answers


def _add(counts: dict[tuple[str, str], dict[str, int]], who: str, code: str, what: str) -> None:
    here = counts.setdefault((who, code), {})
    here[what] = here.get(what, 0) + 1


def _asks(study: Study, case: str) -> bool:
    return case in study.cases and study.cases[case].kind == "researcher"


def attendance(study: Study) -> pd.DataFrame:
    """
    One row a fieldnote and person present.

    Columns: document, date, case, organisation (the case's own), involvement (the researcher's).
    """
    study.require_sound()
    rows = [
        {
            "document": d.id,
            "date": pd.Timestamp(d.date),
            "case": case,
            "organisation": study.cases[case].organisation,
            "involvement": d.involvement,
        }
        for d in study.documents.values()
        for case in d.present
    ]
    return pd.DataFrame(rows, columns=["document", "date", "case", "organisation", "involvement"])


def coverage(study: Study) -> pd.DataFrame:
    """
    One row a stretch that a coder has read in the text as it now stands.

    Columns: document, coder, start, end, made (when the coder said so, UTC). Readings of an older text
    are left out; ``attrs["outdated"]`` counts them.
    """
    study.require_sound()
    rows = []
    outdated = 0
    for file in study.coded.values():
        for reading in file.readings:
            if reading.text == study.documents[file.document].hash:
                rows.append((file.document, file.coder, reading.start, reading.end, reading.made))
            else:
                outdated += 1
    table = pd.DataFrame(rows, columns=["document", "coder", "start", "end", "made"])
    table = table.sort_values(["document", "start", "end", "coder"], ignore_index=True)
    table.attrs["outdated"] = outdated
    return table


def cases(study: Study) -> pd.DataFrame:
    """One row a case: the columns of ``cases.csv`` in the order of the file, then its further ones."""
    study.require_sound()
    columns = ["case", "label", "kind", "position", "organisation", "figure", "figure_weight"]
    columns += ["figure_basis", "figure_on", "circle", "status", "left_on", "note"]
    rows = [
        {**{c: getattr(case, "id" if c == "case" else c) for c in columns}, **case.attributes}
        for case in study.cases.values()
    ]
    further = sorted({a for case in study.cases.values() for a in case.attributes})
    table = pd.DataFrame(rows, columns=[*columns, *further])
    table["figure_weight"] = table["figure_weight"].astype(float)
    return table


def ties(study: Study) -> pd.DataFrame:
    """One row a tie: the columns of ``ties.csv``; stated_by and disputed_by joined by ``;``."""
    study.require_sound()
    rows = [
        (t.case, t.tie, t.to, t.since, t.until, ";".join(t.stated_by), ";".join(t.disputed_by), t.document, t.note)
        for t in study.ties
    ]
    columns = ["case", "tie", "to", "since", "until", "stated_by", "disputed_by", "document", "note"]
    return pd.DataFrame(rows, columns=columns)


def acts(study: Study) -> pd.DataFrame:
    """One row an act: the columns of ``acts.csv``; stance is NaN where none is given."""
    study.require_sound()
    rows = [
        (a.id, a.date, a.case, a.did, a.what, a.theme, a.stance, a.document, a.certainty, a.note) for a in study.acts
    ]
    columns = ["act", "date", "case", "did", "what", "theme", "stance", "document", "certainty", "note"]
    return _stanced(pd.DataFrame(rows, columns=columns))


TABLES: dict[str, Callable[..., pd.DataFrame]] = {
    "acts": acts,
    "attendance": attendance,
    "cases": cases,
    "codings": codings,
    "coverage": coverage,
    "documents": documents,
    "statements": statements,
    "ties": ties,
    "topics": topics,
    "turns": turns,
}
"""The tables by name, as ``qualcode table`` gives them."""


def _speaker(document: Document, excerpt: Excerpt) -> str:
    """Return who speaks: as the excerpt says, else by the turn it lies in, else nobody (``""``)."""
    if excerpt.case:
        return excerpt.case
    turns_here = document.turns_in(excerpt.anchor.start, excerpt.anchor.end)
    speakers = {t.speaker.case for t in turns_here}
    return speakers.pop() if len(speakers) == 1 else ""


def _organisation(study: Study, document: Document, excerpt: Excerpt, actor: str) -> str:
    for turn in document.turns_in(excerpt.anchor.start, excerpt.anchor.end):
        if turn.speaker.case == actor and turn.speaker.organisation:
            return turn.speaker.organisation
    case = study.cases[actor]
    return case.id if case.kind == "organisation" else case.organisation


def _stanced(table: pd.DataFrame) -> pd.DataFrame:
    table["stance"] = table["stance"].astype(float)
    return table
