"""What happens to a coder's file when something goes wrong while it is written: nothing."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import subprocess
import sys
import time
from multiprocessing import get_context
from pathlib import Path

import pytest

import qualcode
from conftest import HERE
from crashing import DOCUMENT, FILE
from qualcode.coding import hand, places
from qualcode.errors import SourceError, WriteError
from qualcode.plaintext import durable
from qualcode.plaintext.durable import UNFINISHED, replace_all, replace_durably, version_of
from qualcode.plaintext.step import Replacement, to_record
from qualcode.study.coderfile import CoderFile, change_coder_file, read_coder_file
from qualcode.study.excerpt import read_line

ONLY_WITH_FORK = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked and killed")
SEVERAL = [
    FILE,
    "coding/coders/second/2024-02-12-desk-officer.jsonl",
    "coding/agreed/2024-02-12-desk-officer.jsonl",
    "coding/codebook.yaml",
]


def crash(*args: object) -> object:
    """Run tests/crashing.py and return what it says."""
    done = subprocess.run(
        [sys.executable, str(HERE / "crashing.py"), *map(str, args)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


@pytest.mark.long
@ONLY_WITH_FORK
def test_a_coder_killed_at_any_moment_loses_nothing_that_was_said_to_be_written(
    card: Path, request: pytest.FixtureRequest
):
    """201 kills: the file is sound after each, and holds every excerpt whose writing was reported."""
    times = 1001 if request.config.getoption("--thorough") else 201

    assert crash("kills", card, times, 20240320) == []


@pytest.mark.long
@ONLY_WITH_FORK
def test_a_step_over_several_files_killed_before_any_act_happens_whole_or_not_at_all(card: Path):
    """After the next command's look, all files are new or all are old, and no record is left."""
    outcome = crash("steps", card, *SEVERAL)

    assert isinstance(outcome, dict)
    ends = list(outcome.values())
    assert ends == [["none"]] * ends.index(["all"]) + [["all"]] * (len(ends) - ends.index(["all"]))
    assert len(ends) > 5 * len(SEVERAL)
    assert ends.index(["all"]) > 2 * len(SEVERAL)


ACTS = ["open", "replace", "chmod", "write", "fsync"]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("nth", range(8))
def test_a_full_disk_leaves_the_file_as_it_was(act: str, nth: int, card: Path, monkeypatch: pytest.MonkeyPatch):
    """Each act on the disk fails in turn: the error says so, nothing is lost, nothing is left lying about."""
    study = qualcode.open_study(card)
    before = (card / FILE).read_bytes()
    fill_the_disk(monkeypatch, act, nth)

    try:
        hand.code_excerpt(study, DOCUMENT, "Queues.", {"function/access": None}, coder="reader")
        said = ""
    except WriteError as error:
        said = str(error)
    monkeypatch.undo()

    problems = read_coder_file(card / FILE, FILE, "reader")[1]
    assert problems == []
    assert [p.name for p in (card / FILE).parent.glob(".*")] == []
    assert ((card / FILE).read_bytes() == before) == ("what was there before is still there" in said)
    assert said == "" or "what was there before" in said or "written, but the disk did not confirm it" in said


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("nth", range(0, 24, 3))
def test_a_full_disk_leaves_all_files_of_a_step_or_none(
    act: str, nth: int, card: Path, monkeypatch: pytest.MonkeyPatch
):
    old = {n: (card / n).read_bytes() for n in SEVERAL}
    new = {n: data + b"\n" for n, data in old.items()}
    fill_the_disk(monkeypatch, act, nth)
    try:
        replace_all(card, new, {n: version_of(data) for n, data in old.items()})
        said = ""
    except WriteError as error:
        said = str(error)
    monkeypatch.undo()
    waits = (card / UNFINISHED).exists()

    study = qualcode.open_study(card)

    there = {n: (card / n).read_bytes() for n in SEVERAL}
    assert [p for p in study.problems if p.path != "coding/codebook.yaml"] == []
    assert there in ((new,) if waits or not said else (old, new))
    assert not said or ("finished by the next command" in said) == waits or "nothing was changed" in said


