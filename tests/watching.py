"""
Run commands on a study of a stranger's and watch what they do; run as a script by tests/test_strangers.py.

``watching.py FOLDER COMMAND...`` runs each COMMAND (words parted by blanks) in this process, one after the other. It
prints as JSON each command's status, what it said, and the name of whatever it let escape; then what was written,
made, renamed or removed outside FOLDER, what was run or asked for over a network, the CPU seconds of the slowest, and
the memory.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shlex
import sys
import tempfile
import time

WRITES: dict[str, tuple[tuple[int, int | None], ...]] = {
    "os.rename": ((0, 2), (1, 3)),
    "os.link": ((0, 2), (1, 3)),
    "os.symlink": ((1, 2),),
    "os.remove": ((0, 1),),
    "os.rmdir": ((0, 1),),
    "os.mkdir": ((0, 2),),
    "os.chmod": ((0, 2),),
    "os.utime": ((0, 3),),
    "os.truncate": ((0, None),),
}
"""Acts on a file system; which of their arguments are paths, and which the folder that each is seen from."""
RUNS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "socket.connect", "socket.getaddrinfo")


def watch(
    inside: str, seen: list[str], own: tuple[str, ...], foreign: tuple[str, ...] = (), forbidden: str = ""
) -> None:
    """
    Note what is written outside *inside* and the folders that are this process's *own*, and what is run.

    Of what lies in *foreign* folders, reading is noted too. What leads out of the folder *forbidden* is not only noted:
    it is not done.
    """
    allowed = tuple(os.path.realpath(p) + os.sep for p in (inside, *own))
    mine = tuple(os.path.realpath(p) for p in own)
    kept_from = tuple(os.path.realpath(p) for p in foreign)

    def outside(path: object, *, itself: bool = False, seen_from: object = -1) -> str:
        """Return where a path is that is outside; *itself*: the link is meant and not where it leads."""
        if not isinstance(path, str | bytes | os.PathLike):
            return ""
        if isinstance(seen_from, int) and seen_from >= 0:
            path = os.path.join(os.readlink(f"/proc/self/fd/{seen_from}"), os.fsdecode(path))  # noqa: PTH115, PTH118
        folder, name = os.path.split(os.fsdecode(path))
        where = f"{os.path.realpath(folder)}/{name}" if itself else os.path.realpath(os.fsdecode(path))
        return "" if where.startswith(allowed) or where in (os.devnull, *mine) else where

    def heard(event: str, args: tuple[object, ...]) -> None:
        if event == "open" and (_writes(args[1]) or (isinstance(args[2], int) and args[2] & _WRITING)):
            where = [outside(args[0])]
        elif event in ("open", "os.listdir", "os.scandir") and kept_from and isinstance(args[0], str | bytes):
            to = os.path.realpath(os.fsdecode(args[0]))
            where = [to if to.startswith(kept_from) else ""]
        elif event in WRITES:
            where = [outside(args[a], itself=True, seen_from=args[f] if f else -1) for a, f in WRITES[event]]
        elif event in RUNS:
            where = [repr(args[:1])]
        else:
            return
        seen.extend(f"{event} {w}" for w in where if w and "__pycache__" not in w)
        if forbidden and any(w and not w.startswith(os.path.realpath(forbidden)) for w in where):
            raise PermissionError(1, "a test forbids it")

    sys.addaudithook(heard)


_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def _writes(mode: object) -> bool:
    return isinstance(mode, str) and bool(set(mode) & set("wax+"))


def run(words: str) -> tuple[int, str, str]:
    """Run one command; return its status, what it said, and what it let escape."""
    from qualcode.cli import main

    said = io.StringIO()
    escaped = ""
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            status = main(shlex.split(words))
        except SystemExit as end:
            status = int(end.code or 0)
        except BaseException as error:  # noqa: BLE001 - whatever escapes is told
            status, escaped = -1, f"{type(error).__name__}: {error}"
    return status, said.getvalue(), escaped


if __name__ == "__main__":
    import resource

    folder, *commands = sys.argv[1:]
    os.chdir(folder)
    acts: list[str] = []
    state = (os.environ["XDG_STATE_HOME"], *(os.environ.get(v, "/nowhere") for v in ("MPLCONFIGDIR", "IPYTHONDIR")))
    drawing = [os.path.expanduser(f"~/{place}/matplotlib") for place in (".config", ".cache")]  # noqa: PTH111
    watch(folder, acts, (*state, *drawing, f"{tempfile.gettempdir()}/qualcode-"))
    found, slowest = [], 0.0
    for command in commands:
        began = time.process_time()
        found.append(run(command))
        slowest = max(slowest, time.process_time() - began)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    print(json.dumps({"commands": found, "outside": acts, "seconds": slowest, "megabytes": memory}))
