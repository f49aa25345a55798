"""
The words of a PDF, read in a process of its own: what reads PDF can be made to go on for ever, or to fill the memory.

The process has the bytes and nothing else, a bound on its time and its memory, and gives back texts as JSON. What the
pages say is measured before it is read, and refused at once where it is more than texts are.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from typing import Any, Literal

SECONDS, A_SECOND = 2, 40_000
"""Seconds that every PDF has, and bytes for which it has one more: real ones take a tenth of that."""
MEMORY, FOR_A_BYTE = 350_000_000, 8
"""How much memory reading may take, the interpreter included, and how much more for each byte of the file."""
PAGES = 3_000
"""How many pages a PDF may have."""
MOST_OF_A_PAGE, EXPANDED = 1_500_000, 30
"""How many bytes a page may be written in, and how many times the file's own all of them; texts have ten times."""


class NotReadError(ValueError):
    """A PDF was not read; the message says why, and holds no word of it."""


def read_pdf(data: bytes, *, in_columns: bool = False) -> tuple[list[str], list[str]]:
    """
    Return what a PDF says of itself, and the text of each page; *in_columns*: set as it stands, with blanks between.

    Raises:
        ModuleNotFoundError: what reads PDF is not installed.
        NotReadError: it is damaged or locked, has too many pages, or takes too long or too much memory.
    """
    import pypdf  # noqa: F401 - whether it is there

    seconds = (SECONDS + len(data) // A_SECOND) * (4 if in_columns else 1)
    command = [sys.executable, "-P", "-m", "qualcode.plaintext.pdf", str(seconds), "columns" if in_columns else ""]
    try:
        done = subprocess.run(command, input=data, capture_output=True, check=False, timeout=10 + 5 * seconds)
        told = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        what = f"it takes more than {seconds} seconds or {_memory(data) // 1_000_000} MB to read"
        raise NotReadError(f"{what}; ask for the text that it was made of") from None
    if "wrong" in told:
        raise NotReadError(told["wrong"])
    return told["about"], told["pages"]


def _memory(data: bytes) -> int:
    return MEMORY + FOR_A_BYTE * len(data)


def _bounded(seconds: int, memory: int) -> None:
    """End this process when its time is over, and refuse it more memory; where the system can."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _read(data: bytes, mode: Literal["plain", "layout"]) -> dict[str, Any]:
    import io
    import logging

    import pypdf
    from pypdf import PdfReader

    if hasattr(pypdf, "overwrite_configuration"):  # before it there was one bound for all streams, of 75 MB
        streams = ("zlib_maximum", "lzw_maximum", "run_length_maximum", "array_based_stream_maximum")
        bounds: dict[str, Any] = {f"{stream}_output_length": 4 * MOST_OF_A_PAGE for stream in streams}
        pypdf.overwrite_configuration(**bounds)
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it says of a damaged file is said by the error
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            return {"wrong": "it is locked with a password; save it without"}
        if len(reader.pages) > PAGES:
            return {"wrong": f"it has more than {PAGES:,} pages"}
        written, most = 0, max(MOST_OF_A_PAGE, EXPANDED * len(data))
        for number, page in enumerate(reader.pages, start=1):
            contents = page.get_contents()
            size = len(contents.get_data()) if contents is not None else 0
            written += size
            if size > MOST_OF_A_PAGE or written > most:
                return {"wrong": f"page {number} has more in it than a text has"}
        about = [str(v) for v in (reader.metadata or {}).values()]
        return {"about": about, "pages": [page.extract_text(extraction_mode=mode) for page in reader.pages]}
    except Exception as error:  # noqa: BLE001 - a damaged PDF raises anything
        return {"wrong": f"it is no PDF that can be read ({type(error).__name__})"}


if __name__ == "__main__":
    held = sys.stdin.buffer.read()
    _bounded(int(sys.argv[1]), _memory(held))
    sys.stdout.write(json.dumps(_read(held, "layout" if sys.argv[2:] == ["columns"] else "plain")))
