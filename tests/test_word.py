"""The report as a Word document: whole, citable, without a withheld word, the same bytes from run to run."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from docx import Document
from docx.oxml.ns import qn

from qualcode import open_study
from qualcode.cli import main
from qualcode.errors import UsageError
from qualcode.exchange.review.references import References, bookmark
from qualcode.report import word
from qualcode.report.paper import Paper, Run
from qualcode.report.prose import Block, blocks, html_tables, words_of
from qualcode.study.memo import Reference

WITHHELD = ["My son wants the library", "not nothing", "Everything is a risk"]


def quiet(_: str) -> None:
    """Say nothing."""


def docx(study: Path, name: str = "report") -> Path:
    return study / "build" / "word" / f"{name}.docx"


def words(path: Path) -> str:
    """Return all words of a document's body, paragraph by paragraph."""
    body = Document(str(path)).element.body
    return "\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p")))


def test_the_whole_has_every_chapter_the_codebook_and_the_methods(written: Path):
    document = Document(str(docx(written)))
    chapters = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]

    assert [c.split(":")[0] for c in chapters] == [
        "The corpus",
        "The actor network",
        "Divergences",
        "The codebook, and what each code carries",
        "Memos",
        "How the work was done",
        "References",
    ]


def test_withheld_words_are_in_no_part_of_it(written: Path):
    """Each XML part is read as text, since words may be split over runs; why they are withheld is said."""
    with zipfile.ZipFile(docx(written)) as packed:
        parts = {n: packed.read(n) for n in packed.namelist()}
    read = {n: "".join(ElementTree.fromstring(b).itertext()) for n, b in parts.items() if n.endswith((".xml", ".rels"))}
    held = [d for d in open_study(written).documents.values() if d.consent != "quote"]
    runs = {d.text[n : n + 40] for d in held for n in range(0, len(d.text) - 40, 8)}

    assert [n for n, text in read.items() for w in [*WITHHELD, *runs] if w in text] == []
    assert [n for n, data in parts.items() for w in WITHHELD if w.encode() in data] == []
    assert "[withheld: consent allows paraphrase only]" in read["word/document.xml"]
    assert "2024-03-05-card-holder: consent allows paraphrase only" in read["word/document.xml"]


def test_the_same_study_gives_the_same_bytes_elsewhere(written: Path, tmp_path: Path):
    other = Path(shutil.copytree(written, tmp_path / "elsewhere"))
    docx(other).unlink()
    word(other, excerpts=True, say=quiet)

    assert docx(written).read_bytes() == docx(other).read_bytes()


def test_no_date_no_name_and_no_path_is_in_it(written: Path):
    with zipfile.ZipFile(docx(written)) as packed:
        core = packed.read("docProps/core.xml").decode()
        dates = {i.date_time for i in packed.infolist()}
        everything = b"".join(packed.read(n) for n in packed.namelist())
        names = packed.namelist()

    assert re.findall(r"<dc:(\w+)>([^<]*)<", core) == [("title", "A card for everyone"), ("language", "en-GB")]
    assert "dcterms" not in core
    assert dates == {(1980, 1, 1, 0, 0, 0)}
    assert names == ["[Content_Types].xml", *sorted(names[1:])]
    assert str(written.parent).encode() not in everything
    assert b"python-docx" not in everything


def test_plots_are_pictures_with_words_for_who_cannot_see_them_and_a_numbered_caption(written: Path):
    document = Document(str(docx(written)))
    told = [p.get("descr") for p in document.element.body.iter(qn("wp:docPr"))]
    captions = [p for p in document.paragraphs if p.style.name == "Caption"]
    plots = [p.text for p in captions if p.text.startswith("Plot")]
    numbers = [f.get(qn("w:instr")) for p in captions for f in p._p.iter(qn("w:fldSimple"))]

    assert len(told) == len(plots) == 4
    assert told[0] == (
        "Dots along a time axis, one row for each kind of document. "
        "5 documents from 2024-01-30 to 2024-03-14, one row a kind."
    )
    assert [words(docx(written)).count(f"Plot {n}. ") for n in range(1, 6)] == [1, 1, 1, 1, 0]
    assert [n for n in numbers if "Plot" in n] == [f" SEQ Plot \\* ARABIC \\r {n} " for n in range(1, 5)]
    for shape in document.inline_shapes:
        assert shape.width.cm <= 15.0


