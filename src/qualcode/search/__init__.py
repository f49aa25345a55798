"""
Search: words, phrases, wildcards, lemmas and codes in a study's plain texts, as tables.

Every hit is held against the text before it is returned, hits may overlap, and a search finds what a plain
reading from beginning to end finds.
"""

from qualcode.search.hits import ANYWHERE, COLUMNS, Where, by_figure, index_of, search, search_codes
from qualcode.search.index import Index
from qualcode.search.lemmas import lemma_index
from qualcode.search.lines import ORDERS, concordance
from qualcode.search.rules import by_rule
from qualcode.search.typical import typical

__all__ = [
    "ANYWHERE",
    "COLUMNS",
    "ORDERS",
    "Index",
    "Where",
    "by_figure",
    "by_rule",
    "concordance",
    "index_of",
    "lemma_index",
    "search",
    "search_codes",
    "typical",
]
