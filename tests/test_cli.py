"""The commands, as someone at a terminal meets them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

import qualcode
from conftest import CITIZEN_CARD, HERE, PROJECT
from qualcode.cli import main


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    """Run a command; return its status and what it said on both streams."""
    try:
        status = main([str(w) for w in words])
    except SystemExit as end:
        status = int(end.code or 0)
    said = capsys.readouterr()
    return status, said.out, said.err


def test_a_sound_study_is_status_0(capsys: pytest.CaptureFixture[str]):
    expected = "5 documents, 8 cases, 22 excerpts by 2 coders: no problems\n"

    assert run(capsys, "check", "--study", CITIZEN_CARD) == (0, "", expected)


def test_problems_are_lines_and_status_1(capsys: pytest.CaptureFixture[str], card: Path):
    shutil.copytree(HERE / "defects" / "act-twice", card, dirs_exist_ok=True)

    assert run(capsys, "check", "--study", card) == (
        1,
        "coding/acts.csv:3: act 'a01' stands here twice; give it an id of its own\n",
        "5 documents, 8 cases, 22 excerpts by 2 coders: 1 problem\n",
    )


def test_a_table_of_a_study_with_problems_is_status_1_and_lists_them(capsys: pytest.CaptureFixture[str], card: Path):
    shutil.copytree(HERE / "defects" / "act-twice", card, dirs_exist_ok=True)

    assert run(capsys, "table", "acts", "--study", card) == (
        1,
        "",
        "coding/acts.csv:3: act 'a01' stands here twice; give it an id of its own\n",
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["table"], "qualcode table: the following arguments are required: NAME; see qualcode table --help\n"),
        (["chek"], "qualcode: unknown 'chek'; did you mean 'check'?; see qualcode --help"),
        (["tabel", "codings"], "qualcode: unknown 'tabel'; did you mean 'table'?; see qualcode --help"),
        (["table", "coding"], "qualcode table: unknown 'coding'; did you mean 'codings'?; see qualcode table --help"),
        (["codebook", "renam"], "qualcode codebook: unknown 'renam'; did you mean 'rename'?"),
        (
            ["check", "--study", "nowhere"],
            "qualcode: nowhere is no study (no coding/codebook.yaml); `qualcode new study FOLDER`",
        ),
        (
            ["table", "acts", "--coder", "reader", "--study", str(CITIZEN_CARD)],
            "qualcode: table 'acts' does not depend on a coder",
        ),
        (
            ["table", "acts", "--out", "acts.doc", "--study", str(CITIZEN_CARD)],
            "qualcode: cannot write 'acts.doc'; name it .csv",
        ),
        (["new", "study", str(CITIZEN_CARD)], "is there and not empty; name a new folder\n"),
        (
            ["import", "--quotations", "gone.md", "--into", "x"],
            "qualcode: gone.md: there is no such file; give the text",
        ),
    ],
)
def test_wrong_use_is_one_line_and_status_2(capsys: pytest.CaptureFixture[str], words: list[str], said: str):
    status, out, err = run(capsys, *words)

    assert (status, out, err.count("\n")) == (2, "", 1)
    assert said in err


@pytest.mark.parametrize("ending", ["csv", "tsv", "json"])
def test_a_table_is_written_by_its_files_ending(capsys: pytest.CaptureFixture[str], tmp_path: Path, ending: str):
    file = tmp_path / f"acts.{ending}"
    run(capsys, "table", "acts", "--study", CITIZEN_CARD, "--out", file)
    text = file.read_text("utf-8")
    acts = [a["act"] for a in json.loads(text)] if ending == "json" else re.findall(r"^a\d\d", text, re.MULTILINE)

    assert acts == ["a01", "a02"]
    assert "\r" not in text


@pytest.mark.long
def test_the_first_five_minutes_of_the_readme_work_as_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Every command and the Python of that section, in order, with the transcript it shows."""
    section = (PROJECT / "README.md").read_text("utf-8").split("## For the researcher")[1].split("\n## ")[0]
    blocks = re.findall(r"(?:^(?: {4}.*)?\n)+", section, re.MULTILINE)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    commands = [line.removeprefix("qualcode ").split() for line in lines if line.startswith("qualcode ")]
    transcript = "\n".join(line for line in lines if re.match(r"(Q|BAKER): ", line)).replace("\nBAKER", "\n\nBAKER")
    python = re.findall(r"```python\n(.*?)```", section, re.DOTALL)[0]

    assert [c[0] for c in commands] == ["new", "new", "check", "table", "report"]
    monkeypatch.chdir(tmp_path)
    assert run(capsys, *commands[0])[0] == 0
    monkeypatch.chdir(tmp_path / "my-study")
    assert run(capsys, "check") == (0, "", "0 documents, 1 case, 0 excerpts by 0 coders: no problems\n")
    assert run(capsys, *commands[1])[0] == 0
    status, out, _ = run(capsys, "check")
    assert (status, out) == (
        1,
        (
            "interviews/2024-05-02-baker.md:9: 'consent' is empty; "
            "write what the person agreed to: quote, paraphrase or none\n"
        ),
    )
    path = Path("interviews/2024-05-02-baker.md")
    head, _ = path.read_text("utf-8").split("---\nQ:", 1)
    head = re.sub(r"consent:.*", "consent: quote", head).replace("release: pending", "release: open")
    path.write_text(f"{head}---\n{transcript}\n", "utf-8")
    assert run(capsys, *commands[2])[:2] == (0, "")
    exec(python, {})  # the README's own lines
    status, out, _ = run(capsys, *commands[3])
    row = dict(zip(*[line.split(",") for line in out.splitlines()], strict=True))
    assert (row["quote"], row["case"], row["coder"], row["code"]) == (
        "they asked me in my own shop",
        "baker",
        "me",
        "topic/first-topic",
    )
    assert qualcode.open_study().problems == ()
    status, out, _ = run(capsys, *commands[4])
    assert (status, out) == (0, f"{Path.cwd() / 'build/site/index.html'}\n")
    assert "This chapter ends here for now: there are no stances on themes in this study yet." in Path(
        "build/site/actor-network.html"
    ).read_text("utf-8")


