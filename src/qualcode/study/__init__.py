"""
A study: its documents, codebook, cases, coders' files and memos, read whole and held against one another.

``open_study`` reads a folder; what it finds wrong is in ``study.problems``. Words of a document that others may
see go through ``release``.
"""

from qualcode.study.opening import find_study, open_study
from qualcode.study.study import ACTS, AGREED, CASES, CODEBOOK, REJECTED, TIES, Study

__all__ = ["ACTS", "AGREED", "CASES", "CODEBOOK", "REJECTED", "TIES", "Study", "find_study", "open_study"]
