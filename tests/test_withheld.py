"""
What may not be shown, is not: words of a long interview through search and suggest; every field by every way out.
"""

from __future__ import annotations

import io
import json
import re
import shlex
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pandas
import pytest

import qualcode
from conftest import CITIZEN_CARD, PROJECT
from qualcode import present
from qualcode.errors import NotYetError
from qualcode.plaintext.anchor import Anchor, text_hash
from qualcode.search import Where, by_figure, concordance, lemma_index, search, search_codes, typical
from qualcode.search.spelling import words_of
from qualcode.study.coderfile import CoderFile, Excerpt
from qualcode.suggest import found_by_one, suggest, tally, uncoded_like_coded, unlike_its_code, worth
from test_changes import git

WITHHELD = "2018-05-29-spokesperson"
RUN = 3


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> qualcode.Study:
    root = tmp_path_factory.mktemp("study") / "withheld"
    for folder in ("coding", "interviews", "fieldnotes", "documents"):
        shutil.copytree(PROJECT / folder, root / folder)
    path = root / f"interviews/{WITHHELD}.md"
    path.write_text(path.read_text("utf-8").replace("consent: quote", "consent: paraphrase", 1), "utf-8")
    book = root / "coding/codebook.yaml"
    book.write_text(re.sub(rf"    example: {{document: {WITHHELD}.*\n", "", book.read_text("utf-8")), "utf-8")
    return qualcode.open_study(root)


def runs(text: str) -> set[tuple[str, ...]]:
    words = [w for _, _, w in words_of(text)]
    return {tuple(words[n : n + RUN]) for n in range(len(words) - RUN + 1)}


def shown(study: qualcode.Study) -> Iterator[tuple[str, str]]:
    """Yield everything that the two rooms print, as text."""
    words = ["le", "la", "on", "je", "a", "motion", "garantie", "city"]
    hits = search(study, words)
    coded = search_codes(study, "*")
    tables = {
        "words": hits,
        "lines": concordance(study, hits),
        "context": present.in_context(study, hits.iloc[:200]),
        "figures": by_figure(study, hits),
        "codes": coded,
        "code lines": concordance(study, coded, width=200),
        "suggestions": suggest(study, "coder-a", most=50),
        "rejected too": suggest(study, "coder-b", most=50, rejected=True),
        "uncoded": uncoded_like_coded(study, most=500),
        "unlike": unlike_its_code(study, most=5000),
        "one coder": found_by_one(study),
        "worth": worth(study),
        "tally": tally(study),
    }
    for name, table in tables.items():
        assert len(table) > 0, name
        yield name, table.to_csv() + str(table.attrs)
    for index in (None, lemma_index(study)):
        for where in (Where(), Where(language="fr"), Where(within="motion/*")):
            try:
                table = typical(study, where=where, least=1, speakers=1, index=index)
            except NotYetError as error:
                yield "typical", str(error)
            else:
                yield "typical", table.to_csv() + str(table.attrs["notes"])


@pytest.mark.long
def test_no_three_words_of_a_withheld_interview_come_through(study: qualcode.Study):
    """Runs that no other document has; the labels and definitions of the codebook are ours."""
    theirs = runs(study.documents[WITHHELD].text)
    ours = [d.text for d in study.documents.values() if d.id != WITHHELD]
    ours += [(study.root / "coding/codebook.yaml").read_text("utf-8")]
    theirs -= set().union(*map(runs, ours))
    theirs = {run for run in theirs if not any(w.isdecimal() for w in run)}  # the times of turns are no words

    assert study.problems == ()
    assert len(theirs) > 1000
    for name, text in shown(study):
        assert runs(text) & theirs == set(), name


def test_single_words_that_only_it_has_are_no_typical_words(study: qualcode.Study):
    elsewhere = {w for d in study.documents.values() if d.id != WITHHELD for _, _, w in words_of(d.text)}
    only = {w for _, _, w in words_of(study.documents[WITHHELD].text)} - elsewhere

    assert len(only) > 100
    assert only & set(typical(study, where=Where(language="fr"), least=1, speakers=1).index) == set()


