"""Git's own commit and push, held back by the hooks: raw texts, names of the key, words of withheld texts."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

import qualcode
from qualcode.cli import main
from qualcode.errors import SourceError, UsageError
from qualcode.gate import lay_hooks, may_have_texts
from test_built import MEDIATOR, a_run, close, stored
from test_gate import NAMED, a_key

URL = "https://example.org/study.git"


def git(folder: Path, *words: str) -> tuple[int, str]:
    """Run git as somebody would; return its status and what it and the hooks said."""
    who = {f"GIT_{w}_{n}": "x" for w in ("AUTHOR", "COMMITTER") for n in ("NAME", "EMAIL")}
    who |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", *words], cwd=folder, capture_output=True, text=True, env=os.environ | who, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def cloned(card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the tiny study as a repository of its own with hooks, and an empty remote beside it."""
    monkeypatch.setenv("PYTHONPATH", str(Path(qualcode.__file__).parents[1]))
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(card, "init", "-q")
    git(card, "remote", "add", "origin", str(tmp_path / "remote.git"))
    lay_hooks(card)
    return card


def committed(card: Path, message: str = "all") -> None:
    git(card, "add", "-A")
    status, said = git(card, "commit", "-qm", message)
    assert status == 0, said


def pushed(card: Path) -> tuple[bool, str]:
    status, said = git(card, "push", "-q", "origin", "HEAD:main")
    _, there = git(card.parent / "remote.git", "branch", "--list", "main")
    assert (status == 0) == bool(there.strip())
    return status == 0, said


def let_have_texts(card: Path) -> None:
    (card / "coding/remotes.csv").write_text(
        f"remote,may_have,why\n{card.parent}/remote.git,texts,a box of our own\n", "utf-8"
    )


def test_texts_of_the_study_are_pushed_to_no_remote_that_it_does_not_name(cloned: Path):
    committed(cloned)
    held, said = pushed(cloned)
    assert not held
    assert "coding/agreed/2024-02-12-desk-officer.jsonl first: a text of the study, or words of one" in said
    assert "NAMES NOT CHECKED" in said
    let_have_texts(cloned)
    committed(cloned)

    assert pushed(cloned)[0]
    assert qualcode.open_study(cloned).problems == ()


def test_what_holds_no_text_is_pushed(cloned: Path):
    git(cloned, "add", "coding/codebook.yaml", "coding/cases.csv")
    git(cloned, "commit", "-qm", "the codebook")

    assert pushed(cloned)[0]


def test_a_text_that_was_taken_out_again_is_still_in_the_history_and_refused(cloned: Path):
    committed(cloned)
    for folder in ("interviews", "fieldnotes", "documents", "coding/coders", "coding/memos"):
        git(cloned, "rm", "-rq", "--ignore-unmatch", folder)
    git(cloned, "commit", "-qm", "clean")

    assert not pushed(cloned)[0]


def test_words_of_a_withheld_text_in_a_notebook_stop_a_commit_and_a_push(cloned: Path):
    run = a_run(close(cloned))
    stored(cloned, "said.ipynb", run)
    git(cloned, "add", "notebooks/said.ipynb")
    status, said = git(cloned, "commit", "-qm", "a chapter")
    assert (status, "notebooks/said.ipynb: " in said, run in said) == (1, True, False)
    assert git(cloned, "commit", "-qnm", "a chapter")[0] == 0
    held, said = pushed(cloned)
    assert (held, "notebooks/said.ipynb: " in said) == (False, True)


def test_a_withheld_text_itself_may_be_committed(cloned: Path):
    close(cloned)
    committed(cloned)


@pytest.mark.parametrize("where", ["a text", "a file name", "a message", "a branch"])
def test_with_the_key_names_are_held_back_wherever_they_stand(cloned: Path, where: str, tmp_path: Path):
    lay_hooks(cloned, a_key(tmp_path, f"name,pseudonym,surname\n{NAMED},the clerk,Van-der-Brugghen\n"))
    let_have_texts(cloned)
    if where == "a text":
        path = cloned / f"interviews/{MEDIATOR}.md"
        path.write_text(f"{path.read_text('utf-8').rstrip()} {NAMED} said so.\n", "utf-8")
    elif where == "a file name":
        (cloned / "maelle-van-der-brugghen.txt").write_text("x", "utf-8")
    git(cloned, "add", "-A")
    status, said = git(cloned, "commit", "-qm", f"by {NAMED}" if where == "a message" else "x")
    assert (status == 0) == (where in ("a message", "a branch"))
    assert "NAMES NOT CHECKED" not in said
    git(cloned, "commit", "-qnm", "x")
    status, said = git(cloned, "push", "origin", "HEAD:maelle-van-der-brugghen" if where == "a branch" else "HEAD:main")
    assert status != 0
    assert "a name of the key" in said
    assert "Brugghen" not in said.replace("maelle-van-der-brugghen.txt", "")


