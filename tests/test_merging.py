"""Two people work in two clones: nothing lost, nothing doubled, nothing risen from the dead."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import pytest

import qualcode
from conftest import CITIZEN_CARD
from qualcode.coding.merge import install, merge
from qualcode.plaintext.anchor import Anchor
from qualcode.study.coderfile import CoderFile, Excerpt, Reading
from qualcode.study.excerpt import read_line

TEXT = "0d9f85cc0e56"
CODES = ["function/access", "function/identification", "universality/stigma", "governance/co-design"]
FILE = "coding/coders/reader/2024-02-12-desk-officer.jsonl"


def excerpt(number: int, chance: Random) -> Excerpt:
    start = chance.randrange(400)
    codes = {c: chance.choice([None, 1.0, -1.0]) for c in chance.sample(CODES, chance.randint(1, 3))}
    anchor = Anchor(start, start + 4, "wait", "x" * 32, "y" * 32)
    return Excerpt(f"e{number:010x}", anchor, TEXT, codes, f"2024-03-20T09:{number % 60:02d}:00Z")


def text_of(excerpts: dict[str, Excerpt], readings: set[int]) -> str:
    lines = tuple(Reading(n * 50, n * 50 + 40, TEXT, "2024-03-20T09:00:00Z") for n in readings)
    return CoderFile("a", "d", "a/d.jsonl", tuple(excerpts.values()), lines).to_text()


def parsed(text: str) -> tuple[dict[str, Excerpt], set[int]]:
    found = [read_line(line, 1)[0] for line in text.splitlines()]
    excerpts = [f for f in found if isinstance(f, Excerpt)]
    assert len({e.id for e in excerpts}) == len(excerpts), "an excerpt is doubled"
    assert [e.place for e in excerpts] == sorted(e.place for e in excerpts)
    return {e.id: e for e in excerpts}, {f.start // 50 for f in found if isinstance(f, Reading)}


@dataclass
class Side:
    """One clone's work since the last merge; ``did`` says what was done to which part of which excerpt."""

    excerpts: dict[str, Excerpt]
    read: set[int]
    did: dict[str, set[str]] = field(default_factory=dict)

    def work(self, chance: Random, new: int) -> None:
        """Do one thing, as a coder would; *new* is the number of an excerpt that comes in."""
        ids = sorted(self.excerpts)
        what = chance.choice(["add", "add", "delete", "code", "uncode", "stance", "memo", "move", "read"])
        if what == "add" or not ids:
            made = excerpt(new, chance)
            self.excerpts[made.id] = made
            self.did[made.id] = {"add"}
            return
        if what == "read":
            self.read.add(chance.randrange(9))
            return
        name = chance.choice(ids)
        old = self.excerpts[name]
        done = self.did.setdefault(name, set())
        if what == "delete":
            del self.excerpts[name]
            done.add("delete")
        elif what == "memo":
            self.excerpts[name] = replace(old, memo=f"Memo {chance.randrange(10**6)}.")
            done.add("memo")
        elif what == "move":
            start = chance.randrange(400)
            self.excerpts[name] = replace(old, anchor=replace(old.anchor, start=start, end=start + 4))
            done.add("place")
        else:
            code = chance.choice(CODES)
            codes = dict(old.codes)
            if what == "uncode" and code in codes and len(codes) > 1:
                del codes[code]
            else:
                codes[code] = chance.choice([None, 1.0, 0.5, 0.0, -1.0])
            if codes != old.codes:
                done.add(code)
            self.excerpts[name] = replace(old, codes=codes)


