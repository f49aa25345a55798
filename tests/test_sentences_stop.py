"""A row or a coding is changed so that a sentence of a chapter turns false: the chapter stops at that sentence."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import PROJECT
from qualcode.errors import ClaimError, UsageError
from qualcode.report import store_notebooks

pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")]
"""Long; and a chapter may import a module by its old path."""

PARTS = ("interviews", "fieldnotes", "documents", "coding", "data", "notebooks")
Change = Callable[[Path], None]


def row(file: str, key: str, name: str, **cells: str) -> Change:
    """Change cells of the rows of a table that have this name in the column *key*."""

    def change(study: Path) -> None:
        with (study / file).open(encoding="utf-8", newline="") as opened:
            rows = list(csv.DictReader(opened))
        found = [r for r in rows if r[key] == name]
        assert found
        for one in found[:1]:
            one.update(cells)
        with (study / file).open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    return change


def place(name: str, **cells: str) -> Change:
    """Change a municipality's row."""
    return row("data/municipalities.csv", "municipality", name, **cells)


def uncoded(file: str, code: str) -> Change:
    """Take a code off every excerpt of a coder's file; an excerpt that had no other goes."""

    def change(study: Path) -> None:
        lines = [json.loads(line) for line in (study / file).read_text("utf-8").splitlines()]
        assert any(code in line.get("codes", {}) for line in lines)
        kept = []
        for line in lines:
            if code in line.get("codes", {}):
                del line["codes"][code]
            if line.get("codes") or "excerpt" not in line:
                kept.append(json.dumps(line, ensure_ascii=False))
        (study / file).write_text("".join(f"{line}\n" for line in kept), "utf-8")

    return change


def heard_as(file: str, code: str, stance: int) -> Change:
    """Give a code one stance wherever a coder's file has it with one."""

    def change(study: Path) -> None:
        lines = [json.loads(line) for line in (study / file).read_text("utf-8").splitlines()]
        found = [line["codes"] for line in lines if line.get("codes", {}).get(code) is not None]
        assert found
        for codes in found:
            codes[code] = stance
        text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
        (study / file).write_text(text, "utf-8")

    return change


def words(file: str, old: str, new: str) -> Change:
    """Change words of a file."""

    def change(study: Path) -> None:
        text = (study / file).read_text("utf-8")
        assert old in text
        (study / file).write_text(text.replace(old, new, 1), "utf-8")

    return change


