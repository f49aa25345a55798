"""
What a key may miss in texts, proposed to a person: nothing here decides, and nothing here is complete.

Words with a capital, parts and misspellings of the key's names, places, institutions, ages, dates, numbers, and phrases
by which somebody is known without a name ("in a group of seven the secretary is known"). Where a model of spaCy is
installed for a text's language, its names come too. Every form is proposed once, with how often and where it stands;
of indirect identifiers a person finds most by reading: these are only what begins like one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from qualcode.gate.decisions import Decided
from qualcode.gate.folded import fold, words_of
from qualcode.gate.names import Key
from qualcode.gate.pseudonyms import replaced

Entities = Callable[[str], Iterable[tuple[str, str]]]
"""What finds names in a text: each as it is written, with what it may be."""
_W = r"[^\W\d_][\w’'-]*"
_UP = r"(?=[^\W\d_])(?![a-zß-öø-ÿœ])[^\W\d_][\w’'-]*"
_OF = r"(?:\s+(?:de|du|des|de\s+la|la|le|les|van|der|den|von|of|the|and|et|d['’]|l['’])){0,3}\s*"
_PARTICLE = r"(?:\s+(?:de\s+la|de|du|des|van|der|den|von|el|al|ben|d['’]))?\s*"
_CAPITALS = re.compile(rf"{_UP}(?:{_PARTICLE}(?<=[\s'’]){_UP}){{0,5}}")
_HOUSES = (
    "minist(?:ère|ry|er)|commune|mairie|préfecture|cpas|ocmw|onem|forem|université|university|école|school|lycée|collège"
    "|college|hôpital|hospital|clinique|clinic|association|asbl|ngo|ong|syndicat|union|fédération|federation|parti|party"
    "|église|church|mosquée|mosque|paroisse|parish|centre|center|office|bureau|agence|agency|tribunal|court|prison"
    "|commissariat|caserne|entreprise|company|usine|factory|fondation|foundation|collectif|collective|comité|committee"
)
_WAYS = (
    "rue|avenue|boulevard|place|quai|chaussée|chemin|impasse|quartier|village|hameau|ville|faubourg|cité|street|road"
    "|lane|square|district|neighbourhood|neighborhood|town|estate|drève|allée"
)
_MONTHS = (
    "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|january|february|march|april"
    "|may|june|july|august|september|october|november|december"
)
_ROLES = (
    "secrétaire|président|présidente|directeur|directrice|bourgmestre|maire|échevin|échevine|trésorier|trésorière"
    "|coordinateur|coordinatrice|fondateur|fondatrice|porte-parole|curé|imam|rabbin|pasteur|juge|concierge"
    "|secretary|president|director|mayor|treasurer|coordinator|founder|spokesperson|chair|head|priest|judge|caretaker"
    "|headmaster|headmistress|principal"
)
_KIN = (
    "mère|père|sœur|frère|mari|femme|compagne|compagnon|fils|fille|tante|oncle|cousin|cousine|voisin|voisine|patron"
    "|patronne|collègue|mother|father|sister|brother|husband|wife|partner|son|daughter|aunt|uncle|neighbour|neighbor"
    "|boss|colleague"
)
_PATTERNS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    (
        "institution",
        "names what it is",
        re.compile(rf"\b(?:{_HOUSES})\b{_OF}(?-i:{_UP})(?:[ -](?-i:{_UP})){{0,3}}", re.IGNORECASE),
    ),
    (
        "place",
        "names what it is",
        re.compile(rf"\b(?:{_WAYS})\b{_OF}(?-i:{_UP})(?:[ -](?-i:{_UP})){{0,3}}", re.IGNORECASE),
    ),
    ("place", "names what it is", re.compile(rf"\b(?-i:{_UP})(?: (?-i:{_UP}))? (?:Street|Road|Avenue|Lane|Square)\b")),
    (
        "age",
        "an age",
        re.compile(
            r"\b\d{1,3}[ -](?:ans|years?[ -]olds?|year-olds?)\b|\baged? \d{1,3}\b|\bâgée? de \d{1,3}\b", re.IGNORECASE
        ),
    ),
    (
        "date",
        "a date",
        re.compile(rf"\b\d{{1,2}}(?:er|st|nd|rd|th)?\s(?:of\s)?(?:{_MONTHS})(?:\s\d{{4}})?\b", re.IGNORECASE),
    ),
    ("date", "a date", re.compile(rf"\b(?:{_MONTHS})\s\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s\d{{4}})?\b", re.IGNORECASE)),
    ("date", "a date", re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b(?:19|20)\d\d-\d\d-\d\d\b")),
    ("date", "a year", re.compile(r"\b(?:en|in|depuis|since)\s(?:19|20)\d\d\b", re.IGNORECASE)),
    ("number", "a number or an address", re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]+\b|(?<!\w)\+?\d(?:[ ./-]?\d){7,}\b")),
    (
        "judge",
        "a role that one person may have",
        re.compile(rf"\b(?:le|la|l['’]|the|our|notre)\s?(?:{_ROLES})\b", re.IGNORECASE),
    ),
    (
        "judge",
        "kin, neighbours, colleagues",
        re.compile(rf"\b(?:ma|mon|sa|son|my|his|her)\s(?:{_KIN})\b", re.IGNORECASE),
    ),
    (
        "judge",
        "one of few",
        re.compile(
            rf"\b(?:the only|le seul|la seule)\s{_W}"
            rf"|\b(?:the first|le premier|la première)\s{_W}(?=\s(?:to|who|qui|à)\b)"
            rf"|\b(?:group|groupe|team|équipe) (?:of|de) {_W}\b",
            re.IGNORECASE,
        ),
    ),
)
_KNOWN_CAPITALS = frozenset(
    [
        "i",
        "ve",
        "ll",
        "d",
        "m",
        "s",
        "t",
        "re",
        "ok",
        "mr",
        "mrs",
        "ms",
        "mme",
        "mlle",
        "dr",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
    ]
) | frozenset(fold(_MONTHS).split("|"))
"""Words that have a capital and name nobody, folded."""
_BEGIN = frozenset(
    [
        "he",
        "she",
        "it",
        "we",
        "you",
        "they",
        "no",
        "yes",
        "but",
        "and",
        "so",
        "if",
        "the",
        "this",
        "that",
        "there",
        "what",
        "who",
        "when",
        "where",
        "why",
        "how",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "not",
        "il",
        "elle",
        "ils",
        "elles",
        "on",
        "nous",
        "vous",
        "je",
        "tu",
        "ce",
        "c",
        "est",
        "oui",
        "non",
        "et",
        "mais",
        "donc",
        "si",
        "le",
        "la",
        "les",
        "un",
        "une",
        "des",
        "du",
        "de",
        "que",
        "qui",
        "quand",
        "ou",
        "alors",
        "bon",
        "voila",
        "enfin",
        "apres",
        "avant",
        "pour",
        "par",
        "dans",
        "avec",
        "sans",
        "sur",
    ]
)
"""Words that begin sentences and name nobody, folded; in a short text none of them may stand small."""
_ENDS = frozenset('.!?…:;«»“”"(—–-\n')


@dataclass
class _Gathered:
    """Forms found so far, by the form they are remembered by."""

    found: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)
    documents: dict[str, dict[str, None]] = field(default_factory=dict)

    def add(self, document: str, form: str, kind: str, why: str) -> None:
        words = " ".join(words_of(fold(form)))
        if words:
            self.found.setdefault(words, (" ".join(form.split()), kind, why))
            self.times[words] = self.times.get(words, 0) + 1
            self.documents.setdefault(words, {})[document] = None


def missed(
    texts: Iterable[tuple[str, str]], key: Key, entities: Callable[[str], Entities | None] = lambda _: None
) -> list[Decided]:
    """
    Propose what a key misses in some texts.

    Args:
        texts: each with the id of its document; names of the key and what stands in brackets are passed over.
        key: with the forms that a person decided to replace.
        entities: for a document, what finds names in its language, if a model is there.

    Returns:
        One row a form, not decided: what it may be (name, place, institution, age, date, number, judge), why, how often
        and in which documents; by kind, most frequent first.

    Example:
        >>> key = Key((Named("Ann Rose", "the nurse"),))
        >>> told = "Then Ann Rose and Tom came from Mill Road, aged 43, and then left. Rose knew the head."
        >>> [(one.kind, one.form) for one in missed([("i1", told)], key)]
        [('age', 'aged 43'), ('judge', 'the head'), ('name', 'Rose'), ('name', 'Tom'), ('place', 'Mill Road')]
    """
    masked = [(name, _masked(text, key)) for name, text in texts]
    small = {
        word for _, text in masked for word in words_of(fold(" ".join(re.findall(r"(?<!\w)[a-zà-öø-ÿœ]\w*", text))))
    }
    gathered = _Gathered()
    for name, text in masked:
        for form, why in _of_key(text, key):
            gathered.add(name, form, "name", why)
        taken: list[tuple[int, int]] = []
        for kind, why, pattern in _PATTERNS:
            for found in pattern.finditer(text):
                if not any(a < found.end() and found.start() < b for a, b in taken):
                    taken.append(found.span())
                    gathered.add(name, found[0], kind, why)
        for form, why in _capitals(text, taken, small):
            gathered.add(name, form, "name", why)
        model = entities(name)
        for form, kind in model(text) if model else ():
            gathered.add(name, form, kind, "spaCy's model takes it for one")
    rows = [
        Decided(form, kind, why, gathered.times[words], tuple(gathered.documents[words]))
        for words, (form, kind, why) in gathered.found.items()
    ]
    return sorted(rows, key=lambda d: (d.kind, -d.times, d.known))


def _masked(text: str, key: Key) -> str:
    """Return a text without what the key replaces, or stands in brackets already."""
    return re.sub(r"\[[^\[\]\n]{1,80}\]", " § ", replaced(text, key).text)


def _of_key(text: str, key: Key) -> Iterator[tuple[str, str]]:
    """Yield parts and near misses of the key's names: alone, one letter off, shortened."""
    parts = {word for entry in key.entries for part in entry.parts for word in part if len(word) > 2}
    parts |= {word for entry in key.entries for alias in entry.aliases for word in words_of(fold(alias))}
    firsts = {word for entry in key.entries for word in entry.parts[0] if len(word) > 4}
    judged: dict[str, str] = {}
    for found in re.finditer(_W, text):
        for word in words_of(fold(found[0])):
            if word not in judged:
                judged[word] = _like(word, parts, firsts, capital=found[0][:1].isupper())
            if judged[word]:
                yield found[0], judged[word]


