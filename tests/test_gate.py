"""What may not leave does not: names of a key in every form and carrier, and words that may not be quoted."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import os
import struct
import subprocess
import tarfile
import time
import unicodedata
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qualcode
from qualcode.cli import main
from qualcode.coding import code_excerpt, mark_read, moves, reanchor
from qualcode.errors import SourceError, UsageError
from qualcode.gate import Key, Named, check_out, listed, pseudonymise, read_key, replaced
from qualcode.gate.carriers import texts_of
from qualcode.gate.folded import fold, fold_with_places
from qualcode.gate.look import NAME, WORDS
from qualcode.gate.texts import NotOpened
from qualcode.plaintext.traces import trace

NAMED = "Maëlle Van-der-Brugghen"
KEY = Key((Named(NAMED, "the clerk", "Van-der-Brugghen", ("Mimi",), "ask"),))
SECRET = "nineteen and one more"
HOLDER = "2024-03-05-card-holder"


def a_zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_", "."), data)
    return out.getvalue()


def a_png(*chunks: tuple[bytes, bytes]) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*c) for c in chunks) + chunk(b"IEND", b"")


def a_pdf(text: str, title: str = "") -> bytes:
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure

    out = io.BytesIO()
    figure = Figure()
    figure.text(0.1, 0.5, text)
    import matplotlib as mpl

    with mpl.rc_context({"pdf.fonttype": 42}), PdfPages(out, metadata={"Title": title}) as pages:
        figure.savefig(pages, format="pdf")
    return out.getvalue()


def a_docx(body: str, **parts: str) -> bytes:
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    made = {"word/document.xml": f'<w:document xmlns:w="{word}"><w:body>{body}</w:body></w:document>'} | parts
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in made.items():
            archive.writestr(name, text)
    return out.getvalue()


def a_notebook(**output: Any) -> bytes:
    cell = {"cell_type": "code", "source": [], "metadata": {}, "outputs": [output]}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def a_tar(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        about = tarfile.TarInfo(name)
        about.size = len(data)
        archive.addfile(about, io.BytesIO(data))
    return out.getvalue()


def a_jpeg(author: str) -> bytes:
    """Write the head of a JPEG with EXIF: little-endian, one entry, XPAuthor (0x9C9D), in UTF-16."""
    words = author.encode("utf-16-le") + b"\0\0"
    tiff = b"II*\x00\x08\x00\x00\x00" + struct.pack("<HHHII", 1, 0x9C9D, 1, len(words), 26) + b"\0" * 4 + words
    body = b"Exif\x00\x00" + tiff
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(body) + 2) + body + b"\xff\xd9"


def an_xlsx(cell: str, author: str = "") -> bytes:
    from openpyxl import Workbook
    from openpyxl.comments import Comment

    book, out = Workbook(), io.BytesIO()
    book.active["A1"] = "x" if author else cell
    if author:
        book.active["A1"].comment = Comment("x", author)
    book.save(out)
    return out.getvalue()


def a_parquet(cell: str, kind: str = "parquet") -> bytes:
    """Write a table whose cells are packed, so that no byte of them stands in the file."""
    arrow = pytest.importorskip("pyarrow")
    import pyarrow.feather
    import pyarrow.parquet

    rows = [f"row {n * n} of many" if n != 300 else cell for n in range(600)]
    table, out = arrow.table({"who": rows}), io.BytesIO()
    if kind == "parquet":
        pyarrow.parquet.write_table(table, out, compression="zstd", write_statistics=False)
    else:
        pyarrow.feather.write_feather(table, out, compression="zstd")
    assert b"Brugghen" not in out.getvalue()
    return out.getvalue()


def a_book(cell: dict[str, Any], **metadata: Any) -> bytes:
    return json.dumps({"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}).encode()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


PLAIN, LATIN = NAMED.encode("utf-8"), NAMED.encode("latin-1")
PICTURE = a_png((b"tEXt", b"A\x00" + PLAIN), (b"tEXt", b"x" * 200))
TAGS = b"ID3\x03\x00\x00\x00\x00\x00\x7fTPE1\x00\x00\x00\x40\x00\x00\x01" + NAMED.encode("utf-16")
ASCII = "Maelle Van-der-Brugghen"
SPLIT = "<b>Ma</b>&euml;<i>lle</i> Van-<span>der</span>-Brug<u>ghen</u>"
RUNS = "".join(f"<w:r><w:t>{piece}</w:t></w:r>" for piece in ("Maë", "lle Van-", "der-Brug", "ghen"))
CARRIERS: dict[str, tuple[str, bytes]] = {
    "text": ("a.txt", PLAIN),
    "JSON, escaped": ("a.json", json.dumps({"who": NAMED}).encode()),
    "JSON, plain": ("a.json", json.dumps({"who": NAMED}, ensure_ascii=False).encode()),
    "HTML entities": ("a.html", b"<p>Ma&euml;lle&#32;Van&#45;der&#x2d;Brugghen</p>"),
    "split by tags": ("a.html", SPLIT.encode()),
    "decomposed accents": ("a.txt", unicodedata.normalize("NFD", NAMED).encode()),
    "soft hyphens": ("a.txt", "Maë\u00adlle Van-der-Brug\u00adghen".encode()),
    "upper case": ("a.txt", NAMED.upper().encode()),
    "Latin-1": ("a.csv", NAMED.encode("latin-1")),
    "UTF-16": ("a.csv", NAMED.encode("utf-16")),
    "percent-encoded": ("a.html", b'<a href="/who/Ma%C3%ABlle%20Van-der-Brugghen">x</a>'),
    "broken over lines": ("a.txt", "Maëlle\n   Van-der-\nBrugghen".encode()),
    "surname behind a title": ("a.txt", b"Mme Van-der-Brugghen"),
    "data address": ("a.svg", b'<image href="data:text/plain;base64,' + base64.b64encode(PLAIN + b" said so") + b'"/>'),
    "HTML in a notebook": ("a.ipynb", a_notebook(data={"text/html": [f"<td>{NAMED}</td>"]})),
    "coloured traceback": ("a.ipynb", a_notebook(traceback=["Ma\u00eblle \u001b[31mVan-der\u001b[0m-Brugghen"])),
    "lines of a notebook": ("a.ipynb", a_notebook(text=["Maëlle\n", "Van-der-Brugghen"])),
    "comment of an SVG": ("a.svg", f"<svg><!-- {NAMED} --><path d='M0 0'/></svg>".encode()),
    "text of an SVG": ("a.svg", f"<svg><text>{NAMED}</text></svg>".encode()),
    "metadata of a PNG": ("a.png", a_png((b"tEXt", b"Author\x00" + LATIN))),
    "compressed metadata of a PNG": ("a.png", a_png((b"zTXt", b"Author\x00\x00" + zlib.compress(LATIN)))),
    "PNG in a notebook": ("a.ipynb", a_notebook(data={"image/png": base64.b64encode(PICTURE).decode()})),
    "text of a PDF": ("a.pdf", a_pdf(ASCII)),
    "metadata of a PDF": ("a.pdf", a_pdf("x", NAMED)),
    "author of a Word file": ("a.docx", a_docx("", **{"docProps/core.xml": f"<c><creator>{NAMED}</creator></c>"})),
    "comment of a Word file": ("a.docx", a_docx("", **{"word/comments.xml": f"<c><t>{NAMED}</t></c>"})),
    "runs of a Word file": ("a.docx", a_docx(f"<w:p>{RUNS}</w:p>")),
    "project of another tool": ("a.qdpx", a_zip(project_qde=f'<P><User name="{NAMED}"/></P>'.encode())),
    "zip in a zip": ("a.zip", a_zip(inner_zip=a_zip(a_txt=PLAIN))),
    "gzip": ("a.gz", gzip.compress(PLAIN)),
    "name of a file": ("maelle_van_der_brugghen.txt", b""),
    "name in an archive": ("a.zip", a_zip(**{"Maelle Van-der-Brugghen": b""})),
    "tags of a recording": ("a.mp3", TAGS),
    "database": ("a.sqlite", b"SQLite format 3\x00" + b"\x00" * 100 + PLAIN),
    "pickle": ("a.pkl", b"\x80\x04\x8c\x18" + PLAIN + b"\x94."),
    "EXIF of a JPEG": ("a.jpg", a_jpeg(NAMED)),
    "EXIF of a PNG": ("a.png", a_png((b"eXIf", a_jpeg(NAMED)[12:]))),
    "cell of a spreadsheet": ("a.xlsx", an_xlsx(NAMED)),
    "author of a comment in a spreadsheet": ("a.xlsx", an_xlsx("", NAMED)),
    "tar": ("a.tar", a_tar("a.docx", a_docx(f"<w:p>{RUNS}</w:p>"))),
    "tar, packed": ("a.tgz", gzip.compress(a_tar("a.docx", a_docx(f"<w:p>{RUNS}</w:p>")))),
    "bzip2": ("a.bz2", bz2.compress(PLAIN)),
    "xz": ("a.xz", lzma.compress(PLAIN)),
    "tags of a film": (
        "a.mp4",
        b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 40 + b"\xa9ART\0\0\0\x28data\0\0\0\1\0\0\0\0" + PLAIN,
    ),
    "document of an older office program": ("a.doc", b"\xd0\xcf\x11\xe0" + b"\x00" * 9 + NAMED.encode("utf-16-le")),
    "attachment of a cell": (
        "a.ipynb",
        a_book({"cell_type": "markdown", "source": "", "attachments": {"a.txt": {"text/plain": b64(PLAIN)}}}),
    ),
    "state of a widget": (
        "a.ipynb",
        a_book(
            {"cell_type": "markdown", "source": ""},
            widgets={"application/vnd.jupyter.widget-state+json": {"state": {"x": {"state": {"value": NAMED}}}}},
        ),
    ),
    "buffer of a widget": (
        "a.ipynb",
        a_book(
            {"cell_type": "markdown", "source": ""},
            widgets={"x": {"state": {"buffers": [{"encoding": "base64", "path": ["v"], "data": b64(PLAIN)}]}}},
        ),
    ),
    "an editor's copy of a notebook": (".ipynb_checkpoints/a-checkpoint.ipynb", a_notebook(text=[NAMED])),
    "attribute of GraphML": ("a.graphml", f'<graphml><node id="{NAMED}"/></graphml>'.encode()),
}


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_name_is_found_in_whatever_carries_it(carrier: str, tmp_path: Path):
    name, data = CARRIERS[carrier]
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(data)

    done = check_out([tmp_path], key=KEY)

    assert {NAME} == {f.rule for f in done.findings}
    assert () == done.not_opened


@pytest.mark.parametrize("carrier", CARRIERS)
def test_with_the_list_and_its_secret_too_and_nothing_of_the_name_is_ever_told(carrier: str, tmp_path: Path):
    """But for a file's own name: that one is where the finding is."""
    name, data = CARRIERS[carrier]
    (tmp_path / "out" / name).parent.mkdir(parents=True)
    (tmp_path / "out" / name).write_bytes(data)
    (tmp_path / "names.json").write_text(listed(KEY, SECRET), "utf-8")

    done = check_out([tmp_path / "out"], names=tmp_path / "names.json", secret=SECRET)

    titled = carrier == "surname behind a title"  # what only the key knows
    assert ({NAME} if not titled else set()) == {f.rule for f in done.findings}
    told = " ".join(done.told()).casefold().replace(name.casefold(), "").replace("!maelle van-der-brugghen", "")
    assert "brugghen" not in told
    assert "brugghen" not in (tmp_path / "names.json").read_text("utf-8").casefold()


