"""More than one machine, and more than one study: the same numbers, wherever the statements lie."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qualcode
from conftest import CITIZEN_CARD, fewer
from qualcode import tables
from qualcode.divergence import (
    by_excerpt,
    divergence,
    heard,
    jensen_shannon,
    speakers,
    stance_divergence,
    word_and_deed,
)
from qualcode.errors import UsageError
from qualcode.exchange.parquet import write_parquet
from qualcode.network import Which, affiliation_matrix, discourse_matrix, discourse_network
from qualcode.search import by_rule
from qualcode.sums import added, times_of
from qualcode.tables.several import together

PEOPLE = {**{f"a{n}": "left" for n in range(4)}, **{f"b{n}": "right" for n in range(5)}}
ROW = st.tuples(
    st.sampled_from(sorted(PEOPLE)),
    st.sampled_from(["x", "y", "z"]),
    st.sampled_from([1.0, -1.0, 0.0, None]),
    st.booleans(),
    st.sampled_from(["d1", "d2", "d3"]),
    st.sampled_from(["2020-01-01", "2021-01-01"]),
)


def said(rows: list[Any]) -> pd.DataFrame:
    """Return statements in which each person and theme occurs, so that something can always be compared."""
    ground = [(who, what, 1.0, False, "d0", "2020-06-01") for who in PEOPLE for what in ("x", "y")]
    table = pd.DataFrame([*ground, *rows], columns=["actor", "theme", "stance", "reported", "document", "date"])
    return table.assign(actor_figure=table["actor"].map(PEOPLE), stance=table["stance"].astype(float))


class Partitions:
    """A table in pieces, a piece some documents: what Dask's tables have and are asked for here, and no more."""

    def __init__(self, table: pd.DataFrame, pieces: int) -> None:
        documents = sorted(table["document"].unique())
        self.pieces = [table[table["document"].isin(documents[n::pieces])] for n in range(pieces)]
        self.columns, self._meta_nonempty = table.columns, table.head(2)

    def map_partitions(self, function: Any, *args: Any, meta: pd.DataFrame) -> Partitions:
        made = [function(piece, *args) for piece in self.pieces if len(piece)]
        assert all(list(one.columns) == list(meta.columns) for one in made)
        found = object.__new__(Partitions)
        found.pieces = made
        return found

    def compute(self) -> pd.DataFrame:
        return pd.concat(self.pieces, ignore_index=True)


WAYS = {
    "congruence": lambda t, w: discourse_matrix(t, "actor", which=w),
    "ignore, jaccard": lambda t, w: discourse_matrix(t, "actor", kind="ignore", normalise="jaccard", which=w),
    "conflict, average": lambda t, w: discourse_matrix(t, "actor", kind="conflict", normalise="average", which=w),
    "subtract, vector-cosine": lambda t, w: discourse_matrix(
        t, "actor", kind="subtract", normalise="vector-cosine", which=w
    ),
    "affiliation": lambda t, w: affiliation_matrix(t, "actor", normalise="activity", which=w),
    "affiliation, combine": lambda t, w: affiliation_matrix(t, "actor", kind="combine", which=w),
}
WHICH = [
    Which(),
    Which(duplicates="document"),
    Which(duplicates="study"),
    Which(reported=True),
    Which(start="2020-02-01", end="2020-12-31"),
]


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=15)
@given(rows=st.lists(ROW, max_size=30), which=st.sampled_from(WHICH), pieces=st.integers(1, 4))
def test_a_matrix_of_partitions_is_the_matrix_of_the_whole(way: str, rows: list[Any], which: Which, pieces: int):
    """With what it leaves out. Where stances are ignored, which of equal ones is first has no say (but in jaccard)."""
    if way == "ignore, jaccard" and which.duplicates != "include":
        return
    whole = WAYS[way](said(rows), which)
    parts = WAYS[way](Partitions(said(rows), pieces), which)

    pd.testing.assert_frame_equal(whole, parts, rtol=1e-12)
    assert whole.attrs == parts.attrs


