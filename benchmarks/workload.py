"""
The work of a study of a real size: every row in a process of its own, the first call and the best of three.

The studies are made up and seeded (``study_maker``); *the floor* is the same answer in plain Python, numpy or pandas
on data that are ready for it, without labels, checks and counts of what is left out, in the same process.

    python benchmarks/workload.py                 # all rows, about ten minutes
    python benchmarks/workload.py suggest turns   # some of them
    python benchmarks/workload.py --profile suggest
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from measuring import peak

Task = Callable[[], Any]
Prepared = tuple[Task, Task | None]
SIZES = {
    "50": (50, 2_000),
    "500": (500, 20_000),
    "500 x10": (500, 200_000),
    "5000": (5_000, 200_000),
}
"""Interviews and codings of the studies; ``500 x10`` is coded ten times as densely."""


def opened(root: Path) -> Any:
    """Open the study and throw away what reading it left; what follows is measured without that."""
    import gc

    import qualcode

    study = qualcode.open_study(root)
    study.require_sound()
    gc.collect()
    return study


# what is measured: each hands back the work, and its floor where there is one


def opening(root: Path) -> Prepared:
    """Open and check; the floor reads the same lines as JSON and holds the quotations against the texts."""
    import qualcode

    return lambda: qualcode.open_study(root), lambda: plain_study(root)


def plain_study(root: Path) -> tuple[dict[str, str], dict[tuple[str, str], list[dict[str, Any]]]]:
    """Read texts and coders' lines with the standard library alone."""
    texts = {p.stem: p.read_text("utf-8").split("\n---\n", 1)[1] for p in sorted((root / "interviews").glob("*.md"))}
    coded = {}
    for path in sorted((root / "coding/coders").glob("*/*.jsonl")):
        lines = [line for line in map(json.loads, path.read_text("utf-8").splitlines()) if "excerpt" in line]
        if any(texts[path.stem][line["start"] : line["end"]] != line["quote"] for line in lines):
            raise ValueError(path)
        coded[path.parent.name, path.stem] = lines
    return texts, coded


def suggesting(root: Path) -> Prepared:
    """Suggest passages for all codes to the first coder."""
    from qualcode.suggest import suggest

    study = opened(root)
    return lambda: suggest(study, "coder-a"), None


def indexing(root: Path) -> Prepared:
    """Make the index of all words; the floor is SQLite's."""
    import sqlite3

    from qualcode.search.index import Index

    study = opened(root)

    def floor() -> None:
        base = sqlite3.connect(":memory:")
        base.execute("create virtual table t using fts5(name, text)")
        base.executemany("insert into t values (?, ?)", [(d.id, d.text) for d in study.documents.values()])

    return lambda: Index.of(study.documents.values()), floor


def first_search(root: Path) -> Prepared:
    """Look for a word in one short text with an emoji; only the first call tells."""
    from qualcode.search.index import Index

    study = opened(root)
    document = next(iter(study.documents.values()))
    from dataclasses import replace

    short = replace(document, text=f"{document.text[:2000]}\U0001f600")
    return lambda: Index.of([short]), None


def turning(root: Path) -> Prepared:
    """Make the table of turns; the floor finds labels by one pattern and counts words by another."""
    import pandas as pd

    from qualcode import tables

    study = opened(root)
    texts = {d.id: d.text for d in study.documents.values()}
    word = re.compile(r"[^\W_]+")

    def floor() -> pd.DataFrame:
        rows = []
        for name, text in texts.items():
            found = list(re.finditer(r"^(Q|P\d+): ", text, re.MULTILINE))
            for n, (here, end) in enumerate(zip(found, [*(m.start() for m in found[1:]), len(text)], strict=True), 1):
                said = text[here.end() : end].rstrip()
                label = here[1]
                about = (name, n, label, label.lower(), "en", here.start(), here.end() + len(said), "")
                rows.append((*about, len(word.findall(said)), here.end(), label == "Q"))
        return pd.DataFrame(rows, columns=list("abcdefghijk"))

    return lambda: tables.turns(study), floor


