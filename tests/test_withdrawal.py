"""A person withdraws after a report, a file for Word and a review: told first, done whole, what is left is named."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

import qualcode
from qualcode import tables
from qualcode.cli import main
from qualcode.errors import StudyError, UsageError, WriteError
from qualcode.exchange.review.reviews import mark
from qualcode.gate.built import stored_problems
from qualcode.people import withdraw
from qualcode.study import release
from test_changes import cells, git

ON = date(2024, 6, 1)
TALK = "interviews/2024-02-20-mediator.md"
HERS = ("where it would hurt", "half of it anyway", "he wants", "just a card", "four times")
"""Words that the mediator alone says."""


def lines_in(root: Path, *words: str) -> dict[str, list[str]]:
    """Return the files below a study, history apart, that hold some words, by path."""
    found: dict[str, list[str]] = {}
    for path in sorted(root.rglob("*")):
        if path.is_file() and ".git" not in path.parts:
            text = " ".join(path.read_bytes().decode("utf-8", "replace").split())
            here = [w for w in words if w in text]
            if here:
                found[path.relative_to(root).as_posix()] = here
    return found


def everything(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def memo(root: Path, name: str, about: str, text: str) -> None:
    head = f"---\ntitle: On it\non: 2024-04-01\nby: reader\nabout: [{about}]\nkind: analytic\n---\n"
    (root / f"coding/memos/{name}.md").write_text(f"{head}{text}\n", "utf-8")


@pytest.fixture
def told(card: Path) -> Path:
    """Return the tiny study with the mediator's words in memos, a stored output, acts, a site, in git and reviewed."""
    excerpt = qualcode.open_study(card).coded["reader", "2024-02-20-mediator"].excerpts[0].id
    memo(card, "2024-04-01-about", f"excerpt {excerpt}", "Short.")
    memo(card, "2024-04-01-cites", "code universality/stigma", f"As in [[excerpt {excerpt}]], so elsewhere.")
    memo(card, "2024-04-01-says", "code universality/stigma", "She said: we told them where it would hurt.")
    memo(card, "2024-04-01-other", "case desk-officer", "Nothing of the mediator's.")
    with (card / "coding/acts.csv").open("a", encoding="utf-8") as acts:
        acts.write("a03,2024-02-20,mediator,asked,We told them where it would hurt,,,2024-02-20-mediator,told,x\n")
    (card / "notebooks").mkdir()
    html = "<p>We told them <b>where it</b> would hurt</p>"
    book = cells(("one", "show()", {"text/html": html}), ("two", "1 + 1", {"text/plain": "2"}))
    (card / "notebooks/chapter.ipynb").write_text(json.dumps(book, indent=1) + "\n", "utf-8")
    (card / "build/site/documents").mkdir(parents=True)
    (card / "build/site/documents/x.html").write_text(html, "utf-8")
    git(card, "init", "--quiet")
    git(card, "add", ".")
    git(card, "commit", "--quiet", "-m", "all")
    mark(card, "first", "2024-05-01")
    git(card, "add", ".")
    git(card, "commit", "--quiet", "-m", "marked")
    return card


@pytest.mark.parametrize("remove", [False, True])
def test_nothing_is_written_before_it_was_told(told: Path, remove: bool):
    before = everything(told)
    plan = withdraw(qualcode.open_study(told), "mediator", on=ON, remove=remove)

    assert everything(told) == before
    assert set(plan.files) <= set(plan.done)
    assert not any(words in str(plan) for words in HERS)


def test_withdrawn_and_kept_nothing_of_it_is_shown_counted_stored_or_built(told: Path):
    plan = withdraw(qualcode.open_study(told), "mediator", on=ON, write=True)
    study = qualcode.open_study(told)

    assert study.problems == ()
    assert sorted(plan.done) == ["build/site", "coding/consent.csv", "notebooks/chapter.ipynb"]
    assert not (told / "build/site").exists()
    assert [f for f in lines_in(told, *HERS) if f.startswith(("build", "notebooks"))] == []
    assert json.loads((told / "notebooks/chapter.ipynb").read_text("utf-8"))["cells"][1]["outputs"] != []
    for name, make in tables.TABLES.items():
        assert not any(words in make(study).to_csv() for words in HERS), name
    assert "2024-02-20-mediator" not in set(tables.codings(study)["document"])
    assert stored_problems(study) == []