TALK, PLACE = "2024-02-20-mediator", "interviews/2024-02-20-mediator.md"
FIELDS = {
    "words": "quincebrass velvetotter harpsidrum ospreyline",
    "question": "questionmoth asked beetlewise twice",
    "title": "titlefern",
    "place": "placeheron",
    "label": "LABELNEWT",
    "front note": "noteibis",
    "excerpt memo": "memolark",
    "memo title": "memotitlewren",
    "memo": "memotextstoat",
    "why it was settled": "settledwhyvole",
    "act": "actwhatlynx",
    "act note": "actnotemink",
    "tie note": "tienotehare",
    "contact note": "contactnotecrow",
    "why it has a state": "releasewhyelk",
    "words asked for": "releasewordsdeer",
    "rejected": "rejectednotebat",
}
"""Each field of free text of, or about, one interview, with what is planted in it."""
NAMED = ("title", "place", "label")
ABOUT = ("memo title", "memo", "excerpt memo", "why it was settled", "act", "act note", "tie note")
OPEN = (*NAMED, *ABOUT, "words", "question", "contact note", "front note", "rejected")
HEAD = "case,version,from,analyse,quote,identity,withdrawn_on,withdrawn_scope,review\n"
ELSE = "desk-officer,1,2024-01-01,yes,verbatim,pseudonym,,,\ncard-holder,1,2024-01-01,yes,paraphrase,pseudonym,,,\n"
ROW = ELSE + "mediator,1,2024-01-01,yes,"
STATES: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "open": ({}, OPEN),
    "open, with a form": ({"consent.csv": ROW + "verbatim,pseudonym,,,\n"}, OPEN),
    "paraphrase": ({"consent": "paraphrase"}, NAMED),
    "no consent": ({"consent": "none"}, ()),
    "informal": ({"consent": "informal"}, ()),
    "pending": ({"release": "pending\npending_on: participant"}, ()),
    "closed": ({"release": "closed"}, ()),
    "form: paraphrase": ({"consent.csv": ROW + "paraphrase,pseudonym,,,\n"}, NAMED),
    "form: none": ({"consent.csv": ROW + "none,pseudonym,,,\n"}, ()),
    "no form": ({"consent.csv": ELSE}, ()),
    "quotation withdrawn": ({"consent.csv": ROW + "verbatim,pseudonym,2024-06-01,quote,\n"}, ()),
    "all withdrawn": ({"consent.csv": ROW + "verbatim,pseudonym,2024-06-01,all,\n"}, ()),
    "to be read over": ({"consent.csv": ROW + "verbatim,pseudonym,,,before-publication\n"}, NAMED),
    "by the role": (
        {"consent.csv": ROW + "verbatim,role,,,\n"},
        tuple(f for f in OPEN if f not in NAMED),
    ),
    "excerpt closed": (
        {"excerpt": "closed"},
        (*NAMED, "question", "act", "act note", "tie note", "contact note"),
    ),
    "excerpt amended": (
        {"excerpt": "amended"},
        (*NAMED, "question", "act", "act note", "tie note", "contact note"),
    ),
}
"""What is laid for each state, and the fields that may come out then; every other may not."""