def coding(root: Path) -> Prepared:
    """Make the table of the first coder's codings; the floor puts parsed lines and the speakers into a table."""
    import pandas as pd

    from qualcode import tables

    study = opened(root)
    texts, coded = plain_study(root)

    def floor() -> pd.DataFrame:
        rows = []
        for (coder, name), lines in coded.items():
            if coder == "coder-a":
                found = [(m.start(), m[1]) for m in re.finditer(r"^(Q|P\d+): ", texts[name], re.MULTILINE)]
                starts = [t[0] for t in found]
                for x in lines:
                    who = found[bisect_right(starts, x["start"]) - 1][1]
                    for code, stance in x["codes"].items():
                        about = (name, x["excerpt"], x["start"], x["end"], x["quote"], who, x["holder"] or who, coder)
                        rows.append((*about, code, code.split("/")[0], stance, x["memo"]))
        return pd.DataFrame(rows, columns=list("abcdefghijkl")).astype({"k": float})

    return lambda: tables.codings(study, "coder-a"), floor


def by_case(root: Path) -> Prepared:
    """Codes by who speaks; the floor as in the table of codings."""
    from qualcode.tables import retrieval

    study = opened(root)
    texts, coded = plain_study(root)

    def floor() -> Counter[tuple[str, str]]:
        counts: Counter[tuple[str, str]] = Counter()
        for (coder, name), lines in coded.items():
            if coder != "coder-a":
                continue
            turns = [(m.start(), m[1]) for m in re.finditer(r"^(Q|P\d+): ", texts[name], re.MULTILINE)]
            starts = [t[0] for t in turns]
            for line in lines:
                who = {
                    label
                    for _, label in turns[bisect_right(starts, line["start"]) - 1 : bisect_left(starts, line["end"])]
                }
                for code in line["codes"]:
                    counts[code, who.pop() if len(who) == 1 else ""] += 1
        return counts

    return lambda: retrieval.by_case(study, coder="coder-a"), floor


def agreeing(root: Path) -> Prepared:
    """Agreement by span, no interval; the floor cuts each code's line at all edges and sums lengths with numpy."""
    import numpy as np
    import pandas as pd

    from qualcode import agreement, tables

    study = opened(root)
    both = pd.concat([tables.codings(study, c) for c in study.coders], ignore_index=True)
    read, turns = tables.coverage(study), tables.turns(study)

    def floor() -> dict[str, float]:
        texts = {d.id: len(d.text) for d in study.documents.values()}
        shift, at = {}, 0
        for name, size in texts.items():
            shift[name], at = at, at + size + 1
        twice = {d for d, n in Counter(d for _, d in study.coded).items() if n > 1}
        kept = both[both["document"].isin(twice)]
        place = kept["document"].map(shift).to_numpy()
        start, end = kept["start"].to_numpy() + place, kept["end"].to_numpy() + place
        first = (kept["coder"] == "coder-a").to_numpy()
        found = {}
        for code, rows in kept.groupby("code").indices.items():
            edges = np.unique(np.concatenate([start[rows], end[rows]]))
            given = []
            for who in (first[rows], ~first[rows]):
                steps = np.zeros(len(edges), dtype=int)
                np.add.at(steps, np.searchsorted(edges, start[rows][who]), 1)
                np.add.at(steps, np.searchsorted(edges, end[rows][who]), -1)
                given.append(np.cumsum(steps)[:-1] > 0)
            sizes = np.diff(edges)
            found[code] = float(sizes[given[0] != given[1]].sum() / max(1, sum(sizes[g].sum() for g in given)))
        return found

    return lambda: agreement.agreement(both, read, "span", turns=turns, resamples=0), floor


