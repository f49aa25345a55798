"""A coding kept without its text, and put onto the study that a reader made."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualcode.errors import SourceError, UsageError
from qualcode.exchange.published.blocks import read_quotations
from qualcode.exchange.published.codings import attach, find_published, publish
from qualcode.exchange.published.quotations import import_quotations, spans
from qualcode.exchange.published.wordless import EXCERPT_KEYS, read_published
from qualcode.plaintext.anchor import Anchor, text_hash
from qualcode.study.coderfile import CoderFile, Excerpt, Reading, read_coder_file
from qualcode.study.document import Document, read_document
from qualcode.study.opening import open_study

REPOSITORY = Path(__file__).parents[1]
PUBLISHED = REPOSITORY / "coding" / "published" / "lambert-2018"
REAL = REPOSITORY.parent / "shared" / "seeds" / "thesis-lambert-2018.md"
here_only = pytest.mark.skipif(not REAL.is_file(), reason="the thesis is not beside the project")

TEXT = """\
We light the oven at four, and nobody complains about the smoke.

*Baker, personal communication, 3 March 2019*

The council wrote twice. I kept both letters.

*Ibid., 3 March 2019*

Smoke is for the whole street, and so is the wood.

*Neighbour, personal communication, 4 March 2019*
"""
TITLES = "printed,line,case,kind\nBaker,,baker,\nNeighbour,,neighbour,\n"
CODEBOOK = """\
title: Ovens
stances: {for: 1, against: -1}
families:
  oven: {label: Oven, role: theme}
codes:
  oven/smoke: {label: Smoke, definition: What comes out at the top., stance: Everyone has to bear it.}
  oven/letters: {label: Letters, definition: What the council sends.}
"""
CASES = "case,label,kind\nbaker,Baker,person\nneighbour,Neighbour,person\ncouncil,Council,organisation\n"
MADE = "2019-04-01T10:00:00Z"


def lay_down(root: Path, text: str = TEXT) -> Path:
    (root / "ovens.md").write_text(text, encoding="utf-8")
    (root / "titles.csv").write_text(TITLES, encoding="utf-8")
    assert import_quotations(root / "ovens.md", root / "study", root / "titles.csv").problems == ()
    return root / "study"


def documents(study: Path) -> dict[str, Document]:
    found = [read_document(p, f"documents/{p.name}", "document")[0] for p in sorted((study / "documents").glob("*.md"))]
    return {d.id: d for d in found if d}


def write(study: Path, file: CoderFile) -> Path:
    path = study / "coding" / "coders" / file.coder / f"{file.document}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(file.to_text(), encoding="utf-8")
    return path


def excerpt(document: Document, quote: str, number: int = 1, **about: object) -> Excerpt:
    codes = about.pop("codes", {"oven/smoke": 1.0})
    return Excerpt(f"e{number:010x}", Anchor.of(document.text, quote), document.hash, codes, MADE, **about)  # type: ignore[arg-type]


def coded(root: Path) -> Path:
    """Make a study with two excerpts by coder ``first``, one of them a reported view with a memo."""
    study = lay_down(root)
    baker = documents(study)["2019-03-03-baker"]
    smoke = excerpt(baker, "nobody complains about the smoke")
    letters = excerpt(
        baker, "The council wrote twice.", 2, codes={"oven/letters": None}, holder="council", memo="Whose?"
    )
    whole = Reading(0, len(baker.text), baker.hash, MADE)
    write(study, CoderFile("first", baker.id, "", (smoke, letters), (whole,)))
    (study / "coding" / "codebook.yaml").write_text(CODEBOOK, encoding="utf-8")
    (study / "coding" / "cases.csv").write_text(CASES, encoding="utf-8")
    return study


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """Make the published folder of a coded study, with the codebook and cases beside."""
    (tmp_path / "ours").mkdir()
    study, folder = coded(tmp_path / "ours"), tmp_path / "published" / "ovens"
    folder.mkdir(parents=True)
    (folder / "codebook.yaml").write_text(CODEBOOK, encoding="utf-8")
    (folder / "cases.csv").write_text(CASES, encoding="utf-8")
    assert publish(study, folder, "first").problems == ()
    return folder


@pytest.fixture
def reader(tmp_path: Path) -> Callable[..., Path]:
    """Lay down a reader's own study, from the same text or another."""

    def make(text: str = TEXT) -> Path:
        (tmp_path / "reader").mkdir(exist_ok=True)
        return lay_down(tmp_path / "reader", text)

    return make


