"""
Which reader takes which file: by its ending, and by its first bytes where the ending says little.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from qualcode.exchange.transcripts.bounds import bytes_of
from qualcode.exchange.transcripts.captions import read_captions, read_ttml
from qualcode.exchange.transcripts.chat import read_chat
from qualcode.exchange.transcripts.encoded import read_xml
from qualcode.exchange.transcripts.form import Reading, UnreadableError
from qualcode.exchange.transcripts.packed import read_docx, read_odt
from qualcode.exchange.transcripts.recognised import read_json
from qualcode.exchange.transcripts.sonal import read_sonal
from qualcode.exchange.transcripts.table import Asked, read_table
from qualcode.exchange.transcripts.written import read_pdf, read_rtf, read_text_file

READERS: dict[str, Callable[[Path], Reading]] = {
    **dict.fromkeys((".txt", ".md", ".markdown", ".text"), read_text_file),
    **dict.fromkeys((".docx", ".docm"), read_docx),
    **dict.fromkeys((".odt", ".ott"), read_odt),
    ".rtf": read_rtf,
    ".pdf": read_pdf,
    **dict.fromkeys((".vtt", ".srt"), read_captions),
    **dict.fromkeys((".ttml", ".dfxp"), read_ttml),
    **dict.fromkeys((".json", ".otr"), read_json),
    **dict.fromkeys((".xml", ".tei", ".eaf", ".trs"), read_xml),
    **dict.fromkeys((".cha",), read_chat),
    ".sonal": read_sonal,
}
TABLES = (".csv", ".tsv", ".tab")
ENDINGS = (*READERS, *TABLES)
"""The endings of files that are read."""
_ELSEWHERE = {
    ".doc": "Word's old format; open it and save it as .docx",
    ".pages": "a format of Pages; export it as .docx",
    ".xlsx": "a spreadsheet; save the sheet as CSV",
    ".ods": "a spreadsheet; save the sheet as CSV",
    ".html": "a page of the web; save its text as .txt, or as .docx",
    ".rtr": "a format of an older Sonal; open it in Sonal and save it as .sonal",
    ".crp": "Sonal's corpus, which names interviews; import its .sonal files",
    ".qdpx": "a project of another program and no transcript",
}


def read_transcripts(path: Path, asked: Mapping[str, Asked] | None = None) -> list[Reading]:
    """
    Read a file: one reading, or one for each respondent of a survey.

    Args:
        path: the file.
        asked: how surveys' tables are read, by the file's name.

    Raises:
        UnreadableError: it is of no format that is read, damaged, or larger than the bounds.
        MissingExtraError: its format needs a package that is not installed.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        told = _ELSEWHERE.get(ending) or f"no format that is read ({', '.join(sorted(ENDINGS))})"
        raise UnreadableError(f"it is {told}")
    try:
        if ending in TABLES:
            return read_table(path, asked)
        reader = READERS[ending]
        if reader is read_text_file and bytes_of(path)[:64].lstrip(b"\xef\xbb\xbf \r\n").startswith(b"WEBVTT"):
            reader = read_captions
        return [reader(path)]
    except (RecursionError, MemoryError):
        raise UnreadableError("it is nested deeper, or larger, than a transcript is") from None
