"""
What was coded: one row an excerpt and code, or an excerpt and theme.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from qualcode.rows import DATE, Rows, framed
from qualcode.study import release, voice
from qualcode.study.attribution import how_given, how_of
from qualcode.study.coderfile import CoderFile, Excerpt
from qualcode.study.document import Document
from qualcode.study.reads import answered
from qualcode.study.statement import OPPOSED, OPPOSED_COUNTED, TWICE, stance_of, united
from qualcode.study.study import EVERYBODY, Study
from qualcode.tables.several import one_or_several


@one_or_several
@answered
@framed
def codings(study: Study, coder: str | None = None) -> Rows:
    """
    One row an excerpt and code.

    Columns: document, excerpt, start, end, quote (as released), case (who speaks), holder (whose view
    it is), how (said, written or observed: see ``study.attribution``), coder, code, family, stance (float, NaN:
    none), memo. Of a list of studies as ``tables.several.together`` puts them: behind ``study``, ids by study.

    Args:
        coder: whose codings; left out: the agreed ones where a document has them, else those of the
            one coder there is. ``"all"``: every coder's, settled or not (unless a coder is called so).
            ``attrs["left_out"]`` counts what coders added since a document was settled.

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
    everybody = coder == EVERYBODY and EVERYBODY not in study.coders
    chosen = _of_everybody(study) if everybody else study.excerpts(coder)
    for document, file, excerpt in chosen:
        speaker = voice.speaker(document, excerpt, study.cases)
        start, end = excerpt.anchor.start, excerpt.anchor.end
        quote = release.show(document, start, end)
        about = (
            document.id,
            excerpt.id,
            start,
            end,
            quote,
            speaker,
            excerpt.holder or speaker,
            how_given(document, start, end),
        )
        memo = release.about(document, excerpt.memo or "", start, end)
        for code in sorted(excerpt.codes):
            rows.append((*about, file.coder, code, code.split("/")[0], excerpt.codes[code], memo))
    columns = [
        "document",
        "excerpt",
        "start",
        "end",
        "quote",
        "case",
        "holder",
        "how",
        "coder",
        "code",
        "family",
        "stance",
        "memo",
    ]
    return Rows(columns, rows, {"stance": "float"}, {"left_out": _added(study, coder)})