def lay(root: Path, state: str) -> qualcode.Study:
    """Plant every field in a copy of the tiny study, in one state."""
    laid = STATES[state][0]
    if not (root / "coding").exists():
        shutil.copytree(CITIZEN_CARD, root)
    path = root / PLACE
    path.write_text(
        f"""---
title: {FIELDS["title"]}
date: 2024-02-20
language: en
mode: recorded
place: {FIELDS["place"]}
speakers:
  Q: {{case: researcher}}
  {FIELDS["label"]}: {{case: mediator}}
consent: {laid.get("consent", "quote")}
release: {laid.get("release", "open")}
note: {FIELDS["front note"]}
---
Q: What of {FIELDS["question"]} then?

{FIELDS["label"]}: I say {FIELDS["words"]} again.
""",
        "utf-8",
    )
    text = path.read_text("utf-8").split("---\n", 2)[2]
    start = text.index(FIELDS["words"])
    place = Anchor.take(text, start, start + len(FIELDS["words"]))
    question = Anchor.take(text, 3, text.index("then?"))
    own = None
    if "excerpt" in laid:
        own = {"state": laid["excerpt"], "by": "participant", "on": "2024-05-01"}
        own |= {"why": FIELDS["why it has a state"], "words": FIELDS["words asked for"]}
    made, codes = "2024-03-20T09:00:00Z", {"function/access": None, "universality/stigma": 1.0}
    one = Excerpt("e00000000a1", place, text_hash(text), codes, made, memo=FIELDS["excerpt memo"], release=own)
    asked = Excerpt("e00000000a2", question, text_hash(text), {"function/access": None}, made)
    why = {"by": ["reader", "second"], "on": "2024-04-02", "why": FIELDS["why it was settled"]}
    agreed = replace(one, settled=why, id="e00000000a4")
    rejected = replace(one, id="e00000000a3", memo=FIELDS["rejected"], release=None, origin={"how": "suggestion"})
    rejected = replace(rejected, codes={"function/identification": None})
    for within, excerpts in {
        "coders/reader": (one, asked),
        "coders/second": (replace(asked, id="e00000000a5"),),
        "agreed": (agreed, replace(asked, id="e00000000a6", settled=why | {"why": "Both."})),
        "rejected/reader": (rejected,),
    }.items():
        file = CoderFile(within.rpartition("/")[2], TALK, "", tuple(sorted(excerpts, key=lambda e: e.place)))
        (root / f"coding/{within}").mkdir(parents=True, exist_ok=True)
        (root / f"coding/{within}/{TALK}.jsonl").write_text(file.to_text(), "utf-8")
    (root / "coding/memos/2024-04-02-on.md").write_text(
        f"---\ntitle: {FIELDS['memo title']}\non: 2024-04-02\nby: reader\nabout: [excerpt e00000000a1]\n"
        f"kind: analytic\n---\n{FIELDS['memo']}\n",
        "utf-8",
    )
    ties = (CITIZEN_CARD / "coding/ties.csv").read_text("utf-8")
    ties += f"card-holder,knows,mediator,,,mediator,,{TALK},{FIELDS['tie note']}\n"
    (root / "coding/ties.csv").write_text(ties, "utf-8")
    acts = (CITIZEN_CARD / "coding/acts.csv").read_text("utf-8")
    acts += f"a03,2024-02-20,mediator,asked,{FIELDS['act']},,,{TALK},told,{FIELDS['act note']}\n"
    (root / "coding/acts.csv").write_text(acts, "utf-8")
    (root / "coding/contacts.csv").write_text(
        f"case,on,outcome,document,note\nmediator,2024-02,agreed,{TALK},{FIELDS['contact note']}\n", "utf-8"
    )
    (root / "coding/consent.csv").unlink(missing_ok=True)
    if "consent.csv" in laid:
        (root / "coding/consent.csv").write_text(HEAD + laid["consent.csv"], "utf-8")
    study = qualcode.open_study(root)
    study.require_sound()
    return study


