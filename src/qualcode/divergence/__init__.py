"""
Divergence between two figures: what parts them, how far, and whether so few people can tell.

The unit is the speaker. Figures, themes and speakers are whatever the table says; none is known here.
"""

from qualcode.divergence.beside import missing, pool, word_and_deed
from qualcode.divergence.describe import by_excerpt, deviants, heard, leave_one_out, speakers
from qualcode.divergence.distance import Distance, jensen_shannon
from qualcode.divergence.panel import Chance, Sides, membership
from qualcode.divergence.power import Power, power, power_here
from qualcode.divergence.stances import stance_divergence
from qualcode.divergence.themes import divergence
from qualcode.divergence.words import log_odds

__all__ = [
    "Chance",
    "Distance",
    "Power",
    "Sides",
    "by_excerpt",
    "deviants",
    "divergence",
    "heard",
    "jensen_shannon",
    "leave_one_out",
    "log_odds",
    "membership",
    "missing",
    "pool",
    "power",
    "power_here",
    "speakers",
    "stance_divergence",
    "word_and_deed",
]
