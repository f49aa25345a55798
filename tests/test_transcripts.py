"""Transcripts of many programs come into a study: nothing altered unsaid, nothing written over, nothing half."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import CITIZEN_CARD, PROJECT, fewer
from qualcode import open_study
from qualcode.cli import main
from qualcode.coding.hand import code_excerpt, mark_read
from qualcode.errors import MissingExtraError, SourceError, UsageError
from qualcode.exchange.transcripts.form import Turn, UnreadableError, lines_of
from qualcode.exchange.transcripts.formats import ENDINGS, read_transcripts
from qualcode.exchange.transcripts.found import date_of
from qualcode.exchange.transcripts.intake import Brought, bring, lay_mapping, look
from qualcode.exchange.transcripts.labels import proposed, seconds, turns_in
from qualcode.exchange.transcripts.speakers import About, Speakers, Who, read_speakers, slug, written
from qualcode.exchange.transcripts.table import Asked
from qualcode.study.document import split_front_matter
from qualcode.study.release import as_filed
from transcriptforms import FORMS, LOST, PLAIN, WHISPER, docx, p, packed

MATERIAL = PROJECT.parent / "shared" / "material"
ON = "2024-05-01"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a copy of the tiny second study, whose interviews are of other people."""
    return Path(shutil.copytree(CITIZEN_CARD, tmp_path / "study"))


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def brought(study: Path, *paths: Path, mapping: Speakers | None = None, **how: Any) -> Brought:
    """Propose a mapping and take it as it is, then import; or take the one that is given."""
    looked = look(open_study(study), paths, on=ON)
    if mapping:
        looked.speakers.write_text(written(mapping), "utf-8")
    lay_mapping(looked)
    return bring(open_study(study), look(open_study(study), paths, on=ON), **{"add_cases": True, **how})


def body(study: Path, name: str) -> str:
    return split_front_matter((study / f"interviews/{name}.md").read_text("utf-8"), name)[1]


def head(study: Path, name: str) -> str:
    return split_front_matter((study / f"interviews/{name}.md").read_text("utf-8"), name)[0]


def laid(study: Path, inbox: Path, file: str, data: bytes | str) -> tuple[str, str]:
    """Import one file; return the text that it became, and what was said of it."""
    path = inbox / file
    path.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    done = brought(study, path)
    assert done.problems == []
    return body(study, slug(path.stem)), str(done)


@pytest.mark.parametrize("form", FORMS)
def test_each_form_becomes_the_interview_that_a_person_would_write(form: str, study: Path, inbox: Path):
    file, data, expected = FORMS[form]

    assert laid(study, inbox, f"2024-05-02-{file}", data)[0] == expected
    assert [
        str(x) for x in open_study(study).problems if "'consent' is empty" not in str(x) and "'language'" not in str(x)
    ] == []


def test_each_ending_that_is_read_has_a_form_above_or_is_one_of_its_like():
    like = {".text", ".markdown", ".docm", ".ott", ".dfxp", ".tei", ".tsv", ".tab"}

    assert {"." + file.rpartition(".")[2] for file, *_ in FORMS.values()} | like == set(ENDINGS)


@pytest.mark.parametrize("form", LOST)
def test_what_is_dropped_or_altered_on_the_way_is_told_with_how_often(form: str, study: Path, inbox: Path):
    file, data, _ = FORMS[form]
    said = [line.strip() for line in laid(study, inbox, f"2024-05-02-{file}", data)[1].splitlines()]

    assert [line for line in LOST[form] if line not in said] == []


def test_a_new_interview_asks_for_consent_and_is_pending(study: Path, inbox: Path):
    laid(study, inbox, "2024-05-02 Interview Anna.txt", FORMS["name and colon"][1])

    assert head(study, "2024-05-02-interview-anna") == (
        "title: 2024-05-02 Interview Anna\n".replace("2024-05-02 Interview Anna", '"2024-05-02 Interview Anna"')
        + "date: 2024-05-02\nlanguage:\nmode: recorded            # recorded | reconstructed | written\nspeakers:\n"
        "  Q: {case: researcher}\n  Anna: {case: anna}\n"
        "consent:                  # quote | paraphrase | none: what the person agreed to\n"
        "release: pending          # open | pending | closed: whether it may be shown yet\n"
    )
    assert [str(x) for x in open_study(study).problems] == [
        "interviews/2024-05-02-interview-anna.md:4: 'language' is empty",
        (
            "interviews/2024-05-02-interview-anna.md:9: 'consent' is empty; write what the person agreed to: quote, "
            "paraphrase or none"
        ),
    ]


