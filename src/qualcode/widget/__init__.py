"""
Coding inside a notebook: a transcript to select in, keys that tag, each act on disk at once.

``coder`` shows a document to the one who codes it, ``coder_at`` opens it where a hit stands. ``read_only`` shows
codings to whoever may read them, without a script, and only what the document's release allows. ``speakers`` asks who
speaks in transcripts before they come in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, SupportsIndex

from qualcode.errors import UsageError
from qualcode.study.study import Study
from qualcode.widget.notebook import lab_command, ready_notebook
from qualcode.widget.readonly import ReadOnly, read_only

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from qualcode.widget.bridge import CoderWidget, SpeakersWidget

__all__ = ["ReadOnly", "coder", "coder_at", "lab_command", "read_only", "ready_notebook", "speakers"]


def coder(
    study: Study,
    document: str,
    *,
    coder: str,
    at: tuple[int, int] | str | None = None,
    suggestions: pd.DataFrame | None = None,
) -> CoderWidget:
    """
    Show a document as turns, to be coded by *coder*; the last expression of a notebook's cell.

    Every act is a call of ``qualcode.coding.hand`` or ``qualcode.coding.amend`` and is on disk before the view says
    so. The saved notebook holds no word of the document.

    Args:
        at: where it opens, scrolled to and selected: start and end (code points, half-open), or the id of one of
            the coder's excerpts; left out, at the beginning.
        suggestions: rows of ``qualcode.suggest.suggest`` (those of this document are taken): shown as such with
            why, and counted once accepted; hidden at first where another coder works on the document too.

    Raises:
        UsageError: an unknown document, code or excerpt, no coder's id, or a coder's file that has problems.
        AnchorError: *at* is no stretch of the document.

    Example:
        >>> coder(study, "2024-02-20-mediator", coder="reader", at="e9aa4d72059")
        <2024-02-20-mediator, coded by reader; run the cell to go on>
    """
    return _widget(study, document, coder, at=at, suggestions=() if suggestions is None else suggestions)


def coder_at(study: Study, hit: Mapping[str, Any] | pd.Series[Any], *, coder: str) -> CoderWidget:
    """
    Show a hit where it stands in its document, selected, to be coded by *coder*; a suggestion also as such.

    Args:
        hit: one row of a table with document, start and end, such as ``search`` and ``suggest`` return;
            ``hits.iloc[0]`` is the first.

    Raises:
        UsageError: what is given is not one row with these columns; as ``coder``.
        AnchorError: as ``coder``.

    Example:
        >>> hit = {"document": "2024-02-20-mediator", "start": 69, "end": 79}
        >>> coder_at(study, hit, coder="me")
        <2024-02-20-mediator, coded by me; run the cell to go on>
    """
    row = dict(hit)
    document, at = row.get("document"), (row.get("start"), row.get("end"))
    if not isinstance(document, str) or not all(isinstance(place, SupportsIndex) for place in at):
        raise UsageError("a hit is one row with document, start and end, such as hits.iloc[0]")
    suggestions = [row] if "suggestion" in row else []
    return _widget(study, document, coder, at=(int(row["start"]), int(row["end"])), suggestions=suggestions)


def speakers(study: Study, *transcripts: Path, mapping: Path | None = None, on: str = "") -> SpeakersWidget:
    """
    Show who speaks in transcripts as a small table: label, first words, turns, case; the last expression of a cell.

    Every change is in the mapping's file before the view says so; where there is none yet, it is proposed first. The
    saved notebook holds no label and no word. Afterwards ``qualcode import`` brings the transcripts in by it.

    Args:
        study: the study that they shall come into.
        transcripts: files, or folders of files.
        mapping: the mapping's file (left out: ``speakers.yaml`` beside the first file).
        on: the day (YYYY-MM-DD) of transcripts that tell none.

    Raises:
        UsageError: no file is meant, or *on* is no day.
        SourceError: the mapping cannot be read.
        WriteError: the disk refused the mapping that is proposed.

    Example:
        >>> speakers(study, Path("transcripts"))
        <2 labels of transcripts; run the cell to go on>
    """
    from qualcode.widget.bridge import SpeakersWidget
    from qualcode.widget.seating import Seating

    return SpeakersWidget(Seating(study, transcripts, mapping, on))


def _widget(study: Study, document: str, coder: str, **about: Any) -> CoderWidget:
    from qualcode.widget.bridge import CoderWidget
    from qualcode.widget.session import Session

    return CoderWidget(Session(study, document, coder, **about))
