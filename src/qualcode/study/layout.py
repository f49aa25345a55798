"""
New studies, interviews and fieldnotes, laid out with the entries to fill.

Nothing is ever written over what is there.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from qualcode.errors import SourceError, UsageError
from qualcode.plaintext.durable import put
from qualcode.plaintext.folder import listed, read_bytes
from qualcode.plaintext.source import SLUG, day, decoded
from qualcode.study.case import read_cases
from qualcode.study.document import FOLDERS
from qualcode.study.study import ACTS, CASES, CODEBOOK, TIES

NOTEBOOKS = ("corpus.ipynb", "actor-network.ipynb", "divergences.ipynb")


def new_study(folder: Path) -> list[str]:
    """
    Lay out an empty study in *folder* and return the files made, sorted.

    Raises:
        UsageError: the folder is there and not empty.
    """
    if os.path.lexists(folder) and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there and not empty; name a new folder")
    made = {name: text for name, text in bare_study().items() if not name.startswith("notebooks/")}
    for name, text in made.items():
        put(folder, name, text.encode("utf-8"))
    for name in FOLDERS:
        (folder / name).mkdir(exist_ok=True)
    return sorted([*made, *lay_notebooks(folder)])


def bare_study() -> dict[str, str]:
    """Return the files of an empty study: name to text."""
    made = {name: _template(name.rpartition("/")[2]) for name in (CODEBOOK, CASES, TIES, ACTS)}
    made |= {f"notebooks/{name}": text for name, text in starter_notebooks().items()}
    ignored = "/build/\n.ipynb_checkpoints/\n.*.part\n*.mp3\n*.m4a\n*.wav\n"
    return {"README.md": _template("study-readme.md"), ".gitignore": ignored, **made}


def new_interview(root: Path, name: str, case: str, title: str = "", on: str = "", language: str = "en") -> list[str]:
    """
    Lay out an interview with *case*; a case that is not there yet is added as a person.

    ``consent`` is left empty on purpose: ``check`` asks for it. Returns what was written, in words.

    Raises:
        UsageError: the id is taken or no slug, or there is no date in it and none given.
    """
    date = _date(name, on)
    _free(root, name)
    if not SLUG.fullmatch(case):
        raise UsageError(f"case {case!r} is no slug; use a-z, 0-9 and hyphens")
    label = case.replace("-", " ").upper()
    text = _template("interview.md").format(
        title=json.dumps(title or f"Interview with {case}", ensure_ascii=False),
        date=date,
        language=language,
        label=label,
        case=case,
    )
    path = f"interviews/{name}.md"
    said = _add_case(root, case)
    put(root, path, text.encode("utf-8"))
    return [f"{path}: fill in consent, then put the transcript below the second line '---'", *said]


def new_fieldnote(
    root: Path, name: str, place: str = "", title: str = "", on: str = "", language: str = "en"
) -> list[str]:
    """
    Lay out a fieldnote. Returns what was written, in words.

    Raises:
        UsageError: the id is taken or no slug, or there is no date in it and none given.
    """
    date = _date(name, on)
    _free(root, name)
    text = _template("fieldnote.md").format(
        title=json.dumps(title or name, ensure_ascii=False),
        date=date,
        language=language,
        place=json.dumps(place, ensure_ascii=False),
    )
    path = f"fieldnotes/{name}.md"
    put(root, path, text.encode("utf-8"))
    return [f"{path}: fill in place, involvement, consent, and what you observed"]


def lay_notebooks(folder: Path) -> list[str]:
    """Lay the starter notebooks into a study, each only where none of its name is; return those laid."""
    laid = []
    for name, text in starter_notebooks().items():
        path = f"notebooks/{name}"
        if not (folder / path).exists():
            put(folder, path, text.encode("utf-8"))
            laid.append(path)
    return laid


def starter_notebooks() -> dict[str, str]:
    """Return the notebooks a new study begins with, by file name; they run on any study and hold no outputs."""
    return {name: _template(f"notebooks/{name}") for name in NOTEBOOKS}


def _template(name: str) -> str:
    return (files("qualcode.study") / "starter" / name).read_text("utf-8")


def _date(name: str, on: str) -> str:
    if not SLUG.fullmatch(name):
        raise UsageError(f"id {name!r} is no slug; use a-z, 0-9 and hyphens, such as 2018-05-07-coordinator")
    found = day(on or name[:10])
    if isinstance(found, str):
        hint = "" if on else "; begin the id with the date, or give --date YYYY-MM-DD"
        raise UsageError(f"{found}{hint}")
    return on or name[:10]


def _free(root: Path, name: str) -> None:
    for folder in FOLDERS:
        for there in listed(root, folder):
            if there.endswith(".md") and there[:-3].casefold() == name.casefold():
                raise UsageError(f"{folder}/{there} is there already; choose another id")


def _add_case(root: Path, case: str) -> list[str]:
    path = root / CASES
    cases, problems = read_cases(path, CASES)
    if case in cases:
        return []
    if problems:
        raise SourceError(problems)
    text = decoded(read_bytes(root, CASES), CASES)
    row = {"case": case, "label": case.replace("-", " ").capitalize(), "kind": "person"}
    put(root, CASES, with_cases(text, [row]).encode("utf-8"))
    return [f"{CASES}: added {case!r} as a person; fill in what you know"]


def with_cases(text: str, rows: Sequence[Mapping[str, str]]) -> str:
    """
    Return what ``cases.csv`` holds with further *rows*, column to value; a column that is new stands last.

    Lines that are there stay as they are; where columns are new, they get an empty value for each.
    """
    records = list(csv.reader(io.StringIO(text)))
    header = [c.strip() for c in records[0]]
    further = list(dict.fromkeys(c for row in rows for c in row if c not in header))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if further:
        writer.writerow([*records[0], *further])
        writer.writerows([*r, *([""] * len(further))] if r else [] for r in records[1:])
    else:
        out.write(text + ("" if text.endswith("\n") else "\n"))
    writer.writerows([row.get(c, "") for c in [*header, *further]] for row in rows)
    return out.getvalue()
