"""
Damage a study again and again and see what commands say; run as a script by tests/test_strangers.py.

``damaging.py FOLDER TIMES SEED`` lays a study below FOLDER, with notebooks, memos, a settled document and what an
earlier report left in ``build``. Each time it damages a copy in one to four ways (bytes, fields, values of JSON, names,
kinds, permissions, links), runs ``check``, ``table``, ``report --untrusted`` and one more command on it, and prints as
JSON what was wrong, how many studies were rendered, what was written elsewhere or read there, the CPU seconds of the
slowest command and the memory. Study N has the seed SEED + N, so that ``FOLDER 1 SEED+N`` shows it again.
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
import resource
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from watching import run, watch

HERE = Path(__file__).parent
SECRET = "the-words-of-somebody-elses-diary"
DAMAGES = ("link-out", "link-to-a-device", "link-to-nowhere", "link-inside", "pipe", "folder", "nothing", "odd-name")
PAYLOADS: list[str] = json.loads((HERE / "hostile/payloads.json").read_text("utf-8"))
BYTES = [b"\n", b"{", b"}", b"[" * 2000, b"]", b": ", b"- ", b'"', b",", b"\x00", b"&a *a", b"\xff", b"---\n", b"\r"]
BYTES += [b" " * 5000, b"a: " * 500, b"[[code " * 300, b"## " * 300, b"\x1b[2J", b"9" * 5000, b"\xe2\x80\xae", b"../"]
WORDS = [
    *PAYLOADS,
    "",
    " ",
    "\x1b[2J",
    "\x00",
    "\ud800",
    "9" * 5000,
    "nan",
    "-1e999",
    "٣",
    "1_0",
    "yes",
    "İ",
    "a" * 70_000,
]
WORDS += [
    "[" * 3000,
    "*" * 3000,
    "`" * 3000,
    "> " * 3000,
    "[a](" * 3000,
    "<!--" * 3000,
    "\\1",
    "a\nb",
    "\r",
    "2024-02-30",
]
VALUES: list[Any] = [None, True, [], {}, [[]], 0, -1, 1e308, float("nan"), 10**400, "", {"a": [1]}, ["x"], 3.5, *WORDS]
FREE = ("label", "note", "what", "figure_basis", "circle", "position", "district", "title", "definition", "use", "not")
FREE += ("stance", "rule", "change", "why", "place", "by", "source", "example")
NAMES = [
    "index",
    "search",
    "changes",
    "A",
    "con",
    "-x",
    '"><img src=x onerror=window.ran=1>',
    "x\\1",
    "a\nb",
    "a\x1b[2J",
]
NAMES += [
    "{{ 7 * 7 }}",
    "a" * 240,
    "é",
    "e\u0301",
    "%s{0}",
    " ",
    "a.b",
    "corpus",
    os.fsdecode(b"\xff"),
    "\u202ex",
    "a'b&c",
]
MORE = ["table statements", "table turns", "table acts", "table coverage", "search card", "search code:function/access"]
MORE += ["finish", "review", "agreement", "divergence", "tidy", "reanchor", "network", "table cases"]
MORE += ["compare 2024-02-12-desk-officer reader second", "codebook rename function/access function/entry --why x"]


def lay(study: Path) -> None:
    """Lay the sound study that is damaged."""
    from qualcode.report import report
    from qualcode.study.layout import lay_notebooks
    from test_hostile import NOTEBOOK

    shutil.copytree(HERE / "citizen-card", study)
    lay_notebooks(study)
    (study / "notebooks" / "shown.ipynb").write_text(json.dumps(NOTEBOOK), "utf-8")
    (study / "coding" / "reviews.csv").write_text(f"review,on,revision\nfirst,2024-03-01,{'0' * 40}\n", "utf-8")
    report(study, untrusted=True, say=lambda _: None)


def do(damage: str, path: Path) -> None:
    """Put something else in the place of a file or a folder."""
    if not path.parent.is_dir():
        return
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    if damage == "odd-name":
        path.with_name(os.fsdecode(b"\xff\x1b[31m" + path.name.encode()[:200])).write_text("x\n", "utf-8")
    elif damage == "pipe":
        os.mkfifo(path)
    elif damage == "folder":
        path.mkdir()
    elif damage != "nothing":
        outside = os.path.relpath(_outside(path), path.parent)
        to = {"link-to-a-device": "/dev/zero", "link-to-nowhere": "nowhere", "link-inside": "../coding/cases.csv"}
        path.symlink_to(to.get(damage, outside))


def _outside(path: Path) -> Path:
    """Return a file of somebody else's, or a folder with one, of the ending of *path*."""
    folder = next((p for p in path.parents if (p / "outside").is_dir()), Path("/nowhere")) / "outside"
    return folder / f"secret{path.suffix}" if path.suffix else folder