@pytest.mark.parametrize(("match", "found"), [("any", [1, 1]), ("exact-case", [1, 0]), ("ask", [0, 0])])
def test_a_surname_alone_is_found_as_the_key_says(match: str, found: list[int], tmp_path: Path):
    key = Key((Named(NAMED, "the clerk", "Van-der-Brugghen", (), match),))
    (tmp_path / "a.txt").write_text("she, Van-der-Brugghen, said so", "utf-8")
    (tmp_path / "b.txt").write_text("she, van der brugghen, said so", "utf-8")

    assert found == [len(check_out([tmp_path / f"{name}.txt"], key=key).findings) for name in "ab"]


@pytest.mark.parametrize("kind", ["parquet", "feather"])
def test_a_name_is_found_in_a_packed_table_in_columns(kind: str, tmp_path: Path):
    (tmp_path / f"a.{kind}").write_bytes(a_parquet(NAMED, kind))

    done = check_out([tmp_path], key=KEY)

    assert ({NAME}, ()) == ({f.rule for f in done.findings}, done.not_opened)


EIGHT = "zwölf one two three four five six seven"
PIECES_OF_EIGHT = "".join(f"<w:r><w:t>{p}</w:t></w:r>" for p in ("zwölf one t", "wo three fo", "ur five six sev", "en"))
QUOTED: dict[str, tuple[str, bytes]] = {
    "text": ("a.txt", EIGHT.encode()),
    "upper case, over lines": ("a.txt", EIGHT.upper().replace(" ", "\n  ").encode()),
    "UTF-16": ("a.csv", EIGHT.encode("utf-16")),
    "JSON, escaped": ("a.json", json.dumps({"said": EIGHT}).encode()),
    "HTML entities": ("a.html", b"<p>zw&ouml;lf one two&nbsp;three four five six seven</p>"),
    "split by tags": ("a.html", b"<p>zw&ouml;lf <b>one</b> two <i>three</i></p><p>four five six seven</p>"),
    "words broken by tags": ("a.html", "<p>zw<b>ö</b>lf one t<i>wo</i> three four five six seven</p>".encode()),
    "what stands for a picture": ("a.html", f'<img src="x.png" alt="{EIGHT}">'.encode()),
    "comment": ("a.html", f"<p>x</p><!-- {EIGHT} -->".encode()),
    "text of an SVG": ("a.svg", f'<svg><path d="M0 0"/><text>{EIGHT}</text></svg>'.encode()),
    "title of an SVG": ("a.svg", f"<svg aria-label='{EIGHT}'/>".encode()),
    "data address": ("a.svg", f'<image href="data:text/plain;base64,{b64(EIGHT.encode())}"/>'.encode()),
    "HTML in a notebook": ("a.ipynb", a_notebook(data={"text/html": [f'<td title="{EIGHT}">', "x</td>"]})),
    "lines of a notebook": ("a.ipynb", a_notebook(text=["zwölf one two\n", "three four five six seven"])),
    "state of a widget": ("a.ipynb", a_book({"cell_type": "markdown", "source": ""}, widgets={"v": EIGHT})),
    "metadata of a PNG": ("a.png", a_png((b"iTXt", b"A\0\0\0\0\0" + EIGHT.encode()))),
    "text of a PDF": ("a.pdf", a_pdf(EIGHT)),
    "metadata of a PDF": ("a.pdf", a_pdf("x", EIGHT)),
    "runs of a Word file": ("a.docx", a_docx(f"<w:p>{PIECES_OF_EIGHT}</w:p>")),
    "comment of a Word file": ("a.docx", a_docx("", **{"word/comments.xml": f"<c><t>{EIGHT}</t></c>"})),
    "cell of a spreadsheet": ("a.xlsx", an_xlsx(EIGHT)),
    "zip in a zip": ("a.zip", a_zip(inner_zip=a_zip(a_txt=EIGHT.encode()))),
    "tar, packed": ("a.tgz", gzip.compress(a_tar("a.txt", EIGHT.encode()))),
    "database": ("a.sqlite", b"SQLite format 3\x00" + b"\x00" * 100 + EIGHT.encode()),
    "pickle": ("a.pkl", b"\x80\x04\x8c\x28" + EIGHT.encode() + b"\x94."),
    "attribute of GraphML": ("a.graphml", f'<node id="{EIGHT}"/>'.encode()),
}


