"""Search on the tiny second study: what stands where was read off its files by hand; and against a plain scan."""

from __future__ import annotations

import re
import time
import unicodedata
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualcode
from conftest import CITIZEN_CARD, PROJECT
from qualcode.errors import UsageError
from qualcode.search import (
    Index,
    Where,
    by_figure,
    concordance,
    index_of,
    lemma_index,
    search,
    search_codes,
)
from qualcode.search.phrase import Wording, _pattern
from qualcode.search.query import Coded, ask, stretches
from qualcode.search.spelling import fold, split, words_of
from qualcode.search.stretches import inside, overlapping
from qualcode.study.document import Document, Speaker, Turn
from test_cli import run

if TYPE_CHECKING:
    import pandas as pd

LEAFLET, OFFICER, MEDIATOR = "2024-01-30-leaflet", "2024-02-12-desk-officer", "2024-02-20-mediator"
HOLDER, DESK = "2024-03-05-card-holder", "2024-03-14-library-desk"


@pytest.fixture(scope="module")
def study() -> qualcode.Study:
    return qualcode.open_study(CITIZEN_CARD)


def places(table: pd.DataFrame) -> list[tuple[str, int, int]]:
    return list(zip(table["document"], table["start"], table["end"], strict=True))


def document(text: str, name: str = "one", turns: tuple[tuple[int, int], ...] = ()) -> Document:
    """Make a document of one turn, or of the turns given."""
    spans = turns or ((0, len(text)),)
    made = tuple(Turn(n, Speaker("", ""), "en", "", a, a, b) for n, (a, b) in enumerate(spans, 1))
    return Document(
        name, f"documents/{name}.md", "document", "", date(2024, 1, 1), "en", "", "quote", "open", text, 1, made
    )


def found(text: str, asked: str, *, exact: bool = False) -> list[str]:
    """Return the words found in a text, as they stand there."""
    return [text[a:b] for _, a, b in stretches(Index.of([document(text)]), Wording.of(asked, exact=exact))]


# What is the same word


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [
        ("reseau", "Un réseau, deux re\u0301seaux. RÉSEAU!", ["réseau", "RÉSEAU"]),
        ("réseaux", "Un réseau, deux re\u0301seaux.", ["re\u0301seaux"]),
        ("oeuvre", "l’œuvre et l'OEUVRE", ["œuvre", "OEUVRE"]),
        ("aegis", "Ǽgis, ǽgis, ægis", ["Ǽgis", "ǽgis", "ægis"]),
        ("l'œuvre", "l’œuvre et l'oeuvre, la leur", ["l’œuvre", "l'oeuvre"]),
        ("accueil", "d'accueil, l’accueil", ["accueil", "accueil"]),
        ("sans-papiers", "sans papiers, sans-\npapiers, sanspapiers", ["sans papiers", "sans-\npapiers"]),
        ("no no", "no, no, no", ["no, no", "no, no"]),
        ("strasse", "Straße", ["Straße"]),
        ("hospitable", "hos\u00adpitable", ["hos\u00adpitable"]),
        ("paper*", "paper, papers, wallpaper", ["paper", "papers"]),
        ("*paper", "paper, papers, wallpaper", ["paper", "wallpaper"]),
        ("wom_n", "woman, women, womn", ["woman", "women"]),
        ("the * of", "the end of the very end of", ["the end of"]),
        ("* of", "of the of", ["the of"]),
        ("été*", "étés, ete, etage", ["étés", "ete"]),
        ("C#", "c, C#", ["c", "C"]),
    ],
)
def test_spellings_of_a_word_are_the_same_word(asked: str, text: str, expected: list[str]):
    assert found(text, asked) == expected


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [
        ("Été", "été Été ÉTÉ", ["Été"]),
        ("so, no", "so no, so, no, so,\nno, So, no", ["so, no", "so,\nno"]),
        ("l'état", "l’état l'état", ["l'état"]),
        ("paper", "papers wallpaper paper", ["paper"]),
        ("a * b", "a x b, a * b", ["a * b"]),
    ],
)
def test_an_exact_search_takes_signs_as_written(asked: str, text: str, expected: list[str]):
    assert found(text, asked, exact=True) == expected


@pytest.mark.parametrize("asked", ["", " ", "…", "*", "* *", "#!"])
def test_nothing_to_look_for_is_said(asked: str):
    with pytest.raises(UsageError, match="no word"):
        Wording.of(asked)


