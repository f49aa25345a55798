"""
Who is compared: the speakers of two figures, and how often each takes up each theme.

The unit is the speaker, never the excerpt: excerpts of one person resemble each other. Whoever cannot be
compared is left out, named and counted; the figures that exist are those in the table, no others are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self, TypedDict, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from qualcode.columns import Flags, codes, own_views, require
from qualcode.divergence.arrangements import ENUMERATE_UP_TO, RESAMPLES
from qualcode.errors import UsageError, did_you_mean
from qualcode.left_out import before, told
from qualcode.plural import number_of
from qualcode.sums import gathered, times_of

FEW_SPEAKERS = 4
FEW_EXCERPTS = 5
Floats = npt.NDArray[np.float64]
Weights = Mapping[str, float] | pd.Series


class SidesWords(TypedDict, total=False):
    """The words of a call that say how the table is read; each is a field of `Sides`."""

    speaker: str
    theme: str
    figure: str
    reported: bool


class ChanceWords(SidesWords, total=False):
    """The words of a call that tests; each is a field of `Chance`."""

    enumerate_up_to: int
    resamples: int
    seed: int


@dataclass(frozen=True, slots=True)
class Sides:
    """
    How a table of statements falls to two figures: made once and given to every comparison of a chapter.

    Args:
        speaker, theme, figure: the columns with who speaks, on what, and of which figure the speaker is.
        reported: whether reported views count, as their holder's.

    Each may also stand in a call by its own name: ``speakers(said, contrast, reported=True)`` is
    ``speakers(said, contrast, sides=Sides(reported=True))``.

    Example:
        >>> said = pd.DataFrame(
        ...     [("ann", "issuer", "fee"), ("ben", "holder", "name")],
        ...     columns=["who", "actor_figure", "topic"],
        ... )
        >>> sides = Sides(speaker="who", theme="topic")
        >>> speakers(said, ("issuer", "holder"), sides=sides)[["theme", "speaker", "excerpts"]]
          theme speaker  excerpts
        0   fee     ann         1
        1   fee     ben         0
        2  name     ann         0
        3  name     ben         1
    """

    speaker: str = "actor"
    theme: str = "theme"
    figure: str = "actor_figure"
    reported: bool = False

    def but(self, **words: Unpack[SidesWords]) -> Self:
        """Return the same choice with some of its words changed."""
        return replace(self, **words)


@dataclass(frozen=True, slots=True)
class Chance(Sides):
    """
    The same, and how the arrangements of a permutation test are visited.

    Args:
        enumerate_up_to: up to so many all are visited; beyond, *resamples* are drawn with *seed*.

    Example:
        >>> said = pd.DataFrame(
        ...     [("ann", "issuer", "fee"), ("ben", "holder", "name")],
        ...     columns=["actor", "actor_figure", "topic"],
        ... )
        >>> chance = Chance(theme="topic", resamples=999, seed=1)
        >>> jensen_shannon(said, ("issuer", "holder"), chance=chance).bits
        1.0
    """

    enumerate_up_to: int = ENUMERATE_UP_TO
    resamples: int = RESAMPLES
    seed: int = 0

    def but(self, **words: Unpack[ChanceWords]) -> Self:
        """Return the same choice with some of its words changed."""
        return replace(self, **words)


AS_TAGGED = Sides()
"""Speakers, themes and figures as ``tables.statements`` has them, each speaker's own views."""
EXACT = Chance()
"""The same, tested over all arrangements as far as these can be visited."""


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """
    Speakers by themes.

    ``counts`` has a row a speaker and a column a theme, both in code point order; ``weights`` are the
    memberships in figure a; ``tested`` says which themes are not definitional; ``rows`` are the statements
    that count, ``row`` and ``column`` their speaker and theme, ``times`` how many equal ones each stands for.
    """

    speakers: list[str]
    themes: list[str]
    weights: Floats
    counts: Floats
    tested: Flags
    rows: pd.DataFrame
    row: npt.NDArray[np.intp]
    column: npt.NDArray[np.intp]
    times: Floats
    left_out: dict[str, int]
    speakers_left_out: dict[str, list[str]]
    before: dict[str, Any]

    @property
    def size_a(self) -> int:
        """Count the speakers nearer to figure a."""
        return int((self.weights > 0.5).sum())

    @property
    def size_b(self) -> int:
        """Count the speakers nearer to figure b."""
        return int((self.weights < 0.5).sum())

    @property
    def too_few(self) -> str:
        """Say why nothing can be tested with so few speakers, or nothing."""
        if min(self.size_a, self.size_b) >= FEW_SPEAKERS:
            return ""
        here = f"{self.size_a} against {number_of(self.size_b, 'speaker')}"
        return f"{here}: no p below {FEW_SPEAKERS} against {FEW_SPEAKERS}"

    def shares(self, of: str = "all") -> Floats:
        """Give each theme's share in each speaker's excerpts; *of* ``tested``: of those not definitional."""
        everything = self.counts.sum(axis=1, keepdims=True)
        if of == "all":
            return np.asarray(self.counts / everything)
        some = self.counts[:, self.tested].sum(axis=1, keepdims=True)
        return np.where(self.tested, self.counts / np.where(some, some, 1), self.counts / everything)


