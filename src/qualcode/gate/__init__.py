"""
The gate: what is about to be published, opened and held against names that must stay in the key and words that may
not be quoted.

``names`` reads the key and knows in which forms a name stands; ``folded`` makes spellings alike and leads back;
``carriers`` opens files of many kinds; ``check`` tells what was found where, and never what; ``pseudonyms`` replaces.
"""

from qualcode.gate.check import Checked, Finding, check_out
from qualcode.gate.look import withheld_runs
from qualcode.gate.marks import listed
from qualcode.gate.names import Key, Named, read_key
from qualcode.gate.pseudonyms import Replaced, pseudonymise, replaced

__all__ = [
    "Checked",
    "Finding",
    "Key",
    "Named",
    "Replaced",
    "check_out",
    "listed",
    "pseudonymise",
    "read_key",
    "replaced",
    "withheld_runs",
]
