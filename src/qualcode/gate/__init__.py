"""
The gate: what is about to be published, opened and held against names that must stay in the key and words that may
not be quoted.

``names`` reads the key and knows in which forms a name stands; ``folded`` makes spellings alike and leads back;
``carriers`` opens files of many kinds; ``check`` tells what was found where, and never what; ``built`` looks at what
was made before; ``sending`` at what a commit or a push takes along, called by git's ``hooks``; ``pseudonyms`` replaces;
``missed`` proposes what a key misses, and ``decisions`` remembers.
"""

from qualcode.gate.built import stored_problems
from qualcode.gate.check import Checked, Finding, check_out
from qualcode.gate.hooks import lay_hooks
from qualcode.gate.look import withheld_runs
from qualcode.gate.marks import listed
from qualcode.gate.missed import missed
from qualcode.gate.names import Key, Named, read_key
from qualcode.gate.pseudonyms import Replaced, pseudonymise, replaced, restored
from qualcode.gate.sending import check_push, check_staged, may_have_texts

__all__ = [
    "Checked",
    "Finding",
    "Key",
    "Named",
    "Replaced",
    "check_out",
    "check_push",
    "check_staged",
    "lay_hooks",
    "listed",
    "may_have_texts",
    "missed",
    "pseudonymise",
    "read_key",
    "replaced",
    "restored",
    "stored_problems",
    "withheld_runs",
]
