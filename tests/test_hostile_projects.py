"""Projects made to do harm: refused in a sentence within 2 s and 200 MB, nothing written beside or outside."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from refimade import EARLY, TEXT, coding, packed, project, selection, text_source

SECONDS, MEGABYTES = 2.0, 200


def zipped(path: Path, members: list[tuple[str | zipfile.ZipInfo, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def bomb(path: Path, piece: bytes, times: int, head: bytes = b"", name: str = "project.qde") -> Path:
    """Write a member that unpacks to very much."""
    block = piece * (1_000_000 // len(piece))
    opened = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with opened as archive, archive.open(name, "w", force_zip64=True) as inner:
        inner.write(head)
        for _ in range(times):
            inner.write(block)
    return path


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


HEAD = project("").split("<Sources>")[0].encode() + b"<Sources>"
GOOD = project(text_source(selection(1, 0, 5, coding(2, EARLY))))


def text_bomb(path: Path) -> Path:
    bomb(path, b"a" * 1000, 100, name=f"sources/{TEXT}.txt")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.qde", GOOD)
    return path


def lying(path: Path) -> Path:
    """Write a project whose directory says that its markup is a byte long."""
    packed(path, GOOD + " " * 5_000_000)
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02", 0, data.rfind(b"PK\x05\x06"))
    struct.pack_into("<L", data, at + 24, 1)
    path.write_bytes(data)
    return path


def linked(path: Path) -> Path:
    entry = zipfile.ZipInfo(f"sources/{TEXT}.txt")
    entry.external_attr = 0o120777 << 16
    return zipped(path, [("project.qde", GOOD.encode()), (entry, b"/etc/passwd")])


def locked(path: Path) -> Path:
    packed(path, GOOD)
    data = path.read_bytes()
    at = data.rfind(b"PK\x01\x02")
    path.write_bytes(data[: at + 8] + b"\x01\x00" + data[at + 10 :])
    return path


def doubled(path: Path) -> Path:
    with pytest.warns(UserWarning, match="Duplicate"):
        return zipped(path, [("project.qde", GOOD.encode()), ("project.qde", b"<Project/>")])


def entities(path: Path) -> Path:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    declared = f'<!DOCTYPE Project [<!ENTITY l0 "ha">{laughs}]>'
    return packed(path, project("", declared=declared).replace("A program", "&l11;"))


def quadratic(path: Path) -> Path:
    declared = f'<!DOCTYPE Project [<!ENTITY a "{"a" * 100_000}">]>'
    return packed(path, project(f"<TextSource>{'&a;' * 50_000}</TextSource>", declared=declared))


def fetched(path: Path) -> Path:
    return packed(path, project("", declared='<!DOCTYPE Project SYSTEM "http://localhost:1/x.dtd">'))


def many(path: Path) -> Path:
    return zipped(path, [("project.qde", GOOD.encode()), *((f"s/{n}", b"") for n in range(50_000))])


def wide(path: Path) -> Path:
    return packed(path, GOOD.replace("<Project ", "<Project " + " ".join(f'a{n}="x"' for n in range(900_000)) + " "))


HOSTILE: dict[str, Callable[[Path], Path]] = {
    "a member of blanks without end": lambda p: bomb(p, b" ", 200),
    "elements without end": lambda p: bomb(p, b"<a/>", 100, HEAD),
    "an element inside the other without end": lambda p: bomb(p, b"<a>", 100, HEAD),
    "codes without end": lambda p: bomb(p, b'<Code guid="1" name="x" isCodable="true"/>', 100, HEAD),
    "selections without end": lambda p: bomb(p, b'<PlainTextSelection startPosition="1" endPosition="2"/>', 100, HEAD),
    "one attribute without end": lambda p: bomb(p, b"x", 100, HEAD + b'<TextSource name="'),
    "attributes without end": wide,
    "a text without end": text_bomb,
    "entities in entities": entities,
    "one long entity many times": quadratic,
    "a document type from elsewhere": fetched,
    "a size that lies": lying,
    "members without end": many,
    "a name that leads up": lambda p: zipped(p, [("project.qde", GOOD.encode()), ("../../evil.txt", b"x")]),
    "a name of Windows that leads up": lambda p: zipped(
        p, [("project.qde", GOOD.encode()), ("..\\..\\evil.txt", b"x")]
    ),
    "a name from the root": lambda p: zipped(p, [("project.qde", GOOD.encode()), ("/tmp/evil.txt", b"x")]),
    "a name with a drive": lambda p: zipped(p, [("project.qde", GOOD.encode()), ("C:\\evil.txt", b"x")]),
    "a link": linked,
    "a locked member": locked,
    "a name twice": doubled,
    "a project in a project": lambda p: zipped(p, [("inner.qdpx", packed(p, GOOD).read_bytes())]),
    "no archive at all": lambda p: written(p, random.Random(1).randbytes(1000)),
    "an archive cut short": lambda p: written(p, packed(p, GOOD).read_bytes()[:-30]),
    "two projects": lambda p: zipped(p, [("a.qde", GOOD.encode()), ("b.qde", GOOD.encode())]),
    "nothing": lambda p: written(p, b""),
}
ALONE = """
import resource, sys, time
from pathlib import Path
from qualcode.errors import QualcodeError
from qualcode.exchange.projects import formats, import_project
import qualcode.exchange.projects.refi.read
start = time.process_time()
try:
    import_project(Path(sys.argv[1]), Path(sys.argv[2]))
    told = "taken"
except QualcodeError as error:
    told = str(error)
status = Path("/proc/self/status")  # what the system says of the process alone; elsewhere also of who started it
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if status.exists():
    peak = next((int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")), peak)
print(time.process_time() - start, peak / 1024, told, sep="\\n")
"""


@pytest.mark.parametrize("harm", HOSTILE)
def test_a_hostile_project_is_refused_soon_and_small(harm: str, tmp_path: Path) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    path = HOSTILE[harm](folder / "hostile.qdpx")
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(path), str(folder / "study")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    seconds, megabytes, told = done.stdout.splitlines()
    assert told.startswith("hostile.qdpx: "), told
    assert (float(seconds) < SECONDS, float(megabytes) < MEGABYTES) == (True, True), (seconds, megabytes, told)
    assert [p.name for p in folder.iterdir()] == ["hostile.qdpx"]
    assert [p.name for p in tmp_path.iterdir()] == ["inside"]
