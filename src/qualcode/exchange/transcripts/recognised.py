"""
What programs that recognise or help to type speech write: JSON of Whisper and WhisperX, and oTranscribe's file.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from qualcode.exchange.transcripts.bounds import bytes_of, letters
from qualcode.exchange.transcripts.captions import spoken
from qualcode.exchange.transcripts.form import Reading, Turn, Unclear, UnreadableError, paragraphs_of

_MOST_VALUES = 500_000


def read_json(path: Path) -> Reading:
    """
    Read the JSON of Whisper, WhisperX, faster-whisper or whisper.cpp: segments with times, words, maybe speakers.

    Raises:
        UnreadableError: it is none of these.
    """
    counts: Counter[str] = Counter()
    told = _parsed(bytes_of(path), counts)
    if isinstance(told, dict) and isinstance(told.get("text"), str) and "otr" in path.suffix:
        return _typed(told, counts)
    segments = told if isinstance(told, list) else _segments(told)
    if not isinstance(segments, list) or not segments or not all(isinstance(s, dict) for s in segments):
        raise UnreadableError("it is no JSON of Whisper or WhisperX (no list of segments)")
    unclear: list[Unclear] = []
    turns = []
    for number, segment in enumerate(segments, start=1):
        words, speaker = segment.get("text", segment.get("words")), segment.get("speaker", segment.get("speaker_label"))
        if not isinstance(words, str):
            unclear.append(Unclear(number, "a segment without words was left out"))
            counts["segments without words"] += 1
            continue
        counts["times of single words dropped"] += _length(segment.get("words")) if "text" in segment else 0
        counts["tokens and measures of certainty dropped"] += any(k in segment for k in ("tokens", "avg_logprob", "id"))
        label = "" if speaker is None else " ".join(str(speaker).split())
        turns.append(Turn(label, _start(segment), words.strip(), number))
    language = told.get("language") if isinstance(told, dict) else ""
    if isinstance(told, dict) and isinstance(told.get("result"), dict):
        language = told["result"].get("language", language)
    read = spoken("JSON of Whisper", "segment", turns, unclear, counts)
    known = language if isinstance(language, str) and re.fullmatch(r"[a-z]{2,3}", language) else ""
    return replace(read, language=known)


def _parsed(data: bytes, counts: Counter[str]) -> Any:
    text = letters(data, counts)
    if text.count("[") + text.count("{") > _MOST_VALUES or text.count(",") > 4 * _MOST_VALUES:
        raise UnreadableError("it has more values than a transcript has")
    try:
        return json.loads(text)
    except RecursionError:
        raise UnreadableError("it is nested deeper than a transcript is") from None
    except ValueError as error:
        raise UnreadableError("it is no JSON", getattr(error, "lineno", 0)) from None


def _segments(told: Any) -> Any:
    return told.get("segments", told.get("transcription")) if isinstance(told, dict) else None


def _length(value: object) -> int:
    return len(value) if isinstance(value, list) else 0


def _start(segment: dict[str, Any]) -> float | None:
    value = segment.get("start", segment.get("startTime"))
    offsets = segment.get("offsets")
    if value is None and isinstance(offsets, dict) and isinstance(offsets.get("from"), int | float):
        value = offsets["from"] / 1000
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1_000_000
    return float(value) if good and value is not None else None


class _Typed(HTMLParser):
    """The HTML of oTranscribe: paragraphs, and times in spans."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[str] = []
        self.looks = 0
        self._stamp = 0
        self._pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("p", "div", "li"):
            self._end()
        elif tag == "br":
            self._pieces.append("\n")
        elif tag in ("b", "i", "u", "strong", "em"):
            self.looks += 1
        elif tag == "span" and "timestamp" in (dict(attrs).get("class") or ""):
            self._pieces.append("[")
            self._stamp = 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "span" and self._stamp:
            self._pieces.append("]")
            self._stamp = 0
        elif tag in ("p", "div", "li"):
            self._end()

    def handle_data(self, data: str) -> None:
        self._pieces.append(data)

    def close(self) -> None:
        super().close()
        self._end()

    def _end(self) -> None:
        text = "".join(self._pieces)
        self._pieces = []
        if text.strip():
            self.paragraphs.append(text)


def _typed(told: dict[str, Any], counts: Counter[str]) -> Reading:
    if len(told["text"]) > 5_000_000:
        raise UnreadableError("it is larger than a transcript is")
    page = _Typed()
    page.feed(told["text"])
    page.close()
    counts["stretches of bold, italic, underlined or coloured words: the look dropped"] += page.looks
    counts["name of the recording and place in it dropped"] += sum(bool(told.get(k)) for k in ("media", "media-time"))
    lines, _ = paragraphs_of(page.paragraphs)
    return Reading("oTranscribe", "paragraph", lines, counts=counts)
