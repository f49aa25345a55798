"""
How a sample grows: what each interview brought that none before it had, and what a further one may be expected to.

From tables to tables; nothing here knows of files. No curve says when a field is understood (see `rarefaction`).
"""

from qualcode.sampling.newness import last_new, newness, own_in_interviews, still_moving
from qualcode.sampling.rarefaction import CAVEAT, rarefaction, told

__all__ = ["CAVEAT", "last_new", "newness", "own_in_interviews", "rarefaction", "still_moving", "told"]