def expected(base: dict[str, Excerpt], ours: Side, theirs: Side) -> tuple[dict[str, Excerpt | None], set[str]]:
    """Say by what was done, not by comparing files, what a merge must come to: excerpts, and who is in conflict."""
    result: dict[str, Excerpt | None] = {}
    conflicts: set[str] = set()
    for name in {*base, *ours.did, *theirs.did}:
        mine, other = (_effective(base.get(name), s, name) for s in (ours, theirs))
        here, there, was = ours.excerpts.get(name), theirs.excerpts.get(name), base.get(name)
        if not mine or not other:
            result[name] = there if other else here
        elif here is None and there is None:
            result[name] = None
        elif here is None or there is None or any(_part(here, p) != _part(there, p) for p in mine & other):
            conflicts.add(name)
        else:
            assert was is not None
            merged = was
            for side, parts in ((here, mine), (there, other)):
                for part in parts:
                    merged = _with_part(merged, part, side)
            if merged.codes:
                result[name] = merged
            else:
                conflicts.add(name)
    return result, conflicts


def _effective(was: Excerpt | None, side: Side, name: str) -> set[str]:
    """Return the parts that differ in the end from what they were: a change taken back is none."""
    now = side.excerpts.get(name)
    if name not in side.did or was == now:
        return set()
    if was is None or now is None:
        return {"whole"}
    return {p for p in side.did[name] if _part(was, p) != _part(now, p)}


def _part(one: Excerpt, part: str) -> object:
    if part == "whole":
        return one
    if part == "memo":
        return one.memo
    return one.anchor if part == "place" else one.codes.get(part, "absent")


def _with_part(one: Excerpt, part: str, side: Excerpt) -> Excerpt:
    if part == "memo":
        return replace(one, memo=side.memo)
    if part == "place":
        return replace(one, anchor=side.anchor)
    codes = {c: s for c, s in one.codes.items() if c != part}
    return replace(one, codes=codes | ({part: side.codes[part]} if part in side.codes else {}))


@pytest.mark.long
def test_over_a_thousand_random_histories_nothing_is_lost_doubled_or_risen_from_the_dead(
    request: pytest.FixtureRequest,
):
    """Each history: several rounds of work on both sides, merged, conflicts settled, and on from there."""
    histories = 20_000 if request.config.getoption("--thorough") else 1_000
    conflicting = merges = 0
    for seed in range(histories):
        chance = Random(seed)
        base = {e.id: e for e in (excerpt(n, chance) for n in range(chance.randrange(8)))}
        read: set[int] = set()
        number = 100
        for _ in range(chance.randint(1, 4)):
            sides = [Side(dict(base), set(read)) for _ in range(2)]
            for side in sides:
                for _ in range(chance.randrange(7)):
                    number += 1
                    side.work(chance, number)
            ours, theirs = sides
            result, conflicts = expected(base, ours, theirs)
            versions = [text_of(base, read), *(text_of(s.excerpts, s.read) for s in sides)]
            merged = merge(*versions)
            mirrored = merge(versions[0], versions[2], versions[1])

            assert merged is not None
            assert mirrored is not None
            assert set(merged.conflicts) == set(mirrored.conflicts) == conflicts, seed
            assert ("<<<<<<< ours" in merged.text) == bool(conflicts)
            merges += 1
            conflicting += bool(conflicts)
            settled = {n: (ours.excerpts.get(n) or theirs.excerpts.get(n)) for n in conflicts}
            clean = "".join(line for line in _without_conflicts(merged.text) if "excerpt" in line or "read" in line)
            excerpts, read = parsed(clean)
            meant = {n: e for n, e in result.items() if e is not None}
            assert told(excerpts) == told(meant), seed
            assert read == ours.read | theirs.read
            assert mirrored.conflicts or mirrored.text == merged.text
            base = {**excerpts, **{n: e for n, e in settled.items() if e}}
    assert conflicting > merges / 50


def told(excerpts: dict[str, Excerpt]) -> set[tuple[object, ...]]:
    """Say who was given which code where; what both sides said of the very same words is said once."""
    every = {(e.anchor, e.text, e.case, e.holder, c, s) for e in excerpts.values() for c, s in e.codes.items()}
    return {
        one for one in every if one[-1] is not None or not any(o[:-1] == one[:-1] and o[-1] is not None for o in every)
    }


def _without_conflicts(text: str) -> list[str]:
    kept, inside = [], False
    for line in text.splitlines(keepends=True):
        if line.startswith("<<<<<<< "):
            inside = True
        if not inside:
            kept.append(line)
        if line.startswith(">>>>>>> "):
            inside = False
    return kept


