"""The codebook changes, and everything that names its codes follows: whole, or not at all."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualcode
from qualcode.cli import main
from qualcode.coding import hand
from qualcode.errors import SourceError, UsageError, WriteError
from qualcode.plaintext.bookedit import edited
from qualcode.plaintext.rewrite import CodebookText, csv_cells, memo_references, notebook_literals, round_trip
from qualcode.recoding import recode
from test_writing import ONLY_WITH_FORK, crash

DAY = date(2024, 4, 9)
OFFICER = "coding/coders/reader/2024-02-12-desk-officer.jsonl"


def lines(root: Path, name: str) -> list[str]:
    return (root / name).read_text("utf-8").splitlines()


def changed(before: list[str], after: list[str]) -> list[tuple[str, str]]:
    """Return the lines that differ, pairwise; both must have as many."""
    return [(a, b) for a, b in zip(before, after, strict=True) if a != b]


def everything(root: Path) -> dict[str, bytes]:
    return {
        p.relative_to(root).as_posix(): p.read_bytes()
        for p in sorted(root.rglob("*"))
        if p.is_file() and "build" not in p.relative_to(root).parts
    }


@pytest.fixture
def noted(card: Path) -> Path:
    """Return the study with a notebook and a memo that name a code in several ways."""
    (card / "notebooks").mkdir()
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    source = ["x = table.loc['function/identification']\n", 'y = "function/identification-card"\n']
    words = {"cell_type": "markdown", "metadata": {}, "source": ["On 'function/identification'.\n"]}
    book = {"cells": [words, {**cell, "source": source}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (card / "notebooks/a.ipynb").write_text(json.dumps(book, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (card / "coding/memos/2024-03-22-recognised.md").write_text(
        "---\ntitle: On code function/identification\non: 2024-03-22\nby: reader\nabout:\n"
        '  - "code function/identification"\n  - code function/access\n---\n'
        "See [[code function/identification]]; function/identification is said in two ways.\n",
        "utf-8",
    )
    return card


def test_a_renamed_code_is_followed_everywhere_it_is_named(noted: Path):
    """Coders' files, what was agreed, acts, memos, notebooks, children, the codebook: by hand, line by line."""
    study = qualcode.open_study(noted)
    before = everything(noted)

    plan = recode.rename(study, "function/identification", "function/recognition", why="Shorter to say.", on=DAY)
    recode.carry_out(study, plan)

    assert plan.done == {
        "coding/agreed/2024-02-12-desk-officer.jsonl": "3 excerpts",
        "coding/codebook.yaml": "the code, and a line in the history",
        OFFICER: "3 excerpts",
        "coding/coders/reader/2024-01-30-leaflet.jsonl": "1 excerpt",
        "coding/coders/reader/2024-02-20-mediator.jsonl": plan.done["coding/coders/reader/2024-02-20-mediator.jsonl"],
        "coding/coders/reader/2024-03-05-card-holder.jsonl": plan.done[
            "coding/coders/reader/2024-03-05-card-holder.jsonl"
        ],
        "coding/coders/second/2024-02-12-desk-officer.jsonl": "1 excerpt",
        "coding/memos/2024-03-22-recognised.md": "2 references",
        "notebooks/a.ipynb": "1 literal",
    }
    after = everything(noted)
    assert {n for n in after if after[n] != before[n]} == set(plan.done)
    for name in [n for n in plan.done if n.endswith(".jsonl")]:
        pairs = changed(before[name].decode().splitlines(), lines(noted, name))
        assert all("function/recognition" in b for _, b in pairs)
        assert [json.loads(a) for a, _ in pairs] == [
            json.loads(b.replace("function/recognition", "function/identification")) for _, b in pairs
        ]
    assert changed(before["notebooks/a.ipynb"].decode().splitlines(), lines(noted, "notebooks/a.ipynb")) == [
        (
            "    \"x = table.loc['function/identification']\\n\",",
            "    \"x = table.loc['function/recognition']\\n\",",
        )
    ]
    memo = "coding/memos/2024-03-22-recognised.md"
    assert changed(before[memo].decode().splitlines(), lines(noted, memo)) == [
        ('  - "code function/identification"', '  - "code function/recognition"'),
        (
            "See [[code function/identification]]; function/identification is said in two ways.",
            "See [[code function/recognition]]; function/identification is said in two ways.",
        ),
    ]
    assert [f"{m.path}:{m.line}" for m in plan.mentions] == [f"{memo}:2", f"{memo}:9", "notebooks/a.ipynb:7"]
    assert qualcode.open_study(noted).problems == ()


