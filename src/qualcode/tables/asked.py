"""
What was asked and what was answered: raised, answered, passed over, never put.
"""

from __future__ import annotations

from collections.abc import Iterable

from qualcode.rows import Rows, framed
from qualcode.study import voice
from qualcode.study.document import Document, Turn
from qualcode.study.reads import answered
from qualcode.study.statement import Statement, united
from qualcode.study.study import Study

OUTSIDE = "outside interviews"
"""Why a statement is in no topic."""
RAISED, ANSWERED, PASSED_OVER, NOT_PUT = "raised", "answered", "passed_over", "not_put"


@answered
@framed
def topics(study: Study, coder: str | None = None) -> Rows:
    """
    One row a speaker and theme: was it raised, asked and answered, passed over, or never put?

    Columns: speaker (case), theme, family, raised, answered, passed_over (counts of statements or
    questions), not_put (bool: none of these), state (the strongest of the four, in this order:
    raised, answered, passed_over, not_put).

    A theme is *answered* where a speaker's statement on it lies in a turn that follows a question
    tagged with it, before the next question; *passed over* where the question was tagged and no
    statement follows; every other statement of the speaker on it is *raised*. An excerpt over a question and its
    answer is both: the question put, and the answer given. Only interviews count, and
    of what was said only the speaker's own views; ``attrs["left_out"]`` counts the others by reason.

    Example:
        >>> found = topics(study)
        >>> found.loc[found["speaker"] == "card-holder", ["theme", "raised", "answered", "passed_over", "state"]]
                              theme  raised  answered  passed_over        state
        0   function/identification       1         0            0       raised
        1  function/residence-proof       0         0            1  passed_over
        2           function/access       0         1            0     answered
        3     universality/wide-use       1         0            0       raised
        4       universality/stigma       0         0            1  passed_over
        5      governance/co-design       0         0            0      not_put
        6       governance/ministry       0         0            0      not_put
    """
    study.require_sound()
    themes = [c for c in study.codebook.with_role("theme") if c.status != "retired"]
    codes = {c.id for c in themes}
    counts: dict[tuple[str, str], dict[str, int]] = {}
    speakers: list[str] = []
    left_out = {"reported": 0, voice.SEVERAL: 0, OUTSIDE: 0}
    for document in study.documents.values():
        if document.kind != "interview":
            other = study.settled_on(document.id, coder)
            left_out[OUTSIDE] += len(united(document, other.excerpts, study.cases, codes)) if other else 0
            continue
        for label in document.speakers:
            if label.case not in speakers and not voice.asks(study.cases, label.case):
                speakers.append(label.case)
        file = study.settled_on(document.id, coder)
        if file is not None:
            _count_topics(study, document, united(document, file.excerpts, study.cases, codes), counts, left_out)
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
    columns = ["speaker", "theme", "family", RAISED, ANSWERED, PASSED_OVER, NOT_PUT, "state"]
    added = {reason: count for reason, count in study.not_counted(coder).items() if count}
    return Rows.of(rows, columns, attrs={"left_out": left_out | added})


def _count_topics(
    study: Study,
    document: Document,
    statements: Iterable[Statement],
    counts: dict[tuple[str, str], dict[str, int]],
    left_out: dict[str, int],
) -> None:
    said: dict[int, list[Statement]] = {}
    put_in: dict[int, set[str]] = {}
    for statement in statements:
        place = statement.start, statement.end
        turns = voice.heard(document, *place, study.cases)
        if turns:
            said.setdefault(turns[0].number, []).append(statement)
        for turn in document.turns_in(*place):
            put_in.setdefault(turn.number, set()).add(statement.code)
    for asked, answers in _exchanges(study, document):
        put = {c for t in asked for c in put_in.get(t.number, ())}
        met: dict[str, set[str]] = {}
        for turn in answers:
            who = turn.speaker.case
            met.setdefault(who, set())
            for statement in said.get(turn.number, ()):
                if not statement.who or statement.actor != statement.who:
                    left_out["reported" if statement.who else voice.SEVERAL] += 1
                    continue
                met.setdefault(statement.who, set()).add(statement.code)
                _add(counts, statement.who, statement.code, ANSWERED if statement.code in put else RAISED)
        for who, codes in met.items():
            for code in sorted(put - codes):
                _add(counts, who, code, PASSED_OVER)


def _exchanges(study: Study, document: Document) -> Iterable[tuple[list[Turn], list[Turn]]]:
    """Yield questions with the answers that follow them."""
    asked: list[Turn] = []
    answers: list[Turn] = []
    for turn in document.turns:
        if voice.asks(study.cases, turn.speaker.case):
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