WORD_NOTES = docx(
    p("Notes of the meeting") + "<w:p><w:r><w:t>Q: Ça va</w:t></w:r><w:del><w:r><w:delText>XX</w:delText></w:r></w:del>"
    "<w:ins><w:r><w:t> ?</w:t></w:r></w:ins>"
    '<w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    + '<w:p><w:r><w:t>Anna: Oui.</w:t><w:commentReference w:id="0"/><w:drawing/></w:r></w:p>',
    footnotes='<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote><w:footnote w:id="2">'
    + p("A note of the typist.")
    + "</w:footnote>",
    comments='<w:comment w:id="0" w:author="Maria Roe" w:initials="MR" w:date="2024-06-01T10:00:00Z">'
    + p("See [[code x]] later")
    + "</w:comment>",
)


def test_footnotes_comments_and_what_stands_above_become_memos_at_their_turn(study: Path, inbox: Path):
    text, said = laid(study, inbox, "2024-05-02-a.docx", WORD_NOTES)
    memos = sorted(
        (m.title, str(m.on), m.by, m.text) for m in open_study(study).memos.values() if m.kind == "transcript"
    )

    assert text == PLAIN
    assert memos == [
        ("Comment of the transcript 2024-05-02-a", "2024-06-01", "mr", "See [ [code x]] later\n\nAt turn 2 of 2.\n"),
        (
            "Footnote of the transcript 2024-05-02-a",
            "2024-05-02",
            "transcript",
            "A note of the typist.\n\nAt turn 1 of 2.\n",
        ),
        (
            "Text above the first turn of the transcript 2024-05-02-a",
            "2024-05-02",
            "transcript",
            "Notes of the meeting\n\nAbove the first turn.\n",
        ),
    ]
    for told in (
        "1 tracked deletion left out",
        "1 tracked insertion taken as they stand",
        "1 picture or drawing dropped",
        "1 comment kept as memos",
        "1 footnote kept as memos",
    ):
        assert told in said


def test_importing_again_adds_nothing(study: Path, inbox: Path):
    laid(study, inbox, "2024-05-02-a.docx", WORD_NOTES)
    before = {f: f.read_bytes() for f in study.rglob("*") if f.is_file()}
    done = brought(study, inbox / "2024-05-02-a.docx")

    assert "is there already, with the same text" in str(done)
    assert done.problems == []
    assert {f: f.read_bytes() for f in study.rglob("*") if f.is_file()} == before


MIDDLE = (
    "Then nothing happens at all for a good while, and people sigh. I wait for an hour. "
    "Nobody says anything to anybody in that whole hour."
)


def test_a_corrected_transcript_replaces_its_text_only_when_asked_and_codings_and_reading_follow(
    study: Path, inbox: Path
):
    path = inbox / "2024-05-02-a.txt"
    laid(study, inbox, path.name, f"Q: How is it?\nAnna: The queue is long. {MIDDLE}\n")
    opened = open_study(study)
    code = next(iter(opened.codebook.codes))
    kept = code_excerpt(opened, "2024-05-02-a", "I wait for an hour", {code: None}, coder="me")
    gone = code_excerpt(open_study(study), "2024-05-02-a", "The queue is long", {code: None}, coder="me")
    mark_read(open_study(study), "2024-05-02-a", coder="me")
    front = study / "interviews/2024-05-02-a.md"
    front.write_text(front.read_text("utf-8").replace("consent:  ", "consent: quote  ", 1), "utf-8")
    path.write_text(f"Q: How is it?\nAnna: Terrible, really awful. {MIDDLE}\nBen: Yes.\n", "utf-8")
    (inbox / "speakers.yaml").write_text(
        written(Speakers({"Q": Who("researcher"), "Anna": Who("anna"), "Ben": Who("ben")})), "utf-8"
    )
    told = brought(study, path)
    after = front.read_text("utf-8")
    done = brought(study, path, update=True)
    files = {e.id: e for e in open_study(study).coded["me", "2024-05-02-a"].excerpts}

    assert [str(x) for x in told.problems] == [
        (
            "2024-05-02-a.txt: interviews/2024-05-02-a.md is there with another text; "
            "with --update it is replaced, and its codings follow"
        )
    ]
    assert "The queue is long" in after
    assert (
        "its text is replaced; 1 excerpt follows; 1 cannot be followed and stays as it is: `qualcode reanchor`"
        in str(done)
    )
    assert body(study, "2024-05-02-a") == f"Q: How is it?\n\nAnna: Terrible, really awful. {MIDDLE}\n\nBen: Yes.\n"
    assert "consent: quote" in head(study, "2024-05-02-a")
    assert "  Ben: {case: ben}\n" in head(study, "2024-05-02-a")
    document = open_study(study).documents["2024-05-02-a"]
    assert document.text[files[kept.id].anchor.start : files[kept.id].anchor.end] == "I wait for an hour"
    assert files[kept.id].text == document.hash
    assert files[gone.id] == gone
    assert any(r.text == document.hash for r in open_study(study).coded["me", "2024-05-02-a"].readings)


