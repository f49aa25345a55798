"""The tidy tables, on the tiny second study; expected values were read off its files by hand, words counted by wc."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import qualcode
from conftest import CITIZEN_CARD
from qualcode import tables
from qualcode.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd


@pytest.fixture(scope="module")
def study() -> qualcode.Study:
    return qualcode.open_study(CITIZEN_CARD)


def shown(table: pd.DataFrame, *columns: str) -> str:
    """Write some columns of a table as CSV, as one reads them."""
    out = io.StringIO()
    table[list(columns)].to_csv(out, index=False, lineterminator="\n", date_format="%Y-%m-%d")
    return out.getvalue()


def test_documents_are_listed_by_id_with_what_may_be_shown(study: qualcode.Study):
    expected = """\
document,kind,date,mode,consent,release,turns,words,involvement
2024-01-30-leaflet,document,2024-01-30,,quote,open,1,26,
2024-02-12-desk-officer,interview,2024-02-12,recorded,quote,open,6,105,
2024-02-20-mediator,interview,2024-02-20,recorded,quote,open,4,72,
2024-03-05-card-holder,interview,2024-03-05,reconstructed,paraphrase,open,4,49,
2024-03-14-library-desk,fieldnote,2024-03-14,,quote,open,1,90,passive
"""

    columns = ["document", "kind", "date", "mode", "consent", "release", "turns", "words", "involvement"]
    assert shown(tables.documents(study), *columns) == expected


def test_turns_have_their_case_time_and_place(study: qualcode.Study):
    expected = """\
document,turn,speaker,case,time,words
2024-02-12-desk-officer,1,Q,researcher,,8
2024-02-12-desk-officer,2,OFFICER,desk-officer,00:00:21,38
2024-02-12-desk-officer,3,Q,researcher,,5
2024-02-12-desk-officer,4,OFFICER,desk-officer,00:01:40,38
2024-02-12-desk-officer,5,Q,researcher,,6
2024-02-12-desk-officer,6,OFFICER,desk-officer,,10
"""
    officer = tables.turns(study).query("document == '2024-02-12-desk-officer'")

    assert shown(officer, "document", "turn", "speaker", "case", "time", "words") == expected
    assert officer["start"].tolist()[0] == 0
    assert (officer["end"] > officer["start"]).all()


def test_statements_are_themes_with_holder_stance_and_figure(study: qualcode.Study):
    """Six of the researcher's own codings and one of a note nobody spoke are left out, and counted."""
    expected = """\
document,actor,speaker,reported,organisation,actor_figure,figure,theme,stance
2024-01-30-leaflet,city,city,False,city,,,universality/wide-use,1.0
2024-01-30-leaflet,city,city,False,city,,,function/identification,1.0
2024-01-30-leaflet,city,city,False,city,,,function/residence-proof,1.0
2024-02-12-desk-officer,desk-officer,desk-officer,False,city,issuer,issuer,function/identification,1.0
2024-02-12-desk-officer,desk-officer,desk-officer,False,city,issuer,,function/identification,1.0
2024-02-12-desk-officer,desk-officer,desk-officer,False,city,issuer,,universality/stigma,-1.0
2024-02-12-desk-officer,city,desk-officer,True,city,,,universality/wide-use,1.0
2024-02-20-mediator,mediator,mediator,False,neighbourhood-association,undecided,intermediary,governance/co-design,0.0
2024-02-20-mediator,card-holder,mediator,True,,holder,,function/identification,-1.0
2024-02-20-mediator,mediator,mediator,False,neighbourhood-association,undecided,,function/residence-proof,-0.5
2024-03-05-card-holder,card-holder,card-holder,False,,holder,holder,function/access,1.0
2024-03-05-card-holder,card-holder,card-holder,False,,holder,,function/identification,1.0
2024-03-05-card-holder,card-holder,card-holder,False,,holder,,universality/wide-use,1.0
2024-03-14-library-desk,librarian,librarian,False,library,,,function/residence-proof,-1.0
2024-03-14-library-desk,librarian,librarian,False,library,,,universality/wide-use,0.0
"""
    table = tables.statements(study)
    columns = ["document", "actor", "speaker", "reported", "organisation", "actor_figure", "figure", "theme", "stance"]

    assert shown(table, *columns) == expected
    assert table.attrs["left_out"] == {"the researcher's own words": 6, "nobody's words": 1}


def test_topics_tell_raised_from_answered_from_passed_over_from_never_put(study: qualcode.Study):
    """Asked about marking and proof, the card holder spoke of neither; asked about access, she spoke."""
    hers = tables.topics(study).query("speaker == 'card-holder'")

    assert dict(zip(hers["theme"], hers["state"], strict=True)) == {
        "function/identification": "raised",
        "function/residence-proof": "passed_over",
        "function/access": "answered",
        "universality/wide-use": "raised",
        "universality/stigma": "passed_over",
        "governance/co-design": "not_put",
        "governance/ministry": "not_put",
    }


def test_coverage_tells_what_each_coder_has_read(study: qualcode.Study):
    table = tables.coverage(study)
    second = table[table["coder"] == "second"]

    assert shown(second, "document", "coder", "start", "end") == (
        "document,coder,start,end\n2024-02-12-desk-officer,second,0,500\n"
    )
    assert len(table) == 6


