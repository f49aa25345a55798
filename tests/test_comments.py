"""Comments on the report, written in Word or LibreOffice, come in as memos on what they stand at; none is lost."""

from __future__ import annotations

import io
import re
import shutil
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from qualcode import open_study
from qualcode.cli import main
from qualcode.errors import UsageError
from qualcode.exchange.review.comments import Imported, import_comments, own_words
from qualcode.exchange.review.references import References
from qualcode.exchange.review.returned import Returned, read_returned
from qualcode.study.memo import Memo

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
OFFICER = "2024-02-12-desk-officer"


@pytest.fixture
def study(written: Path, tmp_path: Path) -> Path:
    """Return a copy of the study whose report was written for Word."""
    skip = shutil.ignore_patterns("plots", "locks")
    return Path(shutil.copytree(written, tmp_path / "card", ignore=skip))


def report(study: Path) -> Any:
    return Document(str(study / "build" / "word" / "report.docx"))


def paragraph(document: Any, style: str, words: str = "") -> Any:
    """Return the first paragraph of a style that holds *words*."""
    found = [p for p in document.paragraphs if p.style.name == style]
    return next(p for p in found if words in "".join(t.text or "" for t in p._p.iter(qn("w:t"))))


def comment(document: Any, first: Any, text: str, last: Any = None, author: str = "Ada Reader") -> None:
    runs = [*first.runs, *(last.runs if last else ())]
    document.add_comment(runs, text=text, author=author, initials="".join(w[0] for w in author.split()))


def back(document: Any, study: Path) -> Path:
    path = study.parent / "back.docx"
    document.save(str(path))
    return path


def brought(study: Path, path: Path, **how: Any) -> Imported:
    return import_comments(open_study(study), path, **how)


def reviews(study: Path) -> list[Memo]:
    """Return the memos of the review, in the order of their titles; the study is sound with them."""
    opened = open_study(study)
    assert opened.problems == ()
    return sorted((m for m in opened.memos.values() if m.kind == "review"), key=lambda m: (m.title, m.text))


def about(memo: Memo) -> list[tuple[str, str]]:
    return [(r.kind, r.id) for r in memo.about]


def packed(path: Path, body: str, comments: str = "", extended: str = "", main_namespace: str = W) -> Path:
    """Write a document as a word processor would, of its body's and its comments' XML."""
    names = f'xmlns:w="{main_namespace}" xmlns:w14="{W14}" xmlns:w15="{W15}"'
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("word/document.xml", f"<w:document {names}><w:body>{body}</w:body></w:document>")
        if comments:
            file.writestr("word/comments.xml", f"<w:comments {names}>{comments}</w:comments>")
        if extended:
            file.writestr("word/commentsExtended.xml", f"<w15:commentsEx {names}>{extended}</w15:commentsEx>")
    return path


def p(words: str) -> str:
    return f"<w:p>{words}</w:p>"


def r(words: str, kind: str = "t") -> str:
    return f'<w:r><w:{kind} xml:space="preserve">{words}</w:{kind}></w:r>'


def on(words: str, number: int) -> str:
    """Let a comment stand on some runs."""
    start, end = f'<w:commentRangeStart w:id="{number}"/>', f'<w:commentRangeEnd w:id="{number}"/>'
    return f'{start}{words}{end}<w:r><w:commentReference w:id="{number}"/></w:r>'


def said(number: int, text: str, author: str = "Ada Reader", date: str = "2026-05-03T10:00:00Z", para: str = "") -> str:
    when = f' w:date="{date}"' if date else ""
    inner = "".join(f'<w:p w14:paraId="{para}">{r(line)}</w:p>' if para else p(r(line)) for line in text.split("\n"))
    return f'<w:comment w:id="{number}" w:author="{author}" w:initials="AR"{when}>{inner}</w:comment>'


