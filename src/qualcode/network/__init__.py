"""
Networks from tables: who is tied to whom, by what, how strongly, and how sure that is.

A dozen chosen people are no census. A network of them shows what these people said and where they met,
not who is central in the town; before any index stands what the sample lets one say.
"""

from qualcode.network.graphs import discourse_network
from qualcode.network.matrices import affiliation_matrix, discourse_matrix

__all__ = ["affiliation_matrix", "discourse_matrix", "discourse_network"]
