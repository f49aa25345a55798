"""REFI-QDA, the interchange format of programs for qualitative research: projects (.qdpx) and codebooks (.qdc)."""
