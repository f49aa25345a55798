"""Block quotations: found, attributed, told apart, and laid down as a study."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualcode.errors import Problem, SourceError, UsageError
from qualcode.exchange.published.attribution import Attribution, parse_attribution
from qualcode.exchange.published.blocks import plain, read_quotations
from qualcode.exchange.published.quotations import Span, import_quotations, read_titles, spans
from qualcode.plaintext.source import MONTHS
from qualcode.study.document import read_document
from qualcode.study.opening import open_study

REAL = Path(__file__).parents[2] / "shared" / "seeds" / "thesis-lambert-2018.md"
REAL_TITLES = Path(__file__).parents[1] / "coding" / "published" / "lambert-2018" / "titles.csv"

TEXT = """\
# The oven of Ambry

Everybody in the street knows when the night is over:

We light it at four<sup>1</sup> and *nobody* complains about the smoke.

*Baker, personal communication, 2019, March 3*

---

<sup>1</sup> In winter at five.

So much for the night.

The council wrote to me twice, and I kept both letters because the second one

---

<sup>2</sup> A footnote between two pages.

takes back what the first had promised.

*Ibid., 3 March 2019)*

Others had written of ovens before:

Wherever bread is baked together, bread is quarrelled over. (Marlow & Quint, 1987, 12)

The society of ovens defines itself on a poster:

An oven is a house with one guest.

Nothing else is said there.

Smoke is for the whole street, and so is the wood.

*Master baker, e-mail correspondence, April 1st, 2019*

One should have asked the children first.

*Schoolteacher, personal communication, June 31, 2019*

Come to the oven on Sunday with a log of your own!

