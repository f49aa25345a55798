"""
What the report made before and would not make now: it goes, and is told.

Copies of chapters that are no more, what earlier versions kept beside the pages, and files for Word that hold words
which may not be quoted now. A file for Word that somebody wrote in since is never deleted: it is told, with what to do.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from qualcode.gate.check import check_out
from qualcode.plaintext.durable import replace_durably
from qualcode.plural import number_of
from qualcode.study import release
from qualcode.study.study import Study

WHOLE = "report"
"""The name of the file for Word that holds all chapters."""
_EARLIER = ("jupyter_execute", "site-doctrees", "site-source")
"""What Sphinx kept beside the pages until chapters were set in a folder of their own."""
_COPIES = ("notebooks", "plots", "running")
_Say = Callable[[str], None]


def note_word(target: Path, data: bytes, study: Study) -> None:
    """Note beside a file for Word what was written, and which documents could be quoted when it was."""
    told = {"quotable": _quotable(study), "sha256": sha256(data).hexdigest()}
    replace_durably(_mark(target), (json.dumps(told, indent=0) + "\n").encode("utf-8"))


def clear(build: Path, notebooks: Sequence[Path], say: _Say, study: Study | None = None) -> None:
    """
    Remove what was made before and would not be made now, and tell it.

    Args:
        build: the study's folder for what is made.
        notebooks: those that are there now.
        say: is told what went, and what could not go.
        study: as it is now; left out: nothing changed since files for Word were looked at.
    """
    names = {n.stem for n in notebooks}
    gone = [build / name for name in _EARLIER if (build / name).is_dir()]
    gone += [p for folder in _COPIES for p in _files(build / folder) if p.name.partition(".")[0] not in names]
    for path in gone:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    if gone:
        chapters = sorted({p.name.partition(".")[0] for p in gone} - set(_EARLIER))
        of = f" of chapters that are no more ({', '.join(chapters)})" if chapters else " of an earlier version"
        say(f"removed {number_of(len(gone), 'copy', 'copies')}{of}")
    for path in _files(build / "word") if study else ():
        if path.suffix == ".docx" and not path.name.startswith(("~$", ".")):
            _clear_word(path, names, study, say)


def _clear_word(path: Path, names: set[str], study: Study | None, say: _Say) -> None:
    assert study is not None
    data, noted = path.read_bytes(), _noted(path)
    here = f"build/word/{path.name}"
    held = sorted(set(noted.get("quotable", ())) - set(_quotable(study)))
    if held or check_out([path], study=study).findings:
        of = f" of {', '.join(held[:3])}{' and others' if len(held) > 3 else ''}" if held else ""
        why = f"it was written when words{of} could be quoted that may not be now"
    elif path.stem not in (WHOLE, *names):
        why = "its chapter is no more"
    else:
        return
    if noted.get("sha256") != sha256(data).hexdigest():
        say(
            f"{here}: {why}; it is not as it was written, and is left: take its comments in "
            f"(`qualcode import {here} --comments`), then delete it"
        )
        return
    try:
        path.unlink()
    except OSError as error:
        say(f"{here}: {why}, and it cannot be removed ({error.strerror}); close it and delete it")
        return
    _mark(path).unlink(missing_ok=True)
    say(f"removed {here}: {why}; `qualcode report --word` writes what there is to write now")


def _mark(path: Path) -> Path:
    return path.with_suffix(".key")


def _noted(path: Path) -> dict[str, list[str] | str]:
    try:
        told = json.loads(_mark(path).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _quotable(study: Study) -> list[str]:
    return sorted(d.id for d in study.documents.values() if release.verdict(d).quotable)


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.iterdir()) if folder.is_dir() else ()
