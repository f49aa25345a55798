"""What lies behind the two numbers: every speaker as a dot, who does not fit, and the other reading."""

from __future__ import annotations

from typing import Unpack

import numpy as np
import pandas as pd

from qualcode.columns import choose, count_out, filled, own_views, require
from qualcode.divergence.arrangements import SLACK
from qualcode.divergence.panel import AS_TAGGED, FEW_EXCERPTS, Sides, SidesWords, Weights, note, panel
from qualcode.divergence.permutation import means, without_each
from qualcode.divergence.reached import STATES, reached, states
from qualcode.left_out import LEFT_OUT, MINDED, SPEAKERS, before
from qualcode.sums import times_of


def speakers(
    statements: pd.DataFrame,
    contrast: tuple[str, str],
    weights: Weights | None = None,
    *,
    topics: pd.DataFrame | None = None,
    among: str = "reached",
    of: str = "all",
    sides: Sides = AS_TAGGED,
    **words: Unpack[SidesWords],
) -> pd.DataFrame:
    """
    List every speaker and theme: the dots behind `divergence`.

    Args:
        As `divergence`.

    Returns:
        One row a theme and speaker, in that order by code point, with ``theme``, ``speaker``, ``membership``
        in figure a, ``excerpts``, ``of`` (the speaker's excerpts in all), ``share`` (nan for whom the theme never
        reached, where *topics* know of questions and *among* is not ``everybody``), ``stance`` (mean, nan without),
        ``state`` (raised, answered, passed over, not put; from *topics*, else raised or empty; whoever has excerpts on
        it, but in no interview, has raised it), ``difference_without`` (a minus b if this speaker were absent) and
        ``deviance``: how much nearer the share lies to the other figure's than to the own, both without the speaker,
        above 0 for whoever does not fit, nan for a membership of one half and for who is alone in a figure.

    Example:
        >>> dots = speakers(statements, ("issuer", "holder"), topics=topics)
        >>> dots.loc[dots["theme"] == "function/identification", ["speaker", "excerpts", "of", "state"]]
                speaker  excerpts  of     state
        2   card-holder         1   3    raised
        3  desk-officer         2   3  answered
    """
    choose(of, ("all", "tested"), "denominator")
    made = panel(statements, contrast, weights, sides.but(**words), of)
    shares, w = made.shares(of), made.weights
    mask = reached(topics, made, among)
    stance = np.full(shares.shape, np.nan)
    if "stance" in made.rows.columns:
        values = pd.to_numeric(made.rows["stance"], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        taken = ~np.isnan(values)
        sums, counts = np.zeros(shares.shape), np.zeros(shares.shape)
        np.add.at(sums, (made.row[taken], made.column[taken]), values[taken] * made.times[taken])
        np.add.at(counts, (made.row[taken], made.column[taken]), made.times[taken])
        np.divide(sums, counts, out=stance, where=counts > 0)
    n, m = len(made.speakers), len(made.themes)
    table = pd.DataFrame(
        {
            "theme": np.repeat(made.themes, n),
            "speaker": made.speakers * m,
            "membership": np.tile(w, m),
            "excerpts": made.counts.T.ravel().astype(int),
            "of": np.tile(made.counts.sum(axis=1).astype(int), m),
            "share": (shares if mask is None else np.where(mask, shares, np.nan)).T.ravel(),
            "stance": stance.T.ravel(),
            "state": states(topics, made).T.ravel(),
            "difference_without": without_each(shares, w, mask).T.ravel(),
        }
    )
    table["deviance"] = _deviance(table, "share")["deviance"]
    return note(table, made, contrast, weights)


def heard(statements: pd.DataFrame, least: int = FEW_EXCERPTS, *, speaker: str = "actor") -> pd.DataFrame:
    """
    Keep the speakers of whom there are at least *least* statements of their own.

    A share of one statement is nought or everything. Where nobody has so many, everybody is kept.

    Returns:
        The rows of *statements* that are left, reported views included. ``attrs["few"]`` names the speakers
        who are not (``attrs["speakers_left_out"]`` with them, by reason), ``attrs["least"]`` the number asked for;
        ``attrs["minded"]`` says where all were kept.

    Raises:
        UsageError: the column *speaker* is missing.

    Example:
        >>> left = heard(statements, least=3)
        >>> sorted(set(left["actor"])), left.attrs["few"]
        (['card-holder', 'city', 'desk-officer'], ['librarian', 'mediator'])
    """
    require(statements, [speaker], "statements")
    own, times = own_views(statements), times_of(statements)
    number = pd.Series(times[own]).groupby(statements.loc[own, speaker].to_numpy()).sum()
    spoken = set(number[number >= least].index)
    there = set(statements.loc[filled(statements[speaker]), speaker])
    few = sorted(map(str, there - spoken)) if spoken else []
    gone = np.asarray(statements[speaker].astype(str).isin(few), dtype=np.bool_)
    kept = statements[~gone].copy()
    kept.attrs.update(few=few, least=least)
    if there and not spoken:
        reason = f"speakers with fewer than {least} statements kept, since nobody has as many"
        kept.attrs[MINDED] = dict(statements.attrs.get(MINDED, {})) | {reason: len(there)}
    if few:
        reason = f"of speakers with fewer than {least} statements"
        kept.attrs[LEFT_OUT] = dict(statements.attrs.get(LEFT_OUT, {})) | {reason: int(times[gone].sum())}
        kept.attrs[SPEAKERS] = dict(statements.attrs.get(SPEAKERS, {})) | {f"fewer than {least} statements": few}
    return kept


def leave_one_out(dots: pd.DataFrame) -> pd.DataFrame:
    """
    Say what changes when any one speaker is left out.

    Args:
        dots: as `speakers` gives them.

    Returns:
        One row a theme, by code point: ``difference`` (a minus b, with everybody), ``lowest`` and ``highest``
        (without the one speaker who raises or lowers it most), ``lowest_without``, ``highest_without`` (who
        that is; nan and empty where a figure has one speaker only), ``turns_without`` (whose absence turns it
        round, joined by ``'; '``).

    Raises:
        UsageError: a column is missing.

    Example:
        >>> said = pd.DataFrame(
        ...     [("ann", "issuer", "fee"), ("ben", "holder", "fee"), ("cleo", "holder", "name")],
        ...     columns=["actor", "actor_figure", "theme"],
        ... )
        >>> dots = speakers(said, ("issuer", "holder"))
        >>> leave_one_out(dots)[["difference", "lowest", "lowest_without", "highest", "highest_without"]]
               difference  lowest lowest_without  highest highest_without
        theme
        fee           0.5     0.0           cleo      1.0             ben
        name         -0.5    -1.0            ben      0.0            cleo
    """
    require(dots, ["theme", "speaker", "membership", "share", "difference_without"], "dots")
    rows = {}
    for theme, here in dots.groupby("theme", sort=True):
        w, shares = here["membership"].to_numpy(dtype=np.float64), here["share"].to_numpy(dtype=np.float64)
        known = ~np.isnan(shares)
        a, b = means(np.where(known, shares, 0)[:, None], w, known[:, None])
        difference = float(a[0] - b[0])
        pairs = zip(here["difference_without"], here["speaker"].astype(str), strict=True)
        told = sorted((round(float(d), 12), name) for d, name in pairs if not np.isnan(d)) or [(np.nan, "")]
        lowest, highest = told[0], min((-d, name) for d, name in told)
        turned = sorted(name for d, name in told if d * np.sign(difference) < -SLACK)
        rows[str(theme)] = {
            "difference": difference,
            "lowest": lowest[0],
            "lowest_without": lowest[1],
            "highest": -highest[0],
            "highest_without": highest[1],
            "turns_without": "; ".join(turned),
        }
    columns = ["difference", "lowest", "lowest_without", "highest", "highest_without", "turns_without"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("theme")
    table.attrs.update(before(dots))
    return table


def deviants(dots: pd.DataFrame, value: str = "share") -> pd.DataFrame:
    """
    List the speakers who do not fit: nearer to the other figure's mean than to that of their own.

    Both means are of the others: who helps to make a mean lies nearer to it than he or she would.

    Args:
        dots: as `speakers` gives them.
        value: ``share`` or ``stance``; a speaker without a stance is no deviant, and with ``state`` neither is one
            to whom the theme was never put.

    Returns:
        One row a theme and speaker: ``theme``, ``speaker``, ``membership``, *value*, ``own`` and ``other`` (the two
        figures' means without the speaker), ``deviance`` (how much nearer to the other). The furthest first, then by
        theme and speaker; a membership of one half fits nowhere and is left out, and so is who is alone in a figure.

    Raises:
        UsageError: a column is missing, or *value* is another word.

    Example:
        >>> said = pd.DataFrame(
        ...     {
        ...         "actor": ["ann", "ben", "cleo", "dora"],
        ...         "actor_figure": ["issuer", "issuer", "issuer", "holder"],
        ...         "theme": ["fee", "fee", "name", "name"],
        ...     }
        ... )
        >>> dots = speakers(said, ("issuer", "holder"))
        >>> deviants(dots).round(2)
          theme speaker  membership  share   own  other  deviance
        0   fee    cleo         1.0    0.0   1.0    0.0       1.0
        1  name    cleo         1.0    1.0   0.0    1.0       1.0
    """
    choose(value, ("share", "stance"), "value")
    require(dots, ["theme", "speaker", "membership", value], "dots")
    known = dots[dots[value].notna()]
    table = known[["theme", "speaker", "membership", value]].join(_deviance(known, value))
    put = known["state"] != STATES[3] if "state" in known.columns else True
    table = table[(table["deviance"] > SLACK) & put]
    order = table.assign(far=-table["deviance"].round(12)).sort_values(["far", "theme", "speaker"]).index
    return table.loc[order].reset_index(drop=True)


def _deviance(dots: pd.DataFrame, value: str) -> pd.DataFrame:
    """Return ``own``, ``other``, ``deviance`` of each row of dots; nan for one half, or who is alone in a figure."""
    w, values, by = dots["membership"], dots[value], dots["theme"]
    a, b = (_of_the_others(values, one, by) for one in (w, 1 - w))
    own, other = a.where(w > 0.5, b), b.where(w > 0.5, a)
    apart = ((values - own).abs() - (values - other).abs()).where(w != 0.5)
    return pd.DataFrame({"own": own, "other": other, "deviance": apart})


def _of_the_others(values: pd.Series, weights: pd.Series, by: pd.Series) -> pd.Series:
    """Return for each row the weighted mean of the other rows of its group, nan where they weigh nothing."""
    total, many = (weights * values).groupby(by).transform("sum"), weights.groupby(by).transform("sum")
    left = many - weights
    return (total - weights * values) / left.where(left > SLACK)


def by_excerpt(
    statements: pd.DataFrame,
    contrast: tuple[str, str],
    *,
    speaker: str = "actor",
    theme: str = "theme",
    speaker_figure: str = "actor_figure",
    excerpt_figure: str = "figure",
    reported: bool = False,
) -> pd.DataFrame:
    """
    Set the figure an excerpt is tagged with against the figure its speaker was judged to be.

    Described, never tested: excerpts of one person are not independent.

    Args:
        excerpt_figure: the column with the excerpt's own tag, empty where it has none.
        Everything else is as in `divergence`.

    Returns:
        One row a theme, by code point: ``speaker_a``, ``speaker_b`` (share of the theme in all excerpts whose
        speaker is of figure a, b), ``excerpt_a``, ``excerpt_b`` (in all excerpts tagged a, b),
        ``speaker_difference``, ``excerpt_difference``, ``apart`` (the second minus the first), ``against``
        (number of excerpts tagged with the other figure than their speaker's), ``tagged`` and ``untagged``.
        ``attrs["left_out"]`` counts the statements left out, by reason.

    Raises:
        UsageError: a column is missing.

    Example:
        >>> said = pd.DataFrame(
        ...     {
        ...         "actor": ["ann", "ann", "ben"],
        ...         "actor_figure": ["issuer", "issuer", "holder"],
        ...         "figure": ["holder", "", "holder"],
        ...         "theme": ["fee", "name", "fee"],
        ...     }
        ... )
        >>> by_excerpt(said, ("issuer", "holder"))[["speaker_a", "speaker_b", "excerpt_b", "against", "untagged"]]
               speaker_a  speaker_b  excerpt_b  against  untagged
        theme
        fee          0.5        1.0        1.0        1         0
        name         0.5        0.0        0.0        0         1
    """
    require(statements, [speaker, theme, speaker_figure, excerpt_figure], "statements")
    keep = filled(statements[theme]) & filled(statements[speaker])
    rows = statements[keep & (own_views(statements) | reported)]
    by, times = rows[theme].astype(str), times_of(rows)
    table = pd.DataFrame(index=pd.Index(sorted(by.unique()), name="theme"))
    for name, column in (("speaker", speaker_figure), ("excerpt", excerpt_figure)):
        for side, figure in zip("ab", contrast, strict=True):
            counts = ((rows[column] == figure) * times).groupby(by).sum()
            table[f"{name}_{side}"] = counts / counts.sum() if counts.sum() else np.nan
    for name in ("speaker", "excerpt"):
        table[f"{name}_difference"] = table[f"{name}_a"] - table[f"{name}_b"]
    table["apart"] = table["excerpt_difference"] - table["speaker_difference"]
    judged, tagged = rows[speaker_figure].isin(contrast), rows[excerpt_figure].isin(contrast)
    against = judged & tagged & (rows[speaker_figure] != rows[excerpt_figure])
    for name, flags in (("against", against), ("tagged", tagged), ("untagged", ~tagged)):
        table[name] = (flags * times).groupby(by).sum().astype(int)
    out = {f"without {theme} or {speaker}": ~keep, "reported": ~(own_views(statements) | reported)}
    table.attrs.update(before(statements))
    table.attrs[LEFT_OUT] = count_out(times_of(statements), {why: np.asarray(rows) for why, rows in out.items()})
    return table