@pytest.mark.parametrize("carrier", QUOTED)
def test_eight_words_in_a_row_are_found_in_whatever_carries_them(carrier: str, card: Path, tmp_path: Path):
    withheld(card, f"{EIGHT} eight")
    name, data = QUOTED[carrier]
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_bytes(data)

    done = check_out([tmp_path / "out"], study=qualcode.open_study(card))

    assert ({WORDS}, ()) == ({f.rule for f in done.findings}, done.not_opened)


def test_the_same_bytes_are_looked_through_once_and_found_in_every_file(tmp_path: Path):
    for name in ("a.zip", "b.zip", "c/a.zip", "d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(CARRIERS["zip in a zip"][1])

    paths = [f.path.partition("!")[0] for f in check_out([tmp_path], key=KEY).findings]

    assert ["a.zip", "b.zip", "c/a.zip", "d.txt"] == paths


FORMS = [
    unicodedata.normalize("NFD", NAMED),
    "Maë\u00adlle Van-der-Brugghen",
    "d’Maëlle Van-der-Brugghen",
    "Maëlle Van-der-Brugghen's",
    "MAËLLE VAN-DER-BRUGGHEN",
    "pro-Maëlle-Van-der-Brugghen-Komitee",
    "Maëlle\nVan-der-Brugghen",
    "MaëlleVanderBrugghen",
    "Maëlle Van-der-Brugghens",
    "Maëlle Van der Brugghen",
    "Maëlle Van\u2011der\u2011Brugghen",
    "M. Van-der-Brugghen",
    "maelle.van-der-brugghen@example.org",
    "interview_maelle_van_der_brugghen.md",
    "Van-der-Brugghen, Maëlle",
    "Van-der-Brugghen Maëlle",
    "Madame Van-der-Brugghen",
    "Maëlle  Van-der-Brugghen",
]


@pytest.mark.parametrize("form", FORMS)
def test_a_name_is_replaced_in_every_form_and_nothing_is_left_of_it(form: str):
    done = replaced(f"Then {form} came.", KEY)

    assert {"the clerk": 1} == done.counts
    assert "brugghen" not in done.text.casefold()


@pytest.mark.parametrize("form", ["Maele Van-der-Brughen", "Mae said", "the Brugghen bridge"])
def test_what_is_missed_is_known(form: str):
    """A misspelt name, a shortened first name, a part of a surname: the key must list them, or a person must read."""
    assert form == replaced(form, KEY).text


def test_a_surname_alone_counts_as_the_key_says():
    texts = {"as written": "Rose came.", "as a word": "a rose came."}
    entries = {match: Key((Named("Ann Rose", "the nurse", "", (), match),)) for match in ("any", "exact-case", "ask")}
    got = {match: {k: replaced(t, key).text != t for k, t in texts.items()} for match, key in entries.items()}

    assert got == {
        "any": {"as written": True, "as a word": True},
        "exact-case": {"as written": True, "as a word": False},
        "ask": {"as written": False, "as a word": False},
    }


PEOPLE = [("Ann Rose", "the nurse"), ("Zoë Ann", "the cook"), (NAMED, "the clerk"), ("Émile Öz", "the driver")]
SIGNS = ["Ann", "rose", "[the cook]", "[", "]", " ", "\n", "é", "e\u0301", "ß", "ﬁ", "x"]
PIECES = st.sampled_from([*(n for n, _ in PEOPLE), *SIGNS])


@given(st.lists(PIECES, max_size=12).map(" ".join), st.data())
def test_replaced_twice_is_replaced_once_and_places_follow(text: str, data: st.DataObject):
    """Also where one sign folds to two, or to none; a place outside names keeps its sign."""
    key = Key(tuple(Named(n, p) for n, p in PEOPLE))
    once = replaced(text, key)

    assert once.text == replaced(once.text, key).text
    place = data.draw(st.integers(0, len(text)))
    if place < len(text) and not any(a <= place < b for a, b, _ in once.changes):
        assert text[place] == once.text[once.moved(place)]


@pytest.fixture
def named(card: Path) -> Path:
    """Return the tiny study with a name said in an interview, before and within what two coders tagged."""
    path = card / f"interviews/{HOLDER}.md"
    text = path.read_text("utf-8").rstrip()
    path.write_text(f"{text} I asked {NAMED} about it. She said that the card is for everybody.\n", "utf-8")
    for file in (card / "coding").rglob(f"{HOLDER}.jsonl"):
        file.unlink()
    study = qualcode.open_study(card)
    code_excerpt(study, HOLDER, "the card is for everybody", {"function/access": None}, coder="reader")
    code_excerpt(study, HOLDER, f"asked {NAMED} about", {"universality/stigma": None}, coder="second")
    code_excerpt(study, HOLDER, "Brugghen about it", {"function/access": None}, coder="second")
    mark_read(study, HOLDER, coder="reader")
    return card


def test_codings_keep_their_words_and_their_readings_through_it(named: Path):
    before = qualcode.open_study(named)
    told = pseudonymise(before, KEY, write=True)
    after = qualcode.open_study(named)

    assert {HOLDER: {"the clerk": 1}} == told
    assert (after.problems, "Brugghen" in after.documents[HOLDER].text) == ((), False)
    quotes = {e.anchor.quote for f in after.files for e in f.excerpts if f.document == HOLDER}
    assert {"the card is for everybody", "asked [the clerk] about", "[the clerk] about it"} == quotes
    assert after.documents[HOLDER].hash == after.coded["reader", HOLDER].readings[0].text
    assert not any("Brugghen" in p.read_text("utf-8") for p in named.rglob("*.jsonl"))


def test_who_read_and_tagged_nothing_has_read_it_after_a_name_went_and_after_the_next_edit_too(named: Path):
    mark_read(qualcode.open_study(named), HOLDER, coder="third")
    pseudonymise(qualcode.open_study(named), KEY, write=True)
    now = qualcode.open_study(named)
    for coder in ("reader", "third"):
        (read,) = now.coded[coder, HOLDER].readings
        assert read.words == trace(now.documents[HOLDER].text, read.start, read.end)
    path = named / f"interviews/{HOLDER}.md"
    whole = path.read_text("utf-8")
    path.write_text(f"{whole}\nQ: Thanks, goodbye.\n", "utf-8")
    opened = qualcode.open_study(named)
    reanchor(opened, moves(opened))
    after = qualcode.open_study(named)

    text = after.documents[HOLDER].text
    for coder in ("reader", "third"):
        (read,) = after.coded[coder, HOLDER].readings
        assert text[read.start : read.end].strip(" \n") == text.removesuffix("Q: Thanks, goodbye.\n").strip(" \n")


def test_without_write_nothing_is_written(named: Path):
    before = {p: p.read_bytes() for p in named.rglob("*") if p.is_file() and "locks" not in p.parts}

    pseudonymise(qualcode.open_study(named), KEY)

    assert before == {p: p.read_bytes() for p in named.rglob("*") if p.is_file() and "locks" not in p.parts}


def quoted(card: Path, words: str, tmp_path: Path) -> set[str]:
    (tmp_path / "page.html").write_text(f"<p>{words}</p>", "utf-8")
    return {f.rule for f in check_out([tmp_path / "page.html"], study=qualcode.open_study(card)).findings}


def withheld(card: Path, words: str) -> None:
    """Let somebody say words in an interview of the tiny study, and close it."""
    path = card / f"interviews/{HOLDER}.md"
    text = path.read_text("utf-8").replace("release: open", "release: closed")
    path.write_text(f"{text.rstrip()} {words}.\n", "utf-8")
    for file in (card / "coding").rglob(f"{HOLDER}.jsonl"):
        file.unlink()


def test_eight_words_in_a_row_of_a_closed_text_are_found_and_seven_are_not(card: Path, tmp_path: Path):
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    withheld(card, " ".join(words))

    assert set() == quoted(card, " ".join(words[:7]), tmp_path)
    assert {WORDS} == quoted(card, " ".join(words[:8]), tmp_path)
    assert {WORDS} == quoted(card, "One, TWO <b>three</b> four&nbsp;five six, seven eight!", tmp_path)
    assert set() == quoted(card, "one two three four x five six seven eight nine", tmp_path)


def test_a_study_whose_texts_may_be_quoted_withholds_nothing(card: Path, tmp_path: Path):
    text = next(d for d in qualcode.open_study(card).documents.values() if d.consent == "quote").text

    assert set() == quoted(card, text, tmp_path)


def test_without_key_and_without_secret_it_never_looks_like_an_all_clear(tmp_path: Path):
    (tmp_path / "a.txt").write_bytes(PLAIN)
    (tmp_path / "names.json").write_text(listed(KEY, SECRET), "utf-8")

    assert "NAMES NOT CHECKED" in check_out([tmp_path / "a.txt"]).told()[-1]
    assert "NAMES NOT CHECKED" in check_out([tmp_path / "a.txt"], names=tmp_path / "names.json").told()[-1]


def test_a_list_that_could_never_find_anything_is_refused(tmp_path: Path):
    path = tmp_path / "names.json"
    path.write_text(listed(KEY, SECRET), "utf-8")
    with pytest.raises(SourceError, match="made with another secret: nothing would be found"):
        check_out([], names=path, secret="another one that is long enough")

    path.write_text(path.read_text("utf-8").replace('"folding": 1', '"folding": 0'), "utf-8")
    with pytest.raises(SourceError, match="made by another version: nothing would be found"):
        check_out([], names=path, secret=SECRET)
    told = json.loads(listed(KEY, SECRET))
    del told["canary"]
    path.write_text(json.dumps(told), "utf-8")
    with pytest.raises(SourceError, match="no list of names"):
        check_out([], names=path, secret=SECRET)
    with pytest.raises(UsageError, match="at least 20 signs"):
        listed(KEY, "short")


def git(folder: Path, *words: str) -> None:
    who = {f"GIT_{w}_{n}": "x" for w in ("AUTHOR", "COMMITTER") for n in ("NAME", "EMAIL")}
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, env=os.environ | who)


