"""Deciding on suggestions: what is rejected is kept, followed and not proposed again."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from pathlib import Path

import pytest

import qualcode
from conftest import CITIZEN_CARD
from qualcode.coding import places
from qualcode.coding.hand import code_place, mark_read
from qualcode.coding.merge import install
from qualcode.errors import UsageError, WriteError
from qualcode.recoding import recode
from qualcode.report.methods import methods
from qualcode.report.parts import Numbers
from qualcode.suggest import accept, decide, reject, suggest, tally
from test_cli import run
from test_suggest import trades

FILE = "coding/rejected/me/gus.jsonl"
BREAD = "topic/bread"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return trades(tmp_path / "t")


def opened(root: Path) -> qualcode.Study:
    return qualcode.open_study(root)


def lines(root: Path, name: str = FILE) -> list[dict]:
    path = root / name
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def test_what_is_rejected_is_kept_beside_the_codings_and_not_proposed_again(root: Path):
    row = suggest(opened(root), codes=[BREAD]).iloc[0]

    kept = reject(opened(root), row, coder="me", note="A figure of speech.")
    study = opened(root)
    again = suggest(study, codes=[BREAD])
    (line,) = lines(root)
    assert study.problems == ()
    assert study.rejected["me", "gus"].excerpts == (kept,)
    assert ("me", "gus") not in study.coded
    assert (line["quote"], line["codes"], line["memo"]) == (row["words"], {BREAD: None}, "A figure of speech.")
    assert line["origin"] == {"how": "suggestion", **{k: row[k] for k in ("with", "model", "version", "why")}}
    assert row["suggestion"] not in again["suggestion"].tolist()
    assert again["rank"].tolist() == [1, 4, 6]  # between them stands what Hana says, who may not be quoted
    assert again.attrs["rejected"] == 1
    assert "1 that me rejected are not listed" in again.attrs["notes"]
    asked = suggest(study, codes=[BREAD], rejected=True)
    assert asked[asked["rejected"]]["suggestion"].tolist() == [row["suggestion"]]


def test_a_rejection_is_of_one_code_and_of_one_coder(root: Path):
    before = suggest(opened(root), codes=["topic/river"])
    row = suggest(opened(root), codes=[BREAD]).iloc[0]
    reject(opened(root), row, coder="me")

    assert suggest(opened(root), codes=["topic/river"])["suggestion"].tolist() == before["suggestion"].tolist()
    assert row["suggestion"] in suggest(opened(root), "other", [BREAD], learn_from="me")["suggestion"].tolist()


def test_ids_stay_while_others_are_decided(root: Path):
    first = suggest(opened(root), codes=[BREAD])
    reject(opened(root), first.iloc[0], coder="me")
    accept(opened(root), first.iloc[1], coder="me")

    then = suggest(opened(root), codes=[BREAD])
    assert set(first["suggestion"]) - set(then["suggestion"]) == set(first["suggestion"][:2])
    assert suggest(opened(root), only=[first["suggestion"][2]])["suggestion"].tolist() == [first["suggestion"][2]]
    with pytest.raises(UsageError, match=f"{first['suggestion'][1]}: no suggestion for this coder"):
        suggest(opened(root), only=[first["suggestion"][1]])


def test_several_are_decided_at_once_or_none(root: Path):
    study = opened(root)
    table = suggest(study, codes=[BREAD, "topic/river"])
    table["decision"] = ["accept", "reject", *[""] * (len(table) - 2)]
    table.loc[0, "note"] = "Yes."
    bad = table.copy()
    bad.loc[1, "decision"] = "perhaps"
    bad.loc[2, ["decision", "stance"]] = ["accept", "for"]
    before = {p: p.read_bytes() for p in root.rglob("*.jsonl")}

    with pytest.raises(UsageError) as refused:
        decide(study, bad, coder="me")
    assert "'perhaps' is neither accept nor reject" in str(refused.value)
    assert "takes no stance" in str(refused.value)
    assert before == {p: p.read_bytes() for p in root.rglob("*.jsonl")}
    done = decide(study, table, coder="me")
    assert [e.anchor.quote for e in done.accepted] == [table["words"][0]]
    assert done.accepted[0].memo == "Yes."
    assert [e.anchor.quote for e in done.rejected] == [table["words"][1]]
    assert done.files == ("coding/coders/me/gus.jsonl", FILE)
    assert opened(root).problems == ()


def test_who_thinks_again_accepts_and_the_rejection_is_taken_back(root: Path):
    row = suggest(opened(root), codes=["topic/river"]).iloc[0]
    reject(opened(root), row, coder="me")
    reject(opened(root), row, coder="me")
    assert len(lines(root)) == 1

    accept(opened(root), row, coder="me", stance="against")
    assert lines(root) == []
    assert [e.codes for e in opened(root).coded["me", "gus"].excerpts] == [{"topic/river": -1}]
    with pytest.raises(UsageError, match="carries this code already"):
        accept(opened(root), row, coder="me")


def test_what_changed_since_it_was_listed_is_not_decided(root: Path):
    study = opened(root)
    row = suggest(study, codes=[BREAD]).iloc[0]
    path = root / "interviews/gus.md"
    path.write_text(path.read_text("utf-8").replace("GUS: we", "GUS: Well, we"), "utf-8")

    with pytest.raises(WriteError, match="changed on disk since the study was opened"):
        reject(study, row, coder="me")
    with pytest.raises(UsageError, match="its text or its code changed since it was listed"):
        reject(opened(root), row, coder="me")
    assert lines(root) == []


def test_only_a_part_of_the_passage_may_carry_the_code(root: Path):
    row = suggest(opened(root), codes=[BREAD]).iloc[0]

    with pytest.raises(UsageError, match="no stretch of the passage"):
        accept(opened(root), row, coder="me", end=int(row["end"]) + 1)
    kept = accept(opened(root), row, coder="me", start=int(row["start"]) + 3)
    assert kept.anchor.quote == row["words"][3:]


# Never lost, never shifted


def test_a_rejection_follows_its_words_through_a_changed_text(root: Path):
    row = suggest(opened(root), codes=[BREAD]).iloc[0]
    reject(opened(root), row, coder="me")
    path = root / "interviews/gus.md"
    path.write_text(path.read_text("utf-8").replace("---\nGUS: we", "---\nGUS: Well then.\n\nGUS: we"), "utf-8")

    moved = opened(root)
    assert [(p.path, p.line, "moved by +17" in p.message) for p in moved.problems] == [(FILE, 1, True)]
    places.reanchor(moved, places.moves(moved))
    study = opened(root)
    assert study.problems == ()
    assert lines(root)[0]["start"] == row["start"] + 17
    assert row["words"] not in suggest(study, codes=[BREAD], most=99)["words"].tolist()


def test_a_rejection_whose_words_are_gone_is_named_and_kept(root: Path):
    row = suggest(opened(root), codes=[BREAD]).iloc[0]
    reject(opened(root), row, coder="me")
    path = root / "interviews/gus.md"
    path.write_text(path.read_text("utf-8").replace(row["words"], "nothing of the kind"), "utf-8")

    (problem,) = opened(root).problems
    assert (problem.path, problem.line) == (FILE, 1)
    places.reanchor(opened(root), places.moves(opened(root)))
    assert lines(root)[0]["quote"] == row["words"]


def test_a_rejection_follows_a_code_that_is_renamed_or_moved(root: Path):
    row = suggest(opened(root), codes=[BREAD]).iloc[0]
    reject(opened(root), row, coder="me")
    study = opened(root)
    plan = recode.rename(study, BREAD, "topic/loaf", why="Clearer.", on=date(2024, 2, 1))

    assert plan.done[FILE] == "1 rejected suggestion"
    assert plan.change.endswith("24 excerpts, 1 rejected suggestion.")
    recode.carry_out(study, plan)
    assert lines(root)[0]["codes"] == {"topic/loaf": None}
    assert opened(root).problems == ()
    assert row["words"] not in suggest(opened(root), codes=["topic/loaf"], most=99)["words"].tolist()


def test_what_is_not_the_one_code_may_be_the_merged_one(root: Path):
    """That it is not bread says nothing about bread or river; the judgement stays, on the code it was made on."""
    row = suggest(opened(root), codes=[BREAD]).iloc[0]
    reject(opened(root), row, coder="me")
    study = opened(root)
    recode.carry_out(study, recode.merge(study, [BREAD], "topic/rare", why="Too few.", on=date(2024, 2, 1)))

    assert lines(root)[0]["codes"] == {BREAD: None}
    assert opened(root).problems == ()
    assert row["words"] in suggest(opened(root), codes=["topic/rare"], most=99)["words"].tolist()


def test_what_is_not_a_code_is_none_of_its_parts(root: Path):
    row = suggest(opened(root), codes=[BREAD]).iloc[0]
    reject(opened(root), row, coder="me")
    study = opened(root)
    wanted = {e.id: ["topic/crust"] for _, _, e in study.excerpts() if BREAD in e.codes}
    recode.carry_out(study, recode.split(study, BREAD, wanted, why="Two things.", on=date(2024, 2, 1)))

    assert lines(root)[0]["codes"] == {BREAD: None, "topic/crust": None}
    assert opened(root).problems == ()
    assert row["words"] not in suggest(opened(root), codes=["topic/crust"], most=99)["words"].tolist()
    again = suggest(opened(root), codes=["topic/crust"], most=99, rejected=True).set_index("words", drop=False)
    accept(opened(root), again.loc[row["words"]], coder="me")
    assert lines(root)[0]["codes"] == {BREAD: None}


def test_a_code_that_only_rejections_name_can_be_retired(root: Path):
    reject(opened(root), suggest(opened(root), codes=[BREAD]).iloc[0], coder="me")
    for path in (root / "coding/coders/me").glob("*.jsonl"):
        path.write_text("".join(x for x in path.read_text("utf-8").splitlines(True) if BREAD not in x), "utf-8")
    study = opened(root)
    recode.carry_out(study, recode.retire(study, BREAD, why="Done.", on=date(2024, 2, 1)))

    assert opened(root).problems == ()
    assert lines(root)[0]["codes"] == {BREAD: None}


@pytest.mark.parametrize(
    ("was", "becomes", "wrong"),
    [
        (BREAD, "topic/bred", "unknown code 'topic/bred'; did you mean 'topic/bread'"),
        (f'"{BREAD}": null', f'"{BREAD}": 1', "was rejected and takes no stance; write null"),
        ('"how": "suggestion"', '"how": "hand"', "codings belong in coding/coders/"),
        ('"start": ', '"start": 1', "is empty, reversed or no number"),
        ('"memo": null', '"memos": null', "key 'memo' is missing"),
    ],
)
def test_a_line_of_rejections_is_checked_like_an_excerpt(root: Path, was: str, becomes: str, wrong: str):
    reject(opened(root), suggest(opened(root), codes=[BREAD]).iloc[0], coder="me")
    path = root / FILE
    path.write_text(path.read_text("utf-8").replace(was, becomes), "utf-8")

    problems = opened(root).problems
    assert {(p.path, p.line) for p in problems} == {(FILE, 1)}
    assert any(wrong in p.message for p in problems)


def test_what_was_read_does_not_belong_among_rejections(root: Path):
    mark_read(opened(root), "gus", coder="me")
    (root / FILE).parent.mkdir(parents=True)
    (root / "coding/coders/me/gus.jsonl").rename(root / FILE)

    assert [str(p) for p in opened(root).problems] == [
        f"{FILE}:1: what was read belongs in coding/coders/; move the line there"
    ]


def test_a_rejection_that_stands_among_codings_too_is_named(root: Path):
    reject(opened(root), suggest(opened(root), codes=[BREAD]).iloc[0], coder="me")
    (root / "coding/coders/me/gus.jsonl").write_text((root / FILE).read_text("utf-8"), "utf-8")

    (problem,) = opened(root).problems
    assert "is also in coding/coders/me/gus.jsonl:1" in problem.message


def git(folder: Path, *words: str) -> None:
    about = ["-c", "user.name=R", "-c", "user.email=r@example.org", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *about, *words], cwd=folder, check=True, capture_output=True)


def test_git_merges_what_two_clones_rejected(root: Path, tmp_path: Path):
    """Each clone turns down another suggestion about the same document."""
    git(root, "init", "--quiet")
    install(root)
    table = suggest(opened(root), codes=[BREAD])
    reject(opened(root), table.iloc[2], coder="me")
    git(root, "add", "--", "interviews", "coding", ".gitattributes")
    git(root, "commit", "--quiet", "-m", "Begun")
    git(root, "clone", "--quiet", str(root), str(tmp_path / "other"))
    install(tmp_path / "other")
    for clone, n in ((root, 0), (tmp_path / "other", 1)):
        reject(opened(clone), table.iloc[n], coder="me")
        git(clone, "commit", "--quiet", "-am", "Turned down")
    git(root, "pull", "--quiet", "--no-rebase", "--no-edit", str(tmp_path / "other"), "main")

    assert opened(root).problems == ()
    kept = opened(root).rejected["me", "gus"].excerpts
    assert [e.anchor.quote for e in kept] == table[:3].sort_values("start")["words"].tolist()


# Counting, and the commands


def test_accepted_and_rejected_are_counted_by_coder_and_origin(root: Path):
    first = suggest(opened(root), codes=[BREAD])
    reject(opened(root), first.iloc[0], coder="me")
    accept(opened(root), first.iloc[1], coder="me")
    second = suggest(opened(root), codes=["topic/river"])
    reject(opened(root), second.iloc[0], coder="me")

    table = tally(opened(root))
    left = suggest(opened(root))["with"].value_counts()
    assert table[["coder", "with", "proposed", "accepted", "rejected"]].to_numpy().tolist() == [
        ["me", "pattern and ranker", 2 + left["pattern and ranker"], 1, 1],
        ["me", "ranker", 1 + left["ranker"], 0, 1],
    ]
    assert set(table["version"]) == {first["version"][0].partition("; codings")[0]}


def test_what_two_clones_both_rejected_is_counted_once(root: Path):
    reject(opened(root), suggest(opened(root), codes=[BREAD]).iloc[0], coder="me")
    line = lines(root)[0]
    twice = [line, {**line, "excerpt": "e0123456789", "made": "2024-02-02T10:00:00Z"}]
    ordered = sorted(twice, key=lambda one: one["excerpt"])
    (root / FILE).write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in ordered), "utf-8")

    assert opened(root).problems == ()
    assert tally(opened(root))["rejected"].sum() == 1


def test_the_page_on_methods_counts_suggestions(root: Path):
    assert "No suggestion of a program was accepted or rejected" in str(methods(opened(root)))
    row = suggest(opened(root), codes=[BREAD]).iloc[0]
    reject(opened(root), row, coder="me")

    parts = methods(opened(root))
    version = row["version"].partition("; codings")[0]
    (shown,) = [p.table for p in parts if isinstance(p, Numbers) and p.place == "suggestions"]

    assert "No suggestion" not in str(parts)
    assert ["me pattern and ranker 0 1"] == [" ".join([*r[:2], *r[-2:]]) for r in shown.rows if r[-1] == "1"]
    assert version in " ".join(shown.rows[0])


def test_the_command_decides_by_id(capsys: pytest.CaptureFixture[str], root: Path):
    ids = suggest(opened(root), codes=["topic/river"])["suggestion"].tolist()
    status, out, err = run(
        capsys,
        *("suggest", "--accept", ids[0], "--reject", ids[1], "--reject", ids[2], "--stance", "for", "--note", "Seen."),
        *("--study", root),
    )

    assert (status, out.splitlines()) == (0, ["coding/coders/me/gus.jsonl", FILE])
    assert err.splitlines() == ["1 accepted, 2 rejected"]
    assert [x["memo"] for x in lines(root)] == ["Seen.", "Seen."]
    listed = run(capsys, "suggest", "--code", "topic/river", "--study", root)
    assert not any(i in listed[1] for i in ids[:3])
    assert "2 that me rejected are not listed" in listed[2]
    assert ids[1] in run(capsys, "suggest", "--code", "topic/river", "--rejected", "--study", root)[1]
    assert run(capsys, "suggest", "--accept", ids[0], "--study", root)[2].startswith(f"qualcode: {ids[0]}: no sugg")
    assert run(capsys, "suggest", "--accept", ids[1], "--study", root)[0] == 0
    assert "choose" in run(capsys, "suggest", "--accept", ids[3], "--reject", ids[3], "--study", root)[2]


def test_the_command_decides_by_a_table_filled_in(capsys: pytest.CaptureFixture[str], root: Path, tmp_path: Path):
    sheet = tmp_path / "suggestions.csv"
    assert run(capsys, "suggest", "gus", "--code", "topic/river", "--out", sheet, "--study", root)[0] == 0
    head, first, second, *rest = sheet.read_text("utf-8").splitlines()
    filled = [head, first.replace(",,,,", ",accept,for,Here.,", 1), second.replace(",,,,", ",reject,,,", 1), *rest]
    sheet.write_text("\n".join(filled) + "\n", "utf-8")

    status, out, err = run(capsys, "suggest", "--decisions", sheet, "--study", root)
    assert (status, out.splitlines(), err) == (
        0,
        ["coding/coders/me/gus.jsonl", FILE],
        "1 accepted, 1 rejected\n",
    )
    (kept,) = opened(root).coded["me", "gus"].excerpts
    assert (kept.codes, kept.memo) == ({"topic/river": 1}, "Here.")
    assert run(capsys, "suggest", "--decisions", sheet, "--study", root)[0] == 2


def test_a_suggestion_is_one_line_in_the_terminal_though_its_words_are_two(
    capsys: pytest.CaptureFixture[str], root: Path
):
    path = root / "interviews/gus.md"
    path.write_text(path.read_text("utf-8").replace("the oven and the flour", "the oven\nand the flour"), "utf-8")
    out = run(capsys, "suggest", "gus", "--code", BREAD, "--study", root)[1]

    assert any("the oven and the flour, says gus" in line for line in out.splitlines())
    assert len(out.splitlines()) == 1 + len(suggest(opened(root), codes=[BREAD], documents=["gus"]))


def test_suggestions_are_asked_for_by_document(root: Path):
    mark_read(opened(root), "gus", coder="me")
    study = opened(root)
    code_place(
        study,
        "gus",
        study.documents["gus"].turns[1].words_start,
        len(study.documents["gus"].text),
        {BREAD: None},
        coder="me",
    )

    assert set(suggest(opened(root), documents=["gus"])["turn"]) == {1}
    assert len(suggest(opened(root), documents=["anna"])) == 0
    with pytest.raises(UsageError, match="unknown document 'guss'"):
        suggest(opened(root), documents=["guss"])


def test_without_a_coder_nobody_decides(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    root = trades(tmp_path / "t", coded=0)

    assert "name the coder" in run(capsys, "suggest", "--reject", "s0123456789", "--study", root)[2]
    table = suggest(opened(root), "me", [BREAD])
    with pytest.raises(UsageError, match="no slug"):
        reject(opened(root), table.iloc[0], coder="")
    reject(opened(root), table.iloc[0], coder="me")
    assert opened(root).problems == ()


def test_the_tiny_study_has_decided_nothing():
    assert not tally(qualcode.open_study(CITIZEN_CARD))[["accepted", "rejected"]].to_numpy().any()
