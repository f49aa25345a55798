"""Names replaced in every form, with every coding at its words; what the key misses is proposed, and decided once."""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualcode
from qualcode.cli import main
from qualcode.errors import SourceError
from qualcode.gate import Key, Named, missed, read_key, replaced, restored
from qualcode.gate.decisions import COLUMNS, Decided, beside, read_decisions, remember
from qualcode.gate.missed import models_of, spacy_entities
from qualcode.gate.pseudonyms import _end
from qualcode.study.release import as_filed
from test_gate import NAMED, a_key
from transcriptforms import docx
from transcriptforms import p as paragraph

BRUGGHEN = Named(NAMED, "the clerk", "Van-der-Brugghen", ("Mimi",), "ask")
KEY = Key((BRUGGHEN,))
ANY = Key((Named(NAMED, "the clerk", "Van-der-Brugghen", ("Mimi",), "any"),))

WHOLE = {
    "decomposed accents": unicodedata.normalize("NFD", NAMED),
    "soft hyphen": "Maë\u00adlle Van-der-Brug\u00adghen",
    "after a curly apostrophe": "qu’Maëlle Van-der-Brugghen",
    "possessive": "Maëlle Van-der-Brugghen's",
    "upper case": "MAËLLE VAN-DER-BRUGGHEN",
    "in a compound": "pro-Maëlle-Van-der-Brugghen-Komitee",
    "broken over lines": "Maëlle\n   Van-der-\nBrugghen",
    "parts glued": "MaëlleVanderBrugghen",
    "plural": "les Maëlle Van-der-Brugghens",
    "blank for hyphen": "Maëlle Van der Brugghen",
    "hyphen that does not break": "Maëlle Van\u2011der\u2011Brugghen",
    "initial and surname": "M. Van-der-Brugghen",
    "in an e-mail address": "maelle.van-der-brugghen@example.org",
    "in a file name": "interview_maelle_van_der_brugghen.md",
    "double surname in part": "Maëlle Brugghen",
    "nickname that the key lists": "Mimi Van-der-Brugghen",
}
IN_PART = {"misspelt first name": "Maele Van-der-Brugghen"}
MISSED = {"shortened first name": "Maëlle-Lou asked Maë"}


@pytest.mark.parametrize("form", WHOLE)
def test_a_hostile_form_is_replaced_whole(form: str):
    done = replaced(f"Then {WHOLE[form]} came.", KEY)

    assert {"the clerk": 1} == done.counts
    left = done.text.casefold()
    assert not any(part in left for part in ("brugghen", "maëlle", "maelle", "mimi", "mae\u0308lle"))


def test_a_misspelt_first_name_is_replaced_in_part_where_the_surname_counts_alone_and_is_proposed_else():
    assert replaced(IN_PART["misspelt first name"], ANY).text == "Maele [the clerk]"
    assert replaced(IN_PART["misspelt first name"], KEY).text == "Maele Van-der-Brugghen"
    why = {one.form: one.why for one in missed([("i", f"we saw {IN_PART['misspelt first name']}")], KEY)}
    assert why["Maele"] == "one letter off a name of the key"


def test_a_shortened_first_name_is_missed_and_proposed():
    key = Key((Named("Maximilien Dor", "the cook"),))
    assert replaced("then Max came", key).text == "then Max came"
    assert [(one.form, one.why) for one in missed([("i", "then Max came")], key)] == [
        ("Max", "may be short for a name of the key")
    ]


@pytest.mark.parametrize("form", ["the Brugghen bridge", "a Mimi", "van der Berg", "Maëlle and the others"])
def test_what_is_a_name_in_part_only_stays_and_is_for_a_person_to_decide(form: str):
    assert replaced(form, KEY).text == form


