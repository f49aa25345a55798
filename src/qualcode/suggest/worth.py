"""
What suggestions are worth: whole interviews left out, beside doing nothing clever.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from qualcode.plaintext.words import words_of
from qualcode.search import index_of
from qualcode.search.phrase import Wording
from qualcode.search.query import stretches
from qualcode.study.study import Study
from qualcode.suggest.passages import Known
from qualcode.suggest.patterns import Mark, marks
from qualcode.suggest.proposals import lesson, marked
from qualcode.suggest.ranker import would_suggest

Flags = npt.NDArray[np.bool_]
_LEAST_LETTERS = 4
_ENOUGH = 3
COLUMNS = (
    *("code", "passages", "interviews", "precision", "recall", "f1"),
    *("majority_f1", "always_f1", "words_precision", "words_recall", "words_f1", "word_list"),
    *("worst", "worst_f1", "reason"),
)


def worth(
    study: Study,
    codes: Sequence[str] = (),
    *,
    learn_from: str | None = None,
    models: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """
    Try suggestions on passages whose codes are known, each interview left out in turn.

    Left out together are all documents that share a speaker (the researcher apart). Which words there are and how
    rare they are is counted over all texts, the codes of what is left out are not used.

    Args:
        codes, learn_from, models: as in ``suggest``.

    Returns:
        One row a code, in the order of the codebook: passages and unconnected interviews that carry it; precision
        and recall of the ranker's likely suggestions, and f1; majority_f1: of never suggesting, since most
        passages carry no given code (0); always_f1: of suggesting every passage; words_precision, words_recall,
        words_f1: of a plain word list (word_list says which: the code's patterns, else the words of its label
        with four letters or more); worst: of the documents in which three passages or more carry the code, the
        one in which f1 is lowest (of equals the one with most), worst_f1; reason: why a code was not tried (its
        numbers are then NaN, but those of the word list). ``attrs["notes"]``.

    Raises:
        UsageError: a code or coder that is not there.
        StudyError: the study has problems.

    Example:
        >>> worth(study, ["function/access"])[["code", "passages", "interviews", "word_list", "reason"]]
                      code  passages  interviews word_list                           reason
        0  function/access         3           2    access  3 coded passages, 10 are needed
    """
    told = lesson(study, codes, learn_from=learn_from)
    known, learnt = told.known, told.learnt
    said = would_suggest(learnt)
    number = {id(p): n for n, p in enumerate(told.passages)}
    at = [number[id(k.passage)] for k in known]
    wanted = [c for c in study.codebook.codes if c in told.reasons or c in learnt.codes]
    listed, notes = _word_lists(study, wanted, models)
    rows = []
    for code in wanted:
        carried = np.array([code in k.codes for k in known], dtype=np.bool_)
        words, what = listed[code]
        stand = marked(study, told.passages, words).get(code, {})
        by_words = np.array([n in stand for n in at], dtype=np.bool_)
        row: dict[str, object] = {
            "code": code,
            "passages": int(carried.sum()),
            "interviews": len({k.passage.group for k, there in zip(known, carried, strict=True) if there}),
            "word_list": what,
            "reason": told.reasons.get(code, ""),
        }
        row |= dict(zip(("words_precision", "words_recall", "words_f1"), rates(by_words, carried), strict=True))
        if code in learnt.codes:
            mine = said[:, learnt.codes.index(code)]
            row |= dict(zip(("precision", "recall", "f1"), rates(mine, carried), strict=True))
            row["majority_f1"], row["always_f1"] = 0.0, rates(np.ones_like(carried), carried)[2]
            row["worst"], row["worst_f1"] = _worst(known, mine, carried)
        rows.append(row)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    numeric = [c for c in COLUMNS if c.endswith(("precision", "recall", "f1"))]
    table[numeric] = table[numeric].astype(float)
    table["worst"] = table["worst"].astype(object).where(table["worst"].notna(), "")
    table.attrs["notes"] = [*told.notes, *notes]
    return table


def rates(said: Flags, carried: Flags) -> tuple[float, float, float]:
    """Return precision (NaN where nothing was said), recall (NaN where nothing is there) and F1."""
    right = int((said & carried).sum())
    all_said, all_there = int(said.sum()), int(carried.sum())
    precision = right / all_said if all_said else float("nan")
    recall = right / all_there if all_there else float("nan")
    return precision, recall, 2 * right / (all_said + all_there) if all_there else float("nan")


def _worst(known: Sequence[Known], said: Flags, carried: Flags) -> tuple[str, float]:
    here: defaultdict[str, list[int]] = defaultdict(list)
    for n, k in enumerate(known):
        here[k.passage.document.id].append(n)
    found = [
        (round(rates(said[rows], carried[rows])[2], 9), -int(carried[rows].sum()), name)
        for name, rows in here.items()
        if carried[rows].sum() >= _ENOUGH
    ]
    f1, _, name = min(found, default=(float("nan"), 0, ""))
    return name, f1


def _word_lists(
    study: Study, codes: Sequence[str], models: Mapping[str, str] | None
) -> tuple[dict[str, tuple[list[Mark], str]], list[str]]:
    """Return where each code's word list stands, and which list it is; with what could not be looked for."""
    index = index_of(study)
    by_pattern, notes = marks(study, codes, index, models)
    lists: dict[str, tuple[list[Mark], str]] = {}
    for code in codes:
        about = study.codebook.codes[code]
        if about.patterns:
            lists[code] = ([m for m in by_pattern if m.code == code], "patterns")
            continue
        words = sorted({w for _, _, w in words_of(about.label) if len(w) >= _LEAST_LETTERS})
        places = sorted({s for w in words for s in stretches(index, Wording.of(w))})
        lists[code] = ([Mark(s, code, "label") for s in places], " ".join(words))
    return lists, notes
