"""Two coders side by side, and what they settle on."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest

import qualcode
from qualcode.cli import main
from qualcode.coding import hand
from qualcode.coding.compare import as_text, compare, table
from qualcode.coding.settle import Decision, Key, settle
from qualcode.errors import StudyError, UsageError

OFFICER = "2024-02-12-desk-officer"
HOLDER = "2024-03-05-card-holder"
AGREED = f"coding/agreed/{OFFICER}.jsonl"
DAY = date(2024, 4, 20)


def rows(
    root: Path, first: str = "reader", second: str = "second", document: str = OFFICER
) -> list[tuple[object, ...]]:
    compared = compare(qualcode.open_study(root), first, second, OFFICER)
    return [(r.passage, r.start, r.end, r.code, r.how) for r in compared.rows]


def test_read_and_left_untagged_is_told_from_never_read(card: Path):
    """The second coder stopped reading at place 500: the question at 488-518 was not judged."""
    assert rows(card) == [
        (1, 3, 43, "function/identification", "untagged"),
        (2, 93, 158, "figure/issuer", "untagged"),
        (2, 93, 158, "function/identification", "untagged"),
        (3, 184, 216, "function/identification", "agreed"),
        (4, 250, 273, "universality/wide-use", "untagged"),
        (5, 314, 373, "universality/stigma", "agreed"),
        (6, 409, 483, "universality/wide-use", "untagged"),
        (7, 488, 518, "governance/ministry", "unread"),
    ]


def test_every_kind_of_difference_is_named(card: Path):
    """Stance, whose view, boundary and another code, each on a passage of its own."""
    both = [
        ("Honestly?", {"function/access": 1}, "Honestly?", {"function/access": -1}, {}),
        ("Queues.", {"function/access": None}, "Queues.", {"function/access": None}, {"holder": "city"}),
        ("six kinds of paper", {"function/access": None}, "kinds of paper.\nAnd", {"function/access": None}, {}),
        ("you're done", {"function/access": None}, "you're done", {"function/residence-proof": None}, {}),
    ]
    for coder in ("anna", "ben"):
        study = qualcode.open_study(card)
        hand.mark_read(study, OFFICER, coder=coder)
        for mine, codes, theirs, their_codes, further in both:
            if coder == "anna":
                hand.code_excerpt(study, OFFICER, mine, codes, coder=coder)
            else:
                hand.code_excerpt(study, OFFICER, theirs, their_codes, coder=coder, **further)

    found = rows(card, "anna", "ben")

    assert [(r[0], r[3], r[4]) for r in found] == [
        (1, "function/access", "stance"),
        (2, "function/access", "holder"),
        (3, "function/access", "boundary"),
        (4, "function/access", "code"),
        (4, "function/residence-proof", "code"),
    ]
    mirrored = rows(card, "ben", "anna")
    assert mirrored == found


def test_ones_own_second_coding_is_compared_the_same_way(card: Path):
    """A lone student, some weeks later, in a folder beside the first."""
    study = qualcode.open_study(card)
    hand.code_excerpt(study, HOLDER, "Q:", {"function/access": None}, coder="reader-2", nth=1)
    hand.mark_read(qualcode.open_study(card), HOLDER, coder="reader-2")

    compared = compare(qualcode.open_study(card), "reader", "reader-2", HOLDER)

    assert {r.how for r in compared.rows} <= {"untagged", "code"}
    assert sum(len(r.first) for r in compared.rows) == sum(
        len(e.codes) for e in qualcode.open_study(card).coded["reader", HOLDER].excerpts
    )


def test_the_words_of_a_passage_are_shown_only_as_released(card: Path):
    path = card / f"interviews/{OFFICER}.md"
    shown = as_text(study := qualcode.open_study(card), compare(study, "reader", "second", OFFICER))
    path.write_text(path.read_text("utf-8").replace("release: open", "release: closed"), "utf-8")
    book = card / "coding/codebook.yaml"
    text = book.read_text("utf-8").splitlines(keepends=True)
    book.write_text("".join(line for line in text if "example:" not in line), "utf-8")

    study = qualcode.open_study(card)
    compared = compare(study, "reader", "second", OFFICER)

    assert "You show it and you are somebody" in shown
    assert "somebody" not in as_text(study, compared)
    assert {r["words"] for r in table(study, compared)} == {"[withheld: the document is closed]"}


def test_places_of_a_changed_text_are_not_compared(card: Path):
    path = card / f"interviews/{OFFICER}.md"
    path.write_text(path.read_text("utf-8").replace("people without papers", "those without papers"), "utf-8")

    with pytest.raises(StudyError, match="has changed since the excerpt was made"):
        compare(qualcode.open_study(card), "reader", "second", OFFICER)


def test_a_coder_who_did_nothing_with_a_document_is_not_compared(card: Path):
    with pytest.raises(UsageError, match=f"'second' has neither tagged nor read anything in '{HOLDER}'"):
        compare(qualcode.open_study(card), "reader", "second", HOLDER)


def decided(root: Path, **by_code: tuple[str, str]) -> dict[Key, Decision]:
    compared = compare(qualcode.open_study(root), "reader", "second", OFFICER)
    wanted = {c.replace("__", "/").replace("_", "-"): Decision(*d) for c, d in by_code.items()}
    return {(r.code, r.excerpts): wanted[r.code] for r in compared.rows if r.how != "agreed" and r.code in wanted}


def test_decisions_go_into_the_agreed_file_with_who_and_why(card: Path):
    """Taken, taken off, and agreed without a decision; the memo of the day names each that was decided."""
    (card / AGREED).unlink()
    decisions = decided(
        card,
        function__identification=("reader", "A question has themes too."),
        figure__issuer=("neither", "No warrant in the words."),
        universality__wide_use=("reader", "Seen on second reading."),
        governance__ministry=("neither", "Not an answer."),
    )

    done = settle(qualcode.open_study(card), "reader", "second", OFFICER, decisions, by=["reader", "second"], on=DAY)

    memo = f"coding/memos/2024-04-20-settled-{OFFICER}.md"
    assert (done.excerpts, done.decided, done.files) == (6, 6, (AGREED, memo))
    about = [json.loads(line) for line in (card / AGREED).read_text("utf-8").splitlines()]
    assert [(a["excerpt"], list(a["codes"]), a["settled"]["why"]) for a in about] == [
        ("ecb82eb0322", ["function/identification"], "function/identification: A question has themes too."),
        ("e5f009575c9", ["function/identification"], "function/identification: A question has themes too."),
        ("e5c7d4b953c", ["function/identification"], "Both had it."),
        ("e69bff2051c", ["universality/wide-use"], "universality/wide-use: Seen on second reading."),
        ("e808b134730", ["universality/stigma"], "Both had it."),
        ("e23b71b56bf", ["universality/wide-use"], "universality/wide-use: Seen on second reading."),
    ]
    assert {json.dumps(a["settled"]["by"]) + a["settled"]["on"] for a in about} == {'["reader", "second"]2024-04-20'}
    assert (
        "- [[code figure/issuer]] on [[excerpt e5f009575c9]] (one of them; the other read it and left it untagged): "
        "taken off. No warrant in the words.\n"
    ) in (card / memo).read_text("utf-8")
    assert qualcode.open_study(card).problems == ()


def test_a_document_is_settled_whole_or_not_at_all(card: Path):
    (card / AGREED).unlink()

    with pytest.raises(UsageError) as said:
        settle(
            qualcode.open_study(card), "reader", "second", OFFICER, decided(card, figure__issuer=("ben", "")), on=DAY
        )

    assert str(said.value).splitlines() == [
        "nothing was settled:",
        "passage 2, figure/issuer: decision 'ben' is none of reader, second, neither",
        "passage 2, figure/issuer: say why",
        "passage 1, function/identification: undecided (one of them; the other read it and left it untagged)",
        "passage 2, function/identification: undecided (one of them; the other read it and left it untagged)",
        "passage 4, universality/wide-use: undecided (one of them; the other read it and left it untagged)",
        "passage 6, universality/wide-use: undecided (one of them; the other read it and left it untagged)",
        "passage 7, governance/ministry: undecided (one of them; the other has not read it)",
    ]
    assert not (card / AGREED).exists()


def test_what_was_settled_before_keeps_its_reason(card: Path):
    """The card's agreed file stands; nothing new was decided, and nothing is written."""
    before = (card / AGREED).read_bytes()

    done = settle(qualcode.open_study(card), "reader", "second", OFFICER, {}, on=DAY)

    assert (card / AGREED).read_bytes() == before
    assert (done.decided, done.files) == (0, ())


def test_the_table_of_compare_filled_in_is_what_settle_reads(card: Path, capsys: pytest.CaptureFixture[str]):
    (card / AGREED).unlink()
    table = card / "differences.csv"
    assert main(["compare", "reader", "second", OFFICER, "--study", str(card), "--out", str(table)]) == 0
    with table.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    for row in found:
        if row["difference"] != "agreed":
            row["decision"], row["why"] = "reader", "After talking."
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(found[0]))
        writer.writeheader()
        writer.writerows(found)

    words = ["settle", "reader", "second", OFFICER, "--decisions", str(table), "--on", "2024-04-20"]
    assert main([*words, "--study", str(card)]) == 0

    assert capsys.readouterr().err == "7 excerpts agreed, on 6 decisions\n"
    study = qualcode.open_study(card)
    assert [e.id for e in study.agreed[OFFICER].excerpts] == [e.id for e in study.coded["reader", OFFICER].excerpts]