def test_a_published_coding_has_no_words(published: Path):
    """A line says where and what, in numbers; there is one hash, of the whole source, and none of few words."""
    text = (published / "codings.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    quotation = {"line": 1, "nth": 1, "length": 64}

    assert lines[0] == {"published": 2, "coder": "first", "source": sha256(TEXT.encode()).hexdigest()}
    assert lines[1] == {
        "excerpt": "e0000000001",
        **quotation,
        "start": 31,
        "end": 63,
        "case": None,
        "holder": None,
        "codes": {"oven/smoke": 1},
        "memo": None,
        "made": MADE,
        "origin": {"how": "hand"},
    }
    assert lines[2] == {"read": [0, 64], **quotation, "made": MADE}
    assert "oven at four" not in text


def test_attaching_gives_the_reader_the_same_coding(published: Path, reader: Callable[..., Path], tmp_path: Path):
    study = reader()
    report = attach(study, published)
    name = "coding/coders/first/2019-03-03-baker.jsonl"

    assert report.problems == ()
    assert (report.coder, report.documents) == ("first", {"2019-03-03-baker": 2})
    assert report.files == ("coding/cases.csv", "coding/codebook.yaml", name)
    assert (study / name).read_text(encoding="utf-8") == (tmp_path / "ours/study" / name).read_text(encoding="utf-8")
    assert open_study(study).problems == ()


def test_attaching_twice_writes_nothing(published: Path, reader: Callable[..., Path]):
    study = reader()
    attach(study, published)

    assert attach(study, published).files == ()
    assert "all of it was there already" in str(attach(study, published))


def test_another_source_is_refused_with_the_reason(published: Path, reader: Callable[..., Path]):
    """One letter elsewhere in the source, and every quotation as it was: still another text."""
    study = reader(TEXT + "\nA last word of the author.\n")
    report = attach(study, published)

    assert [re.sub(r"[0-9a-f]{12}", "#", p.message) for p in report.problems] == [
        "made from another text (SHA-256 #...) than the coding (#...); import the text that was coded"
    ] * 2
    assert not (study / "coding" / "coders").exists()


def of_form_1(published: Path) -> None:
    """Write codings.jsonl as it was until form 2: with a hash of each quotation and of each excerpt's words."""
    path = published / "codings.jsonl"
    head, *lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    words = {1: TEXT[:64], 5: "The council wrote twice. I kept both letters."}
    for entry in lines:
        quotation = words[entry["line"]]
        entry["hash"] = text_hash(quotation)
        if "excerpt" in entry:
            entry["words"] = text_hash(quotation[entry["start"] : entry["end"]])
    old = ("excerpt", "read", "line", "nth", "length", "hash", "start", "end", "words", "case", "holder", "codes")
    old += ("memo", "made", "origin")
    told = [head | {"published": 1}, *({k: e[k] for k in old if k in e} for e in lines)]
    path.write_text("".join(json.dumps(e, ensure_ascii=False) + "\n" for e in told), encoding="utf-8")


def without_imported(study: Path) -> None:
    """Leave the documents as an early import laid them down, without the hash of their words."""
    for path in (study / "documents").glob("*.md"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"^imported: .*\n", "", text, flags=re.MULTILINE), encoding="utf-8")


@pytest.mark.parametrize("early", [False, True])
def test_a_file_of_form_1_and_a_study_of_an_early_import_are_attached_as_ever(
    published: Path, reader: Callable[..., Path], tmp_path: Path, early: bool
):
    of_form_1(published)
    study = reader()
    if early:
        without_imported(study)
    name = "coding/coders/first/2019-03-03-baker.jsonl"

    assert attach(study, published).problems == ()
    assert (study / name).read_text(encoding="utf-8") == (tmp_path / "ours/study" / name).read_text(encoding="utf-8")