def fill_the_disk(monkeypatch: pytest.MonkeyPatch, act: str, nth: int) -> None:
    """Let act number *nth* of a kind fail as on a full disk, for files of the study that are written."""
    count = iter(range(10**9))

    def failing(done):  # type: ignore[no-untyped-def]
        def acted(*args, **kwargs):  # type: ignore[no-untyped-def]
            if next(count) == nth:
                raise OSError(errno.ENOSPC, "No space left on device")
            return done(*args, **kwargs)

        return acted

    if act == "fsync":
        monkeypatch.setattr(os, "fsync", failing(os.fsync))
    elif act == "write":
        opened = Path.open

        def open_full(path, mode="r", *args, **kwargs):  # type: ignore[no-untyped-def]
            file = opened(path, mode, *args, **kwargs)
            if mode != "xb" or next(count) != nth:
                return file
            file.close()
            file = opened(path, mode, buffering=0)

            class Full:
                def __enter__(self) -> Full:
                    return self

                def __exit__(self, *how: object) -> None:
                    file.close()

                def write(self, data: bytes) -> None:
                    file.write(data[: len(data) // 2])
                    raise OSError(errno.ENOSPC, "No space left on device")

            return Full()

        monkeypatch.setattr(Path, "open", open_full)
    elif act == "open":
        opened = Path.open

        def open_not(path, mode="r", *args, **kwargs):  # type: ignore[no-untyped-def]
            if mode == "xb" and next(count) == nth:
                raise OSError(errno.ENOSPC, "No space left on device")
            return opened(path, mode, *args, **kwargs)

        monkeypatch.setattr(Path, "open", open_not)
    else:
        monkeypatch.setattr(Path, act, failing(getattr(Path, act)))


@pytest.mark.skipif(not sys.platform.startswith("linux") or os.name == "nt", reason="a small disk is mounted")
def test_a_disk_that_is_really_full_leaves_the_file_as_it_was(tmp_path: Path):
    """A disk of 64 kB: excerpts are written until it is full; all that were reported are there."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no disk can be mounted here")
    try:
        path, name = disk / "coding/coders/a/d.jsonl", "coding/coders/a/d.jsonl"
        said: list[str] = []

        def add(file: CoderFile) -> CoderFile:
            line = AN_EXCERPT.replace("e0000000000", f"e{len(said):010d}")
            return file.with_excerpt(read_line(line, 1)[0])  # type: ignore[arg-type]

        def fill() -> None:
            while len(said) < 1000:
                change_coder_file(path, name, "a", add, tmp_path / "locks")
                said.append(f"e{len(said):010d}")

        with pytest.raises(WriteError, match=r"not written \(No space left on device\); what was there before"):
            fill()
        file, problems = read_coder_file(path, name, "a")
        left = [p.name for p in path.parent.iterdir()]
    finally:
        subprocess.run(["umount", str(disk)], check=True)

    assert len(said) > 50
    assert (problems, [e.id for e in file.excerpts], left) == ([], said, ["d.jsonl"])


AN_EXCERPT = (
    '{"excerpt": "e0000000000", "start": 0, "end": 4, "text": "0d9f85cc0e56", "quote": "wait", "before": "", '
    '"after": " a moment", "case": null, "holder": null, "codes": {"function/access": 1}, "memo": null, '
    '"made": "2024-03-20T09:00:00Z", "origin": {"how": "hand"}}'
)


def test_a_read_only_file_is_not_replaced(card: Path):
    """Whoever made it so meant it; also for those whom the system would let through."""
    study = qualcode.open_study(card)
    before = (card / FILE).read_bytes()
    (card / FILE).chmod(stat.S_IREAD)

    with pytest.raises(WriteError, match=f"{FILE}: not written .the file is read-only.; what was there before"):
        hand.code_excerpt(study, DOCUMENT, "Queues.", {"function/access": None}, coder="reader")

    (card / FILE).chmod(stat.S_IREAD | stat.S_IWRITE)
    assert (card / FILE).read_bytes() == before


def test_in_a_folder_that_refuses_nothing_is_lost(card: Path, monkeypatch: pytest.MonkeyPatch):
    study = qualcode.open_study(card)
    before = (card / FILE).read_bytes()
    opened = Path.open

    def refused(path, mode="r", *args, **kwargs):  # type: ignore[no-untyped-def]
        if mode == "xb" and path.parent == (card / FILE).parent:
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(path, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(WriteError, match=r"not written \(Permission denied\); what was there before is still there"):
        hand.code_excerpt(study, DOCUMENT, "Queues.", {"function/access": None}, coder="reader")

    assert (card / FILE).read_bytes() == before


def test_a_file_held_open_for_a_moment_is_replaced_when_it_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Windows refuses to replace a file that somebody has open."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"old")
    replaced, refusals = Path.replace, iter([True, True, False])

    def held(self: Path, target: Path) -> Path:
        if next(refusals):
            raise PermissionError(errno.EACCES, "in use")
        return replaced(self, target)

    monkeypatch.setattr(Path, "replace", held)
    monkeypatch.setattr(durable, "_PAUSE", 0.0)
    monkeypatch.setattr(durable, "_WINDOWS", True)
    replace_durably(path, b"new")

    assert ([p.name for p in tmp_path.iterdir()], path.read_bytes()) == (["a.jsonl"], b"new")


def _code_words(root: str, places: list[tuple[int, int]], coder: str) -> list[str]:
    study = qualcode.open_study(Path(root))
    made = []
    for start, end in places:
        made.append(hand.code_place(study, DOCUMENT, start, end, {"governance/co-design": None}, coder=coder).id)
        time.sleep(0.001)
    return made


@pytest.mark.long
def test_two_processes_that_code_the_same_document_lose_nothing_of_each_other(card: Path):
    words = [m.span() for m in re.finditer(r"\S+", qualcode.open_study(card).documents[DOCUMENT].text)]
    before = [e.id for e in read_coder_file(card / FILE, FILE, "reader")[0].excerpts]

    with get_context("spawn").Pool(2) as pool:
        made = pool.starmap(_code_words, [(str(card), words[::2], "reader"), (str(card), words[1::2], "reader")])

    file, problems = read_coder_file(card / FILE, FILE, "reader")
    assert problems == []
    assert sorted(e.id for e in file.excerpts) == sorted([*before, *made[0], *made[1]])
    assert qualcode.open_study(card).problems == ()


def test_a_version_read_before_is_never_written_over_one_that_came_since(card: Path):
    seen = read_coder_file(card / FILE, FILE, "reader")[0]
    study = qualcode.open_study(card)
    hand.code_excerpt(study, DOCUMENT, "Queues.", {"function/access": None}, coder="reader")
    since = (card / FILE).read_bytes()

    with pytest.raises(WriteError, match=f"{FILE}: changed since it was read; read it again, then repeat the change"):
        change_coder_file(card / FILE, FILE, "reader", lambda f: f, study.locks, seen=seen.version)
    with pytest.raises(WriteError, match=f"{FILE}: changed since it was read; nothing was written"):
        replace_all(card, {"coding/codebook.yaml": b"title: no\n"}, {FILE: seen.version})

    assert (card / FILE).read_bytes() == since
    assert b"title: no" not in (card / "coding/codebook.yaml").read_bytes()


def test_a_writer_waits_for_the_one_before_and_then_says_so(card: Path, monkeypatch: pytest.MonkeyPatch):
    study = qualcode.open_study(card)
    before = (card / FILE).read_bytes()
    monkeypatch.setattr(durable, "PATIENCE", 0.2)

    with (
        durable.one_writer(study.locks, "x"),
        pytest.raises(WriteError, match="another program has held the study's lock"),
    ):
        hand.mark_read(study, DOCUMENT, coder="reader")

    assert (card / FILE).read_bytes() == before


def test_what_a_writer_that_was_cut_off_left_is_no_problem_and_swept_away_by_the_next(card: Path):
    left = (card / FILE).with_name(f".{DOCUMENT}.jsonl.4711-0.part")
    left.write_bytes(b'{"exc')
    study = qualcode.open_study(card)

    hand.mark_read(study, DOCUMENT, coder="reader")

    assert study.problems == ()
    assert not left.exists()


@pytest.mark.parametrize("when", ["before the study is opened", "after"])
def test_a_file_with_problems_is_left_as_it_is(when: str, card: Path):
    """A line that cannot be read would not be written again."""
    study = qualcode.open_study(card)
    (card / FILE).write_bytes((card / FILE).read_bytes() + b'{"excerpt": ')
    before = (card / FILE).read_bytes()
    study = qualcode.open_study(card) if when != "after" else study

    with pytest.raises(SourceError, match="the last line is cut short"):
        places.reanchor(
            study, [places.Move(FILE, e, e.anchor, e.text) for e in study.coded["reader", DOCUMENT].excerpts]
        )
    with pytest.raises(SourceError, match="the last line is cut short"):
        hand.code_excerpt(study, DOCUMENT, "Queues.", {"function/access": None}, coder="reader")

    assert (card / FILE).read_bytes() == before


def test_a_step_that_cannot_be_finished_is_named(card: Path):
    """Somebody deleted what was to be put in."""
    gone = Replacement("coding/acts.csv", "coding/.acts.csv.1-0.part", "0" * 64, "")
    (card / UNFINISHED).write_bytes(to_record(card, [gone]))

    assert [str(p) for p in qualcode.open_study(card).problems] == [
        "coding/acts.csv: was to be replaced from coding/.acts.csv.1-0.part, which is gone or damaged"
    ]


def test_a_line_left_alone_stays_byte_for_byte(card: Path):
    before = (card / FILE).read_text("utf-8").splitlines()
    study = qualcode.open_study(card)

    made = hand.code_excerpt(study, DOCUMENT, "Queues.", {"function/access": 1}, coder="reader", memo="« œ » 🎉")

    after = (card / FILE).read_text("utf-8").splitlines()
    assert [line for line in after if line not in before] == [made.to_json()]
    assert [line for line in after if line in before] == before
