"""
How much a study of 500 transcripts costs: to open and check, to retrieve from, to write to.

Each step runs in a process of its own, beside a floor: the same thing written with the standard library
alone, for this one shape of files, without a check that it could leave out. CPU seconds, peak megabytes.

    python benchmarks/lossless.py            # 20,000 and 200,000 excerpts, about five minutes
    python benchmarks/lossless.py --small    # a tenth of it
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left, bisect_right
from collections import Counter
from pathlib import Path

SAID = (
    "the motion was about who could come and sleep at the hospital without being asked for a paper and then we said "
    "that the city had to sign it or we'd stay on the stairs, moi je pense que c'était déjà décidé, enfin, she rang us "
    "twice; nobody knew what “refuge” would mean for the office, and the list of names went round in a plastic folder"
)
WORDS = SAID.split()
CODES = [f"{family}/code-{n:02d}" for family in ("motion", "city", "people") for n in range(20)]
CODERS = ("anna", "ben")


def make(root: Path, documents: int, characters: int, excerpts: int) -> None:
    """Write a synthetic study; the same every time."""
    chance = random.Random(20181122)
    (root / "interviews").mkdir(parents=True)
    people = [f"person-{n:03d}" for n in range(documents)]
    _write_coding(root, people)
    each = excerpts // documents // len(CODERS)
    for number, person in enumerate(people):
        label = person.upper()
        turns, size = [], 0
        while size < characters // documents:
            said = " ".join(chance.choices(WORDS, k=chance.randint(8, 120)))
            turns.append(f"{label if len(turns) % 2 else 'Q'}: {said}.")
            size += len(turns[-1]) + 2
        text = "\n\n".join(turns) + "\n"
        name = f"2018-05-07-{person}"
        front = (
            f"---\ntitle: Interview {number}\ndate: 2018-05-07\nlanguage: en\nmode: recorded\nspeakers:\n"
            f"  {label}: {{case: {person}, organisation: group}}\n  Q: {{case: researcher}}\n"
            "consent: quote\nrelease: open\n---\n"
        )
        (root / "interviews" / f"{name}.md").write_text(front + text, "utf-8", newline="\n")
        digest = hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]
        for coder in CODERS:
            lines = []
            for n in range(500 if (number, coder) == (0, "anna") else each):  # one document to write to has 500
                start = chance.randrange(len(text) - 400)
                key = hashlib.sha256(f"{coder}/{number}/{n}".encode()).hexdigest()[:10]
                lines.append((start, start + chance.randint(20, 300), f"e{key}", n))
            folder = root / "coding" / "coders" / coder
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / f"{name}.jsonl").open("w", encoding="utf-8", newline="\n") as out:
                for start, end, key, n in sorted(lines):
                    about = {
                        "excerpt": key,
                        "start": start,
                        "end": end,
                        "text": digest,
                        "quote": text[start:end],
                        "before": text[max(0, start - 32) : start],
                        "after": text[end : end + 32],
                        "case": None,
                        "holder": None,
                        "codes": {c: chance.choice([None, 1, 0, -1]) for c in sorted(chance.sample(CODES, 1))},
                        "memo": None,
                        "made": f"2018-08-{1 + n % 28:02d}T09:{n % 60:02d}:00Z",
                        "origin": {"how": "hand"},
                    }
                    out.write(json.dumps(about, ensure_ascii=False) + "\n")
                out.write(json.dumps({"read": [0, len(text)], "text": digest, "made": "2018-09-01T09:00:00Z"}) + "\n")


def _write_coding(root: Path, people: list[str]) -> None:
    (root / "coding").mkdir()
    book = ["title: Synthetic", "version: 1", "stances: {for: 1, mixed: 0, against: -1}", "families:"]
    book += [f"  {f}: {{label: {f}, role: theme}}" for f in ("motion", "city", "people")]
    book += ["codes:"]
    for code in CODES:
        book += [f"  {code}:", f"    label: {code}", f"    definition: About {code}.", "    stance: Something is so."]
    (root / "coding/codebook.yaml").write_text("\n".join(book) + "\n", "utf-8", newline="\n")
    cases = ["case,label,kind,organisation", "researcher,Researcher,researcher,", "group,The group,organisation,"]
    cases += [f"{p},{p.capitalize()},person,group" for p in people]
    (root / "coding/cases.csv").write_text("\n".join(cases) + "\n", "utf-8", newline="\n")


# the floor: the standard library, for this one shape of files


def floor_study(root: Path) -> object:
    """Open, and look for what may be thrown away, which Python would do in whatever comes next."""
    kept = floor_open(root)
    gc.collect()
    return kept


def floor_open(root: Path) -> tuple[dict[str, str], dict[tuple[str, str], list[dict[str, object]]]]:
    texts, coded = {}, {}
    for path in sorted((root / "interviews").glob("*.md")):
        texts[path.stem] = path.read_text("utf-8").split("\n---\n", 1)[1]
    for coder in CODERS:
        for path in sorted((root / "coding/coders" / coder).glob("*.jsonl")):
            lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
            text = texts[path.stem]
            for line in lines:
                if "excerpt" in line and text[line["start"] : line["end"]] != line["quote"]:
                    raise ValueError(path)
            coded[coder, path.stem] = lines
    return texts, coded


def floor_retrieve(root: Path) -> object:
    texts, coded = floor_study(root)  # type: ignore[misc]
    started = time.process_time()
    found = []
    for (coder, name), lines in coded.items():
        for line in lines:
            if "excerpt" in line and "motion/code-07" in line["codes"]:
                start, end = line["start"], line["end"]
                text = texts[name]
                found.append((name, coder, text[max(0, start - 200) : start], text[start:end], text[end : end + 200]))
    return len(found), time.process_time() - started


def floor_by_case(root: Path) -> object:
    texts, coded = floor_study(root)  # type: ignore[misc]
    started = time.process_time()
    counts: Counter[tuple[str, str]] = Counter()
    for (_, name), lines in coded.items():
        turns = [(m.start(), m[1]) for m in re.finditer(r"^(Q|PERSON-\d+):", texts[name], re.MULTILINE)]
        starts = [t[0] for t in turns]
        for line in lines:
            if "excerpt" in line:
                here = turns[bisect_right(starts, line["start"]) - 1 : bisect_left(starts, line["end"])]
                who = {label for _, label in here}
                for code in line["codes"]:
                    counts[code, who.pop() if len(who) == 1 else ""] += 1
    return sum(counts.values()), time.process_time() - started


def floor_together(root: Path) -> object:
    _, coded = floor_study(root)  # type: ignore[misc]
    started = time.process_time()
    pairs: Counter[tuple[str, str]] = Counter()
    for lines in coded.values():
        spans = sorted((x["start"], x["end"], c) for x in lines if "excerpt" in x for c in x["codes"])
        still: list[tuple[int, str]] = []
        for start, end, code in spans:
            still = [s for s in still if s[0] > start]
            for _, other in still:
                if other != code:
                    pairs[(code, other) if code < other else (other, code)] += 1
            still.append((end, code))
    return sum(pairs.values()), time.process_time() - started


def floor_write(root: Path) -> object:
    path = root / "coding/coders/anna/2018-05-07-person-000.jsonl"
    before = path.read_bytes()
    started = time.process_time()
    for n in range(50):
        lines = path.read_text("utf-8").splitlines()
        lines.append(lines[0].replace('"excerpt": "e', f'"excerpt": "f{n:02d}'))
        path.with_suffix(".new").write_text("\n".join(lines) + "\n", "utf-8", newline="\n")
        path.with_suffix(".new").replace(path)
    cpu = time.process_time() - started
    path.write_bytes(before)
    return 50, cpu / 50


# ours


def our_study(root: Path) -> object:
    """As ``floor_study``."""
    kept = our_open(root)
    gc.collect()
    return kept


def our_open(root: Path) -> object:
    import qualcode

    study = qualcode.open_study(root)
    if study.problems:
        raise ValueError(study.problems[0])
    return study


def our_retrieve(root: Path) -> object:
    from qualcode.tables import retrieval

    study = our_study(root)
    started = time.process_time()
    found = [p for coder in CODERS for p in retrieval.passages(study, "motion/code-07", around=200, coder=coder)]
    return len(found), time.process_time() - started


def our_by_case(root: Path) -> object:
    from qualcode.tables import retrieval

    study = our_study(root)
    started = time.process_time()
    counts = [retrieval.by_case(study, coder=coder) for coder in CODERS]
    return sum(n for c in counts for n in c.values()), time.process_time() - started


def our_together(root: Path) -> object:
    from qualcode.tables import retrieval

    study = our_study(root)
    started = time.process_time()
    pairs = [retrieval.together(study, coder=coder) for coder in CODERS]
    return sum(n for p in pairs for n in p.values()), time.process_time() - started


def our_write(root: Path) -> object:
    from qualcode.coding import hand

    study = our_open(root)
    name = "2018-05-07-person-000"
    path = root / f"coding/coders/anna/{name}.jsonl"
    before = path.read_bytes()
    text = study.documents[name].text
    starts = [text.index(" ", 40 * n) + 1 for n in range(1, 60)]
    quotes = [text[s : s + 37] for s in starts if text.count(text[s : s + 37]) == 1][:51]
    hand.code_excerpt(study, name, quotes[0], {CODES[0]: 1}, coder="anna")
    started = time.process_time()
    for quote in quotes[1:]:
        hand.code_excerpt(study, name, quote, {CODES[0]: 1}, coder="anna")
    cpu = time.process_time() - started
    path.write_bytes(before)
    return len(quotes) - 1, cpu / (len(quotes) - 1)


STEPS = {
    "open": (floor_study, our_study, "open and check the study"),
    "retrieve": (floor_retrieve, our_retrieve, "all excerpts of one code, 200 code points each side"),
    "by_case": (floor_by_case, our_by_case, "code by case"),
    "together": (floor_together, our_together, "co-occurrence: overlapping excerpts, by coder"),
    "write": (floor_write, our_write, "write one excerpt to a document that has 500 (mean of 50)"),
}


def run(step: str, whose: int, root: Path) -> tuple[float, float, object]:
    """Run one step in a process of its own; return CPU seconds, peak megabytes, and what it counted."""
    words = [sys.executable, __file__, "--step", step, "--whose", str(whose), "--root", str(root)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    cpu, peak, said = json.loads(done.stdout)
    return cpu, peak, said


def one_step(step: str, whose: int, root: Path) -> None:
    import resource

    if whose == 1:
        import qualcode.coding.hand  # noqa: F401  (what is imported is not what is measured)
    started = time.process_time()
    said = STEPS[step][whose](root)
    cpu = time.process_time() - started
    if step != "open":
        count, cpu = said  # type: ignore[misc]
    else:
        count = None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    print(json.dumps([cpu, peak, count]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--step")
    parser.add_argument("--whose", type=int)
    parser.add_argument("--root", type=Path)
    args = parser.parse_args()
    if args.step:
        one_step(args.step, args.whose, args.root)
        return
    scale = 10 if args.small else 1
    print("| excerpts | step | floor: CPU s / MB | qualcode: CPU s / MB | times the floor |")
    print("|---|---|---|---|---|")
    for excerpts in (20_000, 200_000):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "study"
            make(root, 500 // scale, 16_000_000 // scale, excerpts // scale)
            for step, (_, _, label) in STEPS.items():
                times: list[list[tuple[float, float, object]]] = [[], []]
                for _ in range(3):
                    for whose in (0, 1):
                        times[whose].append(run(step, whose, root))
                (floor, low, a), (ours, high, b) = (min(t) for t in times)
                if step != "write" and a != b:
                    raise ValueError(f"{step}: the floor counts {a}, qualcode {b}")
                row = f"{floor:.4f} / {low:.0f} | {ours:.4f} / {high:.0f} | {ours / floor:.1f}"
                print(f"| {excerpts // scale:,} | {label}{f' ({b:,})' if b else ''} | {row} |", flush=True)


if __name__ == "__main__":
    main()