@pytest.mark.parametrize("where", ["an old commit", "a message", "a branch", "a tag", "a file name"])
def test_a_name_in_the_history_is_found_when_the_work_tree_is_clean(where: str, tmp_path: Path):
    git(tmp_path, "init", "-q")
    (tmp_path / "a.txt").write_text(NAMED if where == "an old commit" else "x", "utf-8")
    if where == "a file name":
        (tmp_path / "maelle-van-der-brugghen.txt").write_text("", "utf-8")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", f"by {NAMED}" if where == "a message" else "first")
    (tmp_path / "a.txt").write_text("clean", "utf-8")
    git(tmp_path, "rm", "-q", "--cached", "--ignore-unmatch", "maelle-van-der-brugghen.txt")
    (tmp_path / "maelle-van-der-brugghen.txt").unlink(missing_ok=True)
    git(tmp_path, "commit", "-qam", "clean")
    if where in ("a branch", "a tag"):
        git(tmp_path, where.split()[1], "for-maelle-van-der-brugghen")

    assert () == check_out([tmp_path], key=KEY).findings
    assert {NAME} == {f.rule for f in check_out([tmp_path], key=KEY, git=tmp_path).findings}


@given(
    st.lists(st.sampled_from(["ann", "rose", "Rose, Ann", "Ann Rose", "mrs", "a.", " ", "x" * 300, "\n"]), max_size=30)
)
def test_looking_around_a_names_words_finds_what_looking_everywhere_does(pieces: list[str]):
    folded, rose = fold(" ".join(pieces)), Named("Ann Rose", "the nurse")

    assert [m.span() for m in rose.whole(folded)] == [m.span() for m in rose.full.finditer(folded)]


