"""Studies as small as they come: every command and every starter notebook works on them, or says what is missing."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import matplotlib as mpl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualcode
from conftest import fewer
from qualcode.cli import main
from qualcode.coding import hand
from qualcode.errors import NotYetError
from qualcode.study.layout import new_study
from small import BOOK

pytestmark = pytest.mark.long
HEADER = "case,label,kind,position,organisation,figure,figure_weight,figure_basis,figure_on,circle,status,left_on,note"
PEOPLE = {"anna": "a", "bo": "b", "cy": ""}
TIES = "case,tie,to,since,until,stated_by,disputed_by,document,note"
ACTS = "act,date,case,did,what,theme,stance,document,certainty,note"


@dataclass
class Small:
    """What a small study is made of."""

    speakers: list[str] = field(default_factory=list)
    same_day: bool = True
    codings: list[tuple[int, str, float | None]] = field(default_factory=list)
    coders: int = 1
    note: list[str] | None = None
    head_count: bool = False
    ties: int | None = None
    acts: bool | None = None
    cases: bool = True
    contrast: bool = True


def lay_out(folder: Path, small: Small) -> Path:
    """Write the study down."""
    new_study(folder)
    book = BOOK if small.contrast else BOOK.replace("contrast: [a, b]\n", "")  # as other programs' projects come in
    (folder / "coding/codebook.yaml").write_text(book, "utf-8")
    rows = [HEADER, "researcher,The researcher,researcher,,,,,,,,,,"]
    rows += [f"{who},{who.title()},person,,,{f},{'1' if f else ''},b,2020-01-01,,,," for who, f in PEOPLE.items()]
    needed = small.speakers or small.note or small.ties or small.acts
    (folder / "coding/cases.csv").write_text("\n".join(rows if small.cases or needed else rows[:1]) + "\n", "utf-8")
    for n, who in enumerate(small.speakers):
        head = f"title: T\ndate: 2020-01-{1 if small.same_day else n + 1:02d}\nlanguage: en\nmode: recorded\n"
        head += f"speakers:\n  Q: {{case: researcher}}\n  P: {{case: {who}}}\nconsent: quote\nrelease: open\n"
        (folder / f"interviews/i{n}.md").write_text(f"---\n{head}---\nQ: Why so?\n\nP: alpha beta gamma.\n", "utf-8")
    if small.note is not None:
        count = f"head_count: {len(small.note) + 2}\n" if small.head_count else ""
        head = f"title: M\ndate: 2020-02-29\nlanguage: en\nplace: hall\ninvolvement: passive\n{count}"
        head += f"present: [{', '.join(small.note)}]\nconsent: quote\nrelease: open\n"
        (folder / "fieldnotes").mkdir(exist_ok=True)
        (folder / "fieldnotes/f1.md").write_text(f"---\n{head}---\n## Observed\n\nThey met.\n", "utf-8")
    if small.ties is not None:
        told = ["anna,knows,bo,2010,,anna,,,", "bo,member,cy,2011,,,,,"][: small.ties]
        (folder / "coding/ties.csv").write_text("\n".join([TIES, *told]) + "\n", "utf-8")
    if small.acts is not None:
        told = [f"a1,2020-01-01,{small.speakers[0]},left,it,topic/x,1,i0,documented,"] if small.speakers else []
        (folder / "coding/acts.csv").write_text("\n".join([ACTS, *(told if small.acts else [])]) + "\n", "utf-8")
    for coder in ("c1", "c2")[: small.coders]:
        for number, code, stance in small.codings:
            if number < len(small.speakers):
                words = "alpha" if code == "topic/x" else "beta"
                with contextlib.suppress(qualcode.errors.UsageError):
                    hand.code_excerpt(qualcode.open_study(folder), f"i{number}", words, {code: stance}, coder=coder)
        for number in range(len(small.speakers)):
            hand.mark_read(qualcode.open_study(folder), f"i{number}", coder=coder)
    return folder


COMMANDS = [
    ["check"],
    *(["table", name] for name in qualcode.tables.TABLES),
    ["table", "cooccurrence", "--near", "3"],
    *(["network", what] for what in ("discourse", "attendance", "ties", "matrix", "affiliation", "strength")),
    *(["network", what] for what in ("presence", "groups", "between", "brokerage", "circles", "losses")),
    *(["network", what, "--resamples", "3"] for what in ("polarisation", "stability", "ranks")),
    *(["network", what, "--of", of] for what in ("groups", "between", "circles") for of in ("attendance", "ties")),
    *(["divergence", what] for what in ("themes", "stances", "speakers", "without", "word-and-deed", "missing")),
    *(["divergence", what] for what in ("by-excerpt", "log-odds", "distance")),
    ["divergence", "pool", "--theme", "topic/x"],
    ["divergence", "words", "--language", "en"],
    ["next"],
    *(["next", what] for what in ("people", "cells", "topics", "interviews", "themes", "curve")),
    ["next", "cells", "--by", "organisation", "circle"],
    ["agreement"],
    ["agreement", "--unit", "span"],
    ["agreement", "--by", "round"],
    ["agreement", "--by", "document"],
    ["agreement", "--by", "document", "--unit", "span"],
    ["agreement", "--stances"],
    ["agreement", "--passages"],
    ["search", "alpha"],
    ["search", "alpha", "--by-figure"],
    ["search", "--codes", "topic/x"],
    ["search", "--typical"],
    ["suggest", "--coder", "c1"],
    ["suggest", "--worth"],
    ["suggest", "--uncoded"],
    ["suggest", "--unlike"],
    ["suggest", "--one-coder"],
    ["reanchor"],
    ["tidy"],
    ["review"],
]
NOTEBOOKS = sorted((Path(qualcode.__file__).parent / "study/starter/notebooks").glob("*.ipynb"))


def run(folder: Path, command: list[str]) -> tuple[int, str]:
    """Run a command; return its status and what it told."""
    out, told = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(told):
        status = main([*command, "--study", str(folder)])
    assert one_as_many(out.getvalue() + told.getvalue()) == [], command
    return status, told.getvalue()


_VERBS = (
    "agrees carries differs disagrees does explains fits follows has holds is joins otherwise speaks stays takes was"
)
_MANY = re.compile(rf"(?<![\w.,:/-])1 (?!(?:{'|'.join(_VERBS.split())})\b)[a-z]+(?<!s)s\b")


def one_as_many(words: str) -> list[str]:
    """Return where words say ``1 documents``."""
    return _MANY.findall(words)


def shown_names(notebook: Path, folder: Path) -> dict[str, object]:
    """Run a starter notebook's code on a study; return what it named."""
    names: dict[str, object] = {"__name__": "__main__"}
    shown(notebook, folder, names)
    return names


