"""Every table of places says where: document, start, end in code points; and each row opens in the coding view."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import qualcode
from conftest import CITIZEN_CARD
from qualcode.coding.hand import code_place, mark_read
from qualcode.search import concordance, search, search_codes, typical
from qualcode.suggest import found_by_one, suggest, uncoded_like_coded, unlike_its_code
from qualcode.widget import coder_at
from qualcode.widget.session import PROTOCOL
from test_cli import run
from test_suggest import trades

if TYPE_CHECKING:
    import pandas as pd


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Lay out eight interviews; an emoji and ligatures in each make bytes and UTF-16 units other than places."""
    root = trades(tmp_path / "t", coded=0)
    for path in (root / "interviews").glob("*.md"):
        path.write_text(path.read_text("utf-8").replace("we bake the bread", "😀 œufs ! we bake the bread"), "utf-8")
    study = qualcode.open_study(root)
    for name in ("anna", "ben", "cleo", "dora", "emil", "fay"):
        for n, turn in enumerate(study.documents[name].turns[:-1]):
            code = "topic/river" if n % 2 else "topic/bread"
            code_place(study, name, turn.words_start, turn.end, {code: None}, coder="me")
        mark_read(study, name, coder="me")
    mark_read(study, "anna", coder="other")
    turn = study.documents["anna"].turns[0]
    code_place(study, "anna", turn.words_start, turn.end, {"topic/river": None}, coder="other")
    return root


def tables(study: qualcode.Study) -> dict[str, pd.DataFrame]:
    """Return one of each kind of table with places."""
    hits = search(study, "bread")
    return {
        "words": hits,
        "concordance": concordance(study, hits, sort="right"),
        "codes": search_codes(study, "topic/bread followed by topic/river", qualcode.search.Where(coder="me")),
        "suggestions": suggest(study, "me", learn_from="me"),
        "uncoded": uncoded_like_coded(study, learn_from="me"),
        "unlike": unlike_its_code(study, learn_from="me"),
        "one coder": found_by_one(study),
    }


def test_every_table_of_places_opens_where_its_words_stand(root: Path):
    """From the table, by the row, to what the view is told; the emoji before the words makes a wrong unit visible."""
    study = qualcode.open_study(root)
    for name, table in tables(study).items():
        assert len(table) > 0, name
        for _, row in table.iterrows():
            text = study.documents[row["document"]].text
            words = text[row["start"] : row["end"]]
            told = row["hit"] if "hit" in row else row["words"]
            assert " ".join(words.split()) == " ".join(told.split()).split(": ", 1)[-1] or name == "one coder", name
            shown = coder_at(study, row, coder="me")
            ready = shown._session.handle({"v": PROTOCOL, "seq": 1, "view": "here", "type": "ready"})
            assert next(m for m in ready if m["type"] == "open")["at"] == {"start": row["start"], "end": row["end"]}, (
                name
            )
            shown.close()


def test_the_command_opens_a_row_of_what_it_found(
    capsys: pytest.CaptureFixture[str], root: Path, monkeypatch: pytest.MonkeyPatch
):
    begun: list[list[str]] = []
    monkeypatch.setattr(
        subprocess, "run", lambda words, **_: begun.append(words) or subprocess.CompletedProcess(words, 0)
    )
    row = concordance(qualcode.open_study(root), search(qualcode.open_study(root), "oven"), sort="left").iloc[2]
    status, out, _ = run(capsys, "search", "oven", "--sort", "left", "--open", "3", "--coder", "me", "--study", root)

    assert status == 0
    assert f"at=({row['start']}, {row['end']}))" in Path(out.strip()).read_text("utf-8")
    assert begun[0][1:4] == ["-P", "-m", "jupyterlab"]
    for words in (("suggest",), ("suggest", "--unlike"), ("suggest", "--uncoded"), ("suggest", "--one-coder")):
        about = ["--learn-from", "me"] if words[-1] != "--one-coder" else []
        assert run(capsys, *words, *about, "--coder", "me", "--open", "1", "--study", root)[0] == 0, words
    assert len(begun) == 5


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (("search", "oven", "--open", "99"), "there is no row 99 to open; the table has"),
        (("search", "oven", "--open", "0"), "there is no row 0 to open"),
        (("search", "oven", "--by-figure", "--open", "1"), "counts stand at no place"),
        (("suggest", "--worth", "--open", "1"), "this table has no places"),
    ],
)
def test_what_cannot_be_opened_is_said(
    capsys: pytest.CaptureFixture[str], root: Path, words: tuple[str, ...], wrong: str
):
    status, out, err = run(capsys, *words, "--study", root)

    assert (status, out) == (2, "")
    assert wrong in err


def test_behind_each_typical_word_stand_as_many_lines_as_were_counted(root: Path):
    """Each word that was ranked, its lines in the part of the study that was compared."""
    for name in ("anna", "ben"):
        path = root / f"interviews/{name}.md"
        text = path.read_text("utf-8").replace("on the water", "sur l’eau, œuvre d'hier", 1)
        turn = f"\n{name.upper()} (fr): the boat, the bread\n"  # who switches counts once, in the language compared
        path.write_text(text + turn, "utf-8")
    (root / "coding/coders/other/anna.jsonl").unlink()
    for name in ("anna", "ben"):
        (root / f"coding/coders/me/{name}.jsonl").unlink()
    study = qualcode.open_study(root)
    table = typical(study, least=1, speakers=1)

    assert {"oeuvre", "l", "hier"} <= set(table.index)
    for word, row in table.iterrows():
        lines = concordance(study, search(study, str(word), table.attrs["where"]))
        by = lines["figure"].value_counts()
        assert (by.get("baker", 0), by.get("boatman", 0)) == (row["count_a"], row["count_b"]), word


def test_the_tiny_study_says_places_in_code_points():
    study = qualcode.open_study(CITIZEN_CARD)
    for table in (search(study, "card"), search_codes(study, "*")):
        assert len(table) > 3
        for name, start, end, words in table[["document", "start", "end", "words"]].to_numpy().tolist():
            assert study.documents[name].text[start:end] == words
