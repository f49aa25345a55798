"""
Agreement between coders: how far two people who read the same passages tag them alike.

Agreement is not validity: coders can agree on a bad codebook.
"""

from qualcode.agreement.measures import alpha, cohen, fleiss, gwet_ac1, percent, scott_pi, why_undefined
from qualcode.agreement.passages import disagreements, given, read_by_two
from qualcode.agreement.spans import cu_alpha, u_alpha, u_alpha_binary
from qualcode.agreement.stances import stance_agreement
from qualcode.agreement.table import agreement, by_document, by_round, readable, rounds

__all__ = [
    "agreement",
    "alpha",
    "by_document",
    "by_round",
    "cohen",
    "cu_alpha",
    "disagreements",
    "fleiss",
    "given",
    "gwet_ac1",
    "percent",
    "read_by_two",
    "readable",
    "rounds",
    "scott_pi",
    "stance_agreement",
    "u_alpha",
    "u_alpha_binary",
    "why_undefined",
]