def test_the_codebooks_comments_and_order_survive_and_its_history_gains_a_dated_line(card: Path):
    study = qualcode.open_study(card)
    before = lines(card, "coding/codebook.yaml")

    plan = recode.rename(
        study, "universality/wide-use", "universality/for-all", why="Use was misread.", on=DAY, label="For all"
    )
    recode.carry_out(study, plan)

    after = lines(card, "coding/codebook.yaml")
    assert changed(before, after[:-1]) == [
        ("version: 2", "version: 3"),
        ("  universality/wide-use:", "  universality/for-all:"),
        ("    label: Everyone has it", "    label: For all"),
        ("    parent: universality/wide-use", "    parent: universality/for-all"),
    ]
    assert after[-1] == (
        '  - {version: 3, on: 2024-04-09, change: "universality/wide-use renamed universality/for-all: '
        f'{plan.change.split(": ")[1]}", why: "Use was misread."}}'
    )
    assert plan.change.endswith(" excerpts, 1 act.")
    assert "a01,2024-01-30,city,announced,Presented the card in a leaflet,universality/for-all,1," in "".join(
        lines(card, "coding/acts.csv")
    )


def test_a_renamed_figure_is_followed_in_the_contrast_and_the_cases(card: Path):
    study = qualcode.open_study(card)

    recode.carry_out(study, recode.rename(study, "figure/holder", "figure/bearer", why="Holder is a term.", on=DAY))

    again = qualcode.open_study(card)
    assert again.problems == ()
    assert again.codebook.contrast == ("issuer", "bearer")
    assert {c.figure for c in again.cases.values()} == {
        "bearer" if c.figure == "holder" else c.figure for c in study.cases.values()
    }


def test_merged_codes_are_retired_and_keep_their_definition(card: Path):
    study = qualcode.open_study(card)
    carried = {e.id for f in study.coded.values() for e in f.excerpts if "function/residence-proof" in e.codes}

    plan = recode.merge(study, ["function/residence-proof"], "function/access", why="One use.", on=DAY, stances="keep")
    recode.carry_out(study, plan)

    again = qualcode.open_study(card)
    retired = again.codebook.codes["function/residence-proof"]
    assert again.problems == ()
    assert (retired.status, retired.definition) == ("retired", "The card shows where someone lives.")
    assert carried <= {e.id for f in again.coded.values() for e in f.excerpts if "function/access" in e.codes}
    assert not [e for f in again.coded.values() for e in f.excerpts if "function/residence-proof" in e.codes]
    assert [a.theme for a in again.acts] == ["universality/wide-use", "function/access"]


def test_stances_on_codes_given_up_are_never_carried_over_unasked(card: Path):
    study = qualcode.open_study(card)

    with pytest.raises(UsageError, match="excerpts take a stance on codes given up; say --stances keep where"):
        recode.merge(study, ["function/residence-proof"], "function/access", why="One use.", on=DAY)

    plan = recode.merge(
        study, ["function/residence-proof"], "function/access", why="One use.", on=DAY, stances="reverse"
    )
    was = {e.id: e.codes.get("function/residence-proof") for f in study.coded.values() for e in f.excerpts}
    recode.carry_out(study, plan)
    now = {e.id: e.codes.get("function/access") for f in qualcode.open_study(card).coded.values() for e in f.excerpts}
    assert [i for i, s in was.items() if s is not None]
    assert {i: now[i] for i, s in was.items() if s is not None} == {i: -s for i, s in was.items() if s is not None}


