"""
Drawings as the site shows them: the same to the eye, in half of the bytes.

Letters are drawn as outlines, and their places come with six decimals; a hundredth of a point is not seen. The stored
drawing keeps them all: it is the proof.
"""

from __future__ import annotations

import re
from collections import Counter

_OUTLINE = re.compile(r'(?<=\sd=")[^"]+(?=")')
_LONG = re.compile(r'<path d="([^"]{150,})"')
_XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
_STEP = re.compile(r"([A-Za-z])([^A-Za-z]*)")
_PLACES = {"M": 1, "L": 1, "Q": 2, "C": 3, "z": 0}
"""The steps of an outline as matplotlib draws them, and how many places each has."""


def lighter(drawing: bytes) -> bytes:
    """
    Return an SVG with its outlines in hundredths, each step from where the one before ended.

    What has other steps than matplotlib's, or is no UTF-8, stays as it is.

    Example:
        >>> lighter(b'<path d="M 1.234567 2.0 L -0.004 7 z"/>')
        b'<path d="M1.23 2l-1.23 5z"/>'
    """
    try:
        text = drawing.decode("utf-8")
    except UnicodeDecodeError:
        return drawing
    return _once(_OUTLINE.sub(lambda outline: _relative(outline[0]), text)).encode("utf-8")


def _once(text: str) -> str:
    """Write an outline that is drawn several times once: words stand on a light edge of the same outline."""
    times = Counter(_LONG.findall(text))
    names = {d: f"same-{n}" for n, d in enumerate(d for d, many in times.items() if many > 1)}
    if not names or "<defs>" not in text or _XLINK not in text:
        return text
    kept = "".join(f'<path id="{name}" d="{d}"/>' for d, name in names.items())
    used = _LONG.sub(lambda m: f'<use xlink:href="#{names[m[1]]}"' if m[1] in names else m[0], text)
    return used.replace("<defs>", f"<defs>{kept}", 1)


def _relative(outline: str) -> str:
    """Write an outline's steps from place to place; the places are whole hundredths, so that nothing adds up."""
    made, at, begun = list[str](), (0, 0), (0, 0)
    if _STEP.sub("", outline).strip():
        return outline
    for step, told in _STEP.findall(outline):
        try:
            numbers = [round(float(n) * 100) for n in told.split()]
        except (ValueError, OverflowError):
            return outline
        if step not in _PLACES or len(numbers) != 2 * _PLACES[step]:
            return outline
        places = list(zip(numbers[::2], numbers[1::2], strict=True))
        if step == "z":
            at = begun
            made.append("z")
        elif step == "M":
            at = begun = places[0]
            made.append("M" + _written(at))
        else:
            made.append(
                step.lower() + "".join(_between(n, _written((x - at[0], y - at[1]))) for n, (x, y) in enumerate(places))
            )
            at = places[-1]
    return "".join(made)


def _between(nth: int, place: str) -> str:
    return f" {place}" if nth and not place.startswith("-") else place


def _written(place: tuple[int, int]) -> str:
    x, y = (f"{n / 100:.2f}".rstrip("0").rstrip(".") for n in place)
    return f"{x}{'' if y.startswith('-') else ' '}{y}"