*Leaflet of the wood society, handed out on May 12, 2018*
"""

TITLES = """\
printed,line,case,kind,date,note
Baker,,baker,,,
master Baker,,baker,,,the same person
,31,,left-out,,a poster
,41,teacher,,2019-06-30,no such day is printed
,45,wood-society,leaflet,,
"""


IMPOSSIBLE = (
    "ovens.md:41: date 'June 31' does not exist (June has 30 days); give the day in the table of titles, "
    "in a row for this line"
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "ovens.md"
    path.write_text(TEXT, encoding="utf-8")
    (tmp_path / "titles.csv").write_text(TITLES, encoding="utf-8")
    return path


def lay_down(source: Path, titles: str | None = None):
    table = source.with_name("titles.csv")
    if titles is not None:
        table.write_text(titles, encoding="utf-8")
    return import_quotations(source, source.with_name("study"), table)


def test_every_form_of_block_quotation_is_found_in_its_order():
    found = [(q.lines, q.form, q.kind) for q in read_quotations(TEXT).quotations]

    assert found == [
        ((5,), "line", "speech"),
        ((15, 21), "line", "speech"),
        ((27,), "brackets", "literature"),
        ((31,), "lead-in", "unattributed"),
        ((35,), "line", "speech"),
        ((39,), "line", "speech"),
        ((43,), "line", "document"),
    ]


def test_a_quotation_cut_by_a_page_break_is_joined_and_reported():
    """Rules and footnotes between the two pages are no part of it, and no dots are invented."""
    reading = read_quotations(TEXT, "ovens.md")

    assert reading.quotations[1].text == (
        "The council wrote to me twice, and I kept both letters because the second one "
        "takes back what the first had promised."
    )
    assert (
        Problem("ovens.md", 15, "cut by a page break; lines 15, 21 were joined and nothing was put between them")
        in reading.notes
    )


def test_a_full_sentence_above_is_not_taken_in():
    text = "This is the author's own sentence.\n\nThis is the quotation.\n\n*Baker, interview, 2 May 2019*\n"

    assert [q.lines for q in read_quotations(text).quotations] == [(3,)]


@pytest.mark.parametrize(
    ("above", "first", "said"),
    [
        ("An unfinished one of the", "Next it is a capital.", "stands under an unfinished sentence"),
        ("A finished one.", "and then small letters.", "starts in lower case after a closed sentence"),
    ],
)
def test_a_part_that_may_be_missing_is_reported_and_not_guessed(above: str, first: str, said: str):
    reading = read_quotations(f"{above}\n\n{first}\n\n*Baker, interview, 2 May 2019*\n", "x.md")

    assert [q.text for q in reading.quotations] == [first]
    assert reading.notes == (Problem("x.md", 3, f"the quotation {said}; is a part of it missing above?"),)


def test_ibid_is_the_speaker_before_and_is_said():
    assert (
        Problem("ovens.md", 23, "'Ibid.' is read as the speaker of line 7") in read_quotations(TEXT, "ovens.md").notes
    )


def test_ibid_after_another_attribution_is_not_resolved():
    """Between two block quotations somebody else was quoted inside the text."""
    between = 'She says "no" (*the miller, personal communication, 4 May 2019*).'
    text = f"One.\n\n*Baker, interview, 2 May 2019*\n\n{between}\n\nTwo.\n\n*Ibid., 2 May 2019*\n"

    assert read_quotations(text, "x.md").problems == (
        Problem(
            "x.md",
            9,
            "'Ibid.' may mean the quotation of line 1 or the attribution within line 5; "
            "give this line a row in the table of titles",
        ),
    )


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("*Baker, personal communication, 2019, March 3*", date(2019, 3, 3)),
        ("*Baker, personal communication, 3 March 2019*", date(2019, 3, 3)),
        ("*Baker, personal communication, March 3, 2019*", date(2019, 3, 3)),
        ("*Baker, personal communication, 2019, July 1st*", date(2019, 7, 1)),
        ("*Baker, personal communication, on the 1st of that month, July 1st, 2019*", date(2019, 7, 1)),
        ("(Baker, personal communication, 3 March 2019)", date(2019, 3, 3)),
        ("*Baker*, *personal communication*, 3 March 2019.", date(2019, 3, 3)),
    ],
)
def test_a_date_is_read_in_every_order(printed: str, day: date):
    found = parse_attribution(printed, 1)

    assert found is not None
    assert (found.kind, found.date, found.wrong, found.stray) == ("speech", day, "", "")


@given(st.dates(date(1500, 1, 1), date(2099, 12, 31)), st.integers(0, 2))
def test_every_day_there_is_can_be_read_back(day: date, order: int):
    month = MONTHS[day.month - 1]
    forms = (f"{day.year}, {month} {day.day}", f"{day.day} {month} {day.year}", f"{month} {day.day}, {day.year}")

    assert parse_attribution(f"*Baker, interview, {forms[order]}*", 3) == Attribution(
        3, "speech", "Baker", "interview", forms[order], day
    )


def test_a_day_that_does_not_exist_is_kept_as_printed_with_the_reason():
    assert parse_attribution("*Baker, interview, June 31, 2019*", 4) == Attribution(
        4, "speech", "Baker", "interview", "June 31, 2019", None, "date 'June 31' does not exist (June has 30 days)"
    )


def test_a_stray_bracket_is_dropped_and_said():
    found = parse_attribution("*Baker, interview, 2 May 2019)*", 1)

    assert found is not None
    assert (found.title, found.date, found.stray) == ("Baker", date(2019, 5, 2), ")")


@pytest.mark.parametrize("printed", ["*Marlow, 2013:29*", "(Marlow & Quint, 2013, 12-14)", "*Ibid., 2013:30*"])
def test_a_year_without_a_day_is_literature(printed: str):
    found = parse_attribution(printed, 1)

    assert found is not None
    assert found.kind == "literature"


@pytest.mark.parametrize("caption", ["*Picture 3. The oven in spring*", "**Bold**", "*Oven 12 of 30*"])
def test_a_caption_is_no_attribution(caption: str):
    assert read_quotations(f"A paragraph.\n\n{caption}\n").quotations == ()


def test_a_copy_is_plain_text():
    """Marks of the author go, brackets and dots of the quotation stay."""
    printed = "[She] *never* said__so<sup>12</sup> [...] see [the site](https://example.org), **twice** 3 * 4 \\_"

    assert plain(printed) == "[She] never said__so [...] see the site, twice 3 * 4 _"


@given(st.text(alphabet="abc .,:*_<>[]()\\#\n\"'2019", max_size=120))
def test_any_text_can_be_read(text: str):
    """Odd text gives few quotations or none, in order, and never an exception."""
    lines = [q.line for q in read_quotations(text).quotations]

    assert lines == sorted(lines)


def test_one_document_a_speaker_and_day_each_quotation_one_turn(source: Path):
    report = lay_down(source)

    assert report.problems == ()
    assert report.documents == {
        "2018-05-12-wood-society-leaflet": 1,
        "2019-03-03-baker": 2,
        "2019-04-01-baker": 1,
        "2019-06-30-teacher": 1,
    }
    text = (
        "BAKER: We light it at four and nobody complains about the smoke.\n\n"
        "BAKER: The council wrote to me twice, and I kept both letters because the second one "
        "takes back what the first had promised.\n"
    )
    assert (source.parent / "study" / "documents" / "2019-03-03-baker.md").read_text(encoding="utf-8") == (
        "---\ntitle: Quotations of baker, 2019-03-03\ndate: 2019-03-03\nlanguage: en\nkind: quotations\n"
        "author: baker\nspeakers:\n  BAKER: {case: baker}\nconsent: quote\nrelease: open\n"
        "note: printed words of a published text; cite the source\n"
        f"source: sha256 {sha256(TEXT.encode()).hexdigest()}\nlines: 5 15+21\n"
        f"imported: sha256 {sha256(text.encode()).hexdigest()}\n---\n{text}"
    )


def test_literature_and_what_the_table_leaves_out_are_listed(source: Path):
    assert lay_down(source).left_out == (
        (27, "literature, not speech; left out"),
        (31, "left out, as titles.csv:4 says"),
    )


def test_the_day_of_the_table_stands_in_for_one_that_does_not_exist(source: Path):
    """The printed day is kept, and where the other comes from is said."""
    report = lay_down(source)
    teacher = (source.parent / "study" / "documents" / "2019-06-30-teacher.md").read_text(encoding="utf-8")

    assert (
        Problem(
            "ovens.md",
            41,
            "date 'June 31' does not exist (June has 30 days); filed under 2019-06-30, as titles.csv:5 says",
        )
        in report.notes
    )
    assert "line 41 prints 'June 31, 2019', the day is that of the table of titles" in teacher


def test_two_days_of_a_speaker_that_differ_in_the_month_alone_are_noted(source: Path):
    """It may be one conversation with a slip, or two; the importer does not decide."""
    source.write_text(TEXT.replace("April 1st, 2019", "April 3, 2019"), encoding="utf-8")
    report = lay_down(source)

    assert (
        Problem("ovens.md", 37, "2019-04-03 and 2019-03-03 of 'baker' differ in the month alone; a slip? both are kept")
        in report.notes
    )
    assert "2019-04-03-baker" in report.documents


def test_letters_are_written(source: Path):
    lay_down(source)
    document, problems = read_document(source.parent / "study" / "documents" / "2019-04-01-baker.md", "x", "document")

    assert problems == []
    assert document is not None
    assert document.mode == "written"


def test_a_quotation_is_found_again_in_its_document(source: Path):
    lay_down(source)
    document, _ = read_document(source.parent / "study" / "documents" / "2019-03-03-baker.md", "x", "document")

    assert document is not None
    assert spans(document) == (Span(5, 1, 7, 64), Span(15, 1, 73, 190))
    assert document.text[7:64] == "We light it at four and nobody complains about the smoke."


def test_the_study_that_is_laid_down_opens_without_problems(source: Path):
    lay_down(source)

    assert open_study(source.parent / "study").problems == ()


def test_what_the_table_does_not_know_is_listed_all_at_once_and_nothing_is_written(source: Path):
    """A name that is printed is not repeated in a message."""
    report = lay_down(source, "printed,line,case,kind\nMaster baker,,baker,\n")

    unknown = "an attribution that the table does not know; add it as printed, or say whose it is"
    ibid = "'Ibid.' repeats an attribution that is not known; mend that one first, or say whose it is"
    leave = "(kind left-out leaves it out)"

    assert [str(p) for p in report.problems] == [
        f"ovens.md:7: {unknown} in titles.csv, in a row for line 7 {leave}",
        f"ovens.md:23: {ibid} in titles.csv, in a row for line 23 {leave}",
        f"ovens.md:31: a quotation without attribution; say whose it is in titles.csv, in a row for line 31 {leave}",
        f"ovens.md:41: {unknown} in titles.csv, in a row for line 41 {leave}",
        IMPOSSIBLE,
        f"ovens.md:45: {unknown} in titles.csv, in a row for line 45 {leave}",
    ]
    assert not (source.parent / "study").exists()


def test_an_impossible_day_without_a_row_is_a_problem(source: Path):
    report = lay_down(source, TITLES.replace(",41,teacher,,2019-06-30,", "Schoolteacher,,teacher,,,"))

    assert [str(p) for p in report.problems] == [IMPOSSIBLE]


def test_without_a_table_every_attribution_is_listed(source: Path):
    """That is how one's own table begins."""
    report = import_quotations(source, source.with_name("study"))

    assert sorted({p.line for p in report.problems}) == [7, 23, 31, 37, 41, 45]
    assert "in a table of titles, in a row for line 7" in report.problems[0].message


