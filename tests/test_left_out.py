"""Nothing that a number leaves out goes unprinted: in commands, below tables, in captions."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualcode
from qualcode import agreement, divergence, network, plots, present, tables
from qualcode.cli import analysis as analysis_command
from qualcode.cli import build_parser, command, main
from qualcode.cli import network as network_command
from qualcode.coding import hand
from qualcode.left_out import MIME, before, lines, sentence
from qualcode.plaintext.traces import joined, standing, trace
from small import excerpt_line, small_study
from test_small_studies import COMMANDS, NOTEBOOKS, shown

KEYS = ("left_out", "left_out_before", "speakers_left_out", "speakers_left_out_before", "minded", "minded_before")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay out a study in which something is left out for every reason that a small one can have."""
    folder = tmp_path_factory.mktemp("left") / "s"
    text = "Q: Why so?\n\n{0}: alpha beta gamma delta.\n\nQ: And then?\n\n{0}: epsilon zeta.\n"
    made = small_study(
        folder,
        {"i1": ("ANNA", "anna", text.format("ANNA")), "i2": ("BO", "bo", text.format("BO"))},
    )
    for n, (document, words, codes) in enumerate(
        [
            ("i1", "alpha beta", {"topic/x": 1}),
            ("i1", "beta gamma", {"topic/x": -1}),
            ("i1", "Why so", {"topic/y": None}),
            ("i1", "epsilon", {"topic/y": 1}),
            ("i2", "alpha", {"topic/x": 1}),
            ("i2", "zeta", {"topic/y": None}),
            ("i2", "delta.\n\nQ: And then?\n\nBO: epsilon", {"topic/y": 1}),
        ]
    ):
        excerpt_line(made, "me", document, words, codes, f"e{n:010x}")
    hand.code_excerpt(qualcode.open_study(made), "i2", "gamma", {"topic/x": 1}, coder="me", holder="anna")
    book = made / "coding/codebook.yaml"
    book.write_text(book.read_text("utf-8").replace("families:", "opposed: left out\nfamilies:"), "utf-8")
    assert qualcode.open_study(made).problems == ()
    return made


def parsers() -> dict[str, Any]:
    """Return the commands with their parsers."""
    parser = build_parser()
    return dict(next(a.choices for a in parser._actions if isinstance(a.choices, dict)))


def reasons(about: dict[str, Any]) -> set[str]:
    """Return the reasons that left something out."""
    return {reason for key in KEYS for reason, many in about.get(key, {}).items() if many}