def test_words_of_two_turns_are_no_phrase_and_labels_are_no_words():
    """Ann says "yes", Ben says "yes": nobody said it twice."""
    text = "yes yes\n\nyes"
    index = Index.of([document(text, turns=((0, 7), (9, 12))), document("yes", "two")])

    assert stretches(index, Wording.of("yes yes")) == [(0, 0, 7)]
    assert [s[0] for s in stretches(index, Wording.of("yes"))] == [0, 0, 0, 1]


def test_labels_and_times_are_not_searched(study: qualcode.Study):
    assert places(search(study, ["officer", "00"])) == []


# Against a plain scan

SIGNS = "aabn é\u0301œ'’- \n,.😀ß"
texts = st.text(SIGNS, max_size=60)
asked = st.lists(st.text("abné*_œ'", min_size=1, max_size=3), min_size=1, max_size=3).map(" ".join)


def plainly(text: str, query: str, start: int = 0) -> list[tuple[int, int]]:
    """Read a text from beginning to end, without an index and without our folding."""

    def same(word: str) -> str:
        apart = unicodedata.normalize("NFKD", word.lower().replace("ß", "ss"))
        return re.sub("[\u0300-\u036f]", "", apart.replace("œ", "oe"))

    def plain_words(of: str, signs: str) -> list[tuple[int, int, str]]:
        runs = re.finditer(rf"(?:[^\W_]|[\u0300-\u036f{signs}])+", of)
        return [(m.start(), m.end(), same(m[0])) for m in runs if same(m[0])]

    there, wanted = plain_words(text, ""), [w for _, _, w in plain_words(query, "*_")]
    wanted = [w.replace("_", "?") for w in wanted]
    places = []
    for at in range(len(there) - len(wanted) + 1):
        window = there[at : at + len(wanted)]
        if all(fnmatchcase(w, q) for (_, _, w), q in zip(window, wanted, strict=True)):
            places.append((window[0][0] + start, window[-1][1] + start))
    return places


@given(st.lists(texts, min_size=1, max_size=3), asked)
def test_the_index_finds_what_a_plain_scan_finds(held: list[str], query: str):
    """Places in code points, overlaps included, documents and turns kept apart."""
    try:
        wording = Wording.of(query)
    except UsageError:
        return
    whole, turns = "", []
    for text in held:
        turns.append((len(whole), len(whole) + len(text)))
        whole += text + "\n"
    documents = [document(whole, turns=tuple(turns)), document(held[0], "two")]
    expected = [(0, *p) for (a, _), text in zip(turns, held, strict=True) for p in plainly(text, query, a)]
    expected += [(1, *p) for p in plainly(held[0], query)]

    assert stretches(Index.of(documents), wording) == expected


@given(st.lists(texts, min_size=1, max_size=2), st.lists(st.text("aAbéÉœ'’,-", min_size=1, max_size=4), min_size=1))
def test_an_exact_search_finds_what_a_plain_scan_finds(held: list[str], parts: list[str]):
    """Signs as written, from a word's first sign to a word's last; any blank for a blank."""
    query = " ".join(parts)
    try:
        wording = Wording.of(query, exact=True)
    except UsageError:
        return
    text = " ".join([*held, query, query.upper(), query])
    asked_for, there = plainly(query, "*"), plainly(text, "*")
    meant = re.compile(r"\s+".join(map(re.escape, query[asked_for[0][0] : asked_for[-1][1]].split())))
    expected = [(0, a, b) for a, _ in there for _, b in there if a < b and meant.fullmatch(text, a, b)]

    assert stretches(Index.of([document(text)]), wording) == expected
    assert expected


@given(st.text(max_size=30) | texts)
def test_words_are_the_same_read_sign_by_sign_or_all_at_once(text: str):
    """Any signs that Unicode has, also those that no French or English text holds."""
    start, end, written = split(text)
    at_once = zip(start.tolist(), end.tolist(), map(fold, written), strict=True)

    assert [w for w in at_once if w[2]] == list(words_of(text))


@cache
def exemplar() -> list[Document]:
    """Return every ninth document of the exemplar."""
    every = qualcode.open_study(PROJECT).documents
    return [every[n] for n in sorted(every)][::9]