def test_the_mapping_decides_who_speaks_and_what_is_text(study: Path, inbox: Path):
    path = inbox / "2024-05-02-a.txt"
    path.write_text("Int: Un ?\nAnna: Oui.\nNB: a remark\nANNA D.: Non.\n", "utf-8")
    mapping = Speakers(
        {"Int": Who("researcher", "", "Q"), "Anna": Who("clerk", "city", "CLERK"), "ANNA D.": Who("clerk")},
        frozenset({"NB"}),
        {path.name: About("2024-05-02-clerk", "2024-05-02", "fr")},
    )
    done = brought(study, path, mapping=mapping)

    assert done.problems == []
    assert body(study, "2024-05-02-clerk") == "Q: Un ?\n\nCLERK: Oui.\nNB: a remark\n\nANNA D.: Non.\n"
    assert "  CLERK: {case: clerk, organisation: city}\n  ANNA D.: {case: clerk}\n".replace(
        "ANNA D.", '"ANNA D."'
    ) in head(study, "2024-05-02-clerk")
    assert "not_speakers: [NB]\n" in head(study, "2024-05-02-clerk")
    assert "2 labels written as the mapping says" in str(done)


def test_a_label_that_the_mapping_does_not_name_stops_its_file_and_no_other(study: Path, inbox: Path):
    (inbox / "2024-05-02-a.txt").write_text("Q: Un ?\nAnna: Oui.\nBruno: Moi aussi.\n", "utf-8")
    (inbox / "2024-05-03-b.txt").write_text("Q: Un ?\nAnna: Oui.\n", "utf-8")
    done = brought(study, inbox, mapping=Speakers({"Q": Who("researcher"), "Anna": Who("anna")}))

    assert [str(x) for x in done.problems] == [
        (
            "2024-05-02-a.txt:3: 1 label that speakers.yaml does not name (line 3); see them with --dry-run "
            "and list each "
            "under speakers or not_speakers"
        )
    ]
    assert done.documents == ["2024-05-03-b"]
    assert not (study / "interviews/2024-05-02-a.md").exists()


def test_speakers_that_are_only_numbered_are_other_people_in_each_file(study: Path, inbox: Path):
    for name in ("2024-05-02-mayor.json", "2024-05-03-nurse.json"):
        (inbox / name).write_text(json.dumps(WHISPER), "utf-8")
    looked = look(open_study(study), [inbox])

    assert {f: {label: w.case for label, w in a.speakers.items()} for f, a in looked.mapping.documents.items()} == {
        f"{day}-{who}.json": {"SPEAKER_00": f"{who}-speaker-00", "SPEAKER_01": f"{who}-speaker-01"}
        for day, who in (("2024-05-02", "mayor"), ("2024-05-03", "nurse"))
    }
    assert looked.mapping.speakers == {}


def test_a_label_or_case_of_the_study_keeps_its_case(study: Path, inbox: Path):
    (inbox / "2024-05-02-a.txt").write_text("Q: Un ?\nOFFICER: Oui.\nMediator: Non.\n", "utf-8")

    assert {label: w.case for label, w in look(open_study(study), [inbox]).mapping.speakers.items()} == {
        "Q": "researcher",
        "OFFICER": "desk-officer",
        "Mediator": "mediator",
    }


def test_cases_that_are_missing_stop_a_file_unless_they_shall_be_added(study: Path, inbox: Path):
    (inbox / "2024-05-02-a.txt").write_text("Q: Un ?\nAnna: Oui.\n?: Non.\n", "utf-8")
    before = (study / "coding/cases.csv").read_text("utf-8")
    refused = brought(study, inbox, add_cases=False)
    brought(study, inbox)
    after = (study / "coding/cases.csv").read_text("utf-8")
    columns = before.splitlines()[0].count(",") - 2

    assert [str(x) for x in refused.problems] == [
        (
            "2024-05-02-a.txt: 2 cases that coding/cases.csv does not have (anna, unknown); "
            "add them, or import with --add-cases"
        )
    ]
    assert after == before + f"anna,Anna,person{',' * columns}\nunknown,Unknown,person{',' * columns}\n"


