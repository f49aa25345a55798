"""What others may rely on: the public names of every room, old paths that still lead there, and a light core."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import qualcode
from qualcode.moved import MOVED

HERE = Path(__file__).parent
ROOMS = (
    "qualcode",
    "qualcode.agreement",
    "qualcode.claims",
    "qualcode.coding",
    "qualcode.coding.amend",
    "qualcode.coding.compare",
    "qualcode.coding.merge",
    "qualcode.coding.settle",
    "qualcode.divergence",
    "qualcode.errors",
    "qualcode.exchange.published",
    "qualcode.gate",
    "qualcode.manuscript",
    "qualcode.network",
    "qualcode.plots",
    "qualcode.present",
    "qualcode.recoding",
    "qualcode.report",
    "qualcode.sampling",
    "qualcode.search",
    "qualcode.study",
    "qualcode.study.release",
    "qualcode.suggest",
    "qualcode.tables",
    "qualcode.tables.facts",
    "qualcode.tables.retrieval",
    "qualcode.widget",
)


def told(name: str, what: object) -> str:
    """Say of a public name how it is called."""
    if inspect.isclass(what):
        return f"{name}: class"
    if callable(what):
        words = [
            f"**{p.name}" if p.kind is p.VAR_KEYWORD else f"*{p.name}" if p.kind is p.VAR_POSITIONAL else p.name
            for p in inspect.signature(what).parameters.values()
        ]
        return f"{name}({', '.join(words)})"
    return name


def public_names() -> list[str]:
    lines = []
    for room in ROOMS:
        module = import_module(room)
        own = [n for n, what in vars(module).items() if not n.startswith("_") and inspect.getmodule(what) is module]
        for name in sorted(getattr(module, "__all__", own)):
            if not inspect.ismodule(getattr(module, name)):
                lines.append(told(f"{room}.{name}", getattr(module, name)))
    return lines


def test_the_public_names_are_those_that_are_written_down():
    """Whoever changes one changes tests/public-names.txt in the same commit, and says so in the changelog."""
    written = (HERE / "public-names.txt").read_text("utf-8").splitlines()

    assert written == public_names()


def test_every_public_name_has_a_docstring():
    bare = []
    for room in ROOMS:
        module = import_module(room)
        for name in getattr(module, "__all__", []):
            what = getattr(module, name)
            if callable(what) and not inspect.getdoc(what):
                bare.append(f"{room}.{name}")

    assert [] == bare


OLD_PATHS = """
import importlib, warnings
from qualcode.moved import MOVED

for old, new in sorted(MOVED.items()):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = importlib.import_module(f"qualcode.{old}")
    assert found is importlib.import_module(f"qualcode.{new}"), old
    print(*[w.message for w in said if w.category is PendingDeprecationWarning], sep="; ")
"""


def test_an_old_path_leads_to_the_module_itself_and_says_where_it_is():
    """In a process of its own: nothing was imported under its new name before."""
    run = subprocess.run([sys.executable, "-c", OLD_PATHS], capture_output=True, text=True, check=False)

    assert ("", [f"qualcode.{old} is now qualcode.{MOVED[old]}" for old in sorted(MOVED)]) == (
        run.stderr,
        run.stdout.splitlines(),
    )


BEFORE = """
from qualcode.hand import code_excerpt
from qualcode import release, facts, retrieval
from qualcode.coding import CoderFile, read_coder_file
from qualcode.study import Study, open_study
from qualcode.exchange.published import attach
import qualcode
qualcode.hand.code_excerpt, qualcode.release.show, qualcode.widget.coder, qualcode.network.discourse_matrix
"""


def test_what_scripts_said_before_still_runs_and_is_silent():
    run = subprocess.run([sys.executable, "-c", BEFORE], capture_output=True, text=True, check=False)

    assert ("", "", 0) == (run.stdout, run.stderr, run.returncode)


def test_what_never_was_is_still_an_error():
    with pytest.raises(ModuleNotFoundError, match=r"qualcode\.nowhere"):
        import_module("qualcode.nowhere")
    with pytest.raises(AttributeError, match="has no attribute 'nowhere'"):
        qualcode.nowhere  # noqa: B018
    with pytest.raises(AttributeError, match="has no attribute 'nowhere'"):
        import_module("qualcode.coding").nowhere  # noqa: B018


CORE = """
import sys
from importlib.abc import MetaPathFinder

class Blocked(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in {"qualcode", "ruamel", "filelock", *sys.stdlib_module_names}:
            raise ModuleNotFoundError(f"{name} is blocked", name=name)

sys.meta_path.insert(0, Blocked())
import qualcode
from qualcode.cli import main
from qualcode.coding import code_excerpt, mark_read, moves, amend
from qualcode.recoding import rename

study = qualcode.open_study(sys.argv[1])
document = study.documents["2024-03-05-card-holder"]
words = document.text[document.turns[0].start:][:40]
made = code_excerpt(study, document.id, words, {"universality/wide-use": None}, coder="reader")
mark_read(study, document.id, coder="reader")
study = qualcode.open_study(sys.argv[1])
amend.set_memo(study, document.id, made if isinstance(made, str) else made.id, "A memo.", coder="reader")
assert main(["check", "--study", sys.argv[1]]) == 0
"""


def test_reading_checking_and_coding_need_two_packages_only(card: Path):
    """Everything but ruamel.yaml and filelock is blocked, as where only the core is installed."""
    run = subprocess.run([sys.executable, "-c", CORE, str(card)], capture_output=True, text=True, check=False)

    assert ("", "5 documents, 8 cases, 23 excerpts by 2 coders: no problems\n", 0) == (
        run.stdout,
        run.stderr,
        run.returncode,
    )