@pytest.mark.long
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_every_phrase_of_the_exemplar_is_found_where_it_stands(at: int, length: int):
    """Phrases are drawn from real transcripts, in two languages."""
    interviews = exemplar()
    source = interviews[at % len(interviews)]
    turn = source.turns[at % len(source.turns)]
    said = re.findall(r"[^\W_]+", source.text[turn.words_start : turn.end])
    if not said:
        return
    query = " ".join(said[at % len(said) :][:length])
    expected = [
        (n, *p)
        for n, d in enumerate(interviews)
        for t in d.turns
        for p in plainly(d.text[t.words_start : t.end], query, t.words_start)
    ]

    assert stretches(Index.of(interviews), Wording.of(query)) == expected
    assert expected


# A study's hits, and what may be shown


def test_hits_are_listed_with_who_says_it_and_those_that_may_not_be_shown_are_counted(study: qualcode.Study):
    table = search(study, "card")

    assert places(table) == [(LEAFLET, 14, 18), (LEAFLET, 57, 61), (OFFICER, 18, 22), (DESK, 258, 262)]
    assert table["words"].tolist() == ["card"] * 4
    assert table["case"].tolist() == ["city", "city", "researcher", ""]
    assert table["turn"].tolist() == [1, 1, 1, 1]
    assert table.attrs["withheld"] == {HOLDER: 1}
    assert table.attrs["notes"] == [
        "hits: 5; documents: 4; speakers: 3",
        f"not shown of {HOLDER}: 1; consent allows paraphrase only",
    ]


def test_no_word_of_a_withheld_document_is_in_any_shape_of_the_result(study: qualcode.Study):
    hits = search(study, "lion")

    assert len(hits) == 0
    assert len(concordance(study, hits)) == 0
    assert hits.attrs["hits"] == 1


def test_a_concordance_withholds_places_that_come_from_elsewhere(study: qualcode.Study):
    import pandas as pd

    line = concordance(study, pd.DataFrame({"document": [HOLDER], "start": [44], "end": [51]})).iloc[0]

    assert (line["left"], line["hit"], line["right"]) == ("", "[withheld: consent allows paraphrase only]", "")


def test_counts_by_figure_say_how_many_words_they_are_out_of(study: qualcode.Study):
    """The officer's six "the", and "the library" of the holder; 78 and 34 words of theirs, others' 219."""
    table = by_figure(study, search(study, "library"))

    assert table[["figure", "hits", "speakers", "documents"]].to_numpy().tolist() == [
        ["issuer", 1, 1, 1],
        ["intermediary", 0, 0, 0],
        ["holder", 2, 1, 1],
        ["", 0, 0, 0],
    ]
    spoken = dict(zip(table["figure"], table["words"], strict=True))
    assert table["per_10000"].iloc[2] == pytest.approx(20_000 / spoken["holder"])
    assert sum(spoken.values()) == len(index_of(study).key)


def test_lines_keep_to_the_turn_and_do_not_cut_words(study: qualcode.Study):
    lines = concordance(study, search(study, "papers"), width=15)

    assert lines[["document", "left", "hit", "right"]].to_numpy().tolist() == [
        [OFFICER, "people without ", "papers", " ask for it,"],
        [MEDIATOR, "and your real ", "papers", "? It proves"],
    ]


def test_sorting_ignores_capitals_and_accents_and_keeps_ties_in_place(study: qualcode.Study):
    hits = search(study, "the", Where(document=[OFFICER]))
    right = concordance(study, hits, sort="right", width=12)
    left = concordance(study, hits, sort="left", width=12)

    assert right["start"].tolist() == [14, 450, 493, 545, 168, 463, 302]  # card, library, ministry twice, person, ...
    assert left["left"].tolist() == [
        "Does ",
        ". And for ",
        "have it, ",
        "library, ",
        "That's ",
        "'t say. ",
        "What would ",
    ]
    with pytest.raises(UsageError, match="unknown order 'up'"):
        concordance(study, hits, sort="up")


