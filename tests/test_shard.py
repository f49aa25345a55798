"""Shards: what a page's script loads from beside it comes out as it went in, and the gate reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualcode.gate.carriers import opened as carried
from qualcode.plaintext import shard


@given(st.binary(max_size=3000), st.sampled_from(["0", "12", "pages"]))
def test_what_is_packed_comes_out_whole_under_its_name(data: bytes, name: str):
    assert shard.opened(shard.packed(name, data)) == (name, data)


@given(st.binary(max_size=3000))
def test_a_shard_is_one_string_of_a_script_whatever_it_holds(data: bytes):
    """No sign ends the string or the line, and the file comes back from the disk as it was written."""
    told = shard.packed("0", data)
    inside = told.removeprefix("qualcode.take('0', '").rpartition("', ")[0]

    assert not set(inside) & set("\0\n\r'\\\u2028\u2029")
    assert told.encode("utf-8").decode("utf-8") == told


@pytest.mark.parametrize("text", ["", "qualcode.take('names', {});\n", "let a = 1;\n"])
def test_another_script_is_no_shard(text: str):
    assert shard.opened(text) is None


@pytest.mark.parametrize("cut", [3, 20])
def test_a_shard_that_was_cut_is_refused(cut: int):
    whole = shard.packed("0", bytes(range(200)))
    signs, many = whole.removesuffix(");\n").rsplit("', ", 1)

    with pytest.raises(ValueError, match="no whole shard"):
        shard.opened(f"{signs[:-cut]}', {many});\n")


def test_a_shard_that_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shard, "MOST", 1000)

    with pytest.raises(ValueError, match="more than is opened"):
        shard.opened(shard.packed("0", bytes(5000)))


def test_the_gate_reads_what_a_shard_holds():
    data = shard.packed("0", b'[{"words": "whoever lives here belongs here"}]').encode("utf-8")

    told = [one.words for one in carried(data, "site/_words/0.js", "text") if hasattr(one, "text")]
    texts = [one.text for one in carried(data, "site/_words/0.js", "text") if hasattr(one, "text")]

    assert told
    assert any("whoever lives here belongs here" in text for text in texts)


def test_a_scripts_reader_and_ours_read_the_same(tmp_path: Path, browser: str):
    """The browser's reader, on every byte there is and on every length of a group."""
    import json

    from playwright.sync_api import sync_playwright

    folder = Path(shard.__file__).parents[1] / "report" / "static"
    whole = [{"signs": "".join(map(chr, range(n, 250 + n))) * 3, "many": n} for n in range(9)]
    (tmp_path / "_words").mkdir()
    for n, one in enumerate(whole):
        (tmp_path / f"_words/{n}.js").write_text(shard.packed(str(n), json.dumps(one).encode()), "utf-8", newline="\n")
    (tmp_path / "shards.js").write_text((folder / "shards.js").read_text("utf-8"), "utf-8")
    (tmp_path / "a.html").write_text(
        '<!doctype html><html data-content_root="./"><meta charset="utf-8"><script src="shards.js"></script></html>'
    )
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page()
        page.goto((tmp_path / "a.html").as_uri())
        found = [page.evaluate("n => qualcode.load(n)", str(n)) for n in range(len(whole))]
        chromium.close()

    assert found == whole