def test_nobodys_own_hook_is_written_over_and_the_line_to_put_in_is_told(
    card: Path, capsys: pytest.CaptureFixture[str]
):
    git(card, "init", "-q")
    mine = card / ".git/hooks/pre-push"
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("#!/bin/sh\nexit 0\n", "utf-8")

    assert main(["release", "hooks", "--study", str(card)]) == 2
    assert mine.read_text("utf-8") == "#!/bin/sh\nexit 0\n"
    assert '.git/hooks/pre-push is there and not ours; put this into it: qualcode release push --study . "$@"' in (
        capsys.readouterr().err
    )
    assert (card / ".git/hooks/pre-commit").exists()


def test_hooks_that_other_repositories_share_are_left_alone(card: Path, tmp_path: Path):
    git(card, "init", "-q")
    git(card, "config", "core.hooksPath", str(tmp_path / "shared"))

    with pytest.raises(UsageError, match="kept outside this repository"):
        lay_hooks(card)
    assert not (tmp_path / "shared").exists()


def test_a_study_without_git_is_told_to_begin_with_git(card: Path):
    with pytest.raises(UsageError, match="in no git work tree; run `git init` first"):
        lay_hooks(card)


def test_two_studies_in_one_repository_are_both_looked_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(qualcode.__file__).parents[1]))
    git(tmp_path, "init", "-q")
    for name in ("one", "two of them"):
        assert main(["new", "study", str(tmp_path / name)]) == 0
    hook = (tmp_path / ".git/hooks/pre-commit").read_text("utf-8")
    assert [line for line in hook.splitlines() if line.startswith("# study: ")] == [
        "# study: one/",
        "# study: two of them/",
    ]
    path = tmp_path / "two of them" / "interviews" / "2024-01-01-x.md"
    path.write_text("words", "utf-8")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "x")
    git(tmp_path, "init", "-q", "--bare", str(tmp_path / "remote.git"))

    status, said = git(tmp_path, "push", str(tmp_path / "remote.git"), "HEAD:main")
    assert (status != 0, "two of them/interviews/2024-01-01-x.md first" in said) == (True, True)


def test_laying_them_again_changes_nothing(cloned: Path):
    before = {p: p.read_bytes() for p in (cloned / ".git/hooks").iterdir()}
    lay_hooks(cloned)

    assert before == {p: p.read_bytes() for p in (cloned / ".git/hooks").iterdir()}


@pytest.mark.parametrize(
    ("listed", "free"),
    [
        ("https://example.org/study.git,texts,x", True),
        ("https://example.org/study,texts,x", True),
        ("https://me:token@example.org/study/,texts,x", True),
        ("https://example.org/other.git,texts,x", False),
        ("https://example.org/study.git,nothing,x", False),
        ("", False),
    ],
)
def test_a_remote_has_the_texts_if_the_study_says_so(card: Path, listed: str, free: bool):
    (card / "coding/remotes.csv").write_text(f"remote,may_have,why\n{listed}\n", "utf-8")

    assert may_have_texts(card, URL) is free


def test_a_slip_in_the_list_of_remotes_is_told_and_lets_nothing_out(card: Path):
    (card / "coding/remotes.csv").write_text(f"remote,may_have,why\n{URL},text,x\n", "utf-8")

    with pytest.raises(SourceError, match=r"coding/remotes.csv:2: may_have is 'text'; it takes texts, nothing"):
        may_have_texts(card, URL)


def test_a_study_below_the_top_and_a_commit_of_all_that_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Git names the index of `commit -a` and its own folder by the environment, relative to the top."""
    monkeypatch.setenv("PYTHONPATH", str(Path(qualcode.__file__).parents[1]))
    git(tmp_path, "init", "-q")
    assert main(["new", "study", str(tmp_path / "thesis")]) == 0
    (tmp_path / "thesis/notes.md").write_text("x", "utf-8")
    key = tmp_path.parent / f"{tmp_path.name}-key"
    key.mkdir()
    lay_hooks(tmp_path / "thesis", a_key(key, f"name,pseudonym,surname\n{NAMED},the clerk,Van-der-Brugghen\n"))
    git(tmp_path, "add", "-A")
    assert git(tmp_path, "commit", "-qm", "first")[0] == 0
    (tmp_path / "thesis/notes.md").write_text(NAMED, "utf-8")

    status, said = git(tmp_path / "thesis", "commit", "-qam", "second")
    assert (status, "thesis/notes.md: object: a name of the key" in said) == (1, True), said


def test_the_gate_ends_make_report_and_so_ci():
    project = Path(__file__).parent.parent
    report = (project / "Makefile").read_text("utf-8").partition("\nreport:")[2].partition("\n\n")[0]

    assert "/qualcode release check" in report.splitlines()[-1]
    assert "make report" in (project / ".ci/run").read_text("utf-8").splitlines()
