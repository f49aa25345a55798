"""A step over several files that was cut off: finished for whom it belongs to, shown to everybody else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import qualcode
from qualcode.cli import main
from qualcode.errors import WriteError
from qualcode.plaintext.durable import UNFINISHED, drop_waiting, finish_waiting, replace_all, version_of
from qualcode.plaintext.step import Replacement, to_record

TIES, ACTS = "coding/ties.csv", "coding/acts.csv"


def cut_off(card: Path) -> dict[str, bytes]:
    """Leave a step over two tables as a crash does before the first is replaced; return what they are to be."""
    new, step = {}, []
    for name in (ACTS, TIES):
        new[name] = (card / name).read_bytes() + b"\n"
        beside = card / "coding" / f".{Path(name).name}.4711-0.part"
        beside.write_bytes(new[name])
        step.append(
            Replacement(
                name, beside.relative_to(card).as_posix(), version_of(new[name]), version_of((card / name).read_bytes())
            )
        )
    (card / UNFINISHED).write_bytes(to_record(card, step))
    return new


def tables(card: Path) -> dict[str, bytes]:
    return {name: (card / name).read_bytes() for name in (ACTS, TIES)}


def as_somebody_else(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "of-somebody-else"))


WAITS = (
    f"{UNFINISHED}: a step over 2 files that was not begun by you on this machine; nothing was done; look at it with"
)


def test_who_began_a_step_has_it_finished_by_the_next_look_at_the_study(card: Path):
    new = cut_off(card)

    assert qualcode.open_study(card).problems == ()
    assert tables(card) == new
    assert sorted(p.name for p in (card / "coding").glob(".*")) == []


def test_what_somebody_else_began_waits_for_a_person(
    card: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Nothing is done unasked, and nothing else is written meanwhile; `qualcode finish` shows, then does it."""
    before, new = tables(card), cut_off(card)
    as_somebody_else(monkeypatch, card.parent)

    assert [str(p) for p in qualcode.open_study(card).problems] == [f"{WAITS} `qualcode finish`"]
    with pytest.raises(WriteError, match=r"not begun by you on this machine.*nothing was written"):
        replace_all(card, {"coding/codebook.yaml": b"title: no\n"}, {})
    assert main(["finish", "--study", str(card)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{ACTS}: +1 -0 lines, from coding/.acts.csv.4711-0.part",
        f"{TIES}: +1 -0 lines, from coding/.ties.csv.4711-0.part",
    ]
    assert tables(card) == before
    assert main(["finish", "--write", "--study", str(card)]) == 0
    assert tables(card) == new
    assert qualcode.open_study(card).problems == ()


def test_a_step_given_up_leaves_the_files_as_they_are(card: Path, monkeypatch: pytest.MonkeyPatch):
    before = tables(card)
    cut_off(card)
    as_somebody_else(monkeypatch, card.parent)

    assert main(["finish", "--drop", "--study", str(card)]) == 0
    assert tables(card) == before
    assert qualcode.open_study(card).problems == ()
    assert sorted(p.name for p in (card / "coding").glob(".*")) == []


def test_a_record_copied_into_another_study_is_not_believed(card: Path):
    """Also by the same user: it was made for the study where it lay."""
    cut_off(card)
    other = Path(shutil.copytree(card, card.parent / "other"))
    before = tables(other)

    assert [str(p) for p in qualcode.open_study(other).problems] == [f"{WAITS} `qualcode finish`"]
    assert tables(other) == before


def test_a_record_that_was_changed_is_not_believed(card: Path):
    cut_off(card)
    record = (card / UNFINISHED).read_text("utf-8")
    (card / UNFINISHED).write_text(
        record.replace("coding/ties.csv", "coding/cases.csv").replace(".ties", ".cases"), "utf-8"
    )

    assert "not begun by you" in str(qualcode.open_study(card).problems[0])


def test_a_record_that_comes_back_undoes_no_newer_work(card: Path, capsys: pytest.CaptureFixture[str]):
    """As where a backup or a shared folder restores it: the step was done, and the table was written since."""
    new = cut_off(card)
    kept = {p.name: p.read_bytes() for p in (card / "coding").glob(".*")}
    assert qualcode.open_study(card).problems == ()
    (card / TIES).write_bytes(new[TIES] + b"mediator,met,city,,,,,,\n")
    newer = tables(card)
    for name, data in kept.items():
        (card / "coding" / name).write_bytes(data)

    assert [str(p) for p in qualcode.open_study(card).problems] == [
        f"{TIES}: was written since a step over it was begun; nothing was done; look at it with `qualcode finish`"
    ]
    assert tables(card) == newer
    with pytest.raises(WriteError, match=r"was written since a step over it was begun.*nothing was written"):
        replace_all(card, {"coding/codebook.yaml": b"title: no\n"}, {})
    assert main(["finish", "--study", str(card)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{ACTS}: is there already",
        f"{TIES}: +0 -1 lines, from coding/.ties.csv.4711-0.part, which undoes what was written since",
    ]
    assert main(["finish", "--drop", "--study", str(card)]) == 0
    assert (tables(card), qualcode.open_study(card).problems) == (newer, ())


def test_a_record_of_a_study_that_was_moved_waits_for_a_person(card: Path):
    """It was begun by the same user, but for another folder: what lies there now may be somebody else's."""
    before = tables(card)
    cut_off(card)
    moved = card.rename(card.parent / "elsewhere")

    assert [str(p) for p in qualcode.open_study(moved).problems] == [f"{WAITS} `qualcode finish`"]
    assert tables(moved) == before


@pytest.mark.parametrize("act", [finish_waiting, drop_waiting])
def test_a_person_too_is_refused_what_leads_out_of_the_study(act: object, card: Path):
    victim = card.parent / "victim.csv"
    victim.write_bytes(b"mine\n")
    (card / "coding" / ".victim.csv.1-0.part").write_bytes(b"yours\n")
    one = Replacement("../victim.csv", "coding/.victim.csv.1-0.part", version_of(b"yours\n"), version_of(b"mine\n"))
    (card / UNFINISHED).write_bytes(to_record(card, [one]))

    with pytest.raises(WriteError, match=r"'../victim.csv' is no file that a step replaces\nnothing was done"):
        act(card)  # type: ignore[operator]
    assert victim.read_bytes() == b"mine\n"
    assert (card / "coding" / ".victim.csv.1-0.part").exists()


def test_a_step_with_a_file_missing_is_not_begun(card: Path, monkeypatch: pytest.MonkeyPatch):
    before = tables(card)
    cut_off(card)
    (card / "coding" / ".ties.csv.4711-0.part").unlink()
    as_somebody_else(monkeypatch, card.parent)

    with pytest.raises(
        WriteError, match=r"ties.csv: was to be replaced from .*, which is gone or damaged; the step waits"
    ):
        finish_waiting(card)
    assert tables(card) == before


def test_a_step_that_cannot_be_recorded_is_refused_before_it_begins(card: Path):
    before = tables(card)
    (card / UNFINISHED).mkdir()

    with pytest.raises(WriteError, match=rf"{UNFINISHED}: is a folder and no file; nothing was written"):
        replace_all(card, {ACTS: b"", TIES: b""}, {})
    assert tables(card) == before
    assert [p.name for p in (card / "coding").glob(".*")] == [".unfinished.json"]


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "../x.csv",
        "coding/../../x.csv",
        ".git/hooks/x",
        "interviews/a.docx",
        "interviews/../x.md",
        "coding/coders/.git/x.jsonl",
        "interviews/.x.md",
        "Coding/ties.csv",
    ],
)
def test_no_step_is_made_over_files_that_steps_do_not_replace(name: str, card: Path):
    with pytest.raises(AssertionError):
        replace_all(card, {name: b"x"}, {})


def test_where_no_state_can_be_kept_steps_go_on_and_a_crash_asks_for_a_person(
    card: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null")
    before = tables(card)

    replace_all(card, {ACTS: before[ACTS] + b"\n", TIES: before[TIES] + b"\n"}, {})
    assert tables(card) == {name: data + b"\n" for name, data in before.items()}
    cut_off(card)
    assert "not begun by you" in str(qualcode.open_study(card).problems[0])


def test_the_key_is_the_users_own_and_made_once(card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "new"))
    cut_off(card)
    key = tmp_path / "new" / "qualcode" / "key"
    first = key.read_bytes()

    assert qualcode.open_study(card).problems == ()
    assert (len(first), key.stat().st_mode & 0o777, key.parent.stat().st_mode & 0o777) == (32, 0o600, 0o700)
    cut_off(card)
    assert key.read_bytes() == first
    assert [p.name for p in key.parent.iterdir()] == ["key"]