WHERE: list[tuple[str, Callable[[Any], Any], tuple[str, str]]] = [
    ("prose", lambda d: paragraph(d, "Normal", "Each dot is one document"), ("section", "corpus#when")),
    ("a heading", lambda d: paragraph(d, "Heading 2", "Whose words"), ("section", "corpus#whose-words")),
    ("a chapter's title", lambda d: paragraph(d, "Heading 1", "The corpus"), ("chapter", "corpus")),
    ("a plot's caption", lambda d: paragraph(d, "Caption", "[corpus: plot words]"), ("plot", "corpus/plot-words")),
    ("a plot", lambda d: paragraph(d, "Plot"), ("plot", "corpus/plot-timeline")),
    ("a table's caption", lambda d: paragraph(d, "Caption", "table corpus-09"), ("table", "corpus/corpus-09")),
    ("a cell", lambda d: d.tables[0].rows[1].cells[0].paragraphs[0], ("table", "corpus/corpus-09")),
    ("a code", lambda d: paragraph(d, "Heading 3", "Holder"), ("code", "figure/holder")),
    ("a definition", lambda d: paragraph(d, "Normal", "Proposition."), ("code", "function/identification")),
    ("a quotation", lambda d: paragraph(d, "Quote", "six kinds of paper"), ("excerpt", "e5f009575c9")),
    ("one withheld", lambda d: paragraph(d, "Quote", "[withheld"), ("excerpt", "ee76a417add")),
    ("the methods", lambda d: paragraph(d, "Heading 1", "How the work was done"), ("chapter", "methods")),
    ("the first page", lambda d: paragraph(d, "Title"), ("chapter", "front")),
]


@pytest.mark.parametrize("where, find, at", WHERE, ids=[w for w, _, _ in WHERE])
def test_a_comment_comes_in_on_what_it_stands_at(study: Path, where: str, find: Any, at: tuple[str, str]):
    document = report(study)
    comment(document, find(document), "Is this so?")
    brought(study, back(document, study))

    assert [about(m) for m in reviews(study)] == [[at]]
    assert reviews(study)[0].text.startswith("Is this so?\n\n")


def test_the_same_places_are_found_where_a_program_dropped_every_bookmark(study: Path):
    """The references in print, captions and headings say it then."""
    document = report(study)
    for where, find, _ in WHERE:
        comment(document, find(document), where)
    for mark in [*document.element.body.iter(qn("w:bookmarkStart"))]:
        mark.getparent().remove(mark)
    brought(study, back(document, study))
    lost = {"a definition": ("code", "function/identification"), "a chapter's title": ("chapter", "corpus")}
    found = {m.text.split("\n")[0]: about(m) for m in reviews(study)}

    assert len(found) == len(WHERE)
    for where, _, at in WHERE:
        if where not in ("a code", "a definition", "the methods", "the first page"):
            assert found[where] == [lost.get(where, at)], where


def test_a_bookmark_whose_end_was_lost_is_its_own_paragraphs(study: Path):
    """LibreOffice drops ends that lie between blocks."""
    document = report(study)
    comment(document, paragraph(document, "Heading 2", "Whose words"), "After the plot")
    for mark in [*document.element.body.iter(qn("w:bookmarkEnd"))]:
        mark.getparent().remove(mark)
    brought(study, back(document, study))

    assert [about(m) for m in reviews(study)] == [[("section", "corpus#whose-words")]]


def test_a_comment_over_several_quotations_is_about_each_of_them(study: Path):
    document = report(study)
    quotes = [q for q in document.paragraphs if q.style.name == "Quote"]
    comment(document, quotes[3], "These together.\nAnd why?", quotes[4])
    brought(study, back(document, study))
    (memo,) = reviews(study)

    assert [kind for kind, _ in about(memo)] == ["excerpt", "excerpt"]
    assert memo.text.startswith("These together.\n\nAnd why?\n\nIt stands on:\n\n> ")
    assert memo.title.endswith(" and 1 more")


