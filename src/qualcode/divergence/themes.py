"""
Which themes part two figures, and where twelve people cannot say.

A theme's share in a figure is the mean of its speakers' shares, so that who talks most does not count
most. The test is exact: in how many of all ways to hand out the memberships would the figures lie at
least as far apart? The people were chosen, not drawn: a small p says that the figures differ among these
people by more than who happens to be called what, and nothing about people who were not heard.
"""

from __future__ import annotations

from typing import Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from qualcode.columns import Flags, choose
from qualcode.divergence.arrangements import SLACK, Arrangements, arrange
from qualcode.divergence.panel import EXACT, FEW_EXCERPTS, Chance, ChanceWords, Panel, Weights, note, panel
from qualcode.divergence.permutation import Floats, cliffs_delta, holm, means, permute, without_each
from qualcode.divergence.reached import AMONG, STATES, UNTOLD, reached, reasons, states

LARGE_PART, MANY = 0.25, 3
DEFINITIONAL = "definitional: the figure was assigned by this theme"


def divergence(
    statements: pd.DataFrame,
    contrast: tuple[str, str],
    weights: Weights | None = None,
    *,
    topics: pd.DataFrame | None = None,
    among: str = "reached",
    of: str = "all",
    chance: Chance = EXACT,
    **words: Unpack[ChanceWords],
) -> pd.DataFrame:
    """
    Compare two figures theme by theme; the unit is the speaker.

    Speaker i has the share p(i,j) of theme j in all of i's excerpts, and the membership w(i) in figure a:
    1 or 0 by the speaker's figure, or as *weights* say. The memberships must have been fixed before anyone
    looked at the themes: the test cannot know.

    Args:
        statements: one row an excerpt and theme; the columns *speaker*, *theme* and, without *weights*,
            *figure*. ``reported`` and ``definitional`` are used if they are there.
        contrast: figure a and figure b, as the column *figure* has them.
        weights: membership in figure a by speaker, 0 to 1; who is not in it is left out.
        topics: one row a speaker and theme with ``raised``, ``answered`` and ``passed_over``: what was put to whom.
        among: whose shares a theme's mean, difference, delta and p are of. ``reached``: where *topics* know of any
            question, of those who raised the theme or to whom it was put, since never put is not nought; and of
            everybody where nothing is known of questions. ``everybody``: silence is nought, asked or not.
        of: shares of ``all`` excerpts, or of the ``tested`` themes' only: a definitional theme that differs
            pushes the others' shares the other way, since shares add up to 1.
        chance: how the table is read and the arrangements are visited, as a `Chance`; or its words, each by its own
            name: speaker, theme, figure, reported, enumerate_up_to, resamples, seed.

    Returns:
        One row a theme, by code point, with

        - ``share_a``, ``share_b``: mean share of the theme, 0 to 1, weighted by membership; ``difference``,
          a minus b;
        - ``p``: share of the arrangements with a difference at least as large either way (ties within 1e-12
          count); ``p_max_t``: corrected for all themes by the largest standardised difference (Westfall &
          Young 1993); ``p_holm``: corrected after Holm (1979); ``p_error``: standard error of ``p``, 0 where
          it is exact;
        - ``cliffs_delta``: pairs in which a's speaker has the larger share, minus the others, of all pairs
          (Cliff 1993); with partial membership a pair weighs w(i)(1-w(k));
        - ``speakers_a``, ``speakers_b``: how many are nearer to either; ``arrangements``: how many there are;
          ``smallest_p``: the smallest p so many speakers allow; ``smallest_p_here``: the smallest one that
          this theme allows, given who raises it at all;
        - ``excerpts``, ``speakers_with`` (how many raise it), ``top_speaker`` and ``top_speaker_share`` (the
          largest part of its excerpts that one speaker holds), ``flips_without`` (whose absence would turn
          the difference round, joined by ``'; '``);
        - with *topics*: ``reached_a``, ``reached_b`` (how many raised it or had it put to them), ``raised_a``,
          ``raised_b`` (share of those, weighted, who raise it unasked);
        - ``definitional``'; '``reason``: why there is no p; ``remarks``: what to mind, in words.

        There is no p for a definitional theme, and none where fewer than four against four are compared. nan where a
        theme reached nobody of a figure. ``attrs`` has ``among``, ``contrast``,
        ``left_out`` (statements by reason), ``speakers_left_out`` (names by reason: another figure, none
        judged), ``few_excerpts`` (speakers with fewer than five), ``notes`` (sentences for whoever reads).

    Raises:
        UsageError: a column is missing, a speaker has two figures, a membership lies outside 0 to 1, nobody
            belongs to one of the figures.

    Source: Monroe, Colaresi & Quinn (2008) on why excerpts are no unit; Westfall & Young (1993); Holm (1979).

    Example:
        >>> figures = ["issuer"] * 4 + ["holder"] * 4
        >>> themes = ["fee"] * 4 + ["name"] * 4
        >>> said = pd.DataFrame({"actor": list("abcdefgh"), "actor_figure": figures, "theme": themes})
        >>> found = divergence(said, ("issuer", "holder"))
        >>> found[["share_a", "share_b", "difference", "cliffs_delta", "arrangements"]]
               share_a  share_b  difference  cliffs_delta  arrangements
        theme
        fee        1.0      0.0         1.0           1.0            70
        name       0.0      1.0        -1.0          -1.0            70
        >>> found["p"].round(4).tolist(), round(2 / 70, 4)
        ([0.0286, 0.0286], 0.0286)
    """
    choose(of, ("all", "tested"), "denominator")
    chance = chance.but(**words)
    made = panel(statements, contrast, weights, chance, of)
    mask = reached(topics, made, among)
    shares = made.shares(of)
    result = _shares(made, shares, mask)
    ways = arrange(made.weights, chance.enumerate_up_to, chance.resamples, chance.seed)
    result["reason"] = reasons(made, mask, DEFINITIONAL)
    p, p_max_t, least = permute(shares, ways, np.asarray(result["reason"] == "", dtype=np.bool_), mask)
    result["p"], result["p_max_t"], result["p_holm"] = p, p_max_t, holm(p)
    result["p_error"] = [ways.error(one) for one in p.tolist()]
    result["smallest_p"], result["smallest_p_here"] = ways.smallest, least
    result["arrangements"] = ways.total
    if topics is not None:
        result = result.join(_reached(states(topics, made), made))
    few = [name for name, n in zip(made.speakers, made.counts.sum(1), strict=True) if n < FEW_EXCERPTS]
    result["remarks"] = _remarks(result)
    note(result, made, contrast, weights)
    result.attrs["few_excerpts"] = few
    result.attrs["among"] = AMONG[0] if mask is not None else AMONG[1]
    result.attrs["notes"] = _notes(made, ways, few, of)
    if topics is not None and among == AMONG[0] and mask is None:
        result.attrs["notes"].append(UNTOLD)
    return result