@settings(max_examples=15)
@given(rows=st.lists(ROW, max_size=30), pieces=st.integers(1, 4))
def test_a_graph_and_a_divergence_of_partitions_too(rows: list[Any], pieces: int):
    whole, parts = said(rows), Partitions(said(rows), pieces)
    contrast = ("left", "right")

    one, other = (discourse_network(t, "actor", carry=["actor_figure"]) for t in (whole, parts))
    assert (list(one.nodes(data=True)), one.graph) == (list(other.nodes(data=True)), other.graph)
    assert list(one.edges(data=True)) == list(other.edges(data=True))
    for compare in (divergence, stance_divergence, speakers):
        one, other = compare(whole, contrast), compare(parts, contrast)
        pd.testing.assert_frame_equal(one, other, rtol=1e-12)
        assert one.attrs == other.attrs
    assert jensen_shannon(whole, contrast) == jensen_shannon(parts, contrast)


@settings(max_examples=15)
@given(rows=st.lists(ROW, min_size=1, max_size=30), cut=st.integers(0, 30))
def test_sums_of_parts_are_the_sum_of_all(rows: list[Any], cut: int):
    columns = ["actor", "theme", "stance"]
    table = said(rows)
    parts = pd.concat([added(p, columns) for p in (table[:cut], table[cut:]) if len(p)], ignore_index=True)

    pd.testing.assert_frame_equal(added(table, columns), added(parts, columns))
    assert len(table) == added(table, columns)["times"].sum()


@pytest.mark.parametrize("wrong", [0, 1.5, None, "two", -1])
def test_times_are_whole_numbers_from_one(wrong: Any):
    with pytest.raises(UsageError, match="the column 'times' must hold whole numbers from 1"):
        times_of(pd.DataFrame({"times": [1, wrong]}))


