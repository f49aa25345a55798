"""
A study whose every free word is hostile: payloads of ``tests/hostile`` in titles, labels, notes, turns, memos.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path

from qualcode.plaintext.anchor import Anchor, text_hash
from qualcode.study.case import ACT_COLUMNS, CASE_COLUMNS, TIE_COLUMNS
from qualcode.study.excerpt import Excerpt, Reading
from qualcode.study.layout import lay_notebooks

HERE = Path(__file__).parent
SECRET = "FOREIGN-WORDS-OF-ANOTHER-FILE"
"""What stands in the file that payloads ask for; it must be on no page."""


def payloads(secret: Path) -> list[str]:
    """Return the payloads; those that ask for a file ask for *secret*."""
    return [p.replace("SECRET", str(secret)) for p in json.loads((HERE / "hostile/payloads.json").read_text("utf-8"))]


def quoted(words: str) -> str:
    """Write words for YAML."""
    told = json.dumps(words, ensure_ascii=False).replace("\u2028", "\\L").replace("\u2029", "\\P")
    return re.sub("[\x7f-\x9f]", lambda sign: f"\\x{ord(sign[0]):02x}", told)


def lay_hostile(folder: Path, more: Sequence[str] = ()) -> list[str]:
    """Write the study to *folder* and return its payloads, *more* too; number N is in case, code, document, memo N."""
    secret = folder.parent / "secret.txt"
    secret.parent.mkdir(parents=True, exist_ok=True)
    secret.write_text(f"{SECRET}\n<script>window.ran = 1</script>\n", "utf-8")
    hostile = [*payloads(secret), *more]
    first = hostile[0]
    _write(folder / "coding/codebook.yaml", _codebook(hostile))
    cases: list[dict[str, str]] = [{"case": "researcher", "label": f"Q {hostile[1]}", "kind": "researcher"}]
    for n, words in enumerate(hostile):
        figure = ("giver", "taker")[n % 2]
        cases.append(
            {
                "case": f"case-{n:02d}",
                "label": f"Case {n} {words}",
                "kind": "person",
                "position": words,
                "figure": figure,
                "figure_basis": words,
                "figure_on": "2024-01-01",
                "circle": words,
                "status": words,
                "note": words,
                "organisation": "group",
            }
        )
    cases.append({"case": "group", "label": f"Group {first}", "kind": "organisation"})
    _write(folder / "coding/cases.csv", _table(CASE_COLUMNS, cases))
    ties = [{"case": f"case-{n:02d}", "tie": "knows", "to": "group", "note": w} for n, w in enumerate(hostile)]
    _write(folder / "coding/ties.csv", _table(TIE_COLUMNS, ties))
    acts = [
        {
            "act": f"a{n:02d}",
            "date": "2024-01-02",
            "case": f"case-{n:02d}",
            "did": "signed",
            "what": words,
            "theme": f"theme/t-{n:02d}",
            "document": f"d-{n:02d}",
            "certainty": "told",
            "note": words,
        }
        for n, words in enumerate(hostile)
    ]
    _write(folder / "coding/acts.csv", _table(ACT_COLUMNS, acts))
    for n, words in enumerate(hostile):
        _document(folder, n, words, len(hostile))
        head = f"---\ntitle: {quoted(f'Memo {n} {words}')}\non: 2024-02-01\nby: {quoted(words)}\n"
        head += f'about: ["code theme/t-{n:02d}", "case case-{n:02d}", "document d-{n:02d}"]\n---\n'
        _write(folder / f"coding/memos/2024-02-01-memo-{n:02d}.md", f"{head}{words}\n\nAnd so on.\n")
    lay_notebooks(folder)
    return hostile


def _document(folder: Path, n: int, words: str, many: int) -> None:
    text = f"Q: Well?\n\nANSWER: I say so. {words} And so on.\n\nQ: {words}\n\nANSWER: Five. Six. Seven. Eight.\n"
    head = (
        f"---\ntitle: {quoted(f'Talk {n} {words}')}\ndate: 2024-01-{n % 28 + 1:02d}\nlanguage: en\nmode: recorded\n"
        f"place: {quoted(words)}\nnote: {quoted(words)}\nsource: {quoted(words)}\n"
        f"speakers:\n  Q: {{case: researcher}}\n  ANSWER: {{case: case-{n:02d}}}\nconsent: quote\nrelease: open\n---\n"
    )
    _write(folder / f"interviews/d-{n:02d}.md", head + text)
    made = []
    for k, said in enumerate((words, "I say so.", "Five.", "Six.", "Seven.", "Eight.")):
        start = text.index(said)
        place = Anchor.take(text, start, start + len(said))
        codes = {f"theme/t-{(n + k) % many:02d}": (1.0, -1.0)[(n + k) % 2]}
        name = f"e{n:04d}{k:06d}"
        made.append(Excerpt(name, place, text_hash(text), codes, "2024-01-30T10:00:00Z", memo=words))
    read = Reading(0, len(text), text_hash(text), "2024-01-30T11:00:00Z")
    lines = [e.to_json() for e in sorted(made, key=lambda e: e.place)]
    _write(folder / f"coding/coders/reader/d-{n:02d}.jsonl", "\n".join([*lines, read.to_json()]) + "\n")


def _codebook(hostile: list[str]) -> str:
    some = " ".join(hostile[:4])
    lines = [f"title: {quoted(f'Study {some}')}", f"version: {quoted(f'2 {hostile[4]}')}", "contrast: [giver, taker]"]
    lines += [f"stances: {{{quoted(hostile[0])}: 1, {quoted(hostile[31])}: -1}}", "families:"]
    lines += [f"  figure: {{label: {quoted(hostile[2])}, role: figure, rule: {quoted(hostile[3])}}}"]
    lines += [f"  theme: {{label: {quoted(hostile[5])}, role: theme, rule: {quoted(hostile[34])}}}", "codes:"]
    lines += [f"  figure/{f}: {{label: {quoted(f'{f} {hostile[6]}')}, definition: x}}" for f in ("giver", "taker")]
    for n, words in enumerate(hostile):
        told = ", ".join(f"{key}: {quoted(words)}" for key in ("definition", "use", "not", "stance"))
        lines.append(f"  theme/t-{n:02d}: {{label: {quoted(f'Code {n} {words}')}, {told}}}")
    lines += ["history:"]
    lines += [f"  - {{version: {quoted(w)}, on: 2024-01-01, change: {quoted(w)}, why: {quoted(w)}}}" for w in hostile]
    return "\n".join(lines) + "\n"


def _table(columns: tuple[str, ...], rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="\n")