@pytest.mark.parametrize("where", ["amended away", "the author", "a tag's message", "stashed"])
def test_a_name_is_found_in_what_no_branch_leads_to(where: str, tmp_path: Path):
    git(tmp_path, "init", "-q")
    (tmp_path / "a.txt").write_text(NAMED if where == "amended away" else "x", "utf-8")
    git(tmp_path, "add", ".")
    author = [f"--author={NAMED} <x@example.org>"] if where == "the author" else []
    git(tmp_path, "commit", "-qm", "first", *author)
    if where == "amended away":
        (tmp_path / "a.txt").write_text("clean", "utf-8")
        git(tmp_path, "commit", "-qa", "--amend", "-m", "first")
    elif where == "a tag's message":
        git(tmp_path, "tag", "-am", f"for {NAMED}", "v1")
    elif where == "stashed":
        (tmp_path / "a.txt").write_text(NAMED, "utf-8")
        git(tmp_path, "stash")

    assert () == check_out([tmp_path], key=KEY).findings
    assert {NAME} == {f.rule for f in check_out([tmp_path], key=KEY, git=tmp_path).findings}


def test_since_looks_through_what_a_push_would_send_and_no_more(tmp_path: Path):
    git(tmp_path, "init", "-q")
    for n, words in enumerate((NAMED, "clean", "clean again")):
        (tmp_path / "a.txt").write_text(words, "utf-8")
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-qm", str(n))

    assert () == check_out([], key=KEY, git=tmp_path, since="HEAD~1").findings
    assert {NAME} == {f.rule for f in check_out([], key=KEY, git=tmp_path).findings}
    unknown = check_out([], key=KEY, git=tmp_path, since="nowhere")
    assert (unknown.clean, [n.path for n in unknown.not_opened]) == (False, [".git"])


