"""
A study of any size, made up: seeded, so that the same numbers give the same files, byte by byte.

Nobody said what is in it. Words are drawn from a made-up vocabulary as often as words of a language are (Zipf), turns
are as long as turns of interviews are; one person an interview, two coders, of whom the second coded every fifth
interview, where the two agreed on the first one's codings. One interview in twenty-five may not be quoted.

Run from the root of the repository: `python benchmarks/study_maker.py FOLDER INTERVIEWS CODINGS`.
"""

from __future__ import annotations

import csv
import io
import random
import re
import sys
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from itertools import accumulate
from pathlib import Path

from qualcode.plaintext.anchor import Anchor, text_hash
from qualcode.study.case import ACT_COLUMNS, CASE_COLUMNS, TIE_COLUMNS
from qualcode.study.excerpt import Excerpt, Reading
from qualcode.study.layout import lay_notebooks

FULL = 500, 20_000
"""Interviews and codings of the size that the benchmarks speak of: 16.2 million characters."""
WORDS = 4_920
"""Words an interview: some 32,000 characters."""
THEMES, PER_THEME = 4, 13
ORGANISATIONS = 20
FIRST, SECOND = "coder-a", "coder-b"
_STANCES = {"for": 1, "mixed": 0, "against": -1}
_SYLLABLES = [*re.findall("..", "bacedifogulamenirosutavelinopasatomaelinoranesalurtideco"), "qué", "rê"]
_VOCABULARY = 6_000


def make_study(folder: Path, interviews: int, codings: int, seed: int = 0, words: int = WORDS) -> Path:
    """
    Write a sound study with the starter notebooks to *folder* and return it.

    Args:
        folder: is made; must not be there, or be empty.
        interviews: how many, each with a person of its own.
        codings: how many codes are given, over both coders; one excerpt in five carries two. What was agreed is
            written besides and not counted.
        seed: another one gives another study.
        words: how many words an interview has.
    """
    draw = random.Random(f"{seed} {interviews} {codings} {words}")
    codes = _codes()
    _write(folder / "coding/codebook.yaml", _codebook(codes))
    _write(folder / "coding/cases.csv", _cases(interviews, draw))
    _write(folder / "coding/ties.csv", _ties(interviews, draw))
    _write(folder / "coding/acts.csv", _acts(interviews, draw))
    speech = _Speech(draw)
    second = [n for n in range(interviews) if n % 5 == 0]
    shares = _shares(codings, interviews + len(second))
    taken: set[str] = set()
    texts: list[str] = []
    for n in range(interviews):
        head, text = _interview(n, words, speech, draw)
        texts.append(text)
        _write(folder / f"interviews/{_name(n)}.md", head + text)
    for share, (coder, n) in zip(
        shares, [*((FIRST, n) for n in range(interviews)), *((SECOND, n) for n in second)], strict=True
    ):
        excerpts = _excerpts(texts[n], f"{seed}{coder}{n}", share, codes, draw, taken)
        read = Reading(0, len(texts[n]), text_hash(texts[n]), "2024-09-02T10:00:00Z")
        lines = [e.to_json() for e in excerpts]
        _write(folder / f"coding/coders/{coder}/{_name(n)}.jsonl", "\n".join([*lines, read.to_json()]) + "\n")
        if coder == FIRST and n % 5 == 0:
            settled = {"by": [FIRST, SECOND], "on": "2024-10-01", "why": "as the first coder has it"}
            agreed = [replace(e, settled=settled).to_json() for e in excerpts]
            _write(folder / f"coding/agreed/{_name(n)}.jsonl", "".join(f"{line}\n" for line in agreed))
    for n in range(0, interviews, 10):
        about = f"case person-{n + 1:04d}"
        head = f'---\ntitle: Note {n}\non: 2024-09-03\nby: {FIRST}\nabout: ["{about}"]\nkind: analytic\n---\n'
        _write(folder / f"coding/memos/2024-09-03-note-{n:04d}.md", f"{head}{speech.sentences(60)}\n")
    lay_notebooks(folder)
    return folder