def of_bytes(path: Path, chance: random.Random) -> None:
    """Put bytes into a file, in the place of some or of all that follow."""
    data = path.read_bytes()
    at, cut = chance.randrange(len(data) + 1), chance.choice([0, 0, 1, 5, 60, 2000])
    new = chance.choice(BYTES) if chance.random() < 0.7 else chance.randbytes(chance.randrange(12))
    if chance.random() < 0.1:
        new = data[chance.randrange(len(data) + 1) :]
    path.write_bytes(data[:at] + new * chance.choice([1, 1, 1, 30]) + data[at + cut :])


def of_fields(path: Path, chance: random.Random) -> None:
    """Write something else into a field of a table, a value of YAML or JSON, or a line of a text; well-formed."""
    text = path.read_text("utf-8", errors="replace")
    if path.suffix == ".csv":
        rows = list(csv.reader(io.StringIO(text))) or [[""]]
        row = chance.choice(rows)
        row[chance.randrange(len(row)) if row else slice(0, 0)] = chance.choice(WORDS) if row else ["x"]  # type: ignore[index]
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        text = out.getvalue()
    elif path.suffix in (".jsonl", ".ipynb", ".json"):
        parts = text.splitlines() if path.suffix == ".jsonl" else [text]
        n = chance.randrange(len(parts) or 1)
        try:
            parts[n : n + 1] = [json.dumps(_changed(json.loads(parts[n]), chance))]
        except (ValueError, IndexError):
            return
        text = "\n".join(parts) + "\n"
    else:
        values = list(re.finditer(r"(?<=: )[^\n{}\[\],]+", text))
        if values and chance.random() < 0.8:
            value = chance.choice(values)
            word = json.dumps(chance.choice(WORDS)).replace("\\ud800", chance.choice(["\\ud800", ""]))
            text = text[: value.start()] + word + text[value.end() :]
        else:
            text += f"\n{chance.choice(WORDS)}\n"
    path.write_text(text, "utf-8", errors="surrogatepass", newline="")


def _changed(value: Any, chance: random.Random) -> Any:
    """Return a value of JSON with something else in one place of it."""
    if isinstance(value, (dict, list)) and value and chance.random() < 0.85:
        key = chance.choice(list(value) if isinstance(value, dict) else range(len(value)))
        if chance.random() < 0.1:
            del value[key]
        else:
            value[key] = _changed(value[key], chance)
        return value
    return chance.choice(VALUES)


def of_words(path: Path, chance: random.Random) -> None:
    """Write something hostile where any words may stand, so that the study stays sound."""
    text = path.read_text("utf-8", errors="replace")
    word = chance.choice(WORDS).replace("\ud800", "x")
    if path.suffix == ".csv":
        table = list(csv.DictReader(io.StringIO(text), restkey="more", restval=""))
        free = [k for k in (table[0] if table else ()) if k in FREE]
        if free:
            chance.choice(table)[chance.choice(free)] = word
            out = io.StringIO()
            writer = csv.DictWriter(
                out, [k for k in table[0] if k != "more"], extrasaction="ignore", lineterminator="\n"
            )
            writer.writeheader()
            writer.writerows(table)
            text = out.getvalue()
    elif path.suffix == ".jsonl":
        lines = text.splitlines() or [""]
        n = chance.randrange(len(lines))
        lines[n] = lines[n].replace('"memo": null', f'"memo": {json.dumps(word)}')
        text = "\n".join(lines) + "\n"
    else:
        values = [m for m in re.finditer(r"(?<=[ {])(\w+): ([^\n{}\[\],]+|\"[^\"\n]*\")", text) if m[1] in FREE]
        if values:
            value = chance.choice(values)
            text = text[: value.start(2)] + json.dumps(word, ensure_ascii=False) + text[value.end(2) :]
    path.write_text(text, "utf-8", newline="")


def of_names(path: Path, chance: random.Random) -> None:
    """Give a file another name, of its ending or not."""
    name = chance.choice(NAMES) + (path.suffix if chance.random() < 0.8 else chance.choice(["", ".MD", "~", ".md.md"]))
    try:
        if chance.random() < 0.5:
            path.rename(path.with_name(name))
        else:
            shutil.copyfile(path, path.with_name(name))
    except OSError:
        return  # a name that this system does not have


def of_kinds(path: Path, chance: random.Random) -> None:
    """Put a link, a pipe or a folder where a file or a folder was."""
    study = next(p for p in path.parents if p.name == "card")
    places = [path, path, *(p for p in path.parents if p != study and p.is_relative_to(study))]
    do(chance.choice(DAMAGES), chance.choice(places))


