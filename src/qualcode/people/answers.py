"""
A sheet that came back: what a person said of each quotation, as the state of that excerpt, with its day.

An answer never opens what something else closes, and what the researcher closed stays closed. What was said is
read whole before anything is written, and everything that is wrong with it is told at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from qualcode.errors import Problem, SourceError, did_you_mean
from qualcode.people.sheet import HEAD, quotations
from qualcode.plaintext.durable import replace_all
from qualcode.plaintext.source import read_text
from qualcode.plural import number_of
from qualcode.study.coderfile import read_coder_file
from qualcode.study.study import Study

STATES = {"confirm": "open", "amend": "amended", "withdraw": "withdrawn"}
_SAID = {
    "confirm": "confirm",
    "confirmer": "confirm",
    "oui": "confirm",
    "yes": "confirm",
    "amend": "amend",
    "modifier": "amend",
    "withdraw": "withdraw",
    "retirer": "withdraw",
}
_ID = re.compile(r"\[(e[0-9a-f]{10})\].*")
_PART = re.compile(r"(answer|words|why)\s*:\s*(.*)")


@dataclass(frozen=True)
class Answer:
    """What was said of one excerpt: ``confirm``, ``amend`` or ``withdraw``, other words, and why."""

    excerpt: str
    said: str
    words: str = ""
    why: str = ""
    line: int = 0


@dataclass(frozen=True)
class Received:
    """A sheet that was read: whose, what was answered, the quotations left open, what will be written, what is kept."""

    case: str
    answers: tuple[Answer, ...]
    open: tuple[str, ...]
    files: dict[str, bytes]
    seen: dict[str, str]
    kept: tuple[str, ...]

    def __str__(self) -> str:
        counts = [number_of(sum(a.said == said for a in self.answers), *told) for said, told in _TOLD]
        told = [
            f"{self.case}: {', '.join(counts)}, {len(self.open)} left open",
            *(f"{f}: written" for f in sorted(self.files)),
        ]
        return "\n".join([*told, *self.kept])


_TOLD = (
    ("confirm", ("quotation may stand", "quotations may stand")),
    ("amend", ("to be said otherwise", "to be said otherwise")),
    ("withdraw", ("taken back", "taken back")),
)


def read_answers(path: Path, name: str) -> tuple[str, list[Answer], list[Problem]]:
    """
    Read a form that was filled in: whose it is, the answers, and every problem in it.

    Raises:
        SourceError: it is no text.
    """
    lines = read_text(path, name).splitlines()
    problems: list[Problem] = []
    if not lines or lines[0].strip() != HEAD:
        return "", [], [Problem(name, 1, f"no sheet: it begins with {HEAD!r}; is it the file that was sent out?")]
    case = next((line.partition(":")[2].strip() for line in lines[1:4] if line.startswith("case:")), "")
    found: list[dict[str, str]] = []
    part = ""
    for number, line in enumerate(lines[1:], 2):
        began, said = _ID.fullmatch(line.strip()), _PART.fullmatch(line.strip())
        if began:
            found.append({"excerpt": began[1], "line": str(number)})
            part = ""
        elif said and found:
            part = said[1]
            found[-1][part] = said[2].strip()
        elif part and found and line.strip() and not line.startswith(">"):
            found[-1][part] = f"{found[-1][part]} {' '.join(line.split())}".strip()
    answers = []
    seen: dict[str, int] = {}
    for one in found:
        at, given = int(one["line"]), one.get("answer", "").strip(" .").casefold()
        if one["excerpt"] in seen:
            problems.append(Problem(name, at, f"[{one['excerpt']}] stands here twice (line {seen[one['excerpt']]})"))
        seen.setdefault(one["excerpt"], at)
        words, why = one.get("words", ""), one.get("why", "")
        if not given and not words:
            continue
        if given not in _SAID:
            hint = did_you_mean(given, _SAID) or "; it is confirm, amend or withdraw (confirmer, modifier, retirer)"
            problems.append(Problem(name, at, f"[{one['excerpt']}]: unknown answer{hint}"))
            continue
        if _SAID[given] != "amend" and words:
            what = "other words stand here, and the answer is not amend; which is meant?"
            problems.append(Problem(name, at, f"[{one['excerpt']}]: {what}"))
            continue
        answers.append(Answer(one["excerpt"], _SAID[given], words, why, at))
    return case, answers, problems


def receive(study: Study, path: Path, *, on: date, write: bool = False) -> Received:
    r"""
    Take the answers of a sheet as states of its excerpts, in every file that has them; with *write*, in one step.

    Raises:
        SourceError: it is no sheet, or some answers are not to be understood, or about excerpts that are not there,
            or not that person's; nothing is written.
        WriteError: a file changed meanwhile; nothing was written.

    Example:
        >>> from datetime import date
        >>> answers = "qualcode sheet 1\ncase: mediator\n\n[edd6d2f2f00]\nanswer: withdraw\nwhy: Too plain.\n"
        >>> done = Path("back.txt").write_text(answers)
        >>> print(receive(study, Path("back.txt"), on=date(2024, 6, 1)))
        mediator: 0 quotations may stand, 0 to be said otherwise, 1 taken back, 2 left open
        coding/coders/reader/2024-02-20-mediator.jsonl: written
    """
    name = path.name
    case, answers, problems = read_answers(path, name)
    if not problems and case not in study.cases:
        problems.append(Problem(name, 2, f"unknown case {case!r}{did_you_mean(case, study.cases)}"))
    if problems and not answers:
        raise SourceError(problems)
    theirs = [q.excerpt for q in quotations(study, case)] if case in study.cases else []
    for answer in answers:
        if case in study.cases and answer.excerpt not in theirs:
            what = "is no quotation of this person now; was it coded anew since the sheet was sent?"
            problems.append(Problem(name, answer.line, f"[{answer.excerpt}] {what}"))
    if problems:
        raise SourceError(problems)
    files, seen, kept = _written(study, answers, on)
    left = tuple(e for e in theirs if e not in {a.excerpt for a in answers})
    received = Received(case, tuple(answers), left, files, seen, tuple(kept))
    if write:
        replace_all(study.root, files, seen)
    return received


def _written(study: Study, answers: Sequence[Answer], on: date) -> tuple[dict[str, bytes], dict[str, str], list[str]]:
    by_id = {a.excerpt: a for a in answers}
    files: dict[str, bytes] = {}
    seen: dict[str, str] = {}
    kept: list[str] = []
    for file in study.files:
        if not any(e.id in by_id for e in file.excerpts):
            continue
        now, wrong = read_coder_file(study.root / file.path, file.path, file.coder)
        if wrong:
            raise SourceError(wrong)
        after = now
        for excerpt in now.excerpts:
            answer = by_id.get(excerpt.id)
            if not answer:
                continue
            before = excerpt.release
            if before and before["by"] != "participant" and before["state"] != "open" and answer.said == "confirm":
                kept.append(f"{file.path}: {excerpt.id} stays {before['state']}, as {before['by']} decided")
                continue
            state = {"state": STATES[answer.said], "by": "participant", "on": str(on)}
            after = after.with_excerpt(replace(excerpt, release=state | {"why": answer.why, "words": answer.words}))
        if after != now:
            files[file.path], seen[file.path] = after.to_text().encode("utf-8"), now.version
    return files, seen, kept