FIRST_NAMES = [
    "Anne",
    "Claire",
    "Marie",
    "Rose",
    "Aimée",
    "Grace",
    "Hope",
    "May",
    "June",
    "Joy",
    "Violette",
    "Prudence",
    "Constance",
    "Victoire",
    "Iris",
    "Ivy",
    "Lily",
    "Olive",
    "Dawn",
    "Pierre",
    "Marc",
    "Martin",
    "Clément",
    "Constant",
    "Félix",
    "Fidèle",
    "Juste",
    "Noël",
    "Pascal",
    "Basile",
    "Blaise",
    "Loup",
    "Gilles",
    "Hilaire",
    "Placide",
    "Mark",
    "Bill",
    "Rob",
    "Will",
    "Jack",
    "Frank",
    "Dean",
    "Earl",
    "Grant",
    "Chase",
    "Guy",
    "Art",
    "Gene",
    "Ray",
    "Pat",
    "Drew",
    "Sue",
    "Faith",
    "Patience",
    "Amber",
    "Ruby",
    "Jean",
    "Luc",
]
SURNAMES = [
    "Petit",
    "Grand",
    "Leblanc",
    "Blanc",
    "Noir",
    "Roux",
    "Roy",
    "Prince",
    "Marchand",
    "Boulanger",
    "Berger",
    "Mercier",
    "Fournier",
    "Maréchal",
    "Meunier",
    "Charpentier",
    "Rivière",
    "Dubois",
    "Dupont",
    "Dumont",
    "Fontaine",
    "Montagne",
    "Vallée",
    "Forêt",
    "Champion",
    "Bonnet",
    "Chevalier",
    "Poirier",
    "Legrand",
    "Lenoir",
    "Simon",
    "White",
    "Black",
    "Young",
    "King",
    "Bishop",
    "Baker",
    "Cook",
    "Carter",
    "Cooper",
    "Fisher",
    "Hunter",
    "Mason",
    "Miller",
    "Porter",
    "Potter",
    "Price",
    "Rice",
    "Page",
    "Reed",
    "Wood",
    "Hill",
    "Field",
    "Brook",
    "Stone",
    "Street",
    "Church",
    "Bell",
    "Ball",
    "Bush",
    "Banks",
    "Waters",
    "Rivers",
    "Winter",
    "Summers",
    "Day",
    "Noon",
    "Long",
    "Short",
    "Best",
]


