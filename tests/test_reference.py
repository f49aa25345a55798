"""What the reference page on files lists is what the readers know: no entry more, none less, none missing a value."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from qualcode.exchange.published import quotations, wordless
from qualcode.exchange.review import reviews
from qualcode.gate import sending
from qualcode.report import front
from qualcode.report.proof import manifest
from qualcode.study import case, codebook, consent, contact, document, excerpt, memo
from qualcode.study.study import PARTS
from test_command_examples import COMMANDS
from test_examples import PUBLIC, lay_notebook

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "reference" / "files.md").read_text("utf-8")

_made = spec_from_file_location("made", DOCS / "made.py")
assert _made is not None
assert _made.loader is not None
made = module_from_spec(_made)
_made.loader.exec_module(made)

KNOWN = {
    "Front matter of an interview": document._KEYS["interview"],
    "Front matter of a fieldnote": document._KEYS["fieldnote"],
    "Front matter of a document": document._KEYS["document"],
    "The book": codebook._TOP,
    "A family": codebook._FAMILY,
    "A code": codebook._CODE,
    "A change in the history": codebook._HISTORY,
    "Columns of cases.csv": case.CASE_COLUMNS,
    "Columns of ties.csv": case.TIE_COLUMNS,
    "Columns of acts.csv": case.ACT_COLUMNS,
    "An excerpt's line": (*excerpt._KEYS, "settled", "release"),
    "An excerpt's `release`": excerpt._RELEASE_KEYS,
    "Columns of consent.csv": consent.COLUMNS,
    "Columns of contacts.csv": contact.COLUMNS,
    "A line that says what was read": (*excerpt._READ_KEYS, "words"),
    "An agreed excerpt's `settled`": excerpt._SETTLED_KEYS,
    "Front matter of a memo": memo._KEYS,
    "Columns of reviews.csv": reviews._COLUMNS,
    "Columns of remotes.csv": sending.REMOTE_COLUMNS,
    "Columns of titles.csv": quotations._COLUMNS,
    "The first line of codings.jsonl": wordless.HEAD_KEYS,
    "An excerpt in codings.jsonl": wordless.EXCERPT_KEYS,
    "What was read, in codings.jsonl": wordless.READ_KEYS,
    "A dictionary": ("title", "source", "columns"),
    "Columns of positions.csv": import_module("qualcode.plots.places").COLUMNS,
    "Entries of report.yaml": front._KEYS,
    "manifest.json": ("code", "inputs", "libraries", "outputs"),
}
"""Heading of the page to the entries that its reader knows."""

NEEDED = {
    "Front matter of an interview": document._NEEDED["interview"],
    "Front matter of a fieldnote": document._NEEDED["fieldnote"],
    "Front matter of a document": document._NEEDED["document"],
    "Columns of consent.csv": consent.NEEDED,
}

TAKES = {
    ("Front matter of an interview", "consent"): document.CONSENT,
    ("Front matter of an interview", "release"): document.RELEASE,
    ("Front matter of an interview", "mode"): document.MODES,
    ("Front matter of a fieldnote", "consent"): document.CONSENT,
    ("Front matter of a fieldnote", "release"): document.RELEASE,
    ("Front matter of a fieldnote", "involvement"): document.INVOLVEMENT,
    ("Front matter of a document", "consent"): document.CONSENT,
    ("Front matter of a document", "release"): document.RELEASE,
    ("Front matter of a document", "mode"): document.MODES,
    ("Front matter of a document", "kind"): document.SORTS,
    ("The book", "opposed"): codebook.OPPOSED,
    ("A family", "role"): codebook.ROLES,
    ("A code", "status"): codebook.STATUS,
    ("Columns of cases.csv", "kind"): case.KINDS,
    ("Columns of cases.csv", "figure"): case.OPEN_FIGURES,
    ("Columns of acts.csv", "certainty"): case.CERTAINTY,
    ("An excerpt's line", "origin"): ('{"how": ...}', *excerpt.ORIGINS),
    ("An excerpt's `release`", "state"): excerpt.RELEASED,
    ("Columns of consent.csv", "quote"): consent.QUOTE,
    ("Columns of consent.csv", "identity"): consent.IDENTITY,
    ("Columns of consent.csv", "archive"): consent.ARCHIVE,
    ("Columns of consent.csv", "review"): consent.REVIEW,
    ("Columns of consent.csv", "withdrawn_scope"): (consent.ALL, *consent.SCOPES),
    ("Columns of contacts.csv", "outcome"): contact.OUTCOMES,
    ("Front matter of a memo", "about"): ("kind id", *memo.ABOUT),
}
"""Heading and entry to the words that it takes, in the reader's order."""


