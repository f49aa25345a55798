"""A study as a REFI-QDA project: valid by the schema, the same bytes twice, the same study when it comes in again."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from conftest import fewer
from qualcode import open_study
from qualcode.cli import main
from qualcode.coding.hand import Tag, code_places, mark_read
from qualcode.errors import UsageError
from qualcode.exchange.out import For, export_study
from qualcode.exchange.projects import import_project
from qualcode.study import Study
from refimade import simple
from test_refi import ORACLES, SYNTHETIC, oracle, rich

RECEIVERS = ("", "nvivo", "maxqda", "atlas.ti", "qualcoder")
CARD = Path(__file__).parent / "citizen-card"


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    if not (ORACLES / "refi.xsd").is_file():
        pytest.skip("the schema is not here")
    return etree.XMLSchema(etree.parse(ORACLES / "refi.xsd"))


def markup(path: Path) -> etree._Element:
    with zipfile.ZipFile(path) as archive:
        return etree.fromstring(archive.read("project.qde"))


def files(study: Path) -> dict[str, bytes]:
    """Return what a study says: all but what an import lays beside."""
    beside = ("README.md", ".gitignore", "notebooks", "build", "coding/imported")
    found = {p.relative_to(study).as_posix(): p.read_bytes() for p in sorted(study.rglob("*")) if p.is_file()}
    return {name: data for name, data in found.items() if not name.startswith(beside)}


def released(root: Path) -> Path:
    """Let everything of a study go out."""
    for path in root.glob("*/*.md"):
        text = path.read_text("utf-8")
        path.write_text(
            text.replace("consent: paraphrase", "consent: quote").replace("release: pending", "release: open")
        )
    return root


@pytest.mark.parametrize("receiver", RECEIVERS)
def test_what_goes_out_is_valid_whoever_it_is_for(receiver: str, tmp_path: Path, schema: etree.XMLSchema) -> None:
    for name, study in (("card", CARD), ("rich", tmp_path / "rich")):
        if name == "rich":
            import_project(rich(tmp_path / "rich.qdpx"), study)
        export_study(open_study(study), tmp_path / f"{name}.qdpx", For(receiver))
        schema.assertValid(markup(tmp_path / f"{name}.qdpx"))


def test_an_empty_study_is_valid_too(tmp_path: Path, schema: etree.XMLSchema) -> None:
    assert main(["new", "study", str(tmp_path / "empty")]) == 0
    export_study(open_study(tmp_path / "empty"), tmp_path / "empty.qdpx")
    schema.assertValid(markup(tmp_path / "empty.qdpx"))


def test_out_and_in_again_is_the_same_study_and_out_again_the_same_bytes(tmp_path: Path) -> None:
    study = released(shutil.copytree(CARD, tmp_path / "card"))
    assert main(["export", str(tmp_path / "one.qdpx"), "--study", str(study)]) == 0
    import_project(tmp_path / "one.qdpx", tmp_path / "again")
    assert files(tmp_path / "again") == files(study)
    export_study(open_study(tmp_path / "again"), tmp_path / "two.qdpx")
    assert (tmp_path / "two.qdpx").read_bytes() == (tmp_path / "one.qdpx").read_bytes()


WORDS = st.text(st.sampled_from("ab é\u0301\u202f\U0001f600\n-<&\"'"), max_size=60)


@given(data=st.data())
@fewer(4)
def test_whatever_is_coded_comes_back_as_it_was(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("again")
    study = shutil.copytree(CARD, folder / "card")
    for path in study.rglob("coding/*/*/*.jsonl"):
        path.unlink()
    shutil.rmtree(study / "coding/agreed", ignore_errors=True)
    shutil.rmtree(study / "coding/memos", ignore_errors=True)
    released(study)
    leaflet = study / "documents/2024-01-30-leaflet.md"
    head = leaflet.read_text("utf-8").split("\n---\n")[0]
    text = "One city, one card. " + data.draw(WORDS) + " end"
    leaflet.write_text(f"{head}\n---\n{text}", encoding="utf-8")
    opened = open_study(study)
    assert opened.problems == ()
    codes = st.dictionaries(
        st.sampled_from(["universality/stigma", "governance/ministry"]), st.sampled_from([0.5, -1.0, None]), min_size=1
    )
    marks = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)), codes, st.none() | WORDS)
    for coder in ("one", "two"):
        for start, end, chosen, memo in data.draw(st.lists(marks, max_size=4)):
            _tag(opened, coder, start, end, chosen, memo)
        opened = open_study(study)
        if data.draw(st.booleans()):
            mark_read(opened, "2024-01-30-leaflet", coder=coder)
    opened = open_study(study)
    assert opened.problems == ()
    export_study(opened, folder / "out.qdpx")
    import_project(folder / "out.qdpx", folder / "back")
    assert files(folder / "back") == files(study)


def _tag(study: Study, coder: str, start: int, end: int, codes: dict[str, float | None], memo: str | None) -> None:
    takes = {c for c in codes if study.codebook.codes[c].proposition}
    chosen = {c: s if c in takes else None for c, s in codes.items()}
    if start < end:
        try:
            code_places(study, [Tag("2024-01-30-leaflet", start, end, chosen, memo=memo)], coder=coder)
        except UsageError:
            return  # one of the codes stands on some of the words already


@pytest.mark.parametrize("receiver", RECEIVERS)
@pytest.mark.parametrize("name", SYNTHETIC)
def test_a_foreign_project_goes_to_every_program_with_its_quotations(name: str, receiver: str, tmp_path: Path) -> None:
    import_project(oracle(f"{name}.qdpx"), tmp_path / "study")
    export_study(open_study(tmp_path / "study"), tmp_path / "out.qdpx", For(receiver))
    done = import_project(tmp_path / "out.qdpx", tmp_path / "again")
    assert done.project.reading["proven"] == "yes"
    one, two = (
        sorted(
            (f.coder, e.anchor.start, e.anchor.quote, e.memo, sorted(e.codes), e.made)
            for f in open_study(tmp_path / study).coded.values()
            for e in f.excerpts
        )
        for study in ("study", "again")
    )
    assert one == two
    root = markup(tmp_path / "out.qdpx")
    colours = {c.get("name"): c.get("color") for c in root.iter("{*}Code")}
    assert colours["strong tie"] == (None if name == "atlas_ti" else "#56B4E9")


def test_what_a_study_could_not_hold_is_written_back(tmp_path: Path) -> None:
    import_project(rich(tmp_path / "rich.qdpx"), tmp_path / "study")
    export_study(open_study(tmp_path / "study"), tmp_path / "out.qdpx", For("maxqda"))
    before, after = markup(tmp_path / "rich.qdpx"), markup(tmp_path / "out.qdpx")
    for name in ("Set", "User"):
        one, two = (sorted(e.get("guid") for e in root.iter(f"{{*}}{name}")) for root in (before, after))
        assert one == two
    codes = [
        sorted((c.get("guid"), c.get("name"), c.get("color"), c.get("isCodable")) for c in root.iter("{*}Code"))
        for root in (before, after)
    ]
    assert codes[0] == codes[1]


def test_nvivo_gets_units_line_ends_and_a_mark_as_it_counts(tmp_path: Path) -> None:
    text = "One \U0001f600 loaf\nat four"
    import_project(simple(tmp_path / "p.qdpx", text, [(4, 10), (11, 18)], origin="QualCoder"), tmp_path / "study")
    export_study(open_study(tmp_path / "study"), tmp_path / "out.qdpx", For("nvivo"))
    with zipfile.ZipFile(tmp_path / "out.qdpx") as archive:
        (name,) = (n for n in archive.namelist() if n.startswith("Sources/"))
        assert archive.read(name).decode() == "\ufeffOne \U0001f600 loaf\r\nat four"
    places = [
        (s.get("startPosition"), s.get("endPosition"))
        for s in markup(tmp_path / "out.qdpx").iter("{*}PlainTextSelection")
    ]
    assert places == [("4", "11"), ("13", "20")]


def test_what_may_not_be_quoted_stays_and_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(tmp_path / "out.qdpx"), "--study", str(CARD)]) == 0
    told = capsys.readouterr().out
    assert "withheld: 2024-03-05-card-holder: consent allows paraphrase only" in told
    assert "codings of withheld documents (7)" in told
    withheld = open_study(CARD).documents["2024-03-05-card-holder"]
    with zipfile.ZipFile(tmp_path / "out.qdpx") as archive:
        everything = " ".join(archive.read(n).decode() for n in archive.namelist())
    words = withheld.text.split()
    assert not [run for n in range(len(words) - 5) if (run := " ".join(words[n : n + 6])) in everything]
    assert "2024-03-05-card-holder" not in everything


def test_a_passage_that_is_closed_is_blank_in_the_file_and_its_coding_is_left_out(tmp_path: Path) -> None:
    study = released(shutil.copytree(CARD, tmp_path / "card"))
    path = study / "coding/coders/second/2024-02-12-desk-officer.jsonl"
    first, *rest = path.read_text("utf-8").splitlines()
    about = json.loads(first)
    about["release"] = {"state": "closed", "by": "second", "on": "2024-05-01", "why": "asked", "words": ""}
    path.write_text("\n".join([json.dumps(about, ensure_ascii=False), *rest]) + "\n", encoding="utf-8")
    book = study / "coding/codebook.yaml"
    kept = [line for line in book.read_text("utf-8").splitlines() if "example:" not in line]
    book.write_text("\n".join(kept) + "\n", encoding="utf-8")
    opened = open_study(study)
    assert opened.problems == ()
    done = export_study(opened, tmp_path / "out.qdpx")
    assert "blanks stand there" in done.withheld["2024-02-12-desk-officer"]
    with zipfile.ZipFile(tmp_path / "out.qdpx") as archive:
        everything = " ".join(archive.read(n).decode() for n in archive.namelist())
    assert about["quote"] not in everything
    import_project(tmp_path / "out.qdpx", tmp_path / "again")
    again = open_study(tmp_path / "again")
    assert again.problems == ()
    length = len(opened.documents["2024-02-12-desk-officer"].text)
    assert length in {len(d.text) for d in again.documents.values()}


def test_a_codebook_alone_goes_out_and_in(tmp_path: Path) -> None:
    export_study(open_study(CARD), tmp_path / "book.qdc")
    import_project(tmp_path / "book.qdc", tmp_path / "study")
    labels = {c.label for c in open_study(tmp_path / "study").codebook.codes.values()}
    assert labels >= {c.label for c in open_study(CARD).codebook.codes.values()}


def test_whoever_asks_for_what_is_not_there_is_told_what_is(tmp_path: Path) -> None:
    study = open_study(CARD)
    for path, asked, told in (
        ("a.xyz", For(), r"it takes .*\.qdpx"),
        ("a.qdpx", For("nvvo"), "did you mean 'nvivo'"),
        ("a.qdpx", For(coder="nobody"), "unknown coder"),
    ):
        with pytest.raises(UsageError, match=told):
            export_study(study, tmp_path / path, asked)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "harm",
    [
        lambda note: note[:-10],
        lambda note: note.replace("coding/codebook.yaml", "../../evil.yaml"),
        lambda note: note.replace("documents/2024-01-30-leaflet.md", "/etc/evil.md"),
        lambda note: json.dumps(json.loads(note) | {"coders": {"x": "../x"}}),
        lambda note: json.dumps(json.loads(note) | {"readings": {"coding/coders/../../x/y.jsonl": []}}),
        lambda note: json.dumps(json.loads(note) | {"excerpts": {"e": 1}}),
        lambda note: "[]",
    ],
)
def test_a_note_of_our_own_that_was_tampered_with_writes_nothing(harm: object, tmp_path: Path) -> None:
    export_study(open_study(CARD), tmp_path / "out.qdpx")
    root = markup(tmp_path / "out.qdpx")
    for note in root.iter("{*}Note"):
        if (note.get("name") or "").startswith("qualcode:"):
            note[0].text = harm(note[0].text)  # type: ignore[operator]
    with zipfile.ZipFile(tmp_path / "out.qdpx") as archive:
        members = {n: archive.read(n) for n in archive.namelist()} | {"project.qde": etree.tostring(root)}
    with zipfile.ZipFile(tmp_path / "bad.qdpx", "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    assert main(["import", str(tmp_path / "bad.qdpx"), "--into", str(tmp_path / "study")]) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.qdpx", "out.qdpx"]
