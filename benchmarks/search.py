"""
Searching millions of words: to make the index, and to answer a phrase of about 1,000 hits, a table included.

Beside it the plain floor, one regular expression over every text, and SQLite's full-text index, whose candidates
are held against the text in the same way (it counts rows, not places).

    python benchmarks/search.py
"""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from measuring import main

from qualcode.search import Index, concordance, search
from qualcode.study.codebook import Codebook
from qualcode.study.document import Document, Speaker, Turn
from qualcode.study.study import Study

WORDS_A_DOCUMENT = 10_000
PHRASE = "la maison de verre"


def documents(size: int) -> list[Document]:
    """Make documents of 20 turns: 40,000 words, few of them frequent, and the phrase about 1,000 times in all."""
    chance = random.Random(20181122)
    syllables = ["ma", "ré", "tou", "l'a", "sen", "cœur", "ti", "gen", "ve", "pa", "ni", "or", "ble", "chi", "dé"]
    words = sorted({"".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(60_000)})[:40_000]
    chance.shuffle(words)
    words[:4] = ["la", "de", "maison", "verre"]
    weights = [1 / (n + 5) for n in range(len(words))]
    made = []
    for number in range(size // WORDS_A_DOCUMENT):
        said = chance.choices(words, weights, k=WORDS_A_DOCUMENT)
        for _ in range(max(1, 1000 * WORDS_A_DOCUMENT // size)):
            said[chance.randrange(WORDS_A_DOCUMENT)] = PHRASE
        turns, parts, at = [], [], 0
        for n in range(20):
            part = " ".join(said[n * 500 : (n + 1) * 500]) + "."
            turns.append(Turn(n + 1, Speaker("", ""), "fr", "", at, at, at + len(part)))
            parts.append(part)
            at += len(part) + 2
        text = "\n\n".join(parts)
        name, kind = f"d{number:04}", "document"
        front = (name, f"documents/{name}.md", kind, "", date(2024, 1, 1), "fr", "", "quote", "open")
        made.append(Document(*front, text, 1, tuple(turns)))
    return made


def study(size: int) -> Study:
    """Make a study of these documents and nothing else."""
    book = Codebook("", "", "", (), {}, {}, {})
    return Study(Path(), {d.id: d for d in documents(size)}, book, {}, (), (), {}, {}, {}, ())


def build(size: int) -> Callable[[], Any]:
    """Make the index, and what a first query would make."""
    held = documents(size)
    return lambda: Index.of(held).ready()


def ask(size: int) -> Callable[[], Any]:
    """Answer the phrase: a table with a row a hit."""
    held = study(size)
    index = Index.of(held.documents.values()).ready()
    return lambda: search(held, PHRASE, index=index)


def lines(size: int) -> Callable[[], Any]:
    """Answer the phrase and set its concordance."""
    held = study(size)
    index = Index.of(held.documents.values()).ready()
    return lambda: concordance(held, search(held, PHRASE, index=index))


def wildcard(size: int) -> Callable[[], Any]:
    """Answer a phrase with a wildcard."""
    held = study(size)
    index = Index.of(held.documents.values()).ready()
    return lambda: search(held, "la mais* de verre", index=index)


def plain(size: int) -> Callable[[], Any]:
    """Read every text with one regular expression: no accents folded, no turns known."""
    texts = [d.text for d in documents(size)]
    pattern = re.compile(r"\b" + r"\W+".join(PHRASE.split()) + r"\b", re.IGNORECASE)
    return lambda: [(n, m.span()) for n, text in enumerate(texts) for m in pattern.finditer(text)]


def _full_text(rows: list[str]) -> sqlite3.Connection:
    base = sqlite3.connect(":memory:")
    base.execute("create virtual table words using fts5(text, tokenize='unicode61 remove_diacritics 2')")
    base.executemany("insert into words(rowid, text) values (?, ?)", enumerate(rows, 1))
    return base


def _rows(size: int) -> list[str]:
    return [d.text[t.start : t.end] for d in documents(size) for t in d.turns]


def fts_build(size: int) -> Callable[[], Any]:
    """Make SQLite's index in memory, one row a turn."""
    rows = _rows(size)
    return lambda: _full_text(rows)


def fts_ask(size: int) -> Callable[[], Any]:
    """Ask it for candidates and find the places in them."""
    rows = _rows(size)
    base = _full_text(rows)
    pattern = re.compile(r"\b" + r"\W+".join(PHRASE.split()) + r"\b", re.IGNORECASE)

    def run() -> Any:
        asked = base.execute("select rowid from words where words match ? order by rowid", (f'"{PHRASE}"',))
        return [(n, m.span()) for (n,) in asked for m in pattern.finditer(rows[n - 1])]

    return run


if __name__ == "__main__":
    main(
        {
            "index: qualcode": build,
            "index: SQLite FTS5": fts_build,
            "phrase: regular expression over all, no index": plain,
            "phrase: SQLite FTS5, then regular expression": fts_ask,
            "phrase: qualcode, a table": ask,
            "phrase: qualcode, concordance lines": lines,
            "phrase with a wildcard: qualcode, a table": wildcard,
        },
        {500_000: "500,000 words", 5_000_000: "5,000,000 words"},
    )