def test_every_tables_header_row_is_repeated_and_no_row_is_torn(written: Path):
    tables = Document(str(docx(written))).tables

    assert len(tables) > 5
    for table in tables:
        first, *rest = table.rows

        assert first._tr.trPr.find(qn("w:tblHeader")) is not None
        assert [r for r in rest if r._tr.trPr.find(qn("w:tblHeader")) is not None] == []
        assert [r for r in table.rows if r._tr.trPr.find(qn("w:cantSplit")) is None] == []
        assert table.style.name == "Result"


def test_a_short_table_stays_on_one_page_and_a_long_one_leaves_no_row_alone():
    """A row that stays with the next says so in each cell; the last row never does."""
    paper = Paper("A study")
    paper.contents()
    paper.table(["n"], [[[Run(str(n))]] for n in range(3)], [True])
    paper.table(["n"], [[[Run(str(n))]] for n in range(20)], [True])
    short, long = Document(io.BytesIO(paper.to_bytes())).tables

    def stays(table: Any) -> list[bool]:
        return [row._tr.find(f".//{qn('w:keepNext')}") is not None for row in table.rows]

    assert stays(short) == [True, True, True, False]
    assert stays(long) == [True, True, *[False] * 17, True, False]


def test_every_plot_table_code_and_excerpt_can_be_cited_from_paper(written: Path):
    """The references in print are those of the study, and each is found again by its bookmark too."""
    study = open_study(written)
    known = References(study)
    printed = known.in_print(words(docx(written)))
    marks = {m.get(qn("w:name")) for m in Document(str(docx(written))).element.body.iter(qn("w:bookmarkStart"))}

    assert {r.id for r in printed if r.kind == "excerpt"} == {e.id for _, _, e in study.excerpts() if e.codes}
    assert {r.id for r in printed if r.kind == "code"} == set(study.codebook.codes)
    assert [r for r in printed if bookmark(r) not in marks] == []
    assert [r for r in printed if r not in known] == []
    assert {known.by_bookmark(m) for m in marks} >= set(printed)
    assert "[corpus: plot timeline]" in words(docx(written))
    assert "[corpus: table corpus-09]" in words(docx(written))
    assert [m for m in marks if len(m) > 40] == []


def test_links_lead_to_places_in_the_document_and_the_contents_are_there_without_updating(written: Path):
    body = Document(str(docx(written))).element.body
    marks = [m.get(qn("w:name")) for m in body.iter(qn("w:bookmarkStart"))]
    targets = [h.get(qn("w:anchor")) for h in body.iter(qn("w:hyperlink")) if h.get(qn("w:anchor"))]
    listed = [p.text for p in Document(str(docx(written))).paragraphs if p.style.name.startswith("toc")]

    assert len(marks) == len(set(marks))
    assert set(targets) <= set(marks)
    assert "Whose words\t" in listed
    fields = [t.text.split()[1] for t in body.iter(qn("w:instrText")) if "PAGEREF" in (t.text or "")]
    assert len(fields) == len(listed)
    assert set(fields) <= set(marks)
    assert [t for t in listed if t.startswith("The corpus")] != []


def test_code_is_left_out_and_a_french_quotation_is_marked_as_french(written: Path):
    body = Document(str(docx(written))).element.body
    spoken = {e.get(qn("w:val")) for e in body.iter(qn("w:lang"))}

    assert "open_study" not in words(docx(written))
    assert spoken == {d.language for d in open_study(written).documents.values()} - {"en"}


