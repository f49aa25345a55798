"""
Words by their lemmas, where a trained spaCy model for their language is installed.

Nothing is downloaded. A turn's language decides; where no model speaks it, its words stay as they are written,
and that is said. Which model was used, in which version, is said always.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from qualcode.errors import UsageError
from qualcode.search.index import Index
from qualcode.search.spelling import Numbers, split
from qualcode.study.document import Document
from qualcode.study.study import Study

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

_SIZES = ("lg", "md", "sm")
_NOT_NEEDED = ("parser", "ner", "senter", "textcat")


def lemma_index(study: Study, models: Mapping[str, str] | None = None) -> Index:
    """
    Make an index of a study's lemmas; a search with it finds every form of a word.

    A word's lemma is that of the spaCy token it begins in, unless other words begin in the same token, as in
    "aujourd'hui": then it stays as it is.

    Args:
        models: language to the name or folder of a model; left out: the largest installed ones.

    Returns:
        The index; its ``notes`` say which models were used and which languages have none.

    Raises:
        UsageError: a model named does not load, or makes no lemmas.
        StudyError: the study has problems.

    Example:
        >>> index = lemma_index(study, models={})
        >>> index.notes[0].partition(",")[0]
        "no spaCy model for 'en' is installed"
        >>> len(search(study, "card*", index=index))
        4
    """
    study.require_sound()
    languages = sorted({t.language for d in study.documents.values() for t in d.turns})
    chosen = installed(languages) if models is None else dict(models)
    loaded = {lang: load(name) for lang, name in sorted(chosen.items()) if lang in languages}
    names = {lang: told(nlp) for lang, nlp in loaded.items()}
    notes = [f"lemmas of {lang}: {name}" for lang, name in names.items()]
    for lang in languages:
        if lang not in loaded:
            notes.append(
                f"no spaCy model for {lang!r} is installed, so its words are matched as they are written; "
                "a * at the end of a word finds its forms"
            )
    return Index.made(
        study.documents.values(),
        lambda document: _lemmas(document, loaded),
        lemmas=True,
        notes=tuple(notes),
        models=names,
    )


def installed(languages: list[str]) -> dict[str, str]:
    """Return the largest installed spaCy model of each language that has one."""
    from spacy.util import get_installed_models

    found: dict[str, str] = {}
    ranked = sorted(get_installed_models(), key=lambda n: ([*_SIZES, n[-2:]].index(n[-2:]), n))
    for name in reversed(ranked):
        if name.split("_")[0] in languages:
            found[name.split("_")[0]] = name
    return found


def load(name: str) -> Language:
    """
    Load a model by name or folder, without the parts that lemmas do not need.

    Raises:
        UsageError: it does not load, or makes no lemmas.
    """
    nlp = opened(name, _NOT_NEEDED)
    if not any("lemmatizer" in pipe for pipe in nlp.pipe_names):
        raise UsageError(f"the spaCy model {name!r} makes no lemmas; choose one with a lemmatizer")
    return nlp


def opened(name: str, without: Sequence[str] = ()) -> Language:
    """
    Load a model by name or folder.

    Raises:
        UsageError: it does not load.
    """
    import spacy

    try:
        return spacy.load(name, exclude=list(without))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"the spaCy model {name!r} does not load ({type(error).__name__}); is it installed, for this spaCy?"
        ) from None


def told(nlp: Language) -> str:
    """Say which model this is."""
    return f"{nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}"


def _lemmas(document: Document, loaded: Mapping[str, Language]) -> tuple[Numbers, Numbers, list[str]]:
    """Return a document's words with their lemmas in their place."""
    start, end, words = split(document.text)
    for lang, nlp in loaded.items():
        turns = [t for t in document.turns if t.language == lang]
        texts = [document.text[t.words_start : t.end] for t in turns]
        nlp.max_length = max([nlp.max_length, *(len(t) + 1 for t in texts)])
        for turn, doc in zip(turns, nlp.pipe(texts), strict=True):
            first, last = np.searchsorted(start, [turn.words_start, turn.end], "left").tolist()
            for n, lemma in _of_words(doc, start[first:last] - turn.words_start):
                words[first + n] = lemma
    return start, end, words


def _of_words(doc: Doc, starts: Numbers) -> list[tuple[int, str]]:
    """Pair the number of each word with its token's lemma, where the token is that word's alone."""
    if not len(doc) or not len(starts):
        return []
    begins = np.array([t.idx for t in doc], dtype=np.int64)
    token = np.searchsorted(begins, starts, "right") - 1
    alone = np.bincount(token, minlength=len(doc))[token] == 1
    found = []
    for n, (at, one) in enumerate(zip(token.tolist(), alone.tolist(), strict=True)):
        lemma = doc[at].lemma_ if one else ""
        if len(split(lemma)[2]) == 1:
            found.append((n, split(lemma)[2][0]))
    return found