# Where to look


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Where(speaker=["OFFICER"]), [OFFICER]),
        (Where(speaker=["researcher"]), [OFFICER]),
        (Where(speaker=["city"]), [LEAFLET, LEAFLET]),
        (Where(figure=["issuer"]), [OFFICER]),
        (Where(kind=["leaflet", "fieldnote"]), [LEAFLET, LEAFLET, DESK]),
        (Where(document=[DESK]), [DESK]),
        (Where(since="2024-02-12", until="2024-03-13"), [OFFICER, OFFICER]),
        (Where(until="2024-02-12"), [LEAFLET, LEAFLET, OFFICER, OFFICER]),
        (Where(within="function/*"), [LEAFLET, OFFICER]),
        (Where(outside="*"), [LEAFLET]),
        (Where(within="universality/* and not figure/*"), [OFFICER, DESK]),
        (Where(near="town"), [DESK]),
        (Where(near="belongs", distance=5), [LEAFLET, LEAFLET]),
        (Where(near="belongs", distance=2), [LEAFLET]),
        (Where(near="belongs", distance=1), []),
        (Where(near_code="universality/wide-use", distance=1), [LEAFLET, LEAFLET, DESK]),
    ],
)
def test_a_search_is_narrowed(study: qualcode.Study, where: Where, expected: list[str]):
    """Two cards in the leaflet, one in a question to the officer, one at the desk; the officer says "ask"."""
    assert search(study, ["card", "ask"], where)["document"].tolist() == expected


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        (Where(speaker=["OFICER"]), "unknown speaker 'OFICER'; did you mean 'OFFICER'?"),
        (Where(figure=["issuers"]), "unknown figure 'issuers'; did you mean 'issuer'?"),
        (Where(kind=["novel"]), "unknown kind of document 'novel'; there are document, fieldnote, interview, leaflet"),
        (Where(document=["nowhere"]), "unknown document 'nowhere'; see `qualcode table documents`"),
        (Where(since="2024-02-31"), "2024-02-31"),
        (Where(within="function/acces"), "unknown code 'function/acces' in the query; did you mean 'function/access'?"),
        (Where(within="*", coder="nobody"), "unknown coder 'nobody'"),
    ],
)
def test_a_filter_that_names_what_is_not_there_is_refused(study: qualcode.Study, where: Where, wrong: str):
    with pytest.raises(UsageError, match=re.escape(wrong)):
        search(study, "card", where)


# Codes


def coded() -> Coded:
    """Twenty words ``w``, two signs each with the blank; codes at words counted from 0."""
    text = "w " * 20
    index = Index.of([document(text), document(text, "two")])

    def at(number: int, first: int, last: int) -> tuple[int, int, int]:
        return (number, 2 * first, 2 * last + 1)

    codes = {
        "f/a": [at(0, 0, 3), at(0, 10, 11), at(1, 0, 0)],
        "f/b": [at(0, 2, 5), at(0, 10, 11)],
        "g/c": [at(0, 1, 2), at(0, 14, 14)],
    }
    return Coded(index, codes, words=2)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("f/a", ["0-3", "10-11", "two 0-0"]),
        ("f/*", ["0-3", "2-5", "10-11", "two 0-0"]),
        ("f/a and f/b", ["10-11"]),
        ("f/b or g/c", ["1-2", "2-5", "10-11", "14-14"]),
        ("not f/a", ["1-2", "2-5", "14-14"]),
        ("f/a and not f/b", ["0-3", "two 0-0"]),
        ("f/a overlapping f/b", ["0-3", "10-11"]),
        ("g/c inside f/a", ["1-2"]),
        ("f/a inside g/c", []),
        ("f/b followed by g/c", ["10-11"]),
        ("g/c followed by f/b", []),
        ("f/a near g/c", ["0-3", "10-11"]),
        ("f/b near g/c or g/c near f/b", ["1-2", "2-5", "10-11", "14-14"]),
        ("f/a and (f/b or f/a)", ["0-3", "10-11", "two 0-0"]),
        ("f/a or f/b and g/c", ["0-3", "10-11", "two 0-0"]),
        ("not (f/a or f/b)", ["1-2", "14-14"]),
        ('f/a overlapping "w w w w"', ["0-3", "10-11", "two 0-0"]),
        ('"w w" inside g/c', ["1-2"]),
    ],
)
def test_code_queries_say_how_excerpts_lie(query: str, expected: list[str]):
    told = [f"{'two ' if d else ''}{a // 2}-{b // 2}" for d, a, b in ask(coded(), query)]

    assert told == expected


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("", "the query is empty"),
        ("f/a and", "something is missing at the end"),
        ("f/a f/b", "did not expect 'f/b' (part 2 of 2)"),
        ("(f/a", "a bracket is not closed"),
        ("f/a followed f/b", "'followed' needs 'by'"),
        ("or f/a", "did not expect 'or'"),
        ('f/a and "w', "a double quote is not closed"),
        ("f/z", "unknown code 'f/z' in the query; did you mean"),
    ],
)
def test_a_query_that_cannot_be_read_says_where(query: str, wrong: str):
    with pytest.raises(UsageError, match=re.escape(wrong)):
        ask(coded(), query)


