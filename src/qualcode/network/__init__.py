"""
Networks from tables: who is tied to whom, by what, how strongly, and how sure that is.

A dozen chosen people are no census. A network of them shows what these people said and where they met,
not who is central in the town; before any index stands what the sample lets one say.
"""

from qualcode.network.blocs import Polarisation, polarisation, two_bloc_misfit
from qualcode.network.cores import Core, circles, core_periphery
from qualcode.network.exchange import from_csv, from_gexf, from_graphml, to_csv, to_gexf, to_graphml
from qualcode.network.graphs import discourse_network, pairs
from qualcode.network.groups import EIndex, assortativity, brokerage, ei_index, losses, standing_between
from qualcode.network.matrices import affiliation_matrix, discourse_matrix
from qualcode.network.selection import Which
from qualcode.network.stability import stability
from qualcode.network.strength import neighbourhood_overlap, tie_strength
from qualcode.network.ties import attendance_network, tie_network

__all__ = [
    "Core",
    "EIndex",
    "Polarisation",
    "Which",
    "affiliation_matrix",
    "assortativity",
    "attendance_network",
    "brokerage",
    "circles",
    "core_periphery",
    "discourse_matrix",
    "discourse_network",
    "ei_index",
    "from_csv",
    "from_gexf",
    "from_graphml",
    "losses",
    "neighbourhood_overlap",
    "pairs",
    "polarisation",
    "stability",
    "standing_between",
    "tie_network",
    "tie_strength",
    "to_csv",
    "to_gexf",
    "to_graphml",
    "two_bloc_misfit",
]
