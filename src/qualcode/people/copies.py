"""
Copies of somebody's words: stored with notebooks, built, in git's history, in states that were sent to be read.

What is the study's own is looked through for four running words, and for whole excerpts; what is in git is named by
commit, and never changed from here: rewriting history is the researcher's to decide, with everybody who has a clone.
"""

from __future__ import annotations

import html
import json
import os
import re
import shlex
import subprocess
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from qualcode.errors import QualcodeError
from qualcode.exchange.review.reviews import reviews
from qualcode.gate.built import made
from qualcode.plaintext.notebook import notebook_names, read_notebook
from qualcode.plaintext.words import words_of
from qualcode.plural import number_of

RUN, LONG = 4, 6
"""How many running words of somebody's make an output hers; and how many make a memo, which is not made again."""
_BUILT_WHOLE = ("site", "notebooks", "plots", "running", "jupyter_execute", "site-doctrees", "site-source")
_TAG = re.compile(r"<!--|-->|<[^>]*>")


@dataclass(frozen=True, slots=True)
class Words:
    """What is looked for: runs of folded words, longer ones, and whole excerpts of fewer words."""

    runs: frozenset[tuple[str, ...]]
    long: frozenset[tuple[str, ...]]
    short: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, theirs: Iterable[str], excerpts: Iterable[str], others: Iterable[str]) -> Words:
        """Take the words of *theirs* and *excerpts* that nobody else says alike."""
        mine, elsewhere = [_folded(t) for t in theirs], [_folded(t) for t in others]
        runs, long = (
            frozenset(set().union(*(_runs(w, n) for w in mine)) - set().union(*(_runs(w, n) for w in elsewhere)))
            for n in (RUN, LONG)
        )
        short = {tuple(_folded(q)) for q in excerpts}
        return cls(runs, long, frozenset(q for q in short if 1 < len(q) < RUN))

    def in_text(self, text: str) -> bool:
        """Say whether a text has any of them."""
        said = _folded(text)
        if not self.runs.isdisjoint(_runs(said, RUN)):
            return True
        return any(not self.short.isdisjoint(_runs(said, n)) for n in range(2, RUN))

    def quoted_in(self, text: str) -> bool:
        """Say whether a text that somebody wrote quotes them: so many running words are no chance."""
        return not self.long.isdisjoint(_runs(_folded(text), LONG))

    def in_markup(self, text: str) -> bool:
        """Say whether markup has any of them: between its tags, or within them."""
        return self.in_text(html.unescape(_TAG.sub(" ", text))) or self.in_text(html.unescape(text))


def _folded(text: str) -> list[str]:
    return [word for _, _, word in words_of(text)]


def _runs(words: list[str], n: int) -> set[tuple[str, ...]]:
    return set(zip(*(words[k:] for k in range(n)), strict=False))


def cleared(root: Path, words: Words) -> Iterator[tuple[str, bytes, int, int]]:
    """Yield each notebook with the outputs taken out that hold the words: name, bytes, outputs, cells that say them."""
    for name in notebook_names(root):
        book = read_notebook(root, name)
        gone = said = 0
        for cell in book["cells"]:
            outputs = cell.get("outputs")
            if isinstance(outputs, list) and any(words.in_markup(t) for o in outputs for t in _texts(o)):
                cell["outputs"], cell["execution_count"] = [], None
                gone += 1
            said += words.in_text("".join(cell["source"]))
        if gone or said:
            data = json.dumps(book, indent=1, ensure_ascii=False) + "\n"
            yield name, data.encode("utf-8") if gone else b"", gone, said


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in an output."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and all(isinstance(v, str) for v in value):
        yield "".join(value)
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def built(root: Path) -> tuple[list[str], list[str]]:
    """
    Return what was built and goes, and what was built and stays since somebody wrote in it; by path from *root*.

    Everything in ``build/`` is made from the study and can be made again; a file for Word with comments cannot.
    """
    build = root / "build"
    goes = [f"build/{name}" for name in _BUILT_WHOLE if (build / name).is_dir() and not (build / name).is_symlink()]
    stays: list[str] = []
    for path in sorted((build / "word").glob("*.docx")) if (build / "word").is_dir() else ():
        name = f"build/word/{path.name}"
        kept = made(root, name.removesuffix(".docx") + ".key")[1] == sha256(path.read_bytes()).hexdigest()
        (goes if kept else stays).append(name)
    return goes, stays


def remove(root: Path, names: Iterable[str]) -> None:
    """Remove what ``built`` named; the note beside a file for Word goes with it."""
    for name in names:
        path = root / name
        if path.is_dir():
            for here, folders, files in os.walk(path, topdown=False):
                for file in (*files, *(f for f in folders if Path(here, f).is_symlink())):
                    Path(here, file).unlink()
                Path(here).rmdir()
        else:
            path.unlink(missing_ok=True)
            path.with_suffix(".key").unlink(missing_ok=True)


def history(root: Path, paths: Collection[str]) -> list[str]:
    """
    Say what git's history, and states sent to be read, still hold of some files, and with what it is rewritten.

    Nothing is run but reading. Without git, or where no commit has the files, that is said.
    """
    commits = _git(root, "log", "--all", "--format=%h %cs", "--", *sorted(paths))
    if commits is None:
        return ["git: there is no history here; look for copies of the folder, and in clones"]
    told = [line for line in commits.splitlines() if line]
    if not told:
        return ["git: no commit holds these files"]
    between = told[0] if len(told) == 1 else f"{told[-1]} to {told[0]}"
    lines = [
        f"git: {number_of(len(told), 'commit')} ({between}) changed these files, and every state between holds them"
    ]
    try:
        sent = reviews(root)
    except QualcodeError:
        sent = []
    for review in sent:
        held = _git(root, "ls-tree", "-r", "--name-only", review.revision, "--", *sorted(paths))
        if held:
            lines.append(f"review {review.name!r} of {review.on} ({review.revision[:10]}) holds them; ask who read it")
    below = (_git(root, "rev-parse", "--show-prefix") or "").strip()
    named = " ".join(f"--path {shlex.quote(below + name)}" for name in sorted(paths))
    lines += [
        "to take them out of the history, on a fresh clone that nobody else works in, with git-filter-repo installed:",
        f"    git filter-repo --invert-paths {named}",
        "    (today's files go too: copy them out first, put them back and commit)",
        "    git push --force --mirror",
        "then everybody clones anew; revisions in coding/reviews.csv name states that are gone",
    ]
    return lines


def _git(root: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=False)
    except OSError:
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