def test_attendance_ties_and_acts_are_their_files(study: qualcode.Study):
    assert shown(tables.attendance(study), "case", "organisation", "head_count") == (
        "case,organisation,head_count\nresearcher,,9\nlibrarian,library,9\ncard-holder,,9\n"
    )
    assert shown(tables.ties(study), "case", "tie", "to", "since") == (
        "case,tie,to,since\ndesk-officer,employed,city,\nmediator,employed,neighbourhood-association,2019\n"
        "mediator,works-with,city,2023-11\n"
    )
    assert shown(tables.acts(study), "act", "case", "did", "stance") == (
        "act,case,did,stance\na01,city,announced,1.0\na02,librarian,refused,-1.0\n"
    )


def test_who_is_only_spoken_of_is_a_table_of_its_own(study: qualcode.Study):
    assert shown(tables.mentioned(study), "document", "case", "organisation", "head_count") == (
        "document,case,organisation,head_count\n2024-03-14-library-desk,desk-officer,city,9\n"
    )


def test_what_was_not_observed_is_listed_by_date(card: Path):
    """An act from a leaflet, and a meeting that somebody told of; what happened while one looked on is observed."""
    (card / "fieldnotes/2024-03-20-told.md").write_text(
        "---\ntitle: Told\ndate: 2024-03-20\nlanguage: en\nplace: a stair\ninvolvement: none\n"
        "present: [researcher, mediator]\nconsent: quote\nrelease: open\n---\n## Observed\n\nTold on the stair.\n",
        "utf-8",
    )
    study = qualcode.open_study(card)

    assert shown(tables.not_observed(study), "date", "what", "name", "certainty", "case") == (
        "date,what,name,certainty,case\n2024-01-30,act,a01,documented,city\n"
        "2024-03-20,fieldnote,2024-03-20-told,told,\n"
    )
    assert list(tables.attendance(study)["head_count"].isna()) == [False, False, False, True, True]


@pytest.mark.parametrize(
    ("counted", "says"),
    [("about 9", "head_count 'about 9' is not a whole number of people"), ("2", "head_count is 2, and 3 are named")],
)
def test_a_head_count_that_cannot_be_is_a_problem(card: Path, counted: str, says: str):
    note = card / "fieldnotes/2024-03-14-library-desk.md"
    note.write_text(note.read_text("utf-8").replace("head_count: 9", f"head_count: {counted}"), "utf-8")

    problems = qualcode.open_study(card).problems

    assert [(p.path, p.line) for p in problems] == [("fieldnotes/2024-03-14-library-desk.md", 9)]
    assert says in str(problems[0])


def test_further_columns_of_the_cases_are_kept(study: qualcode.Study):
    table = tables.cases(study).set_index("case")

    assert table.loc["mediator", "district"] == "north"
    assert table.loc["card-holder", "figure_weight"] == 1.0


def test_the_agreed_codings_count_where_there_are_some(study: qualcode.Study):
    coders = tables.codings(study).groupby("document")["coder"].unique().map(list).to_dict()

    assert coders["2024-02-12-desk-officer"] == ["agreed"]
    assert coders["2024-02-20-mediator"] == ["reader"]


def test_one_coders_codings_can_be_asked_for(study: qualcode.Study):
    assert shown(tables.codings(study, "second"), "code", "stance") == (
        "code,stance\nfunction/identification,1.0\nuniversality/stigma,-1.0\n"
    )


def test_two_coders_and_nothing_agreed_is_an_error_that_names_them(card: Path):
    (card / "coding/agreed/2024-02-12-desk-officer.jsonl").unlink()

    with pytest.raises(UsageError, match="'2024-02-12-desk-officer' was coded by reader, second and nothing is agreed"):
        tables.codings(qualcode.open_study(card))


def test_an_unknown_coder_is_an_error_with_a_guess(study: qualcode.Study):
    with pytest.raises(UsageError, match="unknown coder 'raeder'; did you mean 'reader'"):
        tables.codings(study, "raeder")


def test_what_was_settled_stands_with_who_when_and_why(study: qualcode.Study):
    table = tables.settled(study)

    assert set(table["document"]) == {"2024-02-12-desk-officer"}
    assert table["excerpt"].tolist() == [e.id for e in study.agreed["2024-02-12-desk-officer"].excerpts]
    first = study.agreed["2024-02-12-desk-officer"].excerpts[0]
    assert table.loc[0, ["codes", "why"]].tolist() == ["; ".join(sorted(first.codes)), (first.settled or {})["why"]]
    assert table.loc[0, "quote"] == first.anchor.quote


def test_words_are_those_of_speakers_in_what_may_be_quoted(study: qualcode.Study):
    """The card holder's interview may be paraphrased only; the researcher's questions are nobody's vocabulary."""
    table = tables.vocabulary(study, "en", least=1)

    assert sorted(table["actor"].unique()) == ["desk-officer", "mediator"]
    assert table.attrs["left_out"]["interviews that may not be quoted"] == 1
    told = study.documents["2024-02-12-desk-officer"]
    spoken = " ".join(told.text[t.words_start : t.end] for t in told.turns if t.speaker.case == "desk-officer").lower()
    row = table[(table["actor"] == "desk-officer") & (table["word"] == "label")].iloc[0]
    assert (row["count"], row["actor_figure"]) == (spoken.count("label"), "issuer")


def test_words_of_one_speaker_tell_a_person_and_are_left_out(study: qualcode.Study):
    both, one = tables.vocabulary(study, "en"), tables.vocabulary(study, "en", least=1)

    assert both.groupby("word")["actor"].nunique().min() == 2
    assert both.attrs["left_out"]["words of too few speakers"] == one["word"].nunique() - both["word"].nunique()
    assert tables.vocabulary(study, "fr").empty
