"""
A study in other programs' formats: one file, chosen by its ending.

A writer is a module in here with ``write(study, path, asked) -> Exported`` and a row in ``formats.WRITERS``. It takes
words of documents through ``study.release`` only, lists what was withheld, writes its file durably, and gives the same
bytes twice.
"""

from qualcode.exchange.out.formats import Exported, For, export_study

__all__ = ["Exported", "For", "export_study"]