def test_a_comment_over_several_cells_is_about_the_table_and_on_one_quotation_about_its_excerpt(study: Path):
    cells = [f"“a” [{OFFICER} e5f009575c9]", f"“b” [{OFFICER} ecb82eb0322]"]
    row = "<w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr>"
    start, end = '<w:commentRangeStart w:id="1"/>', '<w:commentRangeEnd w:id="1"/>'
    body = p(r("Table 1. x [corpus: table corpus-09]")) + "<w:tbl>"
    body += row.format(p(on(start + r(cells[0]), 0)), p(r(cells[1]) + end)) + "</w:tbl>"
    brought(study, packed(study.parent / "t.docx", body, said(0, "This one") + said(1, "All of it")))

    assert {m.text.split("\n")[0]: about(m) for m in reviews(study)} == {
        "This one": [("excerpt", "e5f009575c9")],
        "All of it": [("table", "corpus/corpus-09")],
    }


def test_a_comment_on_text_that_the_supervisor_rewrote_stays_in_its_place(study: Path):
    document = report(study)
    quote = paragraph(document, "Quote", "six kinds of paper")
    for text in [*quote._p.iter(qn("w:t"))][:-1]:
        text.text = "Quite other words "
    comment(document, quote, "Rewritten")
    brought(study, back(document, study))

    assert about(reviews(study)[0]) == [("excerpt", "e5f009575c9")]
    assert "> Quite other words" in reviews(study)[0].text


def test_importing_again_adds_nothing(study: Path):
    document = report(study)
    for n in range(3):
        comment(document, paragraph(document, "Quote", "six kinds of paper"), f"No {n % 2}")
    path = back(document, study)
    first = brought(study, path)
    before = {f: f.read_bytes() for f in (study / "coding" / "memos").iterdir()}
    again = brought(study, path)

    assert [x.new for x in first.placed] == [True] * 3
    assert [x.new for x in again.placed] == [False] * 3
    assert before == {f: f.read_bytes() for f in (study / "coding" / "memos").iterdir()}
    assert "3 comments and 0 paragraphs with tracked words, 0 of them new" in str(again)


def test_one_comment_more_in_a_later_copy_is_one_memo_more(study: Path):
    document = report(study)
    comment(document, paragraph(document, "Heading 2", "Whose words"), "First")
    brought(study, back(document, study))
    comment(document, paragraph(document, "Title"), "Second")
    again = brought(study, back(document, study))

    assert {x.said: x.new for x in again.placed} == {"First": False, "Second": True}
    assert len(reviews(study)) == 2


def test_answers_and_what_is_resolved_as_word_writes_them(study: Path):
    """Word keeps both in a part of its own, by the last paragraph of each comment."""
    comments = said(0, "Why?", para="00000001") + said(1, "Because.", "Bo Writer", para="00000002")
    extended = '<w15:commentEx w15:paraId="00000001" w15:done="1"/>'
    extended += '<w15:commentEx w15:paraId="00000002" w15:paraIdParent="00000001" w15:done="0"/>'
    body = p(on(on(r(f"“words” [{OFFICER} e5f009575c9]"), 0), 1))
    done = brought(study, packed(study.parent / "w.docx", body, comments, extended))
    answer, asked = reviews(study)

    assert (asked.title, answer.title) == (
        f"Comment on {OFFICER} e5f009575c9",
        f"Answer to a comment on {OFFICER} e5f009575c9",
    )
    assert "Marked as resolved in the file." in asked.text
    assert "resolved" not in answer.text
    assert about(answer) == [("excerpt", "e5f009575c9"), ("memo", asked.id)]
    assert (asked.by, answer.by) == ("ar", "ar-2")
    assert "(resolved)" in str(done)


def test_comments_as_libreoffice_writes_them(study: Path):
    """No part for threads, a mark between paragraphs, a comment without a range, runs in small pieces."""
    comments = said(5, "On a piece") + said(7, "At a point") + said(9, "Between")
    body = p(r("A ") + on(r("pie") + r("ce"), 5) + r(f" [{OFFICER} e5f009575c9]"))
    body += p(r(f'x</w:t></w:r><w:r><w:commentReference w:id="7"/></w:r><w:r><w:t>[{OFFICER} ecb82eb0322]'))
    body += f'<w:commentRangeStart w:id="9"/>{p(r("[corpus: plot words]"))}<w:commentRangeEnd w:id="9"/>'
    brought(study, packed(study.parent / "l.docx", body, comments))

    assert {m.text.split("\n")[0]: about(m) for m in reviews(study)} == {
        "On a piece": [("excerpt", "e5f009575c9")],
        "At a point": [("excerpt", "ecb82eb0322")],
        "Between": [("plot", "corpus/plot-words")],
    }


