"""
Damage files from elsewhere again and again and bring them in; run as a script by tests/test_damaged_files.py.

``damagedfiles.py FOLDER READER TIMES SEED`` writes the files that READER reads (a name of ``TRANSCRIPTS`` or of
``PROJECTS``), each time one of them damaged in one to thirty ways, packed ones also inside, and imports it: a
transcript into a study, a project as one. It prints as JSON what was wrong (anything but an error of this package, a
study with problems, something half), what was written elsewhere, how many came in, and the CPU seconds of the slowest.
File N has the seed SEED + N, so that ``FOLDER READER 1 SEED+N`` shows it again.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import projectsmade as made
from conftest import CITIZEN_CARD
from damaging import LateError, _late
from transcriptforms import FORMS
from watching import watch

ENDINGS = sorted({file.rpartition(".")[2] for file, *_ in FORMS.values()})
TRANSCRIPTS = {
    ending: [
        data.encode("utf-8") if isinstance(data, str) else data
        for file, data, _ in FORMS.values()
        if file.endswith(f".{ending}")
    ]
    for ending in ENDINGS
}
"""Whole transcripts, by ending."""
PUT = [
    b"\r",
    b"\x00",
    b"\n\nQ: ",
    b"]]>",
    b"\xff",
    "\u2028".encode(),
    b"<<<<<<< ",
    b"9" * 400,
    b"<v ",
    b"&#0;",
    b"{",
    b"[",
]
VALUES = [b"0", b"-1", b"1e999", b"nan", b"9" * 30, b"true", b"null", b"2024-02-30", b"../x", b"a" * 5000, b"1.5", b"#"]
PUT += [
    b"---\n",
    b"-->",
    b"\xf0\x9f\x98\x80",
    b"\xed\xa0\x80",
    b"../",
    b'"',
    b"\t",
    b"-1",
    b"1e999",
    b"",
    b"\\u-1?",
    b"0" * 20,
]


def _refi(path: Path) -> Path:
    from test_refi import rich

    return rich(path)


def _small(path: Path) -> Path:
    from refimade import simple

    return simple(path, "Bread at \U0001f600 four", [(0, 5)])


def _own(path: Path) -> Path:
    from qualcode import open_study
    from qualcode.exchange.out import export_study

    export_study(open_study(CITIZEN_CARD), path)
    return path


def _qdc(path: Path) -> Path:
    path.write_text(
        '<?xml version="1.0" encoding="utf-8"?><CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="x"><Codes>'
        '<Code guid="11111111-1111-4111-8111-111111111111" name="Day" isCodable="true" color="#FF0000"><Description>All'
        '</Description><Code guid="22222222-2222-4222-8222-222222222222" name="Early" isCodable="true"/></Code></Codes>'
        '<Sets><Set guid="33333333-3333-4333-8333-333333333333" name="S"><MemberCode targetGUID='
        '"22222222-2222-4222-8222-222222222222"/></Set></Sets></CodeBook>',
        "utf-8",
    )
    return path


def _table(path: Path) -> Path:
    rows = "document,code,quote,start,end,coder,memo\nbaker,Day > Early,Bread at four,0,13,ann,x\nbaker,time,,3,9,,\n"
    path.write_text(rows, "utf-8")
    path.with_name("baker.txt").write_text("Bread at four. We sell it at six.\n", "utf-8")
    return path


def _codes(path: Path) -> Path:
    path.write_text('code,definition,parent,colour\nDay,"All of it",,#FF0000\nEarly,Before dawn,Day,\n', "utf-8")
    return path


def _sheet(path: Path) -> Path:
    return made.xlsx(path, [["document", "code", "quote"], ["baker", "time", "Bread"], ["baker", "day", "four"]])


def _segments(path: Path) -> Path:
    from transcriptforms import pdf

    rows = [
        "Document name      Code      Segment",
        "baker              time      Bread at four",
        "miller             day       Flour",
    ]
    path.write_bytes(pdf(rows))
    return path


PROJECTS: dict[str, list[tuple[str, Callable[[Path], Path]]]] = {
    "qdpx": [("o.qdpx", _refi), ("p.qdpx", _small), ("q.qdpx", _own)],
    "qdc": [("o.qdc", _qdc)],
    "rqda": [("o.rqda", made.rqda)],
    "qualcoder": [("o.qda", made.qualcoder), ("p.qda", lambda p: made.qualcoder(p, old=True))],
    "taguette": [("o.sqlite3", made.taguette)],
    "dna": [("o.dna", made.dna), ("p.dna", lambda p: made.dna(p, version=2))],
    "annotations": [("o.jsonld", made.annotations)],
    "codings": [("o.csv", _table), ("p.csv", _codes)],
    "xlsx": [("o.xlsx", _sheet)],
    "segments": [("o.pdf", _segments)],
}
"""Whole projects of each reader, by its name."""


READ_OUTSIDE = ("pdf", "segments")
"""What is read in a process of its own."""


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Return some bytes with a few of them changed, left out, doubled, moved or put in."""
    held = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8, 30))):
        at, size = chance.randrange(len(held) + 1), chance.choice((1, 1, 4, 40, 400))
        what = chance.randrange(7)
        if what == 0 and at < len(held):
            held[at] ^= 1 << chance.randrange(8)
        elif what == 1:
            del held[at : at + size]
        elif what == 2:
            held[at:at] = held[at : at + size] * chance.choice((1, 1, 1, 20))
        elif what == 3:
            held[at:at] = chance.randbytes(min(size, 40))
        elif what == 4:
            held[at:at] = chance.choice(PUT)
        elif what == 5:
            held[at : at + size] = chance.choice(PUT)
        else:
            other = chance.randrange(len(held) + 1)
            held[at : at + size] = held[other : other + size]
    return bytes(held)