@one_or_several
@answered
@framed
def statements(study: Study, coder: str | None = None, *, researcher: bool = False) -> Rows:
    """
    One row a statement: one speaker on one theme (codes of families with role ``theme``) at one place.

    Excerpts of one coder that overlap, with the same theme, speaker and holder, are one statement (see
    ``study.statement``). Columns: document, date, excerpt (the first of them), start, end (of all of them), also
    (the others, joined by ``'; '``), actor (the holder), speaker, reported (the holder is not
    the speaker), how (said, written or observed), organisation (for which the actor speaks), position,
    actor_figure (the case's), weight (the case's figure_weight), figure (the excerpts' own), theme, family,
    definitional, stance (float, NaN: none), coder. Of a list of studies as ``tables.several.together`` puts them:
    behind a column ``study``, ids by study.

    A question and its answer in one excerpt are the respondent's. Excerpts of the researcher's own turns only
    (questions), of nobody and of several respondents are left out unless ``researcher`` is true (which lets
    the first in), and so are statements whose stance cannot be told, and what coders added since a document was
    settled; ``attrs["left_out"]`` counts them by reason, the last three only where there are any. ``attrs["minded"]``
    counts the statements that several excerpts make, and those whose opposed stances count as one in the middle.

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
    left_out, minded = Counter[str](), Counter[str]()
    rows: list[dict[str, Any]] = []
    for document, file in study.counted(coder):
        for said in united(document, file.excerpts, study.cases, themes):
            case = study.cases.get(said.actor)
            if case is None or case.kind == "researcher":
                why = voice.RESEARCHER if case else voice.not_heard(document, said.excerpts[0], study.cases)
                left_out[why] += 1
                if not (researcher and case):
                    continue
            assert case is not None
            stance, untold = stance_of(said, study.codebook)
            if untold:
                left_out[OPPOSED] += 1
                continue
            if len(said.excerpts) > 1:
                minded[OPPOSED_COUNTED if said.opposed else TWICE] += 1
            own = {c.split("/")[1] for e in said.excerpts for c in e.codes if c in figures}
            rows.append(
                {
                    "document": document.id,
                    "date": document.date,
                    "excerpt": said.excerpts[0].id,
                    "start": said.start,
                    "end": said.end,
                    "also": "; ".join(e.id for e in said.excerpts[1:]),
                    "actor": said.actor,
                    "speaker": said.who,
                    "reported": said.actor != said.who,
                    "how": how_of(document, said.excerpts),
                    "organisation": _organisation(study, document, said.excerpts[0], said.actor),
                    "position": case.position,
                    "actor_figure": case.figure,
                    "weight": case.figure_weight,
                    "figure": own.pop() if len(own) == 1 else "",
                    "theme": said.code,
                    "family": themes[said.code].family,
                    "definitional": themes[said.code].definitional,
                    "stance": stance,
                    "coder": file.coder,
                }
            )
    columns = [
        "document",
        "date",
        "excerpt",
        "start",
        "end",
        "also",
        "actor",
        "speaker",
        "reported",
        "how",
        "organisation",
    ]
    columns += ["position", "actor_figure", "weight", "figure", "theme", "family", "definitional", "stance", "coder"]
    kinds = {"date": DATE, "stance": "float", "weight": "float", "reported": "bool", "definitional": "bool"}
    out = {voice.RESEARCHER: 0, voice.NOBODY: 0} | left_out | _added(study, coder)
    minded_ = {"minded": dict(sorted(minded.items()))} if minded else {}
    return Rows.of(rows, columns, kinds, {"left_out": out} | minded_)


@answered
@framed
def settled(study: Study) -> Rows:
    """
    One row an agreed excerpt: what the coders settled on, and why.

    Columns: document, excerpt, start, end, quote (as released), case (who speaks), codes (joined by ``'; '``),
    on (date), by (coders joined by ``'; '``), why (in their words, as far as
    the excerpt's are shown).

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
            "case": voice.speaker(study.documents[name], excerpt, study.cases),
            "codes": "; ".join(sorted(excerpt.codes)),
            "on": (excerpt.settled or {}).get("on", ""),
            "by": "; ".join((excerpt.settled or {}).get("by", ())),
            "why": release.about(
                study.documents[name],
                (excerpt.settled or {}).get("why", ""),
                excerpt.anchor.start,
                excerpt.anchor.end,
            ),
        }
        for name, file in study.agreed.items()
        for excerpt in file.excerpts
    ]
    columns = ["document", "excerpt", "start", "end", "quote", "case", "codes", "on", "by", "why"]
    return Rows.of(rows, columns)


def _of_everybody(study: Study) -> Iterator[tuple[Document, CoderFile, Excerpt]]:
    """Yield every coder's excerpts, by document, then place."""
    by_document: dict[str, list[tuple[Excerpt, CoderFile]]] = {}
    for file in study.coded.values():
        by_document.setdefault(file.document, []).extend((e, file) for e in file.excerpts)
    for name, document in study.documents.items():
        for excerpt, file in sorted(by_document.get(name, ()), key=lambda one: (*one[0].place[:2], one[1].coder)):
            yield document, file, excerpt


def _added(study: Study, coder: str | None) -> dict[str, int]:
    """Count what coders added since a document was settled, where that is left out."""
    return {reason: count for reason, count in study.not_counted(coder).items() if count}


def _organisation(study: Study, document: Document, excerpt: Excerpt, actor: str) -> str:
    for turn in document.turns_in(excerpt.anchor.start, excerpt.anchor.end):
        if turn.speaker.case == actor and turn.speaker.organisation:
            return turn.speaker.organisation
    case = study.cases[actor]
    return case.id if case.kind == "organisation" else case.organisation
