"""
What stands beside the numbers: whom one may quote, what people did, and who is missing.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from qualcode.columns import choose, count_out, filled, own_views, require
from qualcode.errors import UsageError
from qualcode.left_out import LEFT_OUT, before
from qualcode.sums import times_of


def pool(
    statements: pd.DataFrame,
    contrast: tuple[str, str],
    theme: str,
    *,
    per_speaker: int = 2,
    quoted: Collection[str] = (),
    speaker: str = "actor",
    figure: str = "actor_figure",
    seed: int = 0,
) -> pd.DataFrame:
    """
    Draw the excerpts from which contrasting ones may be chosen.

    The rule: of every speaker of either figure *per_speaker* excerpts on the theme, their own views, drawn
    with *seed*, so that neither the talkative nor the first pages fill the pool. The researcher chooses from
    it and says why.

    Args:
        statements: ``document``, ``excerpt``, ``theme`` and the columns *speaker* and *figure*.
        quoted: ids of excerpts that are quoted; they are in the pool whether drawn or not.

    Returns:
        One row an excerpt, by figure (a first), speaker, document and place: the columns of *statements*,
        then ``quoted``. ``attrs``: ``never_quoted`` (speakers of either figure who raise the theme and of
        whom nothing is quoted), ``outside`` (quoted excerpts that the rule did not draw), ``rule`` in words.

    Raises:
        UsageError: a column is missing, nobody raises the theme, or a quoted excerpt is not among those of
            either figure on it.

    Example:
        >>> contrast = ("issuer", "holder")
        >>> drawn = pool(statements, contrast, "function/identification", quoted=["ec44f08093e"])
        >>> drawn[["actor_figure", "actor", "excerpt", "quoted"]]
          actor_figure         actor      excerpt  quoted
        0       issuer  desk-officer  e5f009575c9   False
        1       issuer  desk-officer  e5c7d4b953c   False
        2       holder   card-holder  ec44f08093e    True
        >>> drawn.attrs["never_quoted"]
        ['desk-officer']
    """
    require(statements, ["document", "excerpt", "theme", speaker, figure], "statements")
    choose(theme, sorted(set(map(str, statements["theme"].dropna()))), "theme")
    rows = statements[(statements["theme"] == theme) & statements[figure].isin(contrast) & own_views(statements)]
    rows = rows.assign(_side=(rows[figure] == contrast[1]).astype(int))
    place = [name for name in ("document", "start", "excerpt") if name in rows.columns]
    rows = rows.sort_values(["_side", speaker, *place])
    random = np.random.default_rng(seed)
    order = pd.Series(random.random(len(rows)), index=rows.index)
    drawn = order.groupby(rows[speaker].to_numpy()).rank(method="first") <= per_speaker
    strange = sorted(set(quoted) - set(rows["excerpt"]))
    if strange:
        raise UsageError(f"excerpt {strange[0]!r} is no {' or '.join(contrast)} speaker's own view on {theme!r}")
    chosen = rows["excerpt"].isin(list(quoted))
    made = rows[drawn | chosen].drop(columns="_side").assign(quoted=chosen[drawn | chosen])
    never = set(rows[speaker]) - set(rows.loc[chosen, speaker])
    out = {
        "on another theme": np.asarray(statements["theme"] != theme),
        "of neither figure": ~np.asarray(statements[figure].isin(contrast)),
        "reported": ~own_views(statements),
    }
    made.attrs.update(before(statements))
    apart = {"not drawn": int(times_of(rows)[~(drawn | chosen)].sum())}
    made.attrs[LEFT_OUT] = count_out(times_of(statements), out) | apart
    made.attrs["never_quoted"] = sorted(map(str, never))
    made.attrs["outside"] = sorted(map(str, rows.loc[chosen & ~drawn, "excerpt"]))
    made.attrs["rule"] = f"{per_speaker} of every speaker's own excerpts on {theme}, drawn with seed {seed}"
    return made.reset_index(drop=True)


def word_and_deed(statements: pd.DataFrame, acts: pd.DataFrame, *, speaker: str = "actor") -> pd.DataFrame:
    """
    Set what people say on a theme against what they did about it.

    Args:
        statements: the column *speaker*, ``theme``, ``stance``; reported views do not count.
        acts: ``act``, ``case``, ``theme``, ``stance``; ``certainty``, ``date`` and ``what`` are used if they are
            there. Acts without theme are counted in ``attrs["without_theme"]``.

    Returns:
        One row a case and theme on which there is an act: ``case``, ``theme``, ``said`` (excerpts with a
        stance), ``stance_said`` (mean, nan without), ``acts`` (ids joined by ``; ``), ``stance_done`` (mean,
        nan without), ``certainty`` and ``what`` (date and words of each act; both joined by ``; ``), and
        ``apart``, the distance of the two means. The furthest apart first, nan last, then by case and theme.

    Example:
        >>> word_and_deed(statements, acts)[["case", "theme", "said", "stance_said", "stance_done", "apart"]]
                case                     theme  said  stance_said  stance_done  apart
        0       city     universality/wide-use     1          1.0          1.0    0.0
        1  librarian  function/residence-proof     1         -1.0         -1.0    0.0
    """
    require(statements, [speaker, "theme", "stance"], "statements")
    require(acts, ["act", "case", "theme", "stance"], "acts")
    about = acts[filled(acts["theme"])]
    own = statements[own_views(statements) & filled(statements["stance"])]
    times, stance = times_of(own), pd.to_numeric(own["stance"]).to_numpy(dtype=np.float64)
    said = own.assign(stance=stance * times, times=times).groupby([own[speaker].astype(str), "theme"])
    counts = said["times"].sum().astype(int).to_dict()
    means = (said["stance"].sum() / said["times"].sum()).to_dict()
    rows = []
    for (case, theme), group in about.astype({"case": str}).groupby(["case", "theme"]):
        done = pd.to_numeric(group["stance"], errors="coerce").mean()
        mean = means.get((case, theme), np.nan)
        sure = sorted(set(map(str, group["certainty"]))) if "certainty" in group.columns else []
        rows.append(
            {
                "case": case,
                "theme": theme,
                "said": counts.get((case, theme), 0),
                "stance_said": mean,
                "acts": "; ".join(sorted(map(str, group["act"]))),
                "stance_done": done,
                "certainty": "; ".join(sure),
                "what": _told(group),
                "apart": abs(mean - done),
            }
        )
    columns = ["case", "theme", "said", "stance_said", "acts", "stance_done", "certainty", "what", "apart"]
    table = pd.DataFrame(rows, columns=columns).sort_values(
        ["apart", "case", "theme"], ascending=[False, True, True], ignore_index=True
    )
    table.attrs["without_theme"] = len(acts) - len(about)
    out = {
        "reported": ~own_views(statements),
        "without stance": ~filled(statements["stance"]),
    }
    table.attrs.update(before(statements))
    table.attrs[LEFT_OUT] = count_out(times_of(statements), out) | {"acts without theme": len(acts) - len(about)}
    return table


def _told(acts: pd.DataFrame) -> str:
    """Tell the acts by date, in the words of their table."""
    if "what" not in acts.columns:
        return ""
    dates = acts["date"].astype(str) if "date" in acts.columns else pd.Series("", index=acts.index)
    told = sorted(zip(dates, acts["act"].astype(str), acts["what"].astype(str), strict=True))
    return "; ".join(f"{when}: {what}" if when else what for when, _, what in told)


def missing(
    cases: pd.DataFrame,
    statements: pd.DataFrame,
    contrast: tuple[str, str],
    *,
    least: int = 1,
    speaker: str = "actor",
    figure: str = "figure",
) -> pd.DataFrame:
    """
    List who is not in the comparison, and why.

    Args:
        cases: ``case`` and the column *figure*; with ``kind``, only persons count.
        statements: all of them, before `heard`: the column *speaker*; ``reported`` is used if it is there.
        least: how many statements of one's own it takes to be compared, as `heard` has it.

    Returns:
        One row a person who is left out, by code point: ``case``, ``figure`` (empty without) and ``why``: no
        figure judged, another figure, fewer than *least* statements (and how many), only reported by others, or no
        statement at all.

    Example:
        >>> missing(cases, statements, ("issuer", "holder"))
                case     figure               why
        0  librarian             no figure judged
        1   mediator  undecided    another figure
    """
    require(cases, ["case", figure], "cases")
    require(statements, [speaker], "statements")
    mine, times = own_views(statements), times_of(statements)
    own = pd.Series(times[mine]).groupby(statements.loc[mine, speaker].astype(str).to_numpy()).sum()
    enough = least if (own >= least).any() else 1  # where nobody has so many, everybody is compared
    told_of = set(statements[speaker].astype(str))
    people = cases[cases["kind"] == "person"] if "kind" in cases.columns else cases
    rows = []
    for case, judged in sorted(zip(people["case"].astype(str), people[figure], strict=True), key=lambda row: row[0]):
        name = "" if pd.isna(judged) else str(judged)
        if name not in contrast:
            why = "another figure" if name else "no figure judged"
        elif case in own.index and own[case] < enough:
            why = f"fewer than {least} statements: {own[case]:g}"
        elif case not in own.index:
            why = "only reported by others" if case in told_of else "no statement at all"
        else:
            continue
        rows.append((case, name, why))
    table = pd.DataFrame(rows, columns=["case", "figure", "why"])
    table.attrs.update(before(statements))
    return table
