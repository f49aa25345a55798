"""
Names replaced by what stands for them, with every coding at its words.

All names are replaced in one pass, so that none hits a pseudonym that another left; what was replaced stands in
brackets, and whoever reads sees that it was. French elision goes with it: *d'Anne* becomes *de [la greffière]*. Places
before and after are kept side by side, and codings move by them: an excerpt keeps the stretch that it had, whatever
became of the words in it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace

from qualcode.errors import UsageError
from qualcode.gate.folded import Folded, fold, fold_with_places
from qualcode.gate.names import Key, Named, form_pattern
from qualcode.plaintext.anchor import Anchor, text_hash
from qualcode.plaintext.durable import replace_all, version_of
from qualcode.plaintext.traces import trace
from qualcode.study.coderfile import CoderFile, read_coder_file
from qualcode.study.study import Study

_BRACKETED = re.compile(r"\[[^\[\]\n]{1,80}\]")


@dataclass(frozen=True, slots=True)
class Replaced:
    """
    A text with its names replaced: ``text``; ``changes`` in order, each with start and end in the old text and what
    stands there now; ``counts`` by pseudonym.
    """

    text: str
    changes: tuple[tuple[int, int, str], ...]
    counts: dict[str, int]

    def moved(self, place: int) -> int:
        """Return where a place of the old text is in the new one; within a replaced name, where that begins."""
        starts = [start for start, _, _ in self.changes]
        by = 0
        for start, end, now in self.changes[: bisect_right(starts, place)]:
            if place < end:
                return start + by
            by += len(now) - (end - start)
        return place + by


def replaced(text: str, key: Key, leave: Iterable[tuple[int, int]] = ()) -> Replaced:
    r"""
    Replace every name of the key by its pseudonym in brackets, in one pass, the longest first.

    Full names in all forms and surnames after a title; surnames, aliases and first names alone as the entry's ``match``
    says. What stands in brackets already is left, so that doing it twice changes nothing.

    Args:
        leave: stretches in which nothing is replaced, such as labels.

    Example:
        >>> key = Key((Named("Marie Dupont", "the clerk"),))
        >>> replaced("Marie DUPONT-s'est levée, M.\nDupont aussi.", key).text
        "[the clerk]-s'est levée, [the clerk] aussi."
    """
    folded = fold_with_places(text)
    taken = [*leave, *((m.start(), m.end()) for m in _BRACKETED.finditer(text))]
    found: list[tuple[int, int, str, str]] = []
    for pattern, entry, pseudonym in _patterns(key):
        for match in pattern.finditer(folded.text):
            group = "titled" if match.groupdict().get("titled") else "name"
            start, end = _place(folded, *match.span(group))
            alone = entry is not None and entry.match == "exact-case" and pattern is not entry.full
            if alone and entry is not None and not _as_written(entry, text[start:end]):
                continue
            if not any(start < b and a < end for a, b in taken):
                taken.append((start, end))
                found.append((*_unelided(text, start, end, pseudonym), pseudonym))
    found.sort()
    pieces, at = [], 0
    counts: dict[str, int] = {}
    for start, end, now, pseudonym in found:
        pieces += [text[at:start], now]
        at = end
        counts[pseudonym] = counts.get(pseudonym, 0) + 1
    changes = tuple((start, end, now) for start, end, now, _ in found)
    return Replaced("".join([*pieces, text[at:]]), changes, dict(sorted(counts.items())))


def restored(text: str, key: Key) -> str:
    r"""
    Put the names of a key back where their pseudonyms stand in brackets: for who holds the key, on her own screen.

    The name is written as the key has it, in whatever form it stood. A pseudonym of several forms, such as "a town", is
    nobody's alone, and stays.

    Example:
        >>> key = Key((Named("Anne Dupont", "la greffière"),))
        >>> done = replaced("Je l'ai dit à ANNE DUPONT, qui parlait d'Anne Dupont.", key).text
        >>> done
        "Je l'ai dit à [la greffière], qui parlait de [la greffière]."
        >>> restored(done, key)
        "Je l'ai dit à Anne Dupont, qui parlait d'Anne Dupont."
    """
    names = {entry.pseudonym: entry.name for entry in key.entries}
    forms: dict[str, list[str]] = {}
    for form, pseudonym in key.forms:
        forms.setdefault(pseudonym, []).append(form)
    names |= {pseudonym: those[0] for pseudonym, those in forms.items() if len(those) == 1 and pseudonym not in names}

    def back(match: re.Match[str]) -> str:
        name = names.get(match["pseudonym"])
        if name is None:
            return match[0]
        particle = match["particle"] or ""
        if particle and fold(name)[:1] in _VOWELS:
            return f"{particle.rstrip()[:-1]}'{name}"
        return particle + name

    return _WITH_PARTICLE.sub(back, text)


_ELIDED = re.compile(r"(?<![^\W\d_])(d|qu|jusqu|lorsqu|puisqu|quoiqu)['’]$", re.IGNORECASE)
_WITH_PARTICLE = re.compile(
    r"(?P<particle>(?<![^\W\d_])(?:de|que|jusque|lorsque|puisque|quoique) )?\[(?P<pseudonym>[^\[\]\n]{1,80})\]",
    re.IGNORECASE,
)
_VOWELS = frozenset("aeiouyhœ")


def _unelided(text: str, start: int, end: int, pseudonym: str) -> tuple[int, int, str]:
    """Return a replacement; a French particle that was elided before the name is written out before a consonant."""
    elided = _ELIDED.search(text[max(0, start - 8) : start])
    if not elided or fold(pseudonym)[:1] in _VOWELS or not pseudonym[:1].isalpha():
        return start, end, f"[{pseudonym}]"
    letter = "E" if elided[1].isupper() and len(elided[1]) > 1 else "e"
    return start - len(elided[0]), end, f"{elided[1]}{letter} [{pseudonym}]"


def _patterns(key: Key) -> Iterable[tuple[re.Pattern[str], Named | None, str]]:
    """Yield what is replaced, in order: each name's forms, then forms that a person decided on."""
    for entry in key.entries:
        yield entry.full, entry, entry.pseudonym
        if entry.match != "ask":
            yield entry.alone, entry, entry.pseudonym
            if entry.first is not None:
                yield entry.first, entry, entry.pseudonym
    for form, pseudonym in key.forms:
        yield form_pattern(form), None, pseudonym


