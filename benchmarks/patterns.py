"""
Marking texts with a codebook's 500 patterns: ours, and spaCy's blank pipelines as one would write them.

    python benchmarks/patterns.py
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import spacy
from measuring import main
from search import study
from spacy.matcher import PhraseMatcher

from qualcode.search import index_of
from qualcode.study.codebook import Code, Family
from qualcode.study.study import Study
from qualcode.suggest.patterns import marks

PATTERNS = 500


def phrases(held: Study) -> list[str]:
    """Draw 500 phrases of one to three words that stand in the texts."""
    chance = random.Random(20181122)
    documents = list(held.documents.values())
    drawn: set[str] = set()
    while len(drawn) < PATTERNS:
        words = chance.choice(documents).text.split()
        at = chance.randrange(len(words) - 3)
        drawn.add(" ".join(words[at : at + chance.randint(1, 3)]).strip("."))
    return sorted(drawn)


def with_patterns(held: Study, patterns: list[str]) -> Study:
    """Give the study a code with these patterns."""
    code = Code("f/a", "f", "A", patterns=tuple(patterns))
    return replace(
        held, codebook=replace(held.codebook, families={"f": Family("f", "F", "theme")}, codes={"f/a": code})
    )


def ours(size: int) -> Callable[[], Any]:
    """Make the index and find words and phrases with it."""
    held = study(size)
    coded = with_patterns(held, phrases(held))
    return lambda: marks(coded, ["f/a"], index_of(coded))


def ours_tokens(size: int) -> Callable[[], Any]:
    """Find the same phrases as token patterns, by our blank pipeline."""
    held = study(size)
    nlp = spacy.blank("fr")
    tokens = ["[" + ", ".join(f'{{"LOWER": "{t.lower_}"}}' for t in nlp.make_doc(p)) + "]" for p in phrases(held)]
    coded = with_patterns(held, tokens)
    index = index_of(coded)
    return lambda: marks(coded, ["f/a"], index)


def blank(size: int) -> Callable[[], Any]:
    """Tokenize with a blank pipeline and match phrases by LOWER: no accents folded, no turns known."""
    held = study(size)
    nlp = spacy.blank("fr")
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    matcher.add("f/a", [nlp.make_doc(p) for p in phrases(held)])
    texts = [d.text[t.start : t.end] for d in held.documents.values() for t in d.turns]
    return lambda: [len(matcher(doc)) for doc in nlp.pipe(texts)]


if __name__ == "__main__":
    main(
        {
            "500 phrases: spaCy, blank and PhraseMatcher": blank,
            "500 phrases: qualcode, index included": ours,
            "500 token patterns: qualcode, by a blank pipeline of spaCy": ours_tokens,
        },
        {100_000: "100,000 words", 1_000_000: "1,000,000 words"},
    )
