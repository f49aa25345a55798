"""What the repository promises about itself."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from ruamel.yaml import YAML

import qualcode
from conftest import PROJECT
from qualcode.cli import build_parser

REQUIRED = {"jupyterlab", "matplotlib", "nbval", "networkx", "pandas", "spacy"}
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))


def text(name: str) -> str:
    return (PROJECT / name).read_text("utf-8")


def commands() -> list[str]:
    """Return the commands' names, of the parser itself."""
    actions = [a for a in build_parser()._actions if isinstance(a.choices, dict)]
    return sorted(name for a in actions for name in a.choices)


def test_the_conda_environment_names_the_same_packages_with_the_same_bounds():
    """pyproject.toml is the truth; both ways, so that neither holds one too many."""
    wanted = {r.name: r.specifier for r in map(Requirement, PYPROJECT["project"]["dependencies"]) if r.name in REQUIRED}
    listed = YAML(typ="safe").load(text("environment.yml"))["dependencies"]
    found = {r.name: r.specifier for r in map(Requirement, [d for d in listed if isinstance(d, str) and d != "pip"])}
    python = found.pop("python")

    assert wanted.keys() == REQUIRED
    assert wanted == found
    assert Requirement(f"python{PYPROJECT['project']['requires-python']}").specifier == python
    assert listed[-1] == {"pip": ["-e ."]}


def test_the_lock_names_public_hosts_only_and_a_hash_for_each_file():
    lock = tomllib.loads(text("uv.lock"))
    files = [f for p in lock["package"] for f in [*p.get("wheels", []), *([p["sdist"]] if "sdist" in p else [])]]
    sources = {str(p["source"]) for p in lock["package"] if p["name"] != "qualcode"}

    assert sources == {"{'registry': 'https://pypi.org/simple'}"}
    assert [f for f in files if not f["url"].startswith("https://files.pythonhosted.org/")] == []
    assert [f for f in files if not re.fullmatch(r"sha256:[0-9a-f]{64}", f["hash"])] == []


def test_continuous_integration_runs_the_two_commands():
    workflow = YAML(typ="safe").load(text(".github/workflows/ci.yml"))
    job = workflow["jobs"]["prove"]
    steps = [s["run"] for s in job["steps"] if "run" in s]

    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.13"]
    assert steps[-2:] == ["make report", "make test"]
    assert text(".ci/run").splitlines()[-2:] == ["make report", "make test"]


def test_one_version_stands_everywhere():
    assert f"version: {qualcode.__version__}\n" in text("CITATION.cff")
    assert re.findall(r"^## (\S+)", text("CHANGELOG.md"), re.MULTILINE)[0] == qualcode.__version__


@pytest.mark.parametrize("call", ["import qualcode", "import qualcode; qualcode.open_study('tests/citizen-card')"])
def test_opening_a_study_loads_no_heavy_library(call: str):
    heavy = {"pandas", "numpy", "networkx", "matplotlib", "spacy", "sphinx", "IPython"}
    code = f"import sys; {call}; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT)

    assert heavy & set(loaded.stdout.split()) == set()


def test_the_version_is_told_without_reading_a_study_or_a_table():
    code = "import sys; from qualcode.cli import main\ntry: main(['--version'])\nexcept SystemExit: print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split(
        "\n", 1
    )

    assert said[0] == f"qualcode {qualcode.__version__}"
    assert {"qualcode.study.opening", "ruamel.yaml", "filelock", "pandas"} & set(said[1].split()) == set()


@pytest.mark.parametrize(
    "command, without",
    [
        ("check", {"numpy", "pandas"}),
        ("table statements", {"numpy", "pandas"}),
        ("search card", {"pandas"}),
        ("search --codes function/access", {"pandas"}),
        ("divergence", {"matplotlib", "networkx", "spacy"}),
        ("agreement", {"matplotlib", "networkx", "spacy"}),
        ("suggest --coder reader", {"matplotlib", "networkx", "spacy"}),
    ],
)
def test_a_command_loads_nothing_heavy_that_it_does_not_need(command: str, without: set[str], card: Path):
    words = [*command.split(), "--study", str(card)]
    code = f"import sys; from qualcode.cli import main\nassert main({words}) == 0\nprint(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert set(said.splitlines()[-1].split()) & without == set()


PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    *sorted(p.relative_to(PROJECT).as_posix() for p in (PROJECT / "docs").rglob("*.md")),
]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_a_page_shows_is_one(page: str):
    """With its options, as the parser knows them; what stands in capitals is any word."""
    lines = re.findall(r"^(?: {4})?qualcode (.+)$", text(page), re.MULTILINE)

    for line in lines:
        command = re.split(r" [>|] ", line)[0]
        assert build_parser().parse_args(shlex.split(command, comments=True)), line


@pytest.mark.parametrize("command", commands())
def test_every_command_has_help_with_an_example_that_parses(command: str):
    top = next(a for a in build_parser()._actions if isinstance(a.choices, dict)).choices[command]
    nested = [a for a in top._actions if isinstance(a.choices, dict)]
    for parser in nested[0].choices.values() if nested else [top]:
        example = re.fullmatch(r"Example: qualcode (.+)", parser.epilog or "")

        assert example, parser.prog
        build_parser().parse_args(shlex.split(example[1]))


def test_every_room_is_in_the_architecture_in_the_order_of_the_layers():
    layers = PYPROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    rooms = [room.strip() for layer in layers for room in layer.split("|")]
    listed = re.findall(r"^\| `(\w+)` \|", text("ARCHITECTURE.md"), re.MULTILINE)

    assert sorted(rooms) == sorted(listed)
    for layer, below in pairwise(layers):
        last = max(listed.index(r.strip()) for r in layer.split("|"))
        assert last < min(listed.index(r.strip()) for r in below.split("|")), (layer, below)


@pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_links_inside_the_project_lead_somewhere(page: str):
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", text(page))

    assert [t for t in targets if not (PROJECT / t).exists()] == []


def test_no_running_words_of_the_thesis_are_in_the_project():
    """Facts carry over, sentences do not; runs of nine words, where the thesis is at hand. Its citation may stand."""
    thesis = PROJECT.parent / "shared" / "seeds" / "thesis-lambert-2018.md"
    if not thesis.exists():
        pytest.skip("the thesis is not part of the project and not beside it")

    def words(of: str) -> list[str]:
        return re.findall(r"[^\W\d_]+", of.lower())

    source = words(thesis.read_text("utf-8"))
    runs = {tuple(source[n : n + 9]) for n in range(len(source) - 8)}
    tracked = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=False, cwd=PROJECT).stdout
    found = []
    for name in tracked.split("\n"):
        path = PROJECT / name
        if path.suffix in (".md", ".py", ".ipynb", ".jsonl", ".json", ".yaml", ".csv", ".txt") and path.is_file():
            here = words(
                re.sub(r"^Source: .*?(?=\n\n)", "", path.read_text("utf-8", "replace"), flags=re.DOTALL | re.MULTILINE)
            )
            hits = [" ".join(here[n : n + 9]) for n in range(len(here) - 8) if tuple(here[n : n + 9]) in runs]
            found += [f"{name}: {hit}" for hit in hits]

    assert found == []