def tables() -> dict[str, dict[str, list[str]]]:
    """Return the page's tables of entries: heading to entry to the other cells."""
    found: dict[str, dict[str, list[str]]] = {}
    for part in re.split(r"^###? ", PAGE, flags=re.MULTILINE)[1:]:
        heading, _, rest = part.partition("\n")
        rows = [re.split(r" ?\| ", line[2:].removesuffix(" |")) for line in rest.splitlines() if line.startswith("| `")]
        if rows and "| needed |" in rest:
            found[heading] = {row[0].strip("`"): row[1:] for row in rows}
    return found


TABLES = tables()


def test_every_table_of_entries_is_held_against_its_reader():
    assert set(KNOWN) == set(TABLES)


@pytest.mark.parametrize("heading", KNOWN)
def test_a_table_lists_what_its_reader_knows(heading: str):
    assert sorted(KNOWN[heading]) == sorted(TABLES[heading])


@pytest.mark.parametrize("heading", NEEDED)
def test_what_must_be_there_is_marked(heading: str):
    assert sorted(NEEDED[heading]) == sorted(e for e, cells in TABLES[heading].items() if cells[0] == "yes")


@pytest.mark.parametrize("heading, entry", TAKES)
def test_the_words_that_an_entry_takes_are_listed(heading: str, entry: str):
    said = re.findall(r"`([^`]+)`", TABLES[heading][entry][1])

    assert list(TAKES[heading, entry]) == said


def test_headings_of_a_fieldnote_are_listed():
    assert [h for h in document.HEADINGS if f"`## {h}`" not in PAGE] == []


def test_every_folder_and_file_that_a_study_is_read_from_is_listed():
    listed = re.findall(r"`((?:interviews|fieldnotes|documents|coding)/[^`]*)`", PAGE)

    assert [p for paths in PARTS.values() for p in paths if not any(said.startswith(p) for said in listed)] == []


def test_the_manifest_has_these_entries(card: Path):
    lay_notebook(card.parent)

    assert list(KNOWN["manifest.json"]) == list(manifest(card, {}))


READERS = {
    "Columns of cases.csv": case.read_cases,
    "Columns of ties.csv": case.read_ties,
    "Columns of acts.csv": case.read_acts,
}


@pytest.mark.parametrize("heading", READERS)
def test_the_columns_that_a_table_must_have_are_marked(heading: str, tmp_path: Path):
    """A table of none of them lists what is missing."""
    (tmp_path / "t.csv").write_text("colour\n", "utf-8")
    _, problems = READERS[heading](tmp_path / "t.csv", "t.csv")

    marked = [name for name, cells in TABLES[heading].items() if cells[0] == "yes"]
    assert sorted(f"t.csv:1: column {name!r} is missing" for name in marked) == sorted(map(str, problems))


@pytest.mark.parametrize("name", made.PAGES)
def test_a_page_that_is_made_says_what_is_so_now(name: str):
    """``python docs/made.py`` writes them."""
    assert made.PAGES[name]() == (DOCS / name).read_text("utf-8")


def test_every_command_and_every_public_name_has_its_place():
    commands, api = (made.PAGES[name]() for name in ("reference/commands.md", "reference/api.md"))

    assert [c for c in COMMANDS if f"\n## {c}\n" not in commands] == []
    assert [n for n in PUBLIC if f":: {n}\n" not in api and f"``{n.rpartition('.')[2]}``: see" not in api] == []


def test_the_words_of_a_command_mean_themselves_on_its_page():
    assert r"\* stands for \_any\_ \<word\> \| `git *`" == made.plain("* stands for _any_\n <word> | `git *`")
