"""
The lines of a coder's file: an excerpt, or a stretch that was read; one JSON object a line.

A line written the way we write lines is read by one pattern. Anything else, also a line somebody wrote
by hand, goes the careful way, which says all that is wrong with it; both come to the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

from qualcode.errors import did_you_mean
from qualcode.plaintext.anchor import Anchor
from qualcode.plaintext.source import day
from qualcode.plaintext.traces import TRACE

_KEYS = (
    *("excerpt", "start", "end", "text", "quote", "before", "after"),
    *("case", "holder", "codes", "memo", "made", "origin"),
)
_READ_KEYS = ("read", "text", "made")
_SETTLED_KEYS = ("by", "on", "why")
_RELEASE_KEYS = ("state", "by", "on", "why", "words")
_HASH = re.compile(r"[0-9a-f]{12}")
_ID = re.compile(r"e[0-9a-f]{10}")
_MADE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_WORDS = r'"([^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)*+)"'
_NAME = r'(?:null|"([a-z0-9-]+)")'
_FLAT = r'\{(?:"[^"\\\x00-\x1f]+": (?:null|-?[0-9.]+|"[^"\\\x00-\x1f]*")(?:, )?)+\}'
_AS_WRITTEN = re.compile(
    r'\{"excerpt": "(e[0-9a-f]{10})", "start": (0|[1-9][0-9]{0,9}), "end": ([1-9][0-9]{0,9}), '
    rf'"text": "([0-9a-f]{{12}})", "quote": {_WORDS}, "before": {_WORDS}, "after": {_WORDS}, '
    rf'"case": {_NAME}, "holder": {_NAME}, "codes": ({_FLAT}), "memo": (?:null|{_WORDS}), '
    rf'"made": "({_MADE.pattern})", "origin": ({_FLAT})(?:, "settled": (\{{[^{{}}\\]*\}}))?'
    r'(?:, "release": (\{[^{}\\]*\}))?\}'
)
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
ORIGINS = ("hand", "import", "suggestion", "published")
RELEASED = ("open", "paraphrase", "amended", "pending", "closed", "withdrawn")
"""What may become of an excerpt's words by itself; the stricter of this and its document's state holds."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """
    A tagged stretch of a document.

    ``text`` is the hash of the text in which the place was taken. ``case`` says who speaks, only
    where the place does not tell; ``holder`` whose view it is, only where it is not the speaker's
    own. ``codes`` maps a code to its stance (-1 to 1) or ``None``. ``made`` is UTC. ``settled`` says
    who settled on an agreed excerpt, when, and why. ``release``, where its words have a state of their own: the
    ``state`` (one of ``RELEASED``), ``by`` whom, ``on`` which day, ``why``, and the ``words`` asked for instead.
    """

    id: str
    anchor: Anchor
    text: str
    codes: dict[str, float | None]
    made: str
    case: str | None = None
    holder: str | None = None
    memo: str | None = field(default=None, repr=False)
    origin: dict[str, str] = field(default_factory=lambda: {"how": "hand"})
    settled: dict[str, Any] | None = field(default=None, repr=False)
    release: dict[str, str] | None = field(default=None, repr=False)
    line: int = field(default=0, compare=False)

    @property
    def place(self) -> tuple[int, int, str]:
        """What the lines of a file are sorted by."""
        return self.anchor.start, self.anchor.end, self.id

    def to_json(self) -> str:
        """Write the excerpt as its one line, without the line's end."""
        a = self.anchor
        codes = flat({c: _plain(self.codes[c]) for c in sorted(self.codes)})
        origin = flat({"how": self.origin["how"], **self.origin})
        words, who = (a.quote, a.before, a.after), (self.case, self.holder, self.memo)
        line = line_of(self.id, a.start, a.end, self.text, words, who, codes, self.made, origin)
        further = (("settled", self.settled, _SETTLED_KEYS), ("release", self.release, _RELEASE_KEYS))
        for key, held, keys in further:
            if held is not None:
                line = f'{line[:-1]}, "{key}": {json.dumps({k: held[k] for k in keys}, ensure_ascii=False)}}}'
        return line


