"""
What stands behind a number: the rows that it counts, or was computed from, each by its ids.

A table made for reading carries these ids beside its words, never a word of a document; whoever renders it
makes the lists. A number that counts must equal the length of its list, here and again where it is rendered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from qualcode.columns import require
from qualcode.errors import UsageError, did_you_mean

MIME = "application/vnd.qualcode.behind+json"
"""Under this name a shown table carries what stands behind its numbers."""
UNITS: dict[str, tuple[str, ...]] = {
    "excerpt": ("excerpt",),
    "coding": ("excerpt", "code"),
    "statement": ("excerpt", "theme"),
    "turn": ("document", "turn"),
    "given": ("document", "turn", "code"),
    "document": ("document",),
    "case": ("case",),
    "attendance": ("document", "case"),
    "topic": ("speaker", "theme"),
    "pair": ("a", "b", "through"),
    "tie": ("case", "tie", "to", "since"),
    "act": ("act",),
    "code": ("code",),
    "fact": ("fact",),
    "word": ("actor", "word", "count"),
}
"""What can be counted, and the columns by which one is told from the next."""
CODED = ("excerpt", "coding", "statement", "given")
"""Units whose ids end in whose coding it is, where the rows say so in a column ``coder``."""
_CASES = ("actor", "speaker", "holder", "node")
FORMULAS: dict[str, str] = {
    "ac1": "Gwet's AC1: agreement beyond chance, where chance is estimated from how often a code is given at all "
    "[@gwet2008]. Codes together are pooled, each with its own chance.",
    "alpha": "Krippendorff's alpha, 1 minus observed over expected disagreement, of *given* or *not given* for each "
    "turn that at least two coders have read [@krippendorff2011]. Families pool what was observed and expected.",
    "u-alpha": "Krippendorff's alpha for stretches of text: the unit is the code point, so that it matters where a "
    "passage begins and ends [@krippendorff2016].",
    "alpha-interval": "Krippendorff's alpha with the squared difference of the stances, over the turns on which both "
    "coders gave one [@krippendorff2011].",
    "bootstrap": "Percentile interval: the documents are drawn anew with replacement, many times, with a fixed seed, "
    "and the number is computed each time.",
    "percent": "Percent agreement: the share of pairs of judgements that are alike. It is not corrected for chance.",
    "coverage": "Of the text of the documents that the coder opened, the part that was read, in code points.",
    "claim": "Computed from the rows listed, by the expression beside the statement, in the language of claims.",
    "cost": "A passage's part of all observed disagreement, all codes together.",
    "share": "A share: the rows listed, of all rows of that row of the table.",
    "theme-share": "A theme's share in a figure: for each speaker the theme's part of his or her own statements, then "
    "the mean over the figure's speakers, so that who talks most does not count most. Where questions are tagged, the "
    "mean is of those whom the theme reached: never put is not nought.",
    "stance": "Mean stance: for each speaker the mean of the stances on the theme's proposition, from -1 against to "
    "+1 for; for a figure, the mean over its speakers.",
    "leave-one-out": "The difference of the two means, computed again without each speaker in turn.",
    "cliffs-delta": "Cliff's delta: of all pairs of one speaker of either figure, the share in which the first has "
    "more, minus the share in which the second has [@cliff1993].",
    "permutation": "A permutation p: in how many of all ways to hand the figures out to these speakers the two would "
    "part at least as far. Corrected: by the largest difference of all themes in each arrangement (max-T) "
    "[@westfall1993], or by Holm's [-@holm1979] step-down. The smallest possible p is one over the number of "
    "arrangements.",
    "power": "Simulated: speakers with counts like these and one theme larger by so much; how often the test finds it.",
    "degree": "The difference where each speaker belongs to a figure by the weight of the judgement, 0 to 1.",
    "by-excerpt": "The difference of the shares of excerpts that carry the figure's own tag, not of speakers.",
    "log-odds": "Log-odds ratio of a word in the two figures' speech with an informative Dirichlet prior, over its "
    "standard error [@monroe2008].",
    "tie": "Weight of a tie: over all pairs of statements on one theme, plus one for equal and minus one for opposed "
    "stances, graded in between; divided by the mean number of statements of the two (average "
    "normalisation) [@leifeld2017].",
    "support": "On how many excerpts a tie rests, counted on its weaker side.",
    "stability": "The network is built again from documents drawn anew with replacement, many times, with a fixed "
    "seed: in which share of the draws the tie has the same sign, and between which values it or the rank lies.",
    "rank": "Rank by the number of ties; equal numbers share the mean of their ranks.",
    "e-i": "E-I index: ties between the groups minus ties inside them, over all of these ties "
    "[@krackhardt1988]; by chance: the middle 95 % of what permuted groups give.",
    "assortativity": "Assortativity: how far ties join people of the same group beyond what the groups' numbers of "
    "ties would give, from -1 to 1 [@newman2003].",
    "brokerage": "Brokerage: pairs of people who are not tied to each other and are both tied to this person, by the "
    "groups of the three [@gould1989].",
    "losses": "The ties that go when this person goes, and the pairs that no path joins any more.",
    "k-core": "The largest k for which the person is in a group whose members are all tied to at least k others of it.",
    "overlap": "Neighbourhood overlap: neighbours that both have, over all neighbours of either [@onnela2007].",
    "change": "The difference of two numbers of the same row.",
    "signs": "How many signs of a tie there are: occasions shared, organisations shared, ties stated, testimony.",
    "stance-done": "Mean of the stances that the acts on the theme were given, by the researcher.",
    "suggested": "Suggestions of one way of suggesting: proposed to the coder, and what the coder decided on them.",
    "left-out": "Precision, recall and F1 over paragraphs, each interview judged by what was learnt without it and "
    "without the others of its speakers; a list marks the paragraphs in which one of its patterns stands.",
    "score": "How like the coded excerpts a passage is, 0 to 1, by ridge regression on likenesses.",
    "setting": "A number that was chosen and not found: a threshold, a version.",
}
"""How each number that is computed and not counted comes about; the methods page prints them, with what they cite."""


@dataclass(frozen=True)
class Lead:
    """Where one number leads: what is listed, the ids, and whether the number counts, sums, or was computed."""

    unit: str
    ids: tuple[str, ...]
    counts: bool
    how: str = ""


@dataclass(frozen=True)
class Behind:
    """The rows behind a column of numbers; made by ``counts``, ``computed`` and ``formula``."""

    unit: str
    groups: Mapping[tuple[str, ...], tuple[str, ...]]
    by: tuple[str, ...]
    is_count: bool
    how: str
    sums: Mapping[tuple[str, ...], float] = field(default_factory=dict)

    def knows(self, row: Mapping[str, Any]) -> bool:
        """Say whether there are rows for this row of the table."""
        return tuple(str(row.get(name)) for name in self.by) in self.groups

    def lead(self, row: Mapping[str, Any], value: Any, where: str) -> Lead | None:
        """
        Return where *value* leads in this row of the table; nowhere if there is no value.

        Raises:
            UsageError: the value counts and is not what lies behind it.
        """
        if pd.isna(value):
            return None
        require(pd.DataFrame(columns=list(row)), self.by, f"{where}: the rows of the table")
        key = tuple(str(row[name]) for name in self.by)
        ids = self.groups.get(key, ())
        if self.is_count:
            found = self.sums.get(key, 0) if self.sums else len(ids)
            if not isinstance(value, str) and float(value) != float(found):
                raise UsageError(f"{where}, row {' '.join(key)!r}: it says {value:g}, and behind it are {found:g}")
        return Lead(self.unit, ids, self.is_count, self.how)


By = str | Sequence[str] | Mapping[str, str]


def counts(rows: pd.DataFrame, each: str, by: By = (), *, total: str = "") -> Behind:
    """
    Say that a number counts *rows*, each different one once.

    Args:
        rows: the rows from which the numbers were made.
        each: what is counted: a unit (``excerpt``, ``coding``, ``statement``, ``turn``, ``document``, ``case``,
            ``attendance``, ``topic``, ``pair``, ``tie``, ``act``, ``code``, ``fact``), or a column that holds
            cases (``actor``, ``speaker``, ``holder``, ``node``) or codes (``theme``).
        by: the columns by which a row of the table finds its rows here; a mapping where they have another
            name in the table (table's to rows'). Left out, every row of the table has all of them.
        total: a column whose sum the number is, where it is not the number of rows.

    Raises:
        UsageError: a column is missing or the unit is unknown.

    Example:
        >>> numbers = codings.groupby("code", as_index=False)["excerpt"].nunique()
        >>> shown = table(numbers, behind={"excerpt": counts(codings, "excerpt", "code")})
        >>> shown.leads[0, 1].ids
        ('ee76a417add@reader',)
    """
    unit, ids = _ids(rows, each)
    mine, theirs = _by(rows, by)
    groups, sums = _grouped(rows, ids, theirs, total)
    return Behind(unit, groups, mine, True, "", sums if total else {})


def computed(rows: pd.DataFrame, each: str, by: By = (), *, how: str) -> Behind:
    """
    Say that a number was computed from *rows* by the formula *how*; where there are none it leads to the formula.

    Raises:
        UsageError: as ``counts``, or an unknown formula.

    Example:
        >>> means = statements.groupby("theme", as_index=False)["stance"].mean()
        >>> behind = computed(statements, "excerpt", "theme", how="stance")
        >>> table(means, behind={"stance": behind}).leads[0, 1].ids
        ('ee76a417add@reader',)
    """
    unit, ids = _ids(rows, each)
    mine, theirs = _by(rows, by)
    return Behind(unit, _grouped(rows, ids, theirs, "")[0], mine, False, _known(how))


def leads_to(rows: pd.DataFrame, each: str, by: By = ()) -> Behind:
    """
    Say that a number or words are one row's own: of an excerpt, a case, a document or a code, to which they lead.

    Raises:
        UsageError: as ``counts``.

    Example:
        >>> shown = table(cases[["case", "kind"]], behind={"case": leads_to(cases, "case", "case")})
        >>> shown.leads[0, 0]
        Lead(unit='case', ids=('researcher',), counts=False, how='')
    """
    unit, ids = _ids(rows, each)
    mine, theirs = _by(rows, by)
    return Behind(unit, _grouped(rows, ids, theirs, "")[0], mine, False, "")


def formula(how: str) -> Behind:
    """
    Say by which formula a number comes about, where no rows can be listed.

    Raises:
        UsageError: an unknown formula.

    Example:
        >>> shown = counted({"alpha": 0.71}, "agreement", behind={"alpha": formula("alpha")})
        >>> shown.rows, shown.leads[0, 1]
        ((('alpha', '0.71'),), Lead(unit='', ids=(), counts=False, how='alpha'))
    """
    return Behind("", {}, (), False, _known(how))


def to_json(leads: Mapping[tuple[int, int], Lead]) -> dict[str, Any]:
    """Write leads by row and column: equal ones once, each id once, in lists of numbers such as ``0-4 7``."""
    lists: dict[Lead, int] = {}
    cells = {f"{row}.{column}": lists.setdefault(lead, len(lists)) for (row, column), lead in sorted(leads.items())}
    names: dict[str, int] = {}
    for lead in lists:
        for name in lead.ids:
            names.setdefault(name, len(names))
    told = [{"unit": k.unit, "counts": k.counts, "how": k.how, "of": _ranges([names[i] for i in k.ids])} for k in lists]
    return {"cells": cells, "ids": " ".join(names), "lists": told}


def from_json(written: Mapping[str, Any]) -> tuple[dict[tuple[int, int], int], list[Lead]]:
    """Return for each cell, by row and column, the number of its list; and the lists."""
    names = written["ids"].split()
    cells: dict[tuple[int, int], int] = {}
    for cell, number in written["cells"].items():
        row, _, column = cell.partition(".")
        cells[int(row), int(column)] = number
    lists = [
        Lead(k["unit"], tuple(names[n] for n in _numbers(k["of"])), k["counts"], k["how"]) for k in written["lists"]
    ]
    return cells, lists


def _ranges(numbers: Sequence[int]) -> str:
    """Write numbers in their order, those that follow one another as ``first-last``."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return " ".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)


