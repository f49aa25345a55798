"""
Whether a manuscript's quotations are right: the words, who said them, when, whose they are, and whether they may stand.

Each quotation has one row. What is wrong is told by kind; words of a document only as far as release allows, and of
words that are withheld nothing is repeated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from qualcode.exchange.published.quotations import Title, read_titles
from qualcode.manuscript.compared import differences, right_words
from qualcode.manuscript.finding import Finder, Place
from qualcode.manuscript.forms import Manuscript, read_manuscript
from qualcode.manuscript.judged import (
    CHANGED,
    DATE,
    ELSEWHERE,
    HOLDER,
    MARKED,
    MISSING,
    NO_DATE,
    NOBODYS,
    PROSE,
    SPEAKER,
    VERBATIM,
    WITHHELD,
    Judged,
)
from qualcode.manuscript.naming import IBID, Named, Names
from qualcode.manuscript.quoted import Quoted, quotations
from qualcode.manuscript.twice import told_twice
from qualcode.manuscript.wording import tokens
from qualcode.plaintext.words import words_of
from qualcode.study import attribution, release, voice
from qualcode.study.excerpt import Excerpt
from qualcode.study.study import Study


def check_manuscript(study: Study, files: Iterable[Path], titles: Path | None = None) -> list[Judged]:
    """
    Hold the quotations of a manuscript's files against a study's texts.

    Args:
        files: in their order; a quotation that stands in two files in two wordings is told.
        titles: a table of titles, as for the import of published quotations: whom a title means.

    Raises:
        StudyError: the study has problems.
        SourceError, UsageError: a file cannot be read; see ``read_manuscript``.

    Example:
        >>> said = "“We did, four times. They drew the thing and we told him where it would hurt” (mediator)."
        >>> _ = Path("chapter.md").write_text(said, "utf-8")
        >>> print(*check_manuscript(study, [Path("chapter.md")]))
        chapter.md: line 1: changed: 'him' is 'them' in 2024-02-20-mediator, turn 2; write instead: “We did, four times. They drew the thing and we told them where it would hurt”
    """  # noqa: E501
    study.require_sound()
    return judge(study, [read_manuscript(path) for path in files], read_titles(titles) if titles else ())


def judge(
    study: Study, manuscripts: Sequence[Manuscript], titles: Sequence[Title] = (), finder: Finder | None = None
) -> list[Judged]:
    """
    Judge the quotations of manuscripts that were read; see ``check_manuscript``.

    Example:
        >>> from qualcode.manuscript.forms import of_text
        >>> judge(study, [of_text("Nothing is quoted.", "x.md", "markdown")])
        []
    """
    read = [(m, q) for m in manuscripts for q in quotations(m)]
    finder = finder or Finder(study.documents.values())
    places = finder.find([q.words for _, q in read])
    judge = _Judge(study, finder, Names(study, titles))
    found = []
    for (manuscript, quoted), there in zip(read, places, strict=True):
        one = judge.one(manuscript, quoted, there)
        if one is not None:
            found.append(one)
    return told_twice(found)


class _Judge:
    """Judges one quotation after another; remembers whom the last attribution named, for *Ibid.*"""

    def __init__(self, study: Study, finder: Finder, names: Names) -> None:
        self.study, self.finder, self.names = study, finder, names
        self.excerpts: dict[str, list[Excerpt]] = {}
        for (_, name), file in study.coded.items():
            self.excerpts.setdefault(name, []).extend(file.excerpts)
        self.before = Named()
        self.cited = False

    def one(self, manuscript: Manuscript, quoted: Quoted, places: Sequence[Place]) -> Judged | None:
        """Judge a quotation; ``None`` where what looked like one has no words of the study."""
        named, strict = self._named(manuscript, quoted)
        place = self._chosen(places, named)
        words = sum(1 for _ in words_of(quoted.words))
        if place is not None and quoted.unsure and place.likeness < 0.8:
            place = None
        if place is not None and quoted.literature and not named.cases and place.likeness < 0.8:
            place = None
        if place is None and quoted.unsure:
            return None
        where = quoted.paragraph.place(manuscript.form, quoted.start)
        attributed = ", ".join(
            [*sorted(named.cases), *sorted(named.documents), *(f"{d:%Y-%m-%d}" for d in named.dates)]
        )
        told = {"file": manuscript.name, "where": where, "line": quoted.line, "words": words, "attributed": attributed}
        told |= {"quoted": quoted}
        dated = [(NO_DATE, day.wrong) for day in named.days if day.wrong]
        if place is None:
            return self._missing(quoted, named, dated, told)
        return self._found(quoted, named, strict, place, places, dated, told)

    def _missing(self, quoted: Quoted, named: Named, dated: list[tuple[str, str]], told: dict[str, object]) -> Judged:
        of_study = named.cases or named.documents or named.observed or (named.days and not quoted.literature)
        cited = quoted.literature or (IBID.match(quoted.said) and self.cited)
        self.cited = bool(cited) and not of_study
        if not of_study and (cited or quoted.form == "inline"):
            return Judged(**told, wording=ELSEWHERE if cited else NOBODYS)  # type: ignore[arg-type]
        why = [(MISSING, "not found in the study's texts"), *dated]
        instead = "the words as a text of the study has them, or the work they are from"
        return Judged(
            **told,  # type: ignore[arg-type]
            wording=MISSING,
            wrong=tuple(k for k, _ in why),
            why=tuple(w for _, w in why),
            instead=instead,
        )

    def _named(self, manuscript: Manuscript, quoted: Quoted) -> tuple[Named, bool]:
        """Return whom a quotation is attributed to, and whether that is said beside it and not in its sentence."""
        if quoted.said:
            line = quoted.paragraph.line
            if quoted.said_at >= 0:
                line = manuscript.text.count("\n", 0, quoted.said_at) + 1
            named = self.names.read(quoted.said, line)
            if IBID.match(quoted.said):
                named = Named(
                    named.cases or self.before.cases,
                    named.documents or (frozenset() if named.days else self.before.documents),
                    named.days or self.before.days,
                    named.observed or self.before.observed,
                )
            if named.cases or named.documents or named.days or named.observed:
                self.before = named
                return named, True
        cases = self.names.who_says(quoted.lead, quoted.tail)
        beside = self.names.read(f"{quoted.lead} {quoted.tail}")
        return Named(cases, beside.documents, (), beside.observed), False

    def _chosen(self, places: Sequence[Place], named: Named) -> Place | None:
        """Return the place meant: of those with the fewest other words the one that is attributed."""
        best = [p for p in places if p.laid.cost == places[0].laid.cost]
        if not best:
            return None

        def fits(place: Place) -> tuple[bool, ...]:
            speakers, _, how = self._whose(place)
            return (
                place.document.id not in named.documents,
                not (speakers & named.cases),
                place.document.date not in named.dates,
                (how == attribution.OBSERVED) != named.observed,
                not release.verdict(place.document, place.start, place.end).quotable,
            )

        return min(best, key=fits)

    def _whose(self, place: Place) -> tuple[frozenset[str], frozenset[str], str]:
        """Return who said the words of a place, whose view they are by what coders wrote, and how they are given."""
        document, start, end = place.document, place.start, place.end
        how = attribution.how_given(document, start, end)
        coded = [
            e
            for e in self.excerpts.get(document.id, ())
            if min(e.anchor.end, end) - max(e.anchor.start, start)
            > (min(e.anchor.end - e.anchor.start, end - start)) / 2
        ]
        holders = frozenset(e.holder for e in coded if e.holder)
        turns = self._turns(place)
        speakers = frozenset(s for s in turns if s)
        if how == attribution.WRITTEN and not speakers and document.author:
            speakers = frozenset({document.author})
        if document.kind == "fieldnote" and not speakers:
            speakers = frozenset(s for e in coded if (s := voice.speaker(document, e, self.study.cases)))
        return speakers, holders - speakers, how

    def _turns(self, place: Place) -> set[str]:
        document = place.document
        found = set()
        for token, word in place.laid.pairs:
            if token is not None and word is not None:
                turn = document.turn_at(self.finder.word(place, word)[0])
                if turn:
                    found.add(turn.speaker.case)
        others = {c for c in found if not voice.asks(self.study.cases, c)}
        return others or found

    def _found(
        self,
        quoted: Quoted,
        named: Named,
        strict: bool,
        place: Place,
        places: Sequence[Place],
        dated: list[tuple[str, str]],
        told: dict[str, object],
    ) -> Judged:
        document = place.document
        speakers, holders, how = self._whose(place)
        allowed = release.verdict(document, place.start, place.end)
        turn = document.turn_at(place.start)
        where = f"{document.id}, turn {turn.number}" if turn and turn.speaker.label else document.id
        why: list[tuple[str, str]] = []
        if not allowed.quotable:
            why.append((WITHHELD, f"quotes words of {document.id} that are withheld: {allowed.reason}"))
        marked = any(not t.word for t in tokens(quoted.words)) or any(q is None for q, _ in place.laid.pairs)
        wording = CHANGED if place.laid.cost else MARKED if marked else VERBATIM
        if place.laid.cost:
            if allowed.quotable:
                others = "; ".join(differences(quoted.words, place, self.finder))
                why.append((CHANGED, f"changed: {others} in {where}"))
            else:
                why.append((CHANGED, f"changed: {place.laid.cost} words are other in {where}"))
        why += self._attribution(named, strict, place, speakers, holders, how)
        why += dated
        best = sum(p.laid.cost == place.laid.cost for p in places)
        return Judged(
            **told,  # type: ignore[arg-type]
            wording=wording,
            wrong=tuple(dict.fromkeys(k for k, _ in why)),
            speaker=", ".join(sorted(speakers)),
            holder=", ".join(sorted(holders)),
            document=document.id,
            turn=turn.number if turn and turn.speaker.label else 0,
            date=document.date.isoformat(),
            consent=document.consent,
            release=document.release,
            why=tuple(w for _, w in why),
            instead=self._instead([k for k, _ in why], quoted, place, speakers, holders),
            place=place,
            several=best > 1,
        )

    def _attribution(
        self,
        named: Named,
        strict: bool,
        place: Place,
        speakers: frozenset[str],
        holders: frozenset[str],
        how: str,
    ) -> Iterator[tuple[str, str]]:
        """Yield what is wrong with who and when."""
        document = place.document
        if how == attribution.OBSERVED and not named.observed and document.id not in named.documents:
            told = f"is the observer's prose in {document.id} and nobody's speech"
            if named.cases or not strict:
                yield PROSE, told
        elif named.cases and speakers and not named.cases & self._standing_for(document.id, speakers):
            other, said = ", ".join(sorted(named.cases)), ", ".join(sorted(speakers))
            if named.cases & holders:
                yield HOLDER, f"is attributed to {other}, whose view it is; it was said by {said}"
            else:
                yield SPEAKER, f"is attributed to {other}; it was said by {said}"
        elif named.documents and document.id not in named.documents:
            yield SPEAKER, f"is attributed to {', '.join(sorted(named.documents))}; it stands in {document.id}"
        if named.dates and document.date not in named.dates:
            other = ", ".join(f"{d}" for d in sorted(named.dates))
            yield DATE, f"is dated {other}; {document.id} is of {document.date}"

    def _standing_for(self, document: str, speakers: frozenset[str]) -> frozenset[str]:
        """Return speakers and the organisations they speak for."""
        labels = self.study.documents[document].speakers
        for_whom = {s.organisation for s in labels if s.case in speakers and s.organisation}
        own = {self.study.cases[c].organisation for c in speakers if c in self.study.cases}
        return speakers | for_whom | (own - {""})

    def _instead(
        self, kinds: list[str], quoted: Quoted, place: Place, speakers: frozenset[str], holders: frozenset[str]
    ) -> str:
        """Say what to write instead, with words only where they may be shown."""
        if WITHHELD in kinds:
            return "a paraphrase" if place.document.consent == "paraphrase" else "nothing of it: take it out"
        told = []
        if CHANGED in kinds:
            told.append(f"“{right_words(quoted.words, place, self.finder)}”")
        who = ", ".join(self._label(c) for c in sorted(speakers))
        if SPEAKER in kinds or HOLDER in kinds:
            of = f", of {', '.join(self._label(c) for c in sorted(holders))}" if HOLDER in kinds else ""
            told.append(f"({who}{of}, {place.document.date})")
        elif DATE in kinds:
            told.append(f"({place.document.date})")
        if PROSE in kinds:
            told.append(f"without quotation marks, as observed (fieldnote of {place.document.date})")
        return " ".join(told)

    def _label(self, case: str) -> str:
        return self.study.cases[case].label if case in self.study.cases else case