def test_a_row_for_a_line_that_has_no_attribution_is_a_problem(source: Path):
    report = lay_down(source, TITLES + ",99,baker,,,\n")

    assert [str(p) for p in report.problems] == [
        "titles.csv:7: no attribution stands on line 99 of ovens.md; is it another text?"
    ]


def test_importing_twice_changes_nothing_and_overwrites_nothing(source: Path):
    lay_down(source)
    cases = source.parent / "study" / "coding" / "cases.csv"
    cases.write_text("case,label,kind\nbaker,The baker,person\n", encoding="utf-8")
    again = lay_down(source)
    document = source.parent / "study" / "documents" / "2019-03-03-baker.md"
    document.write_text("mine", encoding="utf-8")
    third = lay_down(source)

    assert again.problems == ()
    assert cases.read_text(encoding="utf-8") == "case,label,kind\nbaker,The baker,person\n"
    assert [p.message for p in third.problems] == ["is there and differs; move it away, or import into another folder"]
    assert document.read_text(encoding="utf-8") == "mine"


def test_line_ends_and_a_mark_do_not_make_another_source(source: Path):
    before = lay_down(source)
    source.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())

    assert lay_down(source).source == before.source


def test_a_source_that_is_not_there_is_said(tmp_path: Path):
    with pytest.raises(UsageError, match="there is no such file"):
        import_quotations(tmp_path / "none.md", tmp_path / "study", tmp_path / "titles.csv")


