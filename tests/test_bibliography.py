"""Works and memos that chapters cite: found on the site and in Word, or the report stops and says where."""

from __future__ import annotations

import json
import re
import shutil
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from conftest import fewer
from qualcode import open_study
from qualcode.errors import SourceError
from qualcode.evidence import FORMULAS
from qualcode.report import bibliography, report, word
from qualcode.report.bibliography import Bibliography, Citation, read_bibliography, read_works
from qualcode.report.citing import Citing
from qualcode.report.memos import Memos
from qualcode.report.settled import settled

ZOTERO = r"""
@article{krackhardt_informal_1988,
	title = {Informal {Networks} and {Organizational} {Crises}: {An} {Experimental} {Simulation}},
	volume = {51},
	issn = {01902725},
	url = {https://www.example.org/stable/2786835},
	doi = {10.2307/2786835},
	number = {2},
	urldate = {2024-03-01},
	journal = {Social Psychology Quarterly},
	author = {Krackhardt, David and Stern, Robert N.},
	year = {1988},
	pages = {123--140},
}

@book{de_beauvoir_deuxieme_1949,
	address = {Paris},
	title = {Le {Deuxi{\`e}me} {Sexe}},
	publisher = {Gallimard},
	author = {de Beauvoir, Simone},
	date = {1949-06},
}
"""
"""As Zotero writes it: tabs, protected capitals, LaTeX for accents, a comma after the last field, BibLaTeX's date."""


def said(works: Bibliography, text: str) -> str:
    return works.replaced(text, lambda c: "".join(f"<{w.key}:{t}>" if w else t for t, w in c.words))


def test_works_are_read_as_zotero_exports_them():
    works = read_works(ZOTERO, "references.bib")

    told = {key: "".join(p.words for p in work.pieces) for key, work in works.items()}
    assert told == {
        "krackhardt_informal_1988": "Krackhardt, David and Robert N. Stern (1988). Informal Networks and "
        "Organizational Crises: An Experimental Simulation. Social Psychology Quarterly, 51(2), 123–140. https://doi.org/10.2307/2786835",
        "de_beauvoir_deuxieme_1949": "de Beauvoir, Simone (1949). Le Deuxième Sexe. Gallimard, Paris.",
    }
    assert [(w.authors, w.year) for w in works.values()] == [("Krackhardt and Stern", "1988"), ("de Beauvoir", "1949")]
    assert [p.words for p in works["de_beauvoir_deuxieme_1949"].pieces if p.italic] == ["Le Deuxième Sexe"]


def test_a_citation_is_written_in_each_of_its_forms():
    works = Bibliography(read_works(ZOTERO, "references.bib"))
    a, b = "de_beauvoir_deuxieme_1949", "krackhardt_informal_1988"

    assert said(works, f"[@{a}]") == f"(<{a}:de Beauvoir 1949>)"
    assert said(works, f"{{cite:p}}`{a}`") == said(works, f"{{cite}}`{a}`") == said(works, f"[@{a}]")
    assert said(works, f"{{cite:t}}`{a}`") == f"de Beauvoir (<{a}:1949>)"
    assert said(works, f"as Beauvoir has it [-@{a}, p. 3]") == f"as Beauvoir has it (<{a}:1949, p. 3>)"
    both = f"(see <{a}:de Beauvoir 1949, ch. 2>; <{b}:Krackhardt and Stern 1988>)"
    assert said(works, f"[see @{a}, ch. 2; @{b}]") == both
    assert said(works, f"{{cite:p}}`{a}, {b}`") == f"(<{a}:de Beauvoir 1949>; <{b}:Krackhardt and Stern 1988>)"


@pytest.mark.parametrize(
    "text",
    [
        "`[@a]`",
        "``{cite:p}`a` ``",
        "```\n[@a]\n```",
        "~~~ md\n{cite:p}`a`\n",
        "ask a@b.org",
        "[a@b.org](x)",
        "[@a](x)",
        "[ ]",
    ],
)
def test_what_is_code_an_address_or_a_link_is_no_citation(text: str):
    works = Bibliography({})
    assert said(works, text) == text
    assert list(works.faults(text)) == []


