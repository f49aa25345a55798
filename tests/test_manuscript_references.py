"""Quotations and numbers by reference: set as words in each form, and refused where they lead nowhere."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import qualcode
from qualcode.claims.names import collect
from qualcode.cli import main
from qualcode.coding import hand
from qualcode.manuscript.forms import of_text
from qualcode.manuscript.references import references, set_in

MEDIATOR = "2024-02-20-mediator"
SAID = "“They drew the thing” (A mediator, 20 February 2024, turn 2)"
FORMS = (
    ("markdown", "[@q:{id}]"),
    ("markdown", "{{quote}}`{id}`"),
    ("latex", "\\quoted{{{id}}}"),
)


@pytest.fixture
def excerpt(card: Path) -> str:
    """Tag some words, and return the excerpt's id."""
    return tagged(card, MEDIATOR, "They drew the thing")


def tagged(card: Path, document: str, words: str) -> str:
    codes = {"universality/stigma": None}
    return hand.code_excerpt(qualcode.open_study(card), document, words, codes, coder="mine").id


@pytest.mark.parametrize(("form", "written"), FORMS)
def test_an_excerpt_is_set_in_each_form(card: Path, excerpt: str, form: str, written: str):
    text = f"As was told: {written.format(id=excerpt)}. So.\n"
    assert set_in(qualcode.open_study(card), of_text(text, "m", form)) == f"As was told: {SAID}. So.\n"


def test_the_attribution_has_the_style_that_is_asked(card: Path, excerpt: str):
    manuscript = of_text(f"[@q:{excerpt}]", "m", "markdown")
    told = set_in(qualcode.open_study(card), manuscript, "({document}, {date})")
    assert told == f"“They drew the thing” ({MEDIATOR}, 20 February 2024)"


def test_a_holder_is_named_beside_who_says_it_and_a_notes_prose_is_no_speech(card: Path):
    study = qualcode.open_study(card)
    held = next(e.id for e in study.coded["reader", MEDIATOR].excerpts if e.holder)
    noted = tagged(card, "2024-03-14-library-desk", "sends three people away in an hour")
    text = f"[@q:{held}] [@q:{noted}]"
    assert set_in(qualcode.open_study(card), of_text(text, "m", "markdown")) == (
        "“so I show this and he says, and your real papers?” "
        "(A mediator, of A woman who would hold the card, 20 February 2024, turn 4) "
        "sends three people away in an hour (An afternoon at the library's desk, 14 March 2024)"
    )


def test_words_are_words_and_no_markup(card: Path):
    path = card / f"interviews/{MEDIATOR}.md"
    path.write_text(
        path.read_text("utf-8") + "\nMEDIATOR: It is *50 %* of {it} <b>now</b> $x_1$ [a](b) \\emph.\n", "utf-8"
    )
    excerpt = tagged(card, MEDIATOR, "*50 %* of {it} <b>now</b> $x_1$ [a](b) \\emph")
    study = qualcode.open_study(card)
    latex = set_in(study, of_text(f"\\quoted{{{excerpt}}}", "m", "latex"))
    assert latex.startswith(r"“*50 \%* of \{it\} <b>now</b> \$x\_1\$ [a](b) \textbackslash{}emph”")
    marked = set_in(study, of_text(f"[@q:{excerpt}]", "m", "markdown"))
    assert marked.startswith(r"“\*50 %\* of \{it\} \<b\>now\</b\> \$x\_1\$ \[a\](b) \\emph”")


def test_what_leads_nowhere_or_is_withheld_is_a_problem_and_nothing_is_written(
    card: Path, excerpt: str, capsys: pytest.CaptureFixture[str]
):
    withheld = tagged(
        card, "2024-03-05-card-holder", qualcode.open_study(card).documents["2024-03-05-card-holder"].text[3:29]
    )
    (card / "m.md").write_text(f"[@q:{excerpt}]\n\n[@q:0123456789a]\n\n[@q:{withheld}] [@n:gap]\n", "utf-8")
    assert main(["manuscript", str(card / "m.md"), "--study", str(card), "--set", str(card / "out")]) == 1
    assert [line for line in capsys.readouterr().err.splitlines() if line.startswith("m.md")] == [
        "m.md: line 3: 0123456789a: no such excerpt in the study; `qualcode table codings` lists them",
        f"m.md: line 5: {withheld}: may not be quoted: withheld: consent allows paraphrase only",
        "m.md: line 5: gap: build/numbers.csv is not there; run `qualcode report`, which collects it",
    ]
    assert not (card / "out").exists()


def test_numbers_by_name_are_set(card: Path, tmp_path: Path):
    noted = tmp_path / "noted"
    noted.write_text('{"name": "gap", "value": "0.43", "shown": "43 points"}\n', "utf-8")
    collect(card, [("shares", noted)])
    text = "[@n:gap], {number}`gap`"
    assert set_in(qualcode.open_study(card), of_text(text, "m", "markdown")) == "43 points, 43 points"
    assert set_in(qualcode.open_study(card), of_text("\\named{gap}", "m", "latex")) == "43 points"
    wrong = references(qualcode.open_study(card), of_text("[@n:gpa]", "m", "markdown"))
    assert [r.wrong for r in wrong] == ["no number of this name; did you mean 'gap'?"]


def test_the_command_sets_into_a_folder_and_never_over_the_manuscript(card: Path, excerpt: str):
    (card / "m.md").write_text(f"So [@q:{excerpt}].\n", "utf-8")
    words = ["manuscript", str(card / "m.md"), "--study", str(card), "--set"]
    assert main([*words, str(card)]) == 2
    assert (card / "m.md").read_text("utf-8") == f"So [@q:{excerpt}].\n"
    assert main([*words, str(card / "out")]) == 0
    assert (card / "out/m.md").read_text("utf-8") == f"So {SAID}.\n"
    assert main(["manuscript", str(card / "out/m.md"), "--study", str(card)]) == 0


def test_the_filter_sets_references_in_pandoc_and_leaves_other_citations(card: Path):
    path = card / f"interviews/{MEDIATOR}.md"
    path.write_text(path.read_text("utf-8") + '\nMEDIATOR: It is "so" *é*]] \\ here.\n', "utf-8")
    excerpt = tagged(card, MEDIATOR, 'is "so" *é*]] \\ here')
    (card / "m.md").write_text(f"So [@q:{excerpt}], and [@smith]; [@q:{excerpt}; @smith].\n", "utf-8")
    made = str(card / "quoted.lua")
    assert main(["manuscript", str(card / "m.md"), "--study", str(card), "--filter", made]) == 0
    try:
        done = subprocess.run(
            ["pandoc", str(card / "m.md"), "-L", made, "-t", "html"], capture_output=True, text=True, check=True
        ).stdout
    except FileNotFoundError:
        pytest.skip("pandoc is not here")
    assert 'So “is "so" *é*]] \\ here” (A mediator, 20 February 2024, turn 5), and' in " ".join(done.split())
    assert done.count("smith") >= 2
    assert "<em>" not in done
