"""
Words as Markdown that shows them as they stand: the one function for this format.

A notebook that puts a label or an excerpt into ``Markdown(...)`` writes ``in_markdown(label)``, so that a star in it is
a star, and ``<`` no beginning of a tag.
"""

from __future__ import annotations

import re

_SIGNS = re.compile(r"([!-/:-@\[-`{-~])")


def in_markdown(words: str) -> str:
    r"""
    Return *words* for a place in a Markdown text: what could mean something is escaped, lines are joined.

    Example:
        >>> print(in_markdown("the *first* floor\n# no heading"))
        the \*first\* floor \# no heading
    """
    return " ".join(_SIGNS.sub(r"\\\1", line) for line in words.split())