def test_one_chapter_keeps_its_numbers_and_its_links_stay_inside(written: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["report", "--word", "divergences", "--study", str(written)]) == 0
    alone = docx(written, "divergences")
    assert capsys.readouterr().out == f"{alone}\n"

    whole = words(docx(written))
    told = [line for line in words(alone).split("\n") if re.match(r"(Plot|Table) \d", line)]
    assert told != []
    assert [line for line in told if line not in whole] == []
    body = Document(str(alone)).element.body
    assert {h.get(qn("w:anchor")) for h in body.iter(qn("w:hyperlink"))} <= {
        m.get(qn("w:name")) for m in body.iter(qn("w:bookmarkStart"))
    }
    assert "The corpus" not in words(alone)


def test_a_chapter_that_is_not_there_is_told_with_those_that_are(written: Path):
    with pytest.raises(
        UsageError, match="no chapter 'copus'; did you mean 'corpus'\\?; there are corpus, actor-network"
    ):
        word(written, "copus", say=quiet)


def test_a_bookmark_is_short_and_another_for_each_reference():
    """Names that differ in a sign only, or beyond the fortieth letter, stay apart."""
    long = "x" * 60
    pairs = [
        ("section", f"{long}#a"),
        ("section", f"{long}#b"),
        ("code", "a-b/c"),
        ("code", "a/b-c"),
        ("chapter", "a_b"),
    ]
    names = [bookmark(Reference(kind, name)) for kind, name in [*pairs, ("chapter", "a-b"), ("excerpt", "e0123456789")]]

    assert len(set(names)) == len(names)
    assert [n for n in names if not re.fullmatch(r"[A-Za-z]\w{0,35}", n)] == []


def test_markdown_is_set_as_headings_paragraphs_lists_quotes_and_tables():
    text = "# A *title*\n\nOne **strong** `word`\nand more.\n\n- a\n- b\n\n3. c\n4. d\n\n> said\n\n"
    text += "| x | y |\n|---|---:|\n| 1 | 2 |\n\n    code\n"
    found = [(b.kind, words_of(b.words)) for b in blocks(text)]

    assert found == [
        ("heading", "A title"),
        ("paragraph", "One strong word and more."),
        ("bullet", "a"),
        ("bullet", "b"),
        ("number", "3.\tc"),
        ("number", "4.\td"),
        ("quote", "said"),
        ("table", ""),
        ("listing", "code"),
    ]
    table = blocks(text)[7]
    assert [[words_of(c) for c in row] for row in table.rows] == [["x", "y"], ["1", "2"]]
    assert table.numeric == (False, True)


def test_an_html_output_gives_its_tables_and_every_word_beside_them():
    tables, around = html_tables(
        "<style>p {}</style><p>Before</p><table><tr><th>a</th><th class='number'>b</th></tr>"
        "<tr><td>x &amp; <a href='y'>y</a></td></tr></table><p>After</p>"
    )

    assert around == "Before\nAfter"
    assert [[words_of(c) for c in row] for row in tables[0].rows] == [["a", "b"], ["x & y", ""]]
    assert tables[0].numeric == (False, True)
    assert isinstance(tables[0], Block)


def test_a_sign_that_word_cannot_hold_does_not_stop_it():
    from qualcode.report.paper import Paper

    paper = Paper("T")
    paper.front("T")
    paper.paragraph("a\x0bb\ufffec\ud800")

    assert Document(io.BytesIO(paper.to_bytes())).paragraphs[-1].text == "a\ufffdb\ufffdc\ufffd"


def test_every_quotation_under_its_code_is_in_the_right_mouth(written: Path):
    """The speaker says it, "of" names whose view it is, and what was observed is in no quotation marks."""
    from test_evidence import in_whose_mouth

    study = open_study(written)
    mouths = in_whose_mouth(study)
    quotes = [p.text for p in Document(str(docx(written))).paragraphs if p.style.name == "Quote"]
    expected = {
        shown.removesuffix(" — ")
        for name, shown in mouths.items()
        if not shown.endswith("[withheld: ") and name in study.excerpt_ids
    }
    told = [q for q in quotes if not q.startswith("[withheld")]

    assert len(told) >= 12
    assert [q for q in told if not any(q.startswith(e) for e in expected)] == []
    assert [q for q in told if " of " in q] != []
    assert [q for q in told if "observed: " in q and q.startswith("“")] == []
