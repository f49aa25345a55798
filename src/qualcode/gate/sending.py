"""
What a commit takes along, and what a push sends: looked through before either is done.

A coder's file repeats the words it codes, and a text that was committed once stays in the history; so a push that holds
texts of the study is refused for every remote that ``coding/remotes.csv`` does not name. Names of the key are refused
for all.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qualcode.errors import Problem, SourceError, UsageError
from qualcode.gate.check import Checked, Finding
from qualcode.gate.history import git, texts_of_objects
from qualcode.gate.look import Look, Weighed, withheld_runs
from qualcode.gate.names import Key
from qualcode.gate.texts import NotOpened, Text
from qualcode.plaintext.folder import bytes_of
from qualcode.plaintext.source import decoded, read_csv
from qualcode.plural import number_of
from qualcode.study.study import Study

REMOTES = "coding/remotes.csv"
REMOTE_COLUMNS = ("remote", "may_have", "why")
MAY_HAVE = ("texts", "nothing")
_TEXTS = re.compile(
    r"(?:interviews|fieldnotes|documents)/.+\.md|coding/(?:coders|agreed|rejected)/.+\.jsonl|coding/memos/.+\.md"
)
TEXT = "a text of the study, or words of one, for a remote that coding/remotes.csv does not name"


@dataclass(frozen=True, slots=True)
class _Object:
    """An object that a commit or a push takes along, and its path from the top of the repository, where it has one."""

    id: bytes
    path: str = ""


def top_of(root: Path) -> tuple[Path, str]:
    """
    Return the top folder of the repository around a study, and the study's path from there (``""`` or ``study/``).

    Git's own hooks name the repository by the environment, relative to where they are called: there it is asked.

    Raises:
        UsageError: the study is in no git work tree, or git is not there.
    """
    try:
        top = Path(
            git(Path.cwd() if "GIT_DIR" in os.environ else root, "rev-parse", "--show-toplevel").decode().strip()
        )
    except OSError:
        raise UsageError(f"{root} is in no git work tree; run `git init` first") from None
    inside = root.resolve().relative_to(top.resolve()).as_posix()
    return top, "" if inside == "." else f"{inside}/"


def check_staged(study: Study, key: Key | None = None) -> Checked:
    """
    Look through what is staged, as the hook before a commit does.

    Names are looked for everywhere, words of withheld texts in all but the texts and codings themselves.

    Raises:
        UsageError: the study is in no git work tree.

    Example:
        >>> from qualcode.errors import UsageError
        >>> try:
        ...     check_staged(study)
        ... except UsageError as error:  # the study of the examples is kept by no git
        ...     print(str(error).rpartition(" is ")[2])
        in no git work tree; run `git init` first
    """
    top, inside = top_of(study.root)
    staged = list(_staged(top))
    texts = [o for o in staged if _is_text(o.path, inside)]
    others = [o for o in staged if not _is_text(o.path, inside)]
    by_words = Look(key, runs=withheld_runs(study) if others else frozenset())
    return _checked(top, [(Look(key), texts), (by_words, others)], key, len(staged), [])


def check_push(study: Study, remote: str, url: str, refs: Iterable[str], key: Key | None = None) -> Checked:
    """
    Look through what a push would send, as the hook before a push does.

    Args:
        remote: what git calls the remote here.
        url: its address.
        refs: git's lines: local name and object, remote name and object; none: HEAD is sent, as a new branch.

    Raises:
        UsageError: the study is in no git work tree.
        SourceError: ``coding/remotes.csv`` cannot be read.

    Example:
        >>> from qualcode.errors import UsageError
        >>> try:
        ...     check_push(study, "origin", "https://forge.example/study.git", [])
        ... except UsageError as error:
        ...     print(str(error).rpartition(" is ")[2])
        in no git work tree; run `git init` first
    """
    top, inside = top_of(study.root)
    lines = [line.split() for line in refs] or [["HEAD", "HEAD", "HEAD", "0"]]
    if lines[0][1] == "HEAD" and not _there(top, "HEAD"):
        lines = []
    sent = [parts for parts in lines if len(parts) == 4 and set(parts[1]) != {"0"}]
    objects = list(_sent(top, sent, remote))
    free = may_have_texts(study.root, url)
    texts = [o for o in objects if _is_text(o.path, inside)]
    refused = [] if free else [Finding(path, "text", TEXT) for path in dict.fromkeys(o.path for o in texts)]
    look = Look(key, runs=frozenset() if free else withheld_runs(study))
    names = Text(".git", "names of branches and tags", "\n".join(f"{parts[0]}\n{parts[2]}" for parts in sent))
    refused += [Finding(*where, times) for where, times in look.weigh([names], []).items()]
    rest = [o for o in objects if not _is_text(o.path, inside)]
    return _checked(top, [(Look(key), texts), (look, rest)], key, len(objects), refused)


def may_have_texts(root: Path, url: str) -> bool:
    r"""
    Say whether the study lets a remote have its texts.

    Example:
        >>> told = "remote,may_have,why\nbox:study.git,texts,our own box\n"
        >>> _ = (study.root / "coding/remotes.csv").write_text(told)
        >>> may_have_texts(study.root, "box:study"), may_have_texts(study.root, "https://example.org/study.git")
        (True, False)
    """
    raw = bytes_of(root, REMOTES)
    if raw is None:
        return False
    rows, problems = read_csv(decoded(raw, REMOTES), REMOTES, REMOTE_COLUMNS[:2], REMOTE_COLUMNS)
    problems += [
        Problem(REMOTES, row.line, f"may_have is {row['may_have']!r}; it takes {', '.join(MAY_HAVE)}")
        for row in rows
        if row["may_have"] not in MAY_HAVE
    ]
    if problems:
        raise SourceError(problems)
    return any(row["may_have"] == "texts" and _address(row["remote"]) == _address(url) for row in rows)


def _address(url: str) -> str:
    """Return a remote's address without what only this user has in it, such as a password."""
    plain = re.sub(r"^(\w+://)[^/@]*@", r"\1", url.strip())
    return plain.rstrip("/").removesuffix(".git")