def line_of(
    name: str,
    start: int,
    end: int,
    text: str,
    words: tuple[str, str, str],
    who: tuple[str | None, str | None, str | None],
    codes: str,
    made: str,
    origin: str,
) -> str:
    """
    Write an excerpt's line of its parts; see ``Excerpt.to_json``.

    Args:
        name, start, end, text, made: as in an excerpt.
        words: quote, before and after.
        who: case, holder and memo.
        codes, origin: as ``flat`` writes them; codes sorted, a whole stance as a whole number.
    """
    quote, before, after = words
    case, holder, memo = who
    said = encode_basestring
    return (
        f'{{"excerpt": "{name}", "start": {start}, "end": {end}, "text": "{text}", '
        f'"quote": {said(quote)}, "before": {said(before)}, "after": {said(after)}, '
        f'"case": {"null" if case is None else said(case)}, "holder": {"null" if holder is None else said(holder)}, '
        f'"codes": {codes}, "memo": {"null" if memo is None else said(memo)}, "made": "{made}", "origin": {origin}}}'
    )


def _word(words: str | None) -> str:
    """Write a string, or nothing, as JSON does."""
    return "null" if words is None else encode_basestring(words)


def flat(about: Mapping[str, str | float | None]) -> str:
    """Write a flat mapping as JSON does."""
    return _flat_of(tuple(about.items()))


@lru_cache(maxsize=1 << 14)
def _flat_of(items: tuple[tuple[str, str | float | None], ...]) -> str:
    pairs = (f"{_word(k)}: {_word(v) if v is None or isinstance(v, str) else json.dumps(v)}" for k, v in items)
    return f"{{{', '.join(pairs)}}}"


@dataclass(frozen=True, slots=True)
class Reading:
    """
    A stretch that the coder has read, whether or not anything in it was tagged.

    ``words``: which word of the text is its first, and the trace of its words (``plaintext.traces``), by which
    it is followed when the text is edited; ``None`` in files written before there was one.
    """

    start: int
    end: int
    text: str
    made: str
    words: tuple[int, str] | None = None
    line: int = field(default=0, compare=False)

    def to_json(self) -> str:
        """Write the reading as its one line, without the line's end."""
        about: dict[str, Any] = {"read": [self.start, self.end], "text": self.text, "made": self.made}
        return json.dumps(about if self.words is None else about | {"words": list(self.words)})


Line = Excerpt | Reading


class Lines:
    """Read lines one after the other; what lines of a study have in common is judged once."""

    def __init__(self) -> None:
        self._codes: dict[str, dict[str, float | None]] = {}
        self._origins: dict[str, dict[str, str]] = {}
        self._settled: dict[str, dict[str, Any]] = {}
        self._release: dict[str, dict[str, str]] = {}
        self._days: set[str] = set()
        self._same: dict[str, str] = {}

    def read(self, text: str, number: int) -> tuple[Line | None, list[str]]:
        """Read line *number* of a file; return what it holds, or ``None``, and all that is wrong with it."""
        match = _AS_WRITTEN.fullmatch(text)
        found = self._as_written(match, number) if match else None
        return (found, []) if found else _carefully(text, number)

    def _as_written(self, match: re.Match[str], number: int) -> Excerpt | None:
        (name, first, last, text, quote, before, after, case, holder, codes, memo, made, origin, why, state) = (
            match.groups()
        )
        if "\\u" in match.string:
            return None
        start, end = int(first), int(last)
        try:
            if "\\" in match.string:
                quote = _said(quote) if "\\" in quote else quote
                before = _said(before) if "\\" in before else before
                after = _said(after) if "\\" in after else after
                memo = _said(memo) if memo and "\\" in memo else memo
        except ValueError:
            return None
        meant = self._codes.get(codes) or self._new_codes(codes)
        how = self._origins.get(origin) or self._new_origin(origin)
        if meant is None or how is None or not (made[:10] in self._days or self._new_day(made[:10])):
            return None
        if len(quote) != end - start:
            return None
        settled = (self._settled.get(why) or self._new_settled(why)) if why else None
        if why and settled is None:
            return None
        released = (self._release.get(state) or self._new_release(state)) if state else None
        if state and released is None:
            return None
        text = self._same.setdefault(text, text)
        anchor, more = Anchor(start, end, quote, before, after), (settled, released)
        return Excerpt(name, anchor, text, meant, made, case, holder, memo, how, *more, number)

    def _new_codes(self, written: str) -> dict[str, float | None] | None:
        codes = _once(written)
        if codes is None or _codes_wrong(codes):
            return None
        found = self._codes[written] = {c: None if s is None else float(s) for c, s in codes.items()}
        return found

    def _new_origin(self, written: str) -> dict[str, str] | None:
        origin = _once(written)
        if origin is None or not _is_origin(origin):
            return None
        self._origins[written] = origin
        return origin

    def _new_settled(self, written: str) -> dict[str, Any] | None:
        settled = _once(written)
        if settled is None or _settled_wrong(settled):
            return None
        self._settled[written] = settled
        return settled

    def _new_release(self, written: str) -> dict[str, str] | None:
        release = _once(written)
        if release is None or _release_wrong(release):
            return None
        self._release[written] = release
        return release

    def _new_day(self, written: str) -> bool:
        right = not isinstance(day(written), str)
        if right:
            self._days.add(written)
        return right


