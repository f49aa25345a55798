"""
Attribution lines: who said it, in which mode, when, as a text prints it.

English dates in every order, ``1st``, a stray bracket, ``Ibid.``; a day that does not exist is kept as
printed with the reason. What a title means is not decided here.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from qualcode.plaintext.source import MONTHS

_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_MONTH = rf"(?P<month>{'|'.join(MONTHS)})"
_YEAR = r"(?P<year>(?:1[5-9]|20)\d\d)"
_DATES = tuple(
    re.compile(rf"(?:^|(?<=[\s,]))(?:on )?(?P<whole>{form})$", re.IGNORECASE)
    for form in (
        rf"{_YEAR}, ?{_MONTH} {_DAY}",
        rf"{_DAY} {_MONTH},? {_YEAR}",
        rf"{_MONTH} {_DAY},? {_YEAR}",
    )
)
_CITED = re.compile(
    r"^(?P<who>.*\S)[\s,]+(?P<whole>(?:1[5-9]|20)\d\d[a-z]?(?:[:,] ?(?:pp?\. ?)?\d+(?: ?[-–] ?\d+)?)?)$"
)
_MODE = re.compile(r"\b(?:communication|correspondence|interview|conversation|e-?mail|letter|note)\b", re.IGNORECASE)
_WRITTEN = re.compile(r"\b(?:correspondence|e-?mail|letter)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Attribution:
    """
    One attribution as printed on ``line``.

    ``kind``: ``speech`` (a mode is printed, or ``Ibid.`` with a day), ``document`` (a day and no mode),
    ``literature`` (a year only). ``title`` is who, without mode and date. ``date`` is ``None`` where no
    day is printed or the day does not exist; then ``wrong`` says why. ``stray`` is what was dropped.
    """

    line: int
    kind: str
    title: str
    mode: str
    printed_date: str
    date: date | None
    wrong: str = ""
    stray: str = ""

    @property
    def ibid(self) -> bool:
        """Whether it repeats the attribution before."""
        return self.title.rstrip(".").casefold() == "ibid"

    @property
    def written(self) -> bool:
        """Whether the printed mode is one of writing."""
        return bool(_WRITTEN.search(self.mode))


def parse_attribution(printed: str, line: int) -> Attribution | None:
    """
    Read one attribution; ``None`` where it ends with neither a day nor a year.

    *printed* may carry emphasis marks and one pair of round brackets around it.
    """
    text, stray = _bare(printed)
    for form in _DATES:
        match = form.search(text)
        if match:
            return _dated(text[: match.start()], match, line, stray)
    cited = _CITED.match(text)
    if cited:
        return Attribution(line, "literature", cited["who"].rstrip(" ,"), "", cited["whole"], None, stray=stray)
    return None


def _bare(printed: str) -> tuple[str, str]:
    """Drop emphasis, one pair of brackets and what closes without having been opened."""
    text = re.sub(r"\s+", " ", printed.replace("*", "")).strip().rstrip(".")
    if text.startswith("(") and text.endswith(")") and text.count("(") == text.count(")"):
        text = text[1:-1].strip()
    stray = ""
    while text.endswith(")") and text.count(")") > text.count("("):
        text, stray = text[:-1].rstrip(), stray + ")"
    return text, stray


def _dated(before: str, match: re.Match[str], line: int, stray: str) -> Attribution:
    parts = [part.strip() for part in before.split(",") if part.strip()]
    alone = len(parts) == 1 and parts[0].islower()
    modes = [part for n, part in enumerate(parts) if (n or alone) and _MODE.search(part)]
    title = ", ".join(part for part in parts if part not in modes)
    number, year = int(match["day"]), int(match["year"])
    month = [m.casefold() for m in MONTHS].index(match["month"].casefold()) + 1
    last = monthrange(year, month)[1]
    wrong = ""
    if not 1 <= number <= last:
        wrong = f"date '{MONTHS[month - 1]} {number}' does not exist ({MONTHS[month - 1]} has {last} days)"
    day = None if wrong else date(year, month, number)
    speech = bool(modes) or title.rstrip(".").casefold() == "ibid"
    kind = "speech" if speech else "document"
    return Attribution(line, kind, title, ", ".join(modes), match["whole"], day, wrong, stray)
