"""
Several studies read as one table: ids by study, so that nobody of one is taken for somebody of another.

Themes and other codes keep their names, since they are what several studies are compared by.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast

from qualcode.errors import UsageError
from qualcode.left_out import LEFT_OUT, MINDED, total
from qualcode.study.study import Study

if TYPE_CHECKING:
    import pandas as pd

P = ParamSpec("P")

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
        ``study/id``. ``attrs["left_out"]``, and ``minded`` where there is one, are the sums of theirs.

    Raises:
        UsageError: no study, or two whose folders have one name.

    Example:
        >>> from qualcode.tables import statements
        >>> together(statements, [study]).loc[0, ["study", "document", "theme"]].tolist()
        ['card', 'card/2024-01-30-leaflet', 'universality/wide-use']
    """
    import pandas as pd

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
    told = [about for about in (LEFT_OUT, MINDED) if about == LEFT_OUT or any(about in part.attrs for part in parts)]
    found.attrs = {about: total(part.attrs.get(about, {}) for part in parts) for about in told}
    return found


def one_or_several(
    table: Callable[Concatenate[Study, P], pd.DataFrame],
) -> Callable[Concatenate[Study | Sequence[Study], P], pd.DataFrame]:
    """Let a table of a study be that of several too, as `together` puts them, where a list of them is given."""

    @wraps(table)
    def made(study: Study | Sequence[Study], *args: P.args, **kwargs: P.kwargs) -> pd.DataFrame:
        if isinstance(study, Study):
            return table(study, *args, **kwargs)
        return together(lambda one: table(one, *args, **kwargs), study)

    return cast("Callable[Concatenate[Study | Sequence[Study], P], pd.DataFrame]", made)
