"""
Plots and result tables as files, and the proof that the same text gives the same ones.

The manifest, ``notebooks/manifest.json``, is committed: for each output its hash, cell and notebook; for
each input its hash; the version of this package and of the libraries. A check makes all outputs again and
compares. Nothing but the command that is asked to writes the manifest.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import qualcode
from qualcode.errors import Problem, SourceError, UsageError
from qualcode.plaintext.folder import check_given, read_bytes
from qualcode.report.front import notebook_paths
from qualcode.report.runs import run_notebooks
from qualcode.report.settled import unsettled_notices
from qualcode.report.staleness import INPUTS, Now, executed_path, plots_path, stale
from qualcode.study.coderfile import replace_durably
from qualcode.study.opening import counting, find_study, open_study

MANIFEST = "notebooks/manifest.json"
LIBRARIES = ("matplotlib", "networkx", "numpy", "pandas")
_DATA = ".data.json"


def make_plots(path: Path | None = None, *, coder: str = "", say: Callable[[str], None] = print) -> dict[str, Path]:
    """
    Run the notebooks that changed and return every plot and table they show, by name.

    A plot is there as SVG, PDF and PNG and, for comparison, as the data it draws; a table as CSV.

    Args:
        coder: whose codings count of documents that several coded and nobody settled; left out: nobody's.
        say: is told each step, and of each document on which nothing is agreed.

    Raises:
        StudyError: the study has problems.
        UsageError: there is no study, no such coder, it has no notebooks, or a notebook failed.

    Example:
        >>> told: list[str] = []
        >>> made = make_plots(study.root, say=told.append)
        >>> sorted({name.partition("/")[0] for name in made})
        ['actor-network', 'corpus', 'divergences']
    """
    root = find_study(path)
    with counting(root, coder):
        return _made(root, say)


def _made(root: Path, say: Callable[[str], None]) -> dict[str, Path]:
    study = open_study(root)
    study.require_sound()
    for notice in unsettled_notices(study):
        say(notice)
    notebooks = notebook_paths(root)
    now = Now(root)
    run_notebooks([n for n in notebooks if stale(n, root, root / "build", now)], root, root / "build", say)
    made: dict[str, Path] = {}
    for notebook in notebooks:
        folder = plots_path(notebook, root / "build")
        made |= {f"{notebook.stem}/{p.name}": p for p in sorted(folder.iterdir())}
    return dict(sorted(made.items()))


def manifest(root: Path, made: dict[str, Path]) -> dict[str, Any]:
    """Return what was made from what: inputs, libraries and outputs with their hashes, sorted."""
    inputs = {
        p.relative_to(root).as_posix(): _hash(p)
        for folder in INPUTS
        for p in sorted((root / folder).rglob("*"))
        if p.is_file() and not p.name.startswith(".")
    }
    inputs |= {f"notebooks/{p.name}": _hash(p) for p in sorted((root / "notebooks").glob("*.csv"))}
    for notebook in notebook_paths(root):
        cells = [c["source"] for c in json.loads(notebook.read_text("utf-8"))["cells"] if c["cell_type"] == "code"]
        inputs[f"notebooks/{notebook.name}"] = sha256(json.dumps(cells).encode("utf-8")).hexdigest()
    return {
        "code": {"qualcode": qualcode.__version__},
        "inputs": dict(sorted(inputs.items())),
        "libraries": {name: version(name) for name in LIBRARIES},
        "outputs": {name: {"bytes": p.stat().st_size, "sha256": _hash(p)} for name, p in made.items()},
    }


def write_manifest(path: Path | None = None, *, coder: str = "", say: Callable[[str], None] = print) -> Path:
    """
    Make every plot and table and write the manifest beside the notebooks; *coder* is as in ``make_plots``.

    Raises:
        StudyError, UsageError: as ``make_plots``.

    Example:
        >>> told: list[str] = []
        >>> write_manifest(study.root, say=told.append).relative_to(study.root).as_posix()
        'notebooks/manifest.json'
    """
    root = find_study(path)
    made = manifest(root, make_plots(root, coder=coder, say=say)) | ({"coder": coder} if coder else {})
    text = json.dumps(made, indent=1, sort_keys=True, ensure_ascii=False)
    replace_durably(root / MANIFEST, f"{text}\n".encode())
    return root / MANIFEST


def check_plots(path: Path | None = None, *, coder: str = "", say: Callable[[str], None] = print) -> list[Problem]:
    """
    Make every plot and table again and compare with the manifest; left out, *coder* is the manifest's.

    Where matplotlib has another version than the manifest's, drawings are compared by the data they
    draw, and *say* is told so.

    Returns:
        One problem for each output that differs, is missing or is new, one for each picture that a cell shows past
        ``qualcode.plots`` and that so is no output, and one that names the inputs which changed since.

    Raises:
        UsageError: there is no manifest, or as ``make_plots``.

    Example:
        >>> told: list[str] = []
        >>> made = write_manifest(study.root, say=told.append)
        >>> check_plots(study.root, say=told.append)
        []
    """
    root = find_study(path)
    if not (root / MANIFEST).is_file():
        raise UsageError(f"there is no {MANIFEST}; `qualcode plots --write` makes one")
    claimed = _claimed(root)
    made = make_plots(root, coder=coder or claimed.get("coder", ""), say=say)
    found = manifest(root, made)
    by_data = claimed["libraries"]["matplotlib"] != found["libraries"]["matplotlib"]
    if by_data:
        ours, theirs = found["libraries"]["matplotlib"], claimed["libraries"]["matplotlib"]
        say(f"matplotlib is {ours} here and {theirs} in the manifest: drawings are compared by the data they draw")
    old, new = (_compared(outputs, by_data) for outputs in (claimed["outputs"], found["outputs"]))
    problems = [Problem(MANIFEST, 0, f"{name} is not made any more") for name in old if name not in new]
    problems += [Problem(MANIFEST, 0, f"{name} is not in the manifest") for name in new if name not in old]
    problems += _unproved(root, made)
    problems += [Problem(MANIFEST, 0, f"{name} differs") for name in old if name in new and old[name] != new[name]]
    if problems:
        moved = sorted(n for n, h in {**claimed["inputs"], **found["inputs"]}.items() if claimed["inputs"].get(n) != h)
        moved += sorted(set(claimed["inputs"]) - set(found["inputs"]))
        ours, theirs = ({**m.get("code", {}), **m["libraries"]} for m in (found, claimed))
        versions = [f"{n} {theirs.get(n, 'absent')}, here {v}" for n, v in sorted(ours.items()) if theirs.get(n) != v]
        why = (
            ", ".join(dict.fromkeys(moved))
            or f"none: the program or a library did ({'; '.join(versions) or 'same versions'})"
        )
        problems.append(Problem(MANIFEST, 0, f"inputs that changed since: {why}"))
    return problems


def _unproved(root: Path, made: dict[str, Path]) -> list[Problem]:
    """Name each cell that shows a picture which is among no outputs: one drawn by hand, or shown from a file."""
    problems = []
    for notebook in notebook_paths(root):
        kept = {
            path.read_text("utf-8")
            for name, path in made.items()
            if name.startswith(f"{notebook.stem}/") and path.suffix == ".svg"
        }
        cells = json.loads(executed_path(notebook, root / "build").read_text("utf-8"))["cells"]
        for number, cell in enumerate(cells, start=1):
            shown = [output.get("data", {}) for output in cell.get("outputs", ())]
            if any(kind.startswith("image/") and "".join(data[kind]) not in kept for data in shown for kind in data):
                where = f"notebooks/{notebook.name}"
                what = "shows a picture that is in no manifest; draw it with qualcode.plots"
                problems.append(Problem(where, 0, f"cell {number} ({cell.get('id')}) {what}"))
    return problems


def _claimed(root: Path) -> dict[str, Any]:
    """Read the manifest; raise where it is none."""
    try:
        claimed = json.loads(read_bytes(root, MANIFEST))
        named = [o["sha256"] for o in claimed["outputs"].values()] + [*claimed["inputs"].values()]
        sound = all(isinstance(one, str) for one in [claimed["libraries"]["matplotlib"], *named])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        sound = False
    if not sound:
        raise SourceError([Problem(MANIFEST, 0, "is no manifest; `qualcode plots --write` makes one")])
    return dict(claimed)


def copy_plots(made: dict[str, Path], into: Path) -> None:
    """
    Copy every plot and table into a folder, one folder a notebook; the data for comparison stay behind.

    Example:
        >>> told: list[str] = []
        >>> copy_plots(make_plots(study.root, say=told.append), Path("figures"))
        >>> sorted(folder.name for folder in Path("figures").iterdir())
        ['actor-network', 'corpus', 'divergences']
    """
    check_given(into)
    for name, path in made.items():
        if not name.endswith(_DATA):
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, into / name)


def _compared(outputs: dict[str, dict[str, Any]], by_data: bool) -> dict[str, str]:
    drawn = (".svg", ".pdf", ".png")
    return {n: o["sha256"] for n, o in outputs.items() if not (by_data and n.endswith(drawn))}


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def check_notebooks(path: Path | None = None) -> int:
    """
    Run every stored notebook in a fresh kernel and compare each output with the stored one, by nbval.

    What it finds is printed by pytest, cell by cell. Returns pytest's exit status: 0 all the same, 1 some differ.

    Raises:
        UsageError: there is no study, or it has no notebooks.

    Example:
        >>> told: list[str] = []
        >>> stored = store_notebooks(study.root, say=told.append)
        >>> check_notebooks(study.root)
        0
    """
    import subprocess
    import sys

    root = find_study(path)
    names = [notebook.relative_to(root).as_posix() for notebook in notebook_paths(root)]
    words = ["-q", "--nbval", "--nbval-current-env", "--nbval-cell-timeout=300", "-p", "no:cacheprovider"]
    alone = ["-c", os.devnull, "--rootdir", "."]  # whatever project the study lies in, its settings are not the study's
    return subprocess.run([sys.executable, "-m", "pytest", *words, *alone, *names], cwd=root, check=False).returncode
