"""
What was made and said: documents, their turns, and how far coders have read them.
"""

from __future__ import annotations

import pandas as pd

from qualcode.document import words
from qualcode.study import Study


def documents(study: Study) -> pd.DataFrame:
    """
    One row a document.

    Columns: document, kind, title, date (datetime), language, mode, consent, release, turns, words
    (of the speakers' words, labels left out), involvement, place.
    """
    study.require_sound()
    rows = [
        {
            "document": d.id,
            "kind": d.kind,
            "title": d.title,
            "date": pd.Timestamp(d.date),
            "language": d.language,
            "mode": d.mode,
            "consent": d.consent,
            "release": d.release,
            "turns": len(d.turns),
            "words": sum(words(d.text[t.words_start : t.end]) for t in d.turns),
            "involvement": d.involvement,
            "place": d.place,
        }
        for d in study.documents.values()
    ]
    columns = ["document", "kind", "title", "date", "language", "mode", "consent", "release", "turns", "words"]
    return pd.DataFrame(rows, columns=[*columns, "involvement", "place"])


def turns(study: Study) -> pd.DataFrame:
    """
    One row a turn.

    Columns: document, turn (from 1), speaker (label), case, language, start, end (code points, label
    included), time (HH:MM:SS or empty), words.
    """
    study.require_sound()
    rows = [
        {
            "document": d.id,
            "turn": t.number,
            "speaker": t.speaker.label,
            "case": t.speaker.case,
            "language": t.language,
            "start": t.start,
            "end": t.end,
            "time": t.time,
            "words": words(d.text[t.words_start : t.end]),
        }
        for d in study.documents.values()
        for t in d.turns
    ]
    return pd.DataFrame(
        rows, columns=["document", "turn", "speaker", "case", "language", "start", "end", "time", "words"]
    )


def coverage(study: Study) -> pd.DataFrame:
    """
    One row a stretch that a coder has read in the text as it now stands.

    Columns: document, coder, start, end, made (when the coder said so, UTC). Readings of an older text
    are left out; ``attrs["outdated"]`` counts them.
    """
    study.require_sound()
    rows = []
    outdated = 0
    for file in study.coded.values():
        for reading in file.readings:
            if reading.text == study.documents[file.document].hash:
                rows.append((file.document, file.coder, reading.start, reading.end, reading.made))
            else:
                outdated += 1
    table = pd.DataFrame(rows, columns=["document", "coder", "start", "end", "made"])
    table = table.sort_values(["document", "start", "end", "coder"], ignore_index=True)
    table.attrs["outdated"] = outdated
    return table