ONE = Excerpt("e0000000001", Anchor(3, 7, "wait", "", " a"), TEXT, {"function/access": 1.0}, "2024-03-20T09:00:00Z")


def file(*lines: Excerpt | Reading) -> str:
    return "".join(line.to_json() + "\n" for line in lines)


def test_a_true_conflict_is_left_with_both_versions_and_the_one_they_came_from():
    for_it, against = replace(ONE, codes={"function/access": 0.0}), replace(ONE, codes={"function/access": -1.0})

    merged = merge(file(ONE), file(for_it), file(against))

    assert merged is not None
    assert (merged.conflicts, merged.text.splitlines()) == (
        ("e0000000001",),
        [
            "<<<<<<< ours",
            for_it.to_json(),
            "||||||| base",
            ONE.to_json(),
            "=======",
            against.to_json(),
            ">>>>>>> theirs",
        ],
    )


def test_an_excerpt_deleted_here_and_changed_there_is_a_conflict():
    merged = merge(file(ONE), "", file(replace(ONE, memo="Why?")))

    assert merged is not None
    assert merged.conflicts == ("e0000000001",)


def test_what_both_sides_read_is_united_but_for_what_one_took_back():
    def read(start: int, end: int, hour: int = 9) -> Reading:
        return Reading(start, end, TEXT, f"2024-03-20T{hour:02d}:00:00Z")

    merged = merge(file(read(0, 100), read(300, 400)), file(read(0, 200, 10)), file(read(0, 100), read(300, 450, 11)))

    assert merged is not None
    assert merged.text == file(read(0, 200, 10), read(400, 450, 11))


def test_a_version_with_an_excerpt_twice_or_a_broken_line_is_not_merged():
    assert merge(file(ONE), file(ONE, ONE), file(ONE)) is None
    assert merge(file(ONE), file(ONE), '{"excerpt": \n') is None


def test_an_ancestor_that_was_itself_left_in_conflict_brings_nothing_back():
    """Histories that cross have two ancestors, which git merges first."""
    other = replace(ONE, memo="Other.")
    torn = f"<<<<<<< x\n{file(ONE)}=======\n{file(other)}>>>>>>> y\n"

    same, apart = merge(torn, file(other), file(other)), merge(torn, file(ONE), file(other))

    assert same is not None
    assert apart is not None
    assert ((same.text, same.conflicts), apart.conflicts) == ((file(other), ()), ("e0000000001",))


# with real git


@pytest.fixture
def clones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return two clones of one study, each set up by the one command."""
    if not shutil.which("git"):
        pytest.skip("there is no git")
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "reader")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "reader@example.org")
    first, second = tmp_path / "first", tmp_path / "second"
    shutil.copytree(CITIZEN_CARD, first)
    git(first, "init", "--quiet", "--initial-branch=main")
    (first / ".gitattributes").write_text("* text=auto eol=lf\n", "utf-8")
    (first / ".gitignore").write_text("/build/\n", "utf-8")
    install(first)
    git(first, "add", ".")
    git(first, "commit", "--quiet", "-m", "The card")
    git(tmp_path, "clone", "--quiet", str(first), str(second))
    install(second)
    return [first, second]


def git(folder: Path, *words: str, status: int = 0) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == status, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


def pull(into: Path, other: Path, status: int = 0) -> None:
    """Merge the other clone's work, the plain way."""
    git(into, "pull", "--quiet", "--no-rebase", "--no-edit", str(other), "main", status=status)


def both_work(clones: list[Path], ours: str, theirs: str) -> None:
    for clone, text in zip(clones, (ours, theirs), strict=True):
        (clone / FILE).write_text(text, "utf-8", newline="\n")
        git(clone, "commit", "--quiet", "--allow-empty", "-am", "Coded")


