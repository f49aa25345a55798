"""
What was coded: one row an excerpt and code, or an excerpt and theme.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from qualcode.study import release
from qualcode.study.coderfile import Excerpt
from qualcode.study.document import Document
from qualcode.study.reads import answered
from qualcode.study.study import Study


@answered
def codings(study: Study, coder: str | None = None) -> pd.DataFrame:
    """
    One row an excerpt and code.

    Columns: document, excerpt, start, end, quote (as released), case (who speaks), holder (whose view
    it is), coder, code, family, stance (float, NaN: none), memo.

    Args:
        coder: whose codings; left out: the agreed ones where a document has them, else those of the
            one coder there is.

    Raises:
        UsageError: a document has two coders and nothing agreed.

    Example:
        >>> codings(study, "second")[["excerpt", "start", "end", "case", "code", "stance"]]
               excerpt  start  end          case                     code  stance
        0  eeb04e9254a    184  216  desk-officer  function/identification     1.0
        1  e282c16abcd    314  373  desk-officer      universality/stigma    -1.0
    """
    study.require_sound()
    rows = []
    for document, file, excerpt in study.excerpts(coder):
        speaker = _speaker(document, excerpt)
        start, end = excerpt.anchor.start, excerpt.anchor.end
        quote = release.show(document, start, end)
        about = (document.id, excerpt.id, start, end, quote, speaker, excerpt.holder or speaker, file.coder)
        for code in sorted(excerpt.codes):
            rows.append((*about, code, code.split("/")[0], excerpt.codes[code], excerpt.memo or ""))
    columns = [
        "document",
        "excerpt",
        "start",
        "end",
        "quote",
        "case",
        "holder",
        "coder",
        "code",
        "family",
        "stance",
        "memo",
    ]
    return pd.DataFrame(rows, columns=columns).astype({"stance": float})


@answered
def statements(study: Study, coder: str | None = None, *, researcher: bool = False) -> pd.DataFrame:
    """
    One row an excerpt and theme (codes of families with role ``theme``).

    Columns: document, date, excerpt, start, actor (the holder), speaker, reported (the holder is not
    the speaker), organisation (for which the actor speaks), position, actor_figure (the case's),
    weight (the case's figure_weight), figure (the excerpt's own), theme, family, definitional,
    stance (float, NaN: none), coder.

    Excerpts of the researcher's own turns (questions) and of nobody are left out unless
    ``researcher`` is true; ``attrs["left_out"]`` counts them by reason.

    Example:
        >>> found = statements(study)
        >>> found.loc[found["reported"], ["speaker", "actor", "theme", "stance"]]
                speaker        actor                    theme  stance
        6  desk-officer         city    universality/wide-use     1.0
        8      mediator  card-holder  function/identification    -1.0
    """
    study.require_sound()
    themes = {c.id: c for c in study.codebook.with_role("theme")}
    figures = {c.id for c in study.codebook.with_role("figure")}
    left_out = {"the researcher's own words": 0, "nobody's words": 0}
    rows: list[dict[str, Any]] = []
    for document, file, excerpt in study.excerpts(coder):
        speaker = _speaker(document, excerpt)
        actor = excerpt.holder or speaker
        mine = [c for c in sorted(excerpt.codes) if c in themes]
        case = study.cases.get(actor)
        if case is None or case.kind == "researcher":
            reason = "the researcher's own words" if case else "nobody's words"
            left_out[reason] += len(mine)
            if not (researcher and case):
                continue
        assert case is not None
        figure = next((c.split("/")[1] for c in sorted(excerpt.codes) if c in figures), "")
        for theme in mine:
            rows.append(
                {
                    "document": document.id,
                    "date": pd.Timestamp(document.date),
                    "excerpt": excerpt.id,
                    "start": excerpt.anchor.start,
                    "actor": actor,
                    "speaker": speaker,
                    "reported": actor != speaker,
                    "organisation": _organisation(study, document, excerpt, actor),
                    "position": case.position,
                    "actor_figure": case.figure,
                    "weight": case.figure_weight,
                    "figure": figure,
                    "theme": theme,
                    "family": themes[theme].family,
                    "definitional": themes[theme].definitional,
                    "stance": excerpt.codes[theme],
                    "coder": file.coder,
                }
            )
    columns = ["document", "date", "excerpt", "start", "actor", "speaker", "reported", "organisation", "position"]
    columns += ["actor_figure", "weight", "figure", "theme", "family", "definitional", "stance", "coder"]
    table = pd.DataFrame(rows, columns=columns)
    table = table.astype({"stance": float, "weight": float, "reported": bool, "definitional": bool})
    table.attrs["left_out"] = left_out
    return table


@answered
def settled(study: Study) -> pd.DataFrame:
    """
    One row an agreed excerpt: what the coders settled on, and why.

    Columns: document, excerpt, start, end, quote (as released), case (who speaks), codes (joined by ``; ``),
    on (date), by (coders joined by ``; ``), why (in their words).

    Example:
        >>> found = settled(study)
        >>> found.loc[found["excerpt"] == "e808b134730", ["codes", "on", "by", "why"]]
                         codes          on              by           why
        4  universality/stigma  2024-04-02  reader; second  Both had it.
    """
    study.require_sound()
    rows = [
        {
            "document": name,
            "excerpt": excerpt.id,
            "start": excerpt.anchor.start,
            "end": excerpt.anchor.end,
            "quote": release.show(study.documents[name], excerpt.anchor.start, excerpt.anchor.end),
            "case": _speaker(study.documents[name], excerpt),
            "codes": "; ".join(sorted(excerpt.codes)),
            "on": (excerpt.settled or {}).get("on", ""),
            "by": "; ".join((excerpt.settled or {}).get("by", ())),
            "why": (excerpt.settled or {}).get("why", ""),
        }
        for name, file in study.agreed.items()
        for excerpt in file.excerpts
    ]
    columns = ["document", "excerpt", "start", "end", "quote", "case", "codes", "on", "by", "why"]
    return pd.DataFrame(rows, columns=columns)


def _speaker(document: Document, excerpt: Excerpt) -> str:
    """Return who speaks: as the excerpt says, else by the turn it lies in, else nobody (``""``)."""
    if excerpt.case:
        return excerpt.case
    turns_here = document.turns_in(excerpt.anchor.start, excerpt.anchor.end)
    speakers = {t.speaker.case for t in turns_here}
    return speakers.pop() if len(speakers) == 1 else ""


def _organisation(study: Study, document: Document, excerpt: Excerpt, actor: str) -> str:
    for turn in document.turns_in(excerpt.anchor.start, excerpt.anchor.end):
        if turn.speaker.case == actor and turn.speaker.organisation:
            return turn.speaker.organisation
    case = study.cases[actor]
    return case.id if case.kind == "organisation" else case.organisation