SURVEY = 'id,age,Why do you come?,What else?\nr1,34,"It is near, and people are kind.",Nothing\n2,51,No,\nr3,,,\n'


def test_a_survey_gives_a_document_and_a_case_with_attributes_to_each_respondent(study: Path, inbox: Path):
    (inbox / "2024-05-02 answers.csv").write_text(SURVEY, "utf-8")
    done = brought(study, inbox)
    cases = open_study(study).cases

    assert body(study, "2024-05-02-answers-r1") == (
        "Q: Why do you come?\n\nA: It is near, and people are kind.\n\nQ: What else?\n\nA: Nothing\n"
    )
    assert body(study, "2024-05-02-answers-2") == "Q: Why do you come?\n\nA: No\n"
    assert (cases["r1"].attributes, cases["respondent-2"].attributes) == (
        {"district": "", "age": "34"},
        {"district": "", "age": "51"},
    )
    assert "mode: written" in head(study, "2024-05-02-answers-r1")
    assert [str(x) for x in done.problems] == ["2024-05-02 answers.csv: there are no words in it"]


def test_the_mapping_says_which_columns_are_questions(study: Path, inbox: Path):
    (inbox / "2024-05-02 answers.csv").write_text("nr,Place,Reason\n1,Ghent,work\n", "utf-8")
    asked = {"2024-05-02 answers.csv": Asked("nr", ("Reason",))}
    with pytest.raises(UnreadableError, match="neither columns for speaker and words, nor an open question"):
        read_transcripts(inbox / "2024-05-02 answers.csv")
    done = brought(study, inbox, mapping=Speakers({"Q": Who("researcher")}, surveys=asked))

    assert done.problems == []
    assert body(study, "2024-05-02-answers-1") == "Q: Reason\n\nA: work\n"
    assert open_study(study).cases["respondent-1"].attributes == {"district": "", "Place": "Ghent"}


def test_a_focus_group_of_twenty_files_comes_in_at_once_and_what_fails_is_named(
    study: Path, inbox: Path, capsys: pytest.CaptureFixture[str]
):
    for n in range(1, 21):
        (inbox / f"2024-05-{n:02}-group.txt").write_text(f"Q: Number {n}?\nAnna: Yes.\nBen: No.\n?: Both.\n", "utf-8")
    (inbox / "2024-05-07-group.txt").write_bytes(b"\x81\x8d")
    (inbox / "talk.mp3").write_bytes(b"ID3")
    first = main(["import", str(inbox), "--study", str(study)])
    shown = capsys.readouterr()
    second = main(["import", str(inbox), "--study", str(study), "--add-cases"])
    told = capsys.readouterr()

    assert (first, second) == (1, 1)
    assert "20 of 20: 2024-05-20-group.txt" in shown.err
    assert "proposed; nothing was imported" in shown.err
    assert "2024-05-07-group.txt:1: its letters are in no encoding this program reads; save it as UTF-8" in told.err
    assert "19 transcripts are in the study, 1 file or answer is not" in told.err
    assert "talk.mp3: not read: no ending of a transcript" in told.out
    assert len(list((study / "interviews").glob("*-group.md"))) == 19


def test_a_day_that_does_not_exist_is_told_and_not_taken(study: Path, inbox: Path):
    text, said = laid(study, inbox, "a.cha", "@Date:\t32-MAY-2024\n*ANN:\toui .\n")

    assert (text, "date: 2024-05-01\n" in head(study, "a")) == ("ANN: oui .\n", True)
    assert "    it tells a day that does not exist" in said.splitlines()


def test_words_in_the_column_of_speakers_are_no_label(study: Path, inbox: Path):
    (inbox / "2024-05-02-a.csv").write_text(f"speaker,words\n{'a' * 5000},Q\n", "utf-8")

    told = brought(study, inbox / "2024-05-02-a.csv").problems
    assert [str(t) for t in told] == ["2024-05-02-a.csv:2: a speaker's name of more than 300 letters; is it the words?"]


