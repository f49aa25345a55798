"""
Reviews: when the study was sent to be read, and which state of it that was.

``coding/reviews.csv`` has one line a review: its name, its day, and the git revision of what was sent; never a word
of a document. The state itself stays in git: ``earlier_study`` lays it out for a while, and only to be read.
"""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from qualcode.errors import Problem, SourceError, UsageError, did_you_mean
from qualcode.plaintext.durable import put
from qualcode.plaintext.notebook import notebook_names, read_notebook
from qualcode.plaintext.source import SLUG, day, read_csv, read_text
from qualcode.plural import number_of

REVIEWS = "coding/reviews.csv"
_COLUMNS = ("review", "on", "revision")
_REVISION = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SENT = ("interviews", "fieldnotes", "documents", "coding", "data", "notebooks")


@dataclass(frozen=True)
class Review:
    """A review: its name, its day as YYYY-MM-DD, the revision of what was sent."""

    name: str
    on: str
    revision: str


class NoEarlierError(UsageError):
    """The state to compare with is not at hand; the message says why, and what would help."""


def reviews(root: Path) -> list[Review]:
    """
    Return the reviews that are noted, in the file's order; the last is the latest.

    Raises:
        SourceError: the file is not what it should be.
    """
    if not (root / REVIEWS).exists():
        return []
    rows, problems = read_csv(read_text(root / REVIEWS, REVIEWS), REVIEWS, _COLUMNS, ())
    found: list[Review] = []
    for row in rows:
        name, on, revision = (row.values[c] for c in _COLUMNS)
        dated = day(on)
        wrong = (
            f"review {name!r} is no slug"
            if not SLUG.fullmatch(name)
            else dated
            if isinstance(dated, str)
            else f"revision {revision!r} is no full git revision"
            if not _REVISION.fullmatch(revision)
            else f"review {name!r} stands here twice"
            if name in {r.name for r in found}
            else ""
        )
        if wrong:
            problems.append(Problem(REVIEWS, row.line, wrong))
        else:
            found.append(Review(name, on, revision))
    if problems:
        raise SourceError(problems)
    return found


def mark(root: Path, name: str, on: str) -> Review:
    """
    Note that the study as it is committed now is what goes to review *name*; return it.

    Raises:
        UsageError: the name is taken or no slug, there is no git, the study has changes that are not committed, or a
            notebook is stored without its outputs, so that what it shows now could not be compared later.
    """
    there = reviews(root)
    if not SLUG.fullmatch(name) or name in {r.name for r in there}:
        raise UsageError(f"review {name!r}: {'is noted already' if SLUG.fullmatch(name) else 'use a-z, 0-9, hyphens'}")
    revision = _git(root, "rev-parse", "--verify", "HEAD").decode().strip()
    changed = _git(root, "status", "--porcelain", "--", *(f for f in _SENT if (root / f).exists())).decode()
    if changed.strip():
        are = number_of(len(changed.splitlines()), "file is", "files are")
        raise UsageError(f"{are} not committed; commit what was sent, then mark it")
    bare = [n.rpartition("/")[2] for n in notebook_names(root) if not _has_outputs(root, n)]
    if bare:
        raise UsageError(
            f"{', '.join(bare)}: stored without outputs, so that the numbers and plots of now could not be compared "
            "with later ones; run `qualcode notebooks`, commit, then mark it"
        )
    review = Review(name, on, revision)
    out = io.StringIO()
    rows = [_COLUMNS, *((r.name, r.on, r.revision) for r in (*there, review))]
    csv.writer(out, lineterminator="\n").writerows(rows)
    put(root, REVIEWS, out.getvalue().encode("utf-8"))
    return review


def _has_outputs(root: Path, name: str) -> bool:
    """Say whether every code cell of a stored notebook was run."""
    code = [c for c in read_notebook(root, name)["cells"] if c["cell_type"] == "code" and "".join(c["source"]).strip()]
    return all(c.get("execution_count") is not None for c in code)


def chosen(root: Path, since: str) -> Review | None:
    """
    Return the review called *since*, or what git calls so; left out: the latest one, ``None`` where there is none.

    Raises:
        NoEarlierError: there is no git, or it knows no such revision.
    """
    noted = reviews(root)
    if not since:
        return noted[-1] if noted else None
    found = next((r for r in noted if r.name == since), None)
    if found:
        return found
    if since.startswith("-") or not since.strip():
        raise NoEarlierError(f"{since!r} is no review and no revision")
    try:
        revision = _git(root, "rev-parse", "--verify", "--quiet", f"{since}^{{commit}}").decode().strip()
    except NoEarlierError as error:
        near = did_you_mean(since, [r.name for r in noted])
        raise NoEarlierError(f"{since!r} is no review{near} and no revision here ({error})") from None
    return Review(since, _git(root, "show", "-s", "--format=%cs", revision).decode().strip(), revision)


def is_here(root: Path, review: Review) -> bool:
    """Say whether git has the review's revision here."""
    try:
        _git(root, "cat-file", "-e", f"{review.revision}^{{commit}}")
    except NoEarlierError:
        return False
    return True


@contextmanager
def earlier_study(root: Path, review: Review) -> Iterator[Path]:
    """
    Lay out the study as it was at *review* in a folder that goes afterwards.

    Raises:
        NoEarlierError: there is no git, it does not have the revision, or the study was not in it.
    """
    if not is_here(root, review):
        raise NoEarlierError(
            f"revision {review.revision[:10]} is not here: this is no git repository, or not all of one"
        )
    prefix = os.fsdecode(_git(root, "rev-parse", "--show-prefix").rstrip(b"\n"))
    tree = f"{review.revision}:{prefix.rstrip('/')}"
    try:
        there = _git(root, "ls-tree", "-z", "--name-only", tree, at_top=True).decode().split("\0")
    except NoEarlierError:
        raise NoEarlierError(f"the study was not in revision {review.revision[:10]}") from None
    wanted = [f for f in _SENT if f in there]
    if "coding" not in wanted:
        raise NoEarlierError(f"the study was not in revision {review.revision[:10]}")
    packed = _git(root, "archive", "--format=tar", tree, "--", *wanted, at_top=True)
    with TemporaryDirectory(prefix="qualcode-") as folder:
        with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
            tar.extractall(folder, filter="data")
        yield Path(folder)


def _git(root: Path, *arguments: str, at_top: bool = False) -> bytes:
    """
    Ask git; nothing of the surroundings' settings of git reaches it but its configuration.

    Raises:
        NoEarlierError: git is not installed, this is no repository, or git refused.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | {"LC_ALL": "C"}
    place = root.resolve()
    if at_top:
        place = Path(os.fsdecode(_git(root, "rev-parse", "--show-toplevel").rstrip(b"\n")))
    try:
        done = subprocess.run(["git", *arguments], cwd=place, env=environment, capture_output=True, check=False)
    except FileNotFoundError:
        raise NoEarlierError("git is not installed") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        why = "this is no git repository" if said and "not a git repository" in said[0] else "git has it not"
        raise NoEarlierError(why)
    return done.stdout