def shown(notebook: Path, folder: Path, names: dict[str, object] | None = None, told: list[str] | None = None) -> str:
    """Run a starter notebook's code on a study; return why it ended early, or nothing; *told* takes what is shown."""
    code = [c for c in json.loads(notebook.read_text("utf-8"))["cells"] if c["cell_type"] == "code"]
    names = {"__name__": "__main__"} if names is None else names
    before = Path.cwd()
    os.chdir(folder)
    try:
        with warnings.catch_warnings(), mpl.rc_context():
            warnings.simplefilter("error")
            for cell in code:
                *body, last = _parts("".join(cell["source"]))
                for part in body:
                    exec(compile(part, notebook.name, "exec"), names)
                value = eval(compile(last, notebook.name, "eval"), names) if last else None
                for how in ("_repr_mimebundle_", "_repr_markdown_"):
                    if hasattr(value, how):
                        said = getattr(value, how)()
                        words = [said] if isinstance(said, str) else [v for v in said.values() if isinstance(v, str)]
                        if told is not None:
                            told += words
                        assert [one_as_many(w) for w in words if one_as_many(w)] == [], notebook.stem
    except NotYetError as error:
        return str(error)
    finally:
        os.chdir(before)
    return ""


def _parts(source: str) -> list[object]:
    """Part a cell into what is done and the expression it ends with."""
    import ast

    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    return [ast.Module(tree.body, []), ast.Expression(last.value) if last else None]


def small_studies() -> st.SearchStrategy[Small]:
    """Draw studies of at most three interviews."""
    coding = st.tuples(st.integers(0, 2), st.sampled_from(["topic/x", "topic/y"]), st.sampled_from([None, -1.0, 1.0]))
    return st.builds(
        Small,
        speakers=st.lists(st.sampled_from(list(PEOPLE)), max_size=3),
        same_day=st.booleans(),
        codings=st.lists(coding, max_size=4),
        coders=st.integers(0, 2),
        note=st.none() | st.lists(st.sampled_from(list(PEOPLE)), max_size=3, unique=True),
        head_count=st.booleans(),
        ties=st.none() | st.integers(0, 2),
        acts=st.none() | st.booleans(),
        cases=st.booleans(),
        contrast=st.booleans(),
    )


@contextlib.contextmanager
def written(small: Small) -> Iterator[Path]:
    """Give a folder with the study, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        yield lay_out(Path(folder) / "small", small)


def works(folder: Path, command: list[str]) -> None:
    """Run a command: it ends well, or says in one line what is missing."""
    status, told = run(folder, command)
    assert status in (0, 2), (command, told)
    assert status == 0 or told.splitlines()[-1].startswith("qualcode: "), (command, told)


SMALLEST = {
    "nothing": Small(cases=False),
    "one of each": Small(["anna"], True, [(0, "topic/x", 1.0)], 1, ["anna"], True, 1, True),
    "two alike": Small(["anna", "anna"], True, [(0, "topic/x", 1.0), (1, "topic/x", 1.0)], 2, ["anna", "bo"], False, 2),
    "no stance": Small(["anna", "bo"], False, [(0, "topic/x", None), (1, "topic/x", None)]),
    "no contrast": Small(["anna", "bo"], False, [(0, "topic/x", 1.0), (1, "topic/x", -1.0)], contrast=False),
    "nobody met": Small(["anna", "bo", "cy"], False, [(0, "topic/x", 1.0), (1, "topic/y", -1.0)], 2, [], acts=False),
}


@pytest.mark.parametrize("name", SMALLEST)
def test_every_command_works_on_the_smallest_studies_or_says_what_is_missing(name: str):
    with written(SMALLEST[name]) as folder:
        for command in COMMANDS:
            works(folder, command)


@fewer(4)
@given(small_studies(), st.lists(st.sampled_from(COMMANDS), min_size=1, max_size=8))
def test_every_command_works_on_a_small_study_or_says_what_is_missing(small: Small, commands: list[list[str]]):
    with written(small) as folder:
        for command in commands:
            works(folder, command)


@pytest.mark.parametrize("name", SMALLEST)
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda n: n.stem)
def test_every_starter_notebook_works_on_the_smallest_studies_or_ends_early(notebook: Path, name: str):
    with written(replace(SMALLEST[name], coders=1)) as folder:
        assert "\n" not in shown(notebook, folder)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda n: n.stem)
@fewer(12)
@given(small=small_studies())
def test_every_starter_notebook_works_on_a_small_study_or_ends_early(notebook: Path, small: Small):
    small.coders = min(small.coders, 1)
    with written(small) as folder:
        assert "\n" not in shown(notebook, folder)
