"""
Write a study's files, and be killed while doing so; run as a script by tests/test_writing.py.

``kills STUDY TIMES SEED`` forks a coder who tags and says so, kills the coder at a random moment, and
looks at what is on the disk. ``steps STUDY FILE...`` lets a step over several files die before each of
its single acts on the disk in turn; ``recoding STUDY`` does the same to the renaming of a code. Each
prints what it found, as JSON.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import sys
import time
from datetime import date
from pathlib import Path

import qualcode
from qualcode.coding import hand
from qualcode.errors import UsageError
from qualcode.plaintext.durable import finish_if_needed, replace_all, version_of
from qualcode.recoding import carry_out, rename
from qualcode.study.coderfile import read_coder_file
from qualcode.study.study import Study

DOCUMENT = "2024-02-12-desk-officer"
FILE = f"coding/coders/reader/{DOCUMENT}.jsonl"


def code_and_say(study: Study, seed: int, out: int) -> None:
    """Tag single words for ever; say each excerpt's id once it is on the disk."""
    chance = random.Random(seed)
    places = [m.span() for m in re.finditer(r"\S+", study.documents[DOCUMENT].text)]
    codes = sorted(c.id for c in study.codebook.codes.values() if c.status != "retired")
    while True:
        place, code = chance.choice(places), chance.choice(codes)
        try:
            made = hand.code_place(study, DOCUMENT, *place, {code: None}, coder="reader")
        except UsageError:  # the coder has it on these words already, within a longer excerpt
            continue
        os.write(out, f"{made.id}\n".encode())


def kills(root: Path, times: int, seed: int) -> list[str]:
    """Kill a coder *times* times; return what was wrong afterwards."""
    wrong: list[str] = []
    chance = random.Random(seed)
    said: set[str] = set()
    ever = 0
    for n in range(times):
        if n % 50 == 0:  # a fresh file, or the words would fill it
            shutil.copy(root / f"{FILE}.kept", root / FILE)
            said, study = set(), qualcode.open_study(root)
            hand.mark_read(study, DOCUMENT, coder="reader")  # what is imported then need not be in each fork
            study = qualcode.open_study(root)
        ear, mouth = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                code_and_say(study, seed + n, mouth)
            finally:
                os._exit(3)
        os.close(mouth)
        told = b""
        wait_for = chance.randrange(5)
        with os.fdopen(ear, "rb", buffering=0) as said_by_child:
            while told.count(b"\n") < wait_for and (more := said_by_child.read(4096)):
                told += more
            time.sleep(chance.random() * 0.01)
            os.kill(child, signal.SIGKILL)
            status = os.waitpid(child, 0)[1]
            while more := said_by_child.read(4096):
                told += more
        if not os.WIFSIGNALED(status):
            wrong.append(f"kill {n}: the coder ended by itself")
        heard = {line.decode() for line in told[: told.rfind(b"\n") + 1].split()}
        said, ever = said | heard, ever + len(heard)
        file, problems = read_coder_file(root / FILE, FILE, "reader")
        wrong += [f"kill {n}: {p}" for p in problems]
        lost = said - {e.id for e in file.excerpts}
        wrong += [f"kill {n}: {e} was said and is not there" for e in sorted(lost)]
    return [*wrong, *([f"only {ever} excerpts were ever said to be written"] if ever < times else [])]


def steps(root: Path, names: list[str]) -> dict[str, list[str]]:
    """Die before every act of a step over *names*; return for each moment how many files were new after it."""
    old = {n: (root / n).read_bytes() for n in names}
    new = {n: old[n] + b"\n" for n in names}
    outcome: dict[str, list[str]] = {}
    for moment in range(1000):
        child = os.fork()
        if child == 0:
            _die_before(moment)
            replace_all(root, new, {n: version_of(old[n]) for n in names})
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        problems = finish_if_needed(root)
        is_new = [(root / n).read_bytes() == new[n] for n in names]
        is_old = [(root / n).read_bytes() == old[n] for n in names]
        left = [p.name for p in (root / "coding").rglob(".*") if not p.name.endswith(".part")]
        said = [*map(str, problems), *left]
        outcome[str(moment)] = [*said, "all" if all(is_new) else "none" if all(is_old) else f"torn {is_new}"]
        for n in names:
            (root / n).write_bytes(old[n])
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0:
            return outcome
    return outcome


def recode(root: Path) -> list[str]:
    """Die before every act of a renaming; say what the next look at the study finds, each time."""
    kept = root.with_name("kept")
    shutil.copytree(root, kept)
    old, new = "function/identification", "function/recognition"
    found = []
    for moment in range(1000):
        child = os.fork()
        if child == 0:
            study = qualcode.open_study(root)
            plan = rename(study, old, new, why="Clearer.", on=date(2024, 4, 1))
            _die_before(moment)
            carry_out(study, plan)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        study = qualcode.open_study(root)
        named = {c for f in study.coded.values() for e in f.excerpts for c in e.codes} & {old, new}
        named |= {c for c in study.codebook.codes if c in (old, new)}
        found.append(f"{len(study.problems)} problems, {' and '.join(sorted(named))}")
        shutil.rmtree(root)
        shutil.copytree(kept, root)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0:
            return found
    return found


def _die_before(moment: int) -> None:
    """Let the process be killed before its act number *moment* on the disk (from 0)."""
    acts = iter(range(10**9))

    def deadly(act):  # type: ignore[no-untyped-def]
        def acted(*args, **kwargs):  # type: ignore[no-untyped-def]
            if next(acts) == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            return act(*args, **kwargs)

        return acted

    os.fsync = deadly(os.fsync)
    for name in ("open", "replace", "unlink", "chmod"):
        setattr(Path, name, deadly(getattr(Path, name)))


if __name__ == "__main__":
    what, folder, *rest = sys.argv[1:]
    if what == "kills":
        shutil.copy(Path(folder) / FILE, Path(folder) / f"{FILE}.kept")
        print(json.dumps(kills(Path(folder), int(rest[0]), int(rest[1]))))
    elif what == "recoding":
        print(json.dumps(recode(Path(folder))))
    else:
        print(json.dumps(steps(Path(folder), rest)))