def test_words_strict_form_is_read_too(study: Path):
    body = p(on(r("[corpus: plot words]"), 0))
    brought(study, packed(study.parent / "s.docx", body, said(0, "Strict"), main_namespace=STRICT))

    assert about(reviews(study)[0]) == [("plot", "corpus/plot-words")]


def test_what_finds_no_place_comes_in_and_says_so(study: Path):
    """One stands on words that are nobody's, one is nowhere in the text at all."""
    comments = said(0, "On nothing known") + said(1, "Nowhere")
    done = brought(study, packed(study.parent / "n.docx", p(on(r("Other words"), 0)), comments))

    assert [about(m) for m in reviews(study)] == [[], []]
    assert all("No place was found for it in the report." in m.text for m in reviews(study))
    assert "> Other words" in reviews(study)[1].text
    assert "[no place found]: Nowhere" in str(done)
    assert "2 without a place" in str(done)


def test_what_is_gone_from_the_study_is_told_and_not_cited(study: Path):
    brought(study, packed(study.parent / "g.docx", p(on(r("“x” [gone-doc e0000000000]"), 0)), said(0, "Old")))
    (memo,) = reviews(study)

    assert about(memo) == []
    assert "Not in the study now: excerpt e0000000000." in memo.text


def test_tracked_changes_are_told_and_not_applied(study: Path):
    """The words before and after; a comment on deleted words keeps them; changes of form are counted."""
    mine = 'w:author="Ada Reader" w:date="2026-05-03T10:00:00Z"'
    body = p(
        r("Said ")
        + f'<w:del w:id="90" {mine}>{on(r("softly", "delText"), 0)}</w:del>'
        + f'<w:ins w:id="91" {mine}>{r("loudly")}</w:ins>'
        + r(f" [{OFFICER} e5f009575c9]")
    )
    body += p(f"<w:pPr><w:pPrChange w:id='92' {mine}/></w:pPr>{r('same')}")
    before = {f: f.read_bytes() for f in study.rglob("*.md")}
    done = brought(study, packed(study.parent / "t.docx", body, said(0, "Why not?")))
    commented, changed = reviews(study)

    assert "> softly" in commented.text
    assert about(changed) == [("excerpt", "e5f009575c9")]
    assert f"Before: Said softly [{OFFICER} e5f009575c9]" in changed.text
    assert f"After: Said loudly [{OFFICER} e5f009575c9]" in changed.text
    assert (done.changes, done.formats) == (1, 1)
    assert before == {f: f.read_bytes() for f in before}


def test_a_readers_name_stays_out_unless_asked(study: Path):
    document = report(study)
    comment(document, paragraph(document, "Title"), "One")
    comment(document, paragraph(document, "Title"), "Two", author="Bo Writer")
    path = back(document, study)
    brought(study, path)

    assert [m.by for m in reviews(study)] == ["ar", "bw"]
    assert [f for f in study.rglob("*.md") if "Ada" in f.read_text("utf-8")] == []
    for memo in reviews(study):
        (study / memo.path).unlink()
    brought(study, path, names={"Ada Reader": "supervisor"})
    assert [m.by for m in reviews(study)] == ["supervisor", "bw"]
    for memo in reviews(study):
        (study / memo.path).unlink()
    brought(study, path, named=True)
    assert [m.by for m in reviews(study)] == ["Ada Reader", "Bo Writer"]
    with pytest.raises(UsageError, match="nobody called 'Cy' wrote in this file"):
        brought(study, path, names={"Cy": "second"})


