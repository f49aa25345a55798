"""A long interview of the exemplar is withheld: none of its words comes through any door of search and suggest."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest

import qualcode
from conftest import PROJECT
from qualcode import present
from qualcode.errors import NotYetError
from qualcode.search import Where, by_figure, concordance, lemma_index, search, search_codes, typical
from qualcode.search.spelling import words_of
from qualcode.suggest import found_by_one, suggest, tally, uncoded_like_coded, unlike_its_code, worth

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