def panel(
    statements: pd.DataFrame,
    contrast: tuple[str, str],
    weights: Weights | None,
    sides: Sides,
    of: str = "all",
) -> Panel:
    """
    Sort the statements by speaker and theme.

    Raises:
        UsageError: a column is missing, a membership lies outside 0 to 1, a speaker has two figures, nobody
            has one of the figures, or nothing is left.
    """
    speaker, theme, figure = sides.speaker, sides.theme, sides.figure
    statements = gathered(statements, [speaker, theme, figure, "reported", "definitional", "stance"])
    require(statements, [speaker, theme, *([figure] if weights is None else [])], "statements")
    left_out: dict[str, int] = {}
    gone: dict[str, list[str]] = {}
    keep = np.ones(len(statements), dtype=np.bool_)
    times = times_of(statements)

    def leave(name: str, out: Flags) -> None:
        left_out[name] = int(times[keep & out].sum())
        keep[out] = False

    leave("reported", np.zeros_like(keep) if sides.reported else ~own_views(statements))
    who, names = codes(statements[speaker])
    what, themes = codes(statements[theme])
    leave(f"without {speaker}", who < 0)
    leave(f"without {theme}", what < 0)
    member, why = _membership(statements, contrast, weights, figure, keep, who, names)
    for reason in sorted({why[at] for at in np.unique(who[keep]) if why[at]}):
        out = np.array([one == reason for one in why] + [False], dtype=np.bool_)[who]
        gone[reason] = [names[at] for at in np.unique(who[keep & out])]
        leave(reason, out)
    marked = np.zeros(len(themes), dtype=np.bool_)
    if "definitional" in statements.columns:
        flags = np.asarray(statements["definitional"].isin([True]), dtype=np.bool_)
        marked[what[keep & flags]] = True
    if of == "tested":
        plain = np.bincount(who[keep & ~np.append(marked, False)[what]], minlength=len(names))
        out = np.append(plain == 0, False)[who]
        gone["definitional themes only"] = [names[at] for at in np.unique(who[keep & out])]
        leave("definitional themes only", out)

    speakers = np.unique(who[keep])
    present = np.unique(what[keep])
    if not len(speakers):
        raise UsageError(f"no statement is left of {int(times.sum())}: {told(left_out) or 'the table is empty'}")
    row, column = np.searchsorted(speakers, who[keep]), np.searchsorted(present, what[keep])
    counts = np.zeros((len(speakers), len(present)))
    np.add.at(counts, (row, column), times[keep])
    made = Panel(
        speakers=[names[at] for at in speakers],
        themes=[themes[at] for at in present],
        weights=member[speakers],
        counts=counts,
        tested=~marked[present],
        rows=statements[keep],
        row=row,
        column=column,
        times=times[keep],
        left_out=left_out,
        speakers_left_out=gone,
        before=before(statements),
    )
    for name, total in zip(contrast, (made.weights.sum(), (1 - made.weights).sum()), strict=True):
        if total <= 0:
            there = [] if weights is not None else sorted(set(map(str, statements[figure].dropna())) - {""})
            hint = f"; there are: {', '.join(there)}{did_you_mean(name, there)}" if there else ""
            raise UsageError(f"no speaker with a statement belongs to {name!r}{hint}")
    return made


