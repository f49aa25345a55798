"""The studies that benchmarks are measured on: sound, as large as was asked, and the same each time."""

from __future__ import annotations

import sys
from pathlib import Path

from conftest import PROJECT
from qualcode import open_study

sys.path.insert(0, str(PROJECT / "benchmarks"))
from study_maker import make_study


def held(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_it_is_sound_and_holds_as_many_interviews_and_codings_as_asked_for(tmp_path: Path):
    study = open_study(make_study(tmp_path / "made", 7, 101, words=300))

    assert study.problems == ()
    assert len(study.documents) == 7
    assert sum(len(e.codes) for f in study.coded.values() for e in f.excerpts) == 101
    assert sorted(study.agreed) == sorted(d for c, d in study.coded if c == "coder-b")
    assert next(study.excerpts())


def test_the_same_numbers_give_the_same_bytes_and_another_seed_gives_others(tmp_path: Path):
    one, two, other = (
        held(make_study(tmp_path / name, 3, 20, seed=seed, words=200)) for name, seed in (("1", 0), ("2", 0), ("3", 9))
    )

    assert one == two
    assert one != other
