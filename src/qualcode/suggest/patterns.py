"""
Where the codebook's patterns stand in the texts.

Words and phrases are found by the room ``search``, exactly and in any spelling; lemmas by an index of lemmas;
token patterns by spaCy, with a blank pipeline of the turn's language unless the pattern asks for what only a
trained model knows. What cannot be looked for is said and left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING

from qualcode.errors import UsageError
from qualcode.search import Index, lemma_index
from qualcode.search.lemmas import installed, opened, told
from qualcode.search.phrase import Wording
from qualcode.search.query import stretches
from qualcode.search.stretches import Stretch
from qualcode.study.document import Document, Turn
from qualcode.study.pattern import Pattern, read_pattern
from qualcode.study.study import Study

if TYPE_CHECKING:
    from spacy.language import Language

_TRAINED = ("LEMMA", "POS", "TAG", "DEP", "MORPH", "ENT_TYPE", "ENT_IOB", "ENT_ID", "ENT_KB_ID")
_SAME = str.maketrans({"’": "'", "ʼ": "'"})


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place (number of the document, start, end) where a pattern of a code stands; ``by`` is the model, if any."""

    place: Stretch
    code: str
    pattern: str
    by: str = field(default="", compare=False)


def marks(
    study: Study, codes: Iterable[str], index: Index, models: Mapping[str, str] | None = None
) -> tuple[list[Mark], list[str]]:
    """
    Find the patterns of codes.

    Args:
        models: language to the name or folder of a spaCy model; left out: the largest installed ones.

    Returns:
        The marks by place, and what could not be looked for, as sentences; with models that were used.

    Raises:
        UsageError: spaCy refuses a token pattern, or a model named does not load.
    """
    wanted = [(code, p) for code in codes for w in study.codebook.codes[code].patterns for p in _read(w)]
    found: list[Mark] = []
    notes: list[str] = []
    lemmas: Index | None = None
    for code, pattern in wanted:
        if pattern.lemma:
            if lemmas is None:
                lemmas = lemma_index(study, models)
                notes += lemmas.notes
            found += _worded(code, pattern, lemmas)
        elif pattern.words:
            found += _worded(code, pattern, index)
    tokens = [(code, p) for code, p in wanted if p.tokens]
    if tokens:
        made, said = _by_tokens(index.documents, tokens, models)
        found += made
        notes += said
    if wanted and not tokens and lemmas is None:
        notes.append("the patterns are words only, and no pipeline of spaCy is in use")
    return sorted(found), notes


def _read(written: str) -> list[Pattern]:
    pattern = read_pattern(written)
    return [] if isinstance(pattern, str) else [pattern]


def _worded(code: str, pattern: Pattern, index: Index) -> list[Mark]:
    found = []
    for place in stretches(index, Wording.of(pattern.words)):
        turn = index.documents[place[0]].turn_at(place[1])
        language = turn.language if turn else ""
        if pattern.language in ("", language):
            found.append(Mark(place, code, pattern.written, index.models.get(language, "")))
    return found


def _by_tokens(
    documents: Sequence[Document], wanted: Sequence[tuple[str, Pattern]], given: Mapping[str, str] | None
) -> tuple[list[Mark], list[str]]:
    """Find token patterns, language by language, with a trained model only where a pattern needs one."""
    found: list[Mark] = []
    notes: list[str] = []
    languages = sorted({t.language for d in documents for t in d.turns})
    models: Mapping[str, str] = given or {}
    if given is None and any(_needs_model(p) for _, p in wanted):
        models = installed(languages)
    for language in languages:
        for trained in (False, True):
            mine = [(c, p) for c, p in wanted if p.language in ("", language) and _needs_model(p) == trained]
            if mine and trained and language not in models:
                names = ", ".join(sorted({c for c, _ in mine}))
                notes.append(f"token patterns of {names} need a spaCy model for {language!r}; none is installed")
            elif mine:
                nlp = pipeline(models[language] if trained else "", language)
                notes.append(f"token patterns in {language!r}: {_told(nlp)}")
                found += _matched(nlp, mine, _turns(documents, language))
    return found, notes


def _matched(
    nlp: Language, wanted: Sequence[tuple[str, Pattern]], turns: Sequence[tuple[int, Document, Turn]]
) -> list[Mark]:
    """Match token patterns; those that are words one after the other go the way that is fast for hundreds."""
    from spacy.matcher import Matcher, PhraseMatcher
    from spacy.tokens import Doc

    matcher, phrases, by = Matcher(nlp.vocab, validate=True), PhraseMatcher(nlp.vocab, attr="LOWER"), _told(nlp)
    for n, (code, pattern) in enumerate(wanted):
        if all(list(t) == ["LOWER"] and t["LOWER"] == str(t["LOWER"]).lower() for t in pattern.tokens):
            phrases.add(str(n), [Doc(nlp.vocab, words=[t["LOWER"] for t in pattern.tokens])])
            continue
        try:
            matcher.add(str(n), [list(pattern.tokens)])
        except ValueError:
            raise UsageError(
                f"spaCy refuses a token pattern of {code!r}; see spacy.io/usage/rule-based-matching"
            ) from None
    found = []
    texts = ((d.text[t.words_start : t.end].translate(_SAME), (n, t)) for n, d, t in turns)
    for doc, (number, turn) in nlp.pipe(texts, as_tuples=True):
        for name, a, b in [*(matcher(doc) if len(matcher) else ()), *(phrases(doc) if len(phrases) else ())]:
            code, pattern = wanted[int(nlp.vocab.strings[name])]
            start, end = turn.words_start + doc[a].idx, turn.words_start + doc[b - 1].idx + len(doc[b - 1])
            found.append(Mark((number, start, end), code, pattern.written, by))
    return found


def pipeline(model: str, language: str) -> Language:
    """Return an installed model, or a blank pipeline of a language (of any, where spaCy does not know it)."""
    import spacy

    if model:
        return opened(model)
    try:
        nlp = spacy.blank(language)
    except ImportError:
        nlp = spacy.blank("xx")
    nlp.max_length = 1 << 40
    return nlp


def _told(nlp: Language) -> str:
    return told(nlp) if nlp.pipe_names else f"a blank pipeline of spaCy {version('spacy')} for {nlp.lang!r}"


def _turns(documents: Sequence[Document], language: str) -> list[tuple[int, Document, Turn]]:
    return [(n, d, t) for n, d in enumerate(documents) for t in d.turns if t.language == language]


def _needs_model(pattern: Pattern) -> bool:
    return any(key in _TRAINED for token in pattern.tokens for key in token)