def note(table: pd.DataFrame, made: Panel, contrast: tuple[str, str], weights: Weights | None) -> pd.DataFrame:
    """Write beside *table* who was compared and who was not."""
    table.attrs["contrast"] = tuple(contrast)
    table.attrs["memberships"] = "given" if weights is not None else "by figure"
    table.attrs["left_out"] = dict(made.left_out)
    table.attrs["speakers_left_out"] = {name: list(who) for name, who in made.speakers_left_out.items()}
    table.attrs.update(made.before)
    return table


def membership(
    statements: pd.DataFrame,
    contrast: tuple[str, str],
    *,
    speaker: str = "actor",
    figure: str = "actor_figure",
    weight: str = "weight",
) -> pd.Series:
    """
    Turn "predominantly this figure, by 0.75" into a membership in figure a.

    Args:
        weight: the column that says how far the judged figure predominates, 0 to 1; empty means 1.

    Returns:
        A series from speaker to membership: the weight for figure a, 1 minus the weight for figure b; others
        are not in it. In code point order.

    Raises:
        UsageError: a column is missing, a weight lies outside 0 to 1, or a speaker has two.

    Example:
        >>> membership(statements, ("issuer", "holder"))
        actor
        card-holder     0.0
        desk-officer    0.9
        Name: membership, dtype: float64
    """
    require(statements, [speaker, figure, weight], "statements")
    known = statements.loc[statements[figure].isin(contrast), [speaker, figure, weight]].drop_duplicates()
    if known[speaker].duplicated().any():
        raise UsageError(f"{known[speaker][known[speaker].duplicated()].iloc[0]!r} has two figures or weights")
    share = pd.to_numeric(known[weight]).fillna(1.0)
    values = share.where(known[figure] == contrast[0], 1 - share)
    made = pd.Series(values.to_numpy(), index=known[speaker].astype(str), name="membership").sort_index()
    return _checked(made)


def _checked(weights: pd.Series) -> pd.Series:
    """Refuse a membership outside 0 to 1."""
    wrong = weights[(weights < 0) | (weights > 1)]
    if len(wrong):
        raise UsageError(f"membership of {wrong.index[0]!r} is {wrong.iloc[0]:g}; it must lie in 0 to 1")
    return weights


def _membership(
    statements: pd.DataFrame,
    contrast: tuple[str, str],
    weights: Weights | None,
    figure: str,
    keep: Flags,
    who: npt.NDArray[np.intp],
    names: list[str],
) -> tuple[Floats, list[str]]:
    """Give each speaker's membership in figure a, and why a speaker has none."""
    if len(contrast) != 2 or contrast[0] == contrast[1]:
        raise UsageError(f"a contrast is two different figures, not {contrast!r}")
    member = np.full(len(names), np.nan)
    if weights is not None:
        given = _checked(pd.Series(weights, dtype=np.float64))
        known = {str(name): float(value) for name, value in given.items()}
        member[:] = [known.get(name, np.nan) for name in names]
        return member, ["without membership" if lacking else "" for lacking in np.isnan(member)]
    seen: list[Any] = statements[figure].tolist()
    found: dict[int, set[str]] = {at: set() for at in range(len(names))}
    for at, judged in zip(who[keep].tolist(), (seen[i] for i in np.flatnonzero(keep)), strict=True):
        found[at].add("" if pd.isna(judged) else str(judged))
    why = [""] * len(names)
    for at, figures in found.items():
        if len(figures) > 1:
            raise UsageError(f"{names[at]!r} has several figures: {', '.join(sorted(figures))}; a speaker has one")
        judged = next(iter(figures), "")
        if judged in contrast:
            member[at] = float(judged == contrast[0])
        else:
            why[at] = f"figure {judged}" if judged else "without figure"
    return member, why
