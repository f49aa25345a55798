"""Any project to a discourse network: a small YAML says which codes, cases and variables are what."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from qualcode import network, open_study, tables
from qualcode.cli import main
from qualcode.errors import SourceError
from qualcode.exchange.projects.laid import Choices, Laid, files_of, lay_down
from qualcode.exchange.projects.places import Text
from qualcode.exchange.projects.record import Case, Code, Coder, Coding, Project, Source
from qualcode.exchange.projects.roles import _KEYS
from refimade import coding, guid, packed, project, selection

LINES = (
    ("mayor", "city", "open-early", 1.0, "Yes, at four."),
    ("mayor", "city", "close-sundays", -1.0, "Never on Sundays? No."),
    ("clerk", "city", "open-early", 1.0, "Four is right."),
    ("baker", "guild", "open-early", -1.0, "Four is too early."),
    ("baker", "guild", "close-sundays", -1.0, "We bake on Sundays."),
)
"""Who says, for whom, on what, how, and the words."""
CLAIMS = {"open-early": "Open early", "close-sundays": "Close Sundays"}
HOW = {1.0: "agrees", -1.0: "disagrees"}
ROLES = """\
theme: [Claims]
stance: {agrees: 1, disagrees: -1}
actor: [Speakers]
organisation: [Houses]
"""


def talk() -> Project:
    """Return a project in which everything is a code: claims, stances, speakers, houses."""
    told = Project("Talk", "TEST", made="2024-01-01")
    told.coders = [Coder("u", "Ann")]
    names = {"claims": "Claims", "speakers": "Speakers", "houses": "Houses"}
    told.codes = [Code(k, n, codable=False) for k, n in names.items()]
    told.codes += [Code(k, n, "claims") for k, n in CLAIMS.items()]
    told.codes += [Code(n, n) for n in HOW.values()]
    told.codes += [Code(n, n.capitalize(), "speakers") for n in ("mayor", "clerk", "baker")]
    told.codes += [Code(n, n.capitalize(), "houses") for n in ("city", "guild")]
    told.sources = [Source("s", "Talk", Text("\n".join(words for *_, words in LINES)))]
    at = 0
    for n, (who, house, claim, stance, words) in enumerate(LINES):
        for k, (code, start, end) in enumerate(
            (
                (claim, at, at + len(words)),
                (HOW[stance], at + 1, at + 3),
                (who, at, at + len(words)),
                (house, at, at + 4),
            )
        ):
            told.codings.append(Coding(f"{n}-{k}", "s", code, start, end, "u"))
        at += len(words) + 1
    return told


def laid(told: Project, folder: Path, roles: str = ROLES) -> Laid:
    (folder / "roles.yaml").write_text(roles, encoding="utf-8")
    done = files_of(told, "0" * 64, Choices(roles=folder / "roles.yaml"))
    lay_down(done, folder / "study")
    return done


@pytest.mark.parametrize("kind", ["congruence", "conflict", "subtract"])
@pytest.mark.parametrize("actor", ["organisation", "actor"])
def test_a_project_of_codes_gives_the_matrices_of_its_statements(kind: str, actor: str, tmp_path: Path) -> None:
    laid(talk(), tmp_path)
    found = tables.statements(open_study(tmp_path / "study"))
    own = pd.DataFrame(
        [(f"{n}", who, house, f"theme/{claim}", stance) for n, (who, house, claim, stance, _) in enumerate(LINES)],
        columns=["document", "actor", "organisation", "theme", "stance"],
    )
    ours, theirs = (network.discourse_matrix(t, actor=actor, kind=kind, duplicates="include") for t in (found, own))
    pd.testing.assert_frame_equal(ours, theirs)


def test_city_and_guild_agree_once_and_disagree_twice(tmp_path: Path) -> None:
    """By hand: both are against closing on Sundays; two of the city are for four o'clock, one of the guild against."""
    laid(talk(), tmp_path)
    found = tables.statements(open_study(tmp_path / "study"))
    one, two = (
        network.discourse_matrix(found, actor="organisation", kind=kind, duplicates="include")
        for kind in ("congruence", "conflict")
    )
    assert (one.loc["city", "guild"], two.loc["city", "guild"]) == (1, 2)


def test_cases_and_variables_say_who_and_for_whom(tmp_path: Path) -> None:
    told = talk()
    told.codings = [c for c in told.codings if c.code in (*CLAIMS, *HOW.values())]
    text, at = told.sources[0].text.stored, {}
    for who, house, *_, words in LINES:
        start = text.index(words)
        case = at.setdefault(who, Case(who, who.capitalize(), variables={"Employer": house, "Kind": "Official"}))
        case.stretches.append(("s", start, start + len(words)))
    told.cases = list(at.values())
    told.codes += [Code("kinds", "Kinds", codable=False), Code("official", "Official", "kinds")]
    roles = "theme: [Claims]\nstance: {agrees: 1, disagrees: -1}\nfigure: [Kinds]\norganisation: {variable: employer}\n"
    laid(told, tmp_path, roles + "position: {variable: Kind}\n")
    study = open_study(tmp_path / "study")
    found = tables.statements(study)
    assert list(zip(found["actor"], found["organisation"], found["stance"], strict=True)) == [
        (who, house, stance) for who, house, _, stance, _ in LINES
    ]
    assert set(found["position"]) == {"Official"}
    assert study.codebook.figures == ("kinds", "official")


