"""The widget's session without a browser: messages in, files and messages out."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qualcode
from conftest import CITIZEN_CARD, PROJECT
from qualcode.cli import main
from qualcode.coding.hand import code_excerpt, mark_read
from qualcode.errors import QualcodeError, UsageError
from qualcode.study.coderfile import Excerpt, read_coder_file
from qualcode.study.release import verdict
from qualcode.suggest import suggest
from qualcode.widget import lab_command, read_only, ready_notebook, view
from qualcode.widget.session import PROTOCOL, Session
from test_suggest import trades

OFFICER = "2024-02-12-desk-officer"
ACCESS, MINISTRY = "function/access", "governance/ministry"


def session(study: Path, coder: str = "me", document: str = OFFICER, **about: Any) -> Session:
    return Session(qualcode.open_study(study), document, coder, **about)


def ask(session: Session, kind: str, **about: Any) -> dict[str, Any]:
    """Send one message; return its ack or error."""
    about = {"v": PROTOCOL, "seq": 1, "view": "here"} | about
    answers = [r for r in session.handle({"type": kind, **about}) if r["type"] in ("ack", "error") and r["seq"] == 1]
    assert len(answers) == 1
    return answers[0]


def code(on: Session, quote: str, *codes: str) -> dict[str, Any]:
    start = on.document.text.index(quote)
    return ask(on, "code", start=start, end=start + len(quote), quote=quote, codes=dict.fromkeys(codes))


def kept(study: Path, coder: str = "me") -> list[tuple[str, dict[str, float | None], str | None, str | None]]:
    file, problems = read_coder_file(study / f"coding/coders/{coder}/{OFFICER}.jsonl", "file", coder)
    assert problems == []
    return [(e.anchor.quote, e.codes, e.memo, e.holder) for e in file.excerpts]


def test_an_act_is_on_disk_before_it_is_acknowledged(card: Path):
    on = session(card)

    answer = code(on, "Queues.", ACCESS)
    assert (answer["type"], answer["says"]) == ("ack", "Coded 7 characters as Access")
    assert kept(card) == [("Queues.", {ACCESS: None}, None, None)]
    name = answer["excerpt"]
    assert ask(on, "recode", excerpt=name, codes={ACCESS: -1, MINISTRY: None})["says"] == (
        "Access: risks; The ministry added"
    )
    assert ask(on, "memo", excerpt=name, memo="First of all.")["says"] == "memo kept"
    assert ask(on, "holder", excerpt=name, holder="city")["says"] == "view of The city"
    assert kept(card) == [("Queues.", {ACCESS: -1.0, MINISTRY: None}, "First of all.", "city")]
    start = on.document.text.index("Honestly? Queues.")
    ask(on, "resize", excerpt=name, start=start, end=start + 17, quote="Honestly? Queues.")
    assert kept(card)[0][0] == "Honestly? Queues."
    assert ask(on, "remove", excerpt=name)["says"] == "Removed Access and The ministry"
    assert kept(card) == []


def test_every_act_is_undone_and_done_again_in_order(card: Path):
    on = session(card)
    path = card / f"coding/coders/me/{OFFICER}.jsonl"
    states = [b""]
    name = code(on, "Queues.", ACCESS)["excerpt"]
    states.append(path.read_bytes())
    for kind, about in (
        ("recode", {"excerpt": name, "codes": {MINISTRY: None}}),
        ("memo", {"excerpt": name, "memo": "Why?"}),
        ("read", {"start": 0, "end": 80}),
        ("remove", {"excerpt": name}),
    ):
        assert ask(on, kind, **about)["type"] == "ack"
        states.append(path.read_bytes())

    for state in states[-2::-1]:
        ask(on, "undo")
        assert path.read_bytes() == state
    assert ask(on, "undo")["says"] == "Nothing to undo in this session"
    for state in states[1:]:
        ask(on, "redo")
        assert path.read_bytes() == state
    assert ask(on, "redo")["says"] == "Nothing to do again"


def test_the_same_words_again_get_a_second_code_and_not_a_second_excerpt(card: Path):
    on = session(card)
    code(on, "Queues.", ACCESS)

    assert code(on, "Queues.", MINISTRY)["says"] == "The ministry added"
    assert code(on, "Queues.", MINISTRY)["says"] == "The ministry stands there already"
    assert kept(card) == [("Queues.", {ACCESS: None, MINISTRY: None}, None, None)]


def test_a_message_sent_twice_acts_once(card: Path):
    on = session(card)
    start = on.document.text.index("Queues.")
    message = {"start": start, "end": start + 7, "quote": "Queues.", "codes": {ACCESS: None}, "uid": "a-1"}

    first, again = (ask(on, "code", **message) for _ in range(2))
    assert first == again
    assert len(on.done) == 1
    assert ask(on, "undo", uid="a-2") == ask(on, "undo", uid="a-2")
    assert kept(card) == []


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"v": 0}, "restart the kernel and run the cell again"),
        ({"type": "dance"}, "unknown message 'dance'"),
        ({"quote": "Queuex."}, "holds other words than were seen"),
        ({"start": 1}, "holds other words than were seen"),
        ({"end": 99999}, "is no stretch of a text"),
        ({"start": "one"}, "could not be read"),
        ({"codes": {"function/acess": None}}, "did you mean 'function/access'"),
        ({"codes": {}}, "no code given"),
        ({"codes": {MINISTRY: 1}}, "takes no stance"),
        ({"codes": {ACCESS: 7}}, "no number from -1 to 1"),
        ({"type": "recode", "excerpt": "e0000000000"}, "it was removed elsewhere"),
        ({"type": "accept", "suggestion": "s0"}, "not open any more"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(card: Path, wrong: dict[str, Any], reason: str):
    on = session(card)
    start = on.document.text.index("Queues.")
    fine = {"type": "code", "start": start, "end": start + 7, "quote": "Queues.", "codes": {ACCESS: None}}
    message = fine | wrong

    answer = ask(on, message.pop("type"), **message)
    assert answer["type"] == "error"
    assert reason in answer["reason"]
    assert "Queue" not in answer["reason"]
    assert not (card / f"coding/coders/me/{OFFICER}.jsonl").exists()


def test_two_sessions_on_one_document_lose_nothing_and_both_show_it(card: Path):
    one, two = session(card), session(card)
    first = code(one, "Queues.", ACCESS)["excerpt"]
    second = code(two, "Honestly?", MINISTRY)["excerpt"]
    news = one.handle({"v": PROTOCOL, "seq": 1, "view": "here", "type": "look"})

    assert [q for q, *_ in kept(card)] == ["Honestly?", "Queues."]
    assert [x["id"] for m in news if m["type"] == "patch" for x in m["changed"]] == [second]
    assert {e.id for e in two.file.excerpts} == {first, second}
    ask(two, "memo", excerpt=first, memo="From the second.")
    assert "was changed elsewhere" in ask(one, "remove", excerpt=first)["reason"]
    assert ask(one, "undo")["type"] == "error"
    assert [m for *_, m, _ in kept(card)] == [None, "From the second."]
    assert ask(one, "remove", excerpt=first)["type"] == "ack"  # now it has been seen


def test_a_new_session_knows_what_the_one_before_did(card: Path):
    """A kernel that was restarted: the file is all there is."""
    code(session(card), "Queues.", ACCESS)
    opened = next(m for m in session(card).handle({"v": PROTOCOL, "seq": 1, "type": "ready"}) if m["type"] == "open")

    assert [x["codes"] for x in opened["excerpts"]] == [{ACCESS: None}]


def test_the_words_become_a_provisional_code_that_other_sessions_see(card: Path):
    on, beside = session(card), session(card)
    start = on.document.text.index("a label")
    answer = ask(on, "new-code", label="a label", family="universality", start=start, end=start + 7, quote="a label")
    news = beside.handle({"v": PROTOCOL, "seq": 1, "type": "look"})

    assert answer["says"] == "New code a label. Coded 7 characters as a label"
    assert kept(card) == [("a label", {"universality/a-label": None}, None, None)]
    assert "universality/a-label" in [c["id"] for m in news if m["type"] == "codes" for c in m["codes"]]
    assert qualcode.open_study(card).problems == ()
    assert (card / "coding/codebook.yaml").read_text("utf-8").startswith("# A tiny codebook whose names")


def test_others_tags_stay_hidden_until_all_is_read(card: Path):
    on = session(card)

    assert "6 turns are not read" in ask(on, "others", on=True)["reason"]
    assert "second" not in str(on.handle({"v": PROTOCOL, "seq": 1, "type": "ready"}))
    ask(on, "read", start=0, end=len(on.document.text))
    shown = on.handle({"v": PROTOCOL, "seq": 1, "type": "others", "on": True})
    coders = {x["coder"] for m in shown if m["type"] == "others" for x in m["excerpts"]}
    assert coders == {"reader", "second"}
    ask(on, "undo")
    assert ask(on, "others", on=True)["type"] == "error"


BREAD = "topic/bread"


def offered(on: Session) -> dict[str, Any]:
    """Return what a view is told of the suggestions."""
    return next(m for m in on.handle({"v": PROTOCOL, "seq": 1, "type": "ready"}) if m["type"] == "suggestions")


def suggesting(root: Path) -> tuple[Session, list[Any]]:
    """Open the document that nobody coded yet, with all that is suggested for one code."""
    study = qualcode.open_study(root)
    table = suggest(study, "me", [BREAD])
    rows = table[table["document"] == "gus"].to_dict("records")
    return Session(study, "gus", "me", table), rows


def files(root: Path, folder: str) -> list[Excerpt]:
    return list(read_coder_file(root / f"coding/{folder}/me/gus.jsonl", "file", "me")[0].excerpts)


def test_a_suggestion_counts_once_accepted_and_its_origin_and_why_are_kept(tmp_path: Path):
    root = trades(tmp_path / "t")
    on, rows = suggesting(root)
    beside, _ = suggesting(root)
    row, first = rows[0], offered(on)
    offered(beside)

    assert [x["id"] for x in first["suggestions"]] == [r["suggestion"] for r in rows]
    assert (first["count"], first["hidden"]) == (len(rows), False)
    shown = first["suggestions"][0]
    assert "; ".join(shown["why"]) == "; ".join(w for w in row["why"].split("; ") if not w.startswith("like "))
    assert all(near["document"] != "gus" and near["words"] for near in shown["like"])
    assert files(root, "coders") == []
    assert ask(on, "accept", suggestion=row["suggestion"])["says"] == "Accepted Bread"
    (made,) = files(root, "coders")
    about = {k: row[k] for k in ("with", "model", "version", "why")}
    assert (made.anchor.start, made.anchor.end, made.codes) == (row["start"], row["end"], {BREAD: None})
    assert made.origin == {"how": "suggestion", **about}
    news = beside.handle({"v": PROTOCOL, "seq": 1, "type": "look"})
    assert [m["count"] for m in news if m["type"] == "suggestions"] == [len(rows) - 1]
    assert "not open any more" in ask(beside, "accept", suggestion=row["suggestion"])["reason"]
    ask(on, "undo")
    assert files(root, "coders") == []
    assert offered(on)["suggestions"] == first["suggestions"]
    ask(on, "redo")
    assert files(root, "coders") == [made]


def test_of_a_suggestion_only_the_selected_words_may_be_accepted(tmp_path: Path):
    on, rows = suggesting(trades(tmp_path / "t"))
    start, end = rows[0]["start"], rows[0]["end"] - len(", says gus")
    about = {"suggestion": rows[0]["suggestion"], "start": start, "end": end}

    assert "other words than were seen" in ask(on, "accept", **about, quote="Other words.")["reason"]
    assert ask(on, "accept", **about, quote=on.document.text[start:end])["type"] == "ack"
    assert [(e.anchor.start, e.anchor.end) for e in on.file.excerpts] == [(start, end)]


def test_a_rejected_suggestion_is_kept_as_rejected_and_undone_it_is_back(tmp_path: Path):
    root = trades(tmp_path / "t")
    on, rows = suggesting(root)
    name = rows[0]["suggestion"]

    assert ask(on, "reject", suggestion=name)["says"] == "Rejected Bread"
    (turned,) = files(root, "rejected")
    assert (turned.anchor.start, turned.codes, turned.origin["why"]) == (
        rows[0]["start"],
        {BREAD: None},
        rows[0]["why"],
    )
    assert files(root, "coders") == []
    assert name not in [x["id"] for x in offered(on)["suggestions"]]
    assert name not in suggest(qualcode.open_study(root), "me", [BREAD])["suggestion"].tolist()
    assert ask(on, "undo")["says"] == "Undone: rejection of Bread"
    assert files(root, "rejected") == []
    assert name in [x["id"] for x in offered(on)["suggestions"]]
    ask(on, "redo")
    assert files(root, "rejected") == [turned]


def test_what_was_rejected_and_is_accepted_after_all_is_rejected_again_when_undone(tmp_path: Path):
    root = trades(tmp_path / "t")
    on, rows = suggesting(root)
    ask(on, "reject", suggestion=rows[0]["suggestion"])
    rejected = files(root, "rejected")
    study = qualcode.open_study(root)
    again = Session(study, "gus", "me", suggest(study, "me", [BREAD], rejected=True))

    assert ask(again, "accept", suggestion=rows[0]["suggestion"])["type"] == "ack"
    assert (len(files(root, "coders")), files(root, "rejected")) == (1, [])
    ask(again, "undo")
    assert (files(root, "coders"), files(root, "rejected")) == ([], rejected)
    ask(again, "redo")
    assert (len(files(root, "coders")), files(root, "rejected")) == (1, [])


def test_where_another_coder_works_suggestions_are_hidden_until_asked_for_or_all_is_read(tmp_path: Path):
    root = trades(tmp_path / "t")
    table = suggest(qualcode.open_study(root), "me", [BREAD])
    code_excerpt(qualcode.open_study(root), "gus", "says gus", {BREAD: None}, coder="second", nth=1)
    on = Session(qualcode.open_study(root), "gus", "me", table)
    gus = int((table["document"] == "gus").sum())

    assert (offered(on)["hidden"], offered(on)["count"], offered(on)["suggestions"]) == (True, gus, [])
    ask(on, "suggestions", on=True)
    assert (offered(on)["hidden"], len(offered(on)["suggestions"])) == (False, gus)
    ask(on, "suggestions", on=False)
    assert offered(on)["suggestions"] == []
    ask(on, "read", start=0, end=len(on.document.text))
    assert len(offered(on)["suggestions"]) == gus


def test_only_suggestions_as_they_were_listed_are_taken(tmp_path: Path):
    root = trades(tmp_path / "t")
    table = suggest(qualcode.open_study(root), "me", [BREAD])
    path = root / "interviews/gus.md"
    path.write_text(path.read_text("utf-8") + "GUS: More.\n", "utf-8")

    with pytest.raises(UsageError, match="changed since they were listed"):
        Session(qualcode.open_study(root), "gus", "me", table)
    with pytest.raises(UsageError, match="suggestions need a column 'suggestion'"):
        Session(qualcode.open_study(root), "gus", "me", [{"code": BREAD}])


def test_the_excerpts_of_a_code_are_listed_over_all_documents_and_one_opens_there(tmp_path: Path):
    root = trades(tmp_path / "t")
    on = Session(qualcode.open_study(root), "gus", "me")
    here = on.document.text.index("says gus")
    ask(on, "code", start=here, end=here + 8, quote="says gus", codes={BREAD: None})
    found = ask(on, "codings", code=BREAD)["excerpts"]

    assert ask(on, "codings")["counts"] == {BREAD: len(found), "topic/river": len(found) - 1}
    assert [e["document"] for e in found] == sorted(e["document"] for e in found)
    there = next(e for e in found if e["document"] == "ben")
    place = {"excerpt": there["excerpt"]}
    opened = on.handle({"v": PROTOCOL, "seq": 1, "view": "here", "type": "go", "to": "ben", **place})
    told = {m["type"]: m for m in opened}
    assert (told["open"]["document"], told["open"]["at"]["excerpt"]) == ("ben", there["excerpt"])
    assert (told["open"]["view"], told["open"]["arrives"]) == (None, "here")  # every view of the widget follows
    assert told["open"]["text"][there["start"] : there["end"]].startswith(there["words"])


def test_each_document_has_its_own_way_back_and_no_act_lands_in_another(tmp_path: Path):
    root = trades(tmp_path / "t")
    on = Session(qualcode.open_study(root), "gus", "me")
    here = on.document.text.index("says gus")
    about = {"start": here, "end": here + 8, "quote": "says gus", "codes": {BREAD: None}}
    ask(on, "code", document="gus", **about)
    before = (root / "coding/coders/me/ben.jsonl").read_bytes()
    ask(on, "go", to="ben", start=0, end=1)

    assert ask(on, "undo", document="ben")["says"] == "Nothing to undo in this session"
    assert "the widget shows ben by now" in ask(on, "code", document="gus", **about)["reason"]
    assert "the widget shows ben by now" in ask(on, "undo", document="gus")["reason"]
    assert (root / "coding/coders/me/ben.jsonl").read_bytes() == before
    assert "unknown document" in ask(on, "go", to="nobody", start=0, end=1)["reason"]
    assert on.document.id == "ben"
    ask(on, "go", to="gus", start=0, end=1)
    assert len(files(root, "coders")) == 1
    assert ask(on, "undo", document="gus")["says"] == "Undone: Bread"
    assert files(root, "coders") == []


def test_a_file_that_cannot_be_read_is_not_coded_over(card: Path):
    path = card / f"coding/coders/second/{OFFICER}.jsonl"
    path.write_text(path.read_text("utf-8") + '{"excerpt": "e', "utf-8")

    with pytest.raises(UsageError, match="nothing is coded until the file is mended"):
        session(card, "second")


def test_a_text_that_changed_on_disk_is_not_coded(card: Path):
    on = session(card)
    path = card / f"interviews/{OFFICER}.md"
    path.write_text(path.read_text("utf-8").replace("Queues", "Lines"), "utf-8")

    assert "changed on disk since the study was opened" in code(on, "Queues.", ACCESS)["reason"]


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["code", "code", "recode", "resize", "memo", "holder", "remove", "read", "undo", "redo"]),
        st.integers(0, 11),
        st.integers(0, 400),
        st.integers(1, 60),
    ),
    max_size=14,
)


@contextmanager
def another_card() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(shutil.copytree(CITIZEN_CARD, Path(folder) / "card"))


@settings(max_examples=15)
@given(ACTS)
def test_whatever_is_done_the_file_is_sound_and_the_way_back_leads_to_the_beginning(acts):
    """Any sequence of acts: the view shows the file, and undoing all leads to where it began."""
    names = ["function/access", "governance/ministry", "universality/stigma"]
    with another_card() as card:
        on = session(card)
        text = on.document.text
        for kind, which, start, length in acts:
            end = min(start + length, len(text))
            here = [e.id for e in on.file.excerpts]
            about: dict[str, Any] = {"excerpt": here[which % len(here)] if here else "e0000000000"}
            about |= {"start": start, "end": end, "quote": text[start:end], "codes": {names[which % 3]: None}}
            about |= {"memo": f"memo {which}" if which else "", "holder": "city" if which % 2 else None}
            ask(on, kind, **about)
            on_disk, problems = read_coder_file(card / on.file.path, on.file.path, "me")
            assert (on.file, problems) == (on_disk, [])
            assert all(text[e.anchor.start : e.anchor.end] == e.anchor.quote for e in on_disk.excerpts)
        assert qualcode.open_study(card).problems == ()
        last = on.file
        steps = len(on.done)
        for _ in range(steps):
            assert ask(on, "undo")["type"] == "ack"
        assert (on.file.excerpts, on.file.readings) == ((), ())
        for _ in range(steps):
            ask(on, "redo")
        assert on.file == last


@pytest.fixture(scope="module")
def bread_and_rivers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trades(tmp_path_factory.mktemp("trades") / "t", coded=3)


OVER_DOCUMENTS = st.lists(
    st.tuples(
        st.sampled_from(["code", "accept", "reject", "go", "go", "remove", "read", "undo", "redo"]), st.integers(0, 30)
    ),
    max_size=16,
)


@settings(max_examples=10)
@given(OVER_DOCUMENTS)
def test_over_documents_and_suggestions_each_documents_way_back_leads_to_its_beginning(bread_and_rivers, acts):
    """Acts on one document never touch another; all undone, the folder is as it was, but for times of files."""
    names = ["gus", "fay", "emil"]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(shutil.copytree(bread_and_rivers, Path(folder) / "t"))

        def stored() -> dict[str, list[Excerpt]]:
            found = {}
            for path in sorted((root / "coding").rglob("*.jsonl")):
                file, problems = read_coder_file(path, path.name, path.parent.name)
                assert problems == []
                found[path.relative_to(root).as_posix()] = [*file.excerpts, *file.readings]
            return {name: lines for name, lines in found.items() if lines}

        beginning, study = stored(), qualcode.open_study(root)
        on = Session(study, names[0], "me", suggest(study, "me", [BREAD], most=30))
        for kind, n in acts:
            before, here = stored(), on.document.id
            mine, open_still = [e.id for e in on.file.excerpts], [x["id"] for x in offered(on)["suggestions"]]
            about: dict[str, Any] = {"document": here, "to": names[n % 3], "start": n, "end": n + 7}
            about |= {"quote": on.document.text[n : n + 7], "codes": {"topic/river": None}}
            about |= {"excerpt": mine[n % len(mine)] if mine and kind != "go" else None}
            about |= {"suggestion": open_still[n % len(open_still)] if open_still else "none"}
            if kind in ("accept", "reject"):
                about["quote"] = None
            ask(on, kind, **about)
            changed = {k for k in {**before, **stored()} if before.get(k) != stored().get(k)}
            assert all(Path(k).stem == here for k in changed)
            assert [e.id for e in on.file.excerpts] == [
                e.id for e in read_coder_file(root / on.file.path, on.file.path, "me")[0].excerpts
            ]
        for name in names:
            ask(on, "go", to=name, start=0, end=1)
            while on.done:
                assert ask(on, "undo", document=name)["type"] == "ack"
        assert stored() == beginning
        assert qualcode.open_study(root).problems == ()


def test_the_read_only_view_shows_marks_and_withholds_what_is_not_released(card: Path):
    study = qualcode.open_study(card)
    shown = read_only(study, OFFICER, coder="reader")
    words = next(iter(shown.excerpts)).anchor.quote

    assert words in shown.to_html().replace("&#x27;", "'")
    assert shown.to_html().count("<mark") >= len(shown.excerpts)
    for number, e in enumerate(shown.excerpts, 1):  # each mark ends in the number its name has beside the words
        assert f'data-number="{number}"' in shown.to_html()
        assert re.search(rf"<div>{number} [^<]*{re.escape(view.names(study, [min(e.codes)]))}", shown.to_html())
    assert "view of The city" in shown.to_html()
    assert "<script" not in shown.to_html()
    assert "http" not in shown.to_html()
    withheld = [d for d in study.documents.values() if not verdict(d).quotable]
    path = card / f"interviews/{OFFICER}.md"
    path.write_text(path.read_text("utf-8").replace("consent: quote", "consent: paraphrase"), "utf-8")
    closed = read_only(qualcode.open_study(card), OFFICER, coder="reader").to_html()
    for line in study.document(OFFICER).text.split("\n"):
        assert len(line) < 20 or line.split(": ", 1)[-1][:40] not in closed
    assert "consent allows paraphrase only" in closed
    for document in withheld:
        assert document.text[20:60] not in read_only(study, document.id, coder="reader").to_html()


def test_the_ready_notebook_names_the_first_document_that_is_not_read(card: Path, capsys: pytest.CaptureFixture[str]):
    study = qualcode.open_study(card)
    first, second = list(study.documents)[:2]
    mark_read(study, first, coder="new")
    path = ready_notebook(study, coder="new")

    assert path == card / "build" / "coding" / f"{second}-new.ipynb"
    assert study.documents[second].text[:30] not in path.read_text("utf-8")
    with pytest.raises(UsageError, match="say who codes: --coder reader or --coder second"):
        ready_notebook(study)
    assert main(["code", OFFICER, "--coder", "new", "--write", "--study", str(card)]) == 0
    assert capsys.readouterr().out.strip().endswith(f"build/coding/{OFFICER}-new.ipynb")
    assert f"--LabApp.default_url=/lab/tree/build/coding/{second}-new.ipynb" in lab_command(study, path)


def opened(on: Session) -> dict[str, Any]:
    """Return what a view is told first."""
    return next(m for m in on.handle({"v": PROTOCOL, "seq": 1, "type": "ready"}) if m["type"] == "open")


def test_a_document_opens_at_a_place_or_at_an_excerpt(card: Path):
    name = code(session(card), "Queues.", ACCESS)["excerpt"]
    start = session(card).document.text.index("Queues.")

    assert opened(session(card))["at"] is None
    assert opened(session(card, at=(start, start + 7)))["at"] == {"start": start, "end": start + 7}
    assert opened(session(card, at=name))["at"] == {"start": start, "end": start + 7, "excerpt": name}
    with pytest.raises(UsageError, match=f"did you mean {name!r}"):
        session(card, at=name[:-1])
    with pytest.raises(UsageError, match=r"no excerpt of me in .* open at a place instead"):
        session(card, at="nothing-like-it")
    with pytest.raises(QualcodeError, match="is no stretch of a text"):
        session(card, at=(5, 5))


def test_one_row_of_a_search_or_of_suggestions_opens_where_it_stands():
    from qualcode.search import search
    from qualcode.widget import coder_at

    study = qualcode.open_study(PROJECT)
    for hits in (search(study, "motion"), suggest(study, "coder-a", ["figure/professional"])):
        row = hits.iloc[-1]
        shown = coder_at(study, row, coder="me")
        assert (shown._session.document.id, shown._session.at) == (
            row["document"],
            {"start": row["start"], "end": row["end"]},
        )
        shown.close()
        for wrong in (hits, row.drop("start"), {"document": OFFICER, "start": 1, "end": None}):
            with pytest.raises(UsageError, match="one row with document, start and end"):
                coder_at(study, wrong, coder="me")


def test_the_ready_notebook_opens_at_a_place(card: Path, capsys: pytest.CaptureFixture[str]):
    about = ["--coder", "me", "--write", "--study", str(card)]
    for place, written in (("12-30", "at=(12, 30))"), ("e0123456789", "at='e0123456789')")):
        assert main(["code", OFFICER, "--at", place, *about]) == 0
        assert written in Path(capsys.readouterr().out.strip()).read_text("utf-8")
    assert main(["code", "--at", "12-30", *about]) == 2
    assert "name the document too" in capsys.readouterr().err


def test_a_stale_script_is_told_apart_though_it_speaks_the_same_protocol(
    card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A page from before, and a kernel from before: each is said, with what to do."""
    from qualcode.widget import bridge, browser

    def said(stamp: str) -> list[str]:
        message = {"v": PROTOCOL, "seq": 1, "view": "here", "type": "ready", "script": stamp}
        return [r["reason"] for r in bridge.replies(session(card), message) if r["type"] == "error" and r["stale"]]

    assert said(bridge.STAMP) == []
    assert said("0123456789ab") == ["this view is older than the kernel; reload the page and run the cell again"]
    changed = Path(shutil.copytree(browser.FOLDER, tmp_path / "script"))
    (changed / "places.js").write_text((changed / "places.js").read_text("utf-8") + "// later\n", "utf-8")
    monkeypatch.setattr(browser, "FOLDER", changed)
    assert said(bridge.STAMP) == [
        "qualcode was updated since this kernel began; restart the kernel, run the cell again"
    ]


