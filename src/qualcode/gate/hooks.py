"""
Git's hooks for a study: before a commit what is staged is looked through, before a push what it would send.

Nobody's own hook is written over: whoever has one is told the line to put into it.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from qualcode.errors import UsageError, WriteError
from qualcode.gate.history import git
from qualcode.gate.sending import top_of
from qualcode.plaintext.durable import replace_durably

_OURS = "# Keeps in what may not go out; laid by `qualcode release hooks`, which writes it anew."
_FORM = """\
#!/bin/sh
{ours}
gate() {{
  if [ -x {python} ]; then {python} -P -m qualcode release "$@"
  elif command -v qualcode >/dev/null 2>&1; then qualcode release "$@"
  else echo "qualcode is not there: nothing was looked through, so nothing goes out" >&2; return 1
  fi
}}
status=0
{take}{lines}exit $status
"""
_STUDY = "# study: "
_WORDS = {"pre-commit": "staged", "pre-push": "push"}


def lay_hooks(root: Path, key: Path | None = None, identity: Path | None = None) -> list[str]:
    r"""
    Lay the hooks of a study into its repository; return what was done, in words.

    Args:
        root: the study's folder.
        key: the key of names, which the hooks shall use; noted in this clone's own configuration, and never committed.
        identity: the age identity that opens it.

    Raises:
        UsageError: the study is in no git work tree, or somebody's own hook is there: the message says which line to
            put into it. What could be laid was.
        WriteError: the disk or a permission refused.

    Example:
        >>> import subprocess
        >>> ran = subprocess.run(["git", "init", "--quiet", study.root], check=True)
        >>> print(*lay_hooks(study.root), sep="\n")
        .git/hooks/pre-commit: looks through what is staged
        .git/hooks/pre-push: looks through what a push would send
    """
    top, inside = top_of(root)
    folder = _folder(top)
    done, others = [], []
    for name, word in _WORDS.items():
        path = folder / name
        told = f"{_told(folder, top)}/{name}"
        there = path.read_bytes() if path.is_file() else b""
        if os.path.lexists(path) and (path.is_symlink() or _OURS.encode() not in there):
            line = f"qualcode release {word} --study {shlex.quote(inside or '.')}"
            others.append(f"{told} is there and not ours; put this into it: {line}{_ARGUMENTS[word]}")
            continue
        studies = {inside, *(line.removeprefix(_STUDY) for line in there.decode().splitlines() if _STUDY in line)}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            replace_durably(path, _script(word, sorted(studies)).encode("utf-8"))
            path.chmod(0o755)
        except OSError as error:
            raise WriteError(f"{told}: not written ({error.strerror})") from None
        what = "looks through what is staged" if word == "staged" else "looks through what a push would send"
        done.append(f"{told}: {what}")
    for setting, file in (("key", key), ("identity", identity)):
        if file:
            git(top, "config", "--local", f"qualcode.{setting}", str(file.resolve()))
            done.append(f"git configuration of this clone: qualcode.{setting}")
    if others:
        raise UsageError("\n".join([*done, *others]))
    return done


_ARGUMENTS = {"staged": "", "push": ' "$@"'}


def noted_key(root: Path) -> tuple[Path | None, Path | None]:
    """Return the key and the identity that ``lay_hooks`` noted for a clone; ``None`` where none."""
    found: list[Path | None] = []
    for setting in ("key", "identity"):
        try:
            top, _ = top_of(root)
            told = git(top, "config", "--local", "--get", f"qualcode.{setting}").decode().strip()
        except (OSError, UsageError):
            told = ""
        found.append(Path(told) if told else None)
    return found[0], found[1]


def _folder(top: Path) -> Path:
    """Return the repository's own folder of hooks; refuse one that other repositories share."""
    common = Path(git(top, "rev-parse", "--git-common-dir").decode().strip())
    common = common if common.is_absolute() else top / common
    folder = Path(git(top, "rev-parse", "--git-path", "hooks").decode().strip())
    folder = folder if folder.is_absolute() else top / folder
    where = folder.resolve()
    if not (where.is_relative_to(common.resolve()) or where.is_relative_to(top.resolve())):
        what = "git's hooks are kept outside this repository (core.hooksPath), for others too"
        raise UsageError(f'{what}; put into them: qualcode release staged, and qualcode release push "$@"')
    return folder


def _told(folder: Path, top: Path) -> str:
    where, base = folder.resolve(), top.resolve()
    return where.relative_to(base).as_posix() if where.is_relative_to(base) else where.as_posix()


def _script(word: str, studies: list[str]) -> str:
    python = shlex.quote(Path(sys.executable).as_posix())
    lines = ""
    for inside in studies:
        call = f"gate {word} --study {shlex.quote(inside or '.')}"
        call = call if word == "staged" else f'printf "%s\\n" "$refs" | {call} "$@"'
        lines += f"{_STUDY}{inside}\n{call} || status=1\n"
    return _FORM.format(ours=_OURS, python=python, lines=lines, take="" if word == "staged" else "refs=$(cat)\n")