PAIRS = [(first, last) for first in FIRST_NAMES for last in SURNAMES]


def clean_words() -> list[str]:
    """Return 40,000 words of the exemplar's interviews and fieldnotes, which name nobody; twice over if need be."""
    project = Path(__file__).parent.parent
    texts = [p.read_text("utf-8") for f in ("interviews", "fieldnotes") for p in sorted((project / f).glob("*.md"))]
    words = " ".join(texts).split()
    return [*words, *words][:40_000]


def test_random_keys_raise_no_alarm_on_clean_words(tmp_path: Path):
    """400 keys of 30 full names each: first names and surnames that are words too, drawn at random, on 40,000 words."""
    import random

    (tmp_path / "words.txt").write_text(" ".join(clean_words()), "utf-8")
    draw = random.Random(7)
    keys = [draw.sample([f"{first} {last}" for first, last in PAIRS], 30) for _ in range(400)]
    everybody = sorted({name for key in keys for name in key})
    key = Key(tuple(Named(name, f"person {n}") for n, name in enumerate(everybody)))

    assert len(everybody) > 3_000
    assert () == check_out([tmp_path / "words.txt"], key=key).findings


def test_forty_thousand_words_are_looked_through_in_less_than_five_seconds(card: Path, tmp_path: Path):
    """With a key of 100 names, and words of a withheld text."""
    withheld(card, EIGHT)
    (tmp_path / "words.txt").write_text(" ".join(clean_words()), "utf-8")
    key = Key(tuple(Named(f"{first} {last}", f"{first} {last[0]}.") for first, last in PAIRS[:100]))
    study = qualcode.open_study(card)
    began = time.process_time()
    done = check_out([tmp_path / "words.txt"], key=key, study=study)

    assert time.process_time() - began < 5
    assert done.clean


@pytest.mark.parametrize("data", [b"PK\x03\x04 broken", b"\x1f\x8b broken", b"%PDF-1.4 broken"])
def test_what_cannot_be_opened_is_told_and_is_no_all_clear(data: bytes, tmp_path: Path):
    (tmp_path / "a.bin").write_bytes(data)

    done = check_out([tmp_path / "a.bin"], key=KEY)

    assert (done.clean, [n.path for n in done.not_opened]) == (False, ["a.bin"])


def test_an_archive_that_expands_too_far_is_told(tmp_path: Path):
    (tmp_path / "a.zip").write_bytes(a_zip(bomb_txt=b"0" * 60_000_000))

    assert ["it is larger than the bounds or expands too far"] == [
        n.why for n in check_out([tmp_path / "a.zip"], key=KEY).not_opened
    ]


def a_key(folder: Path, text: str) -> Path:
    path = folder / "key.csv"
    path.write_text(text, "utf-8")
    path.chmod(0o600)
    return path


def test_a_key_in_a_work_tree_is_refused(tmp_path: Path):
    git(tmp_path, "init", "-q")
    with pytest.raises(UsageError, match="the key lies in a git work tree"):
        read_key(a_key(tmp_path, "name,pseudonym\n"))


@pytest.mark.parametrize("folder", ["Dropbox", "Dropbox (Personal)", "OneDrive - University", "iCloudDrive", "Mega"])
def test_a_key_in_a_synchronised_folder_is_refused(folder: str, tmp_path: Path):
    (tmp_path / "x" / folder).mkdir(parents=True)
    with pytest.raises(UsageError, match="the key lies in a synchronised folder"):
        read_key(a_key(tmp_path / "x" / folder, "name,pseudonym\n"))


def test_a_person_called_like_a_service_may_keep_her_key(tmp_path: Path):
    (tmp_path / "megan").mkdir()
    assert read_key(a_key(tmp_path / "megan", "name,pseudonym\n")).entries == ()


def test_all_that_is_wrong_with_a_key_is_told_at_once_and_no_name(tmp_path: Path):
    text = "name,pseudonym,match\nAnn Rose,,ask\nZoë Ann,Ann Rose,some\n,x,any\n"

    with pytest.raises(SourceError) as caught:
        read_key(a_key(tmp_path, text))

    assert [(p.line, p.message.split(";")[0]) for p in caught.value.problems] == [
        (2, "no pseudonym"),
        (3, "unknown match 'some'"),
        (4, "no name"),
    ]
    assert "Rose" not in str(caught.value)


