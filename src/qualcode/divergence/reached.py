"""
Never put is not nought: whom a theme reached.

A theme reached a speaker who raised it, in an interview or elsewhere, or to whom it was put. Where it is known what
was put, a share is a mean among those whom the theme reached; silence of the others is nobody's answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from qualcode.columns import Flags, choose, require
from qualcode.divergence.panel import FEW_SPEAKERS, Panel
from qualcode.plural import number_of

if TYPE_CHECKING:
    import pandas as pd

STATES = ("raised", "answered", "passed over", "not put")
AMONG = ("reached", "everybody")
UNTOLD = (
    "No question is tagged with a theme: whoever was never asked cannot be told from whoever had nothing to say. "
    "Shares are among everybody."
)
_COLUMNS = ["speaker", "theme", "raised", "answered", "passed_over"]


def tells(topics: pd.DataFrame | None) -> bool:
    """Say whether the table of topics knows of any question that was put."""
    if topics is None:
        return False
    require(topics, _COLUMNS, "topics")
    return bool(topics[["answered", "passed_over"]].astype(float).to_numpy().sum() > 0)


def states(topics: pd.DataFrame | None, made: Panel) -> npt.NDArray[np.object_]:
    """
    Say for every speaker and theme how it came up, as `STATES`: the first that holds.

    Whoever has excerpts on a theme, but in no interview, has raised it. Without *topics*: raised, or nothing.
    """
    found = np.where(made.counts > 0, STATES[0], "" if topics is None else STATES[3]).astype(object)
    if topics is None:
        return found
    require(topics, _COLUMNS, "topics")
    row = {name: at for at, name in enumerate(made.speakers)}
    column = {name: at for at, name in enumerate(made.themes)}
    for who, what, *held in topics[_COLUMNS].itertuples(index=False):
        i, j = row.get(str(who)), column.get(str(what))
        if i is None or j is None:
            continue
        state = next((s for s, one in zip(STATES, held, strict=False) if one), STATES[3])
        if state in STATES[:2] or not made.counts[i, j]:
            found[i, j] = state
    return found


def reached(topics: pd.DataFrame | None, made: Panel, among: str) -> Flags | None:
    """Return whom each theme reached, speakers by themes; None where everybody is compared, or nothing is known."""
    choose(among, AMONG, "speakers to compare")
    if among == AMONG[1] or not tells(topics):
        return None
    return np.asarray(states(topics, made) != STATES[3], dtype=np.bool_)


def reasons(made: Panel, mask: Flags | None, definitional: str) -> list[str]:
    """Say of each theme why there is no p, or nothing."""
    found = []
    for at, tested in enumerate(made.tested):
        here = np.ones(len(made.weights), dtype=np.bool_) if mask is None else mask[:, at]
        near = [int((here & side).sum()) for side in (made.weights > 0.5, made.weights < 0.5)]
        if not tested:
            found.append(definitional)
        elif made.too_few:
            found.append(made.too_few)
        elif min(near) >= FEW_SPEAKERS:
            found.append("")
        else:
            least = f"no p below {FEW_SPEAKERS} against {FEW_SPEAKERS}"
            found.append(f"reached {near[0]} against {number_of(near[1], 'speaker')}: {least}")
    return found