def test_two_stances_that_would_meet_are_all_listed_and_nothing_is_written(card: Path):
    study = qualcode.open_study(card)
    for words in ("Queues.", "Honestly?"):
        codes = {"function/access": 1.0, "function/residence-proof": -1.0}
        hand.code_excerpt(study, "2024-02-12-desk-officer", words, codes, coder="reader")
    study = qualcode.open_study(card)
    before = everything(card)

    with pytest.raises(SourceError) as said:
        recode.merge(study, ["function/residence-proof"], "function/access", why="One.", on=DAY, stances="keep")

    assert [p.path for p in said.value.problems] == [OFFICER, OFFICER]
    assert all(
        "takes two stances that would meet on 'function/access'; settle" in p.message for p in said.value.problems
    )
    assert everything(card) == before


def test_an_exclusive_family_is_not_given_two_codes_by_a_move(card: Path):
    study = qualcode.open_study(card)
    codes = {"governance/co-design": None, "figure/issuer": None}
    hand.code_excerpt(study, "2024-02-12-desk-officer", "Queues.", codes, coder="reader")
    study = qualcode.open_study(card)

    with pytest.raises(SourceError, match=r"would have figure/co-design and figure/issuer of the exclusive family"):
        recode.move(study, "governance/co-design", family="figure", why="No.", on=DAY)


def test_a_code_is_moved_with_what_is_below_it(card: Path):
    study = qualcode.open_study(card)

    plan = recode.move(study, "universality/wide-use", family="function", why="It is a use.", on=DAY)
    recode.carry_out(study, plan)

    again = qualcode.open_study(card)
    assert again.problems == ()
    assert again.codebook.codes["function/stigma"].parent == "function/wide-use"
    assert plan.change.startswith("universality/wide-use moved to the family function with the 1 below it: ")


def test_a_code_cannot_be_moved_below_itself(card: Path):
    study = qualcode.open_study(card)

    with pytest.raises(UsageError, match="cannot be its own ancestor"):
        recode.move(study, "universality/wide-use", under="universality/stigma", why="No.", on=DAY)


def test_a_split_wants_a_decision_for_each_excerpt_and_act(card: Path):
    study = qualcode.open_study(card)
    rows = recode.carriers(study, "function/residence-proof")
    decisions = {r["what"]: ["function/bill" if n % 2 else "function/register"] for n, r in enumerate(rows)}

    with pytest.raises(UsageError, match=f"1 of {len(rows)} undecided: {rows[0]['what']}"):
        recode.split(
            study,
            "function/residence-proof",
            {w: c for w, c in decisions.items() if w != rows[0]["what"]},
            why="Two proofs.",
            on=DAY,
        )

    recode.carry_out(study, recode.split(study, "function/residence-proof", decisions, why="Two proofs.", on=DAY))
    again = qualcode.open_study(card)
    assert again.problems == ()
    assert list(again.codebook.codes)[4:7] == ["function/residence-proof", "function/bill", "function/register"]
    assert (again.codebook.codes["function/bill"].status, again.codebook.codes["function/bill"].definition) == (
        "provisional",
        "The card shows where someone lives.",
    )
    new = {"function/bill", "function/register"}
    files = [*again.coded.values(), *again.agreed.values()]
    got = {e.id: sorted(new & set(e.codes)) for f in files for e in f.excerpts if new & set(e.codes)}
    assert got | {a.id: [a.theme] for a in again.acts if a.theme in new} == decisions