def test_the_set_up_is_one_command_and_says_what_it_did(tmp_path: Path):
    git(tmp_path, "init", "--quiet")

    assert install(tmp_path) == [
        "git configuration of this clone: merge driver 'qualcode'",
        ".gitattributes: added 'coding/coders/*/*.jsonl merge=qualcode'; commit it",
        ".gitattributes: added 'coding/agreed/*.jsonl merge=qualcode'; commit it",
        ".gitattributes: added 'coding/rejected/*/*.jsonl merge=qualcode'; commit it",
    ]
    assert install(tmp_path) == ["git configuration of this clone: merge driver 'qualcode'"]
    assert Path(sys.executable).as_posix() in git(tmp_path, "config", "merge.qualcode.driver")


def test_plain_git_merge_takes_what_both_did_to_one_excerpt(clones: list[Path]):
    """The codes of one line, changed here, and its memo there: lines that git by itself calls a conflict."""
    text = (clones[0] / FILE).read_text("utf-8")
    ours = text.replace('{"figure/issuer": null, ', '{"figure/issuer": null, "function/access": 1, ')
    theirs = text.replace(
        '1}, "memo": null, "made": "2024-03-20T09:20', '1}, "memo": "Irony?", "made": "2024-03-20T09:20'
    )
    assert text not in (ours, theirs)
    both_work(clones, ours, theirs)

    pull(*clones)

    line = (clones[0] / FILE).read_text("utf-8").splitlines()[1]
    assert '{"figure/issuer": null, "function/access": 1, "function/identification": 1}, "memo": "Irony?"' in line
    assert qualcode.open_study(clones[0]).problems == ()


def test_a_conflict_in_git_stops_the_merge_and_check_names_it(clones: list[Path]):
    text = (clones[0] / FILE).read_text("utf-8")
    was, here, there = (
        f'{{"function/identification": {n}}}, "memo": null, "made": "2024-03-20T09:40' for n in (1, 0, -1)
    )
    assert text.count(was) == 1
    both_work(clones, text.replace(was, here), text.replace(was, there))

    pull(*clones, status=1)

    assert git(clones[0], "diff", "--name-only", "--diff-filter=U") == f"{FILE}\n"
    assert f"{FILE}:3: a merge was left unfinished here; choose a side and remove the markers" in [
        str(p) for p in qualcode.open_study(clones[0]).problems
    ]


@pytest.mark.long
@pytest.mark.parametrize("seed", range(8))
def test_random_histories_through_plain_git_merge(seed: int, clones: list[Path], request: pytest.FixtureRequest):
    """As above, in two clones that pull from each other."""
    chance = Random(seed)
    base: dict[str, Excerpt] = {e.id: e for e in (excerpt(n, chance) for n in range(6))}
    read: set[int] = set()
    both_work(clones, text_of(base, read), (clones[1] / FILE).read_text("utf-8"))
    pull(*reversed(clones))
    number = 100
    for _ in range(12 if request.config.getoption("--thorough") else 3):
        sides = [Side(dict(base), set(read)) for _ in range(2)]
        for side in sides:
            for _ in range(chance.randint(1, 6)):
                number += 1
                side.work(chance, number)
        result, conflicts = expected(base, *sides)
        both_work(clones, *(text_of(s.excerpts, s.read) for s in sides))
        git(
            clones[0],
            "pull",
            "--quiet",
            "--no-rebase",
            "--no-edit",
            str(clones[1]),
            "main",
            status=int(bool(conflicts)),
        )
        excerpts, read = parsed("".join(_without_conflicts((clones[0] / FILE).read_text("utf-8"))))
        assert excerpts == {n: e for n, e in result.items() if e is not None}
        assert read == sides[0].read | sides[1].read
        chosen = {n: e for n in conflicts if (e := sides[0].excerpts.get(n) or sides[1].excerpts.get(n))}
        base = {**excerpts, **chosen}
        if conflicts:
            (clones[0] / FILE).write_text(text_of(base, read), "utf-8", newline="\n")
            git(clones[0], "commit", "--quiet", "-am", "Settled")
        pull(*reversed(clones))
        assert (clones[1] / FILE).read_bytes() == (clones[0] / FILE).read_bytes()