def _like(word: str, parts: set[str], firsts: set[str], *, capital: bool) -> str:
    if word in parts:
        return "part of a name of the key, alone" if capital else ""
    if len(word) > 4 and any(_one_off(word, part) for part in parts if len(part) > 4):
        return "one letter off a name of the key"
    if capital and len(word) > 2 and any(name.startswith(word) and len(name) > len(word) + 1 for name in firsts):
        return "may be short for a name of the key"
    return ""


def _one_off(one: str, other: str) -> bool:
    """Say whether one letter more, less, another, or two changed about, make one word of the other."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[at:], other[at:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:] and len(a) > 1 < len(b))


def _capitals(text: str, taken: list[tuple[int, int]], small: set[str]) -> Iterator[tuple[str, str]]:
    """Yield words with a capital; at a sentence's beginning only those that are nowhere written small."""
    for found in _CAPITALS.finditer(text):
        if any(a < found.end() and found.start() < b for a, b in taken):
            continue
        form, start = found[0].rstrip("-'’"), found.start()
        before = text[:start].rstrip(" \t")[-1:] if start < 400 else text[start - 400 : start].rstrip(" \t")[-1:]
        if not before or before in _ENDS:
            first, _, rest = form.partition(" ")
            if not {fold(first), *words_of(fold(first))[:1]}.isdisjoint(small | _BEGIN):
                form = rest.strip()
                form = form if form[:1].isupper() else ""
        words = [word for word in words_of(fold(form)) if word not in _KNOWN_CAPITALS | _BEGIN]
        if words and (len("".join(words)) > 1):
            yield form, "a capital"


