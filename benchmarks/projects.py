"""
Another program's project in and out: a .qdpx of 200,000 codings in 500 sources, each way in a process of its own.

    python benchmarks/projects.py              # a tenth of the size, then all of it: time grows as the size does
    python benchmarks/projects.py 20000 50     # codings, sources

Limits: 10 s of CPU and 600 MB, in and out.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

WORDS = (
    "le",
    "conseil",
    "communal",
    "dit",
    "que",
    "la",
    "carte",
    "citoyenne",
    "doit",
    "être",
    "ouverte",
    "à",
    "toutes",
)
CODES = 200


def guid(kind: int, number: int) -> str:
    return f"{kind:08x}-{random.Random(number * 31 + kind).getrandbits(16):04x}-4000-8000-{number:012x}"


def make(path: Path, codings: int, sources: int) -> None:
    """Write a project as NVivo does: UTF-16 units, CRLF as two, signs of two units, one coding a selection."""
    rng = random.Random(1)
    markup = [
        (
            '<?xml version="1.0" encoding="utf-8"?>\n<Project xmlns="urn:QDA-XML:project:1.0" name="Large" '
            'origin="NVivo for Windows 14" creationDateTime="2024-01-01T08:00:00Z"><Users>'
            f'<User guid="{guid(1, 1)}" name="Ann"/><User guid="{guid(1, 2)}" name="Ben"/></Users><CodeBook><Codes>'
        )
    ]
    markup += [f'<Code guid="{guid(2, n)}" name="Code {n}" isCodable="true"/>' for n in range(CODES)]
    markup.append("</Codes></CodeBook><Sources>")
    number = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for source in range(sources):
            lines, places, at = [], [], 0
            for _ in range(300):
                words = [rng.choice(WORDS) for _ in range(rng.randrange(8, 30))]
                if rng.random() < 0.1:
                    words.append("\U0001f600")
                for word in words:
                    places.append((at, at + len(word.encode("utf-16-le")) // 2))
                    at += len(word.encode("utf-16-le")) // 2 + 1
                lines.append(" ".join(words))
                at += 1
            archive.writestr(f"Sources/{guid(3, source)}.txt", "\ufeff" + "\r\n".join(lines))
            markup.append(
                f'<TextSource guid="{guid(3, source)}" name="Interview {source}" '
                f'plainTextPath="internal://{guid(3, source)}.txt" creationDateTime="2024-01-15T09:00:00Z">'
            )
            for _ in range(codings // sources):
                first = rng.randrange(len(places) - 30)
                start, end = places[first][0], places[first + rng.randrange(1, 30)][1]
                user = guid(1, 1 + rng.randrange(2))
                made = f"2024-02-{rng.randrange(1, 28):02}T10:00:00Z"
                markup.append(
                    f'<PlainTextSelection guid="{guid(4, number)}" name="" startPosition="{start}" endPosition="{end}" '
                    f'creatingUser="{user}" creationDateTime="{made}"><Description/><Coding guid="{guid(5, number)}" '
                    f'creatingUser="{user}" creationDateTime="{made}"><CodeRef targetGUID="'
                    f'{guid(2, rng.randrange(CODES))}"/></Coding></PlainTextSelection>'
                )
                number += 1
            markup.append("</TextSource>")
        markup.append("</Sources></Project>")
        archive.writestr("project.qde", "".join(markup))


def into(folder: Path) -> None:
    """Import the project."""
    from qualcode.exchange.projects import import_project

    import_project(folder / "large.qdpx", folder / "study")


def out(folder: Path) -> None:
    """Export the study, opening it first."""
    from qualcode import open_study
    from qualcode.exchange.out import export_study

    export_study(open_study(folder / "study"), folder / "again.qdpx")


WAYS = {"in": into, "out": out}


def main() -> None:
    """Measure, or be one of the measured processes."""
    if len(sys.argv) == 3 and sys.argv[1] in WAYS:
        start = time.process_time()
        WAYS[sys.argv[1]](Path(sys.argv[2]))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{time.process_time() - start:.1f} | {peak:.0f}")
        return
    sizes = [tuple(map(int, sys.argv[1:3]))] if len(sys.argv) == 3 else [(20_000, 50), (200_000, 500)]
    print("| codings, sources | way | CPU s | peak MB |\n|---|---|---:|---:|")
    for codings, sources in sizes:
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder) / "large.qdpx", codings, sources)
            for way in WAYS:
                done = subprocess.run(
                    [sys.executable, __file__, way, folder], capture_output=True, text=True, check=False
                )
                told = done.stdout.strip() or done.stderr.strip().splitlines()[-1]
                print(f"| {codings:,} in {sources} | {way} | {told} |", flush=True)


if __name__ == "__main__":
    main()