def test_removed_no_file_of_the_study_has_the_words_and_ids_of_others_stay(told: Path):
    before = qualcode.open_study(told)
    others = {e.id: e.anchor.quote for f in before.files for e in f.excerpts if f.document != "2024-02-20-mediator"}
    withdraw(before, "mediator", on=ON, remove=True, write=True)
    study = qualcode.open_study(told)

    assert study.problems == ()
    assert lines_in(told, *HERS) == {}
    assert {e.id: e.anchor.quote for f in study.files for e in f.excerpts} == others
    assert set(study.memos) == set(before.memos)
    assert [m.text.strip() for n, m in sorted(study.memos.items()) if n.startswith("2024-04-01")] == [
        "[withdrawn]",
        "As in [withdrawn], so elsewhere.",
        "Nothing of the mediator's.",
        "[withdrawn]",
    ]
    assert study.cases["mediator"].label == "Somebody who withdrew"
    assert "A mediator" not in (told / "coding/cases.csv").read_text("utf-8")
    assert {a.id: (a.what, a.note) for a in study.acts}["a03"] == ("", "")


def test_what_git_and_marked_reviews_still_hold_is_named_with_what_rewrites_it(told: Path):
    plan = withdraw(qualcode.open_study(told), "mediator", on=ON)
    first = git(told, "rev-parse", "--short", "HEAD~1")
    revision = git(told, "rev-parse", "HEAD~1")

    assert plan.history[0] == (
        f"git: 1 commit ({first} 2026-05-01) changed these files, and every state between holds them"
    )
    assert plan.history[1] == f"review 'first' of 2024-05-01 ({revision[:10]}) holds them; ask who read it"
    command = next(line for line in plan.history if "git filter-repo" in line)
    assert re.findall(r"--path (\S+)", command) == [
        "coding/coders/reader/2024-02-20-mediator.jsonl",
        TALK,
    ]
    assert git(told, "rev-list", "--count", "--all") == "2"


def test_below_the_top_of_a_repository_the_commands_name_the_files_from_there(card: Path):
    git(card.parent, "init", "--quiet")
    git(card.parent, "add", ".")
    git(card.parent, "commit", "--quiet", "-m", "all")
    command = next(
        line for line in withdraw(qualcode.open_study(card), "mediator", on=ON).history if "git filter-repo" in line
    )

    assert f"--path card/{TALK}" in command


def test_without_git_it_is_said(card: Path):
    assert withdraw(qualcode.open_study(card), "mediator", on=ON).history == (
        "git: there is no history here; look for copies of the folder, and in clones",
    )


GROUP = """---
title: Two at the desk
date: 2024-04-02
language: en
mode: recorded
speakers:
  Q: {case: researcher}
  MED: {case: mediator}
  LIB: {case: librarian}
consent: quote
release: open
---
MED: The families ask in plain marigold words.

LIB: Nobody asks, they wait in a heliotrope silence.

Q: And then what do they carry home?

MED: They carry a periwinkle slip with them.

LIB: And I file the saffron copy for the town.
"""


