"""A speaker's label is never swallowed: it is read where it is declared, and told where it is not."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualcode
from qualcode.study import labels as forms
from qualcode.study.document import Document, read_document
from qualcode.study.labels import declared_labels, undeclared_labels
from small import small_study

FORMS = {
    "P1: hi there": "",
    "P1 : hi there": "",
    "P1:hi there": "",
    "  P1: hi there": "",
    "P1：hi there": "",
    "P1 (fr): hi there": "",
    "P1 (00:00:03): hi there": "00:00:03",
    "P1 [0:07]: hi there": "00:00:07",
    "P1 (fr) [00:01:12]: hi there": "00:01:12",
    "[00:00:05] P1: hi there": "00:00:05",
    "(0:05) P1: hi there": "00:00:05",
    "00:00:06 P1: hi there": "00:00:06",
    "00:00:06.120 P1: hi there": "00:00:06",
    "[00:00:05] - P1: hi there": "00:00:05",
    "**P1:** hi there": "",
    "**P1**: hi there": "",
    "*P1:* hi there": "",
    "- P1: hi there": "",
    "> P1: hi there": "",
    "P1  0:07\nhi there": "00:00:07",
    "[0:07] P1\nhi there": "00:00:07",
    "P1\nhi there": "",
}
LABELS = [
    *("Interviewer: x", "P2 (00:00:03): x", "[00:00:05] P2: x", "00:00:06 P2: x", "P2 [0:07]: x", "**P2:** x"),
    *("- P2: x", "P2:x", "Speaker 2: x", "SPEAKER_01: x", "ANNA: x", "Anna: x", "Marie Dupont: x", "Dr. Smith: x"),
    *("Jean-Luc de Souza: x", "**Marie:** x", "Marie Dupont (00:01:02): x", "interviewer: x", "Interviewee 1: x"),
    *("MARIE DUPONT: x", "INT: x", "R: x", "Participant A: x", "M. Dupont: x", "Anna K.: x", "Enquêtrice: x"),
    *("Marie Dupont  0:07\nx", "[0:07] Marie Dupont\nx", "Moderator  00:10\nx", "Interviewer\nx", "Moderatorin: x"),
]
PROSE = """
Note: this is text|He said: no|And then: boom|So: what|At 10:30 we left|The answer is: no|Example: this|http://x.org
Re: hello|Then I said: stop|10:30: we met|Second: no|In short: yes|My point: no|Question: why|- Note: x|To sum up: it
Yes.|I thought so: it is over|What I mean: nothing
""".strip().replace("\n", "|")


def found(text: str, labels: tuple[str, ...] = ("Q", "P1")) -> tuple[list[tuple[str, str, str]], list[str]]:
    read = declared_labels(text, labels)
    told = undeclared_labels(text, {label.start: label for label in read}, set(labels))
    return [(r.label, r.time, text[r.words_start :].split(maxsplit=1)[0]) for r in read], [t.name for t in told]


@pytest.mark.parametrize(("form", "time"), FORMS.items())
def test_a_declared_label_is_read_in_every_common_form(form: str, time: str):
    assert found(f"Q: good?\n\n{form}\n") == ([("Q", "", "good?"), ("P1", time, "hi")], [])


@pytest.mark.parametrize("form", LABELS)
def test_what_looks_like_a_label_and_is_none_declared_is_told(form: str):
    assert len(found(f"Q: good?\n\nP1: fine.\n\n{form}\n")[1]) == 1


@pytest.mark.parametrize("form", PROSE.split("|"))
def test_ordinary_prose_is_no_label(form: str):
    assert found(f"Q: good?\n\nP1: fine.\n\n{form}\n")[1] == []


def test_names_on_lines_of_their_own_and_in_scripts_without_capitals_are_told_when_they_come_again():
    alone = "Marie Dupont\nhello there\n\nP1: a\n\nMarie Dupont\nagain\n"
    assert found(f"Q: good?\n\nP1: fine.\n\n{alone}")[1] == ["Marie Dupont"] * 2
    assert found("Q: good?\n\n陳大文: a\n\nP1: b\n\n陳大文: c\n")[1] == ["陳大文"] * 2
    assert found("Q: good?\n\nP1: fine.\n\nThe Old House\n\nIt was there.\n")[1] == []


def test_a_common_word_of_another_language_is_a_name_here():
    """Dan is a person in English and 'then' in Dutch."""
    text = "Q: Wie?\n\nDan: ik.\n"
    known = {label.start: label for label in declared_labels(text, ["Q"])}
    assert [len(list(undeclared_labels(text, known, {"Q"}, language))) for language in ("en", "nl")] == [1, 0]


@pytest.mark.parametrize(("declared", "written"), [("NFC", "NFD"), ("NFD", "NFC"), ("NFD", "NFD")])
def test_a_declared_label_is_read_however_its_accents_are_written(tmp_path: Path, declared: str, written: str):
    """One program composes accents, another sets them apart; who speaks does not depend on it."""
    label, text = unicodedata.normalize(declared, "HÔPITAL"), unicodedata.normalize(written, "HÔPITAL: L'été.")
    study = qualcode.open_study(small_study(tmp_path / "s", {"i1": (label, "anna", f"Q: Quoi ?\n\n{text}\n")}))

    assert study.problems == ()
    assert [t.speaker.case for t in study.documents["i1"].turns] == ["researcher", "anna"]


@pytest.mark.parametrize(
    "name", ["Hélène", unicodedata.normalize("NFD", "Hélène"), "Štefan", "Øyvind Ås", "ANNE-LAURE", "Łukasz Żak"]
)
def test_an_undeclared_name_with_any_accents_is_told(name: str):
    assert found(f"Q: a\n\n{name}: Bonjour à tous.\n")[1] == [name]


@pytest.mark.parametrize("name", ["Иван", "अनीता", "محمد", "Ελένη"])
def test_undeclared_names_of_other_scripts_are_told_when_they_come_again(name: str):
    """Once before a colon a capital may be prose, of which no common words are known; twice it is somebody."""
    assert found(f"Q: a\n\n{name}: x.\n\nQ: b\n\n{name}: y.\n")[1] == [name, name]
    assert found(f"Q: a\n\n{name}: x.\n")[1] == []


def test_the_message_has_the_line_and_not_the_words(tmp_path: Path):
    study = small_study(tmp_path / "s", {"i1": ("P1", "anna", "Q: Why?\n\nP1: so.\n\nSecretname: I whispered.\n")})
    problems = qualcode.open_study(study).problems

    assert [(p.path, p.line) for p in problems] == [("interviews/i1.md", 16)]
    assert "declare it under 'speakers', or list it under 'not_speakers'" in problems[0].message
    assert "ecretname" not in problems[0].message


def test_what_is_listed_as_no_speaker_is_text(tmp_path: Path):
    study = small_study(tmp_path / "s", {"i1": ("P1", "anna", "Q: Why?\n\nP1: so.\n\nNATO: an alliance.\n")})
    path = study / "interviews/i1.md"
    assert len(qualcode.open_study(study).problems) == 1
    path.write_text(path.read_text("utf-8").replace("consent:", "not_speakers: [NATO]\nconsent:"), "utf-8")

    assert qualcode.open_study(study).problems == ()


def test_a_fieldnote_may_list_what_is_no_speaker(tmp_path: Path):
    study = small_study(tmp_path / "s", {})
    (study / "fieldnotes").mkdir(exist_ok=True)
    head = "title: M\ndate: 2020-02-29\nlanguage: en\nplace: hall\ninvolvement: passive\npresent: [anna]\n"
    head += "not_speakers: [NB]\nconsent: quote\nrelease: open\n"
    (study / "fieldnotes/f1.md").write_text(f"---\n{head}---\n## Observed\n\nNB: they met.\n", "utf-8")

    assert qualcode.open_study(study).problems == ()


_PARTS = (
    *("P1", "P12", "Anna", "anna", "Anna-K.", "O’Brien", "Marie Dupont", "Q", "_", "__", "*", "**", "- ", "> ", "• "),
    *(
        " ",
        "\t",
        "\u00a0",
        "\n",
        "\n\n",
        ":",
        "：",
        ": ",
        " :",
        "://",
        "(fr)",
        " (fr)",
        "[00:12]",
        "0:07",
        " 0:07 ",
        "(1:02:03.5)",
    ),
    *("|", "-", ",", "hi", "said", "words, more words", "12", "&", "²", "é", "陳大文"),
)
LINES = st.lists(st.sampled_from(_PARTS), max_size=14).map("".join)


@given(LINES, st.sets(st.sampled_from(["P1", "P12", "Anna", "Anna-K.", "Q", "O’Brien", "Marie Dupont", "陳大文", "é"])))
def test_labels_that_begin_with_a_letter_are_found_as_by_one_pattern_of_all_of_them(text: str, labels: set[str]):
    of_all = [one for place in forms._of_few(text, labels) for one in forms._headed(text, *place)] if labels else []
    assert declared_labels(text, labels) == of_all


@given(LINES)
def test_what_looks_like_a_label_is_found_line_by_line_as_by_a_pattern_that_tries_every_way(text: str):
    patient = forms._NAME.replace("*+", "*").replace("++", "+")
    plain = re.compile(
        forms._ANY.pattern.replace(forms._NEXT_LINE, forms._LEAD).replace(forms._NAME, patient), re.MULTILINE
    )

    quick = [(m.start(), m.end() - 1, m.groups()) for m in forms._ANY.finditer(f"\n{text}")]
    assert quick == [(m.start(), m.end(), m.groups()) for m in plain.finditer(text)]


INTERVIEWS = sorted((Path(__file__).parents[1] / "interviews").glob("*.md"))
REAL = Path(__file__).parents[2] / "shared" / "material"


def interviews() -> list[Document]:
    """Return the exemplar's interviews as they are written: in a study some labels are withheld."""
    read = [read_document(path, f"interviews/{path.name}", "interview") for path in INTERVIEWS]
    return [document for document, _ in read if document is not None]


