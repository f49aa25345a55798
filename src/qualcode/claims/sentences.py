"""
Sentences that stand on data: each carries the condition under which it holds, and stops the chapter when it does not.

What a chapter says in prose goes stale with the next coding. A sentence with a number, a superlative or an "everybody"
is written where it is computed: its numbers are put into it, and what is not a number is a condition beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qualcode.errors import ClaimError, UsageError

_WORDS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that holds; a notebook shows it as a paragraph of Markdown."""

    sentence: str

    def _repr_markdown_(self) -> str:
        return self.sentence

    def __str__(self) -> str:
        return self.sentence


def claim(sentence: str, *conditions: object) -> Claim:
    """
    Say a sentence, provided that every condition holds.

    Args:
        sentence: Markdown, its numbers put in from the data.
        conditions: what must be true for it, one or more; whatever is neither true nor false, such as a table, is
            refused.

    Raises:
        ClaimError: a condition does not hold: the chapter stops, and with it the report.
        UsageError: no condition is given, or one that is neither true nor false.

    Example:
        >>> raised = topics[topics["state"] == "raised"]["speaker"].nunique()
        >>> claim(f"All {in_words(raised)} raise a theme.", raised == topics["speaker"].nunique()).sentence
        'All three raise a theme.'
        >>> claim("Nobody does.", raised == 0)
        Traceback (most recent call last):
        qualcode.errors.ClaimError: this does not hold (condition 1): 'Nobody does.'; mend the sentence or the data
    """
    if not conditions:
        raise UsageError(f"a claim needs a condition under which it holds: {sentence!r}")
    for number, holds in enumerate(conditions, 1):
        if not isinstance(holds, bool | np.bool_):
            raise UsageError(f"condition {number} of a claim is neither true nor false: {sentence!r}")
        if not holds:
            raise ClaimError(f"this does not hold (condition {number}): {sentence!r}; mend the sentence or the data")
    return Claim(sentence)


def paragraph(*claims: Claim) -> Claim:
    """
    Set claims one after another, as one paragraph.

    Example:
        >>> paragraph(claim("It is so.", 1 < 2), claim("And so.", True)).sentence
        'It is so. And so.'
    """
    return Claim(" ".join(one.sentence for one in claims))


def in_words(number: int) -> str:
    """
    Write a whole number as a word up to twelve, and in figures beyond.

    Example:
        >>> in_words(0), in_words(3), in_words(34)
        ('none', 'three', '34')
    """
    return _WORDS[number] if 0 <= number < len(_WORDS) else f"{number:,}"


def listed(names: Sequence[str]) -> str:
    """
    Write names one after another, with "and" before the last.

    Example:
        >>> listed(["talks"]), listed(["talks", "partners", "pressure"])
        ('talks', 'talks, partners and pressure')
    """
    *first, last = names or ["none"]
    return f"{', '.join(first)} and {last}" if first else last