def test_of_two_who_spoke_only_one_goes_and_the_others_codings_stay_at_their_words(card: Path):
    (card / "interviews/2024-04-02-two.md").write_text(GROUP, "utf-8")
    from qualcode.coding.hand import code_excerpt

    for words in ("heliotrope silence", "saffron copy", "marigold words", "periwinkle slip"):
        code_excerpt(qualcode.open_study(card), "2024-04-02-two", words, {"function/access": None}, coder="reader")
    withdraw(qualcode.open_study(card), "mediator", on=ON, remove=True, write=True)
    study = qualcode.open_study(card)
    study.require_sound()
    document = study.documents["2024-04-02-two"]

    assert lines_in(card, "marigold", "periwinkle", "carry home") == {}
    assert [document.text[t.words_start : t.end] for t in document.turns] == [
        "[withdrawn]",
        "Nobody asks, they wait in a heliotrope silence.",
        "[withdrawn]",
        "[withdrawn]",
        "And I file the saffron copy for the town.",
    ]
    assert [e.anchor.quote for e in study.coded["reader", "2024-04-02-two"].excerpts] == [
        "heliotrope silence",
        "saffron copy",
    ]
    assert tables.codings(study).query("document == '2024-04-02-two'")["quote"].tolist() == [
        "heliotrope silence",
        "saffron copy",
    ]


def test_to_remove_one_takes_nothing_of_who_withdrew_before(card: Path):
    withdraw(qualcode.open_study(card), "card-holder", on=ON, write=True)
    withdraw(qualcode.open_study(card), "mediator", on=ON, remove=True, write=True)

    assert "My son wants the library" in (card / "interviews/2024-03-05-card-holder.md").read_text("utf-8")
    assert "four times" not in (card / TALK).read_text("utf-8")


def test_a_part_is_withdrawn_by_itself_and_then_the_rest(card: Path):
    withdraw(qualcode.open_study(card), "mediator", ("quote", "sound"), on=ON, write=True)
    study = qualcode.open_study(card)
    assert release.verdict(study.documents["2024-02-20-mediator"]).reason == "consent to quote was withdrawn"
    assert len(tables.codings(study).query("document == '2024-02-20-mediator'")) == 4
    withdraw(study, "mediator", ("analyse",), on=date(2024, 7, 1), write=True)
    row = next(c for c in qualcode.open_study(card).consents or () if c.case == "mediator")
    assert (row.withdrawn, row.withdrawn_on) == (("quote", "sound", "analyse"), date(2024, 7, 1))
    withdraw(qualcode.open_study(card), "mediator", on=date(2024, 8, 1), write=True)
    row = next(c for c in qualcode.open_study(card).consents or () if c.case == "mediator")

    assert (row.withdrawn, row.withdrawn_on) == (("all",), date(2024, 8, 1))


def test_a_file_that_changed_meanwhile_stops_all_of_it(told: Path):
    study = qualcode.open_study(told)
    path = told / "coding/memos/2024-04-01-about.md"
    before = everything(told)
    path.write_text(path.read_text("utf-8") + "More.\n", "utf-8")
    plan = withdraw(study, "mediator", on=ON, remove=True)
    path.write_text(path.read_text("utf-8") + "Still more.\n", "utf-8")
    from qualcode.plaintext.durable import replace_all

    with pytest.raises(WriteError, match="nothing was written"):
        replace_all(told, plan.files, plan.seen)
    changed = {n for n, data in everything(told).items() if before.get(n) != data and not n.startswith("build/")}
    assert changed == {"coding/memos/2024-04-01-about.md"}


@pytest.mark.parametrize(
    ("case", "scopes", "remove", "message"),
    [
        ("mediatr", ("all",), False, "unknown case 'mediatr'; did you mean 'mediator'?"),
        ("researcher", ("all",), False, "'researcher' is the researcher, who agreed to nothing here"),
        ("mediator", ("quotes",), False, "unknown scope 'quotes'; did you mean 'quote'?"),
        ("mediator", (), False, "name what is withdrawn: all, or some of record, analyse"),
        ("mediator", ("quote",), True, "to remove somebody's words everything has to be withdrawn"),
    ],
)
def test_what_cannot_be_withdrawn_is_said(card: Path, case: str, scopes: tuple[str, ...], remove: bool, message: str):
    with pytest.raises(UsageError, match=re.escape(message)):
        withdraw(qualcode.open_study(card), case, scopes, on=ON, remove=remove, write=True)


