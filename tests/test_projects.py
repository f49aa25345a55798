"""Another program's project becomes a study: whole or not at all, each excerpt at its words, all accounted for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualcode import open_study, tables
from qualcode.cli import main
from qualcode.errors import SourceError, UsageError
from qualcode.exchange.projects import formats
from qualcode.exchange.projects.around import Anchors
from qualcode.exchange.projects.intake import import_project
from qualcode.exchange.projects.laid import Choices, files_of, lay_down
from qualcode.exchange.projects.names import Ids, moment
from qualcode.exchange.projects.places import Dialect, Place, Text, found_once
from qualcode.exchange.projects.record import Case, Code, Coder, Coding, Group, Note, Project, Source
from qualcode.plaintext.anchor import Anchor

LETTERS = st.text(st.sampled_from("ab é\u0301\u202f\U0001f600\U00020bb7\r\n"), max_size=30)
DIALECTS = [Dialect(u, e, b) for u in ("codepoint", "utf16", "byte") for e in (1, 2) for b in (False, True)]


def written_place(raw: str, stored: int, dialect: Dialect) -> int:
    """Count, sign by sign, where a program that counts so has the stored text's place."""
    mark = raw.startswith("\ufeff")
    at = ({"codepoint": 1, "utf16": 1, "byte": 3}[dialect.unit] if dialect.bom else 0) if mark else 0
    signs = raw[1:] if mark else raw
    left = stored
    n = 0
    while left:
        if signs.startswith("\r\n", n):
            at += dialect.eol
            n += 2
        else:
            sign = signs[n]
            at += {"codepoint": 1, "utf16": len(sign.encode("utf-16-le")) // 2, "byte": len(sign.encode())}[
                dialect.unit
            ]
            n += 1
        left -= 1
    return at


@given(raw=LETTERS, marked=st.booleans(), dialect=st.sampled_from(DIALECTS))
def test_every_place_of_a_program_is_the_same_place_in_the_stored_text(
    raw: str, marked: bool, dialect: Dialect
) -> None:
    text = Text(("\ufeff" if marked else "") + raw)
    assert text.stored == raw.replace("\r\n", "\n").replace("\r", "\n")
    for place in range(len(text.stored) + 1):
        assert text.place(written_place(text.raw, place, dialect), dialect) == Place(place)
    end = written_place(text.raw, len(text.stored), dialect)
    assert text.place(end + 1, dialect) is None
    assert text.place(-1, dialect) is None


def test_a_place_inside_a_sign_or_between_cr_and_lf_is_told() -> None:
    text = Text("a\U0001f600b\r\nc")
    assert text.place(2, Dialect("utf16", 2)) == Place(2, inside=True)
    assert text.place(5, Dialect("utf16", 2)) == Place(4, inside=True)
    assert text.place(6, Dialect("utf16", 2)) == Place(4)


def test_what_looks_like_an_unfinished_merge_gets_a_blank_and_its_places_follow() -> None:
    text = Text("one\n<<<<<<< two\nthree")
    assert text.stored == "one\n <<<<<<< two\nthree"
    places = [text.place(raw, Dialect()) for raw in (4, 16)]
    assert [text.stored[p.at : p.at + 5] for p in places if p] == ["<<<<<", "three"]


@pytest.mark.parametrize(
    ("quote", "found"),
    [("loaf of", (2, 9)), ("bread and", (10, 19)), ("a", 4), ("cake", 0), ("", 0), ("  ", 0), ("ofbread", (7, 15))],
)
def test_words_are_found_where_they_stand_once_whatever_the_blanks(quote: str, found: object) -> None:
    assert found_once("a loaf of\nbread and a", quote) == found or quote == "a"
    assert quote != "a" or found_once("a loaf of\nbread and a", quote) == 5


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("2019-03-04T12:00:00+02:00", "2019-03-04T10:00:00Z"),
        ("2019-03-04T12:00:00.1234567Z", "2019-03-04T12:00:00Z"),
        ("2019-03-04 12:00:00", "2019-03-04T12:00:00Z"),
        ("2019-03-04", "2019-03-04T00:00:00Z"),
        ("Sun Mar  4 12:00:00 2012", "2012-03-04T12:00:00Z"),
        ("2019-02-30T12:00:00Z", ""),
        ("2019-03-04T25:00:00Z", ""),
        ("0001-01-01T00:00:00+02:00", ""),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_moments_are_utc_or_none(told: str, read: str) -> None:
    assert moment(told) == read


