"""
Texts coded by rule: how often the patterns of codes stand in texts that lie in a table, here or on several machines.

A rule is a code's words and phrases, found as everywhere in this room. A table in partitions, as Dask has it, is
counted where it lies, partition by partition; what comes together is as large as there are rows in the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from qualcode.columns import require
from qualcode.errors import UsageError
from qualcode.search.index import Index
from qualcode.search.phrase import Wording
from qualcode.search.query import stretches
from qualcode.study.document import Document, Speaker, Turn
from qualcode.study.pattern import Pattern, read_pattern

if TYPE_CHECKING:
    import pandas as pd

TEXT, LANGUAGE = "text", "language"
Rules = Mapping[str, Sequence[str]]


def by_rule(texts: Any, rules: Rules, by: Sequence[str] = ()) -> pd.DataFrame:
    """
    Count where the patterns of codes stand in texts, added up.

    Args:
        texts: a data frame, or one in partitions; ``text``, the columns *by*, and ``language`` for patterns that are
            for one language only.
        rules: code to patterns of words and phrases, as a codebook writes them (``fr: se connaissent``, ``network*``).
        by: columns of *texts* that the counts are told by, such as a newspaper; left out, all texts together.

    Returns:
        One row for each different value of *by* and each code, in their order: *by*, ``code``, ``texts`` (in how many
        a pattern of the code stands), ``times`` (how often; where two patterns stand on the same words, once).

    Raises:
        UsageError: a column is missing, or a pattern is wrong, of lemmas or of tokens: those need a model's files on
            every machine.

    Example:
        >>> import pandas as pd
        >>> texts = pd.DataFrame({"paper": ["N", "N", "S"], "text": ["A free card.", "Cards? No card!", "The fee."]})
        >>> by_rule(texts, {"card": ["card*"], "fee": ["fee"]}, ["paper"])
          paper  code  texts  times
        0     N  card      2      3
        1     N   fee      0      0
        2     S  card      0      0
        3     S   fee      1      1
    """
    from qualcode.sums import brought_together

    told = [*dict.fromkeys(by)]
    for code, written in rules.items():
        _read(code, written)
    require(texts, [TEXT, *told], "texts")
    if hasattr(texts, "map_partitions"):
        from qualcode.sums import brought_together

        empty = _counted(texts._meta_nonempty, rules, told).iloc[:0]
        return brought_together(texts.map_partitions(_counted, rules, told, meta=empty), _added, told)
    return _counted(texts, rules, told)


def _added(found: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    kept = [*by, "code"]
    return pd.DataFrame(
        found.groupby(kept, sort=True, dropna=False, observed=True)[["texts", "times"]].sum().reset_index()
    )


def _counted(texts: pd.DataFrame, rules: Rules, by: Sequence[str]) -> pd.DataFrame:
    """Count one table's texts; the patterns are read where they are used."""
    import pandas as pd

    known = LANGUAGE in texts.columns
    languages = texts[LANGUAGE].astype(str).tolist() if known else [""] * len(texts)
    index = Index.of(_document(n, str(text)) for n, text in enumerate(texts[TEXT].tolist()))
    parts = []
    for code, written in rules.items():
        places = {
            place
            for pattern in _read(code, written)
            for place in stretches(index, Wording.of(pattern.words))
            if pattern.language in ("", languages[place[0]])
        }
        times = np.bincount([place[0] for place in places], minlength=len(texts)).astype(np.int64)
        part = texts[list(by)].reset_index(drop=True)
        parts.append(part.assign(code=code, texts=(times > 0).astype(np.int64), times=times))
    empty = texts[list(by)].iloc[:0].assign(code="", texts=np.int64(0), times=np.int64(0))
    return _added(pd.concat(parts, ignore_index=True) if parts else empty, by)


def _read(code: str, written: Sequence[str]) -> list[Pattern]:
    patterns = []
    for one in written:
        pattern = read_pattern(one)
        if isinstance(pattern, str):
            raise UsageError(f"a pattern of {code!r} cannot be read: {pattern}")
        if pattern.lemma or pattern.tokens:
            raise UsageError(f"{code!r} has a pattern of lemmas or tokens; rules over tables take words and phrases")
        patterns.append(pattern)
    return patterns


def _document(number: int, text: str) -> Document:
    """Return a text as the index reads it: one turn, nobody's."""
    whole = (Turn(1, Speaker("", ""), "", "", 0, 0, len(text)),)
    return Document(str(number), "", "document", "", date(1, 1, 1), "", "", "quote", "open", text, 1, whole)
