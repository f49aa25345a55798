"""
A value as somebody states it, held against what was found: ``42``, ``nearly 70``, ``a third``, ``27 November 2017``.

The rules are few and stand in `holds`: what has decimals is rounded to them; *nearly* is up to a tenth below and never
above; *about* is a tenth to either side; *most* is more than half. English and French number words are read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from qualcode.claims.counting import Share, Value
from qualcode.claims.language import ExpressionError
from qualcode.plaintext.source import MONTHS, day

_SLACK = Fraction(1, 10)
ENGLISH = [
    "none",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
FRENCH = [
    "aucun",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
    "quatorze",
    "quinze",
    "seize",
    "dix-sept",
    "dix-huit",
    "dix-neuf",
    "vingt",
]
_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
]
_ORDINALS_FR = [
    "premier",
    "deuxième",
    "troisième",
    "quatrième",
    "cinquième",
    "sixième",
    "septième",
    "huitième",
    "neuvième",
    "dixième",
]
_MORE = {"zero": 0, "nobody": 0, "aucune": 0, "zéro": 0, "une": 1, "thirty": 30, "forty": 40, "fifty": 50}
_MORE |= {"sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "a hundred": 100, "cent": 100}
_MORE |= {"trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "a dozen": 12, "une douzaine": 12}
WHOLE = {w: n for words in (ENGLISH, FRENCH) for n, w in enumerate(words)} | _MORE
"""Number words, English and French."""
RANKS = {w: n for words in (_ORDINALS, _ORDINALS_FR) for n, w in enumerate(words, 1)} | {"première": 1}
PARTS = {
    "half": (1, 2), "a half": (1, 2), "one half": (1, 2), "la moitié": (1, 2),
    "a third": (1, 3), "one third": (1, 3), "two thirds": (2, 3), "un tiers": (1, 3), "deux tiers": (2, 3),
    "a quarter": (1, 4), "one quarter": (1, 4), "three quarters": (3, 4), "un quart": (1, 4), "trois quarts": (3, 4),
    "a fifth": (1, 5), "one fifth": (1, 5), "two fifths": (2, 5), "un cinquième": (1, 5),
}  # fmt: skip
"""Parts of a whole, in words."""
_HEDGES = {
    "more than": "over", "over": "over", "plus de": "over", "plus d'": "over",
    "less than": "under", "fewer than": "under", "under": "under", "moins de": "under",
    "at least": "least", "au moins": "least", "at most": "most", "up to": "most", "au plus": "most",
    "nearly": "nearly", "almost": "nearly", "presque": "nearly", "près de": "nearly",
    "about": "about", "around": "about", "some": "about", "roughly": "about", "approximately": "about",
    "environ": "about", "quelque": "about",
}  # fmt: skip
_QUANTIFIERS = {"all": "all", "every": "all", "everybody": "all", "tous": "all", "toutes": "all", "most": "majority"}
_QUANTIFIERS |= {
    "a majority": "majority",
    "la plupart": "majority",
    "all but one": "but one",
    "tous sauf un": "but one",
}
_NUMBER = re.compile(r"\d{1,3}(?:[ ,\u202f\u00a0]\d{3})+|\d{1,15}(?:\.\d{1,9})?")
_PERCENT = re.compile(r"\s*(?:%|per ?cent|pour cent)$")
_DATE = re.compile(r"(\d{1,2}) (" + "|".join(MONTHS) + r") (\d{4})", re.IGNORECASE)
_ORDINAL = re.compile(r"(\d{1,6})(?:st|nd|rd|th|e|er|ère|ème)")


@dataclass(frozen=True, slots=True)
class Stated:
    """
    A value as stated: its kind, how it is hedged, and by how much a number may differ by rounding.

    ``kind``: number, percent, share, part (of), quantifier, date, no date (one that does not exist; ``value`` says
    why), month, names, truth or words.
    """

    kind: str
    value: Fraction | date | str | frozenset[str] | bool | tuple[int, int]
    hedge: str = ""
    step: Fraction = Fraction(0)


def read_stated(words: str) -> Stated:
    """
    Read a value as it is stated.

    Raises:
        ExpressionError: it is empty.

    Example:
        >>> read_stated("nearly a third").hedge, read_stated("13 of 42").value, read_stated("7 May 2018").kind
        ('nearly', (13, 42), 'date')
        >>> read_stated("31 June 2018").value
        "date '2018-06-31' does not exist (June has 30 days)"
    """
    told = " ".join(words.split())
    low = told.casefold()
    if not told:
        raise ExpressionError("stated: nothing is; write the value as it stands, such as 42, nearly 70 or a third")
    if low in ("yes", "no"):
        return Stated("truth", low == "yes")
    if told.startswith("{") and told.endswith("}"):
        return Stated("names", frozenset(n.strip() for n in told[1:-1].split(",") if n.strip()))
    if low in _QUANTIFIERS:
        return Stated("quantifier", _QUANTIFIERS[low])
    return _date(told) or _number(low) or Stated("words", told)


def _date(told: str) -> Stated | None:
    if match := _DATE.fullmatch(told):
        month = [m.casefold() for m in MONTHS].index(match[2].casefold()) + 1
        told = f"{match[3]}-{month:02d}-{int(match[1]):02d}"
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", told):
        found = day(told)
        return Stated("no date", found) if isinstance(found, str) else Stated("date", found)
    if match := re.fullmatch(r"(\w+) (\d{4})", told):
        names = [m.casefold() for m in MONTHS]
        if match[1].casefold() in names:
            return Stated("month", f"{match[2]}-{names.index(match[1].casefold()) + 1:02d}")
    return Stated("month", told) if re.fullmatch(r"\d{4}-\d{2}", told) else None


def _number(low: str) -> Stated | None:
    hedge = next((h for h in sorted(_HEDGES, key=len, reverse=True) if low.startswith(h)), "")
    rest = low.removeprefix(hedge).strip()
    kind = _HEDGES.get(hedge, "")
    if rest in PARTS:
        return Stated("share", 100 * Fraction(*PARTS[rest]), kind)
    if match := re.fullmatch(r"(.+) (?:of|out of|in|sur) (.+)", rest):
        part, whole = _whole(match[1]), _whole(match[2])
        if part is not None and whole and not kind:
            return Stated("part", (part, whole))
    percent = _PERCENT.search(rest)
    plain = _PERCENT.sub("", rest)
    if not hedge and plain in RANKS:
        return Stated("number", Fraction(RANKS[plain]))
    if not hedge and (match := _ORDINAL.fullmatch(plain)):
        return Stated("number", Fraction(int(match[1])))
    if plain in WHOLE:
        return Stated("percent" if percent else "number", Fraction(WHOLE[plain]), kind)
    if _NUMBER.fullmatch(plain):
        digits = re.sub(r"[ ,\u202f\u00a0]", "", plain)
        decimals = len(digits.partition(".")[2])
        step = Fraction(1, 2 * 10**decimals) if percent or decimals else Fraction(0)
        return Stated("percent" if percent else "number", Fraction(digits), kind, step)
    return None


def _whole(words: str) -> int | None:
    if words in WHOLE:
        return WHOLE[words]
    digits = re.sub(r"[ ,\u202f\u00a0]", "", words)
    return int(digits) if re.fullmatch(r"\d{1,9}", digits) else None


def holds(stated: Stated, found: Value) -> bool:
    """
    Say whether what was found is as stated.

    Raises:
        ExpressionError: the two are not of a kind, such as a share stated and a date found.

    Example:
        >>> holds(read_stated("nearly a third"), Share(13, 42)), holds(read_stated("32 %"), Share(13, 42))
        (True, False)
        >>> holds(read_stated("monday"), "Monday"), holds(read_stated("most"), Share(1, 2))
        (True, False)
    """
    match stated.kind, stated.value, found:
        case "truth", bool(value), bool():
            return value == found
        case "names", frozenset(names), frozenset():
            return names == found
        case "quantifier", str(which), Share(part, whole):
            return {"all": part == whole, "majority": 2 * part > whole, "but one": part == whole - 1}[which]
        case "part", (int(part), int(whole)), Share():
            return (part, whole) == (found.part, found.whole)
        case "share" | "percent", Fraction() as value, Share():
            return _near(stated, value, found.percent)
        case (("number" | "percent"), Fraction() as value, Fraction()):
            return _near(stated, value, found)
        case "date", date() as value, date():
            return value == found
        case "month", str(month), date():
            return found.isoformat().startswith(month)
        case "number", Fraction() as year, date():
            return not stated.hedge and year == found.year
        case "words", str(words), str():
            return words.casefold() == found.casefold()
        case "number", Fraction() as value, Share() if value == 0 and not stated.hedge:
            return found.part == 0
    raise ExpressionError(f"stated is {_NAMES[stated.kind]}, and the expression gives {_given(found)}")


_NAMES = {
    "truth": "yes or no", "names": "a set of names", "quantifier": "a quantifier", "part": "so many of so many",
    "share": "a part of a whole", "percent": "per cent", "number": "a number", "date": "a date", "month": "a month",
    "words": "words (numbers are written 42, nearly 70, a third, 13 of 42, 31 %)",
}  # fmt: skip


def _given(found: Value) -> str:
    if isinstance(found, bool):
        return "yes or no"
    if isinstance(found, Share):
        return "a share, which is stated as 31 %, a third, 13 of 42, all or most"
    kinds = {Fraction: "a number", frozenset: "a set of names", str: "words"}
    return next((told for kind, told in kinds.items() if isinstance(found, kind)), "a date")


def _near(stated: Stated, value: Fraction, found: Fraction) -> bool:
    match stated.hedge:
        case "over":
            return found > value
        case "under":
            return found < value
        case "least":
            return found >= value
        case "most":
            return found <= value
        case "nearly":
            return value * (1 - _SLACK) <= found <= value
        case "about":
            return abs(found - value) <= value * _SLACK
    return abs(found - value) <= stated.step
