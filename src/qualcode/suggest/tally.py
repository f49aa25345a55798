"""
What became of suggestions: how many were proposed, accepted and rejected, by what they came from.
"""

from __future__ import annotations

from collections import Counter

import pandas as pd

from qualcode.study.excerpt import Excerpt
from qualcode.study.study import Study
from qualcode.suggest.decisions import ACCEPT, REJECT
from qualcode.suggest.proposals import suggest

_OPEN = "open"
COLUMNS = ("coder", "with", "model", "version", "proposed", "accepted", "rejected")


def tally(study: Study, *, looked: bool = True) -> pd.DataFrame:
    """
    Count what became of suggestions.

    Args:
        looked: whether it is looked for what ``suggest`` would list now; that evaluates the codebook's token patterns,
            which may hold regular expressions.

    Returns:
        One row a coder and origin, sorted: coder, with, model, version (of the program and the codebook),
        proposed (decided, or listed by ``suggest`` now, ten a code at most), accepted, rejected. Accepted are the
        coder's excerpts that say so, as long as they stand there; a rejection that came twice, by a merge, is
        counted once.

    Raises:
        StudyError: the study has problems.

    Example:
        >>> rows = suggest(study, "reader", ["governance/co-design"])
        >>> turned = reject(study, rows.iloc[0], coder="reader")
        >>> tally(open_study(study.root))[["coder", "with", "proposed", "accepted", "rejected"]]
            coder     with  proposed  accepted  rejected
        0  reader  pattern         2         0         1
    """
    counted: Counter[tuple[str, str, str, str, str]] = Counter()
    for (coder, _), file in study.coded.items():
        counted.update((coder, *_origin(e.origin), ACCEPT) for e in file.excerpts if e.origin["how"] == "suggestion")
    for (coder, _), file in study.rejected.items():
        once: dict[object, Excerpt] = {(e.anchor.start, e.anchor.end, tuple(e.codes)): e for e in file.excerpts}
        counted.update((coder, *_origin(e.origin), REJECT) for e in once.values())
    for coder in study.coders if looked else ():
        table = suggest(study, coder)
        told = zip(table["with"], table["model"], table["version"], strict=True)
        counted.update((coder, *_origin({"with": w, "model": m, "version": v}), _OPEN) for w, m, v in told)
    rows = []
    for key in sorted({k[:-1] for k in counted}):
        decided = counted[*key, ACCEPT], counted[*key, REJECT]
        rows.append((*key, sum(decided) + counted[*key, _OPEN], *decided))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _origin(about: dict[str, str]) -> tuple[str, str, str]:
    """Return with what, by which model and version; the codings it was learnt from make no kind of their own."""
    return (
        about.get("with", about.get("by", "")),
        about.get("model", ""),
        about.get("version", "").split("; codings")[0],
    )