def drawing(root: Path) -> Prepared:
    """Agreement by turn with ten thousand draws of the interviews."""
    import pandas as pd

    from qualcode import agreement, tables

    study = opened(root)
    both = pd.concat([tables.codings(study, c) for c in study.coders], ignore_index=True)
    both = both[["document", "start", "end", "coder", "code", "family", "stance"]]
    read, turns = tables.coverage(study), tables.turns(study)
    return lambda: agreement.agreement(both, read, turns=turns, resamples=10_000), None


def all_read_twice(root: Path) -> Prepared:
    """Do the same where both coders have read all documents."""
    import pandas as pd

    from qualcode import agreement, tables

    study = opened(root)
    one = tables.codings(study, "coder-a")[["document", "start", "end", "coder", "code", "family"]]
    both = pd.concat([one, one.iloc[::2].assign(coder="coder-b")], ignore_index=True)
    read = tables.coverage(study)
    read = read[read["coder"] == "coder-a"]
    read = pd.concat([read, read.assign(coder="coder-b")], ignore_index=True)
    turns = tables.turns(study)
    del study
    return lambda: agreement.agreement(both, read, turns=turns, resamples=10_000), None


def edited(root: Path, texts: int) -> Prepared:
    """Follow the excerpts of so many texts in which a word was put in at four places."""
    from qualcode.coding import places

    for path in sorted((root / "interviews").glob("*.md"))[:texts]:
        head, text = path.read_text("utf-8").split("\n---\n", 1)
        for part in (0.2, 0.4, 0.6, 0.8):
            at = text.index(" ", int(len(text) * part))
            text = f"{text[:at]} then{text[at:]}"
        path.write_text(f"{head}\n---\n{text}", "utf-8", newline="\n")
    import gc

    import qualcode

    study = qualcode.open_study(root)
    gc.collect()
    return lambda: places.found_again(study), None


def ten_edited(root: Path) -> Prepared:
    """Ten texts."""
    return edited(root, 10)


def all_edited(root: Path) -> Prepared:
    """All texts."""
    return edited(root, 10**9)


def edited_opening(root: Path) -> Prepared:
    """Open a study of which ten texts were edited."""
    import qualcode

    edited(root, 10)
    return lambda: qualcode.open_study(root), None


def renaming(root: Path) -> Prepared:
    """Rename a code on one excerpt in ten: the plan, and all files written."""
    from qualcode import recoding

    for path in sorted((root / "coding").glob("*/**/*.jsonl")):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        for n in range(0, len(lines), 10):
            if '"excerpt"' in lines[n]:
                codes = '"codes": {"context/setting-1": null}'
                lines[n] = re.sub(r'"codes": \{[^}]*\}', codes, lines[n])
        path.write_text("".join(lines), "utf-8", newline="\n")
    study = opened(root)

    def rename() -> None:
        plan = recoding.rename(study, "context/setting-1", "context/setting-9", why="Shorter.", on=date(2024, 12, 1))
        recoding.carry_out(study, plan)

    return rename, None


def renaming_of_many(root: Path) -> Prepared:
    """Rename one of three thousand codes that few excerpts carry."""
    from qualcode import recoding

    book = root / "coding/codebook.yaml"
    more = "".join(
        f"  context/more-{n:04d}: {{label: More {n}, definition: More of it., use: Where it is., not: Elsewhere.}}\n"
        for n in range(3_000)
    )
    book.write_text(book.read_text("utf-8") + more, "utf-8", newline="\n")
    study = opened(root)

    def rename() -> None:
        plan = recoding.rename(study, "context/more-1500", "context/other", why="Shorter.", on=date(2024, 12, 1))
        recoding.carry_out(study, plan)

    return rename, None


def first_act(root: Path) -> Prepared:
    """Tag one stretch, the first that this process writes."""
    from qualcode.coding import hand

    study = opened(root)
    name = next(iter(study.documents))
    at = study.documents[name].turns[1].words_start
    places = iter(range(at, at + 60, 20))
    return (
        lambda: hand.code_place(study, name, (s := next(places)), s + 9, {"context/setting-1": None}, coder="coder-a"),
        None,
    )


