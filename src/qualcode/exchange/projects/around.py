"""
How much around each of many stretches of one text is kept with it, as ``Anchor.take`` says it.

Where a text is cut once into all its pieces of 32 signs, a stretch that holds a piece which stands nowhere else stands
nowhere else either, and nothing is searched; only the others are taken one by one.
"""

from __future__ import annotations

from qualcode.plaintext.anchor import CONTEXT, Anchor

_PIECE = 32
_BASE = 0x9E3779B97F4A7C15
_FEW = 20
"""So many stretches are taken one by one before the text is cut."""


class Anchors:
    """
    Takes many stretches of one text, each as ``Anchor.take`` does.

    Example:
        >>> text = "We light it at four, every day at four."
        >>> Anchors(text).take(15, 19) == Anchor.take(text, 15, 19)
        True
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._again = b""
        self._asked = 0

    def take(self, start: int, end: int) -> Anchor:
        """Take the stretch from *start* to *end*."""
        text = self._text
        first, last = self.reach(start, end)
        return Anchor(start, end, text[start:end], text[first:start], text[end:last])

    def reach(self, start: int, end: int) -> tuple[int, int]:
        """Return from where to where a stretch is kept with what is around it."""
        text, size, again = self._text, len(self._text), self._again
        if again:
            first, last = max(0, start - CONTEXT), min(size, end + CONTEXT)
            if 0 <= start < end <= size and last - first >= _PIECE and not (again[first] and again[last - _PIECE]):
                return first, last
        elif size >= _PIECE:
            self._asked += 1
            self._again = _twice(text) if self._asked > _FEW else b""
        taken = Anchor.take(text, start, end)
        return start - len(taken.before), end + len(taken.after)


def _twice(text: str) -> bytes:
    """Return for each place of a text whether the piece that begins there stands elsewhere too, or may."""
    import numpy as np

    sums = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    base, width = _BASE, 1
    while width < _PIECE:  # a sum of twice as many signs, of two that touch
        sums = sums[:-width] * np.uint64(base) + sums[width:]
        base, width = base * base % 2**64, 2 * width
    ordered = np.sort(sums)
    several = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(several):
        return bytes(len(sums))
    at = np.minimum(np.searchsorted(several, sums), len(several) - 1)
    found: bytes = (several[at] == sums).astype(np.uint8).tobytes()
    return found