def test_an_interview_is_never_laid_over_another(capsys: pytest.CaptureFixture[str], card: Path):
    status, _, err = run(capsys, "new", "interview", "2024-02-12-Desk-officer".lower(), "--case", "x", "--study", card)

    assert (status, err) == (2, "qualcode: interviews/2024-02-12-desk-officer.md is there already; choose another id\n")


def test_a_new_interview_adds_its_person_and_keeps_the_other_cases(capsys: pytest.CaptureFixture[str], card: Path):
    before = (card / "coding/cases.csv").read_text("utf-8")
    run(capsys, "new", "interview", "2024-05-02-baker", "--case", "baker", "--study", card)

    assert (card / "coding/cases.csv").read_text("utf-8") == before + "baker,Baker,person,,,,,,,,,,,\n"


def test_a_new_fieldnote_asks_for_what_only_the_researcher_knows(capsys: pytest.CaptureFixture[str], card: Path):
    run(capsys, "new", "fieldnote", "2024-05-02-market", "--study", card)

    assert [str(p) for p in qualcode.open_study(card).problems] == [
        "fieldnotes/2024-05-02-market.md:5: 'place' is empty",
        "fieldnotes/2024-05-02-market.md:6: 'involvement' is empty",
    ]


def test_a_date_is_asked_for_where_the_id_has_none(capsys: pytest.CaptureFixture[str], card: Path):
    status, _, err = run(capsys, "new", "fieldnote", "market", "--study", card)

    assert (status, err) == (
        2,
        "qualcode: date 'market' is not written YYYY-MM-DD; begin the id with the date, or give --date YYYY-MM-DD\n",
    )


@pytest.mark.parametrize("sign", ["\x1b[31m", "\x1b]0;title\x07", "\x9b2J", "\r", "\x08", "\u202e"])
def test_control_signs_of_a_study_do_not_reach_a_terminal(sign: str, capsys: pytest.CaptureFixture[str]):
    """They are written out; words, lines and tabs stay, and what goes to a file keeps its signs."""
    import sys

    from qualcode.cli.command import Terminal, on_terminal, safe_streams

    assert on_terminal(f"é\ta{sign}b\n") == f"é\ta{sign.encode('unicode_escape').decode()}b\n"
    with safe_streams():
        print(f"out {sign}")
        print(f"told {sign}", file=sys.stderr)
        assert not isinstance(sys.stdout, Terminal)  # it is no terminal here
    said = capsys.readouterr()
    assert said.out == f"out {sign}\n"
    assert said.err == f"told {sign.encode('unicode_escape').decode()}\n"


def test_output_to_a_terminal_goes_the_same_way(monkeypatch: pytest.MonkeyPatch):
    import io
    import sys

    from qualcode.cli.command import safe_streams

    screen = io.StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdout", screen)
    with safe_streams():
        print("label \x1b[2J")

    assert screen.getvalue() == "label \\x1b[2J\n"