def many_acts(root: Path) -> Prepared:
    """Tag 1,023 stretches of many documents in one step."""
    from qualcode.coding import hand

    study = opened(root)
    tags = [
        hand.Tag(d.id, t.words_start, t.words_start + 8, {"process/step-1": None})
        for d in study.documents.values()
        for t in d.turns[1:80:2]
        if t.end - t.words_start > 9
    ][:1023]
    who = iter(("new-a", "new-b", "new-c", "new-d"))
    return lambda: hand.code_places(study, tags, coder=next(who)), None


def together(root: Path) -> Prepared:
    """Which codes meet; the floor in plain Python on parsed lines."""
    from qualcode.tables import retrieval

    study = opened(root)
    _, coded = plain_study(root)

    def floor() -> Counter[tuple[str, str]]:
        pairs: Counter[tuple[str, str]] = Counter()
        for (coder, _), lines in coded.items():
            if coder != "coder-a":
                continue
            still: list[tuple[int, str]] = []
            for start, end, code in sorted((x["start"], x["end"], c) for x in lines for c in x["codes"]):
                still = [s for s in still if s[0] > start]
                for _, other in still:
                    if other != code:
                        pairs[(code, other) if code < other else (other, code)] += 1
                still.append((end, code))
        return pairs

    return lambda: retrieval.together(study, coder="coder-a"), floor


def gated(root: Path) -> Prepared:
    """Look through all interviews for 500 names, and for the words of each fifth one; the floor splits their words."""
    from dataclasses import replace

    from qualcode.gate import Key, Named, check_out

    study = opened(root)
    held = {n: replace(d, release="closed") if i % 5 == 0 else d for i, (n, d) in enumerate(study.documents.items())}
    study = replace(study, documents=held)
    key = Key(tuple(Named(f"Annelore Rosenbloom{n}", f"person {n}") for n in range(500)))
    texts = [p for n, p in enumerate(sorted((root / "interviews").glob("*.md"))) if n % 5]

    def floor() -> int:
        return sum(len(re.findall(r"[^\W_]+", p.read_text("utf-8").casefold())) for p in texts)

    return lambda: check_out(texts, study=study, key=key), floor


