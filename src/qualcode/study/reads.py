"""
What a notebook reads of its study, noted while the report runs it.

Noted are the parts of the study that are looked at, the answers of functions that read the study for a table,
and files opened and folders listed past both. Who knows all of these again with the same content knows that the
notebook would show the same. Nothing is noted unless the runner asks for it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from hashlib import sha256
from pathlib import Path
from threading import local
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

FILE = "QUALCODE_NOTE_READS"
"""The environment's name for the file into which is noted, one JSON line each; not set, nothing is."""
ROOT = "QUALCODE_NOTE_BELOW"
"""The environment's name for the folder below which files opened are noted."""
_PACKAGE = str(Path(__file__).resolve().parents[1])
_NOT_INPUTS = ("build", ".git", ".venv", "__pycache__", ".ipynb_checkpoints")
_seen: set[str] = set()
_here = local()

P = ParamSpec("P")
Of = TypeVar("Of")
Answer = TypeVar("Answer")


def on() -> bool:
    """Say whether reads are noted in this process."""
    return bool(os.environ.get(FILE))


def note(kind: str, *what: Any) -> None:
    """Note one thing that was read, once."""
    if not on() or getattr(_here, "quiet", False):
        return
    line = json.dumps([kind, *what], ensure_ascii=False, sort_keys=True)
    if line in _seen:
        return
    _seen.add(line)
    with quiet(), Path(os.environ[FILE]).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


@contextmanager
def quiet() -> Iterator[None]:
    """Note nothing of what happens inside."""
    _here.quiet = getattr(_here, "quiet", 0) + 1
    try:
        yield
    finally:
        _here.quiet -= 1


def answered(function: Callable[Concatenate[Of, P], Answer]) -> Callable[Concatenate[Of, P], Answer]:
    """
    Note a function's answer instead of all that it reads of the study, its first argument.

    Its other arguments are texts, numbers or lists of them; with any other, what it reads is noted. A function that
    raises has read everything.
    """

    @wraps(function)
    def noting(study: Of, *args: P.args, **kwargs: P.kwargs) -> Answer:
        if not on():
            return function(study, *args, **kwargs)
        try:
            json.dumps([args, kwargs])
        except TypeError:
            return function(study, *args, **kwargs)
        try:
            with quiet():
                answer = function(study, *args, **kwargs)
        except Exception:
            note("part", "everything")
            raise
        note("answer", f"{function.__module__}:{function.__qualname__}", list(args), kwargs, digest(answer))
        return answer

    return cast("Callable[Concatenate[Of, P], Answer]", noting)


def digest(answer: Any) -> str:
    """Return the hash of a table: its cells with their types, its columns, and what is attached to it."""
    parts = [repr(answer)]
    if hasattr(answer, "to_dict") and hasattr(answer, "dtypes"):
        parts = [repr(answer.to_dict("split")), repr(answer.dtypes.astype(str).to_dict()), repr(answer.attrs)]
    return sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def watch() -> None:
    """Begin to note files opened, folders listed and this package's modules imported."""
    root = os.path.realpath(os.environ[ROOT])

    def heard(event: str, args: tuple[Any, ...]) -> None:
        if event == "import" and str(args[0]).startswith("qualcode"):
            note("module", str(args[0]))
        elif event in ("open", "os.listdir", "os.scandir") and not getattr(_here, "quiet", False):
            _heard_file(event, args, root)

    for name in sorted(n for n in sys.modules if n.startswith("qualcode")):
        note("module", name)
    sys.addaudithook(heard)


def _heard_file(event: str, args: tuple[Any, ...], root: str) -> None:
    if not isinstance(args[0], str | bytes | os.PathLike | None):
        return
    path = os.path.realpath(os.fsdecode(args[0] if args[0] is not None else "."))
    if path.startswith(_PACKAGE + os.sep):
        if event == "open" and not path.endswith((".py", ".pyc")):
            note("package", path[len(_PACKAGE) + 1 :].replace(os.sep, "/"))
        return
    if not path.startswith(root + os.sep):
        return
    inside = path[len(root) + 1 :].replace(os.sep, "/")
    if set(inside.split("/")) & set(_NOT_INPUTS):
        return
    if event == "open":
        writes = isinstance(args[1], str) and set(args[1]) & set("wax+")
        note("wrote" if writes else "file", inside)
    elif not _is_where_modules_are(path):
        note("listing", inside)


def _is_where_modules_are(path: str) -> bool:
    """Say whether a folder is one that Python looks for modules in, which it lists at every import."""
    return any(os.path.realpath(entry or ".") == path for entry in sys.path)
