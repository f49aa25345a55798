"""
What a git repository carries beside its files: every object, also those that nothing leads to any more, messages,
authors, names of files, branches and tags.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from qualcode.gate.carriers import opened
from qualcode.gate.texts import MEMBER, NotOpened, Text

_TREE = re.compile(rb"\d+ ([^\x00]+)\x00.{20}", re.DOTALL)


def texts_of_git(root: Path, since: str = "") -> Iterator[Text | NotOpened]:
    """
    Yield what a repository's history carries: every object, message, and name of a branch or tag.

    Args:
        since: only what came after this revision, as a push would send it; left out: every object that is there,
            amended and abandoned ones among them.
    """
    try:
        refs = git(root, "for-each-ref", "--format=%(refname)%0a%(contents)").decode("utf-8", "replace")
        wanted = git(root, "rev-list", "--objects", "--no-object-names", "HEAD", f"^{since}").split() if since else None
    except OSError as error:
        yield NotOpened(".git", "history", str(error))
        return
    yield Text(".git", "names of branches and tags", refs)
    yield from texts_of_objects(root, wanted)


def texts_of_objects(
    root: Path, wanted: Sequence[bytes] | None = None, names: Mapping[bytes, str] | None = None
) -> Iterator[Text | NotOpened]:
    """
    Yield the texts of some objects of a repository.

    Args:
        wanted: their hashes; left out: all that are there.
        names: what an object is called in messages, by its hash.
    """
    command = ["git", "-C", str(root), "cat-file", "--batch", "--buffer"]
    command += ["--batch-all-objects", "--unordered"] if wanted is None else []
    if wanted == []:
        return
    asked = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert asked.stdin
    assert asked.stdout
    try:
        if wanted is not None:  # a few kilobytes at a time would be slower, and git reads all of it first
            asked.stdin.write(b"\n".join(wanted) + b"\n")
        asked.stdin.close()
        while head := asked.stdout.readline().split():
            if len(head) != 3:
                yield NotOpened(f"git {head[0].decode('ascii', 'replace')[:10]}", "object", "git does not have it")
                continue
            size, called = int(head[2]), (names or {}).get(head[0], "")
            name = called or f"git {head[1].decode()} {head[0].decode()[:10]}"
            if size > MEMBER:
                _pass_over(asked.stdout, size + 1)
                yield NotOpened(name, "object", f"larger than {MEMBER // 1_000_000} MB")
                continue
            data = asked.stdout.read(size + 1)[:-1]
            if head[1] == b"tree":
                inside = b"\n".join(_TREE.findall(data)).decode("utf-8", "replace")
                yield Text(name, "names of files", inside)
                continue
            if called:
                yield Text(name, "file name", called.replace("/", " / "))
            ending = called[called.rfind(".") :].lower() if "." in called else ""
            yield from opened(data, name, "message" if head[1] != b"blob" else "object", ending)
    finally:
        asked.stdout.close()
        asked.kill()
        asked.wait()


def _pass_over(stream: object, size: int) -> None:
    while size > 0:
        read = len(stream.read(min(size, 1 << 20)))  # type: ignore[attr-defined]
        if not read:
            return
        size -= read


def git(root: Path, *words: str) -> bytes:
    """
    Ask git in a folder, and return what it says.

    Raises:
        OSError: it is no repository, git is not there, or it knows no such thing.
    """
    done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=False)
    if done.returncode:
        raise OSError("this is no git repository, git is not there, or it knows no such revision")
    return done.stdout
