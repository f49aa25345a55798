"""
What was asked and what was answered: raised, answered, passed over, never put.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from qualcode.study.coderfile import CoderFile, Excerpt
from qualcode.study.document import Document, Turn
from qualcode.study.reads import answered
from qualcode.study.study import Study

RAISED, ANSWERED, PASSED_OVER, NOT_PUT = "raised", "answered", "passed_over", "not_put"


@answered
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
