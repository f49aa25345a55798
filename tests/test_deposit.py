"""A deposit holds what may go into an archive, says what does not, checks out, and opens again as a study."""

from __future__ import annotations

import csv
import json
from hashlib import sha256
from pathlib import Path

import pytest

from qualcode import open_study, tables
from qualcode.errors import UsageError
from qualcode.exchange.deposit import deposit

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
    assert "- codings of documents that do not go: 7" in readme


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