def test_importing_again_over_an_early_import_is_no_difference(reader: Callable[..., Path], tmp_path: Path):
    study = reader()
    without_imported(study)

    assert lay_down(tmp_path / "reader") == study


def mended(study: Path) -> Path:
    """Change words of a study after the import, one of them for another as long."""
    path = study / "documents" / "2019-03-03-baker.md"
    text = path.read_text(encoding="utf-8").replace("at four", "at five").replace("both letters", "all the letters")
    path.write_text(text, encoding="utf-8")
    return study


def test_words_that_somebody_mended_after_the_import_are_refused_and_every_reason_is_listed(
    published: Path, reader: Callable[..., Path]
):
    study = mended(reader())
    report = attach(study, published)

    assert sorted(p.message for p in report.problems) == [
        "its words are not those that were imported; restore them, or import it again",
    ]
    assert not (study / "coding" / "coders").exists()


def test_of_an_early_import_form_1_tells_every_quotation_that_differs(published: Path, reader: Callable[..., Path]):
    of_form_1(published)
    study = mended(reader())
    without_imported(study)

    assert [str(p) for p in attach(study, published).problems] == [
        "codings.jsonl:2: the quotation of line 1 is another: its 64 code points have another hash",
        "codings.jsonl:3: the quotation of line 1 is another: its 64 code points have another hash",
        "codings.jsonl:4: the quotation of line 5 is another: 48 code points where the coding has 45",
        "codings.jsonl:5: the quotation of line 5 is another: 48 code points where the coding has 45",
    ]


def test_codings_of_mended_words_are_not_published(tmp_path: Path):
    report = publish(mended(coded(tmp_path)), tmp_path / "published", "first")

    assert "its words are not those that were imported; restore them, or import it again" in {
        p.message for p in report.problems
    }
    assert not (tmp_path / "published" / "codings.jsonl").exists()


def test_a_quotation_that_is_not_there_is_named(published: Path, reader: Callable[..., Path]):
    study = reader()
    (study / "documents" / "2019-03-03-baker.md").unlink()

    assert {p.message for p in attach(study, published).problems} == {
        "the study has no quotation 1 that starts on line 1 of the source",
        "the study has no quotation 1 that starts on line 5 of the source",
    }


@pytest.mark.parametrize(
    "name", ["coding/coders/first/2019-03-03-baker.jsonl", "coding/codebook.yaml", "coding/cases.csv"]
)
def test_nothing_that_is_there_is_overwritten(published: Path, reader: Callable[..., Path], name: str):
    study = reader()
    (study / name).parent.mkdir(parents=True, exist_ok=True)
    (study / name).write_text("mine\n", encoding="utf-8")
    report = attach(study, published)

    assert [p.message for p in report.problems] == [
        "is there and differs; nothing is overwritten, move it away or attach to a fresh import"
    ]
    assert (study / name).read_text(encoding="utf-8") == "mine\n"


def test_a_study_without_quotations_is_told_what_to_do(published: Path, tmp_path: Path):
    with pytest.raises(UsageError, match="run `qualcode import --quotations` first"):
        attach(tmp_path, published)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"start": 31', '"start": 30', "the words at 30-63 of the quotation of line 1 are others; the file is damaged"),
        ('"end": 63', '"end": 99', "place 31-99 is no stretch of the quotation of line 1; the file is damaged"),
    ],
)
def test_a_damaged_place_is_refused(published: Path, reader: Callable[..., Path], old: str, new: str, said: str):
    """In form 1 also a place inside the quotation, by the hash of its words."""
    of_form_1(published)
    path = published / "codings.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    assert [str(p) for p in attach(reader(), published).problems] == [f"codings.jsonl:2: {said}"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not one JSON object; restore the line from the file's history"),
        (
            '{"excerpt": "e0"}',
            f"its keys are not {', '.join(EXCERPT_KEYS)}",
        ),
        ('{"read": "all", "line": 1, "nth": 1, "length": 1, "made": ""}', "'read' takes [start, end]"),
        (
            '{"read": [0, 1.5], "line": 1, "nth": 1, "length": 1, "made": ""}',
            "a place, line or length is no number",
        ),
    ],
)
def test_a_damaged_line_is_named(published: Path, line: str, said: str):
    path = published / "codings.jsonl"
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(SourceError) as raised:
        read_published(path)

    assert [str(p) for p in raised.value.problems] == [f"codings.jsonl:6: {said}"]