class _Speech:
    """Draws words as a language does: the second half as often as the first, the third a third as often."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        made: dict[str, None] = {}
        while len(made) < _VOCABULARY:
            made["".join(draw.choice(_SYLLABLES) for _ in range(draw.choice((1, 1, 2, 2, 2, 3, 3, 4))))] = None
            if len(made) > 40:
                made["".join(draw.choice(_SYLLABLES) for _ in range(draw.choice((2, 3, 3, 4))))] = None
        self.words = list(made)[:_VOCABULARY]
        self.weights = list(accumulate(1 / (rank + 2.7) for rank in range(_VOCABULARY)))

    def sentences(self, words: int) -> str:
        """Return so many words in sentences."""
        said = self.draw.choices(self.words, cum_weights=self.weights, k=words)
        at = 0
        while at < words:
            said[at] = said[at].capitalize()
            at = min(words, at + self.draw.randint(5, 24))
            said[at - 1] += self.draw.choice((".", ".", ".", "?", "..."))
        return " ".join(said)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="\n")


def _name(n: int) -> str:
    return f"{date(2024, 1, 1) + timedelta(days=n % 240)}-interview-{n + 1:04d}"


def _codes() -> list[str]:
    """Return the codes that excerpts carry: themes, then process and context."""
    themes = [f"theme-{t + 1}/issue-{k + 1:02d}" for t in range(THEMES) for k in range(PER_THEME)]
    return [*themes, *(f"process/step-{k + 1}" for k in range(3)), *(f"context/setting-{k + 1}" for k in range(2))]


def _codebook(codes: list[str]) -> str:
    lines = [
        "title: A study made up",
        "version: 1",
        "contrast: [giver, taker]",
        "stances: {for: 1, mixed: 0, against: -1}",
    ]
    lines += ["families:", "  figure: {label: Figure, role: figure, exclusive: yes}"]
    lines += [f"  theme-{t + 1}: {{label: Theme {t + 1}, role: theme}}" for t in range(THEMES)]
    lines += ["  process: {label: How, role: process}", "  context: {label: Where, role: context}", "codes:"]
    lines += [f"  figure/{f}: {{label: {f.capitalize()}, definition: Acts so.}}" for f in ("giver", "taker", "neither")]
    for code in codes:
        label = code.replace("/", " ").replace("-", " ").capitalize()
        told = f"label: {label}, definition: {label} is what is meant., use: Where it is spoken of., not: Elsewhere."
        lines.append(f"  {code}: {{{told}{f', stance: {label} is good.' if code.startswith('theme') else ''}}}")
    return "\n".join(lines) + "\n"


def _table(columns: tuple[str, ...], rows: list[dict[str, object]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _cases(interviews: int, draw: random.Random) -> str:
    rows: list[dict[str, object]] = [{"case": "researcher", "label": "The researcher", "kind": "researcher"}]
    rows += [
        {"case": f"organisation-{k + 1:02d}", "label": f"Organisation {k + 1}", "kind": "organisation"}
        for k in range(ORGANISATIONS)
    ]
    for n in range(interviews):
        figure = draw.choices(("giver", "taker", "neither", ""), (35, 35, 15, 15))[0]
        judged = {"figure": figure, "figure_basis": "What was done.", "figure_on": "2024-08-30"} if figure else {}
        about = {"position": draw.choice(("member", "staff", "neighbour")), **judged}
        about["organisation"] = f"organisation-{draw.randrange(ORGANISATIONS) + 1:02d}"
        rows.append({"case": f"person-{n + 1:04d}", "label": f"Person {n + 1}", "kind": "person", **about})
    return _table(CASE_COLUMNS, rows)


def _ties(interviews: int, draw: random.Random) -> str:
    wanted = {
        (
            f"person-{n + 1:04d}",
            draw.choice(("knows", "works-with")),
            f"organisation-{draw.randrange(ORGANISATIONS) + 1:02d}",
        )
        for n in range(interviews)
    }
    rows: list[dict[str, object]] = [{"case": a, "tie": tie, "to": b, "since": "2020"} for a, tie, b in sorted(wanted)]
    return _table(TIE_COLUMNS, rows)


def _acts(interviews: int, draw: random.Random) -> str:
    rows: list[dict[str, object]] = [
        {
            "act": f"a{n:04d}",
            "date": "2024-03-01",
            "case": f"person-{n + 1:04d}",
            "did": "signed",
            "what": "signed the letter",
            "theme": f"theme-1/issue-{n % PER_THEME + 1:02d}",
            "stance": draw.choice((1, 0, -1)),
            "document": _name(n),
            "certainty": "told",
        }
        for n in range(0, interviews, 8)
    ]
    return _table(ACT_COLUMNS, rows)


def _interview(n: int, words: int, speech: _Speech, draw: random.Random) -> tuple[str, str]:
    """Return an interview's front matter and text."""
    consent = "paraphrase" if n % 25 == 24 else "quote"
    head = (
        f"---\ntitle: Interview {n + 1}\ndate: {_name(n)[:10]}\nlanguage: en\nmode: recorded\nspeakers:\n"
        f"  Q: {{case: researcher}}\n  P{n + 1}: {{case: person-{n + 1:04d}}}\nconsent: {consent}\nrelease: open\n---\n"
    )
    turns: list[str] = []
    left = words
    while left > 0:
        asked, said = draw.randint(4, 20), draw.randint(20, 200)
        turns += [f"Q: {speech.sentences(min(asked, left))}"]
        left -= asked
        if left > 0:
            turns += [f"P{n + 1}: {speech.sentences(min(said, left))}"]
            left -= said
    return head, "\n\n".join(turns) + "\n"


def _shares(codings: int, files: int) -> list[int]:
    """Hand out codings to files, as evenly as whole numbers allow."""
    return [codings // files + (k < codings % files) for k in range(files)]


def _excerpts(
    text: str, salt: str, share: int, codes: list[str], draw: random.Random, taken: set[str]
) -> list[Excerpt]:
    """Place excerpts in the answers; one in five carries two codes."""
    answers, at = [], 0
    for turn in text.rstrip("\n").split("\n\n"):
        if turn.startswith("P"):
            answers.append((at + turn.index(" ") + 1, at + len(turn)))
        at += len(turn) + 2
    made: list[Excerpt] = []
    hashed = text_hash(text)
    while share > 0:
        low, high = draw.choice(answers)
        start = draw.randrange(low, max(low + 1, high - 40))
        start = text.rfind(" ", low - 1, start + 1) + 1
        end = text.find(" ", min(high - 1, start + draw.randint(40, 260)))
        end = high if end < 0 else min(high, end)
        carried = draw.sample(codes, 2 if share > 1 and draw.random() < 0.2 else 1)
        share -= len(carried)
        given = {c: _STANCES[draw.choice(list(_STANCES))] if c.startswith("theme") else None for c in carried}
        name = "e" + sha256(f"{salt} {len(made)}".encode()).hexdigest()[:10]
        while name in taken:
            name = "e" + sha256(name.encode()).hexdigest()[:10]
        taken.add(name)
        anchor = Anchor.take(text, start, end)
        made.append(
            Excerpt(
                name,
                anchor,
                hashed,
                {k: None if v is None else float(v) for k, v in given.items()},
                "2024-09-01T09:00:00Z",
            )
        )
    return sorted(made, key=lambda e: e.place)


if __name__ == "__main__":
    make_study(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