def test_every_piece_of_the_script_says_its_rule_and_is_short():
    from qualcode.widget.browser import FOLDER, joined

    pieces = sorted(FOLDER.glob("*.js"))
    whole, stamp = joined()
    every = whole + joined("speakers")[0]
    assert len(pieces) > 8
    for piece in pieces:
        lines = piece.read_text("utf-8").splitlines()
        assert lines[0].startswith("// "), piece.name
        assert len(lines) < 400, piece.name
        assert lines[0] in every, piece.name
    assert "import {" not in every
    assert f'STAMP = "{stamp}"' in whole


def test_without_suggestions_a_widget_opens_without_loading_pandas(card: Path):
    """It takes a second that nobody who only codes should wait for."""
    asked = f"import qualcode, sys; from qualcode.widget import coder; study = qualcode.open_study({str(card)!r}); "
    asked += f"coder(study, {OFFICER!r}, coder='me', at=(0, 5)); print('pandas' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert said.stdout.split() == ["False"]


def test_the_view_tells_by_name_and_keeps_no_word(card: Path):
    """Whatever a saved notebook can keep of the widget: its traits and its text."""
    from qualcode.widget import coder

    study = qualcode.open_study(card)
    code_excerpt(study, OFFICER, "Queues.", {ACCESS: None}, coder="me")
    shown = coder(study, OFFICER, coder="me")
    state = {k: v for k, v in shown.get_state().items() if k not in ("_esm", "_css")}

    assert repr(shown) == f"<{OFFICER}, coded by me; run the cell to go on>"
    assert "Queues" not in str(state)
    assert "Queues" not in str(shown._repr_mimebundle_())
    shown.close()
