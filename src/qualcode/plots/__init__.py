"""
Plots: matplotlib drawings that are the same bytes from run to run.

Each takes tables and returns a `Plot`, which has bytes in SVG, PDF and PNG and words for who cannot see it.
"""

from qualcode.plots.coders import agreement
from qualcode.plots.corpus import involvement, spoken_words, timeline
from qualcode.plots.divergences import divergence
from qualcode.plots.drawing import BLUE, GREY, INK, ORANGE, STYLE, Plot
from qualcode.plots.field import chronicle, curves
from qualcode.plots.matrices import tie_matrix
from qualcode.plots.networks import network
from qualcode.plots.places import Places, freeze, graph_key, places, positions, read_places
from qualcode.plots.silences import silence_map
from qualcode.plots.speakers import speaker_dots
from qualcode.plots.ties import attendance, tie_signs

__all__ = [
    "BLUE",
    "GREY",
    "INK",
    "ORANGE",
    "STYLE",
    "Places",
    "Plot",
    "agreement",
    "attendance",
    "chronicle",
    "curves",
    "divergence",
    "freeze",
    "graph_key",
    "involvement",
    "network",
    "places",
    "positions",
    "read_places",
    "silence_map",
    "speaker_dots",
    "spoken_words",
    "tie_matrix",
    "tie_signs",
    "timeline",
]