def test_three_authors_are_et_al_and_two_works_of_a_year_get_letters(tmp_path: Path):
    (tmp_path / "references.bib").write_text(
        "@misc{z, author={A, A. and B, B. and C, C.}, year=2001, title={T}}\n"
        "@misc{y, author={A, A. and D, D. and C, C.}, year=2001, title={U}}\n"
        "@misc{x, author={{World Bank}}, title={V}}\n",
        "utf-8",
    )
    works = read_bibliography(tmp_path)
    assert said(works, "[@z; @y; @x]") == "(<z:A et al. 2001b>; <y:A et al. 2001a>; <x:World Bank n.d.>)"
    assert "".join(p.words for p in works.works["z"].pieces) == "A, A., B. B and C. C (2001b). T."


def test_a_work_that_the_study_has_under_its_own_key_is_one_with_that_of_a_formula(tmp_path: Path):
    (tmp_path / "references.bib").write_text(
        f"{ZOTERO}@article{{holm, title={{A Simple Sequentially Rejective Multiple Test Procedure}}, year=1979,"
        " author={Holm, S.}}\n",
        "utf-8",
    )
    works = read_bibliography(tmp_path)
    told = "(<krackhardt_informal_1988:Krackhardt and Stern 1988>; <holm:Holm 1979>)"
    assert said(works, "[@krackhardt1988; @holm1979]") == said(works, "[@krackhardt_informal_1988; @holm]") == told


def test_every_fault_of_a_list_of_works_is_told_with_its_line():
    with pytest.raises(SourceError) as caught:
        read_works(
            "@book{a, title={A}}\n\n@book{a, title={B}}\n@book{b, title={C}, title={D}}\n@misc{c}\n", "references.bib"
        )
    assert list(map(str, caught.value.problems)) == [
        "references.bib:3: 'a' is there already, in line 1",
        "references.bib:4: 'b' has the field 'title' twice",
        "references.bib:5: 'c' has neither author nor editor nor title",
    ]
    with pytest.raises(SourceError, match=r"references\.bib:3: is no BibTeX"):
        read_works("@book{a, title={A}}\n@book{b, title={B}\n", "references.bib")


def test_names_of_names_of_names_do_not_grow_and_braces_end():
    bomb = '@string{a0 = "' + "x" * 1000 + '"}\n'
    bomb += "".join(f"@string{{a{n + 1} = {' # '.join([f'a{n}'] * 20)}}}\n" for n in range(30))
    with pytest.raises(SourceError):
        read_works(f"{bomb}@book{{k, title = a30}}", "references.bib")
    with pytest.raises(SourceError):
        read_works("@book{k, title = " + "{" * 5000 + "x" + "}" * 5000 + "}", "references.bib")
    with pytest.raises(SourceError):
        read_works("@book{k, title = " + " # ".join(['"' + "x" * 900 + '"'] * 30) + "}", "references.bib")


@fewer(60)
@given(st.text(st.sampled_from('@{}"\\=,#ab1 \n%~$&<>'), max_size=60))
def test_whatever_stands_in_a_list_of_works_is_read_or_told(text: str):
    for written in (text, f"@book{{k, title = {{{text}}}, author = {{{text}}}}}"):
        try:
            told = str(len(read_works(written, "references.bib")))
        except SourceError as error:
            told = str(error)
        assert told


def test_every_work_behind_a_formula_is_there_and_cited():
    works = read_works((Path(bibliography.__file__).parent / "formulas.bib").read_text("utf-8"), "formulas.bib")
    found = Bibliography(works)
    assert [fault for text in FORMULAS.values() for fault in found.faults(text)] == []
    for text in FORMULAS.values():
        found.replaced(text, lambda _: "", "methods")
        assert not re.search(r"\((?:[A-Z][^()]* )?(?:19|20)\d\d\)", text), "a year that is typed and not cited"
    assert set(works) - set(found.cited) <= {"borgatti2000"}  # the cores of a network, cited where they are explained


HOSTILE = r"""
@book{evil1, author = {{<script>window.ran=1</script>}},
  title = {<img src=x onerror=alert(1)> \href{javascript:alert(1)}{x}},
  year = {<b>2001</b>}, url = {javascript:alert(1)}, publisher = {[x](javascript:alert(2)) `code` {{=1+1}}}}
@book{evil2, author = {Smith, <svg/onload=alert(1)>}, title = {\input{/etc/passwd} \write18{x} *star* | pipe},
  year = 2002, url = {https://example.org/"onmouseover="alert(1)}}
"""


