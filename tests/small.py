"""A small study to try rules on: two speakers, two themes, and whatever interviews a test wants."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import qualcode
from qualcode.plaintext.anchor import Anchor
from qualcode.study.excerpt import Excerpt
from qualcode.study.layout import new_study

BOOK = """title: T
version: 1
contrast: [a, b]
stances: {for: 1, mixed: 0, against: -1}
families:
  figure: {label: Figure, role: figure, exclusive: yes, rule: r}
  topic: {label: Topic, role: theme}
codes:
  figure/a: {label: A, status: provisional}
  figure/b: {label: B, status: provisional}
  topic/x: {label: x, definition: d, use: u, not: n, status: in use, stance: It is so.}
  topic/y: {label: y, definition: d, use: u, not: n, status: in use, stance: It is so.}
history: []
"""
CASES = """case,label,kind,position,organisation,figure,figure_weight,figure_basis,figure_on,circle,status,left_on,note
researcher,The researcher,researcher,,,,,,,,,,
anna,Anna,person,,,a,1,b,2020-01-01,,,,
bo,Bo,person,,,b,1,b,2020-01-01,,,,
"""


def small_study(folder: Path, interviews: Mapping[str, tuple[str, str, str]], more: str = "") -> Path:
    """Lay out a study; interviews by id: label, case, text; *more* are further lines of ``speakers``."""
    new_study(folder)
    (folder / "coding/codebook.yaml").write_text(BOOK, "utf-8")
    (folder / "coding/cases.csv").write_text(CASES, "utf-8")
    small_interviews(folder, interviews, more)
    return folder


def small_interviews(folder: Path, interviews: Mapping[str, tuple[str, str, str]], more: str = "") -> None:
    """Write interviews of a study: label, case and text by id."""
    for name, (label, case, text) in interviews.items():
        head = "title: T\ndate: 2020-01-02\nlanguage: en\nmode: recorded\nspeakers:\n  Q: {case: researcher}\n"
        head += f"  {label}: {{case: {case}}}\n{more}consent: quote\nrelease: open\n"
        (folder / f"interviews/{name}.md").write_text(f"---\n{head}---\n{text}", "utf-8")


def excerpt_line(
    study: Path, coder: str, document: str, quote: str, codes: Mapping[str, float | None], name: str, nth: int = 1
) -> None:
    """Write an excerpt as another program would, whatever stands there already."""
    source = qualcode.open_study(study).documents[document]
    anchor = Anchor.of(source.text, quote, nth)
    path = study / f"coding/coders/{coder}/{document}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    there = path.read_text("utf-8").splitlines() if path.exists() else []
    new = Excerpt(name, anchor, source.hash, dict(codes), "2024-01-01T00:00:00Z").to_json()
    rows = sorted([*there, new], key=lambda row: [int(n) for n in _places(row)])
    path.write_text("\n".join(rows) + "\n", "utf-8")


def _places(row: str) -> tuple[str, str]:
    import re

    found = re.search(r'"start": (\d+), "end": (\d+)', row)
    assert found
    return found[1], found[2]