def test_a_double_surname_behind_a_title_or_before_the_first_name_counts_in_part():
    key = Key((Named("Jeanne Durand-Lefèvre", "the nurse", "Durand-Lefèvre"),))
    texts = ["Mme Lefevre", "Jeanne Durand", "LEFÈVRE, Jeanne", "J. Durand", "Mme Durand-Lefèvre", "un durand"]

    assert [replaced(text, key).text for text in texts] == [
        "Mme [the nurse]",
        "[the nurse]",
        "[the nurse]",
        "[the nurse]",
        "Mme [the nurse]",
        "un durand",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("la lettre d'Anne Dor.", "la lettre de [la greffière]."),
        ("D’Anne Dor, rien.", "De [la greffière], rien."),
        ("Je crois qu’Anne Dor vient.", "Je crois que [la greffière] vient."),
        ("JUSQU'Anne Dor", "JUSQUE [la greffière]"),
        ("l'Anne Dor d'hier", "l'[la greffière] d'hier"),
        ("d'Omar Sel", "d'[un ami]"),
    ],
)
def test_a_french_particle_is_written_out_before_a_consonant_and_comes_back(text: str, expected: str):
    key = Key((Named("Anne Dor", "la greffière"), Named("Omar Sel", "un ami")))
    done = replaced(text, key)

    assert done.text == expected
    assert restored(done.text, key) == text.replace("’", "'")


PEOPLE = (("Anne Dor", "la greffière"), ("Zoë Ann", "the cook"), (NAMED, "the clerk"))
FORMS = (("Mill Road", "a street"), ("43 ans", "la quarantaine"))
PIECES = st.sampled_from(
    [
        "Anne Dor",
        "d'Anne Dor",
        "qu’",
        "Zoë ANN",
        NAMED,
        "Mill road",
        "43 ans",
        "[the cook]",
        "x",
        "\n",
        ". ",
        "ﬁ",
        "e\u0301",
    ]
)
EVERYBODY = Key(tuple(Named(n, p) for n, p in PEOPLE), FORMS)


@given(st.lists(PIECES, max_size=10).map(" ".join), st.data())
def test_a_stretch_has_its_own_words_with_the_names_in_it_replaced(text: str, data: st.DataObject):
    """The offset map: what a coder marked is what she marked, whole names where she cut one."""
    done = replaced(text, EVERYBODY)
    assert replaced(done.text, EVERYBODY).text == done.text
    if len(text) < 2:
        return
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    cut = [(a, b) for a, b, _ in done.changes if a < end and start < b]
    low, high = min([start, *(a for a, _ in cut)]), max([end, *(b for _, b in cut)])
    inside = [(a - low, b - low, now) for a, b, now in done.changes if low <= a and b <= high]
    expected, at = "", 0
    for a, b, now in inside:
        expected += text[low:high][at:a] + now
        at = b
    expected += text[low:high][at:]

    assert done.text[done.moved(start) : _end(done, end)] == expected


@given(st.lists(st.sampled_from(["Anne Dor", "d'Anne Dor", "Zoë Ann", "a", "b", ". "]), max_size=8).map(" ".join))
def test_who_holds_the_key_has_the_names_back(text: str):
    assert restored(replaced(text, EVERYBODY).text, EVERYBODY) == text


def test_a_pseudonym_of_several_forms_is_nobodys_alone_and_stays():
    key = Key((), (("Mill Road", "a street"), ("Elm Road", "a street"), ("Ghent", "a town")))

    assert restored(replaced("Mill Road, Ghent", key).text, key) == "[a street], Ghent"


# what the key misses


PROPOSED = {
    "en": (
        (
            "and we met Tom near Mill Road. I was aged 43 then, born 3 May 1975; "
            "you may call 0470 12 34 56 or tom@example.org. "
            "The Ministry of Labour knew the mayor and my sister. "
            "In a group of seven the secretary is known."
        ),
        {
            ("name", "Tom"),
            ("place", "Mill Road"),
            ("age", "aged 43"),
            ("date", "3 May 1975"),
            ("number", "0470 12 34 56"),
            ("number", "tom@example.org"),
            ("institution", "Ministry of Labour"),
            ("judge", "the mayor"),
            ("judge", "my sister"),
            ("judge", "group of seven"),
            ("judge", "the secretary"),
        },
    ),
    "fr": (
        (
            "on a vu Karim rue des Récollets, il avait 43 ans, né le 3 mai 1975. "
            "L'hôpital Sainte-Barbe et le bourgmestre "
            "savaient. Ma voisine, la seule infirmière de l'équipe de nuit, depuis 2011."
        ),
        {
            ("name", "Karim"),
            ("place", "rue des Récollets"),
            ("age", "43 ans"),
            ("date", "3 mai 1975"),
            ("date", "depuis 2011"),
            ("institution", "hôpital Sainte-Barbe"),
            ("judge", "le bourgmestre"),
            ("judge", "Ma voisine"),
            ("judge", "la seule infirmière"),
            ("judge", "équipe de nuit"),
        },
    ),
}