def test_real_transcripts_have_at_most_one_false_alarm_in_five_hundred_turns():
    """The exemplar's; NB and PS, which one lists under not_speakers, look like labels and are none."""
    turns, alarms = 0, []
    for document in interviews():
        if document.speakers:
            turns += len(document.turns)
            labels = {s.label for s in document.speakers}
            known = {label.start: label for label in declared_labels(document.text, labels)}
            free = labels | {"NB", "PS"}
            alarms += [t.name for t in undeclared_labels(document.text, known, free, document.language)]
    assert turns > 700
    assert len(alarms) * 500 <= turns


def test_no_label_of_a_real_transcript_is_swallowed_when_it_is_not_declared():
    for document in interviews():
        for speaker in document.speakers:
            rest = {s.label for s in document.speakers} - {speaker.label}
            known = {label.start: label for label in declared_labels(document.text, rest)}
            told = [t.name for t in undeclared_labels(document.text, known, rest, document.language)]
            assert told.count(speaker.label) == sum(t.speaker.label == speaker.label for t in document.turns)


@pytest.mark.skipif(not REAL.is_dir(), reason="the real transcripts are not here")
def test_transcripts_that_nobody_here_wrote_raise_no_false_alarm():
    turns, alarms = 0, []
    for path in sorted((REAL / "gum-wikinews-interviews").glob("*.xml")):
        xml = path.read_text("utf-8")
        labels = set(re.findall(r'<sp who="#?([^"]+)"', xml))
        lines = []
        for line in xml.split("\n"):
            if who := re.match(r'<sp who="#?([^"]+)"', line):
                lines.append(f"\n\n{who[1]}: ")
            elif "\t" in line and not line.startswith("<"):
                lines.append(line.split("\t")[0] + " ")
            elif line.startswith("</s>"):
                lines.append("\n")
        text = re.sub(r" ([.,;:?!])", r"\1", "".join(lines))
        known = {label.start: label for label in declared_labels(text, labels)}
        turns += len(known)
        alarms += [
            t.name for t in undeclared_labels(text[min(known) :], {k - min(known): v for k, v in known.items()}, labels)
        ]
    assert (turns, alarms) == (40, [])


BITS = [
    "A",
    "Ann",
    "Ann Lee",
    "Q",
    "- ",
    "* ",
    "**",
    "*",
    "__",
    "_",
    "[00:01]",
    "(1:02:03)",
    "00:01 ",
    " ",
    "\t",
    ":",
    " :",
    "：",
    "\n",
]
BITS += ["\n\n", " (fr)", "(fr)", "//", "x", "12", " 12:01", "-", "|", "\u00a0", "> ", ".", "00:01:02.5", ": hm"]
LABELS = ["A", "Ann", "Ann Lee", "Q", "A B", "*A", "12", "x", "_Q", "A:", "Q (fr)", "- A"]


@given(st.lists(st.sampled_from(BITS), max_size=14).map("".join), st.sets(st.sampled_from(LABELS), min_size=1))
def test_many_labels_are_found_where_few_are(text: str, labels: set[str]):
    """Thousands of labels are looked for in another way, which finds the same places."""
    assert list(forms._of_many(text, labels)) == list(forms._of_few(text, labels))
