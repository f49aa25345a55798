"""
Several studies read as one table: ids by study, so that nobody of one is taken for somebody of another.

Themes and other codes keep their names, since they are what several studies are compared by.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from qualcode.errors import UsageError
from qualcode.left_out import LEFT_OUT, total
from qualcode.study.study import Study

BY_STUDY = ("document", "excerpt", "actor", "speaker", "case", "holder", "organisation", "coder")
"""Columns whose ids are a study's own."""


def together(table: Callable[[Study], pd.DataFrame], studies: Sequence[Study]) -> pd.DataFrame:
    """
    Return one table of several studies, below one another in the order given.

    Args:
        table: a table of one study, such as ``statements``.
        studies: each is called by its folder.

    Returns:
        The table's columns behind a column ``study``; ids (``document``, ``excerpt``, ``actor``, ...) are
        ``study/id``. ``attrs["left_out"]`` is the sum of theirs.

    Raises:
        UsageError: no study, or two whose folders have one name.

    Example:
        >>> from qualcode.tables import statements
        >>> together(statements, [study]).loc[0, ["study", "document", "theme"]].tolist()
        ['card', 'card/2024-01-30-leaflet', 'universality/wide-use']
    """
    names = [study.root.resolve().name for study in studies]
    if not names:
        raise UsageError("give one study or several")
    if len(set(names)) < len(names):
        twice = sorted({n for n in names if names.count(n) > 1})
        raise UsageError(f"two studies are called {', '.join(twice)}: ids by study would be mixed; rename a folder")
    parts = []
    for name, study in zip(names, studies, strict=True):
        part = table(study)
        for column in (c for c in BY_STUDY if c in part.columns):
            part[column] = [f"{name}/{one}" if isinstance(one, str) and one else one for one in part[column]]
        part.insert(0, "study", name)
        parts.append(part)
    found = pd.concat(parts, ignore_index=True)
    found.attrs = {LEFT_OUT: total(part.attrs.get(LEFT_OUT, {}) for part in parts)}
    return found