def test_a_dry_run_shows_labels_and_writes_nothing(study: Path, inbox: Path, capsys: pytest.CaptureFixture[str]):
    (inbox / "2024-05-02-a.txt").write_text("Q: Un ?\nAnna: Oui, alors.\nNote: x\n", "utf-8")
    before = {f: f.read_bytes() for f in (*study.rglob("*"), *inbox.rglob("*")) if f.is_file()}

    assert main(["import", str(inbox), "--study", str(study), "--dry-run"]) == 0
    assert capsys.readouterr().out == (
        "2024-05-02-a.txt (plain text) -> interviews/2024-05-02-a.md, 2024-05-02\n"
        "  label  turns  words  case\n"
        "  Q      1      2      researcher\n"
        "  Anna   1      4      anna (new)\n"
        "  line 3: looks like a speaker's label and was taken as text\n"
        "\nFirst words are shown on your own terminal only; this output goes elsewhere.\n"
    )
    assert {f: f.read_bytes() for f in (*study.rglob("*"), *inbox.rglob("*")) if f.is_file()} == before


def test_first_words_are_shown_where_the_researcher_alone_sees_them(study: Path, inbox: Path):
    from qualcode.exchange.transcripts.shown import as_table

    (inbox / "2024-05-02-a.txt").write_text("Q: Un ?\nAnna: Oui, alors.\n", "utf-8")
    opened = open_study(study)

    assert "  Anna   1      2      anna (new)  Oui, alors." in as_table(look(opened, [inbox]), opened, words=True)


def test_words_of_a_transcript_stand_in_no_error(study: Path, inbox: Path, capsys: pytest.CaptureFixture[str]):
    secret = "xylophone"
    hostile: dict[str, bytes | str] = {
        "a.txt": f"Q: {secret}\nAnna: {secret}\n<<<<<<< {secret}\n",
        "b.json": f'{{"segments": "{secret}"',
        "c.xml": f"<sp>{secret}",
        "d.csv": f'a,b\n"{secret}',
        "e.vtt": secret,
        "f.eaf": f"<x>{secret}</x>",
        "g.cha": secret,
        "h.docx": secret,
        "i.json": f'{{"segments": [{{"text": "\\ud800{secret}"}}]}}',
    }
    for name, data in hostile.items():
        (inbox / f"2024-05-02-{name}").write_text(str(data), "utf-8")
    main(["import", str(inbox), "--study", str(study)])
    capsys.readouterr()
    status = main(["import", str(inbox), "--study", str(study), "--add-cases"])
    told = capsys.readouterr()

    assert status == 1
    assert secret not in told.out + told.err
    assert "0 transcripts are in the study, 9 files or answers are not" in told.err


def bomb() -> bytes:
    return docx("<w:p/>" * 20_000_000)


def entities() -> bytes:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE x [<!ENTITY l0 "lol">{lol}]><text><sp who="#A"><p>&l9;</p></sp></text>'.encode()


def lying() -> bytes:
    """Write a packed file whose directory says that a part is small."""
    data = bytearray(docx("<w:p/>" * 8_000_000))
    at = data.rfind(b"PK\x01\x02")
    struct.pack_into("<L", data, at + 24, 100)
    return bytes(data)


def many_parts() -> bytes:
    return packed({f"a/{n}": b"" for n in range(60_000)})