def test_all_defects_of_a_table_of_titles_are_listed(tmp_path: Path):
    path = tmp_path / "titles.csv"
    path.write_text(
        "printed,line,case,kind,date\n,,baker,,\nBaker,4,baker,,\nA,,The Baker,,\nB,,b,leaflett,\nC,,c,,2019-06-31\n"
        "c,,c,,\n",
        encoding="utf-8",
    )
    with pytest.raises(SourceError) as raised:
        read_titles(path)

    assert [str(p) for p in raised.value.problems] == [
        "titles.csv:2: a row is keyed by 'printed' or by 'line' (a number from 1), not by both or neither",
        "titles.csv:3: a row is keyed by 'printed' or by 'line' (a number from 1), not by both or neither",
        "titles.csv:4: case 'The Baker' is no slug; use a-z, 0-9 and hyphens",
        "titles.csv:5: unknown kind 'leaflett'; did you mean 'leaflet'?",
        "titles.csv:6: date '2019-06-31' does not exist (June has 30 days)",
        "titles.csv:7: this attribution stands here twice; keep one row",
    ]


@pytest.mark.skipif(not REAL.is_file(), reason="the thesis is not beside the project")
def test_the_thesis_gives_its_39_block_quotations():
    """Counts and lines only; not one of its sentences is kept here."""
    reading = read_quotations(REAL.read_text(encoding="utf-8"), "thesis.md")
    forms = [q.form for q in reading.quotations]
    kinds = [q.kind for q in reading.quotations]

    assert {form: forms.count(form) for form in sorted(set(forms))} == {"brackets": 2, "lead-in": 1, "line": 36}
    assert {kind: kinds.count(kind) for kind in sorted(set(kinds))} == {
        "document": 1,
        "literature": 3,
        "speech": 34,
        "unattributed": 1,
    }
    assert [q.lines for q in reading.quotations if len(q.lines) > 1] == [(539, 541), (603, 605), (649, 653)]
    assert [p.line for p in reading.notes] == [417, 539, 603, 649, 705, 711]
    assert [p.line for p in reading.problems] == [635]


@pytest.mark.skipif(not REAL.is_file(), reason="the thesis is not beside the project")
def test_the_thesis_makes_a_study_without_problems_and_without_a_private_name(tmp_path: Path):
    report = import_quotations(REAL, tmp_path / "study", REAL_TITLES)
    study = open_study(tmp_path / "study")
    line = REAL.read_text(encoding="utf-8").split("\n")[266]
    name = line.strip("*").split(",")[0].split()[-1]
    written = [p.read_text(encoding="utf-8") for p in (tmp_path / "study").rglob("*") if p.is_file()]
    written += [p.read_text(encoding="utf-8") for p in REAL_TITLES.parent.iterdir()]

    assert report.problems == ()
    assert study.problems == ()
    assert (len(report.documents), sum(report.documents.values())) == (15, 35)
    assert [line for line, _ in report.left_out] == [127, 137, 183, 307]
    assert [text for text in written if name in text] == []