@given(st.text("ab \U0001f600", max_size=120), st.integers(1, 4), st.integers(0, 500))
def test_many_stretches_are_kept_with_as_much_around_as_each_by_itself(piece: str, times: int, last: int) -> None:
    text = piece * times + "x"
    anchors = Anchors(text)
    for start in [*range(0, len(text), 1 + len(text) // 40), min(last, len(text) - 1)]:
        for size in (1, 3, 100):
            end = min(len(text), start + size)
            assert anchors.take(start, end) == Anchor.take(text, start, end)


@given(st.lists(st.text(max_size=8), max_size=20))
def test_names_become_ids_each_once_and_the_same_every_time(names: list[str]) -> None:
    one, two = Ids("code"), Ids("code")
    made = [one.of(n) for n in names]
    assert made == [two.of(n) for n in names]
    assert len(set(made)) == len(names)


def bakery() -> Project:
    """Make a project: two coders, a folder of codes, a case, a note, a set, and what cannot come in."""
    project = Project("Bakery", "TEST", "A program", "2019-05-01T08:00:00Z")
    project.coders = [Coder("u1", "Ann"), Coder("u2", "Ann"), Coder("u3", "Idle")]
    project.codes = [
        Code("c1", "Time", codable=False),
        Code("c2", "Early", "c1", "Before\n dawn", "#ff0000"),
        Code("c3", "早い", "c1"),
    ]
    text = Text("Bread at four.\r\nA loaf at five, \U0001f600 a loaf at six.\r\n")
    project.sources = [
        Source("s1", "2018-04-03 baker.docx", text),
        Source("s2", "a picture.jpg", Text(""), medium="picture"),
    ]
    project.codings = [
        Coding("k1", "s1", "c2", 0, 13, "u1", "2019-05-02T10:00:00+02:00"),
        Coding("k2", "s1", "c3", 0, 13, "u1", "2019-05-02T10:00:00+02:00"),
        Coding("k3", "s1", "c2", 9, 13, "u2", memo="four, she says"),
        Coding("k4", "s1", "c2", 0, 13, "u1"),
        Coding("k5", "s1", "c2", quote="loaf at six", coder="u1"),
        Coding("k6", "s1", "c2", quote="loaf at"),
        Coding("k7", "s1", "c9", 0, 4, "u1"),
        Coding("k8", "s1", "c2", 4, 4, "u1"),
        Coding("k9", "s1", "c2", 4, 400, "u1"),
        Coding("k10", "s9", "c2", 4, 8, "u1"),
        Coding("k11", "s2", "c2", 4, 8, "u1"),
        Coding("k12", "s1", "c2", 8, 4, "u1"),
    ]
    project.cases = [Case("p1", "Baker", variables={"label": "x", "oven": "wood"}, stretches=[("s1", None, None)])]
    project.notes = [Note("n1", "On time", "See [[code x]]", "2019-05-03", "u1", [("code", "c2"), ("coding", "k1")])]
    project.groups = [Group("g1", "All", members=[("source", "s1")])]
    project.losses.find("coding", 12)
    project.losses.find("source", 2)
    return project


def test_a_project_becomes_a_study_that_check_passes_with_every_excerpt_at_its_words(tmp_path: Path) -> None:
    lay_down(files_of(bakery(), "0" * 64, Choices(language="en")), tmp_path / "study")
    study = open_study(tmp_path / "study")
    assert study.problems == ()
    assert {k: [(e.anchor.quote, e.codes, e.made, e.memo) for e in f.excerpts] for k, f in study.coded.items()} == {
        ("ann", "2018-04-03-baker"): [
            ("Bread at four", {"code/early": None, "code/code": None}, "2019-05-02T08:00:00Z", None),
            ("loaf at six", {"code/early": None}, "2019-05-01T08:00:00Z", None),
        ],
        ("ann-2", "2018-04-03-baker"): [("four", {"code/early": None}, "2019-05-01T08:00:00Z", "four, she says")],
    }
    document = study.documents["2018-04-03-baker"]
    assert (str(document.date), document.author, document.consent) == ("2018-04-03", "baker", "quote")
    early = study.codebook.codes["code/early"]
    assert (early.definition, early.parent, early.status) == ("Before dawn", "code/time", "provisional")
    assert study.cases["baker"].attributes == {"label (variable)": "x", "oven": "wood"}
    memo = study.memos["2019-05-03-on-time"]
    assert next((a.kind, a.id) for a in memo.about) == ("code", "code/early")
    assert memo.text == "See [ [code x]]\n"


def test_each_thing_that_does_not_come_in_is_told_by_guid_and_reason(tmp_path: Path) -> None:
    laid = files_of(bakery(), "0" * 64, Choices())
    told = {r["reason"]: r["guids"] for r in laid.project.losses.reasons() if r["element"] == "coding"}
    assert told == {
        "the same passage, code and coder once more": ["k4"],
        "its words stand at 2 places of its source": ["k6"],
        "its code is not in the project": ["k7"],
        "its passage is empty": ["k8"],
        "its passage goes past the text": ["k9"],
        "its source is not in the project": ["k10"],
        "its source has no text here": ["k11"],
        "its passage ends before it begins": ["k12"],
    }
    rows = {r["element"]: r for r in laid.project.losses.rows()}
    assert rows["coding"] == {"element": "coding", "found": 12, "imported": 4, "changed": 0, "aside": 0, "dropped": 8}
    assert laid.passages.codings == 4
    assert "3 codes are provisional until defined; 2 have no definition" in laid.project.losses.remarks
    record = json.loads(laid.files["coding/imported/bakery.json"])
    assert record["codes"][1] == {
        "code": "code/early",
        "guid": "c2",
        "name": "Early",
        "description": "Before\n dawn",
        "colour": "#ff0000",
        "codable": True,
    }
    assert record["sets"][0]["members"] == [["source", "s1"]]


def test_an_empty_project_is_an_empty_study(tmp_path: Path) -> None:
    lay_down(files_of(Project("", "TEST"), "0" * 64, Choices()), tmp_path / "study")
    study = open_study(tmp_path / "study")
    assert (study.problems, list(study.documents), list(study.codebook.codes)) == ((), [], ["code/first"])
    assert len(tables.codings(study)) == 0


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return a file of a format whose reader gives the bakery."""
    made = type("reader", (), {"read": staticmethod(lambda path, asked: bakery())})
    monkeypatch.setattr(formats, "READERS", (formats.Format("Test", (".bakery",), "test"),))
    monkeypatch.setattr(formats, "import_module", lambda name: made)
    path = tmp_path / "project.bakery"
    path.write_bytes(b"bread")
    return path


def everything(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_second_import_of_the_same_file_changes_nothing(
    reader: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = tmp_path / "study"
    assert main(["import", str(reader), "--into", str(study)]) == 0
    before = everything(study)
    assert main(["import", str(reader), "--into", str(study)]) == 0
    assert everything(study) == before
    assert "nothing was changed" in capsys.readouterr().err
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("x", "utf-8")
    with pytest.raises(UsageError, match="there and not empty"):
        import_project(reader, tmp_path / "other")


def test_twice_in_gives_the_same_bytes_and_a_dry_run_none(reader: Path, tmp_path: Path) -> None:
    import_project(reader, tmp_path / "dry", dry_run=True)
    assert not (tmp_path / "dry").exists()
    for name in ("one", "two"):
        import_project(reader, tmp_path / name)
    assert everything(tmp_path / "one") == everything(tmp_path / "two")


def test_what_cannot_be_proved_leaves_nothing_behind(
    reader: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SourceError, match="language 'English' is not"):
        import_project(reader, tmp_path / "study", choices=Choices(language="English"))
    assert [p.name for p in tmp_path.iterdir()] == ["project.bakery"]


@pytest.mark.parametrize(
    ("name", "told"),
    [("a.nvpx", "NVivo's own format"), ("b.xyz", "no project that is read"), ("c.bakery", "there is no such file")],
)
def test_a_file_that_is_no_project_says_what_to_do(reader: Path, tmp_path: Path, name: str, told: str) -> None:
    if not name.startswith("c"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(SourceError, match=told):
        import_project(tmp_path / name, tmp_path / "study")
    assert not (tmp_path / "study").exists()


def test_check_tells_once_with_a_number_what_nobody_went_over_yet(tmp_path: Path) -> None:
    project = bakery()
    project.codings += [Coding(f"m{n}", "s1", "c2", n, n + 6, "u1") for n in range(15, 25)]
    lay_down(files_of(project, "0" * 64, Choices()), tmp_path / "study")
    study = open_study(tmp_path / "study")
    assert study.problems == ()
    twice = "imported codings give 1 statement more than once, with passages that overlap"
    assert [str(n) for n in study.notices] == [
        "coding/codebook.yaml: 1 code of imported codings has no definition (code/code); write what it means",
        f"coding/coders: {twice}: each is counted once; `qualcode tidy` unites them",
    ]