def proving(root: Path) -> Prepared:
    """Hold a manuscript of 150 pages, 70,000 words, against the texts: 1,200 quotations, one in four changed."""
    import random

    from qualcode.manuscript import check_manuscript

    study = opened(root)
    draw = random.Random(7)
    texts = [d for d in study.documents.values() if len(d.turns) > 20]
    parts = []
    for n in range(1_200):
        document = draw.choice(texts)
        turn = draw.choice([t for t in document.turns if t.end - t.words_start > 120] or document.turns)
        words = document.text[turn.words_start : turn.end].split()
        first = draw.randrange(max(1, len(words) - 30))
        words = words[first : first + draw.randrange(8, 40)]
        if n % 4 == 0 and len(words) > 6:
            words[len(words) // 2] = "otherwise"
        prose = " ".join(draw.choices(words, k=30))
        parts.append(f"{prose} “{' '.join(words)}” ({turn.speaker.label}, {document.date}). {prose}")
    (root / "chapter.md").write_text("\n\n".join(parts), "utf-8")
    return lambda: check_manuscript(study, [root / "chapter.md"]), None


ROWS: dict[str, tuple[Callable[[Path], Prepared], tuple[str, ...], str]] = {
    "open": (opening, ("50", "500", "500 x10", "5000"), "open and check the study"),
    "suggest": (suggesting, ("50", "500"), "suggest passages for all codes"),
    "index": (indexing, ("50", "500"), "search index"),
    "emoji": (first_search, ("50",), "first search of a text with one emoji"),
    "turns": (turning, ("50", "500"), "table of turns"),
    "codings": (coding, ("50", "500", "500 x10"), "table of codings"),
    "case": (by_case, ("50", "500", "500 x10"), "code by case"),
    "meet": (together, ("50", "500", "500 x10"), "which codes meet"),
    "span": (agreeing, ("50", "500", "500 x10"), "agreement by span, 60 codes"),
    "draws": (drawing, ("500", "5000"), "agreement, 10,000 draws, one interview in five coded twice"),
    "draws2": (all_read_twice, ("500", "5000"), "agreement, 10,000 draws, all coded twice"),
    "edit10": (ten_edited, ("50", "500"), "ten texts edited: find their excerpts again"),
    "editopen": (edited_opening, ("500",), "ten texts edited: open"),
    "editall": (all_edited, ("50", "500", "500 x10"), "all texts edited: find all excerpts again"),
    "rename": (renaming, ("500", "500 x10"), "rename a code on one excerpt in ten"),
    "rename3000": (renaming_of_many, ("50",), "rename one of 3,000 codes"),
    "act": (first_act, ("500",), "tag one stretch"),
    "gate": (gated, ("50", "500"), "the gate: 500 names, words of each fifth interview"),
    "prove": (proving, ("500",), "a manuscript of 150 pages proved, 1,200 quotations"),
    "acts": (many_acts, ("500",), "tag 1,023 stretches in one step"),
}
_ONCE = ("rename", "rename3000", "editall")
"""What changes the study, or is too long: called once."""
_WRITES = ("rename", "rename3000", "act", "acts", "edit10", "editall", "editopen")


def measure(row: str, root: Path, *, profile: bool = False) -> dict[str, float | None]:
    """Measure one row in this process: the first call, the best of three, the peak of memory, the floor."""
    task, floor = ROWS[row][0](root)
    before = peak()
    if profile:
        import cProfile
        import pstats

        watch = cProfile.Profile()
        watch.runcall(task)
        pstats.Stats(watch).sort_stats("tottime").print_stats(25)
        return {}
    times = []
    for _ in range(1 if row in _ONCE else 3):
        start = time.process_time()
        task()
        times.append(time.process_time() - start)
        if times[-1] > 8:
            break
    most = peak()
    floors = []
    for _ in range(3 if floor else 0):
        start = time.process_time()
        floor()  # type: ignore[misc]
        floors.append(time.process_time() - start)
    return {
        "first": times[0],
        "best": min(times),
        "peak": most,
        "before": before,
        "floor": min(floors) if floors else None,
    }


def main() -> None:
    """Print the table of all rows, or of those named; as a child process, measure one."""
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(sys.argv[2], Path(sys.argv[3]))))
        return
    profile = "--profile" in sys.argv
    rows = [a for a in sys.argv[1:] if not a.startswith("-")] or list(ROWS)
    made: dict[str, Path] = {}
    print("| what | interviews | first, CPU s | best | peak MB | of which before | times the floor |")
    print("|---|---:|---:|---:|---:|---:|---:|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for row in rows:
            _, sizes, words = ROWS[row]
            for size in sizes:
                if size not in made:
                    made[size] = Path(folder) / size.replace(" ", "-")
                    maker = [sys.executable, str(Path(__file__).with_name("study_maker.py")), str(made[size])]
                    subprocess.run([*maker, *map(str, SIZES[size])], check=True)  # its memory would be counted as ours
                root = made[size]
                if row in _WRITES:
                    root = Path(folder) / "copy"
                    shutil.rmtree(root, ignore_errors=True)
                    shutil.copytree(made[size], root)
                if profile:
                    measure(row, root, profile=True)
                    continue
                command = [sys.executable, __file__, "--one", row, str(root)]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode:
                    print(f"| {words} | {size} | {done.stderr.splitlines()[-1]} |", flush=True)
                    continue
                found = defaultdict(lambda: None, json.loads(done.stdout))
                floor = f"{found['best'] / found['floor']:.1f} ({found['floor']:.3f})" if found["floor"] else ""
                times = f"{found['first']:.3f} | {found['best']:.3f}"
                told = f"{times} | {found['peak']:.0f} | {found['before']:.0f} | {floor}"
                print(f"| {words} | {size} | {told} |", flush=True)


if __name__ == "__main__":
    main()