@pytest.fixture(scope="module")
def cited(written: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Let the tiny study cite works and memos, with a hostile list of works; its site and its Word file."""
    study = Path(shutil.copytree(written, tmp_path_factory.mktemp("cited") / "card"))
    (study / "references.bib").write_text(HOSTILE + ZOTERO, "utf-8")
    memo = study / "coding" / "memos" / "2024-04-02-a-thought.md"
    head = "---\ntitle: A thought\non: 2024-04-02\nby: reader\nabout: [case mediator]\n---\n"
    memo.write_text(f"{head}As [@de_beauvoir_deuxieme_1949, p. 9] and [@evil1] <b>say</b>.\n", "utf-8")
    path = study / "notebooks" / "corpus.ipynb"
    book = json.loads(path.read_text("utf-8"))
    book["cells"][0]["source"] = "".join(book["cells"][0]["source"]) + (
        f"\n\nBoth {{cite:t}}`evil2` and [see @evil1; @krackhardt_informal_1988, p. 3] are in the "
        f"[[memo {memo.stem}]], and [[memo {memo.stem}|the first one]] is about [[case mediator]].\n"
    )
    path.write_text(json.dumps(book), "utf-8")
    settings = "notice: <b>Invented</b>\nquestion: Who *has* it?\nby: A reader\nchapters: [divergences, corpus]\n"
    (study / "notebooks" / "report.yaml").write_text(settings, "utf-8")
    report(study, say=lambda _: None)
    word(study, say=lambda _: None)
    return {"study": study, "site": study / "build" / "site", "memo": memo.stem}


def test_a_chapter_and_a_memo_lead_to_the_list_of_references_and_it_leads_back(cited: dict[str, Any]):
    chapter, memo, listed = (
        (cited["site"] / f"{n}.html").read_text("utf-8") for n in ("corpus", f"memos/{cited['memo']}", "references")
    )
    assert '<a class="cite" href="references.html#ref-krackhardt-informal-1988-' in chapter
    assert 'href="../references.html#ref-de-beauvoir-deuxieme-1949-' in memo
    places = set(re.findall(r'references\.html#(ref-[\w-]+)"', chapter + memo))
    assert len(places) == 4
    assert places <= set(re.findall(r'<li id="(ref-[\w-]+)">', listed))
    entry = next(line for line in listed.splitlines() if "ref-de-beauvoir" in line)
    assert f'Cited in: <a href="memos/{cited["memo"]}.html">' in entry
    methods = (cited["site"] / "methods.html").read_text("utf-8")
    assert 'href="references.html#ref-holm1979"' in methods
    assert "[@" not in methods


def test_a_hostile_list_of_works_is_words_wherever_it_is_shown(cited: dict[str, Any]):
    for name in ("corpus", f"memos/{cited['memo']}", "references"):
        page = (cited["site"] / f"{name}.html").read_text("utf-8")
        assert not re.search(r"<script>window|<img src=x|<svg/onload|<b>", page), name
        assert not re.search(r'(?:href|src)="\s*javascript:|onmouseover=', unescape(re.sub(r">[^<]*<", "><", page))), (
            name
        )
        assert "window.ran=1" in page, name
    assert "\\write 18" in (cited["site"] / "references.html").read_text("utf-8")


def test_a_chapters_memo_is_a_link_and_the_memo_says_where_it_is_cited(cited: dict[str, Any]):
    memo = open_study(cited["study"]).memos[cited["memo"]]
    chapter = (cited["site"] / "corpus.html").read_text("utf-8")
    called = f"memo of {memo.on.day} {memo.on:%B %Y}"
    assert f'<a href="memos/{memo.id}.html">{called}</a>' in chapter
    assert f'<a href="memos/{memo.id}.html">the first one</a>' in chapter
    assert '<a href="cases/mediator.html">' in chapter
    assert re.search(
        r'Cited in: <a href="\.\./corpus\.html">The corpus', (cited["site"] / f"memos/{memo.id}.html").read_text()
    )


def test_word_has_the_memos_the_citations_and_the_list_and_no_excerpts_unless_asked(cited: dict[str, Any]):
    paragraphs = Document(str(cited["study"] / "build" / "word" / "report.docx")).paragraphs
    text = "\n".join(p.text for p in paragraphs)
    works = [p.text for p in paragraphs if p.style.name == "Bibliography"]
    memos = open_study(cited["study"]).memos
    shown = [
        m
        for m in memos.values()
        if m.id not in Memos(open_study(cited["study"]), settled(open_study(cited["study"]))).withheld
    ]

    assert [
        p.text for p in paragraphs if p.style.name == "Heading 2" and p.text in {m.title for m in memos.values()}
    ] == [m.title for m in sorted(shown, key=lambda m: (m.on, m.id))]
    assert "As (de Beauvoir 1949, p. 9) and (<script>window.ran=1</script> <b>2001</b>) <b>say</b>." in text
    assert "Krackhardt and Stern 1988, p. 3)" in text
    assert any(w.startswith("de Beauvoir, Simone (1949). Le Deuxième Sexe.") for w in works)
    assert works == sorted(works, key=str.casefold)
    assert [p for p in paragraphs if p.style.name == "Quote"] == []


def test_what_is_cited_and_not_there_stops_the_report_and_all_of_it_is_told(cited: dict[str, Any], tmp_path: Path):
    study = open_study(cited["study"])
    citing = Citing(study, Bibliography(read_works(ZOTERO, "references.bib")))
    book = {
        "cells": [
            {
                "cell_type": "markdown",
                "id": "c1",
                "metadata": {},
                "source": "One.\n[@nobody1900] and [[memo 2018-no]] and [[plan x]]",
            }
        ]
    }
    with pytest.raises(SourceError) as caught:
        citing.require([("corpus", book)])
    told = [str(p) for p in caught.value.problems]
    at = "notebooks/corpus.ipynb: cell c1, line 2: "
    assert told[-3:] == [
        f"{at}cites 'nobody1900', which is not in references.bib; add it there, or mend the key",
        f"{at}there is no memo '2018-no'; mend the reference",
        f"{at}unknown kind of reference 'plan'; kinds in a chapter are memo, code, case, document",
    ]
    assert re.fullmatch(r"coding/memos/[\w-]+\.md:\d+: cites 'evil1', which is not in .*", told[0])


def test_a_study_without_a_list_of_works_keeps_its_brackets(tmp_path: Path):
    works = read_bibliography(tmp_path)
    assert said(works, "ask [@anna] and [@holm1979]") == "ask [@anna] and (<holm1979:Holm 1979>)"
    assert [what for _, what in works.faults("{cite:p}`anna`")] == [
        "cites 'anna', which is not in references.bib; add it there, or mend the key"
    ]
    assert Citation(()).words == ()


def test_the_first_page_says_what_this_is_and_chapters_stand_in_the_order_of_the_argument(cited: dict[str, Any]):
    page = (cited["site"] / "index.html").read_text("utf-8")
    assert "<strong>&lt;b&gt;Invented&lt;/b&gt;</strong>" in page
    assert '<p class="question">Who *has* it?</p>' in page
    chapters = page[page.index('id="chapters"') : page.index('id="the-study"')]
    assert re.findall(r'<li><a href="([\w-]+)\.html">', chapters) == ["divergences", "corpus", "actor-network"]
    assert "does not name it: actor-network." in chapters
    written = Document(str(cited["study"] / "build" / "word" / "report.docx")).paragraphs
    assert next(p.text for p in written if p.style.name == "Notice") == "<b>Invented</b>"
    assert [p.text.split(":")[0] for p in written if p.style.name == "Heading 1"][:3] == [
        "Divergences",
        "The corpus",
        "The actor network",
    ]


def test_a_memo_that_is_not_shown_is_named_without_a_link(cited: dict[str, Any]):
    study = open_study(cited["study"])
    hidden = Memos(study, settled(study)).withheld
    citing = Citing(study, Bibliography({}), frozenset(hidden))
    (memo,) = hidden
    book = {
        "cells": [
            {"cell_type": "markdown", "id": "c", "metadata": {}, "source": f"[[memo {memo}]], [[memo {memo}|it]]"}
        ]
    }
    assert citing.book(book, "a")["cells"][0]["source"] == "memo of 21 March 2024 (withheld), it (withheld)"