CASES, ACTS, CLAIMS = "coding/cases.csv", "coding/acts.csv", "data/claims.csv"
PSYCHOLOGIST = "coding/agreed/2018-07-02-psychologist.jsonl"
A = "coding/coders/coder-a"
CHANGES: list[tuple[str, Change, str]] = [
    ("municipalities", place("Ciney", active_group="no"), "Every rejected motion had a group"),
    ("municipalities", place("Villers-la-Ville", active_group="yes"), "Every rejected motion had a group"),
    ("municipalities", place("Wavre", active_group="no"), "So the 34 of 42 is true"),
    ("municipalities", place("Ciney", motion="what_next"), "Brussels is where motions hang"),
    ("municipalities", place("Anderlecht", citizen_appeal="in_progress"), "Those who ask *et"),
    ("municipalities", place("Charleroi", citizen_appeal="slash"), "What the stroke means"),
    (
        "municipalities",
        place("Les Bons Villers", non_civic_initiative="yes"),
        "Seven municipalities voted",
    ),
    ("municipalities", place("Rochefort", non_civic_initiative="no"), "A footnote calls Waremme the only place"),
    ("municipalities", place("Tintigny", citizen_appeal="none"), "Tintigny is given as the example"),
    (
        "municipalities",
        words("data/dates.csv", "votes,2017-11-27", "votes,2017-10-27"),
        "slips of a calendar",
    ),
    (
        "municipalities",
        words(CLAIMS, "voted,15,", "voted,17,"),
        "The four num",
    ),
    ("municipalities", place("Wavre", motion_rating="1"), "The counts of votes"),
    ("corpus", row(CASES, "case", "cultural-worker", figure="activist"), "Whether the motion is an end"),
    ("municipalities", words(CLAIMS, "'Vielsalm' in names", "'Virton' in names"), "A footnote names eight places"),
    ("municipalities", place("Hannut", non_civic_initiative="no"), "Seven municipalities voted"),
    ("corpus", uncoded(PSYCHOLOGIST, "motion/end-in-itself"), "Whether the motion is an end"),
    (
        "corpus",
        uncoded(f"{A}/2018-07-24-cultural-worker.jsonl", "motion/end-in-itself"),
        "Whether the motion is an end",
    ),
    ("corpus", uncoded(PSYCHOLOGIST, "authorities/follow-up-talks"), "Monitoring, partnership"),
    (
        "field",
        words("fieldnotes/2018-06-18-mobilisation-group.md", "involvement: complete", "involvement: moderate"),
        "Complete twice",
    ),
    (
        "field",
        words("fieldnotes/2018-06-07-city-meeting.md", "involvement: none", "involvement: moderate"),
        "Who was there",
    ),
    ("divergences", row(ACTS, "act", "a14", did="proposed"), "Word against deed"),
    ("divergences", row(ACTS, "act", "a32", stance="-1"), "Hers is a deed that belies a no"),
    ("divergences", uncoded(PSYCHOLOGIST, "authorities/pressure"), "Who does not fit"),
    ("coding", words("coding/codebook.yaml", "on: 2018-05-02", "on: 2018-06-02"), "Three versions, each with a reason"),
    ("actor-network", row(CASES, "case", "psychologist", figure="activist"), "At 0.2"),
    (
        "case-member",
        row(ACTS, "act", "a26", what="Read the letter at the gate"),
        "He is known to have spoken in public",
    ),
    ("case-psychologist", row(ACTS, "act", "a42", did="signed"), "She signed nothing"),
    ("case-psychologist", row(CASES, "case", "citizen", figure_weight="0.5"), "She is judged professional"),
    (
        "field",
        words("fieldnotes/2018-05-01-may-day.md", "involvement: moderate", "involvement: passive"),
        "There is hardly a line",
    ),
    ("field", row("coding/contacts.csv", "case", "anarchist", through="spokesperson"), "Another door would change it"),
    ("field", row("coding/contacts.csv", "case", "alderman", outcome="agreed"), "could say no, and did"),
    ("coding", row(CASES, "case", "spokesperson", figure_on="2018-09-28"), "Her figure was judged in July"),
    ("divergences", row(CASES, "case", "citizen", figure_weight="0.6"), "The psychologist is the standing exception"),
    ("divergences", row(ACTS, "act", "a44", did="joined"), "Word against deed: the date was kept"),
    (
        "divergences",
        heard_as("coding/agreed/2018-06-26-farleft-activist.jsonl", "motion/scope-universal", -1),
        "The stances on it look",
    ),
    ("actor-network", row(ACTS, "act", "a27", did="spoke"), "But it says with whom"),
    (
        "actor-network",
        words("coding/ties.csv", ";farleft-activist,undocumented-member,", ";farleft-activist,,"),
        "One sign in the drawing below is",
    ),
]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Copy the exemplar without what is made of it."""
    made = tmp_path / "study"
    for part in PARTS:
        shutil.copytree(PROJECT / part, made / part)
    return made


def read_aloud(study: Path, chapter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a chapter's cells in their order, without drawing what they draw last."""
    monkeypatch.chdir(study / "notebooks")
    known: dict[str, object] = {}
    for cell in json.loads((study / f"notebooks/{chapter}.ipynb").read_text("utf-8"))["cells"]:
        text = "\n".join(["", "".join(cell["source"])]).partition("\nplots.")[0]
        if cell["cell_type"] == "code":
            exec(compile(text, cell["id"], "exec"), known)


@pytest.mark.parametrize("chapter", sorted({chapter for chapter, _, _ in CHANGES}))
def test_as_it_is_every_sentence_holds(study: Path, chapter: str, monkeypatch: pytest.MonkeyPatch):
    read_aloud(study, chapter, monkeypatch)


@pytest.mark.parametrize(
    ("chapter", "change", "sentence"), CHANGES, ids=[f"{c}-{s[:30]}-{n}" for n, (c, _, s) in enumerate(CHANGES)]
)
def test_a_sentence_that_turns_false_stops_its_chapter(
    study: Path, chapter: str, change: Change, sentence: str, monkeypatch: pytest.MonkeyPatch
):
    change(study)

    with pytest.raises(ClaimError) as caught:
        read_aloud(study, chapter, monkeypatch)
    assert sentence in str(caught.value)


def test_the_build_stops_with_the_notebook_the_cell_and_the_sentence(study: Path):
    for other in (study / "notebooks").glob("*.ipynb"):
        if other.stem != "municipalities":
            other.unlink()
    (study / "notebooks/report.yaml").unlink(missing_ok=True)
    place("Ciney", active_group="no")(study)

    with pytest.raises(UsageError) as caught:
        store_notebooks(study, say=lambda _: None)
    assert str(caught.value).startswith(
        "municipalities.ipynb, cell 6: ClaimError: this does not hold (condition 1): 'Every"
    )
