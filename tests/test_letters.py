"""Names in any script: a plot says what its font lacks, once, and no warning goes anywhere."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

from qualcode import network, plots
from qualcode.plots.letters import missing_scripts


def drawn(*names: str) -> plots.Plot:
    said = pd.DataFrame({"actor": names, "theme": "t", "stance": 1.0})
    graph = network.discourse_network(said, "actor")
    return plots.network(graph, plots.positions(graph), {n: n for n in graph}, ("a", "b"))


@pytest.mark.parametrize(
    ("names", "scripts"),
    [
        (["Ada", "Ève", "Œuvre", "Zoë", "Ελένη", "Ольга", "שרה", "محمد"], {}),
        (["张伟", "王芳", "Ada"], {"CJK": 2}),
        (["अनीता", "Ada"], {"DEVANAGARI": 1}),
        (["さくら", "サクラ"], {"HIRAGANA": 1, "KATAKANA": 1}),
        (["Ada\u200dB", "A\tB\n"], {}),
    ],
)
def test_the_scripts_that_the_font_lacks_are_told_with_how_many_names(names: list[str], scripts: dict[str, int]):
    assert scripts == missing_scripts(names)


def test_a_plot_with_names_it_cannot_write_says_so_in_it_and_in_its_words_and_warns_nobody():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plot = drawn("张伟", "अनीता", "Ada")
        for ending in ("svg", "png", "pdf"):
            assert plot.to_bytes(ending)

    sentence = "The font of this plot lacks letters, drawn as boxes: CJK (in 1 text), DEVANAGARI (in 1 text)."
    assert plot.words.endswith(sentence)
    assert [sentence] == [t.get_text() for t in plot.figure.texts if "lacks" in t.get_text()]


def test_a_plot_with_all_its_letters_says_nothing_of_them():
    assert "lacks" not in drawn("Ada", "Œuvre").words
