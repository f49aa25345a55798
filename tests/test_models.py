"""Lemmas, names and parts of speech: with a small pipeline made here, and with a real model where one is installed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import qualcode
from qualcode.errors import UsageError
from qualcode.search import Where, index_of, lemma_index, search
from qualcode.search.lemmas import installed
from qualcode.suggest import accept, suggest
from qualcode.suggest.patterns import marks
from test_cli import run

pytestmark = pytest.mark.long

TEXT = """\
MARIE: Nous avons demandé une salle à Liège. L'accueil, c’est à Liège ou à Namur.

Q: Vous demandiez quoi, à l’été ? Des sans-papiers ?

MARIE (en): We asked, I mean demandé, the mayor of Namur for a room.
"""
PATTERNS = """['fr: [{"ENT_TYPE": "LOC"}]', 'fr: [{"LEMMA": "demander"}]', "fr: lemma: demander", salle]"""
needs_french = pytest.mark.skipif(not installed(["fr"]), reason="no French spaCy model is installed")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Lay out one interview that switches between two languages, and a code with patterns that need a model."""
    (tmp_path / "interviews").mkdir()
    (tmp_path / "coding").mkdir()
    (tmp_path / "coding/cases.csv").write_text(
        "case,label,kind\nmarie,Marie,person\nresearcher,R,researcher\n", "utf-8"
    )
    (tmp_path / "coding/codebook.yaml").write_text(
        "title: Rooms\nversion: 1\nfamilies:\n  topic: {label: Topic, role: theme}\n"
        f"codes:\n  topic/asking: {{label: Asking, definition: For a room., patterns: {PATTERNS}}}\n",
        "utf-8",
    )
    front = "title: Marie\ndate: 2024-01-01\nlanguage: fr\nmode: recorded\nconsent: quote\nrelease: open\n"
    front += "speakers: {MARIE: {case: marie}, Q: {case: researcher}}\n"
    (tmp_path / "interviews/marie.md").write_text(f"---\n{front}---\n{TEXT}", "utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the folder of a pipeline that knows two towns and three forms of a verb."""
    import spacy
    from spacy.lookups import Lookups

    nlp = spacy.blank("fr")
    lookups = Lookups()
    forms = {"demandé": "demander", "demandiez": "demander", "avons": "avoir", "sans-papiers": "clandestin"}
    lookups.add_table("lemma_lookup", forms)
    nlp.add_pipe("lemmatizer", config={"mode": "lookup"}).initialize(lookups=lookups)
    towns = [{"label": "LOC", "pattern": name} for name in ("Liège", "Namur")]
    nlp.add_pipe("entity_ruler").add_patterns(towns)  # type: ignore[attr-defined]
    nlp.meta["name"], nlp.meta["version"] = "towns", "0.3"
    path = tmp_path_factory.mktemp("models") / "towns"
    nlp.to_disk(path)
    return str(path)


@pytest.mark.long
def test_names_and_lemmas_are_found_with_a_model_that_is_handed_in(root: Path, small: str):
    """The English turn names Namur too, and has no model: it is left alone, and that is said."""
    study = qualcode.open_study(root)
    found, notes = marks(study, ["topic/asking"], index_of(study), {"fr": small})
    text = study.documents["marie"].text

    assert [(text[m.place[1] : m.place[2]], m.pattern.partition(": ")[2] or m.pattern, m.by) for m in found] == [
        ("demandé", '[{"LEMMA": "demander"}]', "fr_towns 0.3"),
        ("demandé", "lemma: demander", "fr_towns 0.3"),
        ("salle", "salle", ""),
        ("Liège", '[{"ENT_TYPE": "LOC"}]', "fr_towns 0.3"),
        ("Liège", '[{"ENT_TYPE": "LOC"}]', "fr_towns 0.3"),
        ("Namur", '[{"ENT_TYPE": "LOC"}]', "fr_towns 0.3"),
        ("demandiez", '[{"LEMMA": "demander"}]', "fr_towns 0.3"),
        ("demandiez", "lemma: demander", "fr_towns 0.3"),
    ]
    assert (notes[0], notes[-1]) == ("lemmas of fr: fr_towns 0.3", "token patterns in 'fr': fr_towns 0.3")
    assert notes[1].startswith("no spaCy model for 'en' is installed, so its words are matched as they are written")


@pytest.mark.long
def test_the_model_is_named_in_the_suggestion_and_in_the_coding_made_of_it(root: Path, small: str):
    table = suggest(qualcode.open_study(root), "me", models={"fr": small})

    assert table["model"].tolist() == ["patterns of the codebook (fr_towns 0.3)"] * 2
    assert table["why"][0].count("pattern") == 4
    accept(qualcode.open_study(root), table.iloc[0], coder="me")
    (line,) = (root / "coding/coders/me/marie.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["origin"]["model"] == "patterns of the codebook (fr_towns 0.3)"


def test_without_a_model_what_needs_one_is_named_and_left_out(root: Path):
    study = qualcode.open_study(root)
    found, notes = marks(study, ["topic/asking"], index_of(study), {})

    assert [m.pattern for m in found] == ["salle"]
    assert notes[-1] == "token patterns of topic/asking need a spaCy model for 'fr'; none is installed"
    assert suggest(study, "me", models={})["model"].tolist() == ["patterns of the codebook"]


def test_lemmas_are_searched_in_the_turns_of_their_language(root: Path, small: str):
    study = qualcode.open_study(root)
    table = search(study, "demander", index=lemma_index(study, {"fr": small}))

    assert table[["turn", "words"]].to_numpy().tolist() == [[1, "demandé"], [2, "demandiez"]]


def test_words_of_which_a_model_makes_one_stay_as_they_are(root: Path, small: str):
    """French tokens hold "sans-papiers" together; a search for its words still finds it."""
    index = lemma_index(qualcode.open_study(root), {"fr": small})

    assert search(qualcode.open_study(root), "sans papiers", index=index)["words"].tolist() == ["sans-papiers"]
    assert len(search(qualcode.open_study(root), "clandestin", index=index)) == 0


def test_a_turn_in_another_language_is_searched_by_its_own(root: Path):
    """Namur is named by Marie in French, and when she switches."""
    study = qualcode.open_study(root)

    assert search(study, "Namur", Where(language="fr"))["turn"].tolist() == [1]
    assert search(study, "Namur", Where(language="en"))["turn"].tolist() == [3]
    assert search(study, "Namur")["turn"].tolist() == [1, 3]


def test_the_commands_take_a_model(capsys: pytest.CaptureFixture[str], root: Path, small: str):
    _, out, err = run(capsys, "search", "--lemma", "avoir", "--model", f"fr={small}", "--study", root)
    assert 'Nous ,avons," demandé' in out
    assert "lemmas of fr: fr_towns 0.3" in err

    _, out, err = run(capsys, "suggest", "--coder", "me", "--model", f"fr={small}", "--study", root)
    assert "(fr_towns 0.3)" in out
    assert "token patterns in 'fr': fr_towns 0.3" in err
    assert run(capsys, "suggest", "--coder", "me", "--model", "fr", "--study", root)[0] == 2
    with pytest.raises(UsageError, match="'fr_nowhere' does not load"):
        suggest(qualcode.open_study(root), "me", models={"fr": "fr_nowhere"})


@needs_french
def test_an_installed_model_finds_forms_and_names_and_is_said(root: Path):
    """Which forms a statistical model gets right is its affair; these are plain."""
    study = qualcode.open_study(root)
    found, notes = marks(study, ["topic/asking"], index_of(study))
    text = study.documents["marie"].text
    words = {(text[m.place[1] : m.place[2]], m.pattern) for m in found}

    assert {("demandé", "fr: lemma: demander"), ("demandé", 'fr: [{"LEMMA": "demander"}]')} <= words
    assert ("Liège", 'fr: [{"ENT_TYPE": "LOC"}]') in words
    assert notes[0].startswith("lemmas of fr: fr_")
    assert notes[-1].startswith("token patterns in 'fr': fr_")
    assert "demandé" in search(study, "demander", index=lemma_index(study))["words"].tolist()


@needs_french
def test_an_installed_model_leaves_no_word_of_the_exemplar_unfound():
    """What is found as written by its lemma is found by the lemma too."""
    from conftest import PROJECT

    study = qualcode.open_study(PROJECT)
    index = lemma_index(study)
    written = search(study, "demander")
    by_lemma = search(study, "demander", index=index)
    places = set(zip(by_lemma["document"], by_lemma["start"], strict=True))

    assert set(zip(written["document"], written["start"], strict=True)) <= places
    assert by_lemma.attrs["hits"] > 2 * written.attrs["hits"]