def paged(stream: bytes, pages: int = 1, times: int = 1) -> bytes:
    """Write a PDF whose pages are all one stream, packed *times* times."""
    filters = b"/Filter [" + b"/FlateDecode " * times + b"]" if times else b""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [" + b"3 0 R " * pages + b"] /Count %d >>" % pages,
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << >> >>",
        b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(stream), filters, stream),
    ]
    return (
        b"%PDF-1.5\n"
        + b"".join(b"%d 0 obj\n%s\nendobj\n" % one for one in enumerate(objects, 1))
        + (b"trailer << /Size 5 /Root 1 0 R >>\n%%EOF")
    )


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a bomb": ("a.docx", bomb),
    "a lying size": ("a.docx", lying),
    "many parts": ("a.docx", many_parts),
    "a name that climbs": ("a.docx", lambda: packed({"../../evil.txt": "x", "/etc/evil": "x"})),
    "entities": ("a.xml", entities),
    "entities in Word": ("a.docx", lambda: packed({"word/document.xml": entities()})),
    "deep markup": ("a.xml", lambda: b"<a>" * 1_000_000),
    "wide markup": ("a.xml", lambda: b"<text>" + b"<a/>" * 2_400_000 + b"</text>"),
    "deep JSON": ("a.json", lambda: b"[" * 5_000_000),
    "wide JSON": ("a.json", lambda: b"[" + b"[]," * 3_000_000 + b"0]"),
    "one long line": ("a.txt", lambda: b"A" * 9_900_000),
    "blanks": ("a.txt", lambda: b"A" + b" " * 9_900_000 + b":"),
    "empty lines": ("a.txt", lambda: b"\n" * 9_900_000),
    "many labels": ("a.txt", lambda: b"".join(b"Ab%d: x\n" % n for n in range(300_000))),
    "one label many times": ("a.txt", lambda: b"AB: x\n" * 600_000),
    "a wide table": ("a.csv", lambda: b"a,b\n" * 2_400_000),
    "arrows": ("a.vtt", lambda: b"WEBVTT\n\n" + b"0:00:01.000 --> 0:00:02.000\nx\n\n" * 200_000),
    "open tags": ("a.vtt", lambda: b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"<v " * 2_000_000),
    "a PDF that is none": ("a.pdf", lambda: b"%PDF-1.4\n" + b"1 0 obj << " * 100_000),
    "a PDF that unpacks to very much": ("a.pdf", lambda: paged(zlib.compress(b"(a) Tj " * 10_000_000))),
    "a PDF packed twice": ("a.pdf", lambda: paged(zlib.compress(zlib.compress(b" " * 300_000_000)), times=2)),
    "a PDF of one page many times": ("a.pdf", lambda: paged(zlib.compress(b"(a) Tj " * 200_000), pages=2900)),
    "a PDF of nothing but brackets": ("a.pdf", lambda: paged(b"[ " * 3_000_000, times=0)),
    "rich text without end": ("a.rtf", lambda: b"{\\rtf1 " + b"{" * 900_000),
    "tables in tables": (
        "a.docx",
        lambda: docx("<w:tbl><w:tr><w:tc>" * 45 + p("Q: x") + "</w:tc></w:tr></w:tbl>" * 45),
    ),
    "lines outside cues": ("a.vtt", lambda: b"WEBVTT\n\n" + b"a\n" * 4_000_000),
    "lines of CHAT": ("a.cha", lambda: b"*A:\tb\n" * 1_500_000),
    "a turn of a million speakers": ("a.xml", lambda: b'<TEI><u who="' + b"#a " * 3_000_000 + b'">b</u></TEI>'),
    "a wide survey": ("a.csv", lambda: (",".join(f"q{n}?" for n in range(2000)) + "\n").encode() + b"x," * 1999 * 900),
    "nothing": ("a.txt", lambda: b""),
    "not packed": ("a.odt", lambda: zlib.compress(b"x" * 1000)),
}
MEASURED = """
import resource, sys, time
from pathlib import Path
from qualcode.errors import QualcodeError
from qualcode.exchange.transcripts.found import found_in
import pypdf, striprtf.striprtf
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.process_time()
try:
    found_in(Path(sys.argv[1]), None)
    said = "read"
except QualcodeError as error:
    said = str(error)
beside = resource.getrusage(resource.RUSAGE_CHILDREN)  # a PDF is read there
spent = time.process_time() - began + beside.ru_utime + beside.ru_stime
held = max(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, beside.ru_maxrss)
print(spent, held / 1000, said)
"""


