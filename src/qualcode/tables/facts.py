"""
Facts from elsewhere: a table beside a study, read against a dictionary that says what each column may hold.

``data/NAME.csv`` holds the table, ``data/NAME.yaml`` its dictionary: ``title``, ``source``, and under
``columns`` for each column what it ``says`` and, where its values are few, its ``words`` with their meaning.
A column that the dictionary does not know, and a value that it does not list, are problems.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from qualcode.columns import require
from qualcode.errors import Problem, SourceError, UsageError, did_you_mean
from qualcode.evidence import Behind, counts
from qualcode.plaintext.folder import listed
from qualcode.plaintext.source import Entries, read_csv, read_text, read_yaml
from qualcode.study.study import Study

FOLDER = "data"


def facts(study: Study, name: str) -> pd.DataFrame:
    r"""
    Read the table *name*.

    Returns:
        The file's rows in its order, the dictionary's columns in its order, all text; a column with words
        is categorical, in the order of the dictionary. ``attrs``: ``name``, ``title``, ``source``, ``says``
        (column to what it says) and ``words`` (column to word to meaning).

    Raises:
        UsageError: there is no such table.
        SourceError: the table does not keep to its dictionary; all problems at once.

    Example:
        >>> (study.root / "data").mkdir()
        >>> done = (study.root / "data/wards.csv").write_text("ward,motion\nNorth,voted\nSouth,none\nWest,voted\n")
        >>> words = "title: Wards\nsource: Invented.\ncolumns:\n  ward: {says: Name.}\n"
        >>> words += "  motion: {says: How far it came., words: {voted: passed, none: nothing}}\n"
        >>> done = (study.root / "data/wards.yaml").write_text(words)
        >>> table = facts(study, "wards")
        >>> table.attrs["title"], table["motion"].value_counts().to_dict()
        ('Wards', {'voted': 2, 'none': 1})
    """
    there = [n.removesuffix(".csv") for n in listed(study.root, FOLDER) if n.endswith(".csv")]
    if name not in there:
        raise UsageError(f"no table {FOLDER}/{name}.csv{did_you_mean(name, there)}; there are: {', '.join(there)}")
    says, words, about = _dictionary(study, f"{FOLDER}/{name}.yaml")
    file = f"{FOLDER}/{name}.csv"
    columns = tuple(says)
    rows, problems = read_csv(read_text(study.root / file, file), file, columns, columns)
    for row in rows:
        problems += [Problem(file, row.line, f"unknown column {c!r}") for c in row.values if c not in says][:1]
        problems += [
            Problem(file, row.line, f"unknown {c} {row[c]!r}{did_you_mean(row[c], known)}; one of: {', '.join(known)}")
            for c, known in words.items()
            if row[c] not in known
        ]
    if problems:
        raise SourceError(problems)
    table = pd.DataFrame([[row[c] for c in columns] for row in rows], columns=list(columns))
    for column, known in words.items():
        table[column] = pd.Categorical(table[column], categories=list(known))
    table.attrs.update(about, name=name, says=says, words=words)
    return table


def facts_there(study: Study) -> list[str]:
    """
    Return the names of a study's tables of facts, sorted: those beside which a dictionary lies.

    Example:
        >>> facts_there(study)
        []
    """
    files = set(listed(study.root, FOLDER))
    return sorted(n.removesuffix(".csv") for n in files if n.endswith(".csv") and n[:-3] + "yaml" in files)


def cross(table: pd.DataFrame, rows: str, columns: str) -> pd.DataFrame:
    """
    Count the rows of *table* by two of its columns: the whole table, with empty cells and sums.

    Returns:
        One row a word of *rows*, then ``all``; first the column *rows*, then one a word of *columns*, then
        ``all``. Words in the order of the dictionary, else by code point; a word that never occurs stays.

    Raises:
        UsageError: a column is missing.

    Example:
        >>> table = pd.DataFrame({"ward": ["North", "North", "South"], "motion": ["voted", "none", "voted"]})
        >>> cross(table, "ward", "motion")
            ward  none  voted  all
        0  North     1      1    2
        1  South     0      1    1
        2    all     1      2    3
    """
    require(table, [rows, columns], "facts")
    made = pd.crosstab(table[rows], table[columns], dropna=False)
    if isinstance(table[rows].dtype, pd.CategoricalDtype):
        made = made.reindex(index=list(table[rows].cat.categories), fill_value=0)
    if isinstance(table[columns].dtype, pd.CategoricalDtype):
        made = made.reindex(columns=list(table[columns].cat.categories), fill_value=0)
    made.index, made.columns = made.index.astype(str), made.columns.astype(str)
    made.loc["all"] = made.sum(axis=0)
    made["all"] = made.sum(axis=1)
    made.columns.name = None
    return made.astype(int).rename_axis(rows).reset_index()


def numbered(table: pd.DataFrame) -> pd.DataFrame:
    """
    Return facts with a column ``fact``, by which each row can be found: the table's name and the row's place.

    Example:
        >>> table = pd.DataFrame({"ward": ["North", "South"]})
        >>> table.attrs["name"] = "wards"
        >>> numbered(table)
            ward     fact
        0  North  wards/0
        1  South  wards/1
    """
    return table.assign(fact=[f"{table.attrs['name']}/{place}" for place in table.index])


def behind_cross(table: pd.DataFrame, rows: str, columns: str) -> dict[str, Behind]:
    """
    Return what the numbers of ``cross`` count, by column: rows of facts.

    Raises:
        UsageError: a column is missing.

    Example:
        >>> table = pd.DataFrame({"ward": ["North", "South"], "motion": ["voted", "none"]})
        >>> table.attrs["name"] = "wards"
        >>> found = behind_cross(table, "ward", "motion")
        >>> list(found), found["voted"].groups["North",]
        (['voted', 'none', 'all'], ('wards/0',))
    """
    require(table, [rows, columns], "facts")
    told = numbered(table)
    told = pd.concat([told.astype({rows: str}), told.assign(**{rows: "all"})], ignore_index=True)
    words = told[columns].astype(str)
    found = {str(word): counts(told[words == str(word)], "fact", rows) for word in table[columns].unique()}
    return found | {"all": counts(told, "fact", rows)}


def _dictionary(study: Study, file: str) -> tuple[dict[str, str], dict[str, dict[str, str]], dict[str, Any]]:
    """Read what the columns say, which words they take, and the table's title and source."""
    if not (study.root / file).exists():
        raise UsageError(f"{file} is missing; it says what each column of the table may hold")
    entries = read_yaml(read_text(study.root / file, file), file)
    problems: list[Problem] = []
    value = entries.value if isinstance(entries.value, dict) else {}
    about = {key: _text(value.get(key), entries, file, (key,), problems) for key in ("title", "source")}
    says: dict[str, str] = {}
    words: dict[str, dict[str, str]] = {}
    columns = value.get("columns")
    if not isinstance(columns, Mapping) or not columns:
        problems.append(Problem(file, entries.line("columns"), "'columns' is empty; name every column of the table"))
        columns = {}
    for column, told in columns.items():
        told = told if isinstance(told, Mapping) else {"says": told}
        says[column] = _text(told.get("says"), entries, file, ("columns", column), problems)
        if isinstance(told.get("words"), Mapping):
            words[column] = {str(word): str(meaning) for word, meaning in told["words"].items()}
    if problems:
        raise SourceError(problems)
    return says, words, about


def _text(value: Any, entries: Entries, file: str, path: tuple[str, ...], problems: list[Problem]) -> str:
    if isinstance(value, str) and value:
        return value
    problems.append(Problem(file, entries.line(*path), f"{path[-1]!r} says nothing; write it in words"))
    return ""
