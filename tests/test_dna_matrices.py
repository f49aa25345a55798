"""A database of Discourse Network Analyzer becomes a study that gives the matrices which that program computes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import projectsmade as made
from qualcode import open_study, tables
from qualcode.exchange.projects import import_project
from qualcode.network import affiliation_matrix, discourse_matrix
from test_network_matrices import EXPECTED, STATEMENTS

VARIABLES = ("person", "organization", "concept", "agreement")
OF_ONE = [case for case in EXPECTED["matrices"] if "organisation" not in case["id"]]
"""The program's matrices without organisations: in a study a person has one, and in these statements one has two."""


def database(path: Path) -> Path:
    """Write the 240 statements whose matrices the program computed as a database of its version 3."""
    values: dict[tuple[int, str], int] = {}
    documents: dict[str, tuple[int, int, list[str]]] = {}
    statements, shorts, booleans = [], [], []
    for n, row in enumerate(STATEMENTS.itertuples(index=False), 1):
        day = int(datetime.fromisoformat(row.date).replace(tzinfo=UTC).timestamp())
        number, _, lines = documents.setdefault(row.document, (len(documents) + 1, day, []))
        start = sum(len(line) + 1 for line in lines)
        lines.append(f"Statement {n}.")
        statements.append((n, 1, number, start, start + len(lines[-1]), 1))
        for variable, value in enumerate((row.actor, row.organisation, row.concept), 1):
            shorts.append((n, variable, values.setdefault((variable, value), len(values) + 1)))
        booleans.append((n, 4, int(row.stance > 0)))
    texts = [(number, name, "\n".join(lines), "", "", day) for name, (number, day, lines) in documents.items()]
    return made.database(
        path,
        {
            "SETTINGS": ("Property text, Value text", [("version", "3.0.11")]),
            "CODERS": ("ID integer, Name text", [(1, "Admin")]),
            "DOCUMENTS": ("ID integer, Title text, Text text, Author text, Notes text, Date integer", texts),
            "STATEMENTTYPES": ("ID integer, Label text", [(1, "DNA Statement")]),
            "VARIABLES": (
                "ID integer, Variable text, StatementTypeId integer",
                [(n, name, 1) for n, name in enumerate(VARIABLES, 1)],
            ),
            "STATEMENTS": (
                "ID integer, StatementTypeId integer, DocumentId integer, Start integer, Stop integer, Coder integer",
                statements,
            ),
            "DATABOOLEAN": ("StatementId integer, VariableId integer, Value integer", booleans),
            "DATASHORTTEXT": ("StatementId integer, VariableId integer, Entity integer", shorts),
            "ENTITIES": ("ID integer, VariableId integer, Value text", [(n, v, w) for (v, w), n in values.items()]),
        },
    )


@pytest.fixture(scope="module")
def statements(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Return the statements of the study that the database becomes, by the names that the program has."""
    folder = tmp_path_factory.mktemp("dna")
    import_project(database(folder / "trees.dna"), folder / "study")
    study = open_study(folder / "study")
    found = tables.statements(study)
    themes = {c.id: c.label for c in study.codebook.codes.values()}
    who = {c.id: c.label for c in study.cases.values()}
    return found.assign(
        actor=found["actor"].map(who), organisation=found["organisation"].map(who), concept=found["theme"].map(themes)
    )


def matrix_of(statements: pd.DataFrame, case: dict[str, Any]) -> pd.DataFrame:
    one = case["network"] == "one-mode"
    return (discourse_matrix if one else affiliation_matrix)(
        statements,
        case["row_variable"],
        case["via"] if one else case["column_variable"],
        kind=case["aggregation"],
        normalise=case["normalisation"],
        duplicates=case["duplicates"],
    )


def test_every_statement_came_in_with_who_what_and_how(statements: pd.DataFrame) -> None:
    kept = ["actor", "concept", "stance"]
    told = [tuple(row) for row in STATEMENTS[kept].itertuples(index=False)]
    assert sorted(tuple(row) for row in statements[kept].itertuples(index=False)) == sorted(told)


@pytest.mark.parametrize("case", OF_ONE, ids=lambda case: case["id"])
def test_a_matrix_of_the_study_is_the_programs_own(case: dict[str, Any], statements: pd.DataFrame) -> None:
    matrix = matrix_of(statements, case)

    assert (case["rows"], case["columns"]) == (list(matrix.index), list(matrix.columns))
    np.testing.assert_allclose(matrix.to_numpy(), case["values"], rtol=0, atol=1e-9)


def test_organisations_are_those_of_their_people(statements: pd.DataFrame) -> None:
    """Who speaks for two has the more frequent one; the rest is as the program has it."""
    first = STATEMENTS.groupby("actor")["organisation"].agg(lambda o: o.value_counts(sort=True).index[0])
    told = STATEMENTS.assign(organisation=STATEMENTS["actor"].map(first))
    assert (told["organisation"] != STATEMENTS["organisation"]).sum() > 0
    case = next(c for c in EXPECTED["matrices"] if c["id"] == "one-mode/organisation/concept/congruence/none/include")
    pd.testing.assert_frame_equal(matrix_of(statements, case), matrix_of(told, case))