def test_a_split_may_leave_part_in_the_old_code(card: Path):
    """One goes, the others stay: nothing is retired, and who kept the code keeps it with its stance."""
    study = qualcode.open_study(card)
    rows = recode.carriers(study, "function/residence-proof")
    before = {e.id: e.codes for f in study.files for e in f.excerpts if "function/residence-proof" in e.codes}
    kept = {r["what"]: ["function/residence-proof"] for r in rows}
    first = next(r["what"] for r in rows if r["what"] in before)
    plan = recode.split(
        study, "function/residence-proof", kept | {first: ["function/bill"]}, why="Bills are theirs.", on=DAY
    )

    recode.carry_out(study, plan)

    again = qualcode.open_study(card)
    after = {e.id: e.codes for f in again.files for e in f.excerpts if e.id in before}
    moved = {("function/bill" if c == "function/residence-proof" else c): s for c, s in before[first].items()}
    assert (again.problems, before | {first: moved}) == ((), after)
    assert again.codebook.codes["function/residence-proof"].status == "in use"
    assert again.codebook.codes["function/bill"].status == "provisional"
    with pytest.raises(UsageError, match="say into which other codes 'function/residence-proof' is split"):
        recode.split(study, "function/residence-proof", kept, why="No.", on=DAY)


@pytest.fixture
def spare(card: Path) -> Path:
    """Return the study with a code that nothing carries."""
    book = card / "coding/codebook.yaml"
    text = book.read_text("utf-8").replace(
        "history:", "  governance/spare: {label: Spare, status: provisional}\nhistory:"
    )
    book.write_text(text, "utf-8")
    return card


def test_a_code_that_is_carried_is_not_retired(spare: Path):
    """No tag is taken off in passing."""
    study = qualcode.open_study(spare)

    with pytest.raises(UsageError, match=r"excerpts or acts carry 'function/access' .*; merge it into another code"):
        recode.retire(study, "function/access", why="No.", on=DAY)

    recode.carry_out(study, recode.retire(study, "governance/spare", why="Never said.", on=DAY))
    again = qualcode.open_study(spare)
    assert (again.codebook.codes["governance/spare"].status, again.problems) == ("retired", ())
    assert again.codebook.history[-1].change == "governance/spare retired."


def test_a_dry_run_writes_nothing_and_says_all(noted: Path, capsys: pytest.CaptureFixture[str]):
    before = everything(noted)

    words = ["codebook", "rename", "function/identification", "function/recognition", "--on", "2024-04-09"]
    status = main([*words, "--why", "Shorter.", "--dry-run", "--study", str(noted)])

    said = capsys.readouterr()
    assert (status, everything(noted)) == (0, before)
    assert "notebooks/a.ipynb: 1 literal\n" in said.out
    assert "coding/memos/2024-03-22-recognised.md:2: names function/identification (stays as it is)\n" in said.out
    assert said.err == "9 files would change; nothing written (leave out --dry-run)\n"


def test_a_reason_is_needed(spare: Path):
    with pytest.raises(UsageError, match="say why; the reason goes into the codebook's history"):
        recode.retire(qualcode.open_study(spare), "governance/spare", why=" ", on=DAY)


def test_a_plan_made_on_files_that_changed_since_is_not_carried_out(card: Path):
    """Somebody coded in the meantime."""
    study = qualcode.open_study(card)
    plan = recode.rename(study, "function/access", "function/entry", why="Shorter.", on=DAY)
    hand.code_excerpt(study, "2024-02-12-desk-officer", "Queues.", {"function/access": 1}, coder="second")
    before = everything(card)

    with pytest.raises(WriteError, match=r"coding/coders/second/2024-02-12-desk-officer.jsonl: changed since"):
        recode.carry_out(study, plan)

    assert everything(card) == before


