"""What `qualcode check` says of studies with one defect each."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualcode
from conftest import CITIZEN_CARD, HERE, PROJECT
from qualcode.errors import StudyError
from qualcode.tables import TABLES

DEFECTS = sorted(p.name for p in (HERE / "defects").iterdir())


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_gives_exactly_its_message(defect: str, card: Path):
    """Each folder of tests/defects lies over the sound study; expected.txt was written by hand."""
    shutil.copytree(HERE / "defects" / defect, card, dirs_exist_ok=True)
    expected = (card / "expected.txt").read_text("utf-8").splitlines()

    assert expected == [str(p) for p in qualcode.open_study(card).problems]


@pytest.mark.parametrize("study", [CITIZEN_CARD, PROJECT], ids=["citizen-card", "exemplar"])
def test_the_studies_that_ship_are_sound(study: Path):
    assert [] == [str(p) for p in qualcode.open_study(study).problems]


def test_several_defects_are_listed_at_once_by_path_and_line(card: Path):
    for defect in ("act-twice", "memo-about-nothing", "date-in-words"):
        shutil.copytree(HERE / "defects" / defect, card, dirs_exist_ok=True)

    assert [
        "coding/acts.csv:3",
        "coding/memos/2024-03-21-a-label.md:5",
        "fieldnotes/2024-03-14-library-desk.md:3",
    ] == [f"{p.path}:{p.line}" for p in qualcode.open_study(card).problems]


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_study_with_problems_opens_and_gives_no_table(name: str, card: Path):
    shutil.copytree(HERE / "defects" / "act-twice", card, dirs_exist_ok=True)
    study = qualcode.open_study(card)

    with pytest.raises(StudyError, match=r"coding/acts.csv:3: act 'a01' stands here twice"):
        TABLES[name](study)


def test_a_message_never_repeats_a_documents_words(card: Path):
    """Logs travel further than consent does."""
    words = {w for p in card.glob("*/*.md") for w in p.read_text("utf-8").split("---\n", 2)[2].split() if len(w) > 9}
    said = ""
    for defect in DEFECTS:
        folder = card.parent / defect
        shutil.copytree(CITIZEN_CARD, folder)
        shutil.copytree(HERE / "defects" / defect, folder, dirs_exist_ok=True)
        said += "\n".join(p.message for p in qualcode.open_study(folder).problems)

    assert set() == {w for w in words if w in said and not w.startswith("20")}


def test_provisional_codes_and_unfinished_coding_are_no_problems(card: Path):
    """The codebook's ministry is provisional, and nobody has coded this note yet."""
    note = (card / "fieldnotes/2024-03-14-library-desk.md").read_text("utf-8")
    (card / "fieldnotes/2024-05-01-another-afternoon.md").write_text(note, "utf-8")

    assert () == qualcode.open_study(card).problems


FILES = sorted(p.relative_to(CITIZEN_CARD).as_posix() for p in CITIZEN_CARD.rglob("*") if p.is_file())
DAMAGE = st.tuples(
    st.sampled_from(FILES),
    st.integers(0, 3000),
    st.integers(0, 60),
    st.one_of(
        st.binary(max_size=12), st.sampled_from([b"\n", b"{", b"}", b"]", b": ", b"- ", b'"', b",", b"\x00", b"&a *a"])
    ),
)


@pytest.mark.long
@given(st.lists(DAMAGE, min_size=1, max_size=3))
def test_whatever_is_damaged_the_study_opens_and_says_so_in_lines(
    tmp_path_factory: pytest.TempPathFactory, damages: list[tuple[str, int, int, bytes]]
):
    """Bytes cut out and put in anywhere: never a traceback; every problem has a path inside the study."""
    folder = tmp_path_factory.getbasetemp() / "damaged"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(CITIZEN_CARD, folder)
    for name, at, cut, new in damages:
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[:at] + new + data[at + cut :])
    study = qualcode.open_study(folder)

    assert [p for p in study.problems if not (folder / p.path).exists() or p.line < 0 or "\n" in str(p)] == []
