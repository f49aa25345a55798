"""Reviews: references that stand in print, comments that come back, and the state that went to review."""