@pytest.mark.parametrize("language", PROPOSED)
def test_what_may_point_at_somebody_is_proposed(language: str):
    text, expected = PROPOSED[language]

    assert {(one.kind, one.form) for one in missed([("i1", text)], Key(()))} == expected


def test_a_form_is_proposed_once_with_how_often_and_where():
    texts = [("i1", "we saw Tom and TOM."), ("i2", "then Tom left, and [the clerk], and Anne Dor")]

    assert missed(texts, EVERYBODY) == [Decided("Tom", "name", "a capital", 3, ("i1", "i2"))]


def test_the_names_of_a_model_are_proposed_where_one_is_installed():
    """A pipeline made here stands for a model: what it takes for a person in small letters is proposed."""
    import spacy

    nlp = spacy.blank("fr")
    nlp.add_pipe("entity_ruler").add_patterns(
        [{"label": "PER", "pattern": "karim"}, {"label": "LOC", "pattern": "gand"}]
    )
    found = missed([("i1", "puis karim est venu de gand")], Key(()), lambda _: spacy_entities(nlp))

    assert [(one.kind, one.form, one.why) for one in found] == [
        ("name", "karim", "spaCy's model takes it for one"),
        ("place", "gand", "spaCy's model takes it for one"),
    ]


def test_without_a_model_it_is_said():
    entities, lines = models_of({"i1": "zz", "i2": ""})

    assert (entities("i1"), lines) == (
        None,
        ["no model of spaCy for 'zz' is installed: names are proposed by their capitals only"],
    )


