"""
What was made and said: documents, their turns and words, and how far coders have read them.
"""

from __future__ import annotations

from collections.abc import Iterator

from qualcode.plaintext.words import count, words_of
from qualcode.rows import DATE, Rows, framed
from qualcode.study import release
from qualcode.study.coderfile import CoderFile, united
from qualcode.study.reads import answered
from qualcode.study.study import Study
from qualcode.study.terms import NOT_ANALYSED, without
from qualcode.study.voice import asks


@answered
@framed
def documents(study: Study) -> Rows:
    """
    One row a document.

    Columns: document, kind, title, date (datetime), language, mode, consent, release, withheld (why its
    words are not shown, or parts of them; empty where all are), turns, words (of the speakers' words, labels left
    out), involvement, place.

    Example:
        >>> documents(study)[["document", "kind", "date", "consent", "turns"]]
                          document       kind       date     consent  turns
        0       2024-01-30-leaflet   document 2024-01-30       quote      1
        1  2024-02-12-desk-officer  interview 2024-02-12       quote      6
        2      2024-02-20-mediator  interview 2024-02-20       quote      4
        3   2024-03-05-card-holder  interview 2024-03-05  paraphrase      4
        4  2024-03-14-library-desk  fieldnote 2024-03-14       quote      1
    """
    study.require_sound()
    rows = [
        {
            "document": d.id,
            "kind": d.kind,
            "title": d.title,
            "date": d.date,
            "language": d.language,
            "mode": d.mode,
            "consent": d.consent,
            "release": d.release,
            "withheld": release.verdict(d).reason,
            "turns": len(d.turns),
            "words": sum(count(d.text[t.words_start : t.end]) for t in d.turns),
            "involvement": d.involvement,
            "place": d.place,
        }
        for d in study.documents.values()
    ]
    columns = ["document", "kind", "title", "date", "language", "mode", "consent", "release"]
    columns += ["withheld", "turns", "words", "involvement", "place"]
    return Rows.of(rows, columns, {"date": DATE})


@answered
@framed
def turns(study: Study) -> Rows:
    """
    One row a turn.

    Columns: document, turn (from 1), speaker (label), case, language, start, end (code points, label
    included), time (HH:MM:SS or empty), words, words_start (where the words begin, behind the label), asks (the
    researcher speaks, in a document in which others speak too).

    Example:
        >>> found = turns(study)
        >>> found.loc[found["document"] == "2024-02-20-mediator", ["turn", "speaker", "case", "start", "end", "time"]]
            turn   speaker        case  start  end      time
        7      1         Q  researcher      0   38
        8      2  MEDIATOR    mediator     40  192  00:00:08
        9      3         Q  researcher    194  217
        10     4  MEDIATOR    mediator    219  409  00:02:30
    """
    study.require_sound()
    alone = {d.id: all(asks(study.cases, t.speaker.case) for t in d.turns) for d in study.documents.values()}
    rows = [
        (
            *(d.id, t.number, t.speaker.label, t.speaker.case, t.language, t.start, t.end, t.time),
            *(
                count(d.text[t.words_start : t.end]),
                t.words_start,
                asks(study.cases, t.speaker.case) and not alone[d.id],
            ),
        )
        for d in study.documents.values()
        for t in d.turns
    ]
    columns = ["document", "turn", "speaker", "case", "language", "start", "end", "time", "words"]
    return Rows([*columns, "words_start", "asks"], rows, {"asks": "bool"})


@answered
@framed
def coverage(study: Study) -> Rows:
    """
    One row a stretch that a coder has read in the text as it now stands; to tag words is to have read them.

    Columns: document, coder, start, end, made (when the coder said so, or tagged the words, UTC), how (``read``,
    or ``tagged`` for words of excerpts that lie in no stretch marked as read; no two rows of a
    coder overlap). Readings of an older text
    are left out; ``attrs["left_out"]`` counts them.

    Example:
        >>> coverage(study)[["document", "coder", "start", "end"]].head(3)
                          document   coder  start  end
        0       2024-01-30-leaflet  reader      0  138
        1  2024-02-12-desk-officer  second      0  500
        2  2024-02-12-desk-officer  reader      0  577
    """
    study.require_sound()
    rows = []
    outdated = apart = 0
    for file in study.coded.values():
        document = study.documents[file.document]
        here = [(r.start, r.end, r.made, "read") for r in file.readings if r.text == document.hash]
        outdated += len(file.readings) - len(here)
        here += [(*stretch, "tagged") for stretch in _only_tagged(file, document.hash)]
        for start, end, made, how in here:
            kept = list(without(start, end, document.uncounted))
            apart += kept != [(start, end)]
            rows += [(file.document, file.coder, a, b, made, how) for a, b in kept]
    rows.sort(key=lambda row: (row[0], row[2], row[3], row[1]))
    left_out = {"readings of an earlier text": outdated} | ({f"readings {NOT_ANALYSED}": apart} if apart else {})
    return Rows(["document", "coder", "start", "end", "made", "how"], rows, attrs={"left_out": left_out})


def _only_tagged(file: CoderFile, text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the stretches that a coder tagged and did not mark as read, none overlapping, and when."""
    read = united((r.start, r.end) for r in file.readings if r.text == text)
    for start, end in united((e.anchor.start, e.anchor.end) for e in file.excerpts):
        made = max(e.made for e in file.excerpts if start <= e.anchor.start < end)
        at = start
        for a, b in [*read, (end, end)]:
            if a >= end or b > at:
                if at < min(a, end):
                    yield at, min(a, end), made
                at = max(at, b)
            if at >= end:
                break


@answered
@framed
def vocabulary(study: Study, language: str, *, least: int = 2) -> Rows:
    """
    One row a speaker and word: what was said in interviews, as far as it may be quoted.

    Columns: actor (case), actor_figure, word (as ``search`` folds it), count; by actor and word.

    Args:
        language: of the turns, ``en`` or ``fr``: words of two languages are not compared.
        least: words that fewer speakers use are left out, since they tell a person and no figure.

    ``attrs["left_out"]`` counts the interviews that may not be quoted, turns of others that may not, and the words
    of too few speakers.

    Example:
        >>> found = vocabulary(study, "en", least=1)
        >>> found.loc[found["word"].isin(["police", "queues"]), ["actor", "word", "count"]]
                   actor    word  count
        42  desk-officer  queues      1
        82      mediator  police      1
    """
    study.require_sound()
    counts: dict[tuple[str, str], int] = {}
    closed = silent = 0
    for document in study.documents.values():
        if document.kind != "interview":
            continue
        if not any(free for _, _, free in release.parts(document)):
            closed += 1
            continue
        for turn in document.turns:
            case = study.cases[turn.speaker.case]
            if case.kind == "researcher" or turn.language != language:
                continue
            if not release.verdict(document, turn.words_start, turn.end).quotable:
                silent += 1
                continue
            for _, _, word in words_of(document.text, turn.words_start, turn.end):
                counts[case.id, word] = counts.get((case.id, word), 0) + 1
    speakers: dict[str, int] = {}
    for _, word in counts:
        speakers[word] = speakers.get(word, 0) + 1
    rows = [
        (actor, study.cases[actor].figure, word, count)
        for (actor, word), count in sorted(counts.items())
        if speakers[word] >= least
    ]
    rare = sum(1 for count in speakers.values() if count < least)
    left_out = {"interviews that may not be quoted": closed, "words of too few speakers": rare}
    left_out |= {"turns that may not be quoted": silent} if silent else {}
    return Rows(["actor", "actor_figure", "word", "count"], rows, attrs={"left_out": left_out})
