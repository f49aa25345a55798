"""What changed since a review: told side by side, from git, without a word that may not be shown."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from conftest import CITIZEN_CARD
from qualcode import open_study
from qualcode.cli import main
from qualcode.coding import hand
from qualcode.errors import SourceError, UsageError
from qualcode.exchange.review.reviews import NoEarlierError, Review, chosen, mark, reviews
from qualcode.report import report
from qualcode.report.changes import changes_page
from qualcode.report.differences import Allowed, beside, numbers, paired, shown

OFFICER = "interviews/2024-02-12-desk-officer.md"
HOLDER = "interviews/2024-03-05-card-holder.md"
CODED = "coding/coders/second/2024-02-12-desk-officer.jsonl"
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><!-- {} --><path d="M0 0"/></svg>'


def git(folder: Path, *arguments: str) -> str:
    who = {"GIT_AUTHOR_NAME": "x", "GIT_AUTHOR_EMAIL": "x@x", "GIT_COMMITTER_NAME": "x", "GIT_COMMITTER_EMAIL": "x@x"}
    when = {"GIT_AUTHOR_DATE": "2026-05-01T10:00:00Z", "GIT_COMMITTER_DATE": "2026-05-01T10:00:00Z"}
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=os.environ | who | when, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def cells(*made: tuple[str, str, dict[str, str]]) -> dict[str, Any]:
    """Return a notebook of cells: id, source, what its output shows."""
    book: list[dict[str, Any]] = []
    for name, source, data in made:
        kind = "code" if data else "markdown"
        cell: dict[str, Any] = {"cell_type": kind, "id": name, "metadata": {}, "source": source}
        if data:
            cell |= {"execution_count": 1, "outputs": [{"output_type": "execute_result", "data": data, "metadata": {}}]}
        book.append(cell)
    return {"cells": book, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def html(*rows: tuple[str, ...]) -> str:
    head, *body = ["".join(f"<td>{c}</td>" for c in row) for row in rows]
    return f"<table><tr>{head}</tr>{''.join(f'<tr>{b}</tr>' for b in body)}</table>"


CHAPTER = (
    ("c-01", "# A chapter\n\nIt says one thing.\n\n## First part\n\nThe same.", {}),
    ("c-02", "x", {"text/html": html(("figure", "n"), ("holder", "3"), ("intermediary", "5"))}),
    ("plot-a", "x", {"image/svg+xml": SVG.format("holder")}),
)


def store(study: Path, *made: tuple[str, str, dict[str, str]]) -> None:
    (study / "notebooks").mkdir(exist_ok=True)
    (study / "notebooks" / "chapter.ipynb").write_text(json.dumps(cells(*made)), "utf-8")


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return the tiny study below a repository's top, committed with a chapter and marked for review."""
    folder = Path(shutil.copytree(CITIZEN_CARD, tmp_path / "top" / "studies" / "card"))
    store(folder, *CHAPTER)
    git(tmp_path / "top", "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "sent")
    mark(folder, "first", "2026-05-02")
    return folder


def edit(study: Path, name: str, change: Callable[[str], str]) -> None:
    path = study / name
    text = path.read_text("utf-8")
    assert change(text) != text
    path.write_text(change(text), "utf-8")


def page(study: Path, since: str = "") -> str:
    return str(changes_page(open_study(study), sorted((study / "notebooks").glob("*.ipynb")), since)[0].body)


def part(study: Path, title: str) -> str:
    """Return a part of the page, without tags that hold no meaning here."""
    found = re.search(rf"^<h2[^>]*>{title}</h2>\n(.*?)(?=^<h2|\Z)", page(study), re.DOTALL | re.MULTILINE)
    assert found
    return unescape(re.sub(r"</?(?:a|t\w+|div|br|p|h3)\b[^>]*>", " ", found[1]))


def test_nothing_changed_is_said_part_by_part(study: Path):
    told = page(study)

    assert told.startswith("<h1>What changed since “first”</h1>\n<p>Then: 2026-05-02, revision <code>")
    assert told.count("Nothing changed.") == 5
    assert "No comments have come in." in told


def test_a_text_is_told_side_by_side_and_what_was_taken_out_is_counted(study: Path):
    """A word that is no longer in a text is no longer released."""
    edit(study, OFFICER, lambda t: t.replace("six kinds of paper", "many sorts of slip"))
    told = part(study, "Texts")

    assert "<ins>many sorts </ins>of <ins>slip." in told
    assert "<del>[2 words] </del>" in told
    assert "<del>[1 word] </del>" in told
    assert "six kinds" not in told


def test_a_withheld_text_that_changed_is_counted_only(study: Path):
    edit(study, HOLDER, lambda t: t.replace("My son wants the library", "My daughter wants the library"))
    told = part(study, "Texts")

    assert "2024-03-05-card-holder" in told
    assert "withheld: consent allows paraphrase only" in told
    assert "daughter" not in told
    assert "library" not in told


def test_a_document_withheld_since_the_review_is_withheld_in_both_columns(study: Path):
    edit(study, OFFICER, lambda t: t.replace("consent: quote", "consent: none"))
    edit(study, OFFICER, lambda t: t.replace("six kinds of paper", "many sorts of slip"))
    told = page(study)

    assert "consent: quote → none" in told
    assert "there is no consent to quote" in told
    assert "kinds of paper" not in told
    assert "sorts" not in told


def test_documents_that_are_new_or_gone_are_named(study: Path):
    shutil.copy(study / OFFICER, study / "interviews" / "2024-04-01-other.md")
    (study / "fieldnotes" / "2024-03-14-counter.md").unlink(missing_ok=True)
    told = part(study, "Texts")

    assert re.search(r"2024-04-01-other\s+new\s+0 → [\d,]+", told)


def test_codings_are_told_by_coder_and_one_by_one(study: Path):
    """One removed, one with another stance, one added by nobody else."""
    lines = (study / CODED).read_text("utf-8").splitlines(keepends=True)
    gone = json.loads(lines[0])["excerpt"]
    (study / CODED).write_text(
        "".join(lines[1:]).replace('"universality/stigma": -1', '"universality/stigma": 0'), "utf-8"
    )
    told = part(study, "Codings")

    assert "<summary>second: 2 excerpts, one by one</summary>" in told
    assert re.search(rf"{gone}\s+removed\s+<del>", told)
    assert re.search(r"changed\s+<del>.*stigma \(.*</del>\s+.*stigma \(", told)
    assert "reader" not in told


def test_what_coders_added_since_a_document_was_settled_is_told_as_not_settled(study: Path):
    """The officer's interview is settled; a new coding of the second coder's is told, marked and counted."""
    settled = "2024-02-12-desk-officer"
    assert settled in open_study(study).agreed
    assert "not settled" not in part(study, "Codings")
    text = open_study(study).documents[settled].text
    made = hand.code_excerpt(open_study(study), settled, text[-20:-8], {"governance/ministry": None}, coder="second")
    told = part(study, "Codings")

    assert f"{settled} {made.id} added, not settled" in " ".join(told.split())
    assert "1 coding is not settled and not counted: made since the document was settled." in told
    assert " ".join(told.split()).endswith(f"coder document not settled second {settled} 1")
    git(study, "add", ".")
    git(study, "commit", "-q", "-m", "later")
    mark(study, "second", "2026-05-03")
    assert part(study, "Codings").strip().startswith("1 coding is not settled and not counted")


def test_the_codebook_is_told_code_by_code(study: Path):
    edit(study, "coding/codebook.yaml", lambda t: t.replace("label: Marking", "label: Brand"))
    told = part(study, "The codebook")

    assert re.search(r"universality/stigma\s+label\s+<del>Marking</del>\s+<ins>Brand</ins>", told)


def test_memos_are_told_by_title_and_never_by_their_words(study: Path):
    (study / "coding/memos/2024-05-01-new.md").write_text(
        "---\ntitle: A new one\non: 2024-05-01\nby: reader\n---\nSecret words.\n", "utf-8"
    )
    told = part(study, "Memos")

    assert re.search(r"2024-05-01\s+A new one\s+reader\s+new", told)
    assert "Secret" not in told


def test_numbers_are_told_then_and_now(study: Path):
    new = html(("figure", "n"), ("holder", "4"), ("neither", "1"), ("intermediary", "5"))
    store(study, CHAPTER[0], ("c-02", "x", {"text/html": new}), CHAPTER[2])
    told = part(study, "Chapters")

    assert "[chapter: table c-02] : 2 rows differ" in told
    assert re.search(r"holder\s+<del>3</del> → <ins>4</ins>", told)
    assert re.search(r"<ins>neither</ins>\s+<ins>1</ins>", told)
    assert "intermediary" not in told


def test_plots_stand_side_by_side_and_their_files_are_the_two_drawings(study: Path):
    store(study, *CHAPTER[:2], ("plot-a", "x", {"image/svg+xml": SVG.format("holder, moved")}))
    told, made = changes_page(open_study(study), [study / "notebooks" / "chapter.ipynb"])

    assert made["_static/changes/chapter-plot-a-then.svg"] == SVG.format("holder")
    assert made["_static/changes/chapter-plot-a-now.svg"] == SVG.format("holder, moved")
    assert 'alt="The plot a as it was"' in told.body
    assert 'href="chapter.html#plot-a"' in told.body


def test_an_earlier_drawing_table_or_paragraph_with_words_withheld_now_is_not_shown(study: Path):
    """They were open when the review was made."""
    words = "one thing to look at instead of, I don't know, six kinds of paper"
    store(
        study,
        ("c-01", f"# A chapter\n\nShe says: {words}.", {}),
        ("c-02", "x", {"text/html": html(("quote", "n"), (words, "1"))}),
        ("plot-a", "x", {"image/svg+xml": SVG.format(words)}),
    )
    git(study, "add", ".")
    git(study, "commit", "--quiet", "-m", "with words")
    store(study, CHAPTER[0], ("c-02", "x", {"text/html": html(("quote", "n"), ("another", "1"))}), CHAPTER[2])
    edit(study, OFFICER, lambda t: t.replace("release: open", "release: closed"))
    told, made = changes_page(open_study(study), [study / "notebooks" / "chapter.ipynb"], "HEAD")

    assert "six kinds of paper" not in "".join([told.body, *made.values()])
    assert "[not shown any more]" in told.body
    assert "_static/changes/chapter-plot-a-then.svg" not in made


def test_nothing_that_was_told_of_a_document_closed_since_is_told_again(study: Path):
    """Its title, a definition that quotes it, short cells, one word that was coded, an old name over a column."""
    rows: list[tuple[str, ...]] = [("kind", "n", "A librarian"), ("5", "4", "7")]
    rows += [("Honestly? Queues.", "1", ""), ("I don't know", "2", ""), ("only Queues here", "3", "")]
    store(study, CHAPTER[0], ("c-02", "x", {"text/html": html(*rows)}), CHAPTER[2])
    edit(study, "coding/codebook.yaml", lambda t: t.replace("Proof of where someone lives.", "six kinds of paper"))
    edit(study, "coding/codebook.yaml", lambda t: t.replace("label: Marking", "label: 'Marked, as A librarian says'"))
    queues = open_study(study).documents["2024-02-12-desk-officer"].text.index("Queues")
    hand.code_place(
        open_study(study), "2024-02-12-desk-officer", queues, queues + 6, {"function/access": None}, coder="reader"
    )
    git(study, "add", ".")
    git(study, "commit", "--quiet", "-m", "with words")
    title = open_study(study).documents["2024-02-12-desk-officer"].title
    store(study, CHAPTER[0], ("c-02", "x", {"text/html": html(("kind", "n"), ("5", "6"))}), CHAPTER[2])
    edit(study, "coding/codebook.yaml", lambda t: t.replace("six kinds of paper", "Where somebody lives."))
    edit(study, "coding/codebook.yaml", lambda t: t.replace("'Marked, as A librarian says'", "Marking"))
    edit(study, "coding/cases.csv", lambda t: t.replace("A librarian", "One of the staff"))
    edit(study, OFFICER, lambda t: t.replace("release: open", "release: closed").replace(title, "A talk"))
    body = str(changes_page(open_study(study), [study / "notebooks" / "chapter.ipynb"], "HEAD")[0].body)

    for gone in (title, "A librarian", "Queues", "I don&#39;t know", "six kinds of paper"):
        assert gone not in body, gone
    assert "title: [not shown any more] → a closed interview, 2024-02" in body
    assert "<del>4</del> → <ins>6</ins>" in body  # numbers are told


def test_a_person_who_was_renamed_is_not_named_by_an_earlier_drawing(study: Path):
    edit(study, "coding/cases.csv", lambda t: t.replace("A librarian", "One of the staff"))
    old = open_study(CITIZEN_CARD)

    assert not Allowed(old, open_study(study)).drawing(SVG.format("A librarian"))
    assert Allowed(old, open_study(study)).drawing(SVG.format("A mediator"))


def test_comments_are_told_with_what_became_of_what_they_stand_on(study: Path):
    def memo(name: str, kind: str, about: str, text: str) -> None:
        (study / f"coding/memos/2026-05-1{name}.md").write_text(
            f"---\ntitle: T{name}\non: 2026-05-10\nby: ar\nabout: [{about}]\nkind: {kind}\n---\n{text}\n", "utf-8"
        )

    memo("0-a", "review", "table chapter/c-02", "Is three right?\n\nIt stands on:\n\n> holder")
    memo("0-b", "review", "section chapter#first-part", "Why?\n\nIn [[chapter chapter]].")
    memo("0-c", "review", "excerpt ee76a417add", "On words that may not be shown")
    memo("1-d", "analytic", "memo 2026-05-10-a", "Counted again: four.")
    new = html(("figure", "n"), ("holder", "4"), ("intermediary", "5"))
    store(study, CHAPTER[0], ("c-02", "x", {"text/html": new}), CHAPTER[2])
    told = re.sub(r"\s+", " ", part(study, "Comments, and what became of them"))

    assert "[chapter: table c-02] Is three right? changed T1-d" in told
    assert "[chapter: section first-part] Why? as it was" in told
    assert "[not shown: it is on words that are withheld]" in told
    assert "may not be shown" not in told
    assert "It stands on" not in told
    assert "[[" not in told
    made = page(study)
    assert 'href="chapter.html#c-02"' in made
    assert 'href="chapter.html#first-part"' in made


def test_a_notebook_that_was_stored_without_outputs_says_so(study: Path):
    bare = cells(*CHAPTER)
    for cell in bare["cells"]:
        cell.pop("outputs", None)
    (study / "notebooks" / "chapter.ipynb").write_text(json.dumps(bare), "utf-8")
    git(study, "commit", "--quiet", "-am", "bare")
    store(study, *CHAPTER)

    assert "stored without its outputs then: its numbers and plots cannot be compared" in page(study, "HEAD")


def test_the_same_two_states_give_the_same_page_from_another_clone(study: Path, tmp_path: Path):
    edit(study, OFFICER, lambda t: t.replace("six kinds of paper", "many sorts of slip"))
    git(study, "add", ".")
    git(study, "commit", "--quiet", "-m", "later")
    git(tmp_path, "clone", "--quiet", str(tmp_path / "top"), "again")

    assert page(study) == page(tmp_path / "again" / "studies" / "card")


def test_without_git_or_without_the_revision_the_page_says_why(study: Path, tmp_path: Path):
    elsewhere = Path(shutil.copytree(study, tmp_path / "nowhere"))
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{tmp_path / 'top'}", "shallow")
    shallow = tmp_path / "shallow" / "studies" / "card"
    noted = (study / "coding/reviews.csv").read_text("utf-8")
    (shallow / "coding/reviews.csv").write_text(re.sub(r"[0-9a-f]{40}", "a" * 40, noted), "utf-8")

    assert "is not here: this is no git repository, or not all of one" in page(elsewhere)
    assert "revision aaaaaaaaaa is not here" in page(shallow)
    (elsewhere / "coding/reviews.csv").unlink()
    assert "No review is noted in this study so far." in page(elsewhere)
    assert "is no review and no revision here (this is no git repository)" in page(elsewhere, "HEAD~1")


def test_a_study_that_was_not_yet_there_is_told_so(study: Path, tmp_path: Path):
    other = Path(shutil.copytree(CITIZEN_CARD, tmp_path / "top" / "later"))

    assert "the study was not in revision" in page(other, "HEAD")


def test_reviews_are_noted_once_each_and_only_what_is_committed(study: Path, capsys: pytest.CaptureFixture[str]):
    git(study, "add", ".")
    git(study, "commit", "--quiet", "-m", "noted")
    assert main(["review", "--mark", "second", "--on", "2026-06-01", "--study", str(study)]) == 0
    assert [(r.name, r.on) for r in reviews(study)] == [("first", "2026-05-02"), ("second", "2026-06-01")]
    assert open_study(study).problems == ()
    assert chosen(study, "") == reviews(study)[1]
    assert main(["review", "--study", str(study)]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("2026-05-02 first ")

    with pytest.raises(UsageError, match="review 'first': is noted already"):
        mark(study, "first", "2026-06-02")
    with pytest.raises(UsageError, match=r"1 file is not committed; commit what was sent, then mark it"):
        mark(study, "third", "2026-06-02")
    with pytest.raises(NoEarlierError, match="'frist' is no review; did you mean 'first'\\? and no revision here"):
        chosen(study, "frist")
    with pytest.raises(NoEarlierError, match="is no review and no revision"):
        chosen(study, "--help")


@pytest.mark.parametrize(
    "line, message",
    [
        ("First,2026-05-02," + "a" * 40, "review 'First' is no slug"),
        ("first,2026-05-32," + "a" * 40, "does not exist"),
        ("first,2026-05-02,HEAD", "is no full git revision"),
    ],
)
def test_a_line_of_reviews_that_is_not_one_is_told_with_its_line(card: Path, line: str, message: str):
    (card / "coding/reviews.csv").write_text(f"review,on,revision\n{line}\n", "utf-8")

    with pytest.raises(SourceError, match=rf"coding/reviews.csv:2: .*{message}"):
        reviews(card)


@pytest.mark.long
def test_the_page_is_on_the_site_and_linked_from_its_first_page(study: Path):
    """With a chapter that changed; a state asked for by name makes the page anew, and nothing else."""
    shutil.rmtree(study / "notebooks")
    (study / "notebooks").mkdir()
    book = cells(("c-01", "# A chapter\n\nIt says another thing.", {}))
    (study / "notebooks" / "chapter.ipynb").write_text(json.dumps(book), "utf-8")
    site = report(study, say=lambda _: None).parent

    assert 'href="changes.html"' in (site / "index.html").read_text("utf-8")
    assert "another" in re.sub(r"<[^>]+>", "", (site / "changes.html").read_text("utf-8"))
    said: list[str] = []
    report(study, say=said.append)
    assert said == []
    report(study, since="HEAD", say=said.append)
    assert said == ["reading and checking card", "rendering the pages"]


def test_words_stand_beside_each_other_word_by_word():
    assert beside("a b c", "a x c d") == (
        [("same", "a "), ("gone", "b "), ("same", "c")],
        [("same", "a "), ("new", "x "), ("same", "c "), ("new", "d")],
    )
    assert beside("a b c", "a c", counted=True)[0] == [("same", "a "), ("gone", "[1 word] "), ("same", "c")]


def test_a_tables_rows_and_columns_are_matched_by_their_names(study: Path):
    allowed = Allowed(open_study(study), open_study(study))
    old = [["who", "n", "gone"], ["a", "1", "x"], ["a", "2", "x"], ["b", "3", "x"]]
    new = [["who", "n", "new"], ["a", "1", ""], ["a", "9", ""], ["c", "3", "y"]]

    assert numbers(old, new, allowed) == [
        [("who", "who"), ("n", "n"), ("", "new"), ("gone", "")],
        [("a", "a"), ("1", "1"), ("", ""), ("x", "")],
        [("a", "a"), ("2", "9"), ("", ""), ("x", "")],
        [("", "c"), ("", "3"), ("", "y"), ("", "")],
        [("b", ""), ("3", ""), ("", ""), ("x", "")],
    ]
    assert numbers(old, old, allowed) == []
    assert paired({"t1": old, "t2": new}, {"t1": [["z"]], "t2": new, "t3": old}) == {"t2": "t2", "t3": "t1"}


def test_a_review_is_known_by_what_it_names():
    assert Review("first", "2026-05-02", "a" * 40).name == "first"


def test_a_state_whose_numbers_could_not_be_compared_is_not_marked(tmp_path: Path):
    """Notebooks as they are laid into a study, never run: the page of what changed would have nothing to compare."""
    from qualcode.study.layout import lay_notebooks

    folder = Path(shutil.copytree(CITIZEN_CARD, tmp_path / "card"))
    lay_notebooks(folder)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "as it was sent")

    with pytest.raises(
        UsageError, match=r"actor-network.ipynb, corpus.ipynb, divergences.ipynb: stored without outputs"
    ):
        mark(folder, "first", "2026-05-02")

    assert not (folder / "coding/reviews.csv").exists()


def test_a_memo_that_a_chapter_cites_is_called_by_its_words():
    """As on the chapter's page; the reference in double brackets is for the program."""
    said = "As the [[memo 2024-03-01-look|memo of 1 March]] says of [[case mayor]], in `[[code]]`."
    book = {"cells": [{"cell_type": "markdown", "source": [f"# One\n\n{said}"]}]}

    assert shown(book).prose == ["One", "As the memo of 1 March says of mayor, in [[code]]."]
