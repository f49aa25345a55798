"""
Damage a study again and again and see what commands say; run as a script by tests/test_strangers.py.

``damaging.py STUDY FOLDER TIMES SEED`` copies STUDY below FOLDER, damages one to four of its files (bytes, what kind of
thing they are, their names), runs ``check`` and ``table`` on it, and prints as JSON what was wrong, what was written
elsewhere, the CPU seconds of the slowest command and the memory.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import sys
import time
from pathlib import Path

from test_strangers import DAMAGES, do
from watching import run, watch

BYTES = (b"\n", b"{", b"}", b"[" * 2000, b"]", b": ", b"- ", b'"', b",", b"\x00", b"&a *a", b"\xff", b"---\n", b"\r")
BYTES += (
    b" " * 5000,
    b"a: " * 500,
    b"[[code " * 300,
    b"## " * 300,
    b"\x1b[2J",
    b"9" * 5000,
    b"\xe2\x80\xae",
    b"..",
    b"/",
)


def damage(study: Path, chance: random.Random) -> None:
    """Do something to one file or folder of a study."""
    places = sorted(p for p in study.rglob("*") if p.is_file() and not p.is_symlink())
    path = chance.choice(places)
    if chance.random() < 0.2:
        do(chance.choice(DAMAGES), chance.choice([path, path.parent]) if path.parent != study else path)
        return
    data = path.read_bytes()
    at, cut = chance.randrange(len(data) + 1), chance.choice([0, 0, 1, 5, 60, 2000])
    new = chance.choice(BYTES) if chance.random() < 0.7 else chance.randbytes(chance.randrange(12))
    if chance.random() < 0.1:
        new = data[chance.randrange(len(data) + 1) :]
    path.write_bytes(data[:at] + new * chance.choice([1, 1, 1, 30]) + data[at + cut :])


if __name__ == "__main__":
    origin, below, times, seed = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    chance = random.Random(seed)
    study = below / "card"
    shutil.copytree(origin, study)
    os.chdir(study)
    run("table codings")  # what is imported once is not what a study costs
    acts: list[str] = []
    watch(str(below), acts, (os.environ["XDG_STATE_HOME"],))
    wrong, slowest = [], 0.0
    for n in range(times):
        os.chdir(below)
        shutil.rmtree(study)
        shutil.copytree(origin, study)
        before = len(acts)
        for _ in range(chance.randrange(1, 5)):
            damage(study, chance)
        del acts[before:]  # what we did ourselves
        os.chdir(study)
        for command in ("check", "table codings", "table documents"):
            began = time.process_time()
            status, said, escaped = run(command)
            slowest = max(slowest, time.process_time() - began)
            if escaped or status not in (0, 1, 2) or "Traceback" in said or "\x1b" in said:
                wrong.append(f"{n} {command}: {escaped or said[-300:]}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    print(json.dumps({"wrong": wrong, "outside": acts, "seconds": slowest, "megabytes": memory}))