def _once(text: str) -> dict[str, Any] | None:
    """Return a flat JSON object, or ``None`` where a key stands in it twice."""
    try:
        pairs: list[tuple[str, Any]] = json.loads(text, object_pairs_hook=list)
    except ValueError:
        return None
    found = dict(pairs)
    return found if len(found) == len(pairs) else None


def _said(written: str) -> str:
    """Return what a JSON string says."""
    if "\\\\" not in written:  # nearly always the ends of lines, and quotation marks
        plain = written.replace("\\n", "\n").replace('\\"', '"')
        if "\\" not in plain:
            return plain
    said: str = json.loads(f'"{written}"')
    return said


def read_line(text: str, number: int) -> tuple[Line | None, list[str]]:
    """Read one line; return what it holds, or ``None``, and all that is wrong with it."""
    return Lines().read(text, number)


def _carefully(text: str, number: int) -> tuple[Line | None, list[str]]:
    doubles: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [k for k, _ in pairs]
        if len(set(keys)) < len(keys):
            doubles.extend(sorted({k for k in keys if keys.count(k) > 1}))
        return dict(pairs)

    try:
        about = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError):
        return None, ["not one JSON object; restore the line from the file's history"]
    if not isinstance(about, dict):
        return None, ["not one JSON object; restore the line from the file's history"]
    wrong = [f"key {k!r} stands here twice" for k in doubles]
    if _HALF.search(text) and not _encodes(about):
        wrong.append("half of a character (\\ud800 or the like) stands here; restore the line from the file's history")
    if "read" in about:
        return _reading(about, number, wrong)
    return _excerpt(about, number, wrong)