def test_a_comment_without_a_date_waits_for_one(study: Path):
    path = packed(study.parent / "u.docx", p(on(r("[corpus: plot words]"), 0)), said(0, "When?", date=""))

    with pytest.raises(UsageError, match=r"u.docx: 1 comment or change carries no date; say .* --on YYYY-MM-DD"):
        brought(study, path)
    with pytest.raises(UsageError, match="'2026-06-31' does not exist"):
        brought(study, path, on="2026-06-31")
    brought(study, path, on="2026-06-30")
    assert f"{reviews(study)[0].on}" == "2026-06-30"


def test_what_a_comment_says_cannot_break_the_study(study: Path):
    """A citation that leads nowhere, one that leads somewhere, markers of a merge, the end of a front matter."""
    text = f"See [[code no/such]] and [[code figure/holder]], [[x y]].\n{'&lt;' * 7} HEAD\n---\n[corpus: plot words]"
    brought(study, packed(study.parent / "h.docx", p(on(r("x"), 0)), said(0, text)))
    (memo,) = reviews(study)

    assert [(c.kind, c.id) for c in memo.cites] == [("code", "figure/holder"), ("plot", "corpus/plot-words")]
    assert "[ [code no/such]]" in memo.text


@pytest.mark.parametrize(
    "data, message",
    [
        (b"\xd0\xcf\x11\xe0 old .doc", "is no .docx; open it in Word or LibreOffice"),
        (b"", "is no .docx"),
        ("empty", "holds no Word document"),
        ('<!DOCTYPE w [<!ENTITY a "b">]><w>&a;</w>', "word/document.xml cannot be read"),
        ("<w:document", "word/document.xml cannot be read"),
    ],
    ids=["an old .doc", "nothing", "another zip", "definitions", "torn"],
)
def test_a_file_that_is_no_report_is_refused_in_one_sentence(study: Path, data: bytes | str, message: str):
    path = study.parent / "bad.docx"
    if isinstance(data, bytes):
        path.write_bytes(data)
    else:
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("a.txt" if data == "empty" else "word/document.xml", data)

    with pytest.raises(UsageError, match=message):
        brought(study, path)


def test_a_part_that_unpacks_to_a_mountain_is_refused(study: Path):
    path = study.parent / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", " " * 30_000_000)

    with pytest.raises(UsageError, match=r"word/document\.xml is too large"):
        brought(study, path)