def _as_written(entry: Named, words: str) -> bool:
    forms = (*entry.name.split(), entry.surname, *entry.aliases)
    return any(words == form for form in forms)


def _place(folded: Folded, start: int, end: int) -> tuple[int, int]:
    """Return the place in the text of a stretch of its folded form."""
    return folded.at[start], folded.at[end - 1] + 1 if end > start else folded.at[start]


def pseudonymise(study: Study, key: Key, *, write: bool = False) -> dict[str, dict[str, int]]:
    """
    Replace the names in all texts of a study and in the words that its codings keep; codings stay at their places.

    Titles and other entries of the front matter are replaced too, labels of speakers are not: those are declared.

    Args:
        write: else it is only told what would be.

    Returns:
        Document to pseudonym to how often it was put in, for documents in which something was.

    Raises:
        UsageError: a coding's place does not hold its words now; `qualcode reanchor` first.
        WriteError: a file was changed meanwhile; nothing was written.

    Example:
        >>> pseudonymise(study, Key((Named("Ministry", "an office"),)))
        {'2024-02-12-desk-officer': {'an office': 2}}
    """
    told: dict[str, dict[str, int]] = {}
    new: dict[str, bytes] = {}
    seen: dict[str, str] = {}
    for document in study.documents.values():
        path = study.root / document.path
        raw = path.read_bytes()
        whole = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        body = document.text
        head = whole[: len(whole) - len(body)]
        if not whole.endswith(body):
            raise UsageError(f"{document.path}: the file changed since the study was opened; open it again")
        labels = [(t.start, t.words_start) for t in document.turns]
        done, above = replaced(body, key, labels), replaced(head, key, _declared(head))
        if not done.changes and not above.changes:
            continue
        counts = dict(done.counts)
        for name, times in above.counts.items():
            counts[name] = counts.get(name, 0) + times
        told[document.id] = dict(sorted(counts.items()))
        new[document.path], seen[document.path] = (above.text + done.text).encode("utf-8"), version_of(raw)
        for file in study.files:
            if file.document == document.id and (file.excerpts or file.readings):
                where = study.root / file.path
                now = read_coder_file(where, file.path, file.coder)[0]
                moved = _moved(now, done, document.hash)
                new[file.path], seen[file.path] = moved.to_text().encode("utf-8"), now.version
    if write and new:
        replace_all(study.root, new, seen)
    return told


def _declared(head: str) -> list[tuple[int, int]]:
    """Return where labels stand in front matter: they are what turns are read by."""
    return [m.span(1) for m in re.finditer(r"^  ([^\s:][^:\n]*):", head, re.MULTILINE)]


def _moved(file: CoderFile, done: Replaced, old: str) -> CoderFile:
    stale = [e.id for e in file.excerpts if e.text != old]
    if stale:
        raise UsageError(f"{file.path}: {', '.join(stale)} are at places of another text; `qualcode reanchor` first")
    text = done.text
    stamp = text_hash(text)
    excerpts = []
    for e in file.excerpts:
        start, end = done.moved(e.anchor.start), _end(done, e.anchor.end)
        excerpts.append(replace(e, anchor=Anchor.take(text, start, end), text=stamp))
    places = [(r, done.moved(r.start), _end(done, r.end)) for r in file.readings if r.text == old]
    readings = (replace(r, start=a, end=b, text=stamp, words=trace(text, a, b)) for r, a, b in places)
    kept = tuple(r for r in file.readings if r.text != old)
    return replace(file, excerpts=tuple(excerpts), readings=(*kept, *readings))


def _end(done: Replaced, place: int) -> int:
    """Return where an end is now: behind a replaced name that it lies in."""
    for start, end, now in done.changes:
        if start < place < end:
            return done.moved(start) + len(now)
    return done.moved(place)