def _shares(made: Panel, shares: Floats, mask: Flags | None) -> pd.DataFrame:
    """Describe every theme, without any test."""
    w = made.weights
    share_a, share_b = means(shares, w, mask)
    difference = share_a - share_b
    excerpts = made.counts.sum(axis=0)
    top = made.counts.argmax(axis=0)
    turned = without_each(shares, w, mask) * np.sign(np.where(np.abs(difference) > SLACK, difference, 0)) < -SLACK
    return pd.DataFrame(
        {
            "share_a": share_a,
            "share_b": share_b,
            "difference": difference,
            "p": np.nan,
            "p_max_t": np.nan,
            "p_holm": np.nan,
            "p_error": np.nan,
            "cliffs_delta": cliffs_delta(shares, w, mask),
            "speakers_a": made.size_a,
            "speakers_b": made.size_b,
            "arrangements": 0,
            "smallest_p": np.nan,
            "smallest_p_here": np.nan,
            "excerpts": excerpts.astype(int),
            "speakers_with": (made.counts > 0).sum(axis=0),
            "top_speaker": [made.speakers[at] for at in top],
            "top_speaker_share": made.counts.max(axis=0) / excerpts,
            "flips_without": [
                "; ".join(name for name, out in zip(made.speakers, column, strict=True) if out) for column in turned.T
            ],
            "definitional": ~made.tested,
        },
        index=pd.Index(made.themes, name="theme"),
    )


def _reached(came_up: npt.NDArray[np.object_], made: Panel) -> pd.DataFrame:
    """Say who raises a theme, of those who raised it or to whom it was put."""
    here, raised = came_up != STATES[3], (came_up == STATES[0]).astype(np.float64)
    share_a, share_b = means(raised, made.weights, here)
    table = {"raised_a": share_a, "reached_a": here[made.weights > 0.5].sum(axis=0)}
    table |= {"raised_b": share_b, "reached_b": here[made.weights < 0.5].sum(axis=0)}
    return pd.DataFrame(table, index=pd.Index(made.themes, name="theme"))


def _remarks(table: pd.DataFrame) -> list[str]:
    """Say in words what to mind about each theme."""
    remarks = []
    for reason, count, top, part, turned, least in zip(
        table["reason"],
        table["speakers_with"],
        table["top_speaker"],
        table["top_speaker_share"],
        table["flips_without"],
        table["smallest_p_here"],
        strict=True,
    ):
        said = [reason] if reason else []
        if count <= 2:
            said.append(f"rests on {'one speaker' if count == 1 else 'two speakers'}")
        elif part > LARGE_PART:
            said.append(f"{top} holds {part:.0%} of its excerpts")
        if turned:
            several = turned.count(";") + 1
            said.append(f"turns round without {turned if several <= MANY else f'any of {several} speakers'}")
        if least > 0.05:
            said.append(f"no p below {least:.3f} is possible here")
        remarks.append("; ".join(said))
    return remarks


def _notes(made: Panel, ways: Arrangements, few: list[str], of: str) -> list[str]:
    """Say in sentences what the table cannot say."""
    notes = [
        "The people were chosen, not drawn: a p compares these speakers and speaks of nobody else.",
        "With so few speakers a real difference is often missed: no finding is not a finding of likeness.",
        "The figures must have been judged before the themes were looked at.",
    ]
    if made.too_few:
        notes.append(made.too_few + ".")
    elif not ways.exact:
        drawn = f"{ways.used} of {ways.total} ways to hand out the figures were drawn (seed {ways.seed})"
        notes.append(f"{drawn}; the column p_error says how far a p may be off.")
    if few:
        notes.append(f"Fewer than {FEW_EXCERPTS} excerpts: {', '.join(few)}.")
    if of == "all" and not made.tested.all():
        notes.append(
            "Shares add up to 1: a theme by which the figures were assigned, and which differs for that reason, pushes "
            "the others the other way; shares can also be taken among the other themes only."
        )
    return notes