def decide(path: Path, **forms: tuple[str, str]) -> None:
    with path.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    for row in rows:
        if row["form"] in forms:
            row["decision"], row["pseudonym"] = forms[row["form"]]
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def test_what_was_decided_is_asked_once_and_replaced_from_then_on(
    card: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = card / "interviews/2024-02-20-mediator.md"
    path.write_text(f"{path.read_text('utf-8').rstrip()} Then Karim and Tom came by.\n", "utf-8")
    for file in (card / "coding").rglob("2024-02-20-mediator.jsonl"):
        file.unlink()
    key = a_key(tmp_path, "name,pseudonym\nAnne Dor,the nurse\n")
    command = ["pseudonymise", "--key", str(key), "--study", str(card)]
    assert main([*command, "--propose"]) == 0
    first = capsys.readouterr()
    assert ("Karim" in first.out + first.err, first.out) == (False, "")
    before = int(first.err.rpartition("key.decisions.csv: ")[2].split()[0])
    decide(tmp_path / "key.decisions.csv", Karim=("replace", "a neighbour"), Tom=("keep", ""))

    assert main([*command, "--write"]) == 0
    assert "2024-02-20-mediator: a neighbour 1" in capsys.readouterr().out
    assert "Then [a neighbour] and Tom came by." in path.read_text("utf-8")
    assert main([*command, "--propose"]) == 0
    assert int(capsys.readouterr().err.rpartition("key.decisions.csv: ")[2].split()[0]) == before - 2
    kept = read_decisions(tmp_path / "key.decisions.csv")
    assert (kept["karim"].decision, kept["tom"].decision) == ("replace", "keep")
    assert (tmp_path / "key.decisions.csv").stat().st_mode & 0o077 == 0


WORDS = st.sampled_from(["Tom", "karim", "Mill Road", "the mayor", "Anne-Marie", "l'Étoile"])
ROWS = st.builds(
    Decided,
    WORDS,
    st.sampled_from(["name", "place"]),
    st.just("a capital"),
    st.integers(1, 9),
    st.just(("i1",)),
    st.sampled_from(["", "keep"]),
)


@given(st.lists(ROWS, unique_by=lambda r: r.known), st.lists(ROWS, unique_by=lambda r: r.known))
def test_no_row_is_ever_lost_and_no_decision_undone(tmp_path_factory, known, proposed):
    path = tmp_path_factory.mktemp("key") / "key.decisions.csv"
    before = remember(path, known, {})
    remember(path, proposed, before)
    after = read_decisions(path)

    assert after.keys() == {r.known for r in known} | {r.known for r in proposed}
    assert all(after[r.known].decision == r.decision for r in known)


def test_all_that_is_wrong_with_decisions_is_told_and_no_form(tmp_path: Path):
    key = a_key(tmp_path, "name,pseudonym\nAnne Dor,the nurse\n")
    beside(key).write_text(
        "form,decision,pseudonym\nTom,maybe,\nKarim,replace,\nKARIM,keep,\n,keep,\nZoe,replace,[x]\n", "utf-8"
    )
    with pytest.raises(SourceError) as caught:
        read_key(key)

    assert [(p.path, p.line, p.message.split(";")[0]) for p in caught.value.problems] == [
        ("key.decisions.csv", 2, "decision is 'maybe'"),
        ("key.decisions.csv", 3, "'replace' needs a pseudonym"),
        ("key.decisions.csv", 4, "this form stands here twice"),
        ("key.decisions.csv", 5, "no form"),
        ("key.decisions.csv", 6, "a pseudonym has no brackets and no line end"),
    ]
    assert not any(name in str(caught.value) for name in ("Tom", "Karim", "Zoe"))


def test_names_are_shown_again_on_ones_own_terminal_only(
    card: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    path = card / "interviews/2024-02-20-mediator.md"
    path.write_text(f"{path.read_text('utf-8').rstrip()} Then [the nurse] came.\n", "utf-8")
    key = a_key(tmp_path, "name,pseudonym\nAnne Dor,the nurse\n")
    command = ["pseudonymise", "--key", str(key), "--study", str(card), "--reverse", "2024-02-20-mediator"]
    assert main(command) == 2
    assert "names go to your own terminal only" in capsys.readouterr().err
    monkeypatch.setattr("qualcode.study.release.has_own_screen", lambda: True)

    assert main(command) == 0
    assert capsys.readouterr().out.rstrip().endswith("Then Anne Dor came.")


# transcripts as they come in


TALK = f"""\
Q: What happened, Anne?
VAN-DER-BRUGGHEN: I am {NAMED}. Anne Dor was there, and d'Anne Dor I have a letter.
MME DOR: Yes. And Mimi Van-der-Brugghen too.
"""


@pytest.fixture
def coming(card: Path, tmp_path: Path) -> list[str]:
    """Lay a transcript that names people in words, labels and its own name, outside the study; return the command."""
    key = a_key(
        tmp_path,
        f"name,pseudonym,surname,aliases\n{NAMED},the clerk,Van-der-Brugghen,Mimi\nAnne Dor,la greffière,,\n",
    )
    folder = tmp_path / "transcripts"
    folder.mkdir()
    (folder / "2024-04-02-maelle-van-der-brugghen.txt").write_text(TALK, "utf-8")
    return ["import", str(folder), "--study", str(card), "--key", str(key)]


def raw_names(folder: Path) -> list[str]:
    """Return the files whose name or bytes hold a raw name."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        text = f"{path.relative_to(folder)}\n{path.read_text('utf-8', 'replace')}".casefold()
        if any(name in text for name in ("brugghen", "maëlle", "maelle", "anne dor", "mme dor", "mimi")):
            found.append(path.relative_to(folder).as_posix())
    return found


def test_no_raw_name_reaches_the_study(
    coming: list[str], card: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(coming) == 0
    mapping = (tmp_path / "transcripts/speakers.yaml").read_text("utf-8")
    assert "case: the-clerk" in mapping
    assert raw_names(card) == []
    capsys.readouterr()
    assert main([*coming, "--add-cases"]) == 0

    out, said = capsys.readouterr()
    assert raw_names(card) == []
    assert not any(name in (out + said).casefold() for name in ("brugghen", "maelle", "dor\n", "dor:"))
    text = (card / "interviews/2024-04-02-the-clerk.md").read_text("utf-8")
    assert text.partition("\n---\n")[2] == (
        "Q: What happened, Anne?\n\n"
        "THE CLERK: I am [the clerk]. [la greffière] was there, and de [la greffière] I have a letter.\n\n"
        "LA GREFFIÈRE: Yes. And [the clerk] too.\n"
    )
    assert {"the-clerk", "la-greffiere"} <= qualcode.open_study(card).cases.keys()
    assert "Anne" in (tmp_path / "key.decisions.csv").read_text("utf-8")


def test_a_name_that_would_be_left_in_a_mapped_id_stops_it(
    coming: list[str], card: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """What is replaced in an id, too: the mapping may have been made before there was a key."""
    (tmp_path / "transcripts/speakers.yaml").write_text(
        "language: en\nspeakers:\n  Q: {case: researcher}\n  VAN-DER-BRUGGHEN: {case: maelle-van-der-brugghen}\n"
        "  MME DOR: {case: anne-dor, as: DOR}\n",
        "utf-8",
    )
    assert main([*coming, "--add-cases"]) == 0
    assert raw_names(card) == []
    assert {"the-clerk", "la-greffiere"} <= qualcode.open_study(card).cases.keys()


def test_a_dry_run_writes_nothing(coming: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    before = sorted(tmp_path.rglob("*"))
    assert main([*coming, "--dry-run"]) == 0
    assert sorted(p for p in tmp_path.rglob("*") if "locks" not in p.parts) == before
    assert "1 form to decide (name 1)" in capsys.readouterr().err


def test_two_labels_of_one_person_are_one(coming: list[str], card: Path, tmp_path: Path):
    path = next((tmp_path / "transcripts").glob("*.txt"))
    path.write_text(TALK + "ANNE DOR: That was me.\n", "utf-8")
    assert main(coming) == 0
    assert main([*coming, "--add-cases"]) == 0

    document = as_filed(qualcode.open_study(card).documents["2024-04-02-the-clerk"])
    assert [t.speaker.label for t in document.turns] == ["Q", "THE CLERK", "LA GREFFIÈRE", "LA GREFFIÈRE"]


SURVEY = """\
name,What do you think of the card?,What of Anne Dor?
Maëlle Van-der-Brugghen,"It is fine, said Anne Dor to me and M. Van-der-Brugghen",She is kind
Anne Dor,Mimi Van-der-Brugghen said no,"d'Anne Dor"
"""


def test_a_surveys_answers_questions_and_respondents_come_in_without_names(
    coming: list[str], card: Path, tmp_path: Path
):
    next((tmp_path / "transcripts").glob("*.txt")).unlink()
    (tmp_path / "transcripts/2024-05-05-survey.csv").write_text(SURVEY, "utf-8")
    assert main(coming) == 0
    assert main([*coming, "--add-cases"]) == 0

    assert raw_names(card) == []
    assert "A: It is fine, said [la greffière] to me and [the clerk]" in (
        (card / "interviews/2024-05-05-survey-1.md").read_text("utf-8")
    )
    assert (card / "coding/cases.csv").read_text("utf-8").count("la greffière") == 1


def test_a_comment_of_a_transcript_in_word_comes_in_without_names(coming: list[str], card: Path, tmp_path: Path):
    next((tmp_path / "transcripts").glob("*.txt")).unlink()
    mark = '<w:p><w:r><w:t>ANNE DOR: I left.</w:t></w:r><w:r><w:commentReference w:id="0"/></w:r></w:p>'
    body = paragraph("Q: And then?") + mark
    comment = f'<w:comment w:id="0" w:author="Anne Dor">{paragraph(f"{NAMED} was told")}</w:comment>'
    (tmp_path / "transcripts/2024-05-06-talk.docx").write_bytes(docx(body, comments=comment))
    assert main(coming) == 0
    assert main([*coming, "--add-cases"]) == 0

    assert raw_names(card) == []
    assert (card / "interviews/2024-05-06-talk.md").exists()
    assert any("[the clerk] was told" in p.read_text("utf-8") for p in (card / "coding/memos").glob("*.md"))


@pytest.mark.parametrize(
    "way", [["x.docx", "--comments"], ["x.qdpx", "--into", "y"], ["--quotations", "x", "--into", "y"]]
)
def test_a_key_is_never_passed_over(way: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["import", *way, "--key", str(a_key(tmp_path, "name,pseudonym\n"))]) == 2
    assert "--key replaces names in transcripts as they come in" in capsys.readouterr().err