def models_of(languages: Mapping[str, str]) -> tuple[Callable[[str], Entities | None], list[str]]:
    """
    Return what finds names in a document, by its language, and a line for each model that is used or not there.

    Args:
        languages: document to language.
    """
    from qualcode.search.lemmas import installed, opened, told

    wanted = sorted({*languages.values()} - {""})
    there = installed(wanted)
    loaded = {language: opened(name, ("lemmatizer", "attribute_ruler")) for language, name in there.items()}
    lines = [f"names proposed by {told(nlp)}" for nlp in loaded.values()]
    lines += [
        f"no model of spaCy for {language!r} is installed: names are proposed by their capitals only"
        for language in wanted
        if language not in loaded
    ]
    found = {language: spacy_entities(nlp) for language, nlp in loaded.items()}
    return lambda document: found.get(languages.get(document, "")), lines


def spacy_entities(nlp: Callable[[str], object]) -> Entities:
    """Return what finds names with a model of spaCy: persons, places, institutions."""
    kinds = {"PER": "name", "PERSON": "name", "LOC": "place", "GPE": "place", "FAC": "place", "ORG": "institution"}
    kinds |= {"NORP": "institution", "MISC": "name"}

    def find(text: str) -> Iterator[tuple[str, str]]:
        for block in re.split(r"\n\s*\n", text):
            for entity in nlp(block).ents:  # type: ignore[attr-defined]
                if entity.label_ in kinds and "§" not in entity.text:
                    yield entity.text, kinds[entity.label_]

    return find