def test_an_excerpt_over_two_quotations_is_not_published(tmp_path: Path):
    study = coded(tmp_path)
    baker = documents(study)["2019-03-03-baker"]
    write(study, CoderFile("first", baker.id, "", (excerpt(baker, "the smoke.\n\nBAKER: The council"),)))
    report = publish(study, tmp_path / "published", "first")

    assert [str(p) for p in report.problems] == [
        "coding/coders/first/2019-03-03-baker.jsonl:1: does not lie within one quotation; split it"
    ]
    assert not (tmp_path / "published" / "codings.jsonl").exists()


def test_a_reading_of_another_text_is_not_published(tmp_path: Path):
    study = coded(tmp_path)
    baker = documents(study)["2019-03-03-baker"]
    stale = Reading(0, len(baker.text), "0" * 12, MADE)
    write(study, CoderFile("first", baker.id, "", (), (stale,)))

    assert [str(p) for p in publish(study, tmp_path / "published", "first").problems] == [
        "coding/coders/first/2019-03-03-baker.jsonl:1: another text was read; read it again"
    ]


def test_a_memo_or_a_file_that_repeats_the_words_is_not_published(tmp_path: Path):
    study = coded(tmp_path)
    baker = documents(study)["2019-03-03-baker"]
    write(
        study,
        CoderFile("first", baker.id, "", (excerpt(baker, "smoke", memo="He says NOBODY complains, about the smoke"),)),
    )
    folder = tmp_path / "published"
    folder.mkdir()
    (folder / "README.md").write_text("Ovens.\n\nAnd so is\nthe wood, he says.\n", encoding="utf-8")
    report = publish(study, folder, "first")

    assert sorted((p.path.split("/")[-1], p.line, p.message) for p in report.problems) == [
        ("2019-03-03-baker.jsonl", 1, "its memo repeats 4 running words of a quotation; say it in your own"),
        ("README.md", 3, "repeats 4 running words of a quotation; say it in your own"),
    ]


def test_a_coder_who_coded_nothing_is_said(tmp_path: Path):
    with pytest.raises(UsageError, match="coder 'nobody' has coded nothing here"):
        publish(coded(tmp_path), tmp_path / "published", "nobody")


def test_the_coding_of_a_text_is_found_by_the_text(published: Path, reader: Callable[..., Path], tmp_path: Path):
    study = reader()

    assert find_published(study, published.parent) == published
    assert find_published(tmp_path / "reader" / "ovens.md", published.parent) == published
    (tmp_path / "other.md").write_text(TEXT + "\nMore.\n", encoding="utf-8")
    with pytest.raises(UsageError, match="no published coding is of this text"):
        find_published(tmp_path / "other.md", published.parent)


@st.composite
def codings(draw: st.DrawFn) -> list[tuple[int, int, int, dict[str, float | None], str | None, str | None, bool]]:
    """Draw some stretches: which quotation, start, length, codes, holder, memo; and whether all of it was read."""
    stances = st.none() | st.sampled_from([-1.0, -0.5, 0.0, 1.0])
    codes = st.dictionaries(st.sampled_from(["oven/smoke", "oven/letters", "figure/baker"]), stances, min_size=1)
    memo = st.none() | st.text(alphabet="xyz é\u2028\n\"'", max_size=20)
    one = st.tuples(
        st.integers(0, 2),
        st.integers(0, 40),
        st.integers(1, 60),
        codes,
        st.none() | st.just("council"),
        memo,
        st.booleans(),
    )
    return draw(st.lists(one, max_size=6))