def test_the_command_tells_each_comment_and_where_it_stands(study: Path, capsys: pytest.CaptureFixture[str]):
    path = packed(study.parent / "c.docx", p(on(r("[corpus: plot words]"), 0)), said(0, "Too dense"))

    assert main(["import", str(path), "--comments", "--study", str(study), "--author", "Ada Reader=supervisor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2026-05-03 supervisor [corpus: plot words]: Too dense"
    assert re.fullmatch(r"    coding/memos/2026-05-03-review-[0-9a-f]{8}\.md", lines[1])
    assert main(["import", "--comments", "--study", str(study)]) == 2
    assert main(["import", str(path), "--comments", "--author", "x", "--study", str(study)]) == 2
    assert "--author takes NAME=WHO" in capsys.readouterr().err


ONE_LINE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp", "Zs")), min_size=1)


@pytest.mark.long
@given(chosen=st.lists(st.tuples(st.integers(0, 10_000), ONE_LINE, st.sampled_from(["Ada Reader", "Bo Writer"]))))
@settings(max_examples=50)
def test_any_comments_at_any_references_come_back_there_and_none_is_lost(
    written: Path, chosen: list[tuple[int, str, str]]
):
    """Whatever is said, by whom, at whichever references of the printed report, how often ever."""
    study = open_study(written)
    known = References(study)
    document = Document(io.BytesIO((written / "build" / "word" / "report.docx").read_bytes()))
    places = []
    for block in document.element.body.iter(qn("w:p")):
        marks = [known.by_bookmark(m.get(qn("w:name"))) for m in block.iter(qn("w:bookmarkStart"))]
        words = "".join(t.text or "" for t in block.iter(qn("w:t")))
        shown = known.in_print(words) if words.endswith("]") else []
        if shown and shown[-1] in marks:
            places.append((block, shown[-1]))
    wanted: list[tuple[str, str]] = []
    for number, text, author in chosen:
        block, reference = places[number % len(places)]
        runs = [run for run in paragraph_of(block, document).runs if run.text]
        document.add_comment(runs, text=text, author=author, initials=author[0])
        wanted.append((text, known.visible(reference)))
    out = io.BytesIO()
    document.save(out)
    memos = written / "coding" / "memos"
    before = set(memos.iterdir())
    path = written.parent / "any.docx"
    path.write_bytes(out.getvalue())
    try:
        done = import_comments(study, path)
        opened = open_study(written)
        came = [m for m in opened.memos.values() if m.kind == "review"]
        found = [(own_words(m.text), known.visible(m.about[0])) for m in came]

        assert opened.problems == ()
        assert len(done.placed) == len(chosen)
        assert sorted(found) == sorted(wanted)
    finally:
        for new in set(memos.iterdir()) - before:
            new.unlink()


PAYLOADS = (
    "<script>window.ran=1</script>",
    "```{include} ../../coding/codebook.yaml",
    "![x](https://host.invalid/x.png)",
    "{ref}`x` {eval-rst}",
    '<img src=x onerror="window.ran=1">',
    "[a](javascript:window.ran=1)",
)


@pytest.mark.builds
@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_a_comment_says_is_no_markup_on_the_page_of_its_memo(written: Path, payload: str, tmp_path: Path):
    """A comment comes from elsewhere: nothing of it runs or fetches; a link may be followed."""
    from qualcode.report.memos import Memos
    from qualcode.report.settled import settled

    study = Path(shutil.copytree(written, tmp_path / "card"))
    document = Document(io.BytesIO((study / "build" / "word" / "report.docx").read_bytes()))
    paragraph = next(p for p in document.paragraphs if p.text.startswith("“"))
    document.add_comment(paragraph.runs, text=payload, author="Ada Reader", initials="A")
    document.save(str(tmp_path / "back.docx"))
    import_comments(open_study(study), tmp_path / "back.docx")
    opened = open_study(study)
    (memo,) = [m for m in opened.memos.values() if m.kind == "review"]
    page = str(Memos(opened, settled(opened)).pages()[f"memos/{memo.id}"].body)
    leads, fetched = re.findall(r'href="([^"]*)"', page), re.findall(r'src="([^"]*)"', page)

    assert (own_words(memo.text), opened.problems) == (payload, ())
    assert set(re.findall(r"<(\w+)", page)) & {"script", "img", "iframe", "form", "object"} == set()
    assert fetched == []
    assert [
        lead for lead in leads if not lead.startswith(("../", "#", "index.html", "https://"))
    ] == []  # may be followed
    assert "window.ran" not in "".join(re.findall(r"<[^>]*>", page))


def paragraph_of(block: Any, document: Any) -> Any:
    from docx.text.paragraph import Paragraph

    return Paragraph(block, document._body)


def cpu(path: Path) -> tuple[Returned | str, float]:
    """Return what came back, or why it was refused, and the CPU seconds that took."""
    began = time.process_time()
    try:
        found: Returned | str = read_returned(path)
    except UsageError as error:
        found = str(error)
    return found, time.process_time() - began


WORDS = "Each dot is one document and here are some more words of it. "


def test_five_thousand_comments_are_read_in_two_seconds(tmp_path: Path):
    body = "".join(p(on(r(f"{WORDS}{n}"), n)) for n in range(5000))
    path = packed(tmp_path / "a.docx", body, "".join(said(n, f"What of {n}?") for n in range(5000)))

    returned, seconds = cpu(path)

    assert isinstance(returned, Returned)
    assert [(c.text, c.words, c.blocks, c.more) for c in returned.comments] == [
        (f"What of {n}?", f"{WORDS}{n}", [n], 0) for n in range(5000)
    ]
    assert seconds < 2


def test_thousands_of_comments_that_nothing_ends_are_kept_and_cut_short(tmp_path: Path):
    """Each stands on all that follows; of what is not told the memo says how much it is."""
    body = "".join(p(f'<w:commentRangeStart w:id="{n}"/>{r(WORDS)}') for n in range(3000))
    path = packed(tmp_path / "a.docx", body, "".join(said(n, f"What of {n}?") for n in range(3000)))

    returned, seconds = cpu(path)

    assert isinstance(returned, Returned)
    first, last = returned.comments[0], returned.comments[-1]
    assert (len(first.words.replace("\n", "")) + first.more, last.words, last.more) == (3000 * len(WORDS), WORDS, 0)
    assert first.words.startswith(f"{WORDS}\n{WORDS}\n")
    assert seconds < 5


def test_a_comment_on_very_much_says_what_it_does_not_tell(study: Path):
    body = "".join(p(r(WORDS)) for _ in range(500))
    brought(study, packed(study.parent / "a.docx", on(body, 1), said(1, "All of this?")))

    assert [line for line in reviews(study)[0].text.split("\n\n") if "Not told here" in line] == [
        f"Not told here: {299 * len(WORDS):,} more letters on which it stands."
    ]
    assert own_words(reviews(study)[0].text) == "All of this?"


def test_thousands_of_comments_with_one_number_are_all_kept(tmp_path: Path):
    path = packed(tmp_path / "a.docx", p(on(r(WORDS), 1)), "".join(said(1, f"Number {n}") for n in range(30_000)))

    returned, seconds = cpu(path)

    assert isinstance(returned, Returned)
    assert [c.text for c in returned.comments] == [f"Number {n}" for n in range(30_000)]
    assert seconds < 10


REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "elements nested 20,000 deep": (
        lambda path: packed(path, "<w:p>" * 20_000 + "</w:p>" * 20_000),
        "a.docx: is nested deeper than a word processor nests; nothing was read",
    ),
    "60,000 comments": (
        lambda path: packed(path, p("a"), '<w:comment w:id="1"/>' * 60_000),
        "a.docx: has 60,000 comments, and no review has more than 50,000",
    ),
    "6,000 bookmarks open at once": (
        lambda path: packed(
            path,
            "".join(p(f'<w:bookmarkStart w:id="{n}" w:name="b{n}"/>') for n in range(6000))
            + "".join(f'<w:bookmarkEnd w:id="{n}"/>' for n in range(6000)),
        ),
        "more than 200 bookmarks are open at one place; no word processor writes that",
    ),
    "a part of 300 MB in 300 kB": (
        lambda path: bomb(path, "word/document.xml", 300_000_000),
        "a.docx: word/document.xml is too large to be a document's; nothing was read",
    ),
    "parts that are large together": (
        lambda path: bomb(packed(path, p(r("a" * 30_000_000))), "word/comments.xml", 30_000_000, mode="a"),
        "a.docx: word/comments.xml is too large to be a document's; nothing was read",
    ),
    "a part packed in another way": (
        lambda path: bomb(path, "word/document.xml", 1000, zipfile.ZIP_LZMA),
        "a.docx: is packed in a way no word processor packs; save it again as .docx",
    ),
    "100,000 parts": (
        lambda path: bomb(path, "word/document.xml", 1000, parts=100_000),
        "a.docx: is packed in a way no word processor packs; save it again as .docx",
    ),
}


def bomb(path: Path, part: str, size: int, how: int = zipfile.ZIP_DEFLATED, mode: Any = "w", parts: int = 0) -> Path:
    with zipfile.ZipFile(path, mode, how) as file:
        for n in range(parts):
            file.writestr(f"{n:040}", b"")
        with file.open(part, "w") as inside:
            for _ in range(0, size, 1_000_000):
                inside.write(b" " * min(size, 1_000_000))
    return path


@pytest.mark.long
@pytest.mark.parametrize("what", REFUSED)
def test_a_file_made_to_do_harm_is_refused_in_one_sentence_and_soon(what: str, tmp_path: Path):
    make, expected = REFUSED[what]
    path = make(tmp_path / "a.docx")

    found, seconds = cpu(path)

    assert expected == found
    assert seconds < 5