@pytest.fixture(scope="module")
def cluster() -> Any:
    """Return a client of two workers in processes of their own, on this machine."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, memory_limit="1GB", dashboard_address=None) as made,
        Client(made) as client,
    ):
        yield client


RULES = {"card": ["card*"], "city": ["fr: ville", "the city", "city"]}
WORDS = st.lists(st.sampled_from(["card", "cards", "the", "city", "ville", "The City", "no-one", "."]), max_size=9)


@pytest.mark.long
@given(
    st.lists(st.tuples(st.sampled_from("NS"), st.sampled_from(["en", "fr"]), WORDS.map(" ".join)), min_size=1),
    st.integers(1, 4),
    st.sampled_from([(), ("paper",), ("paper", "language")]),
)
def test_texts_coded_by_rule_add_up_wherever_they_lie(rows: list[Any], pieces: int, by: tuple[str, ...]):
    texts = pd.DataFrame(rows, columns=["paper", "language", "text"])
    texts["document"] = [f"d{n}" for n in range(len(texts))]
    here, there = by_rule(texts, RULES, by), by_rule(Partitions(texts, pieces), RULES, by)

    pd.testing.assert_frame_equal(here, there, check_dtype=False)
    plain = texts["text"].str.lower().str.findall(r"\bcards?\b").str.len()
    assert here.loc[here["code"] == "card", "times"].sum() == plain.sum()
    assert here.loc[here["code"] == "card", "texts"].sum() == (plain > 0).sum()


def test_a_rule_over_tables_takes_words_and_phrases_only():
    texts = pd.DataFrame({"text": ["a card"]})
    for pattern in ("lemma: card", '[{"LOWER": "card"}]', "..."):
        with pytest.raises(UsageError, match="'card'"):
            by_rule(texts, {"card": [pattern]})


@pytest.mark.builds
@pytest.mark.filterwarnings("ignore")
def test_on_dask_with_two_workers_the_numbers_are_the_same(cluster: Any, tmp_path: Path):
    """Two studies, written as Parquet by document, read back by two workers: the same calls, the same numbers."""
    import dask.dataframe as dd

    studies = []
    for name in ("north", "south"):
        studies.append(qualcode.open_study(Path(shutil.copytree(CITIZEN_CARD, tmp_path / name))))
    write_parquet(studies, tmp_path / "out")
    here = together(tables.statements, studies)
    there = dd.read_parquet(str(tmp_path / "out" / "statements" / "*" / "*.parquet"))

    assert there.npartitions > 2
    for way in WAYS.values():
        one, other = way(here, Which()), way(there, Which())
        pd.testing.assert_frame_equal(one, other, rtol=1e-12)
    one = divergence(here, ("issuer", "holder"))
    other = divergence(there, ("issuer", "holder"))
    pd.testing.assert_frame_equal(one, other, rtol=1e-12)
    texts = here.assign(text=here["theme"].str.replace("/", " "))
    rules = {"card": ["residence proof", "function"], "all": ["universality"]}
    spread = there.assign(text=there["theme"].str.replace("/", " "))
    pd.testing.assert_frame_equal(by_rule(texts, rules), by_rule(spread, rules), check_dtype=False)


def test_several_studies_are_one_table_with_ids_by_study(card: Path, tmp_path: Path):
    second = Path(shutil.copytree(card, tmp_path / "second"))
    alone = tables.statements(qualcode.open_study(card))
    both = tables.statements([qualcode.open_study(card), qualcode.open_study(second)])

    pd.testing.assert_frame_equal(
        tables.codings([qualcode.open_study(second)], "reader"),
        together(lambda one: tables.codings(one, "reader"), [qualcode.open_study(second)]),
    )
    assert 2 * len(alone) == len(both)
    assert ["card", "second"] == list(both["study"].unique())
    assert {f"{s}/{d}" for s in ("card", "second") for d in alone["document"]} == set(both["document"])
    assert set(alone["theme"]) == set(both["theme"])
    assert {k: 2 * v for k, v in alone.attrs["left_out"].items()} == both.attrs["left_out"]
    with pytest.raises(UsageError, match="two studies are called card"):
        together(tables.statements, [qualcode.open_study(card)] * 2)


def test_parquet_is_the_same_bytes_twice_and_gives_the_table_back(card: Path, tmp_path: Path):
    study = qualcode.open_study(card)
    one, two = (write_parquet(study, tmp_path / name) for name in ("one", "two"))

    assert [p.relative_to(tmp_path / "one") for p in one] == [p.relative_to(tmp_path / "two") for p in two]
    assert [p.read_bytes() for p in one] == [p.read_bytes() for p in two]
    parts = [pd.read_parquet(p) for p in one if p.parent.name == "codings"]
    back, table = pd.concat(parts, ignore_index=True), tables.codings(study)
    pd.testing.assert_frame_equal(table, back[list(table.columns)], check_dtype=False)
    with pytest.raises(UsageError, match="is there and not empty"):
        write_parquet(study, tmp_path / "one")


def test_no_word_of_a_withheld_interview_is_in_parquet(card: Path, tmp_path: Path):
    for path in write_parquet(qualcode.open_study(card), tmp_path / "out"):
        for column in pd.read_parquet(path).select_dtypes(exclude="number"):
            assert "library" not in " ".join(map(str, pd.read_parquet(path)[column])) or "card-holder" not in path.name


@fewer(4)
@given(st.lists(ROW, max_size=30), st.integers(1, 9))
def test_rows_that_stand_for_several_count_as_often_beside_the_numbers_too(rows: list[Any], least: int):
    """Who is heard, excerpts against speakers, deeds beside words: the same as with each row written out."""
    each = said([*rows, *rows, *rows[:3]]).assign(figure=lambda t: t["theme"].map({"x": "left", "y": "right", "z": ""}))
    short = added(each, list(each.columns))
    acts = pd.DataFrame([("a", "a0", "x", 1.0)], columns=["act", "case", "theme", "stance"])
    sides = ("left", "right")

    for make in (
        lambda t: by_excerpt(t, sides),
        lambda t: word_and_deed(t, acts),
        lambda t: added(heard(t, least), list(each.columns)),
    ):
        one, other = make(each), make(short)
        pd.testing.assert_frame_equal(one, other, check_dtype=False)
        assert one.attrs.get("left_out") == other.attrs.get("left_out")
    one, other = heard(each, least), heard(short, least)
    for about in ("few", "left_out", "speakers_left_out", "minded"):
        assert one.attrs.get(about) == other.attrs.get(about)