@pytest.mark.long
@settings(deadline=None, max_examples=60)
@given(codings())
def test_what_is_published_and_attached_is_the_same_coding(stretches):
    """Places, codes, stances, holders, memos, ids, times and readings all come back."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "ours").mkdir()
        (root / "theirs").mkdir()
        study = lay_down(root / "ours")
        places = [(d, s) for d in documents(study).values() for s in spans(d)]
        files = {d.id: CoderFile("first", d.id, "") for d, _ in places}
        for number, (which, start, length, codes, holder, memo, read) in enumerate(stretches):
            document, span = places[which]
            first = span.start + min(start, span.end - span.start - 1)
            anchor = Anchor.take(document.text, first, min(first + length, span.end))
            made = Excerpt(f"e{number:010x}", anchor, document.hash, codes, MADE, holder=holder, memo=memo)
            files[document.id] = files[document.id].with_excerpt(made)
            if read:
                whole = Reading(0, len(document.text), document.hash, MADE)
                files[document.id] = files[document.id].with_reading(whole)
        if not any(f.excerpts for f in files.values()):
            return
        written = {f.document: write(study, f).read_text(encoding="utf-8") for f in files.values() if f.excerpts}
        assert publish(study, root / "published", "first").problems == ()
        theirs = lay_down(root / "theirs")
        assert attach(theirs, root / "published").problems == ()
        coder = theirs / "coding" / "coders" / "first"

        assert {p.stem: p.read_text(encoding="utf-8") for p in coder.glob("*.jsonl")} == written


def test_our_published_codings_are_of_the_hand_and_use_the_codebook(tmp_path: Path):
    """Without the text: keys, codes and holders are those of the files beside."""
    from qualcode.study.case import read_cases
    from qualcode.study.codebook import read_codebook

    _, lines = read_published(PUBLISHED / "codings.jsonl")
    codebook, wrong = read_codebook(PUBLISHED / "codebook.yaml", "codebook.yaml")
    cases, more = read_cases(PUBLISHED / "cases.csv", "cases.csv")
    excerpts = [e for _, e in lines if "excerpt" in e]
    assert codebook is not None

    assert wrong + more == []
    assert {c for e in excerpts for c in e["codes"]} - set(codebook.codes) == set()
    assert {e["holder"] for e in excerpts} - {None} - set(cases) == set()
    assert {e["origin"]["how"] for e in excerpts} == {"hand"}
    assert len({e["line"] for e in excerpts}) == 35


@here_only
def test_our_published_codings_fit_the_thesis(tmp_path: Path):
    import_quotations(REAL, tmp_path / "study", PUBLISHED / "titles.csv")
    report = attach(tmp_path / "study", find_published(tmp_path / "study", PUBLISHED.parent))
    study = open_study(tmp_path / "study")

    assert report.problems == ()
    assert study.problems == ()
    assert sum(len(t.turns) for t in study.documents.values()) == 35
    assert sum(1 for _ in study.excerpts()) == sum(report.documents.values())


@here_only
def test_no_four_running_words_of_a_quotation_are_published():
    """Whoever edits the published folder by hand is stopped here."""

    def runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.casefold())
        return {tuple(words[n : n + 4]) for n in range(len(words) - 3)}

    quoted = {r for q in read_quotations(REAL.read_text(encoding="utf-8")).quotations for r in runs(q.text)}
    files = [p for p in sorted(PUBLISHED.parent.rglob("*")) if p.is_file()]

    assert {p.name: sorted(runs(p.read_text(encoding="utf-8")) & quoted) for p in files} == {p.name: [] for p in files}


def test_readings_of_a_part_come_back_as_a_part(tmp_path: Path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "ours").mkdir()
    study = coded(tmp_path / "ours")
    baker = documents(study)["2019-03-03-baker"]
    first = spans(baker)[0]
    read = Reading(first.start, first.end, baker.hash, MADE)
    write(study, CoderFile("first", baker.id, "", (excerpt(baker, "nobody complains"),), (read,)))
    publish(study, tmp_path / "published", "first")
    theirs = lay_down(tmp_path / "theirs")
    attach(theirs, tmp_path / "published")
    file, _ = read_coder_file(theirs / "coding" / "coders" / "first" / f"{baker.id}.jsonl", "x", "first")

    assert file.readings == (read,)
