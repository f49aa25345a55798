"""
Transcripts in, and many codings at once, each in a process of its own.

    python benchmarks/incoming.py

Word transcripts of 10,000 words (400 turns) are read, shown, mapped and brought into a study, 20 and 200 of them
(limit: 60 s for 200). Codings are made in one step by `hand.code_places`, or decided by `suggest.decide`, 1,023 of them
in 16 documents, and all in one (limit: a second).
"""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
CODINGS = 1_023


def word(turns: int, words: int) -> bytes:
    """Write a Word document of two who speak in turn."""
    said = " ".join(["bread"] * words)
    bold = "<w:r><w:rPr><w:b/></w:rPr><w:t>{}: </w:t></w:r>"
    lines = "".join(
        f"<w:p>{bold.format('Q' if n % 2 else 'Anna')}<w:r><w:t>{said}.</w:t></w:r></w:p>" for n in range(turns)
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", f'<w:document xmlns:w="{W}"><w:body>{lines}</w:body></w:document>')
    return held.getvalue()


def lay(folder: Path, documents: int, turns: int) -> Path:
    """Lay a study of some documents without speakers."""
    from qualcode.study.layout import bare_study

    study = folder / "study"
    for name, text in bare_study().items():
        path = study / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_text(text, "utf-8")
    (study / "documents").mkdir(exist_ok=True)
    head = "---\ntitle: T\ndate: 2024-01-01\nlanguage: en\nkind: other\nconsent: quote\nrelease: open\n---\n"
    for n in range(documents):
        lines = "\n".join(f"Line {n} {k} of bread." for k in range(turns))
        (study / f"documents/d{n}.md").write_text(f"{head}{lines}\n", "utf-8")
    return study


def transcripts(folder: Path, number: int) -> None:
    """Bring Word transcripts in."""
    from qualcode import open_study
    from qualcode.exchange.transcripts.intake import bring, lay_mapping, look

    study, data = lay(folder, 1, 1), word(400, 25)
    (folder / "in").mkdir()
    for n in range(number):
        (folder / "in" / f"2024-05-02-{n}.docx").write_bytes(data)
    began()
    opened = open_study(study)
    lay_mapping(look(opened, [folder / "in"]))
    done = bring(opened, look(opened, [folder / "in"]), add_cases=True)
    assert len(done.documents) == number, done.problems[:3]


def places(folder: Path, documents: int) -> None:
    """Make many codings in one step."""
    from qualcode import open_study
    from qualcode.coding.hand import Tag, code_places

    study = open_study(lay(folder, documents, -(-CODINGS // documents)))
    began()
    assert len(code_places(study, [Tag(d, a, b, {c: None}) for d, a, b, c in passages(study)], coder="me")) == CODINGS


def decided(folder: Path, documents: int) -> None:
    """Accept many suggestions at once."""
    from qualcode import open_study
    from qualcode.suggest.decisions import decide, suggestion_id

    study = open_study(lay(folder, documents, -(-CODINGS // documents)))
    why = {"why": "w", "with": "x", "model": "m", "version": "1", "decision": "accept"}
    rows = [
        {"suggestion": suggestion_id(study.documents[d], c, a, b), "code": c, "document": d, "start": a, "end": b} | why
        for d, a, b, c in passages(study)
    ]
    began()
    assert len(decide(study, rows, coder="me").accepted) == CODINGS


def passages(study: Any) -> list[tuple[str, int, int, str]]:
    """Return the lines of all documents: document, start, end, code."""
    code, found = next(iter(study.codebook.codes)), []
    for name, document in study.documents.items():
        at = 0
        for line in document.text.split("\n"):
            if line and len(found) < CODINGS:
                found.append((name, at, at + len(line), code))
            at += len(line) + 1
    return found


START = [0.0, 0.0]


def began() -> None:
    """Begin to measure."""
    START[:] = time.process_time(), time.perf_counter()


LINES = {
    "20 Word transcripts": (transcripts, 20),
    "200 Word transcripts": (transcripts, 200),
    "1,023 codings in 16 documents: code_places": (places, 16),
    "1,023 codings in 1 document: code_places": (places, 1),
    "1,023 codings in 16 documents: decide": (decided, 16),
    "1,023 codings in 1 document: decide": (decided, 1),
}


def main() -> None:
    """Measure, or be one of the measured processes."""
    if len(sys.argv) == 2:
        act, size = LINES[sys.argv[1]]
        with tempfile.TemporaryDirectory() as folder:
            act(Path(folder), size)
            spent, waited = time.process_time() - START[0], time.perf_counter() - START[1]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{spent:.2f} | {waited:.2f} | {peak:.0f}")
        return
    print("| what | CPU s | s | peak MB |\n|---|---:|---:|---:|")
    for name in LINES:
        done = subprocess.run([sys.executable, __file__, name], capture_output=True, text=True, check=False)
        print(f"| {name} | {done.stdout.strip() or done.stderr.strip().splitlines()[-1]} |", flush=True)


if __name__ == "__main__":
    main()