def of_permissions(path: Path, chance: random.Random) -> None:
    """Take rights to a file or its folder away."""
    chance.choice([path] if path.parent.name == "card" else [path, path.parent]).chmod(
        chance.choice([0, 0o200, 0o400, 0o444, 0o500, 0o555])
    )


def of_many(path: Path, chance: random.Random) -> None:
    """Repeat a file's lines."""
    lines = path.read_bytes().splitlines(keepends=True)
    at = chance.randrange(len(lines) or 1)
    path.write_bytes(
        b"".join([*lines[:at], *(lines[at : at + chance.choice([1, 3])] * chance.choice([2, 400])), *lines[at:]])
    )


HOW: list[Callable[[Path, random.Random], None]] = [
    of_bytes,
    of_fields,
    of_fields,
    of_words,
    of_words,
    of_words,
    of_names,
    of_kinds,
]
HOW += [of_permissions, of_many]


def damage(study: Path, chance: random.Random) -> None:
    """Do something to one file or folder of a study."""
    found = (Path(here, name) for here, _, names in os.walk(study) for name in names)
    places = sorted(p for p in found if os.path.isfile(p) and not os.path.islink(p) and os.access(p, os.R_OK | os.W_OK))  # noqa: PTH113, PTH114 - where nothing may be looked at, nothing is
    built = [p for p in places if "build" in p.relative_to(study).parts]
    kept = [p for p in built if p.parent.name == "build"]
    places = [p for p in places if p not in built]
    places += [*chance.sample(built, min(2, len(built))), *kept]
    if not places:
        return
    path = chance.choice(places)
    try:
        chance.choice(HOW)(path, chance)
    except (PermissionError, csv.Error, RecursionError):
        return  # an earlier damage is in the way of this one


def free(folder: Path) -> None:
    """Give back the rights that a damage took, so that the folder can be deleted."""
    for here, folders, _ in os.walk(folder):
        for name in folders:
            inside = Path(here, name)
            if not inside.is_symlink():
                inside.chmod(0o755)


class LateError(BaseException):
    """A command takes more than twenty seconds; nothing catches it on the way."""


def _late(*_: object) -> None:
    raise LateError


def main(below: Path, times: int, seed: int) -> dict[str, Any]:
    """See the module."""
    origin, study = below / "origin" / "card", below / "here" / "card"
    lay(origin)
    (below / "here" / "outside").mkdir(parents=True)
    for ending in ("", ".md", ".csv", ".jsonl", ".ipynb", ".yaml", ".json", ".html", ".key"):
        (below / "here" / "outside" / f"secret{ending}").write_text(f"{SECRET}\n", "utf-8")
    os.chdir(origin)
    run("table codings")  # what is imported once is not what a study costs
    acts: list[str] = []
    watch(str(study), acts, (os.environ["XDG_STATE_HOME"],), (str(below / "here" / "outside"),), str(below))
    signal.signal(signal.SIGALRM, _late)
    wrong, slowest, rendered, refused = [], (0.0, ""), 0, 0
    for n in range(seed, seed + times):
        chance = random.Random(n)
        os.chdir(below)
        before = len(acts)
        if study.exists():
            study.chmod(0o755)
            free(study)
            shutil.rmtree(study)
        ignored = shutil.ignore_patterns("build") if chance.random() < 0.8 else None
        shutil.copytree(origin, study, ignore=ignored, symlinks=True)
        for _ in range(chance.choice([1, 1, 1, 1, 2, 3, 4])):
            damage(study, chance)
        del acts[before:]  # what we did ourselves
        os.chdir(study)
        for command in ("check", "table codings", "table documents", "report --untrusted", chance.choice(MORE)):
            began = time.process_time()
            signal.alarm(20)
            status, said, escaped = run(command)
            signal.alarm(0)
            slowest = max(slowest, (time.process_time() - began, f"{n} {command}"))
            obeyed = "\x1b" in said and not command.startswith("table")  # a table that goes to a file keeps its words
            if escaped or status not in (0, 1, 2) or "Traceback" in said or obeyed or SECRET in said:
                wrong.append(f"{n} {command}: {escaped or said[-300:]}")
            if command == "check":
                refused += status != 0
            if command.startswith("report") and status == 0:
                rendered += 1
                shown = [
                    p for p in (study / "build/site").rglob("*") if p.is_file() and SECRET.encode() in p.read_bytes()
                ]
                wrong += [f"{n} {command}: {p.name} shows a foreign file" for p in shown]
        acts[before:] = [f"{n} {a}" for a in acts[before:]]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    found = {"wrong": wrong, "outside": acts, "slowest": slowest[1], "seconds": slowest[0], "megabytes": memory}
    return found | {"studies": times, "rendered": rendered, "with_problems": refused}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
