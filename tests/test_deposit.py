"""A deposit holds what may go into an archive, says what does not, checks out, and opens again as a study."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import CITIZEN_CARD
from qualcode import Study, open_study, tables
from qualcode.coding.hand import code_place, mark_read
from qualcode.errors import UsageError
from qualcode.exchange.deposit import deposit
from qualcode.exchange.deposit.parted import parted
from qualcode.study.document import Held
from test_consent import GROUP

HELD = "2024-03-05-card-holder"


def files(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_same_study_gives_the_same_deposit_and_its_sums_are_right(card: Path, tmp_path: Path) -> None:
    done = deposit(open_study(card), tmp_path / "one")
    deposit(open_study(card), tmp_path / "two")
    one = files(tmp_path / "one")
    assert one == files(tmp_path / "two")
    assert tuple(one) == done.files
    sums = dict(line.split("  ")[::-1] for line in one["manifest-sha256.txt"].decode().splitlines())
    assert sums == {n: sha256(d).hexdigest() for n, d in one.items() if n != "manifest-sha256.txt"}
    listed = list(csv.DictReader(one["files.csv"].decode().splitlines()))
    told = {"files.csv", "ro-crate-metadata.json", "manifest-sha256.txt"}
    assert {r["file"]: r["sha256"] for r in listed} == {n: s for n, s in sums.items() if n not in told}


def test_a_deposit_opens_again_with_the_codings_that_went(card: Path, tmp_path: Path) -> None:
    study = open_study(card)
    deposit(study, tmp_path / "one")
    again = open_study(tmp_path / "one")
    assert not again.problems
    every = tables.codings(study, "all")
    kept = every[every["document"] != HELD].reset_index(drop=True)
    found = tables.codings(again, "all")
    assert found.to_dict("records") == kept.to_dict("records") or found.equals(kept)
    assert list(again.cases) == [c for c in study.cases if c in again.cases]


def test_no_word_of_what_is_withheld_is_in_a_deposit_and_the_reader_is_told(card: Path, tmp_path: Path) -> None:
    study = open_study(card)
    done = deposit(study, tmp_path / "one")
    assert done.withheld == {HELD: "consent allows paraphrase only"}
    everything = b"".join(files(tmp_path / "one").values())
    for excerpt in study.coded["reader", HELD].excerpts:
        assert excerpt.anchor.quote.encode() not in everything
    readme = (tmp_path / "one/README.md").read_text("utf-8")
    assert f"- {HELD}: consent allows paraphrase only" in readme
    assert "- codings of what does not go: 7" in readme


@pytest.mark.parametrize(
    ("archive", "access", "why"),
    [
        ("open", "open", ""),
        ("controlled", "controlled", ""),
        ("controlled", "open", "consent to archiving is controlled only"),
        ("none", "controlled", "there is no consent to archiving"),
    ],
)
def test_consent_to_archiving_decides_with_the_access(
    archive: str, access: str, why: str, card: Path, tmp_path: Path
) -> None:
    people = ("desk-officer", "mediator", "card-holder", "librarian")
    table = ["case,version,from,analyse,quote,identity,archive"]
    table += [f"{p},1,2024-01-01,yes,verbatim,named,{archive if p == 'mediator' else 'open'}" for p in people]
    (card / "coding/consent.csv").write_text("\n".join(table) + "\n", "utf-8")
    done = deposit(open_study(card), tmp_path / "one", access=access)
    assert done.withheld.get("2024-02-20-mediator", "") == why
    assert "coding/consent.csv" not in done.files


def test_an_example_of_a_document_that_stays_stays_too(card: Path, tmp_path: Path) -> None:
    study = open_study(card)
    shown = next(
        c for c in study.codebook.codes.values() if c.example[0] and study.documents[c.example[0]].kind == "interview"
    )
    speakers = {s.case for d in study.documents.values() if d.kind == "interview" for s in d.speakers}
    gone = {s.case for s in study.documents[shown.example[0]].speakers}
    table = ["case,version,from,analyse,quote,identity,archive"]
    people = sorted(p for p in speakers if study.cases[p].kind == "person")
    table += [f"{p},1,2024-01-01,yes,verbatim,named,{'none' if p in gone else 'open'}" for p in people]
    (card / "coding/consent.csv").write_text("\n".join(table) + "\n", "utf-8")
    done = deposit(open_study(card), tmp_path / "one")
    assert shown.example[0] in done.withheld
    assert shown.example[1] not in (tmp_path / "one/coding/codebook.yaml").read_text("utf-8")
    assert shown.example[1] not in (tmp_path / "one/codebook.html").read_text("utf-8")
    assert shown.definition in (tmp_path / "one/codebook.html").read_text("utf-8")


def test_the_crate_names_every_file_and_the_provenance_who_coded(card: Path, tmp_path: Path) -> None:
    deposit(open_study(card), tmp_path / "one", licence="https://creativecommons.org/licenses/by/4.0/", on="2024-06-01")
    crate = json.loads((tmp_path / "one/ro-crate-metadata.json").read_bytes())
    by_id = {e["@id"]: e for e in crate["@graph"]}
    assert by_id["./"]["datePublished"] == "2024-06-01"
    parts = {p["@id"] for p in by_id["./"]["hasPart"]}
    there = set(files(tmp_path / "one")) - {"ro-crate-metadata.json", "manifest-sha256.txt"}
    assert parts == there
    assert all(by_id[p]["@type"] == "File" for p in parts)
    prov = json.loads((tmp_path / "one/prov.json").read_bytes())
    work = prov["activity"]["study:coding-reader-of-2024-02-20-mediator"]
    made = sorted(e.made for e in open_study(card).coded["reader", "2024-02-20-mediator"].excerpts)
    assert work == {"prov:startTime": made[0], "prov:endTime": made[-1]}


def test_the_libraries_own_readers_take_the_crate_and_the_provenance(card: Path, tmp_path: Path) -> None:
    crates = pytest.importorskip("rocrate.rocrate")
    model = pytest.importorskip("prov.model")
    deposit(open_study(card), tmp_path / "one")
    crate = crates.ROCrate(str(tmp_path / "one"))
    assert len(crate.data_entities) == len(files(tmp_path / "one")) - 2
    there = model.ProvDocument.deserialize(str(tmp_path / "one/prov.json"))
    assert len(list(there.get_records(model.ProvActivity))) == 5


def test_an_access_that_is_none_and_a_folder_that_holds_something_are_refused(card: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown access 'opn'; did you mean 'open'"):
        deposit(open_study(card), tmp_path / "one", access="opn")
    with pytest.raises(UsageError, match="there and not empty"):
        deposit(open_study(card), card)
    assert not (tmp_path / "one").exists()


def two_at_the_desk(card: Path) -> Study:
    """Add a talk of two to the study, one of whom may be quoted, with codings and reading of it and a memo on each."""
    (card / "interviews/2024-04-02-two.md").write_text(GROUP, "utf-8")
    table = ["case,version,from,analyse,quote,identity,archive"]
    people = {"desk-officer": "verbatim", "mediator": "verbatim", "card-holder": "verbatim", "librarian": "paraphrase"}
    table += [f"{p},1,2024-01-01,yes,{quote},pseudonym,open" for p, quote in people.items()]
    (card / "coding/consent.csv").write_text("\n".join(table) + "\n", "utf-8")
    study = open_study(card)
    text = study.documents["2024-04-02-two"].text
    code = next(iter(study.codebook.codes))
    made = [
        code_place(study, "2024-04-02-two", at, at + len(words), {code: None}, coder="reader", memo="As before.")
        for words in ("plain marigold words", "heliotrope", "saffron stories")
        if (at := text.index(words)) >= 0
    ]
    mark_read(study, "2024-04-02-two", coder="reader")
    head = "---\ntitle: {}\non: 2024-05-01\nby: reader\nabout: [{}]\n---\n{}\n"
    memos = {
        "goes": head.format("Flowers", f"excerpt {made[0].id}", "She likes flowers."),
        "held": head.format("Silence", f"excerpt {made[1].id}", "What is it?"),
        "repeats": head.format("Slips", f"code {code}", "Note: they leave with a periwinkle slip."),
        "on-a-memo": head.format("More", "memo held", "On that."),
    }
    for name, words in memos.items():
        (card / f"coding/memos/{name}.md").write_text(words, "utf-8")
    return open_study(card)


def test_of_a_talk_of_two_the_one_goes_who_agreed_and_her_codings_and_memos_with_her(
    card: Path, tmp_path: Path
) -> None:
    study = two_at_the_desk(card)
    assert study.problems == ()
    done = deposit(study, tmp_path / "one")
    only = "[withheld: consent allows paraphrase only]"
    text = (tmp_path / "one/interviews/2024-04-02-two.md").read_text("utf-8")
    assert text.partition("release: open\n---\n")[2] == (
        "Q: Who asks first?\n\nMED: The families ask in plain marigold words.\n\n"
        f"LIB: {only}\n\nQ: {only}\n\nLIB: {only}\n\nQ: {only}\n\nMED: That the town tells us saffron stories.\n"
    )
    again = open_study(tmp_path / "one")
    file = again.coded["reader", "2024-04-02-two"]
    assert [e.anchor.quote for e in file.excerpts] == ["plain marigold words", "saffron stories"]
    assert [(r.start, r.end) for r in file.readings] == [(0, len(again.documents["2024-04-02-two"].text))]
    assert sorted(again.memos) == ["goes"]
    everything = b"".join(files(tmp_path / "one").values()).decode()
    assert [w for w in ("marigold", "saffron", "heliotrope", "periwinkle", "And then?") if w in everything] == [
        "marigold",
        "saffron",
    ]
    assert done.withheld["2024-04-02-two"] == (
        "parts of it are withheld: consent allows paraphrase only; what is withheld says so in its place"
    )
    told = (tmp_path / "one/README.md").read_text("utf-8")
    assert ("- codings of what does not go: 1" in told, "- memos on what does not go: 4" in told) == (True, True)
    assert again.problems == ()


@given(st.lists(st.tuples(st.integers(0, 216), st.integers(1, 40)), min_size=1, max_size=4), st.integers(0, 216))
def test_whatever_is_withheld_no_sign_of_it_goes_and_what_stays_stands_at_its_words(
    stretches: list[tuple[int, int]], place: int
) -> None:
    document = replace(open_study(CITIZEN_CARD).documents["2024-02-20-mediator"])
    signs = "".join(chr(0x4E00 + n) for n in range(len(document.text)))  # each sign stands once
    heads = {n for t in document.turns for n in range(t.start, t.words_start)}
    held = sorted({n for a, size in stretches for n in range(a, min(a + size, len(signs)))})
    runs = [(n, n + 1) for n in held]
    document = replace(document, text=signs, held=tuple(Held(a, b, "it is so") for a, b in runs))
    made = parted(document)
    kept = [n for n in range(len(signs)) if n not in held or n in heads]
    assert [c for c in made.text if c >= "\u4e00"] == [signs[n] for n in kept]
    assert place in held or made.text[made._place(place)] == signs[place]