@pytest.fixture(scope="module")
def later(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay out the same study, its first interview settled, added to since, and read in an earlier text."""
    made = Path(shutil.copytree(study, tmp_path_factory.mktemp("later") / "s"))
    for coder in ("c1", "c2"):
        hand.mark_read(qualcode.open_study(made), "i1", coder=coder, end=20)
        hand.mark_read(qualcode.open_study(made), "i2", coder=coder)
    agreed = made / "coding/agreed/i1.jsonl"
    agreed.parent.mkdir()
    (first, *_) = qualcode.open_study(made).coded["me", "i1"].excerpts
    settled = replace(first, settled={"on": "2024-02-01", "by": ["me"], "why": "So."})
    agreed.write_text(settled.to_json() + "\n", "utf-8")
    hand.code_excerpt(qualcode.open_study(made), "i1", "zeta", {"topic/x": 1, "figure/a": None}, coder="me")
    lines_ = (made / "coding/coders/c1/i1.jsonl").read_text("utf-8")
    other = lines_.replace(qualcode.open_study(made).documents["i1"].hash, "0" * 12)
    (made / "coding/coders/c1/i1.jsonl").write_text(re.sub(r', "words": [^]]*]', "", other), "utf-8")
    (made / "coding/coders/c1/i2.jsonl").unlink()
    (made / "coding/coders/c2/i2.jsonl").unlink()
    assert qualcode.open_study(made).problems == ()
    return made


BASES = ("codings", "coverage", "statements", "vocabulary")
"""The tables that others are made from: what they leave out must not get lost on the way."""


@pytest.mark.parametrize("which", ["study", "later"])
@pytest.mark.parametrize(
    "words", [c for c in COMMANDS if c[0] not in ("check", "tidy", "reanchor", "review")], ids=" ".join
)
def test_every_command_prints_each_reason(
    words: list[str],
    which: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    """Of the table or graph that it prints, and of those that it was made from."""
    seen: list[dict[str, Any]] = []
    really, graph_really = command.print_table, network_command._write_graph

    def print_table(table: pd.DataFrame, out: Path | None) -> None:
        seen.append(dict(table.attrs))
        really(table, out)

    def write_graph(graph: Any, out: Path | None) -> None:
        for name in ("left_out", "minded"):
            told = filter(None, graph.graph.get(name, "").split(", "))
            seen.append({"left_out": {reason.split(" ", 1)[-1]: 2 for reason in told}})
        graph_really(graph, out)

    def base(name: str) -> Any:
        make = getattr(tables, name)

        def made(*args: Any, **named: Any) -> pd.DataFrame:
            table = make(*args, **named)
            seen.append(dict(table.attrs))
            return table

        return made

    for module in ("study", "network", "analysis", "finding", "coding"):
        monkeypatch.setattr(f"qualcode.cli.{module}.print_table", print_table)
    for name in ["vocabulary"] if words[:2] == ["divergence", "words"] else BASES:
        made = base(name)
        monkeypatch.setattr(tables, name, made)
        if name in tables.TABLES:
            monkeypatch.setitem(tables.TABLES, name, made)
    monkeypatch.setattr(network_command, "_write_graph", write_graph)
    status = main([*words, "--study", str(request.getfixturevalue(which))])
    err = capsys.readouterr().err

    assert status == 0 or "qualcode: " in err
    for about in seen if status == 0 else []:
        assert "outdated" not in about
        assert [reason for reason in reasons(about) if reason.split(" ", 1)[-1] not in err] == []


@pytest.mark.parametrize("which", ["study", "later"])
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda n: n.stem)
def test_every_chapter_tells_each_reason_below_a_table_or_in_a_caption(
    notebook: Path, which: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
):
    """Of the tables it is made from: the statements, and what was read."""
    seen: list[dict[str, Any]] = []
    for name in ("statements", "coverage"):
        make = getattr(tables, name)

        def made(*args: Any, make: Any = make, **named: Any) -> pd.DataFrame:
            table = make(*args, **named)
            seen.append(dict(table.attrs))
            return table

        monkeypatch.setattr(tables, name, made)
    told: list[str] = []
    ended = shown(notebook, request.getfixturevalue(which), told=told)
    assert bool(ended) == ((notebook.stem, which) == ("divergences", "later")), ended  # there one side says nothing
    if ended:
        return
    whole = unescape("\n".join(told))

    assert seen
    assert [r for about in seen for r in reasons(about) if r.split(" ", 1)[-1] not in whole] == []


def test_a_search_of_codes_says_what_nobody_settled(later: Path, capsys: pytest.CaptureFixture[str]):
    """One excerpt with two codes was added since; a search of words does not depend on it."""
    for words in (["--codes", "topic/x"], ["alpha", "--within", "topic/x"], ["--codes", "topic/x", "--by-figure"]):
        main(["search", *words, "--study", str(later)])
        assert "left out: 2 not settled" in capsys.readouterr().err, words
    main(["search", "alpha", "--study", str(later)])
    assert "left out:" not in capsys.readouterr().err


def test_every_table_and_command_is_walked():
    """A table, a network or a kind of agreement that is new is one of those above, or this fails."""
    walked = {tuple(c[:2]) for c in COMMANDS}
    assert walked >= {("table", name) for name in tables.TABLES}
    assert walked >= {("network", name) for name in network_command._GRAPHS | network_command._TABLES}
    assert walked >= {("divergence", name) for name in analysis_command._TABLES}
    found = {action.dest: action for action in parsers()["agreement"]._actions}
    kinds = {("--by", c) for c in found["by"].choices or ()} | {("--stances",), ("--passages",)}
    assert {k for k in kinds if any(c[0] == "agreement" and set(k) <= set(c) for c in COMMANDS)} == kinds
    spared = {"new", "finish", "code", "codebook", "settle", "compare", "attach", "import", "export", "release"}
    spared |= {"deposit", "pseudonymise", "merge-driver", "notebooks", "plots", "report", "claims", "manuscript"}
    spared |= {"around"}  # it needs an act; test_sampling holds what it leaves out
    assert set(parsers()) == {c[0] for c in COMMANDS} | spared


def test_statements_count_each_reason(study: Path):
    assert lines(tables.statements(qualcode.open_study(study))) == [
        "left out: 1 the researcher's own words",
        "left out: 1 opposed stances at one place",
    ]


def test_what_rows_had_left_out_before_is_told_of_what_is_made_from_them(study: Path):
    statements = tables.statements(qualcode.open_study(study))
    made = {
        "matrix": network.discourse_matrix(statements, actor="actor"),
        "affiliation": network.affiliation_matrix(statements, actor="actor"),
        "divergence": divergence.divergence(statements, ("a", "b")),
        "stances": divergence.stance_divergence(statements, ("a", "b")),
        "speakers": divergence.speakers(statements, ("a", "b")),
        "by_excerpt": divergence.by_excerpt(statements, ("a", "b")),
        "pool": divergence.pool(statements, ("a", "b"), "topic/y"),
    }
    for name, table in made.items():
        assert lines(table)[:2] == lines(statements), name
        assert before(table)["left_out_before"].items() >= statements.attrs["left_out"].items()
    graph = network.discourse_network(statements, actor="actor")
    assert lines(graph)[0].startswith("left out: 1 the researcher's own words, 1 opposed stances at one place")


def test_a_table_says_it_below_and_a_plot_in_its_caption(study: Path):
    opened = qualcode.open_study(study)
    statements = tables.statements(opened)
    shown = present.table(statements[["actor", "theme"]])
    told = "Left out: 1 the researcher's own words; 1 opposed stances at one place."
    assert (sentence(statements), shown.note) == (told, told)
    assert f'<p class="left-out">{told.replace(chr(39), "&#x27;")}</p>' in shown.to_html()
    assert shown.to_text().endswith(told)

    graph = network.discourse_network(statements, actor="actor")
    plot = plots.network(graph, plots.places(graph), {}, ("a", "b"))
    assert plot._repr_mimebundle_()[MIME] == sentence(graph)
    assert plots.network(
        network.discourse_network(statements.assign(), actor="actor"), plots.places(graph), {}, ()
    ).left_out


def test_agreement_counts_respondents_turns_and_says_for_which_families_questions(tmp_path: Path):
    text = "Q: First?\n\nANNA: One two three.\n\nQ: Second?\n\nANNA: Four five.\n"
    made = small_study(tmp_path / "s", {"i1": ("ANNA", "anna", text)})
    hand.code_excerpt(qualcode.open_study(made), "i1", "One two three.", {"topic/x": 1}, coder="c1")
    hand.code_excerpt(qualcode.open_study(made), "i1", "One two three.\n\nQ:", {"topic/x": 1}, coder="c2")
    hand.code_excerpt(qualcode.open_study(made), "i1", "One", {"figure/a": None}, coder="c1")
    for coder in ("c1", "c2"):
        hand.mark_read(qualcode.open_study(made), "i1", coder=coder)

    def found() -> pd.DataFrame:
        opened = qualcode.open_study(made)
        every = pd.concat([tables.codings(opened, c) for c in opened.coders])
        return agreement.agreement(every, tables.coverage(opened), turns=tables.turns(opened), resamples=0)

    one = found().set_index("code")
    assert one.loc["topic/x", ["alpha", "units", "by_coder"]].tolist() == [1.0, 2, "c1 1; c2 1"]
    assert found().attrs["notes"][-1].endswith("a code was given on one: none.")
    hand.code_excerpt(qualcode.open_study(made), "i1", "Second", {"topic/x": None}, coder="c1")
    two = found().set_index("code")
    assert two.loc[["topic/x", "figure/a"], "units"].tolist() == [4, 2]
    assert found().attrs["notes"][-1].endswith("a code was given on one: topic.")


def test_a_label_of_another_respondent_is_no_judgement_on_what_that_one_says(tmp_path: Path):
    text = "Q: First?\n\nANNA: One two three.\n\nBO: Four five.\n"
    made = small_study(tmp_path / "s", {"i1": ("ANNA", "anna", text)}, more="  BO: {case: bo}\n")
    hand.code_excerpt(qualcode.open_study(made), "i1", "One two three.", {"topic/x": 1}, coder="c1")
    hand.code_excerpt(qualcode.open_study(made), "i1", "One two three.\n\nBO:", {"topic/x": 1}, coder="c2")
    for coder in ("c1", "c2"):
        hand.mark_read(qualcode.open_study(made), "i1", coder=coder)
    opened = qualcode.open_study(made)
    every = pd.concat([tables.codings(opened, c) for c in opened.coders])
    turns, coverage = tables.turns(opened), tables.coverage(opened)

    found = agreement.agreement(every, coverage, turns=turns, resamples=0).set_index("code")
    assert found.loc["topic/x", ["alpha", "units", "by_coder"]].tolist() == [1.0, 2, "c1 1; c2 1"]
    units = agreement.read_by_two(every, coverage, turns=turns)
    assert units["speaker"].tolist() == ["ANNA", "BO"]


def test_what_is_tagged_is_read(tmp_path: Path):
    made = small_study(tmp_path / "s", {"i1": ("ANNA", "anna", "Q: First?\n\nANNA: One two three.\n")})
    hand.code_excerpt(qualcode.open_study(made), "i1", "One two", {"topic/x": 1}, coder="me")
    hand.code_excerpt(qualcode.open_study(made), "i1", "two three", {"topic/y": 1}, coder="me")
    assert tables.coverage(qualcode.open_study(made))[["start", "end", "how"]].to_numpy().tolist() == [
        [17, 30, "tagged"]
    ]
    hand.mark_read(qualcode.open_study(made), "i1", coder="me", end=20)
    assert tables.coverage(qualcode.open_study(made))[["start", "end", "how"]].to_numpy().tolist() == [
        [0, 20, "read"],
        [20, 30, "tagged"],
    ]


WORDS = st.lists(st.sampled_from([f"w{n}" for n in range(40)]), min_size=6, max_size=40)


@given(WORDS, st.data())
def test_a_trace_finds_all_words_of_an_unchanged_text_and_none_that_were_put_in(words: list[str], data: st.DataObject):
    text = " ".join(words)
    assert standing(text, *trace(text)) == [(0, len(text))]
    at = data.draw(st.integers(0, len(words)))
    new = [*words[:at], *[f"new{n}" for n in range(5)], *words[at:]]
    changed = " ".join(new)
    read = "".join(changed[a:b] for a, b in standing(changed, *trace(text)))
    assert "new" not in read
    assert [w for w in read.split() if w in words] == words


@given(WORDS, st.data())
def test_traces_of_two_stretches_that_overlap_join_to_that_of_both(words: list[str], data: st.DataObject):
    text = " ".join(words)
    a, b, c, d = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=4, max_size=4)))
    whole = joined(trace(text, a, c), trace(text, b, d))
    assert whole in (trace(text, a, d), None)
    assert whole is not None or not text[b:c].strip() or " " not in text[b:c]
