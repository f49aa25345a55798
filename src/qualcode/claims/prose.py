"""
Sentences in prose that state how many, how much, or that something is so of all, of most, of nobody.

Found by words, in English and in French: number words, figures that are no date, per cent, superlatives, quantifiers. A
chapter says such a sentence by ``present.claim``, beside the data; typed as prose, nothing holds it to them. A chapter
in one language may quote the other, so both are looked for at once; a word that means nothing of the kind in most of
its uses, such as the French *plus*, is found in a phrase alone.
"""

from __future__ import annotations

import re

from qualcode.claims.stated import ENGLISH, FRENCH

_COUNTS = [
    *ENGLISH[2:],
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
    "million",
    "dozen",
    "dozens",
    "half",
    "twice",
    "thirds",
    "quarters",
    "both",
    "neither",
    "once",
    "thrice",
]
_QUANTIFIERS = [
    "all",
    "every",
    "everybody",
    "everyone",
    "everything",
    "everywhere",
    "nobody",
    "none",
    "nothing",
    "nowhere",
    "never",
    "always",
    "only",
    "most",
    "least",
    "fewest",
    "few",
    "fewer",
    "hardly",
    "majority",
    "minority",
    "mostly",
    "rarely",
    "seldom",
    "nearly",
    "almost",
]
_FRENCH = [
    *FRENCH[2:],
    *[
        "trente",
        "quarante",
        "cinquante",
        "soixante",
        "septante",
        "nonante",
        "cents",
        "mille",
        "millier",
        "milliers",
        "moitié",
        "tiers",
        "quart",
        "dizaine",
        "dizaines",
        "vingtaine",
    ],
    *[
        "centaine",
        "centaines",
        "douzaine",
        "quinzaine",
        "trentaine",
        "tous",
        "toutes",
        "chacun",
        "chacune",
        "aucun",
        "aucune",
        "rien",
        "jamais",
        "toujours",
    ],
    *[
        "seul",
        "seule",
        "seuls",
        "seules",
        "seulement",
        "partout",
        "plusieurs",
        "presque",
        "quasiment",
        "majorité",
        "minorité",
        "rarement",
        "souvent",
    ],
]
_NO_SUPERLATIVE = [
    "ouest",
    "interest",
    "test",
    "request",
    "protest",
    "rest",
    "west",
    "east",
    "forest",
    "latest",
    "honest",
    "suggest",
    "guest",
    "contest",
    "arrest",
    "harvest",
    "manifest",
    "modest",
    "nest",
    "quest",
    "chest",
    "invest",
    "digest",
    "detest",
    "attest",
    "priest",
    "conquest",
    "bequest",
    "unrest",
    "breast",
    "lest",
    "jest",
    "pest",
    "zest",
    "crest",
    "vest",
    "wrest",
    "best-known",
    "earnest",
    "retest",
    "pretest",
    "interest",
    "rest",
    "tempest",
    "behest",
    "northwest",
    "southwest",
]
_PHRASES = re.compile(
    r"\b(?:no one|one of|the one|one in|one single|a third|a quarter|a fifth|more than|less than|all but|at least|"
    r"at most|per ?cent|the same number|as many|as often|nothing else|not one|not a single|"
    r"la plupart|(?:le|la|les|du|de la|des) (?:plus|moins)|(?:plus|moins) (?:de|d'|que)|au (?:plus|moins)|pour cent|"
    r"tout le monde|personne (?:ne|n'|d'autre)|l'une? des|un sur|une sur|autant (?:de|d'|que)|pas une? seule?)"
    r"(?:\b|(?<='))|%",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)"
)
_NO_COUNT = (
    re.compile(
        rf"\b\d{{1,2}}(?: (?:and|to|or|until|et|ou|au) \d{{1,2}})? {_MONTH}(?: \d{{4}})?\b|\b{_MONTH} \d{{4}}\b"
    ),
    re.compile(r"\b(?:1[5-9]|20)\d{2}(?:-\d{2}(?:-\d{2})?)?\b"),
    re.compile(
        r"\b[A-Za-z]+[-_]?\d+\b|\b(?:section|chapter|chapitre|plot|table|tableau|page|p\.|annex|annexe)\s+\d+",
        re.IGNORECASE,
    ),
)
_DROPPED = (
    re.compile(r"^(```|~~~).*?^\1\s*$", re.DOTALL | re.MULTILINE),
    re.compile(r"<!--.*?-->", re.DOTALL),
    re.compile(r"\{[\w:-]+\}`[^`]*`|`[^`\n]*`|\$[^$\n]+\$"),
    re.compile(r"https?://\S+"),
    re.compile(r"\"[^\"\n]{1,300}\"|“[^”\n]{1,300}”|«[^»\n]{1,300}»"),
)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_CITED = re.compile(r"\[\[[^\]|]*(?:\|([^\]]*))?\]\]")
_END = re.compile(r"(?<=[.!?:;])[*_)]*\s+(?=[^a-z\s])")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def sentences(markdown: str) -> list[str]:
    r"""
    Return the sentences of a text in Markdown, without code, formulas, links' addresses and words in quotation marks.

    Example:
        >>> sentences("## Who\n\nThree `spoke`. See [there](x.md): *nobody*\nelse.")
        ['Who', 'Three .', 'See there: *nobody* else.']
    """
    markdown = _LINK.sub(r"\1", _CITED.sub(r"\1", markdown))
    for dropped in _DROPPED:
        markdown = dropped.sub("", markdown)
    found: list[str] = []
    for block in re.split(r"\n\s*\n|\n(?=\s*(?:[-*+#>|]|\d+\.)\s)|\n(?=#)", markdown):
        for part in _headings(block):
            told = " ".join(re.sub(r"^\s*(?:[-*+>#|]+|\d+\.)\s+", "", part).split())
            found += [s.strip() for s in _END.split(told) if s and s.strip(" *_|#-")]
    return found


def _headings(block: str) -> list[str]:
    """Part a heading from what follows it without a blank line."""
    first, _, rest = block.strip().partition("\n")
    return [first, rest] if first.startswith("#") and rest else [block.strip()]


def quantities(sentence: str) -> list[str]:
    """
    Return the words by which a sentence states how many, in the order of the sentence; none where it does not.

    Example:
        >>> quantities("Five of six raised it on 10 June 2017, the most in 34 documents; nobody else did.")
        ['Five', 'six', 'most', '34', 'nobody']
        >>> quantities("It began in 2017, and an arrest was of interest.")
        []
    """
    plain = sentence
    for pattern in _NO_COUNT:
        plain = pattern.sub(lambda match: " " * len(match[0]), plain)
    found = {m.start(): m[0] for m in re.finditer(r"\d[\d,.]*\d|\d", plain)}
    found |= {m.start(): m[0] for m in _PHRASES.finditer(plain)}
    for match in _WORD.finditer(plain):
        word = match[0].casefold()
        parts = {word, *word.split("-")} if word.split("-")[0] in {*_COUNTS, *_FRENCH} else {word}
        if parts & {*_COUNTS, *_QUANTIFIERS, *_FRENCH} or (
            len(word) > 4 and word.endswith("est") and word not in _NO_SUPERLATIVE
        ):
            found[match.start()] = match[0]
    return [found[at] for at in sorted(found)]


def unguarded(markdown: str) -> list[str]:
    """
    Return the sentences of a text in Markdown that state how many and are guarded by nothing, in their order.

    Example:
        >>> unguarded("It was asked in May. Nobody else asked, and `3` is code.")
        ['Nobody else asked, and  is code.']
    """
    return [sentence for sentence in sentences(markdown) if quantities(sentence)]
