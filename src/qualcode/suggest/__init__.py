"""
Suggestions: where a code may be, learnt from the study's own codings and marked by the codebook's patterns.

Nothing here is a coding, and nothing is downloaded. How well it works is measured on whole interviews left out.
"""

from qualcode.suggest.decisions import NEEDED, Decided, accept, decide, put_back, reject, suggestion_id
from qualcode.suggest.proposals import MODEL, for_whom, lesson, still_blind, suggest
from qualcode.suggest.reread import found_by_one, uncoded_like_coded, unlike_its_code
from qualcode.suggest.tally import tally
from qualcode.suggest.worth import worth

__all__ = [
    "MODEL",
    "NEEDED",
    "Decided",
    "accept",
    "decide",
    "for_whom",
    "found_by_one",
    "lesson",
    "put_back",
    "reject",
    "still_blind",
    "suggest",
    "suggestion_id",
    "tally",
    "uncoded_like_coded",
    "unlike_its_code",
    "worth",
]