@pytest.mark.long
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_done_with_in_two_seconds_and_200_megabytes(kind: str, inbox: Path):
    file, made = HOSTILE[kind]
    (inbox / file).write_bytes(made())
    run = subprocess.run(
        [sys.executable, "-c", MEASURED, str(inbox / file)], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
    spent, megabytes, said = run.stdout.split(" ", 2)

    assert (float(spent) < 2, float(megabytes) < 200) == (True, True), (spent, megabytes)
    assert said.strip()
    assert sorted(p.name for p in inbox.iterdir()) == [file]


@pytest.mark.long
@given(
    st.lists(
        st.tuples(
            st.sampled_from(("Q", "Anna", "Dr. Müller", "?", "SPEAKER_00")),
            st.one_of(st.none(), st.integers(0, 359_999)),
            st.text(st.sampled_from("aé «\u202f\u00a0?!…:’[]\n0Q*#-"), min_size=1).filter(lambda w: bool(w.strip())),
        ),
        min_size=1,
        max_size=8,
    )
)
@fewer(4)
def test_words_of_turns_come_in_sign_for_sign(turns: list[tuple[str, int | None, str]]):
    """Through a table, which tells turns apart: every sign that is no blank is there, in order, in its turn."""
    import csv
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        root = Path(shutil.copytree(CITIZEN_CARD, Path(folder) / "study"))
        path = Path(folder) / "2024-05-02-a.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["speaker", "time", "words"])
            writer.writerows([label, "" if at is None else str(at), words] for label, at, words in turns)
        done = brought(root, path)
        assert done.problems == []
        merged: list[tuple[str, str]] = []
        for label, _, words in turns:
            bare = "".join(words.split())
            if merged and merged[-1][0] == label:
                merged[-1] = (label, merged[-1][1] + bare)
            else:
                merged.append((label, bare))
        document = as_filed(open_study(root).documents["2024-05-02-a"])

        assert [
            (t.speaker.label, "".join(document.text[t.words_start : t.end].split())) for t in document.turns
        ] == merged


names = (
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
    .map(lambda s: " ".join(s.split()))
    .filter(bool)
)
whos = st.builds(Who, st.just("a-case"), st.sampled_from(("", "city")), st.one_of(st.just(""), names))


@given(
    st.builds(
        Speakers,
        st.dictionaries(names, whos, max_size=4),
        st.frozensets(names, max_size=3),
        st.dictionaries(
            names,
            st.builds(
                About,
                st.just("an-id"),
                st.sampled_from(("", "2024-02-29")),
                st.just("fr"),
                st.dictionaries(names, whos, max_size=2),
            ),
            max_size=3,
        ),
        st.dictionaries(names, st.builds(Asked, names, st.lists(names, min_size=1, max_size=2).map(tuple)), max_size=2),
        st.sampled_from(("", "fr")),
    )
)
def test_a_mapping_reads_as_it_was_written(mapping: Speakers):
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speakers.yaml"
        path.write_text(written(mapping), "utf-8")

        assert read_speakers(path) == mapping


def test_every_problem_of_a_mapping_is_told_with_its_line(tmp_path: Path):
    path = tmp_path / "speakers.yaml"
    path.write_text(
        "language: French\nspeakers:\n  Anna: {case: Anna B}\n  Ben: {cas: ben}\nnot_speaker: [NB]\n"
        'documents:\n  "a.txt": {date: 2024-02-30}\n',
        "utf-8",
    )
    with pytest.raises(SourceError) as wrong:
        read_speakers(path)

    assert [str(x) for x in wrong.value.problems] == [
        "speakers.yaml:1: language 'French' is not a language code such as en or fr",
        "speakers.yaml:3: case 'Anna B' is no slug; use a-z, 0-9 and hyphens",
        "speakers.yaml:4: a label without a case; write LABEL: {case: id}, or list it under not_speakers",
        "speakers.yaml:4: unknown entry no. 1; did you mean 'case'?",
        "speakers.yaml:5: unknown entry no. 3; did you mean 'not_speakers'?",
        "speakers.yaml:7: date '2024-02-30' does not exist (February has 29 days)",
    ]


@pytest.mark.parametrize(
    ("stem", "date"),
    [
        ("2018-05-07-coordinator", "2018-05-07"),
        ("Interview 20180507 A", "2018-05-07"),
        ("7.5.2018 Anna", "2018-05-07"),
        ("interview_2018_05_07", "2018-05-07"),
        ("2018-13-07", ""),
        ("recording 120180507", ""),
        ("anna", ""),
    ],
)
def test_a_day_is_read_from_a_files_name_or_left_open(stem: str, date: str):
    assert date_of(stem) == date


def test_a_transcript_without_a_day_says_how_to_give_one(study: Path, inbox: Path):
    (inbox / "anna.txt").write_text("Q: Un ?\nAnna: Oui.\n", "utf-8")
    looked = look(open_study(study), [inbox])
    lay_mapping(looked)
    done = bring(open_study(study), look(open_study(study), [inbox]), add_cases=True)

    assert [str(x) for x in done.problems] == [
        (
            "anna.txt: nothing tells its date; begin the file's name with it, write it under documents "
            "in speakers.yaml, "
            "or say --on YYYY-MM-DD"
        )
    ]


def test_two_files_of_one_name_do_not_become_one_document(study: Path, inbox: Path):
    for name in ("2024-05-02 a.txt", "2024-05-02-a.md"):
        (inbox / name).write_text("Q: Un ?\nAnna: Oui.\n", "utf-8")

    assert [str(x) for x in brought(study, inbox).problems] == [
        "2024-05-02-a.md: its document would have the id '2024-05-02-a', which another file of this run has"
    ]


@pytest.mark.parametrize(
    ("file", "told"),
    [("a.doc", "save it as .docx"), ("a.xyz", "no format that is read"), ("gone.txt", "there is no such file")],
)
def test_a_format_that_is_not_read_says_what_to_do(file: str, told: str, tmp_path: Path):
    if file != "gone.txt":
        (tmp_path / file).write_bytes(b"x")
    with pytest.raises(UnreadableError, match=told):
        read_transcripts(tmp_path / file)


@pytest.mark.parametrize(("file", "package"), [("a.pdf", "pypdf"), ("a.rtf", "striprtf")])
def test_a_package_that_is_missing_is_named_with_its_extra(
    file: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / file).write_bytes(b"x")
    for name in [n for n in sys.modules if n.split(".")[0] == package] + [package, f"{package}.striprtf"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=r"pip install 'qualcode\[transcripts\]'"):
        read_transcripts(tmp_path / file)


def test_the_command_refuses_what_it_cannot_mean(study: Path, tmp_path: Path):
    with pytest.raises(UsageError, match="there is no transcript to import"):
        look(open_study(study), [tmp_path / "study" / "fieldnotes"][:0])
    assert main(["import", "--study", str(study)]) == 2


def test_seconds_are_read_from_every_clock():
    assert [seconds(c) for c in ("1:02", "00:01:02.5", "#00:01:02-3#", "[100:00:00]", "no")] == [
        62.0,
        62.5,
        62.0,
        360_000.0,
        None,
    ]


def test_nothing_is_a_label_that_prose_begins_with():
    lines = lines_of(
        "Anna: I said: no.\nAnd so I told him: go.\nhttp://x.org: a page\n12:30 we met\nNote: this\nQ: Why?\n"
    )

    assert proposed(lines)[0] == ["Anna", "Q"]


@pytest.mark.skipif(not MATERIAL.is_dir(), reason="the material is not part of the project and not beside it")
@pytest.mark.parametrize(("file", "who"), [("herrick", 8), ("hill", 20), ("peres", 12)])
def test_real_interviews_of_gum_have_the_turns_of_their_xml(file: str, who: int, study: Path, inbox: Path):
    import re

    source = MATERIAL / "gum-wikinews-interviews" / f"GUM_interview_{file}.xml"
    shutil.copy(source, inbox / source.name)
    assert brought(study, inbox / source.name).problems == []
    told = re.findall(r'<sp who="#(\w+)">(.*?)</sp>', source.read_text("utf-8"), re.DOTALL)
    meant = [
        (n, "".join(re.findall(r"^([^<\t\n]+)\t", words, re.MULTILINE)).replace("&amp;", "&")) for n, words in told
    ]
    document = as_filed(open_study(study).documents[f"gum-interview-{file}"])

    assert len(meant) == who
    assert [(t.speaker.label, "".join(document.text[t.words_start : t.end].split())) for t in document.turns] == [
        (label, "".join(words.split())) for label, words in meant
    ]


@pytest.mark.skipif(not MATERIAL.is_dir(), reason="the material is not part of the project and not beside it")
def test_a_real_pdf_of_maxqda_has_its_speakers(study: Path, inbox: Path):
    shutil.copy(MATERIAL / "kerrigan-2024-pdpilot" / "P1.pdf", inbox / "P1.pdf")
    assert brought(study, inbox / "P1.pdf").problems == []

    assert [s.label for s in as_filed(open_study(study).documents["p1"]).speakers] == ["Dan", "Participant"]


def test_two_hundred_word_transcripts_are_read_within_a_minute(tmp_path: Path):
    """Measured on ten: 10,000 words each, in 400 paragraphs; a twentieth of the minute, of this process's own time."""
    words = " ".join(["word"] * 25)
    path = tmp_path / "2024-05-02-a.docx"
    path.write_bytes(docx("".join(p(f"{'Q' if n % 2 else 'Anna'}: {words}", "b") for n in range(400))))
    began = time.process_time()
    for _ in range(10):
        reading = read_transcripts(path)[0]
        turns = turns_in(reading.lines, proposed(reading.lines)[0], __import__("collections").Counter())[0]
    spent = time.process_time() - began

    assert (len(turns), turns[0]) == (400, Turn("Anna", None, words, 1))
    assert spent < 3
