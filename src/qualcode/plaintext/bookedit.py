"""
A plainly written codebook changed line by line: a code renamed, a line of the history added.

Both come out as the round trip through YAML would write them, in a hundredth of its time. Only lines that say what
is changed are touched, and the result is read again and held against what was meant; anything else is not done here.
"""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import date
from typing import Any

from qualcode.plaintext.yaml import read_plain

_NUMBER = re.compile(r"0|[1-9][0-9]*")
_PRINTED = re.compile(r"[ !#-\[\]-~\u00a1-\u1fff\u2010-\u2027\u2030-\ud7ff]*")
"""What is written between double quotes as it is."""


def edited(text: str, renamed: dict[str, str], on: date, change: str, why: str) -> str | None:
    """Return a codebook with codes *renamed* and a line in its history; ``None`` where it is not plain enough."""
    was = read_plain(text, 1)
    if was is None or not text.endswith("\n") or not isinstance(was[0].get("codes"), dict):
        return None
    meant = deepcopy(was[0])
    lines = text.split("\n")
    for old, new in renamed.items():
        if not _rename(lines, was[1], meant, old, new):
            return None
    if not _record(lines, was[1], meant, on, change, why):
        return None
    done = "\n".join(lines)
    now = read_plain(done, 1)
    return done if now is not None and now[0] == meant and list(now[0]["codes"]) == list(meant["codes"]) else None


def _rename(lines: list[str], at: dict[Any, int], meant: dict[str, Any], old: str, new: str) -> bool:
    codes = meant["codes"]
    if old not in codes or new in codes:
        return False
    row = at["codes", old] - 1
    lines[row] = lines[row].replace(f"{old}:", f"{new}:", 1)
    meant["codes"] = {new if code == old else code: about for code, about in codes.items()}
    for code, about in meant["codes"].items():
        if isinstance(about, dict) and about.get("parent") == old:
            row = at["codes", old if code == new else code, "parent"] - 1
            lines[row], times = re.subn(rf"(?<=[ {{]parent: ){re.escape(old)}(?=[,}} ]|$)", new, lines[row])
            if times != 1:
                return False
            about["parent"] = new
    family, figure = old.split("/", maxsplit=1)
    about = (meant.get("families") or {}).get(family)
    contrast = meant.get("contrast")
    named = isinstance(contrast, list) and figure in contrast
    return not (named and isinstance(about, dict) and about.get("role") == "figure")


def _record(lines: list[str], at: dict[Any, int], meant: dict[str, Any], on: date, change: str, why: str) -> bool:
    version, history = meant.get("version"), meant.get("history")
    if not (isinstance(version, str) and _NUMBER.fullmatch(version)) or not isinstance(history, list | None):
        return False
    if not (_PRINTED.fullmatch(change) and _PRINTED.fullmatch(why)):
        return False
    row = at["version",] - 1
    if lines[row] != f"version: {version}":
        return False
    new = str(int(version) + 1)
    lines[row] = f"version: {new}"
    meant["version"] = new
    if not history:
        if history is not None or not lines[-2] or lines[-2].lstrip().startswith("#"):
            return False
        told = [f"version: {new}", f"on: {on}", f'change: "{change}"', f'why: "{why}"']
        lines[-1:] = ["history:", f"  - {told[0]}", *(f"    {one}" for one in told[1:]), ""]
    else:
        row = at["history", len(history) - 1] - 1
        if not lines[row].lstrip().startswith("- {"):
            return False
        indent = lines[row][: len(lines[row]) - len(lines[row].lstrip())]
        entry = f'{{version: {new}, on: {on}, change: "{change}", why: "{why}"}}'
        lines.insert(row + 1, f"{indent}- {entry}")
    meant["history"] = [*(history or ()), {"version": new, "on": str(on), "change": change, "why": why}]
    return True