def _numbers(ranges: str) -> list[int]:
    ends = [part.partition("-") for part in ranges.split()]
    return [n for first, _, last in ends for n in range(int(first), int(last or first) + 1)]


def as_json(leads: Mapping[tuple[int, int], Lead]) -> bytes:
    """Write leads as a file: the same leads, the same bytes."""
    return (json.dumps(to_json(leads), ensure_ascii=False, sort_keys=True, indent=0) + "\n").encode("utf-8")


def _known(how: str) -> str:
    if how not in FORMULAS:
        raise UsageError(f"unknown formula {how!r}{did_you_mean(how, FORMULAS)}; one of: {', '.join(FORMULAS)}")
    return how


def _ids(rows: pd.DataFrame, each: str) -> tuple[str, list[str]]:
    unit = "case" if each in _CASES else "code" if each == "theme" else each
    if unit not in UNITS:
        raise UsageError(f"cannot count each {each!r}{did_you_mean(each, UNITS)}; one of: {', '.join(UNITS)}")
    columns = [each] if len(UNITS[unit]) == 1 else list(UNITS[unit])
    require(rows, columns, f"rows of each {each}")
    parts = [[_told(v) for v in rows[c].tolist()] for c in columns]
    ids = ["|".join(told) for told in zip(*parts, strict=True)]
    if unit in CODED and "coder" in rows.columns:
        ids = [f"{one}@{coder}" for one, coder in zip(ids, rows["coder"], strict=True)]
    return unit, ids


def _told(value: Any) -> str:
    return str(value).replace("; ", "+").replace(" ", "_")


def _by(rows: pd.DataFrame, by: By) -> tuple[tuple[str, ...], list[str]]:
    pairs = {by: by} if isinstance(by, str) else dict(by) if isinstance(by, Mapping) else {name: name for name in by}
    require(rows, pairs.values(), "rows behind a number")
    return tuple(pairs), list(pairs.values())


def _grouped(
    rows: pd.DataFrame, ids: list[str], by: list[str], total: str
) -> tuple[dict[tuple[str, ...], tuple[str, ...]], dict[tuple[str, ...], float]]:
    keys = list(zip(*(rows[c].astype(str).tolist() for c in by), strict=True)) if by else [()] * len(ids)
    groups: dict[tuple[str, ...], dict[str, None]] = {}
    sums: dict[tuple[str, ...], float] = {}
    many = rows[total].tolist() if total else [1] * len(ids)
    for key, one, number in zip(keys, ids, many, strict=True):
        groups.setdefault(key, {})[one] = None
        sums[key] = sums.get(key, 0) + number
    return {key: tuple(found) for key, found in groups.items()}, sums
