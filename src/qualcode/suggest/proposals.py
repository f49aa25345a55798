"""
Suggestions: passages that nobody tagged yet and that may carry a code, each with why.

A suggestion is never a coding. It becomes one when a person accepts it, by the same call that codes by hand, and
the excerpt keeps where it came from. Where a document is coded by two, a coder sees no suggestions before having
read it to its end: what is coded after a suggestion agrees with the suggestion.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd

from qualcode import __version__
from qualcode.errors import UsageError, did_you_mean
from qualcode.plaintext.anchor import Anchor
from qualcode.plural import number_of
from qualcode.search import index_of
from qualcode.study import release
from qualcode.study.coderfile import CoderFile
from qualcode.study.study import Study
from qualcode.suggest.decisions import ORIGIN, rejected_places, suggestion_id
from qualcode.suggest.passages import Known, Laid, Passage, judged, passages, settled, tagged
from qualcode.suggest.patterns import Mark, marks
from qualcode.suggest.pieces import Floats, Weights
from qualcode.suggest.ranker import Learnt, Numbers, chosen, declined, learn

MODEL = "ridge on TF-IDF of words and four-letter pieces"
COLUMNS = (
    *("suggestion", "code", "rank", "score", "likely", "document", "turn", "speaker", "case"),
    *("start", "end", "words", "rejected", "nearest"),
)
_NEAREST = 3
_NOTHING: Floats = np.empty(0)


@dataclass(frozen=True, eq=False)
class Lesson:
    """
    A study's passages, which of them were judged, and what was learnt.

    ``reasons``: codes declined, and why; ``places``: where the excerpts stand that were learnt from, by id.
    """

    passages: tuple[Passage, ...]
    known: tuple[Known, ...]
    weights: Weights
    learnt: Learnt
    reasons: dict[str, str]
    notes: tuple[str, ...]
    places: dict[str, Anchor]


def lesson(study: Study, codes: Sequence[str] = (), *, learn_from: str | None = None) -> Lesson:
    """
    Learn what can be learnt from a study's own codings.

    Args:
        codes: which; left out: all that are not retired.
        learn_from: whose codings; left out: the agreed ones where a document has them, else the one coder's; a
            document of two coders with nothing agreed is then left out.

    Raises:
        UsageError: a code or coder that is not there.
        StudyError: the study has problems.

    Example:
        >>> lesson(study, ["function/access"]).reasons
        {'function/access': '3 coded passages, 10 are needed'}
    """
    study.require_sound()
    wanted = _codes(study, codes)
    held = passages(study)
    files, open_still = settled(study, learn_from)
    every = judged(held, files)
    picked = chosen(every)
    known = [every[n] for n in picked.tolist()]
    reasons = declined(known, wanted)
    weights = Weights.of([p.words for p in held])
    number = {id(p): n for n, p in enumerate(held)}
    rows = np.array([number[id(k.passage)] for k in known], dtype=np.int64)
    learnt = learn(known, weights.some(rows), [c for c in wanted if c not in reasons])
    from_ = number_of(len(known), "passage")
    notes = [f"learnt {len(learnt.codes)} of {number_of(len(wanted), 'code')} from {from_} read or tagged"]
    if len(known) < len(every):
        notes.append(f"these are taken evenly from {len(every)}")
    suggested = sum(e.origin["how"] == "suggestion" for file in files.values() for e in file.excerpts)
    if suggested:
        notes.append(f"{suggested} of the excerpts were themselves suggested: what is learnt from them flatters itself")
    notes += [f"not learnt from {name}: two coders, and nothing agreed" for name in open_still]
    places = {e.id: e.anchor for file in files.values() for e in file.excerpts}
    return Lesson(tuple(held), tuple(known), weights, learnt, reasons, tuple(notes), places)


def suggest(
    study: Study,
    coder: str | None = None,
    codes: Sequence[str] = (),
    *,
    documents: Sequence[str] = (),
    only: Sequence[str] = (),
    most: int = 10,
    rejected: bool = False,
    learn_from: str | None = None,
    models: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """
    Suggest passages for codes: those a pattern of the codebook marks, and those like what was coded.

    Args:
        coder: for whom; left out where the study has one coder.
        codes: which; left out: all that are not retired.
        documents: in which; left out: all.
        only: the ids of suggestions to list, and no others.
        most: how many a code at most; those named in *only* are listed whatever their rank.
        rejected: list also what *coder* rejected.
        learn_from: whose codings are learnt from (see ``lesson``).
        models: language to the name or folder of a spaCy model, for patterns of lemmas and tokens; left out: the
            largest installed ones.

    Returns:
        One row a code and passage that *coder* tagged nothing in, by code, then rank: suggestion (its id, the same
        as long as the document's text is), code, rank (from 1), score (NaN where the code was not learnt), likely
        (the score reaches the code's threshold), document, turn, speaker, case, start, end (code points), words
        (as released), rejected (*coder* turned it down), nearest (the words of the most alike coded excerpt, as
        released, unless *coder* must not see that document's codings yet), why (patterns that stand there, and the
        most alike coded excerpts with their likeness), with (pattern, ranker or both), model, version. Marked
        passages come before others, then by score. ``attrs``: ``declined`` (code: reason), ``hidden`` (documents
        coded by two that *coder* has not read to the end), ``withheld`` (document: suggestions not shown),
        ``rejected`` (how many that *coder* rejected are left out), ``notes``.

    Raises:
        UsageError: a code, document or coder that is not there; two coders, and none named; an id in *only* that
            is no suggestion (any more).
        StudyError: the study has problems.

    Example:
        >>> suggest(study, "reader", ["governance/co-design"])[["document", "turn", "speaker", "start", "with"]]
                          document  turn speaker  start     with
        0      2024-02-20-mediator     1       Q      3  pattern
        1  2024-03-14-library-desk     1            377  pattern
    """
    told = lesson(study, codes, learn_from=learn_from)
    who = for_whom(study, coder, listing=True)
    for name in documents:
        study.document(name)
    hidden = still_blind(study, who)
    laid = [{d: Laid.of(f) for d, f in files.items()} for files in (_files_of(study, who), study.agreed)]
    open_still = np.array(
        [
            n
            for n, p in enumerate(told.passages)
            if p.document.id not in hidden
            and (not documents or p.document.id in documents)
            and not any(tagged(p, files[p.document.id]) for files in laid if p.document.id in files)
        ],
        dtype=np.int64,
    )
    scores = told.learnt.scores(told.weights)[open_still]
    wanted = _codes(study, codes)
    patterned = any(study.codebook.codes[code].patterns for code in wanted)
    found, notes = marks(study, wanted, index_of(study), models) if patterned else ([], [])
    stand = marked(study, told.passages, found)
    version = _version(study, told)
    turned_down = rejected_places(study, who)
    turned = {c for _, c in turned_down}
    rows: list[dict[str, Any]] = []
    withheld: defaultdict[str, int] = defaultdict(int)
    left_out = 0
    for code in wanted:
        column = told.learnt.codes.index(code) if code in told.learnt.codes else -1
        mine = scores[:, column] if column >= 0 else None
        patterns = stand.get(code, {})
        down = [False] * len(open_still)
        if code in turned:
            down = [_in_one_of(told.passages[n], turned_down, code) for n in open_still.tolist()]
        left_out += 0 if rejected else sum(down)
        ranked = [r for r in _ranked(open_still, mine, patterns) if rejected or not down[r]]
        listed = ranked if only else ranked[:most]
        near = _near(told, open_still, listed, code) if column >= 0 and not only else {}
        for rank, row in enumerate(listed, 1):
            p = told.passages[int(open_still[row])]
            about = _about(code, p)
            if only and about["suggestion"] not in only:
                continue
            if not release.verdict(p.document, p.start, p.end).quotable:
                withheld[p.document.id] += 1
                continue
            if column >= 0 and row not in near:
                near |= _near(told, open_still, [row], code)
            score = float("nan") if mine is None else round(float(mine[row]), 4)
            likely = mine is not None and bool(mine[row] >= told.learnt.threshold[column])
            like = near.get(row, _NOTHING)
            here = patterns.get(int(open_still[row]), [])
            origin = _origin(here, None if mine is None else told.learnt, like, code, version)
            words = "" if mine is None else _nearest(told, like, code, hidden)
            more = {"rank": rank, "score": score, "likely": likely, "rejected": down[row], "nearest": words}
            rows.append({**about, **more, **origin})
    _all_listed(only, rows)
    table = pd.DataFrame(rows, columns=[*COLUMNS, *ORIGIN])
    table = table.astype({"score": float, "likely": bool, "rejected": bool})
    table.attrs = {
        "declined": told.reasons,
        "hidden": hidden,
        "withheld": dict(sorted(withheld.items())),
        "rejected": left_out,
        "notes": [*told.notes, *notes, *_said(study, who, hidden, withheld, left_out)],
    }
    return table


def still_blind(study: Study, coder: str) -> list[str]:
    """
    Return the documents another coder has worked on which *coder* has not read to the end.

    Example:
        >>> still_blind(study, "second")[:2]
        ['2024-01-30-leaflet', '2024-02-12-desk-officer']
    """
    mine, others = _files_of(study, coder), set[str]()
    for (who, name), file in study.coded.items():
        if who != coder and (file.excerpts or file.readings):
            others.add(name)
    blind = []
    for name, document in study.documents.items():
        if name in others:
            read = mine[name].read_of(document.hash) if name in mine else []
            if not all(any(a <= t.words_start and t.end <= b for a, b in read) for t in document.turns):
                blind.append(name)
    return blind


def _files_of(study: Study, coder: str) -> dict[str, CoderFile]:
    """Return a coder's files by document."""
    return {document: file for (who, document), file in study.coded.items() if who == coder}


def _codes(study: Study, codes: Sequence[str]) -> list[str]:
    book = study.codebook.codes
    for code in codes:
        if code not in book:
            raise UsageError(f"unknown code {code!r}{did_you_mean(code, book)}")
    return [c for c in book if (c in codes if codes else book[c].status != "retired")]


def for_whom(study: Study, coder: str | None, *, listing: bool = False) -> str:
    """
    Return the coder who is meant: *coder*, or the study's one.

    Raises:
        UsageError: none is named, and the study has several, or none; *listing* does without one.

    Example:
        >>> for_whom(study, "reader")
        'reader'
        >>> for_whom(study, None)
        Traceback (most recent call last):
            ...
        qualcode.errors.UsageError: for whom? the coders are reader, second; name one
    """
    if coder is None and len(study.coders) > 1:
        raise UsageError(f"for whom? the coders are {', '.join(study.coders)}; name one")
    if coder is None and not study.coders and not listing:
        raise UsageError("for whom? nobody has coded in this study yet; name the coder")
    return coder or next(iter(study.coders), "")


def marked(study: Study, held: Sequence[Passage], found: Sequence[Mark]) -> dict[str, dict[int, list[Mark]]]:
    """Return, for each code, the numbers of the passages in which patterns stand, with the first mark of each."""
    names = list(study.documents)
    places = [(p.document.id, p.start) for p in held]
    order = {name: n for n, name in enumerate(names)}
    starts = [(order[name], start) for name, start in places]
    stand: dict[str, dict[int, list[Mark]]] = {}
    for mark in found:
        at = bisect_right(starts, mark.place[:2]) - 1
        if at >= 0 and starts[at][0] == mark.place[0] and mark.place[1] < held[at].end:
            here = stand.setdefault(mark.code, {}).setdefault(at, [])
            if mark.pattern not in [m.pattern for m in here]:
                here.append(mark)
    return stand


def _ranked(numbers: Numbers, scores: Floats | None, patterns: Mapping[int, Sequence[Mark]]) -> list[int]:
    """Return the rows of the passages to suggest: marked ones first, then by score, then by place."""
    counts = np.zeros(len(numbers), dtype=np.int64)
    if patterns:
        counts[:] = [len(patterns.get(n, ())) for n in numbers.tolist()]
    if scores is None:
        return sorted(np.flatnonzero(counts).tolist(), key=lambda r: (-counts[r], r))
    marked = counts > 0
    found: list[int] = np.lexsort((np.arange(len(numbers)), -np.round(scores, 9), ~marked)).tolist()
    return found


def _near(told: Lesson, numbers: Numbers, rows: Sequence[int], code: str) -> dict[int, Floats]:
    """Return for some of the rows, passages of these *numbers*, how alike they are to each known one with *code*."""
    of_row = {int(numbers[row]): row for row in rows}
    return {of_row[n]: alike for n, alike in told.learnt.near(told.weights, list(of_row), code).items()}


def _about(code: str, p: Passage) -> dict[str, Any]:
    shown = release.show(p.document, p.start, p.end)
    who = {"turn": p.turn.number, "speaker": p.turn.speaker.label, "case": p.turn.speaker.case}
    name = suggestion_id(p.document, code, p.start, p.end)
    place = {"start": p.start, "end": p.end, "words": shown}
    return {"suggestion": name, "code": code, "document": p.document.id, **who, **place}


def _origin(patterns: Sequence[Mark], learnt: Learnt | None, near: Floats, code: str, version: str) -> dict[str, str]:
    """Say why a passage is suggested, with what, by which model."""
    why = [f"pattern {m.pattern!r}" for m in patterns]
    by = ", ".join(sorted({m.by for m in patterns} - {""}))
    if learnt is not None:
        why += [f"like {learnt.known[n].codes[code][0]} ({near[n]:.2f})" for n in _most_alike(learnt, near, code)]
    tools = (["pattern"] if patterns else []) + (["ranker"] if learnt is not None else [])
    models = ([f"patterns of the codebook{f' ({by})' if by else ''}"] if patterns else []) + (
        [MODEL] if learnt is not None else []
    )
    return {"why": "; ".join(why), "with": " and ".join(tools), "model": "; ".join(models), "version": version}


def _most_alike(learnt: Learnt, near: Floats, code: str) -> list[int]:
    """Return the numbers of the known passages with a code that are most alike, the nearest first."""
    column = learnt.carried[:, learnt.codes.index(code)]
    carriers = np.flatnonzero(column)
    found: list[int] = carriers[np.argsort(-np.round(near[carriers], 9), kind="stable")][:_NEAREST].tolist()
    return found


def _nearest(told: Lesson, near: Floats, code: str, hidden: Sequence[str]) -> str:
    """Return the words of the most alike coded excerpt."""
    known = told.learnt.known[_most_alike(told.learnt, near, code)[0]]
    document, place = known.passage.document, told.places[known.codes[code][0]]
    return "" if document.id in hidden else " ".join(release.show(document, place.start, place.end).split())


def _version(study: Study, told: Lesson) -> str:
    """Name the program, the codebook, its patterns and what was learnt from, to make the same suggestion again."""
    rows = [f"{k.passage.document.hash}:{k.passage.start}:{','.join(k.codes)}" for k in told.known]
    learnt_from = sha256("\n".join(rows).encode("utf-8")).hexdigest()[:12]
    written = "\n".join(f"{c.id}\t{p}" for c in study.codebook.codes.values() for p in c.patterns)
    patterns = sha256(written.encode("utf-8")).hexdigest()[:12]
    about = f"qualcode {__version__}; codebook {study.codebook.version or '-'}; patterns {patterns if written else '-'}"
    return f"{about}; codings {learnt_from}"


def _in_one_of(p: Passage, places: Mapping[tuple[str, str], Sequence[tuple[int, int]]], code: str) -> bool:
    return any(start < p.end and p.start < end for start, end in places.get((p.document.id, code), ()))


def _all_listed(only: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    lost = [name for name in only if name not in {row["suggestion"] for row in rows}]
    if lost:
        what = (
            "no suggestion for this coder (any more)" if len(lost) == 1 else "no suggestions for this coder (any more)"
        )
        raise UsageError(f"{', '.join(lost)}: {what}; list them again with `qualcode suggest`")


def _said(study: Study, who: str, hidden: Sequence[str], withheld: Mapping[str, int], rejected: int) -> list[str]:
    notes = [f"{rejected} that {who} rejected are not listed"] if rejected else []
    if hidden:
        notes.append(f"hidden until {who} has read them to the end, since others code them: {', '.join(hidden)}")
    for name, count in sorted(withheld.items()):
        notes.append(f"not shown of {name}: {count}; {release.verdict(study.documents[name]).reason}")
    return notes