def reworded(data: bytes, chance: random.Random) -> bytes:
    """Return some bytes with a few of their words, numbers and names being others, so that markup stays sound."""
    for _ in range(chance.choice((1, 1, 2, 5))):
        words = list(re.finditer(rb"[\w.:-]+", data))
        if words:
            word = chance.choice(words)
            new = chance.choice((chance.choice(words)[0], chance.choice(VALUES), b""))
            data = data[: word.start()] + new + data[word.end() :]
    return data


def revalued(data: bytes, chance: random.Random) -> bytes:
    """Return a database some of whose fields hold something else."""
    there = sqlite3.connect(":memory:")
    there.deserialize(data)
    tables = [name for (name,) in there.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for _ in range(chance.choice((1, 1, 2, 5))):
        table = chance.choice(tables)
        column = chance.choice([row[1] for row in there.execute(f'PRAGMA table_info("{table}")')])
        value = chance.choice(
            (None, -1, 0, 1, 2**62, 1e308, 3.5, b"\x00\xff", *VALUES, *(v.decode("latin-1") for v in PUT))
        )
        with contextlib.suppress(sqlite3.Error):  # a table may forbid it
            there.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE random() % 2', [value])
    there.commit()
    return there.serialize()


def harmed(data: bytes, chance: random.Random) -> bytes:
    """Return a damaged file; of a packed one, two times of three, a damaged part in a sound archive."""
    if data.startswith(b"SQLite") and chance.random() < 2 / 3:
        return revalued(data, chance)
    if not data.startswith(b"PK") or chance.random() < 1 / 3:
        return (damaged if chance.random() < 1 / 2 else reworded)(data, chance)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        which = chance.choice(archive.namelist())
        for name in archive.namelist():
            part = archive.read(name)
            how = damaged if chance.random() < 1 / 2 else reworded
            packed.writestr(name, how(part, chance) if name == which else part)
    return out.getvalue()


OPENED: list[Any] = []
"""The study that transcripts are brought into; as it was before each."""


def _transcript(path: Path, study: Path) -> bool:
    """Bring a transcript into a study; say whether it came in, or raise what is wrong."""
    from qualcode import open_study
    from qualcode.exchange.transcripts.intake import bring, lay_mapping, look

    opened = open_study(study) if not OPENED else OPENED[0]
    OPENED[:] = [opened]
    looked = look(opened, [path], on="2024-05-01")
    lay_mapping(looked)
    again = look(opened, [path], on="2024-05-01") if looked.found else looked
    done = bring(opened, again, add_cases=True)
    wrong = [str(p) for p in open_study(study).problems] if done.documents else []
    wrong = [p for p in wrong if not p.endswith((": quote, paraphrase or none", "'language' is empty"))]
    told = [str(p) for p in (*again.problems, *done.problems)]
    if wrong or not (done.documents or told) or any("\n" in t for t in told):
        raise AssertionError(f"problems {wrong}, told {told}")
    return bool(done.documents)


def _project(path: Path, study: Path) -> bool:
    """Make a study of a project; say whether there is one, or raise what is wrong."""
    from qualcode import open_study
    from qualcode.errors import QualcodeError
    from qualcode.exchange.projects import import_project

    try:
        import_project(path, study)
    except QualcodeError as error:
        if study.exists() or not str(error).strip():
            raise AssertionError(f"half a study, or nothing said: {error}") from error
        return False
    problems = open_study(study).problems
    if problems:
        raise AssertionError(f"problems {problems[:3]}")
    return True


def main(below: Path, reader: str, times: int, seed: int) -> dict[str, Any]:
    """See the module."""
    inbox, study = below / "in", below / "study"
    below.mkdir(parents=True, exist_ok=True)
    inbox.mkdir()
    if reader in TRANSCRIPTS:
        whole = [(f"2024-05-02-a.{reader}", data) for data in TRANSCRIPTS[reader]]
    else:
        whole = [(name, write(inbox / name).read_bytes()) for name, write in PROJECTS[reader]]
    sound = {p.name: p.read_bytes() for p in inbox.iterdir() if p.name not in dict(whole)}
    run = _transcript if reader in TRANSCRIPTS else _project
    acts: list[str] = []
    watch(str(below), acts, (os.environ["XDG_STATE_HOME"],))
    signal.signal(signal.SIGALRM, _late)
    wrong, taken, slowest, came = [], 0, (0.0, 0), True
    for n in range(seed, seed + times):
        chance = random.Random(n)
        name, data = whole[n % len(whole)]
        shutil.rmtree(inbox, ignore_errors=True)
        inbox.mkdir()
        if came or reader in PROJECTS:
            shutil.rmtree(study, ignore_errors=True)
        for other, bytes_ in sound.items():
            (inbox / other).write_bytes(bytes_)
        (inbox / name).write_bytes(harmed(data, chance))
        if reader in TRANSCRIPTS and not study.exists():
            shutil.copytree(CITIZEN_CARD, study)
        came = True
        before = {p.name for p in below.iterdir()} | {"study"}
        began = time.process_time()
        signal.alarm(60)
        try:
            came = run(inbox / name, study)
            taken += came
        except (Exception, LateError) as error:  # noqa: BLE001 - whatever escapes is told
            wrong.append(f"{n}: {type(error).__name__}: {error}"[:600])
        signal.alarm(0)
        slowest = max(slowest, (time.process_time() - began, n))
        beside = {p.name for p in below.iterdir()} - before
        beside |= {p.name for p in inbox.iterdir()} - {name, "speakers.yaml", *sound}
        parts = [p.name for p in study.rglob("*.part")] if study.exists() else []
        if beside or parts:
            wrong.append(f"{n}: left behind {sorted(beside)} {parts}")
    acts = [a for a in acts if reader not in READ_OUTSIDE or "subprocess.Popen" not in a or sys.executable not in a]
    told = {"reader": reader, "files": times, "taken": taken, "wrong": wrong, "outside": acts[:20]}
    return told | {"seconds": slowest[0], "slowest": slowest[1]}


if __name__ == "__main__":
    os.environ.setdefault("XDG_STATE_HOME", tempfile.mkdtemp(prefix="qualcode-state-"))
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
