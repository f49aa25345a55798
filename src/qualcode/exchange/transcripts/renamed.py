"""
A transcript with its names replaced before anything of it is written: words, labels, ids, titles, notes.

What replaces is handed in, since it holds the key. A label becomes what stands for the name, in capitals and without
brackets, so that it is read as a label; two labels of one person become one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from qualcode.exchange.transcripts.form import UnreadableError
from qualcode.exchange.transcripts.found import Found
from qualcode.exchange.transcripts.speakers import Speakers, Who, slug


@dataclass(frozen=True)
class Rename:
    """
    What replaces names by what stands for them, in brackets: ``words`` in a text, ``short`` in labels, ids and titles.

    In a label a surname alone is a name, which in a text it need not be.
    """

    words: Callable[[str], str]
    short: Callable[[str], str]

    def bare(self, words: str) -> str:
        """Return some few words with names replaced, without the brackets."""
        now = self.short(words)
        return words if now == words else re.sub(r"[\[\]]", "", now)

    def label(self, words: str) -> str:
        """Return what stands for the name in a label, read as a label; a label without a name as it is."""
        now = self.short(words)
        if now == words:
            return words
        inside = re.search(r"\[([^\[\]]+)\]", now)
        now = inside[1] if inside else now
        return " ".join(re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", now)[:4]).upper()

    def id(self, name: str) -> str:
        """Return an id without a name: its hyphens may stand between the name's parts."""
        now = self.short(name)
        return name if now == name else slug(now)

    def who(self, old: Who) -> Who:
        """Return whom a label stands for, by ids without names."""
        return Who(self.id(old.case), self.id(old.organisation), self.label(old.label))


def without_names(mapping: Speakers, rename: Rename) -> Speakers:
    """Return a mapping that is proposed, whose ids hold no name; labels and files are those of the transcripts."""

    def speakers(old: Mapping[str, Who]) -> dict[str, Who]:
        found = {}
        for name, one in old.items():
            now = rename.label(name)
            found[name] = replace(rename.who(one), label="" if now == name else now)
        return found

    about = {n: replace(a, id=rename.id(a.id), speakers=speakers(a.speakers)) for n, a in mapping.documents.items()}
    return replace(mapping, speakers=speakers(mapping.speakers), documents=about)


def renamed(one: Found, mapping: Speakers, rename: Rename) -> tuple[Found, Speakers]:
    """
    Return a transcript and the mapping with every name replaced; the file's own name too, as messages tell it.

    Raises:
        UnreadableError: two labels of one person are mapped to different cases.
    """

    def speakers(old: Mapping[str, Who]) -> dict[str, Who]:
        found: dict[str, Who] = {}
        for name, who in old.items():
            label, now = rename.label(name), rename.who(who)
            if found.setdefault(label, now).case != now.case:
                raise UnreadableError("two labels of one person of the key are two cases in speakers.yaml; make it one")
        return found

    about = {
        rename.short(n): replace(a, id=rename.id(a.id), speakers=speakers(a.speakers))
        for n, a in mapping.documents.items()
    }
    changed = replace(
        mapping,
        speakers=speakers(mapping.speakers),
        not_speakers=frozenset(map(rename.label, mapping.not_speakers)),
        documents=about,
        surveys={rename.short(name): asked for name, asked in mapping.surveys.items()},
    )
    title = one.reading.title or ("" if one.reading.part else one.file.rpartition(".")[0])
    reading = replace(
        one.reading,
        title=rename.bare(title),
        part=rename.bare(one.reading.part),
        attributes={name: rename.bare(value) for name, value in one.reading.attributes.items()},
    )
    now = replace(
        one,
        file=rename.short(one.file),
        id=rename.id(one.id),
        reading=reading,
        turns=tuple(replace(t, label=rename.label(t.label), words=rename.words(t.words)) for t in one.turns),
        notes=tuple(replace(n, text=rename.words(n.text), by=rename.bare(n.by)) for n in one.notes),
        labels=tuple(dict.fromkeys(map(rename.label, one.labels))),
    )
    return now, changed
