"""A command and the chapter that shows the same table say the same, unless somebody asks for something else."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from random import Random

import pandas as pd
import pytest

import qualcode
from qualcode import divergence
from qualcode.cli import build_parser, main
from small import BOOK, excerpt_line
from test_small_studies import HEADER, NOTEBOOKS, shown_names


@pytest.fixture(scope="module")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve speakers, six a figure; three of them with fewer than five statements."""
    from qualcode.study.layout import new_study

    study = tmp_path_factory.mktemp("twelve") / "s"
    new_study(study)
    themes = [f"topic/{c}" for c in "xyzuvw"]
    more = "".join(
        f"  {t}: {{label: {t[-1]}, definition: d, use: u, not: n, status: in use, stance: So.}}\n" for t in themes[2:]
    )
    (study / "coding/codebook.yaml").write_text(BOOK.replace("history:", f"{more}history:"), "utf-8")
    rows = [HEADER, "researcher,The researcher,researcher,,,,,,,,,,"]
    chance = Random(12)
    words = [f"w{n:02d}" for n in range(30)]
    for n in range(12):
        rows.append(f"p{n},P{n},person,,,{'ab'[n % 2]},1,b,2020-01-01,,,,")
    (study / "coding/cases.csv").write_text("\n".join(rows) + "\n", "utf-8")
    for n in range(12):
        head = (
            f"title: T\ndate: 2020-01-{n + 1:02d}\nlanguage: en\nmode: recorded\nspeakers:\n  Q: {{case: researcher}}\n"
        )
        head += f"  P{n}: {{case: p{n}}}\nconsent: quote\nrelease: open\n"
        (study / f"interviews/i{n}.md").write_text(f"---\n{head}---\nQ: Why?\n\nP{n}: {' '.join(words)}.\n", "utf-8")
        for k in range(2 if n in (0, 5, 7) else chance.randint(6, 12)):
            code = chance.choice(themes[:3] if n % 2 else themes[2:])
            excerpt_line(study, "me", f"i{n}", words[k], {code: chance.choice([-1, 0, 1])}, f"e{n:02d}{k:08d}")
    return study


@pytest.mark.parametrize(("table", "name"), [("themes", "result"), ("stances", "stances")])
def test_divergence_and_its_chapter_have_the_same_numbers(twelve: Path, tmp_path: Path, table: str, name: str):
    notebook = next(n for n in NOTEBOOKS if n.stem == "divergences")
    chapter = shown_names(notebook, twelve)[name]
    out = tmp_path / "out.csv"

    assert main(["divergence", table, "--study", str(twelve), "--out", str(out)]) == 0
    command = pd.read_csv(out).set_index("theme")["difference"]
    assert isinstance(chapter, pd.DataFrame)
    shown = chapter.reset_index().set_index("theme")["difference"].dropna()
    pd.testing.assert_series_equal(command.loc[shown.index], shown)


def test_speakers_with_few_statements_are_left_out_alike(capsys: pytest.CaptureFixture[str], twelve: Path):
    main(["divergence", "--study", str(twelve)])

    assert "speakers left out, fewer than 5 statements: p0, p5, p7" in capsys.readouterr().err
    least = inspect.signature(divergence.heard).parameters["least"].default
    assert build_parser().parse_args(["divergence"]).least == least
    cells = json.loads(next(n for n in NOTEBOOKS if n.stem == "divergences").read_text("utf-8"))["cells"]
    assert any("heard(statements)" in "".join(c["source"]) for c in cells)
    assert qualcode.open_study(twelve).problems == ()
