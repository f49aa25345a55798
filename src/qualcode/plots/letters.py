"""
Letters that the font of the plots lacks, told in one sentence instead of a warning for each.

The plots' font comes with matplotlib, so that a drawing is the same bytes on every machine; it has no Chinese, no
Devanagari and more. A drawing with such names says so below itself, by script, and in its words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text

from qualcode.plural import number_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@cache
def _known(family: str) -> frozenset[int]:
    """Return the code points that the font has."""
    return frozenset(get_font(findfont(FontProperties(family=family), fallback_to_default=False)).get_charmap())


def missing_scripts(texts: Iterable[str], family: str = "DejaVu Sans") -> dict[str, int]:
    """
    Return the scripts of which the font lacks letters, with the number of texts that have such letters.

    Returns:
        Script, as Unicode names begin (``CJK``, ``DEVANAGARI``), to the number of texts; by code point of the names.

    Example:
        >>> missing_scripts(["Ada", "\u5f20\u4f1f", "\u0905\u0928\u0940\u0924\u093e"])
        {'CJK': 1, 'DEVANAGARI': 1}
    """
    known = _known(family)
    found: dict[str, int] = {}
    for text in texts:
        lacking = {unicodedata.name(c, "UNNAMED").split()[0] for c in text if c.isprintable() and ord(c) not in known}
        for script in lacking:
            found[script] = found.get(script, 0) + 1
    return dict(sorted(found.items()))


def told(figure: Figure) -> str:
    """Say which letters of a drawing's texts its font lacks, or nothing."""
    texts = [str(t.get_text()) for t in figure.findobj(Text) if t.get_visible()]
    scripts = missing_scripts(dict.fromkeys(texts))
    if not scripts:
        return ""
    counted = ", ".join(f"{name} (in {number_of(number, 'text')})" for name, number in scripts.items())
    return f"The font of this plot lacks letters, drawn as boxes: {counted}."