def _is_text(path: str, inside: str) -> bool:
    """Say whether a file is a text of the study or repeats its words by design."""
    return path.startswith(inside) and bool(_TEXTS.fullmatch(path.removeprefix(inside)))


def _staged(top: Path) -> Iterator[_Object]:
    """Yield what a commit would take along and the commit before it does not have."""
    try:
        base = git(top, "rev-parse", "--verify", "--quiet", "HEAD").decode().strip()
    except OSError:
        base = git(top, "hash-object", "-t", "tree", "--stdin").decode().strip()
    told = git(top, "diff-index", "--cached", "--raw", "-z", "--no-renames", "--abbrev=64", base).split(b"\0")
    for about, path in zip(told[::2], told[1::2], strict=False):
        _, mode, _, new, _ = about.split()
        if mode != b"160000" and set(new) != {ord("0")}:
            yield _Object(new, path.decode("utf-8", "replace"))


def _sent(top: Path, sent: Sequence[Sequence[str]], remote: str) -> Iterator[_Object]:
    """Yield the objects that a push would send: those of each ref that nothing of the remote leads to."""
    for _, local, _, there in sent:
        span = [local, "--not"]
        span += [there] if set(there) != {"0"} and _there(top, there) else []
        span += [f"--remotes={remote}"] if re.fullmatch(r"[\w.-]+", remote) else []
        for line in git(top, "rev-list", "--objects", *span).split(b"\n"):
            if line:
                name, _, path = line.partition(b" ")
                yield _Object(name, path.decode("utf-8", "replace"))


def _there(top: Path, name: str) -> bool:
    try:
        git(top, "cat-file", "-e", name)
    except OSError:
        return False
    return True


def _checked(
    top: Path, looks: Sequence[tuple[Look, Sequence[_Object]]], key: Key | None, many: int, refused: list[Finding]
) -> Checked:
    found: Weighed = {}
    not_opened: list[NotOpened] = []
    for look, objects in looks:
        if not objects or not (look.key or look.runs):
            continue
        names = {o.id: o.path for o in objects if o.path}
        ids = list(dict.fromkeys(o.id for o in objects))
        for where, times in look.weigh(texts_of_objects(top, ids, names), not_opened).items():
            found[where] = found.get(where, 0) + times
    findings = sorted({*refused, *(Finding(*where, times) for where, times in found.items())})
    runs = max((len(look.runs) for look, _ in looks), default=0)
    return Checked(tuple(findings), tuple(sorted(set(not_opened), key=str)), many, "key" if key else "", runs)


def told_briefly(done: Checked, most: int = 10) -> list[str]:
    """Return a check in lines as a hook prints them: the texts by number, other findings one by one, up to *most*."""
    texts = [f for f in done.findings if f.rule == TEXT]
    *others, last = [line for line in done.told() if not line.endswith(TEXT)]
    lines = others[:most]
    if len(others) > most:
        lines.append(f"and {number_of(len(others) - most, 'further finding')}")
    if texts:
        first = f"{number_of(len(texts), 'file')}, {texts[0].path} first"
        lines.append(f"{first}: {TEXT}; add it there if it may have them, or push a branch without them")
    return [*lines, last]