def test_a_variable_of_the_cases_can_be_their_figures(tmp_path: Path) -> None:
    told = talk()
    told.cases = [Case("c", "Clerk", variables={"Kind": "Official"}), Case("b", "Baker", variables={"Kind": "Artisan"})]
    laid(told, tmp_path, "theme: [Claims]\nfigure: {variable: Kind}\n")
    study = open_study(tmp_path / "study")
    assert (study.problems, study.codebook.figures) == ((), ("official", "artisan"))
    assert [(c.figure, c.figure_basis, c.figure_on) for c in study.cases.values() if c.kind == "person"] == [
        ("official", "the project's variable Kind", "2024-01-01"),
        ("artisan", "the project's variable Kind", "2024-01-01"),
    ]


def test_two_who_speak_on_one_passage_are_told_and_none_is_taken(tmp_path: Path) -> None:
    told = talk()
    told.codings.append(Coding("x", "s", "clerk", 0, 5, "u"))
    told.codings.append(Coding("y", "s", "agrees", 2000, 2001, "u"))
    done = laid(told, tmp_path)
    assert "1 theme on passages that say several stances, or several who speak: none was taken" in (
        done.project.losses.remarks
    )
    reasons = {r["reason"]: r["number"] for r in done.project.losses.reasons() if r["element"] == "coding"}
    assert reasons["it says a stance, and no theme is on its passage"] == 1
    assert reasons["it says who speaks of the themes on its passage"] == 11
    study = open_study(tmp_path / "study")
    assert study.problems == ()
    assert set(study.codebook.codes) == {"theme/claims", "theme/open-early", "theme/close-sundays"}


def test_all_that_is_wrong_with_a_mapping_is_said_at_once_with_its_line(tmp_path: Path) -> None:
    wrong = "theme: [Clams, Claims]\nstanse: {}\nstance: {agrees: 2}\norganisation: {variable: Employer}\nactor: x\n"
    with pytest.raises(SourceError) as caught:
        laid(talk(), tmp_path, wrong + "leave_out: [Open early]\n")
    assert [str(p) for p in caught.value.problems] == [
        "roles.yaml:1: the project has no code 'Clams'; did you mean 'Claims'?",
        "roles.yaml:2: unknown 'stanse'; did you mean 'stance'?",
        "roles.yaml:3: the stance of 'agrees' is no number from -1 to 1",
        "roles.yaml:4: 'organisation' takes {variable: NAME}; the project has no variable 'Employer'; it has none",
        "roles.yaml:5: 'actor' takes a list of codes",
        "roles.yaml:6: code 'Open early' is 'theme' already",
    ]
    assert not (tmp_path / "study").exists()


def test_the_command_takes_a_project_of_another_program_to_a_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = (
        f'<Code guid="{guid(1)}" name="Claim" isCodable="true"/><Code guid="{guid(2)}" name="for" isCodable="true"/>'
    )
    variable = f'<Variables><Variable guid="{guid(3)}" name="House" typeOfVariable="Text"/></Variables>'
    cases, sources, members = "", "", {}
    for n, (who, house) in enumerate((("Ann", "City"), ("Ben", "Guild"))):
        source = guid(10 + n)
        marked = selection(20 + n, 0, 4, coding(30 + n, guid(1)) + coding(40 + n, guid(2)))
        sources += (
            f'<TextSource guid="{source}" name="{who}" plainTextPath="internal://{source}.txt">{marked}</TextSource>'
        )
        value = f'<VariableValue><VariableRef targetGUID="{guid(3)}"/><TextValue>{house}</TextValue></VariableValue>'
        cases += f'<Case guid="{guid(50 + n)}" name="{who}">{value}<SourceRef targetGUID="{source}"/></Case>'
        members[f"sources/{source}.txt"] = b"Four o'clock"
    markup = project(sources, codes=codes, variables=variable, cases=f"<Cases>{cases}</Cases>")
    path = packed(tmp_path / "talk.qdpx", markup, members)
    roles = tmp_path / "roles.yaml"
    roles.write_text("theme: [Claim]\nstance: {for: 1}\norganisation: {variable: House}\n", encoding="utf-8")
    study = tmp_path / "study"
    assert main(["import", str(path), "--into", str(study), "--roles", str(roles)]) == 0
    capsys.readouterr()
    assert main(["network", "discourse", "--study", str(study), "--actor", "organisation"]) == 0
    assert "city" in capsys.readouterr().out


def test_the_page_shows_every_entry_that_a_mapping_takes() -> None:
    page = (Path(__file__).parents[1] / "docs/how-to/other-programs.md").read_text("utf-8")
    block = page.split("```yaml\n")[1].split("```")[0]
    assert tuple(line.split(":")[0] for line in block.splitlines()) == _KEYS
