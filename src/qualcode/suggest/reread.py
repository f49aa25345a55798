"""
What to read again: lists of passages that stand out, for a person to judge.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from qualcode import agreement, tables
from qualcode.study import release
from qualcode.study.study import Study
from qualcode.suggest.proposals import Lesson, lesson

_NEIGHBOURS = 3


def uncoded_like_coded(
    study: Study, codes: Sequence[str] = (), *, most: int = 20, learn_from: str | None = None
) -> pd.DataFrame:
    """
    List passages that were read and left without any code, and look like coded ones.

    Returns:
        One row a passage, by how far its score is above the threshold of the code it fits best (its own
        interviews left out): document, turn, speaker, start, end, code, score, threshold, words. At most *most*;
        ``attrs["notes"]`` say what is not shown.

    Raises:
        UsageError, StudyError: as ``suggesting.lesson``.

    Example:
        >>> found = uncoded_like_coded(study, ["function/access"])
        >>> len(found), found.attrs["notes"][0].partition(" from ")[0]
        (0, 'learnt 0 of 1 code')
    """
    told = lesson(study, codes, learn_from=learn_from)
    learnt = told.learnt
    found = []
    for n, k in enumerate(told.known):
        if not k.codes and learnt.codes:
            above = np.round(learnt.left_out[n] - learnt.threshold, 9)
            best = int(np.argmax(above))
            found.append((-float(above[best]), n, best))
    rows = []
    for _, n, best in sorted(found):
        score, bar = float(learnt.left_out[n, best]), float(learnt.threshold[best])
        rows.append((n, {"code": learnt.codes[best], "score": round(score, 4), "threshold": round(bar, 4)}))
    return _listed(told, rows, ["code", "score", "threshold"], most)


def unlike_its_code(
    study: Study, codes: Sequence[str] = (), *, most: int = 20, learn_from: str | None = None
) -> pd.DataFrame:
    """
    List coded passages that look like nothing else under their code.

    Compared is with the passages under the same code in unconnected interviews, since people repeat themselves;
    the mean likeness (0 to 1) of the three nearest counts, and codes with fewer than three are left out.

    Returns:
        One row a passage and code, least alike first: document, turn, speaker, start, end, code, likeness, words.
        At most *most*; ``attrs["notes"]`` say what is not shown.

    Raises:
        UsageError, StudyError: as ``suggesting.lesson``.

    Example:
        >>> sorted(set(unlike_its_code(study, ["universality/wide-use"])["document"]))
        ['2024-01-30-leaflet', '2024-02-12-desk-officer', '2024-03-14-library-desk']
    """
    told = lesson(study, codes, learn_from=learn_from)
    near = told.learnt.weights.likeness(told.learnt.weights)
    group = np.array([k.passage.group for k in told.known])
    found = []
    for code in [*told.learnt.codes, *told.reasons]:
        mine = np.flatnonzero([code in k.codes for k in told.known])
        for n in mine.tolist():
            others = near[n, mine[group[mine] != group[n]]]
            if len(others) >= _NEIGHBOURS:
                found.append((round(float(np.sort(others)[-_NEIGHBOURS:].mean()), 4), n, code))
    rows = [(n, {"code": code, "likeness": likeness}) for likeness, n, code in sorted(found)]
    return _listed(told, rows, ["code", "likeness"], most)


def found_by_one(study: Study, coders: Sequence[str] | None = None) -> pd.DataFrame:
    """
    List the turns in which one coder finds a theme and another, who has read them, does not.

    Returns:
        As ``agreement.disagreements``, themes only, with ``words`` (as released): by theme in the order of the
        codebook, then document and turn. Empty where nothing was read by two.

    Raises:
        UsageError: a coder that is not there.
        StudyError: the study has problems.

    Example:
        >>> found_by_one(study, ["reader", "second"])[["code", "start", "end", "given_by", "not_given_by"]]
                              code  start  end given_by not_given_by
        0  function/identification      0   43   reader       second
        1    universality/wide-use    247  273   reader       second
        2    universality/wide-use    275  483   reader       second
    """
    themes = [c.id for c in study.codebook.with_role("theme")]
    codings = [tables.codings(study, coder) for coder in coders or study.coders]
    empty = tables.codings(study, "agreed").iloc[:0] if not codings else codings[0].iloc[:0]
    whole = pd.concat([c for c in codings if len(c)] or [empty], ignore_index=True)
    found = agreement.disagreements(whole, tables.coverage(study), turns=tables.turns(study), coders=coders)
    order = {code: n for n, code in enumerate(themes)}
    found = found[found["code"].isin(themes)]
    found = found.iloc[
        sorted(
            range(len(found)),
            key=lambda n: (order[found["code"].iloc[n]], found["document"].iloc[n], found["turn"].iloc[n]),
        )
    ].reset_index(drop=True)
    shown = [
        " ".join(release.show(study.documents[d], int(a), int(b)).split())
        for d, a, b in zip(found["document"], found["start"], found["end"], strict=True)
    ]
    return found.assign(words=shown)


def _listed(
    told: Lesson, rows: Sequence[tuple[int, dict[str, object]]], about: Sequence[str], most: int
) -> pd.DataFrame:
    """Write passages as a table; what may not be quoted is counted and not shown."""
    made: list[dict[str, object]] = []
    withheld = 0
    for n, more in rows:
        p = told.known[n].passage
        if len(made) == most:
            break
        if not release.verdict(p.document, p.start, p.end).quotable:
            withheld += 1
            continue
        place = {"document": p.document.id, "turn": p.turn.number, "speaker": p.turn.speaker.label}
        words = release.show(p.document, p.start, p.end)
        made.append({**place, "start": p.start, "end": p.end, **more, "words": words})
    table = pd.DataFrame(made, columns=["document", "turn", "speaker", "start", "end", *about, "words"])
    table.attrs["notes"] = list(told.notes)
    if withheld:
        table.attrs["notes"].append(f"not shown, since their documents may not be quoted: {withheld} of the passages")
    return table