spans = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 19), st.integers(0, 6)).map(
        lambda s: (s[0], 2 * s[1], 2 * min(19, s[1] + s[2]) + 1)
    ),
    unique=True,
    max_size=6,
).map(sorted)


@given(spans, spans, st.integers(0, 4))
def test_relations_are_what_their_definitions_say(a: list, b: list, words: int):
    """Each relation against its definition, pair by pair; a word is two signs here."""
    held = Coded(coded().index, {"f/a": a, "f/b": b}, words)

    def between(x: tuple[int, int, int], y: tuple[int, int, int]) -> int:
        """Count the words between the end of x and the start of y; negative where they share some."""
        return y[1] // 2 - (x[2] + 1) // 2

    definitions = {
        "overlapping": lambda x, y: x[1] < y[2] and y[1] < x[2],
        "inside": lambda x, y: y[1] <= x[1] and x[2] <= y[2],
        "followed by": lambda x, y: 0 <= between(x, y) <= words,
        "near": lambda x, y: between(x, y) <= words and between(y, x) <= words,
    }
    for relation, holds in definitions.items():
        expected = [x for x in a if any(x[0] == y[0] and holds(x, y) for y in b)]
        assert ask(held, f"f/a {relation} f/b") == expected, relation


touching = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 6), st.integers(1, 4)).map(lambda s: (s[0], s[1], s[1] + s[2])),
    unique=True,
    max_size=6,
).map(sorted)


@given(touching, touching)
def test_stretches_that_touch_share_nothing(ones: list, others: list):
    """Sign by sign, without words: half-open stretches, also those that end where the next begins."""
    shared = [any(x[0] == y[0] and x[1] < y[2] and y[1] < x[2] for y in others) for x in ones]
    within = [any(x[0] == y[0] and y[1] <= x[1] and x[2] <= y[2] for y in others) for x in ones]

    assert overlapping(ones, others).tolist() == shared
    assert inside(ones, others).tolist() == within


def meaning(tree: object, held: Coded) -> set[tuple[int, int, int]]:
    """Return what a tree of and, or, not means, by sets alone."""
    if isinstance(tree, str):
        return set(held.by_code[tree])
    how, *parts = tree  # type: ignore[misc]
    sets = [meaning(p, held) for p in parts]
    return held.all() - sets[0] if how == "not" else sets[0] & sets[1] if how == "and" else sets[0] | sets[1]


def written(tree: object) -> str:
    if isinstance(tree, str):
        return tree
    how, *parts = tree  # type: ignore[misc]
    return f"not ({written(parts[0])})" if how == "not" else f"({written(parts[0])}) {how} ({written(parts[1])})"


trees = st.recursive(
    st.sampled_from(["f/a", "f/b", "g/c"]),
    lambda t: st.tuples(st.just("not"), t) | st.tuples(st.sampled_from(["and", "or"]), t, t),
    max_leaves=6,
)


@given(spans, spans, spans, trees)
def test_queries_mean_what_sets_mean(a: list, b: list, c: list, tree: object):
    held = Coded(coded().index, {"f/a": a, "f/b": b, "g/c": c})

    assert ask(held, written(tree)) == sorted(meaning(tree, held))


@given(spans, spans, spans)
def test_without_brackets_not_binds_before_and_and_and_before_or(a: list, b: list, c: list):
    held = Coded(coded().index, {"f/a": a, "f/b": b, "g/c": c})

    assert ask(held, "f/a or f/b and not g/c") == sorted(set(a) | (set(b) - set(c)))
    assert ask(held, "f/a and f/b overlapping g/c") == ask(held, "f/a and (f/b overlapping g/c)")


def test_words_are_not_near_themselves():
    held = Coded(Index.of([document("bread and bread, with one river")]), {}, words=1)

    assert ask(held, '"bread" near "bread"') == [(0, 0, 5), (0, 10, 15)]
    assert ask(held, '"river" near "river"') == []


def test_excerpts_of_a_study_are_found_by_their_codes(study: qualcode.Study):
    table = search_codes(study, "function/identification and function/residence-proof")

    assert places(table) == [(LEAFLET, 53, 98)]
    assert table["words"].tolist() == ["The card shows who you are and where you live"]


