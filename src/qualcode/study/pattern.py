"""
Patterns of a code: what in a text makes it worth a look whether the code is there.

::

    sans papiers                     words that follow each other; * is any letters, _ is one
    lemma: demander asile            any form of these words, where a spaCy model for the language is installed
    [{"LOWER": "carte"}, {"OP": "?"}, {"LOWER": "séjour"}]
                                     a token pattern of spaCy, written as JSON; either apostrophe is the straight one
    fr: hospitalité                  any of the three, in text of one language only
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_SAME = str.maketrans({"’": "'", "ʼ": "'"})
_LANGUAGE = re.compile(r"([a-z]{2,3}):\s+(?=\S)")


@dataclass(frozen=True)
class Pattern:
    """One pattern: ``words`` as written, or ``tokens``; ``language`` is ``""`` for any."""

    written: str
    language: str = ""
    words: str = ""
    lemma: bool = False
    tokens: tuple[dict[str, Any], ...] = ()


def read_pattern(written: str) -> Pattern | str:
    """Return the pattern that was written, or what is wrong with it."""
    language = _LANGUAGE.match(written)
    rest = written[language.end() :] if language else written
    spoken = language[1] if language else ""
    if rest.startswith("["):
        try:
            tokens = json.loads(rest.translate(_SAME))
        except (ValueError, RecursionError):
            tokens = None
        if not isinstance(tokens, list) or not tokens or not all(isinstance(t, dict) for t in tokens):
            return 'a token pattern is a JSON list of tokens, such as [{"LOWER": "carte"}, {"IS_ALPHA": true}]'
        return Pattern(written, spoken, tokens=tuple(tokens))
    lemma = rest.startswith("lemma:")
    words = rest.removeprefix("lemma:").strip() if lemma else rest.strip()
    if not any(sign.isalnum() for sign in words):
        return "a pattern needs a word"
    return Pattern(written, spoken, words, lemma)
