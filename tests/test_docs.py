"""What the documentation promises: its pages build, its links lead somewhere, and the tutorial runs as it stands."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from qualcode.cli import main

PROJECT = Path(__file__).parent.parent
DOCS = PROJECT / "docs"
PAGES = sorted(p.relative_to(PROJECT).as_posix() for p in DOCS.rglob("*.md"))
BLOCK = re.compile(r"^```(\{code-block\} )?(\w+)\n(?::caption: (\S+)\n)?(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[tuple[str, str, str]]:
    """Return the blocks of a page in order: a file's name or nothing, the language, the words."""
    return [(m[3] or "", m[2], m[4]) for m in BLOCK.finditer(page.read_text("utf-8"))]


@pytest.mark.long
def test_the_tutorial_runs_as_it_stands(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Files are written as shown, commands run in order with status 0, and the lines shown are among what they say."""
    monkeypatch.chdir(tmp_path)
    said, ran, shown = "", 0, 0
    for name, language, words in blocks(DOCS / "tutorial.md"):
        if name:
            Path(name).write_text(words, "utf-8")
        elif language == "python":
            exec(words, {})
        elif language == "sh":
            said = ""
            for line in words.splitlines():
                command, *rest = shlex.split(line)
                if command == "cd":
                    monkeypatch.chdir(tmp_path / rest[0])
                    continue
                assert command == "qualcode"
                assert (main(rest), line) == (0, line)
                ran += 1
                told = capsys.readouterr()
                said += told.out + told.err
        elif language == "text":
            assert [line for line in words.splitlines() if line not in said] == []
            shown += 1

    assert (ran, shown) == (12, 4)
    assert Path("build/site/index.html").exists()


@pytest.mark.parametrize("page", PAGES)
def test_links_of_the_documentation_lead_somewhere(page: str):
    here = (PROJECT / page).parent
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", (PROJECT / page).read_text("utf-8"))

    assert [t for t in targets if not (here / t).exists()] == []


@pytest.mark.long
def test_the_documentation_builds_without_a_warning(tmp_path: Path):
    words = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", str(DOCS), str(tmp_path / "site")]
    built = subprocess.run(words, capture_output=True, text=True, check=False)

    assert ("", 0) == (built.stderr, built.returncode)
    assert (tmp_path / "site" / "tutorial.html").exists()
