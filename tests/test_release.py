"""What consent and release forbid is withheld wherever words are shown."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

import qualcode
from conftest import CITIZEN_CARD
from qualcode import tables
from qualcode.study import release
from qualcode.study.document import CONSENT, RELEASE

SENTINEL = "My son wants the library"
HOLDER = "interviews/2024-03-05-card-holder.md"

EXPECTED = {
    ("quote", "open"): "",
    ("paraphrase", "open"): "[withheld: consent allows paraphrase only]",
    ("none", "open"): "[withheld: there is no consent to quote]",
    ("quote", "pending"): "[withheld: its release is pending]",
    ("paraphrase", "pending"): "[withheld: its release is pending]",
    ("none", "pending"): "[withheld: its release is pending]",
    ("quote", "closed"): "[withheld: the document is closed]",
    ("paraphrase", "closed"): "[withheld: the document is closed]",
    ("none", "closed"): "[withheld: the document is closed]",
    ("informal", "open"): "[withheld: it was an informal talk, and nobody signed a form]",
    ("informal", "pending"): "[withheld: its release is pending]",
    ("informal", "closed"): "[withheld: the document is closed]",
}


@pytest.mark.parametrize(("consent", "state"), list(product(CONSENT, RELEASE)))
def test_words_are_shown_only_where_both_allow_it(consent: str, state: str):
    document = replace(
        qualcode.open_study(CITIZEN_CARD).document("2024-02-12-desk-officer"), consent=consent, release=state
    )
    withheld = EXPECTED[consent, state]

    assert str(release.verdict(document)) == withheld
    assert release.show(document, 3, 43) == (withheld or "What would the card change at your desk?")


@pytest.mark.parametrize("line", ["consent: quote\n", "release: open\n"])
def test_what_is_not_said_is_not_allowed(card: Path, line: str):
    """A missing entry is a problem, and until it is mended the stricter reading holds."""
    path = card / "interviews/2024-02-12-desk-officer.md"
    path.write_text(path.read_text("utf-8").replace(line, ""), "utf-8")

    assert not release.verdict(qualcode.open_study(card).document("2024-02-12-desk-officer")).quotable


def test_no_table_holds_the_words_of_a_withheld_document():
    """The card holder consented to paraphrase only; her five excerpts carry seven codes, and no words."""
    study = qualcode.open_study(CITIZEN_CARD)
    shown = tables.codings(study)
    hers = shown[shown["document"] == "2024-03-05-card-holder"]

    assert hers["quote"].tolist() == ["[withheld: consent allows paraphrase only]"] * 7
    for name, make in tables.TABLES.items():
        assert SENTINEL not in make(study).to_csv(), name


def test_the_words_of_documents_are_asked_for_at_the_door_only():
    """No room above `release` slices a document's text but those listed here with their reason."""
    reasons = {
        "tables": "counts words",
        "report": "counts words and finds paragraphs; what it shows comes from the door",
        "search": "matches words; what it shows comes from the door",
        "suggest": "matches patterns and compares passages; what it shows comes from the door",
        "cli": "names are proposed to who holds the key, beside it",
        "manuscript": "takes quotations out of a manuscript; what it shows of a document comes from the door",
        "people": "takes somebody's words out; looks for them in what is stored",
        "exchange": "text on its way in; codings on their way out hold no words",
    }
    source = CITIZEN_CARD.parents[1] / "src" / "qualcode"
    above = [p for p in sorted(source.rglob("*.py")) if p.parts[len(source.parts)] not in _below()]
    slicing = {p.relative_to(source).parts[0] for p in above if re.search(r"\.text\[", p.read_text("utf-8"))}

    assert slicing <= set(reasons)


def _below() -> set[str]:
    """Return what lies below the door: the study's own files, and text."""
    return {"study", "plaintext", "columns.py", "errors.py"}


def test_no_object_shows_a_word_of_a_document_by_itself():
    """What a notebook prints of a study, a document or an excerpt goes onto pages: no four words in a row."""
    from qualcode.search.spelling import words_of
    from qualcode.tables import retrieval

    study = qualcode.open_study(CITIZEN_CARD)
    document = study.documents["2024-02-12-desk-officer"]
    excerpts = [e for f in study.files for e in f.excerpts]
    objects = [study, *study.documents.values(), *document.turns, *study.files, *excerpts, *study.memos.values()]
    objects += [e.anchor for e in excerpts]
    objects += [p.excerpt for p in retrieval.passages(study, "function/access")]
    shown = {i: [w for _, _, w in words_of(repr(one))] for i, one in enumerate(objects)}
    runs = set()
    for d in study.documents.values():
        words = [w for _, _, w in words_of(d.text)]
        runs |= {tuple(words[at : at + 4]) for at in range(len(words) - 3)}

    told = {i: set(zip(w, w[1:], w[2:], w[3:], strict=False)) for i, w in shown.items()}

    assert [] == [type(objects[i]).__name__ for i, four in told.items() if runs & four]
    assert "<Study: 5 documents, 8 cases, 22 excerpts, 0 problems, 0 notices>" == repr(study)


PLANTED = "quoted-in-a-note"


def test_what_was_written_about_a_withheld_document_stays_in_it_in_every_table(card: Path):
    """A coder's memo on an excerpt, a tie's note, what an act was: each may repeat the words."""
    for name in sorted((card / "coding/coders").rglob("2024-03-05-card-holder.jsonl")):
        text = name.read_text("utf-8")
        assert '"memo": null' in text
        name.write_text(text.replace('"memo": null', f'"memo": "{PLANTED}"'), "utf-8")
    with (card / "coding/ties.csv").open("a", encoding="utf-8") as ties:
        ties.write(f"card-holder,knows,mediator,,,card-holder,,2024-03-05-card-holder,{PLANTED}\n")
    with (card / "coding/acts.csv").open("a", encoding="utf-8") as acts:
        acts.write(f"a03,2024-03-05,card-holder,asked,{PLANTED},,,2024-03-05-card-holder,told,{PLANTED}\n")
    study = qualcode.open_study(card)
    study.require_sound()

    told = {name: tables.TABLES[name](study).to_csv() for name in sorted(tables.TABLES)}
    assert [name for name, table in told.items() if PLANTED in table] == []
    withheld = "[withheld: consent allows paraphrase only]"
    assert [name for name in ("acts", "codings", "ties") if withheld in told[name]] == ["acts", "codings", "ties"]
    talk = card / "interviews/2024-03-05-card-holder.md"
    talk.write_text(talk.read_text("utf-8").replace("consent: paraphrase", "consent: quote"), "utf-8")
    study = qualcode.open_study(card)
    assert [name for name in ("acts", "codings", "ties") if PLANTED in tables.TABLES[name](study).to_csv()] == [
        "acts", "codings", "ties",
    ]  # fmt: skip