def said(root: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[tuple[str, str]]:
    """Yield what every command that reads a study prints, and what those that write files write."""
    from qualcode.cli import main
    from qualcode.tables import TABLES

    out = root.parent / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    commands = [f"table {name}" for name in TABLES]
    words = " ".join(word for planted in FIELDS.values() for word in planted.split())
    commands += [f"search {words}", "search velvetotter questionmoth --in-context"]
    commands += [f"search '{FIELDS['words']}' --by-figure", "search --codes '*'", "search --codes '*' --in-context"]
    commands += ["check", "check --strict", "tidy", "reanchor", f"compare reader second {TALK}", "agreement"]
    commands += ["suggest --coder reader", "suggest --coder second --rejected", "divergence", "network discourse"]
    commands += ["network ties", "network attendance", f"export {out}/study.qdpx", f"export --parquet {out}/parquet"]
    commands += [f"agreement --plot {out}/a.svg", f"network discourse --plot {out}/n.svg", "release report"]
    commands += ["release report --language fr", "release withdraw mediator --remove", "review"]
    commands += [f"table codings --out {out}/codings.xlsx", f"network discourse --out {out}/n.graphml"]
    for command in commands:
        main([*shlex.split(command), "--study", str(root)])
        told = capsys.readouterr()
        yield command, told.out + told.err
    for path in sorted(out.rglob("*")):
        if path.is_file():
            yield path.name, "".join(_inside(path.read_bytes()))


def _inside(data: bytes) -> Iterator[str]:
    """Yield a file's text, and that of the files in it."""
    yield data.decode("utf-8", "replace")
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for name in packed.namelist():
                yield f"{name}\n"
                yield from _inside(packed.read(name))
    elif data[:4] == b"PAR1":
        yield pandas.read_parquet(io.BytesIO(data)).to_csv()


def reprs(study: qualcode.Study) -> Iterator[tuple[str, str]]:
    """Yield what a notebook shows of the objects that it looks at, and of codings to look at."""
    from qualcode.tables import retrieval, settled
    from qualcode.widget import read_only

    document = study.documents[TALK]
    excerpts = [e for f in study.files for e in f.excerpts]
    objects = [study, document, *document.turns, *study.files, *excerpts, *(e.anchor for e in excerpts)]
    objects += [*study.memos.values(), *study.ties, *study.acts, *study.cases.values(), *study.contacts]
    objects += [*(study.consents or ()), document.filed]
    for one in objects:
        yield f"repr of {type(one).__name__}", repr(one)
    for code in study.codebook.codes:
        for passage in retrieval.passages(study, code, around=500):
            yield "passages", f"{passage.before} {passage.words} {passage.after}"
    yield "settled", settled(study).to_csv()
    yield "read_only", read_only(study, TALK, coder="reader").to_html()


def out_of(ways: Iterator[tuple[str, str]]) -> dict[str, set[str]]:
    """Return the fields that came out, and by which ways."""
    found: dict[str, set[str]] = {}
    for way, text in ways:
        for field, planted in FIELDS.items():
            names = (planted, planted.lower()) if field == "label" else (planted,)
            if any(n in text for n in names):
                found.setdefault(field, set()).add(way)
    return found


@pytest.mark.long
@pytest.mark.parametrize("state", STATES)
def test_every_field_comes_out_as_its_state_allows_by_every_command_and_object(
    state: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """What may not come out, does by no way; what may, does by some: else the test looks at nothing."""
    study = lay(tmp_path / "card", state)
    allowed = STATES[state][1]
    found = out_of(chain(said(study.root, capsys), reprs(study)))

    assert {field: ways for field, ways in found.items() if field not in allowed} == {}
    elsewhere = ("memo", "memo title", "front note", "rejected")  # which only the site, or another program's file, show
    assert [f for f in allowed if f not in found and f not in elsewhere] == []


CHAPTER = (
    (
        "from qualcode import network, open_study, plots, present, tables\n"
        "from qualcode.search import search\n"
        "study = open_study()\n"
        "rows = tables.codings(study)[['document', 'quote', 'memo']]\n"
        "present.table(rows.merge(tables.documents(study)[['document', 'title', 'place']], on='document'))"
    ),
    "present.table(present.in_context(study, search(study, ['velvetotter', 'questionmoth'])))",
    "present.table(tables.turns(study)[['document', 'speaker']].drop_duplicates())",
    "present.table(tables.acts(study)[['act', 'what', 'note']])",
    "plots.spoken_words(tables.turns(study), tables.cases(study), study.codebook.contrast)",
    "list(tables.retrieval.passages(study, 'function/access', around=200))",
)


def chapter(root: Path) -> None:
    """Lay a chapter that shows whatever helpers give of a study."""
    book: dict[str, object] = {"metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    title = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# A chapter\n\nOn what was said."}
    code = [
        {"cell_type": "code", "id": f"c-{n}", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
        for n, source in enumerate(CHAPTER)
    ]
    (root / "notebooks").mkdir()
    (root / "notebooks/chapter.ipynb").write_text(json.dumps(book | {"cells": [title, *code]}), "utf-8")


def built(root: Path) -> Iterator[tuple[str, str]]:
    """Yield every file that is built, as text."""
    for path in sorted((root / "build").rglob("*")):
        if path.is_file():
            yield path.relative_to(root).as_posix(), "".join(_inside(path.read_bytes()))


@pytest.mark.builds
def test_no_site_word_file_plot_or_page_of_changes_has_what_its_state_does_not_allow(tmp_path: Path):
    """Built open and committed; then closed, in part and as a whole, and built again over what was there."""
    from qualcode.report import report, word

    root = tmp_path / "card"
    lay(root, "open")
    chapter(root)
    report(root, say=lambda _: None)
    word(root, say=lambda _: None)
    git(root, "init", "--quiet")
    git(root, "add", "coding", "interviews", "documents", "fieldnotes", "notebooks")
    git(root, "commit", "--quiet", "-m", "open")
    shown = out_of(built(root))

    assert sorted(set(FIELDS) - set(shown)) == [
        *("contact note", "front note", "rejected", "tie note", "why it has a state", "why it was settled"),
        "words asked for",
    ]
    assert {"build/word/report.docx"} <= set.intersection(*(shown[f] for f in ("words", "title", "excerpt memo")))
    left = {}
    for state in ("excerpt closed", "by the role", "all withdrawn"):
        lay(root, state)
        report(root, since="HEAD", say=lambda _: None)
        word(root, say=lambda _: None)
        left |= {(state, f): ways for f, ways in out_of(built(root)).items() if f not in STATES[state][1]}

    assert left == {}
