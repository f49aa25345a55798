"""What the exemplar study promises to whoever learns from it."""

from __future__ import annotations

from collections import Counter

import pytest

import qualcode
from conftest import PROJECT
from qualcode import tables
from qualcode.study.document import INVOLVEMENT, Document, words
from qualcode.study.release import as_filed
from qualcode.study.study import Study


@pytest.fixture(scope="module")
def study() -> Study:
    return qualcode.open_study(PROJECT)


def of_kind(study: Study, kind: str) -> list[Document]:
    return [d for d in study.documents.values() if d.kind == kind]


def spoken(document: Document) -> int:
    return sum(words(document.text[t.words_start : t.end]) for t in document.turns)


def test_everything_in_it_is_invented_and_says_so(study: Study):
    assert [
        d.id for d in map(as_filed, study.documents.values()) if "Invented" not in d.attributes.get("note", "")
    ] == []


def test_there_are_enough_interviews_in_two_languages_and_of_uneven_length(study: Study):
    lengths = {d.id: spoken(d) for d in of_kind(study, "interview")}
    french = sum(lengths[d.id] for d in of_kind(study, "interview") if d.language == "fr")

    assert len(lengths) >= 14
    assert sum(lengths.values()) >= 16_000
    assert 1 / 3 <= french / sum(lengths.values()) <= 1 / 2
    assert max(lengths.values()) > 5 * min(lengths.values())


def test_interviews_were_recorded_written_and_reconstructed(study: Study):
    modes = Counter(d.mode for d in of_kind(study, "interview"))

    assert {"recorded", "written", "reconstructed"} == set(modes)


def test_not_everything_may_be_shown(study: Study):
    """One interview may be paraphrased only, one fieldnote is pending, one closed."""
    assert [d.consent for d in of_kind(study, "interview")].count("paraphrase") == 1
    assert Counter(d.release for d in of_kind(study, "fieldnote"))["pending"] == 1
    assert Counter(d.release for d in of_kind(study, "fieldnote"))["closed"] == 1


def test_fieldnotes_have_jottings_marks_involvement_and_a_later_rereading(study: Study):
    notes = of_kind(study, "fieldnote")
    text = "".join(d.text for d in notes)

    assert len(notes) >= 9
    assert all(
        mark in text for mark in ("[verbatim]", "[paraphrase]", "[reconstruction]", "## Jottings", "## Rereading ")
    )
    assert len({d.involvement for d in notes} & set(INVOLVEMENT)) >= 3
    assert [d.id for d in notes if not d.attributes.get("written")] == []


def test_the_motion_is_there_in_two_drafts_beside_a_leaflet_and_an_email(study: Study):
    sorts = Counter(d.sort for d in of_kind(study, "document"))

    assert sorts["motion"] == 2
    assert sorts["leaflet"] >= 1
    assert sorts["e-mail"] >= 1


def test_both_figures_are_heard_often_enough_to_be_compared(study: Study):
    interviewed = {s.case for d in of_kind(study, "interview") for s in d.speakers}
    figures = Counter(study.cases[c].figure for c in interviewed if study.cases[c].kind == "person")

    assert min(figures[f] for f in study.codebook.contrast) >= 4
    assert figures["undecided"] >= 1


def test_figures_were_judged_before_their_themes_were_coded(study: Study):
    first = min(e.made[:10] for _, _, e in study.excerpts("coder-a"))

    assert [c.id for c in study.cases.values() if c.figure and not c.figure_on < first] == []


def test_the_codebook_grew_and_its_codes_in_use_have_an_example(study: Study):
    book = study.codebook
    status = Counter(c.status for c in book.codes.values())

    assert [c.version for c in book.history] == ["1", "2", "3", "3"]  # patterns were added later, and mean nothing
    assert "No code means anything else" in book.history[-1].change
    assert min(status["retired"], status["provisional"]) >= 1
    assert [c.id for c in book.codes.values() if c.status == "in use" and not c.example[1]] == []
    assert [c.id for c in book.codes.values() if c.status == "in use" and not (c.use and c.not_)] == []
    assert any(c.definitional for c in book.codes.values())


def test_one_coder_read_everything_and_a_second_at_least_six_documents(study: Study):
    read = tables.coverage(study).groupby("coder")["document"].nunique()

    assert read["coder-a"] == len(study.documents)
    assert read["coder-b"] >= 6
    assert sum(len(f.excerpts) for (c, _), f in study.coded.items() if c == "coder-a") >= 350


def test_what_two_coders_did_is_settled_with_reasons(study: Study):
    twice = {d for c, d in study.coded if c == "coder-b"}
    settled = [e.settled for f in study.agreed.values() for e in f.excerpts]

    assert set(study.agreed) < twice  # those that were read twice later are not settled: coder-a's codings count
    assert (len(twice) - len(study.agreed) >= 8, study.codebook.counts) == (True, "coder-a")
    assert [s for s in settled if not s or not s["why"].strip()] == []
    assert len({s["why"] for s in settled if s}) > len(settled) / 4


def test_the_researchers_questions_are_tagged_too(study: Study):
    states = Counter(tables.topics(study)["state"])

    assert set(states) == {"raised", "answered", "passed_over", "not_put"}


def test_memos_are_dated_cite_excerpts_and_supersede_each_other(study: Study):
    memos = study.memos.values()

    assert len(memos) >= 12
    assert sum(any(r.kind == "excerpt" for r in (*m.cites, *m.about)) for m in memos) >= 10
    assert any(m.supersedes for m in memos)


def test_acts_have_a_source_and_say_how_certain_they_are(study: Study):
    assert len(study.acts) >= 10
    assert [a.id for a in study.acts if not a.certainty] == []
    assert {"conceded", "refused", "left"} <= {a.did for a in study.acts}