# Lemmas


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model that knows five forms, made here and not downloaded."""
    import spacy
    from spacy.lookups import Lookups

    nlp = spacy.blank("en")
    lookups = Lookups()
    forms = {"asks": "ask", "asked": "ask", "shows": "show", "n't": "not", "says": "say", "said": "say"}
    lookups.add_table("lemma_lookup", forms)
    nlp.add_pipe("lemmatizer", config={"mode": "lookup"}).initialize(lookups=lookups)
    nlp.meta["name"], nlp.meta["version"] = "forms", "1.2"
    path = tmp_path_factory.mktemp("models") / "forms"
    nlp.to_disk(path)
    return path


def test_lemmas_find_every_form_and_say_by_which_model(study: qualcode.Study, model: Path):
    index = lemma_index(study, {"en": str(model)})
    table = search(study, "say", index=index)

    assert table["words"].tolist() == ["say", "say", "said", "says", "said"]
    assert table.attrs["notes"][-1] == "lemmas of en: en_forms 1.2"
    assert search(study, "do not", index=index)["words"].tolist() == ["don't"]
    with pytest.raises(UsageError, match="leave out one"):
        search(study, "say", exact=True, index=index)


def test_without_a_model_words_are_matched_as_written_and_that_is_said(study: qualcode.Study):
    table = search(study, "say", index=lemma_index(study, {}))

    assert table["words"].tolist() == ["say", "say"]
    assert table.attrs["notes"][-1].startswith("no spaCy model for 'en' is installed")


def test_a_model_that_is_not_there_is_refused(study: qualcode.Study, tmp_path: Path):
    import spacy

    spacy.blank("en").to_disk(tmp_path / "blank")

    with pytest.raises(UsageError, match="'en_no_such' does not load"):
        lemma_index(study, {"en": "en_no_such"})
    with pytest.raises(UsageError, match="makes no lemmas"):
        lemma_index(study, {"en": str(tmp_path / "blank")})


# The command


def test_the_command_prints_lines_and_says_what_it_does_not_show(capsys: pytest.CaptureFixture[str]):
    status, out, err = run(capsys, "search", "card", "--kind", "interview", "--width", "10", "--study", CITIZEN_CARD)

    assert status == 0
    assert out.splitlines() == [
        "document,date,kind,turn,speaker,case,figure,start,end,left,hit,right",
        f"{OFFICER},2024-02-12,interview,1,Q,researcher,,18,22,would the ,card, change at",
    ]
    assert err.splitlines() == [
        "hits: 2; documents: 2; speakers: 2",
        f"not shown of {HOLDER}: 1; consent allows paraphrase only",
    ]


def test_the_command_shows_excerpts_in_context_and_counts(capsys: pytest.CaptureFixture[str]):
    _, out, _ = run(capsys, "search", "--codes", "governance/ministry", "--in-context", "--study", CITIZEN_CARD)
    _, counts, _ = run(capsys, "search", "ministry", "--by-figure", "--study", CITIZEN_CARD)

    assert "OFFICER: I couldn't say. The ministry always has a view." in out
    assert [line.rsplit(",", 2)[0] for line in counts.splitlines()[1:]] == [
        "issuer,1,1,1",
        "intermediary,0,0,0",
        "holder,0,0,0",
        ",1,1,1",
    ]


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ((), "give one of these: words to look for, --codes QUERY, --typical"),
        (("card", "--codes", "function/access"), "give one of these"),
        (("--codes", "function/access", "--exact"), "are for words"),
    ],
)
def test_the_command_refuses_what_does_not_go_together(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], wrong: str
):
    status, out, err = run(capsys, "search", *words, "--study", CITIZEN_CARD)

    assert (status, out) == (2, "")
    assert wrong in err


def test_a_query_nested_deeper_than_anybody_nests_is_refused():
    for query in ("(" * 100_000, "not " * 100_000 + '"card"'):
        with pytest.raises(UsageError, match="more than 50 brackets and 'not' stand in one another"):
            ask(coded(), query)


@given(st.text("ab*_", min_size=1, max_size=8), st.text("ab", max_size=8))
def test_wildcards_mean_what_they_say(asked: str, word: str):
    """Held against every way to read them."""

    def means(asked: str, word: str) -> bool:
        if not asked:
            return not word
        if asked[0] == "*":
            return means(asked[1:], word) or (bool(word) and means(asked, word[1:]))
        return bool(word) and asked[0] in ("_", word[0]) and means(asked[1:], word[1:])

    assert means(asked, word) == bool(_pattern(asked).fullmatch(word))


def test_many_wildcards_in_a_long_word_are_read_once():
    began = time.process_time()

    assert _pattern("*a" * 30 + "*b").fullmatch("a" * 5000) is None
    assert time.process_time() - began < 1
