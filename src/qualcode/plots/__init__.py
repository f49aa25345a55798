"""
Plots: matplotlib drawings that are the same bytes from run to run.

Each takes tables and returns a `Plot`, which has bytes in SVG, PDF and PNG and words for who cannot see it.
"""

from qualcode.plots.coders import agreement
from qualcode.plots.corpus import involvement, spoken_words, timeline
from qualcode.plots.divergences import divergence
from qualcode.plots.drawing import BLUE, GREY, INK, ORANGE, STYLE, Plot
from qualcode.plots.networks import network, positions
from qualcode.plots.silences import silence_map
from qualcode.plots.speakers import speaker_dots

__all__ = [
    "BLUE",
    "GREY",
    "INK",
    "ORANGE",
    "STYLE",
    "Plot",
    "agreement",
    "divergence",
    "involvement",
    "network",
    "positions",
    "silence_map",
    "speaker_dots",
    "spoken_words",
    "timeline",
]
