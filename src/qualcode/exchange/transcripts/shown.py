"""
What was found in transcripts, shown before anything is written: labels, turns, first words, the case of each.
"""

from __future__ import annotations

from collections import Counter

from qualcode.errors import plain
from qualcode.exchange.transcripts.found import Found, who_speaks
from qualcode.exchange.transcripts.intake import Looked, unclear_in
from qualcode.plural import counted, number_of
from qualcode.study.study import Study

_MOST_ANSWERS = 3


def as_table(looked: Looked, study: Study, *, words: bool) -> str:
    """
    Return a table for each transcript: label, turns, words, case, and the first words said.

    Args:
        looked: what was found.
        study: where it shall come into.
        words: whether first words are shown: on the researcher's own terminal only.
    """
    lines: list[str] = []
    answers = [one for one in looked.found if one.survey]
    for one in [f for f in looked.found if not f.survey] + answers[:_MOST_ANSWERS]:
        lines += [*_one(one, looked, study, words=words), ""]
    if len(answers) > _MOST_ANSWERS:
        lines += [f"... and {number_of(len(answers) - _MOST_ANSWERS, 'more respondent')}", ""]
    lines += [str(problem) for problem in looked.left]
    if looked.found and not words:
        lines += ["First words are shown on your own terminal only; this output goes elsewhere."]
    return "\n".join(lines).rstrip()


def _one(one: Found, looked: Looked, study: Study, *, words: bool) -> list[str]:
    when = one.date or "no date found"
    lines = [f"{plain(one.file)} ({one.reading.format}) -> interviews/{one.id}.md, {when}"]
    who = who_speaks(one, looked.mapping, "researcher")
    turns: Counter[str] = Counter(t.label for t in one.turns)
    said: Counter[str] = Counter()
    first: dict[str, str] = {}
    for turn in one.turns:
        said[turn.label] += len(turn.words.split())
        first.setdefault(turn.label, " ".join(turn.words[:80].split()))
    rows = [["label", "turns", "words", "case", *(["first words"] if words else [])]]
    for label in one.labels:
        case = who[label].case if label in who else "?"
        case += "" if case in study.cases else " (new)" if label in who else " (not in speakers.yaml)"
        sample = first[label] if len(first[label]) <= 50 else f"{first[label][:48]} ..."
        rows.append([plain(label), f"{turns[label]}", f"{said[label]}", case, *([sample] if words else [])])
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines += ["  " + "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines += [f"  {counted(times, what)}" for what, times in one.counts.items()]
    lines += [f"  {one.reading.unit} {place}: a label that speakers.yaml does not name" for place in one.strange]
    return [*lines, *(f"  {told}" for told in unclear_in(one))]
