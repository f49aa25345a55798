"""
What the report made before and would not make now: it goes, and is told.

Copies of chapters that are no more, what earlier versions kept beside the pages, and files for Word that hold words
which may not be quoted now. A file for Word that somebody wrote in since is never deleted: it is told, with what to do.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from qualcode.gate.built import held_in, made
from qualcode.gate.look import Look, withheld_runs
from qualcode.plural import number_of
from qualcode.study.study import Study

WHOLE = "report"
"""The name of the file for Word that holds all chapters."""
_EARLIER = ("jupyter_execute", "site-doctrees", "site-source")
"""What Sphinx kept beside the pages until chapters were set in a folder of their own."""
_COPIES = ("notebooks", "plots", "running")
_Say = Callable[[str], None]


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
    words = [p.name for p in _files(build / "word") if p.suffix == ".docx" and not p.name.startswith(("~$", "."))]
    if study and words:
        look = Look(runs=withheld_runs(study))
        for name in words:
            _clear_word(study, f"build/word/{name}", names, look, say)


def _clear_word(study: Study, name: str, names: set[str], look: Look, say: _Say) -> None:
    path = study.root / name
    why = held_in(study, name, look) or ("" if path.stem in (WHOLE, *names) else "its chapter is no more")
    if not why:
        return
    mark = path.with_suffix(".key")
    if made(study.root, f"build/word/{mark.name}")[1] != sha256(path.read_bytes()).hexdigest():
        take = f"take its comments in (`qualcode import {name} --comments`), then delete it"
        say(f"{name}: {why}; it is not as it was written, and is left: {take}")
        return
    try:
        path.unlink()
    except OSError as error:
        say(f"{name}: {why}, and it cannot be removed ({error.strerror}); close it and delete it")
        return
    mark.unlink(missing_ok=True)
    say(f"removed {name}: {why}; `qualcode report --word` writes what there is to write now")


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.iterdir()) if folder.is_dir() else ()