def test_the_book_s_example_is_told_and_left_to_a_person(card: Path, capsys: pytest.CaptureFixture[str]):
    status = main(["release", "withdraw", "desk-officer", "--on", "2024-06-01", "--write", "--study", str(card)])
    out, err = capsys.readouterr()

    assert status == 0
    where = next(line for line in out.splitlines() if "the example of" in line)
    assert where.startswith("stays: coding/codebook.yaml:")
    assert "withdrawn; 1 problem to mend, above" in err


def test_a_study_with_problems_is_not_touched(card: Path):
    (card / "coding/consent.csv").write_text("case,version,from,analyse,quote\nx,1,2024-01-01,yes,none\n", "utf-8")

    with pytest.raises(StudyError, match="may not be quoted"):
        withdraw(qualcode.open_study(card), "mediator", on=ON, write=True)


@pytest.mark.builds
def test_after_a_report_a_word_file_and_a_review_nothing_made_is_left(written: Path, tmp_path: Path):
    """The site and the file for Word hold her words before; afterwards no file does."""
    written = Path(shutil.copytree(written, tmp_path / "card"))
    git(written, "init", "--quiet")
    (written / ".gitignore").write_text("/build/\n", "utf-8")
    git(written, "add", ".")
    git(written, "commit", "--quiet", "-m", "all")
    revision = git(written, "rev-parse", "HEAD")
    (written / "coding/reviews.csv").write_text(f"review,on,revision\nfirst,2024-05-01,{revision}\n", "utf-8")
    study = qualcode.open_study(written)
    assert [f for f in lines_in(written, *HERS) if f.startswith("build/site")] != []
    word = written / "build/word/report.docx"
    with word.open("ab") as edited:  # somebody wrote in it
        edited.write(b" ")
    plan = withdraw(study, "mediator", on=ON, remove=True, write=True)

    assert f"review 'first' of 2024-05-01 ({revision[:10]}) holds them; ask who read it" in plan.history
    assert "build/word/report.docx: somebody wrote in it since; take its comments in, then delete it" in plan.stays
    word.unlink()
    assert lines_in(written, *HERS) == {}
    shown = subprocess.run(["git", "status", "--short"], cwd=written, capture_output=True, text=True, check=True)
    assert "coding/consent.csv" in shown.stdout
    now = qualcode.open_study(written)
    now.require_sound()
    assert stored_problems(now) == []


def test_examples_of_hers_go_from_the_codebook_and_nothing_else_of_it(card: Path):
    path = card / "coding/codebook.yaml"
    before = path.read_text("utf-8")
    plan = withdraw(qualcode.open_study(card), "desk-officer", on=ON, remove=True, write=True)
    study = qualcode.open_study(card)

    assert study.problems == ()
    assert plan.done["coding/codebook.yaml"] == "1 example of hers taken out"
    gone = [line for line in before.splitlines() if line not in path.read_text("utf-8").splitlines()]
    assert gone == ['    example: {document: 2024-02-12-desk-officer, quote: "You show it and you are somebody"}']
    assert lines_in(card, "You show it and you are somebody", "six kinds of paper") == {}


def test_a_second_who_goes_is_not_the_first(card: Path):
    for case in ("mediator", "card-holder", "desk-officer"):
        withdraw(qualcode.open_study(card), case, on=ON, remove=True, write=True)
    study = qualcode.open_study(card)

    assert study.problems == ()
    labels = [study.cases[c].label for c in ("desk-officer", "mediator", "card-holder")]
    assert labels == ["Somebody who withdrew", "Somebody who withdrew 2", "Somebody who withdrew 3"]


def test_a_memo_that_shares_a_turn_of_phrase_is_no_quotation_of_hers(card: Path):
    """Four running words may be chance; the researcher's memo is not taken for them, as a stored output is."""
    memo(card, "2024-04-01-chance", "code universality/stigma", "Somewhere, where it would hurt, nobody looks.")
    withdraw(qualcode.open_study(card), "mediator", on=ON, remove=True, write=True)

    assert "nobody looks" in (card / "coding/memos/2024-04-01-chance.md").read_text("utf-8")