def test_a_pseudonym_that_is_somebodys_name_or_stands_for_two_is_refused(tmp_path: Path):
    text = "name,pseudonym\nAnn Rose,the nurse\nZoë Ann,the nurse\nÉmile Öz,Ann Rose\n"

    with pytest.raises(SourceError) as caught:
        read_key(a_key(tmp_path, text))

    assert [3, 4] == [p.line for p in caught.value.problems]


def test_an_encrypted_key_is_opened_by_its_identity(tmp_path: Path):
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "id.txt").write_text(f"# mine\n{identity}\n", "utf-8")
    sealed = pyrage.encrypt(b"name,pseudonym\nAnn Rose,the nurse\n", [identity.to_public()])
    (tmp_path / "key.csv.age").write_bytes(sealed)

    assert (Named("Ann Rose", "the nurse"),) == read_key(tmp_path / "key.csv.age", tmp_path / "id.txt").entries
    (tmp_path / "id.txt").write_text(f"{pyrage.x25519.Identity.generate()}\n", "utf-8")
    with pytest.raises(UsageError, match="cannot be opened with this identity"):
        read_key(tmp_path / "key.csv.age", tmp_path / "id.txt")


def test_the_commands_say_what_was_found_and_end_with_status_1(
    named: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    key = a_key(tmp_path, f"name,pseudonym,surname\n{NAMED},the clerk,Van-der-Brugghen\n")
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.html").write_text(f"<p>{NAMED}</p>", "utf-8")
    study = ["--study", str(named)]

    assert 1 == main(["release", "check", str(out), "--key", str(key), *study])
    told = capsys.readouterr()
    assert "a.html: text: a name of the key" in told.out.splitlines()
    assert "Brugghen" not in told.out + told.err
    monkeypatch.setenv("QUALCODE_SECRET", SECRET)
    assert 0 == main(["release", "list", "--key", str(key), *study])
    (tmp_path / "names.json").write_text(capsys.readouterr().out, "utf-8")
    assert 1 == main(["release", "check", str(out), "--list", str(tmp_path / "names.json"), *study])
    capsys.readouterr()
    assert 0 == main(["pseudonymise", "--key", str(key), "--write", *study])
    assert (f"{HOLDER}: the clerk 1\n", "1 name in 1 document replaced\n") == capsys.readouterr()


@given(st.text() | st.text(alphabet=st.sampled_from("aÀ\u0301ﬁß’`\u00ad\u2011\n\t\x1c\u2028İ")))
def test_folding_a_text_is_folding_its_signs_one_by_one(text: str):
    """The quick way says what the way that keeps places says, and no place is outside the text."""
    kept = fold_with_places(text)

    assert kept.text == fold(text)
    assert (len(kept.at), kept.at[-1]) == (len(kept.text) + 1, len(text))


def png_of(chunk: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", len(chunk), b"zTXt") + chunk + b"\0" * 4


def pdf_of(times: int) -> bytes:
    """Write a PDF whose one page is drawn again and again."""
    content = zlib.compress(b"BT /F 9 Tf " + b"(hello) Tj " * 20_000 + b"ET")
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (times, b"3 0 R " * times),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (n, part) for n, part in enumerate(parts, 1))
    return b"%PDF-1.4\n" + body + b"trailer<</Size 6/Root 1 0 R>>\n%%EOF"


SLOW_TO_READ = {
    "a.json": b'"' + b"A" * 5_000_000,
    "b.png": png_of(b"\0" * 5_000_000),
    "c.html": b"<" * 5_000_000,
    "d.html": b"data:" * 1_000_000,
    "e.pdf": pdf_of(2000),
}


@pytest.mark.parametrize("name", SLOW_TO_READ)
def test_what_was_made_to_be_slow_is_read_in_seconds_or_told(name: str, tmp_path: Path):
    (tmp_path / name).write_bytes(SLOW_TO_READ[name])
    began = time.process_time()
    found = list(texts_of(tmp_path / name, name))

    assert time.process_time() - began < 5
    assert found
    told = [one.why for one in found if isinstance(one, NotOpened)]
    assert bool(told) == (name == "e.pdf")


def test_what_is_no_file_or_may_not_be_looked_into_is_told_and_no_all_clear(tmp_path: Path):
    """A pipe would be waited for, and a linked folder may be anything."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "page.html").write_text("x", "utf-8")
    os.mkfifo(site / "pipe.html")
    (site / "nowhere.html").symlink_to("gone")
    (site / "folder").symlink_to(tmp_path)
    done = check_out([site])

    assert [(n.path, n.why) for n in done.not_opened] == [
        ("folder", "a folder and no file"),
        ("nowhere.html", "a link that leads nowhere"),
        ("pipe.html", "a pipe and no file"),
    ]
    assert [(n.path, n.why) for n in check_out([site / "pipe.html"]).not_opened] == [
        ("pipe.html", "a pipe and no file")
    ]