def _encodes(about: dict[str, Any]) -> bool:
    try:
        json.dumps(about, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _reading(about: dict[str, Any], number: int, wrong: list[str]) -> tuple[Reading | None, list[str]]:
    wrong += _keys_wrong(about, _READ_KEYS, ("words",))
    place = about.get("read")
    if not (isinstance(place, list) and len(place) == 2 and all(type(p) is int for p in place)):
        return None, [*wrong, "'read' takes [start, end]"]
    wrong += _stamp_wrong(about)
    if not 0 <= place[0] < place[1]:
        wrong.append(f"read place {place[0]}-{place[1]} is empty or reversed")
    words = about.get("words")
    if words is not None and not _is_trace(words):
        wrong.append("'words' takes [the number of the first word, two signs a word]; restore the line")
    if wrong:
        return None, wrong
    return Reading(place[0], place[1], about["text"], about["made"], tuple(words) if words else None, number), []


def _is_trace(words: Any) -> bool:
    return (
        isinstance(words, list)
        and len(words) == 2
        and type(words[0]) is int
        and words[0] >= 0
        and isinstance(words[1], str)
        and TRACE.fullmatch(words[1]) is not None
    )


def _excerpt(about: dict[str, Any], number: int, wrong: list[str]) -> tuple[Excerpt | None, list[str]]:
    wrong += _keys_wrong(about, _KEYS, ("settled", "release"))
    if wrong:
        return None, wrong
    if not (isinstance(about["excerpt"], str) and _ID.fullmatch(about["excerpt"])):
        wrong.append("excerpt id is not 'e' and ten hex digits")
    if not (type(about["start"]) is int and type(about["end"]) is int and 0 <= about["start"] < about["end"]):
        wrong.append(f"place {about['start']}-{about['end']} is empty, reversed or no number")
    wrong += [f"{k!r} takes words" for k in ("quote", "before", "after") if not isinstance(about[k], str)]
    wrong += [f"{k!r} takes words or null" for k in ("case", "holder", "memo") if not isinstance(about[k], str | None)]
    wrong += _stamp_wrong(about) + _codes_wrong(about["codes"])
    origin = about["origin"]
    if not _is_origin(origin):
        wrong.append(f"'origin' takes {{\"how\": one of {', '.join(ORIGINS)}}}")
    wrong += _settled_wrong(about.get("settled")) + _release_wrong(about.get("release"))
    if wrong:
        return None, wrong
    anchor = Anchor(about["start"], about["end"], about["quote"], about["before"], about["after"])
    if len(anchor.quote) != anchor.end - anchor.start:
        return None, [
            f"place {anchor.start}-{anchor.end} is not as long as its quote ({len(anchor.quote)} code points)"
        ]
    codes = {c: None if s is None else float(s) for c, s in about["codes"].items()}
    who = about["case"], about["holder"], about["memo"]
    more = about.get("settled"), about.get("release")
    return Excerpt(about["excerpt"], anchor, about["text"], codes, about["made"], *who, origin, *more, number), []


def _keys_wrong(about: dict[str, Any], needed: tuple[str, ...], further: tuple[str, ...]) -> list[str]:
    wrong = [f"key {k!r} is missing" for k in needed if k not in about]
    known = needed + further
    return wrong + [f"unknown key {k!r}{did_you_mean(k, known)}" for k in about if k not in known]


def _stamp_wrong(about: dict[str, Any]) -> list[str]:
    wrong = []
    if not (isinstance(about.get("text"), str) and _HASH.fullmatch(about["text"])):
        wrong.append("'text' is not the 12 hex digits of a text's hash")
    made = about.get("made")
    if not (isinstance(made, str) and _MADE.fullmatch(made)):
        wrong.append("'made' is not written 2018-05-07T09:00:00Z")
    elif isinstance(found := day(made[:10]), str):
        wrong.append(f"'made': {found}")
    return wrong


def _codes_wrong(codes: Any) -> list[str]:
    if not isinstance(codes, dict) or not codes:
        return ["'codes' takes {code: stance or null}, at least one"]
    return [
        f"stance of {code!r} is no number from -1 to 1, nor null"
        for code, stance in codes.items()
        if stance is not None
        and (isinstance(stance, bool) or not isinstance(stance, int | float) or not -1 <= stance <= 1)
    ]


def _is_origin(origin: Any) -> bool:
    return (
        isinstance(origin, dict) and origin.get("how") in ORIGINS and all(isinstance(v, str) for v in origin.values())
    )


def _settled_wrong(settled: Any) -> list[str]:
    if settled is None:
        return []
    right = (
        isinstance(settled, dict)
        and set(settled) == set(_SETTLED_KEYS)
        and isinstance(settled["by"], list)
        and all(isinstance(c, str) for c in settled["by"])
        and isinstance(settled["why"], str)
    )
    if not right:
        return ["'settled' takes {by: [coders], on: date, why: words}"]
    found = day(str(settled["on"]))
    return [f"'settled': {found}"] if isinstance(found, str) else []


def _release_wrong(release: Any) -> list[str]:
    if release is None:
        return []
    right = (
        isinstance(release, dict)
        and set(release) == set(_RELEASE_KEYS)
        and all(isinstance(v, str) for v in release.values())
        and release["state"] in RELEASED
    )
    if not right:
        known = ", ".join(RELEASED)
        return [f"'release' takes {{state: one of {known}, by: whom, on: date, why: words, words: words}}"]
    found = day(release["on"])
    return [f"'release': {found}"] if isinstance(found, str) else []


def _plain(stance: float | None) -> float | int | None:
    return int(stance) if stance is not None and stance == int(stance) else stance
