"""
What a person decided of forms that the key does not know: once for each form, remembered beside the key.

``KEY.decisions.csv`` lies where the key lies, outside every repository. Each row is a form, what it may be and why it
was proposed; ``decision`` is empty, ``keep``, or ``replace`` with what shall stand for it. A row that is there is never
lost, whatever is proposed later.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from qualcode.errors import Problem, SourceError, WriteError
from qualcode.gate.folded import fold, words_of
from qualcode.plaintext.durable import replace_durably
from qualcode.plaintext.source import read_csv

COLUMNS = ("form", "kind", "why", "times", "documents", "decision", "pseudonym")
DECISIONS = ("", "keep", "replace")


@dataclass(frozen=True, slots=True)
class Decided:
    """A form, what it may be and why, where it stands, and what was decided; shown without its words."""

    form: str = field(repr=False)
    kind: str
    why: str
    times: int = 0
    documents: tuple[str, ...] = field(default=(), repr=False)
    decision: str = ""
    pseudonym: str = ""

    @property
    def known(self) -> str:
        """The form by which it is remembered: spellings made alike."""
        return " ".join(words_of(fold(self.form)))


def beside(key: Path) -> Path:
    """
    Return where the decisions of a key are.

    Example:
        >>> beside(Path("/safe/key.csv.age")).as_posix()
        '/safe/key.decisions.csv'
    """
    stem = key.name.removesuffix(".age")
    return key.with_name(f"{stem.removesuffix('.csv')}.decisions.csv")


def read_decisions(path: Path) -> dict[str, Decided]:
    """
    Read what was decided, by known form; empty where nothing is there.

    Raises:
        SourceError: a row is not what it should be; all are listed, without any form.
    """
    if not path.is_file():
        return {}
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceError([Problem(path.name, 0, "it is not UTF-8; save it as UTF-8")]) from None
    rows, problems = read_csv(text, path.name, ("form", "decision", "pseudonym"), COLUMNS)
    found: dict[str, Decided] = {}
    for row in rows:
        told = {name: row.values.get(name, "") for name in COLUMNS}
        times = int(told["times"]) if told["times"].isdecimal() and len(told["times"]) < 10 else 0
        where = tuple(told["documents"].split())
        one = Decided(told["form"], told["kind"], told["why"], times, where, told["decision"], told["pseudonym"])
        if one.decision not in DECISIONS:
            problems.append(
                Problem(path.name, row.line, f"decision is {one.decision!r}; it takes keep, replace, or nothing")
            )
        if one.decision == "replace" and not one.pseudonym:
            problems.append(
                Problem(path.name, row.line, "'replace' needs a pseudonym; write what shall stand for the form")
            )
        if any(sign in one.pseudonym for sign in "[]\n"):
            problems.append(Problem(path.name, row.line, "a pseudonym has no brackets and no line end"))
        if not one.known:
            problems.append(Problem(path.name, row.line, "no form"))
        elif one.known in found:
            problems.append(Problem(path.name, row.line, "this form stands here twice; keep one row"))
        found[one.known] = one
    if problems:
        raise SourceError(problems)
    return found


def remember(path: Path, proposed: Iterable[Decided], known: Mapping[str, Decided]) -> dict[str, Decided]:
    """
    Write proposals beside what was decided, and return all of it; where a form stands is told anew.

    Raises:
        WriteError: the disk or a permission refused.
    """
    now = {name: replace(one, times=0, documents=()) for name, one in known.items()}
    for one in proposed:
        there = now.get(one.known)
        now[one.known] = replace(there, times=one.times, documents=one.documents) if there else one
    order = sorted(now.values(), key=lambda d: (d.decision != "", d.kind, -d.times, d.known))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((d.form, d.kind, d.why, d.times, " ".join(d.documents), d.decision, d.pseudonym) for d in order)
    try:
        if not path.exists():
            path.touch(mode=0o600)
        replace_durably(path, out.getvalue().encode("utf-8"))
        path.chmod(0o600)
    except OSError as error:
        raise WriteError(f"{path.name}: not written ({error.strerror})") from None
    return now


def forms(known: Mapping[str, Decided]) -> tuple[tuple[str, str], ...]:
    """Return the forms to replace and what by, longest first."""
    wanted = [(one.form, one.pseudonym) for one in known.values() if one.decision == "replace"]
    return tuple(sorted(wanted, key=lambda pair: (-len(pair[0]), pair[0])))
