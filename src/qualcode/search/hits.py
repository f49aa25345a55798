"""
Searching a study: what stands where, said by whom, as a table with one row a hit.

Words of documents come through the room ``release``: hits in a document that may not be quoted are counted
(``attrs["withheld"]``) and not shown, since a row would say which words stand at its place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from qualcode.errors import UsageError, did_you_mean
from qualcode.left_out import LEFT_OUT
from qualcode.plaintext.source import day
from qualcode.rows import DATE, Rows, framed
from qualcode.search.index import Index
from qualcode.search.phrase import Wording
from qualcode.search.query import Coded, ask, stretches
from qualcode.search.stretches import Stretch, inside, near, overlapping
from qualcode.study import release, voice
from qualcode.study.case import Case
from qualcode.study.document import Document
from qualcode.study.study import Study

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("document", "date", "kind", "turn", "speaker", "case", "figure", "start", "end", "words")


@dataclass(frozen=True, slots=True)
class Where:
    """
    Which part of a study is searched; what is left out does not narrow.

    Args:
        document, speaker, figure, kind: ids of documents; labels or cases of speakers; figures of the cases that
            speak; kinds of documents (interview, fieldnote, document, or what sort of document: leaflet, ...).
        language: of the turn, such as en.
        since, until: first and last day of the document, YYYY-MM-DD.
        within: a code query (see ``asking``); hits that lie within one of its excerpts.
        outside: a code query; hits that share nothing with any of its excerpts. ``*`` is any code.
        near: words that must stand near the hit, in the same document.
        near_code: a code query, one of whose excerpts must be near the hit.
        distance: how many words may lie between, for ``near``, ``near_code`` and in code queries.
        coder: whose codings; left out: the agreed ones where a document has them, else the one coder's.

    Example:
        >>> hits = search(study, "library", Where(figure=["issuer"], near="pool"))
        >>> hits[["document", "speaker", "start", "words"]]
                          document  speaker  start    words
        0  2024-02-12-desk-officer  OFFICER    454  library
    """

    document: Sequence[str] = ()
    speaker: Sequence[str] = ()
    figure: Sequence[str] = ()
    kind: Sequence[str] = ()
    language: str = ""
    since: str = ""
    until: str = ""
    within: str = ""
    outside: str = ""
    near: str = ""
    near_code: str = ""
    distance: int = 10
    coder: str | None = None


ANYWHERE = Where()


@framed
def search(
    study: Study,
    words: str | Sequence[str],
    where: Where = ANYWHERE,
    *,
    exact: bool = False,
    index: Index | None = None,
) -> Rows:
    """
    Find words, or words that follow each other, in a study.

    Args:
        words: what to look for (see ``wording``: capitals and accents make no difference, ``*`` and ``_`` are
            wildcards); of several, any.
        where: which part of the study.
        exact: capitals, accents and signs between the words as written; no wildcards.
        index: of this study; made anew where it is left out. An index of lemmas finds lemmas.

    Returns:
        One row a hit, by document, then place; hits may overlap. Columns: document, date, kind, turn (from 1),
        speaker (label), case, figure (the case's), start, end (code points), words (as they stand).
        ``attrs``: ``hits``, ``documents`` and ``speakers`` of all hits, ``withheld`` (document: hits not shown),
        ``notes`` (sentences to print with it).

    Raises:
        UsageError: nothing to look for, a filter that names what is not there, an unreadable code query; an
            exact search for lemmas.
        StudyError: the study has problems.

    Example:
        >>> search(study, "card")[["document", "speaker", "start", "words"]]
                          document speaker  start words
        0       2024-01-30-leaflet             14  card
        1       2024-01-30-leaflet             57  card
        2  2024-02-12-desk-officer       Q     18  card
        3  2024-03-14-library-desk            258  card
        >>> search(study, "card").attrs["withheld"]
        {'2024-03-05-card-holder': 1}
    """
    study.require_sound()
    held = index or index_of(study)
    if exact and held.lemmas:
        raise UsageError("lemmas are not searched for exactly; leave out one of the two")
    asked = [words] if isinstance(words, str) else list(words)
    if not asked:
        raise UsageError("there is nothing to look for")
    found = sorted({s for w in asked for s in stretches(held, Wording.of(w, exact=exact))})
    return _table(study, held, found, where)


@framed
def search_codes(study: Study, query: str, where: Where = ANYWHERE, *, index: Index | None = None) -> Rows:
    """
    Find the excerpts a code query asks for; see ``asking`` for its language.

    Returns:
        As ``search``, one row a stretch of text, however many excerpts lie there.

    Raises:
        UsageError, StudyError: as ``search``; a document with two coders and nothing agreed, and no coder named.

    Example:
        >>> hits = search_codes(study, "universality/* and not universality/stigma", Where(since="2024-02-01"))
        >>> hits[["document", "start", "end"]]
                          document  start  end
        0  2024-02-12-desk-officer    250  273
        1  2024-02-12-desk-officer    409  483
        2  2024-03-14-library-desk    239  297
    """
    study.require_sound()
    held = index or index_of(study)
    return _table(study, held, ask(_coded(study, held, where), query), where, asks_codes=True)


def index_of(study: Study) -> Index:
    """
    Return the index of a study's words; keep it where many searches follow one another.

    Raises:
        StudyError: the study has problems.

    Example:
        >>> index = index_of(study)
        >>> [len(search(study, word, index=index)) for word in ("card", "library", "lion")]
        [4, 1, 0]
    """
    study.require_sound()
    return Index.of(study.documents.values())


@framed
def by_figure(study: Study, hits: pd.DataFrame | Rows) -> Rows:
    """
    Count the hits of a search by the figure of who speaks, withheld ones included.

    Returns:
        One row a figure of the codebook, in its order, then ``""`` for everyone else: figure, hits, speakers
        (cases with a hit), documents, words (all that the figure's cases say in the study), per_10000 (hits by
        10,000 words).

    Raises:
        UsageError: the table is not one that ``search`` made.

    Example:
        >>> by_figure(study, search(study, "card"))[["figure", "hits", "speakers", "documents"]]
                 figure  hits  speakers  documents
        0        issuer     0         0          0
        1  intermediary     0         0          0
        2        holder     1         1          1
        3                   4         2          3
    """
    if "by_case" not in hits.attrs:
        raise UsageError("hits are counted as search returns them; give its table unchanged")
    spoken = Counter[str]()
    index = index_of(study)
    turns = [t for d in index.documents for t in d.turns]
    for turn, count in Counter(index.turn.tolist()).items():
        spoken[figure_of(study, turns[turn].speaker.case)] += count
    rows = []
    for figure in (*study.codebook.figures, ""):
        mine = {k: n for k, n in hits.attrs["by_case"].items() if figure_of(study, k[0]) == figure}
        count, words = sum(mine.values()), spoken[figure]
        cases = {case for case, _ in mine if case}
        per = 10_000 * count / words if words else float("nan")
        rows.append((figure, count, len(cases), len({d for _, d in mine}), words, per))
    columns = ["figure", "hits", "speakers", "documents", "words", "per_10000"]
    return Rows(columns, rows, attrs={LEFT_OUT: dict(hits.attrs.get(LEFT_OUT, {}))})


def figure_of(study: Study, case: str) -> str:
    """Return the figure of a case, ``""`` where it is none of the codebook's."""
    figure = study.cases[case].figure if case in study.cases else ""
    return figure if figure in study.codebook.figures else ""


def _table(study: Study, index: Index, found: Sequence[Stretch], where: Where, *, asks_codes: bool = False) -> Rows:
    """Narrow stretches to where they shall be, and write what may be shown of them as a table."""
    rows = []
    withheld: Counter[str] = Counter()
    by_case: Counter[tuple[str, str]] = Counter()
    for number, start, end in narrowed(study, index, found, where):
        document = index.documents[number]
        turn, label, case = _who(document, start, end, study.cases)
        by_case[case, document.id] += 1
        if not release.verdict(document, start, end).quotable:
            withheld[document.id] += 1
            continue
        figure = figure_of(study, case)
        rows.append(
            (
                *(document.id, document.date, document.kind, turn, label, case, figure, start, end),
                release.show(document, start, end),
            )
        )
    attrs: dict[str, Any] = {
        "hits": sum(by_case.values()),
        "documents": len({d for _, d in by_case}),
        "speakers": len({c for c, _ in by_case if c}),
        "withheld": dict(sorted(withheld.items())),
        "by_case": dict(sorted(by_case.items())),
    }
    coded = asks_codes or where.within or where.outside or where.near_code
    attrs[LEFT_OUT] = {r: n for r, n in study.not_counted(where.coder).items() if n} if coded else {}
    attrs["notes"] = [*_notes(study, attrs), *index.notes]
    return Rows(COLUMNS, rows, {"date": DATE}, attrs)


def _notes(study: Study, told: Mapping[str, Any]) -> list[str]:
    notes = [f"hits: {told['hits']}; documents: {told['documents']}; speakers: {told['speakers']}"]
    for name, count in told["withheld"].items():
        notes.append(f"not shown of {name}: {count}; {release.verdict(study.documents[name]).reason}")
    return notes


def _who(document: Document, start: int, end: int, cases: Mapping[str, Case]) -> tuple[int, str, str]:
    """Return the turn (the first of who speaks), and who speaks: the respondent, nobody where several do."""
    first = document.turn_at(start)
    within = first and first.words_start <= start and end <= first.end
    here = (first,) if first and within else voice.heard(document, start, end, cases)
    if not here:
        return 0, "", ""
    speakers = {(t.speaker.label, t.speaker.case) for t in here}
    label, case = speakers.pop() if len(speakers) == 1 else ("", "")
    return here[0].number, label, case


def narrowed(study: Study, index: Index, found: Sequence[Stretch], where: Where) -> list[Stretch]:
    """Keep the stretches that lie where they shall."""
    kept = _of_documents(study, index, found, where)
    for name in where.figure:
        _known(name, study.codebook.figures, "figure")
    if where.speaker:
        labels = {s for d in index.documents for t in d.turns for s in (t.speaker.label, t.speaker.case) if s}
        for name in where.speaker:
            _known(name, labels, "speaker")
    if where.language:
        _known(where.language, {t.language for d in index.documents for t in d.turns}, "language")
        kept = [s for s in kept if _language(index.documents[s[0]], s[1]) == where.language]
    if where.speaker or where.figure:
        kept = [s for s in kept if _spoken_by(study, index, s, where)]
    if where.near:
        others = stretches(index, Wording.of(where.near))
        kept = _those(kept, near(index, kept, others, where.distance, elsewhere=True).tolist())
    if where.within or where.outside or where.near_code:
        coded = _coded(study, index, where)
        if where.within:
            kept = _those(kept, inside(kept, ask(coded, where.within)).tolist())
        if where.outside:
            kept = _those(kept, (~overlapping(kept, ask(coded, where.outside))).tolist())
        if where.near_code:
            kept = _those(kept, near(index, kept, ask(coded, where.near_code), where.distance).tolist())
    return kept


def _language(document: Document, place: int) -> str:
    turn = document.turn_at(place)
    return turn.language if turn else document.language


def _those(found: Sequence[Stretch], flags: Iterable[bool]) -> list[Stretch]:
    return [s for s, there in zip(found, flags, strict=True) if there]


def _of_documents(study: Study, index: Index, found: Sequence[Stretch], where: Where) -> list[Stretch]:
    """Keep the stretches in documents with the right id, kind and date."""
    for name in where.document:
        study.document(name)
    kinds = {k for d in index.documents for k in (d.kind, d.sort) if k} | {"interview", "fieldnote", "document"}
    for name in where.kind:
        _known(name, kinds, "kind of document")
    since, until = _day(where.since, date.min), _day(where.until, date.max)
    chosen = {
        n
        for n, d in enumerate(index.documents)
        if (not where.document or d.id in where.document)
        and (not where.kind or d.kind in where.kind or d.sort in where.kind)
        and since <= d.date <= until
    }
    return [s for s in found if s[0] in chosen]


def _spoken_by(study: Study, index: Index, stretch: Stretch, where: Where) -> bool:
    _, label, case = _who(index.documents[stretch[0]], stretch[1], stretch[2], study.cases)
    return (not where.speaker or label in where.speaker or case in where.speaker) and (
        not where.figure or figure_of(study, case) in where.figure
    )


def _coded(study: Study, index: Index, where: Where) -> Coded:
    """Gather the stretches of every code."""
    number = {d.id: n for n, d in enumerate(index.documents)}
    by_code: dict[str, set[Stretch]] = {c: set() for c in study.codebook.codes}
    for document, _, excerpt in study.excerpts(where.coder):
        for code in excerpt.codes:
            by_code[code].add((number[document.id], excerpt.anchor.start, excerpt.anchor.end))
    return Coded(index, {c: sorted(s) for c, s in by_code.items()}, where.distance)


def _known(name: str, known: Iterable[str], what: str) -> None:
    names = sorted(known)
    if name not in names:
        raise UsageError(f"unknown {what} {name!r}{did_you_mean(name, names) or '; there are ' + ', '.join(names)}")


def _day(written: str, otherwise: date) -> date:
    if not written:
        return otherwise
    found = day(written)
    if isinstance(found, str):
        raise UsageError(found)
    return found