@pytest.mark.long
@ONLY_WITH_FORK
def test_a_recoding_killed_at_any_step_is_found_whole_or_not_begun(card: Path):
    """The study is opened after each kill: no problem, and one of the two ids everywhere."""
    found = crash("recoding", card)

    assert isinstance(found, list)
    turn = found.index("0 problems, function/recognition")
    assert found == ["0 problems, function/identification"] * turn + ["0 problems, function/recognition"] * (
        len(found) - turn
    )
    assert min(turn, len(found) - turn) > 5


def test_a_codebook_written_without_a_change_is_the_same_byte_for_byte(card: Path):
    for text in ((card / "coding/codebook.yaml").read_text("utf-8"), "a: 1 # x\nb:\n- c   # y\n- d\n"):
        assert CodebookText(text).to_text() == text


BOOK = """title: T
version: {version}
families:
  a: {{label: A, role: theme}}
  f:
    label: F
    role: figure
contrast: [x, y]
codes:
  f/x: {{label: X, definition: D.}}
  f/y: {{label: Y, definition: D.}}
  # a remark
  a/one:
    label: a/one
    definition: It is not a/one.
  a/one-more: {{label: M, definition: D., parent: a/one}}

  a/two:
    parent: a/one
    label: "Two: {{a/one}}"
{history}"""
HISTORIES = (
    "",
    'history:\n  - {version: 1, on: 2024-01-01, change: "Made.", why: "So."}\n',
    'history:\n  - version: 1\n    on: 2024-01-01\n    change: "Made."\n    why: "So."\n',
    "history: []\n",
)


@pytest.mark.long
@given(
    st.sampled_from(HISTORIES),
    st.sampled_from(("1", "12", "2024a", "1.5")),
    st.sampled_from(("a/one", "a/one-more", "a/two", "f/x", "f/y")),
    st.text('abc é’"\\:#{\t🎉—', min_size=1, max_size=6),
)
def test_a_code_renamed_line_by_line_is_written_as_through_the_whole_of_yaml(
    history: str, version: str, old: str, why: str
):
    text = BOOK.format(version=version, history=history)
    new = f"{old.split('/', maxsplit=1)[0]}/new"
    book = CodebookText(text)
    book.rename(old, new)
    book.record(date(2024, 4, 2), f"{old} renamed {new}.", why)

    assert book.to_text() == round_trip(text, book._steps)


def test_a_plain_codebook_does_not_go_through_the_whole_of_yaml(card: Path):
    text = (card / "coding/codebook.yaml").read_text("utf-8")

    assert edited(text, {"function/access": "function/entry"}, date(2024, 4, 2), "Renamed.", "Shorter.") is not None


def test_only_the_cells_meant_are_replaced():
    text = 'act,theme,note\r\na1,"x/y","x/y, said"\r\na2,x/z,"two\nlines"\r\na3, x/y ,\r\n'

    assert csv_cells(text, {"theme": {"x/y": "x/w"}}) == (
        'act,theme,note\r\na1,x/w,"x/y, said"\r\na2,x/z,"two\nlines"\r\na3,x/w,\r\n',
        2,
    )


def test_only_what_a_memo_refers_to_is_replaced():
    text = "---\ntitle: code x/y\nabout: [code x/y, code x/y-z, document x/y]\n---\n[[code x/y]] [[code x/y-z]] x/y\n"

    assert memo_references(text, {"x/y": "x/w"}) == (
        "---\ntitle: code x/y\nabout: [code x/w, code x/y-z, document x/y]\n---\n[[code x/w]] [[code x/y-z]] x/y\n",
        2,
    )


def test_a_notebook_is_written_the_way_it_was():
    book = {"cells": [{"cell_type": "code", "source": "f('x/y', \"x/y\", 'é x/y')", "outputs": [{"text": "'x/y'"}]}]}
    text = json.dumps(book, indent=2)

    assert notebook_literals(text, {"x/y": "x/w"}) == (
        text.replace("f('x/y', \\\"x/y\\\"", "f('x/w', \\\"x/w\\\""),
        2,
    )
